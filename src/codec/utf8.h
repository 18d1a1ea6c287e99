/* UTF-8 as Unicode 15, table 3-7 defines it: no over-long forms, no surrogates, nothing above
 * U+10FFFF. */
#ifndef TERN_CODEC_UTF8_H
#define TERN_CODEC_UTF8_H

#include "base/base.h"

/* Bytes of well-formed text at the beginning of `text`; text.n if all of it is. */
size_t utf8_prefix(struct bytes text);

static inline bool utf8_valid(struct bytes text) {
    return utf8_prefix(text) == text.n;
}

#endif
