/* svm_diff: makes programs, loads and runs each in Tern's engines and in the crate solana-sbpf's,
 * and stops at the first that they disagree on. `./x fuzz svm-sbpf` builds the peer and calls it.
 */
#include <dirent.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "differential/svm/run.h"

static const char *const usage =
    "svm_diff [--peer LIBRARY] [--elfs DIR]… [--cases N | --seconds N] [--seed N] [--jobs N] "
    "[--out DIR]\n"
    "\n"
    "  --peer    the shared library of tools/sbpf-peer; without, Tern's engines are compared with\n"
    "            each other only\n"
    "  --elfs    a folder of ELF files: mutations of them in place of made programs\n"
    "  --cases   how many (default 100000), or --seconds how long; --seed: the first one's number\n"
    "            (default 1)\n"
    "  --out     where the file of a difference goes (default .)\n";

enum { JOBS_MAX = 64, FILES_MAX = 1024 };

struct fuzz {
    uint64_t cases, seed;
    time_t end; /* 0: when all cases have run */
    unsigned jobs;
    const char *out;
    const struct sd_peer *peer;
    struct buf files[FILES_MAX];
    size_t file_count;

    uint64_t _Atomic next;
    bool _Atomic found;
    pthread_mutex_t report; /* guards what is printed and the counts below */
    uint64_t refused, ran, runs, faults[16];
};

/* ---- One case */

struct made {
    struct sd_program program;
    struct sd_setting setting;
    struct buf elf;
    bool every_meter;
};

static void make(const struct fuzz *f, uint64_t seed, struct made *m) {
    struct sd_choices r = {.state = seed * 0x2545f4914f6cdd1du + 1};
    buf_clear(&m->elf);
    sd_generate(&r, &m->program);
    sd_choose_setting(&r, &m->program, &m->setting);
    m->every_meter = sd_chance(&r, 2);
    if (f->file_count) {
        const struct buf *file = &f->files[sd_below(&r, f->file_count)];
        buf_put(&m->elf, file->p, file->n);
        if (!sd_chance(&r, 1)) sd_mutate(&r, &m->elf);
    } else {
        sd_put_elf(&r, &m->program, &m->elf);
        if (sd_chance(&r, 4)) sd_mutate(&r, &m->elf);
    }
}

static void report(struct fuzz *f, uint64_t seed, const struct made *m, struct sd_bench *b) {
    struct buf path = {0};
    printf("seed %llu, version %d: %s\n", (unsigned long long)seed, (int)m->program.version,
           buf_cstr(&b->why));
    buf_printf(&path, "%s/svm-sbpf-%llu.so", f->out, (unsigned long long)seed);
    FILE *file = fopen(buf_cstr(&path), "wb");
    if (file) {
        fwrite(m->elf.p, 1, m->elf.n, file);
        fclose(file);
        printf("the file: %s; again: --seed %llu --cases 1\n", buf_cstr(&path),
               (unsigned long long)seed);
    }
    buf_free(&path);
}

/* ---- The run */

static bool over(const struct fuzz *f) {
    return f->found || (f->end && time(NULL) >= f->end);
}

static void add_counts(struct fuzz *f, const struct sd_bench *b) {
    f->refused += b->refused;
    f->ran += b->ran;
    f->runs += b->runs;
    for (size_t i = 0; i < COUNT_OF(f->faults); i++) f->faults[i] += b->faults[i];
}

static void *work(void *arg) {
    struct fuzz *f = arg;
    struct sd_bench b;
    struct made *m = calloc(1, sizeof *m);
    sd_bench_init(&b, f->peer);
    for (uint64_t i; !over(f) && (i = atomic_fetch_add(&f->next, 1)) < f->cases;) {
        make(f, f->seed + i, m);
        if (sd_compare(&b, buf_bytes(&m->elf), &m->setting, m->setting.flags, m->every_meter))
            continue;
        pthread_mutex_lock(&f->report);
        if (!atomic_exchange(&f->found, true)) report(f, f->seed + i, m, &b);
        pthread_mutex_unlock(&f->report);
    }
    pthread_mutex_lock(&f->report);
    add_counts(f, &b);
    pthread_mutex_unlock(&f->report);
    buf_free(&m->elf);
    free(m);
    sd_bench_free(&b);
    return NULL;
}

static void print_counts(const struct fuzz *f) {
    printf("%llu refused by all, %llu loaded, %llu executions: %llu ended well",
           (unsigned long long)f->refused, (unsigned long long)f->ran, (unsigned long long)f->runs,
           (unsigned long long)f->faults[SVM_FAULT_NONE]);
    for (size_t i = 1; i < COUNT_OF(f->faults); i++)
        if (f->faults[i])
            printf("; %llu %s", (unsigned long long)f->faults[i],
                   svm_fault_text((enum svm_fault)i));
    printf("\n%llu programs compared with %s: %s\n", (unsigned long long)(f->refused + f->ran),
           f->peer ? "solana-sbpf" : "no peer", f->found ? "a difference" : "0 differences");
}

/* ---- Arguments */

static void load_file(struct fuzz *f, const char *path) {
    enum { FILE_MAX = 1 << 20 };
    FILE *file = f->file_count < FILES_MAX ? fopen(path, "rb") : NULL;
    if (!file) return;
    struct buf *b = &f->files[f->file_count];
    b->n = fread(buf_room(b, FILE_MAX), 1, FILE_MAX, file);
    fclose(file);
    if (b->n < FILE_MAX && b->n >= 4 &&
        !memcmp(b->p,
                "\x7f"
                "ELF",
                4))
        f->file_count++;
    else
        b->n = 0;
}

static void load_files(struct fuzz *f, const char *dir) {
    struct dirent **entries;
    int n = scandir(dir, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        buf_printf(&path, "%s/%s", dir, entries[i]->d_name);
        load_file(f, buf_cstr(&path));
        buf_free(&path);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

static bool parse(int argc, char **argv, struct fuzz *f, struct sd_peer *peer) {
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];
        if (!strcmp(argv[i], "--peer")) {
            if (!sd_peer_open(peer, value)) return false;
            f->peer = peer;
        } else if (!strcmp(argv[i], "--cases")) {
            f->cases = strtoull(value, NULL, 10);
        } else if (!strcmp(argv[i], "--seconds")) {
            f->end = time(NULL) + atol(value);
            f->cases = UINT64_MAX;
        } else if (!strcmp(argv[i], "--seed")) {
            f->seed = strtoull(value, NULL, 10);
        } else if (!strcmp(argv[i], "--jobs")) {
            f->jobs = (unsigned)strtoul(value, NULL, 10);
        } else if (!strcmp(argv[i], "--elfs")) {
            load_files(f, value);
        } else if (!strcmp(argv[i], "--out")) {
            f->out = value;
        } else {
            argc = 0;
        }
    }
    if (argc % 2 == 1 && f->jobs >= 1 && f->jobs <= JOBS_MAX) return true;
    fputs(usage, stderr);
    return false;
}

int main(int argc, char **argv) {
    struct sd_peer peer;
    struct fuzz *f = calloc(1, sizeof *f);
    f->cases = 100000;
    f->seed = 1;
    f->jobs = 1;
    f->out = ".";
    pthread_mutex_init(&f->report, NULL);
    if (!parse(argc, argv, f, &peer)) return 2;
    mallopt(M_MMAP_THRESHOLD, 1 << 30); /* stacks come and go: not from the kernel each time */
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    pthread_t threads[JOBS_MAX];
    unsigned started = 0;
    while (started + 1 < f->jobs && pthread_create(&threads[started], NULL, work, f) == 0)
        started++;
    work(f);
    for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
    print_counts(f);
    for (size_t i = 0; i < f->file_count; i++) buf_free(&f->files[i]);
    int code = f->found ? 1 : 0;
    free(f);
    return code;
}
