/* KZG verification against c-kzg, which makes the proofs with the whole trusted setup and judges
 * them by another equation than ours. */
#include "crypto/kzg.h"

#include <ckzg.h>

#include "vectors.h"

static KZGSettings settings;

static int load_setup(void **state) {
    (void)state;
    FILE *f = fopen(TERN_SOURCE_DIR "/node_modules/c-kzg/deps/c-kzg/trusted_setup.txt", "r");
    if (!f) return -1;
    int rc = load_trusted_setup_file(&settings, f, 0) == C_KZG_OK ? 0 : -1;
    fclose(f);
    return rc;
}

static int free_setup(void **state) {
    (void)state;
    free_trusted_setup(&settings);
    return 0;
}

struct claim {
    uint8_t commitment[48], proof[48];
    struct b32 z, y;
};

static struct claim random_claim(struct random *rng, size_t coefficients) {
    static Blob blob;
    KZGCommitment commitment;
    KZGProof proof;
    Bytes32 z = {{0}}, y;
    struct claim c;
    memset(&blob, 0, sizeof blob);
    for (size_t i = 0; i < coefficients; i++) random_bytes(rng, blob.bytes + 32 * i + 1, 31);
    random_bytes(rng, z.bytes + 1, 31);
    assert_int_equal(blob_to_kzg_commitment(&commitment, &blob, &settings), C_KZG_OK);
    assert_int_equal(compute_kzg_proof(&proof, &y, &blob, &z, &settings), C_KZG_OK);
    memcpy(c.commitment, &commitment, 48);
    memcpy(c.proof, &proof, 48);
    memcpy(&c.z, &z, 32);
    memcpy(&c.y, &y, 32);
    return c;
}

/* Both judgements, which must agree. */
static bool judge(const struct claim *c) {
    bool ok = false;
    C_KZG_RET rc = verify_kzg_proof(&ok, (const Bytes48 *)c->commitment, (const Bytes32 *)&c->z,
                                    (const Bytes32 *)&c->y, (const Bytes48 *)c->proof, &settings);
    bool ours = kzg_verify(c->commitment, &c->z, &c->y, c->proof);
    assert_int_equal(ours, rc == C_KZG_OK && ok);
    return ours;
}

static void test_verify_proofs_of_c_kzg_hold(void **state) {
    (void)state;
    struct random rng = {1};
    for (size_t n = 1; n <= 4096; n *= 16) {
        struct claim c = random_claim(&rng, n);
        assert_true(judge(&c));
    }
}

/* The zero polynomial: commitment and proof are infinity. */
static void test_verify_infinity_holds_for_zero_only(void **state) {
    (void)state;
    struct random rng = {2};
    struct claim c = random_claim(&rng, 0);
    assert_int_equal(c.commitment[0], 0xc0);
    assert_int_equal(c.proof[0], 0xc0);
    assert_true(judge(&c));
    c.y.b[31] = 1;
    assert_false(judge(&c));
}

static void test_verify_changed_claims_fail(void **state) {
    (void)state;
    struct random rng = {3};
    struct claim right = random_claim(&rng, 100), other = random_claim(&rng, 100), c;
    c = right, memcpy(c.commitment, other.commitment, 48);
    assert_false(judge(&c));
    c = right, memcpy(c.proof, other.proof, 48);
    assert_false(judge(&c));
    c = right, c.z = other.z;
    assert_false(judge(&c));
    c = right, c.y = other.y;
    assert_false(judge(&c));
    for (size_t bit = 0; bit < 8 * sizeof c; bit += 7) {
        c = right;
        ((uint8_t *)&c)[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(judge(&c));
    }
}

/* z and y have to be smaller than r, also where their remainder would do. */
static void test_verify_scalars_that_are_not_reduced_fail(void **state) {
    (void)state;
    static const char r_hex[] = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
    struct random rng = {4};
    struct claim c = random_claim(&rng, 0);
    memset(&c.z, 0, sizeof c.z);
    assert_true(judge(&c));
    unhex_into(&c.z, 32, r_hex);
    assert_false(judge(&c));
    memset(&c.z, 0, sizeof c.z);
    unhex_into(&c.y, 32, r_hex);
    assert_false(judge(&c));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verify_proofs_of_c_kzg_hold),
        cmocka_unit_test(test_verify_infinity_holds_for_zero_only),
        cmocka_unit_test(test_verify_changed_claims_fail),
        cmocka_unit_test(test_verify_scalars_that_are_not_reduced_fail),
    };
    return cmocka_run_group_tests(tests, load_setup, free_setup);
}
