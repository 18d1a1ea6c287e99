#include "move/value.h"

#include <assert.h>

#include "move/gas.h"

static const uint8_t *at(const void *p, const struct mv_type_field *f) {
    return (const uint8_t *)p + f->offset;
}

static uint32_t tag_of(const void *p) {
    return load_le32(p);
}

/* The fields that an enum value has; none for a variant number that cannot be. */
static const struct mv_type_variant *variant_of(const struct mv_type *t, const void *p) {
    static const struct mv_type_variant none;
    uint32_t tag = tag_of(p);
    return tag < t->variant_count ? &t->variants[tag] : &none;
}

static const struct mv_closure *closure_at(const void *p) {
    const struct mv_closure *c;
    memcpy(&c, p, sizeof c);
    return c;
}

static bool is_packed(const struct mv_type *t) {
    return t->kind <= MV_T_ADDRESS;
}

/* ---- Size */

static uint64_t fields_units(const struct mv_type_field *f, unsigned n, const void *p) {
    uint64_t sum = 0;
    for (unsigned i = 0; i < n; i++) sum += mv_value_units(f[i].type, at(p, &f[i]));
    return sum;
}

uint64_t mv_value_units(const struct mv_type *t, const void *p) {
    if (t->fixed_abs) return t->abs_units;
    switch (t->kind) {
    case MV_T_STRUCT: return MV_GAS_ABS_NODE + fields_units(t->fields, t->field_count, p);
    case MV_T_ENUM: {
        const struct mv_type_variant *v = variant_of(t, p);
        return MV_GAS_ABS_NODE + fields_units(v->fields, v->field_count, p);
    }
    case MV_T_VECTOR: {
        const struct mv_vec *v = p;
        if (is_packed(t->elem)) return MV_GAS_ABS_NODE + (uint64_t)v->len * t->elem->size;
        if (t->elem->fixed_abs) return MV_GAS_ABS_NODE + (uint64_t)v->len * t->elem->abs_units;
        uint64_t sum = MV_GAS_ABS_NODE;
        for (uint32_t i = 0; i < v->len; i++)
            sum += mv_value_units(t->elem, v->p + (size_t)i * t->elem->size);
        return sum;
    }
    case MV_T_FUNCTION: return closure_at(p) ? closure_at(p)->units : MV_GAS_ABS_NODE;
    default: return MV_GAS_ABS_NODE;
    }
}

/* ---- Function values inside each other */

static uint32_t closure_depth(const struct mv_type *t, const void *p);

static uint32_t fields_depth(const struct mv_type_field *f, unsigned n, const void *p) {
    uint32_t deepest = 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t depth = closure_depth(f[i].type, at(p, &f[i]));
        if (depth > deepest) deepest = depth;
    }
    return deepest;
}

/* The depth of the deepest function value in a value; 0 if there is none. */
static uint32_t closure_depth(const struct mv_type *t, const void *p) {
    if (t->plain) return 0;
    switch (t->kind) {
    case MV_T_STRUCT: return fields_depth(t->fields, t->field_count, p);
    case MV_T_ENUM: {
        const struct mv_type_variant *v = variant_of(t, p);
        return fields_depth(v->fields, v->field_count, p);
    }
    case MV_T_VECTOR: {
        const struct mv_vec *v = p;
        uint32_t deepest = 0;
        for (uint32_t i = 0; i < v->len && !t->elem->plain; i++) {
            uint32_t depth = closure_depth(t->elem, v->p + (size_t)i * t->elem->size);
            if (depth > deepest) deepest = depth;
        }
        return deepest;
    }
    case MV_T_FUNCTION: return closure_at(p) ? closure_at(p)->depth : 0;
    default: return 0;
    }
}

enum mv_status_code mv_closure_measure(struct mv_closure *c) {
    const struct mv_fn *f = c->form->fn;
    uint64_t units = MV_GAS_ABS_NODE;
    uint32_t deepest = 0;
    size_t slot = 0;
    for (unsigned k = 0; k < f->param_count && k < 64; k++) {
        if (!(c->form->mask >> k & 1)) continue;
        uint32_t depth = closure_depth(f->params[k], &c->captured[slot]);
        if (depth > deepest) deepest = depth;
        units += mv_value_units(f->params[k], &c->captured[slot]);
        if (units > MV_CLOSURE_UNITS_MAX) return MV_MEMORY_LIMIT_EXCEEDED;
        slot += mv_slots(f->params[k]);
    }
    c->units = units;
    c->depth = deepest + 1;
    return c->depth <= MV_VALUE_DEPTH_MAX ? MV_OK : MV_VM_MAX_VALUE_DEPTH_REACHED;
}

/* ---- Copy and drop */

static bool copy_fields(struct mv_heap *h, const struct mv_type_field *f, unsigned n, void *to,
                        const void *from) {
    for (unsigned i = 0; i < n; i++)
        if (!f[i].type->plain &&
            !mv_value_copy(h, f[i].type, (uint8_t *)to + f[i].offset, at(from, &f[i])))
            return false;
    return true;
}

static bool copy_vector(struct mv_heap *h, const struct mv_type *elem, struct mv_vec *to,
                        const struct mv_vec *from) {
    struct mv_vec copy;
    if (!mv_vec_make(h, &copy, from->len, elem->size, mv_kind_of(elem))) return false;
    if (from->len) memcpy(copy.p, from->p, (size_t)from->len * elem->size);
    for (uint32_t i = 0; i < from->len && !elem->plain; i++) {
        size_t off = (size_t)i * elem->size;
        if (!mv_value_copy(h, elem, copy.p + off, from->p + off)) return false;
    }
    *to = copy;
    return true;
}

bool mv_value_copy(struct mv_heap *h, const struct mv_type *t, void *to, const void *from) {
    if (t->kind == MV_T_VECTOR) return copy_vector(h, t->elem, to, from);
    if (to != from) memmove(to, from, t->size);
    if (t->plain) return true;
    switch (t->kind) {
    case MV_T_STRUCT: return copy_fields(h, t->fields, t->field_count, to, from);
    case MV_T_ENUM: {
        const struct mv_type_variant *v = variant_of(t, from);
        return copy_fields(h, v->fields, v->field_count, to, from);
    }
    default: return true; /* function values are shared */
    }
}

static void drop_fields(struct mv_heap *h, const struct mv_type_field *f, unsigned n, void *p) {
    for (unsigned i = 0; i < n; i++)
        if (!f[i].type->plain) mv_value_drop(h, f[i].type, (uint8_t *)p + f[i].offset);
}

void mv_value_drop(struct mv_heap *h, const struct mv_type *t, void *p) {
    if (t->plain) return;
    switch (t->kind) {
    case MV_T_STRUCT: drop_fields(h, t->fields, t->field_count, p); break;
    case MV_T_ENUM: {
        const struct mv_type_variant *v = variant_of(t, p);
        drop_fields(h, v->fields, v->field_count, p);
        break;
    }
    case MV_T_VECTOR: {
        struct mv_vec *v = p;
        for (uint32_t i = 0; i < v->len && !t->elem->plain; i++)
            mv_value_drop(h, t->elem, v->p + (size_t)i * t->elem->size);
        if (v->p) mv_heap_give(h, v->p, (uint64_t)v->cap * t->elem->size, mv_kind_of(t->elem));
        *v = (struct mv_vec){0};
        break;
    }
    default: break;
    }
}

/* ---- Equality and order */

static bool eq_fields(const struct mv_type_field *f, unsigned n, const void *a, const void *b) {
    for (unsigned i = 0; i < n; i++)
        if (!mv_value_eq(f[i].type, at(a, &f[i]), at(b, &f[i]))) return false;
    return true;
}

static bool eq_closures(const struct mv_closure *a, const struct mv_closure *b) {
    if (a == b) return true;
    if (!a || !b || a->form->fn != b->form->fn || a->form->mask != b->form->mask) return false;
    size_t slot = 0;
    for (unsigned k = 0; k < a->form->fn->param_count && k < 64; k++) {
        if (!(a->form->mask >> k & 1)) continue;
        const struct mv_type *t = a->form->fn->params[k];
        if (!mv_value_eq(t, &a->captured[slot], &b->captured[slot])) return false;
        slot += mv_slots(t);
    }
    return true;
}

bool mv_value_eq(const struct mv_type *t, const void *a, const void *b) {
    if (t->flat_eq) return memcmp(a, b, t->size) == 0;
    switch (t->kind) {
    case MV_T_BOOL: return *(const uint8_t *)a == *(const uint8_t *)b;
    case MV_T_STRUCT: return eq_fields(t->fields, t->field_count, a, b);
    case MV_T_ENUM: {
        if (tag_of(a) != tag_of(b)) return false;
        const struct mv_type_variant *v = variant_of(t, a);
        return eq_fields(v->fields, v->field_count, a, b);
    }
    case MV_T_VECTOR: {
        const struct mv_vec *x = a, *y = b;
        if (x->len != y->len) return false;
        size_t size = t->elem->size;
        if (t->elem->flat_eq) return x->len == 0 || memcmp(x->p, y->p, x->len * size) == 0;
        for (uint32_t i = 0; i < x->len; i++)
            if (!mv_value_eq(t->elem, x->p + i * size, y->p + i * size)) return false;
        return true;
    }
    case MV_T_FUNCTION: return eq_closures(closure_at(a), closure_at(b));
    default: return memcmp(a, b, t->size) == 0;
    }
}

static int cmp_int(const struct mv_type *t, const uint8_t *a, const uint8_t *b) {
    uint8_t flip = t->is_signed ? 0x80 : 0;
    for (uint32_t i = t->size; i-- > 0;) {
        uint8_t f = i + 1 == t->size ? flip : 0, x = a[i] ^ f, y = b[i] ^ f;
        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

static int cmp_fields(const struct mv_type_field *f, unsigned n, const void *a, const void *b) {
    for (unsigned i = 0; i < n; i++) {
        int c = mv_value_cmp(f[i].type, at(a, &f[i]), at(b, &f[i]));
        if (c) return c;
    }
    return 0;
}

int mv_value_cmp(const struct mv_type *t, const void *a, const void *b) {
    switch (t->kind) {
    case MV_T_ADDRESS:
    case MV_T_SIGNER: return memcmp(a, b, 32);
    case MV_T_STRUCT: return cmp_fields(t->fields, t->field_count, a, b);
    case MV_T_ENUM: {
        if (tag_of(a) != tag_of(b)) return tag_of(a) < tag_of(b) ? -1 : 1;
        const struct mv_type_variant *v = variant_of(t, a);
        return cmp_fields(v->fields, v->field_count, a, b);
    }
    case MV_T_VECTOR: {
        const struct mv_vec *x = a, *y = b;
        size_t size = t->elem->size;
        for (uint32_t i = 0; i < x->len && i < y->len; i++) {
            int c = mv_value_cmp(t->elem, x->p + i * size, y->p + i * size);
            if (c) return c;
        }
        return (x->len > y->len) - (x->len < y->len);
    }
    case MV_T_FUNCTION: return eq_closures(closure_at(a), closure_at(b)) ? 0 : -1;
    default: return cmp_int(t, a, b);
    }
}
