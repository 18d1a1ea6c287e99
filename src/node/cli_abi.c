#include "node/cli_abi.h"

#include <stdio.h>

#include "crypto/crypto.h"

struct reader {
    struct arena *arena;
    const char *at, *end;
    struct buf *why;
};

static bool bad(struct reader *r, const struct abi_type *t, const char *text, size_t n) {
    buf_printf(r->why, "'%.*s' is no ", (int)(n > 60 ? 60 : n), text);
    abi_type_put(r->why, t);
    return false;
}

/* Up to what ends a value within brackets; at the top, all. */
static struct bytes token(struct reader *r, bool inside) {
    const char *start = r->at;
    int depth = 0;
    if (!inside) {
        r->at = r->end;
        return bytes_make(start, (size_t)(r->end - start));
    }
    for (; r->at < r->end; r->at++) {
        char ch = *r->at;
        if (!depth && (ch == ',' || ch == ']' || ch == ')')) break;
        depth += (ch == '[' || ch == '(') - (ch == ']' || ch == ')');
    }
    const char *stop = r->at;
    while (start < stop && *start == ' ') start++;
    while (stop > start && stop[-1] == ' ') stop--;
    return bytes_make(start, (size_t)(stop - start));
}

static bool read_hex(struct reader *r, struct bytes text, struct bytes *out) {
    if (text.n < 2 || text.p[0] != '0' || (text.p[1] | 32) != 'x' || text.n % 2) return false;
    uint8_t *p = arena_alloc(r->arena, text.n / 2, 1);
    *out = bytes_make(p, text.n / 2 - 1);
    return hex_decode_digits(p, bytes_sub(text, 2, text.n - 2));
}

static bool read_number(struct bytes text, struct u256 *out) {
    static const char digits[] = "0123456789abcdef";
    if (text.n < 3 || text.p[0] != '0' || (text.p[1] | 32) != 'x') return u256_from_dec(out, text);
    if (text.n > 66) return false;
    *out = U256_ZERO;
    for (size_t i = 2; i < text.n; i++) {
        const char *d = memchr(digits, text.p[i] | 32, 16);
        size_t at = text.n - 1 - i;
        if (!d) return false;
        out->w[at / 16] |= (uint64_t)(d - digits) << (at % 16 * 4);
    }
    return true;
}

static bool read_word(struct reader *r, const struct abi_type *t, struct bytes text,
                      struct abi_value *v) {
    struct bytes rest = text;
    bool negative = t->kind == ABI_INT && text.n > 1 && text.p[0] == '-';
    if (t->kind == ABI_BOOL) {
        bool yes = bytes_eq(text, BYTES_LIT("true"));
        v->word = u256_from_u64(yes);
        return yes || bytes_eq(text, BYTES_LIT("false")) || bad(r, t, (const char *)text.p, text.n);
    }
    if (t->kind == ABI_ADDRESS && text.n != 42) return bad(r, t, (const char *)text.p, text.n);
    if (negative) rest = bytes_sub(text, 1, text.n - 1);
    if (!read_number(rest, &v->word)) return bad(r, t, (const char *)text.p, text.n);
    bool top = v->word.w[3] >> 63; /* as a magnitude it is no intN, but for the least one */
    if (negative) u256_sub(&v->word, &U256_ZERO, &v->word);
    bool lost = t->kind == ABI_INT && top && !(negative && v->word.w[3] >> 63);
    return (!lost &&
            (t->kind != ABI_INT || negative == (v->word.w[3] >> 63) || u256_is_zero(&v->word)) &&
            abi_word_fits(t, &v->word)) ||
           bad(r, t, (const char *)text.p, text.n);
}

static bool read_value(struct reader *r, const struct abi_type *t, bool inside,
                       struct abi_value *v);

/* [a, b] or (a, b) */
static bool read_list(struct reader *r, const struct abi_type *t, struct abi_value *v) {
    char open = t->kind == ABI_TUPLE ? '(' : '[', close = open == '(' ? ')' : ']';
    const char *start = r->at;
    size_t room = 0;
    v->items = NULL;
    v->count = 0;
    if (r->at == r->end || *r->at != open) return bad(r, t, start, (size_t)(r->end - start));
    for (r->at++; r->at < r->end && *r->at == ' ';) r->at++;
    while (r->at < r->end && *r->at != close) {
        if (v->count == room) {
            struct abi_value *more = ARENA_ARRAY(r->arena, struct abi_value, room ? 2 * room : 8);
            if (v->count) memcpy(more, v->items, v->count * sizeof *more);
            v->items = more;
            room = room ? 2 * room : 8;
        }
        if (t->kind == ABI_TUPLE && v->count == t->count) break;
        const struct abi_type *item = t->kind == ABI_TUPLE ? &t->items[v->count] : t->items;
        while (r->at < r->end && *r->at == ' ') r->at++;
        if (!read_value(r, item, true, &v->items[v->count++])) return false;
        while (r->at < r->end && *r->at == ' ') r->at++;
        if (r->at < r->end && *r->at == ',') r->at++;
    }
    bool whole =
        r->at < r->end && *r->at == close && (t->kind == ABI_ARRAY || v->count == t->count);
    if (whole) r->at++;
    return whole || bad(r, t, start, (size_t)(r->end - start));
}

static bool read_value(struct reader *r, const struct abi_type *t, bool inside,
                       struct abi_value *v) {
    v->type = t;
    if (t->kind == ABI_ARRAY || t->kind == ABI_FIXED_ARRAY || t->kind == ABI_TUPLE)
        return read_list(r, t, v);
    struct bytes text = token(r, inside);
    if (t->kind == ABI_STRING) {
        v->data = text;
        return true;
    }
    if (t->kind != ABI_BYTES && t->kind != ABI_FIXED_BYTES) return read_word(r, t, text, v);
    return (read_hex(r, text, &v->data) && (t->kind == ABI_BYTES || v->data.n == t->size)) ||
           bad(r, t, (const char *)text.p, text.n);
}

/* The results' types, if the signature goes on with them. */
static bool split_signature(struct arena *a, const char *text, struct bytes *function,
                            const struct abi_type **results, struct buf *why) {
    int depth = 0;
    const char *at = text;
    while (*at && !(*at == ')' && --depth == 0)) depth += *at++ == '(';
    *function = bytes_make(text, *at ? (size_t)(at + 1 - text) : strlen(text));
    *results = NULL;
    if (!*at || !at[1]) return true;
    struct err e = abi_parse_types(a, bytes_cstr(at + 1), results);
    if (err_is(e)) buf_printf(why, "%s: %s", at + 1, e.text);
    return !err_is(e);
}

bool cli_abi_call(struct arena *a, const char *signature, const char *const *args, size_t count,
                  struct bytes *data, const struct abi_type **results, struct buf *why) {
    struct abi_function f;
    struct bytes function;
    struct b32 hash;
    if (!split_signature(a, signature, &function, results, why)) return false;
    struct err e = abi_parse_function(a, function, &f);
    if (err_is(e)) return buf_printf(why, "%s: %s", signature, e.text), false;
    if (f.inputs->count != count)
        return buf_printf(why, "%s takes %u arguments, not %zu", signature, f.inputs->count, count),
               false;
    struct abi_value all = {.type = f.inputs, .count = count};
    all.items = ARENA_ARRAY(a, struct abi_value, count);
    for (size_t i = 0; i < count; i++) {
        struct reader r = {a, args[i], args[i] + strlen(args[i]), why};
        if (!read_value(&r, &f.inputs->items[i], false, &all.items[i])) return false;
        if (r.at != r.end) return bad(&r, &f.inputs->items[i], args[i], strlen(args[i]));
    }
    struct buf out = {0};
    keccak256(&hash, f.signature);
    buf_put(&out, hash.b, 4);
    e = abi_encode(&out, a, &all);
    *data = arena_copy(a, buf_bytes(&out));
    buf_free(&out);
    if (err_is(e)) buf_printf(why, "%s", e.text);
    return !err_is(e);
}

static void print_word(struct buf *out, const struct abi_value *v) {
    char text[80];
    struct u256 word = v->word;
    bool negative = v->type->kind == ABI_INT && word.w[3] >> 63;
    if (negative) u256_sub(&word, &U256_ZERO, &word);
    size_t n = u256_to_dec(text, &word);
    if (negative) buf_puts(out, "-");
    buf_put(out, text, n);
}

void cli_abi_print(struct buf *out, const struct abi_value *v) {
    struct b20 address;
    bool tuple = v->type->kind == ABI_TUPLE;
    switch (v->type->kind) {
    case ABI_UINT:
    case ABI_INT: print_word(out, v); return;
    case ABI_BOOL: buf_puts(out, u256_is_zero(&v->word) ? "false" : "true"); return;
    case ABI_ADDRESS:
        address = abi_address_of_word(&v->word);
        hex_put(out, BYTES_OF(address));
        return;
    case ABI_FIXED_BYTES:
    case ABI_BYTES: hex_put(out, v->data); return;
    case ABI_STRING: buf_put_bytes(out, v->data); return;
    case ABI_ARRAY:
    case ABI_FIXED_ARRAY:
    case ABI_TUPLE: break;
    }
    buf_puts(out, tuple ? "(" : "[");
    for (size_t i = 0; i < v->count; i++) {
        if (i) buf_puts(out, ", ");
        cli_abi_print(out, &v->items[i]);
    }
    buf_puts(out, tuple ? ")" : "]");
}
