/* ethereum: the rules of Ethereum's blocks, for every fork from Frontier to Osaka with its blob
 * parameter steps: what a header must say, what a body must hold, what happens before, between and
 * after the transactions. Proof of work is not looked at: a block's seal (mix hash and nonce before
 * the merge) may be anything.
 *
 * Words
 *   schedule  which rules hold from which block number or time on: a chain's configuration.
 *   rules     what the schedule says for one block.
 *   refusal   why a block is not valid, by name and in words.
 *   run       one block being executed on a journal.
 *
 * The life of a block that somebody else made:
 *
 *     eth_block_decode(bytes, arena, &block, &why)
 *     rules = eth_rules_at(schedule, number, timestamp, &parent_total_difficulty)
 *     eth_check_header(&rules, &block.header, &parent_header, &why)
 *     eth_check_body(&rules, &block, &why)
 *     eth_check_ommers(schedule, &rules, &block, ancestors, count, &why)
 *     eth_recover_senders(&rules, &block, &why)
 *     eth_run_begin(&run, &context, &rules, &block.header)     system calls, the DAO's fork
 *       eth_run_tx(&run, &block.transactions[i], &why)…
 *     eth_run_end(&run, &block, &why)                          rewards, withdrawals, requests
 *     eth_check_outcome(&run, &block.header, &why)             gas, bloom, receipts, requests
 *     and the state root, which the caller computes from the journal.
 *
 * eth_apply() does all of it. A block that is built instead of checked goes through the middle
 * part, with eth_next_…() for its header and the roots from the run.
 */
#ifndef TERN_ETHEREUM_ETHEREUM_H
#define TERN_ETHEREUM_ETHEREUM_H

#include "base/base.h"
#include "evm/evm.h"
#include "state/state.h"

typedef struct json_t json_t; /* jansson's */

/* ---- Schedules */

/* In order. Up to the netsplit they come at a block number, from Shanghai on at a time. */
enum eth_step {
    ETH_HOMESTEAD,
    ETH_DAO, /* optional: EIP-779 */
    ETH_EIP150,
    ETH_EIP155,
    ETH_EIP158,
    ETH_BYZANTIUM,
    ETH_CONSTANTINOPLE,
    ETH_PETERSBURG,
    ETH_ISTANBUL,
    ETH_MUIR_GLACIER, /* optional, as the two below: they only move the difficulty bomb */
    ETH_BERLIN,
    ETH_LONDON,
    ETH_ARROW_GLACIER,
    ETH_GRAY_GLACIER,
    ETH_NETSPLIT, /* optional: tells networks apart, changes no rule */
    ETH_SHANGHAI,
    ETH_CANCUN,
    ETH_PRAGUE,
    ETH_OSAKA,
    ETH_BPO1, /* optional, as the others: EIP-7892, blob parameters only */
    ETH_BPO2,
    ETH_BPO3,
    ETH_BPO4,
    ETH_BPO5,
    ETH_STEP_COUNT
};
#define ETH_NEVER UINT64_MAX

/* The name of a step as in a geth genesis ("homesteadBlock", "bpo1Time"). */
const char *eth_step_name(enum eth_step step);

struct eth_blobs {
    uint32_t target, max; /* per block */
    uint64_t update_fraction;
};

struct eth_schedule {
    uint64_t chain_id;
    uint64_t at[ETH_STEP_COUNT]; /* ETH_NEVER: not scheduled */
    bool dao_support;            /* the balances are moved at ETH_DAO */
    bool merges;
    struct u256 terminal_total_difficulty;  /* if it merges */
    struct eth_blobs blobs[ETH_STEP_COUNT]; /* of ETH_CANCUN and later; max 0: as the step before */
    struct b20 deposit_contract;            /* EIP-6110 */
};

/* What holds in one block. */
struct eth_rules {
    enum evm_fork fork;
    enum eth_step step;     /* the newest that is active; ETH_STEP_COUNT before Homestead */
    bool merged;            /* proof of stake */
    bool dao_fork;          /* this is the block that moves the balances */
    bool dao_extra;         /* extraData must be "dao-hard-fork" */
    uint64_t bomb_delay;    /* blocks */
    struct eth_blobs blobs; /* zeros before Cancun */
    struct b20 deposit_contract;
};

/* Never-scheduled everything but chain id 1: Frontier for ever. */
void eth_schedule_frontier(struct eth_schedule *s);
/* That fork from block 0 on, with mainnet's blob parameters; the merge too from Paris on. */
void eth_schedule_fork(struct eth_schedule *s, enum evm_fork fork);
/* By the name that block tests use: a fork ("Prague", "BPO1"), or a transition at block 5, at a
 * time, or at a total difficulty ("CancunToPragueAtTime15k", "BerlinToLondonAt5",
 * "ArrowGlacierToParisAtDiffC0000"). */
bool eth_schedule_network(struct eth_schedule *s, struct bytes name);
/* The step that brings a fork or glacier of that name, "Cancun" or "bpo1" for those with blob
 * parameters. */
bool eth_step_parse(struct bytes name, enum eth_step *out);
/* Checks that the steps are in order and complete. Texts live in the arena. */
struct err eth_schedule_check(const struct eth_schedule *s, struct arena *arena);

/* `parent_td`: total difficulty up to and with the parent; the genesis block gives its own
 * difficulty. */
struct eth_rules eth_rules_at(const struct eth_schedule *s, uint64_t number, uint64_t timestamp,
                              const struct u256 *parent_td);

/* ---- Blocks */

enum {
    ETH_FIELDS_FRONTIER = 15,
    ETH_FIELDS_LONDON = 16,   /* baseFeePerGas */
    ETH_FIELDS_SHANGHAI = 17, /* withdrawalsRoot */
    ETH_FIELDS_CANCUN = 20,   /* blobGasUsed, excessBlobGas, parentBeaconBlockRoot */
    ETH_FIELDS_PRAGUE = 21,   /* requestsHash */
    ETH_EXTRA_MAX_BYTES = 32,
};

struct eth_header {
    struct b32 parent_hash, ommers_hash;
    struct b20 coinbase;
    struct b32 state_root, transactions_root, receipts_root;
    uint8_t logs_bloom[256];
    struct u256 difficulty;
    uint64_t number, gas_limit, gas_used, timestamp;
    struct bytes extra;  /* borrowed */
    struct b32 mix_hash; /* from the merge on prevRandao */
    uint8_t nonce[8];
    uint8_t fields; /* how many the header has: those below are there if it is large enough */
    struct u256 base_fee;
    struct b32 withdrawals_root;
    uint64_t blob_gas_used, excess_blob_gas;
    struct b32 parent_beacon_root, requests_hash;
};

struct eth_withdrawal { /* EIP-4895 */
    uint64_t index, validator;
    struct b20 address;
    uint64_t amount; /* gwei */
};

struct eth_tx {
    struct bytes raw; /* canonical */
    struct b32 hash;
    struct evm_tx tx; /* its sender is set by eth_recover_senders() */
};

struct eth_block {
    struct eth_header header;
    struct b32 hash;
    struct eth_tx *transactions;
    size_t transaction_count;
    const struct eth_header *ommers;
    size_t ommer_count;
    bool has_withdrawals; /* the body has a list of them, from Shanghai on */
    const struct eth_withdrawal *withdrawals;
    size_t withdrawal_count;
    size_t size; /* encoded, bytes */
};

/* The number of fields in a header of that fork. */
uint8_t eth_header_fields(enum evm_fork fork);
void eth_header_encode(struct buf *out, const struct eth_header *h);
struct b32 eth_header_hash(const struct eth_header *h);
/* One header, alone; `extra` borrows from `in`. The text names the field. */
struct err eth_header_decode(struct bytes in, struct arena *arena, struct eth_header *h);

/* keccak of the RLP of no ommers, and the requests hash of none. */
extern const struct b32 ETH_EMPTY_OMMERS, ETH_EMPTY_REQUESTS;

struct b32 eth_ommers_hash(const struct eth_header *ommers, size_t count);
struct b32 eth_withdrawals_root(const struct eth_withdrawal *w, size_t count);
struct b32 eth_transactions_root(const struct eth_tx *txs, size_t count);
/* Root of the trie over items under the RLP of their places. */
struct b32 eth_list_root(const struct bytes *items, size_t count);

void eth_ommers_encode(struct buf *out, const struct eth_header *ommers, size_t count);
void eth_withdrawals_encode(struct buf *out, const struct eth_withdrawal *w, size_t count);
struct err eth_ommers_decode(struct bytes in, struct arena *arena, const struct eth_header **out,
                             size_t *count);
struct err eth_withdrawals_decode(struct bytes in, struct arena *arena,
                                  const struct eth_withdrawal **out, size_t *count);

/* ---- Refusals */

enum eth_err {
    ETH_OK = 0,
#define ETH_ERROR(name, text) ETH_##name,
#include "ethereum/errors.def"
#undef ETH_ERROR
    ETH_ERR_COUNT
};

/* "INVALID_GASLIMIT", and what it means. */
const char *eth_err_name(enum eth_err e);
const char *eth_err_text(enum eth_err e);

struct eth_refusal {
    enum eth_err code;
    enum evm_tx_err tx; /* with ETH_TRANSACTION: why; EVM_TX_OK if a limit of the block is passed */
    bool blob_limit;    /* that limit is the one of blob gas, not of gas */
    uint32_t tx_index;
    char text[320]; /* all of it in words, with the numbers */
};

/* All calls below that return bool: false is a refusal, written to *why. */

/* Decodes one block off the beginning of `in`, its transactions included. Slices are borrowed from
 * `in`, lists live in the arena. *used, if not NULL, gets the block's size and input may follow it;
 * otherwise nothing may. */
bool eth_block_decode(struct bytes in, struct arena *arena, struct eth_block *b, size_t *used,
                      struct eth_refusal *why);
void eth_block_encode(struct buf *out, const struct eth_block *b);

/* ---- Headers */

/* `parent` is the parent's header; its number and hash are checked by the first line and by the
 * caller who found it. */
bool eth_check_header(const struct eth_rules *rules, const struct eth_header *h,
                      const struct eth_header *parent, struct eth_refusal *why);

/* What the next header must say. */
struct u256 eth_difficulty(const struct eth_rules *rules, const struct eth_header *parent,
                           uint64_t number, uint64_t timestamp);
struct u256 eth_next_base_fee(const struct eth_header *parent);
uint64_t eth_next_excess_blob_gas(const struct eth_rules *rules, const struct eth_header *parent);
/* The gas limit nearest to `desired` that is allowed. */
uint64_t eth_next_gas_limit(const struct eth_rules *rules, const struct eth_header *parent,
                            uint64_t desired);
/* The price of blob gas in a block with that header; zero before Cancun. */
struct u256 eth_blob_base_fee(const struct eth_rules *rules, const struct eth_header *h);

/* ---- Bodies */

bool eth_check_body(const struct eth_rules *rules, const struct eth_block *b,
                    struct eth_refusal *why);

/* An earlier block, as far as ommers ask for it. */
struct eth_ancestor {
    struct eth_header header;
    struct b32 hash;
    const struct eth_header *ommers;
    size_t ommer_count;
    struct u256 parent_td; /* total difficulty before it */
};
enum { ETH_ANCESTORS = 7 };

/* `ancestors`: the parent first, then its parent, up to ETH_ANCESTORS of them or to genesis. */
bool eth_check_ommers(const struct eth_schedule *s, const struct eth_rules *rules,
                      const struct eth_block *b, const struct eth_ancestor *ancestors, size_t count,
                      struct eth_refusal *why);

bool eth_recover_senders(const struct eth_rules *rules, struct eth_block *b,
                         struct eth_refusal *why);

/* ---- Execution */

struct eth_receipt {
    uint8_t type;
    bool ok;
    bool has_root; /* before Byzantium */
    struct b32 root;
    uint64_t gas_used, cumulative_gas;
    uint8_t bloom[256];
    const struct st_log *logs;
    size_t log_count;
};
/* Canonical bytes, with the type in front. */
void eth_receipt_encode(struct buf *out, const struct eth_receipt *r);

/* Appends the RLP of each EVM log, one after another. */
void eth_logs_encode(struct buf *out, const struct st_log *logs, size_t count);

/* Adds a log's address and topics to a bloom filter (Yellow Paper, 4.3.1). */
void eth_bloom_add(uint8_t bloom[256], const struct st_log *log);

struct eth_run;

/* The surroundings of executions. */
struct eth_context {
    uint64_t chain_id;
    struct st_journal *journal; /* between transactions */
    struct evm_machine *machine;
    const struct evm_host *host;     /* block hashes of the branch */
    const struct evm_tracer *tracer; /* NULL, or shown the transactions, but no system call */
    struct arena *arena;             /* results live there */
    void *ctx;                       /* of the two below */
    /* The state root of the journal: before Byzantium each receipt has one. False if it cannot be
     * had (the store failed); may be NULL from Byzantium on. */
    bool (*state_root)(void *ctx, struct st_journal *j, struct b32 *out);
    /* NULL, or called after each transaction, before its logs are forgotten. */
    void (*after_tx)(void *ctx, struct eth_run *run, const struct eth_tx *tx,
                     const struct evm_tx_plan *plan, const struct evm_result *result,
                     const struct evm_receipt *receipt);
};

/* EIP-7685: type ‖ data, in order of type; those without data are left out. */
struct eth_requests {
    struct bytes list[3];
    size_t count;
};
struct b32 eth_requests_hash(const struct eth_requests *r);

struct eth_run {
    const struct eth_context *context;
    struct eth_rules rules;
    struct evm_env env;
    unsigned skip; /* enum evm_check_skip, for blocks that no rule binds; 0 after eth_run_begin() */
    uint64_t gas_limit, gas_used, blob_gas_used;
    struct eth_receipt *receipts;
    size_t receipt_count, receipt_room;
    uint8_t bloom[256];
    struct eth_requests requests; /* after eth_run_end() */
};

void eth_run_begin(struct eth_run *r, const struct eth_context *context,
                   const struct eth_rules *rules, const struct eth_header *h);
/* Executes one transaction; tx->tx.sender is set. After a refusal nothing has changed. */
bool eth_run_tx(struct eth_run *r, const struct eth_tx *tx, struct eth_refusal *why);
/* Ommers and withdrawals of `b`; rewards go to the header's coinbase. */
bool eth_run_end(struct eth_run *r, const struct eth_block *b, struct eth_refusal *why);
struct b32 eth_run_receipts_root(struct eth_run *r);

bool eth_check_outcome(struct eth_run *r, const struct eth_header *h, struct eth_refusal *why);
bool eth_check_state_root(const struct eth_header *h, const struct b32 *root,
                          struct eth_refusal *why);

/* All checks before the execution of a decoded block; its parent is ancestors[0]. Sets the rules
 * and the senders. */
bool eth_check(const struct eth_schedule *s, struct eth_block *b,
               const struct eth_ancestor *ancestors, size_t ancestor_count, struct eth_rules *rules,
               struct eth_refusal *why);

/* eth_check() and the execution on the state after the parent: everything but the state root. After
 * a refusal the journal may hold part of the block. */
bool eth_apply(const struct eth_schedule *s, const struct eth_context *context, struct eth_block *b,
               const struct eth_ancestor *ancestors, size_t ancestor_count, struct eth_run *run,
               struct eth_refusal *why);

/* ---- Genesis files, as geth has them */

struct eth_slot {
    struct u256 key, value;
};
struct eth_account {
    struct b20 address;
    uint64_t nonce;
    struct u256 balance;
    struct bytes code;
    const struct eth_slot *slots;
    size_t slot_count;
};

struct eth_genesis {
    struct eth_schedule schedule;
    struct eth_header header; /* without the state root */
    const struct eth_account *accounts;
    size_t account_count;
    struct bytes config; /* JSON text, as eth_schedule_read() takes it */
};

enum { ETH_GENESIS_MAX_BYTES = 256 << 20 };

/* Everything lives in the arena. The text names the field. */
struct err eth_genesis_read(struct bytes json, struct arena *arena, struct eth_genesis *g);
/* Parts of it, for other files in the same form: accounts by address ("alloc", "pre"), and of a
 * test's config what a schedule by name does not say: chain id and blob schedule. */
struct err eth_accounts_read(const json_t *alloc, struct arena *arena,
                             const struct eth_account **accounts, size_t *count);
struct err eth_config_read(const json_t *config, struct arena *arena, struct eth_schedule *s);
/* The same for the config alone. */
struct err eth_schedule_read(struct bytes config, struct arena *arena, struct eth_schedule *s);
/* Hash of the genesis block; computes the state root in memory. */
struct b32 eth_genesis_hash(const struct eth_genesis *g);
/* Puts the accounts into an empty journal, as one transaction. */
void eth_genesis_fill(struct st_journal *j, const struct eth_account *accounts, size_t count);

#endif
