/* movec: the Move 2 compiler of the npm package @initia/builder.js on the command line.
 *
 * The package's own binding needs node-gyp; its shared library does not, so it is loaded here and
 * called directly. For development, tests and the demo; the node never loads it.
 *
 *   movec [--dev] [--test] [--named NAME=0xADDRESS]… [--bytecode-version N] [--lib PATH] PACKAGE
 *
 * Compiles the Move package in the directory PACKAGE (the one with Move.toml), with its local
 * dependencies, into PACKAGE/build/<name>/bytecode_modules/. The compiler's diagnostics go to the
 * standard streams. Ends with 0 if the package compiled, 1 if it did not, 2 if movec could not try.
 *
 * The library's interface (found by its binding's declarations): arguments and results are BCS;
 * what Rust hands out is a vector by value, what it takes is a view; an error comes through a
 * vector that starts as "none". */
#include "base/base.h"
#include "codec/hex.h"
#include "codec/uleb.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char LIBRARY[] = "node_modules/@initia/builder.js/library/libcompiler."
#if defined(__aarch64__)
                              "aarch64"
#else
                              "x86_64"
#endif
                              ".so";

enum { NAMED_MAX = 64, EXIT_NOT_TRIED = 2 };

/* The library's byte vector: it owns `ptr`. */
struct rust_vec {
    bool is_none;
    uint8_t *ptr;
    size_t len, cap;
};

/* Bytes lent to the library for a call. */
struct rust_view {
    bool is_nil;
    const uint8_t *ptr;
    size_t len;
};

typedef struct rust_vec (*build_move_package_fn)(struct rust_vec *err, struct rust_view args);

struct named {
    const char *name;
    size_t name_bytes;
    struct b32 address;
};

struct options {
    bool dev, test;
    unsigned bytecode_version;
    const char *library, *package;
    struct named named[NAMED_MAX];
    unsigned named_count;
};

static void usage(FILE *to) {
    fputs("movec [--dev] [--test] [--named NAME=0xADDRESS]… [--bytecode-version 5|6|7]\n"
          "      [--lib PATH] PACKAGE\n"
          "\n"
          "Compiles the Move package in the directory PACKAGE into PACKAGE/build.\n"
          "  --dev               use the package's dev-addresses and dev-dependencies\n"
          "  --test              compile #[test] and #[test_only] code too\n"
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

/* ---- Command line ------------------------------------------------------------------------ */

/* "0x" and 1 to 64 digits; leading zeros may be left out. */
static bool parse_address(const char *text, struct b32 *out) {
    size_t n = strlen(text);
    if (n < 3 || n > 66 || text[0] != '0' || text[1] != 'x') return false;
    char digits[64];
    memset(digits, '0', sizeof digits);
    memcpy(digits + 64 - (n - 2), text + 2, n - 2);
    return hex_decode_digits(out->b, bytes_make(digits, sizeof digits));
}

static void add_named(struct options *o, const char *text) {
    const char *equals = strchr(text, '=');
    if (o->named_count == NAMED_MAX) fail("more than %d named addresses", NAMED_MAX);
    struct named *n = &o->named[o->named_count++];
    if (!equals || equals == text || !parse_address(equals + 1, &n->address))
        fail("--named %s: expected NAME=0xADDRESS with 1 to 64 hexadecimal digits", text);
    n->name = text;
    n->name_bytes = (size_t)(equals - text);
}

static void parse_version(struct options *o, const char *text) {
    /* The compiler panics on 8 and above. */
    if (strlen(text) != 1 || text[0] < '5' || text[0] > '7')
        fail("--bytecode-version %s: this compiler makes 5, 6 and 7", text);
    o->bytecode_version = (unsigned)(text[0] - '0');
}

static void parse_options(struct options *o, char **argv) {
    for (char **a = argv + 1; *a; a++) {
        if (!strcmp(*a, "--help") || !strcmp(*a, "-h")) {
            usage(stdout);
            exit(0);
        } else if (!strcmp(*a, "--dev")) {
            o->dev = true;
        } else if (!strcmp(*a, "--test")) {
            o->test = true;
        } else if (!strcmp(*a, "--named") || !strcmp(*a, "--bytecode-version") ||
                   !strcmp(*a, "--lib")) {
            const char *option = *a++;
            if (!*a) fail("%s needs a value", option);
            if (option[2] == 'n') add_named(o, *a);
            if (option[2] == 'b') parse_version(o, *a);
            if (option[2] == 'l') o->library = *a;
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

/* ---- Finding the compiler ---------------------------------------------------------------- */

/* Looks for LIBRARY in `directory` and the directories above it. `directory` is overwritten. */
static bool find_upwards(char *directory, char found[PATH_MAX]) {
    for (;;) {
        int n = snprintf(found, PATH_MAX, "%s/%s", directory, LIBRARY);
        if (n < PATH_MAX && access(found, R_OK) == 0) return true;
        char *slash = strrchr(directory, '/');
        if (!slash) return false;
        *slash = 0;
    }
}

static const char *find_library(const struct options *o, char found[PATH_MAX]) {
    if (o->library) return o->library;
    const char *from_environment = getenv("TERN_MOVE_COMPILER");
    if (from_environment && *from_environment) return from_environment;
    char directory[PATH_MAX];
    if (getcwd(directory, sizeof directory) && find_upwards(directory, found)) return found;
    ssize_t n = readlink("/proc/self/exe", directory, sizeof directory - 1);
    if (n > 0) {
        directory[n] = 0;
        if (find_upwards(directory, found)) return found;
    }
    fail("the Move compiler is not installed (%s is in no directory from here upwards): "
         "./x setup test",
         LIBRARY);
}

static build_move_package_fn load_compiler(const struct options *o) {
    char found[PATH_MAX];
    const char *path = find_library(o, found);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) fail("cannot load the Move compiler: %s", dlerror());
    build_move_package_fn build;
    *(void **)&build = dlsym(library, "build_move_package");
    if (!build) fail("%s is not the Move compiler: it has no build_move_package", path);
    return build;
}

/* ---- The call ---------------------------------------------------------------------------- */

static void put_string(struct buf *b, const char *s, size_t n) {
    uleb_put(b, n);
    buf_put(b, s, n);
}

static void put_option_string(struct buf *b, const char *s) {
    buf_put_u8(b, 1);
    put_string(b, s, strlen(s));
}

/* CompilerArguments: package path, verbosity, build configuration. */
static void put_arguments(struct buf *b, const struct options *o, const char *package) {
    put_option_string(b, package);
    buf_put_u8(b, false); /* verbose */
    buf_put_u8(b, o->dev);
    buf_put_u8(b, o->test);
    buf_put_u8(b, false);     /* generate documentation */
    buf_put_u8(b, false);     /* generate ABIs */
    put_option_string(b, ""); /* install directory: the package's own */
    buf_put_u8(b, true);      /* force recompilation */
    buf_put_u8(b, false);     /* fetch dependencies only */
    buf_put_u8(b, true);      /* skip fetching git dependencies: there is no network here */
    uint8_t version[4];
    store_le32(version, o->bytecode_version);
    buf_put(b, version, sizeof version);
    put_string(b, "2.1", 3); /* compiler version */
    put_string(b, "2.1", 3); /* language version */
    uleb_put(b, o->named_count);
    for (unsigned i = 0; i < o->named_count; i++) {
        put_string(b, o->named[i].name, o->named[i].name_bytes);
        buf_put(b, o->named[i].address.b, 32);
    }
}

static const char *resolve_package(const struct options *o, char resolved[PATH_MAX]) {
    if (!realpath(o->package, resolved)) fail("%s: %s", o->package, strerror(errno));
    char manifest[PATH_MAX];
    int n = snprintf(manifest, sizeof manifest, "%s/Move.toml", resolved);
    if (n >= (int)sizeof manifest || access(manifest, R_OK) != 0)
        fail("%s is not a Move package: it has no readable Move.toml", o->package);
    return resolved;
}

int main(int argc, char **argv) {
    (void)argc;
    struct options o = {.bytecode_version = 7};
    char resolved[PATH_MAX];
    parse_options(&o, argv);
    const char *package = resolve_package(&o, resolved);
    build_move_package_fn build = load_compiler(&o);
    struct buf args = {0};
    put_arguments(&args, &o, package);
    struct rust_vec error = {.is_none = true};
    build(&error, (struct rust_view){.ptr = args.p, .len = args.n});
    buf_free(&args);
    fflush(NULL);
    bool failed = !error.is_none && error.len;
    if (failed)
        fprintf(stderr, "movec: %s: %.*s\n", o.package, (int)error.len, (const char *)error.ptr);
    /* Not exit(): what the library still holds is its own affair, also under a leak checker. */
    _exit(failed ? 1 : 0);
}
