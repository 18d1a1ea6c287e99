/* Poseidon against circomlib's published hashes and the example of crate solana-poseidon. */
#include "crypto/poseidon.h"

#include "vectors.h"

static void test_published_hashes(void **state) {
    (void)state;
    static const struct {
        size_t count;
        const char *hex;
    } cases[] = {/* of 1, 2, … count */
                 {1, "29176100eaa962bdc1fe6c654d6a3c130e96a4d1168b33848b897dc502820133"},
                 {2, "115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a"},
                 {6, "2d1a03850084442813c8ebf094dea47538490a68b05f2239134a4cca2f6302e1"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct b32 in[POSEIDON_INPUTS_MAX] = {0}, out;
        for (size_t k = 0; k < cases[i].count; k++) in[k].b[31] = (uint8_t)(k + 1);
        assert_true(poseidon(&out, in, cases[i].count));
        assert_hex(&out, sizeof out, cases[i].hex);
    }
}

static void test_full_elements(void **state) {
    (void)state;
    struct b32 in[2], out;
    memset(&in[0], 1, sizeof in[0]);
    memset(&in[1], 2, sizeof in[1]);
    assert_true(poseidon(&out, in, 2));
    assert_hex(&out, sizeof out,
               "0d54e1938f8a8c1c7deb5e0355f26319207b84fe9ca2ce1b26e735c829821990");
}

static void test_counts_and_elements_out_of_range_are_refused(void **state) {
    (void)state;
    struct b32 in[POSEIDON_INPUTS_MAX] = {0}, out;
    assert_false(poseidon(&out, in, 0));
    assert_true(poseidon(&out, in, POSEIDON_INPUTS_MAX));
    assert_false(poseidon(&out, in, POSEIDON_INPUTS_MAX + 1));
    unhex_into(&in[1], sizeof in[1],
               "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001");
    assert_false(poseidon(&out, in, 2));
    in[1].b[31] = 0;
    assert_true(poseidon(&out, in, 2));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_hashes),
        cmocka_unit_test(test_full_elements),
        cmocka_unit_test(test_counts_and_elements_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
