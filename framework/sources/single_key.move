/// A public key of any kind: the key of accounts of the scheme "single key".
module aptos_std::single_key {
    use std::bcs;
    use std::error;
    use std::hash;
    use aptos_std::bcs_stream::{Self, BCSStream};
    use aptos_std::ed25519;
    use aptos_std::federated_keyless;
    use aptos_std::keyless;
    use aptos_std::secp256k1;
    use aptos_std::secp256r1;

    /// There is no such kind of key.
    const E_INVALID_PUBLIC_KEY_TYPE: u64 = 1;
    /// There are bytes behind the key.
    const E_INVALID_SINGLE_KEY_EXTRA_BYTES: u64 = 2;

    /// Behind the key in what an authentication key is the hash of.
    const SIGNATURE_SCHEME_ID: u8 = 2;

    enum AnyPublicKey has copy, drop, store {
        Ed25519 {
            pk: ed25519::UnvalidatedPublicKey
        },
        Secp256k1Ecdsa {
            pk: secp256k1::ECDSARawPublicKey
        },
        Secp256r1Ecdsa {
            pk: secp256r1::ECDSARawPublicKey
        },
        Keyless {
            pk: keyless::PublicKey
        },
        FederatedKeyless {
            pk: federated_keyless::PublicKey
        },
    }

    public fun new_public_key_from_bytes(bytes: vector<u8>): AnyPublicKey {
        let stream = bcs_stream::new(bytes);
        let key = deserialize_any_public_key(&mut stream);
        assert!(
            !bcs_stream::has_remaining(&mut stream), error::invalid_argument(E_INVALID_SINGLE_KEY_EXTRA_BYTES)
        );
        key
    }

    /// The kind (one byte), then the key.
    public fun deserialize_any_public_key(stream: &mut BCSStream): AnyPublicKey {
        let kind = bcs_stream::deserialize_u8(stream);
        if (kind == 0) {
            AnyPublicKey::Ed25519 { pk: ed25519::new_unvalidated_public_key_from_bytes(take_bytes(stream)) }
        } else if (kind == 1) {
            AnyPublicKey::Secp256k1Ecdsa { pk: secp256k1::ecdsa_raw_public_key_from_64_bytes(take_bytes(stream)) }
        } else if (kind == 2) {
            AnyPublicKey::Secp256r1Ecdsa { pk: secp256r1::ecdsa_raw_public_key_from_64_bytes(take_bytes(stream)) }
        } else if (kind == 3) {
            AnyPublicKey::Keyless { pk: keyless::deserialize_public_key(stream) }
        } else {
            assert!(kind == 4, error::invalid_argument(E_INVALID_PUBLIC_KEY_TYPE));
            AnyPublicKey::FederatedKeyless { pk: federated_keyless::deserialize_public_key(stream) }
        }
    }

    fun take_bytes(stream: &mut BCSStream): vector<u8> {
        bcs_stream::deserialize_vector(stream, |s| bcs_stream::deserialize_u8(s))
    }

    public fun is_keyless_or_federated_keyless_public_key(pk: &AnyPublicKey): bool {
        pk is AnyPublicKey::Keyless | AnyPublicKey::FederatedKeyless
    }

    public fun from_ed25519_public_key_unvalidated(pk: ed25519::UnvalidatedPublicKey): AnyPublicKey {
        AnyPublicKey::Ed25519 { pk }
    }

    public fun from_ed25519_public_key(pk: ed25519::ValidatedPublicKey): AnyPublicKey {
        AnyPublicKey::Ed25519 { pk: ed25519::public_key_into_unvalidated(pk) }
    }

    public fun to_authentication_key(self: &AnyPublicKey): vector<u8> {
        let bytes = bcs::to_bytes(self);
        bytes.push_back(SIGNATURE_SCHEME_ID);
        hash::sha3_256(bytes)
    }
}
