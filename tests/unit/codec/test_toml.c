/* TOML: the examples of the specification (toml.io/en/v1.0.0), as they are meant there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "codec/toml.h"

static struct arena arena;

static const struct toml *read_ok(const char *text) {
    struct toml *root;
    struct err e = toml_read(&arena, bytes_cstr(text), &root);
    if (err_is(e)) fail_msg("line %u: %s", (unsigned)e.at, e.text);
    return root;
}

static void assert_text(const struct toml *table, const char *key, const char *expected) {
    struct bytes text;
    assert_true(toml_get_text(table, key, &text));
    assert_int_equal(text.n, strlen(expected));
    assert_memory_equal(text.p, expected, text.n);
}

static void assert_integer(const struct toml *table, const char *key, int64_t expected) {
    const struct toml *v = toml_get(table, key);
    assert_non_null(v);
    assert_int_equal(v->kind, TOML_INTEGER);
    assert_true(v->integer == expected);
}

static void test_strings_of_all_kinds_read_as_specified(void **state) {
    (void)state;
    const struct toml *t = read_ok(
        "str = \"I'm a string. \\\"You can quote me\\\". Name\\tJos\\u00E9\\nLocation\\tSF.\"\n"
        "str1 = \"\"\"\nRoses are red\nViolets are blue\"\"\"\n"
        "str2 = \"\"\"\nThe quick brown \\\n\n\n  fox jumps over \\\n    the lazy dog.\"\"\"\n"
        "str7 = \"\"\"\"This,\" she said, \"is just a pointless statement.\"\"\"\"\n"
        "winpath  = 'C:\\Users\\nodejs\\templates'\n"
        "lines  = '''\nThe first newline is\ntrimmed in raw strings.\n'''\n"
        "apos15 = ''''That,' she said, 'is still pointless.''''\n");
    assert_text(t, "str", "I'm a string. \"You can quote me\". Name\tJos\xc3\xa9\nLocation\tSF.");
    assert_text(t, "str1", "Roses are red\nViolets are blue");
    assert_text(t, "str2", "The quick brown fox jumps over the lazy dog.");
    assert_text(t, "str7", "\"This,\" she said, \"is just a pointless statement.\"");
    assert_text(t, "winpath", "C:\\Users\\nodejs\\templates");
    assert_text(t, "lines", "The first newline is\ntrimmed in raw strings.\n");
    assert_text(t, "apos15", "'That,' she said, 'is still pointless.'");
}

static void test_integers_and_booleans_read_as_specified(void **state) {
    (void)state;
    const struct toml *t =
        read_ok("int1 = +99\nint2 = 42\nint4 = -17\nint5 = 1_000\nhex1 = 0xDEADBEEF\n"
                "oct1 = 0o01234567\nbin1 = 0b11010110\nmax = 9223372036854775807\n"
                "min = -9223372036854775808\nbool1 = true\nbool2 = false\nflt = 3.1415\n"
                "odt1 = 1979-05-27T07:32:00Z\nld1 = 1979-05-27\n");
    assert_integer(t, "int1", 99);
    assert_integer(t, "int2", 42);
    assert_integer(t, "int4", -17);
    assert_integer(t, "int5", 1000);
    assert_integer(t, "hex1", 0xdeadbeef);
    assert_integer(t, "oct1", 01234567);
    assert_integer(t, "bin1", 0xd6);
    assert_integer(t, "max", INT64_MAX);
    assert_integer(t, "min", INT64_MIN);
    assert_int_equal(toml_get(t, "bool1")->kind, TOML_BOOL);
    assert_true(toml_get(t, "bool1")->boolean);
    assert_false(toml_get(t, "bool2")->boolean);
    assert_int_equal(toml_get(t, "flt")->kind, TOML_OTHER);
    assert_int_equal(toml_get(t, "odt1")->kind, TOML_OTHER);
    assert_int_equal(toml_get(t, "ld1")->kind, TOML_OTHER);
}

static void test_tables_of_all_kinds_read_as_specified(void **state) {
    (void)state;
    const struct toml *t = read_ok("name = \"Orange\"\nphysical.color = \"orange\"\n"
                                   "physical.shape = \"round\"\nsite.\"google.com\" = true\n"
                                   "[ g . h . 'i' ]\nx = 1 # one\n[dog.\"tater.man\"]\n"
                                   "type.name = \"pug\"\n[empty]\n"
                                   "[animal]\ntype = { name = \"pug\", age.years = 3 }\n");
    assert_text(toml_get(t, "physical"), "shape", "round");
    assert_true(toml_get(toml_get(t, "site"), "google.com")->boolean);
    assert_integer(toml_get(toml_get(toml_get(t, "g"), "h"), "i"), "x", 1);
    assert_text(toml_get(toml_get(toml_get(t, "dog"), "tater.man"), "type"), "name", "pug");
    assert_null(toml_get(t, "empty")->items);
    assert_integer(toml_get(toml_get(toml_get(t, "animal"), "type"), "age"), "years", 3);
}

static void test_arrays_of_all_kinds_read_as_specified(void **state) {
    (void)state;
    const struct toml *t = read_ok("integers2 = [\n  1, 2, 3\n]\nnested = [ [ 1, 2 ], [\"a\",] ]\n"
                                   "[[fruits]]\nname = \"apple\"\n[fruits.physical]\n"
                                   "color = \"red\"\n[[fruits.varieties]]\nname = \"delicious\"\n"
                                   "[[fruits]]\nname = \"banana\"\n");
    const struct toml *items = toml_get(t, "integers2")->items;
    assert_true(items->integer == 1 && items->next->next->integer == 3);
    assert_null(items->next->next->next);
    assert_int_equal(toml_get(t, "nested")->items->next->items->kind, TOML_STRING);
    const struct toml *apple = toml_get(t, "fruits")->items;
    assert_text(apple, "name", "apple");
    assert_text(toml_get(apple, "physical"), "color", "red");
    assert_text(toml_get(apple, "varieties")->items, "name", "delicious");
    assert_text(apple->next, "name", "banana");
}

static void test_documents_that_the_specification_calls_invalid_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
    } cases[] = {
        {"key = # INVALID", 1},
        {"first = \"Tom\" last = \"Preston-Werner\"", 1},
        {"= \"no key name\"", 1},
        {"name = \"Tom\"\nname = \"Pradyun\"", 2},
        {"spelling = \"favorite\"\n\"spelling\" = \"favourite\"", 2},
        {"fruit.apple = 1\nfruit.apple.smooth = true", 2},
        {"[fruit]\napple = \"red\"\n[fruit]\norange = \"orange\"", 3},
        {"[fruit]\napple = \"red\"\n[fruit.apple]\ntexture = \"smooth\"", 3},
        {"[product]\ntype = { name = \"Nail\" }\ntype.edible = false", 3},
        {"fruits = []\n[[fruits]]", 2},
        {"a = \"\\q\"", 1},
        {"a = \"\\ud800\"", 1},
        {"a = \"no end", 1},
        {"a = [1, 2", 1},
        {"a = 99999999999999999999x", 1},
        {"[a", 1},
        {"a", 1},
        {"a = \"\xff\"", 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct toml *root;
        struct err e = toml_read(&arena, bytes_cstr(cases[i].text), &root);
        if (!err_is(e)) fail_msg("accepted: %s", cases[i].text);
        assert_int_equal(e.at, cases[i].line);
    }
}

static int open_arena(void **state) {
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static int close_arena(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strings_of_all_kinds_read_as_specified),
        cmocka_unit_test(test_integers_and_booleans_read_as_specified),
        cmocka_unit_test(test_tables_of_all_kinds_read_as_specified),
        cmocka_unit_test(test_arrays_of_all_kinds_read_as_specified),
        cmocka_unit_test(test_documents_that_the_specification_calls_invalid_are_refused),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
