/// Shares in a growing or shrinking amount of coins, for a limited number of shareholders.
module aptos_std::pool_u64 {
    use std::error;
    use aptos_std::math64;
    use aptos_std::simple_map::{Self, SimpleMap};

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

    struct Pool has store {
        shareholders_limit: u64,
        total_coins: u64,
        total_shares: u64,
        shares: SimpleMap<address, u64>,
        /// In the order in which they bought in.
        shareholders: vector<address>,
        /// Shares for each coin of the first who buys in: more of them round less.
        scaling_factor: u64,
    }

    public fun new(shareholders_limit: u64): Pool {
        create_with_scaling_factor(shareholders_limit, 1)
    }

    public fun create(shareholders_limit: u64): Pool {
        new(shareholders_limit)
    }

    public fun create_with_scaling_factor(shareholders_limit: u64, scaling_factor: u64): Pool {
        Pool {
            shareholders_limit,
            total_coins: 0,
            total_shares: 0,
            shares: simple_map::new(),
            shareholders: vector[],
            scaling_factor,
        }
    }

    public fun destroy_empty(self: Pool) {
        assert!(self.total_coins == 0, error::invalid_state(EPOOL_IS_NOT_EMPTY));
        let Pool {
            shareholders_limit: _, total_coins: _, total_shares: _, shares: _, shareholders: _, scaling_factor: _
        } = self;
    }

    public fun total_coins(self: &Pool): u64 {
        self.total_coins
    }

    public fun total_shares(self: &Pool): u64 {
        self.total_shares
    }

    public fun contains(self: &Pool, shareholder: address): bool {
        self.shares.contains_key(&shareholder)
    }

    public fun shares(self: &Pool, shareholder: address): u64 {
        if (contains(self, shareholder)) *self.shares.borrow(&shareholder) else 0
    }

    /// What the shareholder's shares are worth, in coins.
    public fun balance(self: &Pool, shareholder: address): u64 {
        shares_to_amount(self, shares(self, shareholder))
    }

    public fun shareholders(self: &Pool): vector<address> {
        self.shareholders
    }

    public fun shareholders_count(self: &Pool): u64 {
        self.shareholders.length()
    }

    /// Gains and losses: all shares change their worth.
    public fun update_total_coins(self: &mut Pool, new_total_coins: u64) {
        self.total_coins = new_total_coins;
    }

    /// The number of shares that the coins buy.
    public fun buy_in(self: &mut Pool, shareholder: address, coins_amount: u64): u64 {
        if (coins_amount == 0) return 0;
        let bought = amount_to_shares(self, coins_amount);
        assert!(MAX_U64 - self.total_coins >= coins_amount, error::invalid_argument(EPOOL_TOTAL_COINS_OVERFLOW));
        assert!(MAX_U64 - self.total_shares >= bought, error::invalid_argument(EPOOL_TOTAL_COINS_OVERFLOW));
        self.total_coins += coins_amount;
        self.total_shares += bought;
        give(self, shareholder, bought);
        bought
    }

    fun give(self: &mut Pool, shareholder: address, more: u64) {
        if (contains(self, shareholder)) {
            let held = self.shares.borrow_mut(&shareholder);
            assert!(MAX_U64 - *held >= more, error::invalid_argument(ESHAREHOLDER_SHARES_OVERFLOW));
            *held += more;
        } else if (more > 0) {
            assert!(
                self.shareholders.length() < self.shareholders_limit, error::invalid_state(ETOO_MANY_SHAREHOLDERS)
            );
            self.shareholders.push_back(shareholder);
            self.shares.add(shareholder, more);
        }
    }

    /// The coins that the shares are worth.
    public fun redeem_shares(self: &mut Pool, shareholder: address, shares_to_redeem: u64): u64 {
        check_holds(self, shareholder, shares_to_redeem);
        if (shares_to_redeem == 0) return 0;
        let coins = shares_to_amount(self, shares_to_redeem);
        self.total_coins -= coins;
        self.total_shares -= shares_to_redeem;
        take(self, shareholder, shares_to_redeem);
        coins
    }

    public fun transfer_shares(
        self: &mut Pool, shareholder_1: address, shareholder_2: address, shares_to_transfer: u64
    ) {
        check_holds(self, shareholder_1, shares_to_transfer);
        if (shares_to_transfer == 0) return;
        take(self, shareholder_1, shares_to_transfer);
        give(self, shareholder_2, shares_to_transfer);
    }

    fun check_holds(self: &Pool, shareholder: address, wanted: u64) {
        assert!(contains(self, shareholder), error::invalid_argument(ESHAREHOLDER_NOT_FOUND));
        assert!(shares(self, shareholder) >= wanted, error::invalid_argument(EINSUFFICIENT_SHARES));
    }

    fun take(self: &mut Pool, shareholder: address, less: u64) {
        let held = self.shares.borrow_mut(&shareholder);
        *held -= less;
        if (*held == 0) {
            self.shareholders.remove_value(&shareholder);
            self.shares.remove(&shareholder);
        }
    }

    /// The number of new shares that the coins buy.
    public fun amount_to_shares(self: &Pool, coins_amount: u64): u64 {
        amount_to_shares_with_total_coins(self, coins_amount, self.total_coins)
    }

    /// The same if the pool had that many coins.
    public fun amount_to_shares_with_total_coins(self: &Pool, coins_amount: u64, total_coins: u64): u64 {
        if (self.total_coins == 0 || self.total_shares == 0) coins_amount * self.scaling_factor
        else multiply_then_divide(self, coins_amount, self.total_shares, total_coins)
    }

    /// What the shares are worth, in coins.
    public fun shares_to_amount(self: &Pool, shares: u64): u64 {
        shares_to_amount_with_total_coins(self, shares, self.total_coins)
    }

    /// The same if the pool had that many coins.
    public fun shares_to_amount_with_total_coins(self: &Pool, shares: u64, total_coins: u64): u64 {
        if (self.total_coins == 0 || self.total_shares == 0) 0
        else multiply_then_divide(self, shares, total_coins, self.total_shares)
    }

    public fun multiply_then_divide(self: &Pool, x: u64, y: u64, z: u64): u64 {
        math64::mul_div(x, y, z)
    }
}
