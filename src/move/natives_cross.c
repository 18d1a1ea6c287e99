/* Natives of the messengers, 0x1::evm and 0x1::svm, and of the token gateway. */
#include <assert.h>

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

/* The options, behind a reference in a slot that is argument `param`; false if they are too long.
 */
static bool read_options(const struct mv_native_call *n, unsigned slot, unsigned param,
                         struct buf *out) {
    return mv_value_encode(n->fn->params[param]->elem, mv_native_ref(n, slot), out,
                           MV_EVENT_BYTES_MAX);
}

/* Takes the gas that the message has reserved, of which there is enough. */
static enum mv_status_code take_reserve(struct mv_native_call *n,
                                        const struct mv_message_start *start) {
    return mv_charge(n->s, start->gas_reserved) ? MV_OK : MV_OUT_OF_GAS;
}

/* 0x1::evm::make_atomic: the function that calls it is the transaction's own. */
enum mv_status_code mv_native_evm_make_atomic(struct mv_native_call *n) {
    enum { PERMISSION_DENIED = 5 << 16, NOT_THE_ROOT_FRAME = 5 };
    const struct mv_host *h = &n->s->p.host;
    if (!h->make_atomic) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    /* What somebody has published by the way is not the transaction's own either. */
    bool is_root = n->s->p.tx.is_user && n->s->depth == 0 && !n->s->initializing;
    if (!is_root || !h->make_atomic(h->ctx))
        return mv_native_abort(n, PERMISSION_DENIED | NOT_THE_ROOT_FRAME);
    return MV_OK;
}

/* ---- The EVM */

/* account: &signer (slot 0), to: address (1…4), fn_abi: vector<u8> (5, 6), calldata: &T (7). */
static enum mv_status_code start_evm_call(struct mv_native_call *n,
                                          struct mv_message_start *start) {
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
                                   .layout = mv_layout_of(n->s, t)};
        start->gas_left = (uint64_t)n->s->gas;
        memcpy(&call.sender, mv_native_ref(n, 0), 32);
        memcpy(&call.to, &n->slots[1], 32);
        e = host_end(n, h->evm_call(h->ctx, &call, start));
    }
    buf_free(&value);
    return e ? e : take_reserve(n, start);
}

enum mv_status_code mv_native_evm_call(struct mv_native_call *n) {
    struct mv_message_start start = {0};
    return start_evm_call(n, &start);
}

/* options: &Options (8) */
enum mv_status_code mv_native_evm_send(struct mv_native_call *n) {
    struct mv_message_start start = {0};
    struct buf options = {0};
    enum mv_status_code e =
        read_options(n, 8, 4, &options) ? MV_OK : mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    start.options = buf_bytes(&options);
    if (!e) e = start_evm_call(n, &start);
    buf_free(&options);
    return e ? e : mv_native_return_bytes(n, BYTES_OF(start.id));
}

/* ---- The Solana VM */

/* account: &signer (slot 0), program: address (1…4), metas: vector<AccountMeta> (5, 6), data:
 * vector<u8> (7, 8). */
static enum mv_status_code start_svm_call(struct mv_native_call *n,
                                          struct mv_message_start *start) {
    enum { METAS = 2 };
    const struct mv_host *h = &n->s->p.host;
    struct mv_vec data = mv_native_vec(n, 7);
    struct buf metas = {0};
    bool fits = mv_value_encode(n->fn->params[METAS], &n->slots[5], &metas, MV_EVENT_BYTES_MAX) &&
                data.len <= MV_EVENT_BYTES_MAX;
    enum mv_status_code e = may_start(n, h->svm_call, fits ? (uint64_t)metas.n + data.len : 0);
    if (!e && !fits) e = mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    if (!e) {
        struct mv_svm_call call = {.metas = buf_bytes(&metas), .data = mv_vec_bytes(&data)};
        start->gas_left = (uint64_t)n->s->gas;
        memcpy(&call.sender, mv_native_ref(n, 0), 32);
        memcpy(&call.program, &n->slots[1], 32);
        e = host_end(n, h->svm_call(h->ctx, &call, start));
    }
    buf_free(&metas);
    if (!e) e = take_reserve(n, start);
    if (!e) mv_native_drop_arguments(n);
    return e;
}

enum mv_status_code mv_native_svm_call(struct mv_native_call *n) {
    struct mv_message_start start = {0};
    return start_svm_call(n, &start);
}

/* options: &Options (9) */
enum mv_status_code mv_native_svm_send(struct mv_native_call *n) {
    struct mv_message_start start = {0};
    struct buf options = {0};
    enum mv_status_code e =
        read_options(n, 9, 4, &options) ? MV_OK : mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    start.options = buf_bytes(&options);
    if (!e) e = start_svm_call(n, &start);
    buf_free(&options);
    return e ? e : mv_native_return_bytes(n, BYTES_OF(start.id));
}

/* ---- Synchronous calls */

/* Abort codes of 0x1::evm, which 0x1::svm has too. */
enum { CALL_FAILED = MV_CATEGORY_ABORTED | 8, OTHER_RESULT = MV_INVALID_STATE | 9 };

enum { READ_ONLY = 2 }; /* a flag of the module's own */

/* The session waits: others must see what it has changed, and it what they have. A 64th of the gas
 * stays here, so that what follows a failed call can be paid for. */
static enum mv_status_code wait_for(struct mv_native_call *n, struct mv_sync_call *call,
                                    struct mv_sync_result *result) {
    struct mv_session *s = n->s;
    const struct mv_host *h = &s->p.host;
    enum mv_status_code e = mv_items_publish(s);
    if (e) return e;
    uint64_t left = (uint64_t)s->gas;
    call->gas = left - left / 64;
    *result = (struct mv_sync_result){0};
    st_mark mark = st_savepoint(s->p.journal);
    h->sync_call(h->ctx, call, result);
    mv_items_reread(s, mark);
    if (!mv_charge(s, result->gas_used)) return MV_OUT_OF_GAS;
    return mv_charge(s, MV_GAS_EVENT_PER_BYTE * (uint64_t)result->data.n) ? MV_OK : MV_OUT_OF_GAS;
}

static enum mv_status_code may_call(struct mv_native_call *n, bool fits, uint64_t bytes) {
    if (!n->s->p.host.sync_call) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    if (!fits) return mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    return mv_charge(n->s, MV_GAS_EVENT_PER_BYTE * bytes) ? MV_OK : MV_OUT_OF_GAS;
}

/* What the two machines' natives have in common: sender, target and value in front, flags behind.
 */
static struct mv_sync_call begin_call(const struct mv_native_call *n, enum st_vm vm,
                                      unsigned flags) {
    struct mv_sync_call call = {.session = n->s,
                                .to_vm = (uint8_t)vm,
                                .octas = n->slots[8],
                                .flags = (uint8_t)n->slots[flags] & MV_HOME_AUTHORITY,
                                .read_only = n->s->p.read_only || n->slots[flags] & READ_ONLY};
    memcpy(&call.sender, &n->slots[0], 32);
    memcpy(&call.target, &n->slots[4], 32);
    return call;
}

/* sender: address (slots 0…3), to: address (4…7), value: u64 (8), fn_abi: vector<u8> (9, 10),
 * calldata: &T (11), flags: u8 (12). */
static enum mv_status_code call_evm(struct mv_native_call *n, struct mv_sync_result *result) {
    struct mv_vec abi = mv_native_vec(n, 9);
    const struct mv_type *t = mv_native_type(n, 0);
    struct buf value = {0};
    bool fits = mv_value_encode(t, mv_native_ref(n, 11), &value, MV_EVENT_BYTES_MAX);
    enum mv_status_code e = may_call(n, fits, (uint64_t)value.n + abi.len);
    if (!e) {
        struct mv_sync_call call = begin_call(n, ST_VM_EVM, 12);
        call.fn_abi = mv_vec_bytes(&abi);
        call.value = buf_bytes(&value);
        call.layout = mv_layout_of(n->s, t);
        e = wait_for(n, &call, result);
    }
    buf_free(&value);
    return e;
}

/* sender: address (slots 0…3), program: address (4…7), value: u64 (8), metas: vector<AccountMeta>
 * (9, 10), data: vector<u8> (11, 12), flags: u8 (13). */
static enum mv_status_code call_svm(struct mv_native_call *n, struct mv_sync_result *result) {
    enum { METAS = 3 };
    struct mv_vec data = mv_native_vec(n, 11);
    struct buf metas = {0};
    bool fits = mv_value_encode(n->fn->params[METAS], &n->slots[9], &metas, MV_EVENT_BYTES_MAX);
    enum mv_status_code e = may_call(n, fits, (uint64_t)metas.n + data.len);
    if (!e) {
        struct mv_sync_call call = begin_call(n, ST_VM_SVM, 13);
        call.metas = buf_bytes(&metas);
        call.data = mv_vec_bytes(&data);
        e = wait_for(n, &call, result);
    }
    buf_free(&metas);
    return e;
}

/* What the call returned; a failure aborts with what it says to a reader. */
static enum mv_status_code end_call(struct mv_native_call *n, enum mv_status_code e,
                                    const struct mv_sync_result *result) {
    if (e) return e;
    if (result->status) {
        n->message =
            arena_printf(&n->s->arena, "%.*s", (int)result->text.n, (const char *)result->text.p);
        return mv_native_abort(n, CALL_FAILED);
    }
    mv_native_drop_arguments(n);
    return mv_native_return_bytes(n, result->data);
}

/* (status, what the call returned or what its failure says to a program) */
static enum mv_status_code end_try(struct mv_native_call *n, enum mv_status_code e,
                                   const struct mv_sync_result *result) {
    struct mv_vec v;
    if (e) return e;
    mv_native_drop_arguments(n);
    if (!mv_vec_from_bytes(&n->s->heap, &v, result->data)) return MV_MEMORY_LIMIT_EXCEEDED;
    n->slots[0] = result->status;
    memcpy(&n->slots[1], &v, sizeof v);
    return MV_OK;
}

enum mv_status_code mv_native_evm_sync_call(struct mv_native_call *n) {
    struct mv_sync_result result;
    enum mv_status_code e = call_evm(n, &result);
    return end_call(n, e, &result);
}

enum mv_status_code mv_native_evm_sync_try_call(struct mv_native_call *n) {
    struct mv_sync_result result;
    enum mv_status_code e = call_evm(n, &result);
    return end_try(n, e, &result);
}

enum mv_status_code mv_native_svm_invoke(struct mv_native_call *n) {
    struct mv_sync_result result;
    enum mv_status_code e = call_svm(n, &result);
    return end_call(n, e, &result);
}

enum mv_status_code mv_native_svm_try_invoke(struct mv_native_call *n) {
    struct mv_sync_result result;
    enum mv_status_code e = call_svm(n, &result);
    return end_try(n, e, &result);
}

/* ---- What the alias holds elsewhere */

/* account: address (slots 0…3), machine: u8 (4). */
enum mv_status_code mv_native_evm_sweep(struct mv_native_call *n) {
    struct mv_session *s = n->s;
    const struct mv_host *h = &s->p.host;
    struct mv_sync_result result = {0};
    struct b32 account;
    if (s->p.read_only) return MV_ACCESS_DENIED;
    if (!h->sweep) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    enum mv_status_code e = mv_items_publish(s);
    if (e) return e;
    uint64_t left = (uint64_t)s->gas;
    memcpy(&account, n->slots, sizeof account);
    st_mark mark = st_savepoint(s->p.journal);
    h->sweep(h->ctx, &account, (uint8_t)n->slots[4], left - left / 64, &result);
    mv_items_reread(s, mark);
    if (!mv_charge(s, result.gas_used)) return MV_OUT_OF_GAS;
    if (result.status) {
        n->message =
            arena_printf(&s->arena, "%.*s", (int)result.text.n, (const char *)result.text.p);
        return mv_native_abort(n, CALL_FAILED);
    }
    n->slots[0] = load_le64(result.data.p);
    return MV_OK;
}

/* ---- Results */

enum { RESULTS_MAX = 4 };

/* Leaves the values of the type arguments, one after another, in the slots. */
static enum mv_status_code take_values(struct mv_native_call *n, const struct bytes *bcs) {
    struct mv_decoder d = {.heap = &n->s->heap, .session = n->s};
    uint64_t *at = n->slots;
    for (unsigned i = 0; i < n->fn->type_args.count; i++) {
        const struct mv_type *t = mv_native_type(n, i);
        memset(at, 0, 8 * mv_slots(t));
        enum mv_status_code e = mv_value_decode(&d, t, bcs[i], at);
        if (!e) e = mv_value_admit(n->s, t, (const uint8_t *)at);
        if (e == MV_VALUE_DESERIALIZATION_ERROR || e == MV_FAILED_TO_DESERIALIZE_ARGUMENT) {
            n->message = "a result is no value of the type that is asked for";
            return mv_native_abort(n, OTHER_RESULT);
        }
        if (e) return e;
        at += mv_slots(t);
    }
    return MV_OK;
}

/* types: vector<u8> (slots 0, 1), data: vector<u8> (2, 3); as many results as type arguments. */
enum mv_status_code mv_native_evm_decode(struct mv_native_call *n) {
    const struct mv_host *h = &n->s->p.host;
    uint32_t count = n->fn->type_args.count;
    struct mv_vec types = mv_native_vec(n, 0), data = mv_native_vec(n, 2);
    const struct mv_layout *layouts[RESULTS_MAX];
    struct bytes bcs[RESULTS_MAX];
    if (!h->decode_results) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    if (!mv_charge(n->s, MV_GAS_EVENT_PER_BYTE * ((uint64_t)types.len + data.len)))
        return MV_OUT_OF_GAS;
    assert(count <= RESULTS_MAX);
    for (unsigned i = 0; i < count; i++) layouts[i] = mv_layout_of(n->s, mv_native_type(n, i));
    struct err e = h->decode_results(h->ctx, mv_vec_bytes(&types), mv_vec_bytes(&data), layouts,
                                     count, &n->s->arena, bcs);
    mv_native_drop_arguments(n);
    if (!err_is(e)) return take_values(n, bcs);
    n->message = e.text;
    return mv_native_abort(n, OTHER_RESULT);
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

/* ---- Tokens */

enum { INVALID_STATE = 0x30000 };

enum mv_status_code mv_native_gateway_books(struct mv_native_call *n) {
    const struct mv_host *h = &n->s->p.host;
    struct mv_vec request = mv_native_vec(n, 0);
    struct bytes answer = {NULL, 0};
    if (!h->books) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    struct err e = h->books(h->ctx, mv_vec_bytes(&request), n->s->p.read_only, &answer);
    mv_native_drop_bytes(n, &request);
    if (err_is(e)) {
        n->message = e.text;
        return mv_native_abort(n, INVALID_STATE | 1);
    }
    return mv_native_return_bytes(n, answer);
}
