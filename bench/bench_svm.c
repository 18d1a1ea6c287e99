/* The Solana engine beside the crate solana-sbpf:
 *
 *   bench_svm [--peer LIBRARY] [--seconds S] [--memo PROGRAM.so] PROGRAM.so…
 *
 * Each program (bench/sbpf, compiled by clang and linked by sbpf-link) runs from its entry to its
 * exit in the interpreters and in compiled code, ours and the peer's in turns, each turn at least a
 * millisecond of processor time. Figures are medians; the ratio is the median of the turns' ratios
 * (theirs / ours). Results and compute units must be equal. --memo names a memo program, which gets
 * a text to check and log in place of the other programs' input. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "differential/svm/run.h"
#include "svm/program.h"

enum { TURNS_MAX = 4096, HEAP = 32768, INPUT = 512 };
static const uint64_t METER = 1000000000;

struct bench {
    struct sd_peer peer;
    bool has_peer;
    double seconds;
    double log_sum[2], least[2]; /* of the ratios: interpreters, compilers */
    unsigned count;
    uint8_t *stack, *heap;
    uint8_t input[INPUT];
};

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n) {
    qsort(v, n, sizeof *v, by_value);
    return v[n / 2];
}

static void fill(struct bench *b) {
    uint64_t x = 88172645463325252u;
    for (size_t i = 0; i < sizeof b->input; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        b->input[i] = (uint8_t)(x >> 32);
    }
}

/* No accounts, a text as instruction data, a program's key: what a memo program reads. */
static void fill_memo(struct bench *b) {
    enum { HEADER = 16, KEY = 32, TEXT = INPUT - HEADER - KEY };
    memset(b->input, 0, sizeof b->input);
    store_le64(b->input + 8, TEXT);
    for (size_t i = 0; i < TEXT; i++) b->input[HEADER + i] = (uint8_t)("hello, memo "[i % 12]);
}

/* One program on both sides. */
struct subject {
    struct svm_program *ours;
    void *theirs;
    bool compiled;
    uint64_t used, result;
    uint64_t used_there, result_there;
};

static double run_ours(struct bench *b, struct subject *s, size_t times) {
    struct svm_region input = {
        .host = b->input, .address = SVM_INPUT_START, .bytes = INPUT, .writable = true};
    double start = now_us();
    for (size_t i = 0; i < times; i++) {
        struct svm_vm vm;
        svm_vm_init(&vm, s->ours, HEAP, &input, 1, METER);
        bool ok = s->compiled ? svm_vm_run_compiled(&vm) : svm_vm_run(&vm);
        s->result = ok ? vm.r[0] : UINT64_MAX;
        s->used = METER - vm.meter;
        svm_vm_free(&vm);
    }
    return (now_us() - start) / (double)times;
}

static double run_theirs(struct bench *b, struct subject *s, size_t times) {
    struct sd_region input = {b->input, SVM_INPUT_START, INPUT, true};
    struct sd_run run = {.compiled = s->compiled,
                         .meter = METER,
                         .r = {[1] = SVM_INPUT_START},
                         .stack = b->stack,
                         .heap = b->heap,
                         .heap_bytes = HEAP,
                         .input = &input,
                         .input_count = 1};
    double start = now_us();
    s->result_there = b->peer.bench(s->theirs, &run, times, &s->used_there);
    return (now_us() - start) / (double)times;
}

static void check(const struct bench *b, const struct subject *s, const char *name) {
    if (!b->has_peer || (s->result == s->result_there && s->used == s->used_there)) return;
    fprintf(stderr, "%s: %llx with %llu units, but %llx with %llu there\n", name,
            (unsigned long long)s->result, (unsigned long long)s->used,
            (unsigned long long)s->result_there, (unsigned long long)s->used_there);
    exit(EXIT_FAILURE);
}

static void compare(struct bench *b, struct subject *s, const char *name) {
    static double ours[TURNS_MAX], theirs[TURNS_MAX], ratio[TURNS_MAX];
    size_t times = 1 + (size_t)(1000 / (run_ours(b, s, 3) + 0.01)), n = 0;
    if (b->has_peer) run_theirs(b, s, 3);
    check(b, s, name);
    for (double spent = 0; n < TURNS_MAX && (n < 5 || spent < b->seconds * 1e6); n++) {
        ours[n] = run_ours(b, s, times);
        theirs[n] = b->has_peer ? run_theirs(b, s, times) : 0;
        ratio[n] = theirs[n] / ours[n];
        spent += (ours[n] + theirs[n]) * (double)times;
    }
    double mine = median(ours, n);
    printf("%-22s %-11s %9llu %10.2f", name, s->compiled ? "compiler" : "interpreter",
           (unsigned long long)s->used, mine);
    if (b->has_peer) {
        double r = median(ratio, n);
        printf(" %10.2f %7.2f", median(theirs, n), r);
        b->log_sum[s->compiled] += log(r);
        if (b->count == 0 || r < b->least[s->compiled]) b->least[s->compiled] = r;
    }
    printf("  %7.0f units/us\n", (double)s->used / mine);
    fflush(stdout);
}

static bool read_file(const char *path, struct buf *out) {
    FILE *f = fopen(path, "rb");
    if (!f) return false;
    for (size_t n; (n = fread(buf_room(out, 1 << 16), 1, 1 << 16, f)) > 0;) out->n += n;
    fclose(f);
    return true;
}

static void bench_program(struct bench *b, const char *path) {
    struct buf elf = {0};
    struct subject s = {0};
    struct sd_loaded loaded;
    struct svm_load_options options = {
        .lowest = SVM_V0, .highest = SVM_V3, .syscalls = sd_syscalls()};
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    if (!read_file(path, &elf)) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    struct err e = svm_program_load(&s.ours, buf_bytes(&elf), &options);
    if (err_is(e) || !svm_program_compile(s.ours)) {
        fprintf(stderr, "%s: %s\n", path, err_is(e) ? e.text : "not compiled");
        exit(EXIT_FAILURE);
    }
    if (b->has_peer) {
        s.theirs = b->peer.load(elf.p, elf.n, 0, &loaded);
        if (!s.theirs || !b->peer.compile(s.theirs)) exit(EXIT_FAILURE);
    }
    for (int compiled = 0; compiled < 2; compiled++) {
        s.compiled = compiled;
        compare(b, &s, name);
    }
    b->count++;
    svm_program_unref(s.ours);
    if (s.theirs) b->peer.free(s.theirs);
    buf_free(&elf);
}

static void print_means(const struct bench *b) {
    static const char *const names[] = {"interpreters", "compilers"};
    for (int i = 0; i < 2 && b->has_peer && b->count; i++)
        printf("%s: geometric mean of the ratios %.2f, least %.2f\n", names[i],
               exp(b->log_sum[i] / b->count), b->least[i]);
}

int main(int argc, char **argv) {
    struct bench b = {.seconds = 1, .stack = calloc(1, SVM_STACK_BYTES), .heap = calloc(1, HEAP)};
    const char *memo = NULL;
    int i = 1;
    for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
        if (!strcmp(argv[i], "--peer"))
            b.has_peer = sd_peer_open(&b.peer, argv[i + 1]);
        else if (!strcmp(argv[i], "--seconds"))
            b.seconds = atof(argv[i + 1]);
        else if (!strcmp(argv[i], "--memo"))
            memo = argv[i + 1];
    }
    fill(&b);
    printf("%-22s %-11s %9s %10s %10s %7s\n", "program", "", "units", "tern us", "peer us",
           "ratio");
    for (; i < argc; i++) bench_program(&b, argv[i]);
    if (memo) {
        fill_memo(&b);
        bench_program(&b, memo);
    }
    print_means(&b);
    free(b.stack);
    free(b.heap);
    return 0;
}
