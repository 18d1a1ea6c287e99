/* Constants are of types that can be constant, and their bytes are one value of the type
 * (constants.rs). */
#include "move/verify_internal.h"

static bool type_can_be_constant(const struct mv_token *t) {
    while (t->kind == MV_TOKEN_VECTOR) t++;
    return t->kind == MV_TOKEN_BOOL || t->kind == MV_TOKEN_ADDRESS || mv_type_is_integer(t);
}

static bool take(struct bytes *data, size_t n) {
    if (data->n < n) return false;
    data->p += n;
    data->n -= n;
    return true;
}

/* BCS length: ULEB128 of at most 2^31 - 1 in its shortest form. */
static bool take_length(struct bytes *data, uint32_t *out) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        if (!data->n) return false;
        uint8_t byte = *data->p;
        take(data, 1);
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte & 0x80) continue;
        if ((shift && !byte) || v > INT32_MAX) return false;
        *out = (uint32_t)v;
        return true;
    }
    return false;
}

static size_t scalar_bytes(unsigned kind) {
    switch (kind) {
    case MV_TOKEN_BOOL:
    case MV_TOKEN_U8:
    case MV_TOKEN_I8: return 1;
    case MV_TOKEN_U16:
    case MV_TOKEN_I16: return 2;
    case MV_TOKEN_U32:
    case MV_TOKEN_I32: return 4;
    case MV_TOKEN_U64:
    case MV_TOKEN_I64: return 8;
    case MV_TOKEN_U128:
    case MV_TOKEN_I128: return 16;
    default: return 32;
    }
}

/* Depth is that of the type; every element of a vector takes at least one byte. */
static bool take_value(const struct mv_token *t, struct bytes *data) {
    if (t->kind != MV_TOKEN_VECTOR) {
        const uint8_t *at = data->p;
        return take(data, scalar_bytes(t->kind)) && (t->kind != MV_TOKEN_BOOL || *at <= 1);
    }
    uint32_t count;
    if (!take_length(data, &count)) return false;
    for (; count; count--)
        if (!take_value(t + 1, data)) return false;
    return true;
}

struct mv_err mv_verify_constants(struct mv_verifier *v) {
    for (uint32_t i = 0; i < v->m->constants_count; i++) {
        const struct mv_constant *c = &v->m->constants[i];
        if (!type_can_be_constant(c->type))
            return mv_err_index(MV_INVALID_CONSTANT_TYPE, MV_KIND_CONSTANT, i,
                                "constants cannot have this type");
        struct bytes data = c->data;
        if (!take_value(c->type, &data) || data.n)
            return mv_err_index(MV_MALFORMED_CONSTANT_DATA, MV_KIND_CONSTANT, i,
                                "bytes are not one value of the constant's type");
    }
    return MV_ERR_NONE;
}
