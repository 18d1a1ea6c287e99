/* tern_: what no single machine's API has. One file for a subject: aliases (tern.c), messages
 * (tern_messages.c), the tree over all machines (tern_trace.c). */
#ifndef TERN_RPC_TERN_H
#define TERN_RPC_TERN_H

#include "rpc/eth.h"

rpc_method tern_get_message, tern_get_messages, tern_pending, tern_trace_transaction, tern_simulate,
    tern_account, tern_node, tern_retry, tern_cancel, tern_retry_transaction,
    tern_cancel_transaction;

/* "evm", "move", "svm". */
const char *tern_vm_name(uint8_t vm);

/* A member whose value is a string, or hexadecimal text; null if it is empty. */
void tern_put_text(struct json_out *o, const char *key, struct bytes text);
void tern_put_hex(struct json_out *o, const char *key, struct bytes data);
void tern_put_base58(struct json_out *o, struct bytes data);
/* In hexadecimal, of the SVM in base58; null if it is empty. */
void tern_put_address(struct json_out *o, uint8_t vm, struct bytes address);

/* Each false after rpc_fail, which names the argument. */
bool tern_vm_arg(struct rpc_call *c, const json_t *v, const char *name, uint8_t *vm);
/* An actor by its address: 20 bytes are the EVM's, 32 in hexadecimal Move's, base58 the SVM's. */
bool tern_actor_arg(struct rpc_call *c, json_t *v, const char *name, struct xvm_actor *out);
/* What a transaction is found by in the chain's tables: its hash in any machine, or its Solana
 * signature. */
bool tern_transaction_arg(struct rpc_call *c, json_t *v, const char *name, struct b32 *key);

/* The member "trace": the tree of the transaction's legs. The reader's block is the transaction's
 * or a later one. False after rpc_fail if it is too long for an answer. */
bool tern_put_tree(struct rpc_call *c, struct chain_reader *r, const struct chain_tx *tx);
/* What a Move session that looks functions up may use: it is charged for loading them. */
enum { TERN_LOADING_GAS = 20000000 };
/* tern_arguments.c: the members "function", "arguments" and "returned" of a leg, the
 * last two [{type, value}] or null. */
void tern_put_arguments(struct json_out *o, struct chain_reader *r, const struct chain_tx *tx,
                        const struct xvm_leg *leg);
/* The i-th function of the genesis contracts: its signature, its contract and the types of its
 * results; NULL behind the last. */
const char *tern_contract_function(size_t i, const struct b20 **address, const char **results);

/* Which messages a client means; what `filter` refers to is in it, so it is not to be copied. */
struct tern_filter {
    struct chain_message_filter filter;
    struct xvm_actor senders[2];
    uint64_t limit;
};
/* The members of a filter object, all optional; NULL: none of them. Blocks are read as for a chain
 * whose newest one is `newest`. */
bool tern_filter_arg(struct rpc_call *c, json_t *v, uint64_t newest, struct tern_filter *out);

/* eth_subscribe("ternMessages", filter): status, sender, from and target. */
struct feed_interest;
bool tern_message_interest(struct rpc_call *c, json_t *v, struct feed_interest *out);
/* … and what is told of a leg that made something of a message. */
void tern_put_message_news(struct json_out *o, struct chain_reader *r, const struct chain_tx *tx,
                           const struct xvm_leg *l, const struct xvm_message *m);
/* "root", "message", "retry", "cancel", "call" */
const char *tern_kind_name(uint8_t kind);

/* A message at a time in seconds. */
void tern_put_message(struct json_out *o, const struct xvm_message *m, uint64_t now);
/* The time of the reader's block in seconds. */
uint64_t tern_newest_second(struct chain_reader *r);

#endif
