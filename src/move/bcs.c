/* BCS of values (value.h). Integers are little-endian, lengths and variant numbers ULEB128 in the
 * shortest form, fields follow each other. */
#include <assert.h>

#include "move/closure.h"
#include "move/value.h"

static void put_uleb(struct buf *b, uint64_t v) {
    do {
        uint8_t low = v & 0x7f;
        v >>= 7;
        buf_put_u8(b, low | (v ? 0x80 : 0));
    } while (v);
}

/* ---- Encoding */

static bool encode_fields(const struct mv_type_field *f, unsigned n, const uint8_t *p,
                          struct buf *out, size_t limit) {
    for (unsigned i = 0; i < n; i++)
        if (!mv_value_encode(f[i].type, p + f[i].offset, out, limit)) return false;
    return true;
}

static bool encode_vector(const struct mv_type *elem, const struct mv_vec *v, struct buf *out,
                          size_t limit) {
    put_uleb(out, v->len);
    if (elem->kind <= MV_T_ADDRESS) {
        uint64_t n = (uint64_t)v->len * elem->size;
        if (out->n > limit || n > limit - out->n) return false;
        if (n) buf_put(out, v->p, n);
        return true;
    }
    for (uint32_t i = 0; i < v->len; i++)
        if (!mv_value_encode(elem, v->p + (size_t)i * elem->size, out, limit)) return false;
    return true;
}

bool mv_value_encode(const struct mv_type *t, const void *p, struct buf *out, size_t limit) {
    switch (t->kind) {
    case MV_T_STRUCT: return encode_fields(t->fields, t->field_count, p, out, limit);
    case MV_T_ENUM: {
        uint32_t tag = load_le32(p);
        if (tag >= t->variant_count) return false;
        put_uleb(out, tag);
        return encode_fields(t->variants[tag].fields, t->variants[tag].field_count, p, out, limit);
    }
    case MV_T_VECTOR: return encode_vector(t->elem, p, out, limit);
    case MV_T_FUNCTION: return mv_closure_encode(p, out, limit) && out->n <= limit;
    case MV_T_SIGNER:
    case MV_T_REF:
    case MV_T_MUT_REF: return false;
    default:
        if (out->n > limit || t->size > limit - out->n) return false;
        buf_put(out, p, t->size);
        return true;
    }
}

/* ---- Decoding */

/* A shortest-form ULEB128 of at most 32 bits. */
static bool get_uleb(struct bytes *in, uint32_t *out) {
    uint64_t v = 0;
    for (unsigned i = 0; i < 5 && i < in->n; i++) {
        uint8_t b = in->p[i];
        v |= (uint64_t)(b & 0x7f) << (7 * i);
        if (b & 0x80) continue;
        if ((b == 0 && i > 0) || v > UINT32_MAX) return false;
        *out = (uint32_t)v;
        *in = bytes_sub(*in, i + 1, in->n - i - 1);
        return true;
    }
    return false;
}

static enum mv_status_code decode(const struct mv_decoder *d, const struct mv_type *t,
                                  struct bytes *in, void *to);

static enum mv_status_code decode_fields(const struct mv_decoder *d, const struct mv_type_field *f,
                                         unsigned n, struct bytes *in, uint8_t *to) {
    for (unsigned i = 0; i < n; i++) {
        enum mv_status_code e = decode(d, f[i].type, in, to + f[i].offset);
        if (e) return e;
    }
    return MV_OK;
}

static enum mv_status_code decode_vector(const struct mv_decoder *d, const struct mv_type *elem,
                                         struct bytes *in, struct mv_vec *to) {
    uint32_t len;
    /* Every value takes at least one byte. */
    if (!get_uleb(in, &len) || len > in->n) return MV_VALUE_DESERIALIZATION_ERROR;
    bool packed = elem->kind <= MV_T_ADDRESS;
    uint64_t bytes = (uint64_t)len * elem->size;
    if (packed && bytes > in->n) return MV_VALUE_DESERIALIZATION_ERROR;
    struct mv_vec v;
    if (!mv_vec_make(d->heap, &v, len, elem->size, mv_kind_of(elem)))
        return MV_MEMORY_LIMIT_EXCEEDED;
    if (packed && elem->kind != MV_T_BOOL) {
        if (bytes) memcpy(v.p, in->p, bytes);
        *in = bytes_sub(*in, bytes, in->n - bytes);
    } else {
        if (bytes) memset(v.p, 0, bytes);
        for (uint32_t i = 0; i < len; i++) {
            enum mv_status_code e = decode(d, elem, in, v.p + (size_t)i * elem->size);
            if (e) return e;
        }
    }
    *to = v;
    return MV_OK;
}

/* `to` is zeroed already: room that an enum's variant does not use stays so (memory.h). */
static enum mv_status_code decode(const struct mv_decoder *d, const struct mv_type *t,
                                  struct bytes *in, void *to) {
    uint32_t tag;
    switch (t->kind) {
    case MV_T_STRUCT: return decode_fields(d, t->fields, t->field_count, in, to);
    case MV_T_ENUM:
        if (!get_uleb(in, &tag) || tag >= t->variant_count) return MV_VALUE_DESERIALIZATION_ERROR;
        memcpy(to, &tag, sizeof tag);
        return decode_fields(d, t->variants[tag].fields, t->variants[tag].field_count, in, to);
    case MV_T_VECTOR: return decode_vector(d, t->elem, in, to);
    case MV_T_FUNCTION: return mv_closure_decode(d, t, in, to);
    case MV_T_SIGNER:
    case MV_T_REF:
    case MV_T_MUT_REF: return MV_VALUE_DESERIALIZATION_ERROR;
    default:
        if (in->n < t->size) return MV_VALUE_DESERIALIZATION_ERROR;
        if (t->kind == MV_T_BOOL && in->p[0] > 1) return MV_VALUE_DESERIALIZATION_ERROR;
        memcpy(to, in->p, t->size);
        *in = bytes_sub(*in, t->size, in->n - t->size);
        return MV_OK;
    }
}

enum mv_status_code mv_value_decode(const struct mv_decoder *d, const struct mv_type *t,
                                    struct bytes in, void *to) {
    memset(to, 0, t->size);
    enum mv_status_code e = decode(d, t, &in, to);
    return e ? e : in.n ? MV_VALUE_DESERIALIZATION_ERROR : MV_OK;
}

enum mv_status_code mv_value_decode_part(const struct mv_decoder *d, const struct mv_type *t,
                                         struct bytes *in, void *to) {
    memset(to, 0, t->size);
    return decode(d, t, in, to);
}
