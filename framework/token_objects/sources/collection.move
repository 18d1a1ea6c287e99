/// Collections of tokens: objects whose names are unique for their creators.
module aptos_token_objects::collection {
    use std::error;
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use aptos_framework::aggregator_v2::{Self, Aggregator, AggregatorSnapshot};
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::object::{Self, ConstructorRef, ExtendRef, Object};
    use aptos_token_objects::royalty::{Self, Royalty};

    friend aptos_token_objects::token;

    /// There is no such collection.
    const ECOLLECTION_DOES_NOT_EXIST: u64 = 1;
    /// The collection has all its tokens.
    const ECOLLECTION_SUPPLY_EXCEEDED: u64 = 2;
    /// The name is longer than 128 bytes.
    const ECOLLECTION_NAME_TOO_LONG: u64 = 3;
    /// The URI is longer than 512 bytes.
    const EURI_TOO_LONG: u64 = 4;
    /// The description is longer than 2048 bytes.
    const EDESCRIPTION_TOO_LONG: u64 = 5;
    /// A collection has room for one token at least.
    const EMAX_SUPPLY_CANNOT_BE_ZERO: u64 = 6;
    /// The collection's supply is an aggregator already.
    const EALREADY_CONCURRENT: u64 = 8;
    /// There are more tokens than that.
    const EINVALID_MAX_SUPPLY: u64 = 9;
    /// The collection has no greatest number of tokens.
    const ENO_MAX_SUPPLY_IN_COLLECTION: u64 = 10;

    const MAX_COLLECTION_NAME_LENGTH: u64 = 128;
    const MAX_URI_LENGTH: u64 = 512;
    const MAX_DESCRIPTION_LENGTH: u64 = 2048;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct Collection has key {
        creator: address,
        description: String,
        name: String,
        uri: String,
        mutation_events: EventHandle<MutationEvent>,
    }

    struct MutatorRef has drop, store {
        self: address,
    }

    struct MutationEvent has drop, store {
        mutated_field_name: String,
    }

    #[event]
    struct Mutation has drop, store {
        mutated_field_name: String,
        collection: Object<Collection>,
        old_value: String,
        new_value: String,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct FixedSupply has key {
        current_supply: u64,
        max_supply: u64,
        total_minted: u64,
        burn_events: EventHandle<BurnEvent>,
        mint_events: EventHandle<MintEvent>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct UnlimitedSupply has key {
        current_supply: u64,
        total_minted: u64,
        burn_events: EventHandle<BurnEvent>,
        mint_events: EventHandle<MintEvent>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// How new collections count. Tokens are numbered by `total_minted`, from 1.
    struct ConcurrentSupply has key {
        current_supply: Aggregator<u64>,
        total_minted: Aggregator<u64>,
    }

    struct BurnEvent has drop, store {
        index: u64,
        token: address,
    }

    struct MintEvent has drop, store {
        index: u64,
        token: address,
    }

    #[event]
    struct Burn has drop, store {
        collection: address,
        index: u64,
        token: address,
        previous_owner: address,
    }

    #[event]
    struct Mint has drop, store {
        collection: address,
        index: AggregatorSnapshot<u64>,
        token: address,
    }

    #[event]
    struct ConcurrentBurnEvent has drop, store {
        collection_addr: address,
        index: u64,
        token: address,
    }

    #[event]
    struct ConcurrentMintEvent has drop, store {
        collection_addr: address,
        index: AggregatorSnapshot<u64>,
        token: address,
    }

    #[event]
    struct SetMaxSupply has drop, store {
        collection: Object<Collection>,
        old_max_supply: u64,
        new_max_supply: u64,
    }

    // ---- Creation ---------------------------------------------------------------------------------------------

    public fun create_fixed_collection(
        creator: &signer, description: String, max_supply: u64, name: String, royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        assert!(max_supply != 0, error::invalid_argument(EMAX_SUPPLY_CANNOT_BE_ZERO));
        create(creator, description, name, royalty, uri, aggregator_v2::create_aggregator(max_supply))
    }

    public fun create_unlimited_collection(
        creator: &signer, description: String, name: String, royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        create(creator, description, name, royalty, uri, aggregator_v2::create_unbounded_aggregator())
    }

    /// A collection that may be given to another account, who then may create tokens in it.
    public fun create_fixed_collection_as_owner(
        creator: &signer, description: String, max_supply: u64, name: String, royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        let constructor_ref = create_fixed_collection(creator, description, max_supply, name, royalty, uri);
        object::enable_ungated_transfer(&object::generate_transfer_ref(&constructor_ref));
        constructor_ref
    }

    public fun create_unlimited_collection_as_owner(
        creator: &signer, description: String, name: String, royalty: Option<Royalty>, uri: String
    ): ConstructorRef {
        let constructor_ref = create_unlimited_collection(creator, description, name, royalty, uri);
        object::enable_ungated_transfer(&object::generate_transfer_ref(&constructor_ref));
        constructor_ref
    }

    fun create(
        creator: &signer, description: String, name: String, royalty: Option<Royalty>, uri: String,
        current_supply: Aggregator<u64>
    ): ConstructorRef {
        let constructor_ref = object::create_named_object(creator, create_collection_seed(&name));
        check_uri(&uri);
        check_description(&description);
        let self = &object::generate_signer(&constructor_ref);
        move_to(self, Collection {
            creator: signer::address_of(creator),
            description,
            name,
            uri,
            mutation_events: object::new_event_handle(self),
        });
        move_to(self, ConcurrentSupply {
            current_supply, total_minted: aggregator_v2::create_unbounded_aggregator()
        });
        option::for_each(royalty, |r| royalty::init(&constructor_ref, r));
        object::disable_ungated_transfer(&object::generate_transfer_ref(&constructor_ref));
        constructor_ref
    }

    fun check_uri(uri: &String) {
        assert!(string::length(uri) <= MAX_URI_LENGTH, error::out_of_range(EURI_TOO_LONG));
    }

    fun check_description(description: &String) {
        assert!(
            string::length(description) <= MAX_DESCRIPTION_LENGTH,
            error::out_of_range(EDESCRIPTION_TOO_LONG)
        );
    }

    public fun create_collection_address(creator: &address, name: &String): address {
        object::create_object_address(creator, create_collection_seed(name))
    }

    /// Also checks the name's length.
    public fun create_collection_seed(name: &String): vector<u8> {
        assert!(
            string::length(name) <= MAX_COLLECTION_NAME_LENGTH,
            error::out_of_range(ECOLLECTION_NAME_TOO_LONG)
        );
        *string::bytes(name)
    }

    // ---- Supply -----------------------------------------------------------------------------------------------

    /// Counts a new token; its number, if the collection counts.
    public(friend) fun increment_supply(
        collection: &Object<Collection>, token: address
    ): Option<AggregatorSnapshot<u64>> acquires FixedSupply, UnlimitedSupply, ConcurrentSupply {
        let at = object::object_address(collection);
        let minted = if (exists<ConcurrentSupply>(at)) {
            let supply = borrow_global_mut<ConcurrentSupply>(at);
            let fits = aggregator_v2::try_add(&mut supply.current_supply, 1);
            assert!(fits, error::out_of_range(ECOLLECTION_SUPPLY_EXCEEDED));
            aggregator_v2::add(&mut supply.total_minted, 1);
            aggregator_v2::read(&supply.total_minted)
        } else if (exists<FixedSupply>(at)) {
            let supply = borrow_global_mut<FixedSupply>(at);
            assert!(supply.current_supply < supply.max_supply, error::out_of_range(ECOLLECTION_SUPPLY_EXCEEDED));
            supply.current_supply = supply.current_supply + 1;
            supply.total_minted = supply.total_minted + 1;
            supply.total_minted
        } else if (exists<UnlimitedSupply>(at)) {
            let supply = borrow_global_mut<UnlimitedSupply>(at);
            supply.current_supply = supply.current_supply + 1;
            supply.total_minted = supply.total_minted + 1;
            supply.total_minted
        } else {
            return option::none()
        };
        event::emit(Mint { collection: at, index: aggregator_v2::create_snapshot(minted), token });
        option::some(aggregator_v2::create_snapshot(minted))
    }

    public(friend) fun decrement_supply(
        collection: &Object<Collection>, token: address, index: Option<u64>, previous_owner: address
    ) acquires FixedSupply, UnlimitedSupply, ConcurrentSupply {
        let at = object::object_address(collection);
        if (exists<ConcurrentSupply>(at)) {
            aggregator_v2::sub(&mut borrow_global_mut<ConcurrentSupply>(at).current_supply, 1);
        } else if (exists<FixedSupply>(at)) {
            let supply = borrow_global_mut<FixedSupply>(at);
            supply.current_supply = supply.current_supply - 1;
        } else if (exists<UnlimitedSupply>(at)) {
            let supply = borrow_global_mut<UnlimitedSupply>(at);
            supply.current_supply = supply.current_supply - 1;
        } else {
            return
        };
        event::emit(Burn { collection: at, index: option::destroy_some(index), token, previous_owner });
    }

    public fun upgrade_to_concurrent(ref: &ExtendRef) acquires FixedSupply, UnlimitedSupply {
        let self = &object::generate_signer_for_extending(ref);
        let at = signer::address_of(self);
        let (current_supply, minted, burn_events, mint_events) = if (exists<FixedSupply>(at)) {
            let FixedSupply { current_supply, max_supply, total_minted, burn_events, mint_events } =
                move_from<FixedSupply>(at);
            let supply = aggregator_v2::create_aggregator_with_value(current_supply, max_supply);
            (supply, total_minted, burn_events, mint_events)
        } else {
            assert!(exists<UnlimitedSupply>(at), error::invalid_argument(EALREADY_CONCURRENT));
            let UnlimitedSupply { current_supply, total_minted, burn_events, mint_events } =
                move_from<UnlimitedSupply>(at);
            let supply = aggregator_v2::create_unbounded_aggregator_with_value(current_supply);
            (supply, total_minted, burn_events, mint_events)
        };
        let total_minted = aggregator_v2::create_unbounded_aggregator_with_value(minted);
        move_to(self, ConcurrentSupply { current_supply, total_minted });
        event::destroy_handle(burn_events);
        event::destroy_handle(mint_events);
    }

    // ---- Asking -----------------------------------------------------------------------------------------------

    inline fun borrow<T: key>(collection: &Object<T>): &Collection {
        let at = object::object_address(collection);
        assert_exists(at);
        borrow_global<Collection>(at)
    }

    fun assert_exists(at: address) {
        assert!(exists<Collection>(at), error::not_found(ECOLLECTION_DOES_NOT_EXIST));
    }

    #[view]
    /// How many tokens there are, if the collection counts.
    public fun count<T: key>(
        collection: Object<T>
    ): Option<u64> acquires FixedSupply, UnlimitedSupply, ConcurrentSupply {
        let at = object::object_address(&collection);
        assert_exists(at);
        if (exists<ConcurrentSupply>(at)) {
            option::some(aggregator_v2::read(&borrow_global<ConcurrentSupply>(at).current_supply))
        } else if (exists<FixedSupply>(at)) {
            option::some(borrow_global<FixedSupply>(at).current_supply)
        } else if (exists<UnlimitedSupply>(at)) {
            option::some(borrow_global<UnlimitedSupply>(at).current_supply)
        } else {
            option::none()
        }
    }

    #[view]
    public fun creator<T: key>(collection: Object<T>): address acquires Collection {
        borrow(&collection).creator
    }

    #[view]
    public fun description<T: key>(collection: Object<T>): String acquires Collection {
        borrow(&collection).description
    }

    #[view]
    public fun name<T: key>(collection: Object<T>): String acquires Collection {
        borrow(&collection).name
    }

    #[view]
    public fun uri<T: key>(collection: Object<T>): String acquires Collection {
        borrow(&collection).uri
    }

    // ---- Changing ---------------------------------------------------------------------------------------------

    public fun generate_mutator_ref(ref: &ConstructorRef): MutatorRef {
        let collection = object::object_from_constructor_ref<Collection>(ref);
        MutatorRef { self: object::object_address(&collection) }
    }

    inline fun borrow_mut(ref: &MutatorRef): &mut Collection {
        assert_exists(ref.self);
        borrow_global_mut<Collection>(ref.self)
    }

    fun emit_mutation(ref: &MutatorRef, field: vector<u8>, old_value: String, new_value: String) {
        event::emit(Mutation {
            mutated_field_name: string::utf8(field),
            collection: object::address_to_object(ref.self),
            old_value,
            new_value,
        });
    }

    public fun set_name(mutator_ref: &MutatorRef, name: String) acquires Collection {
        create_collection_seed(&name);
        let collection = borrow_mut(mutator_ref);
        emit_mutation(mutator_ref, b"name", collection.name, name);
        collection.name = name;
    }

    public fun set_description(mutator_ref: &MutatorRef, description: String) acquires Collection {
        check_description(&description);
        let collection = borrow_mut(mutator_ref);
        emit_mutation(mutator_ref, b"description", collection.description, description);
        collection.description = description;
    }

    public fun set_uri(mutator_ref: &MutatorRef, uri: String) acquires Collection {
        check_uri(&uri);
        let collection = borrow_mut(mutator_ref);
        emit_mutation(mutator_ref, b"uri", collection.uri, uri);
        collection.uri = uri;
    }

    public fun set_max_supply(mutator_ref: &MutatorRef, max_supply: u64) acquires ConcurrentSupply, FixedSupply {
        let collection = object::address_to_object<Collection>(mutator_ref.self);
        let at = mutator_ref.self;
        let old_max_supply = if (exists<ConcurrentSupply>(at)) {
            let supply = &mut borrow_global_mut<ConcurrentSupply>(at).current_supply;
            let (now, most) = (aggregator_v2::read(supply), aggregator_v2::max_value(supply));
            assert!(max_supply >= now, error::out_of_range(EINVALID_MAX_SUPPLY));
            *supply = aggregator_v2::create_aggregator_with_value(now, max_supply);
            most
        } else {
            assert!(exists<FixedSupply>(at), error::invalid_argument(ENO_MAX_SUPPLY_IN_COLLECTION));
            let supply = borrow_global_mut<FixedSupply>(at);
            assert!(max_supply >= supply.current_supply, error::out_of_range(EINVALID_MAX_SUPPLY));
            let most = supply.max_supply;
            supply.max_supply = max_supply;
            most
        };
        event::emit(SetMaxSupply { collection, old_max_supply, new_max_supply: max_supply });
    }
}
