/// A map in the order of its keys (that of std::cmp): a sorted vector, all in one value. Iterators
/// are places in it; a change of the map makes those behind the change invalid.
module aptos_framework::ordered_map {
    use std::cmp;
    use std::error;
    use std::option::{Self, Option};
    use std::vector;

    /// The key has an entry.
    const EKEY_ALREADY_EXISTS: u64 = 1;
    /// The key has no entry.
    const EKEY_NOT_FOUND: u64 = 2;
    /// The iterator is at the end, or cannot go further back.
    const EITER_OUT_OF_BOUNDS: u64 = 3;
    /// The new key does not belong at that place.
    const ENEW_KEY_NOT_IN_ORDER: u64 = 4;

    friend aptos_framework::big_ordered_map;

    struct Entry<K, V> has drop, copy, store {
        key: K,
        value: V,
    }

    enum OrderedMap<K, V> has drop, copy, store {
        SortedVectorMap {
            entries: vector<Entry<K, V>>,
        }
    }

    /// A place in a map; the map goes with every call.
    enum IteratorPtr has copy, drop {
        End,
        Position {
            index: u64,
        }
    }

    public fun new<K, V>(): OrderedMap<K, V> {
        OrderedMap::SortedVectorMap { entries: vector[] }
    }

    /// The map of keys to the values at the same places; no key twice.
    public fun new_from<K, V>(keys: vector<K>, values: vector<V>): OrderedMap<K, V> {
        let map = new();
        add_all(&mut map, keys, values);
        map
    }

    public fun length<K, V>(self: &OrderedMap<K, V>): u64 {
        self.entries.length()
    }

    public fun is_empty<K, V>(self: &OrderedMap<K, V>): bool {
        self.entries.is_empty()
    }

    /// The first place whose key is not below `key`, and whether it is that key's.
    fun locate<K, V>(self: &OrderedMap<K, V>, key: &K): (u64, bool) {
        let low = 0;
        let high = self.entries.length();
        while (low < high) {
            let middle = low + (high - low) / 2;
            if (cmp::compare(&self.entries.borrow(middle).key, key).is_lt()) low = middle + 1
            else high = middle;
        };
        (low, low < self.entries.length() && &self.entries.borrow(low).key == key)
    }

    public fun add<K, V>(self: &mut OrderedMap<K, V>, key: K, value: V) {
        let (i, found) = locate(self, &key);
        assert!(!found, error::invalid_argument(EKEY_ALREADY_EXISTS));
        self.entries.insert(i, Entry { key, value });
    }

    /// The value that the key had before.
    public fun upsert<K: drop, V>(self: &mut OrderedMap<K, V>, key: K, value: V): Option<V> {
        let (i, found) = locate(self, &key);
        if (!found) {
            self.entries.insert(i, Entry { key, value });
            return option::none()
        };
        let Entry { key: _, value: old } = self.entries.replace(i, Entry { key, value });
        option::some(old)
    }

    public fun remove<K: drop, V>(self: &mut OrderedMap<K, V>, key: &K): V {
        let (i, found) = locate(self, key);
        assert!(found, error::invalid_argument(EKEY_NOT_FOUND));
        take(self, i)
    }

    public fun remove_or_none<K: drop, V>(self: &mut OrderedMap<K, V>, key: &K): Option<V> {
        let (i, found) = locate(self, key);
        if (found) option::some(take(self, i)) else option::none()
    }

    fun take<K: drop, V>(self: &mut OrderedMap<K, V>, i: u64): V {
        let Entry { key: _, value } = self.entries.remove(i);
        value
    }

    public fun contains<K, V>(self: &OrderedMap<K, V>, key: &K): bool {
        let (_, found) = locate(self, key);
        found
    }

    public fun borrow<K, V>(self: &OrderedMap<K, V>, key: &K): &V {
        internal_find(self, key).iter_borrow(self)
    }

    public fun borrow_mut<K, V>(self: &mut OrderedMap<K, V>, key: &K): &mut V {
        internal_find(self, key).iter_borrow_mut(self)
    }

    public fun get<K: drop + copy + store, V: copy + store>(self: &OrderedMap<K, V>, key: &K): Option<V> {
        let (i, found) = locate(self, key);
        if (found) option::some(self.entries.borrow(i).value) else option::none()
    }

    /// Gives an entry another key that belongs at the same place.
    public(friend) fun replace_key_inplace<K: drop, V>(self: &mut OrderedMap<K, V>, old_key: &K, new_key: K) {
        let (i, found) = locate(self, old_key);
        assert!(found, error::invalid_argument(EKEY_NOT_FOUND));
        check_place(self, i, i + 1, &new_key);
        self.entries.borrow_mut(i).key = new_key;
    }

    /// The key belongs behind the entry before `from` and before the entry at `to`.
    fun check_place<K, V>(self: &OrderedMap<K, V>, from: u64, to: u64, key: &K) {
        assert!(
            (from == 0 || cmp::compare(&self.entries.borrow(from - 1).key, key).is_lt())
                && (to >= self.entries.length() || cmp::compare(key, &self.entries.borrow(to).key).is_lt()),
            error::invalid_argument(ENEW_KEY_NOT_IN_ORDER)
        );
    }

    public fun add_all<K, V>(self: &mut OrderedMap<K, V>, keys: vector<K>, values: vector<V>) {
        keys.zip(values, |key, value| add(self, key, value))
    }

    public fun upsert_all<K: drop, V: drop>(self: &mut OrderedMap<K, V>, keys: vector<K>, values: vector<V>) {
        keys.zip(values, |key, value| {
            upsert(self, key, value);
        })
    }

    /// Adds all entries of `other`, which win where both have the key.
    public fun append<K: drop, V: drop>(self: &mut OrderedMap<K, V>, other: OrderedMap<K, V>) {
        merge(self, other);
    }

    /// Adds all entries of `other`; no key may be in both.
    public fun append_disjoint<K, V>(self: &mut OrderedMap<K, V>, other: OrderedMap<K, V>) {
        let lost = merge(self, other);
        assert!(lost.is_empty(), error::invalid_argument(EKEY_ALREADY_EXISTS));
        lost.destroy_empty();
    }

    /// Merges from the back, and returns what was replaced. What is below all of `other` is not touched.
    fun merge<K, V>(self: &mut OrderedMap<K, V>, other: OrderedMap<K, V>): vector<Entry<K, V>> {
        let OrderedMap::SortedVectorMap { entries: theirs } = other;
        let ours = &mut self.entries;
        let upper = vector[]; // the greatest first
        let lost = vector[];
        while (!theirs.is_empty() && !ours.is_empty()) {
            if (cmp::compare(&ours.last().key, &theirs.borrow(0).key).is_lt()) break;
            let order = cmp::compare(&ours.last().key, &theirs.last().key);
            if (order.is_gt()) {
                upper.push_back(ours.pop_back())
            } else {
                if (order.is_eq()) lost.push_back(ours.pop_back());
                upper.push_back(theirs.pop_back())
            }
        };
        ours.append(theirs);
        ours.reverse_append(upper);
        lost
    }

    /// Keeps the first `at` entries and returns the others.
    public fun trim<K, V>(self: &mut OrderedMap<K, V>, at: u64): OrderedMap<K, V> {
        OrderedMap::SortedVectorMap { entries: self.entries.trim(at) }
    }

    public fun borrow_front<K, V>(self: &OrderedMap<K, V>): (&K, &V) {
        let entry = self.entries.borrow(0);
        (&entry.key, &entry.value)
    }

    public fun borrow_back<K, V>(self: &OrderedMap<K, V>): (&K, &V) {
        let entry = self.entries.borrow(self.entries.length() - 1);
        (&entry.key, &entry.value)
    }

    public fun pop_front<K, V>(self: &mut OrderedMap<K, V>): (K, V) {
        let Entry { key, value } = self.entries.remove(0);
        (key, value)
    }

    public fun pop_back<K, V>(self: &mut OrderedMap<K, V>): (K, V) {
        let Entry { key, value } = self.entries.pop_back();
        (key, value)
    }

    /// The greatest key below `key`, which need not be in the map.
    public fun prev_key<K: copy, V>(self: &OrderedMap<K, V>, key: &K): Option<K> {
        let (i, _) = locate(self, key);
        if (i == 0) option::none() else option::some(self.entries.borrow(i - 1).key)
    }

    /// The least key above `key`, which need not be in the map.
    public fun next_key<K: copy, V>(self: &OrderedMap<K, V>, key: &K): Option<K> {
        let (i, found) = locate(self, key);
        if (found) i += 1;
        if (i == self.entries.length()) option::none() else option::some(self.entries.borrow(i).key)
    }

    // ---- Iterators ----------------------------------------------------------------------------------------------

    fun at<K, V>(self: &OrderedMap<K, V>, index: u64): IteratorPtr {
        if (index < self.entries.length()) IteratorPtr::Position { index } else IteratorPtr::End
    }

    /// The first entry whose key is not below `key`.
    public fun internal_lower_bound<K, V>(self: &OrderedMap<K, V>, key: &K): IteratorPtr {
        let (i, _) = locate(self, key);
        at(self, i)
    }

    /// The key's entry, or the end.
    public fun internal_find<K, V>(self: &OrderedMap<K, V>, key: &K): IteratorPtr {
        let (index, found) = locate(self, key);
        if (found) IteratorPtr::Position { index } else IteratorPtr::End
    }

    public fun internal_new_begin_iter<K, V>(self: &OrderedMap<K, V>): IteratorPtr {
        at(self, 0)
    }

    public fun internal_new_end_iter<K, V>(self: &OrderedMap<K, V>): IteratorPtr {
        IteratorPtr::End
    }

    public fun iter_next<K, V>(self: IteratorPtr, map: &OrderedMap<K, V>): IteratorPtr {
        at(map, position(&self) + 1)
    }

    public fun iter_prev<K, V>(self: IteratorPtr, map: &OrderedMap<K, V>): IteratorPtr {
        assert!(!iter_is_begin(&self, map), error::invalid_argument(EITER_OUT_OF_BOUNDS));
        let behind = if (self is IteratorPtr::End) map.entries.length() else self.index;
        IteratorPtr::Position { index: behind - 1 }
    }

    public fun iter_is_begin<K, V>(self: &IteratorPtr, map: &OrderedMap<K, V>): bool {
        if (self is IteratorPtr::End) map.entries.is_empty() else self.index == 0
    }

    public fun iter_is_begin_from_non_empty(self: &IteratorPtr): bool {
        if (self is IteratorPtr::End) false else self.index == 0
    }

    public fun iter_is_end<K, V>(self: &IteratorPtr, _map: &OrderedMap<K, V>): bool {
        self is IteratorPtr::End
    }

    fun position(self: &IteratorPtr): u64 {
        assert!(!(self is IteratorPtr::End), error::invalid_argument(EITER_OUT_OF_BOUNDS));
        self.index
    }

    public fun iter_borrow_key<K, V>(self: &IteratorPtr, map: &OrderedMap<K, V>): &K {
        &map.entries.borrow(position(self)).key
    }

    public fun iter_borrow<K, V>(self: IteratorPtr, map: &OrderedMap<K, V>): &V {
        &map.entries.borrow(position(&self)).value
    }

    public fun iter_borrow_mut<K, V>(self: IteratorPtr, map: &mut OrderedMap<K, V>): &mut V {
        &mut map.entries.borrow_mut(position(&self)).value
    }

    public fun iter_remove<K: drop, V>(self: IteratorPtr, map: &mut OrderedMap<K, V>): V {
        take(map, position(&self))
    }

    /// The value that was there before.
    public fun iter_replace<K: copy + drop, V>(self: IteratorPtr, map: &mut OrderedMap<K, V>, value: V): V {
        let i = position(&self);
        let key = map.entries.borrow(i).key;
        let Entry { key: _, value: old } = map.entries.replace(i, Entry { key, value });
        old
    }

    /// Adds an entry before the iterator's place, where it must belong.
    public fun iter_add<K, V>(self: IteratorPtr, map: &mut OrderedMap<K, V>, key: K, value: V) {
        let i = if (self is IteratorPtr::End) map.entries.length() else self.index;
        check_place(map, i, i, &key);
        map.entries.insert(i, Entry { key, value });
    }

    // ---- Everything ---------------------------------------------------------------------------------------------

    public fun destroy_empty<K, V>(self: OrderedMap<K, V>) {
        let OrderedMap::SortedVectorMap { entries } = self;
        entries.destroy_empty();
    }

    public fun keys<K: copy, V>(self: &OrderedMap<K, V>): vector<K> {
        let keys = vector[];
        for (i in 0..self.entries.length()) {
            keys.push_back(self.entries.borrow(i).key);
        };
        keys
    }

    public fun values<K, V: copy>(self: &OrderedMap<K, V>): vector<V> {
        let values = vector[];
        for (i in 0..self.entries.length()) {
            values.push_back(self.entries.borrow(i).value);
        };
        values
    }

    public fun to_vec_pair<K, V>(self: OrderedMap<K, V>): (vector<K>, vector<V>) {
        let keys = vector[];
        let values = vector[];
        let OrderedMap::SortedVectorMap { entries } = self;
        vector::for_each(entries, |entry| {
            let Entry { key, value } = entry;
            keys.push_back(key);
            values.push_back(value);
        });
        (keys, values)
    }

    /// True if the key had an entry, which was modified; otherwise one was added.
    public inline fun modify_or_add<K: copy, V>(
        self: &mut OrderedMap<K, V>, key: &K, modify_f: |&mut V|, add_f: || V
    ): bool {
        let map = self;
        let found = map.modify_if_present(key, |value| modify_f(value));
        if (!found) map.add(*key, add_f());
        found
    }

    public inline fun modify_if_present<K, V>(self: &mut OrderedMap<K, V>, key: &K, modify_f: |&mut V|): bool {
        let map = self;
        let place = map.internal_find(key);
        let found = !place.iter_is_end(map);
        if (found) modify_f(place.iter_borrow_mut(map));
        found
    }

    public inline fun get_and_map<K: drop + copy + store, V: store, R>(
        self: &OrderedMap<K, V>, key: &K, f: |&V| R
    ): Option<R> {
        let map = self;
        let place = map.internal_find(key);
        if (place.iter_is_end(map)) std::option::none<R>() else std::option::some(f(place.iter_borrow(map)))
    }

    public inline fun destroy<K, V>(self: OrderedMap<K, V>, dk: |K|, dv: |V|) {
        let (keys, values) = self.to_vec_pair();
        keys.destroy(|key| dk(key));
        values.destroy(|value| dv(value));
    }

    public inline fun for_each<K, V>(self: OrderedMap<K, V>, f: |K, V|) {
        let (keys, values) = self.to_vec_pair();
        keys.zip(values, |key, value| f(key, value));
    }

    public inline fun for_each_ref<K, V>(self: &OrderedMap<K, V>, f: |&K, &V|) {
        let map = self;
        let place = map.internal_new_begin_iter();
        while (!place.iter_is_end(map)) {
            f(place.iter_borrow_key(map), place.iter_borrow(map));
            place = place.iter_next(map);
        }
    }

    public inline fun for_each_mut<K: copy + drop, V>(self: &mut OrderedMap<K, V>, f: |&K, &mut V|) {
        // With their types: this compiler does not find them where a mutable reference is frozen.
        let map = self;
        let place = aptos_framework::ordered_map::internal_new_begin_iter<K, V>(map);
        while (!aptos_framework::ordered_map::iter_is_end<K, V>(&place, map)) {
            let key = *aptos_framework::ordered_map::iter_borrow_key<K, V>(&place, map);
            f(&key, aptos_framework::ordered_map::iter_borrow_mut<K, V>(place, map));
            place = aptos_framework::ordered_map::iter_next<K, V>(place, map);
        }
    }
}
