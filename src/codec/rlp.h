/* RLP, Ethereum's recursive length prefix (Yellow Paper, appendix B): an item is a byte string or a
 * list of items. */
#ifndef TERN_CODEC_RLP_H
#define TERN_CODEC_RLP_H

#include "base/base.h"

enum rlp_err {
    RLP_OK = 0,
    RLP_ERR_CUT,           /* the input ends inside an item */
    RLP_ERR_NOT_CANONICAL, /* a longer form than needed */
    RLP_ERR_TOO_LARGE,     /* a length beyond 64 bits */
    RLP_ERR_KIND,          /* a list where a string is expected, or the reverse */
    RLP_ERR_NUMBER,        /* leading zeros, or more bytes than the number may have */
    RLP_ERR_TRAILING,      /* bytes behind the last item */
    RLP_ERR_LENGTH,        /* a string of another length than expected */
    RLP_ERR_END,           /* the list has fewer items than expected */
    RLP_ERR_DEPTH,         /* nested too deeply */
};

const char *rlp_err_text(enum rlp_err e);

enum { RLP_DEPTH_MAX = 64 };

/* One item: a string, or a list whose payload holds its items one after another. */
struct rlp_item {
    bool is_list;
    struct bytes payload;
};

/* Takes the next item off the front of `in`. */
enum rlp_err rlp_next(struct bytes *in, struct rlp_item *item);

/* The single item that `in` is; RLP_ERR_TRAILING if there is more. */
enum rlp_err rlp_one(struct bytes in, struct rlp_item *item);

/* The next item, which has to be of that kind. Numbers are big-endian without leading zeros. */
enum rlp_err rlp_list(struct bytes *in, struct bytes *payload);
enum rlp_err rlp_string(struct bytes *in, struct bytes *string);
enum rlp_err rlp_fixed(struct bytes *in, void *out, size_t n); /* a string of exactly n bytes */
enum rlp_err rlp_u64(struct bytes *in, uint64_t *out);
enum rlp_err rlp_u256(struct bytes *in, struct u256 *out);

/* Checks one item with everything inside it. */
enum rlp_err rlp_validate(struct bytes in);

/* ---- Writing. A list is begun, filled and ended; lists nest.
 * --------------------------------------------------------- */

void rlp_put_bytes(struct buf *out, struct bytes string);
void rlp_put_u64(struct buf *out, uint64_t v);
void rlp_put_u256(struct buf *out, const struct u256 *v);

/* Returns what rlp_list_end needs. */
size_t rlp_list_begin(struct buf *out);
void rlp_list_end(struct buf *out, size_t begin);

#endif
