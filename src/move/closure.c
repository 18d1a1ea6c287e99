#include "move/closure.h"

#include "codec/bcs.h"
#include "codec/uleb.h"
#include "move/session.h"
#include "move/type_tag.h"

enum { FORMAT = 1, HEADER_ITEMS = 5, CAPTURED_MAX = 64 };

/* MoveTypeLayout's variants (move-core-types value.rs). */
enum { LAYOUT_VECTOR = 5, LAYOUT_STRUCT = 6, LAYOUT_FUNCTION = 11 };

static const uint8_t layout_of_basic[] = {
    [MV_T_BOOL] = 0,   [MV_T_U8] = 1,   [MV_T_U64] = 2,  [MV_T_U128] = 3,  [MV_T_ADDRESS] = 4,
    [MV_T_SIGNER] = 7, [MV_T_U16] = 8,  [MV_T_U32] = 9,  [MV_T_U256] = 10, [MV_T_I8] = 12,
    [MV_T_I16] = 13,   [MV_T_I32] = 14, [MV_T_I64] = 15, [MV_T_I128] = 16, [MV_T_I256] = 17,
};

/* ---- Layouts */

static void put_layout(const struct mv_type *t, struct buf *out);

static void put_fields(const struct mv_type_field *f, uint32_t count, struct buf *out) {
    uleb_put(out, count);
    for (uint32_t i = 0; i < count; i++) put_layout(f[i].type, out);
}

/* A struct layout is an enum: 0 with the fields, 3 (RuntimeVariants) with lists of fields. */
static void put_layout(const struct mv_type *t, struct buf *out) {
    switch (t->kind) {
    case MV_T_VECTOR:
        buf_put_u8(out, LAYOUT_VECTOR);
        put_layout(t->elem, out);
        break;
    case MV_T_STRUCT:
        buf_put_u8(out, LAYOUT_STRUCT);
        buf_put_u8(out, 0);
        put_fields(t->fields, t->field_count, out);
        break;
    case MV_T_ENUM:
        buf_put_u8(out, LAYOUT_STRUCT);
        buf_put_u8(out, 3);
        uleb_put(out, t->variant_count);
        for (uint32_t i = 0; i < t->variant_count; i++)
            put_fields(t->variants[i].fields, t->variants[i].field_count, out);
        break;
    case MV_T_FUNCTION: buf_put_u8(out, LAYOUT_FUNCTION); break;
    default: buf_put_u8(out, layout_of_basic[t->kind]);
    }
}

/* ---- Encoding */

static void put_text(struct buf *out, struct bytes text) {
    bcs_put_bytes(out, text);
}

bool mv_closure_encode(const void *p, struct buf *out, size_t limit) {
    const struct mv_closure *c;
    memcpy(&c, p, sizeof c);
    if (!c || !(c->form->type->abilities & MV_STORE)) return false;
    const struct mv_fn *f = c->form->fn;
    uleb_put(out, HEADER_ITEMS + 2 * (uint64_t)c->form->captured_count);
    bcs_put_u16(out, FORMAT);
    buf_put(out, &f->module->address, 32);
    put_text(out, f->module->name);
    put_text(out, f->name);
    uleb_put(out, f->type_args.count);
    for (uint32_t i = 0; i < f->type_args.count; i++) {
        if (!f->type_args.at[i]->tag.n) return false;
        buf_put_bytes(out, f->type_args.at[i]->tag);
    }
    bcs_put_u64(out, c->form->mask);
    size_t slot = 0;
    for (unsigned k = 0; k < f->param_count && k < CAPTURED_MAX; k++) {
        if (!(c->form->mask >> k & 1)) continue;
        put_layout(f->params[k], out);
        if (!mv_value_encode(f->params[k], &c->captured[slot], out, limit)) return false;
        slot += mv_slots(f->params[k]);
    }
    return out->n <= limit;
}

/* ---- Decoding */

static bool take(struct bytes *in, size_t n, struct bytes *out) {
    if (n > in->n) return false;
    *out = bytes_sub(*in, 0, n);
    *in = bytes_sub(*in, n, in->n - n);
    return true;
}

static bool take_uleb(struct bytes *in, uint64_t max, uint64_t *v) {
    struct bytes used;
    size_t n = uleb_get(*in, max, v);
    return n && take(in, n, &used);
}

static bool take_text(struct bytes *in, struct bytes *out) {
    uint64_t n;
    return take_uleb(in, MV_IDENTIFIER_MAX, &n) && take(in, n, out);
}

/* Finds the function with its type arguments. */
static struct mv_fn *find_function(struct mv_session *s, struct bytes *in) {
    struct bytes address, module, name, tag;
    struct b32 at;
    uint64_t count;
    const struct mv_type *args[MV_TAG_ARGS_MAX];
    enum mv_status_code why;
    struct mv_err err;
    if (!take(in, 32, &address) || !take_text(in, &module) || !take_text(in, &name) ||
        !take_uleb(in, MV_TAG_ARGS_MAX, &count))
        return NULL;
    for (uint64_t i = 0; i < count; i++) {
        size_t n = mv_type_tag_length(*in);
        if (!n || !take(in, n, &tag) || !(args[i] = mv_session_type(s, tag, &why))) return NULL;
    }
    memcpy(&at, address.p, sizeof at);
    struct mv_loaded *m = mv_session_module(s, &at, module, &err);
    uint32_t def = m ? mv_loaded_function(m, name) : MV_NOWHERE;
    if (def == MV_NOWHERE) return NULL;
    mv_cache_lock(s->cache);
    struct mv_fn *f =
        mv_fn_get(s->cache, m, def, (struct mv_type_list){args, (uint32_t)count}, &why);
    mv_cache_unlock(s->cache);
    return f;
}

/* What is captured: each value behind a layout that must be that of the parameter. */
static bool take_captured(const struct mv_decoder *d, const struct mv_closure_form *form,
                          struct bytes *in, uint64_t *to) {
    const struct mv_fn *f = form->fn;
    struct buf layout = {0};
    bool ok = true;
    for (unsigned k = 0; k < f->param_count && k < CAPTURED_MAX && ok; k++) {
        if (!(form->mask >> k & 1)) continue;
        struct bytes got;
        buf_clear(&layout);
        put_layout(f->params[k], &layout);
        ok = take(in, layout.n, &got) && bytes_eq(got, buf_bytes(&layout));
        to[mv_slots(f->params[k]) - 1] = 0;
        if (ok) ok = mv_value_decode_part(d, f->params[k], in, to) == MV_OK;
        to += mv_slots(f->params[k]);
    }
    buf_free(&layout);
    return ok;
}

enum mv_status_code mv_closure_decode(const struct mv_decoder *d, const struct mv_type *t,
                                      struct bytes *in, void *to) {
    uint64_t items, got, slots = 0;
    struct bytes part;
    struct mv_session *s = d->session;
    enum mv_status_code why = MV_OK;
    const enum mv_status_code bad = MV_VALUE_DESERIALIZATION_ERROR;
    if (!s || !take_uleb(in, HEADER_ITEMS + 2 * CAPTURED_MAX, &items) || !take(in, 2, &part) ||
        load_le16(part.p) != FORMAT)
        return bad;
    struct mv_fn *f = find_function(s, in);
    if (!f || !take(in, 8, &part)) return bad;
    struct mv_closure_form *form = ARENA_NEW(&s->arena, struct mv_closure_form);
    *form = (struct mv_closure_form){.fn = f, .mask = load_le64(part.p)};
    mv_cache_lock(s->cache);
    form->type = mv_closure_type(s->cache, f, form->mask, &why);
    mv_cache_unlock(s->cache);
    if (!form->type || !mv_assignable(t, form->type)) return bad;
    for (unsigned k = 0; k < f->param_count && k < CAPTURED_MAX; k++)
        if (form->mask >> k & 1) {
            slots += mv_slots(f->params[k]);
            form->captured_count++;
        }
    if (items != HEADER_ITEMS + 2 * (uint64_t)form->captured_count) return bad;
    struct mv_closure *c = mv_heap_take(d->heap, sizeof *c + 8 * slots, MV_KIND_ONCE, &got);
    if (!c) return MV_MEMORY_LIMIT_EXCEEDED;
    c->form = form;
    /* What is inside it is decoded by recursion, so the depth is bounded on the way down. */
    struct mv_decoder inner = *d;
    if (++inner.depth > MV_VALUE_DEPTH_MAX || !take_captured(&inner, form, in, c->captured))
        return bad;
    if (mv_closure_measure(c)) return bad;
    memcpy(to, &c, sizeof c);
    return MV_OK;
}
