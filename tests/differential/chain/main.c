/* chain_diff: random call trees over the three machines (tree.h), in the chain's own execution and
 * in a naive model (model.h).
 *
 *   chain_diff [--cases N | --seconds N] [--seed N] [--keep-going] [--folder PROJECT] [FILE]…
 *
 * Stops at the first difference, which it makes as small as it can and prints; the line of digits
 * under it is the case as a file has it. Files come first: cases that differed once, in corpus/. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "differential/chain/world.h"

static const char usage[] =
    "chain_diff [--cases N | --seconds N] [--seed N] [--keep-going] [--folder PROJECT] [FILE]…\n";

struct options {
    uint64_t cases, seed;
    time_t end; /* 0: none */
    bool keep_going;
    const char *folder;
    char **files;
    int file_count;
};

struct bench {
    struct ct_world world;
    struct cm_model model;
    struct cm_coverage coverage;
    struct arena trees, arena;
    uint64_t cases, txs, nodes, lacked_gas, differences;
};

static bool parse(int argc, char **argv, struct options *o) {
    *o = (struct options){.cases = 20000, .seed = 1, .folder = "."};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (!strcmp(argv[i], "--keep-going")) {
            o->keep_going = true;
            continue;
        }
        if (argv[i][0] != '-') {
            o->files = argv + i;
            o->file_count = argc - i;
            return true;
        }
        if (!value) return false;
        if (!strcmp(argv[i], "--cases"))
            o->cases = strtoull(value, NULL, 10);
        else if (!strcmp(argv[i], "--seed"))
            o->seed = strtoull(value, NULL, 10);
        else if (!strcmp(argv[i], "--folder"))
            o->folder = value;
        else if (!strcmp(argv[i], "--seconds")) {
            o->end = time(NULL) + atol(value);
            o->cases = UINT64_MAX;
        } else
            return false;
        i++;
    }
    return true;
}

/* ---- A difference */

static enum ct_verdict judge(struct bench *b, const struct ct_case *c, const char **text) {
    arena_reset(&b->arena);
    b->model.arena = &b->arena;
    return ct_compare(&b->world, &b->model, c, &b->arena, text);
}

static bool still_differs(void *ctx, const struct ct_case *c) {
    const char *text;
    return judge(ctx, c, &text) == CT_DIFFER;
}

static void report(struct bench *b, const char *what, struct ct_case *c) {
    struct cm_coverage counted = b->coverage;
    const char *text = NULL;
    struct buf out = {0};
    ct_shrink(c, still_differs, b);
    judge(b, c, &text);
    b->coverage = counted;
    printf("%s: %s\n", what, text);
    for (uint32_t i = 0; i < c->tx_count; i++) {
        struct ct_node root = *c->roots[i];
        root.next = NULL;
        ct_print(&out, &root, 1);
    }
    ct_put_case(&out, c);
    fwrite(out.p, 1, out.n, stdout);
    fflush(stdout);
    buf_free(&out);
}

/* ---- The run */

static const struct ct_mix MIX = {
    .value = true,
    .sync = {{true, true, true}, {true, true, true}, {true, true, true}},
    .views = {true, false, true},
    .roots = {true, true, true},
};

/* False: it differs. */
static bool try_case(struct bench *b, const char *what, struct ct_case *c) {
    const char *text;
    b->cases++;
    b->txs += c->tx_count;
    for (uint32_t k = 0; k < c->tx_count; k++) b->nodes += ct_count(c->roots[k]->first);
    enum ct_verdict v = judge(b, c, &text);
    b->lacked_gas += v == CT_LACKED_GAS;
    if (v != CT_DIFFER) return true;
    b->differences++;
    report(b, what, c);
    return false;
}

static bool try_file(struct bench *b, const char *path) {
    struct buf text = {0};
    struct ct_case c;
    FILE *f = fopen(path, "rb");
    for (size_t n = 1; f && n > 0; text.n += n) n = fread(buf_room(&text, 1 << 16), 1, 1 << 16, f);
    if (f) fclose(f);
    arena_reset(&b->trees);
    bool ok = f && ct_read_case(buf_bytes(&text), &b->trees, &c);
    buf_free(&text);
    if (ok) return try_case(b, path, &c);
    printf("%s is no case\n", path);
    b->differences++;
    return false;
}

static void run(struct bench *b, const struct options *o) {
    for (int i = 0; i < o->file_count; i++)
        if (!try_file(b, o->files[i]) && !o->keep_going) return;
    for (uint64_t i = 0; i < o->cases && !(o->end && time(NULL) >= o->end); i++) {
        struct ct_case c;
        char what[40];
        snprintf(what, sizeof what, "seed %llu", (unsigned long long)(o->seed + i));
        arena_reset(&b->trees);
        ct_generate(o->seed + i, &MIX, &b->world.actors, &b->trees, &c);
        if (!try_case(b, what, &c) && !o->keep_going) return;
    }
}

static void print_edges(const char *what, const uint64_t all[3][3], const uint64_t failed[3][3]) {
    static const char *const vms[] = {"evm", "move", "svm"};
    printf("%s:", what);
    for (int from = 0; from < 3; from++)
        for (int to = 0; to < 3; to++)
            if (all[from][to])
                printf("  %s > %s %llu (%llu failed)", vms[from], vms[to],
                       (unsigned long long)all[from][to], (unsigned long long)failed[from][to]);
    printf("\n");
}

static void print_counts(const struct bench *b) {
    const struct cm_coverage *c = &b->coverage;
    print_edges("calls", c->crossings, c->failed);
    print_edges("messages", c->messages, c->messages_failed);
    printf("nested:");
    for (int i = 1; i < 16; i++)
        if (c->depths[i]) printf("  %d deep %llu", i, (unsigned long long)c->depths[i]);
    printf("\nfailed calls:");
    for (int i = 1; i < 16; i++)
        if (c->reasons[i])
            printf("  %s %llu", xvm_failure_name((enum xvm_failure)i),
                   (unsigned long long)c->reasons[i]);
    printf("\n%llu frames, %llu undone, %llu payments; %llu nodes in %llu transactions, %llu cases "
           "short of gas\n",
           (unsigned long long)c->frames, (unsigned long long)c->restores,
           (unsigned long long)c->paid, (unsigned long long)b->nodes, (unsigned long long)b->txs,
           (unsigned long long)b->lacked_gas);
    printf("%llu cases compared with the model: %llu differences\n", (unsigned long long)b->cases,
           (unsigned long long)b->differences);
}

int main(int argc, char **argv) {
    static struct bench b;
    struct options o;
    if (!parse(argc, argv, &o)) {
        fputs(usage, stderr);
        return 2;
    }
    log_set_level(LOG_ERROR);
    arena_init(&b.trees, 0);
    arena_init(&b.arena, 0);
    if (!ct_world_open(&b.world, o.folder)) return 2;
    b.model = (struct cm_model){.actors = &b.world.actors,
                                .world = xcalloc(1, sizeof *b.model.world),
                                .coverage = &b.coverage};
    run(&b, &o);
    print_counts(&b);
    ct_world_close(&b.world);
    free(b.model.world);
    arena_free(&b.trees);
    arena_free(&b.arena);
    return b.differences ? 1 : 0;
}
