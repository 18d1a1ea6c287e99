/* tern_traceTransaction: one tree over all machines. */
#include "chain/solana.h"
#include "codec/base58.h"
#include "codec/codec.h"
#include "rpc/tern.h"

static void put_leg_log(struct json_out *o, const struct st_log *log) {
    jo_object(o);
    jo_key(o, "vm");
    jo_cstring(o, tern_vm_name(log->vm));
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
        tern_put_base58(o, BYTES_OF(XVM_MESSENGER_ID));
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
        tern_put_base58(o, BYTES_OF(k->key));
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
    jo_cstring(o, tern_vm_name(l->vm));
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
    }
    jo_key(o, "messageId");
    if (l->kind == XVM_LEG_ROOT || l->kind == XVM_LEG_CALL)
        jo_null(o);
    else
        jo_hex(o, BYTES_OF(l->message));
    put_leg_status(c, r, l);
    jo_key(o, "from");
    tern_put_address(o, l->vm, l->from);
    jo_key(o, "to");
    tern_put_address(o, l->vm, l->to);
    tern_put_text(o, "function", l->function);
    tern_put_hex(o, "input", l->input);
    tern_put_hex(o, "output", l->output);
    tern_put_text(o, "error", l->error);
    jo_key(o, "failure");
    if (l->failure)
        jo_cstring(o, xvm_failure_name(l->failure));
    else
        jo_null(o);
    jo_key(o, "value");
    jo_quantity_u256(o, &l->value);
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
    tern_put_base58(o, BYTES_OF(signature));
}

bool tern_trace_transaction(struct rpc_call *c) {
    struct b32 hash;
    struct chain_reader *r;
    struct chain_tx tx;
    uint8_t vm;
    if (!tern_transaction_arg(c, rpc_param(c, 0), "transaction hash", &hash) || !eth_reader(c, &r))
        return false;
    if (!chain_tx_by_hash(r, &hash, &vm, &tx)) {
        jo_null(c->out);
        chain_reader_close(r);
        return true;
    }
    jo_object(c->out);
    JO_KEY_HEX(c->out, "rootHash", tx.hash);
    jo_key(c->out, "rootVm");
    jo_cstring(c->out, tern_vm_name(tx.vm));
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
