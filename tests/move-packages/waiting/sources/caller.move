/// Waits for calls; holds nothing itself.
module waiting::caller {
    use aptos_framework::evm;
    use aptos_framework::svm;
    use waiting::ledger;

    public fun call(account: &signer, play: vector<u8>): vector<u8> {
        evm::call_raw(account, @0xe1, 0, b"", &play)
    }

    /// A call to the second machine inside that to the first.
    public fun call_both(account: &signer, play: vector<u8>): vector<u8> {
        svm::invoke(account, @0x51, 0, vector[svm::writable(@0x52)], play)
    }

    public fun try_call(account: &signer, play: vector<u8>): (u8, vector<u8>) {
        evm::try_call(account, @0xe1, 0, b"", &play)
    }

    public fun pay(account: &signer, octas: u64, play: vector<u8>): (u8, vector<u8>) {
        evm::try_call(account, @0xe1, octas, b"", &play)
    }

    public fun call_with(account: &signer, play: vector<u8>, flags: u8): (u8, vector<u8>) {
        evm::try_call_with(account, @0xe1, 0, b"", &play, flags)
    }

    /// What the ledger has before, when the call is over, and when it has been changed once more.
    public fun add_around(account: &signer, play: vector<u8>): vector<u64> {
        let seen = vector[ledger::add(1)];
        evm::try_call(account, @0xe1, 0, b"", &play);
        seen.push_back(ledger::total());
        seen.push_back(ledger::add(5));
        seen
    }

    public fun look_around(account: &signer, play: vector<u8>): vector<u64> {
        let seen = vector[ledger::put(7), ledger::left(), ledger::right()];
        evm::try_call(account, @0xe1, 0, b"", &play);
        seen.push_back(ledger::items());
        seen.push_back(ledger::left());
        seen.push_back(ledger::right());
        seen.push_back(if (ledger::has_note()) 1 else 0);
        seen.push_back(ledger::put(8));
        seen
    }

    /// `n` frames of its own, and then a call.
    public fun deep_call(account: &signer, n: u64, play: vector<u8>): (u8, vector<u8>) {
        if (n <= 1) evm::try_call(account, @0xe1, 0, b"", &play)
        else deep_call(account, n - 1, play)
    }

    #[view]
    public fun numbers(): vector<u64> { ledger::entries() }
}
