// The collections, each also against another way to reach the same.
#[test_only]
module aptos_std::collection_tests {
    use std::option;
    use std::vector;
    use aptos_framework::ordered_map;
    use aptos_std::comparator;
    use aptos_std::simple_map;
    use aptos_std::smart_table;
    use aptos_std::smart_vector;
    use aptos_std::table;
    use aptos_std::table_with_length;

    /// A table cannot be dropped.
    struct Keep<phantom K: copy + drop, phantom V> has key {
        table: table::Table<K, V>,
    }

    /// The next of some numbers that look random.
    fun next(seed: &mut u64): u64 {
        *seed = ((((*seed as u128) * 6364136223846793005 + 1442695040888963407) % (1 << 64)) as u64);
        *seed >> 33
    }

    #[test(s = @0x1)]
    fun tables(s: &signer) {
        let t = table::new<u64, vector<u8>>();
        t.add(1, b"a");
        assert!(t.contains(1) && !t.contains(2) && *t.borrow(1) == b"a", 0);
        t.borrow_mut(1).push_back(98);
        t.upsert(1, b"c");
        t.upsert(2, b"d");
        assert!(*t.borrow_with_default(3, &b"z") == b"z" && *t.borrow_mut_with_default(3, b"e") == b"e", 0);
        assert!(t.remove(1) == b"c" && t.remove(2) == b"d" && t.remove(3) == b"e", 0);
        move_to(s, Keep { table: t });
    }

    #[test(s = @0x1)]
    #[expected_failure(abort_code = 0x6407, location = aptos_std::table)]
    fun table_key_twice(s: &signer) {
        let t = table::new<u8, u8>();
        t.add(1, 1);
        t.add(1, 1);
        move_to(s, Keep { table: t });
    }

    #[test(s = @0x1)]
    #[expected_failure(abort_code = 0x6507, location = aptos_std::table)]
    fun table_key_missing(s: &signer) {
        let t = table::new<u8, u8>();
        t.borrow(1);
        move_to(s, Keep { table: t });
    }

    #[test]
    fun tables_with_length() {
        let t = table_with_length::new<u64, u64>();
        t.add(1, 10);
        t.upsert(1, 11);
        t.upsert(2, 20);
        *t.borrow_mut_with_default(3, 30) += 1;
        assert!(t.length() == 3 && *t.borrow(1) == 11 && *t.borrow(3) == 31 && !t.empty() && t.contains(2), 0);
        assert!(t.remove(1) == 11 && t.remove(2) == 20 && t.remove(3) == 31 && t.empty(), 0);
        t.destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x30066, location = aptos_std::table_with_length)]
    fun table_with_length_not_empty() {
        let t = table_with_length::new<u64, u64>();
        t.add(1, 10);
        t.destroy_empty();
    }

    #[test]
    fun simple_maps() {
        let m = simple_map::new_from(vector[3, 1], vector[b"c", b"a"]);
        m.add(2, b"b");
        let (old_key, old_value) = m.upsert(3, b"C");
        assert!(old_key == option::some(3) && old_value == option::some(b"c") && m.length() == 3, 0);
        let (none_key, _) = m.upsert(4, b"d");
        assert!(none_key.is_none() && m.contains_key(&4) && *m.borrow(&1) == b"a", 0);
        m.borrow_mut(&1).push_back(97);
        let (key, value) = m.remove(&1);
        assert!(key == 1 && value == b"aa" && m.keys().length() == 3 && m.values().length() == 3, 0);
        let (keys, values) = m.to_vec_pair();
        assert!(keys.length() == values.length(), 0);
        simple_map::create<u8, u8>().destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::simple_map)]
    fun simple_map_key_twice() {
        simple_map::new_from(vector[1, 1], vector[1, 1]);
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_std::simple_map)]
    fun simple_map_key_missing() {
        simple_map::new<u8, u8>().borrow(&1);
    }

    #[test]
    fun comparators() {
        let c = comparator::compare(&1u8, &2u8);
        assert!(c.is_smaller_than() && !c.is_equal() && !c.is_greater_than(), 0);
        assert!(comparator::compare_u8_vector(b"ab", b"b").is_smaller_than(), 0);
        assert!(comparator::compare_u8_vector(b"ab", b"a").is_greater_than(), 0);
        // By BCS, little-endian: not by size.
        assert!(comparator::compare(&256u16, &1u16).is_smaller_than(), 0);
    }

    #[test]
    fun ordered_maps_keep_order() {
        let m = ordered_map::new();
        let seed = 7;
        let keys = vector[];
        for (i in 0..60) {
            let key = next(&mut seed) % 100;
            let (seen, _) = keys.index_of(&key);
            assert!(m.contains(&key) == seen, 0);
            if (seen) assert!(m.upsert(key, i).is_some(), 0) else {
                m.add(key, i);
                keys.push_back(key);
            };
        };
        let sorted = m.keys();
        assert!(sorted.length() == keys.length() && m.length() == keys.length(), 0);
        for (i in 1..sorted.length()) {
            assert!(*sorted.borrow(i - 1) < *sorted.borrow(i), 0);
            assert!(m.prev_key(sorted.borrow(i)) == option::some(*sorted.borrow(i - 1)), 0);
            assert!(m.next_key(sorted.borrow(i - 1)) == option::some(*sorted.borrow(i)), 0);
        };
        keys.for_each_ref(|key| {
            assert!(*m.borrow(key) < 60 && m.get(key).is_some(), 0);
            m.remove(key);
        });
        m.destroy_empty();
    }

    #[test]
    fun ordered_maps() {
        let m = ordered_map::new_from(vector[5u64, 1, 3], vector[50u64, 10, 30]);
        assert!(m.keys() == vector[1, 3, 5] && m.values() == vector[10, 30, 50], 0);
        assert!(m.prev_key(&1).is_none() && m.prev_key(&4) == option::some(3) && m.next_key(&5).is_none(), 0);
        *m.borrow_mut(&3) = 33;
        assert!(m.upsert(3, 34) == option::some(33) && m.upsert(7, 70).is_none() && m.remove_or_none(&9).is_none(), 0);
        assert!(m.remove_or_none(&7) == option::some(70) && m.get(&7).is_none(), 0);
        let (front, _) = m.borrow_front();
        assert!(*front == 1, 0);
        let (back, _) = m.borrow_back();
        assert!(*back == 5, 0);
        map_functions(m);
    }

    fun map_functions(m: ordered_map::OrderedMap<u64, u64>) {
        assert!(m.modify_or_add(&1, |v| *v += 1, || 0u64) && !m.modify_or_add(&2, |v| *v += 1, || 20u64), 0);
        assert!(m.modify_if_present(&2, |v| *v += 1) && m.get_and_map(&2, |v| *v + 1) == option::some(22), 0);
        map_loops(m);
    }

    fun map_loops(m: ordered_map::OrderedMap<u64, u64>) {
        let sum = 0u64;
        m.for_each_ref(|k, v| sum += *k * *v);
        m.for_each_mut(|k, v| *v = *k);
        assert!(sum == 11 + 42 + 102 + 250 && m.values() == vector[1, 2, 3, 5], 0);
        merged_maps(m);
    }

    fun merged_maps(m: ordered_map::OrderedMap<u64, u64>) {
        let rest = m.trim(2);
        assert!(rest.keys() == vector[3, 5] && m.keys() == vector[1, 2], 0);
        m.append_disjoint(rest);
        m.append(ordered_map::new_from(vector[0, 2, 9], vector[100, 200, 900]));
        assert!(m.keys() == vector[0, 1, 2, 3, 5, 9] && m.values() == vector[100, 1, 200, 3, 5, 900], 0);
        m.upsert_all(vector[9, 4], vector[0, 4]);
        let (k, v) = m.pop_back();
        assert!(k == 9 && v == 0, 0);
        let (k, v) = m.pop_front();
        assert!(k == 0 && v == 100, 0);
        let (keys, values) = m.to_vec_pair();
        assert!(keys == vector[1, 2, 3, 4, 5] && values == vector[1, 200, 3, 4, 5], 0);
    }

    #[test]
    fun ordered_map_iterators() {
        let m = ordered_map::new_from(vector[10, 20, 30], vector[1, 2, 3]);
        let i = m.internal_lower_bound(&15);
        assert!(*i.iter_borrow_key(&m) == 20 && *i.iter_borrow(&m) == 2 && !i.iter_is_begin(&m), 0);
        assert!(i.iter_prev(&m).iter_is_begin(&m) && i.iter_prev(&m).iter_is_begin_from_non_empty(), 0);
        assert!(i.iter_next(&m).iter_next(&m).iter_is_end(&m) && m.internal_find(&15).iter_is_end(&m), 0);
        *i.iter_borrow_mut(&mut m) = 22;
        assert!(i.iter_replace(&mut m, 23) == 22, 0);
        i.iter_add(&mut m, 12, 9);
        assert!(m.keys() == vector[10, 12, 20, 30] && m.internal_find(&10).iter_remove(&mut m) == 1, 0);
        assert!(m.internal_new_end_iter().iter_prev(&m) == m.internal_find(&30), 0);
        m.internal_new_end_iter().iter_add(&mut m, 40, 4);
        assert!(m.keys() == vector[12, 20, 30, 40], 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_framework::ordered_map)]
    fun ordered_map_key_twice() {
        ordered_map::new_from(vector[1, 1], vector[1, 1]);
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_framework::ordered_map)]
    fun ordered_map_key_missing() {
        ordered_map::new<u8, u8>().remove(&1);
    }

    #[test]
    #[expected_failure(abort_code = 0x10003, location = aptos_framework::ordered_map)]
    fun ordered_map_behind_the_end() {
        ordered_map::new<u8, u8>().borrow(&1);
    }

    #[test]
    #[expected_failure(abort_code = 0x10004, location = aptos_framework::ordered_map)]
    fun ordered_map_out_of_order() {
        let m = ordered_map::new_from(vector[10, 20], vector[1, 2]);
        m.internal_find(&20).iter_add(&mut m, 25, 0);
    }

    #[test]
    fun smart_vectors_do_as_vectors() {
        let seed = 3;
        let v = vector[];
        let s = smart_vector::empty_with_config<u64>(4, 3);
        for (round in 0..300) {
            let n = next(&mut seed);
            let kind = n % 8;
            let length = v.length();
            assert!(s.length() == length, 0);
            if (kind < 3 || length == 0) {
                v.push_back(round);
                s.push_back(round);
            } else if (kind == 3) {
                assert!(v.pop_back() == s.pop_back(), 0);
            } else if (kind == 4) {
                assert!(v.swap_remove(n % length) == s.swap_remove(n % length), 0);
            } else if (kind == 5) {
                assert!(v.remove(n % length) == s.remove(n % length), 0);
            } else if (kind == 6) {
                v.swap(n % length, n / 8 % length);
                s.swap(n % length, n / 8 % length);
            } else {
                v.reverse();
                s.reverse();
            };
            assert!(s.to_vector() == v, round);
        };
        assert!(s.contains(v.borrow(0)) && !s.contains(&1000), 0);
        let (found, at) = s.index_of(v.borrow(v.length() - 1));
        assert!(found && at == v.length() - 1, 0);
        s.destroy();
    }

    #[test]
    fun smart_vectors() {
        let s = smart_vector::new<u64>();
        s.add_all(vector::range(0, 100));
        *s.borrow_mut(99) = 5;
        assert!(*s.borrow(99) == 5 && s.length() == 100 && !s.is_empty(), 0);
        let other = smart_vector::singleton(7);
        other.add_all(vector[8, 9]);
        s.append(other);
        assert!(s.length() == 103 && *s.borrow(100) == 7 && *s.borrow(102) == 9, 0);
        let sum = 0;
        s.for_each_ref(|e| sum += *e);
        assert!(sum == 99 * 49 + 5 + 24, 0);
        s.for_each_mut(|e| *e += 1);
        s.enumerate_ref(|i, e| assert!(i >= 99 || *e == i + 1, 0));
        let m = s.map_ref(|e| *e * 2);
        assert!(*m.borrow(3) == 8, 0);
        let doubled = m.fold(0, |a, e| a + e);
        assert!(doubled == (sum + 103) * 2, 0);
        let even = s.filter(|e| *e % 2 == 0);
        assert!(even.length() == 52, 0);
        let a = smart_vector::singleton(2);
        let b = smart_vector::singleton(5);
        a.zip_ref(&b, |x, y| assert!(*x + *y == 7, 0));
        a.zip_mut(&mut b, |x, y| *x += *y);
        let c = a.zip_map(b, |x, y| x * y);
        assert!(c.pop_back() == 35, 0);
        c.destroy_empty();
        even.clear();
        even.destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::smart_vector)]
    fun smart_vector_outside() {
        let s = smart_vector::singleton(1);
        s.borrow(1);
        s.destroy();
    }

    #[test]
    #[expected_failure(abort_code = 0x30003, location = aptos_std::smart_vector)]
    fun smart_vector_pop_of_nothing() {
        let s = smart_vector::new<u8>();
        s.pop_back();
        s.destroy();
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_std::smart_vector)]
    fun smart_vector_not_empty() {
        smart_vector::singleton(1).destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x10004, location = aptos_std::smart_vector)]
    fun smart_vector_without_room() {
        smart_vector::empty_with_config<u8>(1, 0).destroy();
    }

    #[test]
    fun big_vectors_do_as_vectors() {
        let v = vector::range(0, 10);
        let s = smart_vector::empty_with_config<u64>(0, 4);
        s.add_all(v);
        let seed = 11;
        for (round in 0..10) {
            let n = next(&mut seed);
            v.swap(n % 10, n / 16 % 10);
            s.swap(n % 10, n / 16 % 10);
            v.reverse();
            s.reverse();
            assert!(s.to_vector() == v, round);
        };
        while (!v.is_empty()) {
            let i = next(&mut seed) % v.length();
            if (i % 2 == 0) assert!(v.remove(i) == s.remove(i), 0)
            else assert!(v.swap_remove(i) == s.swap_remove(i), 0);
            assert!(s.to_vector() == v, 0);
        };
        s.destroy_empty();
    }

    #[test]
    fun smart_tables_do_as_maps() {
        let t = smart_table::new_with_config<u64, u64>(1, 50, 2);
        let m = simple_map::new<u64, u64>();
        let seed = 5;
        for (round in 0..200) {
            let key = next(&mut seed) % 40;
            assert!(t.contains(key) == m.contains_key(&key), 0);
            if (!t.contains(key)) {
                t.add(key, round);
                m.add(key, round);
            } else if (round % 3 == 0) {
                let (_, value) = m.remove(&key);
                assert!(t.remove(key) == value, 0);
            } else {
                t.upsert(key, round);
                m.upsert(key, round);
            };
            assert!(t.length() == m.length(), 0);
        };
        m.keys().for_each_ref(|key| assert!(t.borrow(*key) == m.borrow(key), 0));
        assert!(t.num_buckets() > 4 && t.to_simple_map().length() == m.length(), 0);
        let keys = vector[];
        let (some, bucket, index) = t.keys_paginated(0, 0, 3);
        keys.append(some);
        while (bucket.is_some()) {
            let (some, next_bucket, next_index) = t.keys_paginated(bucket.extract(), index.extract(), 3);
            keys.append(some);
            bucket = next_bucket;
            index = next_index;
        };
        assert!(keys == t.keys() && keys.length() == t.length(), 0);
        t.destroy();
    }

    #[test]
    fun smart_tables() {
        let t = smart_table::new<vector<u8>, u64>();
        t.add_all(vector[b"a", b"b"], vector[1, 2]);
        *t.borrow_mut(b"a") += 10;
        *t.borrow_mut_with_default(b"c", 3) += 1;
        assert!(*t.borrow(b"a") == 11 && *t.borrow(b"c") == 4 && *t.borrow_with_default(b"d", &9) == 9, 0);
        let sum = 0;
        t.for_each_ref(|_k, v| sum += *v);
        t.for_each_mut(|_k, v| *v *= 2);
        let doubled = t.map_ref(|v| *v + 1);
        assert!(sum == 17 && *doubled.borrow(b"b") == 5 && t.any(|k, v| *k == b"a" && *v == 22), 0);
        t.update_split_load_threshold(60);
        t.update_target_bucket_size(10);
        assert!(t.load_factor() == 3 * 100 / t.num_buckets() / 10, 0);
        let (keys, bucket, _) = t.keys_paginated(0, 0, 0);
        assert!(keys.is_empty() && bucket == option::some(0), 0);
        t.clear();
        t.destroy_empty();
        doubled.destroy();
    }

    #[test]
    #[expected_failure(abort_code = 0x10004, location = aptos_std::smart_table)]
    fun smart_table_key_twice() {
        let t = smart_table::new<u8, u8>();
        t.add(1, 1);
        t.add(1, 1);
        t.destroy();
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::smart_table)]
    fun smart_table_key_missing() {
        let t = smart_table::new<u8, u8>();
        t.borrow(1);
        t.destroy();
    }

    #[test]
    #[expected_failure(abort_code = 0x10005, location = aptos_std::smart_table)]
    fun smart_table_over_full() {
        smart_table::new_with_config<u8, u8>(0, 101, 0).destroy();
    }

    #[test]
    #[expected_failure(abort_code = 8, location = aptos_std::smart_table)]
    fun smart_table_without_bucket() {
        let t = smart_table::new<u8, u8>();
        t.keys_paginated(2, 0, 1);
        t.destroy();
    }
}
