/* From Move to ABI: a value, given as BCS with its layout, is checked against a function's
 * parameters and encoded. */
#include "cross/internal.h"

#include "crypto/crypto.h"

enum { VALUE_DEPTH_MAX = 32 };

struct conversion {
    struct st_journal *journal;
    struct arena *arena;
    struct bytes in; /* BCS that is left */
    struct err err;
    uint32_t param;
};

static bool bad(struct conversion *c, const char *text) {
    if (!err_is(c->err))
        c->err = err_at(XVM_FAIL_MALFORMED,
                        arena_printf(c->arena, "argument %u: %s", c->param, text), c->param);
    return false;
}

static bool take(struct conversion *c, size_t n, struct bytes *out) {
    if (c->in.n < n) return bad(c, "the value is cut");
    *out = bytes_sub(c->in, 0, n);
    c->in = bytes_sub(c->in, n, c->in.n - n);
    return true;
}

static bool take_length(struct conversion *c, uint64_t *n) {
    size_t used = uleb_get(c->in, UINT32_MAX, n);
    if (!used) return bad(c, "a length is malformed");
    c->in = bytes_sub(c->in, used, c->in.n - used);
    return true;
}

static bool put(struct conversion *c, const struct mv_layout *l, const struct abi_type *t,
                struct abi_value *out, unsigned depth);

static bool put_int(struct conversion *c, size_t size, const struct abi_type *t,
                    struct abi_value *out) {
    struct bytes le;
    struct u256 n = U256_ZERO;
    if (t->kind != ABI_UINT && t->kind != ABI_INT)
        return bad(c, "an integer does not fit the ABI's type");
    if (!take(c, size, &le)) return false;
    memcpy(&n, le.p, size);
    if (u256_bit_length(&n) > (t->kind == ABI_INT ? t->size - 1u : t->size))
        return bad(c, "the integer is too large for the ABI's type");
    out->word = n;
    return true;
}

static bool put_address(struct conversion *c, const struct abi_type *t, struct abi_value *out) {
    struct bytes raw;
    if (!take(c, 32, &raw)) return false;
    if (t->kind == ABI_FIXED_BYTES && t->size == 32) {
        out->data = raw;
        return true;
    }
    if (t->kind != ABI_ADDRESS) return bad(c, "an address does not fit the ABI's type");
    struct xvm_actor given = {.vm = ST_VM_MOVE};
    memcpy(given.bytes, raw.p, 32);
    struct b20 evm = xvm_address_to_evm(c->journal, &given);
    out->word = abi_word_of_address(&evm);
    return true;
}

/* vector<u8> and String. */
static bool put_byte_string(struct conversion *c, const struct abi_type *t, struct abi_value *out) {
    uint64_t n;
    struct bytes data;
    if (!take_length(c, &n) || !take(c, n, &data)) return false;
    if (t->kind == ABI_FIXED_BYTES) {
        if (data.n != t->size) return bad(c, "the bytes are not as many as the ABI's type has");
        out->data = data;
        return true;
    }
    if (t->kind != ABI_BYTES && t->kind != ABI_STRING)
        return bad(c, "bytes do not fit the ABI's type");
    if (t->kind == ABI_STRING && !utf8_valid(data)) return bad(c, "a string is not UTF-8");
    out->data = data;
    return true;
}

static bool put_items(struct conversion *c, const struct mv_layout *element,
                      const struct abi_type *t, struct abi_value *out, unsigned depth) {
    uint64_t n;
    if (t->kind != ABI_ARRAY && t->kind != ABI_FIXED_ARRAY)
        return bad(c, "a vector does not fit the ABI's type");
    if (!take_length(c, &n)) return false;
    if (t->kind == ABI_FIXED_ARRAY && n != t->count)
        return bad(c, "the vector is not as long as the ABI's array");
    if (n > c->in.n) return bad(c, "the value is cut"); /* an element takes at least a byte */
    out->count = n;
    out->items = ARENA_ARRAY(c->arena, struct abi_value, n);
    for (uint64_t i = 0; i < n; i++)
        if (!put(c, element, t->items, &out->items[i], depth + 1)) return false;
    return true;
}

static bool put_fields(struct conversion *c, const struct mv_layout *l, const struct abi_type *t,
                       struct abi_value *out, unsigned depth) {
    if (t->kind != ABI_TUPLE) return bad(c, "a struct does not fit the ABI's type");
    if (t->count != l->field_count)
        return bad(c, "the struct has not as many fields as the ABI's tuple");
    out->count = t->count;
    out->items = ARENA_ARRAY(c->arena, struct abi_value, t->count);
    for (uint32_t i = 0; i < t->count; i++)
        if (!put(c, l->fields[i].layout, &t->items[i], &out->items[i], depth + 1)) return false;
    return true;
}

static bool put_struct(struct conversion *c, const struct mv_layout *l, const struct abi_type *t,
                       struct abi_value *out, unsigned depth) {
    if (xvm_layout_is(l, "string", "String")) return put_byte_string(c, t, out);
    if (xvm_layout_is(l, "object", "Object")) return put_address(c, t, out);
    if (xvm_layout_option(l)) return put_items(c, xvm_layout_option(l), t, out, depth);
    if (xvm_layout_fixed_point(l)) return put(c, xvm_layout_fixed_point(l), t, out, depth + 1);
    return put_fields(c, l, t, out, depth);
}

static bool put(struct conversion *c, const struct mv_layout *l, const struct abi_type *t,
                struct abi_value *out, unsigned depth) {
    struct bytes raw;
    size_t size = xvm_layout_int_bytes(l);
    if (depth > VALUE_DEPTH_MAX) return bad(c, "the value is nested too deeply");
    out->type = t;
    if (size) return put_int(c, size, t, out);
    switch (l->kind) {
    case MV_LAYOUT_BOOL:
        if (t->kind != ABI_BOOL) return bad(c, "a bool does not fit the ABI's type");
        if (!take(c, 1, &raw)) return false;
        out->word = u256_from_u64(raw.p[0]);
        return true;
    case MV_LAYOUT_ADDRESS: return put_address(c, t, out);
    case MV_LAYOUT_VECTOR:
        if (l->element->kind == MV_LAYOUT_U8 && t->kind != ABI_ARRAY && t->kind != ABI_FIXED_ARRAY)
            return put_byte_string(c, t, out);
        return put_items(c, l->element, t, out, depth);
    case MV_LAYOUT_STRUCT: return put_struct(c, l, t, out, depth);
    default: return bad(c, "a value of this Move type cannot leave Move");
    }
}

/* Is T the list of parameters, or the one parameter itself? */
static bool is_parameter_list(const struct mv_layout *l) {
    return l->kind == MV_LAYOUT_STRUCT && !xvm_layout_is(l, "string", "String") &&
           !xvm_layout_is(l, "object", "Object") && !xvm_layout_option(l) &&
           !xvm_layout_fixed_point(l);
}

/* An empty Move struct has one field that the compiler adds. */
static bool is_empty_struct(const struct mv_layout *l) {
    return l->kind == MV_LAYOUT_STRUCT && l->field_count == 1 &&
           l->fields[0].layout->kind == MV_LAYOUT_BOOL &&
           bytes_eq(l->fields[0].name, BYTES_LIT("dummy_field"));
}

static bool put_arguments(struct conversion *c, const struct abi_type *tuple,
                          const struct mv_layout *l, struct abi_value *args) {
    *args = (struct abi_value){.type = tuple, .count = tuple->count};
    args->items = ARENA_ARRAY(c->arena, struct abi_value, tuple->count);
    if (tuple->count == 0) {
        c->in = (struct bytes){NULL, 0};
        return is_empty_struct(l) ||
               bad(c, "the function takes no arguments: an empty struct is expected");
    }
    if (!is_parameter_list(l)) {
        if (tuple->count != 1)
            return bad(c, "the function takes several arguments: a struct is expected");
        return put(c, l, &tuple->items[0], &args->items[0], 0);
    }
    if (l->field_count != tuple->count) {
        c->err = err_at(XVM_FAIL_MALFORMED,
                        arena_printf(c->arena, "fn_abi has %u parameters, the struct has %u fields",
                                     tuple->count, l->field_count),
                        0);
        return false;
    }
    for (c->param = 0; c->param < tuple->count; c->param++)
        if (!put(c, l->fields[c->param].layout, &tuple->items[c->param], &args->items[c->param], 0))
            return false;
    return true;
}

static struct err as_it_is(struct conversion *c, const struct mv_layout *layout,
                           struct bytes *call_data) {
    uint64_t n;
    if (layout->kind != MV_LAYOUT_VECTOR || layout->element->kind != MV_LAYOUT_U8)
        return err_at(XVM_FAIL_MALFORMED, "without fn_abi the argument is a vector<u8>", 0);
    struct bytes data;
    if (!take_length(c, &n) || !take(c, n, &data)) return c->err;
    if (c->in.n) return err_at(XVM_FAIL_MALFORMED, "bytes are left behind the value", 0);
    *call_data = arena_copy(c->arena, data);
    return ERR_NONE;
}

static size_t skip_spaces(struct bytes text, size_t at) {
    while (at < text.n && text.p[at] == ' ') at++;
    return at;
}

struct bytes xvm_split_abi(struct bytes text, struct bytes *function) {
    static const char returns[] = "returns";
    size_t at = 0, depth = 0;
    *function = text;
    if (text.n && text.p[0] == '(') return text;
    for (; at < text.n; at++) {
        if (text.p[at] == '(') depth++;
        if (text.p[at] == ')' && (!depth || !--depth)) break;
    }
    if (at == text.n) return (struct bytes){NULL, 0};
    size_t end = at + 1, from = skip_spaces(text, end);
    if (text.n - from > sizeof returns - 1 &&
        memcmp(text.p + from, returns, sizeof returns - 1) == 0)
        from = skip_spaces(text, from + sizeof returns - 1);
    if (from == text.n || text.p[from] != '(') return (struct bytes){NULL, 0};
    *function = bytes_sub(text, 0, end);
    return bytes_sub(text, from, text.n - from);
}

struct err xvm_move_to_abi(struct bytes fn_abi, const struct mv_layout *layout, struct bytes value,
                           struct st_journal *j, struct arena *arena, struct bytes *call_data) {
    struct conversion c = {.journal = j, .arena = arena, .in = value};
    struct abi_function function;
    struct abi_value args;
    if (!fn_abi.n) return as_it_is(&c, layout, call_data);
    xvm_split_abi(fn_abi, &fn_abi);
    struct err e = abi_parse_function(arena, fn_abi, &function);
    if (err_is(e))
        return err_at(
            XVM_FAIL_MALFORMED,
            arena_printf(arena, "fn_abi: %s at character %llu", e.text, (unsigned long long)e.at),
            e.at);
    if (!put_arguments(&c, function.inputs, layout, &args)) return c.err;
    if (c.in.n) return err_at(XVM_FAIL_MALFORMED, "bytes are left behind the value", 0);
    struct buf out = {0};
    struct b32 hash;
    keccak256(&hash, function.signature);
    buf_put(&out, hash.b, 4);
    e = abi_encode(&out, arena, &args);
    *call_data = arena_copy(arena, buf_bytes(&out));
    buf_free(&out);
    return err_is(e) ? err_at(XVM_FAIL_MALFORMED, e.text, e.at) : ERR_NONE;
}

struct err xvm_call_data(const struct xvm_tx *tx, struct bytes fn_abi,
                         const struct mv_layout *layout, struct bytes value,
                         struct bytes *call_data) {
    struct arena made;
    struct bytes data;
    arena_init(&made, 0);
    struct err e = xvm_move_to_abi(fn_abi, layout, value, tx->journal, &made, &data);
    if (err_is(e))
        e.text = arena_printf(tx->arena, "%s", e.text);
    else if (data.n > tx->params.payload_max_bytes)
        e = err_at(XVM_FAIL_LIMIT, "the call's payload is longer than one may be", 0);
    else
        *call_data = arena_copy(tx->arena, data);
    arena_free(&made);
    return e;
}

bool xvm_value_to_abi(const struct mv_layout *layout, struct bytes value, const struct abi_type *t,
                      uint32_t number, struct st_journal *j, struct arena *arena,
                      struct abi_value *out, struct err *e) {
    struct conversion c = {.journal = j, .arena = arena, .in = value, .param = number};
    bool ok = put(&c, layout, t, out, 0);
    if (ok && c.in.n) ok = bad(&c, "bytes are left behind the value");
    *e = c.err;
    return ok;
}
