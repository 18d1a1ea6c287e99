/* How frames begin and end: value, savepoints, precompiles and natives, the deposit of new code. */
#include "crypto/keccak.h"
#include "evm/machine.h"
#include "evm/precompile.h"

static const struct b20 ripemd_address = {.b = {[19] = 3}};

bool evm_delegation_target(const struct st_code *code, struct b20 *target) {
    if (code->size != 23 || memcmp(code->bytes, "\xef\x01\x00", 3) != 0) return false;
    memcpy(target->b, code->bytes + 3, 20);
    return true;
}

const struct st_code *evm_code_at(struct evm_env *env, struct st_account *a) {
    const struct st_code *code = st_account_code(env->journal, a);
    struct b20 target;
    if (env->fork >= EVM_PRAGUE && evm_delegation_target(code, &target))
        code = st_account_code(env->journal, st_account(env->journal, &target));
    return code;
}

static bool is_create(const struct evm_call_params *c) {
    return c->kind == EVM_CREATE || c->kind == EVM_CREATE2;
}

/* CALLCODE moves nothing, but must be able to. */
static bool needs_value(const struct evm_call_params *c) {
    return c->kind == EVM_CALL || c->kind == EVM_CALLCODE || is_create(c);
}

/* Undoes a frame. One touch survives: that of the RIPEMD-160 precompile, because in the block that
 * cleared the empty accounts a main-net client kept it by mistake and all others had to follow
 * (EIP-161, "state clearing" at block 2,675,119). */
static void undo(struct evm_env *env, st_mark mark) {
    struct st_journal *j = env->journal;
    bool quirk = false;
    if (env->fork >= EVM_EIP158 && env->fork < EVM_PARIS) {
        struct st_account *a = st_account(j, &ripemd_address);
        quirk = a->exists && a->touched;
    }
    st_revert(j, mark);
    if (quirk) st_touch(j, st_account(j, &ripemd_address), false);
}

static void move_value(struct evm_env *env, const struct b20 *from, struct st_account *to,
                       const struct u256 *value) {
    struct st_journal *j = env->journal;
    if (u256_is_zero(value)) {
        st_touch(j, to, env->fork < EVM_EIP158);
        return;
    }
    struct st_account *source = st_account(j, from);
    if (source == to) return;
    struct u256 less, more;
    u256_sub(&less, &source->balance, value);
    u256_add(&more, &to->balance, value);
    st_set_balance(j, source, &less);
    st_set_balance(j, to, &more);
}

/* ---- Ends at once */

static void run_native(struct evm_env *env, const struct evm_native *native,
                       const struct evm_call_params *c, struct evm_result *r) {
    struct evm_machine *m = env->machine;
    r->gas_left = c->gas;
    native->run(native->ctx, env, c, r);
    /* The output may lie in the return data itself, left there by a leg that the native ran. */
    struct bytes copy = arena_copy(st_tx_arena(env->journal), r->output);
    buf_clear(&m->return_data);
    buf_put_bytes(&m->return_data, copy);
    if (r->status != EVM_SUCCESS && r->status != EVM_REVERT) r->gas_left = 0;
}

static const struct evm_native *native_at(const struct evm_env *env, const struct b20 *address) {
    const struct evm_host *h = env->host;
    for (size_t i = 0; h && i < h->native_count; i++)
        if (b20_eq(&h->natives[i].address, address)) return &h->natives[i];
    return NULL;
}

/* The precompile that runs at this address, after what the host has moved. */
static const struct evm_precompile *precompile_of(const struct evm_env *env,
                                                  const struct b20 *address) {
    const struct evm_host *h = env->host;
    for (size_t i = 0; h && i < h->move_count; i++)
        if (h->moves[i].has_to && b20_eq(&h->moves[i].to, address))
            return evm_precompile_at(env->fork, &h->moves[i].from);
    for (size_t i = 0; h && i < h->move_count; i++)
        if (b20_eq(&h->moves[i].from, address)) return NULL;
    return evm_precompile_at(env->fork, address);
}

/* ---- Frames */

/* A frame on top of the newest, with empty stack and memory behind that one's. */
static struct evm_frame *push_frame(struct evm_env *env, const struct evm_call_params *c) {
    struct evm_machine *m = env->machine;
    struct evm_frame *f = &m->frames[m->frame_count];
    const struct evm_frame *below = m->frame_count ? f - 1 : NULL;
    m->frame_count++;
    f->bottom = f->sp = below ? below->sp : m->stack;
    f->memory = below ? below->memory + below->memory_size : m->memory;
    f->memory_size = 0;
    f->gas = (int64_t)c->gas;
    f->call = *c;
    f->result = NULL;
    f->arena_mark = arena_mark(&m->arena);
    buf_clear(&m->return_data);
    return f;
}

static bool step_traced(const struct evm_env *env) {
    const struct evm_tracer *t = tracer_of(env);
    return t && t->step;
}

static bool begin_call(struct evm_env *env, const struct evm_call_params *c, st_mark mark,
                       struct evm_result *r) {
    struct evm_machine *m = env->machine;
    struct st_journal *j = env->journal;
    struct st_account *self = st_account(j, &c->to);
    if (c->kind == EVM_CALL)
        move_value(env, &c->sender, self, &c->value);
    else if (c->kind == EVM_STATICCALL)
        st_touch(j, self, false);

    const struct evm_native *native = native_at(env, &c->code);
    const struct evm_precompile *p = precompile_of(env, &c->code);
    if (native || p) {
        if (native)
            run_native(env, native, c, r);
        else
            evm_precompile_run(p, env->fork, c->input, c->gas, &m->return_data, &m->arena, r);
        if (r->status != EVM_SUCCESS) undo(env, mark);
        r->output = buf_bytes(&m->return_data);
        return false;
    }
    struct st_account *target = b20_eq(&c->code, &c->to) ? self : st_account(j, &c->code);
    const struct st_code *code = evm_code_at(env, target);
    if (code->size == 0) {
        r->gas_left = c->gas;
        buf_clear(&m->return_data);
        return false;
    }
    struct evm_frame *f = push_frame(env, c);
    f->self = self;
    f->mark = mark;
    f->code = evm_code_of(m, env->journal, code, env->fork, step_traced(env));
    f->ip = f->code->start;
    return true;
}

/* EIP-684 and EIP-7610. */
static bool address_is_taken(struct st_journal *j, struct st_account *a) {
    return a->nonce != 0 || !b32_eq(&a->code_hash, &ST_EMPTY_CODE_HASH) ||
           st_account_has_storage(j, a);
}

static bool begin_create(struct evm_env *env, const struct evm_call_params *c, st_mark mark,
                         struct evm_result *r) {
    struct evm_machine *m = env->machine;
    struct st_journal *j = env->journal;
    struct st_account *self = st_account(j, &c->to);
    buf_clear(&m->return_data);
    if (address_is_taken(j, self)) {
        r->status = EVM_ADDRESS_COLLISION;
        return false;
    }
    st_mark_created(j, self);
    if (env->fork >= EVM_EIP158) st_set_nonce(j, self, 1);
    move_value(env, &c->sender, self, &c->value);
    if (c->input.n == 0) {
        r->gas_left = c->gas;
        r->created = c->to;
        return false;
    }
    struct evm_frame *f = push_frame(env, c);
    f->call.input = (struct bytes){NULL, 0};
    f->self = self;
    f->mark = mark;
    f->code = evm_code_translate(m, c->input, env->fork, step_traced(env), &m->arena);
    f->ip = f->code->start;
    return true;
}

bool evm_frame_begin(struct evm_env *env, const struct evm_call_params *c, struct evm_result *r) {
    struct evm_machine *m = env->machine;
    const struct evm_tracer *t = tracer_of(env);
    *r = (struct evm_result){.status = EVM_SUCCESS, .is_create = is_create(c)};
    if (t && t->enter)
        t->enter(t->ctx, env, c,
                 c->depth && m->frame_count ? m->frames[m->frame_count - 1].gas : 0);

    bool entered = false;
    if (c->depth > CALL_DEPTH_LIMIT || m->frame_count >= FRAMES_MAX) {
        r->status = EVM_CALL_DEPTH;
    } else if (needs_value(c) &&
               u256_lt(&st_account(env->journal, &c->sender)->balance, &c->value)) {
        r->status = EVM_INSUFFICIENT_BALANCE;
    } else {
        st_mark mark = st_savepoint(env->journal);
        entered = is_create(c) ? begin_create(env, c, mark, r) : begin_call(env, c, mark, r);
    }
    if (r->status == EVM_CALL_DEPTH || r->status == EVM_INSUFFICIENT_BALANCE) {
        r->gas_left = c->gas;
        buf_clear(&m->return_data);
    }
    if (!entered && t && t->exit) t->exit(t->ctx, env, c, r);
    return entered;
}

/* What the init code returned becomes the code: EIP-2, EIP-170, EIP-3541. The order of the checks
 * shows only in the words of a failure. */
static enum evm_status deposit(struct evm_env *env, struct evm_frame *f, struct bytes *output) {
    struct bytes code = *output;
    if (env->fork >= EVM_LONDON && code.n && code.p[0] == 0xef) return EVM_INVALID_CODE;
    if (!frame_charge(f, code.n * (uint64_t)GAS_CODE_BYTE)) {
        if (env->fork >= EVM_HOMESTEAD) return EVM_CODE_STORE_OUT_OF_GAS;
        *output = (struct bytes){NULL, 0}; /* in Frontier the contract stays, without code */
        return EVM_SUCCESS;
    }
    if (env->fork >= EVM_EIP158 && code.n > MAX_CODE_SIZE) return EVM_MAX_CODE_SIZE;
    if (code.n) st_set_code(env->journal, f->self, st_code_new(code));
    return EVM_SUCCESS;
}

/* Gives the outcome to the frame that called. */
static void resume(struct evm_machine *m, struct evm_frame *caller, const struct evm_frame *f,
                   const struct evm_result *r) {
    caller->gas += (int64_t)r->gas_left;
    struct u256 *top = ++caller->sp;
    *top = u256_from_u64(r->status == EVM_SUCCESS);
    if (r->is_create) {
        if (r->status == EVM_SUCCESS) u256_of_b20(top, &r->created);
        return;
    }
    size_t n = min_u64(f->return_size, m->return_data.n);
    if (n) memcpy(caller->memory + f->return_offset, m->return_data.p, n);
}

struct evm_frame *evm_frame_end(struct evm_env *env, enum evm_status status, struct bytes output) {
    struct evm_machine *m = env->machine;
    struct evm_frame *f = &m->frames[m->frame_count - 1];
    struct evm_result r = {.is_create = is_create(&f->call), .created = f->call.to};
    const struct evm_tracer *t = tracer_of(env);
    if (t && t->stop) t->stop(t->ctx, env, status, (uint64_t)f->gas);
    if (r.is_create && status == EVM_SUCCESS) status = deposit(env, f, &output);
    if (status != EVM_SUCCESS) undo(env, f->mark);
    r.status = status;
    r.gas_left = status == EVM_SUCCESS || status == EVM_REVERT ? (uint64_t)f->gas : 0;
    r.output = output;
    if (t && t->exit) t->exit(t->ctx, env, &f->call, &r);
    arena_release(&m->arena, f->arena_mark);
    m->frame_count--;
    buf_clear(&m->return_data);
    if (f->result) {
        buf_put_bytes(&m->return_data, output);
        r.output = buf_bytes(&m->return_data);
        *f->result = r;
        return NULL;
    }
    if (!r.is_create || status == EVM_REVERT) buf_put_bytes(&m->return_data, output);
    resume(m, f - 1, f, &r);
    return f - 1;
}

/* ---- Legs */

/* Gives memory back to the system after a leg that used much. */
static void trim(struct evm_machine *m) {
    if ((size_t)(m->memory_high - m->memory) <= MACHINE_TRIM_BYTES) return;
    evm_machine_trim(m);
}

void evm_leg(struct evm_env *env, const struct evm_call_params *call, struct evm_result *result) {
    struct evm_machine *m = env->machine;
    struct evm_call_params c = *call;
    if (c.gas > INT64_MAX) c.gas = INT64_MAX;
    uint64_t beyond = call->gas - c.gas;
    if (evm_frame_begin(env, &c, result)) {
        m->frames[m->frame_count - 1].result = result;
        evm_interpret(env);
    }
    result->gas_left += result->status <= EVM_REVERT ? beyond : 0;
    result->output = arena_copy(st_tx_arena(env->journal), result->output);
    if (m->frame_count == 0) trim(m);
}

struct b20 evm_create_address(const struct b20 *sender, uint64_t nonce) {
    /* RLP of [sender, nonce]: at most 1 + 21 + 9 bytes. */
    uint8_t rlp[31] = {[1] = 0x94};
    memcpy(rlp + 2, sender->b, 20);
    size_t n = 22;
    if (nonce == 0) {
        rlp[n++] = 0x80;
    } else if (nonce < 0x80) {
        rlp[n++] = (uint8_t)nonce;
    } else {
        unsigned bytes = (64 - (unsigned)__builtin_clzll(nonce) + 7) / 8;
        rlp[n++] = (uint8_t)(0x80 + bytes);
        for (unsigned i = bytes; i-- > 0;) rlp[n++] = (uint8_t)(nonce >> (8 * i));
    }
    rlp[0] = (uint8_t)(0xc0 + n - 1);
    struct b32 hash;
    struct b20 out;
    keccak256(&hash, bytes_make(rlp, n));
    memcpy(out.b, hash.b + 12, 20);
    return out;
}

struct b20 evm_create2_address(const struct b20 *sender, const struct b32 *salt,
                               const struct b32 *code_hash) {
    uint8_t in[85] = {0xff};
    memcpy(in + 1, sender->b, 20);
    memcpy(in + 21, salt->b, 32);
    memcpy(in + 53, code_hash->b, 32);
    struct b32 hash;
    struct b20 out;
    keccak256(&hash, bytes_make(in, sizeof in));
    memcpy(out.b, hash.b + 12, 20);
    return out;
}

void evm_call(struct evm_env *env, const struct evm_call_params *params,
              struct evm_result *result) {
    struct evm_call_params c = *params;
    if (!is_create(&c)) {
        if (c.kind == EVM_STATICCALL) c.is_static = true;
        evm_leg(env, &c, result);
        return;
    }
    struct st_account *sender = st_account(env->journal, &c.sender);
    uint64_t nonce = sender->nonce;
    enum evm_status refusal = EVM_SUCCESS;
    if (c.is_static)
        refusal = EVM_WRITE_PROTECTION;
    else if (c.depth > CALL_DEPTH_LIMIT)
        refusal = EVM_CALL_DEPTH;
    else if (u256_lt(&sender->balance, &c.value))
        refusal = EVM_INSUFFICIENT_BALANCE;
    else if (nonce == UINT64_MAX)
        refusal = EVM_NONCE_OVERFLOW;
    if (refusal != EVM_SUCCESS) {
        *result = (struct evm_result){.status = refusal, .is_create = true};
        return;
    }
    st_set_nonce(env->journal, sender, nonce + 1);
    if (c.kind == EVM_CREATE) {
        c.to = evm_create_address(&c.sender, nonce);
    } else {
        struct b32 code_hash;
        keccak256(&code_hash, c.input);
        c.to = evm_create2_address(&c.sender, &c.salt, &code_hash);
    }
    if (env->fork >= EVM_BERLIN) st_warm_account(env->journal, st_account(env->journal, &c.to));
    evm_leg(env, &c, result);
}
