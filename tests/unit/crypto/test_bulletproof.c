/* Merlin transcripts against the value that its Rust crate's tests expect, and range proofs that
 * the crate bulletproofs made (aptos-core's tests have them). */
#include "crypto/bulletproof.h"
#include "crypto/merlin.h"
#include "crypto/ristretto.h"
#include "vectors.h"

static void test_merlin_challenge_is_that_of_the_crate(void **state) {
    (void)state;
    struct merlin t;
    uint8_t drawn[32], expected[32];
    merlin_init(&t, BYTES_LIT("test protocol"));
    merlin_append(&t, "some label", BYTES_LIT("some data"));
    merlin_challenge(&t, "challenge", drawn, sizeof drawn);
    unhex_into(expected, 32, "d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615");
    assert_memory_equal(drawn, expected, sizeof drawn);
}

static void test_merlin_fork_draws_the_same_and_more_data_another(void **state) {
    (void)state;
    struct merlin t, fork;
    uint8_t first[300], second[300];
    merlin_init(&t, BYTES_LIT("fork"));
    for (int i = 0; i < 100; i++) merlin_append_u64(&t, "n", (uint64_t)i); /* over many blocks */
    fork = t;
    merlin_challenge(&t, "c", first, sizeof first);
    merlin_challenge(&fork, "c", second, sizeof second);
    assert_memory_equal(first, second, sizeof first);
    merlin_append(&fork, "more", BYTES_LIT(""));
    merlin_challenge(&t, "c", first, sizeof first);
    merlin_challenge(&fork, "c", second, sizeof second);
    assert_memory_not_equal(first, second, sizeof first);
}

enum { PROOF_BYTES = 672 };

static const char proof_hex[] =
    "d8d422d3fb9511d1942b78e3ec1a8c82fe1c01a0a690c55a4761e7e825633a753cca816667d2cbb716fe04a9"
    "c199cad748c2d4e59de4ed04fedf5f04f4341a74ae75b63c1997fd65d5fb3a8c03ad8771abe2c0a4f65d1949"
    "6c11d948d6809503eac4d996f2c6be4e64ebe2df31102c96f106695bdf489dc9290c93b4d4b5411fb6298d0c"
    "33afa57e2e1948c38ef567268a661e7b1c099272e29591e717930a06a2c6e0e2d56aedea3078fd59334634f1"
    "a4543069865409eba074278f191039083102a9a0621791a9be09212a847e22061e083d7a712b05bca7274b25"
    "e4cb1201c679c4957f0842d7661fa1d3f5456a651e89112628b456026f8ad3a7abeaba3fec8031ec8b0392c0"
    "aa6c96205f7b21b0c2d6b5d064bd5bd1a1d91c41625d910688fa0dca35ec0f0e31a45792f8d6a330be970a22"
    "e1e0773111a083de893c89419ee7de97295978de90bcdf873a2826746809e64f9143417dbed09fa1c124e673"
    "febfed65c137cc45fabda963c96b64645802d1440cba5e58717e539f55f3321ab0c0f60410fba70070c5db50"
    "0fee874265a343a2a59773fd150bcae09321a5166062e176e2e76bef0e3dd1a9250bcb7f4c971c10f0b24eb2"
    "a94e009b72c1fc21ee4267881e27b4edba8bed627ddf37e0c53cd425bc279d0c50d154d136503e54882e9541"
    "820d6394bd52ca2b438fd8c517f186fec0649c4846c4e43ce845d80e503dee157ce55392188039a7efc78719"
    "107ab989db8d9363b9dfc1946f01a84dbca5e742ed5f30b07ac61cf17ce2cf2c6a49d799ed3968a63a3ccb90"
    "d9a0e50960d959f17f202dd5cf0f2c375a8a702e063d339e48c0227e7cf710157f63f13136d8c3076c672ea2"
    "c1028fc1825366a145a4311de6c2cc46d3144ae3d2bc5808819b9817be3fce1664ecb60f74733e75e97ca8e5"
    "67d1b81bdd4c56c7a340ba00";

static void read_proof(uint8_t bytes[PROOF_BYTES], struct bulletproof_claim *claim,
                       struct b32 *commitment) {
    static const char base_h[] = "8c9240b456a9e6dc65c377a1048d745f94a08cdb7f44cbcd7b46f34048871134";
    unhex_into(bytes, PROOF_BYTES, proof_hex);
    unhex_into(commitment->b, 32,
               "0a665260a4e42e575882c2cdcb3d0febd6cf168834f6de1e9e61e7b2e53dbf14");
    *claim = (struct bulletproof_claim){.commitments = commitment,
                                        .count = 1,
                                        .bits = 64,
                                        .domain = BYTES_LIT("AptosBulletproofs")};
    ristretto_mul_base(&claim->value_base, &(struct b32){{1}});
    unhex_into(claim->blinding_base.b, 32, base_h);
}

static bool verify(const uint8_t bytes[PROOF_BYTES], const struct bulletproof_claim *claim) {
    struct bulletproof p;
    struct bulletproof_generators generators;
    struct arena scratch;
    arena_init(&scratch, 0);
    bulletproof_generators_make(&generators, 0);
    bool holds = bulletproof_read(&p, bytes_make(bytes, PROOF_BYTES)) &&
                 bulletproof_verify(&p, claim, &generators, &scratch);
    arena_free(&scratch);
    return holds;
}

static void test_range_proof_holds(void **state) {
    (void)state;
    uint8_t bytes[PROOF_BYTES];
    struct bulletproof_claim claim;
    struct b32 commitment;
    read_proof(bytes, &claim, &commitment);
    assert_true(verify(bytes, &claim));
    claim.bits = 32;
    assert_false(verify(bytes, &claim));
    claim.bits = 64;
    claim.domain = BYTES_LIT("AptosBulletproof");
    assert_false(verify(bytes, &claim));
}

static void test_range_proof_with_any_bit_flipped_fails(void **state) {
    (void)state;
    uint8_t bytes[PROOF_BYTES];
    struct bulletproof_claim claim;
    struct b32 commitment;
    read_proof(bytes, &claim, &commitment);
    for (unsigned i = 0; i < PROOF_BYTES; i += 7) { /* every piece several times */
        uint8_t bit = (uint8_t)(1 << i % 8);
        bytes[i] ^= bit;
        assert_false(verify(bytes, &claim));
        bytes[i] ^= bit;
    }
    commitment.b[0] ^= 2;
    assert_false(verify(bytes, &claim));
}

static void test_range_proof_with_a_point_at_infinity_fails(void **state) {
    (void)state;
    uint8_t bytes[PROOF_BYTES];
    struct bulletproof_claim claim;
    struct b32 commitment;
    read_proof(bytes, &claim, &commitment);
    for (size_t piece = 0; piece < PROOF_BYTES / 32; piece++) {
        uint8_t damaged[PROOF_BYTES];
        memcpy(damaged, bytes, sizeof damaged);
        memset(damaged + 32 * piece, 0, 32);
        assert_false(verify(damaged, &claim));
    }
}

static void test_range_proof_of_wrong_form_is_not_read(void **state) {
    (void)state;
    uint8_t bytes[PROOF_BYTES];
    struct bulletproof_claim claim;
    struct bulletproof p;
    struct b32 commitment;
    read_proof(bytes, &claim, &commitment);
    for (size_t n = 0; n < PROOF_BYTES; n++) {
        bool form = n % 32 == 0 && n >= 9 * 32 && (n / 32 - 9) % 2 == 0;
        if (!form) assert_false(bulletproof_read(&p, bytes_make(bytes, n)));
    }
    assert_true(bulletproof_read(&p, BYTES_OF(bytes)));
    assert_int_equal(p.halving_count, 6);
    memset(bytes + 4 * 32, 0xff, 32); /* a scalar */
    assert_false(bulletproof_read(&p, BYTES_OF(bytes)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merlin_challenge_is_that_of_the_crate),
        cmocka_unit_test(test_merlin_fork_draws_the_same_and_more_data_another),
        cmocka_unit_test(test_range_proof_holds),
        cmocka_unit_test(test_range_proof_with_any_bit_flipped_fails),
        cmocka_unit_test(test_range_proof_with_a_point_at_infinity_fails),
        cmocka_unit_test(test_range_proof_of_wrong_form_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
