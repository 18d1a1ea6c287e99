/* The interpreter loop: one place for every instruction, each ending with a jump to the next one's
 * (computed goto). See code.h for the cells that `ip` walks over. */
#include "evm/arith.h"
#include "evm/machine.h"
#include "evm/opcodes.h"

/* A stack item that was written as four words must not be read as two vectors soon after: the
 * processor cannot forward such a store and waits for it. */
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC optimize("no-tree-vectorize", "no-tree-slp-vectorize")
#endif

/* The macros of the loop. Registers: ip, sp (the top item), gas, f (the running frame).
 *   NEXT            goes on with the instruction in the next cell
 *   ENTER_BLOCK     pays for the block whose info is in the next cell and checks its stack
 *   CALL_OP         runs an instruction that lives outside the loop; `pops` items less afterwards
 *   LOAD, STORE     move the registers from and to the frame */
#define NEXT goto *(const void *)(uintptr_t)*ip++
#define ENTER_BLOCK                                                                                \
    do {                                                                                           \
        evm_cell info = *ip++;                                                                     \
        gas -= (uint32_t)info;                                                                     \
        uint64_t above = (uint64_t)((char *)sp - (char *)f->bottom) - (uint16_t)(info >> 32);      \
        if (__builtin_expect(gas < 0, 0)) goto out_of_gas;                                         \
        if (__builtin_expect(above > info >> 48, 0)) goto stack_fault;                             \
    } while (0)
#define CALL_OP(function, pops)                                                                    \
    do {                                                                                           \
        f->gas = gas;                                                                              \
        status = function(env, f, sp);                                                             \
        gas = f->gas;                                                                              \
        if (__builtin_expect(status != EVM_SUCCESS, 0)) goto fail;                                 \
        sp -= (pops);                                                                              \
    } while (0)
#define LOAD  (ip = f->ip, sp = f->sp, gas = f->gas)
#define STORE (f->ip = ip, f->sp = sp, f->gas = gas)
#define REACH(offset, size)                                                                        \
    do {                                                                                           \
        f->gas = gas;                                                                              \
        if (__builtin_expect(!evm_memory_grow(m, f, offset, size), 0)) goto out_of_gas;            \
        gas = f->gas;                                                                              \
    } while (0)
/* Makes 1 or 32 bytes at `*offset` part of memory, and `at` that place. */
#define REACH_FIXED(at, offset, n)                                                                 \
    uint64_t at = (offset)->w[0];                                                                  \
    do {                                                                                           \
        uint64_t high = (offset)->w[1] | (offset)->w[2] | (offset)->w[3] | at >> 32;               \
        if (__builtin_expect(high != 0 || at + (n) > f->memory_size, 0))                           \
            REACH(high ? UINT64_MAX : at, n);                                                      \
    } while (0)
/* The same for a constant of up to 32 bits. */
#define REACH_CONSTANT(at, n)                                                                      \
    do {                                                                                           \
        if (__builtin_expect((at) + (n) > f->memory_size, 0)) REACH(at, n);                        \
    } while (0)

static void trace_step(struct evm_env *env, struct evm_frame *f, uint32_t pc) {
    const struct evm_machine *m = env->machine;
    struct evm_step step = {
        .pc = pc,
        .op = pc < f->code->size ? f->code->bytes[pc] : OP_STOP,
        .depth = f->call.depth + 1,
        .gas = (uint64_t)f->gas,
        .refund = (uint64_t)st_refund(env->journal),
        .stack = f->bottom + 1,
        .stack_count = (uint32_t)(f->sp - f->bottom),
        .memory = f->memory,
        .memory_size = f->memory_size,
        .return_data = buf_bytes(&m->return_data),
        .address = &f->call.to,
        .account = f->self,
    };
    const struct evm_tracer *t = tracer_of(env);
    if (t && t->step) t->step(t->ctx, env, &step);
}

/* CALLDATALOAD: bytes beyond the end are zero. */
static void load_input(struct u256 *out, const struct u256 *offset, struct bytes input) {
    uint64_t at = u256_sat_u64(offset);
    if (at <= input.n && input.n - at >= 32) {
        u256_load_be(out, input.p + at);
        return;
    }
    uint8_t word[32] = {0};
    if (at < input.n) memcpy(word, input.p + at, input.n - at);
    u256_load_be(out, word);
}

/* EIP-4399 */
static void block_difficulty(struct u256 *out, const struct evm_env *env) {
    if (env->fork >= EVM_PARIS)
        u256_load_be(out, env->block.prev_randao.b);
    else
        *out = env->block.difficulty;
}

static uint64_t leading_zeros(const struct u256 *a) {
    return 256 - u256_bit_length(a);
}

/* With env NULL, returns the addresses of the labels. */
static const void *const *loop(struct evm_env *env) {
    static const void *const labels[LABEL_COUNT] = {
#define STACK(name)   [LABEL_STACK + OP_##name] = &&op_##name,
#define PLACES(name)  [LABEL_PLACES + OP_##name] = &&places_##name,
#define CONST_A(name) [LABEL_CONST_A + OP_##name] = &&const_a_##name,
#define CONST_B(name) [LABEL_CONST_B + OP_##name] = &&const_b_##name,
#define JUMPI(name)                                                                                \
    [LABEL_JUMPI_IF + OP_##name] = &&jumpi_if_##name,                                              \
                      [LABEL_JUMPI_NOT + OP_##name] = &&jumpi_not_##name,
#define JUMPI_CONST(name)                                                                          \
    [LABEL_JUMPI_IF_CONST + OP_##name] = &&jumpi_if_const_##name,                                  \
                            [LABEL_JUMPI_NOT_CONST + OP_##name] = &&jumpi_not_const_##name,
#define IMM(name) [LABEL_IMM + OP_##name] = &&imm_##name,
#define JUMPI_IMM(name)                                                                            \
    [LABEL_JUMPI_IF_IMM + OP_##name] = &&jumpi_if_imm_##name,                                      \
                          [LABEL_JUMPI_NOT_IMM + OP_##name] = &&jumpi_not_imm_##name,
#include "evm/labels.def"
#define LIMBS(LABEL, label)                                                                        \
    [LABEL + 0] = &&label##_0, [LABEL + 1] = &&label##_1, [LABEL + 2] = &&label##_2,               \
             [LABEL + 3] = &&label##_3
        LIMBS(LABEL_SHL, shl),         LIMBS(LABEL_SHR, shr),       LIMBS(LABEL_SAR, sar),
        [LABEL_BLOCK] = &&block,       [LABEL_INVALID] = &&invalid, [LABEL_BAD_JUMP] = &&bad_jump,
        [LABEL_TRACE] = &&trace,       [LABEL_PUSH64] = &&push64,   [LABEL_PUSH256] = &&push256,
        [LABEL_SET64] = &&set64,       [LABEL_SET256] = &&set256,   [LABEL_MOVE] = &&move,
        [LABEL_MOVE2] = &&move2,       [LABEL_ADJUST] = &&adjust,   [LABEL_JUMP_TO] = &&jump_to,
        [LABEL_GOTO] = &&go_to,        [LABEL_SET2] = &&set2,       [LABEL_STORE] = &&store,
        [LABEL_STORE_AT] = &&store_at,
    };
    if (!env) return labels;

    struct evm_machine *m = env->machine;
    struct evm_frame *f = &m->frames[m->frame_count - 1];
    const evm_cell *ip;
    struct u256 *sp;
    int64_t gas;
    enum evm_status status;
    struct bytes output;
    struct u256 pair[2];
    LOAD;
    ENTER_BLOCK;
    NEXT;

block:
    ENTER_BLOCK;
    NEXT;
trace:
    STORE;
    trace_step(env, f, (uint32_t)*ip++);
    NEXT;
go_to:
    ip = (const evm_cell *)(uintptr_t)*ip;
    NEXT;

    /* Arithmetic */
op_ADD:
    add_to(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_MUL:
    u256_mul(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_SUB:
    sub_to(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_DIV:
    divide(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_SDIV:
    divide_signed(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_MOD:
    modulo(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_SMOD:
    modulo_signed(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_ADDMOD:
    u256_addmod(sp - 2, sp, sp - 1, sp - 2);
    sp -= 2;
    NEXT;
op_MULMOD:
    u256_mulmod_by(&m->modulus, sp - 2, sp, sp - 1, sp - 2);
    sp -= 2;
    NEXT;
op_EXP:
    CALL_OP(evm_op_exp, 1);
    NEXT;
op_SIGNEXTEND:
    op_signextend(sp - 1, sp, sp - 1);
    sp--;
    NEXT;

    /* Comparison and bits */
op_LT:
    set_u64(sp - 1, less(sp, sp - 1));
    sp--;
    NEXT;
op_GT:
    set_u64(sp - 1, less(sp - 1, sp));
    sp--;
    NEXT;
op_SLT:
    set_u64(sp - 1, less_signed(sp, sp - 1));
    sp--;
    NEXT;
op_SGT:
    set_u64(sp - 1, less_signed(sp - 1, sp));
    sp--;
    NEXT;
op_EQ:
    set_u64(sp - 1, u256_eq(sp, sp - 1));
    sp--;
    NEXT;
op_ISZERO:
    set_u64(sp, u256_is_zero(sp));
    NEXT;
op_AND:
    for (int i = 0; i < 4; i++) sp[-1].w[i] &= sp->w[i];
    sp--;
    NEXT;
op_OR:
    for (int i = 0; i < 4; i++) sp[-1].w[i] |= sp->w[i];
    sp--;
    NEXT;
op_XOR:
    for (int i = 0; i < 4; i++) sp[-1].w[i] ^= sp->w[i];
    sp--;
    NEXT;
op_NOT:
    for (int i = 0; i < 4; i++) sp->w[i] = ~sp->w[i];
    NEXT;
op_BYTE:
    op_byte(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_SHL:
    op_shl(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_SHR:
    op_shr(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_SAR:
    op_sar(sp - 1, sp, sp - 1);
    sp--;
    NEXT;
op_CLZ:
    set_u64(sp, leading_zeros(sp));
    NEXT;
op_KECCAK256:
    CALL_OP(evm_op_keccak256, 1);
    NEXT;

    /* Surroundings */
op_ADDRESS:
    u256_of_b20(++sp, &f->call.to);
    NEXT;
op_BALANCE:
    CALL_OP(evm_op_balance, 0);
    NEXT;
op_ORIGIN:
    u256_of_b20(++sp, &env->origin);
    NEXT;
op_CALLER:
    u256_of_b20(++sp, &f->call.sender);
    NEXT;
op_CALLVALUE:
    copy_item(++sp, &f->call.value);
    NEXT;
op_CALLDATALOAD:
    load_input(sp, sp, f->call.input);
    NEXT;
op_CALLDATASIZE:
    set_u64(++sp, f->call.input.n);
    NEXT;
op_CALLDATACOPY:
    CALL_OP(evm_op_calldatacopy, 3);
    NEXT;
op_CODESIZE:
    set_u64(++sp, f->code->size);
    NEXT;
op_CODECOPY:
    CALL_OP(evm_op_codecopy, 3);
    NEXT;
op_GASPRICE:
    copy_item(++sp, &env->gas_price);
    NEXT;
op_EXTCODESIZE:
    CALL_OP(evm_op_extcodesize, 0);
    NEXT;
op_EXTCODECOPY:
    CALL_OP(evm_op_extcodecopy, 4);
    NEXT;
op_RETURNDATASIZE:
    set_u64(++sp, m->return_data.n);
    NEXT;
op_RETURNDATACOPY:
    CALL_OP(evm_op_returndatacopy, 3);
    NEXT;
op_EXTCODEHASH:
    CALL_OP(evm_op_extcodehash, 0);
    NEXT;
op_BLOCKHASH:
    CALL_OP(evm_op_blockhash, 0);
    NEXT;
op_COINBASE:
    u256_of_b20(++sp, &env->block.coinbase);
    NEXT;
op_TIMESTAMP:
    set_u64(++sp, env->block.timestamp);
    NEXT;
op_NUMBER:
    set_u64(++sp, env->block.number);
    NEXT;
op_DIFFICULTY:
    block_difficulty(++sp, env);
    NEXT;
op_GASLIMIT:
    set_u64(++sp, env->block.gas_limit);
    NEXT;
op_CHAINID:
    set_u64(++sp, env->chain_id);
    NEXT;
op_SELFBALANCE:
    copy_item(++sp, &f->self->balance);
    NEXT;
op_BASEFEE:
    copy_item(++sp, &env->block.base_fee);
    NEXT;
op_BLOBHASH:
    CALL_OP(evm_op_blobhash, 0);
    NEXT;
op_BLOBBASEFEE:
    copy_item(++sp, &env->block.blob_base_fee);
    NEXT;

    /* Stack, memory, storage */
op_POP:
    sp--;
    NEXT;
op_MLOAD : {
    REACH_FIXED(at, sp, 32);
    u256_load_be(sp, f->memory + at);
    NEXT;
}
op_MSTORE : {
    REACH_FIXED(at, sp, 32);
    u256_store_be(f->memory + at, sp - 1);
    sp -= 2;
    NEXT;
}
op_MSTORE8 : {
    REACH_FIXED(at, sp, 1);
    f->memory[at] = (uint8_t)sp[-1].w[0];
    sp -= 2;
    NEXT;
}
op_SLOAD:
    CALL_OP(evm_op_sload, 0);
    NEXT;
op_SSTORE:
    CALL_OP(evm_op_sstore, 2);
    ENTER_BLOCK;
    NEXT;
op_MSIZE:
    set_u64(++sp, f->memory_size);
    NEXT;
op_GAS:
    set_u64(++sp, (uint64_t)gas);
    ENTER_BLOCK;
    NEXT;
op_TLOAD:
    CALL_OP(evm_op_tload, 0);
    NEXT;
op_TSTORE:
    CALL_OP(evm_op_tstore, 2);
    NEXT;
op_MCOPY:
    CALL_OP(evm_op_mcopy, 3);
    NEXT;
push64:
    set_u64(++sp, *ip++);
    NEXT;
push256:
    copy_item(++sp, (const struct u256 *)ip);
    ip += 4;
    NEXT;

    /* Jumps */
op_JUMP : {
    uint64_t to = u256_sat_u64(sp--);
    uint32_t cell = to < f->code->size ? f->code->jump[to] : 0;
    if (__builtin_expect(!cell, 0)) goto bad_jump;
    ip = f->code->cells + cell;
    ENTER_BLOCK;
    NEXT;
}
op_JUMPI : {
    sp -= 2;
    if (!u256_is_zero(sp + 1)) {
        uint64_t to = u256_sat_u64(sp + 2);
        uint32_t cell = to < f->code->size ? f->code->jump[to] : 0;
        if (__builtin_expect(!cell, 0)) goto bad_jump;
        ip = f->code->cells + cell;
    }
    ENTER_BLOCK;
    NEXT;
}

#define DUP_OP(n)                                                                                  \
    op_DUP##n : copy_item(sp + 1, sp + 1 - n);                                                     \
    sp++;                                                                                          \
    NEXT;
    DUP_OP(1)
    DUP_OP(2)
    DUP_OP(3)
    DUP_OP(4)
    DUP_OP(5)
    DUP_OP(6)
    DUP_OP(7)
    DUP_OP(8)
    DUP_OP(9)
    DUP_OP(10)
    DUP_OP(11)
    DUP_OP(12)
    DUP_OP(13)
    DUP_OP(14)
    DUP_OP(15)
    DUP_OP(16)
#define SWAP_OP(n)                                                                                 \
    op_SWAP##n : swap_items(sp, sp - n);                                                           \
    NEXT;
    SWAP_OP(1)
    SWAP_OP(2)
    SWAP_OP(3)
    SWAP_OP(4)
    SWAP_OP(5)
    SWAP_OP(6)
    SWAP_OP(7)
    SWAP_OP(8)
    SWAP_OP(9)
    SWAP_OP(10)
    SWAP_OP(11)
    SWAP_OP(12)
    SWAP_OP(13)
    SWAP_OP(14)
    SWAP_OP(15)
    SWAP_OP(16)
#define LOG_OP(n)                                                                                  \
    op_LOG##n : f->gas = gas;                                                                      \
    status = evm_op_log(env, f, sp, n);                                                            \
    gas = f->gas;                                                                                  \
    if (status != EVM_SUCCESS) goto fail;                                                          \
    sp -= n + 2;                                                                                   \
    NEXT;
    LOG_OP(0)
    LOG_OP(1)
    LOG_OP(2)
    LOG_OP(3)
    LOG_OP(4)

    /* Calls and creations: whether a frame began or not, the newest frame goes on. */
#define CALL_FAMILY(name, function)                                                                \
    op_##name : STORE;                                                                             \
    status = function(env, f, sp, EVM_##name);                                                     \
    goto after_call;
    CALL_FAMILY(CALL, evm_op_call)
    CALL_FAMILY(CALLCODE, evm_op_call)
    CALL_FAMILY(DELEGATECALL, evm_op_call)
    CALL_FAMILY(STATICCALL, evm_op_call)
    CALL_FAMILY(CREATE, evm_op_create)
    CALL_FAMILY(CREATE2, evm_op_create)
after_call:
    if (status != EVM_SUCCESS) goto fail;
    f = &m->frames[m->frame_count - 1];
    LOAD;
    ENTER_BLOCK;
    NEXT;

    /* Ends */
op_RETURN:
    status = EVM_SUCCESS;
    goto end_with_output;
op_REVERT:
    status = EVM_REVERT;
end_with_output:
    f->gas = gas;
    if (!memory_reach_u256(m, f, sp, sp - 1)) goto out_of_gas;
    gas = f->gas;
    output = bytes_make(f->memory + (sp[-1].w[0] ? sp->w[0] : 0), sp[-1].w[0]);
    goto end;
op_SELFDESTRUCT:
    CALL_OP(evm_op_selfdestruct, 1);
op_STOP:
    output = (struct bytes){NULL, 0};
    status = EVM_SUCCESS;
    goto end;
stack_fault:
    status = (uint64_t)((char *)sp - (char *)f->bottom) + 1 < (uint16_t)(ip[-1] >> 32)
                 ? EVM_STACK_UNDERFLOW
                 : EVM_STACK_OVERFLOW;
    goto fail;
out_of_gas:
    status = EVM_OUT_OF_GAS;
    goto fail;
bad_jump:
    status = EVM_INVALID_JUMP;
    goto fail;
invalid:
    status = EVM_INVALID_OPCODE;
fail:
    output = (struct bytes){NULL, 0};
    gas = 0;
end:
    STORE;
    f = evm_frame_end(env, status, output);
    if (!f) return NULL;
    LOAD;
    ENTER_BLOCK;
    NEXT;

#include "evm/interpret_operands.inc"
}

void evm_interpret(struct evm_env *env) {
    loop(env);
}

const void *const *evm_labels(void) {
    return loop(NULL);
}
