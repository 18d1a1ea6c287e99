/* A world for tests of the Move machine: a journal in memory with the framework's blobs published,
 * and helpers to publish compiled test packages and call their functions. */
#ifndef TERN_TEST_VM_WORLD_H
#define TERN_TEST_VM_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "move/move.h"
#include "state/state.h"

#define FRAMEWORK_DIR TERN_SOURCE_DIR "/framework/blobs/"
#define PACKAGE_DIR   TERN_SOURCE_DIR "/tests/move-packages/"

struct world {
    struct mv_vm *vm;
    struct st_journal *journal;
    struct mv_session *s;
    struct mv_outcome out;
    uint64_t gas_limit;
    bool locked_publish; /* sessions without unsafe_publish */
    struct mv_host host;
};

static const struct b32 world_one = {{[31] = 1}};

static inline struct b32 world_address(uint8_t low) {
    return (struct b32){{[31] = low}};
}

static inline struct bytes world_read(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) fail_msg("cannot open %s", path);
    struct buf b = {0};
    for (;;) {
        uint8_t *room = buf_room(&b, 4096);
        size_t n = fread(room, 1, 4096, f);
        b.n += n;
        if (n == 0) break;
    }
    fclose(f);
    return buf_bytes(&b);
}

/* A fresh session; the old one is freed. */
static inline struct mv_session *world_session(struct world *w, struct b32 sender) {
    mv_session_free(w->s);
    static uint8_t count;
    w->s = mv_session_new(&(struct mv_session_params){
        .vm = w->vm,
        .journal = w->journal,
        .block = {.height = 7, .timestamp_us = 1700000000000000, .chain_id = 4},
        .tx = {.is_user = true,
               .sender = sender,
               .hash = {{0xaa}},
               .session_hash = {{0xbb, ++count}},
               .gas_payer = sender},
        .host = w->host,
        .gas_limit = w->gas_limit,
        .unsafe_publish = !w->locked_publish,
    });
    return w->s;
}

static inline bool world_publish(struct world *w, struct b32 owner, const struct bytes *codes,
                                 uint32_t count, unsigned flags) {
    world_session(w, owner);
    return mv_publish(w->s, &owner, codes, count, flags, &w->out);
}

static inline void world_show(struct world *w) {
    struct bytes t = mv_status_text(w->s, &w->out);
    print_message("%.*s\n", (int)t.n, (const char *)t.p);
}

/* Publishes every .mv of a folder, at 0x<low>. */
static inline void world_publish_dir(struct world *w, const char *dir, uint8_t low,
                                     unsigned flags) {
    struct bytes codes[128];
    uint32_t n = 0;
    DIR *d = opendir(dir);
    if (!d) fail_msg("cannot open %s", dir);
    for (struct dirent *e; (e = readdir(d));) {
        size_t len = strlen(e->d_name);
        char path[1024];
        if (len < 3 || strcmp(e->d_name + len - 3, ".mv") != 0) continue;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        assert_true(n < COUNT_OF(codes));
        codes[n++] = world_read(path);
    }
    closedir(d);
    bool ok = world_publish(w, world_address(low), codes, n, flags);
    if (!ok) world_show(w);
    assert_true(ok);
    for (uint32_t i = 0; i < n; i++) free((void *)(uintptr_t)codes[i].p);
}

static inline void world_open(struct world *w) {
    *w = (struct world){.gas_limit = 1000000000000000};
    w->vm = mv_vm_new(NULL);
    w->journal = st_journal_new(NULL);
    st_begin_tx(w->journal);
    world_publish_dir(w, FRAMEWORK_DIR, 1, MV_PUBLISH_GENESIS);
}

static inline void world_close(struct world *w) {
    mv_session_free(w->s);
    st_end_tx(w->journal, false);
    st_journal_free(w->journal);
    mv_vm_free(w->vm);
}

/* "module::function" at 0x<low>. */
static inline struct mv_call world_call(uint8_t low, const char *name) {
    const char *sep = strstr(name, "::");
    assert_non_null(sep);
    return (struct mv_call){.module_address = world_address(low),
                            .module_name = bytes_make(name, (size_t)(sep - name)),
                            .function_name = bytes_cstr(sep + 2)};
}

#endif
