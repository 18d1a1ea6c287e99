/* EIP-712: whatever JSON comes, it is hashed or refused with a text; the same hash every time, and
 * for the same data in another order of members. */
#include <stdlib.h>

#include "codec/codec.h"
#include "rpc/typed_data.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum { DEPTH_MAX = 64 };
    struct arena arena;
    struct b32 hash, again;
    json_t *v;
    arena_init(&arena, 0);
    if (!err_is(json_read(&arena, bytes_make(data, size), SIZE_MAX, DEPTH_MAX, &v))) {
        struct err e = typed_data_hash(&arena, v, &hash);
        if (err_is(e) && !e.text[0]) abort();
        char *sorted = json_dumps(v, JSON_SORT_KEYS);
        json_t *other = json_loads(sorted, 0, NULL);
        struct err f = typed_data_hash(&arena, other, &again);
        if (err_is(e) != err_is(f) || (!err_is(e) && !b32_eq(&hash, &again))) abort();
        json_decref(other);
        json_decref(v);
        free(sorted);
    }
    arena_free(&arena);
    return 0;
}
