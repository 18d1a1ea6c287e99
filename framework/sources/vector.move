/// Growable sequences of values of one type.
///
/// The functions marked as bytecode instructions are opcodes of the machine; everything else is
/// written with them. Functions that take a lambda are expanded where they are called.
module std::vector {
    /// A position is not inside the vector.
    const EINDEX_OUT_OF_BOUNDS: u64 = 0x20000;
    /// The end of a range is before its start, or outside the vector.
    const EINVALID_RANGE: u64 = 0x20001;
    /// Two vectors that are walked together differ in length.
    const EVECTORS_LENGTH_MISMATCH: u64 = 0x20002;
    /// A range advances by nothing.
    const EINVALID_STEP: u64 = 0x20003;
    /// The bounds of a slice are not inside the vector or not in order.
    const EINVALID_SLICE_RANGE: u64 = 0x20004;

    #[bytecode_instruction]
    /// A vector without elements.
    native public fun empty<Element>(): vector<Element>;

    #[bytecode_instruction]
    /// The number of elements.
    native public fun length<Element>(self: &vector<Element>): u64;

    #[bytecode_instruction]
    /// The element at `i`; fails if there is none.
    native public fun borrow<Element>(self: &vector<Element>, i: u64): &Element;

    #[bytecode_instruction]
    /// Adds `e` behind the last element.
    native public fun push_back<Element>(self: &mut vector<Element>, e: Element);

    #[bytecode_instruction]
    /// The element at `i`, to be changed; fails if there is none.
    native public fun borrow_mut<Element>(self: &mut vector<Element>, i: u64): &mut Element;

    #[bytecode_instruction]
    /// Takes the last element; fails if there is none.
    native public fun pop_back<Element>(self: &mut vector<Element>): Element;

    #[bytecode_instruction]
    /// Ends a vector without elements; fails if it has any.
    native public fun destroy_empty<Element>(self: vector<Element>);

    #[bytecode_instruction]
    /// Exchanges the elements at `i` and `j`.
    native public fun swap<Element>(self: &mut vector<Element>, i: u64, j: u64);

    /// Moves `length` elements of `from`, beginning at `removal_position`, into `to` before
    /// `insert_position`. Aborts if a position is outside its vector.
    native public fun move_range<T>(
        from: &mut vector<T>,
        removal_position: u64,
        length: u64,
        to: &mut vector<T>,
        insert_position: u64
    );

    /// A vector of one element.
    public fun singleton<Element>(e: Element): vector<Element> {
        let v = empty();
        push_back(&mut v, e);
        v
    }

    /// Turns the order of the elements around.
    public fun reverse<Element>(self: &mut vector<Element>) {
        let n = length(self);
        reverse_slice(self, 0, n);
    }

    /// Turns the order of the elements in [`left`, `right`) around.
    public fun reverse_slice<Element>(self: &mut vector<Element>, left: u64, right: u64) {
        assert!(left <= right, EINVALID_RANGE);
        while (left + 1 < right) {
            right = right - 1;
            swap(self, left, right);
            left = left + 1;
        }
    }

    /// Moves all elements of `other` behind those of `self`.
    public fun append<Element>(self: &mut vector<Element>, other: vector<Element>) {
        reverse(&mut other);
        reverse_append(self, other);
    }

    /// As `append`, with the elements of `other` in reverse order.
    public fun reverse_append<Element>(self: &mut vector<Element>, other: vector<Element>) {
        let n = length(&other);
        while (n > 0) {
            push_back(self, pop_back(&mut other));
            n = n - 1;
        };
        destroy_empty(other);
    }

    /// The last element.
    public fun last<Element>(self: &vector<Element>): &Element {
        let n = length(self);
        assert!(n > 0, EINDEX_OUT_OF_BOUNDS);
        borrow(self, n - 1)
    }

    /// The last element, to be changed.
    public fun last_mut<Element>(self: &mut vector<Element>): &mut Element {
        let n = length(self);
        assert!(n > 0, EINDEX_OUT_OF_BOUNDS);
        borrow_mut(self, n - 1)
    }

    /// Keeps the first `new_len` elements and returns the others in order.
    public fun trim<Element>(self: &mut vector<Element>, new_len: u64): vector<Element> {
        let rest = trim_reverse(self, new_len);
        reverse(&mut rest);
        rest
    }

    /// Keeps the first `new_len` elements and returns the others, the last one first.
    public fun trim_reverse<Element>(self: &mut vector<Element>, new_len: u64): vector<Element> {
        let n = length(self);
        assert!(new_len <= n, EINDEX_OUT_OF_BOUNDS);
        let rest = empty();
        while (new_len < n) {
            push_back(&mut rest, pop_back(self));
            n = n - 1;
        };
        rest
    }

    /// True if there are no elements.
    public fun is_empty<Element>(self: &vector<Element>): bool {
        length(self) == 0
    }

    /// True if an element equals `e`.
    public fun contains<Element>(self: &vector<Element>, e: &Element): bool {
        let (found, _) = index_of(self, e);
        found
    }

    /// Whether an element equals `e`, and the first place where one does (0 if none does).
    public fun index_of<Element>(self: &vector<Element>, e: &Element): (bool, u64) {
        let i = 0;
        let n = length(self);
        while (i < n) {
            if (borrow(self, i) == e) return (true, i);
            i = i + 1;
        };
        (false, 0)
    }

    /// Puts `e` at `i`; the elements from there on move up by one.
    public fun insert<Element>(self: &mut vector<Element>, i: u64, e: Element) {
        let n = length(self);
        assert!(i <= n, EINDEX_OUT_OF_BOUNDS);
        push_back(self, e);
        while (i < n) {
            swap(self, i, n);
            i = i + 1;
        }
    }

    /// Takes the element at `i`; the elements behind it move down by one.
    public fun remove<Element>(self: &mut vector<Element>, i: u64): Element {
        let n = length(self);
        assert!(i < n, EINDEX_OUT_OF_BOUNDS);
        while (i + 1 < n) {
            swap(self, i, i + 1);
            i = i + 1;
        };
        pop_back(self)
    }

    /// Takes the first element that equals `val`, if there is one; returns none or one.
    public fun remove_value<Element>(self: &mut vector<Element>, val: &Element): vector<Element> {
        let (found, i) = index_of(self, val);
        if (found) singleton(remove(self, i)) else empty()
    }

    /// Takes the element at `i`; the last one takes its place.
    public fun swap_remove<Element>(self: &mut vector<Element>, i: u64): Element {
        let n = length(self);
        assert!(n > 0, EINDEX_OUT_OF_BOUNDS);
        swap(self, i, n - 1);
        pop_back(self)
    }

    /// Puts `val` in the place of the element at `i` and returns that.
    public fun replace<Element>(self: &mut vector<Element>, i: u64, val: Element): Element {
        let n = length(self);
        assert!(i < n, EINDEX_OUT_OF_BOUNDS);
        push_back(self, val);
        swap(self, i, n);
        pop_back(self)
    }

    /// Moves the first `rot` elements behind the others, both parts in order. Returns where the
    /// element that was first is now.
    public fun rotate<Element>(self: &mut vector<Element>, rot: u64): u64 {
        let n = length(self);
        rotate_slice(self, 0, rot, n)
    }

    /// As `rotate` within [`left`, `right`), which `rot` splits.
    public fun rotate_slice<Element>(
        self: &mut vector<Element>, left: u64, rot: u64, right: u64
    ): u64 {
        reverse_slice(self, left, rot);
        reverse_slice(self, rot, right);
        reverse_slice(self, left, right);
        left + (right - rot)
    }

    /// The numbers from `start` up to, without, `end`.
    public fun range(start: u64, end: u64): vector<u64> {
        range_with_step(start, end, 1)
    }

    /// The numbers `start`, `start + step`, .. below `end`.
    public fun range_with_step(start: u64, end: u64, step: u64): vector<u64> {
        assert!(step > 0, EINVALID_STEP);
        let v = vector[];
        while (start < end) {
            push_back(&mut v, start);
            start = start + step;
        };
        v
    }

    /// Copies of the elements in [`start`, `end`).
    public fun slice<Element: copy>(
        self: &vector<Element>, start: u64, end: u64
    ): vector<Element> {
        assert!(start <= end && end <= length(self), EINVALID_SLICE_RANGE);
        let v = vector[];
        while (start < end) {
            push_back(&mut v, *borrow(self, start));
            start = start + 1;
        };
        v
    }

    /// Gives each element to `f`, first to last.
    public inline fun for_each<Element>(self: vector<Element>, f: |Element|) {
        reverse(&mut self);
        for_each_reverse(self, |e| f(e));
    }

    /// Gives each element to `f`, last to first.
    public inline fun for_each_reverse<Element>(self: vector<Element>, f: |Element|) {
        let n = length(&self);
        while (n > 0) {
            f(pop_back(&mut self));
            n = n - 1;
        };
        destroy_empty(self)
    }

    /// Shows each element to `f`, first to last.
    public inline fun for_each_ref<Element>(self: &vector<Element>, f: |&Element|) {
        let i = 0;
        let n = length(self);
        while (i < n) {
            f(borrow(self, i));
            i = i + 1
        }
    }

    /// Lets `f` change each element, first to last.
    public inline fun for_each_mut<Element>(self: &mut vector<Element>, f: |&mut Element|) {
        let i = 0;
        let n = length(self);
        while (i < n) {
            f(borrow_mut(self, i));
            i = i + 1
        }
    }

    /// Shows each element with its place to `f`.
    public inline fun enumerate_ref<Element>(self: &vector<Element>, f: |u64, &Element|) {
        let i = 0;
        let n = length(self);
        while (i < n) {
            f(i, borrow(self, i));
            i = i + 1;
        };
    }

    /// Lets `f` change each element, with its place.
    public inline fun enumerate_mut<Element>(self: &mut vector<Element>, f: |u64, &mut Element|) {
        let i = 0;
        let n = length(self);
        while (i < n) {
            f(i, borrow_mut(self, i));
            i = i + 1;
        };
    }

    /// Gives pairs of elements at the same place to `f`, first to last.
    public inline fun zip<Element1, Element2>(
        self: vector<Element1>, v2: vector<Element2>, f: |Element1, Element2|
    ) {
        reverse(&mut self);
        reverse(&mut v2);
        zip_reverse(self, v2, |e1, e2| f(e1, e2));
    }

    /// Gives pairs of elements at the same place to `f`, last to first.
    public inline fun zip_reverse<Element1, Element2>(
        self: vector<Element1>, v2: vector<Element2>, f: |Element1, Element2|
    ) {
        let n = length(&self);
        assert!(n == length(&v2), 0x20002);
        while (n > 0) {
            f(pop_back(&mut self), pop_back(&mut v2));
            n = n - 1;
        };
        destroy_empty(self);
        destroy_empty(v2);
    }

    /// Shows pairs of elements at the same place to `f`.
    public inline fun zip_ref<Element1, Element2>(
        self: &vector<Element1>, v2: &vector<Element2>, f: |&Element1, &Element2|
    ) {
        let n = length(self);
        assert!(n == length(v2), 0x20002);
        let i = 0;
        while (i < n) {
            f(borrow(self, i), borrow(v2, i));
            i = i + 1
        }
    }

    /// Lets `f` change pairs of elements at the same place.
    public inline fun zip_mut<Element1, Element2>(
        self: &mut vector<Element1>, v2: &mut vector<Element2>, f: |&mut Element1, &mut Element2|
    ) {
        let n = length(self);
        assert!(n == length(v2), 0x20002);
        let i = 0;
        while (i < n) {
            f(borrow_mut(self, i), borrow_mut(v2, i));
            i = i + 1
        }
    }

    /// Folds the elements into `init`, first to last.
    public inline fun fold<Accumulator, Element>(
        self: vector<Element>, init: Accumulator, f: |Accumulator, Element| Accumulator
    ): Accumulator {
        let accu = init;
        for_each(self, |e| accu = f(accu, e));
        accu
    }

    /// Folds the elements into `init`, last to first.
    public inline fun foldr<Accumulator, Element>(
        self: vector<Element>, init: Accumulator, f: |Element, Accumulator| Accumulator
    ): Accumulator {
        let accu = init;
        for_each_reverse(self, |e| accu = f(e, accu));
        accu
    }

    /// What `f` makes of each element that it is shown.
    public inline fun map_ref<Element, NewElement>(
        self: &vector<Element>, f: |&Element| NewElement
    ): vector<NewElement> {
        let result = vector<NewElement>[];
        for_each_ref(self, |e| push_back(&mut result, f(e)));
        result
    }

    /// What `f` makes of each element.
    public inline fun map<Element, NewElement>(
        self: vector<Element>, f: |Element| NewElement
    ): vector<NewElement> {
        let result = vector<NewElement>[];
        for_each(self, |e| push_back(&mut result, f(e)));
        result
    }

    /// What `f` makes of each pair of elements that it is shown.
    public inline fun zip_map_ref<Element1, Element2, NewElement>(
        self: &vector<Element1>, v2: &vector<Element2>, f: |&Element1, &Element2| NewElement
    ): vector<NewElement> {
        assert!(length(self) == length(v2), 0x20002);
        let result = vector<NewElement>[];
        zip_ref(self, v2, |e1, e2| push_back(&mut result, f(e1, e2)));
        result
    }

    /// What `f` makes of each pair of elements.
    public inline fun zip_map<Element1, Element2, NewElement>(
        self: vector<Element1>, v2: vector<Element2>, f: |Element1, Element2| NewElement
    ): vector<NewElement> {
        assert!(length(&self) == length(&v2), 0x20002);
        let result = vector<NewElement>[];
        zip(self, v2, |e1, e2| push_back(&mut result, f(e1, e2)));
        result
    }

    /// The elements for which `p` holds.
    public inline fun filter<Element: drop>(
        self: vector<Element>, p: |&Element| bool
    ): vector<Element> {
        let result = vector<Element>[];
        for_each(self, |e| {
            if (p(&e)) push_back(&mut result, e);
        });
        result
    }

    /// Whether `f` holds for an element, and the first place where it does (0 if nowhere).
    public inline fun find<Element>(self: &vector<Element>, f: |&Element| bool): (bool, u64) {
        let found = false;
        let place = 0;
        let i = 0;
        let n = length(self);
        while (i < n) {
            if (f(borrow(self, i))) {
                found = true;
                place = i;
                break
            };
            i = i + 1;
        };
        (found, place)
    }

    /// True if `p` holds for an element.
    public inline fun any<Element>(self: &vector<Element>, p: |&Element| bool): bool {
        let result = false;
        let i = 0;
        let n = length(self);
        while (i < n) {
            result = p(borrow(self, i));
            if (result) break;
            i = i + 1
        };
        result
    }

    /// True if `p` holds for all elements.
    public inline fun all<Element>(self: &vector<Element>, p: |&Element| bool): bool {
        let result = true;
        let i = 0;
        let n = length(self);
        while (i < n) {
            result = p(borrow(self, i));
            if (!result) break;
            i = i + 1
        };
        result
    }

    /// Moves the elements for which `pred` holds to the front; their order is kept, that of the
    /// others is not. Returns how many they are.
    public inline fun partition<Element>(self: &mut vector<Element>, pred: |&Element| bool): u64 {
        let held = 0;
        let i = 0;
        let n = length(self);
        while (i < n) {
            if (pred(borrow(self, i))) {
                swap(self, held, i);
                held = held + 1;
            };
            i = i + 1;
        };
        held
    }

    /// As `partition`; the order of the others is kept too.
    public inline fun stable_partition<Element>(
        self: &mut vector<Element>, p: |&Element| bool
    ): u64 {
        let n = length(self);
        let kept = vector[];
        let others = vector[];
        while (n > 0) {
            let e = pop_back(self);
            if (p(&e)) push_back(&mut kept, e) else push_back(&mut others, e);
            n = n - 1;
        };
        let place = length(&kept);
        reverse_append(self, kept);
        reverse_append(self, others);
        place
    }

    /// Gives each element to `d`, which ends it.
    public inline fun destroy<Element>(self: vector<Element>, d: |Element|) {
        for_each_reverse(self, |e| d(e))
    }
}
