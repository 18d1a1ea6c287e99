/// Tokens of the first kind: amounts in a table of each account, under collections of their creators.
module aptos_token::token {
    use std::error;
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use std::vector;
    use aptos_framework::account;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::timestamp;
    use aptos_std::table::{Self, Table};
    use aptos_token::property_map::{Self, PropertyMap, PropertyValue};
    use aptos_token::token_event_store;

    // Places in the settings of a token and of a collection.
    const TOKEN_MAX_MUTABLE_IND: u64 = 0;
    const TOKEN_URI_MUTABLE_IND: u64 = 1;
    const TOKEN_ROYALTY_MUTABLE_IND: u64 = 2;
    const TOKEN_DESCRIPTION_MUTABLE_IND: u64 = 3;
    const TOKEN_PROPERTY_MUTABLE_IND: u64 = 4;
    const COLLECTION_DESCRIPTION_MUTABLE_IND: u64 = 0;
    const COLLECTION_URI_MUTABLE_IND: u64 = 1;
    const COLLECTION_MAX_MUTABLE_IND: u64 = 2;

    const MAX_COLLECTION_NAME_LENGTH: u64 = 128;
    const MAX_NFT_NAME_LENGTH: u64 = 128;
    const MAX_URI_LENGTH: u64 = 512;

    // Properties with a meaning.
    const BURNABLE_BY_CREATOR: vector<u8> = b"TOKEN_BURNABLE_BY_CREATOR";
    const BURNABLE_BY_OWNER: vector<u8> = b"TOKEN_BURNABLE_BY_OWNER";
    const TOKEN_PROPERTY_MUTABLE: vector<u8> = b"TOKEN_PROPERTY_MUTATBLE";

    /// The account has created no collections.
    const ECOLLECTIONS_NOT_PUBLISHED: u64 = 1;
    /// There is no such collection.
    const ECOLLECTION_NOT_PUBLISHED: u64 = 2;
    /// The account has a collection of this name already.
    const ECOLLECTION_ALREADY_EXISTS: u64 = 3;
    /// The collection has all its tokens.
    const ECREATE_WOULD_EXCEED_COLLECTION_MAXIMUM: u64 = 4;
    /// There is not that much of the token.
    const EINSUFFICIENT_BALANCE: u64 = 5;
    /// Only amounts of one token can be merged.
    const EINVALID_TOKEN_MERGE: u64 = 6;
    /// There would be more of the token than may be.
    const EMINT_WOULD_EXCEED_TOKEN_MAXIMUM: u64 = 7;
    /// There is a token of this name already.
    const ETOKEN_DATA_ALREADY_EXISTS: u64 = 9;
    /// There is no such token.
    const ETOKEN_DATA_NOT_PUBLISHED: u64 = 10;
    /// The account has no store for tokens.
    const ETOKEN_STORE_NOT_PUBLISHED: u64 = 11;
    /// Less than the whole amount can be split off.
    const ETOKEN_SPLIT_AMOUNT_LARGER_OR_EQUAL_TO_TOKEN_AMOUNT: u64 = 12;
    /// The field stays as it is.
    const EFIELD_NOT_MUTABLE: u64 = 13;
    /// Only the creator may change it.
    const ENO_MUTATE_CAPABILITY: u64 = 14;
    /// The token is not in the store.
    const ENO_TOKEN_IN_TOKEN_STORE: u64 = 15;
    /// The account does not take tokens that it has not asked for.
    const EUSER_NOT_OPT_IN_DIRECT_TRANSFER: u64 = 16;
    /// Nothing is withdrawn.
    const EWITHDRAW_ZERO: u64 = 17;
    /// A token with properties of its own cannot be split.
    const ENFT_NOT_SPLITABLE: u64 = 18;
    /// Only the creator may mint.
    const ENO_MINT_CAPABILITY: u64 = 19;
    /// The collection's name is longer than 128 bytes.
    const ECOLLECTION_NAME_TOO_LONG: u64 = 25;
    /// The token's name is longer than 128 bytes.
    const ENFT_NAME_TOO_LONG: u64 = 26;
    /// The URI is longer than 512 bytes.
    const EURI_TOO_LONG: u64 = 27;
    /// Nothing is burned.
    const ENO_BURN_TOKEN_WITH_ZERO_AMOUNT: u64 = 29;
    /// The owner may not burn the token.
    const EOWNER_CANNOT_BURN_TOKEN: u64 = 30;
    /// The creator may not burn the token.
    const ECREATOR_CANNOT_BURN_TOKEN: u64 = 31;
    /// A token in hand has an amount.
    const ETOKEN_CANNOT_HAVE_ZERO_AMOUNT: u64 = 33;
    /// More than the whole.
    const EINVALID_ROYALTY_NUMERATOR_DENOMINATOR: u64 = 34;
    /// There are more than that.
    const EINVALID_MAXIMUM: u64 = 36;
    /// There are not as many values or types as names.
    const ETOKEN_PROPERTIES_COUNT_NOT_MATCH: u64 = 37;
    /// The capability is for less.
    const EINSUFFICIENT_WITHDRAW_CAPABILITY_AMOUNT: u64 = 38;
    /// The capability's time is over.
    const EWITHDRAW_PROOF_EXPIRES: u64 = 39;
    /// Names that begin with TOKEN_ have a meaning.
    const EPROPERTY_RESERVED_BY_STANDARD: u64 = 40;

    /// An amount of a token in hand.
    struct Token has store {
        id: TokenId,
        amount: u64,
        token_properties: PropertyMap,
    }

    /// Tokens whose properties differ from the default have versions of their own.
    struct TokenId has store, copy, drop {
        token_data_id: TokenDataId,
        property_version: u64,
    }

    struct TokenDataId has copy, drop, store {
        creator: address,
        collection: String,
        name: String,
    }

    /// What the creator says of a token, and how many there are: not counted if `maximum` is 0.
    struct TokenData has store {
        maximum: u64,
        largest_property_version: u64,
        supply: u64,
        uri: String,
        royalty: Royalty,
        name: String,
        description: String,
        default_properties: PropertyMap,
        mutability_config: TokenMutabilityConfig,
    }

    struct Royalty has copy, drop, store {
        royalty_points_numerator: u64,
        royalty_points_denominator: u64,
        payee_address: address,
    }

    struct TokenMutabilityConfig has copy, store, drop {
        maximum: bool,
        uri: bool,
        royalty: bool,
        description: bool,
        properties: bool,
    }

    struct TokenStore has key {
        tokens: Table<TokenId, Token>,
        direct_transfer: bool,
        deposit_events: EventHandle<DepositEvent>,
        withdraw_events: EventHandle<WithdrawEvent>,
        burn_events: EventHandle<BurnTokenEvent>,
        mutate_token_property_events: EventHandle<MutateTokenPropertyMapEvent>,
    }

    struct CollectionMutabilityConfig has copy, store, drop {
        description: bool,
        uri: bool,
        maximum: bool,
    }

    struct Collections has key {
        collection_data: Table<String, CollectionData>,
        token_data: Table<TokenDataId, TokenData>,
        create_collection_events: EventHandle<CreateCollectionEvent>,
        create_token_data_events: EventHandle<CreateTokenDataEvent>,
        mint_token_events: EventHandle<MintTokenEvent>,
    }

    struct CollectionData has store {
        description: String,
        name: String,
        uri: String,
        supply: u64,
        maximum: u64,
        mutability_config: CollectionMutabilityConfig,
    }

    /// The right to withdraw, for whoever holds it.
    struct WithdrawCapability has drop, store {
        token_owner: address,
        token_id: TokenId,
        amount: u64,
        expiration_sec: u64,
    }

    struct DepositEvent has drop, store {
        id: TokenId,
        amount: u64,
    }

    #[event]
    struct TokenDeposit has drop, store {
        account: address,
        id: TokenId,
        amount: u64,
    }

    #[event]
    struct Deposit has drop, store {
        id: TokenId,
        amount: u64,
    }

    struct WithdrawEvent has drop, store {
        id: TokenId,
        amount: u64,
    }

    #[event]
    struct Withdraw has drop, store {
        id: TokenId,
        amount: u64,
    }

    #[event]
    struct TokenWithdraw has drop, store {
        account: address,
        id: TokenId,
        amount: u64,
    }

    struct CreateTokenDataEvent has drop, store {
        id: TokenDataId,
        description: String,
        maximum: u64,
        uri: String,
        royalty_payee_address: address,
        royalty_points_denominator: u64,
        royalty_points_numerator: u64,
        name: String,
        mutability_config: TokenMutabilityConfig,
        property_keys: vector<String>,
        property_values: vector<vector<u8>>,
        property_types: vector<String>,
    }

    #[event]
    struct CreateTokenData has drop, store {
        id: TokenDataId,
        description: String,
        maximum: u64,
        uri: String,
        royalty_payee_address: address,
        royalty_points_denominator: u64,
        royalty_points_numerator: u64,
        name: String,
        mutability_config: TokenMutabilityConfig,
        property_keys: vector<String>,
        property_values: vector<vector<u8>>,
        property_types: vector<String>,
    }

    #[event]
    struct TokenDataCreation has drop, store {
        creator: address,
        id: TokenDataId,
        description: String,
        maximum: u64,
        uri: String,
        royalty_payee_address: address,
        royalty_points_denominator: u64,
        royalty_points_numerator: u64,
        name: String,
        mutability_config: TokenMutabilityConfig,
        property_keys: vector<String>,
        property_values: vector<vector<u8>>,
        property_types: vector<String>,
    }

    struct MintTokenEvent has drop, store {
        id: TokenDataId,
        amount: u64,
    }

    #[event]
    struct MintToken has drop, store {
        id: TokenDataId,
        amount: u64,
    }

    #[event]
    struct Mint has drop, store {
        creator: address,
        id: TokenDataId,
        amount: u64,
    }

    struct BurnTokenEvent has drop, store {
        id: TokenId,
        amount: u64,
    }

    #[event]
    struct BurnToken has drop, store {
        id: TokenId,
        amount: u64,
    }

    #[event]
    struct Burn has drop, store {
        account: address,
        id: TokenId,
        amount: u64,
    }

    struct MutateTokenPropertyMapEvent has drop, store {
        old_id: TokenId,
        new_id: TokenId,
        keys: vector<String>,
        values: vector<vector<u8>>,
        types: vector<String>,
    }

    #[event]
    struct MutateTokenPropertyMap has drop, store {
        old_id: TokenId,
        new_id: TokenId,
        keys: vector<String>,
        values: vector<vector<u8>>,
        types: vector<String>,
    }

    #[event]
    struct MutatePropertyMap has drop, store {
        account: address,
        old_id: TokenId,
        new_id: TokenId,
        keys: vector<String>,
        values: vector<vector<u8>>,
        types: vector<String>,
    }

    struct CreateCollectionEvent has drop, store {
        creator: address,
        collection_name: String,
        uri: String,
        description: String,
        maximum: u64,
    }

    #[event]
    struct CreateCollection has drop, store {
        creator: address,
        collection_name: String,
        uri: String,
        description: String,
        maximum: u64,
    }

    // ---- Entry functions --------------------------------------------------------------------------------------

    public entry fun create_collection_script(
        creator: &signer, name: String, description: String, uri: String, maximum: u64, mutate_setting: vector<bool>
    ) acquires Collections {
        create_collection(creator, name, description, uri, maximum, mutate_setting)
    }

    public entry fun create_token_script(
        account: &signer, collection: String, name: String, description: String, balance: u64, maximum: u64,
        uri: String, royalty_payee_address: address, royalty_points_denominator: u64,
        royalty_points_numerator: u64, mutate_setting: vector<bool>, property_keys: vector<String>,
        property_values: vector<vector<u8>>, property_types: vector<String>
    ) acquires Collections, TokenStore {
        let id = create_tokendata(
            account, collection, name, description, maximum, uri, royalty_payee_address, royalty_points_denominator,
            royalty_points_numerator, create_token_mutability_config(&mutate_setting), property_keys,
            property_values, property_types
        );
        mint_token(account, id, balance);
    }

    public entry fun mint_script(
        account: &signer, token_data_address: address, collection: String, name: String, amount: u64
    ) acquires Collections, TokenStore {
        mint_token(account, create_token_data_id(token_data_address, collection, name), amount);
    }

    public entry fun mutate_token_properties(
        account: &signer, token_owner: address, creator: address, collection_name: String, token_name: String,
        token_property_version: u64, amount: u64, keys: vector<String>, values: vector<vector<u8>>,
        types: vector<String>
    ) acquires Collections, TokenStore {
        assert!(signer::address_of(account) == creator, error::not_found(ENO_MUTATE_CAPABILITY));
        let id = create_token_id_raw(creator, collection_name, token_name, token_property_version);
        while (amount > 0) {
            mutate_one_token(account, token_owner, id, keys, values, types);
            amount = amount - 1;
        }
    }

    public entry fun direct_transfer_script(
        sender: &signer, receiver: &signer, creators_address: address, collection: String, name: String,
        property_version: u64, amount: u64
    ) acquires TokenStore {
        let id = create_token_id_raw(creators_address, collection, name, property_version);
        direct_transfer(sender, receiver, id, amount)
    }

    public entry fun opt_in_direct_transfer(account: &signer, opt_in: bool) acquires TokenStore {
        initialize_token_store(account);
        borrow_global_mut<TokenStore>(signer::address_of(account)).direct_transfer = opt_in;
        token_event_store::opt_in(account, opt_in)
    }

    public entry fun transfer_with_opt_in(
        from: &signer, creator: address, collection_name: String, token_name: String, token_property_version: u64,
        to: address, amount: u64
    ) acquires TokenStore {
        transfer(from, create_token_id_raw(creator, collection_name, token_name, token_property_version), to, amount)
    }

    public entry fun burn_by_creator(
        creator: &signer, owner: address, collection: String, name: String, property_version: u64, amount: u64
    ) acquires Collections, TokenStore {
        let id = create_token_id_raw(signer::address_of(creator), collection, name, property_version);
        burn_if(owner, id, amount, BURNABLE_BY_CREATOR, ECREATOR_CANNOT_BURN_TOKEN)
    }

    public entry fun burn(
        owner: &signer, creators_address: address, collection: String, name: String, property_version: u64,
        amount: u64
    ) acquires Collections, TokenStore {
        let id = create_token_id_raw(creators_address, collection, name, property_version);
        burn_if(signer::address_of(owner), id, amount, BURNABLE_BY_OWNER, EOWNER_CANNOT_BURN_TOKEN)
    }

    /// Burns if the token's property `permission` is true. What is counted and has gone to the last is forgotten.
    fun burn_if(
        owner: address, id: TokenId, amount: u64, permission: vector<u8>, reason: u64
    ) acquires Collections, TokenStore {
        assert!(amount > 0, error::invalid_argument(ENO_BURN_TOKEN_WITH_ZERO_AMOUNT));
        let data_id = id.token_data_id;
        let permitted = is_true(&borrow_data(data_id).default_properties, permission);
        assert!(permitted, error::permission_denied(reason));
        let Token { id: _, amount: burned, token_properties: _ } = take(owner, id, amount);
        event::emit(Burn { account: owner, id, amount: burned });
        let collections = borrow_global_mut<Collections>(data_id.creator);
        let data = table::borrow_mut(&mut collections.token_data, data_id);
        if (data.maximum == 0) return;
        data.supply = data.supply - burned;
        if (data.supply > 0) return;
        drop_data(table::remove(&mut collections.token_data, data_id));
        let of = table::borrow_mut(&mut collections.collection_data, data_id.collection);
        if (of.maximum == 0) return;
        of.supply = of.supply - 1;
        if (of.supply > 0) return;
        let CollectionData { description: _, name: _, uri: _, supply: _, maximum: _, mutability_config: _ } =
            table::remove(&mut collections.collection_data, data_id.collection);
    }

    fun drop_data(data: TokenData) {
        let TokenData {
            maximum: _, largest_property_version: _, supply: _, uri: _, royalty: _, name: _, description: _,
            default_properties: _, mutability_config: _
        } = data;
    }

    fun is_true(properties: &PropertyMap, name: vector<u8>): bool {
        let name = string::utf8(name);
        property_map::contains_key(properties, &name) && property_map::read_bool(properties, &name)
    }

    // ---- Changing collections ---------------------------------------------------------------------------------

    inline fun borrow_collection(creator: address, name: String): &CollectionData {
        assert!(exists<Collections>(creator), error::not_found(ECOLLECTIONS_NOT_PUBLISHED));
        let all = &borrow_global<Collections>(creator).collection_data;
        assert!(table::contains(all, name), error::not_found(ECOLLECTION_NOT_PUBLISHED));
        table::borrow(all, name)
    }

    inline fun borrow_collection_mut(creator: &signer, name: String): &mut CollectionData {
        let creator = signer::address_of(creator);
        assert!(exists<Collections>(creator), error::not_found(ECOLLECTIONS_NOT_PUBLISHED));
        let all = &mut borrow_global_mut<Collections>(creator).collection_data;
        assert!(table::contains(all, name), error::not_found(ECOLLECTION_NOT_PUBLISHED));
        table::borrow_mut(all, name)
    }

    public fun mutate_collection_description(
        creator: &signer, collection_name: String, description: String
    ) acquires Collections {
        let of = borrow_collection_mut(creator, collection_name);
        assert!(of.mutability_config.description, error::permission_denied(EFIELD_NOT_MUTABLE));
        token_event_store::collection_description(creator, collection_name, of.description, description);
        of.description = description;
    }

    public fun mutate_collection_uri(creator: &signer, collection_name: String, uri: String) acquires Collections {
        check_uri(&uri);
        let of = borrow_collection_mut(creator, collection_name);
        assert!(of.mutability_config.uri, error::permission_denied(EFIELD_NOT_MUTABLE));
        token_event_store::collection_uri(creator, collection_name, of.uri, uri);
        of.uri = uri;
    }

    public fun mutate_collection_maximum(
        creator: &signer, collection_name: String, maximum: u64
    ) acquires Collections {
        let of = borrow_collection_mut(creator, collection_name);
        check_maximum(of.maximum, maximum, of.supply);
        assert!(of.mutability_config.maximum, error::permission_denied(EFIELD_NOT_MUTABLE));
        token_event_store::collection_maximum(creator, collection_name, of.maximum, maximum);
        of.maximum = maximum;
    }

    fun check_uri(uri: &String) {
        assert!(string::length(uri) <= MAX_URI_LENGTH, error::invalid_argument(EURI_TOO_LONG));
    }

    /// What is not counted stays so, and the other way round.
    fun check_maximum(before: u64, after: u64, supply: u64) {
        assert!(before != 0 && after != 0 && after >= supply, error::invalid_argument(EINVALID_MAXIMUM));
    }

    // ---- Changing tokens --------------------------------------------------------------------------------------

    inline fun borrow_data(id: TokenDataId): &TokenData {
        assert!(exists<Collections>(id.creator), error::not_found(ECOLLECTIONS_NOT_PUBLISHED));
        let all = &borrow_global<Collections>(id.creator).token_data;
        assert!(table::contains(all, id), error::not_found(ETOKEN_DATA_NOT_PUBLISHED));
        table::borrow(all, id)
    }

    inline fun borrow_data_mut(creator: &signer, id: TokenDataId, reason: u64): &mut TokenData {
        assert!(signer::address_of(creator) == id.creator, error::permission_denied(reason));
        assert!(exists<Collections>(id.creator), error::not_found(ECOLLECTIONS_NOT_PUBLISHED));
        let all = &mut borrow_global_mut<Collections>(id.creator).token_data;
        assert!(table::contains(all, id), error::not_found(ETOKEN_DATA_NOT_PUBLISHED));
        table::borrow_mut(all, id)
    }

    public fun mutate_tokendata_maximum(
        creator: &signer, token_data_id: TokenDataId, maximum: u64
    ) acquires Collections {
        let data = borrow_data_mut(creator, token_data_id, ENO_MUTATE_CAPABILITY);
        check_maximum(data.maximum, maximum, data.supply);
        assert!(data.mutability_config.maximum, error::permission_denied(EFIELD_NOT_MUTABLE));
        let TokenDataId { creator, collection, name } = token_data_id;
        token_event_store::maximum(creator, collection, name, data.maximum, maximum);
        data.maximum = maximum;
    }

    public fun mutate_tokendata_uri(creator: &signer, token_data_id: TokenDataId, uri: String) acquires Collections {
        check_uri(&uri);
        let data = borrow_data_mut(creator, token_data_id, ENO_MUTATE_CAPABILITY);
        assert!(data.mutability_config.uri, error::permission_denied(EFIELD_NOT_MUTABLE));
        let TokenDataId { creator, collection, name } = token_data_id;
        token_event_store::uri(creator, collection, name, data.uri, uri);
        data.uri = uri;
    }

    public fun mutate_tokendata_royalty(
        creator: &signer, token_data_id: TokenDataId, royalty: Royalty
    ) acquires Collections {
        let data = borrow_data_mut(creator, token_data_id, ENO_MUTATE_CAPABILITY);
        assert!(data.mutability_config.royalty, error::permission_denied(EFIELD_NOT_MUTABLE));
        let TokenDataId { creator, collection, name } = token_data_id;
        let old = data.royalty;
        token_event_store::royalty(
            creator, collection, name, old.royalty_points_numerator, old.royalty_points_denominator,
            old.payee_address, royalty.royalty_points_numerator, royalty.royalty_points_denominator,
            royalty.payee_address
        );
        data.royalty = royalty;
    }

    public fun mutate_tokendata_description(
        creator: &signer, token_data_id: TokenDataId, description: String
    ) acquires Collections {
        let data = borrow_data_mut(creator, token_data_id, ENO_MUTATE_CAPABILITY);
        assert!(data.mutability_config.description, error::permission_denied(EFIELD_NOT_MUTABLE));
        let TokenDataId { creator, collection, name } = token_data_id;
        token_event_store::description(creator, collection, name, data.description, description);
        data.description = description;
    }

    public fun mutate_tokendata_property(
        creator: &signer, token_data_id: TokenDataId, keys: vector<String>, values: vector<vector<u8>>,
        types: vector<String>
    ) acquires Collections {
        let n = vector::length(&keys);
        let data = borrow_data_mut(creator, token_data_id, ENO_MUTATE_CAPABILITY);
        assert!(
            n == vector::length(&values) && n == vector::length(&types),
            error::invalid_state(ETOKEN_PROPERTIES_COUNT_NOT_MATCH)
        );
        assert!(data.mutability_config.properties, error::permission_denied(EFIELD_NOT_MUTABLE));
        check_not_reserved(&keys);
        let old_values = vector::map_ref(&keys, |key| value_of(&data.default_properties, key));
        let new_values = vector::empty<PropertyValue>();
        vector::zip(values, types, |value, type| {
            vector::push_back(&mut new_values, property_map::create_property_value_raw(value, type))
        });
        vector::zip(keys, new_values, |key, value| set_property(&mut data.default_properties, key, value));
        let TokenDataId { creator, collection, name } = token_data_id;
        token_event_store::default_properties(creator, collection, name, keys, old_values, new_values);
    }

    fun value_of(properties: &PropertyMap, key: &String): Option<PropertyValue> {
        if (property_map::contains_key(properties, key)) {
            option::some(*property_map::borrow(properties, key))
        } else {
            option::none()
        }
    }

    fun set_property(properties: &mut PropertyMap, key: String, value: PropertyValue) {
        if (property_map::contains_key(properties, &key)) {
            property_map::update_property_value(properties, &key, value)
        } else {
            property_map::add(properties, key, value)
        }
    }

    fun check_not_reserved(keys: &vector<String>) {
        vector::for_each_ref(keys, |key| {
            let key: &String = key;
            assert!(
                string::length(key) < 6 || string::sub_string(key, 0, 6) != string::utf8(b"TOKEN_"),
                error::permission_denied(EPROPERTY_RESERVED_BY_STANDARD)
            )
        })
    }

    /// Gives one of the owner's tokens properties of its own: of those without, one becomes a new version.
    public fun mutate_one_token(
        account: &signer, token_owner: address, token_id: TokenId, keys: vector<String>, values: vector<vector<u8>>,
        types: vector<String>
    ): TokenId acquires Collections, TokenStore {
        let data = borrow_data_mut(account, token_id.token_data_id, ENO_MUTATE_CAPABILITY);
        assert!(
            data.mutability_config.properties || is_true(&data.default_properties, TOKEN_PROPERTY_MUTABLE),
            error::permission_denied(EFIELD_NOT_MUTABLE)
        );
        let new_id = token_id;
        if (token_id.property_version == 0) {
            data.largest_property_version = data.largest_property_version + 1;
            new_id.property_version = data.largest_property_version;
            let Token { id: _, amount: _, token_properties: _ } = take(token_owner, token_id, 1);
            put(token_owner, Token { id: new_id, amount: 1, token_properties: data.default_properties });
        };
        check_not_reserved(&keys);
        let tokens = &mut borrow_global_mut<TokenStore>(token_owner).tokens;
        assert!(table::contains(tokens, new_id), error::not_found(ENO_TOKEN_IN_TOKEN_STORE));
        let properties = &mut table::borrow_mut(tokens, new_id).token_properties;
        property_map::update_property_map(properties, keys, values, types);
        event::emit(MutatePropertyMap { account: token_owner, old_id: token_id, new_id, keys, values, types });
        new_id
    }

    // ---- Creating ---------------------------------------------------------------------------------------------

    public fun create_collection(
        creator: &signer, name: String, description: String, uri: String, maximum: u64, mutate_setting: vector<bool>
    ) acquires Collections {
        check_collection_name(&name);
        check_uri(&uri);
        let at = signer::address_of(creator);
        if (!exists<Collections>(at)) {
            move_to(creator, Collections {
                collection_data: table::new(),
                token_data: table::new(),
                create_collection_events: account::new_event_handle(creator),
                create_token_data_events: account::new_event_handle(creator),
                mint_token_events: account::new_event_handle(creator),
            })
        };
        let all = &mut borrow_global_mut<Collections>(at).collection_data;
        assert!(!table::contains(all, name), error::already_exists(ECOLLECTION_ALREADY_EXISTS));
        let mutability_config = create_collection_mutability_config(&mutate_setting);
        table::add(all, name, CollectionData { description, name, uri, supply: 0, maximum, mutability_config });
        event::emit(CreateCollection { creator: at, collection_name: name, uri, description, maximum });
    }

    public fun create_tokendata(
        account: &signer, collection: String, name: String, description: String, maximum: u64, uri: String,
        royalty_payee_address: address, royalty_points_denominator: u64, royalty_points_numerator: u64,
        token_mutate_config: TokenMutabilityConfig, property_keys: vector<String>,
        property_values: vector<vector<u8>>, property_types: vector<String>
    ): TokenDataId acquires Collections {
        let creator = signer::address_of(account);
        let id = create_token_data_id(creator, collection, name);
        check_uri(&uri);
        let royalty = create_royalty(royalty_points_numerator, royalty_points_denominator, royalty_payee_address);
        let of = borrow_collection_mut(account, collection);
        if (of.maximum > 0) {
            of.supply = of.supply + 1;
            assert!(
                of.supply <= of.maximum,
                error::invalid_argument(ECREATE_WOULD_EXCEED_COLLECTION_MAXIMUM)
            );
        };
        let all = &mut borrow_global_mut<Collections>(creator).token_data;
        assert!(!table::contains(all, id), error::already_exists(ETOKEN_DATA_ALREADY_EXISTS));
        table::add(all, id, TokenData {
            maximum, largest_property_version: 0, supply: 0, uri, royalty, name, description,
            default_properties: property_map::new(property_keys, property_values, property_types),
            mutability_config: token_mutate_config,
        });
        event::emit(TokenDataCreation {
            creator, id, description, maximum, uri, royalty_payee_address, royalty_points_denominator,
            royalty_points_numerator, name, mutability_config: token_mutate_config, property_keys, property_values,
            property_types
        });
        id
    }

    fun check_collection_name(name: &String) {
        assert!(
            string::length(name) <= MAX_COLLECTION_NAME_LENGTH,
            error::invalid_argument(ECOLLECTION_NAME_TOO_LONG)
        );
    }

    public fun create_royalty(
        royalty_points_numerator: u64, royalty_points_denominator: u64, payee_address: address
    ): Royalty {
        assert!(
            royalty_points_numerator <= royalty_points_denominator,
            error::invalid_argument(EINVALID_ROYALTY_NUMERATOR_DENOMINATOR)
        );
        Royalty { royalty_points_numerator, royalty_points_denominator, payee_address }
    }

    public fun create_token_mutability_config(mutate_setting: &vector<bool>): TokenMutabilityConfig {
        TokenMutabilityConfig {
            maximum: *vector::borrow(mutate_setting, TOKEN_MAX_MUTABLE_IND),
            uri: *vector::borrow(mutate_setting, TOKEN_URI_MUTABLE_IND),
            royalty: *vector::borrow(mutate_setting, TOKEN_ROYALTY_MUTABLE_IND),
            description: *vector::borrow(mutate_setting, TOKEN_DESCRIPTION_MUTABLE_IND),
            properties: *vector::borrow(mutate_setting, TOKEN_PROPERTY_MUTABLE_IND),
        }
    }

    public fun create_collection_mutability_config(mutate_setting: &vector<bool>): CollectionMutabilityConfig {
        CollectionMutabilityConfig {
            description: *vector::borrow(mutate_setting, COLLECTION_DESCRIPTION_MUTABLE_IND),
            uri: *vector::borrow(mutate_setting, COLLECTION_URI_MUTABLE_IND),
            maximum: *vector::borrow(mutate_setting, COLLECTION_MAX_MUTABLE_IND),
        }
    }

    public fun create_token_id(token_data_id: TokenDataId, property_version: u64): TokenId {
        TokenId { token_data_id, property_version }
    }

    public fun create_token_data_id(creator: address, collection: String, name: String): TokenDataId {
        check_collection_name(&collection);
        assert!(string::length(&name) <= MAX_NFT_NAME_LENGTH, error::invalid_argument(ENFT_NAME_TOO_LONG));
        TokenDataId { creator, collection, name }
    }

    public fun create_token_id_raw(
        creator: address, collection: String, name: String, property_version: u64
    ): TokenId {
        create_token_id(create_token_data_id(creator, collection, name), property_version)
    }

    // ---- Minting ----------------------------------------------------------------------------------------------

    public fun mint_token(
        account: &signer, token_data_id: TokenDataId, amount: u64
    ): TokenId acquires Collections, TokenStore {
        let token = new_tokens(account, token_data_id, amount);
        let id = token.id;
        deposit_token(account, token);
        id
    }

    public fun mint_token_to(
        account: &signer, receiver: address, token_data_id: TokenDataId, amount: u64
    ) acquires Collections, TokenStore {
        assert!(exists<TokenStore>(receiver), error::not_found(ETOKEN_STORE_NOT_PUBLISHED));
        assert_opted_in(receiver);
        put(receiver, new_tokens(account, token_data_id, amount))
    }

    fun new_tokens(creator: &signer, id: TokenDataId, amount: u64): Token acquires Collections {
        let data = borrow_data_mut(creator, id, ENO_MINT_CAPABILITY);
        if (data.maximum > 0) {
            assert!(
                data.supply + amount <= data.maximum,
                error::invalid_argument(EMINT_WOULD_EXCEED_TOKEN_MAXIMUM)
            );
            data.supply = data.supply + amount;
        };
        event::emit(Mint { creator: id.creator, id, amount });
        Token { id: create_token_id(id, 0), amount, token_properties: property_map::empty() }
    }

    // ---- Stores -----------------------------------------------------------------------------------------------

    public fun initialize_token_store(account: &signer) {
        if (exists<TokenStore>(signer::address_of(account))) return;
        move_to(account, TokenStore {
            tokens: table::new(),
            direct_transfer: false,
            deposit_events: account::new_event_handle(account),
            withdraw_events: account::new_event_handle(account),
            burn_events: account::new_event_handle(account),
            mutate_token_property_events: account::new_event_handle(account),
        });
    }

    fun assert_opted_in(account: address) acquires TokenStore {
        assert!(
            borrow_global<TokenStore>(account).direct_transfer,
            error::permission_denied(EUSER_NOT_OPT_IN_DIRECT_TRANSFER)
        );
    }

    public fun deposit_token(account: &signer, token: Token) acquires TokenStore {
        initialize_token_store(account);
        put(signer::address_of(account), token)
    }

    public fun direct_deposit_with_opt_in(account_addr: address, token: Token) acquires TokenStore {
        assert_opted_in(account_addr);
        put(account_addr, token)
    }

    public fun direct_transfer(
        sender: &signer, receiver: &signer, token_id: TokenId, amount: u64
    ) acquires TokenStore {
        let token = withdraw_token(sender, token_id, amount);
        deposit_token(receiver, token)
    }

    public fun transfer(from: &signer, id: TokenId, to: address, amount: u64) acquires TokenStore {
        assert_opted_in(to);
        let token = withdraw_token(from, id, amount);
        put(to, token)
    }

    public fun withdraw_token(account: &signer, id: TokenId, amount: u64): Token acquires TokenStore {
        take(signer::address_of(account), id, amount)
    }

    fun put(account: address, token: Token) acquires TokenStore {
        assert!(token.amount > 0, error::invalid_argument(ETOKEN_CANNOT_HAVE_ZERO_AMOUNT));
        assert!(exists<TokenStore>(account), error::not_found(ETOKEN_STORE_NOT_PUBLISHED));
        let id = token.id;
        event::emit(TokenDeposit { account, id, amount: token.amount });
        let tokens = &mut borrow_global_mut<TokenStore>(account).tokens;
        if (table::contains(tokens, id)) merge(table::borrow_mut(tokens, id), token) else table::add(tokens, id, token)
    }

    fun take(account: address, id: TokenId, amount: u64): Token acquires TokenStore {
        assert!(amount > 0, error::invalid_argument(EWITHDRAW_ZERO));
        assert!(balance_of(account, id) >= amount, error::invalid_argument(EINSUFFICIENT_BALANCE));
        event::emit(TokenWithdraw { account, id, amount });
        let tokens = &mut borrow_global_mut<TokenStore>(account).tokens;
        let held = &mut table::borrow_mut(tokens, id).amount;
        if (*held == amount) return table::remove(tokens, id);
        *held = *held - amount;
        Token { id, amount, token_properties: property_map::empty() }
    }

    public fun merge(dst_token: &mut Token, source_token: Token) {
        let Token { id, amount, token_properties: _ } = source_token;
        assert!(dst_token.id == id, error::invalid_argument(EINVALID_TOKEN_MERGE));
        dst_token.amount = dst_token.amount + amount;
    }

    public fun split(dst_token: &mut Token, amount: u64): Token {
        assert!(dst_token.id.property_version == 0, error::invalid_state(ENFT_NOT_SPLITABLE));
        assert!(
            dst_token.amount > amount,
            error::invalid_argument(ETOKEN_SPLIT_AMOUNT_LARGER_OR_EQUAL_TO_TOKEN_AMOUNT)
        );
        assert!(amount > 0, error::invalid_argument(ETOKEN_CANNOT_HAVE_ZERO_AMOUNT));
        dst_token.amount = dst_token.amount - amount;
        Token { id: dst_token.id, amount, token_properties: property_map::empty() }
    }

    // ---- Capabilities -----------------------------------------------------------------------------------------

    public fun create_withdraw_capability(
        owner: &signer, token_id: TokenId, amount: u64, expiration_sec: u64
    ): WithdrawCapability {
        WithdrawCapability { token_owner: signer::address_of(owner), token_id, amount, expiration_sec }
    }

    public fun withdraw_with_capability(withdraw_proof: WithdrawCapability): Token acquires TokenStore {
        let all = withdraw_proof.amount;
        let (token, _) = partial_withdraw_with_capability(withdraw_proof, all);
        token
    }

    /// The tokens, and a capability for the rest if there is one.
    public fun partial_withdraw_with_capability(
        withdraw_proof: WithdrawCapability, withdraw_amount: u64
    ): (Token, Option<WithdrawCapability>) acquires TokenStore {
        let WithdrawCapability { token_owner, token_id, amount, expiration_sec } = withdraw_proof;
        assert!(timestamp::now_seconds() <= expiration_sec, error::invalid_argument(EWITHDRAW_PROOF_EXPIRES));
        assert!(
            withdraw_amount <= amount,
            error::invalid_argument(EINSUFFICIENT_WITHDRAW_CAPABILITY_AMOUNT)
        );
        let rest = amount - withdraw_amount;
        let left = if (rest == 0) {
            option::none()
        } else {
            option::some(WithdrawCapability { token_owner, token_id, amount: rest, expiration_sec })
        };
        (take(token_owner, token_id, withdraw_amount), left)
    }

    // ---- Asking -----------------------------------------------------------------------------------------------

    public fun check_collection_exists(creator: address, name: String): bool acquires Collections {
        assert!(exists<Collections>(creator), error::not_found(ECOLLECTIONS_NOT_PUBLISHED));
        table::contains(&borrow_global<Collections>(creator).collection_data, name)
    }

    public fun check_tokendata_exists(
        creator: address, collection_name: String, token_name: String
    ): bool acquires Collections {
        assert!(exists<Collections>(creator), error::not_found(ECOLLECTIONS_NOT_PUBLISHED));
        let id = create_token_data_id(creator, collection_name, token_name);
        table::contains(&borrow_global<Collections>(creator).token_data, id)
    }

    public fun get_collection_supply(
        creator_address: address, collection_name: String
    ): Option<u64> acquires Collections {
        let of = borrow_collection(creator_address, collection_name);
        if (of.maximum > 0) option::some(of.supply) else option::none()
    }

    public fun get_collection_description(
        creator_address: address, collection_name: String
    ): String acquires Collections {
        borrow_collection(creator_address, collection_name).description
    }

    public fun get_collection_uri(creator_address: address, collection_name: String): String acquires Collections {
        borrow_collection(creator_address, collection_name).uri
    }

    public fun get_collection_maximum(creator_address: address, collection_name: String): u64 acquires Collections {
        borrow_collection(creator_address, collection_name).maximum
    }

    #[view]
    public fun get_collection_mutability_config(
        creator: address, collection_name: String
    ): CollectionMutabilityConfig acquires Collections {
        borrow_collection(creator, collection_name).mutability_config
    }

    public fun get_collection_mutability_description(config: &CollectionMutabilityConfig): bool {
        config.description
    }

    public fun get_collection_mutability_uri(config: &CollectionMutabilityConfig): bool {
        config.uri
    }

    public fun get_collection_mutability_maximum(config: &CollectionMutabilityConfig): bool {
        config.maximum
    }

    public fun get_token_supply(
        creator_address: address, token_data_id: TokenDataId
    ): Option<u64> acquires Collections {
        assert_of(creator_address, &token_data_id);
        let data = borrow_data(token_data_id);
        if (data.maximum > 0) option::some(data.supply) else option::none()
    }

    public fun get_tokendata_largest_property_version(
        creator_address: address, token_data_id: TokenDataId
    ): u64 acquires Collections {
        assert_of(creator_address, &token_data_id);
        borrow_data(token_data_id).largest_property_version
    }

    public fun get_tokendata_uri(creator: address, token_data_id: TokenDataId): String acquires Collections {
        assert_of(creator, &token_data_id);
        borrow_data(token_data_id).uri
    }

    /// Another account than the creator has no such token.
    fun assert_of(creator: address, id: &TokenDataId) {
        assert!(exists<Collections>(creator), error::not_found(ECOLLECTIONS_NOT_PUBLISHED));
        assert!(creator == id.creator, error::not_found(ETOKEN_DATA_NOT_PUBLISHED));
    }

    public fun get_tokendata_maximum(token_data_id: TokenDataId): u64 acquires Collections {
        borrow_data(token_data_id).maximum
    }

    public fun get_tokendata_description(token_data_id: TokenDataId): String acquires Collections {
        borrow_data(token_data_id).description
    }

    public fun get_tokendata_royalty(token_data_id: TokenDataId): Royalty acquires Collections {
        borrow_data(token_data_id).royalty
    }

    public fun get_tokendata_mutability_config(
        token_data_id: TokenDataId
    ): TokenMutabilityConfig acquires Collections {
        borrow_data(token_data_id).mutability_config
    }

    public fun get_token_mutability_maximum(config: &TokenMutabilityConfig): bool {
        config.maximum
    }

    public fun get_token_mutability_royalty(config: &TokenMutabilityConfig): bool {
        config.royalty
    }

    public fun get_token_mutability_uri(config: &TokenMutabilityConfig): bool {
        config.uri
    }

    public fun get_token_mutability_description(config: &TokenMutabilityConfig): bool {
        config.description
    }

    public fun get_token_mutability_default_properties(config: &TokenMutabilityConfig): bool {
        config.properties
    }

    public fun get_royalty(token_id: TokenId): Royalty acquires Collections {
        get_tokendata_royalty(token_id.token_data_id)
    }

    public fun get_royalty_numerator(royalty: &Royalty): u64 {
        royalty.royalty_points_numerator
    }

    public fun get_royalty_denominator(royalty: &Royalty): u64 {
        royalty.royalty_points_denominator
    }

    public fun get_royalty_payee(royalty: &Royalty): address {
        royalty.payee_address
    }

    public fun balance_of(owner: address, id: TokenId): u64 acquires TokenStore {
        if (!exists<TokenStore>(owner)) return 0;
        let tokens = &borrow_global<TokenStore>(owner).tokens;
        if (table::contains(tokens, id)) table::borrow(tokens, id).amount else 0
    }

    public fun has_token_store(owner: address): bool {
        exists<TokenStore>(owner)
    }

    public fun get_direct_transfer(receiver: address): bool acquires TokenStore {
        exists<TokenStore>(receiver) && borrow_global<TokenStore>(receiver).direct_transfer
    }

    public fun token_id(token: &Token): &TokenId {
        &token.id
    }

    public fun get_token_id(token: &Token): TokenId {
        token.id
    }

    public fun get_token_amount(token: &Token): u64 {
        token.amount
    }

    public fun get_tokendata_id(token_id: TokenId): TokenDataId {
        token_id.token_data_id
    }

    public fun get_token_id_fields(token_id: &TokenId): (address, String, String, u64) {
        let (creator, collection, name) = get_token_data_id_fields(&token_id.token_data_id);
        (creator, collection, name, token_id.property_version)
    }

    public fun get_token_data_id_fields(token_data_id: &TokenDataId): (address, String, String) {
        (token_data_id.creator, token_data_id.collection, token_data_id.name)
    }

    /// The properties of the owner's token: the default ones unless it has its own.
    public fun get_property_map(
        owner: address, token_id: TokenId
    ): PropertyMap acquires Collections, TokenStore {
        assert!(balance_of(owner, token_id) > 0, error::not_found(EINSUFFICIENT_BALANCE));
        if (token_id.property_version == 0) {
            borrow_data(token_id.token_data_id).default_properties
        } else {
            table::borrow(&borrow_global<TokenStore>(owner).tokens, token_id).token_properties
        }
    }

    // ---- No more ----------------------------------------------------------------------------------------------

    public entry fun initialize_token_script(_account: &signer) {
        abort 0
    }

    public fun initialize_token(_account: &signer, _token_id: TokenId) {
        abort 0
    }
}
