/* Natives of the messengers: 0x1::evm and 0x1::svm. */
#include "move/natives.h"
#include "move/session.h"

/* May a message start here, if the host has the call for it? Then what it costs is taken. */
static enum mv_status_code may_start(struct mv_native_call *n, bool has_host, uint64_t bytes) {
    if (n->s->p.read_only) return MV_ACCESS_DENIED;
    if (!has_host) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    return mv_charge(n->s, MV_GAS_EVENT_PER_BYTE * bytes) ? MV_OK : MV_OUT_OF_GAS;
}

/* What the host said of the call: its text becomes the abort's. */
static enum mv_status_code host_end(struct mv_native_call *n, struct err e) {
    if (!err_is(e)) return MV_OK;
    n->message = e.text;
    return mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
}

/* on_fail: u8, open_retry: bool, deadline: u64, from that slot on. */
static struct mv_send_options read_options(const struct mv_native_call *n, unsigned slot) {
    return (struct mv_send_options){.on_fail = (uint8_t)n->slots[slot],
                                    .open_retry = n->slots[slot + 1] != 0,
                                    .deadline = n->slots[slot + 2]};
}

/* ---- The EVM */

/* account: &signer (slot 0), to: address (1…4), fn_abi: vector<u8> (5, 6), calldata: &T (7). */
static enum mv_status_code start_evm_call(struct mv_native_call *n,
                                          const struct mv_send_options *options, struct b32 *id) {
    const struct mv_host *h = &n->s->p.host;
    struct mv_vec abi = mv_native_vec(n, 5);
    const struct mv_type *t = mv_native_type(n, 0);
    struct buf value = {0};
    bool fits = mv_value_encode(t, mv_native_ref(n, 7), &value, MV_EVENT_BYTES_MAX);
    enum mv_status_code e = may_start(n, h->evm_call, fits ? (uint64_t)value.n + abi.len : 0);
    if (!e && !fits) e = mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    if (!e) {
        struct mv_evm_call call = {.fn_abi = mv_vec_bytes(&abi),
                                   .value = buf_bytes(&value),
                                   .layout = mv_layout_of(n->s, t),
                                   .gas_left = (uint64_t)n->s->gas,
                                   .options = options};
        memcpy(&call.sender, mv_native_ref(n, 0), 32);
        memcpy(&call.to, &n->slots[1], 32);
        e = host_end(n, h->evm_call(h->ctx, &call, id));
    }
    buf_free(&value);
    return e;
}

enum mv_status_code mv_native_evm_call(struct mv_native_call *n) {
    struct b32 id;
    return start_evm_call(n, NULL, &id);
}

enum mv_status_code mv_native_evm_send(struct mv_native_call *n) {
    struct b32 id;
    struct mv_send_options options = read_options(n, 8);
    enum mv_status_code e = start_evm_call(n, &options, &id);
    return e ? e : mv_native_return_bytes(n, BYTES_OF(id));
}

/* ---- The Solana VM */

/* account: &signer (slot 0), program: address (1…4), metas: vector<AccountMeta> (5, 6), data:
 * vector<u8> (7, 8). */
static enum mv_status_code start_svm_call(struct mv_native_call *n,
                                          const struct mv_send_options *options, struct b32 *id) {
    enum { METAS = 2 };
    const struct mv_host *h = &n->s->p.host;
    struct mv_vec data = mv_native_vec(n, 7);
    struct buf metas = {0};
    bool fits = mv_value_encode(n->fn->params[METAS], &n->slots[5], &metas, MV_EVENT_BYTES_MAX) &&
                data.len <= MV_EVENT_BYTES_MAX;
    enum mv_status_code e = may_start(n, h->svm_call, fits ? (uint64_t)metas.n + data.len : 0);
    if (!e && !fits) e = mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    if (!e) {
        struct mv_svm_call call = {
            .metas = buf_bytes(&metas), .data = mv_vec_bytes(&data), .options = options};
        memcpy(&call.sender, mv_native_ref(n, 0), 32);
        memcpy(&call.program, &n->slots[1], 32);
        e = host_end(n, h->svm_call(h->ctx, &call, id));
    }
    buf_free(&metas);
    if (!e) mv_native_drop_arguments(n);
    return e;
}

enum mv_status_code mv_native_svm_call(struct mv_native_call *n) {
    struct b32 id;
    return start_svm_call(n, NULL, &id);
}

enum mv_status_code mv_native_svm_send(struct mv_native_call *n) {
    struct b32 id;
    struct mv_send_options options = read_options(n, 9);
    enum mv_status_code e = start_svm_call(n, &options, &id);
    return e ? e : mv_native_return_bytes(n, BYTES_OF(id));
}

/* ---- Aliases */

enum mv_status_code mv_native_evm_alias_of_evm(struct mv_native_call *n) {
    const struct mv_host *h = &n->s->p.host;
    if (!h->alias_of_evm) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    struct b20 evm;
    memcpy(&evm, (const uint8_t *)n->slots + 12, sizeof evm);
    struct b32 alias = h->alias_of_evm(h->ctx, &evm);
    return mv_native_return_b32(n, &alias);
}

enum mv_status_code mv_native_evm_alias_of_move(struct mv_native_call *n) {
    const struct mv_host *h = &n->s->p.host;
    if (!h->alias_of_move) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    struct b32 address, out = {{0}};
    memcpy(&address, n->slots, sizeof address);
    struct b20 alias = h->alias_of_move(h->ctx, &address);
    memcpy(out.b + 12, &alias, sizeof alias);
    return mv_native_return_b32(n, &out);
}

/* (machine, address): an EVM address stands in the last 20 bytes. Each alias that is followed is
 * paid for before the next is looked up; the first look-up is in the native's own price. */
enum mv_status_code mv_native_evm_home_of(struct mv_native_call *n) {
    enum { PER_ALIAS = 100000 };
    const struct mv_host *h = &n->s->p.host;
    if (!h->owner_of) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    uint8_t vm = ST_VM_MOVE, at[32], out[32] = {0};
    memcpy(at, n->slots, sizeof at);
    while (h->owner_of(h->ctx, &vm, at))
        if (!mv_charge(n->s, PER_ALIAS)) return MV_OUT_OF_GAS;
    if (vm == ST_VM_EVM)
        memcpy(out + 12, at, 20);
    else
        memcpy(out, at, 32);
    n->slots[0] = vm;
    memcpy(&n->slots[1], out, sizeof out);
    return MV_OK;
}

/* Finding a Solana alias tries bumps; each costs what the first one has been charged for, which is
 * what Solana's own syscall costs. */
static enum mv_status_code return_svm_alias(struct mv_native_call *n, uint8_t vm,
                                            struct bytes home) {
    enum { PER_TRY = 300000 };
    const struct mv_host *h = &n->s->p.host;
    uint32_t tries = 1;
    if (!h->alias_in_svm) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    struct b32 alias = h->alias_in_svm(h->ctx, vm, home, &tries);
    if (!mv_charge(n->s, (uint64_t)(tries - 1) * PER_TRY)) return MV_OUT_OF_GAS;
    return mv_native_return_b32(n, &alias);
}

enum mv_status_code mv_native_svm_alias_of_evm(struct mv_native_call *n) {
    return return_svm_alias(n, ST_VM_EVM, bytes_make((const uint8_t *)n->slots + 12, 20));
}

enum mv_status_code mv_native_svm_alias_of_move(struct mv_native_call *n) {
    return return_svm_alias(n, ST_VM_MOVE, bytes_make(n->slots, 32));
}

enum mv_status_code mv_native_svm_alias_of_key(struct mv_native_call *n) {
    const struct mv_host *h = &n->s->p.host;
    if (!h->alias_of_key) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    struct b32 key;
    memcpy(&key, n->slots, sizeof key);
    struct b32 alias = h->alias_of_key(h->ctx, &key);
    return mv_native_return_b32(n, &alias);
}
