/* The arguments of a leg in Move: as its function takes them, of whatever its caller wrote. */
#include "cross/internal.h"

#include "cross/messenger.h"

/* `_functionId` is the function's name, or its name with the ABI types of the arguments:
 * "transfer(bytes32,uint64)". */
void xvm_split_function(struct bytes in, struct bytes *name, struct bytes *types) {
    size_t at = 0;
    while (at < in.n && in.p[at] != '(') at++;
    *name = bytes_sub(in, 0, at);
    *types = bytes_sub(in, at, in.n - at);
}

/* BCS is handed on as it is: the Move VM reads it by the parameter's type, and takes no type that
 * must not come from data. */
struct err xvm_make_arguments(bool bcs, struct bytes types, struct bytes data,
                              const struct mv_param *params, uint32_t count, struct st_journal *j,
                              struct arena *arena, struct bytes *out) {
    if (!bcs) return xvm_abi_to_move(types, data, params, count, j, arena, out);
    if (xvm_split_vectors(data, out, count)) return ERR_NONE;
    return err_at(XVM_FAIL_MALFORMED,
                  arena_printf(arena, "the function takes %u BCS arguments", count), 0);
}

struct err xvm_leg_arguments(const struct xvm_leg *l, const struct mv_param *params, uint32_t count,
                             struct st_journal *j, struct arena *arena, struct bytes *out) {
    return xvm_make_arguments(l->bcs, l->types, l->input, params, count, j, arena, out);
}
