/* tern_retry, tern_cancel: from unlocked accounts; tern_retryTransaction, tern_cancelTransaction:
 * what others sign. */
#include "chain/dev.h"
#include "cross/messenger.h"
#include "crypto/crypto.h"
#include "rpc/dev.h"
#include "rpc/solana.h"
#include "rpc/tern.h"

/* What is asked for. */
struct wish {
    enum xvm_leg_kind kind;
    struct b32 id;
    struct xvm_actor from;
    bool has_gas;
    uint64_t gas;
    struct bytes data; /* the call of TernQueue */
};

static bool read_wish(struct rpc_call *c, bool cancels, struct wish *w) {
    json_t *options = rpc_param(c, 1), *v;
    const char *name;
    *w = (struct wish){.kind = cancels ? XVM_LEG_CANCEL : XVM_LEG_RETRY, .from.vm = UINT8_MAX};
    if (!rpc_hash(c, rpc_param(c, 0), "message id", &w->id)) return false;
    if (options && !json_is_object(options))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 1: an object is expected");
    json_object_foreach(options, name, v) {
        if (!strcmp(name, "from")) {
            if (!tern_actor_arg(c, v, "from", &w->from)) return false;
        } else if (!strcmp(name, "gas")) {
            if (!(w->has_gas = rpc_quantity(c, v, "gas", &w->gas))) return false;
        } else {
            return rpc_fail(c, RPC_INVALID_PARAMS,
                            "invalid argument 1: no option '%.100s' (from, gas)", name);
        }
    }
    return true;
}

/* Finds the message, which must still be open; whoever is not named is its sender. */
static bool find_message(struct rpc_call *c, struct chain_reader *r, struct wish *w) {
    struct xvm_message m;
    if (!xvm_message_get(chain_reader_journal(r), &w->id, c->arena, &m))
        return rpc_fail(c, RPC_SERVER_ERROR, "there is no message with this id");
    enum xvm_status status = xvm_message_status(&m, tern_newest_second(r));
    if (status != XVM_PENDING)
        return rpc_fail(c, RPC_SERVER_ERROR, "the message is not pending but %s",
                        xvm_status_name(status));
    if (w->from.vm != UINT8_MAX) return true;
    if (m.sender.n != xvm_address_bytes(m.from_vm))
        return rpc_fail(c, RPC_SERVER_ERROR,
                        "the message names no sender: say who asks, by 'from'");
    w->from = (struct xvm_actor){.vm = m.from_vm};
    memcpy(w->from.bytes, m.sender.p, m.sender.n);
    return true;
}

/* retry(bytes32) or cancel(bytes32) */
static void make_data(struct rpc_call *c, struct wish *w) {
    struct b32 hash;
    uint8_t *p = arena_alloc(c->arena, 36, 1);
    keccak256(&hash, w->kind == XVM_LEG_CANCEL ? BYTES_LIT("cancel(bytes32)")
                                               : BYTES_LIT("retry(bytes32)"));
    memcpy(p, hash.b, 4);
    memcpy(p + 4, w->id.b, 32);
    w->data = bytes_make(p, 36);
}

/* Tries it as the next transaction: whether it would be refused, and the gas that it takes. */
static bool try_evm(struct rpc_call *c, struct chain_reader *r, struct wish *w) {
    struct chain_evm_call call = {.from = xvm_actor_b20(&w->from),
                                  .has_to = true,
                                  .to = XVM_QUEUE_ADDRESS,
                                  .data = w->data,
                                  .gas = w->gas};
    struct chain_evm_result result;
    uint64_t gas;
    struct err e = chain_estimate_evm(r, &call, &gas, &result);
    if (err_is(e)) return rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
    if (!result.ok) return eth_fail_execution(c, &result);
    for (uint32_t i = 1; i < result.leg_count; i++) {
        const struct xvm_leg *l = &result.legs[i];
        bool refused = l->failure == XVM_FAIL_AUTHORITY || l->failure == XVM_FAIL_EXPIRED;
        if (l->kind == w->kind && b32_eq(&l->message, &w->id) && refused)
            return rpc_fail(c, RPC_SERVER_ERROR, "%.*s", (int)min_u64(l->error.n, 400),
                            (const char *)l->error.p);
    }
    if (!w->has_gas) w->gas = gas;
    return true;
}

static bool prepare(struct rpc_call *c, bool cancels, struct wish *w) {
    struct chain_reader *r;
    if (!read_wish(c, cancels, w) || !eth_reader(c, &r)) return false;
    make_data(c, w);
    bool ok = find_message(c, r, w) && (w->from.vm != ST_VM_EVM || try_evm(c, r, w));
    chain_reader_close(r);
    return ok;
}

/* {from, to, data, gas} as a JSON value. */
static json_t *evm_fields(struct rpc_call *c, const struct wish *w) {
    struct buf text = {0};
    struct json_out o = {.buf = &text};
    (void)c;
    jo_object(&o);
    jo_key(&o, "from");
    jo_hex(&o, xvm_actor_bytes(&w->from));
    jo_key(&o, "to");
    jo_hex(&o, BYTES_OF(XVM_QUEUE_ADDRESS));
    jo_key(&o, "data");
    jo_hex(&o, w->data);
    jo_key(&o, "gas");
    jo_quantity(&o, w->gas);
    jo_end_object(&o);
    json_t *v = json_loadb((const char *)text.p, text.n, 0, NULL);
    buf_free(&text);
    return v;
}

/* ---- From an unlocked account */

static bool send(struct rpc_call *c, bool cancels) {
    struct wish w;
    if (!prepare(c, cancels, &w)) return false;
    struct chain *chain = c->node->chain;
    struct b20 from = w.from.vm == ST_VM_EVM ? xvm_actor_b20(&w.from) : (struct b20){{0}};
    if (w.from.vm != ST_VM_EVM || chain_get_options(chain)->no_dev ||
        (!dev_key(&from) && !chain_is_impersonated(chain, &from)))
        return rpc_fail(c, RPC_SERVER_ERROR,
                        "who asks is no unlocked account of this node: %s answers the transaction "
                        "to be signed",
                        cancels ? "tern_cancelTransaction" : "tern_retryTransaction");
    json_t *mine = json_array(), *given = c->params;
    json_array_append_new(mine, evm_fields(c, &w));
    c->params = mine;
    bool ok = dev_send_transaction(c);
    c->params = given;
    json_decref(mine);
    return ok;
}

bool tern_retry(struct rpc_call *c) {
    return send(c, false);
}
bool tern_cancel(struct rpc_call *c) {
    return send(c, true);
}

/* ---- To be signed elsewhere */

static void put_evm(struct rpc_call *c, const struct wish *w) {
    json_t *v = evm_fields(c, w);
    char *text = json_dumps(v, JSON_COMPACT);
    jo_key(c->out, "transaction");
    jo_raw(c->out, bytes_cstr(text));
    free(text);
    json_decref(v);
}

/* An instruction to the messenger program, whose account 0 signs. */
static void put_solana(struct rpc_call *c, const struct wish *w) {
    uint8_t data[33] = {w->kind == XVM_LEG_CANCEL ? XVM_CANCEL : XVM_RETRY};
    struct json_out *o = c->out;
    memcpy(data + 1, w->id.b, 32);
    jo_key(o, "instruction");
    jo_object(o);
    jo_key(o, "programId");
    tern_put_base58(o, BYTES_OF(XVM_MESSENGER_ID));
    jo_key(o, "keys");
    jo_array(o);
    jo_object(o);
    jo_key(o, "pubkey");
    tern_put_base58(o, xvm_actor_bytes(&w->from));
    jo_key(o, "isSigner");
    jo_bool(o, true);
    jo_key(o, "isWritable");
    jo_bool(o, false);
    jo_end_object(o);
    jo_end_array(o);
    jo_key(o, "data");
    solana_put_base64(o, BYTES_OF(data));
    jo_end_object(o);
}

static bool put_unsigned(struct rpc_call *c, bool cancels) {
    struct wish w;
    if (!prepare(c, cancels, &w)) return false;
    if (w.from.vm == ST_VM_MOVE)
        return rpc_fail(
            c, RPC_SERVER_ERROR,
            "a Move account asks from a module or script, by evm::evm(account, @0x7e…04, "
            "b\"%s(bytes32)\", &id): there is no transaction for it that could be made "
            "here",
            cancels ? "cancel" : "retry");
    jo_object(c->out);
    jo_key(c->out, "vm");
    jo_cstring(c->out, tern_vm_name(w.from.vm));
    if (w.from.vm == ST_VM_EVM)
        put_evm(c, &w);
    else
        put_solana(c, &w);
    jo_end_object(c->out);
    return true;
}

bool tern_retry_transaction(struct rpc_call *c) {
    return put_unsigned(c, false);
}
bool tern_cancel_transaction(struct rpc_call *c) {
    return put_unsigned(c, true);
}
