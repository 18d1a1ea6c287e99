/* RLP, Ethereum's Recursive Length Prefix (Yellow Paper, appendix B): an item is a byte string or a
 * list of items. Strict: a length is written in its shortest form, a single byte below 0x80 stands
 * for itself, an integer has no leading zeros.
 *
 * Writing: items are appended; a list is what lies between rlp_list_begin and rlp_list_end. The end
 * of a list longer than 55 bytes moves the list's content by one to eight bytes, so a byte moves at
 * most once for each list around it.
 *
 *     size_t list = rlp_list_begin(&b);
 *     rlp_put_u64(&b, nonce);
 *     rlp_put_bytes(&b, data);
 *     rlp_list_end(&b, list);
 *
 * Reading: a reader walks the items in order and goes into lists and out of them again. It stops at
 * the first defect and stays there: all later calls return zeros, and the caller looks at the
 * error once, at the end.
 *
 *     struct rlp_reader r = rlp_reader(input, arena);
 *     rlp_open(&r, "transaction");
 *     tx->nonce = rlp_u64(&r, "nonce");
 *     rlp_open(&r, "accessList");
 *     while (rlp_more(&r)) …
 *     rlp_close(&r);
 *     rlp_close(&r);
 *     return rlp_finish(&r);
 */
#ifndef TERN_CODEC_RLP_H
#define TERN_CODEC_RLP_H

#include "base/base.h"

enum { RLP_DEPTH_MAX = 64 }; /* lists inside one another that a reader follows */

enum rlp_error {
    RLP_OK,
    RLP_TRUNCATED,     /* the length passes the end of the input or of the list around it */
    RLP_LONG_FORM,     /* a long length where the short form or a bare byte was due */
    RLP_LENGTH_ZEROS,  /* a length with leading zeros */
    RLP_NOT_A_LIST,    /* a byte string where a list is due */
    RLP_NOT_A_STRING,  /* a list where a byte string is due */
    RLP_WRONG_LENGTH,  /* a fixed-size field of another size */
    RLP_LEADING_ZEROS, /* an integer with leading zeros */
    RLP_INT_TOO_LARGE, /* an integer that does not fit its field */
    RLP_MISSING,       /* the list ends before the field */
    RLP_TRAILING,      /* the list or the input goes on behind the last field */
    RLP_TOO_DEEP,      /* more than RLP_DEPTH_MAX lists inside one another */
};

/* ---- Items */

struct rlp_item {
    bool is_list;
    struct bytes payload; /* the string, or the list's items one after the other */
    struct bytes whole;   /* with the prefix */
};

/* Takes one item off the beginning of `in`; all slices are borrowed. On an error `in` stays and
 * err.at is 0. Does not look inside a list. */
struct err rlp_next(struct bytes *in, struct rlp_item *item);

/* Whether `in` is exactly one item, well-formed down to its leaves. */
struct err rlp_check(struct bytes in);

/* ---- Reader */

struct rlp_reader {
    struct bytes in;
    size_t at;
    unsigned depth;
    size_t end[RLP_DEPTH_MAX + 1];       /* of the input, and of each open list */
    const char *name[RLP_DEPTH_MAX + 1]; /* of each open list, for error texts */
    struct arena *arena;                 /* for error texts; may be NULL */
    struct err err;                      /* the first defect; at is its offset in the input */
};

/* Borrows `in`. With an arena, error texts name the field ("nonce: integer with leading zeros"). */
struct rlp_reader rlp_reader(struct bytes in, struct arena *arena);

/* Goes into the list that comes next; `name` must outlive the reader. */
void rlp_open(struct rlp_reader *r, const char *name);

/* Whether the open list (or the input) has another item. False after an error. */
bool rlp_more(const struct rlp_reader *r);

/* Leaves the open list; an error if items are left in it. */
void rlp_close(struct rlp_reader *r);

/* The next item of whatever kind, and whether the next one is a list (false if there is none). */
struct rlp_item rlp_item(struct rlp_reader *r, const char *name);
bool rlp_at_list(const struct rlp_reader *r);

struct bytes rlp_bytes(struct rlp_reader *r, const char *name);
void rlp_fixed(struct rlp_reader *r, const char *name, uint8_t *out, size_t n);
uint64_t rlp_u64(struct rlp_reader *r, const char *name);
struct u256 rlp_u256(struct rlp_reader *r, const char *name);

/* An n-byte string or an empty one; false if it is empty (a transaction's `to`). */
bool rlp_fixed_or_empty(struct rlp_reader *r, const char *name, uint8_t *out, size_t n);

/* Lets the caller refuse a field's value in the reader's own way; the offset is that behind it. */
void rlp_refuse(struct rlp_reader *r, int32_t code, const char *name, const char *defect);

/* The first error, or RLP_TRAILING if input is left. */
struct err rlp_finish(struct rlp_reader *r);

/* ---- Writer */

void rlp_put_bytes(struct buf *b, struct bytes s);
void rlp_put_u64(struct buf *b, uint64_t v);
void rlp_put_u256(struct buf *b, const struct u256 *v);

/* Returns the mark that rlp_list_end wants. Lists may be nested. */
size_t rlp_list_begin(struct buf *b);
void rlp_list_end(struct buf *b, size_t mark);

/* The prefix of a list whose items have `payload` bytes; for those who know it beforehand. */
void rlp_put_list_header(struct buf *b, size_t payload);

/* How many bytes rlp_put_bytes writes. */
size_t rlp_bytes_size(struct bytes s);

#endif
