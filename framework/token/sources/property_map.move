/// Typed values by name, as tokens of 0x3 have them.
module aptos_token::property_map {
    use std::bcs;
    use std::error;
    use std::string::{Self, String};
    use std::vector;
    use aptos_std::from_bcs;
    use aptos_std::simple_map::{Self, SimpleMap};
    use aptos_std::type_info;

    const MAX_PROPERTY_MAP_SIZE: u64 = 1000;
    const MAX_PROPERTY_NAME_LENGTH: u64 = 128;

    /// There is a property of this name already.
    const EKEY_AREADY_EXIST_IN_PROPERTY_MAP: u64 = 1;
    /// A map has at most 1000 properties.
    const EPROPERTY_NUMBER_EXCEED_LIMIT: u64 = 2;
    /// There is no such property.
    const EPROPERTY_NOT_EXIST: u64 = 3;
    /// There are not as many values as names.
    const EKEY_COUNT_NOT_MATCH_VALUE_COUNT: u64 = 4;
    /// There are not as many types as names.
    const EKEY_COUNT_NOT_MATCH_TYPE_COUNT: u64 = 5;
    /// The property is of another type.
    const ETYPE_NOT_MATCH: u64 = 6;
    /// The name is longer than 128 bytes.
    const EPROPERTY_MAP_NAME_TOO_LONG: u64 = 7;

    struct PropertyMap has copy, drop, store {
        map: SimpleMap<String, PropertyValue>,
    }

    /// A value as BCS, and the name of its type. Nobody checks that they fit.
    struct PropertyValue has store, copy, drop {
        value: vector<u8>,
        type: String,
    }

    public fun new(keys: vector<String>, values: vector<vector<u8>>, types: vector<String>): PropertyMap {
        let n = vector::length(&keys);
        assert!(n == vector::length(&types), error::invalid_argument(EKEY_COUNT_NOT_MATCH_TYPE_COUNT));
        assert!(n == vector::length(&values), error::invalid_argument(EKEY_COUNT_NOT_MATCH_VALUE_COUNT));
        let properties = vector::empty();
        vector::zip(values, types, |value, type| vector::push_back(&mut properties, PropertyValue { value, type }));
        new_with_key_and_property_value(keys, properties)
    }

    public fun new_with_key_and_property_value(
        keys: vector<String>, values: vector<PropertyValue>
    ): PropertyMap {
        let n = vector::length(&keys);
        assert!(n <= MAX_PROPERTY_MAP_SIZE, error::invalid_argument(EPROPERTY_NUMBER_EXCEED_LIMIT));
        assert!(n == vector::length(&values), error::invalid_argument(EKEY_COUNT_NOT_MATCH_VALUE_COUNT));
        let properties = empty();
        vector::zip(keys, values, |key, value| add(&mut properties, key, value));
        properties
    }

    public fun empty(): PropertyMap {
        PropertyMap { map: simple_map::new() }
    }

    public fun contains_key(self: &PropertyMap, key: &String): bool {
        simple_map::contains_key(&self.map, key)
    }

    public fun add(self: &mut PropertyMap, key: String, value: PropertyValue) {
        assert!(
            string::length(&key) <= MAX_PROPERTY_NAME_LENGTH,
            error::invalid_argument(EPROPERTY_MAP_NAME_TOO_LONG)
        );
        assert!(length(self) < MAX_PROPERTY_MAP_SIZE, error::invalid_state(EPROPERTY_NUMBER_EXCEED_LIMIT));
        simple_map::add(&mut self.map, key, value)
    }

    public fun length(self: &PropertyMap): u64 {
        simple_map::length(&self.map)
    }

    public fun borrow(self: &PropertyMap, key: &String): &PropertyValue {
        assert!(contains_key(self, key), EPROPERTY_NOT_EXIST);
        simple_map::borrow(&self.map, key)
    }

    public fun keys(self: &PropertyMap): vector<String> {
        simple_map::keys(&self.map)
    }

    public fun types(self: &PropertyMap): vector<String> {
        vector::map(simple_map::values(&self.map), |v| borrow_type(&v))
    }

    public fun values(self: &PropertyMap): vector<vector<u8>> {
        vector::map(simple_map::values(&self.map), |v| borrow_value(&v))
    }

    fun read_typed<T>(self: &PropertyMap, key: &String): vector<u8> {
        let property = borrow(self, key);
        assert!(property.type == type_info::type_name<T>(), error::invalid_state(ETYPE_NOT_MATCH));
        property.value
    }

    public fun read_string(self: &PropertyMap, key: &String): String {
        from_bcs::to_string(read_typed<String>(self, key))
    }

    public fun read_u8(self: &PropertyMap, key: &String): u8 {
        from_bcs::to_u8(read_typed<u8>(self, key))
    }

    public fun read_u64(self: &PropertyMap, key: &String): u64 {
        from_bcs::to_u64(read_typed<u64>(self, key))
    }

    public fun read_address(self: &PropertyMap, key: &String): address {
        from_bcs::to_address(read_typed<address>(self, key))
    }

    public fun read_u128(self: &PropertyMap, key: &String): u128 {
        from_bcs::to_u128(read_typed<u128>(self, key))
    }

    public fun read_bool(self: &PropertyMap, key: &String): bool {
        from_bcs::to_bool(read_typed<bool>(self, key))
    }

    public fun borrow_value(self: &PropertyValue): vector<u8> {
        self.value
    }

    public fun borrow_type(self: &PropertyValue): String {
        self.type
    }

    public fun remove(self: &mut PropertyMap, key: &String): (String, PropertyValue) {
        assert!(contains_key(self, key), error::not_found(EPROPERTY_NOT_EXIST));
        simple_map::remove(&mut self.map, key)
    }

    /// Sets the properties, those that are there and those that are not.
    public fun update_property_map(
        self: &mut PropertyMap, keys: vector<String>, values: vector<vector<u8>>, types: vector<String>
    ) {
        let n = vector::length(&keys);
        assert!(n == vector::length(&values), error::invalid_state(EKEY_COUNT_NOT_MATCH_VALUE_COUNT));
        assert!(n == vector::length(&types), error::invalid_state(EKEY_COUNT_NOT_MATCH_TYPE_COUNT));
        let i = 0;
        while (i < n) {
            let key = vector::borrow(&keys, i);
            let value = create_property_value_raw(*vector::borrow(&values, i), *vector::borrow(&types, i));
            if (contains_key(self, key)) update_property_value(self, key, value) else add(self, *key, value);
            i = i + 1;
        }
    }

    public fun update_property_value(self: &mut PropertyMap, key: &String, value: PropertyValue) {
        *simple_map::borrow_mut(&mut self.map, key) = value;
    }

    public fun create_property_value_raw(value: vector<u8>, type: String): PropertyValue {
        PropertyValue { value, type }
    }

    /// Of other types than bool, u8, u64, u128, address and String the value counts as bytes.
    public fun create_property_value<T: copy>(data: &T): PropertyValue {
        let type = type_info::type_name<T>();
        let known = vector[b"bool", b"u8", b"u64", b"u128", b"address", b"0x1::string::String"];
        if (!vector::contains(&known, string::bytes(&type))) type = string::utf8(b"vector<u8>");
        create_property_value_raw(bcs::to_bytes(data), type)
    }
}
