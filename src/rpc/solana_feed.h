/* Solana's subscriptions: a client of the WebSocket port says what it waits for, and a thread reads
 * each new block for all of them. News are not queued: they are read from the chain, so a
 * subscription costs the same however far it is behind. What is bounded: subscriptions in all and
 * of one WebSocket, and by the server the bytes that wait for a slow client. */
#ifndef TERN_RPC_SOLANA_FEED_H
#define TERN_RPC_SOLANA_FEED_H

#include "base/base.h"

struct solana_feed;
struct rpc_node;

struct solana_feed *solana_feed_start(struct rpc_node *node);
void solana_feed_stop(struct solana_feed *f);

/* The newest block is this one now. On the sequencer's thread: quick. */
void solana_feed_sealed(struct solana_feed *f, uint64_t height);
/* The answer with a subscription's number is on its way: its news may follow. */
void solana_feed_answered(struct solana_feed *f, uint64_t ws);
void solana_feed_closed(struct solana_feed *f, uint64_t ws);

#endif
