/* The fields of records that the store keeps: one after another, little-endian, byte strings behind
 * a 32-bit length. A reader trusts nothing, for a damaged file must give an error: after its first
 * failure everything reads as zero. */
#ifndef TERN_CHAIN_RECORD_IO_H
#define TERN_CHAIN_RECORD_IO_H

#include "base/base.h"

static inline void put_u8(struct buf *b, uint8_t v) {
    buf_put_u8(b, v);
}
static inline void put_u32(struct buf *b, uint32_t v) {
    buf_put(b, &v, 4);
}
static inline void put_u64(struct buf *b, uint64_t v) {
    buf_put(b, &v, 8);
}
static inline void put_bytes(struct buf *b, struct bytes v) {
    put_u32(b, (uint32_t)v.n);
    buf_put_bytes(b, v);
}
#define PUT_FIXED(b, x) buf_put((b), &(x), sizeof(x))

/* A reader that remembers its first failure. */
struct in {
    struct bytes rest;
    bool bad;
};

static inline const uint8_t *take(struct in *in, size_t n) {
    static const uint8_t zeros[256];
    if (in->bad || in->rest.n < n) {
        in->bad = true;
        return n <= sizeof zeros ? zeros : NULL;
    }
    const uint8_t *p = in->rest.p;
    in->rest.p += n;
    in->rest.n -= n;
    return p;
}

static inline uint8_t get_u8(struct in *in) {
    return *take(in, 1);
}
static inline bool get_bool(struct in *in) {
    return get_u8(in) == 1;
}
static inline uint32_t get_u32(struct in *in) {
    return load_le32(take(in, 4));
}
static inline uint64_t get_u64(struct in *in) {
    return load_le64(take(in, 8));
}
#define GET_FIXED(in, x) memcpy(&(x), take((in), sizeof(x)), sizeof(x))

static inline struct bytes get_bytes(struct in *in) {
    uint32_t n = get_u32(in);
    if (in->bad || in->rest.n < n) {
        in->bad = true;
        return (struct bytes){NULL, 0};
    }
    return (struct bytes){take(in, n), n};
}

/* A count of things that take at least `least` bytes each. */
static inline uint32_t get_count(struct in *in, size_t least) {
    uint32_t n = get_u32(in);
    if (in->bad || n > in->rest.n / least) {
        in->bad = true;
        return 0;
    }
    return n;
}

#endif
