module zoo::shapes {
    enum Shape<T> has copy, drop, store {
        Dot,
        Circle { radius: u64, label: T },
        Square { side: u64, label: T },
    }

    struct Drawn has key { last: Shape<u8> }

    public fun area(s: &Shape<u64>): u64 {
        match (s) {
            Dot => 0,
            Circle { radius, label: _ } => 3 * *radius * *radius,
            Square { side, label: _ } => *side * *side,
        }
    }

    public fun grow<T>(s: &mut Shape<T>) {
        match (s) {
            Circle { radius, label: _ } => *radius = *radius + 1,
            Square { side, label: _ } => *side = *side + 1,
            Dot => (),
        }
    }

    public fun label(s: &Shape<u8>): u8 { s.label }

    public fun is_dot(s: &Shape<u64>): bool {
        match (s) { Dot => true, _ => false }
    }

    public fun dot<T>(): Shape<T> { Shape::Dot }

    entry fun draw(account: &signer, side: u64) acquires Drawn {
        let last = Shape::Square { side, label: 7 };
        if (exists<Drawn>(@zoo)) borrow_global_mut<Drawn>(@zoo).last = last
        else move_to(account, Drawn { last });
    }
}
