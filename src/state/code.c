#include "crypto/keccak.h"
#include "state/journal_impl.h"

#include <stdatomic.h>
#include <stdlib.h>

/* keccak-256 of "" and of the single byte 0x80, RLP's empty string (Yellow Paper, 4.1 and D). */
const struct b32 ST_EMPTY_CODE_HASH = {{0xc5, 0xd2, 0x46, 0x01, 0x86, 0xf7, 0x23, 0x3c,
                                        0x92, 0x7e, 0x7d, 0xb2, 0xdc, 0xc7, 0x03, 0xc0,
                                        0xe5, 0x00, 0xb6, 0x53, 0xca, 0x82, 0x27, 0x3b,
                                        0x7b, 0xfa, 0xd8, 0x04, 0x5d, 0x85, 0xa4, 0x70}};
const struct b32 ST_EMPTY_TRIE_ROOT = {{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6,
                                        0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
                                        0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0,
                                        0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}};

/* Zero bytes behind the code: STOP for whoever runs off the end, and the rest of a cut-off PUSH32.
 */
enum { CODE_PADDING_BYTES = 40 };

struct st_code *st_code_new(struct bytes bytes) {
    assert(bytes.n <= UINT32_MAX);
    struct st_code *c = xmalloc(sizeof *c + bytes.n + CODE_PADDING_BYTES);
    uint8_t *p = (uint8_t *)(c + 1);
    *c = (struct st_code){.size = (uint32_t)bytes.n, .bytes = p, .references = 1};
    if (bytes.n) memcpy(p, bytes.p, bytes.n);
    memset(p + bytes.n, 0, CODE_PADDING_BYTES);
    keccak256(&c->hash, bytes);
    return c;
}

void st_code_ref(struct st_code *c) {
    atomic_fetch_add_explicit(&c->references, 1, memory_order_relaxed);
}

void st_code_unref(struct st_code *c) {
    if (!c || atomic_fetch_sub_explicit(&c->references, 1, memory_order_acq_rel) != 1) return;
    void (*analysis_free)(void *) = c->analysis_free;
    void *analysis = c->analysis;
    if (analysis && analysis_free) analysis_free(analysis);
    free(c);
}
