/// Two coins to trade with; anybody may mint them.
module markets::tokens {
    use std::string;
    use aptos_framework::coin::{Self, BurnCapability, FreezeCapability, MintCapability};

    struct Gold {}
    struct Silver {}

    struct Capabilities<phantom T> has key {
        mint: MintCapability<T>,
        burn: BurnCapability<T>,
        freeze: FreezeCapability<T>,
    }

    fun init_module(publisher: &signer) {
        issue<Gold>(publisher, b"Gold", b"GLD");
        issue<Silver>(publisher, b"Silver", b"SLV");
    }

    fun issue<T>(publisher: &signer, name: vector<u8>, symbol: vector<u8>) {
        let (burn, freeze, mint) = coin::initialize<T>(publisher, string::utf8(name), string::utf8(symbol), 6, true);
        move_to(publisher, Capabilities<T> { mint, burn, freeze });
    }

    public entry fun mint<T>(to: &signer, amount: u64) acquires Capabilities {
        coin::register<T>(to);
        coin::deposit(std::signer::address_of(to), coin::mint(amount, &borrow_global<Capabilities<T>>(@markets).mint));
    }

    #[test_only]
    public fun set_up(publisher: &signer) {
        aptos_framework::account::create_account_for_test(@markets);
        aptos_framework::genesis::setup();
        init_module(publisher);
    }
}
