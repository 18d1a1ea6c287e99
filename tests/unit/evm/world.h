/* What the tests of this module share: hex, public vectors beside the project, and a small world in
 * which code runs. */
#ifndef TERN_TESTS_EVM_WORLD_H
#define TERN_TESTS_EVM_WORLD_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */
#include <jansson.h>
#include <stdlib.h>

#include "codec/hex.h"
#include "evm/evm.h"

#define SHARED_VECTORS TERN_SOURCE_DIR "/../shared/vectors/"

/* A vector file, or NULL if the vectors are not here. */
static inline json_t *shared_json(const char *path) {
    char full[1024];
    json_error_t e;
    snprintf(full, sizeof full, SHARED_VECTORS "%s", path);
    json_t *root = json_load_file(full, 0, &e);
    if (!root) print_message("skipped: %s is not here\n", full);
    return root;
}

static inline const char *text_of(const json_t *o, const char *field) {
    const char *s = json_string_value(json_object_get(o, field));
    return s ? s : "";
}

/* Hex with or without 0x; lives in the arena. */
static inline struct bytes unhex(struct arena *a, const char *text) {
    if (!strncmp(text, "0x", 2)) text += 2;
    struct bytes digits = bytes_cstr(text);
    uint8_t *p = arena_alloc(a, digits.n / 2 + 1, 1);
    assert_true(hex_decode_digits(p, digits));
    return bytes_make(p, digits.n / 2);
}

static inline void assert_bytes(struct bytes got, struct bytes want) {
    assert_int_equal(got.n, want.n);
    if (got.n) assert_memory_equal(got.p, want.p, got.n);
}

/* An address whose last byte is `n`. */
static inline struct b20 at(uint8_t n) {
    return (struct b20){.b = {[0] = 0xaa, [19] = n}};
}

struct world {
    struct st_journal *j;
    struct evm_machine *m;
    struct arena arena;
    struct evm_host host;
    struct evm_env env;
};

static inline void world_open(struct world *w, enum evm_fork fork) {
    *w = (struct world){.j = st_journal_new(NULL), .m = evm_machine_new()};
    arena_init(&w->arena, 0);
    w->env = (struct evm_env){.fork = fork,
                              .chain_id = 1,
                              .block = {.number = 1000, .timestamp = 1, .gas_limit = 30000000},
                              .host = &w->host,
                              .journal = w->j,
                              .machine = w->m};
}

static inline void world_close(struct world *w) {
    st_journal_free(w->j);
    evm_machine_free(w->m);
    arena_free(&w->arena);
}

static inline void put_code(struct world *w, struct b20 address, const char *hex) {
    st_set_code(w->j, st_account(w->j, &address), st_code_new(unhex(&w->arena, hex)));
}

static inline void put_balance(struct world *w, struct b20 address, uint64_t wei) {
    struct u256 v = u256_from_u64(wei);
    st_set_balance(w->j, st_account(w->j, &address), &v);
}

static inline struct evm_result call(struct world *w, struct b20 to, struct bytes input,
                                     uint64_t gas) {
    struct evm_call_params c = {
        .kind = EVM_CALL, .gas = gas, .sender = at(0xff), .to = to, .code = to, .input = input};
    struct evm_result r;
    evm_call(&w->env, &c, &r);
    return r;
}

#endif
