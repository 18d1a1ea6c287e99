/* BCS, Binary Canonical Serialization (github diem/bcs, README): integers little-endian with a
 * fixed width, bool one byte 0 or 1, sequences and strings with their length in ULEB128 (at most
 * 2^31 - 1), structs and tuples as their fields one after the other, enums as the variant's index
 * in ULEB128 (32 bits) and its fields, containers at most 500 deep. Nothing says where one type
 * ends: the reader must know the types.
 *
 * A reader stops at the first defect and stays there: all later calls return zeros, and the caller
 * looks at the error once, at the end.
 *
 *     struct bcs_reader r = bcs_reader(input, arena);
 *     bcs_fixed(&r, "sender", sender.b, 32);
 *     tx.sequence_number = bcs_u64(&r, "sequence_number");
 *     for (uint64_t n = bcs_count(&r, "args", 1); n > 0; n--) … bcs_bytes(&r, "args") …
 *     return bcs_finish(&r);
 */
#ifndef TERN_CODEC_BCS_H
#define TERN_CODEC_BCS_H

#include "base/base.h"

enum { BCS_DEPTH_MAX = 500, BCS_LENGTH_MAX = 0x7fffffff };

enum bcs_error {
    BCS_OK,
    BCS_TRUNCATED,   /* the input ends inside the field */
    BCS_BAD_BOOL,    /* a byte other than 0 and 1 */
    BCS_BAD_ULEB,    /* a length or variant not in its shortest form, or above 32 bits */
    BCS_TOO_LONG,    /* a length above 2^31 - 1, or more elements than there are bytes for */
    BCS_BAD_VARIANT, /* an enum has no such variant */
    BCS_BAD_UTF8,    /* a string that is not UTF-8 */
    BCS_TOO_DEEP,    /* containers more than 500 deep */
    BCS_TRAILING,    /* input is left behind the last field */
};

/* ---- Reader */

struct bcs_reader {
    struct bytes in;
    size_t at;
    unsigned depth;
    struct arena *arena; /* for error texts; may be NULL */
    struct err err;      /* the first defect; at is its offset in the input */
};

/* Borrows `in`. With an arena, error texts name the field ("sender: the input ends inside it"). */
struct bcs_reader bcs_reader(struct bytes in, struct arena *arena);

uint8_t bcs_u8(struct bcs_reader *r, const char *name);
uint16_t bcs_u16(struct bcs_reader *r, const char *name);
uint32_t bcs_u32(struct bcs_reader *r, const char *name);
uint64_t bcs_u64(struct bcs_reader *r, const char *name);
struct u256 bcs_u128(struct bcs_reader *r, const char *name);
struct u256 bcs_u256(struct bcs_reader *r, const char *name);
bool bcs_bool(struct bcs_reader *r, const char *name);

/* A value of exactly n bytes: copied out, or as a borrowed slice (empty after an error). */
void bcs_fixed(struct bcs_reader *r, const char *name, uint8_t *out, size_t n);
struct bytes bcs_take(struct bcs_reader *r, const char *name, size_t n);

/* vector<u8>, and the same that must be UTF-8; borrowed. */
struct bytes bcs_bytes(struct bcs_reader *r, const char *name);
struct bytes bcs_string(struct bcs_reader *r, const char *name);

/* The length of a sequence whose elements take at least `element_bytes` (> 0) each: never more than
 * the input can hold, so the caller may allocate by it. */
uint64_t bcs_count(struct bcs_reader *r, const char *name, size_t element_bytes);

/* The index of an enum's variant, below `count`. Option is bcs_variant(r, name, 2), or bcs_count
 * for Move's Option, which is a vector. */
uint32_t bcs_variant(struct bcs_reader *r, const char *name, uint32_t count);

/* Around the fields of a container that may contain its like. False if it is too deep. */
bool bcs_enter(struct bcs_reader *r, const char *name);
void bcs_leave(struct bcs_reader *r);

/* Lets the caller refuse a field's value in the reader's own way. */
void bcs_refuse(struct bcs_reader *r, int32_t code, const char *name, const char *defect);

static inline bool bcs_more(const struct bcs_reader *r) {
    return !err_is(r->err) && r->at < r->in.n;
}

/* The first error, or BCS_TRAILING if input is left. */
struct err bcs_finish(struct bcs_reader *r);

/* ---- Writer: appends to a buf. Lengths and variants are uleb_put's. */

void bcs_put_u16(struct buf *b, uint16_t v);
void bcs_put_u32(struct buf *b, uint32_t v);
void bcs_put_u64(struct buf *b, uint64_t v);
void bcs_put_u128(struct buf *b, const struct u256 *v); /* the low 128 bits; the others are zero */
void bcs_put_u256(struct buf *b, const struct u256 *v);
void bcs_put_bytes(struct buf *b, struct bytes s); /* with the length before it */

static inline void bcs_put_u8(struct buf *b, uint8_t v) {
    buf_put_u8(b, v);
}
static inline void bcs_put_bool(struct buf *b, bool v) {
    buf_put_u8(b, v);
}

#endif
