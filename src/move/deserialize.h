/* Private to the reader of the binary format: a cursor with a sticky error. After an error every
 * read gives zero and moves nothing, so that callers check once, where a loop or a table ends. */
#ifndef TERN_MOVE_DESERIALIZE_H
#define TERN_MOVE_DESERIALIZE_H

#include "move/file_format.h"

/* move-binary-format, file_format_common.rs. */
enum {
    MV_INDEX_MAX = 65535,
    MV_LOCAL_INDEX_MAX = 255,
    MV_IDENTIFIER_BYTES_MAX = 255,
    MV_CONSTANT_BYTES_MAX = 65535,
    MV_METADATA_KEY_BYTES_MAX = 1023,
    MV_METADATA_VALUE_BYTES_MAX = 65535,
    MV_SIGNATURE_COUNT_MAX = 255,
    MV_ACQUIRES_MAX = 255,
    MV_FIELDS_MAX = 255,
    MV_FIELD_OFFSET_MAX = 255,
    MV_VARIANTS_MAX = 127,
    MV_VARIANT_OFFSET_MAX = 127,
    MV_TYPE_PARAMS_MAX = 255,
    MV_ACCESS_SPECIFIERS_MAX = 64,
    MV_ATTRIBUTES_MAX = 16,
    MV_TOKEN_DEPTH_MAX = 256,
    MV_BYTECODE_COUNT_MAX = 65535,
    MV_TABLES_MAX = 255,
};

struct mv_reader {
    const uint8_t *base, *at, *end; /* base: the first byte of the file, for error places */
    unsigned version;
    struct mv_err err;
    struct arena *arena; /* the module's */
    struct buf entries;  /* the table being read */
    struct buf tokens;   /* the type or signature being read */
    struct buf starts;   /* of the signature being read */
    struct buf list;     /* a list inside an entry: fields, type parameters, instructions */
    struct buf variants; /* the variants of an enum, while `list` holds their fields */
    struct buf wide;     /* 128- and 256-bit immediates so far */
};

static inline bool mv_read_ok(const struct mv_reader *r) {
    return r->err.code == MV_OK;
}

/* Keeps the first error; `text` is static. */
void mv_read_fail(struct mv_reader *r, enum mv_status_code code, const char *text);

uint8_t mv_read_u8(struct mv_reader *r);

/* ULEB128 of at most `max`, in the shortest form. */
uint64_t mv_read_uleb(struct mv_reader *r, uint64_t max);

static inline uint16_t mv_read_index(struct mv_reader *r) {
    return (uint16_t)mv_read_uleb(r, MV_INDEX_MAX);
}

/* `n` bytes where they lie; empty on error. */
struct bytes mv_read_bytes(struct mv_reader *r, size_t n);

/* Copies what a scratch buffer holds into the module and empties the buffer. */
const void *mv_read_keep(struct mv_reader *r, struct buf *scratch);

/* deserialize_type.c */
uint8_t mv_read_abilities(struct mv_reader *r);
const struct mv_token *mv_read_type(struct mv_reader *r);
struct mv_signature mv_read_signature(struct mv_reader *r);

/* deserialize_code.c */
struct mv_code mv_read_code(struct mv_reader *r);

/* deserialize_handle.c */
struct mv_struct_handle mv_read_struct_handle(struct mv_reader *r);
struct mv_function_handle mv_read_function_handle(struct mv_reader *r);
const uint8_t *mv_read_ability_sets(struct mv_reader *r, uint8_t *count);
const struct mv_access_specifier *mv_read_access_specifiers(struct mv_reader *r, bool *present,
                                                            uint8_t *count);

#endif
