/* The crate revm as a shared library (tools/revm-peer/src/bench.rs), loaded if it is there. */
#ifndef TERN_BENCH_EVM_PEER_H
#define TERN_BENCH_EVM_PEER_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct peer_tx {
    uint8_t from[20], to[20];
    bool is_create;
    uint64_t nonce, gas_limit, gas_price;
    const uint8_t *data;
    size_t data_size;
};

struct peer {
    void *(*open)(const char *fork);
    void (*close)(void *world);
    void (*account)(void *world, const uint8_t *address, uint64_t balance, const uint8_t *code,
                    size_t code_size);
    void (*add)(void *world, const struct peer_tx *tx);
    void (*clear)(void *world);
    size_t (*run)(void *world, bool keep);
    uint64_t (*gas_used)(const void *world);
    void (*created)(const void *world, uint8_t *address);
};

static inline void *peer_symbol(void *library, const char *name) {
    void *p = dlsym(library, name);
    if (p) return p;
    fprintf(stderr, "%s\n", dlerror());
    exit(EXIT_FAILURE);
}

static inline struct peer peer_load(const char *path) {
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        exit(EXIT_FAILURE);
    }
    struct peer p;
    *(void **)&p.open = peer_symbol(library, "revm_bench_new");
    *(void **)&p.close = peer_symbol(library, "revm_bench_free");
    *(void **)&p.account = peer_symbol(library, "revm_bench_account");
    *(void **)&p.add = peer_symbol(library, "revm_bench_add");
    *(void **)&p.clear = peer_symbol(library, "revm_bench_clear");
    *(void **)&p.run = peer_symbol(library, "revm_bench_run");
    *(void **)&p.gas_used = peer_symbol(library, "revm_bench_gas_used");
    *(void **)&p.created = peer_symbol(library, "revm_bench_created");
    return p;
}

#endif
