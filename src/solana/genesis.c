/* Accounts that a chain begins with, and programs that are put in place from outside. */
#include "solana/address.h"
#include "solana/builtins.h"
#include "solana/loader.h"

enum { NATIVE_MINT_BYTES = 82, NATIVE_MINT_DECIMALS = 9 };

static void announce(struct st_journal *j, const struct b32 *id, const char *name) {
    struct st_svm_account a = {.lamports = 1,
                               .rent_epoch = 0,
                               .owner = *sol_id(SOL_ID_NATIVE_LOADER),
                               .executable = true,
                               .data = bytes_cstr(name)};
    st_set_svm_account(j, id, &a);
}

/* Whatever the account had before, it does not lose lamports. */
static void put(struct st_journal *j, const struct b32 *key, enum sol_id owner, bool executable,
                struct bytes data) {
    struct st_svm_account before;
    uint64_t lamports = sol_rent_minimum(&sol_default_rent, data.n);
    if (st_svm_account(j, key, &before)) lamports = max_u64(lamports, before.lamports);
    st_set_svm_account(j, key,
                       &(struct st_svm_account){.lamports = lamports,
                                                .rent_epoch = UINT64_MAX,
                                                .owner = *sol_id(owner),
                                                .executable = executable,
                                                .data = data});
}

/* ---- The upgradeable loader's two accounts */

/* What the loader keeps before the bytecode, for a program that nobody can upgrade. */
static struct b32 program_data_key(const struct b32 *id) {
    const struct bytes seeds[] = {BYTES_OF(*id)};
    struct b32 key = {{0}};
    uint8_t bump;
    bool found =
        sol_find_program_address(&key, &bump, seeds, 1, sol_id(SOL_ID_BPF_LOADER_UPGRADEABLE));
    (void)found; /* one of 255 hashes is off the curve */
    return key;
}

/* `tail`: behind the program's state; `elf`: its bytecode. */
static void put_upgradeable(struct st_journal *j, const struct b32 *id, struct bytes tail,
                            struct bytes elf, uint64_t slot) {
    struct sol_loader_state program = {.kind = SOL_LOADER_PROGRAM, .address = program_data_key(id)};
    struct sol_loader_state data = {.kind = SOL_LOADER_PROGRAM_DATA, .slot = slot};
    uint8_t state[SOL_LOADER_PROGRAM_BYTES], head[SOL_LOADER_PROGRAM_DATA_BYTES] = {0};
    struct buf b = {0};
    sol_loader_state_put(state, sizeof state, &program);
    sol_loader_state_put(head, sizeof head, &data);
    buf_put(&b, state, sizeof state);
    buf_put_bytes(&b, tail);
    put(j, id, SOL_ID_BPF_LOADER_UPGRADEABLE, true, buf_bytes(&b));
    buf_clear(&b);
    buf_put(&b, head, sizeof head);
    buf_put_bytes(&b, elf);
    put(j, &program.address, SOL_ID_BPF_LOADER_UPGRADEABLE, false, buf_bytes(&b));
    buf_free(&b);
}

/* ---- Genesis */

static void put_stand_in(struct st_journal *j, const struct sol_stand_in *s) {
    if (s->loader == SOL_ID_BPF_LOADER_UPGRADEABLE)
        put_upgradeable(j, sol_id(s->id), bytes_cstr(s->name), (struct bytes){0}, 0);
    else
        put(j, sol_id(s->id), s->loader, true, bytes_cstr(s->name));
}

/* The mint of wrapped SOL: nobody mints, nobody freezes, and the supply stays 0. */
static void put_native_mint(struct st_journal *j) {
    enum { DECIMALS_AT = 44, INITIALIZED_AT = 45 };
    uint8_t data[NATIVE_MINT_BYTES] = {[DECIMALS_AT] = NATIVE_MINT_DECIMALS, [INITIALIZED_AT] = 1};
    put(j, sol_id(SOL_ID_NATIVE_MINT), SOL_ID_TOKEN, false, BYTES_OF(data));
}

void sol_genesis_accounts(struct st_journal *j, const struct sol_bank *bank) {
    static const uint8_t precompiles[] = {SOL_ID_ED25519_PROGRAM, SOL_ID_SECP256K1_PROGRAM,
                                          SOL_ID_SECP256R1_PROGRAM};
    size_t count;
    const struct sol_own_builtin *own = sol_own_builtins(&count);
    for (size_t i = 0; i < count; i++) announce(j, sol_id(own[i].id), own[i].name);
    for (size_t i = 0; i < COUNT_OF(precompiles); i++) announce(j, sol_id(precompiles[i]), "");
    for (size_t i = 0; i < bank->builtin_count; i++)
        announce(j, &bank->builtins[i].id, bank->builtins[i].name);
    const struct sol_stand_in *stand_ins = sol_stand_ins(&count);
    for (size_t i = 0; i < count; i++) put_stand_in(j, &stand_ins[i]);
    put_native_mint(j);
}

/* ---- Programs from outside */

static enum sol_id loader_for(const struct b32 *id) {
    size_t count;
    const struct sol_stand_in *stand_ins = sol_stand_ins(&count);
    for (size_t i = 0; i < count; i++)
        if (sol_is(id, stand_ins[i].id)) return stand_ins[i].loader;
    return SOL_ID_BPF_LOADER_UPGRADEABLE;
}

/* Sysvars, and what is no program but where the node makes it one. Lookup tables work with bytecode
 * as well. */
static bool is_taken(struct st_journal *j, const struct b32 *id) {
    struct st_svm_account a;
    if (!st_svm_account(j, id, &a) || sol_is(id, SOL_ID_ADDRESS_LOOKUP_TABLE)) return false;
    return sol_is(&a.owner, SOL_ID_NATIVE_LOADER) || sol_is(&a.owner, SOL_ID_SYSVAR);
}

/* The bytecode at a key: NULL if there is no program. */
static struct bytes bytecode_of(struct st_journal *j, const struct b32 *id, enum sol_id loader) {
    struct st_svm_account a;
    struct sol_loader_state s;
    if (!st_svm_account(j, id, &a) || !a.executable || !sol_is(&a.owner, loader))
        return (struct bytes){0};
    if (loader != SOL_ID_BPF_LOADER_UPGRADEABLE) return a.data;
    if (a.data.n != SOL_LOADER_PROGRAM_BYTES || !sol_loader_state(&s, a.data) ||
        s.kind != SOL_LOADER_PROGRAM || !st_svm_account(j, &s.address, &a) ||
        a.data.n < SOL_LOADER_PROGRAM_DATA_BYTES)
        return (struct bytes){0};
    return bytes_sub(a.data, SOL_LOADER_PROGRAM_DATA_BYTES,
                     a.data.n - SOL_LOADER_PROGRAM_DATA_BYTES);
}

enum sol_placed sol_place_program(struct st_journal *j, const struct b32 *id, struct bytes elf,
                                  uint64_t slot) {
    enum sol_id loader = loader_for(id);
    if (is_taken(j, id)) return SOL_PLACED_TAKEN;
    if (bytes_eq(bytecode_of(j, id, loader), elf)) return SOL_PLACED_BEFORE;
    if (loader == SOL_ID_BPF_LOADER_UPGRADEABLE)
        put_upgradeable(j, id, (struct bytes){0}, elf, slot);
    else
        put(j, id, loader, true, elf);
    return SOL_PLACED;
}
