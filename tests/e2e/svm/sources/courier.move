/// Sends instructions to the Solana VM from Move.
module courier::courier {
    use framework::evm::Options;
    use framework::svm::{Self, AccountMeta};

    struct Ids has key {
        ids: vector<vector<u8>>,
    }

    const E_UNDONE: u64 = 7;

    fun init_module(owner: &signer) {
        move_to(owner, Ids { ids: vector[] });
    }

    fun metas(keys: vector<address>, signers: vector<bool>, writables: vector<bool>): vector<AccountMeta> {
        let out = vector[];
        let i = 0;
        while (i < keys.length()) {
            out.push_back(svm::account_meta(keys[i], signers[i], writables[i]));
            i = i + 1;
        };
        out
    }

    public entry fun call(
        account: &signer,
        program: address,
        keys: vector<address>,
        signers: vector<bool>,
        writables: vector<bool>,
        data: vector<u8>
    ) {
        svm::call(account, program, metas(keys, signers, writables), data);
    }

    public entry fun call_twice(
        account: &signer,
        program: address,
        keys: vector<address>,
        signers: vector<bool>,
        writables: vector<bool>,
        first: vector<u8>,
        second: vector<u8>
    ) {
        let metas = metas(keys, signers, writables);
        svm::call(account, program, metas, first);
        svm::call(account, program, metas, second);
    }

    /// The message is gone with the transaction.
    public entry fun undone(account: &signer, program: address, data: vector<u8>) {
        svm::call(account, program, vector[], data);
        abort E_UNDONE
    }

    public entry fun send(
        account: &signer,
        program: address,
        keys: vector<address>,
        signers: vector<bool>,
        writables: vector<bool>,
        data: vector<u8>,
        on_fail: u8,
        open_retry: bool,
        deadline: u64
    ) acquires Ids {
        let options: Options = svm::options().with_on_fail(on_fail).with_deadline(deadline);
        if (open_retry) options = options.with_open_retry();
        let id = svm::send(account, program, metas(keys, signers, writables), data, options);
        borrow_global_mut<Ids>(@courier).ids.push_back(id);
    }

    /// Options that do not fit.
    public entry fun refused(account: &signer, program: address, which: u8) {
        let o = svm::options();
        if (which == 0) o = o.with_value(1 << 60);
        if (which == 1) o = o.with_gas(1);
        if (which == 2) o = o.with_on_fail(svm::call_back()).with_callback(b"0x1::m", 0);
        if (which == 3) o = o.with_callback(b"0x1::m::f", 0);
        if (which == 4) o = o.with_on_fail(5);
        if (which == 5) o = o.with_deadline(1);
        svm::send(account, program, vector[], vector[], o);
    }

    #[view]
    public fun ids(): vector<vector<u8>> acquires Ids {
        borrow_global<Ids>(@courier).ids
    }

    #[view]
    public fun aliases(evm: address, account: address, key: address): vector<address> {
        vector[svm::alias_of_evm(evm), svm::alias_of_move(account), svm::alias_of_key(key)]
    }
}
