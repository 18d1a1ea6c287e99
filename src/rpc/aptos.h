/* The Aptos REST API (v1) as its TypeScript SDK uses it: what its files share. Shapes: aptos-core
 * api/types. */
#ifndef TERN_RPC_APTOS_H
#define TERN_RPC_APTOS_H

#include "rpc/node.h"

/* One request in hand. */
struct aptos_call {
    struct rpc_node *node;
    struct http_request *req;
    struct chain_reader *reader; /* at the ledger version asked for, or the newest */
    struct chain_block newest;   /* of the reader: for the headers */
    struct arena *arena;
    struct json_out *out;
    int status;        /* HTTP, 200 unless set */
    uint64_t gas_used; /* shown in X-Aptos-Gas-Used if `has_gas` */
    bool has_gas;
    const char *cursor; /* X-Aptos-Cursor; NULL: none */
};

/* Answers with an error body; the first one counts. `code` is the API's error_code, `vm_code` 0 for
 * none. Returns false. */
bool aptos_fail(struct aptos_call *c, int status, const char *code, uint32_t vm_code,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

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

/* ---- aptos_abi.c */

/* {"bytecode", "abi"} of a module. */
void aptos_put_module(struct json_out *o, struct bytes bytecode);

/* ---- aptos_tx.c */

/* The transaction with this version; false if there is none. */
bool aptos_put_version(struct aptos_call *c, uint64_t version);
/* A user transaction, or what a root of another machine did here. */
void aptos_put_user(struct aptos_call *c, const struct chain_tx *tx, const struct chain_block *b);
/* A value of a type by its tag; null if it cannot be shown. */
void aptos_put_typed(struct aptos_call *c, struct bytes tag, struct bytes value);
void aptos_put_pending(struct aptos_call *c, struct bytes raw);

/* ---- Routes: each returns false if it is not the one, or after aptos_fail */

/* The path's parts behind /v1, percent-decoded. */
struct aptos_path {
    struct bytes part[6];
    size_t count;
};

typedef bool aptos_route(struct aptos_call *c, const struct aptos_path *p);

/* aptos_state.c */
aptos_route aptos_account, aptos_resources, aptos_resource, aptos_modules, aptos_module,
    aptos_balance, aptos_table_item, aptos_table_raw_item, aptos_account_events;
/* aptos_transactions.c */
aptos_route aptos_submit, aptos_simulate, aptos_by_hash, aptos_wait_by_hash, aptos_by_version,
    aptos_list, aptos_account_transactions, aptos_view, aptos_block_by_height,
    aptos_block_by_version;

/* A number in the query; `otherwise` if it is not there. False after aptos_fail if it is no number.
 */
bool aptos_query_u64(struct aptos_call *c, const char *name, uint64_t otherwise, uint64_t *out);
/* A decimal number that is a part of the path. */
bool aptos_path_u64(struct aptos_call *c, struct bytes text, const char *what, uint64_t *out);
bool aptos_path_address(struct aptos_call *c, struct bytes text, struct b32 *out);

/* A session for layouts and views on the call's reader. */
struct mv_session *aptos_session(struct aptos_call *c);
enum { APTOS_VIEW_GAS = 2000000 };

#endif
