/* Refusals in the words of go-ethereum's state transition. */
#include "chain/internal.h"

#include "crypto/crypto.h"

#include <stdio.h>

void chain_address_text(char out[CHAIN_ADDRESS_TEXT], const struct b20 *address) {
    static const char digits[] = "0123456789abcdef";
    struct b32 hash;
    out[0] = '0';
    out[1] = 'x';
    for (size_t i = 0; i < 40; i++)
        out[2 + i] = digits[i & 1 ? address->b[i / 2] & 15 : address->b[i / 2] >> 4];
    out[42] = 0;
    keccak256(&hash, bytes_make(out + 2, 40));
    for (size_t i = 0; i < 40; i++) {
        unsigned nibble = i & 1 ? hash.b[i / 2] & 15 : hash.b[i / 2] >> 4;
        if (out[2 + i] >= 'a' && nibble >= 8) out[2 + i] = (char)(out[2 + i] - 'a' + 'A');
    }
}

enum { DECIMAL_TEXT = 80 };

static const char *decimal(char out[DECIMAL_TEXT], const struct u256 *v) {
    out[u256_to_dec(out, v)] = 0;
    return out;
}

/* a * b + c; false if it passes 256 bits. */
static bool cost(struct u256 *out, const struct u256 *a, uint64_t b, const struct u256 *c) {
    uint64_t wide[8];
    struct u256 factor = u256_from_u64(b);
    u256_mul_wide(wide, a, &factor);
    *out = (struct u256){{wide[0], wide[1], wide[2], wide[3]}};
    return !(wide[4] | wide[5] | wide[6] | wide[7]) && !u256_add(out, out, c);
}

/* The most that the transaction can take; false if it passes 256 bits. */
static bool highest_cost(const struct evm_tx *tx, struct u256 *sum) {
    uint64_t blob_gas = tx->blob_hash_count * (uint64_t)EVM_GAS_PER_BLOB;
    struct u256 without_blobs;
    return cost(&without_blobs, &tx->max_fee, tx->gas_limit, &tx->value) &&
           cost(sum, &tx->max_blob_fee, blob_gas, &without_blobs);
}

enum evm_tx_err chain_check_call(struct evm_env *env, const struct evm_tx *tx, unsigned skip,
                                 struct evm_tx_plan *plan) {
    enum evm_tx_err e = evm_tx_check(env, tx, skip, plan);
    const struct st_account *a = st_account(env->journal, &tx->sender);
    struct u256 sum;
    if (!e) return e;
    if (!(skip & EVM_SKIP_NONCE) && tx->nonce != a->nonce)
        return tx->nonce < a->nonce ? EVM_TX_NONCE_TOO_LOW : EVM_TX_NONCE_TOO_HIGH;
    bool of_gas = e == EVM_TX_INTRINSIC_GAS || e == EVM_TX_FLOOR_DATA_GAS ||
                  e == EVM_TX_GAS_OVERFLOW || e == EVM_TX_INITCODE_SIZE;
    bool poor = !highest_cost(tx, &sum) || u256_lt(&a->balance, &sum);
    return of_gas && poor ? EVM_TX_INSUFFICIENT_FUNDS : e;
}

static const char *lacking_funds(const struct evm_tx *tx, const char *text, const char *who,
                                 const struct st_account *a, struct arena *arena) {
    char have[DECIMAL_TEXT], want[DECIMAL_TEXT];
    struct u256 sum;
    if (!highest_cost(tx, &sum))
        return arena_printf(arena, "%s: address %s required balance exceeds 256 bits", text, who);
    return arena_printf(arena, "%s: address %s have %s want %s", text, who,
                        decimal(have, &a->balance), decimal(want, &sum));
}

const char *chain_evm_reason(struct evm_env *env, const struct evm_tx *tx, enum evm_tx_err e,
                             struct arena *arena) {
    const struct st_account *a = st_account(env->journal, &tx->sender);
    const char *text = evm_tx_err_text(e);
    char who[CHAIN_ADDRESS_TEXT], one[DECIMAL_TEXT], other[DECIMAL_TEXT];
    uint64_t intrinsic = 0, floor = 0;
    chain_address_text(who, &tx->sender);
    evm_tx_intrinsic_gas(tx, env->fork, &intrinsic, &floor);
    switch (e) {
    case EVM_TX_NONCE_TOO_HIGH:
    case EVM_TX_NONCE_TOO_LOW:
        return arena_printf(arena, "%s: address %s, tx: %llu state: %llu", text, who,
                            (unsigned long long)tx->nonce, (unsigned long long)a->nonce);
    case EVM_TX_NONCE_MAX:
        return arena_printf(arena, "%s: address %s, nonce: %llu", text, who,
                            (unsigned long long)tx->nonce);
    case EVM_TX_INSUFFICIENT_FUNDS: return lacking_funds(tx, text, who, a, arena);
    case EVM_TX_FEE_CAP_TOO_LOW:
        return arena_printf(arena, "%s: address %s, maxFeePerGas: %s, baseFee: %s", text, who,
                            decimal(one, &tx->max_fee), decimal(other, &env->block.base_fee));
    case EVM_TX_TIP_ABOVE_FEE_CAP:
        return arena_printf(arena, "%s: address %s, maxPriorityFeePerGas: %s, maxFeePerGas: %s",
                            text, who, decimal(one, &tx->max_priority_fee),
                            decimal(other, &tx->max_fee));
    case EVM_TX_BLOB_FEE_CAP:
        return arena_printf(arena, "%s: address %s blobGasFeeCap: %s, blobBaseFee: %s", text, who,
                            decimal(one, &tx->max_blob_fee),
                            decimal(other, &env->block.blob_base_fee));
    case EVM_TX_INTRINSIC_GAS:
    case EVM_TX_FLOOR_DATA_GAS:
        return arena_printf(arena, "%s: have %llu, want %llu", text,
                            (unsigned long long)tx->gas_limit,
                            (unsigned long long)(e == EVM_TX_INTRINSIC_GAS ? intrinsic : floor));
    default: return text;
    }
}
