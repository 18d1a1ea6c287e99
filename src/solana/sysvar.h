/* Sysvars: accounts that the chain writes before each slot and every program can read, as accounts
 * or by syscalls. Their layouts are bincode's: little-endian, without padding. */
#ifndef TERN_SOLANA_SYSVAR_H
#define TERN_SOLANA_SYSVAR_H

#include "solana/ids.h"
#include "state/state.h"

struct sol_clock {
    uint64_t slot;
    int64_t epoch_start_timestamp; /* seconds since 1970 */
    uint64_t epoch;
    uint64_t leader_schedule_epoch;
    int64_t unix_timestamp;
};

struct sol_rent {
    uint64_t lamports_per_byte;
    double exemption_threshold; /* in years; 1 since SIMD-0194 */
    uint8_t burn_percent;
};

struct sol_epoch_schedule {
    uint64_t slots_per_epoch, leader_schedule_slot_offset;
    bool warmup;
    uint64_t first_normal_epoch, first_normal_slot;
};

/* Sysvars as the transactions of one slot see them. */
struct sol_sysvars {
    /* The accounts' data, for sol_get_sysvar; p NULL if there is no such sysvar. */
    struct bytes clock_data, rent_data, epoch_schedule_data, epoch_rewards_data, slot_hashes_data,
        stake_history_data, last_restart_slot_data, recent_blockhashes_data;
    struct sol_clock clock;                   /* with clock_data */
    struct sol_rent rent;                     /* with rent_data */
    struct sol_epoch_schedule epoch_schedule; /* with epoch_schedule_data */
};

/* Mainnet's rent: 6,960 lamports a byte, 128 bytes more than an account has (SIMD-0194). */
extern const struct sol_rent sol_default_rent;
/* Mainnet's schedule without warm-up: 432,000 slots an epoch. */
extern const struct sol_epoch_schedule sol_default_epoch_schedule;

/* Reads the sysvar accounts, copying their data into `arena`. Data that is too short for its sysvar
 * counts as none. Without a rent account the rent is the default. */
void sol_sysvars_load(struct sol_sysvars *out, struct st_journal *j, struct arena *arena);

/* The same from data in `get`, which returns p NULL for what it does not have. Borrowed. */
void sol_sysvars_from(struct sol_sysvars *out,
                      struct bytes (*get)(void *ctx, const struct b32 *key), void *ctx);

/* Appends the data of a sysvar account. */
void sol_clock_encode(struct buf *out, const struct sol_clock *c);
void sol_rent_encode(struct buf *out, const struct sol_rent *r);
void sol_epoch_schedule_encode(struct buf *out, const struct sol_epoch_schedule *e);
struct sol_slot_hash {
    uint64_t slot;
    struct b32 hash;
};
/* Newest first, at most 512; zeros up to the account's size. */
void sol_slot_hashes_encode(struct buf *out, const struct sol_slot_hash *list, size_t count);
/* Newest first, at most 150; zeros up to the account's size. */
void sol_recent_blockhashes_encode(struct buf *out, const struct b32 *list, size_t count,
                                   uint64_t lamports_per_signature);

/* The hash of a slot in the SlotHashes sysvar; false if it is not there. */
bool sol_slot_hash(const struct sol_sysvars *s, uint64_t slot, struct b32 *hash);
/* The place of a slot in the SlotHashes sysvar, 0 the newest; false if it is not there. */
bool sol_slot_hash_position(const struct sol_sysvars *s, uint64_t slot, size_t *position);

/* Lamports that keep an account with so much data for ever. */
uint64_t sol_rent_minimum(const struct sol_rent *r, uint64_t data_bytes);

#endif
