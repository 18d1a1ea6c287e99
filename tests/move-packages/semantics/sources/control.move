/// Loops, labels, breaks, recursion, early returns and aborts.
module semantics::control {
    /// Raised where a test asks for it.
    const EASKED_FOR: u64 = 42;

    #[view]
    public fun test_while(): u64 {
        let i = 0;
        let s = 0;
        while (i < 1000) {
            i += 1;
            if (i % 3 == 0) continue;
            if (i > 900) break;
            s += i;
        };
        s
    }

    #[view]
    public fun test_for(): u64 {
        let s = 0;
        for (i in 0..100) {
            if (i % 7 == 3) continue;
            s += i * i;
        };
        s
    }

    #[view]
    public fun test_loop_with_labels(): u64 {
        let n = 0;
        'outer: loop {
            let j = 0;
            'inner: loop {
                j += 1;
                n += j;
                if (n % 11 == 0) continue 'outer;
                if (n > 500) break 'outer;
                if (j == 9) break 'inner;
            };
            n += 100;
        };
        n
    }

    #[view]
    public fun test_nested_while_labels(): u64 {
        let found = 0;
        let i = 0;
        'rows: while (i < 20) {
            let j = 0;
            while (j < 20) {
                if (i * j == 221) {
                    found = i * 1000 + j;
                    break 'rows
                };
                j += 1;
            };
            i += 1;
        };
        found
    }

    #[view]
    public fun fib(n: u64): u64 {
        if (n < 2) n else fib(n - 1) + fib(n - 2)
    }

    #[view]
    public fun test_recursion(): u64 { fib(15) }

    fun is_even(n: u64): bool { if (n == 0) true else is_odd(n - 1) }
    fun is_odd(n: u64): bool { if (n == 0) false else is_even(n - 1) }

    #[view]
    public fun test_mutual_recursion(): u64 {
        if (is_even(100) && is_odd(101)) 1 else 0
    }

    #[view]
    public fun many(a: u8, b: u64, c: bool, d: u256): (u256, bool, u64, u8) {
        (d + 1, !c, b + 2, a + 3)
    }

    #[view]
    public fun test_many_results(): u64 {
        let (d, c, b, a) = many(1, 2, false, 3);
        let (x, _, _, _) = many(9, 9, true, 9);
        (d as u64) * 1000 + (if (c) 100 else 0) + b * 10 + (a as u64) + (x as u64)
    }

    #[view]
    public fun test_evaluation_order(): u64 {
        let x = 1;
        let y = x + { x = 10; x } + { x = x + 1; x };
        y * 100 + x
    }

    #[view]
    public fun early(n: u64): u64 {
        if (n > 10) return 1;
        if (n > 5) { return 2 } else { n += 1 };
        n
    }

    #[view]
    public fun test_early_return(): u64 { early(20) * 100 + early(7) * 10 + early(3) }

    #[view]
    public fun test_deep_recursion(): u64 { depth(900) }

    fun depth(n: u64): u64 { if (n == 0) 0 else { let r = depth(n - 1); r + 1 } }

    /// Keeps an operand on the stack in each frame: the operand stack overflows before the calls do.
    fun depth_with_operand(n: u64): u64 { if (n == 0) 0 else 1 + depth_with_operand(n - 1) }

    #[view]
    public fun test_depth_with_operand(): u64 { depth_with_operand(500) }

    /// The argument chosen, evaluated lazily by inlining.
    inline fun choose(c: bool, f: |u64| u64, g: |u64| u64): u64 { if (c) f(3) else g(4) }

    #[view]
    public fun test_inline_lambda(): u64 {
        let seen = 0;
        let a = choose(true, |x| { seen += 1; x * 2 }, |x| { seen += 10; x * 3 });
        let b = choose(false, |x| { seen += 100; x * 2 }, |x| { seen += 1000; x * 3 });
        a * 100000 + b * 10000 + seen
    }

    #[view]
    public fun fail_abort(): u64 { abort EASKED_FOR }

    #[view]
    public fun fail_assert(): u64 {
        assert!(1 > 2, EASKED_FOR + 1);
        0
    }

    #[view]
    public fun fail_assert_without_code(): u64 {
        assert!(1 > 2);
        0
    }

    #[view]
    public fun abort_with(code: u64): u64 { abort code }

    #[view]
    public fun fail_recursion_too_deep(): u64 { depth(1100) }

    #[view]
    public fun fail_operands_too_deep(): u64 { depth_with_operand(1100) }

    #[view]
    public fun fail_endless(): u64 {
        loop {}
    }

    #[view]
    public fun fail_endless_growing(): u64 {
        let v = vector[1u64];
        loop { v.push_back(1) }
    }
}
