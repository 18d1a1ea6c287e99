#include "state/journal_impl.h"

static const uint8_t undo_words[] = {
#define UNDO(name, words) words,
#include "state/undo.def"
#undef UNDO
};

void st_undo_grow(struct st_journal *j, size_t words) {
    size_t cap = j->undo_cap ? j->undo_cap * 2 : 512;
    while (cap - j->undo_count < words) cap *= 2;
    j->undo = xrealloc(j->undo, cap * sizeof *j->undo);
    j->undo_cap = cap;
}

st_mark st_savepoint(struct st_journal *j) {
#ifdef TERN_PARANOID
    st_prove_savepoint(j);
#endif
    return j->undo_count;
}

/* The entry's first change in the open block is undone: off the list, of which it is the last. */
static void drop_change(struct st_entries *e, uint32_t *block_change, uint32_t index,
                        uint32_t bits) {
    if (!(bits & UB_FIRST_CHANGE)) return;
    assert(*block_change == e->changed.count && e->changed.at[e->changed.count - 1] == index);
    (void)index;
    e->changed.count--;
    *block_change = 0;
}

static void undo_account(struct st_journal *j, enum st_undo_kind kind, const uint64_t *old,
                         uint32_t index, uint32_t bits) {
    struct st_account *a = st_account_at(j, index);
    switch (kind) {
    case UNDO_ACCOUNT_BALANCE: memcpy(&a->balance, old, sizeof a->balance); break;
    case UNDO_ACCOUNT_NONCE: a->nonce = old[0]; break;
    case UNDO_ACCOUNT_CODE:
        memcpy(&a->code_hash, old, sizeof a->code_hash);
        st_hold_code(j, a->code); /* somebody may still be running it */
        a->code = (struct st_code *)(uintptr_t)old[4];
        if (a->code) st_code_ref(a->code);
        break;
    case UNDO_ACCOUNT_STORAGE: a->storage_wipes = (uint32_t)old[0]; break;
    case UNDO_ACCOUNT_WARM: a->warm_epoch = 0; return;
    default: break;
    }
    if (a->touched && !(bits & UB_TOUCHED)) {
        assert(j->touched.at[j->touched.count - 1] == index);
        j->touched.count--;
    }
    a->exists = bits & UB_EXISTS;
    a->touched = bits & UB_TOUCHED;
    a->created = bits & UB_CREATED;
    a->destructed = bits & UB_DESTRUCTED;
    a->code_dirty = bits & UB_CODE_DIRTY;
    a->store_wiped = bits & UB_STORE_WIPED;
    drop_change(&j->accounts, &a->block_change, index, bits);
}

static void undo_slot(struct st_journal *j, enum st_undo_kind kind, const uint64_t *old,
                      uint32_t index, uint32_t bits) {
    struct st_slot *s = st_slot_at(j, index);
    switch (kind) {
    case UNDO_SLOT:
        memcpy(&s->current, old, sizeof s->current);
        drop_change(&j->slots, &s->block_change, index, bits);
        break;
    case UNDO_SLOT_LOAD:
        memcpy(&s->current, old, sizeof s->current);
        memcpy(&s->original, old + 4, sizeof s->original);
        s->epoch = old[8];
        s->wipes = (uint32_t)old[9];
        break;
    default: s->warm = false; break;
    }
}

static void undo_item(struct st_journal *j, const uint64_t *old, uint32_t index, uint32_t bits) {
    struct st_item *it = st_item_at(j, index);
    st_hold_block(j, it->block); /* its bytes may be borrowed until the transaction ends */
    it->value = bytes_make((const void *)(uintptr_t)old[0], old[1]);
    it->block = (struct st_block *)(uintptr_t)old[2];
    if (it->block) it->block->references++;
    it->present = bits & UB_PRESENT;
    drop_change(&j->items, &it->block_change, index, bits);
}

static void undo_last(struct st_journal *j) {
    uint64_t header = j->undo[j->undo_count - 1];
    enum st_undo_kind kind = header >> 32 & 0xff;
    uint32_t index = (uint32_t)header, bits = (uint32_t)(header >> 40);
    assert(kind < UNDO_COUNT);
    j->undo_count -= (size_t)undo_words[kind] + 1;
    const uint64_t *old = j->undo + j->undo_count;
    switch (kind) {
    case UNDO_ACCOUNT_FLAGS:
    case UNDO_ACCOUNT_BALANCE:
    case UNDO_ACCOUNT_NONCE:
    case UNDO_ACCOUNT_CODE:
    case UNDO_ACCOUNT_STORAGE:
    case UNDO_ACCOUNT_WARM: undo_account(j, kind, old, index, bits); break;
    case UNDO_SLOT:
    case UNDO_SLOT_LOAD:
    case UNDO_SLOT_WARM: undo_slot(j, kind, old, index, bits); break;
    case UNDO_TRANSIENT: memcpy(&j->transient[index].value, old, 32); break;
    case UNDO_ITEM: undo_item(j, old, index, bits); break;
    case UNDO_LOG: j->log_count--; break;
    case UNDO_QUEUE: j->queue_count--; break;
    case UNDO_REFUND: j->refund = (int64_t)old[0]; break;
    case UNDO_ISSUED: memcpy(&j->issued, old, sizeof j->issued); break;
    case UNDO_BURNT: memcpy(&j->burnt, old, sizeof j->burnt); break;
    case UNDO_COUNT: break;
    }
}

void st_revert(struct st_journal *j, st_mark mark) {
    assert(mark <= j->undo_count);
    while (j->undo_count > mark) undo_last(j);
    assert(j->undo_count == mark);
#ifdef TERN_PARANOID
    st_prove_revert(j, mark);
#endif
}
