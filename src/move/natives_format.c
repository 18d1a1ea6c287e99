/* 0x1::string_utils and 0x1::debug: values as text (aptos-framework natives/string_utils.rs).
 *
 *   numbers in decimal · @0x1 · signer(@0x1) · 0x6869 for vector<u8> · "text" for String ·
 *   Some(x), None · [ 1, 2 ] · Name { a: 1, b: true } · #2{ 1, true } for variant 2 of an enum ·
 *   0x1::m::f(captured, _)
 *
 * Inside enums and function values Aptos knows no names: structs there, String and Option too, are
 * { 1, true }.
 *
 * Over several lines every element of a list stands on a line of its own, two spaces further in,
 * except elements that are neither vectors nor structs. */
#include "codec/utf8.h"
#include "move/closure.h"
#include "move/natives.h"
#include "move/session.h"
#include "move/type_tag.h"

/* Abort codes. */
enum { ARGS_MISMATCH = 1, INVALID_FORMAT = 2 };

/* Gas: for each value, and for each byte that is written (there it pays for names too). */
enum { PER_VALUE = 1102, PER_BYTE = 3 };

struct format {
    struct mv_native_call *n;
    struct buf *out;
    size_t paid; /* bytes of `out` */
    bool full_names, canonical, single_line, int_types;
    bool unnamed; /* inside an enum or a function value */
};

static bool pay(struct format *f) {
    size_t more = f->out->n - f->paid;
    f->paid = f->out->n;
    return mv_charge(f->n->s, PER_VALUE + PER_BYTE * (uint64_t)more);
}

/* ---- Scalars */

/* A little-endian number of `size` bytes. */
static void put_decimal(struct buf *out, const uint8_t *p, uint32_t size, bool is_signed) {
    enum { CHUNK_DIGITS = 19, CHUNKS = 5 };
    static const uint64_t chunk = 10000000000000000000u;
    uint64_t w[4] = {0}, chunks[CHUNKS];
    bool negative = is_signed && p[size - 1] & 0x80;
    if (negative) memset(w, 0xff, sizeof w);
    memcpy(w, p, size);
    unsigned carry = negative, count = 0;
    for (unsigned i = 0; i < 4 && negative; i++) {
        w[i] = ~w[i] + carry;
        carry = carry && w[i] == 0;
    }
    do {
        unsigned __int128 rest = 0;
        for (unsigned i = 4; i-- > 0;) {
            rest = rest << 64 | w[i];
            w[i] = (uint64_t)(rest / chunk);
            rest %= chunk;
        }
        chunks[count++] = (uint64_t)rest;
    } while (w[0] | w[1] | w[2] | w[3]);
    if (negative) buf_put_u8(out, '-');
    buf_printf(out, "%llu", (unsigned long long)chunks[count - 1]);
    while (--count > 0)
        buf_printf(out, "%0*llu", CHUNK_DIGITS, (unsigned long long)chunks[count - 1]);
}

static void put_hex(struct buf *out, struct bytes b) {
    static const char digits[] = "0123456789abcdef";
    uint8_t *room = buf_room(out, 2 * b.n);
    for (size_t i = 0; i < b.n; i++) {
        room[2 * i] = (uint8_t)digits[b.p[i] >> 4];
        room[2 * i + 1] = (uint8_t)digits[b.p[i] & 15];
    }
    out->n += 2 * b.n;
}

static void put_short_address(struct buf *out, const struct b32 *a) {
    char text[67];
    buf_put(out, text, mv_address_print(text, a));
}

static void put_address(const struct format *f, const uint8_t *p) {
    buf_put_u8(f->out, '@');
    if (f->canonical) {
        put_hex(f->out, bytes_make(p, 32));
        return;
    }
    struct b32 address;
    memcpy(&address, p, sizeof address);
    put_short_address(f->out, &address);
}

/* "0x1::m::f<u8>" */
static void put_function(struct buf *out, const struct mv_fn *f) {
    put_short_address(out, &f->module->address);
    buf_puts(out, "::");
    buf_put_bytes(out, f->module->name);
    buf_puts(out, "::");
    buf_put_bytes(out, f->name);
    for (uint32_t i = 0; i < f->type_args.count; i++) {
        buf_puts(out, i ? ", " : "<");
        mv_type_print(out, f->type_args.at[i]);
    }
    if (f->type_args.count) buf_puts(out, ">");
}

static void put_quoted(struct buf *out, struct bytes text) {
    buf_put_u8(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\') buf_put_u8(out, '\\');
        buf_put_u8(out, text.p[i]);
    }
    buf_put_u8(out, '"');
}

/* ---- Lists */

static enum mv_status_code put_value(struct format *f, const struct mv_type *t, const void *p,
                                     unsigned depth);

static void new_item(struct format *f, bool lines, unsigned depth) {
    buf_put_u8(f->out, lines ? '\n' : ' ');
    for (unsigned i = 0; i < depth && lines; i++) buf_puts(f->out, "  ");
}

static enum mv_status_code put_elements(struct format *f, const struct mv_type *elem,
                                        const struct mv_vec *v, unsigned depth) {
    bool is_list =
        elem->kind == MV_T_VECTOR || elem->kind == MV_T_STRUCT || elem->kind == MV_T_ENUM;
    bool lines = is_list && !f->single_line;
    buf_put_u8(f->out, '[');
    for (uint32_t i = 0; i < v->len; i++) {
        if (i) buf_put_u8(f->out, ',');
        new_item(f, lines, depth + 1);
        enum mv_status_code e = put_value(f, elem, v->p + (size_t)i * elem->size, depth + 1);
        if (e) return e;
    }
    if (v->len) new_item(f, lines, depth);
    buf_put_u8(f->out, ']');
    return MV_OK;
}

static enum mv_status_code put_fields(struct format *f, const struct mv_type_field *fields,
                                      uint32_t count, const uint8_t *p, unsigned depth) {
    buf_put_u8(f->out, '{');
    for (uint32_t i = 0; i < count; i++) {
        if (i) buf_put_u8(f->out, ',');
        new_item(f, !f->single_line, depth + 1);
        if (!f->unnamed) {
            buf_put_bytes(f->out, fields[i].name);
            buf_puts(f->out, ": ");
        }
        enum mv_status_code e = put_value(f, fields[i].type, p + fields[i].offset, depth + 1);
        if (e) return e;
    }
    if (count) new_item(f, !f->single_line, depth);
    buf_put_u8(f->out, '}');
    return MV_OK;
}

static struct bytes struct_name(const struct mv_type *t) {
    const struct mv_module *m = t->module->m;
    return mv_identifier(m, m->struct_handles[m->struct_defs[t->def].handle].name);
}

static bool is_framework(const struct mv_type *t, const char *module, const char *name) {
    static const struct b32 one = {{[31] = 1}};
    return (t->kind == MV_T_STRUCT || t->kind == MV_T_ENUM) && b32_eq(&t->module->address, &one) &&
           bytes_eq(t->module->name, bytes_cstr(module)) &&
           bytes_eq(struct_name(t), bytes_cstr(name));
}

static enum mv_status_code put_struct(struct format *f, const struct mv_type *t, const uint8_t *p,
                                      unsigned depth) {
    const struct mv_vec *v = (const struct mv_vec *)p;
    if (f->unnamed) return put_fields(f, t->fields, t->field_count, p, depth);
    if (is_framework(t, "string", "String")) {
        put_quoted(f->out, mv_vec_bytes(v));
        return MV_OK;
    }
    if (is_framework(t, "option", "Option")) {
        if (v->len == 0) {
            buf_puts(f->out, "None");
            return MV_OK;
        }
        buf_puts(f->out, "Some(");
        enum mv_status_code e = put_value(f, t->fields[0].type->elem, v->p, depth);
        buf_put_u8(f->out, ')');
        return e;
    }
    if (f->full_names)
        mv_type_print(f->out, t);
    else
        buf_put_bytes(f->out, struct_name(t));
    buf_put_u8(f->out, ' ');
    return put_fields(f, t->fields, t->field_count, p, depth);
}

static enum mv_status_code put_enum(struct format *f, const struct mv_type *t, const uint8_t *p,
                                    unsigned depth) {
    uint32_t tag = load_le32(p);
    if (tag >= t->variant_count) return mv_native_abort(f->n, INVALID_FORMAT);
    const struct mv_type_variant *v = &t->variants[tag];
    bool outer = f->unnamed;
    f->unnamed = true;
    buf_printf(f->out, "#%u", tag);
    enum mv_status_code e = put_fields(f, v->fields, v->field_count, p, depth);
    f->unnamed = outer;
    return e;
}

/* The function's full name; then, if it captures anything, its first arguments up to the last
 * captured one, with _ for those that are still to come, and ".." for the rest. */
static enum mv_status_code put_captured(struct format *f, const struct mv_closure *c,
                                        unsigned depth) {
    size_t slot = 0;
    for (unsigned k = 0; k < 64 && c->form->mask >> k; k++) {
        if (k) {
            buf_put_u8(f->out, ',');
            new_item(f, !f->single_line, depth + 1);
        }
        if (!(c->form->mask >> k & 1)) {
            buf_put_u8(f->out, '_');
            continue;
        }
        const struct mv_type *t = c->form->fn->params[k];
        enum mv_status_code e = put_value(f, t, &c->captured[slot], depth + 1);
        if (e) return e;
        slot += mv_slots(t);
    }
    buf_put_u8(f->out, ',');
    new_item(f, !f->single_line, depth + 1);
    buf_puts(f->out, "..");
    return MV_OK;
}

static enum mv_status_code put_closure(struct format *f, const void *p, unsigned depth) {
    const struct mv_closure *c;
    memcpy(&c, p, sizeof c);
    if (!c) return mv_native_abort(f->n, INVALID_FORMAT);
    put_function(f->out, c->form->fn);
    buf_put_u8(f->out, '(');
    bool outer = f->unnamed;
    f->unnamed = true;
    enum mv_status_code e = c->form->mask ? put_captured(f, c, depth) : MV_OK;
    f->unnamed = outer;
    buf_put_u8(f->out, ')');
    return e;
}

/* ---- Values */

static enum mv_status_code put_any(struct format *f, const struct mv_type *t, const void *p,
                                   unsigned depth) {
    struct buf *out = f->out;
    switch (t->kind) {
    case MV_T_BOOL: buf_puts(out, *(const uint8_t *)p ? "true" : "false"); return MV_OK;
    case MV_T_ADDRESS: put_address(f, p); return MV_OK;
    case MV_T_SIGNER:
        buf_puts(out, "signer(");
        put_address(f, p);
        buf_put_u8(out, ')');
        return MV_OK;
    case MV_T_VECTOR:
        if (t->elem->kind != MV_T_U8) return put_elements(f, t->elem, p, depth);
        buf_puts(out, "0x");
        put_hex(out, mv_vec_bytes(p));
        return MV_OK;
    case MV_T_STRUCT: return put_struct(f, t, p, depth);
    case MV_T_ENUM: return put_enum(f, t, p, depth);
    case MV_T_FUNCTION: return put_closure(f, p, depth);
    case MV_T_REF:
    case MV_T_MUT_REF: return mv_native_abort(f->n, INVALID_FORMAT);
    default:
        put_decimal(out, p, t->size, t->is_signed);
        if (f->int_types) buf_printf(out, "%c%u", t->is_signed ? 'i' : 'u', t->bits);
        return MV_OK;
    }
}

static enum mv_status_code put_value(struct format *f, const struct mv_type *t, const void *p,
                                     unsigned depth) {
    if (f->out->n > f->n->s->heap.limit_bytes) return MV_MEMORY_LIMIT_EXCEEDED;
    enum mv_status_code e = put_any(f, t, p, depth);
    if (e) return e;
    return pay(f) ? MV_OK : MV_OUT_OF_GAS;
}

/* &T, then type_tag, canonicalize, single_line, include_int_types. */
enum mv_status_code mv_native_string_format(struct mv_native_call *n) {
    struct buf out = {0};
    struct format f = {
        .n = n,
        .out = &out,
        .full_names = n->slots[1],
        .canonical = n->slots[2],
        .single_line = n->slots[3],
        .int_types = n->slots[4],
    };
    enum mv_status_code e = put_value(&f, mv_native_type(n, 0), mv_native_ref(n, 0), 0);
    if (!e) e = mv_native_return_bytes(n, buf_bytes(&out));
    buf_free(&out);
    return e;
}

/* ---- Formats */

/* The next `{}`: takes the first value off the list. */
static enum mv_status_code put_next(struct format *f, const struct mv_type **list,
                                    const uint8_t **at) {
    const struct mv_type *t = *list;
    if (!is_framework(t, "string_utils", "Cons")) return mv_native_abort(f->n, ARGS_MISMATCH);
    enum mv_status_code e = put_value(f, t->fields[0].type, *at + t->fields[0].offset, 0);
    *at += t->fields[1].offset;
    *list = t->fields[1].type;
    return e;
}

static enum mv_status_code put_format(struct format *f, struct bytes text,
                                      const struct mv_type *list, const uint8_t *values) {
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];
        if (c != '{' && c != '}') {
            buf_put_u8(f->out, c);
            continue;
        }
        uint8_t next = i + 1 < text.n ? text.p[++i] : 0;
        if (next == c) {
            buf_put_u8(f->out, c);
        } else if (c == '{' && next == '}') {
            enum mv_status_code e = put_next(f, &list, &values);
            if (e) return e;
        } else {
            return mv_native_abort(f->n, INVALID_FORMAT);
        }
    }
    return is_framework(list, "string_utils", "NIL") ? MV_OK : mv_native_abort(f->n, ARGS_MISMATCH);
}

/* fmt: &vector<u8>, val: &T, a list of Cons that ends in NIL. */
enum mv_status_code mv_native_string_format_list(struct mv_native_call *n) {
    struct bytes text = mv_vec_bytes(mv_native_ref(n, 0));
    struct buf out = {0};
    struct format f = {.n = n, .out = &out, .full_names = true, .single_line = true};
    enum mv_status_code e = MV_OK;
    if (!mv_charge(n->s, PER_BYTE * (uint64_t)text.n))
        e = MV_OUT_OF_GAS;
    else if (!utf8_valid(text))
        e = mv_native_abort(n, INVALID_FORMAT);
    else
        e = put_format(&f, text, mv_native_type(n, 0), mv_native_ref(n, 1));
    if (!e) e = mv_native_return_bytes(n, buf_bytes(&out));
    buf_free(&out);
    return e;
}

/* ---- debug */

enum mv_status_code mv_native_debug_print(struct mv_native_call *n) {
    struct mv_vec text = mv_native_vec(n, 0);
    const struct mv_host *h = &n->s->p.host;
    if (h->print) h->print(h->ctx, mv_vec_bytes(&text));
    mv_native_drop_bytes(n, &text);
    return MV_OK;
}

/* The functions on the stack, the innermost first. */
enum mv_status_code mv_native_debug_trace(struct mv_native_call *n) {
    struct buf out = {0};
    const struct mv_session *s = n->s;
    for (uint32_t i = s->depth; i-- > 0 && s->p.host.print;) {
        put_function(&out, s->frames[i].fn);
        buf_put_u8(&out, '\n');
    }
    enum mv_status_code e = mv_native_return_bytes(n, buf_bytes(&out));
    buf_free(&out);
    return e;
}
