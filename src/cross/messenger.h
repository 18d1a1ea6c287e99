/* The messenger program: what a Solana program or wallet invokes to start a message, or to call at
 * once, in the node itself and not in bytecode. Its account is XVM_MESSENGER_ID; docs/cross-vm.md
 * has the interface.
 *
 * Instruction data is Borsh: a tag (enum xvm_messenger_tag), then the fields of struct
 * xvm_instruction in the order in which the tag's comment names them. It is read strictly: tags and
 * booleans that are known, text that is UTF-8, nothing behind the last field. */
#ifndef TERN_CROSS_MESSENGER_H
#define TERN_CROSS_MESSENGER_H

#include "cross/cross.h"
#include "solana/invoke.h"

/* Stored in logs; never renumber. */
enum xvm_messenger_tag {
    XVM_CALL_EVM = 0,  /* to [u8; 20], data Vec<u8> */
    XVM_CALL_MOVE = 1, /* module_address [u8; 32], module String, function String, type_args String,
                          args: enum { Abi(Vec<u8>), Bcs(Vec<Vec<u8>>) } */
    XVM_CALL_SVM = 2,  /* refused, whatever follows: a program invokes another itself */
    XVM_SEND_EVM = 3,  /* as CALL_EVM, then options: on_fail u8, open_retry bool, deadline u64, gas
                          u64, value u64, refund_to Option<[u8; 32]>, callback Option<XvmCallback>,
                          callback_gas u64, on_success bool */
    XVM_SEND_MOVE = 4, /* as CALL_MOVE, then options */
    XVM_SEND_SVM = 5,  /* refused as CALL_SVM */
    XVM_RETRY = 6,     /* id [u8; 32] */
    XVM_CANCEL = 7,    /* id [u8; 32] */
    XVM_ALIAS_OF = 8, /* actor: enum { Evm([u8; 20]), Move([u8; 32]), Svm([u8; 32]) }, machine u8 */
    XVM_HOME_OF = 9,  /* actor */
    /* Calls at once; they are in no log. */
    XVM_SYNC_EVM = 10,  /* as CALL_EVM, then: flags u8 (enum xvm_sync_flag), units u64, value u64 */
    XVM_SYNC_MOVE = 11, /* as CALL_MOVE, then the same */
    XVM_SWEEP = 12,     /* machine u8: what the sender's alias holds there comes home */
    XVM_MAKE_ATOMIC = 13,
};

/* How a call at once is made. */
enum xvm_sync_flag {
    XVM_SYNC_HOME_AUTHORITY = 1, /* the callee may act as the sender, in the SVM */
    XVM_SYNC_RAW = 2,            /* SYNC_MOVE: the results as BCS, not ABI-encoded */
    XVM_SYNC_MUST = 4,           /* if the call fails the instruction does */
    XVM_SYNC_READ_ONLY = 8,      /* nothing may be written, in any machine */
};

/* Errors of its own: ProgramError::Custom. */
enum xvm_messenger_error {
    XVM_MESSENGER_SAME_MACHINE = 0,
    XVM_MESSENGER_OPTION = 1, /* an option does not fit; the log says which and why */
    XVM_MESSENGER_DEADLINE_OUT_OF_RANGE = 2,
    XVM_MESSENGER_PAYLOAD_TOO_LONG = 3,
    XVM_MESSENGER_NOT_HERE = 4,    /* no transaction stands behind the run: nothing can be queued */
    XVM_MESSENGER_READ_ONLY = 5,   /* nothing can be started or paid in a read-only call */
    XVM_MESSENGER_NO_GAS = 6,      /* more gas is to be reserved than there are compute units for */
    XVM_MESSENGER_NOT_ROOT = 7,    /* MAKE_ATOMIC by CPI, or in a message's leg */
    XVM_MESSENGER_TAIL_FAILED = 8, /* of MAKE_ATOMIC: the tail has failed and undone everything */
    XVM_MESSENGER_CALL_FAILED = 256, /* … + the reason (enum xvm_failure): MUST was asked for */
};

struct xvm_instruction {
    uint8_t tag;
    bool has_options;
    /* to the EVM */
    struct bytes to, data;
    /* to Move */
    struct bytes module_address, module, function, type_args;
    bool bcs; /* `data` is a Borsh Vec<Vec<u8>>, one BCS value a parameter; else ABI */
    uint8_t on_fail;
    bool open_retry, on_success;
    uint64_t deadline, gas, value, callback_gas; /* value: lamports */
    struct bytes refund_to, callback;            /* empty: none */
    uint8_t flags;                               /* enum xvm_sync_flag */
    uint64_t units; /* compute units that the call may use at most; 0: no such limit */
    struct b32 id;
    struct xvm_actor actor;
    uint8_t machine; /* enum st_vm */
};

/* Reads instruction data; slices are borrowed. NULL, or what is wrong with it. Of CALL_SVM and
 * SEND_SVM only the tag is read. */
const char *xvm_instruction_decode(struct bytes data, struct xvm_instruction *out);

/* What a callback calls, as the sender's machine names it. */
struct xvm_callback {
    /* of Move, from "0x1::module::function" */
    struct bytes module_address, module, function;
    /* of the SVM, from Borsh: program [u8; 32], accounts Vec<{key [u8; 32], flags u8}> (enum
     * xvm_meta, none signs), data Vec<u8>, which stands in front of what is told */
    struct bytes program, metas, data;
};

/* Slices are borrowed; false if it is malformed. The first only finds the names. */
bool xvm_callback_function(struct bytes text, struct xvm_callback *out);
bool xvm_callback_instruction(struct bytes borsh, struct xvm_callback *out);

/* Splits a Borsh Vec<Vec<u8>>; false if it is none or does not hold `count` of them. */
bool xvm_split_vectors(struct bytes in, struct bytes *out, uint32_t count);

/* What a call at once returns: a status, 0 or why it has failed (enum xvm_failure), and bytes. Of
 * one that succeeded they are its result. Of one that failed, a code in 8 bytes, little-endian (of
 * an abort in Move, else 0), and then, if the target is in the EVM and has reverted, what it
 * reverted with; else a text. More than the return data may hold is cut, and the status says so. */
enum { XVM_STATUS_CUT = 0x80, XVM_STATUS_CODE_BYTES = 8 };

/* Fills in the message's target, arguments included. */
void xvm_instruction_target(const struct xvm_instruction *in, struct arena *arena,
                            struct xvm_message *m);

/* What the messenger writes into the journal as the data of a log that nothing else can mark
 * (internal.h, XVM_SVM_MESSENGER): sender, id of the message or request, the instruction's data. */
enum { XVM_MESSENGER_LOG_HEAD = 64 };

/* ---- Between the program's files */

struct sol_fail xvm_messenger_refuse(struct sol_context *ctx, struct sol_fail f, const char *why);
/* Account 0 speaks: a wallet, or a program's derived address. */
struct sol_fail xvm_messenger_check_sender(struct sol_context *ctx);
/* May the instruction's value leave account 0? */
struct sol_fail xvm_messenger_check_value(struct sol_context *ctx,
                                          const struct xvm_instruction *in);
/* For accounts that go out to the journal and come in again. */
struct sol_fail xvm_messenger_charge_accounts(struct sol_context *ctx);
/* messenger_call.c: SYNC_EVM and SYNC_MOVE. */
struct sol_fail xvm_messenger_call(struct sol_context *ctx, struct xvm_tx *tx,
                                   const struct xvm_instruction *in);
/* SWEEP: the outcome of a call, whose result is how many lamports have come (u64). */
struct sol_fail xvm_messenger_sweep(struct sol_context *ctx, struct xvm_tx *tx,
                                    const struct xvm_instruction *in);

#endif
