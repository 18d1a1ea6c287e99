#[test_only]
module std::vector_tests {
    use std::vector;

    #[test]
    fun ends() {
        let v = vector[1, 2, 3];
        assert!(*vector::last(&v) == 3 && v.length() == 3 && !v.is_empty(), 0);
        *v.last_mut() = 9;
        assert!(v.pop_back() == 9 && vector::singleton(7) == vector[7], 0);
        v.push_back(4);
        assert!(v == vector[1, 2, 4], 0);
        assert!(vector::empty<u8>().is_empty(), 0);
    }

    #[test]
    fun order() {
        let v = vector[1, 2, 3, 4, 5];
        v.reverse();
        assert!(v == vector[5, 4, 3, 2, 1], 0);
        v.reverse_slice(1, 4);
        assert!(v == vector[5, 2, 3, 4, 1], 0);
        assert!(v.rotate(2) == 3 && v == vector[3, 4, 1, 5, 2], 0);
        assert!(v.rotate_slice(1, 3, 5) == 3 && v == vector[3, 5, 2, 4, 1], 0);
        v.swap(0, 4);
        assert!(v == vector[1, 5, 2, 4, 3], 0);
    }

    #[test]
    fun whole_vectors() {
        let v = vector[1, 2];
        v.append(vector[3, 4]);
        v.reverse_append(vector[6, 5]);
        assert!(v == vector[1, 2, 3, 4, 5, 6], 0);
        assert!(v.trim(4) == vector[5, 6] && v.trim_reverse(2) == vector[4, 3] && v == vector[1, 2], 0);
        let to = vector[10, 20];
        vector::move_range(&mut v, 0, 2, &mut to, 1);
        assert!(v.is_empty() && to == vector[10, 1, 2, 20], 0);
        assert!(to.slice(1, 3) == vector[1, 2], 0);
        assert!(vector::range(2, 5) == vector[2, 3, 4] && vector::range_with_step(1, 8, 3) == vector[1, 4, 7], 0);
    }

    #[test]
    fun single_elements() {
        let v = vector[1, 2, 3, 2];
        assert!(v.contains(&3) && !v.contains(&4), 0);
        let (found, at) = v.index_of(&2);
        assert!(found && at == 1, 0);
        v.insert(1, 7);
        assert!(v == vector[1, 7, 2, 3, 2] && v.remove(0) == 1 && v.swap_remove(0) == 7, 0);
        assert!(v == vector[2, 2, 3] && v.replace(1, 8) == 2 && v.remove_value(&8) == vector[8], 0);
        assert!(v.remove_value(&99).is_empty() && v == vector[2, 3], 0);
    }

    #[test]
    fun functions() {
        let sum = 0;
        vector[1, 2, 3].for_each(|e| sum = sum * 10 + e);
        assert!(sum == 123, 0);
        vector[1, 2, 3].for_each_reverse(|e| sum = sum * 10 + e);
        assert!(sum == 123321, 0);
        let v = vector[1, 2, 3, 4];
        v.for_each_mut(|e| *e = *e + 1);
        v.enumerate_mut(|i, e| *e = *e * 10 + i);
        assert!(v == vector[20, 31, 42, 53], 0);
        let places = 0;
        v.enumerate_ref(|i, e| places += i * *e);
        assert!(places == 31 + 84 + 159, 0);
        assert!(v.map_ref(|e| *e + 1) == vector[21, 32, 43, 54] && v.map(|e| e % 10) == vector[0, 1, 2, 3], 0);
        assert!(vector[1, 2, 3].fold(0, |a, e| a * 10 + e) == 123 && vector[1, 2, 3].foldr(0, |e, a| a * 10 + e) == 321, 0);
        assert!(vector[1, 2, 3, 4].filter(|e| *e % 2 == 0) == vector[2, 4], 0);
        let (found, at) = v.find(|e| *e > 40);
        assert!(found && at == 2 && v.any(|e| *e == 53) && !v.all(|e| *e > 20), 0);
    }

    #[test]
    fun two_at_once() {
        let sum = 0;
        vector[1, 2].zip(vector[10, 20], |a, b| sum += a * b);
        vector[1, 2].zip_reverse(vector[10, 20], |a, b| sum += a * b);
        vector[1, 2].zip_ref(&vector[10, 20], |a, b| sum += *a * *b);
        assert!(sum == 150, 0);
        let v = vector[1, 2];
        v.zip_mut(&mut vector[5, 6], |a, b| *a += *b);
        assert!(v == vector[6, 8] && v.zip_map_ref(&vector[1, 2], |a, b| *a - *b) == vector[5, 6], 0);
        assert!(vector[1, 2].zip_map(vector[3, 4], |a, b| a * b) == vector[3, 8], 0);
    }

    #[test]
    fun partitions() {
        let v = vector[1, 2, 3, 4, 5, 6];
        assert!(v.partition(|e| *e % 2 == 0) == 3 && v.slice(0, 3) == vector[2, 4, 6], 0);
        let w = vector[1, 2, 3, 4, 5, 6];
        assert!(w.stable_partition(|e| *e > 3) == 3 && w == vector[4, 5, 6, 1, 2, 3], 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x20000)]
    fun insert_outside() {
        vector[1].insert(2, 1);
    }

    #[test]
    #[expected_failure(abort_code = 0x20000)]
    fun remove_outside() {
        vector[1].remove(1);
    }

    #[test]
    #[expected_failure(abort_code = 0x20002)]
    fun zip_of_different_lengths() {
        vector[1].zip(vector[1, 2], |_a, _b| {});
    }

    #[test]
    #[expected_failure(abort_code = 0x20003)]
    fun no_step() {
        vector::range_with_step(0, 1, 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x20004)]
    fun slice_outside() {
        vector[1].slice(0, 2);
    }

    #[test]
    #[expected_failure(vector_error, minor_status = 1, location = Self)]
    fun borrow_outside() {
        let v = vector[1];
        v.borrow(1);
    }

    #[test]
    #[expected_failure(vector_error, minor_status = 2, location = Self)]
    fun pop_of_nothing() {
        vector<u8>[].pop_back();
    }
}

#[test_only]
module std::option_tests {
    use std::option;

    #[test]
    fun states() {
        let o = option::none<u64>();
        assert!(o.is_none() && !o.is_some() && o.to_vec().is_empty(), 0);
        o = option::none();
        o.fill(5);
        assert!(o.contains(&5) && *o.borrow() == 5 && o.swap(6) == 5 && o.extract() == 6 && o.is_none(), 0);
        assert!(o.get_with_default(3) == 3 && *o.borrow_with_default(&4) == 4 && o.destroy_with_default(9) == 9, 0);
        let s = option::some(1);
        *s.borrow_mut() += 1;
        assert!(s.swap_or_fill(7) == option::some(2) && option::some(1) != option::some(2), 0);
        assert!(s.destroy_some() == 7 && option::from_vec(vector[3]) == option::some(3), 0);
        option::none<u64>().destroy_none();
    }

    #[test]
    fun functions() {
        let n = 0;
        option::some(2).for_each(|e| n += e);
        option::some(3).for_each_ref(|e| n += *e);
        option::none<u64>().for_each(|e| n += e);
        let o = option::some(4);
        o.for_each_mut(|e| *e *= 2);
        assert!(n == 5 && o == option::some(8) && o.map_ref(|e| *e > 7) == option::some(true), 0);
        assert!(option::some(2).map(|e| e + 1) == option::some(3), 0);
        assert!(option::some(5).filter(|e| *e > 5).is_none() && option::some(5).any(|e| *e == 5), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x40000, location = std::option)]
    fun fill_twice() {
        option::some(1).fill(2);
    }

    #[test]
    #[expected_failure(abort_code = 0x40001, location = std::option)]
    fun extract_nothing() {
        option::none<u8>().extract();
    }

    #[test]
    #[expected_failure(abort_code = 0x40002, location = std::option)]
    fun of_two() {
        option::from_vec(vector[1, 2]);
    }
}

#[test_only]
module std::text_tests {
    use std::ascii;
    use std::option;
    use std::string;

    #[test]
    fun strings() {
        let s = string::utf8(b"Move");
        s.append(string::utf8(x"20e282ac"));
        s.append_utf8(b"!");
        assert!(s.length() == 9 && *s.bytes() == x"4d6f766520e282ac21" && !s.is_empty(), 0);
        assert!(s.sub_string(5, 8) == string::utf8(x"e282ac") && s.index_of(&string::utf8(b"!")) == 8, 0);
        assert!(s.index_of(&string::utf8(b"?")) == 9, 0);
        s.insert(4, string::utf8(b"-"));
        assert!(s.into_bytes() == x"4d6f76652d20e282ac21", 0);
        assert!(string::try_utf8(x"ff").is_none() && string::try_utf8(b"a") == option::some(string::utf8(b"a")), 0);
        assert!(string::internal_check_utf8(&x"f09f9aa9") && !string::internal_check_utf8(&x"eda080"), 0);
    }

    #[test]
    #[expected_failure(abort_code = 1, location = std::string)]
    fun not_utf8() {
        string::utf8(x"c328");
    }

    #[test]
    #[expected_failure(abort_code = 2, location = std::string)]
    fun inside_a_character() {
        string::utf8(x"e282ac").sub_string(0, 1);
    }

    #[test]
    fun ascii_text() {
        let s = ascii::string(b"ab~");
        assert!(ascii::length(&s) == 3 && ascii::all_characters_printable(&s), 0);
        assert!(ascii::try_string(x"80").is_none() && !ascii::is_valid_char(0x80) && ascii::is_printable_char(0x7e), 0);
        assert!(!ascii::is_printable_char(0x1f), 0);
        let c = ascii::char(0x41);
        ascii::push_char(&mut s, c);
        assert!(ascii::byte(ascii::pop_char(&mut s)) == 0x41 && ascii::into_bytes(s) == b"ab~", 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10000, location = std::ascii)]
    fun not_ascii() {
        ascii::string(x"80");
    }
}

#[test_only]
module std::small_tests {
    use std::acl;
    use std::bcs;
    use std::cmp;
    use std::error;
    use std::fixed_point32;
    use std::mem;
    use std::option;
    use std::signer;
    use std::string;

    struct Pair has copy, drop {
        a: u8,
        b: vector<u16>,
    }

    #[test(s = @0xcafe)]
    fun signers(s: &signer) {
        assert!(signer::address_of(s) == @0xcafe && *signer::borrow_address(s) == @0xcafe, 0);
    }

    #[test]
    fun categories() {
        assert!(error::invalid_argument(1) == 0x10001 && error::out_of_range(2) == 0x20002, 0);
        assert!(error::invalid_state(3) == 0x30003 && error::unauthenticated(4) == 0x40004, 0);
        assert!(error::permission_denied(5) == 0x50005 && error::not_found(6) == 0x60006, 0);
        assert!(error::aborted(7) == 0x70007 && error::already_exists(8) == 0x80008, 0);
        assert!(error::resource_exhausted(9) == 0x90009 && error::internal(10) == 0xb000a, 0);
        assert!(error::not_implemented(11) == 0xc000b && error::unavailable(12) == 0xd000c, 0);
        assert!(error::canonical(1, 2) == 0x10002, 0);
    }

    #[test]
    fun serialisation() {
        assert!(bcs::to_bytes(&Pair { a: 1, b: vector[2, 772] }) == x"010202000403", 0);
        assert!(bcs::serialized_size(&vector[1u64, 2]) == 17, 0);
        assert!(bcs::constant_serialized_size<u64>() == option::some(8), 0);
        assert!(bcs::constant_serialized_size<vector<u8>>().is_none(), 0);
        assert!(bcs::to_bytes(&string::utf8(b"hi")) == x"026869" && bcs::to_bytes(&option::some(true)) == x"0101", 0);
        assert!(bcs::to_bytes(&@0x1) == x"0000000000000000000000000000000000000000000000000000000000000001", 0);
    }

    #[test]
    fun comparisons() {
        assert!(cmp::compare(&1u8, &2u8).is_lt() && cmp::compare(&300u16, &2u16).is_gt(), 0);
        assert!(cmp::compare(&vector[1, 2], &vector[1, 2, 0]).is_lt() && cmp::compare(&@0x2, &@0x1).is_gt(), 0);
        let a = Pair { a: 1, b: vector[5] };
        let b = Pair { a: 1, b: vector[4, 9] };
        assert!(cmp::compare(&a, &b).is_gt() && cmp::compare(&a, &a).is_eq() && cmp::compare(&a, &b).is_ne(), 0);
        assert!(cmp::compare(&b, &a).is_le() && cmp::compare(&a, &a).is_ge(), 0);
        assert!(cmp::compare(&false, &true).is_lt(), 0);
    }

    #[test]
    fun memory() {
        let a = vector[1, 2];
        let b = vector[3];
        mem::swap(&mut a, &mut b);
        assert!(a == vector[3] && b == vector[1, 2] && mem::replace(&mut a, vector[]) == vector[3] && a.is_empty(), 0);
    }

    #[test]
    fun access_lists() {
        let l = acl::empty();
        acl::add(&mut l, @0x1);
        assert!(acl::contains(&l, @0x1) && !acl::contains(&l, @0x2), 0);
        acl::assert_contains(&l, @0x1);
        acl::remove(&mut l, @0x1);
        assert!(!acl::contains(&l, @0x1), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10000, location = std::acl)]
    fun listed_twice() {
        let l = acl::empty();
        acl::add(&mut l, @0x1);
        acl::add(&mut l, @0x1);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = std::acl)]
    fun not_listed() {
        acl::assert_contains(&acl::empty(), @0x1);
    }

    #[test]
    fun fixed_points_of_32() {
        let third = fixed_point32::create_from_rational(1, 3);
        assert!(third.get_raw_value() == 1431655765 && fixed_point32::multiply_u64(9, third) == 2, 0);
        assert!(fixed_point32::divide_u64(1, third) == 3 && third.floor() == 0 && third.ceil() == 1 && third.round() == 0, 0);
        let half = fixed_point32::create_from_raw_value(1 << 31);
        assert!(half.round() == 1 && fixed_point32::max(third, half) == half && fixed_point32::min(third, half) == third, 0);
        assert!(fixed_point32::create_from_u64(7).floor() == 7 && fixed_point32::create_from_u64(0).is_zero(), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = std::fixed_point32)]
    fun denominator_of_zero() {
        fixed_point32::create_from_rational(1, 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x20005, location = std::fixed_point32)]
    fun too_small_a_ratio() {
        fixed_point32::create_from_rational(1, 18446744073709551615);
    }

    #[test]
    #[expected_failure(abort_code = 0x10004, location = std::fixed_point32)]
    fun division_by_zero() {
        fixed_point32::divide_u64(1, fixed_point32::create_from_raw_value(0));
    }

    #[test]
    #[expected_failure(abort_code = 0x20003, location = std::fixed_point32)]
    fun too_large_a_product() {
        fixed_point32::multiply_u64(18446744073709551615, fixed_point32::create_from_u64(2));
    }
}
