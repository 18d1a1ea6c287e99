/* Differential testing of the EVM: a case is a small world, a block and one to three transactions
 * in a fork. It is made from a seed (generate.h), executed by Tern (run.c) and by a peer (peer.h),
 * each of which tells what happened in the same bytes; those are compared. What differs is made
 * smaller (shrink.c) and printed as a state test (report.c).
 *
 * The bytes. Numbers are little-endian, words of 32 bytes big-endian, [x] is a u32 count and the
 * items.
 *
 *     case     u8 fork (enum evm_fork), u64 chain id, block, [account], [transaction]
 *     block    u64 number, u64 timestamp, u64 gas limit, b20 coinbase, u64 base fee,
 *              word difficulty, b32 prevrandao, u64 excess blob gas
 *     account  b20 address, u64 nonce, word balance, [u8] code, [slot]
 *     slot     word key, word value
 *     transaction
 *              u8 type, u8 flags (1: has a chain id, 2: creation), u64 chain id, u64 nonce,
 *              u64 gas limit, b20 sender, b20 to, word value, word max fee, word max priority fee,
 *              word max blob fee, [u8] data, [access], [b32] blob hashes, [authorization]
 *     access   b20 address, [b32] keys
 *     authorization
 *              word chain id, b20 address, u64 nonce, u8 y parity, word r, word s
 *
 *     result   of each transaction: with ED_STEPS [step]; outcome; the world after it: [kept
 * account], or with ED_ROOTS the b32 root of its state step     what an instruction finds: u32 pc,
 * u8 instruction, u32 depth, u64 gas, u64 bytes of memory, u32 items of stack, u64 FNV-1a over
 * their 64-bit words, lowest first outcome  u8 0 if the transaction was refused, or u8 status (1
 * success, 2 revert, 3 failure), u64 gas used, u64 refund (capped; with ED_ROOTS 0), [u8] output,
 * b20 created, [log] log      b20 address, [b32] topics, [u8] data kept account b20 address, u64
 * nonce, word balance, b32 code hash, [slot]; by address, slots by key, without those that are zero
 */
#ifndef TERN_DIFFERENTIAL_CASE_H
#define TERN_DIFFERENTIAL_CASE_H

#include "evm/evm.h"

enum { ED_ACCOUNTS_MAX = 48, ED_TXS_MAX = 3 };

struct ed_slot {
    struct u256 key, value;
};

struct ed_account {
    struct b20 address;
    uint64_t nonce;
    struct u256 balance;
    struct bytes code;
    struct ed_slot *slots;
    size_t slot_count;
};

/* Everything in it lives in the arena that it was made in. */
struct ed_case {
    enum evm_fork fork;
    uint64_t chain_id, excess_blob_gas;
    struct evm_block block; /* blob_base_fee follows from excess_blob_gas */
    struct ed_account accounts[ED_ACCOUNTS_MAX];
    size_t account_count;
    struct evm_tx txs[ED_TXS_MAX];
    size_t tx_count;
};

void ed_encode(const struct ed_case *c, struct buf *out);

enum ed_run_flag {
    ED_TRACED = 1, /* in the form of code for tracers, not in the other (evm/code.h) */
    ED_ROOTS = 2,
    ED_STEPS = 4, /* with ED_TRACED */
};

/* Runs it and appends the result. */
void ed_run(struct evm_machine *m, const struct ed_case *c, unsigned flags, struct buf *result);

/* The world before transaction `index` in place of the first, that transaction alone. False if a
 * world in `result` is not there. */
bool ed_case_from(const struct ed_case *c, size_t index, struct evm_machine *m, struct ed_case *out,
                  struct arena *arena);

/* ---- Results as text */

/* The first lines in which two results differ. In the arena. */
const char *ed_difference(struct bytes ours, struct bytes theirs, unsigned flags,
                          struct arena *arena);

/* All of a result, a line for each thing. */
void ed_print_result(struct buf *out, struct bytes result, unsigned flags);

/* The case's only transaction as a state test that expects `result`, for `tern statetest`. */
void ed_put_statetest(struct buf *out, const struct ed_case *c, struct bytes result, unsigned flags,
                      const char *comment);

/* ---- Making a case smaller */

/* Does it still differ? */
typedef bool ed_still(void *ctx, const struct ed_case *c);

/* Takes away whatever it can while `still` holds, at most `tries` times. */
void ed_shrink(struct ed_case *c, ed_still *still, void *ctx, unsigned tries, struct arena *arena);

#endif
