/* ABI values: canonical decoding and encoding. Both walk a sequence (the fields of a tuple, the
 * elements of an array) in the same way: its head first, then the tails of its dynamic items in
 * order. What lies where follows from the types and lengths alone; the decoder only checks that the
 * offsets in the data say the same. */
#include "codec/abi.h"

struct place {
    const char *what; /* "argument", "field", "element" */
    size_t index;
};

struct walk {
    struct arena *arena;
    struct bytes data; /* decoding: the input */
    struct buf *out;   /* encoding: the output */
    unsigned depth;    /* of the place; bounded by that of the type */
    struct place place[ABI_DEPTH_MAX + 2];
    struct err err;
};

/* The first error, with the place in words. Always false. */
static bool refuse(struct walk *w, enum abi_error code, const char *text, size_t at) {
    struct buf b = {0};
    for (unsigned i = 0; i < w->depth; i++)
        buf_printf(&b, "%s%s %zu", i ? ", " : "", w->place[i].what, w->place[i].index);
    const char *full =
        w->depth ? arena_printf(w->arena, "%.*s: %s", (int)b.n, (const char *)b.p, text) : text;
    w->err = err_at(code, full ? full : text, at);
    buf_free(&b);
    return false;
}

static void enter(struct walk *w, const struct abi_type *t, size_t index) {
    const char *what = t->kind != ABI_TUPLE ? "element" : w->depth ? "field" : "argument";
    w->place[w->depth++] = (struct place){what, index};
}

/* The type of the i-th item of an array or tuple. */
static const struct abi_type *item_type(const struct abi_type *t, size_t i) {
    return t->kind == ABI_TUPLE ? &t->items[i] : t->items;
}

/* Bytes in the head of a sequence of `count` items; the caller has checked that it does not
 * overflow. */
static uint64_t heads_size(const struct abi_type *t, uint64_t count) {
    if (t->kind != ABI_TUPLE) return count * t->items->head_size;
    uint64_t size = 0;
    for (uint32_t i = 0; i < t->count; i++) size += t->items[i].head_size;
    return size;
}

bool abi_word_fits(const struct abi_type *t, const struct u256 *word) {
    struct u256 extended;
    switch (t->kind) {
    case ABI_UINT: return u256_bit_length(word) <= t->size;
    case ABI_BOOL: return u256_bit_length(word) <= 1;
    case ABI_ADDRESS: return u256_bit_length(word) <= 160;
    case ABI_INT:
        u256_signextend(&extended, &(struct u256){{t->size / 8u - 1, 0, 0, 0}}, word);
        return u256_eq(&extended, word);
    default: return false;
    }
}

struct u256 abi_word_of_address(const struct b20 *address) {
    struct u256 v;
    u256_from_be(&v, BYTES_OF(*address));
    return v;
}

struct b20 abi_address_of_word(const struct u256 *word) {
    uint8_t be[32];
    struct b20 r;
    u256_store_be(be, word);
    memcpy(r.b, be + 12, sizeof r.b);
    return r;
}

static size_t padding(size_t n) {
    return (32 - n % 32) % 32;
}

/* ---- Decoding */

static bool is_zero(const uint8_t *p, size_t n) {
    uint8_t any = 0;
    for (size_t i = 0; i < n; i++) any |= p[i];
    return any == 0;
}

/* The word at `at`, as a length or offset: what does not fit 64 bits is UINT64_MAX. */
static bool read_word(struct walk *w, size_t at, struct u256 *v) {
    if (at > w->data.n || w->data.n - at < 32)
        return refuse(w, ABI_TRUNCATED, "the data ends before it", at);
    u256_load_be(v, w->data.p + at);
    return true;
}

static bool decode_word(struct walk *w, const struct abi_type *t, size_t at,
                        struct abi_value *out) {
    if (!read_word(w, at, &out->word)) return false;
    if (abi_word_fits(t, &out->word)) return true;
    switch (t->kind) {
    case ABI_BOOL: return refuse(w, ABI_BAD_BOOL, "a bool is 0 or 1", at);
    case ABI_ADDRESS:
        return refuse(w, ABI_DIRTY_PADDING, "an address has 12 zero bytes before it", at);
    default: return refuse(w, ABI_DIRTY_PADDING, "the integer is outside its type's range", at);
    }
}

static bool decode_bytes(struct walk *w, const struct abi_type *t, size_t *at,
                         struct abi_value *out) {
    struct u256 word;
    if (!read_word(w, *at, &word)) return false;
    size_t from = *at, n = t->size;
    if (t->kind != ABI_FIXED_BYTES) {
        from = *at + 32;
        n = u256_sat_u64(&word);
        /* In this order neither can overflow. */
        if (n > w->data.n - from || padding(n) > w->data.n - from - n)
            return refuse(w, ABI_BAD_LENGTH, "longer than the data", *at);
    }
    out->data = bytes_sub(w->data, from, n);
    *at = from + n + padding(n);
    if (is_zero(w->data.p + from + n, padding(n))) return true;
    return refuse(w, ABI_DIRTY_PADDING, "the padding behind it is not zero", from + n);
}

static bool decode_body(struct walk *w, const struct abi_type *t, size_t *at,
                        struct abi_value *out);

/* The items of *out, whose head begins at *at; leaves *at behind the last tail. */
static bool decode_items(struct walk *w, const struct abi_type *t, size_t *at, uint64_t count,
                         struct abi_value *out) {
    const size_t base = *at;
    const size_t left = w->data.n - base;
    /* Every item has a head of 32 bytes or more, so this bounds what is allocated. */
    if (t->kind != ABI_TUPLE && count > left / t->items->head_size)
        return refuse(w, ABI_BAD_LENGTH, "more elements than the data has room for", base);
    const uint64_t heads = heads_size(t, count);
    if (heads > left) return refuse(w, ABI_TRUNCATED, "the data ends before it", base);
    out->items = ARENA_ARRAY(w->arena, struct abi_value, count);
    out->count = count;
    if (!out->items) return refuse(w, ABI_LIMIT, "the values take too much memory", base);
    size_t head = base, tail = base + heads;
    for (size_t i = 0; i < count; i++) {
        const struct abi_type *item = item_type(t, i);
        struct u256 offset;
        enter(w, t, i);
        if (!item->dynamic) {
            size_t end = head;
            if (!decode_body(w, item, &end, &out->items[i])) return false;
        } else {
            if (!read_word(w, head, &offset)) return false;
            if (u256_sat_u64(&offset) != tail - base)
                return refuse(w, ABI_BAD_OFFSET, "its offset is not the standard encoder's", head);
            if (!decode_body(w, item, &tail, &out->items[i])) return false;
        }
        w->depth--;
        head += item->head_size;
    }
    *at = tail;
    return true;
}

/* The value at *at itself (not the offset to it); leaves *at behind it. */
static bool decode_body(struct walk *w, const struct abi_type *t, size_t *at,
                        struct abi_value *out) {
    struct u256 count;
    out->type = t;
    switch (t->kind) {
    case ABI_UINT:
    case ABI_INT:
    case ABI_BOOL:
    case ABI_ADDRESS:
        if (!decode_word(w, t, *at, out)) return false;
        *at += 32;
        return true;
    case ABI_FIXED_BYTES:
    case ABI_BYTES:
    case ABI_STRING: return decode_bytes(w, t, at, out);
    case ABI_ARRAY:
        if (!read_word(w, *at, &count)) return false;
        *at += 32;
        return decode_items(w, t, at, u256_sat_u64(&count), out);
    default: return decode_items(w, t, at, t->count, out);
    }
}

struct err abi_decode(struct arena *a, const struct abi_type *t, struct bytes data,
                      struct abi_value *out) {
    struct walk w = {.arena = a, .data = data};
    size_t at = 0;
    if (decode_body(&w, t, &at, out) && at != data.n)
        refuse(&w, ABI_TRAILING, "data is left behind the last value", at);
    return w.err;
}

/* ---- Encoding */

static void put_word(struct buf *b, const struct u256 *v) {
    u256_store_be(buf_room(b, 32), v);
    b->n += 32;
}

static void put_padded(struct buf *b, struct bytes s) {
    buf_put_bytes(b, s);
    const size_t pad = padding(s.n);
    memset(buf_room(b, pad), 0, pad);
    b->n += pad;
}

static bool encode_body(struct walk *w, const struct abi_value *v);

/* Heads first, with room for the offsets; then the tails, each putting its offset in place. */
static bool encode_items(struct walk *w, const struct abi_value *v) {
    const struct abi_type *t = v->type;
    const size_t base = w->out->n;
    for (size_t i = 0; i < v->count; i++) {
        enter(w, t, i);
        const struct abi_type *item = item_type(t, i);
        if (!abi_type_eq(item, v->items[i].type))
            return refuse(w, ABI_WRONG_VALUE, "the value has another type", base);
        if (item->dynamic)
            put_word(w->out, &U256_ZERO);
        else if (!encode_body(w, &v->items[i]))
            return false;
        w->depth--;
    }
    size_t head = base;
    for (size_t i = 0; i < v->count; i++) {
        const struct abi_type *item = item_type(t, i);
        if (item->dynamic) {
            const struct u256 offset = u256_from_u64(w->out->n - base);
            u256_store_be(w->out->p + head, &offset);
            enter(w, t, i);
            if (!encode_body(w, &v->items[i])) return false;
            w->depth--;
        }
        head += item->head_size;
    }
    return true;
}

static bool encode_body(struct walk *w, const struct abi_value *v) {
    const struct abi_type *t = v->type;
    struct u256 length;
    switch (t->kind) {
    case ABI_UINT:
    case ABI_INT:
    case ABI_BOOL:
    case ABI_ADDRESS:
        if (!abi_word_fits(t, &v->word))
            return refuse(w, ABI_WRONG_VALUE, "the value is outside its type's range", w->out->n);
        put_word(w->out, &v->word);
        return true;
    case ABI_FIXED_BYTES:
        if (v->data.n != t->size)
            return refuse(w, ABI_WRONG_VALUE, "bytesN of another length", w->out->n);
        put_padded(w->out, v->data);
        return true;
    case ABI_BYTES:
    case ABI_STRING:
        length = u256_from_u64(v->data.n);
        put_word(w->out, &length);
        put_padded(w->out, v->data);
        return true;
    case ABI_ARRAY:
        length = u256_from_u64(v->count);
        put_word(w->out, &length);
        return encode_items(w, v);
    default:
        if (v->count != t->count)
            return refuse(w, ABI_WRONG_VALUE, "another number of items than the type has",
                          w->out->n);
        return encode_items(w, v);
    }
}

struct err abi_encode(struct buf *b, struct arena *a, const struct abi_value *v) {
    struct walk w = {.arena = a, .out = b};
    const size_t before = b->n;
    if (!encode_body(&w, v)) b->n = before;
    return w.err;
}
