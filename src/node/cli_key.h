/* Private to node/: the secret that a command signs with, in the three machines. */
#ifndef TERN_NODE_CLI_KEY_H
#define TERN_NODE_CLI_KEY_H

#include "node/cli.h"
#include "state/state.h"

/* The key for transactions of that machine, by the options --key-file, --mnemonic-file, --account
 * and --dev, or TERN_KEY and TERN_MNEMONIC. An error has been said. The caller wipes it. */
enum cli_exit cli_key(struct cli *c, enum st_vm vm, struct b32 *out);

#endif
