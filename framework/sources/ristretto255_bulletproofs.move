/// Range proofs (Bulletproofs): that a Pedersen commitment is to a number of so many bits. The proofs are those
/// of the Rust crate bulletproofs 4, with a Merlin transcript that begins with the caller's tag: without a tag of
/// its own, a proof that was made for one application would hold in another.
module aptos_std::ristretto255_bulletproofs {
    use std::error;
    use aptos_std::ristretto255::{Self, RistrettoPoint};
    use aptos_std::ristretto255_pedersen as pedersen;

    /// The bytes have not the form of a proof.
    const E_DESERIALIZE_RANGE_PROOF: u64 = 1;
    /// The number to be proved is too large.
    const E_VALUE_OUTSIDE_RANGE: u64 = 2;
    /// Ranges have 8, 16, 32 or 64 bits.
    const E_RANGE_NOT_SUPPORTED: u64 = 3;
    /// Batches have 1, 2, 4, 8 or 16 commitments.
    const E_BATCH_SIZE_NOT_SUPPORTED: u64 = 4;
    /// The two vectors differ in length.
    const E_VECTOR_LENGTHS_MISMATCH: u64 = 5;
    /// The domain separation tag has more than 256 bytes.
    const E_DST_TOO_LONG: u64 = 6;
    /// The function is not available.
    const E_NATIVE_FUN_NOT_AVAILABLE: u64 = 7;

    const MAX_RANGE_BITS: u64 = 64;

    struct RangeProof has copy, drop, store {
        bytes: vector<u8>
    }

    public fun get_max_range_bits(): u64 {
        MAX_RANGE_BITS
    }

    public fun range_proof_from_bytes(bytes: vector<u8>): RangeProof {
        RangeProof { bytes }
    }

    public fun range_proof_to_bytes(proof: &RangeProof): vector<u8> {
        proof.bytes
    }

    /// Is the commitment, with the bases of `pedersen::new_commitment_for_bulletproof`, to a number below
    /// 2^num_bits?
    public fun verify_range_proof_pedersen(
        com: &pedersen::Commitment, proof: &RangeProof, num_bits: u64, dst: vector<u8>
    ): bool {
        verify_range_proof(
            pedersen::commitment_as_point(com),
            &ristretto255::basepoint(),
            &ristretto255::hash_to_point_base(),
            proof,
            num_bits,
            dst
        )
    }

    /// The same of v * val_base + r * rand_base.
    public fun verify_range_proof(
        com: &RistrettoPoint,
        val_base: &RistrettoPoint,
        rand_base: &RistrettoPoint,
        proof: &RangeProof,
        num_bits: u64,
        dst: vector<u8>
    ): bool {
        assert!(dst.length() <= 256, error::invalid_argument(E_DST_TOO_LONG));
        verify_range_proof_internal(
            com.point_compress().point_to_bytes(), val_base, rand_base, proof.bytes, num_bits, dst
        )
    }

    /// One proof for many commitments is not available to packages, as on Aptos.
    public fun verify_batch_range_proof_pedersen(
        _comms: &vector<pedersen::Commitment>, _proof: &RangeProof, _num_bits: u64, _dst: vector<u8>
    ): bool {
        abort error::unavailable(E_NATIVE_FUN_NOT_AVAILABLE)
    }

    public fun verify_batch_range_proof(
        _comms: &vector<RistrettoPoint>,
        _val_base: &RistrettoPoint,
        _rand_base: &RistrettoPoint,
        _proof: &RangeProof,
        _num_bits: u64,
        _dst: vector<u8>
    ): bool {
        abort error::unavailable(E_NATIVE_FUN_NOT_AVAILABLE)
    }

    #[test_only]
    public fun verify_batch_for_testing(
        comms: &vector<pedersen::Commitment>, proof: &RangeProof, num_bits: u64, dst: vector<u8>
    ): bool {
        verify_batch_range_proof_internal(
            comms.map_ref(|com| pedersen::commitment_to_bytes(com)),
            &ristretto255::basepoint(),
            &ristretto255::hash_to_point_base(),
            proof.bytes,
            num_bits,
            dst
        )
    }

    native fun verify_range_proof_internal(
        com: vector<u8>,
        val_base: &RistrettoPoint,
        rand_base: &RistrettoPoint,
        proof: vector<u8>,
        num_bits: u64,
        dst: vector<u8>
    ): bool;

    native fun verify_batch_range_proof_internal(
        comms: vector<vector<u8>>,
        val_base: &RistrettoPoint,
        rand_base: &RistrettoPoint,
        proof: vector<u8>,
        num_bits: u64,
        dst: vector<u8>
    ): bool;
}
