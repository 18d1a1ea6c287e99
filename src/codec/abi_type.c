#include "codec/abi.h"

/* ---- Making types
 * ------------------------------------------------------------------------------------------------------
 */

const struct abi_type *abi_elementary(struct arena *arena, enum abi_kind kind, uint16_t size) {
    struct abi_type *t = ARENA_NEW(arena, struct abi_type);
    t->kind = (uint8_t)kind;
    t->size = size;
    t->dynamic = kind == ABI_BYTES || kind == ABI_STRING;
    t->head_bytes = 32;
    return t;
}

const struct abi_type *abi_array(struct arena *arena, const struct abi_type *element,
                                 uint32_t length) {
    struct abi_type *t = ARENA_NEW(arena, struct abi_type);
    t->kind = ABI_ARRAY;
    t->element = element;
    t->length = length;
    t->dynamic = length == ABI_ANY_LENGTH || element->dynamic;
    t->head_bytes = t->dynamic ? 32 : element->head_bytes * length;
    return t;
}

const struct abi_type *abi_tuple(struct arena *arena, const struct abi_type *const *fields,
                                 uint32_t count) {
    struct abi_type *t = ARENA_NEW(arena, struct abi_type);
    t->kind = ABI_TUPLE;
    t->fields = fields;
    t->field_count = count;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) {
        t->dynamic |= fields[i]->dynamic;
        bytes += fields[i]->head_bytes;
    }
    t->head_bytes = t->dynamic ? 32 : bytes;
    return t;
}

void abi_put_type(struct buf *out, const struct abi_type *t) {
    switch (t->kind) {
    case ABI_UINT: buf_printf(out, "uint%u", t->size); break;
    case ABI_INT: buf_printf(out, "int%u", t->size); break;
    case ABI_BOOL: buf_puts(out, "bool"); break;
    case ABI_ADDRESS: buf_puts(out, "address"); break;
    case ABI_FIXED_BYTES: buf_printf(out, "bytes%u", t->size); break;
    case ABI_BYTES: buf_puts(out, "bytes"); break;
    case ABI_STRING: buf_puts(out, "string"); break;
    case ABI_ARRAY:
        abi_put_type(out, t->element);
        if (t->length == ABI_ANY_LENGTH)
            buf_puts(out, "[]");
        else
            buf_printf(out, "[%u]", t->length);
        break;
    default:
        buf_puts(out, "(");
        for (uint32_t i = 0; i < t->field_count; i++) {
            if (i) buf_puts(out, ",");
            abi_put_type(out, t->fields[i]);
        }
        buf_puts(out, ")");
    }
}

/* ---- Reading their text
 * ------------------------------------------------------------------------------------------------
 */

/* The largest static type that is taken: what a call could ever carry. */
enum { STATIC_BYTES_MAX = 1 << 20 };

struct in {
    struct bytes text;
    size_t at;
    struct arena *arena;
    struct err err;
};

static const struct abi_type *bad(struct in *in, const char *text) {
    if (!err_is(in->err)) in->err = err_at(1, text, in->at);
    return NULL;
}

static uint8_t peek(const struct in *in) {
    return in->at < in->text.n ? in->text.p[in->at] : 0;
}

/* A decimal number without leading zeros, at most 65536; 0 if there is none. */
static uint32_t number(struct in *in) {
    uint32_t n = 0;
    if (peek(in) == '0') return 0;
    while (peek(in) >= '0' && peek(in) <= '9') {
        n = n * 10 + (uint32_t)(peek(in) - '0');
        if (n > ABI_ARRAY_MAX) return 0;
        in->at++;
    }
    return n;
}

static bool is_letter(uint8_t c) {
    return c >= 'a' && c <= 'z';
}

static const struct abi_type *sized(struct in *in, enum abi_kind kind) {
    bool has_size = peek(in) >= '0' && peek(in) <= '9';
    uint32_t n = has_size ? number(in) : 256;
    if (n < 8 || n > 256 || n % 8)
        return bad(in, "an integer type has 8 to 256 bits, a multiple of 8");
    return abi_elementary(in->arena, kind, (uint16_t)n);
}

static const struct abi_type *elementary(struct in *in) {
    size_t start = in->at;
    while (is_letter(peek(in))) in->at++;
    struct bytes word = bytes_sub(in->text, start, in->at - start);
    if (bytes_eq(word, BYTES_LIT("uint"))) return sized(in, ABI_UINT);
    if (bytes_eq(word, BYTES_LIT("int"))) return sized(in, ABI_INT);
    if (bytes_eq(word, BYTES_LIT("bool"))) return abi_elementary(in->arena, ABI_BOOL, 0);
    if (bytes_eq(word, BYTES_LIT("address"))) return abi_elementary(in->arena, ABI_ADDRESS, 0);
    if (bytes_eq(word, BYTES_LIT("string"))) return abi_elementary(in->arena, ABI_STRING, 0);
    if (bytes_eq(word, BYTES_LIT("bytes"))) {
        if (peek(in) < '0' || peek(in) > '9') return abi_elementary(in->arena, ABI_BYTES, 0);
        uint32_t n = number(in);
        if (n < 1 || n > 32) return bad(in, "a fixed byte type has 1 to 32 bytes");
        return abi_elementary(in->arena, ABI_FIXED_BYTES, (uint16_t)n);
    }
    in->at = start;
    return bad(in, "an ABI type is expected");
}

static const struct abi_type *type(struct in *in, unsigned depth);

static const struct abi_type *tuple(struct in *in, unsigned depth) {
    const struct abi_type *fields[ABI_FIELDS_MAX];
    uint32_t n = 0;
    in->at++; /* the parenthesis */
    if (peek(in) == ')' && depth > 0) return bad(in, "a tuple has at least one member");
    while (peek(in) != ')') {
        if (n == ABI_FIELDS_MAX) return bad(in, "too many members");
        fields[n] = type(in, depth + 1);
        if (!fields[n++]) return NULL;
        if (peek(in) == ',') {
            in->at++;
            if (peek(in) == ')') return bad(in, "an ABI type is expected");
        } else if (peek(in) != ')') {
            return bad(in, "a comma or a closing parenthesis is expected");
        }
    }
    in->at++;
    const struct abi_type **kept = ARENA_ARRAY(in->arena, const struct abi_type *, n);
    if (n) memcpy(kept, fields, n * sizeof *kept);
    return abi_tuple(in->arena, kept, n);
}

static const struct abi_type *type(struct in *in, unsigned depth) {
    if (depth > ABI_DEPTH_MAX) return bad(in, "the types are nested too deeply");
    const struct abi_type *t = peek(in) == '(' ? tuple(in, depth) : elementary(in);
    while (t && peek(in) == '[') {
        uint32_t length = ABI_ANY_LENGTH;
        in->at++;
        if (++depth > ABI_DEPTH_MAX) return bad(in, "the types are nested too deeply");
        if (peek(in) != ']' && !(length = number(in)))
            return bad(in, "an array has 1 to 65536 elements");
        if (peek(in) != ']') return bad(in, "a closing bracket is expected");
        in->at++;
        if (length != ABI_ANY_LENGTH && !t->dynamic && t->head_bytes * length > STATIC_BYTES_MAX)
            return bad(in, "the array is too long");
        t = abi_array(in->arena, t, length);
    }
    return t;
}

struct err abi_parse_types(struct bytes text, struct arena *arena, const struct abi_type **out) {
    struct in in = {.text = text, .arena = arena};
    if (text.n > ABI_TEXT_MAX) return err_at(1, "the ABI text is too long", 0);
    if (peek(&in) != '(') return err_at(1, "an opening parenthesis is expected", 0);
    *out = tuple(&in, 0);
    if (!*out) return in.err;
    if (in.at != text.n) return err_at(1, "text is left behind the closing parenthesis", in.at);
    return ERR_NONE;
}

struct err abi_parse_function(struct bytes text, struct arena *arena, struct bytes *name,
                              const struct abi_type **out) {
    size_t n = 0;
    while (n < text.n && text.p[n] != '(') {
        uint8_t c = text.p[n];
        bool letter = is_letter(c | 32) || c == '_' || c == '$', digit = c >= '0' && c <= '9';
        if (!letter && !(digit && n > 0))
            return err_at(1, "the function's name is no Solidity identifier", n);
        n++;
    }
    if (n == 0) return err_at(1, "the function's name is missing", 0);
    *name = bytes_sub(text, 0, n);
    struct err e = abi_parse_types(bytes_sub(text, n, text.n - n), arena, out);
    e.at += err_is(e) ? n : 0;
    return e;
}
