/// Objects: addresses that own resources and have an owner. What may be done with one is in the references that its
/// creator draws from the ConstructorRef.
module aptos_framework::object {
    use std::bcs;
    use std::error;
    use std::guid;
    use std::hash;
    use std::signer;
    use std::vector;
    use aptos_framework::account;
    use aptos_framework::create_signer::create_signer;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::transaction_context;
    use aptos_std::from_bcs;

    friend aptos_framework::coin;
    friend aptos_framework::primary_fungible_store;

    /// There is an object at this address already.
    const EOBJECT_EXISTS: u64 = 1;
    /// There is no object at this address.
    const EOBJECT_DOES_NOT_EXIST: u64 = 2;
    /// The object is not transferred without a reference.
    const ENO_UNGATED_TRANSFERS: u64 = 3;
    /// The account does not own the object.
    const ENOT_OBJECT_OWNER: u64 = 4;
    /// The object cannot be deleted.
    const ECANNOT_DELETE: u64 = 5;
    /// Objects own each other too deep.
    const EMAXIMUM_NESTING: u64 = 6;
    /// The object has no such resource.
    const ERESOURCE_DOES_NOT_EXIST: u64 = 7;
    /// The object has not been burnt.
    const EOBJECT_NOT_BURNT: u64 = 8;
    /// The object is never transferred.
    const EOBJECT_NOT_TRANSFERRABLE: u64 = 9;
    /// The object has been burnt already.
    const EOBJECT_ALREADY_BURNT: u64 = 10;
    /// Signers here have all permissions of their account.
    const EPERMISSIONS_NOT_SUPPORTED: u64 = 11;

    const MAXIMUM_OBJECT_NESTING: u64 = 8;
    /// Where objects begin to count their GUIDs: above all that accounts make.
    const INIT_GUID_CREATION_NUM: u64 = 0x4000000000000;
    /// Who owned an object that was burnt in the old way.
    const BURN_ADDRESS: address = @0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff;

    // The last byte of what is hashed to an address.
    const SCHEME_GUID: u8 = 0xFD;
    const SCHEME_SEED: u8 = 0xFE;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct ObjectCore has key {
        guid_creation_num: u64,
        owner: address,
        allow_ungated_transfer: bool,
        transfer_events: EventHandle<TransferEvent>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct TombStone has key {
        original_owner: address,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct Untransferable has key {}

    #[resource_group(scope = global)]
    struct ObjectGroup {}

    /// A typed pointer: there is a T at this address.
    struct Object<phantom T> has copy, drop, store {
        inner: address,
    }

    struct ConstructorRef has drop {
        self: address,
        can_delete: bool,
    }

    struct DeleteRef has drop, store {
        self: address,
    }

    struct ExtendRef has drop, store {
        self: address,
    }

    struct TransferRef has drop, store {
        self: address,
    }

    /// One transfer, by whoever the owner was.
    struct LinearTransferRef has drop {
        self: address,
        owner: address,
    }

    struct DeriveRef has drop, store {
        self: address,
    }

    struct TransferPermission has copy, drop, store {
        object: address,
    }

    struct TransferEvent has drop, store {
        object: address,
        from: address,
        to: address,
    }

    #[event]
    struct Transfer has drop, store {
        object: address,
        from: address,
        to: address,
    }

    // ---- Addresses --------------------------------------------------------------------------------------------

    public fun create_object_address(source: &address, seed: vector<u8>): address {
        hash_to_address(bcs::to_bytes(source), seed, SCHEME_SEED)
    }

    public fun create_user_derived_object_address(source: address, derive_from: address): address {
        create_user_derived_object_address_impl(source, derive_from)
    }

    public fun create_guid_object_address(source: address, creation_num: u64): address {
        hash_to_address(bcs::to_bytes(&guid::create_id(source, creation_num)), b"", SCHEME_GUID)
    }

    fun hash_to_address(bytes: vector<u8>, more: vector<u8>, scheme: u8): address {
        vector::append(&mut bytes, more);
        vector::push_back(&mut bytes, scheme);
        from_bcs::to_address(hash::sha3_256(bytes))
    }

    /// sha3-256 of source, derive_from and 0xFC
    native fun create_user_derived_object_address_impl(source: address, derive_from: address): address;

    // ---- Pointers ---------------------------------------------------------------------------------------------

    /// Whether a T is stored at the address.
    native fun exists_at<T: key>(object: address): bool;

    public fun is_object(object: address): bool {
        exists<ObjectCore>(object)
    }

    public fun object_exists<T: key>(object: address): bool {
        is_object(object) && exists_at<T>(object)
    }

    public fun address_to_object<T: key>(object: address): Object<T> {
        assert!(is_object(object), error::not_found(EOBJECT_DOES_NOT_EXIST));
        assert!(exists_at<T>(object), error::not_found(ERESOURCE_DOES_NOT_EXIST));
        Object { inner: object }
    }

    public fun object_address<T: key>(self: &Object<T>): address {
        self.inner
    }

    public fun convert<X: key, Y: key>(self: Object<X>): Object<Y> {
        address_to_object<Y>(self.inner)
    }

    // ---- Creation ---------------------------------------------------------------------------------------------

    public fun create_named_object(creator: &signer, seed: vector<u8>): ConstructorRef {
        let owner = signer::address_of(creator);
        new(owner, create_object_address(&owner, seed), false)
    }

    public(friend) fun create_user_derived_object(creator_address: address, derive_ref: &DeriveRef): ConstructorRef {
        new(creator_address, create_user_derived_object_address(creator_address, derive_ref.self), false)
    }

    public fun create_object(owner_address: address): ConstructorRef {
        new(owner_address, transaction_context::generate_auid_address(), true)
    }

    public fun create_sticky_object(owner_address: address): ConstructorRef {
        new(owner_address, transaction_context::generate_auid_address(), false)
    }

    public(friend) fun create_sticky_object_at_address(
        owner_address: address, object_address: address
    ): ConstructorRef {
        new(owner_address, object_address, false)
    }

    public fun create_object_from_account(creator: &signer): ConstructorRef {
        from_guid(signer::address_of(creator), account::create_guid(creator))
    }

    public fun create_object_from_object(creator: &signer): ConstructorRef acquires ObjectCore {
        from_guid(signer::address_of(creator), create_guid(creator))
    }

    /// A signer at an address of its own, without any object.
    public fun create_unique_onchain_signer(): ExtendRef {
        ExtendRef { self: transaction_context::generate_auid_address() }
    }

    /// A signer at an address that follows from `creator` and `name`, for whoever keeps the reference: nobody owns
    /// the object.
    public fun create_named_unowned_onchain_signer(
        creator: &signer, name: vector<u8>
    ): ExtendRef acquires ObjectCore, TombStone {
        let constructor_ref = create_named_object(creator, name);
        transfer_with_constructor_ref(&constructor_ref, @0x0);
        generate_extend_ref(&constructor_ref)
    }

    fun from_guid(owner: address, guid: guid::GUID): ConstructorRef {
        let at = create_guid_object_address(guid::creator_address(&guid), guid::creation_num(&guid));
        new(owner, at, true)
    }

    fun new(owner: address, at: address, can_delete: bool): ConstructorRef {
        assert!(!is_object(at), error::already_exists(EOBJECT_EXISTS));
        let guid_creation_num = INIT_GUID_CREATION_NUM;
        let transfer_events = event::new_event_handle(guid::create(at, &mut guid_creation_num));
        move_to(
            &create_signer(at),
            ObjectCore { guid_creation_num, owner, allow_ungated_transfer: true, transfer_events }
        );
        ConstructorRef { self: at, can_delete }
    }

    // ---- What a ConstructorRef gives --------------------------------------------------------------------------

    public fun generate_delete_ref(self: &ConstructorRef): DeleteRef {
        assert!(self.can_delete, error::permission_denied(ECANNOT_DELETE));
        DeleteRef { self: self.self }
    }

    public fun generate_extend_ref(self: &ConstructorRef): ExtendRef {
        ExtendRef { self: self.self }
    }

    public fun generate_transfer_ref(self: &ConstructorRef): TransferRef {
        assert_transferable(self.self);
        TransferRef { self: self.self }
    }

    public fun generate_derive_ref(self: &ConstructorRef): DeriveRef {
        DeriveRef { self: self.self }
    }

    public fun generate_signer(self: &ConstructorRef): signer {
        create_signer(self.self)
    }

    public fun address_from_constructor_ref(self: &ConstructorRef): address {
        self.self
    }

    public fun object_from_constructor_ref<T: key>(self: &ConstructorRef): Object<T> {
        address_to_object<T>(self.self)
    }

    public fun can_generate_delete_ref(self: &ConstructorRef): bool {
        self.can_delete
    }

    public fun transfer_with_constructor_ref(
        self: &ConstructorRef, to: address
    ) acquires ObjectCore, TombStone {
        let once = generate_linear_transfer_ref(&generate_transfer_ref(self));
        transfer_with_ref(once, to)
    }

    public fun set_untransferable(self: &ConstructorRef) acquires ObjectCore {
        borrow_global_mut<ObjectCore>(self.self).allow_ungated_transfer = false;
        move_to(&create_signer(self.self), Untransferable {});
    }

    // ---- GUIDs and events -------------------------------------------------------------------------------------

    public fun create_guid(object: &signer): guid::GUID acquires ObjectCore {
        let at = signer::address_of(object);
        guid::create(at, &mut borrow_global_mut<ObjectCore>(at).guid_creation_num)
    }

    public fun new_event_handle<T: drop + store>(object: &signer): EventHandle<T> acquires ObjectCore {
        event::new_event_handle(create_guid(object))
    }

    // ---- Deletion ---------------------------------------------------------------------------------------------

    public fun address_from_delete_ref(self: &DeleteRef): address {
        self.self
    }

    public fun object_from_delete_ref<T: key>(self: &DeleteRef): Object<T> {
        address_to_object<T>(self.self)
    }

    /// Takes the object's core away; what else is stored at its address stays.
    public fun delete(self: DeleteRef) acquires ObjectCore, Untransferable {
        let ObjectCore { guid_creation_num: _, owner: _, allow_ungated_transfer: _, transfer_events } =
            move_from<ObjectCore>(self.self);
        event::destroy_handle(transfer_events);
        if (exists<Untransferable>(self.self)) {
            let Untransferable {} = move_from<Untransferable>(self.self);
        }
    }

    // ---- Extension --------------------------------------------------------------------------------------------

    public fun generate_signer_for_extending(self: &ExtendRef): signer {
        create_signer(self.self)
    }

    public fun address_from_extend_ref(self: &ExtendRef): address {
        self.self
    }

    // ---- Transfers by reference -------------------------------------------------------------------------------

    public fun disable_ungated_transfer(self: &TransferRef) acquires ObjectCore {
        borrow_global_mut<ObjectCore>(self.self).allow_ungated_transfer = false;
    }

    public fun enable_ungated_transfer(self: &TransferRef) acquires ObjectCore {
        assert_transferable(self.self);
        borrow_global_mut<ObjectCore>(self.self).allow_ungated_transfer = true;
    }

    public fun generate_linear_transfer_ref(self: &TransferRef): LinearTransferRef acquires ObjectCore {
        assert_transferable(self.self);
        LinearTransferRef { self: self.self, owner: owner_at(self.self) }
    }

    public fun transfer_with_ref(self: LinearTransferRef, to: address) acquires ObjectCore, TombStone {
        assert_transferable(self.self);
        if (exists<TombStone>(self.self)) {
            let TombStone { original_owner: _ } = move_from<TombStone>(self.self);
        };
        let object = borrow_global_mut<ObjectCore>(self.self);
        assert!(object.owner == self.owner, error::permission_denied(ENOT_OBJECT_OWNER));
        event::emit(Transfer { object: self.self, from: self.owner, to });
        object.owner = to;
    }

    fun assert_transferable(object: address) {
        assert!(!exists<Untransferable>(object), error::permission_denied(EOBJECT_NOT_TRANSFERRABLE));
    }

    // ---- Transfers by the owner -------------------------------------------------------------------------------

    public entry fun transfer<T: key>(owner: &signer, object: Object<T>, to: address) acquires ObjectCore {
        transfer_raw(owner, object.inner, to)
    }

    public entry fun transfer_to_object<O: key, T: key>(
        owner: &signer, object: Object<O>, to: Object<T>
    ) acquires ObjectCore {
        transfer_raw(owner, object.inner, to.inner)
    }

    public entry fun transfer_call(owner: &signer, object: address, to: address) acquires ObjectCore {
        transfer_raw(owner, object, to)
    }

    /// `owner` owns the object, or the object that owns it, and so on; all of them allow it.
    public fun transfer_raw(owner: &signer, object: address, to: address) acquires ObjectCore {
        assert_ungated(signer::address_of(owner), object);
        set_owner(object, to)
    }

    fun set_owner(object: address, to: address) acquires ObjectCore {
        let core = borrow_global_mut<ObjectCore>(object);
        if (core.owner == to) return;
        event::emit(Transfer { object, from: core.owner, to });
        core.owner = to;
    }

    fun assert_ungated(owner: address, object: address) acquires ObjectCore {
        assert!(is_object(object), error::not_found(EOBJECT_DOES_NOT_EXIST));
        let at = object;
        let depth = 0;
        loop {
            let core = borrow_global<ObjectCore>(at);
            assert!(core.allow_ungated_transfer, error::permission_denied(ENO_UNGATED_TRANSFERS));
            at = core.owner;
            if (at == owner) return;
            depth = depth + 1;
            assert!(depth < MAXIMUM_OBJECT_NESTING, error::out_of_range(EMAXIMUM_NESTING));
            assert!(is_object(at), error::permission_denied(ENOT_OBJECT_OWNER));
        }
    }

    // ---- Burning ----------------------------------------------------------------------------------------------

    /// Marks the object as unwanted. It stays where it is, and its owner can take the mark away.
    public entry fun burn<T: key>(owner: &signer, object: Object<T>) acquires ObjectCore {
        let original_owner = signer::address_of(owner);
        assert!(owner_at(object.inner) == original_owner, error::permission_denied(ENOT_OBJECT_OWNER));
        assert!(!exists<TombStone>(object.inner), EOBJECT_ALREADY_BURNT);
        move_to(&create_signer(object.inner), TombStone { original_owner });
    }

    public entry fun unburn<T: key>(original_owner: &signer, object: Object<T>) acquires ObjectCore, TombStone {
        let at = object.inner;
        assert!(exists<TombStone>(at), error::invalid_argument(EOBJECT_NOT_BURNT));
        let caller = signer::address_of(original_owner);
        let owner = borrow_global<ObjectCore>(at).owner;
        assert!(owner == caller || owner == BURN_ADDRESS, error::permission_denied(ENOT_OBJECT_OWNER));
        let TombStone { original_owner: before } = move_from<TombStone>(at);
        if (owner == BURN_ADDRESS) {
            assert!(before == caller, error::permission_denied(ENOT_OBJECT_OWNER));
            set_owner(at, caller)
        }
    }

    // ---- Asking -----------------------------------------------------------------------------------------------

    fun owner_at(object: address): address acquires ObjectCore {
        assert!(is_object(object), error::not_found(EOBJECT_DOES_NOT_EXIST));
        borrow_global<ObjectCore>(object).owner
    }

    #[view]
    public fun is_untransferable<T: key>(self: Object<T>): bool {
        exists<Untransferable>(self.inner)
    }

    #[view]
    public fun is_burnt<T: key>(self: Object<T>): bool {
        exists<TombStone>(self.inner)
    }

    public fun ungated_transfer_allowed<T: key>(self: Object<T>): bool acquires ObjectCore {
        assert!(is_object(self.inner), error::not_found(EOBJECT_DOES_NOT_EXIST));
        borrow_global<ObjectCore>(self.inner).allow_ungated_transfer
    }

    #[view]
    public fun owner<T: key>(self: Object<T>): address acquires ObjectCore {
        owner_at(self.inner)
    }

    #[view]
    public fun is_owner<T: key>(object: Object<T>, owner: address): bool acquires ObjectCore {
        owner_at(object.inner) == owner
    }

    #[view]
    /// Whether `owner` is the object, its owner, the owner of that, and so on.
    public fun owns<T: key>(object: Object<T>, owner: address): bool acquires ObjectCore {
        let at = object.inner;
        assert!(is_object(at), error::not_found(EOBJECT_DOES_NOT_EXIST));
        let depth = 0;
        while (at != owner) {
            if (!is_object(at)) return false;
            assert!(depth <= MAXIMUM_OBJECT_NESTING, error::out_of_range(EMAXIMUM_NESTING));
            at = borrow_global<ObjectCore>(at).owner;
            depth = depth + 1;
        };
        true
    }

    #[view]
    public fun root_owner<T: key>(self: Object<T>): address acquires ObjectCore {
        let at = owner_at(self.inner);
        while (is_object(at)) at = borrow_global<ObjectCore>(at).owner;
        at
    }

    // ---- Permissioned signers ---------------------------------------------------------------------------------

    public fun grant_permission<T>(_master: &signer, _permissioned_signer: &signer, _object: Object<T>) {
        abort error::unavailable(EPERMISSIONS_NOT_SUPPORTED)
    }

    public fun grant_permission_with_transfer_ref(_permissioned_signer: &signer, _ref: &TransferRef) {
        abort error::unavailable(EPERMISSIONS_NOT_SUPPORTED)
    }

    // For packages' specifications.

    spec fun spec_exists_at<T: key>(object: address): bool;

    spec fun spec_create_object_address(source: address, seed: vector<u8>): address;
}
