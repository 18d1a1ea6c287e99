/// Which nonces the orderless transactions of each account have used. A nonce is remembered until no transaction with
/// it can be valid any more.
module aptos_framework::nonce_validation {
    use aptos_framework::system_addresses;
    use aptos_framework::timestamp;
    use aptos_std::table::{Self, Table};

    friend aptos_framework::transaction_validation;

    /// A transaction's expiry is at most this far ahead. A nonce is kept as long again, so that no clock that is a
    /// little slow lets it in twice.
    const MAX_EXPIRATION_SECONDS: u64 = 100;
    const OVERLAP_SECONDS: u64 = 65;
    /// How many old nonces a new one clears away: more than it adds, so that the table shrinks again.
    const CLEARED_AT_ONCE: u64 = 5;

    struct NonceKey has copy, drop, store {
        sender: address,
        nonce: u64,
    }

    /// A nonce with the second from which it may be forgotten.
    struct Used has drop, store {
        key: NonceKey,
        until: u64,
    }

    /// The used nonces, and the same in the order in which they came: entries `first` to `next` - 1.
    struct NonceHistory has key {
        used: Table<NonceKey, u64>,
        order: Table<u64, Used>,
        first: u64,
        next: u64,
    }

    public(friend) fun initialize(aptos_framework: &signer) {
        system_addresses::assert_aptos_framework(aptos_framework);
        move_to(aptos_framework, NonceHistory { used: table::new(), order: table::new(), first: 0, next: 0 });
    }

    /// Is the transaction's expiry near enough for its nonce to be remembered until then?
    public(friend) fun is_near(expiration: u64): bool {
        expiration <= timestamp::now_seconds() + MAX_EXPIRATION_SECONDS
    }

    /// Remembers the nonce; false if the account has used it.
    public(friend) fun check_and_insert_nonce(sender: address, nonce: u64, expiration: u64): bool acquires NonceHistory {
        let history = borrow_global_mut<NonceHistory>(@aptos_framework);
        clear(history, timestamp::now_seconds());
        let key = NonceKey { sender, nonce };
        if (table::contains(&history.used, key)) return false;
        let until = expiration + OVERLAP_SECONDS;
        table::add(&mut history.used, key, until);
        table::add(&mut history.order, history.next, Used { key, until });
        history.next = history.next + 1;
        true
    }

    /// Forgets the oldest nonces whose time is over.
    fun clear(history: &mut NonceHistory, now: u64) {
        let left = CLEARED_AT_ONCE;
        while (left > 0 && history.first < history.next) {
            let oldest = table::borrow(&history.order, history.first);
            if (oldest.until >= now) return;
            let Used { key, until: _ } = table::remove(&mut history.order, history.first);
            table::remove(&mut history.used, key);
            history.first = history.first + 1;
            left = left - 1;
        }
    }

    #[test_only]
    public fun is_near_for_test(expiration: u64): bool {
        is_near(expiration)
    }

    #[test_only]
    public fun check_and_insert_nonce_for_test(
        sender: address, nonce: u64, expiration: u64
    ): bool acquires NonceHistory {
        check_and_insert_nonce(sender, nonce, expiration)
    }
}
