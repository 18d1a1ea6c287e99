/// What takes, keeps and sends value over the machines.
module till::till {
    use std::signer;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::coin::{Self, Coin};
    use framework::evm;
    use framework::svm;

    struct Till has key { coins: Coin<AptosCoin> }

    fun init_module(owner: &signer) {
        move_to(owner, Till { coins: coin::zero() });
    }

    /// The coins leave the account's store, and lie in a resource.
    public entry fun keep(from: &signer, amount: u64) acquires Till {
        coin::merge(&mut borrow_global_mut<Till>(@till).coins, coin::withdraw<AptosCoin>(from, amount));
    }

    public fun keep_and_fail(from: &signer, amount: u64) acquires Till {
        keep(from, amount);
        abort 77
    }

    #[view]
    public fun kept(): u64 acquires Till { coin::value(&borrow_global<Till>(@till).coins) }

    /// Coins are in hand while others cross, and the account's store changes on both sides of the crossing.
    public entry fun pay_evm(from: &signer, to: address, amount: u64, in_hand: u64) {
        let coins = coin::withdraw<AptosCoin>(from, in_hand);
        evm::call_raw(from, to, amount, b"", &vector<u8>[]);
        coin::deposit(signer::address_of(from), coins);
    }

    /// The same, but what the contract says is caught.
    public entry fun try_pay_evm(from: &signer, to: address, amount: u64, expected: u8) {
        let (status, _) = evm::try_call(from, to, amount, b"", &vector<u8>[]);
        assert!(status == expected, (status as u64));
    }

    /// A transfer of the alias's lamports, by the System program.
    public entry fun pay_solana(from: &signer, to: address, amount: u64, data: vector<u8>) {
        let alias = svm::alias_of_move(signer::address_of(from));
        svm::invoke(from, @0x0, amount, vector[svm::account_meta(alias, true, true), svm::writable(to)], data);
    }

    public entry fun sweep(from: &signer, from_solana: bool) {
        if (from_solana) { svm::sweep(from); } else { evm::sweep(from); }
    }
}
