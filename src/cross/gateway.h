/* gateway: the token gateway in the Solana VM, in the node itself and not in bytecode. Its account
 * is XVM_GATEWAY_ID; docs/cross-vm.md has its instructions. It acts as the address derived from its
 * id and the seed "authority", which owns the token accounts that are escrow and is the authority
 * of the stand-ins' mints, at the addresses with the seeds "mint" and the token's id. Only tokens
 * of SPL Token are taken: those of Token-2022 can have rules that escrow does not bear. */
#ifndef TERN_CROSS_GATEWAY_H
#define TERN_CROSS_GATEWAY_H

#include "cross/cross.h"

/* An instruction is a tag and its fields in Borsh. The comments name its accounts, in order: s has
 * signed, w is writable. */
enum xvm_gateway_tag {
    /* No fields. payer (s, w), mint, authority, vault (w), System, SPL Token, Associated Token. */
    XVM_GATEWAY_REGISTER = 0,
    /* id [u8; 32]. payer (s, w), mint (w), authority, System, SPL Token. A message that names no
     * accounts gets these, and those of ARRIVE (xvm_gateway_metas). */
    XVM_GATEWAY_CREATE = 1,
    /* machine u8, to [u8; 32], amount u64, data Vec<u8>. owner (s), source (w), mint (w), vault
     * (w), authority, SPL Token, messenger. */
    XVM_GATEWAY_SEND = 2,
    /* id [u8; 32], to [u8; 32], units u64, sender [u8; 32], lamports u64. A gateway's alias (s, w),
     * mint (w), recipient (w), his token account (w), vault (w), authority, System, SPL Token,
     * Associated Token. */
    XVM_GATEWAY_ARRIVE = 3,
    /* message [u8; 32]. owner (s), authority, messenger. */
    XVM_GATEWAY_CANCEL = 4,
    /* message [u8; 32]. payer (s, w), then as ARRIVE for the sender of the tokens. */
    XVM_GATEWAY_RECLAIM = 5,
    /* As SEND, in this call: if the tokens cannot arrive the instruction fails. */
    XVM_GATEWAY_SEND_NOW = 6,
};

/* Errors of its own: ProgramError::Custom. The log says more. */
enum xvm_gateway_error {
    XVM_GATEWAY_BOOKS = 0,         /* the books refuse */
    XVM_GATEWAY_WRONG_ACCOUNT = 1, /* an account is not the one that belongs there */
    XVM_GATEWAY_NOT_TAKEN = 2,     /* a mint that is not registered, or cannot be */
    XVM_GATEWAY_NOT_A_GATEWAY = 3, /* an arrival that no gateway of another machine speaks of */
    XVM_GATEWAY_NO_SUCH_TARGET = 4,
    XVM_GATEWAY_NOT_SENDER = 5,
    XVM_GATEWAY_RENT = 6, /* an account has to be made, and what came along does not pay for it */
    XVM_GATEWAY_NOT_HERE = 7,
};

struct sol_builtin xvm_gateway_program(struct xvm_tx *tx);

/* The accounts of ARRIVE or CREATE, as struct xvm_message has them, and what finding them costs in
 * common gas. False if the data is neither, or of a token that is not registered. */
bool xvm_gateway_metas(struct xvm_tx *tx, struct bytes data, const struct b32 *alias,
                       struct bytes *metas, uint64_t *gas);

#endif
