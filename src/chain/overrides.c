/* What a client changes before its call runs: accounts, storage, precompiles, the block's fields
 * (go-ethereum's "state overrides" and "block overrides"). */
#include "chain/internal.h"

#include <stdlib.h>

void chain_override_head(struct chain_block *head, const struct chain_block_overrides *o) {
    if (o->has_number) head->height = o->number;
    if (o->has_time && !mul_u64(o->time, 1000000, &head->timestamp_us))
        head->timestamp_us = UINT64_MAX;
    if (o->has_gas_limit) head->gas_limit = o->gas_limit;
    if (o->has_coinbase) head->coinbase = o->coinbase;
    if (o->has_prev_randao) head->prev_randao = o->prev_randao;
    if (o->has_base_fee) head->base_fee = o->base_fee;
}

static int by_address(const void *x, const void *y) {
    const struct chain_account_override *const *a = x, *const *b = y;
    return memcmp(&(*a)->address, &(*b)->address, sizeof(struct b20));
}

struct applying {
    struct st_journal *journal;
    enum evm_fork fork;
    struct arena *arena;
    const struct chain_account_override **sorted;
    size_t count;
    struct evm_precompile_move *moves;
    size_t move_count;
};

static struct err refuse(struct applying *a, const struct b20 *address, const char *why) {
    char text[CHAIN_ADDRESS_TEXT];
    chain_address_text(text, address);
    return err_at(CHAIN_ERR_INVALID, arena_printf(a->arena, "account %s %s", text, why), 0);
}

static bool is_overridden(const struct applying *a, const struct b20 *address) {
    for (size_t i = 0; i < a->count; i++)
        if (b20_eq(&a->sorted[i]->address, address)) return true;
    return false;
}

/* An address that is overridden is no precompile any more; its precompile may be elsewhere. */
static struct err move_precompile(struct applying *a, const struct chain_account_override *o) {
    bool here = evm_is_precompile(a->fork, &o->address);
    for (size_t i = 0; i < a->move_count; i++)
        if (a->moves[i].has_to && b20_eq(&a->moves[i].to, &o->address))
            return refuse(a, &o->address, "has already been overridden by a precompile");
    if (o->has_move && !here) return refuse(a, &o->address, "is not a precompile");
    if (o->has_move && is_overridden(a, &o->move_to))
        return refuse(a, &o->move_to, "is already overridden");
    if (here)
        a->moves[a->move_count++] =
            (struct evm_precompile_move){o->address, o->move_to, o->has_move};
    return ERR_NONE;
}

static void set_slots(struct st_journal *j, struct st_account *account,
                      const struct chain_account_override *o) {
    for (size_t i = 0; i < o->slot_count; i++) {
        struct u256 key, value;
        u256_load_be(&key, o->slots[i].key.b);
        u256_load_be(&value, o->slots[i].value.b);
        st_set_slot(j, st_slot(j, account, &key), &value);
    }
}

static struct err apply_one(struct applying *a, const struct chain_account_override *o) {
    struct st_journal *j = a->journal;
    struct err e = move_precompile(a, o);
    if (err_is(e)) return e;
    if (o->has_state && o->has_diff)
        return refuse(a, &o->address, "has both 'state' and 'stateDiff'");
    struct st_account *account = st_account(j, &o->address);
    if (o->has_nonce) st_set_nonce(j, account, o->nonce);
    if (o->has_code) st_set_code(j, account, st_code_new(o->code));
    if (o->has_balance) st_set_balance(j, account, &o->balance);
    /* Storage belongs to accounts that exist. */
    if (o->has_state || (o->has_diff && o->slot_count)) st_touch(j, account, true);
    if (o->has_state) st_clear_storage(j, account);
    set_slots(j, account, o);
    return ERR_NONE;
}

struct err chain_apply_overrides(struct st_journal *j, enum evm_fork fork,
                                 const struct chain_account_override *accounts, size_t count,
                                 struct arena *arena, struct evm_precompile_move **moves,
                                 size_t *move_count) {
    struct applying a = {.journal = j, .fork = fork, .arena = arena, .count = count};
    a.sorted = ARENA_ARRAY(arena, const struct chain_account_override *, count);
    a.moves = ARENA_ARRAY(arena, struct evm_precompile_move, count);
    for (size_t i = 0; i < count; i++) a.sorted[i] = &accounts[i];
    /* In the order of addresses, so that the same overrides always end the same. */
    if (count) qsort(a.sorted, count, sizeof(void *), by_address);
    struct err e = ERR_NONE;
    st_begin_tx(j);
    for (size_t i = 0; i < count && !err_is(e); i++) e = apply_one(&a, a.sorted[i]);
    st_end_tx(j, false);
    *moves = a.moves;
    *move_count = a.move_count;
    return e;
}
