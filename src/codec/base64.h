/* Base64 (RFC 4648, section 4): the standard alphabet, padded. Decoding refuses missing padding,
 * other characters (line breaks too) and non-zero bits in the last digit that carry nothing. */
#ifndef TERN_CODEC_BASE64_H
#define TERN_CODEC_BASE64_H

#include "base/base.h"

enum base64_error { BASE64_OK, BASE64_BAD_LENGTH, BASE64_BAD_CHARACTER, BASE64_DIRTY_END };

/* Appends the text. */
void base64_put(struct buf *b, struct bytes in);

/* Appends the bytes; on an error `b` has its old length and err.at is the character's offset. */
struct err base64_read(struct buf *b, struct bytes text);

#endif
