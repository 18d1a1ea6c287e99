/* The development verbs: evm_, anvil_ and hardhat_, the unlocked accounts, what they sign and send.
 * They follow anvil's answers; served unless the chain was opened with no_dev. */
#ifndef TERN_RPC_DEV_H
#define TERN_RPC_DEV_H

#include "chain/dev.h"
#include "rpc/eth.h"

/* A number as development tools send it: 0x… hexadecimal, decimal digits, or a JSON number. */
bool dev_number_u256(struct rpc_call *c, json_t *v, const char *what, struct u256 *out);
bool dev_number(struct rpc_call *c, json_t *v, const char *what, uint64_t *out);

/* Fails the call with what the chain said. */
bool dev_fail(struct rpc_call *c, struct err e);

/* ---- dev_keys.c: the ten accounts of the mnemonic "test test … junk" */

enum { DEV_ACCOUNTS = 10 };
struct b20 dev_account(size_t i);
/* The key of one of them, or NULL. */
const struct b32 *dev_key(const struct b20 *address);

/* dev_send.c: eth_sendTransaction. */
rpc_method dev_send_transaction;

#endif
