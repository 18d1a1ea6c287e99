/* What the gateway in the SVM tells those of the other machines. */
#include "cross/gateway_spl.h"
#include "cross/internal.h"
#include "cross/messenger.h"
#include "cross/tokens.h"

static const struct b32 zeros;

static void put_u64_be(struct buf *b, uint64_t v) {
    uint8_t word[32] = {0};
    store_be64(word + 24, v);
    buf_put(b, word, sizeof word);
}

static void put_vec(struct buf *b, struct bytes v) {
    uint32_t n = (uint32_t)v.n;
    buf_put(b, &n, sizeof n);
    buf_put_bytes(b, v);
}

static bool is_evm_address(const struct b32 *to) {
    return memcmp(to, &zeros, 12) == 0 && memcmp(to, &zeros, 31) != 0;
}

/* arrive(bytes32 id, address to, uint64 units, bytes32 sender, bytes data) */
static void put_evm_call(struct buf *b, const struct xvm_arrival *a, const struct b20 *to) {
    static const uint8_t selector[] = {0x53, 0x33, 0x60, 0xcf};
    buf_put(b, selector, sizeof selector);
    buf_put(b, &a->id, 32);
    buf_put(b, &zeros, 12);
    buf_put(b, to, 20);
    put_u64_be(b, a->units);
    buf_put(b, &a->sender, 32);
    put_u64_be(b, 5 * 32);
    put_u64_be(b, a->data.n);
    buf_put_bytes(b, a->data);
    buf_put(b, &zeros, (32 - a->data.n % 32) % 32);
}

/* Kept if it fails, and anybody may retry it. */
static void put_options(struct buf *b) {
    /* deadline, gas, value, refund_to, callback, callback_gas, on_success */
    static const uint8_t rest[8 + 8 + 8 + 1 + 1 + 8 + 1];
    buf_put_u8(b, XVM_KEEP);
    buf_put_u8(b, 1);
    buf_put(b, rest, sizeof rest);
}

/* What fails there fails here. */
static void put_call(struct buf *b) {
    static const uint8_t rest[8 + 8]; /* units, value */
    buf_put_u8(b, XVM_SYNC_MUST);
    buf_put(b, rest, sizeof rest);
}

static void to_evm(struct st_journal *j, const struct xvm_arrival *a, struct buf *out) {
    struct xvm_actor given = xvm_wide_actor(ST_VM_SVM, &a->to);
    struct b20 to = xvm_address_to_evm(j, &given);
    struct buf call = {0};
    put_evm_call(&call, a, &to);
    buf_put_u8(out, a->now ? XVM_SYNC_EVM : XVM_SEND_EVM);
    buf_put(out, &XVM_GATEWAY_ADDRESS, 20);
    put_vec(out, buf_bytes(&call));
    buf_free(&call);
}

static void to_move(const struct xvm_arrival *a, struct buf *out) {
    static const struct b32 framework = {{[31] = 1}};
    struct buf call = {0};
    buf_put(&call, &a->id, 32);
    buf_put(&call, &a->to, 32);
    put_u64_be(&call, a->units);
    buf_put(&call, &a->sender, 32);
    buf_put_u8(out, a->now ? XVM_SYNC_MOVE : XVM_SEND_MOVE);
    buf_put(out, &framework, 32);
    put_vec(out, BYTES_LIT("tern_gateway"));
    put_vec(out, is_evm_address(&a->to) ? BYTES_LIT("arrive(bytes32,address,uint64,bytes32)")
                                        : BYTES_LIT("arrive(bytes32,bytes32,uint64,bytes32)"));
    put_vec(out, (struct bytes){NULL, 0});
    buf_put_u8(out, 0); /* ABI */
    put_vec(out, buf_bytes(&call));
    buf_free(&call);
}

bool xvm_arrival_message(struct st_journal *j, const struct xvm_arrival *a, struct buf *out) {
    if (b32_eq(&a->to, &zeros)) return false;
    if (a->machine == ST_VM_EVM)
        to_evm(j, a, out);
    else if (a->machine == ST_VM_MOVE && !a->data.n)
        to_move(a, out);
    else
        return false;
    if (a->now)
        put_call(out);
    else
        put_options(out);
    return true;
}
