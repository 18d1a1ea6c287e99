/// Sends messages with every option, is sent some, and keeps what its callbacks are told.
module options::options {
    use std::signer;
    use framework::aptos_account;
    use framework::aptos_coin::AptosCoin;
    use framework::coin;
    use framework::evm::{Self, Options, Outcome};
    use framework::svm;

    const E_NO: u64 = 7;

    struct Kept has key {
        sent: u64,
        ids: vector<vector<u8>>,
        told: vector<Told>,
    }

    struct Told has copy, drop, store {
        id: vector<u8>,
        ok: bool,
        failure: u8,
        data: vector<u8>,
        error: vector<u8>,
    }

    fun init_module(owner: &signer) {
        move_to(owner, Kept { sent: 0, ids: vector[], told: vector[] });
    }

    // ---- What is called from other machines

    /// Moves what came along to `to`; it must be `octas`.
    public fun take(from: &signer, octas: u64, to: address): u64 {
        assert!(coin::balance<AptosCoin>(signer::address_of(from)) >= octas, 1);
        aptos_account::transfer(from, to, octas);
        octas
    }

    public fun refuse(_from: &signer) {
        abort E_NO
    }

    public fun told(outcome: Outcome) acquires Kept {
        borrow_global_mut<Kept>(@options).told.push_back(Told {
            id: outcome.id(),
            ok: outcome.is_ok(),
            failure: outcome.failure(),
            data: outcome.data(),
            error: outcome.error_text(),
        });
    }

    /// No callback: it wants a signer.
    public fun told_with_signer(_s: &signer, _outcome: Outcome) {}

    // ---- What sends

    fun options(on_fail: u8, octas: u64, gas: u64, refund_to: address, callback: vector<u8>, callback_gas: u64, on_success: bool): Options {
        let o = evm::options().with_on_fail(on_fail).with_value(octas).with_gas(gas).with_refund_to(refund_to)
            .with_callback(callback, callback_gas);
        if (on_success) o = o.with_on_success();
        o
    }

    fun keep(id: vector<u8>) acquires Kept {
        let kept = borrow_global_mut<Kept>(@options);
        kept.sent += 1;
        kept.ids.push_back(id);
    }

    /// Calls `take(uint64)` of the contract at `to`, which refuses 0.
    public entry fun to_evm(
        account: &signer, to: address, n: u64, on_fail: u8, octas: u64, gas: u64, refund_to: address, callback: vector<u8>,
        callback_gas: u64, on_success: bool
    ) acquires Kept {
        let o = options(on_fail, octas, gas, refund_to, callback, callback_gas, on_success);
        keep(evm::send(account, to, b"take(uint64)", &n, o));
    }

    /// The System program's transfer of `lamports` from the account's alias.
    public entry fun to_svm(
        account: &signer, to: address, lamports: vector<u8>, on_fail: u8, octas: u64, gas: u64, refund_to: address,
        callback: vector<u8>, callback_gas: u64, on_success: bool
    ) acquires Kept {
        let o = options(on_fail, octas, gas, refund_to, callback, callback_gas, on_success);
        let alias = svm::alias_of_move(signer::address_of(account));
        let metas = vector[svm::account_meta(alias, true, true), svm::writable(to)];
        let data = x"02000000";
        data.append(lamports);
        keep(svm::send(account, @0x0, metas, data, o));
    }

    public entry fun atomic(account: &signer, to: address, n: u64, octas: u64) acquires Kept {
        evm::make_atomic();
        keep(evm::send(account, to, b"take(uint64)", &n, options(evm::revert_tx(), octas, 0, @0x0, b"", 0, false)));
    }

    public entry fun cancel(account: &signer, id: address) {
        evm::evm(account, @0x7e00000000000000000000000000000000000004, b"cancel(bytes32)", &id);
    }

    fun inner() {
        evm::make_atomic();
    }

    public entry fun atomic_inside(_account: &signer) {
        inner();
    }

    #[view]
    public fun kept(): (u64, vector<vector<u8>>, vector<Told>) acquires Kept {
        let k = borrow_global<Kept>(@options);
        (k.sent, k.ids, k.told)
    }
}
