/* Blocks: places in the lists, the Ethereum header, indexes, sealing. */
#include "chain/internal.h"

#include "codec/codec.h"
#include "crypto/crypto.h"

#include <stdlib.h>

/* keccak of the RLP of an empty list, and sha256 of nothing: the ommers' and requests' hashes of
 * every block here. */
static const struct b32 EMPTY_OMMERS = {{0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a,
                                         0xab, 0x85, 0xb5, 0x67, 0xb6, 0xcc, 0xd4, 0x1a,
                                         0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a, 0x74, 0x13,
                                         0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47}};
static const struct b32 EMPTY_REQUESTS = {{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
                                           0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
                                           0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
                                           0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}};

/* The type byte of a shadow in the EVM list: what OP-stack chains use for transactions that nobody
 * signed. */
enum { SHADOW_TX_TYPE = 0x7e };

enum { BASE_FEE_INITIAL = 1000000000, BASE_FEE_CHANGE_DENOMINATOR = 8, ELASTICITY = 2 };

/* ---- Opening and adding */

struct u256 chain_next_base_fee(const struct chain_block *parent) {
    uint64_t target = parent->gas_limit / ELASTICITY;
    struct u256 fee = parent->base_fee, delta, t = u256_from_u64(target),
                eight = u256_from_u64(BASE_FEE_CHANGE_DENOMINATOR);
    if (parent->gas_used == target) return fee;
    bool up = parent->gas_used > target;
    struct u256 gap = u256_from_u64(up ? parent->gas_used - target : target - parent->gas_used);
    u256_mul(&delta, &fee, &gap);
    u256_divmod(&delta, NULL, &delta, &t);
    u256_divmod(&delta, NULL, &delta, &eight);
    if (up) {
        if (u256_is_zero(&delta)) delta = U256_ONE;
        u256_add(&fee, &fee, &delta);
    } else {
        u256_sub(&fee, &fee, &delta);
    }
    return fee;
}

/* The chain's randomness is a function of its past: reproducible, and no secret. */
static struct b32 next_randao(const struct chain_block *parent) {
    struct b32 out;
    keccak256(&out, BYTES_OF(parent->hash));
    return out;
}

void chain_block_open(struct chain *c, struct chain_open_block *b, const struct chain_block *parent,
                      uint64_t timestamp_us) {
    *b = (struct chain_open_block){0};
    arena_init(&b->arena, 0);
    b->txs = xcalloc(CHAIN_BLOCK_TXS_MAX, sizeof(struct chain_tx *));
    b->head = (struct chain_block){.timestamp_us = timestamp_us,
                                   .gas_limit = c->options.gas_limit,
                                   .base_fee = u256_from_u64(BASE_FEE_INITIAL)};
    if (parent) {
        b->head.height = parent->height + 1;
        b->head.parent_hash = parent->hash;
        b->head.base_fee = chain_next_base_fee(parent);
        b->head.prev_randao = next_randao(parent);
        b->head.first_version = parent->last_version + 1;
        b->next_version = b->head.first_version + 1; /* the first one is the block's metadata */
    }
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
        if (tx->legs[i].vm == vm) return true;
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
    b->txs[b->head.root_count++] = tx;
    b->head.gas_used += tx->common_gas_used;
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
    for (uint32_t i = 0; i <= log->topic_count; i++) {
        struct b32 h;
        keccak256(&h, i ? BYTES_OF(log->topics[i - 1]) : BYTES_OF(log->address));
        for (int k = 0; k < 6; k += 2) {
            unsigned bit = ((unsigned)h.b[k] << 8 | h.b[k + 1]) & 2047;
            bloom[255 - bit / 8] |= (uint8_t)(1u << (bit % 8));
        }
    }
}

static void put_receipt_log(struct buf *out, const struct st_log *log) {
    size_t list = rlp_list_begin(out);
    rlp_put_bytes(out, BYTES_OF(log->address));
    size_t topics = rlp_list_begin(out);
    for (uint32_t i = 0; i < log->topic_count; i++) rlp_put_bytes(out, BYTES_OF(log->topics[i]));
    rlp_list_end(out, topics);
    rlp_put_bytes(out, log->data);
    rlp_list_end(out, list);
}

bool chain_evm_ok(const struct chain_tx *tx) {
    bool ok = tx->ok;
    for (uint32_t i = 0; tx->vm != ST_VM_EVM && i < tx->leg_count; i++)
        ok &= tx->legs[i].vm != ST_VM_EVM || tx->legs[i].ok;
    return ok;
}

void chain_receipt_rlp(struct buf *out, const struct chain_tx *tx) {
    uint8_t bloom[256] = {0};
    uint8_t type = tx->vm == ST_VM_EVM ? (tx->raw.n && tx->raw.p[0] < 0x80 ? tx->raw.p[0] : 0)
                                       : SHADOW_TX_TYPE;
    if (type) buf_put_u8(out, type);
    for (uint32_t i = 0; i < tx->log_count; i++)
        if (tx->logs[i].vm == ST_VM_EVM) chain_bloom_add(bloom, &tx->logs[i]);
    size_t list = rlp_list_begin(out);
    rlp_put_u64(out, chain_evm_ok(tx));
    rlp_put_u64(out, tx->evm_cumulative_gas);
    rlp_put_bytes(out, BYTES_OF(bloom));
    size_t logs = rlp_list_begin(out);
    for (uint32_t i = 0; i < tx->log_count; i++)
        if (tx->logs[i].vm == ST_VM_EVM) put_receipt_log(out, &tx->logs[i]);
    rlp_list_end(out, logs);
    rlp_list_end(out, list);
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

/* Root of the trie whose keys are the RLP of the places in the EVM list. */
static struct b32 list_root(struct chain_open_block *b,
                            void (*encode)(struct buf *, const struct chain_tx *)) {
    struct st_trie_pair *pairs = ARENA_ARRAY(&b->arena, struct st_trie_pair, b->head.evm_count);
    struct buf key = {0}, value = {0};
    size_t n = 0;
    for (uint32_t i = 0; i < b->head.root_count; i++) {
        if (b->txs[i]->evm_index == UINT32_MAX) continue;
        buf_clear(&key);
        buf_clear(&value);
        rlp_put_u64(&key, b->txs[i]->evm_index);
        encode(&value, b->txs[i]);
        pairs[n++] = (struct st_trie_pair){arena_copy(&b->arena, buf_bytes(&key)),
                                           arena_copy(&b->arena, buf_bytes(&value))};
        if (encode == chain_evm_entry) b->head.encoded_bytes += value.n;
    }
    buf_free(&key);
    buf_free(&value);
    return st_trie_root(pairs, n);
}

void chain_header_rlp(struct buf *out, const struct chain_block *b) {
    static const uint8_t nonce[8];
    static const struct b32 zero;
    size_t list = rlp_list_begin(out);
    rlp_put_bytes(out, BYTES_OF(b->parent_hash));
    rlp_put_bytes(out, BYTES_OF(EMPTY_OMMERS));
    rlp_put_bytes(out, BYTES_OF(b->coinbase));
    rlp_put_bytes(out, BYTES_OF(b->roots.evm));
    rlp_put_bytes(out, BYTES_OF(b->transactions_root));
    rlp_put_bytes(out, BYTES_OF(b->receipts_root));
    rlp_put_bytes(out, BYTES_OF(b->logs_bloom));
    rlp_put_u64(out, 0); /* difficulty */
    rlp_put_u64(out, b->height);
    rlp_put_u64(out, b->gas_limit);
    rlp_put_u64(out, b->gas_used);
    rlp_put_u64(out, b->timestamp_us / 1000000);
    rlp_put_bytes(out, BYTES_OF(b->roots.world)); /* extraData: commits to every machine's state */
    rlp_put_bytes(out, BYTES_OF(b->prev_randao));
    rlp_put_bytes(out, BYTES_OF(nonce));
    rlp_put_u256(out, &b->base_fee);
    rlp_put_bytes(out, BYTES_OF(ST_EMPTY_TRIE_ROOT)); /* withdrawals: none */
    rlp_put_u64(out, 0);                              /* blob gas used */
    rlp_put_u64(out, 0);                              /* excess blob gas */
    rlp_put_bytes(out, BYTES_OF(zero));               /* parent beacon block root */
    rlp_put_bytes(out, BYTES_OF(EMPTY_REQUESTS));
    rlp_list_end(out, list);
}

static void finish_header(struct chain_open_block *b) {
    struct buf header = {0};
    for (uint32_t i = 0; i < b->head.root_count; i++)
        for (uint32_t k = 0; k < b->txs[i]->log_count; k++)
            if (b->txs[i]->logs[k].vm == ST_VM_EVM)
                chain_bloom_add(b->head.logs_bloom, &b->txs[i]->logs[k]);
    b->head.transactions_root = list_root(b, chain_evm_entry);
    b->head.receipts_root = list_root(b, chain_receipt_rlp);
    b->head.last_version = b->head.height ? b->next_version : 0; /* the state checkpoint */
    chain_header_rlp(&header, &b->head);
    keccak256(&b->head.hash, buf_bytes(&header));
    b->head.encoded_bytes += header.n;
    buf_free(&header);
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

static void put_log_index(struct writer *w, const struct chain_tx *tx, const struct st_log *log) {
    uint8_t key[1 + 32 + 12];
    memcpy(key, log->address.b, 20);
    store_be64(key + 20, tx->height);
    store_be32(key + 28, tx->index);
    put(w, ST_TABLE_LOG_ADDRESS, bytes_make(key, 32), (struct bytes){NULL, 0});
    for (uint32_t i = 0; i < log->topic_count; i++) {
        key[0] = (uint8_t)i;
        memcpy(key + 1, log->topics[i].b, 32);
        store_be64(key + 33, tx->height);
        store_be32(key + 41, tx->index);
        put(w, ST_TABLE_LOG_TOPIC, bytes_make(key, 45), (struct bytes){NULL, 0});
    }
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

static void put_tx(struct writer *w, const struct chain_tx *tx, uint32_t *message_place) {
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
        if (tx->logs[i].vm == ST_VM_EVM)
            put_log_index(w, tx, &tx->logs[i]);
        else
            put_event_index(w, tx, &tx->logs[i]);
    }
    for (uint32_t i = 0; i < tx->message_count; i++) {
        store_be64(key, tx->height);
        store_be32(key + 8, (*message_place)++);
        put(w, ST_TABLE_MESSAGE, bytes_make(key, 12), BYTES_OF(tx->messages[i]));
    }
}

static void put_account_tx(struct writer *w, const struct chain_tx *tx, uint64_t sequence_number) {
    uint8_t key[40], value[8];
    memcpy(key, tx->move_sender.b, 32);
    store_be64(key + 32, sequence_number);
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

static void put_block(struct writer *w, const struct chain_open_block *b) {
    uint8_t height[8];
    uint32_t message_place = 0;
    struct buf record = {0};
    store_be64(height, b->head.height);
    chain_block_encode(&record, &b->head);
    put(w, ST_TABLE_BLOCK, BYTES_OF(height), buf_bytes(&record));
    put(w, ST_TABLE_BLOCK_HASH, BYTES_OF(b->head.hash), BYTES_OF(height));
    buf_free(&record);
    put_versions(w, &b->head);
    for (uint32_t i = 0; i < b->head.root_count; i++) {
        const struct chain_tx *tx = b->txs[i];
        put_tx(w, tx, &message_place);
        if (tx->vm == ST_VM_MOVE && !tx->genesis) put_account_tx(w, tx, tx->move_sequence_number);
    }
}

struct err chain_block_seal(struct chain *c, struct chain_open_block *b) {
    struct err e = st_seal_begin(c->store, c->journal, b->head.height, &b->head.roots);
    if (err_is(e)) return e;
    finish_header(b);
    struct writer w = {.store = c->store};
    put_block(&w, b);
    if (err_is(w.err)) {
        st_seal_abort(c->store, c->journal);
        return w.err;
    }
    return st_seal_end(c->store, c->journal);
}
