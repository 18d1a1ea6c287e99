/* Private to linking: types and names across modules. */
#ifndef TERN_MOVE_LINK_H
#define TERN_MOVE_LINK_H

#include "move/verify_internal.h"

/* Whether two types of two modules are one type: structs are compared by address, module and name.
 */
bool mv_types_match(const struct mv_module *ma, const struct mv_token *a,
                    const struct mv_module *mb, const struct mv_token *b);
bool mv_signatures_match(const struct mv_module *ma, const struct mv_signature *a,
                         const struct mv_module *mb, const struct mv_signature *b);

/* The definitions of a module by name. */
struct mv_names {
    const struct mv_module *m;
    struct map functions, structs;
};
void mv_names_init(struct mv_names *n, const struct mv_module *m);
void mv_names_free(struct mv_names *n);
uint32_t mv_names_function(const struct mv_names *n, struct bytes name); /* or MV_NOWHERE */
uint32_t mv_names_struct(const struct mv_names *n, struct bytes name);

/* No way back to `m` through what it depends on, nor through its friends (cyclic_dependencies.rs).
 */
struct mv_err mv_check_cycles(const struct mv_module *m, const struct mv_resolver *resolver);

#endif
