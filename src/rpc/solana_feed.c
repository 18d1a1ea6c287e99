#include "rpc/solana_feed.h"

#include <pthread.h>
#include <stdlib.h>

#include "codec/codec.h"
#include "rpc/solana.h"

enum { SUBSCRIPTIONS_MAX = 16384, SUBSCRIPTIONS_OF_ONE_MAX = 1024 };

enum kind { ACCOUNT, PROGRAM, LOGS, SIGNATURE, SLOT, ROOT, SLOTS_UPDATES, KINDS };

static const struct {
    const char *notification, *unsubscribe;
} names[KINDS] = {
    [ACCOUNT] = {"accountNotification", "accountUnsubscribe"},
    [PROGRAM] = {"programNotification", "programUnsubscribe"},
    [LOGS] = {"logsNotification", "logsUnsubscribe"},
    [SIGNATURE] = {"signatureNotification", "signatureUnsubscribe"},
    [SLOT] = {"slotNotification", "slotUnsubscribe"},
    [ROOT] = {"rootNotification", "rootUnsubscribe"},
    [SLOTS_UPDATES] = {"slotsUpdatesNotification", "slotsUpdatesUnsubscribe"},
};

struct subscription {
    enum kind kind;
    uint64_t id, ws;
    uint64_t next;  /* the slot that it has not been told yet */
    bool silent;    /* its number has not been told yet */
    bool done;      /* a signature that has been seen */
    bool received;  /* a signature: told as well when it is received */
    bool any;       /* LOGS: of every transaction */
    struct b32 key; /* the account, the program, or who is mentioned */
    uint8_t signature[SOL_SIGNATURE_BYTES];
    struct solana_data_options data;
    struct solana_filters filters; /* PROGRAM */
};

struct solana_feed {
    struct rpc_node *node;
    pthread_t thread;
    pthread_mutex_t lock; /* for all below; held for moments only */
    pthread_cond_t news;
    struct subscription *list;
    size_t count, room;
    uint64_t last_id, newest;
    bool stopping, woken;
};

/* ---- Subscriptions */

static void wake(struct solana_feed *f) {
    if (!f->count) return;
    f->woken = true;
    pthread_cond_signal(&f->news);
}

void solana_feed_sealed(struct solana_feed *f, uint64_t height) {
    pthread_mutex_lock(&f->lock);
    if (height < f->newest) /* the chain has gone back: those slots come again */
        for (size_t i = 0; i < f->count; i++)
            f->list[i].next = min_u64(f->list[i].next, height + 1);
    f->newest = height;
    wake(f);
    pthread_mutex_unlock(&f->lock);
}

void solana_feed_answered(struct solana_feed *f, uint64_t ws) {
    pthread_mutex_lock(&f->lock);
    for (size_t i = 0; i < f->count; i++)
        if (f->list[i].ws == ws) f->list[i].silent = false;
    wake(f);
    pthread_mutex_unlock(&f->lock);
}

void solana_feed_closed(struct solana_feed *f, uint64_t ws) {
    pthread_mutex_lock(&f->lock);
    for (size_t i = f->count; i-- > 0;)
        if (f->list[i].ws == ws) f->list[i] = f->list[--f->count];
    pthread_mutex_unlock(&f->lock);
}

static bool has_room(const struct solana_feed *f, uint64_t ws) {
    size_t own = 0;
    for (size_t i = 0; i < f->count; i++) own += f->list[i].ws == ws;
    return f->count < SUBSCRIPTIONS_MAX && own < SUBSCRIPTIONS_OF_ONE_MAX;
}

/* Adds it and answers with its number. */
static bool subscribe(struct rpc_call *c, struct subscription *s) {
    struct solana_feed *f = c->node->solana_feed;
    pthread_mutex_lock(&f->lock);
    bool room = has_room(f, c->ws);
    if (room) {
        if (f->count == f->room) {
            f->room = f->room ? 2 * f->room : 16;
            f->list = xrealloc(f->list, f->room * sizeof *f->list);
        }
        s->id = ++f->last_id;
        s->ws = c->ws;
        s->silent = true;
        /* A signature may have been sealed before it was asked for. */
        s->next = s->kind == SIGNATURE ? f->newest : f->newest + 1;
        f->list[f->count++] = *s;
    }
    pthread_mutex_unlock(&f->lock);
    if (!room) return rpc_fail(c, RPC_LIMIT_EXCEEDED, "Reached the maximum subscription limit");
    jo_number(c->out, s->id);
    return true;
}

static bool unsubscribe(struct rpc_call *c, enum kind kind) {
    struct solana_feed *f = c->node->solana_feed;
    uint64_t id;
    bool found = false;
    if (!solana_u64(c, rpc_param(c, 0), "the subscription", &id)) return false;
    pthread_mutex_lock(&f->lock);
    for (size_t i = f->count; i-- > 0 && !found;)
        if (f->list[i].id == id && f->list[i].ws == c->ws && f->list[i].kind == kind) {
            f->list[i] = f->list[--f->count];
            found = true;
        }
    pthread_mutex_unlock(&f->lock);
    if (!found) return rpc_fail(c, RPC_INVALID_PARAMS, "Invalid subscription id.");
    jo_bool(c->out, true);
    return true;
}

/* The configuration, and the commitment in it: all of them are the same here. */
static bool read_config(struct rpc_call *c, size_t index, json_t **config) {
    return solana_config(c, index, config) && solana_commitment(c, *config);
}

static bool account_subscribe(struct rpc_call *c) {
    struct subscription s = {.kind = ACCOUNT};
    json_t *config;
    return solana_key_param(c, 0, "a key", &s.key) && read_config(c, 1, &config) &&
           solana_data_options(c, config, SOLANA_BINARY, &s.data) && subscribe(c, &s);
}

static bool program_subscribe(struct rpc_call *c) {
    struct subscription s = {.kind = PROGRAM};
    json_t *config;
    return solana_key_param(c, 0, "a program", &s.key) && read_config(c, 1, &config) &&
           solana_data_options(c, config, SOLANA_BINARY, &s.data) &&
           solana_filters_read(c, config, &s.filters) && subscribe(c, &s);
}

static bool logs_subscribe(struct rpc_call *c) {
    struct subscription s = {.kind = LOGS};
    json_t *v = rpc_param(c, 0), *mentions = json_object_get(v, "mentions");
    const char *word = json_string_value(v);
    json_t *config;
    if (!read_config(c, 1, &config)) return false;
    s.any = word && (!strcmp(word, "all") || !strcmp(word, "allWithVotes"));
    if (s.any) return subscribe(c, &s);
    if (json_array_size(mentions) != 1)
        return rpc_fail(c, RPC_INVALID_PARAMS,
                        "Invalid Request: Only 1 address supported; or `all`");
    return solana_key(c, json_array_get(mentions, 0), &s.key) && subscribe(c, &s);
}

static bool signature_subscribe(struct rpc_call *c) {
    struct subscription s = {.kind = SIGNATURE};
    json_t *config;
    return solana_signature(c, rpc_param(c, 0), s.signature) && read_config(c, 1, &config) &&
           solana_config_bool(c, config, "enableReceivedNotification", false, &s.received) &&
           subscribe(c, &s);
}

static bool slot_subscribe(struct rpc_call *c) {
    return subscribe(c, &(struct subscription){.kind = SLOT});
}

static bool root_subscribe(struct rpc_call *c) {
    return subscribe(c, &(struct subscription){.kind = ROOT});
}

static bool slots_updates_subscribe(struct rpc_call *c) {
    return subscribe(c, &(struct subscription){.kind = SLOTS_UPDATES});
}

static bool account_unsubscribe(struct rpc_call *c) {
    return unsubscribe(c, ACCOUNT);
}
static bool program_unsubscribe(struct rpc_call *c) {
    return unsubscribe(c, PROGRAM);
}
static bool logs_unsubscribe(struct rpc_call *c) {
    return unsubscribe(c, LOGS);
}
static bool signature_unsubscribe(struct rpc_call *c) {
    return unsubscribe(c, SIGNATURE);
}
static bool slot_unsubscribe(struct rpc_call *c) {
    return unsubscribe(c, SLOT);
}
static bool root_unsubscribe(struct rpc_call *c) {
    return unsubscribe(c, ROOT);
}

static bool slots_updates_unsubscribe(struct rpc_call *c) {
    return unsubscribe(c, SLOTS_UPDATES);
}

const struct rpc_method_row solana_feed_methods[] = {
    {"accountSubscribe", account_subscribe},
    {"accountUnsubscribe", account_unsubscribe},
    {"programSubscribe", program_subscribe},
    {"programUnsubscribe", program_unsubscribe},
    {"logsSubscribe", logs_subscribe},
    {"logsUnsubscribe", logs_unsubscribe},
    {"signatureSubscribe", signature_subscribe},
    {"signatureUnsubscribe", signature_unsubscribe},
    {"slotSubscribe", slot_subscribe},
    {"slotUnsubscribe", slot_unsubscribe},
    {"rootSubscribe", root_subscribe},
    {"rootUnsubscribe", root_unsubscribe},
    {"slotsUpdatesSubscribe", slots_updates_subscribe},
    {"slotsUpdatesUnsubscribe", slots_updates_unsubscribe},
    {NULL, NULL},
};

/* ---- Notifications */

struct sending {
    struct rpc_node *node;
    struct chain_reader *reader;
    struct subscription *to;
    struct buf text;
    bool gone;
};

static struct json_out begin_note(struct sending *s) {
    buf_clear(&s->text);
    struct json_out o = {.buf = &s->text};
    jo_object(&o);
    jo_key(&o, "jsonrpc");
    jo_cstring(&o, "2.0");
    jo_key(&o, "method");
    jo_cstring(&o, names[s->to->kind].notification);
    jo_key(&o, "params");
    jo_object(&o);
    jo_key(&o, "result");
    return o;
}

static void end_note(struct sending *s, struct json_out *o) {
    solana_key_u64(o, "subscription", s->to->id);
    jo_end_object(o);
    jo_end_object(o);
    if (!ws_send(s->node->server, s->to->ws, buf_bytes(&s->text))) s->gone = true;
}

static void send_slot(struct sending *s, uint64_t slot) {
    struct json_out o = begin_note(s);
    if (s->to->kind == ROOT) {
        jo_number(&o, slot);
    } else {
        jo_object(&o);
        solana_key_u64(&o, "parent", slot ? slot - 1 : 0);
        solana_key_u64(&o, "root", slot);
        solana_key_u64(&o, "slot", slot);
        jo_end_object(&o);
    }
    end_note(s, &o);
}

/* How many of a slot's transactions there are, and how many of them failed. */
static void count_txs(struct sending *s, const struct chain_block *b, uint64_t *all,
                      uint64_t *failed) {
    struct arena *arena = chain_reader_arena(s->reader);
    struct chain_solana_view v;
    struct chain_tx t;
    *all = *failed = 0;
    for (uint32_t i = 0; i < b->root_count; i++) {
        struct arena_mark mark = arena_mark(arena);
        if (chain_tx_at(s->reader, b->height, i, &t) && chain_solana_view(&t, arena, &v))
            ++*all, *failed += v.record.error.code != 0;
        arena_release(arena, mark);
    }
}

static void put_slot_stats(struct sending *s, struct json_out *o, const struct chain_block *b) {
    uint64_t all, failed;
    count_txs(s, b, &all, &failed);
    jo_key(o, "stats");
    jo_object(o);
    solana_key_u64(o, "maxTransactionsPerEntry", all);
    solana_key_u64(o, "numFailedTransactions", failed);
    solana_key_u64(o, "numSuccessfulTransactions", all - failed);
    solana_key_u64(o, "numTransactionEntries", all != 0);
    jo_end_object(o);
}

/* What became of a slot, from its beginning on. */
static void send_slot_updates(struct sending *s, uint64_t slot) {
    static const char *const types[] = {"createdBank", "completed", "frozen",
                                        "optimisticConfirmation", "root"};
    enum { CREATED = 0, FROZEN = 2, US_PER_MS = 1000 };
    struct chain_block b;
    if (!chain_block_at(s->reader, slot, &b)) return;
    for (size_t i = 0; i < COUNT_OF(types) && !s->gone; i++) {
        struct json_out o = begin_note(s);
        jo_object(&o);
        if (i == CREATED) solana_key_u64(&o, "parent", slot ? slot - 1 : 0);
        solana_key_u64(&o, "slot", slot);
        if (i == FROZEN) put_slot_stats(s, &o, &b);
        solana_key_u64(&o, "timestamp", b.timestamp_us / US_PER_MS);
        jo_key(&o, "type");
        jo_cstring(&o, types[i]);
        jo_end_object(&o);
        end_note(s, &o);
    }
}

/* The account as it is now, which is what the slot left or newer. */
static void send_account(struct sending *s, uint64_t slot, const struct b32 *key) {
    struct st_svm_account a;
    bool present = solana_account(s->reader, key, &a), named = s->to->kind == PROGRAM;
    if (named &&
        (!present || !b32_eq(&a.owner, &s->to->key) || !solana_filters_pass(&s->to->filters, &a)))
        return;
    struct json_out o = begin_note(s);
    solana_begin_context(&o, slot);
    if (named) {
        jo_object(&o);
        jo_key(&o, "pubkey");
        solana_put_key(&o, key);
        jo_key(&o, "account");
    }
    static const struct st_svm_account none;
    solana_put_account(NULL, s->reader, &o, key, present ? &a : &none, &s->to->data);
    if (named) jo_end_object(&o);
    solana_end_context(&o);
    end_note(s, &o);
}

static void send_logs(struct sending *s, const struct chain_tx *t, const struct chain_solana *r) {
    uint8_t signature[SOL_SIGNATURE_BYTES];
    struct json_out o = begin_note(s);
    solana_begin_context(&o, t->height);
    jo_object(&o);
    jo_key(&o, "err");
    solana_put_error(&o, &r->error);
    jo_key(&o, "logs");
    solana_put_logs(&o, r);
    jo_key(&o, "signature");
    chain_solana_signature(t, signature);
    solana_put_signature(&o, signature);
    jo_end_object(&o);
    solana_end_context(&o);
    end_note(s, &o);
}

static void send_received(struct sending *s, uint64_t slot) {
    struct json_out o = begin_note(s);
    solana_begin_context(&o, slot);
    jo_cstring(&o, "receivedSignature");
    solana_end_context(&o);
    end_note(s, &o);
}

static void send_signature(struct sending *s, const struct chain_tx *t,
                           const struct chain_solana *r) {
    if (s->to->received) send_received(s, t->height);
    struct json_out o = begin_note(s);
    solana_begin_context(&o, t->height);
    jo_object(&o);
    jo_key(&o, "err");
    solana_put_error(&o, &r->error);
    jo_end_object(&o);
    solana_end_context(&o);
    end_note(s, &o);
    s->to->done = true;
}

/* ---- Reading a block for a subscription */

static void serve_tx(struct sending *s, const struct chain_tx *t) {
    struct chain_solana_view v;
    if (!chain_solana_view(t, chain_reader_arena(s->reader), &v)) return;
    if (s->to->kind == LOGS && s->to->any) send_logs(s, t, &v.record);
    for (size_t i = 0; i < v.key_count && !s->gone; i++) {
        const struct sol_key *k = &v.keys[i];
        bool is_it = b32_eq(&k->key, &s->to->key);
        if (s->to->kind == LOGS && !s->to->any && is_it) send_logs(s, t, &v.record);
        if (s->to->kind == ACCOUNT && is_it && k->writable) send_account(s, t->height, &k->key);
        if (s->to->kind == PROGRAM && k->writable) send_account(s, t->height, &k->key);
    }
}

static void serve_block(struct sending *s, uint64_t slot) {
    struct chain_block b;
    struct chain_tx t;
    if (!chain_block_at(s->reader, slot, &b)) return;
    for (uint32_t i = 0; i < b.root_count && !s->gone; i++) {
        struct arena_mark mark = arena_mark(chain_reader_arena(s->reader));
        if (chain_tx_at(s->reader, slot, i, &t) && chain_in_solana(&t)) serve_tx(s, &t);
        arena_release(chain_reader_arena(s->reader), mark);
    }
}

static void serve_signature(struct sending *s) {
    struct chain_solana_view v;
    struct chain_tx t;
    if (chain_solana_by_signature(s->reader, s->to->signature, &t) &&
        chain_solana_view(&t, chain_reader_arena(s->reader), &v))
        send_signature(s, &t, &v.record);
}

static void serve_one(struct sending *s, uint64_t newest) {
    s->gone = false;
    if (s->to->kind == SIGNATURE) {
        serve_signature(s);
    } else {
        for (uint64_t slot = s->to->next; slot <= newest && !s->gone; slot++) {
            if (s->to->kind == SLOT || s->to->kind == ROOT)
                send_slot(s, slot);
            else if (s->to->kind == SLOTS_UPDATES)
                send_slot_updates(s, slot);
            else
                serve_block(s, slot);
        }
    }
    s->to->next = newest + 1;
}

/* ---- The thread */

/* Those that are behind, to be served without the lock. */
static struct subscription *take_behind(struct solana_feed *f, size_t *count) {
    struct subscription *out = xcalloc(f->count + 1, sizeof *out);
    *count = 0;
    for (size_t i = 0; i < f->count; i++)
        if (!f->list[i].silent && f->list[i].next <= f->newest) out[(*count)++] = f->list[i];
    return out;
}

static void give_back(struct solana_feed *f, const struct subscription *served, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = f->count; k-- > 0;) {
            if (f->list[k].id != served[i].id) continue;
            f->list[k].next = min_u64(served[i].next, f->newest + 1);
            if (served[i].done) f->list[k] = f->list[--f->count];
            break;
        }
}

static void serve(struct solana_feed *f, struct subscription *list, size_t count, uint64_t newest) {
    struct sending s = {.node = f->node};
    if (err_is(chain_reader_open(f->node->chain, ST_LATEST, &s.reader))) return;
    newest = min_u64(newest, chain_reader_height(s.reader));
    for (size_t i = 0; i < count; i++) {
        s.to = &list[i];
        serve_one(&s, newest);
        if (s.gone) solana_feed_closed(f, list[i].ws);
    }
    buf_free(&s.text);
    chain_reader_close(s.reader);
}

static void *feed_main(void *arg) {
    struct solana_feed *f = arg;
    pthread_mutex_lock(&f->lock);
    while (!f->stopping) {
        while (!f->woken && !f->stopping) pthread_cond_wait(&f->news, &f->lock);
        f->woken = false;
        size_t count;
        uint64_t newest = f->newest;
        struct subscription *list = take_behind(f, &count);
        pthread_mutex_unlock(&f->lock);
        if (count) serve(f, list, count, newest);
        pthread_mutex_lock(&f->lock);
        give_back(f, list, count);
        free(list);
    }
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

struct solana_feed *solana_feed_start(struct rpc_node *node) {
    struct solana_feed *f = xcalloc(1, sizeof *f);
    f->node = node;
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->news, NULL);
    st_store_height(chain_store(node->chain), &f->newest);
    if (pthread_create(&f->thread, NULL, feed_main, f) == 0) return f;
    free(f);
    return NULL;
}

void solana_feed_stop(struct solana_feed *f) {
    if (!f) return;
    pthread_mutex_lock(&f->lock);
    f->stopping = true;
    pthread_cond_signal(&f->news);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->news);
    free(f->list);
    free(f);
}
