/// Something to test. The dependency is named as Aptos packages name it: `tern move` takes its own framework for it.
module unit_tests::counter {
    use std::error;
    use std::signer;

    /// There is no counter.
    const ENO_COUNTER: u64 = 1;
    const ETOO_MUCH: u64 = LIMIT + 1;
    const LIMIT: u64 = (1 << 6) | 0x24;

    struct Counter has key { value: u64 }

    public fun create(owner: &signer) { move_to(owner, Counter { value: 0 }); }

    public fun add(owner: address, n: u64): u64 acquires Counter {
        assert!(exists<Counter>(owner), error::not_found(ENO_COUNTER));
        let c = borrow_global_mut<Counter>(owner);
        c.value = c.value + n;
        assert!(c.value <= LIMIT, ETOO_MUCH);
        c.value
    }

    #[test_only]
    public fun set(owner: address, value: u64) acquires Counter { borrow_global_mut<Counter>(owner).value = value; }

    #[test(owner = @0x1)]
    fun counts(owner: signer) acquires Counter {
        create(&owner);
        assert!(add(@0x1, 7) == 7, 0);
        assert!(add(signer::address_of(&owner), 93) == 100, 1);
    }

    #[test(owner = @unit_tests)]
    #[expected_failure(abort_code = ETOO_MUCH)]
    fun refuses_too_much(owner: &signer) acquires Counter {
        create(owner);
        add(@unit_tests, 101);
    }

    #[test, expected_failure(abort_code = 0x60001, location = Self)]
    fun refuses_without_counter() acquires Counter { add(@0x5, 1); }
}
