/// Reading BCS piece by piece: what entry functions and authenticators are given as bytes.
module aptos_std::bcs_stream {
    use std::error;
    use std::option::Option;
    use std::string::{Self, String};
    use aptos_std::from_bcs;

    /// The bytes are not the BCS of such a value.
    const EMALFORMED_DATA: u64 = 1;
    /// There are not so many bytes left.
    const EOUT_OF_BYTES: u64 = 2;

    struct BCSStream has drop {
        data: vector<u8>,
        /// Where the next value begins.
        cur: u64,
    }

    public fun new(data: vector<u8>): BCSStream {
        BCSStream { data, cur: 0 }
    }

    public fun has_remaining(stream: &mut BCSStream): bool {
        stream.cur < stream.data.length()
    }

    fun take(stream: &mut BCSStream, count: u64): vector<u8> {
        let from = stream.cur;
        assert!(from + count <= stream.data.length(), error::out_of_range(EOUT_OF_BYTES));
        stream.cur = from + count;
        stream.data.slice(from, from + count)
    }

    /// A length or the number of a variant: at most 64 bits, in the shortest form.
    public fun deserialize_uleb128(stream: &mut BCSStream): u64 {
        let value: u64 = 0;
        let shift: u8 = 0;
        loop {
            let byte = deserialize_u8(stream);
            let bits = ((byte & 0x7f) as u64);
            assert!((bits << shift) >> shift == bits, error::invalid_argument(EMALFORMED_DATA));
            value |= bits << shift;
            if (byte & 0x80 == 0) {
                assert!(bits != 0 || shift == 0, error::invalid_argument(EMALFORMED_DATA));
                return value
            };
            // There is a tenth byte for the 64th bit, but no eleventh.
            assert!(shift < 63, error::invalid_argument(EMALFORMED_DATA));
            shift += 7;
        }
    }

    public fun deserialize_bool(stream: &mut BCSStream): bool {
        let byte = deserialize_u8(stream);
        assert!(byte <= 1, error::invalid_argument(EMALFORMED_DATA));
        byte == 1
    }

    public fun deserialize_address(stream: &mut BCSStream): address {
        from_bcs::to_address(take(stream, 32))
    }

    public fun deserialize_u8(stream: &mut BCSStream): u8 {
        let at = stream.cur;
        assert!(at < stream.data.length(), error::out_of_range(EOUT_OF_BYTES));
        stream.cur = at + 1;
        *stream.data.borrow(at)
    }

    public fun deserialize_u16(stream: &mut BCSStream): u16 {
        from_bcs::to_u16(take(stream, 2))
    }

    public fun deserialize_u32(stream: &mut BCSStream): u32 {
        from_bcs::to_u32(take(stream, 4))
    }

    public fun deserialize_u64(stream: &mut BCSStream): u64 {
        from_bcs::to_u64(take(stream, 8))
    }

    public fun deserialize_u128(stream: &mut BCSStream): u128 {
        from_bcs::to_u128(take(stream, 16))
    }

    public fun deserialize_u256(stream: &mut BCSStream): u256 {
        from_bcs::to_u256(take(stream, 32))
    }

    public entry fun deserialize_u256_entry(data: vector<u8>, cursor: u64) {
        deserialize_u256(&mut BCSStream { data, cur: cursor });
    }

    public fun deserialize_string(stream: &mut BCSStream): String {
        let length = deserialize_uleb128(stream);
        string::utf8(take(stream, length))
    }

    public inline fun deserialize_vector<E>(stream: &mut BCSStream, elem_deserializer: |&mut BCSStream| E): vector<E> {
        let left = aptos_std::bcs_stream::deserialize_uleb128(stream);
        let v = vector[];
        while (left > 0) {
            v.push_back(elem_deserializer(stream));
            left -= 1;
        };
        v
    }

    public inline fun deserialize_option<E>(stream: &mut BCSStream, elem_deserializer: |&mut BCSStream| E): Option<E> {
        if (aptos_std::bcs_stream::deserialize_bool(stream)) std::option::some(elem_deserializer(stream))
        else std::option::none()
    }
}
