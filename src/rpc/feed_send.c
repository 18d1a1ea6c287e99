/* Notifications to subscribers: read from the chain, written as JSON, queued at their sockets. A
 * client that reads too slowly fills its queue (rpc_limits.ws_queue_bytes) and is closed. */
#include "rpc/feed_send.h"

#include "rpc/eth_json.h"
#include "rpc/node.h"
#include "rpc/tern.h"

struct sending {
    struct rpc_node *node;
    struct chain_reader *reader;
    struct feed_target *target;
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
    jo_cstring(&o, "eth_subscription");
    jo_key(&o, "params");
    jo_object(&o);
    jo_key(&o, "subscription");
    jo_cstring(&o, s->target->id);
    jo_key(&o, "result");
    return o;
}

static void end_note(struct sending *s, struct json_out *o) {
    jo_end_object(o);
    jo_end_object(o);
    if (!ws_send(s->node->server, s->target->ws, buf_bytes(&s->text))) s->gone = true;
}

static bool send_log(void *ctx, const struct chain_log *log) {
    struct sending *s = ctx;
    struct json_out o = begin_note(s);
    eth_put_log(&o, log->log, log->tx, log->block, log->log_index);
    end_note(s, &o);
    return !s->gone;
}

static void send_logs(struct sending *s, uint64_t newest) {
    const struct feed_criteria *c = s->target->in.criteria;
    struct chain_log_filter filter = c->filter;
    filter.from = max_u64(s->target->in.next, c->ranged ? c->filter.from : 0);
    filter.to = c->ranged ? min_u64(newest, c->filter.to) : newest;
    if (filter.from <= filter.to) chain_scan_logs(s->reader, &filter, send_log, s);
}

static void send_heads(struct sending *s, uint64_t newest) {
    for (uint64_t h = s->target->in.next; h <= newest && !s->gone; h++) {
        struct chain_block b;
        if (!chain_block_at(s->reader, h, &b)) return;
        struct json_out o = begin_note(s);
        jo_object(&o);
        eth_put_header(&o, &b);
        jo_end_object(&o);
        end_note(s, &o);
    }
}

static void send_arrivals(struct rpc_feed *f, struct sending *s) {
    enum { AT_ONCE = 256 };
    struct b32 hashes[AT_ONCE];
    size_t n;
    while (!s->gone && (n = feed_arrivals(f, &s->target->in.next, hashes, AT_ONCE))) {
        for (size_t i = 0; i < n && !s->gone; i++) {
            struct arena_mark mark = arena_mark(chain_reader_arena(s->reader));
            struct json_out o = begin_note(s);
            if (s->target->in.full)
                eth_put_arrival(&o, s->node->chain, s->reader, &hashes[i]);
            else
                jo_hex(&o, BYTES_OF(hashes[i]));
            end_note(s, &o);
            arena_release(chain_reader_arena(s->reader), mark);
        }
    }
}

/* ---- Messages */

static struct chain_message_filter message_filter(const struct feed_interest *in) {
    return (struct chain_message_filter){.senders = in->messages.senders,
                                         .sender_count = in->messages.sender_count,
                                         .has_from_vm = in->messages.has_from_vm,
                                         .has_to_vm = in->messages.has_to_vm,
                                         .from_vm = in->messages.from_vm,
                                         .to_vm = in->messages.to_vm};
}

/* What one leg made of a message, if that is wanted. */
static void send_message(struct sending *s, const struct chain_tx *tx, const struct xvm_leg *l) {
    const struct feed_interest *in = &s->target->in;
    const struct chain_message_filter filter = message_filter(in);
    struct xvm_message m;
    if (!l->status || (in->messages.status && in->messages.status != l->status) ||
        !xvm_message_get(chain_reader_journal(s->reader), &l->message,
                         chain_reader_arena(s->reader), &m) ||
        !chain_message_matches(&filter, &m))
        return;
    struct json_out o = begin_note(s);
    tern_put_message_news(&o, s->reader, tx, l, &m);
    end_note(s, &o);
}

static bool send_crossing(void *ctx, uint64_t height, uint32_t root) {
    struct sending *s = ctx;
    struct chain_tx tx;
    struct arena_mark mark = arena_mark(chain_reader_arena(s->reader));
    if (chain_tx_at(s->reader, height, root, &tx))
        for (uint32_t i = 0; i < tx.leg_count && !s->gone; i++) send_message(s, &tx, &tx.legs[i]);
    arena_release(chain_reader_arena(s->reader), mark);
    return !s->gone;
}

void feed_send(struct rpc_feed *f, struct rpc_node *node, struct feed_target *targets, size_t count,
               uint64_t newest) {
    struct sending s = {.node = node};
    if (err_is(chain_reader_open(node->chain, ST_LATEST, &s.reader))) return;
    newest = min_u64(newest, chain_reader_height(s.reader));
    for (size_t i = 0; i < count; i++) {
        s.target = &targets[i];
        s.gone = false;
        switch (targets[i].in.kind) {
        case FEED_LOGS: send_logs(&s, newest); break;
        case FEED_BLOCKS: send_heads(&s, newest); break;
        case FEED_MESSAGES:
            chain_scan_crossings(s.reader, targets[i].in.next, newest, send_crossing, &s);
            break;
        case FEED_ARRIVALS: send_arrivals(f, &s); break;
        case FEED_SYNCING: break; /* one node makes the chain: it is never behind */
        }
        if (targets[i].in.kind != FEED_ARRIVALS) targets[i].in.next = newest + 1;
        if (s.gone) feed_closed(f, targets[i].ws);
    }
    buf_free(&s.text);
    chain_reader_close(s.reader);
}
