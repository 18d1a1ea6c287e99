/* The naive model: what a case does to the world, by the rules of docs/cross-vm.md and nothing
 * else. It runs trees itself, and copies the whole world wherever something may have to be undone.
 */
#ifndef TERN_TESTS_CHAIN_MODEL_H
#define TERN_TESTS_CHAIN_MODEL_H

#include "differential/chain/tree.h"

enum {
    CM_LOG_BYTES = 1 << 16,
    CM_MESSAGES_MAX = 160,
    CM_LEGS_MAX = 1024,
    CM_RESULT_MAX = 1024,
    CM_ERROR_MAX = 100, /* of revert data: what of CallFailed's is no text */
};

/* What a contract logs; CM_STARTED stands where a message was started. */
enum { CM_STARTED = 7 };
struct cm_log {
    uint8_t vm, number, kind;
    uint16_t leg, bytes; /* `bytes` of data follow */
};

struct cm_message {
    uint8_t from_vm, to_vm, number, on_fail, open_retry;
    uint8_t generation;
    uint32_t sender; /* actor */
    uint16_t parent; /* leg */
    const struct ct_node *node;
    uint32_t index;
    /* what became of it */
    uint8_t status, failure;
    struct bytes result; /* as the message keeps it */
};

/* What is undone. */
struct cm_world {
    uint32_t slots[3][CT_INTERPRETERS][CT_SLOTS];
    bool registered[CT_ACTORS_MAX][3];
    bool move_accounts[CT_ACTORS_MAX];
    uint64_t balances[CT_HOLDERS_MAX]; /* in units of 10^9 wei */
    uint32_t message_count;            /* of this transaction */
    uint32_t log_bytes, log_count;
    struct cm_message messages[CM_MESSAGES_MAX];
    uint8_t logs[CM_LOG_BYTES];
};

struct cm_leg {
    uint8_t kind, vm, failure;
    bool ok, undone, home, view;
    uint16_t parent;
    uint32_t message; /* index; of a message's leg */
};

/* What was met, for the report. */
struct cm_coverage {
    uint64_t crossings[3][3], failed[3][3]; /* synchronous */
    uint64_t messages[3][3], messages_failed[3][3];
    uint64_t frames, restores, depths[16], paid;
    uint64_t reasons[16];
};

struct cm_model {
    const struct ct_actors *actors;
    struct cm_world *world;            /* where the next transaction begins */
    uint64_t balances[CT_HOLDERS_MAX]; /* of the world before a case */
    struct arena *arena;
    bool root_ok;
    struct cm_leg legs[CM_LEGS_MAX];
    uint32_t leg_count;
    struct cm_coverage *coverage;
};

/* The world before the first transaction of a case. */
void cm_reset(struct cm_model *m);
/* Runs one transaction: the world is as it is after it, with its logs and messages. */
void cm_run(struct cm_model *m, const struct ct_node *root);

#endif
