/// Resources: move_to, move_from, exists, borrow_global, generic ones, index notation, several
/// addresses, a resource group of instantiations. The entry functions take the signer of the run.
module semantics::globals {
    struct Counter has key { value: u64, history: vector<u64> }

    struct Store<T: store> has key { item: T }

    enum State has key, drop {
        Idle,
        Busy { since: u64, who: vector<u8> },
    }

    /// There is no counter at the address.
    const ENO_COUNTER: u64 = 3;

    public entry fun publish(account: &signer, value: u64) {
        move_to(account, Counter { value, history: vector[] });
    }

    public entry fun increase(address: address, by: u64) acquires Counter {
        assert!(exists<Counter>(address), ENO_COUNTER);
        let c = borrow_global_mut<Counter>(address);
        c.history.push_back(c.value);
        c.value += by;
    }

    public entry fun increase_by_index(address: address, by: u64) acquires Counter {
        Counter[address].value += by;
        let c = &mut Counter[address];
        c.history.push_back(by);
    }

    public entry fun remove(account: address) acquires Counter {
        let Counter { value: _, history: _ } = move_from<Counter>(account);
    }

    public entry fun replace(account: &signer, at: address) acquires Counter {
        let Counter { value, history } = move_from<Counter>(at);
        history.push_back(1000);
        move_to(account, Counter { value: value + 1, history });
    }

    public entry fun store_both(account: &signer, n: u64, bytes: vector<u8>) {
        move_to(account, Store<u64> { item: n });
        move_to(account, Store<vector<u8>> { item: bytes });
    }

    public entry fun change_both(at: address) acquires Store {
        borrow_global_mut<Store<u64>>(at).item += 1;
        borrow_global_mut<Store<vector<u8>>>(at).item.push_back(0xff);
    }

    public entry fun set_state(account: &signer) {
        move_to(account, State::Idle);
    }

    public entry fun busy(at: address, since: u64) acquires State {
        let s = borrow_global_mut<State>(at);
        *s = State::Busy { since, who: b"me" };
    }

    /// Changes and then aborts: nothing of it may stay.
    public entry fun increase_and_abort(address: address) acquires Counter {
        borrow_global_mut<Counter>(address).value = 999;
        abort 5
    }

    #[view]
    public fun value(at: address): u64 acquires Counter { borrow_global<Counter>(at).value }

    #[view]
    public fun history(at: address): vector<u64> acquires Counter {
        borrow_global<Counter>(at).history
    }

    #[view]
    public fun has_counter(at: address): bool { exists<Counter>(at) }

    #[view]
    public fun stored(at: address): (u64, vector<u8>) acquires Store {
        (borrow_global<Store<u64>>(at).item, borrow_global<Store<vector<u8>>>(at).item)
    }

    #[view]
    public fun has_bool_store(at: address): bool { exists<Store<bool>>(at) }

    #[view]
    public fun state(at: address): u64 acquires State {
        match (borrow_global<State>(at)) {
            State::Idle => 0,
            State::Busy { since, who } => *since * 10 + who.length(),
        }
    }

    #[view]
    public fun fail_missing(): u64 acquires Counter { value(@0x999) }
}
