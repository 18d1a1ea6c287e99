/* secp256k1 over libsecp256k1. What needs no secret uses the library's static context. What does
 * needs a context with the generator's blinding: it is built on the stack for the one call and
 * wiped after it, so nothing is shared. */
#include "crypto/secp.h"

#include <assert.h>
#include <secp256k1.h>
#include <secp256k1_preallocated.h>
#include <secp256k1_recovery.h>

#include "crypto/keccak.h"

enum { CONTEXT_MAX_BYTES = 1024 }; /* libsecp256k1 0.2 needs about 200 */

struct signing_context {
    _Alignas(16) uint8_t memory[CONTEXT_MAX_BYTES];
    secp256k1_context *ctx;
};

static void signing_begin(struct signing_context *s) {
    assert(secp256k1_context_preallocated_size(SECP256K1_CONTEXT_NONE) <= sizeof s->memory);
    s->ctx = secp256k1_context_preallocated_create(s->memory, SECP256K1_CONTEXT_NONE);
}

static void signing_end(struct signing_context *s) {
    secp256k1_context_preallocated_destroy(s->ctx);
    explicit_bzero(s->memory, sizeof s->memory);
}

static void public_store(struct secp_public *out, const secp256k1_pubkey *key) {
    uint8_t full[65];
    size_t n = sizeof full;
    secp256k1_ec_pubkey_serialize(secp256k1_context_static, full, &n, key,
                                  SECP256K1_EC_UNCOMPRESSED);
    memcpy(out->xy, full + 1, sizeof out->xy);
}

bool secp_recover(struct secp_public *out, const struct b32 *hash,
                  const struct secp_signature *sig) {
    if (sig->recid > 3) return false;
    uint8_t compact[64];
    memcpy(compact, sig->r.b, 32);
    memcpy(compact + 32, sig->s.b, 32);
    secp256k1_ecdsa_recoverable_signature parsed;
    secp256k1_pubkey key;
    const secp256k1_context *ctx = secp256k1_context_static;
    if (!secp256k1_ecdsa_recoverable_signature_parse_compact(ctx, &parsed, compact, sig->recid))
        return false;
    if (!secp256k1_ecdsa_recover(ctx, &key, &parsed, hash->b)) return false;
    public_store(out, &key);
    return true;
}

bool secp_recover_address(struct b20 *out, const struct b32 *hash,
                          const struct secp_signature *sig) {
    struct secp_public key;
    if (!secp_recover(&key, hash, sig)) return false;
    secp_address(out, &key);
    return true;
}

bool secp_sign(struct secp_signature *out, const struct b32 *hash, const struct b32 *secret) {
    struct signing_context s;
    signing_begin(&s);
    secp256k1_ecdsa_recoverable_signature sig;
    bool ok = secp256k1_ecdsa_sign_recoverable(s.ctx, &sig, hash->b, secret->b, NULL, NULL);
    signing_end(&s);
    if (!ok) return false;
    uint8_t compact[64];
    int recid;
    secp256k1_ecdsa_recoverable_signature_serialize_compact(secp256k1_context_static, compact,
                                                            &recid, &sig);
    memcpy(out->r.b, compact, 32);
    memcpy(out->s.b, compact + 32, 32);
    out->recid = (uint8_t)recid;
    return true;
}

static bool public_load(secp256k1_pubkey *key, struct bytes in) {
    return secp256k1_ec_pubkey_parse(secp256k1_context_static, key, in.p, in.n);
}

bool secp_verify(const struct b32 *hash, const uint8_t rs[64], const struct secp_public *key) {
    uint8_t full[65] = {0x04};
    memcpy(full + 1, key->xy, sizeof key->xy);
    secp256k1_pubkey parsed;
    secp256k1_ecdsa_signature sig;
    return public_load(&parsed, BYTES_OF(full)) &&
           secp256k1_ecdsa_signature_parse_compact(secp256k1_context_static, &sig, rs) &&
           secp256k1_ecdsa_verify(secp256k1_context_static, &sig, hash->b, &parsed);
}

bool secp_public_from_secret(struct secp_public *out, const struct b32 *secret) {
    struct signing_context s;
    signing_begin(&s);
    secp256k1_pubkey key;
    bool ok = secp256k1_ec_pubkey_create(s.ctx, &key, secret->b);
    signing_end(&s);
    if (ok) public_store(out, &key);
    return ok;
}

bool secp_public_parse(struct secp_public *out, struct bytes in) {
    /* libsecp256k1 also knows "hybrid" keys (06/07); no chain here does. */
    if (!(in.n == 33 && (in.p[0] == 0x02 || in.p[0] == 0x03)) && !(in.n == 65 && in.p[0] == 0x04))
        return false;
    secp256k1_pubkey key;
    if (!public_load(&key, in)) return false;
    public_store(out, &key);
    return true;
}

void secp_address(struct b20 *out, const struct secp_public *key) {
    struct b32 hash;
    keccak256(&hash, BYTES_OF(key->xy));
    memcpy(out->b, hash.b + 12, sizeof out->b);
}

bool secp_s_is_low(const struct b32 *s) {
    static const struct b32 half_n = {{0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                       0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d,
                                       0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0}};
    return !b32_is_zero(s) && memcmp(s, &half_n, sizeof half_n) <= 0;
}
