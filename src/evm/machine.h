/* Private to evm/: frames, the machine that holds them, and the steps between frames. */
#ifndef TERN_EVM_MACHINE_H
#define TERN_EVM_MACHINE_H

#include "evm/code.h"
#include "evm/gas.h"

/* One call or creation in progress. The registers of the interpreter loop (ip, sp, gas) are kept
 * here while another frame runs. */
struct evm_frame {
    const evm_cell *ip;
    struct u256 *sp; /* the top item; `bottom` when the stack is empty */
    int64_t gas;
    struct u256 *bottom; /* one below the first item */
    uint8_t *memory;
    uint64_t memory_size; /* bytes in use, a multiple of 32 */
    const struct evm_code *code;
    struct st_account *self;
    struct evm_call_params call;
    st_mark mark;
    uint64_t return_offset, return_size; /* where the caller wants the output in its memory */
    struct arena_mark arena_mark;
    struct evm_result *result; /* the outermost frame of a leg: where its result goes; else NULL */
    struct b20 created;
};

/* Hashes of what contracts hash again and again: 32 bytes (where an array lies) and 64 (a key of a
 * mapping). An entry is picked by a keyed hash of the bytes and overwritten freely. */
struct hash_memo {
    uint64_t in[8]; /* the upper half is zero for 32 bytes */
    uint64_t size;  /* 32 or 64; 0: nothing */
    struct u256 hash;
};

enum { HASH_MEMO_ENTRIES = 4096 };

enum {
    FRAMES_MAX = CALL_DEPTH_LIMIT + 2,
    MACHINE_TRIM_BYTES = 16 << 20, /* byte memory kept from one leg to the next */
};

struct evm_machine {
    struct evm_frame *frames; /* FRAMES_MAX, of which `frame_count` are in progress */
    uint32_t frame_count;
    struct u256 *stack;           /* reserved for all frames, one after the other */
    uint8_t *memory, *memory_end; /* likewise */
    uint8_t *memory_high;         /* how far it has been written since the last trim */
    struct buf return_data;       /* of the last call that ended */
    struct arena arena;           /* translated init code, precompile scratch */
    struct evm_translator translator;
    struct u256_modulus modulus; /* MULMOD's */
    struct hash_memo *hash_memo; /* HASH_MEMO_ENTRIES */
};

/* Runs from the newest frame until the leg that it began has ended. */
void evm_interpret(struct evm_env *env);

/* Begins a call or creation. Either it ends at once (a precompile, a native, no code, a failure
 * before the first instruction): then *result is filled in, its output in the machine's return
 * data; or a new frame is on the machine. Returns true in the second case. */
bool evm_frame_begin(struct evm_env *env, const struct evm_call_params *call,
                     struct evm_result *result);

/* Ends the newest frame. Returns the frame to go on with, NULL if the leg is over. */
struct evm_frame *evm_frame_end(struct evm_env *env, enum evm_status status, struct bytes output);

/* Runs one leg whose `to` is known: evm_call() without the bookkeeping of creations. */
void evm_leg(struct evm_env *env, const struct evm_call_params *call, struct evm_result *result);

/* Gives the byte memory back to the system; no frame is in progress. */
void evm_machine_trim(struct evm_machine *m);

/* Makes [offset, offset + size) part of the frame's memory, paying for it from f->gas. */
bool evm_memory_grow(struct evm_machine *m, struct evm_frame *f, uint64_t offset, uint64_t size);

static inline bool memory_reach(struct evm_machine *m, struct evm_frame *f, uint64_t offset,
                                uint64_t size) {
    uint64_t end;
    if (!__builtin_add_overflow(offset, size, &end) && end <= f->memory_size) return true;
    return evm_memory_grow(m, f, offset, size);
}

/* The same for operands on the stack: a size of zero reaches nothing, whatever the offset. */
static inline bool memory_reach_u256(struct evm_machine *m, struct evm_frame *f,
                                     const struct u256 *offset, const struct u256 *size) {
    if (u256_is_zero(size)) return true;
    return memory_reach(m, f, u256_sat_u64(offset), u256_sat_u64(size));
}

static inline bool frame_charge(struct evm_frame *f, uint64_t gas) {
    if (gas > (uint64_t)f->gas) return false;
    f->gas -= (int64_t)gas;
    return true;
}

static inline struct b20 b20_of_u256(const struct u256 *a) {
    struct b20 out;
    store_be32(out.b, (uint32_t)a->w[2]);
    store_be64(out.b + 4, a->w[1]);
    store_be64(out.b + 12, a->w[0]);
    return out;
}

static inline void u256_of_b20(struct u256 *out, const struct b20 *a) {
    *out = (struct u256){{load_be64(a->b + 12), load_be64(a->b + 4), load_be32(a->b), 0}};
}

/* Instructions that the loop calls. Operands from `sp` down; the result, if any, goes where the
 * first of them was after popping. f->gas is the gas; f->ip and f->sp are not read. */
typedef enum evm_status evm_op(struct evm_env *env, struct evm_frame *f, struct u256 *sp);
evm_op evm_op_keccak256, evm_op_balance, evm_op_extcodesize, evm_op_extcodecopy, evm_op_extcodehash,
    evm_op_blockhash, evm_op_selfbalance, evm_op_blobhash, evm_op_sload, evm_op_sstore,
    evm_op_tload, evm_op_tstore, evm_op_calldatacopy, evm_op_codecopy, evm_op_returndatacopy,
    evm_op_mcopy, evm_op_exp, evm_op_selfdestruct;
enum evm_status evm_op_log(struct evm_env *env, struct evm_frame *f, struct u256 *sp,
                           unsigned topics);

/* The calls and creations. f->sp is set to the stack without the operands; when nothing is left to
 * run the result has been pushed already, otherwise the machine has a new frame. */
enum evm_status evm_op_call(struct evm_env *env, struct evm_frame *f, struct u256 *sp,
                            enum evm_call_kind kind);
enum evm_status evm_op_create(struct evm_env *env, struct evm_frame *f, struct u256 *sp,
                              enum evm_call_kind kind);

/* EIP-2929 for an account: charges `extra` if it was cold. */
bool evm_charge_account_access(struct evm_env *env, struct evm_frame *f, struct st_account *a,
                               uint64_t extra);

/* What runs when `a` is called: its code, or that of its EIP-7702 delegate. */
const struct st_code *evm_code_at(struct evm_env *env, struct st_account *a);

static inline const struct evm_tracer *tracer_of(const struct evm_env *env) {
    return env->host ? env->host->tracer : NULL;
}

#endif
