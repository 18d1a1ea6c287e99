/* cross: how a contract of one virtual machine calls a contract of another. Implements the queued
 * calls of "Cross VM Calls" (docs/cross-vm.md): what a messenger emits is a message; messages run
 * after the root leg, in the order in which they were started, in the same block.
 *
 * Words
 *   leg        one execution in one machine: leg 0 is the root transaction's own, every other one
 *              runs a message
 *   message    a queued call: who (sender, at home), where to, what, and what became of it
 *   alias      the address under which an actor of one machine is known in another (alias.h)
 *   messenger  what a contract calls to start a message: a genesis contract in the EVM, 0x1::evm
 * and 0x1::svm in Move, the messenger program in the SVM common gas the unit in which a transaction
 * pays for everything: EVM gas
 *
 * Life of a transaction, as the chain drives it
 *   xvm_begin → the root leg in its own machine → xvm_drain (runs the queue on the gas that is
 * left) → xvm_end
 *
 * A message is an event that is executed: messengers write ordinary logs, and xvm_drain reads the
 * journal's logs in order. A log of the same shape from any other address is just a log. Because
 * logs are undone with their frame, so are messages. The Move messenger's events carry a mark that
 * only its native function can set.
 *
 * A synchronous call (sync.h) is a leg too, one that its caller waits for: it begins and ends in
 * the middle of another leg and gives back a result. It starts no message by itself; what it sends
 * joins the queue.
 *
 * Each message runs under a savepoint of its own. If it fails only it is undone. With KEEP, the
 * default, it stays pending: it may be retried or cancelled until its deadline (by its sender;
 * retried by anybody if all that it lacked was gas, or if its sender said so). With DROP, REFUND
 * and CALLBACK it is gone for good. With REVERT_TX the whole transaction is undone, but for what
 * was done before xvm_start(): only a transaction whose root frame asked for it has such messages.
 *
 * A message may reserve gas, for itself and for its callback: it is taken from the leg that sends
 * it and given back if nothing came of the message. It may bring value: the messenger takes it into
 * an account of the queue's in its own machine (xvm_escrow), which no code can spend from; it goes
 * to the alias when the message runs, and back when the message ends otherwise. A callback is a
 * message of the queue's own, to the sender, with what became of the other one.
 *
 * A message's id follows from the root transaction and the message's place in it. Because messages
 * are logs, and the journal counts logs, whoever starts one knows its id at once: a contract of the
 * EVM asks XVM_NEXT_ID_ADDRESS, Move's native functions return it.
 */
#ifndef TERN_CROSS_CROSS_H
#define TERN_CROSS_CROSS_H

#include "base/base.h"
#include "cross/alias.h"
#include "evm/evm.h"
#include "move/move.h"
#include "solana/solana.h"
#include "state/state.h"

/* Genesis contracts (contracts/). */
extern const struct b20
    XVM_MOVEVM_ADDRESS; /* 0x7e00000000000000000000000000000000000001: MoveVM.call */
extern const struct b20
    XVM_SOLANAVM_ADDRESS; /* 0x7e00000000000000000000000000000000000002: SolanaVM.call */
extern const struct b20
    XVM_TERN_ADDRESS; /* 0x7e00000000000000000000000000000000000003: ITern, synchronous calls; its
                         code is a native, and at the address stands what says so elsewhere */
extern const struct b20
    XVM_QUEUE_ADDRESS; /* 0x7e00000000000000000000000000000000000004: retry and cancel */

extern const struct b20
    XVM_GATEWAY_ADDRESS; /* 0x7e00000000000000000000000000000000000006: the token gateway */
extern const struct b20
    XVM_TOKEN_CODE_ADDRESS; /* 0x7e00000000000000000000000000000000000007: its ERC-20s' code */

extern const struct b20
    XVM_NEXT_ID_ADDRESS; /* 0x7e00000000000000000000000000000000000005: no code but a native: called
                            with nothing, answers the id of the message that starts next; the rest
                            is for TernQueue (next_id.c) */

/* Where the value of messages from that machine waits: the account of XVM_QUEUE_ADDRESS, or of its
 * alias. */
struct xvm_actor xvm_escrow(uint8_t vm);

/* Chain parameters of the crossing. The defaults are in xvm_params_default. */
struct xvm_params {
    uint64_t chain_id;
    uint64_t move_gas_per_evm_gas; /* internal Move gas units for one unit of EVM gas */
    /* `svm_rate_units` compute units are `svm_rate_gas` of EVM gas. */
    uint64_t svm_rate_units, svm_rate_gas;
    uint64_t message_base_gas; /* common gas charged before a message runs */
    uint64_t kept_byte_gas;    /* … for each byte of one that is only kept, beyond a limit, and of
                                  long results and errors */
    uint64_t call_base_gas;    /* … before a synchronous call, and */
    uint64_t call_word_gas;    /* for each 32 bytes of what it is called with */
    uint64_t alias_gas;        /* … if it registers an alias: two new items of the state */
    uint32_t crossings_max;    /* synchronous calls inside one another */
    uint32_t messages_max;     /* a transaction */
    uint32_t generations_max;  /* a message started by a message started by … */
    uint32_t payload_max_bytes;
    uint64_t lifetime_max_secs; /* how long a kept message may be retried */
    uint32_t result_max_bytes; /* longer results and errors are cut in the record, and it says so */
    uint32_t outcome_free_bytes; /* of results and errors; each more costs kept_byte_gas */
};

extern const struct xvm_params xvm_params_default;

/* Checking a signature outside of the EVM costs what the EVM's ecrecover does. */
enum { XVM_SIGNATURE_GAS = 3000 };

/* What is charged is rounded up, what is given rounded down; a result that does not fit is the
 * greatest number. */
uint64_t xvm_gas_of_units(const struct xvm_params *p, uint64_t units);      /* charged */
uint64_t xvm_units_used_of_gas(const struct xvm_params *p, uint64_t gas);   /* charged */
uint64_t xvm_units_of_gas(const struct xvm_params *p, uint64_t gas);        /* given */
uint64_t xvm_gas_left_of_units(const struct xvm_params *p, uint64_t units); /* given */

enum xvm_status {
    XVM_PENDING = 1,     /* failed or not run yet, kept; may be retried or cancelled */
    XVM_EXECUTED = 2,    /* ran successfully: final */
    XVM_DROPPED = 3,     /* failed, and its sender had chosen DROP: final */
    XVM_CANCELLED = 4,   /* by its sender: final */
    XVM_EXPIRED = 5,     /* kept beyond its deadline: final */
    XVM_REFUNDED = 6,    /* failed, and its sender had chosen REFUND: final */
    XVM_CALLED_BACK = 7, /* failed, and its sender had chosen CALLBACK: final */
};

/* What becomes of a message that fails. The numbers are stored, and are those of the interfaces in
 * contracts/ and framework/; the messengers refuse others. */
enum xvm_on_fail {
    XVM_KEEP = 0,
    XVM_DROP = 1,
    XVM_REFUND = 2,
    XVM_CALLBACK = 3,
    XVM_REVERT_TX = 4,
};

const char *xvm_on_fail_name(uint8_t on_fail);

/* Why the last attempt failed. */
enum xvm_failure {
    XVM_OK = 0,
    XVM_FAIL_GAS,       /* not enough gas was left: anybody may retry with more */
    XVM_FAIL_REVERTED,  /* the target reverted or aborted */
    XVM_FAIL_MALFORMED, /* an argument, name, type or address cannot be read or converted */
    XVM_FAIL_TARGET,    /* no such module or function, or it may not be called from outside */
    XVM_FAIL_ALIAS,     /* the alias's address is occupied */
    XVM_FAIL_LIMIT,     /* too many messages, generations or bytes */
    XVM_FAIL_AUTHORITY, /* a retry or cancel by somebody who may not */
    XVM_FAIL_EXPIRED,   /* a retry or cancel after the message's deadline */
    XVM_FAIL_VALUE, /* there is not as much, or it cannot arrive: a remainder below 10⁹ wei, … */
    XVM_FAIL_READ_ONLY, /* something would have been written inside a read-only call */
    XVM_FAIL_REENTRY,   /* the target waits for a call itself, and may not be entered again */
};

const char *xvm_failure_name(enum xvm_failure f);
const char *xvm_status_name(enum xvm_status s);

/* One message as stored under its id in ST_CROSS_MESSAGE and shown by tern_getMessage. Slices live
 * in the arena that it was decoded into. */
struct xvm_message {
    struct b32 id; /* keccak-256("TERN::msg" ‖ chain id (u64 BE) ‖ root hash ‖ index (u32 BE)) */
    struct b32 root_hash;       /* the root transaction that started it */
    uint32_t index;             /* among that transaction's messages */
    uint32_t generation;        /* 1 for one started by the root leg */
    uint8_t from_vm, to_vm;     /* enum st_vm */
    uint8_t status;             /* enum xvm_status */
    uint8_t failure;            /* enum xvm_failure of the last attempt */
    uint8_t on_fail;            /* enum xvm_on_fail */
    uint8_t open_retry;         /* 1: anybody may retry it, whatever it failed for */
    uint8_t on_success;         /* 1: the callback is called when it has run, too */
    uint64_t deadline;          /* seconds; a retry after it is refused */
    uint64_t gas, callback_gas; /* reserved when it was sent; 0: none */
    struct u256 value;          /* wei that it brings */
    struct b32 callback_of; /* the message that this one tells the sender of; zero: it is none */
    uint32_t attempts;
    uint64_t created_height, done_height; /* done_height: of the last attempt */
    struct b32 done_root_hash;            /* root transaction of the last attempt */
    uint64_t gas_used;                    /* common gas of the last attempt */
    struct bytes sender;                  /* at home: 20 bytes (EVM) or 32 */
    struct bytes sender_alias;            /* what the target sees: 20 or 32 bytes */
    struct bytes refund_to;               /* in the sender's machine; empty: the sender */
    /* What to call in the sender's machine; empty: nothing. A selector (EVM), "0x1::m::f" (Move),
       or a Borsh struct XvmCallback of messenger.h (SVM). */
    struct bytes callback;
    /* to Move */
    struct bytes module_address, module_name, function_name, generics; /* as given */
    /* to the EVM */
    struct bytes to; /* 20 bytes */
    struct bytes fn_abi;
    /* to the SVM */
    struct bytes program; /* 32 bytes */
    struct bytes metas; /* its accounts, XVM_META_BYTES each: key (32) ‖ flags (enum xvm_meta) */
    uint8_t bcs;        /* 1: to Move, and the arguments are BCS */
    /* to Move: ABI-encoded arguments, or a Borsh Vec<Vec<u8>> with the BCS of each; to the EVM:
       selector and ABI-encoded arguments; to the SVM: the instruction's data */
    struct bytes call_data;
    uint8_t abi_result;  /* to Move: its results are wanted ABI-encoded, not as BCS. Not stored */
    struct bytes result; /* ABI-encoded return data, BCS results of the Move function one after
                            another, or a Solana program's return data */
    struct bytes error;  /* text; names the machine, the function and the reason in that machine's
                            own terms */
    struct bytes error_data; /* EVM revert data */
};

enum { XVM_META_BYTES = 33 };
enum xvm_meta { XVM_META_SIGNER = 1, XVM_META_WRITABLE = 2 };

/* Reads the message with this id; false if there is none. */
bool xvm_message_get(struct st_journal *j, const struct b32 *id, struct arena *arena,
                     struct xvm_message *out);
/* Its status at a time in seconds: a stored message does not see its deadline pass. */
enum xvm_status xvm_message_status(const struct xvm_message *m, uint64_t now);
bool xvm_is_callback(const struct xvm_message *m);
struct err xvm_message_decode(struct bytes stored, struct arena *arena, struct xvm_message *out);
void xvm_message_encode(struct buf *out, const struct xvm_message *m);

/* What a message's leg did in the SVM, beyond what every leg has: what that machine's own receipts
 * show. Arrays and slices live in the transaction's arena. */
struct xvm_svm_leg {
    struct sol_message message; /* one instruction; nobody pays for it */
    struct sol_result result;   /* fee 0 */
    const struct sol_token_balance *tokens_before, *tokens_after;
    uint32_t tokens_before_count, tokens_after_count;
};

/* What happened in one leg; the receipt keeps these. Slices live in the transaction's arena. */
enum xvm_leg_kind { XVM_LEG_ROOT, XVM_LEG_MESSAGE, XVM_LEG_RETRY, XVM_LEG_CANCEL, XVM_LEG_CALL };

/* What a synchronous call's record keeps of input, output and error; a trace runs it again and has
 * all of them. */
enum { XVM_LEG_BYTES_KEPT = 1024 };
/* … all that all of them pass, up to this. */
enum { XVM_WHOLE_BYTES_MAX = 16 << 20 };

struct xvm_leg {
    uint8_t kind; /* enum xvm_leg_kind */
    uint8_t vm;
    bool ok;
    bool undone;         /* what it did was reverted later: with its caller, or with everything */
    bool home_authority; /* CALL: it may act as its caller, in the caller's machine */
    bool read_only;      /* CALL: nothing could be written */
    uint8_t failure;     /* enum xvm_failure */
    uint8_t status;    /* enum xvm_status: what it made of its message; 0: nothing, or no message */
    uint32_t parent;   /* the leg that started it */
    struct u256 value; /* wei that it was given; of a message, that it brings */
    struct b32 message;   /* id; zero for the root */
    uint64_t gas_used;    /* common gas, the message's base charge included */
    uint64_t vm_gas_used; /* in the machine's own unit: EVM gas, internal Move gas, compute units */
    struct bytes from, to; /* as the leg's machine sees them: 20 or 32 bytes; `to` of a Move leg is
                              the module address, of a Solana leg the program */
    uint8_t source_vm;     /* who called, at home; of the root `from` itself */
    struct bytes source;
    struct bytes function; /* "0x1::m::f", or the ABI signature where known, else empty */
    struct bytes input, output, error;
    /* Of a leg in Move that is not the root, as its caller wrote them: type arguments, and ABI
     * types of the arguments; what `input` and `output` are. */
    struct bytes generics, types;
    bool bcs, abi_result;
    uint32_t log_first, log_count; /* among the transaction's logs */
    const struct xvm_svm_leg *svm; /* of a message's leg in the SVM, if its program was run */
};

/* Is the leg part of what the transaction did? A synchronous call that failed, or was undone with
 * its caller, has left nothing but its record; nor has any leg behind the first of a transaction
 * that an atomic tail has undone. */
static inline bool xvm_leg_stands(const struct xvm_leg *l) {
    return !l->undone && (l->kind != XVM_LEG_CALL || l->ok);
}

/* The crossing's view of the transaction being executed. */
struct xvm_tx {
    struct xvm_params params;
    struct st_journal *journal;
    struct evm_env *evm; /* the block, fork and host for EVM legs; tx.origin is set by xvm_begin */
    struct mv_vm *move_vm;
    struct mv_block_info move_block;
    /* The bank of the block, made on first use outside of any message; NULL: there is no SVM here.
     * Legs ask xvm_svm_bank(). */
    const struct sol_bank *(*open_bank)(void *ctx);
    void *open_bank_ctx;
    struct b32 root_hash;
    uint64_t height;
    uint8_t root_vm;
    struct xvm_actor root_sender; /* an SVM root's is its fee payer */

    /* filled in as it runs */
    struct arena *arena; /* the transaction's */
    struct xvm_leg *legs;
    uint32_t leg_count, leg_capacity;
    uint64_t tail_gas_peak; /* the most that the tail had taken at any time: what a run needs */
    struct b32 *messages;   /* ids started here, in order */
    uint32_t message_count, message_capacity;

    /* private */
    size_t kept_bytes; /* with keep_all: of what was longer than a record keeps */
    struct xvm_queue *queue;
    uint32_t logs_read, logs_read_counted;
    uint32_t current_leg;              /* that runs now */
    const struct xvm_frame *frame;     /* of the innermost synchronous call; NULL: none runs */
    uint64_t reserved, reserved_taken; /* gas: taken from legs, and of that with messages since */
    uint16_t move_counter; /* Move's monotonically_increasing_counter, of all its legs together */
    bool can_undo;         /* xvm_start() has been called, at `start` */
    st_mark start;
    bool keep_all; /* records of synchronous calls are not cut: for traces */
};

/* Prepares `tx` (whose inputs above the line the caller has set) after st_begin_tx. Leg 0 is open
 * then. Gives `tx->evm`
 * a host with the crossing's natives: what its caller put there is copied. */
void xvm_begin(struct xvm_tx *tx);

/* The messenger program (messenger.h), for a bank. NULL: it can answer questions, but no messages
 * are started; so in genesis. */
struct sol_builtin xvm_messenger(struct xvm_tx *tx);

/* What a Solana message costs at least, in common gas, for what is kept of the instructions that
 * its programs started: compute units hardly count their bytes. A floor: what it has cost by other
 * counts pays for them too. Those of the message itself were paid for by who sent it. */
uint64_t xvm_svm_record_gas(const struct sol_result *r);

/* What Solana legs of this transaction run on, root leg or message: the block's bank, with the
 * messenger program. NULL: there
 * is no SVM here. The first call may write sysvar accounts, so it is made where nothing that it
 * writes is undone: before the savepoint of a message. */
const struct sol_bank *xvm_svm_bank(struct xvm_tx *tx);

/* Fills in the root leg's record; to be called when it has ended. If it failed its messages are
 * already undone. */
void xvm_root_done(struct xvm_tx *tx, const struct xvm_leg *root);

/* Marks where an atomic tail goes back to if it fails: what is done before is kept. */
void xvm_start(struct xvm_tx *tx);

/* Has the root frame made the tail atomic? Then what it was called at: in a Solana transaction, the
 * number of the instruction. */
bool xvm_is_atomic(const struct xvm_tx *tx);
uint32_t xvm_atomic_place(const struct xvm_tx *tx);

/* Runs the queue until it is empty, after a root leg that failed too: then all that there is to do
 * is to give back gas that its messages had reserved. `gas_left` is common gas; on return what is
 * left of it, which may be more. False: the tail is atomic and has failed. Everything since
 * xvm_start() has been undone, there are no messages and no logs; legs[0] has failed, and says why.
 */
bool xvm_drain(struct xvm_tx *tx, uint64_t *gas_left);

/* For who shows a leg in Move that is not the root: what its function was called with, one BCS
 * slice for each parameter behind the signers. Fails if the record is cut. */
struct err xvm_leg_arguments(const struct xvm_leg *l, const struct mv_param *params, uint32_t count,
                             struct st_journal *j, struct arena *arena, struct bytes *out);
/* The ABI type of such a function's results, as a caller in the EVM gets them: a tuple. */
struct abi_type;
struct err xvm_results_type(const struct mv_param *returns, uint32_t count, struct arena *arena,
                            struct abi_type *tuple);

/* What EVM revert data says: Solidity's Error(string) as its text, Panic(uint256) and custom errors
 * described. Empty if it says nothing. */
struct bytes xvm_revert_text(struct arena *arena, struct bytes data);

/* Revert data that says `text`: Solidity's Error(string). */
struct bytes xvm_error_string(struct arena *arena, struct bytes text);

/* The host calls that Move legs need from the crossing (0x1::evm, 0x1::svm), for root legs too.
 * Valid while `tx` is. */
struct mv_host xvm_move_host(struct xvm_tx *tx);

#endif
