#include "node/svm_exec.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "codec/codec.h"
#include "solana/solana.h"

const char svm_exec_usage[] =
    "tern svm exec\n"
    "\n"
    "Runs Solana transactions over accounts in memory. Reads lines of JSON, answers each with "
    "one:\n"
    "  {\"genesis\": true}                      writes the built-in programs' accounts\n"
    "  {\"account\": {\"key\", \"lamports\", \"owner\", \"executable\", \"data\"}}\n"
    "                                         writes an account; a sysvar's too\n"
    "  {\"bank\": {\"slot\", \"blockhash\", \"features\": {NAME: BOOL}}}\n"
    "  {\"get\": KEY}                           answers with the account or null\n"
    "  {\"transaction\": BASE64, \"verify\": BOOL, \"anyBlockhash\": BOOL, \"anySize\": BOOL}\n"
    "                                         answers with error, fee, units, logs, returnData, "
    "inner,\n"
    "                                         and the accounts that it could write\n"
    "  {\"transactions\": [BASE64, ...], \"verify\": BOOL, \"anyBlockhash\": BOOL}\n"
    "                                         runs them all, answers with how many failed and the\n"
    "                                         nanoseconds that the processor took\n"
    "Keys are base58, data is base64. What cannot be read is answered with {\"problem\": TEXT}.\n";

enum { LINE_MAX_BYTES = 64 << 20, DEPTH_MAX = 8 };

struct exec {
    struct st_journal *journal;
    struct sol_bank bank;
    struct arena arena;   /* of one line */
    struct arena sysvars; /* what the bank's sysvars point to */
    bool sysvars_stale;
};

/* ---- Reading */

static bool read_key(const json_t *v, struct b32 *out) {
    const char *s = json_string_value(v);
    return s && !err_is(base58_read_fixed(out->b, sizeof *out, bytes_cstr(s)));
}

static bool read_base64(struct exec *x, const json_t *v, struct bytes *out) {
    struct buf b = {0};
    const char *s = json_string_value(v);
    bool ok = s && !err_is(base64_read(&b, bytes_cstr(s)));
    if (ok) *out = arena_copy(&x->arena, buf_bytes(&b));
    buf_free(&b);
    return ok;
}

/* A number, or one in a string where JSON's would lose digits. */
static bool read_u64(const json_t *v, uint64_t *out) {
    const char *s = json_string_value(v);
    char *end;
    if (json_is_integer(v)) {
        *out = (uint64_t)json_integer_value(v);
        return true;
    }
    if (!s || !*s) return false;
    *out = strtoull(s, &end, 10);
    return *end == 0;
}

/* ---- Answers */

static json_t *problem(const char *text) {
    return json_pack("{s:s}", "problem", text);
}

static json_t *text_of(const struct buf *b) {
    return b->n ? json_stringn((const char *)b->p, b->n) : json_string("");
}

static json_t *base64_of(struct bytes in) {
    struct buf b = {0};
    base64_put(&b, in);
    json_t *v = text_of(&b);
    buf_free(&b);
    return v;
}

static json_t *u64_of(uint64_t v) {
    char s[24];
    snprintf(s, sizeof s, "%llu", (unsigned long long)v);
    return json_string(s);
}

static json_t *account_of(struct exec *x, const struct b32 *key) {
    struct st_svm_account a;
    if (!st_svm_account(x->journal, key, &a)) return json_null();
    return json_pack("{s:s,s:o,s:s,s:b,s:o}", "key", sol_text(key).s, "lamports",
                     u64_of(a.lamports), "owner", sol_text(&a.owner).s, "executable",
                     (int)a.executable, "data", base64_of(a.data));
}

static json_t *error_of(const struct sol_error *e) {
    if (!e->code) return json_null();
    struct buf b = {0};
    sol_error_json(&b, e);
    json_t *v = json_loadb((const char *)b.p, b.n, JSON_DECODE_ANY, NULL);
    buf_free(&b);
    return v;
}

static json_t *list_of_bytes(struct bytes in) {
    json_t *list = json_array();
    for (size_t i = 0; i < in.n; i++) json_array_append_new(list, json_integer(in.p[i]));
    return list;
}

static json_t *inner_of(const struct sol_result *r) {
    json_t *list = json_array();
    for (size_t i = 0; i < r->inner_count; i++) {
        const struct sol_inner *in = &r->inner[i];
        json_array_append_new(list,
                              json_pack("{s:i,s:i,s:i,s:o,s:o}", "outer", in->outer, "height",
                                        in->height, "program", in->program, "accounts",
                                        list_of_bytes(in->accounts), "data", base64_of(in->data)));
    }
    return list;
}

static json_t *logs_of(const struct sol_result *r) {
    json_t *list = json_array();
    for (size_t i = 0; i < r->log_count; i++)
        json_array_append_new(list, r->logs[i].n
                                        ? json_stringn((const char *)r->logs[i].p, r->logs[i].n)
                                        : json_string(""));
    return list;
}

static json_t *accounts_of(struct exec *x, const struct sol_message *m) {
    json_t *list = json_array();
    for (size_t i = 0; i < m->key_count; i++)
        if (m->keys[i].writable)
            json_array_append_new(list, json_pack("{s:s,s:o}", "key", sol_text(&m->keys[i].key).s,
                                                  "account", account_of(x, &m->keys[i].key)));
    return list;
}

static json_t *result_of(struct exec *x, const struct sol_result *r, const struct sol_message *m) {
    json_t *data = json_null();
    if (r->return_data.n)
        data = json_pack("{s:s,s:o}", "program", sol_text(&r->return_program).s, "data",
                         base64_of(r->return_data));
    return json_pack("{s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o}", "error", error_of(&r->error), "included",
                     (int)r->included, "fee", u64_of(r->fee), "units", u64_of(r->units), "logs",
                     logs_of(r), "returnData", data, "inner", inner_of(r), "accounts",
                     m ? accounts_of(x, m) : json_array());
}

/* ---- Commands */

static json_t *set_account(struct exec *x, const json_t *v) {
    struct st_svm_account a = {.rent_epoch = UINT64_MAX};
    struct b32 key;
    if (!read_key(json_object_get(v, "key"), &key)) return problem("account: key is no key");
    if (!read_key(json_object_get(v, "owner"), &a.owner))
        return problem("account: owner is no key");
    if (!read_u64(json_object_get(v, "lamports"), &a.lamports))
        return problem("account: lamports is no number");
    if (!read_base64(x, json_object_get(v, "data"), &a.data))
        return problem("account: data is not base64");
    a.executable = json_is_true(json_object_get(v, "executable"));
    st_begin_tx(x->journal);
    st_set_svm_account(x->journal, &key, &a);
    st_end_tx(x->journal, false);
    x->sysvars_stale |= sol_is(&a.owner, SOL_ID_SYSVAR);
    return json_pack("{s:b}", "ok", 1);
}

static bool set_feature(struct sol_features *f, const char *name, bool on) {
#define FEATURE(feature, mainnet, id)                                                              \
    if (!strcmp(name, #feature)) {                                                                 \
        f->feature = on;                                                                           \
        return true;                                                                               \
    }
#include "solana/features.def"
#undef FEATURE
    return false;
}

static json_t *set_bank(struct exec *x, json_t *v) {
    const char *name;
    json_t *on;
    if (json_object_get(v, "slot") && !read_u64(json_object_get(v, "slot"), &x->bank.slot))
        return problem("bank: slot is no number");
    if (json_object_get(v, "blockhash") &&
        !read_key(json_object_get(v, "blockhash"), &x->bank.blockhash))
        return problem("bank: blockhash is no hash");
    json_object_foreach(json_object_get(v, "features"), name, on) {
        if (!set_feature(&x->bank.features, name, json_is_true(on)))
            return problem("bank: no such feature");
    }
    if (json_object_get(v, "features")) {
        sol_programs_free(x->bank.programs);
        x->bank.programs = sol_programs_new(0, &x->bank.features);
    }
    return json_pack("{s:b}", "ok", 1);
}

static void refresh_sysvars(struct exec *x) {
    if (!x->sysvars_stale) return;
    arena_reset(&x->sysvars);
    sol_sysvars_load(&x->bank.sysvars, x->journal, &x->sysvars);
    x->sysvars_stale = false;
}

static json_t *run(struct exec *x, const struct sol_tx *tx, const json_t *v) {
    struct sol_options options = {.any_blockhash =
                                      json_is_true(json_object_get(v, "anyBlockhash"))};
    struct sol_result r = {0};
    struct sol_message m;
    if (json_is_true(json_object_get(v, "verify")) && !sol_tx_verify(tx))
        r.error = sol_error(SOL_TX_SIGNATURE_FAILURE);
    if (!r.error.code) r.error = sol_tx_resolve(&m, tx, &x->bank, x->journal, &x->arena);
    if (r.error.code) return result_of(x, &r, NULL);
    sol_process(&x->bank, x->journal, &m, &options, &r);
    return result_of(x, &r, &m);
}

/* With "anySize" only the message is decoded: it may be longer than a packet, as in the peer. */
static struct err decode(struct exec *x, const json_t *v, struct bytes wire, struct sol_tx *tx) {
    uint16_t count;
    size_t n = sol_compact_u16_get(wire, &count);
    if (!json_is_true(json_object_get(v, "anySize")) || n == 0 ||
        wire.n - n < (size_t)count * SOL_SIGNATURE_BYTES)
        return sol_tx_decode(tx, wire, &x->arena);
    n += (size_t)count * SOL_SIGNATURE_BYTES;
    return sol_message_decode(tx, bytes_sub(wire, n, wire.n - n), &x->arena);
}

static json_t *send(struct exec *x, const json_t *v) {
    struct sol_tx tx;
    struct bytes wire;
    if (!read_base64(x, json_object_get(v, "transaction"), &wire))
        return problem("transaction is not base64");
    refresh_sysvars(x);
    struct err e = decode(x, v, wire, &tx);
    if (err_is(e)) {
        struct sol_result r = {.error = sol_error((enum sol_tx_error)e.code)};
        return result_of(x, &r, NULL);
    }
    st_begin_tx(x->journal);
    json_t *out = run(x, &tx, v);
    st_end_tx(x->journal, false);
    return out;
}

/* Decodes and runs one, without an answer; false if it fails. */
static bool run_quietly(struct exec *x, struct bytes wire, bool verify,
                        const struct sol_options *options) {
    struct sol_tx tx;
    struct sol_message m;
    struct sol_result r = {0};
    if (err_is(sol_tx_decode(&tx, wire, &x->arena)) || (verify && !sol_tx_verify(&tx)))
        return false;
    st_begin_tx(x->journal);
    r.error = sol_tx_resolve(&m, &tx, &x->bank, x->journal, &x->arena);
    if (!r.error.code) sol_process(&x->bank, x->journal, &m, options, &r);
    st_end_tx(x->journal, false);
    return !r.error.code;
}

static uint64_t processor_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* For benchmarks beside a peer: what comes in and goes out as JSON is not counted. */
static json_t *send_all(struct exec *x, const json_t *v) {
    const json_t *list = json_object_get(v, "transactions");
    size_t count = json_array_size(list), failed = 0;
    struct bytes *wires = ARENA_ARRAY(&x->arena, struct bytes, count);
    struct sol_options options = {.any_blockhash =
                                      json_is_true(json_object_get(v, "anyBlockhash"))};
    bool verify = json_is_true(json_object_get(v, "verify"));
    for (size_t i = 0; i < count; i++)
        if (!read_base64(x, json_array_get(list, i), &wires[i]))
            return problem("a transaction is not base64");
    refresh_sysvars(x);
    uint64_t start = processor_ns();
    for (size_t i = 0; i < count; i++) failed += !run_quietly(x, wires[i], verify, &options);
    return json_pack("{s:I,s:I}", "failed", (json_int_t)failed, "ns",
                     (json_int_t)(processor_ns() - start));
}

static json_t *answer(struct exec *x, json_t *v) {
    struct b32 key;
    if (json_object_get(v, "transaction")) return send(x, v);
    if (json_object_get(v, "transactions")) return send_all(x, v);
    if (json_object_get(v, "account")) return set_account(x, json_object_get(v, "account"));
    if (json_object_get(v, "bank")) return set_bank(x, json_object_get(v, "bank"));
    if (json_object_get(v, "get"))
        return read_key(json_object_get(v, "get"), &key) ? account_of(x, &key)
                                                         : problem("get: no key");
    if (!json_object_get(v, "genesis")) return problem("no such command");
    st_begin_tx(x->journal);
    sol_genesis_accounts(x->journal, &x->bank);
    st_end_tx(x->journal, false);
    return json_pack("{s:b}", "ok", 1);
}

static void answer_line(struct exec *x, struct bytes line) {
    json_t *v;
    struct err e = json_read(&x->arena, line, LINE_MAX_BYTES, DEPTH_MAX, &v);
    json_t *out = err_is(e) ? problem(e.text) : answer(x, v);
    if (!err_is(e)) json_decref(v);
    json_dumpf(out, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
    putchar('\n');
    fflush(stdout);
    json_decref(out);
    arena_reset(&x->arena);
}

int svm_exec(void) {
    struct exec x = {.journal = st_journal_new(NULL),
                     .bank = {.slot = 1,
                              .lamports_per_signature = SOL_LAMPORTS_PER_SIGNATURE,
                              .blockhash_count = 1,
                              .features = sol_mainnet_features},
                     .sysvars_stale = true};
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    x.bank.blockhashes = &x.bank.blockhash;
    x.bank.programs = sol_programs_new(0, &x.bank.features);
    arena_init(&x.arena, 0);
    arena_init(&x.sysvars, 0);
    while ((n = getline(&line, &room, stdin)) > 0) answer_line(&x, bytes_make(line, (size_t)n));
    free(line);
    st_journal_free(x.journal);
    sol_programs_free(x.bank.programs);
    arena_free(&x.arena);
    arena_free(&x.sysvars);
    return 0;
}
