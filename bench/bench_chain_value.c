/* What it costs to move value between two accounts of the same or of two machines (cross/value.c),
 * beside the framework's own functions in Move; and what a seal costs that counts the money of
 * many changed accounts.
 *
 *   bench_chain_value [N]      N: transfers to accounts of their own in one block (20000) */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "chain/internal.h"
#include "cross/internal.h"
#include "move/native_asset.h"

enum { MACHINES = 3, BATCH = 500, BATCHES = 40 };

static const char *const names[MACHINES] = {"EVM", "Move", "SVM"};

static double now_s(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static _Noreturn void die(const char *what) {
    fprintf(stderr, "bench_chain_value: %s\n", what);
    exit(1);
}

struct world {
    struct chain *chain;
    struct chain_reader *reader;
    struct chain_block head;
    struct chain_exec exec;
    struct evm_env env;
    struct xvm_tx tx;
    struct xvm_actor rich[MACHINES], other[MACHINES];
};

static void move(struct world *w, const struct xvm_actor *from, const struct xvm_actor *to,
                 uint64_t units) {
    struct xvm_run run = {0};
    struct u256 wei = u256_from_u64(units), unit = u256_from_u64(CHAIN_WEI_PER_UNIT);
    u256_mul(&wei, &wei, &unit);
    if (!xvm_value_move(&w->tx, from, to, &wei, &run)) die("the value does not move");
}

static void open_world(struct world *w) {
    static const struct b32 root = {{0x12}};
    static const struct b20 dev = {{0xf3, 0x9f, 0xd6, 0xe5, 0x1a, 0xad, 0x88, 0xf6, 0xf4, 0xce,
                                    0x6a, 0xb8, 0x82, 0x72, 0x79, 0xcf, 0xff, 0xb9, 0x22, 0x66}};
    if (err_is(chain_open(&w->chain, &(struct chain_options){.block_time_ms = 0})) ||
        err_is(chain_reader_open(w->chain, ST_LATEST, &w->reader)))
        die("the chain does not open");
    chain_reader_exec(w->reader, &w->head, &w->exec);
    st_begin_tx(w->exec.journal);
    chain_exec_env(&w->exec, &w->env);
    chain_begin_xvm(&w->exec, &w->tx, &w->env, ST_VM_EVM, &root);
    w->rich[ST_VM_EVM] = w->tx.root_sender = xvm_evm_actor(&dev);
    xvm_begin(&w->tx);
    xvm_svm_bank(&w->tx);
    struct b32 lamports = chain_solana_faucet_key(w->chain);
    w->rich[ST_VM_MOVE] = xvm_wide_actor(ST_VM_MOVE, &w->chain->faucet_address);
    w->rich[ST_VM_SVM] = xvm_wide_actor(ST_VM_SVM, &lamports);
    for (int vm = 0; vm < MACHINES; vm++) {
        w->other[vm] = (struct xvm_actor){.vm = (uint8_t)vm, .bytes = {0x5e, [19] = 0xaa}};
        move(w, &w->rich[ST_VM_EVM], &w->other[vm], 1000000000);
    }
}

static double best_of_moves(struct world *w, int from, int to) {
    double best = 1e9;
    for (int b = 0; b < BATCHES; b++) {
        st_mark mark = st_savepoint(w->exec.journal);
        double start = now_s();
        for (int i = 0; i < BATCH; i++) move(w, &w->rich[from], &w->other[to], 1);
        double took = now_s() - start;
        st_revert(w->exec.journal, mark);
        if (took < best) best = took;
    }
    return best / BATCH * 1e9;
}

static void run_framework(struct world *w, const char *function) {
    struct b32 account = xvm_actor_b32(&w->other[ST_VM_MOVE]);
    uint64_t octas = 1;
    struct bytes args[] = {BYTES_OF(account), BYTES_OF(octas)};
    struct mv_call call = {.module_address = {{[31] = 1}},
                           .module_name = BYTES_LIT("aptos_account"),
                           .function_name = bytes_cstr(function),
                           .args = args,
                           .arg_count = 2};
    struct mv_outcome out;
    struct mv_session *s =
        mv_session_new(&(struct mv_session_params){.vm = w->chain->move_vm,
                                                   .journal = w->exec.journal,
                                                   .block = chain_move_block(&w->exec),
                                                   .gas_limit = UINT64_MAX / 2});
    if (!mv_run_system(s, &call, &out)) die("the framework's function fails");
    mv_session_free(s);
}

static double best_of_framework(struct world *w, const char *function) {
    double best = 1e9;
    for (int b = 0; b < BATCHES; b++) {
        st_mark mark = st_savepoint(w->exec.journal);
        double start = now_s();
        for (int i = 0; i < BATCH; i++) run_framework(w, function);
        double took = now_s() - start;
        st_revert(w->exec.journal, mark);
        if (took < best) best = took;
    }
    return best / BATCH * 1e9;
}

/* The seal itself, with N changed accounts: amending the state is a seal without transactions. */
static void measure_seal(struct world *w, size_t n) {
    struct chain_amendment *list = xcalloc(n, sizeof *list);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < n; i++) {
            list[i] = (struct chain_amendment){.kind = CHAIN_AMEND_BALANCE,
                                               .value = u256_from_u64(1 + i + (uint64_t)round)};
            store_be64(list[i].address.b + 8, (i + 1) * 0x9e3779b97f4a7c15u);
        }
        double start = now_s();
        if (err_is(chain_amend(w->chain, list, n))) die("the state cannot be amended");
        printf("seal of %zu balances, round %d     %8.1f ms\n", n, round + 1,
               (now_s() - start) * 1e3);
    }
    free(list);
}

/* The same of stores in Move, which are looked into. */
static void measure_move_seal(struct world *w, size_t n) {
    static const uint8_t group[] =
        "\7\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"
        "\6object\13ObjectGroup";
    enum { KEY_BYTES = 32 + sizeof group };
    struct chain_amendment *list = xcalloc(n, sizeof *list);
    uint8_t *keys = xcalloc(n, KEY_BYTES), *values;
    struct b32 store = mv_native_store(&w->chain->faucet_address);
    struct bytes stored;
    uint8_t key[KEY_BYTES];
    memcpy(key, &store, 32);
    memcpy(key + 32, group, sizeof group);
    if (!st_get(w->exec.journal, ST_MOVE_GROUP, BYTES_OF(key), &stored)) die("no store");
    values = xcalloc(n, stored.n);
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < n; i++) {
            uint8_t *k = keys + i * KEY_BYTES, *v = values + i * stored.n;
            memcpy(k, key, sizeof key);
            store_be64(k, (i + 1) * 0x9e3779b97f4a7c15u);
            memcpy(v, stored.p, stored.n);
            v[stored.n - 1] ^= (uint8_t)(round + 1);
            list[i] = (struct chain_amendment){.kind = CHAIN_AMEND_ITEM,
                                               .domain = ST_MOVE_GROUP,
                                               .item_key = bytes_make(k, KEY_BYTES),
                                               .data = bytes_make(v, stored.n)};
        }
        double start = now_s();
        if (err_is(chain_amend(w->chain, list, n))) die("the state cannot be amended");
        printf("seal of %zu Move stores, round %d  %8.1f ms\n", n, round + 1,
               (now_s() - start) * 1e3);
    }
    free(values);
    free(keys);
    free(list);
}

int main(int argc, char **argv) {
    struct world w = {0};
    open_world(&w);
    for (int from = 0; from < MACHINES; from++)
        for (int to = 0; to < MACHINES; to++)
            printf("value %-4s to %-4s                  %8.0f ns\n", names[from], names[to],
                   best_of_moves(&w, from, to));
    printf("aptos_account::leave, by Move       %8.0f ns\n", best_of_framework(&w, "leave"));
    printf("aptos_account::arrive, by Move      %8.0f ns\n", best_of_framework(&w, "arrive"));
    st_end_tx(w.exec.journal, true);
    size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000;
    measure_seal(&w, n);
    measure_move_seal(&w, n);
    chain_reader_close(w.reader);
    chain_close(w.chain);
    return 0;
}
