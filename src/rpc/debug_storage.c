/* debug_storageRangeAt: a contract's storage inside a block, in the order of the hashes of its
 * keys: what debuggers show. */
#include "rpc/debug.h"

#include <stdlib.h>

#include "crypto/crypto.h"

enum { SLOTS_MAX = 1 << 20, RESULTS_MAX = 10000 };

struct found_slot {
    struct b32 hash, key, value;
};

struct collected {
    struct found_slot *slots;
    size_t count, capacity;
    struct b32 from; /* only hashes from here on */
    bool any;        /* also before `from` */
    bool too_many;
};

static bool collect(void *ctx, const struct u256 *key, const struct u256 *value) {
    struct collected *c = ctx;
    struct found_slot s;
    c->any = true;
    u256_store_be(s.key.b, key);
    u256_store_be(s.value.b, value);
    keccak256(&s.hash, BYTES_OF(s.key));
    if (memcmp(&s.hash, &c->from, sizeof s.hash) < 0) return true;
    c->too_many = c->count == SLOTS_MAX;
    if (c->too_many) return false;
    if (c->count == c->capacity) {
        c->capacity = c->capacity ? 2 * c->capacity : 64;
        c->slots = xrealloc(c->slots, c->capacity * sizeof *c->slots);
    }
    c->slots[c->count++] = s;
    return true;
}

static int by_hash(const void *x, const void *y) {
    return memcmp(&((const struct found_slot *)x)->hash, &((const struct found_slot *)y)->hash,
                  sizeof(struct b32));
}

static void put_slots(struct json_out *o, const struct collected *c, uint64_t most) {
    uint64_t n = min_u64(most, c->count);
    jo_object(o);
    jo_key(o, "storage");
    if (!c->any) {
        jo_null(o);
        n = 0;
    } else {
        jo_object(o);
    }
    for (uint64_t i = 0; i < n; i++) {
        jo_hex(o, BYTES_OF(c->slots[i].hash));
        buf_put_u8(o->buf, ':');
        o->comma = false;
        jo_object(o);
        JO_KEY_HEX(o, "key", c->slots[i].key);
        JO_KEY_HEX(o, "value", c->slots[i].value);
        jo_end_object(o);
    }
    if (c->any) jo_end_object(o);
    jo_key(o, "nextKey");
    if (n < c->count)
        jo_hex(o, BYTES_OF(c->slots[n].hash));
    else
        jo_null(o);
    jo_end_object(o);
}

/* The state before the block's transaction with that place in the EVM list. */
static bool open_before(struct rpc_call *c, uint64_t height, uint64_t place,
                        struct chain_reader **r) {
    struct chain_tx tx;
    if (!debug_replay_open(c, height, r)) return false;
    bool ok = true;
    while (ok && chain_replay_peek(*r, &tx) && (tx.evm_index == UINT32_MAX || tx.evm_index < place))
        ok = debug_replay_next(c, *r);
    if (ok && place > 0 && place >= chain_replay_block(*r)->evm_count)
        ok = rpc_fail(c, RPC_SERVER_ERROR, "transaction index %llu out of range for block #%llu",
                      (unsigned long long)place, (unsigned long long)height);
    if (!ok) chain_reader_close(*r);
    return ok;
}

bool debug_storage_range_at(struct rpc_call *c) {
    struct collected found = {0};
    struct chain_reader *r;
    struct b20 address;
    struct bytes start;
    uint64_t newest = 0, height, place, most;
    st_store_height(chain_store(c->node->chain), &newest);
    if (!eth_count_args(c, 5, 5) || !eth_height_at(c, rpc_param(c, 0), newest, &height) ||
        !rpc_quantity(c, rpc_param(c, 1), "transaction index", &place) ||
        !eth_arg_address(c, ETH_ARG(2), rpc_param(c, 2), &address) ||
        !eth_arg_bytes(c, ETH_ARG(3), rpc_param(c, 3), &start) ||
        !rpc_quantity(c, rpc_param(c, 4), "number of results", &most))
        return false;
    memcpy(found.from.b, start.p, min_u64(start.n, sizeof found.from.b));
    if (!open_before(c, height, place, &r)) return false;
    struct st_journal *j = chain_reader_journal(r);
    st_begin_tx(j);
    st_visit_slots(j, st_account(j, &address), collect, &found);
    st_end_tx(j, false);
    chain_reader_close(r);
    bool ok = found.too_many ? rpc_fail(c, RPC_LIMIT_EXCEEDED,
                                        "the contract has more than %d slots there", SLOTS_MAX)
                             : true;
    if (found.count) qsort(found.slots, found.count, sizeof *found.slots, by_hash);
    if (ok) put_slots(c->out, &found, min_u64(most, RESULTS_MAX));
    free(found.slots);
    return ok;
}
