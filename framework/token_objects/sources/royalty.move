/// The share of a token's price that its creator asks for, on the token or on its collection.
module aptos_token_objects::royalty {
    use std::error;
    use std::option::{Self, Option};
    use aptos_framework::object::{Self, ConstructorRef, ExtendRef, Object};

    friend aptos_token_objects::token;

    /// There is no royalty.
    const EROYALTY_DOES_NOT_EXIST: u64 = 1;
    /// More than the whole.
    const EROYALTY_EXCEEDS_MAXIMUM: u64 = 2;
    /// The denominator is zero.
    const EROYALTY_DENOMINATOR_IS_ZERO: u64 = 3;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// numerator / denominator of the price.
    struct Royalty has copy, drop, key {
        numerator: u64,
        denominator: u64,
        payee_address: address,
    }

    struct MutatorRef has drop, store {
        inner: ExtendRef,
    }

    public fun create(numerator: u64, denominator: u64, payee_address: address): Royalty {
        assert!(denominator != 0, error::out_of_range(EROYALTY_DENOMINATOR_IS_ZERO));
        assert!(numerator <= denominator, error::out_of_range(EROYALTY_EXCEEDS_MAXIMUM));
        Royalty { numerator, denominator, payee_address }
    }

    public fun init(ref: &ConstructorRef, royalty: Royalty) {
        move_to(&object::generate_signer(ref), royalty)
    }

    /// Sets the royalty, also where there was none.
    public fun update(mutator_ref: &MutatorRef, royalty: Royalty) acquires Royalty {
        let at = object::address_from_extend_ref(&mutator_ref.inner);
        if (exists<Royalty>(at)) { move_from<Royalty>(at); };
        move_to(&object::generate_signer_for_extending(&mutator_ref.inner), royalty)
    }

    public fun generate_mutator_ref(ref: ExtendRef): MutatorRef {
        MutatorRef { inner: ref }
    }

    public fun exists_at(addr: address): bool {
        exists<Royalty>(addr)
    }

    public(friend) fun delete(addr: address) acquires Royalty {
        assert!(exists<Royalty>(addr), error::not_found(EROYALTY_DOES_NOT_EXIST));
        move_from<Royalty>(addr);
    }

    public fun get<T: key>(maybe_royalty: Object<T>): Option<Royalty> acquires Royalty {
        let at = object::object_address(&maybe_royalty);
        if (exists<Royalty>(at)) option::some(*borrow_global<Royalty>(at)) else option::none()
    }

    public fun denominator(royalty: &Royalty): u64 {
        royalty.denominator
    }

    public fun numerator(royalty: &Royalty): u64 {
        royalty.numerator
    }

    public fun payee_address(royalty: &Royalty): address {
        royalty.payee_address
    }
}
