/// Key-value storage whose entries are loaded one by one.
module aptos_std::table {
    struct Table<phantom K: copy + drop, phantom V> has store {
        handle: address,
    }

    /// What a stored value is wrapped in.
    struct Box<V> has key, drop, store {
        val: V
    }

    public fun new<K: copy + drop, V: store>(): Table<K, V> {
        Table { handle: new_table_handle<K, V>() }
    }

    public fun add<K: copy + drop, V>(self: &mut Table<K, V>, key: K, val: V) {
        add_box<K, V, Box<V>>(self, key, Box { val })
    }

    public fun borrow<K: copy + drop, V>(self: &Table<K, V>, key: K): &V {
        &borrow_box<K, V, Box<V>>(self, key).val
    }

    public fun borrow_with_default<K: copy + drop, V>(self: &Table<K, V>, key: K, default: &V): &V {
        if (!contains(self, copy key)) default else borrow(self, copy key)
    }

    public fun borrow_mut<K: copy + drop, V>(self: &mut Table<K, V>, key: K): &mut V {
        &mut borrow_box_mut<K, V, Box<V>>(self, key).val
    }

    public fun borrow_mut_with_default<K: copy + drop, V: drop>(
        self: &mut Table<K, V>, key: K, default: V
    ): &mut V {
        if (!contains(self, copy key)) add(self, copy key, default);
        borrow_mut(self, key)
    }

    public fun upsert<K: copy + drop, V: drop>(self: &mut Table<K, V>, key: K, value: V) {
        if (!contains(self, copy key)) add(self, copy key, value)
        else {
            let ref = borrow_mut(self, key);
            *ref = value;
        };
    }

    public fun remove<K: copy + drop, V>(self: &mut Table<K, V>, key: K): V {
        let Box { val } = remove_box<K, V, Box<V>>(self, key);
        val
    }

    public fun contains<K: copy + drop, V>(self: &Table<K, V>, key: K): bool {
        contains_box<K, V, Box<V>>(self, key)
    }

    friend aptos_std::table_with_length;

    public(friend) fun destroy<K: copy + drop, V>(self: Table<K, V>) {
        destroy_empty_box<K, V, Box<V>>(&self);
        drop_unchecked_box<K, V, Box<V>>(self)
    }

    native fun new_table_handle<K, V>(): address;
    native fun add_box<K: copy + drop, V, B>(table: &mut Table<K, V>, key: K, val: Box<V>);
    native fun borrow_box<K: copy + drop, V, B>(table: &Table<K, V>, key: K): &Box<V>;
    native fun borrow_box_mut<K: copy + drop, V, B>(table: &mut Table<K, V>, key: K): &mut Box<V>;
    native fun contains_box<K: copy + drop, V, B>(table: &Table<K, V>, key: K): bool;
    native fun remove_box<K: copy + drop, V, B>(table: &mut Table<K, V>, key: K): Box<V>;
    native fun destroy_empty_box<K: copy + drop, V, B>(table: &Table<K, V>);
    native fun drop_unchecked_box<K: copy + drop, V, B>(table: Table<K, V>);

    #[test_only]
    /// Lets go of a table with what is in it.
    public fun drop_unchecked<K: copy + drop, V>(self: Table<K, V>) {
        drop_unchecked_box<K, V, Box<V>>(self)
    }

    // For packages' specifications.

    spec fun spec_contains<K: copy + drop, V>(t: Table<K, V>, k: K): bool;

    spec fun spec_get<K: copy + drop, V>(t: Table<K, V>, k: K): V;

    spec fun spec_set<K: copy + drop, V>(t: Table<K, V>, k: K, v: V): Table<K, V>;

    spec fun spec_remove<K: copy + drop, V>(t: Table<K, V>, k: K): Table<K, V>;
}
