/* Callbacks: what tells the sender of a message what became of it. A callback is a message of the
 * queue's own, which nobody else can send as: in the EVM TernQueue is msg.sender; in Move the
 * function is given a 0x1::evm::Outcome, which nothing else makes; in the SVM an address signs that
 * is the messenger's own for the program that is called and for the message's sender ("callback",
 * the program's id and the sender are its seeds), so that no other program can pass its signature
 * on to it, and nobody else's message can speak as it: what stands in front of the outcome is of
 * the sender's choice, and could look like another outcome. */
#include "cross/messenger.h"

#include "cross/internal.h"
#include "solana/address.h"

enum {
    /* An instruction's data is 10 KiB at most, and has what the sender has put there too. */
    SVM_DATA_MAX_BYTES = 6144,
    SVM_ERROR_MAX_BYTES = 1024,
};

bool xvm_is_callback(const struct xvm_message *m) {
    return !b32_is_zero(&m->callback_of);
}

struct xvm_actor xvm_callback_speaker(const struct xvm_message *m) {
    struct xvm_actor queue = xvm_evm_actor(&XVM_QUEUE_ADDRESS);
    if (m->to_vm != ST_VM_SVM) return xvm_alias_of(&queue, m->to_vm, NULL);
    struct b32 address = {{0}};
    if (m->metas.n >= sizeof address) memcpy(&address, m->metas.p, sizeof address);
    return xvm_wide_actor(ST_VM_SVM, &address);
}

static struct b32 speaker_in_svm(struct bytes program, struct bytes sender) {
    struct bytes seeds[] = {BYTES_LIT("callback"), program, sender};
    struct b32 address = {{0}};
    uint8_t bump;
    sol_find_program_address(&address, &bump, seeds, COUNT_OF(seeds), &XVM_MESSENGER_ID);
    return address;
}

/* ---- What a sender names */

/* Splits "a::b" off the front of *in. */
static bool take_name(struct bytes *in, struct bytes *out) {
    for (size_t i = 0; i + 1 < in->n; i++) {
        if (in->p[i] != ':' || in->p[i + 1] != ':') continue;
        *out = bytes_sub(*in, 0, i);
        *in = bytes_sub(*in, i + 2, in->n - i - 2);
        return true;
    }
    return false;
}

bool xvm_callback_function(struct bytes text, struct xvm_callback *out) {
    enum { TEXT_MAX_BYTES = 66 + 2 * (2 + 255) };
    if (text.n > TEXT_MAX_BYTES || !take_name(&text, &out->module_address) ||
        !take_name(&text, &out->module))
        return false;
    out->function = text;
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == ':') return false;
    return out->module_address.n && out->module.n && text.n;
}

/* ---- What it is told */

static bool has_run(const struct xvm_message *m) {
    return m->status == XVM_EXECUTED;
}

/* f(bytes32 id, bool ok, bytes data) */
static void tell_evm(const struct xvm_message *m, uint64_t code, struct buf *out) {
    struct buf failed = {0};
    buf_put_bytes(out, m->callback);
    buf_put_bytes(out, BYTES_OF(m->id));
    xvm_put_word(out, has_run(m));
    xvm_put_word(out, 3 * 32);
    if (!has_run(m)) xvm_put_call_failed(&failed, m->to_vm, m->failure, code, m->error);
    xvm_put_padded(out, has_run(m) ? m->result : buf_bytes(&failed));
    buf_free(&failed);
}

static struct bytes told_data(const struct xvm_message *m) {
    return has_run(m) ? m->result : m->error_data;
}

static void put_vector(struct buf *out, struct bytes v) {
    uleb_put(out, v.n);
    buf_put_bytes(out, v);
}

/* The BCS of 0x1::evm::Outcome, as the one of a list of arguments. */
static void tell_move(const struct xvm_message *m, uint64_t code, struct buf *out) {
    struct buf outcome = {0};
    put_vector(&outcome, BYTES_OF(m->id));
    buf_put_u8(&outcome, m->failure);
    buf_put(&outcome, &code, sizeof code);
    put_vector(&outcome, told_data(m));
    put_vector(&outcome, m->error);
    uint32_t head[2] = {1, (uint32_t)outcome.n};
    buf_put(out, head, sizeof head);
    buf_put_bytes(out, buf_bytes(&outcome));
    buf_free(&outcome);
}

static void put_cut(struct buf *out, struct bytes b, size_t max) {
    uint32_t n = (uint32_t)min_u64(b.n, max);
    buf_put(out, &n, sizeof n);
    buf_put_bytes(out, bytes_sub(b, 0, n));
}

/* Borsh: what the sender has put in front; id [u8; 32], failure u8, code u64, length u32 of the
 * whole data, data Vec<u8>, error Vec<u8>. */
static void tell_svm(const struct xvm_message *m, uint64_t code, struct bytes front,
                     struct buf *out) {
    struct bytes data = told_data(m);
    uint32_t length = (uint32_t)data.n;
    buf_put_bytes(out, front);
    buf_put_bytes(out, BYTES_OF(m->id));
    buf_put_u8(out, m->failure);
    buf_put(out, &code, sizeof code);
    buf_put(out, &length, sizeof length);
    put_cut(out, data, SVM_DATA_MAX_BYTES);
    put_cut(out, m->error, SVM_ERROR_MAX_BYTES);
}

/* ---- The message */

/* Account 0 is who speaks; behind it those that the sender has named. */
static struct bytes metas_of(struct xvm_tx *tx, const struct b32 *speaker, struct bytes named) {
    uint8_t *metas = arena_alloc(tx->arena, XVM_META_BYTES + named.n, 1);
    memcpy(metas, speaker, sizeof *speaker);
    metas[32] = XVM_META_SIGNER;
    if (named.n) memcpy(metas + XVM_META_BYTES, named.p, named.n);
    return bytes_make(metas, XVM_META_BYTES + named.n);
}

static void put_svm_call(struct xvm_tx *tx, const struct xvm_message *m, uint64_t code,
                         struct xvm_message *c, struct buf *data) {
    struct xvm_callback named = {0};
    xvm_callback_instruction(m->callback, &named);
    struct b32 speaker = speaker_in_svm(named.program, m->sender);
    c->program = named.program;
    c->metas = metas_of(tx, &speaker, named.metas);
    tell_svm(m, code, named.data, data);
}

void xvm_start_callback(struct xvm_tx *tx, const struct xvm_message *m, uint64_t code, uint32_t leg,
                        uint64_t gas) {
    struct xvm_message *c = xvm_new_message(tx, ST_VM_EVM, m->from_vm, m->generation + 1);
    struct buf data = {0};
    struct xvm_callback named = {0};
    c->callback_of = m->id;
    c->sender = BYTES_OF(XVM_QUEUE_ADDRESS);
    switch (m->from_vm) {
    case ST_VM_EVM:
        c->to = m->sender;
        tell_evm(m, code, &data);
        break;
    case ST_VM_MOVE:
        xvm_callback_function(m->callback, &named);
        c->module_address = named.module_address;
        c->module_name = named.module;
        c->function_name = named.function;
        c->bcs = 1;
        tell_move(m, code, &data);
        break;
    default: put_svm_call(tx, m, code, c, &data);
    }
    c->call_data = arena_copy(tx->arena, buf_bytes(&data));
    buf_free(&data);
    c->gas = gas;
    xvm_push_message(tx, c, leg, gas, 0);
}
