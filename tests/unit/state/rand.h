/* The random source of the property tests: splitmix64 from a seed, or, while there is any, the
 * input of a fuzzer, so that the same drivers serve both. */
#ifndef TERN_TESTS_STATE_RAND_H
#define TERN_TESTS_STATE_RAND_H

#include <stddef.h>
#include <stdint.h>

struct rand_source {
    uint64_t state;
    const uint8_t *input; /* borrowed; not read if input_size is 0 */
    size_t input_size;
};

static inline uint64_t rand_next(struct rand_source *r) {
    if (r->input_size) {
        r->input_size--;
        return *r->input++;
    }
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
