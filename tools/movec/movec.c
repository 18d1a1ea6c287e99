/* movec: builds a Move package with the Move 2 compiler inside npm @initia/builder.js, called through dlopen. A
 * development tool: nothing of the compiler is linked into the product.
 *
 *   movec [--dev] [--test] [--named NAME=0xADDRESS]… [--bytecode-version N] [--lib FILE] PACKAGE_DIR
 *
 * Writes PACKAGE_DIR/build/<name>/bytecode_modules/…; diagnostics of the compiler go to the standard streams.
 * Exit code: 0 built, 1 the package does not compile, 2 wrong usage, 3 the compiler is not there. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec/codec.h"

/* The library's foreign types. */
struct vec {
    bool is_none;
    uint8_t *ptr;
    size_t len, cap;
};
struct view {
    bool is_nil;
    const uint8_t *ptr;
    size_t len;
};
typedef struct vec build_package(struct vec *err, struct view args);

enum { NAMED_MAX = 64, BYTECODE_VERSION = 7 };

struct options {
    const char *package, *library;
    bool dev, test;
    uint32_t bytecode_version;
    uint32_t named_count;
    struct {
        struct bytes name;
        struct b32 address;
    } named[NAMED_MAX];
};

static void put_string(struct buf *b, struct bytes s) {
    uleb_put(b, s.n);
    buf_put_bytes(b, s);
}

/* BCS of the compiler's arguments. */
static void encode(struct buf *b, const struct options *o) {
    buf_put_u8(b, 1); /* the package's path: some */
    put_string(b, bytes_cstr(o->package));
    buf_put_u8(b, 0); /* verbose */
    buf_put_u8(b, o->dev);
    buf_put_u8(b, o->test);
    buf_put_u8(b, 0); /* docs */
    buf_put_u8(b, 0); /* abis */
    buf_put_u8(b, 1); /* install folder: some(""), the package itself */
    put_string(b, BYTES_LIT(""));
    buf_put_u8(b, 1); /* force recompilation */
    buf_put_u8(b, 0); /* fetch dependencies only */
    buf_put_u8(b, 1); /* do not fetch git dependencies */
    buf_put(b, &o->bytecode_version, 4);
    put_string(b, BYTES_LIT("2.1")); /* compiler */
    put_string(b, BYTES_LIT("2.1")); /* language */
    uleb_put(b, o->named_count);
    for (uint32_t i = 0; i < o->named_count; i++) {
        put_string(b, o->named[i].name);
        buf_put(b, o->named[i].address.b, 32);
    }
}

static int usage(const char *why) {
    fprintf(stderr,
            "movec: %s\n"
            "movec [--dev] [--test] [--named NAME=0xADDRESS]... [--bytecode-version N] [--lib FILE] PACKAGE_DIR\n",
            why);
    return 2;
}

/* NAME=0xADDRESS. */
static bool read_named(struct options *o, const char *text) {
    const char *eq = text ? strchr(text, '=') : NULL;
    uint8_t digits[64];
    if (!eq || o->named_count == NAMED_MAX || strncmp(eq + 1, "0x", 2) != 0) return false;
    size_t n = strlen(eq + 3);
    if (n == 0 || n > 64) return false;
    memset(digits, '0', sizeof digits);
    memcpy(digits + 64 - n, eq + 3, n);
    o->named[o->named_count].name = bytes_make(text, (size_t)(eq - text));
    return hex_decode_digits(o->named[o->named_count++].address.b, BYTES_OF(digits));
}

static const char *read_options(struct options *o, int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(argv[i], "--dev")) {
            o->dev = true;
        } else if (!strcmp(argv[i], "--test")) {
            o->test = o->dev = true;
        } else if (!strcmp(argv[i], "--named")) {
            if (!read_named(o, value)) return "--named wants NAME=0xADDRESS";
            i++;
        } else if (!strcmp(argv[i], "--bytecode-version")) {
            o->bytecode_version = value ? (uint32_t)atoi(value) : 0;
            if (o->bytecode_version < 5 || o->bytecode_version > 7) return "--bytecode-version wants 5, 6 or 7";
            i++;
        } else if (!strcmp(argv[i], "--lib")) {
            if (!value) return "--lib wants a file";
            o->library = value;
            i++;
        } else if (argv[i][0] == '-') {
            return "unknown option";
        } else if (o->package) {
            return "one package at a time";
        } else {
            o->package = argv[i];
        }
    }
    return o->package ? NULL : "a package folder is missing";
}

int main(int argc, char **argv) {
    static struct options o = {.library = "node_modules/@initia/builder.js/library/libcompiler.x86_64.so",
                               .bytecode_version = BYTECODE_VERSION};
    const char *why = read_options(&o, argc, argv);
    if (why) return usage(why);
    void *library = dlopen(o.library, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "movec: the Move compiler is not there: %s\n", dlerror());
        return 3;
    }
    build_package *build;
    *(void **)&build = dlsym(library, "build_move_package");
    if (!build) {
        fprintf(stderr, "movec: %s is not the library that is expected: %s\n", o.library, dlerror());
        return 3;
    }
    struct buf args = {0};
    struct vec err = {.is_none = true};
    encode(&args, &o);
    build(&err, (struct view){.ptr = args.p, .len = args.n});
    buf_free(&args);
    if (err.is_none) return 0;
    fprintf(stderr, "movec: %s: %.*s\n", o.package, (int)err.len, (const char *)err.ptr);
    return 1;
}
