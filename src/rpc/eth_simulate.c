/* eth_simulateV1. */
#include "chain/simulation.h"
#include "rpc/eth.h"

/* Error codes of execution-apis' eth_simulateV1. */
enum {
    SIM_NONCE_TOO_LOW = -38010,
    SIM_NONCE_TOO_HIGH = -38011,
    SIM_BASE_FEE_TOO_LOW = -38012,
    SIM_INTRINSIC_GAS = -38013,
    SIM_INSUFFICIENT_FUNDS = -38014,
    SIM_BLOCK_GAS_LIMIT = -38015,
    SIM_BLOCK_NUMBER = -38020,
    SIM_BLOCK_TIMESTAMP = -38021,
    SIM_SENDER_NOT_EOA = -38024,
    SIM_INITCODE_SIZE = -38025,
    SIM_VM_ERROR = -32015,
    SIM_REVERTED = 3,
};

/* ---- Reading */

struct simulation {
    struct chain_sim_options options;
    struct chain_sim_request *requests;
    size_t count;
    bool full;
};

static bool parse_calls(struct rpc_call *c, json_t *list, struct chain_sim_request *q,
                        size_t *total) {
    size_t i;
    json_t *one;
    struct eth_at at = {0, "simBlock.Calls"};
    if (!eth_given(list)) return true;
    if (!eth_arg_array(c, at, list, "[]ethapi.TransactionArgs")) return false;
    size_t n = json_array_size(list);
    if (n > CHAIN_SIM_BLOCK_CALLS_MAX)
        return rpc_fail(c, RPC_CLIENT_LIMIT_EXCEEDED, "too many calls in block: %zu > %d", n,
                        CHAIN_SIM_BLOCK_CALLS_MAX);
    *total += n;
    if (*total > CHAIN_SIM_CALLS_MAX)
        return rpc_fail(c, RPC_CLIENT_LIMIT_EXCEEDED, "too many calls: %zu > %d", *total,
                        CHAIN_SIM_CALLS_MAX);
    struct chain_evm_call *calls = ARENA_ARRAY(c->arena, struct chain_evm_call, n);
    json_array_foreach(list, i, one) {
        struct eth_call_args args;
        if (!eth_parse_call(c, at, one, &args) || !eth_check_call(c, &args)) return false;
        if (args.has_authorizations && !args.call.has_to)
            return rpc_fail(c, RPC_SERVER_ERROR,
                            "authorizationList provided for contract creation, but \"to\" field is "
                            "missing");
        calls[i] = args.call;
    }
    q->calls = calls;
    q->call_count = n;
    return true;
}

static bool parse_block(struct rpc_call *c, json_t *o, struct chain_sim_request *q, size_t *total) {
    if (!eth_arg_object(c, (struct eth_at){0, "simOpts.BlockStateCalls"}, o, "ethapi.simBlock"))
        return false;
    return eth_parse_block_overrides(c, (struct eth_at){0, "simBlock.BlockOverrides"},
                                     json_object_get(o, "blockOverrides"), &q->overrides.block) &&
           eth_parse_state_overrides(c, (struct eth_at){0, "simBlock.StateOverrides"},
                                     json_object_get(o, "stateOverrides"), &q->overrides) &&
           parse_calls(c, json_object_get(o, "calls"), q, total);
}

static bool parse_flag(struct rpc_call *c, json_t *o, const char *name, bool *out) {
    json_t *v = json_object_get(o, name);
    *out = false;
    return !eth_given(v) || eth_arg_bool(c, (struct eth_at){0, "simOpts"}, v, out);
}

static bool parse(struct rpc_call *c, struct simulation *s) {
    json_t *o = json_array_get(c->params, 0), *list, *one;
    size_t i, total = 0;
    *s = (struct simulation){0};
    if (!eth_count_args(c, 1, 2) || !eth_arg_object(c, ETH_ARG(0), o, "ethapi.simOpts") ||
        !parse_flag(c, o, "validation", &s->options.validate) ||
        !parse_flag(c, o, "traceTransfers", &s->options.trace_transfers) ||
        !parse_flag(c, o, "returnFullTransactions", &s->full))
        return false;
    list = json_object_get(o, "blockStateCalls");
    if (!eth_given(list) || (json_is_array(list) && !json_array_size(list)))
        return rpc_fail(c, RPC_INVALID_PARAMS, "empty input");
    if (!eth_arg_array(c, (struct eth_at){0, "simOpts.BlockStateCalls"}, list, "[]ethapi.simBlock"))
        return false;
    s->count = json_array_size(list);
    if (s->count > CHAIN_SIM_BLOCKS_MAX)
        return rpc_fail(c, RPC_CLIENT_LIMIT_EXCEEDED, "too many blocks");
    s->requests = ARENA_ARRAY(c->arena, struct chain_sim_request, s->count);
    json_array_foreach(list, i,
                       one) if (!parse_block(c, one, &s->requests[i], &total)) return false;
    return true;
}

/* ---- Writing */

static int code_of_tx(enum evm_tx_err e) {
    switch (e) {
    case EVM_TX_NONCE_TOO_LOW: return SIM_NONCE_TOO_LOW;
    case EVM_TX_NONCE_TOO_HIGH: return SIM_NONCE_TOO_HIGH;
    case EVM_TX_FEE_CAP_TOO_LOW: return SIM_BASE_FEE_TOO_LOW;
    case EVM_TX_INTRINSIC_GAS: return SIM_INTRINSIC_GAS;
    case EVM_TX_INSUFFICIENT_FUNDS: return SIM_INSUFFICIENT_FUNDS;
    case EVM_TX_TIP_ABOVE_FEE_CAP: return RPC_INVALID_PARAMS;
    case EVM_TX_SENDER_NOT_EOA: return SIM_SENDER_NOT_EOA;
    case EVM_TX_INITCODE_SIZE: return SIM_INITCODE_SIZE;
    default: return RPC_INTERNAL_ERROR;
    }
}

static bool fail(struct rpc_call *c, const struct chain_sim_refusal *why) {
    int code = RPC_SERVER_ERROR;
    switch (why->code) {
    case CHAIN_SIM_BLOCK_NUMBER: code = SIM_BLOCK_NUMBER; break;
    case CHAIN_SIM_BLOCK_TIMESTAMP: code = SIM_BLOCK_TIMESTAMP; break;
    case CHAIN_SIM_TOO_MANY_BLOCKS: code = RPC_CLIENT_LIMIT_EXCEEDED; break;
    case CHAIN_SIM_GAS_LIMIT: code = SIM_BLOCK_GAS_LIMIT; break;
    case CHAIN_SIM_TX: code = code_of_tx(why->tx); break;
    default: break;
    }
    return rpc_fail(c, code, "%s", why->text);
}

static void put_error(struct json_out *o, struct arena *arena, const struct chain_sim_call *call) {
    const struct chain_evm_result *r = &call->result;
    jo_key(o, "error");
    jo_object(o);
    jo_key(o, "code");
    jo_raw(o, bytes_cstr(arena_printf(arena, "%d", r->reverted ? SIM_REVERTED : SIM_VM_ERROR)));
    jo_key(o, "message");
    if (r->reverted) {
        jo_cstring(o, eth_revert_message(arena, r->output));
        jo_key(o, "data");
        jo_hex(o, r->output);
    } else {
        jo_cstring(o,
                   arena_printf(arena, "%s%s", r->error,
                                call->gas_was_capped
                                    ? " (gas limit was capped by the RPC server's global gas cap)"
                                    : ""));
    }
    jo_end_object(o);
}

static void put_call(struct json_out *o, struct arena *arena, const struct chain_sim_block *b,
                     uint32_t index) {
    const struct chain_sim_call *call = &b->calls[index];
    const struct chain_tx place = {.evm_hash = call->tx.hash, .evm_index = index};
    jo_object(o);
    jo_key(o, "returnData");
    jo_hex(o, call->result.ok ? call->result.output : (struct bytes){NULL, 0});
    jo_key(o, "logs");
    jo_array(o);
    for (size_t i = 0; call->result.ok && i < call->log_count; i++)
        eth_put_log(o, &call->logs[i].log, &place, &b->block, call->logs[i].index);
    jo_end_array(o);
    jo_key(o, "gasUsed");
    jo_quantity(o, call->result.gas_used);
    jo_key(o, "maxUsedGas");
    jo_quantity(o, call->result.gas_peak);
    jo_key(o, "status");
    jo_quantity(o, call->result.ok);
    if (!call->result.ok) put_error(o, arena, call);
    jo_end_object(o);
}

static void put_transactions(struct json_out *o, const struct chain_sim_block *b, bool full) {
    jo_key(o, "transactions");
    jo_array(o);
    for (uint32_t i = 0; i < b->call_count; i++)
        if (full)
            eth_put_unsigned(o, &b->calls[i].tx, i, &b->block);
        else
            jo_hex(o, BYTES_OF(b->calls[i].tx.hash));
    jo_end_array(o);
}

static void put_block(struct json_out *o, struct arena *arena, const struct chain_sim_block *b,
                      bool full) {
    jo_object(o);
    eth_put_header(o, &b->block);
    jo_key(o, "size");
    jo_quantity(o, b->block.encoded_bytes);
    put_transactions(o, b, full);
    jo_key(o, "uncles");
    jo_array(o);
    jo_end_array(o);
    if (b->block.header_fields >= ETH_FIELDS_SHANGHAI)
        eth_put_withdrawals(o, b->withdrawals, b->withdrawal_count);
    jo_key(o, "calls");
    jo_array(o);
    for (uint32_t i = 0; i < b->call_count; i++) put_call(o, arena, b, i);
    jo_end_array(o);
    jo_end_object(o);
}

static bool simulate(struct rpc_call *c) {
    struct simulation s;
    struct chain_reader *r;
    struct chain_sim_refusal why = {0};
    struct chain_sim_block *blocks;
    size_t count;
    if (!parse(c, &s) || !eth_reader_at(c, rpc_param(c, 1), &r)) return false;
    bool ok = chain_simulate_blocks(r, &s.options, s.requests, s.count, &blocks, &count, &why);
    if (ok) {
        jo_array(c->out);
        for (size_t i = 0; i < count; i++)
            put_block(c->out, chain_reader_arena(r), &blocks[i], s.full);
        jo_end_array(c->out);
    } else {
        fail(c, &why);
    }
    chain_reader_close(r);
    return ok;
}

const struct rpc_method_row eth_simulate_methods[] = {
    {"eth_simulateV1", simulate},
    {"testing_buildBlockV1", eth_build_block},
    {"eth_config", eth_config},
    {"eth_capabilities", eth_capabilities},
    {NULL, NULL},
};
