#include "state/store_impl.h"

#include <stdlib.h>

/* What is kept between transactions; above it the memory goes back to the system. */
enum { UNDO_KEPT_WORDS = 1 << 20, TRANSIENT_KEPT = 1 << 10 };

/* What a sequencer's journal keeps as its cache over a seal, in bytes of entries and of items'
 * values; and how many wipes it counts before it starts anew. */
enum { CACHE_MAX_BYTES = 512 << 20, WIPES_MAX = 1 << 30 };

struct st_journal *st_journal_new(const struct st_snapshot *snapshot) {
    struct st_journal *j = xcalloc(1, sizeof *j);
    j->snapshot = snapshot;
    j->epoch = 1;
    arena_init(&j->entry_arena, 0);
    arena_init(&j->tx_arena, 0);
    st_entries_init(j, &j->accounts, sizeof(struct st_account), st_account_rehash);
    st_entries_init(j, &j->slots, sizeof(struct st_slot), st_slot_rehash);
    st_entries_init(j, &j->items, sizeof(struct st_item), st_item_rehash);
    map_init(&j->transient_map, st_transient_rehash, j);
    return j;
}

static void release_held(struct st_journal *j) {
    for (size_t i = 0; i < j->held_code_count; i++) st_code_unref(j->held_codes[i]);
    for (size_t i = 0; i < j->held_block_count; i++) st_block_unref(j, j->held_blocks[i]);
    j->held_code_count = j->held_block_count = 0;
}

static void release_entries(struct st_journal *j) {
    for (uint32_t i = 0; i < j->accounts.count; i++) st_code_unref(st_account_at(j, i)->code);
    for (uint32_t i = 0; i < j->items.count; i++) st_block_unref(j, st_item_at(j, i)->block);
}

void st_journal_free(struct st_journal *j) {
    if (!j) return;
    release_held(j);
    release_entries(j);
    if (j->store) st_snapshot_destroy((struct st_snapshot *)(uintptr_t)j->snapshot);
    st_code_unref(j->empty_code);
    st_entries_free(&j->accounts);
    st_entries_free(&j->slots);
    st_entries_free(&j->items);
    map_free(&j->transient_map);
    free(j->transient);
    free(j->touched.at);
    free(j->undo);
    free(j->queue);
    free(j->held_codes);
    free(j->held_blocks);
    free(j->proved);
    free(j->base.accounts);
    free(j->base.items);
    free(j->base.slots);
    arena_free(&j->entry_arena);
    arena_free(&j->tx_arena);
    free(j);
}

/* Forgets everything that belongs to one transaction only. */
static void forget_tx(struct st_journal *j) {
    release_held(j);
    j->undo_count = 0;
    if (j->undo_cap > UNDO_KEPT_WORDS) {
        free(j->undo);
        j->undo = NULL;
        j->undo_cap = 0;
    }
    if (j->transient_count) {
        if (j->transient_count > TRANSIENT_KEPT)
            map_free(&j->transient_map);
        else
            map_clear(&j->transient_map);
        j->transient_count = 0;
    }
    j->logs = NULL;
    j->log_count = j->log_cap = 0;
    j->log_counts = NULL;
    j->queue_count = 0;
    j->refund = 0;
    j->leg = 0;
    j->proved_count = 0;
    arena_reset(&j->tx_arena);
    j->epoch++;
}

void st_begin_tx(struct st_journal *j) {
    /* What was written outside a transaction (a genesis, a test's pre-state) ends here. */
    st_accounts_end_tx(j, false);
    forget_tx(j);
}

void st_end_tx(struct st_journal *j, bool clear_empty) {
    st_accounts_end_tx(j, clear_empty);
    forget_tx(j);
}

void st_hold_code(struct st_journal *j, struct st_code *c) {
    if (!c) return;
    st_grow_array(&j->held_codes, j->held_code_count, &j->held_code_cap, sizeof *j->held_codes);
    j->held_codes[j->held_code_count++] = c;
}

void st_hold_block(struct st_journal *j, struct st_block *b) {
    if (!b) return;
    st_grow_array(&j->held_blocks, j->held_block_count, &j->held_block_cap, sizeof *j->held_blocks);
    j->held_blocks[j->held_block_count++] = b;
}

/* ---- Logs, queue, counters */

void st_add_log(struct st_journal *j, const struct st_log *log) {
    assert(log->topic_count <= ST_TOPICS_MAX);
    if (j->log_count == j->log_cap) {
        size_t cap = j->log_cap ? j->log_cap * 2 : 16;
        struct st_log *grown = ARENA_ARRAY(&j->tx_arena, struct st_log, cap);
        if (j->log_count) memcpy(grown, j->logs, j->log_count * sizeof *grown);
        j->logs = grown;
        j->log_cap = cap;
    }
    struct st_log *l = &j->logs[j->log_count++];
    *l = *log;
    l->leg = j->leg;
    l->data = arena_copy(&j->tx_arena, log->data);
    l->type_tag = arena_copy(&j->tx_arena, log->type_tag);
    l->counted = j->log_count > 1 ? l[-1].counted : 0;
    if (j->log_counts && j->log_counts(l)) l->counted++;
    st_undo(j, UNDO_LOG, 0, 0, 0);
}

void st_count_logs(struct st_journal *j, bool (*counts)(const struct st_log *log)) {
    j->log_counts = counts;
}

uint32_t st_logs_counted(const struct st_journal *j) {
    return j->log_count ? j->logs[j->log_count - 1].counted : 0;
}

const struct st_log *st_logs(const struct st_journal *j, size_t *count) {
    *count = j->log_count;
    return j->logs;
}

void st_set_leg(struct st_journal *j, uint32_t leg) {
    j->leg = leg;
}

void st_queue_push(struct st_journal *j, void *message) {
    st_grow_array(&j->queue, j->queue_count, &j->queue_cap, sizeof *j->queue);
    j->queue[j->queue_count++] = message;
    st_undo(j, UNDO_QUEUE, 0, 0, 0);
}

size_t st_queue_count(const struct st_journal *j) {
    return j->queue_count;
}

void *st_queue_at(const struct st_journal *j, size_t index) {
    assert(index < j->queue_count);
    return j->queue[index];
}

void st_add_refund(struct st_journal *j, int64_t delta) {
    if (!delta) return;
    *st_undo(j, UNDO_REFUND, 1, 0, 0) = (uint64_t)j->refund;
    bool overflow = __builtin_add_overflow(j->refund, delta, &j->refund);
    assert(!overflow); /* bounded by the gas of the transaction */
    (void)overflow;
}

int64_t st_refund(const struct st_journal *j) {
    return j->refund;
}

void st_issue(struct st_journal *j, const struct u256 *wei) {
    if (u256_is_zero(wei)) return;
    memcpy(st_undo(j, UNDO_ISSUED, 4, 0, 0), &j->issued, sizeof j->issued);
    u256_add(&j->issued, &j->issued, wei);
}

void st_burn(struct st_journal *j, const struct u256 *wei) {
    if (u256_is_zero(wei)) return;
    memcpy(st_undo(j, UNDO_BURNT, 4, 0, 0), &j->burnt, sizeof j->burnt);
    u256_add(&j->burnt, &j->burnt, wei);
}

struct u256 st_issued(const struct st_journal *j) {
    return j->issued;
}

struct u256 st_burnt(const struct st_journal *j) {
    return j->burnt;
}

struct arena *st_tx_arena(struct st_journal *j) {
    return &j->tx_arena;
}

/* ---- Sealing */

static size_t cache_bytes(const struct st_journal *j) {
    size_t bytes = 0;
    const struct st_entries *all[] = {&j->accounts, &j->slots, &j->items};
    for (size_t i = 0; i < COUNT_OF(all); i++) bytes += (size_t)all[i]->count * all[i]->size;
    return bytes + j->value_bytes;
}

void st_journal_drop_cache(struct st_journal *j) {
    release_entries(j);
    struct st_entries *all[] = {&j->accounts, &j->slots, &j->items};
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        all[i]->count = 0;
        map_free(&all[i]->map);
    }
    arena_reset(&j->entry_arena);
    j->base.account_count = j->base.item_count = j->base.slot_count = 0;
    j->wipe_counter = 0;
}

void st_journal_forget_changes(struct st_journal *j) {
    j->issued = j->burnt = U256_ZERO;
    for (uint32_t i = 0; i < j->accounts.changed.count; i++)
        st_account_at(j, j->accounts.changed.at[i])->block_change = 0;
    for (uint32_t i = 0; i < j->slots.changed.count; i++)
        st_slot_at(j, j->slots.changed.at[i])->block_change = 0;
    for (uint32_t i = 0; i < j->items.changed.count; i++)
        st_item_at(j, j->items.changed.at[i])->block_change = 0;
    j->accounts.changed.count = j->slots.changed.count = j->items.changed.count = 0;
}

void st_journal_sealed(struct st_journal *j) {
    for (uint32_t i = 0; i < j->accounts.changed.count; i++) {
        struct st_account *a = st_account_at(j, j->accounts.changed.at[i]);
        a->code_dirty = a->store_wiped = false;
    }
    st_journal_forget_changes(j);
    j->base.account_count = j->base.item_count = j->base.slot_count = 0;
    st_snapshot_renew((struct st_snapshot *)(uintptr_t)j->snapshot);
    if (cache_bytes(j) > CACHE_MAX_BYTES || j->wipe_counter > WIPES_MAX) st_journal_drop_cache(j);
}
