/* Move values as the API writes them: small integers as numbers, from 64 bits on as strings,
 * vector<u8> as hex, String as text, Option as {"vec": […]}, structs as objects. */
#include "rpc/aptos.h"

#include <stdio.h>

#include "codec/codec.h"
#include "move/type_tag.h"

enum { VALUE_DEPTH_MAX = 128 };

void aptos_put_address(struct json_out *o, const struct b32 *address) {
    char text[67];
    size_t n = mv_address_print(text, address);
    jo_string(o, bytes_make(text, n));
}

bool aptos_read_address(struct bytes text, struct b32 *out) {
    uint8_t digits[64];
    if (text.n >= 2 && text.p[0] == '0' && (text.p[1] | 32) == 'x')
        text = bytes_sub(text, 2, text.n - 2);
    if (text.n == 0 || text.n > 64) return false;
    memset(digits, '0', sizeof digits);
    memcpy(digits + 64 - text.n, text.p, text.n);
    return hex_decode_digits(out->b, BYTES_OF(digits));
}

struct bytes aptos_tag_text(struct arena *arena, struct bytes tag) {
    struct buf text = {0};
    struct bytes out = BYTES_LIT("?");
    if (!err_is(mv_type_tag_print(tag, &text))) out = arena_copy(arena, buf_bytes(&text));
    buf_free(&text);
    return out;
}

/* ---- BCS to JSON */

static bool take(struct bytes *in, size_t n, struct bytes *out) {
    if (in->n < n) return false;
    *out = bytes_sub(*in, 0, n);
    *in = bytes_sub(*in, n, in->n - n);
    return true;
}

static bool take_length(struct bytes *in, uint64_t *n) {
    size_t used = uleb_get(*in, UINT32_MAX, n);
    if (!used) return false;
    *in = bytes_sub(*in, used, in->n - used);
    return true;
}

static size_t int_size(uint8_t kind) {
    switch (kind) {
    case MV_LAYOUT_U8:
    case MV_LAYOUT_I8: return 1;
    case MV_LAYOUT_U16:
    case MV_LAYOUT_I16: return 2;
    case MV_LAYOUT_U32:
    case MV_LAYOUT_I32: return 4;
    case MV_LAYOUT_U64:
    case MV_LAYOUT_I64: return 8;
    case MV_LAYOUT_U128:
    case MV_LAYOUT_I128: return 16;
    case MV_LAYOUT_U256:
    case MV_LAYOUT_I256: return 32;
    default: return 0;
    }
}

static bool is_signed(uint8_t kind) {
    return kind >= MV_LAYOUT_I8 && kind <= MV_LAYOUT_I256;
}

static void put_int(struct json_out *o, uint8_t kind, struct bytes le) {
    struct u256 v = U256_ZERO;
    char text[82];
    size_t at = 0;
    bool negative = is_signed(kind) && (le.p[le.n - 1] & 0x80);
    memset(&v, negative ? 0xff : 0, sizeof v);
    memcpy(&v, le.p, le.n);
    if (negative) {
        struct u256 zero = U256_ZERO;
        u256_sub(&v, &zero, &v);
        text[at++] = '-';
    }
    at += u256_to_dec(text + at, &v);
    if (le.n >= 8)
        jo_string(o, bytes_make(text, at));
    else
        jo_raw(o, bytes_make(text, at));
}

static bool is_named(const struct mv_layout *l, const char *module, const char *name) {
    static const struct b32 one = {{[31] = 1}};
    return l->kind == MV_LAYOUT_STRUCT && b32_eq(&l->address, &one) &&
           bytes_eq(l->module, bytes_cstr(module)) && bytes_eq(l->name, bytes_cstr(name));
}

static bool put(struct json_out *o, const struct mv_layout *l, struct bytes *in, unsigned depth);

static bool put_vector(struct json_out *o, const struct mv_layout *l, struct bytes *in,
                       unsigned depth) {
    uint64_t n;
    struct bytes data;
    if (!take_length(in, &n)) return false;
    if (l->element->kind == MV_LAYOUT_U8) {
        if (!take(in, n, &data)) return false;
        jo_hex(o, data);
        return true;
    }
    jo_array(o);
    for (uint64_t i = 0; i < n; i++)
        if (!put(o, l->element, in, depth + 1)) return false;
    jo_end_array(o);
    return true;
}

static bool put_fields(struct json_out *o, const struct mv_layout_field *fields, uint32_t count,
                       struct bytes *in, unsigned depth) {
    for (uint32_t i = 0; i < count; i++) {
        char key[256];
        snprintf(key, sizeof key, "%.*s", (int)fields[i].name.n, (const char *)fields[i].name.p);
        jo_key(o, key);
        if (!put(o, fields[i].layout, in, depth + 1)) return false;
    }
    return true;
}

static bool put_struct(struct json_out *o, const struct mv_layout *l, struct bytes *in,
                       unsigned depth) {
    uint64_t n;
    struct bytes text;
    if (is_named(l, "string", "String")) {
        if (!take_length(in, &n) || !take(in, n, &text)) return false;
        jo_string(o, text);
        return true;
    }
    jo_object(o);
    if (!put_fields(o, l->fields, l->field_count, in, depth)) return false;
    jo_end_object(o);
    return true;
}

static bool put_enum(struct json_out *o, const struct mv_layout *l, struct bytes *in,
                     unsigned depth) {
    uint64_t which;
    if (!take_length(in, &which) || which >= l->variant_count) return false;
    jo_object(o);
    jo_key(o, "__variant__");
    jo_string(o, l->variants[which].name);
    if (!put_fields(o, l->variants[which].fields, l->variants[which].field_count, in, depth))
        return false;
    jo_end_object(o);
    return true;
}

static bool put(struct json_out *o, const struct mv_layout *l, struct bytes *in, unsigned depth) {
    struct bytes data;
    if (depth > VALUE_DEPTH_MAX) return false;
    switch (l->kind) {
    case MV_LAYOUT_BOOL:
        if (!take(in, 1, &data) || data.p[0] > 1) return false;
        jo_bool(o, data.p[0]);
        return true;
    case MV_LAYOUT_ADDRESS:
    case MV_LAYOUT_SIGNER: {
        struct b32 address;
        if (!take(in, 32, &data)) return false;
        memcpy(address.b, data.p, 32);
        aptos_put_address(o, &address);
        return true;
    }
    case MV_LAYOUT_VECTOR: return put_vector(o, l, in, depth);
    case MV_LAYOUT_STRUCT: return put_struct(o, l, in, depth);
    case MV_LAYOUT_ENUM: return put_enum(o, l, in, depth);
    case MV_LAYOUT_FUNCTION: return false;
    default:
        if (!take(in, int_size(l->kind), &data)) return false;
        put_int(o, l->kind, data);
        return true;
    }
}

bool aptos_put_value(struct json_out *o, const struct mv_layout *layout, struct bytes bcs) {
    return put(o, layout, &bcs, 0) && bcs.n == 0;
}

/* ---- JSON to BCS */

static bool misfit(char why[160], const char *text) {
    snprintf(why, 160, "%s", text);
    return false;
}

/* The integer as a number or in decimal in a string; false if it is neither. */
static bool take_number(json_t *v, struct u256 *magnitude, bool *negative) {
    if (json_is_integer(v)) {
        json_int_t n = json_integer_value(v);
        *negative = n < 0;
        *magnitude = u256_from_u64(n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
        return true;
    }
    if (!json_is_string(v)) return false;
    struct bytes text = bytes_make(json_string_value(v), json_string_length(v));
    *negative = text.n && text.p[0] == '-';
    if (*negative) text = bytes_sub(text, 1, text.n - 1);
    return u256_from_dec(magnitude, text);
}

static bool read_int(json_t *v, uint8_t kind, struct buf *out, char why[160]) {
    struct u256 n;
    bool negative;
    unsigned bits = 8 * (unsigned)int_size(kind);
    if (!take_number(v, &n, &negative))
        return misfit(why, "an integer is expected, as a number or a decimal string");
    unsigned used = u256_bit_length(&n);
    if (!is_signed(kind) && negative && used)
        return misfit(why, "the integer must not be negative");
    if (is_signed(kind)) { /* -2^(bits-1) is the one magnitude of full length that fits */
        struct u256 one = U256_ONE, less = n;
        if (negative && used) u256_sub(&less, &n, &one);
        if (u256_bit_length(&less) > bits - 1)
            return misfit(why, "the integer does not fit its type");
        struct u256 zero = U256_ZERO;
        if (negative) u256_sub(&n, &zero, &n);
    } else if (used > bits) {
        return misfit(why, "the integer does not fit its type");
    }
    buf_put(out, &n, bits / 8);
    return true;
}

static bool read_hex(json_t *v, struct buf *out, char why[160]) {
    const char *s = json_string_value(v);
    size_t n = s ? json_string_length(v) : 1;
    if (s && n >= 2 && s[0] == '0' && s[1] == 'x') s += 2, n -= 2;
    if (n % 2) return misfit(why, "hexadecimal text of even length is expected");
    uleb_put(out, n / 2);
    uint8_t *room = buf_room(out, n / 2);
    if (!hex_decode_digits(room, bytes_make(s, n)))
        return misfit(why, "hexadecimal text is expected");
    out->n += n / 2;
    return true;
}

bool aptos_read_hex(json_t *v, struct arena *arena, struct bytes *out) {
    const char *s = json_string_value(v);
    size_t n = s ? json_string_length(v) : 1;
    if (s && n >= 2 && s[0] == '0' && s[1] == 'x') s += 2, n -= 2;
    if (n % 2) return false;
    uint8_t *room = arena_alloc(arena, n / 2 + 1, 1);
    *out = bytes_make(room, n / 2);
    return hex_decode_digits(room, bytes_make(s, n));
}

bool aptos_read_u64(json_t *v, uint64_t *out) {
    struct u256 n;
    bool negative;
    if (!take_number(v, &n, &negative) || negative || !u256_fits_u64(&n)) return false;
    *out = n.w[0];
    return true;
}

static bool read_value(json_t *v, const struct mv_layout *l, struct buf *out, char why[160],
                       unsigned depth);

static bool read_vector(json_t *v, const struct mv_layout *l, struct buf *out, char why[160],
                        unsigned depth) {
    size_t i;
    json_t *e;
    if (l->element->kind == MV_LAYOUT_U8 && json_is_string(v)) return read_hex(v, out, why);
    if (!json_is_array(v)) return misfit(why, "an array is expected");
    uleb_put(out, json_array_size(v));
    json_array_foreach(v, i, e) if (!read_value(e, l->element, out, why, depth + 1)) return false;
    return true;
}

/* null, or the value itself; {"vec": […]} is read as the struct that it shows. */
static bool read_option(json_t *v, const struct mv_layout *element, struct buf *out, char why[160],
                        unsigned depth) {
    uleb_put(out, !json_is_null(v));
    return json_is_null(v) || read_value(v, element, out, why, depth + 1);
}

static bool read_struct(json_t *v, const struct mv_layout *l, struct buf *out, char why[160],
                        unsigned depth) {
    if (is_named(l, "string", "String") && json_is_string(v)) {
        uleb_put(out, json_string_length(v));
        buf_put(out, json_string_value(v), json_string_length(v));
        return true;
    }
    if (is_named(l, "object", "Object") && json_is_string(v))
        return read_value(v, l->fields[0].layout, out, why, depth + 1);
    if (is_named(l, "option", "Option") && l->field_count == 1 &&
        !(json_is_object(v) && json_object_get(v, "vec")))
        return read_option(v, l->fields[0].layout->element, out, why, depth);
    if (!json_is_object(v)) return misfit(why, "an object is expected");
    for (uint32_t i = 0; i < l->field_count; i++) {
        char key[256];
        snprintf(key, sizeof key, "%.*s", (int)l->fields[i].name.n,
                 (const char *)l->fields[i].name.p);
        json_t *field = json_object_get(v, key);
        if (!field) {
            snprintf(why, 160, "the field %.100s is missing", key);
            return false;
        }
        if (!read_value(field, l->fields[i].layout, out, why, depth + 1)) return false;
    }
    return true;
}

static bool read_value(json_t *v, const struct mv_layout *l, struct buf *out, char why[160],
                       unsigned depth) {
    struct b32 address;
    if (depth > VALUE_DEPTH_MAX) return misfit(why, "the value is nested too deeply");
    switch (l->kind) {
    case MV_LAYOUT_BOOL:
        if (!json_is_boolean(v)) return misfit(why, "true or false is expected");
        buf_put_u8(out, json_is_true(v));
        return true;
    case MV_LAYOUT_ADDRESS:
        if (!json_is_string(v) ||
            !aptos_read_address(bytes_make(json_string_value(v), json_string_length(v)), &address))
            return misfit(why, "an address is expected");
        buf_put(out, address.b, 32);
        return true;
    case MV_LAYOUT_VECTOR: return read_vector(v, l, out, why, depth);
    case MV_LAYOUT_STRUCT: return read_struct(v, l, out, why, depth);
    case MV_LAYOUT_SIGNER:
    case MV_LAYOUT_ENUM:
    case MV_LAYOUT_FUNCTION: return misfit(why, "a value of this type cannot be given as JSON");
    default: return read_int(v, l->kind, out, why);
    }
}

bool aptos_read_value(json_t *v, const struct mv_layout *layout, struct buf *bcs, char why[160]) {
    return read_value(v, layout, bcs, why, 0);
}

void aptos_put_typed(struct aptos_call *c, struct bytes tag, struct bytes value) {
    struct mv_outcome out;
    const struct mv_layout *layout = mv_layout(aptos_session(c), tag, &out);
    struct json_out before = *c->out;
    size_t start = c->out->buf->n;
    if (layout && aptos_put_value(c->out, layout, value)) return;
    c->out->buf->n = start;
    *c->out = before;
    jo_null(c->out);
}
