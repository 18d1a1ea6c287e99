#include "move/resource_group.h"

#include <stdlib.h>

#include "codec/bcs.h"
#include "codec/uleb.h"
#include "move/loader.h"
#include "move/metadata.h"
#include "move/type_tag.h"

/* ---- A stored group */

static bool take(struct bytes *in, size_t n, struct bytes *out) {
    if (n > in->n) return false;
    *out = bytes_sub(*in, 0, n);
    *in = bytes_sub(*in, n, in->n - n);
    return true;
}

static bool take_uleb(struct bytes *in, uint64_t *v) {
    struct bytes used;
    size_t n = uleb_get(*in, UINT32_MAX, v);
    return n && take(in, n, &used);
}

struct mv_group_reader mv_group_read(struct bytes group) {
    struct mv_group_reader r = {group, 0};
    if (group.n && !take_uleb(&r.rest, &r.left)) r.left = 0;
    return r;
}

bool mv_group_next(struct mv_group_reader *r, struct mv_group_member *out) {
    uint64_t n;
    if (r->left == 0) return false;
    r->left--;
    size_t tag = mv_struct_tag_length(r->rest);
    return tag && take(&r->rest, tag, &out->struct_tag) && take_uleb(&r->rest, &n) &&
           take(&r->rest, n, &out->value);
}

struct bytes mv_struct_type_tag(struct arena *arena, struct bytes struct_tag) {
    uint8_t *p = arena_alloc(arena, 1 + struct_tag.n, 1);
    p[0] = MV_TAG_STRUCT;
    memcpy(p + 1, struct_tag.p, struct_tag.n);
    return bytes_make(p, 1 + struct_tag.n);
}

bool mv_group_find(struct bytes group, struct bytes type_tag, struct bytes *value) {
    struct bytes tag = bytes_sub(type_tag, 1, type_tag.n - 1);
    struct mv_group_member m;
    for (struct mv_group_reader r = mv_group_read(group); mv_group_next(&r, &m);) {
        if (!bytes_eq(m.struct_tag, tag)) continue;
        *value = m.value;
        return true;
    }
    return false;
}

static int by_tag(const void *a, const void *b) {
    const struct mv_group_member *x = a, *y = b;
    return bytes_cmp(x->struct_tag, y->struct_tag);
}

static void put_member(struct buf *out, uint64_t *count, const struct mv_group_member *m) {
    if (!m->value.p) return;
    buf_put_bytes(out, m->struct_tag);
    bcs_put_bytes(out, m->value);
    ++*count;
}

uint64_t mv_group_write(struct buf *out, struct bytes group, struct mv_group_member *changes,
                        uint32_t count) {
    struct buf members = {0};
    struct mv_group_member old;
    uint64_t total = 0;
    uint32_t i = 0;
    qsort(changes, count, sizeof *changes, by_tag);
    for (struct mv_group_reader r = mv_group_read(group); mv_group_next(&r, &old);) {
        int c = 1;
        while (i < count && (c = bytes_cmp(changes[i].struct_tag, old.struct_tag)) < 0)
            put_member(&members, &total, &changes[i++]);
        put_member(&members, &total, i < count && c == 0 ? &changes[i++] : &old);
    }
    while (i < count) put_member(&members, &total, &changes[i++]);
    uleb_put(out, total);
    buf_put_bytes(out, buf_bytes(&members));
    buf_free(&members);
    return total;
}

/* ---- Which group */

struct named_member {
    uint8_t address;
    const char *module, *name;
};

static const struct named_member own_members[] = {
#define MEMBER(address, module, name) {address, #module, #name},
#include "move/resource_groups.def"
#undef MEMBER
};

/* BCS of the TypeTag 0x1::object::ObjectGroup. */
static const uint8_t OBJECT_GROUP[] =
    "\x07\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
    "\x01\x06"
    "object\x0b"
    "ObjectGroup";

static struct bytes group_of_own(const struct mv_loaded *m, struct bytes name) {
    for (size_t i = 0; i < COUNT_OF(own_members); i++) {
        const struct named_member *own = &own_members[i];
        if (own->address == m->address.b[31] && bytes_eq(bytes_cstr(own->name), name) &&
            bytes_eq(bytes_cstr(own->module), m->name))
            return BYTES_OF(OBJECT_GROUP); /* the literal's last zero: no type arguments */
    }
    return (struct bytes){0};
}

static struct bytes group_in_metadata(const struct mv_loaded *m, struct bytes name,
                                      struct arena *arena) {
    struct arena a;
    struct mv_module_info info;
    struct bytes tag = {0};
    if (!m->m->metadata_count) return tag;
    arena_init(&a, 0);
    if (!err_is(mv_metadata_read(m->m, &a, &info))) {
        const struct mv_known_attribute *member =
            mv_find_attribute(info.struct_attributes, info.struct_attribute_count, name,
                              MV_MEANS_RESOURCE_GROUP_MEMBER);
        if (member && member->arg_count == 1 &&
            (err_is(mv_type_tag_parse(member->args[0], arena, &tag)) || tag.p[0] != MV_TAG_STRUCT))
            tag = (struct bytes){0};
    }
    arena_free(&a);
    return tag;
}

struct bytes mv_group_of(const struct mv_loaded *m, uint32_t struct_def, struct arena *arena) {
    const struct mv_struct_handle *h = &m->m->struct_handles[m->m->struct_defs[struct_def].handle];
    if (!(h->abilities & MV_KEY)) return (struct bytes){0};
    struct bytes name = mv_identifier(m->m, h->name);
    return mv_is_special_address(&m->address) ? group_of_own(m, name)
                                              : group_in_metadata(m, name, arena);
}
