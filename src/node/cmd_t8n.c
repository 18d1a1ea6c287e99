/* tern t8n: a state transition, with the options, files and exit codes of geth's `evm t8n`. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "codec/codec.h"
#include "evm/steps.h"
#include "node/commands.h"
#include "node/files.h"
#include "node/options.h"
#include "node/statetest.h"
#include "node/t8n.h"

static const char usage[] =
    "tern t8n [OPTIONS]\n"
    "\n"
    "Applies transactions to a world, as geth's `evm t8n`. Inputs and outputs are files, or "
    "\"stdin\",\n"
    "\"stdout\", \"stderr\"; an empty output name leaves it out.\n"
    "  --input.alloc FILE     the accounts before (alloc.json)\n"
    "  --input.env FILE       the block's surroundings (env.json)\n"
    "  --input.txs FILE       transactions as JSON, signed or with a secretKey; a name that ends "
    "in\n"
    "                         .rlp: a JSON text with the RLP of a list (txs.json)\n"
    "  --output.basedir DIR   where output files go, made if it is missing\n"
    "  --output.alloc FILE    the accounts after (alloc.json)\n"
    "  --output.result FILE   roots, receipts, rejected transactions (result.json)\n"
    "  --output.body FILE     RLP of the transactions that are in\n"
    "  --state.fork NAME      rules (GrayGlacier)\n"
    "  --state.chainid N      chain id (1)\n"
    "  --state.reward N       block reward in wei; -1: none (0)\n"
    "  --trace                EIP-3155 lines of each transaction, in trace-<index>-<hash>.jsonl\n"
    "  --trace.memory         with the memory, --trace.returndata with return data, "
    "--trace.nostack\n"
    "                         without the stack\n"
    "  --opcode.count FILE    how often each instruction ran\n"
    "Ends with 2 (EVM), 3 (configuration), 4 (missing block hash), 10 (JSON), 11 (files), 12 "
    "(RLP).\n";

struct options {
    const char *alloc, *env, *txs, *basedir, *out_alloc, *out_result, *out_body;
    const char *fork, *chain_id, *reward, *opcodes, *verbosity;
    bool trace, memory, no_stack, return_data;
};

enum { FILE_DEPTH_MAX = 64 };
static const size_t FILE_BYTES_MAX = (size_t)1 << 30;

static struct err error_at(struct arena *arena, enum t8n_err code, const char *what,
                           const char *why) {
    return err_at((int32_t)code, arena_printf(arena, "%s: %s", what, why), 0);
}

/* ---- Input ---- */

static struct err read_json(struct arena *arena, const char *path, json_t **out) {
    struct buf text = {0};
    bool standard = !strcmp(path, "stdin");
    *out = NULL;
    if (!file_read(standard ? "-" : path, &text)) {
        buf_free(&text);
        return error_at(arena, T8N_ERR_IO, path, strerror(errno));
    }
    /* A lone string is JSON here too: the .rlp files hold one. */
    json_error_t e;
    struct err err = ERR_NONE;
    if (text.n && text.p[0] == '"') {
        *out = json_loadb((const char *)text.p, text.n, JSON_DECODE_ANY, &e);
        if (!*out) err = error_at(arena, T8N_ERR_JSON, path, e.text);
    } else {
        err = json_read(arena, buf_bytes(&text), FILE_BYTES_MAX, FILE_DEPTH_MAX, out);
        if (err_is(err)) err = error_at(arena, T8N_ERR_JSON, path, err.text);
    }
    buf_free(&text);
    return err;
}

/* The input of that name: from standard input's object, which is read once, or a file of its own.
 */
static struct err get_input(struct arena *arena, const char *path, const char *name,
                            json_t **standard, json_t **out) {
    *out = NULL;
    if (strcmp(path, "stdin") != 0) return read_json(arena, path, out);
    if (!*standard) {
        struct err e = read_json(arena, path, standard);
        if (err_is(e)) return e;
    }
    *out = json_incref(json_object_get(*standard, name));
    return ERR_NONE;
}

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

static struct err read_txs(struct arena *arena, const struct options *o, json_t **standard,
                           struct t8n_input *in) {
    json_t *txs, *rlp = NULL;
    struct err e = get_input(arena, o->txs, "txs", standard, &txs);
    if (err_is(e)) return e;
    if (!strcmp(o->txs, "stdin"))
        rlp = json_incref(json_object_get(*standard, "txsRlp"));
    else if (ends_with(o->txs, ".rlp"))
        rlp = json_incref(txs);
    if (json_is_string(rlp)) {
        struct bytes bytes;
        e = hex_read_data(arena, bytes_cstr(json_string_value(rlp)), &bytes);
        e = err_is(e) ? error_at(arena, T8N_ERR_JSON, "txs", e.text)
                      : t8n_read_rlp(bytes, arena, &in->txs, &in->tx_count);
    } else {
        e = t8n_read_txs(txs, &in->schedule, arena, &in->txs, &in->tx_count);
    }
    json_decref(rlp);
    json_decref(txs);
    return e;
}

static struct err read_config(struct arena *arena, const struct options *o, struct t8n_input *in) {
    char *end;
    if (!eth_schedule_network(&in->schedule, bytes_cstr(o->fork)))
        return error_at(arena, T8N_ERR_CONFIG, "failed constructing chain configuration",
                        arena_printf(arena, "unsupported fork \"%s\"", o->fork));
    errno = 0;
    in->schedule.chain_id = strtoull(o->chain_id, &end, 0);
    if (errno || *end || !*o->chain_id)
        return error_at(arena, T8N_ERR_CONFIG, "state.chainid", "is no number");
    in->reward = strtoll(o->reward, &end, 0);
    if (errno || *end || !*o->reward)
        return error_at(arena, T8N_ERR_CONFIG, "state.reward", "is no number");
    return ERR_NONE;
}

static struct err read_inputs(struct arena *arena, const struct options *o, struct t8n_input *in) {
    json_t *standard = NULL, *alloc = NULL, *env = NULL;
    struct err e = read_config(arena, o, in);
    if (!err_is(e)) e = get_input(arena, o->alloc, "alloc", &standard, &alloc);
    if (!err_is(e)) e = get_input(arena, o->env, "env", &standard, &env);
    if (!err_is(e)) {
        e = eth_accounts_read(alloc, arena, &in->accounts, &in->account_count);
        if (err_is(e)) e.code = T8N_ERR_JSON;
    }
    if (!err_is(e)) e = t8n_read_env(env, arena, &in->env);
    if (!err_is(e)) e = read_txs(arena, o, &standard, in);
    json_decref(alloc);
    json_decref(env);
    json_decref(standard);
    return e;
}

/* ---- Traces ---- */

struct traces {
    const struct options *options;
    struct statetest_trace lines;
    FILE *file;
    uint64_t counts[256];
    struct evm_tracer tracer;
};

static void count_step(void *ctx, struct evm_env *env, const struct evm_step *step) {
    struct traces *t = ctx;
    t->counts[step->op]++;
    if (t->file) t->lines.tracer.step(&t->lines, env, step);
}

static void on_enter(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     uint64_t caller_gas) {
    struct traces *t = ctx;
    if (t->file) t->lines.tracer.enter(&t->lines, env, params, caller_gas);
}

static void on_exit_(void *ctx, struct evm_env *env, const struct evm_call_params *params,
                     const struct evm_result *result) {
    struct traces *t = ctx;
    if (t->file) t->lines.tracer.exit(&t->lines, env, params, result);
}

static void on_stop(void *ctx, struct evm_env *env, enum evm_status status, uint64_t gas) {
    struct traces *t = ctx;
    if (t->file) t->lines.tracer.stop(&t->lines, env, status, gas);
}

static const char *in_basedir(const struct options *o, struct arena *arena, const char *name) {
    return *o->basedir ? arena_printf(arena, "%s/%s", o->basedir, name) : name;
}

static const struct evm_tracer *begin_trace(void *ctx, size_t index, const struct b32 *hash) {
    struct traces *t = ctx;
    struct arena arena;
    char digits[65];
    hex_encode(digits, BYTES_OF(*hash));
    digits[64] = 0;
    arena_init(&arena, 0);
    if (t->options->trace) {
        const char *path = in_basedir(t->options, &arena,
                                      arena_printf(&arena, "trace-%zu-0x%s.jsonl", index, digits));
        t->file = fopen(path, "w");
        if (!t->file) fprintf(stderr, "tern t8n: %s: %s\n", path, strerror(errno));
        statetest_trace_begin(&t->lines,
                              &(struct trace_form){.out = t->file,
                                                   .memory = t->options->memory,
                                                   .no_stack = t->options->no_stack,
                                                   .return_data = t->options->return_data});
    }
    arena_free(&arena);
    t->tracer = (struct evm_tracer){
        .ctx = t, .step = count_step, .enter = on_enter, .exit = on_exit_, .stop = on_stop};
    return &t->tracer;
}

static void end_trace(void *ctx) {
    struct traces *t = ctx;
    if (t->file) {
        fclose(t->file);
        statetest_trace_end(&t->lines);
    }
    t->file = NULL;
}

/* ---- Output ---- */

struct sinks {
    struct arena *arena;
    const struct options *options;
    json_t *standard, *error; /* objects for stdout and stderr, made when needed */
};

static struct err write_file(struct sinks *s, const char *name, const json_t *value) {
    const char *path = in_basedir(s->options, s->arena, name);
    FILE *f = fopen(path, "w");
    if (!f) return error_at(s->arena, T8N_ERR_IO, path, strerror(errno));
    bool ok = json_dumpf(value, f, JSON_INDENT(1) | JSON_ENCODE_ANY) == 0;
    ok = fclose(f) == 0 && ok;
    return ok ? ERR_NONE : error_at(s->arena, T8N_ERR_IO, path, "cannot be written");
}

/* Takes `value`. */
static struct err put(struct sinks *s, const char *where, const char *name, json_t *value) {
    struct err e = ERR_NONE;
    json_t **object = !strcmp(where, "stdout")   ? &s->standard
                      : !strcmp(where, "stderr") ? &s->error
                                                 : NULL;
    if (object) {
        if (!*object) *object = json_object();
        json_object_set(*object, name, value);
    } else if (*where) {
        e = write_file(s, where, value);
    }
    json_decref(value);
    return e;
}

static json_t *opcode_json(const struct traces *t) {
    json_t *o = json_object();
    for (int op = 0; op < 256; op++) {
        struct buf name = {0};
        if (!t->counts[op]) continue;
        evm_op_name_put(&name, (uint8_t)op);
        json_object_set_new(o, buf_cstr(&name), json_integer((json_int_t)t->counts[op]));
        buf_free(&name);
    }
    return o;
}

static struct err write_outputs(struct sinks *s, const struct t8n_input *in,
                                const struct t8n_output *out, const struct traces *t) {
    const struct options *o = s->options;
    struct buf body = {0}, text = {0};
    t8n_body(&body, out);
    hex_put(&text, buf_bytes(&body));
    struct err e = put(s, o->out_alloc, "alloc", t8n_alloc_json(out->journal));
    if (!err_is(e)) e = put(s, o->out_result, "result", t8n_result_json(in, out));
    if (!err_is(e)) e = put(s, o->out_body, "body", json_string(buf_cstr(&text)));
    if (!err_is(e) && *o->opcodes) e = put(s, o->opcodes, "opcodes", opcode_json(t));
    if (!err_is(e) && s->standard) {
        json_dumpf(s->standard, stdout, JSON_INDENT(2));
        fputs("\n", stdout);
    }
    if (!err_is(e) && s->error) {
        json_dumpf(s->error, stderr, JSON_INDENT(2));
        fputs("\n", stderr);
    }
    json_decref(s->standard);
    json_decref(s->error);
    buf_free(&body);
    buf_free(&text);
    return e;
}

/* ---- The command ---- */

static struct err make_basedir(struct arena *arena, const char *dir) {
    char *path = arena_printf(arena, "%s", dir);
    for (char *at = path; *at; at++) {
        if (at == path || *at != '/') continue;
        *at = 0;
        mkdir(path, 0755);
        *at = '/';
    }
    if (*path && mkdir(path, 0755) != 0 && errno != EEXIST)
        return error_at(arena, T8N_ERR_IO, "failed creating output basedir", strerror(errno));
    return ERR_NONE;
}

static struct err transition(struct arena *arena, const struct options *o) {
    struct t8n_input in = {0};
    struct t8n_output out = {0};
    struct traces *traces = xcalloc(1, sizeof *traces);
    struct t8n_tracing tracing = {.ctx = traces, .begin = begin_trace, .end = end_trace};
    struct sinks sinks = {.arena = arena, .options = o};
    traces->options = o;
    struct err e = make_basedir(arena, o->basedir);
    if (!err_is(e)) e = read_inputs(arena, o, &in);
    if (!err_is(e)) e = t8n_apply(&in, o->trace || *o->opcodes ? &tracing : NULL, arena, &out);
    if (!err_is(e)) e = write_outputs(&sinks, &in, &out, traces);
    if (out.journal) st_journal_free(out.journal);
    free(traces);
    return e;
}

int cmd_t8n(int argc, char **argv) {
    struct options o = {.alloc = "alloc.json",
                        .env = "env.json",
                        .txs = "txs.json",
                        .basedir = "",
                        .out_alloc = "alloc.json",
                        .out_result = "result.json",
                        .out_body = "",
                        .fork = "GrayGlacier",
                        .chain_id = "1",
                        .reward = "0",
                        .opcodes = "",
                        .verbosity = ""};
    bool help = false;
    const struct option_row rows[] = {
        {"input.alloc", &o.alloc, NULL},
        {"input.env", &o.env, NULL},
        {"input.txs", &o.txs, NULL},
        {"output.basedir", &o.basedir, NULL},
        {"output.alloc", &o.out_alloc, NULL},
        {"output.result", &o.out_result, NULL},
        {"output.body", &o.out_body, NULL},
        {"state.fork", &o.fork, NULL},
        {"state.chainid", &o.chain_id, NULL},
        {"state.reward", &o.reward, NULL},
        {"opcode.count", &o.opcodes, NULL},
        {"verbosity", &o.verbosity, NULL},
        {"trace", NULL, &o.trace},
        {"trace.memory", NULL, &o.memory},
        {"trace.nostack", NULL, &o.no_stack},
        {"trace.returndata", NULL, &o.return_data},
        {"help", NULL, &help},
        {"h", NULL, &help},
    };
    if (!options_read("t8n", argc, argv, rows, COUNT_OF(rows), NULL, NULL)) {
        fputs(usage, stderr);
        return T8N_ERR_CONFIG;
    }
    if (help) {
        fputs(usage, stdout);
        return 0;
    }
    struct arena arena;
    arena_init(&arena, 0);
    struct err e = transition(&arena, &o);
    if (err_is(e)) fprintf(stderr, "ERROR(%d): %s\n", (int)e.code, e.text);
    arena_free(&arena);
    return (int)e.code;
}
