/// The chain's native asset under a name of its own: a thin face of AptosCoin, in units of 10^-9 ETH.
module aptos_framework::native_coin {
    use aptos_framework::aptos_account;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::coin::{Self, Coin};

    #[view]
    public fun balance(owner: address): u64 {
        coin::balance<AptosCoin>(owner)
    }

    public fun withdraw(account: &signer, amount: u64): Coin<AptosCoin> {
        coin::withdraw<AptosCoin>(account, amount)
    }

    public fun deposit(to: address, coins: Coin<AptosCoin>) {
        aptos_account::deposit_coins(to, coins)
    }

    public entry fun transfer(from: &signer, to: address, amount: u64) {
        aptos_account::transfer(from, to, amount)
    }
}
