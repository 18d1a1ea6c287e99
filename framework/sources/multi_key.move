/// k of n public keys of any kinds: the key of accounts of the scheme "multi key".
module aptos_std::multi_key {
    use std::bcs;
    use std::error;
    use std::hash;
    use aptos_std::bcs_stream::{Self, BCSStream};
    use aptos_std::single_key::{Self, AnyPublicKey};

    /// There are no keys.
    const E_INVALID_MULTI_KEY_NO_KEYS: u64 = 1;
    /// There are more than 32 keys.
    const E_INVALID_MULTI_KEY_TOO_MANY_KEYS: u64 = 2;
    /// There are fewer keys than signatures are asked for.
    const E_INVALID_MULTI_KEY_SIGNATURES_REQUIRED: u64 = 3;
    /// There are bytes behind the key.
    const E_INVALID_MULTI_KEY_EXTRA_BYTES: u64 = 4;

    /// Behind the keys in what an authentication key is the hash of.
    const SIGNATURE_SCHEME_ID: u8 = 3;

    const MAX_NUMBER_OF_PUBLIC_KEYS: u64 = 32;

    struct MultiKey has copy, drop, store {
        public_keys: vector<AnyPublicKey>,
        signatures_required: u8,
    }

    public fun new_public_key_from_bytes(bytes: vector<u8>): MultiKey {
        let stream = bcs_stream::new(bytes);
        let key = deserialize_multi_key(&mut stream);
        assert!(
            !bcs_stream::has_remaining(&mut stream), error::invalid_argument(E_INVALID_MULTI_KEY_EXTRA_BYTES)
        );
        key
    }

    public fun new_multi_key_from_single_keys(single_keys: vector<AnyPublicKey>, signatures_required: u8): MultiKey {
        let count = single_keys.length();
        assert!(count > 0, error::invalid_argument(E_INVALID_MULTI_KEY_NO_KEYS));
        assert!(count <= MAX_NUMBER_OF_PUBLIC_KEYS, error::invalid_argument(E_INVALID_MULTI_KEY_TOO_MANY_KEYS));
        assert!(
            (signatures_required as u64) <= count, error::invalid_argument(E_INVALID_MULTI_KEY_SIGNATURES_REQUIRED)
        );
        MultiKey { public_keys: single_keys, signatures_required }
    }

    public fun deserialize_multi_key(stream: &mut BCSStream): MultiKey {
        let public_keys = bcs_stream::deserialize_vector(stream, |s| single_key::deserialize_any_public_key(s));
        MultiKey { public_keys, signatures_required: bcs_stream::deserialize_u8(stream) }
    }

    public fun to_authentication_key(self: &MultiKey): vector<u8> {
        let bytes = bcs::to_bytes(self);
        bytes.push_back(SIGNATURE_SCHEME_ID);
        hash::sha3_256(bytes)
    }
}
