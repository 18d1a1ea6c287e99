/* A message to the Solana VM: one instruction, which the sender's alias has signed if it is among
 * its accounts. Nobody else can have: no transaction stands behind it. */
#include "cross/gateway.h"
#include "cross/internal.h"
#include "cross/tokens.h"
#include "solana/invoke.h"
#include "solana/solana.h"

enum {
    WORD_GAS = 3,   /* for each 32 bytes of its accounts, which the runtime copies: as EVM copies */
    RECORD_GAS = 8, /* for each byte that is kept, as the EVM charges for logs */
    LAST_LOGS = 8,
    LOG_BYTES_MAX = 512, /* of one line in an error */
};

static bool is_read_only(const struct xvm_tx *tx) {
    return tx->frame && tx->frame->read_only;
}

/* ---- The message */

/* Reads the accounts. The alias signs wherever it is named. */
static bool read_metas(struct xvm_tx *tx, const struct xvm_message *m, const struct b32 *alias,
                       struct sol_key *keys, struct xvm_run *run) {
    for (size_t i = 0; i < m->metas.n / XVM_META_BYTES; i++) {
        const uint8_t *p = m->metas.p + i * XVM_META_BYTES;
        memcpy(&keys[i].key, p, sizeof keys[i].key);
        keys[i].writable = p[32] & XVM_META_WRITABLE;
        keys[i].signer = b32_eq(&keys[i].key, alias);
        if (!(p[32] & XVM_META_SIGNER) || keys[i].signer) continue;
        xvm_fail(run, XVM_FAIL_MALFORMED,
                 arena_printf(tx->arena,
                              "Solana: %s: account %zu, %s, cannot have signed: only the sender's "
                              "alias, %s, signs",
                              sol_text((const struct b32 *)(const void *)m->program.p).s, i,
                              sol_text(&keys[i].key).s, sol_text(alias).s));
        return false;
    }
    return true;
}

/* What is wrong with the message's size; NULL if nothing is. */
static const char *check_size(const struct xvm_message *m) {
    if (m->metas.n > (size_t)SOL_IX_ACCOUNTS_MAX * XVM_META_BYTES)
        return "Solana: the instruction names more accounts than one may, 255";
    if (m->call_data.n > SOL_CPI_DATA_MAX_BYTES)
        return "Solana: the instruction's data is longer than it may be, 10,240 bytes";
    return NULL;
}

/* ---- The end */

static struct sol_error error_of_program(struct st_journal *j, const struct b32 *program) {
    struct st_svm_account a;
    if (!st_svm_account(j, program, &a)) return sol_error(SOL_TX_PROGRAM_ACCOUNT_NOT_FOUND);
    return sol_error(a.executable ? SOL_TX_OK : SOL_TX_INVALID_PROGRAM_FOR_EXECUTION);
}

static enum xvm_failure failure_of(const struct sol_result *r, const struct sol_budget *b) {
    switch (r->error.code) {
    case SOL_TX_OK: return XVM_OK;
    case SOL_TX_PROGRAM_ACCOUNT_NOT_FOUND:
    case SOL_TX_INVALID_PROGRAM_FOR_EXECUTION: return XVM_FAIL_TARGET;
    case SOL_TX_TOO_MANY_ACCOUNT_LOCKS:
    case SOL_TX_MAX_LOADED_ACCOUNTS_DATA_SIZE_EXCEEDED: return XVM_FAIL_LIMIT;
    default: break;
    }
    /* More gas helps only up to what a message may use at all. */
    if (r->lacked_units && b->units < SOL_UNITS_MAX) return XVM_FAIL_GAS;
    if (r->error.fail.code == SOL_IX_REENTRANCY_NOT_ALLOWED && b->waiting) return XVM_FAIL_REENTRY;
    bool started = r->inner_count || r->error.fail.code != SOL_IX_UNSUPPORTED_PROGRAM_ID;
    return started ? XVM_FAIL_REVERTED : XVM_FAIL_TARGET; /* not deployed, or not yet */
}

/* "Solana: PROGRAM: custom program error: 0x1", and the last lines of the log. */
static struct bytes error_text(struct arena *arena, const struct b32 *program,
                               const struct sol_message *m, const struct sol_result *r) {
    struct buf text = {0};
    size_t first = r->log_count > LAST_LOGS ? r->log_count - LAST_LOGS : 0;
    buf_printf(&text, "Solana: %s: ", sol_text(program).s);
    if (r->error.code == SOL_TX_INSTRUCTION_ERROR)
        sol_fail_text(&text, r->error.fail);
    else
        sol_error_text(&text, &r->error);
    if (r->error.code == SOL_TX_INSUFFICIENT_FUNDS_FOR_RENT)
        buf_printf(&text, ": %s", sol_text(&m->keys[r->error.index].key).s);
    for (size_t i = first; i < r->log_count; i++) {
        buf_put_u8(&text, '\n');
        buf_put_bytes(&text, bytes_sub(r->logs[i], 0, min_u64(r->logs[i].n, LOG_BYTES_MAX)));
    }
    struct bytes out = arena_copy(arena, buf_bytes(&text));
    buf_free(&text);
    return out;
}

/* ---- The leg */

struct leg {
    struct xvm_tx *tx;
    const struct sol_bank *bank;
    struct b32 program;
    struct xvm_svm_leg *svm;
    struct sol_budget budget;
    uint64_t before_gas; /* for what no compute units are taken */
    uint64_t derive_gas; /* for finding accounts that the message does not name */
    /* The alias, if value has come and no meta names it: receipts show it. */
    const struct sol_key *funded;
};

/* What it costs to lay the instruction's accounts out for the program, to have the bytecode of
 * those that are programs at hand, which may have to be verified and compiled, and to verify
 * signatures if the program is a precompile. */
static uint64_t before_gas(struct st_journal *j, const struct sol_message *m) {
    const struct sol_instruction *in = &m->instructions[0];
    bool named[SOL_KEYS_MAX] = {false};
    uint64_t gas = sol_message_signatures(m) * (uint64_t)XVM_SIGNATURE_GAS;
    for (size_t i = 0; i < in->accounts.n; i++) named[in->accounts.p[i]] = true;
    for (size_t i = 0; i < m->key_count; i++) {
        struct st_svm_account a;
        if (!st_svm_account(j, &m->keys[i].key, &a)) continue;
        bool is_native = sol_is(&a.owner, SOL_ID_NATIVE_LOADER);
        if (named[i] || !is_native) gas += xvm_words(a.data.n) * WORD_GAS;
        gas += xvm_words(sol_program_data_bytes(j, m, &a)) * WORD_GAS;
    }
    return gas;
}

uint64_t xvm_svm_record_gas(const struct sol_result *r) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < r->inner_count; i++)
        bytes += r->inner[i].data.n + r->inner[i].accounts.n;
    return bytes * RECORD_GAS;
}

static void charge_record(struct sol_result *r, uint64_t gas, struct xvm_run *run) {
    uint64_t floor = xvm_svm_record_gas(r);
    run->gas_used = max_u64(run->gas_used, min_u64(floor, gas));
    if (floor <= gas) return;
    r->inner_count = 0;
    if (run->failure == XVM_OK)
        xvm_fail(run, XVM_FAIL_GAS,
                 "Solana: not enough gas was left to keep the instructions that programs started");
}

/* May the leg write what its accounts say? */
static bool check_writable(const struct leg *l, struct xvm_run *run) {
    struct xvm_tx *tx = l->tx;
    const struct sol_message *m = &l->svm->message;
    bool read_only = is_read_only(tx);
    for (size_t i = 0; i < m->key_count; i++) {
        const struct b32 *key = &m->keys[i].key;
        if (!m->keys[i].writable || (!read_only && !xvm_svm_is_held(tx, key))) continue;
        xvm_fail(run, read_only ? XVM_FAIL_READ_ONLY : XVM_FAIL_REENTRY,
                 arena_printf(tx->arena, "Solana: %s: account %s cannot be written: %s",
                              sol_text(&l->program).s, sol_text(key).s,
                              read_only ? "the call is read-only"
                                        : "a program that waits for this call has it"));
        return false;
    }
    return true;
}

static bool is_named(const struct b32 *key, const struct sol_key *keys, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (b32_eq(&keys[i].key, key)) return true;
    return false;
}

/* What has come with the call came before its program ran: the leg's balances begin without it. */
static void show_funds(struct leg *l, const struct xvm_funds *funds, const struct b32 *alias,
                       const struct xvm_run *run) {
    struct sol_result *r = &l->svm->result;
    const struct sol_message *m = &l->svm->message;
    struct u256 unit = u256_from_u64(1000000000), lamports;
    u256_divmod(&lamports, NULL, &funds->wei, &unit);
    for (size_t i = 0; r->lamports_before && i < m->key_count; i++) {
        if (!b32_eq(&m->keys[i].key, alias)) continue;
        r->lamports_before[i] -= lamports.w[0];
        if (run->failure != XVM_OK) r->lamports_after[i] -= lamports.w[0]; /* it goes back */
    }
}

static void run_leg(struct leg *l) {
    struct st_journal *j = l->tx->journal;
    struct arena *arena = l->tx->arena;
    struct xvm_svm_leg *s = l->svm;
    struct sol_message *m = &s->message;
    s->tokens_before_count = sol_token_balances(j, m->keys, m->key_count, arena, &s->tokens_before);
    sol_run_message(l->bank, j, m, &l->budget, &s->result);
    s->tokens_after_count = sol_token_balances(j, m->keys, m->key_count, arena, &s->tokens_after);
}

static void describe_failure(const struct leg *l, struct xvm_run *run) {
    const struct sol_result *r = &l->svm->result;
    bool own = r->error.code == SOL_TX_INSTRUCTION_ERROR && r->error.fail.code == SOL_IX_CUSTOM;
    run->code = own ? r->error.fail.custom : 0;
    run->error = error_text(l->tx->arena, &l->program, &l->svm->message, r);
}

static void deliver(struct leg *l, const struct xvm_message *m, const struct sol_key *keys,
                    uint64_t gas, struct xvm_run *run) {
    struct xvm_tx *tx = l->tx;
    struct xvm_svm_leg *s = l->svm;
    struct sol_result *r = &s->result;
    r->error = error_of_program(tx->journal, &l->program);
    if (!r->error.code)
        r->error = sol_message_compile_beside(&s->message, l->funded, &l->program, keys,
                                              m->metas.n / XVM_META_BYTES, m->call_data, l->bank,
                                              tx->arena);
    if (!r->error.code) {
        if (!check_writable(l, run)) return;
        l->before_gas = before_gas(tx->journal, &s->message) + l->derive_gas;
        if (l->before_gas > gas) {
            run->gas_used = gas;
            xvm_fail(run, XVM_FAIL_GAS,
                     sol_message_signatures(&s->message)
                         ? "Solana: not enough gas was left to verify the signatures"
                         : "Solana: not enough gas was left to load the accounts");
            return;
        }
        uint64_t units = xvm_units_of_gas(&tx->params, gas - l->before_gas);
        l->budget = (struct sol_budget){.units = (uint32_t)min_u64(units, SOL_UNITS_MAX),
                                        .heap_bytes = SOL_HEAP_DEFAULT_BYTES,
                                        .loaded_bytes_max = SOL_LOADED_MAX_BYTES,
                                        .waiting = xvm_svm_waiting(tx),
                                        .read_only = is_read_only(tx)};
        run_leg(l);
        run->svm = s;
    }
    run->vm_gas_used = r->units;
    run->gas_used = min_u64(gas, l->before_gas + xvm_gas_of_units(&tx->params, r->units));
    run->failure = failure_of(r, &l->budget);
    if (run->failure != XVM_OK) describe_failure(l, run);
    charge_record(r, gas, run);
    if (run->failure == XVM_OK) run->result = r->return_data;
}

/* The token gateway's messages name no accounts: which ones they need is found here. */
static bool fill_metas(struct leg *l, struct xvm_message *m, const struct b32 *alias,
                       struct xvm_run *run) {
    if (m->metas.n || !b32_eq(&l->program, &XVM_GATEWAY_ID)) return true;
    if (xvm_gateway_metas(l->tx, m->call_data, alias, &m->metas, &l->derive_gas)) return true;
    xvm_fail(run, XVM_FAIL_MALFORMED, "Solana: what the token gateway is told is malformed");
    return false;
}

void xvm_deliver_svm(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
                     uint64_t gas, struct xvm_run *run) {
    struct leg l = {.tx = tx, .bank = xvm_svm_bank(tx)};
    struct xvm_actor alias;
    run->to = m->program;
    if (!xvm_enter(tx, m, funds, &alias, run)) return;
    if (!l.bank) {
        xvm_fail(run, XVM_FAIL_TARGET, "there is no Solana VM on this chain");
        return;
    }
    if (m->program.n != sizeof l.program) { /* it was refused at its start, and is retried */
        xvm_fail(run, XVM_FAIL_MALFORMED, "the event's data was malformed");
        return;
    }
    const char *too_large = check_size(m);
    if (too_large) {
        xvm_fail(run, XVM_FAIL_LIMIT, too_large);
        return;
    }
    struct b32 key = xvm_actor_b32(&alias);
    struct xvm_message full = *m; /* the stored one stays as it was given */
    memcpy(&l.program, m->program.p, sizeof l.program);
    if (!fill_metas(&l, &full, &key, run)) return;
    struct sol_key *keys = ARENA_ARRAY(tx->arena, struct sol_key, full.metas.n / XVM_META_BYTES);
    if (!read_metas(tx, &full, &key, keys, run)) return;
    l.svm = ARENA_NEW(tx->arena, struct xvm_svm_leg);
    const struct sol_key funded = {.key = key, .writable = true};
    if (!u256_is_zero(&funds->wei) && !is_named(&key, keys, full.metas.n / XVM_META_BYTES))
        l.funded = &funded;
    deliver(&l, &full, keys, gas, run);
    if (!u256_is_zero(&funds->wei)) show_funds(&l, funds, &key, run);
}
