/* What Move legs ask of the crossing: 0x1::evm's natives. */
#include "cross/internal.h"

/* BCS type tag of the struct 0x1::evm::Call: struct, address, module, name, no type arguments. */
static const uint8_t CALL_EVENT_TAG[] = {7, 0, 0, 0, 0,   0,   0,   0, 0,   0,   0,   0,   0, 0, 0,
                                         0, 0, 0, 0, 0,   0,   0,   0, 0,   0,   0,   0,   0, 0, 0,
                                         0, 0, 1, 3, 'e', 'v', 'm', 4, 'C', 'a', 'l', 'l', 0};
/* … and of 0x1::evm::Send. */
static const uint8_t SEND_EVENT_TAG[] = {7, 0, 0, 0, 0,   0,   0,   0, 0,   0,   0,   0,   0, 0, 0,
                                         0, 0, 0, 0, 0,   0,   0,   0, 0,   0,   0,   0,   0, 0, 0,
                                         0, 0, 1, 3, 'e', 'v', 'm', 4, 'S', 'e', 'n', 'd', 0};

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

/* Id, on_fail, open_retry, deadline: the fields that Send has more than Call. */
enum { OPTIONS_BYTES = 1 + 32 + 1 + 1 + 8 };

bool xvm_event_decode(struct bytes data, bool has_options, struct xvm_message *m,
                      struct b32 *sender) {
    if (data.n < 64) return false;
    memcpy(sender->b, data.p, 32);
    m->sender = bytes_sub(data, 0, 32);
    m->to = bytes_sub(data, 44, 20);
    struct bytes rest = bytes_sub(data, 64, data.n - 64);
    if (!get_vector(&rest, &m->fn_abi) || !get_vector(&rest, &m->call_data)) return false;
    if (!has_options) return rest.n == 0;
    if (rest.n != OPTIONS_BYTES) return false;
    m->on_fail = rest.p[33];
    m->open_retry = rest.p[34];
    memcpy(&m->deadline, rest.p + 35, 8);
    return true;
}

static void put_options(struct buf *out, const struct b32 *id, const struct mv_send_options *o) {
    put_vector(out, BYTES_OF(*id));
    buf_put_u8(out, o->on_fail);
    buf_put_u8(out, o->open_retry);
    buf_put(out, &o->deadline, sizeof o->deadline);
}

/* 0x1::evm::evm and send: checks the argument against the ABI, encodes it, and emits the message as
 * an event. What is wrong with it is wrong now: the Move call aborts, and nothing is queued. */
static struct err start_evm_call(void *ctx, const struct mv_evm_call *call, struct b32 *id) {
    struct xvm_tx *tx = ctx;
    struct arena *arena = tx->arena;
    struct bytes call_data;
    struct err e =
        xvm_move_to_abi(call->fn_abi, call->layout, call->value, tx->journal, arena, &call_data);
    if (err_is(e)) return e;
    uint64_t payload;
    if (!add_u64(call_data.n, call->fn_abi.n, &payload) || payload > tx->params.payload_max_bytes)
        return err_at(XVM_FAIL_LIMIT, "the message's payload is longer than one may be", 0);
    struct xvm_actor given = xvm_wide_actor(ST_VM_MOVE, &call->to);
    struct b20 to = xvm_address_to_evm(tx->journal, &given);
    struct buf data = {0};
    static const uint8_t zeros[12];
    buf_put(&data, call->sender.b, 32);
    buf_put(&data, zeros, sizeof zeros);
    buf_put(&data, to.b, 20);
    put_vector(&data, call->fn_abi);
    put_vector(&data, call_data);
    *id = xvm_next_id(tx);
    struct st_log log = {
        .vm = ST_VM_MOVE, .address = XVM_MOVE_MESSENGER, .type_tag = BYTES_OF(CALL_EVENT_TAG)};
    if (call->options) {
        put_options(&data, id, call->options);
        log.address = XVM_MOVE_SENDER;
        log.type_tag = BYTES_OF(SEND_EVENT_TAG);
    }
    log.data = buf_bytes(&data);
    st_add_log(tx->journal, &log);
    buf_free(&data);
    return ERR_NONE;
}

static struct b32 alias_of_evm(void *ctx, const struct b20 *evm) {
    (void)ctx;
    return xvm_alias_evm_in_move(evm);
}

static struct b20 alias_of_move(void *ctx, const struct b32 *address) {
    (void)ctx;
    return xvm_alias_move_in_evm(address);
}

static uint8_t home_of(void *ctx, const struct b32 *address, uint8_t home[32]) {
    struct xvm_tx *tx = ctx;
    struct xvm_actor actor = xvm_home_of(tx->journal, ST_VM_MOVE, BYTES_OF(*address));
    memcpy(home, actor.bytes, 32);
    return actor.vm;
}

struct mv_host xvm_move_host(struct xvm_tx *tx) {
    return (struct mv_host){.ctx = tx,
                            .evm_call = start_evm_call,
                            .alias_of_evm = alias_of_evm,
                            .alias_of_move = alias_of_move,
                            .home_of = home_of};
}
