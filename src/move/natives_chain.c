/* Natives that know the chain: events, signers, publishing, the transaction. */
#include "crypto/keccak.h"
#include "move/natives.h"
#include "move/session.h"
#include "move/type_tag.h"

enum {
    CONTEXT_NOT_AVAILABLE = 3 << 16 | 1, /* not called in a user's transaction */
    COUNTER_OVERFLOW = 3 << 16 | 2,
    ALREADY_REQUESTED = 3 << 16, /* code: two publications in one transaction */
    EVENT_TOO_LONG = 0x10001,
};

/* ---- Events */

/* Writes the event whose message begins at `slot`. */
static enum mv_status_code write_event(struct mv_native_call *n, unsigned slot,
                                       struct st_log *log) {
    struct mv_session *s = n->s;
    const struct mv_type *t = mv_native_type(n, 0);
    if (s->p.read_only) return MV_ACCESS_DENIED;
    struct buf b = {0};
    enum mv_status_code e = MV_OK;
    if (!mv_value_encode(t, &n->slots[slot], &b, MV_EVENT_BYTES_MAX))
        e = mv_native_abort(n, EVENT_TOO_LONG);
    else if (!mv_charge(s, MV_GAS_EVENT_PER_BYTE * (uint64_t)(b.n + t->tag.n)))
        e = MV_OUT_OF_GAS;
    if (!e) {
        log->vm = ST_VM_MOVE;
        log->data = buf_bytes(&b);
        log->type_tag = t->tag;
        st_add_log(s->p.journal, log);
        mv_value_drop(&s->heap, t, &n->slots[slot]);
    }
    buf_free(&b);
    return e;
}

/* Only the module that defines a type emits events of it: it is who called 0x1::event::emit. */
enum mv_status_code mv_native_event_write_module(struct mv_native_call *n) {
    struct st_log log = {0};
    const struct mv_session *s = n->s;
    const struct mv_type *t = mv_native_type(n, 0);
    if (!t->module || s->depth == 0 || s->frames[s->depth - 1].fn->module != t->module)
        return MV_INTERNAL_TYPE_ERROR;
    return write_event(n, 0, &log);
}

/* guid: creation number (8) ‖ address (32); count; message. */
enum mv_status_code mv_native_event_write(struct mv_native_call *n) {
    struct mv_vec guid = mv_native_vec(n, 0);
    if (guid.len != 40) return mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    struct st_log log = {.guid_creation_number = load_le64(guid.p), .sequence_number = n->slots[2]};
    memcpy(&log.guid_address, guid.p + 8, 32);
    return write_event(n, 3, &log);
}

/* ---- Signers and code */

enum mv_status_code mv_native_create_signer(struct mv_native_call *n) {
    (void)n; /* the address in the slots is the signer */
    return MV_OK;
}

/* A copy of vector<vector<u8>>, or of vector<String>, which is the same in memory. */
static struct bytes *copy_strings(struct mv_session *s, const struct mv_vec *v) {
    struct bytes *out = ARENA_ARRAY(&s->arena, struct bytes, v->len + 1);
    for (uint32_t i = 0; i < v->len; i++)
        out[i] = arena_copy(&s->arena, mv_vec_bytes((const struct mv_vec *)v->p + i));
    return out;
}

/* AllowedDep { account: address, module_name: String } */
struct allowed_dep {
    struct b32 account;
    struct mv_vec module_name;
};

static const struct mv_module_name *copy_deps(struct mv_session *s, const struct mv_vec *v) {
    struct mv_module_name *out = ARENA_ARRAY(&s->arena, struct mv_module_name, v->len + 1);
    for (uint32_t i = 0; i < v->len; i++) {
        struct allowed_dep d;
        memcpy(&d, v->p + i * sizeof d, sizeof d);
        out[i].address = d.account;
        out[i].name = arena_copy(&s->arena, mv_vec_bytes(&d.module_name));
    }
    return out;
}

/* owner, expected module names, allowed dependencies, bundle, policy. Carried out when the user's
 * function has ended. */
enum mv_status_code mv_native_code_request_publish(struct mv_native_call *n) {
    struct mv_session *s = n->s;
    if (s->publish.present) return mv_native_abort(n, ALREADY_REQUESTED);
    struct mv_vec names = mv_native_vec(n, 4), deps = mv_native_vec(n, 6);
    struct mv_vec bundle = mv_native_vec(n, 8);
    s->publish = (struct mv_publish_request){
        .present = true,
        .names = copy_strings(s, &names),
        .name_count = names.len,
        .allowed = copy_deps(s, &deps),
        .allowed_count = deps.len,
        .modules = copy_strings(s, &bundle),
        .module_count = bundle.len,
    };
    memcpy(&s->publish.owner, n->slots, 32);
    return MV_OK;
}

/* ---- Objects */

enum mv_status_code mv_native_object_exists_at(struct mv_native_call *n) {
    bool there;
    struct b32 a;
    memcpy(&a, n->slots, sizeof a);
    enum mv_status_code e = mv_global_exists(n->s, &a, mv_native_type(n, 0), &there);
    n->slots[0] = !e && there;
    return e;
}

/* sha3-256(owner ‖ metadata ‖ 0xfc) */
enum mv_status_code mv_native_object_derived_address(struct mv_native_call *n) {
    uint8_t in[65];
    struct b32 out;
    memcpy(in, n->slots, 64);
    in[64] = 0xfc;
    sha3_256(&out, BYTES_OF(in));
    return mv_native_return_b32(n, &out);
}

/* ---- Block and transaction */

enum mv_status_code mv_native_timestamp_now(struct mv_native_call *n) {
    n->slots[0] = n->s->p.block.timestamp_us;
    return MV_OK;
}

enum mv_status_code mv_native_block_height(struct mv_native_call *n) {
    n->slots[0] = n->s->p.block.height;
    return MV_OK;
}

enum mv_status_code mv_native_context_hash(struct mv_native_call *n) {
    return mv_native_return_bytes(n, BYTES_OF(n->s->p.tx.hash));
}

enum mv_status_code mv_native_context_script_hash(struct mv_native_call *n) {
    return mv_native_return_bytes(n, n->s->p.tx.script_hash);
}

/* AUID: sha3-256(session hash ‖ counter, from 1, little-endian ‖ 0xfb) */
enum mv_status_code mv_native_context_unique_address(struct mv_native_call *n) {
    uint8_t in[41];
    struct b32 out;
    memcpy(in, &n->s->p.tx.session_hash, 32);
    store_le64(in + 32, ++n->s->addresses_made);
    in[40] = 0xfb;
    sha3_256(&out, BYTES_OF(in));
    return mv_native_return_b32(n, &out);
}

/* u128: 0 (8 bits) ‖ timestamp µs (64) ‖ transaction index (32) ‖ session (8) ‖ counter (16) */
enum mv_status_code mv_native_context_counter(struct mv_native_call *n) {
    struct mv_session *s = n->s;
    uint16_t *counter = s->p.counter ? s->p.counter : &s->counter;
    if (*counter == UINT16_MAX) return mv_native_abort(n, COUNTER_OVERFLOW);
    ++*counter;
    uint64_t time = s->p.block.timestamp_us;
    n->slots[0] = time << 56 | (uint64_t)s->p.block.tx_index << 24 | *counter;
    n->slots[1] = time >> 8;
    return MV_OK;
}

static enum mv_status_code need_user(struct mv_native_call *n) {
    return n->s->p.tx.is_user ? MV_OK : mv_native_abort(n, CONTEXT_NOT_AVAILABLE);
}

enum mv_status_code mv_native_context_sender(struct mv_native_call *n) {
    enum mv_status_code e = need_user(n);
    return e ? e : mv_native_return_b32(n, &n->s->p.tx.sender);
}

enum mv_status_code mv_native_context_gas_payer(struct mv_native_call *n) {
    enum mv_status_code e = need_user(n);
    return e ? e : mv_native_return_b32(n, &n->s->p.tx.gas_payer);
}

enum mv_status_code mv_native_context_secondary_signers(struct mv_native_call *n) {
    enum mv_status_code e = need_user(n);
    const struct mv_tx_info *tx = &n->s->p.tx;
    struct mv_vec v;
    if (e) return e;
    if (!mv_vec_make(&n->s->heap, &v, tx->secondary_signer_count, 32, MV_KIND_PLAIN))
        return MV_MEMORY_LIMIT_EXCEEDED;
    if (v.len) memcpy(v.p, tx->secondary_signers, 32 * (size_t)v.len);
    memcpy(n->slots, &v, sizeof v);
    return MV_OK;
}

enum mv_status_code mv_native_context_max_gas(struct mv_native_call *n) {
    n->slots[0] = n->s->p.tx.max_gas_amount;
    return need_user(n);
}

enum mv_status_code mv_native_context_gas_price(struct mv_native_call *n) {
    n->slots[0] = n->s->p.tx.gas_unit_price;
    return need_user(n);
}

enum mv_status_code mv_native_context_chain_id(struct mv_native_call *n) {
    n->slots[0] = n->s->p.block.chain_id;
    return need_user(n);
}

/* Unit tests have no transaction, and shall not fail for that. */
enum mv_status_code mv_native_context_orderless(struct mv_native_call *n) {
    n->slots[0] = n->s->p.tx.is_orderless;
    return n->s->p.testing ? MV_OK : need_user(n);
}

enum mv_status_code mv_native_context_is_multisig(struct mv_native_call *n) {
    n->slots[0] = n->s->p.tx.is_multisig;
    return n->s->p.testing ? MV_OK : need_user(n);
}

/* ---- The payload */

static bool put_string(struct mv_native_call *n, void *to, struct bytes text) {
    struct mv_vec v;
    bool ok = mv_vec_from_bytes(&n->s->heap, &v, text);
    if (ok) memcpy(to, &v, sizeof v);
    return ok;
}

/* A vector<vector<u8>>, or vector<String>, which is the same in memory. */
static bool put_strings(struct mv_native_call *n, void *to, const struct mv_type *type,
                        const struct bytes *texts, uint32_t count) {
    struct mv_vec v;
    if (!mv_vec_make(&n->s->heap, &v, count, sizeof v, mv_kind_of(type->elem))) return false;
    for (uint32_t i = 0; i < count; i++)
        if (!put_string(n, (struct mv_vec *)(void *)v.p + i, texts[i])) return false;
    memcpy(to, &v, sizeof v);
    return true;
}

static bool put_payload(struct mv_native_call *n, const struct mv_type *t, uint8_t *to) {
    const struct mv_payload_info *p = &n->s->p.tx.payload;
    const struct mv_type_field *f = t->fields;
    struct bytes *names = ARENA_ARRAY(&n->s->arena, struct bytes, (size_t)p->type_arg_count + 1);
    struct buf name = {0};
    for (uint32_t i = 0; i < p->type_arg_count; i++) {
        buf_clear(&name);
        mv_type_tag_print(p->type_args[i], &name);
        names[i] = arena_copy(&n->s->arena, buf_bytes(&name));
    }
    buf_free(&name);
    memcpy(to + f[0].offset, &p->module_address, sizeof p->module_address);
    return put_string(n, to + f[1].offset, p->module_name) &&
           put_string(n, to + f[2].offset, p->function_name) &&
           put_strings(n, to + f[3].offset, f[3].type, names, p->type_arg_count) &&
           put_strings(n, to + f[4].offset, f[4].type, p->args, p->arg_count);
}

enum { PER_PAYLOAD_BYTE = 18 };

static bool charge_payload(struct mv_native_call *n) {
    const struct mv_payload_info *p = &n->s->p.tx.payload;
    uint64_t bytes = p->module_name.n + p->function_name.n;
    for (uint32_t i = 0; i < p->type_arg_count; i++) bytes += 2 * p->type_args[i].n;
    for (uint32_t i = 0; i < p->arg_count; i++) bytes += p->args[i].n;
    return mv_charge(n->s, bytes * PER_PAYLOAD_BYTE);
}

/* An Option is a struct of a vector of at most one: makes that vector, and returns its element, to
 * be filled; NULL if there is none, or with *e set. */
static uint8_t *put_option(struct mv_native_call *n, const struct mv_type *option, bool present,
                           void *to, enum mv_status_code *e) {
    const struct mv_type *t = option->fields[0].type->elem;
    struct mv_vec v;
    if (!mv_vec_make(&n->s->heap, &v, present, t->size, mv_kind_of(t))) {
        *e = MV_MEMORY_LIMIT_EXCEEDED;
        return NULL;
    }
    if (present) memset(v.p, 0, t->size);
    memcpy(to, &v, sizeof v);
    return present ? v.p : NULL;
}

/* Option<EntryFunctionPayload> */
static enum mv_status_code
put_payload_option(struct mv_native_call *n, const struct mv_type *option, bool present, void *to) {
    enum mv_status_code e = MV_OK;
    uint8_t *payload = put_option(n, option, present, to, &e);
    if (payload && !put_payload(n, option->fields[0].type->elem, payload))
        e = MV_MEMORY_LIMIT_EXCEEDED;
    return e;
}

enum mv_status_code mv_native_context_payload(struct mv_native_call *n) {
    const struct mv_tx_info *tx = &n->s->p.tx;
    enum mv_status_code e = need_user(n);
    if (e) return e;
    if (!charge_payload(n)) return MV_OUT_OF_GAS;
    return put_payload_option(n, n->fn->returns[0], tx->payload.present && !tx->is_multisig,
                              n->slots);
}

/* Option<MultisigPayload>: an address, and the payload if the transaction brings it. */
enum mv_status_code mv_native_context_multisig(struct mv_native_call *n) {
    const struct mv_tx_info *tx = &n->s->p.tx;
    enum mv_status_code e = need_user(n);
    if (e) return e;
    if (!charge_payload(n)) return MV_OUT_OF_GAS;
    const struct mv_type *option = n->fn->returns[0];
    uint8_t *multisig = put_option(n, option, tx->is_multisig, n->slots, &e);
    if (!multisig) return e;
    const struct mv_type_field *f = option->fields[0].type->elem->fields;
    memcpy(multisig + f[0].offset, &tx->multisig_address, sizeof tx->multisig_address);
    return put_payload_option(n, f[1].type, tx->payload.present, multisig + f[1].offset);
}

/* ---- Randomness */

enum mv_status_code mv_native_random_counter(struct mv_native_call *n) {
    uint8_t counter[8];
    store_le64(counter, n->s->numbers_drawn++);
    return mv_native_return_bytes(n, BYTES_OF(counter));
}

enum mv_status_code mv_native_random_unbiasable(struct mv_native_call *n) {
    n->slots[0] = n->s->unbiasable;
    return MV_OK;
}

enum mv_status_code mv_native_random_seed(struct mv_native_call *n) {
    return mv_native_return_bytes(n, BYTES_OF(n->s->p.block.seed.b));
}
