/* Private to node/: tern call and tern send. The form of the target says which machine is meant: 0x
 * and 40 digits a contract of the EVM, 0x…::module::function one of Move, base58 a program of
 * Solana. */
#ifndef TERN_NODE_CLI_SEND_H
#define TERN_NODE_CLI_SEND_H

#include "node/cli.h"
#include "state/state.h"

/* The machine of a target. False if it has none of those forms. */
bool cli_target_vm(const char *target, enum st_vm *vm);

enum cli_exit cli_call_evm(struct cli *c);
enum cli_exit cli_call_move(struct cli *c);
enum cli_exit cli_call_solana(struct cli *c);

/* Each signs and submits; *hash is what the transaction is known by. */
enum cli_exit cli_send_evm(struct cli *c, const char **hash);
enum cli_exit cli_send_move(struct cli *c, const char **hash);
enum cli_exit cli_send_solana(struct cli *c, const char **hash);

/* The URL of another of the node's ports: the host of --rpc with the port that the node says, and
 * `path` behind it. */
enum cli_exit cli_port(struct cli *c, const char *name, const char *path, const char **url);

/* The bytes of --data, or none. */
enum cli_exit cli_data(struct cli *c, struct bytes *out);
const char *cli_hex(struct arena *a, struct bytes data);
/* [a] with another value behind: an array of parameters. Takes both. */
json_t *cli_params(json_t *first, json_t *second);

#endif
