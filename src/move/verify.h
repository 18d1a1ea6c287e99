/* The bytecode verifier: what a module or script must satisfy before it may run.
 *
 * The passes are those of the Move reference (move-bytecode-verifier, verifier.rs), in its order
 * and with its status codes; each is a file named after it: bounds.c, bounds_code.c       every
 * index is inside its table               (always first) verify_limits.c               sizes of
 * signatures and types; complexity of the whole verify_duplication.c          no entry twice; every
 * own handle defined verify_signature.c            references and abilities in types and type
 * arguments verify_instruction.c          generic opcodes on generic things, masks, counts
 *   verify_constant.c             constants decode
 *   verify_friend.c               friends
 *   verify_struct.c               no struct contains itself
 *   verify_instantiation.c        generic recursion does not grow types
 *   verify_control.c              no fall through, reducible loops
 *   verify_stack.c                the operand stack is empty between basic blocks
 *   verify_type*.c                operand types
 *   verify_local.c                locals are available when read, and droppable when lost
 *   verify_reference*.c           borrows
 *   verify_acquires.c             acquires lists
 *   link.c, link_cycle.c          imports match what the other modules define; no cycles
 *   verify_extra.c                what Aptos asks of published modules
 * A pass may rely on those before it. The passes are independent of any chain state except linking,
 * which asks a resolver. */
#ifndef TERN_MOVE_VERIFY_H
#define TERN_MOVE_VERIFY_H

#include "move/file_format.h"

enum mv_pass {
    MV_PASS_LIMITS = 1 << 0,
    MV_PASS_DUPLICATION = 1 << 1,
    MV_PASS_SIGNATURES = 1 << 2,
    MV_PASS_INSTRUCTIONS = 1 << 3,
    MV_PASS_CONSTANTS = 1 << 4,
    MV_PASS_FRIENDS = 1 << 5,
    MV_PASS_STRUCTS = 1 << 6,
    MV_PASS_INSTANTIATIONS = 1 << 7,
    MV_PASS_CONTROL_FLOW = 1 << 8,
    MV_PASS_STACK = 1 << 9,
    MV_PASS_TYPES = 1 << 10,
    MV_PASS_LOCALS = 1 << 11,
    MV_PASS_REFERENCES = 1 << 12,
    MV_PASS_ACQUIRES = 1 << 13,
    MV_PASS_LINKS = 1 << 14,
    MV_PASS_EXTRAS = 1 << 15,
    MV_PASS_ALL = (1 << 16) - 1,
};

/* "limits", "duplication", …, for an operator who asks which passes are on. */
const char *mv_pass_name(enum mv_pass pass);

/* How linking finds other modules: the module of that name, bounds-checked, or NULL. It must stay
 * valid until the verifying call returns. The module under verification is never asked for unless
 * through another's imports. */
struct mv_resolver {
    void *ctx;
    const struct mv_module *(*find)(void *ctx, const struct b32 *address, struct bytes name);
};

/* Production limits of Aptos (prod_configs.rs). */
enum {
    MV_LOOP_DEPTH_MAX = 5,
    MV_GENERIC_PARAMS_MAX = 32,
    MV_PARAMS_MAX = 128,
    MV_RETURNS_MAX = 128,
    MV_BASIC_BLOCKS_MAX = 1024,
    MV_STACK_MAX = 1024,
    MV_PUSHES_MAX = 10000,
    MV_TYPE_WEIGHT_MAX = 128,
    MV_SIGNATURE_DEPTH_MAX = 20,
    MV_METER_UNITS = 80000000, /* of one function, and of one module */
};

/* Every index of every table, type and instruction is in range (check_bounds.rs). What this has let
 * through can be walked without further checks; nothing else may be called on a module that it has
 * not let through. */
struct mv_err mv_check_bounds(const struct mv_module *m);

/* Bounds and then the passes in `passes` (a set of enum mv_pass, MV_PASS_ALL normally; the passes
 * that a chosen one relies on run too). Linking needs `resolver`; with NULL it is left out. The
 * first error is returned. Work is metered: input that would take too long is PROGRAM_TOO_COMPLEX.
 */
struct mv_err mv_verify_module(const struct mv_module *m, const struct mv_resolver *resolver,
                               unsigned passes);
struct mv_err mv_verify_script(const struct mv_module *s, const struct mv_resolver *resolver,
                               unsigned passes);

/* Calls `visit` at least once for each call at which a function of the module holds a reference to
 * a resource: one that is borrowed from global storage when the callee begins. An error, then
 * without having visited all, of code that the reference pass or those that it relies on would not
 * let through. */
typedef void (*mv_visit_call)(void *ctx, uint32_t function, uint32_t offset);
struct mv_err mv_find_held(const struct mv_module *m, mv_visit_call visit, void *ctx);

/* The imports of `m` against what the resolver finds (dependencies.rs), and no cycle among
 * dependencies or friends through `m` (cyclic_dependencies.rs). `m` has passed bounds and
 * duplication. */
struct mv_err mv_link_module(const struct mv_module *m, const struct mv_resolver *resolver);

/* Whether `newer` may replace `older` (compatibility.rs under Aptos' settings): every breach is
 * BACKWARD_INCOMPATIBLE_MODULE_UPDATE with a text that names the rule. Both have been verified. */
struct mv_err mv_check_compatible(const struct mv_module *older, const struct mv_module *newer);

#endif
