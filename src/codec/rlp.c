#include "codec/rlp.h"

const char *rlp_err_text(enum rlp_err e) {
    static const char *const texts[] = {
        "no error",
        "the input ends inside an item",
        "an item is not in its shortest form",
        "a length does not fit 64 bits",
        "a list stands where a string is expected, or the reverse",
        "a number has leading zeros or too many bytes",
        "bytes are left behind the last item",
        "a string has another length than expected",
        "the list has too few items",
        "lists are nested too deeply",
    };
    return (size_t)e < COUNT_OF(texts) ? texts[e] : "unknown error";
}

/* Reads `n` big-endian bytes of a length behind the first byte. */
static enum rlp_err long_length(struct bytes in, size_t n, uint64_t *out) {
    if (in.n < 1 + n) return RLP_ERR_CUT;
    if (in.p[1] == 0) return RLP_ERR_NOT_CANONICAL;
    if (n > 8) return RLP_ERR_TOO_LARGE;
    *out = 0;
    for (size_t i = 0; i < n; i++) *out = *out << 8 | in.p[1 + i];
    return *out < 56 ? RLP_ERR_NOT_CANONICAL : RLP_OK;
}

enum rlp_err rlp_next(struct bytes *in, struct rlp_item *item) {
    if (in->n == 0) return RLP_ERR_END;
    uint8_t first = in->p[0];
    size_t head = 1;
    uint64_t n;
    enum rlp_err e = RLP_OK;
    item->is_list = first >= 0xc0;
    if (first < 0x80) {
        head = 0;
        n = 1;
    } else if (first < 0xb8) {
        n = first - 0x80u;
    } else if (first < 0xc0) {
        head = 1 + (size_t)(first - 0xb7);
        e = long_length(*in, head - 1, &n);
    } else if (first < 0xf8) {
        n = first - 0xc0u;
    } else {
        head = 1 + (size_t)(first - 0xf7);
        e = long_length(*in, head - 1, &n);
    }
    if (e) return e;
    if (n > in->n - head) return RLP_ERR_CUT;
    item->payload = bytes_sub(*in, head, n);
    if (first == 0x81 && item->payload.p[0] < 0x80) return RLP_ERR_NOT_CANONICAL;
    *in = bytes_sub(*in, head + n, in->n - head - n);
    return RLP_OK;
}

enum rlp_err rlp_one(struct bytes in, struct rlp_item *item) {
    enum rlp_err e = rlp_next(&in, item);
    return e ? e : in.n ? RLP_ERR_TRAILING : RLP_OK;
}

enum rlp_err rlp_list(struct bytes *in, struct bytes *payload) {
    struct rlp_item item;
    enum rlp_err e = rlp_next(in, &item);
    if (e) return e;
    *payload = item.payload;
    return item.is_list ? RLP_OK : RLP_ERR_KIND;
}

enum rlp_err rlp_string(struct bytes *in, struct bytes *string) {
    struct rlp_item item;
    enum rlp_err e = rlp_next(in, &item);
    if (e) return e;
    *string = item.payload;
    return item.is_list ? RLP_ERR_KIND : RLP_OK;
}

enum rlp_err rlp_fixed(struct bytes *in, void *out, size_t n) {
    struct bytes s;
    enum rlp_err e = rlp_string(in, &s);
    if (e) return e;
    if (s.n != n) return RLP_ERR_LENGTH;
    if (n) memcpy(out, s.p, n);
    return RLP_OK;
}

enum rlp_err rlp_u256(struct bytes *in, struct u256 *out) {
    struct bytes s;
    enum rlp_err e = rlp_string(in, &s);
    if (e) return e;
    if (s.n > 32 || (s.n && s.p[0] == 0)) return RLP_ERR_NUMBER;
    u256_from_be(out, s);
    return RLP_OK;
}

enum rlp_err rlp_u64(struct bytes *in, uint64_t *out) {
    struct u256 v;
    enum rlp_err e = rlp_u256(in, &v);
    if (e) return e;
    if (!u256_fits_u64(&v)) return RLP_ERR_NUMBER;
    *out = v.w[0];
    return RLP_OK;
}

enum rlp_err rlp_validate(struct bytes in) {
    struct bytes rest[RLP_DEPTH_MAX]; /* what is left to read on each level */
    struct rlp_item item;
    enum rlp_err e = rlp_one(in, &item);
    if (e || !item.is_list) return e;
    size_t depth = 1;
    rest[0] = item.payload;
    while (depth) {
        if (rest[depth - 1].n == 0) {
            depth--;
            continue;
        }
        e = rlp_next(&rest[depth - 1], &item);
        if (e) return e;
        if (!item.is_list) continue;
        if (depth == RLP_DEPTH_MAX) return RLP_ERR_DEPTH;
        rest[depth++] = item.payload;
    }
    return RLP_OK;
}

/* ---- Writing
 * ---------------------------------------------------------------------------------------------------------
 */

/* Writes a header for `n` payload bytes into `out` (9 bytes of room); returns its length. */
static size_t make_header(uint8_t *out, uint8_t base, uint64_t n) {
    if (n < 56) {
        out[0] = (uint8_t)(base + n);
        return 1;
    }
    size_t bytes = 8 - (size_t)__builtin_clzll(n) / 8;
    out[0] = (uint8_t)(base + 55 + bytes);
    for (size_t i = 0; i < bytes; i++) out[1 + i] = (uint8_t)(n >> (8 * (bytes - 1 - i)));
    return 1 + bytes;
}

void rlp_put_bytes(struct buf *out, struct bytes s) {
    if (s.n == 1 && s.p[0] < 0x80) {
        buf_put_u8(out, s.p[0]);
        return;
    }
    out->n += make_header(buf_room(out, 9), 0x80, s.n);
    buf_put_bytes(out, s);
}

void rlp_put_u256(struct buf *out, const struct u256 *v) {
    uint8_t be[32];
    unsigned n = u256_byte_length(v);
    u256_store_be(be, v);
    rlp_put_bytes(out, bytes_make(be + 32 - n, n));
}

void rlp_put_u64(struct buf *out, uint64_t v) {
    struct u256 wide = u256_from_u64(v);
    rlp_put_u256(out, &wide);
}

size_t rlp_list_begin(struct buf *out) {
    return out->n;
}

void rlp_list_end(struct buf *out, size_t begin) {
    uint8_t header[9];
    size_t n = out->n - begin, head = make_header(header, 0xc0, n);
    buf_room(out, head);
    memmove(out->p + begin + head, out->p + begin, n);
    memcpy(out->p + begin, header, head);
    out->n += head;
}
