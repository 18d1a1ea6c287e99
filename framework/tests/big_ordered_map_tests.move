#[test_only]
module aptos_framework::big_ordered_map_tests {
    use std::option;
    use std::vector;
    use aptos_framework::big_ordered_map::{Self, BigOrderedMap};
    use aptos_framework::ordered_map;
    use aptos_std::storage_slots_allocator;

    fun next(seed: &mut u64): u64 {
        *seed = ((((*seed as u128) * 6364136223846793005 + 1442695040888963407) % (1 << 64)) as u64);
        *seed >> 33
    }

    /// Everything that can be asked gives what a small map says.
    fun check_same(big: &BigOrderedMap<u64, u64>, small: &ordered_map::OrderedMap<u64, u64>) {
        assert!(big.keys() == small.keys() && big.to_ordered_map() == *small, 0);
        assert!(big.compute_length() == small.length() && big.is_empty() == small.is_empty(), 0);
        if (!small.is_empty()) {
            let (front, _) = small.borrow_front();
            let (back, _) = small.borrow_back();
            assert!(big.front_key() == *front && big.back_key() == *back, 0);
            // Backwards.
            let keys = small.keys();
            let place = big.internal_new_end_iter();
            while (!keys.is_empty()) {
                place = place.iter_prev(big);
                assert!(*place.iter_borrow_key() == keys.pop_back(), 0);
            };
            assert!(place.iter_is_begin(big), 0);
        };
    }

    /// Random changes in a large and a small map, with nodes of the smallest degrees.
    fun compare(seed: u64, range: u64, rounds: u64, reuse: bool) {
        let big = big_ordered_map::new_with_config<u64, u64>(4, 3, reuse);
        let small = ordered_map::new<u64, u64>();
        for (round in 0..rounds) {
            let key = next(&mut seed) % range;
            let kind = next(&mut seed) % 5;
            assert!(big.contains(&key) == small.contains(&key) && big.get(&key) == small.get(&key), 0);
            assert!(big.prev_key(&key) == small.prev_key(&key) && big.next_key(&key) == small.next_key(&key), 0);
            if (kind < 3) {
                assert!(big.upsert(key, round) == small.upsert(key, round), 0)
            } else {
                assert!(big.remove_or_none(&key) == small.remove_or_none(&key), 0)
            };
            if (round % 10 == 0) check_same(&big, &small);
        };
        check_same(&big, &small);
        while (!small.is_empty()) {
            if (next(&mut seed) % 2 == 0) {
                let (k1, v1) = big.pop_front();
                let (k2, v2) = small.pop_front();
                assert!(k1 == k2 && v1 == v2, 0);
            } else {
                let (k1, v1) = big.pop_back();
                let (k2, v2) = small.pop_back();
                assert!(k1 == k2 && v1 == v2, 0);
            }
        };
        big.destroy_empty();
        small.destroy_empty();
    }

    #[test]
    fun grows_and_shrinks_as_a_small_map() {
        compare(1, 40, 250, false);
    }

    #[test]
    fun grows_and_shrinks_reusing_nodes() {
        compare(2, 200, 250, true);
    }

    #[test]
    fun rising_and_falling_keys() {
        let m = big_ordered_map::new_with_config<u64, u64>(4, 3, false);
        for (i in 0..60) m.add(i, i);
        for (i in 0..60) m.add(200 - i, i);
        assert!(m.compute_length() == 120 && m.front_key() == 0 && m.back_key() == 200, 0);
        for (i in 0..60) assert!(m.remove(&i) == i, 0);
        for (i in 141..201) assert!(m.remove(&i) == 200 - i, 0);
        m.destroy_empty();
    }

    #[test]
    fun functions() {
        let m = big_ordered_map::new_from<u64, u64>(vector[3, 1, 2], vector[30, 10, 20]);
        *m.borrow_mut(&1) += 1;
        m.modify(&2, |v| *v += 1);
        assert!(m.modify_and_return(&2, |v| *v + 1) == 22 && *m.borrow(&1) == 11, 0);
        assert!(m.modify_or_add(&3, |v| *v = 33, || 0u64) && !m.modify_or_add(&4, |v| *v = 1, || 40u64), 0);
        assert!(m.modify_if_present(&4, |v| *v += 1) && !m.modify_if_present(&5, |v| *v += 1), 0);
        assert!(m.get_and_map(&4, |v| *v + 1) == option::some(42), 0);
        assert!(m.modify_if_present_and_return(&4, |v| *v) == option::some(41), 0);
        let sum = 0;
        m.for_each_ref(|k, v| sum += *k * *v);
        assert!(sum == 11 + 42 + 99 + 164, 0);
        m.for_each_mut(|k, v| *v = *k);
        let (key, value) = m.borrow_front();
        assert!(key == 1 && *value == 1, 0);
        let (key, value) = m.borrow_back();
        assert!(key == 4 && *value == 4, 0);
        let place = m.internal_find_with_path(&2);
        assert!(*place.iter_with_path_get_iter().iter_borrow_key() == 2 && place.iter_remove(&mut m) == 2, 0);
        let other = big_ordered_map::new_from<u64, u64>(vector[3, 9], vector[5, 6]);
        let both = 0;
        m.intersection_zip_for_each_ref(&other, |k, a, b| both += *k * *a * *b);
        assert!(both == 45, 0);
        other.destroy(|v| both += v);
        m.for_each(|k, v| both += k * v);
        assert!(both == 45 + 11 + 1 + 9 + 16, 0);
    }

    #[test]
    fun values_of_any_size() {
        let m = big_ordered_map::new_with_type_size_hints<vector<u8>, vector<u8>>(10, 100, 50, 500);
        m.add(b"b", b"second");
        m.add(b"a", b"first");
        assert!(m.keys() == vector[b"a", b"b"] && m.upsert(b"a", b"other") == option::some(b"first"), 0);
        m.destroy(|_v| {});
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_framework::big_ordered_map)]
    fun key_twice() {
        big_ordered_map::new_from<u64, u64>(vector[1, 1], vector[1, 1]).destroy(|_v| {});
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_framework::big_ordered_map)]
    fun key_missing() {
        let m = big_ordered_map::new<u64, u64>();
        m.remove(&1);
        m.destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x10010, location = aptos_framework::big_ordered_map)]
    fun sizes_unknown() {
        big_ordered_map::new<u64, vector<u8>>().destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x1000b, location = aptos_framework::big_ordered_map)]
    fun degree_too_small() {
        big_ordered_map::new_with_config<u64, u64>(3, 3, false).destroy_empty();
    }

    #[test]
    #[expected_failure(abort_code = 0x1000e, location = aptos_framework::big_ordered_map)]
    fun values_that_grow_are_not_lent() {
        let m = big_ordered_map::new_with_config<u64, vector<u8>>(8, 8, false);
        m.add(1, b"x");
        m.borrow_mut(&1).push_back(1);
        m.destroy(|_v| {});
    }

    #[test]
    #[expected_failure(abort_code = 0x10003, location = aptos_framework::big_ordered_map)]
    fun front_of_nothing() {
        let m = big_ordered_map::new<u64, u64>();
        m.front_key();
        m.destroy_empty();
    }

    #[test]
    fun slots() {
        let a = storage_slots_allocator::new<vector<u8>>(true);
        a.allocate_spare_slots(2);
        assert!(a.get_num_spare_slot_count() == 2, 0);
        let first = a.add(b"a");
        let second = a.add(b"b");
        let third = a.add(b"c");
        assert!(a.get_num_spare_slot_count() == 0 && *a.borrow(second.stored_to_index()) == b"b", 0);
        a.borrow_mut(first.stored_to_index()).push_back(97);
        assert!(a.remove(first) == b"aa" && a.get_num_spare_slot_count() == 1, 0);
        let (stored, reserved) = a.reserve_slot();
        assert!(reserved.reserved_to_index() == stored.stored_to_index(), 0);
        a.fill_reserved_slot(reserved, vector::empty());
        assert!(a.remove(stored) == b"", 0);
        assert!(a.remove(second) == b"b", 0);
        assert!(a.remove(third) == b"c", 0);
        assert!(storage_slots_allocator::is_null_index(0) && storage_slots_allocator::is_special_unused_index(9), 0);
        a.destroy_empty();
    }
}
