/* JSON: any text is parsed or refused within its limits, and the fields of what parses are read in
 * every form. */
#include "codec/codec.h"

#include <jansson.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct err e) {
    if (err_is(e) != (e.text != NULL)) abort();
}

static void read_field(struct arena *a, const json_t *v, const char *name) {
    uint64_t n;
    bool flag;
    struct u256 wide;
    struct b20 address;
    struct b32 hash;
    struct bytes data;
    check(json_read_quantity(a, v, name, &n));
    check(json_read_quantity_u256(a, v, name, &wide));
    check(json_read_address(a, v, name, &address));
    check(json_read_hash(a, v, name, &hash));
    check(json_read_data(a, v, name, &data));
    check(json_read_text(a, v, name, &data));
    check(json_read_u64(a, v, name, &n));
    check(json_read_bool(a, v, name, &flag));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    json_t *v = NULL;
    arena_init(&arena, 1 << 20);
    const struct err e = json_read(&arena, bytes_make(data, size), 1 << 16, 64, &v);
    check(e);
    if (err_is(e) == (v != NULL)) abort();
    const char *name;
    json_t *field;
    json_object_foreach(v, name, field) read_field(&arena, v, name);
    if (v) read_field(&arena, v, "absent");
    json_decref(v);
    arena_free(&arena);
    return 0;
}
