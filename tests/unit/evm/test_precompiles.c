/* The precompiles through a call, with go-ethereum's and EIP-2537's vectors: output, price,
 * failure. */
#include "world.h"

static struct b20 precompile(uint16_t number) {
    return (struct b20){.b = {[18] = (uint8_t)(number >> 8), [19] = (uint8_t)number}};
}

/* `name` is a folder and a file. */
static void run_file(const char *name, uint16_t number, enum evm_fork fork) {
    char path[128];
    snprintf(path, sizeof path, "ethereum/precompiles/%s.json", name);
    json_t *root = shared_json(path), *item;
    size_t i;
    if (!root) skip();
    struct world w;
    world_open(&w, fork);
    struct b20 to = precompile(number);
    json_array_foreach(root, i, item) {
        struct bytes input = unhex(&w.arena, text_of(item, "Input"));
        bool fails = json_object_get(item, "ExpectedError");
        uint64_t price = (uint64_t)json_integer_value(json_object_get(item, "Gas"));
        uint64_t given = fails ? 100000000 : price;
        st_begin_tx(w.j);
        struct evm_result r = call(&w, to, input, given);
        if (fails) {
            assert_int_equal(r.status, EVM_PRECOMPILE_FAILURE);
            assert_int_equal(r.gas_left, 0);
            assert_int_equal(r.output.n, 0);
        } else {
            if (r.status) print_message("%s\n", text_of(item, "Name"));
            assert_int_equal(r.status, EVM_SUCCESS);
            assert_int_equal(r.gas_left, 0);
            assert_bytes(r.output, unhex(&w.arena, text_of(item, "Expected")));
            if (price) {
                r = call(&w, to, input, price - 1);
                assert_int_equal(r.status, EVM_OUT_OF_GAS);
            }
        }
        st_end_tx(w.j, true);
    }
    print_message("%s: %zu cases\n", name, json_array_size(root));
    json_decref(root);
    world_close(&w);
}

static void test_precompiles_geth_vectors_match(void **state) {
    (void)state;
    run_file("geth/ecRecover", 1, EVM_FRONTIER);
    run_file("geth/ecRecover", 1, EVM_OSAKA);
    run_file("geth/modexp", 5, EVM_BYZANTIUM);
    run_file("geth/modexp", 5, EVM_ISTANBUL);
    run_file("geth/modexp_eip2565", 5, EVM_BERLIN);
    run_file("geth/modexp_eip2565", 5, EVM_PRAGUE);
    run_file("geth/modexp_eip7883", 5, EVM_OSAKA);
    run_file("geth/bn256Add", 6, EVM_ISTANBUL);
    run_file("geth/bn256ScalarMul", 7, EVM_ISTANBUL);
    run_file("geth/bn256Pairing", 8, EVM_ISTANBUL);
    run_file("geth/blake2F", 9, EVM_ISTANBUL);
    run_file("geth/fail-blake2f", 9, EVM_ISTANBUL);
    run_file("geth/pointEvaluation", 0x0a, EVM_CANCUN);
    run_file("geth/p256Verify", 0x100, EVM_OSAKA);
}

static void test_precompiles_bls12_vectors_match(void **state) {
    (void)state;
    static const struct {
        const char *name;
        uint16_t number;
    } files[] = {
        {"geth/blsG1Add", 0x0b},
        {"geth/fail-blsG1Add", 0x0b},
        {"geth/blsG1Mul", 0x0c},
        {"geth/fail-blsG1Mul", 0x0c},
        {"geth/blsG1MultiExp", 0x0c},
        {"geth/fail-blsG1MultiExp", 0x0c},
        {"geth/blsG2Add", 0x0d},
        {"geth/fail-blsG2Add", 0x0d},
        {"geth/blsG2Mul", 0x0e},
        {"geth/fail-blsG2Mul", 0x0e},
        {"geth/blsG2MultiExp", 0x0e},
        {"geth/fail-blsG2MultiExp", 0x0e},
        {"geth/blsPairing", 0x0f},
        {"geth/fail-blsPairing", 0x0f},
        {"geth/blsMapG1", 0x10},
        {"geth/fail-blsMapG1", 0x10},
        {"geth/blsMapG2", 0x11},
        {"geth/fail-blsMapG2", 0x11},
        {"eip-2537/fail-add_G1_bls", 0x0b},
        {"eip-2537/fail-msm_G1_bls", 0x0c},
        {"eip-2537/fail-mul_G1_bls", 0x0c},
        {"eip-2537/fail-add_G2_bls", 0x0d},
        {"eip-2537/fail-msm_G2_bls", 0x0e},
        {"eip-2537/fail-mul_G2_bls", 0x0e},
        {"eip-2537/fail-pairing_check_bls", 0x0f},
        {"eip-2537/pairing_check_bls", 0x0f},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++)
        run_file(files[i].name, files[i].number, EVM_PRAGUE);
}

/* Before its fork a precompile's address is an account like any other. */
static void test_precompile_before_its_fork_is_an_empty_account(void **state) {
    (void)state;
    static const struct {
        uint16_t number;
        enum evm_fork since;
    } rows[] = {{5, EVM_BYZANTIUM}, {6, EVM_BYZANTIUM}, {7, EVM_BYZANTIUM},
                {8, EVM_BYZANTIUM}, {9, EVM_ISTANBUL},  {0x0a, EVM_CANCUN},
                {0x0b, EVM_PRAGUE}, {0x11, EVM_PRAGUE}, {0x100, EVM_OSAKA}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct world w;
        world_open(&w, (enum evm_fork)(rows[i].since - 1));
        struct b20 to = precompile(rows[i].number);
        uint8_t input[10] = {1};
        st_begin_tx(w.j);
        struct evm_result r = call(&w, to, BYTES_OF(input), 5000);
        assert_int_equal(r.status, EVM_SUCCESS);
        assert_int_equal(r.gas_left, 5000);
        assert_int_equal(r.output.n, 0);
        st_end_tx(w.j, false);
        world_close(&w);
    }
}

/* EIP-7823: from Osaka on no operand may be longer than 1,024 bytes. */
static void test_modexp_with_1025_bytes_fails_from_osaka_on(void **state) {
    (void)state;
    for (int fork = EVM_PRAGUE; fork <= EVM_OSAKA; fork++) {
        struct world w;
        world_open(&w, (enum evm_fork)fork);
        struct b20 to = {.b = {[19] = 5}};
        uint8_t input[96] = {[94] = 4, [95] = 1}; /* modulus of 1,025 zero bytes */
        st_begin_tx(w.j);
        struct evm_result r = call(&w, to, BYTES_OF(input), 10000000);
        assert_int_equal(r.status, fork == EVM_OSAKA ? EVM_PRECOMPILE_FAILURE : EVM_SUCCESS);
        assert_int_equal(r.output.n, fork == EVM_OSAKA ? 0 : 1025);
        st_end_tx(w.j, true);
        world_close(&w);
    }
}

/* EIP-7951: no failure, no output, the price is paid. */
static void test_p256_input_of_another_length_gives_nothing(void **state) {
    (void)state;
    struct world w;
    world_open(&w, EVM_OSAKA);
    static const size_t lengths[] = {0, 1, 159, 160, 161, 320};
    uint8_t input[320] = {[159] = 1};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        st_begin_tx(w.j);
        struct evm_result r = call(&w, precompile(0x100), bytes_make(input, lengths[i]), 7000);
        assert_int_equal(r.status, EVM_SUCCESS);
        assert_int_equal(r.gas_left, 100);
        assert_int_equal(r.output.n, 0);
        st_end_tx(w.j, true);
    }
    world_close(&w);
}

/* EIP-4844: the first word has to be the commitment's versioned hash, and the input 192 bytes. */
static void test_point_evaluation_of_another_hash_fails(void **state) {
    (void)state;
    json_t *root = shared_json("ethereum/precompiles/geth/pointEvaluation.json");
    if (!root) skip();
    struct world w;
    world_open(&w, EVM_CANCUN);
    struct bytes right = unhex(&w.arena, text_of(json_array_get(root, 0), "Input"));
    uint8_t input[193] = {0};
    assert_int_equal(right.n, 192);
    memcpy(input, right.p, 192);
    for (size_t i = 0; i < 34; i++) {
        size_t n = i == 32 ? 193 : i == 33 ? 191 : 192;
        if (i < 32) input[i] ^= 1;
        st_begin_tx(w.j);
        struct evm_result r = call(&w, precompile(0x0a), bytes_make(input, n), 60000);
        assert_int_equal(r.status, EVM_PRECOMPILE_FAILURE);
        assert_int_equal(r.gas_left, 0);
        st_end_tx(w.j, true);
        if (i < 32) input[i] ^= 1;
    }
    json_decref(root);
    world_close(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precompiles_geth_vectors_match),
        cmocka_unit_test(test_precompiles_bls12_vectors_match),
        cmocka_unit_test(test_p256_input_of_another_length_gives_nothing),
        cmocka_unit_test(test_point_evaluation_of_another_hash_fails),
        cmocka_unit_test(test_precompile_before_its_fork_is_an_empty_account),
        cmocka_unit_test(test_modexp_with_1025_bytes_fails_from_osaka_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
