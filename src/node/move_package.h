/* Private to node/: Move packages on disk, made ready for the compiler.
 *
 * The compiler knows local dependencies only. So that a package which names Aptos' framework, or
 * others, by git builds unchanged, it is given a *shadow*: a temporary folder with one folder for
 * each package of the graph, whose Move.toml says the same with every dependency made local and
 * whose sources are copies of the package's own (the
 * compiler takes a linked package for a dependency, and leaves out its metadata). A dependency is
 * found so:
 *
 *   the framework's packages   (MoveStdlib, AptosStdlib, AptosFramework, AptosToken,
 *                              AptosTokenObjects, whatever they say where they are) are our own
 *                              framework's sources
 *   { local = "…" }            as it says
 *   { git = "…", … }           `--dependency NAME=DIR`, or where the Move tools keep their clones:
 *                              $MOVE_HOME (~/.move)/<url with other characters as _>_<rev>
 */
#ifndef TERN_NODE_MOVE_PACKAGE_H
#define TERN_NODE_MOVE_PACKAGE_H

#include "codec/toml.h"
#include "node/move_compiler.h"

enum { MOVE_OVERRIDES_MAX = 64 };

struct move_package_options {
    bool dev, test;
    const char *framework; /* the folder with our framework's Move.toml; NULL: found */
    const char *policy;    /* upgrade policy instead of the manifest's; NULL: the manifest's */
    const char *library;   /* the compiler; NULL: found */
    const char *overrides[MOVE_OVERRIDES_MAX]; /* NAME=DIR */
    unsigned override_count;
    struct move_compile_options compile; /* named addresses, bytecode version */
};

/* A package of the graph. The first is the one that was asked for. */
struct move_package {
    char *dir;    /* where it is */
    char *shadow; /* what the compiler sees */
    const struct toml *manifest;
    struct bytes name;
};

struct move_graph {
    struct arena arena;
    const struct move_package_options *options;
    char *root; /* the shadow's folder; removed by move_graph_close */
    char *framework;
    struct move_package *packages;
    uint32_t count, capacity;
};

/* Reads the package in `dir` and all that it depends on, and builds the shadow. False with a
 * reason. move_graph_close in any case. */
bool move_graph_open(struct move_graph *g, const char *dir,
                     const struct move_package_options *options, struct buf *why);
void move_graph_close(struct move_graph *g);

/* Compiles the first package, and gives its modules their flags. Diagnostics are appended to `log`
 * with the packages' own paths; without colour unless `colour`. */
enum move_compile_result move_graph_compile(struct move_graph *g, bool colour, struct buf *log,
                                            struct buf *why);

/* move_flags.c: gives the first package's compiled modules the flags that its manifest names under
 * [tern]. False with a reason. */
bool move_flags_put(struct move_graph *g, struct buf *why);

/* "<shadow>/build/<name>", where the compiler has put everything; in the graph's arena. */
const char *move_graph_output(struct move_graph *g);

/* The value of a named address in the first package, as it was compiled; false if it has none. */
bool move_graph_address(struct move_graph *g, struct bytes name, struct b32 *out);

#endif
