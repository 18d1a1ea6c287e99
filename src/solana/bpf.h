/* Private to solana/: a running bytecode program and its input, the accounts of the instruction one
 * after the other in memory of its own, which the program may write. Every change is held against
 * the rules when the program hands over: at each CPI and at its end. */
#ifndef TERN_SOLANA_BPF_H
#define TERN_SOLANA_BPF_H

#include "solana/invoke.h"
#include "svm/svm.h"

/* Where an account's fields are in the program's memory. */
struct sol_mapped {
    uint64_t key, owner, lamports, data; /* addresses */
    size_t data_bytes;                   /* when the instruction began */
};

struct sol_bpf {
    struct svm_vm *vm;
    struct sol_bpf *outer; /* of the program that invoked this one */
    size_t height;         /* of its instruction on the stack */
    bool aligned;          /* the layout of loaders 2 and 3, whose syscalls check alignment */
    uint8_t *input;
    size_t input_bytes;
    uint64_t data_address;     /* of the instruction's data */
    struct sol_mapped *mapped; /* of each place */
    uint64_t heap_at;          /* what sol_alloc_free_ has given out */
    struct sol_fail failed;    /* the error of a syscall; its code is OK if only text says it */
    struct buf *text;          /* what the log says of the failure */
};

/* serialize.c: lays out the current instruction's accounts; reads back what the program has done.
 */
struct sol_fail sol_serialize(struct sol_context *ctx, struct sol_bpf *b);
struct sol_fail sol_deserialize(struct sol_context *ctx, const struct sol_bpf *b);
/* The same in its middle, but for the accounts that `handed` names, which were handed on. */
struct sol_fail sol_deserialize_rest(struct sol_context *ctx, const struct sol_bpf *b,
                                     const struct sol_frame *handed);

#endif
