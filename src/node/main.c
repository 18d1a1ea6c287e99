/* The command line: one row per command. */
#include "node/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} commands[] = {
    {"node", cmd_node, "run a chain with its Ethereum and Aptos endpoints"},
    {"statetest", cmd_statetest, "run Ethereum state tests, as geth's evm does"},
    {"blocktest", cmd_blocktest, "run Ethereum block tests, as geth's evm does"},
    {"evm", cmd_evm, "run bytecode; the commands of geth's evm under their names there"},
    {"t8n", cmd_t8n, "apply transactions to a world, as geth's evm does"},
    {"move", cmd_move, "work with Move packages and modules: tern move --help"},
    {"svm", cmd_svm, "run Solana VM instruction tests, or transactions"},
    {"precompile", cmd_precompile, "run vectors of precompiles"},
};

static int usage(FILE *out) {
    fputs("tern COMMAND [OPTIONS]\n\n", out);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].what);
    fputs("\ntern COMMAND --help says more.\n", out);
    return out == stdout ? 0 : 2;
}

/* Called by the name `evm`, through a link, the program is go-ethereum's: for frameworks that run a
 * program of that name. */
static bool is_evm(const char *program) {
    const char *slash = strrchr(program, '/');
    return !strcmp(slash ? slash + 1 : program, "evm");
}

int main(int argc, char **argv) {
    if (argc > 0 && is_evm(argv[0])) return cmd_evm(argc, argv);
    if (argc < 2) return usage(stderr);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return usage(stdout);
    if (!strcmp(argv[1], "--version")) {
        puts("tern 0.1.0");
        return 0;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (!strcmp(argv[1], commands[i].name)) return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "tern: no command '%s'\n", argv[1]);
    return usage(stderr);
}
