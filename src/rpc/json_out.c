#include "rpc/json_out.h"

static const char DIGITS[] = "0123456789abcdef";

static void before_value(struct json_out *o) {
    if (o->comma) buf_put_u8(o->buf, ',');
    o->comma = true;
}

static void open_level(struct json_out *o, char c) {
    before_value(o);
    buf_put_u8(o->buf, (uint8_t)c);
    o->comma = false;
}

static void close_level(struct json_out *o, char c) {
    buf_put_u8(o->buf, (uint8_t)c);
    o->comma = true;
}

void jo_object(struct json_out *o) {
    open_level(o, '{');
}
void jo_end_object(struct json_out *o) {
    close_level(o, '}');
}
void jo_array(struct json_out *o) {
    open_level(o, '[');
}
void jo_end_array(struct json_out *o) {
    close_level(o, ']');
}

void jo_key(struct json_out *o, const char *key) {
    jo_cstring(o, key);
    buf_put_u8(o->buf, ':');
    o->comma = false;
}

void jo_raw(struct json_out *o, struct bytes json) {
    before_value(o);
    buf_put_bytes(o->buf, json);
}

void jo_null(struct json_out *o) {
    jo_raw(o, BYTES_LIT("null"));
}
void jo_bool(struct json_out *o, bool v) {
    jo_raw(o, v ? BYTES_LIT("true") : BYTES_LIT("false"));
}

void jo_number(struct json_out *o, uint64_t v) {
    before_value(o);
    buf_printf(o->buf, "%llu", (unsigned long long)v);
}

void jo_decimal(struct json_out *o, uint64_t v) {
    before_value(o);
    buf_printf(o->buf, "\"%llu\"", (unsigned long long)v);
}

/* The length of the valid UTF-8 sequence at p, 0 if there is none (RFC 3629: no surrogates,
 * shortest form). */
static size_t utf8_length(const uint8_t *p, size_t n) {
    uint8_t c = p[0];
    if (c < 0x80) return 1;
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || n < len) return 0;
    for (size_t i = 1; i < len; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if ((c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] > 0x9f)) return 0;
    if ((c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] > 0x8f)) return 0;
    return len;
}

static void put_control(struct buf *b, uint8_t c) {
    switch (c) {
    case '\n': buf_puts(b, "\\n"); break;
    case '\r': buf_puts(b, "\\r"); break;
    case '\t': buf_puts(b, "\\t"); break;
    default: buf_printf(b, "\\u%04x", c);
    }
}

void jo_string(struct json_out *o, struct bytes text) {
    before_value(o);
    buf_put_u8(o->buf, '"');
    for (size_t i = 0; i < text.n;) {
        uint8_t c = text.p[i];
        size_t len = utf8_length(text.p + i, text.n - i);
        if (!len) {
            buf_puts(o->buf, "\xef\xbf\xbd");
            i++;
            continue;
        }
        if (c == '"' || c == '\\') buf_put_u8(o->buf, '\\');
        if (c < 0x20)
            put_control(o->buf, c);
        else
            buf_put(o->buf, text.p + i, len);
        i += len;
    }
    buf_put_u8(o->buf, '"');
}

void jo_cstring(struct json_out *o, const char *text) {
    jo_string(o, bytes_cstr(text));
}

void jo_hex(struct json_out *o, struct bytes data) {
    before_value(o);
    uint8_t *at = buf_room(o->buf, 4 + 2 * data.n), *start = at;
    *at++ = '"';
    *at++ = '0';
    *at++ = 'x';
    for (size_t i = 0; i < data.n; i++) {
        *at++ = (uint8_t)DIGITS[data.p[i] >> 4];
        *at++ = (uint8_t)DIGITS[data.p[i] & 15];
    }
    *at++ = '"';
    o->buf->n += (size_t)(at - start);
}

void jo_quantity(struct json_out *o, uint64_t v) {
    before_value(o);
    buf_printf(o->buf, "\"0x%llx\"", (unsigned long long)v);
}

void jo_quantity_u256(struct json_out *o, const struct u256 *v) {
    char text[68];
    size_t n = u256_to_hex(text, v);
    jo_string(o, bytes_make(text, n));
}
