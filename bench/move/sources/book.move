/// A book of accounts in a table: items that are found, changed, added and taken out again.
module bench::book {
    use 0x1::table::{Self, Table};

    struct Entry has copy, drop, store { amount: u64, changes: u64 }
    struct Book has key { entries: Table<u64, Entry> }

    const KEYS: u64 = 256;

    public entry fun open(owner: signer) {
        let entries = table::new();
        let i = 0;
        while (i < KEYS) {
            table::add(&mut entries, i, Entry { amount: i, changes: 0 });
            i = i + 1;
        };
        move_to(&owner, Book { entries });
    }

    /// n turns, each of which changes one item, reads another, and moves a third to a new key and back.
    public entry fun turns(_owner: signer, at: address, n: u64) acquires Book {
        let entries = &mut borrow_global_mut<Book>(at).entries;
        let i = 0;
        while (i < n) {
            let other = table::borrow(entries, (i * 31) % KEYS).amount;
            let entry = table::borrow_mut(entries, (i * 7919) % KEYS);
            entry.amount = (entry.amount + other) % 1000003;
            entry.changes = entry.changes + 1;
            let moved = table::remove(entries, (i * 17) % KEYS);
            if (!table::contains(entries, KEYS + i)) table::add(entries, KEYS + i, moved);
            let back = table::remove(entries, KEYS + i);
            table::add(entries, (i * 17) % KEYS, back);
            i = i + 1;
        }
    }
}
