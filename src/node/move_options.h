/* Private to node/: the options that the verbs of `tern move` which compile a package share. */
#ifndef TERN_NODE_MOVE_OPTIONS_H
#define TERN_NODE_MOVE_OPTIONS_H

#include "node/move_package.h"
#include "node/options.h"

struct move_flags {
    const char *named, *dependencies, *framework, *compiler, *version, *policy;
    bool dev;
};

/* clang-format off */
#define MOVE_OPTIONS(f)                                                                            \
    {"named-addresses", &(f).named, NULL},                                                         \
    {"dependency", &(f).dependencies, NULL},                                                       \
    {"framework", &(f).framework, NULL},                                                           \
    {"compiler", &(f).compiler, NULL},                                                             \
    {"upgrade-policy", &(f).policy, NULL},                                                         \
    {"bytecode-version", &(f).version, NULL},                                                      \
    {"dev", NULL, &(f).dev}
/* clang-format on */

#define MOVE_OPTIONS_HELP                                                                          \
    "  --named-addresses NAME=0x…[,…]  addresses that Move.toml leaves open\n"                 \
    "  --dev                           use dev-addresses and dev-dependencies\n"                   \
    "  --dependency NAME=DIR[,…]       where a dependency is, if not where Move.toml says\n"     \
    "  --framework DIR                 Tern's framework; else $TERN_FRAMEWORK, or found beside\n"  \
    "                                  the program\n"                                              \
    "  --compiler PATH                 the Move compiler's library; else $TERN_MOVE_COMPILER, "    \
    "or\n"                                                                                         \
    "                                  found in node_modules\n"                                    \
    "  --upgrade-policy compatible|immutable\n"                                                    \
    "                                  instead of the manifest's\n"                                \
    "  --bytecode-version 5|6|7        7 if not given\n"

/* What the flags mean. Texts live in the arena. False after saying what is wrong. */
bool move_options_take(const char *command, const struct move_flags *f, struct arena *a,
                       struct move_package_options *out);

/* For options_read: takes one argument into the const char * that ctx points at. */
bool move_take_folder(void *ctx, const char *argument);

#endif
