#include "solana/ids.h"

#include "codec/base58.h"

const struct sol_named_id sol_ids[SOL_ID_COUNT] = {
#define ID(name, text, is_reserved, ...)                                                           \
    [SOL_ID_##name] = {.key = {{__VA_ARGS__}}, .base58 = text, .reserved = is_reserved},
#include "solana/ids.def"
#undef ID
};

bool sol_id_is_reserved(const struct b32 *key) {
    for (size_t i = 0; i < SOL_ID_COUNT; i++)
        if (sol_ids[i].reserved && b32_eq(&sol_ids[i].key, key)) return true;
    return false;
}

/* The name of a key that has one, without working it out: every log line asks. */
static const char *known_text(const struct b32 *key) {
    uint64_t head = load_le64(key);
    for (size_t i = 0; i < SOL_ID_COUNT; i++)
        if (load_le64(&sol_ids[i].key) == head && b32_eq(&sol_ids[i].key, key))
            return sol_ids[i].base58;
    return NULL;
}

struct sol_text sol_text(const struct b32 *key) {
    struct sol_text out = {{0}};
    const char *known = known_text(key);
    if (known) {
        memcpy(out.s, known, strlen(known));
        return out;
    }
    struct buf b = {0};
    base58_put(&b, BYTES_OF(*key));
    if (b.n < sizeof out.s) memcpy(out.s, b.p, b.n);
    buf_free(&b);
    return out;
}
