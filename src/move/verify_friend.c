/* Friends (friends.rs): other modules of the same address on which this one does not depend. */
#include "move/verify_internal.h"

static bool same_module(const struct mv_module *m, const struct mv_module_handle *a,
                        const struct mv_module_handle *b) {
    return b32_eq(&m->addresses[a->address], &m->addresses[b->address]) &&
           bytes_eq(m->identifiers[a->name], m->identifiers[b->name]);
}

struct mv_err mv_verify_friends(struct mv_verifier *v) {
    const struct mv_module *m = v->m;
    const struct mv_module_handle *self = &m->module_handles[m->self];
    for (uint32_t i = 0; i < m->friends_count; i++)
        if (same_module(m, &m->friends[i], self))
            return mv_err_index(MV_INVALID_FRIEND_DECL_WITH_SELF, MV_KIND_FRIEND_DECL, i,
                                "module is its own friend");
    for (uint32_t i = 0; i < m->friends_count; i++)
        if (!b32_eq(&m->addresses[m->friends[i].address], &m->addresses[self->address]))
            return mv_err_index(MV_INVALID_FRIEND_DECL_WITH_MODULES_OUTSIDE_ACCOUNT_ADDRESS,
                                MV_KIND_FRIEND_DECL, i, "friend has another address");
    /* Both lists can be long. */
    if (!mv_meter(v, (uint64_t)m->friends_count * m->module_handles_count)) {
        return mv_too_complex(MV_NOWHERE);
    }
    for (uint32_t i = 0; i < m->friends_count; i++)
        for (uint32_t h = 0; h < m->module_handles_count; h++)
            if (same_module(m, &m->friends[i], &m->module_handles[h]))
                return mv_err_index(MV_INVALID_FRIEND_DECL_WITH_MODULES_IN_DEPENDENCIES,
                                    MV_KIND_FRIEND_DECL, i, "friend is a dependency too");
    return MV_ERR_NONE;
}
