/// A fixed number of bits.
module std::bit_vector {
    use std::vector;

    /// There is no such bit.
    const EINDEX: u64 = 0x20000;
    /// A vector has at least one bit, and less than MAX_SIZE.
    const ELENGTH: u64 = 0x20001;

    const MAX_SIZE: u64 = 1024;

    struct BitVector has copy, drop, store {
        length: u64,
        bit_field: vector<bool>,
    }

    /// All of them unset.
    public fun new(length: u64): BitVector {
        assert!(length > 0 && length < MAX_SIZE, ELENGTH);
        let bit_field = vector::empty();
        for (_i in 0..length) bit_field.push_back(false);
        BitVector { length, bit_field }
    }

    public fun set(self: &mut BitVector, bit_index: u64) {
        put(self, bit_index, true);
    }

    public fun unset(self: &mut BitVector, bit_index: u64) {
        put(self, bit_index, false);
    }

    fun put(self: &mut BitVector, bit_index: u64, value: bool) {
        assert!(bit_index < self.length, EINDEX);
        *self.bit_field.borrow_mut(bit_index) = value;
    }

    /// Each bit takes the value of the one that is `amount` behind it; the last ones are unset.
    public fun shift_left(self: &mut BitVector, amount: u64) {
        let n = self.length;
        for (i in 0..n) {
            *self.bit_field.borrow_mut(i) = amount < n - i && self.bit_field[i + amount];
        }
    }

    public fun is_index_set(self: &BitVector, bit_index: u64): bool {
        assert!(bit_index < self.length, EINDEX);
        self.bit_field[bit_index]
    }

    public fun length(self: &BitVector): u64 {
        self.length
    }

    /// How many bits are set from that one on without a gap.
    public fun longest_set_sequence_starting_at(self: &BitVector, start_index: u64): u64 {
        assert!(start_index < self.length, EINDEX);
        let at = start_index;
        while (at < self.length && self.bit_field[at]) at = at + 1;
        at - start_index
    }
}
