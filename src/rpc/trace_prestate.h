/* What the prestate tracer keeps: the accounts and slots that an execution needs, before it and, in
 * diffMode, after it. */
#ifndef TERN_RPC_TRACE_PRESTATE_H
#define TERN_RPC_TRACE_PRESTATE_H

#include "rpc/trace.h"

struct pre_account {
    struct b20 address;
    struct u256 balance;
    uint64_t nonce;
    struct b32 code_hash;
    struct bytes code; /* in the trace's arena; empty with disableCode */
    bool empty;        /* there was nothing there */
    bool created;      /* by this transaction, for EIP-6780 */
    bool deleted;
    uint32_t first_slot; /* + 1; newest first */

    /* diffMode, filled in at the end */
    bool modified, new_code, code_changed;
    struct u256 balance_after;
    uint64_t nonce_after;
    struct b32 code_hash_after;
    struct bytes code_after;
};

struct pre_slot {
    uint32_t account;
    uint32_t next; /* + 1 */
    struct u256 key, value, after;
};

struct prestate {
    struct tracer base;
    bool diff, no_code, no_storage, include_empty;
    struct pre_account *accounts;
    struct pre_slot *slots;
    uint32_t account_count, account_capacity, slot_count, slot_capacity;
    struct map account_map, slot_map;
    uint32_t accounts_before, slots_before; /* the newest instruction */
    /* What it does to an account if it does not fail. */
    enum { MARK_NOTHING, MARK_CREATED, MARK_DELETED } mark;
    struct b20 marked;
    bool shadow; /* a root of another machine: what is sender and target follows from its legs */
};

/* A prestate tracer in diffMode inside another tracer, which passes its hooks on to it. */
struct tracer *trace_prestate_diff(struct rpc_call *c, struct trace *t);
/* Parity's stateDiff from it. */
void trace_prestate_put_diff(struct tracer *self, struct json_out *o);

#endif
