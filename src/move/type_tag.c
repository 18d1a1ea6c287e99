#include "move/type_tag.h"

#include "codec/codec.h"

static const char *const primitive_names[] = {
    [MV_TAG_BOOL] = "bool", [MV_TAG_U8] = "u8",           [MV_TAG_U16] = "u16",
    [MV_TAG_U32] = "u32",   [MV_TAG_U64] = "u64",         [MV_TAG_U128] = "u128",
    [MV_TAG_U256] = "u256", [MV_TAG_I8] = "i8",           [MV_TAG_I16] = "i16",
    [MV_TAG_I32] = "i32",   [MV_TAG_I64] = "i64",         [MV_TAG_I128] = "i128",
    [MV_TAG_I256] = "i256", [MV_TAG_ADDRESS] = "address", [MV_TAG_SIGNER] = "signer",
};

static bool is_letter(uint8_t c) {
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}
static bool is_word(uint8_t c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

bool mv_is_identifier(struct bytes s) {
    if (s.n == 0 || s.n > MV_IDENTIFIER_MAX || !(is_letter(s.p[0]) || (s.p[0] == '_' && s.n > 1)))
        return false;
    for (size_t i = 1; i < s.n; i++)
        if (!is_word(s.p[i])) return false;
    return true;
}

size_t mv_address_print(char *out, const struct b32 *address) {
    char digits[64];
    size_t zeros = 0;
    hex_encode(digits, BYTES_OF(*address));
    while (zeros < 63 && digits[zeros] == '0') zeros++;
    out[0] = '0';
    out[1] = 'x';
    memcpy(out + 2, digits + zeros, 64 - zeros);
    out[66 - zeros] = 0;
    return 66 - zeros;
}

bool mv_address_parse(struct bytes text, struct b32 *out) {
    uint8_t digits[64];
    if (text.n < 3 || text.n > 66 || text.p[0] != '0' || (text.p[1] | 32) != 'x') return false;
    size_t n = text.n - 2;
    memset(digits, '0', sizeof digits);
    memcpy(digits + 64 - n, text.p + 2, n);
    return hex_decode_digits(out->b, BYTES_OF(digits));
}

/* ---- Walking a tag */

/* Reads one tag after another, printing if `out` is set. */
struct walk {
    struct bytes in;
    struct buf *out;
    unsigned nodes;
};

static bool take_name(struct walk *w) {
    uint64_t n;
    size_t used = uleb_get(w->in, MV_IDENTIFIER_MAX, &n);
    if (!used || w->in.n - used < n) return false;
    struct bytes name = bytes_sub(w->in, used, n);
    if (!mv_is_identifier(name)) return false;
    if (w->out) buf_put_bytes(w->out, name);
    w->in = bytes_sub(w->in, used + n, w->in.n - used - n);
    return true;
}

static void put(struct walk *w, const char *text) {
    if (w->out) buf_puts(w->out, text);
}

static bool walk_tag(struct walk *w, unsigned depth);

static bool walk_struct(struct walk *w, unsigned depth) {
    struct b32 address;
    char text[67];
    uint64_t args;
    if (w->in.n < 32) return false;
    memcpy(address.b, w->in.p, 32);
    w->in = bytes_sub(w->in, 32, w->in.n - 32);
    if (w->out) mv_address_print(text, &address), put(w, text);
    put(w, "::");
    if (!take_name(w)) return false;
    put(w, "::");
    if (!take_name(w)) return false;
    size_t used = uleb_get(w->in, MV_TAG_ARGS_MAX, &args);
    if (!used) return false;
    w->in = bytes_sub(w->in, used, w->in.n - used);
    for (uint64_t i = 0; i < args; i++) {
        put(w, i ? ", " : "<");
        if (!walk_tag(w, depth + 1)) return false;
    }
    if (args) put(w, ">");
    return true;
}

static bool walk_tag(struct walk *w, unsigned depth) {
    if (depth >= MV_TAG_DEPTH_MAX || ++w->nodes > MV_TAG_NODES_MAX || w->in.n == 0) return false;
    uint8_t kind = w->in.p[0];
    w->in = bytes_sub(w->in, 1, w->in.n - 1);
    if (kind == MV_TAG_STRUCT) return walk_struct(w, depth);
    if (kind == MV_TAG_VECTOR) {
        put(w, "vector<");
        if (!walk_tag(w, depth + 1)) return false;
        put(w, ">");
        return true;
    }
    if (kind > MV_TAG_I256) return false;
    put(w, primitive_names[kind]);
    return true;
}

size_t mv_type_tag_length(struct bytes in) {
    struct walk w = {.in = in};
    return walk_tag(&w, 0) ? in.n - w.in.n : 0;
}

size_t mv_struct_tag_length(struct bytes in) {
    struct walk w = {.in = in};
    return walk_struct(&w, 0) ? in.n - w.in.n : 0;
}

struct err mv_type_tag_print(struct bytes tag, struct buf *out) {
    struct walk w = {.in = tag, .out = out};
    if (!walk_tag(&w, 0) || w.in.n) return err_at(1, "the type tag is malformed", tag.n - w.in.n);
    return ERR_NONE;
}

/* ---- Reading text */

struct text {
    struct bytes in;
    size_t at;
    struct buf out;
    unsigned nodes;
    struct err err;
};

static bool bad(struct text *t, const char *why) {
    if (!err_is(t->err)) t->err = err_at(1, why, t->at);
    return false;
}

static uint8_t peek(const struct text *t) {
    return t->at < t->in.n ? t->in.p[t->at] : 0;
}

static void skip_spaces(struct text *t) {
    while (peek(t) == ' ') t->at++;
}

static bool expect(struct text *t, const char *what, const char *why) {
    size_t n = strlen(what);
    if (t->in.n - t->at < n || memcmp(t->in.p + t->at, what, n) != 0) return bad(t, why);
    t->at += n;
    return true;
}

static struct bytes take_word(struct text *t) {
    size_t start = t->at;
    while (is_word(peek(t))) t->at++;
    return bytes_sub(t->in, start, t->at - start);
}

static bool parse(struct text *t, unsigned depth);

static bool parse_name(struct text *t, const char *why) {
    struct bytes name = take_word(t);
    if (!mv_is_identifier(name)) return bad(t, why);
    uleb_put(&t->out, name.n);
    buf_put_bytes(&t->out, name);
    return true;
}

/* "<…, …>" behind a struct's name, or nothing. The count stands before the arguments, so they are
 * kept aside. */
static bool parse_args(struct text *t, unsigned depth) {
    uint32_t count = 0;
    struct buf outer = t->out;
    t->out = (struct buf){0};
    bool ok = true;
    if (peek(t) == '<') {
        do {
            t->at++;
            skip_spaces(t);
            ok = parse(t, depth + 1);
            skip_spaces(t);
            count++;
        } while (ok && peek(t) == ',' && count < MV_TAG_ARGS_MAX);
        ok = ok && expect(t, ">", "a comma or > is expected");
    }
    uleb_put(&outer, count);
    buf_put_bytes(&outer, buf_bytes(&t->out));
    buf_free(&t->out);
    t->out = outer;
    return ok;
}

static bool parse_struct(struct text *t, unsigned depth) {
    struct b32 address;
    size_t start = t->at;
    struct bytes word = take_word(t);
    if (!mv_address_parse(word, &address)) {
        t->at = start;
        return bad(t, "a type is expected: a primitive, vector<…>, or address::module::Name");
    }
    buf_put_u8(&t->out, MV_TAG_STRUCT);
    buf_put(&t->out, address.b, 32);
    return expect(t, "::", ":: is expected behind the address") &&
           parse_name(t, "a module name is expected") &&
           expect(t, "::", ":: is expected behind the module") &&
           parse_name(t, "a struct name is expected") && parse_args(t, depth);
}

static bool parse(struct text *t, unsigned depth) {
    if (depth >= MV_TAG_DEPTH_MAX) return bad(t, "the type is nested too deeply");
    if (++t->nodes > MV_TAG_NODES_MAX) return bad(t, "the type is too large");
    size_t start = t->at;
    struct bytes word = take_word(t);
    if (bytes_eq(word, BYTES_LIT("vector")) && peek(t) == '<') {
        t->at++;
        buf_put_u8(&t->out, MV_TAG_VECTOR);
        skip_spaces(t);
        if (!parse(t, depth + 1)) return false;
        skip_spaces(t);
        return expect(t, ">", "> is expected");
    }
    for (uint8_t kind = 0; kind < COUNT_OF(primitive_names); kind++)
        if (primitive_names[kind] && bytes_eq(word, bytes_cstr(primitive_names[kind]))) {
            buf_put_u8(&t->out, kind);
            return true;
        }
    t->at = start;
    return parse_struct(t, depth);
}

struct err mv_type_tag_parse(struct bytes text, struct arena *arena, struct bytes *tag) {
    struct text t = {.in = text};
    skip_spaces(&t);
    if (parse(&t, 0)) {
        skip_spaces(&t);
        if (t.at != text.n) bad(&t, "text is left behind the type");
    }
    *tag = arena_copy(arena, buf_bytes(&t.out));
    buf_free(&t.out);
    return t.err;
}

struct err mv_type_tags_parse(struct bytes text, struct arena *arena, struct bytes **tags,
                              uint32_t *count) {
    struct text t = {.in = text};
    struct bytes *list = ARENA_ARRAY(arena, struct bytes, MV_TAG_ARGS_MAX);
    *count = 0;
    *tags = list;
    skip_spaces(&t);
    while (t.at < text.n && !err_is(t.err)) {
        if (*count == MV_TAG_ARGS_MAX) {
            bad(&t, "too many types");
            break;
        }
        buf_clear(&t.out);
        if (!parse(&t, 0)) break;
        list[(*count)++] = arena_copy(arena, buf_bytes(&t.out));
        skip_spaces(&t);
        if (t.at == text.n) break;
        if (!expect(&t, ",", "a comma is expected")) break;
        skip_spaces(&t);
        if (t.at == text.n) bad(&t, "a type is expected behind the comma");
    }
    buf_free(&t.out);
    return t.err;
}
