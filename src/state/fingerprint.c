/* The fingerprint is a sum over all entries of hash(now) - hash(as loaded), so that neither the
 * order of entries nor loading one changes it; logs, queue and counters are mixed in at the end. */
#include "state/journal_impl.h"

#include <stdlib.h>

/* What of an account or a slot is hashed. All words, so that there is no padding. */
struct account_image {
    uint64_t words[13];
};
struct slot_image {
    uint64_t words[14];
};

static uint64_t account_hash(const struct st_account *a, bool warm) {
    struct account_image im = {{a->nonce}};
    memcpy(&im.words[1], &a->balance, 32);
    memcpy(&im.words[5], &a->code_hash, 32);
    im.words[9] = (uint64_t)a->exists | (uint64_t)a->touched << 1 | (uint64_t)a->created << 2 |
                  (uint64_t)a->destructed << 3 | (uint64_t)a->store_wiped << 4 |
                  (uint64_t)warm << 5 | (uint64_t)a->code_dirty << 6;
    im.words[10] = a->storage_wipes;
    im.words[11] = a->index;
    im.words[12] = 1;
    return map_hash(&im, sizeof im);
}

static uint64_t account_part(const struct st_journal *j, const struct st_account *a) {
    return account_hash(a, st_account_is_warm(j, a)) - j->base.accounts[a->index];
}

static uint64_t slot_hash(const struct st_slot *s, const struct u256 *current,
                          const struct u256 *original, bool warm) {
    struct slot_image im = {{warm, s->index}};
    memcpy(&im.words[2], current, 32);
    memcpy(&im.words[6], original, 32);
    memcpy(&im.words[10], &s->key, 32);
    return map_hash(&im, sizeof im);
}

static uint64_t slot_part(const struct st_journal *j, const struct st_slot *s) {
    const struct st_account *a = st_account_at(j, s->account);
    struct u256 base = a->store_wiped ? U256_ZERO : j->base.slots[s->index];
    bool stale = s->wipes != a->storage_wipes, now = s->epoch == j->epoch;
    const struct u256 *current = stale ? &base : &s->current;
    const struct u256 *original = stale ? &base : now ? &s->original : current;
    return slot_hash(s, current, original, now && s->warm) - slot_hash(s, &base, &base, false);
}

static uint64_t item_value_hash(const struct st_item *it, bool present, struct bytes value) {
    if (!present) return 0;
    return map_fold(map_hash(value.p, value.n) ^ it->hash, 0x9e3779b97f4a7c15u ^ map_key[1]);
}

static uint64_t item_part(const struct st_journal *j, uint32_t index) {
    const struct st_item *it = st_item_at(j, index);
    return item_value_hash(it, it->present, it->value) - j->base.items[index];
}

/* Reads what lies below the entries that came since the last time. */
static void load_bases(struct st_journal *j) {
    struct st_base *b = &j->base;
    for (; b->account_count < j->accounts.count; b->account_count++) {
        st_grow_array(&b->accounts, b->account_count, &b->account_cap, sizeof *b->accounts);
        const struct st_account *a = st_account_at(j, b->account_count);
        struct st_account below = {.address = a->address, .index = a->index};
        st_account_below(j, &below);
        b->accounts[b->account_count] = account_hash(&below, false);
    }
    for (; b->slot_count < j->slots.count; b->slot_count++) {
        st_grow_array(&b->slots, b->slot_count, &b->slot_cap, sizeof *b->slots);
        const struct st_slot *s = st_slot_at(j, b->slot_count);
        struct st_account unwiped = {.address = st_account_at(j, s->account)->address};
        b->slots[b->slot_count] = st_slot_below(j, &unwiped, &s->key);
    }
    for (; b->item_count < j->items.count; b->item_count++) {
        st_grow_array(&b->items, b->item_count, &b->item_cap, sizeof *b->items);
        const struct st_item *it = st_item_at(j, b->item_count);
        struct bytes value = {0};
        bool present = st_item_below(j, it, &value);
        b->items[b->item_count] = item_value_hash(it, present, value);
    }
}

static uint64_t transient_sum(const struct st_journal *j) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < j->transient_count; i++) {
        const struct st_transient_slot *t = &j->transient[i];
        if (u256_is_zero(&t->value)) continue;
        uint64_t words[9] = {t->account};
        memcpy(&words[1], &t->key, 32);
        memcpy(&words[5], &t->value, 32);
        sum += map_hash(words, sizeof words);
    }
    return sum;
}

static uint64_t log_hash(const struct st_log *l) {
    uint64_t h = map_hash(l->data.p, l->data.n);
    h = map_fold(h ^ map_hash(l->type_tag.p, l->type_tag.n), map_key[0] | 1);
    h ^= map_hash(&l->address, sizeof l->address) + l->vm + ((uint64_t)l->leg << 8);
    h = map_fold(h ^ map_hash(l->topics, l->topic_count * sizeof l->topics[0]), map_key[1] | 1);
    h ^= map_hash(&l->guid_address, sizeof l->guid_address);
    return map_fold(h ^ l->guid_creation_number, map_key[0] | 1) ^ l->sequence_number;
}

uint64_t st_fingerprint(const struct st_journal *j) {
    uint64_t sum = 0;
    load_bases((struct st_journal *)(uintptr_t)j); /* a cache */
    for (uint32_t i = 0; i < j->accounts.count; i++) sum += account_part(j, st_account_at(j, i));
    for (uint32_t i = 0; i < j->slots.count; i++) sum += slot_part(j, st_slot_at(j, i));
    for (uint32_t i = 0; i < j->items.count; i++) sum += item_part(j, i);
    sum += transient_sum(j);
    for (size_t i = 0; i < j->log_count; i++)
        sum = map_fold(sum ^ map_key[0], log_hash(&j->logs[i]) | 1);
    uint64_t rest[] = {sum,
                       j->log_count,
                       j->queue_count,
                       map_hash(j->queue, j->queue_count * sizeof *j->queue),
                       (uint64_t)j->refund,
                       j->accounts.changed.count,
                       j->slots.changed.count,
                       j->items.changed.count,
                       j->touched.count,
                       map_hash(&j->issued, sizeof j->issued),
                       map_hash(&j->burnt, sizeof j->burnt)};
    return map_hash(rest, sizeof rest);
}

/* The paranoid build. Below PROVE_ALWAYS entries every savepoint is proved; above, as many as keep
 * the cost of one savepoint at PROVE_ALWAYS entries on average. */
enum { PROVE_ALWAYS = 4096 };

void st_prove_savepoint(struct st_journal *j) {
    /* Marks above the end of the log are void: something before them was reverted. */
    while (j->proved_count && j->proved[j->proved_count - 1].mark > j->undo_count)
        j->proved_count--;
    if (j->proved_count && j->proved[j->proved_count - 1].mark == j->undo_count) return;
    uint64_t entries = (uint64_t)j->accounts.count + j->slots.count + j->items.count;
    j->prove_credit = min_u64(j->prove_credit + PROVE_ALWAYS, entries + PROVE_ALWAYS);
    if (j->prove_credit < entries) return;
    j->prove_credit -= entries;
    st_grow_array(&j->proved, j->proved_count, &j->proved_cap, sizeof *j->proved);
    j->proved[j->proved_count++] = (struct st_proved_mark){j->undo_count, st_fingerprint(j)};
}

void st_prove_revert(struct st_journal *j, st_mark mark) {
    while (j->proved_count && j->proved[j->proved_count - 1].mark > mark) j->proved_count--;
    if (!j->proved_count || j->proved[j->proved_count - 1].mark != mark) return;
    if (st_fingerprint(j) == j->proved[j->proved_count - 1].fingerprint) return;
    log_line(LOG_ERROR, "journal: a revert did not restore the world (undo position %llu)",
             (unsigned long long)mark);
    abort();
}
