/* Instructions that copy memory, hash, or read the world. */
#include "crypto/keccak.h"
#include "evm/machine.h"
#include "evm/opcodes.h"
#include "evm/precompile.h"

/* ---- Memory */

/* C(words) of the Yellow Paper, appendix H. */
static uint64_t memory_cost(uint64_t words) {
    return GAS_MEMORY_WORD * words + words * words / GAS_MEMORY_QUADRATIC_DIVISOR;
}

bool evm_memory_grow(struct evm_machine *m, struct evm_frame *f, uint64_t offset, uint64_t size) {
    /* More than 4 GiB costs more gas than a 64-bit counter of any real chain holds. */
    if (offset > UINT32_MAX || size > UINT32_MAX) return false;
    uint64_t words = words_of(offset + size), bytes = words * 32;
    if (bytes <= f->memory_size) return true;
    uint64_t cost = memory_cost(words) - memory_cost(f->memory_size / 32);
    if (bytes > (uint64_t)(m->memory_end - f->memory) || !frame_charge(f, cost)) return false;
    uint8_t *p = f->memory + f->memory_size;
    if (bytes - f->memory_size <= 64) /* mostly one word: no call */
        for (const uint8_t *end = f->memory + bytes; p < end; p += 32) memset(p, 0, 32);
    else
        memset(p, 0, bytes - f->memory_size);
    f->memory_size = bytes;
    if (f->memory + bytes > m->memory_high) m->memory_high = f->memory + bytes;
    return true;
}

/* Charges for copying `size` bytes and makes the destination part of memory. */
static bool charge_copy(struct evm_env *env, struct evm_frame *f, const struct u256 *offset,
                        const struct u256 *size) {
    uint64_t n = u256_sat_u64(size);
    return memory_reach_u256(env->machine, f, offset, size) &&
           frame_charge(f, words_of(n) * GAS_COPY_WORD);
}

/* Copies `n` bytes from `source` at `from`, with zeros beyond its end. n is 0 or memory is there.
 */
static void copy_padded(struct evm_frame *f, uint64_t to, struct bytes source, uint64_t from,
                        uint64_t n) {
    uint64_t have = from < source.n ? min_u64(source.n - from, n) : 0;
    if (n == 0) return;
    if (have) memmove(f->memory + to, source.p + from, have);
    memset(f->memory + to + have, 0, n - have);
}

enum evm_status evm_op_calldatacopy(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    if (!charge_copy(env, f, &sp[0], &sp[-2])) return EVM_OUT_OF_GAS;
    copy_padded(f, sp[0].w[0], f->call.input, u256_sat_u64(&sp[-1]), sp[-2].w[0]);
    return EVM_SUCCESS;
}

enum evm_status evm_op_codecopy(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    if (!charge_copy(env, f, &sp[0], &sp[-2])) return EVM_OUT_OF_GAS;
    copy_padded(f, sp[0].w[0], (struct bytes){f->code->bytes, f->code->size}, u256_sat_u64(&sp[-1]),
                sp[-2].w[0]);
    return EVM_SUCCESS;
}

/* EIP-211: reading beyond the end fails instead of giving zeros. */
enum evm_status evm_op_returndatacopy(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    const struct buf *data = &env->machine->return_data;
    uint64_t from = u256_sat_u64(&sp[-1]), n = u256_sat_u64(&sp[-2]), end;
    if (!add_u64(from, n, &end) || end > data->n) return EVM_RETURN_DATA_BOUNDS;
    if (!charge_copy(env, f, &sp[0], &sp[-2])) return EVM_OUT_OF_GAS;
    if (n) memcpy(f->memory + sp[0].w[0], data->p + from, n);
    return EVM_SUCCESS;
}

/* EIP-5656 */
enum evm_status evm_op_mcopy(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    const struct u256 *size = &sp[-2];
    if (!memory_reach_u256(env->machine, f, &sp[-1], size) || !charge_copy(env, f, &sp[0], size))
        return EVM_OUT_OF_GAS;
    if (size->w[0]) memmove(f->memory + sp[0].w[0], f->memory + sp[-1].w[0], size->w[0]);
    return EVM_SUCCESS;
}

static void hash_to(struct u256 *out, struct bytes in) {
    struct b32 hash;
    keccak256(&hash, in);
    u256_load_be(out, hash.b);
}

/* Of 32 or 64 bytes. */
static void hash_remembered(struct evm_machine *m, struct u256 *out, struct bytes in) {
    uint64_t words[8] = {0};
    memcpy(words, in.p, in.n);
    uint64_t at = map_hash32(in.p, in.n);
    if (in.n == 64) at = map_hash32(in.p + 32, at);
    struct hash_memo *known = &m->hash_memo[at % HASH_MEMO_ENTRIES];
    uint64_t differs = known->size ^ in.n;
    for (int i = 0; i < 8; i++) differs |= known->in[i] ^ words[i];
    if (differs) {
        memcpy(known->in, words, sizeof words);
        known->size = in.n;
        hash_to(&known->hash, in);
    }
    *out = known->hash;
}

enum evm_status evm_op_keccak256(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    uint64_t n = u256_sat_u64(&sp[-1]);
    if (!memory_reach_u256(env->machine, f, &sp[0], &sp[-1]) ||
        !frame_charge(f, words_of(n) * GAS_KECCAK_WORD))
        return EVM_OUT_OF_GAS;
    struct bytes in = bytes_make(f->memory + (n ? sp[0].w[0] : 0), n);
    if (n == 32 || n == 64)
        hash_remembered(env->machine, &sp[-1], in);
    else
        hash_to(&sp[-1], in);
    return EVM_SUCCESS;
}

/* EXP: 10 a byte of the exponent, 50 from EIP-160 on. */
enum evm_status evm_op_exp(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    uint64_t per_byte = env->fork >= EVM_EIP158 ? 50 : 10;
    if (!frame_charge(f, per_byte * u256_byte_length(&sp[-1]))) return EVM_OUT_OF_GAS;
    u256_exp(&sp[-1], &sp[0], &sp[-1]);
    return EVM_SUCCESS;
}

/* ---- Accounts */

bool evm_charge_account_access(struct evm_env *env, struct evm_frame *f, struct st_account *a,
                               uint64_t extra) {
    if (env->fork < EVM_BERLIN || !st_warm_account(env->journal, a)) return true;
    /* Precompiles are warm from the start (EIP-2929). */
    if (evm_precompile_at(env->fork, &a->address)) return true;
    return frame_charge(f, extra);
}

/* The account named by a stack item, paid for. NULL: out of gas. */
static struct st_account *account_operand(struct evm_env *env, struct evm_frame *f,
                                          const struct u256 *item) {
    struct b20 address = b20_of_u256(item);
    struct st_account *a = st_account(env->journal, &address);
    return evm_charge_account_access(env, f, a, GAS_COLD_ACCOUNT_EXTRA) ? a : NULL;
}

enum evm_status evm_op_balance(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    struct st_account *a = account_operand(env, f, sp);
    if (!a) return EVM_OUT_OF_GAS;
    *sp = a->balance;
    return EVM_SUCCESS;
}

enum evm_status evm_op_extcodesize(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    struct st_account *a = account_operand(env, f, sp);
    if (!a) return EVM_OUT_OF_GAS;
    *sp = u256_from_u64(st_account_code(env->journal, a)->size);
    return EVM_SUCCESS;
}

enum evm_status evm_op_extcodecopy(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    struct st_account *a = account_operand(env, f, sp);
    if (!a || !charge_copy(env, f, &sp[-1], &sp[-3])) return EVM_OUT_OF_GAS;
    const struct st_code *code = st_account_code(env->journal, a);
    copy_padded(f, sp[-1].w[0], (struct bytes){code->bytes, code->size}, u256_sat_u64(&sp[-2]),
                sp[-3].w[0]);
    return EVM_SUCCESS;
}

/* EIP-1052: zero for an account that is not there or is empty. */
enum evm_status evm_op_extcodehash(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    struct st_account *a = account_operand(env, f, sp);
    if (!a) return EVM_OUT_OF_GAS;
    if (!a->exists || st_account_is_empty(a))
        *sp = U256_ZERO;
    else
        u256_load_be(sp, a->code_hash.b);
    return EVM_SUCCESS;
}

/* ---- Block and transaction */

enum evm_status evm_op_blockhash(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    (void)f;
    uint64_t n = u256_sat_u64(sp), now = env->block.number;
    struct b32 hash;
    bool known = n < now && now - n <= 256 && env->host && env->host->block_hash &&
                 env->host->block_hash(env->host->ctx, n, &hash);
    if (known)
        u256_load_be(sp, hash.b);
    else
        *sp = U256_ZERO;
    return EVM_SUCCESS;
}

enum evm_status evm_op_blobhash(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    (void)f;
    uint64_t i = u256_sat_u64(sp);
    if (i < env->blob_hash_count)
        u256_load_be(sp, env->blob_hashes[i].b);
    else
        *sp = U256_ZERO;
    return EVM_SUCCESS;
}

/* ---- Storage */

enum evm_status evm_op_sload(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    struct st_slot *s = st_slot(env->journal, f->self, sp);
    if (env->fork >= EVM_BERLIN && st_warm_slot(env->journal, s) &&
        !frame_charge(f, GAS_COLD_SLOAD_EXTRA))
        return EVM_OUT_OF_GAS;
    *sp = s->current;
    return EVM_SUCCESS;
}

/* The change of the refund counter under net metering (EIP-1283, EIP-2200, EIP-3529). */
static int64_t sstore_refund(const struct evm_sstore_gas *g, const struct st_slot *s,
                             const struct u256 *value) {
    int64_t refund = 0;
    bool original_zero = u256_is_zero(&s->original);
    if (u256_eq(&s->current, value)) return 0;
    if (!original_zero) {
        if (u256_is_zero(&s->current) && !u256_eq(&s->current, &s->original))
            refund -= g->clear_refund;
        if (u256_is_zero(value)) refund += g->clear_refund;
    }
    if (u256_eq(&s->original, value) && !u256_eq(&s->current, &s->original))
        refund += (original_zero ? g->set : g->reset) - g->dirty;
    return refund;
}

static uint64_t sstore_cost(const struct evm_sstore_gas *g, const struct st_slot *s,
                            const struct u256 *value) {
    if (!g->net) return u256_is_zero(&s->current) && !u256_is_zero(value) ? g->set : g->reset;
    if (u256_eq(&s->current, value) || !u256_eq(&s->current, &s->original)) return g->dirty;
    return u256_is_zero(&s->original) ? g->set : g->reset;
}

enum evm_status evm_op_sstore(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    const struct evm_sstore_gas *g = &evm_sstore_gas[env->fork];
    struct st_journal *j = env->journal;
    if (f->call.is_static) return EVM_WRITE_PROTECTION;
    /* EIP-2200: what a plain transfer forwards must never suffice to write. */
    if (env->fork >= EVM_ISTANBUL && f->gas <= GAS_CALL_STIPEND) return EVM_OUT_OF_GAS;
    struct st_slot *s = st_slot(j, f->self, &sp[0]);
    const struct u256 *value = &sp[-1];
    uint64_t cost = sstore_cost(g, s, value);
    if (env->fork >= EVM_BERLIN && st_warm_slot(j, s)) cost += GAS_COLD_SLOAD;
    if (!frame_charge(f, cost)) return EVM_OUT_OF_GAS;
    int64_t refund = 0;
    if (g->net)
        refund = sstore_refund(g, s, value);
    else if (!u256_is_zero(&s->current) && u256_is_zero(value))
        refund = g->clear_refund;
    if (refund) st_add_refund(j, refund);
    if (!u256_eq(&s->current, value)) st_set_slot(j, s, value);
    return EVM_SUCCESS;
}

/* EIP-1153 */
enum evm_status evm_op_tload(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    *sp = st_transient(env->journal, f->self, sp);
    return EVM_SUCCESS;
}

enum evm_status evm_op_tstore(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    if (f->call.is_static) return EVM_WRITE_PROTECTION;
    st_set_transient(env->journal, f->self, &sp[0], &sp[-1]);
    return EVM_SUCCESS;
}

/* ---- Logs */

enum evm_status evm_op_log(struct evm_env *env, struct evm_frame *f, struct u256 *sp,
                           unsigned topics) {
    if (f->call.is_static) return EVM_WRITE_PROTECTION;
    uint64_t n = u256_sat_u64(&sp[-1]);
    if (!memory_reach_u256(env->machine, f, &sp[0], &sp[-1]) || !frame_charge(f, n * GAS_LOG_BYTE))
        return EVM_OUT_OF_GAS;
    struct st_log log = {.vm = ST_VM_EVM, .address = f->call.to, .topic_count = topics};
    for (unsigned i = 0; i < topics; i++) u256_store_be(log.topics[i].b, sp - 2 - i);
    if (n) log.data = bytes_make(f->memory + sp[0].w[0], n);
    st_add_log(env->journal, &log);
    return EVM_SUCCESS;
}

/* ---- SELFDESTRUCT */

/* EIP-150 and EIP-161: sending something to an account that is not there creates it. */
static uint64_t selfdestruct_new_account_gas(const struct evm_env *env, const struct evm_frame *f,
                                             const struct st_account *to) {
    if (env->fork < EVM_EIP150) return 0;
    if (env->fork < EVM_EIP158) return to->exists ? 0 : GAS_NEW_ACCOUNT;
    bool dead = !to->exists || st_account_is_empty(to);
    return dead && !u256_is_zero(&f->self->balance) ? GAS_NEW_ACCOUNT : 0;
}

enum evm_status evm_op_selfdestruct(struct evm_env *env, struct evm_frame *f, struct u256 *sp) {
    struct st_journal *j = env->journal;
    struct st_account *self = f->self;
    if (f->call.is_static) return EVM_WRITE_PROTECTION;
    struct b20 address = b20_of_u256(sp);
    struct st_account *to = st_account(j, &address);
    if (!evm_charge_account_access(env, f, to, GAS_COLD_ACCOUNT) ||
        !frame_charge(f, selfdestruct_new_account_gas(env, f, to)))
        return EVM_OUT_OF_GAS;
    if (env->fork < EVM_LONDON && !self->destructed) st_add_refund(j, REFUND_SELFDESTRUCT);

    const struct evm_tracer *t = tracer_of(env);
    if (t && t->destruct) t->destruct(t->ctx, env, &self->address, &address, &self->balance);

    /* EIP-6780: from Cancun on only a contract of this transaction dies; the balance moves. */
    bool dies = env->fork < EVM_CANCUN || self->created;
    struct u256 balance = self->balance, sum;
    if (to != self) {
        u256_add(&sum, &to->balance, &balance);
        st_set_balance(j, self, &U256_ZERO);
        if (!u256_is_zero(&balance))
            st_set_balance(j, to, &sum);
        else
            st_touch(j, to, env->fork < EVM_EIP158);
    } else if (dies) {
        st_set_balance(j, self, &U256_ZERO);
        st_burn(j, &balance);
    }
    if (dies) st_mark_destructed(j, self);
    return EVM_SUCCESS;
}
