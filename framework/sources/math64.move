/// Mathematics of u64.
module aptos_std::math64 {
    use std::fixed_point32::{Self, FixedPoint32};

    /// Zero has no logarithm.
    const EINVALID_ARG_FLOOR_LOG2: u64 = 1;

    public fun max(a: u64, b: u64): u64 {
        if (a >= b) a else b
    }

    public fun min(a: u64, b: u64): u64 {
        if (a < b) a else b
    }

    /// (a + b) / 2, rounded down, without overflow.
    public fun average(a: u64, b: u64): u64 {
        if (a < b) a + (b - a) / 2 else b + (a - b) / 2
    }

    /// The greatest common divisor.
    public inline fun gcd(a: u64, b: u64): u64 {
        let (large, small) = if (a > b) (a, b) else (b, a);
        while (small != 0) {
            let rest = large % small;
            large = small;
            small = rest;
        };
        large
    }

    /// The least common multiple; 0 if one is 0.
    public inline fun lcm(a: u64, b: u64): u64 {
        if (a == 0 || b == 0) 0 else a / gcd(a, b) * b
    }

    /// a * b / c, rounded down, where only the result must fit.
    public inline fun mul_div(a: u64, b: u64, c: u64): u64 {
        (((a as u128) * (b as u128)) / (c as u128) as u64)
    }

    /// `x` brought into [`lower`, `upper`].
    public fun clamp(x: u64, lower: u64, upper: u64): u64 {
        min(upper, max(lower, x))
    }

    /// n to the power of e.
    public fun pow(n: u64, e: u64): u64 {
        let result = 1;
        while (e > 0) {
            if (e % 2 == 1) result = result * n;
            e = e >> 1;
            if (e > 0) n = n * n;
        };
        result
    }

    /// The number of the highest bit that is set.
    public fun floor_log2(x: u64): u8 {
        assert!(x != 0, std::error::invalid_argument(EINVALID_ARG_FLOOR_LOG2));
        let result = 0;
        let n: u8 = 32;
        while (n > 0) {
            if (x >= (1 << n)) {
                x = x >> n;
                result = result + n;
            };
            n = n >> 1;
        };
        result
    }

    /// The logarithm with 32 bits behind the point, rounded down: squaring the fraction gives one
    /// bit after the other.
    public fun log2(x: u64): FixedPoint32 {
        let integer_part = floor_log2(x);
        // x / 2^integer_part in [1, 2), with 31 bits behind the point.
        let y = (if (x >= 1 << 31) x >> (integer_part - 31) else x << (31 - integer_part) as u128);
        let fraction = 0;
        let bit = 1 << 31;
        while (bit != 0) {
            y = (y * y) >> 31;
            if (y >= 1 << 32) {
                fraction = fraction + bit;
                y = y >> 1;
            };
            bit = bit >> 1;
        };
        fixed_point32::create_from_raw_value(((integer_part as u64) << 32) + fraction)
    }

    /// The square root, rounded down.
    public fun sqrt(x: u64): u64 {
        if (x == 0) return 0;
        // A power of two at or above the root; each step of Newton's method goes down until there.
        let r = 1 << ((floor_log2(x) >> 1) + 1);
        loop {
            let next = (r + x / r) >> 1;
            if (next >= r) return r;
            r = next;
        }
    }

    /// x / y, rounded up.
    public inline fun ceil_div(x: u64, y: u64): u64 {
        if (x == 0) {
            assert!(y != 0, 0x10004);
            0
        } else (x - 1) / y + 1
    }
}
