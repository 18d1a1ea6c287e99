/// Mathematics of numbers with 32 bits behind the binary point.
module aptos_std::math_fixed {
    use std::error;
    use std::fixed_point32::{Self, FixedPoint32};
    use aptos_std::math128;
    use aptos_std::math64;

    /// The result of exp does not fit.
    const EOVERFLOW_EXP: u64 = 1;

    /// ln 2, with 32 bits behind the point.
    const LN2: u128 = 2977044472;

    public fun sqrt(x: FixedPoint32): FixedPoint32 {
        let root = math128::sqrt((x.get_raw_value() as u128) << 32);
        fixed_point32::create_from_raw_value((root as u64))
    }

    /// e to the power of x; within a few units of the last place.
    public fun exp(x: FixedPoint32): FixedPoint32 {
        fixed_point32::create_from_raw_value((exp_raw((x.get_raw_value() as u128)) as u64))
    }

    /// The binary logarithm of the raw value, so that it is never negative: log2(x) + 32.
    public fun log2_plus_32(x: FixedPoint32): FixedPoint32 {
        math128::log2((x.get_raw_value() as u128))
    }

    /// ln(x) + 32 ln(2)
    public fun ln_plus_32ln2(x: FixedPoint32): FixedPoint32 {
        let log = math128::log2((x.get_raw_value() as u128)).get_raw_value();
        fixed_point32::create_from_raw_value((((log as u128) * LN2) >> 32 as u64))
    }

    /// x to the power of n.
    public fun pow(x: FixedPoint32, n: u64): FixedPoint32 {
        let power = pow_raw((x.get_raw_value() as u128), (n as u128));
        fixed_point32::create_from_raw_value((power as u64))
    }

    /// x * y / z, where only the result must fit.
    public fun mul_div(x: FixedPoint32, y: FixedPoint32, z: FixedPoint32): FixedPoint32 {
        let quotient = math64::mul_div(x.get_raw_value(), y.get_raw_value(), z.get_raw_value());
        fixed_point32::create_from_raw_value(quotient)
    }

    /// exp(x) = 2^shift * (2^(1/5000 or so))^exponent * exp(rest): whole factors of ln 2, then of
    /// 595528 / 2^32, and for what is left the first terms of the series.
    fun exp_raw(x: u128): u128 {
        let whole = x / LN2;
        assert!(whole <= 31, error::invalid_state(EOVERFLOW_EXP));
        let shift = (whole as u8);
        let step = 595528;
        let exponent = x % LN2 / step;
        let rest = x % LN2 % step;
        // exp(step), rounded down, and what the rounding costs for each factor.
        let power = pow_raw(4295562865, exponent);
        power += (power * 1241009291 * exponent) >> 64;
        let first = (power * rest) >> (32 - shift);
        let second = (first * rest) >> 32;
        let third = (second * rest) >> 32;
        (power << shift) + first + second / 2 + third / 6
    }

    /// By squaring, with 64 bits behind the point in between.
    fun pow_raw(x: u128, n: u128): u128 {
        let base = (x as u256) << 32;
        let result: u256 = 1 << 64;
        while (n != 0) {
            if (n & 1 != 0) {
                result = (result * base) >> 64;
            };
            n >>= 1;
            base = (((base * base) >> 64 as u128) as u256);
        };
        (result >> 32 as u128)
    }
}
