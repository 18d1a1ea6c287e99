/* 256-bit integers: what is too long for the header. */
/* Limbs are written one by one; a vector load of them soon after would wait for all of these stores
 * to leave the core (a failed store-to-load forwarding, some 15 cycles). */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-vectorize", "no-tree-slp-vectorize")
#endif
#include "base/base.h"

static void mul_wide(uint64_t out[8], const struct u256 *a, const struct u256 *b) {
    uint64_t t[8] = {0};
#pragma GCC unroll 4
    for (int i = 0; i < 4; i++) {
        uint64_t c = 0;
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) t[i + j] = u256_mac(a->w[i], b->w[j], t[i + j], &c);
        t[i + 4] = c;
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i++) out[i] = t[i];
}

#if defined(__x86_64__)
void u256_mul_wide_bmi2(uint64_t out[8], const struct u256 *a, const struct u256 *b);

void u256_mul_wide(uint64_t out[8], const struct u256 *a, const struct u256 *b) {
    if (__builtin_cpu_supports("bmi2"))
        u256_mul_wide_bmi2(out, a, b);
    else
        mul_wide(out, a, b);
}
#else
void u256_mul_wide(uint64_t out[8], const struct u256 *a, const struct u256 *b) {
    mul_wide(out, a, b);
}
#endif

/* a^2 mod 2^256: the cross products are counted twice. */
static void square(struct u256 *out, const struct u256 *a) {
    const uint64_t a0 = a->w[0], a1 = a->w[1], a2 = a->w[2], a3 = a->w[3];
    uint64_t c = 0;
    const uint64_t x1 = u256_mac(a0, a1, 0, &c);
    const uint64_t x2 = u256_mac(a0, a2, 0, &c);
    const uint64_t x3 = a0 * a3 + a1 * a2 + c;
    const __uint128_t d0 = (__uint128_t)a0 * a0, d1 = (__uint128_t)a1 * a1;
    const uint64_t d0_high = (uint64_t)(d0 >> 64), d1_low = (uint64_t)d1;
    const uint64_t r1 = d0_high + (x1 << 1);
    const uint64_t c1 = r1 < d0_high;
    uint64_t r2 = (x2 << 1 | x1 >> 63) + d1_low;
    uint64_t c2 = r2 < d1_low;
    r2 += c1;
    c2 += r2 < c1;
    const uint64_t r3 = (x3 << 1 | x2 >> 63) + (uint64_t)(d1 >> 64) + c2;
    *out = (struct u256){{(uint64_t)d0, r1, r2, r3}};
}

static unsigned trailing_zeros(const struct u256 *a) {
    for (unsigned i = 0; i < 4; i++)
        if (a->w[i]) return 64 * i + (unsigned)__builtin_ctzll(a->w[i]);
    return 256;
}

static unsigned exponent_digit(const struct u256 *e, unsigned at) {
    return e->w[at / 16] >> (at % 16 * 4) & 15;
}

/* Left to right, four bits of the exponent at a time. */
static void exp_window(struct u256 *out, const struct u256 *a, const struct u256 *e,
                       unsigned bits) {
    struct u256 power[16];
    power[0] = U256_ONE;
    power[1] = *a;
    for (int i = 2; i < 16; i += 2) {
        square(&power[i], &power[i / 2]);
        u256_mul(&power[i + 1], &power[i], a);
    }
    unsigned at = (bits - 1) / 4;
    struct u256 r = power[exponent_digit(e, at)];
    while (at-- > 0) {
        for (int i = 0; i < 4; i++) square(&r, &r);
        const unsigned digit = exponent_digit(e, at);
        if (digit) u256_mul(&r, &r, &power[digit]);
    }
    *out = r;
}

void u256_exp(struct u256 *out, const struct u256 *a, const struct u256 *e) {
    const unsigned bits = u256_bit_length(e);
    if (bits == 0) {
        *out = U256_ONE;
        return;
    }
    const unsigned twos = trailing_zeros(a);
    if (twos > 0 && (bits > 8 || twos * e->w[0] >= 256)) { /* 2^(twos * e) divides the result */
        *out = U256_ZERO;
        return;
    }
    if (u256_bit_length(a) == twos + 1) { /* a power of two; for 1 itself twos is 0 */
        u256_shl(out, &U256_ONE, twos * e->w[0]);
        return;
    }
    if (bits > 32) {
        exp_window(out, a, e, bits);
        return;
    }
    struct u256 r = *a;
    const struct u256 base = *a;
    for (unsigned i = bits - 1; i-- > 0;) {
        square(&r, &r);
        if (e->w[0] >> i & 1) u256_mul(&r, &r, &base);
    }
    *out = r;
}

void u256_sar(struct u256 *out, const struct u256 *a, uint64_t n) {
    const uint64_t sign = (uint64_t)((int64_t)a->w[3] >> 63);
    if (n >= 256) {
        *out = (struct u256){{sign, sign, sign, sign}};
        return;
    }
    const uint64_t t[8] = {a->w[0], a->w[1], a->w[2], a->w[3], sign, sign, sign, sign};
    const uint64_t *at = t + n / 64;
    const unsigned s = n % 64;
    for (int i = 0; i < 4; i++) out->w[i] = at[i] >> s | at[i + 1] << 1 << (63 - s);
}

void u256_signextend(struct u256 *out, const struct u256 *k, const struct u256 *a) {
    const uint64_t byte = u256_sat_u64(k);
    if (byte >= 31) {
        *out = *a;
        return;
    }
    const unsigned limb = (unsigned)byte / 8, drop = 56 - (unsigned)byte % 8 * 8;
    const int64_t top = (int64_t)(a->w[limb] << drop) >> drop;
    struct u256 r = *a;
    r.w[limb] = (uint64_t)top;
    for (unsigned i = limb + 1; i < 4; i++) r.w[i] = (uint64_t)(top >> 63);
    *out = r;
}

void u256_from_be(struct u256 *out, struct bytes be) {
    uint8_t word[32] = {0};
    if (be.n) memcpy(word + 32 - be.n, be.p, be.n);
    u256_load_be(out, word);
}

size_t u256_to_hex(char *out, const struct u256 *a) {
    unsigned digits = (u256_bit_length(a) + 3) / 4;
    if (!digits) digits = 1;
    out[0] = '0';
    out[1] = 'x';
    for (unsigned i = 0; i < digits; i++)
        out[2 + i] = "0123456789abcdef"[exponent_digit(a, digits - 1 - i)];
    out[2 + digits] = 0;
    return 2 + digits;
}

enum { DEC_CHUNK = 19 }; /* decimal digits that always fit 64 bits */
static const uint64_t DEC_CHUNK_BASE = 10000000000000000000u;

size_t u256_to_dec(char *out, const struct u256 *a) {
    char text[5 * DEC_CHUNK]; /* 2^256 has 78 digits, so five chunks */
    size_t at = sizeof text;
    struct u256 rest = *a, chunk;
    const struct u256 base = u256_from_u64(DEC_CHUNK_BASE);
    do {
        u256_divmod(&rest, &chunk, &rest, &base);
        uint64_t v = chunk.w[0];
        const bool last = u256_is_zero(&rest);
        for (int i = 0; last ? v || i == 0 : i < DEC_CHUNK; i++, v /= 10)
            text[--at] = (char)('0' + v % 10);
    } while (!u256_is_zero(&rest));
    memcpy(out, text + at, sizeof text - at);
    out[sizeof text - at] = 0;
    return sizeof text - at;
}

bool u256_from_dec(struct u256 *out, struct bytes text) {
    if (text.n == 0) return false;
    struct u256 r = U256_ZERO;
    for (size_t at = 0; at < text.n;) {
        uint64_t chunk = 0, scale = 1;
        for (int i = 0; i < DEC_CHUNK && at < text.n; i++, at++, scale *= 10) {
            const unsigned digit = (unsigned)text.p[at] - '0';
            if (digit > 9) return false;
            chunk = chunk * 10 + digit;
        }
        uint64_t carry = chunk; /* r = r * scale + chunk */
        for (int i = 0; i < 4; i++) r.w[i] = u256_mac(r.w[i], scale, 0, &carry);
        if (carry) return false;
    }
    *out = r;
    return true;
}
