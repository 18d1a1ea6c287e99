/// Decoding for the framework's own modules.
module aptos_framework::util {
    friend aptos_framework::code;

    /// See from_bcs.
    public(friend) native fun from_bytes<T>(bytes: vector<u8>): T;

    public fun address_from_bytes(bytes: vector<u8>): address {
        from_bytes(bytes)
    }
}
