/* What the tests of this module share: hex, a seeded random source and the public vectors that lie
 * beside the project. The vectors are not part of the repository: a test that needs them skips, and
 * says so, when they are absent. */
#ifndef TERN_TESTS_CRYPTO_VECTORS_H
#define TERN_TESTS_CRYPTO_VECTORS_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"

#define SHARED_VECTORS TERN_SOURCE_DIR "/../shared/vectors/"

static inline int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Decodes hex with or without 0x into memory that the caller frees; the test fails if it is not
 * hex. */
static inline struct bytes unhex(const char *text) {
    if (text[0] == '0' && text[1] == 'x') text += 2;
    size_t n = strlen(text);
    assert_int_equal(n % 2, 0);
    uint8_t *p = malloc(n / 2 + 1);
    for (size_t i = 0; i < n / 2; i++) {
        int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
        assert_true(high >= 0 && low >= 0);
        p[i] = (uint8_t)(high << 4 | low);
    }
    return (struct bytes){p, n / 2};
}

/* Decodes exactly n bytes into out. */
static inline void unhex_into(void *out, size_t n, const char *text) {
    struct bytes b = unhex(text);
    assert_int_equal(b.n, n);
    if (n) memcpy(out, b.p, n);
    free((void *)b.p);
}

static inline void assert_hex(const void *got, size_t n, const char *expected) {
    struct bytes b = unhex(expected);
    assert_int_equal(b.n, n);
    assert_memory_equal(got, b.p, n);
    free((void *)b.p);
}

/* splitmix64: the same numbers in every run. */
struct random {
    uint64_t state;
};

static inline uint64_t random_u64(struct random *r) {
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline void random_bytes(struct random *r, void *out, size_t n) {
    uint8_t *p = out;
    for (size_t i = 0; i < n; i++) p[i] = (uint8_t)random_u64(r);
}

/* The JSON file at SHARED_VECTORS/path, to be released with json_decref; skips the test if it is
 * not there. */
static inline json_t *shared_json(const char *path) {
    char full[4096];
    snprintf(full, sizeof full, "%s%s", SHARED_VECTORS, path);
    json_error_t error;
    json_t *root = json_load_file(full, 0, &error);
    if (!root) {
        print_message("skipped: %s is not here (%s)\n", path, error.text);
        skip();
    }
    return root;
}

static inline const char *json_text(const json_t *object, const char *key) {
    const char *s = json_string_value(json_object_get(object, key));
    assert_non_null(s);
    return s;
}

#endif
