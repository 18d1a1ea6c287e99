/// BLS signatures over BLS12-381, keys in G1: single ones, of many signers over one message
/// (multisignatures) and over a message each (aggregate signatures). Who adds keys up must know their
/// proofs of possession: otherwise a key made from others' keys could sign for all.
module aptos_std::bls12381 {
    use std::error;
    use std::option::{Self, Option};

    /// A sum needs something to add.
    const EZERO_PUBKEYS: u64 = 1;
    /// A signature has 96 bytes.
    const EWRONG_SIZE: u64 = 2;
    /// There must be one message for each key.
    const E_NUM_SIGNERS_MUST_EQ_NUM_MESSAGES: u64 = 3;

    const SIGNATURE_SIZE: u64 = 96;

    /// A point of the subgroup that is not infinity.
    struct PublicKey has copy, drop, store {
        bytes: vector<u8>
    }

    /// Bytes that may be a proof of possession.
    struct ProofOfPossession has copy, drop, store {
        bytes: vector<u8>
    }

    /// A key whose owner has shown that the secret key is known.
    struct PublicKeyWithPoP has copy, drop, store {
        bytes: vector<u8>
    }

    /// A sum of such keys.
    struct AggrPublicKeysWithPoP has copy, drop, store {
        bytes: vector<u8>
    }

    /// Bytes that may be a signature.
    struct Signature has copy, drop, store {
        bytes: vector<u8>
    }

    /// A sum of signatures.
    struct AggrOrMultiSignature has copy, drop, store {
        bytes: vector<u8>
    }

    public fun public_key_from_bytes(bytes: vector<u8>): Option<PublicKey> {
        if (validate_pubkey_internal(bytes)) option::some(PublicKey { bytes }) else option::none()
    }

    public fun public_key_to_bytes(pk: &PublicKey): vector<u8> {
        pk.bytes
    }

    public fun proof_of_possession_from_bytes(bytes: vector<u8>): ProofOfPossession {
        ProofOfPossession { bytes }
    }

    public fun proof_of_possession_to_bytes(pop: &ProofOfPossession): vector<u8> {
        pop.bytes
    }

    public fun public_key_from_bytes_with_pop(
        pk_bytes: vector<u8>, pop: &ProofOfPossession
    ): Option<PublicKeyWithPoP> {
        if (verify_proof_of_possession_internal(pk_bytes, pop.bytes)) {
            option::some(PublicKeyWithPoP { bytes: pk_bytes })
        } else {
            option::none()
        }
    }

    public fun public_key_with_pop_to_normal(pkpop: &PublicKeyWithPoP): PublicKey {
        PublicKey { bytes: pkpop.bytes }
    }

    public fun public_key_with_pop_to_bytes(pk: &PublicKeyWithPoP): vector<u8> {
        pk.bytes
    }

    public fun signature_from_bytes(bytes: vector<u8>): Signature {
        Signature { bytes }
    }

    public fun signature_to_bytes(sig: &Signature): vector<u8> {
        sig.bytes
    }

    /// Is it a point of the subgroup that is not infinity? Verifying a signature asks that anyway.
    public fun signature_subgroup_check(signature: &Signature): bool {
        signature_subgroup_check_internal(signature.bytes)
    }

    public fun aggregate_pubkeys(public_keys: vector<PublicKeyWithPoP>): AggrPublicKeysWithPoP {
        let (bytes, success) = aggregate_pubkeys_internal(public_keys);
        assert!(success, error::invalid_argument(EZERO_PUBKEYS));
        AggrPublicKeysWithPoP { bytes }
    }

    public fun aggregate_pubkey_to_bytes(apk: &AggrPublicKeysWithPoP): vector<u8> {
        apk.bytes
    }

    /// None if there are no signatures, or one is no point of the curve.
    public fun aggregate_signatures(signatures: vector<Signature>): Option<AggrOrMultiSignature> {
        let (bytes, success) = aggregate_signatures_internal(signatures);
        if (success) option::some(AggrOrMultiSignature { bytes }) else option::none()
    }

    public fun aggr_or_multi_signature_to_bytes(sig: &AggrOrMultiSignature): vector<u8> {
        sig.bytes
    }

    public fun aggr_or_multi_signature_from_bytes(bytes: vector<u8>): AggrOrMultiSignature {
        assert!(bytes.length() == SIGNATURE_SIZE, error::invalid_argument(EWRONG_SIZE));
        AggrOrMultiSignature { bytes }
    }

    public fun aggr_or_multi_signature_subgroup_check(signature: &AggrOrMultiSignature): bool {
        signature_subgroup_check_internal(signature.bytes)
    }

    /// The i-th message under the i-th key, for all i.
    public fun verify_aggregate_signature(
        aggr_sig: &AggrOrMultiSignature, public_keys: vector<PublicKeyWithPoP>, messages: vector<vector<u8>>
    ): bool {
        verify_aggregate_signature_internal(aggr_sig.bytes, public_keys, messages)
    }

    /// One message under all keys of the sum.
    public fun verify_multisignature(
        multisig: &AggrOrMultiSignature, aggr_public_key: &AggrPublicKeysWithPoP, message: vector<u8>
    ): bool {
        verify_multisignature_internal(multisig.bytes, aggr_public_key.bytes, message)
    }

    public fun verify_normal_signature(signature: &Signature, public_key: &PublicKey, message: vector<u8>): bool {
        verify_normal_signature_internal(signature.bytes, public_key.bytes, message)
    }

    /// What one signer contributes to a sum.
    public fun verify_signature_share(
        signature_share: &Signature, public_key: &PublicKeyWithPoP, message: vector<u8>
    ): bool {
        verify_signature_share_internal(signature_share.bytes, public_key.bytes, message)
    }

    native fun aggregate_pubkeys_internal(public_keys: vector<PublicKeyWithPoP>): (vector<u8>, bool);

    native fun aggregate_signatures_internal(signatures: vector<Signature>): (vector<u8>, bool);

    native fun validate_pubkey_internal(public_key: vector<u8>): bool;

    native fun signature_subgroup_check_internal(signature: vector<u8>): bool;

    native fun verify_aggregate_signature_internal(
        aggsig: vector<u8>, public_keys: vector<PublicKeyWithPoP>, messages: vector<vector<u8>>
    ): bool;

    native fun verify_multisignature_internal(
        multisignature: vector<u8>, agg_public_key: vector<u8>, message: vector<u8>
    ): bool;

    native fun verify_normal_signature_internal(
        signature: vector<u8>, public_key: vector<u8>, message: vector<u8>
    ): bool;

    native fun verify_proof_of_possession_internal(public_key: vector<u8>, proof_of_possesion: vector<u8>): bool;

    native fun verify_signature_share_internal(
        signature_share: vector<u8>, public_key: vector<u8>, message: vector<u8>
    ): bool;
}
