/// Fungible assets: amounts of what a Metadata object stands for, kept in stores that are objects too. An asset may
/// name functions of its own for withdrawing and depositing (dispatchable_fungible_asset); such assets are not moved
/// by the plain functions here.
module aptos_framework::fungible_asset {
    use std::error;
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use aptos_framework::aggregator_v2::{Self, Aggregator};
    use aptos_framework::create_signer::create_signer;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::function_info::{Self, FunctionInfo};
    use aptos_framework::object::{Self, ConstructorRef, DeleteRef, ExtendRef, Object};

    friend aptos_framework::aptos_account;
    friend aptos_framework::coin;
    friend aptos_framework::dispatchable_fungible_asset;
    friend aptos_framework::primary_fungible_store;
    friend aptos_framework::tern_gateway;

    /// Amount cannot be zero.
    const EAMOUNT_CANNOT_BE_ZERO: u64 = 1;
    /// The reference is of another asset than the one at hand.
    const ETRANSFER_REF_AND_FUNGIBLE_ASSET_MISMATCH: u64 = 2;
    /// The store is frozen.
    const ESTORE_IS_FROZEN: u64 = 3;
    /// There is not that much of the asset.
    const EINSUFFICIENT_BALANCE: u64 = 4;
    /// There would be more of the asset than may be.
    const EMAX_SUPPLY_EXCEEDED: u64 = 5;
    /// Only amounts of one asset can be merged.
    const EFUNGIBLE_ASSET_MISMATCH: u64 = 6;
    /// The reference is of another asset than the store.
    const EMINT_REF_AND_STORE_MISMATCH: u64 = 7;
    /// The account does not own the store.
    const ENOT_STORE_OWNER: u64 = 8;
    /// The reference is of another asset than the store.
    const ETRANSFER_REF_AND_STORE_MISMATCH: u64 = 9;
    /// The reference is of another asset than the store.
    const EBURN_REF_AND_STORE_MISMATCH: u64 = 10;
    /// The store is of another asset.
    const EFUNGIBLE_ASSET_AND_STORE_MISMATCH: u64 = 11;
    /// Only an amount of zero can be destroyed.
    const EAMOUNT_IS_NOT_ZERO: u64 = 12;
    /// The reference is of another asset than the one at hand.
    const EBURN_REF_AND_FUNGIBLE_ASSET_MISMATCH: u64 = 13;
    /// Only an empty store can be removed.
    const EBALANCE_IS_NOT_ZERO: u64 = 14;
    /// The name is longer than 32 bytes.
    const ENAME_TOO_LONG: u64 = 15;
    /// The symbol is longer than 32 bytes.
    const ESYMBOL_TOO_LONG: u64 = 16;
    /// An asset has at most 32 decimals.
    const EDECIMALS_TOO_LARGE: u64 = 17;
    /// An object that can be deleted cannot be an asset.
    const EOBJECT_IS_DELETABLE: u64 = 18;
    /// The URI is longer than 512 bytes.
    const EURI_TOO_LONG: u64 = 19;
    /// The supply would fall below zero.
    const ESUPPLY_UNDERFLOW: u64 = 20;
    /// The asset has no supply.
    const ESUPPLY_NOT_FOUND: u64 = 21;
    /// There is no store at this address.
    const EFUNGIBLE_STORE_EXISTENCE: u64 = 23;
    /// The function for withdrawing has another signature than it must have.
    const EWITHDRAW_FUNCTION_SIGNATURE_MISMATCH: u64 = 25;
    /// The function for depositing has another signature than it must have.
    const EDEPOSIT_FUNCTION_SIGNATURE_MISMATCH: u64 = 26;
    /// The function for the balance has another signature than it must have.
    const EDERIVED_BALANCE_FUNCTION_SIGNATURE_MISMATCH: u64 = 27;
    /// The asset has a function of its own for this: use dispatchable_fungible_asset.
    const EINVALID_DISPATCHABLE_OPERATIONS: u64 = 28;
    /// The asset has functions of its own already.
    const EALREADY_REGISTERED: u64 = 29;
    /// The object is no asset.
    const EFUNGIBLE_METADATA_EXISTENCE: u64 = 30;
    /// The native coin has no functions of its own.
    const EAPT_NOT_DISPATCHABLE: u64 = 31;
    /// The function for the supply has another signature than it must have.
    const EDERIVED_SUPPLY_FUNCTION_SIGNATURE_MISMATCH: u64 = 33;
    /// The reference is of another asset than the store.
    const ERAW_BALANCE_REF_AND_FUNGIBLE_ASSET_MISMATCH: u64 = 34;
    /// The reference is of another asset.
    const ERAW_SUPPLY_REF_AND_FUNGIBLE_ASSET_MISMATCH: u64 = 35;
    /// Signers here have all permissions of their account.
    const EWITHDRAW_PERMISSION_DENIED: u64 = 36;

    const MAX_NAME_LENGTH: u64 = 32;
    const MAX_SYMBOL_LENGTH: u64 = 32;
    const MAX_DECIMALS: u8 = 32;
    const MAX_URI_LENGTH: u64 = 512;
    const MAX_U128: u128 = 340282366920938463463374607431768211455;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// The supply of an asset, where it is no aggregator.
    struct Supply has key {
        current: u128,
        maximum: Option<u128>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// The supply of an asset.
    struct ConcurrentSupply has key {
        current: Aggregator<u128>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// What makes an object an asset.
    struct Metadata has key, copy, drop {
        name: String,
        symbol: String,
        decimals: u8,
        icon_uri: String,
        project_uri: String,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// Stores of this asset stay with their owners.
    struct Untransferable has key {}

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct FungibleStore has key {
        metadata: Object<Metadata>,
        balance: u64,
        frozen: bool,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct DispatchFunctionStore has key {
        withdraw_function: Option<FunctionInfo>,
        deposit_function: Option<FunctionInfo>,
        derived_balance_function: Option<FunctionInfo>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct DeriveSupply has key {
        dispatch_function: Option<FunctionInfo>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// Where a store's balance is, while FungibleStore has zero.
    struct ConcurrentFungibleBalance has key {
        balance: Aggregator<u64>,
    }

    /// An amount in hand. It must go into a store, or be burned.
    struct FungibleAsset {
        metadata: Object<Metadata>,
        amount: u64,
    }

    struct MintRef has drop, store {
        metadata: Object<Metadata>,
    }

    struct TransferRef has drop, store {
        metadata: Object<Metadata>,
    }

    struct RawBalanceRef has drop, store {
        metadata: Object<Metadata>,
    }

    struct RawSupplyRef has drop, store {
        metadata: Object<Metadata>,
    }

    struct BurnRef has drop, store {
        metadata: Object<Metadata>,
    }

    struct MutateMetadataRef has drop, store {
        metadata: Object<Metadata>,
    }

    enum WithdrawPermission has copy, drop, store {
        ByStore { store_address: address },
    }

    #[event]
    struct Creation has drop, store {
        metadata: address,
        name: String,
        symbol: String,
        decimals: u8,
        icon_uri: String,
        project_uri: String,
        maximum_supply: Option<u128>,
    }

    #[event]
    struct Deposit has drop, store {
        store: address,
        amount: u64,
    }

    #[event]
    struct Withdraw has drop, store {
        store: address,
        amount: u64,
    }

    #[event]
    struct Frozen has drop, store {
        store: address,
        frozen: bool,
    }

    #[event]
    struct FungibleStoreDeletion has drop, store {
        store: address,
        owner: address,
        metadata: address,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct FungibleAssetEvents has key {
        deposit_events: EventHandle<DepositEvent>,
        withdraw_events: EventHandle<WithdrawEvent>,
        frozen_events: EventHandle<FrozenEvent>,
    }

    struct DepositEvent has drop, store {
        amount: u64,
    }

    struct WithdrawEvent has drop, store {
        amount: u64,
    }

    struct FrozenEvent has drop, store {
        frozen: bool,
    }

    // ---- Making an asset --------------------------------------------------------------------------------------

    public fun add_fungibility(
        constructor_ref: &ConstructorRef, maximum_supply: Option<u128>, name: String, symbol: String, decimals: u8,
        icon_uri: String, project_uri: String
    ): Object<Metadata> {
        assert_not_deletable(constructor_ref);
        check_name(&name);
        check_symbol(&symbol);
        check_decimals(decimals);
        check_uri(&icon_uri);
        check_uri(&project_uri);
        let asset = &object::generate_signer(constructor_ref);
        move_to(asset, Metadata { name, symbol, decimals, icon_uri, project_uri });
        event::emit(Creation {
            metadata: signer::address_of(asset), name, symbol, decimals, icon_uri, project_uri, maximum_supply
        });
        move_to(asset, ConcurrentSupply { current: new_supply(0, maximum_supply) });
        object::object_from_constructor_ref<Metadata>(constructor_ref)
    }

    fun new_supply(current: u128, maximum: Option<u128>): Aggregator<u128> {
        if (option::is_some(&maximum)) {
            aggregator_v2::create_aggregator_with_value(current, option::destroy_some(maximum))
        } else {
            aggregator_v2::create_unbounded_aggregator_with_value(current)
        }
    }

    fun assert_not_deletable(constructor_ref: &ConstructorRef) {
        assert!(
            !object::can_generate_delete_ref(constructor_ref),
            error::invalid_argument(EOBJECT_IS_DELETABLE)
        );
    }

    fun check_name(name: &String) {
        assert!(string::length(name) <= MAX_NAME_LENGTH, error::out_of_range(ENAME_TOO_LONG));
    }

    fun check_symbol(symbol: &String) {
        assert!(string::length(symbol) <= MAX_SYMBOL_LENGTH, error::out_of_range(ESYMBOL_TOO_LONG));
    }

    fun check_decimals(decimals: u8) {
        assert!(decimals <= MAX_DECIMALS, error::out_of_range(EDECIMALS_TOO_LARGE));
    }

    fun check_uri(uri: &String) {
        assert!(string::length(uri) <= MAX_URI_LENGTH, error::out_of_range(EURI_TOO_LONG));
    }

    public fun set_untransferable(constructor_ref: &ConstructorRef) {
        assert!(
            exists<Metadata>(object::address_from_constructor_ref(constructor_ref)),
            error::not_found(EFUNGIBLE_METADATA_EXISTENCE)
        );
        move_to(&object::generate_signer(constructor_ref), Untransferable {});
    }

    public(friend) fun register_dispatch_functions(
        constructor_ref: &ConstructorRef, withdraw_function: Option<FunctionInfo>,
        deposit_function: Option<FunctionInfo>, derived_balance_function: Option<FunctionInfo>
    ) {
        check_hook(&withdraw_function, b"dispatchable_withdraw", EWITHDRAW_FUNCTION_SIGNATURE_MISMATCH);
        check_hook(&deposit_function, b"dispatchable_deposit", EDEPOSIT_FUNCTION_SIGNATURE_MISMATCH);
        check_hook(
            &derived_balance_function, b"dispatchable_derived_balance", EDERIVED_BALANCE_FUNCTION_SIGNATURE_MISMATCH
        );
        assert_may_have_hooks(constructor_ref);
        let asset = &object::generate_signer(constructor_ref);
        assert!(
            !exists<DispatchFunctionStore>(signer::address_of(asset)),
            error::already_exists(EALREADY_REGISTERED)
        );
        move_to(asset, DispatchFunctionStore { withdraw_function, deposit_function, derived_balance_function });
    }

    public(friend) fun register_derive_supply_dispatch_function(
        constructor_ref: &ConstructorRef, dispatch_function: Option<FunctionInfo>
    ) {
        check_hook(
            &dispatch_function, b"dispatchable_derived_supply", EDERIVED_SUPPLY_FUNCTION_SIGNATURE_MISMATCH
        );
        assert_may_have_hooks(constructor_ref);
        let asset = &object::generate_signer(constructor_ref);
        assert!(!exists<DeriveSupply>(signer::address_of(asset)), error::already_exists(EALREADY_REGISTERED));
        move_to(asset, DeriveSupply { dispatch_function });
    }

    /// The function, if there is one, has the signature of what dispatches to it.
    fun check_hook(hook: &Option<FunctionInfo>, dispatcher: vector<u8>, reason: u64) {
        if (option::is_none(hook)) return;
        let dispatcher = function_info::new_function_info_from_address(
            @aptos_framework, string::utf8(b"dispatchable_fungible_asset"), string::utf8(dispatcher)
        );
        assert!(
            function_info::check_dispatch_type_compatibility(&dispatcher, option::borrow(hook)),
            error::invalid_argument(reason)
        );
    }

    fun assert_may_have_hooks(constructor_ref: &ConstructorRef) {
        let asset = object::address_from_constructor_ref(constructor_ref);
        assert!(asset != @aptos_fungible_asset, error::permission_denied(EAPT_NOT_DISPATCHABLE));
        assert_not_deletable(constructor_ref);
        assert!(exists<Metadata>(asset), error::not_found(EFUNGIBLE_METADATA_EXISTENCE));
    }

    public fun generate_mint_ref(constructor_ref: &ConstructorRef): MintRef {
        MintRef { metadata: object::object_from_constructor_ref<Metadata>(constructor_ref) }
    }

    public fun generate_burn_ref(constructor_ref: &ConstructorRef): BurnRef {
        BurnRef { metadata: object::object_from_constructor_ref<Metadata>(constructor_ref) }
    }

    public fun generate_transfer_ref(constructor_ref: &ConstructorRef): TransferRef {
        TransferRef { metadata: object::object_from_constructor_ref<Metadata>(constructor_ref) }
    }

    public fun generate_raw_balance_ref(constructor_ref: &ConstructorRef): RawBalanceRef {
        RawBalanceRef { metadata: object::object_from_constructor_ref<Metadata>(constructor_ref) }
    }

    public fun generate_raw_supply_ref(constructor_ref: &ConstructorRef): RawSupplyRef {
        RawSupplyRef { metadata: object::object_from_constructor_ref<Metadata>(constructor_ref) }
    }

    public fun generate_mutate_metadata_ref(constructor_ref: &ConstructorRef): MutateMetadataRef {
        MutateMetadataRef { metadata: object::object_from_constructor_ref<Metadata>(constructor_ref) }
    }

    public fun mint_ref_metadata(self: &MintRef): Object<Metadata> {
        self.metadata
    }

    public fun transfer_ref_metadata(self: &TransferRef): Object<Metadata> {
        self.metadata
    }

    public fun burn_ref_metadata(self: &BurnRef): Object<Metadata> {
        self.metadata
    }

    public fun object_from_metadata_ref(self: &MutateMetadataRef): Object<Metadata> {
        self.metadata
    }

    public fun mutate_metadata(
        self: &MutateMetadataRef, name: Option<String>, symbol: Option<String>, decimals: Option<u8>,
        icon_uri: Option<String>, project_uri: Option<String>
    ) acquires Metadata {
        let metadata = borrow_global_mut<Metadata>(object::object_address(&self.metadata));
        if (option::is_some(&name)) {
            metadata.name = option::destroy_some(name);
            check_name(&metadata.name);
        };
        if (option::is_some(&symbol)) {
            metadata.symbol = option::destroy_some(symbol);
            check_symbol(&metadata.symbol);
        };
        if (option::is_some(&decimals)) {
            metadata.decimals = option::destroy_some(decimals);
            check_decimals(metadata.decimals);
        };
        if (option::is_some(&icon_uri)) {
            metadata.icon_uri = option::destroy_some(icon_uri);
            check_uri(&metadata.icon_uri);
        };
        if (option::is_some(&project_uri)) {
            metadata.project_uri = option::destroy_some(project_uri);
            check_uri(&metadata.project_uri);
        }
    }

    // ---- Asking about an asset --------------------------------------------------------------------------------

    #[view]
    public fun name<T: key>(metadata: Object<T>): String acquires Metadata {
        borrow_global<Metadata>(object::object_address(&metadata)).name
    }

    #[view]
    public fun symbol<T: key>(metadata: Object<T>): String acquires Metadata {
        borrow_global<Metadata>(object::object_address(&metadata)).symbol
    }

    #[view]
    public fun decimals<T: key>(metadata: Object<T>): u8 acquires Metadata {
        borrow_global<Metadata>(object::object_address(&metadata)).decimals
    }

    #[view]
    public fun icon_uri<T: key>(metadata: Object<T>): String acquires Metadata {
        borrow_global<Metadata>(object::object_address(&metadata)).icon_uri
    }

    #[view]
    public fun project_uri<T: key>(metadata: Object<T>): String acquires Metadata {
        borrow_global<Metadata>(object::object_address(&metadata)).project_uri
    }

    #[view]
    public fun metadata<T: key>(metadata: Object<T>): Metadata acquires Metadata {
        *borrow_global<Metadata>(object::object_address(&metadata))
    }

    #[view]
    public fun supply<T: key>(metadata: Object<T>): Option<u128> acquires Supply, ConcurrentSupply {
        let asset = object::object_address(&metadata);
        assert!(
            asset == @aptos_fungible_asset || !exists<DeriveSupply>(asset),
            error::invalid_argument(EINVALID_DISPATCHABLE_OPERATIONS)
        );
        raw_supply(asset)
    }

    /// The supply as it is counted, whatever function the asset has for it.
    public fun supply_with_ref<T: key>(
        self: &RawSupplyRef, metadata: Object<T>
    ): Option<u128> acquires Supply, ConcurrentSupply {
        let asset = object::object_address(&metadata);
        assert!(
            object::object_address(&self.metadata) == asset,
            error::invalid_argument(ERAW_BALANCE_REF_AND_FUNGIBLE_ASSET_MISMATCH)
        );
        raw_supply(asset)
    }

    fun raw_supply(asset: address): Option<u128> acquires Supply, ConcurrentSupply {
        if (exists<ConcurrentSupply>(asset)) {
            option::some(aggregator_v2::read(&borrow_global<ConcurrentSupply>(asset).current))
        } else if (exists<Supply>(asset)) {
            option::some(borrow_global<Supply>(asset).current)
        } else {
            option::none()
        }
    }

    #[view]
    public fun maximum<T: key>(metadata: Object<T>): Option<u128> acquires Supply, ConcurrentSupply {
        let asset = object::object_address(&metadata);
        if (exists<ConcurrentSupply>(asset)) {
            let most = aggregator_v2::max_value(&borrow_global<ConcurrentSupply>(asset).current);
            if (most == MAX_U128) option::none() else option::some(most)
        } else if (exists<Supply>(asset)) {
            borrow_global<Supply>(asset).maximum
        } else {
            option::none()
        }
    }

    #[view]
    public fun is_untransferable<T: key>(metadata: Object<T>): bool {
        exists<Untransferable>(object::object_address(&metadata))
    }

    #[view]
    public fun is_asset_type_dispatchable(metadata: Object<Metadata>): bool {
        let asset = object::object_address(&metadata);
        exists<DispatchFunctionStore>(asset) || exists<DeriveSupply>(asset)
    }

    // ---- Asking about a store ---------------------------------------------------------------------------------

    inline fun borrow_store<T: key>(store: &Object<T>): &FungibleStore {
        let at = object::object_address(store);
        assert!(exists<FungibleStore>(at), error::not_found(EFUNGIBLE_STORE_EXISTENCE));
        borrow_global<FungibleStore>(at)
    }

    #[view]
    public fun store_exists(store: address): bool {
        exists<FungibleStore>(store)
    }

    #[view]
    public fun store_metadata<T: key>(store: Object<T>): Object<Metadata> acquires FungibleStore {
        borrow_store(&store).metadata
    }

    #[view]
    public fun balance<T: key>(
        store: Object<T>
    ): u64 acquires FungibleStore, ConcurrentFungibleBalance, DispatchFunctionStore {
        let at = object::object_address(&store);
        if (!exists<FungibleStore>(at)) return 0;
        assert!(
            option::is_none(&derived_balance_dispatch_function(store)),
            error::invalid_argument(EINVALID_DISPATCHABLE_OPERATIONS)
        );
        raw_balance(at)
    }

    /// The balance as it is counted, whatever function the asset has for it.
    public fun balance_with_ref<T: key>(
        self: &RawBalanceRef, store: Object<T>
    ): u64 acquires FungibleStore, ConcurrentFungibleBalance {
        let at = object::object_address(&store);
        if (!exists<FungibleStore>(at)) return 0;
        assert!(
            self.metadata == borrow_global<FungibleStore>(at).metadata,
            error::invalid_argument(ERAW_BALANCE_REF_AND_FUNGIBLE_ASSET_MISMATCH)
        );
        raw_balance(at)
    }

    fun raw_balance(store: address): u64 acquires FungibleStore, ConcurrentFungibleBalance {
        let plain = borrow_global<FungibleStore>(store).balance;
        if (plain == 0 && exists<ConcurrentFungibleBalance>(store)) {
            aggregator_v2::read(&borrow_global<ConcurrentFungibleBalance>(store).balance)
        } else {
            plain
        }
    }

    #[view]
    public fun is_balance_at_least<T: key>(
        store: Object<T>, amount: u64
    ): bool acquires FungibleStore, ConcurrentFungibleBalance {
        is_address_balance_at_least(object::object_address(&store), amount)
    }

    public(friend) fun is_address_balance_at_least(
        store_addr: address, amount: u64
    ): bool acquires FungibleStore, ConcurrentFungibleBalance {
        if (exists<FungibleStore>(store_addr)) raw_balance(store_addr) >= amount else amount == 0
    }

    #[view]
    public fun is_frozen<T: key>(store: Object<T>): bool acquires FungibleStore {
        let at = object::object_address(&store);
        exists<FungibleStore>(at) && borrow_global<FungibleStore>(at).frozen
    }

    #[view]
    public fun is_store_dispatchable<T: key>(store: Object<T>): bool acquires FungibleStore {
        let metadata = borrow_store(&store).metadata;
        exists<DispatchFunctionStore>(object::object_address(&metadata))
    }

    /// The function that `pick` takes out of the asset's; the native coin has none.
    inline fun hook(
        metadata: Object<Metadata>, pick: |&DispatchFunctionStore| Option<FunctionInfo>
    ): Option<FunctionInfo> {
        let asset = object::object_address(&metadata);
        if (asset != @aptos_fungible_asset && exists<DispatchFunctionStore>(asset)) {
            pick(borrow_global<DispatchFunctionStore>(asset))
        } else {
            option::none()
        }
    }

    public fun deposit_dispatch_function<T: key>(
        store: Object<T>
    ): Option<FunctionInfo> acquires FungibleStore, DispatchFunctionStore {
        hook(borrow_store(&store).metadata, |all| all.deposit_function)
    }

    public fun withdraw_dispatch_function<T: key>(
        store: Object<T>
    ): Option<FunctionInfo> acquires FungibleStore, DispatchFunctionStore {
        hook(borrow_store(&store).metadata, |all| all.withdraw_function)
    }

    public(friend) fun derived_balance_dispatch_function<T: key>(
        store: Object<T>
    ): Option<FunctionInfo> acquires FungibleStore, DispatchFunctionStore {
        hook(borrow_store(&store).metadata, |all| all.derived_balance_function)
    }

    public(friend) fun derived_supply_dispatch_function<T: key>(
        metadata: Object<T>
    ): Option<FunctionInfo> acquires DeriveSupply {
        let asset = object::object_address(&metadata);
        if (exists<DeriveSupply>(asset)) borrow_global<DeriveSupply>(asset).dispatch_function else option::none()
    }

    // ---- Amounts in hand --------------------------------------------------------------------------------------

    public fun amount(self: &FungibleAsset): u64 {
        self.amount
    }

    public fun metadata_from_asset(self: &FungibleAsset): Object<Metadata> {
        self.metadata
    }

    public fun asset_metadata(self: &FungibleAsset): Object<Metadata> {
        self.metadata
    }

    public fun zero<T: key>(metadata: Object<T>): FungibleAsset {
        FungibleAsset { metadata: object::convert(metadata), amount: 0 }
    }

    public fun extract(self: &mut FungibleAsset, amount: u64): FungibleAsset {
        assert!(self.amount >= amount, error::invalid_argument(EINSUFFICIENT_BALANCE));
        self.amount = self.amount - amount;
        FungibleAsset { metadata: self.metadata, amount }
    }

    public fun merge(self: &mut FungibleAsset, src_fungible_asset: FungibleAsset) {
        let FungibleAsset { metadata, amount } = src_fungible_asset;
        assert!(metadata == self.metadata, error::invalid_argument(EFUNGIBLE_ASSET_MISMATCH));
        self.amount = self.amount + amount;
    }

    public fun destroy_zero(self: FungibleAsset) {
        let FungibleAsset { metadata: _, amount } = self;
        assert!(amount == 0, error::invalid_argument(EAMOUNT_IS_NOT_ZERO));
    }

    // ---- Stores -----------------------------------------------------------------------------------------------

    public fun create_store<T: key>(
        constructor_ref: &ConstructorRef, metadata: Object<T>
    ): Object<FungibleStore> {
        move_to(
            &object::generate_signer(constructor_ref),
            FungibleStore { metadata: object::convert(metadata), balance: 0, frozen: false }
        );
        if (is_untransferable(metadata)) object::set_untransferable(constructor_ref);
        object::object_from_constructor_ref<FungibleStore>(constructor_ref)
    }

    public fun remove_store(
        delete_ref: &DeleteRef
    ) acquires FungibleStore, FungibleAssetEvents, ConcurrentFungibleBalance {
        let store = object::object_from_delete_ref<FungibleStore>(delete_ref);
        let at = object::object_address(&store);
        assert!(raw_balance(at) == 0, error::permission_denied(EBALANCE_IS_NOT_ZERO));
        let FungibleStore { metadata, balance: _, frozen: _ } = move_from<FungibleStore>(at);
        if (exists<ConcurrentFungibleBalance>(at)) {
            let ConcurrentFungibleBalance { balance: _ } = move_from<ConcurrentFungibleBalance>(at);
        };
        if (exists<FungibleAssetEvents>(at)) {
            let FungibleAssetEvents { deposit_events, withdraw_events, frozen_events } =
                move_from<FungibleAssetEvents>(at);
            event::destroy_handle(deposit_events);
            event::destroy_handle(withdraw_events);
            event::destroy_handle(frozen_events);
        };
        event::emit(FungibleStoreDeletion {
            store: at, owner: object::owner(store), metadata: object::object_address(&metadata)
        });
    }

    public entry fun transfer<T: key>(
        sender: &signer, from: Object<T>, to: Object<T>, amount: u64
    ) acquires FungibleStore, DispatchFunctionStore, ConcurrentFungibleBalance {
        let fa = withdraw(sender, from, amount);
        deposit(to, fa)
    }

    public fun withdraw<T: key>(
        owner: &signer, store: Object<T>, amount: u64
    ): FungibleAsset acquires FungibleStore, DispatchFunctionStore, ConcurrentFungibleBalance {
        withdraw_sanity_check(owner, store, true);
        unchecked_withdraw(object::object_address(&store), amount)
    }

    public(friend) fun withdraw_sanity_check<T: key>(
        owner: &signer, store: Object<T>, abort_on_dispatch: bool
    ) acquires FungibleStore, DispatchFunctionStore {
        assert!(object::owns(store, signer::address_of(owner)), error::permission_denied(ENOT_STORE_OWNER));
        assert!(
            !abort_on_dispatch || option::is_none(&withdraw_dispatch_function(store)),
            error::invalid_argument(EINVALID_DISPATCHABLE_OPERATIONS)
        );
        assert!(!borrow_store(&store).frozen, error::permission_denied(ESTORE_IS_FROZEN));
    }

    public fun deposit<T: key>(
        store: Object<T>, fa: FungibleAsset
    ) acquires FungibleStore, DispatchFunctionStore, ConcurrentFungibleBalance {
        deposit_sanity_check(store, true);
        unchecked_deposit(object::object_address(&store), fa);
    }

    public fun deposit_sanity_check<T: key>(
        store: Object<T>, abort_on_dispatch: bool
    ) acquires FungibleStore, DispatchFunctionStore {
        assert!(
            !abort_on_dispatch || option::is_none(&deposit_dispatch_function(store)),
            error::invalid_argument(EINVALID_DISPATCHABLE_OPERATIONS)
        );
        assert!(!borrow_store(&store).frozen, error::permission_denied(ESTORE_IS_FROZEN));
    }

    /// Whoever may withdraw has been asked for.
    public(friend) fun unchecked_withdraw(
        store_addr: address, amount: u64
    ): FungibleAsset acquires FungibleStore, ConcurrentFungibleBalance {
        let fa = unchecked_withdraw_with_no_events(store_addr, amount);
        if (amount != 0) event::emit(Withdraw { store: store_addr, amount });
        fa
    }

    public(friend) fun unchecked_withdraw_with_no_events(
        store_addr: address, amount: u64
    ): FungibleAsset acquires FungibleStore, ConcurrentFungibleBalance {
        assert!(exists<FungibleStore>(store_addr), error::not_found(EFUNGIBLE_STORE_EXISTENCE));
        let store = borrow_global_mut<FungibleStore>(store_addr);
        let metadata = store.metadata;
        if (amount == 0) return FungibleAsset { metadata, amount };
        if (store.balance == 0 && exists<ConcurrentFungibleBalance>(store_addr)) {
            let balance = &mut borrow_global_mut<ConcurrentFungibleBalance>(store_addr).balance;
            assert!(aggregator_v2::try_sub(balance, amount), error::invalid_argument(EINSUFFICIENT_BALANCE));
        } else {
            assert!(store.balance >= amount, error::invalid_argument(EINSUFFICIENT_BALANCE));
            store.balance = store.balance - amount;
        };
        FungibleAsset { metadata, amount }
    }

    public(friend) fun unchecked_deposit(
        store_addr: address, fa: FungibleAsset
    ) acquires FungibleStore, ConcurrentFungibleBalance {
        let amount = fa.amount;
        unchecked_deposit_with_no_events(store_addr, fa);
        if (amount != 0) event::emit(Deposit { store: store_addr, amount });
    }

    public(friend) fun unchecked_deposit_with_no_events(
        store_addr: address, fa: FungibleAsset
    ) acquires FungibleStore, ConcurrentFungibleBalance {
        let FungibleAsset { metadata, amount } = fa;
        assert!(exists<FungibleStore>(store_addr), error::not_found(EFUNGIBLE_STORE_EXISTENCE));
        let store = borrow_global_mut<FungibleStore>(store_addr);
        assert!(metadata == store.metadata, error::invalid_argument(EFUNGIBLE_ASSET_AND_STORE_MISMATCH));
        if (amount == 0) return;
        if (store.balance == 0 && exists<ConcurrentFungibleBalance>(store_addr)) {
            aggregator_v2::add(&mut borrow_global_mut<ConcurrentFungibleBalance>(store_addr).balance, amount)
        } else {
            store.balance = store.balance + amount
        }
    }

    // ---- Minting and burning ----------------------------------------------------------------------------------

    public fun mint(self: &MintRef, amount: u64): FungibleAsset acquires Supply, ConcurrentSupply {
        mint_internal(self.metadata, amount)
    }

    public(friend) fun mint_internal(
        metadata: Object<Metadata>, amount: u64
    ): FungibleAsset acquires Supply, ConcurrentSupply {
        increase_supply(object::object_address(&metadata), amount);
        FungibleAsset { metadata, amount }
    }

    public fun mint_to<T: key>(
        self: &MintRef, store: Object<T>, amount: u64
    ) acquires FungibleStore, Supply, ConcurrentSupply, DispatchFunctionStore, ConcurrentFungibleBalance {
        deposit_sanity_check(store, false);
        unchecked_deposit(object::object_address(&store), mint(self, amount));
    }

    public fun burn(self: &BurnRef, fa: FungibleAsset) acquires Supply, ConcurrentSupply {
        assert!(self.metadata == fa.metadata, error::invalid_argument(EBURN_REF_AND_FUNGIBLE_ASSET_MISMATCH));
        burn_internal(fa);
    }

    public(friend) fun burn_internal(self: FungibleAsset): u64 acquires Supply, ConcurrentSupply {
        let FungibleAsset { metadata, amount } = self;
        decrease_supply(object::object_address(&metadata), amount);
        amount
    }

    public fun burn_from<T: key>(
        self: &BurnRef, store: Object<T>, amount: u64
    ) acquires FungibleStore, Supply, ConcurrentSupply, ConcurrentFungibleBalance {
        burn(self, unchecked_withdraw(object::object_address(&store), amount))
    }

    /// For fees: no event.
    public(friend) fun address_burn_from_for_gas(
        self: &BurnRef, store_addr: address, amount: u64
    ) acquires FungibleStore, Supply, ConcurrentSupply, ConcurrentFungibleBalance {
        burn(self, unchecked_withdraw_with_no_events(store_addr, amount))
    }

    fun increase_supply(asset: address, amount: u64) acquires Supply, ConcurrentSupply {
        if (amount == 0) return;
        let amount = (amount as u128);
        if (exists<ConcurrentSupply>(asset)) {
            let current = &mut borrow_global_mut<ConcurrentSupply>(asset).current;
            assert!(aggregator_v2::try_add(current, amount), error::out_of_range(EMAX_SUPPLY_EXCEEDED));
            return
        };
        assert!(exists<Supply>(asset), error::not_found(ESUPPLY_NOT_FOUND));
        let supply = borrow_global_mut<Supply>(asset);
        let most = option::get_with_default(&supply.maximum, MAX_U128);
        assert!(most - supply.current >= amount, error::out_of_range(EMAX_SUPPLY_EXCEEDED));
        supply.current = supply.current + amount;
    }

    fun decrease_supply(asset: address, amount: u64) acquires Supply, ConcurrentSupply {
        if (amount == 0) return;
        let amount = (amount as u128);
        if (exists<ConcurrentSupply>(asset)) {
            let current = &mut borrow_global_mut<ConcurrentSupply>(asset).current;
            assert!(aggregator_v2::try_sub(current, amount), error::out_of_range(ESUPPLY_UNDERFLOW));
            return
        };
        assert!(exists<Supply>(asset), error::not_found(ESUPPLY_NOT_FOUND));
        let supply = borrow_global_mut<Supply>(asset);
        assert!(supply.current >= amount, error::invalid_state(ESUPPLY_UNDERFLOW));
        supply.current = supply.current - amount;
    }

    // ---- By reference -----------------------------------------------------------------------------------------

    public fun set_frozen_flag<T: key>(
        self: &TransferRef, store: Object<T>, frozen: bool
    ) acquires FungibleStore {
        assert!(
            self.metadata == store_metadata(store),
            error::invalid_argument(ETRANSFER_REF_AND_STORE_MISMATCH)
        );
        set_frozen_flag_internal(store, frozen)
    }

    public(friend) fun set_frozen_flag_internal<T: key>(store: Object<T>, frozen: bool) acquires FungibleStore {
        let at = object::object_address(&store);
        borrow_global_mut<FungibleStore>(at).frozen = frozen;
        event::emit(Frozen { store: at, frozen });
    }

    public fun withdraw_with_ref<T: key>(
        self: &TransferRef, store: Object<T>, amount: u64
    ): FungibleAsset acquires FungibleStore, ConcurrentFungibleBalance {
        assert!(
            self.metadata == store_metadata(store),
            error::invalid_argument(ETRANSFER_REF_AND_STORE_MISMATCH)
        );
        unchecked_withdraw(object::object_address(&store), amount)
    }

    public fun deposit_with_ref<T: key>(
        self: &TransferRef, store: Object<T>, fa: FungibleAsset
    ) acquires FungibleStore, ConcurrentFungibleBalance {
        assert!(
            self.metadata == fa.metadata,
            error::invalid_argument(ETRANSFER_REF_AND_FUNGIBLE_ASSET_MISMATCH)
        );
        unchecked_deposit(object::object_address(&store), fa)
    }

    public fun transfer_with_ref<T: key>(
        self: &TransferRef, from: Object<T>, to: Object<T>, amount: u64
    ) acquires FungibleStore, ConcurrentFungibleBalance {
        let fa = withdraw_with_ref(self, from, amount);
        deposit_with_ref(self, to, fa)
    }

    // ---- Aggregators ------------------------------------------------------------------------------------------

    public fun upgrade_to_concurrent(ref: &ExtendRef) acquires Supply {
        let asset = &object::generate_signer_for_extending(ref);
        let at = signer::address_of(asset);
        assert!(exists<Supply>(at), error::not_found(ESUPPLY_NOT_FOUND));
        let Supply { current, maximum } = move_from<Supply>(at);
        move_to(asset, ConcurrentSupply { current: new_supply(current, maximum) });
    }

    public entry fun upgrade_store_to_concurrent<T: key>(
        owner: &signer, store: Object<T>
    ) acquires FungibleStore {
        let at = object::object_address(&store);
        if (exists<ConcurrentFungibleBalance>(at)) return;
        assert!(object::owns(store, signer::address_of(owner)), error::permission_denied(ENOT_STORE_OWNER));
        assert!(!is_frozen(store), error::invalid_argument(ESTORE_IS_FROZEN));
        let plain = &mut borrow_global_mut<FungibleStore>(at).balance;
        let balance = aggregator_v2::create_unbounded_aggregator_with_value(*plain);
        *plain = 0;
        move_to(&create_signer(at), ConcurrentFungibleBalance { balance });
    }

    // ---- Permissioned signers ---------------------------------------------------------------------------------

    public fun grant_permission_by_store<T: key>(
        _master: &signer, _permissioned: &signer, _store: Object<T>, _amount: u64
    ) {
        abort error::unavailable(EWITHDRAW_PERMISSION_DENIED)
    }

    public fun revoke_permission(_permissioned: &signer, _token_type: Object<Metadata>) {
        abort error::unavailable(EWITHDRAW_PERMISSION_DENIED)
    }

    #[test_only]
    use aptos_framework::account;

    #[test_only]
    struct TestToken has key {}

    #[test_only]
    public fun create_test_token(creator: &signer): (ConstructorRef, Object<TestToken>) {
        account::create_account_for_test(signer::address_of(creator));
        let ref = object::create_named_object(creator, b"TEST");
        move_to(&object::generate_signer(&ref), TestToken {});
        let token = object::object_from_constructor_ref<TestToken>(&ref);
        (ref, token)
    }

    #[test_only]
    /// An asset of at most 100.
    public fun init_test_metadata(
        constructor_ref: &ConstructorRef
    ): (MintRef, TransferRef, BurnRef, MutateMetadataRef) {
        add_fungibility(
            constructor_ref, option::some(100), string::utf8(b"TEST"), string::utf8(b"@@"), 0,
            string::utf8(b"http://www.example.com/favicon.ico"), string::utf8(b"http://www.example.com")
        );
        (
            generate_mint_ref(constructor_ref), generate_transfer_ref(constructor_ref),
            generate_burn_ref(constructor_ref), generate_mutate_metadata_ref(constructor_ref)
        )
    }

    #[test_only]
    public fun create_fungible_asset(
        creator: &signer
    ): (MintRef, TransferRef, BurnRef, MutateMetadataRef, Object<Metadata>) {
        let (ref, token) = create_test_token(creator);
        let (mint, transfer, burn, mutate) = init_test_metadata(&ref);
        (mint, transfer, burn, mutate, object::convert(token))
    }

    #[test_only]
    public fun create_test_store<T: key>(owner: &signer, metadata: Object<T>): Object<FungibleStore> {
        let addr = signer::address_of(owner);
        if (!account::exists_at(addr)) { account::create_account_for_test(addr); };
        create_store(&object::create_object_from_account(owner), metadata)
    }
}
