/* The accounts of a message to the Solana VM, from the two forms in which messengers write them.
 * The messengers encode canonically; the bounds and the flags are checked all the same. */
#include "cross/internal.h"

static uint8_t flags_of(bool signer, bool writable) {
    return (uint8_t)((signer ? XVM_META_SIGNER : 0) | (writable ? XVM_META_WRITABLE : 0));
}

/* A word that is 0 or 1. */
static bool abi_bool(const uint8_t *word, bool *out) {
    static const uint8_t zeros[31];
    *out = word[31] == 1;
    return word[31] <= 1 && memcmp(word, zeros, sizeof zeros) == 0;
}

bool xvm_metas_from_abi(struct bytes data, uint64_t at, struct arena *arena, struct bytes *out) {
    enum { ITEM_BYTES = 3 * 32 };
    struct u256 word;
    if (at > data.n || data.n - at < 32) return false;
    u256_load_be(&word, data.p + at);
    uint64_t count = u256_sat_u64(&word);
    if (count > (data.n - at - 32) / ITEM_BYTES) return false;
    uint8_t *metas = arena_alloc(arena, count * XVM_META_BYTES, 1), *to = metas;
    for (uint64_t i = 0; i < count; i++, to += XVM_META_BYTES) {
        const uint8_t *item = data.p + at + 32 + i * ITEM_BYTES;
        bool signer, writable;
        if (!abi_bool(item + 32, &signer) || !abi_bool(item + 64, &writable)) return false;
        memcpy(to, item, 32);
        to[32] = flags_of(signer, writable);
    }
    *out = bytes_make(metas, count * XVM_META_BYTES);
    return true;
}

bool xvm_metas_from_bcs(struct bytes *in, struct arena *arena, struct bytes *out) {
    enum { ITEM_BYTES = 32 + 1 + 1 };
    uint64_t count;
    size_t used = uleb_get(*in, UINT32_MAX, &count);
    if (!used || count > (in->n - used) / ITEM_BYTES) return false;
    uint8_t *metas = arena_alloc(arena, count * XVM_META_BYTES, 1), *to = metas;
    const uint8_t *item = in->p + used;
    for (uint64_t i = 0; i < count; i++, item += ITEM_BYTES, to += XVM_META_BYTES) {
        if (item[32] > 1 || item[33] > 1) return false;
        memcpy(to, item, 32);
        to[32] = flags_of(item[32], item[33]);
    }
    *in = bytes_sub(*in, used + count * ITEM_BYTES, in->n - used - count * ITEM_BYTES);
    *out = bytes_make(metas, count * XVM_META_BYTES);
    return true;
}
