/// Fungible assets that bring functions of their own for withdrawing, depositing, and telling balance and supply.
/// The functions here work for all assets.
module aptos_framework::dispatchable_fungible_asset {
    use std::error;
    use std::option::{Self, Option};
    use aptos_framework::function_info::FunctionInfo;
    use aptos_framework::fungible_asset::{Self, FungibleAsset, TransferRef};
    use aptos_framework::object::{Self, ConstructorRef, Object};

    /// The asset has no functions of its own.
    const ESTORE_NOT_FOUND: u64 = 1;
    /// Less arrived than was expected.
    const EAMOUNT_MISMATCH: u64 = 2;
    /// A function that is dispatched to is not loaded.
    const ENOT_LOADED: u64 = 4;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// What the asset's functions move amounts with.
    struct TransferRefStore has key {
        transfer_ref: TransferRef,
    }

    public fun register_dispatch_functions(
        constructor_ref: &ConstructorRef, withdraw_function: Option<FunctionInfo>,
        deposit_function: Option<FunctionInfo>, derived_balance_function: Option<FunctionInfo>
    ) {
        fungible_asset::register_dispatch_functions(
            constructor_ref, withdraw_function, deposit_function, derived_balance_function
        );
        move_to(
            &object::generate_signer(constructor_ref),
            TransferRefStore { transfer_ref: fungible_asset::generate_transfer_ref(constructor_ref) }
        );
    }

    public fun register_derive_supply_dispatch_function(
        constructor_ref: &ConstructorRef, dispatch_function: Option<FunctionInfo>
    ) {
        fungible_asset::register_derive_supply_dispatch_function(constructor_ref, dispatch_function);
    }

    inline fun borrow_transfer_ref<T: key>(store: Object<T>): &TransferRef {
        let metadata = fungible_asset::store_metadata(store);
        let asset = object::object_address(&metadata);
        assert!(exists<TransferRefStore>(asset), error::not_found(ESTORE_NOT_FOUND));
        &borrow_global<TransferRefStore>(asset).transfer_ref
    }

    public fun withdraw<T: key>(
        owner: &signer, store: Object<T>, amount: u64
    ): FungibleAsset acquires TransferRefStore {
        fungible_asset::withdraw_sanity_check(owner, store, false);
        let hook = fungible_asset::withdraw_dispatch_function(store);
        if (option::is_some(&hook)) {
            dispatchable_withdraw(store, amount, borrow_transfer_ref(store), option::borrow(&hook))
        } else {
            fungible_asset::unchecked_withdraw(object::object_address(&store), amount)
        }
    }

    public fun deposit<T: key>(store: Object<T>, fa: FungibleAsset) acquires TransferRefStore {
        fungible_asset::deposit_sanity_check(store, false);
        let hook = fungible_asset::deposit_dispatch_function(store);
        if (option::is_some(&hook)) {
            dispatchable_deposit(store, fa, borrow_transfer_ref(store), option::borrow(&hook))
        } else {
            fungible_asset::unchecked_deposit(object::object_address(&store), fa)
        }
    }

    public entry fun transfer<T: key>(
        sender: &signer, from: Object<T>, to: Object<T>, amount: u64
    ) acquires TransferRefStore {
        let fa = withdraw(sender, from, amount);
        deposit(to, fa)
    }

    /// As `transfer`; aborts if less than `expected` arrives.
    public entry fun transfer_assert_minimum_deposit<T: key>(
        sender: &signer, from: Object<T>, to: Object<T>, amount: u64, expected: u64
    ) acquires TransferRefStore {
        let before = fungible_asset::balance(to);
        transfer(sender, from, to, amount);
        assert!(fungible_asset::balance(to) - before >= expected, error::aborted(EAMOUNT_MISMATCH));
    }

    #[view]
    public fun derived_balance<T: key>(store: Object<T>): u64 {
        let hook = fungible_asset::derived_balance_dispatch_function(store);
        if (option::is_some(&hook)) {
            dispatchable_derived_balance(store, option::borrow(&hook))
        } else {
            fungible_asset::balance(store)
        }
    }

    #[view]
    public fun is_derived_balance_at_least<T: key>(store: Object<T>, amount: u64): bool {
        let hook = fungible_asset::derived_balance_dispatch_function(store);
        if (option::is_some(&hook)) {
            dispatchable_derived_balance(store, option::borrow(&hook)) >= amount
        } else {
            fungible_asset::is_balance_at_least(store, amount)
        }
    }

    #[view]
    public fun derived_supply<T: key>(metadata: Object<T>): Option<u128> {
        let hook = fungible_asset::derived_supply_dispatch_function(metadata);
        if (option::is_some(&hook)) {
            dispatchable_derived_supply(metadata, option::borrow(&hook))
        } else {
            fungible_asset::supply(metadata)
        }
    }

    // The machine calls `function` in their place, with all arguments but the last.

    native fun dispatchable_withdraw<T: key>(
        store: Object<T>, amount: u64, transfer_ref: &TransferRef, function: &FunctionInfo
    ): FungibleAsset;

    native fun dispatchable_deposit<T: key>(
        store: Object<T>, fa: FungibleAsset, transfer_ref: &TransferRef, function: &FunctionInfo
    );

    native fun dispatchable_derived_balance<T: key>(store: Object<T>, function: &FunctionInfo): u64;

    native fun dispatchable_derived_supply<T: key>(metadata: Object<T>, function: &FunctionInfo): Option<u128>;
}
