/* tern evm: the commands of go-ethereum's `evm` under their names there, and running bytecode. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <time.h>

#include "chain/chain.h"
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "evm/steps.h"
#include "node/commands.h"
#include "node/files.h"
#include "node/options.h"
#include "node/statetest.h"
#include "node/t8n.h"

static const char usage[] =
    "tern evm COMMAND [OPTIONS]\n"
    "\n"
    "  run [OPTIONS] [CODE]   runs bytecode\n"
    "  t8n, statetest, blocktest   as tern t8n, tern statetest, tern blocktest\n"
    "\n"
    "tern evm run:\n"
    "  --code HEX           the code, as CODE; --codefile FILE: in a file (-: standard input)\n"
    "  --input HEX          call data; --inputfile FILE: in a file\n"
    "  --create             the code is init code and is followed by the input\n"
    "  --gas N              gas (10000000000)\n"
    "  --fork NAME          rules (Osaka); a prestate's config has its own\n"
    "  --sender ADDRESS, --receiver ADDRESS, --value WEI, --price WEI\n"
    "  --prestate FILE      a genesis file: config, accounts, and the block's fields\n"
    "  --json, --trace      EIP-3155 lines on standard error instead of the output; "
    "--trace.nostack,\n"
    "                       --trace.nomemory=false, --trace.noreturndata=false choose what is in "
    "them\n"
    "  --dump               the accounts afterwards\n"
    "  --statdump, --bench  gas used and time; --bench runs for a second and gives the mean\n";

struct options {
    const char *code, *codefile, *input, *inputfile, *gas, *fork, *sender, *receiver, *value,
        *price, *prestate;
    struct trace_options trace;
    bool create, dump, statdump, bench;
};

enum { GAS_DEFAULT_G = 10 };

/* One run's surroundings. */
struct run {
    struct arena arena;
    struct eth_schedule schedule;
    struct eth_header header;
    const struct eth_account *accounts;
    size_t account_count;
    struct st_journal *journal;
    struct evm_env env;
    struct evm_host host;
    struct statetest_trace trace;
    struct evm_call_params call;
    uint64_t gas;
};

static bool complain(const char *what, const char *why) {
    fprintf(stderr, "tern evm run: %s: %s\n", what, why);
    return false;
}

/* ---- Input ---- */

/* Hexadecimal text with or without "0x", blanks around it left out. */
static bool hex_text(struct run *r, const char *what, struct bytes text, struct bytes *out) {
    static const char blanks[] = " \t\r\n";
    while (text.n && strchr(blanks, text.p[0])) text = bytes_sub(text, 1, text.n - 1);
    while (text.n && strchr(blanks, text.p[text.n - 1])) text.n--;
    if (text.n >= 2 && text.p[0] == '0' && (text.p[1] == 'x' || text.p[1] == 'X'))
        text = bytes_sub(text, 2, text.n - 2);
    uint8_t *p = arena_alloc(&r->arena, text.n / 2 + 1, 1);
    if (text.n % 2) return complain(what, "has an odd number of digits");
    if (!hex_decode_digits(p, text)) return complain(what, "is not hexadecimal");
    *out = bytes_make(p, text.n / 2);
    return true;
}

/* From the text or, if there is one, the file. */
static bool get_bytes(struct run *r, const char *what, const char *text, const char *file,
                      struct bytes *out) {
    struct buf content = {0};
    if (!file) return hex_text(r, what, bytes_cstr(text ? text : ""), out);
    bool ok = file_read(file, &content) || complain(file, strerror(errno));
    ok = ok && hex_text(r, what, buf_bytes(&content), out);
    buf_free(&content);
    return ok;
}

static bool get_number(const char *what, const char *text, struct u256 *out) {
    *out = U256_ZERO;
    return !text || hex_or_dec_u256(bytes_cstr(text), out) || complain(what, "is not a number");
}

/* As go-ethereum reads addresses: the last 20 bytes, zeros in front. */
static bool get_address(const char *what, const char *text, struct b20 *out) {
    struct u256 n;
    uint8_t be[32];
    if (!text) return true;
    const char *prefixed = !strncmp(text, "0x", 2) ? text + 2 : text;
    char digits[67] = "0x";
    if (strlen(prefixed) > 64) return complain(what, "is no address");
    strcat(digits, prefixed);
    if (!hex_or_dec_u256(bytes_cstr(digits), &n)) return complain(what, "is no address");
    u256_store_be(be, &n);
    memcpy(out->b, be + 12, 20);
    return true;
}

static struct b20 named_address(const char *name) {
    struct b20 out = {{0}};
    size_t n = strlen(name);
    memcpy(out.b + 20 - n, name, n);
    return out;
}

static bool read_prestate(struct run *r, const struct options *o) {
    struct buf text = {0};
    struct eth_genesis g;
    if (!file_read(o->prestate, &text)) return complain(o->prestate, strerror(errno));
    struct err e = eth_genesis_read(buf_bytes(&text), &r->arena, &g);
    buf_free(&text);
    if (err_is(e)) return complain(o->prestate, e.text);
    if (!o->fork) r->schedule = g.schedule;
    r->header = g.header;
    r->accounts = g.accounts;
    r->account_count = g.account_count;
    r->gas = g.header.gas_limit; /* as go-ethereum does */
    return true;
}

static bool read_schedule(struct run *r, const struct options *o) {
    struct u256 gas;
    const char *fork = o->fork ? o->fork : "Osaka";
    r->header.base_fee = u256_from_u64(1000000000);
    if (!eth_schedule_network(&r->schedule, bytes_cstr(fork)))
        return complain(fork, "is no fork that this program knows");
    r->schedule.chain_id = 1337;
    r->gas = (uint64_t)GAS_DEFAULT_G * 1000000000;
    if (o->gas) {
        if (!get_number("--gas", o->gas, &gas)) return false;
        if (!u256_fits_u64(&gas)) return complain("--gas", "is longer than 64 bits");
        r->gas = gas.w[0];
    }
    r->header.gas_limit = r->gas;
    return !o->prestate || read_prestate(r, o);
}

static bool read_call(struct run *r, const struct options *o) {
    struct bytes code, input;
    struct evm_call_params *c = &r->call;
    *c = (struct evm_call_params){.kind = o->create ? EVM_CREATE : EVM_CALL, .gas = r->gas};
    c->sender = named_address("sender");
    c->to = named_address("receiver");
    if (!get_address("--sender", o->sender, &c->sender) ||
        !get_address("--receiver", o->receiver, &c->to) ||
        !get_number("--value", o->value, &c->value) ||
        !get_number("--price", o->price, &r->env.gas_price) ||
        !get_bytes(r, "the code", o->code, o->codefile, &code) ||
        !get_bytes(r, "the input", o->input, o->inputfile, &input))
        return false;
    c->code = c->to;
    c->input = input;
    r->journal = st_journal_new(NULL);
    eth_genesis_fill(r->journal, r->accounts, r->account_count);
    if (o->create) {
        uint8_t *all = arena_alloc(&r->arena, code.n + input.n + 1, 1);
        if (code.n) memcpy(all, code.p, code.n);
        if (input.n) memcpy(all + code.n, input.p, input.n);
        c->input = bytes_make(all, code.n + input.n);
    } else if (code.n) {
        st_begin_tx(r->journal);
        st_set_code(r->journal, st_account(r->journal, &c->to), st_code_new(code));
        st_end_tx(r->journal, false);
    }
    return true;
}

/* ---- Running ---- */

/* There is no chain: the hash of block n is keccak-256 of n in decimal, as in state tests. */
static bool block_hash(void *ctx, uint64_t number, struct b32 *out) {
    (void)ctx;
    char text[24];
    int n = snprintf(text, sizeof text, "%llu", (unsigned long long)number);
    keccak256(out, bytes_make(text, (size_t)n));
    return true;
}

static void prepare(struct run *r, const struct options *o) {
    struct eth_rules rules =
        eth_rules_at(&r->schedule, r->header.number, r->header.timestamp, &U256_ZERO);
    r->host = (struct evm_host){.block_hash = block_hash};
    if (o->trace.json) {
        statetest_trace_begin(&r->trace,
                              &(struct trace_form){.out = stderr,
                                                   .no_stack = o->trace.no_stack,
                                                   .memory = !o->trace.no_memory,
                                                   .return_data = !o->trace.no_return_data});
        r->host.tracer = &r->trace.tracer;
    }
    struct u256 price = r->env.gas_price;
    r->env = (struct evm_env){.fork = rules.fork,
                              .chain_id = r->schedule.chain_id,
                              .block = {.number = r->header.number,
                                        .timestamp = r->header.timestamp,
                                        .gas_limit = r->gas,
                                        .coinbase = r->header.coinbase,
                                        .base_fee = r->header.base_fee,
                                        .difficulty = r->header.difficulty,
                                        .blobs_max = rules.blobs.max},
                              .host = &r->host,
                              .journal = r->journal,
                              .machine = evm_machine_new(),
                              .origin = r->call.sender,
                              .gas_price = price};
}

/* One run in a transaction; with `keep` what it did stays. The output lives in the arena. */
static void execute(struct run *r, bool keep, struct evm_result *result) {
    st_begin_tx(r->journal);
    st_mark start = st_savepoint(r->journal);
    evm_warm_start(&r->env, &r->call.sender, r->call.kind == EVM_CREATE ? NULL : &r->call.to);
    evm_call(&r->env, &r->call, result);
    if (result->output.n) result->output = arena_copy(&r->arena, result->output);
    if (!keep) st_revert(r->journal, start);
    st_end_tx(r->journal, r->env.fork >= EVM_EIP158);
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double run_timed(struct run *r, bool bench, struct evm_result *result) {
    double start = seconds(), now = start;
    unsigned long runs = 0;
    struct arena_mark mark = arena_mark(&r->arena);
    for (; bench && now < start + 1; runs++, now = seconds()) {
        execute(r, false, result);
        arena_release(&r->arena, mark);
    }
    double mean = runs ? (now - start) / (double)runs : 0;
    start = seconds();
    execute(r, true, result);
    return runs ? mean : seconds() - start;
}

/* ---- Output ---- */

/* The instruction at which the outermost frame stopped. */
struct last_step {
    uint8_t op;
    uint32_t stack_count;
};

static void note_step(void *ctx, struct evm_env *env, const struct evm_step *step) {
    struct last_step *last = ctx;
    (void)env;
    if (step->depth == 1) *last = (struct last_step){step->op, step->stack_count};
}

/* Why it failed: go-ethereum's words name the operands, which a run without a tracer does not keep,
 * so the run, which has left nothing behind, is done once more with one. */
static void print_failure(struct run *r, const struct evm_result *result) {
    struct last_step last = {0};
    struct evm_tracer tracer = {.ctx = &last, .step = note_step};
    struct evm_result again;
    struct buf text = {0};
    r->host.tracer = &tracer;
    execute(r, false, &again);
    r->host.tracer = NULL;
    evm_error_put(&text, result->status, last.op, last.stack_count);
    printf(" error: %s\n", buf_cstr(&text));
    buf_free(&text);
}

static void print_result(struct run *r, const struct evm_result *result) {
    struct buf out = {0};
    if (result->output.n) hex_put(&out, result->output);
    puts(buf_cstr(&out));
    buf_free(&out);
    if (result->status != EVM_SUCCESS) print_failure(r, result);
}

/* The dump of go-ethereum's state, from t8n's accounts. */
static json_t *dump_account(struct st_journal *j, const char *address, const json_t *account) {
    struct b20 a;
    struct b32 key;
    char decimal[80];
    struct buf text = {0};
    hex_decode_digits(a.b, bytes_cstr(address + 2));
    struct st_account *state = st_account(j, &a);
    json_t *o = json_object();
    decimal[u256_to_dec(decimal, &state->balance)] = 0;
    json_object_set_new(o, "balance", json_string(decimal));
    json_object_set_new(o, "nonce", json_integer((json_int_t)state->nonce));
    struct b32 root = st_storage_root(j, state);
    hex_put(&text, BYTES_OF(root));
    json_object_set_new(o, "root", json_string(buf_cstr(&text)));
    buf_clear(&text);
    hex_put(&text, BYTES_OF(state->code_hash));
    json_object_set_new(o, "codeHash", json_string(buf_cstr(&text)));
    json_t *code = json_object_get(account, "code"), *storage = json_object_get(account, "storage");
    if (code) json_object_set(o, "code", code);
    if (storage) {
        const char *slot;
        json_t *value, *trimmed = json_object();
        json_object_foreach(storage, slot, value) {
            const char *digits = json_string_value(value) + 2;
            while (digits[0] == '0' && digits[1] == '0') digits += 2;
            json_object_set_new(trimmed, slot, json_string(digits));
        }
        json_object_set_new(o, "storage", trimmed);
    }
    json_object_set_new(o, "address", json_string(address));
    keccak256(&key, BYTES_OF(a));
    buf_clear(&text);
    hex_put(&text, BYTES_OF(key));
    json_object_set_new(o, "key", json_string(buf_cstr(&text)));
    buf_free(&text);
    return o;
}

static void print_dump(struct st_journal *j) {
    struct b32 root = st_evm_root(j);
    char digits[65];
    const char *address;
    json_t *account, *all = t8n_alloc_json(j), *accounts = json_object(), *o = json_object();
    hex_encode(digits, BYTES_OF(root));
    digits[64] = 0;
    json_object_foreach(all, address, account) {
        struct b20 a;
        char name[CHAIN_ADDRESS_TEXT];
        hex_decode_digits(a.b, bytes_cstr(address + 2));
        chain_address_text(name, &a);
        json_object_set_new(accounts, name, dump_account(j, address, account));
    }
    json_object_set_new(o, "root", json_string(digits));
    json_object_set_new(o, "accounts", accounts);
    json_dumpf(o, stdout, JSON_INDENT(4));
    puts("");
    json_decref(o);
    json_decref(all);
}

static void print_all(struct run *r, const struct options *o, const struct evm_result *result,
                      double time_s) {
    if (o->dump) print_dump(r->journal);
    if (o->bench || o->statdump)
        fprintf(stderr, "EVM gas used:    %llu\nexecution time:  %.3fµs\n",
                (unsigned long long)(r->gas - result->gas_left), time_s * 1e6);
    if (!r->host.tracer) print_result(r, result);
}

/* ---- The commands ---- */

static int run_code(const struct options *o) {
    struct run r = {.gas = 0};
    struct evm_result result;
    arena_init(&r.arena, 0);
    bool ok = read_schedule(&r, o) && read_call(&r, o);
    if (ok) {
        prepare(&r, o);
        double time_s = run_timed(&r, o->bench, &result);
        print_all(&r, o, &result, time_s);
        evm_machine_free(r.env.machine);
        if (r.host.tracer) statetest_trace_end(&r.trace);
    }
    if (r.journal) st_journal_free(r.journal);
    arena_free(&r.arena);
    return ok ? 0 : 1;
}

/* The one argument that is no option. */
static bool take_code(void *ctx, const char *argument) {
    struct options *o = ctx;
    if (o->code) return complain(argument, "there is code already");
    o->code = argument;
    return true;
}

static int cmd_run(int argc, char **argv) {
    struct options o = {.trace = TRACE_DEFAULT};
    bool help = false;
    const struct option_row rows[] = {
        {"code", &o.code, NULL},         {"codefile", &o.codefile, NULL},
        {"input", &o.input, NULL},       {"inputfile", &o.inputfile, NULL},
        {"gas", &o.gas, NULL},           {"fork", &o.fork, NULL},
        {"state.fork", &o.fork, NULL},   {"sender", &o.sender, NULL},
        {"receiver", &o.receiver, NULL}, {"value", &o.value, NULL},
        {"price", &o.price, NULL},       {"prestate", &o.prestate, NULL},
        {"create", NULL, &o.create},     {"dump", NULL, &o.dump},
        {"statdump", NULL, &o.statdump}, {"bench", NULL, &o.bench},
        {"help", NULL, &help},           TRACE_OPTIONS(o.trace),
    };
    if (!options_read("evm run", argc, argv, rows, COUNT_OF(rows), take_code, &o) ||
        !trace_options_check("evm run", &o.trace)) {
        fputs(usage, stderr);
        return 2;
    }
    if (help) {
        fputs(usage, stdout);
        return 0;
    }
    return run_code(&o);
}

int cmd_evm(int argc, char **argv) {
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        {"run", cmd_run},
        {"t8n", cmd_t8n},
        {"transition", cmd_t8n},
        {"statetest", cmd_statetest},
        {"blocktest", cmd_blocktest},
    };
    if (argc >= 2 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-v"))) {
        puts("evm version 0.1.0-tern");
        return 0;
    }
    for (size_t i = 0; argc >= 2 && i < COUNT_OF(commands); i++)
        if (!strcmp(argv[1], commands[i].name)) return commands[i].run(argc - 1, argv + 1);
    bool asked = argc >= 2 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"));
    fputs(usage, asked ? stdout : stderr);
    return asked ? 0 : 2;
}
