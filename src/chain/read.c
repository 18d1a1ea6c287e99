/* Readers: consistent views of sealed blocks for any thread. */
#include "chain/internal.h"

#include <stdlib.h>

static bool reader_block_hash(void *ctx, uint64_t number, struct b32 *out) {
    struct chain_block block;
    if (!chain_block_at(ctx, number, &block)) return false;
    *out = block.hash;
    return true;
}

bool chain_reader_block_by_hash(void *ctx, const struct b32 *hash, struct chain_block *out) {
    return chain_block_by_hash(ctx, hash, out);
}

struct err chain_reader_open(struct chain *c, uint64_t height, struct chain_reader **out) {
    struct st_snapshot *snap;
    struct err e = st_snapshot_open(c->store, height, &snap);
    if (err_is(e)) return e;
    struct chain_reader *r = xcalloc(1, sizeof *r);
    r->chain = c;
    r->snapshot = snap;
    r->height = st_snapshot_height(snap);
    r->host = (struct evm_host){.ctx = r, .block_hash = reader_block_hash};
    arena_init(&r->arena, 0);
    *out = r;
    return ERR_NONE;
}

void chain_reader_close(struct chain_reader *r) {
    if (!r) return;
    if (r->session) {
        mv_session_free(r->session);
        st_end_tx(r->journal, false);
    }
    if (r->in_solana) st_end_tx(r->journal, false);
    if (r->journal) st_journal_free(r->journal);
    if (r->machine) evm_machine_free(r->machine);
    st_snapshot_close(r->snapshot);
    arena_free(&r->arena);
    free(r);
}

uint64_t chain_reader_height(const struct chain_reader *r) {
    return r->height;
}
struct chain *chain_reader_chain(const struct chain_reader *r) {
    return r->chain;
}
const struct st_snapshot *chain_reader_snapshot(const struct chain_reader *r) {
    return r->snapshot;
}
struct arena *chain_reader_arena(struct chain_reader *r) {
    return &r->arena;
}

struct st_journal *chain_reader_journal(struct chain_reader *r) {
    if (!r->journal) r->journal = st_journal_new(r->snapshot);
    return r->journal;
}

/* ---- Blocks and transactions */

bool chain_load_block(const struct st_snapshot *snap, uint64_t height, struct chain_block *out) {
    uint8_t key[8];
    struct bytes stored;
    store_be64(key, height);
    return st_record_get(snap, ST_TABLE_BLOCK, BYTES_OF(key), &stored) &&
           chain_block_decode(stored, out);
}

bool chain_block_at(struct chain_reader *r, uint64_t height, struct chain_block *out) {
    return height <= r->height && chain_load_block(r->snapshot, height, out);
}

bool chain_block_by_hash(struct chain_reader *r, const struct b32 *hash, struct chain_block *out) {
    struct bytes height;
    return st_record_get(r->snapshot, ST_TABLE_BLOCK_HASH, BYTES_OF(*hash), &height) &&
           height.n == 8 && chain_block_at(r, load_be64(height.p), out);
}

bool chain_load_tx(const struct st_snapshot *snap, uint64_t height, uint32_t index,
                   struct arena *arena, struct chain_tx *out) {
    uint8_t key[12];
    struct bytes stored;
    store_be64(key, height);
    store_be32(key + 8, index);
    return st_record_get(snap, ST_TABLE_RECEIPT, BYTES_OF(key), &stored) &&
           chain_tx_decode(stored, arena, out);
}

bool chain_tx_at(struct chain_reader *r, uint64_t height, uint32_t index, struct chain_tx *out) {
    return height <= r->height && chain_load_tx(r->snapshot, height, index, &r->arena, out);
}

bool chain_tx_by_hash(struct chain_reader *r, const struct b32 *hash, uint8_t *vm,
                      struct chain_tx *out) {
    struct bytes place;
    if (!st_record_get(r->snapshot, ST_TABLE_TX, BYTES_OF(*hash), &place) || place.n != 13)
        return false;
    *vm = place.p[12];
    return chain_tx_at(r, load_be64(place.p), load_be32(place.p + 8), out);
}

bool chain_version_at(struct chain_reader *r, uint64_t version, struct chain_version *out) {
    uint8_t key[8];
    struct bytes place;
    store_be64(key, version);
    if (!st_record_get(r->snapshot, ST_TABLE_MOVE_VERSION, BYTES_OF(key), &place) || place.n != 13)
        return false;
    *out = (struct chain_version){.kind = (enum chain_version_kind)place.p[12],
                                  .height = load_be64(place.p),
                                  .index = load_be32(place.p + 8)};
    return out->height <= r->height;
}

bool chain_body_at(struct chain_reader *r, uint64_t height, struct chain_body *out) {
    uint8_t key[8];
    struct bytes stored;
    struct chain_block block;
    *out = (struct chain_body){0};
    if (!chain_block_at(r, height, &block)) return false;
    out->has_withdrawals = block.header_fields >= ETH_FIELDS_SHANGHAI;
    store_be64(key, height);
    /* A chain of our own keeps none: its blocks hold nothing but transactions. */
    if (!st_record_get(r->snapshot, ST_TABLE_BODY, BYTES_OF(key), &stored)) return true;
    return chain_body_decode(stored, &r->arena, out);
}

/* ---- Executing */

/* Another number or time may mean other rules. */
static void override_head(const struct chain_reader *r, struct chain_block *head) {
    const struct chain_block_overrides *o = &r->overrides->block;
    chain_override_head(head, o);
    if (!r->chain->is_ethereum || !(o->has_number || o->has_time)) return;
    struct eth_rules rules = eth_rules_at(&r->chain->schedule, head->height,
                                          head->timestamp_us / 1000000, &head->total_difficulty);
    head->fork = rules.fork;
    head->blobs_max = rules.blobs.max;
}

void chain_reader_exec(struct chain_reader *r, struct chain_block *head, struct chain_exec *x) {
    if (r->replays)
        *head = r->replay;
    else
        chain_block_at(r, r->height, head);
    if (r->overrides) override_head(r, head);
    if (!r->machine) r->machine = evm_machine_new();
    r->host.tracer = r->observer ? r->observer->evm : NULL;
    *x = (struct chain_exec){.options = &r->chain->options,
                             .cross = &r->chain->cross,
                             .journal = chain_reader_journal(r),
                             .machine = r->machine,
                             .move_vm = r->chain->move_vm,
                             .head = head,
                             .is_sealed = !r->replays,
                             .arena = &r->arena,
                             .host = &r->host,
                             .overrides = r->overrides ? &r->overrides->block : NULL,
                             .observer = r->observer,
                             .keeps_legs = r->keeps_legs,
                             .crosses = !r->chain->is_ethereum,
                             .solana_programs = r->chain->solana_programs,
                             .block_by_hash = chain_reader_block_by_hash,
                             .block_ctx = r};
}

uint64_t chain_sequence_number(struct chain_reader *r, const struct b32 *address) {
    return chain_move_sequence_number(chain_reader_journal(r), address);
}

void chain_keep_whole_legs(struct chain_reader *r) {
    r->keeps_legs = true;
}

void chain_observe(struct chain_reader *r, const struct chain_observer *o) {
    r->observer = o;
}

void chain_observe_begin(const struct chain_exec *x, struct evm_env *env, const struct evm_tx *tx) {
    const struct chain_observer *o = x->observer;
    if (o && o->begin) o->begin(o->ctx, env, tx);
}

void chain_observe_end(const struct chain_exec *x, struct evm_env *env, uint64_t gas_used,
                       bool ok) {
    const struct chain_observer *o = x->observer;
    if (o && o->end) o->end(o->ctx, env, gas_used, ok);
}

struct err chain_reader_override(struct chain_reader *r, const struct chain_overrides *o) {
    struct evm_precompile_move *moves;
    struct evm_env env;
    if (o->block.has_beacon_root || o->block.has_withdrawals)
        return err_at(CHAIN_ERR_INVALID,
                      o->block.has_beacon_root
                          ? "block override \"beaconRoot\" is not supported for this RPC method"
                          : "block override \"withdrawals\" is not supported for this RPC method",
                      0);
    r->overrides = o;
    chain_evm_env(r, &env);
    struct err e = chain_apply_overrides(env.journal, env.fork, o->accounts, o->account_count,
                                         &r->arena, &moves, &r->host.move_count);
    r->host.moves = moves;
    return e;
}

void chain_evm_env(struct chain_reader *r, struct evm_env *env) {
    struct chain_block *head = ARENA_NEW(&r->arena, struct chain_block);
    struct chain_exec x;
    chain_reader_exec(r, head, &x);
    chain_exec_env(&x, env);
}

/* What a view may ask of the crossing: aliases, and views of other machines. It cannot start a
 * message. */
static struct xvm_tx *begin_view(struct chain_reader *r) {
    static const struct b32 no_hash, nobody;
    struct chain_block *head = ARENA_NEW(&r->arena, struct chain_block);
    struct chain_exec *x = ARENA_NEW(&r->arena, struct chain_exec);
    struct evm_env *env = ARENA_NEW(&r->arena, struct evm_env);
    struct xvm_tx *xt = ARENA_NEW(&r->arena, struct xvm_tx);
    chain_reader_exec(r, head, x);
    chain_exec_env(x, env);
    chain_begin_xvm(x, xt, env, ST_VM_MOVE, &no_hash);
    xt->root_sender = xvm_wide_actor(ST_VM_MOVE, &nobody);
    xvm_begin(xt);
    return xt;
}

struct mv_session *chain_reader_move_session(struct chain_reader *r, uint64_t gas_limit_external) {
    if (r->session) return r->session;
    uint64_t limit;
    if (!mul_u64(gas_limit_external, MOVE_GAS_SCALING, &limit)) limit = UINT64_MAX;
    st_begin_tx(chain_reader_journal(r));
    struct xvm_tx *xt = begin_view(r);
    struct mv_host host = xvm_move_host(xt);
    host.evm_call = NULL;
    host.svm_call = NULL;
    r->session = mv_session_new(&(struct mv_session_params){
        .vm = r->chain->move_vm,
        .journal = r->journal,
        .block = {.height = xt->height,
                  .timestamp_us = xt->move_block.timestamp_us,
                  .chain_id = r->chain->options.move_chain_id},
        .host = host,
        .gas_limit = limit,
        .read_only = true,
    });
    return r->session;
}
