#[test_only]
module aptos_std::library_tests {
    use std::bcs;
    use std::option;
    use std::string;
    use aptos_std::any;
    use aptos_std::aptos_hash;
    use aptos_std::bcs_stream;
    use aptos_std::capability;
    use aptos_std::copyable_any;
    use aptos_std::debug;
    use aptos_std::from_bcs;
    use aptos_std::pool_u64;
    use aptos_std::pool_u64_unbound;
    use aptos_std::string_utils;
    use aptos_std::type_info;

    struct Feature has drop {}

    struct Pair has copy, drop, store {
        a: u64,
        b: vector<u8>,
    }

    struct Generic<phantom T> has drop, store {
        n: u8,
    }

    #[test]
    fun values_from_bytes() {
        assert!(from_bcs::to_bool(x"01") && from_bcs::to_u8(x"ff") == 255 && from_bcs::to_u16(x"0102") == 513, 0);
        assert!(from_bcs::to_u32(x"01020304") == 67305985 && from_bcs::to_u64(x"0100000000000080") == 9223372036854775809, 0);
        assert!(from_bcs::to_u128(x"01000000000000000000000000000000") == 1, 0);
        assert!(from_bcs::to_u256(x"0200000000000000000000000000000000000000000000000000000000000000") == 2, 0);
        assert!(from_bcs::to_address(bcs::to_bytes(&@0xbeef)) == @0xbeef && from_bcs::to_bytes(x"0201ff") == x"01ff", 0);
        assert!(from_bcs::to_string(x"026869") == string::utf8(b"hi"), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::from_bcs)]
    fun trailing_bytes() {
        from_bcs::to_u8(x"0100");
    }

    #[test]
    #[expected_failure(abort_code = 1, location = aptos_std::from_bcs)]
    fun not_utf8() {
        from_bcs::to_string(x"01ff");
    }

    #[test]
    fun streams() {
        let s = bcs_stream::new(x"01ff0201030201050000000000000006000000000000000000000000000000026869010903010203ac02");
        assert!(bcs_stream::deserialize_bool(&mut s) && bcs_stream::deserialize_u8(&mut s) == 255, 0);
        assert!(bcs_stream::deserialize_u16(&mut s) == 258 && bcs_stream::deserialize_u8(&mut s) == 3, 0);
        assert!(bcs_stream::deserialize_u16(&mut s) == 258 && bcs_stream::deserialize_u64(&mut s) == 5, 0);
        assert!(bcs_stream::deserialize_u128(&mut s) == 6 && bcs_stream::deserialize_string(&mut s) == string::utf8(b"hi"), 0);
        assert!(bcs_stream::deserialize_option(&mut s, |r| bcs_stream::deserialize_u8(r)) == option::some(9), 0);
        assert!(bcs_stream::deserialize_vector(&mut s, |r| bcs_stream::deserialize_u8(r)) == vector[1, 2, 3], 0);
        assert!(bcs_stream::has_remaining(&mut s) && bcs_stream::deserialize_uleb128(&mut s) == 300, 0);
        assert!(!bcs_stream::has_remaining(&mut s), 0);
        let wide = bcs_stream::new(bcs::to_bytes(&@0x5));
        assert!(bcs_stream::deserialize_address(&mut wide) == @0x5, 0);
        let wide = bcs_stream::new(bcs::to_bytes(&(1u256 << 200)));
        assert!(bcs_stream::deserialize_u256(&mut wide) == 1 << 200, 0);
        let number = bcs_stream::new(x"04030201ffffffffffffffffff01");
        assert!(bcs_stream::deserialize_u32(&mut number) == 0x1020304, 0);
        assert!(bcs_stream::deserialize_uleb128(&mut number) == 18446744073709551615, 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x20002, location = aptos_std::bcs_stream)]
    fun stream_too_short() {
        bcs_stream::deserialize_u64(&mut bcs_stream::new(x"01"));
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::bcs_stream)]
    fun stream_bad_bool() {
        bcs_stream::deserialize_bool(&mut bcs_stream::new(x"02"));
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::bcs_stream)]
    fun uleb_over_long() {
        bcs_stream::deserialize_uleb128(&mut bcs_stream::new(x"8000"));
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::bcs_stream)]
    fun uleb_over_64_bits() {
        bcs_stream::deserialize_uleb128(&mut bcs_stream::new(x"ffffffffffffffffff02"));
    }

    #[test]
    fun anything() {
        let a = any::pack(Pair { a: 1, b: b"x" });
        assert!(*any::type_name(&a) == string::utf8(b"0x1::library_tests::Pair"), 0);
        assert!(any::unpack<Pair>(a) == Pair { a: 1, b: b"x" }, 0);
        let c = copyable_any::pack(vector[1u64]);
        assert!(*copyable_any::type_name(&c) == string::utf8(b"vector<u64>"), 0);
        assert!(copyable_any::unpack<vector<u64>>(copy c) == copyable_any::unpack<vector<u64>>(c), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::any)]
    fun any_of_another_type() {
        any::unpack<Generic<u16>>(any::pack(Pair { a: 1, b: b"x" }));
    }

    #[test]
    #[expected_failure(abort_code = 0x10000, location = aptos_std::copyable_any)]
    fun copyable_any_of_another_type() {
        copyable_any::unpack<u8>(copyable_any::pack(true));
    }

    #[test]
    fun types() {
        let t = type_info::type_of<Generic<vector<bool>>>();
        assert!(t.account_address() == @0x1 && t.module_name() == b"library_tests" && t.struct_name() == b"Generic<vector<bool>>", 0);
        assert!(type_info::type_name<Generic<address>>() == string::utf8(b"0x1::library_tests::Generic<address>"), 0);
        assert!(type_info::size_of_val(&vector[1u16, 2]) == 5, 0);
    }

    #[test]
    fun values_as_text() {
        assert!(string_utils::to_string(&x"01") == string::utf8(b"0x01"), 0);
        assert!(string_utils::format2(&b"{}-{}", 5, true) == string::utf8(b"5-true"), 0);
        debug::print(&Pair { a: 1, b: b"x" });
        debug::print_stack_trace();
    }

    #[test(s = @0x77)]
    fun signers_as_text(s: signer) {
        assert!(string_utils::to_string(&s) == string::utf8(b"signer(@0x77)"), 0);
    }

    #[test]
    fun hash_of_values() {
        assert!(aptos_hash::sip_hash_from_value(&x"01") == aptos_hash::sip_hash(x"0101"), 0);
        // SipHash-2-4 of nothing under the key 0.
        assert!(aptos_hash::sip_hash(x"") == 0x1e924b9d737700d7, 0);
    }

    #[test(root = @0x10, other = @0x20)]
    fun capabilities(root: &signer, other: &signer) {
        let witness = Feature {};
        capability::create(root, &witness);
        let cap = capability::acquire(root, &witness);
        assert!(capability::root_addr(cap, &witness) == @0x10, 0);
        capability::delegate(cap, &witness, other);
        capability::delegate(cap, &witness, other);
        assert!(capability::linear_root_addr(capability::acquire_linear(other, &witness), &witness) == @0x10, 0);
        capability::revoke(cap, &witness, @0x20);
        capability::revoke(cap, &witness, @0x20);
    }

    #[test(other = @0x20)]
    #[expected_failure(abort_code = 0x60002, location = aptos_std::capability)]
    fun no_capability(other: &signer) {
        capability::acquire(other, &Feature {});
    }

    #[test(root = @0x10)]
    #[expected_failure(abort_code = 0x80001, location = aptos_std::capability)]
    fun capability_twice(root: &signer) {
        capability::create(root, &Feature {});
        capability::create(root, &Feature {});
    }

    #[test]
    fun pools() {
        let p = pool_u64::new(2);
        assert!(p.buy_in(@0x1, 1000) == 1000 && p.buy_in(@0x2, 2000) == 2000, 0);
        p.update_total_coins(6000);
        assert!(p.balance(@0x1) == 2000 && p.amount_to_shares(100) == 50 && p.shares_to_amount(50) == 100, 0);
        p.transfer_shares(@0x1, @0x2, 400);
        assert!(p.shares(@0x1) == 600 && p.shares(@0x2) == 2400 && p.shareholders() == vector[@0x1, @0x2], 0);
        assert!(p.redeem_shares(@0x1, 600) == 1200 && !p.contains(@0x1) && p.shareholders_count() == 1, 0);
        assert!(p.redeem_shares(@0x2, 2400) == 4800 && p.total_coins() == 0 && p.total_shares() == 0, 0);
        p.destroy_empty();
        let p = pool_u64_unbound::create_with_scaling_factor(10);
        assert!(p.buy_in(@0x1, 7) == 70 && p.buy_in(@0x2, 3) == 30 && p.shareholders_count() == 2, 0);
        p.update_total_coins(15);
        assert!(p.balance(@0x2) == 4 && p.shares_to_amount_with_total_stats(50, 100, 200) == 25, 0);
        assert!(p.redeem_shares(@0x2, 30) == 4 && p.redeem_shares(@0x1, 70) == 11 && p.total_shares() == 0, 0);
        p.destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x30002, location = aptos_std::pool_u64)]
    fun pool_full() {
        let p = pool_u64::new(1);
        p.buy_in(@0x1, 1);
        p.buy_in(@0x2, 1);
        p.destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x10004, location = aptos_std::pool_u64)]
    fun pool_too_few_shares() {
        let p = pool_u64::new(1);
        p.buy_in(@0x1, 1);
        p.redeem_shares(@0x1, 2);
        p.destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::pool_u64_unbound)]
    fun pool_unknown_shareholder() {
        let p = pool_u64_unbound::new();
        p.redeem_shares(@0x1, 2);
        p.destroy_empty();
    }
}
