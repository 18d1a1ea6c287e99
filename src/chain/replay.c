/* Running a sealed block again, root by root, on the state before it. */
#include "chain/internal.h"

/* What an Ethereum block does before its transactions. */
static void begin_ethereum(struct chain_reader *r) {
    struct chain_block head;
    struct chain_exec x;
    struct eth_run run;
    chain_reader_exec(r, &head, &x);
    struct eth_header h = chain_block_header(&r->replay);
    struct u256 parent_td;
    u256_sub(&parent_td, &r->replay.total_difficulty, &r->replay.difficulty);
    struct eth_rules rules = eth_rules_at(&r->chain->schedule, h.number, h.timestamp, &parent_td);
    struct eth_context context = {.chain_id = r->chain->schedule.chain_id,
                                  .journal = x.journal,
                                  .machine = x.machine,
                                  .host = x.host,
                                  .arena = x.arena};
    eth_run_begin(&run, &context, &rules, &h);
}

struct err chain_replay_open(struct chain *c, uint64_t height, struct chain_reader **out) {
    struct chain_reader *r;
    if (height == 0) return err_at(CHAIN_ERR_INVALID, "genesis is not traceable", 0);
    struct err e = chain_reader_open(c, height - 1, &r);
    if (err_is(e)) return e;
    if (!chain_load_block(r->snapshot, height, &r->replay)) {
        chain_reader_close(r);
        return err_at(ST_ERR_NO_BLOCK, "there is no block of that height yet", height);
    }
    r->replays = true;
    /* As the block was when it was opened: what transactions see of it grows with them. */
    r->replay_roots = r->replay.root_count;
    r->replay.root_count = 0;
    r->replay.gas_used = 0;
    if (c->is_ethereum) begin_ethereum(r);
    *out = r;
    return ERR_NONE;
}

const struct chain_block *chain_replay_block(const struct chain_reader *r) {
    return &r->replay;
}

uint32_t chain_replay_done(const struct chain_reader *r) {
    return r->replay_done;
}

bool chain_replay_peek(struct chain_reader *r, struct chain_tx *out) {
    return r->replays && r->replay_done < r->replay_roots &&
           chain_load_tx(r->snapshot, r->replay.height, r->replay_done, &r->arena, out);
}

static bool same_log(const struct st_log *a, const struct st_log *b) {
    return a->vm == b->vm && b20_eq(&a->address, &b->address) && a->topic_count == b->topic_count &&
           memcmp(a->topics, b->topics, a->topic_count * sizeof *a->topics) == 0 &&
           bytes_eq(a->data, b->data) && bytes_eq(a->type_tag, b->type_tag);
}

/* Logs, units, balances and all: what Solana's receipts show of a leg. */
static bool same_svm_leg(const struct xvm_svm_leg *a, const struct xvm_svm_leg *b) {
    struct buf x = {0}, y = {0};
    if (a) chain_svm_leg_encode(&x, a);
    if (b) chain_svm_leg_encode(&y, b);
    bool same = bytes_eq(buf_bytes(&x), buf_bytes(&y));
    buf_free(&x);
    buf_free(&y);
    return same;
}

/* What differs, NULL if nothing does. */
static const char *difference(const struct chain_tx *now, const struct chain_tx *recorded) {
    if (now->ok != recorded->ok) return "status";
    if (now->gas_used != recorded->gas_used || now->common_gas_used != recorded->common_gas_used)
        return "gas";
    if (now->leg_count != recorded->leg_count) return "number of legs";
    for (uint32_t i = 0; i < now->leg_count; i++) {
        if (now->legs[i].ok != recorded->legs[i].ok) return "status of a leg";
        if (!same_svm_leg(now->legs[i].svm, recorded->legs[i].svm)) return "Solana leg";
    }
    if (now->log_count != recorded->log_count) return "number of logs";
    for (uint32_t i = 0; i < now->log_count; i++)
        if (!same_log(&now->logs[i], &recorded->logs[i])) return "logs";
    return NULL;
}

static bool run_evm(struct chain_exec *x, const struct chain_tx *recorded, struct chain_tx *out,
                    struct chain_refusal *why) {
    struct evm_tx tx;
    struct err e = evm_tx_decode(recorded->raw, x->arena, &tx);
    if (err_is(e)) {
        *why = (struct chain_refusal){.text = "its bytes cannot be read"};
        return false;
    }
    tx.sender = recorded->evm_sender;
    return chain_execute_evm(x, &tx, recorded->raw, &recorded->hash, chain_evm_skips(&tx), out,
                             why);
}

static bool run_move(struct chain_exec *x, const struct chain_tx *recorded, struct chain_tx *out,
                     struct chain_refusal *why) {
    struct mv_signed_tx tx;
    struct err e = mv_signed_tx_decode(recorded->raw, x->arena, &tx);
    if (err_is(e)) {
        *why = (struct chain_refusal){.text = "its bytes cannot be read"};
        return false;
    }
    return chain_execute_move(x, &tx, recorded->raw, &recorded->hash, false, out, why);
}

static bool run_solana(struct chain_exec *x, const struct chain_tx *recorded, struct chain_tx *out,
                       struct chain_refusal *why) {
    struct sol_tx tx;
    struct err e = sol_tx_decode(&tx, recorded->raw, x->arena);
    if (err_is(e)) {
        *why = (struct chain_refusal){.text = "its bytes cannot be read"};
        return false;
    }
    return chain_execute_solana(x, &tx, recorded->raw, &recorded->hash, out, why);
}

/* With `out` what it did, in the reader's arena. */
static struct err replay(struct chain_reader *r, struct chain_tx *out) {
    struct chain_tx recorded, now;
    struct chain_refusal why = {0};
    struct chain_block head;
    struct chain_exec x;
    struct arena_mark mark = arena_mark(&r->arena);
    if (!chain_replay_peek(r, &recorded))
        return err_at(CHAIN_ERR_STORE, "the transaction's record cannot be read", r->replay_done);
    chain_reader_exec(r, &head, &x);
    bool ok = recorded.vm == ST_VM_EVM   ? run_evm(&x, &recorded, &now, &why)
              : recorded.vm == ST_VM_SVM ? run_solana(&x, &recorded, &now, &why)
                                         : run_move(&x, &recorded, &now, &why);
    const char *what = ok ? difference(&now, &recorded) : NULL;
    if (!ok)
        return err_at(CHAIN_ERR_REPLAY,
                      arena_printf(&r->arena,
                                   "running the block again: transaction %u is refused: %s",
                                   recorded.index, why.text),
                      recorded.index);
    if (what)
        return err_at(CHAIN_ERR_REPLAY,
                      arena_printf(&r->arena,
                                   "running the block again: transaction %u ends with another %s "
                                   "than in its receipt",
                                   recorded.index, what),
                      recorded.index);
    r->replay_done++;
    r->replay.root_count++;
    r->replay.gas_used += now.common_gas_used;
    if (out) {
        *out = recorded; /* with its places in the block's lists */
        out->legs = now.legs;
        out->logs = now.logs;
    } else {
        arena_release(&r->arena, mark);
    }
    return ERR_NONE;
}

struct err chain_replay_next(struct chain_reader *r) {
    return replay(r, NULL);
}

struct err chain_replay_tx(struct chain_reader *r, uint32_t index, struct chain_tx *out) {
    struct err e = ERR_NONE;
    while (!err_is(e) && r->replay_done < index) e = replay(r, NULL);
    return err_is(e) ? e : replay(r, out);
}
