/// Pedersen commitments: v times one base plus r times another hide v and bind to it.
module aptos_std::ristretto255_pedersen {
    use std::option::Option;
    use aptos_std::ristretto255::{Self, CompressedRistretto, RistrettoPoint, Scalar};

    struct Commitment has drop {
        point: RistrettoPoint,
    }

    public fun new_commitment_from_bytes(bytes: vector<u8>): Option<Commitment> {
        ristretto255::new_point_from_bytes(bytes).map(|point| commitment_from_point(point))
    }

    public fun commitment_to_bytes(comm: &Commitment): vector<u8> {
        comm.point.point_compress().compressed_point_to_bytes()
    }

    public fun commitment_from_point(point: RistrettoPoint): Commitment {
        Commitment { point }
    }

    public fun commitment_from_compressed(point: &CompressedRistretto): Commitment {
        Commitment { point: point.point_decompress() }
    }

    /// v * val_base + r * rand_base
    public fun new_commitment(
        v: &Scalar, val_base: &RistrettoPoint, r: &Scalar, rand_base: &RistrettoPoint
    ): Commitment {
        Commitment { point: ristretto255::double_scalar_mul(v, val_base, r, rand_base) }
    }

    /// v * generator + r * rand_base
    public fun new_commitment_with_basepoint(v: &Scalar, r: &Scalar, rand_base: &RistrettoPoint): Commitment {
        Commitment { point: ristretto255::basepoint_double_mul(r, rand_base, v) }
    }

    /// With the bases that range proofs have by default.
    public fun new_commitment_for_bulletproof(v: &Scalar, r: &Scalar): Commitment {
        new_commitment_with_basepoint(v, r, &randomness_base_for_bulletproof())
    }

    public fun commitment_add(lhs: &Commitment, rhs: &Commitment): Commitment {
        Commitment { point: lhs.point.point_add(&rhs.point) }
    }

    public fun commitment_add_assign(lhs: &mut Commitment, rhs: &Commitment) {
        lhs.point.point_add_assign(&rhs.point);
    }

    public fun commitment_sub(lhs: &Commitment, rhs: &Commitment): Commitment {
        Commitment { point: lhs.point.point_sub(&rhs.point) }
    }

    public fun commitment_sub_assign(lhs: &mut Commitment, rhs: &Commitment) {
        lhs.point.point_sub_assign(&rhs.point);
    }

    public fun commitment_clone(c: &Commitment): Commitment {
        Commitment { point: c.point.point_clone() }
    }

    public fun commitment_equals(lhs: &Commitment, rhs: &Commitment): bool {
        lhs.point.point_equals(&rhs.point)
    }

    public fun commitment_as_point(c: &Commitment): &RistrettoPoint {
        &c.point
    }

    public fun commitment_as_compressed_point(c: &Commitment): CompressedRistretto {
        c.point.point_compress()
    }

    public fun commitment_into_point(c: Commitment): RistrettoPoint {
        let Commitment { point } = c;
        point
    }

    public fun commitment_into_compressed_point(c: Commitment): CompressedRistretto {
        c.point.point_compress()
    }

    public fun randomness_base_for_bulletproof(): RistrettoPoint {
        ristretto255::basepoint_H()
    }
}
