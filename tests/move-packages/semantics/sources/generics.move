/// Generic functions and structs, phantom parameters, ability constraints, instantiations that
/// differ only in their type arguments.
module semantics::generics {
    struct Box<T> has copy, drop, store { value: T }

    struct Tagged<phantom Tag> has copy, drop, store { n: u64 }

    struct Both<A, B> has copy, drop, store { a: A, b: B }

    struct Red has drop {}

    struct Blue has drop {}

    public fun id<T>(x: T): T { x }

    public fun pair<A, B>(a: A, b: B): Both<A, B> { Both { a, b } }

    public fun swap<A: copy + drop, B: copy + drop>(p: &Both<A, B>): Both<B, A> {
        Both { a: p.b, b: p.a }
    }

    public fun map_box<T: copy + drop>(b: &mut Box<T>, x: T): T {
        let old = b.value;
        b.value = x;
        old
    }

    #[view]
    public fun test_identity(): u64 {
        let a = id(1u8);
        let b = id(2u256);
        let c = id(b"abc");
        let d = id(Box { value: 4u64 });
        (a as u64) + (b as u64) + c.length() + d.value
    }

    #[view]
    public fun test_pairs(): u64 {
        let p = pair(1u8, pair(true, vector[5u64, 6]));
        let q = swap(&p);
        let r = swap(&q.a);
        (if (r.b) 1000 else 0) + r.a[1] * 10 + (q.b as u64)
    }

    #[view]
    public fun test_boxes(): u64 {
        let b = Box { value: vector[1u64] };
        let old = map_box(&mut b, vector[2, 3]);
        let c = Box { value: Box { value: 7u128 } };
        let inner = map_box(&mut c.value, 9);
        old.length() * 1000 + b.value.length() * 100 + ((inner + c.value.value) as u64)
    }

    #[view]
    public fun test_phantom(): u64 {
        let red = Tagged<Red> { n: 5 };
        let blue = Tagged<Blue> { n: 6 };
        value(&red) * 10 + value(&blue)
    }

    fun value<Tag>(t: &Tagged<Tag>): u64 { t.n }

    fun count<T: drop>(n: u64, x: T): u64 {
        if (n == 0) 0 else 1 + count(n - 1, x)
    }

    #[view]
    public fun test_generic_recursion(): u64 {
        count(10, b"x") * 100 + count(5, 1u8)
    }

    public fun largest<T: copy + drop>(v: &vector<T>, key: u64): T { v[key] }

    #[view]
    public fun test_generic_vectors(): u64 {
        let a = vector[Both { a: 1u16, b: @0x1 }, Both { a: 2, b: @0x2 }];
        let x = largest(&a, 1);
        let b = vector[vector[1u8], vector[2, 3]];
        let y = largest(&b, 1);
        (x.a as u64) * 10 + y.length() + (if (x.b == @0x2) 100 else 0)
    }
}
