/// Public keys of federated keyless accounts: keyless ones with the address of the issuer's keys.
module aptos_std::federated_keyless {
    use std::error;
    use aptos_std::bcs_stream::{Self, BCSStream};
    use aptos_std::keyless;

    /// There are bytes behind the key.
    const E_INVALID_FEDERATED_KEYLESS_PUBLIC_KEY_EXTRA_BYTES: u64 = 1;

    struct PublicKey has copy, drop, store {
        jwk_address: address,
        keyless_public_key: keyless::PublicKey,
    }

    public fun new_public_key_from_bytes(bytes: vector<u8>): PublicKey {
        let stream = bcs_stream::new(bytes);
        let key = deserialize_public_key(&mut stream);
        assert!(
            !bcs_stream::has_remaining(&mut stream),
            error::invalid_argument(E_INVALID_FEDERATED_KEYLESS_PUBLIC_KEY_EXTRA_BYTES)
        );
        key
    }

    public fun deserialize_public_key(stream: &mut BCSStream): PublicKey {
        let jwk_address = bcs_stream::deserialize_address(stream);
        new(keyless::deserialize_public_key(stream), jwk_address)
    }

    public fun new(keyless_public_key: keyless::PublicKey, jwk_address: address): PublicKey {
        PublicKey { keyless_public_key, jwk_address }
    }
}
