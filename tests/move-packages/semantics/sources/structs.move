/// Structs: positional and named fields, nesting, references into them, copies, equality, receivers.
module semantics::structs {
    struct Empty has copy, drop {}

    struct Wrapper(u64, bool) has copy, drop, store;

    struct Point has copy, drop, store { x: u64, y: u64 }

    struct Line has copy, drop, store { from: Point, to: Point, name: vector<u8> }

    struct Wide has copy, drop {
        a: u8, b: u16, c: u32, d: u64, e: u128, f: u256, g: bool, h: address, i: vector<u8>
    }

    struct Linear { value: u64 }

    fun length_squared(self: &Line): u64 {
        let dx = if (self.to.x > self.from.x) self.to.x - self.from.x else self.from.x - self.to.x;
        let dy = if (self.to.y > self.from.y) self.to.y - self.from.y else self.from.y - self.to.y;
        dx * dx + dy * dy
    }

    fun shift(self: &mut Line, by: u64): &mut Line {
        self.from.x += by;
        self.to.x += by;
        self
    }

    fun ends(self: &mut Line, second: bool): &mut Point {
        if (second) &mut self.to else &mut self.from
    }

    #[view]
    public fun test_fields(): u64 {
        let l = Line { from: Point { x: 1, y: 2 }, to: Point { x: 4, y: 6 }, name: b"ab" };
        l.to.y += 1;
        l.name.push_back(0x63);
        l.length_squared() * 10 + l.name.length()
    }

    #[view]
    public fun test_references_into_fields(): u64 {
        let l = Line { from: Point { x: 1, y: 2 }, to: Point { x: 4, y: 6 }, name: b"" };
        l.shift(10).shift(5);
        let p = l.ends(true);
        p.y = 100;
        *l.ends(false) = Point { x: 7, y: 8 };
        l.from.x * 1000000 + l.from.y * 10000 + l.to.x * 1000 + l.to.y
    }

    #[view]
    public fun test_copies_are_deep(): u64 {
        let a = Line { from: Point { x: 1, y: 1 }, to: Point { x: 2, y: 2 }, name: b"n" };
        let b = a;
        b.from.x = 50;
        b.name.push_back(1);
        let c = *&a.to;
        c.x = 9;
        let r = &a;
        let d = *r;
        d.to.y = 77;
        a.from.x * 1000 + b.from.x * 10 + a.name.length() + a.to.x + a.to.y
    }

    #[view]
    public fun test_positional(): u64 {
        let w = Wrapper(5, true);
        w.0 += 1;
        let Wrapper(n, b) = w;
        if (b && w.1) n else 0
    }

    #[view]
    public fun test_wide(): u64 {
        let w = Wide {
            a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: true, h: @0xabc, i: vector[7, 8, 9]
        };
        let v = w;
        v.a = 255;
        v.b = 65535;
        v.c = 4294967295;
        v.d = 18446744073709551615;
        v.e = 340282366920938463463374607431768211455;
        v.f = 1 << 255;
        v.g = false;
        v.h = @0x1;
        v.i[1] = 0;
        let n = (w.a as u64) + (w.b as u64) + (w.c as u64) + w.d + (w.e as u64) + (w.f as u64);
        if (w.g && w.h == @0xabc && w.i[1] == 8) n += 1000;
        if (v.f >> 255 == 1 && v.e % 10 == 5 && !v.g && v.h == @0x1 && v.i[1] == 0) n += 10000;
        n + (v.a as u64) + (v.b as u64)
    }

    #[view]
    public fun test_linear_values(): u64 {
        let l = Linear { value: 3 };
        let Linear { value } = pass(l);
        value
    }

    fun pass(l: Linear): Linear {
        l.value *= 14;
        l
    }

    #[view]
    public fun test_equality(): u64 {
        let a = Line { from: Point { x: 1, y: 1 }, to: Point { x: 2, y: 2 }, name: b"n" };
        let b = a;
        let n = 0;
        if (a == b) n += 1;
        b.to.y = 3;
        if (a != b) n += 2;
        if (&a.from == &b.from) n += 4;
        if (Empty {} == Empty {}) n += 8;
        if (a.to != b.to) n += 16;
        n
    }

    #[view]
    public fun test_nested_patterns(): u64 {
        let Line { from: Point { x, y: a }, to: Point { x: b, .. }, .. } =
            Line { from: Point { x: 1, y: 2 }, to: Point { x: 3, y: 4 }, name: b"" };
        x * 100 + a * 10 + b
    }

    #[view]
    public fun test_references_to_locals(): u64 {
        let a = 1;
        let b = 2;
        let r = if (a < b) &mut a else &mut b;
        *r = 10;
        let s = &mut b;
        *s += a;
        swap(&mut a, &mut b);
        a * 100 + b
    }

    fun swap(a: &mut u64, b: &mut u64) {
        let t = *a;
        *a = *b;
        *b = t;
    }
}
