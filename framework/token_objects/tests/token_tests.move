#[test_only]
module aptos_token_objects::token_tests {
    use std::option;
    use std::string::{Self, String};
    use aptos_framework::account;
    use aptos_framework::event;
    use aptos_framework::object::{Self, ConstructorRef, Object};
    use aptos_token_objects::aptos_token::{Self, AptosToken};
    use aptos_token_objects::collection::{Self, Collection};
    use aptos_token_objects::property_map;
    use aptos_token_objects::royalty;
    use aptos_token_objects::token::{Self, Token};

    fun s(text: vector<u8>): String {
        string::utf8(text)
    }

    fun birds(creator: &signer, most: u64): Object<Collection> {
        let ref = collection::create_fixed_collection(
            creator, s(b"of the air"), most, s(b"Birds"), option::some(royalty::create(1, 20, @0xfee)), s(b"uri")
        );
        object::object_from_constructor_ref<Collection>(&ref)
    }

    fun bird(creator: &signer, name: vector<u8>): ConstructorRef {
        token::create_named_token(creator, s(b"Birds"), s(b"a bird"), s(name), option::none(), s(b"uri"))
    }

    // ---- collection, token, royalty

    #[test(creator = @0xa0)]
    fun a_collection_and_its_tokens(creator: &signer) {
        let all = birds(creator, 2);
        assert!(collection::create_collection_address(&@0xa0, &s(b"Birds")) == object::object_address(&all), 0);
        assert!(collection::name(all) == s(b"Birds") && collection::description(all) == s(b"of the air") && collection::uri(all) == s(b"uri"), 0);
        assert!(collection::creator(all) == @0xa0 && collection::count(all) == option::some(0), 0);
        let ref = bird(creator, b"Jay");
        let jay = object::object_from_constructor_ref<Token>(&ref);
        assert!(token::create_token_address(&@0xa0, &s(b"Birds"), &s(b"Jay")) == object::object_address(&jay), 0);
        assert!(token::name(jay) == s(b"Jay") && token::index(jay) == 1 && token::creator(jay) == @0xa0, 0);
        assert!(token::collection_name(jay) == s(b"Birds") && token::collection_object(jay) == all && token::uri(jay) == s(b"uri"), 0);
        let share = token::royalty(jay).extract();
        assert!(royalty::numerator(&share) == 1 && royalty::denominator(&share) == 20 && royalty::payee_address(&share) == @0xfee, 0);
        assert!(collection::count(all) == option::some(1) && event::emitted_events<collection::Mint>().length() == 1, 0);
        let mutator = token::generate_mutator_ref(&ref);
        token::set_name(&mutator, s(b"Magpie"));
        token::set_description(&mutator, s(b"black and white"));
        token::set_uri(&mutator, s(b"other"));
        assert!(token::name(jay) == s(b"Magpie") && token::description(jay) == s(b"black and white") && token::uri(jay) == s(b"other"), 0);
        assert!(event::emitted_events<token::Mutation>().length() == 3, 0);
    }

    #[test(creator = @0xa0)]
    #[expected_failure(abort_code = 0x20002, location = aptos_token_objects::collection)]
    fun a_collection_has_its_size(creator: &signer) {
        birds(creator, 1);
        bird(creator, b"Jay");
        bird(creator, b"Tit");
    }

    #[test(creator = @0xa0)]
    fun a_burned_token_makes_room(creator: &signer) {
        let all = birds(creator, 1);
        account::create_account_for_test(@0xa0);
        let ref = token::create(creator, s(b"Birds"), s(b""), s(b"Jay"), option::none(), s(b""));
        let burn = token::generate_burn_ref(&ref);
        let at = object::address_from_constructor_ref(&ref);
        assert!(token::address_from_burn_ref(&burn) == at, 0);
        token::burn(burn);
        assert!(collection::count(all) == option::some(0) && !object::object_exists<Token>(at), 0);
        bird(creator, b"Tit");
    }

    #[test(creator = @0xa0)]
    fun tokens_are_numbered(creator: &signer) {
        collection::create_unlimited_collection(creator, s(b""), s(b"Birds"), option::none(), s(b""));
        account::create_account_for_test(@0xa0);
        let ref = token::create_numbered_token(creator, s(b"Birds"), s(b""), s(b"No. "), s(b"!"), option::none(), s(b""));
        assert!(token::name(object::object_from_constructor_ref<Token>(&ref)) == s(b"No. 1!"), 0);
    }

    #[test(creator = @0xa0)]
    fun a_collection_changes(creator: &signer) {
        let ref = collection::create_fixed_collection(creator, s(b""), 5, s(b"Birds"), option::none(), s(b""));
        let all = object::object_from_constructor_ref<Collection>(&ref);
        let mutator = collection::generate_mutator_ref(&ref);
        collection::set_description(&mutator, s(b"new"));
        collection::set_uri(&mutator, s(b"https://x"));
        collection::set_max_supply(&mutator, 1);
        assert!(collection::description(all) == s(b"new") && collection::uri(all) == s(b"https://x"), 0);
        bird(creator, b"Jay");
    }

    #[test(creator = @0xa0)]
    #[expected_failure(abort_code = 0x10006, location = aptos_token_objects::collection)]
    fun an_empty_collection_is_none(creator: &signer) {
        birds(creator, 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x20002, location = aptos_token_objects::royalty)]
    fun a_royalty_is_a_part() {
        royalty::create(2, 1, @0xfee);
    }

    #[test]
    #[expected_failure(abort_code = 0x20003, location = aptos_token_objects::royalty)]
    fun a_royalty_is_a_part_of_something() {
        royalty::create(0, 0, @0xfee);
    }

    #[test(creator = @0xa0)]
    fun a_royalty_changes(creator: &signer) {
        let ref = object::create_named_object(creator, b"thing");
        royalty::init(&ref, royalty::create(1, 10, @0xfee));
        let at = object::address_from_constructor_ref(&ref);
        royalty::update(&royalty::generate_mutator_ref(object::generate_extend_ref(&ref)), royalty::create(2, 10, @0xfee));
        let share = royalty::get(object::address_to_object<object::ObjectCore>(at)).extract();
        assert!(royalty::exists_at(at) && royalty::numerator(&share) == 2, 0);
    }

    // ---- property_map

    #[test(creator = @0xa0)]
    fun properties_of_every_type(creator: &signer) {
        birds(creator, 1);
        let ref = bird(creator, b"Jay");
        let input = property_map::prepare_input(vector[s(b"legs"), s(b"latin")], vector[s(b"u8"), s(b"0x1::string::String")], vector[x"02", x"03706963"]);
        property_map::init(&ref, input);
        let jay = object::object_from_constructor_ref<Token>(&ref);
        let m = property_map::generate_mutator_ref(&ref);
        property_map::add_typed(&m, s(b"flies"), true);
        property_map::add_typed(&m, s(b"u16"), 16u16);
        property_map::add_typed(&m, s(b"u32"), 32u32);
        property_map::add_typed(&m, s(b"u64"), 64u64);
        property_map::add_typed(&m, s(b"u128"), 128u128);
        property_map::add_typed(&m, s(b"u256"), 256u256);
        property_map::add_typed(&m, s(b"home"), @0xa0);
        property_map::add_typed(&m, s(b"song"), b"tweet");
        property_map::add(&m, s(b"more"), s(b"u8"), x"07");
        assert!(property_map::length(&jay) == 11 && property_map::contains_key(&jay, &s(b"legs")) && !property_map::contains_key(&jay, &s(b"arms")), 0);
        assert!(property_map::read_u8(&jay, &s(b"legs")) == 2 && property_map::read_string(&jay, &s(b"latin")) == s(b"pic"), 0);
        assert!(property_map::read_bool(&jay, &s(b"flies")) && property_map::read_u16(&jay, &s(b"u16")) == 16, 0);
        assert!(property_map::read_u32(&jay, &s(b"u32")) == 32 && property_map::read_u64(&jay, &s(b"u64")) == 64, 0);
        assert!(property_map::read_u128(&jay, &s(b"u128")) == 128 && property_map::read_u256(&jay, &s(b"u256")) == 256, 0);
        assert!(property_map::read_address(&jay, &s(b"home")) == @0xa0 && property_map::read_bytes(&jay, &s(b"song")) == b"tweet", 0);
        property_map::update_typed(&m, &s(b"legs"), 3u8);
        property_map::update(&m, &s(b"more"), s(b"bool"), x"01");
        let (type, value) = property_map::read(&jay, &s(b"more"));
        assert!(property_map::read_u8(&jay, &s(b"legs")) == 3 && type == s(b"bool") && value == x"01", 0);
        property_map::remove(&m, &s(b"more"));
        assert!(property_map::length(&jay) == 10, 0);
        property_map::burn(m);
    }

    #[test]
    #[expected_failure(abort_code = 0x10004, location = aptos_token_objects::property_map)]
    fun every_property_has_a_value() {
        property_map::prepare_input(vector[s(b"legs")], vector[s(b"u8")], vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x10007, location = aptos_token_objects::property_map)]
    fun properties_have_known_types() {
        property_map::prepare_input(vector[s(b"legs")], vector[s(b"i8")], vector[x"01"]);
    }

    #[test(creator = @0xa0)]
    #[expected_failure(abort_code = 0x10006, location = aptos_token_objects::property_map)]
    fun a_property_is_read_as_what_it_is(creator: &signer) {
        birds(creator, 1);
        let ref = bird(creator, b"Jay");
        property_map::init(&ref, property_map::prepare_input(vector[s(b"legs")], vector[s(b"u8")], vector[x"02"]));
        property_map::read_u16(&object::object_from_constructor_ref<Token>(&ref), &s(b"legs"));
    }

    // ---- aptos_token

    fun minted(creator: &signer, burnable: bool): Object<AptosToken> {
        account::create_account_for_test(@0xa0);
        aptos_token::create_collection(
            creator, s(b""), 3, s(b"Birds"), s(b""), true, true, true, true, true, true, true, burnable, true, 1, 100
        );
        aptos_token::mint_token_object(creator, s(b"Birds"), s(b""), s(b"Jay"), s(b""), vector[s(b"legs")], vector[s(b"u8")], vector[x"02"])
    }

    #[test(creator = @0xa0)]
    fun a_token_of_its_creator(creator: &signer) {
        let jay = minted(creator, true);
        assert!(aptos_token::are_properties_mutable(jay) && aptos_token::is_burnable(jay) && aptos_token::is_freezable_by_creator(jay), 0);
        aptos_token::set_name(creator, jay, s(b"Magpie"));
        aptos_token::set_description(creator, jay, s(b"d"));
        aptos_token::set_uri(creator, jay, s(b"u"));
        assert!(token::name(jay) == s(b"Magpie") && token::description(jay) == s(b"d") && token::uri(jay) == s(b"u"), 0);
        aptos_token::add_property(creator, jay, s(b"eggs"), s(b"u8"), x"06");
        aptos_token::update_typed_property<AptosToken, u8>(creator, jay, s(b"legs"), 3);
        aptos_token::remove_property(creator, jay, s(b"eggs"));
        assert!(property_map::read_u8(&jay, &s(b"legs")) == 3 && property_map::length(&jay) == 1, 0);
        aptos_token::freeze_transfer(creator, jay);
        assert!(!object::ungated_transfer_allowed(jay), 0);
        aptos_token::unfreeze_transfer(creator, jay);
        object::transfer(creator, jay, @0xb0);
        aptos_token::burn(creator, jay);
        assert!(!object::is_object(object::object_address(&jay)), 0);
    }

    #[test(creator = @0xa0, other = @0xb0)]
    #[expected_failure(abort_code = 0x50003, location = aptos_token_objects::aptos_token)]
    fun nobody_else_changes_it(creator: &signer, other: &signer) {
        let jay = minted(creator, true);
        aptos_token::set_name(other, jay, s(b"Mine"));
    }

    #[test(creator = @0xa0)]
    #[expected_failure(abort_code = 0x50005, location = aptos_token_objects::aptos_token)]
    fun it_is_burned_if_it_may(creator: &signer) {
        aptos_token::burn(creator, minted(creator, false));
    }

    #[test(creator = @0xa0, owner = @0xb0)]
    #[expected_failure(abort_code = 0x50003, location = aptos_framework::object)]
    fun a_soul_bound_token_stays(creator: &signer, owner: &signer) {
        minted(creator, true);
        let soul = aptos_token::mint_soul_bound_token_object(creator, s(b"Birds"), s(b""), s(b"Soul"), s(b""), vector[], vector[], vector[], @0xb0);
        assert!(object::owner(soul) == @0xb0, 0);
        object::transfer(owner, soul, @0xc0);
    }
}
