/* What a module says about itself beside its code (aptos-core, module_metadata.rs): names of abort
 * codes, and attributes of structs and functions. Aptos' compiler writes it under the key
 * "aptos::metadata_v1", the npm compiler with the same form under "initia::metadata_v0"; the older
 * "aptos::metadata_v0" has only the abort codes. */
#ifndef TERN_MOVE_METADATA_H
#define TERN_MOVE_METADATA_H

#include "move/file_format.h"

enum mv_attribute_meaning {
    MV_MEANS_VIEW_LEGACY = 0,
    MV_MEANS_VIEW = 1,                  /* #[view] */
    MV_MEANS_RESOURCE_GROUP = 2,        /* #[resource_group(scope = …)]: one argument */
    MV_MEANS_RESOURCE_GROUP_MEMBER = 3, /* #[resource_group_member(group = …)]: one argument */
    MV_MEANS_EVENT = 4,                 /* #[event] */
    MV_MEANS_RANDOMNESS = 5,            /* #[randomness(max_gas)]: at most one argument */
};

/* The name of an abort code. */
struct mv_error_name {
    uint64_t code;
    struct bytes name, description; /* UTF-8 */
};

/* One attribute of one struct or function. */
struct mv_known_attribute {
    struct bytes of; /* the struct's or function's name */
    uint8_t kind;    /* enum mv_attribute_meaning; unknown ones are read too */
    uint32_t arg_count;
    const struct bytes *args;
};

struct mv_module_info {
    uint32_t error_count, struct_attribute_count, function_attribute_count;
    const struct mv_error_name *errors; /* in the order of the file */
    const struct mv_known_attribute *struct_attributes, *function_attributes;
};

/* What Tern's own metadata says, under the key "tern::metadata_v0": one byte of flags. */
enum mv_module_flag {
    /* The module may be entered again while it waits for a call to another machine, wherever it
     * holds no reference to a resource of its own. */
    MV_MODULE_REENTRANT = 1,
};

/* The flags of a module; 0 if it has none or they cannot be read. */
unsigned mv_module_flags(const struct mv_module *m);

/* Gives it these flags; mv_module_write then writes them. */
void mv_module_set_flags(struct mv_module *m, uint8_t flags);

/* Reads the metadata of a module into `arena`; names point into the module. A module without gives
 * an empty info. The error's `at` is the byte in the metadata's value. */
struct err mv_metadata_read(const struct mv_module *m, struct arena *arena,
                            struct mv_module_info *out);

/* Whether a metadata key has a meaning here. */
bool mv_metadata_key_is_known(struct bytes key);

/* The attribute of that kind of that struct or function (an array of mv_module_info), or NULL. */
const struct mv_known_attribute *mv_find_attribute(const struct mv_known_attribute *attributes,
                                                   uint32_t count, struct bytes of, unsigned kind);

#endif
