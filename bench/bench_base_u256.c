/* The 256-bit integers beside GMP on the same operands: mpn where GMP has a fixed-size call, else
 * mpz. Rounds of both alternate; the median round of each counts. Prints nanoseconds and
 * GMP's time over ours (above 1: ours is faster). */
#include "base/base.h"

#include <gmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { OPERANDS = 256, ROUNDS = 41, TARGET_US = 600 };

struct operands {
    struct u256 a[OPERANDS], b[OPERANDS], m[OPERANDS];
    mpz_t za[OPERANDS], zb[OPERANDS], zm[OPERANDS], two256, r, t;
};

typedef void run_fn(struct operands *o);

static uint64_t rnd(void) {
    static uint64_t seed = 1;
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* A random number of exactly `bits` bits. */
static struct u256 random_bits(unsigned bits) {
    struct u256 r = {{rnd(), rnd(), rnd(), rnd()}};
    if (bits == 0) return U256_ZERO;
    u256_shr(&r, &r, 256 - bits);
    r.w[(bits - 1) / 64] |= (uint64_t)1 << (bits - 1) % 64;
    return r;
}

static void import(mpz_t out, const struct u256 *a) {
    mpz_import(out, 4, -1, 8, 0, 0, a->w);
}

static void fill(struct operands *o, unsigned a_bits, unsigned b_bits, unsigned m_bits) {
    for (int i = 0; i < OPERANDS; i++) {
        o->a[i] = random_bits(a_bits);
        o->a[i].w[0] |= 1; /* else half of the powers are plainly zero */
        o->b[i] = random_bits(b_bits);
        o->m[i] = random_bits(m_bits);
        import(o->za[i], &o->a[i]);
        import(o->zb[i], &o->b[i]);
        import(o->zm[i], &o->m[i]);
    }
}

/* Makes the compiler believe that all of a result is read. */
static inline void keep(const void *result) {
    __asm__ volatile("" : : "r"(result) : "memory");
}

#define OURS(name, statement)                                                                      \
    static void ours_##name(struct operands *o) {                                                  \
        struct u256 r;                                                                             \
        for (int i = 0; i < OPERANDS; i++) {                                                       \
            statement;                                                                             \
            keep(&r);                                                                              \
        }                                                                                          \
    }
#define GMP(name, statement)                                                                       \
    static void gmp_##name(struct operands *o) {                                                   \
        for (int i = 0; i < OPERANDS; i++) {                                                       \
            statement;                                                                             \
        }                                                                                          \
    }

OURS(mul, u256_mul(&r, &o->a[i], &o->b[i]))
static void gmp_mul(struct operands *o) {
    mp_limb_t wide[8];
    for (int i = 0; i < OPERANDS; i++) {
        mpn_mul_n(wide, o->a[i].w, o->b[i].w, 4);
        keep(wide);
    }
}

static void ours_mul_wide(struct operands *o) {
    uint64_t wide[8];
    for (int i = 0; i < OPERANDS; i++) {
        u256_mul_wide(wide, &o->a[i], &o->b[i]);
        keep(wide);
    }
}

OURS(div, u256_divmod(&r, NULL, &o->a[i], &o->b[i]))
/* mpn_tdiv_qr wants exact lengths; they are counted inside the loop, as ours are. */
static int limbs(const struct u256 *a) {
    int n = 4;
    while (n > 0 && !a->w[n - 1]) n--;
    return n;
}
static void gmp_div(struct operands *o) {
    mp_limb_t q[4] = {0}, r[4];
    for (int i = 0; i < OPERANDS; i++) {
        const int an = limbs(&o->a[i]), bn = limbs(&o->b[i]);
        if (an >= bn) mpn_tdiv_qr(q, r, 0, o->a[i].w, an, o->b[i].w, bn);
        keep(q);
    }
}

OURS(mulmod, u256_mulmod(&r, &o->a[i], &o->b[i], &o->m[i]))
static void gmp_mulmod(struct operands *o) {
    mp_limb_t wide[8], q[8], r[4];
    for (int i = 0; i < OPERANDS; i++) {
        mpn_mul_n(wide, o->a[i].w, o->b[i].w, 4);
        int n = 8;
        while (n > 1 && !wide[n - 1]) n--;
        const int mn = limbs(&o->m[i]);
        if (n >= mn) mpn_tdiv_qr(q, r, 0, wide, n, o->m[i].w, mn);
        keep(r);
    }
}

OURS(addmod, u256_addmod(&r, &o->a[i], &o->b[i], &o->m[i]))
GMP(addmod, mpz_add(o->t, o->za[i], o->zb[i]); mpz_tdiv_r(o->r, o->t, o->zm[i]))

OURS(exp, u256_exp(&r, &o->a[i], &o->b[i]))
GMP(exp, mpz_powm(o->r, o->za[i], o->zb[i], o->two256))

struct row {
    const char *name;
    run_fn *ours, *gmp;
    unsigned a_bits, b_bits, m_bits;
};

static const struct row rows[] = {
    {"mul 256x256 low half (GMP: full)", ours_mul, gmp_mul, 256, 256, 1},
    {"mul 256x256 full", ours_mul_wide, gmp_mul, 256, 256, 1},
    {"div 64/32", ours_div, gmp_div, 64, 32, 1},
    {"div 128/64", ours_div, gmp_div, 128, 64, 1},
    {"div 256/64", ours_div, gmp_div, 256, 64, 1},
    {"div 256/128", ours_div, gmp_div, 256, 128, 1},
    {"div 256/192", ours_div, gmp_div, 256, 192, 1},
    {"div 256/250", ours_div, gmp_div, 256, 250, 1},
    {"mulmod 256,256 mod 256", ours_mulmod, gmp_mulmod, 256, 256, 256},
    {"mulmod 256,256 mod 128", ours_mulmod, gmp_mulmod, 256, 256, 128},
    {"mulmod 128,128 mod 254", ours_mulmod, gmp_mulmod, 128, 128, 254},
    {"mulmod 64,64 mod 64", ours_mulmod, gmp_mulmod, 64, 64, 64},
    {"addmod 254,254 mod 256", ours_addmod, gmp_addmod, 254, 254, 256},
    {"addmod 256,256 mod 250", ours_addmod, gmp_addmod, 256, 256, 250},
    {"addmod 256,256 mod 64", ours_addmod, gmp_addmod, 256, 256, 64},
    {"exp 256-bit ^ 256-bit", ours_exp, gmp_exp, 256, 256, 1},
    {"exp 256-bit ^ 64-bit", ours_exp, gmp_exp, 256, 64, 1},
    {"exp 4-bit ^ 5-bit", ours_exp, gmp_exp, 4, 5, 1},
};

static double now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double time_round(run_fn *run, struct operands *o, int repeats) {
    const double start = now_ns();
    for (int i = 0; i < repeats; i++) run(o);
    return (now_ns() - start) / repeats / OPERANDS;
}

static int by_value(const void *x, const void *y) {
    const double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

static double median(double *v, size_t n) {
    qsort(v, n, sizeof *v, by_value);
    return v[n / 2];
}

static void measure(const struct row *row, struct operands *o) {
    double ours[ROUNDS], gmp[ROUNDS];
    fill(o, row->a_bits, row->b_bits, row->m_bits);
    const double guess_ns = time_round(row->ours, o, 4) * OPERANDS;
    int repeats = (int)(TARGET_US * 1e3 / (guess_ns + 1));
    if (repeats < 1) repeats = 1;
    for (int i = 0; i < ROUNDS; i++) {
        ours[i] = time_round(row->ours, o, repeats);
        gmp[i] = time_round(row->gmp, o, repeats);
    }
    const double x = median(ours, ROUNDS), y = median(gmp, ROUNDS);
    printf("  %-34s %8.1f ns  GMP %8.1f ns  %6.2fx\n", row->name, x, y, y / x);
}

int main(void) {
    struct operands *o = xcalloc(1, sizeof *o);
    for (int i = 0; i < OPERANDS; i++) mpz_inits(o->za[i], o->zb[i], o->zm[i], NULL);
    mpz_inits(o->r, o->t, o->two256, NULL);
    mpz_setbit(o->two256, 256);
    printf("256-bit integers against GMP %s (median of %d interleaved rounds; x is GMP/ours)\n",
           gmp_version, ROUNDS);
    for (size_t i = 0; i < COUNT_OF(rows); i++) measure(&rows[i], o);
    for (int i = 0; i < OPERANDS; i++) mpz_clears(o->za[i], o->zb[i], o->zm[i], NULL);
    mpz_clears(o->r, o->t, o->two256, NULL);
    free(o);
}
