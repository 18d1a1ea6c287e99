/* Failures of instructions in go-ethereum's words. It checks more than stack and gas before an
 * instruction runs: what it refuses then has these longer texts. */
#include "evm/opcodes.h"
#include "rpc/trace.h"

/* Memory beyond this has no price in go-ethereum. */
#define MEMORY_MAX_BYTES 0x1fffffffe0u

enum { SSTORE_SENTRY_GAS = 2300 }; /* EIP-2200 */

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

/* How much memory the instruction would need; false if that passes 64 bits. */
static bool memory_need(const struct trace_operands *o, uint8_t op, uint64_t *need) {
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

bool trace_failed_before(const struct evm_step *step, const struct evm_step_end *end) {
    if (end->status == EVM_SUCCESS) return false;
    return !end->ran || (end->status == EVM_WRITE_PROTECTION && step->op != OP_TSTORE);
}

void trace_error_put(struct buf *out, const struct trace *t, enum evm_status status) {
    const struct evm_step *s = &t->steps.step;
    uint64_t need;
    if (status == EVM_WRITE_PROTECTION && s->op != OP_TSTORE) {
        buf_puts(out, "out of gas: write protection");
        return;
    }
    bool dynamic = status == EVM_OUT_OF_GAS && t->operands.count >= evm_ops[s->op].in;
    if (dynamic && s->op == OP_SSTORE && s->gas <= SSTORE_SENTRY_GAS) {
        buf_puts(out, "out of gas: not enough gas for reentrancy sentry");
    } else if (dynamic && !memory_need(&t->operands, s->op, &need)) {
        buf_puts(out, "gas uint64 overflow");
    } else if (dynamic && need > MEMORY_MAX_BYTES) {
        buf_puts(out, "out of gas: gas uint64 overflow");
    } else {
        evm_error_put(out, status, s->op, s->stack_count);
    }
}
