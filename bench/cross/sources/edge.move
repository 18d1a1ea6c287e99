/// What bench/cross.mjs calls, and calls from.
module bench::edge {
    public fun nothing() {}

    #[view]
    public fun local(n: u64): u64 {
        let i = 0;
        while (i < n) { nothing(); i = i + 1 };
        i
    }
}
