/* G1 of bn254: addition and scalar multiplication (EIP-196).
 *
 * Scalar multiplication splits the scalar by the curve's endomorphism (Gallant, Lambert, Vanstone
 * 2001): phi(x, y) = (beta x, y) is multiplication by lambda on G1, so k P = k1 P + k2 phi(P) with
 * k1, k2 of half the length, computed in one chain of doublings. */
#include "crypto/bn254_g1.h"
#include "crypto/bn254.h"

#include "base/u256.h"

/* Jacobian coordinates: x = X/Z², y = Y/Z³; Z = 0 is the point at infinity. */
struct jacobian {
    struct fp x, y, z;
};

bool g1_load(struct g1 *r, const uint8_t in[64]) {
    if (!fp_from_be(&r->x, in) || !fp_from_be(&r->y, in + 32)) return false;
    r->infinity = fp_is_zero(&r->x) && fp_is_zero(&r->y);
    if (r->infinity) return true;
    static const struct fp three = {
        {0x7a17caa950ad28d7, 0x1f6ac17ae15521b9, 0x334bea4e696bd284, 0x2a1f6744ce179d8e}};
    struct fp left, right;
    fp_sqr(&left, &r->y);
    fp_sqr(&right, &r->x);
    fp_mul(&right, &right, &r->x);
    fp_add(&right, &right, &three);
    return fp_eq(&left, &right);
}

void g1_store(uint8_t out[64], const struct g1 *a) {
    memset(out, 0, 64);
    if (a->infinity) return;
    fp_to_be(out, &a->x);
    fp_to_be(out + 32, &a->y);
}

/* The chord-and-tangent rule as it stands: one inversion, which costs less than going projective
 * and back. */
void g1_add(struct g1 *r, const struct g1 *a, const struct g1 *b) {
    if (a->infinity || b->infinity) {
        *r = a->infinity ? *b : *a;
        return;
    }
    struct fp numerator, denominator, slope, x, y;
    if (!fp_eq(&a->x, &b->x)) {
        fp_sub(&numerator, &b->y, &a->y);
        fp_sub(&denominator, &b->x, &a->x);
    } else if (fp_eq(&a->y, &b->y)) { /* y is never 0: no point has order 2 */
        fp_sqr(&x, &a->x);
        fp_double(&numerator, &x);
        fp_add(&numerator, &numerator, &x);
        fp_double(&denominator, &a->y);
    } else {
        *r = (struct g1){.infinity = true};
        return;
    }
    fp_inv(&denominator, &denominator);
    fp_mul(&slope, &numerator, &denominator);
    fp_sqr(&x, &slope);
    fp_sub(&x, &x, &a->x);
    fp_sub(&x, &x, &b->x);
    fp_sub(&y, &a->x, &x);
    fp_mul(&y, &y, &slope);
    fp_sub(&y, &y, &a->y);
    *r = (struct g1){.x = x, .y = y};
}

/* Explicit-Formulas Database, short Weierstrass, a = 0, dbl-2009-l. Right at infinity too. */
static void jacobian_double(struct jacobian *r, const struct jacobian *a) {
    struct fp xx, yy, yyyy, d, e, t;
    fp_sqr(&xx, &a->x);
    fp_sqr(&yy, &a->y);
    fp_sqr(&yyyy, &yy);
    fp_mul(&d, &a->x, &yy);
    fp_double(&d, &d);
    fp_double(&d, &d); /* 4 X Y² */
    fp_double(&e, &xx);
    fp_add(&e, &e, &xx); /* 3 X² */
    fp_mul(&t, &a->y, &a->z);
    fp_double(&r->z, &t);
    fp_sqr(&t, &e);
    fp_sub(&t, &t, &d);
    fp_sub(&r->x, &t, &d);
    fp_sub(&t, &d, &r->x);
    fp_mul(&t, &t, &e);
    fp_double(&yyyy, &yyyy);
    fp_double(&yyyy, &yyyy);
    fp_double(&yyyy, &yyyy);
    fp_sub(&r->y, &t, &yyyy);
}

/* As above, add-2007-bl without its factor 2; complete by cases. */
static void jacobian_add(struct jacobian *r, const struct jacobian *a, const struct jacobian *b) {
    if (fp_is_zero(&a->z)) {
        *r = *b;
        return;
    }
    if (fp_is_zero(&b->z)) {
        *r = *a;
        return;
    }
    struct fp za2, zb2, u1, u2, s1, s2, h, hh, hhh, v, d;
    fp_sqr(&za2, &a->z);
    fp_sqr(&zb2, &b->z);
    fp_mul(&u1, &a->x, &zb2);
    fp_mul(&u2, &b->x, &za2);
    fp_mul(&s1, &a->y, &b->z);
    fp_mul(&s1, &s1, &zb2);
    fp_mul(&s2, &b->y, &a->z);
    fp_mul(&s2, &s2, &za2);
    if (fp_eq(&u1, &u2)) {
        if (fp_eq(&s1, &s2))
            jacobian_double(r, a);
        else
            *r = (struct jacobian){FP_ONE, FP_ONE, FP_ZERO};
        return;
    }
    fp_sub(&h, &u2, &u1);
    fp_sub(&d, &s2, &s1);
    fp_sqr(&hh, &h);
    fp_mul(&hhh, &hh, &h);
    fp_mul(&v, &u1, &hh);
    fp_mul(&r->z, &a->z, &b->z);
    fp_mul(&r->z, &r->z, &h);
    fp_sqr(&r->x, &d);
    fp_sub(&r->x, &r->x, &hhh);
    fp_sub(&r->x, &r->x, &v);
    fp_sub(&r->x, &r->x, &v);
    fp_sub(&v, &v, &r->x);
    fp_mul(&v, &v, &d);
    fp_mul(&s1, &s1, &hhh);
    fp_sub(&r->y, &v, &s1);
}

/* beta, a cube root of one in Fp, in Montgomery form; lambda, the cube root of one mod r that
 * belongs to it, is 0xb3c4d79d41a917585bfc41088d8daaa78b17ea66b99c90dd. */
static const struct fp beta = {
    {0x71930c11d782e155, 0xa6bb947cffbe3323, 0xaa303344d4741444, 0x2c3b3f0d26594943}};

/* The lattice of all (k1, k2) with k1 + k2 lambda = 0 mod r has the short basis (A, S), (S, -B),
 * where with the curve's parameter x: A = 6x² + 4x + 1, B = 6x² + 2x, S = 2x + 1, and A B + S² = r.
 */
static const struct u256 group_order = {
    {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};
static const struct u256 basis_a = {
    {0x0be4e1541221250b, 0x6f4d8248eeb859fd, 0x0000000000000000, 0x0000000000000000}};
static const struct u256 basis_b = {
    {0x8211bbeb7d4f1128, 0x6f4d8248eeb859fc, 0x0000000000000000, 0x0000000000000000}};
static const struct u256 basis_s = {
    {0x89d3256894d213e3, 0x0000000000000000, 0x0000000000000000, 0x0000000000000000}};
/* floor(2^256 B / r) and floor(2^256 S / r) */
static const struct u256 quotient_b = {
    {0x7a7bd9d4391eb18d, 0x4ccef014a773d2cf, 0x0000000000000002, 0x0000000000000000}};
static const struct u256 quotient_s = {
    {0xd91d232ec7e0b3d7, 0x0000000000000002, 0x0000000000000000, 0x0000000000000000}};

/* A signed number of at most 128 bits. */
struct half {
    uint64_t w[2];
    bool negative;
};

/* k = k1 + k2 lambda mod r. The multiples c1 = k B / r and c2 = k S / r are rounded down and may be
 * one too small, so that 0 ≤ k1 < 2 (A + S) < 2^128 and |k2| < 2 B < 2^128. */
static void split_scalar(struct half *k1, struct half *k2, const struct u256 *scalar) {
    struct u256 k = *scalar, c1, c2, t, u;
    while (!u256_lt(&k, &group_order)) u256_sub(&k, &k, &group_order); /* at most five times */
    uint64_t wide[8];
    u256_mul_wide(wide, &k, &quotient_b);
    memcpy(&c1, wide + 4, sizeof c1);
    u256_mul_wide(wide, &k, &quotient_s);
    memcpy(&c2, wide + 4, sizeof c2);
    u256_mul(&t, &c1, &basis_a);
    u256_mul(&u, &c2, &basis_s);
    u256_sub(&k, &k, &t);
    u256_sub(&k, &k, &u);
    *k1 = (struct half){{k.w[0], k.w[1]}, false};
    u256_mul(&t, &c2, &basis_b);
    u256_mul(&u, &c1, &basis_s);
    bool negative = u256_sub(&t, &t, &u);
    if (negative) u256_sub(&t, &U256_ZERO, &t);
    *k2 = (struct half){{t.w[0], t.w[1]}, negative};
}

enum { WINDOW = 5, TABLE = 1 << (WINDOW - 2), DIGITS = 130 };

/* The digits of k, least significant first: zero or odd, below 2^(WINDOW-1) in size, WINDOW - 1
 * zeros between two non-zero ones. Returns how many there are. */
static int window_digits(int8_t digits[DIGITS], const struct half *k) {
    unsigned __int128 v = (unsigned __int128)k->w[1] << 64 | k->w[0];
    int n = 0, carry = 0;
    memset(digits, 0, DIGITS);
    while (v != 0 || carry) {
        int low = (int)(v & 1) + carry;
        if (low != 1) { /* 0, or 2 with the carry going on */
            carry = low >> 1;
            v >>= 1;
            n++;
            continue;
        }
        int d = (int)(v & ((1 << WINDOW) - 1)) + carry;
        carry = d >= 1 << (WINDOW - 1);
        if (carry) d -= 1 << WINDOW;
        digits[n] = (int8_t)(k->negative ? -d : d);
        v >>= WINDOW;
        n += WINDOW;
    }
    return n;
}

static void add_digit(struct jacobian *r, const struct jacobian table[TABLE], int digit) {
    if (digit == 0) return;
    struct jacobian t = table[(digit < 0 ? -digit : digit) / 2];
    if (digit < 0) fp_neg(&t.y, &t.y);
    jacobian_add(r, r, &t);
}

void g1_mul(struct g1 *r, const struct g1 *a, const struct u256 *scalar) {
    if (a->infinity) {
        *r = *a;
        return;
    }
    struct half k1, k2;
    int8_t d1[DIGITS], d2[DIGITS];
    split_scalar(&k1, &k2, scalar);
    int n1 = window_digits(d1, &k1), n2 = window_digits(d2, &k2);
    struct jacobian table[TABLE], table_phi[TABLE],
        twice; /* the odd multiples of a and of phi(a) */
    table[0] = (struct jacobian){a->x, a->y, FP_ONE};
    jacobian_double(&twice, &table[0]);
    for (int i = 1; i < TABLE; i++) jacobian_add(&table[i], &table[i - 1], &twice);
    for (int i = 0; i < TABLE; i++) {
        table_phi[i] = table[i];
        fp_mul(&table_phi[i].x, &table[i].x, &beta);
    }
    struct jacobian sum = {FP_ONE, FP_ONE, FP_ZERO};
    for (int i = (n1 > n2 ? n1 : n2) - 1; i >= 0; i--) {
        jacobian_double(&sum, &sum);
        add_digit(&sum, table, i < DIGITS ? d1[i] : 0);
        add_digit(&sum, table_phi, i < DIGITS ? d2[i] : 0);
    }
    *r = (struct g1){.infinity = fp_is_zero(&sum.z)};
    if (r->infinity) return;
    struct fp inverse, square;
    fp_inv(&inverse, &sum.z);
    fp_sqr(&square, &inverse);
    fp_mul(&r->x, &sum.x, &square);
    fp_mul(&square, &square, &inverse);
    fp_mul(&r->y, &sum.y, &square);
}

bool bn254_add(uint8_t out[64], struct bytes in) {
    struct g1 a, b;
    if (in.n != 128 || !g1_load(&a, in.p) || !g1_load(&b, in.p + 64)) return false;
    g1_add(&a, &a, &b);
    g1_store(out, &a);
    return true;
}

bool bn254_mul(uint8_t out[64], struct bytes in) {
    struct g1 a;
    struct u256 k;
    if (in.n != 96 || !g1_load(&a, in.p)) return false;
    u256_load_be(&k, in.p + 64);
    g1_mul(&a, &a, &k);
    g1_store(out, &a);
    return true;
}
