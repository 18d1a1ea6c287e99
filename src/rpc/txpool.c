/* txpool_: the Ethereum transactions that wait, as go-ethereum shows them. */
#include "rpc/dev.h"

#include <stdio.h>

#include "crypto/crypto.h"
#include "rpc/eth_args.h"

/* The address with EIP-55's checksum in the case of its letters. */
static void checksum_text(char out[43], const struct b20 *address) {
    static const char digits[] = "0123456789abcdef";
    char lower[40];
    struct b32 hash;
    for (size_t i = 0; i < 40; i++)
        lower[i] = digits[i % 2 ? address->b[i / 2] & 15 : address->b[i / 2] >> 4];
    keccak256(&hash, BYTES_OF(lower));
    memcpy(out, "0x", 2);
    for (size_t i = 0; i < 40; i++) {
        unsigned nibble = i % 2 ? hash.b[i / 2] & 15u : hash.b[i / 2] >> 4;
        bool upper = lower[i] >= 'a' && nibble >= 8;
        out[2 + i] = upper ? (char)(lower[i] - 'a' + 'A') : lower[i];
    }
    out[42] = 0;
}

/* The entries of one kind, by sender and nonce. */
struct listing {
    struct rpc_call *call;
    struct mempool_view *list;
    size_t count;
    void (*put)(struct rpc_call *c, const struct mempool_view *v);
};

static struct b20 sender_of(const struct mempool_view *v) {
    struct b20 address;
    memcpy(address.b, v->sender.b, 20);
    return address;
}

static void put_nonce(struct rpc_call *c, const struct mempool_view *v,
                      void (*put)(struct rpc_call *c, const struct mempool_view *v)) {
    char nonce[24];
    snprintf(nonce, sizeof nonce, "%llu", (unsigned long long)v->nonce);
    jo_key(c->out, nonce);
    put(c, v);
}

static void put_kind(const struct listing *l, const char *kind, bool pending) {
    struct json_out *o = l->call->out;
    const struct mempool_view *open = NULL;
    jo_key(o, kind);
    jo_object(o);
    for (size_t i = 0; i < l->count; i++) {
        const struct mempool_view *v = &l->list[i];
        if (v->vm != ST_VM_EVM || v->pending != pending) continue;
        if (!open || !b32_eq(&open->sender, &v->sender)) {
            char key[43];
            struct b20 sender = sender_of(v);
            if (open) jo_end_object(o);
            checksum_text(key, &sender);
            jo_key(o, key);
            jo_object(o);
            open = v;
        }
        put_nonce(l->call, v, l->put);
    }
    if (open) jo_end_object(o);
    jo_end_object(o);
}

static void put_both(struct rpc_call *c,
                     void (*put)(struct rpc_call *c, const struct mempool_view *v)) {
    struct listing l = {.call = c, .put = put};
    l.list = chain_pool_list(c->node->chain, c->arena, &l.count);
    jo_object(c->out);
    put_kind(&l, "pending", true);
    put_kind(&l, "queued", false);
    jo_end_object(c->out);
}

static void put_transaction(struct rpc_call *c, const struct mempool_view *v) {
    eth_put_pending(c->out, v->raw, c->arena);
}

static bool content(struct rpc_call *c) {
    if (!eth_count_args(c, 0, 0)) return false;
    put_both(c, put_transaction);
    return true;
}

static bool content_from(struct rpc_call *c) {
    struct b20 from;
    size_t n;
    if (!eth_count_args(c, 1, 1) ||
        !eth_arg_address(c, ETH_ARG(0), json_array_get(c->params, 0), &from))
        return false;
    struct mempool_view *list = chain_pool_list(c->node->chain, c->arena, &n);
    jo_object(c->out);
    for (int queued = 0; queued < 2; queued++) {
        jo_key(c->out, queued ? "queued" : "pending");
        jo_object(c->out);
        for (size_t i = 0; i < n; i++) {
            struct b20 sender = sender_of(&list[i]);
            if (list[i].vm == ST_VM_EVM && list[i].pending == !queued && b20_eq(&sender, &from))
                put_nonce(c, &list[i], put_transaction);
        }
        jo_end_object(c->out);
    }
    jo_end_object(c->out);
    return true;
}

/* "0xTo: 1 wei + 21000 gas × 2000000000 wei" */
static void put_summary(struct rpc_call *c, const struct mempool_view *v) {
    struct evm_tx tx;
    char to[43], value[80], price[80];
    if (err_is(evm_tx_decode(v->raw, c->arena, &tx))) {
        jo_null(c->out);
        return;
    }
    checksum_text(to, &tx.to);
    value[u256_to_dec(value, &tx.value)] = 0;
    price[u256_to_dec(price, &tx.max_fee)] = 0;
    jo_cstring(c->out, arena_printf(c->arena, "%s: %s wei + %llu gas × %s wei",
                                    tx.is_create ? "contract creation" : to, value,
                                    (unsigned long long)tx.gas_limit, price));
}

static bool inspect(struct rpc_call *c) {
    if (!eth_count_args(c, 0, 0)) return false;
    put_both(c, put_summary);
    return true;
}

static bool status(struct rpc_call *c) {
    size_t pending, queued;
    if (!eth_count_args(c, 0, 0)) return false;
    chain_pool_counts(c->node->chain, ST_VM_EVM, &pending, &queued);
    jo_object(c->out);
    jo_key(c->out, "pending");
    jo_quantity(c->out, pending);
    jo_key(c->out, "queued");
    jo_quantity(c->out, queued);
    jo_end_object(c->out);
    return true;
}

/* What of the unlocked accounts waits (go-ethereum); here, all of it. */
static bool pending_transactions(struct rpc_call *c) {
    size_t n;
    if (!eth_count_args(c, 0, 0)) return false;
    struct mempool_view *list = chain_pool_list(c->node->chain, c->arena, &n);
    jo_array(c->out);
    for (size_t i = 0; i < n; i++)
        if (list[i].vm == ST_VM_EVM && list[i].pending)
            eth_put_pending(c->out, list[i].raw, c->arena);
    jo_end_array(c->out);
    return true;
}

const struct rpc_method_row txpool_methods[] = {
    {"txpool_content", content},
    {"txpool_contentFrom", content_from},
    {"txpool_inspect", inspect},
    {"txpool_status", status},
    {"eth_pendingTransactions", pending_transactions},
    {NULL, NULL},
};
