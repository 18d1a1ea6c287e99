/// A value that may be missing.
///
/// Stored as a vector of no or one element: the same bytes as an enum of None and Some, and the
/// `{"vec": [..]}` that clients read.
module std::option {
    use std::vector;

    /// There is a value where none may be.
    const EOPTION_IS_SET: u64 = 0x40000;
    /// There is no value where one is needed.
    const EOPTION_NOT_SET: u64 = 0x40001;
    /// A vector of more than one element is no option.
    const EOPTION_VEC_TOO_LONG: u64 = 0x40002;

    struct Option<Element> has copy, drop, store {
        vec: vector<Element>
    }

    /// No value.
    public fun none<Element>(): Option<Element> {
        Option { vec: vector::empty() }
    }

    /// The value `e`.
    public fun some<Element>(e: Element): Option<Element> {
        Option { vec: vector::singleton(e) }
    }

    /// None or one, from a vector of none or one.
    public fun from_vec<Element>(vec: vector<Element>): Option<Element> {
        assert!(vector::length(&vec) <= 1, EOPTION_VEC_TOO_LONG);
        Option { vec }
    }

    public fun is_none<Element>(self: &Option<Element>): bool {
        vector::is_empty(&self.vec)
    }

    public fun is_some<Element>(self: &Option<Element>): bool {
        !vector::is_empty(&self.vec)
    }

    /// True if there is a value and it equals `e_ref`.
    public fun contains<Element>(self: &Option<Element>, e_ref: &Element): bool {
        vector::contains(&self.vec, e_ref)
    }

    /// The value; aborts if there is none.
    public fun borrow<Element>(self: &Option<Element>): &Element {
        assert!(is_some(self), EOPTION_NOT_SET);
        vector::borrow(&self.vec, 0)
    }

    /// The value, or `default_ref` if there is none.
    public fun borrow_with_default<Element>(
        self: &Option<Element>, default_ref: &Element
    ): &Element {
        if (is_none(self)) default_ref else vector::borrow(&self.vec, 0)
    }

    /// A copy of the value, or `default` if there is none.
    public fun get_with_default<Element: copy + drop>(
        self: &Option<Element>, default: Element
    ): Element {
        if (is_none(self)) default else *vector::borrow(&self.vec, 0)
    }

    /// Sets the value; aborts if there is one.
    public fun fill<Element>(self: &mut Option<Element>, e: Element) {
        assert!(is_none(self), EOPTION_IS_SET);
        vector::push_back(&mut self.vec, e)
    }

    /// Takes the value; aborts if there is none.
    public fun extract<Element>(self: &mut Option<Element>): Element {
        assert!(is_some(self), EOPTION_NOT_SET);
        vector::pop_back(&mut self.vec)
    }

    /// The value, to be changed; aborts if there is none.
    public fun borrow_mut<Element>(self: &mut Option<Element>): &mut Element {
        assert!(is_some(self), EOPTION_NOT_SET);
        vector::borrow_mut(&mut self.vec, 0)
    }

    /// Puts `el` in the place of the value and returns that; aborts if there is none.
    public fun swap<Element>(self: &mut Option<Element>, el: Element): Element {
        let old = extract(self);
        fill(self, el);
        old
    }

    /// Puts `e` in; returns what was there.
    public fun swap_or_fill<Element>(self: &mut Option<Element>, e: Element): Option<Element> {
        let old = if (is_some(self)) some(extract(self)) else none();
        fill(self, e);
        old
    }

    /// The value, or `default` if there is none.
    public fun destroy_with_default<Element: drop>(
        self: Option<Element>, default: Element
    ): Element {
        let Option { vec } = self;
        if (vector::is_empty(&vec)) default else vector::pop_back(&mut vec)
    }

    /// The value; aborts if there is none.
    public fun destroy_some<Element>(self: Option<Element>): Element {
        assert!(is_some(&self), EOPTION_NOT_SET);
        let Option { vec } = self;
        let e = vector::pop_back(&mut vec);
        vector::destroy_empty(vec);
        e
    }

    /// Ends an option without a value; aborts if there is one.
    public fun destroy_none<Element>(self: Option<Element>) {
        assert!(is_none(&self), EOPTION_IS_SET);
        let Option { vec } = self;
        vector::destroy_empty(vec)
    }

    /// A vector of none or one.
    public fun to_vec<Element>(self: Option<Element>): vector<Element> {
        let Option { vec } = self;
        vec
    }

    /// Gives the value, if there is one, to `f`.
    public inline fun for_each<Element>(self: Option<Element>, f: |Element|) {
        if (is_some(&self)) {
            f(destroy_some(self))
        } else {
            destroy_none(self)
        }
    }

    /// Shows the value, if there is one, to `f`.
    public inline fun for_each_ref<Element>(self: &Option<Element>, f: |&Element|) {
        if (is_some(self)) f(borrow(self))
    }

    /// Lets `f` change the value, if there is one.
    public inline fun for_each_mut<Element>(self: &mut Option<Element>, f: |&mut Element|) {
        if (is_some(self)) f(borrow_mut(self))
    }

    /// Folds the value, if there is one, into `init`.
    public inline fun fold<Accumulator, Element>(
        self: Option<Element>, init: Accumulator, f: |Accumulator, Element| Accumulator
    ): Accumulator {
        if (is_some(&self)) {
            f(init, destroy_some(self))
        } else {
            destroy_none(self);
            init
        }
    }

    /// What `f` makes of the value, if there is one.
    public inline fun map<Element, OtherElement>(
        self: Option<Element>, f: |Element| OtherElement
    ): Option<OtherElement> {
        if (is_some(&self)) {
            some(f(destroy_some(self)))
        } else {
            destroy_none(self);
            none()
        }
    }

    /// What `f` makes of the value that it is shown, if there is one.
    public inline fun map_ref<Element, OtherElement>(
        self: &Option<Element>, f: |&Element| OtherElement
    ): Option<OtherElement> {
        if (is_some(self)) some(f(borrow(self))) else none()
    }

    /// The value if there is one and `f` holds for it.
    public inline fun filter<Element: drop>(
        self: Option<Element>, f: |&Element| bool
    ): Option<Element> {
        if (is_some(&self) && f(borrow(&self))) self else none()
    }

    /// True if there is a value and `p` holds for it.
    public inline fun any<Element>(self: &Option<Element>, p: |&Element| bool): bool {
        is_some(self) && p(borrow(self))
    }

    /// Gives the value, if there is one, to `d`, which ends it.
    public inline fun destroy<Element>(self: Option<Element>, d: |Element|) {
        let vec = to_vec(self);
        vector::destroy(vec, |e| d(e));
    }

    // What specifications of packages say of options; nothing of it is in the bytecode.

    spec fun spec_none<Element>(): Option<Element> {
        Option { vec: vec() }
    }

    spec fun spec_some<Element>(e: Element): Option<Element> {
        Option { vec: vec(e) }
    }

    spec fun spec_is_none<Element>(t: Option<Element>): bool {
        len(t.vec) == 0
    }

    spec fun spec_is_some<Element>(t: Option<Element>): bool {
        len(t.vec) == 1
    }

    spec fun spec_borrow<Element>(t: Option<Element>): Element {
        t.vec[0]
    }

    spec fun spec_contains<Element>(t: Option<Element>, e: Element): bool {
        spec_is_some(t) && spec_borrow(t) == e
    }
}
