/* Failures of instructions in go-ethereum's words. It checks more than stack and gas before an
 * instruction runs: what it refuses then has these longer texts. */
#include "evm/opcodes.h"
#include "rpc/trace.h"

enum { SSTORE_SENTRY_GAS = 2300 }; /* EIP-2200 */

/* These run before they find that nothing may be written; others ask for it with their cost. */
static bool asks_late(uint8_t op) {
    return op == OP_TSTORE || (op >= OP_LOG0 && op <= OP_LOG4);
}

bool trace_failed_before(const struct evm_step *step, const struct evm_step_end *end) {
    if (end->status == EVM_SUCCESS) return false;
    return !end->ran || (end->status == EVM_WRITE_PROTECTION && !asks_late(step->op));
}

/* What lay behind "out of gas"; NULL if nothing. */
static const char *reason_of(const struct trace *t, const struct evm_env *env) {
    const struct evm_step *s = &t->steps.step;
    const struct evm_operands *o = &t->steps.operands;
    uint64_t need, fixed = evm_static_gas[evm_ops[s->op].gas_class][env->fork];
    if (o->count < evm_ops[s->op].in || s->gas < fixed) return NULL;
    if (!evm_memory_need(o, s->op, &need)) return "gas uint64 overflow";
    if (s->op == OP_SSTORE && env->fork >= EVM_ISTANBUL && s->gas <= SSTORE_SENTRY_GAS)
        return "out of gas: not enough gas for reentrancy sentry";
    if (evm_cost_ends_early(o, env, s)) return "out of gas: out of gas";
    return need > EVM_MEMORY_PRICED_BYTES ? "out of gas: gas uint64 overflow" : NULL;
}

void trace_error_put(struct buf *out, const struct trace *t, const struct evm_env *env,
                     enum evm_status status) {
    const struct evm_step *s = &t->steps.step;
    status = evm_status_told(&t->steps.operands, env, s, status);
    const char *reason = status == EVM_OUT_OF_GAS ? reason_of(t, env) : NULL;
    if (status == EVM_WRITE_PROTECTION && !asks_late(s->op))
        reason = "out of gas: write protection";
    if (reason)
        buf_puts(out, reason);
    else
        evm_error_put(out, status, s->op, s->stack_count);
}

/* go-ethereum's precompiles say what is wrong with an input of the wrong length. */
const char *trace_precompile_error(const struct b20 *address, struct bytes input) {
    switch (address->b[19]) {
    case 0x08: return input.n % 192 ? "bad elliptic curve pairing size" : NULL;
    case 0x09:
        if (input.n != 213) return "invalid input length";
        return input.p[212] > 1 ? "invalid final flag" : NULL;
    case 0x0a: return input.n != 192 ? "invalid input length" : NULL;
    case 0x0b: return input.n != 256 ? "invalid input length" : NULL;
    case 0x0c: return input.n == 0 || input.n % 160 ? "invalid input length" : NULL;
    case 0x0d: return input.n != 512 ? "invalid input length" : NULL;
    case 0x0e: return input.n == 0 || input.n % 288 ? "invalid input length" : NULL;
    case 0x0f: return input.n == 0 || input.n % 384 ? "invalid input length" : NULL;
    case 0x10: return input.n != 64 ? "invalid input length" : NULL;
    case 0x11: return input.n != 128 ? "invalid input length" : NULL;
    default: return NULL;
    }
}
