/* tern_: messages between the machines, and one trace over all of them. */
#include "rpc/eth.h"

#include "chain/solana.h"
#include "codec/base58.h"
#include "codec/codec.h"

static const char *vm_name(uint8_t vm) {
    return vm == ST_VM_EVM ? "evm" : vm == ST_VM_MOVE ? "move" : "svm";
}

static void put_text_or_null(struct json_out *o, const char *key, struct bytes text) {
    jo_key(o, key);
    if (text.n)
        jo_string(o, text);
    else
        jo_null(o);
}

static void put_hex_or_null(struct json_out *o, const char *key, struct bytes data) {
    jo_key(o, key);
    if (data.n)
        jo_hex(o, data);
    else
        jo_null(o);
}

/* ---- Addresses: hexadecimal, of the SVM base58 */

static void put_base58(struct json_out *o, struct bytes data) {
    struct buf text = {0};
    base58_put(&text, data);
    jo_string(o, buf_bytes(&text));
    buf_free(&text);
}

static void put_address(struct json_out *o, uint8_t vm, struct bytes address) {
    if (!address.n)
        jo_null(o);
    else if (vm == ST_VM_SVM && address.n == 32)
        put_base58(o, address);
    else
        jo_hex(o, address);
}

static bool get_vm(struct rpc_call *c, const json_t *v, const char *name, uint8_t *vm) {
    const char *text = json_string_value(v);
    for (*vm = ST_VM_EVM; text && *vm <= ST_VM_SVM; (*vm)++)
        if (!strcmp(text, vm_name(*vm))) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument %s: evm, move or svm is expected",
                    name);
}

/* An actor by its address: 20 bytes are the EVM's, 32 in hexadecimal Move's, base58 the SVM's. */
static bool get_actor(struct rpc_call *c, json_t *v, const char *name, struct xvm_actor *out) {
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

/* ---- Messages */

/* {pubkey, isSigner, isWritable} of each account, as the caller gave them. */
static void put_metas(struct json_out *o, struct bytes metas) {
    jo_key(o, "metas");
    jo_array(o);
    for (size_t at = 0; at + XVM_META_BYTES <= metas.n; at += XVM_META_BYTES) {
        jo_object(o);
        jo_key(o, "pubkey");
        put_base58(o, bytes_sub(metas, at, 32));
        jo_key(o, "isSigner");
        jo_bool(o, metas.p[at + 32] & XVM_META_SIGNER);
        jo_key(o, "isWritable");
        jo_bool(o, metas.p[at + 32] & XVM_META_WRITABLE);
        jo_end_object(o);
    }
    jo_end_array(o);
}

static void put_target(struct json_out *o, const struct xvm_message *m) {
    if (m->to_vm == ST_VM_MOVE) {
        put_text_or_null(o, "moduleId", m->module_name);
        jo_key(o, "moduleAddress");
        /* As given: hexadecimal text, or raw bytes. */
        if (m->module_address.n > 1 && m->module_address.p[0] == '0' &&
            (m->module_address.p[1] | 32) == 'x')
            jo_string(o, m->module_address);
        else
            jo_hex(o, m->module_address);
        put_text_or_null(o, "functionId", m->function_name);
        put_text_or_null(o, "generics", m->generics);
    } else if (m->to_vm == ST_VM_SVM) {
        jo_key(o, "program");
        put_address(o, ST_VM_SVM, m->program);
        put_metas(o, m->metas);
    } else {
        put_hex_or_null(o, "to", m->to);
        put_text_or_null(o, "fnAbi", m->fn_abi);
    }
}

/* `now`: the newest block's time in seconds. */
static void put_message(struct json_out *o, const struct xvm_message *m, uint64_t now) {
    jo_object(o);
    JO_KEY_HEX(o, "id", m->id);
    jo_key(o, "status");
    jo_cstring(o, xvm_status_name(xvm_message_status(m, now)));
    jo_key(o, "failure");
    if (m->failure)
        jo_cstring(o, xvm_failure_name(m->failure));
    else
        jo_null(o);
    put_text_or_null(o, "error", m->error);
    put_hex_or_null(o, "errorData", m->error_data);
    jo_key(o, "onFail");
    jo_cstring(o, m->on_fail == XVM_DROP ? "drop" : "keep");
    jo_key(o, "openRetry");
    jo_bool(o, m->open_retry);
    jo_key(o, "deadline");
    jo_quantity(o, m->deadline);
    jo_key(o, "from");
    jo_cstring(o, vm_name(m->from_vm));
    jo_key(o, "target");
    jo_cstring(o, vm_name(m->to_vm));
    jo_key(o, "sender");
    put_address(o, m->from_vm, m->sender);
    jo_key(o, "senderAlias");
    put_address(o, m->to_vm, m->sender_alias);
    put_target(o, m);
    put_hex_or_null(o, "callData", m->call_data);
    if (m->to_vm == ST_VM_MOVE) {
        jo_key(o, "encoding");
        jo_cstring(o, m->bcs ? "bcs" : "abi");
    }
    put_hex_or_null(o, "result", m->result);
    jo_key(o, "attempts");
    jo_number(o, m->attempts);
    jo_key(o, "gasUsed");
    jo_quantity(o, m->gas_used);
    jo_key(o, "index");
    jo_number(o, m->index);
    jo_key(o, "generation");
    jo_number(o, m->generation);
    JO_KEY_HEX(o, "rootHash", m->root_hash);
    jo_key(o, "createdBlock");
    jo_quantity(o, m->created_height);
    jo_key(o, "lastAttemptBlock");
    jo_quantity(o, m->done_height);
    JO_KEY_HEX(o, "lastAttemptRootHash", m->done_root_hash);
    jo_end_object(o);
}

static uint64_t newest_second(struct chain_reader *r) {
    struct chain_block head;
    return chain_block_at(r, chain_reader_height(r), &head) ? head.timestamp_us / 1000000 : 0;
}

static bool get_message(struct rpc_call *c) {
    struct b32 id;
    struct chain_reader *r;
    struct xvm_message m;
    if (!rpc_hash(c, rpc_param(c, 0), "message id", &id) || !eth_reader(c, &r)) return false;
    if (xvm_message_get(chain_reader_journal(r), &id, c->arena, &m))
        put_message(c->out, &m, newest_second(r));
    else
        jo_null(c->out);
    chain_reader_close(r);
    return true;
}

struct message_filter {
    struct json_out *out;
    const char *status, *from, *target;
    const struct xvm_actor *sender; /* NULL: any */
    bool has_root;
    struct b32 root;
    uint64_t limit, skip, now;
};

static bool put_matching(void *ctx, const struct xvm_message *m) {
    struct message_filter *f = ctx;
    if (f->status && strcmp(f->status, xvm_status_name(xvm_message_status(m, f->now))) != 0)
        return true;
    if (f->from && strcmp(f->from, vm_name(m->from_vm)) != 0) return true;
    if (f->target && strcmp(f->target, vm_name(m->to_vm)) != 0) return true;
    /* In hexadecimal a 32-byte sender may be of any machine. */
    if (f->sender && !bytes_eq(xvm_actor_bytes(f->sender), m->sender)) return true;
    if (f->has_root && !b32_eq(&f->root, &m->root_hash)) return true;
    if (f->skip) {
        f->skip--;
        return true;
    }
    put_message(f->out, m, f->now);
    return --f->limit > 0;
}

/* {fromBlock, toBlock, status, from, target, sender, rootHash, limit, offset, newestFirst}, all
 * optional. */
static bool get_messages(struct rpc_call *c) {
    enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };
    struct chain_reader *r;
    json_t *o = rpc_param(c, 0), *v;
    struct message_filter f = {.out = c->out, .limit = LIMIT_DEFAULT};
    struct xvm_actor sender;
    uint64_t from = 0, to;
    if (o && !json_is_object(o))
        return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 0: an object is expected");
    if (!eth_reader(c, &r)) return false;
    to = chain_reader_height(r);
    f.now = newest_second(r);
    f.status = json_string_value(json_object_get(o, "status"));
    f.from = json_string_value(json_object_get(o, "from"));
    f.target = json_string_value(json_object_get(o, "target"));
    bool ok = (!(v = json_object_get(o, "fromBlock")) || eth_height(c, v, to, &from)) &&
              (!(v = json_object_get(o, "toBlock")) || eth_height(c, v, to, &to)) &&
              (!(v = json_object_get(o, "sender")) || get_actor(c, v, "sender", &sender)) &&
              (!(v = json_object_get(o, "rootHash")) ||
               (f.has_root = rpc_hash(c, v, "rootHash", &f.root))) &&
              (!(v = json_object_get(o, "limit")) || rpc_quantity(c, v, "limit", &f.limit)) &&
              (!(v = json_object_get(o, "offset")) || rpc_quantity(c, v, "offset", &f.skip));
    if (ok && (f.limit == 0 || f.limit > LIMIT_MAX))
        ok = rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument limit: 1 to %d", LIMIT_MAX);
    if (json_object_get(o, "sender")) f.sender = &sender;
    if (ok) {
        jo_array(c->out);
        chain_scan_messages(r, from, to, json_is_true(json_object_get(o, "newestFirst")),
                            put_matching, &f);
        jo_end_array(c->out);
    }
    chain_reader_close(r);
    return ok;
}

/* ---- The trace */

static void put_leg_log(struct json_out *o, const struct st_log *log) {
    jo_object(o);
    jo_key(o, "vm");
    jo_cstring(o, vm_name(log->vm));
    if (log->vm == ST_VM_EVM) {
        JO_KEY_HEX(o, "address", log->address);
        jo_key(o, "topics");
        jo_array(o);
        for (uint32_t i = 0; i < log->topic_count; i++) jo_hex(o, BYTES_OF(log->topics[i]));
        jo_end_array(o);
    } else if (log->vm == ST_VM_MOVE) {
        jo_key(o, "typeTag");
        jo_hex(o, log->type_tag);
    } else { /* nothing else writes logs of that machine */
        jo_key(o, "program");
        put_base58(o, BYTES_OF(XVM_MESSENGER_ID));
    }
    jo_key(o, "data");
    jo_hex(o, log->data);
    jo_end_object(o);
}

static void put_leg_logs(struct json_out *o, const struct chain_tx *tx, uint32_t leg) {
    jo_key(o, "logs");
    jo_array(o);
    for (uint32_t i = 0; i < tx->log_count; i++)
        if (tx->logs[i].leg == leg) put_leg_log(o, &tx->logs[i]);
    jo_end_array(o);
}

/* The lines that programs wrote, and the instruction's accounts with the rights that they had: of a
 * message's leg in the SVM. */
static void put_svm_leg(struct json_out *o, const struct xvm_svm_leg *l) {
    if (!l) return;
    struct bytes accounts = l->message.instructions[0].accounts;
    jo_key(o, "accounts");
    jo_array(o);
    for (size_t i = 0; i < accounts.n; i++) {
        const struct sol_key *k = &l->message.keys[accounts.p[i]];
        jo_object(o);
        jo_key(o, "pubkey");
        put_base58(o, BYTES_OF(k->key));
        jo_key(o, "isSigner");
        jo_bool(o, k->signer);
        jo_key(o, "isWritable");
        jo_bool(o, k->writable);
        jo_end_object(o);
    }
    jo_end_array(o);
    jo_key(o, "programLogs");
    jo_array(o);
    for (size_t i = 0; i < l->result.log_count; i++) jo_string(o, l->result.logs[i]);
    jo_end_array(o);
}

/* What the leg made of its message. A later leg, or transaction, may have made something else of it
 * since: tern_getMessage shows that. */
static void put_leg_status(struct rpc_call *c, struct chain_reader *r, const struct xvm_leg *l) {
    struct xvm_message m;
    jo_key(c->out, "status");
    if (l->kind == XVM_LEG_ROOT || l->kind == XVM_LEG_CALL ||
        !xvm_message_get(chain_reader_journal(r), &l->message, c->arena, &m)) {
        jo_null(c->out);
        return;
    }
    enum xvm_status after = l->kind == XVM_LEG_CANCEL ? XVM_CANCELLED : XVM_EXECUTED;
    if (!l->ok) after = m.on_fail == XVM_DROP ? XVM_DROPPED : XVM_PENDING;
    if (l->failure == XVM_FAIL_EXPIRED) after = XVM_EXPIRED;
    if (l->failure == XVM_FAIL_AUTHORITY)
        jo_null(c->out); /* refused: it has changed nothing */
    else
        jo_cstring(c->out, xvm_status_name(after));
}

static void put_leg(struct rpc_call *c, struct chain_reader *r, const struct chain_tx *tx,
                    uint32_t at) {
    static const char *const kinds[] = {"root", "message", "retry", "cancel", "call"};
    struct json_out *o = c->out;
    const struct xvm_leg *l = &tx->legs[at];
    jo_object(o);
    jo_key(o, "kind");
    jo_cstring(o, l->kind < COUNT_OF(kinds) ? kinds[l->kind] : "unknown");
    jo_key(o, "vm");
    jo_cstring(o, vm_name(l->vm));
    jo_key(o, "order");
    jo_number(o, at);
    jo_key(o, "ok");
    jo_bool(o, l->ok);
    if (l->kind == XVM_LEG_CALL) {
        jo_key(o, "undone");
        jo_bool(o, l->undone);
        jo_key(o, "readOnly");
        jo_bool(o, l->read_only);
        jo_key(o, "homeAuthority");
        jo_bool(o, l->home_authority);
        jo_key(o, "value");
        jo_quantity_u256(o, &l->value);
    }
    jo_key(o, "messageId");
    if (l->kind == XVM_LEG_ROOT || l->kind == XVM_LEG_CALL)
        jo_null(o);
    else
        jo_hex(o, BYTES_OF(l->message));
    put_leg_status(c, r, l);
    jo_key(o, "from");
    put_address(o, l->vm, l->from);
    jo_key(o, "to");
    put_address(o, l->vm, l->to);
    put_text_or_null(o, "function", l->function);
    put_hex_or_null(o, "input", l->input);
    put_hex_or_null(o, "output", l->output);
    put_text_or_null(o, "error", l->error);
    jo_key(o, "failure");
    if (l->failure)
        jo_cstring(o, xvm_failure_name(l->failure));
    else
        jo_null(o);
    jo_key(o, "value");
    jo_quantity(o, 0);
    jo_key(o, "gasUsed");
    jo_quantity(o, l->gas_used);
    jo_key(o, "vmGasUsed");
    jo_decimal(o, l->vm_gas_used);
    put_leg_logs(o, tx, at);
    put_svm_leg(o, l->svm);
    jo_key(o, "calls");
    jo_array(o);
    /* A leg's number is above its parent's, and generations are limited: this ends, and is not
     * deep. */
    for (uint32_t i = at + 1; i < tx->leg_count; i++)
        if (tx->legs[i].parent == at) put_leg(c, r, tx, i);
    jo_end_array(o);
    jo_end_object(o);
}

static void put_solana_signature(struct json_out *o, const struct chain_tx *tx) {
    uint8_t signature[SOL_SIGNATURE_BYTES];
    if (!chain_in_solana(tx)) {
        jo_null(o);
        return;
    }
    chain_solana_signature(tx, signature);
    put_base58(o, BYTES_OF(signature));
}

/* By the hash of any machine, or by a Solana signature: in the chain's tables both are hashes. */
static bool get_transaction_key(struct rpc_call *c, json_t *v, struct b32 *key) {
    uint8_t signature[SOL_SIGNATURE_BYTES];
    const char *text = json_string_value(v);
    if (!text || !strncmp(text, "0x", 2)) return rpc_hash(c, v, "transaction hash", key);
    if (err_is(base58_read_fixed(signature, sizeof signature, bytes_cstr(text))))
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "invalid argument transaction hash: neither hexadecimal text nor a "
                        "signature in base58");
    *key = chain_solana_signature_key(signature);
    return true;
}

static bool trace_transaction(struct rpc_call *c) {
    struct b32 hash;
    struct chain_reader *r;
    struct chain_tx tx;
    uint8_t vm;
    if (!get_transaction_key(c, rpc_param(c, 0), &hash) || !eth_reader(c, &r)) return false;
    if (!chain_tx_by_hash(r, &hash, &vm, &tx)) {
        jo_null(c->out);
        chain_reader_close(r);
        return true;
    }
    jo_object(c->out);
    JO_KEY_HEX(c->out, "rootHash", tx.hash);
    jo_key(c->out, "rootVm");
    jo_cstring(c->out, vm_name(tx.vm));
    JO_KEY_HEX(c->out, "evmHash", tx.evm_hash);
    JO_KEY_HEX(c->out, "moveHash", tx.move_hash);
    jo_key(c->out, "solanaSignature");
    put_solana_signature(c->out, &tx);
    jo_key(c->out, "block");
    jo_quantity(c->out, tx.height);
    jo_key(c->out, "ok");
    jo_bool(c->out, tx.ok);
    jo_key(c->out, "gasUsed");
    jo_quantity(c->out, tx.common_gas_used);
    jo_key(c->out, "trace");
    if (tx.leg_count)
        put_leg(c, r, &tx, 0);
    else
        jo_null(c->out);
    jo_end_object(c->out);
    chain_reader_close(r);
    return true;
}

/* ---- Aliases */

/* tern_alias(address, machine): the alias of an address in another machine. If that is not named:
 * of an EVM address in Move, of any other in the EVM. */
static bool alias(struct rpc_call *c) {
    struct xvm_actor home;
    uint8_t in;
    json_t *machine = rpc_param(c, 1);
    if (!get_actor(c, rpc_param(c, 0), "address", &home)) return false;
    in = home.vm == ST_VM_EVM ? ST_VM_MOVE : ST_VM_EVM;
    if (machine && !get_vm(c, machine, "machine", &in)) return false;
    struct xvm_actor out = xvm_alias_of(&home, in, NULL);
    put_address(c->out, out.vm, xvm_actor_bytes(&out));
    return true;
}

/* tern_resolve(address): the original actor behind an alias; an address that is no alias is its
 * own. */
static bool resolve(struct rpc_call *c) {
    struct xvm_actor given;
    struct chain_reader *r;
    if (!get_actor(c, rpc_param(c, 0), "address", &given) || !eth_reader(c, &r)) return false;
    struct xvm_actor home = xvm_home_of(chain_reader_journal(r), given.vm, xvm_actor_bytes(&given));
    jo_object(c->out);
    jo_key(c->out, "vm");
    jo_cstring(c->out, vm_name(home.vm));
    jo_key(c->out, "address");
    put_address(c->out, home.vm, xvm_actor_bytes(&home));
    jo_end_object(c->out);
    chain_reader_close(r);
    return true;
}

const struct rpc_method_row tern_methods[] = {
    {"tern_getMessage", get_message},
    {"tern_getMessages", get_messages},
    {"tern_traceTransaction", trace_transaction},
    {"tern_alias", alias},
    {"tern_resolve", resolve},
    {NULL, NULL},
};
