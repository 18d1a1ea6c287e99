/* Instructions for the built-in programs on a small world. Nothing may crash, and lamports are
 * neither made nor lost. Input: solana_message.h. */
#include <stdlib.h>

#include "solana_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WALLETS = 4, STATES = 9, DERIVED = 2 };

/* Programs and sysvars that instructions name. */
static const uint8_t ids[] = {SOL_ID_SYSTEM_PROGRAM,
                              SOL_ID_BPF_LOADER_UPGRADEABLE,
                              SOL_ID_BPF_LOADER,
                              SOL_ID_ADDRESS_LOOKUP_TABLE,
                              SOL_ID_COMPUTE_BUDGET,
                              SOL_ID_ED25519_PROGRAM,
                              SOL_ID_SECP256K1_PROGRAM,
                              SOL_ID_SECP256R1_PROGRAM,
                              SOL_ID_SYSVAR_RENT,
                              SOL_ID_SYSVAR_CLOCK,
                              SOL_ID_SYSVAR_RECENT_BLOCKHASHES,
                              SOL_ID_SYSVAR_SLOT_HASHES,
                              SOL_ID_SYSVAR_INSTRUCTIONS};

enum { KEYS = COUNT_OF(ids) + WALLETS + STATES + DERIVED };

struct world {
    struct st_journal *journal;
    struct sol_bank bank;
    struct arena arena;
    struct b32 keys[KEYS];
};

/* Little by little what the programs keep in their accounts: the first bytes of each are a tag. */
static const struct {
    uint8_t owner, tag;
    bool executable;
    uint16_t bytes;
} states[STATES] = {{SOL_ID_SYSTEM_PROGRAM, 1, false, 80},
                    {SOL_ID_SYSTEM_PROGRAM, 0, false, 80},
                    {SOL_ID_BPF_LOADER_UPGRADEABLE, 1, false, 300},
                    {SOL_ID_BPF_LOADER_UPGRADEABLE, 0, false, 36},
                    {SOL_ID_BPF_LOADER_UPGRADEABLE, 3, false, 345},
                    {SOL_ID_BPF_LOADER_UPGRADEABLE, 2, true, 36},
                    {SOL_ID_ADDRESS_LOOKUP_TABLE, 1, false, 56 + 96},
                    {SOL_ID_ADDRESS_LOOKUP_TABLE, 0, false, 56},
                    {SOL_ID_BPF_LOADER_UPGRADEABLE, 0, false, 200}};

static void put(struct world *w, const struct b32 *key, uint8_t owner, bool executable,
                struct bytes data) {
    st_set_svm_account(w->journal, key,
                       &(struct st_svm_account){.lamports = 1000000000,
                                                .rent_epoch = UINT64_MAX,
                                                .owner = *sol_id(owner),
                                                .executable = executable,
                                                .data = data});
}

static void put_sysvars(struct world *w) {
    struct buf b = {0};
    const struct sol_slot_hash hash = {.slot = 8, .hash = {{8}}};
    sol_clock_encode(&b, &(struct sol_clock){.slot = 9});
    put(w, sol_id(SOL_ID_SYSVAR_CLOCK), SOL_ID_SYSVAR, false, buf_bytes(&b));
    b.n = 0;
    sol_rent_encode(&b, &sol_default_rent);
    put(w, sol_id(SOL_ID_SYSVAR_RENT), SOL_ID_SYSVAR, false, buf_bytes(&b));
    b.n = 0;
    sol_slot_hashes_encode(&b, &hash, 1);
    put(w, sol_id(SOL_ID_SYSVAR_SLOT_HASHES), SOL_ID_SYSVAR, false, buf_bytes(&b));
    b.n = 0;
    sol_recent_blockhashes_encode(&b, &hash.hash, 1, SOL_LAMPORTS_PER_SIGNATURE);
    put(w, sol_id(SOL_ID_SYSVAR_RECENT_BLOCKHASHES), SOL_ID_SYSVAR, false, buf_bytes(&b));
    buf_free(&b);
    sol_sysvars_load(&w->bank.sysvars, w->journal, &w->arena);
}

enum { PROGRAM_NEW = 3, PROGRAM_DATA = 4, PROGRAM = 5 }; /* of states */

/* Authorities are the first wallet; the program's account names its data. */
static struct bytes state_of(size_t i, const struct b32 *own, uint8_t out[400]) {
    static const uint8_t key_at[STATES] = {8, 0, 5, 0, 13, 4, 22, 0, 0};
    memset(out, 0, 400);
    out[0] = states[i].tag;
    if (i == 0) out[4] = 1;
    if (states[i].owner == SOL_ID_ADDRESS_LOOKUP_TABLE) memset(out + 4, 0xff, 8);
    if (key_at[i] == 0) return bytes_make(out, states[i].bytes);
    if (i != 0 && i != PROGRAM) out[key_at[i] - 1] = 1; /* there is one */
    memcpy(out + key_at[i], &own[i == PROGRAM ? WALLETS + PROGRAM_DATA : 0], sizeof *own);
    return bytes_make(out, states[i].bytes);
}

/* Addresses that a deployment and a new table must have. */
static void derive(struct b32 out[DERIVED], const struct b32 *own) {
    uint8_t bump, slot[8] = {8};
    const struct bytes program[] = {BYTES_OF(own[WALLETS + PROGRAM_NEW])};
    const struct bytes table[] = {BYTES_OF(own[0]), BYTES_OF(slot)};
    sol_find_program_address(&out[0], &bump, program, 1, sol_id(SOL_ID_BPF_LOADER_UPGRADEABLE));
    sol_find_program_address(&out[1], &bump, table, 2, sol_id(SOL_ID_ADDRESS_LOOKUP_TABLE));
}

static void open(struct world *w) {
    uint8_t data[400];
    size_t n = 0;
    memset(w, 0, sizeof *w);
    w->journal = st_journal_new(NULL);
    w->bank = (struct sol_bank){.slot = 9,
                                .lamports_per_signature = SOL_LAMPORTS_PER_SIGNATURE,
                                .features = sol_mainnet_features};
    w->bank.programs = sol_programs_new(0, &w->bank.features);
    arena_init(&w->arena, 0);
    for (size_t i = 0; i < COUNT_OF(ids); i++) w->keys[n++] = *sol_id(ids[i]);
    for (size_t i = 0; i < WALLETS + STATES; i++)
        w->keys[n++] = (struct b32){{0xee, [31] = (uint8_t)(i + 1)}};
    derive(w->keys + n, w->keys + COUNT_OF(ids));
    st_begin_tx(w->journal);
    sol_genesis_accounts(w->journal, &w->bank);
    put_sysvars(w);
    const struct b32 *own = w->keys + COUNT_OF(ids);
    for (size_t i = 0; i + 1 < WALLETS; i++)
        put(w, &own[i], SOL_ID_SYSTEM_PROGRAM, false, (struct bytes){0});
    for (size_t i = 0; i < STATES; i++)
        put(w, &own[WALLETS + i], states[i].owner, states[i].executable, state_of(i, own, data));
    st_end_tx(w->journal, false);
}

static void close_world(struct world *w) {
    st_journal_free(w->journal);
    sol_programs_free(w->bank.programs);
    arena_free(&w->arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct world w;
    open(&w);
    const struct fuzz_keys keys = {w.keys, KEYS, COUNT_OF(ids)};
    st_begin_tx(w.journal);
    fuzz_run_message(&w.bank, w.journal, &w.arena, &keys, bytes_make(data, size));
    st_end_tx(w.journal, false);
    close_world(&w);
    return 0;
}
