/* bench_move: loops of bytecode on our machine and, when it is there, on libmovevm in the same run
 * (through build/…/moveoracle). Instructions are counted in the bytecode of
 * tests/move-packages/semantics/sources/speed.move: the body of each loop, times iterations. Both
 * machines meter gas. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "move/move.h"
#include "state/state.h"

enum { REPEAT = 3, MODULE_MAX_BYTES = 1 << 16 };

struct program {
    const char *function;
    uint64_t iterations;
    double instructions; /* per iteration */
    uint64_t peer_iterations;
};

/* recursive_fibonacci(n) makes 2 F(n+1) - 1 calls: F(n+1) of 8 instructions and one less of 17. */
static const struct program programs[] = {
    {"sum", 20000000, 19, 1000000},     {"fibonacci", 20000000, 17, 1000000},
    {"recursive_fibonacci", 27, 0, 21}, {"calls", 5000000, 20, 300000},
    {"fields", 10000000, 35, 400000},   {"elements", 10000000, 27, 500000},
    {"wide", 5000000, 17, 300000},
};

static double instructions(const struct program *p, uint64_t n) {
    if (p->instructions > 0) return p->instructions * (double)n;
    double a = 0, b = 1; /* F(0), F(1) */
    for (uint64_t i = 0; i < n; i++) {
        double next = a + b;
        a = b;
        b = next;
    }
    return b * 8 + (b - 1) * 17;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static const char *find(const char *const *paths) {
    for (; *paths; paths++)
        if (access(*paths, R_OK) == 0) return *paths;
    return NULL;
}

/* Seconds of the best run; below zero if it failed. */
static double run_own(struct mv_vm *vm, struct st_journal *j, const struct program *p) {
    double best = -1;
    struct bytes arg = BYTES_OF(p->iterations);
    struct mv_call call = {.module_address = {{[31] = 0x5e}},
                           .module_name = BYTES_LIT("speed"),
                           .function_name = bytes_cstr(p->function),
                           .args = &arg,
                           .arg_count = 1};
    for (int i = 0; i < REPEAT; i++) {
        struct mv_outcome out;
        struct mv_session *s = mv_session_new(
            &(struct mv_session_params){.vm = vm, .journal = j, .gas_limit = UINT64_MAX / 2});
        double start = now();
        bool ok = mv_run_function(s, &call, &out);
        double took = now() - start;
        if (!ok) {
            struct bytes t = mv_status_text(s, &out);
            printf("%s: %.*s\n", p->function, (int)t.n, (const char *)t.p);
        }
        mv_session_free(s);
        if (!ok) return -1;
        if (best < 0 || took < best) best = took;
    }
    return best;
}

/* Microseconds from the oracle's answer; below zero if there is none. */
static double run_peer(const char *oracle, const char *module, const struct program *p) {
    char command[1024], line[4096], argument[17];
    for (int i = 0; i < 8; i++)
        snprintf(argument + 2 * i, 3, "%02x", (unsigned)(p->peer_iterations >> (8 * i)) & 0xff);
    snprintf(command, sizeof command,
             "echo view 0x5e::speed::%s %s | %s --gas 100000000000 --repeat %d %s 2>&1",
             p->function, argument, oracle, REPEAT, module);
    FILE *f = popen(command, "r");
    if (!f) return -1;
    double us = -1;
    if (fgets(line, sizeof line, f) && strstr(line, "\"ok\":true")) {
        const char *at = strstr(line, "\"us\":");
        if (at) us = strtod(at + 5, NULL);
    }
    pclose(f);
    return us;
}

/* From the reply "view returns its argument" and the like: what a call from outside costs. */
static void call_overhead(struct mv_vm *vm, struct st_journal *j) {
    enum { CALLS = 20000 };
    uint64_t zero = 0;
    struct bytes arg = BYTES_OF(zero);
    struct mv_call call = {.module_address = {{[31] = 0x5e}},
                           .module_name = BYTES_LIT("speed"),
                           .function_name = BYTES_LIT("sum"),
                           .args = &arg,
                           .arg_count = 1};
    double start = now();
    for (int i = 0; i < CALLS; i++) {
        struct mv_outcome out;
        struct mv_session *s = mv_session_new(
            &(struct mv_session_params){.vm = vm, .journal = j, .gas_limit = UINT64_MAX / 2});
        mv_run_function(s, &call, &out);
        mv_session_free(s);
    }
    printf("%-22s %8.2f us a call, session included\n", "call from outside",
           (now() - start) / CALLS * 1e6);
}

int main(void) {
    static const char *const modules[] = {"tests/move-packages/semantics/compiled/speed.mv",
                                          "../../tests/move-packages/semantics/compiled/speed.mv",
                                          NULL};
    static uint8_t code[MODULE_MAX_BYTES];
    const char *path = find(modules);
    FILE *f = path ? fopen(path, "rb") : NULL;
    if (!f) {
        fprintf(stderr, "bench_move: %s is not here: run it from the project's folder\n",
                modules[0]);
        return 2;
    }
    size_t n = fread(code, 1, sizeof code, f);
    fclose(f);
    char self[512], oracle[600];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    self[len > 0 ? len : 0] = 0;
    char *slash = strrchr(self, '/');
    if (slash) *slash = 0;
    snprintf(oracle, sizeof oracle, "%s/moveoracle", self);
    bool peer = access(oracle, X_OK) == 0;

    struct mv_vm *vm = mv_vm_new(NULL);
    struct st_journal *j = st_journal_new(NULL);
    st_begin_tx(j);
    uint8_t key[32 + 5] = {[31] = 0x5e, 's', 'p', 'e', 'e', 'd'};
    st_put(j, ST_MOVE_MODULE, BYTES_OF(key), bytes_make(code, n));
    printf("%-22s %10s %14s %14s %8s\n", "program", "seconds", "M instr/s", "libmovevm", "ratio");
    for (size_t i = 0; i < COUNT_OF(programs); i++) {
        const struct program *p = &programs[i];
        double own = run_own(vm, j, p);
        if (own < 0) return 1;
        double rate = instructions(p, p->iterations) / own / 1e6;
        printf("%-22s %10.3f %14.0f", p->function, own, rate);
        double us = peer ? run_peer(oracle, path, p) : -1;
        if (us > 0) {
            double theirs = instructions(p, p->peer_iterations) / us;
            printf(" %14.1f %7.1fx\n", theirs, rate / theirs);
        } else {
            printf(" %14s %8s\n", peer ? "failed" : "not built", "");
        }
    }
    call_overhead(vm, j);
    st_end_tx(j, false);
    st_journal_free(j);
    mv_vm_free(vm);
    return 0;
}
