/// What Solana programs and wallets call in the middle of their own work, to act on in other machines.
module agent::agent {
    use std::signer;
    use framework::evm;
    use framework::svm;

    /// Has the System program transfer what `data` says from `payer`, as whoever `from` is there.
    public fun pay(from: &signer, payer: address, to: address, data: vector<u8>): (u8, vector<u8>) {
        let metas = vector[svm::account_meta(payer, true, true), svm::writable(to)];
        svm::try_invoke(from, @0x0, 0, metas, data)
    }

    /// Has a program do what `data` says to a page.
    public fun write(from: &signer, program: address, page: address, data: vector<u8>): (u8, vector<u8>) {
        svm::try_invoke(from, program, 0, vector[svm::writable(page)], data)
    }

    /// Calls `put` of a contract, and says who it is here.
    public fun put(from: &signer, to: address, amount: u256): (address, vector<u8>) {
        (signer::address_of(from), evm::call_raw(from, to, 0, b"put(uint256)", &amount))
    }
}
