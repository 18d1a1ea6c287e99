/* Private to node/: the Move 2 compiler of the npm package @initia/builder.js.
 *
 * The package's own binding needs node-gyp; its shared library does not, so it is loaded at run
 * time from where it was installed. It is a development tool: the node never loads it, and nothing
 * of it is part of the program. A compilation runs in a child process, so that a panic inside the
 * library, or what it leaves behind, stays there.
 *
 * tools/movec is made of the same file. */
#ifndef TERN_NODE_MOVE_COMPILER_H
#define TERN_NODE_MOVE_COMPILER_H

#include "base/base.h"

enum { MOVE_NAMED_MAX = 64 };

/* A named address that the manifest leaves open. */
struct move_named_address {
    const char *name; /* not ended by a zero byte */
    size_t name_bytes;
    struct b32 address;
};

struct move_compile_options {
    const char *package; /* the folder with Move.toml */
    bool dev;            /* dev-addresses and dev-dependencies */
    bool test;           /* #[test] and #[test_only] code too */
    bool run_tests;      /* instead, run the tests in the compiler's own machine: a peer for ours */
    unsigned bytecode_version; /* 5, 6 or 7 */
    struct move_named_address named[MOVE_NAMED_MAX];
    unsigned named_count;
};

/* "0x" and 1 to 64 digits; leading zeros may be left out. */
bool move_address_read(struct bytes text, struct b32 *out);

/* Adds NAME=0xADDRESS. False if it is not of that form, or there are too many. */
bool move_named_add(struct move_compile_options *o, const char *text);

/* Where the compiler is: `given` if not NULL, else $TERN_MOVE_COMPILER, else in node_modules of
 * this folder, of the program's, or of one above them. False, with the place that was looked for in
 * `found`, if it is nowhere. */
enum { MOVE_COMPILER_PATH_MAX = 4096 };
bool move_compiler_find(const char *given, char found[MOVE_COMPILER_PATH_MAX]);

/* How a compilation ended. */
enum move_compile_result {
    MOVE_COMPILE_OK,
    MOVE_COMPILE_FAILED, /* the sources are wrong; the diagnostics say where */
    MOVE_COMPILE_BROKEN, /* the compiler could not be loaded, or it crashed; *why says more */
};

/* Compiles the package, with its local dependencies, into <package>/build/<name>. Diagnostics are
 * appended to `log` if it is given, else they go to the standard streams. `why` is a reason for the
 * operator with MOVE_COMPILE_BROKEN or _FAILED. */
enum move_compile_result move_compile(const char *library, const struct move_compile_options *o,
                                      struct buf *log, struct buf *why);

#endif
