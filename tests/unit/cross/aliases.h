/* Registering an alias with typed addresses, for tests that speak of one direction. */
#ifndef TERN_TESTS_CROSS_ALIASES_H
#define TERN_TESTS_CROSS_ALIASES_H

#include "cross/internal.h"

static inline struct err register_evm_in_move(struct st_journal *j, const struct b20 *evm,
                                              struct b32 *alias) {
    struct xvm_actor home = xvm_evm_actor(evm), out;
    struct err e = xvm_alias_register(j, &home, ST_VM_MOVE, &out);
    *alias = xvm_actor_b32(&out);
    return e;
}

static inline struct err register_move_in_evm(struct st_journal *j, const struct b32 *move,
                                              struct b20 *alias) {
    struct xvm_actor home = xvm_wide_actor(ST_VM_MOVE, move), out;
    struct err e = xvm_alias_register(j, &home, ST_VM_EVM, &out);
    *alias = xvm_actor_b20(&out);
    return e;
}

#endif
