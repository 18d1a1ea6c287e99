/// A value of any type that can be copied, as its BCS with its type's name.
module aptos_std::copyable_any {
    use std::bcs;
    use std::error;
    use std::string::String;
    use aptos_std::from_bcs;
    use aptos_std::type_info;

    /// The value is of another type.
    const ETYPE_MISMATCH: u64 = 0;

    struct Any has drop, store, copy {
        type_name: String,
        data: vector<u8>,
    }

    public fun pack<T: drop + store + copy>(x: T): Any {
        Any { type_name: type_info::type_name<T>(), data: bcs::to_bytes(&x) }
    }

    public fun unpack<T>(self: Any): T {
        let Any { type_name, data } = self;
        assert!(type_info::type_name<T>() == type_name, error::invalid_argument(ETYPE_MISMATCH));
        from_bcs::from_bytes<T>(data)
    }

    public fun type_name(self: &Any): &String {
        &self.type_name
    }
}
