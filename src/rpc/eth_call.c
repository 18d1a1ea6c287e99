/* Methods that execute without keeping anything: eth_call, eth_estimateGas, eth_createAccessList.
 */
#include "chain/dev.h"
#include "rpc/eth.h"

const char *eth_revert_message(struct arena *arena, struct bytes output) {
    bool solidity = output.n >= 4 && output.p[0] == 0x08 && output.p[1] == 0xc3;
    struct bytes text = xvm_revert_text(arena, output);
    if (!solidity || !text.n) return "execution reverted";
    return arena_printf(arena, "execution reverted: %.*s", (int)min_u64(text.n, 400),
                        (const char *)text.p);
}

bool eth_fail_execution(struct rpc_call *c, const struct chain_evm_result *result) {
    if (!result->reverted) return rpc_fail(c, RPC_SERVER_ERROR, "%s", result->error);
    c->error_data = arena_copy(c->arena, result->output);
    if (!c->error_data.p) c->error_data.p = (const uint8_t *)"";
    return rpc_fail(c, RPC_EXECUTION_REVERTED, "%s", eth_revert_message(c->arena, result->output));
}

/* What these methods have in common: the call, the block, the overrides. */
struct request {
    struct eth_call_args args;
    struct chain_overrides overrides;
    struct chain_reader *reader;
};

/* Is it the next block's state that is asked for? */
static bool is_ahead(json_t *block, bool by_default) {
    const char *tag = json_string_value(block);
    return tag ? !strcmp(tag, "pending") : !block && by_default;
}

/* Runs the call in the next block: its number, and its second, which is later than the newest
 * block's: a contract may do more once time has passed, and an estimate must include that. */
static void look_ahead(struct rpc_call *c, struct chain_reader *r,
                       struct chain_block_overrides *o) {
    struct chain_block newest;
    if (!chain_block_at(r, chain_reader_height(r), &newest)) return;
    if (!o->has_number) o->number = newest.height + 1;
    if (!o->has_time)
        o->time = max_u64(chain_next_timestamp(c->node->chain), newest.timestamp_us / 1000000 + 1);
    o->has_number = o->has_time = true;
}

/* `ahead`: without a block named, the next one is meant. */
static bool open_request(struct rpc_call *c, struct request *q, size_t most_args, bool ahead) {
    json_t *params = c->params;
    *q = (struct request){0};
    if (!eth_count_args(c, 1, most_args) ||
        !eth_parse_call(c, ETH_ARG(0), json_array_get(params, 0), &q->args) ||
        !eth_parse_state_overrides(c, ETH_ARG(2), json_array_get(params, 2), &q->overrides) ||
        !eth_parse_block_overrides(c, ETH_ARG(3), json_array_get(params, 3), &q->overrides.block) ||
        !eth_reader_at(c, rpc_param(c, 1), &q->reader))
        return false;
    if (is_ahead(rpc_param(c, 1), ahead)) look_ahead(c, q->reader, &q->overrides.block);
    struct err e = chain_reader_override(q->reader, &q->overrides);
    bool ok = err_is(e) ? rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text) : eth_check_call(c, &q->args);
    if (!ok) chain_reader_close(q->reader);
    return ok;
}

static bool eth_call(struct rpc_call *c) {
    struct request q;
    struct chain_evm_result result;
    if (!open_request(c, &q, 4, false)) return false;
    struct err e = chain_simulate_evm(q.reader, &q.args.call, &result);
    bool ok = true;
    if (err_is(e))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
    else if (!result.ok)
        ok = eth_fail_execution(c, &result);
    else
        jo_hex(c->out, result.output);
    chain_reader_close(q.reader);
    return ok;
}

static bool estimate_gas(struct rpc_call *c) {
    struct request q;
    struct chain_evm_result result;
    uint64_t gas;
    if (!open_request(c, &q, 4, true)) return false;
    struct err e = chain_estimate_evm(q.reader, &q.args.call, &gas, &result);
    bool ok = true;
    if (err_is(e))
        ok = rpc_fail(c, RPC_SERVER_ERROR, "%s", e.text);
    else if (!result.ok && result.out_of_gas)
        ok = rpc_fail(c, RPC_SERVER_ERROR, "gas required exceeds allowance (%llu)",
                      (unsigned long long)gas);
    else if (!result.ok)
        ok = eth_fail_execution(c, &result);
    else
        jo_quantity(c->out, gas);
    chain_reader_close(q.reader);
    return ok;
}

static bool create_access_list(struct rpc_call *c) {
    struct request q;
    struct chain_evm_result used;
    const struct evm_access *list;
    size_t count;
    if (!open_request(c, &q, 3, true)) return false;
    struct err e = chain_access_list(q.reader, &q.args.call, &list, &count, &used);
    if (!err_is(e)) {
        jo_object(c->out);
        eth_put_access_list(c->out, list, count);
        jo_key(c->out, "gasUsed");
        jo_quantity(c->out, used.gas_used);
        if (!used.ok) {
            jo_key(c->out, "error");
            jo_cstring(c->out, used.error);
        }
        jo_end_object(c->out);
    }
    bool ok =
        !err_is(e) || rpc_fail(c, RPC_SERVER_ERROR, "failed to apply transaction: err: %s", e.text);
    chain_reader_close(q.reader);
    return ok;
}

const struct rpc_method_row eth_call_methods[] = {
    {"eth_call", eth_call},
    {"eth_estimateGas", estimate_gas},
    {"eth_createAccessList", create_access_list},
    {NULL, NULL},
};
