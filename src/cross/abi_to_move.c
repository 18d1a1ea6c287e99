/* From ABI to Move: the types follow from the function's parameters, or are those that the caller
 * wrote; the data is decoded strictly; each value is converted with a range check, or refused. */
#include "cross/internal.h"

enum { LAYOUT_DEPTH_MAX = 16, SYSTEM_ADDRESS_MAX = 0xff };

/* What an error calls the parts of what is converted. */
struct names {
    const char *data, *types, *item, *takes;
};

static const struct names of_arguments = {"_callData", "_functionId", "argument",
                                          "the function takes"};
static const struct names of_results = {"the returned data", "fn_abi", "result", "there are to be"};

struct conversion {
    const struct names *names;
    struct st_journal *journal;
    struct arena *arena;
    bool written_types; /* the caller named the ABI types: an address is an address */
    struct err err;
    uint32_t param;
};

static bool bad(struct conversion *c, const char *text) {
    if (!err_is(c->err))
        c->err =
            err_at(XVM_FAIL_MALFORMED,
                   arena_printf(c->arena, "%s %u: %s", c->names->item, c->param, text), c->param);
    return false;
}

/* ---- Types that follow from the parameters */

static bool infer(struct conversion *c, const struct mv_layout *l, unsigned depth,
                  struct abi_type *out) {
    if (depth > LAYOUT_DEPTH_MAX) return bad(c, "the Move type is nested too deeply");
    if (xvm_layout_plain(l, out)) return true;
    if (xvm_layout_fixed_point(l)) return infer(c, xvm_layout_fixed_point(l), depth + 1, out);
    if (l->kind == MV_LAYOUT_VECTOR || xvm_layout_option(l)) {
        struct abi_type *element = ARENA_NEW(c->arena, struct abi_type);
        const struct mv_layout *inner =
            l->kind == MV_LAYOUT_VECTOR ? l->element : xvm_layout_option(l);
        if (!infer(c, inner, depth + 1, element)) return false;
        if (!abi_array_of(out, element)) return bad(c, "the Move type is nested too deeply");
    } else {
        return bad(c, "a value of this Move type cannot be made from data");
    }
    return true;
}

/* ---- Values */

static bool put_int(struct conversion *c, const struct abi_value *v, unsigned bits,
                    struct buf *out) {
    if (v->type->kind != ABI_UINT && v->type->kind != ABI_INT)
        return bad(c, "the Move parameter is an integer");
    struct u256 n = v->word;
    if (v->type->kind == ABI_INT && n.w[3] >> 63)
        return bad(c, "a negative integer cannot be given to Move");
    if (u256_bit_length(&n) > bits) return bad(c, "the integer does not fit the Move type");
    buf_put(out, &n, bits / 8);
    return true;
}

/* CROSS-VM §1, addresses as arguments. */
static bool put_address(struct conversion *c, const struct abi_value *v, struct buf *out) {
    static const uint8_t zeros[12];
    struct b32 address;
    struct b20 evm;
    if (v->type->kind == ABI_ADDRESS) {
        evm = abi_address_of_word(&v->word);
        address = xvm_address_to_move(&evm);
    } else if (v->type->kind != ABI_FIXED_BYTES || v->type->size != 32) {
        return bad(c, "the Move parameter is an address: address or bytes32 is expected");
    } else {
        memcpy(address.b, v->data.p, 32);
        memcpy(evm.b, v->data.p + 12, 20);
        bool system =
            memcmp(evm.b, zeros, sizeof zeros) == 0 && load_be64(evm.b + 12) <= SYSTEM_ADDRESS_MAX;
        if (!c->written_types && !system && memcmp(address.b, zeros, sizeof zeros) == 0)
            address = xvm_address_to_move(&evm);
    }
    buf_put(out, address.b, 32);
    return true;
}

static bool is_array(const struct abi_type *t) {
    return t->kind == ABI_ARRAY || t->kind == ABI_FIXED_ARRAY;
}

static bool put_byte_string(struct conversion *c, const struct abi_value *v, struct buf *out) {
    if (v->type->kind != ABI_FIXED_BYTES && v->type->kind != ABI_BYTES &&
        v->type->kind != ABI_STRING)
        return bad(c, "the Move parameter is a vector<u8>: bytes, string or bytesN is expected");
    uleb_put(out, v->data.n);
    buf_put_bytes(out, v->data);
    return true;
}

static bool put_string(struct conversion *c, const struct abi_value *v, struct buf *out) {
    if (v->type->kind != ABI_STRING && v->type->kind != ABI_BYTES)
        return bad(c, "the Move parameter is a String");
    if (!utf8_valid(v->data)) return bad(c, "the string is not UTF-8");
    return put_byte_string(c, v, out);
}

static bool put(struct conversion *c, const struct abi_value *v, const struct mv_layout *l,
                struct buf *out);

static bool put_items(struct conversion *c, const struct abi_value *v,
                      const struct mv_layout *element, struct buf *out) {
    uleb_put(out, v->count);
    for (size_t i = 0; i < v->count; i++)
        if (!put(c, &v->items[i], element, out)) return false;
    return true;
}

static bool put(struct conversion *c, const struct abi_value *v, const struct mv_layout *l,
                struct buf *out) {
    unsigned bits = 8 * xvm_layout_int_bytes(l);
    if (bits) return put_int(c, v, bits, out);
    if (l->kind == MV_LAYOUT_BOOL) {
        if (v->type->kind != ABI_BOOL) return bad(c, "the Move parameter is a bool");
        buf_put_u8(out, (uint8_t)v->word.w[0]);
        return true;
    }
    if (l->kind == MV_LAYOUT_ADDRESS || xvm_layout_is(l, "object", "Object"))
        return put_address(c, v, out);
    if (xvm_layout_is(l, "string", "String")) return put_string(c, v, out);
    if (xvm_layout_fixed_point(l)) return put(c, v, xvm_layout_fixed_point(l), out);
    if (xvm_layout_option(l)) {
        if (v->type->kind != ABI_ARRAY)
            return bad(c, "the Move parameter is an Option: an array is expected");
        if (v->count > 1) return bad(c, "an Option holds at most one value");
        return put_items(c, v, xvm_layout_option(l), out);
    }
    if (l->kind == MV_LAYOUT_VECTOR) {
        if (l->element->kind == MV_LAYOUT_U8 && !is_array(v->type))
            return put_byte_string(c, v, out);
        if (!is_array(v->type))
            return bad(c, "the Move parameter is a vector: an array is expected");
        return put_items(c, v, l->element, out);
    }
    return bad(c, "a value of this Move type cannot be made from data");
}

/* ---- Arguments */

static const struct abi_type *written_types(struct conversion *c, struct bytes types,
                                            uint32_t count) {
    const struct abi_type *tuple;
    struct err e = abi_parse_types(c->arena, types, &tuple);
    if (err_is(e)) {
        c->err = err_at(XVM_FAIL_MALFORMED,
                        arena_printf(c->arena, "%s: %s", c->names->types, e.text), e.at);
        return NULL;
    }
    if (tuple->count == count) return tuple;
    c->err = err_at(XVM_FAIL_MALFORMED,
                    arena_printf(c->arena, "%s names %u %ss, %s %u", c->names->types, tuple->count,
                                 c->names->item, c->names->takes, count),
                    0);
    return NULL;
}

static const struct abi_type *inferred_types(struct conversion *c, const struct mv_param *params,
                                             uint32_t count) {
    struct abi_type *fields = ARENA_ARRAY(c->arena, struct abi_type, count);
    struct abi_type *tuple = ARENA_NEW(c->arena, struct abi_type);
    for (c->param = 0; c->param < count; c->param++)
        if (!infer(c, params[c->param].layout, 0, &fields[c->param])) return NULL;
    if (abi_tuple_of(tuple, fields, count)) return tuple;
    bad(c, "the function's parameters are too large");
    return NULL;
}

static struct err convert(const struct names *names, struct bytes types, struct bytes data,
                          const struct mv_param *params, uint32_t count, struct st_journal *j,
                          struct arena *arena, struct bytes *out) {
    struct conversion c = {
        .names = names, .journal = j, .arena = arena, .written_types = types.n > 0};
    struct abi_value args;
    const struct abi_type *tuple =
        types.n ? written_types(&c, types, count) : inferred_types(&c, params, count);
    if (!tuple) return c.err;
    struct err e = abi_decode(arena, tuple, data, &args);
    if (err_is(e))
        return err_at(XVM_FAIL_MALFORMED,
                      arena_printf(arena, "%s: %s (byte %llu)", names->data, e.text,
                                   (unsigned long long)e.at),
                      e.at);
    for (c.param = 0; c.param < count; c.param++) {
        struct buf bcs = {0};
        bool ok = put(&c, &args.items[c.param], params[c.param].layout, &bcs);
        out[c.param] = arena_copy(arena, buf_bytes(&bcs));
        buf_free(&bcs);
        if (!ok) return c.err;
    }
    return ERR_NONE;
}

struct err xvm_abi_to_move(struct bytes types, struct bytes data, const struct mv_param *params,
                           uint32_t count, struct st_journal *j, struct arena *arena,
                           struct bytes *out) {
    return convert(&of_arguments, types, data, params, count, j, arena, out);
}

struct err xvm_results_to_move(struct bytes types, struct bytes data, const struct mv_param *params,
                               uint32_t count, struct st_journal *j, struct arena *arena,
                               struct bytes *out) {
    return convert(&of_results, types, data, params, count, j, arena, out);
}
