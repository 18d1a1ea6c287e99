/* BLS12-381: the group laws, sums of products against additions, bilinearity, and input that must
 * be refused. (EIP-2537's vectors run through the EVM's precompiles.) */
#include "crypto/bls12.h"

#include <pthread.h>

#include "vectors.h"

static const char p_hex[] = "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
                            "1eabfffeb153ffffb9feffffffffaaab";
static const char r_hex[] = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";

/* The generators (EIP-2537, "Curve parameters"), each coordinate without its padding. */
static const char g1_hex[] = "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58"
                             "6c55e83ff97a1aeffb3af00adb22c6bb"
                             "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3ed"
                             "d03cc744a2888ae40caa232946c5e7e1";
static const char g2_hex[] = "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d177"
                             "0bac0326a805bbefd48056c8c121bdb8"
                             "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049"
                             "334cf11213945d57e5ac7d055d042b7e"
                             "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c"
                             "923ac9cc3baca289e193548608b82801"
                             "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab"
                             "3f370d275cec1da1aaa9075ff05f79be";

/* Both groups behind one face, so that each law is written once. */
struct group {
    size_t point_bytes;
    const char *generator;
    bool (*add)(uint8_t *out, struct bytes in);
    bool (*msm)(uint8_t *out, struct bytes in, struct arena *scratch);
    bool (*map)(uint8_t *out, struct bytes in);
    size_t map_bytes;
    size_t sizes_max; /* how many terms the tests go up to, beyond blst's change of method */
};

static const struct group g1 = {BLS12_G1_BYTES,  g1_hex, bls12_g1_add, bls12_g1_msm,
                                bls12_map_to_g1, 64,     140};
static const struct group g2 = {
    BLS12_G2_BYTES, g2_hex, bls12_g2_add, bls12_g2_msm, bls12_map_to_g2, 128, 70};

struct point {
    uint8_t b[BLS12_G2_BYTES];
};

static struct point generator(const struct group *g) {
    struct point p = {{0}};
    uint8_t packed[192];
    unhex_into(packed, g->point_bytes / 64 * 48, g->generator);
    for (size_t i = 0; i < g->point_bytes / 64; i++) memcpy(p.b + 64 * i + 16, packed + 48 * i, 48);
    return p;
}

static struct point add(const struct group *g, struct point a, struct point b) {
    uint8_t in[2 * BLS12_G2_BYTES];
    struct point sum = {{0}};
    memcpy(in, &a, g->point_bytes);
    memcpy(in + g->point_bytes, &b, g->point_bytes);
    assert_true(g->add(sum.b, bytes_make(in, 2 * g->point_bytes)));
    return sum;
}

static bool try_msm(const struct group *g, const struct point *p, const struct b32 *k, size_t n,
                    struct point *out) {
    size_t term = g->point_bytes + 32;
    uint8_t *in = malloc(n * term);
    struct arena scratch;
    arena_init(&scratch, 0);
    for (size_t i = 0; i < n; i++) {
        memcpy(in + i * term, &p[i], g->point_bytes);
        memcpy(in + i * term + g->point_bytes, &k[i], 32);
    }
    *out = (struct point){{0}};
    bool ok = g->msm(out->b, bytes_make(in, n * term), &scratch);
    arena_free(&scratch);
    free(in);
    return ok;
}

static struct point mul(const struct group *g, struct point p, const struct b32 *k) {
    struct point out;
    assert_true(try_msm(g, &p, k, 1, &out));
    return out;
}

/* Double and add, on the addition alone. */
static struct point mul_naive(const struct group *g, struct point p, const struct b32 *k) {
    struct point r = {{0}};
    for (int bit = 0; bit < 256; bit++) {
        r = add(g, r, r);
        if (k->b[bit / 8] >> (7 - bit % 8) & 1) r = add(g, r, p);
    }
    return r;
}

static struct b32 hex_scalar(const char *hex) {
    struct b32 k;
    unhex_into(&k, 32, hex);
    return k;
}

static struct b32 small_scalar(uint64_t v) {
    struct b32 k = {{0}};
    store_be64(k.b + 24, v);
    return k;
}

static struct b32 random_scalar(struct random *rng) {
    struct b32 k;
    random_bytes(rng, &k, sizeof k);
    return k;
}

static struct point random_point(const struct group *g, struct random *rng) {
    struct b32 k = random_scalar(rng);
    return mul(g, generator(g), &k);
}

static struct point negate(const struct group *g, struct point p) {
    struct b32 minus_one = hex_scalar(r_hex);
    minus_one.b[31] -= 1;
    return mul(g, p, &minus_one);
}

static void assert_point_equal(struct point a, struct point b) {
    assert_memory_equal(&a, &b, sizeof a);
}

static void check_group_laws(const struct group *g, unsigned seed) {
    struct random rng = {seed};
    const struct point zero = {{0}};
    const struct b32 two = small_scalar(2);
    for (int i = 0; i < 20; i++) {
        struct point a = random_point(g, &rng), b = random_point(g, &rng),
                     c = random_point(g, &rng);
        assert_point_equal(add(g, add(g, a, b), c), add(g, a, add(g, b, c)));
        assert_point_equal(add(g, a, b), add(g, b, a));
        assert_point_equal(add(g, a, zero), a);
        assert_point_equal(add(g, zero, a), a);
        assert_point_equal(add(g, a, a), mul(g, a, &two));
        assert_point_equal(add(g, a, negate(g, a)), zero);
    }
    assert_point_equal(add(g, zero, zero), zero);
}

static void test_addition_group_laws_hold(void **state) {
    (void)state;
    check_group_laws(&g1, 1);
    check_group_laws(&g2, 2);
}

static void check_scalars(const struct group *g, unsigned seed) {
    struct random rng = {seed};
    struct point p = random_point(g, &rng);
    struct b32 order = hex_scalar(r_hex), above = order, max;
    const struct point zero = {{0}};
    const struct b32 nothing = small_scalar(0);
    memset(&max, 0xff, sizeof max);
    for (int i = 0; i < 12; i++) {
        struct b32 k = random_scalar(&rng);
        assert_point_equal(mul(g, p, &k), mul_naive(g, p, &k));
    }
    assert_point_equal(mul(g, p, &max), mul_naive(g, p, &max));
    assert_point_equal(mul(g, p, &nothing), zero);
    assert_point_equal(mul(g, p, &order), zero);
    above.b[31] += 1;
    assert_point_equal(mul(g, p, &above), p);
    assert_point_equal(mul(g, zero, &max), zero);
}

static void test_multiplication_any_scalar_equals_double_and_add(void **state) {
    (void)state;
    check_scalars(&g1, 3);
    check_scalars(&g2, 4);
}

/* Sums of every size, with terms that collide: equal points, opposite ones, infinity, 0. */
static void check_sums(const struct group *g, unsigned seed) {
    enum { MAX = 160 };
    static struct point points[MAX], products[MAX];
    static struct b32 scalars[MAX];
    struct random rng = {seed};
    struct point sum = {{0}}, got;
    for (size_t i = 0; i < g->sizes_max; i++) {
        points[i] = random_point(g, &rng);
        scalars[i] = random_scalar(&rng);
        if (i % 7 == 1) points[i] = points[i - 1];
        if (i % 7 == 2) points[i] = negate(g, points[i - 1]);
        if (i % 7 == 2) scalars[i] = scalars[i - 1];
        if (i % 11 == 3) points[i] = (struct point){{0}};
        if (i % 11 == 4) scalars[i] = small_scalar(0);
        if (i % 11 == 5) scalars[i] = small_scalar(i);
        products[i] = mul(g, points[i], &scalars[i]);
        sum = add(g, sum, products[i]);
        if (i > 40 && i % 9 != 0 && i != g->sizes_max - 1) continue;
        assert_true(try_msm(g, points, scalars, i + 1, &got));
        assert_point_equal(got, sum);
    }
    for (size_t i = 0; i < g->sizes_max; i++) points[i] = points[0], scalars[i] = scalars[0];
    sum = (struct point){{0}};
    for (size_t i = 0; i < g->sizes_max; i++) sum = add(g, sum, products[0]);
    assert_true(try_msm(g, points, scalars, g->sizes_max, &got));
    assert_point_equal(got, sum);
}

static void test_msm_any_size_equals_sum_of_products(void **state) {
    (void)state;
    check_sums(&g1, 5);
    check_sums(&g2, 6);
}

static bool pairing(const struct point *p, const struct point *q, size_t n) {
    uint8_t *in = malloc(n * BLS12_PAIR_BYTES);
    struct arena scratch;
    bool result = false;
    arena_init(&scratch, 0);
    for (size_t i = 0; i < n; i++) {
        memcpy(in + i * BLS12_PAIR_BYTES, &p[i], BLS12_G1_BYTES);
        memcpy(in + i * BLS12_PAIR_BYTES + BLS12_G1_BYTES, &q[i], BLS12_G2_BYTES);
    }
    assert_true(bls12_pairing(bytes_make(in, n * BLS12_PAIR_BYTES), &result, &scratch));
    arena_free(&scratch);
    free(in);
    return result;
}

/* e(aP, bQ) e(-bP, aQ) = 1, and not with another factor. */
static void test_pairing_is_bilinear(void **state) {
    (void)state;
    struct random rng = {7};
    for (int i = 0; i < 8; i++) {
        struct b32 a = random_scalar(&rng), b = random_scalar(&rng);
        struct point p = random_point(&g1, &rng), q = random_point(&g2, &rng);
        struct point left[2] = {mul(&g1, p, &a), negate(&g1, mul(&g1, p, &b))};
        struct point right[2] = {mul(&g2, q, &b), mul(&g2, q, &a)};
        assert_true(pairing(left, right, 2));
        right[1] = add(&g2, right[1], q);
        assert_false(pairing(left, right, 2));
    }
}

/* The pairs P, -P in turns: true for an even number of pairs, whatever blst's batches of 16. Pairs
 * with infinity change nothing. */
static void test_pairing_of_many_pairs_with_infinity_among_them(void **state) {
    (void)state;
    enum { MAX = 40 };
    struct random rng = {8};
    static struct point p[MAX], q[MAX];
    const struct point zero = {{0}};
    struct point a = random_point(&g1, &rng), b = random_point(&g2, &rng);
    struct point minus_a = negate(&g1, a);
    size_t real = 0;
    for (size_t i = 0; i < MAX; i++) {
        p[i] = i % 5 == 3 ? zero : real % 2 ? minus_a : a;
        q[i] = i % 5 == 4 ? zero : b;
        real += i % 5 < 3;
        if (i < 4 || i > 14) assert_int_equal(pairing(p, q, i + 1), real % 2 == 0);
    }
    assert_true(pairing(&zero, &b, 1));
    assert_true(pairing(&a, &zero, 1));
    assert_true(pairing(&zero, &zero, 1));
}

/* What the maps give is in the subgroup: the multiplication takes it, and r times it is infinity.
 */
static void check_map(const struct group *g, unsigned seed) {
    struct random rng = {seed};
    for (int i = 0; i < 20; i++) {
        uint8_t u[128] = {0};
        for (size_t k = 0; k < g->map_bytes / 64; k++) random_bytes(&rng, u + 64 * k + 17, 47);
        struct point p = {{0}}, out;
        struct b32 order = hex_scalar(r_hex);
        assert_true(g->map(p.b, bytes_make(u, g->map_bytes)));
        assert_true(try_msm(g, &p, &order, 1, &out));
        assert_point_equal(out, (struct point){{0}});
    }
}

static void test_maps_give_points_of_the_subgroup(void **state) {
    (void)state;
    check_map(&g1, 9);
    check_map(&g2, 10);
}

static void refuse_add(const struct group *g, struct point p) {
    uint8_t in[2 * BLS12_G2_BYTES] = {0}, out[BLS12_G2_BYTES];
    memset(out, 0xee, sizeof out);
    memcpy(in, &p, g->point_bytes);
    assert_false(g->add(out, bytes_make(in, 2 * g->point_bytes)));
    memset(in, 0, sizeof in);
    memcpy(in + g->point_bytes, &p, g->point_bytes);
    assert_false(g->add(out, bytes_make(in, 2 * g->point_bytes)));
    for (size_t i = 0; i < sizeof out; i++) assert_int_equal(out[i], 0xee);
}

static void check_refusals(const struct group *g) {
    struct point p = generator(g), bad;
    uint8_t in[640] = {0}, out[BLS12_G2_BYTES];
    struct arena scratch;
    arena_init(&scratch, 0);
    for (size_t i = 0; i < g->point_bytes; i += 64) { /* padding, and an element that is p */
        bad = p;
        bad.b[i + 15] = 1;
        refuse_add(g, bad);
        bad = p;
        unhex_into(bad.b + i + 16, 48, p_hex);
        refuse_add(g, bad);
        assert_int_equal(g->map(out, bytes_make(bad.b, g->map_bytes)), i >= g->map_bytes);
    }
    bad = p;
    bad.b[g->point_bytes - 1] ^= 1; /* off the curve */
    refuse_add(g, bad);
    for (size_t n = 0; n <= 640; n++) {
        struct bytes some = bytes_make(in, n);
        assert_int_equal(g->add(out, some), n == 2 * g->point_bytes);
        assert_int_equal(g->msm(out, some, &scratch), n && n % (g->point_bytes + 32) == 0);
        assert_int_equal(g->map(out, some), n == g->map_bytes);
    }
    arena_free(&scratch);
}

static void test_wrong_input_is_refused(void **state) {
    (void)state;
    check_refusals(&g1);
    check_refusals(&g2);
    uint8_t in[4 * BLS12_PAIR_BYTES] = {0};
    struct arena scratch;
    bool result;
    arena_init(&scratch, 0);
    for (size_t n = 0; n <= sizeof in; n++)
        assert_int_equal(bls12_pairing(bytes_make(in, n), &result, &scratch),
                         n && n % BLS12_PAIR_BYTES == 0);
    arena_free(&scratch);
}

/* (0, 2) is on y² = x³ + 4 and has order 3: added it is a point, multiplied or paired it is not. */
static void test_points_outside_the_subgroup_only_add(void **state) {
    (void)state;
    struct point p = {{[127] = 2}}, out;
    struct point minus_p = add(&g1, p, p);
    assert_point_equal(add(&g1, p, minus_p), (struct point){{0}});
    const struct b32 scalars[2] = {small_scalar(0), small_scalar(1)};
    assert_false(try_msm(&g1, &p, &scalars[0], 1, &out));
    assert_false(try_msm(&g1, &p, &scalars[1], 1, &out));
    uint8_t in[BLS12_PAIR_BYTES] = {0};
    struct arena scratch;
    bool result;
    arena_init(&scratch, 0);
    memcpy(in, &p, BLS12_G1_BYTES);
    assert_false(bls12_pairing(BYTES_OF(in), &result, &scratch));
    arena_free(&scratch);
}

/* blst puts tables of sums on the stack. The header says how much; the worst sizes, found by
 * filling stacks with a pattern, are 55 terms in G1 and 31 in G2. */
static void *run_worst_sums(void *unused) {
    (void)unused;
    static struct point points[55], out;
    static struct b32 scalars[55];
    struct random rng = {11};
    for (int i = 0; i < 55; i++) points[i] = generator(&g1), scalars[i] = random_scalar(&rng);
    assert_true(try_msm(&g1, points, scalars, 55, &out));
    for (int i = 0; i < 31; i++) points[i] = generator(&g2);
    assert_true(try_msm(&g2, points, scalars, 31, &out));
    return NULL;
}

static void test_msm_needs_no_more_stack_than_the_header_says(void **state) {
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    const size_t stack_bytes = 1 << 20; /* with the sanitizer's zones around what is on it */
#else
    const size_t stack_bytes = 200 << 10;
#endif
    pthread_attr_t attributes;
    pthread_t thread;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, stack_bytes), 0);
    assert_int_equal(pthread_create(&thread, &attributes, run_worst_sums, NULL), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addition_group_laws_hold),
        cmocka_unit_test(test_multiplication_any_scalar_equals_double_and_add),
        cmocka_unit_test(test_msm_any_size_equals_sum_of_products),
        cmocka_unit_test(test_pairing_is_bilinear),
        cmocka_unit_test(test_pairing_of_many_pairs_with_infinity_among_them),
        cmocka_unit_test(test_maps_give_points_of_the_subgroup),
        cmocka_unit_test(test_wrong_input_is_refused),
        cmocka_unit_test(test_msm_needs_no_more_stack_than_the_header_says),
        cmocka_unit_test(test_points_outside_the_subgroup_only_add),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
