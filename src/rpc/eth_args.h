/* Ethereum's parameters, read as strictly as go-ethereum reads them and refused in its words, which
 * clients and their tests know: "invalid argument 0: json: cannot unmarshal hex string without 0x
 * prefix into Go value of type common.Address". The type names in them are what a reader of those
 * words looks up. */
#ifndef TERN_RPC_ETH_ARGS_H
#define TERN_RPC_ETH_ARGS_H

#include "chain/chain.h"
#include "rpc/jsonrpc.h"

/* Where a value stands: in which argument, and in which field of it ("TransactionArgs.from"; NULL:
 * the argument itself). */
struct eth_at {
    unsigned arg;
    const char *field;
};
#define ETH_ARG(n) ((struct eth_at){(n), NULL})

/* Between `least` and `most` arguments, the first `least` not null. */
bool eth_count_args(struct rpc_call *c, size_t least, size_t most);

/* Each returns false after rpc_fail. `v` may be NULL or null, which is an error too; eth_given()
 * asks before. */
bool eth_given(json_t *v);
bool eth_arg_address(struct rpc_call *c, struct eth_at at, json_t *v, struct b20 *out);
bool eth_arg_hash(struct rpc_call *c, struct eth_at at, json_t *v, struct b32 *out);
bool eth_arg_u64(struct rpc_call *c, struct eth_at at, json_t *v, uint64_t *out);
bool eth_arg_u256(struct rpc_call *c, struct eth_at at, json_t *v, struct u256 *out);
/* A number that may have leading zeros (the r and s of a signature). */
bool eth_arg_padded_u256(struct rpc_call *c, struct eth_at at, json_t *v, struct u256 *out);
/* Any even number of digits; the bytes live in the call's arena. */
bool eth_arg_bytes(struct rpc_call *c, struct eth_at at, json_t *v, struct bytes *out);
bool eth_arg_bool(struct rpc_call *c, struct eth_at at, json_t *v, bool *out);
/* A string, object or array, or the error that go-ethereum gives with the Go type `type`. */
bool eth_arg_string(struct rpc_call *c, struct eth_at at, json_t *v, const char *type);
bool eth_arg_object(struct rpc_call *c, struct eth_at at, json_t *v, const char *type);
bool eth_arg_array(struct rpc_call *c, struct eth_at at, json_t *v, const char *type);

/* The bytes of an object's key that must be an address or a hash ("stateOverrides"). */
bool eth_key_bytes(struct rpc_call *c, struct eth_at at, const char *key, uint8_t *out, size_t size,
                   const char *type);

/* A storage slot as go-ethereum reads it in eth_getStorageAt and eth_getProof: the prefix is
 * optional and leading zeros may lack. *size is the number of bytes that were given. */
bool eth_arg_slot(struct rpc_call *c, struct eth_at at, json_t *v, struct u256 *out, size_t *size);

/* A block's number (tags are the caller's business). */
bool eth_arg_block_number(struct rpc_call *c, unsigned arg, json_t *v, uint64_t *out);

/* ---- Calls */

/* The fields of a transaction that has not been signed, as eth_call and its like take them. */
struct eth_call_args {
    struct chain_evm_call call;
    bool has_gas_price, has_max_fee, has_tip, has_chain_id;
    struct u256 chain_id;
    bool has_blobs, has_max_blob_fee, has_access, has_authorizations;
};
bool eth_parse_call(struct rpc_call *c, struct eth_at at, json_t *v, struct eth_call_args *out);
/* The rules between the fields: one way of pricing, this chain's id. False after rpc_fail. */
bool eth_check_call(struct rpc_call *c, struct eth_call_args *a);

/* Overrides of accounts and of the block; NULL or null leaves *out empty. */
bool eth_parse_state_overrides(struct rpc_call *c, struct eth_at at, json_t *v,
                               struct chain_overrides *out);
bool eth_parse_withdrawals(struct rpc_call *c, struct eth_at at, json_t *list,
                           struct chain_block_overrides *out);
bool eth_parse_block_overrides(struct rpc_call *c, struct eth_at at, json_t *v,
                               struct chain_block_overrides *out);

#endif
