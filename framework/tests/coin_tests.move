#[test_only]
module aptos_framework::coin_tests {
    use std::option;
    use std::signer;
    use std::string;
    use aptos_framework::account;
    use aptos_framework::aptos_account;
    use aptos_framework::aptos_coin::{Self, AptosCoin};
    use aptos_framework::coin::{Self, BurnCapability, Coin, FreezeCapability, MintCapability};
    use aptos_framework::event;
    use aptos_framework::fungible_asset;
    use aptos_framework::genesis;
    use aptos_framework::managed_coin;
    use aptos_framework::native_coin;
    use aptos_framework::object;
    use aptos_framework::primary_fungible_store;
    use aptos_std::type_info;

    struct Gold {}

    struct Silver {}

    struct Caps has key {
        burn: BurnCapability<Gold>,
        freeze: FreezeCapability<Gold>,
        mint: MintCapability<Gold>,
    }

    /// A world with Gold, whose capabilities 0x1 keeps; 1,000 of it belong to 0xa.
    fun with_gold(counted: bool): signer acquires Caps {
        genesis::setup();
        let issuer = account::create_signer_for_test(@0x1);
        let (burn, freeze, mint) = coin::initialize<Gold>(&issuer, string::utf8(b"Gold"), string::utf8(b"AU"), 3, counted);
        move_to(&issuer, Caps { burn, freeze, mint });
        coin::deposit(@0xa0, minted(1000));
        account::create_account_for_test(@0xa0)
    }

    fun minted(amount: u64): Coin<Gold> acquires Caps {
        coin::mint(amount, &borrow_global<Caps>(@0x1).mint)
    }

    fun burn(coins: Coin<Gold>) acquires Caps {
        coin::burn(coins, &borrow_global<Caps>(@0x1).burn)
    }

    // ---- coin

    #[test]
    fun a_coin_has_a_name_a_symbol_and_a_supply() acquires Caps {
        with_gold(true);
        assert!(coin::name<Gold>() == string::utf8(b"Gold") && coin::symbol<Gold>() == string::utf8(b"AU"), 0);
        assert!(coin::decimals<Gold>() == 3 && coin::supply<Gold>() == option::some(1000), 0);
        assert!(coin::is_coin_initialized<Gold>() && !coin::is_coin_initialized<Silver>(), 0);
        assert!(coin::is_account_registered<Gold>(@0xb0), 0);
        let coins = minted(50);
        assert!(coin::supply<Gold>() == option::some(1050), 0);
        burn(coins);
        assert!(coin::supply<Gold>() == option::some(1000), 0);
    }

    #[test]
    fun a_supply_need_not_be_counted() acquires Caps {
        with_gold(false);
        assert!(coin::supply<Gold>().is_none() && coin::coin_supply<Gold>().is_none(), 0);
    }

    #[test]
    fun coins_are_split_and_merged() acquires Caps {
        with_gold(true);
        let coins = minted(70);
        let part = coin::extract(&mut coins, 30);
        assert!(coin::value(&coins) == 40 && coin::value(&part) == 30, 0);
        let rest = coin::extract_all(&mut coins);
        assert!(coin::value(&coins) == 0 && coin::value(&rest) == 40, 0);
        coin::destroy_zero(coins);
        coin::merge(&mut rest, part);
        assert!(coin::value(&rest) == 70, 0);
        burn(rest);
        coin::destroy_zero(coin::zero<Gold>());
    }

    #[test]
    #[expected_failure(abort_code = 0x10006, location = aptos_framework::coin)]
    fun nobody_takes_more_out_than_there_is() acquires Caps {
        with_gold(true);
        let coins = minted(10);
        burn(coin::extract(&mut coins, 11));
        burn(coins);
    }

    #[test]
    #[expected_failure(abort_code = 0x10007, location = aptos_framework::coin)]
    fun only_zero_is_destroyed() acquires Caps {
        with_gold(true);
        coin::destroy_zero(minted(1));
    }

    #[test]
    fun coins_move_between_accounts() acquires Caps {
        let alice = with_gold(true);
        coin::register<Gold>(&alice);
        coin::transfer<Gold>(&alice, @0xb0, 300);
        assert!(coin::balance<Gold>(@0xa0) == 700 && coin::balance<Gold>(@0xb0) == 300, 0);
        assert!(coin::is_balance_at_least<Gold>(@0xb0, 300) && !coin::is_balance_at_least<Gold>(@0xb0, 301), 0);
        let coins = coin::withdraw<Gold>(&alice, 100);
        coin::deposit(@0xc0, coins);
        assert!(coin::balance<Gold>(@0xc0) == 100 && coin::supply<Gold>() == option::some(1000), 0);
        coin::deposit_with_signer(&alice, coin::zero<Gold>());
    }

    #[test]
    #[expected_failure(abort_code = 0x10004, location = aptos_framework::fungible_asset)]
    fun nobody_spends_more_than_he_has() acquires Caps {
        let alice = with_gold(true);
        coin::transfer<Gold>(&alice, @0xb0, 1001);
    }

    #[test]
    fun a_coin_and_its_asset_are_one() acquires Caps {
        let alice = with_gold(true);
        let metadata = coin::paired_metadata<Gold>().extract();
        assert!(coin::paired_coin(metadata) == option::some(type_info::type_of<Gold>()), 0);
        assert!(fungible_asset::symbol(metadata) == string::utf8(b"AU") && fungible_asset::decimals(metadata) == 3, 0);
        assert!(primary_fungible_store::balance(@0xa0, metadata) == 1000, 0);
        let fa = coin::coin_to_fungible_asset(coin::withdraw<Gold>(&alice, 400));
        assert!(fungible_asset::amount(&fa) == 400, 0);
        primary_fungible_store::deposit(@0xb0, fa);
        assert!(coin::balance<Gold>(@0xb0) == 400 && coin::supply<Gold>() == option::some(1000), 0);
        assert!(coin::paired_metadata<Silver>().is_none(), 0);
    }

    #[test]
    fun references_are_lent_and_given_back() acquires Caps {
        let _alice = with_gold(true);
        let caps = borrow_global<Caps>(@0x1);
        assert!(coin::paired_mint_ref_exists<Gold>() && coin::paired_burn_ref_exists<Gold>() && coin::paired_transfer_ref_exists<Gold>(), 0);
        let (mint_ref, mint_receipt) = coin::get_paired_mint_ref(&caps.mint);
        let (burn_ref, burn_receipt) = coin::get_paired_burn_ref(&caps.burn);
        let (transfer_ref, transfer_receipt) = coin::get_paired_transfer_ref(&caps.freeze);
        assert!(!coin::paired_mint_ref_exists<Gold>() && !coin::paired_burn_ref_exists<Gold>() && !coin::paired_transfer_ref_exists<Gold>(), 0);
        primary_fungible_store::mint(&mint_ref, @0xb0, 5);
        primary_fungible_store::burn(&burn_ref, @0xa0, 7);
        primary_fungible_store::set_frozen_flag(&transfer_ref, @0xa0, true);
        coin::return_paired_mint_ref(mint_ref, mint_receipt);
        coin::return_paired_burn_ref(burn_ref, burn_receipt);
        coin::return_paired_transfer_ref(transfer_ref, transfer_receipt);
        assert!(coin::balance<Gold>(@0xb0) == 5 && coin::balance<Gold>(@0xa0) == 993, 0);
        assert!(primary_fungible_store::is_frozen(@0xa0, coin::paired_metadata<Gold>().extract()), 0);
        coin::burn_from(@0xb0, 5, &caps.burn);
        assert!(coin::balance<Gold>(@0xb0) == 0 && coin::supply<Gold>() == option::some(993), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x60015, location = aptos_framework::coin)]
    fun a_reference_is_lent_once() acquires Caps {
        with_gold(true);
        let caps = borrow_global<Caps>(@0x1);
        let (first, receipt) = coin::get_paired_mint_ref(&caps.mint);
        let (second, other) = coin::get_paired_mint_ref(&caps.mint);
        coin::return_paired_mint_ref(first, receipt);
        coin::return_paired_mint_ref(second, other);
    }

    #[test(other = @0xb0)]
    #[expected_failure(abort_code = 0x10001, location = aptos_framework::coin)]
    fun only_the_module_s_account_issues_its_coins(other: &signer) {
        let (b, f, m) = coin::initialize<Gold>(other, string::utf8(b"Gold"), string::utf8(b"AU"), 3, true);
        coin::destroy_burn_cap(b);
        coin::destroy_freeze_cap(f);
        coin::destroy_mint_cap(m);
    }

    #[test]
    #[expected_failure(abort_code = 0x80002, location = aptos_framework::coin)]
    fun a_coin_is_made_once() acquires Caps {
        with_gold(true);
        managed_coin::initialize<Gold>(&account::create_signer_for_test(@0x1), b"Gold", b"AU", 3, true);
    }

    #[test(issuer = @0x1)]
    #[expected_failure(abort_code = 0x1000c, location = aptos_framework::coin)]
    fun names_are_short(issuer: &signer) {
        managed_coin::initialize<Gold>(issuer, b"123456789012345678901234567890123", b"AU", 3, true);
    }

    #[test(issuer = @0x1)]
    #[expected_failure(abort_code = 0x1000d, location = aptos_framework::coin)]
    fun symbols_are_short(issuer: &signer) {
        managed_coin::initialize<Gold>(issuer, b"Gold", b"12345678901234567890123456789012345", 3, true);
    }

    #[test]
    #[expected_failure(abort_code = 0x10003, location = aptos_framework::coin)]
    fun nobody_registers_for_a_coin_that_is_not_there() acquires Caps {
        let alice = with_gold(true);
        coin::register<Silver>(&alice);
    }

    #[test]
    #[expected_failure(abort_code = 0x3000b, location = aptos_framework::coin)]
    fun supplies_are_not_upgraded() acquires Caps {
        let alice = with_gold(true);
        coin::upgrade_supply<Gold>(&alice);
    }

    // ---- managed_coin

    #[test(issuer = @0x1)]
    fun a_managed_coin(issuer: &signer) {
        genesis::setup();
        managed_coin::initialize<Silver>(issuer, b"Silver", b"AG", 2, true);
        let user = account::create_account_for_test(@0xa0);
        managed_coin::register<Silver>(&user);
        managed_coin::mint<Silver>(issuer, @0xa0, 90);
        managed_coin::mint<Silver>(issuer, @0x1, 10);
        managed_coin::burn<Silver>(issuer, 4);
        assert!(coin::balance<Silver>(@0xa0) == 90 && coin::balance<Silver>(@0x1) == 6, 0);
        assert!(coin::supply<Silver>() == option::some(96), 0);
        managed_coin::destroy_caps<Silver>(issuer);
    }

    #[test(issuer = @0x1, other = @0xb0)]
    #[expected_failure(abort_code = 0x60001, location = aptos_framework::managed_coin)]
    fun a_managed_coin_is_minted_by_its_issuer(issuer: &signer, other: &signer) {
        genesis::setup();
        managed_coin::initialize<Silver>(issuer, b"Silver", b"AG", 2, true);
        managed_coin::mint<Silver>(other, @0xa0, 1);
    }

    #[test(issuer = @0x1)]
    #[expected_failure(abort_code = 0x60001, location = aptos_framework::managed_coin)]
    fun without_capabilities_nothing_is_burned(issuer: &signer) {
        genesis::setup();
        managed_coin::initialize<Silver>(issuer, b"Silver", b"AG", 2, true);
        managed_coin::mint<Silver>(issuer, @0x1, 10);
        let (b, f, m) = managed_coin::remove_caps<Silver>(issuer);
        coin::destroy_burn_cap(b);
        coin::destroy_freeze_cap(f);
        coin::destroy_mint_cap(m);
        managed_coin::burn<Silver>(issuer, 1);
    }

    // ---- aptos_coin, native_coin

    #[test(fx = @0x1)]
    fun the_native_coin_is_minted_by_whom_the_framework_lets(fx: signer) {
        genesis::setup();
        assert!(aptos_coin::has_mint_capability(&fx) && coin::symbol<AptosCoin>() == string::utf8(b"ETH"), 0);
        assert!(object::object_address(&coin::paired_metadata<AptosCoin>().extract()) == @0xa, 0);
        aptos_coin::mint(&fx, @0xa0, 25);
        let minter = account::create_account_for_test(@0xb0);
        aptos_coin::delegate_mint_capability(fx, @0xb0);
        aptos_coin::claim_mint_capability(&minter);
        aptos_coin::mint(&minter, @0xa0, 17);
        assert!(coin::balance<AptosCoin>(@0xa0) == 42 && native_coin::balance(@0xa0) == 42, 0);
        let owner = account::create_account_for_test(@0xa0);
        native_coin::transfer(&owner, @0xc0, 2);
        native_coin::deposit(@0xc0, native_coin::withdraw(&owner, 5));
        assert!(native_coin::balance(@0xa0) == 35 && native_coin::balance(@0xc0) == 7, 0);
    }

    #[test]
    fun value_from_other_machines_is_minted_and_burned() {
        genesis::setup();
        let asset = object::address_to_object<fungible_asset::Metadata>(@0xa);
        aptos_account::arrive_for_test(@0xa0, 30);
        assert!(account::exists_at(@0xa0) && native_coin::balance(@0xa0) == 30, 0);
        assert!(fungible_asset::supply(asset) == option::some(30), 0);
        aptos_account::arrive_for_test(@0xa0, 12);
        aptos_account::leave_for_test(@0xa0, 40);
        assert!(native_coin::balance(@0xa0) == 2 && fungible_asset::supply(asset) == option::some(2), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10004, location = aptos_framework::fungible_asset)]
    fun no_more_value_leaves_than_there_is() {
        genesis::setup();
        aptos_account::arrive_for_test(@0xa0, 30);
        aptos_account::leave_for_test(@0xa0, 31);
    }

    #[test]
    #[expected_failure(abort_code = 0x60017, location = aptos_framework::fungible_asset)]
    fun no_value_leaves_an_account_without_a_store() {
        genesis::setup();
        aptos_account::leave_for_test(@0xa0, 1);
    }

    #[test]
    #[expected_failure(abort_code = 0x60001, location = aptos_framework::aptos_coin)]
    fun nobody_else_mints_the_native_coin() {
        genesis::setup();
        aptos_coin::mint(&account::create_account_for_test(@0xa0), @0xa0, 1);
    }

    #[test]
    #[expected_failure(abort_code = 3, location = aptos_framework::aptos_coin)]
    fun a_right_to_mint_must_have_been_delegated() {
        genesis::setup();
        aptos_coin::claim_mint_capability(&account::create_account_for_test(@0xa0));
    }

    #[test(fx = @0x1)]
    fun the_native_coin_of_tests(fx: &signer) {
        let (burn_cap, mint_cap) = aptos_coin::initialize_for_test(fx);
        coin::deposit(@0xa0, coin::mint(5, &mint_cap));
        coin::burn_from(@0xa0, 2, &burn_cap);
        coin::destroy_burn_cap(burn_cap);
        coin::destroy_mint_cap(mint_cap);
        primary_fungible_store::deposit(@0xa0, aptos_coin::mint_apt_fa_for_test(4));
        assert!(coin::balance<AptosCoin>(@0xa0) == 7, 0);
    }

    // ---- aptos_account

    #[test(fx = @0x1)]
    fun transfers_make_accounts(fx: &signer) acquires Caps {
        let alice = with_gold(true);
        aptos_coin::mint(fx, @0xa0, 100);
        aptos_account::create_account(@0xb0);
        aptos_account::assert_account_exists(@0xb0);
        aptos_account::transfer(&alice, @0xb0, 10);
        aptos_account::transfer(&alice, @0xc0, 20);
        aptos_account::batch_transfer(&alice, vector[@0xb0, @0xd0], vector[1, 2]);
        assert!(coin::balance<AptosCoin>(@0xb0) == 11 && coin::balance<AptosCoin>(@0xc0) == 20, 0);
        assert!(coin::balance<AptosCoin>(@0xd0) == 2 && coin::balance<AptosCoin>(@0xa0) == 67, 0);
        aptos_account::assert_account_is_registered_for_apt(@0xb0);
        aptos_account::transfer_coins<Gold>(&alice, @0xb0, 100);
        aptos_account::batch_transfer_coins<Gold>(&alice, vector[@0xb0, @0xe0], vector[1, 2]);
        aptos_account::deposit_coins(@0xe0, coin::withdraw<Gold>(&alice, 7));
        assert!(coin::balance<Gold>(@0xb0) == 101 && coin::balance<Gold>(@0xe0) == 9, 0);
        let metadata = coin::paired_metadata<Gold>().extract();
        aptos_account::transfer_fungible_assets(&alice, metadata, @0xf0, 3);
        aptos_account::batch_transfer_fungible_assets(&alice, metadata, vector[@0xf0, @0xb0], vector[4, 5]);
        aptos_account::deposit_fungible_assets(@0xf0, primary_fungible_store::withdraw(&alice, metadata, 1));
        assert!(coin::balance<Gold>(@0xf0) == 8 && coin::balance<Gold>(@0xb0) == 106, 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10005, location = aptos_framework::aptos_account)]
    fun a_batch_has_an_amount_for_each() acquires Caps {
        let alice = with_gold(true);
        aptos_account::batch_transfer(&alice, vector[@0xb0, @0xc0], vector[1]);
    }

    #[test]
    #[expected_failure(abort_code = 0x60001, location = aptos_framework::aptos_account)]
    fun an_account_that_is_not_there() {
        genesis::setup();
        aptos_account::assert_account_exists(@0xb0);
    }

    #[test]
    fun who_takes_coins_that_he_did_not_ask_for() {
        genesis::setup();
        let alice = account::create_account_for_test(@0xa0);
        assert!(aptos_account::can_receive_direct_coin_transfers(@0xa0), 0);
        aptos_account::set_allow_direct_coin_transfers(&alice, false);
        assert!(!aptos_account::can_receive_direct_coin_transfers(@0xa0), 0);
        aptos_account::set_allow_direct_coin_transfers(&alice, true);
        assert!(aptos_account::can_receive_direct_coin_transfers(signer::address_of(&alice)), 0);
        assert!(event::emitted_events<aptos_account::DirectCoinTransferConfigUpdated>().length() == 2, 0);
    }
}
