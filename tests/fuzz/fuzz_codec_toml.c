/* TOML documents: any bytes are read or refused, and a document that was read keeps its promises.
 */
#include <assert.h>

#include "codec/toml.h"
#include "codec/utf8.h"

static void check(const struct toml *v, unsigned depth) {
    assert(depth <= 3 * TOML_DEPTH_MAX);
    assert(v->kind <= TOML_TABLE);
    assert(utf8_valid(v->key) && utf8_valid(v->text));
    for (const struct toml *t = v->items; t; t = t->next) {
        assert(v->kind == TOML_TABLE || (v->kind == TOML_ARRAY && !t->key.n));
        check(t, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 1 << 14) return 0;
    struct arena arena;
    struct toml *root;
    arena_init(&arena, 0);
    struct err e = toml_read(&arena, bytes_make(data, size), &root);
    if (err_is(e))
        assert(e.text && e.at >= 1);
    else
        check(root, 0);
    arena_free(&arena);
    return 0;
}
