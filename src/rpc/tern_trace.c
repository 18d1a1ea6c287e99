/* tern_traceTransaction: one tree over all machines. */
#include "chain/solana.h"
#include "codec/base58.h"
#include "codec/codec.h"
#include "rpc/solana.h"
#include "rpc/tern.h"

/* What is shown, and where. */
struct tree {
    struct rpc_call *c;
    struct chain_reader *r;
    const struct chain_tx *tx;
    bool in_solana;
    struct chain_solana_view solana;
    bool is_full; /* it would be longer than an answer may be */
};

enum { TREE_MAX_BYTES = 64 << 20 };

const char *tern_kind_name(uint8_t kind) {
    static const char *const names[] = {"root", "message", "retry", "cancel", "call"};
    return kind < COUNT_OF(names) ? names[kind] : "unknown";
}

static void put_failure(struct json_out *o, const struct xvm_leg *l) {
    jo_key(o, "failure");
    if (l->failure)
        jo_cstring(o, xvm_failure_name((enum xvm_failure)l->failure));
    else
        jo_null(o);
}

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

/* The instruction's accounts with the rights that they had, of a message's leg. */
static void put_accounts(struct json_out *o, const struct sol_message *m) {
    struct bytes accounts = m->instructions[0].accounts;
    jo_key(o, "accounts");
    jo_array(o);
    for (size_t i = 0; i < accounts.n; i++) {
        const struct sol_key *k = &m->keys[accounts.p[i]];
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
}

static void put_program_logs(struct json_out *o, const struct bytes *logs, size_t count) {
    jo_key(o, "programLogs");
    jo_array(o);
    for (size_t i = 0; i < count; i++) jo_string(o, logs[i]);
    jo_end_array(o);
}

/* An instruction as Solana's API has it, taken apart if its program is a known one. */
static void put_instruction(struct json_out *o, const struct tree *t, size_t i) {
    const struct sol_tx *tx = &t->solana.tx;
    const struct sol_instruction *in = &tx->instructions[i];
    solana_put_parsed_instruction(o, &(struct solana_instruction){tx, &t->solana.record,
                                                                  (uint8_t)in->program, 1,
                                                                  in->accounts, in->data});
}

/* What a leg in the SVM has beside the others. A shadow shows each message's leg, or call, as an
 * instruction; a root's own instructions are all of its first leg. */
static void put_svm(const struct tree *t, uint32_t at) {
    struct json_out *o = t->c->out;
    const struct xvm_leg *l = &t->tx->legs[at];
    size_t place = 0;
    if (l->vm != ST_VM_SVM) return;
    jo_key(o, "instructions");
    jo_array(o);
    if (l->kind == XVM_LEG_ROOT && t->in_solana) {
        for (size_t i = 0; i < t->solana.tx.instruction_count; i++) put_instruction(o, t, i);
    } else if (l->svm && t->in_solana && t->solana.is_shadow) {
        for (uint32_t i = 0; i < at; i++) place += t->tx->legs[i].svm != NULL;
        if (place < t->solana.tx.instruction_count) put_instruction(o, t, place);
    }
    jo_end_array(o);
    if (l->svm) {
        put_accounts(o, &l->svm->message);
        put_program_logs(o, l->svm->result.logs, l->svm->result.log_count);
    } else if (l->kind == XVM_LEG_ROOT && t->in_solana) {
        put_program_logs(o, t->solana.record.logs, t->solana.record.log_count);
    }
}

/* What the leg made of its message. A later leg, or transaction, may have made something else of it
 * since: tern_getMessage shows that. */
static void put_leg_status(struct json_out *o, const struct xvm_leg *l) {
    jo_key(o, "status");
    if (l->status)
        jo_cstring(o, xvm_status_name((enum xvm_status)l->status));
    else
        jo_null(o);
}

/* Who called, at home. */
static void put_source(struct json_out *o, const struct xvm_leg *l) {
    bool is_root = l->kind == XVM_LEG_ROOT;
    uint8_t vm = is_root ? l->vm : l->source_vm;
    struct bytes address = is_root ? l->from : l->source;
    jo_key(o, "source");
    if (!address.n) {
        jo_null(o); /* a malformed event names nobody */
        return;
    }
    jo_object(o);
    jo_key(o, "vm");
    jo_cstring(o, tern_vm_name(vm));
    jo_key(o, "address");
    tern_put_address(o, vm, address);
    jo_end_object(o);
}

/* The retries and the cancelling of a message that was started here. */
static void put_retries(struct rpc_call *c, struct chain_reader *r, const struct xvm_leg *l) {
    enum { SHOWN_MAX = 16 };
    const struct chain_attempt *list;
    size_t n = min_u64(chain_message_attempts(r, &l->message, &list), SHOWN_MAX);
    jo_key(c->out, "retries");
    jo_array(c->out);
    for (size_t i = 0; i < n; i++) {
        struct chain_tx tx;
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        if (chain_tx_at(r, list[i].height, list[i].root, &tx) && list[i].leg < tx.leg_count) {
            const struct xvm_leg *a = &tx.legs[list[i].leg];
            jo_object(c->out);
            jo_key(c->out, "kind");
            jo_cstring(c->out, tern_kind_name(a->kind));
            JO_KEY_HEX(c->out, "rootHash", tx.hash);
            jo_key(c->out, "block");
            jo_quantity(c->out, tx.height);
            jo_key(c->out, "ok");
            jo_bool(c->out, a->ok);
            put_failure(c->out, a);
            tern_put_text(c->out, "error", a->error);
            jo_end_object(c->out);
        }
        arena_release(chain_reader_arena(r), mark);
    }
    jo_end_array(c->out);
}

/* What a synchronous call has; what a message's leg has. */
static void put_kind(struct rpc_call *c, struct chain_reader *r, const struct xvm_leg *l) {
    struct json_out *o = c->out;
    bool is_message = l->kind != XVM_LEG_ROOT && l->kind != XVM_LEG_CALL;
    jo_key(o, "undone");
    jo_bool(o, l->undone);
    if (l->kind == XVM_LEG_CALL) {
        jo_key(o, "readOnly");
        jo_bool(o, l->read_only);
        jo_key(o, "homeAuthority");
        jo_bool(o, l->home_authority);
    }
    jo_key(o, "messageId");
    if (is_message)
        jo_hex(o, BYTES_OF(l->message));
    else
        jo_null(o);
    put_leg_status(o, l);
    if (l->kind == XVM_LEG_MESSAGE) put_retries(c, r, l);
    struct xvm_message m;
    if (l->kind == XVM_LEG_RETRY || l->kind == XVM_LEG_CANCEL) {
        jo_key(o, "startedBy");
        if (xvm_message_get(chain_reader_journal(r), &l->message, c->arena, &m))
            jo_hex(o, BYTES_OF(m.root_hash));
        else
            jo_null(o);
    }
}

/* The machine's own words. In the EVM with what the revert data says. */
static void put_error(const struct tree *t, const struct xvm_leg *l) {
    struct rpc_call *c = t->c;
    struct bytes reason = {NULL, 0};
    if (l->kind == XVM_LEG_ROOT && l->vm == ST_VM_SVM && !l->ok && t->in_solana) {
        struct buf text = {0};
        sol_error_text(&text, &t->solana.record.error);
        tern_put_text(c->out, "error", buf_bytes(&text));
        buf_free(&text);
        put_failure(c->out, l);
        return;
    }
    if (l->kind == XVM_LEG_ROOT && l->vm == ST_VM_EVM && !l->ok)
        reason = xvm_revert_text(c->arena, l->output);
    if (reason.n)
        tern_put_text(c->out, "error",
                      bytes_cstr(arena_printf(c->arena, "%.*s: %.*s", (int)l->error.n,
                                              (const char *)l->error.p, (int)reason.n,
                                              (const char *)reason.p)));
    else
        tern_put_text(c->out, "error", l->error);
    put_failure(c->out, l);
}

static void put_leg(struct tree *t, uint32_t at) {
    struct rpc_call *c = t->c;
    struct chain_reader *r = t->r;
    const struct chain_tx *tx = t->tx;
    struct json_out *o = c->out;
    const struct xvm_leg *l = &tx->legs[at];
    struct arena_mark mark = arena_mark(chain_reader_arena(r));
    jo_object(o);
    jo_key(o, "kind");
    jo_cstring(o, tern_kind_name(l->kind));
    jo_key(o, "vm");
    jo_cstring(o, tern_vm_name(l->vm));
    jo_key(o, "order");
    jo_number(o, at);
    jo_key(o, "ok");
    jo_bool(o, l->ok);
    put_kind(c, r, l);
    jo_key(o, "from");
    tern_put_address(o, l->vm, l->from);
    put_source(o, l);
    jo_key(o, "to");
    tern_put_address(o, l->vm, l->to);
    tern_put_arguments(o, r, tx, l);
    tern_put_hex(o, "input", l->input);
    tern_put_hex(o, "output", l->output);
    if (l->kind == XVM_LEG_CALL) {
        jo_key(o, "cut");
        jo_bool(o, max_u64(l->input.n, l->output.n) == XVM_LEG_BYTES_KEPT);
    }
    put_error(t, l);
    jo_key(o, "value");
    jo_quantity_u256(o, &l->value);
    jo_key(o, "gasUsed");
    jo_quantity(o, l->gas_used);
    jo_key(o, "vmGasUsed");
    jo_decimal(o, l->vm_gas_used);
    put_leg_logs(o, tx, at);
    put_svm(t, at);
    arena_release(chain_reader_arena(r), mark);
    jo_key(o, "calls");
    jo_array(o);
    /* A leg's number is above its parent's, and generations are limited: this ends, and is not
     * deep. */
    for (uint32_t i = at + 1; i < tx->leg_count && !t->is_full; i++) {
        t->is_full = o->buf->n > TREE_MAX_BYTES;
        if (tx->legs[i].parent == at) put_leg(t, i);
    }
    jo_end_array(o);
    jo_end_object(o);
}

bool tern_put_tree(struct rpc_call *c, struct chain_reader *r, const struct chain_tx *tx) {
    jo_key(c->out, "trace");
    /* Made now, because what a leg takes of the reader's memory is given back. */
    for (uint32_t i = 0; i < tx->leg_count; i++)
        if (tx->legs[i].vm == ST_VM_MOVE && !tx->genesis)
            chain_reader_move_session(r, TERN_LOADING_GAS);
    struct tree t = {.c = c, .r = r, .tx = tx};
    t.in_solana = chain_in_solana(tx) && chain_solana_view(tx, chain_reader_arena(r), &t.solana);
    if (tx->leg_count)
        put_leg(&t, 0);
    else
        jo_null(c->out);
    return !t.is_full || rpc_fail(c, RPC_RESPONSE_TOO_LARGE, "the tree is longer than %d MiB",
                                  TREE_MAX_BYTES >> 20);
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

/* The block is run again, for what records of calls do not keep. */
static bool run_again(struct rpc_call *c, struct chain_tx *tx, struct chain_reader **again) {
    struct err e = chain_replay_open(c->node->chain, tx->height, again);
    if (!err_is(e)) {
        chain_keep_whole_legs(*again);
        e = chain_replay_tx(*again, tx->index, tx);
    }
    return !err_is(e) || rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
}

static bool read_options(struct rpc_call *c, json_t *o, bool *whole) {
    json_t *v = json_object_get(o, "whole");
    *whole = json_is_true(v);
    if (!o || (json_is_object(o) && json_is_boolean(v) && json_object_size(o) == 1)) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "invalid argument 1: {whole: true} is expected");
}

static bool put_transaction(struct rpc_call *c, struct chain_reader *r, struct chain_tx *tx,
                            bool whole) {
    struct json_out *o = c->out;
    struct chain_reader *again = NULL;
    bool ok = !whole || tx->genesis || run_again(c, tx, &again);
    if (ok) {
        jo_object(o);
        JO_KEY_HEX(o, "rootHash", tx->hash);
        jo_key(o, "rootVm");
        jo_cstring(o, tern_vm_name(tx->vm));
        JO_KEY_HEX(o, "evmHash", tx->evm_hash);
        JO_KEY_HEX(o, "moveHash", tx->move_hash);
        jo_key(o, "solanaSignature");
        put_solana_signature(o, tx);
        jo_key(o, "block");
        jo_quantity(o, tx->height);
        jo_key(o, "ok");
        jo_bool(o, tx->ok);
        jo_key(o, "gasUsed");
        jo_quantity(o, tx->common_gas_used);
        ok = tern_put_tree(c, r, tx);
        jo_end_object(o);
    }
    chain_reader_close(again);
    return ok;
}

bool tern_trace_transaction(struct rpc_call *c) {
    struct b32 hash;
    struct chain_reader *r;
    struct chain_tx tx;
    uint8_t vm;
    bool ok = true, whole;
    if (!tern_transaction_arg(c, rpc_param(c, 0), "transaction hash", &hash) ||
        !read_options(c, rpc_param(c, 1), &whole) || !eth_reader(c, &r))
        return false;
    if (chain_tx_by_hash(r, &hash, &vm, &tx))
        ok = put_transaction(c, r, &tx, whole);
    else
        jo_null(c->out);
    chain_reader_close(r);
    return ok;
}
