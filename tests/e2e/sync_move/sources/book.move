/// What others change while a teller waits.
module teller::book {
    use std::string::String;
    use aptos_framework::event;

    struct Book has key { lines: vector<u64>, sum: u64 }

    #[event]
    struct Line has drop, store { amount: u64 }

    /// The amount is zero.
    const E_NOTHING: u64 = 3;

    fun init_module(owner: &signer) {
        move_to(owner, Book { lines: vector[], sum: 0 });
    }

    public fun write(amount: u64): u64 acquires Book {
        let b = borrow_global_mut<Book>(@teller);
        assert!(amount > 0, E_NOTHING);
        b.lines.push_back(amount);
        b.sum += amount;
        event::emit(Line { amount });
        b.sum
    }

    #[view]
    public fun sum(): u64 acquires Book { borrow_global<Book>(@teller).sum }

    #[view]
    public fun lines(): vector<u64> acquires Book { borrow_global<Book>(@teller).lines }

    public fun who(account: &signer): address { std::signer::address_of(account) }

    public fun greet(name: String): String {
        let text = std::string::utf8(b"hello ");
        text.append(name);
        text
    }
}
