/* tern move: what concerns Move alone; one row per verb. */
#include <stdio.h>
#include <string.h>

#include "base/base.h"
#include "node/commands.h"
#include "node/move_verbs.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *what;
} verbs[] = {
    {"asm", move_asm, "make a compiled module or script from text"},
    {"disassemble", move_disassemble, "show compiled modules and scripts as text"},
    {"build", move_build, "compile a package"},
    {"publish", move_publish, "compile a package and publish it on a chain"},
    {"verify", move_verify, "say whether a node would accept compiled modules"},
    {"test", move_test, "run the unit tests of a package"},
};

static int usage(FILE *out) {
    fputs("tern move VERB [OPTIONS]\n\n", out);
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        fprintf(out, "  %-12s %s\n", verbs[i].name, verbs[i].what);
    fputs("\ntern move VERB --help says more.\n", out);
    return out == stdout ? 0 : 2;
}

int cmd_move(int argc, char **argv) {
    if (argc < 2) return usage(stderr);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h")) return usage(stdout);
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (!strcmp(argv[1], verbs[i].name)) return verbs[i].run(argc - 1, argv + 1);
    fprintf(stderr, "tern move: no verb '%s'\n", argv[1]);
    return usage(stderr);
}
