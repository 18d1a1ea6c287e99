/* The results of a Move function for a caller who reads ABI. */
#include "cross/internal.h"

enum { LAYOUT_DEPTH_MAX = 16 };

static struct err bad(const char *text) {
    return err_at(XVM_FAIL_TARGET, text, 0);
}

static struct err infer(const struct mv_layout *l, unsigned depth, struct arena *arena,
                        struct abi_type *out);

static struct err infer_array(const struct mv_layout *element, unsigned depth, struct arena *arena,
                              struct abi_type *out) {
    struct abi_type *t = ARENA_NEW(arena, struct abi_type);
    struct err e = infer(element, depth + 1, arena, t);
    if (err_is(e) || abi_array_of(out, t)) return e;
    return bad("a result of the function is nested too deeply for the ABI");
}

static struct err infer_tuple(const struct mv_layout *l, unsigned depth, struct arena *arena,
                              struct abi_type *out) {
    struct abi_type *fields = ARENA_ARRAY(arena, struct abi_type, l->field_count);
    for (uint32_t i = 0; i < l->field_count; i++) {
        struct err e = infer(l->fields[i].layout, depth + 1, arena, &fields[i]);
        if (err_is(e)) return e;
    }
    return abi_tuple_of(out, fields, l->field_count)
               ? ERR_NONE
               : bad("a result of the function is nested too deeply for the ABI");
}

static struct err infer(const struct mv_layout *l, unsigned depth, struct arena *arena,
                        struct abi_type *out) {
    if (depth > LAYOUT_DEPTH_MAX)
        return bad("a result of the function is nested too deeply for the ABI");
    if (xvm_layout_plain(l, out)) return ERR_NONE;
    if (l->kind == MV_LAYOUT_VECTOR) return infer_array(l->element, depth, arena, out);
    if (xvm_layout_option(l)) return infer_array(xvm_layout_option(l), depth, arena, out);
    if (xvm_layout_fixed_point(l)) return infer(xvm_layout_fixed_point(l), depth + 1, arena, out);
    if (l->kind == MV_LAYOUT_STRUCT) return infer_tuple(l, depth, arena, out);
    return bad("a result of the function has no type in the ABI: ask for it as BCS");
}

struct err xvm_results_type(const struct mv_param *returns, uint32_t count, struct arena *arena,
                            struct abi_type *tuple) {
    struct abi_type *types = ARENA_ARRAY(arena, struct abi_type, count);
    for (uint32_t i = 0; i < count; i++) {
        struct err e = infer(returns[i].layout, 0, arena, &types[i]);
        if (err_is(e)) return e;
    }
    return abi_tuple_of(tuple, types, count)
               ? ERR_NONE
               : bad("the function's results are too many for the ABI");
}

struct err xvm_results_check(const struct mv_param *returns, uint32_t count, struct arena *arena) {
    struct abi_type tuple;
    return xvm_results_type(returns, count, arena, &tuple);
}

struct err xvm_results_to_abi(const struct mv_param *returns, const struct bytes *results,
                              uint32_t count, struct st_journal *j, struct arena *arena,
                              struct bytes *out) {
    struct abi_type tuple;
    struct err e = xvm_results_type(returns, count, arena, &tuple);
    if (err_is(e)) return e;
    struct abi_value values = {.type = &tuple, .count = count};
    values.items = ARENA_ARRAY(arena, struct abi_value, count);
    for (uint32_t i = 0; i < count; i++)
        if (!xvm_value_to_abi(returns[i].layout, results[i], &tuple.items[i], i, j, arena,
                              &values.items[i], &e))
            return e;
    struct buf data = {0};
    e = abi_encode(&data, arena, &values);
    *out = arena_copy(arena, buf_bytes(&data));
    buf_free(&data);
    return e;
}
