/// A coin with nothing that only one machine has: stores, capabilities, checks, and transfers as entry functions.
module bench::bank {
    struct Money<phantom T> has store { value: u64 }
    struct Store<phantom T> has key { money: Money<T>, frozen: bool, sent: u64, received: u64 }
    struct Info<phantom T> has key { supply: u128 }
    struct Gold {}

    const ENO_STORE: u64 = 1;
    const EFROZEN: u64 = 2;
    const ETOO_LITTLE: u64 = 3;

    public entry fun open(owner: signer, amount: u64) {
        move_to(&owner, Store<Gold> { money: Money { value: amount }, frozen: false, sent: 0, received: 0 });
    }

    public fun withdraw<T>(owner: address, amount: u64): Money<T> acquires Store {
        assert!(exists<Store<T>>(owner), ENO_STORE);
        let store = borrow_global_mut<Store<T>>(owner);
        assert!(!store.frozen, EFROZEN);
        assert!(store.money.value >= amount, ETOO_LITTLE);
        store.money.value = store.money.value - amount;
        store.sent = store.sent + 1;
        Money { value: amount }
    }

    public fun deposit<T>(to: address, money: Money<T>) acquires Store {
        assert!(exists<Store<T>>(to), ENO_STORE);
        let Money { value } = money;
        let store = borrow_global_mut<Store<T>>(to);
        assert!(!store.frozen, EFROZEN);
        store.money.value = store.money.value + value;
        store.received = store.received + 1;
    }

    /// The first account of the test has no signer module to ask: both addresses are given.
    public entry fun transfer(_owner: signer, from: address, to: address, amount: u64) acquires Store {
        deposit<Gold>(to, withdraw<Gold>(from, amount));
    }

    /// As many in one transaction.
    public entry fun transfers(_owner: signer, from: address, to: address, n: u64) acquires Store {
        while (n > 0) {
            deposit<Gold>(to, withdraw<Gold>(from, 1));
            n = n - 1;
        }
    }
}
