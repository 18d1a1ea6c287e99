/* Finding transactions and blocks. */
#include "codec/codec.h"
#include "rpc/aptos.h"

/* WALK_MAX: how many entries of an index are looked at for one page. */
enum { LONG_POLL_MS = 1000, BLOCK_TXS_MAX = 100, WALK_MAX = 1 << 20 };

/* ---- Finding */

static bool path_hash(struct aptos_call *c, struct bytes text, struct b32 *hash) {
    if (text.n > 2 && text.p[0] == '0' && text.p[1] == 'x') text = bytes_sub(text, 2, text.n - 2);
    if (text.n == 64 && hex_decode_digits(hash->b, text)) return true;
    return aptos_fail(c, 400, "invalid_input", 0,
                      "parse path parameter txn_hash: 32 bytes of hexadecimal are expected");
}

/* TransactionData as BCS: 0 and what a version holds, or 1 and a SignedTransaction that waits. */
static bool answer_bcs(struct aptos_call *c, bool waits, uint64_t version, struct bytes raw) {
    struct buf b = {0};
    uleb_put(&b, waits);
    bool found = waits || aptos_bcs_version(c, &b, version);
    if (waits) buf_put_bytes(&b, raw);
    if (found) aptos_bcs(c, buf_bytes(&b));
    buf_free(&b);
    return found;
}

static bool put_version(struct aptos_call *c, uint64_t version) {
    return c->wants_bcs ? answer_bcs(c, false, version, (struct bytes){NULL, 0})
                        : aptos_put_version(c, version);
}

/* Writes the sealed or waiting transaction; false if it is neither. */
static bool put_by_hash(struct aptos_call *c, const struct b32 *hash) {
    struct chain_tx tx;
    struct chain_block b;
    struct bytes raw;
    uint8_t vm;
    if (chain_tx_by_hash(c->reader, hash, &vm, &tx) && vm == ST_VM_MOVE &&
        chain_block_at(c->reader, tx.height, &b)) {
        if (tx.genesis || c->wants_bcs) return put_version(c, tx.genesis ? 0 : tx.version);
        aptos_put_user(c, &tx, &b);
        return true;
    }
    if (!chain_pending(c->node->chain, hash, c->arena, &vm, &raw) || vm != ST_VM_MOVE) return false;
    if (c->wants_bcs) return answer_bcs(c, true, 0, raw);
    aptos_put_pending(c, raw);
    return true;
}

static bool not_found(struct aptos_call *c, struct bytes hash) {
    return aptos_fail(c, 404, "transaction_not_found", 0,
                      "Transaction not found by Transaction hash(%.*s)", (int)hash.n,
                      (const char *)hash.p);
}

bool aptos_by_hash(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 hash;
    if (!path_hash(c, p->part[2], &hash)) return false;
    return put_by_hash(c, &hash) || not_found(c, p->part[2]);
}

/* Waits while the transaction is not sealed, at most about a second. */
bool aptos_wait_by_hash(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 hash;
    uint8_t vm;
    struct chain_tx tx;
    if (!path_hash(c, p->part[2], &hash)) return false;
    struct bytes raw;
    for (int turn = 0; turn < 10 && !chain_tx_by_hash(c->reader, &hash, &vm, &tx); turn++) {
        /* An unknown hash may be one that is just being sealed: it is given one turn. */
        if (turn && !chain_pending(c->node->chain, &hash, c->arena, &vm, &raw)) break;
        uint64_t height = chain_reader_height(c->reader);
        chain_wait_block(c->node->chain, height, LONG_POLL_MS / 10);
        chain_reader_close(c->reader);
        c->reader = NULL;
        struct err e = chain_reader_open(c->node->chain, ST_LATEST, &c->reader);
        if (err_is(e)) return aptos_fail(c, 500, "internal_error", 0, "%s", e.text);
        chain_block_at(c->reader, chain_reader_height(c->reader), &c->newest);
    }
    return put_by_hash(c, &hash) || not_found(c, p->part[2]);
}

bool aptos_by_version(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t version;
    if (!aptos_path_u64(c, p->part[2], "txn_version", &version)) return false;
    return put_version(c, version) ||
           aptos_fail(c, 404, "transaction_not_found", 0,
                      "Transaction not found by Transaction version(%llu)",
                      (unsigned long long)version);
}

/* Versions that an index names, in the order in which it is walked. */
struct version_page {
    uint64_t *versions;
    uint64_t limit, count, walked;
};

static void answer_page(struct aptos_call *c, const struct version_page *page) {
    struct buf b = {0};
    if (c->wants_bcs) {
        uleb_put(&b, page->count);
        for (uint64_t i = 0; i < page->count; i++) aptos_bcs_version(c, &b, page->versions[i]);
        aptos_bcs(c, buf_bytes(&b));
    } else {
        jo_array(c->out);
        for (uint64_t i = 0; i < page->count; i++) aptos_put_version(c, page->versions[i]);
        jo_end_array(c->out);
    }
    buf_free(&b);
}

bool aptos_list(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t start, limit, newest = c->newest.last_version;
    bool has_start;
    (void)p;
    if (!aptos_query_page(c, APTOS_PAGE, APTOS_PAGE_MAX, &has_start, &start, &limit)) return false;
    if (!has_start) start = newest + 1 > limit ? newest + 1 - limit : 0;
    if (start > newest)
        return aptos_fail(c, 400, "invalid_input", 0,
                          "Given start value (%llu) is higher than the current ledger version, it "
                          "must be < %llu",
                          (unsigned long long)start, (unsigned long long)newest + 1);
    struct version_page page = {.versions = ARENA_ARRAY(c->arena, uint64_t, limit)};
    for (uint64_t v = start; v <= newest && v - start < limit; v++) page.versions[page.count++] = v;
    answer_page(c, &page);
    return true;
}

static bool visit_sequence(void *ctx, struct bytes key, struct bytes version) {
    struct version_page *page = ctx;
    (void)key;
    if (page->count == page->limit) return false;
    if (version.n == 8) page->versions[page->count++] = load_be64(version.p);
    return true;
}

/* Only those that the account sent. */
static bool visit_version(void *ctx, struct bytes key, struct bytes sent) {
    struct version_page *page = ctx;
    if (page->count == page->limit || page->walked++ == WALK_MAX) return false;
    if (sent.n && sent.p[0]) page->versions[page->count++] = load_be64(key.p + 32);
    return true;
}

/* Walks an index of the account's transactions from `first` on to `end`, which is not in it; with
 * `newest` backwards. What it names is then in ascending order. */
static void scan_account(struct aptos_call *c, enum st_table table, const struct b32 *address,
                         uint64_t first, uint64_t end, bool newest, struct version_page *page) {
    uint8_t from[40], to[40];
    memcpy(from, address->b, 32);
    memcpy(to, address->b, 32);
    store_be64(from + 32, first);
    store_be64(to + 32, end);
    page->versions = ARENA_ARRAY(c->arena, uint64_t, page->limit);
    st_record_scan(chain_reader_snapshot(c->reader), table, BYTES_OF(from), BYTES_OF(to), newest,
                   table == ST_TABLE_ACCOUNT_TX ? visit_sequence : visit_version, page);
    for (uint64_t i = 0; newest && i < page->count / 2; i++) {
        uint64_t other = page->count - 1 - i, v = page->versions[i];
        page->versions[i] = page->versions[other];
        page->versions[other] = v;
    }
}

bool aptos_account_transactions(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    struct version_page page = {0};
    uint64_t start;
    bool has_start;
    if (!aptos_path_address(c, p->part[1], &address) ||
        !aptos_query_page(c, APTOS_PAGE, APTOS_PAGE_MAX, &has_start, &start, &page.limit))
        return false;
    scan_account(c, ST_TABLE_ACCOUNT_TX, &address, start, UINT64_MAX, !has_start, &page);
    answer_page(c, &page);
    return true;
}

static void put_summary(struct aptos_call *c, uint64_t version) {
    struct json_out *o = c->out;
    struct chain_version v;
    struct chain_tx tx;
    struct mv_signed_tx decoded;
    if (!chain_version_at(c->reader, version, &v) ||
        !chain_tx_at(c->reader, v.height, v.index, &tx) ||
        err_is(mv_signed_tx_decode(tx.raw, c->arena, &decoded)))
        return;
    jo_object(o);
    jo_key(o, "sender");
    aptos_put_address(o, &tx.move_sender);
    jo_key(o, "version");
    jo_decimal(o, version);
    JO_KEY_HEX(o, "transaction_hash", tx.hash);
    jo_key(o, "replay_protector");
    jo_object(o);
    jo_key(o, decoded.orderless ? "nonce" : "sequence_number");
    jo_decimal(o, decoded.orderless ? decoded.nonce : decoded.sequence_number);
    jo_key(o, "type");
    jo_cstring(o, decoded.orderless ? "nonce" : "sequence_number");
    jo_end_object(o);
    jo_end_object(o);
}

/* From start_version on upwards; or the newest that are not above end_version. */
bool aptos_account_summaries(struct aptos_call *c, const struct aptos_path *p) {
    struct b32 address;
    struct version_page page = {0};
    struct buf text = {0};
    uint64_t start, end;
    bool has_start = aptos_query(c, "start_version", &text);
    buf_free(&text);
    if (!aptos_json_only(c, "a list of transactions") ||
        !aptos_path_address(c, p->part[1], &address) ||
        !aptos_query_u64(c, "start_version", 0, &start) ||
        !aptos_query_u64(c, "end_version", UINT64_MAX - 1, &end) ||
        !aptos_query_u64(c, "limit", APTOS_PAGE_MAX, &page.limit))
        return false;
    if (page.limit == 0)
        return aptos_fail(c, 400, "invalid_input", 0, "Given limit value (0) must not be zero");
    page.limit = min_u64(page.limit, APTOS_PAGE_MAX);
    if (start <= end)
        scan_account(c, ST_TABLE_ACCOUNT_VERSION, &address, start, min_u64(end, UINT64_MAX - 1) + 1,
                     !has_start, &page);
    jo_array(c->out);
    for (uint64_t i = 0; i < page.count; i++) put_summary(c, page.versions[i]);
    jo_end_array(c->out);
    return true;
}

/* ---- Blocks */

static bool put_block(struct aptos_call *c, uint64_t height) {
    struct chain_block b;
    bool full;
    struct json_out *o = c->out;
    if (!aptos_query_bool(c, "with_transactions", &full)) return false;
    if (!chain_block_at(c->reader, height, &b))
        return aptos_fail(c, 404, "block_not_found", 0, "Block not found by Block height(%llu)",
                          (unsigned long long)height);
    if (c->wants_bcs) {
        struct buf bcs = {0};
        aptos_bcs_block(c, &bcs, &b, full, BLOCK_TXS_MAX);
        aptos_bcs(c, buf_bytes(&bcs));
        buf_free(&bcs);
        return true;
    }
    jo_object(o);
    jo_key(o, "block_height");
    jo_decimal(o, b.height);
    JO_KEY_HEX(o, "block_hash", b.hash);
    jo_key(o, "block_timestamp");
    jo_decimal(o, b.timestamp_us);
    jo_key(o, "first_version");
    jo_decimal(o, b.first_version);
    jo_key(o, "last_version");
    jo_decimal(o, b.last_version);
    jo_key(o, "transactions");
    if (full) {
        jo_array(o);
        for (uint64_t v = b.first_version;
             v <= b.last_version && v - b.first_version < BLOCK_TXS_MAX; v++)
            aptos_put_version(c, v);
        jo_end_array(o);
    } else {
        jo_null(o);
    }
    jo_end_object(o);
    return true;
}

bool aptos_block_by_height(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t height;
    return aptos_path_u64(c, p->part[2], "block_height", &height) && put_block(c, height);
}

bool aptos_block_by_version(struct aptos_call *c, const struct aptos_path *p) {
    uint64_t version;
    struct chain_version v;
    if (!aptos_path_u64(c, p->part[2], "version", &version)) return false;
    if (!chain_version_at(c->reader, version, &v))
        return aptos_fail(c, 404, "block_not_found", 0,
                          "Block not found by Transaction version(%llu)",
                          (unsigned long long)version);
    return put_block(c, v.height);
}
