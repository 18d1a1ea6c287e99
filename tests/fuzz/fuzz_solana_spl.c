/* Instructions for SPL's programs on a small world of mints, token accounts and multisigs. Nothing
 * may crash; lamports are neither made nor lost; a mint's supply is what its accounts hold, and an
 * account of wrapped SOL has the lamports that it says. Input: solana_message.h. */
#include <stdlib.h>

#include "solana_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t ids[] = {SOL_ID_TOKEN,      SOL_ID_ASSOCIATED_TOKEN, SOL_ID_MEMO,
                              SOL_ID_MEMO_V1,    SOL_ID_SYSTEM_PROGRAM,   SOL_ID_SYSVAR_RENT,
                              SOL_ID_NATIVE_MINT};

enum own {
    WALLET, /* three of them; the last has no account */
    MINT = WALLET + 3,
    MINT_OF_MULTISIG,
    ACCOUNT, /* of both wallets and the multisig */
    WRAPPED = ACCOUNT + 3,
    MULTISIG,
    BLANK_MINT,
    BLANK_ACCOUNT,
    BLANK_MULTISIG,
    ASSOCIATED, /* of the first wallet and of that account, for the first mint */
    OWN = ASSOCIATED + 2
};
enum { KEYS = COUNT_OF(ids) + OWN, LAMPORTS = 10000000, TOKENS = 1000, DECIMALS = 6 };

struct world {
    struct st_journal *journal;
    struct sol_bank bank;
    struct arena arena;
    struct b32 keys[KEYS];
};

static void put(struct world *w, const struct b32 *key, uint8_t owner, struct bytes data) {
    st_set_svm_account(
        w->journal, key,
        &(struct st_svm_account){
            .lamports = LAMPORTS, .rent_epoch = UINT64_MAX, .owner = *sol_id(owner), .data = data});
}

static void put_rent(struct world *w) {
    struct buf b = {0};
    sol_rent_encode(&b, &sol_default_rent);
    put(w, sol_id(SOL_ID_SYSVAR_RENT), SOL_ID_SYSVAR, buf_bytes(&b));
    buf_free(&b);
    sol_sysvars_load(&w->bank.sysvars, w->journal, &w->arena);
}

static void put_mint(struct world *w, enum own i, const struct b32 *authority, uint64_t supply) {
    const struct b32 *own = w->keys + COUNT_OF(ids);
    uint8_t data[SOL_MINT_BYTES] = {[SOL_MINT_AUTHORITY] = 1,
                                    [SOL_MINT_FREEZE_AUTHORITY] = 1,
                                    [SOL_MINT_DECIMALS] = DECIMALS,
                                    [SOL_MINT_INITIALIZED] = 1};
    memcpy(data + SOL_MINT_AUTHORITY + 4, authority, 32);
    memcpy(data + SOL_MINT_FREEZE_AUTHORITY + 4, authority, 32);
    store_le64(data + SOL_MINT_SUPPLY, supply);
    put(w, &own[i], SOL_ID_TOKEN, BYTES_OF(data));
}

static void put_account(struct world *w, enum own i, const struct b32 *mint,
                        const struct b32 *owner, uint64_t reserve) {
    const struct b32 *own = w->keys + COUNT_OF(ids);
    uint8_t data[SOL_TOKEN_BYTES] = {
        [SOL_TOKEN_STATE] = SOL_TOKEN_INITIALIZED, [SOL_TOKEN_NATIVE] = reserve > 0};
    memcpy(data + SOL_TOKEN_MINT, mint, 32);
    memcpy(data + SOL_TOKEN_OWNER, owner, 32);
    store_le64(data + SOL_TOKEN_AMOUNT, reserve ? LAMPORTS - reserve : TOKENS);
    store_le64(data + SOL_TOKEN_RESERVE, reserve);
    put(w, &own[i], SOL_ID_TOKEN, BYTES_OF(data));
}

static void put_multisig(struct world *w) {
    const struct b32 *own = w->keys + COUNT_OF(ids);
    uint8_t data[SOL_MULTISIG_BYTES] = {2, 3, 1};
    memcpy(data + SOL_MULTISIG_SIGNERS, own, 3 * sizeof *own);
    put(w, &own[MULTISIG], SOL_ID_TOKEN, BYTES_OF(data));
}

static void put_all(struct world *w) {
    static const uint8_t zeros[SOL_MULTISIG_BYTES];
    const struct b32 *own = w->keys + COUNT_OF(ids);
    for (size_t i = 0; i < 2; i++)
        put(w, &own[WALLET + i], SOL_ID_SYSTEM_PROGRAM, (struct bytes){0});
    put_mint(w, MINT, &own[WALLET], 2 * TOKENS);
    put_mint(w, MINT_OF_MULTISIG, &own[MULTISIG], TOKENS);
    put_account(w, ACCOUNT, &own[MINT], &own[WALLET], 0);
    put_account(w, ACCOUNT + 1, &own[MINT], &own[MULTISIG], 0);
    put_account(w, ACCOUNT + 2, &own[MINT_OF_MULTISIG], &own[WALLET + 1], 0);
    put_account(w, WRAPPED, sol_id(SOL_ID_NATIVE_MINT), &own[WALLET],
                sol_rent_minimum(&sol_default_rent, SOL_TOKEN_BYTES));
    put_multisig(w);
    put(w, &own[BLANK_MINT], SOL_ID_TOKEN, bytes_make(zeros, SOL_MINT_BYTES));
    put(w, &own[BLANK_ACCOUNT], SOL_ID_TOKEN, bytes_make(zeros, SOL_TOKEN_BYTES));
    put(w, &own[BLANK_MULTISIG], SOL_ID_TOKEN, bytes_make(zeros, SOL_MULTISIG_BYTES));
}

static struct b32 associated(const struct b32 *wallet, const struct b32 *mint) {
    const struct bytes seeds[] = {BYTES_OF(*wallet), BYTES_OF(*sol_id(SOL_ID_TOKEN)),
                                  BYTES_OF(*mint)};
    struct b32 out = {{0}};
    uint8_t bump;
    sol_find_program_address(&out, &bump, seeds, 3, sol_id(SOL_ID_ASSOCIATED_TOKEN));
    return out;
}

static void open(struct world *w) {
    struct b32 *own = w->keys + COUNT_OF(ids);
    memset(w, 0, sizeof *w);
    w->journal = st_journal_new(NULL);
    w->bank = (struct sol_bank){.slot = 9,
                                .lamports_per_signature = SOL_LAMPORTS_PER_SIGNATURE,
                                .features = sol_mainnet_features};
    w->bank.programs = sol_programs_new(0, &w->bank.features);
    arena_init(&w->arena, 0);
    for (size_t i = 0; i < COUNT_OF(ids); i++) w->keys[i] = *sol_id(ids[i]);
    for (size_t i = 0; i < ASSOCIATED; i++) own[i] = (struct b32){{0xee, [31] = (uint8_t)(i + 1)}};
    own[ASSOCIATED] = associated(&own[WALLET], &own[MINT]);
    own[ASSOCIATED + 1] = associated(&own[ASSOCIATED], &own[MINT]);
    st_begin_tx(w->journal);
    sol_genesis_accounts(w->journal, &w->bank);
    put_rent(w);
    put_all(w);
    st_end_tx(w->journal, false);
}

static void close_world(struct world *w) {
    st_journal_free(w->journal);
    sol_programs_free(w->bank.programs);
    arena_free(&w->arena);
}

/* The token account of a key of the world; false if it is none. */
static bool token_of(struct world *w, size_t i, struct sol_token *t, uint64_t *lamports) {
    struct st_svm_account a;
    if (!st_svm_account(w->journal, &w->keys[i], &a) || !sol_token_read(&a, t)) return false;
    *lamports = a.lamports;
    return true;
}

static void check_supplies(struct world *w) {
    for (size_t i = COUNT_OF(ids); i < KEYS; i++) {
        struct st_svm_account a;
        struct sol_mint mint;
        struct sol_token t;
        uint64_t sum = 0, lamports;
        if (!st_svm_account(w->journal, &w->keys[i], &a) || !sol_mint_read(&a, &mint)) continue;
        for (size_t k = COUNT_OF(ids); k < KEYS; k++)
            if (token_of(w, k, &t, &lamports) && b32_eq(&t.mint, &w->keys[i])) sum += t.amount;
        if (sum != mint.supply) abort();
    }
}

static void check_wrapped(struct world *w) {
    struct sol_token t;
    uint64_t lamports, least;
    for (size_t i = COUNT_OF(ids); i < KEYS; i++)
        if (token_of(w, i, &t, &lamports) && t.is_native &&
            (!add_u64(t.amount, t.native_reserve, &least) || lamports < least))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct world w;
    open(&w);
    const struct fuzz_keys keys = {w.keys, KEYS, COUNT_OF(ids)};
    st_begin_tx(w.journal);
    fuzz_run_message(&w.bank, w.journal, &w.arena, &keys, bytes_make(data, size));
    check_supplies(&w);
    check_wrapped(&w);
    st_end_tx(w.journal, false);
    close_world(&w);
    return 0;
}
