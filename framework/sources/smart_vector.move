/// A vector that keeps its first elements inside and, once they are many, the further ones in a
/// BigVector. Without configuration it decides by the size of its elements.
module aptos_std::smart_vector {
    use std::bcs;
    use std::error;
    use std::option::{Self, Option};
    use aptos_std::big_vector::{Self, BigVector};
    use aptos_std::math64::max;

    /// No element has that index.
    const EINDEX_OUT_OF_BOUNDS: u64 = 1;
    /// The vector has elements left.
    const EVECTOR_NOT_EMPTY: u64 = 2;
    /// The vector has no elements.
    const EVECTOR_EMPTY: u64 = 3;
    /// A piece holds at least one element.
    const EZERO_BUCKET_SIZE: u64 = 4;
    /// The two vectors differ in length.
    const ESMART_VECTORS_LENGTH_MISMATCH: u64 = 0x20005;

    /// Elements stay inside while their bytes are fewer; a piece takes about as many bytes as the second.
    const INLINE_BYTES: u64 = 150;
    const BUCKET_BYTES: u64 = 1024;

    /// `big_vec` is there exactly if it has elements.
    struct SmartVector<T> has store {
        inline_vec: vector<T>,
        big_vec: Option<BigVector<T>>,
        inline_capacity: Option<u64>,
        bucket_size: Option<u64>,
    }

    public fun new<T: store>(): SmartVector<T> {
        empty()
    }

    public fun empty<T: store>(): SmartVector<T> {
        SmartVector {
            inline_vec: vector[],
            big_vec: option::none(),
            inline_capacity: option::none(),
            bucket_size: option::none(),
        }
    }

    /// Keeps the first `inline_capacity` elements inside and the others in pieces of `bucket_size`.
    public fun empty_with_config<T: store>(inline_capacity: u64, bucket_size: u64): SmartVector<T> {
        assert!(bucket_size > 0, error::invalid_argument(EZERO_BUCKET_SIZE));
        SmartVector {
            inline_vec: vector[],
            big_vec: option::none(),
            inline_capacity: option::some(inline_capacity),
            bucket_size: option::some(bucket_size),
        }
    }

    public fun singleton<T: store>(element: T): SmartVector<T> {
        let v = empty();
        push_back(&mut v, element);
        v
    }

    public fun destroy_empty<T>(self: SmartVector<T>) {
        assert!(is_empty(&self), error::invalid_argument(EVECTOR_NOT_EMPTY));
        let SmartVector { inline_vec, big_vec, inline_capacity: _, bucket_size: _ } = self;
        inline_vec.destroy_empty();
        big_vec.destroy_none();
    }

    public fun destroy<T: drop>(self: SmartVector<T>) {
        clear(&mut self);
        destroy_empty(self);
    }

    public fun clear<T: drop>(self: &mut SmartVector<T>) {
        self.inline_vec = vector[];
        if (self.big_vec.is_some()) self.big_vec.extract().destroy();
    }

    public fun borrow<T>(self: &SmartVector<T>, i: u64): &T {
        assert!(i < length(self), error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        let inside = self.inline_vec.length();
        if (i < inside) self.inline_vec.borrow(i) else self.big_vec.borrow().borrow(i - inside)
    }

    public fun borrow_mut<T>(self: &mut SmartVector<T>, i: u64): &mut T {
        assert!(i < length(self), error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        let inside = self.inline_vec.length();
        if (i < inside) self.inline_vec.borrow_mut(i) else self.big_vec.borrow_mut().borrow_mut(i - inside)
    }

    /// Moves all elements of `other` to the end, in their order.
    public fun append<T: store>(self: &mut SmartVector<T>, other: SmartVector<T>) {
        other.for_each(|e| push_back(self, e))
    }

    public fun add_all<T: store>(self: &mut SmartVector<T>, vals: vector<T>) {
        vals.for_each(|val| push_back(self, val))
    }

    public fun to_vector<T: store + copy>(self: &SmartVector<T>): vector<T> {
        let all = self.inline_vec;
        if (self.big_vec.is_some()) all.append(self.big_vec.borrow().to_vector());
        all
    }

    public fun push_back<T: store>(self: &mut SmartVector<T>, val: T) {
        if (self.big_vec.is_none()) {
            if (has_room_inside(self, &val)) {
                self.inline_vec.push_back(val);
                return
            };
            let bucket_size = if (self.bucket_size.is_some()) *self.bucket_size.borrow() else fitting_bucket(self, &val);
            self.big_vec.fill(big_vector::empty(bucket_size));
        };
        self.big_vec.borrow_mut().push_back(val);
    }

    fun has_room_inside<T>(self: &SmartVector<T>, val: &T): bool {
        let inside = self.inline_vec.length();
        if (self.inline_capacity.is_some()) inside < *self.inline_capacity.borrow()
        else bcs::serialized_size(val) * (inside + 1) < INLINE_BYTES
    }

    /// How many elements of the average size fill a piece.
    fun fitting_bucket<T>(self: &SmartVector<T>, val: &T): u64 {
        let bytes = bcs::serialized_size(&self.inline_vec) + bcs::serialized_size(val);
        max(BUCKET_BYTES / max(bytes / (self.inline_vec.length() + 1), 1), 1)
    }

    public fun pop_back<T>(self: &mut SmartVector<T>): T {
        assert!(!is_empty(self), error::invalid_state(EVECTOR_EMPTY));
        if (self.big_vec.is_none()) return self.inline_vec.pop_back();
        let val = self.big_vec.borrow_mut().pop_back();
        drop_big_if_empty(self);
        val
    }

    fun drop_big_if_empty<T>(self: &mut SmartVector<T>) {
        if (self.big_vec.borrow().is_empty()) self.big_vec.extract().destroy_empty();
    }

    /// Takes an element out; those behind it move down by one, but none moves inside.
    public fun remove<T>(self: &mut SmartVector<T>, i: u64): T {
        assert!(i < length(self), error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        let inside = self.inline_vec.length();
        if (i < inside) return self.inline_vec.remove(i);
        let val = self.big_vec.borrow_mut().remove(i - inside);
        drop_big_if_empty(self);
        val
    }

    /// Takes an element out; the last one takes its place.
    public fun swap_remove<T>(self: &mut SmartVector<T>, i: u64): T {
        assert!(i < length(self), error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        let inside = self.inline_vec.length();
        if (self.big_vec.is_none()) return self.inline_vec.swap_remove(i);
        let val = if (i < inside) {
            let last = self.big_vec.borrow_mut().pop_back();
            self.inline_vec.replace(i, last)
        } else {
            self.big_vec.borrow_mut().swap_remove(i - inside)
        };
        drop_big_if_empty(self);
        val
    }

    public fun swap<T: store>(self: &mut SmartVector<T>, i: u64, j: u64) {
        if (i > j) return swap(self, j, i);
        assert!(j < length(self), error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        let inside = self.inline_vec.length();
        if (j < inside) {
            self.inline_vec.swap(i, j)
        } else if (i >= inside) {
            self.big_vec.borrow_mut().swap(i - inside, j - inside)
        } else {
            let outside = self.big_vec.borrow_mut();
            let element = self.inline_vec.swap_remove(i);
            outside.push_back(element);
            let other = outside.swap_remove(j - inside);
            self.inline_vec.push_back(other);
            self.inline_vec.swap(i, inside - 1);
        }
    }

    /// As many elements stay inside as were there.
    public fun reverse<T: store>(self: &mut SmartVector<T>) {
        if (self.big_vec.is_some()) {
            let inside = self.inline_vec.length();
            let first = vector[];
            for (i in 0..inside) {
                first.push_back(pop_back(self));
            };
            // Popping may have eaten into the elements inside; what is left there goes last.
            let last = self.inline_vec.trim(0);
            if (self.big_vec.is_some()) self.big_vec.borrow_mut().reverse();
            self.inline_vec.append(first);
            last.for_each_reverse(|e| push_back(self, e));
        } else {
            self.inline_vec.reverse()
        }
    }

    public fun index_of<T>(self: &SmartVector<T>, val: &T): (bool, u64) {
        let (found, i) = self.inline_vec.index_of(val);
        if (found || self.big_vec.is_none()) return (found, i);
        let (found, i) = self.big_vec.borrow().index_of(val);
        (found, i + self.inline_vec.length())
    }

    public fun contains<T>(self: &SmartVector<T>, val: &T): bool {
        let (found, _) = index_of(self, val);
        found
    }

    public fun length<T>(self: &SmartVector<T>): u64 {
        self.inline_vec.length() + if (self.big_vec.is_none()) 0 else self.big_vec.borrow().length()
    }

    public fun is_empty<T>(self: &SmartVector<T>): bool {
        length(self) == 0
    }

    // ---- With functions -----------------------------------------------------------------------------------------

    public inline fun for_each<T: store>(self: SmartVector<T>, f: |T|) {
        let v = self;
        v.reverse();
        v.for_each_reverse(|e| f(e));
    }

    public inline fun for_each_reverse<T>(self: SmartVector<T>, f: |T|) {
        let v = self;
        let left = v.length();
        while (left > 0) {
            f(v.pop_back());
            left -= 1;
        };
        v.destroy_empty()
    }

    public inline fun for_each_ref<T>(self: &SmartVector<T>, f: |&T|) {
        let v = self;
        for (i in 0..v.length()) {
            f(v.borrow(i));
        }
    }

    public inline fun for_each_mut<T>(self: &mut SmartVector<T>, f: |&mut T|) {
        let v = self;
        for (i in 0..v.length()) {
            f(v.borrow_mut(i));
        }
    }

    public inline fun enumerate_ref<T>(self: &SmartVector<T>, f: |u64, &T|) {
        let v = self;
        for (i in 0..v.length()) {
            f(i, v.borrow(i));
        }
    }

    public inline fun enumerate_mut<T>(self: &mut SmartVector<T>, f: |u64, &mut T|) {
        let v = self;
        for (i in 0..v.length()) {
            f(i, v.borrow_mut(i));
        }
    }

    public inline fun fold<Accumulator, T: store>(
        self: SmartVector<T>, init: Accumulator, f: |Accumulator, T| Accumulator
    ): Accumulator {
        let result = init;
        self.for_each(|e| result = f(result, e));
        result
    }

    public inline fun foldr<Accumulator, T>(
        self: SmartVector<T>, init: Accumulator, f: |T, Accumulator| Accumulator
    ): Accumulator {
        let result = init;
        self.for_each_reverse(|e| result = f(e, result));
        result
    }

    public inline fun map_ref<T1, T2: store>(self: &SmartVector<T1>, f: |&T1| T2): SmartVector<T2> {
        let result = aptos_std::smart_vector::new<T2>();
        self.for_each_ref(|e| result.push_back(f(e)));
        result
    }

    public inline fun map<T1: store, T2: store>(self: SmartVector<T1>, f: |T1| T2): SmartVector<T2> {
        let result = aptos_std::smart_vector::new<T2>();
        self.for_each(|e| result.push_back(f(e)));
        result
    }

    public inline fun filter<T: store + drop>(self: SmartVector<T>, p: |&T| bool): SmartVector<T> {
        let result = aptos_std::smart_vector::new<T>();
        self.for_each(|e| {
            if (p(&e)) result.push_back(e);
        });
        result
    }

    public inline fun zip<T1: store, T2: store>(self: SmartVector<T1>, v2: SmartVector<T2>, f: |T1, T2|) {
        let a = self;
        let b = v2;
        a.reverse();
        b.reverse();
        a.zip_reverse(b, |x, y| f(x, y))
    }

    public inline fun zip_reverse<T1, T2>(self: SmartVector<T1>, v2: SmartVector<T2>, f: |T1, T2|) {
        let a = self;
        let b = v2;
        let left = a.length();
        assert!(left == b.length(), 0x20005);
        while (left > 0) {
            f(a.pop_back(), b.pop_back());
            left -= 1;
        };
        a.destroy_empty();
        b.destroy_empty();
    }

    public inline fun zip_ref<T1, T2>(self: &SmartVector<T1>, v2: &SmartVector<T2>, f: |&T1, &T2|) {
        let a = self;
        let b = v2;
        assert!(a.length() == b.length(), 0x20005);
        for (i in 0..a.length()) {
            f(a.borrow(i), b.borrow(i));
        }
    }

    public inline fun zip_mut<T1, T2>(self: &mut SmartVector<T1>, v2: &mut SmartVector<T2>, f: |&mut T1, &mut T2|) {
        let a = self;
        let b = v2;
        assert!(a.length() == b.length(), 0x20005);
        for (i in 0..a.length()) {
            f(a.borrow_mut(i), b.borrow_mut(i));
        }
    }

    public inline fun zip_map<T1: store, T2: store, NewT: store>(
        self: SmartVector<T1>, v2: SmartVector<T2>, f: |T1, T2| NewT
    ): SmartVector<NewT> {
        let a = self;
        let b = v2;
        assert!(a.length() == b.length(), 0x20005);
        let result = aptos_std::smart_vector::new<NewT>();
        a.zip(b, |x, y| result.push_back(f(x, y)));
        result
    }

    public inline fun zip_map_ref<T1, T2, NewT: store>(
        self: &SmartVector<T1>, v2: &SmartVector<T2>, f: |&T1, &T2| NewT
    ): SmartVector<NewT> {
        let a = self;
        let b = v2;
        assert!(a.length() == b.length(), 0x20005);
        let result = aptos_std::smart_vector::new<NewT>();
        a.zip_ref(b, |x, y| result.push_back(f(x, y)));
        result
    }
}
