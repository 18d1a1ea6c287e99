/// The chain's native asset as a Move coin: Ether with 9 decimals. The type is the one that SDKs and packages name.
module aptos_framework::aptos_coin {
    use std::error;
    use std::signer;
    use std::string;
    use std::vector;
    use aptos_framework::coin::{Self, BurnCapability, Coin, MintCapability};
    use aptos_framework::system_addresses;

    friend aptos_framework::genesis;
    friend aptos_framework::native_coin;

    /// The account may not mint.
    const ENO_CAPABILITIES: u64 = 1;
    /// The right to mint has been offered to the account already.
    const EALREADY_DELEGATED: u64 = 2;
    /// Nobody has offered the right to mint to the account.
    const EDELEGATION_NOT_FOUND: u64 = 3;

    struct AptosCoin has key {}

    struct MintCapStore has key {
        mint_cap: MintCapability<AptosCoin>
    }

    /// The offer of the right to mint.
    struct DelegatedMintCapability has store {
        to: address
    }

    struct Delegations has key {
        inner: vector<DelegatedMintCapability>
    }

    /// Returns the capability to burn, for fees.
    public(friend) fun initialize(aptos_framework: &signer): BurnCapability<AptosCoin> {
        system_addresses::assert_aptos_framework(aptos_framework);
        let (burn_cap, freeze_cap, mint_cap) =
            coin::initialize<AptosCoin>(aptos_framework, string::utf8(b"Ether"), string::utf8(b"ETH"), 9, true);
        move_to(aptos_framework, MintCapStore { mint_cap });
        move_to(aptos_framework, Delegations { inner: vector::empty() });
        coin::destroy_freeze_cap(freeze_cap);
        burn_cap
    }

    public fun has_mint_capability(account: &signer): bool {
        exists<MintCapStore>(signer::address_of(account))
    }

    /// Only the framework may.
    public entry fun mint(account: &signer, dst_addr: address, amount: u64) acquires MintCapStore {
        let account_addr = signer::address_of(account);
        assert!(exists<MintCapStore>(account_addr), error::not_found(ENO_CAPABILITIES));
        let coins = coin::mint<AptosCoin>(amount, &borrow_global<MintCapStore>(account_addr).mint_cap);
        coin::deposit(dst_addr, coins);
    }

    /// The framework offers the right to mint to another account.
    public entry fun delegate_mint_capability(account: signer, to: address) acquires Delegations {
        system_addresses::assert_aptos_framework(&account);
        let delegations = &mut borrow_global_mut<Delegations>(@aptos_framework).inner;
        let (found, _) = find_delegation(delegations, to);
        assert!(!found, error::invalid_argument(EALREADY_DELEGATED));
        vector::push_back(delegations, DelegatedMintCapability { to });
    }

    /// The account takes the right that it was offered.
    public entry fun claim_mint_capability(account: &signer) acquires Delegations, MintCapStore {
        let delegations = &mut borrow_global_mut<Delegations>(@aptos_framework).inner;
        let (found, i) = find_delegation(delegations, signer::address_of(account));
        assert!(found, EDELEGATION_NOT_FOUND);
        let DelegatedMintCapability { to: _ } = vector::swap_remove(delegations, i);
        let mint_cap = borrow_global<MintCapStore>(@aptos_framework).mint_cap;
        move_to(account, MintCapStore { mint_cap });
    }

    fun find_delegation(delegations: &vector<DelegatedMintCapability>, to: address): (bool, u64) {
        vector::find(delegations, |d| {
            let d: &DelegatedMintCapability = d;
            d.to == to
        })
    }

    /// Coins from nothing, for the framework's own modules that take them from elsewhere.
    public(friend) fun mint_internal(amount: u64): Coin<AptosCoin> acquires MintCapStore {
        coin::mint<AptosCoin>(amount, &borrow_global<MintCapStore>(@aptos_framework).mint_cap)
    }

    #[test_only]
    /// The coin as the tests of packages expect it: Aptos' own. The caller destroys what it gets.
    public fun initialize_for_test(
        aptos_framework: &signer
    ): (BurnCapability<AptosCoin>, MintCapability<AptosCoin>) {
        system_addresses::assert_aptos_framework(aptos_framework);
        let (burn_cap, freeze_cap, mint_cap) =
            coin::initialize<AptosCoin>(aptos_framework, string::utf8(b"Aptos Coin"), string::utf8(b"APT"), 8, true);
        move_to(aptos_framework, MintCapStore { mint_cap });
        coin::destroy_freeze_cap(freeze_cap);
        coin::create_coin_conversion_map(aptos_framework);
        coin::create_pairing<AptosCoin>(aptos_framework);
        (burn_cap, mint_cap)
    }

    #[test_only]
    public fun initialize_for_test_without_aggregator_factory(
        aptos_framework: &signer
    ): (BurnCapability<AptosCoin>, MintCapability<AptosCoin>) {
        initialize_for_test(aptos_framework)
    }

    #[test_only]
    use aptos_framework::account;
    #[test_only]
    use aptos_framework::fungible_asset::FungibleAsset;

    #[test_only]
    public fun ensure_initialized_with_apt_fa_metadata_for_test() {
        if (exists<MintCapStore>(@aptos_framework)) return;
        let framework = account::create_signer_for_test(@aptos_framework);
        let (burn_cap, mint_cap) = initialize_for_test(&framework);
        coin::destroy_burn_cap(burn_cap);
        coin::destroy_mint_cap(mint_cap);
    }

    #[test_only]
    public fun mint_apt_fa_for_test(amount: u64): FungibleAsset acquires MintCapStore {
        ensure_initialized_with_apt_fa_metadata_for_test();
        coin::coin_to_fungible_asset(mint_internal(amount))
    }
}
