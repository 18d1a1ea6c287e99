/* Synchronous calls: a leg in another machine that its caller waits for, with the result in the
 * same frame (CROSS-VM §3).
 *
 * Each has a savepoint: if it fails, nothing is left of it in any machine but the gas that it used
 * and its record. Calls nest up to xvm_params.crossings_max; the depth of each machine's own stack
 * goes on through a crossing. Inside a read-only call nothing can be written in any machine.
 *
 * The caller's side (itern.c in the EVM, host.c for Move's natives, messenger.c in the SVM) has
 * taken its 64th of the gas off, and has written to the journal whatever it holds in memory; when
 * the call is over it reads anew. */
#ifndef TERN_CROSS_SYNC_H
#define TERN_CROSS_SYNC_H

#include "cross/cross.h"

struct sol_context;
struct xvm_run;

/* A caller that waits for a call. */
struct xvm_frame {
    const struct xvm_frame *below; /* the call around it; NULL: it waits in the root leg or that of
                                      a message */
    uint32_t crossing;             /* 1 for the outermost */
    uint8_t vm;                    /* of the caller */
    bool read_only;                /* of the call */
    bool home_authority;
    /* Frames of each machine that are in use by all that wait: the callee's begins behind them. */
    uint32_t evm_depth, move_depth, svm_height;
    struct mv_session *move;       /* the caller, if it is Move's */
    struct sol_context *svm;       /* the caller, if it is Solana's */
    struct xvm_actor owner, alias; /* who calls, and as whom in the callee's machine */
};

/* A call, as its caller asks for it. */
struct xvm_sync {
    struct xvm_message call; /* from_vm, to_vm, sender, target, arguments; never stored */
    struct u256 value;       /* wei */
    struct xvm_actor payer;  /* whose account the value leaves */
    uint64_t gas;            /* common gas that it may use */
    bool read_only;          /* the caller must not write */
    bool home_authority;
    /* Of the caller's own machine; zero elsewhere. */
    uint32_t depth; /* frames in use there, the caller's included */
    struct mv_session *move;
    struct sol_context *svm;
};

/* Runs it. run->gas_used is never more than c->gas. A call that cannot pay what every call costs
 * has no record. */
void xvm_sync_call(struct xvm_tx *tx, struct xvm_sync *c, struct xvm_run *run);

#endif
