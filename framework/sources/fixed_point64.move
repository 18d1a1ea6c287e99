/// Unsigned numbers with 64 bits before and 64 behind the binary point.
module aptos_std::fixed_point64 {
    const MAX_U128: u256 = 340282366920938463463374607431768211455;

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
    /// The difference would be negative.
    const ENEGATIVE_RESULT: u64 = 0x10006;

    struct FixedPoint64 has copy, drop, store {
        value: u128
    }

    public fun sub(self: FixedPoint64, y: FixedPoint64): FixedPoint64 {
        assert!(self.value >= y.value, ENEGATIVE_RESULT);
        FixedPoint64 { value: self.value - y.value }
    }

    public fun add(self: FixedPoint64, y: FixedPoint64): FixedPoint64 {
        let sum = (self.value as u256) + (y.value as u256);
        assert!(sum <= MAX_U128, ERATIO_OUT_OF_RANGE);
        FixedPoint64 { value: (sum as u128) }
    }

    /// `val` times the number, rounded down.
    public fun multiply_u128(val: u128, multiplier: FixedPoint64): u128 {
        let product = ((val as u256) * (multiplier.value as u256)) >> 64;
        assert!(product <= MAX_U128, EMULTIPLICATION);
        (product as u128)
    }

    /// `val` divided by the number, rounded down.
    public fun divide_u128(val: u128, divisor: FixedPoint64): u128 {
        assert!(divisor.value != 0, EDIVISION_BY_ZERO);
        let quotient = ((val as u256) << 64) / (divisor.value as u256);
        assert!(quotient <= MAX_U128, EDIVISION);
        (quotient as u128)
    }

    /// The fraction, rounded down; aborts if only zero is left of a numerator that is not zero.
    public fun create_from_rational(numerator: u128, denominator: u128): FixedPoint64 {
        assert!(denominator != 0, EDENOMINATOR);
        let quotient = ((numerator as u256) << 64) / (denominator as u256);
        assert!(quotient != 0 || numerator == 0, ERATIO_OUT_OF_RANGE);
        assert!(quotient <= MAX_U128, ERATIO_OUT_OF_RANGE);
        FixedPoint64 { value: (quotient as u128) }
    }

    /// The number `value` / 2^64.
    public fun create_from_raw_value(value: u128): FixedPoint64 {
        FixedPoint64 { value }
    }

    /// The whole number `val`.
    public fun create_from_u128(val: u128): FixedPoint64 {
        let value = (val as u256) << 64;
        assert!(value <= MAX_U128, ERATIO_OUT_OF_RANGE);
        FixedPoint64 { value: (value as u128) }
    }

    /// The number times 2^64.
    public fun get_raw_value(self: FixedPoint64): u128 {
        self.value
    }

    public fun is_zero(self: FixedPoint64): bool {
        self.value == 0
    }

    public fun min(num1: FixedPoint64, num2: FixedPoint64): FixedPoint64 {
        if (num1.value < num2.value) num1 else num2
    }

    public fun max(num1: FixedPoint64, num2: FixedPoint64): FixedPoint64 {
        if (num1.value > num2.value) num1 else num2
    }

    public fun less_or_equal(self: FixedPoint64, num2: FixedPoint64): bool {
        self.value <= num2.value
    }

    public fun less(self: FixedPoint64, num2: FixedPoint64): bool {
        self.value < num2.value
    }

    public fun greater_or_equal(self: FixedPoint64, num2: FixedPoint64): bool {
        self.value >= num2.value
    }

    public fun greater(self: FixedPoint64, num2: FixedPoint64): bool {
        self.value > num2.value
    }

    public fun equal(self: FixedPoint64, num2: FixedPoint64): bool {
        self.value == num2.value
    }

    /// True if the two differ by less than `precision`.
    public fun almost_equal(
        self: FixedPoint64, num2: FixedPoint64, precision: FixedPoint64
    ): bool {
        let difference =
            if (self.value > num2.value) self.value - num2.value else num2.value - self.value;
        difference < precision.value
    }

    /// The next whole number at or below.
    public fun floor(self: FixedPoint64): u128 {
        self.value >> 64
    }

    /// The next whole number at or above.
    public fun ceil(self: FixedPoint64): u128 {
        let whole = floor(self);
        if (self.value == whole << 64) whole else whole + 1
    }

    /// The nearest whole number; a half goes up.
    public fun round(self: FixedPoint64): u128 {
        let whole = floor(self);
        if (self.value - (whole << 64) < 1 << 63) whole else ceil(self)
    }
}
