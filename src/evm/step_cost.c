/* What go-ethereum had computed of an instruction's cost when it failed: the fixed part, and unless
 * that could not be paid or the computation itself failed, the part that depends on operands. */
#include "evm/machine.h"
#include "evm/opcodes.h"
#include "evm/steps.h"

/* Which operands, counted from the top of the stack, say how far an instruction reaches. */
struct reach {
    int8_t offset, size; /* size -1: 32 bytes, -2: one */
};

static unsigned reaches_of(uint8_t op, struct reach out[2]) {
    switch (op) {
    case OP_MLOAD:
    case OP_MSTORE: out[0] = (struct reach){0, -1}; return 1;
    case OP_MSTORE8: out[0] = (struct reach){0, -2}; return 1;
    case OP_KECCAK256:
    case OP_RETURN:
    case OP_REVERT:
    case OP_LOG0:
    case OP_LOG1:
    case OP_LOG2:
    case OP_LOG3:
    case OP_LOG4: out[0] = (struct reach){0, 1}; return 1;
    case OP_CALLDATACOPY:
    case OP_CODECOPY:
    case OP_RETURNDATACOPY: out[0] = (struct reach){0, 2}; return 1;
    case OP_EXTCODECOPY: out[0] = (struct reach){1, 3}; return 1;
    case OP_MCOPY:
        out[0] = (struct reach){0, 2};
        out[1] = (struct reach){1, 2};
        return 2;
    case OP_CREATE:
    case OP_CREATE2: out[0] = (struct reach){1, 2}; return 1;
    case OP_CALL:
    case OP_CALLCODE:
        out[0] = (struct reach){3, 4};
        out[1] = (struct reach){5, 6};
        return 2;
    case OP_DELEGATECALL:
    case OP_STATICCALL:
        out[0] = (struct reach){2, 3};
        out[1] = (struct reach){4, 5};
        return 2;
    default: return 0;
    }
}

bool evm_memory_need(const struct evm_operands *o, uint8_t op, uint64_t *need) {
    struct reach reaches[2];
    *need = 0;
    for (unsigned i = 0, n = reaches_of(op, reaches); i < n; i++) {
        const struct reach *r = &reaches[i];
        struct u256 size = r->size >= 0 ? o->top[r->size] : u256_from_u64(r->size == -1 ? 32 : 1);
        uint64_t end;
        if (u256_is_zero(&size)) continue;
        if (!u256_fits_u64(&size) || !u256_fits_u64(&o->top[r->offset]) ||
            !add_u64(o->top[r->offset].w[0], size.w[0], &end) || end > UINT64_MAX - 31)
            return false;
        *need = max_u64(*need, end);
    }
    return true;
}

static bool is_call(uint8_t op) {
    return op == OP_CALL || op == OP_CALLCODE || op == OP_DELEGATECALL || op == OP_STATICCALL;
}

/* ---- Before the instruction */

/* EIP-2200 with EIP-2929's prices. */
static uint64_t sstore_gas(const struct st_slot *s, const struct u256 *value, enum evm_fork fork) {
    const struct evm_sstore_gas *g = &evm_sstore_gas[fork];
    uint64_t cold = st_slot_is_warm(s) ? 0 : GAS_COLD_SLOAD;
    if (u256_eq(&s->current, value) || !u256_eq(&s->current, &s->original)) return cold + g->dirty;
    return cold + (u256_is_zero(&s->original) ? g->set : g->reset);
}

void evm_operands_take(struct evm_operands *o, struct evm_env *env, const struct evm_step *step) {
    struct st_journal *j = env->journal;
    o->count = (uint32_t)min_u64(step->stack_count, COUNT_OF(o->top));
    for (uint32_t i = 0; i < o->count; i++) o->top[i] = step->stack[step->stack_count - 1 - i];
    o->cold = o->fills = false;
    o->sstore_gas = 0;
    if (env->fork < EVM_BERLIN || o->count < evm_ops[step->op].in) return;
    switch (step->op) {
    case OP_SLOAD: o->cold = !st_slot_is_warm(st_slot(j, step->account, &o->top[0])); break;
    case OP_SSTORE:
        o->sstore_gas = sstore_gas(st_slot(j, step->account, &o->top[0]), &o->top[1], env->fork);
        break;
    case OP_BALANCE:
    case OP_EXTCODESIZE:
    case OP_EXTCODEHASH:
    case OP_EXTCODECOPY:
    case OP_SELFDESTRUCT:
    case OP_CALL:
    case OP_CALLCODE:
    case OP_DELEGATECALL:
    case OP_STATICCALL: {
        struct b20 address = b20_of_u256(&o->top[is_call(step->op)]);
        const struct st_account *a = st_account(j, &address);
        o->cold = !st_account_is_warm(j, a);
        o->fills = (!a->exists || st_account_is_empty(a)) && !u256_is_zero(&step->account->balance);
        break;
    }
    default: break;
    }
}

/* ---- After it has failed */

bool evm_cost_ends_early(const struct evm_operands *o, const struct evm_env *env,
                         const struct evm_step *step) {
    uint64_t fixed = evm_static_gas[evm_ops[step->op].gas_class][env->fork];
    if (env->fork < EVM_BERLIN || step->gas < fixed || o->count < evm_ops[step->op].in)
        return false;
    if (step->op == OP_SELFDESTRUCT) return o->cold && step->gas - fixed < GAS_COLD_ACCOUNT;
    if (!is_call(step->op)) return false;
    return env->fork >= EVM_PRAGUE || (o->cold && step->gas - fixed < GAS_COLD_ACCOUNT_EXTRA);
}

static uint64_t memory_gas(uint64_t bytes) {
    uint64_t words = words_of(bytes);
    return words * GAS_MEMORY_WORD + words * words / GAS_MEMORY_QUADRATIC_DIVISOR;
}

/* The part that depends on operands, given that memory has a price. */
static uint64_t dynamic_gas(const struct evm_operands *o, const struct evm_env *env,
                            const struct evm_step *s, uint64_t need) {
    uint64_t gas = need > s->memory_size ? memory_gas(need) - memory_gas(s->memory_size) : 0;
    uint64_t cold = o->cold ? GAS_COLD_ACCOUNT_EXTRA : 0;
    switch (s->op) {
    case OP_EXP: /* EIP-160 */
        return (env->fork >= EVM_EIP158 ? 50 : 10) * ((u256_bit_length(&o->top[1]) + 7) / 8);
    case OP_KECCAK256: return gas + GAS_KECCAK_WORD * words_of(o->top[1].w[0]);
    case OP_CALLDATACOPY:
    case OP_CODECOPY:
    case OP_RETURNDATACOPY:
    case OP_MCOPY: return gas + GAS_COPY_WORD * words_of(o->top[2].w[0]);
    case OP_EXTCODECOPY: return gas + cold + GAS_COPY_WORD * words_of(o->top[3].w[0]);
    case OP_LOG0:
    case OP_LOG1:
    case OP_LOG2:
    case OP_LOG3:
    case OP_LOG4: return gas + GAS_LOG_BYTE * o->top[1].w[0];
    case OP_CREATE:
    case OP_CREATE2: {
        uint64_t word = (env->fork >= EVM_SHANGHAI ? GAS_INITCODE_WORD : 0) +
                        (s->op == OP_CREATE2 ? GAS_KECCAK_WORD : 0);
        return gas + word * words_of(o->top[2].w[0]);
    }
    case OP_SLOAD: return o->cold ? GAS_COLD_SLOAD_EXTRA : 0;
    case OP_SSTORE: return o->sstore_gas;
    case OP_BALANCE:
    case OP_EXTCODESIZE:
    case OP_EXTCODEHASH: return cold;
    case OP_SELFDESTRUCT:
        return (o->cold ? GAS_COLD_ACCOUNT : 0) + (o->fills ? GAS_NEW_ACCOUNT : 0);
    default: return gas;
    }
}

/* In go-ethereum the cost of these has no fixed part. */
static bool all_dynamic(uint8_t op) {
    return (op >= OP_LOG0 && op <= OP_LOG4) || op == OP_SLOAD || op == OP_EXP;
}

uint64_t evm_failed_cost(const struct evm_operands *o, const struct evm_env *env,
                         const struct evm_step *step, enum evm_status status) {
    uint64_t need, fixed;
    if (!evm_op_defined(step->op, env->fork)) return 0;
    fixed = evm_static_gas[evm_ops[step->op].gas_class][env->fork];
    bool logs = step->op >= OP_LOG0 && step->op <= OP_LOG4;
    bool computed = status == EVM_OUT_OF_GAS || status == EVM_RETURN_DATA_BOUNDS ||
                    (status == EVM_WRITE_PROTECTION && logs);
    bool priced = o->count >= evm_ops[step->op].in && evm_memory_need(o, step->op, &need) &&
                  need <= EVM_MEMORY_PRICED_BYTES;
    bool sentry = step->op == OP_SSTORE && env->fork >= EVM_ISTANBUL && step->gas <= 2300;
    if (!computed || !priced || sentry || evm_cost_ends_early(o, env, step))
        return all_dynamic(step->op) ? 0 : fixed;
    if (step->gas < fixed && !all_dynamic(step->op)) return fixed;
    return fixed + dynamic_gas(o, env, step, need);
}

enum evm_status evm_status_told(const struct evm_operands *o, const struct evm_env *env,
                                const struct evm_step *step, enum evm_status status) {
    bool logs = step->op >= OP_LOG0 && step->op <= OP_LOG4;
    bool late = status == EVM_RETURN_DATA_BOUNDS || (status == EVM_WRITE_PROTECTION && logs);
    if (status == EVM_OUT_OF_GAS && step->stack_count < evm_ops[step->op].in)
        return EVM_STACK_UNDERFLOW;
    return late && evm_failed_cost(o, env, step, status) > step->gas ? EVM_OUT_OF_GAS : status;
}
