/// Checks that assert for themselves: objects, aggregators, tokens, pairs.
module assets::checks {
    use std::option;
    use std::signer;
    use std::string::{Self, String};
    use std::vector;
    use aptos_framework::account;
    use aptos_framework::aggregator_v2;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::coin;
    use aptos_framework::fungible_asset;
    use aptos_framework::object::{Self, ExtendRef, ObjectCore};
    use aptos_framework::primary_fungible_store;
    use aptos_token::token as old_token;
    use aptos_token_objects::collection;
    use aptos_token_objects::property_map;
    use aptos_token_objects::royalty;
    use aptos_token_objects::token;

    struct Thing has key {
        n: u64,
    }

    struct Kept has key {
        extend: ExtendRef,
    }

    struct Sized has drop, store {
        of_u64: aggregator_v2::DerivedStringSnapshot,
    }

    entry fun check_objects(account: &signer) acquires Thing {
        let me = signer::address_of(account);
        let ref = &object::create_named_object(account, b"thing");
        let at = object::address_from_constructor_ref(ref);
        assert!(at == object::create_object_address(&me, b"thing") && object::is_object(at));
        assert!(!object::can_generate_delete_ref(ref) && !object::object_exists<Thing>(at));
        move_to(&object::generate_signer(ref), Thing { n: 7 });
        let thing = object::object_from_constructor_ref<Thing>(ref);
        assert!(object::object_exists<Thing>(at) && object::owner(thing) == me && object::is_owner(thing, me));
        assert!(borrow_global<Thing>(object::object_address(&thing)).n == 7);
        // Owned by an object that the account owns: still its own to give away.
        let outer = &object::create_object(me);
        let box = object::object_from_constructor_ref<ObjectCore>(outer);
        object::transfer_to_object(account, thing, box);
        assert!(object::owner(thing) == object::object_address(&box) && object::owns(thing, me));
        assert!(object::root_owner(thing) == me && !object::is_owner(thing, me));
        object::transfer(account, thing, me);
        object::burn(account, thing);
        assert!(object::is_burnt(thing) && object::owner(thing) == me);
        object::unburn(account, thing);
        assert!(!object::is_burnt(thing));
        let transfer = object::generate_transfer_ref(ref);
        object::disable_ungated_transfer(&transfer);
        assert!(!object::ungated_transfer_allowed(thing));
        object::transfer_with_ref(object::generate_linear_transfer_ref(&transfer), @0x123);
        assert!(object::owner(thing) == @0x123 && !object::owns(thing, me));
        // Deleting leaves what else is at the address.
        object::delete(object::generate_delete_ref(outer));
        assert!(!object::is_object(object::address_from_constructor_ref(outer)));
        let guid = object::create_guid(&object::generate_signer(ref));
        assert!(std::guid::creation_num(&guid) == 0x4000000000001);
    }

    entry fun keep_extend_ref(account: &signer) {
        let ref = &object::create_named_object(account, b"kept");
        move_to(&object::generate_signer(ref), Kept { extend: object::generate_extend_ref(ref) });
    }

    entry fun extend(account: &signer) acquires Kept {
        let at = object::create_object_address(&signer::address_of(account), b"kept");
        let self = object::generate_signer_for_extending(&borrow_global<Kept>(at).extend);
        move_to(&self, Thing { n: 1 });
    }

    entry fun fail_transfer_of_others(account: &signer) {
        let ref = &object::create_object(@0x123);
        object::transfer_raw(account, object::address_from_constructor_ref(ref), @0x1)
    }

    entry fun fail_same_object_twice(account: &signer) {
        object::create_named_object(account, b"twice");
        object::create_named_object(account, b"twice");
    }

    entry fun check_aggregators() {
        let a = aggregator_v2::create_aggregator<u64>(10);
        assert!(aggregator_v2::try_add(&mut a, 10) && !aggregator_v2::try_add(&mut a, 1));
        assert!(aggregator_v2::read(&a) == 10 && aggregator_v2::max_value(&a) == 10);
        assert!(aggregator_v2::try_sub(&mut a, 3) && !aggregator_v2::try_sub(&mut a, 8));
        assert!(aggregator_v2::is_at_least(&a, 7) && !aggregator_v2::is_at_least(&a, 8));
        let seven = aggregator_v2::snapshot(&a);
        aggregator_v2::add(&mut a, 1);
        assert!(aggregator_v2::read(&a) == 8 && aggregator_v2::read_snapshot(&seven) == 7);
        let wide = aggregator_v2::create_unbounded_aggregator<u128>();
        aggregator_v2::add(&mut wide, 340282366920938463463374607431768211455);
        assert!(!aggregator_v2::try_add(&mut wide, 1));
        let text = aggregator_v2::derive_string_concat(
            string::utf8(b"#"), &aggregator_v2::snapshot(&wide), string::utf8(b"!")
        );
        assert!(
            aggregator_v2::read_derived_string(&text) == string::utf8(b"#340282366920938463463374607431768211455!")
        );
        // One size, whatever the number: 1 + (20 + 2) + 1.
        let before = string::utf8(b"a");
        let one = Sized { of_u64: aggregator_v2::derive_string_concat(
            before, &aggregator_v2::create_snapshot(1u64), before
        ) };
        let most = Sized { of_u64: aggregator_v2::derive_string_concat(
            before, &aggregator_v2::create_snapshot(18446744073709551615u64), before
        ) };
        assert!(std::bcs::serialized_size(&one) == 24 && std::bcs::serialized_size(&most) == 24);
        assert!(std::bcs::serialized_size(&aggregator_v2::create_derived_string(before)) == 22);
    }

    entry fun fail_aggregator_overflow() {
        aggregator_v2::add(&mut aggregator_v2::create_aggregator<u64>(1), 2)
    }

    entry fun fail_aggregator_type() {
        aggregator_v2::create_unbounded_aggregator<u8>();
    }

    entry fun check_pair(account: &signer) {
        let me = signer::address_of(account);
        let metadata = option::destroy_some(coin::paired_metadata<AptosCoin>());
        assert!(object::object_address(&metadata) == @0xa);
        let type = option::destroy_some(coin::paired_coin(metadata));
        assert!(std::vector::length(&aptos_std::type_info::struct_name(&type)) == 9);
        let before = coin::balance<AptosCoin>(me);
        assert!(before == primary_fungible_store::balance(me, metadata));
        let supply = coin::supply<AptosCoin>();
        let fa = coin::coin_to_fungible_asset(coin::withdraw<AptosCoin>(account, 100));
        assert!(fungible_asset::asset_metadata(&fa) == metadata);
        primary_fungible_store::deposit(@0x777, fa);
        assert!(coin::balance<AptosCoin>(@0x777) >= 100 && coin::supply<AptosCoin>() == supply);
        assert!(coin::balance<AptosCoin>(me) == before - 100);
        assert!(coin::coin_supply<AptosCoin>() == option::some(0));
    }

    fun text(s: vector<u8>): String {
        string::utf8(s)
    }

    entry fun check_tokens(account: &signer, to: address) {
        let me = signer::address_of(account);
        let tax = option::some(royalty::create(5, 100, me));
        let of = &collection::create_fixed_collection(account, text(b"d"), 2, text(b"C"), tax, text(b"u"));
        let collection = object::object_from_constructor_ref<collection::Collection>(of);
        assert!(
            object::object_address(&collection) == collection::create_collection_address(&me, &string::utf8(b"C"))
        );
        let first = &token::create_named_token(account, text(b"C"), text(b"d"), text(b"T"), option::none(), text(b"u"));
        let token = object::object_from_constructor_ref<token::Token>(first);
        assert!(
            object::object_address(&token)
                == token::create_token_address(&me, &string::utf8(b"C"), &string::utf8(b"T"))
        );
        assert!(token::index(token) == 1 && token::name(token) == text(b"T") && token::creator(token) == me);
        assert!(royalty::numerator(&option::destroy_some(token::royalty(token))) == 5);
        let second = &token::create_numbered_token(
            account, text(b"C"), text(b"d"), text(b"No. "), text(b"!"), option::none(), text(b"u")
        );
        let numbered = object::object_from_constructor_ref<token::Token>(second);
        assert!(token::name(numbered) == text(b"No. 2!") && collection::count(collection) == option::some(2));
        object::transfer(account, numbered, to);
        token::burn(token::generate_burn_ref(second));
        assert!(collection::count(collection) == option::some(1));
        assert!(!object::is_object(object::address_from_constructor_ref(second)));
        token::set_name(&token::generate_mutator_ref(first), text(b"T2"));
        assert!(token::name(token) == text(b"T2"));
        property_map::init(first, property_map::prepare_input(vector[], vector[], vector[]));
        let properties = property_map::generate_mutator_ref(first);
        property_map::add_typed(&properties, text(b"level"), 9u64);
        property_map::add(&properties, text(b"on"), text(b"bool"), x"01");
        assert!(property_map::read_u64(&token, &string::utf8(b"level")) == 9);
        assert!(property_map::read_bool(&token, &string::utf8(b"on")) && property_map::length(&token) == 2);
        property_map::update_typed(&properties, &string::utf8(b"level"), 10u64);
        property_map::remove(&properties, &string::utf8(b"on"));
        assert!(property_map::read_u64(&token, &string::utf8(b"level")) == 10);
        assert!(!property_map::contains_key(&token, &string::utf8(b"on")));
    }

    entry fun fail_too_many_tokens(account: &signer) {
        let name = string::utf8(b"Full");
        collection::create_fixed_collection(account, name, 1, name, option::none(), name);
        token::create(account, name, name, name, option::none(), name);
        token::create(account, name, name, name, option::none(), name);
    }

    fun strings(of: vector<vector<u8>>): vector<String> {
        vector::map(of, |s| string::utf8(s))
    }

    entry fun check_old_tokens(account: &signer) {
        let me = signer::address_of(account);
        let (other_signer, _) = account::create_resource_account(account, b"other");
        let other = &other_signer;
        let it = signer::address_of(other);
        let (c, t) = (string::utf8(b"Old"), string::utf8(b"T"));
        old_token::create_collection(account, c, c, c, 3, vector[true, true, true]);
        old_token::create_token_script(
            account, c, t, t, 5, 10, t, me, 100, 7, vector[true, true, true, true, true],
            strings(vector[b"TOKEN_BURNABLE_BY_OWNER", b"power"]), vector[x"01", x"0500000000000000"],
            strings(vector[b"bool", b"u64"])
        );
        let id = old_token::create_token_id_raw(me, c, t, 0);
        let data = old_token::create_token_data_id(me, c, t);
        assert!(old_token::balance_of(me, id) == 5);
        assert!(old_token::get_token_supply(me, data) == option::some(5));
        assert!(old_token::get_collection_supply(me, c) == option::some(1));
        old_token::opt_in_direct_transfer(other, true);
        old_token::transfer(account, id, it, 2);
        assert!(old_token::balance_of(it, id) == 2 && old_token::balance_of(me, id) == 3);
        let new_id = old_token::mutate_one_token(
            account, it, id, strings(vector[b"power"]), vector[x"0600000000000000"], strings(vector[b"u64"])
        );
        let (_, _, _, version) = old_token::get_token_id_fields(&new_id);
        assert!(version == 1 && old_token::balance_of(it, id) == 1 && old_token::balance_of(it, new_id) == 1);
        let own = old_token::get_property_map(it, new_id);
        assert!(aptos_token::property_map::read_u64(&own, &string::utf8(b"power")) == 6);
        let (one, left) = old_token::partial_withdraw_with_capability(
            old_token::create_withdraw_capability(account, id, 3, 18446744073709551615), 1
        );
        assert!(old_token::get_token_amount(&one) == 1 && option::is_some(&left));
        old_token::deposit_token(account, one);
        aptos_token::token_transfers::offer(account, it, id, 3);
        aptos_token::token_transfers::claim(other, me, id);
        assert!(old_token::balance_of(it, id) == 4 && old_token::balance_of(me, id) == 0);
        old_token::burn(other, me, c, t, 0, 4);
        assert!(old_token::get_token_supply(me, data) == option::some(1));
        assert!(old_token::get_tokendata_uri(me, data) == t);
    }

    #[test_only]
    public fun objects_for_test(account: &signer) acquires Thing {
        check_objects(account)
    }

    #[test_only]
    public fun aggregators_for_test() {
        check_aggregators()
    }
}
