/* Native functions: how they are named and called (natives.def lists them).
 *
 * A native finds its arguments in consecutive slots, laid out like a callee's parameters, and
 * leaves its results there, starting at the first slot; it reads all arguments before it writes a
 * result. Values that it was given it owns, and gives back to the heap what it can. */
#ifndef TERN_MOVE_NATIVES_H
#define TERN_MOVE_NATIVES_H

#include "move/loader.h"
#include "move/memory.h"

struct mv_native_call {
    struct mv_session *s;
    const struct mv_fn *fn; /* with its type arguments and types */
    uint64_t *slots;        /* arguments in, results out */
    uint64_t abort_code;    /* with MV_ABORTED */
    uint64_t sub_status;
    const struct mv_fn
        *dispatch;       /* with MV_OK: to be called in the native's place, with its slots */
    const char *message; /* for the reader of an abort; may be NULL */
};

typedef enum mv_status_code (*mv_native_run)(struct mv_native_call *n);

struct mv_native {
    const char *module, *name; /* at 0x1 */
    uint64_t gas;              /* charged before it runs */
    mv_native_run run;
};

/* The natives themselves, in natives_*.c. */
#define NATIVE(module, function, c_name, gas)                                                      \
    enum mv_status_code mv_native_##c_name(struct mv_native_call *n);
#include "move/natives.def"
#undef NATIVE

/* NULL if there is no such native. */
const struct mv_native *mv_native_find(const struct b32 *address, struct bytes module,
                                       struct bytes name);

/* ---- For natives (with session.h) */

/* Categories of 0x1::error, in place. */
enum {
    MV_INVALID_ARGUMENT = 1 << 16,
    MV_INVALID_STATE = 3 << 16,
    MV_CATEGORY_ABORTED = 7 << 16,
    MV_NOT_IMPLEMENTED = 12 << 16,
};

static inline const struct mv_type *mv_native_type(const struct mv_native_call *n, unsigned i) {
    return n->fn->type_args.at[i];
}

static inline enum mv_status_code mv_native_abort(struct mv_native_call *n, uint64_t code) {
    n->abort_code = code;
    return MV_ABORTED;
}

/* What a reference in slot i points at. */
static inline void *mv_native_ref(const struct mv_native_call *n, unsigned slot) {
    return (void *)(uintptr_t)n->slots[slot];
}

/* The vector whose header begins at slot i. */
static inline struct mv_vec mv_native_vec(const struct mv_native_call *n, unsigned slot) {
    struct mv_vec v;
    memcpy(&v, &n->slots[slot], sizeof v);
    return v;
}

/* A vector<u8> that was an argument is not needed any more. */
void mv_native_drop_bytes(struct mv_native_call *n, struct mv_vec *v);

/* All arguments are not needed any more: what they own goes back to the heap. Before results are
 * written. */
void mv_native_drop_arguments(struct mv_native_call *n);

/* Results: a vector<u8> copied from bytes, and 32 bytes. */
enum mv_status_code mv_native_return_bytes(struct mv_native_call *n, struct bytes b);
static inline enum mv_status_code mv_native_return_b32(struct mv_native_call *n,
                                                       const struct b32 *v) {
    memcpy(n->slots, v, sizeof *v);
    return MV_OK;
}

#endif
