/* The queue of one transaction: first in, first out over all machines, drained after the root leg
 * has succeeded. */
#include "cross/gateway.h"
#include "cross/internal.h"
#include "cross/tokens.h"

const struct b20 XVM_MOVEVM_ADDRESS = {{0x7e, [19] = 0x01}};
const struct b20 XVM_SOLANAVM_ADDRESS = {{0x7e, [19] = 0x02}};
const struct b20 XVM_TERN_ADDRESS = {{0x7e, [19] = 0x03}};
const struct b20 XVM_QUEUE_ADDRESS = {{0x7e, [19] = 0x04}};
const struct b20 XVM_NEXT_ID_ADDRESS = {{0x7e, [19] = 0x05}};
const struct b20 XVM_MOVE_MESSENGER = {{0x7e, [18] = 0x01, [19] = 0x01}};
const struct b20 XVM_MOVE_SENDER = {{0x7e, [18] = 0x01, [19] = 0x02}};
const struct b20 XVM_SVM_MESSENGER = {{0x7e, [18] = 0x01, [19] = 0x03}};
const struct b20 XVM_MOVE_SVM_MESSENGER = {{0x7e, [18] = 0x01, [19] = 0x04}};
const struct b20 XVM_MOVE_SVM_SENDER = {{0x7e, [18] = 0x01, [19] = 0x05}};

static void add_natives(struct xvm_tx *tx) {
    static const struct evm_host none;
    const struct evm_host *given = tx->evm->host ? tx->evm->host : &none;
    struct xvm_queue *q = tx->queue;
    size_t n = given->native_count;
    q->evm_natives = ARENA_ARRAY(tx->arena, struct evm_native, n + 3);
    if (n) memcpy(q->evm_natives, given->natives, n * sizeof *q->evm_natives);
    q->evm_natives[n] = xvm_next_id_native(tx);
    q->evm_natives[n + 1] = xvm_tern_native(tx);
    q->evm_natives[n + 2] = xvm_tokens_native(tx);
    q->evm_host = *given;
    q->evm_host.natives = q->evm_natives;
    q->evm_host.native_count = n + 3;
    tx->evm->host = &q->evm_host;
}

void xvm_begin(struct xvm_tx *tx) {
    tx->arena = st_tx_arena(tx->journal);
    tx->queue = ARENA_NEW(tx->arena, struct xvm_queue);
    struct xvm_actor origin = xvm_alias_of(&tx->root_sender, ST_VM_EVM, NULL);
    tx->queue->evm_origin = xvm_actor_b20(&origin);
    if (tx->root_vm != ST_VM_EVM) {
        tx->evm->origin = tx->queue->evm_origin;
        tx->evm->gas_price = tx->evm->block.base_fee;
    }
    add_natives(tx);
    st_count_logs(tx->journal, xvm_starts_message);
    tx->leg_count = 0;
    tx->frame = NULL;
    xvm_leg_open(tx);
}

const struct sol_bank *xvm_svm_bank(struct xvm_tx *tx) {
    struct xvm_queue *q = tx->queue;
    if (!tx->open_bank) return NULL;
    const struct sol_bank *block = tx->open_bank(tx->open_bank_ctx);
    if (q->svm_bank) return q->svm_bank;
    size_t n = block->builtin_count;
    struct sol_builtin *builtins = ARENA_ARRAY(tx->arena, struct sol_builtin, n + 2);
    if (n) memcpy(builtins, block->builtins, n * sizeof *builtins);
    builtins[n] = xvm_messenger(tx);
    builtins[n + 1] = xvm_gateway_program(tx);
    q->svm_bank = ARENA_NEW(tx->arena, struct sol_bank);
    *q->svm_bank = *block;
    q->svm_bank->builtins = builtins;
    q->svm_bank->builtin_count = n + 2;
    return q->svm_bank;
}

void xvm_root_done(struct xvm_tx *tx, const struct xvm_leg *root) {
    if (!tx->leg_count) xvm_leg_open(tx);
    tx->legs[0] = *root;
    tx->legs[0].gas_used -=
        min_u64(root->gas_used, tx->reserved); /* what messages will use is theirs */
    /* A failed root leg has been reverted with all its logs: there is nothing to collect then. */
    if (root->ok) xvm_collect(tx, 0);
    xvm_legs_settle(tx);
}

struct xvm_actor xvm_message_sender(const struct xvm_message *m) {
    struct xvm_actor a = {.vm = m->from_vm};
    if (m->sender.n == xvm_address_bytes(m->from_vm)) memcpy(a.bytes, m->sender.p, m->sender.n);
    return a;
}

static struct bytes cut(struct bytes b, uint32_t max) {
    return b.n > max ? bytes_sub(b, 0, max) : b;
}

/* May `requester` act on the kept message? Its sender may: under its own name, or through its alias
 * in the EVM, where nobody but a message of the sender itself speaks with that name. In the SVM the
 * alias has signed for whatever program its owner calls, and for those that it calls: they may not
 * act for the owner. */
static bool is_sender(struct xvm_tx *tx, const struct xvm_actor *requester,
                      const struct xvm_message *m) {
    if (!m->sender.n) return false; /* a malformed event names none */
    struct xvm_actor sender = xvm_message_sender(m), owner;
    if (xvm_actor_eq(requester, &sender)) return true;
    return requester->vm == ST_VM_EVM &&
           xvm_alias_owner(tx->journal, ST_VM_EVM, xvm_actor_bytes(requester), &owner) &&
           xvm_actor_eq(&owner, &sender);
}

/* Finds the pending message of a retry or cancel, or says why there is none. */
static const char *find(struct xvm_tx *tx, struct xvm_entry *e) {
    struct xvm_message *m = ARENA_NEW(tx->arena, struct xvm_message);
    if (!xvm_message_get(tx->journal, &e->id, tx->arena, m))
        return "there is no message with this id";
    e->message = m;
    switch (m->status) {
    case XVM_PENDING: return NULL;
    case XVM_EXECUTED: return "the message has been executed";
    case XVM_CANCELLED: return "the message has been cancelled";
    case XVM_EXPIRED: return "the message has expired";
    case XVM_DROPPED: return "the message has been dropped";
    default: return "the message has failed, and its value has gone back";
    }
}

/* Who may act on a callback is whom it tells. */
static bool is_owner(struct xvm_tx *tx, const struct xvm_actor *requester,
                     const struct xvm_message *m) {
    struct xvm_message told;
    if (!xvm_is_callback(m)) return is_sender(tx, requester, m);
    return xvm_message_get(tx->journal, &m->callback_of, tx->arena, &told) &&
           is_sender(tx, requester, &told);
}

/* Why the request may not be carried out; NULL if it may. */
static const char *admit(struct xvm_tx *tx, const struct xvm_entry *e) {
    const struct xvm_message *m = e->message;
    if (e->kind == XVM_LEG_RETRY && xvm_payload_bytes(m) > tx->params.payload_max_bytes)
        return "the message's payload is longer than one may be";
    if (is_owner(tx, &e->requester, m)) return NULL;
    if (e->kind == XVM_LEG_CANCEL) return "only the message's sender may cancel it";
    if (!m->open_retry && m->failure != XVM_FAIL_GAS)
        return "only the message's sender may retry it: it failed for another reason than gas";
    return NULL;
}

static void record_leg(struct xvm_tx *tx, const struct xvm_entry *e, uint32_t leg,
                       const struct xvm_run *run, uint32_t log_first) {
    size_t logs;
    st_logs(tx->journal, &logs);
    const struct xvm_message *m = e->message;
    tx->legs[leg] = (struct xvm_leg){
        .kind = e->kind,
        .vm = m ? m->to_vm : e->requester.vm,
        .ok = run->failure == XVM_OK,
        .failure = (uint8_t)run->failure,
        .parent = e->parent_leg,
        .message = e->id,
        .value = m ? m->value : U256_ZERO,
        .gas_used = run->gas_used,
        .vm_gas_used = run->vm_gas_used,
        .from = run->from,
        .to = run->to,
        .function = run->function,
        .input = m ? m->call_data : (struct bytes){NULL, 0},
        .output = run->result,
        .error = run->error,
        .log_first = log_first,
        .log_count = (uint32_t)logs - log_first,
        .svm = run->svm,
    };
    if (m) xvm_leg_describe(&tx->legs[leg], m);
    /* A request that is refused changes nothing. */
    if (m && run->failure != XVM_FAIL_AUTHORITY) tx->legs[leg].status = m->status;
}

/* What it costs to keep what came of a message, beyond what the base charge pays for. */
static uint64_t keeping_gas(const struct xvm_params *p, const struct xvm_run *run) {
    uint64_t max = p->result_max_bytes, bytes = min_u64(run->result.n, max) +
                                                min_u64(run->error.n, max) +
                                                min_u64(run->error_data.n, max);
    return bytes > p->outcome_free_bytes ? (bytes - p->outcome_free_bytes) * p->kept_byte_gas : 0;
}

/* A result is kept whole or not at all: whoever chooses the gas must not choose what a callback is
 * told. */
static void charge_keeping(const struct xvm_tx *tx, uint64_t gas, struct xvm_run *run) {
    uint64_t cost = keeping_gas(&tx->params, run);
    if (cost <= gas - run->gas_used) {
        run->gas_used += cost;
        return;
    }
    run->result = run->error_data = (struct bytes){NULL, 0};
    if (run->failure != XVM_OK) {
        run->error = cut(run->error, tx->params.outcome_free_bytes);
        return;
    }
    run->failure = XVM_FAIL_GAS;
    run->error = BYTES_LIT("not enough gas was left to keep the result");
    run->gas_used = gas;
}

/* One attempt at a message: under a savepoint, marked as executed before it runs. */
static void attempt(struct xvm_tx *tx, struct xvm_entry *e, uint64_t gas, struct xvm_run *run) {
    struct xvm_message *m = e->message;
    struct xvm_funds funds = {.wei = m->value};
    if (!u256_is_zero(&m->value)) funds.payer = xvm_escrow(m->from_vm);
    m->status = XVM_EXECUTED;
    m->failure = XVM_OK;
    m->result = m->error = m->error_data = (struct bytes){NULL, 0};
    /* The bank's sysvar accounts stay, whatever becomes of the message that is the first to need
     * them: later legs of the block count on them. */
    if (m->to_vm == ST_VM_SVM || m->from_vm == ST_VM_SVM) xvm_svm_bank(tx);
    uint16_t counter = tx->move_counter;
    st_mark mark = st_savepoint(tx->journal);
    xvm_message_put(tx->journal, m);
    xvm_deliver(tx, m, &funds, gas, run);
    charge_keeping(tx, gas, run);
    if (run->failure != XVM_OK) {
        st_revert(tx->journal, mark);
        tx->move_counter = counter;
    }
}

/* What came of the turn of a message, into its record. */
static void note(struct xvm_tx *tx, struct xvm_message *m, const struct xvm_run *run) {
    m->failure = (uint8_t)run->failure;
    m->gas_used = run->gas_used;
    m->result = cut(run->result, tx->params.result_max_bytes);
    m->error = cut(run->error, tx->params.result_max_bytes);
    m->error_data = cut(run->error_data, tx->params.result_max_bytes);
    m->done_height = tx->height;
    m->done_root_hash = tx->root_hash;
}

/* Takes gas out of what there is to take from. */
static void spend(struct xvm_tx *tx, uint64_t *gas, uint64_t amount, uint64_t *gas_left) {
    *gas -= amount;
    if (gas == gas_left) tx->queue->gas_low = min_u64(tx->queue->gas_low, *gas_left);
}

/* What is charged before a message runs: also for what its value costs to move. */
static uint64_t cost_before(struct xvm_tx *tx, const struct xvm_message *m) {
    uint64_t base = tx->params.message_base_gas;
    if (u256_is_zero(&m->value)) return base;
    struct xvm_actor sender = xvm_message_sender(m);
    struct xvm_actor alias = xvm_alias_known(tx->journal, &sender, m->to_vm);
    return base + xvm_value_gas(tx, &alias, &m->value);
}

/* Runs a message or its retry on the gas that is its own, or on what is left; its base charge is
 * paid first. */
static void run_message(struct xvm_tx *tx, struct xvm_entry *e, uint64_t *gas_left,
                        struct xvm_run *run) {
    uint64_t base = cost_before(tx, e->message), reserved = tx->reserved;
    uint64_t *gas = e->gas ? &e->gas : gas_left;
    e->message->attempts++;
    if (*gas < base) {
        run->failure = XVM_FAIL_GAS;
        run->error = BYTES_LIT("the transaction's gas was used up before the message's turn");
        run->gas_used = *gas;
    } else {
        attempt(tx, e, *gas - base, run);
        run->gas_used += base;
    }
    spend(tx, gas, run->gas_used, gas_left);
    run->gas_used -= tx->reserved - reserved; /* what others will use of it is theirs */
}

/* A message that broke a limit when it was started is not run in this transaction. It pays for
 * being kept; if there is no gas for that, what it was to do is forgotten. */
static void refuse_message(struct xvm_tx *tx, struct xvm_entry *e, uint64_t *gas_left,
                           struct xvm_run *run) {
    struct xvm_message *m = e->message;
    uint64_t *gas = e->gas ? &e->gas : gas_left;
    uint64_t cost = tx->params.message_base_gas + xvm_payload_bytes(m) * tx->params.kept_byte_gas;
    run->failure = m->failure;
    run->error = m->error;
    run->gas_used = min_u64(*gas, cost);
    if (*gas < cost) {
        m->module_address = m->module_name = m->function_name = m->generics = m->fn_abi = m->metas =
            m->call_data = (struct bytes){NULL, 0};
        e->forgotten = true;
    }
    spend(tx, gas, run->gas_used, gas_left);
}

/* Why an entry is not looked at any closer: it costs a base charge whatever becomes of it, and a
 * transaction has a limited number of them. */
static enum xvm_failure refused_unseen(const struct xvm_tx *tx, const struct xvm_entry *e,
                                       uint64_t gas_left) {
    if (e->kind == XVM_LEG_MESSAGE) return XVM_OK;
    if (tx->queue->entries_run > 2 * tx->params.messages_max ||
        e->generation > tx->params.generations_max)
        return XVM_FAIL_LIMIT;
    return gas_left < tx->params.message_base_gas ? XVM_FAIL_GAS : XVM_OK;
}

/* A retry or cancel that the queue looks at: whether it may go on. Whoever wants something of a
 * message after its deadline finds that it has expired, and makes its value go back. */
static void look_at_request(struct xvm_tx *tx, struct xvm_entry *e, struct xvm_run *run) {
    const char *why = find(tx, e);
    if (!why && xvm_message_status(e->message, tx->evm->block.timestamp) == XVM_EXPIRED) {
        if (xvm_settle_ended(tx, e->message, XVM_EXPIRED, run))
            xvm_fail(run, XVM_FAIL_EXPIRED, "the message's deadline has passed");
        return;
    }
    if (!why) why = admit(tx, e);
    if (why) xvm_fail(run, XVM_FAIL_AUTHORITY, why);
}

/* A retry or cancel: whether it may go on; the base charge of one that may not is paid here. */
static bool may_run(struct xvm_tx *tx, struct xvm_entry *e, uint64_t *gas_left,
                    struct xvm_run *run) {
    if (e->kind == XVM_LEG_MESSAGE) return true;
    run->failure = refused_unseen(tx, e, *gas_left);
    if (run->failure == XVM_OK)
        look_at_request(tx, e, run);
    else
        run->error = run->failure == XVM_FAIL_GAS
                         ? BYTES_LIT("the transaction's gas was used up before this request's turn")
                         : BYTES_LIT("the transaction has started more messages than one may");
    if (run->failure == XVM_OK && e->kind == XVM_LEG_RETRY) return true;
    run->gas_used = min_u64(*gas_left, tx->params.message_base_gas);
    spend(tx, gas_left, run->gas_used, gas_left);
    return run->failure == XVM_OK;
}

static void give_back_left_over(struct xvm_tx *tx, uint64_t *gas_left) {
    *gas_left += xvm_reserve_left_over(tx);
}

/* A message, or its retry. False: the transaction is to be undone. */
static bool turn_of_message(struct xvm_tx *tx, struct xvm_entry *e, uint32_t leg,
                            uint64_t *gas_left, struct xvm_run *run) {
    if (e->kind == XVM_LEG_MESSAGE && e->message->failure != XVM_OK)
        refuse_message(tx, e, gas_left, run);
    else
        run_message(tx, e, gas_left, run);
    *gas_left += e->gas; /* what it has not used of its own */
    note(tx, e->message, run);
    if (run->failure == XVM_OK) xvm_collect(tx, e->generation);
    give_back_left_over(tx, gas_left);
    return xvm_settle(tx, e, run, leg, gas_left);
}

static bool run_entry(struct xvm_tx *tx, struct xvm_entry *e, uint64_t *gas_left) {
    struct xvm_run run = {0};
    bool goes_on = true;
    size_t log_first;
    uint32_t leg = xvm_leg_open(tx);
    tx->queue->entries_run++;
    st_logs(tx->journal, &log_first);
    if (!may_run(tx, e, gas_left, &run)) {
        /* refused, with its reason in `run` */
    } else if (e->kind == XVM_LEG_CANCEL) {
        xvm_settle_ended(tx, e->message, XVM_CANCELLED, &run);
    } else {
        goes_on = turn_of_message(tx, e, leg, gas_left, &run);
    }
    record_leg(tx, e, leg, &run, (uint32_t)log_first);
    return goes_on;
}

/* ---- The atomic tail */

void xvm_start(struct xvm_tx *tx) {
    tx->start = st_savepoint(tx->journal);
    tx->can_undo = true;
}

/* Only the fee is left of the transaction; what its legs did stays for the trace, marked as undone.
 */
static void undo(struct xvm_tx *tx, const struct xvm_entry *failed) {
    struct xvm_leg *root = &tx->legs[0], *last = &tx->legs[tx->leg_count - 1];
    char id[65];
    hex_encode(id, BYTES_OF(failed->id));
    id[64] = 0;
    st_revert(tx->journal, tx->start);
    for (uint32_t i = 1; i < tx->leg_count; i++) {
        tx->legs[i].undone = true;
        tx->legs[i].status = 0;
    }
    root->ok = false;
    root->failure = XVM_FAIL_REVERTED;
    root->output = (struct bytes){NULL, 0};
    root->error = bytes_cstr(
        arena_printf(tx->arena, "everything was undone, because the message 0x%s failed: %.*s", id,
                     (int)last->error.n, (const char *)last->error.p));
    for (uint32_t i = 0; i < tx->leg_count; i++) tx->legs[i].log_first = tx->legs[i].log_count = 0;
    tx->message_count = 0;
}

static struct xvm_entry *take_first(struct xvm_queue *q) {
    struct xvm_entry *e = q->first;
    q->first = e->next;
    if (!q->first) q->last = NULL;
    return e;
}

bool xvm_drain(struct xvm_tx *tx, uint64_t *gas_left) {
    struct xvm_queue *q = tx->queue;
    struct xvm_entry *failed = NULL;
    uint64_t before = q->gas_low = *gas_left;
    give_back_left_over(tx, gas_left);
    while (q->first && !failed) {
        struct xvm_entry *e = take_first(q);
        if (!run_entry(tx, e, gas_left)) failed = e;
    }
    while (q->first) { /* they do not get their turn */
        struct xvm_entry *e = take_first(q);
        *gas_left += e->gas + e->callback_gas;
    }
    if (failed) undo(tx, failed);
    tx->tail_gas_peak = before - q->gas_low;
    xvm_legs_settle(tx);
    return !failed;
}
