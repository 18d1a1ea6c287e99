/// The framework's own arithmetic and containers against known answers: each function asserts them and returns how
/// many it has checked.
module semantics::library {
    use std::acl;
    use std::fixed_point32;
    use std::option;
    use std::vector;
    use aptos_std::comparator;
    use aptos_std::fixed_point64;
    use aptos_std::math128;
    use aptos_std::math64;
    use aptos_std::simple_map;

    const MAX_U64: u64 = 18446744073709551615;
    const MAX_U128: u128 = 340282366920938463463374607431768211455;

    #[view]
    public fun test_math64(): u64 {
        assert!(math64::sqrt(0) == 0 && math64::sqrt(1) == 1 && math64::sqrt(3) == 1 && math64::sqrt(4) == 2);
        assert!(math64::sqrt(MAX_U64) == 4294967295);
        assert!(math64::sqrt(1000000014000000049) == 1000000007);
        assert!(math64::sqrt(1000000014000000048) == 1000000006);
        assert!(math64::pow(3, 40) == 12157665459056928801 && math64::pow(0, 0) == 1 && math64::pow(7, 1) == 7);
        assert!(math64::floor_log2(1) == 0 && math64::floor_log2(MAX_U64) == 63 && math64::floor_log2(1 << 40) == 40);
        assert!(math64::floor_log2((1 << 40) - 1) == 39);
        // log2(10) = 3.321928094887362, times 2^32
        assert!(fixed_point32::get_raw_value(math64::log2(10)) / 16 == 14267572527 / 16);
        assert!(fixed_point32::get_raw_value(math64::log2(1 << 50)) == 50 << 32);
        assert!(math64::gcd(54, 24) == 6 && math64::gcd(0, 5) == 5 && math64::lcm(4, 6) == 12 && math64::lcm(0, 6) == 0);
        assert!(math64::average(MAX_U64, MAX_U64 - 2) == MAX_U64 - 1 && math64::average(3, 6) == 4);
        assert!(math64::mul_div(MAX_U64, MAX_U64, MAX_U64) == MAX_U64);
        assert!(math64::clamp(5, 7, 9) == 7 && math64::clamp(10, 7, 9) == 9 && math64::clamp(8, 7, 9) == 8);
        assert!(math64::ceil_div(0, 3) == 0 && math64::ceil_div(7, 3) == 3 && math64::ceil_div(6, 3) == 2);
        13
    }

    #[view]
    public fun test_math128(): u64 {
        assert!(math128::sqrt(0) == 0 && math128::sqrt(MAX_U128) == 18446744073709551615);
        assert!(math128::sqrt(1000000000000000014000000000000000049) == 1000000000000000007);
        assert!(math128::sqrt(1000000000000000014000000000000000048) == 1000000000000000006);
        assert!(math128::pow(3, 80) == 147808829414345923316083210206383297601);
        assert!(math128::floor_log2(MAX_U128) == 127 && math128::floor_log2(1) == 0 && math128::floor_log2(1 << 100) == 100);
        // log2(10) = 3.32192809488736234787, times 2^32 and 2^64
        assert!(fixed_point32::get_raw_value(math128::log2(10)) / 16 == 14267572527 / 16);
        assert!(fixed_point64::get_raw_value(math128::log2_64(10)) / 16 == 61278757397652712441 / 16);
        assert!(fixed_point64::get_raw_value(math128::log2_64(1 << 127)) == 127 << 64);
        assert!(math128::gcd(1 << 100, 1 << 90) == 1 << 90 && math128::lcm(21, 6) == 42);
        assert!(math128::mul_div(MAX_U128, MAX_U128, MAX_U128) == MAX_U128);
        assert!(math128::average(MAX_U128, MAX_U128) == MAX_U128);
        11
    }

    #[view]
    public fun test_fixed_point64(): u64 {
        let third = fixed_point64::create_from_rational(1, 3);
        assert!(fixed_point64::get_raw_value(third) == 6148914691236517205);
        assert!(fixed_point64::multiply_u128(3000, third) == 999);
        assert!(fixed_point64::divide_u128(3, fixed_point64::create_from_rational(1, 2)) == 6);
        let x = fixed_point64::create_from_rational(7, 2);
        assert!(fixed_point64::floor(x) == 3 && fixed_point64::ceil(x) == 4 && fixed_point64::round(x) == 4);
        let y = fixed_point64::sub(x, fixed_point64::create_from_rational(1, 4));
        assert!(fixed_point64::round(y) == 3 && fixed_point64::less(y, x) && !fixed_point64::equal(x, y));
        assert!(fixed_point64::almost_equal(x, y, fixed_point64::create_from_rational(1, 2)));
        assert!(fixed_point64::ceil(fixed_point64::create_from_u128(9)) == 9);
        assert!(fixed_point32::ceil(fixed_point32::create_from_rational(7, 2)) == 4);
        assert!(fixed_point32::floor(fixed_point32::create_from_rational(7, 2)) == 3);
        assert!(fixed_point32::round(fixed_point32::create_from_rational(13, 4)) == 3);
        assert!(fixed_point32::divide_u64(9, fixed_point32::create_from_rational(3, 2)) == 6);
        11
    }

    #[view]
    public fun test_simple_map(): u64 {
        let m = simple_map::new_from(vector[1u64, 2, 3], vector[b"a", b"b", b"c"]);
        assert!(m.length() == 3 && *m.borrow(&2) == b"b" && !m.contains_key(&4));
        let (key, value) = m.upsert(2, b"B");
        assert!(key == option::some(2) && value == option::some(b"b") && *m.borrow(&2) == b"B");
        let (key, value) = m.upsert(4, b"d");
        assert!(key.is_none() && value.is_none() && m.length() == 4);
        let (k, v) = m.remove(&1);
        assert!(k == 1 && v == b"a" && m.keys() == vector[4, 2, 3] && m.values() == vector[b"d", b"B", b"c"]);
        *m.borrow_mut(&3) = b"C";
        let (keys, values) = m.to_vec_pair();
        assert!(keys == vector[4, 2, 3] && values == vector[b"d", b"B", b"C"]);
        5
    }

    #[view]
    public fun fail_simple_map_key_exists(): u64 {
        let m = simple_map::new_from(vector[1u64], vector[2u64]);
        m.add(1, 3);
        m.length()
    }

    #[view]
    public fun fail_simple_map_key_missing(): u64 {
        *simple_map::new_from(vector[1u64], vector[2u64]).borrow(&2)
    }

    #[view]
    public fun test_comparator(): u64 {
        assert!(comparator::compare(&1u64, &1u64).is_equal());
        assert!(comparator::compare(&1u64, &2u64).is_smaller_than());
        // By BCS bytes, lowest first: 256 is 00 01.
        assert!(comparator::compare(&256u64, &1u64).is_smaller_than());
        assert!(comparator::compare_u8_vector(b"abc", b"abd").is_smaller_than());
        assert!(comparator::compare_u8_vector(b"abc", b"ab").is_greater_than());
        assert!(comparator::compare_u8_vector(b"", b"a").is_smaller_than());
        6
    }

    #[view]
    public fun test_acl(): u64 {
        let list = acl::empty();
        acl::add(&mut list, @0x1);
        acl::add(&mut list, @0x2);
        acl::remove(&mut list, @0x1);
        acl::assert_contains(&list, @0x2);
        assert!(!acl::contains(&list, @0x1));
        1
    }

    #[view]
    public fun fail_acl(): u64 {
        acl::assert_contains(&acl::empty(), @0x1);
        0
    }

    #[view]
    public fun test_vector_library(): u64 {
        let v = vector[1u64, 2, 3, 4, 5, 6, 7];
        assert!(v.rotate(3) == 4 && v == vector[4, 5, 6, 7, 1, 2, 3]);
        v.reverse_slice(1, 4);
        assert!(v == vector[4, 7, 6, 5, 1, 2, 3]);
        let w = v.trim(4);
        assert!(w == vector[1, 2, 3] && v == vector[4, 7, 6, 5]);
        v.reverse_append(w);
        assert!(v == vector[4, 7, 6, 5, 3, 2, 1]);
        assert!(v.remove_value(&6) == vector[6] && v.remove_value(&60) == vector[]);
        assert!(v.replace(0, 40) == 4 && v == vector[40, 7, 5, 3, 2, 1]);
        assert!(v.partition(|x| *x % 2 == 0) == 2 && v[0] == 40 && v[1] == 2);
        let u = vector[1u64, 2, 3, 4, 5];
        assert!(u.stable_partition(|x| *x % 2 == 0) == 2 && u == vector[2, 4, 1, 3, 5]);
        assert!(vector::range_with_step(1, 10, 4) == vector[1, 5, 9] && vector::range(3, 3) == vector[]);
        assert!(u.foldr(0, |e, s| s * 10 + e) == 53142);
        let sums = vector::zip_map(vector[1u64, 2], vector[10u64, 20], |a, b| a + b);
        assert!(sums == vector[11, 22] && *sums.last() == 22);
        u.insert(0, 9);
        assert!(u.any(|x| *x == 9) && u.slice(0, 2) == vector[9, 2] && u.trim_reverse(4) == vector[5, 3]);
        12
    }

    #[view]
    public fun fail_zip_lengths(): u64 {
        let n = 0;
        vector::zip(vector[1u64], vector[1u64, 2], |a, b| n += a + b);
        n
    }

    #[view]
    public fun fail_range_step(): u64 {
        vector::range_with_step(0, 1, 0).length()
    }
}
