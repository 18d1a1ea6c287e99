/// A coin whose capabilities its creator keeps.
module aptos_framework::managed_coin {
    use std::error;
    use std::signer;
    use std::string;
    use aptos_framework::coin::{Self, BurnCapability, FreezeCapability, MintCapability};

    /// The account has no capabilities for this coin.
    const ENO_CAPABILITIES: u64 = 1;

    struct Capabilities<phantom CoinType> has key {
        burn_cap: BurnCapability<CoinType>,
        freeze_cap: FreezeCapability<CoinType>,
        mint_cap: MintCapability<CoinType>,
    }

    public entry fun initialize<CoinType>(
        account: &signer, name: vector<u8>, symbol: vector<u8>, decimals: u8, monitor_supply: bool
    ) {
        let (burn_cap, freeze_cap, mint_cap) =
            coin::initialize<CoinType>(account, string::utf8(name), string::utf8(symbol), decimals, monitor_supply);
        move_to(account, Capabilities<CoinType> { burn_cap, freeze_cap, mint_cap });
    }

    public entry fun mint<CoinType>(account: &signer, dst_addr: address, amount: u64) acquires Capabilities {
        let account_addr = signer::address_of(account);
        assert!(exists<Capabilities<CoinType>>(account_addr), error::not_found(ENO_CAPABILITIES));
        let capabilities = borrow_global<Capabilities<CoinType>>(account_addr);
        coin::deposit(dst_addr, coin::mint(amount, &capabilities.mint_cap));
    }

    public entry fun burn<CoinType>(account: &signer, amount: u64) acquires Capabilities {
        let account_addr = signer::address_of(account);
        assert!(exists<Capabilities<CoinType>>(account_addr), error::not_found(ENO_CAPABILITIES));
        let capabilities = borrow_global<Capabilities<CoinType>>(account_addr);
        coin::burn(coin::withdraw<CoinType>(account, amount), &capabilities.burn_cap);
    }

    public entry fun register<CoinType>(account: &signer) {
        coin::register<CoinType>(account);
    }

    public entry fun destroy_caps<CoinType>(account: &signer) acquires Capabilities {
        let (b, f, m) = remove_caps<CoinType>(account);
        coin::destroy_burn_cap(b);
        coin::destroy_freeze_cap(f);
        coin::destroy_mint_cap(m);
    }

    public fun remove_caps<CoinType>(
        account: &signer
    ): (BurnCapability<CoinType>, FreezeCapability<CoinType>, MintCapability<CoinType>) acquires Capabilities {
        let account_addr = signer::address_of(account);
        assert!(exists<Capabilities<CoinType>>(account_addr), error::not_found(ENO_CAPABILITIES));
        let Capabilities<CoinType> { burn_cap, freeze_cap, mint_cap } =
            move_from<Capabilities<CoinType>>(account_addr);
        (burn_cap, freeze_cap, mint_cap)
    }
}
