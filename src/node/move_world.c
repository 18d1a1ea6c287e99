#include "node/move_world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/hex.h"
#include "move/verify.h"
#include "node/files.h"

void put_move_address(struct buf *b, const struct b32 *address) {
    char digits[64];
    size_t zeros = 0;
    hex_encode(digits, bytes_make(address->b, 32));
    while (zeros < 63 && digits[zeros] == '0') zeros++;
    buf_puts(b, "0x");
    buf_put(b, digits + zeros, sizeof digits - zeros);
}

const struct mv_module *move_world_module(const struct move_world *w, const struct b32 *address,
                                          struct bytes name) {
    for (uint32_t i = 0; i < w->count; i++)
        if (bytes_eq(mv_self_name(w->modules[i]), name) &&
            b32_eq(mv_self_address(w->modules[i]), address))
            return w->modules[i];
    return NULL;
}

static const struct mv_module *find(void *ctx, const struct b32 *address, struct bytes name) {
    return move_world_module(ctx, address, name);
}

/* "0x42::m: STATUS: what is wrong". */
static bool refuse(struct buf *why, const struct mv_module *m, struct mv_err e) {
    put_move_address(why, mv_self_address(m));
    struct bytes name = mv_self_name(m);
    const char *status = mv_status_name(e.code);
    buf_printf(why, "::%.*s: %s: %s", (int)name.n, (const char *)name.p, status ? status : "?",
               e.text ? e.text : "");
    if (e.function != MV_NOWHERE) {
        const struct mv_function_def *d = &m->function_defs[e.function];
        struct bytes f = mv_identifier(m, m->function_handles[d->handle].name);
        buf_printf(why, " (function %.*s, offset %u)", (int)f.n, (const char *)f.p, e.offset);
    }
    return false;
}

/* ---- Loading */

static void store(struct move_world *w, const struct mv_module *m, struct bytes code) {
    uint8_t key[32 + 256];
    struct bytes name = mv_self_name(m);
    memcpy(key, mv_self_address(m), 32);
    memcpy(key + 32, name.p, name.n);
    st_put(w->journal, ST_MOVE_MODULE, bytes_make(key, 32 + name.n), code);
}

static bool load(struct move_world *w, const char *path, struct buf *why) {
    struct buf code = {0};
    bool ok = file_read(path, &code);
    if (!ok) {
        buf_printf(why, "%s: %s", path, strerror(errno));
    } else {
        struct mv_module *m;
        struct mv_err e = mv_module_read(&m, buf_bytes(&code), MV_VERSION_DEFAULT_MAX);
        if (!mv_failed(e)) e = mv_check_bounds(m);
        ok = !mv_failed(e);
        if (ok) {
            if (w->count == w->capacity) {
                w->capacity = w->capacity ? 2 * w->capacity : 128;
                w->modules = xrealloc(w->modules, w->capacity * sizeof(struct mv_module *));
                w->is_dependency = xrealloc(w->is_dependency, w->capacity);
            }
            w->is_dependency[w->count] = strstr(path, "/bytecode_modules/dependencies/") != NULL;
            w->modules[w->count++] = m;
            store(w, m, buf_bytes(&code));
        } else {
            buf_printf(why, "%s: %s: %s", path, mv_status_name(e.code), e.text ? e.text : "");
            mv_module_free(m);
        }
    }
    buf_free(&code);
    return ok;
}

static bool load_all(struct move_world *w, const char *folder, struct buf *why) {
    struct file_list files = {0};
    bool ok = file_list_add(&files, "tern move test", folder, ".mv");
    if (!ok) buf_printf(why, "%s cannot be read", folder);
    for (size_t i = 0; i < files.count && ok; i++) ok = load(w, files.path[i], why);
    file_list_free(&files);
    return ok;
}

bool move_world_open(struct move_world *w, const char *folder, struct buf *why) {
    *w = (struct move_world){.vm = mv_vm_new(NULL), .journal = st_journal_new(NULL)};
    st_begin_tx(w->journal);
    if (!load_all(w, folder, why)) return false;
    struct mv_resolver resolver = {w, find};
    for (uint32_t i = 0; i < w->count; i++) {
        /* The compiler leaves out the metadata of dependencies, which the last pass needs. */
        unsigned passes = w->is_dependency[i] ? MV_PASS_ALL & ~MV_PASS_EXTRAS : MV_PASS_ALL;
        struct mv_err e = mv_verify_module(w->modules[i], &resolver, passes);
        if (mv_failed(e)) return refuse(why, w->modules[i], e);
    }
    return true;
}

void move_world_close(struct move_world *w) {
    for (uint32_t i = 0; i < w->count; i++) mv_module_free(w->modules[i]);
    free(w->modules);
    free(w->is_dependency);
    st_end_tx(w->journal, false);
    st_journal_free(w->journal);
    mv_vm_free(w->vm);
}

/* ---- Sessions */

/* Standard error: standard output may be JSON. */
static void show(void *ctx, struct bytes text) {
    (void)ctx;
    fprintf(stderr, "[debug] %.*s\n", (int)text.n, (const char *)text.p);
}

struct mv_session *move_world_begin(struct move_world *w, uint64_t gas_limit, uint64_t number) {
    struct b32 hash = {{0}};
    store_be64(hash.b + 24, number);
    w->start = st_savepoint(w->journal);
    return mv_session_new(&(struct mv_session_params){
        .vm = w->vm,
        .journal = w->journal,
        .block = {.chain_id = 4},
        .tx = {.hash = hash, .session_hash = hash},
        .host = {.print = show},
        .gas_limit = gas_limit,
        .testing = true,
    });
}

void move_world_end(struct move_world *w, struct mv_session *s) {
    mv_session_free(s);
    st_revert(w->journal, w->start);
}
