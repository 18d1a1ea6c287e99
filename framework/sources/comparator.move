/// An order of all values of a type: that of their BCS bytes. It is total, and not the order of
/// numbers, whose bytes are encoded lowest first.
module aptos_std::comparator {
    use std::bcs;
    use std::vector;

    const EQUAL: u8 = 0;
    const SMALLER: u8 = 1;
    const GREATER: u8 = 2;

    struct Result has drop {
        inner: u8
    }

    public fun is_equal(self: &Result): bool {
        self.inner == EQUAL
    }

    public fun is_smaller_than(self: &Result): bool {
        self.inner == SMALLER
    }

    public fun is_greater_than(self: &Result): bool {
        self.inner == GREATER
    }

    public fun compare<T>(left: &T, right: &T): Result {
        compare_u8_vector(bcs::to_bytes(left), bcs::to_bytes(right))
    }

    /// Byte by byte; what the other begins with is the smaller.
    public fun compare_u8_vector(left: vector<u8>, right: vector<u8>): Result {
        let m = vector::length(&left);
        let n = vector::length(&right);
        let i = 0;
        while (i < m && i < n) {
            let a = *vector::borrow(&left, i);
            let b = *vector::borrow(&right, i);
            if (a < b) return Result { inner: SMALLER };
            if (a > b) return Result { inner: GREATER };
            i = i + 1;
        };
        let inner = if (m < n) SMALLER else if (m > n) GREATER else EQUAL;
        Result { inner }
    }
}
