/* The WebSocket half of the server: one thread, one epoll set, frames by wslay. It is given sockets
 * after their HTTP upgrade was answered. Not for use outside the server; the calls for everyone are
 * in http.h. */
#ifndef TERN_RPC_HTTP_WS_H
#define TERN_RPC_HTTP_WS_H

#include "rpc/http.h"

struct ws_loop;
struct MHD_UpgradeResponseHandle;

/* Borrows `limits` (complete, without zeroes) for its life. NULL with errno set if the system
 * refuses. */
struct ws_loop *ws_loop_start(const struct rpc_limits *limits);

/* Takes the socket; `early` is what the client sent behind its handshake (copied). Gives the socket
 * back through MHD_upgrade_action, at once if the loop has stopped. Any thread. */
void ws_loop_adopt(struct ws_loop *loop, const struct ws_handler *handler, void *ctx, int fd,
                   struct MHD_UpgradeResponseHandle *upgrade, struct bytes early);

/* Closes all with 1001, waits a moment for them, joins the thread. Afterwards every call is a
 * harmless no-op. */
void ws_loop_stop(struct ws_loop *loop);
void ws_loop_free(struct ws_loop *loop);

bool ws_loop_send(struct ws_loop *loop, uint64_t id, struct bytes text);
void ws_loop_close(struct ws_loop *loop, uint64_t id, uint16_t code);
uint32_t ws_loop_count(struct ws_loop *loop);

/* The Sec-WebSocket-Accept for a client's key (RFC 6455 §4.2.2), with a final zero; false unless
 * the key is the base64 of 16 bytes. */
bool ws_accept_key(struct bytes key, char out[29]);

#endif
