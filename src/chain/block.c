/* Blocks: places in the lists, the Ethereum header, indexes, sealing. */
#include "chain/internal.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

#include <assert.h>
#include <stdlib.h>

/* The type byte of a shadow in the EVM list: what OP-stack chains use for transactions that nobody
 * signed. */
enum { SHADOW_TX_TYPE = 0x7e };

/* ---- Headers */

void chain_block_take_header(struct chain_block *b, const struct eth_header *h) {
    b->height = h->number;
    b->timestamp_us = h->timestamp * 1000000;
    b->parent_hash = h->parent_hash;
    b->roots.evm = h->state_root;
    b->transactions_root = h->transactions_root;
    b->receipts_root = h->receipts_root;
    b->gas_limit = h->gas_limit;
    b->base_fee = h->base_fee;
    b->coinbase = h->coinbase;
    b->prev_randao = h->mix_hash;
    b->header_fields = h->fields;
    b->ommers_hash = h->ommers_hash;
    b->difficulty = h->difficulty;
    b->extra_bytes = (uint8_t)h->extra.n;
    if (h->extra.n) memcpy(b->extra, h->extra.p, h->extra.n);
    memcpy(b->nonce, h->nonce, sizeof b->nonce);
    b->withdrawals_root = h->withdrawals_root;
    b->blob_gas_used = h->blob_gas_used;
    b->excess_blob_gas = h->excess_blob_gas;
    b->parent_beacon_root = h->parent_beacon_root;
    b->requests_hash = h->requests_hash;
}

struct eth_header chain_block_header(const struct chain_block *b) {
    struct eth_header h = {
        .parent_hash = b->parent_hash,
        .ommers_hash = b->ommers_hash,
        .coinbase = b->coinbase,
        .state_root = b->roots.evm,
        .transactions_root = b->transactions_root,
        .receipts_root = b->receipts_root,
        .difficulty = b->difficulty,
        .number = b->height,
        .gas_limit = b->gas_limit,
        .gas_used = b->gas_used,
        .timestamp = b->timestamp_us / 1000000,
        .extra = {b->extra, b->extra_bytes},
        .mix_hash = b->prev_randao,
        .fields = b->header_fields,
        .base_fee = b->base_fee,
        .withdrawals_root = b->withdrawals_root,
        .blob_gas_used = b->blob_gas_used,
        .excess_blob_gas = b->excess_blob_gas,
        .parent_beacon_root = b->parent_beacon_root,
        .requests_hash = b->requests_hash,
    };
    memcpy(h.logs_bloom, b->logs_bloom, sizeof h.logs_bloom);
    memcpy(h.nonce, b->nonce, sizeof h.nonce);
    return h;
}

void chain_header_rlp(struct buf *out, const struct chain_block *b) {
    struct eth_header h = chain_block_header(b);
    eth_header_encode(out, &h);
}

struct eth_rules chain_rules_after(const struct chain *c, const struct chain_block *parent,
                                   uint64_t timestamp) {
    return eth_rules_at(&c->schedule, parent->height + 1, timestamp, &parent->total_difficulty);
}

uint64_t chain_next_gas_limit(const struct chain *c, const struct chain_block *parent,
                              uint64_t timestamp, uint64_t desired) {
    if (!c->is_ethereum) return desired;
    struct eth_header before = chain_block_header(parent);
    struct eth_rules rules = chain_rules_after(c, parent, timestamp);
    return eth_next_gas_limit(&rules, &before, desired);
}

struct u256 chain_next_blob_base_fee(const struct chain *c, const struct chain_block *parent) {
    struct eth_header before = chain_block_header(parent);
    struct eth_rules rules = chain_rules_after(c, parent, parent->timestamp_us / 1000000);
    if (parent->fork < EVM_CANCUN || rules.fork < EVM_CANCUN) return U256_ZERO;
    return evm_blob_base_fee(eth_next_excess_blob_gas(&rules, &before),
                             rules.blobs.update_fraction);
}

struct u256 chain_next_base_fee(const struct chain_block *parent) {
    struct eth_header h = chain_block_header(parent);
    return eth_next_base_fee(&h);
}

/* ---- Opening and adding */

/* The chain's randomness is a function of its past: reproducible, and no secret. */
static struct b32 next_randao(const struct chain_block *parent) {
    struct b32 out;
    keccak256(&out, BYTES_OF(parent->hash));
    return out;
}

/* What the header says beyond its parent's before anything was executed. */
static void open_header(const struct chain *c, struct chain_block *h,
                        const struct chain_block *parent) {
    struct eth_header before = chain_block_header(parent);
    struct eth_rules rules = chain_rules_after(c, parent, h->timestamp_us / 1000000);
    h->height = parent->height + 1;
    h->parent_hash = parent->hash;
    h->fork = rules.fork;
    h->header_fields = eth_header_fields(rules.fork);
    h->difficulty = eth_difficulty(&rules, &before, h->height, h->timestamp_us / 1000000);
    u256_add(&h->total_difficulty, &parent->total_difficulty, &h->difficulty);
    h->base_fee = rules.fork >= EVM_LONDON ? eth_next_base_fee(&before) : U256_ZERO;
    h->gas_limit = c->options.gas_limit;
    h->ommers_hash = ETH_EMPTY_OMMERS;
    if (rules.dao_extra) {
        memcpy(h->extra, "dao-hard-fork", 13);
        h->extra_bytes = 13;
    }
    if (rules.merged) h->prev_randao = next_randao(parent);
    if (rules.fork >= EVM_SHANGHAI) h->withdrawals_root = ST_EMPTY_TRIE_ROOT;
    if (rules.fork >= EVM_PRAGUE) h->requests_hash = ETH_EMPTY_REQUESTS;
    h->excess_blob_gas = eth_next_excess_blob_gas(&rules, &before);
    struct eth_header now = chain_block_header(h);
    h->blob_base_fee = eth_blob_base_fee(&rules, &now);
    h->blobs_max = rules.blobs.max;
}

void chain_block_open(struct chain *c, struct chain_open_block *b, const struct chain_block *parent,
                      uint64_t timestamp_us) {
    *b = (struct chain_open_block){0};
    arena_init(&b->arena, 0);
    b->head.timestamp_us = timestamp_us;
    if (!parent) return;
    open_header(c, &b->head, parent);
    b->body.has_withdrawals = b->head.fork >= EVM_SHANGHAI;
    b->head.solana_count = parent->solana_count;
    b->head.first_version = parent->last_version + 1;
    b->next_version = b->head.first_version + 1; /* the first one is the block's metadata */
}

void chain_block_close(struct chain_open_block *b) {
    arena_free(&b->arena);
    free(b->txs);
}

struct b32 chain_shadow_hash(enum st_vm vm, const struct b32 *root) {
    uint8_t in[64];
    size_t n;
    struct b32 out;
    if (vm == ST_VM_EVM) {
        n = sizeof "TERN::shadow::evm" - 1;
        memcpy(in, "TERN::shadow::evm", n);
    } else {
        n = sizeof "TERN::shadow::move" - 1;
        memcpy(in, "TERN::shadow::move", n);
    }
    memcpy(in + n, root->b, 32);
    if (vm == ST_VM_EVM)
        keccak256(&out, bytes_make(in, n + 32));
    else
        sha3_256(&out, bytes_make(in, n + 32));
    return out;
}

static bool touched(const struct chain_tx *tx, enum st_vm vm) {
    if (tx->vm == vm) return true;
    for (uint32_t i = 1; i < tx->leg_count; i++)
        if (tx->legs[i].vm == vm && xvm_leg_stands(&tx->legs[i])) return true;
    return false;
}

static uint32_t count_evm_logs(const struct chain_tx *tx) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < tx->log_count; i++) n += tx->logs[i].vm == ST_VM_EVM;
    return n;
}

void chain_block_add(struct chain_open_block *b, struct chain_tx *tx) {
    tx->height = b->head.height;
    tx->index = b->head.root_count;
    if (b->head.root_count == b->txs_cap) {
        b->txs_cap = b->txs_cap ? 2 * b->txs_cap : 16;
        b->txs = xrealloc(b->txs, b->txs_cap * sizeof *b->txs);
    }
    b->txs[b->head.root_count++] = tx;
    b->head.gas_used += tx->common_gas_used;
    b->head.solana_count += chain_in_solana(tx);
    tx->evm_index = UINT32_MAX;
    tx->version = UINT64_MAX;
    if (!tx->genesis && touched(tx, ST_VM_EVM)) {
        tx->evm_index = b->head.evm_count++;
        b->evm_gas += tx->common_gas_used;
        tx->evm_cumulative_gas = b->evm_gas;
        tx->evm_log_first = b->evm_logs;
        b->evm_logs += count_evm_logs(tx);
        if (tx->vm != ST_VM_EVM) tx->evm_hash = chain_shadow_hash(ST_VM_EVM, &tx->hash);
    }
    if (touched(tx, ST_VM_MOVE)) {
        tx->version = b->next_version++;
        if (tx->vm != ST_VM_MOVE) tx->move_hash = chain_shadow_hash(ST_VM_MOVE, &tx->hash);
    }
}

/* ---- The Ethereum block */

void chain_bloom_add(uint8_t bloom[256], const struct st_log *log) {
    eth_bloom_add(bloom, log);
}

bool chain_evm_ok(const struct chain_tx *tx) {
    bool ok = tx->ok;
    for (uint32_t i = 0; tx->vm != ST_VM_EVM && i < tx->leg_count; i++)
        ok &= tx->legs[i].vm != ST_VM_EVM || tx->legs[i].ok || !xvm_leg_stands(&tx->legs[i]);
    return ok;
}

static void add_tx_bloom(uint8_t bloom[256], const struct chain_tx *tx) {
    for (uint32_t i = 0; i < tx->log_count; i++)
        if (tx->logs[i].vm == ST_VM_EVM) eth_bloom_add(bloom, &tx->logs[i]);
}

static void put_receipt(struct buf *out, const struct chain_tx *tx, const uint8_t bloom[256]) {
    struct eth_receipt r = {
        .type = tx->vm == ST_VM_EVM ? (tx->raw.n && tx->raw.p[0] < 0x80 ? tx->raw.p[0] : 0)
                                    : SHADOW_TX_TYPE,
        .ok = chain_evm_ok(tx),
        .has_root = tx->has_state_root,
        .root = tx->state_root,
        .cumulative_gas = tx->evm_cumulative_gas,
        .logs = tx->logs,
        .log_count = tx->log_count,
    };
    memcpy(r.bloom, bloom, sizeof r.bloom);
    eth_receipt_encode(out, &r);
}

void chain_receipt_rlp(struct buf *out, const struct chain_tx *tx) {
    uint8_t bloom[256] = {0};
    add_tx_bloom(bloom, tx);
    put_receipt(out, tx, bloom);
}

void chain_evm_entry(struct buf *out, const struct chain_tx *tx) {
    if (tx->vm == ST_VM_EVM) {
        buf_put_bytes(out, tx->raw);
        return;
    }
    /* A shadow: type ‖ [root hash, root's machine, gas used]. What it did follows from the root. */
    buf_put_u8(out, SHADOW_TX_TYPE);
    size_t list = rlp_list_begin(out);
    rlp_put_bytes(out, BYTES_OF(tx->hash));
    rlp_put_u64(out, tx->vm);
    rlp_put_u64(out, tx->common_gas_used);
    rlp_list_end(out, list);
}

/* Of each transaction of the EVM list, in order, its entry and its receipt; the block's bloom is
 * made on the way. */
static void list_items(struct chain_open_block *b, struct bytes *entries, struct bytes *receipts) {
    struct buf value = {0};
    size_t n = 0;
    for (uint32_t i = 0; i < b->head.root_count; i++) {
        const struct chain_tx *tx = b->txs[i];
        uint8_t bloom[256] = {0};
        if (tx->evm_index == UINT32_MAX) continue;
        buf_clear(&value);
        chain_evm_entry(&value, tx);
        entries[n] = arena_copy(&b->arena, buf_bytes(&value));
        add_tx_bloom(bloom, tx);
        for (size_t k = 0; k < sizeof bloom; k++) b->head.logs_bloom[k] |= bloom[k];
        buf_clear(&value);
        put_receipt(&value, tx, bloom);
        receipts[n++] = arena_copy(&b->arena, buf_bytes(&value));
    }
    buf_free(&value);
}

static void put_block_rlp(struct buf *out, const struct chain_block *head,
                          const struct bytes *entries, const struct chain_body *body) {
    struct eth_block block = {.header = chain_block_header(head),
                              .transaction_count = head->evm_count,
                              .ommers = body->ommers,
                              .ommer_count = body->ommer_count,
                              .has_withdrawals = body->has_withdrawals,
                              .withdrawals = body->withdrawals,
                              .withdrawal_count = body->withdrawal_count};
    block.transactions = xcalloc(head->evm_count + 1u, sizeof *block.transactions);
    for (uint32_t i = 0; i < head->evm_count; i++) block.transactions[i].raw = entries[i];
    eth_block_encode(out, &block);
    free(block.transactions);
}

static void finish_header(struct chain *c, struct chain_open_block *b) {
    struct buf rlp = {0};
    struct bytes *entries = ARENA_ARRAY(&b->arena, struct bytes, b->head.evm_count);
    struct bytes *receipts = ARENA_ARRAY(&b->arena, struct bytes, b->head.evm_count);
    list_items(b, entries, receipts);
    b->head.transactions_root = eth_list_root(entries, b->head.evm_count);
    b->head.receipts_root = eth_list_root(receipts, b->head.evm_count);
    b->head.last_version = b->head.height ? b->next_version : 0; /* the state checkpoint */
    if (!c->is_ethereum) { /* extraData commits to every machine's state */
        memcpy(b->head.extra, b->head.roots.world.b, sizeof b->head.extra);
        b->head.extra_bytes = sizeof b->head.extra;
    }
    chain_header_rlp(&rlp, &b->head);
    keccak256(&b->head.hash, buf_bytes(&rlp));
    buf_clear(&rlp);
    put_block_rlp(&rlp, &b->head, entries, &b->body);
    b->head.encoded_bytes = rlp.n;
    buf_free(&rlp);
}

bool chain_block_rlp(struct chain_reader *r, uint64_t height, struct buf *out) {
    struct chain_block head;
    struct chain_body body;
    struct chain_tx tx;
    struct arena *arena = chain_reader_arena(r);
    if (!chain_block_at(r, height, &head) || !chain_body_at(r, height, &body)) return false;
    struct bytes *entries = ARENA_ARRAY(arena, struct bytes, head.evm_count);
    struct buf entry = {0};
    for (uint32_t i = 0; i < head.root_count; i++) {
        if (!chain_tx_at(r, height, i, &tx) || tx.evm_index >= head.evm_count) continue;
        buf_clear(&entry);
        chain_evm_entry(&entry, &tx);
        entries[tx.evm_index] = arena_copy(arena, buf_bytes(&entry));
    }
    buf_free(&entry);
    put_block_rlp(out, &head, entries, &body);
    return true;
}

/* ---- Records */

/* Puts records until one fails. */
struct writer {
    struct st_store *store;
    struct err err;
};

static void put(struct writer *w, enum st_table table, struct bytes key, struct bytes value) {
    if (!err_is(w->err)) w->err = st_seal_put(w->store, table, key, value);
}

static void put_place(struct writer *w, enum st_table table, struct bytes key,
                      const struct chain_tx *tx, uint8_t kind) {
    uint8_t place[13];
    store_be64(place, tx->height);
    store_be32(place + 8, tx->index);
    place[12] = kind;
    put(w, table, key, BYTES_OF(place));
}

static void put_event_index(struct writer *w, const struct chain_tx *tx, const struct st_log *log) {
    uint8_t key[48], value[12];
    if (log->guid_creation_number == 0 && b32_is_zero(&log->guid_address))
        return; /* a module event has no handle */
    memcpy(key, log->guid_address.b, 32);
    store_be64(key + 32, log->guid_creation_number);
    store_be64(key + 40, log->sequence_number);
    store_be64(value, tx->height);
    store_be32(value + 8, tx->index);
    put(w, ST_TABLE_EVENT, BYTES_OF(key), BYTES_OF(value));
}

/* What is in Solana's list: found by its message if it is a root there, by its first signature, and
 * by every key that it or a leg of its tail names. */
static void put_solana_index(struct writer *w, const struct chain_tx *tx, struct arena *arena) {
    struct chain_solana_view view;
    uint8_t key[44];
    struct arena_mark mark = arena_mark(arena);
    if (chain_solana_view(tx, arena, &view)) {
        struct b32 signature = chain_solana_signature_key(view.tx.signatures[0]);
        if (!view.is_shadow) put_place(w, ST_TABLE_TX, BYTES_OF(tx->hash), tx, ST_VM_SVM);
        put_place(w, ST_TABLE_TX, BYTES_OF(signature), tx, ST_VM_SVM);
        store_be64(key + 32, tx->height);
        store_be32(key + 40, tx->index);
        for (size_t i = 0; i < view.key_count; i++) {
            memcpy(key, &view.keys[i].key, 32);
            put(w, ST_TABLE_SOLANA_KEY, BYTES_OF(key), (struct bytes){NULL, 0});
        }
    }
    arena_release(arena, mark);
}

static void put_tx(struct writer *w, const struct chain_tx *tx) {
    uint8_t key[48];
    struct buf record = {0};
    store_be64(key, tx->height);
    store_be32(key + 8, tx->index);
    chain_tx_encode(&record, tx);
    put(w, ST_TABLE_RECEIPT, bytes_make(key, 12), buf_bytes(&record));
    buf_free(&record);
    if (tx->evm_index != UINT32_MAX)
        put_place(w, ST_TABLE_TX, BYTES_OF(tx->evm_hash), tx, ST_VM_EVM);
    if (tx->version != UINT64_MAX) {
        put_place(w, ST_TABLE_TX, BYTES_OF(tx->move_hash), tx, ST_VM_MOVE);
        store_be64(key, tx->version);
        put_place(w, ST_TABLE_MOVE_VERSION, bytes_make(key, 8), tx,
                  tx->genesis ? CHAIN_VERSION_GENESIS : CHAIN_VERSION_USER);
    }
    for (uint32_t i = 0; i < tx->log_count; i++) {
        if (tx->logs[i].vm == ST_VM_MOVE) put_event_index(w, tx, &tx->logs[i]);
    }
}

/* Which accounts a transaction was about: those whose resources it changed. */
static void put_touched(struct writer *w, const struct chain_tx *tx) {
    uint8_t key[40];
    static const uint8_t sent[1] = {0};
    store_be64(key + 32, tx->version);
    for (uint32_t i = 0; i < tx->change_count; i++) {
        const struct chain_change *change = &tx->changes[i];
        if (change->domain == ST_MOVE_MODULE || change->domain == ST_MOVE_TABLE_ITEM) continue;
        memcpy(key, change->key.p, 32);
        put(w, ST_TABLE_ACCOUNT_VERSION, BYTES_OF(key), BYTES_OF(sent));
    }
}

static void put_account_tx(struct writer *w, const struct chain_tx *tx) {
    uint8_t key[40], value[8];
    static const uint8_t sent[1] = {1};
    memcpy(key, tx->move_sender.b, 32);
    store_be64(key + 32, tx->version);
    put(w, ST_TABLE_ACCOUNT_VERSION, BYTES_OF(key), BYTES_OF(sent));
    if (tx->move_sequence_number == UINT64_MAX) return; /* orderless */
    store_be64(key + 32, tx->move_sequence_number);
    store_be64(value, tx->version);
    put(w, ST_TABLE_ACCOUNT_TX, BYTES_OF(key), BYTES_OF(value));
}

static void put_versions(struct writer *w, const struct chain_block *h) {
    struct chain_tx place = {.height = h->height};
    uint8_t key[8];
    if (!h->height) return;
    store_be64(key, h->first_version);
    put_place(w, ST_TABLE_MOVE_VERSION, BYTES_OF(key), &place, CHAIN_VERSION_BLOCK);
    store_be64(key, h->last_version);
    put_place(w, ST_TABLE_MOVE_VERSION, BYTES_OF(key), &place, CHAIN_VERSION_CHECKPOINT);
}

static void put_block(struct writer *w, struct chain_open_block *b) {
    uint8_t height[8];
    struct buf record = {0};
    store_be64(height, b->head.height);
    chain_block_encode(&record, &b->head);
    put(w, ST_TABLE_BLOCK, BYTES_OF(height), buf_bytes(&record));
    put(w, ST_TABLE_BLOCK_HASH, BYTES_OF(b->head.hash), BYTES_OF(height));
    buf_free(&record);
    put_versions(w, &b->head);
    for (uint32_t i = 0; i < b->head.root_count; i++) {
        const struct chain_tx *tx = b->txs[i];
        put_tx(w, tx);
        if (tx->version != UINT64_MAX && !tx->genesis) put_touched(w, tx);
        if (tx->vm == ST_VM_MOVE && !tx->genesis) put_account_tx(w, tx);
        if (chain_in_solana(tx)) put_solana_index(w, tx, &b->arena);
    }
    if (!err_is(w->err)) w->err = chain_index_logs(w->store, b);
}

static void put_body(struct writer *w, const struct chain_open_block *b) {
    uint8_t height[8];
    struct buf record = {0};
    store_be64(height, b->head.height);
    chain_body_encode(&record, &b->body);
    put(w, ST_TABLE_BODY, BYTES_OF(height), buf_bytes(&record));
    buf_free(&record);
    if (b->genesis_config.n) put(w, ST_TABLE_META, BYTES_LIT("genesis config"), b->genesis_config);
}

static bool as_expected(const struct chain_open_block *b, const struct eth_header *expected,
                        struct eth_refusal *why) {
    if (!expected) return true;
    if (!eth_check_state_root(expected, &b->head.roots.evm, why)) return false;
    /* Every field was compared before, so this cannot differ; it would be a defect of ours. */
    struct b32 hash = eth_header_hash(expected);
    assert(b32_eq(&hash, &b->head.hash));
    return true;
}

struct err chain_block_seal(struct chain *c, struct chain_open_block *b,
                            const struct eth_header *expected, struct eth_refusal *why) {
    chain_supply_watch(c);
    struct err e = st_seal_begin(c->store, c->journal, b->head.height, &b->head.roots);
    if (err_is(e)) return e;
    struct writer w = {.store = c->store};
    finish_header(c, b);
    if (!as_expected(b, expected, why)) {
        w.err = err_at(CHAIN_ERR_INVALID, "the block is refused", 0);
    } else {
        put_block(&w, b);
        if (!err_is(w.err)) w.err = chain_index_messages(c, b);
        if (c->is_ethereum) put_body(&w, b);
    }
    struct chain_supply supply;
    if (!err_is(w.err)) w.err = chain_supply_seal(c, b->head.height, &supply);
    if (err_is(w.err)) {
        st_seal_abort(c->store, c->journal);
        return w.err;
    }
    e = st_seal_end(c->store, c->journal);
    if (!err_is(e)) c->supply = supply;
    return e;
}
