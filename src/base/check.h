/* Checked arithmetic: each returns false on overflow and leaves *out untouched then. For sizes, gas
 * and money. */
#ifndef TERN_BASE_CHECK_H
#define TERN_BASE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool add_u64(uint64_t a, uint64_t b, uint64_t *out) {
    uint64_t r;
    if (__builtin_add_overflow(a, b, &r)) return false;
    *out = r;
    return true;
}

static inline bool sub_u64(uint64_t a, uint64_t b, uint64_t *out) {
    if (a < b) return false;
    *out = a - b;
    return true;
}

static inline bool mul_u64(uint64_t a, uint64_t b, uint64_t *out) {
    uint64_t r;
    if (__builtin_mul_overflow(a, b, &r)) return false;
    *out = r;
    return true;
}

/* ceil(a / b) for b > 0, without overflow. */
static inline uint64_t div_ceil_u64(uint64_t a, uint64_t b) {
    return a / b + (a % b != 0);
}

static inline uint64_t min_u64(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}
static inline uint64_t max_u64(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

#endif
