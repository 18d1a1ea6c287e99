/* Calls: a function that calls itself twice, and one through a table of functions. */
#include "guest.h"

static __attribute__((noinline)) u64 fibonacci(u64 n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static __attribute__((noinline)) u64 plus(u64 a) {
    return a + 3;
}
static __attribute__((noinline)) u64 times(u64 a) {
    return a * 5;
}
static __attribute__((noinline)) u64 mixed(u64 a) {
    return a ^ a >> 7;
}
static u64 (*const table[4])(u64) = {plus, times, mixed, plus};

u64 entrypoint(const u8 *input) {
    u64 x = fibonacci(16);
    for (u32 i = 0; i < 2000; i++) x = table[input[i % INPUT_BYTES] & 3](x);
    return x;
}
