/* The request target of RFC 9112 §3.2 and the query of application/x-www-form-urlencoded. */
#ifndef TERN_RPC_HTTP_TARGET_H
#define TERN_RPC_HTTP_TARGET_H

#include "base/base.h"

/* Appends the decoded path of `target` (origin-form, or absolute-form with http: or https:) to
 * `path` and points `query` into `target`. False if there is no path, or it has a broken
 * percent-encoding or a zero byte. */
bool http_target_split(struct bytes target, struct buf *path, struct bytes *query);

/* Appends the decoded value of the first parameter called `name`. False, and `out` as it was, if
 * there is none or its percent-encoding is broken. */
bool http_query_value(struct bytes query, const char *name, struct buf *out);

#endif
