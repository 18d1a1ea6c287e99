/// Never waits: what others change while somebody else does.
module waiting::ledger {
    use aptos_std::table::{Self, Table};

    struct Ledger has key {
        total: u64,
        entries: vector<u64>,
        by_number: Table<u64, vector<u64>>,
    }

    #[resource_group(scope = global)]
    struct Shelf {}

    #[resource_group_member(group = waiting::ledger::Shelf)]
    struct Left has key { n: u64 }

    #[resource_group_member(group = waiting::ledger::Shelf)]
    struct Right has key { n: u64 }

    struct Note has key { text: vector<u8> }

    public entry fun open(account: &signer) {
        move_to(account, Ledger { total: 0, entries: vector[], by_number: table::new() });
        move_to(account, Left { n: 1 });
        move_to(account, Right { n: 2 });
        move_to(account, Note { text: b"first" });
    }

    public fun add(n: u64): u64 acquires Ledger {
        let l = borrow_global_mut<Ledger>(@waiting);
        l.total += n;
        l.entries.push_back(n);
        l.total
    }

    public fun total(): u64 acquires Ledger { borrow_global<Ledger>(@waiting).total }

    public fun entries(): vector<u64> acquires Ledger { borrow_global<Ledger>(@waiting).entries }

    /// Appends `n` to the item of number 1.
    public fun put(n: u64): u64 acquires Ledger {
        let items = &mut borrow_global_mut<Ledger>(@waiting).by_number;
        if (!items.contains(1)) items.add(1, vector[]);
        let item = items.borrow_mut(1);
        item.push_back(n);
        item.length()
    }

    public fun items(): u64 acquires Ledger {
        let items = &borrow_global<Ledger>(@waiting).by_number;
        if (items.contains(1)) items.borrow(1).length() else 0
    }

    public fun clear(n: u64): u64 acquires Ledger {
        let items = &mut borrow_global_mut<Ledger>(@waiting).by_number;
        if (items.contains(1)) items.remove(1).length() + n else n
    }

    /// Of two members of one group: only the left one is changed.
    public fun set_left(n: u64): u64 acquires Left {
        let left = borrow_global_mut<Left>(@waiting);
        left.n = n;
        n
    }

    public fun left(): u64 acquires Left { borrow_global<Left>(@waiting).n }

    public fun right(): u64 acquires Right { borrow_global<Right>(@waiting).n }

    public fun tear_off(n: u64): u64 acquires Note {
        let Note { text } = move_from<Note>(@waiting);
        text.length() + n
    }

    public fun has_note(): bool { exists<Note>(@waiting) }

    public fun sum(a: u64, b: u64): u64 { a + b }

    /// `n` frames of its own, and then the answer.
    public fun deep(n: u64): u64 { if (n <= 1) 0 else deep(n - 1) + 1 }
}
