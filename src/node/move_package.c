#include "node/move_package.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec/hex.h"
#include "node/files.h"

/* The packages of Aptos' framework, and ours that stand for them, in folders of it. */
static const struct {
    const char *name, *folder;
} framework_packages[] = {
    {"MoveStdlib", ""},
    {"AptosStdlib", ""},
    {"AptosFramework", ""},
    {"AptosToken", "/token"},
    {"AptosTokenObjects", "/token_objects"},
    {"TernFramework", ""},
    {"TernToken", "/token"},
    {"TernTokenObjects", "/token_objects"},
};

/* What a package may have beside its manifest that the compiler reads. */
static const char *const source_folders[] = {"sources", "scripts", "tests", "examples"};

/* ---- The graph */

/* The folder in the framework of a package of that name; NULL if it is none of the framework's. */
static const char *framework_folder(struct bytes name) {
    for (size_t i = 0; i < COUNT_OF(framework_packages); i++)
        if (bytes_eq(name, bytes_cstr(framework_packages[i].name)))
            return framework_packages[i].folder;
    return NULL;
}

static bool exists(const char *path) {
    return access(path, R_OK) == 0;
}

static struct move_package *find(struct move_graph *g, const char *dir) {
    for (uint32_t i = 0; i < g->count; i++)
        if (!strcmp(g->packages[i].dir, dir)) return &g->packages[i];
    return NULL;
}

/* Reads a manifest into the package. */
static bool read_manifest(struct move_graph *g, struct move_package *p, struct buf *why) {
    const char *path = arena_printf(&g->arena, "%s/Move.toml", p->dir);
    struct buf text = {0};
    bool ok = file_read(path, &text);
    if (!ok) {
        buf_printf(why, "%s is not a Move package: %s: %s", p->dir, path, strerror(errno));
    } else {
        struct toml *manifest;
        struct err e = toml_read(&g->arena, buf_bytes(&text), &manifest);
        p->manifest = manifest;
        ok = !err_is(e);
        if (!ok) {
            buf_printf(why, "%s:%u: %s", path, (unsigned)e.at, e.text);
        } else if (!toml_get_text(toml_get(manifest, "package"), "name", &p->name) || !p->name.n) {
            ok = false;
            buf_printf(why, "%s: [package] has no name", path);
        }
    }
    buf_free(&text);
    return ok;
}

/* The package in the existing folder `dir`, added if it is new. NULL with a reason. */
static struct move_package *add_package(struct move_graph *g, const char *dir, struct buf *why) {
    char resolved[PATH_MAX];
    if (!realpath(dir, resolved)) return buf_printf(why, "%s: %s", dir, strerror(errno)), NULL;
    struct move_package *p = find(g, resolved);
    if (p) return p;
    if (g->count == g->capacity) {
        g->capacity = g->capacity ? 2 * g->capacity : 16;
        g->packages = xrealloc(g->packages, g->capacity * sizeof *g->packages);
    }
    p = &g->packages[g->count];
    *p = (struct move_package){.dir = arena_printf(&g->arena, "%s", resolved),
                               .shadow = arena_printf(&g->arena, "%s/%u", g->root, g->count)};
    if (!read_manifest(g, p, why)) return NULL;
    g->count++;
    return p;
}

/* ---- Where a dependency is */

static const char *overridden(const struct move_graph *g, struct bytes name) {
    for (unsigned i = 0; i < g->options->override_count; i++) {
        const char *o = g->options->overrides[i];
        if (!strncmp(o, (const char *)name.p, name.n) && o[name.n] == '=') return o + name.n + 1;
    }
    return NULL;
}

/* The folder in which the Move tools keep a clone: the URL with / : . @ as _, and the revision with
 * / as __ behind it. */
static const char *clone_folder(struct move_graph *g, struct bytes url, struct bytes rev) {
    struct buf b = {0};
    const char *home = getenv("MOVE_HOME");
    if (home && *home)
        buf_printf(&b, "%s/", home);
    else
        buf_printf(&b, "%s/.move/", getenv("HOME") ? getenv("HOME") : "");
    for (size_t i = 0; i < url.n; i++) buf_put_u8(&b, strchr("/:.@", url.p[i]) ? '_' : url.p[i]);
    buf_puts(&b, "_");
    for (size_t i = 0; i < rev.n; i++)
        rev.p[i] == '/' ? buf_puts(&b, "__") : buf_put_u8(&b, rev.p[i]);
    const char *path = arena_printf(&g->arena, "%s", buf_cstr(&b));
    buf_free(&b);
    return path;
}

static const char *git_folder(struct move_graph *g, struct bytes name,
                              const struct toml *dependency, struct bytes url, struct buf *why) {
    struct bytes rev = BYTES_LIT("main"), sub = BYTES_LIT("");
    toml_get_text(dependency, "rev", &rev);
    toml_get_text(dependency, "subdir", &sub);
    const char *clone = clone_folder(g, url, rev);
    const char *path = arena_printf(&g->arena, "%s/%.*s", clone, (int)sub.n, (const char *)sub.p);
    if (exists(path)) return path;
    buf_printf(why,
               "the dependency %.*s is in git at %.*s (%.*s), and this program does not fetch: "
               "give its folder with --dependency %.*s=DIR, or clone it to %s",
               (int)name.n, (const char *)name.p, (int)url.n, (const char *)url.p, (int)rev.n,
               (const char *)rev.p, (int)name.n, (const char *)name.p, clone);
    return NULL;
}

/* The folder of a dependency of `p`; NULL with a reason. */
static const char *dependency_folder(struct move_graph *g, const struct move_package *p,
                                     const struct toml *d, struct buf *why) {
    struct bytes text;
    const char *given = overridden(g, d->key);
    if (given) return given;
    const char *ours = framework_folder(d->key);
    if (ours) return arena_printf(&g->arena, "%s%s", g->framework, ours);
    if (toml_get_text(d, "local", &text)) {
        if (text.n && text.p[0] == '/')
            return arena_printf(&g->arena, "%.*s", (int)text.n, (const char *)text.p);
        return arena_printf(&g->arena, "%s/%.*s", p->dir, (int)text.n, (const char *)text.p);
    }
    if (toml_get_text(d, "git", &text)) return git_folder(g, d->key, d, text, why);
    buf_printf(why, "%s/Move.toml: the dependency %.*s has neither `local` nor `git`", p->dir,
               (int)d->key.n, (const char *)d->key.p);
    return NULL;
}

/* ---- The shadow's manifests */

static void put_text(struct buf *b, struct bytes s) {
    buf_puts(b, "\"");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"' || s.p[i] == '\\')
            buf_printf(b, "\\%c", s.p[i]);
        else if (s.p[i] < 0x20)
            buf_printf(b, "\\u%04x", s.p[i]);
        else
            buf_put_u8(b, s.p[i]);
    }
    buf_puts(b, "\"");
}

static const struct move_named_address *given_address(const struct move_graph *g,
                                                      struct bytes name) {
    const struct move_compile_options *o = &g->options->compile;
    for (unsigned i = 0; i < o->named_count; i++)
        if (bytes_eq(bytes_make(o->named[i].name, o->named[i].name_bytes), name))
            return &o->named[i];
    return NULL;
}

/* NAME = "0x…" lines. What --named-addresses says stands above what a manifest says; `assigned` has
 * the names that another table has given such a value already. */
static void put_addresses(struct buf *b, const struct move_graph *g, const struct toml *table,
                          const struct toml *assigned, const char *header) {
    if (!table || table->kind != TOML_TABLE) return;
    buf_printf(b, "\n[%s]\n", header);
    for (const struct toml *t = table->items; t; t = t->next) {
        const struct move_named_address *given = given_address(g, t->key);
        if (t->kind != TOML_STRING || (given && toml_find(assigned, t->key))) continue;
        put_text(b, t->key);
        buf_puts(b, " = ");
        if (given) {
            buf_puts(b, "\"");
            hex_put(b, BYTES_OF(given->address));
            buf_puts(b, "\"\n");
        } else {
            put_text(b, t->text);
            buf_puts(b, "\n");
        }
    }
}

static void put_dependency(struct buf *b, struct bytes name, const char *folder,
                           const struct toml *d) {
    put_text(b, name);
    buf_puts(b, " = { local = ");
    put_text(b, bytes_cstr(folder));
    const struct toml *names = toml_get(d, "addr_subst");
    if (names && names->kind == TOML_TABLE) {
        buf_puts(b, ", addr_subst = {");
        for (const struct toml *t = names->items; t; t = t->next) {
            put_text(b, t->key);
            buf_puts(b, " = ");
            put_text(b, t->text);
            if (t->next) buf_puts(b, ", ");
        }
        buf_puts(b, "}");
    }
    buf_puts(b, " }\n");
}

static bool is_listed(const struct buf *listed, uint32_t package) {
    for (size_t i = 0; i < listed->n; i += sizeof package)
        if (load_le32(listed->p + i) == package) return true;
    return false;
}

/* The dependencies of one table; packages that are new are added to the graph. `listed`: those of
 * the manifest so far, for the framework's packages become fewer, under their own names. */
static bool put_dependencies(struct move_graph *g, uint32_t of, const struct toml *table,
                             struct buf *b, struct buf *listed, struct buf *why) {
    for (const struct toml *d = table ? table->items : NULL; d; d = d->next) {
        const char *folder = dependency_folder(g, &g->packages[of], d, why);
        if (!folder) return false;
        const struct move_package *p = add_package(g, folder, why);
        if (!p) return false;
        uint32_t index = (uint32_t)(p - g->packages);
        if (is_listed(listed, index)) continue;
        buf_put(listed, &index, sizeof index);
        bool ours = framework_folder(p->name) != NULL;
        put_dependency(b, ours ? p->name : d->key, p->shadow, ours ? NULL : d);
    }
    return true;
}

static bool put_manifest(struct move_graph *g, uint32_t of, struct buf *b, struct buf *why) {
    const struct toml *m = g->packages[of].manifest;
    struct bytes version = BYTES_LIT("0.0.0");
    toml_get_text(toml_get(m, "package"), "version", &version);
    buf_puts(b, "[package]\nname = ");
    put_text(b, g->packages[of].name);
    buf_puts(b, "\nversion = ");
    put_text(b, version);
    buf_puts(b, "\n");
    const struct toml *addresses = toml_get(m, "addresses");
    put_addresses(b, g, addresses, NULL, "addresses");
    put_addresses(b, g, toml_get(m, "dev-addresses"), addresses, "dev-addresses");
    struct buf listed = {0};
    buf_puts(b, "\n[dependencies]\n");
    bool ok = put_dependencies(g, of, toml_get(m, "dependencies"), b, &listed, why);
    if (ok && (g->options->dev || g->options->test)) {
        buf_puts(b, "\n[dev-dependencies]\n");
        ok = put_dependencies(g, of, toml_get(m, "dev-dependencies"), b, &listed, why);
    }
    buf_free(&listed);
    return ok;
}

/* One package's folder in the shadow. */
static bool build_shadow(struct move_graph *g, uint32_t of, struct buf *why) {
    struct buf b = {0};
    bool ok = put_manifest(g, of, &b, why);
    const struct move_package *p = &g->packages[of];
    if (ok && mkdir(p->shadow, 0700) != 0) {
        buf_printf(why, "%s: %s", p->shadow, strerror(errno));
        ok = false;
    }
    if (ok) ok = file_write(arena_printf(&g->arena, "%s/Move.toml", p->shadow), buf_bytes(&b), why);
    buf_free(&b);
    for (size_t i = 0; ok && i < COUNT_OF(source_folders); i++) {
        const char *from = arena_printf(&g->arena, "%s/%s", p->dir, source_folders[i]);
        const char *to = arena_printf(&g->arena, "%s/%s", p->shadow, source_folders[i]);
        if (exists(from)) ok = folder_copy(from, to, ".move", why);
    }
    return ok;
}

/* ---- Our framework */

static char *find_framework(struct arena *a, const char *given) {
    if (!given) given = getenv("TERN_FRAMEWORK");
    if (given && *given) return arena_printf(a, "%s", given);
    char directory[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", directory, sizeof directory - 1);
    directory[n > 0 ? n : 0] = 0;
    for (char *slash; (slash = strrchr(directory, '/'));) {
        *slash = 0;
        char *path = arena_printf(a, "%s/framework", directory);
        if (exists(arena_printf(a, "%s/Move.toml", path))) return path;
    }
    return NULL;
}

/* ---- Life */

bool move_graph_open(struct move_graph *g, const char *dir,
                     const struct move_package_options *options, struct buf *why) {
    *g = (struct move_graph){.options = options};
    arena_init(&g->arena, 0);
    g->framework = find_framework(&g->arena, options->framework);
    if (!g->framework) {
        buf_puts(why,
                 "the framework's sources are in no folder above the program: give theirs with "
                 "--framework DIR or $TERN_FRAMEWORK");
        return false;
    }
    const char *temporary = getenv("TMPDIR");
    char *root = arena_printf(&g->arena, "%s/tern-move-XXXXXX",
                              temporary && *temporary ? temporary : "/tmp");
    if (!mkdtemp(root)) return buf_printf(why, "%s: %s", root, strerror(errno)), false;
    g->root = root;
    if (!add_package(g, dir, why)) return false;
    for (uint32_t i = 0; i < g->count; i++)
        if (!build_shadow(g, i, why)) return false;
    return true;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void move_graph_close(struct move_graph *g) {
    if (g->root) nftw(g->root, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(g->packages);
    arena_free(&g->arena);
}

/* ---- Compiling */

/* Puts the packages' own folders where diagnostics name the shadow's, and leaves out colours. */
static void put_diagnostics(const struct move_graph *g, struct bytes text, bool colour,
                            struct buf *log) {
    for (size_t i = 0; i < text.n;) {
        if (text.p[i] == 0x1b && !colour) {
            while (i < text.n && text.p[i] != 'm') i++;
            i += i < text.n;
            continue;
        }
        bool replaced = false;
        for (uint32_t k = 0; k < g->count && !replaced; k++) {
            const char *shadow = g->packages[k].shadow;
            size_t n = strlen(shadow);
            if (text.n - i <= n || memcmp(text.p + i, shadow, n) || text.p[i + n] != '/') continue;
            buf_puts(log, g->packages[k].dir);
            i += n;
            replaced = true;
        }
        if (!replaced) buf_put_u8(log, text.p[i++]);
    }
}

/* Without the compiler's first line, which promises downloads. */
static struct bytes without_preamble(struct bytes text) {
    static const char preamble[] = "Compiling, may take";
    if (text.n < sizeof preamble || memcmp(text.p, preamble, sizeof preamble - 1)) return text;
    const uint8_t *end = memchr(text.p, '\n', text.n);
    size_t n = end ? (size_t)(end - text.p) + 1 : text.n;
    return bytes_sub(text, n, text.n - n);
}

enum move_compile_result move_graph_compile(struct move_graph *g, bool colour, struct buf *log,
                                            struct buf *why) {
    char library[MOVE_COMPILER_PATH_MAX];
    if (!move_compiler_find(g->options->library, library)) {
        buf_printf(why,
                   "the Move compiler is not installed (%s is in no folder from here upwards): "
                   "`./x setup test` in Tern's folder, or `npm install --ignore-scripts "
                   "@initia/builder.js@0.2.12` and $TERN_MOVE_COMPILER or --compiler with the path "
                   "of its library",
                   library);
        return MOVE_COMPILE_BROKEN;
    }
    struct move_compile_options o = g->options->compile;
    o.package = g->packages[0].shadow;
    o.dev = g->options->dev;
    o.test = g->options->test;
    struct buf output = {0};
    enum move_compile_result result = move_compile(library, &o, &output, why);
    put_diagnostics(g, without_preamble(buf_bytes(&output)), colour, log);
    buf_free(&output);
    if (result == MOVE_COMPILE_OK && !move_flags_put(g, why)) return MOVE_COMPILE_FAILED;
    return result;
}

const char *move_graph_output(struct move_graph *g) {
    struct bytes name = g->packages[0].name;
    return arena_printf(&g->arena, "%s/build/%.*s", g->packages[0].shadow, (int)name.n,
                        (const char *)name.p);
}

/* From the compiler's own record: lines `    name: <64 digits>`, with or without quotes, below
 * address_alias_instantiation in BuildInfo.yaml. */
static bool read_alias(const char *line, struct bytes name, struct b32 *out) {
    if (strncmp(line, (const char *)name.p, name.n) || strncmp(line + name.n, ": ", 2))
        return false;
    line += name.n + 2;
    line += *line == '"';
    return strnlen(line, 64) == 64 && hex_decode_digits(out->b, bytes_make(line, 64));
}

bool move_graph_address(struct move_graph *g, struct bytes name, struct b32 *out) {
    struct buf text = {0};
    bool found = false;
    if (file_read(arena_printf(&g->arena, "%s/BuildInfo.yaml", move_graph_output(g)), &text)) {
        const char *line = strstr(buf_cstr(&text), "address_alias_instantiation:");
        while (line && !found && (line = strchr(line, '\n')) && !strncmp(line, "\n    ", 5))
            found = read_alias(line += 5, name, out);
    }
    buf_free(&text);
    return found;
}
