#include "crypto/derive.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <secp256k1.h>
#include <stdlib.h>

#include "crypto/secp.h"

static const uint32_t HARDENED = 0x80000000u;

void derive_seed(uint8_t out[DERIVE_SEED_BYTES], struct bytes mnemonic, struct bytes passphrase) {
    enum { ROUNDS = 2048 };
    static const char salt_begins[] = "mnemonic";
    uint8_t salt[256];
    size_t n = passphrase.n < sizeof salt - 8 ? passphrase.n : sizeof salt - 8;
    memcpy(salt, salt_begins, 8);
    if (n) memcpy(salt + 8, passphrase.p, n);
    int ok = PKCS5_PBKDF2_HMAC((const char *)mnemonic.p, (int)mnemonic.n, salt, (int)(8 + n),
                               ROUNDS, EVP_sha512(), DERIVE_SEED_BYTES, out);
    if (!ok) abort(); /* libcrypto has no memory */
    explicit_bzero(salt, sizeof salt);
}

/* A key and its chain code: the two halves of an HMAC-SHA512. */
struct node {
    uint8_t key[32], chain[32];
};

static void hmac(struct node *out, struct bytes key, struct bytes data) {
    uint8_t mac[64];
    unsigned n = sizeof mac;
    if (!HMAC(EVP_sha512(), key.p, (int)key.n, data.p, data.n, mac, &n)) abort();
    memcpy(out->key, mac, 32);
    memcpy(out->chain, mac + 32, 32);
    explicit_bzero(mac, sizeof mac);
}

/* "m/44'/0" as numbers; their count, or SIZE_MAX. */
static size_t read_path(const char *path, uint32_t out[DERIVE_PATH_MAX]) {
    size_t n = 0;
    if (*path++ != 'm') return SIZE_MAX;
    while (*path == '/') {
        char *end;
        if (path[1] < '0' || path[1] > '9' || n == DERIVE_PATH_MAX) return SIZE_MAX;
        unsigned long v = strtoul(path + 1, &end, 10);
        if (v >= HARDENED) return SIZE_MAX;
        out[n++] = (uint32_t)v | (*end == '\'' ? HARDENED : 0);
        path = end + (*end == '\'');
    }
    return *path ? SIZE_MAX : n;
}

/* What the MAC of a child is over: the key, or the public key of one that is not hardened. */
static bool child_input(uint8_t out[37], const struct node *parent, uint32_t index, bool is_secp) {
    out[0] = 0;
    memcpy(out + 1, parent->key, 32);
    if (is_secp && !(index & HARDENED)) {
        struct secp_public public;
        struct b32 secret;
        memcpy(secret.b, parent->key, 32);
        bool ok = secp_public_from_secret(&public, &secret);
        explicit_bzero(&secret, sizeof secret);
        if (!ok) return false;
        out[0] = 2 + (public.xy[63] & 1);
        memcpy(out + 1, public.xy, 32);
    }
    store_be32(out + 33, index);
    return true;
}

static bool child(struct node *n, uint32_t index, bool is_secp) {
    uint8_t input[37];
    struct node next;
    if (!is_secp && !(index & HARDENED)) return false;
    if (!child_input(input, n, index, is_secp)) return false;
    hmac(&next, BYTES_OF(n->chain), BYTES_OF(input));
    explicit_bzero(input, sizeof input);
    /* The child is the left half plus the parent, mod the group's order. */
    bool ok = !is_secp || secp256k1_ec_seckey_tweak_add(secp256k1_context_static, next.key, n->key);
    *n = next;
    explicit_bzero(&next, sizeof next);
    return ok;
}

static bool derive(struct b32 *out, const uint8_t *seed, size_t seed_bytes, const char *path,
                   bool is_secp) {
    uint32_t indexes[DERIVE_PATH_MAX];
    size_t count = read_path(path, indexes);
    struct node n;
    if (count == SIZE_MAX) return false;
    hmac(&n, is_secp ? BYTES_LIT("Bitcoin seed") : BYTES_LIT("ed25519 seed"),
         bytes_make(seed, seed_bytes));
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++) ok = child(&n, indexes[i], is_secp);
    if (ok) memcpy(out->b, n.key, 32);
    explicit_bzero(&n, sizeof n);
    return ok;
}

bool derive_secp(struct b32 *out, const uint8_t *seed, size_t seed_bytes, const char *path) {
    return derive(out, seed, seed_bytes, path, true);
}

bool derive_ed25519(struct b32 *out, const uint8_t *seed, size_t seed_bytes, const char *path) {
    return derive(out, seed, seed_bytes, path, false);
}
