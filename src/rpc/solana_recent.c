/* What the newest blocks say: priority fees, and transactions a minute. */
#include "rpc/solana.h"

/* ---- Priority fees */

enum {
    FEE_SLOTS = 150,
    FEE_KEYS_MAX = 128,
    FEE_TRANSACTIONS_MAX = 20000, /* that one call looks at */
    SET_PRICE = 3,
    SET_PRICE_BYTES = 9,
};

/* The least that transactions of a slot have paid a compute unit, in micro-lamports: all of them,
 * and those that may write one of the keys. */
struct slot_fees {
    bool any;
    uint64_t least;
    bool has[FEE_KEYS_MAX];
    uint64_t least_of[FEE_KEYS_MAX];
};

struct fee_request {
    struct b32 keys[FEE_KEYS_MAX];
    size_t count;
    uint64_t looked_at;
};

static uint64_t price_of(const struct sol_tx *tx) {
    for (size_t i = 0; i < tx->instruction_count; i++) {
        const struct sol_instruction *in = &tx->instructions[i];
        if (in->data.n == SET_PRICE_BYTES && in->data.p[0] == SET_PRICE &&
            sol_is(&tx->keys[in->program], SOL_ID_COMPUTE_BUDGET))
            return load_le64(in->data.p + 1);
    }
    return 0;
}

static bool writes(const struct sol_tx *tx, const struct chain_solana *s, const struct b32 *key) {
    for (size_t i = 0; i < tx->key_count + s->loaded_count; i++)
        if (b32_eq(solana_key_at(tx, s, i), key) && solana_is_writable(tx, s, i)) return true;
    return false;
}

static void lower(bool *has, uint64_t *least, uint64_t price) {
    *least = *has ? min_u64(*least, price) : price;
    *has = true;
}

static void note_tx(struct slot_fees *f, const struct fee_request *q, struct chain_reader *r,
                    const struct chain_tx *t) {
    struct chain_solana s;
    struct sol_tx tx;
    if (err_is(sol_tx_decode(&tx, t->raw, chain_reader_arena(r))) ||
        !chain_solana_decode(t->solana, chain_reader_arena(r), &s))
        return;
    uint64_t price = price_of(&tx);
    lower(&f->any, &f->least, price);
    for (size_t i = 0; i < q->count; i++)
        if (writes(&tx, &s, &q->keys[i])) lower(&f->has[i], &f->least_of[i], price);
}

static uint64_t fee_at(struct chain_reader *r, uint64_t slot, struct fee_request *q) {
    struct slot_fees f = {0};
    struct chain_block b;
    struct chain_tx t;
    if (!chain_block_at(r, slot, &b)) return 0;
    for (uint32_t i = 0; i < b.root_count && q->looked_at < FEE_TRANSACTIONS_MAX; i++) {
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        q->looked_at++;
        if (chain_tx_at(r, slot, i, &t) && t.vm == ST_VM_SVM) note_tx(&f, q, r, &t);
        arena_release(chain_reader_arena(r), mark);
    }
    uint64_t fee = f.any ? f.least : 0;
    for (size_t i = 0; i < q->count; i++)
        if (f.has[i] && f.least_of[i] > fee) fee = f.least_of[i];
    return fee;
}

static bool read_fee_keys(struct rpc_call *c, struct fee_request *q) {
    json_t *list = rpc_param(c, 0);
    q->count = json_array_size(list);
    q->looked_at = 0;
    if (list && !json_is_null(list) && !json_is_array(list))
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid params: an array of keys is expected.");
    if (q->count > FEE_KEYS_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Too many inputs provided; max %u", FEE_KEYS_MAX);
    for (size_t i = 0; i < q->count; i++)
        if (!solana_key(c, json_array_get(list, i), &q->keys[i])) return false;
    return true;
}

static bool get_prioritization_fees(struct rpc_call *c) {
    struct fee_request q;
    struct chain_reader *r;
    uint64_t fees[FEE_SLOTS];
    if (!read_fee_keys(c, &q) || !solana_reader(c, NULL, &r)) return false;
    uint64_t head = chain_reader_height(r), count = min_u64(head + 1, FEE_SLOTS);
    for (uint64_t i = count; i-- > 0;) fees[i] = fee_at(r, head - (count - 1) + i, &q);
    chain_reader_close(r);
    jo_array(c->out);
    for (uint64_t i = 0; i < count; i++) {
        jo_object(c->out);
        solana_key_u64(c->out, "prioritizationFee", fees[i]);
        solana_key_u64(c->out, "slot", head - (count - 1) + i);
        jo_end_object(c->out);
    }
    jo_end_array(c->out);
    return true;
}

/* ---- Performance: what each minute back from the newest block held */

enum { SAMPLES_MAX = 720, SAMPLE_SECONDS = 60, US_PER_SECOND = 1000000 };

/* The newest block that is not after that time, among those up to `top`. */
static bool block_before(struct chain_reader *r, uint64_t top, uint64_t time_us,
                         struct chain_block *out) {
    uint64_t low = 0, high = top;
    while (low < high) {
        uint64_t middle = low + (high - low + 1) / 2;
        if (!chain_block_at(r, middle, out)) return false;
        if (out->timestamp_us <= time_us)
            low = middle;
        else
            high = middle - 1;
    }
    return chain_block_at(r, low, out);
}

static void put_sample(struct json_out *o, const struct chain_block *from,
                       const struct chain_block *to) {
    uint64_t transactions = to->solana_count - from->solana_count;
    jo_object(o);
    solana_key_u64(o, "numNonVoteTransactions", transactions);
    solana_key_u64(o, "numSlots", to->height - from->height);
    solana_key_u64(o, "numTransactions", transactions);
    solana_key_u64(o, "samplePeriodSecs", SAMPLE_SECONDS);
    solana_key_u64(o, "slot", to->height);
    jo_end_object(o);
}

static bool put_samples(struct rpc_call *c, struct chain_reader *r, uint64_t limit) {
    enum { PERIOD_US = SAMPLE_SECONDS * US_PER_SECOND };
    struct chain_block to, from;
    if (!chain_block_at(r, chain_reader_height(r), &to))
        return rpc_fail(c, RPC_INTERNAL_ERROR, "the newest block cannot be read");
    uint64_t end = to.timestamp_us;
    jo_array(c->out);
    for (uint64_t i = 0; i < limit && to.height && end >= PERIOD_US; i++) {
        end -= PERIOD_US;
        if (!block_before(r, to.height, end, &from)) break;
        put_sample(c->out, &from, &to);
        to = from;
    }
    jo_end_array(c->out);
    return true;
}

static bool get_performance_samples(struct rpc_call *c) {
    struct chain_reader *r;
    json_t *v = rpc_param(c, 0);
    uint64_t limit = SAMPLES_MAX;
    if (v && !json_is_null(v) && !solana_u64(c, v, "the limit", &limit)) return false;
    if (limit > SAMPLES_MAX)
        return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid limit; max %u", SAMPLES_MAX);
    if (!solana_reader(c, NULL, &r)) return false;
    bool ok = put_samples(c, r, limit);
    chain_reader_close(r);
    return ok;
}

const struct rpc_method_row solana_recent_methods[] = {
    {"getRecentPrioritizationFees", get_prioritization_fees},
    {"getRecentPerformanceSamples", get_performance_samples},
    {NULL, NULL},
};
