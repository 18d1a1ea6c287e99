/* Slices and fixed-size byte strings. A slice borrows; whoever made it says for how long. */
#ifndef TERN_BASE_BYTES_H
#define TERN_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A read-only run of bytes. `p` may be NULL only if `n` is 0. */
struct bytes {
    const uint8_t *p;
    size_t n;
};

/* 20 bytes: an EVM address. */
struct b20 {
    uint8_t b[20];
};

/* 32 bytes: a hash, a Move address, a Solana key, a big-endian EVM word. */
struct b32 {
    uint8_t b[32];
};

#define BYTES_LIT(s) ((struct bytes){(const uint8_t *)(s), sizeof(s) - 1})
#define BYTES_OF(x)  ((struct bytes){(const uint8_t *)&(x), sizeof(x)})
#define COUNT_OF(a)  (sizeof(a) / sizeof((a)[0]))

static inline struct bytes bytes_make(const void *p, size_t n) {
    return (struct bytes){(const uint8_t *)p, n};
}

static inline struct bytes bytes_cstr(const char *s) {
    return (struct bytes){(const uint8_t *)s, strlen(s)};
}

static inline bool bytes_eq(struct bytes a, struct bytes b) {
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* Lexicographic order, a prefix before what it begins. Returns <0, 0, >0. */
static inline int bytes_cmp(struct bytes a, struct bytes b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

/* The part [from, from + n). The caller has checked that it lies inside. Through an integer,
 * because NULL + 0, the empty part of an empty slice, is undefined for pointers. */
static inline struct bytes bytes_sub(struct bytes a, size_t from, size_t n) {
    return (struct bytes){(const uint8_t *)((uintptr_t)a.p + from), n};
}

static inline bool b20_eq(const struct b20 *a, const struct b20 *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static inline bool b32_eq(const struct b32 *a, const struct b32 *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static inline bool b32_is_zero(const struct b32 *a) {
    static const struct b32 zero;
    return b32_eq(a, &zero);
}

/* Little- and big-endian loads and stores of unaligned memory. */
static inline uint16_t load_le16(const void *p) {
    uint16_t v;
    memcpy(&v, p, 2);
    return v;
}
static inline uint32_t load_le32(const void *p) {
    uint32_t v;
    memcpy(&v, p, 4);
    return v;
}
static inline uint64_t load_le64(const void *p) {
    uint64_t v;
    memcpy(&v, p, 8);
    return v;
}
static inline void store_le16(void *p, uint16_t v) {
    memcpy(p, &v, 2);
}
static inline void store_le32(void *p, uint32_t v) {
    memcpy(p, &v, 4);
}
static inline void store_le64(void *p, uint64_t v) {
    memcpy(p, &v, 8);
}
static inline uint32_t load_be32(const void *p) {
    return __builtin_bswap32(load_le32(p));
}
static inline uint64_t load_be64(const void *p) {
    return __builtin_bswap64(load_le64(p));
}
static inline void store_be32(void *p, uint32_t v) {
    store_le32(p, __builtin_bswap32(v));
}
static inline void store_be64(void *p, uint64_t v) {
    store_le64(p, __builtin_bswap64(v));
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the loads above assume a little-endian machine");

#endif
