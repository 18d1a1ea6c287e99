#include "state/store_impl.h"

uint64_t st_account_rehash(const void *ctx, uint32_t index) {
    return map_hash20(st_account_at(ctx, index)->address.b);
}

void st_account_below(const struct st_journal *j, struct st_account *a) {
    struct st_stored_account stored;
    a->code_hash = ST_EMPTY_CODE_HASH;
    if (!j->snapshot || !st_snapshot_account(j->snapshot, &a->address, &stored)) return;
    a->exists = true;
    a->nonce = stored.nonce;
    a->balance = stored.balance;
    a->code_hash = stored.code_hash;
}

static struct st_account *find_account(struct st_journal *j, const struct b20 *address) {
    uint64_t hash = map_hash20(address->b);
    struct map_probe it = map_begin(&j->accounts.map, hash);
    for (uint32_t i; map_next(&j->accounts.map, &it, &i);) {
        struct st_account *a = st_account_at(j, i);
        if (b20_eq(&a->address, address)) return a;
    }
    uint32_t index;
    struct st_account *a = st_entries_add(j, &j->accounts, &index);
    a->address = *address;
    a->index = index;
    st_account_below(j, a);
    map_insert(&j->accounts.map, hash, index);
    return a;
}

struct st_account *st_account(struct st_journal *j, const struct b20 *address) {
    uint32_t bits = load_le32(address->b + 16) * 0x9e3779b1u >> 24;
    uint32_t *recent = &j->recent_accounts[bits % ST_RECENT_ACCOUNTS];
    struct st_account *a = *recent - 1 < j->accounts.count ? st_account_at(j, *recent - 1) : NULL;
    if (!a || !b20_eq(&a->address, address)) {
        a = find_account(j, address);
        *recent = a->index + 1;
    }
    return a;
}

static uint32_t account_bits(const struct st_account *a) {
    return (a->exists ? UB_EXISTS : 0) | (a->touched ? UB_TOUCHED : 0) |
           (a->created ? UB_CREATED : 0) | (a->destructed ? UB_DESTRUCTED : 0) |
           (a->code_dirty ? UB_CODE_DIRTY : 0) | (a->store_wiped ? UB_STORE_WIPED : 0);
}

static void mark_touched(struct st_journal *j, struct st_account *a) {
    if (a->touched) return;
    a->touched = true;
    st_list_push(&j->touched, a->index);
}

/* Logs a change of the account's persistent part; to be called before it. */
static uint64_t *account_change(struct st_journal *j, struct st_account *a, enum st_undo_kind kind,
                                size_t words) {
    uint32_t bits = account_bits(a);
    bits |= st_note_change(&j->accounts, &a->block_change, a->index);
    uint64_t *old = st_undo(j, kind, words, a->index, bits);
    mark_touched(j, a);
    return old;
}

void st_set_balance(struct st_journal *j, struct st_account *a, const struct u256 *balance) {
    uint64_t *old = account_change(j, a, UNDO_ACCOUNT_BALANCE, 4);
    memcpy(old, &a->balance, sizeof a->balance);
    a->balance = *balance;
    a->exists = true;
}

void st_set_nonce(struct st_journal *j, struct st_account *a, uint64_t nonce) {
    *account_change(j, a, UNDO_ACCOUNT_NONCE, 1) = a->nonce;
    a->nonce = nonce;
    a->exists = true;
}

/* Puts `code` (one reference taken, NULL: none) in the account. */
static void replace_code(struct st_journal *j, struct st_account *a, struct st_code *code) {
    uint64_t *old = account_change(j, a, UNDO_ACCOUNT_CODE, 5);
    memcpy(old, &a->code_hash, sizeof a->code_hash);
    old[4] = (uintptr_t)a->code;
    st_hold_code(j, a->code);
    a->code = code;
    a->code_hash = code ? code->hash : ST_EMPTY_CODE_HASH;
    a->code_dirty = code && code->size;
    a->exists = true;
}

void st_set_code(struct st_journal *j, struct st_account *a, struct st_code *code) {
    replace_code(j, a, code);
}

const struct st_code *st_account_code(struct st_journal *j, struct st_account *a) {
    if (a->code) return a->code;
    if (b32_eq(&a->code_hash, &ST_EMPTY_CODE_HASH)) {
        if (!j->empty_code) j->empty_code = st_code_new((struct bytes){0});
        return j->empty_code;
    }
    assert(j->snapshot);
    return a->code = st_code_load(j->snapshot, &a->code_hash);
}

void st_touch(struct st_journal *j, struct st_account *a, bool make_exist) {
    if (make_exist && !a->exists) {
        account_change(j, a, UNDO_ACCOUNT_FLAGS, 0);
        a->exists = true;
    } else if (!a->touched) {
        st_undo(j, UNDO_ACCOUNT_FLAGS, 0, a->index, account_bits(a));
        mark_touched(j, a);
    }
}

void st_wipe_storage(struct st_journal *j, struct st_account *a, bool undoable) {
    if (!a->first_slot && !j->snapshot) return;
    if (undoable)
        *account_change(j, a, UNDO_ACCOUNT_STORAGE, 1) = a->storage_wipes;
    else
        st_note_change(&j->accounts, &a->block_change, a->index);
    assert(j->wipe_counter < UINT32_MAX);
    a->storage_wipes = ++j->wipe_counter;
    a->store_wiped = true;
}

void st_clear_storage(struct st_journal *j, struct st_account *a) {
    st_wipe_storage(j, a, true);
}

void st_mark_created(struct st_journal *j, struct st_account *a) {
    account_change(j, a, UNDO_ACCOUNT_FLAGS, 0);
    a->exists = a->created = true;
    if (!b32_eq(&a->code_hash, &ST_EMPTY_CODE_HASH)) replace_code(j, a, NULL);
    st_wipe_storage(j, a, true);
}

void st_mark_destructed(struct st_journal *j, struct st_account *a) {
    if (a->destructed) return;
    st_undo(j, UNDO_ACCOUNT_FLAGS, 0, a->index, account_bits(a));
    mark_touched(j, a);
    a->destructed = true;
}

bool st_warm_account(struct st_journal *j, struct st_account *a) {
    if (a->warm_epoch == j->epoch) return false;
    a->warm_epoch = j->epoch;
    st_undo(j, UNDO_ACCOUNT_WARM, 0, a->index, 0);
    return true;
}

bool st_account_is_warm(const struct st_journal *j, const struct st_account *a) {
    return a->warm_epoch == j->epoch;
}

struct seek_storage {
    const struct st_journal *j;
    const struct st_account *a;
    bool found;
};

static bool stops_at_unknown(void *ctx, const struct u256 *key, const struct u256 *value) {
    struct seek_storage *seek = ctx;
    (void)value;
    seek->found = !st_slot_is_known(seek->j, seek->a, key);
    return !seek->found;
}

bool st_account_has_storage(struct st_journal *j, struct st_account *a) {
    for (uint32_t i = a->first_slot; i;) {
        const struct st_slot *s = st_slot_at(j, i - 1);
        struct u256 v = st_slot_effective(j, a, s);
        if (!u256_is_zero(&v)) return true;
        i = s->next;
    }
    if (!j->snapshot || a->store_wiped) return false;
    /* Every stored slot is non-zero, unless the journal knows better. */
    struct seek_storage seek = {j, a, false};
    st_snapshot_each_slot(j->snapshot, &a->address, stops_at_unknown, &seek);
    return seek.found;
}

/* Nothing can be undone any more: changes without the log. What a contract has received since it
 * destroyed itself goes with it. */
static void remove_account(struct st_journal *j, struct st_account *a) {
    u256_add(&j->burnt, &j->burnt, &a->balance);
    st_note_change(&j->accounts, &a->block_change, a->index);
    st_wipe_storage(j, a, false);
    st_hold_code(j, a->code);
    a->code = NULL;
    a->code_hash = ST_EMPTY_CODE_HASH;
    a->code_dirty = false;
    a->exists = false;
    a->nonce = 0;
    a->balance = U256_ZERO;
}

void st_accounts_end_tx(struct st_journal *j, bool clear_empty) {
    for (uint32_t i = 0; i < j->touched.count; i++) {
        struct st_account *a = st_account_at(j, j->touched.at[i]);
        if (a->destructed || (clear_empty && a->exists && st_account_is_empty(a)))
            remove_account(j, a);
        a->touched = a->created = a->destructed = false;
    }
    j->touched.count = 0;
}

void st_each_changed_account(struct st_journal *j,
                             void (*visit)(void *ctx, const struct st_account *a), void *ctx) {
    for (uint32_t i = 0; i < j->accounts.changed.count; i++)
        visit(ctx, st_account_at(j, j->accounts.changed.at[i]));
}

void st_each_account(struct st_journal *j, void (*visit)(void *ctx, struct st_account *a),
                     void *ctx) {
    assert(!j->snapshot);
    for (uint32_t i = 0; i < j->accounts.count; i++) {
        struct st_account *a = st_account_at(j, i);
        if (a->exists) visit(ctx, a);
    }
}

void st_each_slot(struct st_journal *j, const struct st_account *a,
                  void (*visit)(void *ctx, const struct u256 *key, const struct u256 *value),
                  void *ctx) {
    assert(!j->snapshot);
    for (uint32_t i = a->first_slot; i;) {
        const struct st_slot *s = st_slot_at(j, i - 1);
        struct u256 v = st_slot_effective(j, a, s);
        if (!u256_is_zero(&v)) visit(ctx, &s->key, &v);
        i = s->next;
    }
}
