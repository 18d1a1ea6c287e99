/// Tokens: objects that belong to a collection.
module aptos_token_objects::token {
    use std::error;
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use std::vector;
    use aptos_framework::aggregator_v2::{Self, AggregatorSnapshot, DerivedStringSnapshot};
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::object::{Self, ConstructorRef, Object};
    use aptos_token_objects::collection::{Self, Collection};
    use aptos_token_objects::royalty::{Self, Royalty};

    /// There is no such token.
    const ETOKEN_DOES_NOT_EXIST: u64 = 1;
    /// The account has not created the collection.
    const ENOT_CREATOR: u64 = 2;
    /// The field stays as it is.
    const EFIELD_NOT_MUTABLE: u64 = 3;
    /// The name is longer than 128 bytes.
    const ETOKEN_NAME_TOO_LONG: u64 = 4;
    /// The URI is longer than 512 bytes.
    const EURI_TOO_LONG: u64 = 5;
    /// The description is longer than 2048 bytes.
    const EDESCRIPTION_TOO_LONG: u64 = 6;
    /// The seed is longer than 128 bytes.
    const ESEED_TOO_LONG: u64 = 7;
    /// The account does not own the collection.
    const ENOT_OWNER: u64 = 8;

    const MAX_TOKEN_NAME_LENGTH: u64 = 128;
    const MAX_TOKEN_SEED_LENGTH: u64 = 128;
    const MAX_URI_LENGTH: u64 = 512;
    const MAX_DESCRIPTION_LENGTH: u64 = 2048;
    /// What a token's number may take in its name.
    const MAX_NUMBER_LENGTH: u64 = 20;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// Number and name are in TokenIdentifiers.
    struct Token has key {
        collection: Object<Collection>,
        index: u64,
        description: String,
        name: String,
        uri: String,
        mutation_events: EventHandle<MutationEvent>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct TokenIdentifiers has key {
        index: AggregatorSnapshot<u64>,
        name: DerivedStringSnapshot,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct ConcurrentTokenIdentifiers has key {
        index: AggregatorSnapshot<u64>,
        name: AggregatorSnapshot<String>,
    }

    /// One of the two: a token whose object cannot be deleted leaves it behind.
    struct BurnRef has drop, store {
        inner: Option<object::DeleteRef>,
        self: Option<address>,
    }

    struct MutatorRef has drop, store {
        self: address,
    }

    struct MutationEvent has drop, store {
        mutated_field_name: String,
        old_value: String,
        new_value: String,
    }

    #[event]
    struct Mutation has drop, store {
        token_address: address,
        mutated_field_name: String,
        old_value: String,
        new_value: String,
    }

    // ---- Creation ---------------------------------------------------------------------------------------------

    // Each of these makes the object in its way and has `fill` make a token of it: for the collection's creator, or
    // for its owner; with the name that is given, or with the token's number between prefix and suffix.

    public fun create_token(
        creator: &signer, collection: Object<Collection>, description: String, name: String, royalty: Option<Royalty>,
        uri: String
    ): ConstructorRef {
        let ref = new_object(creator);
        fill_for_creator(creator, &ref, collection, description, name, option::none(), royalty, uri);
        ref
    }

    public fun create(
        creator: &signer, collection_name: String, description: String, name: String, royalty: Option<Royalty>,
        uri: String
    ): ConstructorRef {
        create_token(creator, collection_of(creator, &collection_name), description, name, royalty, uri)
    }

    public fun create_token_as_collection_owner(
        creator: &signer, collection: Object<Collection>, description: String, name: String, royalty: Option<Royalty>,
        uri: String
    ): ConstructorRef {
        let ref = new_object(creator);
        fill_for_owner(creator, &ref, collection, description, name, option::none(), royalty, uri);
        ref
    }

    public fun create_numbered_token_object(
        creator: &signer, collection: Object<Collection>, description: String, name_with_index_prefix: String,
        name_with_index_suffix: String, royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        let ref = new_object(creator);
        let suffix = option::some(name_with_index_suffix);
        fill_for_creator(creator, &ref, collection, description, name_with_index_prefix, suffix, royalty, uri);
        ref
    }

    public fun create_numbered_token(
        creator: &signer, collection_name: String, description: String, name_with_index_prefix: String,
        name_with_index_suffix: String, royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        create_numbered_token_object(
            creator, collection_of(creator, &collection_name), description, name_with_index_prefix,
            name_with_index_suffix, royalty, uri
        )
    }

    public fun create_numbered_token_as_collection_owner(
        creator: &signer, collection: Object<Collection>, description: String, name_with_index_prefix: String,
        name_with_index_suffix: String, royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        let ref = new_object(creator);
        let suffix = option::some(name_with_index_suffix);
        fill_for_owner(creator, &ref, collection, description, name_with_index_prefix, suffix, royalty, uri);
        ref
    }

    public fun create_named_token_object(
        creator: &signer, collection: Object<Collection>, description: String, name: String, royalty: Option<Royalty>,
        uri: String
    ): ConstructorRef {
        let ref = object::create_named_object(creator, create_token_seed(&collection::name(collection), &name));
        fill_for_creator(creator, &ref, collection, description, name, option::none(), royalty, uri);
        ref
    }

    public fun create_named_token(
        creator: &signer, collection_name: String, description: String, name: String, royalty: Option<Royalty>,
        uri: String
    ): ConstructorRef {
        let ref = object::create_named_object(creator, create_token_seed(&collection_name, &name));
        let collection = collection_of(creator, &collection_name);
        fill_for_creator(creator, &ref, collection, description, name, option::none(), royalty, uri);
        ref
    }

    public fun create_named_token_as_collection_owner(
        creator: &signer, collection: Object<Collection>, description: String, name: String, royalty: Option<Royalty>,
        uri: String
    ): ConstructorRef {
        let ref = object::create_named_object(creator, create_token_seed(&collection::name(collection), &name));
        fill_for_owner(creator, &ref, collection, description, name, option::none(), royalty, uri);
        ref
    }

    public fun create_named_token_from_seed(
        creator: &signer, collection: Object<Collection>, description: String, name: String, seed: String,
        royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        let seed = create_token_name_with_seed(&collection::name(collection), &name, &seed);
        let ref = object::create_named_object(creator, seed);
        fill_for_creator(creator, &ref, collection, description, name, option::none(), royalty, uri);
        ref
    }

    public fun create_named_token_from_seed_as_collection_owner(
        creator: &signer, collection: Object<Collection>, description: String, name: String, seed: String,
        royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        let seed = create_token_name_with_seed(&collection::name(collection), &name, &seed);
        let ref = object::create_named_object(creator, seed);
        fill_for_owner(creator, &ref, collection, description, name, option::none(), royalty, uri);
        ref
    }

    public fun create_from_account(
        creator: &signer, collection_name: String, description: String, name: String, royalty: Option<Royalty>,
        uri: String
    ): ConstructorRef {
        let ref = object::create_object_from_account(creator);
        let collection = collection_of(creator, &collection_name);
        fill_for_creator(creator, &ref, collection, description, name, option::none(), royalty, uri);
        ref
    }

    fun new_object(creator: &signer): ConstructorRef {
        object::create_object(signer::address_of(creator))
    }

    fun collection_of(creator: &signer, name: &String): Object<Collection> {
        object::address_to_object(collection::create_collection_address(&signer::address_of(creator), name))
    }

    fun fill_for_creator(
        creator: &signer, ref: &ConstructorRef, collection: Object<Collection>, description: String, name: String,
        suffix: Option<String>, royalty: Option<Royalty>, uri: String
    ) {
        assert!(
            collection::creator(collection) == signer::address_of(creator),
            error::unauthenticated(ENOT_CREATOR)
        );
        fill(ref, collection, description, name, suffix, royalty, uri)
    }

    fun fill_for_owner(
        owner: &signer, ref: &ConstructorRef, collection: Object<Collection>, description: String, name: String,
        suffix: Option<String>, royalty: Option<Royalty>, uri: String
    ) {
        assert!(object::owner(collection) == signer::address_of(owner), error::unauthenticated(ENOT_OWNER));
        fill(ref, collection, description, name, suffix, royalty, uri)
    }

    fun fill(
        ref: &ConstructorRef, collection: Object<Collection>, description: String, name: String,
        suffix: Option<String>, royalty: Option<Royalty>, uri: String
    ) {
        let more = if (option::is_some(&suffix)) MAX_NUMBER_LENGTH + string::length(option::borrow(&suffix)) else 0;
        check_name_length(string::length(&name) + more);
        check_description(&description);
        check_uri(&uri);
        let self = &object::generate_signer(ref);
        let index = option::destroy_with_default(
            collection::increment_supply(&collection, signer::address_of(self)), aggregator_v2::create_snapshot(0)
        );
        let full_name = if (option::is_some(&suffix)) {
            aggregator_v2::derive_string_concat(name, &index, option::destroy_some(suffix))
        } else {
            aggregator_v2::create_derived_string(name)
        };
        move_to(self, TokenIdentifiers { index, name: full_name });
        move_to(self, Token {
            collection,
            index: 0,
            description,
            name: string::utf8(b""),
            uri,
            mutation_events: object::new_event_handle(self),
        });
        option::for_each(royalty, |r| royalty::init(ref, r));
    }

    fun check_name_length(length: u64) {
        assert!(length <= MAX_TOKEN_NAME_LENGTH, error::out_of_range(ETOKEN_NAME_TOO_LONG));
    }

    fun check_description(description: &String) {
        assert!(
            string::length(description) <= MAX_DESCRIPTION_LENGTH,
            error::out_of_range(EDESCRIPTION_TOO_LONG)
        );
    }

    fun check_uri(uri: &String) {
        assert!(string::length(uri) <= MAX_URI_LENGTH, error::out_of_range(EURI_TOO_LONG));
    }

    // ---- Addresses --------------------------------------------------------------------------------------------

    public fun create_token_address(creator: &address, collection: &String, name: &String): address {
        object::create_object_address(creator, create_token_seed(collection, name))
    }

    #[view]
    public fun create_token_address_with_seed(
        creator: address, collection: String, name: String, seed: String
    ): address {
        object::create_object_address(&creator, create_token_name_with_seed(&collection, &name, &seed))
    }

    /// "collection::name". Also checks the name's length.
    public fun create_token_seed(collection: &String, name: &String): vector<u8> {
        check_name_length(string::length(name));
        let seed = *string::bytes(collection);
        vector::append(&mut seed, b"::");
        vector::append(&mut seed, *string::bytes(name));
        seed
    }

    public fun create_token_name_with_seed(collection: &String, name: &String, seed: &String): vector<u8> {
        assert!(string::length(seed) <= MAX_TOKEN_SEED_LENGTH, error::out_of_range(ESEED_TOO_LONG));
        let full = create_token_seed(collection, name);
        vector::append(&mut full, *string::bytes(seed));
        full
    }

    // ---- Asking -----------------------------------------------------------------------------------------------

    inline fun borrow<T: key>(token: &Object<T>): &Token {
        let at = object::object_address(token);
        assert!(exists<Token>(at), error::not_found(ETOKEN_DOES_NOT_EXIST));
        borrow_global<Token>(at)
    }

    #[view]
    public fun creator<T: key>(token: Object<T>): address acquires Token {
        collection::creator(borrow(&token).collection)
    }

    #[view]
    public fun collection_name<T: key>(token: Object<T>): String acquires Token {
        collection::name(borrow(&token).collection)
    }

    #[view]
    public fun collection_object<T: key>(token: Object<T>): Object<Collection> acquires Token {
        borrow(&token).collection
    }

    #[view]
    public fun description<T: key>(token: Object<T>): String acquires Token {
        borrow(&token).description
    }

    #[view]
    public fun name<T: key>(token: Object<T>): String acquires Token, TokenIdentifiers {
        let at = object::object_address(&token);
        if (exists<TokenIdentifiers>(at)) {
            aggregator_v2::read_derived_string(&borrow_global<TokenIdentifiers>(at).name)
        } else {
            borrow(&token).name
        }
    }

    #[view]
    public fun uri<T: key>(token: Object<T>): String acquires Token {
        borrow(&token).uri
    }

    #[view]
    /// Its own, or the collection's.
    public fun royalty<T: key>(token: Object<T>): Option<Royalty> acquires Token {
        let collection = borrow(&token).collection;
        let own = royalty::get(token);
        if (option::is_some(&own)) own else royalty::get(collection)
    }

    #[view]
    public fun index<T: key>(token: Object<T>): u64 acquires Token, TokenIdentifiers {
        let at = object::object_address(&token);
        if (exists<TokenIdentifiers>(at)) {
            aggregator_v2::read_snapshot(&borrow_global<TokenIdentifiers>(at).index)
        } else {
            borrow(&token).index
        }
    }

    // ---- Burning ----------------------------------------------------------------------------------------------

    public fun generate_burn_ref(ref: &ConstructorRef): BurnRef {
        if (object::can_generate_delete_ref(ref)) {
            BurnRef { inner: option::some(object::generate_delete_ref(ref)), self: option::none() }
        } else {
            BurnRef { inner: option::none(), self: option::some(object::address_from_constructor_ref(ref)) }
        }
    }

    public fun address_from_burn_ref(ref: &BurnRef): address {
        if (option::is_some(&ref.inner)) {
            object::address_from_delete_ref(option::borrow(&ref.inner))
        } else {
            *option::borrow(&ref.self)
        }
    }

    public fun burn(burn_ref: BurnRef) acquires Token, TokenIdentifiers {
        let at = address_from_burn_ref(&burn_ref);
        let previous_owner = object::owner(object::address_to_object<Token>(at));
        let BurnRef { inner, self: _ } = burn_ref;
        option::for_each(inner, |ref| object::delete(ref));
        if (royalty::exists_at(at)) royalty::delete(at);
        let Token { collection, index, description: _, name: _, uri: _, mutation_events } = move_from<Token>(at);
        event::destroy_handle(mutation_events);
        if (exists<TokenIdentifiers>(at)) {
            let TokenIdentifiers { index: number, name: _ } = move_from<TokenIdentifiers>(at);
            index = aggregator_v2::read_snapshot(&number);
        };
        collection::decrement_supply(&collection, at, option::some(index), previous_owner);
    }

    // ---- Changing ---------------------------------------------------------------------------------------------

    public fun generate_mutator_ref(ref: &ConstructorRef): MutatorRef {
        let token = object::object_from_constructor_ref<Token>(ref);
        MutatorRef { self: object::object_address(&token) }
    }

    inline fun borrow_mut(ref: &MutatorRef): &mut Token {
        assert!(exists<Token>(ref.self), error::not_found(ETOKEN_DOES_NOT_EXIST));
        borrow_global_mut<Token>(ref.self)
    }

    fun emit_mutation(ref: &MutatorRef, field: vector<u8>, old_value: String, new_value: String) {
        event::emit(Mutation {
            token_address: ref.self, mutated_field_name: string::utf8(field), old_value, new_value
        });
    }

    public fun set_description(mutator_ref: &MutatorRef, description: String) acquires Token {
        check_description(&description);
        let token = borrow_mut(mutator_ref);
        emit_mutation(mutator_ref, b"description", token.description, description);
        token.description = description;
    }

    public fun set_name(mutator_ref: &MutatorRef, name: String) acquires Token, TokenIdentifiers {
        check_name_length(string::length(&name));
        let token = borrow_mut(mutator_ref);
        let old_name = token.name;
        if (exists<TokenIdentifiers>(mutator_ref.self)) {
            let full_name = &mut borrow_global_mut<TokenIdentifiers>(mutator_ref.self).name;
            old_name = aggregator_v2::read_derived_string(full_name);
            *full_name = aggregator_v2::create_derived_string(name);
        } else {
            token.name = name;
        };
        emit_mutation(mutator_ref, b"name", old_name, name);
    }

    public fun set_uri(mutator_ref: &MutatorRef, uri: String) acquires Token {
        check_uri(&uri);
        let token = borrow_mut(mutator_ref);
        emit_mutation(mutator_ref, b"uri", token.uri, uri);
        token.uri = uri;
    }
}
