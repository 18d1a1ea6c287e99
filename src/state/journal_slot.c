#include "state/store_impl.h"

static uint64_t slot_hash(uint32_t account, const struct u256 *key) {
    return map_hash32((const uint8_t *)key, account);
}

uint64_t st_slot_rehash(const void *ctx, uint32_t index) {
    const struct st_slot *s = st_slot_at(ctx, index);
    return slot_hash(s->account, &s->key);
}

uint64_t st_transient_rehash(const void *ctx, uint32_t index) {
    const struct st_transient_slot *t = &((const struct st_journal *)ctx)->transient[index];
    return slot_hash(t->account, &t->key);
}

struct u256 st_slot_below(const struct st_journal *j, const struct st_account *a,
                          const struct u256 *key) {
    if (!j->snapshot || a->store_wiped) return U256_ZERO;
    return st_snapshot_slot(j->snapshot, &a->address, key);
}

struct u256 st_slot_effective(const struct st_journal *j, const struct st_account *a,
                              const struct st_slot *s) {
    return s->wipes == a->storage_wipes ? s->current : st_slot_below(j, a, &s->key);
}

/* The slot belongs to another incarnation of the account's storage: its value is what lies below,
 * and that was also its value when the transaction or the incarnation began. */
static void load_anew(struct st_journal *j, const struct st_account *a, struct st_slot *s) {
    uint64_t *old = st_undo(j, UNDO_SLOT_LOAD, 10, s->index, 0);
    memcpy(old, &s->current, sizeof s->current);
    memcpy(old + 4, &s->original, sizeof s->original);
    old[8] = s->epoch;
    old[9] = s->wipes;
    s->current = s->original = st_slot_below(j, a, &s->key);
    s->warm = s->warm && s->epoch == j->epoch;
    s->epoch = j->epoch;
    s->wipes = a->storage_wipes;
}

static struct st_slot *add_slot(struct st_journal *j, struct st_account *a, const struct u256 *key,
                                uint64_t hash) {
    uint32_t index;
    struct st_slot *s = st_entries_add(j, &j->slots, &index);
    s->key = *key;
    s->current = s->original = st_slot_below(j, a, key);
    s->epoch = j->epoch;
    s->index = index;
    s->account = a->index;
    s->wipes = a->storage_wipes;
    s->next = a->first_slot;
    a->first_slot = index + 1;
    map_insert(&j->slots.map, hash, index);
    return s;
}

static struct st_slot *find_slot(struct st_journal *j, struct st_account *a,
                                 const struct u256 *key) {
    uint64_t hash = slot_hash(a->index, key);
    struct map_probe it = map_begin(&j->slots.map, hash);
    for (uint32_t i; map_next(&j->slots.map, &it, &i);) {
        struct st_slot *s = st_slot_at(j, i);
        if (s->account == a->index && u256_eq(&s->key, key)) return s;
    }
    return add_slot(j, a, key, hash);
}

struct st_slot *st_slot(struct st_journal *j, struct st_account *a, const struct u256 *key) {
    uint32_t *recent = &j->recent_slots[(key->w[0] ^ a->index) % ST_RECENT_SLOTS];
    struct st_slot *s = *recent - 1 < j->slots.count ? st_slot_at(j, *recent - 1) : NULL;
    if (!s || s->account != a->index || !u256_eq(&s->key, key)) {
        s = find_slot(j, a, key);
        *recent = s->index + 1;
    }
    if (__builtin_expect(s->wipes != a->storage_wipes, 0)) {
        load_anew(j, a, s);
    } else if (s->epoch != j->epoch) {
        s->epoch = j->epoch;
        s->original = s->current;
        s->warm = false;
    }
    return s;
}

void st_set_slot(struct st_journal *j, struct st_slot *s, const struct u256 *value) {
    assert(s->epoch == j->epoch && s->wipes == st_account_at(j, s->account)->storage_wipes);
    if (u256_eq(&s->current, value)) return;
    uint32_t first = st_note_change(&j->slots, &s->block_change, s->index);
    uint64_t *old = st_undo(j, UNDO_SLOT, 4, s->index, first);
    memcpy(old, &s->current, sizeof s->current);
    s->current = *value;
}

bool st_warm_slot(struct st_journal *j, struct st_slot *s) {
    assert(s->epoch == j->epoch);
    if (s->warm) return false;
    s->warm = true;
    st_undo(j, UNDO_SLOT_WARM, 0, s->index, 0);
    return true;
}

bool st_slot_is_known(const struct st_journal *j, const struct st_account *a,
                      const struct u256 *key) {
    struct map_probe it = map_begin(&j->slots.map, slot_hash(a->index, key));
    for (uint32_t i; map_next(&j->slots.map, &it, &i);) {
        const struct st_slot *s = st_slot_at(j, i);
        if (s->account == a->index && u256_eq(&s->key, key)) return true;
    }
    return false;
}

/* ---- Transient */

static struct st_transient_slot *find_transient(const struct st_journal *j, uint32_t account,
                                                const struct u256 *key, uint64_t hash) {
    struct map_probe it = map_begin(&j->transient_map, hash);
    for (uint32_t i; map_next(&j->transient_map, &it, &i);) {
        struct st_transient_slot *t = &j->transient[i];
        if (t->account == account && u256_eq(&t->key, key)) return t;
    }
    return NULL;
}

struct u256 st_transient(struct st_journal *j, const struct st_account *a, const struct u256 *key) {
    const struct st_transient_slot *t = find_transient(j, a->index, key, slot_hash(a->index, key));
    return t ? t->value : U256_ZERO;
}

void st_set_transient(struct st_journal *j, const struct st_account *a, const struct u256 *key,
                      const struct u256 *value) {
    uint64_t hash = slot_hash(a->index, key);
    struct st_transient_slot *t = find_transient(j, a->index, key, hash);
    if (!t) {
        if (u256_is_zero(value)) return;
        if (j->transient_count == j->transient_cap) {
            j->transient_cap = j->transient_cap ? j->transient_cap * 2 : 64;
            j->transient = xrealloc(j->transient, j->transient_cap * sizeof *j->transient);
        }
        t = &j->transient[j->transient_count++];
        *t = (struct st_transient_slot){.key = *key, .account = a->index};
        map_insert(&j->transient_map, hash, j->transient_count - 1);
    }
    if (u256_eq(&t->value, value)) return;
    uint64_t *old = st_undo(j, UNDO_TRANSIENT, 4, (uint32_t)(t - j->transient), 0);
    memcpy(old, &t->value, sizeof t->value);
    t->value = *value;
}

/* ---- All slots */

struct slot_visit {
    struct st_journal *journal;
    struct st_account *account;
    bool (*visit)(void *ctx, const struct u256 *key, const struct u256 *value);
    void *ctx;
    bool goes_on;
};

static bool visit_stored(void *ctx, const struct u256 *key, const struct u256 *value) {
    struct slot_visit *v = ctx;
    if (st_slot_is_known(v->journal, v->account, key)) return true;
    v->goes_on = v->visit(v->ctx, key, value);
    return v->goes_on;
}

void st_visit_slots(struct st_journal *j, struct st_account *a,
                    bool (*visit)(void *ctx, const struct u256 *key, const struct u256 *value),
                    void *ctx) {
    struct slot_visit v = {j, a, visit, ctx, true};
    assert(!j->store);
    if (j->snapshot && !a->store_wiped)
        st_snapshot_each_slot(j->snapshot, &a->address, visit_stored, &v);
    for (uint32_t i = a->first_slot; i && v.goes_on;) {
        const struct st_slot *s = st_slot_at(j, i - 1);
        struct u256 value = st_slot_effective(j, a, s);
        if (!u256_is_zero(&value)) v.goes_on = visit(ctx, &s->key, &value);
        i = s->next;
    }
}
