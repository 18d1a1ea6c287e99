/* The laws of the structures on random elements, and what holds between them. Byte strings of other
 * implementations are in framework/tests (algebra_tests.move, *_algebra_vectors.move). */
#include "crypto/algebra.h"
#include "vectors.h"

typedef uint64_t room[ALGEBRA_SIZE_MAX / 8];

static const struct curve {
    enum algebra_curve curve;
    enum algebra_structure fr, g1, g2, gt, fq12;
} curves[] = {
    {ALGEBRA_BLS12, ALGEBRA_BLS12_FR, ALGEBRA_BLS12_G1, ALGEBRA_BLS12_G2, ALGEBRA_BLS12_GT,
     ALGEBRA_BLS12_FQ12},
    {ALGEBRA_BN254, ALGEBRA_BN254_FR, ALGEBRA_BN254_G1, ALGEBRA_BN254_G2, ALGEBRA_BN254_GT,
     ALGEBRA_BN254_FQ12},
};

static uint64_t random_state = 42;

static uint64_t next(void) {
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return random_state >> 11 ^ random_state << 29;
}

static const struct curve *curve_of(enum algebra_structure s) {
    return &curves[s >= ALGEBRA_BN254_FR];
}

/* A random element: of a field by Horner's rule, of a group as a multiple of the generator. */
static void draw(enum algebra_structure s, void *r) {
    const struct algebra_ops *ops = algebra_ops(s);
    room digit, base;
    if (ops->mul) {
        ops->from_u64(base, next());
        ops->from_u64(r, next());
        for (int i = 0; i < 5; i++) {
            ops->mul(r, r, base);
            ops->from_u64(digit, next());
            ops->add(r, r, digit);
        }
        return;
    }
    uint8_t k[ALGEBRA_SCALAR_BYTES];
    draw(curve_of(s)->fr, base);
    algebra_ops(curve_of(s)->fr)->write(k, ALGEBRA_FIRST, base);
    ops->one(r);
    ops->scale(r, r, k);
}

static void check_sums(enum algebra_structure s) {
    const struct algebra_ops *ops = algebra_ops(s);
    room a, b, c, x, y, zero;
    draw(s, a);
    draw(s, b);
    draw(s, c);
    ops->zero(zero);
    ops->add(x, a, b);
    ops->add(y, b, a);
    assert_true(ops->eq(x, y));
    ops->add(x, x, c);
    ops->add(y, b, c);
    ops->add(y, a, y);
    assert_true(ops->eq(x, y));
    ops->sub(x, a, b);
    ops->add(x, x, b);
    assert_true(ops->eq(x, a));
    ops->neg(x, a);
    ops->add(x, a, x);
    assert_true(ops->eq(x, zero));
    ops->add(x, a, zero);
    assert_true(ops->eq(x, a) && !ops->eq(a, b));
    memcpy(x, a, ops->size);
    ops->sub(x, x, x); /* a result may be both operands */
    assert_true(ops->eq(x, zero));
}

static void check_products(enum algebra_structure s) {
    const struct algebra_ops *ops = algebra_ops(s);
    room a, b, c, x, y, one;
    draw(s, a);
    draw(s, b);
    draw(s, c);
    ops->one(one);
    ops->add(x, a, b);
    ops->mul(x, x, c);
    ops->mul(y, a, c);
    ops->mul(b, b, c);
    ops->add(y, y, b);
    assert_true(ops->eq(x, y));
    ops->inv(x, a);
    ops->mul(x, x, a);
    assert_true(ops->eq(x, one));
}

static void check_multiples(enum algebra_structure s) {
    const struct algebra_ops *ops = algebra_ops(s), *fr = algebra_ops(curve_of(s)->fr);
    room p, x, y, z, k, l, sum;
    uint8_t bytes[ALGEBRA_SCALAR_BYTES];
    draw(s, p);
    draw(curve_of(s)->fr, k);
    draw(curve_of(s)->fr, l);
    fr->add(sum, k, l);
    fr->write(bytes, ALGEBRA_FIRST, k);
    ops->scale(x, p, bytes);
    fr->write(bytes, ALGEBRA_FIRST, l);
    ops->scale(y, p, bytes);
    fr->write(bytes, ALGEBRA_FIRST, sum);
    ops->scale(z, p, bytes);
    ops->add(x, x, y);
    assert_true(ops->eq(x, z));
    ops->twice(x, p);
    ops->add(y, p, p);
    assert_true(ops->eq(x, y));
    algebra_order(s, (uint8_t *)x);
    ops->scale(y, p, (const uint8_t *)x);
    ops->zero(z);
    assert_true(ops->eq(y, z));
}

static void check_bytes(enum algebra_structure s) {
    const struct algebra_ops *ops = algebra_ops(s);
    uint8_t bytes[ALGEBRA_SIZE_MAX], again[ALGEBRA_SIZE_MAX];
    for (int f = ALGEBRA_FIRST; f <= ALGEBRA_SECOND && ops->bytes[f]; f++) {
        room a[3], b;
        draw(s, a[0]);
        ops->zero(a[1]);
        ops->neg(a[2], a[0]);
        for (int i = 0; i < 3; i++) {
            ops->write(bytes, (enum algebra_format)f, a[i]);
            assert_true(ops->read(b, (enum algebra_format)f, bytes));
            assert_true(ops->eq(a[i], b));
            ops->write(again, (enum algebra_format)f, b);
            assert_memory_equal(bytes, again, ops->bytes[f]);
        }
    }
}

static void test_laws_hold_in_every_structure(void **state) {
    (void)state;
    for (int s = 0; s < ALGEBRA_COUNT; s++)
        for (int i = 0; i < 5; i++) {
            check_sums((enum algebra_structure)s);
            check_bytes((enum algebra_structure)s);
            if (algebra_ops((enum algebra_structure)s)->mul)
                check_products((enum algebra_structure)s);
            else
                check_multiples((enum algebra_structure)s);
        }
}

/* The generator of Gt is a table; it must be the pairing of the others. */
static void test_pairing_is_bilinear_and_of_the_generators_gts(void **state) {
    (void)state;
    struct arena scratch;
    arena_init(&scratch, 0);
    for (size_t i = 0; i < COUNT_OF(curves); i++) {
        const struct curve *c = &curves[i];
        const struct algebra_ops *gt = algebra_ops(c->gt), *g1 = algebra_ops(c->g1);
        room p, q, r, sum, x, y, one;
        g1->one(p);
        algebra_ops(c->g2)->one(q);
        gt->one(one);
        algebra_pairing(c->curve, x, (const void *[]){p}, (const void *[]){q}, 1, &scratch);
        assert_true(gt->eq(x, one));
        draw(c->g1, p);
        draw(c->g1, r);
        draw(c->g2, q);
        g1->add(sum, p, r);
        algebra_pairing(c->curve, x, (const void *[]){sum}, (const void *[]){q}, 1, &scratch);
        algebra_pairing(c->curve, y, (const void *[]){p, r}, (const void *[]){q, q}, 2, &scratch);
        assert_true(gt->eq(x, y) && algebra_in_gt(c->curve, x));
    }
    arena_free(&scratch);
}

static void test_sum_of_many_is_that_of_each(void **state) {
    (void)state;
    enum { MANY = 50 };
    static const enum algebra_structure groups[] = {ALGEBRA_BLS12_G1, ALGEBRA_BLS12_G2,
                                                    ALGEBRA_BN254_G1, ALGEBRA_BN254_G2};
    static room points[MANY];
    static uint8_t k[MANY][ALGEBRA_SCALAR_BYTES];
    struct arena scratch;
    arena_init(&scratch, 0);
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        const struct algebra_ops *ops = algebra_ops(groups[i]);
        const void *list[MANY];
        room sum, term, scalar;
        for (size_t n = 0; n < MANY; n++) {
            draw(groups[i], points[n]);
            draw(curve_of(groups[i])->fr, scalar);
            algebra_ops(curve_of(groups[i])->fr)->write(k[n], ALGEBRA_FIRST, scalar);
            if (n % 10 == 3) memset(k[n], 0, sizeof k[n]);
            if (n % 10 == 4) ops->zero(points[n]);
            list[n] = points[n];
        }
        for (size_t count = 0; count <= MANY; count += 10) {
            ops->zero(sum);
            for (size_t n = 0; n < count; n++) {
                ops->scale(term, points[n], k[n]);
                ops->add(sum, sum, term);
            }
            algebra_sum(groups[i], term, list, (const uint8_t(*)[ALGEBRA_SCALAR_BYTES])k, count,
                        &scratch);
            assert_true(ops->eq(sum, term));
        }
    }
    arena_free(&scratch);
}

/* Infinity has one encoding, except that arkworks does not look at bn254's compressed x. */
static void test_infinity_with_other_bits_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < 2; i++)
        for (int f = ALGEBRA_FIRST; f <= ALGEBRA_SECOND; f++) {
            const struct algebra_ops *ops = algebra_ops(i ? ALGEBRA_BLS12_G2 : ALGEBRA_BLS12_G1);
            uint8_t bytes[ALGEBRA_SIZE_MAX];
            room r;
            ops->zero(r);
            ops->write(bytes, (enum algebra_format)f, r);
            bytes[ops->bytes[f] - 1] = 1;
            assert_false(ops->read(r, (enum algebra_format)f, bytes));
        }
    const struct algebra_ops *ops = algebra_ops(ALGEBRA_BN254_G1);
    uint8_t bytes[64] = {[63] = 0xc0};
    room r;
    assert_false(ops->read(r, ALGEBRA_FIRST, bytes)); /* both flags */
    bytes[63] = 0;
    assert_false(ops->read(r, ALGEBRA_FIRST, bytes)); /* zeros without one */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_laws_hold_in_every_structure),
        cmocka_unit_test(test_pairing_is_bilinear_and_of_the_generators_gts),
        cmocka_unit_test(test_sum_of_many_is_that_of_each),
        cmocka_unit_test(test_infinity_with_other_bits_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
