/// Unsigned numbers with 32 bits before and 32 behind the binary point.
module std::fixed_point32 {
    const MAX_U64: u128 = 18446744073709551615;

    /// The divisor is zero, or the number that it stands for rounds to zero.
    const EDENOMINATOR: u64 = 0x10001;
    /// The quotient does not fit.
    const EDIVISION: u64 = 0x20002;
    /// The product does not fit.
    const EMULTIPLICATION: u64 = 0x20003;
    /// A divisor is zero.
    const EDIVISION_BY_ZERO: u64 = 0x10004;
    /// The fraction is too large or too small to be represented.
    const ERATIO_OUT_OF_RANGE: u64 = 0x20005;

    struct FixedPoint32 has copy, drop, store {
        value: u64
    }

    /// `val` times the number, rounded down.
    public fun multiply_u64(val: u64, multiplier: FixedPoint32): u64 {
        let product = ((val as u128) * (multiplier.value as u128)) >> 32;
        assert!(product <= MAX_U64, EMULTIPLICATION);
        (product as u64)
    }

    /// `val` divided by the number, rounded down.
    public fun divide_u64(val: u64, divisor: FixedPoint32): u64 {
        assert!(divisor.value != 0, EDIVISION_BY_ZERO);
        let quotient = ((val as u128) << 32) / (divisor.value as u128);
        assert!(quotient <= MAX_U64, EDIVISION);
        (quotient as u64)
    }

    /// The fraction, rounded down; aborts if only zero is left of a numerator that is not zero.
    public fun create_from_rational(numerator: u64, denominator: u64): FixedPoint32 {
        assert!(denominator != 0, EDENOMINATOR);
        let quotient = ((numerator as u128) << 64) / ((denominator as u128) << 32);
        assert!(quotient != 0 || numerator == 0, ERATIO_OUT_OF_RANGE);
        assert!(quotient <= MAX_U64, ERATIO_OUT_OF_RANGE);
        FixedPoint32 { value: (quotient as u64) }
    }

    /// The number `value` / 2^32.
    public fun create_from_raw_value(value: u64): FixedPoint32 {
        FixedPoint32 { value }
    }

    /// The whole number `val`.
    public fun create_from_u64(val: u64): FixedPoint32 {
        let value = (val as u128) << 32;
        assert!(value <= MAX_U64, ERATIO_OUT_OF_RANGE);
        FixedPoint32 { value: (value as u64) }
    }

    /// The number times 2^32.
    public fun get_raw_value(self: FixedPoint32): u64 {
        self.value
    }

    public fun is_zero(self: FixedPoint32): bool {
        self.value == 0
    }

    public fun min(num1: FixedPoint32, num2: FixedPoint32): FixedPoint32 {
        if (num1.value < num2.value) num1 else num2
    }

    public fun max(num1: FixedPoint32, num2: FixedPoint32): FixedPoint32 {
        if (num1.value > num2.value) num1 else num2
    }

    /// The next whole number at or below.
    public fun floor(self: FixedPoint32): u64 {
        self.value >> 32
    }

    /// The next whole number at or above.
    public fun ceil(self: FixedPoint32): u64 {
        let whole = floor(self) << 32;
        if (self.value == whole) {
            whole >> 32
        } else {
            (((whole as u128) + (1 << 32)) >> 32 as u64)
        }
    }

    /// The nearest whole number; a half goes up.
    public fun round(self: FixedPoint32): u64 {
        let whole = floor(self) << 32;
        if (self.value < whole + (1 << 31)) {
            whole >> 32
        } else {
            ceil(self)
        }
    }
}
