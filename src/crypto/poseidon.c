/* Poseidon. The constants are what the paper's script makes of a linear feedback shift register, so
 * they are made here too, for each width when it is first used. Numbers are kept in Montgomery
 * form, a 2^256 mod r. */
#include "crypto/poseidon.h"

#include <pthread.h>

#include "base/u256.h"

enum {
    WIDTH_MAX = POSEIDON_INPUTS_MAX + 1,
    FULL_ROUNDS = 8,
    PARTIAL_ROUNDS_MAX = 66,
    FIELD_BITS = 254,
    REGISTER_BITS = 80,
};

static const uint8_t partial_rounds[POSEIDON_INPUTS_MAX] = {56, 57, 56, 60, 60, 63,
                                                            64, 63, 60, 66, 60, 65};

static const struct u256 modulus = {
    {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};
static const struct u256 modulus_minus_2 = {
    {0x43e1f593efffffff, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029}};
static const struct u256 radix_squared = {/* 2^512 mod r */
                                          {0x1bb8e645ae216da7, 0x53fe3ab1e35c59e3,
                                           0x8c49833d53bb8085, 0x0216d0b17f4e44a5}};
static const uint64_t negated_inverse = 0xc2e1f593efffffff; /* of r, mod 2^64 */

struct parameters {
    struct u256 round[(FULL_ROUNDS + PARTIAL_ROUNDS_MAX) * WIDTH_MAX];
    struct u256 mix[WIDTH_MAX][WIDTH_MAX];
};

static struct parameters tables[POSEIDON_INPUTS_MAX]; /* each written once, by prepare() */
static bool ready[POSEIDON_INPUTS_MAX];
static pthread_mutex_t preparing = PTHREAD_MUTEX_INITIALIZER;

/* ---- The field */

static void add(struct u256 *r, const struct u256 *a, const struct u256 *b) {
    struct u256 less;
    u256_add(r, a, b); /* r < 2^254: no carry */
    if (!u256_sub(&less, r, &modulus)) *r = less;
}

static void mul(struct u256 *r, const struct u256 *a, const struct u256 *b) {
    uint64_t t[5] = {0};
    for (int i = 0; i < 4; i++) {
        unsigned __int128 c = 0;
        for (int j = 0; j < 4; j++) {
            c += (unsigned __int128)a->w[j] * b->w[i] + t[j];
            t[j] = (uint64_t)c;
            c >>= 64;
        }
        t[4] = (uint64_t)c;
        uint64_t m = t[0] * negated_inverse;
        c = ((unsigned __int128)m * modulus.w[0] + t[0]) >> 64;
        for (int j = 1; j < 4; j++) {
            c += (unsigned __int128)m * modulus.w[j] + t[j];
            t[j - 1] = (uint64_t)c;
            c >>= 64;
        }
        t[3] = (uint64_t)(c + t[4]);
    }
    struct u256 less;
    *r = (struct u256){{t[0], t[1], t[2], t[3]}};
    if (!u256_sub(&less, r, &modulus)) *r = less;
}

static void invert(struct u256 *r, const struct u256 *a) {
    struct u256 x = *a;
    for (unsigned bit = FIELD_BITS - 1; bit-- > 0;) {
        mul(&x, &x, &x);
        if (modulus_minus_2.w[bit / 64] >> bit % 64 & 1) mul(&x, &x, a);
    }
    *r = x;
}

/* x^5 */
static void substitute(struct u256 *x) {
    struct u256 t;
    mul(&t, x, x);
    mul(&t, &t, &t);
    mul(x, x, &t);
}

/* ---- The constants */

/* The register, its oldest bit on top of the 80. */
typedef unsigned __int128 grain;

static unsigned grain_step(grain *g) {
    grain s = *g;
    unsigned bit = (unsigned)(s >> 17 ^ s >> 28 ^ s >> 41 ^ s >> 56 ^ s >> 66 ^ s >> 79) & 1;
    *g = (s << 1 | bit) & (((grain)1 << REGISTER_BITS) - 1);
    return bit;
}

/* Bits come in pairs: the second counts if the first is 1. */
static struct u256 grain_number(grain *g) {
    struct u256 n = {0};
    for (unsigned i = FIELD_BITS; i-- > 0;) {
        while (!grain_step(g)) grain_step(g);
        n.w[i / 64] |= (uint64_t)grain_step(g) << i % 64;
    }
    return n;
}

static grain grain_start(unsigned width, unsigned partial) {
    static const struct {
        unsigned bits, value; /* a prime field, x^5; then the numbers; and ones to the end */
    } fields[] = {{2, 1}, {4, 0}, {12, FIELD_BITS}, {12, 0}, {10, FULL_ROUNDS}, {10, 0}};
    grain g = 0;
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        g = g << fields[i].bits | (i == 3 ? width : i == 5 ? partial : fields[i].value);
    g = g << 30 | ((1u << 30) - 1);
    for (int i = 0; i < 160; i++) grain_step(&g);
    return g;
}

static void prepare(struct parameters *p, unsigned width) {
    unsigned partial = partial_rounds[width - 2];
    grain g = grain_start(width, partial);
    for (unsigned i = 0; i < (FULL_ROUNDS + partial) * width; i++) {
        struct u256 n = grain_number(&g);
        while (!u256_lt(&n, &modulus)) n = grain_number(&g);
        mul(&p->round[i], &n, &radix_squared);
    }
    struct u256 x[2 * WIDTH_MAX]; /* a Cauchy matrix: 1 / (x_i + y_j) */
    for (unsigned i = 0; i < 2 * width; i++) {
        struct u256 n = grain_number(&g);
        mul(&x[i], &n, &radix_squared); /* below 2 r: the product is reduced */
    }
    for (unsigned i = 0; i < width; i++)
        for (unsigned j = 0; j < width; j++) {
            struct u256 sum;
            add(&sum, &x[i], &x[width + j]);
            invert(&p->mix[i][j], &sum);
        }
}

static const struct parameters *parameters(unsigned width) {
    struct parameters *p = &tables[width - 2];
    pthread_mutex_lock(&preparing);
    if (!ready[width - 2]) prepare(p, width);
    ready[width - 2] = true;
    pthread_mutex_unlock(&preparing);
    return p;
}

/* ---- The hash */

static void mix(const struct parameters *p, struct u256 *state, unsigned width) {
    struct u256 next[WIDTH_MAX] = {0};
    for (unsigned i = 0; i < width; i++)
        for (unsigned j = 0; j < width; j++) {
            struct u256 t;
            mul(&t, &state[j], &p->mix[i][j]);
            add(&next[i], &next[i], &t);
        }
    memcpy(state, next, width * sizeof *state);
}

static void permute(const struct parameters *p, struct u256 *state, unsigned width) {
    unsigned partial = partial_rounds[width - 2], half = FULL_ROUNDS / 2;
    for (unsigned r = 0; r < FULL_ROUNDS + partial; r++) {
        bool full = r < half || r >= half + partial;
        for (unsigned i = 0; i < width; i++) add(&state[i], &state[i], &p->round[r * width + i]);
        for (unsigned i = 0; i < (full ? width : 1); i++) substitute(&state[i]);
        mix(p, state, width);
    }
}

bool poseidon(struct b32 *out, const struct b32 *in, size_t count) {
    if (count == 0 || count > POSEIDON_INPUTS_MAX) return false;
    unsigned width = (unsigned)count + 1;
    struct u256 state[WIDTH_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        u256_load_be(&state[i + 1], in[i].b);
        if (!u256_lt(&state[i + 1], &modulus)) return false;
        mul(&state[i + 1], &state[i + 1], &radix_squared);
    }
    permute(parameters(width), state, width);
    static const struct u256 one = {{1, 0, 0, 0}};
    mul(&state[0], &state[0], &one);
    u256_store_be(out->b, &state[0]);
    return true;
}
