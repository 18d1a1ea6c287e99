#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_free(struct buf *b) {
    free(b->p);
    *b = (struct buf){0};
}

uint8_t *buf_room(struct buf *b, size_t more) {
    uint64_t need;
    if (!add_u64(b->n, more, &need)) need = SIZE_MAX; /* xrealloc will refuse */
    if (need > b->cap || !b->p) { /* never NULL: even an empty memcpy wants a pointer */
        size_t cap = b->cap ? b->cap : 64;
        while (cap < need) cap = cap > SIZE_MAX / 2 ? need : cap * 2;
        b->p = xrealloc(b->p, cap);
        b->cap = cap;
    }
    return b->p + b->n;
}

void buf_put(struct buf *b, const void *p, size_t n) {
    if (!n) return;
    memcpy(buf_room(b, n), p, n);
    b->n += n;
}

void buf_printf(struct buf *b, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) return;
    char *at = (char *)buf_room(b, (size_t)n + 1);
    va_start(args, format);
    vsnprintf(at, (size_t)n + 1, format, args);
    va_end(args);
    b->n += (size_t)n;
}

const char *buf_cstr(struct buf *b) {
    *buf_room(b, 1) = 0;
    return (const char *)b->p;
}
