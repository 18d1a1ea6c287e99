/* The command line: commands.c has one row per command. */
#include "node/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int usage(FILE *out) {
    fputs("tern COMMAND [OPTIONS]\n\n", out);
    for (const struct command *k = tern_commands; k->name; k++)
        fprintf(out, "  %-10s %s\n", k->name, k->what);
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
    for (const struct command *k = tern_commands; k->name; k++)
        if (!strcmp(argv[1], k->name)) return k->run(argc - 1, argv + 1);
    fprintf(stderr, "tern: no command '%s'\n", argv[1]);
    return usage(stderr);
}
