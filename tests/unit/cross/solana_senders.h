/* Senders of messages to the Solana VM beside a plain call from the EVM. */
#ifndef TERN_TESTS_CROSS_SOLANA_SENDERS_H
#define TERN_TESTS_CROSS_SOLANA_SENDERS_H

#include "solana_legs.h"

static struct xvm_actor move_sender(uint8_t n) {
    return (struct xvm_actor){.vm = ST_VM_MOVE, .bytes = {[0] = 0x5e, [31] = n}};
}
static struct b32 alias_of(struct xvm_actor who) {
    struct xvm_actor alias = xvm_alias_of(&who, ST_VM_SVM, NULL);
    return xvm_actor_b32(&alias);
}

static void send_from_evm(uint8_t sender, const struct call *c, uint64_t on_fail,
                          uint64_t open_retry) {
    struct b32 id = xvm_next_id(&tx);
    const uint64_t options[3] = {on_fail, open_retry};
    put_log(&XVM_QUEUE_ADDRESS, SEND, sender, &id, event_data(c, options));
}

/* What 0x1::svm's natives ask for. */
static struct err call_from_move(uint8_t sender, const struct call *c, struct bytes options) {
    struct mv_host host = xvm_move_host(&tx);
    struct mv_message_start start = {.options = options};
    struct buf metas = {0};
    uleb_put(&metas, c->meta_count);
    for (size_t i = 0; i < c->meta_count; i++) {
        buf_put_bytes(&metas, BYTES_OF(c->metas[i].key));
        buf_put_u8(&metas, c->metas[i].signer);
        buf_put_u8(&metas, c->metas[i].writable);
    }
    struct xvm_actor who = move_sender(sender);
    struct mv_svm_call call = {.sender = xvm_actor_b32(&who),
                               .program = *c->program,
                               .metas = buf_bytes(&metas),
                               .data = c->data};
    struct err e = host.svm_call(host.ctx, &call, &start);
    buf_free(&metas);
    return e;
}

#endif
