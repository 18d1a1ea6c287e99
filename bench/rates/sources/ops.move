/// For each kind of work one function that does nothing else until the gas is used up. bench/rates.mjs times them.
module rates::ops {
    use std::bcs;
    use std::hash;
    use std::string;
    use std::vector;
    use aptos_std::aptos_hash;
    use aptos_std::bls12381;
    use aptos_std::crypto_algebra;
    use aptos_std::ed25519;
    use aptos_std::from_bcs;
    use aptos_std::ristretto255;
    use aptos_std::secp256k1;
    use aptos_std::string_utils;
    use aptos_std::table;
    use aptos_std::type_info;
    use aptos_framework::event;
    use aptos_framework::object;
    use std::bn254_algebra::{Fr, G1, G2, Gt};

    struct Pair has copy, drop, store { a: u64, b: u64 }
    struct Wide has copy, drop { a: u256, b: u256, c: u256, d: u256 }
    struct Box<T> has copy, drop { value: T }
    struct Held has key, drop { n: u64, list: vector<u64> }

    #[event]
    struct Note has drop, store { n: u64 }

    fun some(n: u64): vector<u8> {
        let v = vector[];
        while (n > 0) { vector::push_back(&mut v, 7); n = n - 1 };
        v
    }

    fun nothing() {}
    fun generic<T: drop>(v: T): T { v }

    public fun jump() { loop {} }
    public fun add() { let a = 1u64; loop { a = (a + 3) % 1000003 } }
    public fun divide() { let a = 1u64; loop { a = 18446744073709551557 / (a % 97 + 1) } }
    public fun divide_u256() {
        let a = 1u256;
        let n = 115792089237316195423570985008687907853269984665640564039457584007913129639747u256;
        loop { a = n % (n / (a % 97 + 3)) }
    }
    public fun multiply_u256() { let a = 3u256; loop { a = (a * a) % 340282366920938463463374607431768211297 } }
    public fun multiply_u128() { let a = 3u128; loop { a = (a * a) % 18446744073709551557 } }
    public fun shift_u256() { let a = 3u256; loop { a = (a << 5) ^ (a >> 3) } }
    public fun cast() { let a = 3u64; loop { a = ((((a as u8) as u256) as u128) as u64) } }
    public fun compare() { let a = Wide { a: 1, b: 2, c: 3, d: 4 }; let b = a; loop { assert!(a == b, 1) } }
    public fun compare_vectors() { let a = some(4096); let b = copy a; loop { assert!(&a == &b, 1) } }
    public fun call() { loop { nothing() } }
    public fun call_generic() { loop { generic(1u64); generic(true); generic(@0x1); } }
    public fun pack() { let p = Pair { a: 1, b: 2 }; loop { let Pair { a, b } = p; p = Pair { a: b, b: a } } }
    public fun field() { let p = Pair { a: 1, b: 2 }; loop { p.a = p.b; p.b = p.a } }
    public fun copy_vector() { let v = some(4096); loop { let _c = copy v; } }
    public fun copy_nested() {
        let v = vector[];
        let i = 0;
        while (i < 64) { vector::push_back(&mut v, vector[1u64, 2, 3]); i = i + 1 };
        loop { let _c = copy v; }
    }
    public fun push_pop() { let v = vector[1u64]; loop { vector::push_back(&mut v, 2); vector::pop_back(&mut v); } }
    public fun push_only() { loop { let v = vector[]; let i = 0; while (i < 1000) { vector::push_back(&mut v, i); i = i + 1 } } }
    public fun insert_front() { let v = vector[]; let i = 0; while (i < 1000) { vector::push_back(&mut v, i); i = i + 1 };
        loop { vector::insert(&mut v, 0, 1); vector::remove(&mut v, 0); } }
    public fun append() { loop { let v = some(1); let i = 0; while (i < 12) { let w = copy v; vector::append(&mut v, w); i = i + 1 } } }
    public fun reverse() { let v = some(4096); loop { vector::reverse(&mut v) } }
    public fun swap() { let v = vector[1u64, 2]; loop { vector::swap(&mut v, 0, 1) } }
    public fun contains() { let v = some(4096); loop { vector::contains(&v, &8); } }
    public fun constant() { loop { let _v = b"a constant of some forty bytes, read again"; } }
    public fun sha2() { let v = some(32); loop { hash::sha2_256(v); } }
    public fun sha2_long() { let v = some(8192); loop { hash::sha2_256(v); } }
    public fun sha3() { let v = some(32); loop { hash::sha3_256(v); } }
    public fun sha3_long() { let v = some(8192); loop { hash::sha3_256(v); } }
    public fun keccak() { let v = some(32); loop { aptos_hash::keccak256(v); } }
    public fun keccak_long() { let v = some(8192); loop { aptos_hash::keccak256(v); } }
    public fun sha2_512() { let v = some(8192); loop { aptos_hash::sha2_512(v); } }
    public fun sha3_512() { let v = some(8192); loop { aptos_hash::sha3_512(v); } }
    public fun ripemd() { let v = some(8192); loop { aptos_hash::ripemd160(v); } }
    public fun blake2b() { let v = some(8192); loop { aptos_hash::blake2b_256(v); } }
    public fun sip() { let v = some(8192); loop { aptos_hash::sip_hash(v); } }
    public fun to_bcs() { let p = Pair { a: 1, b: 2 }; loop { bcs::to_bytes(&p); } }
    public fun to_bcs_long() { let v = some(8192); loop { bcs::to_bytes(&v); } }
    public fun from_bytes() { let b = bcs::to_bytes(&some(8192)); loop { from_bcs::to_bytes(b); } }
    public fun utf8() { let v = some(8192); loop { string::utf8(v); } }
    public fun sub_string() { let s = string::utf8(some(4096)); loop { string::sub_string(&s, 1, 4000); } }
    public fun index_of() { let s = string::utf8(some(4096)); let w = string::utf8(b"\x07\x07\x07\x08"); loop { string::index_of(&s, &w); } }
    public fun format() { loop { string_utils::to_string(&Pair { a: 1, b: 2 }); } }
    public fun format_list() { loop { string_utils::format2(&b"{} and {}", 1u256, @0x1); } }
    public fun type_name() { loop { type_info::type_name<Box<Box<Box<Pair>>>>(); } }
    public fun ed25519_verify() {
        let key = ed25519::new_unvalidated_public_key_from_bytes(x"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let signature = ed25519::new_signature_from_bytes(x"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b");
        loop { ed25519::signature_verify_strict(&signature, &key, b"x"); }
    }
    public fun secp256k1_recover() {
        let signature = secp256k1::ecdsa_signature_from_bytes(x"f7ad936da03f948c14c542020e3c5f4e02aaacd1f20427c11aa6e2fbf8776477646bba0e1a37f9e7c777c423a1d2849baafd7ff6a9930814a43c3f80d59db56f");
        loop { secp256k1::ecdsa_recover(hash::sha2_256(b"test aptos secp256k1"), 0, &signature); }
    }
    public fun bls_validate() { loop { bls12381::public_key_from_bytes(x"97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"); } }
    public fun ristretto_mul() { let p = ristretto255::basepoint(); let k = ristretto255::new_scalar_from_sha2_512(b"k"); loop { ristretto255::point_mul(&p, &k); } }
    public fun ristretto_base_mul() { let k = ristretto255::new_scalar_from_sha2_512(b"k"); loop { ristretto255::basepoint_mul(&k); } }
    public fun ristretto_add() { let p = ristretto255::basepoint(); let q = ristretto255::basepoint_H(); loop { ristretto255::point_add(&p, &q); } }
    public fun ristretto_decompress() { let p = ristretto255::basepoint_compressed(); loop { ristretto255::point_decompress(&p); } }
    public fun ristretto_compress() { let p = ristretto255::basepoint(); loop { ristretto255::point_compress(&p); } }
    public fun ristretto_hash() { loop { ristretto255::new_point_from_sha2_512(b"p"); } }
    public fun ristretto_msm() {
        let p = vector[]; let k = vector[]; let i = 0;
        while (i < 32) { vector::push_back(&mut p, ristretto255::new_point_from_sha2_512(b"p")); vector::push_back(&mut k, ristretto255::new_scalar_from_sha2_512(b"k")); i = i + 1 };
        loop { ristretto255::multi_scalar_mul(&p, &k); }
    }
    public fun scalar_invert() { let k = ristretto255::new_scalar_from_sha2_512(b"k"); loop { ristretto255::scalar_invert(&k); } }
    public fun scalar_mul() { let k = ristretto255::new_scalar_from_sha2_512(b"k"); loop { ristretto255::scalar_mul(&k, &k); } }
    public fun bn254_add() { let p = crypto_algebra::one<G1>(); loop { crypto_algebra::add(&p, &p); } }
    public fun bn254_mul() { let p = crypto_algebra::one<G1>(); let k = crypto_algebra::neg(&crypto_algebra::from_u64<Fr>(5)); loop { crypto_algebra::scalar_mul(&p, &k); } }
    public fun bn254_mul_g2() { let p = crypto_algebra::one<G2>(); let k = crypto_algebra::neg(&crypto_algebra::from_u64<Fr>(5)); loop { crypto_algebra::scalar_mul(&p, &k); } }
    public fun bn254_pairing() { let p = crypto_algebra::one<G1>(); let q = crypto_algebra::one<G2>(); loop { crypto_algebra::pairing<G1, G2, Gt>(&p, &q); } }
    public fun bn254_fr_mul() { let k = crypto_algebra::neg(&crypto_algebra::from_u64<Fr>(5)); loop { crypto_algebra::mul(&k, &k); } }
    public fun bn254_fr_inv() { let k = crypto_algebra::neg(&crypto_algebra::from_u64<Fr>(5)); loop { crypto_algebra::inv(&k); } }
    public fun bls_mul() { let p = crypto_algebra::one<std::bls12381_algebra::G1>(); let k = crypto_algebra::neg(&crypto_algebra::from_u64<std::bls12381_algebra::Fr>(5)); loop { crypto_algebra::scalar_mul(&p, &k); } }
    public fun bls_mul_g2() { let p = crypto_algebra::one<std::bls12381_algebra::G2>(); let k = crypto_algebra::neg(&crypto_algebra::from_u64<std::bls12381_algebra::Fr>(5)); loop { crypto_algebra::scalar_mul(&p, &k); } }
    public fun bls_pairing() {
        let p = crypto_algebra::one<std::bls12381_algebra::G1>(); let q = crypto_algebra::one<std::bls12381_algebra::G2>();
        loop { crypto_algebra::pairing<std::bls12381_algebra::G1, std::bls12381_algebra::G2, std::bls12381_algebra::Gt>(&p, &q); }
    }
    public fun bls_hash_to() { let d = b"d"; let m = b"m"; loop { crypto_algebra::hash_to<std::bls12381_algebra::G2, std::bls12381_algebra::HashG2XmdSha256SswuRo>(&d, &m); } }
    public fun emit() { let n = 0; loop { event::emit(Note { n }) } }
    public fun exists_none() { let i = 0u256; loop { exists<Held>(from_bcs::to_address(bcs::to_bytes(&i))); i = i + 1 } }
    public fun exists_one() { loop { exists<Held>(@0x1); } }
    public fun move_to_from(account: &signer) acquires Held {
        let who = std::signer::address_of(account);
        loop { move_to(account, Held { n: 1, list: vector[] }); move_from<Held>(who); }
    }
    public fun borrow(account: &signer) acquires Held {
        let who = std::signer::address_of(account);
        move_to(account, Held { n: 1, list: vector[] });
        loop { let h = borrow_global_mut<Held>(who); h.n = h.n + 1 }
    }
    public fun table_add() { let t = table::new<u64, u64>(); let i = 0; loop { table::add(&mut t, i, i); i = i + 1 } }
    public fun table_read() { let t = table::new<u64, u64>(); table::add(&mut t, 1, 1); loop { table::borrow(&t, 1); } }
    public fun table_misses() { let t = table::new<u64, u64>(); let i = 0; loop { table::contains(&t, i); i = i + 1 } }
    public fun object_address() { loop { object::create_object_address(&@0x1, b"seed"); } }
    public fun object_create() { loop { object::create_object(@0x1); } }
}
