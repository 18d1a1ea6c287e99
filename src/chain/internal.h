/* chain's own: what its files share. */
#ifndef TERN_CHAIN_INTERNAL_H
#define TERN_CHAIN_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "chain/chain.h"
#include "chain/clock.h"
#include "chain/dev.h"
#include "chain/mempool.h"
#include "chain/solana.h"

enum { CHAIN_BLOCK_TXS_MAX = 65536 };
enum { CHAIN_WEI_PER_UNIT = 1000000000 }; /* an octa, a lamport */

/* Gas of a Move unit: an external gas unit is this many internal ones (move-facts §4). */
#define MOVE_GAS_SCALING 1000000u

/* A wish that only the sequencer's thread can fulfil; lives on the stack of whoever waits for it.
 */
struct chain_order {
    struct err (*run)(struct chain *c, void *arg);
    void *arg;
    struct err err;
    bool done;
    struct chain_order *next;
};

/* What the next blocks are made with. */
struct chain_ahead {
    struct chain_clock clock;
    struct chain_mining mining;
    uint64_t gas_limit;
    struct b20 coinbase;
    bool has_base_fee, has_randao; /* set for the next block only */
    struct u256 base_fee;
    struct b32 randao;
    struct u256 computed_base_fee; /* from the newest block */
    uint64_t newest_us;            /* its timestamp */
};

struct chain_point; /* points.c */

enum { CHAIN_RECENT_HASHES = 256 };

/* A block's hash as BLOCKHASH asks for it; at place height mod CHAIN_RECENT_HASHES. */
struct chain_recent_hash {
    bool is_known;
    uint64_t height;
    struct b32 hash;
};

/* accepted.c: the submissions that were answered before their block. */
struct chain_acceptance {
    pthread_mutex_t lock; /* for all below; taken under the mempool's */
    pthread_cond_t news;  /* the earliest one has ended */
    struct chain_accepted *first, *last;
    uint64_t turns;
    uint32_t sleepers;
    _Atomic uint32_t count;
};

struct chain {
    struct chain_options options;
    struct eth_schedule schedule;
    bool is_ethereum; /* it began with a geth genesis */
    struct xvm_params cross;
    struct st_store *store;
    struct st_journal *journal; /* the sequencer's */
    struct mv_vm *move_vm;
    struct sol_programs *solana_programs;
    struct mempool *mempool;
    struct chain_acceptance acceptance;
    struct b32 faucet_seed;
    struct b32 faucet_address;
    _Atomic uint32_t airdrops; /* of lamports, so far */
    pthread_mutex_t
        faucet_lock; /* one faucet transaction at a time: its sequence number is read, then used */

    pthread_mutex_t ahead_lock;
    struct chain_ahead ahead;
    bool mining_changed; /* the interval starts anew */
    struct b20 *impersonated;
    size_t impersonated_count, impersonated_cap;
    bool impersonate_all;
    struct b32 instance;

    pthread_mutex_t order_lock;
    pthread_cond_t order_news;
    struct chain_order *orders, **orders_end;
    bool orders_closed;

    struct chain_point *points;                           /* newest first; the sequencer's */
    struct chain_recent_hash recent[CHAIN_RECENT_HASHES]; /* the sequencer's */
    uint64_t recent_newest;
    bool is_busy;    /* the newest block had several transactions */
    bool failed;     /* a write failed: the sequencer stops, its journal is not what the store is */
    bool unbalanced; /* that is because a block made or lost money */
    struct chain_supply supply; /* in the newest state; the sequencer's */
    struct u256 octas_change;   /* in stores of Move, by the seal that is open */
    struct buf tokens_touched;  /* ids of the tokens whose books it changes */

    pthread_t sequencer;
    bool sequencer_runs;
    struct evm_machine *machine; /* the sequencer's */

    pthread_mutex_t sealed_lock;
    pthread_cond_t sealed_news;
    uint64_t sealed_height;
    bool stopping;
    pthread_mutex_t listener_lock;
    const struct chain_listener *listener;
};

/* A block while it is built. */
struct chain_open_block {
    struct chain_block head;
    struct arena arena;    /* holds the transactions' results until the block is sealed */
    struct chain_tx **txs; /* head.root_count of them */
    uint32_t txs_cap;
    uint64_t evm_gas; /* cumulative over the EVM list */
    uint32_t evm_logs;
    uint64_t next_version;
    struct chain_body body;
    struct bytes genesis_config; /* block 0 of an Ethereum chain: to be kept */
};

/* ---- chain.c */

uint64_t chain_wall_clock_us(void);
/* Builds and seals one block on the sequencer's thread. Without `even_empty` none if there is
 * nothing valid to put in. */
struct err chain_make_block(struct chain *c, bool even_empty, uint64_t fill_ms);
/* The newest block is another one: whoever asks is told, and the next block is made on it. */
void chain_head_changed(struct chain *c, const struct chain_block *head);
/* Everything set for the blocks to come as at the start; with a new instance number. */
void chain_ahead_init(struct chain *c);
/* The newest block in the store. */
bool chain_newest_block(struct chain *c, struct chain_block *out);
/* The chain is about to be closed: what takes long or waits for blocks ends. */
void chain_set_stopping(struct chain *c);
bool chain_is_stopping(struct chain *c);

/* ---- accepted.c */

void chain_acceptance_init(struct chain_acceptance *a);
void chain_acceptance_free(struct chain_acceptance *a);
/* From here on readers wait, until this waiter (the pool's, to be given to it) is told or … */
struct mempool_waiter *chain_accept(struct chain_acceptance *a);
/* … is given back, because there is nothing to wait for. */
void chain_accept_not(struct mempool_waiter *w);

/* ---- supply.c: none of it does anything on an Ethereum chain */

/* A fee in octas or lamports is burnt. */
void chain_burn_units(struct st_journal *j, uint64_t units);
/* Before st_seal_begin or st_amend_begin: counts what it changes. */
void chain_supply_watch(struct chain *c);
/* Reads c->supply: what the store says, or, if it was made before that was counted, every account.
 */
struct err chain_supply_load(struct chain *c);
/* Between st_seal_begin and st_seal_end: compares what accounts hold then with what may be there,
 * and puts the new sums in the store and in *next, which becomes c->supply when the seal has
 * succeeded. */
struct err chain_supply_seal(struct chain *c, uint64_t height, struct chain_supply *next);
/* Writes what the journal has changed between blocks into the newest state (st_amend). What it
 * changes in accounts is issued or burnt by whoever asked for it. */
struct err chain_seal_amended(struct chain *c);

/* ---- tokens.c */

/* A seal changes an item of the token gateway's. */
void chain_tokens_watch(struct chain *c, struct bytes key);
/* Between st_seal_begin and st_seal_end: an error if a token would be more than its escrow. */
struct err chain_tokens_check(struct chain *c, uint64_t height);

/* ---- orders.c */

void chain_orders_init(struct chain *c);
void chain_orders_free(struct chain *c);
/* Runs `run` on the sequencer's thread, between blocks, and waits for it. */
struct err chain_order(struct chain *c, struct err (*run)(struct chain *c, void *arg), void *arg);
/* The sequencer: does what has been asked for. */
void chain_run_orders(struct chain *c);
/* The sequencer ends: everything that waits and will be asked for is refused. */
void chain_close_orders(struct chain *c);

/* ---- dev.c */

/* The state has changed otherwise than by transactions: the mempool learns the nonces. */
void chain_refresh_pool(struct chain *c);

/* The mempool learns the next block's base fee. With ahead_lock held, so that it never keeps one
 * that has been replaced. */
void chain_tell_base_fee(struct chain *c);

/* ---- points.c */

void chain_points_free(struct chain *c);

/* ---- submit.c */

/* The checks that do not apply to a transaction: one that nobody signed may come from a contract.
 */
unsigned chain_evm_skips(const struct evm_tx *tx);

/* How long a submission waits: nobody waits for a block that does not come at once, for it may be
 * far away. */
uint64_t chain_submission_wait(struct chain *c, uint64_t wait_ms);

/* Inserts a transaction that waited before, without checking it again. */
void chain_resubmit(struct chain *c, const struct mempool_view *v, uint64_t account_nonce);

/* The same of a Solana transaction (submit_solana.c). */
void chain_resubmit_solana(struct chain *c, struct bytes raw);

/* ---- execute.c: one root transaction with its tail */

/* The surroundings of an execution: the sequencer's, or a reader's with a journal of its own. */
struct chain_exec {
    const struct chain_options *options;
    const struct xvm_params *cross;
    struct st_journal *journal;
    struct evm_machine *machine;
    struct mv_vm *move_vm;
    const struct chain_block *head; /* height, time, fees of the block */
    bool
        is_sealed; /* `head` is: Solana legs run in the slot that comes next, as a client's would */
    struct arena *arena; /* results are copied here */
    const struct evm_host *host;
    const struct chain_observer *observer;         /* NULL: nobody watches */
    const struct chain_block_overrides *overrides; /* of what `head` does not show; or NULL */
    bool keeps_legs;                               /* records of legs are not cut */
    bool crosses; /* transactions have a cross-VM tail: not on an Ethereum chain */
    struct sol_programs *solana_programs; /* NULL on an Ethereum chain */
    struct sol_bank *bank;                /* of the block; NULL until its first Solana leg */
    /* The block with this hash, from the chain's own past. */
    bool (*block_by_hash)(void *ctx, const struct b32 *hash, struct chain_block *out);
    void *block_ctx;
};

/* Why a transaction is refused. */
struct chain_refusal {
    bool nonce_too_high; /* it may run later */
    uint32_t vm_code;
    char text[256];
};

void chain_exec_env(const struct chain_exec *x, struct evm_env *env);
/* The words for a refusal, as geth's clients know them. */
void chain_evm_refusal(const struct evm_env *env, const struct evm_tx *tx, enum evm_tx_err e,
                       struct chain_refusal *out);
/* The rules of a Move transaction before it runs: signatures, gas, expiry, chain id, keys, sequence
 * number. What is left to the framework's prologue: nonce and balance. `simulated`: the signatures
 * are not looked at, and who names no key needs none. */
bool chain_move_check(const struct chain_options *options, struct st_journal *j,
                      const struct chain_block *head, const struct mv_signed_tx *tx, bool simulated,
                      struct chain_refusal *refusal);
/* Under whose name the transaction waits: its sender's, or if it is orderless one of its own, so
 * that it waits for no other and none for it. */
struct b32 chain_move_queue(const struct mv_signed_tx *tx);
/* The sequence number of a Move account; 0 if it has none. */
uint64_t chain_move_sequence_number(struct st_journal *j, const struct b32 *address);
/* The address of an ed25519 key made from a seed. */
struct b32 chain_ed25519_address(const struct b32 *seed);

/* evm_tx_check() with the error that go-ethereum finds first, if there are several: nonce, fees,
 * funds, then gas. */
enum evm_tx_err chain_check_call(struct evm_env *env, const struct evm_tx *tx, unsigned skip,
                                 struct evm_tx_plan *plan);

/* Runs the transaction. False: it is not valid now, nothing has changed. The journal is between
 * transactions before and after. Fills in everything of `out` that does not depend on its place in
 * the block. */
bool chain_execute_evm(struct chain_exec *x, const struct evm_tx *tx, struct bytes raw,
                       const struct b32 *hash, unsigned skip, struct chain_tx *out,
                       struct chain_refusal *refusal);
/* The root leg of an EVM transaction that has begun, and its tail. */
struct chain_evm_ran {
    bool ok;
    bool undone; /* by an atomic tail that failed: legs[0] says why */
    uint64_t gas_left;
};
struct chain_evm_ran chain_run_evm_root(struct chain_exec *x, struct xvm_tx *xt,
                                        const struct evm_tx *tx, const struct evm_tx_plan *plan,
                                        struct evm_result *result);
/* The root leg's record, from what the EVM said. */
void chain_evm_root_leg(struct xvm_tx *xt, const struct evm_tx *tx, const struct evm_tx_plan *plan,
                        const struct evm_result *result, struct xvm_leg *leg);
bool chain_execute_move(struct chain_exec *x, const struct mv_signed_tx *tx, struct bytes raw,
                        const struct b32 *hash, bool simulate, struct chain_tx *out,
                        struct chain_refusal *refusal);

/* A Solana transaction as it waits: decoded, and what of the block's gas it may use at most. */
struct chain_solana_tx {
    struct sol_tx tx;
    uint64_t gas_max;
};
bool chain_execute_solana(struct chain_exec *x, const struct sol_tx *tx, struct bytes raw,
                          const struct b32 *hash, struct chain_tx *out,
                          struct chain_refusal *refusal);
/* What a transaction weighs in a block, in EVM gas. */
uint64_t chain_solana_gas(const struct xvm_params *p, uint64_t units, size_t signatures);

/* ---- solana_bank.c */

/* The accounts that a chain begins with beside its users': programs and sysvars. */
void chain_solana_genesis(struct st_journal *j, const struct chain_block *head,
                          struct arena *arena);
/* Puts options.programs in place, in a transaction of the journal's; *changed: that did something.
 */
struct err chain_place_programs(struct chain *c, uint64_t slot, bool *changed);
/* The same for a chain that is there already: its newest state is amended. */
struct err chain_amend_programs(struct chain *c);
/* Brings the sysvar accounts up to the block and makes what its transactions run on. Within a
 * transaction of the journal. */
struct sol_bank *chain_solana_open_bank(struct chain_exec *x);
/* The execution's bank, opened on first use: for struct xvm_tx. Whoever then undoes the transaction
 * undoes the sysvars too, and puts the `bank` from before back. */
const struct sol_bank *chain_solana_exec_bank(void *exec);

/* Would the framework's prologue let the transaction run? Nothing of it stays. */
bool chain_move_try_prologue(struct chain_exec *x, const struct mv_signed_tx *tx,
                             const struct b32 *hash, struct chain_refusal *refusal);

/* Copies legs, messages, logs of the finished transaction into the result. */
void chain_keep_outcome(struct chain_exec *x, struct xvm_tx *xt, struct chain_tx *out);
/* Copies the Move items that the transaction changed. */
void chain_keep_changes(struct chain_exec *x, struct chain_tx *out);
void chain_begin_xvm(struct chain_exec *x, struct xvm_tx *xt, struct evm_env *env, uint8_t root_vm,
                     const struct b32 *root_hash);
struct mv_block_info chain_move_block(const struct chain_exec *x);

/* ---- block.c */

/* Starts block `height` on `parent` (NULL: genesis). */
void chain_block_open(struct chain *c, struct chain_open_block *b, const struct chain_block *parent,
                      uint64_t timestamp_us);
/* Gives a finished transaction its places in the lists. */
void chain_block_add(struct chain_open_block *b, struct chain_tx *tx);
/* Computes roots, header and indexes, and writes all into the store as one transaction. */
/* With `expected`, the header that the block must turn out to have. */
struct err chain_block_seal(struct chain *c, struct chain_open_block *b,
                            const struct eth_header *expected, struct eth_refusal *why);
/* The gas limit of a block after `parent`: on an Ethereum chain the nearest to `desired` that the
 * rules allow. */
uint64_t chain_next_gas_limit(const struct chain *c, const struct chain_block *parent,
                              uint64_t timestamp, uint64_t desired);
void chain_block_close(struct chain_open_block *b);

struct b32 chain_shadow_hash(enum st_vm vm, const struct b32 *root);

/* ---- logs.c */

/* Writes the block's entries of the index of logs, while it is sealed. */
struct err chain_index_logs(struct st_store *store, const struct chain_open_block *b);

/* ---- messages.c */

/* Writes the block's entries of the index of messages, while it is sealed. */
struct err chain_index_messages(struct chain *c, struct chain_open_block *b);

/* ---- record.c: what the store keeps */

void chain_block_encode(struct buf *out, const struct chain_block *b);
bool chain_block_decode(struct bytes in, struct chain_block *b);
void chain_tx_encode(struct buf *out, const struct chain_tx *tx);
bool chain_tx_decode(struct bytes in, struct arena *arena, struct chain_tx *tx);

void chain_body_encode(struct buf *out, const struct chain_body *body);
bool chain_body_decode(struct bytes in, struct arena *arena, struct chain_body *body);

/* ---- genesis.c */

struct err chain_genesis(struct chain *c);
/* The record of block 0 in the Move list. */
struct chain_tx *chain_genesis_tx(struct chain *c, struct arena *arena);

/* ---- ethereum.c: an Ethereum chain */

/* One of its blocks being made or checked. */
struct chain_eth_build {
    struct chain *chain;
    struct chain_open_block *block;
    struct chain_exec exec;
    struct eth_context context;
    struct eth_run run;
    struct chain_tx *out; /* what the transaction in hand becomes */
};

/* Block 0 from options.genesis, in an empty store. */
struct err chain_eth_genesis(struct chain *c);
/* What an existing store says of the chain's kind; checks options.genesis against it. */
struct err chain_eth_reopen(struct chain *c);
/* options.import. */
struct err chain_eth_import(struct chain *c);

void chain_eth_begin(struct chain_eth_build *e, struct chain *c, struct chain_open_block *b,
                     const struct eth_rules *rules, const struct evm_host *host);
bool chain_eth_tx(struct chain_eth_build *e, const struct eth_tx *tx, struct chain_tx *out,
                  struct eth_refusal *why);
/* `content`: ommers and withdrawals; fills in the header's blob gas and requests hash. */
bool chain_eth_end(struct chain_eth_build *e, const struct eth_block *content,
                   struct eth_refusal *why);
/* Forgets what a block that will not be sealed has done to the journal. */
void chain_reset_journal(struct chain *c);

/* ---- chain.c */

/* The host's block_hash over the store; ctx is the chain. */
bool chain_block_hash(void *ctx, uint64_t number, struct b32 *out);

/* ---- read.c */

struct chain_reader {
    struct chain *chain;
    struct st_snapshot *snapshot;
    struct st_journal *journal;  /* made on first use */
    struct evm_machine *machine; /* made on first use */
    struct mv_session *session;  /* made on first use */
    struct evm_host host;
    const struct chain_overrides *overrides; /* NULL: none */
    struct arena arena;
    uint64_t height;
    const struct chain_observer *observer;
    struct chain_exec *solana; /* made on first use, with its bank */
    bool keeps_legs;           /* records of legs are not cut */
    bool in_solana;            /* a transaction of the journal is open: a simulation's */
    bool replays;              /* chain_replay_open made it: */
    struct chain_block replay; /* the block that is run again */
    uint32_t replay_done, replay_roots;
};

/* An execution on the reader's state, at the reader's block with its overrides; `head` is filled
 * in. */
/* Its block_by_hash; ctx is the reader. */
bool chain_reader_block_by_hash(void *ctx, const struct b32 *hash, struct chain_block *out);
void chain_reader_exec(struct chain_reader *r, struct chain_block *head, struct chain_exec *x);

/* ---- simulate.c */

/* The gas that a call may use: what it names, or the most. */
uint64_t chain_call_gas(const struct chain_reader *r, const struct chain_evm_call *call);
/* One try of a call with a given gas limit; everything is undone at its end. */
struct err chain_try_call(struct chain_reader *r, const struct chain_evm_call *call, uint64_t gas,
                          struct chain_evm_result *out);
/* Runs a checked call and its tail between st_begin_tx and st_end_tx. */
void chain_run_call(struct chain_exec *x, struct evm_env *env, const struct chain_evm_call *call,
                    const struct evm_tx *tx, struct evm_tx_plan *plan,
                    struct chain_evm_result *out);
/* The transaction that a call would be; its sender's nonce unless it has one. */
struct evm_tx chain_call_tx(struct st_journal *j, const struct chain_exec *x,
                            const struct chain_evm_call *call, uint64_t gas);

/* ---- overrides.c */

/* Applies account overrides and ends the transaction that they are. `*moves` is an array in `arena`
 * for an evm_host. */
struct err chain_apply_overrides(struct st_journal *j, enum evm_fork fork,
                                 const struct chain_account_override *accounts, size_t count,
                                 struct arena *arena, struct evm_precompile_move **moves,
                                 size_t *move_count);
/* The fields of a block that overrides change. */
void chain_override_head(struct chain_block *head, const struct chain_block_overrides *o);

bool chain_load_block(const struct st_snapshot *snap, uint64_t height, struct chain_block *out);
/* The record of a root of any sealed block, also one after the snapshot's. */
bool chain_load_tx(const struct st_snapshot *snap, uint64_t height, uint32_t index,
                   struct arena *arena, struct chain_tx *out);

/* Tells the execution's observer, if there is one. */
void chain_observe_begin(const struct chain_exec *x, struct evm_env *env, const struct evm_tx *tx);
void chain_observe_end(const struct chain_exec *x, struct evm_env *env, uint64_t gas_used, bool ok);

#endif
