/* Products, remainders, shifts: modular powers and a xorshift generator in registers. */
#include "guest.h"

static u64 power(u64 base, u64 exponent, u64 modulus) {
    u64 r = 1;
    for (; exponent; exponent >>= 1) {
        if (exponent & 1) r = r * base % modulus;
        base = base * base % modulus;
    }
    return r;
}

u64 entrypoint(const u8 *input) {
    u64 x = load64(input) | 1, sum = 0;
    for (u32 i = 0; i < 2000; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        sum += x * 0x9e3779b97f4a7c15u ^ sum >> 29;
    }
    for (u32 i = 0; i < 60; i++) sum += power(x >> 33 & 0xffff, sum | 1, 0xfffffffb);
    return sum;
}
