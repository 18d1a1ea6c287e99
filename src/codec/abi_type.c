/* ABI types: from text, built by hand, and back to canonical text. */
#include "codec/abi.h"

#include <assert.h>

/* ---- Built by hand */

struct abi_type abi_plain(enum abi_kind kind, unsigned size) {
    assert(kind <= ABI_STRING);
    const bool dynamic = kind == ABI_BYTES || kind == ABI_STRING;
    return (struct abi_type){
        .kind = kind, .size = (uint16_t)size, .dynamic = dynamic, .head_size = 32};
}

bool abi_array_of(struct abi_type *out, const struct abi_type *element) {
    if (element->depth >= ABI_DEPTH_MAX) return false;
    *out = (struct abi_type){.kind = ABI_ARRAY,
                             .depth = (uint8_t)(element->depth + 1),
                             .dynamic = true,
                             .head_size = 32,
                             .items = element};
    return true;
}

/* The head of something static is all of it; of something dynamic it is an offset. */
static bool set_head(struct abi_type *t, uint64_t size) {
    t->head_size = t->dynamic ? 32 : (uint32_t)size;
    return size <= ABI_STATIC_MAX;
}

bool abi_fixed_array_of(struct abi_type *out, const struct abi_type *element, uint32_t count) {
    if (element->depth >= ABI_DEPTH_MAX || count == 0) return false;
    *out = (struct abi_type){.kind = ABI_FIXED_ARRAY,
                             .depth = (uint8_t)(element->depth + 1),
                             .dynamic = element->dynamic,
                             .count = count,
                             .items = element};
    return set_head(out, (uint64_t)element->head_size * count); /* 2^30 * 2^32 fits 64 bits */
}

bool abi_tuple_of(struct abi_type *out, const struct abi_type *fields, uint32_t count) {
    uint64_t size = 0;
    *out = (struct abi_type){.kind = ABI_TUPLE, .count = count, .items = fields};
    if (count > ABI_TYPES_MAX) return false;
    for (uint32_t i = 0; i < count; i++) {
        size += fields[i].head_size;
        out->dynamic |= fields[i].dynamic;
        if (fields[i].depth >= out->depth) out->depth = (uint8_t)(fields[i].depth + 1);
    }
    /* One level more than elsewhere: the tuple of a function's parameters is not counted. */
    return out->depth <= ABI_DEPTH_MAX + 1 && set_head(out, size);
}

bool abi_type_eq(const struct abi_type *a, const struct abi_type *b) {
    if (a == b) return true;
    if (a->kind != b->kind || a->size != b->size || a->count != b->count || a->depth != b->depth)
        return false;
    if (a->kind == ABI_ARRAY || a->kind == ABI_FIXED_ARRAY) return abi_type_eq(a->items, b->items);
    for (uint32_t i = 0; a->kind == ABI_TUPLE && i < a->count; i++)
        if (!abi_type_eq(&a->items[i], &b->items[i])) return false;
    return true;
}

void abi_type_put(struct buf *b, const struct abi_type *t) {
    switch (t->kind) {
    case ABI_UINT: buf_printf(b, "uint%u", t->size); return;
    case ABI_INT: buf_printf(b, "int%u", t->size); return;
    case ABI_BOOL: buf_puts(b, "bool"); return;
    case ABI_ADDRESS: buf_puts(b, "address"); return;
    case ABI_FIXED_BYTES: buf_printf(b, "bytes%u", t->size); return;
    case ABI_BYTES: buf_puts(b, "bytes"); return;
    case ABI_STRING: buf_puts(b, "string"); return;
    case ABI_ARRAY:
        abi_type_put(b, t->items);
        buf_puts(b, "[]");
        return;
    case ABI_FIXED_ARRAY:
        abi_type_put(b, t->items);
        buf_printf(b, "[%u]", t->count);
        return;
    case ABI_TUPLE:
        buf_puts(b, "(");
        for (uint32_t i = 0; i < t->count; i++) {
            if (i) buf_puts(b, ",");
            abi_type_put(b, &t->items[i]);
        }
        buf_puts(b, ")");
    }
}

/* ---- From text */

struct parser {
    struct arena *arena;
    struct bytes text;
    size_t at;
    unsigned types; /* so far, against ABI_TYPES_MAX */
    struct err err; /* the first one stays */
};

static bool refuse_at(struct parser *p, enum abi_error code, const char *text, size_t at) {
    if (!err_is(p->err)) p->err = err_at(code, text, at);
    return false;
}

static bool refuse(struct parser *p, enum abi_error code, const char *text) {
    return refuse_at(p, code, text, p->at);
}

static void skip_spaces(struct parser *p) {
    while (p->at < p->text.n && p->text.p[p->at] == ' ') p->at++;
}

/* The next character behind spaces, 0 at the end. */
static uint8_t peek(struct parser *p) {
    skip_spaces(p);
    return p->at < p->text.n ? p->text.p[p->at] : 0;
}

static bool accept(struct parser *p, uint8_t c) {
    if (peek(p) != c) return false;
    p->at++;
    return true;
}

static bool is_digit(uint8_t c) {
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static struct bytes word(struct parser *p) {
    skip_spaces(p);
    const size_t from = p->at;
    while (p->at < p->text.n &&
           (is_letter(p->text.p[p->at]) || (p->at > from && is_digit(p->text.p[p->at]))))
        p->at++;
    return bytes_sub(p->text, from, p->at - from);
}

/* A decimal number without leading zeros, at most 9 digits; 0 if it is none. */
static uint32_t decimal(struct bytes digits) {
    uint32_t v = 0;
    if (digits.n == 0 || digits.n > 9 || digits.p[0] == '0') return 0;
    for (size_t i = 0; i < digits.n; i++) {
        if (!is_digit(digits.p[i])) return 0;
        v = v * 10 + (digits.p[i] - '0');
    }
    return v;
}

static bool cut_prefix(struct bytes *name, const char *prefix) {
    const size_t n = strlen(prefix);
    if (name->n < n || memcmp(name->p, prefix, n) != 0) return false;
    *name = bytes_sub(*name, n, name->n - n);
    return true;
}

/* uintN, intN, and the alias uN. `digits` is N, or empty. */
static bool integer(struct parser *p, enum abi_kind kind, struct bytes digits, size_t at,
                    struct abi_type *out) {
    const uint32_t bits = digits.n ? decimal(digits) : 256;
    if (bits == 0 || bits > 256 || bits % 8)
        return refuse_at(p, ABI_BAD_TYPE, "an integer type has 8, 16, … or 256 bits", at);
    *out = abi_plain(kind, bits);
    return true;
}

static bool plain(struct parser *p, struct abi_type *out) {
    static const struct {
        const char *name;
        enum abi_kind kind;
    } exact[] = {
        {"bool", ABI_BOOL}, {"address", ABI_ADDRESS}, {"bytes", ABI_BYTES}, {"string", ABI_STRING}};
    struct bytes name = word(p);
    const size_t at = p->at - name.n;
    if (name.n == 0) return refuse(p, ABI_BAD_TEXT, "a type is due here");
    for (size_t i = 0; i < COUNT_OF(exact); i++)
        if (bytes_eq(name, bytes_cstr(exact[i].name))) {
            *out = abi_plain(exact[i].kind, 0);
            return true;
        }
    if (cut_prefix(&name, "uint")) return integer(p, ABI_UINT, name, at, out);
    if (cut_prefix(&name, "int")) return integer(p, ABI_INT, name, at, out);
    if (name.n > 1 && is_digit(name.p[1]) && cut_prefix(&name, "u"))
        return integer(p, ABI_UINT, name, at, out);
    if (cut_prefix(&name, "bytes")) {
        const uint32_t n = decimal(name);
        if (n == 0 || n > 32) return refuse_at(p, ABI_BAD_TYPE, "bytesN has 1 to 32 bytes", at);
        *out = abi_plain(ABI_FIXED_BYTES, n);
        return true;
    }
    return refuse_at(p, ABI_BAD_TYPE, "no such type", at);
}

static bool parse_type(struct parser *p, unsigned depth, struct abi_type *out);

/* The fields behind "(" up to and including ")". */
static bool parse_fields(struct parser *p, unsigned depth, struct abi_type *out) {
    struct abi_type *fields = NULL;
    uint32_t count = 0, capacity = 0;
    if (!accept(p, ')')) {
        do {
            if (count == capacity) {
                const uint32_t more = capacity ? capacity * 2 : 4;
                struct abi_type *larger = ARENA_ARRAY(p->arena, struct abi_type, more);
                if (!larger) return refuse(p, ABI_LIMIT, "the types take too much memory");
                if (count) memcpy(larger, fields, count * sizeof *fields);
                fields = larger, capacity = more;
            }
            if (!parse_type(p, depth, &fields[count])) return false;
            count++;
        } while (accept(p, ','));
        if (!accept(p, ')')) return refuse(p, ABI_BAD_TEXT, "',' or ')' is due here");
    }
    if (!abi_tuple_of(out, fields, count)) return refuse(p, ABI_LIMIT, "the tuple is too large");
    return true;
}

/* "[]" or "[n]" behind the element type *t. */
static bool parse_suffix(struct parser *p, struct abi_type *t) {
    struct abi_type *element = ARENA_NEW(p->arena, struct abi_type);
    if (!element) return refuse(p, ABI_LIMIT, "the types take too much memory");
    *element = *t;
    if (++p->types > ABI_TYPES_MAX) return refuse(p, ABI_LIMIT, "too many types");
    if (element->depth >= ABI_DEPTH_MAX) return refuse(p, ABI_LIMIT, "types nested too deeply");
    if (accept(p, ']')) return abi_array_of(t, element);
    const size_t from = p->at;
    while (p->at < p->text.n && is_digit(p->text.p[p->at])) p->at++;
    const uint32_t n = decimal(bytes_sub(p->text, from, p->at - from));
    if (n == 0)
        return refuse_at(p, ABI_BAD_TEXT, "an array's length is a decimal number above 0", from);
    if (!accept(p, ']')) return refuse(p, ABI_BAD_TEXT, "']' is due here");
    if (!abi_fixed_array_of(t, element, n))
        return refuse_at(p, ABI_LIMIT, "the array is too large", from);
    return true;
}

/* `depth` is how many arrays and tuples are known to be around it. */
static bool parse_type(struct parser *p, unsigned depth, struct abi_type *out) {
    if (++p->types > ABI_TYPES_MAX) return refuse(p, ABI_LIMIT, "too many types");
    const uint8_t c = peek(p);
    const size_t at = p->at;
    if (c == '(') {
        p->at++;
        if (depth >= ABI_DEPTH_MAX) return refuse_at(p, ABI_LIMIT, "types nested too deeply", at);
        if (!parse_fields(p, depth + 1, out)) return false;
        if (out->count == 0) return refuse_at(p, ABI_BAD_TYPE, "a tuple without fields", at);
    } else if (!plain(p, out)) {
        return false;
    }
    while (accept(p, '['))
        if (!parse_suffix(p, out)) return false;
    if (out->depth + depth > ABI_DEPTH_MAX)
        return refuse_at(p, ABI_LIMIT, "types nested too deeply", at);
    return true;
}

static struct parser parser(struct arena *a, struct bytes text) {
    struct parser p = {.arena = a, .text = text};
    if (text.n > ABI_TEXT_MAX) refuse(&p, ABI_LIMIT, "the text is too long");
    return p;
}

/* Nothing may follow; hands out the parser's error or the type. */
static struct err parsed(struct parser *p, const struct abi_type *t, const struct abi_type **out) {
    if (!err_is(p->err) && peek(p)) refuse(p, ABI_BAD_TEXT, "nothing is due behind the end");
    if (!err_is(p->err) && p->at < p->text.n) refuse(p, ABI_BAD_TEXT, "a zero byte");
    if (err_is(p->err)) return p->err;
    struct abi_type *copy = ARENA_NEW(p->arena, struct abi_type);
    if (!copy) return err_at(ABI_LIMIT, "the types take too much memory", 0);
    *copy = *t;
    *out = copy;
    return ERR_NONE;
}

struct err abi_parse_type(struct arena *a, struct bytes text, const struct abi_type **out) {
    struct abi_type t = {0};
    struct parser p = parser(a, text);
    if (!err_is(p.err)) parse_type(&p, 0, &t);
    return parsed(&p, &t, out);
}

static void parse_list(struct parser *p, struct abi_type *out) {
    if (err_is(p->err)) return;
    if (!accept(p, '('))
        refuse(p, ABI_BAD_TEXT, "'(' is due here");
    else
        parse_fields(p, 0, out);
}

struct err abi_parse_types(struct arena *a, struct bytes text, const struct abi_type **out) {
    struct abi_type t = {0};
    struct parser p = parser(a, text);
    parse_list(&p, &t);
    return parsed(&p, &t, out);
}

struct err abi_parse_function(struct arena *a, struct bytes text, struct abi_function *out) {
    struct abi_type t = {0};
    struct parser p = parser(a, text);
    const struct bytes name = err_is(p.err) ? text : word(&p);
    if (name.n == 0) refuse(&p, ABI_BAD_TEXT, "a function's name is due here");
    if (name.n > ABI_NAME_MAX) refuse(&p, ABI_LIMIT, "the function's name is too long");
    parse_list(&p, &t);
    const struct abi_type *inputs;
    const struct err e = parsed(&p, &t, &inputs);
    if (err_is(e)) return e;
    struct buf b = {0};
    buf_put_bytes(&b, name);
    abi_type_put(&b, inputs);
    const struct bytes signature = arena_copy(a, buf_bytes(&b));
    buf_free(&b);
    if (!signature.n) return err_at(ABI_LIMIT, "the signature takes too much memory", 0);
    *out = (struct abi_function){bytes_sub(signature, 0, name.n), signature, inputs};
    return ERR_NONE;
}
