/* tern move build: a package's modules and its metadata. */
#include <stdio.h>
#include <unistd.h>

#include "node/move_build.h"
#include "node/move_options.h"
#include "node/move_verbs.h"

static const char usage[] =
    "tern move build [OPTIONS] [DIR]\n"
    "\n"
    "Compiles the package in DIR (default: this folder) into DIR/build/<name>: bytecode_modules,\n"
    "bytecode_scripts, source_maps, and package-metadata.bcs for 0x1::code::publish_package_txn.\n"
    "\n"
    "  --output DIR                    instead of DIR/build/<name>\n"
    "  --included-artifacts none|sparse|all\n"
    "                                  what the metadata carries: names only; sources (default);\n"
    "                                  sources and source maps\n" MOVE_OPTIONS_HELP "\n"
    "Ends with 0 if the package was compiled, 1 if it was not, 2 if that could not be tried.\n";

bool move_artifacts_read(const char *command, const char *text, enum move_artifacts *out) {
    static const char *const names[] = {"none", "sparse", "all"};
    *out = MOVE_ARTIFACTS_SPARSE;
    if (!text) return true;
    for (unsigned i = 0; i < COUNT_OF(names); i++)
        if (!strcmp(text, names[i])) return *out = (enum move_artifacts)i, true;
    fprintf(stderr, "tern %s: --included-artifacts %s: expected none, sparse or all\n", command,
            text);
    return false;
}

static int build(const char *folder, const struct move_package_options *options,
                 enum move_artifacts artifacts, const char *output) {
    struct move_graph g;
    struct move_build b = {0};
    struct buf log = {0}, why = {0};
    enum move_compile_result result = MOVE_COMPILE_BROKEN;
    if (move_graph_open(&g, folder, options, &why))
        result = move_graph_compile(&g, isatty(STDOUT_FILENO), &log, &why);
    int code = move_report_compile("move build", result, &log, &why, false);
    if (code == 0) {
        struct bytes name = g.packages[0].name;
        if (!output)
            output = arena_printf(&g.arena, "%s/build/%.*s", g.packages[0].dir, (int)name.n,
                                  (const char *)name.p);
        if (!move_build_open(&b, &g, artifacts, &why) || !move_build_write(&b, &g, output, &why)) {
            fprintf(stderr, "tern move build: %s\n", buf_cstr(&why));
            code = 2;
        } else {
            printf("%u modules in %s\n", b.count, output);
        }
        move_build_close(&b);
    }
    move_graph_close(&g);
    buf_free(&log);
    buf_free(&why);
    return code;
}

int move_build(int argc, char **argv) {
    struct move_flags flags = {0};
    const char *folder = NULL, *output = NULL, *included = NULL;
    const struct option_row rows[] = {
        MOVE_OPTIONS(flags),
        {"output", &output, NULL},
        {"included-artifacts", &included, NULL},
    };
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    struct arena arena;
    struct move_package_options options;
    enum move_artifacts artifacts;
    int code = 2;
    arena_init(&arena, 0);
    if (options_read("move build", argc, argv, rows, COUNT_OF(rows), move_take_folder, &folder) &&
        move_artifacts_read("move build", included, &artifacts) &&
        move_options_take("move build", &flags, &arena, &options))
        code = build(folder ? folder : ".", &options, artifacts, output);
    else
        fputs(usage, stderr);
    arena_free(&arena);
    return code;
}
