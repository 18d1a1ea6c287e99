/* Private to node/: a compiled package as it is published: its modules, and the metadata that
 * 0x1::code keeps (aptos-framework code.move, PackageMetadata). */
#ifndef TERN_NODE_MOVE_BUILD_H
#define TERN_NODE_MOVE_BUILD_H

#include "node/move_package.h"

/* What the metadata carries beside names (Aptos' --included-artifacts). */
enum move_artifacts {
    MOVE_ARTIFACTS_NONE,
    MOVE_ARTIFACTS_SPARSE, /* sources */
    MOVE_ARTIFACTS_ALL,    /* sources and source maps */
};

struct move_built_module {
    struct bytes name, code;
    struct mv_module *module;
};

struct move_build {
    struct arena arena;
    struct move_built_module *modules; /* each behind those of the package that it uses */
    uint32_t count;
    struct buf metadata; /* BCS of PackageMetadata */
};

/* Reads what move_graph_compile has made, and makes the metadata. False with a reason;
 * move_build_close in any case. */
bool move_build_open(struct move_build *b, struct move_graph *g, enum move_artifacts artifacts,
                     struct buf *why);
void move_build_close(struct move_build *b);

/* Writes <folder>/bytecode_modules, bytecode_scripts, source_maps, BuildInfo.yaml and
 * package-metadata.bcs, instead of what is there. */
bool move_build_write(const struct move_build *b, struct move_graph *g, const char *folder,
                      struct buf *why);

/* none, sparse or all; NULL is sparse. False after saying what is wrong. */
bool move_artifacts_read(const char *command, const char *text, enum move_artifacts *out);

/* The compiler's output for the operator, then what went wrong. The exit code of a command whose
 * compilation ended so. */
int move_report_compile(const char *command, enum move_compile_result result, struct buf *log,
                        const struct buf *why, bool quiet);

#endif
