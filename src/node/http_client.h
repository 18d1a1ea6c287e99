/* Private to node/: one HTTP/1.1 request after the other to a node's plain-HTTP API, for commands.
 * No TLS, no redirects. */
#ifndef TERN_NODE_HTTP_CLIENT_H
#define TERN_NODE_HTTP_CLIENT_H

#include "base/base.h"

enum { HTTP_ANSWER_MAX_BYTES = 64 << 20 };

/* Sends a request (POST with a body if `type` is given, else GET) to url ‖ path, where url is
 * "http://host[:port][/prefix]". Fills *status and the answer's body; false with a reason if no
 * whole answer came. */
bool http_request(const char *url, const char *path, const char *type, struct bytes body,
                  int *status, struct buf *answer, struct buf *why);

#endif
