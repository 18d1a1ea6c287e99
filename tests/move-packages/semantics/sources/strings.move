/// What needs natives that every Move machine has: UTF-8, BCS, hashes, signers aside.
module semantics::strings {
    use std::bcs;
    use std::hash;
    use std::option::{Self, Option};
    use std::string::{Self, String};
    use std::fixed_point32;

    struct Record has copy, drop {
        name: String, note: Option<u64>, amounts: vector<u128>, flag: bool, who: address
    }

    #[view]
    public fun test_strings(): u64 {
        let s = string::utf8(b"Move and ");
        s.append(string::utf8(x"e282ac"));
        s.insert(4, string::utf8(b"!"));
        let at = s.index_of(&string::utf8(b"and"));
        let sub = s.sub_string(10, 13);
        s.length() * 1000 + at * 10 + sub.length()
    }

    #[view]
    public fun test_options(): u64 {
        let a = option::some(5u64);
        let b = option::none<u64>();
        let n = a.swap(7) * 1000;
        b.fill(3);
        n += a.extract() * 100 + b.destroy_some() * 10;
        if (a.is_none()) n += 1;
        n + option::some(2).map(|x| x * 2).get_with_default(0)
    }

    #[view]
    public fun test_bcs(): vector<u8> {
        bcs::to_bytes(
            &Record {
                name: string::utf8(b"abc"),
                note: option::some(258),
                amounts: vector[1, 1 << 100],
                flag: true,
                who: @0x1234
            }
        )
    }

    #[view]
    public fun test_hashes(): vector<u8> {
        let a = hash::sha3_256(b"abc");
        a.append(hash::sha2_256(b"abc"));
        a
    }

    #[view]
    public fun test_fixed_point(): u64 {
        let third = fixed_point32::create_from_rational(1, 3);
        fixed_point32::multiply_u64(1000000, third) * 10
            + fixed_point32::round(fixed_point32::create_from_rational(7, 2))
    }

    #[view]
    public fun echo_string(s: String): String { s }

    #[view]
    public fun fail_utf8(): u64 { string::utf8(x"ff").length() }

    #[view]
    public fun fail_sub_string(): u64 { string::utf8(x"e282ac").sub_string(1, 2).length() }

    #[view]
    public fun fail_option(): u64 { option::none<u64>().extract() }
}
