/* An Ethereum chain: its genesis from geth's file, its blocks from elsewhere or built here by the
 * same rules (ethereum/ethereum.h). Before the chain's other threads start, the sequencer's journal
 * and machine belong to whoever opens it. */
#include "chain/internal.h"

#include "codec/codec.h"

#include <stdio.h>

/* Timestamps are kept in microseconds. */
static const uint64_t TIMESTAMP_MAX_S = UINT64_MAX / 1000000 - 1;

/* ---- Transactions of a block */

/* The root of what the open block has changed so far: the seal is computed and given up. */
static bool state_root(void *ctx, struct st_journal *j, struct b32 *out) {
    struct chain_eth_build *e = ctx;
    struct st_roots roots;
    if (err_is(st_seal_begin(e->chain->store, j, e->block->head.height, &roots))) return false;
    st_seal_abort(e->chain->store, j);
    *out = roots.evm;
    return true;
}

/* Makes the chain's record of a transaction, before its logs are gone. */
static void after_tx(void *ctx, struct eth_run *run, const struct eth_tx *t,
                     const struct evm_tx_plan *plan, const struct evm_result *result,
                     const struct evm_receipt *receipt) {
    struct chain_eth_build *e = ctx;
    struct xvm_leg leg;
    struct xvm_tx xt = {.journal = e->exec.journal, .arena = e->exec.arena};
    (void)run;
    chain_evm_root_leg(&xt, &t->tx, plan, result, &leg);
    xt.legs = &leg;
    xt.leg_count = 1;
    *e->out = (struct chain_tx){
        .vm = ST_VM_EVM,
        .hash = t->hash,
        .raw = arena_copy(e->exec.arena, t->raw),
        .ok = leg.ok,
        .gas_used = receipt->gas_used,
        .common_gas_used = receipt->gas_used,
        .effective_gas_price = plan->gas_price,
        .evm_sender = t->tx.sender,
        .created = t->tx.is_create && leg.ok,
        .contract = result->created,
        .evm_hash = t->hash,
    };
    chain_keep_outcome(&e->exec, &xt, e->out);
}

void chain_eth_begin(struct chain_eth_build *e, struct chain *c, struct chain_open_block *b,
                     const struct eth_rules *rules, const struct evm_host *host) {
    *e = (struct chain_eth_build){.chain = c, .block = b};
    e->exec = (struct chain_exec){.options = &c->options,
                                  .cross = &c->cross,
                                  .journal = c->journal,
                                  .machine = c->machine,
                                  .head = &b->head,
                                  .arena = &b->arena,
                                  .host = host};
    e->context = (struct eth_context){.chain_id = c->schedule.chain_id,
                                      .journal = c->journal,
                                      .machine = c->machine,
                                      .host = host,
                                      .arena = &b->arena,
                                      .ctx = e,
                                      .state_root = state_root,
                                      .after_tx = after_tx};
    struct eth_header h = chain_block_header(&b->head);
    eth_run_begin(&e->run, &e->context, rules, &h);
}

bool chain_eth_tx(struct chain_eth_build *e, const struct eth_tx *tx, struct chain_tx *out,
                  struct eth_refusal *why) {
    e->out = out;
    if (!eth_run_tx(&e->run, tx, why)) return false;
    const struct eth_receipt *receipt = &e->run.receipts[e->run.receipt_count - 1];
    out->has_state_root = receipt->has_root;
    out->state_root = receipt->root;
    return true;
}

bool chain_eth_end(struct chain_eth_build *e, const struct eth_block *content,
                   struct eth_refusal *why) {
    struct chain_block *head = &e->block->head;
    struct chain_body *body = &e->block->body;
    if (!eth_run_end(&e->run, content, why)) return false;
    body->ommers = content->ommers;
    body->ommer_count = content->ommer_count;
    body->withdrawals = content->withdrawals;
    body->withdrawal_count = content->withdrawal_count;
    body->requests = e->run.requests;
    if (head->fork >= EVM_CANCUN) head->blob_gas_used = e->run.blob_gas_used;
    if (head->fork >= EVM_PRAGUE) head->requests_hash = eth_requests_hash(&body->requests);
    return true;
}

void chain_reset_journal(struct chain *c) {
    st_journal_free(c->journal);
    c->journal = st_sequencer_journal(c->store);
}

/* ---- Genesis */

static void become_ethereum(struct chain *c, const struct eth_schedule *schedule) {
    c->is_ethereum = true;
    c->schedule = *schedule;
    c->options.chain_id = schedule->chain_id;
}

static struct err bad_genesis(const char *text) {
    log_line(LOG_ERROR, "%s", text);
    return err_at(CHAIN_ERR_INVALID, "the genesis file is not accepted", 0);
}

struct err chain_eth_genesis(struct chain *c) {
    struct chain_open_block b;
    struct eth_genesis g;
    chain_block_open(c, &b, NULL, 0);
    struct err e = eth_genesis_read(c->options.genesis, &b.arena, &g);
    if (err_is(e)) {
        e = bad_genesis(e.text);
    } else if (g.header.timestamp > TIMESTAMP_MAX_S) {
        e = bad_genesis("genesis: timestamp is later than what is kept here");
    } else {
        become_ethereum(c, &g.schedule);
        struct eth_rules rules =
            eth_rules_at(&g.schedule, 0, g.header.timestamp, &g.header.difficulty);
        chain_block_take_header(&b.head, &g.header);
        b.head.fork = rules.fork;
        b.head.total_difficulty = g.header.difficulty;
        b.head.blob_base_fee = eth_blob_base_fee(&rules, &g.header);
        b.head.blobs_max = rules.blobs.max;
        b.body.has_withdrawals = rules.fork >= EVM_SHANGHAI;
        b.genesis_config = g.config;
        eth_genesis_fill(c->journal, g.accounts, g.account_count);
        chain_block_add(&b, chain_genesis_tx(c, &b.arena));
        e = chain_block_seal(c, &b, NULL, NULL);
    }
    chain_block_close(&b);
    return e;
}

static struct err reopen(struct chain *c, const struct st_snapshot *snap, struct arena *arena) {
    struct bytes config;
    struct chain_block first;
    struct eth_schedule schedule;
    struct eth_genesis g;
    bool given = c->options.genesis.n;
    if (!st_record_get(snap, ST_TABLE_META, BYTES_LIT("genesis config"), &config))
        return given ? bad_genesis("--genesis: the folder holds a chain with Tern's own genesis")
                     : ERR_NONE;
    struct err e = eth_schedule_read(config, arena, &schedule);
    if (err_is(e) || !chain_load_block(snap, 0, &first))
        return err_at(CHAIN_ERR_STORE, "the store's genesis record is damaged", 0);
    become_ethereum(c, &schedule);
    if (!given) return ERR_NONE;
    e = eth_genesis_read(c->options.genesis, arena, &g);
    if (err_is(e)) return bad_genesis(e.text);
    struct b32 hash = eth_genesis_hash(&g);
    if (!b32_eq(&hash, &first.hash) || !bytes_eq(config, g.config))
        return bad_genesis("--genesis: the folder holds a chain that began with another genesis");
    return ERR_NONE;
}

struct err chain_eth_reopen(struct chain *c) {
    struct st_snapshot *snap;
    struct arena arena;
    struct err e = st_snapshot_open(c->store, ST_LATEST, &snap);
    if (err_is(e)) return e;
    arena_init(&arena, 0);
    e = reopen(c, snap, &arena);
    arena_free(&arena);
    st_snapshot_close(snap);
    return e;
}

/* ---- Import */

/* The newest blocks, the newest first, as far as the rules for ommers ask. */
static size_t load_ancestors(const struct st_snapshot *snap, uint64_t height, size_t most,
                             struct arena *arena, struct eth_ancestor *out) {
    size_t n = 0;
    struct chain_block *blocks = ARENA_ARRAY(arena, struct chain_block, most);
    for (; n < most && n <= height; n++) {
        uint8_t key[8];
        struct bytes stored;
        struct chain_body body = {0};
        if (!chain_load_block(snap, height - n, &blocks[n])) break;
        store_be64(key, height - n);
        if (st_record_get(snap, ST_TABLE_BODY, BYTES_OF(key), &stored) &&
            !chain_body_decode(stored, arena, &body))
            break;
        out[n] = (struct eth_ancestor){.header = chain_block_header(&blocks[n]),
                                       .hash = blocks[n].hash,
                                       .ommers = body.ommers,
                                       .ommer_count = body.ommer_count};
        u256_sub(&out[n].parent_td, &blocks[n].total_difficulty, &blocks[n].difficulty);
    }
    return n;
}

/* Executes a checked block and seals it. */
static struct err import_checked(struct chain *c, struct eth_block *b,
                                 const struct eth_rules *rules, const struct chain_block *parent,
                                 struct eth_refusal *why) {
    struct chain_open_block open;
    struct chain_eth_build e;
    struct evm_host host = {.ctx = c, .block_hash = chain_block_hash};
    struct err refused = err_at(CHAIN_ERR_INVALID, "the block is refused", 0);
    chain_block_open(c, &open, parent, b->header.timestamp * 1000000);
    chain_block_take_header(&open.head, &b->header);
    chain_eth_begin(&e, c, &open, rules, &host);
    bool ok = true;
    for (size_t i = 0; i < b->transaction_count && ok; i++) {
        struct chain_tx *out = ARENA_NEW(&open.arena, struct chain_tx);
        ok = chain_eth_tx(&e, &b->transactions[i], out, why);
        if (ok) chain_block_add(&open, out);
    }
    ok = ok && chain_eth_end(&e, b, why) && eth_check_outcome(&e.run, &b->header, why);
    struct err done = ok ? chain_block_seal(c, &open, &b->header, why) : refused;
    if (err_is(done)) chain_reset_journal(c);
    chain_block_close(&open);
    return done;
}

static struct err import_decoded(struct chain *c, struct eth_block *b, struct arena *arena,
                                 const struct st_snapshot *snap, struct eth_refusal *why) {
    struct bytes place;
    struct chain_block newest;
    struct eth_ancestor ancestors[ETH_ANCESTORS];
    struct eth_rules rules;
    uint64_t height = st_snapshot_height(snap);
    struct err refused = err_at(CHAIN_ERR_INVALID, "the block is refused", 0);
    if (st_record_get(snap, ST_TABLE_BLOCK_HASH, BYTES_OF(b->hash), &place)) return ERR_NONE;
    size_t n = load_ancestors(snap, height, b->ommer_count ? ETH_ANCESTORS : 1, arena, ancestors);
    if (!n || !chain_load_block(snap, height, &newest))
        return err_at(CHAIN_ERR_STORE, "the newest block cannot be read", 0);
    if (!b32_eq(&b->header.parent_hash, &newest.hash)) {
        *why = (struct eth_refusal){.code = ETH_UNKNOWN_PARENT};
        snprintf(why->text, sizeof why->text, "%s: it does not build on block %llu, the newest",
                 eth_err_text(ETH_UNKNOWN_PARENT), (unsigned long long)height);
        return refused;
    }
    if (b->transaction_count >= CHAIN_BLOCK_TXS_MAX || b->header.timestamp > TIMESTAMP_MAX_S)
        return err_at(CHAIN_ERR_INVALID, "more transactions or a later time than are kept here", 0);
    if (!eth_check(&c->schedule, b, ancestors, n, &rules, why)) return refused;
    return import_checked(c, b, &rules, &newest, why);
}

static struct err import_one(struct chain *c, struct bytes *rest, uint64_t *number) {
    struct st_snapshot *snap;
    struct arena arena;
    struct eth_block b;
    struct eth_refusal why = {0};
    size_t used;
    arena_init(&arena, 0);
    struct err e = st_snapshot_open(c->store, ST_LATEST, &snap);
    if (!err_is(e)) {
        if (eth_block_decode(*rest, &arena, &b, &used, &why)) {
            *number = b.header.number;
            e = import_decoded(c, &b, &arena, snap, &why);
            *rest = bytes_sub(*rest, used, rest->n - used);
        } else {
            e = err_at(CHAIN_ERR_DECODE, "the block is malformed", 0);
        }
        st_snapshot_close(snap);
    }
    if (err_is(e))
        log_line(LOG_ERROR, "import: block %llu: %s: %s", (unsigned long long)*number,
                 why.code ? eth_err_name(why.code) : e.text, why.code ? why.text : "");
    arena_free(&arena);
    return e;
}

struct err chain_eth_import(struct chain *c) {
    struct bytes rest = c->options.import;
    uint64_t number = 0, count = 0;
    if (!c->is_ethereum)
        return err_at(CHAIN_ERR_INVALID, "blocks can only be imported on top of a --genesis", 0);
    while (rest.n) {
        if (c->options.import_stops && c->options.import_stops(c->options.import_stops_ctx)) {
            log_line(LOG_INFO, "import: stopped after %llu blocks", (unsigned long long)count);
            return err_at(CHAIN_ERR_STOPPING, "the import was stopped before its end", count);
        }
        struct err e = import_one(c, &rest, &number);
        if (err_is(e)) return err_at(e.code, "the import stopped at a refused block", number);
        count++;
    }
    log_line(LOG_INFO, "import: %llu blocks, the newest is %llu", (unsigned long long)count,
             (unsigned long long)number);
    return ERR_NONE;
}
