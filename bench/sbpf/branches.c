/* Branches that cannot be foreseen: a state machine over the input and binary searches. */
#include "guest.h"

static u64 search(const u64 *list, u32 count, u64 key) {
    u32 low = 0, high = count;
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (list[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static u64 step(u64 state, u8 c) {
    switch (state) {
    case 0: return c < 64 ? 1 : c < 128 ? 2 : 3;
    case 1: return c & 1 ? 0 : c > 200 ? 4 : 2;
    case 2: return c == 7 ? 0 : c < 100 ? 3 : 1;
    case 3: return c & 4 ? 4 : 0;
    default: return c > 128 ? 2 : 0;
    }
}

u64 entrypoint(const u8 *input) {
    u64 *list = (u64 *)HEAP, state = 0, visits = 0, x = load64(input) | 1;
    for (u32 i = 0; i < 1024; i++) list[i] = i * 37;
    for (u32 round = 0; round < 20; round++)
        for (u32 i = 0; i < INPUT_BYTES; i++) {
            state = step(state, input[i]);
            visits += state == 4;
        }
    for (u32 i = 0; i < 500; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        visits += search(list, 1024, x >> 48);
    }
    return visits;
}
