/* Instructions of the messenger program: what is read is canonical. The bytes that the fields make
 * when they are written again are the bytes that they were read from. */
#include "cross/messenger.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_vector(struct buf *out, struct bytes v) {
    uint32_t n = (uint32_t)v.n;
    buf_put(out, &n, 4);
    buf_put_bytes(out, v);
}

static void put_target(struct buf *out, const struct xvm_instruction *in) {
    if (in->tag == XVM_CALL_EVM || in->tag == XVM_SEND_EVM || in->tag == XVM_SYNC_EVM) {
        buf_put_bytes(out, in->to);
        put_vector(out, in->data);
        return;
    }
    buf_put_bytes(out, in->module_address);
    put_vector(out, in->module);
    put_vector(out, in->function);
    put_vector(out, in->type_args);
    buf_put_u8(out, in->bcs);
    if (in->bcs)
        buf_put_bytes(out, in->data);
    else
        put_vector(out, in->data);
}

/* What it names, as it was written. */
static void put_callback(struct buf *out, struct bytes borsh) {
    struct xvm_callback c;
    if (!borsh.n) return;
    if (!xvm_callback_instruction(borsh, &c)) abort();
    uint32_t count = (uint32_t)(c.metas.n / XVM_META_BYTES);
    buf_put_bytes(out, c.program);
    buf_put(out, &count, 4);
    buf_put_bytes(out, c.metas);
    put_vector(out, c.data);
}

static void put_options(struct buf *out, const struct xvm_instruction *in) {
    buf_put_u8(out, in->on_fail);
    buf_put_u8(out, in->open_retry);
    buf_put(out, &in->deadline, 8);
    buf_put(out, &in->gas, 8);
    buf_put(out, &in->value, 8);
    buf_put_u8(out, in->refund_to.n != 0);
    buf_put_bytes(out, in->refund_to);
    buf_put_u8(out, in->callback.n != 0);
    put_callback(out, in->callback);
    buf_put(out, &in->callback_gas, 8);
    buf_put_u8(out, in->on_success);
}

static void put(struct buf *out, const struct xvm_instruction *in) {
    buf_put_u8(out, in->tag);
    switch (in->tag) {
    case XVM_RETRY:
    case XVM_CANCEL: buf_put(out, in->id.b, 32); return;
    case XVM_MAKE_ATOMIC: return;
    case XVM_ALIAS_OF:
    case XVM_HOME_OF:
        buf_put_u8(out, in->actor.vm);
        buf_put_bytes(out, xvm_actor_bytes(&in->actor));
        if (in->tag == XVM_ALIAS_OF) buf_put_u8(out, in->machine);
        return;
    case XVM_SWEEP: buf_put_u8(out, in->machine); return;
    default: put_target(out, in);
    }
    if (in->has_options) put_options(out, in);
    if (in->tag < XVM_SYNC_EVM) return;
    buf_put_u8(out, in->flags);
    buf_put(out, &in->units, 8);
    buf_put(out, &in->value, 8);
}

/* The vectors of BCS arguments are as many as their count says, whatever was asked for. */
static void split(const struct xvm_instruction *in) {
    enum { MOST = 64 };
    struct bytes parts[MOST];
    uint32_t count = load_le32(in->data.p);
    if (count > MOST) return;
    if (!xvm_split_vectors(in->data, parts, count)) abort();
    if (count && xvm_split_vectors(in->data, parts, count - 1)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct xvm_instruction in;
    struct buf again = {0};
    if (xvm_instruction_decode(bytes_make(data, size), &in)) return 0;
    if (in.tag == XVM_CALL_SVM || in.tag == XVM_SEND_SVM) return 0;
    put(&again, &in);
    if (!bytes_eq(buf_bytes(&again), bytes_make(data, size))) abort();
    if (in.bcs) split(&in);
    buf_free(&again);
    return 0;
}
