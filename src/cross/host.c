/* What Move legs ask of the crossing: the natives of 0x1::evm and 0x1::svm. */
#include "cross/internal.h"
#include "cross/tokens.h"

/* BCS type tags of the structs Call and Send: struct, address, module, name, no type arguments. */
/* clang-format off */
#define EVENT_TAG(a, b, c, ...) \
    {7, [32] = 1, 3, a, b, c, 4, __VA_ARGS__, 0}
static const uint8_t EVM_CALL_TAG[] = EVENT_TAG('e', 'v', 'm', 'C', 'a', 'l', 'l'),
                     EVM_SEND_TAG[] = EVENT_TAG('e', 'v', 'm', 'S', 'e', 'n', 'd'),
                     SVM_CALL_TAG[] = EVENT_TAG('s', 'v', 'm', 'C', 'a', 'l', 'l'),
                     SVM_SEND_TAG[] = EVENT_TAG('s', 'v', 'm', 'S', 'e', 'n', 'd');
/* clang-format on */

static void put_vector(struct buf *out, struct bytes v) {
    uleb_put(out, v.n);
    buf_put_bytes(out, v);
}

static bool get_vector(struct bytes *in, struct bytes *out) {
    uint64_t n;
    size_t used = uleb_get(*in, UINT32_MAX, &n);
    if (!used || n > in->n - used) return false;
    *out = bytes_sub(*in, used, n);
    *in = bytes_sub(*in, used + n, in->n - used - n);
    return true;
}

/* What Send has more than Call: the id, a vector of 32 bytes, and the options. */
static bool get_options(struct bytes rest, struct xvm_message *m) {
    enum { ID_BYTES = 1 + 32 };
    return rest.n > ID_BYTES && rest.p[0] == 32 &&
           xvm_options_from_bcs(bytes_sub(rest, ID_BYTES, rest.n - ID_BYTES), m);
}

bool xvm_event_decode(struct bytes data, bool has_options, struct arena *arena,
                      struct xvm_message *m, struct b32 *sender) {
    if (data.n < 64) return false;
    memcpy(sender->b, data.p, 32);
    m->sender = bytes_sub(data, 0, 32);
    struct bytes rest = bytes_sub(data, 64, data.n - 64);
    bool ok;
    if (m->to_vm == ST_VM_SVM) {
        m->program = bytes_sub(data, 32, 32);
        ok = xvm_metas_from_bcs(&rest, arena, &m->metas);
    } else {
        m->to = bytes_sub(data, 44, 20);
        ok = get_vector(&rest, &m->fn_abi);
    }
    if (!ok || !get_vector(&rest, &m->call_data)) return false;
    return has_options ? get_options(rest, m) : rest.n == 0;
}

/* Where a message starts: what its event is to be marked with, without and with options. */
struct origin {
    struct st_log marks[2];
    struct mv_message_start *start;
};

/* May it be sent with these options, and is there the gas that it reserves? */
static struct err check_options(struct xvm_tx *tx, const struct mv_message_start *s,
                                struct xvm_message *m) {
    uint64_t reserve, units;
    if (!xvm_options_from_bcs(s->options, m))
        return err_at(XVM_FAIL_MALFORMED, "the options cannot be read", 0);
    enum xvm_option_fault fault = xvm_options_check(tx, m);
    if (!fault &&
        (!xvm_reserve_of(m, &reserve) ||
         !mul_u64(reserve, tx->params.move_gas_per_evm_gas, &units) || units > s->gas_left))
        fault = XVM_OPTION_GAS_NOT_AVAILABLE;
    return fault ? err_at(XVM_FAIL_MALFORMED, xvm_option_text(fault), 0) : ERR_NONE;
}

/* Emits a message as an event and answers its id. `event`: its fields up to the id, whose place it
 * is to have. */
static struct err emit(struct xvm_tx *tx, struct buf *event, const struct origin *from) {
    struct mv_message_start *s = from->start;
    struct xvm_message m = {.from_vm = ST_VM_MOVE};
    bool has_options = s->options.n != 0;
    struct err e = has_options ? check_options(tx, s, &m) : ERR_NONE;
    if (err_is(e)) return e;
    s->id = xvm_next_id(tx);
    struct st_log log = from->marks[has_options ? 1 : 0];
    if (has_options) {
        put_vector(event, BYTES_OF(s->id));
        buf_put_bytes(event, s->options);
        s->gas_reserved = (m.gas + m.callback_gas) * tx->params.move_gas_per_evm_gas;
        xvm_reserve(tx, &m);
    }
    log.vm = ST_VM_MOVE;
    log.data = buf_bytes(event);
    st_add_log(tx->journal, &log);
    return ERR_NONE;
}

static struct err check_payload(const struct xvm_tx *tx, uint64_t a, uint64_t b) {
    uint64_t payload;
    if (!add_u64(a, b, &payload) || payload > tx->params.payload_max_bytes)
        return err_at(XVM_FAIL_LIMIT, "the message's payload is longer than one may be", 0);
    return ERR_NONE;
}

/* 0x1::evm::evm and send: checks the argument against the ABI, encodes it, and emits the message as
 * an event. What is wrong with it is wrong now: the Move call aborts, and nothing is queued. */
static struct err start_evm_call(void *ctx, const struct mv_evm_call *call,
                                 struct mv_message_start *start) {
    const struct origin from = {
        .marks = {{.address = XVM_MOVE_MESSENGER, .type_tag = BYTES_OF(EVM_CALL_TAG)},
                  {.address = XVM_MOVE_SENDER, .type_tag = BYTES_OF(EVM_SEND_TAG)}},
        .start = start};
    struct xvm_tx *tx = ctx;
    struct bytes call_data;
    struct err e = xvm_call_data(tx, call->fn_abi, call->layout, call->value, &call_data);
    if (!err_is(e)) e = check_payload(tx, call_data.n, call->fn_abi.n);
    if (err_is(e)) return e;
    struct xvm_actor given = xvm_wide_actor(ST_VM_MOVE, &call->to);
    struct b20 to = xvm_address_to_evm(tx->journal, &given);
    struct buf event = {0};
    static const uint8_t zeros[12];
    buf_put(&event, call->sender.b, 32);
    buf_put(&event, zeros, sizeof zeros);
    buf_put(&event, to.b, 20);
    put_vector(&event, call->fn_abi);
    put_vector(&event, call_data);
    e = emit(tx, &event, &from);
    buf_free(&event);
    return e;
}

/* 0x1::svm::call and send. */
static struct err start_svm_call(void *ctx, const struct mv_svm_call *call,
                                 struct mv_message_start *start) {
    const struct origin from = {
        .marks = {{.address = XVM_MOVE_SVM_MESSENGER, .type_tag = BYTES_OF(SVM_CALL_TAG)},
                  {.address = XVM_MOVE_SVM_SENDER, .type_tag = BYTES_OF(SVM_SEND_TAG)}},
        .start = start};
    struct xvm_tx *tx = ctx;
    struct err e = check_payload(tx, call->metas.n + sizeof call->program, call->data.n);
    if (err_is(e)) return e;
    struct buf event = {0};
    buf_put(&event, call->sender.b, 32);
    buf_put(&event, call->program.b, 32);
    buf_put_bytes(&event, call->metas);
    put_vector(&event, call->data);
    e = emit(tx, &event, &from);
    buf_free(&event);
    return e;
}

static bool make_atomic(void *ctx) {
    struct xvm_tx *tx = ctx;
    return tx->root_vm == ST_VM_MOVE && xvm_make_atomic(tx, 0);
}

static struct b32 alias_of_evm(void *ctx, const struct b20 *evm) {
    (void)ctx;
    return xvm_alias_evm_in_move(evm);
}

static struct b20 alias_of_move(void *ctx, const struct b32 *address) {
    (void)ctx;
    return xvm_alias_move_in_evm(address);
}

static struct b32 alias_in_svm(void *ctx, uint8_t vm, struct bytes home, uint32_t *tries) {
    struct xvm_actor actor = {.vm = vm};
    uint8_t bump;
    (void)ctx;
    memcpy(actor.bytes, home.p, home.n);
    struct xvm_actor alias = xvm_alias_of(&actor, ST_VM_SVM, &bump);
    *tries = 1u + UINT8_MAX - bump;
    return xvm_actor_b32(&alias);
}

static struct b32 alias_of_key(void *ctx, const struct b32 *key) {
    struct xvm_actor home = xvm_wide_actor(ST_VM_SVM, key),
                     alias = xvm_alias_of(&home, ST_VM_MOVE, NULL);
    (void)ctx;
    return xvm_actor_b32(&alias);
}

static bool owner_of(void *ctx, uint8_t *vm, uint8_t address[32]) {
    const struct xvm_tx *tx = ctx;
    struct xvm_actor owner;
    if (!xvm_alias_owner(tx->journal, *vm, bytes_make(address, xvm_address_bytes(*vm)), &owner))
        return false;
    *vm = owner.vm;
    memcpy(address, owner.bytes, 32);
    return true;
}

static struct err books(void *ctx, struct bytes request, bool read_only, struct bytes *answer) {
    bool refused = read_only && xvm_books_writes(request);
    const char *bad = refused ? "nothing can be written in a read-only call"
                              : xvm_books(ctx, ST_VM_MOVE, request, answer);
    return bad ? err_at(XVM_FAIL_REVERTED, bad, 0) : ERR_NONE;
}

struct mv_host xvm_move_host(struct xvm_tx *tx) {
    return (struct mv_host){.ctx = tx,
                            .evm_call = start_evm_call,
                            .svm_call = start_svm_call,
                            .make_atomic = make_atomic,
                            .alias_of_evm = alias_of_evm,
                            .alias_of_move = alias_of_move,
                            .alias_in_svm = alias_in_svm,
                            .alias_of_key = alias_of_key,
                            .owner_of = owner_of,
                            .sync_call = xvm_move_calls,
                            .sweep = xvm_move_sweeps,
                            .decode_results = xvm_move_results,
                            .is_locked = xvm_move_locked,
                            .books = books};
}
