/// Resource accounts whose signer capability waits for the code that is published to them.
module aptos_framework::resource_account {
    use std::error;
    use std::signer;
    use std::vector;
    use aptos_framework::account;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::coin;
    use aptos_std::simple_map::{Self, SimpleMap};

    /// The source has made no resource accounts.
    const ECONTAINER_NOT_PUBLISHED: u64 = 1;
    /// The caller is not the resource account.
    const EUNAUTHORIZED_NOT_OWNER: u64 = 2;

    const ZERO_AUTH_KEY: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000000";

    struct Container has key {
        store: SimpleMap<address, account::SignerCapability>,
    }

    public entry fun create_resource_account(
        origin: &signer, seed: vector<u8>, optional_auth_key: vector<u8>
    ) acquires Container {
        let (resource, cap) = account::create_resource_account(origin, seed);
        rotate_and_store(origin, &resource, cap, optional_auth_key);
    }

    public entry fun create_resource_account_and_fund(
        origin: &signer, seed: vector<u8>, optional_auth_key: vector<u8>, fund_amount: u64
    ) acquires Container {
        let (resource, cap) = account::create_resource_account(origin, seed);
        coin::register<AptosCoin>(&resource);
        coin::transfer<AptosCoin>(origin, signer::address_of(&resource), fund_amount);
        rotate_and_store(origin, &resource, cap, optional_auth_key);
    }

    public entry fun create_resource_account_and_publish_package(
        origin: &signer, seed: vector<u8>, metadata_serialized: vector<u8>, code: vector<vector<u8>>
    ) acquires Container {
        let (resource, cap) = account::create_resource_account(origin, seed);
        aptos_framework::code::publish_package_txn(&resource, metadata_serialized, code);
        rotate_and_store(origin, &resource, cap, ZERO_AUTH_KEY);
    }

    fun rotate_and_store(
        origin: &signer, resource: &signer, cap: account::SignerCapability, optional_auth_key: vector<u8>
    ) acquires Container {
        let origin_addr = signer::address_of(origin);
        if (!exists<Container>(origin_addr)) move_to(origin, Container { store: simple_map::new() });
        simple_map::add(&mut borrow_global_mut<Container>(origin_addr).store, signer::address_of(resource), cap);
        let auth_key = if (vector::is_empty(&optional_auth_key)) {
            account::get_authentication_key(origin_addr)
        } else {
            optional_auth_key
        };
        account::rotate_authentication_key_internal(resource, auth_key);
    }

    public fun retrieve_resource_account_cap(
        resource: &signer, source_addr: address
    ): account::SignerCapability acquires Container {
        assert!(exists<Container>(source_addr), error::not_found(ECONTAINER_NOT_PUBLISHED));
        let resource_addr = signer::address_of(resource);
        let container = borrow_global_mut<Container>(source_addr);
        assert!(
            simple_map::contains_key(&container.store, &resource_addr),
            error::invalid_argument(EUNAUTHORIZED_NOT_OWNER)
        );
        let (_, cap) = simple_map::remove(&mut container.store, &resource_addr);
        if (simple_map::length(&container.store) == 0) {
            let Container { store } = move_from<Container>(source_addr);
            simple_map::destroy_empty(store);
        };
        account::rotate_authentication_key_internal(resource, ZERO_AUTH_KEY);
        cap
    }
}
