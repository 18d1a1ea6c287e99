#[test_only]
/// An asset's hooks: one tenth of what is withdrawn or deposited is lost on the way, and balances and supply look ten times
/// as large.
module aptos_framework::tenth {
    use std::option::{Self, Option};
    use std::string;
    use aptos_framework::dispatchable_fungible_asset;
    use aptos_framework::function_info;
    use aptos_framework::fungible_asset::{Self, FungibleAsset, MintRef, TransferRef, RawBalanceRef, RawSupplyRef};
    use aptos_framework::object::{Self, ConstructorRef, Object};

    struct Refs has key {
        balance: RawBalanceRef,
        supply: RawSupplyRef,
    }

    public fun withdraw<T: key>(store: Object<T>, amount: u64, ref: &TransferRef): FungibleAsset {
        fungible_asset::withdraw_with_ref(ref, store, amount - amount / 10)
    }

    public fun deposit<T: key>(store: Object<T>, fa: FungibleAsset, ref: &TransferRef) {
        fungible_asset::deposit_with_ref(ref, store, fa)
    }

    public fun balance<T: key>(store: Object<T>): u64 acquires Refs {
        let at = object::object_address(&fungible_asset::store_metadata(store));
        fungible_asset::balance_with_ref(&borrow_global<Refs>(at).balance, store) * 10
    }

    public fun supply<T: key>(metadata: Object<T>): Option<u128> acquires Refs {
        let at = object::object_address(&metadata);
        fungible_asset::supply_with_ref(&borrow_global<Refs>(at).supply, metadata).map(|n| n * 10)
    }

    public fun wrong(_n: u64) {}

    fun hidden<T: key>(_store: Object<T>): u64 {
        0
    }

    public fun name(function: vector<u8>): Option<function_info::FunctionInfo> {
        option::some(function_info::new_function_info_from_address(@aptos_framework, string::utf8(b"tenth"), string::utf8(function)))
    }

    public fun register(ref: &ConstructorRef): MintRef {
        move_to(
            &object::generate_signer(ref),
            Refs { balance: fungible_asset::generate_raw_balance_ref(ref), supply: fungible_asset::generate_raw_supply_ref(ref) }
        );
        dispatchable_fungible_asset::register_dispatch_functions(ref, name(b"withdraw"), name(b"deposit"), name(b"balance"));
        dispatchable_fungible_asset::register_derive_supply_dispatch_function(ref, name(b"supply"));
        fungible_asset::generate_mint_ref(ref)
    }
}

#[test_only]
module aptos_framework::asset_tests {
    use std::option;
    use std::signer;
    use std::string;
    use std::vector;
    use aptos_framework::account;
    use aptos_framework::dispatchable_fungible_asset as dispatchable;
    use aptos_framework::event;
    use aptos_framework::function_info;
    use aptos_framework::fungible_asset::{Self as fa, BurnRef, FungibleStore, Metadata, MintRef, MutateMetadataRef, TransferRef};
    use aptos_framework::object::{Self, ConstructorRef, ExtendRef, Object, ObjectCore};
    use aptos_framework::primary_fungible_store as primary;
    use aptos_framework::tenth;

    struct Hat has key {}

    struct Key has key {
        extend: ExtendRef,
    }

    fun hat(creator: &signer): (ConstructorRef, Object<Hat>) {
        let ref = object::create_named_object(creator, b"hat");
        move_to(&object::generate_signer(&ref), Hat {});
        let hat = object::object_from_constructor_ref<Hat>(&ref);
        (ref, hat)
    }

    fun new_account(at: address): signer {
        account::create_account_for_test(at)
    }

    // ---- object

    #[test(alice = @0xa0)]
    fun an_object_is_found_by_its_name(alice: &signer) {
        let (ref, hat) = hat(alice);
        let at = object::create_object_address(&@0xa0, b"hat");
        assert!(object::object_address(&hat) == at && object::address_from_constructor_ref(&ref) == at, 0);
        assert!(object::is_object(at) && object::object_exists<Hat>(at) && !object::object_exists<Key>(at), 0);
        assert!(object::address_to_object<Hat>(at) == hat && object::convert<Hat, ObjectCore>(hat) == object::address_to_object(at), 0);
        assert!(object::owner(hat) == @0xa0 && object::is_owner(hat, @0xa0) && !object::is_owner(hat, @0xb0), 0);
        assert!(!object::can_generate_delete_ref(&ref), 0);
        assert!(signer::address_of(&object::generate_signer_for_extending(&object::generate_extend_ref(&ref))) == at, 0);
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x80001, location = aptos_framework::object)]
    fun a_name_is_used_once(alice: &signer) {
        hat(alice);
        hat(alice);
    }

    #[test]
    #[expected_failure(abort_code = 0x60002, location = aptos_framework::object)]
    fun nothing_is_no_object() {
        object::address_to_object<Hat>(@0xa0);
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x60007, location = aptos_framework::object)]
    fun an_object_is_of_what_it_has(alice: &signer) {
        let (_, hat) = hat(alice);
        object::convert<Hat, Key>(hat);
    }

    #[test(alice = @0xa0, bob = @0xb0)]
    fun objects_change_hands(alice: &signer, bob: &signer) {
        let (_, hat) = hat(alice);
        object::transfer(alice, hat, @0xb0);
        assert!(object::owner(hat) == @0xb0, 0);
        object::transfer_call(bob, object::object_address(&hat), @0xc0);
        assert!(object::owner(hat) == @0xc0, 0);
        let events = event::emitted_events<object::Transfer>();
        assert!(events.length() == 2, 0);
    }

    #[test(alice = @0xa0, bob = @0xb0)]
    #[expected_failure(abort_code = 0x50004, location = aptos_framework::object)]
    fun only_its_owner_gives_an_object_away(alice: &signer, bob: &signer) {
        let (_, hat) = hat(alice);
        object::transfer(bob, hat, @0xb0);
    }

    #[test(alice = @0xa0)]
    fun who_owns_the_box_owns_what_is_in_it(alice: &signer) {
        let (_, hat) = hat(alice);
        let ref = object::create_object(@0xa0);
        let inside = object::object_from_constructor_ref<ObjectCore>(&ref);
        object::transfer_to_object(alice, inside, hat);
        assert!(object::owner(inside) == object::object_address(&hat) && object::root_owner(inside) == @0xa0, 0);
        assert!(object::owns(inside, @0xa0) && !object::is_owner(inside, @0xa0) && !object::owns(inside, @0xb0), 0);
        object::transfer(alice, inside, @0xb0);
        assert!(object::root_owner(inside) == @0xb0, 0);
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x50003, location = aptos_framework::object)]
    fun a_gate_keeps_an_object_in(alice: &signer) {
        let (ref, hat) = hat(alice);
        let transfer = object::generate_transfer_ref(&ref);
        object::disable_ungated_transfer(&transfer);
        assert!(!object::ungated_transfer_allowed(hat), 0);
        object::transfer_with_ref(object::generate_linear_transfer_ref(&transfer), @0xb0);
        assert!(object::owner(hat) == @0xb0, 0);
        object::transfer(&new_account(@0xb0), hat, @0xc0);
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x50009, location = aptos_framework::object)]
    fun what_is_not_to_be_given_stays(alice: &signer) {
        let (ref, hat) = hat(alice);
        object::set_untransferable(&ref);
        assert!(object::is_untransferable(hat), 0);
        object::generate_transfer_ref(&ref);
    }

    #[test]
    fun an_object_is_deleted() {
        let ref = object::create_object(@0xa0);
        let at = object::address_from_constructor_ref(&ref);
        assert!(object::can_generate_delete_ref(&ref), 0);
        let delete = object::generate_delete_ref(&ref);
        assert!(object::address_from_delete_ref(&delete) == at, 0);
        object::delete(delete);
        assert!(!object::is_object(at), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x50005, location = aptos_framework::object)]
    fun a_sticky_object_is_not() {
        object::generate_delete_ref(&object::create_sticky_object(@0xa0));
    }

    #[test(alice = @0xa0)]
    fun a_burned_object_can_come_back(alice: &signer) {
        let (ref, hat) = hat(alice);
        object::disable_ungated_transfer(&object::generate_transfer_ref(&ref));
        object::burn(alice, hat);
        assert!(object::is_burnt(hat), 0);
        object::unburn(alice, hat);
        assert!(!object::is_burnt(hat) && object::owner(hat) == @0xa0, 0);
    }

    #[test]
    fun objects_have_guids_and_derived_addresses() {
        let ref = object::create_object(@0xa0);
        let at = object::generate_signer(&ref);
        let handle = object::new_event_handle<object::TransferEvent>(&at);
        event::destroy_handle(handle);
        let first = object::create_guid(&at);
        let second = object::create_guid(&at);
        assert!(std::guid::creation_num(&first) + 1 == std::guid::creation_num(&second), 0);
        let derived = object::create_user_derived_object_address(@0xa0, @0xb0);
        assert!(derived != object::create_user_derived_object_address(@0xb0, @0xa0), 0);
        assert!(object::create_guid_object_address(@0xa0, 1) != object::create_guid_object_address(@0xa0, 2), 0);
    }

    // ---- fungible_asset

    fun test_asset(): (MintRef, TransferRef, BurnRef, MutateMetadataRef, Object<Metadata>) {
        fa::create_fungible_asset(&account::create_signer_for_test(@0xca))
    }

    #[test]
    fun an_asset_is_described() {
        let (mint, transfer, burn, mutate, asset) = test_asset();
        assert!(fa::name(asset) == string::utf8(b"TEST") && fa::symbol(asset) == string::utf8(b"@@") && fa::decimals(asset) == 0, 0);
        assert!(fa::supply(asset) == option::some(0) && fa::maximum(asset) == option::some(100), 0);
        assert!(fa::mint_ref_metadata(&mint) == asset && fa::transfer_ref_metadata(&transfer) == asset && fa::burn_ref_metadata(&burn) == asset, 0);
        fa::mutate_metadata(
            &mutate, option::some(string::utf8(b"other")), option::none(), option::some(7), option::none(), option::some(string::utf8(b"https://x"))
        );
        assert!(fa::name(asset) == string::utf8(b"other") && fa::symbol(asset) == string::utf8(b"@@") && fa::decimals(asset) == 7, 0);
        assert!(fa::project_uri(asset) == string::utf8(b"https://x") && !fa::is_untransferable(asset), 0);
    }

    #[test(alice = @0xa0, bob = @0xb0)]
    fun an_asset_is_held_in_stores(alice: &signer, bob: &signer) {
        let (mint, transfer, burn, _, asset) = test_asset();
        let ours = fa::create_test_store(alice, asset);
        let theirs = fa::create_test_store(bob, asset);
        fa::mint_to(&mint, ours, 90);
        assert!(fa::balance(ours) == 90 && fa::supply(asset) == option::some(90), 0);
        fa::transfer(alice, ours, theirs, 30);
        let some = fa::withdraw(bob, theirs, 10);
        let part = fa::extract(&mut some, 4);
        assert!(fa::amount(&some) == 6 && fa::amount(&part) == 4 && fa::metadata_from_asset(&part) == asset, 0);
        fa::merge(&mut some, part);
        fa::deposit(ours, some);
        assert!(fa::balance(ours) == 70 && fa::balance(theirs) == 20 && fa::is_balance_at_least(theirs, 20), 0);
        fa::burn_from(&burn, theirs, 5);
        fa::burn(&burn, fa::withdraw(alice, ours, 7));
        assert!(fa::supply(asset) == option::some(78), 0);
        fa::set_frozen_flag(&transfer, ours, true);
        assert!(fa::is_frozen(ours) && !fa::is_frozen(theirs), 0);
        fa::transfer_with_ref(&transfer, ours, theirs, 60);
        fa::deposit_with_ref(&transfer, ours, fa::withdraw_with_ref(&transfer, theirs, 1));
        assert!(fa::balance(ours) == 4 && fa::balance(theirs) == 74, 0);
        fa::destroy_zero(fa::zero(asset));
        assert!(fa::store_exists(object::object_address(&ours)) && fa::store_metadata(ours) == asset, 0);
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x20005, location = aptos_framework::fungible_asset)]
    fun a_supply_has_its_end(alice: &signer) {
        let (mint, _, _, _, asset) = test_asset();
        fa::mint_to(&mint, fa::create_test_store(alice, asset), 101);
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x50003, location = aptos_framework::fungible_asset)]
    fun a_frozen_store_gives_nothing(alice: &signer) {
        let (mint, transfer, _, _, asset) = test_asset();
        let store = fa::create_test_store(alice, asset);
        fa::mint_to(&mint, store, 5);
        fa::set_frozen_flag(&transfer, store, true);
        fa::deposit(store, fa::withdraw(alice, store, 1));
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x50003, location = aptos_framework::fungible_asset)]
    fun a_frozen_store_takes_nothing(alice: &signer) {
        let (mint, transfer, _, _, asset) = test_asset();
        let store = fa::create_test_store(alice, asset);
        fa::set_frozen_flag(&transfer, store, true);
        fa::deposit(store, fa::mint(&mint, 1));
    }

    #[test(alice = @0xa0, bob = @0xb0)]
    #[expected_failure(abort_code = 0x50008, location = aptos_framework::fungible_asset)]
    fun a_store_is_its_owner_s(alice: &signer, bob: &signer) {
        let (mint, _, _, _, asset) = test_asset();
        let store = fa::create_test_store(alice, asset);
        fa::mint_to(&mint, store, 5);
        fa::deposit(store, fa::withdraw(bob, store, 1));
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x10004, location = aptos_framework::fungible_asset)]
    fun a_store_gives_what_it_has(alice: &signer) {
        let (_, _, _, _, asset) = test_asset();
        let store = fa::create_test_store(alice, asset);
        fa::deposit(store, fa::withdraw(alice, store, 1));
    }

    #[test]
    #[expected_failure(abort_code = 0x1000c, location = aptos_framework::fungible_asset)]
    fun assets_do_not_vanish() {
        let (mint, _, _, _, _) = test_asset();
        fa::destroy_zero(fa::mint(&mint, 1));
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x1000b, location = aptos_framework::fungible_asset)]
    fun a_store_takes_its_own_asset(alice: &signer) {
        let (mint, _, _, _, _) = test_asset();
        let (ref, _) = hat(alice);
        fa::init_test_metadata(&ref);
        let other = object::object_from_constructor_ref<Metadata>(&ref);
        fa::deposit(fa::create_test_store(alice, other), fa::mint(&mint, 1));
    }

    #[test]
    #[expected_failure(abort_code = 0x10012, location = aptos_framework::fungible_asset)]
    fun an_asset_is_not_of_what_can_be_deleted() {
        fa::init_test_metadata(&object::create_object(@0xa0));
    }

    #[test(alice = @0xa0)]
    fun an_empty_store_can_be_removed(alice: &signer) {
        let (_, _, _, _, asset) = test_asset();
        new_account(@0xa0);
        let ref = object::create_object_from_account(alice);
        let store = fa::create_store(&ref, asset);
        let delete = object::generate_delete_ref(&ref);
        fa::remove_store(&delete);
        assert!(!fa::store_exists(object::object_address(&store)), 0);
        object::delete(delete);
    }

    // ---- primary_fungible_store

    #[test(alice = @0xa0)]
    fun every_account_has_a_primary_store(alice: &signer) {
        let (ref, _) = fa::create_test_token(&account::create_signer_for_test(@0xca));
        let (mint, transfer, burn) = primary::init_test_metadata_with_primary_store_enabled(&ref);
        let asset = object::object_from_constructor_ref<Metadata>(&ref);
        assert!(!primary::primary_store_exists(@0xa0, asset) && primary::balance(@0xa0, asset) == 0 && !primary::is_frozen(@0xa0, asset), 0);
        primary::mint(&mint, @0xa0, 80);
        assert!(primary::primary_store_exists(@0xa0, asset), 0);
        assert!(primary::primary_store_address(@0xa0, asset) == object::create_user_derived_object_address(@0xa0, object::object_address(&asset)), 0);
        primary::transfer(alice, asset, @0xb0, 30);
        primary::transfer_assert_minimum_deposit(alice, asset, @0xb0, 5, 5);
        primary::deposit(@0xc0, primary::withdraw(alice, asset, 2));
        primary::burn(&burn, @0xb0, 4);
        assert!(primary::balance(@0xa0, asset) == 43 && primary::balance(@0xb0, asset) == 31 && primary::balance(@0xc0, asset) == 2, 0);
        assert!(primary::is_balance_at_least(@0xb0, asset, 31) && !primary::is_balance_at_least(@0xb0, asset, 32), 0);
        primary::set_frozen_flag(&transfer, @0xa0, true);
        assert!(primary::is_frozen(@0xa0, asset), 0);
        primary::transfer_with_ref(&transfer, @0xa0, @0xb0, 1);
        primary::deposit_with_ref(&transfer, @0xa0, primary::withdraw_with_ref(&transfer, @0xb0, 2));
        assert!(primary::balance(@0xa0, asset) == 44 && primary::balance(@0xb0, asset) == 30, 0);
        let store = primary::primary_store(@0xb0, asset);
        assert!(object::owner(store) == @0xb0 && !object::ungated_transfer_allowed(store), 0);
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x50003, location = aptos_framework::fungible_asset)]
    fun a_frozen_account_sends_nothing(alice: &signer) {
        let (ref, _) = fa::create_test_token(&account::create_signer_for_test(@0xca));
        let (mint, transfer, _) = primary::init_test_metadata_with_primary_store_enabled(&ref);
        primary::mint(&mint, @0xa0, 80);
        primary::set_frozen_flag(&transfer, @0xa0, true);
        primary::transfer(alice, object::object_from_constructor_ref<Metadata>(&ref), @0xb0, 1);
    }

    // ---- function_info, dispatchable_fungible_asset

    fun hooked(): (MintRef, Object<Metadata>) {
        let (ref, _) = fa::create_test_token(&account::create_signer_for_test(@0xca));
        primary::init_test_metadata_with_primary_store_enabled(&ref);
        (tenth::register(&ref), object::object_from_constructor_ref<Metadata>(&ref))
    }

    #[test(alice = @0xa0)]
    fun an_asset_s_own_functions_run(alice: &signer) {
        let (mint, asset) = hooked();
        let ours = primary::create_primary_store(@0xa0, asset);
        let theirs = primary::create_primary_store(@0xb0, asset);
        assert!(fa::is_store_dispatchable(ours) && fa::is_asset_type_dispatchable(asset), 0);
        assert!(fa::withdraw_dispatch_function(ours) == tenth::name(b"withdraw") && fa::deposit_dispatch_function(ours) == tenth::name(b"deposit"), 0);
        fa::mint_to(&mint, ours, 100);
        assert!(dispatchable::derived_balance(ours) == 1000 && dispatchable::derived_supply(asset) == option::some(1000), 0);
        assert!(dispatchable::is_derived_balance_at_least(ours, 1000) && !dispatchable::is_derived_balance_at_least(ours, 1001), 0);
        dispatchable::transfer(alice, ours, theirs, 20);
        assert!(dispatchable::derived_balance(ours) == 820 && dispatchable::derived_balance(theirs) == 180, 0);
        primary::transfer(alice, asset, @0xb0, 50);
        assert!(dispatchable::derived_balance(theirs) == 630 && primary::balance(@0xb0, asset) == 630, 0);
        let taken = dispatchable::withdraw(alice, ours, 10);
        assert!(fa::amount(&taken) == 9, 0);
        dispatchable::deposit(theirs, taken);
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x1001c, location = aptos_framework::fungible_asset)]
    fun they_cannot_be_passed_by(alice: &signer) {
        let (mint, asset) = hooked();
        let ours = primary::create_primary_store(@0xa0, asset);
        fa::mint_to(&mint, ours, 100);
        fa::deposit(ours, fa::withdraw(alice, ours, 1));
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 0x1001c, location = aptos_framework::fungible_asset)]
    fun a_balance_of_its_own_is_not_the_store_s(alice: &signer) {
        let (mint, asset) = hooked();
        let ours = primary::create_primary_store(@0xa0, asset);
        fa::mint_to(&mint, ours, 100);
        dispatchable::transfer_assert_minimum_deposit(alice, ours, ours, 10, 9);
    }

    #[test]
    #[expected_failure(abort_code = 0x8001d, location = aptos_framework::fungible_asset)]
    fun they_are_named_once() {
        let (ref, _) = fa::create_test_token(&account::create_signer_for_test(@0xca));
        fa::init_test_metadata(&ref);
        tenth::register(&ref);
        dispatchable::register_dispatch_functions(&ref, option::none(), option::none(), option::none());
    }

    #[test]
    #[expected_failure(abort_code = 0x10019, location = aptos_framework::fungible_asset)]
    fun they_have_their_signatures() {
        let (ref, _) = fa::create_test_token(&account::create_signer_for_test(@0xca));
        fa::init_test_metadata(&ref);
        dispatchable::register_dispatch_functions(&ref, tenth::name(b"wrong"), option::none(), option::none());
    }

    #[test]
    #[expected_failure(abort_code = 2, location = aptos_framework::function_info)]
    fun they_are_public() {
        let (ref, _) = fa::create_test_token(&account::create_signer_for_test(@0xca));
        fa::init_test_metadata(&ref);
        dispatchable::register_dispatch_functions(&ref, option::none(), option::none(), tenth::name(b"hidden"));
    }

    #[test(alice = @0xa0)]
    #[expected_failure(abort_code = 1, location = aptos_framework::function_info)]
    fun a_function_s_name_is_an_identifier(alice: &signer) {
        function_info::new_function_info(alice, string::utf8(b"module"), string::utf8(b"not a name"));
    }

    #[test(alice = @0xa0)]
    fun functions_are_equal_by_name(alice: &signer) {
        let one = function_info::new_function_info(alice, string::utf8(b"m"), string::utf8(b"f"));
        assert!(one == function_info::new_function_info_from_address(@0xa0, string::utf8(b"m"), string::utf8(b"f")), 0);
        assert!(one != function_info::new_function_info_from_address(@0xa0, string::utf8(b"m"), string::utf8(b"g")), 0);
        assert!(vector::length(&vector[one]) == 1, 0);
    }

    #[test]
    fun a_test_store_is_a_store() {
        let (_, _, _, _, asset) = test_asset();
        let store: Object<FungibleStore> = fa::create_test_store(&account::create_signer_for_test(@0xee), asset);
        assert!(fa::balance(store) == 0, 0);
    }
}
