/* Slots: what Solana's runtime sees of the chain. */
#include "chain/internal.h"
#include "chain/solana.h"
#include "cross/gateway.h"

enum {
    SLOT_HASHES = 512,
    RECENT_BLOCKHASHES = 150,
    BLOCKHASH_US = 60000000,
    STAKE_HISTORY_BYTES = 16392,
    EPOCH_REWARDS_BYTES = 81,
    LAST_RESTART_SLOT_BYTES = 8,
};

/* ---- Sysvar accounts */

/* Its lamports come from nowhere. */
static void issue(struct st_journal *j, uint64_t before, uint64_t now) {
    struct u256 wei = u256_from_u64(now > before ? now - before : before - now),
                unit = u256_from_u64(CHAIN_WEI_PER_UNIT);
    u256_mul(&wei, &wei, &unit);
    if (now > before)
        st_issue(j, &wei);
    else
        st_burn(j, &wei);
}

static void write_sysvar(struct st_journal *j, enum sol_id id, const struct buf *data) {
    struct st_svm_account a = {.lamports = sol_rent_minimum(&sol_default_rent, data->n),
                               .rent_epoch = UINT64_MAX,
                               .owner = *sol_id(SOL_ID_SYSVAR),
                               .data = buf_bytes(data)},
                          before;
    st_svm_account(j, sol_id(id), &before);
    issue(j, before.lamports, a.lamports);
    st_set_svm_account(j, sol_id(id), &a);
}

static void write_zeros(struct st_journal *j, enum sol_id id, size_t bytes) {
    struct buf data = {0};
    buf_room(&data, bytes);
    memset(data.p, 0, bytes);
    data.n = bytes;
    write_sysvar(j, id, &data);
    buf_free(&data);
}

static void write_clock(struct st_journal *j, const struct chain_block *head,
                        const struct sol_sysvars *before) {
    const struct sol_epoch_schedule *e = &sol_default_epoch_schedule;
    struct buf data = {0};
    struct sol_clock clock = {.slot = head->height,
                              .epoch = head->height / e->slots_per_epoch,
                              .unix_timestamp = (int64_t)(head->timestamp_us / 1000000)};
    bool same_epoch = before->clock_data.p && before->clock.epoch == clock.epoch;
    clock.leader_schedule_epoch = clock.epoch + 1;
    clock.epoch_start_timestamp =
        same_epoch ? before->clock.epoch_start_timestamp : clock.unix_timestamp;
    sol_clock_encode(&data, &clock);
    write_sysvar(j, SOL_ID_SYSVAR_CLOCK, &data);
    buf_free(&data);
}

/* Both lists begin with their length, and their entries with what tells them apart. */
static void write_slot_hashes(struct st_journal *j, const struct chain_block *head,
                              struct bytes before) {
    struct sol_slot_hash list[SLOT_HASHES] = {
        {.slot = head->height ? head->height - 1 : 0, .hash = head->parent_hash}};
    size_t count = head->height ? 1 : 0, old = before.n >= 8 ? load_le64(before.p) : 0;
    for (size_t i = 0; i < old && count < SLOT_HASHES && before.n >= 8 + 40 * (i + 1); i++) {
        const uint8_t *p = before.p + 8 + 40 * i;
        if (load_le64(p) >= list[0].slot) continue; /* written for this slot before */
        list[count].slot = load_le64(p);
        memcpy(&list[count++].hash, p + 8, 32);
    }
    struct buf data = {0};
    sol_slot_hashes_encode(&data, list, count);
    write_sysvar(j, SOL_ID_SYSVAR_SLOT_HASHES, &data);
    buf_free(&data);
}

static void write_recent_blockhashes(struct st_journal *j, const struct chain_block *head,
                                     struct bytes before) {
    struct b32 list[RECENT_BLOCKHASHES] = {head->parent_hash};
    size_t count = 1, old = before.n >= 8 ? load_le64(before.p) : 0;
    for (size_t i = 0; i < old && count < RECENT_BLOCKHASHES && before.n >= 8 + 40 * (i + 1); i++) {
        const uint8_t *p = before.p + 8 + 40 * i;
        if (memcmp(p, &head->parent_hash, 32) != 0) memcpy(&list[count++], p, 32);
    }
    struct buf data = {0};
    sol_recent_blockhashes_encode(&data, list, count, SOL_LAMPORTS_PER_SIGNATURE);
    write_sysvar(j, SOL_ID_SYSVAR_RECENT_BLOCKHASHES, &data);
    buf_free(&data);
}

static void write_slot(struct st_journal *j, const struct chain_block *head, struct arena *arena) {
    struct sol_sysvars before;
    sol_sysvars_load(&before, j, arena);
    write_clock(j, head, &before);
    write_slot_hashes(j, head, before.slot_hashes_data);
    write_recent_blockhashes(j, head, before.recent_blockhashes_data);
}

void chain_solana_genesis(struct st_journal *j, const struct chain_block *head,
                          struct arena *arena) {
    const struct sol_builtin builtins[] = {xvm_messenger(NULL), xvm_gateway_program(NULL)};
    struct sol_bank bank = {.features = sol_mainnet_features,
                            .builtins = builtins,
                            .builtin_count = COUNT_OF(builtins)};
    struct buf data = {0};
    sol_genesis_accounts(j, &bank);
    sol_rent_encode(&data, &sol_default_rent);
    write_sysvar(j, SOL_ID_SYSVAR_RENT, &data);
    buf_clear(&data);
    sol_epoch_schedule_encode(&data, &sol_default_epoch_schedule);
    write_sysvar(j, SOL_ID_SYSVAR_EPOCH_SCHEDULE, &data);
    buf_free(&data);
    write_zeros(j, SOL_ID_SYSVAR_STAKE_HISTORY, STAKE_HISTORY_BYTES);
    write_zeros(j, SOL_ID_SYSVAR_EPOCH_REWARDS, EPOCH_REWARDS_BYTES);
    write_zeros(j, SOL_ID_SYSVAR_LAST_RESTART_SLOT, LAST_RESTART_SLOT_BYTES);
    write_slot(j, head, arena);
}

/* ---- Blockhashes */

/* May a block like `head` hold a transaction that names the block `named`? */
static bool is_recent(const struct chain_block *head, const struct chain_block *named) {
    if (named->height > head->height) return false;
    return head->height - named->height <= CHAIN_SOLANA_BLOCKHASH_SLOTS ||
           head->timestamp_us - named->timestamp_us <= BLOCKHASH_US;
}

static bool bank_is_recent(void *host, const struct b32 *hash) {
    const struct chain_exec *x = host;
    struct chain_block named;
    return x->block_by_hash(x->block_ctx, hash, &named) && is_recent(x->head, &named);
}

bool chain_solana_blockhash(struct chain_reader *r, const struct b32 *hash, uint64_t *last_slot) {
    struct chain_block named, head;
    if (!chain_block_by_hash(r, hash, &named) || !chain_block_at(r, r->height, &head)) return false;
    *last_slot = named.height + CHAIN_SOLANA_BLOCKHASH_SLOTS;
    head.height++;
    return is_recent(&head, &named);
}

/* ---- Banks */

/* The block whose slot it is. What was deployed in a sealed one can run only after it. */
static const struct chain_block *slot_of(struct chain_exec *x) {
    if (!x->is_sealed) return x->head;
    struct chain_block *next = ARENA_NEW(x->arena, struct chain_block);
    *next = *x->head;
    next->parent_hash = next->hash;
    next->height++;
    return next;
}

/* Brings the sysvar accounts up to the block and makes what its transactions run on. */
struct sol_bank *chain_solana_open_bank(struct chain_exec *x) {
    struct sol_bank *bank = ARENA_NEW(x->arena, struct sol_bank);
    const struct chain_block *slot = slot_of(x);
    *bank = (struct sol_bank){.slot = slot->height,
                              .blockhash = slot->parent_hash,
                              .lamports_per_signature = SOL_LAMPORTS_PER_SIGNATURE,
                              .is_recent = bank_is_recent,
                              .features = sol_mainnet_features,
                              .programs = x->solana_programs,
                              .host = x};
    write_slot(x->journal, slot, x->arena);
    sol_sysvars_load(&bank->sysvars, x->journal, x->arena);
    return bank;
}

/* Are the sysvar accounts still those of the bank? They are undone with the call that was the first
 * to need them, if that call is. */
static bool is_written(struct chain_exec *x) {
    struct st_svm_account clock;
    return st_svm_account(x->journal, sol_id(SOL_ID_SYSVAR_CLOCK), &clock) && clock.data.n >= 8 &&
           load_le64(clock.data.p) == x->bank->slot;
}

const struct sol_bank *chain_solana_exec_bank(void *exec) {
    struct chain_exec *x = exec;
    if (!x->bank)
        x->bank = chain_solana_open_bank(x);
    else if (!is_written(x))
        write_slot(x->journal, slot_of(x), x->arena);
    return x->bank;
}

/* ---- Programs to begin with */

struct err chain_place_programs(struct chain *c, uint64_t slot, bool *changed) {
    *changed = false;
    for (size_t i = 0; i < c->options.program_count; i++) {
        const struct chain_program *p = &c->options.programs[i];
        switch (sol_place_program(c->journal, &p->id, p->elf, slot)) {
        case SOL_PLACED: *changed = true; break;
        case SOL_PLACED_BEFORE: break;
        case SOL_PLACED_TAKEN:
            return err_at(CHAIN_ERR_PROGRAM,
                          "the key is a sysvar's or that of a program that only the node can be",
                          i);
        }
    }
    return ERR_NONE;
}

struct err chain_amend_programs(struct chain *c) {
    uint64_t height;
    bool changed;
    if (c->options.program_count == 0) return ERR_NONE;
    if (c->is_ethereum)
        return err_at(CHAIN_ERR_PROGRAM, "an Ethereum chain runs no Solana programs", 0);
    if (!st_store_height(c->store, &height))
        return err_at(CHAIN_ERR_STORE, "the newest block cannot be read", 0);
    st_begin_tx(c->journal);
    struct err e = chain_place_programs(c, height, &changed);
    st_end_tx(c->journal, true);
    return err_is(e) || !changed ? e : chain_seal_amended(c);
}
