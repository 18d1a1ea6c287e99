#[test_only]
/// The checks of this package, and the framework's helpers for tests, as unit tests.
module assets::assets_tests {
    use std::signer;
    use aptos_framework::aptos_coin::{Self, AptosCoin};
    use aptos_framework::coin;
    use aptos_framework::fungible_asset;
    use aptos_framework::genesis;
    use aptos_framework::object;
    use aptos_framework::primary_fungible_store;
    use assets::checks;

    #[test(account = @assets)]
    fun objects(account: &signer) {
        genesis::setup();
        checks::objects_for_test(account);
    }

    #[test]
    fun aggregators() {
        checks::aggregators_for_test();
    }

    #[test(account = @0xcafe, other = @0xface)]
    fun stores(account: &signer, other: &signer) {
        let (ref, _) = fungible_asset::create_test_token(account);
        let (mint, transfer, burn) = primary_fungible_store::init_test_metadata_with_primary_store_enabled(&ref);
        let metadata = fungible_asset::mint_ref_metadata(&mint);
        let (me, it) = (signer::address_of(account), signer::address_of(other));
        primary_fungible_store::mint(&mint, me, 100);
        primary_fungible_store::transfer(account, metadata, it, 40);
        primary_fungible_store::set_frozen_flag(&transfer, it, true);
        primary_fungible_store::burn(&burn, it, 10);
        assert!(primary_fungible_store::balance(me, metadata) == 60);
        assert!(primary_fungible_store::balance(it, metadata) == 30);
        let store = fungible_asset::create_test_store(account, metadata);
        fungible_asset::transfer(account, primary_fungible_store::primary_store(me, metadata), store, 5);
        assert!(fungible_asset::balance(store) == 5 && object::owns(store, me));
    }

    #[test(account = @0xcafe)]
    #[expected_failure(abort_code = 0x20005, location = aptos_framework::fungible_asset)]
    fun more_than_the_maximum(account: &signer) {
        let (mint, _, _, _, _) = fungible_asset::create_fungible_asset(account);
        fungible_asset::destroy_zero(fungible_asset::mint(&mint, 101));
    }

    #[test(framework = @aptos_framework, to = @0xcafe)]
    fun native_coin(framework: &signer, to: address) {
        let (burn, mint) = aptos_coin::initialize_for_test(framework);
        coin::deposit(to, coin::mint<AptosCoin>(7, &mint));
        primary_fungible_store::deposit(to, aptos_coin::mint_apt_fa_for_test(3));
        assert!(coin::balance<AptosCoin>(to) == 10);
        coin::burn_from<AptosCoin>(to, 4, &burn);
        assert!(coin::balance<AptosCoin>(to) == 6 && coin::supply<AptosCoin>() == std::option::some(6));
        coin::destroy_burn_cap(burn);
        coin::destroy_mint_cap(mint);
    }
}
