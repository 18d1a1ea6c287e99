/* evm_diff: makes cases, runs each in Tern's two forms of code and in a peer, and stops at the
 * first that they disagree on, with a small reproducer. `./x fuzz evm-diff` builds the peer and
 * calls it. */
#include <dirent.h>
#include <dlfcn.h>
#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "codec/hex.h"
#include "differential/evm/generate.h"

static const char *const usage =
    "evm_diff [--peer LIBRARY FUNCTION] [--roots | --steps] [--cases N | --seconds N] [--seed N] "
    "[--jobs N] "
    "[--codes DIR] "
    "[--out "
    "DIR]\n"
    "\n"
    "  --peer    a shared library and its function that runs a case "
    "(tests/differential/evm/case.h);\n"
    "            without, Tern's two forms are compared with each other only\n"
    "  --roots   the peer tells state roots in place of worlds\n"
    "  --steps   the peer tells every step\n"
    "  --cases   how many (default 20000), or --seconds how long; --seed: the first one's number\n"
    "            (default 1)\n"
    "  --codes   a folder of contracts' codes in hex (*.bin) to mutate\n"
    "  --inputs  a folder of geth's precompile vectors, to mutate their inputs\n"
    "  --out     where the reproducer goes (default .)\n";

/* Runs a case. Returns the size of the result, which is at `result` if it fits there; 0: it does
 * not have the fork. */
typedef size_t peer_run(const uint8_t *input, size_t size, uint8_t *result, size_t room);

struct fuzz {
    uint64_t cases, seed;
    time_t end; /* 0: when all cases have run */
    unsigned jobs;
    const char *out;
    peer_run *peer;
    unsigned flags; /* enum ed_run_flag */
    const char *peer_name;
    struct ed_kit kit;
    struct arena codes;

    uint64_t _Atomic next;
    bool _Atomic found;
    uint64_t _Atomic compared[EVM_FORK_COUNT], alone, outcomes[4];
    pthread_mutex_t report;
};

/* One thread's tools. */
struct bench {
    struct fuzz *f;
    struct evm_machine *m;
    struct arena arena;
    struct buf input, plain, traced, theirs;
};

enum verdict { AGREE, FORMS_DIFFER, PEER_DIFFERS };

static void ask_peer(struct bench *b, const struct ed_case *c) {
    buf_clear(&b->input);
    buf_clear(&b->theirs);
    ed_encode(c, &b->input);
    size_t room = b->plain.n + 4096, n;
    while ((n = b->f->peer(b->input.p, b->input.n, buf_room(&b->theirs, room), room)) > room)
        room = n;
    b->theirs.n = n;
}

static enum verdict judge(struct bench *b, const struct ed_case *c) {
    unsigned flags = b->f->flags;
    buf_clear(&b->plain);
    buf_clear(&b->traced);
    ed_run(b->m, c, flags, &b->plain);
    if (!(flags & ED_STEPS)) {
        ed_run(b->m, c, flags | ED_TRACED, &b->traced);
        if (!bytes_eq(buf_bytes(&b->plain), buf_bytes(&b->traced))) return FORMS_DIFFER;
    }
    if (!b->f->peer) return AGREE;
    ask_peer(b, c);
    if (b->theirs.n == 0 || bytes_eq(buf_bytes(&b->plain), buf_bytes(&b->theirs))) return AGREE;
    return PEER_DIFFERS;
}

/* ---- A difference ---- */

struct wanted {
    struct bench *b;
    enum verdict verdict;
};

static bool still_differs(void *ctx, const struct ed_case *c) {
    struct wanted *w = ctx;
    return judge(w->b, c) == w->verdict;
}

static void write_reproducer(struct fuzz *f, uint64_t seed, struct bytes text) {
    struct buf path = {0};
    buf_printf(&path, "%s/evm-diff-%llu.json", f->out, (unsigned long long)seed);
    FILE *file = fopen(buf_cstr(&path), "w");
    if (file) {
        fwrite(text.p, 1, text.n, file);
        fclose(file);
        printf("reproducer: %s (for `tern statetest`)\n", buf_cstr(&path));
    } else {
        fwrite(text.p, 1, text.n, stdout);
    }
    buf_free(&path);
}

static void report(struct bench *b, uint64_t seed, const struct ed_case *found,
                   enum verdict verdict) {
    struct wanted w = {b, verdict};
    struct ed_case c = *found, alone;
    /* The last transaction alone, on the world that the others left: a state test. */
    bool single = c.tx_count == 1;
    for (size_t i = c.tx_count; i-- > 0 && !single;) {
        if (ed_case_from(&c, i, b->m, &alone, &b->arena) && still_differs(&w, &alone)) {
            c = alone;
            single = true;
        }
    }
    ed_shrink(&c, still_differs, &w, 20000, &b->arena);
    judge(b, &c);
    struct bytes other = verdict == FORMS_DIFFER ? buf_bytes(&b->traced) : buf_bytes(&b->theirs);
    const char *text = ed_difference(buf_bytes(&b->plain), other, b->f->flags, &b->arena);
    printf("seed %llu, fork %s: %s: %s\n", (unsigned long long)seed, evm_fork_name(c.fork),
           verdict == FORMS_DIFFER ? "the two forms differ" : "the peer differs", text);
    if (c.tx_count > 1) {
        printf(
            "needs %zu transactions in a row: no state test; run it with --seed %llu --cases 1\n",
            c.tx_count, (unsigned long long)seed);
    } else {
        struct buf json = {0};
        ed_put_statetest(&json, &c, other, b->f->flags, text);
        write_reproducer(b->f, seed, buf_bytes(&json));
        buf_free(&json);
    }
    struct buf lines = {0};
    buf_puts(&lines, "---- tern\n");
    ed_print_result(&lines, buf_bytes(&b->plain), b->f->flags);
    buf_puts(&lines, "---- the other\n");
    ed_print_result(&lines, other, b->f->flags);
    fwrite(lines.p, 1, lines.n, stdout);
    buf_free(&lines);
}

/* ---- The run ---- */

static void count(struct bench *b, const struct ed_case *c) {
    struct fuzz *f = b->f;
    if (b->theirs.n)
        atomic_fetch_add(&f->compared[c->fork], 1);
    else
        atomic_fetch_add(&f->alone, 1);
    if (b->plain.n && !(f->flags & ED_STEPS)) atomic_fetch_add(&f->outcomes[b->plain.p[0] & 3], 1);
}

static bool over(const struct fuzz *f) {
    return f->found || (f->end && time(NULL) >= f->end);
}

static void *work(void *arg) {
    struct fuzz *f = arg;
    struct bench b = {.f = f, .m = evm_machine_new()};
    arena_init(&b.arena, 0);
    for (uint64_t i; !over(f) && (i = atomic_fetch_add(&f->next, 1)) < f->cases;) {
        struct ed_case c;
        struct ed_choices r = ed_choices_of_seed(f->seed + i);
        arena_reset(&b.arena);
        ed_generate(&r, &f->kit, &b.arena, &c);
        enum verdict v = judge(&b, &c);
        count(&b, &c);
        if (v == AGREE) continue;
        pthread_mutex_lock(&f->report);
        if (!atomic_exchange(&f->found, true)) report(&b, f->seed + i, &c, v);
        pthread_mutex_unlock(&f->report);
    }
    arena_free(&b.arena);
    buf_free(&b.input);
    buf_free(&b.plain);
    buf_free(&b.traced);
    buf_free(&b.theirs);
    evm_machine_free(b.m);
    return NULL;
}

/* ---- Arguments ---- */

static void load_code(struct fuzz *f, const char *path) {
    FILE *file = fopen(path, "r");
    if (!file || f->kit.code_count == ED_CODES_MAX) {
        if (file) fclose(file);
        return;
    }
    struct buf text = {0};
    for (size_t n = 1; n > 0;) {
        n = fread(buf_room(&text, 1 << 16), 1, 1 << 16, file);
        text.n += n;
    }
    fclose(file);
    struct bytes digits = buf_bytes(&text);
    while (digits.n && hex_digit(digits.p[digits.n - 1]) < 0) digits.n--;
    if (digits.n > 2 && digits.p[1] == 'x') digits = bytes_sub(digits, 2, digits.n - 2);
    uint8_t *p = arena_alloc(&f->codes, digits.n / 2 + 1, 1);
    /* Real code is large and mostly beyond what one call reaches: pieces of it do. */
    size_t n = min_u64(digits.n / 2, 24576);
    if (n && hex_decode_digits(p, bytes_sub(digits, 0, 2 * n)))
        f->kit.codes[f->kit.code_count++] = bytes_make(p, n);
    buf_free(&text);
}

static int is_code(const struct dirent *e) {
    const char *dot = strrchr(e->d_name, '.');
    return dot && !strcmp(dot, ".bin");
}

static void load_codes(struct fuzz *f, const char *dir) {
    struct dirent **entries;
    int n = scandir(dir, &entries, is_code, alphasort);
    for (int i = 0; i < n; i++) {
        struct buf path = {0};
        buf_printf(&path, "%s/%s", dir, entries[i]->d_name);
        load_code(f, buf_cstr(&path));
        buf_free(&path);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

/* The beginning of a vector file's name tells the precompile. */
static unsigned precompile_of(const char *file) {
    static const struct {
        const char *name;
        unsigned number;
    } names[] = {{"ecRecover", 0x01},      {"modexp", 0x05},          {"bn256Add", 0x06},
                 {"bn256ScalarMul", 0x07}, {"bn256Pairing", 0x08},    {"blake2F", 0x09},
                 {"fail-blake2f", 0x09},   {"pointEvaluation", 0x0a}, {"blsG1Add", 0x0b},
                 {"fail-blsG1Add", 0x0b},  {"blsG1M", 0x0c},          {"fail-blsG1M", 0x0c},
                 {"blsG2Add", 0x0d},       {"fail-blsG2Add", 0x0d},   {"blsG2M", 0x0e},
                 {"fail-blsG2M", 0x0e},    {"blsPairing", 0x0f},      {"fail-blsPairing", 0x0f},
                 {"blsMapG1", 0x10},       {"fail-blsMapG1", 0x10},   {"blsMapG2", 0x11},
                 {"fail-blsMapG2", 0x11},  {"p256Verify", 0x100}};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (!strncmp(file, names[i].name, strlen(names[i].name))) return names[i].number;
    return 0;
}

static void load_input(struct fuzz *f, unsigned number, const char *digits) {
    size_t n = strlen(digits) / 2;
    uint8_t *p = arena_alloc(&f->codes, n + 1, 1);
    if (n == 0 || n > 4096 || f->kit.input_count == ED_INPUTS_MAX) return;
    if (!hex_decode_digits(p, bytes_make(digits, 2 * n))) return;
    f->kit.inputs[f->kit.input_count++] = (struct ed_input){number, bytes_make(p, n)};
}

static void load_inputs(struct fuzz *f, const char *dir) {
    struct dirent **entries;
    int n = scandir(dir, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        unsigned number = precompile_of(entries[i]->d_name);
        struct buf path = {0};
        buf_printf(&path, "%s/%s", dir, entries[i]->d_name);
        json_t *list = number ? json_load_file(buf_cstr(&path), 0, NULL) : NULL, *o;
        size_t k;
        json_array_foreach(list, k, o) {
            const char *digits = json_string_value(json_object_get(o, "Input"));
            if (digits) load_input(f, number, digits);
        }
        json_decref(list);
        buf_free(&path);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

static bool load_peer(struct fuzz *f, const char *library, const char *function) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    void *symbol = handle ? dlsym(handle, function) : NULL;
    if (!symbol) {
        fprintf(stderr, "evm_diff: %s\n", dlerror());
        return false;
    }
    memcpy(&f->peer, &symbol, sizeof symbol);
    f->peer_name = function;
    return true;
}

static bool parse(int argc, char **argv, struct fuzz *f) {
    for (int i = 1; i < argc; i++) {
        bool more = i + 1 < argc;
        if (!strcmp(argv[i], "--peer") && i + 2 < argc) {
            if (!load_peer(f, argv[i + 1], argv[i + 2])) return false;
            i += 2;
        } else if (!strcmp(argv[i], "--roots")) {
            f->flags |= ED_ROOTS;
        } else if (!strcmp(argv[i], "--steps")) {
            f->flags |= ED_STEPS | ED_TRACED;
        } else if (!strcmp(argv[i], "--cases") && more) {
            f->cases = strtoull(argv[++i], NULL, 10);
        } else if (!strcmp(argv[i], "--seconds") && more) {
            f->end = time(NULL) + atol(argv[++i]);
            f->cases = UINT64_MAX;
        } else if (!strcmp(argv[i], "--seed") && more) {
            f->seed = strtoull(argv[++i], NULL, 10);
        } else if (!strcmp(argv[i], "--jobs") && more) {
            f->jobs = (unsigned)strtoul(argv[++i], NULL, 10);
        } else if (!strcmp(argv[i], "--codes") && more) {
            load_codes(f, argv[++i]);
        } else if (!strcmp(argv[i], "--inputs") && more) {
            load_inputs(f, argv[++i]);
        } else if (!strcmp(argv[i], "--out") && more) {
            f->out = argv[++i];
        } else {
            fputs(usage, stderr);
            return false;
        }
    }
    return f->jobs >= 1 && f->jobs <= 64;
}

static void print_counts(struct fuzz *f) {
    uint64_t all = 0;
    for (int i = 0; i < EVM_FORK_COUNT; i++) {
        all += f->compared[i];
        if (f->compared[i])
            printf("%-18s %10llu\n", evm_fork_name((enum evm_fork)i),
                   (unsigned long long)f->compared[i]);
    }
    if (!(f->flags & ED_STEPS))
        printf("first transactions: %llu refused, %llu succeeded, %llu reverted, %llu failed\n",
               (unsigned long long)f->outcomes[0], (unsigned long long)f->outcomes[1],
               (unsigned long long)f->outcomes[2], (unsigned long long)f->outcomes[3]);
    printf("%llu cases compared with %s, %llu in Tern's two forms only: %s\n",
           (unsigned long long)all, f->peer_name ? f->peer_name : "no peer",
           (unsigned long long)f->alone, f->found ? "a difference" : "0 differences");
}

int main(int argc, char **argv) {
    struct fuzz f = {
        .cases = 20000, .seed = 1, .jobs = 1, .out = ".", .report = PTHREAD_MUTEX_INITIALIZER};
    arena_init(&f.codes, 0);
    ed_kit_init(&f.kit);
    if (!parse(argc, argv, &f)) return 2;
    pthread_t threads[64];
    unsigned started = 0;
    while (started + 1 < f.jobs && pthread_create(&threads[started], NULL, work, &f) == 0)
        started++;
    work(&f);
    for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
    print_counts(&f);
    arena_free(&f.codes);
    return f.found ? 1 : 0;
}
