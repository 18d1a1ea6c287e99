/// Range proofs: that a Pedersen commitment is to a number of so many bits. Tern has the group but does not
/// verify these proofs: verifying aborts, so that nobody takes silence for consent.
module aptos_std::ristretto255_bulletproofs {
    use std::error;
    use aptos_std::ristretto255::RistrettoPoint;
    use aptos_std::ristretto255_pedersen as pedersen;

    /// The domain separation tag has more than 256 bytes.
    const E_DST_TOO_LONG: u64 = 6;
    /// Range proofs are not verified here.
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

    public fun verify_range_proof_pedersen(
        _com: &pedersen::Commitment, _proof: &RangeProof, _num_bits: u64, dst: vector<u8>
    ): bool {
        refuse(&dst)
    }

    public fun verify_range_proof(
        _com: &RistrettoPoint,
        _val_base: &RistrettoPoint,
        _rand_base: &RistrettoPoint,
        _proof: &RangeProof,
        _num_bits: u64,
        dst: vector<u8>
    ): bool {
        refuse(&dst)
    }

    public fun verify_batch_range_proof_pedersen(
        _comms: &vector<pedersen::Commitment>, _proof: &RangeProof, _num_bits: u64, dst: vector<u8>
    ): bool {
        refuse(&dst)
    }

    public fun verify_batch_range_proof(
        _comms: &vector<RistrettoPoint>,
        _val_base: &RistrettoPoint,
        _rand_base: &RistrettoPoint,
        _proof: &RangeProof,
        _num_bits: u64,
        dst: vector<u8>
    ): bool {
        refuse(&dst)
    }

    fun refuse(dst: &vector<u8>): bool {
        assert!(dst.length() <= 256, error::invalid_argument(E_DST_TOO_LONG));
        abort error::not_implemented(E_NATIVE_FUN_NOT_AVAILABLE)
    }
}
