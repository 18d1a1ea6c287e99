/// The store that every account has, or will have, for an asset: its address follows from the two.
module aptos_framework::primary_fungible_store {
    use std::error;
    use std::option::Option;
    use std::signer;
    use std::string::String;
    use aptos_framework::dispatchable_fungible_asset;
    use aptos_framework::fungible_asset::{
        Self, BurnRef, FungibleAsset, FungibleStore, Metadata, MintRef, TransferRef
    };
    use aptos_framework::object::{Self, ConstructorRef, DeriveRef, Object};

    friend aptos_framework::aptos_account;
    friend aptos_framework::coin;

    /// Signers here have all permissions of their account.
    const EPERMISSIONS_NOT_SUPPORTED: u64 = 1;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// What stores are derived from the asset with.
    struct DeriveRefPod has key {
        metadata_derive_ref: DeriveRef,
    }

    public fun create_primary_store_enabled_fungible_asset(
        constructor_ref: &ConstructorRef, maximum_supply: Option<u128>, name: String, symbol: String, decimals: u8,
        icon_uri: String, project_uri: String
    ) {
        fungible_asset::add_fungibility(
            constructor_ref, maximum_supply, name, symbol, decimals, icon_uri, project_uri
        );
        move_to(
            &object::generate_signer(constructor_ref),
            DeriveRefPod { metadata_derive_ref: object::generate_derive_ref(constructor_ref) }
        );
    }

    // ---- The store --------------------------------------------------------------------------------------------

    public fun ensure_primary_store_exists<T: key>(
        owner: address, metadata: Object<T>
    ): Object<FungibleStore> acquires DeriveRefPod {
        let at = primary_store_address(owner, metadata);
        if (fungible_asset::store_exists(at)) {
            object::address_to_object(at)
        } else {
            create_primary_store(owner, metadata)
        }
    }

    public fun create_primary_store<T: key>(
        owner_addr: address, metadata: Object<T>
    ): Object<FungibleStore> acquires DeriveRefPod {
        let asset = object::convert<T, Metadata>(metadata);
        let derive_ref = &borrow_global<DeriveRefPod>(object::object_address(&asset)).metadata_derive_ref;
        let constructor_ref = &object::create_user_derived_object(owner_addr, derive_ref);
        // The store stays with the account whose address it has.
        object::disable_ungated_transfer(&object::generate_transfer_ref(constructor_ref));
        fungible_asset::create_store(constructor_ref, asset)
    }

    #[view]
    public fun primary_store_address<T: key>(owner: address, metadata: Object<T>): address {
        object::create_user_derived_object_address(owner, object::object_address(&metadata))
    }

    #[view]
    public fun primary_store<T: key>(owner: address, metadata: Object<T>): Object<FungibleStore> {
        object::address_to_object<FungibleStore>(primary_store_address(owner, metadata))
    }

    #[view]
    public fun primary_store_exists<T: key>(account: address, metadata: Object<T>): bool {
        fungible_asset::store_exists(primary_store_address(account, metadata))
    }

    public inline fun primary_store_address_inlined<T: key>(owner: address, metadata: Object<T>): address {
        object::create_user_derived_object_address(owner, object::object_address(&metadata))
    }

    public inline fun primary_store_inlined<T: key>(owner: address, metadata: Object<T>): Object<FungibleStore> {
        object::address_to_object<FungibleStore>(primary_store_address_inlined(owner, metadata))
    }

    public inline fun primary_store_exists_inlined<T: key>(account: address, metadata: Object<T>): bool {
        fungible_asset::store_exists(primary_store_address_inlined(account, metadata))
    }

    // ---- Asking -----------------------------------------------------------------------------------------------

    #[view]
    public fun balance<T: key>(account: address, metadata: Object<T>): u64 {
        if (!primary_store_exists(account, metadata)) return 0;
        dispatchable_fungible_asset::derived_balance(primary_store(account, metadata))
    }

    #[view]
    public fun is_balance_at_least<T: key>(account: address, metadata: Object<T>, amount: u64): bool {
        if (!primary_store_exists(account, metadata)) return amount == 0;
        dispatchable_fungible_asset::is_derived_balance_at_least(primary_store(account, metadata), amount)
    }

    #[view]
    public fun is_frozen<T: key>(account: address, metadata: Object<T>): bool {
        primary_store_exists(account, metadata) && fungible_asset::is_frozen(primary_store(account, metadata))
    }

    // ---- Moving -----------------------------------------------------------------------------------------------

    /// The signer's store, ready to withdraw from: a store that its owner has burnt is his again.
    fun own_store<T: key>(owner: &signer, metadata: Object<T>): Object<FungibleStore> acquires DeriveRefPod {
        let store = ensure_primary_store_exists(signer::address_of(owner), metadata);
        if (object::is_burnt(store)) object::unburn(owner, store);
        store
    }

    public fun withdraw<T: key>(
        owner: &signer, metadata: Object<T>, amount: u64
    ): FungibleAsset acquires DeriveRefPod {
        dispatchable_fungible_asset::withdraw(owner, own_store(owner, metadata), amount)
    }

    public fun deposit(owner: address, fa: FungibleAsset) acquires DeriveRefPod {
        let store = ensure_primary_store_exists(owner, fungible_asset::asset_metadata(&fa));
        dispatchable_fungible_asset::deposit(store, fa)
    }

    public fun deposit_with_signer(owner: &signer, fa: FungibleAsset) acquires DeriveRefPod {
        deposit(signer::address_of(owner), fa)
    }

    public entry fun transfer<T: key>(
        sender: &signer, metadata: Object<T>, recipient: address, amount: u64
    ) acquires DeriveRefPod {
        let from = own_store(sender, metadata);
        let to = ensure_primary_store_exists(recipient, metadata);
        dispatchable_fungible_asset::transfer(sender, from, to, amount)
    }

    /// As `transfer`; aborts if less than `expected` arrives.
    public entry fun transfer_assert_minimum_deposit<T: key>(
        sender: &signer, metadata: Object<T>, recipient: address, amount: u64, expected: u64
    ) acquires DeriveRefPod {
        let from = own_store(sender, metadata);
        let to = ensure_primary_store_exists(recipient, metadata);
        dispatchable_fungible_asset::transfer_assert_minimum_deposit(sender, from, to, amount, expected)
    }

    // ---- By reference -----------------------------------------------------------------------------------------

    public fun mint(mint_ref: &MintRef, owner: address, amount: u64) acquires DeriveRefPod {
        let store = ensure_primary_store_exists(owner, fungible_asset::mint_ref_metadata(mint_ref));
        fungible_asset::mint_to(mint_ref, store, amount)
    }

    public fun burn(burn_ref: &BurnRef, owner: address, amount: u64) {
        let store = primary_store(owner, fungible_asset::burn_ref_metadata(burn_ref));
        fungible_asset::burn_from(burn_ref, store, amount)
    }

    public fun set_frozen_flag(transfer_ref: &TransferRef, owner: address, frozen: bool) acquires DeriveRefPod {
        let store = ensure_primary_store_exists(owner, fungible_asset::transfer_ref_metadata(transfer_ref));
        fungible_asset::set_frozen_flag(transfer_ref, store, frozen)
    }

    public fun withdraw_with_ref(transfer_ref: &TransferRef, owner: address, amount: u64): FungibleAsset {
        let store = primary_store(owner, fungible_asset::transfer_ref_metadata(transfer_ref));
        fungible_asset::withdraw_with_ref(transfer_ref, store, amount)
    }

    public fun deposit_with_ref(
        transfer_ref: &TransferRef, owner: address, fa: FungibleAsset
    ) acquires DeriveRefPod {
        let store = ensure_primary_store_exists(owner, fungible_asset::transfer_ref_metadata(transfer_ref));
        fungible_asset::deposit_with_ref(transfer_ref, store, fa)
    }

    public fun transfer_with_ref(
        transfer_ref: &TransferRef, from: address, to: address, amount: u64
    ) acquires DeriveRefPod {
        let fa = withdraw_with_ref(transfer_ref, from, amount);
        deposit_with_ref(transfer_ref, to, fa)
    }

    // ---- Permissioned signers ---------------------------------------------------------------------------------

    public fun grant_permission<T: key>(
        _master: &signer, _permissioned: &signer, _metadata: Object<T>, _amount: u64
    ) {
        abort error::unavailable(EPERMISSIONS_NOT_SUPPORTED)
    }

    public fun grant_apt_permission(_master: &signer, _permissioned: &signer, _amount: u64) {
        abort error::unavailable(EPERMISSIONS_NOT_SUPPORTED)
    }

    #[test_only]
    use std::option;
    #[test_only]
    use std::string;

    #[test_only]
    /// An asset of at most 100.
    public fun init_test_metadata_with_primary_store_enabled(
        constructor_ref: &ConstructorRef
    ): (MintRef, TransferRef, BurnRef) {
        create_primary_store_enabled_fungible_asset(
            constructor_ref, option::some(100), string::utf8(b"TEST COIN"), string::utf8(b"@T"), 0,
            string::utf8(b"http://example.com/icon"), string::utf8(b"http://example.com")
        );
        (
            fungible_asset::generate_mint_ref(constructor_ref),
            fungible_asset::generate_transfer_ref(constructor_ref),
            fungible_asset::generate_burn_ref(constructor_ref)
        )
    }
}
