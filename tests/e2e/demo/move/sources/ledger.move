/// What the demo plays on the Move side: a ledger that Solidity contracts write to, and calls back into the EVM.
module demo::ledger {
    use std::signer;
    use std::string::String;
    use std::vector;
    use aptos_framework::event;
    use framework::evm;

    /// The ledger is not open for guarded writes.
    const E_CLOSED: u64 = 1;
    /// Only the ledger's owner may open it.
    const E_NOT_OWNER: u64 = 2;

    struct Entry has copy, drop, store {
        from: address,
        amount: u64,
        text: String,
    }

    struct Ledger has key {
        entries: vector<Entry>,
        guarded_total: u64,
        open: bool,
    }

    #[event]
    struct Written has drop, store {
        from: address,
        amount: u64,
        text: String,
    }

    struct Note has copy, drop {
        title: String,
        tags: vector<u64>,
    }

    struct RecordArgs has copy, drop {
        count: u64,
        note: Note,
        about: address,
    }

    struct SquareReply has copy, drop {
        n: u64,
        square: u128,
    }

    fun init_module(owner: &signer) {
        move_to(owner, Ledger { entries: vector[], guarded_total: 0, open: false });
    }

    /// Called from the EVM: `from` is the signer of the calling contract's alias.
    public fun write(from: &signer, amount: u64, text: String) acquires Ledger {
        let ledger = borrow_global_mut<Ledger>(@demo);
        let from = signer::address_of(from);
        vector::push_back(&mut ledger.entries, Entry { from, amount, text });
        event::emit(Written { from, amount, text });
    }

    public fun write_guarded(_from: &signer, amount: u64) acquires Ledger {
        let ledger = borrow_global_mut<Ledger>(@demo);
        assert!(ledger.open, E_CLOSED);
        ledger.guarded_total = ledger.guarded_total + amount;
    }

    public entry fun open(owner: &signer) acquires Ledger {
        assert!(signer::address_of(owner) == @demo, E_NOT_OWNER);
        borrow_global_mut<Ledger>(@demo).open = true;
    }

    /// Called from the EVM: answers with a message of its own.
    public fun square(from: &signer, n: u64, reply_to: address) {
        let reply = SquareReply { n, square: (n as u128) * (n as u128) };
        evm::evm(from, reply_to, b"onSquare(uint64,uint128)", &reply);
    }

    /// Called from Solana, on the way back to the EVM.
    public fun pass_on(from: &signer, n: u64, to: address) {
        evm::evm(from, to, b"closeRing(uint64)", &(n + 1));
    }

    /// Move to the EVM with a struct of primitives, a nested struct, a vector, a string and an address.
    public entry fun send_note(account: &signer, to: address, count: u64, title: String, tags: vector<u64>) {
        let args = RecordArgs { count, note: Note { title, tags }, about: signer::address_of(account) };
        evm::evm(account, to, b"record(uint64,(string,uint64[]),address)", &args);
    }

    #[view]
    public fun entries(): vector<Entry> acquires Ledger {
        borrow_global<Ledger>(@demo).entries
    }

    #[view]
    public fun guarded_total(): u64 acquires Ledger {
        borrow_global<Ledger>(@demo).guarded_total
    }
}
