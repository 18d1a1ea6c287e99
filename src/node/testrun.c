#include "node/testrun.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "node/options.h"

enum { JOBS_MAX = 64 };

/* ---- Reports ---- */

static struct test_count *count_of(struct test_count **counts, size_t *n, const char *label) {
    for (size_t i = 0; i < *n; i++)
        if (!strcmp((*counts)[i].label, label)) return &(*counts)[i];
    *counts = xrealloc(*counts, (*n + 1) * sizeof **counts);
    struct test_count *c = &(*counts)[(*n)++];
    *c = (struct test_count){0};
    snprintf(c->label, sizeof c->label, "%s", label);
    return c;
}

bool test_wanted(const struct test_run *r, const char *path, const char *name, const char *fork,
                 struct test_report *out) {
    if (r->fork && strcmp(r->fork, fork) != 0) return false;
    if (r->has_pattern && regexec(&r->pattern, name, 0, NULL, 0) != 0) return false;
    if (!r->skip || !strstr(path, r->skip)) return true;
    out->skipped++;
    return false;
}

void test_skip(struct test_report *out) {
    out->skipped++;
}

void test_put(const struct test_run *r, const char *path, const struct test_result *t,
              struct test_report *out) {
    struct test_count *c = count_of(&out->counts, &out->count, t->fork);
    struct buf *b = &out->entries;
    if (t->pass)
        c->passed++;
    else
        c->failed++;
    buf_puts(b, "  {\n    \"name\": ");
    put_json_text(b, t->name);
    buf_printf(b, ",\n    \"pass\": %s", t->pass ? "true" : "false");
    if (t->root) {
        buf_puts(b, ",\n    \"stateRoot\": \"");
        hex_put(b, BYTES_OF(*t->root));
        buf_puts(b, "\"");
    }
    buf_puts(b, ",\n    \"fork\": ");
    put_json_text(b, t->fork);
    if (t->error[0]) {
        buf_puts(b, ",\n    \"error\": ");
        put_json_text(b, t->error);
    }
    buf_puts(b, "\n  },\n");
    if (!t->pass && r->failures)
        buf_printf(&out->failures, "%s\t%s\t%s\t%s\t%s\n", path, t->name, t->fork, t->place,
                   t->error);
}

void test_bad_file(const struct test_run *r, const char *path, const char *why,
                   struct test_report *out) {
    fprintf(stderr, "tern %s: %s: %s\n", r->command, path, why);
    count_of(&out->counts, &out->count, "unreadable")->failed++;
    buf_printf(&out->failures, "%s\t-\t-\t-\t%s\n", path, why);
}

static void free_report(struct test_report *p) {
    buf_free(&p->entries);
    buf_free(&p->failures);
    free(p->counts);
    *p = (struct test_report){0};
}

/* ---- Running ---- */

static void run_file(const struct test_run *r, struct evm_machine *m, const char *path,
                     struct test_report *out) {
    struct buf text = {0};
    if (file_read(path, &text))
        r->run_file(r, m, path, buf_bytes(&text), out);
    else
        test_bad_file(r, path, strerror(errno), out);
    buf_free(&text);
}

static void *work(void *arg) {
    struct test_run *r = arg;
    struct evm_machine *m = evm_machine_new();
    for (size_t i; (i = atomic_fetch_add(&r->next, 1)) < r->files.count;)
        run_file(r, m, r->files.path[i], &r->reports[i]);
    evm_machine_free(m);
    return NULL;
}

static void run_all(struct test_run *r) {
    pthread_t threads[JOBS_MAX];
    unsigned started = 0;
    while (started + 1 < r->jobs && pthread_create(&threads[started], NULL, work, r) == 0)
        started++;
    work(r);
    for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
}

/* ---- Output ---- */

static void print_array(const struct test_report *reports, size_t count) {
    struct buf last = {0};
    fputs("[\n", stdout);
    for (size_t i = 0; i < count; i++) {
        const struct buf *b = &reports[i].entries;
        if (!b->n) continue;
        if (last.n) fwrite(last.p, 1, last.n, stdout);
        buf_clear(&last);
        buf_put_bytes(&last, buf_bytes(b));
    }
    if (last.n) { /* the last entry has no comma */
        fwrite(last.p, 1, last.n - 2, stdout);
        fputs("\n", stdout);
    }
    fputs("]\n", stdout);
    buf_free(&last);
}

/* Forks in their order, then whatever has another name. */
static int by_label(const void *x, const void *y) {
    const struct test_count *a = x, *b = y;
    enum evm_fork fa = EVM_FORK_COUNT, fb = EVM_FORK_COUNT;
    evm_fork_parse(bytes_cstr(a->label), &fa);
    evm_fork_parse(bytes_cstr(b->label), &fb);
    return fa != fb ? (int)fa - (int)fb : strcmp(a->label, b->label);
}

static bool print_summary(const struct test_run *r) {
    struct test_count *all = NULL;
    size_t n = 0;
    unsigned long passed = 0, failed = 0, skipped = 0;
    for (size_t i = 0; i < r->files.count; i++) {
        skipped += r->reports[i].skipped;
        for (size_t k = 0; k < r->reports[i].count; k++) {
            struct test_count *c = count_of(&all, &n, r->reports[i].counts[k].label);
            c->passed += r->reports[i].counts[k].passed;
            c->failed += r->reports[i].counts[k].failed;
        }
    }
    if (n) qsort(all, n, sizeof *all, by_label);
    if (r->summary) printf("%-30s %10s %10s\n", "fork", "passed", "failed");
    for (size_t i = 0; i < n; i++) {
        passed += all[i].passed;
        failed += all[i].failed;
        if (r->summary) printf("%-30s %10lu %10lu\n", all[i].label, all[i].passed, all[i].failed);
    }
    if (r->summary) printf("%lu passed, %lu failed, %lu skipped\n", passed, failed, skipped);
    free(all);
    return failed == 0;
}

static bool write_failures(const struct test_run *r) {
    FILE *f = fopen(r->failures, "w");
    if (!f) {
        fprintf(stderr, "tern %s: %s: %s\n", r->command, r->failures, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < r->files.count; i++)
        if (r->reports[i].failures.n)
            fwrite(r->reports[i].failures.p, 1, r->reports[i].failures.n, f);
    return fclose(f) == 0;
}

/* ---- The command ---- */

static bool add_path(void *ctx, const char *path) {
    struct test_run *r = ctx;
    char command[64];
    r->has_paths = true;
    snprintf(command, sizeof command, "tern %s", r->command);
    return file_list_add(&r->files, command, path, ".json");
}

static bool read_pattern(struct test_run *r, const char *text) {
    r->has_pattern = regcomp(&r->pattern, text, REG_EXTENDED | REG_NOSUB) == 0;
    if (!r->has_pattern)
        fprintf(stderr, "tern %s: --run: %s is no regular expression\n", r->command, text);
    return r->has_pattern;
}

static bool parse(struct test_run *r, int argc, char **argv, bool *help) {
    const char *run = NULL, *jobs = "2";
    struct trace_options trace = TRACE_DEFAULT;
    const struct option_row rows[] = {
        {"fork", &r->fork, NULL},
        {"skip", &r->skip, NULL},
        {"failures", &r->failures, NULL},
        {"run", &run, NULL},
        {"summary", NULL, &r->summary},
        {"jobs", &jobs, NULL},
        {"help", NULL, help},
        {"h", NULL, help},
        TRACE_OPTIONS(trace),
    };
    if (!options_read(r->command, argc, argv, rows, COUNT_OF(rows), add_path, r) ||
        !trace_options_check(r->command, &trace) || (run && !read_pattern(r, run)))
        return false;
    r->jobs = trace.json ? 1 : (unsigned)strtoul(jobs, NULL, 10); /* traces must not mix */
    if (trace.json)
        r->trace = (struct trace_form){.out = stderr,
                                       .memory = !trace.no_memory,
                                       .return_data = !trace.no_return_data,
                                       .no_stack = trace.no_stack};
    return r->jobs >= 1 && r->jobs <= JOBS_MAX;
}

/* One file name a line; each file's results are printed before the next is read. */
static bool run_from_input(const struct test_run *r) {
    char *line = NULL;
    size_t room = 0;
    bool ok = true;
    struct evm_machine *m = evm_machine_new();
    for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
        struct test_report report = {0};
        if (line[n - 1] == '\n') line[n - 1] = 0;
        if (!line[0]) break;
        run_file(r, m, line, &report);
        print_array(&report, 1);
        fflush(stdout);
        for (size_t i = 0; i < report.count; i++) ok = ok && !report.counts[i].failed;
        free_report(&report);
    }
    evm_machine_free(m);
    free(line);
    return ok;
}

static int run_paths(struct test_run *r) {
    r->reports = xcalloc(r->files.count, sizeof *r->reports);
    run_all(r);
    print_array(r->reports, r->files.count);
    bool passed = print_summary(r);
    bool written = !r->failures || write_failures(r);
    for (size_t i = 0; i < r->files.count; i++) free_report(&r->reports[i]);
    free(r->reports);
    return passed && written ? 0 : 1;
}

int test_run_command(struct test_run *r, int argc, char **argv) {
    int rc = 2;
    bool help = false;
    if (!parse(r, argc, argv, &help))
        fputs(r->usage, stderr);
    else if (help)
        rc = (fputs(r->usage, stdout), 0);
    else if (r->has_paths)
        rc = run_paths(r);
    else
        rc = run_from_input(r) ? 0 : 1;
    file_list_free(&r->files);
    if (r->has_pattern) regfree(&r->pattern);
    return rc;
}
