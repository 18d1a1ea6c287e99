/* What a leg was called with and what it returned, as values: where the types are known. */
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "move/type_tag.h"
#include "rpc/aptos.h"
#include "rpc/tern.h"

/* What a leg's arguments are read with. Memory is the reader's. */
struct showing {
    struct json_out *out;
    struct chain_reader *reader;
    struct arena *arena;
    const struct chain_tx *tx;
    const struct xvm_leg *leg;
};

/* ---- Values of the ABI: numbers in decimal, bytes in hexadecimal */

static void put_word(struct json_out *o, const struct abi_value *v) {
    char text[80] = "-";
    struct u256 word = v->word;
    bool negative = v->type->kind == ABI_INT && word.w[3] >> 63;
    if (negative) u256_sub(&word, &U256_ZERO, &word);
    text[1 + u256_to_dec(text + 1, &word)] = 0;
    jo_cstring(o, negative ? text : text + 1);
}

static void put_abi(struct json_out *o, const struct abi_value *v) {
    struct b20 address;
    switch (v->type->kind) {
    case ABI_UINT:
    case ABI_INT: put_word(o, v); return;
    case ABI_BOOL: jo_bool(o, !u256_is_zero(&v->word)); return;
    case ABI_ADDRESS:
        address = abi_address_of_word(&v->word);
        jo_hex(o, BYTES_OF(address));
        return;
    case ABI_FIXED_BYTES:
    case ABI_BYTES: jo_hex(o, v->data); return;
    case ABI_STRING: jo_string(o, v->data); return;
    case ABI_ARRAY:
    case ABI_FIXED_ARRAY:
    case ABI_TUPLE: break;
    }
    jo_array(o);
    for (size_t i = 0; i < v->count; i++) put_abi(o, &v->items[i]);
    jo_end_array(o);
}

/* A member with [{type, value}] of a tuple; false, and nothing is written, if `data` is none of it.
 */
static bool put_abi_list(const struct showing *s, const char *key, const struct abi_type *tuple,
                         struct bytes data) {
    struct abi_value v;
    struct buf type = {0};
    if (err_is(abi_decode(s->arena, tuple, data, &v))) return false;
    jo_key(s->out, key);
    jo_array(s->out);
    for (size_t i = 0; i < v.count; i++) {
        buf_clear(&type);
        abi_type_put(&type, v.items[i].type);
        jo_object(s->out);
        jo_key(s->out, "type");
        jo_string(s->out, buf_bytes(&type));
        jo_key(s->out, "value");
        put_abi(s->out, &v.items[i]);
        jo_end_object(s->out);
    }
    jo_end_array(s->out);
    buf_free(&type);
    return true;
}

/* ---- The EVM: by the signature that the caller wrote, or that of a genesis contract */

static const struct {
    const struct b20 *address;
    const char *signature, *results;
} contract_functions[] = {
#define CONTRACT_FUNCTION(address, signature, results) {&address, signature, results},
#include "rpc/tern_contracts.def"
#undef CONTRACT_FUNCTION
};

const char *tern_contract_function(size_t i, const struct b20 **address, const char **results) {
    if (i >= COUNT_OF(contract_functions)) return NULL;
    *address = contract_functions[i].address;
    *results = contract_functions[i].results;
    return contract_functions[i].signature;
}

/* Is this what the call data calls? */
static bool is_called(struct arena *a, struct bytes signature, struct bytes data,
                      struct abi_function *f) {
    struct b32 hash;
    if (data.n < 4 || err_is(abi_parse_function(a, signature, f))) return false;
    keccak256(&hash, f->signature);
    return !memcmp(hash.b, data.p, 4);
}

static bool find_function(const struct showing *s, struct abi_function *f, const char **results) {
    const struct b20 *at;
    const char *signature;
    *results = NULL;
    if (s->leg->function.n) return is_called(s->arena, s->leg->function, s->leg->input, f);
    for (size_t i = 0; (signature = tern_contract_function(i, &at, results)); i++)
        if (bytes_eq(BYTES_OF(*at), s->leg->to) &&
            is_called(s->arena, bytes_cstr(signature), s->leg->input, f))
            return true;
    return false;
}

static void put_evm(const struct showing *s, bool *arguments, bool *returned) {
    struct abi_function f;
    const struct abi_type *types;
    const char *results;
    bool known = find_function(s, &f, &results);
    tern_put_text(s->out, "function",
                  known && !s->leg->function.n ? f.signature : s->leg->function);
    if (!known) return;
    *arguments =
        put_abi_list(s, "arguments", f.inputs, bytes_sub(s->leg->input, 4, s->leg->input.n - 4));
    if (results && s->leg->ok && !err_is(abi_parse_types(s->arena, bytes_cstr(results), &types)))
        *returned = put_abi_list(s, "returned", types, s->leg->output);
}

/* ---- Move: by the function's own parameters */

/* [{type, value}] of BCS values. */
static bool put_move_list(const struct showing *s, const char *key, const struct mv_param *types,
                          const struct bytes *values, uint32_t count) {
    struct json_out before = *s->out;
    size_t start = s->out->buf->n;
    bool ok = true;
    jo_key(s->out, key);
    jo_array(s->out);
    for (uint32_t i = 0; i < count && ok; i++) {
        jo_object(s->out);
        jo_key(s->out, "type");
        jo_string(s->out, aptos_tag_text(s->arena, types[i].layout->tag));
        jo_key(s->out, "value");
        ok = types[i].kind == MV_PARAM_VALUE && aptos_put_value(s->out, types[i].layout, values[i]);
        jo_end_object(s->out);
    }
    jo_end_array(s->out);
    if (!ok) {
        *s->out = before;
        s->out->buf->n = start;
    }
    return ok;
}

/* "0x1::m::f" */
static bool read_function(const struct xvm_leg *l, struct mv_call *call) {
    const char *text = (const char *)l->function.p, *end = text + l->function.n;
    const char *module = l->function.n ? memmem(text, l->function.n, "::", 2) : NULL;
    if (!module || l->to.n != 32) return false;
    module += 2;
    const char *name = memmem(module, (size_t)(end - module), "::", 2);
    if (!name) return false;
    memcpy(call->module_address.b, l->to.p, 32);
    call->module_name = bytes_make(module, (size_t)(name - module));
    call->function_name = bytes_make(name + 2, (size_t)(end - name - 2));
    return true;
}

static void put_move_results(const struct showing *s, const struct mv_function_info *info,
                             bool *returned) {
    const struct xvm_leg *l = s->leg;
    struct abi_type tuple;
    if (!l->ok || l->kind == XVM_LEG_ROOT) return;
    if (l->abi_result)
        *returned =
            !err_is(xvm_results_type(info->returns, info->return_count, s->arena, &tuple)) &&
            put_abi_list(s, "returned", &tuple, l->output);
    else if (info->return_count <= 1)
        *returned = put_move_list(s, "returned", info->returns, &l->output, info->return_count);
}

static void put_move_leg(const struct showing *s, struct mv_session *session, bool *arguments,
                         bool *returned) {
    struct mv_call call = {0};
    struct mv_function_info info;
    struct mv_outcome out;
    struct bytes *types;
    if (!read_function(s->leg, &call) ||
        err_is(mv_type_tags_parse(s->leg->generics, s->arena, &types, &call.type_arg_count)))
        return;
    call.type_args = types;
    if (!mv_function_info(session, &call, &info, &out)) return;
    uint32_t count = info.param_count - info.signer_count;
    struct bytes *values = ARENA_ARRAY(s->arena, struct bytes, count);
    const struct mv_param *params = info.params + info.signer_count;
    if (!err_is(xvm_leg_arguments(s->leg, params, count, chain_reader_journal(s->reader), s->arena,
                                  values)))
        *arguments = put_move_list(s, "arguments", params, values, count);
    put_move_results(s, &info, returned);
}

/* The transaction has the arguments as the function takes them. */
static void put_move_root(const struct showing *s, struct mv_session *session, bool *arguments) {
    struct mv_signed_tx tx;
    struct mv_function_info info;
    struct mv_outcome out;
    if (err_is(mv_signed_tx_decode(s->tx->raw, s->arena, &tx)) || tx.payload == MV_PAYLOAD_SCRIPT)
        return;
    struct mv_call call = {.module_address = tx.module_address,
                           .module_name = tx.module_name,
                           .function_name = tx.function_name,
                           .type_args = tx.type_args,
                           .type_arg_count = tx.type_arg_count};
    if (!mv_function_info(session, &call, &info, &out) ||
        info.param_count - info.signer_count != tx.arg_count)
        return;
    *arguments =
        put_move_list(s, "arguments", info.params + info.signer_count, tx.args, tx.arg_count);
}

void tern_put_arguments(struct json_out *o, struct chain_reader *r, const struct chain_tx *tx,
                        const struct xvm_leg *leg) {
    struct showing s = {o, r, chain_reader_arena(r), tx, leg};
    bool arguments = false, returned = false;
    if (leg->vm == ST_VM_EVM) {
        put_evm(&s, &arguments, &returned);
    } else {
        tern_put_text(o, "function", leg->function);
    }
    if (leg->vm == ST_VM_MOVE && !tx->genesis) {
        struct mv_session *session = chain_reader_move_session(r, TERN_LOADING_GAS);
        if (leg->kind == XVM_LEG_ROOT)
            put_move_root(&s, session, &arguments);
        else
            put_move_leg(&s, session, &arguments, &returned);
    }
    if (!arguments) {
        jo_key(o, "arguments");
        jo_null(o);
    }
    if (!returned) {
        jo_key(o, "returned");
        jo_null(o);
    }
}
