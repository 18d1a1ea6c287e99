/* What both directions of the type mapping ask about a Move type. */
#include "cross/internal.h"

bool xvm_layout_is(const struct mv_layout *l, const char *module, const char *name) {
    static const struct b32 one = {{[31] = 1}};
    return l->kind == MV_LAYOUT_STRUCT && b32_eq(&l->address, &one) &&
           bytes_eq(l->module, bytes_cstr(module)) && bytes_eq(l->name, bytes_cstr(name));
}

unsigned xvm_layout_int_bytes(const struct mv_layout *l) {
    switch (l->kind) {
    case MV_LAYOUT_U8: return 1;
    case MV_LAYOUT_U16: return 2;
    case MV_LAYOUT_U32: return 4;
    case MV_LAYOUT_U64: return 8;
    case MV_LAYOUT_U128: return 16;
    case MV_LAYOUT_U256: return 32;
    default: return 0;
    }
}

const struct mv_layout *xvm_layout_fixed_point(const struct mv_layout *l) {
    bool known = xvm_layout_is(l, "fixed_point32", "FixedPoint32") ||
                 xvm_layout_is(l, "fixed_point64", "FixedPoint64");
    return known && l->field_count == 1 ? l->fields[0].layout : NULL;
}

const struct mv_layout *xvm_layout_option(const struct mv_layout *l) {
    if (!xvm_layout_is(l, "option", "Option") || l->type_arg_count != 1) return NULL;
    return l->type_args[0];
}

bool xvm_layout_plain(const struct mv_layout *l, struct abi_type *out) {
    unsigned bits = 8 * xvm_layout_int_bytes(l);
    if (bits)
        *out = abi_plain(ABI_UINT, bits);
    else if (l->kind == MV_LAYOUT_BOOL)
        *out = abi_plain(ABI_BOOL, 0);
    else if (l->kind == MV_LAYOUT_ADDRESS || xvm_layout_is(l, "object", "Object"))
        *out = abi_plain(ABI_FIXED_BYTES, 32);
    else if (xvm_layout_is(l, "string", "String"))
        *out = abi_plain(ABI_STRING, 0);
    else if (l->kind == MV_LAYOUT_VECTOR && l->element->kind == MV_LAYOUT_U8)
        *out = abi_plain(ABI_BYTES, 0);
    else
        return false;
    return true;
}
