/* evm: the Ethereum Virtual Machine and the rules of Ethereum transactions, for every fork from
 * Frontier to Osaka, over one journal (state/journal.h).
 *
 * Words
 *   fork      which rules hold. Chosen by the caller for each block; everything below obeys it.
 *   machine   the memory that execution needs: the operand stacks, the byte memories and the frames
 *             of up to 1,025 nested calls. One per thread, made once and used again.
 *   env       the surroundings of one execution: fork, block, origin, gas price, journal, machine
 *             and host. Filled in by the caller.
 *   host      what the machine cannot know itself: block hashes, native contracts, a tracer.
 *   leg       one execution from an outermost frame: a transaction's root, or a call that another
 *             virtual machine started.
 *   native    a contract that is implemented by the node: at its address a C function runs.
 *
 * Nested calls of contracts do not nest on the C stack: the interpreter keeps frames of its own, so
 * one leg needs less than 16 KiB of C stack whatever its depth (64 KiB with sanitizers), and 200
 * KiB more while a precompile of BLS12-381 works. A native that starts another leg adds the former
 * for each crossing.
 *
 * The life of a transaction
 *
 *     st_begin_tx(j);
 *     evm_tx_check(&env, &tx, 0, &plan)           is it valid? changes nothing
 *     evm_tx_begin(&env, &tx, &plan)              buys gas, bumps the nonce, warms, delegates: what
 *                                                 is done here survives a failing execution
 *     evm_tx_run(&env, &tx, &plan, &result)       the root leg under its own savepoint
 *     …                                           the caller may use more of the gas that is left
 *     evm_tx_end(&env, &tx, &plan, gas_left, &receipt)   refunds, pays sender and coinbase
 *     st_end_tx(j, env.fork >= EVM_EIP158);
 *
 * evm_tx_execute() does the middle four.
 */
#ifndef TERN_EVM_EVM_H
#define TERN_EVM_EVM_H

#include "base/base.h"
#include "state/state.h"

/* ---- Forks */

/* In order; the names are those of the public test vectors (EVM_EIP150 is Tangerine Whistle,
 * EVM_EIP158 Spurious Dragon, EVM_PETERSBURG "ConstantinopleFix", EVM_PARIS the merge). */
enum evm_fork {
    EVM_FRONTIER,
    EVM_HOMESTEAD,
    EVM_EIP150,
    EVM_EIP158,
    EVM_BYZANTIUM,
    EVM_CONSTANTINOPLE,
    EVM_PETERSBURG,
    EVM_ISTANBUL,
    EVM_BERLIN,
    EVM_LONDON,
    EVM_PARIS,
    EVM_SHANGHAI,
    EVM_CANCUN,
    EVM_PRAGUE,
    EVM_OSAKA,
    EVM_FORK_COUNT
};

/* By the name in the vectors, or an alternative ("Petersburg", "Merge", "TangerineWhistle", …). */
bool evm_fork_parse(struct bytes name, enum evm_fork *out);
const char *evm_fork_name(enum evm_fork fork);

/* ---- How an execution ends */

enum evm_status {
    EVM_SUCCESS,
    EVM_REVERT, /* the only failure that keeps gas and returns data */
#define STATUS(name, text) EVM_##name,
#include "evm/status.def"
#undef STATUS
    EVM_STATUS_COUNT
};

/* Static text, as go-ethereum words it: "execution reverted", "out of gas", … */
const char *evm_status_text(enum evm_status status);

struct evm_result {
    enum evm_status status;
    uint64_t gas_left;   /* 0 after any failure but EVM_REVERT */
    struct bytes output; /* return or revert data, of a creation the new code; in the transaction
                          * arena of the journal */
    bool is_create;      /* `created` is meaningful if the status is EVM_SUCCESS too */
    struct b20 created;
};

/* ---- Surroundings */

struct evm_env;
struct evm_machine;

/* A machine for one thread. Address space is reserved (4 GiB for byte memories, 36 MiB for stacks),
 * memory is used as execution touches it. Ends the process cleanly if there is none. */
struct evm_machine *evm_machine_new(void);
void evm_machine_free(struct evm_machine *m);

struct evm_block {
    uint64_t number, timestamp; /* seconds */
    uint64_t gas_limit;
    struct b20 coinbase;
    struct u256 base_fee;      /* from London on; zero before */
    struct u256 difficulty;    /* before Paris */
    struct b32 prev_randao;    /* from Paris on */
    struct u256 blob_base_fee; /* from Cancun on, evm_blob_base_fee() */
    uint32_t blobs_max;        /* in a block; 0: the fork's own, evm_blobs_max() */
};

enum evm_call_kind {
    EVM_CALL,
    EVM_CALLCODE,
    EVM_DELEGATECALL,
    EVM_STATICCALL,
    EVM_CREATE,
    EVM_CREATE2,
};

/* One call or creation, as the callee sees it. */
struct evm_call_params {
    enum evm_call_kind kind;
    bool is_static; /* nothing may be written; set by EVM_STATICCALL and inherited */
    uint32_t depth; /* 0 for a root leg; another leg continues its caller's count */
    uint64_t gas;
    struct b20 sender;  /* msg.sender */
    struct b20 to;      /* whose storage and balance: not used by creations */
    struct b20 code;    /* whose code runs: `to` unless CALLCODE or DELEGATECALL */
    struct u256 value;  /* msg.value; moved from sender to `to` by CALL, CREATE and CREATE2 */
    struct bytes input; /* call data or init code; borrowed for the call */
    struct b32 salt;    /* CREATE2 */
};

/* A contract that the node implements. `run` is called with value already moved and under a
 * savepoint of its own; it fills in status, gas_left and output (borrowed until the next call on
 * the machine). It may start another leg with evm_call(), with depth params->depth + 1. */
struct evm_native {
    struct b20 address;
    void *ctx;
    void (*run)(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                struct evm_result *result);
};

/* What a tracer is shown before each instruction. Borrowed for the call. */
struct evm_step {
    uint32_t pc;
    uint8_t op;
    uint32_t depth; /* 1 for the outermost frame, as in EIP-3155 */
    uint64_t gas;   /* before the instruction is paid */
    uint64_t refund;
    const struct u256 *stack; /* lowest first */
    uint32_t stack_count;
    const uint8_t *memory;
    uint64_t memory_size;
    struct bytes return_data;
    const struct b20 *address;
    struct st_account *account; /* whose storage it works on */
};

/* Any member may be NULL. With `step` set, code runs in a slower form that reports every
 * instruction; without a tracer nothing is paid for. */
struct evm_tracer {
    void *ctx;
    void (*step)(void *ctx, struct evm_env *env, const struct evm_step *step);
    /* A call or creation begins, precompiles and refused ones included. `caller_gas` is what the
     * frame around it has left, forwarded gas taken out; 0 for the outermost. */
    void (*enter)(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                  uint64_t caller_gas);
    /* It ended. */
    void (*exit)(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                 const struct evm_result *result);
    /* The code of the newest frame stopped at the instruction shown last: with which status, and
     * with how much gas before a creation pays for its code. Precedes `exit`. */
    void (*stop)(void *ctx, struct evm_env *env, enum evm_status status, uint64_t gas);
    /* SELFDESTRUCT moved a balance. */
    void (*destruct)(void *ctx, struct evm_env *env, const struct b20 *from, const struct b20 *to,
                     const struct u256 *value);
};

/* A precompile that is at another address, or (no `to`) at none, for simulations that override it.
 */
struct evm_precompile_move {
    struct b20 from, to;
    bool has_to;
};

struct evm_host {
    void *ctx;
    /* Asked only for the 256 blocks before this one. NULL, or false: the hash is zero. */
    bool (*block_hash)(void *ctx, uint64_t number, struct b32 *out);
    const struct evm_native *natives;
    size_t native_count;
    const struct evm_tracer *tracer;
    const struct evm_precompile_move *moves;
    size_t move_count;
};

struct evm_env {
    enum evm_fork fork;
    uint64_t chain_id;
    struct evm_block block;
    const struct evm_host *host;
    struct st_journal *journal;
    struct evm_machine *machine;

    /* Set by evm_tx_begin(); by the caller before evm_call() without a transaction. */
    struct b20 origin;
    struct u256 gas_price;
    const struct b32 *blob_hashes;
    size_t blob_hash_count;
};

/* ---- Calls without a transaction */

/* Runs one leg between st_begin_tx and st_end_tx: messages that another machine sent, eth_call.
 * Under a savepoint of its own: after a failure the journal is as before, whatever was warmed
 * included. Does not change the sender's nonce, except that a creation bumps it as CREATE does. */
void evm_call(struct evm_env *env, const struct evm_call_params *params, struct evm_result *result);

/* Runs the precompile at this address of this fork by itself; false if there is none. The output
 * lives in the arena, which is also worked in. */
bool evm_precompile_call(enum evm_fork fork, const struct b20 *address, struct bytes input,
                         uint64_t gas, struct arena *arena, struct evm_result *result);

/* Warms what EIP-2929 and EIP-3651 warm at the start of a transaction from `origin` to `to` (NULL
 * for none): for legs that no Ethereum transaction started. */
void evm_warm_start(struct evm_env *env, const struct b20 *origin, const struct b20 *to);

/* True if the protocol defines a precompile at this address in this fork. */
bool evm_is_precompile(enum evm_fork fork, const struct b20 *address);

/* The address that CREATE makes. */
struct b20 evm_create_address(const struct b20 *sender, uint64_t nonce);
/* The address that CREATE2 makes (EIP-1014). */
struct b20 evm_create2_address(const struct b20 *sender, const struct b32 *salt,
                               const struct b32 *code_hash);

/* True if `code` is an EIP-7702 delegation (0xef0100 ‖ address). */
bool evm_delegation_target(const struct st_code *code, struct b20 *target);

/* ---- Transactions */

enum evm_tx_type {
    EVM_TX_LEGACY = 0,
    EVM_TX_ACCESS_LIST = 1, /* EIP-2930 */
    EVM_TX_FEE_MARKET = 2,  /* EIP-1559 */
    EVM_TX_BLOB = 3,        /* EIP-4844 */
    EVM_TX_SET_CODE = 4,    /* EIP-7702 */
};

struct evm_access {
    struct b20 address;
    const struct b32 *keys;
    size_t key_count;
};

/* EIP-7702. A wrong signature makes the tuple void, not the transaction. */
struct evm_authorization {
    struct u256 chain_id;
    struct b20 address;
    uint64_t nonce;
    uint8_t y_parity;
    struct u256 r, s;
};

/* A decoded transaction of any type. Slices are borrowed from what it was decoded from; arrays live
 * in the arena given to evm_tx_decode(). */
struct evm_tx {
    uint8_t type;      /* enum evm_tx_type */
    bool has_chain_id; /* false only in legacy transactions without EIP-155 */
    uint64_t chain_id;
    uint64_t nonce;
    struct u256 max_priority_fee; /* types 0 and 1: the gas price, as max_fee */
    struct u256 max_fee;
    uint64_t gas_limit;
    bool is_create; /* no `to` */
    struct b20 to;
    struct u256 value;
    struct bytes data;
    const struct evm_access *access;
    size_t access_count;
    struct u256 max_blob_fee;
    const struct b32 *blob_hashes;
    size_t blob_hash_count;
    const struct evm_authorization *authorizations;
    size_t authorization_count;
    uint8_t y_parity;
    struct u256 r, s;

    /* Not in the encoding: set by whoever knows it (evm_tx_sender()). */
    struct b20 sender;
};

enum evm_tx_err {
    EVM_TX_OK = 0,
#define TX_ERROR(name, text) EVM_TX_##name,
#include "evm/tx_errors.def"
#undef TX_ERROR
    EVM_TX_ERR_COUNT
};

/* Static text, as go-ethereum words it: "nonce too low", "insufficient funds for gas * price +
 * value", … */
const char *evm_tx_err_text(enum evm_tx_err e);

/* Decodes the canonical bytes (EIP-2718 envelope; the network form of blob transactions with
 * sidecar is refused). Strict: lengths, leading zeros, trailing bytes. The error's text names the
 * field. Does not look at the signature beyond its form. */
struct err evm_tx_decode(struct bytes raw, struct arena *arena, struct evm_tx *tx);

/* Appends the canonical bytes. */
void evm_tx_encode(const struct evm_tx *tx, struct buf *out);
/* keccak-256 of the canonical bytes. */
struct b32 evm_tx_hash(const struct evm_tx *tx);
/* The hash that the sender signs. */
struct b32 evm_tx_signing_hash(const struct evm_tx *tx);
/* Recovers the sender; EVM_TX_INVALID_SIGNATURE if r, s or the recovery fail (a high s is refused
 * from Homestead on). Does not set tx->sender. Any thread. */
enum evm_tx_err evm_tx_sender(const struct evm_tx *tx, enum evm_fork fork, struct b20 *sender);
/* Who signed an authorization; false if its signature is not valid. */
bool evm_authority(const struct evm_authorization *a, struct b20 *authority);
/* Signs with a secret key: sets y_parity, r, s and sender. False if the key is not valid. */
bool evm_tx_sign(struct evm_tx *tx, const struct b32 *secret);

/* What the transaction costs before the first instruction (calldata, creation, access list,
 * authorizations), and the least that it pays (EIP-7623; 0 before Prague). False if a sum does not
 * fit 64 bits. */
bool evm_tx_intrinsic_gas(const struct evm_tx *tx, enum evm_fork fork, uint64_t *intrinsic,
                          uint64_t *floor);

/* Rules that need no state: type allowed in this fork, chain id, fees, sizes, intrinsic gas. What a
 * mempool checks first. evm_tx_check() includes it. */
enum evm_tx_err evm_tx_check_static(const struct evm_env *env, const struct evm_tx *tx);

/* Computed by evm_tx_check(), used by the later phases. */
struct evm_tx_plan {
    struct u256 gas_price; /* effective: what the sender pays for one gas */
    struct u256 tip;       /* the part of it that goes to the coinbase */
    uint64_t intrinsic_gas, floor_gas;
    uint64_t blob_gas;
    uint64_t gas; /* what evm_tx_run() starts with */
    struct st_account *sender;
    bool free_gas; /* EVM_SKIP_BALANCE: gas is counted but neither bought nor paid out */
};

/* For eth_call and eth_estimateGas. */
enum evm_check_skip {
    EVM_SKIP_NONCE = 1,
    EVM_SKIP_BALANCE = 2,     /* of the gas, not of the value */
    EVM_SKIP_BASE_FEE = 4,    /* a fee below the base fee is accepted and paid as it is */
    EVM_SKIP_SENDER_CODE = 8, /* EIP-3607 */
    EVM_SKIP_GAS_CAP = 16,    /* EIP-7825 and the block's gas limit */
};

/* Is the transaction valid here and now? Changes nothing but the warmth of the journal's cache.
 * tx->sender is set. */
enum evm_tx_err evm_tx_check(struct evm_env *env, const struct evm_tx *tx, unsigned skip,
                             struct evm_tx_plan *plan);

/* The same for a sender without code whose account the caller has looked up; needs no journal. */
enum evm_tx_err evm_tx_check_plain(const struct evm_env *env, const struct evm_tx *tx,
                                   uint64_t nonce, const struct u256 *balance);

/* Buys the gas, bumps the nonce, warms sets, applies authorizations; sets env->origin, gas_price
 * and blob hashes. All of it survives a failing execution. */
void evm_tx_begin(struct evm_env *env, const struct evm_tx *tx, struct evm_tx_plan *plan);

/* The root leg. */
void evm_tx_run(struct evm_env *env, const struct evm_tx *tx, const struct evm_tx_plan *plan,
                struct evm_result *result);

struct evm_receipt {
    uint64_t gas_used; /* after refunds and the floor */
    uint64_t gas_refunded;
    struct u256 fee; /* what the sender paid in all, blob gas included */
};

/* Settles with `gas_left` of the plan's gas: applies the refund counter (capped as the fork says)
 * and the floor, pays the sender back and the coinbase its tip. */
void evm_tx_end(struct evm_env *env, const struct evm_tx *tx, const struct evm_tx_plan *plan,
                uint64_t gas_left, struct evm_receipt *receipt);

/* begin, run and end, after evm_tx_check() said yes. */
void evm_tx_execute(struct evm_env *env, const struct evm_tx *tx, struct evm_tx_plan *plan,
                    struct evm_result *result, struct evm_receipt *receipt);

/* ---- Blocks */

/* EIP-4844's price of blob gas, and the fork's limits. */
struct u256 evm_blob_base_fee(uint64_t excess_blob_gas, uint64_t update_fraction);
uint64_t evm_blob_update_fraction(enum evm_fork fork);
uint32_t evm_blobs_max(enum evm_fork fork);
enum { EVM_GAS_PER_BLOB = 131072 };

/* A call from 0xff…fe with 30,000,000 gas that pays nothing, as a transaction of its own: begins
 * and ends one on the journal. No effect if there is no code at `to`. The output is copied to
 * `arena`; with NULL there is none. */
void evm_system_call(struct evm_env *env, const struct b20 *to, struct bytes input,
                     struct arena *arena, struct evm_result *result);

/* What a block begins with: EIP-4788 (Cancun on) and EIP-2935 (Prague on). */
void evm_block_begin(struct evm_env *env, const struct b32 *parent_hash,
                     const struct b32 *parent_beacon_root);

#endif
