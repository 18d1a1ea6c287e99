/* Typed data: what its types may cost, and that names are found among many. The hash of EIP-712's
 * own example is from the specification; the rest is compared with other tools end to end. */
#include "rpc/typed_data.h"

#include "../codec/helpers.h"
#include "crypto/crypto.h"

#include <jansson.h>

static json_t *field(const char *name, const char *type) {
    return json_pack("{s:s, s:s}", "name", name, "type", type);
}

/* Hashes a message of zeros, of `types` types with `fields` fields each. */
static struct err hash_many(unsigned types, unsigned fields, bool twice, struct b32 *out) {
    json_t *all = json_object(), *message = json_object();
    char name[32];
    for (unsigned t = 0; t < types; t++) {
        json_t *list = json_array();
        for (unsigned f = 0; f < fields; f++) {
            snprintf(name, sizeof name, "f%u", f);
            json_array_append_new(list, field(name, "uint256"));
            if (!t) json_object_set_new(message, name, json_integer(0));
        }
        if (twice && t + 1 == types) json_array_append_new(list, field("f7", "bool"));
        snprintf(name, sizeof name, "T%u", t);
        json_object_set_new(all, name, list);
    }
    json_t *data = json_pack("{s:o, s:s, s:{}, s:o}", "types", all, "primaryType", "T0", "domain",
                             "message", message);
    struct err e = typed_data_hash(&arena, data, out);
    json_decref(data);
    return e;
}

static void test_fields_are_bounded_in_all(void **state) {
    (void)state;
    static const struct {
        unsigned types, fields;
        const char *error;
    } cases[] = {
        {1, 2048, NULL},
        {1, 2049, "types: 2049 fields in all, at most 2048 are allowed"},
        {128, 16, NULL},
        {128, 17, "types: 2176 fields in all, at most 2048 are allowed"},
    };
    struct b32 hash;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct err e = hash_many(cases[i].types, cases[i].fields, false, &hash);
        assert_int_equal(err_is(e), cases[i].error != NULL);
        if (cases[i].error) assert_string_equal(e.text, cases[i].error);
    }
}

static void test_a_field_that_is_there_twice_is_named(void **state) {
    (void)state;
    struct b32 hash;
    assert_string_equal(hash_many(1, 1000, true, &hash).text,
                        "types.T0: the field 'f7' is there twice");
    assert_string_equal(hash_many(9, 8, true, &hash).text,
                        "types.T8: the field 'f7' is there twice");
    assert_ok(hash_many(9, 7, true, &hash));
}

/* Names that begin with each other. */
static void test_types_are_found_by_their_whole_name(void **state) {
    (void)state;
    struct b32 hash;
    static const char *const names[] = {"A", "AB", "ABC", "AC", "B", "BA", "Z", "Za", "a"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        json_t *types = json_object();
        for (size_t k = 0; k < COUNT_OF(names); k++)
            json_object_set_new(types, names[k], json_array());
        json_object_set_new(types, "M", json_pack("[o]", field("x", names[i])));
        json_t *data = json_pack("{s:O, s:s, s:{}, s:{s:{}}}", "types", types, "primaryType", "M",
                                 "domain", "message", "x");
        assert_ok(typed_data_hash(&arena, data, &hash));
        json_object_del(types, names[i]);
        struct err e = typed_data_hash(&arena, data, &hash);
        assert_true(err_is(e));
        assert_non_null(strstr(e.text, "types.M.x: there is no type"));
        json_decref(data);
        json_decref(types);
    }
}

/* EIP-712, "Test Cases": assets/eip-712/Example.js. */
static void test_the_specifications_example(void **state) {
    (void)state;
    static const char example[] =
        "{\"types\":{\"EIP712Domain\":[{\"name\":\"name\",\"type\":\"string\"},"
        "{\"name\":\"version\",\"type\":\"string\"},{\"name\":\"chainId\",\"type\":\"uint256\"},"
        "{\"name\":\"verifyingContract\",\"type\":\"address\"}],"
        "\"Person\":[{\"name\":\"name\",\"type\":\"string\"},"
        "{\"name\":\"wallet\",\"type\":\"address\"}],"
        "\"Mail\":[{\"name\":\"from\",\"type\":\"Person\"},{\"name\":\"to\",\"type\":\"Person\"},"
        "{\"name\":\"contents\",\"type\":\"string\"}]},\"primaryType\":\"Mail\","
        "\"domain\":{\"name\":\"Ether Mail\",\"version\":\"1\",\"chainId\":1,"
        "\"verifyingContract\":\"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC\"},"
        "\"message\":{\"from\":{\"name\":\"Cow\","
        "\"wallet\":\"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826\"},"
        "\"to\":{\"name\":\"Bob\",\"wallet\":\"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB\"},"
        "\"contents\":\"Hello, Bob!\"}}";
    struct b32 hash;
    json_t *data = json_loads(example, 0, NULL);
    assert_non_null(data);
    assert_ok(typed_data_hash(&arena, data, &hash));
    assert_bytes_equal(BYTES_OF(hash),
                       unhex("be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"));
    json_decref(data);
}

int main(void) {
#define T(name) cmocka_unit_test_setup_teardown(name, setup_arena, teardown_arena)
    const struct CMUnitTest tests[] = {
        T(test_fields_are_bounded_in_all),
        T(test_a_field_that_is_there_twice_is_named),
        T(test_types_are_found_by_their_whole_name),
        T(test_the_specifications_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
