/// A loan from a Liquidswap pool, paid back with `extra` from the borrower's purse.
module flash::flash {
    use std::signer;
    use aptos_framework::coin;
    use liquidswap::curves::Uncorrelated;
    use liquidswap::liquidity_pool;
    use test_coins::coins::{BTC, USDT};

    public entry fun borrow(user: &signer, amount: u64, extra: u64) {
        let (btc, usdt, loan) = liquidity_pool::flashloan<BTC, USDT, Uncorrelated>(amount, 0);
        coin::merge(&mut btc, coin::withdraw(user, extra));
        liquidity_pool::pay_flashloan(btc, usdt, loan);
    }

    /// Takes one coin out of the pool and pays with the other: a swap by loan.
    public entry fun swap(user: &signer, btc_in: u64, usdt_out: u64) {
        let (btc, usdt, loan) = liquidity_pool::flashloan<BTC, USDT, Uncorrelated>(0, usdt_out);
        coin::deposit(signer::address_of(user), usdt);
        coin::merge(&mut btc, coin::withdraw(user, btc_in));
        liquidity_pool::pay_flashloan(btc, coin::zero<USDT>(), loan);
    }
}
