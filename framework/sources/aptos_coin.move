/// The chain's native asset as a Move coin: Ether with 9 decimals. The type is the one that SDKs and packages name.
module aptos_framework::aptos_coin {
    use std::error;
    use std::signer;
    use std::string;
    use aptos_framework::coin::{Self, BurnCapability, Coin, MintCapability};
    use aptos_framework::system_addresses;

    friend aptos_framework::genesis;
    friend aptos_framework::native_coin;

    /// The account may not mint.
    const ENO_CAPABILITIES: u64 = 1;

    struct AptosCoin has key {}

    struct MintCapStore has key {
        mint_cap: MintCapability<AptosCoin>
    }

    /// Returns the capability to burn, for fees.
    public(friend) fun initialize(aptos_framework: &signer): BurnCapability<AptosCoin> {
        system_addresses::assert_aptos_framework(aptos_framework);
        let (burn_cap, freeze_cap, mint_cap) =
            coin::initialize<AptosCoin>(aptos_framework, string::utf8(b"Ether"), string::utf8(b"ETH"), 9, true);
        move_to(aptos_framework, MintCapStore { mint_cap });
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

    /// Coins from nothing, for the framework's own modules that take them from elsewhere.
    public(friend) fun mint_internal(amount: u64): Coin<AptosCoin> acquires MintCapStore {
        coin::mint<AptosCoin>(amount, &borrow_global<MintCapStore>(@aptos_framework).mint_cap)
    }
}
