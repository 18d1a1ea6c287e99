/// Shares in a growing or shrinking amount of coins, for any number of shareholders.
module aptos_std::pool_u64_unbound {
    use std::error;
    use aptos_std::math128;
    use aptos_std::table_with_length::{Self, TableWithLength};

    /// The shareholder has no shares.
    const ESHAREHOLDER_NOT_FOUND: u64 = 1;
    /// The pool has as many shareholders as it may have.
    const ETOO_MANY_SHAREHOLDERS: u64 = 2;
    /// The pool has coins left.
    const EPOOL_IS_NOT_EMPTY: u64 = 3;
    /// The shareholder has fewer shares.
    const EINSUFFICIENT_SHARES: u64 = 4;
    /// A shareholder's shares would not fit.
    const ESHAREHOLDER_SHARES_OVERFLOW: u64 = 5;
    /// The coins would not fit.
    const EPOOL_TOTAL_COINS_OVERFLOW: u64 = 6;
    /// The shares would not fit.
    const EPOOL_TOTAL_SHARES_OVERFLOW: u64 = 7;

    const MAX_U64: u64 = 18446744073709551615;
    const MAX_U128: u128 = 340282366920938463463374607431768211455;

    struct Pool has store {
        total_coins: u64,
        total_shares: u128,
        shares: TableWithLength<address, u128>,
        /// Shares for each coin of the first who buys in: more of them round less.
        scaling_factor: u64,
    }

    public fun new(): Pool {
        create_with_scaling_factor(1)
    }

    public fun create(): Pool {
        new()
    }

    public fun create_with_scaling_factor(scaling_factor: u64): Pool {
        Pool { total_coins: 0, total_shares: 0, shares: table_with_length::new(), scaling_factor }
    }

    public fun destroy_empty(self: Pool) {
        assert!(self.total_coins == 0, error::invalid_state(EPOOL_IS_NOT_EMPTY));
        let Pool { total_coins: _, total_shares: _, shares, scaling_factor: _ } = self;
        shares.destroy_empty();
    }

    public fun total_coins(self: &Pool): u64 {
        self.total_coins
    }

    public fun total_shares(self: &Pool): u128 {
        self.total_shares
    }

    public fun contains(self: &Pool, shareholder: address): bool {
        self.shares.contains(shareholder)
    }

    public fun shares(self: &Pool, shareholder: address): u128 {
        if (contains(self, shareholder)) *self.shares.borrow(shareholder) else 0
    }

    /// What the shareholder's shares are worth, in coins.
    public fun balance(self: &Pool, shareholder: address): u64 {
        shares_to_amount(self, shares(self, shareholder))
    }

    public fun shareholders_count(self: &Pool): u64 {
        self.shares.length()
    }

    /// Gains and losses: all shares change their worth.
    public fun update_total_coins(self: &mut Pool, new_total_coins: u64) {
        self.total_coins = new_total_coins;
    }

    /// The number of shares that the coins buy.
    public fun buy_in(self: &mut Pool, shareholder: address, coins_amount: u64): u128 {
        if (coins_amount == 0) return 0;
        let bought = amount_to_shares(self, coins_amount);
        assert!(MAX_U64 - self.total_coins >= coins_amount, error::invalid_argument(EPOOL_TOTAL_COINS_OVERFLOW));
        assert!(MAX_U128 - self.total_shares >= bought, error::invalid_argument(EPOOL_TOTAL_SHARES_OVERFLOW));
        self.total_coins += coins_amount;
        self.total_shares += bought;
        give(self, shareholder, bought);
        bought
    }

    fun give(self: &mut Pool, shareholder: address, more: u128) {
        if (contains(self, shareholder)) {
            let held = self.shares.borrow_mut(shareholder);
            assert!(MAX_U128 - *held >= more, error::invalid_argument(ESHAREHOLDER_SHARES_OVERFLOW));
            *held += more;
        } else if (more > 0) {
            self.shares.add(shareholder, more);
        }
    }

    /// The coins that the shares are worth.
    public fun redeem_shares(self: &mut Pool, shareholder: address, shares_to_redeem: u128): u64 {
        check_holds(self, shareholder, shares_to_redeem);
        if (shares_to_redeem == 0) return 0;
        let coins = shares_to_amount(self, shares_to_redeem);
        self.total_coins -= coins;
        self.total_shares -= shares_to_redeem;
        take(self, shareholder, shares_to_redeem);
        coins
    }

    public fun transfer_shares(
        self: &mut Pool, shareholder_1: address, shareholder_2: address, shares_to_transfer: u128
    ) {
        check_holds(self, shareholder_1, shares_to_transfer);
        if (shares_to_transfer == 0) return;
        take(self, shareholder_1, shares_to_transfer);
        give(self, shareholder_2, shares_to_transfer);
    }

    fun check_holds(self: &Pool, shareholder: address, wanted: u128) {
        assert!(contains(self, shareholder), error::invalid_argument(ESHAREHOLDER_NOT_FOUND));
        assert!(shares(self, shareholder) >= wanted, error::invalid_argument(EINSUFFICIENT_SHARES));
    }

    fun take(self: &mut Pool, shareholder: address, less: u128) {
        let held = self.shares.borrow_mut(shareholder);
        *held -= less;
        if (*held == 0) {
            self.shares.remove(shareholder);
        }
    }

    /// The number of new shares that the coins buy.
    public fun amount_to_shares(self: &Pool, coins_amount: u64): u128 {
        amount_to_shares_with_total_coins(self, coins_amount, self.total_coins)
    }

    /// The same if the pool had that many coins.
    public fun amount_to_shares_with_total_coins(self: &Pool, coins_amount: u64, total_coins: u64): u128 {
        if (self.total_coins == 0 || self.total_shares == 0) (coins_amount as u128) * (self.scaling_factor as u128)
        else multiply_then_divide(self, (coins_amount as u128), self.total_shares, (total_coins as u128))
    }

    /// What the shares are worth, in coins.
    public fun shares_to_amount(self: &Pool, shares: u128): u64 {
        shares_to_amount_with_total_coins(self, shares, self.total_coins)
    }

    /// The same if the pool had that many coins.
    public fun shares_to_amount_with_total_coins(self: &Pool, shares: u128, total_coins: u64): u64 {
        shares_to_amount_with_total_stats(self, shares, total_coins, self.total_shares)
    }

    /// The same if it had that many coins and shares.
    public fun shares_to_amount_with_total_stats(
        self: &Pool, shares: u128, total_coins: u64, total_shares: u128
    ): u64 {
        if (self.total_coins == 0 || total_shares == 0) 0
        else (multiply_then_divide(self, shares, (total_coins as u128), total_shares) as u64)
    }

    public fun multiply_then_divide(self: &Pool, x: u128, y: u128, z: u128): u128 {
        math128::mul_div(x, y, z)
    }
}
