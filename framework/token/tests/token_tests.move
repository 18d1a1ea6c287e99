#[test_only]
module aptos_token::token_tests {
    use std::bcs;
    use std::string::{Self, String};
    use aptos_framework::account;
    use aptos_framework::event;
    use aptos_token::property_map;
    use aptos_token::token::{Self, TokenDataId, TokenId};
    use aptos_token::token_coin_swap;
    use aptos_token::token_event_store;
    use aptos_token::token_transfers;

    struct Money {}

    fun s(text: vector<u8>): String {
        string::utf8(text)
    }

    fun data(creator: &signer, burnable: bool): TokenDataId {
        account::create_account_for_test(@0xa0);
        token::create_collection(creator, s(b"Birds"), s(b"d"), s(b"u"), 2, vector[true, true, true]);
        token::create_tokendata(
            creator, s(b"Birds"), s(b"Jay"), s(b"d"), 10, s(b"u"), @0xa0, 100, 5,
            token::create_token_mutability_config(&vector[true, true, true, true, true]),
            vector[s(b"TOKEN_BURNABLE_BY_OWNER")], vector[bcs::to_bytes(&burnable)], vector[s(b"bool")]
        )
    }

    fun minted(creator: &signer, amount: u64): TokenId {
        let id = data(creator, true);
        token::mint_token(creator, id, amount)
    }

    // ---- token, token_event_store

    #[test(creator = @0xa0)]
    fun a_collection_and_a_token(creator: &signer) {
        let id = minted(creator, 6);
        assert!(token::check_collection_exists(@0xa0, s(b"Birds")) && token::check_tokendata_exists(@0xa0, s(b"Birds"), s(b"Jay")), 0);
        assert!(token::get_collection_maximum(@0xa0, s(b"Birds")) == 2 && token::get_collection_supply(@0xa0, s(b"Birds")).extract() == 1, 0);
        assert!(token::balance_of(@0xa0, id) == 6 && token::has_token_store(@0xa0) && !token::has_token_store(@0xb0), 0);
        let jay = token::get_tokendata_id(id);
        assert!(token::get_tokendata_maximum(jay) == 10 && token::get_token_supply(@0xa0, jay).extract() == 6, 0);
        let royalty = token::get_royalty(id);
        assert!(token::get_royalty_numerator(&royalty) == 5 && token::get_royalty_denominator(&royalty) == 100 && token::get_royalty_payee(&royalty) == @0xa0, 0);
        let (maker, collection, name, version) = token::get_token_id_fields(&id);
        assert!(maker == @0xa0 && collection == s(b"Birds") && name == s(b"Jay") && version == 0, 0);
        token::mutate_collection_description(creator, s(b"Birds"), s(b"new"));
        token::mutate_collection_uri(creator, s(b"Birds"), s(b"new"));
        token::mutate_collection_maximum(creator, s(b"Birds"), 3);
        token::mutate_tokendata_uri(creator, jay, s(b"new"));
        token::mutate_tokendata_description(creator, jay, s(b"new"));
        token::mutate_tokendata_maximum(creator, jay, 11);
        assert!(token::get_collection_description(@0xa0, s(b"Birds")) == s(b"new") && token::get_tokendata_description(jay) == s(b"new"), 0);
        assert!(event::emitted_events<token_event_store::CollectionDescriptionMutate>().length() == 1, 0);
        assert!(event::emitted_events<token_event_store::MaximumMutate>().length() == 1, 0);
    }

    #[test(creator = @0xa0)]
    #[expected_failure(abort_code = 0x10007, location = aptos_token::token)]
    fun a_token_has_its_maximum(creator: &signer) {
        minted(creator, 11);
    }

    #[test(creator = @0xa0, other = @0xb0)]
    fun tokens_are_split_merged_and_moved(creator: &signer, other: &signer) {
        let id = minted(creator, 6);
        account::create_account_for_test(@0xb0);
        let some = token::withdraw_token(creator, id, 4);
        let part = token::split(&mut some, 1);
        assert!(token::get_token_amount(&some) == 3 && token::get_token_amount(&part) == 1, 0);
        token::merge(&mut some, part);
        token::deposit_token(other, some);
        assert!(token::balance_of(@0xa0, id) == 2 && token::balance_of(@0xb0, id) == 4, 0);
        token::direct_transfer(other, creator, id, 1);
        token::opt_in_direct_transfer(other, true);
        token::transfer(creator, id, @0xb0, 2);
        assert!(token::balance_of(@0xb0, id) == 5 && token::get_direct_transfer(@0xb0), 0);
        token::burn(other, @0xa0, s(b"Birds"), s(b"Jay"), 0, 2);
        assert!(token::balance_of(@0xb0, id) == 3, 0);
    }

    #[test(creator = @0xa0, other = @0xb0)]
    #[expected_failure(abort_code = 0x50010, location = aptos_token::token)]
    fun tokens_come_to_whom_wants_them(creator: &signer, other: &signer) {
        let id = minted(creator, 6);
        account::create_account_for_test(@0xb0);
        token::initialize_token_store(other);
        token::transfer(creator, id, @0xb0, 1);
    }

    #[test(creator = @0xa0)]
    #[expected_failure(abort_code = 0x5001e, location = aptos_token::token)]
    fun tokens_burn_if_they_may(creator: &signer) {
        let id = data(creator, false);
        token::mint_token(creator, id, 1);
        token::burn(creator, @0xa0, s(b"Birds"), s(b"Jay"), 0, 1);
    }

    // ---- token_transfers

    #[test(creator = @0xa0, other = @0xb0)]
    fun an_offer_is_claimed_or_taken_back(creator: &signer, other: &signer) {
        let id = minted(creator, 6);
        account::create_account_for_test(@0xb0);
        token_transfers::offer(creator, @0xb0, id, 2);
        token_transfers::offer(creator, @0xb0, id, 1);
        assert!(token::balance_of(@0xa0, id) == 3, 0);
        token_transfers::claim(other, @0xa0, id);
        assert!(token::balance_of(@0xb0, id) == 3, 0);
        token_transfers::offer(creator, @0xb0, id, 2);
        token_transfers::cancel_offer(creator, @0xb0, id);
        assert!(token::balance_of(@0xa0, id) == 3 && event::emitted_events<token_transfers::Offer>().length() == 3, 0);
    }

    // ---- property_map, token_coin_swap

    #[test]
    fun properties_of_every_type() {
        let map = property_map::new(vector[s(b"legs"), s(b"latin")], vector[x"02", x"03706963"], vector[s(b"u8"), s(b"0x1::string::String")]);
        property_map::add(&mut map, s(b"u64"), property_map::create_property_value(&64u64));
        property_map::add(&mut map, s(b"u128"), property_map::create_property_value(&128u128));
        property_map::add(&mut map, s(b"flies"), property_map::create_property_value(&true));
        property_map::add(&mut map, s(b"home"), property_map::create_property_value(&@0xa0));
        assert!(property_map::length(&map) == 6 && property_map::contains_key(&map, &s(b"legs")), 0);
        assert!(property_map::read_u8(&map, &s(b"legs")) == 2 && property_map::read_string(&map, &s(b"latin")) == s(b"pic"), 0);
        assert!(property_map::read_u64(&map, &s(b"u64")) == 64 && property_map::read_u128(&map, &s(b"u128")) == 128, 0);
        assert!(property_map::read_bool(&map, &s(b"flies")) && property_map::read_address(&map, &s(b"home")) == @0xa0, 0);
        property_map::update_property_value(&mut map, &s(b"legs"), property_map::create_property_value_raw(x"03", s(b"u8")));
        let (key, value) = property_map::remove(&mut map, &s(b"legs"));
        assert!(key == s(b"legs") && property_map::borrow_value(&value) == x"03" && property_map::borrow_type(&value) == s(b"u8"), 0);
    }

    #[test]
    #[expected_failure(abort_code = 3, location = aptos_token::property_map)]
    fun a_property_that_is_not_there() {
        property_map::borrow(&property_map::empty(), &s(b"legs"));
    }

    #[test(creator = @0xa0)]
    #[expected_failure(abort_code = 0x10008, location = aptos_token::token_coin_swap)]
    fun swaps_are_a_thing_of_the_past(creator: &signer) {
        token_coin_swap::does_listing_exist<Money>(@0xa0, minted(creator, 1));
    }
}
