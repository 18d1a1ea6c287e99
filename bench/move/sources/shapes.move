/// Loops over structs, vectors of structs and generics.
module bench::shapes {
    use 0x1::vector;

    struct Point has copy, drop, store { x: u64, y: u64 }
    struct Box<T: copy + drop> has copy, drop, store { inner: T, weight: u64 }

    fun wrap<T: copy + drop>(inner: T, weight: u64): Box<T> { Box { inner, weight } }
    fun heavier<T: copy + drop>(a: Box<T>, b: Box<T>): Box<T> { if (a.weight >= b.weight) a else b }

    #[view]
    public fun generics(n: u64): u64 {
        let best = wrap(Point { x: 0, y: 0 }, 0);
        let i = 0;
        while (i < n) {
            best = heavier(best, wrap(Point { x: i, y: n }, (i * 7919) % 10007));
            i = i + 1;
        };
        best.inner.x
    }

    #[view]
    /// Insertion sort of structs, over and over: n is how many elements are sorted in all.
    public fun sorting(n: u64): u64 {
        let sum = 0;
        while (n >= 64) {
            let v = vector::empty<Point>();
            let i = 0;
            while (i < 64) {
                vector::push_back(&mut v, Point { x: (i * 37 + n) % 64, y: i });
                let k = i;
                while (k > 0 && vector::borrow(&v, k - 1).x > vector::borrow(&v, k).x) {
                    vector::swap(&mut v, k, k - 1);
                    k = k - 1;
                };
                i = i + 1;
            };
            sum = sum + vector::borrow(&v, 10).y;
            n = n - 64;
        };
        sum
    }
}
