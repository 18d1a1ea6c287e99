/* What the codec tests share: hexadecimal literals, random numbers, JSON files. */
#ifndef TERN_TESTS_CODEC_HELPERS_H
#define TERN_TESTS_CODEC_HELPERS_H

#include "codec/codec.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;

static inline int setup_arena(void **state) {
    (void)state;
    arena_init(&arena, 0);
    return 0;
}

static inline int teardown_arena(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

/* Digits, with or without 0x, spaces ignored; lives in the arena. */
static inline struct bytes unhex(const char *text) {
    const size_t n = strlen(text);
    uint8_t *digits = arena_alloc(&arena, n + 1, 1), *out = arena_alloc(&arena, n / 2 + 1, 1);
    size_t count = 0;
    if (!strncmp(text, "0x", 2)) text += 2;
    for (; *text; text++)
        if (*text != ' ') digits[count++] = (uint8_t)*text;
    assert_true(hex_decode_digits(out, bytes_make(digits, count)));
    return bytes_make(out, count / 2);
}

static inline void assert_bytes_equal(struct bytes got, struct bytes want) {
    if (bytes_eq(got, want)) return;
    struct buf a = {0}, b = {0};
    hex_put(&a, got);
    hex_put(&b, want);
    fail_msg("%s\nshould be\n%s", buf_cstr(&a), buf_cstr(&b));
}

static inline void assert_ok(struct err e) {
    if (err_is(e)) fail_msg("%s (at %llu)", e.text, (unsigned long long)e.at);
}

static inline uint64_t rnd(void) {
    static uint64_t seed = 7;
    uint64_t z = (seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* Copies to a block of its own, so that the address sanitizer sees reads past the end. */
static inline struct bytes exact_copy(struct bytes in) {
    uint8_t *p = xmalloc(in.n);
    if (in.n) memcpy(p, in.p, in.n);
    return bytes_make(p, in.n);
}

/* A JSON file below the project's root; NULL if it is absent. */
static inline json_t *load_json(const char *path) {
    return json_load_file(arena_printf(&arena, "%s/%s", TERN_SOURCE_DIR, path), JSON_ALLOW_NUL,
                          NULL);
}

/* The public vectors of ethereum/tests, unpacked; skips the test if they are not here. */
static inline json_t *load_vectors(const char *path) {
    if (system("bash " TERN_SOURCE_DIR "/tests/conformance/unpack.sh ethereum-tests-visible "
               ">/dev/null")) {
        print_message("skipped: ../shared/vectors has no ethereum-tests-visible\n");
        skip();
    }
    json_t *v = load_json(arena_printf(&arena, "build/vectors/ethereum-tests-visible/%s", path));
    if (!v) fail_msg("cannot read %s", path);
    return v;
}

#endif
