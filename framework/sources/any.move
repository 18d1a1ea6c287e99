/// A value of any type, as its BCS with its type's name.
module aptos_std::any {
    use std::string::String;

    struct Any has drop, store, copy {
        type_name: String,
        data: vector<u8>,
    }

    public fun type_name(self: &Any): &String {
        &self.type_name
    }
}
