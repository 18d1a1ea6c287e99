/* A session's inside (move.h has the outside): the stack, the meter, decoded items, and what the
 * interpreter and the natives share. */
#ifndef TERN_MOVE_SESSION_H
#define TERN_MOVE_SESSION_H

#include "move/gas.h"
#include "move/ins.h"
#include "move/loader.h"
#include "move/memory.h"
#include "move/move.h"
#include "move/value.h"

enum {
    MV_CALL_DEPTH_MAX = 1024,    /* frames below the current one */
    MV_OPERANDS_MAX = 1024,      /* on the operand stacks of all frames together */
    MV_STACK_SLOTS = 2 << 20,    /* 16 MiB of address space */
    MV_ITEM_BYTES_MAX = 1 << 20, /* a stored value */
    MV_EVENT_BYTES_MAX = 1 << 20,
    MV_PUBLISH_BYTES_MAX = 1 << 20, /* a bundle */
    MV_TYPE_WORK_MAX = 1 << 20,     /* layout nodes of the types of all functions that run */
};

enum { MV_CALL_BY_CLOSURE = 1, MV_CALL_LOCKS = 2 };

/* What a session knows of a module: it has been paid for; it is not locked. */
enum { MV_MODULE_PAID = 1, MV_MODULE_OPEN = 2, MV_MODULE_KNOWN = 4 };

/* A caller waiting for its callee. */
struct mv_frame {
    const struct mv_fn *fn;
    const struct mv_body *body;
    const struct mv_ins *at; /* the call */
    uint64_t *slots;
    uint32_t held; /* operands that wait on the stacks of the frames below it */
    uint8_t flags; /* of its call: MV_CALL_… */
    uint16_t pc;   /* of the call, where there is no `at`: in paranoid mode */
};

struct mv_item;

/* A resource group at an address: where the members that the session knows are stored. */
struct mv_group {
    struct bytes key;        /* in ST_MOVE_GROUP */
    bool paid;               /* for reading it */
    struct mv_item *members; /* that the session knows */
    struct mv_item *changed; /* while flushing */
    uint32_t changed_count;
};

/* A resource or table item, decoded. Its memory stays where it is. */
struct mv_item {
    enum st_domain domain;
    struct bytes key; /* the journal's */
    const struct mv_type *type;
    void *value;
    struct b32 address;     /* resource: where; table item: the handle */
    bool present;           /* has a value now */
    bool dirty;             /* may differ from the journal */
    bool stored;            /* the journal has one */
    bool stale;             /* the journal has another: to be decoded anew before it is used */
    struct mv_group *group; /* that a resource is stored in; NULL: by itself, under `key` */
    struct mv_item *next_changed, *next_member;
};

struct mv_module_name {
    struct b32 address;
    struct bytes name; /* empty: every module of the address */
};

struct mv_publish_request {
    bool present;
    struct b32 owner;
    const struct bytes *modules, *names; /* names: expected_modules */
    uint32_t module_count, name_count;
    const struct mv_module_name *allowed; /* what else the bundle may use */
    uint32_t allowed_count;
};

/* Points of ristretto255 by their handles (natives_ristretto.c). */
struct mv_points {
    struct b32 *at;
    uint32_t count, capacity;
};

/* Elements of algebraic structures by their handles (natives_algebra.c). */
struct mv_element {
    uint8_t structure; /* enum algebra_structure */
    void *value;
};

struct mv_elements {
    struct mv_element *at;
    uint32_t count, capacity;
    size_t bytes; /* of all values */
};

void mv_elements_free(struct mv_elements *all);

struct mv_session {
    struct mv_session_params p;
    struct mv_vm *vm;
    struct mv_cache *cache;
    struct mv_session *next_idle;
    struct arena arena;
    struct mv_heap heap;

    int64_t gas;     /* left; below zero once it has run out */
    uint64_t io_gas; /* charged for reading and writing the state */

    uint64_t *slots, *slots_end;
    struct mv_frame *frames; /* MV_CALL_DEPTH_MAX */
    uint32_t depth, depth_max;
    uint64_t *top; /* where the innermost frame or native begins */

    /* Functions that this session may enter without further ado: ready[fn->id] == epoch. */
    uint32_t *ready;
    uint64_t type_work;                     /* of the functions made ready */
    uint32_t ready_count, epoch, own_epoch; /* epoch: own_epoch or MV_EPOCH_LOCKED */

    struct mv_loaded **modules;
    uint32_t module_count, module_capacity;
    struct map module_index;
    uint8_t *module_marks; /* by mv_loaded.index: MV_MODULE_… */
    uint32_t module_mark_count;

    struct mv_item **items;
    uint32_t item_count, item_capacity;
    struct map item_index;

    struct mv_group **groups;
    uint32_t group_count, group_capacity;
    struct map group_index;

    const struct mv_layout **layouts; /* by type id, made on demand */
    uint32_t layout_count;

    uint32_t closure_depth;  /* function values being called */
    uint32_t lock_depth;     /* functions with module_lock on the stack */
    uint32_t tables_made;    /* for handles */
    uint64_t addresses_made; /* for unique addresses */
    uint16_t counter;        /* monotonically_increasing_counter */
    uint64_t numbers_drawn;  /* of randomness */
    bool unbiasable;         /* the run's function may ask for randomness */
    bool initializing;       /* init_module of what has been published runs */
    struct mv_points points;
    struct mv_elements elements;
    struct mv_publish_request publish;

    /* What stopped the run. */
    struct mv_outcome fault;
};

/* ---- Gas */

static inline bool mv_charge(struct mv_session *s, uint64_t amount) {
    if (s->gas < 0 || amount > (uint64_t)s->gas) {
        s->gas = -1;
        return false;
    }
    s->gas -= (int64_t)amount;
    return true;
}

/* The same for reading and writing the state, which is counted apart. */
static inline bool mv_charge_io(struct mv_session *s, uint64_t amount) {
    if (!mv_charge(s, amount)) return false;
    s->io_gas += amount;
    return true;
}

/* ---- session.c */

/* The module as this session's world has it; NULL with *why. Charges its loading, and that of all
 * it depends on, once. */
struct mv_loaded *mv_session_module(struct mv_session *s, const struct b32 *address,
                                    struct bytes name, struct mv_err *why);
struct mv_loaded *mv_session_script(struct mv_session *s, struct bytes code, struct mv_err *why);

/* After modules were published: forgets what was loaded. Items must have been flushed. */
void mv_session_forget_modules(struct mv_session *s);

/* The type that a tag means; NULL with *why. */
const struct mv_type *mv_session_type(struct mv_session *s, struct bytes tag,
                                      enum mv_status_code *why);

/* 0x1::<module>::<name> without type arguments, as a type; NULL if it is not there. */
const struct mv_type *mv_framework_type(struct mv_session *s, const char *module, const char *name);

/* Makes a function ready to be entered: module current, body translated, instance paid for. NULL
 * with the session's fault set. */
const struct mv_body *mv_session_ready(struct mv_session *s, const struct mv_fn *f);

/* While a function with module_lock is on the stack no function is marked ready, so that every call
 * comes by mv_enter. */
enum { MV_EPOCH_LOCKED = UINT32_MAX };

/* ---- items.c */

/* The resource of a type at an address, or the item of a table; loaded on first use. MV_OK, or why
 * it cannot be had (out of gas, stored bytes of another type, memory). It need not be present. */
enum mv_status_code mv_item_resource(struct mv_session *s, const struct b32 *address,
                                     const struct mv_type *type, struct mv_item **out);
enum mv_status_code mv_item_table(struct mv_session *s, const struct b32 *handle, struct bytes key,
                                  const struct mv_type *type, struct mv_item **out);
/* Writes what has changed to the journal. */
enum mv_status_code mv_items_flush(struct mv_session *s);
void mv_items_forget(struct mv_session *s);
/* The same before a call to another machine: what is borrowed may be changed again behind it. */
enum mv_status_code mv_items_publish(struct mv_session *s);
/* After it: what the journal has got other bytes for since `mark` is decoded anew when it is used;
 * everything else keeps its memory. */
void mv_items_reread(struct mv_session *s, st_mark mark);

/* The four resource instructions. `slot` is where the value comes from or goes. */
enum mv_status_code mv_global_exists(struct mv_session *s, const struct b32 *a,
                                     const struct mv_type *t, bool *out);
enum mv_status_code mv_global_borrow(struct mv_session *s, const struct b32 *a,
                                     const struct mv_type *t, bool mut, void **out);
enum mv_status_code mv_global_move_from(struct mv_session *s, const struct b32 *a,
                                        const struct mv_type *t, void *slot);
enum mv_status_code mv_global_move_to(struct mv_session *s, const struct b32 *a,
                                      const struct mv_type *t, const void *slot);

/* ---- run.c */

/* What the constructors of String, Option and Object would refuse is refused in a value that was
 * made from bytes. */
enum mv_status_code mv_value_admit(struct mv_session *s, const struct mv_type *t, const uint8_t *p);

/* ---- interp.c */

/* Runs `f` whose arguments stand at s->top; results come there. MV_EXECUTED, or s->fault is set. */
enum mv_status_code mv_interpret(struct mv_session *s, const struct mv_fn *f);
/* Runs a native whose arguments stand at `slots`; results come there. MV_OK, or s->fault is set.
 * *next: the function to be called in its place, with the arguments at `slots`, or NULL. */
enum mv_status_code mv_run_native(struct mv_session *s, const struct mv_fn *f, uint64_t *slots,
                                  const struct mv_fn **next);

/* ---- reentry.c: the fence of reentrancy_checker.rs */

/* What a call does before it enters `callee` from `caller` (NULL: from outside); sets the call's
 * flags. */
enum mv_status_code mv_enter(struct mv_session *s, const struct mv_fn *caller,
                             const struct mv_fn *callee, bool by_closure, uint8_t *flags);
/* The same for a function that is called in the place of a native one. */
enum mv_status_code mv_enter_dispatched(struct mv_session *s, const struct mv_fn *caller,
                                        const struct mv_fn *callee, uint8_t *flags);
/* Undoes it when the callee returns. */
void mv_leave(struct mv_session *s, uint8_t flags);
/* Whether resources of `module` may be touched now; `current` is the running function. */
bool mv_may_touch(const struct mv_session *s, const struct mv_fn *current,
                  const struct mv_loaded *module);

/* ---- crossing.c */

/* False with a fault if the module of `f` may not be entered because it waits below. */
bool mv_module_open(struct mv_session *s, const struct mv_fn *f);

/* ---- info.c */

const struct mv_layout *mv_layout_of(struct mv_session *s, const struct mv_type *t);

/* ---- outcome.c */

/* Sets the fault's status without a place. */
enum mv_status_code mv_fault(struct mv_session *s, enum mv_status_code code, const char *text);
/* … in the module of `f`, at `offset`. */
enum mv_status_code mv_fault_at(struct mv_session *s, enum mv_status_code code,
                                const struct mv_fn *f, uint32_t offset);
/* Copies the fault (or success, if there is none) to *out; true on success. */
bool mv_outcome_take(struct mv_session *s, enum mv_status_code code, struct mv_outcome *out);

#endif
