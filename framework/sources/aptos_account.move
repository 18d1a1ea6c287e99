/// Transfers that make the receiving account if it is missing.
module aptos_framework::aptos_account {
    use std::error;
    use std::signer;
    use std::vector;
    use aptos_framework::account;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::coin::{Self, Coin};
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::fungible_asset::{Self, FungibleAsset, FungibleStore, Metadata};
    use aptos_framework::object::{Self, Object};
    use aptos_framework::primary_fungible_store;

    friend aptos_framework::genesis;
    friend aptos_framework::resource_account;
    friend aptos_framework::transaction_validation;

    /// The account does not exist.
    const EACCOUNT_NOT_FOUND: u64 = 1;
    /// The account has no store for the native coin.
    const EACCOUNT_NOT_REGISTERED_FOR_APT: u64 = 2;
    /// There are not as many amounts as recipients.
    const EMISMATCHING_RECIPIENTS_AND_AMOUNTS_LENGTH: u64 = 5;
    /// The account's store of the native coin is frozen: nothing crosses to or from it.
    const ESTORE_IS_FROZEN: u64 = 100;

    struct DirectTransferConfig has key {
        allow_arbitrary_coin_transfers: bool,
        update_coin_transfer_events: EventHandle<DirectCoinTransferConfigUpdatedEvent>,
    }

    struct DirectCoinTransferConfigUpdatedEvent has drop, store {
        new_allow_direct_transfers: bool,
    }

    #[event]
    struct DirectCoinTransferConfigUpdated has drop, store {
        account: address,
        new_allow_direct_transfers: bool,
    }

    public entry fun create_account(auth_key: address) {
        let account_signer = account::create_account(auth_key);
        ensure_native_store(signer::address_of(&account_signer));
    }

    public entry fun transfer(source: &signer, to: address, amount: u64) {
        if (!account::exists_at(to)) create_account(to);
        fungible_transfer_only(source, to, amount)
    }

    public entry fun batch_transfer(source: &signer, recipients: vector<address>, amounts: vector<u64>) {
        let n = vector::length(&recipients);
        assert!(n == vector::length(&amounts), error::invalid_argument(EMISMATCHING_RECIPIENTS_AND_AMOUNTS_LENGTH));
        let i = 0;
        while (i < n) {
            transfer(source, *vector::borrow(&recipients, i), *vector::borrow(&amounts, i));
            i = i + 1;
        }
    }

    public entry fun transfer_coins<CoinType>(from: &signer, to: address, amount: u64) {
        deposit_coins(to, coin::withdraw<CoinType>(from, amount));
    }

    public entry fun batch_transfer_coins<CoinType>(
        from: &signer, recipients: vector<address>, amounts: vector<u64>
    ) {
        let n = vector::length(&recipients);
        assert!(n == vector::length(&amounts), error::invalid_argument(EMISMATCHING_RECIPIENTS_AND_AMOUNTS_LENGTH));
        let i = 0;
        while (i < n) {
            transfer_coins<CoinType>(from, *vector::borrow(&recipients, i), *vector::borrow(&amounts, i));
            i = i + 1;
        }
    }

    public fun deposit_coins<CoinType>(to: address, coins: Coin<CoinType>) {
        if (!account::exists_at(to)) create_account(to);
        coin::deposit<CoinType>(to, coins)
    }

    public entry fun transfer_fungible_assets(
        from: &signer, metadata: Object<Metadata>, to: address, amount: u64
    ) {
        deposit_fungible_assets(to, primary_fungible_store::withdraw(from, metadata, amount))
    }

    public entry fun batch_transfer_fungible_assets(
        from: &signer, metadata: Object<Metadata>, recipients: vector<address>, amounts: vector<u64>
    ) {
        let n = vector::length(&recipients);
        assert!(n == vector::length(&amounts), error::invalid_argument(EMISMATCHING_RECIPIENTS_AND_AMOUNTS_LENGTH));
        let i = 0;
        while (i < n) {
            transfer_fungible_assets(from, metadata, *vector::borrow(&recipients, i), *vector::borrow(&amounts, i));
            i = i + 1;
        }
    }

    public fun deposit_fungible_assets(to: address, fa: FungibleAsset) {
        if (!account::exists_at(to)) create_account(to);
        primary_fungible_store::deposit(to, fa)
    }

    // ---- The native coin's stores -----------------------------------------------------------------------------

    /// The native coin, without making the receiving account. It is never frozen and has no functions of its own.
    public(friend) entry fun fungible_transfer_only(source: &signer, to: address, amount: u64) {
        let from = ensure_native_store(signer::address_of(source));
        fungible_asset::unchecked_deposit(ensure_native_store(to), fungible_asset::unchecked_withdraw(from, amount))
    }

    public(friend) fun is_fungible_balance_at_least(account: address, amount: u64): bool {
        fungible_asset::is_address_balance_at_least(native_store_address(account), amount)
    }

    fun native_store_address(account: address): address {
        object::create_user_derived_object_address(account, @aptos_fungible_asset)
    }

    fun ensure_native_store(account: address): address {
        let at = native_store_address(account);
        if (!fungible_asset::store_exists(at)) {
            let metadata = object::address_to_object<Metadata>(@aptos_fungible_asset);
            primary_fungible_store::create_primary_store(account, metadata);
        };
        at
    }

    // ---- Between the machines: called by the node only ----------------------------------------------------------

    /// `amount` of what the account has of the native coin goes to another machine, and ceases to be here.
    fun leave(account: address, amount: u64) {
        let at = native_store_address(account);
        if (fungible_asset::store_exists(at)) {
            let store = object::address_to_object<FungibleStore>(at);
            assert!(!fungible_asset::is_frozen(store), error::permission_denied(ESTORE_IS_FROZEN));
        };
        fungible_asset::burn_internal(fungible_asset::unchecked_withdraw(at, amount));
    }

    /// `amount` comes from another machine to the account, which is made if it is missing.
    fun arrive(account: address, amount: u64) {
        if (!account::exists_at(account)) create_account(account);
        let store = ensure_native_store(account);
        assert!(
            !fungible_asset::is_frozen(object::address_to_object<FungibleStore>(store)),
            error::permission_denied(ESTORE_IS_FROZEN)
        );
        let metadata = object::address_to_object<Metadata>(@aptos_fungible_asset);
        fungible_asset::unchecked_deposit(store, fungible_asset::mint_internal(metadata, amount));
    }

    #[test_only]
    public fun leave_for_test(account: address, amount: u64) {
        leave(account, amount)
    }

    #[test_only]
    public fun arrive_for_test(account: address, amount: u64) {
        arrive(account, amount)
    }

    // ---- Accounts ---------------------------------------------------------------------------------------------

    public fun assert_account_exists(addr: address) {
        assert!(account::exists_at(addr), error::not_found(EACCOUNT_NOT_FOUND));
    }

    public fun assert_account_is_registered_for_apt(addr: address) {
        assert_account_exists(addr);
        assert!(coin::is_account_registered<AptosCoin>(addr), error::not_found(EACCOUNT_NOT_REGISTERED_FOR_APT));
    }

    public entry fun set_allow_direct_coin_transfers(account: &signer, allow: bool) acquires DirectTransferConfig {
        let addr = signer::address_of(account);
        event::emit(DirectCoinTransferConfigUpdated { account: addr, new_allow_direct_transfers: allow });
        if (exists<DirectTransferConfig>(addr)) {
            let config = borrow_global_mut<DirectTransferConfig>(addr);
            if (config.allow_arbitrary_coin_transfers == allow) return;
            config.allow_arbitrary_coin_transfers = allow;
            event::emit_event(
                &mut config.update_coin_transfer_events,
                DirectCoinTransferConfigUpdatedEvent { new_allow_direct_transfers: allow }
            );
        } else {
            let config = DirectTransferConfig {
                allow_arbitrary_coin_transfers: allow,
                update_coin_transfer_events: account::new_event_handle<DirectCoinTransferConfigUpdatedEvent>(account),
            };
            event::emit_event(
                &mut config.update_coin_transfer_events,
                DirectCoinTransferConfigUpdatedEvent { new_allow_direct_transfers: allow }
            );
            move_to(account, config);
        }
    }

    #[view]
    public fun can_receive_direct_coin_transfers(account: address): bool acquires DirectTransferConfig {
        !exists<DirectTransferConfig>(account)
            || borrow_global<DirectTransferConfig>(account).allow_arbitrary_coin_transfers
    }
}
