/* Messages to the Solana VM, run by the real runtime: its genesis accounts, and a program of the
 * test's own that does what its data says. Senders' logs are put straight into the journal, as the
 * messengers write them. */
#ifndef TERN_TESTS_CROSS_SOLANA_LEGS_H
#define TERN_TESTS_CROSS_SOLANA_LEGS_H

#include "../codec/helpers.h"
#include "cross/internal.h"
#include "crypto/crypto.h"
#include "solana/invoke.h"

static struct st_journal *journal;
static struct xvm_tx tx;
static struct evm_env env;
static uint32_t banks_opened;

static const struct b32 PROBE = {{0x70, [31] = 1}}, PAGE = {{0x71, [31] = 2}},
                        OTHER = {{0x72, [31] = 3}};

/* ---- The program */

/* "show": returns 1 (signed) + 2 (writable) of each account · "writeX": X over the first account's
 * data · "fail": writes "gone", logs, fails with 7 · "burnN": takes N units (8 bytes) · "returnN":
 * returns N bytes (2 bytes). */
static struct sol_fail show(struct sol_context *ctx) {
    size_t n = sol_frame(ctx)->meta_count;
    uint8_t *flags = arena_alloc(&arena, n + 1, 1);
    for (size_t i = 0; i < n; i++)
        flags[i] = (uint8_t)(sol_is_signer(ctx, i) | sol_is_writable(ctx, i) << 1);
    sol_set_return_data(ctx, sol_program_id(ctx), bytes_make(flags, n));
    return SOL_OK;
}

static struct sol_fail put_data(struct sol_context *ctx, struct bytes data) {
    uint8_t *p;
    struct sol_fail f = sol_data_for_write(ctx, 0, &p);
    if (!f.code) memcpy(p, data.p, data.n);
    return f;
}

static bool begins(struct bytes *data, const char *word) {
    size_t n = strlen(word);
    if (data->n < n || memcmp(data->p, word, n) != 0) return false;
    *data = bytes_sub(*data, n, data->n - n);
    return true;
}

static struct sol_fail run_probe(struct sol_context *ctx) {
    static const uint8_t zeros[2048];
    struct bytes data = sol_data(ctx);
    struct sol_fail f = sol_charge(ctx, 100);
    if (f.code) return f;
    if (begins(&data, "show")) return show(ctx);
    if (begins(&data, "write")) return put_data(ctx, data);
    if (begins(&data, "burn")) return sol_charge(ctx, load_le64(data.p));
    if (begins(&data, "return")) {
        sol_set_return_data(ctx, sol_program_id(ctx), bytes_make(zeros, load_le16(data.p)));
        return SOL_OK;
    }
    put_data(ctx, BYTES_LIT("gone"));
    sol_log(ctx, "Program log: it says no");
    return sol_custom(7);
}

static const struct sol_builtin PROBE_BUILTIN = {
    .id = {{0x70, [31] = 1}}, .name = "probe", .run = run_probe};
static struct sol_bank bank;

/* The sysvar accounts are written on first use, as on a chain. */
static const struct sol_bank *open_bank(void *ctx) {
    assert_ptr_equal(ctx, &bank);
    if (banks_opened++) return &bank;
    struct st_svm_account clock = {.lamports = 1, .owner = *sol_id(SOL_ID_SYSVAR)};
    st_set_svm_account(journal, sol_id(SOL_ID_SYSVAR_CLOCK), &clock);
    sol_sysvars_load(&bank.sysvars, journal, &arena);
    return &bank;
}

/* ---- The world */

static void put_account(const struct b32 *key, uint64_t lamports, const struct b32 *owner,
                        size_t data_bytes) {
    st_set_svm_account(
        journal, key,
        &(struct st_svm_account){
            .lamports = lamports,
            .rent_epoch = UINT64_MAX,
            .owner = *owner,
            .data = bytes_make(arena_zalloc(&arena, data_bytes + 1, 1), data_bytes)});
}

static struct st_svm_account account(const struct b32 *key) {
    struct st_svm_account a = {0};
    st_svm_account(journal, key, &a);
    return a;
}

static int setup(void **state) {
    setup_arena(state);
    journal = st_journal_new(NULL);
    bank = (struct sol_bank){.slot = 7,
                             .features = sol_mainnet_features,
                             .builtins = &PROBE_BUILTIN,
                             .builtin_count = 1};
    banks_opened = 0;
    st_begin_tx(journal);
    sol_genesis_accounts(journal, &bank);
    put_account(&PAGE, 10000000, &PROBE, 16);
    st_end_tx(journal, true);
    return 0;
}

static int teardown(void **state) {
    st_journal_free(journal);
    return teardown_arena(state);
}

static void begin(uint8_t root_byte) {
    st_begin_tx(journal);
    env = (struct evm_env){.chain_id = 31337, .journal = journal};
    tx = (struct xvm_tx){.params = xvm_params_default,
                         .journal = journal,
                         .evm = &env,
                         .height = root_byte,
                         .root_vm = ST_VM_EVM,
                         .root_sender = {.vm = ST_VM_EVM, .bytes = {[19] = 0xee}},
                         .open_bank = open_bank,
                         .open_bank_ctx = &bank};
    memset(tx.root_hash.b, root_byte, 32);
    xvm_begin(&tx);
}

static uint64_t finish_with(uint64_t gas) {
    size_t logs;
    st_logs(journal, &logs);
    xvm_root_done(&tx,
                  &(struct xvm_leg){.kind = XVM_LEG_ROOT, .ok = true, .log_count = (uint32_t)logs});
    xvm_drain(&tx, &gas);
    return gas;
}

static uint64_t finish(void) {
    return finish_with(30000000);
}

static void end(void) {
    st_end_tx(journal, true);
}

static struct xvm_message message(uint32_t i) {
    struct xvm_message m;
    assert_true(i < tx.message_count);
    if (!xvm_message_get(journal, &tx.messages[i], &arena, &m)) fail_msg("no message %u", i);
    return m;
}

/* ---- Senders */

static struct xvm_actor evm_sender(uint8_t n) {
    return (struct xvm_actor){.vm = ST_VM_EVM, .bytes = {[19] = n}};
}
struct call {
    const struct b32 *program;
    const struct sol_key *metas;
    size_t meta_count;
    struct bytes data;
};

static struct abi_value word_of(const struct abi_type *t, uint64_t v) {
    return (struct abi_value){.type = t, .word = u256_from_u64(v)};
}

static struct abi_value abi_metas(const struct abi_type *t, const struct call *c) {
    struct abi_value *items = ARENA_ARRAY(&arena, struct abi_value, c->meta_count);
    for (size_t i = 0; i < c->meta_count; i++) {
        const struct abi_type *item = t->items;
        struct abi_value *fields = ARENA_ARRAY(&arena, struct abi_value, 3);
        fields[0] = (struct abi_value){.type = &item->items[0], .data = BYTES_OF(c->metas[i].key)};
        fields[1] = word_of(&item->items[1], c->metas[i].signer);
        fields[2] = word_of(&item->items[2], c->metas[i].writable);
        items[i] = (struct abi_value){.type = item, .items = fields, .count = 3};
    }
    return (struct abi_value){.type = t, .items = items, .count = c->meta_count};
}

/* The data of SolanaVM's Call; with options, of TernQueue's SendSolana. */
static struct bytes event_data(const struct call *c, const uint64_t *options) {
    static const char plain[] = "(bytes32,(bytes32,bool,bool)[],bytes)",
                      full[] = "(bytes32,(bytes32,bool,bool)[],bytes,"
                               "uint64,uint64,uint64,uint64,uint64,uint64,uint64,uint64)";
    const struct abi_type *types;
    struct abi_value items[11];
    struct buf out = {0};
    assert_ok(abi_parse_types(&arena, bytes_cstr(options ? full : plain), &types));
    items[0] = (struct abi_value){.type = &types->items[0], .data = BYTES_OF(*c->program)};
    items[1] = abi_metas(&types->items[1], c);
    items[2] = (struct abi_value){.type = &types->items[2], .data = c->data};
    for (size_t i = 3; i < types->count; i++)
        items[i] = word_of(&types->items[i], i < 6 ? options[i - 3] : 0);
    struct abi_value v = {.type = types, .items = items, .count = types->count};
    assert_ok(abi_encode(&out, &arena, &v));
    struct bytes copy = arena_copy(&arena, buf_bytes(&out));
    buf_free(&out);
    return copy;
}

static const char CALL[] = "Call(address,bytes32,(bytes32,bool,bool)[],bytes)",
                  SEND[] = "SendSolana(address,bytes32,uint256,bytes32,(bytes32,bool,bool)[],bytes,"
                           "(uint8,bool,uint64,uint64,address,bytes4,uint64,bool))",
                  RETRY[] = "Retry(address,bytes32)", CANCEL[] = "Cancel(address,bytes32)";

static void put_log(const struct b20 *address, const char *signature, uint8_t sender,
                    const struct b32 *third, struct bytes data) {
    struct st_log log = {.vm = ST_VM_EVM, .address = *address, .topic_count = 2, .data = data};
    keccak256(&log.topics[0], bytes_cstr(signature));
    log.topics[1].b[31] = sender;
    if (third) log.topics[log.topic_count++] = *third;
    if (signature == SEND) log.topic_count++; /* no value */
    st_add_log(journal, &log);
}

static void call_from_evm(uint8_t sender, const struct call *c) {
    put_log(&XVM_SOLANAVM_ADDRESS, CALL, sender, NULL, event_data(c, NULL));
}

#endif
