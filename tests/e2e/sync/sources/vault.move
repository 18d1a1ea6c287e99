/// What Solidity contracts call in the middle of their own work: functions with results of every kind, writes, and failures.
module sync::vault {
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use aptos_framework::event;
    use framework::evm;

    /// The amount is more than the vault holds.
    const E_TOO_MUCH: u64 = 7;

    struct Vault has key { total: u64, writes: u64 }

    struct Report has copy, drop { total: u64, note: String, odd: Option<u8> }

    #[event]
    struct Stored has drop, store { from: address, amount: u64 }

    fun init_module(owner: &signer) {
        move_to(owner, Vault { total: 0, writes: 0 });
    }

    public fun put(from: &signer, amount: u64): u64 acquires Vault {
        let v = borrow_global_mut<Vault>(@sync);
        v.total = v.total + amount;
        v.writes = v.writes + 1;
        event::emit(Stored { from: signer::address_of(from), amount });
        v.total
    }

    public fun take(_from: &signer, amount: u64): u64 acquires Vault {
        let v = borrow_global_mut<Vault>(@sync);
        v.writes = v.writes + 1;
        assert!(v.total >= amount, E_TOO_MUCH);
        v.total = v.total - amount;
        v.total
    }

    #[view]
    public fun total(): u64 acquires Vault { borrow_global<Vault>(@sync).total }

    public fun report(who: address): (Report, vector<u16>, address, bool) acquires Vault {
        let total = total();
        let odd = if (total % 2 == 1) { option::some(1) } else { option::none() };
        (Report { total, note: string::utf8(b"fine"), odd }, vector[1, 2, 3], who, true)
    }

    public fun sender(from: &signer): address { signer::address_of(from) }

    /// Burns gas until there is none.
    public fun spin() { loop {} }

    public fun nothing() {}

    /// 2^n values of one byte each, which are words in the ABI.
    public fun flags(n: u64): vector<bool> {
        let v = vector[true];
        while (n > 0) {
            let c = v;
            v.append(c);
            n = n - 1;
        };
        v
    }

    /// Starts a message to the EVM: queued, it runs after the transaction's own work.
    public fun notify(from: &signer, to: address, n: u64) {
        evm::evm(from, to, b"noted(uint64)", &n);
    }
}
