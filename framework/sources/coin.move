/// Coins: fungible values of a type. A coin is paired with a fungible asset of the same name, and what accounts hold of
/// it they hold as that: a Coin is an amount on its way.
module aptos_framework::coin {
    use std::error;
    use std::guid;
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use std::vector;
    use aptos_framework::aggregator::Aggregator;
    use aptos_framework::create_signer::create_signer;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::fungible_asset::{
        Self, BurnRef, FungibleAsset, Metadata, MintRef, TransferRef
    };
    use aptos_framework::object::{Self, ConstructorRef, Object};
    use aptos_framework::optional_aggregator::{Self, OptionalAggregator};
    use aptos_framework::primary_fungible_store;
    use aptos_framework::system_addresses;
    use aptos_std::table::{Self, Table};
    use aptos_std::type_info::{Self, TypeInfo};

    friend aptos_framework::aptos_coin;
    friend aptos_framework::genesis;
    friend aptos_framework::tern_gateway;
    friend aptos_framework::transaction_validation;

    /// Only the account that publishes the coin's type may initialise it.
    const ECOIN_INFO_ADDRESS_MISMATCH: u64 = 1;
    /// The coin has been initialised already.
    const ECOIN_INFO_ALREADY_PUBLISHED: u64 = 2;
    /// The coin has not been initialised.
    const ECOIN_INFO_NOT_PUBLISHED: u64 = 3;
    /// Not enough coins to complete transaction.
    const EINSUFFICIENT_BALANCE: u64 = 6;
    /// A coin that is not zero cannot be destroyed.
    const EDESTRUCTION_OF_NONZERO_TOKEN: u64 = 7;
    /// A coin's supply stays as it is counted.
    const ECOIN_SUPPLY_UPGRADE_NOT_SUPPORTED: u64 = 11;
    /// The coin's name is longer than 32 characters.
    const ECOIN_NAME_TOO_LONG: u64 = 12;
    /// The coin's symbol is longer than 32 characters.
    const ECOIN_SYMBOL_TOO_LONG: u64 = 13;
    /// The fungible asset is not paired with a coin.
    const EPAIRED_COIN: u64 = 15;
    /// The coin is not paired with a fungible asset.
    const EPAIRED_FUNGIBLE_ASSET: u64 = 16;
    /// The fungible asset is paired with another coin.
    const ECOIN_TYPE_MISMATCH: u64 = 17;
    /// The pair has no references.
    const EPAIRED_FUNGIBLE_ASSET_REFS_NOT_FOUND: u64 = 19;
    /// The receipt is for another reference.
    const EMINT_REF_RECEIPT_MISMATCH: u64 = 20;
    /// The reference to mint has been taken.
    const EMINT_REF_NOT_FOUND: u64 = 21;
    /// The receipt is for another reference.
    const ETRANSFER_REF_RECEIPT_MISMATCH: u64 = 22;
    /// The reference to transfer has been taken.
    const ETRANSFER_REF_NOT_FOUND: u64 = 23;
    /// The receipt is for another reference.
    const EBURN_REF_RECEIPT_MISMATCH: u64 = 24;
    /// The reference to burn has been taken.
    const EBURN_REF_NOT_FOUND: u64 = 25;
    /// Pairs cannot be made yet.
    const ECOIN_CONVERSION_MAP_NOT_FOUND: u64 = 27;
    /// The native coin is paired at genesis only.
    const EAPT_PAIRING_IS_NOT_ENABLED: u64 = 28;
    /// A coin has at most 32 decimals.
    const ECOIN_DECIMALS_TOO_LARGE: u64 = 29;

    const MAX_COIN_NAME_LENGTH: u64 = 32;
    const MAX_COIN_SYMBOL_LENGTH: u64 = 32;
    const MAX_DECIMALS: u8 = 32;

    struct Coin<phantom CoinType> has store {
        value: u64,
    }

    /// Where accounts of older chains hold coins. None is made here; what is in one counts.
    struct CoinStore<phantom CoinType> has key {
        coin: Coin<CoinType>,
        frozen: bool,
        deposit_events: EventHandle<DepositEvent>,
        withdraw_events: EventHandle<WithdrawEvent>,
    }

    struct CoinInfo<phantom CoinType> has key {
        name: String,
        symbol: String,
        decimals: u8,
        supply: Option<OptionalAggregator>,
    }

    struct SupplyConfig has key {
        allow_upgrades: bool,
    }

    #[event]
    struct CoinDeposit has drop, store {
        coin_type: String,
        account: address,
        amount: u64,
    }

    #[event]
    struct CoinWithdraw has drop, store {
        coin_type: String,
        account: address,
        amount: u64,
    }

    struct DepositEvent has drop, store {
        amount: u64,
    }

    struct WithdrawEvent has drop, store {
        amount: u64,
    }

    #[event]
    struct Deposit<phantom CoinType> has drop, store {
        account: address,
        amount: u64,
    }

    #[event]
    struct Withdraw<phantom CoinType> has drop, store {
        account: address,
        amount: u64,
    }

    #[event]
    struct CoinEventHandleDeletion has drop, store {
        event_handle_creation_address: address,
        deleted_deposit_event_handle_creation_number: u64,
        deleted_withdraw_event_handle_creation_number: u64,
    }

    #[event]
    struct CoinStoreDeletion has drop, store {
        coin_type: String,
        event_handle_creation_address: address,
        deleted_deposit_event_handle_creation_number: u64,
        deleted_withdraw_event_handle_creation_number: u64,
    }

    #[event]
    struct PairCreation has drop, store {
        coin_type: TypeInfo,
        fungible_asset_metadata_address: address,
    }

    struct MintCapability<phantom CoinType> has copy, store {}
    struct FreezeCapability<phantom CoinType> has copy, store {}
    struct BurnCapability<phantom CoinType> has copy, store {}

    struct AggregatableCoin<phantom CoinType> has store {
        value: Aggregator,
    }

    /// The asset that each coin is paired with.
    struct CoinConversionMap has key {
        coin_to_fungible_asset_map: Table<TypeInfo, Object<Metadata>>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// At an asset: its coin.
    struct PairedCoinType has key {
        type: TypeInfo,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    /// At an asset: what the coin's capabilities give.
    struct PairedFungibleAssetRefs has key {
        mint_ref_opt: Option<MintRef>,
        transfer_ref_opt: Option<TransferRef>,
        burn_ref_opt: Option<BurnRef>,
    }

    // Who takes a reference must give it back: receipts have no abilities.

    struct MintRefReceipt {
        metadata: Object<Metadata>,
    }

    struct TransferRefReceipt {
        metadata: Object<Metadata>,
    }

    struct BurnRefReceipt {
        metadata: Object<Metadata>,
    }

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct MigrationFlag has key {}

    fun coin_address<CoinType>(): address {
        let type_info = type_info::type_of<CoinType>();
        type_info::account_address(&type_info)
    }

    // ---- Pairs ------------------------------------------------------------------------------------------------

    public entry fun create_coin_conversion_map(aptos_framework: &signer) {
        system_addresses::assert_aptos_framework(aptos_framework);
        if (exists<CoinConversionMap>(@aptos_framework)) return;
        move_to(aptos_framework, CoinConversionMap { coin_to_fungible_asset_map: table::new() });
    }

    /// The only way for the native coin; other coins are paired when they are first used.
    public entry fun create_pairing<CoinType>(aptos_framework: &signer) acquires CoinConversionMap, CoinInfo {
        system_addresses::assert_aptos_framework(aptos_framework);
        if (option::is_none(&paired_metadata<CoinType>())) { pair<CoinType>(true); }
    }

    #[view]
    public fun paired_metadata<CoinType>(): Option<Object<Metadata>> acquires CoinConversionMap {
        if (!exists<CoinConversionMap>(@aptos_framework)) return option::none();
        let map = &borrow_global<CoinConversionMap>(@aptos_framework).coin_to_fungible_asset_map;
        let coin_type = type_info::type_of<CoinType>();
        if (table::contains(map, coin_type)) option::some(*table::borrow(map, coin_type)) else option::none()
    }

    #[view]
    public fun paired_coin(metadata: Object<Metadata>): Option<TypeInfo> acquires PairedCoinType {
        let asset = object::object_address(&metadata);
        if (exists<PairedCoinType>(asset)) {
            option::some(borrow_global<PairedCoinType>(asset).type)
        } else {
            option::none()
        }
    }

    public(friend) fun ensure_paired_metadata<CoinType>(): Object<Metadata> acquires CoinConversionMap, CoinInfo {
        let paired = paired_metadata<CoinType>();
        if (option::is_some(&paired)) option::destroy_some(paired) else pair<CoinType>(false)
    }

    fun pair<CoinType>(is_native: bool): Object<Metadata> acquires CoinConversionMap, CoinInfo {
        assert!(exists<CoinConversionMap>(@aptos_framework), error::not_found(ECOIN_CONVERSION_MAP_NOT_FOUND));
        let constructor_ref = &new_asset<CoinType>(is_native);
        primary_fungible_store::create_primary_store_enabled_fungible_asset(
            constructor_ref, option::none(), name<CoinType>(), symbol<CoinType>(), decimals<CoinType>(),
            string::utf8(b""), string::utf8(b"")
        );
        let coin_type = type_info::type_of<CoinType>();
        let metadata = object::object_from_constructor_ref<Metadata>(constructor_ref);
        let asset = &object::generate_signer(constructor_ref);
        move_to(asset, PairedCoinType { type: coin_type });
        table::add(
            &mut borrow_global_mut<CoinConversionMap>(@aptos_framework).coin_to_fungible_asset_map,
            coin_type, metadata
        );
        event::emit(PairCreation { coin_type, fungible_asset_metadata_address: signer::address_of(asset) });
        move_to(asset, PairedFungibleAssetRefs {
            mint_ref_opt: option::some(fungible_asset::generate_mint_ref(constructor_ref)),
            transfer_ref_opt: option::some(fungible_asset::generate_transfer_ref(constructor_ref)),
            burn_ref_opt: option::some(fungible_asset::generate_burn_ref(constructor_ref)),
        });
        metadata
    }

    /// The native coin's asset is at 0xa, others at addresses that follow from their types' names.
    fun new_asset<CoinType>(is_native: bool): ConstructorRef {
        let type_name = type_info::type_name<CoinType>();
        if (type_name == string::utf8(b"0x1::aptos_coin::AptosCoin")) {
            assert!(is_native, error::invalid_state(EAPT_PAIRING_IS_NOT_ENABLED));
            object::create_sticky_object_at_address(@aptos_framework, @aptos_fungible_asset)
        } else {
            object::create_named_object(&create_signer(@aptos_fungible_asset), *string::bytes(&type_name))
        }
    }

    public fun coin_to_fungible_asset<CoinType>(
        coin: Coin<CoinType>
    ): FungibleAsset acquires CoinConversionMap, CoinInfo {
        let metadata = ensure_paired_metadata<CoinType>();
        let amount = uncount(coin);
        fungible_asset::mint_internal(metadata, amount)
    }

    fun fungible_asset_to_coin<CoinType>(
        fa: FungibleAsset
    ): Coin<CoinType> acquires CoinInfo, PairedCoinType {
        let coin_type = paired_coin(fungible_asset::asset_metadata(&fa));
        assert!(option::is_some(&coin_type), error::not_found(EPAIRED_COIN));
        assert!(
            option::destroy_some(coin_type) == type_info::type_of<CoinType>(),
            error::invalid_argument(ECOIN_TYPE_MISMATCH)
        );
        count(fungible_asset::burn_internal(fa))
    }

    // ---- References of a pair ---------------------------------------------------------------------------------

    /// Where the references of the coin's asset are.
    fun refs_of<CoinType>(): (address, Object<Metadata>) acquires CoinConversionMap {
        let paired = paired_metadata<CoinType>();
        assert!(option::is_some(&paired), error::not_found(EPAIRED_FUNGIBLE_ASSET));
        let metadata = option::destroy_some(paired);
        let asset = object::object_address(&metadata);
        assert!(exists<PairedFungibleAssetRefs>(asset), error::internal(EPAIRED_FUNGIBLE_ASSET_REFS_NOT_FOUND));
        (asset, metadata)
    }

    #[view]
    public fun paired_mint_ref_exists<CoinType>(): bool acquires CoinConversionMap, PairedFungibleAssetRefs {
        let (at, _) = refs_of<CoinType>();
        option::is_some(&borrow_global<PairedFungibleAssetRefs>(at).mint_ref_opt)
    }

    public fun get_paired_mint_ref<CoinType>(
        _: &MintCapability<CoinType>
    ): (MintRef, MintRefReceipt) acquires CoinConversionMap, PairedFungibleAssetRefs {
        let (at, metadata) = refs_of<CoinType>();
        let ref = &mut borrow_global_mut<PairedFungibleAssetRefs>(at).mint_ref_opt;
        assert!(option::is_some(ref), error::not_found(EMINT_REF_NOT_FOUND));
        (option::extract(ref), MintRefReceipt { metadata })
    }

    public fun return_paired_mint_ref(
        mint_ref: MintRef, receipt: MintRefReceipt
    ) acquires PairedFungibleAssetRefs {
        let MintRefReceipt { metadata } = receipt;
        assert!(
            fungible_asset::mint_ref_metadata(&mint_ref) == metadata,
            error::invalid_argument(EMINT_REF_RECEIPT_MISMATCH)
        );
        let refs = borrow_global_mut<PairedFungibleAssetRefs>(object::object_address(&metadata));
        option::fill(&mut refs.mint_ref_opt, mint_ref)
    }

    #[view]
    public fun paired_transfer_ref_exists<CoinType>(): bool acquires CoinConversionMap, PairedFungibleAssetRefs {
        let (at, _) = refs_of<CoinType>();
        option::is_some(&borrow_global<PairedFungibleAssetRefs>(at).transfer_ref_opt)
    }

    public fun get_paired_transfer_ref<CoinType>(
        _: &FreezeCapability<CoinType>
    ): (TransferRef, TransferRefReceipt) acquires CoinConversionMap, PairedFungibleAssetRefs {
        let (at, metadata) = refs_of<CoinType>();
        let ref = &mut borrow_global_mut<PairedFungibleAssetRefs>(at).transfer_ref_opt;
        assert!(option::is_some(ref), error::not_found(ETRANSFER_REF_NOT_FOUND));
        (option::extract(ref), TransferRefReceipt { metadata })
    }

    public fun return_paired_transfer_ref(
        transfer_ref: TransferRef, receipt: TransferRefReceipt
    ) acquires PairedFungibleAssetRefs {
        let TransferRefReceipt { metadata } = receipt;
        assert!(
            fungible_asset::transfer_ref_metadata(&transfer_ref) == metadata,
            error::invalid_argument(ETRANSFER_REF_RECEIPT_MISMATCH)
        );
        let refs = borrow_global_mut<PairedFungibleAssetRefs>(object::object_address(&metadata));
        option::fill(&mut refs.transfer_ref_opt, transfer_ref)
    }

    #[view]
    public fun paired_burn_ref_exists<CoinType>(): bool acquires CoinConversionMap, PairedFungibleAssetRefs {
        let (at, _) = refs_of<CoinType>();
        option::is_some(&borrow_global<PairedFungibleAssetRefs>(at).burn_ref_opt)
    }

    public fun get_paired_burn_ref<CoinType>(
        _: &BurnCapability<CoinType>
    ): (BurnRef, BurnRefReceipt) acquires CoinConversionMap, PairedFungibleAssetRefs {
        let (ref, metadata) = take_burn_ref<CoinType>();
        (ref, BurnRefReceipt { metadata })
    }

    /// The reference for the capability, for ever.
    public fun convert_and_take_paired_burn_ref<CoinType>(
        burn_cap: BurnCapability<CoinType>
    ): BurnRef acquires CoinConversionMap, PairedFungibleAssetRefs {
        destroy_burn_cap(burn_cap);
        let (ref, _) = take_burn_ref<CoinType>();
        ref
    }

    fun take_burn_ref<CoinType>(): (BurnRef, Object<Metadata>) acquires CoinConversionMap, PairedFungibleAssetRefs {
        let (at, metadata) = refs_of<CoinType>();
        let ref = &mut borrow_global_mut<PairedFungibleAssetRefs>(at).burn_ref_opt;
        assert!(option::is_some(ref), error::not_found(EBURN_REF_NOT_FOUND));
        (option::extract(ref), metadata)
    }

    public fun return_paired_burn_ref(
        burn_ref: BurnRef, receipt: BurnRefReceipt
    ) acquires PairedFungibleAssetRefs {
        let BurnRefReceipt { metadata } = receipt;
        assert!(
            fungible_asset::burn_ref_metadata(&burn_ref) == metadata,
            error::invalid_argument(EBURN_REF_RECEIPT_MISMATCH)
        );
        let refs = borrow_global_mut<PairedFungibleAssetRefs>(object::object_address(&metadata));
        option::fill(&mut refs.burn_ref_opt, burn_ref)
    }

    // ---- Old stores -------------------------------------------------------------------------------------------

    public entry fun migrate_to_fungible_store<CoinType>(
        account: &signer
    ) acquires CoinStore, CoinConversionMap, CoinInfo {
        migrate<CoinType>(signer::address_of(account))
    }

    public entry fun migrate_coin_store_to_fungible_store<CoinType>(
        accounts: vector<address>
    ) acquires CoinStore, CoinConversionMap, CoinInfo {
        vector::for_each(accounts, |account| migrate<CoinType>(account))
    }

    fun migrate<CoinType>(account: address) acquires CoinStore, CoinConversionMap, CoinInfo {
        if (!exists<CoinStore<CoinType>>(account)) return;
        let CoinStore { coin, frozen, deposit_events, withdraw_events } = move_from<CoinStore<CoinType>>(account);
        let deposits = event::guid(&deposit_events);
        event::emit(CoinStoreDeletion {
            coin_type: type_info::type_name<CoinType>(),
            event_handle_creation_address: guid::creator_address(deposits),
            deleted_deposit_event_handle_creation_number: guid::creation_num(deposits),
            deleted_withdraw_event_handle_creation_number: guid::creation_num(event::guid(&withdraw_events)),
        });
        event::destroy_handle(deposit_events);
        event::destroy_handle(withdraw_events);
        let fa = coin_to_fungible_asset(coin);
        let metadata = fungible_asset::asset_metadata(&fa);
        let store = primary_fungible_store::ensure_primary_store_exists(account, metadata);
        fungible_asset::unchecked_deposit(object::object_address(&store), fa);
        if (frozen) fungible_asset::set_frozen_flag_internal(store, true);
    }

    // ---- Asking -----------------------------------------------------------------------------------------------

    fun balance_in_old_store<CoinType>(owner: address): u64 acquires CoinStore {
        if (exists<CoinStore<CoinType>>(owner)) borrow_global<CoinStore<CoinType>>(owner).coin.value else 0
    }

    #[view]
    public fun balance<CoinType>(owner: address): u64 acquires CoinConversionMap, CoinStore {
        let paired = paired_metadata<CoinType>();
        let old = balance_in_old_store<CoinType>(owner);
        if (option::is_none(&paired)) return old;
        old + primary_fungible_store::balance(owner, option::destroy_some(paired))
    }

    #[view]
    public fun is_balance_at_least<CoinType>(
        owner: address, amount: u64
    ): bool acquires CoinConversionMap, CoinStore {
        balance<CoinType>(owner) >= amount
    }

    #[view]
    public fun is_coin_initialized<CoinType>(): bool {
        exists<CoinInfo<CoinType>>(coin_address<CoinType>())
    }

    #[view]
    /// Of an old store; there is none for an asset that is frozen (primary_fungible_store::is_frozen).
    public fun is_coin_store_frozen<CoinType>(account_addr: address): bool acquires CoinStore {
        assert_initialized<CoinType>();
        borrow_global<CoinStore<CoinType>>(account_addr).frozen
    }

    #[view]
    /// Every account takes every coin.
    public fun is_account_registered<CoinType>(_account_addr: address): bool {
        assert_initialized<CoinType>();
        true
    }

    fun assert_initialized<CoinType>() {
        assert!(is_coin_initialized<CoinType>(), error::invalid_argument(ECOIN_INFO_NOT_PUBLISHED));
    }

    #[view]
    public fun name<CoinType>(): String acquires CoinInfo {
        borrow_global<CoinInfo<CoinType>>(coin_address<CoinType>()).name
    }

    #[view]
    public fun symbol<CoinType>(): String acquires CoinInfo {
        borrow_global<CoinInfo<CoinType>>(coin_address<CoinType>()).symbol
    }

    #[view]
    public fun decimals<CoinType>(): u8 acquires CoinInfo {
        borrow_global<CoinInfo<CoinType>>(coin_address<CoinType>()).decimals
    }

    #[view]
    /// All there is, as coins and as the asset; none if the coin's supply is not counted.
    public fun supply<CoinType>(): Option<u128> acquires CoinInfo, CoinConversionMap {
        let coins = coin_supply<CoinType>();
        let paired = paired_metadata<CoinType>();
        if (option::is_none(&coins) || option::is_none(&paired)) return coins;
        let held = fungible_asset::supply(option::destroy_some(paired));
        option::some(option::destroy_some(coins) + option::destroy_some(held))
    }

    #[view]
    /// What there is of it as coins.
    public fun coin_supply<CoinType>(): Option<u128> acquires CoinInfo {
        let supply = &borrow_global<CoinInfo<CoinType>>(coin_address<CoinType>()).supply;
        if (option::is_none(supply)) return option::none();
        option::some(optional_aggregator::read(option::borrow(supply)))
    }

    public fun value<CoinType>(coin: &Coin<CoinType>): u64 {
        coin.value
    }

    // ---- Coins in hand ----------------------------------------------------------------------------------------

    public fun zero<CoinType>(): Coin<CoinType> {
        Coin<CoinType> { value: 0 }
    }

    public fun destroy_zero<CoinType>(zero_coin: Coin<CoinType>) {
        let Coin { value } = zero_coin;
        assert!(value == 0, error::invalid_argument(EDESTRUCTION_OF_NONZERO_TOKEN));
    }

    public fun extract<CoinType>(coin: &mut Coin<CoinType>, amount: u64): Coin<CoinType> {
        assert!(coin.value >= amount, error::invalid_argument(EINSUFFICIENT_BALANCE));
        coin.value = coin.value - amount;
        Coin { value: amount }
    }

    public fun extract_all<CoinType>(coin: &mut Coin<CoinType>): Coin<CoinType> {
        let value = coin.value;
        coin.value = 0;
        Coin { value }
    }

    public fun merge<CoinType>(dst_coin: &mut Coin<CoinType>, source_coin: Coin<CoinType>) {
        let Coin { value } = source_coin;
        dst_coin.value = dst_coin.value + value;
    }

    // ---- Accounts ---------------------------------------------------------------------------------------------

    /// Nothing to do: every account takes every coin.
    public fun register<CoinType>(_account: &signer) {
        assert_initialized<CoinType>();
    }

    public fun deposit<CoinType>(
        account_addr: address, coin: Coin<CoinType>
    ) acquires CoinConversionMap, CoinInfo {
        primary_fungible_store::deposit(account_addr, coin_to_fungible_asset(coin))
    }

    public fun deposit_with_signer<CoinType>(
        account: &signer, coin: Coin<CoinType>
    ) acquires CoinConversionMap, CoinInfo {
        deposit(signer::address_of(account), coin)
    }

    public fun withdraw<CoinType>(
        account: &signer, amount: u64
    ): Coin<CoinType> acquires CoinConversionMap, CoinInfo, PairedCoinType {
        fungible_asset_to_coin(
            primary_fungible_store::withdraw(account, ensure_paired_metadata<CoinType>(), amount)
        )
    }

    public entry fun transfer<CoinType>(
        from: &signer, to: address, amount: u64
    ) acquires CoinConversionMap, CoinInfo {
        let fa = primary_fungible_store::withdraw(from, ensure_paired_metadata<CoinType>(), amount);
        primary_fungible_store::deposit(to, fa)
    }

    // ---- Issuing ----------------------------------------------------------------------------------------------

    public fun initialize<CoinType>(
        account: &signer, name: String, symbol: String, decimals: u8, monitor_supply: bool
    ): (BurnCapability<CoinType>, FreezeCapability<CoinType>, MintCapability<CoinType>) {
        let account_addr = signer::address_of(account);
        assert!(coin_address<CoinType>() == account_addr, error::invalid_argument(ECOIN_INFO_ADDRESS_MISMATCH));
        assert!(!exists<CoinInfo<CoinType>>(account_addr), error::already_exists(ECOIN_INFO_ALREADY_PUBLISHED));
        assert!(string::length(&name) <= MAX_COIN_NAME_LENGTH, error::invalid_argument(ECOIN_NAME_TOO_LONG));
        assert!(string::length(&symbol) <= MAX_COIN_SYMBOL_LENGTH, error::invalid_argument(ECOIN_SYMBOL_TOO_LONG));
        assert!(decimals <= MAX_DECIMALS, error::invalid_argument(ECOIN_DECIMALS_TOO_LARGE));
        let supply = if (monitor_supply) option::some(optional_aggregator::new(false)) else option::none();
        move_to(account, CoinInfo<CoinType> { name, symbol, decimals, supply });
        (BurnCapability<CoinType> {}, FreezeCapability<CoinType> {}, MintCapability<CoinType> {})
    }

    public fun mint<CoinType>(amount: u64, _cap: &MintCapability<CoinType>): Coin<CoinType> acquires CoinInfo {
        count(amount)
    }

    public fun burn<CoinType>(coin: Coin<CoinType>, _cap: &BurnCapability<CoinType>) acquires CoinInfo {
        uncount(coin);
    }

    public fun burn_from<CoinType>(
        account_addr: address, amount: u64, _burn_cap: &BurnCapability<CoinType>
    ) acquires CoinConversionMap, PairedFungibleAssetRefs {
        if (amount == 0) return;
        let (at, metadata) = refs_of<CoinType>();
        let store = primary_fungible_store::primary_store(account_addr, metadata);
        fungible_asset::burn_from(borrow_burn_ref(at), store, amount)
    }

    /// For fees: no event.
    public(friend) fun burn_from_for_gas<CoinType>(
        account_addr: address, amount: u64, _burn_cap: &BurnCapability<CoinType>
    ) acquires CoinConversionMap, PairedFungibleAssetRefs {
        if (amount == 0) return;
        let (at, metadata) = refs_of<CoinType>();
        let store = primary_fungible_store::primary_store_address(account_addr, metadata);
        fungible_asset::address_burn_from_for_gas(borrow_burn_ref(at), store, amount)
    }

    inline fun borrow_burn_ref(at: address): &BurnRef {
        let ref = &borrow_global<PairedFungibleAssetRefs>(at).burn_ref_opt;
        assert!(option::is_some(ref), error::not_found(EBURN_REF_NOT_FOUND));
        option::borrow(ref)
    }

    /// Coins that come into being.
    fun count<CoinType>(amount: u64): Coin<CoinType> acquires CoinInfo {
        if (amount == 0) return zero<CoinType>();
        let supply = &mut borrow_global_mut<CoinInfo<CoinType>>(coin_address<CoinType>()).supply;
        if (option::is_some(supply)) optional_aggregator::add(option::borrow_mut(supply), (amount as u128));
        Coin<CoinType> { value: amount }
    }

    /// Coins that are no more; how many.
    fun uncount<CoinType>(coin: Coin<CoinType>): u64 acquires CoinInfo {
        let Coin { value: amount } = coin;
        if (amount == 0) return 0;
        let supply = &mut borrow_global_mut<CoinInfo<CoinType>>(coin_address<CoinType>()).supply;
        if (option::is_some(supply)) optional_aggregator::sub(option::borrow_mut(supply), (amount as u128));
        amount
    }

    public fun allow_supply_upgrades(_aptos_framework: &signer, _allowed: bool) {
        abort error::invalid_state(ECOIN_SUPPLY_UPGRADE_NOT_SUPPORTED)
    }

    public entry fun upgrade_supply<CoinType>(_account: &signer) {
        abort error::invalid_state(ECOIN_SUPPLY_UPGRADE_NOT_SUPPORTED)
    }

    /// Of an old store. Not an entry function: the compiler at hand refuses references to structs there.
    public fun freeze_coin_store<CoinType>(
        account_addr: address, _freeze_cap: &FreezeCapability<CoinType>
    ) acquires CoinStore {
        borrow_global_mut<CoinStore<CoinType>>(account_addr).frozen = true;
    }

    public fun unfreeze_coin_store<CoinType>(
        account_addr: address, _freeze_cap: &FreezeCapability<CoinType>
    ) acquires CoinStore {
        borrow_global_mut<CoinStore<CoinType>>(account_addr).frozen = false;
    }

    public fun destroy_freeze_cap<CoinType>(freeze_cap: FreezeCapability<CoinType>) {
        let FreezeCapability<CoinType> {} = freeze_cap;
    }

    public fun destroy_mint_cap<CoinType>(mint_cap: MintCapability<CoinType>) {
        let MintCapability<CoinType> {} = mint_cap;
    }

    public fun destroy_burn_cap<CoinType>(burn_cap: BurnCapability<CoinType>) {
        let BurnCapability<CoinType> {} = burn_cap;
    }

    #[test_only]
    struct FakeMoney {}

    #[test_only]
    struct FakeMoneyCapabilities has key {
        burn_cap: BurnCapability<FakeMoney>,
        freeze_cap: FreezeCapability<FakeMoney>,
        mint_cap: MintCapability<FakeMoney>,
    }

    #[test_only]
    public fun initialize_and_register_fake_money(
        account: &signer, decimals: u8, monitor_supply: bool
    ): (BurnCapability<FakeMoney>, FreezeCapability<FakeMoney>, MintCapability<FakeMoney>) {
        create_coin_conversion_map(account);
        initialize<FakeMoney>(
            account, string::utf8(b"Fake money"), string::utf8(b"FMD"), decimals, monitor_supply
        )
    }

    #[test_only]
    public entry fun create_fake_money(source: &signer, amount: u64) acquires CoinInfo, CoinConversionMap {
        let (burn_cap, freeze_cap, mint_cap) = initialize_and_register_fake_money(source, 18, true);
        deposit(signer::address_of(source), mint<FakeMoney>(amount, &mint_cap));
        move_to(source, FakeMoneyCapabilities { burn_cap, freeze_cap, mint_cap });
    }
}
