/* tern move verify: what publishing would say of compiled modules. */
#include <stdio.h>
#include <stdlib.h>

#include "chain/genesis_blobs.h"
#include "move/verify.h"
#include "node/files.h"
#include "node/move_verbs.h"
#include "node/move_world.h"
#include "node/options.h"

static const char usage[] =
    "tern move verify [--no-linking] FILE.mv|DIR…\n"
    "\n"
    "Reads and verifies compiled modules as a node does before it publishes them: each is linked\n"
    "against the others that are given and the framework that this program has inside. Says OK, "
    "or\n"
    "the status with its place. --no-linking leaves imports alone.\n"
    "Ends with 0 if all were accepted, 1 if not, 2 for wrong usage.\n";

struct loaded {
    const char *path; /* NULL: the framework's */
    struct mv_module *module;
    struct mv_err err;
};

struct loaded_list {
    struct loaded *at;
    size_t count;
};

static const struct mv_module *find(void *ctx, const struct b32 *address, struct bytes name) {
    const struct loaded_list *l = ctx;
    for (size_t i = 0; i < l->count; i++) {
        const struct mv_module *m = l->at[i].module;
        if (m && !mv_failed(l->at[i].err) && bytes_eq(mv_self_name(m), name) &&
            b32_eq(mv_self_address(m), address))
            return m;
    }
    return NULL;
}

static void load(struct loaded *l, const char *path, struct bytes code) {
    l->path = path;
    l->err = mv_module_read(&l->module, code, MV_VERSION_DEFAULT_MAX);
    if (!mv_failed(l->err)) l->err = mv_check_bounds(l->module);
}

static void report(const struct loaded *l) {
    const struct mv_err *e = &l->err;
    const char *name = mv_status_name(e->code);
    if (!mv_failed(*e)) {
        printf("%s: OK\n", l->path);
        return;
    }
    printf("%s: %s (%u)", l->path, name ? name : "UNKNOWN_STATUS", (unsigned)e->code);
    if (e->text) printf(": %s", e->text);
    if (e->function != MV_NOWHERE)
        printf(", in function definition %u at code offset %u", e->function, e->offset);
    else if (e->kind == MV_KIND_BYTE)
        printf(", at byte %u", e->index);
    else if (e->kind != MV_KIND_NONE)
        printf(", at index %u", e->index);
    putchar('\n');
}

/* How many were refused. */
static size_t verify_files(const struct file_list *files, bool linking) {
    struct bytes blobs[CHAIN_GENESIS_MODULES_MAX];
    uint32_t blob_count = chain_genesis_modules(0, blobs);
    struct loaded_list l = {xcalloc(files->count + blob_count, sizeof *l.at), 0};
    size_t refused = 0;
    for (; l.count < files->count; l.count++) {
        struct buf code = {0};
        if (file_read(files->path[l.count], &code))
            load(&l.at[l.count], files->path[l.count], buf_bytes(&code));
        else
            l.at[l.count] = (struct loaded){
                files->path[l.count], NULL,
                mv_err_plain(MV_CODE_DESERIALIZATION_ERROR, "the file cannot be read")};
        buf_free(&code);
    }
    /* Behind the files: a module that is given replaces the framework's. */
    for (uint32_t i = 0; i < blob_count; i++) load(&l.at[l.count++], NULL, blobs[i]);
    struct mv_resolver resolver = {&l, find};
    for (size_t i = 0; i < files->count; i++) {
        if (!mv_failed(l.at[i].err))
            l.at[i].err = mv_verify_module(l.at[i].module, linking ? &resolver : NULL, MV_PASS_ALL);
        refused += mv_failed(l.at[i].err);
        report(&l.at[i]);
    }
    for (size_t i = 0; i < l.count; i++) mv_module_free(l.at[i].module);
    free(l.at);
    return refused;
}

static bool add_file(void *ctx, const char *argument) {
    return file_list_add(ctx, "tern move verify", argument, ".mv");
}

int move_verify(int argc, char **argv) {
    struct file_list files = {0};
    bool no_linking = false;
    const struct option_row rows[] = {{"no-linking", NULL, &no_linking}};
    int code = 2;
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    if (!options_read("move verify", argc, argv, rows, COUNT_OF(rows), add_file, &files) ||
        !files.count)
        fputs(usage, stderr);
    else
        code = verify_files(&files, !no_linking) ? 1 : 0;
    file_list_free(&files);
    return code;
}
