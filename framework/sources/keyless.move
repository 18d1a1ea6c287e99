/// Public keys of keyless accounts, as parts of other keys: an issuer and a commitment to an identity.
/// Tern does not verify keyless signatures; it knows the keys to derive authentication keys from them.
module aptos_std::keyless {
    use std::error;
    use std::string::String;
    use aptos_std::bcs_stream::{Self, BCSStream};

    /// There are bytes behind the key.
    const E_INVALID_KEYLESS_PUBLIC_KEY_EXTRA_BYTES: u64 = 1;
    /// A commitment has 32 bytes.
    const E_INVALID_ID_COMMITMENT_BYTES_LENGTH: u64 = 2;
    /// The issuer's name is longer than 120 bytes.
    const E_INVALID_ISSUER_UTF8_BYTES_LENGTH: u64 = 3;

    const ID_COMMITMENT_BYTES_LENGTH: u64 = 32;
    const MAX_ISSUER_UTF8_BYTES_LENGTH: u64 = 120;

    struct PublicKey has copy, drop, store {
        iss: String,
        idc: vector<u8>,
    }

    public fun new_public_key_from_bytes(bytes: vector<u8>): PublicKey {
        let stream = bcs_stream::new(bytes);
        let key = deserialize_public_key(&mut stream);
        assert!(
            !bcs_stream::has_remaining(&mut stream),
            error::invalid_argument(E_INVALID_KEYLESS_PUBLIC_KEY_EXTRA_BYTES)
        );
        key
    }

    public fun deserialize_public_key(stream: &mut BCSStream): PublicKey {
        let iss = bcs_stream::deserialize_string(stream);
        new(iss, bcs_stream::deserialize_vector(stream, |s| bcs_stream::deserialize_u8(s)))
    }

    public fun new(iss: String, idc: vector<u8>): PublicKey {
        assert!(
            iss.length() <= MAX_ISSUER_UTF8_BYTES_LENGTH, error::invalid_argument(E_INVALID_ISSUER_UTF8_BYTES_LENGTH)
        );
        assert!(
            idc.length() == ID_COMMITMENT_BYTES_LENGTH, error::invalid_argument(E_INVALID_ID_COMMITMENT_BYTES_LENGTH)
        );
        PublicKey { iss, idc }
    }
}
