/* Private to the bounds check. */
#ifndef TERN_MOVE_BOUNDS_H
#define TERN_MOVE_BOUNDS_H

#include "move/verify.h"

struct mv_bounds {
    const struct mv_module *m;
    /* By signature: one more than the largest type parameter that occurs in it. */
    uint32_t *type_params_used;
};

static inline struct mv_err mv_bound(uint32_t index, uint32_t count, enum mv_index_kind kind) {
    if (index < count) return MV_ERR_NONE;
    return mv_err_index(MV_INDEX_OUT_OF_BOUNDS, kind, index, "index is beyond its table");
}

/* Signature `i` exists and names no type parameter from `count` on. */
struct mv_err mv_bound_signature(const struct mv_bounds *b, uint32_t i, uint32_t count);

/* The code of a function with these parameters. */
struct mv_err mv_bound_code(const struct mv_bounds *b, const struct mv_code *c, uint32_t function,
                            uint32_t type_param_count, uint32_t params);

#endif
