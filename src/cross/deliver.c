/* A leg begins: who acts, as whom, with what; then its machine runs it. */
#include "cross/internal.h"

#include "solana/invoke.h"

const struct sol_context *xvm_svm_waiting(const struct xvm_tx *tx) {
    const struct xvm_frame *f = tx->frame;
    while (f && !f->svm) f = f->below;
    return f ? f->svm : NULL;
}

bool xvm_svm_is_held(const struct xvm_tx *tx, const struct b32 *key) {
    return sol_is_held(xvm_svm_waiting(tx), key);
}

/* The sender's alias where the message goes, registered if it is new. In its own machine, where
 * home authority leads, it is itself. The queue, which calls back, needs none. */
static struct err find_alias(struct xvm_tx *tx, const struct xvm_message *m,
                             struct xvm_actor *alias) {
    struct xvm_actor sender = xvm_message_sender(m);
    bool is_callback = xvm_is_callback(m);
    *alias = is_callback ? xvm_callback_speaker(m) : sender;
    if (is_callback || sender.vm == m->to_vm) return ERR_NONE;
    const struct xvm_alias *a =
        xvm_alias_recall(&tx->queue->aliases, tx->journal, &sender, m->to_vm);
    *alias = a->at;
    return xvm_alias_register_derived(tx->journal, a);
}

bool xvm_enter(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
               struct xvm_actor *alias, struct xvm_run *run) {
    struct err e = find_alias(tx, m, alias);
    run->from = m->sender_alias = arena_copy(tx->arena, xvm_actor_bytes(alias));
    if (!err_is(e)) return xvm_value_move(tx, &funds->payer, alias, &funds->wei, run);
    run->failure = XVM_FAIL_ALIAS;
    run->error = bytes_cstr(e.text);
    return false;
}

void xvm_deliver(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_funds *funds,
                 uint64_t gas, struct xvm_run *run) {
    switch (m->to_vm) {
    case ST_VM_MOVE: xvm_deliver_move(tx, m, funds, gas, run); return;
    case ST_VM_SVM: xvm_deliver_svm(tx, m, funds, gas, run); return;
    default: xvm_deliver_evm(tx, m, funds, gas, run);
    }
}
