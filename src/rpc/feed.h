/* feed: who waits for news of the chain, and how far each has been told. Polling filters
 * (eth_newFilter …) and subscriptions of WebSockets (eth_subscribe) are both an *interest*: what is
 * wanted, and a cursor into the chain or into the arrivals of the mempool. News are not queued for
 * anybody: they are read from the chain when they are asked for or sent, so an interest costs the
 * same however long nobody reads it.
 *
 * What is bounded: interests of each sort, those of one WebSocket, the bytes of all log filters,
 * the arrivals that are remembered, and the time that an unused filter lives. */
#ifndef TERN_RPC_FEED_H
#define TERN_RPC_FEED_H

#include "base/base.h"
#include "chain/chain.h"

struct rpc_feed;
struct rpc_node;

enum feed_kind { FEED_LOGS, FEED_BLOCKS, FEED_ARRIVALS, FEED_SYNCING, FEED_MESSAGES };

/* Which logs: owned by the interests that refer to it. */
struct feed_criteria {
    uint32_t references;
    size_t bytes;
    struct chain_log_filter filter; /* its lists lie behind this struct */
    bool ranged;                    /* from and to bound what is told */
    bool from_named;                /* by a number */
    bool has_block_hash;            /* only eth_getFilterLogs looks at it */
    struct b32 block_hash;
};

struct feed_interest {
    enum feed_kind kind;
    bool full;                      /* FEED_ARRIVALS: whole transactions */
    struct feed_criteria *criteria; /* FEED_LOGS */
    struct {                        /* FEED_MESSAGES: those that a client means; 0: any */
        enum xvm_status status;
        bool has_from_vm, has_to_vm;
        uint8_t from_vm, to_vm;
        struct xvm_actor senders[2];
        size_t sender_count;
    } messages;
    uint64_t next;    /* height, or number of the arrival, that comes next */
    uint64_t rewinds; /* how often the chain had gone back at feed_look */
};

enum { FEED_ID_TEXT = 35 };

enum feed_result { FEED_OK, FEED_FULL, FEED_UNKNOWN };

struct rpc_feed *feed_start(struct rpc_node *node);
/* Ends the thread; nothing may be added any more. */
void feed_stop(struct rpc_feed *f);

/* Copies a filter; one reference. */
struct feed_criteria *feed_criteria_new(const struct chain_log_filter *filter);
void feed_criteria_unref(struct rpc_feed *f, struct feed_criteria *c);

/* Adds an interest in what comes from now on; takes the reference of in->criteria, on FEED_FULL
 * too. `ws` 0: to be polled. A subscription stays silent until feed_answered(): its id must have
 * been told before. */
enum feed_result feed_add(struct rpc_feed *f, const struct feed_interest *in, uint64_t ws,
                          char id[FEED_ID_TEXT]);
/* Only interests of that `ws` are known to it. */
enum feed_result feed_remove(struct rpc_feed *f, const char *id, uint64_t ws);
void feed_answered(struct rpc_feed *f, uint64_t ws);
void feed_closed(struct rpc_feed *f, uint64_t ws);

/* A polled filter as it is, with a reference of its own to the criteria, and used just now. */
enum feed_result feed_look(struct rpc_feed *f, const char *id, struct feed_interest *out);
/* It has been told everything before `next`, unless the chain has gone back since feed_look. */
void feed_told(struct rpc_feed *f, const char *id, const struct feed_interest *seen, uint64_t next);

/* The hashes of arrivals from *next on, at most `max`; *next moves behind them. Some are lost if
 * *next is too long ago. */
size_t feed_arrivals(struct rpc_feed *f, uint64_t *next, struct b32 *out, size_t max);

#endif
