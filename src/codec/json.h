/* JSON text into jansson's values, under limits. */
#ifndef TERN_CODEC_JSON_H
#define TERN_CODEC_JSON_H

#include <jansson.h>

#include "base/base.h"

enum { JSON_DEPTH_MAX = 128 };

/* Parses a whole text: any JSON value, UTF-8, no duplicate keys, nested at most JSON_DEPTH_MAX
 * deep. *out is a new reference, NULL on an error; the error's text is static and `at` the byte
 * where it was noticed. */
struct err json_parse(struct bytes text, json_t **out);

#endif
