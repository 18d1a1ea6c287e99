/// What contracts of the EVM call: keeps what it received, and from whom, under its own address.
module crossing::counter {
    use std::option::{Self, Option};
    use std::signer;
    use std::string::{Self, String};
    use std::vector;
    use aptos_framework::event;

    /// The counter would pass its limit.
    const ELIMIT: u64 = 1;
    /// The caller is not the one that the counter belongs to.
    const ENOT_OWNER: u64 = 2;

    const LIMIT: u64 = 1000;

    struct Counter has key {
        owner: address,
        value: u64,
        callers: vector<address>,
    }

    /// Arguments of every kind that a call can bring.
    struct Received has copy, drop, store, key {
        from: address,
        small: u8,
        middle: u16,
        number: u32,
        amount: u64,
        bytes: vector<u8>,
        text: String,
        who: address,
        flag: bool,
        wide: u128,
        widest: u256,
        list: vector<u64>,
    }

    struct Nested has copy, drop, store, key {
        rows: vector<vector<u16>>,
        names: vector<String>,
        people: vector<address>,
        maybe: Option<u64>,
    }

    #[event]
    struct Increased has drop, store {
        by: address,
        amount: u64,
        value: u64,
    }

    fun init_module(owner: &signer) {
        move_to(owner, Counter { owner: signer::address_of(owner), value: 0, callers: vector[] });
        move_to(
            owner,
            Received {
                from: @0x0,
                small: 0,
                middle: 0,
                number: 0,
                amount: 0,
                bytes: b"",
                text: string::utf8(b""),
                who: @0x0,
                flag: false,
                wide: 0,
                widest: 0,
                list: vector[]
            }
        );
        move_to(owner, Nested { rows: vector[], names: vector[], people: vector[], maybe: option::none() });
    }

    /// Adds `amount`; aborts above the limit.
    public fun increase(from: &signer, amount: u64) acquires Counter {
        let counter = borrow_global_mut<Counter>(@crossing);
        assert!(amount <= LIMIT - counter.value, ELIMIT);
        counter.value = counter.value + amount;
        vector::push_back(&mut counter.callers, signer::address_of(from));
        event::emit(Increased { by: signer::address_of(from), amount, value: counter.value });
    }

    /// Only the publisher may: an alias of the EVM never is.
    public entry fun reset(owner: &signer) acquires Counter {
        let counter = borrow_global_mut<Counter>(@crossing);
        assert!(signer::address_of(owner) == counter.owner, ENOT_OWNER);
        counter.value = 0;
        counter.callers = vector[];
    }

    public fun receive(
        from: &signer,
        small: u8,
        middle: u16,
        number: u32,
        amount: u64,
        bytes: vector<u8>,
        text: String,
        who: address,
        flag: bool,
        wide: u128,
        widest: u256,
        list: vector<u64>
    ) acquires Received {
        *borrow_global_mut<Received>(@crossing) = Received {
            from: signer::address_of(from),
            small,
            middle,
            number,
            amount,
            bytes,
            text,
            who,
            flag,
            wide,
            widest,
            list
        };
    }

    /// Wants no signer.
    public fun receive_nested(
        rows: vector<vector<u16>>, names: vector<String>, people: vector<address>, maybe: Option<u64>
    ) acquires Nested {
        *borrow_global_mut<Nested>(@crossing) = Nested { rows, names, people, maybe };
    }

    /// What cannot be called from outside, each for its own reason.
    fun hidden(_from: &signer) {}

    entry fun hidden_entry(_from: &signer) {}

    public fun takes_reference(_from: &signer, _value: &u64) {}

    public fun takes_struct(_from: &signer, _value: Received) {}

    public fun endless(_from: &signer) {
        loop {}
    }

    public fun generic<T: drop>(_from: &signer, _value: T) {}

    #[view]
    public fun value(): u64 acquires Counter { borrow_global<Counter>(@crossing).value }

    #[view]
    public fun callers(): vector<address> acquires Counter { borrow_global<Counter>(@crossing).callers }

    #[view]
    public fun received(): Received acquires Received { *borrow_global<Received>(@crossing) }

    #[view]
    public fun nested(): Nested acquires Nested { *borrow_global<Nested>(@crossing) }
}
