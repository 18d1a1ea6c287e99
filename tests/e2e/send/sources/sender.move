/// Sends messages with options from Move, and keeps the ids that it is told.
module sender::sender {
    use std::signer;
    use framework::evm;

    struct Ids has key {
        ids: vector<vector<u8>>,
    }

    fun init_module(owner: &signer) {
        move_to(owner, Ids { ids: vector[] });
    }

    fun keep_id(id: vector<u8>) acquires Ids {
        borrow_global_mut<Ids>(@sender).ids.push_back(id);
    }

    /// `refuse(uint64)` of the contract at `to` fails unless `n` is 0.
    public entry fun send(account: &signer, to: address, n: u64, on_fail: u8, open_retry: bool, deadline: u64) acquires Ids {
        let options = evm::options().with_on_fail(on_fail).with_deadline(deadline);
        if (open_retry) options = options.with_open_retry();
        keep_id(evm::send(account, to, b"refuse(uint64)", &n, options));
    }

    public entry fun send_after_two(account: &signer, to: address) acquires Ids {
        let zero = 0u64;
        evm::evm(account, to, b"refuse(uint64)", &zero);
        keep_id(evm::send(account, to, b"refuse(uint64)", &zero, evm::options()));
        keep_id(evm::send(account, to, b"refuse(uint64)", &zero, evm::options()));
    }

    /// Called from the EVM: a second generation that asks for its id too.
    public fun answer(from: &signer, to: address) acquires Ids {
        assert!(signer::address_of(from) != @sender, 1);
        let one = 1u64;
        keep_id(evm::send(from, to, b"refuse(uint64)", &one, evm::options().with_on_fail(evm::drop())));
    }

    struct Nothing has drop {}

    /// Called from the EVM: calls `spread()` of the contract at `to`.
    public fun bounce(from: &signer, to: address) {
        evm::evm(from, to, b"spread()", &Nothing {});
    }

    /// Options that do not fit.
    public entry fun refused(account: &signer, to: address, which: u8) {
        let o = evm::options();
        if (which == 0) o = o.with_gas(1);
        if (which == 1) o = o.with_gas(1 << 40);
        if (which == 2) o = o.with_callback(b"0x1::m::f", 0);
        if (which == 3) o = o.with_on_success();
        if (which == 4) o = o.with_on_fail(evm::call_back()).with_callback(b"0x1::m", 0);
        if (which == 5) o = o.with_on_fail(evm::revert_tx());
        if (which == 6) o = o.with_value(1 << 60);
        evm::send(account, to, b"refuse(uint64)", &1u64, o);
    }

    #[view]
    public fun ids(): vector<vector<u8>> acquires Ids {
        borrow_global<Ids>(@sender).ids
    }
}
