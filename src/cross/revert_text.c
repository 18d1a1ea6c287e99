/* What an EVM target said when it reverted: Solidity's Error(string) and Panic(uint256), or a
 * custom error's selector. */
#include "cross/internal.h"

/* The meanings of panic codes, as the Solidity documentation lists them. */
static const char *panic_text(uint64_t code) {
    switch (code) {
    case 0x00: return "generic panic";
    case 0x01: return "assertion failed";
    case 0x11: return "arithmetic overflow or underflow";
    case 0x12: return "division or modulo by zero";
    case 0x21: return "value out of range for an enum";
    case 0x22: return "incorrectly encoded storage byte array";
    case 0x31: return "pop of an empty array";
    case 0x32: return "array index out of bounds";
    case 0x41: return "too much memory allocated";
    case 0x51: return "call of an uninitialised function";
    default: return "panic";
    }
}

static struct bytes error_string(struct bytes args) {
    struct u256 word;
    if (args.n < 64) return (struct bytes){NULL, 0};
    u256_load_be(&word, args.p);
    if (u256_sat_u64(&word) != 32) return (struct bytes){NULL, 0};
    u256_load_be(&word, args.p + 32);
    uint64_t n = u256_sat_u64(&word);
    if (n > args.n - 64) return (struct bytes){NULL, 0};
    return bytes_sub(args, 64, n);
}

struct bytes xvm_revert_text(struct arena *arena, struct bytes data) {
    static const uint8_t ERROR[4] = {0x08, 0xc3, 0x79, 0xa0}, PANIC[4] = {0x4e, 0x48, 0x7b, 0x71};
    if (data.n < 4) return (struct bytes){NULL, 0};
    struct bytes args = bytes_sub(data, 4, data.n - 4);
    if (memcmp(data.p, ERROR, 4) == 0) return error_string(args);
    if (memcmp(data.p, PANIC, 4) == 0 && args.n == 32) {
        struct u256 code;
        u256_load_be(&code, args.p);
        uint64_t n = u256_sat_u64(&code);
        return bytes_cstr(
            arena_printf(arena, "panic 0x%02llx (%s)", (unsigned long long)n, panic_text(n)));
    }
    return bytes_cstr(arena_printf(arena,
                                   "custom error 0x%02x%02x%02x%02x with %zu bytes of arguments",
                                   data.p[0], data.p[1], data.p[2], data.p[3], args.n));
}
