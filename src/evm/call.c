/* The instructions that begin calls and creations: operands, gas, EIP-150's 63/64. */
#include "crypto/keccak.h"
#include "evm/machine.h"

/* EIP-150: all but one 64th of what is left. */
static uint64_t all_but_64th(uint64_t gas) {
    return gas - gas / 64;
}

/* The operands of the four calls, in the order of the stack. */
struct call_operands {
    const struct u256 *gas, *address, *value; /* value NULL: the instruction has none */
    const struct u256 *in_offset, *in_size, *out_offset, *out_size;
    struct u256 *rest; /* the stack without them */
};

static struct call_operands operands_of(struct u256 *sp, enum evm_call_kind kind) {
    struct call_operands o = {.gas = sp, .address = sp - 1};
    sp -= 2;
    if (kind == EVM_CALL || kind == EVM_CALLCODE) o.value = sp--;
    o.in_offset = sp--;
    o.in_size = sp--;
    o.out_offset = sp--;
    o.out_size = sp--;
    o.rest = sp;
    return o;
}

/* EIP-7702: what a delegation points to is an access of its own. */
static bool charge_delegation(struct evm_env *env, struct evm_frame *f, struct st_account *a) {
    struct b20 address;
    if (env->fork < EVM_PRAGUE ||
        !evm_delegation_target(st_account_code(env->journal, a), &address))
        return true;
    struct st_account *target = st_account(env->journal, &address);
    return frame_charge(f, GAS_WARM) &&
           evm_charge_account_access(env, f, target, GAS_COLD_ACCOUNT_EXTRA);
}

static uint64_t new_account_gas(const struct evm_env *env, const struct st_account *a,
                                bool has_value) {
    if (env->fork < EVM_EIP158) return a->exists ? 0 : GAS_NEW_ACCOUNT;
    bool dead = !a->exists || st_account_is_empty(a);
    return dead && has_value ? GAS_NEW_ACCOUNT : 0;
}

/* Pays for everything but the gas that the callee gets. */
static bool charge_call(struct evm_env *env, struct evm_frame *f, struct st_account *target,
                        const struct call_operands *o, enum evm_call_kind kind, bool has_value) {
    if (!memory_reach_u256(env->machine, f, o->in_offset, o->in_size) ||
        !memory_reach_u256(env->machine, f, o->out_offset, o->out_size) ||
        !evm_charge_account_access(env, f, target, GAS_COLD_ACCOUNT_EXTRA))
        return false;
    uint64_t extra = has_value ? GAS_CALL_VALUE : 0;
    if (kind == EVM_CALL) extra += new_account_gas(env, target, has_value);
    return frame_charge(f, extra) && charge_delegation(env, f, target);
}

/* Takes the callee's gas from the frame: as much as asked for, or as EIP-150 allows. */
static bool forward_gas(const struct evm_env *env, struct evm_frame *f, const struct u256 *asked,
                        uint64_t *out) {
    uint64_t gas = u256_sat_u64(asked);
    if (env->fork >= EVM_EIP150) gas = min_u64(gas, all_but_64th((uint64_t)f->gas));
    *out = gas;
    return frame_charge(f, gas);
}

static struct bytes memory_slice(const struct evm_frame *f, const struct u256 *offset,
                                 const struct u256 *size) {
    return size->w[0] ? bytes_make(f->memory + offset->w[0], size->w[0]) : bytes_make(NULL, 0);
}

static void fill_call(const struct evm_frame *f, const struct call_operands *o,
                      enum evm_call_kind kind, struct evm_call_params *c) {
    const struct evm_call_params *own = &f->call;
    c->kind = kind;
    c->is_static = own->is_static || kind == EVM_STATICCALL;
    c->depth = own->depth + 1;
    c->input = memory_slice(f, o->in_offset, o->in_size);
    c->sender = kind == EVM_DELEGATECALL ? own->sender : own->to;
    c->to = kind == EVM_CALL || kind == EVM_STATICCALL ? c->code : own->to;
    c->value = kind == EVM_DELEGATECALL ? own->value : o->value ? *o->value : U256_ZERO;
}

enum evm_status evm_op_call(struct evm_env *env, struct evm_frame *f, struct u256 *sp,
                            enum evm_call_kind kind) {
    struct evm_machine *m = env->machine;
    struct call_operands o = operands_of(sp, kind);
    bool has_value = o.value && !u256_is_zero(o.value);
    if (kind == EVM_CALL && has_value && f->call.is_static) return EVM_WRITE_PROTECTION;

    struct evm_call_params c = {.code = b20_of_u256(o.address)};
    struct st_account *target = st_account(env->journal, &c.code);
    if (!charge_call(env, f, target, &o, kind, has_value) || !forward_gas(env, f, o.gas, &c.gas))
        return EVM_OUT_OF_GAS;
    if (has_value) c.gas += GAS_CALL_STIPEND;
    fill_call(f, &o, kind, &c);
    uint64_t out_offset = o.out_offset->w[0], out_size = o.out_size->w[0];

    f->sp = o.rest;
    struct evm_result r;
    if (evm_frame_begin(env, &c, &r)) {
        struct evm_frame *callee = &m->frames[m->frame_count - 1];
        callee->return_offset = out_offset;
        callee->return_size = out_size;
        return EVM_SUCCESS;
    }
    f->gas += (int64_t)r.gas_left;
    *++f->sp = u256_from_u64(r.status == EVM_SUCCESS);
    size_t n = min_u64(out_size, m->return_data.n);
    if (n) memcpy(f->memory + out_offset, m->return_data.p, n);
    return EVM_SUCCESS;
}

/* EIP-3860, and hashing the init code for CREATE2. */
static bool charge_initcode(const struct evm_env *env, struct evm_frame *f, uint64_t size,
                            enum evm_call_kind kind) {
    uint64_t per_word = (env->fork >= EVM_SHANGHAI ? GAS_INITCODE_WORD : 0) +
                        (kind == EVM_CREATE2 ? GAS_KECCAK_WORD : 0);
    return frame_charge(f, per_word * words_of(size));
}

static struct b20 new_address(const struct evm_frame *f, const struct evm_call_params *c,
                              uint64_t nonce) {
    if (c->kind == EVM_CREATE) return evm_create_address(&f->call.to, nonce);
    struct b32 code_hash;
    keccak256(&code_hash, c->input);
    return evm_create2_address(&f->call.to, &c->salt, &code_hash);
}

enum evm_status evm_op_create(struct evm_env *env, struct evm_frame *f, struct u256 *sp,
                              enum evm_call_kind kind) {
    struct evm_machine *m = env->machine;
    struct st_journal *j = env->journal;
    const struct u256 *offset = &sp[-1], *size = &sp[-2];
    if (f->call.is_static) return EVM_WRITE_PROTECTION;
    if (env->fork >= EVM_SHANGHAI && u256_sat_u64(size) > MAX_INITCODE_SIZE)
        return EVM_MAX_INITCODE_SIZE;
    if (!memory_reach_u256(m, f, offset, size) || !charge_initcode(env, f, size->w[0], kind))
        return EVM_OUT_OF_GAS;

    struct evm_call_params c = {.kind = kind, .depth = f->call.depth + 1, .sender = f->call.to};
    c.value = sp[0];
    c.input = memory_slice(f, offset, size);
    if (kind == EVM_CREATE2) u256_store_be(c.salt.b, &sp[-3]);
    f->sp = sp - (kind == EVM_CREATE2 ? 4 : 3);

    c.gas = env->fork >= EVM_EIP150 ? all_but_64th((uint64_t)f->gas) : (uint64_t)f->gas;
    uint64_t nonce = f->self->nonce;
    if (nonce == UINT64_MAX) {
        *++f->sp = U256_ZERO;
        buf_clear(&m->return_data);
        return EVM_SUCCESS;
    }
    f->gas -= (int64_t)c.gas;
    /* Without depth or balance evm_frame_begin() refuses, and nothing must have happened. */
    if (c.depth <= CALL_DEPTH_LIMIT && !u256_lt(&f->self->balance, &c.value)) {
        st_set_nonce(j, f->self, nonce + 1);
        c.to = c.code = new_address(f, &c, nonce);
        if (env->fork >= EVM_BERLIN) st_warm_account(j, st_account(j, &c.to));
    }
    struct evm_result r;
    if (evm_frame_begin(env, &c, &r)) return EVM_SUCCESS;
    f->gas += (int64_t)r.gas_left;
    *++f->sp = U256_ZERO;
    if (r.status == EVM_SUCCESS) u256_of_b20(f->sp, &r.created);
    return EVM_SUCCESS;
}
