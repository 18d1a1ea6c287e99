/// Vectors as opcodes and as library, of all kinds of elements, nested, and through references.
module semantics::vectors {
    use std::vector;

    struct Pair has copy, drop, store { a: u8, b: u256 }

    struct Holder has drop { list: vector<Pair>, grid: vector<vector<u16>> }

    #[view]
    public fun test_push_pop_len(): u64 {
        let v = vector::empty<u64>();
        let i = 0;
        while (i < 1000) {
            vector::push_back(&mut v, i * i);
            i += 1;
        };
        let s = 0;
        while (vector::length(&v) > 10) s += vector::pop_back(&mut v);
        s * 100 + vector::length(&v)
    }

    #[view]
    public fun test_widths(): u64 {
        let a = vector[1u8, 2, 255];
        let b = vector[1u16, 65535];
        let c = vector[1u32, 4294967295];
        let d = vector[1u128, 340282366920938463463374607431768211455];
        let e = vector[1u256, 1 << 255];
        let f = vector[true, false, true];
        let g = vector[@0x1, @0x2];
        a.push_back(7);
        b[0] = 9;
        c[1] -= 1;
        d[0] += 5;
        e[1] >>= 200;
        f[1] = true;
        g[0] = @0x3;
        let n = (a[2] as u64) + (a[3] as u64) + (b[0] as u64) + (b[1] as u64) + (c[1] as u64);
        n += (d[0] as u64) + ((d[1] % 1000) as u64) + ((e[1] % 1000003) as u64);
        if (f[1]) n += 1;
        if (g[0] == @0x3) n += 2;
        n
    }

    #[view]
    public fun test_nested(): u64 {
        let grid = vector[];
        for (i in 0..10) {
            let row = vector[];
            for (j in 0..(i + 1)) row.push_back(i * j);
            grid.push_back(row);
        };
        grid[3][2] = 1000;
        let copy_of = grid;
        copy_of[3][2] = 1;
        let s = 0;
        for (i in 0..10) {
            for (j in 0..(i + 1)) s += grid[i][j];
        };
        s * 10000 + copy_of[3][2] + copy_of[9].length()
    }

    #[view]
    public fun test_structs_in_vectors(): u64 {
        let h = Holder { list: vector[], grid: vector[vector[1, 2], vector[3]] };
        for (i in 0..20) h.list.push_back(Pair { a: (i as u8), b: (i as u256) << 100 });
        let p = &mut h.list[7];
        p.a = 99;
        p.b += 1;
        // `h.grid[1].push_back(4)` would change a copy: so this compiler reads index notation.
        (&mut h.grid[1]).push_back(4);
        h.list.swap(7, 0);
        let first = h.list[0];
        let last = h.list.pop_back();
        (first.a as u64) * 1000000
            + ((first.b % 1000) as u64) * 1000
            + (last.a as u64) * 10
            + (h.grid[1][1] as u64)
    }

    #[view]
    public fun test_equality(): u64 {
        let a = vector[vector[1u8], vector[2, 3]];
        let b = vector[vector[1u8], vector[2, 3]];
        let n = 0;
        if (a == b) n += 1;
        (&mut b[1]).push_back(4);
        if (a != b) n += 2;
        if (&a[0] == &b[0]) n += 4;
        if (Pair { a: 1, b: 2 } == Pair { a: 1, b: 2 }) n += 8;
        if (Pair { a: 1, b: 2 } != Pair { a: 1, b: 3 }) n += 16;
        if (vector<u64>[] == vector[]) n += 32;
        n
    }

    #[view]
    public fun test_unpack_by_pattern(): u64 {
        let v = vector[Pair { a: 1, b: 2 }, Pair { a: 3, b: 4 }];
        let Pair { a, b } = v.pop_back();
        let Pair { a: c, b: _ } = v.pop_back();
        v.destroy_empty();
        (a as u64) * 100 + (b as u64) * 10 + (c as u64)
    }

    #[view]
    public fun test_library(): u64 {
        let v = vector::range(0, 20);
        v.reverse();
        v.rotate(5);
        v.insert(3, 100);
        let r = v.remove(7);
        let sr = v.swap_remove(0);
        let (found, at) = v.index_of(&100);
        let tail = v.trim(12);
        v.append(tail.slice(0, 2));
        let s = v.fold(0, |s, e| s * 3 % 1000003 + e);
        s + r * 7 + sr * 11 + (if (found) at else 1000) + tail.length()
    }

    #[view]
    public fun test_lambdas(): u64 {
        let v = vector[5, 1, 4, 2, 3];
        let doubled = v.map_ref(|x| *x * 2);
        let odd = v.filter(|x| *x % 2 == 1);
        let sum = 0;
        doubled.for_each_ref(|x| sum += *x);
        doubled.for_each_mut(|x| *x += 1);
        let (has, at) = doubled.find(|x| *x == 9);
        let all = doubled.all(|x| *x % 2 == 1);
        sum * 1000 + odd.length() * 100 + at * 10 + (if (has && all) 1 else 0)
    }

    #[view]
    public fun test_swap_of_references(): u64 {
        let a = vector[1u64, 2, 3];
        let b = vector[4u64, 5];
        exchange(&mut a, &mut b);
        a[0] * 1000 + b[2] * 100 + a.length() * 10 + b.length()
    }

    fun exchange(a: &mut vector<u64>, b: &mut vector<u64>) {
        let t = *a;
        *a = *b;
        *b = t;
    }

    #[view]
    public fun test_constants(): u64 {
        let a = b"hello";
        let b = x"00ff10";
        let c = vector[10u64, 20, 30];
        (a[4] as u64) + (b[1] as u64) * 1000 + c[2] * 1000000
    }

    #[view]
    public fun test_byte_at_a_time(): u64 {
        let v = vector[];
        for (i in 0..300) v.push_back(((i % 251) as u8));
        let h = 0u64;
        for (i in 0..300) h = (h * 31 + (v[i] as u64)) % 1000000007;
        h
    }

    #[view]
    public fun fail_borrow(): u64 {
        let v = vector[1u64, 2];
        v[2]
    }

    #[view]
    public fun fail_pop(): u64 {
        let v = vector<u64>[];
        v.pop_back()
    }

    #[view]
    public fun fail_swap(): u64 {
        let v = vector[1u64];
        v.swap(0, 1);
        0
    }

    #[view]
    public fun fail_destroy_not_empty(): u64 {
        let v = vector[1u64];
        v.destroy_empty();
        0
    }

    #[view]
    public fun fail_remove(): u64 {
        let v = vector[1u64];
        v.remove(1)
    }
}
