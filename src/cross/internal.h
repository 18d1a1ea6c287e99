/* cross's own: what its files share. */
#ifndef TERN_CROSS_INTERNAL_H
#define TERN_CROSS_INTERNAL_H

#include "codec/codec.h"
#include "cross/cross.h"
#include "cross/sync.h"

/* The marks in st_log.address by which the journal's Move events show that the messenger's native
 * functions wrote them: evm() and send(). Nothing else sets that field of a Move event. */
extern const struct b20 XVM_MOVE_MESSENGER, XVM_MOVE_SENDER; /* of 0x1::evm */
extern const struct b20 XVM_MOVE_SVM_MESSENGER,
    XVM_MOVE_SVM_SENDER; /* of 0x1::svm: call(), send() */
/* … and by which a Solana log shows that the messenger program wrote it. */
extern const struct b20 XVM_SVM_MESSENGER;

/* One thing to do, in the queue. */
struct xvm_entry {
    uint8_t kind; /* enum xvm_leg_kind, not ROOT */
    uint32_t parent_leg;
    uint32_t generation;
    struct xvm_message *message; /* NULL if a retry or cancel names none */
    struct b32 id;
    struct xvm_actor requester; /* of a retry or cancel */
    bool forgotten;             /* nothing is kept of it that could be retried */
    uint64_t gas, callback_gas; /* reserved for this attempt; 0: it runs on what is left */
    struct xvm_entry *next;
};

struct xvm_queue {
    struct xvm_entry *first, *last;
    uint32_t entries_run;
    struct xvm_alias_memo aliases;
    uint64_t gas_low; /* the least that the transaction had left during the tail */
    struct b20 evm_origin;
    struct evm_host evm_host; /* the caller's, with the natives below */
    struct evm_native *evm_natives;
    struct sol_bank *svm_bank; /* the block's, with the messenger program; NULL until it is asked */
};

/* Value that arrives with a leg: in the account of the sender's alias, before the target runs. */
struct xvm_funds {
    struct xvm_actor payer; /* whose account it leaves */
    struct u256 wei;
};

/* What running a message's leg came to. Slices live in the transaction's arena. */
struct xvm_run {
    enum xvm_failure failure;
    uint64_t gas_used;    /* common */
    uint64_t vm_gas_used; /* the machine's own */
    struct bytes result, error, error_data;
    uint64_t code; /* of a failure: Move's abort code, a Solana program's own error; else 0 */
    struct bytes from, to, function;
    const struct xvm_svm_leg *svm; /* of a Solana leg that got to run */
};

/* It has failed, and why. `text` lives as long as the run. */
static inline void xvm_fail(struct xvm_run *run, enum xvm_failure why, const char *text) {
    run->failure = why;
    run->error = bytes_cstr(text);
}

/* How many words of the EVM that many bytes take: what copying them is paid by. */
static inline uint64_t xvm_words(uint64_t bytes) {
    return div_ceil_u64(bytes, 32);
}

/* deliver.c: runs the leg that `m` describes with `gas` common gas, in its machine. The caller has
 * taken a savepoint and reverts to it on a failure. */
void xvm_deliver(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
                 uint64_t gas, struct xvm_run *run);
/* deliver_move.c, deliver_evm.c, deliver_svm.c: its parts. */
void xvm_deliver_move(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
                      uint64_t gas, struct xvm_run *run);
void xvm_deliver_evm(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
                     uint64_t gas, struct xvm_run *run);
void xvm_deliver_svm(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
                     uint64_t gas, struct xvm_run *run);

/* value.c: the one native asset between accounts of any two machines, or of one.
 *
 * Moves exactly `wei` from an account to another. False: nothing has moved, and `run` has the
 * failure (XVM_FAIL_VALUE) and its text: there is not so much, it is no multiple of the unit of a
 * machine that it touches, the receiver cannot count so much, or an account cannot be written (it
 * is frozen, belongs to a program or the system, or would fall below its rent-exempt minimum). Zero
 * always moves. Events and balances are what each machine's own transfer leaves: Withdraw and
 * Deposit in Move, where the receiver's account is made if it is missing.
 *
 * For the SVM, xvm_svm_bank() has been called before any savepoint that the caller may revert to.
 */
bool xvm_value_move(struct xvm_tx *tx, const struct xvm_actor *from, const struct xvm_actor *to,
                    const struct u256 *wei, struct xvm_run *run);
/* What that costs, in common gas, to be charged before: 0 for no value, more for a receiver that is
 * not there yet. */
uint64_t xvm_value_gas(struct xvm_tx *tx, const struct xvm_actor *to, const struct u256 *wei);

/* sweep.c: what the alias of `who` in another machine holds comes home, down to the unit of 10^9
 * wei; *wei says how much that was, perhaps nothing. A leg of its own in that machine, under a
 * savepoint; run->gas_used is never more than `gas`. The caller's machine has written to the
 * journal whatever it holds in memory, and reads anew. */
void xvm_sweep(struct xvm_tx *tx, const struct xvm_actor *who, enum st_vm in, uint64_t gas,
               struct u256 *wei, struct xvm_run *run);

/* metas.c: the accounts of a message to the SVM as struct xvm_message has them, in `arena`. The
 * first reads an ABI-encoded AccountMeta[] that begins at `at`; the second the BCS of a
 * vector<AccountMeta> at the front of `in`, which it takes off. False if they are malformed. */
bool xvm_metas_from_abi(struct bytes data, uint64_t at, struct arena *arena, struct bytes *out);
bool xvm_metas_from_bcs(struct bytes *in, struct arena *arena, struct bytes *out);

/* deliver.c: the Solana message that waits for the innermost call, NULL: none; and does it, or one
 * below it, hold the account (sol_is_held)? Nothing may change it then. */
const struct sol_context *xvm_svm_waiting(const struct xvm_tx *tx);
bool xvm_svm_is_held(const struct xvm_tx *tx, const struct b32 *key);

/* collect.c: reads the logs that were added since the last call, by legs of this generation, and
 * queues what they start. */
void xvm_collect(struct xvm_tx *tx, uint32_t generation);
/* collect.c: does this log start a message? */
bool xvm_starts_message(const struct st_log *log);

struct xvm_message *xvm_new_message(struct xvm_tx *tx, enum st_vm from, enum st_vm to,
                                    uint32_t generation);
/* Puts it at the end of the queue, with gas that belongs to it. */
void xvm_push_message(struct xvm_tx *tx, struct xvm_message *m, uint32_t leg, uint64_t gas,
                      uint64_t callback_gas);

/* options.c: fill in the message's options from the messengers' encodings: ABI-encoded words from
 * the `index`-th on, or BCS. False if they are malformed. Slices are borrowed. */
bool xvm_options_from_abi(struct bytes data, size_t index, struct xvm_message *m);
bool xvm_options_from_bcs(struct bytes bcs, struct xvm_message *m);
struct xvm_instruction;
void xvm_options_from_instruction(const struct xvm_instruction *in, struct xvm_message *m);

enum xvm_option_fault {
    XVM_OPTION_OK,
    XVM_OPTION_ON_FAIL,
    XVM_OPTION_CALLBACK,
    XVM_OPTION_CALLBACK_FORM,
    XVM_OPTION_GAS_BELOW_BASE,
    XVM_OPTION_GAS_NOT_AVAILABLE,
    XVM_OPTION_TAIL_NOT_ATOMIC,
};

/* May a message be sent like that, now? Whether the leg has the gas, and what the deadline may be,
 * is the messenger's to know. */
enum xvm_option_fault xvm_options_check(const struct xvm_tx *tx, const struct xvm_message *m);
const char *xvm_option_text(enum xvm_option_fault f);

/* reserve.c. The gas that a message reserves in all; false if there is no number for it. */
bool xvm_reserve_of(const struct xvm_message *m, uint64_t *gas);
/* The running leg has paid it. */
void xvm_reserve(struct xvm_tx *tx, const struct xvm_message *m);
/* The message has lasted: what it reserves is its own. False if it was never paid. */
bool xvm_reserve_take(struct xvm_tx *tx, const struct xvm_message *m);
/* What was reserved by frames that were reverted; it is not, any more. */
uint64_t xvm_reserve_left_over(struct xvm_tx *tx);
/* Makes the tail atomic, until the frame that runs is reverted; false if this is not the root leg,
 * or nothing could be undone. Whether it is the root frame is the messenger's to know. `place` is
 * kept for it. */
bool xvm_make_atomic(struct xvm_tx *tx, uint32_t place);

/* abi_words.c: append a number; a length, the bytes and zeros up to a whole word; the error
 * CallFailed(uint8 vm, uint8 reason, uint64 code, string message). */
void xvm_put_word(struct buf *out, uint64_t v);
void xvm_put_padded(struct buf *out, struct bytes b);
void xvm_put_call_failed(struct buf *out, uint8_t vm, enum xvm_failure why, uint64_t code,
                         struct bytes message);

/* callback.c */
/* Who calls, as the called machine sees it. */
struct xvm_actor xvm_callback_speaker(const struct xvm_message *m);
/* Queues the callback of a message that is final: m->result, or error and error_data, is what it
 * tells, with the number of the failure in the target's own terms. */
void xvm_start_callback(struct xvm_tx *tx, const struct xvm_message *m, uint64_t code, uint32_t leg,
                        uint64_t gas);
/* settle.c: what becomes of a message that has had its turn, by its policy: it is stored, its value
 * goes back, its callback is queued, or the transaction is to be undone: then false. Gas that was
 * reserved for a callback which is not to be goes to *gas_left. */
bool xvm_settle(struct xvm_tx *tx, struct xvm_entry *e, const struct xvm_run *run, uint32_t leg,
                uint64_t *gas_left);
/* A message that its sender cancels, or that has expired. False if its value cannot go back: `run`
 * says why, and it is what it was. */
bool xvm_settle_ended(struct xvm_tx *tx, struct xvm_message *m, enum xvm_status status,
                      struct xvm_run *run);

/* next_id.c: the id of the message that a running leg would start now, and the native contract that
 * answers it. */
struct b32 xvm_next_id(const struct xvm_tx *tx);
struct evm_native xvm_next_id_native(struct xvm_tx *tx);

/* The message's sender at home. A message that was malformed has none: its fields were never read.
 */
struct xvm_actor xvm_message_sender(const struct xvm_message *m);
/* Registers the sender's alias in the machine that the message goes to, notes it in the message and
 * the run, and brings the funds there. On a refusal the run has failed. */
bool xvm_enter(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
               struct xvm_actor *alias, struct xvm_run *run);

/* legs.c: the records of legs. A leg is opened when it begins: logs are attributed to it, and its
 * number is answered. It is filled in when it ends; who opened it makes its caller the current one
 * again. */
uint32_t xvm_leg_open(struct xvm_tx *tx);
void xvm_leg_set_current(struct xvm_tx *tx, uint32_t leg);
/* Of a synchronous call that has succeeded: it stands unless the journal goes back behind this. */
void xvm_leg_stand(struct xvm_tx *tx, uint32_t leg);
/* When nothing more can be reverted: marks the others as undone. */
void xvm_legs_settle(struct xvm_tx *tx);

/* What counts against payload_max_bytes. */
size_t xvm_payload_bytes(const struct xvm_message *m);

/* host.c: reads the event that 0x1::evm or 0x1::svm wrote, as m->to_vm says: sender, target, what
 * it is called with; behind them, in that of send(), id and options. Slices are borrowed, but for
 * the accounts of a message to the SVM. */
bool xvm_event_decode(struct bytes data, bool has_options, struct arena *arena,
                      struct xvm_message *m, struct b32 *sender);

/* message.c */
struct b32 xvm_message_id(uint64_t chain_id, const struct b32 *root, uint32_t index);
void xvm_message_put(struct st_journal *j, const struct xvm_message *m);

/* layout.c: is it the framework's struct 0x1::module::name? */
bool xvm_layout_is(const struct mv_layout *l, const char *module, const char *name);
/* The size of an integer; 0 if it is none. */
unsigned xvm_layout_int_bytes(const struct mv_layout *l);
/* What FixedPoint32 and FixedPoint64 are made from; NULL for any other type. */
const struct mv_layout *xvm_layout_fixed_point(const struct mv_layout *l);
/* The ABI type of a Move type that stands for no array, tuple or other type; false for one that
 * does. */
bool xvm_layout_plain(const struct mv_layout *l, struct abi_type *out);
/* The T of an Option<T>; NULL for any other type. */
const struct mv_layout *xvm_layout_option(const struct mv_layout *l);

/* abi_to_move.c: converts the ABI-encoded arguments of a message into BCS, one slice a parameter.
 * `types` is the ABI type list in parentheses if the caller wrote one, else empty: then it follows
 * from the parameters. An error's text names the parameter. */
struct err xvm_abi_to_move(struct bytes types, struct bytes data, const struct mv_param *params,
                           uint32_t count, struct st_journal *j, struct arena *arena,
                           struct bytes *out);

/* arguments.c: "transfer(bytes32,uint64)" is a name and ABI types, or a name alone; and the BCS of
 * each argument, of which `data` holds BCS, or ABI of these types (empty: those of the parameters).
 */
void xvm_split_function(struct bytes in, struct bytes *name, struct bytes *types);
struct err xvm_make_arguments(bool bcs, struct bytes types, struct bytes data,
                              const struct mv_param *params, uint32_t count, struct st_journal *j,
                              struct arena *arena, struct bytes *out);
/* legs.c: what a leg's record has of the message, or of the call that is described like one. */
void xvm_leg_describe(struct xvm_leg *l, const struct xvm_message *m);

/* results_to_abi.c: the ABI encoding of a Move function's results, whose types follow from their
 * layouts: addresses and objects become bytes32, structs tuples. The first tells whether every
 * result has such a type; the second encodes. */
struct err xvm_results_check(const struct mv_param *returns, uint32_t count, struct arena *arena);
struct err xvm_results_to_abi(const struct mv_param *returns, const struct bytes *results,
                              uint32_t count, struct st_journal *j, struct arena *arena,
                              struct bytes *out);

/* move_to_abi.c: one value of that layout; false with *e set. */
bool xvm_value_to_abi(const struct mv_layout *layout, struct bytes value, const struct abi_type *t,
                      uint32_t number, struct st_journal *j, struct arena *arena,
                      struct abi_value *out, struct err *e);

/* sync_move.c: what struct mv_host asks for; the context is the transaction's. */
void xvm_move_calls(void *tx, const struct mv_sync_call *call, struct mv_sync_result *result);
void xvm_move_sweeps(void *tx, const struct b32 *account, uint8_t vm, uint64_t gas,
                     struct mv_sync_result *result);
struct err xvm_move_results(void *tx, struct bytes types, struct bytes data,
                            const struct mv_layout *const *layouts, uint32_t count,
                            struct arena *arena, struct bytes *bcs);
bool xvm_move_locked(void *tx, const struct b32 *address, struct bytes module);

/* The same of what a contract of the EVM has returned to Move; an error speaks of that. */
struct err xvm_results_to_move(struct bytes types, struct bytes data, const struct mv_param *params,
                               uint32_t count, struct st_journal *j, struct arena *arena,
                               struct bytes *out);

/* move_to_abi.c: "f(uint256)(address)" or "f(uint256) returns (address)" is a function's ABI with
 * the types of its results; *function becomes what stands before them, and they are answered: empty
 * if there are none. A text that begins with a parenthesis is nothing but those types. */
struct bytes xvm_split_abi(struct bytes text, struct bytes *function);

/* itern.c: the native contract at XVM_TERN_ADDRESS. */
struct evm_native xvm_tern_native(struct xvm_tx *tx);

/* move_to_abi.c: checks a Move value against a function's ABI and encodes selector and arguments.
 * If there is no ABI the value is a vector<u8> that is the call data. */
struct err xvm_move_to_abi(struct bytes fn_abi, const struct mv_layout *layout, struct bytes value,
                           struct st_journal *j, struct arena *arena, struct bytes *call_data);
/* The same, in the transaction's arena, if it is no longer than a payload may be: it can be 32
 * times as long as the value, and until that is known it is in memory that ends here. */
struct err xvm_call_data(const struct xvm_tx *tx, struct bytes fn_abi,
                         const struct mv_layout *layout, struct bytes value,
                         struct bytes *call_data);

#endif
