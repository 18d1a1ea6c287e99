/* tern move test: the unit tests of a package in this program's own machine. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/files.h"
#include "node/move_build.h"
#include "node/move_options.h"
#include "node/move_test.h"
#include "node/move_verbs.h"
#include "node/move_world.h"

/* External gas units: what a transaction may use at most. */
#define GAS_LIMIT_DEFAULT 2000000ull

static const char usage[] =
    "tern move test [OPTIONS] [DIR]\n"
    "\n"
    "Compiles the package in DIR (default: this folder) with its tests and runs them.\n"
    "\n"
    "  --filter TEXT                   only tests whose module::function contains it\n"
    "  --gas-limit N                   gas units that each test may use (default 2000000)\n"
    "  --statistics                    gas and time of each test\n"
    "  --list                          only name the tests\n"
    "  --json                          one JSON object instead of lines\n" MOVE_OPTIONS_HELP "\n"
    "Ends with 0 if all tests passed, 1 if one failed or the package does not compile, 2 if it\n"
    "could not be tried.\n";

struct flags {
    struct move_flags move;
    const char *filter, *gas_limit;
    bool statistics, list, json;
    const char *folder;
};

/* One run of the command. */
struct runner {
    const struct flags *flags;
    struct arena arena;
    struct move_graph graph;
    struct move_names names;
    struct move_world world;
    struct move_test_list tests;
    uint64_t gas_limit; /* internal units */
    bool colour;
    struct buf log, why;
    struct buf failures; /* for the reader */
    struct buf json;
    uint32_t passed, failed;
};

static bool resolve(void *ctx, struct bytes name, struct b32 *out) {
    return move_graph_address(ctx, name, out);
}

/* ---- Sources */

/* Reads all Move files of a folder, if it is there. */
static bool read_sources(struct runner *r, const char *folder, struct move_module **modules) {
    struct file_list files = {0};
    bool ok = access(folder, R_OK) != 0 || file_list_add(&files, "tern move test", folder, ".move");
    for (size_t i = 0; i < files.count && ok; i++) {
        struct buf text = {0};
        struct move_file *file = ARENA_NEW(&r->arena, struct move_file);
        ok = file_read(files.path[i], &text);
        file->path = arena_printf(&r->arena, "%s", files.path[i]);
        file->text = arena_copy(&r->arena, buf_bytes(&text));
        buf_free(&text);
        struct err e = ok ? move_source_read(&r->arena, file, modules) : ERR_NONE;
        if (!ok) buf_printf(&r->why, "%s cannot be read", file->path);
        if (err_is(e)) buf_printf(&r->why, "%s:%u: %s", file->path, (unsigned)e.at, e.text);
        ok = ok && !err_is(e);
    }
    file_list_free(&files);
    return ok;
}

/* Dependencies first, so that the package's own modules are the list up to *end. */
static bool read_all_sources(struct runner *r, const struct move_module **end) {
    struct move_module *modules = NULL;
    for (uint32_t i = r->graph.count; i-- > 0;) {
        const char *dir = r->graph.packages[i].dir;
        if (i == 0) *end = modules;
        if (!read_sources(r, arena_printf(&r->arena, "%s/sources", dir), &modules)) return false;
        if (i == 0 && !read_sources(r, arena_printf(&r->arena, "%s/tests", dir), &modules))
            return false;
    }
    r->names = (struct move_names){modules, &r->graph, resolve};
    return true;
}

/* ---- Running */

static void put_test_name(struct buf *b, const struct move_test *t) {
    put_move_address(b, &t->address);
    buf_printf(b, "::%.*s::%.*s", (int)t->module->name.n, (const char *)t->module->name.p,
               (int)t->function->name.n, (const char *)t->function->name.p);
}

static void run_function(struct runner *r, struct mv_session *s, const struct move_test *t,
                         struct mv_outcome *out) {
    uint32_t n = t->function->param_count, signers = 0, args = 0;
    struct b32 *signer = ARENA_ARRAY(&r->arena, struct b32, n + 1);
    struct bytes *arg = ARENA_ARRAY(&r->arena, struct bytes, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        struct move_tokens type = t->function->params[i].type;
        bool is_address =
            type.count && bytes_eq(type.at[type.count - 1].text, BYTES_LIT("address"));
        if (is_address)
            arg[args++] = BYTES_OF(t->values[i]);
        else
            signer[signers++] = t->values[i];
    }
    struct mv_call call = {.module_address = t->address,
                           .module_name = t->module->name,
                           .function_name = t->function->name,
                           .args = arg,
                           .arg_count = args,
                           .signers = signer,
                           .signer_count = signers};
    mv_run_system(s, &call, out);
}

static void note_failure(struct runner *r, const struct move_test *t, const struct mv_outcome *o,
                         struct buf *sentence) {
    buf_printf(&r->failures, "\n┌── %.*s ──────\n│ %s", (int)t->function->name.n,
               (const char *)t->function->name.p, buf_cstr(sentence));
    buf_printf(&r->failures, "\n│   test at %s:%u", t->module->file->path, t->function->line);
    if (o->has_place)
        buf_printf(&r->failures, "\n│   in %.*s::%.*s at code offset %u", (int)o->module_name.n,
                   (const char *)o->module_name.p, (int)o->function_name.n,
                   (const char *)o->function_name.p, o->code_offset);
    buf_puts(&r->failures, "\n└──────────────────\n");
}

static void put_json_test(struct runner *r, const struct move_test *t, const struct mv_outcome *o,
                          bool passed, struct buf *sentence) {
    struct buf name = {0};
    put_test_name(&name, t);
    buf_puts(&r->json, r->passed + r->failed > 1 ? ",{\"test\":" : "{\"test\":");
    put_json_text(&r->json, buf_cstr(&name));
    buf_printf(&r->json, ",\"result\":\"%s\",\"gas_used\":%llu", passed ? "pass" : "fail",
               (unsigned long long)(o->gas_used / MV_GAS_SCALING));
    if (!passed) {
        buf_puts(&r->json, ",\"reason\":");
        put_json_text(&r->json, buf_cstr(sentence));
        buf_puts(&r->json, ",\"file\":");
        put_json_text(&r->json, t->module->file->path);
        buf_printf(&r->json, ",\"line\":%u", t->function->line);
    }
    buf_puts(&r->json, "}");
    buf_free(&name);
}

static void print_result(const struct runner *r, const struct move_test *t,
                         const struct mv_outcome *o, bool passed) {
    struct buf name = {0};
    put_test_name(&name, t);
    const char *on = r->colour ? (passed ? "\033[1;92m" : "\033[1;91m") : "";
    printf("[ %s%s%s    ] %s", on, passed ? "PASS" : "FAIL", r->colour ? "\033[0m" : "",
           buf_cstr(&name));
    if (r->flags->statistics)
        printf("  (%llu gas units)", (unsigned long long)(o->gas_used / MV_GAS_SCALING));
    putchar('\n');
    fflush(stdout);
    buf_free(&name);
}

static void run_test(struct runner *r, uint32_t index) {
    const struct move_test *t = &r->tests.at[index];
    struct mv_session *s = move_world_begin(&r->world, r->gas_limit, index + 1);
    struct mv_outcome o;
    struct buf sentence = {0};
    run_function(r, s, t, &o);
    bool passed = move_test_judge(t, &o, &sentence);
    if (!passed && o.code != MV_EXECUTED) {
        buf_puts(&sentence, " ");
        put_move_failure(&sentence, &r->names, &o);
    }
    passed ? r->passed++ : r->failed++;
    if (r->flags->json)
        put_json_test(r, t, &o, passed, &sentence);
    else
        print_result(r, t, &o, passed);
    if (!passed) note_failure(r, t, &o, &sentence);
    buf_free(&sentence);
    move_world_end(&r->world, s);
}

static void run_tests(struct runner *r) {
    if (!r->flags->json) puts("Running Move unit tests");
    for (uint32_t i = 0; i < r->tests.count; i++) run_test(r, i);
    if (r->flags->json) {
        printf("{\"total\":%u,\"passed\":%u,\"failed\":%u,\"tests\":[%s]}\n", r->tests.count,
               r->passed, r->failed, buf_cstr(&r->json));
        return;
    }
    if (r->failed) printf("\nTest failures:\n%s\n", buf_cstr(&r->failures));
    printf("Test result: %s. Total tests: %u; passed: %u; failed: %u\n",
           r->failed ? "FAILED" : "OK", r->tests.count, r->passed, r->failed);
}

static void list_tests(struct runner *r) {
    for (uint32_t i = 0; i < r->tests.count; i++) {
        struct buf name = {0};
        put_test_name(&name, &r->tests.at[i]);
        puts(buf_cstr(&name));
        buf_free(&name);
    }
}

/* ---- The command */

/* Compiles; 0, or the exit code. */
static int compile(struct runner *r, const struct move_package_options *options) {
    enum move_compile_result result = MOVE_COMPILE_BROKEN;
    if (move_graph_open(&r->graph, r->flags->folder, options, &r->why))
        result = move_graph_compile(&r->graph, r->colour, &r->log, &r->why);
    return move_report_compile("move test", result, &r->log, &r->why, r->flags->json);
}

static int test(struct runner *r) {
    const struct move_module *end = NULL;
    if (!read_all_sources(r, &end) ||
        !move_tests_find(&r->arena, &r->names, end, r->flags->filter, &r->tests, &r->why))
        return 1;
    if (r->flags->list) return list_tests(r), 0;
    const char *modules =
        arena_printf(&r->arena, "%s/bytecode_modules", move_graph_output(&r->graph));
    bool ok = move_world_open(&r->world, modules, &r->why);
    if (ok) run_tests(r);
    move_world_close(&r->world);
    return ok && r->failed == 0 ? 0 : 1;
}

static bool read_flags(struct flags *f, uint64_t *gas_limit, int argc, char **argv) {
    const struct option_row rows[] = {
        MOVE_OPTIONS(f->move),
        {"filter", &f->filter, NULL},
        {"f", &f->filter, NULL},
        {"gas-limit", &f->gas_limit, NULL},
        {"statistics", NULL, &f->statistics},
        {"list", NULL, &f->list},
        {"json", NULL, &f->json},
    };
    if (!options_read("move test", argc, argv, rows, COUNT_OF(rows), move_take_folder, &f->folder))
        return false;
    if (!f->folder) f->folder = ".";
    if (!f->gas_limit) return true;
    char *end;
    *gas_limit = strtoull(f->gas_limit, &end, 10);
    if (*end || !*f->gas_limit || *gas_limit > UINT64_MAX / 2 / MV_GAS_SCALING) {
        fprintf(stderr, "tern move test: --gas-limit %s: expected a number of gas units\n",
                f->gas_limit);
        return false;
    }
    return true;
}

int move_test(int argc, char **argv) {
    struct flags flags = {0};
    uint64_t gas_limit = GAS_LIMIT_DEFAULT;
    struct move_package_options options;
    struct runner r = {.flags = &flags, .colour = isatty(STDOUT_FILENO)};
    if (argc == 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        fputs(usage, stdout);
        return 0;
    }
    arena_init(&r.arena, 0);
    int code = 2;
    if (!read_flags(&flags, &gas_limit, argc, argv) ||
        !move_options_take("move test", &flags.move, &r.arena, &options)) {
        fputs(usage, stderr);
    } else {
        r.gas_limit = gas_limit * MV_GAS_SCALING;
        options.dev = options.test = true;
        code = compile(&r, &options);
        if (code == 0 && (code = test(&r)) != 0 && r.why.n)
            fprintf(stderr, "tern move test: %s\n", buf_cstr(&r.why));
        move_graph_close(&r.graph);
    }
    buf_free(&r.log);
    buf_free(&r.why);
    buf_free(&r.failures);
    buf_free(&r.json);
    arena_free(&r.arena);
    return code;
}
