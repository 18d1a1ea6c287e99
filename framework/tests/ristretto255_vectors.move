// Made by vectors.mjs from other implementations' results. Do not edit.
#[test_only]
module aptos_std::ristretto255_vectors {
    use std::option;
    use aptos_std::ristretto255;
    use aptos_std::ristretto255_elgamal as elgamal;
    use aptos_std::ristretto255_pedersen as pedersen;

    #[test]
    fun constants() {
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::basepoint())) == x"e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::basepoint_H())) == x"8c9240b456a9e6dc65c377a1048d745f94a08cdb7f44cbcd7b46f34048871134", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::hash_to_point_base())) == x"8c9240b456a9e6dc65c377a1048d745f94a08cdb7f44cbcd7b46f34048871134", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::point_identity())) == x"0000000000000000000000000000000000000000000000000000000000000000", 0);
        assert!(ristretto255::is_identity(&ristretto255::point_identity_compressed()), 0);
        assert!(!ristretto255::is_identity(&ristretto255::basepoint_compressed()), 0);
    }

    #[test]
    fun bad_encodings_are_refused() {
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"0100000000000000000000000000000000000000000000000000000000000000")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"0100000000000000000000000000000000000000000000000000000000000000")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371")), 0);
        assert!(option::is_none(&ristretto255::new_point_from_bytes(x"4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f")), 0);
        assert!(option::is_none(&ristretto255::new_compressed_point_from_bytes(x"4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f")), 0);
    }

    #[test]
    fun sums_and_products() {
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::point_add(&option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &option::destroy_some(ristretto255::new_point_from_bytes(x"ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19"))))) == x"3684cc9878acd97c57b54ef3ce745951dd7fe723d51437beaa4a7e2402b3f461", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::point_sub(&option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &option::destroy_some(ristretto255::new_point_from_bytes(x"ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19"))))) == x"eeda45a00291d0436967fd19e91c52bfe7e219732d2245f194ffce8b83a73b32", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::point_neg(&option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47"))))) == x"742af05b1aac0ebe068d268e580736e88f33e56b7956119a3cd12f1d9275d43c", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::point_mul(&option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f"))))) == x"3cad7bc62fac716e1adcf65becb98568b86005db2cdbb8d919099b9f355b300f", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::basepoint_mul(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f"))))) == x"ca19ce392e302a3903f01c124b1c98e76452011f707d865848971e359cad7a26", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::basepoint_double_mul(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), &option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607"))))) == x"2eef56c1deca9251b39348c726ba7aae7fffcf313c84e5b531c163be231a5110", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::double_scalar_mul(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), &option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")), &option::destroy_some(ristretto255::new_point_from_bytes(x"ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19"))))) == x"947750e9f58e2f4da715eedaaa331e3ea463ad8e8ced4cdd4d6a00f35da7127f", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::multi_scalar_mul(&vector[option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), option::destroy_some(ristretto255::new_point_from_bytes(x"ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19")), option::destroy_some(ristretto255::new_point_from_bytes(x"e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))], &vector[option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")), option::destroy_some(ristretto255::new_scalar_from_bytes(x"0700000000000000000000000000000000000000000000000000000000000000"))]))) == x"5cc5387bed91423466bc2bea04ffda9135d42e509055d93e8bddcc555ee3e60b", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::point_mul(&option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &ristretto255::scalar_zero()))) == x"0000000000000000000000000000000000000000000000000000000000000000", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::basepoint_mul(&ristretto255::scalar_zero()))) == x"0000000000000000000000000000000000000000000000000000000000000000", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::point_add(&option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &ristretto255::point_identity()))) == x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::point_sub(&option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47"))))) == x"0000000000000000000000000000000000000000000000000000000000000000", 0);
    }

    #[test]
    fun in_place() {
        let p = option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47"));
        ristretto255::point_add_assign(&mut p, &option::destroy_some(ristretto255::new_point_from_bytes(x"ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19")));
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&p)) == x"3684cc9878acd97c57b54ef3ce745951dd7fe723d51437beaa4a7e2402b3f461", 0);
        ristretto255::point_sub_assign(&mut p, &option::destroy_some(ristretto255::new_point_from_bytes(x"ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19")));
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&p)) == x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47", 0);
        let c = ristretto255::point_clone(&p);
        ristretto255::point_mul_assign(&mut p, &option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")));
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&p)) == x"3cad7bc62fac716e1adcf65becb98568b86005db2cdbb8d919099b9f355b300f", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&c)) == x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47", 0);
        ristretto255::point_neg_assign(&mut c);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&c)) == x"742af05b1aac0ebe068d268e580736e88f33e56b7956119a3cd12f1d9275d43c", 0);
        assert!(ristretto255::point_equals(&c, &option::destroy_some(ristretto255::new_point_from_bytes(x"742af05b1aac0ebe068d268e580736e88f33e56b7956119a3cd12f1d9275d43c"))), 0);
        assert!(!ristretto255::point_equals(&c, &p), 0);
        assert!(ristretto255::points_to_bytes(&vector[p, c]) == vector[x"3cad7bc62fac716e1adcf65becb98568b86005db2cdbb8d919099b9f355b300f", x"742af05b1aac0ebe068d268e580736e88f33e56b7956119a3cd12f1d9275d43c"], 0);
    }

    #[test]
    fun from_hashes() {
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&option::destroy_some(ristretto255::new_point_from_64_uniform_bytes(x"77b6efacfe501ad3916f96c2435b421ef92ab83bfffd11be15b58e2bfc79c76d72f1e4bffd25b2ee2b9921a37010d4b505d0fac24b5fc73dbadead8155635b2a")))) == x"bc2a9d790cd9aac1a7605ec9adedacf5bbdc9a7411831c5926ed2d55205beb28", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::new_point_from_sha2_512(x"37857a57a67fa6229ab50d22352f0fd4f4a354abdffd9a7f1e9048acdea469c4e70cc46d93fbabed6056cb53ff39f3c6fcead81da285a2f75f44d68edcc1724ed5b625a46ef7a17ad5bba61e45"))) == x"f4c68ee67ddbe9ebf1e393a4ba4751cf476cf7863766b279c5b2b3545df9994a", 0);
        assert!(ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&ristretto255::new_point_from_sha512(x"37857a57a67fa6229ab50d22352f0fd4f4a354abdffd9a7f1e9048acdea469c4e70cc46d93fbabed6056cb53ff39f3c6fcead81da285a2f75f44d68edcc1724ed5b625a46ef7a17ad5bba61e45"))) == x"f4c68ee67ddbe9ebf1e393a4ba4751cf476cf7863766b279c5b2b3545df9994a", 0);
        assert!(option::is_none(&ristretto255::new_point_from_64_uniform_bytes(x"b6efacfe501ad3916f96c2435b421ef92ab83bfffd11be15b58e2bfc79c76d72f1e4bffd25b2ee2b9921a37010d4b505d0fac24b5fc73dbadead8155635b2a")), 0);
    }

    #[test]
    fun scalars() {
        assert!(ristretto255::scalar_to_bytes(&ristretto255::scalar_add(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")))) == x"01ea505d65fd5562398264c6e0cabf82ea419d7ac86e430e54a8d5295f8c6006", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::scalar_sub(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")))) == x"14d3b8e60e7d6831b2a8e24ce210c041abe4e5b51667bf96d6875f50912a5308", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::scalar_sub(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")))) == x"d9003d760be6a92624f41456fce81ed3541b1a4ae99840692978a0af6ed5ac07", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::scalar_mul(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")))) == x"42460bcc44084c09f204f418a36fd9f35e5ff34265e56f6dd8d72006e933520c", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::scalar_neg(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")))) == x"6c0b760c53f42962f538d8c70d8f2f28b56cbe6710957eadea67e5c28724a600", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::scalar_neg(&ristretto255::scalar_zero())) == x"0000000000000000000000000000000000000000000000000000000000000000", 0);
        assert!(ristretto255::scalar_to_bytes(&option::destroy_some(ristretto255::scalar_invert(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f"))))) == x"b6cc183969cd81e344fed9a374d270b7b5b7b6e172978f02c3eba97a5303b90f", 0);
        assert!(option::is_none(&ristretto255::scalar_invert(&ristretto255::scalar_zero())), 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::new_scalar_from_u8(255)) == x"ff00000000000000000000000000000000000000000000000000000000000000", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::new_scalar_from_u32(4294967295)) == x"ffffffff00000000000000000000000000000000000000000000000000000000", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::new_scalar_from_u64(18446744073709551615)) == x"ffffffffffffffff000000000000000000000000000000000000000000000000", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::new_scalar_from_u128(340282366920938463463374607431768211455)) == x"ffffffffffffffffffffffffffffffff00000000000000000000000000000000", 0);
        assert!(ristretto255::scalar_to_bytes(&ristretto255::new_scalar_from_sha2_512(x"37857a57a67fa6229ab50d22352f0fd4f4a354abdffd9a7f1e9048acdea469c4e70cc46d93fbabed6056cb53ff39f3c6fcead81da285a2f75f44d68edcc1724ed5b625a46ef7a17ad5bba61e45")) == x"c27766ed6ea7422f740ed681806ccb92bdc18495401ff3eba6a8b2e40081b00b", 0);
        assert!(ristretto255::scalar_to_bytes(&option::destroy_some(ristretto255::new_scalar_uniform_from_64_bytes(x"77b6efacfe501ad3916f96c2435b421ef92ab83bfffd11be15b58e2bfc79c76d72f1e4bffd25b2ee2b9921a37010d4b505d0fac24b5fc73dbadead8155635b2a"))) == x"7f9248b1518728f4e624f74fe8701eaea1fc5badecd97cba7b8b7709af71e301", 0);
        assert!(ristretto255::scalar_to_bytes(&option::destroy_some(ristretto255::new_scalar_reduced_from_32_bytes(x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"))) == x"1c95988d7431ecd670cf7d73f45befc6feffffffffffffffffffffffffffff0f", 0);
        assert!(option::is_none(&ristretto255::new_scalar_from_bytes(x"edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")), 0);
        assert!(option::is_some(&ristretto255::new_scalar_from_bytes(x"ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")), 0);
        assert!(option::is_none(&ristretto255::new_scalar_from_bytes(x"00000000000000000000000000000000000000000000000000000000000000")), 0);
        assert!(ristretto255::scalar_is_zero(&ristretto255::scalar_zero()) && ristretto255::scalar_is_one(&ristretto255::scalar_one()), 0);
        let s = option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f"));
        ristretto255::scalar_add_assign(&mut s, &option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")));
        assert!(ristretto255::scalar_to_bytes(&s) == x"01ea505d65fd5562398264c6e0cabf82ea419d7ac86e430e54a8d5295f8c6006", 0);
        ristretto255::scalar_mul_assign(&mut s, &option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")));
        assert!(ristretto255::scalar_to_bytes(&s) == x"d05fe03ab0ce7e804ca1b03a23dd0c9c2f3fb26acdc150d09fc307d1ccf3c606", 0);
        ristretto255::scalar_sub_assign(&mut s, &option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")));
        assert!(ristretto255::scalar_to_bytes(&s) == x"3c6b564703c3a8e241da8802316c3cc4e4ab70d2dd56cf7d8a2bed9354186d07", 0);
        ristretto255::scalar_neg_assign(&mut s);
        assert!(ristretto255::scalar_to_bytes(&s) == x"b1689f1517a0697594c26ea0ad8da2501b548f2d22a9308275d4126cabe79208", 0);
        assert!(!ristretto255::scalar_equals(&s, &ristretto255::scalar_one()), 0);
    }

    #[test]
    fun commitments() {
        let c = pedersen::new_commitment_for_bulletproof(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")));
        assert!(pedersen::commitment_to_bytes(&c) == x"14598542795c56d92e1c6c97488d09883e04903e06d83aafdb7474a91bac7039", 0);
        let d = pedersen::new_commitment(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607")), &option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), &option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), &option::destroy_some(ristretto255::new_point_from_bytes(x"ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19")));
        assert!(pedersen::commitment_to_bytes(&d) == x"f02f10d176785faab558a1acd543dc8975e0a3360989729b746762935c248759", 0);
        assert!(pedersen::commitment_to_bytes(&pedersen::commitment_sub(&pedersen::commitment_add(&c, &d), &c)) == pedersen::commitment_to_bytes(&d), 0);
        let e = pedersen::commitment_clone(&c);
        pedersen::commitment_add_assign(&mut e, &d);
        pedersen::commitment_sub_assign(&mut e, &d);
        assert!(pedersen::commitment_equals(&c, &e), 0);
        assert!(option::is_none(&pedersen::new_commitment_from_bytes(x"00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")), 0);
    }

    #[test]
    fun ciphertexts() {
        let bytes = x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19";
        let c = option::destroy_some(elgamal::new_ciphertext_from_bytes(bytes));
        assert!(elgamal::ciphertext_to_bytes(&c) == bytes, 0);
        let d = elgamal::new_ciphertext_no_randomness(&option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")));
        assert!(elgamal::ciphertext_to_bytes(&elgamal::ciphertext_add(&c, &d)) == x"50fa66e4b143c92655b7489a4d5e7c684745e73d5999c0ed41706513ab0a326cccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19", 0);
        assert!(elgamal::ciphertext_to_bytes(&elgamal::ciphertext_sub(&c, &d)) == x"f8247fb2e30c08946de4a2521827d992148fe883f639ceef0ef9d0d9f7eab855ccbefab5dd94ad919322e32a88f86f438a3f18dd59953a4d234ba13f2893db19", 0);
        let e = elgamal::decompress_ciphertext(&elgamal::compress_ciphertext(&c));
        elgamal::ciphertext_add_assign(&mut e, &d);
        elgamal::ciphertext_sub_assign(&mut e, &d);
        assert!(elgamal::ciphertext_equals(&c, &e), 0);
        assert!(option::is_none(&elgamal::new_ciphertext_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), 0);
        assert!(option::is_some(&elgamal::new_pubkey_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47")), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10006)]
    fun a_point_must_be_one() {
        ristretto255::new_point_and_compressed_from_bytes(x"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");
    }

    #[test]
    #[expected_failure(abort_code = 0x10001)]
    fun products_need_as_many_scalars_as_points() {
        ristretto255::multi_scalar_mul(&vector[option::destroy_some(ristretto255::new_point_from_bytes(x"a0a0e2405e3d2f23a82d0965d9f8d4aca07f2da8ecaed92a21ea3cfcd5dd2c47"))], &vector[option::destroy_some(ristretto255::new_scalar_from_bytes(x"81c87f50c76ee8f5e0631fdbd06aafec4a934198ef6a815215981a3d78db590f")), option::destroy_some(ristretto255::new_scalar_from_bytes(x"6df5c669b8f17fc42ebb3c8eee59efaa9fae5be2d803c2bb3e10bbece6b00607"))]);
    }

    #[test]
    #[expected_failure(abort_code = 0x10002)]
    fun products_need_points() {
        ristretto255::multi_scalar_mul(&vector[], &vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x90004)]
    fun points_are_limited() {
        let i = 0;
        while (i <= 10000) {
            ristretto255::point_identity();
            i += 1;
        }
    }
}
