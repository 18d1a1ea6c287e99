/* Random call trees over the three machines.
 *
 * Words
 *   tree         what a transaction does: a list of nodes, some of which have a tree of their own
 *                that another contract runs, in this machine or another
 *   interpreter  a contract that runs a tree: three in each machine (interpreters/). It has four
 *                slots of 32 bits, and logs what it sees
 *   case         up to three transactions in a row, from a fresh world
 *   actor        who can call somebody in another machine; each has an alias in the two others
 *
 * A tree is handed to an interpreter as bytes: for each node its op, then its fields, numbers
 * big-endian. Lengths of trees and of what IF passes over have two bytes, of other data one.
 *
 *   WRITE slot value(4)              slot = value
 *   ADD slot value(4)                slot += value
 *   LOG data                         logs it
 *   SHOW slot                        logs the slot's value
 *   WHO                              logs who called
 *   CALL target flags value(4) [metas] tree     calls at once; logs what became of it
 *   SEND target flags value(4) [metas] tree     queues a message
 *   FAIL code(4)                     reverts, aborts, or ends with the error
 *   RETURN data                      ends with that result
 *   GIVE                             ends with the result of the last call
 *   BURN n(2)                        turns n times
 *   IF_OK tree, IF_FAILED tree       if the last call has succeeded (failed); the same frame
 *   BALANCE                          logs what it has itself, in units of 10^9 wei
 *   PEEK target slot                 logs a slot of another interpreter, of the same machine; in
 * the SVM `target` is the number of an account
 *
 * A target is 16 times the machine plus the number of the interpreter. Metas, of a target in the
 * SVM: how many (1), then key and flags (enum xvm_meta) of each. Of any other target: a byte with a
 * bit for each of the accounts from the fifth on that a caller in the SVM lets the callee change.
 */
#ifndef TERN_TESTS_CHAIN_TREE_H
#define TERN_TESTS_CHAIN_TREE_H

#include "base/base.h"
#include "cross/cross.h"

enum ct_op {
    CT_WRITE = 1,
    CT_ADD,
    CT_LOG,
    CT_SHOW,
    CT_WHO,
    CT_CALL,
    CT_SEND,
    CT_FAIL,
    CT_RETURN,
    CT_GIVE,
    CT_BURN,
    CT_IF_OK,
    CT_IF_FAILED,
    CT_PEEK,
    CT_BALANCE,
};

/* How a CALL is made. */
enum ct_call_flag {
    CT_MUST = 1,   /* if it fails the caller does */
    CT_VIEW = 2,   /* read-only */
    CT_HOME = 4,   /* home authority */
    CT_RAW = 8,    /* BCS, EVM to Move */
    CT_HOLD = 16,  /* Move: with a borrowed slot 0 that is one more when it is over */
    CT_QUIET = 32, /* not logged */
};

/* How a message is sent. */
enum ct_send_flag { CT_DROP = 1, CT_OPEN = 2, CT_SIMPLE = 4, CT_REFUND = 8 };

enum { CT_INTERPRETERS = 3, CT_SLOTS = 4, CT_METAS_MAX = 12, CT_TXS_MAX = 3 };

struct ct_meta {
    struct b32 key;
    uint8_t flags; /* enum xvm_meta */
};

struct ct_node {
    uint8_t op; /* enum ct_op */
    uint8_t slot;
    uint32_t value; /* of WRITE, ADD, FAIL, BURN; of a call in units of 10^9 wei */
    struct bytes data;
    uint8_t vm, number, flags, open;
    struct ct_meta *metas;
    uint8_t meta_count;
    struct ct_node *first; /* of its tree */
    struct ct_node *next;
};

/* A transaction: `root` is a CALL node; nobody in particular makes it. */
struct ct_case {
    struct ct_node *roots[CT_TXS_MAX];
    uint32_t tx_count;
};

/* ---- Actors */

enum { CT_ACTORS_MAX = 24, CT_HOLDERS_MAX = 64 };

struct ct_actor {
    struct xvm_actor self;
    struct xvm_actor aliases[3]; /* in each machine; in its own it is itself */
};

struct ct_actors {
    struct ct_actor list[CT_ACTORS_MAX];
    uint32_t count;
    /* Every address of theirs, once: who may have something. `nobody` is the EVM's address where no
     * interpreter is. */
    struct xvm_actor holders[CT_HOLDERS_MAX];
    uint32_t holder_count, nobody, escrow[3]; /* the queue's own, in each machine */
    uint8_t holder[CT_ACTORS_MAX][3];         /* each actor's, in each machine */
    uint8_t bumps[CT_INTERPRETERS];           /* of the SVM interpreters' own addresses */
};

/* The wallet that signs a root in each machine, then the interpreters of the EVM and the addresses
 * of those of the SVM, then the Move aliases of all of them. */
enum {
    CT_WALLET = 0,
    CT_EVM = CT_WALLET + 3,
    CT_SVM = CT_EVM + CT_INTERPRETERS,
    CT_MOVE = CT_SVM + CT_INTERPRETERS,
};
void ct_actors_init(struct ct_actors *a);
/* The number of the holder; CT_HOLDERS_MAX if there is none such. */
uint32_t ct_holder_find(const struct ct_actors *a, const struct xvm_actor *who);
/* The number of the actor; CT_ACTORS_MAX if there is none such. */
uint32_t ct_actor_find(const struct ct_actors *a, const struct xvm_actor *who);

struct b20 ct_evm_address(uint8_t number);
extern const struct b32 CT_MOVE_ADDRESS;
struct b32 ct_program(uint8_t number);
struct b32 ct_state_key(uint8_t number);
/* The address that a program makes of the seed "i". */
struct b32 ct_self_key(const struct ct_actors *a, uint8_t number);

/* ---- Trees */

void ct_encode(struct buf *out, const struct ct_node *list);
/* The reverse; false if it is malformed. */
bool ct_decode(struct bytes in, struct arena *arena, struct ct_node **list);

/* A case as text: a line for each transaction, its root encoded in hexadecimal digits. Lines that
 * begin with # are comments. */
void ct_put_case(struct buf *out, const struct ct_case *c);
bool ct_read_case(struct bytes text, struct arena *arena, struct ct_case *out);

/* As text, a line a node. */
void ct_print(struct buf *out, const struct ct_node *list, unsigned depth);
size_t ct_count(const struct ct_node *list);

/* What the generator makes. */
struct ct_mix {
    bool sync[3][3]; /* synchronous calls, from machine to machine */
    bool value;
    bool views[3]; /* … read-only ones, from the machine */
    bool roots[3];
};

void ct_generate(uint64_t seed, const struct ct_mix *mix, const struct ct_actors *actors,
                 struct arena *arena, struct ct_case *out);

/* Makes the case smaller as long as `still` says that it is a case in point. */
void ct_shrink(struct ct_case *c, bool (*still)(void *ctx, const struct ct_case *c), void *ctx);

#endif
