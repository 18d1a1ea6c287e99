/* movec: the Move 2 compiler of the npm package @initia/builder.js on the command line, for the
 * project's own scripts: it needs nothing but the compiler, so that the framework's modules, which
 * the node has inside, can be made before the node.
 *
 *   movec [--dev] [--test] [--run-tests] [--named NAME=0xADDRESS]… [--bytecode-version N] [--lib
 * PATH] PACKAGE
 *
 * Compiles the Move package in the directory PACKAGE (the one with Move.toml), with its local
 * dependencies, into PACKAGE/build/<name>/bytecode_modules/. The compiler's diagnostics go to the
 * standard streams. Ends with 0 if the package compiled, 1 if it did not, 2 if movec could not try.
 * `tern move build` does more: it finds the framework for packages that name Aptos' own. */
#include "node/move_compiler.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EXIT_NOT_TRIED = 2 };

static void usage(FILE *to) {
    fputs("movec [--dev] [--test] [--run-tests] [--named NAME=0xADDRESS]… [--bytecode-version "
          "5|6|7]\n"
          "      [--lib PATH] PACKAGE\n"
          "\n"
          "Compiles the Move package in the directory PACKAGE into PACKAGE/build.\n"
          "  --dev               use the package's dev-addresses and dev-dependencies\n"
          "  --test              compile #[test] and #[test_only] code too\n"
          "  --run-tests         run them in the compiler's own machine instead\n"
          "  --named NAME=0x…    give an address that Move.toml leaves open\n"
          "  --bytecode-version  7 if not given\n"
          "  --lib PATH          the compiler; else $TERN_MOVE_COMPILER, else the one in\n"
          "                      node_modules of this or a parent directory\n",
          to);
}

__attribute__((noreturn, format(printf, 1, 2))) static void fail(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("movec: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(EXIT_NOT_TRIED);
}

static unsigned parse_version(const char *text) {
    /* The compiler panics on 8 and above. */
    if (strlen(text) != 1 || text[0] < '5' || text[0] > '7')
        fail("--bytecode-version %s: this compiler makes 5, 6 and 7", text);
    return (unsigned)(text[0] - '0');
}

static void parse_options(struct move_compile_options *o, const char **library, char **argv) {
    for (char **a = argv + 1; *a; a++) {
        if (!strcmp(*a, "--help") || !strcmp(*a, "-h")) {
            usage(stdout);
            exit(0);
        } else if (!strcmp(*a, "--dev")) {
            o->dev = true;
        } else if (!strcmp(*a, "--test")) {
            o->test = true;
        } else if (!strcmp(*a, "--run-tests")) {
            o->run_tests = o->test = true;
        } else if (!strcmp(*a, "--named") || !strcmp(*a, "--bytecode-version") ||
                   !strcmp(*a, "--lib")) {
            const char *option = *a++;
            if (!*a) fail("%s needs a value", option);
            if (option[2] == 'n' && !move_named_add(o, *a))
                fail("--named %s: expected NAME=0xADDRESS with 1 to 64 hexadecimal digits, at most "
                     "%d of them",
                     *a, MOVE_NAMED_MAX);
            if (option[2] == 'b') o->bytecode_version = parse_version(*a);
            if (option[2] == 'l') *library = *a;
        } else if (**a == '-') {
            fail("no option '%s' (--help)", *a);
        } else if (o->package) {
            fail("more than one package: %s and %s", o->package, *a);
        } else {
            o->package = *a;
        }
    }
    if (!o->package) {
        usage(stderr);
        exit(EXIT_NOT_TRIED);
    }
}

static void check_package(const char *package, char resolved[PATH_MAX]) {
    if (!realpath(package, resolved)) fail("%s: %s", package, strerror(errno));
    char manifest[PATH_MAX];
    int n = snprintf(manifest, sizeof manifest, "%s/Move.toml", resolved);
    if (n >= (int)sizeof manifest || access(manifest, R_OK) != 0)
        fail("%s is not a Move package: it has no readable Move.toml", package);
}

int main(int argc, char **argv) {
    (void)argc;
    struct move_compile_options o = {.bytecode_version = 7};
    const char *given = NULL, *package;
    char resolved[PATH_MAX], library[MOVE_COMPILER_PATH_MAX];
    parse_options(&o, &given, argv);
    package = o.package;
    check_package(package, resolved);
    o.package = resolved;
    if (!move_compiler_find(given, library))
        fail("the Move compiler is not installed (%s is in no directory from here upwards): "
             "./x setup test",
             library);
    struct buf why = {0};
    enum move_compile_result result = move_compile(library, &o, NULL, &why);
    if (result != MOVE_COMPILE_OK) fprintf(stderr, "movec: %s: %s\n", package, buf_cstr(&why));
    buf_free(&why);
    return result == MOVE_COMPILE_OK ? 0 : result == MOVE_COMPILE_FAILED ? 1 : EXIT_NOT_TRIED;
}
