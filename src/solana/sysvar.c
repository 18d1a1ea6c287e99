#include "solana/sysvar.h"

enum {
    CLOCK_BYTES = 40,
    RENT_BYTES = 17,
    EPOCH_SCHEDULE_BYTES = 33,
    EPOCH_REWARDS_BYTES = 81,
    LAST_RESTART_SLOT_BYTES = 8,
    SLOT_HASHES_MAX = 512,
    SLOT_HASHES_BYTES = 8 + SLOT_HASHES_MAX * 40,
    RECENT_BLOCKHASHES_MAX = 150,
    RECENT_BLOCKHASHES_BYTES = 8 + RECENT_BLOCKHASHES_MAX * 40,
    STAKE_HISTORY_ENTRY_BYTES = 32,
    ACCOUNT_STORAGE_OVERHEAD_BYTES = 128,
};

const struct sol_rent sol_default_rent = {6960, 1.0, 50};
const struct sol_epoch_schedule sol_default_epoch_schedule = {432000, 432000, false, 0, 0};

static void put_u64(struct buf *out, uint64_t v) {
    uint8_t le[8];
    store_le64(le, v);
    buf_put(out, le, sizeof le);
}

void sol_clock_encode(struct buf *out, const struct sol_clock *c) {
    put_u64(out, c->slot);
    put_u64(out, (uint64_t)c->epoch_start_timestamp);
    put_u64(out, c->epoch);
    put_u64(out, c->leader_schedule_epoch);
    put_u64(out, (uint64_t)c->unix_timestamp);
}

void sol_rent_encode(struct buf *out, const struct sol_rent *r) {
    put_u64(out, r->lamports_per_byte);
    buf_put(out, &r->exemption_threshold, sizeof r->exemption_threshold);
    buf_put_u8(out, r->burn_percent);
}

void sol_epoch_schedule_encode(struct buf *out, const struct sol_epoch_schedule *e) {
    put_u64(out, e->slots_per_epoch);
    put_u64(out, e->leader_schedule_slot_offset);
    buf_put_u8(out, e->warmup);
    put_u64(out, e->first_normal_epoch);
    put_u64(out, e->first_normal_slot);
}

static void pad(struct buf *out, size_t from, size_t bytes) {
    while (out->n - from < bytes) buf_put_u8(out, 0);
}

void sol_slot_hashes_encode(struct buf *out, const struct sol_slot_hash *list, size_t count) {
    size_t from = out->n;
    count = min_u64(count, SLOT_HASHES_MAX);
    put_u64(out, count);
    for (size_t i = 0; i < count; i++) {
        put_u64(out, list[i].slot);
        buf_put_bytes(out, BYTES_OF(list[i].hash));
    }
    pad(out, from, SLOT_HASHES_BYTES);
}

void sol_recent_blockhashes_encode(struct buf *out, const struct b32 *list, size_t count,
                                   uint64_t lamports_per_signature) {
    size_t from = out->n;
    count = min_u64(count, RECENT_BLOCKHASHES_MAX);
    put_u64(out, count);
    for (size_t i = 0; i < count; i++) {
        buf_put_bytes(out, BYTES_OF(list[i]));
        put_u64(out, lamports_per_signature);
    }
    pad(out, from, RECENT_BLOCKHASHES_BYTES);
}

/* Data that begins with a whole sysvar of `bytes`. */
static struct bytes fixed(struct bytes data, size_t bytes) {
    return data.p && data.n >= bytes ? data : (struct bytes){0};
}

/* Data that begins with a count and so many entries. */
static struct bytes list(struct bytes data, size_t entry_bytes) {
    if (!data.p || data.n < 8 || load_le64(data.p) > (data.n - 8) / entry_bytes)
        return (struct bytes){0};
    return data;
}

static void decode(struct sol_sysvars *s) {
    if (s->clock_data.p) {
        const uint8_t *p = s->clock_data.p;
        s->clock = (struct sol_clock){load_le64(p), (int64_t)load_le64(p + 8), load_le64(p + 16),
                                      load_le64(p + 24), (int64_t)load_le64(p + 32)};
    }
    s->rent = sol_default_rent;
    if (s->rent_data.p) {
        s->rent.lamports_per_byte = load_le64(s->rent_data.p);
        memcpy(&s->rent.exemption_threshold, s->rent_data.p + 8, 8);
        s->rent.burn_percent = s->rent_data.p[16];
    }
    if (s->epoch_schedule_data.p) {
        const uint8_t *p = s->epoch_schedule_data.p;
        s->epoch_schedule = (struct sol_epoch_schedule){load_le64(p), load_le64(p + 8), p[16] != 0,
                                                        load_le64(p + 17), load_le64(p + 25)};
    }
}

void sol_sysvars_from(struct sol_sysvars *out,
                      struct bytes (*get)(void *ctx, const struct b32 *key), void *ctx) {
    *out = (struct sol_sysvars){
        .clock_data = fixed(get(ctx, sol_id(SOL_ID_SYSVAR_CLOCK)), CLOCK_BYTES),
        .rent_data = fixed(get(ctx, sol_id(SOL_ID_SYSVAR_RENT)), RENT_BYTES),
        .epoch_schedule_data =
            fixed(get(ctx, sol_id(SOL_ID_SYSVAR_EPOCH_SCHEDULE)), EPOCH_SCHEDULE_BYTES),
        .epoch_rewards_data =
            fixed(get(ctx, sol_id(SOL_ID_SYSVAR_EPOCH_REWARDS)), EPOCH_REWARDS_BYTES),
        .last_restart_slot_data =
            fixed(get(ctx, sol_id(SOL_ID_SYSVAR_LAST_RESTART_SLOT)), LAST_RESTART_SLOT_BYTES),
        .slot_hashes_data = list(get(ctx, sol_id(SOL_ID_SYSVAR_SLOT_HASHES)), 40),
        .stake_history_data =
            list(get(ctx, sol_id(SOL_ID_SYSVAR_STAKE_HISTORY)), STAKE_HISTORY_ENTRY_BYTES),
        .recent_blockhashes_data = list(get(ctx, sol_id(SOL_ID_SYSVAR_RECENT_BLOCKHASHES)), 40),
    };
    decode(out);
}

struct reader {
    struct st_journal *journal;
    struct arena *arena;
};

static struct bytes read_account(void *ctx, const struct b32 *key) {
    const struct reader *r = ctx;
    struct st_svm_account a;
    if (!st_svm_account(r->journal, key, &a)) return (struct bytes){0};
    return arena_copy(r->arena, a.data);
}

void sol_sysvars_load(struct sol_sysvars *out, struct st_journal *j, struct arena *arena) {
    struct reader r = {j, arena};
    sol_sysvars_from(out, read_account, &r);
}

bool sol_slot_hash_position(const struct sol_sysvars *s, uint64_t slot, size_t *position) {
    size_t count = s->slot_hashes_data.p ? load_le64(s->slot_hashes_data.p) : 0;
    for (size_t i = 0; i < count; i++) {
        if (load_le64(s->slot_hashes_data.p + 8 + 40 * i) != slot) continue;
        *position = i;
        return true;
    }
    return false;
}

bool sol_slot_hash(const struct sol_sysvars *s, uint64_t slot, struct b32 *hash) {
    size_t i;
    if (!sol_slot_hash_position(s, slot, &i)) return false;
    memcpy(hash, s->slot_hashes_data.p + 8 + 40 * i + 8, sizeof *hash);
    return true;
}

uint64_t sol_rent_minimum(const struct sol_rent *r, uint64_t data_bytes) {
    uint64_t bytes = data_bytes + ACCOUNT_STORAGE_OVERHEAD_BYTES;
    if (r->exemption_threshold == 1.0) return bytes * r->lamports_per_byte;
    return (uint64_t)((double)(bytes * r->lamports_per_byte) * r->exemption_threshold);
}
