/// What bench/cross.mjs calls from.
module bench::edge {
    use framework::evm;
    use framework::svm;

    struct Nothing has drop {}

    fun nothing() {}

    public entry fun home(n: u64) {
        while (n > 0) { nothing(); n = n - 1 };
    }

    public entry fun to_evm(account: &signer, n: u64, to: address) {
        while (n > 0) { evm::call_raw(account, to, 0, b"nothing()", &Nothing {}); n = n - 1 };
    }

    public entry fun to_svm(account: &signer, n: u64, program: address) {
        while (n > 0) { svm::invoke(account, program, 0, vector[], b""); n = n - 1 };
    }
}
