/// Values as text: 0x1::string_utils, whose natives every Move machine of this family has.
module semantics::formats {
    use std::option::{Self, Option};
    use std::string::{Self, String};
    use aptos_std::string_utils;

    struct Nothing has copy, drop {}

    struct Pair<A, B> has copy, drop {
        first: A,
        second: B,
    }

    struct Phantom<phantom T> has copy, drop {
        n: u8,
    }

    enum Shape has copy, drop {
        Point,
        Circle {
            radius: u64,
        },
        Named {
            name: String,
            sides: vector<u16>,
        },
    }

    #[view]
    public fun test_scalars(): vector<String> {
        vector[
            string_utils::to_string(&true),
            string_utils::to_string(&false),
            string_utils::to_string(&0u8),
            string_utils::to_string(&255u8),
            string_utils::to_string(&65535u16),
            string_utils::to_string(&4294967295u32),
            string_utils::to_string(&18446744073709551615u64),
            string_utils::to_string(&340282366920938463463374607431768211455u128),
            string_utils::to_string(&10000000000000000000u128),
            string_utils::to_string(&100000000000000000000000000000000000000u128),
            string_utils::to_string(
                &115792089237316195423570985008687907853269984665640564039457584007913129639935u256
            ),
            string_utils::to_string(
                &10000000000000000000000000000000000000000000000000000000000000000000000000000u256
            ),
            string_utils::to_string(&@0x0),
            string_utils::to_string(&@0x1),
            string_utils::to_string(&@0x10),
            string_utils::to_string(&@0xcafe000000000000000000000000000000000000000000000000000000000012),
            string_utils::to_string_with_canonical_addresses(&@0xa),
            string_utils::to_string_with_integer_types(&7u64),
        ]
    }

    #[view]
    public fun test_vectors(): vector<String> {
        vector[
            string_utils::to_string(&vector<u8>[]),
            string_utils::to_string(&b"hi"),
            string_utils::to_string(&vector<u64>[]),
            string_utils::to_string(&vector[1u64, 2, 3]),
            string_utils::debug_string(&vector[1u64, 2, 3]),
            string_utils::to_string(&vector[true, false]),
            string_utils::to_string(&vector[b"a", b""]),
            string_utils::debug_string(&vector[b"a", b""]),
            string_utils::to_string(&vector[vector[1u128], vector[], vector[2, 3]]),
            string_utils::debug_string(&vector[vector[1u128], vector[], vector[2, 3]]),
            string_utils::to_string(&vector[@0x1, @0x2]),
        ]
    }

    #[view]
    public fun test_strings(): vector<String> {
        vector[
            string_utils::to_string(&string::utf8(b"")),
            string_utils::to_string(&string::utf8(b"say \"\\\"")),
            string_utils::to_string(&string::utf8(x"e282ac0a")),
            string_utils::debug_string(&vector[string::utf8(b"a"), string::utf8(b"b")]),
            string_utils::to_string(&vector[string::utf8(b"a"), string::utf8(b"b")]),
        ]
    }

    #[view]
    public fun test_options(): vector<String> {
        vector[
            string_utils::to_string(&option::none<u64>()),
            string_utils::to_string(&option::some(5u64)),
            string_utils::to_string(&option::some(option::some(b"x"))),
            string_utils::debug_string(&option::some(vector[Nothing {}])),
            string_utils::to_string(&vector[option::some(true), option::none()]),
        ]
    }

    #[view]
    public fun test_structs(): vector<String> {
        let pair = Pair { first: 1u8, second: Pair { first: @0x5e, second: vector[Nothing {}, Nothing {}] } };
        vector[
            string_utils::to_string(&Nothing {}),
            string_utils::debug_string(&Nothing {}),
            string_utils::to_string(&pair),
            string_utils::debug_string(&pair),
            string_utils::debug_string(&Phantom<Pair<u8, vector<Nothing>>> { n: 3 }),
            string_utils::to_string(&Phantom<Nothing> { n: 3 }),
            string_utils::debug_string(&Pair { first: string::utf8(b"q\"q"), second: option::some(pair) }),
            string_utils::to_string_with_canonical_addresses(&pair),
        ]
    }

    #[view]
    public fun test_enums(): vector<String> {
        let named = Shape::Named { name: string::utf8(b"box"), sides: vector[1, 2] };
        vector[
            string_utils::to_string(&Shape::Point),
            string_utils::to_string(&Shape::Circle { radius: 9 }),
            string_utils::debug_string(&Shape::Circle { radius: 9 }),
            string_utils::to_string(&named),
            string_utils::debug_string(&vector[named, Shape::Point]),
        ]
    }

    #[view]
    public fun test_formats(): vector<String> {
        let none: Option<u8> = option::none();
        vector[
            string_utils::format1(&b"a = {}", 1u8),
            string_utils::format2(&b"{} {{and}} {}", true, b"x"),
            string_utils::format3(&b"{}{}{}", @0x1, none, vector[Nothing {}]),
            string_utils::format4(&x"e282ac7b7d2c7b7d2c7b7d2c7b7d", string::utf8(b"s"), 2u256, Nothing {}, vector[1u64]),
        ]
    }

    #[view]
    public fun fail_too_few_values(): String {
        string_utils::format1(&b"{} {}", 1u8)
    }

    #[view]
    public fun fail_too_many_values(): String {
        string_utils::format2(&b"{}", 1u8, 2u8)
    }

    #[view]
    public fun fail_open_brace(): String {
        string_utils::format1(&b"{} {", 1u8)
    }

    #[view]
    public fun fail_brace_with_text(): String {
        string_utils::format1(&b"{x}", 1u8)
    }

    #[view]
    public fun fail_closing_brace(): String {
        string_utils::format1(&b"{} } ", 1u8)
    }

    #[view]
    public fun fail_format_not_utf8(): String {
        string_utils::format1(&x"ff7b7d", 1u8)
    }
}
