/* The EVM beside the crate revm, in turns: on the inputs that evmone, revm and geth measure
 * themselves by (ipsilon/evm-benchmarks, ../shared/vectors/evm-benchmarks), and on transfers of an
 * ERC-20 token.
 *
 *     bench_evm [--peer LIBRARY] [--token FILE] [--seconds S] [--only TEXT] [FOLDER]
 *
 * An input is a transaction whose sender is known, checked, run and undone (the peer: its changes
 * dropped), with accounts and code in memory and the code analysed. A token round is 1,000 of them,
 * from 1,000 senders to 1,000 receivers, whose changes stay. Each figure is the median, in
 * processor time, of the turns of S seconds (default 1), each turn at least a millisecond of ours
 * and then of the peer's; the ratio is the median of the turns' ratios. Gas must be equal. */
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <time.h>

#include "codec/codec.h"
#include "evm/code.h"
#include "evm/evm.h"
#include "evm_peer.h"

enum { TURNS_MAX = 20000, HOLDERS = 1000, TX_GAS = 1000000000, HOLDER_GAS = 100000 };
/* Runs of JUMPDESTs cost us next to nothing; without a cap they would hide the rest. */
static const double RATIO_CAP = 10;
static const uint64_t RICH = (uint64_t)1 << 62;
static const struct b20 target = {.b = {0xbe, [19] = 1}}, owner = {.b = {0xca}};

struct bench {
    struct st_journal *j;
    struct evm_machine *m;
    struct evm_env env;
    struct arena arena;
    struct evm_tx *txs;
    size_t tx_count;
    uint64_t gas_used;
    struct b20 created;
    bool keep;

    const struct peer *peer; /* NULL: none */
    void *theirs;

    double seconds;
    const char *only;
    double log_sum, least; /* of the ratios */
    double capped_log_sum; /* none counted for more than RATIO_CAP */
    unsigned ratios, failures;
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

/* ---- Worlds */

static void open_world(struct bench *b, enum evm_fork fork) {
    b->j = st_journal_new(NULL);
    b->tx_count = 0;
    b->env = (struct evm_env){
        .fork = fork,
        .chain_id = 1,
        .block = {.number = 1, .timestamp = 1, .gas_limit = TX_GAS, .base_fee = u256_from_u64(1)},
        .journal = b->j,
        .machine = b->m};
    if (b->peer) b->theirs = b->peer->open(evm_fork_name(fork));
}

static void close_world(struct bench *b) {
    st_journal_free(b->j);
    if (b->peer) b->peer->close(b->theirs);
}

static void add_account(struct bench *b, const struct b20 *address, struct bytes code) {
    struct st_account *a = st_account(b->j, address);
    struct u256 balance = u256_from_u64(RICH);
    st_set_balance(b->j, a, &balance);
    if (code.n) st_set_code(b->j, a, st_code_new(code));
    if (b->peer) b->peer->account(b->theirs, address->b, RICH, code.p, code.n);
}

/* `to` NULL: a creation. */
static void add_tx(struct bench *b, const struct b20 *from, const struct b20 *to, struct bytes data,
                   uint64_t nonce, uint64_t gas) {
    struct evm_tx t = {.nonce = nonce,
                       .max_priority_fee = u256_from_u64(1),
                       .max_fee = u256_from_u64(1),
                       .gas_limit = gas,
                       .is_create = !to,
                       .data = data,
                       .sender = *from};
    if (to) t.to = *to;
    b->txs[b->tx_count++] = t;
    if (!b->peer) return;
    struct peer_tx p = {.is_create = !to,
                        .nonce = nonce,
                        .gas_limit = gas,
                        .gas_price = 1,
                        .data = data.p,
                        .data_size = data.n};
    memcpy(p.from, from->b, 20);
    if (to) memcpy(p.to, to->b, 20);
    b->peer->add(b->theirs, &p);
}

static void clear_txs(struct bench *b) {
    b->tx_count = 0;
    if (b->peer) b->peer->clear(b->theirs);
}

/* Runs the prepared transactions; returns how many succeeded. What revm_bench_run() does. */
static size_t run_ours(struct bench *b) {
    size_t succeeded = 0;
    b->gas_used = 0;
    for (size_t i = 0; i < b->tx_count; i++) {
        struct evm_tx *t = &b->txs[i];
        struct evm_tx_plan plan;
        struct evm_result r;
        struct evm_receipt receipt;
        st_begin_tx(b->j);
        st_mark mark = st_savepoint(b->j);
        if (evm_tx_check(&b->env, t, 0, &plan) == EVM_TX_OK) {
            evm_tx_execute(&b->env, t, &plan, &r, &receipt);
            b->gas_used += receipt.gas_used;
            succeeded += r.status == EVM_SUCCESS;
            if (r.is_create) b->created = r.created;
        }
        if (b->keep)
            t->nonce++;
        else
            st_revert(b->j, mark);
        st_end_tx(b->j, true);
    }
    return succeeded;
}

/* Runs them on both sides, untimed; all must succeed and cost the same. */
static void run_both(struct bench *b, const char *what) {
    size_t ours = run_ours(b), theirs = b->peer ? b->peer->run(b->theirs, b->keep) : ours;
    uint64_t their_gas = b->peer ? b->peer->gas_used(b->theirs) : b->gas_used;
    if (ours == theirs && their_gas == b->gas_used) return;
    b->failures++;
    printf("%s: DIFFERS: %zu succeeded with %llu gas, of the peer's %zu with %llu\n", what, ours,
           (unsigned long long)b->gas_used, theirs, (unsigned long long)their_gas);
}

/* ---- Measuring */

static double time_ours(struct bench *b, unsigned repeat) {
    double start = now_us();
    for (unsigned i = 0; i < repeat; i++) run_ours(b);
    return (now_us() - start) / repeat;
}

static double time_theirs(struct bench *b, unsigned repeat) {
    double start = now_us();
    for (unsigned i = 0; i < repeat; i++) b->peer->run(b->theirs, b->keep);
    return (now_us() - start) / repeat;
}

static unsigned repeats(double us) {
    return us < 1000 ? (unsigned)(1000 / us) + 1 : 1;
}

/* `per`: what one run of the prepared transactions counts for. */
static void measure(struct bench *b, const char *name, double per) {
    static double ours[TURNS_MAX], theirs[TURNS_MAX], ratio[TURNS_MAX];
    if (b->only && !strstr(name, b->only)) return;
    run_both(b, name);
    unsigned our_repeat = repeats(time_ours(b, 3)), n = 0,
             their_repeat = b->peer ? repeats(time_theirs(b, 3)) : 0;
    for (double end = now_us() + b->seconds * 1e6; n < TURNS_MAX && (now_us() < end || n < 3);
         n++) {
        ours[n] = time_ours(b, our_repeat) / per;
        if (!b->peer) continue;
        theirs[n] = time_theirs(b, their_repeat) / per;
        ratio[n] = theirs[n] / ours[n];
    }
    printf("%-44s %10.2f", name, median(ours, n));
    if (b->peer) {
        double r = median(ratio, n);
        printf(" %10.2f %7.2f", median(theirs, n), r);
        b->log_sum += log(r);
        b->capped_log_sum += log(r < RATIO_CAP ? r : RATIO_CAP);
        if (!b->ratios++ || r < b->least) b->least = r;
    }
    printf(" %9.0f\n", (double)b->gas_used / per / ours[0]);
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
            open_world(b, EVM_LONDON);
            add_account(b, &owner, (struct bytes){NULL, 0});
            add_account(b, &target, code);
            add_tx(b, &owner, &target, unhex(b, json_string_value(json_array_get(data, i))), 0,
                   TX_GAS);
            b->keep = false;
            measure(b, full, 1);
            close_world(b);
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

/* ---- The token */

static struct b20 holder(unsigned i) {
    struct b20 a = {.b = {0xaa}};
    store_be64(a.b + 12, i * 0x9e3779b97f4a7c15u);
    return a;
}

/* transfer(address,uint256) */
static struct bytes transfer_data(struct bench *b, struct b20 to, uint64_t amount) {
    uint8_t *p = arena_zalloc(&b->arena, 68, 1);
    store_be32(p, 0xa9059cbb);
    memcpy(p + 16, to.b, 20);
    store_be64(p + 60, amount);
    return bytes_make(p, 68);
}

static void run_token(struct bench *b, const char *path) {
    FILE *file = fopen(path, "r");
    static char text[100000];
    size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file) fclose(file);
    if (!n) {
        printf("token: skipped, its creation code is not at %s\n", path);
        return;
    }
    text[n] = 0;
    open_world(b, EVM_OSAKA);
    b->keep = true;
    add_account(b, &owner, (struct bytes){NULL, 0});
    struct b20 *holders = ARENA_ARRAY(&b->arena, struct b20, HOLDERS);
    for (unsigned i = 0; i < HOLDERS; i++) {
        holders[i] = holder(i);
        add_account(b, &holders[i], (struct bytes){NULL, 0});
    }
    add_tx(b, &owner, NULL, unhex(b, text), 0, 5000000);
    run_both(b, "token creation");
    clear_txs(b);
    struct b20 token = b->created;
    uint8_t their_token[20];
    if (b->peer) {
        b->peer->created(b->theirs, their_token);
        if (memcmp(their_token, token.b, 20) != 0) abort();
    }
    for (unsigned i = 0; i < HOLDERS; i++)
        add_tx(b, &owner, &token, transfer_data(b, holders[i], 1000000000), i + 1, HOLDER_GAS);
    run_both(b, "token distribution");
    clear_txs(b);
    for (unsigned i = 0; i < HOLDERS; i++)
        add_tx(b, &holders[i], &token, transfer_data(b, holders[(i * 7 + 1) % HOLDERS], 1), 0,
               HOLDER_GAS);
    measure(b, "token/transfer", HOLDERS);
    close_world(b);
}

/* ---- Memory */

static double resident_bytes(void) {
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%ld %ld", &pages, &resident) != 2) resident = 0;
    if (f) fclose(f);
    return (double)resident * 4096;
}

/* What the journal holds for each account and slot that was read, maps included. */
static void report_memory(void) {
    enum { N = 400000 };
    struct st_journal *j = st_journal_new(NULL);
    double start = resident_bytes();
    for (unsigned i = 0; i < N; i++) {
        struct b20 address = holder(i);
        st_account(j, &address);
    }
    double accounts = resident_bytes();
    struct st_account *a = st_account(j, &owner);
    for (unsigned i = 0; i < N; i++) {
        struct u256 key = {{i, i * 0x9e3779b97f4a7c15u, i, i}};
        st_slot(j, a, &key);
    }
    double slots = resident_bytes();
    printf("memory of the journal: %.0f bytes for each account, %.0f for each slot\n",
           (accounts - start) / N, (slots - accounts) / N);
    st_journal_free(j);
}

int main(int argc, char **argv) {
    const char *base = "../shared/vectors/evm-benchmarks/benchmarks", *token = NULL;
    struct bench b = {.m = evm_machine_new(), .seconds = 1};
    struct peer peer;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--seconds") && i + 1 < argc) {
            b.seconds = atof(argv[++i]);
        } else if (!strcmp(argv[i], "--only") && i + 1 < argc) {
            b.only = argv[++i];
        } else if (!strcmp(argv[i], "--token") && i + 1 < argc) {
            token = argv[++i];
        } else if (!strcmp(argv[i], "--peer") && i + 1 < argc) {
            peer = peer_load(argv[++i]);
            b.peer = &peer;
        } else {
            base = argv[i];
        }
    }
    arena_init(&b.arena, 0);
    b.txs = xcalloc(HOLDERS, sizeof *b.txs);
    if (b.peer)
        printf("%-44s %10s %10s %7s %9s\n", "input", "tern µs", "revm µs", "ratio", "gas/µs");
    else
        printf("%-44s %10s %9s\n", "input", "tern µs", "gas/µs");
    run_folder(&b, base, "main");
    run_folder(&b, base, "micro");
    if (token) run_token(&b, token);
    if (b.ratios)
        printf("revm/tern over %u inputs: geometric mean %.2f (%.2f with none above %.0f), least "
               "%.2f\n",
               b.ratios, exp(b.log_sum / b.ratios), exp(b.capped_log_sum / b.ratios), RATIO_CAP,
               b.least);
    report_memory();
    arena_free(&b.arena);
    free(b.txs);
    evm_machine_free(b.m);
    return b.failures ? EXIT_FAILURE : EXIT_SUCCESS;
}
