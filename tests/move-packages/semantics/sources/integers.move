/// Arithmetic, shifts, bits, comparisons and casts of all unsigned widths. Functions named test_*
/// return a number; fail_* do not return. Operands pass through echo_*, or the compiler would
/// compute the result itself.
module semantics::integers {
    #[view]
    public fun test_add_all_widths(): u64 {
        let a = echo_u8(200) + 55;
        let b = echo_u16(65000) + 535;
        let c = echo_u32(4294967000) + 295;
        let d = echo_u64(18446744073709551000) + 615;
        let e = echo_u128(340282366920938463463374607431768211000) + 455;
        let f = echo_u256(115792089237316195423570985008687907853269984665640564039457584007913129639000) + 935;
        let all = (a as u256) + (b as u256) + (c as u256) + (d as u256) + (e as u256);
        ((f - all) % 1000000007 as u64)
    }

    #[view]
    public fun test_sub_mul_div_mod(): u64 {
        let a = echo_u8(17);
        let b = echo_u16(1234);
        let c = echo_u32(700001);
        let d = echo_u64(123456789012345);
        let e = echo_u128(123456789012345678901234567890);
        let f = echo_u256(98765432109876543210987654321098765432109876543210);
        let x = ((a * 15 - 3) / 7 % 11 as u64);
        let y = ((b * 53 - 3) / 7 % 1100 as u64);
        let z = ((c * 6000 - 3) / 7 % 110001 as u64);
        let w = (d * 140000 - 3) / 7 % 1100000001;
        let v = ((e * 2000000000 - 3) / 7 % 1100000000001 as u64);
        let u = ((f * 12345678901234567890 - 3) / 7 % 110000000000001 as u64);
        x + y + z + w + v + u
    }

    #[view]
    public fun test_u256_wide_product(): u256 {
        let a = echo_u256(0xffffffffffffffffffffffffffffffff);
        a * a
    }

    #[view]
    public fun test_u256_division(): u256 {
        let a = echo_u256(0xfedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210);
        let b = echo_u256(0x123456789abcdef0f);
        a / b + a % b
    }

    #[view]
    public fun test_u256_division_large_divisor(): u256 {
        let a = echo_u256(0xfedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210);
        let b = echo_u256(0x80000000000000000000000000000000000000001);
        a / b * 3 + a % b
    }

    #[view]
    public fun test_u128_division(): u128 {
        let a = echo_u128(0xfedcba9876543210fedcba9876543210);
        let b = echo_u128(0x1000000000000001f);
        a / b + a % b
    }

    #[view]
    public fun test_shifts(): u64 {
        let a = echo_u8(0x81) << 1;
        let b = echo_u16(0x8001) << 15;
        let c = echo_u32(0x80000001) << 31;
        let d = echo_u64(0x8000000000000001) << 63;
        let e = echo_u128(0x80000000000000000000000000000001) << 127;
        let f = echo_u256(0x8000000000000000000000000000000000000000000000000000000000000001) << 255;
        let g = (a >> 1 as u64) + (b >> 15 as u64) + (c >> 31 as u64) + (d >> 63);
        g * 100 + (e >> 127 as u64) * 10 + (f >> 255 as u64)
    }

    #[view]
    public fun test_shift_by_zero_and_across_words(): u256 {
        let f = echo_u256(0x0123456789abcdef_0123456789abcdef_0123456789abcdef_0123456789abcdef);
        (f << 0) ^ (f << 68) ^ (f >> 133) ^ (f << 192) ^ (f >> 64)
    }

    #[view]
    public fun test_bits(): u64 {
        let a = echo_u64(0xff00ff00ff00ff00);
        let b = echo_u64(0x0ff00ff00ff00ff0);
        let c = (a as u256) << 190;
        let d = (b as u256) << 191;
        let e = ((c & d) ^ (c | d)) >> 192;
        (a & b) ^ (a | b) ^ (e as u64)
    }

    #[view]
    public fun test_comparisons(): u64 {
        let n = 0;
        let big = echo_u256(1) << 255;
        let half = echo_u128(1) << 127;
        if (big > (half as u256)) n = n + 1;
        if (big >= big) n = n + 2;
        if (!(big < big)) n = n + 4;
        if ((half as u256) <= big) n = n + 8;
        if (half > 1) n = n + 16;
        if (!(half < 1)) n = n + 32;
        if (echo_u8(255) >= 254) n = n + 64;
        if (echo_u16(65535) != 65534) n = n + 128;
        if (echo_u32(4294967295) == 4294967295) n = n + 256;
        n
    }

    #[view]
    public fun test_casts_up_and_down(): u64 {
        let a: u256 = (echo_u8(255) as u256) + (echo_u16(65535) as u256) + (echo_u32(4294967295) as u256);
        let b = (a as u128);
        let c = (b as u64);
        let d = (echo_u64(200) as u8);
        let e = (echo_u256(60000) as u16);
        let f = (echo_u128(4000000000) as u32);
        c + (d as u64) + (e as u64) + (f as u64)
    }

    #[view]
    public fun test_op_assign(): u64 {
        let x = echo_u64(10);
        x += 5;
        x -= 3;
        x *= 7;
        x /= 2;
        x %= 30;
        x <<= 4;
        x >>= 1;
        x |= 1;
        x &= 0xfd;
        x ^= 0x55;
        x
    }

    #[view]
    public fun test_booleans_short_circuit(): u64 {
        let n = 0;
        if (false && fails()) n = n + 1;
        if (true || fails()) n = n + 2;
        if (!false && (true || false)) n = n + 4;
        n
    }

    fun fails(): bool {
        abort 1
    }

    #[view]
    public fun echo_u8(x: u8): u8 { x }
    #[view]
    public fun echo_u16(x: u16): u16 { x }
    #[view]
    public fun echo_u32(x: u32): u32 { x }
    #[view]
    public fun echo_u64(x: u64): u64 { x }
    #[view]
    public fun echo_u128(x: u128): u128 { x }
    #[view]
    public fun echo_u256(x: u256): u256 { x }
    #[view]
    public fun echo_bool(x: bool): bool { x }
    #[view]
    public fun echo_address(x: address): address { x }
    #[view]
    public fun echo_bytes(x: vector<u8>): vector<u8> { x }
    #[view]
    public fun echo_nested(x: vector<vector<u64>>): vector<vector<u64>> { x }

    #[view]
    public fun add_u8(a: u8, b: u8): u8 { a + b }
    #[view]
    public fun add_u64(a: u64, b: u64): u64 { a + b }
    #[view]
    public fun sub_u64(a: u64, b: u64): u64 { a - b }
    #[view]
    public fun mul_u128(a: u128, b: u128): u128 { a * b }
    #[view]
    public fun mul_u256(a: u256, b: u256): u256 { a * b }
    #[view]
    public fun div_u256(a: u256, b: u256): u256 { a / b }
    #[view]
    public fun mod_u256(a: u256, b: u256): u256 { a % b }
    #[view]
    public fun shl_u256(a: u256, n: u8): u256 { a << n }
    #[view]
    public fun shr_u256(a: u256, n: u8): u256 { a >> n }
    #[view]
    public fun shl_u64(a: u64, n: u8): u64 { a << n }
    #[view]
    public fun cast_u8(a: u256): u8 { (a as u8) }
    #[view]
    public fun cast_u16(a: u256): u16 { (a as u16) }
    #[view]
    public fun cast_u32(a: u256): u32 { (a as u32) }
    #[view]
    public fun cast_u64(a: u256): u64 { (a as u64) }
    #[view]
    public fun cast_u128(a: u256): u128 { (a as u128) }

    #[view]
    public fun fail_add_u8(): u64 { (add_u8(255, 1) as u64) }
    #[view]
    public fun fail_add_u64(): u64 { add_u64(18446744073709551615, 1) }
    #[view]
    public fun fail_sub_u64(): u64 { sub_u64(0, 1) }
    #[view]
    public fun fail_mul_u128(): u128 { mul_u128(1 << 64, 1 << 64) }
    #[view]
    public fun fail_mul_u256(): u256 { mul_u256(1 << 128, 1 << 128) }
    #[view]
    public fun fail_div_by_zero(): u256 { div_u256(1, 0) }
    #[view]
    public fun fail_mod_by_zero(): u256 { mod_u256(1, 0) }
    #[view]
    public fun fail_shift_u64(): u64 { shl_u64(1, 64) }
    #[view]
    public fun fail_cast_u8(): u8 { cast_u8(256) }
    #[view]
    public fun fail_cast_u128(): u128 { cast_u128(1 << 128) }
}
