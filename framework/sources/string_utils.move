/// Any value as text, for people.
module aptos_std::string_utils {
    use std::string::String;

    /// The list of values is longer or shorter than the format asks for.
    const EARGS_MISMATCH: u64 = 1;
    /// The format is no UTF-8, or a brace in it has no partner.
    const EINVALID_FORMAT: u64 = 2;
    /// The value has a part whose content is not known yet.
    const EUNABLE_TO_FORMAT_DELAYED_FIELD: u64 = 3;

    /// A list of values of any types: what the format's `{}` stand for.
    struct Cons<T, N> has copy, drop, store {
        car: T,
        cdr: N,
    }

    /// Its end.
    struct NIL has copy, drop, store {}

    /// On one line, structs under their short names.
    public fun to_string<T>(s: &T): String {
        native_format(s, false, false, true, false)
    }

    /// As to_string, addresses with all their 64 digits.
    public fun to_string_with_canonical_addresses<T>(s: &T): String {
        native_format(s, false, true, true, false)
    }

    /// The same: the name promises types behind the numbers, but the framework has never shown them.
    public fun to_string_with_integer_types<T>(s: &T): String {
        native_format(s, false, true, true, false)
    }

    /// On several lines, structs under their full names, address and module included.
    public fun debug_string<T>(s: &T): String {
        native_format(s, true, false, false, false)
    }

    /// The format with its `{}` replaced by the values, in order; `{{` and `}}` are braces.
    public fun format1<T0: drop>(fmt: &vector<u8>, a: T0): String {
        native_format_list(fmt, &end_with(a))
    }

    public fun format2<T0: drop, T1: drop>(fmt: &vector<u8>, a: T0, b: T1): String {
        native_format_list(fmt, &Cons { car: a, cdr: end_with(b) })
    }

    public fun format3<T0: drop, T1: drop, T2: drop>(fmt: &vector<u8>, a: T0, b: T1, c: T2): String {
        native_format_list(fmt, &Cons { car: a, cdr: Cons { car: b, cdr: end_with(c) } })
    }

    public fun format4<T0: drop, T1: drop, T2: drop, T3: drop>(
        fmt: &vector<u8>, a: T0, b: T1, c: T2, d: T3
    ): String {
        let rest = Cons { car: b, cdr: Cons { car: c, cdr: end_with(d) } };
        native_format_list(fmt, &Cons { car: a, cdr: rest })
    }

    fun end_with<T>(last: T): Cons<T, NIL> {
        Cons { car: last, cdr: NIL {} }
    }

    native fun native_format<T>(
        s: &T, type_tag: bool, canonicalize: bool, single_line: bool, include_int_types: bool
    ): String;

    native fun native_format_list<T>(fmt: &vector<u8>, val: &T): String;
}
