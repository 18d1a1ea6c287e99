/* Methods that suggest fees and tell what was paid. */
#include "rpc/eth.h"

#include <stdio.h>
#include <stdlib.h>

enum { SUGGESTED_TIP = 1000000000 };

static bool gas_price(struct rpc_call *c) {
    if (!eth_count_args(c, 0, 0)) return false;
    struct u256 price = chain_pending_base_fee(c->node->chain), tip = u256_from_u64(SUGGESTED_TIP);
    u256_add(&price, &price, &tip);
    jo_quantity_u256(c->out, &price);
    return true;
}

static bool priority_fee(struct rpc_call *c) {
    if (!eth_count_args(c, 0, 0)) return false;
    jo_quantity(c->out, SUGGESTED_TIP);
    return true;
}

static bool base_fee(struct rpc_call *c) {
    if (!eth_count_args(c, 0, 0)) return false;
    struct u256 next = chain_pending_base_fee(c->node->chain);
    jo_quantity_u256(c->out, &next);
    return true;
}

static bool blob_base_fee(struct rpc_call *c) {
    struct chain_block b;
    struct chain_reader *r;
    if (!eth_count_args(c, 0, 0) || !eth_reader(c, &r)) return false;
    chain_block_at(r, chain_reader_height(r), &b);
    chain_reader_close(r);
    if (b.fork < EVM_CANCUN)
        jo_null(c->out);
    else
        jo_quantity_u256(c->out, &b.blob_base_fee);
    return true;
}

/* ---- History */

/* What one transaction paid above the base fee, for how much gas. */
struct paid {
    struct u256 tip;
    uint64_t gas;
    uint32_t place;
};

static int by_tip(const void *x, const void *y) {
    const struct paid *a = x, *b = y;
    int c = u256_cmp(&a->tip, &b->tip);
    return c ? c : (a->place > b->place) - (a->place < b->place);
}

/* The block's EVM list with what was paid, by tip. A shadow paid nothing here. */
static size_t collect_paid(struct chain_reader *r, const struct chain_block *b, struct paid *out) {
    size_t n = 0;
    for (uint32_t i = 0; i < b->root_count; i++) {
        struct chain_tx tx;
        struct arena_mark mark = arena_mark(chain_reader_arena(r));
        if (chain_tx_at(r, b->height, i, &tx) && tx.evm_index != UINT32_MAX) {
            out[n] = (struct paid){.gas = tx.common_gas_used, .place = i};
            if (tx.vm == ST_VM_EVM) u256_sub(&out[n].tip, &tx.effective_gas_price, &b->base_fee);
            n++;
        }
        arena_release(chain_reader_arena(r), mark);
    }
    if (n) qsort(out, n, sizeof *out, by_tip);
    return n;
}

/* The tips at given percentiles of the block's gas (go-ethereum's eth/gasprice). */
static void put_rewards(struct json_out *o, struct chain_reader *r, const struct chain_block *b,
                        json_t *percentiles) {
    struct paid *paid = xcalloc((size_t)b->root_count + 1, sizeof *paid);
    size_t n = collect_paid(r, b, paid), at = 0, i;
    uint64_t passed = paid[0].gas;
    json_t *p;
    jo_array(o);
    json_array_foreach(percentiles, i, p) {
        uint64_t want = (uint64_t)((double)b->gas_used * json_number_value(p) / 100);
        while (passed < want && at + 1 < n) passed += paid[++at].gas;
        jo_quantity_u256(o, &paid[at].tip);
    }
    jo_end_array(o);
    free(paid);
}

/* The base fee of the block after `b`: none before London. */
static struct u256 base_fee_after(struct chain_reader *r, const struct chain_block *b) {
    struct eth_rules rules = chain_rules_after(chain_reader_chain(r), b, b->timestamp_us / 1000000);
    return rules.fork >= EVM_LONDON ? chain_next_base_fee(b) : U256_ZERO;
}

static void put_base_fees(struct json_out *o, struct chain_reader *r, uint64_t first,
                          uint64_t count) {
    struct chain_block b = {0};
    jo_key(o, "baseFeePerGas");
    jo_array(o);
    for (uint64_t i = 0; i < count; i++)
        if (chain_block_at(r, first + i, &b)) jo_quantity_u256(o, &b.base_fee);
    struct u256 next = base_fee_after(r, &b);
    jo_quantity_u256(o, &next);
    jo_end_array(o);
}

/* A ratio with as many digits as tell it from its neighbours. */
static void put_ratio(struct json_out *o, uint64_t part, uint64_t whole) {
    char text[40];
    double ratio = whole ? (double)part / (double)whole : 0;
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, ratio);
        if (strtod(text, NULL) == ratio) break;
    }
    jo_raw(o, bytes_cstr(text));
}

static void put_blob_fees(struct json_out *o, struct chain_reader *r, uint64_t first,
                          uint64_t count) {
    struct chain_block b = {0};
    jo_key(o, "baseFeePerBlobGas");
    jo_array(o);
    for (uint64_t i = 0; i < count; i++)
        if (chain_block_at(r, first + i, &b)) jo_quantity_u256(o, &b.blob_base_fee);
    struct u256 next = chain_next_blob_base_fee(chain_reader_chain(r), &b);
    jo_quantity_u256(o, &next);
    jo_end_array(o);
    jo_key(o, "blobGasUsedRatio");
    jo_array(o);
    for (uint64_t i = 0; i < count; i++)
        if (chain_block_at(r, first + i, &b))
            put_ratio(o, b.blob_gas_used, (uint64_t)b.blobs_max * EVM_GAS_PER_BLOB);
    jo_end_array(o);
}

static void put_history(struct json_out *o, struct chain_reader *r, uint64_t first, uint64_t count,
                        json_t *percentiles) {
    struct chain_block b;
    jo_object(o);
    jo_key(o, "oldestBlock");
    jo_quantity(o, first);
    if (json_array_size(percentiles)) {
        jo_key(o, "reward");
        jo_array(o);
        for (uint64_t i = 0; i < count; i++)
            if (chain_block_at(r, first + i, &b)) put_rewards(o, r, &b, percentiles);
        jo_end_array(o);
    }
    put_base_fees(o, r, first, count);
    jo_key(o, "gasUsedRatio");
    jo_array(o);
    for (uint64_t i = 0; i < count; i++)
        if (chain_block_at(r, first + i, &b)) put_ratio(o, b.gas_used, b.gas_limit);
    jo_end_array(o);
    put_blob_fees(o, r, first, count);
    jo_end_object(o);
}

/* Ascending numbers from 0 to 100. */
static bool check_percentiles(struct rpc_call *c, json_t *list) {
    enum { PERCENTILES_MAX = 100 };
    size_t i;
    json_t *p;
    double last = 0;
    if (!eth_arg_array(c, ETH_ARG(2), list, "[]float64")) return false;
    if (json_array_size(list) > PERCENTILES_MAX)
        return rpc_fail(c, RPC_SERVER_ERROR, "invalid reward percentile: over the query limit %d",
                        PERCENTILES_MAX);
    json_array_foreach(list, i, p) {
        double v = json_number_value(p);
        if (!json_is_number(p))
            return rpc_fail(c, RPC_INVALID_PARAMS,
                            "invalid argument 2: json: cannot unmarshal a value that is no number "
                            "into Go value of type float64");
        if (v < 0 || v > 100)
            return rpc_fail(c, RPC_SERVER_ERROR, "invalid reward percentile: %f", v);
        if (i && v <= last)
            return rpc_fail(c, RPC_SERVER_ERROR, "invalid reward percentile: #%zu:%f >= #%zu:%f",
                            i - 1, last, i, v);
        last = v;
    }
    return true;
}

/* math.HexOrDecimal64: also decimal, also a number. */
static bool block_count(struct rpc_call *c, json_t *v, uint64_t *out) {
    char *end;
    if (json_is_integer(v) && json_integer_value(v) >= 0) {
        *out = (uint64_t)json_integer_value(v);
        return true;
    }
    const char *text = json_string_value(v);
    if (text && *text >= '0' && *text <= '9' && text[1] != 'x' && text[1] != 'X') {
        unsigned long long n = strtoull(text, &end, 10);
        if (!*end && strlen(text) < 20) {
            *out = n;
            return true;
        }
    }
    return eth_arg_u64(c, ETH_ARG(0), v, out);
}

static bool fee_history(struct rpc_call *c) {
    enum { BLOCKS_MAX = 1024 };
    struct chain_reader *r;
    uint64_t count, last;
    json_t *percentiles = rpc_param(c, 2);
    if (!eth_count_args(c, 2, 3) || !block_count(c, rpc_param(c, 0), &count) ||
        (percentiles && !check_percentiles(c, percentiles)) || !eth_reader(c, &r))
        return false;
    bool ok = eth_height(c, rpc_param(c, 1), chain_reader_height(r), &last);
    if (ok && last > chain_reader_height(r))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "request beyond head block: requested %llu, head %llu",
                      (unsigned long long)last, (unsigned long long)chain_reader_height(r));
    if (ok && !count) {
        jo_raw(c->out, BYTES_LIT("{\"oldestBlock\":\"0x0\",\"gasUsedRatio\":null}"));
    } else if (ok) {
        count = min_u64(min_u64(count, BLOCKS_MAX), last + 1);
        put_history(c->out, r, last + 1 - count, count, percentiles);
    }
    chain_reader_close(r);
    return ok;
}

const struct rpc_method_row eth_fee_methods[] = {
    {"eth_gasPrice", gas_price},     {"eth_maxPriorityFeePerGas", priority_fee},
    {"eth_baseFee", base_fee},       {"eth_blobBaseFee", blob_base_fee},
    {"eth_feeHistory", fee_history}, {NULL, NULL},
};
