/// Pools of two coins on either curve, with liquidity tokens, swaps and loans within a transaction.
module markets::amm {
    use std::signer;
    use std::string;
    use aptos_framework::coin::{Self, BurnCapability, Coin, MintCapability};
    use aptos_framework::event;
    use aptos_std::math128;
    use aptos_std::type_info;
    use markets::curves::{Self, Stable, Uncorrelated};

    /// There is a pool of these already.
    const EPOOL_EXISTS: u64 = 1;
    /// There is no such pool.
    const ENO_POOL: u64 = 2;
    /// The type is no curve.
    const ENO_CURVE: u64 = 3;
    /// Less would come out than was asked for.
    const ETOO_LITTLE: u64 = 4;
    /// A loan was not paid back with its fee.
    const ENOT_PAID_BACK: u64 = 5;
    /// While a loan is out the pool does nothing else.
    const ELOCKED: u64 = 6;

    /// In 1/10000.
    const FEE: u64 = 30;
    const MINIMUM_LIQUIDITY: u64 = 1000;

    struct LP<phantom X, phantom Y, phantom Curve> {}

    struct Pool<phantom X, phantom Y, phantom Curve> has key {
        x: Coin<X>,
        y: Coin<Y>,
        locked_lp: Coin<LP<X, Y, Curve>>,
        mint: MintCapability<LP<X, Y, Curve>>,
        burn: BurnCapability<LP<X, Y, Curve>>,
        locked: bool,
    }

    /// Cannot be dropped: whoever gets it pays back.
    struct Loan<phantom X, phantom Y, phantom Curve> { x: u64, y: u64 }

    #[event]
    struct Swapped has drop, store { x_in: u64, y_in: u64, x_out: u64, y_out: u64 }

    fun is_stable<Curve>(): bool {
        let curve = type_info::type_of<Curve>();
        assert!(curve == type_info::type_of<Stable>() || curve == type_info::type_of<Uncorrelated>(), ENO_CURVE);
        curve == type_info::type_of<Stable>()
    }

    fun amount_out<Curve>(amount: u64, reserve_in: u64, reserve_out: u64): u64 {
        if (is_stable<Curve>()) curves::out_stable(amount, reserve_in, reserve_out, FEE)
        else curves::out_uncorrelated(amount, reserve_in, reserve_out, FEE)
    }

    inline fun find<X, Y, Curve>(): &mut Pool<X, Y, Curve> acquires Pool {
        assert!(exists<Pool<X, Y, Curve>>(@markets), ENO_POOL);
        let pool = borrow_global_mut<Pool<X, Y, Curve>>(@markets);
        assert!(!pool.locked, ELOCKED);
        pool
    }

    public entry fun create<X, Y, Curve>(publisher: &signer) {
        is_stable<Curve>();
        assert!(!exists<Pool<X, Y, Curve>>(@markets), EPOOL_EXISTS);
        let (burn, freeze, mint) =
            coin::initialize<LP<X, Y, Curve>>(publisher, string::utf8(b"Liquidity"), string::utf8(b"LP"), 6, true);
        coin::destroy_freeze_cap(freeze);
        move_to(publisher, Pool<X, Y, Curve> {
            x: coin::zero(), y: coin::zero(), locked_lp: coin::zero(), mint, burn, locked: false
        });
    }

    public fun mint<X, Y, Curve>(x: Coin<X>, y: Coin<Y>): Coin<LP<X, Y, Curve>> acquires Pool {
        let pool = find<X, Y, Curve>();
        let (dx, dy) = ((coin::value(&x) as u128), (coin::value(&y) as u128));
        let supply = std::option::destroy_some(coin::supply<LP<X, Y, Curve>>());
        let amount = if (supply == 0) {
            let first = (math128::sqrt(dx * dy) as u64);
            coin::merge(&mut pool.locked_lp, coin::mint(MINIMUM_LIQUIDITY, &pool.mint));
            first - MINIMUM_LIQUIDITY
        } else {
            let by_x = dx * supply / (coin::value(&pool.x) as u128);
            let by_y = dy * supply / (coin::value(&pool.y) as u128);
            (math128::min(by_x, by_y) as u64)
        };
        coin::merge(&mut pool.x, x);
        coin::merge(&mut pool.y, y);
        coin::mint(amount, &pool.mint)
    }

    public fun burn<X, Y, Curve>(lp: Coin<LP<X, Y, Curve>>): (Coin<X>, Coin<Y>) acquires Pool {
        let pool = find<X, Y, Curve>();
        let supply = std::option::destroy_some(coin::supply<LP<X, Y, Curve>>());
        let share = (coin::value(&lp) as u128);
        let x = ((coin::value(&pool.x) as u128) * share / supply as u64);
        let y = ((coin::value(&pool.y) as u128) * share / supply as u64);
        coin::burn(lp, &pool.burn);
        (coin::extract(&mut pool.x, x), coin::extract(&mut pool.y, y))
    }

    public fun swap_x_for_y<X, Y, Curve>(x: Coin<X>): Coin<Y> acquires Pool {
        let pool = find<X, Y, Curve>();
        let x_in = coin::value(&x);
        let y_out = amount_out<Curve>(x_in, coin::value(&pool.x), coin::value(&pool.y));
        coin::merge(&mut pool.x, x);
        event::emit(Swapped { x_in, y_in: 0, x_out: 0, y_out });
        coin::extract(&mut pool.y, y_out)
    }

    public fun swap_y_for_x<X, Y, Curve>(y: Coin<Y>): Coin<X> acquires Pool {
        let pool = find<X, Y, Curve>();
        let y_in = coin::value(&y);
        let x_out = amount_out<Curve>(y_in, coin::value(&pool.y), coin::value(&pool.x));
        coin::merge(&mut pool.y, y);
        event::emit(Swapped { x_in: 0, y_in, x_out, y_out: 0 });
        coin::extract(&mut pool.x, x_out)
    }

    public fun borrow<X, Y, Curve>(x: u64, y: u64): (Coin<X>, Coin<Y>, Loan<X, Y, Curve>) acquires Pool {
        let pool = find<X, Y, Curve>();
        pool.locked = true;
        (coin::extract(&mut pool.x, x), coin::extract(&mut pool.y, y), Loan { x, y })
    }

    public fun pay_back<X, Y, Curve>(x: Coin<X>, y: Coin<Y>, loan: Loan<X, Y, Curve>) acquires Pool {
        let Loan { x: x_lent, y: y_lent } = loan;
        assert!(coin::value(&x) >= x_lent + x_lent * FEE / 10000, ENOT_PAID_BACK);
        assert!(coin::value(&y) >= y_lent + y_lent * FEE / 10000, ENOT_PAID_BACK);
        let pool = borrow_global_mut<Pool<X, Y, Curve>>(@markets);
        coin::merge(&mut pool.x, x);
        coin::merge(&mut pool.y, y);
        pool.locked = false;
    }

    // ---- For wallets

    public entry fun add_liquidity<X, Y, Curve>(user: &signer, x: u64, y: u64) acquires Pool {
        let lp = mint<X, Y, Curve>(coin::withdraw(user, x), coin::withdraw(user, y));
        coin::register<LP<X, Y, Curve>>(user);
        coin::deposit(signer::address_of(user), lp);
    }

    public entry fun remove_liquidity<X, Y, Curve>(user: &signer, lp: u64) acquires Pool {
        let (x, y) = burn<X, Y, Curve>(coin::withdraw(user, lp));
        coin::deposit(signer::address_of(user), x);
        coin::deposit(signer::address_of(user), y);
    }

    public entry fun swap_x<X, Y, Curve>(user: &signer, x: u64, y_least: u64) acquires Pool {
        let y = swap_x_for_y<X, Y, Curve>(coin::withdraw(user, x));
        assert!(coin::value(&y) >= y_least, ETOO_LITTLE);
        coin::register<Y>(user);
        coin::deposit(signer::address_of(user), y);
    }

    public entry fun swap_y<X, Y, Curve>(user: &signer, y: u64, x_least: u64) acquires Pool {
        let x = swap_y_for_x<X, Y, Curve>(coin::withdraw(user, y));
        assert!(coin::value(&x) >= x_least, ETOO_LITTLE);
        coin::register<X>(user);
        coin::deposit(signer::address_of(user), x);
    }

    /// Borrows, and pays back `extra` more than was borrowed.
    public entry fun borrow_and_pay_back<X, Y, Curve>(user: &signer, amount: u64, extra: u64) acquires Pool {
        let (x, y, loan) = borrow<X, Y, Curve>(amount, 0);
        coin::merge(&mut x, coin::withdraw(user, extra));
        pay_back(x, y, loan);
    }

    #[view]
    public fun reserves<X, Y, Curve>(): (u64, u64) acquires Pool {
        let pool = borrow_global<Pool<X, Y, Curve>>(@markets);
        (coin::value(&pool.x), coin::value(&pool.y))
    }

    // ---- Tests

    #[test_only]
    use markets::tokens::{Self, Gold, Silver};

    #[test_only]
    fun set_up<Curve>(publisher: &signer, user: &signer, x: u64, y: u64) acquires Pool {
        tokens::set_up(publisher);
        aptos_framework::account::create_account_for_test(signer::address_of(user));
        create<Gold, Silver, Curve>(publisher);
        tokens::mint<Gold>(user, 100000000);
        tokens::mint<Silver>(user, 100000000);
        add_liquidity<Gold, Silver, Curve>(user, x, y);
    }

    #[test(publisher = @markets, user = @0x77)]
    fun liquidity_comes_back_but_for_the_minimum(publisher: signer, user: signer) acquires Pool {
        set_up<Uncorrelated>(&publisher, &user, 1000000, 4000000);
        assert!(coin::balance<LP<Gold, Silver, Uncorrelated>>(@0x77) == 2000000 - MINIMUM_LIQUIDITY, 0);
        remove_liquidity<Gold, Silver, Uncorrelated>(&user, 2000000 - MINIMUM_LIQUIDITY);
        let (x, y) = reserves<Gold, Silver, Uncorrelated>();
        assert!(x == 500 && y == 2000, 1);
    }

    #[test(publisher = @markets, user = @0x77)]
    fun swaps_on_both_curves(publisher: signer, user: signer) acquires Pool {
        set_up<Uncorrelated>(&publisher, &user, 1000000, 4000000);
        swap_x<Gold, Silver, Uncorrelated>(&user, 1000, 3984);
        assert!(event::was_event_emitted(&Swapped { x_in: 1000, y_in: 0, x_out: 0, y_out: 3984 }), 0);
        create<Gold, Silver, Stable>(&publisher);
        add_liquidity<Gold, Silver, Stable>(&user, 1000000, 1000000);
        swap_y<Gold, Silver, Stable>(&user, 10000, 9968);
        let (x, y) = reserves<Gold, Silver, Stable>();
        assert!(y == 1010000 && x <= 990032 && x >= 990029, x);
    }

    #[test(publisher = @markets, user = @0x77)]
    #[expected_failure(abort_code = ETOO_LITTLE)]
    fun refuses_a_worse_price(publisher: signer, user: signer) acquires Pool {
        set_up<Uncorrelated>(&publisher, &user, 1000000, 4000000);
        swap_x<Gold, Silver, Uncorrelated>(&user, 1000, 3985);
    }

    #[test(publisher = @markets, user = @0x77)]
    fun a_loan_pays_its_fee(publisher: signer, user: signer) acquires Pool {
        set_up<Uncorrelated>(&publisher, &user, 1000000, 4000000);
        borrow_and_pay_back<Gold, Silver, Uncorrelated>(&user, 100000, 300);
        let (x, _) = reserves<Gold, Silver, Uncorrelated>();
        assert!(x == 1000300, 0);
    }

    #[test(publisher = @markets, user = @0x77)]
    #[expected_failure(abort_code = ENOT_PAID_BACK)]
    fun a_loan_without_its_fee_fails(publisher: signer, user: signer) acquires Pool {
        set_up<Uncorrelated>(&publisher, &user, 1000000, 4000000);
        borrow_and_pay_back<Gold, Silver, Uncorrelated>(&user, 100000, 299);
    }

    #[test(publisher = @markets, user = @0x77)]
    #[expected_failure(abort_code = ELOCKED)]
    fun a_pool_with_a_loan_does_nothing_else(publisher: signer, user: signer) acquires Pool {
        set_up<Uncorrelated>(&publisher, &user, 1000000, 4000000);
        let (x, y, loan) = borrow<Gold, Silver, Uncorrelated>(1000, 0);
        coin::merge(&mut y, swap_x_for_y<Gold, Silver, Uncorrelated>(x));
        pay_back(coin::zero(), y, loan);
    }

    #[test(publisher = @markets)]
    #[expected_failure(abort_code = ENO_CURVE)]
    fun only_curves_are_curves(publisher: signer) {
        tokens::set_up(&publisher);
        create<Gold, Silver, Gold>(&publisher);
    }
}
