/// A map for few entries: a vector of pairs, searched from the front. Keys need only be comparable.
module aptos_std::simple_map {
    use std::error;
    use std::option::{Self, Option};
    use std::vector;

    /// The key has an entry already.
    const EKEY_ALREADY_EXISTS: u64 = 1;
    /// The key has no entry.
    const EKEY_NOT_FOUND: u64 = 2;

    struct SimpleMap<Key, Value> has copy, drop, store {
        data: vector<Element<Key, Value>>
    }

    struct Element<Key, Value> has copy, drop, store {
        key: Key,
        value: Value
    }

    public fun new<Key: store, Value: store>(): SimpleMap<Key, Value> {
        SimpleMap { data: vector::empty() }
    }

    /// An older name of `new`.
    public fun create<Key: store, Value: store>(): SimpleMap<Key, Value> {
        new()
    }

    /// The map of keys to the values at the same places.
    public fun new_from<Key: store, Value: store>(
        keys: vector<Key>, values: vector<Value>
    ): SimpleMap<Key, Value> {
        let map = new();
        add_all(&mut map, keys, values);
        map
    }

    public fun length<Key: store, Value: store>(self: &SimpleMap<Key, Value>): u64 {
        vector::length(&self.data)
    }

    public fun borrow<Key: store, Value: store>(
        self: &SimpleMap<Key, Value>, key: &Key
    ): &Value {
        &vector::borrow(&self.data, place(self, key)).value
    }

    public fun borrow_mut<Key: store, Value: store>(
        self: &mut SimpleMap<Key, Value>, key: &Key
    ): &mut Value {
        let i = place(self, key);
        &mut vector::borrow_mut(&mut self.data, i).value
    }

    public fun contains_key<Key: store, Value: store>(
        self: &SimpleMap<Key, Value>, key: &Key
    ): bool {
        option::is_some(&find(self, key))
    }

    public fun destroy_empty<Key: store, Value: store>(self: SimpleMap<Key, Value>) {
        let SimpleMap { data } = self;
        vector::destroy_empty(data)
    }

    /// Adds an entry; aborts if the key has one.
    public fun add<Key: store, Value: store>(
        self: &mut SimpleMap<Key, Value>, key: Key, value: Value
    ) {
        assert!(!contains_key(self, &key), error::invalid_argument(EKEY_ALREADY_EXISTS));
        vector::push_back(&mut self.data, Element { key, value });
    }

    /// Adds an entry for each key, with the value at the same place.
    public fun add_all<Key: store, Value: store>(
        self: &mut SimpleMap<Key, Value>, keys: vector<Key>, values: vector<Value>
    ) {
        vector::zip(keys, values, |key, value| add(self, key, value));
    }

    /// Adds or replaces the entry of `key`; returns what was replaced.
    public fun upsert<Key: store, Value: store>(
        self: &mut SimpleMap<Key, Value>, key: Key, value: Value
    ): (Option<Key>, Option<Value>) {
        let found = find(self, &key);
        if (option::is_none(&found)) {
            vector::push_back(&mut self.data, Element { key, value });
            return (option::none(), option::none())
        };
        let i = option::destroy_some(found);
        let Element { key: old_key, value: old_value } =
            vector::replace(&mut self.data, i, Element { key, value });
        (option::some(old_key), option::some(old_value))
    }

    /// Takes the entry of `key` out; the last entry takes its place.
    public fun remove<Key: store, Value: store>(
        self: &mut SimpleMap<Key, Value>, key: &Key
    ): (Key, Value) {
        let i = place(self, key);
        let Element { key, value } = vector::swap_remove(&mut self.data, i);
        (key, value)
    }

    public fun keys<Key: copy, Value>(self: &SimpleMap<Key, Value>): vector<Key> {
        vector::map_ref(&self.data, |e| {
            let e: &Element<Key, Value> = e;
            e.key
        })
    }

    public fun values<Key, Value: copy>(self: &SimpleMap<Key, Value>): vector<Value> {
        vector::map_ref(&self.data, |e| {
            let e: &Element<Key, Value> = e;
            e.value
        })
    }

    public fun to_vec_pair<Key: store, Value: store>(
        self: SimpleMap<Key, Value>
    ): (vector<Key>, vector<Value>) {
        let SimpleMap { data } = self;
        let keys = vector::empty();
        let values = vector::empty();
        vector::for_each(data, |e| {
            let Element { key, value } = e;
            vector::push_back(&mut keys, key);
            vector::push_back(&mut values, value);
        });
        (keys, values)
    }

    /// Gives each key to `dk` and each value to `dv`, which end them.
    public inline fun destroy<Key: store, Value: store>(
        self: SimpleMap<Key, Value>, dk: |Key|, dv: |Value|
    ) {
        let (keys, values) = to_vec_pair(self);
        vector::destroy(keys, |k| dk(k));
        vector::destroy(values, |v| dv(v));
    }

    fun find<Key: store, Value: store>(
        self: &SimpleMap<Key, Value>, key: &Key
    ): Option<u64> {
        let i = 0;
        let n = vector::length(&self.data);
        while (i < n) {
            if (&vector::borrow(&self.data, i).key == key) return option::some(i);
            i = i + 1;
        };
        option::none()
    }

    fun place<Key: store, Value: store>(self: &SimpleMap<Key, Value>, key: &Key): u64 {
        let found = find(self, key);
        assert!(option::is_some(&found), error::invalid_argument(EKEY_NOT_FOUND));
        option::destroy_some(found)
    }
}
