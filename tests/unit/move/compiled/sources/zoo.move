/// Small modules with a bit of everything that bytecode version 5 can hold. The folders v5, v6 and
/// v7 are what the compiler makes of them at each version:
///     movec --bytecode-version 6 tests/unit/move/compiled
/// (modules of the folder build/Samples/bytecode_modules). zoo_new.move is left out at version 5,
/// zoo_enum.move before version 7. Of version 5 zoo.mv is not kept: this compiler's loops break the
/// rules that the format had then, so that no verifier accepts it.
module 0x1::vector {
    #[bytecode_instruction]
    native public fun length<T>(v: &vector<T>): u64;
    #[bytecode_instruction]
    native public fun borrow<T>(v: &vector<T>, i: u64): &T;
    #[bytecode_instruction]
    native public fun borrow_mut<T>(v: &mut vector<T>, i: u64): &mut T;
    #[bytecode_instruction]
    native public fun push_back<T>(v: &mut vector<T>, e: T);
    #[bytecode_instruction]
    native public fun pop_back<T>(v: &mut vector<T>): T;
    #[bytecode_instruction]
    native public fun swap<T>(v: &mut vector<T>, i: u64, j: u64);

    public fun reverse<T>(v: &mut vector<T>) {
        let n = length(v);
        let i = 0;
        while (2 * i + 1 < n) {
            swap(v, i, n - 1 - i);
            i = i + 1;
        }
    }
}

module zoo::zoo {
    use 0x1::vector;
    friend zoo::keeper;

    struct Animal has copy, drop, store { name: vector<u8>, age: u64 }
    struct Cage<T: store> has key, store { inside: vector<T>, locked: bool }
    struct Tag<phantom T> has copy, drop { number: u128 }
    struct Counter has key { count: u64 }

    const ENOT_FOUND: u64 = 1;
    const NAMES: vector<vector<u8>> = vector[b"lion", b"newt"];

    public fun animal(name: vector<u8>, age: u64): Animal { Animal { name, age } }

    public fun age(self: &Animal): u64 { self.age }

    public fun oldest(animals: &vector<Animal>): &Animal {
        let best = 0;
        let i = 1;
        while (i < vector::length(animals)) {
            if (age(vector::borrow(animals, i)) > age(vector::borrow(animals, best))) best = i;
            i = i + 1;
        };
        vector::borrow(animals, best)
    }

    public fun birthday(animal: &mut Animal) {
        let age = &mut animal.age;
        *age = *age + 1;
    }

    public(friend) fun lock<T: store>(cage: &mut Cage<T>) {
        while (!cage.locked) cage.locked = true;
    }

    public fun pick<T>(first: bool, a: &mut T, b: &mut T): &mut T {
        if (first) a else b
    }

    public fun tag<T>(): Tag<T> { Tag { number: 340282366920938463463374607431768211455 } }

    entry fun start(account: &signer) { move_to(account, Counter { count: 0 }) }

    public entry fun tick(who: address, by: u8) acquires Counter {
        assert!(exists<Counter>(who), ENOT_FOUND);
        let counter = borrow_global_mut<Counter>(who);
        counter.count = (counter.count << by) ^ 0xff;
        if (counter.count > 1000 && by != 3) abort 2;
    }

    public fun stop(who: address): u64 acquires Counter {
        let Counter { count } = move_from<Counter>(who);
        count
    }

    public fun names(): vector<vector<u8>> { NAMES }

    public fun first<A: drop, B>(a: A, b: B): B { a; b }

    public fun same(a: &Animal, b: &Animal): bool { a == b }
}

module zoo::keeper {
    use zoo::zoo::{Self, Cage, Animal};

    public fun lock(cage: &mut Cage<Animal>) { zoo::lock(cage) }

    public fun older(a: Animal): Animal {
        zoo::birthday(&mut a);
        a
    }

    public fun choose(a: u64, b: u64, first: bool): u64 {
        let x = zoo::pick(first, &mut a, &mut b);
        *x = *x + 1;
        a + b
    }
}
