/* Modular exponentiation over GMP. */
#include "crypto/modexp.h"

#include <gmp.h>

/* mpz_import aborts the process beyond this many bytes; ours stay far below. */
_Static_assert(MODEXP_OPERAND_MAX_BYTES <= INT32_MAX / 8, "an operand's bit count fits GMP's int");

static struct bytes strip_zeros(struct bytes in) {
    while (in.n && in.p[0] == 0) in.p++, in.n--;
    return in;
}

static void load(mpz_t z, struct bytes in) {
    mpz_init2(z, in.n * 8 + GMP_NUMB_BITS);
    mpz_import(z, in.n, 1, 1, 1, 0, in.p);
}

bool modexp(uint8_t *out, struct bytes base, struct bytes exponent, struct bytes modulus) {
    if (modulus.n == 0) return true;
    if (base.n > MODEXP_OPERAND_MAX_BYTES || exponent.n > MODEXP_OPERAND_MAX_BYTES ||
        modulus.n > MODEXP_OPERAND_MAX_BYTES)
        return false;
    size_t out_n = modulus.n;
    memset(out, 0, out_n);
    modulus = strip_zeros(modulus);
    if (modulus.n == 0 || (modulus.n == 1 && modulus.p[0] == 1)) return true;
    mpz_t b, e, m;
    load(b, strip_zeros(base));
    load(e, strip_zeros(exponent));
    load(m, modulus);
    mpz_powm(b, b, e, m);
    size_t n = (mpz_sizeinbase(b, 2) + 7) / 8; /* 1 for zero, which exports nothing */
    mpz_export(out + out_n - n, NULL, 1, 1, 1, 0, b);
    mpz_clears(b, e, m, NULL);
    return true;
}
