/// A hash table that grows by one bucket at a time (linear hashing), each bucket an item of a table
/// that holds several entries.
module aptos_std::smart_table {
    use std::bcs;
    use std::error;
    use std::option::{Self, Option};
    use aptos_std::aptos_hash::sip_hash_from_value;
    use aptos_std::math64::max;
    use aptos_std::simple_map::{Self, SimpleMap};
    use aptos_std::table_with_length::{Self, TableWithLength};

    /// The key has no entry.
    const ENOT_FOUND: u64 = 1;
    /// There must be a bucket.
    const EZERO_CAPACITY: u64 = 2;
    /// The table has entries left.
    const ENOT_EMPTY: u64 = 3;
    /// The key has an entry.
    const EALREADY_EXIST: u64 = 4;
    /// The threshold is a percentage.
    const EINVALID_LOAD_THRESHOLD_PERCENT: u64 = 5;
    /// A bucket holds at least one entry.
    const EINVALID_TARGET_BUCKET_SIZE: u64 = 6;
    /// Too many keys fall into one bucket.
    const EEXCEED_MAX_BUCKET_SIZE: u64 = 7;
    /// There is no such bucket.
    const EINVALID_BUCKET_INDEX: u64 = 8;
    /// There is no such entry in the bucket.
    const EINVALID_VECTOR_INDEX: u64 = 9;

    const MAX_BUCKET_SIZE: u64 = 10000;
    const BUCKET_BYTES: u64 = 1024;

    struct Entry<K, V> has copy, drop, store {
        hash: u64,
        key: K,
        value: V,
    }

    /// 2^level <= num_buckets < 2^(level + 1). An entry is in the bucket hash mod 2^(level + 1) if that
    /// exists already, otherwise in hash mod 2^level. A bucket is split once the average fill, in
    /// per cent of target_bucket_size, reaches split_load_threshold.
    struct SmartTable<K, V> has store {
        buckets: TableWithLength<u64, vector<Entry<K, V>>>,
        num_buckets: u64,
        level: u8,
        size: u64,
        split_load_threshold: u8,
        target_bucket_size: u64,
    }

    public fun new<K: copy + drop + store, V: store>(): SmartTable<K, V> {
        new_with_config(0, 0, 0)
    }

    /// A zero stands for the usual: 2 buckets, 75 per cent, a bucket size by the first entry's bytes.
    public fun new_with_config<K: copy + drop + store, V: store>(
        num_initial_buckets: u64, split_load_threshold: u8, target_bucket_size: u64
    ): SmartTable<K, V> {
        assert!(split_load_threshold <= 100, error::invalid_argument(EINVALID_LOAD_THRESHOLD_PERCENT));
        let buckets = table_with_length::new();
        buckets.add(0, vector[]);
        let table = SmartTable {
            buckets,
            num_buckets: 1,
            level: 0,
            size: 0,
            split_load_threshold: if (split_load_threshold == 0) 75 else split_load_threshold,
            target_bucket_size,
        };
        let wanted = if (num_initial_buckets == 0) 2 else num_initial_buckets;
        while (table.num_buckets < wanted) split_one_bucket(&mut table);
        table
    }

    public fun destroy_empty<K, V>(self: SmartTable<K, V>) {
        assert!(self.size == 0, error::invalid_argument(ENOT_EMPTY));
        let SmartTable {
            buckets, num_buckets, level: _, size: _, split_load_threshold: _, target_bucket_size: _
        } = self;
        for (i in 0..num_buckets) {
            buckets.remove(i).destroy_empty();
        };
        buckets.destroy_empty();
    }

    public fun destroy<K: drop, V: drop>(self: SmartTable<K, V>) {
        clear(&mut self);
        destroy_empty(self);
    }

    /// Without entries and with one bucket.
    public fun clear<K: drop, V: drop>(self: &mut SmartTable<K, V>) {
        *self.buckets.borrow_mut(0) = vector[];
        for (i in 1..self.num_buckets) {
            self.buckets.remove(i);
        };
        self.num_buckets = 1;
        self.level = 0;
        self.size = 0;
    }

    public fun add<K, V>(self: &mut SmartTable<K, V>, key: K, value: V) {
        let hash = sip_hash_from_value(&key);
        let bucket = self.buckets.borrow_mut(bucket_index(self.level, self.num_buckets, hash));
        assert!(bucket.length() <= MAX_BUCKET_SIZE, error::permission_denied(EEXCEED_MAX_BUCKET_SIZE));
        let (found, _) = find(bucket, hash, &key);
        assert!(!found, error::invalid_argument(EALREADY_EXIST));
        let entry = Entry { hash, key, value };
        if (self.target_bucket_size == 0) {
            self.target_bucket_size = max(BUCKET_BYTES / max(bcs::serialized_size(&entry), 1), 1);
        };
        bucket.push_back(entry);
        self.size += 1;
        if (load_factor(self) >= (self.split_load_threshold as u64)) split_one_bucket(self);
    }

    public fun add_all<K, V>(self: &mut SmartTable<K, V>, keys: vector<K>, values: vector<V>) {
        keys.zip(values, |key, value| add(self, key, value))
    }

    /// Where the key's entry is in the bucket.
    fun find<K, V>(bucket: &vector<Entry<K, V>>, hash: u64, key: &K): (bool, u64) {
        let i = 0;
        let count = bucket.length();
        while (i < count) {
            let entry = bucket.borrow(i);
            if (entry.hash == hash && &entry.key == key) return (true, i);
            i += 1;
        };
        (false, 0)
    }

    public fun to_simple_map<K: store + copy + drop, V: store + copy>(self: &SmartTable<K, V>): SimpleMap<K, V> {
        let map = simple_map::new();
        for (i in 0..self.num_buckets) {
            let bucket = self.buckets.borrow(i);
            for (j in 0..bucket.length()) {
                let entry = bucket.borrow(j);
                map.add(entry.key, entry.value);
            }
        };
        map
    }

    public fun keys<K: store + copy + drop, V: store + copy>(self: &SmartTable<K, V>): vector<K> {
        let (keys, _, _) = keys_paginated(self, 0, 0, self.size);
        keys
    }

    /// Up to `num_keys_to_get` keys from a place on, and the place behind them: none at the end.
    public fun keys_paginated<K: store + copy + drop, V: store + copy>(
        self: &SmartTable<K, V>, starting_bucket_index: u64, starting_vector_index: u64, num_keys_to_get: u64
    ): (vector<K>, Option<u64>, Option<u64>) {
        assert!(starting_bucket_index < self.num_buckets, EINVALID_BUCKET_INDEX);
        let i = starting_bucket_index;
        let j = starting_vector_index;
        assert!(j == 0 || j < self.buckets.borrow(i).length(), EINVALID_VECTOR_INDEX);
        let keys = vector[];
        while (i < self.num_buckets) {
            let bucket = self.buckets.borrow(i);
            let count = bucket.length();
            while (j < count && keys.length() < num_keys_to_get) {
                keys.push_back(bucket.borrow(j).key);
                j += 1;
            };
            // The place behind the last key of a bucket is the next bucket's first.
            if (j < count || (num_keys_to_get == 0 && keys.is_empty())) {
                return (keys, option::some(i), option::some(j))
            };
            i += 1;
            j = 0;
            if (keys.length() == num_keys_to_get && i < self.num_buckets) {
                return (keys, option::some(i), option::some(0))
            }
        };
        (keys, option::none(), option::none())
    }

    /// Makes the next bucket, taking its entries from the bucket that has had them so far.
    fun split_one_bucket<K, V>(self: &mut SmartTable<K, V>) {
        let new_index = self.num_buckets;
        let old_index = new_index ^ (1 << self.level);
        self.num_buckets = new_index + 1;
        if (old_index + 1 == 1 << self.level) self.level += 1;
        let level = self.level;
        let bucket = self.buckets.borrow_mut(old_index);
        let stay = bucket.partition(|e| bucket_index(level, new_index + 1, hash_of(e)) != new_index);
        let moved = bucket.trim_reverse(stay);
        self.buckets.add(new_index, moved);
    }

    fun hash_of<K, V>(entry: &Entry<K, V>): u64 {
        entry.hash
    }

    fun bucket_index(level: u8, num_buckets: u64, hash: u64): u64 {
        let index = hash % (1 << (level + 1));
        if (index < num_buckets) index else index % (1 << level)
    }

    public fun borrow<K: drop, V>(self: &SmartTable<K, V>, key: K): &V {
        let hash = sip_hash_from_value(&key);
        let bucket = self.buckets.borrow(bucket_index(self.level, self.num_buckets, hash));
        let (found, i) = find(bucket, hash, &key);
        assert!(found, error::invalid_argument(ENOT_FOUND));
        &bucket.borrow(i).value
    }

    public fun borrow_with_default<K: copy + drop, V>(self: &SmartTable<K, V>, key: K, default: &V): &V {
        if (contains(self, copy key)) borrow(self, key) else default
    }

    public fun borrow_mut<K: drop, V>(self: &mut SmartTable<K, V>, key: K): &mut V {
        let hash = sip_hash_from_value(&key);
        let bucket = self.buckets.borrow_mut(bucket_index(self.level, self.num_buckets, hash));
        let (found, i) = find(bucket, hash, &key);
        assert!(found, error::invalid_argument(ENOT_FOUND));
        &mut bucket.borrow_mut(i).value
    }

    public fun borrow_mut_with_default<K: copy + drop, V: drop>(
        self: &mut SmartTable<K, V>, key: K, default: V
    ): &mut V {
        if (!contains(self, copy key)) add(self, copy key, default);
        borrow_mut(self, key)
    }

    public fun contains<K: drop, V>(self: &SmartTable<K, V>, key: K): bool {
        let hash = sip_hash_from_value(&key);
        let (found, _) = find(self.buckets.borrow(bucket_index(self.level, self.num_buckets, hash)), hash, &key);
        found
    }

    public fun remove<K: copy + drop, V>(self: &mut SmartTable<K, V>, key: K): V {
        let hash = sip_hash_from_value(&key);
        let bucket = self.buckets.borrow_mut(bucket_index(self.level, self.num_buckets, hash));
        let (found, i) = find(bucket, hash, &key);
        assert!(found, error::invalid_argument(ENOT_FOUND));
        let Entry { hash: _, key: _, value } = bucket.swap_remove(i);
        self.size -= 1;
        value
    }

    public fun upsert<K: copy + drop, V: drop>(self: &mut SmartTable<K, V>, key: K, value: V) {
        if (contains(self, copy key)) *borrow_mut(self, key) = value else add(self, key, value)
    }

    public fun length<K, V>(self: &SmartTable<K, V>): u64 {
        self.size
    }

    /// In per cent.
    public fun load_factor<K, V>(self: &SmartTable<K, V>): u64 {
        self.size * 100 / self.num_buckets / self.target_bucket_size
    }

    public fun update_split_load_threshold<K, V>(self: &mut SmartTable<K, V>, split_load_threshold: u8) {
        assert!(
            split_load_threshold > 0 && split_load_threshold <= 100,
            error::invalid_argument(EINVALID_LOAD_THRESHOLD_PERCENT)
        );
        self.split_load_threshold = split_load_threshold;
    }

    public fun update_target_bucket_size<K, V>(self: &mut SmartTable<K, V>, target_bucket_size: u64) {
        assert!(target_bucket_size > 0, error::invalid_argument(EINVALID_TARGET_BUCKET_SIZE));
        self.target_bucket_size = target_bucket_size;
    }

    public fun borrow_kv<K, V>(self: &Entry<K, V>): (&K, &V) {
        (&self.key, &self.value)
    }

    public fun borrow_kv_mut<K, V>(self: &mut Entry<K, V>): (&mut K, &mut V) {
        (&mut self.key, &mut self.value)
    }

    public fun num_buckets<K, V>(self: &SmartTable<K, V>): u64 {
        self.num_buckets
    }

    public fun borrow_buckets<K, V>(self: &SmartTable<K, V>): &TableWithLength<u64, vector<Entry<K, V>>> {
        &self.buckets
    }

    public fun borrow_buckets_mut<K, V>(self: &mut SmartTable<K, V>): &mut TableWithLength<u64, vector<Entry<K, V>>> {
        &mut self.buckets
    }

    // ---- With functions -----------------------------------------------------------------------------------------

    public inline fun for_each_ref<K, V>(self: &SmartTable<K, V>, f: |&K, &V|) {
        let table = self;
        for (i in 0..table.num_buckets()) {
            table.borrow_buckets().borrow(i).for_each_ref(|entry| {
                let (key, value) = entry.borrow_kv();
                f(key, value)
            });
        }
    }

    public inline fun for_each_mut<K, V>(self: &mut SmartTable<K, V>, f: |&K, &mut V|) {
        let table = self;
        for (i in 0..table.num_buckets()) {
            table.borrow_buckets_mut().borrow_mut(i).for_each_mut(|entry| {
                let (key, value) = entry.borrow_kv_mut();
                f(key, value)
            });
        }
    }

    public inline fun map_ref<K: copy + drop + store, V1, V2: store>(
        self: &SmartTable<K, V1>, f: |&V1| V2
    ): SmartTable<K, V2> {
        let result = aptos_std::smart_table::new<K, V2>();
        self.for_each_ref(|key, value| result.add(*key, f(value)));
        result
    }

    public inline fun any<K, V>(self: &SmartTable<K, V>, p: |&K, &V| bool): bool {
        let table = self;
        let found = false;
        let i = 0;
        while (!found && i < table.num_buckets()) {
            found = table.borrow_buckets().borrow(i).any(|entry| {
                let (key, value) = entry.borrow_kv();
                p(key, value)
            });
            i += 1;
        };
        found
    }

    // For packages' specifications.

    spec fun spec_len<K, V>(t: SmartTable<K, V>): num;

    spec fun spec_contains<K, V>(t: SmartTable<K, V>, k: K): bool;

    spec fun spec_get<K, V>(t: SmartTable<K, V>, k: K): V;

    spec fun spec_set<K, V>(t: SmartTable<K, V>, k: K, v: V): SmartTable<K, V>;

    spec fun spec_remove<K, V>(t: SmartTable<K, V>, k: K): SmartTable<K, V>;
}
