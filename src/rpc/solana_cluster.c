/* Slots, epochs, blockhashes and fees. */
#include "codec/codec.h"
#include "rpc/solana.h"
#include "solana/account.h"

bool solana_with_reader(struct rpc_call *c, size_t at,
                        bool (*answer)(struct rpc_call *c, struct chain_reader *r)) {
    struct chain_reader *r;
    json_t *config;
    if (!solana_config(c, at, &config) || !solana_reader(c, config, &r)) return false;
    bool ok = answer(c, r);
    chain_reader_close(r);
    return ok;
}

static bool put_height(struct rpc_call *c, struct chain_reader *r) {
    jo_number(c->out, chain_reader_height(r));
    return true;
}

static bool get_slot(struct rpc_call *c) {
    return solana_with_reader(c, 0, put_height);
}

static bool put_newest(struct rpc_call *c) {
    struct chain_reader *r;
    if (!solana_reader(c, NULL, &r)) return false;
    jo_number(c->out, chain_reader_height(r));
    chain_reader_close(r);
    return true;
}

static bool put_zero(struct rpc_call *c) {
    jo_number(c->out, 0);
    return true;
}

static bool fail_newest(struct rpc_call *c) {
    return rpc_fail(c, RPC_INTERNAL_ERROR, "the newest block cannot be read");
}

static bool put_transaction_count(struct rpc_call *c, struct chain_reader *r) {
    struct chain_block head;
    if (!chain_block_at(r, chain_reader_height(r), &head)) return fail_newest(c);
    jo_number(c->out, head.solana_count);
    return true;
}

static bool get_transaction_count(struct rpc_call *c) {
    return solana_with_reader(c, 0, put_transaction_count);
}

static bool put_epoch_info(struct rpc_call *c, struct chain_reader *r) {
    struct json_out *o = c->out;
    struct chain_block head;
    uint64_t slot = chain_reader_height(r);
    if (!chain_block_at(r, slot, &head)) return fail_newest(c);
    jo_object(o);
    solana_key_u64(o, "absoluteSlot", slot);
    solana_key_u64(o, "blockHeight", slot);
    solana_key_u64(o, "epoch", slot / solana_slots_per_epoch());
    solana_key_u64(o, "slotIndex", slot % solana_slots_per_epoch());
    solana_key_u64(o, "slotsInEpoch", solana_slots_per_epoch());
    solana_key_u64(o, "transactionCount", head.solana_count);
    jo_end_object(o);
    return true;
}

static bool get_epoch_info(struct rpc_call *c) {
    return solana_with_reader(c, 0, put_epoch_info);
}

static bool get_epoch_schedule(struct rpc_call *c) {
    const struct sol_epoch_schedule *e = &sol_default_epoch_schedule;
    struct json_out *o = c->out;
    jo_object(o);
    solana_key_u64(o, "firstNormalEpoch", e->first_normal_epoch);
    solana_key_u64(o, "firstNormalSlot", e->first_normal_slot);
    solana_key_u64(o, "leaderScheduleSlotOffset", e->leader_schedule_slot_offset);
    solana_key_u64(o, "slotsPerEpoch", e->slots_per_epoch);
    jo_key(o, "warmup");
    jo_bool(o, e->warmup);
    jo_end_object(o);
    return true;
}

/* ---- Blockhashes and fees */

static bool put_latest_blockhash(struct rpc_call *c, struct chain_reader *r) {
    struct json_out *o = c->out;
    struct chain_block head;
    uint64_t slot = chain_reader_height(r);
    if (!chain_block_at(r, slot, &head)) return fail_newest(c);
    solana_begin_context(o, slot);
    jo_object(o);
    jo_key(o, "blockhash");
    solana_put_key(o, &head.hash);
    solana_key_u64(o, "lastValidBlockHeight", slot + CHAIN_SOLANA_BLOCKHASH_SLOTS);
    jo_end_object(o);
    solana_end_context(o);
    return true;
}

static bool get_latest_blockhash(struct rpc_call *c) {
    return solana_with_reader(c, 0, put_latest_blockhash);
}

static bool put_blockhash_valid(struct rpc_call *c, struct chain_reader *r) {
    struct b32 hash;
    uint64_t last;
    if (!solana_key_param(c, 0, "a blockhash", &hash)) return false;
    solana_begin_context(c->out, chain_reader_height(r));
    jo_bool(c->out, chain_solana_blockhash(r, &hash, &last));
    solana_end_context(c->out);
    return true;
}

static bool is_blockhash_valid(struct rpc_call *c) {
    return solana_with_reader(c, 1, put_blockhash_valid);
}

static bool read_message(struct rpc_call *c, struct sol_tx *tx) {
    struct buf wire = {0};
    json_t *v = rpc_param(c, 0);
    const char *s = json_string_value(v);
    if (!s)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "`params` should have at least 1 argument(s): a message in base64");
    struct err e = base64_read(&wire, bytes_make(s, json_string_length(v)));
    struct bytes message = arena_copy(c->arena, buf_bytes(&wire));
    buf_free(&wire);
    if (err_is(e)) return rpc_fail(c, RPC_INVALID_PARAMS, "invalid base64 encoding: %s", e.text);
    e = sol_message_decode(tx, message, c->arena);
    if (!err_is(e)) return true;
    return rpc_fail(c, RPC_INVALID_PARAMS, "failed to deserialize the message: %s", e.text);
}

/* null: its blockhash is too old. */
static bool put_message_fee(struct rpc_call *c, struct chain_reader *r) {
    struct sol_tx tx;
    struct sol_message m;
    struct sol_budget budget;
    uint64_t last;
    if (!read_message(c, &tx)) return false;
    const struct sol_bank *bank = chain_solana_bank(r);
    struct st_journal *j = chain_reader_journal(r);
    st_begin_tx(j);
    struct sol_error e = sol_tx_resolve(&m, &tx, bank, j, c->arena);
    if (!e.code) {
        m.signature_count = tx.required_signatures;
        e = sol_budget_of(&budget, &m);
    }
    st_end_tx(j, true);
    solana_begin_context(c->out, chain_reader_height(r));
    if (e.code || !chain_solana_blockhash(r, tx.blockhash, &last))
        jo_null(c->out);
    else
        jo_number(c->out, sol_fee_of(&m, &budget, bank));
    solana_end_context(c->out);
    return true;
}

static bool get_fee_for_message(struct rpc_call *c) {
    return solana_with_reader(c, 1, put_message_fee);
}

static bool get_rent_minimum(struct rpc_call *c) {
    uint64_t bytes;
    if (!solana_u64(c, rpc_param(c, 0), "the length of the data", &bytes)) return false;
    if (bytes > SOL_DATA_MAX_BYTES)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid params: an account has at most %u bytes.",
                        (unsigned)SOL_DATA_MAX_BYTES);
    jo_number(c->out, sol_rent_minimum(&sol_default_rent, bytes));
    return true;
}

/* ---- Blocks' numbers and times */

static bool get_block_time(struct rpc_call *c) {
    struct chain_reader *r;
    struct chain_block b;
    uint64_t slot;
    if (!solana_u64(c, rpc_param(c, 0), "the slot", &slot) || !solana_reader(c, NULL, &r))
        return false;
    bool ok = chain_block_at(r, slot, &b);
    if (ok) jo_number(c->out, b.timestamp_us / 1000000);
    chain_reader_close(r);
    return ok || rpc_fail(c, SOLANA_BLOCK_NOT_AVAILABLE, "Block not available for slot %llu",
                          (unsigned long long)slot);
}

enum { SLOTS_MAX = 500000 }; /* in an answer */

static bool put_slots(struct rpc_call *c, uint64_t from, uint64_t to) {
    if (to >= from && to - from > SLOTS_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Slot range too large; max %u", SLOTS_MAX);
    jo_array(c->out);
    for (uint64_t slot = from; slot <= to; slot++) jo_number(c->out, slot);
    jo_end_array(c->out);
    return true;
}

static bool newest_slot(struct rpc_call *c, uint64_t *out) {
    struct chain_reader *r;
    if (!solana_reader(c, NULL, &r)) return false;
    *out = chain_reader_height(r);
    chain_reader_close(r);
    return true;
}

static bool get_blocks(struct rpc_call *c) {
    uint64_t from, to = UINT64_MAX, head;
    json_t *end = rpc_param(c, 1), *config;
    bool has_end = end && !json_is_object(end) && !json_is_null(end);
    if (!solana_u64(c, rpc_param(c, 0), "the first slot", &from) || !newest_slot(c, &head) ||
        (has_end && !solana_u64(c, end, "the last slot", &to)) ||
        !solana_config(c, json_is_object(end) ? 1 : 2, &config) ||
        !solana_at_least_confirmed(c, config))
        return false;
    return put_slots(c, from, min_u64(to, head));
}

static bool get_blocks_with_limit(struct rpc_call *c) {
    uint64_t from, limit, head, end;
    json_t *config;
    if (!solana_u64(c, rpc_param(c, 0), "the first slot", &from) ||
        !solana_u64(c, rpc_param(c, 1), "the limit", &limit) || !newest_slot(c, &head) ||
        !solana_config(c, 2, &config) || !solana_at_least_confirmed(c, config))
        return false;
    if (limit > SLOTS_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Limit too large; max %u", SLOTS_MAX);
    if (!limit || from > head) return put_slots(c, 1, 0);
    if (!add_u64(from, limit - 1, &end)) end = UINT64_MAX;
    return put_slots(c, from, min_u64(end, head));
}

const struct rpc_method_row solana_cluster_methods[] = {
    {"getSlot", get_slot},
    {"getTransactionCount", get_transaction_count},
    {"getBlockHeight", get_slot},
    {"getEpochInfo", get_epoch_info},
    {"getEpochSchedule", get_epoch_schedule},
    {"getLatestBlockhash", get_latest_blockhash},
    {"isBlockhashValid", is_blockhash_valid},
    {"getFeeForMessage", get_fee_for_message},
    {"getMinimumBalanceForRentExemption", get_rent_minimum},
    {"getBlockTime", get_block_time},
    {"getBlocks", get_blocks},
    {"getBlocksWithLimit", get_blocks_with_limit},
    {"getFirstAvailableBlock", put_zero},
    {"minimumLedgerSlot", put_zero},
    {"getMaxRetransmitSlot", put_newest},
    {"getMaxShredInsertSlot", put_newest},
    {NULL, NULL},
};
