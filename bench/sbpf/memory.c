/* Loads and stores: a sieve, a prefix sum and copies in the heap. */
#include "guest.h"

u64 entrypoint(const u8 *input) {
    enum { N = 8192 };
    volatile u8 *sieve = HEAP;
    u64 *sums = (u64 *)(HEAP + N);
    u64 count = 0;
    for (u32 i = 0; i < N; i++) sieve[i] = 1;
    for (u32 i = 2; i * i < N; i++)
        if (sieve[i])
            for (u32 k = i * i; k < N; k += i) sieve[k] = 0;
    for (u32 i = 2; i < N; i++) count += sieve[i];
    sums[0] = count;
    for (u32 i = 1; i < 2048; i++) sums[i] = sums[i - 1] + input[i % INPUT_BYTES];
    for (u32 i = 0; i + 1 < 2048; i += 2) {
        u64 t = sums[i];
        sums[i] = sums[i + 1];
        sums[i + 1] = t;
    }
    return sums[2046] ^ count << 32;
}
