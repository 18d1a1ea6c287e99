/// A map in the order of its keys that may grow large: a B+ tree. Its root lies in the map itself, every
/// other node is an item of a table. An inner node has, for each child, the child's greatest key.
module aptos_framework::big_ordered_map {
    use std::bcs;
    use std::error;
    use std::option::{Self, Option};
    use aptos_framework::ordered_map::{Self, OrderedMap};
    use aptos_std::math64::{max, min};
    use aptos_std::storage_slots_allocator::{Self, StorageSlotsAllocator, StoredSlot};

    /// The key has an entry.
    const EKEY_ALREADY_EXISTS: u64 = 1;
    /// The key has no entry.
    const EKEY_NOT_FOUND: u64 = 2;
    /// The iterator is at the end, or cannot go further back.
    const EITER_OUT_OF_BOUNDS: u64 = 3;
    /// The degrees or sizes make no tree.
    const EINVALID_CONFIG_PARAMETER: u64 = 11;
    /// The map has entries left.
    const EMAP_NOT_EMPTY: u64 = 12;
    /// The key or value is too large for a node of so many.
    const EARGUMENT_BYTES_TOO_LARGE: u64 = 13;
    /// A value could grow beyond its node: only values that never change their size can be borrowed to change.
    const EBORROW_MUT_REQUIRES_CONSTANT_VALUE_SIZE: u64 = 14;
    /// The key is too large for an inner node.
    const EKEY_BYTES_TOO_LARGE: u64 = 15;
    /// Types whose values differ in size need degrees, or sizes to expect.
    const ECANNOT_USE_NEW_WITH_VARIABLE_SIZED_TYPES: u64 = 16;
    /// The tree is broken.
    const EINTERNAL_INVARIANT_BROKEN: u64 = 20;

    const INNER_MIN_DEGREE: u16 = 4;
    const LEAF_MIN_DEGREE: u16 = 3;
    const MAX_DEGREE: u64 = 4096;
    const MAX_NODE_BYTES: u64 = 409600;
    const HINT_MAX_NODE_BYTES: u64 = 131072;
    const DEFAULT_TARGET_NODE_SIZE: u64 = 4096;
    const DEFAULT_MAX_KEY_OR_VALUE_SIZE: u64 = 5120;

    const NULL_INDEX: u64 = 0;
    const ROOT_INDEX: u64 = 1;

    /// Leaves are a list in both directions; `prev` and `next` of others mean nothing.
    enum Node<K: store, V: store> has store {
        V1 {
            is_leaf: bool,
            children: OrderedMap<K, Child<V>>,
            prev: u64,
            next: u64,
        }
    }

    enum Child<V: store> has store {
        Inner {
            node_index: StoredSlot,
        },
        Leaf {
            value: V,
        },
    }

    /// An entry's place. Adding or removing entries makes it invalid.
    enum IteratorPtr<K> has copy, drop {
        End,
        Some {
            node_index: u64,
            child_iter: ordered_map::IteratorPtr,
            key: K,
        },
    }

    /// The same with the way to it from the root.
    struct IteratorPtrWithPath<K> has copy, drop {
        iterator: IteratorPtr<K>,
        path: vector<u64>,
    }

    /// A leaf.
    enum LeafNodeIteratorPtr has copy, drop {
        NodeIndex {
            node_index: u64,
        },
    }

    enum BigOrderedMap<K: store, V: store> has store {
        BPlusTreeMap {
            root: Node<K, V>,
            nodes: StorageSlotsAllocator<Node<K, V>>,
            min_leaf_index: u64,
            max_leaf_index: u64,
            /// Are the sizes known to fit whatever the entry?
            constant_kv_size: bool,
            /// 0 until the first entry tells them.
            inner_max_degree: u16,
            leaf_max_degree: u16,
        }
    }

    // ---- Making -------------------------------------------------------------------------------------------------

    /// For keys and values of types whose values all have the same size.
    public fun new<K: store, V: store>(): BigOrderedMap<K, V> {
        check_constant<K, V>();
        new_with_config(0, 0, false)
    }

    /// The same, keeping the storage of nodes that are given up.
    public fun new_with_reusable<K: store, V: store>(): BigOrderedMap<K, V> {
        check_constant<K, V>();
        new_with_config(0, 0, true)
    }

    fun check_constant<K, V>() {
        assert!(
            bcs::constant_serialized_size<K>().is_some() && bcs::constant_serialized_size<V>().is_some(),
            error::invalid_argument(ECANNOT_USE_NEW_WITH_VARIABLE_SIZED_TYPES)
        );
    }

    /// Degrees by the sizes to expect, in bytes of BCS.
    public fun new_with_type_size_hints<K: store, V: store>(
        avg_key_bytes: u64, max_key_bytes: u64, avg_value_bytes: u64, max_value_bytes: u64
    ): BigOrderedMap<K, V> {
        assert!(
            avg_key_bytes <= max_key_bytes && avg_value_bytes <= max_value_bytes,
            error::invalid_argument(EINVALID_CONFIG_PARAMETER)
        );
        let inner = degree_for(avg_key_bytes, max_key_bytes, INNER_MIN_DEGREE);
        let leaf = degree_for(avg_key_bytes + avg_value_bytes, max_key_bytes + max_value_bytes, LEAF_MIN_DEGREE);
        new_with_config(inner, leaf, false)
    }

    fun degree_for(average: u64, greatest: u64, least_degree: u16): u16 {
        let wanted = max(min(MAX_DEGREE, DEFAULT_TARGET_NODE_SIZE / average), (least_degree as u64));
        let possible = HINT_MAX_NODE_BYTES / greatest;
        assert!(possible >= (least_degree as u64), error::invalid_argument(EINVALID_CONFIG_PARAMETER));
        (min(wanted, possible) as u16)
    }

    /// How many children a node may have; 0 for as many as fit well.
    public fun new_with_config<K: store, V: store>(
        inner_max_degree: u16, leaf_max_degree: u16, reuse_slots: bool
    ): BigOrderedMap<K, V> {
        check_degree(inner_max_degree, INNER_MIN_DEGREE);
        check_degree(leaf_max_degree, LEAF_MIN_DEGREE);
        let map = BigOrderedMap::BPlusTreeMap {
            root: new_node(true, ordered_map::new()),
            nodes: storage_slots_allocator::new(reuse_slots),
            min_leaf_index: ROOT_INDEX,
            max_leaf_index: ROOT_INDEX,
            constant_kv_size: false,
            inner_max_degree,
            leaf_max_degree,
        };
        let key_bytes = bcs::constant_serialized_size<K>();
        let value_bytes = bcs::constant_serialized_size<V>();
        if (key_bytes.is_some() && value_bytes.is_some()) {
            check_sizes(&mut map, key_bytes.destroy_some(), value_bytes.destroy_some());
            map.constant_kv_size = true;
        };
        map
    }

    fun check_degree(degree: u16, least: u16) {
        assert!(
            degree == 0 || (degree >= least && (degree as u64) <= MAX_DEGREE),
            error::invalid_argument(EINVALID_CONFIG_PARAMETER)
        );
    }

    /// Sets the degrees if they are not set, and checks that nodes full of such entries are not too large.
    fun check_sizes<K: store, V: store>(self: &mut BigOrderedMap<K, V>, key_bytes: u64, value_bytes: u64) {
        let entry_bytes = key_bytes + value_bytes;
        if (self.inner_max_degree == 0) {
            let fitting = min(MAX_DEGREE, DEFAULT_TARGET_NODE_SIZE / max(key_bytes, 1));
            self.inner_max_degree = (max(fitting, (INNER_MIN_DEGREE as u64)) as u16);
        };
        if (self.leaf_max_degree == 0) {
            let fitting = min(MAX_DEGREE, DEFAULT_TARGET_NODE_SIZE / max(entry_bytes, 1));
            self.leaf_max_degree = (max(fitting, (LEAF_MIN_DEGREE as u64)) as u16);
        };
        assert!(
            key_bytes * (self.inner_max_degree as u64) <= MAX_NODE_BYTES, error::invalid_argument(EKEY_BYTES_TOO_LARGE)
        );
        assert!(
            entry_bytes * (self.leaf_max_degree as u64) <= MAX_NODE_BYTES,
            error::invalid_argument(EARGUMENT_BYTES_TOO_LARGE)
        );
    }

    public fun new_from<K: drop + copy + store, V: store>(keys: vector<K>, values: vector<V>): BigOrderedMap<K, V> {
        let map = new();
        add_all(&mut map, keys, values);
        map
    }

    public fun destroy_empty<K: store, V: store>(self: BigOrderedMap<K, V>) {
        assert!(is_empty(&self), error::invalid_argument(EMAP_NOT_EMPTY));
        let BigOrderedMap::BPlusTreeMap {
            root, nodes, min_leaf_index: _, max_leaf_index: _, constant_kv_size: _, inner_max_degree: _,
            leaf_max_degree: _
        } = self;
        let Node::V1 { is_leaf: _, children, prev: _, next: _ } = root;
        children.destroy_empty();
        nodes.destroy_empty();
    }

    /// Pays for the storage of nodes in advance.
    public fun allocate_spare_slots<K: store, V: store>(self: &mut BigOrderedMap<K, V>, num_to_allocate: u64) {
        self.nodes.allocate_spare_slots(num_to_allocate)
    }

    // ---- Nodes --------------------------------------------------------------------------------------------------

    fun new_node<K: store, V: store>(is_leaf: bool, children: OrderedMap<K, Child<V>>): Node<K, V> {
        Node::V1 { is_leaf, children, prev: NULL_INDEX, next: NULL_INDEX }
    }

    fun node<K: store, V: store>(self: &BigOrderedMap<K, V>, index: u64): &Node<K, V> {
        if (index == ROOT_INDEX) &self.root else self.nodes.borrow(index)
    }

    fun node_mut<K: store, V: store>(self: &mut BigOrderedMap<K, V>, index: u64): &mut Node<K, V> {
        if (index == ROOT_INDEX) &mut self.root else self.nodes.borrow_mut(index)
    }

    fun max_degree<K: store, V: store>(self: &BigOrderedMap<K, V>, is_leaf: bool): u64 {
        if (is_leaf) (self.leaf_max_degree as u64) else (self.inner_max_degree as u64)
    }

    fun index_of<V: store>(child: &Child<V>): u64 {
        child.node_index.stored_to_index()
    }

    fun into_value<V: store>(child: Child<V>): V {
        let Child::Leaf { value } = child;
        value
    }

    /// The nodes from the root to the leaf that has the key or would have it; empty if it is above all.
    fun path_to<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>, key: &K): vector<u64> {
        let path = vector[];
        let index = ROOT_INDEX;
        loop {
            path.push_back(index);
            let n = node(self, index);
            let place = n.children.internal_lower_bound(key);
            if (place.iter_is_end(&n.children)) return vector[];
            if (n.is_leaf) return path;
            index = index_of(place.iter_borrow(&n.children));
        }
    }

    /// The same to the last leaf.
    fun last_path<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>): vector<u64> {
        let path = vector[ROOT_INDEX];
        let index = ROOT_INDEX;
        while (!node(self, index).is_leaf) {
            let (_, child) = node(self, index).children.borrow_back();
            index = index_of(child);
            path.push_back(index);
        };
        path
    }

    // ---- Adding -------------------------------------------------------------------------------------------------

    public fun add<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, key: K, value: V) {
        assert!(!contains(self, &key), error::invalid_argument(EKEY_ALREADY_EXISTS));
        insert(self, key, value);
    }

    /// The value that the key had before.
    public fun upsert<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, key: K, value: V): Option<V> {
        let place = internal_find(self, &key);
        if (is_end(&place)) {
            insert(self, key, value);
            return option::none()
        };
        check_entry(self, &key, &value);
        let children = &mut node_mut(self, place.node_index).children;
        option::some(into_value(place.child_iter.iter_replace(children, Child::Leaf { value })))
    }

    fun check_entry<K: store, V: store>(self: &mut BigOrderedMap<K, V>, key: &K, value: &V) {
        if (self.constant_kv_size) return;
        let key_bytes = bcs::serialized_size(key);
        let value_bytes = bcs::serialized_size(value);
        if (self.inner_max_degree == 0 || self.leaf_max_degree == 0) {
            // Later entries may be larger.
            let most = DEFAULT_MAX_KEY_OR_VALUE_SIZE;
            check_sizes(self, max(key_bytes, min(most, MAX_NODE_BYTES / 8)), max(value_bytes, most));
        };
        check_sizes(self, key_bytes, value_bytes);
    }

    fun insert<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, key: K, value: V) {
        check_entry(self, &key, &value);
        let path = path_to(self, &key);
        if (path.is_empty()) {
            // The new greatest key: that of every last child on the way.
            path = last_path(self);
            for (i in 0..(path.length() - 1)) {
                let children = &mut node_mut(self, *path.borrow(i)).children;
                let (last, _) = children.borrow_back();
                let last = *last;
                children.replace_key_inplace(&last, key);
            }
        };
        let leaf = path.pop_back();
        node_mut(self, leaf).children.add(key, Child::Leaf { value });
        split_full(self, leaf, path);
    }

    /// Splits the node if it has too many children, and then those above it that have too many.
    fun split_full<K: drop + copy + store, V: store>(
        self: &mut BigOrderedMap<K, V>, index: u64, path: vector<u64>
    ) {
        loop {
            let is_leaf = node(self, index).is_leaf;
            let count = node(self, index).children.length();
            if (count <= max_degree(self, is_leaf)) return;
            if (index == ROOT_INDEX) {
                index = lower_root(self);
                path = vector[ROOT_INDEX];
            };
            let parent = path.pop_back();
            split(self, index, parent, count / 2);
            index = parent;
        }
    }

    /// Moves what the root has into a node of its own, the root's only child; returns that node.
    fun lower_root<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>): u64 {
        let is_leaf = self.root.is_leaf;
        let (last, _) = self.root.children.borrow_back();
        let last = *last;
        let children = self.root.children.trim(0);
        let slot = self.nodes.add(new_node(is_leaf, children));
        let index = slot.stored_to_index();
        if (is_leaf) {
            self.min_leaf_index = index;
            self.max_leaf_index = index;
        };
        self.root.is_leaf = false;
        self.root.children.add(last, Child::Inner { node_index: slot });
        index
    }

    /// The node's first `count` children get a node of their own before it: the node's greatest key stays.
    fun split<K: drop + copy + store, V: store>(
        self: &mut BigOrderedMap<K, V>, index: u64, parent: u64, count: u64
    ) {
        let n = node_mut(self, index);
        let is_leaf = n.is_leaf;
        let prev = n.prev;
        let upper = n.children.trim(count);
        let lower = n.children.trim(0);
        n.children.append_disjoint(upper);
        let (last, _) = lower.borrow_back();
        let last = *last;
        let left = new_node(is_leaf, lower);
        left.prev = prev;
        left.next = if (is_leaf) index else NULL_INDEX;
        let slot = self.nodes.add(left);
        let left_index = slot.stored_to_index();
        if (is_leaf) {
            node_mut(self, index).prev = left_index;
            if (prev == NULL_INDEX) self.min_leaf_index = left_index else node_mut(self, prev).next = left_index;
        };
        node_mut(self, parent).children.add(last, Child::Inner { node_index: slot });
    }

    public fun add_all<K: drop + copy + store, V: store>(
        self: &mut BigOrderedMap<K, V>, keys: vector<K>, values: vector<V>
    ) {
        keys.zip(values, |key, value| add(self, key, value))
    }

    // ---- Removing -----------------------------------------------------------------------------------------------

    public fun remove<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, key: &K): V {
        let value = remove_or_none(self, key);
        assert!(value.is_some(), error::invalid_argument(EKEY_NOT_FOUND));
        value.destroy_some()
    }

    public fun remove_or_none<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, key: &K): Option<V> {
        let path = path_to(self, key);
        if (path.is_empty()) return option::none();
        let leaf = *path.borrow(path.length() - 1);
        let child = node_mut(self, leaf).children.remove_or_none(key);
        if (child.is_none()) {
            child.destroy_none();
            return option::none()
        };
        repair(self, path, *key);
        option::some(into_value(child.destroy_some()))
    }

    /// After the key has gone from the last node of the path: greatest keys above, and nodes that have
    /// become too small.
    fun repair<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, path: vector<u64>, old_key: K) {
        let index = path.pop_back();
        while (index != ROOT_INDEX) {
            let parent = path.pop_back();
            let n = node(self, index);
            let degree = max_degree(self, n.is_leaf);
            let (small, last) =
                if (n.children.is_empty()) (true, old_key) else {
                    let (last, _) = n.children.borrow_back();
                    (n.children.length() * 2 < degree, *last)
                };
            // The parent has the node under its greatest key, which may be the one that has gone.
            let children = &mut node_mut(self, parent).children;
            if (children.contains(&old_key) && last != old_key) children.replace_key_inplace(&old_key, last);
            if (small) join(self, index, parent, &last);
            index = parent;
        };
        raise_root(self);
    }

    /// Joins the node, its parent's child under `key`, with a sibling, or takes children from it if together they are too
    /// many.
    fun join<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, index: u64, parent: u64, key: &K) {
        let siblings = &node(self, parent).children;
        if (siblings.length() < 2) return;
        // (left, right) are neighbours; the left one's key goes, the right one's stays.
        let place = siblings.internal_find(key);
        let right = if (place.iter_is_begin(siblings)) place.iter_next(siblings) else place;
        let left = right.iter_prev(siblings);
        let left_key = *left.iter_borrow_key(siblings);
        let left_index = index_of(left.iter_borrow(siblings));
        let right_index = index_of(right.iter_borrow(siblings));
        assert!(left_index == index || right_index == index, error::invalid_state(EINTERNAL_INVARIANT_BROKEN));
        let is_leaf = node(self, left_index).is_leaf;
        let Child::Inner { node_index: slot } = node_mut(self, parent).children.remove(&left_key);
        let Node::V1 { is_leaf: _, children: lower, prev, next: _ } = self.nodes.remove(slot);
        let n = node_mut(self, right_index);
        let upper = n.children.trim(0);
        lower.append_disjoint(upper);
        n.children.append_disjoint(lower);
        if (is_leaf) {
            n.prev = prev;
            if (prev == NULL_INDEX) self.min_leaf_index = right_index else node_mut(self, prev).next = right_index;
        };
        let count = node(self, right_index).children.length();
        if (count > max_degree(self, is_leaf)) split(self, right_index, parent, count / 2);
    }

    /// A root with a single child becomes that child.
    fun raise_root<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>) {
        while (!self.root.is_leaf && self.root.children.length() == 1) {
            let (_, child) = self.root.children.pop_back();
            let Child::Inner { node_index: slot } = child;
            let Node::V1 { is_leaf, children, prev: _, next: _ } = self.nodes.remove(slot);
            self.root.is_leaf = is_leaf;
            self.root.children.append_disjoint(children);
            if (is_leaf) {
                self.min_leaf_index = ROOT_INDEX;
                self.max_leaf_index = ROOT_INDEX;
            }
        }
    }

    public fun pop_front<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>): (K, V) {
        let key = front_key(self);
        let value = remove(self, &key);
        (key, value)
    }

    public fun pop_back<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>): (K, V) {
        let key = back_key(self);
        let value = remove(self, &key);
        (key, value)
    }

    // ---- Finding ------------------------------------------------------------------------------------------------

    public fun is_empty<K: store, V: store>(self: &BigOrderedMap<K, V>): bool {
        self.root.is_leaf && self.root.children.is_empty()
    }

    /// Counts: it reads every leaf.
    public fun compute_length<K: store, V: store>(self: &BigOrderedMap<K, V>): u64 {
        let count = 0;
        let index = self.min_leaf_index;
        while (index != NULL_INDEX) {
            let leaf = node(self, index);
            count += leaf.children.length();
            index = leaf.next;
        };
        count
    }

    public fun contains<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>, key: &K): bool {
        !is_end(&internal_find(self, key))
    }

    public fun borrow<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>, key: &K): &V {
        let place = internal_find(self, key);
        assert!(!is_end(&place), error::invalid_argument(EKEY_NOT_FOUND));
        iter_borrow(place, self)
    }

    public fun get<K: drop + copy + store, V: copy + store>(self: &BigOrderedMap<K, V>, key: &K): Option<V> {
        let place = internal_find(self, key);
        if (is_end(&place)) option::none() else option::some(*iter_borrow(place, self))
    }

    public fun borrow_mut<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, key: &K): &mut V {
        let place = internal_find(self, key);
        assert!(!is_end(&place), error::invalid_argument(EKEY_NOT_FOUND));
        iter_borrow_mut(place, self)
    }

    public fun borrow_front<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>): (K, &V) {
        let place = internal_new_begin_iter(self);
        (*iter_borrow_key(&place), iter_borrow(place, self))
    }

    public fun front_key<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>): K {
        *iter_borrow_key(&internal_new_begin_iter(self))
    }

    public fun borrow_back<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>): (K, &V) {
        let place = iter_prev(internal_new_end_iter(self), self);
        (*iter_borrow_key(&place), iter_borrow(place, self))
    }

    public fun back_key<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>): K {
        *iter_borrow_key(&iter_prev(internal_new_end_iter(self), self))
    }

    /// The greatest key below `key`, which need not be in the map.
    public fun prev_key<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>, key: &K): Option<K> {
        let place = internal_lower_bound(self, key);
        if (iter_is_begin(&place, self)) option::none() else option::some(*iter_borrow_key(&iter_prev(place, self)))
    }

    /// The least key above `key`, which need not be in the map.
    public fun next_key<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>, key: &K): Option<K> {
        let place = internal_lower_bound(self, key);
        if (!is_end(&place) && iter_borrow_key(&place) == key) place = iter_next(place, self);
        if (is_end(&place)) option::none() else option::some(*iter_borrow_key(&place))
    }

    public fun to_ordered_map<K: drop + copy + store, V: copy + store>(self: &BigOrderedMap<K, V>): OrderedMap<K, V> {
        let all = ordered_map::new();
        let place = internal_new_begin_iter(self);
        while (!is_end(&place)) {
            all.internal_new_end_iter().iter_add(&mut all, *iter_borrow_key(&place), *iter_borrow(place, self));
            place = iter_next(place, self);
        };
        all
    }

    public fun keys<K: store + copy + drop, V: store>(self: &BigOrderedMap<K, V>): vector<K> {
        let keys = vector[];
        let place = internal_new_begin_iter(self);
        while (!is_end(&place)) {
            keys.push_back(*iter_borrow_key(&place));
            place = iter_next(place, self);
        };
        keys
    }

    // ---- Iterators ----------------------------------------------------------------------------------------------

    fun is_end<K>(place: &IteratorPtr<K>): bool {
        match (place) {
            IteratorPtr::End => true,
            _ => false,
        }
    }

    /// The first entry whose key is not below `key`.
    public fun internal_lower_bound<K: drop + copy + store, V: store>(
        self: &BigOrderedMap<K, V>, key: &K
    ): IteratorPtr<K> {
        let path = path_to(self, key);
        if (path.is_empty()) return IteratorPtr::End;
        let index = path.pop_back();
        at(self, index, node(self, index).children.internal_lower_bound(key))
    }

    fun at<K: copy + store, V: store>(
        self: &BigOrderedMap<K, V>, node_index: u64, child_iter: ordered_map::IteratorPtr
    ): IteratorPtr<K> {
        let key = *child_iter.iter_borrow_key(&node(self, node_index).children);
        IteratorPtr::Some { node_index, child_iter, key }
    }

    /// The key's entry, or the end.
    public fun internal_find<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>, key: &K): IteratorPtr<K> {
        let place = internal_lower_bound(self, key);
        if (!is_end(&place) && iter_borrow_key(&place) == key) place else IteratorPtr::End
    }

    public fun internal_find_with_path<K: drop + copy + store, V: store>(
        self: &BigOrderedMap<K, V>, key: &K
    ): IteratorPtrWithPath<K> {
        let iterator = internal_find(self, key);
        let path = if (is_end(&iterator)) vector[] else path_to(self, key);
        IteratorPtrWithPath { iterator, path }
    }

    public fun iter_with_path_get_iter<K: drop + copy + store>(self: &IteratorPtrWithPath<K>): IteratorPtr<K> {
        self.iterator
    }

    public fun internal_new_begin_iter<K: copy + store, V: store>(self: &BigOrderedMap<K, V>): IteratorPtr<K> {
        if (is_empty(self)) return IteratorPtr::End;
        let index = self.min_leaf_index;
        at(self, index, node(self, index).children.internal_new_begin_iter())
    }

    public fun internal_new_end_iter<K: store, V: store>(self: &BigOrderedMap<K, V>): IteratorPtr<K> {
        IteratorPtr::End
    }

    public fun iter_is_begin<K: store, V: store>(self: &IteratorPtr<K>, map: &BigOrderedMap<K, V>): bool {
        if (is_end(self)) is_empty(map)
        else self.node_index == map.min_leaf_index && self.child_iter.iter_is_begin_from_non_empty()
    }

    public fun iter_is_end<K: store, V: store>(self: &IteratorPtr<K>, _map: &BigOrderedMap<K, V>): bool {
        is_end(self)
    }

    public fun iter_borrow_key<K>(self: &IteratorPtr<K>): &K {
        assert!(!is_end(self), error::invalid_argument(EITER_OUT_OF_BOUNDS));
        &self.key
    }

    public fun iter_borrow<K: drop + store, V: store>(self: IteratorPtr<K>, map: &BigOrderedMap<K, V>): &V {
        assert!(!is_end(&self), error::invalid_argument(EITER_OUT_OF_BOUNDS));
        let IteratorPtr::Some { node_index, child_iter, key: _ } = self;
        &child_iter.iter_borrow(&node(map, node_index).children).value
    }

    public fun iter_borrow_mut<K: drop + store, V: store>(
        self: IteratorPtr<K>, map: &mut BigOrderedMap<K, V>
    ): &mut V {
        assert!(!is_end(&self), error::invalid_argument(EITER_OUT_OF_BOUNDS));
        assert!(
            map.constant_kv_size || bcs::constant_serialized_size<V>().is_some(),
            error::invalid_argument(EBORROW_MUT_REQUIRES_CONSTANT_VALUE_SIZE)
        );
        value_mut(map, self)
    }

    fun value_mut<K: drop + store, V: store>(map: &mut BigOrderedMap<K, V>, place: IteratorPtr<K>): &mut V {
        let IteratorPtr::Some { node_index, child_iter, key: _ } = place;
        &mut child_iter.iter_borrow_mut(&mut node_mut(map, node_index).children).value
    }

    public fun iter_remove<K: drop + copy + store, V: store>(
        self: IteratorPtrWithPath<K>, map: &mut BigOrderedMap<K, V>
    ): V {
        assert!(!is_end(&self.iterator), error::invalid_argument(EITER_OUT_OF_BOUNDS));
        remove(map, iter_borrow_key(&self.iterator))
    }

    public fun iter_next<K: drop + copy + store, V: store>(
        self: IteratorPtr<K>, map: &BigOrderedMap<K, V>
    ): IteratorPtr<K> {
        assert!(!is_end(&self), error::invalid_argument(EITER_OUT_OF_BOUNDS));
        let index = self.node_index;
        let leaf = node(map, index);
        let next = self.child_iter.iter_next(&leaf.children);
        if (!next.iter_is_end(&leaf.children)) return at(map, index, next);
        if (leaf.next == NULL_INDEX) return IteratorPtr::End;
        at(map, leaf.next, node(map, leaf.next).children.internal_new_begin_iter())
    }

    public fun iter_prev<K: drop + copy + store, V: store>(
        self: IteratorPtr<K>, map: &BigOrderedMap<K, V>
    ): IteratorPtr<K> {
        let index = if (is_end(&self)) map.max_leaf_index else self.node_index;
        let leaf = node(map, index);
        let place = if (is_end(&self)) leaf.children.internal_new_end_iter() else self.child_iter;
        if (!place.iter_is_begin(&leaf.children)) return at(map, index, place.iter_prev(&leaf.children));
        assert!(leaf.prev != NULL_INDEX, error::invalid_argument(EITER_OUT_OF_BOUNDS));
        let before = &node(map, leaf.prev).children;
        at(map, leaf.prev, before.internal_new_end_iter().iter_prev(before))
    }

    public fun internal_leaf_new_begin_iter<K: store, V: store>(self: &BigOrderedMap<K, V>): LeafNodeIteratorPtr {
        LeafNodeIteratorPtr::NodeIndex { node_index: self.min_leaf_index }
    }

    public fun internal_leaf_iter_is_end(self: &LeafNodeIteratorPtr): bool {
        self.node_index == NULL_INDEX
    }

    public fun internal_leaf_borrow_value<V: store>(self: &Child<V>): &V {
        &self.value
    }

    public fun internal_leaf_iter_borrow_entries_and_next_leaf_index<K: store, V: store>(
        self: LeafNodeIteratorPtr, map: &BigOrderedMap<K, V>
    ): (&OrderedMap<K, Child<V>>, LeafNodeIteratorPtr) {
        let leaf = node(map, self.node_index);
        (&leaf.children, LeafNodeIteratorPtr::NodeIndex { node_index: leaf.next })
    }

    // ---- With functions -----------------------------------------------------------------------------------------

    public inline fun iter_modify<K: drop + store, V: store, R>(
        self: IteratorPtr<K>, map: &mut BigOrderedMap<K, V>, f: |&mut V| R
    ): R {
        f(aptos_framework::big_ordered_map::iter_borrow_mut<K, V>(self, map))
    }

    public inline fun modify<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, key: &K, f: |&mut V|) {
        f(aptos_framework::big_ordered_map::borrow_mut<K, V>(self, key))
    }

    public inline fun modify_and_return<K: drop + copy + store, V: store, R>(
        self: &mut BigOrderedMap<K, V>, key: &K, f: |&mut V| R
    ): R {
        f(aptos_framework::big_ordered_map::borrow_mut<K, V>(self, key))
    }

    public inline fun modify_if_present<K: drop + copy + store, V: store>(
        self: &mut BigOrderedMap<K, V>, key: &K, modify_f: |&mut V|
    ): bool {
        let map = self;
        let found = aptos_framework::big_ordered_map::contains<K, V>(map, key);
        if (found) modify_f(aptos_framework::big_ordered_map::borrow_mut<K, V>(map, key));
        found
    }

    public inline fun modify_if_present_and_return<K: drop + copy + store, V: store, R>(
        self: &mut BigOrderedMap<K, V>, key: &K, modify_f: |&mut V| R
    ): Option<R> {
        let map = self;
        if (aptos_framework::big_ordered_map::contains<K, V>(map, key)) {
            std::option::some<R>(modify_f(aptos_framework::big_ordered_map::borrow_mut<K, V>(map, key)))
        } else {
            std::option::none<R>()
        }
    }

    /// True if the key had an entry, which was modified; otherwise one was added.
    public inline fun modify_or_add<K: drop + copy + store, V: store>(
        self: &mut BigOrderedMap<K, V>, key: &K, modify_f: |&mut V|, add_f: || V
    ): bool {
        let map = self;
        let found = aptos_framework::big_ordered_map::contains<K, V>(map, key);
        if (found) modify_f(aptos_framework::big_ordered_map::borrow_mut<K, V>(map, key)) else map.add(*key, add_f());
        found
    }

    public inline fun get_and_map<K: drop + copy + store, V: store, R>(
        self: &BigOrderedMap<K, V>, key: &K, f: |&V| R
    ): Option<R> {
        let map = self;
        let place = map.internal_find(key);
        if (place.iter_is_end(map)) std::option::none<R>() else std::option::some<R>(f(place.iter_borrow(map)))
    }

    public inline fun for_each_and_clear<K: drop + copy + store, V: store>(self: &mut BigOrderedMap<K, V>, f: |K, V|) {
        let map = self;
        while (!aptos_framework::big_ordered_map::is_empty<K, V>(map)) {
            let (key, value) = map.pop_front();
            f(key, value);
        }
    }

    public inline fun for_each<K: drop + copy + store, V: store>(self: BigOrderedMap<K, V>, f: |K, V|) {
        let map = self;
        map.for_each_and_clear(|key, value| f(key, value));
        map.destroy_empty()
    }

    public inline fun for_each_ref<K: drop + copy + store, V: store>(self: &BigOrderedMap<K, V>, f: |&K, &V|) {
        let map = self;
        let place = map.internal_new_begin_iter();
        while (!place.iter_is_end(map)) {
            f(place.iter_borrow_key(), place.iter_borrow(map));
            place = place.iter_next(map);
        }
    }

    public inline fun for_each_mut<K: copy + drop + store, V: store>(
        self: &mut BigOrderedMap<K, V>, f: |&K, &mut V|
    ) {
        let map = self;
        let place = aptos_framework::big_ordered_map::internal_new_begin_iter<K, V>(map);
        while (!aptos_framework::big_ordered_map::iter_is_end<K, V>(&place, map)) {
            let key: K = *place.iter_borrow_key();
            f(&key, aptos_framework::big_ordered_map::iter_borrow_mut<K, V>(place, map));
            place = aptos_framework::big_ordered_map::iter_next<K, V>(place, map);
        }
    }

    /// Both values of every key that is in both maps.
    public inline fun intersection_zip_for_each_ref<K: drop + copy + store, V1: store, V2: store>(
        self: &BigOrderedMap<K, V1>, other: &BigOrderedMap<K, V2>, f: |&K, &V1, &V2|
    ) {
        let map = self;
        let second = other;
        let place = map.internal_new_begin_iter();
        while (!place.iter_is_end(map)) {
            let key = place.iter_borrow_key();
            if (second.contains(key)) f(key, place.iter_borrow(map), second.borrow(key));
            place = place.iter_next(map);
        }
    }

    public inline fun destroy<K: drop + copy + store, V: store>(self: BigOrderedMap<K, V>, dv: |V|) {
        self.for_each(|_key, value| dv(value))
    }
}
