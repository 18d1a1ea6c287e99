/* The Aptos REST API (v1) as its TypeScript SDK, wallets and explorers use it: what its files
 * share. Shapes: aptos-core api/types.
 *
 *   aptos.c               routes, parameters, headers, errors
 *   aptos_basic.c         the node itself: ledger, health, gas price, specification
 *   aptos_state.c         accounts, resources, modules
 *   aptos_balance.c       coins and fungible assets
 *   aptos_table.c         table items and raw state values
 *   aptos_events.c        events of handles
 *   aptos_view.c          view functions
 *   aptos_submit.c        submitting, simulating, encoding transactions
 *   aptos_request.c       a transaction in JSON → its BCS; aptos_keys.c: its signatures, both ways
 *   aptos_transactions.c  finding transactions and blocks
 *   aptos_tx.c            a transaction → JSON; aptos_changes.c: what it wrote
 *   aptos_bcs.c           transactions and blocks → BCS
 *   aptos_value.c         Move values and types ↔ JSON; aptos_abi.c: a module's ABI
 *   aptos_graphql.c       what can be answered in place of an indexer; aptos_index.h: its tables
 */
#ifndef TERN_RPC_APTOS_H
#define TERN_RPC_APTOS_H

#include "rpc/node.h"

/* One request in hand. */
struct aptos_call {
    struct rpc_node *node;
    struct http_request *req;
    struct bytes body_type, accept; /* the request's Content-Type and Accept */
    bool at_once;                   /* the answer must not come later */
    struct chain_reader *reader;    /* at the ledger version asked for, or the newest */
    struct chain_block newest;      /* the newest: for the headers */
    struct arena *arena;
    struct json_out *out;
    int status;        /* HTTP, 200 unless set */
    uint64_t gas_used; /* shown in X-Aptos-Gas-Used if `has_gas` */
    bool has_gas;
    const char *cursor;       /* X-Aptos-Cursor; NULL: none */
    const char *content_type; /* of the answer; application/json unless set */
    bool wants_bcs;           /* the client asks for BCS (Accept: application/x-bcs) */
    bool is_later;            /* somebody has taken charge of the request, and will answer it */
};

/* Answers the request: its status, `out` and the other fields for the answer are set then, unless
 * it is answered later. The reader is to be closed by the caller. */
void aptos_run(struct aptos_call *c);

/* Answers with an error body; the first one counts. `code` is the API's error_code, `vm_code` 0 for
 * none. Returns false. */
bool aptos_fail(struct aptos_call *c, int status, const char *code, uint32_t vm_code,
                const char *format, ...) __attribute__((format(printf, 5, 6)));
void aptos_put_error(struct json_out *o, const char *message, const char *code, uint32_t vm_code);

/* Answers with BCS. */
void aptos_bcs(struct aptos_call *c, struct bytes bcs);
/* If the client asks for BCS, fails: this answer comes as JSON only. */
bool aptos_json_only(struct aptos_call *c, const char *what);

/* Is the body BCS of this content type (true), or JSON (false)? Fails with 415 if it is neither. */
bool aptos_body_is_bcs(struct aptos_call *c, const char *bcs_type, bool *is_bcs);
/* Parses the body as a JSON object or array; the caller gives *root back. */
bool aptos_body_json(struct aptos_call *c, json_t **root);

/* ---- aptos_value.c: Move values and types as JSON */

/* Writes the value that `bcs` holds; false if it is not of that layout. */
bool aptos_put_value(struct json_out *o, const struct mv_layout *layout, struct bytes bcs);
/* Reads JSON into BCS; false after naming what does not fit in `why`. */
bool aptos_read_value(json_t *v, const struct mv_layout *layout, struct buf *bcs, char why[160]);
/* "0x1": without leading zeros. */
void aptos_put_address(struct json_out *o, const struct b32 *address);
/* The text of a type tag. */
struct bytes aptos_tag_text(struct arena *arena, struct bytes tag);
/* "0x1" or the long form; false if it is no address. */
bool aptos_read_address(struct bytes text, struct b32 *out);
/* Hexadecimal text with or without 0x; the bytes live in `arena`. False if it is none. */
bool aptos_read_hex(json_t *v, struct arena *arena, struct bytes *out);
/* A number, or the same in decimal in a string. */
bool aptos_read_u64(json_t *v, uint64_t *out);
/* A value of a type by its tag; null if it cannot be shown. */
void aptos_put_typed(struct aptos_call *c, struct bytes tag, struct bytes value);

/* ---- aptos_abi.c */

/* {"bytecode", "abi"} of a module. */
void aptos_put_module(struct json_out *o, struct bytes bytecode);

/* ---- aptos_tx.c */

/* The transaction with this version; false if there is none. */
bool aptos_put_version(struct aptos_call *c, uint64_t version);
/* A user transaction, or what a root of another machine did here. */
void aptos_put_user(struct aptos_call *c, const struct chain_tx *tx, const struct chain_block *b);
void aptos_put_pending(struct aptos_call *c, struct bytes raw);

/* What a root of another machine did here: its first Move leg stands for it, and it succeeded if
 * each of its legs here did. */
struct aptos_shadow {
    bool ok, has_leg;
    struct bytes status, function, input;
    struct b32 sender;
    uint64_t gas; /* external units, of all Move legs */
};
struct aptos_shadow aptos_shadow_of(const struct chain_tx *tx);
/* An event inside a transaction; of a list of events with its version. */
void aptos_put_event(struct aptos_call *c, const struct st_log *log, const uint64_t *version);

/* ---- aptos_events.c */

/* 0x1::block::NewBlockEvent of a block, in the call's arena; false on a chain without Move. */
bool aptos_block_event(struct aptos_call *c, const struct chain_block *b, struct st_log *out);

/* ---- aptos_changes.c */

/* "changes": what a transaction wrote. */
void aptos_put_changes(struct aptos_call *c, const struct chain_tx *tx);
/* The BCS of the StateKey of a change. */
void aptos_put_state_key(struct buf *out, const struct chain_change *change);
struct b32 aptos_state_key_hash(const struct chain_change *change);

/* ---- aptos_bcs.c */

/* TransactionOnChainData: of a version (false if there is none), of a user transaction. */
bool aptos_bcs_version(struct aptos_call *c, struct buf *b, uint64_t version);
void aptos_bcs_user(struct aptos_call *c, struct buf *b, const struct chain_tx *tx,
                    const struct chain_block *block);
/* BcsBlock, with at most `most` transactions. */
void aptos_bcs_block(struct aptos_call *c, struct buf *b, const struct chain_block *block,
                     bool with_transactions, uint64_t most);
/* ContractEvent. */
void aptos_bcs_event(struct buf *b, const struct st_log *log);

/* ---- aptos_keys.c */

/* The signature object of a transaction. */
void aptos_put_signature(struct json_out *o, const struct mv_signed_tx *tx);
/* Reads one into `tx`; false after aptos_fail. */
bool aptos_read_signature(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx);

/* ---- aptos_request.c */

/* Reads a transaction without its signature; false after aptos_fail. Its `raw` is made. */
bool aptos_read_raw_tx(struct aptos_call *c, json_t *v, struct mv_signed_tx *tx);
/* Reads a whole one into the BCS of a SignedTransaction, in the call's arena. */
bool aptos_read_signed_tx(struct aptos_call *c, json_t *v, struct bytes *raw);
/* The BCS of a transaction whose fields have been changed. */
struct bytes aptos_encode_signed_tx(struct aptos_call *c, const struct mv_signed_tx *tx);
/* "0x1::coin::balance" with type arguments and arguments beside: `call` gets them as BCS; of the
 * function's parameters the signers are left out. False after aptos_fail. */
bool aptos_read_call(struct aptos_call *c, json_t *v, struct mv_call *call);

/* ---- aptos_state.c */

/* A stored resource by the BCS of its struct tag, wherever it is stored: by itself or in a group.
 */
bool aptos_find_resource(struct aptos_call *c, const struct b32 *address, struct bytes struct_tag,
                         struct bytes *value);
/* The key under which a resource is stored if it is stored by itself: address (32) and the type's
 * tag, from the tag of its struct. */
struct bytes aptos_resource_key(struct aptos_call *c, const uint8_t *address,
                                struct bytes struct_tag);
/* Writes {"type", "data"} of a stored resource; false, and nothing is written, if its type cannot
 * be read. */
bool aptos_put_resource(struct aptos_call *c, struct bytes struct_tag, struct bytes value);
/* Parses the text of a struct type into the BCS of its tag. */
bool aptos_parse_struct_tag(struct aptos_call *c, struct bytes text, struct bytes *struct_tag);

/* ---- aptos_balance.c */

/* What an account has of a coin type or, with `asset`, of a fungible asset. */
bool aptos_coin_balance(struct aptos_call *c, const struct b32 *owner, struct bytes coin_type,
                        uint64_t *amount);
uint64_t aptos_asset_balance(struct aptos_call *c, const struct b32 *owner,
                             const struct b32 *asset);
/* Where an owner's primary store of the asset is. */
struct b32 aptos_primary_store(const struct b32 *owner, const struct b32 *asset);

/* ---- Routes: each returns false if it is not the one, or after aptos_fail */

/* The path's parts behind /v1, percent-decoded. */
struct aptos_path {
    struct bytes part[6];
    size_t count;
};

typedef bool aptos_route(struct aptos_call *c, const struct aptos_path *p);

aptos_route aptos_ledger_info, aptos_healthy, aptos_info, aptos_gas_price, aptos_spec,
    aptos_spec_json, aptos_graphql;
aptos_route aptos_account, aptos_resources, aptos_resource, aptos_modules, aptos_module,
    aptos_balance, aptos_table_item, aptos_table_raw_item, aptos_raw_state_value,
    aptos_account_events;
aptos_route aptos_submit, aptos_submit_batch, aptos_simulate, aptos_encode_submission, aptos_view;
aptos_route aptos_by_hash, aptos_wait_by_hash, aptos_by_version, aptos_list,
    aptos_account_transactions, aptos_account_summaries, aptos_block_by_height,
    aptos_block_by_version;

/* One row of the routes. */
struct aptos_row {
    unsigned method;
    const char *pattern; /* "*" takes any part */
    aptos_route *run;
    const char *names;   /* of the parts that "*" takes, in order, separated by spaces */
    const char *query;   /* of the query's parameters, likewise */
    const char *summary; /* for the specification */
};
extern const struct aptos_row aptos_rows[];
extern const size_t aptos_row_count;

/* Appends the decoded value of a parameter of the query; false if it is not there. */
bool aptos_query(struct aptos_call *c, const char *name, struct buf *out);
/* A number in the query; `otherwise` if it is not there. False after aptos_fail if it is no number.
 */
bool aptos_query_u64(struct aptos_call *c, const char *name, uint64_t otherwise, uint64_t *out);
bool aptos_query_bool(struct aptos_call *c, const char *name, bool *out);
/* The page that "start" and "limit" ask for: *has_start is false if the newest are meant. */
bool aptos_query_page(struct aptos_call *c, uint64_t limit_default, uint64_t limit_max,
                      bool *has_start, uint64_t *start, uint64_t *limit);
/* A decimal number that is a part of the path. */
bool aptos_path_u64(struct aptos_call *c, struct bytes text, const char *what, uint64_t *out);
bool aptos_path_address(struct aptos_call *c, struct bytes text, struct b32 *out);

/* The answer's headers, in `arena`. */
enum { APTOS_HEADERS_MAX = 10 };
size_t aptos_make_headers(struct aptos_call *c, struct arena *arena,
                          struct http_header out[APTOS_HEADERS_MAX]);

/* A session for layouts and views on the call's reader. */
struct mv_session *aptos_session(struct aptos_call *c);
enum { APTOS_VIEW_GAS = 2000000 };

/* Aptos' limits of a page. */
enum { APTOS_PAGE = 25, APTOS_PAGE_MAX = 100 };

#endif
