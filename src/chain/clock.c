#include "chain/clock.h"

enum { SECOND_US = 1000000 };

uint64_t chain_clock_now_us(const struct chain_clock *k, uint64_t now_us) {
    int64_t shifted;
    if (__builtin_add_overflow((int64_t)min_u64(now_us, INT64_MAX), k->offset_us, &shifted))
        return INT64_MAX;
    return shifted < 0 ? 0 : (uint64_t)shifted;
}

uint64_t chain_clock_next_us(const struct chain_clock *k, uint64_t parent_us, uint64_t now_us) {
    uint64_t parent_s = parent_us / SECOND_US, us;
    if (k->has_next)
        us = k->next_s * SECOND_US;
    else if (k->has_step)
        us = min_u64(parent_s + k->step_s, CHAIN_TIME_MAX_S) * SECOND_US;
    else
        us = chain_clock_now_us(k, now_us);
    return max_u64(us, parent_us + 1);
}

void chain_clock_made(struct chain_clock *k, uint64_t made_us, uint64_t now_us) {
    if (k->has_next) chain_clock_set(k, made_us, now_us);
}

void chain_clock_set(struct chain_clock *k, uint64_t time_us, uint64_t now_us) {
    k->offset_us = (int64_t)min_u64(time_us, INT64_MAX) - (int64_t)min_u64(now_us, INT64_MAX);
    k->has_next = false;
}

bool chain_clock_increase(struct chain_clock *k, uint64_t seconds) {
    int64_t sum;
    if (seconds > CHAIN_TIME_MAX_S) return false;
    if (__builtin_add_overflow(k->offset_us, (int64_t)(seconds * SECOND_US), &sum)) return false;
    if (sum > (int64_t)(CHAIN_TIME_MAX_S * SECOND_US)) return false;
    k->offset_us = sum;
    return true;
}

struct timespec chain_deadline(uint64_t ms) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    t.tv_sec += (time_t)(ms / 1000);
    t.tv_nsec += (long)(ms % 1000) * 1000000;
    if (t.tv_nsec >= 1000000000) {
        t.tv_sec++;
        t.tv_nsec -= 1000000000;
    }
    return t;
}
