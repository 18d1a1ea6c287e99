/* A seeded random source for the property tests (splitmix64). */
#ifndef TERN_TESTS_STATE_RAND_H
#define TERN_TESTS_STATE_RAND_H

#include <stdint.h>

struct rand_source {
    uint64_t state;
};

static inline uint64_t rand_next(struct rand_source *r) {
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* In [0, n). */
static inline uint32_t rand_below(struct rand_source *r, uint32_t n) {
    return (uint32_t)(rand_next(r) % n);
}

#endif
