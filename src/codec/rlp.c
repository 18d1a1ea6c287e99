#include "codec/rlp.h"

#include <assert.h>

enum { STRING = 0x80, LIST = 0xc0, SHORT_MAX = 55 };

static const char *defect_text(int32_t code) {
    switch (code) {
    case RLP_TRUNCATED: return "length passes the end";
    case RLP_LONG_FORM: return "length not in its shortest form";
    case RLP_LENGTH_ZEROS: return "length with leading zeros";
    case RLP_NOT_A_LIST: return "byte string where a list is due";
    case RLP_NOT_A_STRING: return "list where a byte string is due";
    case RLP_WRONG_LENGTH: return "wrong length";
    case RLP_LEADING_ZEROS: return "integer with leading zeros";
    case RLP_INT_TOO_LARGE: return "integer too large";
    case RLP_MISSING: return "missing: the list ends before it";
    case RLP_TRAILING: return "more items than there are fields";
    default: return "lists nested too deeply";
    }
}

/* ---- Items */

/* Reads the prefix at the beginning of `in` (not empty): where the payload begins and its length.
 * Returns 0 or what is wrong. */
static int32_t read_prefix(struct bytes in, bool *is_list, size_t *from, uint64_t *n) {
    const uint8_t first = in.p[0];
    *is_list = first >= LIST;
    if (first < STRING) {
        *from = 0, *n = 1;
        return RLP_OK;
    }
    const unsigned tag = first - (*is_list ? LIST : STRING);
    if (tag <= SHORT_MAX) {
        *from = 1, *n = tag;
        if (*n > in.n - 1) return RLP_TRUNCATED;
        return !*is_list && tag == 1 && in.p[1] < STRING ? RLP_LONG_FORM : RLP_OK;
    }
    const size_t width = tag - SHORT_MAX; /* 1 to 8 */
    if (width > in.n - 1) return RLP_TRUNCATED;
    if (in.p[1] == 0) return RLP_LENGTH_ZEROS;
    *n = 0;
    for (size_t i = 1; i <= width; i++) *n = *n << 8 | in.p[i];
    if (*n <= SHORT_MAX) return RLP_LONG_FORM;
    *from = 1 + width;
    return *n > in.n - *from ? RLP_TRUNCATED : RLP_OK;
}

static int32_t next_item(struct bytes *in, struct rlp_item *item) {
    size_t from = 0;
    uint64_t n = 0;
    if (in->n == 0) return RLP_TRUNCATED;
    const int32_t defect = read_prefix(*in, &item->is_list, &from, &n);
    if (defect) return defect;
    item->payload = bytes_sub(*in, from, n);
    item->whole = bytes_sub(*in, 0, from + n);
    *in = bytes_sub(*in, from + n, in->n - from - n);
    return RLP_OK;
}

struct err rlp_next(struct bytes *in, struct rlp_item *item) {
    const int32_t defect = next_item(in, item);
    return defect ? err_at(defect, defect_text(defect), 0) : ERR_NONE;
}

struct err rlp_check(struct bytes in) {
    struct rlp_reader r = rlp_reader(in, NULL);
    rlp_item(&r, "item");
    if (!err_is(r.err) && r.at != in.n) rlp_refuse(&r, RLP_TRAILING, "item", NULL);
    r.at = 0;
    while (!err_is(r.err)) {
        if (rlp_at_list(&r))
            rlp_open(&r, "list");
        else if (rlp_more(&r))
            rlp_item(&r, "item");
        else if (r.depth > 0)
            rlp_close(&r);
        else
            break;
    }
    return r.err;
}

/* ---- Reader */

struct rlp_reader rlp_reader(struct bytes in, struct arena *arena) {
    struct rlp_reader r;
    r.in = in;
    r.at = 0;
    r.depth = 0;
    r.end[0] = in.n;
    r.name[0] = NULL;
    r.arena = arena;
    r.err = ERR_NONE;
    return r;
}

void rlp_refuse(struct rlp_reader *r, int32_t code, const char *name, const char *defect) {
    if (err_is(r->err)) return;
    const char *text = defect ? defect : defect_text(code);
    if (r->arena) {
        const char *outer = r->name[r->depth];
        text =
            arena_printf(r->arena, "%s%s%s: %s", outer ? outer : "", outer ? "." : "", name, text);
        if (!text) text = defect_text(code);
    }
    r->err = err_at(code, text, r->at);
}

bool rlp_more(const struct rlp_reader *r) {
    return !err_is(r->err) && r->at < r->end[r->depth];
}

bool rlp_at_list(const struct rlp_reader *r) {
    return rlp_more(r) && r->in.p[r->at] >= LIST;
}

static bool take(struct rlp_reader *r, const char *name, struct rlp_item *item) {
    if (err_is(r->err)) return false;
    if (r->at == r->end[r->depth]) {
        rlp_refuse(r, RLP_MISSING, name, NULL);
        return false;
    }
    struct bytes left = bytes_sub(r->in, r->at, r->end[r->depth] - r->at);
    const int32_t defect = next_item(&left, item);
    if (defect)
        rlp_refuse(r, defect, name, NULL);
    else
        r->at = r->end[r->depth] - left.n;
    return !defect;
}

/* The defect concerns the item just taken: point at its beginning. */
static void refuse_item(struct rlp_reader *r, const struct rlp_item *item, int32_t code,
                        const char *name) {
    r->at -= item->whole.n;
    rlp_refuse(r, code, name, NULL);
}

struct rlp_item rlp_item(struct rlp_reader *r, const char *name) {
    struct rlp_item item = {0};
    return take(r, name, &item) ? item : (struct rlp_item){0};
}

void rlp_open(struct rlp_reader *r, const char *name) {
    struct rlp_item item;
    if (!take(r, name, &item)) return;
    if (!item.is_list) {
        refuse_item(r, &item, RLP_NOT_A_LIST, name);
    } else if (r->depth == RLP_DEPTH_MAX) {
        refuse_item(r, &item, RLP_TOO_DEEP, name);
    } else {
        r->depth++;
        r->end[r->depth] = r->at;
        r->name[r->depth] = name;
        r->at -= item.payload.n;
    }
}

void rlp_close(struct rlp_reader *r) {
    if (err_is(r->err)) return;
    assert(r->depth > 0);
    if (r->at != r->end[r->depth]) {
        const char *name = r->name[r->depth--]; /* the text names the list itself */
        rlp_refuse(r, RLP_TRAILING, name, NULL);
    } else {
        r->depth--;
    }
}

static bool take_string(struct rlp_reader *r, const char *name, struct rlp_item *item) {
    if (!take(r, name, item)) return false;
    if (item->is_list) refuse_item(r, item, RLP_NOT_A_STRING, name);
    return !item->is_list;
}

struct bytes rlp_bytes(struct rlp_reader *r, const char *name) {
    struct rlp_item item;
    return take_string(r, name, &item) ? item.payload : (struct bytes){0};
}

bool rlp_fixed_or_empty(struct rlp_reader *r, const char *name, uint8_t *out, size_t n) {
    struct rlp_item item;
    memset(out, 0, n);
    if (!take_string(r, name, &item) || item.payload.n == 0) return false;
    if (item.payload.n != n)
        refuse_item(r, &item, RLP_WRONG_LENGTH, name);
    else
        memcpy(out, item.payload.p, n);
    return item.payload.n == n;
}

void rlp_fixed(struct rlp_reader *r, const char *name, uint8_t *out, size_t n) {
    const size_t before = r->at;
    if (rlp_fixed_or_empty(r, name, out, n) || n == 0 || err_is(r->err)) return;
    r->at = before;
    rlp_refuse(r, RLP_WRONG_LENGTH, name, NULL);
}

struct u256 rlp_u256(struct rlp_reader *r, const char *name) {
    struct rlp_item item;
    struct u256 v = U256_ZERO;
    if (!take_string(r, name, &item)) return v;
    if (item.payload.n > 0 && item.payload.p[0] == 0)
        refuse_item(r, &item, RLP_LEADING_ZEROS, name);
    else if (item.payload.n > 32)
        refuse_item(r, &item, RLP_INT_TOO_LARGE, name);
    else
        u256_from_be(&v, item.payload);
    return v;
}

uint64_t rlp_u64(struct rlp_reader *r, const char *name) {
    const size_t before = r->at;
    const struct u256 v = rlp_u256(r, name);
    if (u256_fits_u64(&v)) return v.w[0];
    r->at = before;
    rlp_refuse(r, RLP_INT_TOO_LARGE, name, NULL);
    return 0;
}

struct err rlp_finish(struct rlp_reader *r) {
    if (!err_is(r->err)) {
        assert(r->depth == 0);
        if (r->at != r->in.n) rlp_refuse(r, RLP_TRAILING, "input", NULL);
    }
    return r->err;
}

/* ---- Writer */

/* Writes a prefix for `n` bytes to p (room for 9); returns its length. */
static size_t write_prefix(uint8_t *p, uint8_t kind, size_t n) {
    if (n <= SHORT_MAX) {
        p[0] = (uint8_t)(kind + n);
        return 1;
    }
    const unsigned width = 8 - (unsigned)__builtin_clzll(n) / 8;
    p[0] = (uint8_t)(kind + SHORT_MAX + width);
    for (unsigned i = 0; i < width; i++) p[1 + i] = (uint8_t)(n >> 8 * (width - 1 - i));
    return 1 + width;
}

void rlp_put_bytes(struct buf *b, struct bytes s) {
    if (s.n != 1 || s.p[0] >= STRING) b->n += write_prefix(buf_room(b, 9), STRING, s.n);
    buf_put_bytes(b, s);
}

void rlp_put_u256(struct buf *b, const struct u256 *v) {
    uint8_t be[32];
    const unsigned n = u256_byte_length(v);
    u256_store_be(be, v);
    rlp_put_bytes(b, bytes_make(be + 32 - n, n));
}

void rlp_put_u64(struct buf *b, uint64_t v) {
    const struct u256 wide = u256_from_u64(v);
    rlp_put_u256(b, &wide);
}

void rlp_put_list_header(struct buf *b, size_t payload) {
    b->n += write_prefix(buf_room(b, 9), LIST, payload);
}

size_t rlp_list_begin(struct buf *b) {
    buf_put_u8(b, 0); /* the short prefix's place */
    return b->n;
}

void rlp_list_end(struct buf *b, size_t mark) {
    assert(mark > 0 && mark <= b->n);
    uint8_t prefix[9];
    const size_t payload = b->n - mark, n = write_prefix(prefix, LIST, payload);
    if (n > 1) {
        buf_room(b, n - 1);
        memmove(b->p + mark + n - 1, b->p + mark, payload);
        b->n += n - 1;
    }
    memcpy(b->p + mark - 1, prefix, n);
}

size_t rlp_bytes_size(struct bytes s) {
    uint8_t prefix[9];
    return s.n == 1 && s.p[0] < STRING ? 1 : write_prefix(prefix, STRING, s.n) + s.n;
}
