#include "node/move_build.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "codec/bcs.h"
#include "codec/uleb.h"
#include "move/file_format.h"
#include "move/verify.h"
#include "node/files.h"

/* ---- Modules */

static bool read_module(struct move_build *b, const char *path, struct move_built_module *out,
                        struct buf *why) {
    struct buf code = {0};
    bool ok = file_read(path, &code);
    out->code = arena_copy(&b->arena, buf_bytes(&code));
    buf_free(&code);
    if (!ok) return buf_printf(why, "%s: %s", path, strerror(errno)), false;
    struct mv_err e = mv_module_read(&out->module, out->code, MV_VERSION_MAX);
    if (!mv_failed(e)) e = mv_check_bounds(out->module);
    if (mv_failed(e)) return buf_printf(why, "%s: %s", path, mv_status_name(e.code)), false;
    out->name = mv_self_name(out->module);
    return true;
}

static bool uses(const struct mv_module *m, const struct mv_module *other) {
    for (uint32_t i = 0; i < m->module_handles_count; i++)
        if (bytes_eq(mv_handle_name(m, i), mv_self_name(other)) &&
            b32_eq(mv_handle_address(m, i), mv_self_address(other)))
            return true;
    return false;
}

/* Puts each module behind those that it uses; the compiler has refused cycles. */
static void order_modules(struct move_build *b) {
    for (uint32_t done = 0; done < b->count; done++) {
        uint32_t next = done;
        for (uint32_t i = done; i < b->count; i++) {
            bool waits = false;
            for (uint32_t k = done; k < b->count && !waits; k++)
                waits = k != i && uses(b->modules[i].module, b->modules[k].module);
            if (waits) continue;
            next = i;
            break;
        }
        struct move_built_module m = b->modules[next];
        memmove(&b->modules[done + 1], &b->modules[done], (next - done) * sizeof m);
        b->modules[done] = m;
    }
}

static bool is_direct(const char *folder, const char *path) {
    return !strchr(path + strlen(folder) + 1, '/');
}

static bool read_modules(struct move_build *b, struct move_graph *g, struct buf *why) {
    const char *folder = arena_printf(&b->arena, "%s/bytecode_modules", move_graph_output(g));
    struct file_list files = {0};
    bool ok = access(folder, R_OK) != 0 || file_list_add(&files, "tern move", folder, ".mv");
    b->modules = ARENA_ARRAY(&b->arena, struct move_built_module, files.count + 1);
    for (size_t i = 0; i < files.count && ok; i++)
        if (is_direct(folder, files.path[i]))
            ok = read_module(b, files.path[i], &b->modules[b->count++], why);
    file_list_free(&files);
    if (ok) order_modules(b);
    return ok;
}

/* ---- Metadata */

/* A byte string in gzip's format, with a length. */
static void put_compressed(struct buf *b, struct bytes in) {
    enum { GZIP = 16 };
    z_stream z = {.next_in = (Bytef *)(uintptr_t)in.p, .avail_in = (uInt)in.n};
    if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP | MAX_WBITS, 9, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        abort();
    struct buf out = {0};
    uLong room = deflateBound(&z, (uLong)in.n);
    z.next_out = buf_room(&out, room);
    z.avail_out = (uInt)room;
    deflate(&z, Z_FINISH);
    out.n = room - z.avail_out;
    deflateEnd(&z);
    bcs_put_bytes(b, buf_bytes(&out));
    buf_free(&out);
}

static bool put_file(struct buf *b, const char *path, struct buf *why) {
    struct buf content = {0};
    bool ok = file_read(path, &content);
    if (ok)
        put_compressed(b, buf_bytes(&content));
    else
        buf_printf(why, "%s: %s", path, strerror(errno));
    buf_free(&content);
    return ok;
}

/* The compiler keeps a copy of each source under the module's name. */
static bool put_module(struct move_build *b, struct move_graph *g, const char *name,
                       enum move_artifacts artifacts, struct buf *why) {
    struct buf *m = &b->metadata;
    const char *output = move_graph_output(g);
    bcs_put_bytes(m, bytes_cstr(name));
    bool ok = true;
    if (artifacts != MOVE_ARTIFACTS_NONE)
        ok = put_file(m, arena_printf(&b->arena, "%s/sources/%s.move", output, name), why);
    else
        bcs_put_bytes(m, (struct bytes){0});
    if (ok && artifacts == MOVE_ARTIFACTS_ALL)
        ok = put_file(m, arena_printf(&b->arena, "%s/source_maps/%s.mvsm", output, name), why);
    else
        bcs_put_bytes(m, (struct bytes){0});
    buf_put_u8(m, 0); /* no extension */
    return ok;
}

/* The address of a package's modules; false if it has none. */
static bool package_address(struct move_build *b, struct move_graph *g,
                            const struct move_package *p, struct b32 *out) {
    const char *folder =
        arena_printf(&b->arena, "%s/bytecode_modules/dependencies/%.*s", move_graph_output(g),
                     (int)p->name.n, (const char *)p->name.p);
    struct file_list files = {0};
    bool ok = access(folder, R_OK) == 0 && file_list_add(&files, "tern move", folder, ".mv");
    struct move_built_module m = {0};
    struct buf why = {0};
    ok = ok && files.count && read_module(b, files.path[0], &m, &why);
    if (ok) *out = *mv_self_address(m.module);
    mv_module_free(m.module);
    buf_free(&why);
    file_list_free(&files);
    return ok;
}

static void put_dependencies(struct move_build *b, struct move_graph *g) {
    struct buf list = {0};
    uint64_t count = 0;
    for (uint32_t i = 1; i < g->count; i++) {
        struct b32 address;
        if (!package_address(b, g, &g->packages[i], &address)) continue;
        buf_put_bytes(&list, BYTES_OF(address));
        bcs_put_bytes(&list, g->packages[i].name);
        count++;
    }
    uleb_put(&b->metadata, count);
    buf_put_bytes(&b->metadata, buf_bytes(&list));
    buf_free(&list);
}

/* The compiler's digest of the sources, from its record. */
static struct bytes source_digest(struct move_build *b, struct move_graph *g) {
    struct buf text = {0};
    struct bytes digest = {0};
    if (file_read(arena_printf(&b->arena, "%s/BuildInfo.yaml", move_graph_output(g)), &text)) {
        static const char key[] = "source_digest: ";
        const char *at = strstr(buf_cstr(&text), key);
        if (at) {
            at += sizeof key - 1;
            at += *at == '"';
            digest = arena_copy(&b->arena, bytes_make(at, strspn(at, "0123456789ABCDEFabcdef")));
        }
    }
    buf_free(&text);
    return digest;
}

static bool put_policy(struct buf *m, const struct move_graph *g, struct buf *why) {
    const struct move_package *p = &g->packages[0];
    static const char *const policies[] = {"arbitrary", "compatible", "immutable"};
    struct bytes text = BYTES_LIT("compatible");
    if (g->options->policy)
        text = bytes_cstr(g->options->policy);
    else
        toml_get_text(toml_get(p->manifest, "package"), "upgrade_policy", &text);
    for (uint8_t i = 0; i < COUNT_OF(policies); i++)
        if (bytes_eq(text, bytes_cstr(policies[i]))) return buf_put_u8(m, i), true;
    buf_printf(why, "%s: upgrade policy \"%.*s\": expected compatible or immutable", p->dir,
               (int)text.n, (const char *)text.p);
    return false;
}

static bool put_metadata(struct move_build *b, struct move_graph *g, enum move_artifacts artifacts,
                         struct buf *why) {
    struct buf *m = &b->metadata;
    const struct move_package *p = &g->packages[0];
    bcs_put_bytes(m, p->name);
    if (!put_policy(m, g, why)) return false;
    bcs_put_u64(m, 0); /* upgrade number: the chain counts */
    bcs_put_bytes(m, source_digest(b, g));
    if (!put_file(m, arena_printf(&b->arena, "%s/Move.toml", p->dir), why)) return false;
    uleb_put(m, b->count);
    for (uint32_t i = 0; i < b->count; i++) {
        struct bytes name = b->modules[i].name;
        const char *text = arena_printf(&b->arena, "%.*s", (int)name.n, (const char *)name.p);
        if (!put_module(b, g, text, artifacts, why)) return false;
    }
    put_dependencies(b, g);
    buf_put_u8(m, 0); /* no extension */
    return true;
}

bool move_build_open(struct move_build *b, struct move_graph *g, enum move_artifacts artifacts,
                     struct buf *why) {
    *b = (struct move_build){0};
    arena_init(&b->arena, 0);
    return read_modules(b, g, why) && put_metadata(b, g, artifacts, why);
}

void move_build_close(struct move_build *b) {
    for (uint32_t i = 0; i < b->count; i++) mv_module_free(b->modules[i].module);
    buf_free(&b->metadata);
    arena_free(&b->arena);
}

/* ---- Writing */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static bool make_folder(const char *path, struct buf *why) {
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return true;
    buf_printf(why, "%s: %s", path, strerror(errno));
    return false;
}

/* The folder and the one above it. */
static bool make_folders(struct arena *a, const char *path, struct buf *why) {
    char *parent = arena_printf(a, "%s", path);
    char *slash = strrchr(parent, '/');
    if (slash && slash > parent) {
        *slash = 0;
        if (!make_folder(parent, why)) return false;
    }
    return make_folder(path, why);
}

bool move_build_write(const struct move_build *b, struct move_graph *g, const char *folder,
                      struct buf *why) {
    static const struct {
        const char *name, *ending;
    } parts[] = {
        {"bytecode_modules", ".mv"}, {"bytecode_scripts", ".mv"}, {"source_maps", ".mvsm"}};
    nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    if (!make_folders(&g->arena, folder, why)) return false;
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const char *from = arena_printf(&g->arena, "%s/%s", move_graph_output(g), parts[i].name);
        const char *to = arena_printf(&g->arena, "%s/%s", folder, parts[i].name);
        if (access(from, R_OK) == 0 && !folder_copy(from, to, parts[i].ending, why)) return false;
    }
    struct buf info = {0};
    bool ok = file_read(arena_printf(&g->arena, "%s/BuildInfo.yaml", move_graph_output(g)), &info);
    if (!ok) buf_puts(why, "the compiler has left no BuildInfo.yaml");
    ok = ok &&
         file_write(arena_printf(&g->arena, "%s/BuildInfo.yaml", folder), buf_bytes(&info), why);
    buf_free(&info);
    return ok && file_write(arena_printf(&g->arena, "%s/package-metadata.bcs", folder),
                            buf_bytes(&b->metadata), why);
}

int move_report_compile(const char *command, enum move_compile_result result, struct buf *log,
                        const struct buf *why, bool quiet) {
    bool ok = result == MOVE_COMPILE_OK;
    if (log->n && log->p[log->n - 1] != '\n') buf_puts(log, "\n");
    FILE *to = quiet || !ok ? stderr : stdout;
    if (log->n) fwrite(log->p, 1, log->n, to);
    fflush(to);
    if (!ok) fprintf(stderr, "tern %s: %.*s\n", command, (int)why->n, (const char *)why->p);
    return ok ? 0 : result == MOVE_COMPILE_FAILED ? 1 : 2;
}
