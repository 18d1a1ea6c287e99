/// What a package may rely on in the framework. Each check_* asserts for itself; each fail_* ends with a code that its
/// caller knows.
module checks::checks {
    use std::bcs;
    use std::cmp;
    use std::hash;
    use std::mem;
    use std::option;
    use std::signer;
    use std::string::{Self, String};
    use std::vector;
    use aptos_framework::account::{Self, SignerCapability};
    use aptos_framework::aptos_account;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::block;
    use aptos_framework::chain_id;
    use aptos_framework::coin::{Self, BurnCapability, Coin, FreezeCapability, MintCapability};
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::guid;
    use aptos_framework::managed_coin;
    use aptos_framework::native_coin;
    use aptos_framework::primary_fungible_store;
    use aptos_framework::resource_account;
    use aptos_framework::timestamp;
    use aptos_framework::transaction_context;
    use aptos_std::aptos_hash;
    use aptos_std::from_bcs;
    use aptos_std::table::{Self, Table};
    use aptos_std::table_with_length::{Self, TableWithLength};
    use aptos_std::type_info;

    struct Gold {}

    struct Managed {}

    struct Unknown {}

    struct Issuer has key {
        burn: BurnCapability<Gold>,
        freeze: FreezeCapability<Gold>,
        mint: MintCapability<Gold>,
    }

    struct Generic<phantom T> has copy, drop, store {
        n: u64,
    }

    struct Tables has key {
        names: Table<String, vector<u64>>,
        counted: TableWithLength<u64, Table<u8, u8>>,
        coins: Table<address, Coin<Gold>>,
    }

    struct Happened has drop, store {
        n: u64,
    }

    #[event]
    struct Noted has drop, store {
        n: u64,
        who: address,
    }

    struct Events has key {
        first: EventHandle<Happened>,
        second: EventHandle<Happened>,
    }

    struct Kept has key {
        cap: SignerCapability,
    }

    enum Kind has copy, drop {
        One,
        Two { n: u64 },
    }

    public entry fun check_issuing(issuer: &signer) {
        let addr = signer::address_of(issuer);
        assert!(!coin::is_coin_initialized<Gold>());
        let (burn, freeze, mint) =
            coin::initialize<Gold>(issuer, string::utf8(b"Gold"), string::utf8(b"AU"), 3, true);
        assert!(coin::is_coin_initialized<Gold>() && coin::decimals<Gold>() == 3);
        assert!(coin::name<Gold>() == string::utf8(b"Gold") && coin::symbol<Gold>() == string::utf8(b"AU"));
        assert!(coin::supply<Gold>() == option::some(0) && coin::balance<Gold>(addr) == 0);
        assert!(coin::is_account_registered<Gold>(@0x123));
        coin::register<Gold>(issuer);
        coin::deposit(addr, coin::mint(1000, &mint));
        assert!(coin::balance<Gold>(addr) == 1000 && coin::supply<Gold>() == option::some(1000));
        coin::burn_from<Gold>(addr, 100, &burn);
        let some = coin::withdraw<Gold>(issuer, 300);
        let part = coin::extract(&mut some, 50);
        assert!(coin::value(&some) == 250 && coin::value(&part) == 50);
        coin::burn(part, &burn);
        coin::merge(&mut some, coin::zero());
        let all = coin::extract_all(&mut some);
        coin::destroy_zero(some);
        coin::deposit(addr, all);
        assert!(coin::balance<Gold>(addr) == 850 && coin::supply<Gold>() == option::some(850));
        assert!(coin::is_balance_at_least<Gold>(addr, 850) && !coin::is_balance_at_least<Gold>(addr, 851));
        move_to(issuer, Issuer { burn, freeze, mint });
    }

    public entry fun set_own_frozen(issuer: &signer, frozen: bool) acquires Issuer {
        let (ref, receipt) = coin::get_paired_transfer_ref(&borrow_global<Issuer>(@checks).freeze);
        primary_fungible_store::set_frozen_flag(&ref, signer::address_of(issuer), frozen);
        coin::return_paired_transfer_ref(ref, receipt);
    }

    public entry fun give(issuer: &signer, to: address, amount: u64) {
        aptos_account::transfer_coins<Gold>(issuer, to, amount);
    }

    public entry fun check_managed(issuer: &signer) {
        let addr = signer::address_of(issuer);
        managed_coin::initialize<Managed>(issuer, b"Managed", b"MAN", 6, false);
        managed_coin::register<Managed>(issuer);
        managed_coin::mint<Managed>(issuer, addr, 500);
        managed_coin::burn<Managed>(issuer, 200);
        assert!(coin::balance<Managed>(addr) == 300 && option::is_none(&coin::supply<Managed>()));
        managed_coin::destroy_caps<Managed>(issuer);
    }

    public entry fun check_native(account: &signer, to: address) {
        let addr = signer::address_of(account);
        assert!(coin::name<AptosCoin>() == string::utf8(b"Ether") && coin::symbol<AptosCoin>() == string::utf8(b"ETH"));
        assert!(coin::decimals<AptosCoin>() == 9);
        let before = native_coin::balance(addr);
        native_coin::transfer(account, to, 5);
        native_coin::deposit(to, native_coin::withdraw(account, 6));
        aptos_account::batch_transfer(account, vector[to, addr, to], vector[1, 2, 3]);
        assert!(native_coin::balance(addr) == before - 15 && native_coin::balance(to) == 15);
        assert!(account::exists_at(to) && account::get_sequence_number(to) == 0);
        assert!(account::get_authentication_key(to) == bcs::to_bytes(&to));
    }

    public entry fun check_tables(account: &signer) {
        let t = table::new<String, vector<u64>>();
        let key = string::utf8(b"key");
        assert!(!table::contains(&t, key));
        table::add(&mut t, key, vector[1]);
        vector::push_back(table::borrow_mut(&mut t, key), 2);
        assert!(*table::borrow(&t, key) == vector[1, 2]);
        table::upsert(&mut t, key, vector[3]);
        table::upsert(&mut t, string::utf8(b"other"), vector[4]);
        assert!(*table::borrow_with_default(&t, string::utf8(b"none"), &vector[9]) == vector[9]);
        vector::push_back(table::borrow_mut_with_default(&mut t, string::utf8(b"new"), vector[5]), 6);
        assert!(table::remove(&mut t, string::utf8(b"other")) == vector[4]);
        assert!(!table::contains(&t, string::utf8(b"other")));
        let counted = table_with_length::new<u64, Table<u8, u8>>();
        let inner = table::new<u8, u8>();
        table::add(&mut inner, 1, 2);
        table_with_length::add(&mut counted, 10, inner);
        assert!(table_with_length::length(&counted) == 1 && !table_with_length::empty(&counted));
        assert!(*table::borrow(table_with_length::borrow(&counted, 10), 1) == 2);
        let empty = table_with_length::new<u64, bool>();
        table_with_length::upsert(&mut empty, 1, true);
        table_with_length::upsert(&mut empty, 1, false);
        assert!(table_with_length::length(&empty) == 1 && !table_with_length::remove(&mut empty, 1));
        table_with_length::destroy_empty(empty);
        move_to(account, Tables { names: t, counted, coins: table::new() });
    }

    /// What the transaction before has left.
    public entry fun check_tables_later(account: &signer) acquires Tables, Issuer {
        let tables = borrow_global_mut<Tables>(signer::address_of(account));
        assert!(*table::borrow(&tables.names, string::utf8(b"key")) == vector[3]);
        assert!(*table::borrow(&tables.names, string::utf8(b"new")) == vector[5, 6]);
        let inner = table_with_length::borrow_mut(&mut tables.counted, 10);
        *table::borrow_mut(inner, 1) = 7;
        assert!(table::remove(inner, 1) == 7 && !table::contains(inner, 1));
        table::add(&mut tables.coins, @0x7, coin::mint(12, &borrow_global<Issuer>(@checks).mint));
        coin::merge(
            table::borrow_mut(&mut tables.coins, @0x7), coin::mint(30, &borrow_global<Issuer>(@checks).mint)
        );
        let coins = table::remove(&mut tables.coins, @0x7);
        assert!(coin::value(&coins) == 42);
        coin::burn(coins, &borrow_global<Issuer>(@checks).burn);
    }

    public entry fun check_events(account: &signer) {
        let addr = signer::address_of(account);
        let next = account::get_guid_next_creation_num(addr);
        let events = Events {
            first: account::new_event_handle<Happened>(account),
            second: account::new_event_handle<Happened>(account)
        };
        event::emit_event(&mut events.first, Happened { n: 1 });
        event::emit_event(&mut events.first, Happened { n: 2 });
        event::emit_event(&mut events.second, Happened { n: 3 });
        event::emit(Noted { n: 4, who: addr });
        assert!(event::counter(&events.first) == 2 && event::counter(&events.second) == 1);
        let id = event::guid(&events.second);
        assert!(guid::creation_num(id) == next + 1 && guid::creator_address(id) == addr);
        assert!(guid::eq_id(id, &guid::create_id(addr, next + 1)));
        move_to(account, events);
    }

    public entry fun check_resource_account(account: &signer) {
        let addr = signer::address_of(account);
        let (resource, cap) = account::create_resource_account(account, b"seed");
        let expected = bcs::to_bytes(&addr);
        vector::append(&mut expected, b"seed");
        vector::push_back(&mut expected, 255);
        let resource_addr = signer::address_of(&resource);
        assert!(bcs::to_bytes(&resource_addr) == hash::sha3_256(expected));
        assert!(account::create_resource_address(&addr, b"seed") == resource_addr);
        assert!(account::get_signer_capability_address(&cap) == resource_addr);
        assert!(signer::address_of(&account::create_signer_with_capability(&cap)) == resource_addr);
        let key = account::get_authentication_key(resource_addr);
        assert!(vector::length(&key) == 32 && vector::all(&key, |b| *b == 0));
        move_to(&resource, Kept { cap });
        assert!(exists<Kept>(resource_addr));
        resource_account::create_resource_account_and_fund(account, b"funded", b"", 77);
        let funded = account::create_resource_address(&addr, b"funded");
        assert!(coin::balance<AptosCoin>(funded) == 77);
        assert!(account::get_authentication_key(funded) == bcs::to_bytes(&addr));
    }

    public entry fun check_types(_account: &signer) {
        assert!(type_info::type_name<u8>() == string::utf8(b"u8"));
        assert!(type_info::type_name<vector<vector<address>>>() == string::utf8(b"vector<vector<address>>"));
        assert!(type_info::type_name<Coin<AptosCoin>>() == string::utf8(b"0x1::coin::Coin<0x1::aptos_coin::AptosCoin>"));
        let info = type_info::type_of<Generic<vector<Generic<bool>>>>();
        assert!(type_info::account_address(&info) == @checks && type_info::module_name(&info) == b"checks");
        let name = string::utf8(type_info::struct_name(&info));
        assert!(string::index_of(&name, &string::utf8(b"Generic<vector<0x")) == 0);
        assert!(string::index_of(&name, &string::utf8(b"::checks::Generic<bool>>>")) == string::length(&name) - 25);
        assert!(type_info::size_of_val(&Generic<u8> { n: 1 }) == 8);
    }

    public entry fun check_bytes(_account: &signer) {
        assert!(from_bcs::to_u64(bcs::to_bytes(&258u64)) == 258 && from_bcs::to_bool(x"01"));
        assert!(from_bcs::to_u256(bcs::to_bytes(&(1u256 << 255))) == 1 << 255);
        assert!(from_bcs::to_address(bcs::to_bytes(&@0xabc)) == @0xabc);
        assert!(from_bcs::to_bytes(x"020304") == x"0304" && from_bcs::to_string(x"0141") == string::utf8(b"A"));
        assert!(bcs::serialized_size(&vector[1u16, 2]) == 5);
        assert!(bcs::constant_serialized_size<u128>() == option::some(16));
        assert!(bcs::constant_serialized_size<Generic<bool>>() == option::some(8));
        assert!(option::is_none(&bcs::constant_serialized_size<vector<u8>>()));
        assert!(hash::sha2_256(b"") == x"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert!(hash::sha3_256(b"") == x"a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a");
        assert!(aptos_hash::keccak256(b"") == x"c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
        assert!(aptos_hash::ripemd160(b"abc") == x"8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
        assert!(aptos_hash::blake2b_256(b"abc") == x"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
        assert!(vector::length(&aptos_hash::sha2_512(b"abc")) == 64 && vector::length(&aptos_hash::sha3_512(b"abc")) == 64);
        // SipHash-2-4 with a key of zeros.
        assert!(aptos_hash::sip_hash(b"") == 0x1e924b9d737700d7);
    }

    public entry fun check_order(_account: &signer) {
        assert!(cmp::is_lt(&cmp::compare(&1u64, &256u64)) && cmp::is_gt(&cmp::compare(&256u64, &1u64)));
        assert!(cmp::is_eq(&cmp::compare(&b"ab", &b"ab")) && cmp::is_lt(&cmp::compare(&b"ab", &b"abc")));
        assert!(cmp::is_gt(&cmp::compare(&b"b", &b"abc")) && cmp::is_ge(&cmp::compare(&true, &false)));
        assert!(cmp::is_lt(&cmp::compare(&Kind::One, &Kind::Two { n: 0 })));
        assert!(cmp::is_gt(&cmp::compare(&Kind::Two { n: 2 }, &Kind::Two { n: 1 })));
        assert!(cmp::is_lt(&cmp::compare(&@0x1, &@0x100)) && cmp::is_ne(&cmp::compare(&1u8, &2u8)));
        let a = vector[1u64];
        let b = vector[2u64, 3];
        mem::swap(&mut a, &mut b);
        assert!(a == vector[2, 3] && b == vector[1] && mem::replace(&mut a, vector[]) == vector[2, 3] && a == vector[]);
        vector::move_range(&mut b, 0, 1, &mut a, 0);
        assert!(a == vector[1] && b == vector[]);
    }

    public entry fun check_context(account: &signer, height: u64, chain: u8) {
        assert!(timestamp::now_microseconds() / 1000000 == timestamp::now_seconds(), 1);
        assert!(timestamp::now_seconds() > 1600000000, 2);
        assert!(block::get_current_block_height() >= height, 3);
        assert!(chain_id::get() == chain, 4);
        assert!(type_info::chain_id() == chain, 5);
        assert!(transaction_context::sender() == signer::address_of(account), 6);
        assert!(transaction_context::gas_payer() == signer::address_of(account), 7);
        assert!(transaction_context::secondary_signers() == vector[], 8);
        assert!(transaction_context::chain_id() == chain, 9);
        assert!(transaction_context::max_gas_amount() > 0, 10);
        assert!(transaction_context::gas_unit_price() > 0, 11);
        assert!(vector::length(&transaction_context::get_transaction_hash()) == 32, 12);
        assert!(transaction_context::get_script_hash() == b"", 13);
        assert!(transaction_context::generate_auid_address() != transaction_context::generate_auid_address(), 14);
        let first = transaction_context::monotonically_increasing_counter();
        assert!(first < transaction_context::monotonically_increasing_counter(), 15);
    }

    public entry fun fail_withdraw(account: &signer) {
        let coins = coin::withdraw<AptosCoin>(account, 18446744073709551615);
        coin::deposit(signer::address_of(account), coins);
    }

    public entry fun fail_not_issuer(account: &signer) {
        managed_coin::initialize<AptosCoin>(account, b"Fake", b"FAKE", 9, true);
    }

    public entry fun fail_no_coin(_account: &signer) {
        coin::name<Unknown>();
    }

    public entry fun fail_table_twice(account: &signer) acquires Tables {
        table::add(&mut borrow_global_mut<Tables>(signer::address_of(account)).names, string::utf8(b"key"), vector[]);
    }

    public entry fun fail_table_missing(account: &signer) acquires Tables {
        table::remove(&mut borrow_global_mut<Tables>(signer::address_of(account)).names, string::utf8(b"none"));
    }

    public entry fun fail_table_not_empty(_account: &signer) {
        let t = table_with_length::new<u64, bool>();
        table_with_length::add(&mut t, 1, true);
        table_with_length::destroy_empty(t);
    }

    public entry fun fail_from_bcs(_account: &signer) {
        from_bcs::to_u64(x"01");
    }

    public entry fun fail_utf8(_account: &signer) {
        string::utf8(x"ff");
    }

    public entry fun fail_resource_account_twice(account: &signer) {
        let (_, _cap) = account::create_resource_account(account, b"seed");
    }

    public entry fun fail_type_of(_account: &signer) {
        type_info::type_of<u8>();
    }

    public entry fun fail_mint(account: &signer) {
        aptos_framework::aptos_coin::mint(account, signer::address_of(account), 1);
    }

    public entry fun fail_delegate(account: signer) {
        aptos_framework::aptos_coin::delegate_mint_capability(account, @0x1234);
    }

    public entry fun fail_move_range(_account: &signer) {
        let a = vector[9u8];
        let b = vector[];
        vector::move_range(&mut a, 1, 1, &mut b, 0);
    }
}
