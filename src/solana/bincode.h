/* Private to solana/: reading bincode, the encoding of instructions and accounts: little-endian
 * fixed integers, enumerations by a 32-bit tag, strings and lists behind a 64-bit length. */
#ifndef TERN_SOLANA_BINCODE_H
#define TERN_SOLANA_BINCODE_H

#include "base/base.h"
#include "codec/utf8.h"

enum { SOL_BINCODE_MAX_BYTES = 1232 }; /* what instructions are read to */

struct sol_reader {
    struct bytes in;
    size_t at;
    bool failed; /* read beyond the end, or found something malformed */
};

static inline struct sol_reader sol_reader(struct bytes in) {
    if (in.n > SOL_BINCODE_MAX_BYTES) in.n = SOL_BINCODE_MAX_BYTES;
    return (struct sol_reader){.in = in};
}

static inline const uint8_t *sol_take(struct sol_reader *r, uint64_t n) {
    if (r->failed || n > r->in.n - r->at) {
        r->failed = true;
        return NULL;
    }
    const uint8_t *p = r->in.p + r->at;
    r->at += n;
    return p;
}

static inline uint8_t sol_take_u8(struct sol_reader *r) {
    const uint8_t *p = sol_take(r, 1);
    return p ? *p : 0;
}
static inline uint32_t sol_take_u32(struct sol_reader *r) {
    const uint8_t *p = sol_take(r, 4);
    return p ? load_le32(p) : 0;
}
static inline uint64_t sol_take_u64(struct sol_reader *r) {
    const uint8_t *p = sol_take(r, 8);
    return p ? load_le64(p) : 0;
}
static inline struct b32 sol_take_key(struct sol_reader *r) {
    struct b32 key = {{0}};
    const uint8_t *p = sol_take(r, sizeof key);
    if (p) memcpy(&key, p, sizeof key);
    return key;
}
static inline struct bytes sol_take_bytes(struct sol_reader *r) {
    uint64_t n = sol_take_u64(r);
    const uint8_t *p = sol_take(r, n);
    return p ? bytes_make(p, n) : (struct bytes){0};
}
static inline struct bytes sol_take_string(struct sol_reader *r) {
    struct bytes s = sol_take_bytes(r);
    if (!utf8_valid(s)) r->failed = true;
    return s;
}

#endif
