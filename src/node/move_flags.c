/* What a package's manifest says of its modules to Tern alone: written into the compiled modules,
 * where a node finds it (move/metadata.h).
 *
 *   [tern]
 *   reentrant = ["pool"]
 */
#include <errno.h>
#include <unistd.h>

#include "move/file_format.h"
#include "move/metadata.h"
#include "node/files.h"
#include "node/move_package.h"

static bool rewrite(const char *path, uint8_t flags, struct buf *why) {
    struct buf code = {0}, out = {0};
    struct mv_module *m = NULL;
    bool ok = file_read(path, &code);
    if (!ok) buf_printf(why, "%s: %s", path, strerror(errno));
    struct mv_err e = ok ? mv_module_read(&m, buf_bytes(&code), MV_VERSION_MAX) : MV_ERR_NONE;
    if (mv_failed(e)) {
        buf_printf(why, "%s: %s", path, mv_status_name(e.code));
        ok = false;
    }
    if (ok) {
        mv_module_set_flags(m, flags);
        mv_module_write(&out, m);
        ok = file_write(path, buf_bytes(&out), why);
    }
    mv_module_free(m);
    buf_free(&code);
    buf_free(&out);
    return ok;
}

static bool put_reentrant(struct move_graph *g, const struct toml *name, struct buf *why) {
    const char *dir = g->packages[0].dir;
    if (name->kind != TOML_STRING) {
        buf_printf(why, "%s/Move.toml: [tern] reentrant is a list of module names", dir);
        return false;
    }
    const char *path = arena_printf(&g->arena, "%s/bytecode_modules/%.*s.mv", move_graph_output(g),
                                    (int)name->text.n, (const char *)name->text.p);
    if (memchr(name->text.p, '/', name->text.n) || access(path, R_OK) != 0) {
        buf_printf(why, "%s/Move.toml: [tern] reentrant names %.*s, which is no module here", dir,
                   (int)name->text.n, (const char *)name->text.p);
        return false;
    }
    return rewrite(path, MV_MODULE_REENTRANT, why);
}

bool move_flags_put(struct move_graph *g, struct buf *why) {
    const struct toml *tern = toml_get(g->packages[0].manifest, "tern");
    const char *dir = g->packages[0].dir;
    for (const struct toml *t = tern ? tern->items : NULL; t; t = t->next) {
        if (!bytes_eq(t->key, BYTES_LIT("reentrant"))) {
            buf_printf(why, "%s/Move.toml: [tern] has no key %.*s", dir, (int)t->key.n,
                       (const char *)t->key.p);
            return false;
        }
        if (t->kind != TOML_ARRAY) {
            buf_printf(why, "%s/Move.toml: [tern] reentrant is a list of module names", dir);
            return false;
        }
        for (const struct toml *name = t->items; name; name = name->next)
            if (!put_reentrant(g, name, why)) return false;
    }
    return true;
}
