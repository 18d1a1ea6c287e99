/* libmovevm's C interface, as its own header declares it (initia-labs/movevm,
 * libmovevm/bindings.h); only what is used here. Arguments and most results are BCS; what Rust
 * hands out is an owned vector, what it takes a view. */
#ifndef MOVEORACLE_PEER_H
#define MOVEORACLE_PEER_H

#include "base/base.h"

struct peer_vm;

/* Bytes lent to the library. */
struct peer_view {
    bool is_nil;
    const uint8_t *ptr;
    size_t len;
};

/* Bytes of the library's own; given back with destroy_unmanaged_vector. */
struct peer_vec {
    bool is_none;
    uint8_t *ptr;
    size_t len, cap;
};

struct peer_db_vtable {
    int32_t (*read_db)(void *state, struct peer_view key, struct peer_vec *value,
                       struct peer_vec *error);
    int32_t (*write_db)(void *state, struct peer_view key, struct peer_view value,
                        struct peer_vec *error);
    int32_t (*remove_db)(void *state, struct peer_view key, struct peer_vec *error);
    int32_t (*scan_db)(void *state, struct peer_view prefix, struct peer_view start,
                       struct peer_view end, int32_t order, void *iterator, struct peer_vec *error);
};

struct peer_db {
    void *state;
    struct peer_db_vtable vtable;
};

/* Six callbacks about accounts, staking and oracles of its own chain; none is called by code that
 * does not use its natives. */
struct peer_api {
    const void *state;
    int32_t (*callbacks[6])(const void *state);
};

struct peer {
    struct peer_vm *(*allocate_vm)(struct peer_view config);
    void (*release_vm)(struct peer_vm *vm);
    struct peer_vec (*execute_view_function)(struct peer_vm *vm, uint64_t *gas, struct peer_db db,
                                             struct peer_api api, struct peer_view env,
                                             struct peer_view call, struct peer_vec *error);
    struct peer_vec (*execute_contract)(struct peer_vm *vm, uint64_t *gas, struct peer_db db,
                                        struct peer_api api, struct peer_view env,
                                        struct peer_view senders, struct peer_view call,
                                        struct peer_vec *error);
    struct peer_vec (*read_module_info)(struct peer_vec *error, struct peer_view module);
    struct peer_vec (*new_unmanaged_vector)(bool is_nil, const uint8_t *p, size_t n);
    void (*destroy_unmanaged_vector)(struct peer_vec v);
};

static inline struct peer_view peer_lend(struct bytes b) {
    return (struct peer_view){.is_nil = false, .ptr = b.p, .len = b.n};
}

static inline struct bytes peer_bytes(const struct peer_vec *v) {
    return v->is_none ? bytes_make(NULL, 0) : bytes_make(v->ptr, v->len);
}

/* Loads the library: `path`, or the one in node_modules of this or a parent directory, or of the
 * program's. Ends the program with a message if there is none. */
void peer_load(struct peer *p, const char *path);

#endif
