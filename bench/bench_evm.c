/* The EVM on the inputs that evmone, revm and geth measure themselves by (ipsilon/evm-benchmarks,
 * ../shared/vectors/evm-benchmarks), and on a loop of token transfers. Microseconds for one
 * execution of the code, translation excluded; translation beside it. Like evmone-bench: only the
 * call, not the transaction around it, under the rules of Istanbul.
 *
 *     bench_evm [--seconds S] [FOLDER]      S for each input, default 0.3
 */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "codec/codec.h"
#include "evm/code.h"
#include "evm/evm.h"

static const struct b20 target = {.b = {0xbe, [19] = 1}}, caller = {.b = {0xca}};

struct bench {
    struct st_journal *j;
    struct evm_machine *m;
    struct evm_env env;
    struct arena arena;
    double seconds;
};

static double now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

enum { RUNS_MAX = 100000 };

struct times {
    double best, median;
};

static struct times summarise(double *us, size_t n) {
    qsort(us, n, sizeof *us, by_value);
    return (struct times){us[0], us[n / 2]};
}

static void run_once(struct bench *b, struct bytes input, struct evm_result *r, double *us) {
    struct evm_call_params c = {.kind = EVM_CALL,
                                .gas = 1000000000000,
                                .sender = caller,
                                .to = target,
                                .code = target,
                                .input = input};
    st_begin_tx(b->j);
    st_mark mark = st_savepoint(b->j);
    double start = now_us();
    evm_call(&b->env, &c, r);
    *us = now_us() - start;
    st_revert(b->j, mark);
}

static struct times time_code(struct bench *b, struct bytes input, uint64_t *gas) {
    static double us[RUNS_MAX];
    size_t n = 0;
    struct evm_result r;
    run_once(b, input, &r, &us[0]); /* translates */
    if (r.status > EVM_REVERT) fprintf(stderr, "(%s) ", evm_status_text(r.status));
    *gas = 1000000000000 - r.gas_left;
    for (double end = now_us() + b->seconds * 1e6; n < RUNS_MAX && (now_us() < end || n < 3);)
        run_once(b, input, &r, &us[n++]);
    st_end_tx(b->j, true);
    return summarise(us, n);
}

static struct times time_translation(struct bench *b, struct bytes code) {
    static double us[RUNS_MAX];
    size_t n = 0;
    for (double end = now_us() + b->seconds * 2e5; n < RUNS_MAX && (now_us() < end || n < 3);) {
        struct arena_mark mark = arena_mark(&b->arena);
        double start = now_us();
        evm_code_translate(b->m, code, b->env.fork, false, &b->arena);
        us[n++] = now_us() - start;
        arena_release(&b->arena, mark);
    }
    return summarise(us, n);
}

static void report(struct bench *b, const char *name, struct bytes code, struct bytes input) {
    uint64_t gas;
    st_set_code(b->j, st_account(b->j, &target), st_code_new(code));
    struct times t = time_code(b, input, &gas), translation = time_translation(b, code);
    printf("%-44s %12.1f %12.1f %10.1f %10.0f\n", name, t.best, t.median, translation.best,
           (double)gas / t.best);
    fflush(stdout);
}

static struct bytes unhex(struct bench *b, const char *text) {
    struct bytes out = {NULL, 0};
    if (strncmp(text, "0x", 2) != 0) text = arena_printf(&b->arena, "0x%s", text);
    if (err_is(hex_read_data(&b->arena, bytes_cstr(text), &out))) abort();
    return out;
}

static void run_file(struct bench *b, const char *folder, const char *path) {
    json_error_t e;
    json_t *root = json_load_file(path, 0, &e), *test, *account, *labels, *data;
    const char *name, *address;
    json_object_foreach(root, name, test) {
        struct bytes code = {NULL, 0};
        json_object_foreach(json_object_get(test, "pre"), address, account) {
            if (!strncmp(address, "0xbe7c43a58", 11))
                code = unhex(b, json_string_value(json_object_get(account, "code")));
        }
        labels = json_object_get(json_object_get(test, "_info"), "labels");
        data = json_object_get(json_object_get(test, "transaction"), "data");
        for (size_t i = 0; i < json_array_size(data); i++) {
            char index[24];
            snprintf(index, sizeof index, "%zu", i);
            const char *label = json_string_value(json_object_get(labels, index));
            char *full = arena_printf(&b->arena, "%s/%s/%s", folder, name, label ? label : index);
            report(b, full, code, unhex(b, json_string_value(json_array_get(data, i))));
        }
    }
    json_decref(root);
}

static void run_folder(struct bench *b, const char *base, const char *folder) {
    char path[4096];
    struct dirent **entries;
    snprintf(path, sizeof path, "%s/%s", base, folder);
    int n = scandir(path, &entries, NULL, alphasort);
    if (n < 0) printf("%s: skipped, the inputs are not at %s\n", folder, path);
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", base, folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.') run_file(b, folder, path);
        free(entries[i]);
    }
    if (n >= 0) free(entries);
}

/* 1,000 transfers between two of 16 holders: balances in a mapping (keccak of key and slot), two
 * SLOADs, two SSTOREs and a log with three topics each. */
static void run_transfers(struct bench *b) {
    static const char code[] = "6103e8"               /* 0 PUSH2 1000 */
                               "5b"                   /* 3 JUMPDEST */
                               "80600f16600052"       /* mem[0] = n & 15 */
                               "6000602052"           /* mem[32] = 0 */
                               "60406000208054"       /* n from balance */
                               "600190039055"         /* sstore(from, balance - 1) */
                               "80600701600f16600052" /* mem[0] = (n + 7) & 15 */
                               "60406000208054600101" /* n to balance + 1 */
                               "9055"                 /* sstore(to, …) */
                               "6001604052"           /* mem[64] = 1 */
                               "8080600701"           /* n n n + 7 */
                               "61ddf260206040a3"     /* log3(64, 32, 0xddf2, n + 7, n) */
                               "6001900380600357"     /* n - 1, again unless 0 */
                               "00";
    report(b, "storage/1000 token transfers", unhex(b, code), (struct bytes){NULL, 0});
}

int main(int argc, char **argv) {
    const char *base = "../shared/vectors/evm-benchmarks/benchmarks";
    struct bench b = {.j = st_journal_new(NULL), .m = evm_machine_new(), .seconds = 0.3};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--seconds") && i + 1 < argc)
            b.seconds = atof(argv[++i]);
        else
            base = argv[i];
    }
    arena_init(&b.arena, 0);
    b.env = (struct evm_env){.fork = EVM_ISTANBUL,
                             .chain_id = 1,
                             .block = {.number = 1, .gas_limit = 1000000000},
                             .journal = b.j,
                             .machine = b.m};
    printf("%-44s %12s %12s %10s %10s\n", "input", "best µs", "median µs", "transl. µs", "gas/µs");
    run_folder(&b, base, "main");
    run_folder(&b, base, "micro");
    run_transfers(&b);
    arena_free(&b.arena);
    st_journal_free(b.j);
    evm_machine_free(b.m);
    return 0;
}
