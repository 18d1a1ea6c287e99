/* The costs of the signatures, of the curve and of big exponentiation: nanoseconds a call and calls
 * a second. Where another library on the machine does the same work, the last column is its time
 * divided by ours. */
#include "crypto/crypto.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdio.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Everything that the measured calls read. */
struct work {
    struct b32 hash, secret, public_key;
    struct secp_signature signature;
    uint8_t ed_signature[64], message[256];
    uint8_t g1_pair[128], g1_scalar[96], pairs[6 * 192];
    uint8_t big[3][256];
    EVP_PKEY *ed_key;
    uint64_t blake[8], block[16];
    uint64_t sink;
};

static void run_recover(struct work *w) {
    struct b20 a;
    w->sink += secp_recover_address(&a, &w->hash, &w->signature);
}
static void run_sign(struct work *w) {
    struct secp_signature s;
    w->sink += secp_sign(&s, &w->hash, &w->secret);
}
static void run_ed_verify(struct work *w) {
    w->sink += ed25519_verify_strict(BYTES_OF(w->message), w->ed_signature, &w->public_key);
}
static void run_ed_verify_libcrypto(struct work *w) {
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    EVP_DigestVerifyInit(c, NULL, NULL, NULL, w->ed_key);
    w->sink += (uint64_t)EVP_DigestVerify(c, w->ed_signature, 64, w->message, sizeof w->message);
    EVP_MD_CTX_free(c);
}
static void run_ed_sign(struct work *w) {
    uint8_t s[64];
    ed25519_sign(s, BYTES_OF(w->message), &w->secret);
    w->sink += s[0];
}
static void run_bn_add(struct work *w) {
    uint8_t out[64];
    w->sink += bn254_add(out, BYTES_OF(w->g1_pair));
}
static void run_bn_mul(struct work *w) {
    uint8_t out[64];
    w->sink += bn254_mul(out, BYTES_OF(w->g1_scalar));
}
static void run_pairing(struct work *w, size_t n) {
    bool result = false;
    w->sink += bn254_pairing(bytes_make(w->pairs, n * 192), &result) && result;
}
static void run_pairing_1(struct work *w) {
    run_pairing(w, 1);
}
static void run_pairing_2(struct work *w) {
    run_pairing(w, 2);
}
static void run_pairing_6(struct work *w) {
    run_pairing(w, 6);
}
static void run_modexp(struct work *w) {
    uint8_t out[256];
    w->sink += modexp(out, BYTES_OF(w->big[0]), BYTES_OF(w->big[1]), BYTES_OF(w->big[2]));
}
static void run_blake2f_1000(struct work *w) {
    blake2f(w->blake, w->block, w->block, true, 1000);
    w->sink += w->blake[0];
}
static void run_blake2b(struct work *w) {
    struct b32 h;
    blake2b_256(&h, BYTES_OF(w->message));
    w->sink += h.b[0];
}
static void run_blake2b_sodium(struct work *w) {
    struct b32 h;
    crypto_generichash_blake2b(h.b, 32, w->message, sizeof w->message, NULL, 0);
    w->sink += h.b[0];
}
static void run_sha2_256(struct work *w) {
    struct b32 h;
    sha2_256(&h, BYTES_OF(w->message));
    w->sink += h.b[0];
}
static void run_sha2_256_sodium(struct work *w) {
    struct b32 h;
    crypto_hash_sha256(h.b, w->message, sizeof w->message);
    w->sink += h.b[0];
}

/* Seconds of one call: the best of five rounds of about 20 ms. */
static double measure(void (*run)(struct work *), struct work *w) {
    unsigned long reps = 1;
    double best = 1e9, start;
    for (;; reps *= 2) {
        start = now();
        for (unsigned long i = 0; i < reps; i++) run(w);
        if (now() - start > 0.01) break;
    }
    for (int round = 0; round < 5; round++) {
        start = now();
        for (unsigned long i = 0; i < 2 * reps; i++) run(w);
        double each = (now() - start) / (double)(2 * reps);
        if (each < best) best = each;
    }
    return best;
}

/* Pairs that bn254_pairing accepts: [k]G1 and the generator of G2. */
static bool prepare_pairs(struct work *w) {
    static const char g2_hex[] = "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
                                 "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
                                 "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
                                 "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa";
    uint8_t in[96] = {0};
    in[31] = 1;
    in[63] = 2;
    memset(in + 64, 0x5a, 32);
    for (int i = 0; i < 6; i++) {
        in[95] = (uint8_t)i;
        if (!bn254_mul(w->pairs + 192 * i, BYTES_OF(in))) return false;
        for (int k = 0; k < 128; k++) {
            unsigned v;
            if (sscanf(g2_hex + 2 * k, "%2x", &v) != 1) return false;
            w->pairs[192 * i + 64 + k] = (uint8_t)v;
        }
    }
    memcpy(w->g1_scalar, in, 96);
    memcpy(w->g1_pair, w->pairs, 64);
    memcpy(w->g1_pair + 64, w->pairs + 192, 64);
    return true;
}

static bool prepare(struct work *w) {
    memset(&w->hash, 7, 32);
    memset(&w->secret, 9, 32);
    memset(w->message, 3, sizeof w->message);
    for (int i = 0; i < 3; i++) memset(w->big[i], 0xa5 + 2 * i, 256);
    ed25519_public_from_seed(&w->public_key, &w->secret);
    ed25519_sign(w->ed_signature, BYTES_OF(w->message), &w->secret);
    w->ed_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, w->public_key.b, 32);
    return w->ed_key && secp_sign(&w->signature, &w->hash, &w->secret) && prepare_pairs(w);
}

int main(void) {
    static const struct {
        const char *name;
        void (*ours)(struct work *);
        const char *other_name;
        void (*other)(struct work *);
    } rows[] = {
        {"secp256k1 recover address", run_recover, NULL, NULL},
        {"secp256k1 sign", run_sign, NULL, NULL},
        {"ed25519 verify, 256 bytes", run_ed_verify, "libcrypto", run_ed_verify_libcrypto},
        {"ed25519 sign, 256 bytes", run_ed_sign, NULL, NULL},
        {"bn254 add", run_bn_add, NULL, NULL},
        {"bn254 mul", run_bn_mul, NULL, NULL},
        {"bn254 pairing, 1 pair", run_pairing_1, NULL, NULL},
        {"bn254 pairing, 2 pairs", run_pairing_2, NULL, NULL},
        {"bn254 pairing, 6 pairs", run_pairing_6, NULL, NULL},
        {"modexp, 2048 bits", run_modexp, NULL, NULL},
        {"blake2f, 1000 rounds", run_blake2f_1000, NULL, NULL},
        {"blake2b-256, 256 bytes", run_blake2b, "libsodium", run_blake2b_sodium},
        {"sha2-256, 256 bytes", run_sha2_256, "libsodium", run_sha2_256_sodium},
    };
    static struct work w;
    if (!prepare(&w)) return 1;
    printf("%-28s %14s %14s  %s\n", "call", "ns", "per second", "other library / ours");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        double ours = measure(rows[i].ours, &w);
        printf("%-28s %14.0f %14.0f", rows[i].name, ours * 1e9, 1 / ours);
        if (rows[i].other)
            printf("  %s %.2fx", rows[i].other_name, measure(rows[i].other, &w) / ours);
        printf("\n");
    }
    EVP_PKEY_free(w.ed_key);
    return w.sink == 0;
}
