/// Enums: variants with and without fields, common fields, match with guards and nested patterns,
/// `is`, references into variants, recursion through vectors, generic enums.
module semantics::enums {
    enum Shape has copy, drop, store {
        Circle { name: vector<u8>, radius: u64 },
        Rectangle { name: vector<u8>, width: u64, height: u64 },
        Unit,
        Positional(u8, u256),
    }

    enum Maybe<T> has copy, drop, store {
        None,
        Some { value: T },
    }

    enum Either<L, R> has copy, drop {
        Left(L),
        Right(R),
    }

    enum Expression has copy, drop {
        Number(u64),
        Sum(vector<Expression2>),
        Product(vector<Expression2>),
    }

    /// Types may not contain themselves: one more level by name.
    enum Expression2 has copy, drop {
        Number(u64),
        Negative(u64),
    }

    enum Version has copy, drop {
        V1 { common: u64 },
        V2 { common: u64, more: u64 },
    }

    fun area(self: &Shape): u64 {
        match (self) {
            Shape::Circle { radius, .. } => *radius * *radius * 3,
            Shape::Rectangle { width, height, .. } => *width * *height,
            Shape::Unit => 1,
            Shape::Positional(a, _) => (*a as u64),
        }
    }

    #[view]
    public fun test_match(): u64 {
        let shapes = vector[
            Shape::Circle { name: b"c", radius: 10 },
            Shape::Rectangle { name: b"r", width: 3, height: 5 },
            Shape::Unit,
            Shape::Positional(7, 1 << 200),
        ];
        let s = 0;
        shapes.for_each_ref(|x| s = s * 100 + x.area());
        s
    }

    #[view]
    public fun test_match_by_value(): u64 {
        let m = Maybe::Some { value: Shape::Rectangle { name: b"", width: 6, height: 7 } };
        match (m) {
            Maybe::None => 0,
            Maybe::Some { value: Shape::Rectangle { width, height, name: _ } } => width * height,
            Maybe::Some { value: _ } => 1,
        }
    }

    #[view]
    public fun test_guards(): u64 {
        let n = 0;
        for (i in 0..10) {
            n = n * 3 + kind(&Shape::Circle { name: b"", radius: i });
        };
        n
    }

    fun kind(s: &Shape): u64 {
        match (s) {
            Shape::Circle { radius, .. } if (*radius < 3) => 0,
            Shape::Circle { radius, .. } if (*radius < 7) => 1,
            Shape::Circle { .. } => 2,
            _ => 3,
        }
    }

    #[view]
    public fun test_is(): u64 {
        let n = 0;
        let c = Shape::Circle { name: b"", radius: 1 };
        if (c is Shape::Circle) n += 1;
        if (!(c is Shape::Unit)) n += 2;
        if (c is Shape::Circle | Shape::Unit) n += 4;
        if (&Shape::Unit is Shape::Unit) n += 8;
        n
    }

    #[view]
    public fun test_common_field(): u64 {
        let a = Version::V1 { common: 3 };
        let b = Version::V2 { common: 4, more: 5 };
        a.common += 10;
        b.common += 20;
        a.common * 1000 + b.common * 10 + b.more
    }

    #[view]
    public fun test_change_variant(): u64 {
        let s = Shape::Unit;
        let before = s.area();
        s = Shape::Rectangle { name: b"x", width: 2, height: 3 };
        let r = &mut s;
        r.width = 20;
        let middle = s.area();
        let p = &mut s;
        *p = Shape::Positional(9, 0);
        before * 10000 + middle * 10 + s.area()
    }

    #[view]
    public fun test_mutate_in_match(): u64 {
        let s = Shape::Rectangle { name: b"", width: 2, height: 3 };
        match (&mut s) {
            Shape::Rectangle { width, height, .. } => {
                *width += 1;
                *height *= 10;
            },
            _ => {},
        };
        s.area()
    }

    #[view]
    public fun test_generic_enum(): u64 {
        let a: Either<u64, vector<u8>> = Either::Left(5);
        let b: Either<u64, vector<u8>> = Either::Right(b"abc");
        left_or(a, 1) * 100 + left_or(b, 2) * 10 + (if (a == b) 1 else 0)
    }

    fun left_or<R: drop>(e: Either<u64, R>, other: u64): u64 {
        match (e) {
            Either::Left(n) => n,
            Either::Right(_) => other,
        }
    }

    fun evaluate(e: &Expression): u64 {
        match (e) {
            Expression::Number(n) => *n,
            Expression::Sum(list) => {
                let s = 100;
                list.for_each_ref(|x| s = apply(s, x));
                s
            },
            Expression::Product(list) => {
                let s = 1;
                list.for_each_ref(|x| s *= factor(x));
                s
            },
        }
    }

    fun factor(x: &Expression2): u64 {
        match (x) {
            Expression2::Number(n) => *n,
            Expression2::Negative(_) => 0,
        }
    }

    fun apply(s: u64, x: &Expression2): u64 {
        match (x) {
            Expression2::Number(n) => s + *n,
            Expression2::Negative(n) => s - *n,
        }
    }

    #[view]
    public fun test_tree(): u64 {
        let sum = Expression::Sum(vector[Expression2::Number(11), Expression2::Negative(30)]);
        let product = Expression::Product(vector[Expression2::Number(6), Expression2::Number(7)]);
        evaluate(&sum) * 1000 + evaluate(&product) + evaluate(&Expression::Number(0))
    }

    #[view]
    public fun test_equality(): u64 {
        let n = 0;
        if (Shape::Unit == Shape::Unit) n += 1;
        if (Shape::Unit != Shape::Positional(0, 0)) n += 2;
        if (Shape::Positional(1, 2) == Shape::Positional(1, 2)) n += 4;
        if (Shape::Positional(1, 2) != Shape::Positional(1, 3)) n += 8;
        if (Maybe::Some { value: b"a" } == Maybe::Some { value: b"a" }) n += 16;
        n
    }

    #[view]
    public fun fail_wrong_variant(): u64 {
        let s = Shape::Unit;
        s.radius
    }

    #[view]
    public fun fail_wrong_variant_unpack(): u64 {
        let m = Maybe::None<u64>;
        let Maybe::Some { value } = m;
        value
    }

    #[view]
    public fun fail_no_arm(): u64 {
        guarded(5)
    }

    fun guarded(n: u64): u64 {
        let v = Version::V1 { common: n };
        match (v) {
            Version::V1 { common } if (common < 3) => common,
            Version::V2 { common, more } => common + more,
            Version::V1 { common } if (common > 9) => common,
            _ => abort 77,
        }
    }
}
