#include "solana/loader.h"

/* An option of a key at `at`; returns how many bytes it has, 0 if it is malformed. */
static size_t read_option(struct bytes data, size_t at, bool *present, struct b32 *key) {
    if (at >= data.n || data.p[at] > 1) return 0;
    *present = data.p[at];
    if (!*present) return 1;
    if (data.n - at < 33) return 0;
    memcpy(key, data.p + at + 1, sizeof *key);
    return 33;
}

bool sol_loader_state(struct sol_loader_state *out, struct bytes data) {
    *out = (struct sol_loader_state){0};
    if (data.n < 4 || load_le32(data.p) > SOL_LOADER_PROGRAM_DATA) return false;
    out->kind = (enum sol_loader_kind)load_le32(data.p);
    switch (out->kind) {
    case SOL_LOADER_UNINITIALIZED: return true;
    case SOL_LOADER_BUFFER: return read_option(data, 4, &out->has_authority, &out->authority) != 0;
    case SOL_LOADER_PROGRAM:
        if (data.n < SOL_LOADER_PROGRAM_BYTES) return false;
        memcpy(&out->address, data.p + 4, sizeof out->address);
        return true;
    default:
        if (data.n < 12) return false;
        out->slot = load_le64(data.p + 4);
        return read_option(data, 12, &out->has_authority, &out->authority) != 0;
    }
}

static size_t put_option(uint8_t *out, bool present, const struct b32 *key) {
    out[0] = present;
    if (!present) return 1;
    memcpy(out + 1, key, sizeof *key);
    return 33;
}

bool sol_loader_state_put(uint8_t *data, size_t bytes, const struct sol_loader_state *s) {
    uint8_t out[SOL_LOADER_PROGRAM_DATA_BYTES];
    size_t n = 4;
    store_le32(out, (uint32_t)s->kind);
    if (s->kind == SOL_LOADER_PROGRAM) {
        memcpy(out + n, &s->address, sizeof s->address);
        n += sizeof s->address;
    }
    if (s->kind == SOL_LOADER_PROGRAM_DATA) {
        store_le64(out + n, s->slot);
        n += 8;
    }
    if (s->kind == SOL_LOADER_BUFFER || s->kind == SOL_LOADER_PROGRAM_DATA)
        n += put_option(out + n, s->has_authority, &s->authority);
    if (n > bytes) return false;
    memcpy(data, out, n);
    return true;
}
