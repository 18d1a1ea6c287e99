/// Loops to time: the same as those in the published figures of the peer.
module semantics::speed {
    struct Fields has drop { a: u64, b: u64, c: u64 }

    #[view]
    public fun sum(n: u64): u64 {
        let s = 0;
        let i = 0;
        while (i < n) {
            s = s + (i ^ s) % 1000003;
            i = i + 1;
        };
        s
    }

    #[view]
    public fun fibonacci(n: u64): u64 {
        let a = 0;
        let b = 1;
        let i = 0;
        while (i < n) {
            let t = (a + b) % 1000000007;
            a = b;
            b = t;
            i = i + 1;
        };
        a
    }

    #[view]
    public fun recursive_fibonacci(n: u64): u64 {
        if (n < 2) n else recursive_fibonacci(n - 1) + recursive_fibonacci(n - 2)
    }

    fun leaf(s: u64): u64 { (s * 7 + 3) % 1000003 }

    #[view]
    public fun calls(n: u64): u64 {
        let s = 1;
        let i = 0;
        while (i < n) {
            s = leaf(s);
            i = i + 1;
        };
        s
    }

    #[view]
    public fun fields(n: u64): u64 {
        let f = Fields { a: 1, b: 2, c: 3 };
        let r = &mut f;
        let i = 0;
        while (i < n) {
            r.a = (r.a + r.b) % 1000003;
            r.b = r.c ^ i;
            r.c = r.a;
            i = i + 1;
        };
        f.a + f.b + f.c
    }

    #[view]
    public fun elements(n: u64): u64 {
        let v = vector[];
        let k = 0;
        while (k < 1024) {
            v.push_back(k);
            k = k + 1;
        };
        let i = 0;
        while (i < n) {
            let at = (i * 7) % 1024;
            v[at] = (v[at] + i) % 1000003;
            i = i + 1;
        };
        v[5] + v[1000]
    }

    #[view]
    public fun wide(n: u64): u256 {
        let s = 3u256;
        let i = 0;
        while (i < n) {
            s = (s * s + 7) % 0xffffffffffffffffffffffffffffff61;
            i = i + 1;
        };
        s
    }
}
