/// Arithmetic in algebraic structures: fields, groups, pairings. A structure `S` is a type that another
/// module declares (`bls12381_algebra`, `bn254_algebra`), so that what is built on this module runs on every
/// curve alike. Groups are written additively, those in which a pairing ends too. What a structure does not
/// offer aborts with `not_implemented(E_NOT_IMPLEMENTED)`.
module aptos_std::crypto_algebra {
    use std::option::{Self, Option};

    /// The structure, the format or the suite does not offer that.
    const E_NOT_IMPLEMENTED: u64 = 1;
    /// The two vectors differ in length.
    const E_NON_EQUAL_LENGTHS: u64 = 2;
    /// The elements of one transaction may take 1 MiB together.
    const E_TOO_MUCH_MEMORY_USED: u64 = 3;

    /// An element of `S`. It lives as long as the transaction; its bytes can be stored.
    struct Element<phantom S> has copy, drop {
        handle: u64
    }

    // ---- Fields and groups ----------------------------------------------------------------------------------------

    public fun eq<S>(x: &Element<S>, y: &Element<S>): bool {
        eq_internal<S>(x.handle, y.handle)
    }

    /// The number as an element of a field.
    public fun from_u64<S>(value: u64): Element<S> {
        Element<S> { handle: from_u64_internal<S>(value) }
    }

    public fun zero<S>(): Element<S> {
        Element<S> { handle: zero_internal<S>() }
    }

    /// A field's one; a group's fixed generator.
    public fun one<S>(): Element<S> {
        Element<S> { handle: one_internal<S>() }
    }

    public fun neg<S>(x: &Element<S>): Element<S> {
        Element<S> { handle: neg_internal<S>(x.handle) }
    }

    public fun add<S>(x: &Element<S>, y: &Element<S>): Element<S> {
        Element<S> { handle: add_internal<S>(x.handle, y.handle) }
    }

    public fun sub<S>(x: &Element<S>, y: &Element<S>): Element<S> {
        Element<S> { handle: sub_internal<S>(x.handle, y.handle) }
    }

    /// How many elements `S` has: a number, its least significant byte first.
    public fun order<S>(): vector<u8> {
        order_internal<S>()
    }

    // ---- Fields ---------------------------------------------------------------------------------------------------

    public fun mul<S>(x: &Element<S>, y: &Element<S>): Element<S> {
        Element<S> { handle: mul_internal<S>(x.handle, y.handle) }
    }

    public fun sqr<S>(x: &Element<S>): Element<S> {
        Element<S> { handle: sqr_internal<S>(x.handle) }
    }

    /// None if `y` is zero.
    public fun div<S>(x: &Element<S>, y: &Element<S>): Option<Element<S>> {
        let (succeeded, handle) = div_internal<S>(x.handle, y.handle);
        some_if(succeeded, handle)
    }

    /// None if `x` is zero.
    public fun inv<S>(x: &Element<S>): Option<Element<S>> {
        let (succeeded, handle) = inv_internal<S>(x.handle);
        some_if(succeeded, handle)
    }

    // ---- Groups; `S` is the field of a group's scalars -------------------------------------------------------------

    /// 2 P
    public fun double<S>(element_p: &Element<S>): Element<S> {
        Element<S> { handle: double_internal<S>(element_p.handle) }
    }

    /// k P
    public fun scalar_mul<G, S>(element_p: &Element<G>, scalar_k: &Element<S>): Element<G> {
        Element<G> { handle: scalar_mul_internal<G, S>(element_p.handle, scalar_k.handle) }
    }

    /// k[0] P[0] + k[1] P[1] + ...
    public fun multi_scalar_mul<G, S>(elements: &vector<Element<G>>, scalars: &vector<Element<S>>): Element<G> {
        Element<G> { handle: multi_scalar_mul_internal<G, S>(handles_of(elements), handles_of(scalars)) }
    }

    // ---- Pairings -------------------------------------------------------------------------------------------------

    /// e(P, Q)
    public fun pairing<G1, G2, Gt>(element_1: &Element<G1>, element_2: &Element<G2>): Element<Gt> {
        Element<Gt> { handle: pairing_internal<G1, G2, Gt>(element_1.handle, element_2.handle) }
    }

    /// e(P[0], Q[0]) + e(P[1], Q[1]) + ...
    public fun multi_pairing<G1, G2, Gt>(
        g1_elements: &vector<Element<G1>>, g2_elements: &vector<Element<G2>>
    ): Element<Gt> {
        Element<Gt> { handle: multi_pairing_internal<G1, G2, Gt>(handles_of(g1_elements), handles_of(g2_elements)) }
    }

    // ---- Bytes, casts, hashes --------------------------------------------------------------------------------------

    /// None if the bytes are no element of `S` in the format `F`.
    public fun deserialize<S, F>(bytes: &vector<u8>): Option<Element<S>> {
        let (succeeded, handle) = deserialize_internal<S, F>(bytes);
        some_if(succeeded, handle)
    }

    public fun serialize<S, F>(element: &Element<S>): vector<u8> {
        serialize_internal<S, F>(element.handle)
    }

    /// An element of `S` as one of `L`, of which `S` is a part.
    public fun upcast<S, L>(element: &Element<S>): Element<L> {
        Element<L> { handle: upcast_internal<S, L>(element.handle) }
    }

    /// The other way; none if the element lies outside `S`.
    public fun downcast<L, S>(element_x: &Element<L>): Option<Element<S>> {
        let (succeeded, handle) = downcast_internal<L, S>(element_x.handle);
        some_if(succeeded, handle)
    }

    /// The message hashed into `S` by the suite `H`; `dst` says what for.
    public fun hash_to<S, H>(dst: &vector<u8>, msg: &vector<u8>): Element<S> {
        Element<S> { handle: hash_to_internal<S, H>(dst, msg) }
    }

    fun some_if<S>(succeeded: bool, handle: u64): Option<Element<S>> {
        if (succeeded) option::some(Element<S> { handle }) else option::none()
    }

    fun handles_of<S>(elements: &vector<Element<S>>): vector<u64> {
        elements.map_ref(|e| e.handle)
    }

    native fun add_internal<S>(handle_1: u64, handle_2: u64): u64;

    native fun deserialize_internal<S, F>(bytes: &vector<u8>): (bool, u64);

    native fun div_internal<F>(handle_1: u64, handle_2: u64): (bool, u64);

    native fun double_internal<G>(element_handle: u64): u64;

    native fun downcast_internal<L, S>(handle: u64): (bool, u64);

    native fun from_u64_internal<S>(value: u64): u64;

    native fun eq_internal<S>(handle_1: u64, handle_2: u64): bool;

    native fun hash_to_internal<S, H>(dst: &vector<u8>, bytes: &vector<u8>): u64;

    native fun inv_internal<F>(handle: u64): (bool, u64);

    native fun mul_internal<F>(handle_1: u64, handle_2: u64): u64;

    native fun multi_pairing_internal<G1, G2, Gt>(g1_handles: vector<u64>, g2_handles: vector<u64>): u64;

    native fun multi_scalar_mul_internal<G, S>(element_handles: vector<u64>, scalar_handles: vector<u64>): u64;

    native fun neg_internal<F>(handle: u64): u64;

    native fun one_internal<S>(): u64;

    native fun order_internal<G>(): vector<u8>;

    native fun pairing_internal<G1, G2, Gt>(g1_handle: u64, g2_handle: u64): u64;

    native fun scalar_mul_internal<G, S>(element_handle: u64, scalar_handle: u64): u64;

    native fun serialize_internal<S, F>(handle: u64): vector<u8>;

    native fun sqr_internal<G>(handle: u64): u64;

    native fun sub_internal<G>(handle_1: u64, handle_2: u64): u64;

    native fun upcast_internal<S, L>(handle: u64): u64;

    native fun zero_internal<S>(): u64;
}
