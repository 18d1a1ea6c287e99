/* The library's interface (found by its binding's declarations): arguments and results are BCS;
 * what Rust hands out is a vector by value, what it takes is a view; an error comes through a
 * vector that starts as "none". */
#include "node/move_compiler.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "codec/hex.h"
#include "codec/uleb.h"

static const char LIBRARY[] = "node_modules/@initia/builder.js/library/libcompiler."
#if defined(__aarch64__)
                              "aarch64"
#else
                              "x86_64"
#endif
                              ".so";

_Static_assert(MOVE_COMPILER_PATH_MAX >= PATH_MAX, "a path fits");

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
typedef struct rust_vec (*test_move_package_fn)(struct rust_vec *err, struct rust_view args,
                                                struct rust_view test_options);

/* ---- Options */

bool move_address_read(struct bytes text, struct b32 *out) {
    if (text.n < 3 || text.n > 66 || text.p[0] != '0' || text.p[1] != 'x') return false;
    char digits[64];
    memset(digits, '0', sizeof digits);
    memcpy(digits + 64 - (text.n - 2), text.p + 2, text.n - 2);
    return hex_decode_digits(out->b, bytes_make(digits, sizeof digits));
}

bool move_named_add(struct move_compile_options *o, const char *text) {
    const char *equals = strchr(text, '=');
    if (o->named_count == MOVE_NAMED_MAX || !equals || equals == text) return false;
    struct move_named_address *n = &o->named[o->named_count];
    if (!move_address_read(bytes_cstr(equals + 1), &n->address)) return false;
    n->name = text;
    n->name_bytes = (size_t)(equals - text);
    o->named_count++;
    return true;
}

/* ---- Finding the compiler */

/* Looks for LIBRARY in `directory` and the folders above it. `directory` is overwritten. */
static bool find_upwards(char *directory, char found[MOVE_COMPILER_PATH_MAX]) {
    for (;;) {
        int n = snprintf(found, MOVE_COMPILER_PATH_MAX, "%s/%s", directory, LIBRARY);
        if (n < MOVE_COMPILER_PATH_MAX && access(found, R_OK) == 0) return true;
        char *slash = strrchr(directory, '/');
        if (!slash) return false;
        *slash = 0;
    }
}

bool move_compiler_find(const char *given, char found[MOVE_COMPILER_PATH_MAX]) {
    if (!given) given = getenv("TERN_MOVE_COMPILER");
    if (given && *given) {
        snprintf(found, MOVE_COMPILER_PATH_MAX, "%s", given);
        return access(found, R_OK) == 0;
    }
    char directory[PATH_MAX];
    if (getcwd(directory, sizeof directory) && find_upwards(directory, found)) return true;
    ssize_t n = readlink("/proc/self/exe", directory, sizeof directory - 1);
    if (n > 0) {
        directory[n] = 0;
        if (find_upwards(directory, found)) return true;
    }
    snprintf(found, MOVE_COMPILER_PATH_MAX, "%s", LIBRARY);
    return false;
}

/* ---- The call */

static void put_string(struct buf *b, const char *s, size_t n) {
    uleb_put(b, n);
    buf_put(b, s, n);
}

static void put_option_string(struct buf *b, const char *s) {
    buf_put_u8(b, 1);
    put_string(b, s, strlen(s));
}

/* CompilerArguments: package path, verbosity, build configuration. */
static void put_arguments(struct buf *b, const struct move_compile_options *o) {
    put_option_string(b, o->package);
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

/* What the child leaves with. A panic ends it with other numbers or a signal. */
enum { CHILD_OK = 0, CHILD_FAILED = 71, CHILD_NOT_LOADED = 72 };

/* In the child. The last thing that it writes to `reason` is why it ends. */
__attribute__((noreturn)) static void
compile_and_leave(const char *library, const struct move_compile_options *o, int reason) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    build_move_package_fn build = NULL;
    test_move_package_fn test = NULL;
    if (handle) *(void **)&build = dlsym(handle, "build_move_package");
    if (handle) *(void **)&test = dlsym(handle, "test_move_package");
    if (!build || !test) {
        dprintf(reason, "cannot load the Move compiler: %s", dlerror());
        _exit(CHILD_NOT_LOADED);
    }
    struct buf args = {0};
    put_arguments(&args, o);
    struct rust_vec error = {.is_none = true};
    struct rust_view view = {.ptr = args.p, .len = args.n};
    /* No filter, no statistics, no storage on error, warnings not ignored, no coverage. */
    static const uint8_t test_options[5];
    if (o->run_tests)
        test(&error, view, (struct rust_view){.ptr = test_options, .len = sizeof test_options});
    else
        build(&error, view);
    fflush(NULL);
    if (error.is_none || !error.len) _exit(CHILD_OK);
    dprintf(reason, "%.*s", (int)error.len, (const char *)error.ptr);
    /* Not exit(): what the library still holds is its own affair, also under a leak checker. */
    _exit(CHILD_FAILED);
}

static void read_all(int fd, struct buf *out) {
    for (;;) {
        ssize_t n = read(fd, buf_room(out, 4096), 4096);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        out->n += (size_t)n;
    }
}

static enum move_compile_result broken(struct buf *why, const char *what) {
    buf_printf(why, "%s: %s", what, strerror(errno));
    return MOVE_COMPILE_BROKEN;
}

static enum move_compile_result wait_for(pid_t child, struct buf *why) {
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return broken(why, "waitpid");
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_OK) return MOVE_COMPILE_OK;
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_FAILED) return MOVE_COMPILE_FAILED;
    if (WIFEXITED(status) && WEXITSTATUS(status) == CHILD_NOT_LOADED) return MOVE_COMPILE_BROKEN;
    if (WIFSIGNALED(status))
        buf_printf(why, "the Move compiler was ended by signal %d (%s)", WTERMSIG(status),
                   strsignal(WTERMSIG(status)));
    else
        buf_printf(why, "the Move compiler ended with %d", WEXITSTATUS(status));
    return MOVE_COMPILE_BROKEN;
}

enum move_compile_result move_compile(const char *library, const struct move_compile_options *o,
                                      struct buf *log, struct buf *why) {
    /* The reason goes through a file: nobody has to read two pipes at once. */
    FILE *reason = tmpfile();
    int output[2];
    if (!reason) return broken(why, "a temporary file");
    if (pipe(output) != 0) return fclose(reason), broken(why, "a pipe");
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(output[0]);
        if (log) {
            dup2(output[1], STDOUT_FILENO);
            dup2(output[1], STDERR_FILENO);
        }
        compile_and_leave(library, o, fileno(reason));
    }
    close(output[1]);
    enum move_compile_result result = MOVE_COMPILE_BROKEN;
    if (child < 0) {
        broken(why, "fork");
    } else {
        if (log) read_all(output[0], log);
        result = wait_for(child, why);
        rewind(reason);
        read_all(fileno(reason), why);
    }
    close(output[0]);
    fclose(reason);
    return result;
}
