/* Writing what a state transition came to, field by field as geth does. */
#include <jansson.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "node/t8n.h"

static json_t *text_of(struct buf *b) {
    json_t *v = json_string(buf_cstr(b));
    buf_free(b);
    return v;
}

static json_t *hex(struct bytes data) {
    struct buf b = {0};
    hex_put(&b, data);
    return text_of(&b);
}

static json_t *quantity(uint64_t n) {
    struct buf b = {0};
    hex_put_u64(&b, n);
    return text_of(&b);
}

static json_t *quantity_u256(const struct u256 *n) {
    struct buf b = {0};
    hex_put_u256(&b, n);
    return text_of(&b);
}

#define SET(o, name, value) json_object_set_new((o), (name), (value))
#define SET_HEX(o, name, x) SET(o, name, hex(BYTES_OF(x)))

/* t8n has no block yet: go-ethereum's stand-in for its hash. */
static const struct b32 no_block = {{0x13, 0x37}};

/* ---- Receipts ---- */

static json_t *log_json(const struct t8n_input *in, const struct t8n_output *out, size_t tx,
                        const struct st_log *log, size_t index) {
    json_t *o = json_object(), *topics = json_array();
    for (uint32_t i = 0; i < log->topic_count; i++)
        json_array_append_new(topics, hex(BYTES_OF(log->topics[i])));
    SET_HEX(o, "address", log->address);
    SET(o, "topics", topics);
    SET(o, "data", hex(log->data));
    SET(o, "blockNumber", quantity(in->env.number));
    SET_HEX(o, "transactionHash", out->included[tx]->hash);
    SET(o, "transactionIndex", quantity(tx));
    SET_HEX(o, "blockHash", no_block);
    SET(o, "blockTimestamp", quantity(in->env.timestamp));
    SET(o, "logIndex", quantity(index));
    SET(o, "removed", json_false());
    return o;
}

static json_t *receipt_json(const struct t8n_input *in, const struct t8n_output *out, size_t i,
                            size_t *log_index) {
    const struct eth_receipt *r = &out->run.receipts[i];
    const struct evm_tx *tx = &out->included[i]->tx;
    json_t *o = json_object(), *logs = json_array();
    for (size_t k = 0; k < r->log_count; k++)
        json_array_append_new(logs, log_json(in, out, i, &r->logs[k], (*log_index)++));
    if (r->type) SET(o, "type", quantity(r->type));
    SET(o, "root", r->has_root ? hex(BYTES_OF(r->root)) : json_string("0x"));
    SET(o, "status", quantity(!r->has_root && r->ok));
    SET(o, "cumulativeGasUsed", quantity(r->cumulative_gas));
    SET_HEX(o, "logsBloom", r->bloom);
    SET(o, "logs", logs);
    SET_HEX(o, "transactionHash", out->included[i]->hash);
    SET_HEX(o, "contractAddress", out->created[i]);
    SET(o, "gasUsed", quantity(r->gas_used));
    SET(o, "effectiveGasPrice", json_null());
    if (tx->type == EVM_TX_BLOB) {
        SET(o, "blobGasUsed", quantity(tx->blob_hash_count * EVM_GAS_PER_BLOB));
        SET(o, "blobGasPrice", quantity_u256(&out->run.env.block.blob_base_fee));
    }
    SET_HEX(o, "blockHash", no_block);
    SET(o, "blockNumber", quantity(in->env.number));
    SET(o, "transactionIndex", quantity(i));
    return o;
}

static json_t *receipts_json(const struct t8n_input *in, const struct t8n_output *out) {
    json_t *list = json_array();
    size_t log_index = 0;
    for (size_t i = 0; i < out->run.receipt_count; i++)
        json_array_append_new(list, receipt_json(in, out, i, &log_index));
    return list;
}

/* ---- The result ---- */

static struct b32 transactions_root(const struct t8n_output *out) {
    size_t n = out->run.receipt_count;
    struct bytes *items = xcalloc(n + 1, sizeof *items);
    for (size_t i = 0; i < n; i++) items[i] = out->included[i]->raw;
    struct b32 root = eth_list_root(items, n);
    free(items);
    return root;
}

static json_t *rejected_json(const struct t8n_output *out) {
    json_t *list = json_array();
    for (size_t i = 0; i < out->rejected_count; i++) {
        json_t *o = json_object();
        SET(o, "index", json_integer((json_int_t)out->rejected[i].index));
        SET(o, "error", json_string(out->rejected[i].text));
        json_array_append_new(list, o);
    }
    return list;
}

static json_t *requests_json(const struct t8n_output *out) {
    if (out->run.rules.fork < EVM_PRAGUE) return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < out->run.requests.count; i++)
        json_array_append_new(list, hex(out->run.requests.list[i]));
    return list;
}

json_t *t8n_result_json(const struct t8n_input *in, const struct t8n_output *out) {
    struct eth_run run = out->run;
    struct b32 txs = transactions_root(out), receipts = eth_run_receipts_root(&run);
    const struct t8n_env *env = &in->env;
    json_t *o = json_object();
    SET_HEX(o, "stateRoot", out->state_root);
    SET_HEX(o, "txRoot", txs);
    SET_HEX(o, "receiptsRoot", receipts);
    SET_HEX(o, "logsHash", out->logs_hash);
    SET_HEX(o, "logsBloom", out->run.bloom);
    SET(o, "receipts", receipts_json(in, out));
    if (out->rejected_count) SET(o, "rejected", rejected_json(out));
    SET(o, "currentDifficulty",
        env->has_difficulty ? quantity_u256(&env->difficulty) : json_null());
    SET(o, "gasUsed", quantity(out->run.gas_used));
    if (env->has_base_fee) SET(o, "currentBaseFee", quantity_u256(&env->base_fee));
    if (env->has_withdrawals) {
        struct b32 root = eth_withdrawals_root(env->withdrawals, env->withdrawal_count);
        SET_HEX(o, "withdrawalsRoot", root);
    }
    if (out->has_blob_fee) {
        SET(o, "currentExcessBlobGas", quantity(out->excess_blob_gas));
        SET(o, "blobGasUsed", quantity(out->run.blob_gas_used));
    }
    if (out->run.rules.fork >= EVM_PRAGUE) {
        struct b32 hash = eth_requests_hash(&out->run.requests);
        SET_HEX(o, "requestsHash", hash);
    }
    SET(o, "requests", requests_json(out));
    return o;
}

void t8n_body(struct buf *out, const struct t8n_output *o) {
    size_t list = rlp_list_begin(out);
    for (size_t i = 0; i < o->run.receipt_count; i++) {
        struct bytes raw = o->included[i]->raw;
        if (raw.n && raw.p[0] >= 0xc0)
            buf_put_bytes(out, raw);
        else
            rlp_put_bytes(out, raw);
    }
    rlp_list_end(out, list);
}

/* ---- The world ---- */

struct accounts {
    struct st_account **list;
    size_t count, room;
};

static void add_account(void *ctx, struct st_account *a) {
    struct accounts *all = ctx;
    if (all->count == all->room) {
        all->room = all->room ? 2 * all->room : 64;
        all->list = xrealloc(all->list, all->room * sizeof *all->list);
    }
    all->list[all->count++] = a;
}

static int by_address(const void *x, const void *y) {
    struct st_account *const *a = x, *const *b = y;
    return memcmp(&(*a)->address, &(*b)->address, sizeof(*a)->address);
}

static void add_slot(void *ctx, const struct u256 *key, const struct u256 *value) {
    struct b32 k, v;
    struct buf name = {0};
    u256_store_be(k.b, key);
    u256_store_be(v.b, value);
    hex_put(&name, BYTES_OF(k));
    SET((json_t *)ctx, buf_cstr(&name), hex(BYTES_OF(v)));
    buf_free(&name);
}

static json_t *account_json(struct st_journal *j, struct st_account *a) {
    json_t *o = json_object(), *storage = json_object();
    const struct st_code *code = st_account_code(j, a);
    if (code->size) SET(o, "code", hex(bytes_make(code->bytes, code->size)));
    st_each_slot(j, a, add_slot, storage);
    if (json_object_size(storage))
        SET(o, "storage", storage);
    else
        json_decref(storage);
    SET(o, "balance", quantity_u256(&a->balance));
    if (a->nonce) SET(o, "nonce", quantity(a->nonce));
    return o;
}

json_t *t8n_alloc_json(struct st_journal *j) {
    struct accounts all = {0};
    json_t *o = json_object();
    st_each_account(j, add_account, &all);
    if (all.count) qsort(all.list, all.count, sizeof *all.list, by_address);
    for (size_t i = 0; i < all.count; i++) {
        struct buf name = {0};
        hex_put(&name, BYTES_OF(all.list[i]->address));
        SET(o, buf_cstr(&name), account_json(j, all.list[i]));
        buf_free(&name);
    }
    free(all.list);
    return o;
}
