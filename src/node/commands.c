/* The table of commands. */
#include "node/commands.h"

const struct cli_option cli_common[] = {
    {"rpc", "URL", "the node's Ethereum port; else $TERN_RPC, else http://127.0.0.1:8545"},
    {"json", NULL, "print the node's answer as JSON"},
    {"color", "WHEN", "auto, always or never: auto is on a terminal, unless NO_COLOR is set"},
    {"help", NULL, "print this"},
    {NULL, NULL, NULL},
};

static const struct cli_option no_options[] = {{NULL, NULL, NULL}};

static const struct cli_option alias_options[] = {
    {"in", "VM", "only the address there: evm, move or svm"},
    {NULL, NULL, NULL},
};

/* clang-format off */
#define OWN(name, run, what) {(name), (run), (what), NULL, NULL, NULL, NULL, NULL}
#define ASKS(name, ask, arguments, options, what, about) \
    {(name), cmd_cli, (what), (arguments), NULL, (about), (options), (ask)}
const struct command tern_commands[] = {
    {"node", cmd_node, "run a chain with its Ethereum, Aptos and Solana endpoints", NULL, cmd_node_usage, NULL, NULL, NULL},
    ASKS("trace", cli_trace, "HASH", no_options, "show what a transaction did, as a tree over all machines",
         "HASH is a transaction's hash in any machine, or a Solana signature. Ends with 1 if the transaction\n"
         "failed; a message of it that failed does not count.\n"),
    ASKS("msg", cli_msg, "ID", no_options, "show a message between the machines",
         "ID is a message's, as tern trace shows it.\n"),
    ASKS("alias", cli_alias, "ADDRESS", alias_options, "show an address's aliases and who is behind it",
         "ADDRESS is the EVM's (20 bytes), Move's (32 bytes) or Solana's (base58).\n"),
    ASKS("account", cli_account, "ADDRESS", no_options, "show what an address and its aliases hold",
         "ADDRESS is the EVM's (20 bytes), Move's (32 bytes) or Solana's (base58).\n"),
    OWN("completion", cmd_completion, "print what makes bash, zsh or fish complete tern's words"),
    OWN("statetest", cmd_statetest, "run Ethereum state tests, as geth's evm does"),
    OWN("blocktest", cmd_blocktest, "run Ethereum block tests, as geth's evm does"),
    OWN("evm", cmd_evm, "run bytecode; the commands of geth's evm under their names there"),
    OWN("t8n", cmd_t8n, "apply transactions to a world, as geth's evm does"),
    OWN("move", cmd_move, "work with Move packages and modules: tern move --help"),
    OWN("svm", cmd_svm, "run Solana VM instruction tests, or transactions"),
    OWN("precompile", cmd_precompile, "run vectors of precompiles"),
    OWN(NULL, NULL, NULL),
};
/* clang-format on */
