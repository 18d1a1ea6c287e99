/* Private to node/: what the commands that run files of tests share. Files are shared out among
 * threads; the output, a JSON array with one entry for each case as geth's evm prints it, has the
 * order of the files' names all the same. */
#ifndef TERN_NODE_TESTRUN_H
#define TERN_NODE_TESTRUN_H

#include <regex.h>

#include "evm/evm.h"
#include "node/files.h"
#include "node/statetest.h"

/* How many cases of a fork or network there were. */
struct test_count {
    char label[64];
    unsigned long passed, failed;
};

/* What one file gave. */
struct test_report {
    struct buf entries, failures;
    struct test_count *counts;
    size_t count;
    unsigned long skipped;
};

struct test_result {
    const char *name, *fork;
    bool pass;
    const struct b32 *root; /* NULL: none is shown */
    const char *error;      /* "" if there is none */
    const char *place;      /* which case of the test, for the list of failures; may be "" */
};

struct test_run {
    const char *command, *usage;
    const char *fork, *skip, *failures; /* options; NULL: not given */
    struct trace_form trace;            /* --trace */
    bool summary, has_pattern;
    regex_t pattern; /* --run */
    unsigned jobs;
    struct file_list files;
    bool has_paths; /* some were given, even if no file is there */
    struct test_report *reports;
    size_t _Atomic next;
    void (*run_file)(const struct test_run *r, struct evm_machine *m, const char *path,
                     struct bytes text, struct test_report *out);
};

/* The whole command: arguments, running, output. Without a path, names of files are read from
 * standard input and each file's results are printed at once. Returns the exit code. */
int test_run_command(struct test_run *r, int argc, char **argv);

/* For run_file(): whether --fork, --run and --skip let the case run; a skipped one is counted. */
bool test_wanted(const struct test_run *r, const char *path, const char *name, const char *fork,
                 struct test_report *out);
void test_skip(struct test_report *out);
void test_put(const struct test_run *r, const char *path, const struct test_result *result,
              struct test_report *out);
/* A file that cannot be read is one failed entry. */
void test_bad_file(const struct test_run *r, const char *path, const char *why,
                   struct test_report *out);

#endif
