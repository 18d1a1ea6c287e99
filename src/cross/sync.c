/* A synchronous call: what is paid, what is checked, the savepoint, the record. */
#include "cross/sync.h"

#include "cross/internal.h"

static const char NO_GAS[] = "there is not enough gas to begin the call";

/* ---- Who acts */

/* Inside a call that was made with home authority its alias acts, in its owner's machine, as its
 * owner. */
static void take_authority(const struct xvm_tx *tx, struct xvm_message *m) {
    const struct xvm_frame *f = tx->frame;
    struct xvm_actor sender = xvm_message_sender(m);
    if (!f || !f->home_authority || f->owner.vm != m->to_vm || !xvm_actor_eq(&f->alias, &sender))
        return;
    m->from_vm = f->owner.vm;
    m->sender = arena_copy(tx->arena, xvm_actor_bytes(&f->owner));
}

/* ---- What it costs before it begins */

static uint64_t cost_before(struct xvm_tx *tx, const struct xvm_sync *c,
                            const struct xvm_frame *f) {
    const struct xvm_params *p = &tx->params;
    const struct xvm_message *m = &c->call;
    struct xvm_actor owner;
    bool known = f->owner.vm == m->to_vm ||
                 xvm_alias_owner(tx->journal, m->to_vm, xvm_actor_bytes(&f->alias), &owner);
    return p->call_base_gas + xvm_words(xvm_payload_bytes(m)) * p->call_word_gas +
           (known ? 0 : p->alias_gas) + xvm_value_gas(tx, &f->alias, &c->value);
}

static bool may_begin(const struct xvm_tx *tx, const struct xvm_sync *c, struct xvm_run *run) {
    bool in_read_only = tx->frame && tx->frame->read_only;
    uint32_t crossing = tx->frame ? tx->frame->crossing : 0;
    if (crossing >= tx->params.crossings_max)
        xvm_fail(run, XVM_FAIL_LIMIT,
                 "there are more calls between machines inside one another than may be");
    else if (xvm_payload_bytes(&c->call) > tx->params.payload_max_bytes)
        xvm_fail(run, XVM_FAIL_LIMIT, "the call's payload is longer than one may be");
    else if ((c->read_only || in_read_only) && !u256_is_zero(&c->value))
        xvm_fail(run, XVM_FAIL_READ_ONLY, "a read-only call moves no value");
    return run->failure == XVM_OK;
}

/* ---- The call */

/* `waits`: the machine of the caller, whoever acts. */
static struct xvm_frame frame_of(const struct xvm_tx *tx, const struct xvm_sync *c,
                                 enum st_vm waits) {
    static const struct xvm_frame none;
    const struct xvm_frame *below = tx->frame ? tx->frame : &none;
    struct xvm_frame f = *below;
    f.below = tx->frame;
    f.crossing = below->crossing + 1;
    f.vm = (uint8_t)waits;
    f.read_only = below->read_only || c->read_only;
    f.home_authority = c->home_authority;
    f.move = c->move;
    f.svm = c->svm;
    f.owner = f.alias = xvm_message_sender(&c->call);
    if (f.owner.vm != c->call.to_vm)
        f.alias = xvm_alias_recall(&tx->queue->aliases, tx->journal, &f.owner, c->call.to_vm)->at;
    switch (f.vm) {
    case ST_VM_EVM: f.evm_depth = c->depth; break;
    case ST_VM_MOVE: f.move_depth = c->depth; break;
    default: f.svm_height = c->depth;
    }
    return f;
}

static struct bytes kept(struct xvm_tx *tx, struct bytes b) {
    bool whole = tx->keep_all && b.n <= XVM_WHOLE_BYTES_MAX - tx->kept_bytes;
    if (b.n > XVM_LEG_BYTES_KEPT && whole)
        tx->kept_bytes += b.n;
    else if (b.n > XVM_LEG_BYTES_KEPT)
        b = bytes_sub(b, 0, XVM_LEG_BYTES_KEPT);
    return b.n ? arena_copy(tx->arena, b) : b;
}

static void record(struct xvm_tx *tx, const struct xvm_sync *c, const struct xvm_frame *f,
                   uint32_t leg, uint32_t parent, const struct xvm_run *run, size_t log_first) {
    size_t logs;
    st_logs(tx->journal, &logs);
    tx->legs[leg] = (struct xvm_leg){
        .kind = XVM_LEG_CALL,
        .vm = c->call.to_vm,
        .ok = run->failure == XVM_OK,
        .home_authority = f->home_authority,
        .read_only = f->read_only,
        .failure = (uint8_t)run->failure,
        .parent = parent,
        .value = c->value,
        .gas_used = run->gas_used,
        .vm_gas_used = run->vm_gas_used,
        .from = run->from,
        .to = run->to,
        .function = run->function,
        .input = kept(tx, c->call.call_data),
        .output = kept(tx, run->result),
        .error = kept(tx, run->error),
        .log_first = (uint32_t)log_first,
        .log_count = (uint32_t)(logs - log_first),
        .svm = run->failure == XVM_OK ? run->svm : NULL,
    };
    xvm_leg_describe(&tx->legs[leg], &c->call);
    tx->legs[leg].generics = kept(tx, tx->legs[leg].generics);
    tx->legs[leg].types = kept(tx, tx->legs[leg].types);
}

/* What a read-only call has noted by the way, its sender's alias, goes. The calls inside it stand.
 */
static void undo_view(struct xvm_tx *tx, st_mark mark, size_t first) {
    size_t count = st_queue_count(tx->journal) - first;
    void **inside = ARENA_ARRAY(tx->arena, void *, count);
    for (size_t i = 0; i < count; i++) inside[i] = st_queue_at(tx->journal, first + i);
    st_revert(tx->journal, mark);
    for (size_t i = 0; i < count; i++) st_queue_push(tx->journal, inside[i]);
}

/* Under a savepoint, with everything that the leg's machine asks about its surroundings set. */
static void run_leg(struct xvm_tx *tx, struct xvm_sync *c, struct xvm_frame *f, uint64_t gas,
                    struct xvm_run *run) {
    const struct xvm_frame *below = tx->frame;
    const struct xvm_funds funds = {.payer = c->payer, .wei = c->value};
    uint16_t counter = tx->move_counter;
    st_mark mark = st_savepoint(tx->journal);
    size_t standing = st_queue_count(tx->journal);
    tx->frame = f;
    xvm_deliver(tx, &c->call, &funds, gas, run);
    tx->frame = below;
    if (run->failure != XVM_OK)
        st_revert(tx->journal, mark);
    else if (f->read_only)
        undo_view(tx, mark, standing);
    if (run->failure != XVM_OK || f->read_only) tx->move_counter = counter;
}

/* A call that can pay for its record. */
static void run_call(struct xvm_tx *tx, struct xvm_sync *c, struct xvm_run *run) {
    uint32_t parent = tx->current_leg, leg = xvm_leg_open(tx);
    enum st_vm waits = c->call.from_vm;
    uint64_t before = tx->params.call_base_gas;
    size_t log_first;
    st_logs(tx->journal, &log_first);
    take_authority(tx, &c->call);
    struct xvm_frame f = frame_of(tx, c, waits);
    if (may_begin(tx, c, run)) {
        /* The bank's sysvar accounts are written before the savepoint. */
        if (c->call.to_vm == ST_VM_SVM) xvm_svm_bank(tx);
        before = cost_before(tx, c, &f);
        if (before > c->gas) {
            before = c->gas;
            xvm_fail(run, XVM_FAIL_GAS, NO_GAS);
        } else {
            run_leg(tx, c, &f, c->gas - before, run);
        }
    }
    run->gas_used += before;
    if (run->failure == XVM_OK) xvm_leg_stand(tx, leg);
    record(tx, c, &f, leg, parent, run, log_first);
    xvm_leg_set_current(tx, parent);
}

void xvm_sync_call(struct xvm_tx *tx, struct xvm_sync *c, struct xvm_run *run) {
    *run = (struct xvm_run){0};
    if (c->gas >= tx->params.call_base_gas) {
        run_call(tx, c, run);
        return;
    }
    run->gas_used = c->gas;
    xvm_fail(run, XVM_FAIL_GAS, NO_GAS);
}
