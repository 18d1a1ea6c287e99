/* Natives behind #[test_only] functions of the framework. They are refused outside unit tests
 * (mv_session_params.testing), and no published module can declare them. */
#include "move/natives.h"
#include "move/session.h"

enum { SIGNERS_MAX = 1 << 16 };

static bool is_testing(const struct mv_native_call *n) {
    return n->s->p.testing;
}

/* unit_test::create_signers_for_testing(count): addresses 0, 1, 2 … in their first eight bytes,
 * little-endian. */
enum mv_status_code mv_native_test_signers(struct mv_native_call *n) {
    uint64_t count = n->slots[0];
    struct mv_vec v;
    if (!is_testing(n)) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    if (count > SIGNERS_MAX) return mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    if (!mv_vec_make(&n->s->heap, &v, count, 32, MV_KIND_PLAIN)) return MV_MEMORY_LIMIT_EXCEEDED;
    for (uint64_t i = 0; i < count; i++) {
        uint8_t *signer = v.p + 32 * i;
        memset(signer, 0, 32);
        store_le64(signer, i);
    }
    memcpy(n->slots, &v, sizeof v);
    return MV_OK;
}

/* timestamp::set_now_for_testing(microseconds) */
enum mv_status_code mv_native_test_set_time(struct mv_native_call *n) {
    if (!is_testing(n)) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    n->s->p.block.timestamp_us = n->slots[0];
    return MV_OK;
}

/* block::set_height_for_testing(height) */
enum mv_status_code mv_native_test_set_height(struct mv_native_call *n) {
    if (!is_testing(n)) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    n->s->p.block.height = n->slots[0];
    return MV_OK;
}
