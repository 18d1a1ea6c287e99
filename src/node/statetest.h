/* Private to node/: Ethereum state tests. A file holds tests; a test is a world, a block and a
 * transaction with three axes (data, gas, value); a case is one point of them in one fork, with the
 * state root expected after it. */
#ifndef TERN_NODE_STATETEST_H
#define TERN_NODE_STATETEST_H

#include <stdio.h>

#include "evm/steps.h"

struct statetest_slot {
    struct u256 key, value;
};

struct statetest_account {
    struct b20 address;
    uint64_t nonce;
    struct u256 balance;
    struct st_code *code; /* one reference */
    struct statetest_slot *slots;
    size_t slot_count;
};

struct statetest_case {
    enum evm_fork fork;
    const char *fork_name;
    bool known_fork;
    size_t data, gas, value; /* indices */
    struct b32 root, logs;
    struct bytes tx_bytes;        /* empty: the file has none */
    const char *expect_exception; /* NULL: the transaction is valid */
};

/* A number on an axis, which may be longer than its field: then the transaction must be refused. */
struct statetest_number {
    struct u256 value;
    bool too_long;
};

struct statetest {
    const char *name;
    struct statetest_account *accounts;
    size_t account_count;
    struct evm_block block;
    bool has_base_fee;
    uint64_t excess_blob_gas;
    uint64_t blob_update_fraction[EVM_FORK_COUNT]; /* 0: the fork's own */
    uint32_t blobs_max[EVM_FORK_COUNT];
    uint64_t chain_id;

    struct evm_tx tx; /* without the axes */
    bool tx_too_long; /* some fixed field does not fit */
    bool typed_fee;   /* maxFeePerGas instead of gasPrice */
    struct bytes *data;
    struct statetest_number *gas, *value;
    size_t data_count, gas_count, value_count;
    struct evm_access **access; /* by data index; NULL: none */
    size_t *access_count;
    size_t access_lists;

    struct statetest_case *cases;
    size_t case_count;

    /* The tool that filled older files left the touched coinbase behind when it refused a
     * transaction; files of execution-spec-tests (they name their format) do not have that. */
    bool refusal_touches_coinbase;
};

/* Reads a file's text. Everything lives in the arena but the codes: statetest_free() them. */
struct err statetest_load(struct bytes text, struct arena *arena, struct statetest **tests,
                          size_t *count);
void statetest_free(struct statetest *tests, size_t count);

struct statetest_outcome {
    bool pass;
    struct b32 root;
    char error[256]; /* empty if it passed */
};

/* Where trace lines go and what is in them beside the usual. */
struct trace_form {
    FILE *out; /* NULL: no trace */
    bool memory, return_data, no_stack;
};

/* Runs one case, with EIP-3155 lines if the form has a file. */
void statetest_run(struct evm_machine *machine, const struct statetest *test, size_t index,
                   const struct trace_form *trace, struct statetest_outcome *out);

/* A tracer that writes one line for each instruction and one for the end of each call. */
struct statetest_trace {
    struct trace_form form;
    struct evm_steps steps;
    struct u256 stack[1024];             /* of the newest step */
    struct buf step_memory, step_return; /* likewise, if they are shown; statetest_trace_end() */
    struct evm_tracer tracer;
};

void statetest_trace_begin(struct statetest_trace *t, const struct trace_form *form);
void statetest_trace_end(struct statetest_trace *t);

#endif
