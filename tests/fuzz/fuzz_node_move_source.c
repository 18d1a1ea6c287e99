/* Move source text: any bytes are read or refused, and what was read can be asked about. */
#include <assert.h>

#include "node/move_test.h"

static bool resolve(void *ctx, struct bytes name, struct b32 *out) {
    (void)ctx;
    *out = (struct b32){{[31] = name.p[0]}};
    return name.n < 9;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 1 << 14) return 0;
    struct arena arena;
    arena_init(&arena, 0);
    struct move_file file = {"fuzz.move", arena_copy(&arena, bytes_make(data, size))};
    struct move_module *modules = NULL;
    struct err e = move_source_read(&arena, &file, &modules);
    assert(!err_is(e) || (e.text && e.at >= 1));
    struct move_names names = {modules, NULL, resolve};
    for (const struct move_module *m = modules; m && !err_is(e); m = m->next)
        for (const struct move_constant *c = m->constants; c; c = c->next) {
            unsigned __int128 v;
            move_source_number(&names, m, c->value, &v, NULL);
        }
    struct move_test_list tests;
    struct buf why = {0};
    if (!err_is(e) && !move_tests_find(&arena, &names, NULL, NULL, &tests, &why)) assert(why.n);
    buf_free(&why);
    arena_free(&arena);
    return 0;
}
