/* tern statetest: runs Ethereum state tests and prints what geth's `evm statetest` prints, a JSON
 * array with one entry for each case. Files are shared out among threads, and a thread that finds
 * no more files helps with the cases of those that are being run (some cases take a minute); the
 * output has the order of the files' names and of their cases all the same. */
#include <errno.h>
#include <pthread.h>
#include <regex.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "node/commands.h"
#include "node/files.h"
#include "node/options.h"
#include "node/statetest.h"

static const char *const usage =
    "tern statetest [--fork NAME] [--run REGEX] [--json] [--summary] [--failures FILE] [--jobs N]\n"
    "               [PATH…]\n"
    "\n"
    "Runs state-test files, or all *.json below folders, and prints a JSON array of\n"
    "{name, pass, stateRoot, fork, error}. Without a path, reads names of files from standard\n"
    "input and prints each file's array at once.\n"
    "  --fork NAME      only cases of this fork\n"
    "  --run REGEX      only tests whose name matches\n"
    "  --json, --trace  also an EIP-3155 trace on standard error; --trace.nostack,\n"
    "                   --trace.nomemory=false, --trace.noreturndata=false choose what is in it\n"
    "  --summary        names what it skips and why, and closes with a table by fork and\n"
    "                   \"N passed, N failed, N skipped\"\n"
    "  --failures FILE  writes each failing case with its reason to FILE\n"
    "  --jobs N         threads (default 2)\n"
    "Ends with 1 if a case failed, 2 on wrong usage.\n";

enum { JOBS_MAX = 64 };

struct count {
    unsigned long passed, failed, skipped;
};

struct options {
    const char *fork, *failures;
    struct trace_form trace;
    bool summary, has_pattern;
    regex_t pattern; /* --run */
    unsigned jobs;
};

/* What a case or a file gave. */
struct report {
    struct buf entries, failures, skips;
    struct count by_fork[EVM_FORK_COUNT];
    unsigned long skipped; /* forks that we do not know */
};

/* A file that is being run. Whoever ends its last case adds up the reports and frees it. */
struct open_file {
    struct open_file *next;
    const char *path;
    struct report *report;
    struct arena arena;
    struct statetest *tests;
    size_t test_count;
    struct {
        const struct statetest *test;
        size_t index;
        struct report report;
    } * cases;
    size_t case_count, taken, ended; /* under the lock */
};

struct run {
    struct options options;
    struct file_list files;
    bool has_paths; /* some were given, even if no file is there */
    struct report *reports;
    size_t _Atomic next;
    pthread_mutex_t lock;
    struct open_file *open; /* those with cases that nobody has taken, under the lock */
};

/* ---- Running ---- */

static void put_entry(struct buf *b, const struct statetest *t, const struct statetest_case *c,
                      const struct statetest_outcome *o) {
    buf_puts(b, "  {\n    \"name\": ");
    put_json_text(b, t->name);
    buf_printf(b, ",\n    \"pass\": %s,\n    \"stateRoot\": \"", o->pass ? "true" : "false");
    hex_put(b, BYTES_OF(o->root));
    buf_puts(b, "\",\n    \"fork\": ");
    put_json_text(b, c->fork_name);
    if (o->error[0]) {
        buf_puts(b, ",\n    \"error\": ");
        put_json_text(b, o->error);
    }
    buf_puts(b, "\n  },\n");
}

static void run_case(const struct run *r, struct evm_machine *m, const char *path,
                     const struct statetest *t, size_t i, struct report *out) {
    const struct statetest_case *c = &t->cases[i];
    struct statetest_outcome o = {0};
    if (r->options.fork && strcmp(r->options.fork, c->fork_name) != 0) return;
    if (r->options.has_pattern && regexec(&r->options.pattern, t->name, 0, NULL, 0) != 0) return;
    if (!c->known_fork) {
        out->skipped++;
        buf_printf(&out->skips, "skipped: %s %s: no fork '%s'\n", path, t->name, c->fork_name);
        return;
    }
    statetest_run(m, t, i, &r->options.trace, &o);
    if (r->options.trace.out) {
        struct buf line = {0};
        hex_put(&line, BYTES_OF(o.root));
        fprintf(stderr, "{\"stateRoot\": \"%s\"}\n", buf_cstr(&line));
        buf_free(&line);
    }
    if (o.pass)
        out->by_fork[c->fork].passed++;
    else
        out->by_fork[c->fork].failed++;
    put_entry(&out->entries, t, c, &o);
    if (!o.pass && r->options.failures)
        buf_printf(&out->failures, "%s\t%s\t%s\td%zu g%zu v%zu\t%s\n", path, t->name, c->fork_name,
                   c->data, c->gas, c->value, o.error);
}

/* A file that cannot be read is one failed entry without a fork. */
static void put_bad_file(const char *path, const char *why, struct report *out) {
    fprintf(stderr, "tern statetest: %s: %s\n", path, why);
    out->by_fork[EVM_FORK_COUNT - 1].failed++;
    buf_printf(&out->failures, "%s\t-\t-\t-\t%s\n", path, why);
}

static void report_free(struct report *r) {
    buf_free(&r->entries);
    buf_free(&r->failures);
    buf_free(&r->skips);
}

static void report_add(struct report *to, const struct report *from) {
    buf_put_bytes(&to->entries, buf_bytes(&from->entries));
    buf_put_bytes(&to->failures, buf_bytes(&from->failures));
    buf_put_bytes(&to->skips, buf_bytes(&from->skips));
    for (int f = 0; f < EVM_FORK_COUNT; f++) {
        to->by_fork[f].passed += from->by_fork[f].passed;
        to->by_fork[f].failed += from->by_fork[f].failed;
    }
    to->skipped += from->skipped;
}

static void close_file(struct open_file *f) {
    for (size_t i = 0; i < f->case_count; i++) {
        report_add(f->report, &f->cases[i].report);
        report_free(&f->cases[i].report);
    }
    statetest_free(f->tests, f->test_count);
    arena_free(&f->arena);
    free(f);
}

static void list_cases(struct open_file *f) {
    size_t n = 0;
    for (size_t i = 0; i < f->test_count; i++) n += f->tests[i].case_count;
    f->cases = arena_array(&f->arena, sizeof *f->cases, n, 8);
    for (size_t i = 0; i < f->test_count; i++) {
        for (size_t k = 0; k < f->tests[i].case_count; k++) {
            f->cases[f->case_count].test = &f->tests[i];
            f->cases[f->case_count++].index = k;
        }
    }
}

/* NULL, and a failure reported, if it cannot be read; NULL too if it has no cases. */
static struct open_file *open_file(const char *path, struct report *report) {
    struct open_file *f = xcalloc(1, sizeof *f);
    struct buf text = {0};
    f->path = path;
    f->report = report;
    arena_init(&f->arena, 0);
    if (!file_read(path, &text)) {
        put_bad_file(path, strerror(errno), report);
    } else {
        struct err e = statetest_load(buf_bytes(&text), &f->arena, &f->tests, &f->test_count);
        if (err_is(e))
            put_bad_file(path, e.text, report);
        else
            list_cases(f);
    }
    buf_free(&text);
    if (f->case_count) return f;
    close_file(f);
    return NULL;
}

/* Runs a case that nobody has taken, of the file opened last; false if there is none. */
static bool run_next_case(struct run *r, struct evm_machine *m) {
    pthread_mutex_lock(&r->lock);
    struct open_file *f = r->open;
    size_t i = f ? f->taken++ : 0;
    if (f && f->taken == f->case_count) r->open = f->next;
    pthread_mutex_unlock(&r->lock);
    if (!f) return false;
    run_case(r, m, f->path, f->cases[i].test, f->cases[i].index, &f->cases[i].report);
    pthread_mutex_lock(&r->lock);
    bool last = ++f->ended == f->case_count;
    pthread_mutex_unlock(&r->lock);
    if (last) close_file(f);
    return true;
}

static void *work(void *arg) {
    struct run *r = arg;
    struct evm_machine *m = evm_machine_new();
    for (size_t i; (i = atomic_fetch_add(&r->next, 1)) < r->files.count;) {
        struct open_file *f = open_file(r->files.path[i], &r->reports[i]);
        if (!f) continue;
        pthread_mutex_lock(&r->lock);
        f->next = r->open;
        r->open = f;
        pthread_mutex_unlock(&r->lock);
        while (run_next_case(r, m)) continue;
    }
    evm_machine_free(m);
    return NULL;
}

static void run_all(struct run *r) {
    pthread_t threads[JOBS_MAX];
    unsigned started = 0;
    while (started + 1 < r->options.jobs && pthread_create(&threads[started], NULL, work, r) == 0)
        started++;
    work(r);
    for (unsigned i = 0; i < started; i++) pthread_join(threads[i], NULL);
}

/* ---- Output ---- */

static void print_bytes(struct bytes text, FILE *out) {
    if (text.n) fwrite(text.p, 1, text.n, out);
}

static void print_array(const struct run *r) {
    struct buf last = {0};
    fputs("[\n", stdout);
    for (size_t i = 0; i < r->files.count; i++) {
        const struct buf *b = &r->reports[i].entries;
        if (!b->n) continue;
        print_bytes(buf_bytes(&last), stdout);
        buf_clear(&last);
        buf_put_bytes(&last, buf_bytes(b));
    }
    if (last.n) { /* the last entry has no comma */
        print_bytes(bytes_sub(buf_bytes(&last), 0, last.n - 2), stdout);
        fputs("\n", stdout);
    }
    fputs("]\n", stdout);
    buf_free(&last);
}

static struct count print_summary(const struct run *r) {
    struct count all = {0};
    for (size_t i = 0; i < r->files.count && r->options.summary; i++)
        print_bytes(buf_bytes(&r->reports[i].skips), stdout);
    if (r->options.summary) printf("%-20s %10s %10s\n", "fork", "passed", "failed");
    for (int f = 0; f < EVM_FORK_COUNT; f++) {
        struct count c = {0};
        for (size_t i = 0; i < r->files.count; i++) {
            c.passed += r->reports[i].by_fork[f].passed;
            c.failed += r->reports[i].by_fork[f].failed;
        }
        all.passed += c.passed;
        all.failed += c.failed;
        if (r->options.summary && (c.passed || c.failed))
            printf("%-20s %10lu %10lu\n", evm_fork_name((enum evm_fork)f), c.passed, c.failed);
    }
    for (size_t i = 0; i < r->files.count; i++) all.skipped += r->reports[i].skipped;
    if (r->options.summary)
        printf("%lu passed, %lu failed, %lu skipped\n", all.passed, all.failed, all.skipped);
    return all;
}

static bool write_failures(const struct run *r) {
    FILE *f = fopen(r->options.failures, "w");
    if (!f) {
        fprintf(stderr, "tern statetest: %s: %s\n", r->options.failures, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < r->files.count; i++) print_bytes(buf_bytes(&r->reports[i].failures), f);
    return fclose(f) == 0;
}

/* ---- Arguments ---- */

static bool add_path(void *ctx, const char *path) {
    struct run *r = ctx;
    r->has_paths = true;
    return file_list_add(&r->files, "tern statetest", path, ".json");
}

static bool read_pattern(struct options *o, const char *text) {
    o->has_pattern = regcomp(&o->pattern, text, REG_EXTENDED | REG_NOSUB) == 0;
    if (!o->has_pattern)
        fprintf(stderr, "tern statetest: --run: %s is no regular expression\n", text);
    return o->has_pattern;
}

static bool parse(int argc, char **argv, struct run *r, bool *help) {
    struct options *o = &r->options;
    const char *run = NULL, *jobs = "2";
    struct trace_options trace = TRACE_DEFAULT;
    const struct option_row rows[] = {
        {"fork", &o->fork, NULL},
        {"statetest.fork", &o->fork, NULL},
        {"run", &run, NULL},
        {"summary", NULL, &o->summary},
        {"failures", &o->failures, NULL},
        {"jobs", &jobs, NULL},
        {"help", NULL, help},
        TRACE_OPTIONS(trace),
    };
    if (!options_read("statetest", argc, argv, rows, COUNT_OF(rows), add_path, r) ||
        !trace_options_check("statetest", &trace) || (run && !read_pattern(o, run)))
        return false;
    o->jobs = trace.json ? 1 : (unsigned)strtoul(jobs, NULL, 10); /* traces must not mix */
    if (trace.json)
        o->trace = (struct trace_form){.out = stderr,
                                       .memory = !trace.no_memory,
                                       .return_data = !trace.no_return_data,
                                       .no_stack = trace.no_stack};
    return o->jobs >= 1 && o->jobs <= JOBS_MAX;
}

static void free_files(struct run *r) {
    for (size_t i = 0; r->reports && i < r->files.count; i++) report_free(&r->reports[i]);
    file_list_free(&r->files);
    free(r->reports);
    r->reports = NULL;
}

/* Runs what is in the list of files and prints it; true if all passed. */
static bool run_files(struct run *r) {
    r->reports = xcalloc(r->files.count, sizeof *r->reports);
    atomic_store(&r->next, 0);
    run_all(r);
    print_array(r);
    struct count all = print_summary(r);
    bool written = !r->options.failures || write_failures(r);
    free_files(r);
    return !all.failed && written;
}

/* One file name a line; each file's results are printed before the next is read. */
static bool run_from_input(struct run *r) {
    char *line = NULL;
    size_t room = 0;
    bool ok = true;
    for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
        if (line[n - 1] == '\n') line[n - 1] = 0;
        if (!line[0]) break;
        ok = add_path(r, line) && ok;
        if (r->files.count) ok = run_files(r) && ok;
        fflush(stdout);
    }
    free(line);
    return ok;
}

int cmd_statetest(int argc, char **argv) {
    struct run r = {.lock = PTHREAD_MUTEX_INITIALIZER};
    bool help = false;
    int rc = 2;
    if (!parse(argc, argv, &r, &help))
        fputs(usage, stderr);
    else if (help)
        rc = (fputs(usage, stdout), 0);
    else
        rc = (r.has_paths ? run_files(&r) : run_from_input(&r)) ? 0 : 1;
    free_files(&r);
    if (r.options.has_pattern) regfree(&r.options.pattern);
    return rc;
}
