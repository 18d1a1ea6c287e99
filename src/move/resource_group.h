/* Resource groups (AIP-9): resources of one address that are stored together, as one item. Which
 * group a struct belongs to is in its module's metadata (#[resource_group_member]), for the chain's
 * own modules in resource_groups.def.
 *
 * The item is BCS of map<StructTag, bytes>: the members in the order of their tags' bytes. A
 * StructTag is a TypeTag without its first byte, which says that it is a struct. */
#ifndef TERN_MOVE_RESOURCE_GROUP_H
#define TERN_MOVE_RESOURCE_GROUP_H

#include "base/base.h"

/* ---- A stored group */

struct mv_group_member {
    struct bytes struct_tag, value;
};

/* Walks the members of a stored group; borrows it. */
struct mv_group_reader {
    struct bytes rest;
    uint64_t left;
};
struct mv_group_reader mv_group_read(struct bytes group);
/* False at the end, and where the bytes are no group. */
bool mv_group_next(struct mv_group_reader *r, struct mv_group_member *out);

/* The TypeTag of a member, in `arena`. */
struct bytes mv_struct_type_tag(struct arena *arena, struct bytes struct_tag);

/* The value of the member with that TypeTag; false if there is none. */
bool mv_group_find(struct bytes group, struct bytes type_tag, struct bytes *value);

/* Appends the group with `changes` made, of which there is one for a tag; sorts them. A value of
 * NULL takes the member away. Returns how many members the group has then. */
uint64_t mv_group_write(struct buf *out, struct bytes group, struct mv_group_member *changes,
                        uint32_t count);

/* ---- Which group */

struct mv_loaded;

/* The TypeTag of the group that a struct of the module belongs to, in `arena`; empty if none. */
struct bytes mv_group_of(const struct mv_loaded *m, uint32_t struct_def, struct arena *arena);

#endif
