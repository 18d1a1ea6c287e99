#include "codec/abi.h"

/* ---- Decoding
 * ----------------------------------------------------------------------------------------------------------
 */

struct in {
    struct bytes data;
    struct arena *arena;
    struct err err;
};

static bool bad(struct in *in, const char *text, uint64_t at) {
    if (!err_is(in->err)) in->err = err_at(1, text, at);
    return false;
}

static bool take_word(struct in *in, uint64_t at, struct b32 *out) {
    if (at > in->data.n || in->data.n - at < 32) return bad(in, "the data is too short", at);
    memcpy(out->b, in->data.p + at, 32);
    return true;
}

/* A length or offset. */
static bool take_size(struct in *in, uint64_t at, uint64_t *out) {
    struct b32 word;
    struct u256 v;
    if (!take_word(in, at, &word)) return false;
    u256_load_be(&v, word.b);
    if (!u256_fits_u64(&v) || v.w[0] > in->data.n)
        return bad(in, "a length or offset is larger than the data", at);
    *out = v.w[0];
    return true;
}

static bool is_filled(const uint8_t *p, size_t n, uint8_t with) {
    for (size_t i = 0; i < n; i++)
        if (p[i] != with) return false;
    return true;
}

static bool check_word(struct in *in, const struct abi_type *t, const struct b32 *w, uint64_t at) {
    switch (t->kind) {
    case ABI_UINT:
        return is_filled(w->b, 32 - t->size / 8, 0) ||
               bad(in, "an unsigned integer is out of range", at);
    case ABI_INT: {
        size_t pad = 32 - t->size / 8;
        uint8_t sign = pad < 32 && (w->b[pad] & 0x80) ? 0xff : 0;
        return is_filled(w->b, pad, sign) || bad(in, "a signed integer is out of range", at);
    }
    case ABI_BOOL:
        return (is_filled(w->b, 31, 0) && w->b[31] <= 1) ||
               bad(in, "a bool is neither 0 nor 1", at);
    case ABI_ADDRESS:
        return is_filled(w->b, 12, 0) || bad(in, "an address has more than 20 bytes", at);
    default:
        return is_filled(w->b + t->size, 32u - t->size, 0) ||
               bad(in, "a fixed byte string is not padded with zeros", at);
    }
}

static bool decode_tail(struct in *in, const struct abi_type *t, uint64_t at, struct abi_value *out,
                        uint64_t *end);

/* Decodes `count` values that stand in a row from `base`; their tails follow in order. `*end` is
 * where the last one ends. `types` has one entry if all are alike. */
static bool decode_row(struct in *in, const struct abi_type *const *types, bool alike,
                       uint32_t count, uint64_t base, struct abi_value *out, uint64_t *end) {
    uint64_t head = base, tail = base;
    for (uint32_t i = 0; i < count; i++) tail += types[alike ? 0 : i]->head_bytes;
    for (uint32_t i = 0; i < count; i++) {
        const struct abi_type *t = types[alike ? 0 : i];
        uint64_t offset, unused;
        if (!t->dynamic) {
            if (!decode_tail(in, t, head, &out[i], &unused)) return false;
        } else {
            if (!take_size(in, head, &offset)) return false;
            if (offset != tail - base)
                return bad(in, "an offset is not where the encoder puts it", head);
            if (!decode_tail(in, t, tail, &out[i], &tail)) return false;
        }
        head += t->head_bytes;
    }
    *end = tail;
    return true;
}

static bool decode_bytes(struct in *in, uint64_t at, struct abi_value *out, uint64_t *end) {
    uint64_t n, padded;
    if (!take_size(in, at, &n)) return false;
    padded = (n + 31) / 32 * 32;
    if (padded > in->data.n - at - 32)
        return bad(in, "the data is too short for a byte string", at);
    out->data = bytes_sub(in->data, at + 32, n);
    if (!is_filled(out->data.p + n, padded - n, 0))
        return bad(in, "a byte string is not padded with zeros", at + 32 + n);
    *end = at + 32 + padded;
    return true;
}

static bool decode_array(struct in *in, const struct abi_type *t, uint64_t at,
                         struct abi_value *out, uint64_t *end) {
    uint64_t count = t->length;
    if (t->length == ABI_ANY_LENGTH) {
        if (!take_size(in, at, &count)) return false;
        at += 32;
    }
    /* Every element takes at least a word, so the input limits what is allocated. */
    if (count > (in->data.n - at) / 32) return bad(in, "the data is too short for an array", at);
    out->count = (uint32_t)count;
    out->items = ARENA_ARRAY(in->arena, struct abi_value, count);
    return decode_row(in, &t->element, true, out->count, at, out->items, end);
}

/* Decodes the value whose own encoding begins at `at`. */
static bool decode_tail(struct in *in, const struct abi_type *t, uint64_t at, struct abi_value *out,
                        uint64_t *end) {
    out->type = t;
    switch (t->kind) {
    case ABI_BYTES:
    case ABI_STRING: return decode_bytes(in, at, out, end);
    case ABI_ARRAY: return decode_array(in, t, at, out, end);
    case ABI_TUPLE:
        out->count = t->field_count;
        out->items = ARENA_ARRAY(in->arena, struct abi_value, t->field_count);
        return decode_row(in, t->fields, false, t->field_count, at, out->items, end);
    default:
        *end = at + 32;
        return take_word(in, at, &out->word) && check_word(in, t, &out->word, at);
    }
}

struct err abi_decode(const struct abi_type *type, struct bytes data, struct arena *arena,
                      struct abi_value *out) {
    struct in in = {.data = data, .arena = arena};
    uint64_t end;
    *out = (struct abi_value){0};
    if (!decode_tail(&in, type, 0, out, &end)) return in.err;
    if (end != data.n) return err_at(1, "bytes are left behind the arguments", end);
    return ERR_NONE;
}

/* ---- Encoding
 * ----------------------------------------------------------------------------------------------------------
 */

static void put_size(struct buf *out, uint64_t n) {
    uint8_t word[32] = {0};
    store_be64(word + 24, n);
    buf_put(out, word, sizeof word);
}

static void encode_tail(struct buf *out, const struct abi_value *v);

static void encode_row(struct buf *out, const struct abi_value *items, uint32_t count) {
    size_t base = out->n, head = base;
    uint64_t heads = 0;
    for (uint32_t i = 0; i < count; i++) heads += items[i].type->head_bytes;
    memset(buf_room(out, heads), 0, heads);
    out->n += heads;
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].type->dynamic) {
            store_be64(out->p + head + 24, out->n - base);
            encode_tail(out, &items[i]);
        } else {
            struct buf part = {0};
            encode_tail(&part, &items[i]);
            memcpy(out->p + head, part.p, part.n);
            buf_free(&part);
        }
        head += items[i].type->head_bytes;
    }
}

static void encode_tail(struct buf *out, const struct abi_value *v) {
    static const uint8_t zeros[32];
    switch (v->type->kind) {
    case ABI_BYTES:
    case ABI_STRING:
        put_size(out, v->data.n);
        buf_put_bytes(out, v->data);
        buf_put(out, zeros, (32 - v->data.n % 32) % 32);
        break;
    case ABI_ARRAY:
        if (v->type->length == ABI_ANY_LENGTH) put_size(out, v->count);
        encode_row(out, v->items, v->count);
        break;
    case ABI_TUPLE: encode_row(out, v->items, v->count); break;
    default: buf_put(out, v->word.b, 32);
    }
}

void abi_encode(struct buf *out, const struct abi_value *value) {
    encode_tail(out, value);
}
