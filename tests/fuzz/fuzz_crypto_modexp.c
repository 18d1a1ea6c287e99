/* Modular exponentiation against libcrypto's big numbers. The input's first three bytes cut the
 * rest into base, exponent and modulus. */
#include "crypto/modexp.h"

#include <openssl/bn.h>
#include <stdlib.h>

enum { OPERAND_MAX_BYTES = 80 };

static struct bytes take(struct bytes *rest, size_t n) {
    if (n > OPERAND_MAX_BYTES) n = OPERAND_MAX_BYTES;
    if (n > rest->n) n = rest->n;
    struct bytes part = bytes_sub(*rest, 0, n);
    *rest = bytes_sub(*rest, n, rest->n - n);
    return part;
}

static void model(uint8_t *out, struct bytes base, struct bytes exponent, struct bytes modulus) {
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *b = BN_bin2bn(base.p, (int)base.n, NULL),
           *e = BN_bin2bn(exponent.p, (int)exponent.n, NULL);
    BIGNUM *m = BN_bin2bn(modulus.p, (int)modulus.n, NULL), *r = BN_new();
    if (!ctx || !b || !e || !m || !r) abort();
    if (BN_is_zero(m))
        BN_zero(r);
    else if (!BN_mod_exp(r, b, e, m, ctx))
        abort();
    if (BN_bn2binpad(r, out, (int)modulus.n) < 0) abort();
    BN_free(b);
    BN_free(e);
    BN_free(m);
    BN_free(r);
    BN_CTX_free(ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t got[OPERAND_MAX_BYTES], expected[OPERAND_MAX_BYTES];
    if (size < 3) return 0;
    struct bytes rest = bytes_make(data + 3, size - 3);
    struct bytes base = take(&rest, data[0]), exponent = take(&rest, data[1]),
                 modulus = take(&rest, data[2]);
    if (!modexp(got, base, exponent, modulus)) abort();
    if (modulus.n == 0) return 0;
    model(expected, base, exponent, modulus);
    if (memcmp(got, expected, modulus.n) != 0) abort();
    return 0;
}
