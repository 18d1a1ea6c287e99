/* Running one block test: a tree of blocks as they arrive, the state of the one in hand in memory.
 * A block on another branch than the last one executed gets its parent's state by executing the
 * branch from the genesis again: test chains are short. */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

#include "codec/codec.h"
#include "node/blocktest.h"
#include "node/statetest.h"

struct node {
    struct eth_block block;
    const struct node *parent; /* NULL: genesis */
    struct u256 td;            /* total difficulty up to and with it */
};

struct tree {
    struct arena *arena;
    struct evm_machine *machine;
    struct eth_schedule schedule;
    const struct eth_account *accounts;
    size_t account_count;
    struct node **nodes;
    size_t count, room;
    const struct node *head;
    struct st_journal *journal; /* the state after `at` */
    const struct node *at;      /* NULL: nothing to go on from */
    const struct node *hashes;  /* the parent of the block in execution */
    struct evm_host host;
    const struct evm_tracer *tracer;
    struct blocktest_outcome *out;
};

static bool fail(struct tree *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool fail(struct tree *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(t->out->error, sizeof t->out->error, format, args);
    va_end(args);
    return false;
}

/* ---- The tree ---- */

static const struct node *find(const struct tree *t, const struct b32 *hash) {
    for (size_t i = 0; i < t->count; i++)
        if (b32_eq(&t->nodes[i]->block.hash, hash)) return t->nodes[i];
    return NULL;
}

static struct node *add(struct tree *t, const struct eth_block *b, const struct node *parent) {
    struct node *n = ARENA_NEW(t->arena, struct node);
    *n = (struct node){.block = *b, .parent = parent, .td = b->header.difficulty};
    if (parent) u256_add(&n->td, &n->td, &parent->td);
    if (t->count == t->room) {
        size_t room = t->room ? 2 * t->room : 64;
        struct node **list = ARENA_ARRAY(t->arena, struct node *, room);
        if (t->count) memcpy(list, t->nodes, t->count * sizeof *list);
        t->nodes = list;
        t->room = room;
    }
    return t->nodes[t->count++] = n;
}

/* The head is what the consensus layer would choose: the newest block after the merge, before it
 * the first with the highest total difficulty. */
static void choose_head(struct tree *t, const struct node *n) {
    bool merged = u256_is_zero(&n->block.header.difficulty);
    if (merged || u256_lt(&t->head->td, &n->td)) t->head = n;
}

static bool block_hash(void *ctx, uint64_t number, struct b32 *out) {
    const struct tree *t = ctx;
    const struct node *n = t->hashes;
    while (n && n->block.header.number > number) n = n->parent;
    if (!n || n->block.header.number != number) return false;
    *out = n->block.hash;
    return true;
}

/* ---- States ---- */

static bool state_root(void *ctx, struct st_journal *j, struct b32 *out) {
    (void)ctx;
    *out = st_evm_root(j);
    return true;
}

static size_t ancestors_of(const struct node *parent, struct eth_ancestor out[ETH_ANCESTORS]) {
    size_t n = 0;
    for (; parent && n < ETH_ANCESTORS; parent = parent->parent, n++)
        out[n] =
            (struct eth_ancestor){.header = parent->block.header,
                                  .hash = parent->block.hash,
                                  .ommers = parent->block.ommers,
                                  .ommer_count = parent->block.ommer_count,
                                  .parent_td = parent->parent ? parent->parent->td : U256_ZERO};
    return n;
}

/* Executes a block on the journal, which holds its parent's state. */
static bool execute(struct tree *t, struct eth_block *b, const struct node *parent,
                    struct eth_refusal *why) {
    struct eth_ancestor ancestors[ETH_ANCESTORS];
    struct eth_run run;
    struct eth_context x = {.chain_id = t->schedule.chain_id,
                            .journal = t->journal,
                            .machine = t->machine,
                            .host = &t->host,
                            .tracer = t->tracer,
                            .arena = t->arena,
                            .state_root = state_root};
    size_t n = ancestors_of(parent, ancestors);
    t->hashes = parent;
    t->at = NULL; /* until it is known to be a whole block */
    if (!eth_apply(&t->schedule, &x, b, ancestors, n, &run, why)) return false;
    t->out->root = st_evm_root(t->journal);
    return eth_check_state_root(&b->header, &t->out->root, why);
}

static void restart(struct tree *t) {
    if (t->journal) st_journal_free(t->journal);
    t->journal = st_journal_new(NULL);
    eth_genesis_fill(t->journal, t->accounts, t->account_count);
    t->at = t->nodes[0];
}

/* Brings the journal to the state after `wanted`. */
static bool go_to(struct tree *t, const struct node *wanted) {
    struct eth_refusal why;
    if (t->at == wanted) return true;
    restart(t);
    size_t depth = 0;
    for (const struct node *n = wanted; n->parent; n = n->parent) depth++;
    const struct node **path = ARENA_ARRAY(t->arena, const struct node *, depth);
    for (const struct node *n = wanted; n->parent; n = n->parent) path[--depth] = n;
    for (const struct node *n = t->at; n != wanted; n = t->at) {
        struct eth_block again = path[depth]->block;
        if (!execute(t, &again, n, &why))
            return fail(t, "a block that was valid is refused: %s", why.text);
        t->at = path[depth++];
    }
    return true;
}

/* ---- The test's parts ---- */

static bool data_of(struct tree *t, const json_t *o, const char *field, struct bytes *out) {
    const char *text = json_string_value(json_object_get(o, field));
    if (!text || err_is(hex_read_data(t->arena, bytes_cstr(text), out)))
        return fail(t, "the test has no %s, or one that is not hexadecimal", field);
    return true;
}

static bool hash_is(struct tree *t, const json_t *o, const char *field, const struct b32 *hash) {
    struct bytes want;
    if (!data_of(t, o, field, &want)) return false;
    return bytes_eq(want, BYTES_OF(*hash));
}

static bool load_schedule(struct tree *t, const json_t *test) {
    const char *network = json_string_value(json_object_get(test, "network"));
    const json_t *config = json_object_get(test, "config");
    if (!network || !eth_schedule_network(&t->schedule, bytes_cstr(network)))
        return fail(t, "unknown network %s", network ? network : "(none)");
    struct err e = eth_config_read(config, t->arena, &t->schedule);
    return err_is(e) ? fail(t, "%s", e.text) : true;
}

static bool load_genesis(struct tree *t, const json_t *test) {
    struct bytes rlp;
    struct eth_block b;
    struct eth_refusal why;
    struct err e =
        eth_accounts_read(json_object_get(test, "pre"), t->arena, &t->accounts, &t->account_count);
    if (err_is(e)) return fail(t, "pre: %s", e.text);
    if (!data_of(t, test, "genesisRLP", &rlp)) return false;
    if (!eth_block_decode(rlp, t->arena, &b, NULL, &why)) return fail(t, "genesis: %s", why.text);
    if (!hash_is(t, json_object_get(test, "genesisBlockHeader"), "hash", &b.hash))
        return fail(t, "genesis block hash doesn't match test");
    t->head = add(t, &b, NULL);
    restart(t);
    t->out->root = st_evm_root(t->journal);
    return eth_check_state_root(&b.header, &t->out->root, &why) || fail(t, "genesis: %s", why.text);
}

/* Decodes and executes one block. */
static bool import(struct tree *t, struct bytes rlp, struct eth_block *b, struct eth_refusal *why) {
    if (!eth_block_decode(rlp, t->arena, b, NULL, why)) return false;
    const struct node *parent = find(t, &b->header.parent_hash);
    if (find(t, &b->hash)) return true;
    if (!parent) {
        *why = (struct eth_refusal){.code = ETH_UNKNOWN_PARENT};
        snprintf(why->text, sizeof why->text, "%s", eth_err_text(ETH_UNKNOWN_PARENT));
        return false;
    }
    if (!go_to(t, parent) || !execute(t, b, parent, why)) return false;
    t->at = add(t, b, parent);
    choose_head(t, t->at);
    return true;
}

/* A block of ethereum/tests that must be refused for a transaction has a header that commits to the
 * other transactions only: the tool that made it had left the refused one out. So it has two
 * defects, and the one that is named shows behind the first. */
static bool second_defect_matches(struct tree *t, struct eth_block b, const char *expected,
                                  const struct eth_refusal *first) {
    struct eth_refusal why = {0};
    const struct node *parent = find(t, &b.header.parent_hash);
    if (first->code != ETH_INVALID_TRANSACTIONS_ROOT || !strstr(expected, "TransactionException."))
        return false;
    b.header.transactions_root = eth_transactions_root(b.transactions, b.transaction_count);
    return go_to(t, parent) && !execute(t, &b, parent, &why) && exception_matches(expected, &why);
}

static bool run_block(struct tree *t, const json_t *o, size_t index) {
    struct bytes rlp;
    struct eth_block b;
    struct eth_refusal why = {0};
    const char *expected = json_string_value(json_object_get(o, "expectException"));
    if (!data_of(t, o, "rlp", &rlp)) return false;
    bool ok = import(t, rlp, &b, &why);
    if (t->out->error[0]) return false;
    if (!ok && !expected) return fail(t, "block #%zu insertion failed: %s", index, why.text);
    if (ok && expected)
        return fail(t, "block #%zu insertion should have failed: %s", index, expected);
    if (!ok && !exception_matches(expected, &why) && !second_defect_matches(t, b, expected, &why))
        return fail(t, "block #%zu failed for another reason: %s: %s; expected %s", index,
                    eth_err_name(why.code), why.text, expected);
    if (ok && !hash_is(t, json_object_get(o, "blockHeader"), "hash", &b.hash))
        return fail(t, "block #%zu: its hash doesn't match the test", index);
    return true;
}

static bool check_post_state(struct tree *t, const json_t *test) {
    const struct eth_account *accounts;
    size_t count;
    const struct b32 *root = &t->head->block.header.state_root;
    t->out->root = *root;
    if (json_object_get(test, "postStateHash"))
        return hash_is(t, test, "postStateHash", root) ||
               fail(t, "post state validation failed: the root differs");
    struct err e =
        eth_accounts_read(json_object_get(test, "postState"), t->arena, &accounts, &count);
    if (err_is(e)) return fail(t, "postState: %s", e.text);
    struct st_journal *j = st_journal_new(NULL);
    eth_genesis_fill(j, accounts, count);
    struct b32 want = st_evm_root(j);
    st_journal_free(j);
    return b32_eq(root, &want) || fail(t, "post state validation failed: an account differs");
}

static bool run(struct tree *t, const json_t *test) {
    const json_t *blocks = json_object_get(test, "blocks");
    if (!load_schedule(t, test) || !load_genesis(t, test)) return false;
    for (size_t i = 0; i < json_array_size(blocks); i++)
        if (!run_block(t, json_array_get(blocks, i), i)) return false;
    if (!hash_is(t, test, "lastblockhash", &t->head->block.hash))
        return fail(t, "last block hash validation mismatch: the head is block %llu",
                    (unsigned long long)t->head->block.header.number);
    return check_post_state(t, test);
}

void blocktest_run(struct evm_machine *machine, const json_t *test, const struct trace_form *trace,
                   struct blocktest_outcome *out) {
    struct arena arena;
    struct statetest_trace tracer;
    struct tree t = {.arena = &arena, .machine = machine, .out = out};
    *out = (struct blocktest_outcome){0};
    arena_init(&arena, 0);
    t.host = (struct evm_host){.ctx = &t, .block_hash = block_hash};
    if (trace->out) {
        statetest_trace_begin(&tracer, trace);
        t.tracer = &tracer.tracer;
    }
    out->pass = run(&t, test);
    if (trace->out) statetest_trace_end(&tracer);
    if (t.journal) st_journal_free(t.journal);
    arena_free(&arena);
}
