#include "rpc/http_target.h"

#include <strings.h>

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Appends `in` with its percent-encoding undone (RFC 3986 §2.1); false on a '%' without two
 * hexadecimal digits. */
static bool percent_decode(struct bytes in, bool plus_is_space, struct buf *out) {
    for (size_t i = 0; i < in.n; i++) {
        uint8_t c = in.p[i];
        if (c == '%') {
            int high = i + 2 < in.n ? hex_digit(in.p[i + 1]) : -1;
            int low = i + 2 < in.n ? hex_digit(in.p[i + 2]) : -1;
            if (high < 0 || low < 0) return false;
            c = (uint8_t)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        buf_put_u8(out, c);
    }
    return true;
}

static size_t find(struct bytes s, uint8_t c) {
    const uint8_t *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

static struct bytes skip(struct bytes s, size_t n) {
    return bytes_sub(s, n, s.n - n);
}

static bool starts_with(struct bytes s, const char *prefix) {
    size_t n = strlen(prefix);
    return s.n >= n && strncasecmp((const char *)s.p, prefix, n) == 0;
}

bool http_target_split(struct bytes target, struct buf *path, struct bytes *query) {
    *query = (struct bytes){0};
    if (!target.n) return false;
    size_t scheme = starts_with(target, "http://") ? 7 : starts_with(target, "https://") ? 8 : 0;
    if (scheme) {
        target = skip(target, scheme);
        target = skip(target, find(target, '/'));
    }
    size_t end = find(target, '?');
    if (end < target.n) *query = skip(target, end + 1);
    struct bytes raw = bytes_sub(target, 0, end);
    if (!raw.n || raw.p[0] != '/') return false;
    size_t from = path->n;
    return percent_decode(raw, false, path) && !memchr(path->p + from, 0, path->n - from);
}

bool http_query_value(struct bytes query, const char *name, struct buf *out) {
    struct buf key = {0};
    bool found = false;
    while (query.n && !found) {
        size_t end = find(query, '&');
        struct bytes pair = bytes_sub(query, 0, end);
        query = skip(query, end < query.n ? end + 1 : end);
        size_t sign = find(pair, '=');
        buf_clear(&key);
        found = percent_decode(bytes_sub(pair, 0, sign), true, &key) &&
                bytes_eq(buf_bytes(&key), bytes_cstr(name));
        if (!found) continue;
        size_t before = out->n;
        if (!percent_decode(skip(pair, sign < pair.n ? sign + 1 : sign), true, out)) {
            out->n = before;
            break;
        }
        buf_free(&key);
        return true;
    }
    buf_free(&key);
    return false;
}
