/// Coins: fungible values of a type, kept in a store for each account that has registered.
module aptos_framework::coin {
    use std::error;
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use aptos_framework::account;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::optional_aggregator::{Self, OptionalAggregator};
    use aptos_std::type_info;

    friend aptos_framework::aptos_coin;
    friend aptos_framework::genesis;

    /// Only the account that publishes the coin's type may initialise it.
    const ECOIN_INFO_ADDRESS_MISMATCH: u64 = 1;
    /// The coin has been initialised already.
    const ECOIN_INFO_ALREADY_PUBLISHED: u64 = 2;
    /// The coin has not been initialised.
    const ECOIN_INFO_NOT_PUBLISHED: u64 = 3;
    /// The account has no store for this coin.
    const ECOIN_STORE_NOT_PUBLISHED: u64 = 5;
    /// Not enough coins to complete transaction.
    const EINSUFFICIENT_BALANCE: u64 = 6;
    /// A coin that is not zero cannot be destroyed.
    const EDESTRUCTION_OF_NONZERO_TOKEN: u64 = 7;
    /// The account's store is frozen.
    const EFROZEN: u64 = 10;
    /// The coin's name is longer than 32 characters.
    const ECOIN_NAME_TOO_LONG: u64 = 12;
    /// The coin's symbol is longer than 32 characters.
    const ECOIN_SYMBOL_TOO_LONG: u64 = 13;
    /// A coin has at most 32 decimals.
    const ECOIN_DECIMALS_TOO_LARGE: u64 = 29;

    const MAX_COIN_NAME_LENGTH: u64 = 32;
    const MAX_COIN_SYMBOL_LENGTH: u64 = 32;
    const MAX_DECIMALS: u8 = 32;
    const MAX_U64: u128 = 18446744073709551615;
    const MAX_U128: u128 = 340282366920938463463374607431768211455;

    struct Coin<phantom CoinType> has store {
        value: u64,
    }

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

    struct MintCapability<phantom CoinType> has copy, store {}
    struct FreezeCapability<phantom CoinType> has copy, store {}
    struct BurnCapability<phantom CoinType> has copy, store {}

    fun coin_address<CoinType>(): address {
        let type_info = type_info::type_of<CoinType>();
        type_info::account_address(&type_info)
    }

    // ---- Asking -----------------------------------------------------------------------------------------------

    #[view]
    public fun balance<CoinType>(owner: address): u64 acquires CoinStore {
        if (!exists<CoinStore<CoinType>>(owner)) return 0;
        borrow_global<CoinStore<CoinType>>(owner).coin.value
    }

    #[view]
    public fun is_balance_at_least<CoinType>(owner: address, amount: u64): bool acquires CoinStore {
        balance<CoinType>(owner) >= amount
    }

    #[view]
    public fun is_coin_initialized<CoinType>(): bool {
        exists<CoinInfo<CoinType>>(coin_address<CoinType>())
    }

    #[view]
    public fun is_coin_store_frozen<CoinType>(account_addr: address): bool acquires CoinStore {
        if (!exists<CoinStore<CoinType>>(account_addr)) return true;
        borrow_global<CoinStore<CoinType>>(account_addr).frozen
    }

    #[view]
    public fun is_account_registered<CoinType>(account_addr: address): bool {
        exists<CoinStore<CoinType>>(account_addr)
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
    public fun supply<CoinType>(): Option<u128> acquires CoinInfo {
        coin_supply<CoinType>()
    }

    #[view]
    public fun coin_supply<CoinType>(): Option<u128> acquires CoinInfo {
        let maybe_supply = &borrow_global<CoinInfo<CoinType>>(coin_address<CoinType>()).supply;
        if (option::is_some(maybe_supply)) {
            option::some(optional_aggregator::read(option::borrow(maybe_supply)))
        } else {
            option::none()
        }
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

    // ---- Stores -----------------------------------------------------------------------------------------------

    public fun register<CoinType>(account: &signer) {
        let account_addr = signer::address_of(account);
        if (is_account_registered<CoinType>(account_addr)) return;
        account::register_coin<CoinType>(account_addr);
        move_to(
            account,
            CoinStore<CoinType> {
                coin: Coin { value: 0 },
                frozen: false,
                deposit_events: account::new_event_handle<DepositEvent>(account),
                withdraw_events: account::new_event_handle<WithdrawEvent>(account),
            }
        );
    }

    public fun deposit<CoinType>(account_addr: address, coin: Coin<CoinType>) acquires CoinStore {
        assert!(is_account_registered<CoinType>(account_addr), error::not_found(ECOIN_STORE_NOT_PUBLISHED));
        let store = borrow_global_mut<CoinStore<CoinType>>(account_addr);
        assert!(!store.frozen, error::permission_denied(EFROZEN));
        let amount = coin.value;
        event::emit(CoinDeposit { coin_type: type_info::type_name<CoinType>(), account: account_addr, amount });
        event::emit_event<DepositEvent>(&mut store.deposit_events, DepositEvent { amount });
        merge(&mut store.coin, coin);
    }

    public fun deposit_with_signer<CoinType>(account: &signer, coin: Coin<CoinType>) acquires CoinStore {
        register<CoinType>(account);
        deposit(signer::address_of(account), coin)
    }

    /// As `deposit`, also into a frozen store: for fees that are given back.
    public(friend) fun force_deposit<CoinType>(account_addr: address, coin: Coin<CoinType>) acquires CoinStore {
        assert!(is_account_registered<CoinType>(account_addr), error::not_found(ECOIN_STORE_NOT_PUBLISHED));
        merge(&mut borrow_global_mut<CoinStore<CoinType>>(account_addr).coin, coin);
    }

    public fun withdraw<CoinType>(account: &signer, amount: u64): Coin<CoinType> acquires CoinStore {
        let account_addr = signer::address_of(account);
        assert!(is_account_registered<CoinType>(account_addr), error::not_found(ECOIN_STORE_NOT_PUBLISHED));
        let store = borrow_global_mut<CoinStore<CoinType>>(account_addr);
        assert!(!store.frozen, error::permission_denied(EFROZEN));
        event::emit(CoinWithdraw { coin_type: type_info::type_name<CoinType>(), account: account_addr, amount });
        event::emit_event<WithdrawEvent>(&mut store.withdraw_events, WithdrawEvent { amount });
        extract(&mut store.coin, amount)
    }

    public entry fun transfer<CoinType>(from: &signer, to: address, amount: u64) acquires CoinStore {
        let coin = withdraw<CoinType>(from, amount);
        deposit(to, coin);
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
        let supply = if (monitor_supply) option::some(optional_aggregator::new(MAX_U128)) else option::none();
        move_to(account, CoinInfo<CoinType> { name, symbol, decimals, supply });
        (BurnCapability<CoinType> {}, FreezeCapability<CoinType> {}, MintCapability<CoinType> {})
    }

    public fun mint<CoinType>(amount: u64, _cap: &MintCapability<CoinType>): Coin<CoinType> acquires CoinInfo {
        if (amount == 0) return zero<CoinType>();
        let maybe_supply = &mut borrow_global_mut<CoinInfo<CoinType>>(coin_address<CoinType>()).supply;
        if (option::is_some(maybe_supply)) {
            optional_aggregator::add(option::borrow_mut(maybe_supply), (amount as u128));
        };
        Coin<CoinType> { value: amount }
    }

    public fun burn<CoinType>(coin: Coin<CoinType>, _cap: &BurnCapability<CoinType>) acquires CoinInfo {
        let Coin { value: amount } = coin;
        if (amount == 0) return;
        let maybe_supply = &mut borrow_global_mut<CoinInfo<CoinType>>(coin_address<CoinType>()).supply;
        if (option::is_some(maybe_supply)) {
            optional_aggregator::sub(option::borrow_mut(maybe_supply), (amount as u128));
        }
    }

    public fun burn_from<CoinType>(
        account_addr: address, amount: u64, burn_cap: &BurnCapability<CoinType>
    ) acquires CoinInfo, CoinStore {
        if (amount == 0) return;
        assert!(is_account_registered<CoinType>(account_addr), error::not_found(ECOIN_STORE_NOT_PUBLISHED));
        let store = borrow_global_mut<CoinStore<CoinType>>(account_addr);
        burn(extract(&mut store.coin, amount), burn_cap);
    }

    /// Not an entry function: the compiler at hand refuses references to structs there.
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
}
