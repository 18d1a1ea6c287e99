/* Two sums of multiples of points must be infinity: that t is the value at x of the polynomial that
 * T1 and T2 commit to, and that the inner product behind L and R is t. The crate adds the two with
 * a random factor; here each is computed, so that nothing depends on chance. */
#include "crypto/bulletproof.h"

#include "crypto/curve25519.h"
#include "crypto/keccak.h"
#include "crypto/merlin.h"
#include "crypto/ristretto.h"

enum { PIECE = 32, HEAD_PIECES = 7, HALVINGS_MAX = 31, SHAKE_RATE = 136 };

static const struct b32 one = {{1}};

bool bulletproof_read(struct bulletproof *out, struct bytes in) {
    size_t pieces = in.n / PIECE;
    if (in.n % PIECE != 0 || pieces < HEAD_PIECES + 2) return false;
    size_t halved = pieces - HEAD_PIECES - 2;
    if (halved % 2 != 0 || halved / 2 > HALVINGS_MAX) return false;
    struct b32 *const head[HEAD_PIECES] = {&out->a, &out->s,          &out->t1,        &out->t2,
                                           &out->t, &out->t_blinding, &out->e_blinding};
    for (size_t i = 0; i < HEAD_PIECES; i++) memcpy(head[i], in.p + i * PIECE, PIECE);
    out->halvings = in.p + (size_t)HEAD_PIECES * PIECE;
    out->halving_count = (unsigned)(halved / 2);
    memcpy(&out->left_a, in.p + in.n - 2 * PIECE, PIECE);
    memcpy(&out->left_b, in.p + in.n - PIECE, PIECE);
    return ristretto_scalar_canonical(&out->t) && ristretto_scalar_canonical(&out->t_blinding) &&
           ristretto_scalar_canonical(&out->e_blinding) &&
           ristretto_scalar_canonical(&out->left_a) && ristretto_scalar_canonical(&out->left_b);
}

/* ---- Scalars, by value */

static struct b32 add(struct b32 a, struct b32 b) {
    ristretto_scalar_add(&a, &a, &b);
    return a;
}

static struct b32 sub(struct b32 a, struct b32 b) {
    ristretto_scalar_sub(&a, &a, &b);
    return a;
}

static struct b32 mul(struct b32 a, struct b32 b) {
    ristretto_scalar_mul(&a, &a, &b);
    return a;
}

static struct b32 negate(struct b32 a) {
    ristretto_scalar_neg(&a, &a);
    return a;
}

static struct b32 invert(struct b32 a) {
    ristretto_scalar_invert(&a, &a);
    return a;
}

/* 1 + a + … + a^(n-1) */
static struct b32 powers(struct b32 a, size_t n) {
    struct b32 sum = {{0}}, power = one;
    for (; n > 0; n--, power = mul(power, a)) sum = add(sum, power);
    return sum;
}

/* ---- The transcript */

static struct b32 challenge(struct merlin *t, const char *label) {
    uint8_t wide[64];
    struct b32 out;
    merlin_challenge(t, label, wide, sizeof wide);
    ristretto_scalar_reduce(&out, wide);
    return out;
}

static void say(struct merlin *t, const char *label, const struct b32 *b) {
    merlin_append(t, label, BYTES_OF(b->b));
}

/* A proof whose points are infinity would let the prover out of his commitments. */
static bool say_point(struct merlin *t, const char *label, const struct b32 *p) {
    say(t, label, p);
    return !b32_is_zero(p);
}

struct challenges {
    struct b32 y, z, x, w;
    struct b32 u2[HALVINGS_MAX], u_minus2[HALVINGS_MAX]; /* u² and u⁻² of each halving */
    struct b32 all_inverse;                              /* 1 over the product of all u */
};

static bool hear_halvings(struct challenges *c, const struct bulletproof *p, size_t size,
                          struct merlin *t) {
    struct b32 product = one;
    merlin_append(t, "dom-sep", BYTES_LIT("ipp v1"));
    merlin_append_u64(t, "n", size);
    for (unsigned i = 0; i < p->halving_count; i++) {
        struct b32 side[2];
        memcpy(side, p->halvings + (size_t)i * sizeof side, sizeof side);
        if (!say_point(t, "L", &side[0]) || !say_point(t, "R", &side[1])) return false;
        struct b32 u = challenge(t, "u"), inverse = invert(u);
        product = mul(product, u);
        c->u2[i] = mul(u, u);
        c->u_minus2[i] = mul(inverse, inverse);
    }
    c->all_inverse = invert(product);
    return true;
}

static bool hear(struct challenges *c, const struct bulletproof *p,
                 const struct bulletproof_claim *claim) {
    struct merlin t;
    merlin_init(&t, claim->domain);
    merlin_append(&t, "dom-sep", BYTES_LIT("rangeproof v1"));
    merlin_append_u64(&t, "n", claim->bits);
    merlin_append_u64(&t, "m", claim->count);
    for (size_t i = 0; i < claim->count; i++) say(&t, "V", &claim->commitments[i]);
    if (!say_point(&t, "A", &p->a) || !say_point(&t, "S", &p->s)) return false;
    c->y = challenge(&t, "y");
    c->z = challenge(&t, "z");
    if (!say_point(&t, "T_1", &p->t1) || !say_point(&t, "T_2", &p->t2)) return false;
    c->x = challenge(&t, "x");
    say(&t, "t_x", &p->t);
    say(&t, "t_x_blinding", &p->t_blinding);
    say(&t, "e_blinding", &p->e_blinding);
    c->w = challenge(&t, "w");
    return hear_halvings(c, p, claim->bits * claim->count, &t);
}

/* ---- Generators: G and H of each number's bits, from SHAKE256 of a label */

struct chain {
    uint64_t lanes[25];
    size_t at; /* in the block of output */
};

static void chain_init(struct chain *s, char which, uint32_t number) {
    uint8_t block[SHAKE_RATE] = "GeneratorsChain";
    block[15] = (uint8_t)which;
    store_le32(block + 16, number);
    block[20] = 0x1f;
    block[SHAKE_RATE - 1] |= 0x80;
    memset(s, 0, sizeof *s);
    memcpy(s->lanes, block, sizeof block);
    keccak_f1600(s->lanes);
}

static struct b32 chain_next(struct chain *s) {
    uint8_t wide[64];
    struct b32 point;
    for (size_t i = 0; i < sizeof wide; i++, s->at++) {
        if (s->at == SHAKE_RATE) {
            keccak_f1600(s->lanes);
            s->at = 0;
        }
        wide[i] = ((const uint8_t *)s->lanes)[s->at];
    }
    ristretto_from_uniform(&point, wide);
    return point;
}

void bulletproof_generators_make(struct bulletproof_generators *out, uint32_t number) {
    struct chain g, h;
    chain_init(&g, 'G', number);
    chain_init(&h, 'H', number);
    for (unsigned i = 0; i < BULLETPROOF_BITS_MAX; i++) {
        out->g[i] = chain_next(&g);
        out->h[i] = chain_next(&h);
    }
}

/* ---- Sums */

struct sum {
    struct b32 *scalars, *points;
    size_t count;
};

static void sum_init(struct sum *s, size_t most, struct arena *scratch) {
    s->scalars = ARENA_ARRAY(scratch, struct b32, most);
    s->points = ARENA_ARRAY(scratch, struct b32, most);
    s->count = 0;
}

static void term(struct sum *s, struct b32 scalar, const void *point) {
    s->scalars[s->count] = scalar;
    memcpy(&s->points[s->count++], point, PIECE);
}

static bool is_infinity(const struct sum *s, struct arena *scratch) {
    struct b32 out;
    return curve25519_msm(CURVE25519_RISTRETTO, &out, s->scalars, s->points, s->count, scratch) &&
           b32_is_zero(&out);
}

/* (z - z²) Σ y^i - z³ Σ z^j Σ 2^i */
static struct b32 delta(const struct bulletproof_claim *claim, const struct challenges *c) {
    static const struct b32 two = {{2}};
    struct b32 zz = mul(c->z, c->z);
    struct b32 first = mul(sub(c->z, zz), powers(c->y, claim->bits * claim->count));
    struct b32 second = mul(powers(two, claim->bits), powers(c->z, claim->count));
    return sub(first, mul(mul(zz, c->z), second));
}

/* t B + t' B' = z² Σ z^j V_j + δ B + x T1 + x² T2 */
static bool polynomial_holds(const struct bulletproof *p, const struct bulletproof_claim *claim,
                             const struct challenges *c, struct arena *scratch) {
    struct sum s;
    sum_init(&s, claim->count + 4, scratch);
    term(&s, sub(delta(claim, c), p->t), &claim->value_base);
    term(&s, negate(p->t_blinding), &claim->blinding_base);
    term(&s, c->x, &p->t1);
    term(&s, mul(c->x, c->x), &p->t2);
    struct b32 power = mul(c->z, c->z);
    for (size_t i = 0; i < claim->count; i++, power = mul(power, c->z))
        term(&s, power, &claim->commitments[i]);
    return is_infinity(&s, scratch);
}

/* The products of u^±1 that the halvings put before each generator: bit k of i says the sign. */
static struct b32 *signed_products(const struct challenges *c, unsigned halvings,
                                   struct arena *scratch) {
    size_t n = (size_t)1 << halvings;
    struct b32 *s = ARENA_ARRAY(scratch, struct b32, n);
    s[0] = c->all_inverse;
    for (size_t i = 1, high = 0; i < n; i++) {
        if (i >> (high + 1)) high++;
        s[i] = mul(s[i - ((size_t)1 << high)], c->u2[halvings - 1 - high]);
    }
    return s;
}

static void generator_terms(struct sum *s, const struct bulletproof *p,
                            const struct bulletproof_claim *claim,
                            const struct bulletproof_generators *generators,
                            const struct challenges *c, const struct b32 *product) {
    size_t size = claim->bits * claim->count;
    struct b32 y_inverse = invert(c->y), y_power = one, z_power = mul(c->z, c->z), bit;
    for (size_t number = 0, i = 0; number < claim->count; number++) {
        bit = z_power;
        for (unsigned k = 0; k < claim->bits; k++, i++) {
            struct b32 left = add(c->z, mul(p->left_a, product[i]));
            struct b32 right = sub(bit, mul(p->left_b, product[size - 1 - i]));
            term(s, negate(left), &generators[number].g[k]);
            term(s, add(c->z, mul(y_power, right)), &generators[number].h[k]);
            y_power = mul(y_power, y_inverse);
            bit = add(bit, bit);
        }
        z_power = mul(z_power, c->z);
    }
}

/* A + x S + Σ u² L + Σ u⁻² R - e B' + w (t - a b) B + Σ g G + Σ h H = 0 */
static bool product_holds(const struct bulletproof *p, const struct bulletproof_claim *claim,
                          const struct bulletproof_generators *generators,
                          const struct challenges *c, struct arena *scratch) {
    struct sum s;
    size_t size = claim->bits * claim->count;
    sum_init(&s, 4 + 2 * (size_t)p->halving_count + 2 * size, scratch);
    term(&s, one, &p->a);
    term(&s, c->x, &p->s);
    term(&s, negate(p->e_blinding), &claim->blinding_base);
    term(&s, mul(c->w, sub(p->t, mul(p->left_a, p->left_b))), &claim->value_base);
    for (unsigned i = 0; i < p->halving_count; i++) {
        term(&s, c->u2[i], p->halvings + (size_t)i * 2 * PIECE);
        term(&s, c->u_minus2[i], p->halvings + ((size_t)i * 2 + 1) * PIECE);
    }
    generator_terms(&s, p, claim, generators, c, signed_products(c, p->halving_count, scratch));
    return is_infinity(&s, scratch);
}

bool bulletproof_verify(const struct bulletproof *p, const struct bulletproof_claim *claim,
                        const struct bulletproof_generators *generators, struct arena *scratch) {
    struct challenges c;
    struct arena_mark mark = arena_mark(scratch);
    size_t size = claim->bits * claim->count;
    bool ok = (size_t)1 << p->halving_count == size && hear(&c, p, claim) &&
              polynomial_holds(p, claim, &c, scratch) &&
              product_holds(p, claim, generators, &c, scratch);
    arena_release(scratch, mark);
    return ok;
}
