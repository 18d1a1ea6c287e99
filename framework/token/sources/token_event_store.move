/// Events of changes to collections and tokens of 0x3.
module aptos_token::token_event_store {
    use std::option::Option;
    use std::signer;
    use std::string::String;
    use aptos_framework::event;
    use aptos_token::property_map::PropertyValue;

    friend aptos_token::token;

    #[event]
    struct CollectionDescriptionMutate has drop, store {
        creator_addr: address,
        collection_name: String,
        old_description: String,
        new_description: String,
    }

    #[event]
    struct CollectionUriMutate has drop, store {
        creator_addr: address,
        collection_name: String,
        old_uri: String,
        new_uri: String,
    }

    #[event]
    struct CollectionMaximumMutate has drop, store {
        creator_addr: address,
        collection_name: String,
        old_maximum: u64,
        new_maximum: u64,
    }

    #[event]
    struct OptInTransfer has drop, store {
        account_address: address,
        opt_in: bool,
    }

    #[event]
    struct UriMutation has drop, store {
        creator: address,
        collection: String,
        token: String,
        old_uri: String,
        new_uri: String,
    }

    #[event]
    struct DefaultPropertyMutate has drop, store {
        creator: address,
        collection: String,
        token: String,
        keys: vector<String>,
        old_values: vector<Option<PropertyValue>>,
        new_values: vector<PropertyValue>,
    }

    #[event]
    struct DescriptionMutate has drop, store {
        creator: address,
        collection: String,
        token: String,
        old_description: String,
        new_description: String,
    }

    #[event]
    struct RoyaltyMutate has drop, store {
        creator: address,
        collection: String,
        token: String,
        old_royalty_numerator: u64,
        old_royalty_denominator: u64,
        old_royalty_payee_addr: address,
        new_royalty_numerator: u64,
        new_royalty_denominator: u64,
        new_royalty_payee_addr: address,
    }

    #[event]
    struct MaximumMutate has drop, store {
        creator: address,
        collection: String,
        token: String,
        old_maximum: u64,
        new_maximum: u64,
    }

    public(friend) fun collection_description(
        creator: &signer, collection_name: String, old_description: String, new_description: String
    ) {
        let creator_addr = signer::address_of(creator);
        event::emit(CollectionDescriptionMutate { creator_addr, collection_name, old_description, new_description })
    }

    public(friend) fun collection_uri(
        creator: &signer, collection_name: String, old_uri: String, new_uri: String
    ) {
        let creator_addr = signer::address_of(creator);
        event::emit(CollectionUriMutate { creator_addr, collection_name, old_uri, new_uri })
    }

    public(friend) fun collection_maximum(
        creator: &signer, collection_name: String, old_maximum: u64, new_maximum: u64
    ) {
        let creator_addr = signer::address_of(creator);
        event::emit(CollectionMaximumMutate { creator_addr, collection_name, old_maximum, new_maximum })
    }

    public(friend) fun opt_in(account: &signer, opt_in: bool) {
        event::emit(OptInTransfer { account_address: signer::address_of(account), opt_in })
    }

    public(friend) fun uri(
        creator: address, collection: String, token: String, old_uri: String, new_uri: String
    ) {
        event::emit(UriMutation { creator, collection, token, old_uri, new_uri })
    }

    public(friend) fun default_properties(
        creator: address, collection: String, token: String, keys: vector<String>,
        old_values: vector<Option<PropertyValue>>, new_values: vector<PropertyValue>
    ) {
        event::emit(DefaultPropertyMutate { creator, collection, token, keys, old_values, new_values })
    }

    public(friend) fun description(
        creator: address, collection: String, token: String, old_description: String, new_description: String
    ) {
        event::emit(DescriptionMutate { creator, collection, token, old_description, new_description })
    }

    public(friend) fun royalty(
        creator: address, collection: String, token: String, old_royalty_numerator: u64,
        old_royalty_denominator: u64, old_royalty_payee_addr: address, new_royalty_numerator: u64,
        new_royalty_denominator: u64, new_royalty_payee_addr: address
    ) {
        event::emit(RoyaltyMutate {
            creator, collection, token, old_royalty_numerator, old_royalty_denominator, old_royalty_payee_addr,
            new_royalty_numerator, new_royalty_denominator, new_royalty_payee_addr
        })
    }

    public(friend) fun maximum(
        creator: address, collection: String, token: String, old_maximum: u64, new_maximum: u64
    ) {
        event::emit(MaximumMutate { creator, collection, token, old_maximum, new_maximum })
    }
}
