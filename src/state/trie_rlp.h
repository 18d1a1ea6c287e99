/* The little of RLP (Yellow Paper, appendix B) and of the hex-prefix encoding (appendix C) that
 * trie nodes are made of, written straight into a caller's buffer: sizes first, then bytes. */
#ifndef TERN_STATE_TRIE_RLP_H
#define TERN_STATE_TRIE_RLP_H

#include "codec/rlp.h"

enum {
    ST_HEADER_MAX_BYTES = 9,
    ST_ACCOUNT_RLP_MAX_BYTES = 120,
};

static inline size_t st_rlp_length_bytes(size_t n) {
    return n < 56 ? 0 : 8 - (size_t)__builtin_clzll(n) / 8;
}

static inline size_t st_rlp_list_size(size_t payload) {
    return 1 + st_rlp_length_bytes(payload) + payload;
}

static inline size_t st_rlp_string_size(struct bytes s) {
    return s.n == 1 && s.p[0] < 0x80 ? 1 : 1 + st_rlp_length_bytes(s.n) + s.n;
}

static inline uint8_t *st_rlp_put_header(uint8_t *at, size_t n, uint8_t base) {
    size_t k = st_rlp_length_bytes(n);
    if (!k) {
        *at++ = (uint8_t)(base + n);
        return at;
    }
    *at++ = (uint8_t)(base + 55 + k);
    while (k-- > 0) *at++ = (uint8_t)(n >> 8 * k);
    return at;
}

static inline uint8_t *st_rlp_put_list_header(uint8_t *at, size_t payload) {
    return st_rlp_put_header(at, payload, 0xc0);
}

static inline uint8_t *st_rlp_put_string(uint8_t *at, struct bytes s) {
    if (s.n == 1 && s.p[0] < 0x80) {
        *at++ = s.p[0];
        return at;
    }
    at = st_rlp_put_header(at, s.n, 0x80);
    if (s.n) memcpy(at, s.p, s.n);
    return at + s.n;
}

/* Takes a list's or a string's content off the front of `in`; false on anything else. */
static inline bool st_rlp_take(struct bytes *in, bool list, struct bytes *payload) {
    struct rlp_item item;
    if (!in->n || err_is(rlp_next(in, &item)) || item.is_list != list) return false;
    *payload = item.payload;
    return true;
}

/* A number without leading zeros. `be` has room for its 32 bytes; the result lies in it. */
static inline struct bytes st_trimmed_be(uint8_t be[32], const struct u256 *v) {
    u256_store_be(be, v);
    size_t zeros = 0;
    while (zeros < 32 && be[zeros] == 0) zeros++;
    return (struct bytes){be + zeros, 32 - zeros};
}

static inline uint8_t st_nibble(const uint8_t *key, size_t i) {
    return (i & 1) ? key[i / 2] & 15 : key[i / 2] >> 4;
}

/* Hex-prefix (Yellow Paper, appendix C) of `count` nibbles, one a byte. `out` has room for
 * count / 2 + 1 bytes. */
static inline size_t st_hex_prefix(uint8_t *out, const uint8_t *nibbles, size_t count, bool leaf) {
    size_t n = 0, i = 0;
    out[n++] = (uint8_t)((leaf ? 0x20 : 0) | ((count & 1) ? 0x10 | nibbles[i++] : 0));
    for (; i < count; i += 2) out[n++] = (uint8_t)(nibbles[i] << 4 | nibbles[i + 1]);
    return n;
}

#endif
