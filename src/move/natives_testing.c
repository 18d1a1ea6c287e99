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

/* ---- Events that the test has emitted so far */

/* Of type argument 0: module events, or (`guid` given) a handle's. */
static bool is_asked_for(const struct mv_native_call *n, const struct st_log *log,
                         const struct mv_vec *guid) {
    if (log->vm != ST_VM_MOVE || !bytes_eq(log->type_tag, mv_native_type(n, 0)->tag)) return false;
    if (!guid) return b32_is_zero(&log->guid_address) && log->guid_creation_number == 0;
    return log->guid_creation_number == load_le64(guid->p) &&
           !memcmp(&log->guid_address, guid->p + 8, sizeof log->guid_address);
}

static enum mv_status_code return_events(struct mv_native_call *n, const struct mv_vec *guid) {
    struct mv_session *s = n->s;
    const struct mv_type *t = mv_native_type(n, 0);
    size_t count, found = 0;
    const struct st_log *logs = st_logs(s->p.journal, &count);
    for (size_t i = 0; i < count; i++) found += is_asked_for(n, &logs[i], guid);
    struct mv_vec v;
    struct mv_decoder d = {.heap = &s->heap, .session = s};
    if (!mv_vec_make(&s->heap, &v, found, t->size, mv_kind_of(t))) return MV_MEMORY_LIMIT_EXCEEDED;
    if (found) memset(v.p, 0, found * t->size);
    uint8_t *to = v.p;
    for (size_t i = 0; i < count; i++) {
        if (!is_asked_for(n, &logs[i], guid)) continue;
        enum mv_status_code e = mv_value_decode(&d, t, logs[i].data, to);
        if (e) return e;
        to += t->size;
    }
    memcpy(n->slots, &v, sizeof v);
    return MV_OK;
}

/* event::emitted_events<T>() */
enum mv_status_code mv_native_test_events(struct mv_native_call *n) {
    if (!is_testing(n)) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    return return_events(n, NULL);
}

/* event::emitted_events_of<T>(guid: vector<u8>) */
enum mv_status_code mv_native_test_handle_events(struct mv_native_call *n) {
    struct mv_vec guid = mv_native_vec(n, 0);
    if (!is_testing(n)) return mv_native_abort(n, MV_NOT_IMPLEMENTED);
    if (guid.len != 40) return mv_native_abort(n, MV_INVALID_ARGUMENT | 1);
    return return_events(n, &guid);
}
