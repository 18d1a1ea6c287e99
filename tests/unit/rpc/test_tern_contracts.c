/* The table of the genesis contracts' functions against what the Solidity compiler says of them. */
#include "rpc/tern.h"

#include "../codec/helpers.h"

#include <jansson.h>

/* "(uint8,bool)[]" of a parameter: the compiler says "tuple[]" and lists the components. */
static void put_type(struct buf *out, const json_t *parameter);

static void put_types(struct buf *out, const json_t *parameters) {
    size_t i;
    json_t *v;
    buf_puts(out, "(");
    json_array_foreach(parameters, i, v) {
        if (i) buf_puts(out, ",");
        put_type(out, v);
    }
    buf_puts(out, ")");
}

static void put_type(struct buf *out, const json_t *parameter) {
    const char *type = json_string_value(json_object_get(parameter, "type"));
    if (strncmp(type, "tuple", 5) != 0) {
        buf_puts(out, type);
        return;
    }
    put_types(out, json_object_get(parameter, "components"));
    buf_puts(out, type + 5);
}

static bool is_listed(const struct b20 *address, const char *signature, const char *results) {
    const struct b20 *at;
    const char *found, *types;
    for (size_t i = 0; (found = tern_contract_function(i, &at, &types)); i++)
        if (b20_eq(at, address) && !strcmp(found, signature)) {
            assert_string_equal(types, results);
            return true;
        }
    return false;
}

static void check_contract(const char *name, const struct b20 *address) {
    json_t *file = load_json(arena_printf(&arena, "contracts/artifacts/%s.json", name)), *v;
    size_t i;
    assert_non_null(file);
    json_array_foreach(json_object_get(file, "abi"), i, v) {
        struct buf signature = {0}, results = {0};
        if (strcmp(json_string_value(json_object_get(v, "type")), "function") != 0) continue;
        buf_puts(&signature, json_string_value(json_object_get(v, "name")));
        put_types(&signature, json_object_get(v, "inputs"));
        put_types(&results, json_object_get(v, "outputs"));
        if (!is_listed(address, buf_cstr(&signature), buf_cstr(&results)))
            fail_msg("tern_contracts.def lacks %s.%s", name, buf_cstr(&signature));
        buf_free(&signature);
        buf_free(&results);
    }
    json_decref(file);
}

static void test_table_has_the_functions_of_the_artifacts(void **state) {
    (void)state;
    check_contract("MoveVM", &XVM_MOVEVM_ADDRESS);
    check_contract("SolanaVM", &XVM_SOLANAVM_ADDRESS);
    check_contract("Tern", &XVM_TERN_ADDRESS);
    check_contract("TernQueue", &XVM_QUEUE_ADDRESS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_has_the_functions_of_the_artifacts),
    };
    return cmocka_run_group_tests(tests, setup_arena, teardown_arena);
}
