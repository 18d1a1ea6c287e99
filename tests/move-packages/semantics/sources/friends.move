/// What another module of the package may call: friend visibility.
module semantics::friends {
    friend semantics::visibility;

    struct Secret has copy, drop, store { n: u64 }

    public(friend) fun make(n: u64): Secret { Secret { n } }

    friend fun open(s: &Secret): u64 { s.n }

    public fun double(s: &Secret): Secret { Secret { n: s.n * 2 } }
}

/// What another module of the package may call: package visibility.
module semantics::packaged {
    struct Count has copy, drop { n: u64 }

    package fun start(): Count { Count { n: 0 } }

    public(package) fun next(c: &mut Count): u64 {
        c.n += 1;
        c.n
    }
}

module semantics::visibility {
    use semantics::friends;
    use semantics::packaged;

    #[view]
    public fun test_friend(): u64 {
        let s = friends::make(21);
        friends::open(&friends::double(&s))
    }

    #[view]
    public fun test_package(): u64 {
        let c = packaged::start();
        packaged::next(&mut c);
        packaged::next(&mut c) * 10 + packaged::next(&mut c)
    }
}
