/* A verifier of Merkle-Patricia proofs that knows only the root, written anew from the Yellow
 * Paper's appendix D. */
#ifndef TERN_TESTS_STATE_PROOF_CHECK_H
#define TERN_TESTS_STATE_PROOF_CHECK_H

#include "codec/rlp.h"
#include "crypto/keccak.h"
#include "state/state.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static inline struct rlp_item item_at(struct bytes list, int index) {
    struct rlp_item item = {0};
    for (int i = 0; i <= index; i++) assert_false(err_is(rlp_next(&list, &item)));
    return item;
}

static inline int item_count(struct bytes list) {
    struct rlp_item item;
    int n = 0;
    for (; list.n; n++) assert_false(err_is(rlp_next(&list, &item)));
    return n;
}

static inline uint8_t nibble(const struct b32 *key, size_t i) {
    return i % 2 ? key->b[i / 2] & 15 : key->b[i / 2] >> 4;
}

/* What the proof says is under `path`: the value, or (n 0) nothing. Fails if a hash is wrong or the
 * proof has too many nodes or too few. */
static inline struct bytes verify(const struct st_proof *p, const struct b32 *root,
                                  const struct b32 *path) {
    struct b32 want = *root;
    struct bytes absent = {0};
    size_t depth = 0, used = 0;
    if (b32_eq(root, &ST_EMPTY_TRIE_ROOT)) {
        assert_int_equal(p->count, 0);
        return absent;
    }
    for (;;) {
        assert_true(used < p->count);
        struct bytes node = p->nodes[used++], in = node;
        struct b32 hash;
        struct rlp_item list, next;
        keccak256(&hash, node);
        assert_true(b32_eq(&hash, &want));
        assert_false(err_is(rlp_next(&in, &list)));
    inside:
        if (item_count(list.payload) == 17) {
            next = item_at(list.payload, nibble(path, depth++));
        } else {
            struct bytes hp = item_at(list.payload, 0).payload;
            bool leaf = hp.p[0] & 0x20;
            next = item_at(list.payload, 1);
            bool same = true;
            for (size_t i = hp.p[0] & 0x10 ? 1 : 2; i < hp.n * 2; i++, depth++) {
                uint8_t have = i % 2 ? hp.p[i / 2] & 15 : hp.p[i / 2] >> 4;
                if (depth < 64 && have != nibble(path, depth)) same = false;
            }
            if (leaf || !same) {
                assert_int_equal(used, p->count);
                return same ? next.payload : absent;
            }
        }
        if (next.is_list) {
            list = next;
            goto inside;
        }
        if (!next.payload.n) {
            assert_int_equal(used, p->count);
            return absent;
        }
        assert_int_equal(next.payload.n, 32);
        memcpy(&want, next.payload.p, 32);
    }
}

#endif
