/// What the tests of the Aptos API call: arguments of all kinds, several signers, events, tables, failures.
module probe::probe {
    use std::option::{Self, Option};
    use std::signer;
    use std::string::String;
    use aptos_framework::account;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::transaction_context;
    use aptos_std::table::{Self, Table};

    /// The number is too large.
    const E_TOO_LARGE: u64 = 7;

    struct Kept has key, drop {
        small: u8,
        word: u64,
        wide: u128,
        widest: u256,
        flag: bool,
        owner: address,
        text: String,
        bytes: vector<u8>,
        nested: vector<vector<u64>>,
        maybe: Option<u64>,
        texts: vector<String>,
    }

    struct Sides has key, drop { first: address, second: address, payer: address, others: u64 }

    struct Store has key {
        items: Table<String, u64>,
        puts: EventHandle<Put>,
    }

    struct Put has drop, store { key: String, value: u64 }

    #[event]
    struct Noted has drop, store { value: u64 }

    struct Pair<phantom X, Y: copy + drop> has copy, drop, store { y: Y }

    public entry fun keep(
        account: &signer,
        small: u8,
        word: u64,
        wide: u128,
        widest: u256,
        flag: bool,
        owner: address,
        text: String,
        bytes: vector<u8>,
        nested: vector<vector<u64>>,
        maybe: Option<u64>,
        texts: vector<String>,
    ) acquires Kept {
        let a = signer::address_of(account);
        if (exists<Kept>(a)) {
            move_from<Kept>(a);
        };
        move_to(account, Kept { small, word, wide, widest, flag, owner, text, bytes, nested, maybe, texts });
    }

    public entry fun drop_kept(account: &signer) acquires Kept {
        move_from<Kept>(signer::address_of(account));
    }

    /// Needs two signers.
    public entry fun meet(first: &signer, second: &signer) acquires Sides {
        let a = signer::address_of(first);
        if (exists<Sides>(a)) {
            move_from<Sides>(a);
        };
        move_to(first, Sides {
            first: a,
            second: signer::address_of(second),
            payer: transaction_context::gas_payer(),
            others: std::vector::length(&transaction_context::secondary_signers()),
        });
    }

    public entry fun open(account: &signer) {
        move_to(account, Store { items: table::new(), puts: account::new_event_handle<Put>(account) });
    }

    public entry fun put(account: &signer, key: String, value: u64) acquires Store {
        let store = borrow_global_mut<Store>(signer::address_of(account));
        table::upsert(&mut store.items, key, value);
        event::emit_event(&mut store.puts, Put { key, value });
        event::emit(Noted { value });
    }

    public entry fun take(account: &signer, key: String) acquires Store {
        table::remove(&mut borrow_global_mut<Store>(signer::address_of(account)).items, key);
    }

    public entry fun fail_if_large(_account: &signer, value: u64) {
        assert!(value < 100, E_TOO_LARGE);
    }

    public entry fun forever(_account: &signer) {
        loop {}
    }

    #[view]
    public fun echo(small: u8, wide: u128, text: String, maybe: Option<u64>, list: vector<address>): (u8, u128, String, Option<u64>, vector<address>) {
        (small, wide, text, maybe, list)
    }

    #[view]
    public fun pair<X, Y: copy + drop>(y: Y): Pair<X, Y> {
        Pair { y }
    }

    #[view]
    public fun refuse(value: u64): u64 {
        assert!(value < 100, E_TOO_LARGE);
        value
    }

    public fun not_a_view(): u64 {
        1
    }

    public fun some(x: u64): Option<u64> {
        option::some(x)
    }
}
