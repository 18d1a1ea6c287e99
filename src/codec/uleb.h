/* ULEB128: seven bits a byte, least significant first, the shortest form only. */
#ifndef TERN_CODEC_ULEB_H
#define TERN_CODEC_ULEB_H

#include "base/base.h"

enum { ULEB_MAX_BYTES = 10 };

/* Reads a number of at most `max` from the start of `in`. Returns the bytes used, or 0 if it is
 * cut, longer than it needs to be, or too large; then *out is unchanged. */
size_t uleb_get(struct bytes in, uint64_t max, uint64_t *out);

void uleb_put(struct buf *out, uint64_t v);

#endif
