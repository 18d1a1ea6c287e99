/* The records of a transaction's legs, in the order in which they began. */
#include "cross/internal.h"

uint32_t xvm_leg_open(struct xvm_tx *tx) {
    if (tx->leg_count == tx->leg_capacity) {
        uint32_t capacity = tx->leg_capacity ? tx->leg_capacity * 2 : 4;
        struct xvm_leg *legs = ARENA_ARRAY(tx->arena, struct xvm_leg, capacity);
        if (tx->leg_count) memcpy(legs, tx->legs, tx->leg_count * sizeof *legs);
        tx->legs = legs;
        tx->leg_capacity = capacity;
    }
    tx->legs[tx->leg_count] = (struct xvm_leg){0};
    xvm_leg_set_current(tx, tx->leg_count);
    return tx->leg_count++;
}

void xvm_leg_set_current(struct xvm_tx *tx, uint32_t leg) {
    tx->current_leg = leg;
    st_set_leg(tx->journal, leg);
}

void xvm_leg_describe(struct xvm_leg *l, const struct xvm_message *m) {
    struct bytes name;
    l->source_vm = m->from_vm;
    l->source = m->sender;
    if (m->to_vm != ST_VM_MOVE) return;
    xvm_split_function(m->function_name, &name, &l->types);
    l->generics = m->generics;
    l->bcs = m->bcs;
    l->abi_result = m->abi_result;
}

/* The journal's queue is undone with its savepoints: what is in it at the end has lasted. */
void xvm_leg_stand(struct xvm_tx *tx, uint32_t leg) {
    st_queue_push(tx->journal, (void *)(uintptr_t)leg);
}

void xvm_legs_settle(struct xvm_tx *tx) {
    for (uint32_t i = 0; i < tx->leg_count; i++)
        if (tx->legs[i].kind == XVM_LEG_CALL) tx->legs[i].undone = tx->legs[i].ok;
    for (size_t i = 0; i < st_queue_count(tx->journal); i++)
        tx->legs[(uintptr_t)st_queue_at(tx->journal, i)].undone = false;
    for (uint32_t i = 0; i < tx->leg_count; i++)
        if (!xvm_leg_stands(&tx->legs[i])) tx->legs[i].svm = NULL;
}
