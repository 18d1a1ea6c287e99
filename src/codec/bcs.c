#include "codec/bcs.h"

#include "codec/uleb.h"
#include "codec/utf8.h"

#include <assert.h>

static const char *defect_text(int32_t code) {
    switch (code) {
    case BCS_TRUNCATED: return "the input ends inside it";
    case BCS_BAD_BOOL: return "a bool is 0 or 1";
    case BCS_BAD_ULEB: return "not a canonical 32-bit ULEB128 number";
    case BCS_TOO_LONG: return "longer than the input or than a sequence may be";
    case BCS_BAD_VARIANT: return "no such variant";
    case BCS_BAD_UTF8: return "not UTF-8";
    case BCS_TOO_DEEP: return "nested too deeply";
    default: return "bytes are left behind the last field";
    }
}

struct bcs_reader bcs_reader(struct bytes in, struct arena *arena) {
    return (struct bcs_reader){.in = in, .arena = arena};
}

static void refuse_at(struct bcs_reader *r, int32_t code, const char *name, const char *defect,
                      size_t at) {
    if (err_is(r->err)) return;
    const char *text = defect ? defect : defect_text(code);
    if (r->arena) {
        text = arena_printf(r->arena, "%s: %s", name, text);
        if (!text) text = defect_text(code); /* the arena is full */
    }
    r->err = err_at(code, text, at);
}

void bcs_refuse(struct bcs_reader *r, int32_t code, const char *name, const char *defect) {
    refuse_at(r, code, name, defect, r->at);
}

struct bytes bcs_take(struct bcs_reader *r, const char *name, size_t n) {
    if (err_is(r->err)) return (struct bytes){0};
    if (n > r->in.n - r->at) {
        bcs_refuse(r, BCS_TRUNCATED, name, NULL);
        return (struct bytes){0};
    }
    r->at += n;
    return bytes_sub(r->in, r->at - n, n);
}

void bcs_fixed(struct bcs_reader *r, const char *name, uint8_t *out, size_t n) {
    const struct bytes s = bcs_take(r, name, n);
    memset(out, 0, n);
    if (s.n) memcpy(out, s.p, s.n);
}

uint8_t bcs_u8(struct bcs_reader *r, const char *name) {
    const struct bytes s = bcs_take(r, name, 1);
    return s.n ? s.p[0] : 0;
}
uint16_t bcs_u16(struct bcs_reader *r, const char *name) {
    const struct bytes s = bcs_take(r, name, 2);
    return s.n ? load_le16(s.p) : 0;
}
uint32_t bcs_u32(struct bcs_reader *r, const char *name) {
    const struct bytes s = bcs_take(r, name, 4);
    return s.n ? load_le32(s.p) : 0;
}
uint64_t bcs_u64(struct bcs_reader *r, const char *name) {
    const struct bytes s = bcs_take(r, name, 8);
    return s.n ? load_le64(s.p) : 0;
}

static struct u256 wide(struct bcs_reader *r, const char *name, size_t limbs) {
    const struct bytes s = bcs_take(r, name, 8 * limbs);
    struct u256 v = U256_ZERO;
    for (size_t i = 0; s.n && i < limbs; i++) v.w[i] = load_le64(s.p + 8 * i);
    return v;
}
struct u256 bcs_u128(struct bcs_reader *r, const char *name) {
    return wide(r, name, 2);
}
struct u256 bcs_u256(struct bcs_reader *r, const char *name) {
    return wide(r, name, 4);
}

bool bcs_bool(struct bcs_reader *r, const char *name) {
    const struct bytes s = bcs_take(r, name, 1);
    if (s.n && s.p[0] > 1) refuse_at(r, BCS_BAD_BOOL, name, NULL, r->at - 1);
    return s.n && s.p[0] == 1;
}

/* A ULEB128 number of at most 32 bits; 0 after an error. *at is where it begins. */
static uint64_t number(struct bcs_reader *r, const char *name, size_t *at) {
    uint64_t v = 0;
    *at = r->at;
    if (err_is(r->err)) return 0;
    const struct bytes left = bytes_sub(r->in, r->at, r->in.n - r->at);
    const size_t n = uleb_get(left, UINT32_MAX, &v);
    if (!n) bcs_refuse(r, left.n ? BCS_BAD_ULEB : BCS_TRUNCATED, name, NULL);
    r->at += n;
    return v;
}

uint64_t bcs_count(struct bcs_reader *r, const char *name, size_t element_bytes) {
    size_t at;
    assert(element_bytes > 0);
    const uint64_t n = number(r, name, &at);
    if (n <= BCS_LENGTH_MAX && n <= (r->in.n - r->at) / element_bytes) return n;
    refuse_at(r, BCS_TOO_LONG, name, NULL, at);
    return 0;
}

uint32_t bcs_variant(struct bcs_reader *r, const char *name, uint32_t count) {
    size_t at;
    const uint64_t n = number(r, name, &at);
    if (n < count) return (uint32_t)n;
    refuse_at(r, BCS_BAD_VARIANT, name, NULL, at);
    return 0;
}

struct bytes bcs_bytes(struct bcs_reader *r, const char *name) {
    return bcs_take(r, name, bcs_count(r, name, 1));
}

struct bytes bcs_string(struct bcs_reader *r, const char *name) {
    const struct bytes s = bcs_bytes(r, name);
    const size_t good = utf8_prefix(s);
    if (good == s.n) return s;
    refuse_at(r, BCS_BAD_UTF8, name, NULL, r->at - s.n + good);
    return (struct bytes){0};
}

bool bcs_enter(struct bcs_reader *r, const char *name) {
    if (r->depth == BCS_DEPTH_MAX) bcs_refuse(r, BCS_TOO_DEEP, name, NULL);
    if (err_is(r->err)) return false;
    r->depth++;
    return true;
}

void bcs_leave(struct bcs_reader *r) {
    assert(r->depth > 0);
    r->depth--;
}

struct err bcs_finish(struct bcs_reader *r) {
    if (!err_is(r->err) && r->at != r->in.n) bcs_refuse(r, BCS_TRAILING, "input", NULL);
    return r->err;
}

void bcs_put_u16(struct buf *b, uint16_t v) {
    store_le16(buf_room(b, 2), v);
    b->n += 2;
}
void bcs_put_u32(struct buf *b, uint32_t v) {
    store_le32(buf_room(b, 4), v);
    b->n += 4;
}
void bcs_put_u64(struct buf *b, uint64_t v) {
    store_le64(buf_room(b, 8), v);
    b->n += 8;
}

void bcs_put_u128(struct buf *b, const struct u256 *v) {
    assert((v->w[2] | v->w[3]) == 0);
    bcs_put_u64(b, v->w[0]);
    bcs_put_u64(b, v->w[1]);
}

void bcs_put_u256(struct buf *b, const struct u256 *v) {
    for (int i = 0; i < 4; i++) bcs_put_u64(b, v->w[i]);
}

void bcs_put_bytes(struct buf *b, struct bytes s) {
    assert(s.n <= BCS_LENGTH_MAX);
    uleb_put(b, s.n);
    buf_put_bytes(b, s);
}
