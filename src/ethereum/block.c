/* Blocks: encoding, and the roots over their lists. */
#include "codec/codec.h"
#include "crypto/crypto.h"
#include "ethereum/internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- Refusals */

const char *eth_err_name(enum eth_err e) {
    static const char *const names[ETH_ERR_COUNT] = {
        [ETH_OK] = "OK",
#define ETH_ERROR(name, text) [ETH_##name] = #name,
#include "ethereum/errors.def"
#undef ETH_ERROR
    };
    return e < ETH_ERR_COUNT ? names[e] : "UNKNOWN";
}

const char *eth_err_text(enum eth_err e) {
    static const char *const texts[ETH_ERR_COUNT] = {
        [ETH_OK] = "valid",
#define ETH_ERROR(name, text) [ETH_##name] = text,
#include "ethereum/errors.def"
#undef ETH_ERROR
    };
    return e < ETH_ERR_COUNT ? texts[e] : "unknown error";
}

bool eth_refuse(struct eth_refusal *why, enum eth_err code, const char *detail, ...) {
    char more[240] = "";
    if (detail) {
        va_list args;
        va_start(args, detail);
        vsnprintf(more, sizeof more, detail, args);
        va_end(args);
    }
    *why = (struct eth_refusal){.code = code};
    snprintf(why->text, sizeof why->text, "%s%s%s", eth_err_text(code), detail ? ": " : "", more);
    return false;
}

/* ---- Roots */

struct b32 eth_list_root(const struct bytes *items, size_t count) {
    struct arena arena;
    struct buf key = {0};
    arena_init(&arena, 0);
    struct st_trie_pair *pairs = ARENA_ARRAY(&arena, struct st_trie_pair, count);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&key);
        rlp_put_u64(&key, i);
        pairs[i] = (struct st_trie_pair){arena_copy(&arena, buf_bytes(&key)), items[i]};
    }
    struct b32 root = st_trie_root(pairs, count);
    buf_free(&key);
    arena_free(&arena);
    return root;
}

struct b32 eth_transactions_root(const struct eth_tx *txs, size_t count) {
    struct bytes *items = xcalloc(count ? count : 1, sizeof *items);
    for (size_t i = 0; i < count; i++) items[i] = txs[i].raw;
    struct b32 root = eth_list_root(items, count);
    free(items);
    return root;
}

static void put_withdrawal(struct buf *out, const struct eth_withdrawal *w) {
    size_t list = rlp_list_begin(out);
    rlp_put_u64(out, w->index);
    rlp_put_u64(out, w->validator);
    rlp_put_bytes(out, BYTES_OF(w->address));
    rlp_put_u64(out, w->amount);
    rlp_list_end(out, list);
}

struct b32 eth_withdrawals_root(const struct eth_withdrawal *w, size_t count) {
    struct arena arena;
    struct buf b = {0};
    arena_init(&arena, 0);
    struct bytes *items = ARENA_ARRAY(&arena, struct bytes, count);
    for (size_t i = 0; i < count; i++) {
        buf_clear(&b);
        put_withdrawal(&b, &w[i]);
        items[i] = arena_copy(&arena, buf_bytes(&b));
    }
    struct b32 root = eth_list_root(items, count);
    buf_free(&b);
    arena_free(&arena);
    return root;
}

void eth_ommers_encode(struct buf *out, const struct eth_header *ommers, size_t count) {
    size_t list = rlp_list_begin(out);
    for (size_t i = 0; i < count; i++) eth_header_encode(out, &ommers[i]);
    rlp_list_end(out, list);
}

void eth_withdrawals_encode(struct buf *out, const struct eth_withdrawal *w, size_t count) {
    size_t list = rlp_list_begin(out);
    for (size_t i = 0; i < count; i++) put_withdrawal(out, &w[i]);
    rlp_list_end(out, list);
}

struct b32 eth_ommers_hash(const struct eth_header *ommers, size_t count) {
    struct buf b = {0};
    struct b32 hash;
    eth_ommers_encode(&b, ommers, count);
    keccak256(&hash, buf_bytes(&b));
    buf_free(&b);
    return hash;
}

/* ---- Encoding */

void eth_block_encode(struct buf *out, const struct eth_block *b) {
    size_t block = rlp_list_begin(out);
    eth_header_encode(out, &b->header);
    size_t txs = rlp_list_begin(out);
    for (size_t i = 0; i < b->transaction_count; i++) {
        struct bytes raw = b->transactions[i].raw;
        if (raw.n && raw.p[0] >= 0xc0)
            buf_put_bytes(out, raw); /* a legacy transaction is a list */
        else
            rlp_put_bytes(out, raw); /* a typed one a string (EIP-2718) */
    }
    rlp_list_end(out, txs);
    eth_ommers_encode(out, b->ommers, b->ommer_count);
    if (b->has_withdrawals) eth_withdrawals_encode(out, b->withdrawals, b->withdrawal_count);
    rlp_list_end(out, block);
}

/* ---- Decoding */

static void read_ommers(struct rlp_reader *r, struct arena *arena, const struct eth_header **out,
                        size_t *count) {
    rlp_open(r, "uncles");
    *count = 0;
    size_t room = eth_count_items(r);
    struct eth_header *list = ARENA_ARRAY(arena, struct eth_header, room);
    while (rlp_more(r)) {
        assert(*count < room);
        eth_header_read(r, &list[(*count)++]);
    }
    rlp_close(r);
    *out = list;
}

static void read_withdrawals(struct rlp_reader *r, struct arena *arena,
                             const struct eth_withdrawal **out, size_t *count) {
    rlp_open(r, "withdrawals");
    *count = 0;
    size_t room = eth_count_items(r);
    struct eth_withdrawal *list = ARENA_ARRAY(arena, struct eth_withdrawal, room);
    while (rlp_more(r)) {
        assert(*count < room);
        struct eth_withdrawal *w = &list[(*count)++];
        rlp_open(r, "withdrawal");
        w->index = rlp_u64(r, "index");
        w->validator = rlp_u64(r, "validatorIndex");
        rlp_fixed(r, "address", w->address.b, sizeof w->address);
        w->amount = rlp_u64(r, "amount");
        rlp_close(r);
    }
    rlp_close(r);
    *out = list;
}

struct err eth_ommers_decode(struct bytes in, struct arena *arena, const struct eth_header **out,
                             size_t *count) {
    struct rlp_reader r = rlp_reader(in, arena);
    read_ommers(&r, arena, out, count);
    return rlp_finish(&r);
}

struct err eth_withdrawals_decode(struct bytes in, struct arena *arena,
                                  const struct eth_withdrawal **out, size_t *count) {
    struct rlp_reader r = rlp_reader(in, arena);
    read_withdrawals(&r, arena, out, count);
    return rlp_finish(&r);
}

static void read_transactions(struct rlp_reader *r, struct arena *arena, struct eth_block *b) {
    rlp_open(r, "transactions");
    size_t room = eth_count_items(r);
    b->transactions = ARENA_ARRAY(arena, struct eth_tx, room);
    while (rlp_more(r)) {
        assert(b->transaction_count < room);
        struct rlp_item item = rlp_item(r, "transaction");
        b->transactions[b->transaction_count++].raw = item.is_list ? item.whole : item.payload;
    }
    rlp_close(r);
}

/* A string in the list must be an envelope: the bare bytes of a legacy transaction are none. */
static bool decode_transactions(struct eth_block *b, struct arena *arena, struct eth_refusal *why) {
    for (size_t i = 0; i < b->transaction_count; i++) {
        struct eth_tx *t = &b->transactions[i];
        struct err e = evm_tx_decode(t->raw, arena, &t->tx);
        if (err_is(e)) {
            eth_refuse(why, ETH_RLP_STRUCTURES_ENCODING, "transaction %zu: %s", i, e.text);
            why->tx_index = (uint32_t)i;
            return false;
        }
        keccak256(&t->hash, t->raw);
    }
    return true;
}

bool eth_block_decode(struct bytes in, struct arena *arena, struct eth_block *b, size_t *used,
                      struct eth_refusal *why) {
    struct bytes rest = in;
    struct rlp_item whole;
    *b = (struct eth_block){0};
    struct err e = rlp_next(&rest, &whole);
    if (err_is(e)) return eth_refuse(why, ETH_RLP_STRUCTURES_ENCODING, "%s", e.text);
    if (used) *used = whole.whole.n;
    struct rlp_reader r = rlp_reader(used ? whole.whole : in, arena);
    rlp_open(&r, "block");
    eth_header_read(&r, &b->header);
    read_transactions(&r, arena, b);
    read_ommers(&r, arena, &b->ommers, &b->ommer_count);
    b->has_withdrawals = rlp_more(&r);
    if (b->has_withdrawals) read_withdrawals(&r, arena, &b->withdrawals, &b->withdrawal_count);
    rlp_close(&r);
    e = rlp_finish(&r);
    if (err_is(e) && b->header.fields && !eth_header_has_form(&b->header))
        return eth_refuse(why, ETH_INCORRECT_BLOCK_FORMAT, "%u fields", b->header.fields);
    if (err_is(e))
        return eth_refuse(why, ETH_RLP_STRUCTURES_ENCODING, "%s (at byte %llu)", e.text, ULL(e.at));
    b->size = whole.whole.n;
    b->hash = eth_header_hash(&b->header);
    return decode_transactions(b, arena, why);
}
