/// Accounts: authentication key, sequence number, GUIDs, and signers of resource accounts.
module aptos_framework::account {
    use std::bcs;
    use std::error;
    use std::guid;
    use std::hash;
    use std::option::{Self, Option};
    use std::signer;
    use std::vector;
    use aptos_framework::create_signer::create_signer;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::system_addresses;
    use aptos_std::type_info::{Self, TypeInfo};

    friend aptos_framework::aptos_account;
    friend aptos_framework::coin;
    friend aptos_framework::genesis;
    friend aptos_framework::resource_account;
    friend aptos_framework::transaction_validation;

    struct KeyRotation has drop, store {
        account: address,
        old_authentication_key: vector<u8>,
        new_authentication_key: vector<u8>,
    }

    struct Account has key, store {
        authentication_key: vector<u8>,
        sequence_number: u64,
        guid_creation_num: u64,
        coin_register_events: EventHandle<CoinRegisterEvent>,
        key_rotation_events: EventHandle<KeyRotationEvent>,
        rotation_capability_offer: CapabilityOffer<RotationCapability>,
        signer_capability_offer: CapabilityOffer<SignerCapability>,
    }

    struct KeyRotationEvent has drop, store {
        old_authentication_key: vector<u8>,
        new_authentication_key: vector<u8>,
    }

    struct CoinRegisterEvent has drop, store {
        type_info: TypeInfo,
    }

    struct CapabilityOffer<phantom T> has store { for: Option<address> }

    struct RotationCapability has drop, store { account: address }

    /// The right to sign for an account.
    struct SignerCapability has drop, store { account: address }

    const ZERO_AUTH_KEY: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000000";
    const MAX_U64: u128 = 18446744073709551615;
    /// Behind the source and the seed in a resource account's address.
    const DERIVE_RESOURCE_ACCOUNT_SCHEME: u8 = 255;
    /// The account of a GUID counter near its end is most likely under attack.
    const MAX_GUID_CREATION_NUM: u64 = 0x4000000000000;

    /// The account exists already.
    const EACCOUNT_ALREADY_EXISTS: u64 = 1;
    /// The account does not exist.
    const EACCOUNT_DOES_NOT_EXIST: u64 = 2;
    /// The sequence number cannot grow any more.
    const ESEQUENCE_NUMBER_TOO_BIG: u64 = 3;
    /// An authentication key has 32 bytes.
    const EMALFORMED_AUTHENTICATION_KEY: u64 = 4;
    /// The address is reserved.
    const ECANNOT_RESERVED_ADDRESS: u64 = 5;
    /// A resource account has been made from these already.
    const ERESOURCE_ACCCOUNT_EXISTS: u64 = 15;
    /// The account has been used, so it cannot become a resource account.
    const EACCOUNT_ALREADY_USED: u64 = 16;
    /// The account has made too many GUIDs.
    const EEXCEEDED_MAX_GUID_CREATION_NUM: u64 = 20;

    /// Makes the account unless it is there.
    public fun create_account_if_does_not_exist(account_address: address) {
        if (!exists<Account>(account_address)) {
            create_account(account_address);
        }
    }

    public(friend) fun create_account(new_address: address): signer {
        assert!(!exists<Account>(new_address), error::already_exists(EACCOUNT_ALREADY_EXISTS));
        assert!(
            new_address != @0x0 && !system_addresses::is_framework_reserved_address(new_address),
            error::invalid_argument(ECANNOT_RESERVED_ADDRESS)
        );
        create_account_unchecked(new_address)
    }

    fun create_account_unchecked(new_address: address): signer {
        let new_account = create_signer(new_address);
        let authentication_key = bcs::to_bytes(&new_address);
        assert!(vector::length(&authentication_key) == 32, error::invalid_argument(EMALFORMED_AUTHENTICATION_KEY));
        let guid_creation_num = 0;
        let guid_for_coin = guid::create(new_address, &mut guid_creation_num);
        let coin_register_events = event::new_event_handle<CoinRegisterEvent>(guid_for_coin);
        let guid_for_rotation = guid::create(new_address, &mut guid_creation_num);
        let key_rotation_events = event::new_event_handle<KeyRotationEvent>(guid_for_rotation);
        move_to(
            &new_account,
            Account {
                authentication_key,
                sequence_number: 0,
                guid_creation_num,
                coin_register_events,
                key_rotation_events,
                rotation_capability_offer: CapabilityOffer { for: option::none() },
                signer_capability_offer: CapabilityOffer { for: option::none() },
            }
        );
        new_account
    }

    public(friend) fun create_framework_reserved_account(addr: address): (signer, SignerCapability) {
        let signer = create_account_unchecked(addr);
        (signer, SignerCapability { account: addr })
    }

    #[view]
    public fun exists_at(addr: address): bool {
        exists<Account>(addr)
    }

    #[view]
    public fun get_guid_next_creation_num(addr: address): u64 acquires Account {
        borrow_global<Account>(addr).guid_creation_num
    }

    #[view]
    /// 0 for an address without an account.
    public fun get_sequence_number(addr: address): u64 acquires Account {
        if (exists<Account>(addr)) borrow_global<Account>(addr).sequence_number else 0
    }

    #[view]
    /// The address itself for an address without an account.
    public fun get_authentication_key(addr: address): vector<u8> acquires Account {
        if (exists<Account>(addr)) borrow_global<Account>(addr).authentication_key else bcs::to_bytes(&addr)
    }

    public(friend) fun increment_sequence_number(addr: address) acquires Account {
        let sequence_number = &mut borrow_global_mut<Account>(addr).sequence_number;
        assert!((*sequence_number as u128) < MAX_U64, error::out_of_range(ESEQUENCE_NUMBER_TOO_BIG));
        *sequence_number = *sequence_number + 1;
    }

    public(friend) fun rotate_authentication_key_internal(account: &signer, new_auth_key: vector<u8>) acquires Account {
        let addr = signer::address_of(account);
        assert!(exists<Account>(addr), error::not_found(EACCOUNT_DOES_NOT_EXIST));
        assert!(vector::length(&new_auth_key) == 32, error::invalid_argument(EMALFORMED_AUTHENTICATION_KEY));
        borrow_global_mut<Account>(addr).authentication_key = new_auth_key;
    }

    /// Sets the authentication key without a proof of the new key; the account may lock itself out.
    entry fun rotate_authentication_key_call(account: &signer, new_auth_key: vector<u8>) acquires Account {
        rotate_authentication_key_internal(account, new_auth_key);
    }

    // ---- Resource accounts ------------------------------------------------------------------------------------

    public fun create_resource_address(source: &address, seed: vector<u8>): address {
        let bytes = bcs::to_bytes(source);
        vector::append(&mut bytes, seed);
        vector::push_back(&mut bytes, DERIVE_RESOURCE_ACCOUNT_SCHEME);
        aptos_std::from_bcs::to_address(hash::sha3_256(bytes))
    }

    /// Makes an account that no key controls, and the capability to sign for it.
    public fun create_resource_account(source: &signer, seed: vector<u8>): (signer, SignerCapability) acquires Account {
        let resource_addr = create_resource_address(&signer::address_of(source), seed);
        let resource = if (exists<Account>(resource_addr)) {
            let account = borrow_global<Account>(resource_addr);
            assert!(option::is_none(&account.signer_capability_offer.for), error::already_exists(ERESOURCE_ACCCOUNT_EXISTS));
            assert!(account.sequence_number == 0, error::invalid_state(EACCOUNT_ALREADY_USED));
            create_signer(resource_addr)
        } else {
            create_account_unchecked(resource_addr)
        };
        rotate_authentication_key_internal(&resource, ZERO_AUTH_KEY);
        borrow_global_mut<Account>(resource_addr).signer_capability_offer.for = option::some(resource_addr);
        (resource, SignerCapability { account: resource_addr })
    }

    public fun create_signer_with_capability(capability: &SignerCapability): signer {
        create_signer(capability.account)
    }

    public fun get_signer_capability_address(capability: &SignerCapability): address {
        capability.account
    }

    // ---- GUIDs and events -------------------------------------------------------------------------------------

    public fun create_guid(account_signer: &signer): guid::GUID acquires Account {
        let addr = signer::address_of(account_signer);
        assert!(exists<Account>(addr), error::not_found(EACCOUNT_DOES_NOT_EXIST));
        let account = borrow_global_mut<Account>(addr);
        let guid = guid::create(addr, &mut account.guid_creation_num);
        assert!(account.guid_creation_num < MAX_GUID_CREATION_NUM, error::out_of_range(EEXCEEDED_MAX_GUID_CREATION_NUM));
        guid
    }

    public fun new_event_handle<T: drop + store>(account: &signer): EventHandle<T> acquires Account {
        event::new_event_handle(create_guid(account))
    }

    public(friend) fun register_coin<CoinType>(account_addr: address) acquires Account {
        let account = borrow_global_mut<Account>(account_addr);
        event::emit_event<CoinRegisterEvent>(
            &mut account.coin_register_events,
            CoinRegisterEvent { type_info: type_info::type_of<CoinType>() }
        );
    }

    #[test_only]
    /// Also for an account that is there already, and for reserved addresses.
    public fun create_account_for_test(new_address: address): signer {
        if (exists_at(new_address)) create_signer(new_address) else create_account_unchecked(new_address)
    }

    #[test_only]
    public fun create_signer_for_test(addr: address): signer { create_signer(addr) }

    #[test_only]
    public fun create_test_signer_cap(account: address): SignerCapability { SignerCapability { account } }

    #[test_only]
    public fun set_sequence_number_for_test(addr: address, sequence_number: u64) acquires Account {
        borrow_global_mut<Account>(addr).sequence_number = sequence_number;
    }
}
