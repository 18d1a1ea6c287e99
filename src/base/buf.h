/* A growable byte string with one owner. Life: {0} or buf_init → buf_put… → buf_free. Grows by
 * doubling; ends the process cleanly when the system has no memory left, so what feeds it from
 * outside must be limited by its caller. */
#ifndef TERN_BASE_BUF_H
#define TERN_BASE_BUF_H

#include "base/bytes.h"

struct buf {
    uint8_t *p;
    size_t n, cap;
};

void buf_free(struct buf *b);

/* Makes room for `more` bytes behind the end and returns where they begin; does not change n. */
uint8_t *buf_room(struct buf *b, size_t more);

void buf_put(struct buf *b, const void *p, size_t n);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline void buf_put_u8(struct buf *b, uint8_t v) {
    *buf_room(b, 1) = v, b->n++;
}
static inline void buf_put_bytes(struct buf *b, struct bytes s) {
    buf_put(b, s.p, s.n);
}
static inline void buf_puts(struct buf *b, const char *s) {
    buf_put(b, s, strlen(s));
}
static inline void buf_clear(struct buf *b) {
    b->n = 0;
}
static inline struct bytes buf_bytes(const struct buf *b) {
    return (struct bytes){b->p, b->n};
}

/* Ends the string with a zero byte that is not counted in n, so that p can be used as a C string.
 */
const char *buf_cstr(struct buf *b);

#endif
