/// Mathematics of numbers with 64 bits behind the binary point.
module aptos_std::math_fixed64 {
    use std::error;
    use aptos_std::fixed_point64::{Self, FixedPoint64};
    use aptos_std::math128;

    /// The result of exp does not fit.
    const EOVERFLOW_EXP: u64 = 1;

    /// ln 2, with 64 bits behind the point.
    const LN2: u256 = 12786308645202655660;

    public fun sqrt(x: FixedPoint64): FixedPoint64 {
        let raw = x.get_raw_value();
        if (raw == 0) return x;
        // One step of Newton's method on the root of the raw value doubles its digits.
        let root = (math128::sqrt(raw) << 32 as u256);
        root = (root + ((raw as u256) << 64) / root) >> 1;
        fixed_point64::create_from_raw_value((root as u128))
    }

    /// e to the power of x; within a few units of the last place.
    public fun exp(x: FixedPoint64): FixedPoint64 {
        fixed_point64::create_from_raw_value((exp_raw((x.get_raw_value() as u256)) as u128))
    }

    /// The binary logarithm of the raw value, so that it is never negative: log2(x) + 64.
    public fun log2_plus_64(x: FixedPoint64): FixedPoint64 {
        math128::log2_64(x.get_raw_value())
    }

    /// ln(x) + 64 ln(2); the name has an old mistake.
    public fun ln_plus_32ln2(x: FixedPoint64): FixedPoint64 {
        let log = math128::log2_64(x.get_raw_value()).get_raw_value();
        fixed_point64::create_from_raw_value((((log as u256) * LN2) >> 64 as u128))
    }

    /// x to the power of n.
    public fun pow(x: FixedPoint64, n: u64): FixedPoint64 {
        let power = pow_raw((x.get_raw_value() as u256), n);
        fixed_point64::create_from_raw_value((power as u128))
    }

    /// x * y / z, where only the result must fit.
    public fun mul_div(x: FixedPoint64, y: FixedPoint64, z: FixedPoint64): FixedPoint64 {
        let quotient = math128::mul_div(x.get_raw_value(), y.get_raw_value(), z.get_raw_value());
        fixed_point64::create_from_raw_value(quotient)
    }

    /// As math_fixed has it: whole factors of ln 2, then 580ths of it, then the series.
    fun exp_raw(x: u256): u256 {
        let whole = x / LN2;
        assert!(whole <= 63, error::invalid_state(EOVERFLOW_EXP));
        let shift = (whole as u8);
        let step = 22045359733108027;
        let exponent = x % LN2 / step;
        let rest = x % LN2 % step;
        // exp(step), rounded up, and what the rounding costs for each factor.
        let power = pow_raw(18468802611690918839, (exponent as u64));
        power -= (power * 219071715585908898 * exponent) >> 128;
        let term = (power * rest) >> (64 - shift);
        let sum = (power << shift) + term;
        let factorial = 1;
        for (k in 2..7) {
            term = (term * rest) >> 64;
            factorial *= k;
            sum += term / factorial;
        };
        sum
    }

    /// By squaring.
    fun pow_raw(x: u256, n: u64): u256 {
        let result: u256 = 1 << 64;
        while (n != 0) {
            if (n & 1 != 0) {
                result = (result * x) >> 64;
            };
            n >>= 1;
            x = (x * x) >> 64;
        };
        result
    }
}
