/* The messenger's instructions, read from Borsh: integers little-endian, strings and vectors behind
 * a 32-bit length, enumerations and options by a tag of one byte. */
#include "codec/codec.h"
#include "codec/utf8.h"
#include "cross/messenger.h"

struct reader {
    struct bytes rest;
    const char *bad; /* the first thing that is wrong */
};

static void fail(struct reader *r, const char *text) {
    if (!r->bad) r->bad = text;
}

static struct bytes take(struct reader *r, size_t n) {
    if (r->bad || n > r->rest.n) {
        fail(r, "it ends too early");
        return (struct bytes){NULL, 0};
    }
    struct bytes out = bytes_sub(r->rest, 0, n);
    r->rest = bytes_sub(r->rest, n, r->rest.n - n);
    return out;
}

static uint8_t take_u8(struct reader *r) {
    struct bytes b = take(r, 1);
    return b.n ? b.p[0] : 0;
}

static uint32_t take_u32(struct reader *r) {
    struct bytes b = take(r, 4);
    return b.n ? load_le32(b.p) : 0;
}

static uint64_t take_u64(struct reader *r) {
    struct bytes b = take(r, 8);
    return b.n ? load_le64(b.p) : 0;
}

static struct bytes take_vector(struct reader *r) {
    uint32_t n = take_u32(r);
    return take(r, n);
}

static struct bytes take_string(struct reader *r) {
    struct bytes s = take_vector(r);
    if (!utf8_valid(s)) fail(r, "a string is not UTF-8");
    return s;
}

/* A tag below `count`: an enumeration's, an option's or a boolean's. */
static uint8_t take_tag(struct reader *r, uint8_t count, const char *text) {
    uint8_t tag = take_u8(r);
    if (tag >= count) fail(r, text);
    return tag;
}

static bool take_bool(struct reader *r) {
    return take_tag(r, 2, "a boolean is neither 0 nor 1") == 1;
}

static struct b32 take_b32(struct reader *r) {
    struct b32 out = {{0}};
    struct bytes b = take(r, sizeof out);
    if (b.n) memcpy(out.b, b.p, sizeof out);
    return out;
}

/* Steps over a Vec<Vec<u8>> and returns its bytes. */
static struct bytes take_vectors(struct reader *r) {
    struct bytes start = r->rest;
    uint32_t count = take_u32(r);
    for (uint32_t i = 0; i < count && !r->bad; i++) take_vector(r);
    return bytes_sub(start, 0, start.n - r->rest.n);
}

bool xvm_split_vectors(struct bytes in, struct bytes *out, uint32_t count) {
    struct reader r = {.rest = in};
    if (take_u32(&r) != count) return false;
    for (uint32_t i = 0; i < count; i++) out[i] = take_vector(&r);
    return !r.bad && r.rest.n == 0;
}

static void take_to_evm(struct reader *r, struct xvm_instruction *out) {
    out->to = take(r, 20);
    out->data = take_vector(r);
}

static void take_to_move(struct reader *r, struct xvm_instruction *out) {
    out->module_address = take(r, 32);
    out->module = take_string(r);
    out->function = take_string(r);
    out->type_args = take_string(r);
    out->bcs = take_tag(r, 2, "the arguments are neither ABI nor BCS") == 1;
    out->data = out->bcs ? take_vectors(r) : take_vector(r);
}

/* Is there something behind an Option's tag? */
static bool take_some(struct reader *r) {
    return take_tag(r, 2, "an option is neither 0 nor 1") == 1;
}

/* Steps over a XvmCallback and returns its bytes. */
static struct bytes take_callback(struct reader *r, struct xvm_callback *out) {
    struct bytes start = r->rest;
    out->program = take(r, 32);
    uint32_t count = take_u32(r);
    if (count > r->rest.n / XVM_META_BYTES) fail(r, "it ends too early");
    out->metas = take(r, (size_t)count * XVM_META_BYTES);
    for (size_t at = 32; at < out->metas.n; at += XVM_META_BYTES)
        if (out->metas.p[at] & ~XVM_META_WRITABLE) fail(r, "an account of a callback cannot sign");
    out->data = take_vector(r);
    return bytes_sub(start, 0, start.n - r->rest.n);
}

bool xvm_callback_instruction(struct bytes in, struct xvm_callback *out) {
    struct reader r = {.rest = in};
    take_callback(&r, out);
    return !r.bad && r.rest.n == 0;
}

static void take_options(struct reader *r, struct xvm_instruction *out) {
    struct xvm_callback callback;
    out->has_options = true;
    out->on_fail = take_u8(r);
    out->open_retry = take_bool(r);
    out->deadline = take_u64(r);
    out->gas = take_u64(r);
    out->value = take_u64(r);
    if (take_some(r)) out->refund_to = take(r, 32);
    if (take_some(r)) out->callback = take_callback(r, &callback);
    out->callback_gas = take_u64(r);
    out->on_success = take_bool(r);
}

static void take_how(struct reader *r, struct xvm_instruction *out) {
    const uint8_t moves_only = out->tag == XVM_SYNC_MOVE ? XVM_SYNC_RAW : 0;
    const uint8_t known = XVM_SYNC_HOME_AUTHORITY | XVM_SYNC_MUST | XVM_SYNC_READ_ONLY | moves_only;
    out->flags = take_u8(r);
    if (out->flags & ~known) fail(r, "a flag is not known");
    out->units = take_u64(r);
    out->value = take_u64(r);
}

static void take_actor(struct reader *r, struct xvm_actor *out) {
    *out = (struct xvm_actor){.vm = take_tag(r, 3, "an actor's machine is not known")};
    if (r->bad) return;
    struct bytes name = take(r, xvm_address_bytes(out->vm));
    if (name.n) memcpy(out->bytes, name.p, name.n);
}

static void take_fields(struct reader *r, struct xvm_instruction *out) {
    switch (out->tag) {
    case XVM_SEND_EVM:
    case XVM_SYNC_EVM:
    case XVM_CALL_EVM: take_to_evm(r, out); break;
    case XVM_SEND_MOVE:
    case XVM_SYNC_MOVE:
    case XVM_CALL_MOVE: take_to_move(r, out); break;
    case XVM_RETRY:
    case XVM_CANCEL: out->id = take_b32(r); break;
    case XVM_ALIAS_OF:
        take_actor(r, &out->actor);
        out->machine = take_tag(r, 3, "the machine is not known");
        break;
    case XVM_HOME_OF: take_actor(r, &out->actor); break;
    case XVM_SWEEP: out->machine = take_tag(r, 3, "the machine is not known"); break;
    case XVM_MAKE_ATOMIC: break;
    default: fail(r, "there is no such instruction");
    }
    if (out->tag == XVM_SEND_EVM || out->tag == XVM_SEND_MOVE) take_options(r, out);
    if (out->tag == XVM_SYNC_EVM || out->tag == XVM_SYNC_MOVE) take_how(r, out);
}

const char *xvm_instruction_decode(struct bytes data, struct xvm_instruction *out) {
    struct reader r = {.rest = data};
    *out = (struct xvm_instruction){.tag = take_u8(&r)};
    if (r.bad || out->tag == XVM_CALL_SVM || out->tag == XVM_SEND_SVM) return r.bad;
    take_fields(&r, out);
    if (!r.bad && r.rest.n) fail(&r, "something follows its last field");
    return r.bad;
}

/* The module's address as text: 32 raw bytes could be taken for text. */
void xvm_instruction_target(const struct xvm_instruction *in, struct arena *arena,
                            struct xvm_message *m) {
    m->call_data = in->data;
    m->to = in->to;
    if (in->to.n) return;
    char text[67] = "0x";
    hex_encode(text + 2, in->module_address);
    m->module_address = arena_copy(arena, bytes_make(text, 66));
    m->module_name = in->module;
    m->function_name = in->function;
    m->generics = in->type_args;
    m->bcs = in->bcs;
}
