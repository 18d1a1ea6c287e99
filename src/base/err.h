/* Errors as values. A function that can fail on its input returns struct err; code 0 is success.
 * The text is static or lives in the arena that the function was given; `at` says where (a byte
 * offset, an index, a line: the function says which). Modules number their own codes from 1.
 * Programmer errors are assert()s, not this. */
#ifndef TERN_BASE_ERR_H
#define TERN_BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

struct err {
    int32_t code;
    const char *text; /* NULL on success; names the field that is wrong and why */
    uint64_t at;
};

#define ERR_NONE ((struct err){0, 0, 0})

static inline bool err_is(struct err e) {
    return e.code != 0;
}

static inline struct err err_at(int32_t code, const char *text, uint64_t at) {
    return (struct err){code, text, at};
}

#endif
