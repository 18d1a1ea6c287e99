/* Keys and signatures from any bytes: a recovered secp256k1 key must verify the signature that it
 * came from; a parsed key must parse again; Ed25519 accepts no key that it calls invalid. */
#include "crypto/crypto.h"

#include <stdlib.h>

static void check(bool holds) {
    if (!holds) abort();
}

static void fuzz_recover(const uint8_t in[97]) {
    struct b32 hash;
    struct secp_signature sig;
    struct secp_public key, again;
    memcpy(&hash, in, 32);
    memcpy(&sig.r, in + 32, 32);
    memcpy(&sig.s, in + 64, 32);
    sig.recid = in[96];
    if (!secp_recover(&key, &hash, &sig)) return;
    check(sig.recid < 4);
    check(secp_verify(&hash, in + 32, &key) == secp_s_is_low(&sig.s));
    uint8_t full[65] = {0x04};
    memcpy(full + 1, key.xy, 64);
    check(secp_public_parse(&again, BYTES_OF(full)) && memcmp(&again, &key, sizeof key) == 0);
}

static void fuzz_ed25519(const uint8_t in[97]) {
    struct b32 key, seed;
    uint8_t signature[64];
    memcpy(&key, in, 32);
    bool accepted = ed25519_verify_strict(bytes_make(in + 96, 1), in + 32, &key);
    check(!accepted || ed25519_public_key_valid(&key));
    memcpy(&seed, in + 64, 32); /* and what is signed verifies */
    ed25519_public_from_seed(&key, &seed);
    ed25519_sign(signature, bytes_make(in, 40), &seed);
    check(ed25519_verify_strict(bytes_make(in, 40), signature, &key));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t in[97] = {0};
    struct secp_public key;
    secp_public_parse(&key, bytes_make(data, size));
    if (size) memcpy(in, data, size < sizeof in ? size : sizeof in);
    fuzz_recover(in);
    fuzz_ed25519(in);
    return 0;
}
