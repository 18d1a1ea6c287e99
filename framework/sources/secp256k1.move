/// ECDSA over secp256k1: finding the key that signed.
module aptos_std::secp256k1 {
    use std::error;
    use std::option::{Self, Option};

    /// The key or the signature has not 64 bytes, the hash not 32, or a number is not below the order.
    const E_DESERIALIZE: u64 = 1;
    /// The recovery id is 0 to 3.
    const E_BAD_RECOVERY_ID: u64 = 2;

    const RAW_PUBLIC_KEY_NUM_BYTES: u64 = 64;
    const SIGNATURE_NUM_BYTES: u64 = 64;

    /// x and y of the point.
    struct ECDSARawPublicKey has copy, drop, store {
        bytes: vector<u8>
    }

    /// r and s.
    struct ECDSASignature has copy, drop, store {
        bytes: vector<u8>
    }

    public fun ecdsa_signature_from_bytes(bytes: vector<u8>): ECDSASignature {
        assert!(bytes.length() == SIGNATURE_NUM_BYTES, error::invalid_argument(E_DESERIALIZE));
        ECDSASignature { bytes }
    }

    public fun ecdsa_raw_public_key_from_64_bytes(bytes: vector<u8>): ECDSARawPublicKey {
        assert!(bytes.length() == RAW_PUBLIC_KEY_NUM_BYTES, error::invalid_argument(E_DESERIALIZE));
        ECDSARawPublicKey { bytes }
    }

    public fun ecdsa_raw_public_key_to_bytes(pk: &ECDSARawPublicKey): vector<u8> {
        pk.bytes
    }

    public fun ecdsa_signature_to_bytes(sig: &ECDSASignature): vector<u8> {
        sig.bytes
    }

    /// The key whose signature of `message`, a hash of 32 bytes, this is. High s is accepted: two
    /// signatures lead to the same key.
    public fun ecdsa_recover(
        message: vector<u8>, recovery_id: u8, signature: &ECDSASignature
    ): Option<ECDSARawPublicKey> {
        assert!(recovery_id <= 3, error::invalid_argument(E_BAD_RECOVERY_ID));
        let (key, found) = ecdsa_recover_internal(message, recovery_id, signature.bytes);
        if (found) option::some(ecdsa_raw_public_key_from_64_bytes(key)) else option::none()
    }

    native fun ecdsa_recover_internal(
        message: vector<u8>, recovery_id: u8, signature: vector<u8>
    ): (vector<u8>, bool);
}
