/* Tokens for tests: a balance or an allowance is set by finding the slot that it is read from. */
#include "rpc/dev.h"

static bool reads_as(struct chain_reader *r, const struct chain_evm_call *call,
                     const struct u256 *want) {
    struct chain_evm_result result;
    struct u256 got;
    if (err_is(chain_simulate_evm(r, call, &result)) || !result.ok || result.output.n < 32)
        return false;
    u256_load_be(&got, result.output.p);
    return u256_eq(&got, want);
}

/* Would the call say `want` if the slot held it? */
static bool slot_decides(struct rpc_call *c, const struct chain_evm_call *call,
                         const struct b32 *key, const struct u256 *want) {
    struct chain_slot_override slot = {.key = *key};
    struct chain_account_override account = {
        .address = call->to, .has_diff = true, .slots = &slot, .slot_count = 1};
    struct chain_overrides o = {.accounts = &account, .account_count = 1};
    struct chain_reader *r;
    u256_store_be(slot.value.b, want);
    if (err_is(chain_reader_open(c->node->chain, ST_LATEST, &r))) return false;
    bool yes = !err_is(chain_reader_override(r, &o)) && reads_as(r, call, want);
    chain_reader_close(r);
    return yes;
}

/* The slot of the token itself that decides what the call returns, out of those that it reads. */
static bool find_slot(struct rpc_call *c, const struct chain_evm_call *call,
                      const struct u256 *want, struct b32 *slot) {
    const struct evm_access *list;
    struct chain_evm_result used;
    struct chain_reader *r;
    size_t count;
    bool found = false;
    if (err_is(chain_reader_open(c->node->chain, ST_LATEST, &r))) return false;
    struct err e = chain_access_list(r, call, &list, &count, &used);
    for (size_t i = 0; !err_is(e) && !found && i < count; i++)
        for (size_t k = 0; !found && k < list[i].key_count; k++) {
            *slot = list[i].keys[k];
            found = b20_eq(&list[i].address, &call->to) && slot_decides(c, call, slot, want);
        }
    chain_reader_close(r);
    return found;
}

/* Makes the token's view function, called with the data, return `want`. */
static bool make_return(struct rpc_call *c, const struct b20 *token, struct bytes data,
                        const struct u256 *want, const char *what) {
    struct chain_evm_call call = {.has_to = true, .to = *token, .data = data};
    struct chain_amendment a = {.kind = CHAIN_AMEND_SLOT, .address = *token, .value = *want};
    struct chain_reader *r;
    struct b32 slot;
    if (!eth_reader(c, &r)) return false;
    bool already = reads_as(r, &call, want); /* then any slot would seem to decide */
    chain_reader_close(r);
    if (!already) {
        if (!find_slot(c, &call, want, &slot))
            return rpc_fail(c, RPC_INTERNAL_ERROR, "Unable to set ERC20 %s, no slot found", what);
        u256_load_be(&a.key, slot.b);
        struct err e = chain_amend(c->node->chain, &a, 1);
        if (err_is(e)) return dev_fail(c, e);
    }
    jo_null(c->out);
    return true;
}

/* Selector ‖ addresses as words. */
static struct bytes call_data(struct rpc_call *c, uint32_t selector, const struct b20 *args,
                              size_t count) {
    uint8_t *p = arena_alloc(c->arena, 4 + 32 * count, 1);
    memset(p, 0, 4 + 32 * count);
    store_be32(p, selector);
    for (size_t i = 0; i < count; i++) memcpy(p + 4 + 32 * i + 12, args[i].b, 20);
    return bytes_make(p, 4 + 32 * count);
}

/* [holder, token, amount] */
static bool deal(struct rpc_call *c) {
    enum { BALANCE_OF = 0x70a08231 };
    struct b20 holder, token;
    struct u256 amount;
    return rpc_address(c, rpc_param(c, 0), "address", &holder) &&
           rpc_address(c, rpc_param(c, 1), "token", &token) &&
           dev_number_u256(c, rpc_param(c, 2), "balance", &amount) &&
           make_return(c, &token, call_data(c, BALANCE_OF, &holder, 1), &amount, "balance");
}

/* [owner, spender, token, amount] */
static bool set_allowance(struct rpc_call *c) {
    const uint32_t ALLOWANCE = 0xdd62ed3e;
    struct b20 who[2], token;
    struct u256 amount;
    return rpc_address(c, rpc_param(c, 0), "owner", &who[0]) &&
           rpc_address(c, rpc_param(c, 1), "spender", &who[1]) &&
           rpc_address(c, rpc_param(c, 2), "token", &token) &&
           dev_number_u256(c, rpc_param(c, 3), "amount", &amount) &&
           make_return(c, &token, call_data(c, ALLOWANCE, who, 2), &amount, "allowance");
}

const struct rpc_method_row dev_erc20_methods[] = {
    {"anvil_dealERC20", deal},
    {"hardhat_dealERC20", deal},
    {"anvil_setERC20Balance", deal},
    {"anvil_setERC20Allowance", set_allowance},
    {NULL, NULL},
};
