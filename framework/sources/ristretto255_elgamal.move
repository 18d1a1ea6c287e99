/// ElGamal in the exponent: (v * G + r * Y, r * G) encrypts v under the key Y = y * G.
module aptos_std::ristretto255_elgamal {
    use std::option::{Self, Option};
    use aptos_std::ristretto255::{Self, CompressedRistretto, RistrettoPoint, Scalar};

    /// To calculate with.
    struct Ciphertext has drop {
        left: RistrettoPoint,
        right: RistrettoPoint,
    }

    /// To keep.
    struct CompressedCiphertext has store, copy, drop {
        left: CompressedRistretto,
        right: CompressedRistretto,
    }

    struct CompressedPubkey has store, copy, drop {
        point: CompressedRistretto,
    }

    public fun new_pubkey_from_bytes(bytes: vector<u8>): Option<CompressedPubkey> {
        ristretto255::new_compressed_point_from_bytes(bytes).map(|point| CompressedPubkey { point })
    }

    public fun pubkey_to_bytes(pubkey: &CompressedPubkey): vector<u8> {
        pubkey.point.compressed_point_to_bytes()
    }

    public fun pubkey_to_point(pubkey: &CompressedPubkey): RistrettoPoint {
        pubkey.point.point_decompress()
    }

    public fun pubkey_to_compressed_point(pubkey: &CompressedPubkey): CompressedRistretto {
        pubkey.point
    }

    /// From 64 bytes, left and right.
    public fun new_ciphertext_from_bytes(bytes: vector<u8>): Option<Ciphertext> {
        if (bytes.length() != 64) return option::none();
        let right = ristretto255::new_point_from_bytes(bytes.trim(32));
        let left = ristretto255::new_point_from_bytes(bytes);
        if (left.is_none() || right.is_none()) return option::none();
        option::some(Ciphertext { left: left.destroy_some(), right: right.destroy_some() })
    }

    /// Anybody can read it: r is 0.
    public fun new_ciphertext_no_randomness(val: &Scalar): Ciphertext {
        Ciphertext { left: val.basepoint_mul(), right: ristretto255::point_identity() }
    }

    public fun ciphertext_from_points(left: RistrettoPoint, right: RistrettoPoint): Ciphertext {
        Ciphertext { left, right }
    }

    public fun ciphertext_from_compressed_points(
        left: CompressedRistretto, right: CompressedRistretto
    ): CompressedCiphertext {
        CompressedCiphertext { left, right }
    }

    public fun ciphertext_to_bytes(ct: &Ciphertext): vector<u8> {
        let bytes = ct.left.point_compress().compressed_point_to_bytes();
        bytes.append(ct.right.point_compress().compressed_point_to_bytes());
        bytes
    }

    public fun ciphertext_into_points(c: Ciphertext): (RistrettoPoint, RistrettoPoint) {
        let Ciphertext { left, right } = c;
        (left, right)
    }

    public fun ciphertext_as_points(c: &Ciphertext): (&RistrettoPoint, &RistrettoPoint) {
        (&c.left, &c.right)
    }

    public fun compress_ciphertext(ct: &Ciphertext): CompressedCiphertext {
        CompressedCiphertext { left: ct.left.point_compress(), right: ct.right.point_compress() }
    }

    public fun decompress_ciphertext(ct: &CompressedCiphertext): Ciphertext {
        Ciphertext { left: ct.left.point_decompress(), right: ct.right.point_decompress() }
    }

    /// Encrypts the sum.
    public fun ciphertext_add(lhs: &Ciphertext, rhs: &Ciphertext): Ciphertext {
        Ciphertext { left: lhs.left.point_add(&rhs.left), right: lhs.right.point_add(&rhs.right) }
    }

    public fun ciphertext_add_assign(lhs: &mut Ciphertext, rhs: &Ciphertext) {
        lhs.left.point_add_assign(&rhs.left);
        lhs.right.point_add_assign(&rhs.right);
    }

    /// Encrypts the difference.
    public fun ciphertext_sub(lhs: &Ciphertext, rhs: &Ciphertext): Ciphertext {
        Ciphertext { left: lhs.left.point_sub(&rhs.left), right: lhs.right.point_sub(&rhs.right) }
    }

    public fun ciphertext_sub_assign(lhs: &mut Ciphertext, rhs: &Ciphertext) {
        lhs.left.point_sub_assign(&rhs.left);
        lhs.right.point_sub_assign(&rhs.right);
    }

    public fun ciphertext_clone(c: &Ciphertext): Ciphertext {
        Ciphertext { left: c.left.point_clone(), right: c.right.point_clone() }
    }

    public fun ciphertext_equals(lhs: &Ciphertext, rhs: &Ciphertext): bool {
        lhs.left.point_equals(&rhs.left) && lhs.right.point_equals(&rhs.right)
    }

    public fun get_value_component(ct: &Ciphertext): &RistrettoPoint {
        &ct.left
    }
}
