/* How messages end: by the policy that their senders chose. */
#include "cross/internal.h"

struct xvm_actor xvm_escrow(uint8_t vm) {
    struct xvm_actor queue = xvm_evm_actor(&XVM_QUEUE_ADDRESS);
    return xvm_alias_of(&queue, vm, NULL);
}

/* ---- Value */

static struct xvm_actor at_home(const struct xvm_message *m, struct bytes address) {
    struct xvm_actor a = {.vm = m->from_vm};
    memcpy(a.bytes, address.p, min_u64(address.n, sizeof a.bytes));
    return a;
}

/* From the queue's account to whom the message names, or, if that account cannot take it, to the
 * sender. */
static bool give_back(struct xvm_tx *tx, const struct xvm_message *m, struct xvm_run *run) {
    if (u256_is_zero(&m->value)) return true;
    struct xvm_actor escrow = xvm_escrow(m->from_vm), sender = xvm_message_sender(m);
    if (m->refund_to.n) {
        struct xvm_actor to = at_home(m, m->refund_to);
        struct xvm_run failed = {0};
        if (xvm_value_move(tx, &escrow, &to, &m->value, &failed)) return true;
    }
    return xvm_value_move(tx, &escrow, &sender, &m->value, run);
}

/* ---- Ends */

static void store(struct xvm_tx *tx, struct xvm_message *m, enum xvm_status status) {
    m->status = (uint8_t)status;
    xvm_message_put(tx->journal, m);
}

bool xvm_settle_ended(struct xvm_tx *tx, struct xvm_message *m, enum xvm_status status,
                      struct xvm_run *run) {
    if (!give_back(tx, m, run)) return false;
    store(tx, m, status);
    return true;
}

static enum xvm_status failed_status(const struct xvm_message *m) {
    switch (m->on_fail) {
    case XVM_DROP: return XVM_DROPPED;
    case XVM_REFUND: return XVM_REFUNDED;
    case XVM_CALLBACK: return XVM_CALLED_BACK;
    default: return XVM_PENDING;
    }
}

/* Whatever ends a message that has not run gives its value back. If that cannot be, which takes a
 * sender whose account nothing can arrive in, the message waits for it to be cancelled. */
static void end_failed(struct xvm_tx *tx, const struct xvm_entry *e) {
    struct xvm_message *m = e->message;
    struct xvm_run refused = {0};
    enum xvm_status status = failed_status(m);
    if (status == XVM_PENDING && e->forgotten) status = XVM_DROPPED;
    if (status != XVM_PENDING && !give_back(tx, m, &refused)) status = XVM_PENDING;
    store(tx, m, status);
}

static bool calls_back(const struct xvm_message *m) {
    return m->status == XVM_EXECUTED ? m->on_success : m->status == XVM_CALLED_BACK;
}

bool xvm_settle(struct xvm_tx *tx, struct xvm_entry *e, const struct xvm_run *run, uint32_t leg,
                uint64_t *gas_left) {
    struct xvm_message *m = e->message;
    if (m->failure != XVM_OK && m->on_fail == XVM_REVERT_TX && xvm_is_atomic(tx)) {
        *gas_left += e->callback_gas;
        return false;
    }
    if (m->failure == XVM_OK)
        store(tx, m, XVM_EXECUTED);
    else
        end_failed(tx, e);
    if (calls_back(m))
        xvm_start_callback(tx, m, run->code, leg, e->callback_gas);
    else
        *gas_left += e->callback_gas;
    return true;
}
