/* The chain's clock: which timestamp the next block gets. The wall clock by default; a development
 * chain may shift it, set it, step it, or name the next block's second. */
#ifndef TERN_CHAIN_CLOCK_H
#define TERN_CHAIN_CLOCK_H

#include <time.h>

#include "base/base.h"

struct chain_clock {
    int64_t offset_us; /* added to the wall clock */
    bool has_next;     /* the next block has exactly this second */
    uint64_t next_s;
    bool has_step; /* without that, each block comes this long after the one before */
    uint64_t step_s;
};

/* No chain lives longer: seconds above would overflow the microseconds of Move's clock. */
#define CHAIN_TIME_MAX_S ((uint64_t)INT64_MAX / 1000000 / 2)

/* The timestamp of a block made at `now_us` after one of `parent_us`. Microseconds always grow;
 * seconds may stand still, never fall. */
uint64_t chain_clock_next_us(const struct chain_clock *k, uint64_t parent_us, uint64_t now_us);

/* A block of that timestamp has been made at `now_us`: a named second is used up, and time goes on
 * from it. */
void chain_clock_made(struct chain_clock *k, uint64_t made_us, uint64_t now_us);

/* Lets time go on from `time_us`, as if it were that now; forgets a named second. */
void chain_clock_set(struct chain_clock *k, uint64_t time_us, uint64_t now_us);

/* Moves the clock forward; false if that is beyond any time that can be told. */
bool chain_clock_increase(struct chain_clock *k, uint64_t seconds);

/* What the clock says now. */
uint64_t chain_clock_now_us(const struct chain_clock *k, uint64_t now_us);

/* The moment in so many milliseconds on the steady clock, which nothing shifts: until when a timed
 * wait waits. */
struct timespec chain_deadline(uint64_t ms);

#endif
