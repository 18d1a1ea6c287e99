/// Is locked while it waits.
module waiting::vault {
    use aptos_framework::evm;

    struct Store has key {
        amount: u64,
        parts: vector<u64>,
    }

    struct Other has key { n: u64 }

    public entry fun open(account: &signer) {
        move_to(account, Store { amount: 100, parts: vector[1, 2, 3] });
        move_to(account, Other { n: 0 });
    }

    public fun amount(): u64 acquires Store { borrow_global<Store>(@waiting).amount }

    public fun add(n: u64): u64 acquires Store {
        let s = borrow_global_mut<Store>(@waiting);
        s.amount += n;
        s.amount
    }

    /// Changes the store, calls, and reads it; holds nothing meanwhile.
    public fun add_and_call(account: &signer, play: vector<u8>): (u64, u8) acquires Store {
        borrow_global_mut<Store>(@waiting).amount += 1;
        let (status, _) = evm::try_call(account, @0xe1, 0, b"", &play);
        (borrow_global<Store>(@waiting).amount, status)
    }

    /// Holds a reference into the store while it calls, and writes through it afterwards.
    public fun hold_and_call(account: &signer, play: vector<u8>): (u64, u8) acquires Store {
        let part = borrow_global_mut<Store>(@waiting).parts.borrow_mut(1);
        *part += 10;
        let (status, _) = evm::try_call(account, @0xe1, 0, b"", &play);
        *part += 100;
        (*part, status)
    }

    /// Only reads through the reference.
    public fun look_and_call(account: &signer, play: vector<u8>): (u64, u8) acquires Store {
        let part = borrow_global<Store>(@waiting).parts.borrow(1);
        let (status, _) = evm::try_call(account, @0xe1, 0, b"", &play);
        (*part, status)
    }

    fun only_call(account: &signer, n: &mut u64, play: vector<u8>): u8 {
        let (status, _) = evm::try_call(account, @0xe1, 0, b"", &play);
        *n += 1;
        status
    }

    /// Not the function that calls holds the reference, but the one that has called it.
    public fun lend_and_call(account: &signer, play: vector<u8>): (u64, u8) acquires Store {
        let amount = &mut borrow_global_mut<Store>(@waiting).amount;
        let status = only_call(account, amount, play);
        (*amount, status)
    }

    /// A reference to a local is none to a resource.
    public fun local_and_call(account: &signer, play: vector<u8>): (u64, u8) acquires Store {
        let n = amount();
        let status = only_call(account, &mut n, play);
        (n, status)
    }

    public fun parts(): vector<u64> acquires Store { borrow_global<Store>(@waiting).parts }
}
