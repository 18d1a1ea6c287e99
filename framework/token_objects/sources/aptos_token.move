/// Collections and tokens for those who publish no code of their own: what may change later is chosen once, when the
/// collection is created.
module aptos_token_objects::aptos_token {
    use std::error;
    use std::option::{Self, Option};
    use std::signer;
    use std::string::String;
    use aptos_framework::object::{Self, ConstructorRef, Object};
    use aptos_token_objects::collection;
    use aptos_token_objects::property_map;
    use aptos_token_objects::royalty;
    use aptos_token_objects::token;

    /// There is no such collection.
    const ECOLLECTION_DOES_NOT_EXIST: u64 = 1;
    /// There is no such token.
    const ETOKEN_DOES_NOT_EXIST: u64 = 2;
    /// The account has not created it.
    const ENOT_CREATOR: u64 = 3;
    /// The field stays as it is.
    const EFIELD_NOT_MUTABLE: u64 = 4;
    /// The creator may not burn the token.
    const ETOKEN_NOT_BURNABLE: u64 = 5;
    /// The properties stay as they are.
    const EPROPERTIES_NOT_MUTABLE: u64 = 6;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct AptosCollection has key {
        mutator_ref: Option<collection::MutatorRef>,
        royalty_mutator_ref: Option<royalty::MutatorRef>,
        mutable_description: bool,
        mutable_uri: bool,
        mutable_token_description: bool,
        mutable_token_name: bool,
        mutable_token_properties: bool,
        mutable_token_uri: bool,
        tokens_burnable_by_creator: bool,
        tokens_freezable_by_creator: bool,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct AptosToken has key {
        burn_ref: Option<token::BurnRef>,
        transfer_ref: Option<object::TransferRef>,
        mutator_ref: Option<token::MutatorRef>,
        property_mutator_ref: property_map::MutatorRef,
    }

    // ---- Creation ---------------------------------------------------------------------------------------------

    public entry fun create_collection(
        creator: &signer, description: String, max_supply: u64, name: String, uri: String, mutable_description: bool,
        mutable_royalty: bool, mutable_uri: bool, mutable_token_description: bool, mutable_token_name: bool,
        mutable_token_properties: bool, mutable_token_uri: bool, tokens_burnable_by_creator: bool,
        tokens_freezable_by_creator: bool, royalty_numerator: u64, royalty_denominator: u64
    ) {
        create_collection_object(
            creator, description, max_supply, name, uri, mutable_description, mutable_royalty, mutable_uri,
            mutable_token_description, mutable_token_name, mutable_token_properties, mutable_token_uri,
            tokens_burnable_by_creator, tokens_freezable_by_creator, royalty_numerator, royalty_denominator
        );
    }

    public fun create_collection_object(
        creator: &signer, description: String, max_supply: u64, name: String, uri: String, mutable_description: bool,
        mutable_royalty: bool, mutable_uri: bool, mutable_token_description: bool, mutable_token_name: bool,
        mutable_token_properties: bool, mutable_token_uri: bool, tokens_burnable_by_creator: bool,
        tokens_freezable_by_creator: bool, royalty_numerator: u64, royalty_denominator: u64
    ): Object<AptosCollection> {
        let royalty = royalty::create(royalty_numerator, royalty_denominator, signer::address_of(creator));
        let ref =
            &collection::create_fixed_collection(creator, description, max_supply, name, option::some(royalty), uri);
        let mutator_ref = if (mutable_description || mutable_uri) {
            option::some(collection::generate_mutator_ref(ref))
        } else {
            option::none()
        };
        let royalty_mutator_ref = if (mutable_royalty) {
            option::some(royalty::generate_mutator_ref(object::generate_extend_ref(ref)))
        } else {
            option::none()
        };
        move_to(&object::generate_signer(ref), AptosCollection {
            mutator_ref,
            royalty_mutator_ref,
            mutable_description,
            mutable_uri,
            mutable_token_description,
            mutable_token_name,
            mutable_token_properties,
            mutable_token_uri,
            tokens_burnable_by_creator,
            tokens_freezable_by_creator,
        });
        object::object_from_constructor_ref(ref)
    }

    public entry fun mint(
        creator: &signer, collection: String, description: String, name: String, uri: String,
        property_keys: vector<String>, property_types: vector<String>, property_values: vector<vector<u8>>
    ) acquires AptosCollection, AptosToken {
        mint_token_object(
            creator, collection, description, name, uri, property_keys, property_types, property_values
        );
    }

    public fun mint_token_object(
        creator: &signer, collection: String, description: String, name: String, uri: String,
        property_keys: vector<String>, property_types: vector<String>, property_values: vector<vector<u8>>
    ): Object<AptosToken> acquires AptosCollection, AptosToken {
        let ref = &mint_internal(
            creator, collection, description, name, uri, property_keys, property_types, property_values
        );
        let token = object::object_from_constructor_ref<AptosToken>(ref);
        if (is_freezable_by_creator(token)) {
            let transfer_ref = object::generate_transfer_ref(ref);
            option::fill(
                &mut borrow_global_mut<AptosToken>(object::object_address(&token)).transfer_ref, transfer_ref
            );
        };
        token
    }

    public entry fun mint_soul_bound(
        creator: &signer, collection: String, description: String, name: String, uri: String,
        property_keys: vector<String>, property_types: vector<String>, property_values: vector<vector<u8>>,
        soul_bound_to: address
    ) acquires AptosCollection {
        mint_soul_bound_token_object(
            creator, collection, description, name, uri, property_keys, property_types, property_values,
            soul_bound_to
        );
    }

    /// A token that stays with `soul_bound_to`.
    public fun mint_soul_bound_token_object(
        creator: &signer, collection: String, description: String, name: String, uri: String,
        property_keys: vector<String>, property_types: vector<String>, property_values: vector<vector<u8>>,
        soul_bound_to: address
    ): Object<AptosToken> acquires AptosCollection {
        let ref = &mint_internal(
            creator, collection, description, name, uri, property_keys, property_types, property_values
        );
        let transfer_ref = object::generate_transfer_ref(ref);
        object::transfer_with_ref(object::generate_linear_transfer_ref(&transfer_ref), soul_bound_to);
        object::disable_ungated_transfer(&transfer_ref);
        object::object_from_constructor_ref(ref)
    }

    fun mint_internal(
        creator: &signer, collection: String, description: String, name: String, uri: String,
        property_keys: vector<String>, property_types: vector<String>, property_values: vector<vector<u8>>
    ): ConstructorRef acquires AptosCollection {
        let ref = token::create(creator, collection, description, name, option::none(), uri);
        let of = collection::create_collection_address(&signer::address_of(creator), &collection);
        let settings = borrow_collection(&object::address_to_object<AptosCollection>(of));
        let mutable = settings.mutable_token_description || settings.mutable_token_name || settings.mutable_token_uri;
        let mutator_ref = if (mutable) option::some(token::generate_mutator_ref(&ref)) else option::none();
        let burn_ref = if (settings.tokens_burnable_by_creator) {
            option::some(token::generate_burn_ref(&ref))
        } else {
            option::none()
        };
        move_to(&object::generate_signer(&ref), AptosToken {
            burn_ref,
            transfer_ref: option::none(),
            mutator_ref,
            property_mutator_ref: property_map::generate_mutator_ref(&ref),
        });
        property_map::init(&ref, property_map::prepare_input(property_keys, property_types, property_values));
        ref
    }

    // ---- Tokens -----------------------------------------------------------------------------------------------

    inline fun borrow<T: key>(token: &Object<T>): &AptosToken {
        let at = object::object_address(token);
        assert!(exists<AptosToken>(at), error::not_found(ETOKEN_DOES_NOT_EXIST));
        borrow_global<AptosToken>(at)
    }

    inline fun borrow_as_creator<T: key>(token: &Object<T>, creator: &signer): &AptosToken {
        let own = borrow(token);
        assert!(token::creator(*token) == signer::address_of(creator), error::permission_denied(ENOT_CREATOR));
        own
    }

    #[view]
    public fun are_properties_mutable<T: key>(token: Object<T>): bool acquires AptosCollection {
        is_mutable_collection_token_properties(token::collection_object(token))
    }

    #[view]
    public fun is_burnable<T: key>(token: Object<T>): bool acquires AptosToken {
        option::is_some(&borrow(&token).burn_ref)
    }

    #[view]
    public fun is_freezable_by_creator<T: key>(token: Object<T>): bool acquires AptosCollection {
        are_collection_tokens_freezable(token::collection_object(token))
    }

    #[view]
    public fun is_mutable_description<T: key>(token: Object<T>): bool acquires AptosCollection {
        is_mutable_collection_token_description(token::collection_object(token))
    }

    #[view]
    public fun is_mutable_name<T: key>(token: Object<T>): bool acquires AptosCollection {
        is_mutable_collection_token_name(token::collection_object(token))
    }

    #[view]
    public fun is_mutable_uri<T: key>(token: Object<T>): bool acquires AptosCollection {
        is_mutable_collection_token_uri(token::collection_object(token))
    }

    public entry fun burn<T: key>(creator: &signer, token: Object<T>) acquires AptosToken {
        let burnable = option::is_some(&borrow_as_creator(&token, creator).burn_ref);
        assert!(burnable, error::permission_denied(ETOKEN_NOT_BURNABLE));
        let AptosToken { burn_ref, transfer_ref: _, mutator_ref: _, property_mutator_ref } =
            move_from<AptosToken>(object::object_address(&token));
        property_map::burn(property_mutator_ref);
        token::burn(option::destroy_some(burn_ref));
    }

    public entry fun freeze_transfer<T: key>(
        creator: &signer, token: Object<T>
    ) acquires AptosCollection, AptosToken {
        let transfer_ref = &borrow_as_creator(&token, creator).transfer_ref;
        assert!(
            is_freezable_by_creator(token) && option::is_some(transfer_ref),
            error::permission_denied(EFIELD_NOT_MUTABLE)
        );
        object::disable_ungated_transfer(option::borrow(transfer_ref))
    }

    public entry fun unfreeze_transfer<T: key>(
        creator: &signer, token: Object<T>
    ) acquires AptosCollection, AptosToken {
        let transfer_ref = &borrow_as_creator(&token, creator).transfer_ref;
        assert!(
            is_freezable_by_creator(token) && option::is_some(transfer_ref),
            error::permission_denied(EFIELD_NOT_MUTABLE)
        );
        object::enable_ungated_transfer(option::borrow(transfer_ref))
    }

    public entry fun set_description<T: key>(
        creator: &signer, token: Object<T>, description: String
    ) acquires AptosCollection, AptosToken {
        assert!(is_mutable_description(token), error::permission_denied(EFIELD_NOT_MUTABLE));
        let own = borrow_as_creator(&token, creator);
        token::set_description(option::borrow(&own.mutator_ref), description)
    }

    public entry fun set_name<T: key>(
        creator: &signer, token: Object<T>, name: String
    ) acquires AptosCollection, AptosToken {
        assert!(is_mutable_name(token), error::permission_denied(EFIELD_NOT_MUTABLE));
        let own = borrow_as_creator(&token, creator);
        token::set_name(option::borrow(&own.mutator_ref), name)
    }

    public entry fun set_uri<T: key>(
        creator: &signer, token: Object<T>, uri: String
    ) acquires AptosCollection, AptosToken {
        assert!(is_mutable_uri(token), error::permission_denied(EFIELD_NOT_MUTABLE));
        let own = borrow_as_creator(&token, creator);
        token::set_uri(option::borrow(&own.mutator_ref), uri)
    }

    // ---- Properties -------------------------------------------------------------------------------------------

    inline fun properties<T: key>(token: &Object<T>, creator: &signer): &property_map::MutatorRef {
        let own = borrow_as_creator(token, creator);
        assert!(are_properties_mutable(*token), error::permission_denied(EPROPERTIES_NOT_MUTABLE));
        &own.property_mutator_ref
    }

    public entry fun add_property<T: key>(
        creator: &signer, token: Object<T>, key: String, type: String, value: vector<u8>
    ) acquires AptosCollection, AptosToken {
        property_map::add(properties(&token, creator), key, type, value)
    }

    public entry fun add_typed_property<T: key, V: drop>(
        creator: &signer, token: Object<T>, key: String, value: V
    ) acquires AptosCollection, AptosToken {
        property_map::add_typed(properties(&token, creator), key, value)
    }

    public entry fun remove_property<T: key>(
        creator: &signer, token: Object<T>, key: String
    ) acquires AptosCollection, AptosToken {
        property_map::remove(properties(&token, creator), &key)
    }

    public entry fun update_property<T: key>(
        creator: &signer, token: Object<T>, key: String, type: String, value: vector<u8>
    ) acquires AptosCollection, AptosToken {
        property_map::update(properties(&token, creator), &key, type, value)
    }

    public entry fun update_typed_property<T: key, V: drop>(
        creator: &signer, token: Object<T>, key: String, value: V
    ) acquires AptosCollection, AptosToken {
        property_map::update_typed(properties(&token, creator), &key, value)
    }

    // ---- Collections ------------------------------------------------------------------------------------------

    inline fun borrow_collection<T: key>(collection: &Object<T>): &AptosCollection {
        let at = object::object_address(collection);
        assert!(exists<AptosCollection>(at), error::not_found(ECOLLECTION_DOES_NOT_EXIST));
        borrow_global<AptosCollection>(at)
    }

    inline fun borrow_collection_as_creator<T: key>(collection: &Object<T>, creator: &signer): &AptosCollection {
        let own = borrow_collection(collection);
        assert!(
            collection::creator(*collection) == signer::address_of(creator),
            error::permission_denied(ENOT_CREATOR)
        );
        own
    }

    public fun is_mutable_collection_description<T: key>(collection: Object<T>): bool acquires AptosCollection {
        borrow_collection(&collection).mutable_description
    }

    public fun is_mutable_collection_royalty<T: key>(collection: Object<T>): bool acquires AptosCollection {
        option::is_some(&borrow_collection(&collection).royalty_mutator_ref)
    }

    public fun is_mutable_collection_uri<T: key>(collection: Object<T>): bool acquires AptosCollection {
        borrow_collection(&collection).mutable_uri
    }

    public fun is_mutable_collection_token_description<T: key>(
        collection: Object<T>
    ): bool acquires AptosCollection {
        borrow_collection(&collection).mutable_token_description
    }

    public fun is_mutable_collection_token_name<T: key>(collection: Object<T>): bool acquires AptosCollection {
        borrow_collection(&collection).mutable_token_name
    }

    public fun is_mutable_collection_token_uri<T: key>(collection: Object<T>): bool acquires AptosCollection {
        borrow_collection(&collection).mutable_token_uri
    }

    public fun is_mutable_collection_token_properties<T: key>(
        collection: Object<T>
    ): bool acquires AptosCollection {
        borrow_collection(&collection).mutable_token_properties
    }

    public fun are_collection_tokens_burnable<T: key>(collection: Object<T>): bool acquires AptosCollection {
        borrow_collection(&collection).tokens_burnable_by_creator
    }

    public fun are_collection_tokens_freezable<T: key>(collection: Object<T>): bool acquires AptosCollection {
        borrow_collection(&collection).tokens_freezable_by_creator
    }

    public entry fun set_collection_description<T: key>(
        creator: &signer, collection: Object<T>, description: String
    ) acquires AptosCollection {
        let own = borrow_collection_as_creator(&collection, creator);
        assert!(own.mutable_description, error::permission_denied(EFIELD_NOT_MUTABLE));
        collection::set_description(option::borrow(&own.mutator_ref), description)
    }

    public entry fun set_collection_uri<T: key>(
        creator: &signer, collection: Object<T>, uri: String
    ) acquires AptosCollection {
        let own = borrow_collection_as_creator(&collection, creator);
        assert!(own.mutable_uri, error::permission_denied(EFIELD_NOT_MUTABLE));
        collection::set_uri(option::borrow(&own.mutator_ref), uri)
    }

    public fun set_collection_royalties<T: key>(
        creator: &signer, collection: Object<T>, royalty: royalty::Royalty
    ) acquires AptosCollection {
        let own = borrow_collection_as_creator(&collection, creator);
        assert!(option::is_some(&own.royalty_mutator_ref), error::permission_denied(EFIELD_NOT_MUTABLE));
        royalty::update(option::borrow(&own.royalty_mutator_ref), royalty)
    }

    entry fun set_collection_royalties_call<T: key>(
        creator: &signer, collection: Object<T>, royalty_numerator: u64, royalty_denominator: u64,
        payee_address: address
    ) acquires AptosCollection {
        let royalty = royalty::create(royalty_numerator, royalty_denominator, payee_address);
        set_collection_royalties(creator, collection, royalty)
    }
}
