/* chain: blocks, transactions and the sequencer that makes them.
 *
 * One thread, the sequencer, executes everything: it takes transactions from the mempool (nonce
 * order per sender), runs each with its cross-VM tail, seals blocks into the store, then wakes
 * whoever waits. All other threads read snapshots.
 *
 * Words
 *   root transaction   what a user signed, in any machine
 *   shadow             how a root of another machine shows itself in this one: a transaction with a
 * derived hash that holds what happened here. keccak-256("TERN::shadow::evm" ‖ root hash) and
 *                      sha3-256("TERN::shadow::move" ‖ root hash).
 *   EVM list           a block's transactions as Ethereum clients see them: EVM roots and EVM
 * shadows, in order version            a Move transaction's number. Each block has a block-metadata
 * version first, then Move roots and Move shadows in order, then a state checkpoint; version 0 is
 * genesis.
 *   Ethereum chain       a chain that began with a geth genesis: its schedule says which rules each
 *                        block follows (ethereum/ethereum.h), its blocks are Ethereum's and nothing
 *                        else, and there are no transactions of other machines and no messages. Any
 *                        other chain is Tern's own: Osaka from block 0 on, extraData the world
 * root.
 */
#ifndef TERN_CHAIN_CHAIN_H
#define TERN_CHAIN_CHAIN_H

#include "base/base.h"
#include "cross/cross.h"
#include "ethereum/ethereum.h"
#include "evm/evm.h"
#include "move/move.h"
#include "move/transaction.h"
#include "state/state.h"

struct chain;

/* A Solana program to begin with. Borrowed for the chain's life. */
struct chain_program {
    struct b32 id;
    struct bytes elf; /* that sol_programs_try() accepts */
};

struct chain_options {
    const char *data_dir;    /* NULL: temporary */
    uint64_t chain_id;       /* EVM side; 0: 31337 */
    uint8_t move_chain_id;   /* 0: 4, what the Aptos SDK assumes of a local network */
    uint64_t block_time_ms;  /* 0: seal as soon as there is something to seal */
    uint64_t gas_limit;      /* a block's, common gas; 0: 60,000,000 */
    uint64_t call_gas_max;   /* the most that one call, trace or simulation may use, whatever the
                              * block allows; 0: 50,000,000, or `gas_limit` if that says more */
    uint64_t history_blocks; /* 0: 256 */
    uint64_t genesis_time_s; /* timestamp of block 0 */
    bool no_dev;             /* refuse the verbs of dev.h */
    struct bytes genesis; /* a geth genesis (JSON): an Ethereum chain; empty: Tern's own genesis, or
                           * what data_dir holds. Borrowed for chain_open(). */
    struct bytes import;  /* RLP blocks one after another, put on top before anything else; those
                           * that are there already are passed over. Borrowed likewise. */
    /* Solana programs: in the genesis of a new chain, and of one that starts anew; put into the
     * newest state of one that data_dir holds, unless they are there already. */
    const struct chain_program *programs;
    size_t program_count;
    /* Asked before each block of `import`; NULL: never. When it is true, chain_open() ends with
     * CHAIN_ERR_STOPPING, and data_dir keeps the blocks before. */
    bool (*import_stops)(void *ctx);
    void *import_stops_ctx;
    /* Called once, on the sequencer's thread, when it has ended with CHAIN_ERR_SUPPLY; NULL. */
    void (*unbalanced)(void *ctx);
    void *unbalanced_ctx;
};

enum chain_err {
    CHAIN_ERR_NONE = 0,
    CHAIN_ERR_STORE,    /* the store failed; text says how */
    CHAIN_ERR_DECODE,   /* the transaction's bytes are malformed; text names the field */
    CHAIN_ERR_INVALID,  /* refused before execution; text is what geth or Aptos would say */
    CHAIN_ERR_KNOWN,    /* already in the mempool or in a block */
    CHAIN_ERR_FULL,     /* the mempool has no room */
    CHAIN_ERR_STOPPING, /* the chain is being closed, or its import was told to stop */
    CHAIN_ERR_REPLAY,   /* running a block again gave another result than the recorded one */
    CHAIN_ERR_PROGRAM,  /* options.programs[at] cannot be put in place; text says why */
    CHAIN_ERR_SUPPLY,   /* a block would have made or lost money: the chain makes no more of them */
};

struct err chain_open(struct chain **out, const struct chain_options *options);
/* Finishes the block in hand, stops the sequencer, closes the store. */
void chain_close(struct chain *c);

const struct chain_options *chain_get_options(const struct chain *c);
struct st_store *chain_store(struct chain *c);
/* Which rules hold when, and whether the chain is an Ethereum chain. */
const struct eth_schedule *chain_schedule(const struct chain *c);
bool chain_is_ethereum(const struct chain *c);
struct mv_vm *chain_move_vm(struct chain *c);

/* ---- Submitting (any thread) */

/* What became of a submission. */
struct chain_submitted {
    struct b32 hash;
    uint32_t vm_code; /* Move: the validation status number of a refusal */
    bool sealed;      /* a block holds it already (instant sealing waits for it, up to `wait_ms`) */
    char text[256];   /* on refusal; the same text as in the error */
};

/* Decodes, checks the signature, checks against the newest state, and hands over to the sequencer.
 * In instant mode waits up to `wait_ms` until the transaction is sealed, so that a client that asks
 * next finds it. */
struct err chain_submit_evm(struct chain *c, struct bytes raw, uint64_t wait_ms,
                            struct chain_submitted *out);
struct err chain_submit_move(struct chain *c, struct bytes raw, uint64_t wait_ms,
                             struct chain_submitted *out);

/* The same, but without blocking: with `*later` the answer comes by one call of `told`,
 * on any thread and perhaps before this call returns; it must be quick and must not call the chain.
 * Otherwise the answer is in the result and in `out`, and `told` is not called. */
struct err chain_submit_evm_later(struct chain *c, struct bytes raw, uint64_t wait_ms,
                                  void (*told)(void *ctx, const struct chain_submitted *done,
                                               struct err e),
                                  void *ctx, struct chain_submitted *out, bool *later);
struct err chain_submit_move_later(struct chain *c, struct bytes raw, uint64_t wait_ms,
                                   void (*told)(void *ctx, const struct chain_submitted *done,
                                                struct err e),
                                   void *ctx, struct chain_submitted *out, bool *later);

/* As chain_submit_evm without waiting. In instant mode those who call chain_wait_accepted wait for
 * it instead, for up to `wait_ms`: a client cannot tell the difference, but for a transaction that
 * its sender's others make impossible, which is forgotten without a word, as on a network. */
struct err chain_submit_evm_at_once(struct chain *c, struct bytes raw, uint64_t wait_ms,
                                    struct chain_submitted *out);
/* Returns when everything that chain_submit_evm_at_once has accepted so far is in a block or will
 * not be, or after `wait_ms`. To be called before anything is read for a client. */
void chain_wait_accepted(struct chain *c, uint64_t wait_ms);

/* Whoever is to be told later is told now, nobody will wait any more, and blocks that are being
 * made on demand (dev.h) are the last ones. For the end of those who `told` speaks to. */
void chain_release_waiters(struct chain *c);

/* The development faucet: a Move transaction signed by the chain's own faucet account, so that
 * clients see a user transaction. Mints `amount` (in octas, 10^-9 ETH) to `to`, creating the
 * account if it is missing. */
struct err chain_faucet_move(struct chain *c, const struct b32 *to, uint64_t amount,
                             uint64_t wait_ms, struct chain_submitted *out);

/* A transaction of the mempool, or of the block that is being made: its raw bytes in `arena`. One
 * that is not there is in every reader opened from now on, if it is in a block at all: who looks
 * for a transaction wherever it is asks here first and opens the reader then. */
bool chain_pending(struct chain *c, const struct b32 *hash, struct arena *arena, uint8_t *vm,
                   struct bytes *raw);
/* How many wait. */
size_t chain_pending_count(struct chain *c);
/* The next nonce of an EVM sender, counting what is in the mempool. */
uint64_t chain_pending_nonce(struct chain *c, const struct b20 *sender);

/* Blocks until a block above `height` is sealed or `timeout_ms` is over; returns the newest height.
 */
uint64_t chain_wait_block(struct chain *c, uint64_t height, uint64_t timeout_ms);

/* Who wants to hear of news as they happen; both calls must be quick and must not call the chain.
 */
struct chain_listener {
    void *ctx;
    /* The newest block is another one: one more, or after going back an earlier one. On the
     * sequencer's thread. */
    void (*sealed)(void *ctx, uint64_t height);
    /* A transaction has come into the mempool. On the submitter's thread. May be NULL. */
    void (*arrived)(void *ctx, uint8_t vm, const struct b32 *hash);
};
/* Borrows `l` until it is NULL again; then it is not called any more. One at a time. */
void chain_listen(struct chain *c, const struct chain_listener *l);

/* ---- Reading (any thread; each reader belongs to the thread that opened it) */

struct chain_block {
    uint64_t height;
    uint64_t timestamp_us;
    struct b32 hash, parent_hash;
    struct st_roots roots;
    struct b32 transactions_root, receipts_root;
    uint8_t logs_bloom[256];
    uint64_t gas_limit, gas_used;
    struct u256 base_fee; /* zero before London */
    struct b20 coinbase;
    struct b32 prev_randao;               /* the header's mixHash */
    uint32_t root_count;                  /* root transactions */
    uint32_t evm_count;                   /* length of the EVM list */
    uint64_t first_version, last_version; /* Move; inclusive */
    uint64_t encoded_bytes;               /* size of the Ethereum block */
    uint64_t solana_count;                /* of Solana's list, up to and with this block */

    /* The rest of the Ethereum header. `header_fields` says how many fields it has: base_fee is
     * there from ETH_FIELDS_LONDON on, withdrawals_root from ETH_FIELDS_SHANGHAI on, the blob gas
     * and parent_beacon_root from ETH_FIELDS_CANCUN on, requests_hash from ETH_FIELDS_PRAGUE on;
     * what is not there is zero here. The state root is roots.evm. */
    uint8_t header_fields;
    enum evm_fork fork; /* whose rules it was executed under */
    struct b32 ommers_hash;
    struct u256 difficulty, total_difficulty; /* up to and with this block */
    uint8_t extra[ETH_EXTRA_MAX_BYTES];
    uint8_t extra_bytes;
    uint8_t nonce[8];
    struct b32 withdrawals_root;
    uint64_t blob_gas_used, excess_blob_gas;
    struct b32 parent_beacon_root, requests_hash;
    struct u256 blob_base_fee; /* price of blob gas in this block; zero before Cancun */
    uint32_t blobs_max;        /* in this block; 0 before Cancun */
};

/* Takes over an Ethereum header: everything but gas used, bloom and hash. */
void chain_block_take_header(struct chain_block *b, const struct eth_header *h);
/* The Ethereum header; `extra` is borrowed from the block. */
struct eth_header chain_block_header(const struct chain_block *b);
/* The same as RLP: its keccak is the block's hash. */
void chain_header_rlp(struct buf *out, const struct chain_block *b);

/* An address as people read it, with EIP-55's capitals, and a closing zero. */
enum { CHAIN_ADDRESS_TEXT = 43 };
void chain_address_text(char out[CHAIN_ADDRESS_TEXT], const struct b20 *address);

/* Adds a log's address and topics to a bloom filter (Yellow Paper, 4.3.1). */
void chain_bloom_add(uint8_t bloom[256], const struct st_log *log);

struct chain_tx;

/* The status that the transaction has in the EVM list: its own, or for a shadow whether every leg
 * that it had in the EVM succeeded. */
bool chain_evm_ok(const struct chain_tx *tx);

/* The rules of a block after `parent` with that timestamp (seconds). */
struct eth_rules chain_rules_after(const struct chain *c, const struct chain_block *parent,
                                   uint64_t timestamp);

/* The price of blob gas in a block right after `parent`, with the same blob parameters. */
struct u256 chain_next_blob_base_fee(const struct chain *c, const struct chain_block *parent);

/* The next block's base fee (EIP-1559). */
struct u256 chain_next_base_fee(const struct chain_block *parent);
/* The base fee of the block that is made next, as it stands now: a development chain may have set
 * it. */
struct u256 chain_pending_base_fee(struct chain *c);

/* The sender of a transaction as this chain knows it: whose signature it bears, or whom the mark of
 * a development chain names that stands in place of one (dev.h). */
bool chain_evm_sender(const struct evm_tx *tx, struct b20 *sender);

/* An item that a root transaction wrote: for the Aptos API's "changes". value.p NULL: deleted. */
struct chain_change {
    uint8_t domain; /* enum st_domain */
    struct bytes key, value;
};

/* A root transaction with everything that it did. */
struct chain_tx {
    uint8_t vm;   /* of the root */
    bool genesis; /* the one transaction of block 0; `raw` is empty */
    struct b32 hash;
    struct bytes raw; /* as signed */
    uint64_t height;
    uint32_t index; /* among the block's roots */
    bool ok;
    uint64_t gas_used; /* EVM root: gas of the whole transaction, tail included. Move root: external
                          units */
    uint64_t common_gas_used;        /* the same in EVM gas; counts against the block's limit */
    struct u256 effective_gas_price; /* EVM root, wei */
    struct b20 evm_sender;
    struct b32 move_sender;
    uint64_t move_sequence_number;
    bool created; /* EVM root that created `contract` */
    struct b20 contract;
    struct bytes move_status; /* Move root: vm_status text */
    struct bytes solana;      /* Solana root: its record (chain/solana.h) */
    /* places in the two lists; UINT32_MAX / UINT64_MAX where it does not appear there */
    uint32_t evm_index;
    uint64_t evm_cumulative_gas; /* of the EVM list up to and with this */
    bool has_state_root;         /* before Byzantium a receipt has one in place of the status */
    struct b32 state_root;
    uint32_t evm_log_first; /* index of its first EVM log in the block */
    uint64_t version;
    struct b32 evm_hash, move_hash; /* its own hash or that of its shadow there */
    const struct xvm_leg *legs;
    uint32_t leg_count;
    const struct b32 *messages; /* started here */
    uint32_t message_count;
    const struct st_log *logs; /* of all machines, in order */
    uint32_t log_count;
    const struct chain_change *changes;
    uint32_t change_count;
};

struct chain_reader;

/* A consistent view after block `height`, or the newest with ST_LATEST. */
struct err chain_reader_open(struct chain *c, uint64_t height, struct chain_reader **out);
void chain_reader_close(struct chain_reader *r);
uint64_t chain_reader_height(const struct chain_reader *r);
struct chain *chain_reader_chain(const struct chain_reader *r);
const struct st_snapshot *chain_reader_snapshot(const struct chain_reader *r);
/* A journal over the reader's snapshot, made on first use, closed with the reader. */
struct st_journal *chain_reader_journal(struct chain_reader *r);
/* Memory that lives as long as the reader; results of the calls below are in it. */
struct arena *chain_reader_arena(struct chain_reader *r);

/* False: there is no such block or transaction. */
bool chain_block_at(struct chain_reader *r, uint64_t height, struct chain_block *out);
bool chain_block_by_hash(struct chain_reader *r, const struct b32 *hash, struct chain_block *out);
/* The `index`-th root of a block. */
bool chain_tx_at(struct chain_reader *r, uint64_t height, uint32_t index, struct chain_tx *out);
/* By the root's hash or by that of any of its shadows; `*vm` says in which machine the hash names a
 * transaction. */
bool chain_tx_by_hash(struct chain_reader *r, const struct b32 *hash, uint8_t *vm,
                      struct chain_tx *out);

/* What a block holds beside its transactions. */
struct chain_body {
    const struct eth_header *ommers; /* hash them with eth_header_hash() */
    size_t ommer_count;
    bool has_withdrawals; /* from Shanghai on */
    const struct eth_withdrawal *withdrawals;
    size_t withdrawal_count;
    struct eth_requests requests; /* from Prague on: type ‖ data each (EIP-7685) */
};
bool chain_body_at(struct chain_reader *r, uint64_t height, struct chain_body *out);

/* The whole Ethereum block as RLP; false if there is none at that height. The entries of its list
 * alone: chain_evm_entry(), a receipt: chain_receipt_rlp(). */
bool chain_block_rlp(struct chain_reader *r, uint64_t height, struct buf *out);
/* The entry of the EVM list: the raw transaction, or a shadow's own encoding (type 0x7e). */
void chain_evm_entry(struct buf *out, const struct chain_tx *tx);
/* Its receipt's canonical bytes. */
void chain_receipt_rlp(struct buf *out, const struct chain_tx *tx);

/* What a Move version is. */
enum chain_version_kind {
    CHAIN_VERSION_GENESIS,
    CHAIN_VERSION_BLOCK,
    CHAIN_VERSION_USER,
    CHAIN_VERSION_CHECKPOINT
};
struct chain_version {
    enum chain_version_kind kind;
    uint64_t height;
    uint32_t index; /* CHAIN_VERSION_USER: the root's place in the block */
};
bool chain_version_at(struct chain_reader *r, uint64_t version, struct chain_version *out);

/* Logs of EVM legs in blocks [from, to], through the index of addresses and topics. A filter with
 * address_count 0 takes any address; topic_counts[i] 0 takes any topic at that position. Visits in
 * order until `visit` returns false. */
struct chain_log_filter {
    uint64_t from, to;
    const struct b20 *addresses;
    uint32_t address_count;
    const struct b32 *topics[ST_TOPICS_MAX];
    uint32_t topic_counts[ST_TOPICS_MAX];
};
struct chain_log {
    const struct st_log *log;
    const struct chain_tx *tx;
    const struct chain_block *block;
    uint32_t log_index; /* in the block */
};
bool chain_log_matches(const struct chain_log_filter *filter, const struct st_log *log);
/* False if there are too many places to look at: ask for fewer blocks. */
bool chain_scan_logs(struct chain_reader *r, const struct chain_log_filter *filter,
                     bool (*visit)(void *ctx, const struct chain_log *log), void *ctx);

/* ---- Messages, through their index */

/* Where a message was started: places sort as messages do. Bytes for clients to hand back. */
struct chain_message_place {
    uint8_t b[16];
};
struct chain_message_filter {
    uint64_t from, to; /* heights of the blocks in which they were started */
    bool reverse;      /* newest first */
    bool has_after;    /* only behind that place, in the order that is asked for */
    struct chain_message_place after;
    bool has_root; /* by the hash that any machine knows it by */
    struct b32 root;
    const struct xvm_actor *senders; /* any of these; sender_count 0: whoever; at most 2 */
    size_t sender_count;
    bool has_from_vm, has_to_vm;
    uint8_t from_vm, to_vm; /* enum st_vm */
    enum xvm_status status; /* 0: any */
    uint64_t now;           /* seconds, for `status` */
};
typedef bool chain_message_visitor(void *ctx, const struct xvm_message *m,
                                   const struct chain_message_place *place);

/* Visits messages in the order in which they were started until `visit` returns false, or until
 * enough have been looked at for one call. True: there are no more. Otherwise it goes on after
 * *reached. */
bool chain_scan_messages(struct chain_reader *r, const struct chain_message_filter *filter,
                         chain_message_visitor *visit, void *ctx,
                         struct chain_message_place *reached);

/* The roots in blocks [from, to] that started messages or had legs that ran, retried or cancelled
 * some, in order, until `visit` returns false. */
void chain_scan_crossings(struct chain_reader *r, uint64_t from, uint64_t to,
                          bool (*visit)(void *ctx, uint64_t height, uint32_t root), void *ctx);
/* Is it one of the filter's, whatever its status? */
bool chain_message_matches(const struct chain_message_filter *f, const struct xvm_message *m);

/* A leg that retried or cancelled a message, well or not. */
struct chain_attempt {
    uint64_t height;
    uint32_t root, leg; /* the root's place in the block */
};
/* The first ones of a message, in order; its first attempt is not among them. */
size_t chain_message_attempts(struct chain_reader *r, const struct b32 *id,
                              const struct chain_attempt **out);

/* Why a transaction cannot be in a block or a call cannot be tried, as go-ethereum's state
 * transition words it (the mempool's words are others): the text is in `arena`. */
const char *chain_evm_reason(struct evm_env *env, const struct evm_tx *tx, enum evm_tx_err e,
                             struct arena *arena);

/* ---- Money
 *
 * There is one native asset: wei in the EVM, octas in Move, lamports in the SVM, the last two 10^9
 * wei each. What all accounts hold is known at every block, counted from what the block changed,
 * and is what has been issued (at genesis, by the faucets' development verbs, with sysvar accounts)
 * less what has been burnt (fees, ether of contracts that destroyed themselves). A block that is
 * otherwise is not sealed, and none after it. Sums are modulo 2^256. Not on an Ethereum chain. */
struct chain_supply {
    struct u256 wei, octas, lamports; /* that accounts of each machine hold, in its unit */
    struct u256 issued, burnt;        /* since genesis, in wei */
    struct u256 coins; /* of the octas: Coin values, on their way or in somebody's resource; as
                          Move counts them */
    struct u256 move_supply; /* the octas that Move's framework has counted itself */
};
/* After that block; false: it is not known. */
bool chain_supply_at(struct chain_reader *r, uint64_t height, struct chain_supply *out);
/* What accounts hold in the reader's block, from every single one; `issued` and `burnt` are left
 * zero. Time grows with the world: for audits and tests. */
void chain_supply_scan(struct chain_reader *r, struct chain_supply *out);
/* All that they hold, in wei. */
struct u256 chain_supply_total(const struct chain_supply *s);

/* ---- Executing on a reader's state, without keeping anything */

/* An EVM environment for calls at the reader's block: that block's rules and fields, this chain's
 * id. */
void chain_evm_env(struct chain_reader *r, struct evm_env *env);

/* What may watch executions on a reader: traces. Any member may be NULL. */
struct chain_observer {
    void *ctx;
    /* Shown every leg in the EVM: the root's first, then those of its tail, each of which begins
     * with a call of depth 0. */
    const struct evm_tracer *evm;
    /* The transaction or call is valid and about to run: nothing of it has happened yet. `tx` is
     * NULL for a root of another machine. */
    void (*begin)(void *ctx, struct evm_env *env, const struct evm_tx *tx);
    /* It has run and paid. `gas_used` is the receipt's, `ok` the status in the EVM list. */
    void (*end)(void *ctx, struct evm_env *env, uint64_t gas_used, bool ok);
};

/* Everything that is executed on the reader from now on is shown to `o` (borrowed; NULL: to
 * nobody). */
void chain_observe(struct chain_reader *r, const struct chain_observer *o);

/* What is executed on the reader from now on has in its legs all that was passed, however long. */
void chain_keep_whole_legs(struct chain_reader *r);

/* The sequence number of a Move account at the reader's block; 0 if it has none. */
uint64_t chain_sequence_number(struct chain_reader *r, const struct b32 *address);

/* Running a sealed block again. The reader stands on the state before the block, and executes in
 * the block's surroundings (chain_evm_env, chain_simulate_evm too); each chain_replay_next takes it
 * one root further. Block 0 cannot be run again. */
struct err chain_replay_open(struct chain *c, uint64_t height, struct chain_reader **out);
/* The block, and how many of its roots have been run. */
const struct chain_block *chain_replay_block(const struct chain_reader *r);
uint32_t chain_replay_done(const struct chain_reader *r);
/* The root whose turn it is; false if there is none left. */
bool chain_replay_peek(struct chain_reader *r, struct chain_tx *out);
/* Runs it. Execution is deterministic: CHAIN_ERR_REPLAY if the outcome is not the recorded one. */
struct err chain_replay_next(struct chain_reader *r);
/* Runs all up to the `index`-th, and answers with what that one did. */
struct err chain_replay_tx(struct chain_reader *r, uint32_t index, struct chain_tx *out);

/* One EVM call or transaction with its cross-VM tail, as if it were the next transaction. */
struct chain_evm_call {
    struct b20 from; /* zeros if the client names none */
    bool has_to;     /* false: create */
    struct b20 to;
    struct u256 value;
    uint64_t gas;          /* 0: options.call_gas_max, which is never passed */
    struct u256 gas_price; /* the most that is paid for one gas; 0: free, and the balance is not
                              asked for gas */
    bool fee_market;       /* gas_price is EIP-1559's maxFeePerGas, and this the tip: */
    struct u256 max_priority_fee;
    struct bytes data;
    const struct evm_access *access;
    size_t access_count;
    const struct evm_authorization *authorizations;
    size_t authorization_count;
    const struct b32 *blob_hashes;
    size_t blob_hash_count;
    struct u256 max_blob_fee; /* 0: blob gas is free too */
    bool has_gas;             /* simulations of blocks: `gas` is meant, also 0 */
    bool has_nonce;
    uint64_t nonce; /* not compared with the account's by a call; simulations of blocks do */
};

/* What a client wants changed before its call runs. */
struct chain_slot_override {
    struct b32 key, value;
};
struct chain_account_override {
    struct b20 address;
    bool has_nonce, has_code, has_balance;
    bool has_state; /* `slots` are all the storage that there is */
    bool has_diff;  /* `slots` are changed, the others stay */
    bool has_move;  /* the precompile at `address` is at `move_to` instead */
    uint64_t nonce;
    struct bytes code;
    struct u256 balance;
    const struct chain_slot_override *slots;
    size_t slot_count;
    struct b20 move_to;
};
struct chain_block_overrides {
    bool has_number, has_difficulty, has_time, has_gas_limit, has_coinbase, has_prev_randao;
    bool has_base_fee, has_blob_base_fee, has_beacon_root, has_withdrawals;
    uint64_t number, time, gas_limit;
    struct u256 difficulty, base_fee, blob_base_fee;
    struct b20 coinbase;
    struct b32 prev_randao, beacon_root;
    const struct eth_withdrawal *withdrawals;
    size_t withdrawal_count;
};
struct chain_overrides {
    const struct chain_account_override *accounts;
    size_t account_count;
    struct chain_block_overrides block;
};

/* Changes the reader's state and block for all calls that follow, as if a transaction before them
 * had. Once for a reader, before anything else is executed on it. `o` is borrowed until the reader
 * is closed. An error says in go-ethereum's words what cannot be overridden. */
struct err chain_reader_override(struct chain_reader *r, const struct chain_overrides *o);

struct chain_evm_result {
    bool ok;
    bool reverted; /* by REVERT: `output` is revert data */
    bool out_of_gas;
    const char *error; /* geth's text when !ok */
    struct bytes output;
    uint64_t gas_used;               /* tail included */
    uint64_t gas_refunded, gas_peak; /* the peak: before the refund */
    struct b20 created;
    const struct xvm_leg *legs;
    uint32_t leg_count;
    bool tail_lacks_gas; /* a message failed only because the gas was used up */
    const struct st_log *logs;
    uint32_t log_count;
};
/* Results live in the reader's arena. An error only for calls that cannot be tried (balance,
 * intrinsic gas…). */
struct err chain_simulate_evm(struct chain_reader *r, const struct chain_evm_call *call,
                              struct chain_evm_result *out);

/* The smallest gas limit with which root and tail end as they do with the most that is allowed. */
struct err chain_estimate_evm(struct chain_reader *r, const struct chain_evm_call *call,
                              uint64_t *gas, struct chain_evm_result *out);

/* The access list with which the call would run (EIP-2930), and what it then costs. `used` is its
 * outcome. */
struct err chain_access_list(struct chain_reader *r, const struct chain_evm_call *call,
                             const struct evm_access **list, size_t *count,
                             struct chain_evm_result *used);

/* A Move transaction without its signatures being checked, as the Aptos API's simulate: fills a
 * chain_tx as if it had been sealed, with the given hash. */
struct err chain_simulate_move(struct chain_reader *r, const struct mv_signed_tx *tx,
                               const struct b32 *hash, struct chain_tx *out,
                               struct chain_submitted *refusal);

/* A session for view functions and layouts on the reader's state; freed with the reader. */
struct mv_session *chain_reader_move_session(struct chain_reader *r, uint64_t gas_limit_external);

#endif
