/// Hashes that other chains use.
module aptos_std::aptos_hash {
    use std::bcs;

    native public fun sip_hash(bytes: vector<u8>): u64;
    native public fun keccak256(bytes: vector<u8>): vector<u8>;
    native fun sha2_512_internal(bytes: vector<u8>): vector<u8>;
    native fun sha3_512_internal(bytes: vector<u8>): vector<u8>;
    native fun ripemd160_internal(bytes: vector<u8>): vector<u8>;
    native fun blake2b_256_internal(bytes: vector<u8>): vector<u8>;

    public fun sip_hash_from_value<MoveValue>(v: &MoveValue): u64 {
        sip_hash(bcs::to_bytes(v))
    }

    public fun sha2_512(bytes: vector<u8>): vector<u8> { sha2_512_internal(bytes) }
    /// Of the value's BCS.
    public fun sha2_512_value<T>(val: &T): vector<u8> { sha2_512_internal(bcs::to_bytes(val)) }

    public fun sha3_512(bytes: vector<u8>): vector<u8> { sha3_512_internal(bytes) }
    public fun ripemd160(bytes: vector<u8>): vector<u8> { ripemd160_internal(bytes) }
    public fun blake2b_256(bytes: vector<u8>): vector<u8> { blake2b_256_internal(bytes) }
}
