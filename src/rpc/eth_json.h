/* How blocks, transactions, receipts and logs look in Ethereum's JSON (execution-apis). */
#ifndef TERN_RPC_ETH_JSON_H
#define TERN_RPC_ETH_JSON_H

#include "chain/chain.h"
#include "rpc/json_out.h"

/* The header's fields, inside an object. */
void eth_put_header(struct json_out *o, const struct chain_block *b);

/* A block: with `full` its transactions as objects, else as hashes. */
void eth_put_block(struct json_out *o, struct chain_reader *r, const struct chain_block *b,
                   bool full);

/* The entry that the root has in the EVM list: the transaction itself, or its shadow. */
void eth_put_transaction(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                         struct arena *arena);
/* An address as the key of an object. */
void eth_put_address_key(struct json_out *o, const struct b20 *address);

/* The field "accessList". */
void eth_put_access_list(struct json_out *o, const struct evm_access *list, size_t count);
/* One that nobody has signed, at a place in a simulated block. */
void eth_put_unsigned(struct json_out *o, const struct eth_tx *tx, uint32_t index,
                      const struct chain_block *b);
/* The field "withdrawals". */
void eth_put_withdrawals(struct json_out *o, const struct eth_withdrawal *list, size_t count);
/* One that waits in the mempool. */
void eth_put_pending(struct json_out *o, struct bytes raw, struct arena *arena);

/* A transaction that came into the mempool, wherever it is by now; its hash if it is nowhere. */
void eth_put_arrival(struct json_out *o, struct chain *chain, struct chain_reader *r,
                     const struct b32 *hash);

void eth_put_receipt(struct json_out *o, const struct chain_tx *tx, const struct chain_block *b,
                     struct chain_reader *r);

/* A log with its place; `log_index` counts in the block. */
void eth_put_log(struct json_out *o, const struct st_log *log, const struct chain_tx *tx,
                 const struct chain_block *b, uint32_t log_index);

#endif
