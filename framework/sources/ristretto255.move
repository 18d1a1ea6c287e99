/// The group ristretto255: of prime order, every 32 bytes are at most one point. Points that one
/// calculates with live as long as the transaction; stored are their compressed forms.
module aptos_std::ristretto255 {
    use std::error;
    use std::option::{Self, Option};

    /// There must be a scalar for each point.
    const E_DIFFERENT_NUM_POINTS_AND_SCALARS: u64 = 1;
    /// There must be points.
    const E_ZERO_POINTS: u64 = 2;
    /// There must be scalars.
    const E_ZERO_SCALARS: u64 = 3;
    /// The transaction has made as many points as it may, 10000.
    const E_TOO_MANY_POINTS_CREATED: u64 = 4;
    /// The function is not available.
    const E_NATIVE_FUN_NOT_AVAILABLE: u64 = 5;
    /// The bytes are no point.
    const E_NON_CANONICAL_ENCODING: u64 = 6;

    const ZERO: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000000";
    const ONE: vector<u8> = x"0100000000000000000000000000000000000000000000000000000000000000";
    /// The generator (RFC 9496).
    const BASE_POINT: vector<u8> = x"e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76";
    /// A generator whose logarithm nobody knows: the SHA3-512 of BASE_POINT, mapped to the group.
    const HASH_BASE_POINT: vector<u8> = x"8c9240b456a9e6dc65c377a1048d745f94a08cdb7f44cbcd7b46f34048871134";

    /// A number below the group's order, little-endian.
    struct Scalar has copy, store, drop {
        data: vector<u8>
    }

    /// A point to keep.
    struct CompressedRistretto has copy, store, drop {
        data: vector<u8>
    }

    /// A point to calculate with: its number among those of the transaction.
    struct RistrettoPoint has drop {
        handle: u64
    }

    // ---- Points -------------------------------------------------------------------------------------------------

    public fun point_identity_compressed(): CompressedRistretto {
        CompressedRistretto { data: ZERO }
    }

    public fun point_identity(): RistrettoPoint {
        RistrettoPoint { handle: point_identity_internal() }
    }

    public fun basepoint_compressed(): CompressedRistretto {
        CompressedRistretto { data: BASE_POINT }
    }

    public fun basepoint(): RistrettoPoint {
        point_decompress(&basepoint_compressed())
    }

    public fun basepoint_H_compressed(): CompressedRistretto {
        CompressedRistretto { data: HASH_BASE_POINT }
    }

    public fun basepoint_H(): RistrettoPoint {
        point_decompress(&basepoint_H_compressed())
    }

    /// An older name of basepoint_H.
    public fun hash_to_point_base(): RistrettoPoint {
        basepoint_H()
    }

    public fun basepoint_mul(self: &Scalar): RistrettoPoint {
        RistrettoPoint { handle: basepoint_mul_internal(self.data) }
    }

    public fun new_compressed_point_from_bytes(bytes: vector<u8>): Option<CompressedRistretto> {
        if (point_is_canonical_internal(bytes)) option::some(CompressedRistretto { data: bytes }) else option::none()
    }

    public fun new_point_from_bytes(bytes: vector<u8>): Option<RistrettoPoint> {
        let (handle, valid) = point_decompress_internal(bytes);
        if (valid) option::some(RistrettoPoint { handle }) else option::none()
    }

    public fun new_point_and_compressed_from_bytes(bytes: vector<u8>): (RistrettoPoint, CompressedRistretto) {
        let (handle, valid) = point_decompress_internal(bytes);
        assert!(valid, error::invalid_argument(E_NON_CANONICAL_ENCODING));
        (RistrettoPoint { handle }, CompressedRistretto { data: bytes })
    }

    public fun compressed_point_to_bytes(self: CompressedRistretto): vector<u8> {
        self.data
    }

    /// An older name of new_point_from_sha2_512.
    public fun new_point_from_sha512(sha2_512_input: vector<u8>): RistrettoPoint {
        new_point_from_sha2_512(sha2_512_input)
    }

    /// The SHA2-512 of the bytes, mapped to the group.
    public fun new_point_from_sha2_512(sha2_512_input: vector<u8>): RistrettoPoint {
        RistrettoPoint { handle: new_point_from_sha512_internal(sha2_512_input) }
    }

    public fun new_point_from_64_uniform_bytes(bytes: vector<u8>): Option<RistrettoPoint> {
        if (bytes.length() != 64) return option::none();
        option::some(RistrettoPoint { handle: new_point_from_64_uniform_bytes_internal(bytes) })
    }

    public fun point_decompress(self: &CompressedRistretto): RistrettoPoint {
        let (handle, _) = point_decompress_internal(self.data);
        RistrettoPoint { handle }
    }

    public fun point_clone(self: &RistrettoPoint): RistrettoPoint {
        RistrettoPoint { handle: point_clone_internal(self.handle) }
    }

    public fun point_compress(self: &RistrettoPoint): CompressedRistretto {
        CompressedRistretto { data: point_compress_internal(self) }
    }

    public fun point_to_bytes(self: &CompressedRistretto): vector<u8> {
        self.data
    }

    public fun points_to_bytes(points: &vector<RistrettoPoint>): vector<vector<u8>> {
        points.map_ref(|p| point_compress_internal(p))
    }

    public fun point_mul(self: &RistrettoPoint, a: &Scalar): RistrettoPoint {
        RistrettoPoint { handle: point_mul_internal(self, a.data, false) }
    }

    public fun point_mul_assign(self: &mut RistrettoPoint, a: &Scalar): &mut RistrettoPoint {
        point_mul_internal(self, a.data, true);
        self
    }

    /// a times a_base plus b times the generator.
    public fun basepoint_double_mul(a: &Scalar, a_base: &RistrettoPoint, b: &Scalar): RistrettoPoint {
        RistrettoPoint { handle: basepoint_double_mul_internal(a.data, a_base, b.data) }
    }

    public fun point_add(self: &RistrettoPoint, b: &RistrettoPoint): RistrettoPoint {
        RistrettoPoint { handle: point_add_internal(self, b, false) }
    }

    public fun point_add_assign(self: &mut RistrettoPoint, b: &RistrettoPoint): &mut RistrettoPoint {
        point_add_internal(self, b, true);
        self
    }

    public fun point_sub(self: &RistrettoPoint, b: &RistrettoPoint): RistrettoPoint {
        RistrettoPoint { handle: point_sub_internal(self, b, false) }
    }

    public fun point_sub_assign(self: &mut RistrettoPoint, b: &RistrettoPoint): &mut RistrettoPoint {
        point_sub_internal(self, b, true);
        self
    }

    public fun point_neg(self: &RistrettoPoint): RistrettoPoint {
        RistrettoPoint { handle: point_neg_internal(self, false) }
    }

    public fun point_neg_assign(self: &mut RistrettoPoint): &mut RistrettoPoint {
        point_neg_internal(self, true);
        self
    }

    native public fun point_equals(self: &RistrettoPoint, h: &RistrettoPoint): bool;

    public fun compressed_point_equals(self: &CompressedRistretto, rhs: &CompressedRistretto): bool {
        self.data == rhs.data
    }

    public fun is_identity(self: &CompressedRistretto): bool {
        self.data == ZERO
    }

    public fun double_scalar_mul(
        scalar1: &Scalar, point1: &RistrettoPoint, scalar2: &Scalar, point2: &RistrettoPoint
    ): RistrettoPoint {
        let handle = double_scalar_mul_internal(point1.handle, point2.handle, scalar1.data, scalar2.data);
        RistrettoPoint { handle }
    }

    public fun multi_scalar_mul(points: &vector<RistrettoPoint>, scalars: &vector<Scalar>): RistrettoPoint {
        assert!(!points.is_empty(), error::invalid_argument(E_ZERO_POINTS));
        assert!(!scalars.is_empty(), error::invalid_argument(E_ZERO_SCALARS));
        assert!(
            points.length() == scalars.length(), error::invalid_argument(E_DIFFERENT_NUM_POINTS_AND_SCALARS)
        );
        RistrettoPoint { handle: multi_scalar_mul_internal(points, scalars) }
    }

    // ---- Scalars ------------------------------------------------------------------------------------------------

    public fun new_scalar_from_bytes(bytes: vector<u8>): Option<Scalar> {
        if (scalar_is_canonical_internal(bytes)) option::some(Scalar { data: bytes }) else option::none()
    }

    /// An older name of new_scalar_from_sha2_512.
    public fun new_scalar_from_sha512(sha2_512_input: vector<u8>): Scalar {
        new_scalar_from_sha2_512(sha2_512_input)
    }

    /// The SHA2-512 of the bytes, reduced.
    public fun new_scalar_from_sha2_512(sha2_512_input: vector<u8>): Scalar {
        Scalar { data: scalar_from_sha512_internal(sha2_512_input) }
    }

    public fun new_scalar_from_u8(byte: u8): Scalar {
        Scalar { data: scalar_from_u64_internal((byte as u64)) }
    }

    public fun new_scalar_from_u32(four_bytes: u32): Scalar {
        Scalar { data: scalar_from_u64_internal((four_bytes as u64)) }
    }

    public fun new_scalar_from_u64(eight_bytes: u64): Scalar {
        Scalar { data: scalar_from_u64_internal(eight_bytes) }
    }

    public fun new_scalar_from_u128(sixteen_bytes: u128): Scalar {
        Scalar { data: scalar_from_u128_internal(sixteen_bytes) }
    }

    public fun new_scalar_reduced_from_32_bytes(bytes: vector<u8>): Option<Scalar> {
        if (bytes.length() != 32) return option::none();
        option::some(Scalar { data: scalar_reduced_from_32_bytes_internal(bytes) })
    }

    public fun new_scalar_uniform_from_64_bytes(bytes: vector<u8>): Option<Scalar> {
        if (bytes.length() != 64) return option::none();
        option::some(Scalar { data: scalar_uniform_from_64_bytes_internal(bytes) })
    }

    public fun scalar_zero(): Scalar {
        Scalar { data: ZERO }
    }

    public fun scalar_is_zero(self: &Scalar): bool {
        self.data == ZERO
    }

    public fun scalar_one(): Scalar {
        Scalar { data: ONE }
    }

    public fun scalar_is_one(self: &Scalar): bool {
        self.data == ONE
    }

    public fun scalar_equals(self: &Scalar, rhs: &Scalar): bool {
        self.data == rhs.data
    }

    /// None of zero.
    public fun scalar_invert(self: &Scalar): Option<Scalar> {
        if (scalar_is_zero(self)) option::none() else option::some(Scalar { data: scalar_invert_internal(self.data) })
    }

    public fun scalar_mul(self: &Scalar, b: &Scalar): Scalar {
        Scalar { data: scalar_mul_internal(self.data, b.data) }
    }

    public fun scalar_mul_assign(self: &mut Scalar, b: &Scalar): &mut Scalar {
        self.data = scalar_mul_internal(self.data, b.data);
        self
    }

    public fun scalar_add(self: &Scalar, b: &Scalar): Scalar {
        Scalar { data: scalar_add_internal(self.data, b.data) }
    }

    public fun scalar_add_assign(self: &mut Scalar, b: &Scalar): &mut Scalar {
        self.data = scalar_add_internal(self.data, b.data);
        self
    }

    public fun scalar_sub(self: &Scalar, b: &Scalar): Scalar {
        Scalar { data: scalar_sub_internal(self.data, b.data) }
    }

    public fun scalar_sub_assign(self: &mut Scalar, b: &Scalar): &mut Scalar {
        self.data = scalar_sub_internal(self.data, b.data);
        self
    }

    public fun scalar_neg(self: &Scalar): Scalar {
        Scalar { data: scalar_neg_internal(self.data) }
    }

    public fun scalar_neg_assign(self: &mut Scalar): &mut Scalar {
        self.data = scalar_neg_internal(self.data);
        self
    }

    public fun scalar_to_bytes(self: &Scalar): vector<u8> {
        self.data
    }

    // ---- What the machine does ----------------------------------------------------------------------------------

    native fun new_point_from_sha512_internal(sha2_512_input: vector<u8>): u64;
    native fun new_point_from_64_uniform_bytes_internal(bytes: vector<u8>): u64;
    native fun point_is_canonical_internal(bytes: vector<u8>): bool;
    native fun point_identity_internal(): u64;
    native fun point_decompress_internal(maybe_non_canonical_bytes: vector<u8>): (u64, bool);
    native fun point_clone_internal(point_handle: u64): u64;
    native fun point_compress_internal(point: &RistrettoPoint): vector<u8>;
    native fun point_mul_internal(point: &RistrettoPoint, a: vector<u8>, in_place: bool): u64;
    native fun basepoint_mul_internal(a: vector<u8>): u64;
    native fun basepoint_double_mul_internal(a: vector<u8>, some_point: &RistrettoPoint, b: vector<u8>): u64;
    native fun point_add_internal(a: &RistrettoPoint, b: &RistrettoPoint, in_place: bool): u64;
    native fun point_sub_internal(a: &RistrettoPoint, b: &RistrettoPoint, in_place: bool): u64;
    native fun point_neg_internal(a: &RistrettoPoint, in_place: bool): u64;
    native fun double_scalar_mul_internal(point1: u64, point2: u64, scalar1: vector<u8>, scalar2: vector<u8>): u64;
    native fun multi_scalar_mul_internal<P, S>(points: &vector<P>, scalars: &vector<S>): u64;
    native fun scalar_is_canonical_internal(s: vector<u8>): bool;
    native fun scalar_from_u64_internal(num: u64): vector<u8>;
    native fun scalar_from_u128_internal(num: u128): vector<u8>;
    native fun scalar_reduced_from_32_bytes_internal(bytes: vector<u8>): vector<u8>;
    native fun scalar_uniform_from_64_bytes_internal(bytes: vector<u8>): vector<u8>;
    native fun scalar_invert_internal(bytes: vector<u8>): vector<u8>;
    native fun scalar_from_sha512_internal(sha2_512_input: vector<u8>): vector<u8>;
    native fun scalar_mul_internal(a_bytes: vector<u8>, b_bytes: vector<u8>): vector<u8>;
    native fun scalar_add_internal(a_bytes: vector<u8>, b_bytes: vector<u8>): vector<u8>;
    native fun scalar_sub_internal(a_bytes: vector<u8>, b_bytes: vector<u8>): vector<u8>;
    native fun scalar_neg_internal(a_bytes: vector<u8>): vector<u8>;
}
