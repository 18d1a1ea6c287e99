/// A market of two coins with the entry functions of Liquidswap's router, so that whoever trades there can trade here.
module market::scripts_v2 {
    use std::signer;
    use aptos_framework::coin::{Self, Coin};
    use aptos_framework::event;

    /// There is a pool of these coins already.
    const EPOOL_EXISTS: u64 = 1;
    /// There is no pool of these coins.
    const ENO_POOL: u64 = 2;
    /// Less would come out than was asked for.
    const ECOIN_OUT_NUM_LESS_THAN_EXPECTED_MINIMUM: u64 = 3;
    /// More would have to be paid than was offered.
    const ECOIN_VAL_MAX_LESS_THAN_NEEDED: u64 = 4;
    /// Less liquidity would be given than was asked for.
    const EBAD_LIQUIDITY: u64 = 5;

    /// In 1/10000, as Liquidswap's.
    const FEE: u64 = 30;

    struct Pool<phantom X, phantom Y, phantom Curve> has key { x: Coin<X>, y: Coin<Y> }

    #[event]
    struct Swap has drop, store { trader: address, paid: u64, got: u64 }

    public entry fun register_pool<X, Y, Curve>(account: &signer) {
        assert!(!exists<Pool<X, Y, Curve>>(@market) && !exists<Pool<Y, X, Curve>>(@market), EPOOL_EXISTS);
        move_to(account, Pool<X, Y, Curve> { x: coin::zero(), y: coin::zero() });
    }

    public entry fun register_pool_and_add_liquidity<X, Y, Curve>(
        account: &signer, x: u64, x_min: u64, y: u64, y_min: u64
    ) acquires Pool {
        register_pool<X, Y, Curve>(account);
        add_liquidity<X, Y, Curve>(account, x, x_min, y, y_min);
    }

    /// What goes beyond the pool's own ratio stays with the account.
    public entry fun add_liquidity<X, Y, Curve>(account: &signer, x: u64, x_min: u64, y: u64, y_min: u64) acquires Pool {
        assert!(exists<Pool<X, Y, Curve>>(@market), ENO_POOL);
        let pool = borrow_global_mut<Pool<X, Y, Curve>>(@market);
        let (has_x, has_y) = (coin::value(&pool.x), coin::value(&pool.y));
        if (has_x > 0) {
            let y_of_x = ((x as u128) * (has_y as u128) / (has_x as u128) as u64);
            if (y_of_x <= y) y = y_of_x else x = ((y as u128) * (has_x as u128) / (has_y as u128) as u64);
        };
        assert!(x >= x_min && y >= y_min, EBAD_LIQUIDITY);
        coin::merge(&mut pool.x, coin::withdraw(account, x));
        coin::merge(&mut pool.y, coin::withdraw(account, y));
    }

    /// Sells `amount` of X for at least `out_min` of Y.
    public entry fun swap<X, Y, Curve>(account: &signer, amount: u64, out_min: u64) acquires Pool {
        let got = trade<X, Y, Curve>(coin::withdraw(account, amount));
        assert!(coin::value(&got) >= out_min, ECOIN_OUT_NUM_LESS_THAN_EXPECTED_MINIMUM);
        keep(account, amount, got);
    }

    /// Buys `amount` of Y for at most `in_max` of X.
    public entry fun swap_into<X, Y, Curve>(account: &signer, in_max: u64, amount: u64) acquires Pool {
        let (has_x, has_y) = reserves<X, Y, Curve>();
        let (x, y, out) = ((has_x as u256), (has_y as u256), (amount as u256));
        let needed = ((x * out * 10000 / ((y - out) * ((10000 - FEE) as u256)) + 1) as u64);
        assert!(needed <= in_max, ECOIN_VAL_MAX_LESS_THAN_NEEDED);
        keep(account, needed, trade<X, Y, Curve>(coin::withdraw(account, needed)));
    }

    fun keep<Y>(account: &signer, paid: u64, got: Coin<Y>) {
        let trader = signer::address_of(account);
        event::emit(Swap { trader, paid, got: coin::value(&got) });
        coin::register<Y>(account);
        coin::deposit(trader, got);
    }

    fun trade<X, Y, Curve>(paid: Coin<X>): Coin<Y> acquires Pool {
        if (exists<Pool<X, Y, Curve>>(@market)) {
            let pool = borrow_global_mut<Pool<X, Y, Curve>>(@market);
            exchange(&mut pool.x, &mut pool.y, paid)
        } else {
            assert!(exists<Pool<Y, X, Curve>>(@market), ENO_POOL);
            let pool = borrow_global_mut<Pool<Y, X, Curve>>(@market);
            exchange(&mut pool.y, &mut pool.x, paid)
        }
    }

    fun exchange<X, Y>(from: &mut Coin<X>, to: &mut Coin<Y>, paid: Coin<X>): Coin<Y> {
        let out = amount_out(coin::value(&paid), coin::value(from), coin::value(to));
        coin::merge(from, paid);
        coin::extract(to, out)
    }

    fun amount_out(paid: u64, has_in: u64, has_out: u64): u64 {
        let after_fee = (paid as u256) * ((10000 - FEE) as u256);
        (after_fee * (has_out as u256) / ((has_in as u256) * 10000 + after_fee) as u64)
    }

    #[view]
    public fun reserves<X, Y, Curve>(): (u64, u64) acquires Pool {
        if (exists<Pool<X, Y, Curve>>(@market)) {
            let pool = borrow_global<Pool<X, Y, Curve>>(@market);
            (coin::value(&pool.x), coin::value(&pool.y))
        } else {
            assert!(exists<Pool<Y, X, Curve>>(@market), ENO_POOL);
            let pool = borrow_global<Pool<Y, X, Curve>>(@market);
            (coin::value(&pool.y), coin::value(&pool.x))
        }
    }

    #[view]
    public fun get_amount_out<X, Y, Curve>(amount: u64): u64 acquires Pool {
        let (has_x, has_y) = reserves<X, Y, Curve>();
        amount_out(amount, has_x, has_y)
    }
}
