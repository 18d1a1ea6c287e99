/// What a pool gives for what it gets: xy = k for unrelated coins, xxxy + yyyx = k for coins of one worth.
module markets::curves {
    struct Uncorrelated {}
    struct Stable {}

    /// The pool would not have to give anything.
    const ENOTHING_OUT: u64 = 1;

    const FEE_PARTS: u64 = 10000;

    fun after_fee(amount: u64, fee: u64): u256 { (((amount as u128) * ((FEE_PARTS - fee) as u128) / (FEE_PARTS as u128)) as u256) }

    public fun out_uncorrelated(amount: u64, reserve_in: u64, reserve_out: u64, fee: u64): u64 {
        let paid = after_fee(amount, fee);
        let out = paid * (reserve_out as u256) / ((reserve_in as u256) + paid);
        assert!(out > 0, ENOTHING_OUT);
        (out as u64)
    }

    public fun value_stable(x: u256, y: u256): u256 { x * y * (x * x + y * y) }

    /// The y at which x and y have the value k, rounded up; by Newton's method from above.
    fun find_y(x: u256, k: u256, y: u256): u256 {
        let i = 0;
        while (i < 255) {
            let value = value_stable(x, y);
            let slope = x * x * x + 3 * x * y * y;
            let step = if (value > k) (value - k) / slope else (k - value) / slope + 1;
            if (value >= k && step == 0) break;
            y = if (value > k) y - step else y + step;
            i = i + 1;
        };
        y
    }

    public fun out_stable(amount: u64, reserve_in: u64, reserve_out: u64, fee: u64): u64 {
        let (x, y) = ((reserve_in as u256), (reserve_out as u256));
        let left = find_y(x + after_fee(amount, fee), value_stable(x, y), y);
        assert!(left < y, ENOTHING_OUT);
        ((y - left) as u64)
    }

    #[test]
    fun uncorrelated_gives_less_than_the_price() {
        // 1000 in at 1,000,000 : 4,000,000 and 0.3 %: 997 x 4,000,000 / 1,000,997
        assert!(out_uncorrelated(1000, 1000000, 4000000, 30) == 3984, 0);
        assert!(out_uncorrelated(1000000, 1000000, 4000000, 0) == 2000000, 1);
    }

    #[test, expected_failure(abort_code = ENOTHING_OUT)]
    fun uncorrelated_refuses_dust() { out_uncorrelated(1, 1000000, 10, 30); }

    #[test]
    fun stable_stays_near_one_for_one() {
        let out = out_stable(10000, 1000000, 1000000, 0);
        assert!(out >= 9999 && out <= 10000, out);
        // What comes back is never more than what went in.
        assert!(out_stable(out, 1000000 - out, 1010000, 0) <= 10000, 1);
    }

    #[test]
    fun stable_never_loses_value() {
        let (x, y, i) = (1000000, 3000000, 1);
        while (i < 40) {
            let amount = i * 7919;
            let out = out_stable(amount, x, y, 4);
            assert!(value_stable((x + amount as u256), (y - out as u256)) >= value_stable((x as u256), (y as u256)), i);
            (x, y) = (y - out, x + amount);
            i = i + 1;
        }
    }
}
