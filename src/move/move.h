/* move: the Move virtual machine over the journal.
 *
 * Words
 *   vm        what a process has one of: the cache of loaded modules and translated functions.
 *             Shared by threads; holds nothing that depends on one world (modules are found by
 *             their bytes).
 *   session   one leg: runs functions over a journal, with one transaction context, one gas meter
 *             and a cache of decoded resources. Belongs to one thread.
 *   tag       the BCS of a TypeTag. In this interface types travel as tags; type_tag.h reads and
 *             prints them.
 *   layout    the tree of a type with field names, for rendering values and mapping ABIs.
 *   outcome   what became of a run: a status as in vm_status.rs, with place and abort code.
 *   gas       internal gas units of the Aptos schedule; MV_GAS_SCALING of them are one external
 *             unit, the one that transactions name.
 *
 * Life
 *   mv_vm_new
 *     mv_session_new → mv_run_… (any number) → mv_session_flush → mv_session_free
 *   mv_vm_free
 *
 * Globals are decoded on first use and stay in the session; mv_session_flush writes the changed
 * ones back to the journal. mv_run_… does that itself when the function has succeeded. If a run
 * fails, the caller reverts the journal to its savepoint and frees the session: nothing of it is
 * left. Events and table items go to the journal in the same way.
 *
 * Memory safety does not rest on the bytecode verifier: the translator type-checks what it
 * translates, and the memory that values live in keeps its type for the session's life, so that
 * even a dangling reference only reads a stale value (memory.h).
 */
#ifndef TERN_MOVE_MOVE_H
#define TERN_MOVE_MOVE_H

#include "base/base.h"
#include "move/file_format.h"
#include "state/journal.h"

enum { MV_GAS_SCALING = 1000000 };

/* ---- The process's part */

struct mv_vm;

struct mv_vm_options {
    size_t cache_bytes;   /* modules and translated code kept; 0: 256 MiB */
    unsigned max_version; /* newest bytecode version accepted; 0: MV_VERSION_DEFAULT_MAX */
};

/* `options` may be NULL. Never fails. */
struct mv_vm *mv_vm_new(const struct mv_vm_options *options);
/* All sessions have been freed. */
void mv_vm_free(struct mv_vm *vm);

/* ---- Layouts */

enum mv_layout_kind {
    MV_LAYOUT_BOOL,
    MV_LAYOUT_U8,
    MV_LAYOUT_U16,
    MV_LAYOUT_U32,
    MV_LAYOUT_U64,
    MV_LAYOUT_U128,
    MV_LAYOUT_U256,
    MV_LAYOUT_I8,
    MV_LAYOUT_I16,
    MV_LAYOUT_I32,
    MV_LAYOUT_I64,
    MV_LAYOUT_I128,
    MV_LAYOUT_I256,
    MV_LAYOUT_ADDRESS,
    MV_LAYOUT_SIGNER,
    MV_LAYOUT_VECTOR,   /* element */
    MV_LAYOUT_STRUCT,   /* fields */
    MV_LAYOUT_ENUM,     /* variants */
    MV_LAYOUT_FUNCTION, /* a function value; nothing below */
};

struct mv_layout_field {
    struct bytes name;
    const struct mv_layout *layout;
};

struct mv_layout_variant {
    struct bytes name;
    uint32_t field_count;
    const struct mv_layout_field *fields;
};

struct mv_layout {
    uint8_t kind;                    /* enum mv_layout_kind */
    uint8_t abilities;               /* of the type: MV_COPY … */
    struct bytes tag;                /* BCS TypeTag of the whole type; empty for FUNCTION */
    const struct mv_layout *element; /* VECTOR */
    struct b32 address;              /* STRUCT, ENUM: where it is defined */
    struct bytes module, name;
    uint32_t type_arg_count;
    const struct mv_layout *const *type_args;
    uint32_t field_count;
    const struct mv_layout_field *fields;
    uint32_t variant_count;
    const struct mv_layout_variant *variants;
};

/* ---- What a leg is told and whom it can ask */

struct mv_block_info {
    uint64_t height;
    uint64_t timestamp_us;
    uint32_t tx_index; /* of the root transaction in its block */
    uint8_t chain_id;  /* the Aptos side's */
    struct b32 seed;   /* of 0x1::randomness: the block's PREVRANDAO */
};

/* The entry function payload, as 0x1::transaction_context shows it. */
struct mv_payload_info {
    bool present;
    struct b32 module_address;
    struct bytes module_name, function_name;
    const struct bytes *type_args; /* tags */
    const struct bytes *args;
    uint32_t type_arg_count, arg_count;
};

struct mv_tx_info {
    bool is_user;            /* false: natives that show the user's transaction abort */
    bool is_orderless;       /* it has a nonce in place of a sequence number */
    bool is_multisig;        /* it runs what the account below has decided */
    struct b32 sender;       /* whose leg it is: the user, or the alias of a message's sender */
    struct b32 hash;         /* transaction hash, for unique addresses and get_txn_hash */
    struct b32 session_hash; /* for table handles: different in every leg */
    struct b32 gas_payer;
    const struct b32 *secondary_signers;
    uint32_t secondary_signer_count;
    uint64_t max_gas_amount, gas_unit_price; /* external units; as signed */
    struct bytes script_hash;                /* empty unless a script */
    struct mv_payload_info payload;          /* with is_multisig: if the transaction brings it */
    struct b32 multisig_address;
};

/* How a message starts. */
struct mv_message_start {
    struct bytes options; /* BCS of 0x1::evm::Options; empty: the simple form */
    uint64_t gas_left;    /* internal units left in the leg */
    /* Filled in by the host. */
    struct b32 id;
    uint64_t gas_reserved; /* internal units to be taken from the leg; not more than gas_left */
};

/* A message to the EVM, started by 0x1::evm. Slices are borrowed for the call. */
struct mv_evm_call {
    struct b32 sender; /* the address of the signer that was passed */
    struct b32 to;
    struct bytes fn_abi;            /* as given, any bytes */
    struct bytes value;             /* BCS of the arguments' struct or primitive */
    const struct mv_layout *layout; /* its type */
};

/* A message to the Solana VM, started by 0x1::svm. Slices are borrowed for the call. */
struct mv_svm_call {
    struct b32 sender; /* the address of the signer that was passed */
    struct b32 program;
    struct bytes metas; /* BCS of vector<AccountMeta>: key (32), is_signer (1), is_writable (1) */
    struct bytes data;
};

/* The callee may act as the caller itself when it calls back. */
enum { MV_HOME_AUTHORITY = 1 };

/* A call of another machine that the caller waits for, by a native of 0x1::evm or 0x1::svm. Slices
 * are borrowed for the call. */
struct mv_sync_call {
    struct mv_session *session; /* that waits */
    uint8_t to_vm;              /* enum st_vm */
    uint8_t flags;              /* MV_HOME_AUTHORITY */
    bool read_only;
    struct b32 sender; /* the address of the signer that was passed */
    struct b32 target; /* contract or program */
    uint64_t octas;    /* value to send along */
    uint64_t gas;      /* internal units that the call may use */
    /* To the EVM, as in mv_evm_call. */
    struct bytes fn_abi, value;
    const struct mv_layout *layout;
    /* To the SVM, as in mv_svm_call. */
    struct bytes metas, data;
};

struct mv_sync_result {
    uint8_t status;    /* 0: it succeeded; else why not */
    uint64_t gas_used; /* internal units, at most what was given */
    struct bytes data; /* what the call returned; of a failure what it says to a program */
    struct bytes text; /* … and to a reader */
};

/* What the machine asks the rest of the node. Any function may be NULL: then the native aborts with
 * the category NOT_IMPLEMENTED, unless it says otherwise. */
struct mv_host {
    void *ctx;
    /* Each queues the message and fills in the rest of `start`. An error's text becomes the abort's
     * message; nothing is queued then. */
    struct err (*evm_call)(void *ctx, const struct mv_evm_call *call,
                           struct mv_message_start *start);
    struct err (*svm_call)(void *ctx, const struct mv_svm_call *call,
                           struct mv_message_start *start);
    /* Makes the tail of the transaction atomic; false: not from here. */
    bool (*make_atomic)(void *ctx);
    /* Aliases (CROSS-VM §1). */
    struct b32 (*alias_of_evm)(void *ctx, const struct b20 *evm);
    struct b20 (*alias_of_move)(void *ctx, const struct b32 *address);
    /* The Solana alias of an actor of the EVM (20 bytes) or Move (32), and how many bumps were
     * tried to find it, at least 1. */
    struct b32 (*alias_in_svm)(void *ctx, uint8_t vm, struct bytes home, uint32_t *tries);
    struct b32 (*alias_of_key)(void *ctx, const struct b32 *key); /* in Move */
    /* The actor whose registered alias an address of a machine (enum st_vm) is. 20 or 32 bytes,
     * right padded with zeros; false, and nothing changed, if it is no alias. */
    bool (*owner_of)(void *ctx, uint8_t *vm, uint8_t address[32]);
    /* A synchronous call to another machine, which the session waits for: what it has changed is in
     * the journal then, and what the call has changed is read anew. Not in a read-only session
     * unless the call is read-only too. */
    void (*sync_call)(void *ctx, const struct mv_sync_call *call, struct mv_sync_result *result);
    /* What the account's alias in another machine (enum st_vm) holds comes to the account. The
     * session waits, as for a call; the result's data is how many octas (u64). */
    void (*sweep)(void *ctx, const struct b32 *account, uint8_t vm, uint64_t gas,
                  struct mv_sync_result *result);
    /* Decodes ABI-encoded results to the BCS of values of these types, in `arena`. `types` is
     * "(type,…)", or a function's ABI with that behind its parameters, or empty: then the ABI types
     * follow from the layouts. */
    struct err (*decode_results)(void *ctx, struct bytes types, struct bytes data,
                                 const struct mv_layout *const *layouts, uint32_t count,
                                 struct arena *arena, struct bytes *bcs);
    /* Whether a module may not be entered, because a session that waits below has it on its stack
     * (mv_session_locks). NULL: none waits. */
    bool (*is_locked)(void *ctx, const struct b32 *address, struct bytes module);
    /* A request of 0x1::tern_gateway to the books of the token gateway, and its answer, which lives
     * as long as the transaction. An error's text becomes the abort's message. */
    struct err (*books)(void *ctx, struct bytes request, bool read_only, struct bytes *answer);
    /* Shows what 0x1::debug prints. NULL, as on a chain: it does nothing. */
    void (*print)(void *ctx, struct bytes text);
};

/* ---- Sessions */

struct mv_session;

struct mv_session_params {
    struct mv_vm *vm;
    struct st_journal *journal; /* borrowed; inside a transaction */
    struct mv_block_info block;
    struct mv_tx_info tx; /* its slices are borrowed for the session's life */
    struct mv_host host;
    uint64_t gas_limit; /* internal units */
    bool testing;       /* natives that only unit tests may call are allowed */
    bool read_only;     /* writes to globals and tables, events and messages fail */
    /* What monotonically_increasing_counter counts, in all sessions of a transaction; NULL: the
     * session by itself. */
    uint16_t *counter;
    uint32_t depth_base;       /* Move's frames in use by sessions that wait below: the call depth
                                  goes on from there */
    bool paranoid;             /* run by paranoid.h, in builds that have it; slow */
    size_t memory_limit_bytes; /* of all values; 0: 64 MiB */
};

struct mv_session *mv_session_new(const struct mv_session_params *params);
void mv_session_free(struct mv_session *s);

/* Writes changed globals to the journal. Before a crossing, and at the end of a leg that ran
 * several functions. Fails only if a value breaks a storage limit. */
struct mv_outcome;
bool mv_session_flush(struct mv_session *s, struct mv_outcome *out);

/* Memory that lives as long as the session; layouts and outcomes are in it. */
struct arena *mv_session_arena(struct mv_session *s);

uint64_t mv_session_gas_used(const struct mv_session *s); /* internal units */
uint64_t mv_session_io_gas(const struct mv_session *s); /* of them for reading and writing state */

/* Charges `amount` internal units that the caller wants counted here (the transaction's own size,
 * say). False if the limit is passed; all gas is used then. */
bool mv_session_charge(struct mv_session *s, uint64_t amount);

/* ---- While it waits for another machine */

/* Frames in use, with those below the session: where the depth of a session above begins. */
uint32_t mv_session_depth(const struct mv_session *s);

/* Whether a session above may not enter the module: it has a frame here, and its publisher has not
 * said that it can be entered again; or has, and the frame holds a reference to a resource of its,
 * which could be changed behind its back. */
bool mv_session_locks(const struct mv_session *s, const struct b32 *address, struct bytes module);

/* What its values may still grow by: the limit of a session above. */
size_t mv_session_memory_left(const struct mv_session *s);

/* ---- Running */

/* How a run ended. Slices live in the session's arena. */
struct mv_outcome {
    enum mv_status_code code; /* MV_EXECUTED on success */
    uint64_t abort_code;      /* with MV_ABORTED */
    uint64_t sub_status; /* with MV_VECTOR_OPERATION_ERROR: 1 index, 2 pop of empty, 3 unpack */
    bool has_place;      /* the following say where */
    bool in_script;      /* then module and function are empty */
    struct b32 module_address;
    struct bytes module_name, function_name;
    uint32_t function, code_offset; /* function definition index and instruction index */
    struct bytes message;           /* more for a reader; may be empty */
    uint64_t gas_used;              /* internal units, by the session so far */
    const struct bytes *results;    /* BCS of each return value, on success */
    uint32_t result_count;
};

struct mv_call {
    struct b32 module_address;
    struct bytes module_name, function_name;
    const struct bytes *type_args; /* tags */
    const struct bytes *args;      /* BCS, in the wire form of move-facts §3.4 */
    const struct b32 *signers;
    uint32_t type_arg_count, arg_count, signer_count;
    bool is_callback; /* of mv_run_function: the argument is a 0x1::evm::Outcome, which nothing else
                       * can make */
};

/* Each of these fills *out and returns whether the function ran to its end. Gas is charged in any
 * case. Bad names, types, counts and arguments are statuses, never crashes. */

/* An entry function with the transaction's signers (aptos-vm transaction_arg_validation.rs): takes
 * no signer at all or exactly those given; returns nothing. A publish request made by it is carried
 * out at its end. */
bool mv_run_entry(struct mv_session *s, const struct mv_call *call, struct mv_outcome *out);

/* Any function that another machine may call: public, returning no reference. Its leading signer
 * parameters, however many, all get signers[0]. Parameters as for an entry function. Results are
 * BCS. A publish request is carried out as above. */
bool mv_run_function(struct mv_session *s, const struct mv_call *call, struct mv_outcome *out);

/* A #[view] function (aptos-vm view_function.rs). */
bool mv_run_view(struct mv_session *s, const struct mv_call *call, struct mv_outcome *out);

/* A compiled script. `call` without names. */
bool mv_run_script(struct mv_session *s, struct bytes code, const struct mv_call *call,
                   struct mv_outcome *out);

/* The chain's own calls: any function whatever its visibility, signers as given in order to the
 * signer parameters, other parameters any BCS-decodable type. For genesis, prologue and epilogue.
 */
bool mv_run_system(struct mv_session *s, const struct mv_call *call, struct mv_outcome *out);

/* Publishes modules at `owner`: reads, verifies, links against each other and the world, checks
 * compatibility with what they replace, writes them, and runs init_module of the new ones. */
enum {
    MV_PUBLISH_GENESIS = 1, /* natives are allowed, and incompatible replacement */
};
bool mv_publish(struct mv_session *s, const struct b32 *owner, const struct bytes *modules,
                uint32_t count, unsigned flags, struct mv_outcome *out);

/* The vm_status of the Aptos API: "Executed successfully", "Move abort in 0x1::coin:
 * EINSUFFICIENT_BALANCE(0x10006): …", "Execution failed in 0x2::m::f at code offset 12", "Out of
 * gas", …. Lives in the session's arena. */
struct bytes mv_status_text(struct mv_session *s, const struct mv_outcome *out);

/* ---- Asking about code */

enum mv_param_kind {
    MV_PARAM_VALUE,
    MV_PARAM_SIGNER,    /* signer or &signer */
    MV_PARAM_REFERENCE, /* &T: cannot be passed from outside */
    MV_PARAM_MUT_REFERENCE,
};

struct mv_param {
    uint8_t kind;                   /* enum mv_param_kind */
    const struct mv_layout *layout; /* of the value or of what is referred to */
};

struct mv_function_info {
    uint8_t visibility; /* enum mv_visibility */
    bool is_entry, is_native;
    bool is_view;        /* has #[view] */
    bool has_randomness; /* has #[randomness] */
    uint32_t type_param_count, param_count, return_count;
    uint32_t signer_count; /* leading signer parameters */
    const struct mv_param *params, *returns;
};

/* Resolves a function with these type arguments. False with a status if the module or function is
 * not there or the type arguments do not fit. */
bool mv_function_info(struct mv_session *s, const struct mv_call *call,
                      struct mv_function_info *info, struct mv_outcome *out);

/* The layout of a type; NULL with a status if the tag is malformed or names what is not there. */
const struct mv_layout *mv_layout(struct mv_session *s, struct bytes tag, struct mv_outcome *out);

/* The tag of the resource group that values of a type are stored in; empty if they are stored by
 * themselves, or there is no such type. */
struct bytes mv_group_tag(struct mv_session *s, struct bytes tag);

/* True if `value` is exactly the BCS of one value of that type (UTF-8 of strings is not checked).
 */
bool mv_value_is_valid(struct mv_session *s, struct bytes tag, struct bytes value);

/* True if a resource of that type (a struct tag with key) is at the address. */
bool mv_resource_exists(struct mv_session *s, const struct b32 *address, struct bytes tag);

#endif
