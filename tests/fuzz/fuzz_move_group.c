/* Stored resource groups. What is read lies inside the input; members with different tags are
 * written to a group that has just them, in order, and taking them all away leaves nothing. */
#include "move/resource_group.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMBERS_MAX = 64 };

static bool inside(struct bytes part, const uint8_t *data, size_t size) {
    return part.p >= data && part.p + part.n <= data + size;
}

static bool all_differ(const struct mv_group_member *m, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < i; k++)
            if (bytes_eq(m[i].struct_tag, m[k].struct_tag)) return false;
    return true;
}

static void check_written(struct mv_group_member *members, uint32_t n) {
    struct arena arena;
    struct buf group = {0}, empty = {0};
    struct mv_group_member m, last = {0};
    uint32_t seen = 0;
    arena_init(&arena, 0);
    if (mv_group_write(&group, (struct bytes){0}, members, n) != n) abort();
    for (struct mv_group_reader r = mv_group_read(buf_bytes(&group)); mv_group_next(&r, &m);) {
        if (seen++ && bytes_cmp(last.struct_tag, m.struct_tag) >= 0) abort();
        last = m;
    }
    if (seen != n) abort();
    for (uint32_t i = 0; i < n; i++) {
        struct bytes value;
        struct bytes tag = mv_struct_type_tag(&arena, members[i].struct_tag);
        if (!mv_group_find(buf_bytes(&group), tag, &value) || !bytes_eq(value, members[i].value))
            abort();
        members[i].value = (struct bytes){0};
    }
    if (mv_group_write(&empty, buf_bytes(&group), members, n) != 0) abort();
    buf_free(&group);
    buf_free(&empty);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct mv_group_member members[MEMBERS_MAX], m;
    uint32_t n = 0;
    for (struct mv_group_reader r = mv_group_read(bytes_make(data, size)); mv_group_next(&r, &m);) {
        if (!inside(m.struct_tag, data, size) || !inside(m.value, data, size)) abort();
        if (n < MEMBERS_MAX) members[n++] = m;
    }
    if (all_differ(members, n)) check_written(members, n);
    return 0;
}
