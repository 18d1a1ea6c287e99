/* tern_: aliases, and what the files of these methods share. */
#include "rpc/tern.h"

#include "chain/solana.h"
#include "codec/base58.h"
#include "codec/codec.h"

const char *tern_vm_name(uint8_t vm) {
    return vm == ST_VM_EVM ? "evm" : vm == ST_VM_MOVE ? "move" : "svm";
}

void tern_put_text(struct json_out *o, const char *key, struct bytes text) {
    jo_key(o, key);
    if (text.n)
        jo_string(o, text);
    else
        jo_null(o);
}

void tern_put_hex(struct json_out *o, const char *key, struct bytes data) {
    jo_key(o, key);
    if (data.n)
        jo_hex(o, data);
    else
        jo_null(o);
}

/* ---- Addresses: hexadecimal, of the SVM base58 */

void tern_put_base58(struct json_out *o, struct bytes data) {
    struct buf text = {0};
    base58_put(&text, data);
    jo_string(o, buf_bytes(&text));
    buf_free(&text);
}

void tern_put_address(struct json_out *o, uint8_t vm, struct bytes address) {
    if (!address.n)
        jo_null(o);
    else if (vm == ST_VM_SVM && address.n == 32)
        tern_put_base58(o, address);
    else
        jo_hex(o, address);
}

bool tern_vm_arg(struct rpc_call *c, const json_t *v, const char *name, uint8_t *vm) {
    const char *text = json_string_value(v);
    for (*vm = ST_VM_EVM; text && *vm <= ST_VM_SVM; (*vm)++)
        if (!strcmp(text, tern_vm_name(*vm))) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: evm, move or svm is expected",
                    name);
}

bool tern_actor_arg(struct rpc_call *c, json_t *v, const char *name, struct xvm_actor *out) {
    struct bytes address;
    const char *text = json_string_value(v);
    *out = (struct xvm_actor){.vm = ST_VM_SVM};
    if (text && strncmp(text, "0x", 2) != 0)
        return !err_is(base58_read_fixed(out->bytes, 32, bytes_cstr(text))) ||
               rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument %s: neither hexadecimal text nor a key in base58", name);
    if (!rpc_data(c, v, name, &address)) return false;
    if (address.n != 20 && address.n != 32)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument %s: 20 or 32 bytes are expected, not %zu", name,
                        address.n);
    out->vm = address.n == 20 ? ST_VM_EVM : ST_VM_MOVE;
    memcpy(out->bytes, address.p, address.n);
    return true;
}

bool tern_transaction_arg(struct rpc_call *c, json_t *v, const char *name, struct b32 *key) {
    uint8_t signature[SOL_SIGNATURE_BYTES];
    const char *text = json_string_value(v);
    if (!text || !strncmp(text, "0x", 2)) return rpc_hash(c, v, name, key);
    if (err_is(base58_read_fixed(signature, sizeof signature, bytes_cstr(text))))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument %s: neither hexadecimal text nor a signature in base58",
                        name);
    *key = chain_solana_signature_key(signature);
    return true;
}

/* ---- Aliases */

/* tern_alias(address, machine): the alias of an address in another machine. If that is not named:
 * of an EVM address in Move, of any other in the EVM. */
static bool alias(struct rpc_call *c) {
    struct xvm_actor home;
    uint8_t in;
    json_t *machine = rpc_param(c, 1);
    if (!tern_actor_arg(c, rpc_param(c, 0), "address", &home)) return false;
    in = home.vm == ST_VM_EVM ? ST_VM_MOVE : ST_VM_EVM;
    if (machine && !tern_vm_arg(c, machine, "machine", &in)) return false;
    struct xvm_actor out = xvm_alias_of(&home, in, NULL);
    tern_put_address(c->out, out.vm, xvm_actor_bytes(&out));
    return true;
}

/* tern_resolve(address): the original actor behind an alias; an address that is no alias is its
 * own. */
static bool resolve(struct rpc_call *c) {
    struct xvm_actor given;
    struct chain_reader *r;
    if (!tern_actor_arg(c, rpc_param(c, 0), "address", &given) || !eth_reader(c, &r)) return false;
    struct xvm_actor home = xvm_home_of(chain_reader_journal(r), given.vm, xvm_actor_bytes(&given));
    jo_object(c->out);
    jo_key(c->out, "vm");
    jo_cstring(c->out, tern_vm_name(home.vm));
    jo_key(c->out, "address");
    tern_put_address(c->out, home.vm, xvm_actor_bytes(&home));
    jo_end_object(c->out);
    chain_reader_close(r);
    return true;
}

const struct rpc_method_row tern_methods[] = {
    {"tern_getMessage", tern_get_message},
    {"tern_getMessages", tern_get_messages},
    {"tern_pending", tern_pending},
    {"tern_traceTransaction", tern_trace_transaction},
    {"tern_simulate", tern_simulate},
    {"tern_retry", tern_retry},
    {"tern_cancel", tern_cancel},
    {"tern_retryTransaction", tern_retry_transaction},
    {"tern_cancelTransaction", tern_cancel_transaction},
    {"tern_account", tern_account},
    {"tern_node", tern_node},
    {"tern_alias", alias},
    {"tern_resolve", resolve},
    {NULL, NULL},
};
