/// Binary Canonical Serialization: the one encoding of a value, in which it is also stored.
module std::bcs {
    use std::option::Option;

    /// The encoding of `v`. Aborts with 0x1C5 if the value has none.
    native public fun to_bytes<MoveValue>(v: &MoveValue): vector<u8>;

    /// The length of the encoding of `v`. Aborts with 0x1C5 if the value has none.
    native public fun serialized_size<MoveValue>(v: &MoveValue): u64;

    /// The length of every value of the type, if they all have the same.
    native public fun constant_serialized_size<MoveValue>(): Option<u64>;
}
