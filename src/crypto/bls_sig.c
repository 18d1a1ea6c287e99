/* BLS signatures over blst's pairing context, whose rules are kept: a key at infinity fails, a
 * signature at infinity is in the subgroup but verifies nothing. */
#include "crypto/bls_sig.h"

#include <blst.h>
#include <stdlib.h>

#include "base/arena.h"

static const char dst_sign[] = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";
static const char dst_possess[] = "BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

static bool is_compressed(struct bytes b) {
    return b.p[0] & 0x80;
}

static bool load_key(blst_p1_affine *out, struct bytes b) {
    if (b.n == 48 && is_compressed(b)) return blst_p1_uncompress(out, b.p) == BLST_SUCCESS;
    return b.n == 96 && !is_compressed(b) && blst_p1_deserialize(out, b.p) == BLST_SUCCESS;
}

static bool load_signature(blst_p2_affine *out, struct bytes b) {
    if (b.n == 96 && is_compressed(b)) return blst_p2_uncompress(out, b.p) == BLST_SUCCESS;
    return b.n == 192 && !is_compressed(b) && blst_p2_deserialize(out, b.p) == BLST_SUCCESS;
}

bool bls_public_decodes(struct bytes key) {
    blst_p1_affine p;
    return load_key(&p, key);
}

bool bls_signature_decodes(struct bytes signature) {
    blst_p2_affine p;
    return load_signature(&p, signature);
}

bool bls_public_valid(struct bytes key) {
    blst_p1_affine p;
    return load_key(&p, key) && !blst_p1_affine_is_inf(&p) && blst_p1_affine_in_g1(&p);
}

bool bls_signature_valid(struct bytes signature) {
    blst_p2_affine p;
    return load_signature(&p, signature) && !blst_p2_affine_is_inf(&p) && blst_p2_affine_in_g2(&p);
}

bool bls_public_add(uint8_t out[BLS_PUBLIC_BYTES], const struct bytes *keys, size_t n) {
    blst_p1 sum = {0};
    blst_p1_affine p;
    for (size_t i = 0; i < n; i++) {
        if (!load_key(&p, keys[i])) return false;
        blst_p1_add_or_double_affine(&sum, &sum, &p);
    }
    if (n) blst_p1_compress(out, &sum);
    return n != 0;
}

bool bls_signature_add(uint8_t out[BLS_SIGNATURE_BYTES], const struct bytes *signatures, size_t n) {
    blst_p2 sum = {0};
    blst_p2_affine p;
    for (size_t i = 0; i < n; i++) {
        if (!load_signature(&p, signatures[i])) return false;
        blst_p2_add_or_double_affine(&sum, &sum, &p);
    }
    if (n) blst_p2_compress(out, &sum);
    return n != 0;
}

static bool verify(blst_pairing *ctx, const blst_p2_affine *signature, const struct bytes *keys,
                   const struct bytes *messages, size_t n, bool check_keys, const char *dst) {
    blst_pairing_init(ctx, true, (const uint8_t *)dst, strlen(dst));
    for (size_t i = 0; i < n; i++) {
        blst_p1_affine key;
        if (!load_key(&key, keys[i]) ||
            blst_pairing_chk_n_aggr_pk_in_g1(ctx, &key, check_keys, NULL, false, messages[i].p,
                                             messages[i].n, NULL, 0) != BLST_SUCCESS)
            return false;
    }
    blst_pairing_commit(ctx);
    blst_fp12 expected;
    blst_aggregated_in_g2(&expected, signature);
    return blst_pairing_finalverify(ctx, &expected);
}

static bool verify_with(struct bytes signature, const struct bytes *keys,
                        const struct bytes *messages, size_t n, bool check_keys, const char *dst) {
    blst_p2_affine s;
    if (n == 0 || !load_signature(&s, signature) || !blst_p2_affine_in_g2(&s)) return false;
    blst_pairing *ctx = xmalloc(blst_pairing_sizeof());
    bool ok = verify(ctx, &s, keys, messages, n, check_keys, dst);
    free(ctx);
    return ok;
}

bool bls_verify(struct bytes signature, const struct bytes *keys, const struct bytes *messages,
                size_t n, bool check_keys) {
    return verify_with(signature, keys, messages, n, check_keys, dst_sign);
}

bool bls_verify_possession(struct bytes key, struct bytes proof) {
    /* What is signed is the key, compressed. */
    blst_p1_affine p;
    uint8_t compressed[BLS_PUBLIC_BYTES];
    if (!load_key(&p, key)) return false;
    blst_p1_affine_compress(compressed, &p);
    struct bytes message = BYTES_OF(compressed);
    return verify_with(proof, &key, &message, 1, true, dst_possess);
}
