/* tern blocktest: runs Ethereum block tests and prints what geth's `evm blocktest` prints. */
#include <jansson.h>
#include <stdio.h>

#include "codec/codec.h"
#include "node/blocktest.h"
#include "node/commands.h"
#include "node/testrun.h"

static const char usage[] =
    "tern blocktest [--fork NAME] [--run REGEX] [--trace] [--summary] [--skip TEXT]\n"
    "               [--failures FILE] [--jobs N] [PATH…]\n"
    "\n"
    "Runs block-test files (BlockchainTests, blockchain_tests), or all *.json below folders, and\n"
    "prints a JSON array of {name, pass, stateRoot, fork, error}. A block that must be refused "
    "must\n"
    "be refused for the reason that the test names. Without a path, reads names of files from\n"
    "standard input and prints each file's array at once.\n"
    "  --fork NAME      only tests of this network (\"Prague\", \"CancunToPragueAtTime15k\")\n"
    "  --run REGEX      only tests whose name matches\n"
    "  --trace          also EIP-3155 traces on standard error\n"
    "  --summary        closes with a table by network and \"N passed, N failed, N skipped\"\n"
    "  --skip TEXT      only counts the tests of files whose path contains TEXT\n"
    "  --failures FILE  writes each failing test with its reason to FILE\n"
    "  --jobs N         threads (default 2)\n"
    "Ends with 1 if a test failed, 2 on wrong usage.\n";

enum { FILE_DEPTH_MAX = 64 };
static const size_t FILE_BYTES_MAX = (size_t)1 << 30;

static void run_test(const struct test_run *r, struct evm_machine *m, const char *path,
                     const char *name, const json_t *test, struct test_report *out) {
    struct blocktest_outcome o;
    const char *network = json_string_value(json_object_get(test, "network"));
    if (!network) network = "no network";
    if (!test_wanted(r, path, name, network, out)) return;
    blocktest_run(m, test, &r->trace, &o);
    test_put(r, path,
             &(struct test_result){.name = name,
                                   .fork = network,
                                   .pass = o.pass,
                                   .root = o.pass ? &o.root : NULL,
                                   .error = o.error,
                                   .place = "-"},
             out);
}

static void run_file(const struct test_run *r, struct evm_machine *m, const char *path,
                     struct bytes text, struct test_report *out) {
    struct arena arena;
    json_t *file, *test;
    const char *name;
    arena_init(&arena, 0);
    struct err e = json_read(&arena, text, FILE_BYTES_MAX, FILE_DEPTH_MAX, &file);
    if (err_is(e)) {
        test_bad_file(r, path, e.text, out);
    } else {
        if (!json_is_object(file)) test_bad_file(r, path, "it is not an object of tests", out);
        json_object_foreach(file, name, test) run_test(r, m, path, name, test, out);
        json_decref(file);
    }
    arena_free(&arena);
}

int cmd_blocktest(int argc, char **argv) {
    struct test_run r = {.command = "blocktest", .usage = usage, .run_file = run_file};
    return test_run_command(&r, argc, argv);
}
