/* Accepting connections: one thread for all listeners of a server, which shares connections out
 * evenly among a listener's threads. (libmicrohttpd's own threads all wait on the listening socket,
 * and the one that wakes first takes what a busy client opens at once: the others then idle.) */
#ifndef TERN_RPC_HTTP_ACCEPT_H
#define TERN_RPC_HTTP_ACCEPT_H

#include "rpc/http.h"

struct acceptor;
struct listener;

/* NULL with errno if the thread cannot be started. The listeners live longer than it and have their
 * sockets and daemons. At most `limit` connections of a listener are open: the next ones wait in
 * the socket's backlog. */
struct acceptor *acceptor_start(struct listener *listeners, size_t count, uint32_t limit);
/* A connection of this listener has gone. Any thread. */
void acceptor_gone(struct acceptor *a, struct listener *l);
/* When it returns nothing more is accepted. */
void acceptor_stop(struct acceptor *a);
void acceptor_free(struct acceptor *a);

#endif
