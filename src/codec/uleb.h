/* ULEB128: seven bits a byte, least significant first, the top bit set on all but the last byte.
 * Strict as in Move: the shortest form only (no last byte of 0 behind others), and the value within
 * the caller's limit. */
#ifndef TERN_CODEC_ULEB_H
#define TERN_CODEC_ULEB_H

#include "base/base.h"

enum { ULEB_BYTES_MAX = 10 };

/* Reads one value of at most `max` from the beginning of `in`. Returns how many bytes it took; 0 if
 * it is cut short, not in its shortest form or above `max` (*value is untouched then). */
size_t uleb_get(struct bytes in, uint64_t max, uint64_t *value);

void uleb_put(struct buf *b, uint64_t value);

/* How many bytes uleb_put writes. */
size_t uleb_size(uint64_t value);

#endif
