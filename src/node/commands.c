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

static const struct cli_option call_options[] = {
    {"from", "ADDRESS", "who calls; of Solana, who pays"},
    {"value", "AMOUNT", "ether that goes along to a contract: 5 (wei), 3gwei, 1.5ether"},
    {"data", "HEX", "call data as it is, or an instruction's data"},
    {"meta", "KEY[:sw]",
     "an account of the instruction, s if it signs, w if it is written; again for each; "
     "payer is who pays"},
    {"block", "BLOCK", "on the state after this block: a number in hexadecimal, or a tag"},
    {NULL, NULL, NULL},
};

static const struct cli_option send_options[] = {
    {"key-file", "FILE", "the private key: hexadecimal digits, or a key file of Solana's tools"},
    {"mnemonic-file", "FILE", "the mnemonic to derive the key from, as wallets of the machine do"},
    {"index", "N", "which account of the mnemonic (0)"},
    {"dev", "N", "sign as the development account N, which everybody knows"},
    {"value", "AMOUNT", "ether that goes along to a contract: 5 (wei), 3gwei, 1.5ether"},
    {"data", "HEX", "call data as it is, or an instruction's data"},
    {"meta", "KEY[:sw]",
     "an account of the instruction, s if it signs, w if it is written; again for each; "
     "payer is who pays"},
    {"gas", "N", "the most gas to use; without it an estimate, in Move 200000 units"},
    {"no-wait", NULL, "print the hash without waiting for a block"},
    {NULL, NULL, NULL},
};

#define TARGET_HELP                                                                                \
    "TARGET is a contract's address, followed by a function and its arguments:\n"                  \
    "  0x7e… 'transfer(address,uint256)' 0x1234… 5\n"                                          \
    "  0x7e… 'balanceOf(address)(uint256)' 0x1234…   (with the types of the results)\n"        \
    "a function of Move with its arguments, text or JSON:\n"                                       \
    "  '0x1::coin::balance<0x1::aptos_coin::AptosCoin>' 0x1234…\n"                               \
    "or a program of Solana, whose accounts and data are options.\n"

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
    ASKS("call", cli_call, "TARGET [ARGS…]", call_options, "call a contract, a view function or a program, without a transaction",
         TARGET_HELP "Ends with 1 if the call fails.\n"),
    ASKS("send", cli_send, "TARGET [ARGS…]", send_options, "sign and send a transaction to any machine, and show what it did",
         TARGET_HELP "Ends with 1 if the transaction fails. Without an option that says who signs it is $TERN_KEY, a private key,\n"
         "or $TERN_MNEMONIC.\n"),
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
