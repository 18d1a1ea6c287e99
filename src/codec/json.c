#include "codec/json.h"

#include "codec/hex.h"

#include <assert.h>
#include <jansson.h>

/* jansson recurses by level, so the depth is checked before it sees the text. Returns the offset of
 * the bracket that goes too deep, or text.n. Ill-formed text may be miscounted; the parser refuses
 * it then anyway, and never goes deeper than the brackets outside strings that are counted here. */
static size_t first_too_deep(struct bytes text, unsigned depth_max) {
    unsigned depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < text.n; i++) {
        const uint8_t c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            if (++depth > depth_max) return i;
        } else if ((c == ']' || c == '}') && depth > 0) {
            depth--;
        }
    }
    return text.n;
}

struct err json_read(struct arena *a, struct bytes text, size_t size_max, unsigned depth_max,
                     json_t **out) {
    assert(depth_max <= JSON_DEPTH_MAX);
    if (text.n > size_max)
        return err_at(JSON_ERR_TOO_LARGE, "the JSON text is larger than what is allowed here",
                      size_max);
    const size_t deep = first_too_deep(text, depth_max);
    if (deep < text.n) return err_at(JSON_ERR_TOO_DEEP, "the JSON text is nested too deeply", deep);
    json_error_t e;
    json_t *v = json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, &e);
    if (!v) {
        const char *message = arena_printf(a, "line %d, column %d: %s", e.line, e.column, e.text);
        return err_at(JSON_ERR_SYNTAX, message ? message : "not JSON",
                      e.position > 0 ? (uint64_t)e.position : 0);
    }
    *out = v;
    return ERR_NONE;
}

static struct err refuse(struct arena *a, int32_t code, const char *name, const char *defect,
                         uint64_t at) {
    const char *text = arena_printf(a, "%s: %s", name, defect);
    return err_at(code, text ? text : defect, at);
}

struct err json_read_field(struct arena *a, const json_t *object, const char *name, json_t **out) {
    if (!json_is_object(object))
        return refuse(a, JSON_ERR_TYPE, name, "what should contain it is not an object", 0);
    json_t *v = json_object_get(object, name);
    if (!v || json_is_null(v)) return refuse(a, JSON_ERR_MISSING, name, "missing", 0);
    *out = v;
    return ERR_NONE;
}

struct err json_read_text(struct arena *a, const json_t *object, const char *name,
                          struct bytes *out) {
    json_t *v;
    const struct err e = json_read_field(a, object, name, &v);
    if (err_is(e)) return e;
    if (!json_is_string(v)) return refuse(a, JSON_ERR_TYPE, name, "must be a string", 0);
    *out = bytes_make(json_string_value(v), json_string_length(v));
    return ERR_NONE;
}

/* What hex.h says of the field's text, with the field's name. */
static struct err named(struct arena *a, const char *name, struct err e) {
    return err_is(e) ? refuse(a, JSON_ERR_VALUE, name, e.text, e.at) : e;
}

struct err json_read_quantity(struct arena *a, const json_t *object, const char *name,
                              uint64_t *out) {
    struct bytes text;
    const struct err e = json_read_text(a, object, name, &text);
    return err_is(e) ? e : named(a, name, hex_read_u64(text, out));
}

struct err json_read_quantity_u256(struct arena *a, const json_t *object, const char *name,
                                   struct u256 *out) {
    struct bytes text;
    const struct err e = json_read_text(a, object, name, &text);
    return err_is(e) ? e : named(a, name, hex_read_u256(text, out));
}

struct err json_read_address(struct arena *a, const json_t *object, const char *name,
                             struct b20 *out) {
    struct bytes text;
    const struct err e = json_read_text(a, object, name, &text);
    return err_is(e) ? e : named(a, name, hex_read_fixed(out->b, sizeof out->b, text));
}

struct err json_read_hash(struct arena *a, const json_t *object, const char *name,
                          struct b32 *out) {
    struct bytes text;
    const struct err e = json_read_text(a, object, name, &text);
    return err_is(e) ? e : named(a, name, hex_read_fixed(out->b, sizeof out->b, text));
}

struct err json_read_data(struct arena *a, const json_t *object, const char *name,
                          struct bytes *out) {
    struct bytes text;
    const struct err e = json_read_text(a, object, name, &text);
    return err_is(e) ? e : named(a, name, hex_read_data(a, text, out));
}

struct err json_read_u64(struct arena *a, const json_t *object, const char *name, uint64_t *out) {
    json_t *v;
    struct u256 wide;
    const struct err e = json_read_field(a, object, name, &v);
    if (err_is(e)) return e;
    if (json_is_integer(v)) {
        if (json_integer_value(v) < 0)
            return refuse(a, JSON_ERR_VALUE, name, "must not be negative", 0);
        *out = (uint64_t)json_integer_value(v);
        return ERR_NONE;
    }
    if (!json_is_string(v))
        return refuse(a, JSON_ERR_TYPE, name, "must be a number or a decimal string", 0);
    const struct bytes text = bytes_make(json_string_value(v), json_string_length(v));
    if (!u256_from_dec(&wide, text) || !u256_fits_u64(&wide))
        return refuse(a, JSON_ERR_VALUE, name, "must be a decimal number below 2^64", 0);
    *out = wide.w[0];
    return ERR_NONE;
}

struct err json_read_bool(struct arena *a, const json_t *object, const char *name, bool *out) {
    json_t *v;
    const struct err e = json_read_field(a, object, name, &v);
    if (err_is(e)) return e;
    if (!json_is_boolean(v)) return refuse(a, JSON_ERR_TYPE, name, "must be true or false", 0);
    *out = json_is_true(v);
    return ERR_NONE;
}
