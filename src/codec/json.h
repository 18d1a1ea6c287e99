/* Strict JSON (RFC 8259) over jansson: an object or an array at the top, UTF-8, no duplicate keys,
 * nothing behind the end, size and depth limited. The values are jansson's; include <jansson.h> to
 * walk them. json_read_… get a field of an object in the form that the chains' interfaces use, with
 * an error that names the field. */
#ifndef TERN_CODEC_JSON_H
#define TERN_CODEC_JSON_H

#include "base/base.h"

typedef struct json_t json_t; /* jansson's, so that this header does not pull in all of it */

enum json_read_error {
    JSON_ERR_OK,
    JSON_ERR_TOO_LARGE, /* more bytes than allowed */
    JSON_ERR_TOO_DEEP,  /* more levels than allowed */
    JSON_ERR_SYNTAX,    /* not JSON; the text has line, column and defect */
    JSON_ERR_MISSING,   /* the field is absent or null */
    JSON_ERR_TYPE,      /* the field has another JSON type */
    JSON_ERR_VALUE,     /* the field's text is not of the form it must have */
};

enum { JSON_DEPTH_MAX = 256 }; /* the greatest limit that json_read accepts */

/* Parses `text` of at most `size_max` bytes and `depth_max` levels. *out is a new reference that
 * the caller gives back with json_decref. Error texts live in the arena; `at` is a byte offset. */
struct err json_read(struct arena *a, struct bytes text, size_t size_max, unsigned depth_max,
                     json_t **out);

/* The field `name` of `object`; JSON_ERR_MISSING, or JSON_ERR_TYPE if `object` is no object. In all
 * calls below error texts live in the arena. */
struct err json_read_field(struct arena *a, const json_t *object, const char *name, json_t **out);

/* "0x…" quantities, fixed-size fields, data (copied to the arena). */
struct err json_read_quantity(struct arena *a, const json_t *object, const char *name,
                              uint64_t *out);
struct err json_read_quantity_u256(struct arena *a, const json_t *object, const char *name,
                                   struct u256 *out);
struct err json_read_address(struct arena *a, const json_t *object, const char *name,
                             struct b20 *out);
struct err json_read_hash(struct arena *a, const json_t *object, const char *name, struct b32 *out);
struct err json_read_data(struct arena *a, const json_t *object, const char *name,
                          struct bytes *out);

/* A string, borrowed from the JSON value. */
struct err json_read_text(struct arena *a, const json_t *object, const char *name,
                          struct bytes *out);

/* A non-negative number, or the same in decimal in a string (the Aptos API's u64). */
struct err json_read_u64(struct arena *a, const json_t *object, const char *name, uint64_t *out);

struct err json_read_bool(struct arena *a, const json_t *object, const char *name, bool *out);

#endif
