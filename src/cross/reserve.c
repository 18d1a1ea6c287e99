/* Gas that a message reserves, and whether a transaction's tail is atomic: what a leg asks of the
 * queue while it runs.
 *
 * Reserved gas is taken from the leg that sends the message, as gas that it has used. What messages
 * that lasted have taken of it (xvm_reserve_take) is theirs; what is left over was reserved by
 * frames that have been reverted, and goes back to the transaction. */
#include "cross/internal.h"

void xvm_reserve(struct xvm_tx *tx, const struct xvm_message *m) {
    tx->reserved += m->gas + m->callback_gas; /* xvm_options_check has added them; legs have paid */
}

bool xvm_reserve_take(struct xvm_tx *tx, const struct xvm_message *m) {
    uint64_t gas;
    if (!xvm_reserve_of(m, &gas) || gas > tx->reserved - tx->reserved_taken) return false;
    tx->reserved_taken += gas;
    return true;
}

uint64_t xvm_reserve_left_over(struct xvm_tx *tx) {
    uint64_t gas = tx->reserved - tx->reserved_taken;
    tx->reserved_taken = tx->reserved;
    return gas;
}

/* ---- The atomic tail: a mark that is undone with the frame that made it, and gone with the
 * transaction */

static struct st_account *queue_account(const struct xvm_tx *tx) {
    return st_account(tx->journal, &XVM_QUEUE_ADDRESS);
}

bool xvm_make_atomic(struct xvm_tx *tx, uint32_t place) {
    if (!tx->can_undo || tx->frame || tx->current_leg != 0) return false;
    struct u256 key = U256_ZERO, value = u256_from_u64((uint64_t)place + 1);
    if (xvm_is_atomic(tx)) return true;
    st_set_transient(tx->journal, queue_account(tx), &key, &value);
    return true;
}

/* The place that xvm_make_atomic was told, + 1; 0: the tail is not atomic. */
static uint64_t mark_of(const struct xvm_tx *tx) {
    struct u256 key = U256_ZERO, value = st_transient(tx->journal, queue_account(tx), &key);
    return u256_sat_u64(&value);
}

bool xvm_is_atomic(const struct xvm_tx *tx) {
    return mark_of(tx) != 0;
}

uint32_t xvm_atomic_place(const struct xvm_tx *tx) {
    return (uint32_t)(mark_of(tx) - 1);
}
