#include "solana/programs.h"

#include <pthread.h>
#include <stdlib.h>

#include "solana/syscalls.h"

enum { BYTES_DEFAULT = 256 << 20 };

struct entry {
    struct b32 id;
    struct bytes elf;            /* owned */
    struct svm_program *program; /* one reference; NULL: refused */
    size_t bytes;                /* of both: machine code is much longer than what it is made of */
    uint64_t used;               /* when, by the cache's own clock */
};

struct sol_programs {
    pthread_mutex_t mutex;
    struct svm_syscall executing[SOL_SYSCALLS_MAX], deploying[SOL_SYSCALLS_MAX];
    size_t executing_count, deploying_count;
    enum svm_version lowest_deployed;
    struct entry *entries;
    size_t count, room, bytes, bytes_max;
    uint64_t clock;
};

struct sol_programs *sol_programs_new(size_t bytes, const struct sol_features *features) {
    struct sol_programs *p = xcalloc(1, sizeof *p);
    pthread_mutex_init(&p->mutex, NULL);
    p->bytes_max = bytes ? bytes : BYTES_DEFAULT;
    p->executing_count = sol_syscalls(p->executing, features, false);
    p->deploying_count = sol_syscalls(p->deploying, features, true);
    p->lowest_deployed = features->disable_sbpf_v0_v1_v2_deployment ? SVM_V3 : SVM_V0;
    return p;
}

static void drop(struct sol_programs *p, size_t i) {
    struct entry *e = &p->entries[i];
    if (e->program) svm_program_unref(e->program);
    p->bytes -= e->bytes;
    free((void *)(uintptr_t)e->elf.p);
    *e = p->entries[--p->count];
}

void sol_programs_free(struct sol_programs *p) {
    if (!p) return;
    while (p->count) drop(p, p->count - 1);
    free(p->entries);
    pthread_mutex_destroy(&p->mutex);
    free(p);
}

/* The entry made of these bytes; NULL if there is none. With the mutex. */
static struct entry *find(struct sol_programs *p, const struct b32 *id, struct bytes elf) {
    for (size_t i = 0; i < p->count; i++) {
        struct entry *e = &p->entries[i];
        if (!b32_eq(&e->id, id) || !bytes_eq(e->elf, elf)) continue;
        e->used = ++p->clock;
        return e;
    }
    return NULL;
}

static struct err load_to_run(const struct sol_programs *p, struct bytes elf,
                              struct svm_program **out) {
    struct svm_load_options options = {
        .lowest = SVM_V0, .highest = SVM_V3, .syscalls = {p->executing, p->executing_count}};
    return svm_program_load(out, elf, &options);
}

static struct svm_program *load(const struct sol_programs *p, struct bytes elf) {
    struct svm_program *program;
    if (err_is(load_to_run(p, elf, &program))) return NULL;
    svm_program_compile(program);
    return program;
}

static void make_room(struct sol_programs *p, size_t bytes) {
    while (p->count && p->bytes + bytes > p->bytes_max) {
        size_t oldest = 0;
        for (size_t i = 1; i < p->count; i++)
            if (p->entries[i].used < p->entries[oldest].used) oldest = i;
        drop(p, oldest);
    }
}

/* Takes `program`. With the mutex. */
static void add(struct sol_programs *p, const struct b32 *id, struct bytes elf,
                struct svm_program *program) {
    size_t bytes = elf.n + (program ? svm_program_bytes(program) : 0);
    make_room(p, bytes);
    if (p->count == p->room) {
        p->room = p->room ? 2 * p->room : 16;
        p->entries = xrealloc(p->entries, p->room * sizeof *p->entries);
    }
    uint8_t *copy = xmalloc(elf.n ? elf.n : 1);
    if (elf.n) memcpy(copy, elf.p, elf.n);
    p->entries[p->count++] =
        (struct entry){*id, bytes_make(copy, elf.n), program, bytes, ++p->clock};
    p->bytes += bytes;
}

struct svm_program *sol_programs_get(struct sol_programs *p, const struct b32 *id,
                                     struct bytes elf) {
    pthread_mutex_lock(&p->mutex);
    struct entry *e = find(p, id, elf);
    struct svm_program *program = e ? e->program : NULL;
    if (program) svm_program_ref(program);
    pthread_mutex_unlock(&p->mutex);
    if (e) return program;

    program = load(p, elf); /* other threads need not wait for this */
    if (program) svm_program_ref(program);
    pthread_mutex_lock(&p->mutex);
    if (!find(p, id, elf))
        add(p, id, elf, program);
    else if (program)
        svm_program_unref(program);
    pthread_mutex_unlock(&p->mutex);
    return program;
}

struct err sol_programs_try(const struct sol_programs *p, struct bytes elf) {
    struct svm_program *program;
    struct err e = load_to_run(p, elf, &program);
    if (!err_is(e)) svm_program_unref(program);
    return e;
}

struct err sol_programs_check(const struct sol_programs *p, struct bytes elf) {
    struct svm_program *program;
    struct svm_load_options options = {.lowest = p->lowest_deployed,
                                       .highest = SVM_V3,
                                       .deploying = true,
                                       .syscalls = {p->deploying, p->deploying_count}};
    struct err e = svm_program_load(&program, elf, &options);
    if (!err_is(e)) svm_program_unref(program);
    return e;
}
