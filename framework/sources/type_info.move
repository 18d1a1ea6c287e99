/// What a type is called and where it comes from.
module aptos_std::type_info {
    use std::bcs;
    use std::string::String;

    struct TypeInfo has copy, drop, store {
        account_address: address,
        module_name: vector<u8>,
        struct_name: vector<u8>,
    }

    native public fun type_of<T>(): TypeInfo;
    native public fun type_name<T>(): String;

    public fun account_address(self: &TypeInfo): address { self.account_address }
    public fun module_name(self: &TypeInfo): vector<u8> { self.module_name }
    public fun struct_name(self: &TypeInfo): vector<u8> { self.struct_name }

    native fun chain_id_internal(): u8;

    /// The number of the chain that this runs on.
    public fun chain_id(): u8 {
        chain_id_internal()
    }

    /// The length of the value's BCS.
    public fun size_of_val<T>(val_ref: &T): u64 {
        bcs::serialized_size(val_ref)
    }
}
