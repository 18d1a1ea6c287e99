/// A vector in pieces, each an item of a table, so that touching one element does not load all.
module aptos_std::big_vector {
    use std::error;
    use aptos_std::table_with_length::{Self, TableWithLength};

    friend aptos_std::smart_vector;

    /// No element has that index.
    const EINDEX_OUT_OF_BOUNDS: u64 = 1;
    /// The vector has elements left.
    const EVECTOR_NOT_EMPTY: u64 = 2;
    /// The vector has no elements.
    const EVECTOR_EMPTY: u64 = 3;
    /// A piece holds at least one element.
    const EZERO_BUCKET_SIZE: u64 = 4;

    /// All pieces but the last are full; none is empty.
    struct BigVector<T> has store {
        buckets: TableWithLength<u64, vector<T>>,
        end_index: u64,
        bucket_size: u64,
    }

    public(friend) fun empty<T: store>(bucket_size: u64): BigVector<T> {
        assert!(bucket_size > 0, error::invalid_argument(EZERO_BUCKET_SIZE));
        BigVector { buckets: table_with_length::new(), end_index: 0, bucket_size }
    }

    public(friend) fun singleton<T: store>(element: T, bucket_size: u64): BigVector<T> {
        let v = empty(bucket_size);
        push_back(&mut v, element);
        v
    }

    public fun destroy_empty<T>(self: BigVector<T>) {
        assert!(is_empty(&self), error::invalid_argument(EVECTOR_NOT_EMPTY));
        let BigVector { buckets, end_index: _, bucket_size: _ } = self;
        buckets.destroy_empty();
    }

    public fun destroy<T: drop>(self: BigVector<T>) {
        let BigVector { buckets, end_index: _, bucket_size: _ } = self;
        for (i in 0..buckets.length()) {
            buckets.remove(i);
        };
        buckets.destroy_empty();
    }

    public fun borrow<T>(self: &BigVector<T>, i: u64): &T {
        assert!(i < self.end_index, error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        self.buckets.borrow(i / self.bucket_size).borrow(i % self.bucket_size)
    }

    public fun borrow_mut<T>(self: &mut BigVector<T>, i: u64): &mut T {
        assert!(i < self.end_index, error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        self.buckets.borrow_mut(i / self.bucket_size).borrow_mut(i % self.bucket_size)
    }

    /// Moves all elements of `other` to the end, in their order.
    public fun append<T: store>(self: &mut BigVector<T>, other: BigVector<T>) {
        let BigVector { buckets, end_index: _, bucket_size: _ } = other;
        for (i in 0..buckets.length()) {
            let piece = buckets.remove(i);
            piece.reverse();
            while (!piece.is_empty()) push_back(self, piece.pop_back());
            piece.destroy_empty();
        };
        buckets.destroy_empty();
    }

    public fun push_back<T: store>(self: &mut BigVector<T>, val: T) {
        let count = self.buckets.length();
        if (self.end_index == count * self.bucket_size) {
            self.buckets.add(count, vector[val]);
        } else {
            self.buckets.borrow_mut(count - 1).push_back(val);
        };
        self.end_index += 1;
    }

    public fun pop_back<T>(self: &mut BigVector<T>): T {
        assert!(!is_empty(self), error::invalid_state(EVECTOR_EMPTY));
        let last = self.buckets.length() - 1;
        let val = self.buckets.borrow_mut(last).pop_back();
        drop_last_if_empty(self);
        self.end_index -= 1;
        val
    }

    fun drop_last_if_empty<T>(self: &mut BigVector<T>) {
        let last = self.buckets.length() - 1;
        if (self.buckets.borrow(last).is_empty()) {
            self.buckets.remove(last).destroy_empty();
        }
    }

    /// Takes an element out; those behind it move down by one, each piece giving its first to the one before.
    public fun remove<T>(self: &mut BigVector<T>, i: u64): T {
        assert!(i < self.end_index, error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        let count = self.buckets.length();
        let at = i / self.bucket_size;
        let val = self.buckets.borrow_mut(at).remove(i % self.bucket_size);
        for (k in (at + 1)..count) {
            let first = self.buckets.borrow_mut(k).remove(0);
            self.buckets.borrow_mut(k - 1).push_back(first);
        };
        drop_last_if_empty(self);
        self.end_index -= 1;
        val
    }

    /// Takes an element out; the last one takes its place.
    public fun swap_remove<T>(self: &mut BigVector<T>, i: u64): T {
        assert!(i < self.end_index, error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        let last = pop_back(self);
        if (i == self.end_index) return last;
        self.buckets.borrow_mut(i / self.bucket_size).replace(i % self.bucket_size, last)
    }

    public fun swap<T>(self: &mut BigVector<T>, i: u64, j: u64) {
        assert!(i < self.end_index && j < self.end_index, error::invalid_argument(EINDEX_OUT_OF_BOUNDS));
        let size = self.bucket_size;
        if (i / size == j / size) {
            self.buckets.borrow_mut(i / size).swap(i % size, j % size);
            return
        };
        // A table lends one item at a time: one of the two pieces is taken out meanwhile.
        let piece = self.buckets.remove(i / size);
        let element = piece.swap_remove(i % size);
        let other = self.buckets.borrow_mut(j / size).replace(j % size, element);
        piece.push_back(other);
        let last = piece.length() - 1;
        piece.swap(i % size, last);
        self.buckets.add(i / size, piece);
    }

    public fun reverse<T>(self: &mut BigVector<T>) {
        let size = self.bucket_size;
        let count = self.buckets.length();
        let pieces = vector[];
        let piece = vector[];
        for (k in 0..count) {
            self.buckets.remove(count - 1 - k).for_each_reverse(|e| {
                piece.push_back(e);
                if (piece.length() == size) pieces.push_back(piece.trim(0));
            });
        };
        if (piece.is_empty()) piece.destroy_empty() else pieces.push_back(piece);
        // Not a function with a captured `self`: this compiler mixes it up with that of for_each.
        pieces.reverse();
        for (k in 0..count) {
            self.buckets.add(k, pieces.pop_back());
        };
        pieces.destroy_empty();
    }

    public fun index_of<T>(self: &BigVector<T>, val: &T): (bool, u64) {
        for (k in 0..self.buckets.length()) {
            let (found, i) = self.buckets.borrow(k).index_of(val);
            if (found) return (true, k * self.bucket_size + i);
        };
        (false, 0)
    }

    public fun contains<T>(self: &BigVector<T>, val: &T): bool {
        let (found, _) = index_of(self, val);
        found
    }

    public fun to_vector<T: copy>(self: &BigVector<T>): vector<T> {
        let all = vector[];
        for (k in 0..self.buckets.length()) {
            all.append(*self.buckets.borrow(k));
        };
        all
    }

    public fun length<T>(self: &BigVector<T>): u64 {
        self.end_index
    }

    public fun is_empty<T>(self: &BigVector<T>): bool {
        self.end_index == 0
    }
}
