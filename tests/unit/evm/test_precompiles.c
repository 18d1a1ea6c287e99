/* Precompiles 0x01 to 0x09 through a call, with go-ethereum's vectors: output, price, failure. */
#include "world.h"

static void run_file(const char *name, uint8_t number, enum evm_fork fork) {
    char path[128];
    snprintf(path, sizeof path, "ethereum/precompiles/geth/%s.json", name);
    json_t *root = shared_json(path), *item;
    size_t i;
    if (!root) skip();
    struct world w;
    world_open(&w, fork);
    struct b20 to = {.b = {[19] = number}};
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
    run_file("ecRecover", 1, EVM_FRONTIER);
    run_file("ecRecover", 1, EVM_OSAKA);
    run_file("modexp", 5, EVM_BYZANTIUM);
    run_file("modexp", 5, EVM_ISTANBUL);
    run_file("modexp_eip2565", 5, EVM_BERLIN);
    run_file("modexp_eip2565", 5, EVM_PRAGUE);
    run_file("modexp_eip7883", 5, EVM_OSAKA);
    run_file("bn256Add", 6, EVM_ISTANBUL);
    run_file("bn256ScalarMul", 7, EVM_ISTANBUL);
    run_file("bn256Pairing", 8, EVM_ISTANBUL);
    run_file("blake2F", 9, EVM_ISTANBUL);
    run_file("fail-blake2f", 9, EVM_ISTANBUL);
}

/* Before its fork a precompile's address is an account like any other. */
static void test_precompile_before_its_fork_is_an_empty_account(void **state) {
    (void)state;
    static const struct {
        uint8_t number;
        enum evm_fork since;
    } rows[] = {{5, EVM_BYZANTIUM},
                {6, EVM_BYZANTIUM},
                {7, EVM_BYZANTIUM},
                {8, EVM_BYZANTIUM},
                {9, EVM_ISTANBUL}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct world w;
        world_open(&w, (enum evm_fork)(rows[i].since - 1));
        struct b20 to = {.b = {[19] = rows[i].number}};
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_precompiles_geth_vectors_match),
        cmocka_unit_test(test_precompile_before_its_fork_is_an_empty_account),
        cmocka_unit_test(test_modexp_with_1025_bytes_fails_from_osaka_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
