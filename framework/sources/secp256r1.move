/// Public keys of ECDSA over NIST P-256, as passkeys have them.
module aptos_std::secp256r1 {
    use std::error;

    /// The key has not 64 bytes.
    const E_DESERIALIZE: u64 = 1;

    const RAW_PUBLIC_KEY_NUM_BYTES: u64 = 64;

    /// x and y of the point.
    struct ECDSARawPublicKey has copy, drop, store {
        bytes: vector<u8>
    }

    public fun ecdsa_raw_public_key_from_64_bytes(bytes: vector<u8>): ECDSARawPublicKey {
        assert!(bytes.length() == RAW_PUBLIC_KEY_NUM_BYTES, error::invalid_argument(E_DESERIALIZE));
        ECDSARawPublicKey { bytes }
    }

    public fun ecdsa_raw_public_key_to_bytes(pk: &ECDSARawPublicKey): vector<u8> {
        pk.bytes
    }
}
