/* The rules of transactions: what is valid, what it costs, what happens around the root leg. */
#include "codec/rlp.h"
#include "crypto/crypto.h"
#include "evm/machine.h"
#include "evm/precompile.h"

enum {
    TX_GAS = 21000,
    TX_GAS_CREATE = 32000, /* EIP-2 */
    TX_GAS_ZERO_BYTE = 4,
    TX_GAS_BYTE_FRONTIER = 68,
    TX_GAS_BYTE = 16, /* EIP-2028 */
    TX_GAS_ACCESS_ADDRESS = 2400,
    TX_GAS_ACCESS_KEY = 1900,        /* EIP-2930 */
    TX_GAS_AUTHORIZATION = 25000,    /* EIP-7702: PER_EMPTY_ACCOUNT_COST */
    TX_REFUND_AUTHORIZATION = 12500, /* PER_EMPTY_ACCOUNT_COST less PER_AUTH_BASE_COST */
    TX_FLOOR_GAS_PER_TOKEN = 10,     /* EIP-7623 */
    TX_TOKENS_PER_BYTE = 4,          /* a non-zero one */
    TX_GAS_CAP_OSAKA = 1 << 24,      /* EIP-7825 */
    TX_BLOBS_MAX_OSAKA = 6,          /* EIP-7594 */
    BLOB_HASH_VERSION_KZG = 1,
    REFUND_DIVISOR_FRONTIER = 2,
    REFUND_DIVISOR = 5, /* EIP-3529 */
    DELEGATION_BYTES = 23,
};

/* ---- Blob gas ---- */

uint64_t evm_blob_update_fraction(enum evm_fork fork) {
    return fork >= EVM_PRAGUE ? 5007716 /* EIP-7691 */ : 3338477;
}

uint32_t evm_blobs_max(enum evm_fork fork) {
    return fork < EVM_CANCUN ? 0 : fork >= EVM_PRAGUE ? 9 : 6;
}

/* fake_exponential(1, excess, fraction) of EIP-4844: the Taylor series of e^(excess/fraction) in
 * integers. Saturates where the price would pass 2^256 / fraction, far beyond all ether. */
struct u256 evm_blob_base_fee(uint64_t excess_blob_gas, uint64_t update_fraction) {
    struct u256 fraction = u256_from_u64(update_fraction), excess = u256_from_u64(excess_blob_gas);
    struct u256 term = fraction, sum = U256_ZERO, out;
    for (uint64_t i = 1; !u256_is_zero(&term); i++) {
        if (u256_bit_length(&term) > 190) {
            sum = (struct u256){{0, 0, 0, 1}};
            break;
        }
        u256_add(&sum, &sum, &term);
        struct u256 divisor, d = u256_from_u64(i);
        u256_mul(&term, &term, &excess);
        u256_mul(&divisor, &fraction, &d);
        u256_divmod(&term, NULL, &term, &divisor);
    }
    u256_divmod(&out, NULL, &sum, &fraction);
    return out;
}

/* ---- Intrinsic gas ---- */

static bool add_product(uint64_t *sum, uint64_t n, uint64_t each) {
    uint64_t part;
    return mul_u64(n, each, &part) && add_u64(*sum, part, sum);
}

static uint64_t count_zero_bytes(struct bytes data) {
    uint64_t n = 0;
    for (size_t i = 0; i < data.n; i++) n += data.p[i] == 0;
    return n;
}

bool evm_tx_intrinsic_gas(const struct evm_tx *tx, enum evm_fork fork, uint64_t *intrinsic,
                          uint64_t *floor) {
    uint64_t gas = TX_GAS, least = 0;
    uint64_t zeros = count_zero_bytes(tx->data), others = tx->data.n - zeros;
    uint64_t per_byte = fork >= EVM_ISTANBUL ? TX_GAS_BYTE : TX_GAS_BYTE_FRONTIER;
    bool ok = add_product(&gas, zeros, TX_GAS_ZERO_BYTE) && add_product(&gas, others, per_byte);
    if (tx->is_create && fork >= EVM_HOMESTEAD) gas += TX_GAS_CREATE;
    if (tx->is_create && fork >= EVM_SHANGHAI)
        ok = ok && add_product(&gas, words_of(tx->data.n), GAS_INITCODE_WORD);
    ok = ok && add_product(&gas, tx->access_count, TX_GAS_ACCESS_ADDRESS);
    for (size_t i = 0; i < tx->access_count; i++)
        ok = ok && add_product(&gas, tx->access[i].key_count, TX_GAS_ACCESS_KEY);
    ok = ok && add_product(&gas, tx->authorization_count, TX_GAS_AUTHORIZATION);
    if (fork >= EVM_PRAGUE) {
        least = TX_GAS;
        ok = ok && add_product(&least, zeros + others * TX_TOKENS_PER_BYTE, TX_FLOOR_GAS_PER_TOKEN);
    }
    *intrinsic = gas;
    *floor = least;
    return ok;
}

/* ---- Validity ---- */

static enum evm_fork type_since(uint8_t type) {
    static const enum evm_fork since[] = {EVM_FRONTIER, EVM_BERLIN, EVM_LONDON, EVM_CANCUN,
                                          EVM_PRAGUE};
    return type < COUNT_OF(since) ? since[type] : EVM_FORK_COUNT;
}

static enum evm_tx_err check_fees(const struct evm_env *env, const struct evm_tx *tx) {
    if (env->fork < EVM_LONDON) return EVM_TX_OK;
    if (u256_lt(&tx->max_fee, &tx->max_priority_fee)) return EVM_TX_TIP_ABOVE_FEE_CAP;
    if (u256_lt(&tx->max_fee, &env->block.base_fee)) return EVM_TX_FEE_CAP_TOO_LOW;
    return EVM_TX_OK;
}

static enum evm_tx_err check_blobs(const struct evm_env *env, const struct evm_tx *tx) {
    if (tx->type != EVM_TX_BLOB) return EVM_TX_OK;
    uint32_t max = env->block.blobs_max ? env->block.blobs_max : evm_blobs_max(env->fork);
    if (env->fork >= EVM_OSAKA && max > TX_BLOBS_MAX_OSAKA) max = TX_BLOBS_MAX_OSAKA;
    if (tx->is_create) return EVM_TX_BLOB_CREATE;
    if (tx->blob_hash_count == 0) return EVM_TX_BLOB_MISSING;
    if (tx->blob_hash_count > max) return EVM_TX_BLOB_TOO_MANY;
    for (size_t i = 0; i < tx->blob_hash_count; i++)
        if (tx->blob_hashes[i].b[0] != BLOB_HASH_VERSION_KZG) return EVM_TX_BLOB_HASH_VERSION;
    if (u256_lt(&tx->max_blob_fee, &env->block.blob_base_fee)) return EVM_TX_BLOB_FEE_CAP;
    return EVM_TX_OK;
}

static enum evm_tx_err check_set_code(const struct evm_tx *tx) {
    if (tx->type != EVM_TX_SET_CODE) return EVM_TX_OK;
    if (tx->is_create) return EVM_TX_SET_CODE_CREATE;
    return tx->authorization_count ? EVM_TX_OK : EVM_TX_EMPTY_AUTHORIZATION_LIST;
}

static enum evm_tx_err check_gas(const struct evm_env *env, const struct evm_tx *tx,
                                 unsigned skip) {
    uint64_t intrinsic, floor;
    if (!(skip & EVM_SKIP_GAS_CAP)) {
        if (env->fork >= EVM_OSAKA && tx->gas_limit > TX_GAS_CAP_OSAKA)
            return EVM_TX_GAS_LIMIT_TOO_HIGH;
        if (tx->gas_limit > env->block.gas_limit) return EVM_TX_GAS_LIMIT_REACHED;
    }
    if (!evm_tx_intrinsic_gas(tx, env->fork, &intrinsic, &floor)) return EVM_TX_GAS_OVERFLOW;
    if (tx->gas_limit < intrinsic) return EVM_TX_INTRINSIC_GAS;
    if (tx->gas_limit < floor) return EVM_TX_FLOOR_DATA_GAS;
    if (env->fork >= EVM_SHANGHAI && tx->is_create && tx->data.n > MAX_INITCODE_SIZE)
        return EVM_TX_INITCODE_SIZE;
    return EVM_TX_OK;
}

/* a * b, or false if it does not fit 256 bits. */
static bool mul_fits(struct u256 *out, const struct u256 *a, uint64_t b) {
    uint64_t wide[8];
    struct u256 factor = u256_from_u64(b);
    if (u256_fits_u64(a)) {
        u256_mul(out, a, &factor);
        return true;
    }
    u256_mul_wide(wide, a, &factor);
    *out = (struct u256){{wide[0], wide[1], wide[2], wide[3]}};
    return (wide[4] | wide[5] | wide[6] | wide[7]) == 0;
}

/* The most that the transaction can take from its sender. */
static bool highest_cost(const struct evm_tx *tx, bool with_gas, struct u256 *out) {
    struct u256 part;
    *out = tx->value;
    if (!with_gas) return true;
    if (!mul_fits(&part, &tx->max_fee, tx->gas_limit) || u256_add(out, out, &part)) return false;
    return mul_fits(&part, &tx->max_blob_fee, tx->blob_hash_count * (uint64_t)EVM_GAS_PER_BLOB) &&
           !u256_add(out, out, &part);
}

static enum evm_tx_err check_static(const struct evm_env *env, const struct evm_tx *tx,
                                    unsigned skip) {
    enum evm_tx_err e;
    if (env->fork < type_since(tx->type)) return EVM_TX_TYPE_NOT_SUPPORTED;
    if (tx->has_chain_id && (env->fork < EVM_EIP158 || tx->chain_id != env->chain_id))
        return EVM_TX_INVALID_CHAIN_ID;
    if (tx->nonce == UINT64_MAX) return EVM_TX_NONCE_MAX; /* EIP-2681 */
    if (!(skip & EVM_SKIP_BASE_FEE) && (e = check_fees(env, tx))) return e;
    if ((e = check_blobs(env, tx)) || (e = check_set_code(tx))) return e;
    struct u256 cost;
    if (!highest_cost(tx, true, &cost)) return EVM_TX_INSUFFICIENT_FUNDS;
    return check_gas(env, tx, skip);
}

enum evm_tx_err evm_tx_check_static(const struct evm_env *env, const struct evm_tx *tx) {
    return check_static(env, tx, 0);
}

static void plan_price(const struct evm_env *env, const struct evm_tx *tx,
                       struct evm_tx_plan *plan) {
    const struct u256 *base = &env->block.base_fee;
    if (env->fork < EVM_LONDON) {
        plan->gas_price = plan->tip = tx->max_fee;
        return;
    }
    struct u256 room;
    if (u256_sub(&room, &tx->max_fee, base)) room = U256_ZERO; /* EVM_SKIP_BASE_FEE */
    plan->tip = u256_lt(&room, &tx->max_priority_fee) ? room : tx->max_priority_fee;
    u256_add(&plan->gas_price, base, &plan->tip);
    if (u256_lt(&tx->max_fee, &plan->gas_price)) plan->gas_price = tx->max_fee;
}

/* EIP-3607: an account with code sends nothing, unless the code is a delegation (EIP-7702). */
static bool sender_may_send(struct evm_env *env, struct st_account *sender) {
    struct b20 target;
    if (b32_eq(&sender->code_hash, &ST_EMPTY_CODE_HASH)) return true;
    return env->fork >= EVM_PRAGUE &&
           evm_delegation_target(st_account_code(env->journal, sender), &target);
}

static enum evm_tx_err check_funds(const struct evm_tx *tx, const struct u256 *balance,
                                   unsigned skip) {
    struct u256 cost;
    bool enough = highest_cost(tx, !(skip & EVM_SKIP_BALANCE), &cost) && !u256_lt(balance, &cost);
    return enough ? EVM_TX_OK : EVM_TX_INSUFFICIENT_FUNDS;
}

enum evm_tx_err evm_tx_check_plain(const struct evm_env *env, const struct evm_tx *tx,
                                   uint64_t nonce, const struct u256 *balance) {
    enum evm_tx_err e = check_static(env, tx, 0);
    if (e) return e;
    if (tx->nonce != nonce) return tx->nonce < nonce ? EVM_TX_NONCE_TOO_LOW : EVM_TX_NONCE_TOO_HIGH;
    return check_funds(tx, balance, 0);
}

enum evm_tx_err evm_tx_check(struct evm_env *env, const struct evm_tx *tx, unsigned skip,
                             struct evm_tx_plan *plan) {
    *plan = (struct evm_tx_plan){0};
    enum evm_tx_err e = check_static(env, tx, skip);
    if (e) return e;
    struct st_account *sender = st_account(env->journal, &tx->sender);
    if (!(skip & EVM_SKIP_NONCE) && tx->nonce != sender->nonce)
        return tx->nonce < sender->nonce ? EVM_TX_NONCE_TOO_LOW : EVM_TX_NONCE_TOO_HIGH;
    if (!(skip & EVM_SKIP_SENDER_CODE) && !sender_may_send(env, sender))
        return EVM_TX_SENDER_NOT_EOA;
    e = check_funds(tx, &sender->balance, skip);
    if (e) return e;

    plan->sender = sender;
    plan->free_gas = skip & EVM_SKIP_BALANCE;
    plan->blob_gas = tx->blob_hash_count * (uint64_t)EVM_GAS_PER_BLOB;
    evm_tx_intrinsic_gas(tx, env->fork, &plan->intrinsic_gas, &plan->floor_gas);
    plan->gas = tx->gas_limit - plan->intrinsic_gas;
    plan_price(env, tx, plan);
    return EVM_TX_OK;
}

/* ---- Before the root leg ---- */

static void change_balance(struct evm_env *env, struct st_account *a, const struct u256 *amount,
                           bool add) {
    struct u256 balance;
    if (add)
        u256_add(&balance, &a->balance, amount);
    else
        u256_sub(&balance, &a->balance, amount);
    st_set_balance(env->journal, a, &balance);
}

static struct u256 price_of(const struct u256 *price, uint64_t gas) {
    struct u256 out, n = u256_from_u64(gas);
    u256_mul(&out, price, &n);
    return out;
}

static void buy_gas(struct evm_env *env, const struct evm_tx *tx, const struct evm_tx_plan *plan) {
    if (plan->free_gas) return;
    struct u256 gas = price_of(&plan->gas_price, tx->gas_limit);
    struct u256 blobs = price_of(&env->block.blob_base_fee, plan->blob_gas);
    u256_add(&gas, &gas, &blobs);
    change_balance(env, plan->sender, &gas, false);
}

void evm_warm_start(struct evm_env *env, const struct b20 *origin, const struct b20 *to) {
    struct st_journal *j = env->journal;
    if (env->fork < EVM_BERLIN) return;
    st_warm_account(j, st_account(j, origin));
    if (to) st_warm_account(j, st_account(j, to));
    if (env->fork >= EVM_SHANGHAI) /* EIP-3651 */
        st_warm_account(j, st_account(j, &env->block.coinbase));
}

static void warm_access_list(struct evm_env *env, const struct evm_tx *tx) {
    struct st_journal *j = env->journal;
    for (size_t i = 0; i < tx->access_count; i++) {
        struct st_account *a = st_account(j, &tx->access[i].address);
        st_warm_account(j, a);
        for (size_t k = 0; k < tx->access[i].key_count; k++) {
            struct u256 key;
            u256_load_be(&key, tx->access[i].keys[k].b);
            st_warm_slot(j, st_slot(j, a, &key));
        }
    }
}

/* Who signed the tuple: keccak(0x05 ‖ rlp([chain_id, address, nonce])). */
bool evm_authority(const struct evm_authorization *a, struct b20 *authority) {
    struct buf b = {0};
    buf_put_u8(&b, 0x05);
    size_t list = rlp_list_begin(&b);
    rlp_put_u256(&b, &a->chain_id);
    rlp_put_bytes(&b, BYTES_OF(a->address));
    rlp_put_u64(&b, a->nonce);
    rlp_list_end(&b, list);
    struct b32 hash;
    keccak256(&hash, buf_bytes(&b));
    buf_free(&b);
    struct secp_signature sig = {.recid = a->y_parity};
    u256_store_be(sig.r.b, &a->r);
    u256_store_be(sig.s.b, &a->s);
    return a->y_parity <= 1 && secp_s_is_low(&sig.s) &&
           secp_recover_address(authority, &hash, &sig);
}

static void delegate(struct evm_env *env, struct st_account *authority, const struct b20 *target) {
    static const struct b20 nobody;
    uint8_t designator[DELEGATION_BYTES] = {0xef, 0x01, 0x00};
    memcpy(designator + 3, target->b, 20);
    bool clear = b20_eq(target, &nobody);
    st_set_code(env->journal, authority,
                st_code_new(clear ? (struct bytes){NULL, 0} : BYTES_OF(designator)));
}

/* EIP-7702, "Behavior": a tuple that fails any step is passed over. */
static void apply_authorization(struct evm_env *env, const struct evm_authorization *a) {
    struct st_journal *j = env->journal;
    struct b20 address, target;
    bool for_us = u256_is_zero(&a->chain_id) ||
                  (u256_fits_u64(&a->chain_id) && a->chain_id.w[0] == env->chain_id);
    if (!for_us || a->nonce == UINT64_MAX || !evm_authority(a, &address)) return;
    struct st_account *authority = st_account(j, &address);
    st_warm_account(j, authority);
    const struct st_code *code = st_account_code(j, authority);
    if (code->size && !evm_delegation_target(code, &target)) return;
    if (authority->nonce != a->nonce) return;
    if (authority->exists) st_add_refund(j, TX_REFUND_AUTHORIZATION);
    delegate(env, authority, &a->address);
    st_set_nonce(j, authority, a->nonce + 1);
}

void evm_tx_begin(struct evm_env *env, const struct evm_tx *tx, struct evm_tx_plan *plan) {
    struct st_journal *j = env->journal;
    env->origin = tx->sender;
    env->gas_price = plan->gas_price;
    env->blob_hashes = tx->blob_hashes;
    env->blob_hash_count = tx->blob_hash_count;
    buy_gas(env, tx, plan);
    st_set_nonce(j, plan->sender, plan->sender->nonce + 1);
    evm_warm_start(env, &tx->sender, tx->is_create ? NULL : &tx->to);
    warm_access_list(env, tx);
    for (size_t i = 0; i < tx->authorization_count; i++)
        apply_authorization(env, &tx->authorizations[i]);
    struct b20 target;
    if (env->fork >= EVM_PRAGUE && !tx->is_create &&
        evm_delegation_target(st_account_code(j, st_account(j, &tx->to)), &target))
        st_warm_account(j, st_account(j, &target));
}

void evm_tx_run(struct evm_env *env, const struct evm_tx *tx, const struct evm_tx_plan *plan,
                struct evm_result *result) {
    struct evm_call_params c = {
        .kind = tx->is_create ? EVM_CREATE : EVM_CALL,
        .gas = plan->gas,
        .sender = tx->sender,
        .to = tx->is_create ? evm_create_address(&tx->sender, plan->sender->nonce - 1) : tx->to,
        .value = tx->value,
        .input = tx->data,
    };
    c.code = c.to;
    if (tx->is_create && env->fork >= EVM_BERLIN)
        st_warm_account(env->journal, st_account(env->journal, &c.to));
    evm_leg(env, &c, result);
}

/* ---- After it ---- */

/* What of the fee nobody gets: all but the tip (EIP-1559, EIP-4844). */
static void burn_fee(struct evm_env *env, const struct evm_tx_plan *plan, uint64_t used,
                     const struct u256 *blobs) {
    struct u256 base, burnt;
    if (plan->free_gas) return;
    u256_sub(&base, &plan->gas_price, &plan->tip);
    burnt = price_of(&base, used);
    u256_add(&burnt, &burnt, blobs);
    st_burn(env->journal, &burnt);
}

void evm_tx_end(struct evm_env *env, const struct evm_tx *tx, const struct evm_tx_plan *plan,
                uint64_t gas_left, struct evm_receipt *receipt) {
    struct st_journal *j = env->journal;
    uint64_t used = tx->gas_limit - gas_left;
    uint64_t cap = used / (env->fork >= EVM_LONDON ? REFUND_DIVISOR : REFUND_DIVISOR_FRONTIER);
    int64_t counter = st_refund(j);
    uint64_t refund = min_u64(counter > 0 ? (uint64_t)counter : 0, cap);
    used = max_u64(used - refund, plan->floor_gas);

    if (!plan->free_gas) {
        struct u256 back = price_of(&plan->gas_price, tx->gas_limit - used);
        struct u256 tip = price_of(&plan->tip, used);
        change_balance(env, plan->sender, &back, true);
        change_balance(env, st_account(j, &env->block.coinbase), &tip, true);
    }
    struct u256 blobs = price_of(&env->block.blob_base_fee, plan->blob_gas);
    burn_fee(env, plan, used, &blobs);
    *receipt = (struct evm_receipt){.gas_used = used, .gas_refunded = refund};
    receipt->fee = price_of(&plan->gas_price, used);
    u256_add(&receipt->fee, &receipt->fee, &blobs);
}

void evm_tx_execute(struct evm_env *env, const struct evm_tx *tx, struct evm_tx_plan *plan,
                    struct evm_result *result, struct evm_receipt *receipt) {
    evm_tx_begin(env, tx, plan);
    evm_tx_run(env, tx, plan, result);
    evm_tx_end(env, tx, plan, result->gas_left, receipt);
}

/* ---- Blocks ---- */

void evm_system_call(struct evm_env *env, const struct b20 *to, struct bytes input,
                     struct arena *arena, struct evm_result *result) {
    static const struct b20 system_address = {.b = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xfe}};
    struct st_journal *j = env->journal;
    st_begin_tx(j);
    *result = (struct evm_result){.status = EVM_SUCCESS};
    if (!b32_eq(&st_account(j, to)->code_hash, &ST_EMPTY_CODE_HASH)) {
        env->origin = system_address;
        env->gas_price = U256_ZERO;
        env->blob_hash_count = 0;
        struct evm_call_params c = {.kind = EVM_CALL,
                                    .gas = 30000000,
                                    .sender = system_address,
                                    .to = *to,
                                    .code = *to,
                                    .input = input};
        evm_call(env, &c, result);
    }
    bool keep = arena && result->output.n;
    result->output = keep ? arena_copy(arena, result->output) : (struct bytes){NULL, 0};
    st_end_tx(j, env->fork >= EVM_EIP158);
}

void evm_block_begin(struct evm_env *env, const struct b32 *parent_hash,
                     const struct b32 *parent_beacon_root) {
    static const struct b20 beacon_roots = {
        /* EIP-4788 */
        .b = {0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
              0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02}};
    static const struct b20 history = {
        /* EIP-2935 */
        .b = {0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
              0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35}};
    struct evm_result result;
    if (env->fork >= EVM_CANCUN)
        evm_system_call(env, &beacon_roots, BYTES_OF(*parent_beacon_root), NULL, &result);
    if (env->fork >= EVM_PRAGUE)
        evm_system_call(env, &history, BYTES_OF(*parent_hash), NULL, &result);
}
