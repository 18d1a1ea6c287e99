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
    struct mv_host host;
    bool paranoid;         /* of the next session */
    bool trusting;         /* no paranoid run first: for code that the verifier has not seen, and
                              hosts that count their calls */
    uint8_t session_count; /* of sessions so far: their table handles differ */
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
    w->session_count++;
    w->s = mv_session_new(&(struct mv_session_params){
        .vm = w->vm,
        .journal = w->journal,
        .block = {.height = 7, .timestamp_us = 1700000000000000, .chain_id = 4},
        .tx = {.is_user = true,
               .sender = sender,
               .hash = {{0xaa}},
               .session_hash = {{0xbb, w->session_count}},
               .gas_payer = sender},
        .host = w->host,
        .gas_limit = w->gas_limit,
        .paranoid = w->paranoid,
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

/* Stores a module without verifying it. */
static inline void world_put(struct world *w, struct b32 address, const char *name,
                             struct bytes code) {
    uint8_t key[64];
    w->trusting = true;
    memcpy(key, &address, 32);
    memcpy(key + 32, name, strlen(name));
    st_put(w->journal, ST_MOVE_MODULE, bytes_make(key, 32 + strlen(name)), code);
}

enum world_kind { WORLD_ENTRY, WORLD_FUNCTION, WORLD_VIEW, WORLD_SYSTEM };

static inline bool world_run_once(struct world *w, enum world_kind kind, uint8_t sender,
                                  uint8_t low, const char *name, const struct bytes *args,
                                  uint32_t count) {
    struct mv_call call = world_call(low, name);
    struct b32 who = world_address(sender);
    call.args = args;
    call.arg_count = count;
    call.signers = &who;
    call.signer_count = sender != 0;
    st_mark mark = st_savepoint(w->journal);
    world_session(w, who);
    bool ok = kind == WORLD_ENTRY      ? mv_run_entry(w->s, &call, &w->out)
              : kind == WORLD_FUNCTION ? mv_run_function(w->s, &call, &w->out)
              : kind == WORLD_VIEW     ? mv_run_view(w->s, &call, &w->out)
                                       : mv_run_system(w->s, &call, &w->out);
    if (!ok) st_revert(w->journal, mark);
    return ok;
}

static inline void assert_same_outcome(const char *name, const struct mv_outcome *a,
                                       const struct mv_outcome *b) {
    bool same = a->code == b->code && a->abort_code == b->abort_code &&
                a->sub_status == b->sub_status && a->function == b->function &&
                bytes_eq(a->module_name, b->module_name) && a->result_count == b->result_count;
    if (a->code != MV_OUT_OF_GAS)
        same = same && a->gas_used == b->gas_used && a->code_offset == b->code_offset;
    for (uint32_t i = 0; same && i < a->result_count; i++)
        same = bytes_eq(a->results[i], b->results[i]);
    if (!same)
        fail_msg("%s: %s (%llu) at %u:%u, gas %llu, paranoid %s (%llu) at %u:%u, gas %llu: %.*s",
                 name, mv_status_name(a->code), (unsigned long long)a->abort_code, a->function,
                 a->code_offset, (unsigned long long)a->gas_used, mv_status_name(b->code),
                 (unsigned long long)b->abort_code, b->function, b->code_offset,
                 (unsigned long long)b->gas_used, (int)b->message.n, (const char *)b->message.p);
}

/* Runs a function of 0x<low> in a session of its own, with `count` arguments given as pairs of
 * pointer and size; a failed run is undone. In builds that have it paranoid mode runs it first, and
 * must come to the same end. */
static inline bool world_run(struct world *w, enum world_kind kind, uint8_t sender, uint8_t low,
                             const char *name, const struct bytes *args, uint32_t count) {
#ifdef TERN_MOVE_PARANOID
    if (w->trusting) return world_run_once(w, kind, sender, low, name, args, count);
    st_mark mark = st_savepoint(w->journal);
    w->paranoid = true;
    world_run_once(w, kind, sender, low, name, args, count);
    w->paranoid = false;
    st_revert(w->journal, mark);
    w->session_count--;
    struct mv_session *kept = w->s;
    struct mv_outcome paranoid = w->out;
    w->s = NULL;
    bool ok = world_run_once(w, kind, sender, low, name, args, count);
    assert_same_outcome(name, &w->out, &paranoid);
    mv_session_free(kept);
    return ok;
#else
    return world_run_once(w, kind, sender, low, name, args, count);
#endif
}

static inline uint64_t world_u64(const struct world *w) {
    assert_int_equal(w->out.result_count, 1);
    assert_int_equal(w->out.results[0].n, 8);
    return load_le64(w->out.results[0].p);
}

static inline void assert_status_text(struct world *w, const char *expected) {
    struct bytes t = mv_status_text(w->s, &w->out);
    char text[512];
    assert_true(t.n < sizeof text);
    memcpy(text, t.p, t.n);
    text[t.n] = 0;
    assert_string_equal(text, expected);
}

#endif
