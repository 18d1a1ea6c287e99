/// k of n Ed25519 signatures. A public key is n keys, one after another, and k; a signature is up to n
/// signatures, one after another, and 32 bits that say whose they are, that of the first key in front.
module aptos_std::multi_ed25519 {
    use std::bcs;
    use std::error;
    use std::hash;
    use std::option::{Self, Option};
    use aptos_std::ed25519;

    /// The public key has no such length.
    const E_WRONG_PUBKEY_SIZE: u64 = 1;
    /// The signature has no such length.
    const E_WRONG_SIGNATURE_SIZE: u64 = 2;
    /// There must be 1 <= k <= n <= 32.
    const E_INVALID_THRESHOLD_OR_NUMBER_OF_SIGNERS: u64 = 3;
    /// The function is not available.
    const E_NATIVE_FUN_NOT_AVAILABLE: u64 = 4;

    /// Behind the keys in what an authentication key is the hash of.
    const SIGNATURE_SCHEME_ID: u8 = 1;

    const INDIVIDUAL_PUBLIC_KEY_NUM_BYTES: u64 = 32;
    const INDIVIDUAL_SIGNATURE_NUM_BYTES: u64 = 64;
    const THRESHOLD_SIZE_BYTES: u64 = 1;
    const BITMAP_NUM_OF_BYTES: u64 = 4;
    const MAX_NUMBER_OF_PUBLIC_KEYS: u64 = 32;

    /// Bytes that may be a key.
    struct UnvalidatedPublicKey has copy, drop, store {
        bytes: vector<u8>
    }

    /// Each of the keys is a point of the curve that is not of small order.
    struct ValidatedPublicKey has copy, drop, store {
        bytes: vector<u8>
    }

    /// Bytes that may be a signature.
    struct Signature has copy, drop, store {
        bytes: vector<u8>
    }

    public fun new_unvalidated_public_key_from_bytes(bytes: vector<u8>): UnvalidatedPublicKey {
        let length = bytes.length();
        assert!(
            length / INDIVIDUAL_PUBLIC_KEY_NUM_BYTES <= MAX_NUMBER_OF_PUBLIC_KEYS
                && length % INDIVIDUAL_PUBLIC_KEY_NUM_BYTES == THRESHOLD_SIZE_BYTES,
            error::invalid_argument(E_WRONG_PUBKEY_SIZE)
        );
        UnvalidatedPublicKey { bytes }
    }

    /// The first version asks neither for a key nor for a threshold that can be met.
    public fun new_validated_public_key_from_bytes(bytes: vector<u8>): Option<ValidatedPublicKey> {
        if (bytes.length() % INDIVIDUAL_PUBLIC_KEY_NUM_BYTES == THRESHOLD_SIZE_BYTES
            && public_key_validate_internal(bytes)) option::some(ValidatedPublicKey { bytes })
        else option::none()
    }

    public fun new_validated_public_key_from_bytes_v2(bytes: vector<u8>): Option<ValidatedPublicKey> {
        if (public_key_validate_v2_internal(bytes)) option::some(ValidatedPublicKey { bytes }) else option::none()
    }

    public fun new_signature_from_bytes(bytes: vector<u8>): Signature {
        assert!(
            bytes.length() % INDIVIDUAL_SIGNATURE_NUM_BYTES == BITMAP_NUM_OF_BYTES,
            error::invalid_argument(E_WRONG_SIGNATURE_SIZE)
        );
        Signature { bytes }
    }

    public fun public_key_to_unvalidated(pk: &ValidatedPublicKey): UnvalidatedPublicKey {
        UnvalidatedPublicKey { bytes: pk.bytes }
    }

    public fun public_key_into_unvalidated(pk: ValidatedPublicKey): UnvalidatedPublicKey {
        UnvalidatedPublicKey { bytes: pk.bytes }
    }

    public fun unvalidated_public_key_to_bytes(pk: &UnvalidatedPublicKey): vector<u8> {
        pk.bytes
    }

    public fun validated_public_key_to_bytes(pk: &ValidatedPublicKey): vector<u8> {
        pk.bytes
    }

    public fun signature_to_bytes(sig: &Signature): vector<u8> {
        sig.bytes
    }

    public fun public_key_validate(pk: &UnvalidatedPublicKey): Option<ValidatedPublicKey> {
        new_validated_public_key_from_bytes(pk.bytes)
    }

    public fun public_key_validate_v2(pk: &UnvalidatedPublicKey): Option<ValidatedPublicKey> {
        new_validated_public_key_from_bytes_v2(pk.bytes)
    }

    public fun signature_verify_strict(
        multisignature: &Signature, public_key: &UnvalidatedPublicKey, message: vector<u8>
    ): bool {
        signature_verify_strict_internal(multisignature.bytes, public_key.bytes, message)
    }

    /// Of a value: what is signed is the BCS of an ed25519::SignedMessage.
    public fun signature_verify_strict_t<T: drop>(
        multisignature: &Signature, public_key: &UnvalidatedPublicKey, data: T
    ): bool {
        signature_verify_strict(multisignature, public_key, bcs::to_bytes(&ed25519::new_signed_message(data)))
    }

    public fun unvalidated_public_key_to_authentication_key(pk: &UnvalidatedPublicKey): vector<u8> {
        authentication_key(pk.bytes)
    }

    public fun validated_public_key_to_authentication_key(pk: &ValidatedPublicKey): vector<u8> {
        authentication_key(pk.bytes)
    }

    fun authentication_key(bytes: vector<u8>): vector<u8> {
        bytes.push_back(SIGNATURE_SCHEME_ID);
        hash::sha3_256(bytes)
    }

    public fun unvalidated_public_key_num_sub_pks(pk: &UnvalidatedPublicKey): u8 {
        (pk.bytes.length() / INDIVIDUAL_PUBLIC_KEY_NUM_BYTES as u8)
    }

    public fun unvalidated_public_key_threshold(pk: &UnvalidatedPublicKey): Option<u8> {
        check_and_get_threshold(pk.bytes)
    }

    public fun validated_public_key_num_sub_pks(pk: &ValidatedPublicKey): u8 {
        (pk.bytes.length() / INDIVIDUAL_PUBLIC_KEY_NUM_BYTES as u8)
    }

    public fun validated_public_key_threshold(pk: &ValidatedPublicKey): u8 {
        *pk.bytes.borrow(pk.bytes.length() - 1)
    }

    /// k of a well-formed key.
    public fun check_and_get_threshold(bytes: vector<u8>): Option<u8> {
        let length = bytes.length();
        let keys = length / INDIVIDUAL_PUBLIC_KEY_NUM_BYTES;
        if (keys == 0 || keys > MAX_NUMBER_OF_PUBLIC_KEYS
            || length % INDIVIDUAL_PUBLIC_KEY_NUM_BYTES != THRESHOLD_SIZE_BYTES) return option::none();
        let threshold = *bytes.borrow(length - 1);
        if (threshold == 0 || (threshold as u64) > keys) option::none() else option::some(threshold)
    }

    native fun public_key_validate_internal(bytes: vector<u8>): bool;

    native fun public_key_validate_v2_internal(bytes: vector<u8>): bool;

    native fun signature_verify_strict_internal(
        multisignature: vector<u8>, public_key: vector<u8>, message: vector<u8>
    ): bool;
}
