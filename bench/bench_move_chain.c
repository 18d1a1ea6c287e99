/* bench_move_chain [bank.mv shapes.mv book.mv]: what a chain does with Move beside loops: loading
 * the framework, publishing, transfers of coins, each transaction in a session of its own with its
 * writes in the journal. With the three modules of bench/move compiled, transfers of their coin,
 * work on a table and loops over structs, vectors and generics run on libmovevm too (through
 * build/…/moveoracle). The transfer of 0x1::coin, with its stores as objects and its events, needs
 * natives that libmovevm has not: it is held against libmovevm's transfer of the smaller coin. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "move/move.h"
#include "move/verify.h"
#include "state/state.h"

enum {
    MODULES_MAX = 256,
    OWN_MODULES = 3,
    TRANSACTIONS = 20000,
    PEER_TRANSACTIONS = 400,
    BATCH = 1000,
    REPEAT = 5
};

static const char FOLDER[] = "framework/blobs";

struct blob {
    struct bytes code;
    struct b32 address;
};

/* Seconds on a clock. */
static double read_clock(clockid_t which) {
    struct timespec t;
    clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double now(void) {
    return read_clock(CLOCK_MONOTONIC);
}

/* What has no peer in the same run is told in processor time: others may be at work. */
static double now_cpu(void) {
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static struct bytes read_file(const char *path) {
    struct buf b = {0};
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "bench_move_chain: %s cannot be read: run it from the project's folder\n",
                path);
        exit(2);
    }
    for (size_t n = 1; n > 0; b.n += n) n = fread(buf_room(&b, 1 << 16), 1, 1 << 16, f);
    fclose(f);
    return buf_bytes(&b);
}

static struct b32 address_of(struct bytes code) {
    struct mv_module *m;
    struct b32 address = {{0}};
    if (!mv_failed(mv_module_read(&m, code, MV_VERSION_MAX)) && !mv_failed(mv_check_bounds(m)))
        address = *mv_self_address(m);
    mv_module_free(m);
    return address;
}

static int by_address(const void *a, const void *b) {
    return memcmp(&((const struct blob *)a)->address, &((const struct blob *)b)->address, 32);
}

static uint32_t read_framework(struct blob *blobs) {
    uint32_t n = 0;
    DIR *d = opendir(FOLDER);
    if (!d) read_file(FOLDER);
    for (struct dirent *e; (e = readdir(d)) && n < MODULES_MAX;) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", FOLDER, e->d_name);
        if (!strstr(e->d_name, ".mv")) continue;
        blobs[n].code = read_file(path);
        blobs[n].address = address_of(blobs[n].code);
        n++;
    }
    closedir(d);
    qsort(blobs, n, sizeof *blobs, by_address);
    return n;
}

static struct mv_session *session(struct mv_vm *vm, struct st_journal *j) {
    return mv_session_new(
        &(struct mv_session_params){.vm = vm, .journal = j, .gas_limit = UINT64_MAX / 2});
}

static bool told(struct mv_session *s, const struct mv_outcome *out, const char *what, bool ok) {
    struct bytes t = mv_status_text(s, out);
    if (!ok) printf("%s: %.*s\n", what, (int)t.n, (const char *)t.p);
    return ok;
}

static bool publish(struct mv_vm *vm, struct st_journal *j, const struct blob *blobs, uint32_t n,
                    unsigned flags) {
    bool ok = true;
    for (uint32_t i = 0, k; i < n && ok; i = k) {
        struct bytes codes[MODULES_MAX];
        for (k = i; k < n && b32_eq(&blobs[k].address, &blobs[i].address); k++)
            codes[k - i] = blobs[k].code;
        struct mv_session *s = session(vm, j);
        struct mv_outcome out;
        ok = mv_publish(s, &blobs[i].address, codes, k - i, flags, &out);
        told(s, &out, "publishing", ok);
        mv_session_free(s);
    }
    return ok;
}

/* The framework into an empty world, verified; milliseconds of the best of REPEAT. */
static bool time_framework(const struct blob *blobs, uint32_t n) {
    double best = 1e9;
    size_t bytes = 0;
    for (uint32_t i = 0; i < n; i++) bytes += blobs[i].code.n;
    for (int r = 0; r < REPEAT; r++) {
        struct mv_vm *vm = mv_vm_new(NULL);
        struct st_journal *j = st_journal_new(NULL);
        st_begin_tx(j);
        double start = now_cpu();
        bool ok = publish(vm, j, blobs, n, MV_PUBLISH_GENESIS);
        double took = now_cpu() - start;
        st_end_tx(j, false);
        st_journal_free(j);
        mv_vm_free(vm);
        if (!ok) return false;
        if (took < best) best = took;
    }
    printf("%-34s %8.2f ms  (%u modules, %zu bytes: %.2f ms for 60 KB)\n",
           "publish the framework, verified", best * 1e3, n, bytes,
           best * 1e3 * 60 * 1024 / (double)bytes);
    return true;
}

static bool entry(struct mv_vm *vm, struct st_journal *j, const char *module, const char *function,
                  struct b32 signer, const struct bytes *args, uint32_t count) {
    struct mv_call call = {.module_address = {{[31] = 0x5e}},
                           .module_name = bytes_cstr(module),
                           .function_name = bytes_cstr(function),
                           .args = args,
                           .arg_count = count,
                           .signers = &signer,
                           .signer_count = 1};
    struct mv_session *s = session(vm, j);
    struct mv_outcome out;
    bool ok = told(s, &out, function, mv_run_entry(s, &call, &out));
    mv_session_free(s);
    return ok;
}

static const struct b32 alice = {{[31] = 0xa1}}, bob = {{[31] = 0xb0}};

/* Transactions of `function` with the number `n`; microseconds of the fastest, as of the peer. */
static double time_own(struct mv_vm *vm, struct st_journal *j, const char *function, uint64_t n,
                       int count) {
    struct bytes args[] = {BYTES_OF(alice), BYTES_OF(bob), BYTES_OF(n)};
    double best = 1e9;
    for (int i = 0; i < count; i++) {
        double start = now();
        if (!entry(vm, j, "bank", function, alice, args, COUNT_OF(args))) exit(1);
        double took = (now() - start) * 1e6;
        if (took < best) best = took;
    }
    return best;
}

/* The peer's fastest answer to many equal requests, in microseconds. */
static double time_peer(const char *oracle, const char *modules, const char *requests, int count) {
    char command[2048], line[4096];
    snprintf(command, sizeof command,
             "{ printf '%s' | sed -n '1,2p'; i=0; while [ $i -lt %d ]; do printf '%s' | sed -n 3p; "
             "i=$((i+1)); done; } | %s --gas 100000000000 %s 2>&1",
             requests, count, requests, oracle, modules);
    FILE *f = popen(command, "r");
    double best = -1;
    for (int i = 0; f && fgets(line, sizeof line, f); i++) {
        const char *at = strstr(line, "\"ok\":true") ? strstr(line, "\"us\":") : NULL;
        double us = at ? strtod(at + 5, NULL) : -1;
        if (i >= 2 && us > 0 && (best < 0 || us < best)) best = us;
    }
    if (f) pclose(f);
    return best;
}

static void show(const char *what, double own, double peer) {
    printf("%-34s %8.2f us", what, own);
    if (peer > 0)
        printf("  libmovevm %10.2f us %8.1fx\n", peer, peer / own);
    else
        printf("  libmovevm: not there\n");
}

static void put_hex(char *out, const void *p, size_t n) {
    for (size_t i = 0; i < n; i++) sprintf(out + 2 * i, "%02x", ((const uint8_t *)p)[i]);
}

static double peer_transfers(const char *oracle, const char *modules, const char *function,
                             uint64_t n, int count) {
    char requests[1024], a[65], b[65], amount[17];
    put_hex(a, &alice, 32);
    put_hex(b, &bob, 32);
    put_hex(amount, &n, 8);
    snprintf(requests, sizeof requests,
             "entry 0xa1 0x5e::bank::open 00e40b5402000000\\nentry 0xb0 0x5e::bank::open "
             "00e40b5402000000\\nentry 0xa1 0x5e::bank::%s %s %s %s\\n",
             function, a, b, amount);
    return time_peer(oracle, modules, requests, count);
}

/* ---- A table */

static void time_table(struct mv_vm *vm, struct st_journal *j, const char *oracle,
                       const char *modules) {
    uint64_t n = BATCH;
    struct bytes args[] = {BYTES_OF(alice), BYTES_OF(n)};
    double best = 1e9;
    if (!entry(vm, j, "book", "open", alice, NULL, 0)) exit(1);
    for (int i = 0; i < 200; i++) {
        double start = now();
        if (!entry(vm, j, "book", "turns", alice, args, COUNT_OF(args))) exit(1);
        double took = (now() - start) * 1e6;
        if (took < best) best = took;
    }
    char requests[512], a[65], digits[17];
    put_hex(a, &alice, 32);
    put_hex(digits, &n, 8);
    snprintf(requests, sizeof requests,
             "entry 0xa1 0x5e::book::open\\nentry 0xa1 0x5e::book::turns %s %s\\nentry 0xa1 "
             "0x5e::book::turns %s %s\\n",
             a, digits, a, digits);
    show("1,000 turns over a table of 256", best,
         oracle ? time_peer(oracle, modules, requests, 20) : -1);
}

/* ---- The coin of the framework */

static struct mv_call framework_call(const char *module, const char *function,
                                     const struct bytes *args, uint32_t count) {
    return (struct mv_call){.module_address = {{[31] = 1}},
                            .module_name = bytes_cstr(module),
                            .function_name = bytes_cstr(function),
                            .args = args,
                            .arg_count = count};
}

/* Genesis, with all coins at the first account. */
static bool begin_world(struct mv_vm *vm, struct st_journal *j) {
    static const struct b32 framework = {{[31] = 1}};
    uint8_t chain = 4;
    uint64_t coins = 1000000000000000;
    struct bytes args[] = {BYTES_OF(chain), BYTES_OF(alice), BYTES_OF(coins)};
    struct mv_call call = framework_call("genesis", "initialize", args, COUNT_OF(args));
    struct mv_outcome out;
    call.signers = &framework;
    call.signer_count = 1;
    struct mv_session *s = session(vm, j);
    bool ok = told(s, &out, "genesis", mv_run_system(s, &call, &out));
    mv_session_free(s);
    return ok;
}

/* 0x1::aptos_account::transfer, as wallets send it; microseconds of the fastest. */
static double time_coin(struct mv_vm *vm, struct st_journal *j) {
    uint64_t amount = 1;
    struct bytes args[] = {BYTES_OF(bob), BYTES_OF(amount)};
    struct mv_call call = framework_call("aptos_account", "transfer", args, COUNT_OF(args));
    double best = 1e9;
    call.signers = &alice;
    call.signer_count = 1;
    for (int i = 0; i < TRANSACTIONS; i++) {
        struct mv_outcome out;
        double start = now();
        struct mv_session *s = session(vm, j);
        if (!told(s, &out, "transfer", mv_run_entry(s, &call, &out))) exit(1);
        mv_session_free(s);
        double took = (now() - start) * 1e6;
        if (took < best) best = took;
    }
    return best;
}

static void time_loop(struct mv_vm *vm, struct st_journal *j, const char *oracle,
                      const char *modules, const char *function) {
    enum { N = 6400 };
    uint64_t n = N;
    struct bytes arg = BYTES_OF(n);
    struct mv_call call = {.module_address = {{[31] = 0x5e}},
                           .module_name = BYTES_LIT("shapes"),
                           .function_name = bytes_cstr(function),
                           .args = &arg,
                           .arg_count = 1};
    double best = 1e9;
    for (int r = 0; r < 20; r++) {
        struct mv_session *s = session(vm, j);
        struct mv_outcome out;
        double start = now();
        if (!told(s, &out, function, mv_run_function(s, &call, &out))) exit(1);
        double took = (now() - start) * 1e6;
        mv_session_free(s);
        if (took < best) best = took;
    }
    char requests[256], digits[17];
    put_hex(digits, &n, 8);
    snprintf(requests, sizeof requests,
             "view 0x5e::shapes::%s %s\\nview 0x5e::shapes::%s %s\\nview 0x5e::shapes::%s %s\\n",
             function, digits, function, digits, function, digits);
    char what[64];
    snprintf(what, sizeof what, "%s, %d turns", function, N);
    show(what, best, oracle ? time_peer(oracle, modules, requests, 3) : -1);
}

int main(int argc, char **argv) {
    static struct blob blobs[MODULES_MAX];
    uint32_t n = read_framework(blobs);
    if (!time_framework(blobs, n)) return 1;
    if (argc < 1 + OWN_MODULES) return 0;
    struct mv_vm *vm = mv_vm_new(NULL);
    struct st_journal *j = st_journal_new(NULL);
    st_begin_tx(j);
    if (!publish(vm, j, blobs, n, MV_PUBLISH_GENESIS)) return 1;
    struct blob own[OWN_MODULES];
    for (int i = 0; i < OWN_MODULES; i++) {
        own[i].code = read_file(argv[1 + i]);
        own[i].address = address_of(own[i].code);
    }
    if (!publish(vm, j, own, OWN_MODULES, 0) || !begin_world(vm, j)) return 1;
    uint64_t amount = 10000000000;
    struct bytes arg = BYTES_OF(amount);
    if (!entry(vm, j, "bank", "open", alice, &arg, 1) ||
        !entry(vm, j, "bank", "open", bob, &arg, 1))
        return 1;

    char self[512] = {0}, oracle[600], modules[2048];
    char *slash = readlink("/proc/self/exe", self, sizeof self - 1) > 0 ? strrchr(self, '/') : NULL;
    if (slash) *slash = 0;
    snprintf(oracle, sizeof oracle, "%s/moveoracle", self);
    snprintf(modules, sizeof modules, "%s %s %s %s/vector.mv %s/table.mv", argv[1], argv[2],
             argv[3], FOLDER, FOLDER);
    const char *peer = access(oracle, X_OK) == 0 ? oracle : NULL;
    double small = peer ? peer_transfers(peer, modules, "transfer", 1, PEER_TRANSACTIONS) : -1;
    show("a transfer, with its session", time_own(vm, j, "transfer", 1, TRANSACTIONS), small);
    show("0x1::coin's, beside the small coin", time_coin(vm, j), small);
    show("1,000 transfers in one transaction", time_own(vm, j, "transfers", BATCH, 200),
         peer ? peer_transfers(peer, modules, "transfers", BATCH, 20) : -1);
    time_table(vm, j, peer, modules);
    time_loop(vm, j, peer, modules, "generics");
    time_loop(vm, j, peer, modules, "sorting");
    st_end_tx(j, false);
    st_journal_free(j);
    mv_vm_free(vm);
    return 0;
}
