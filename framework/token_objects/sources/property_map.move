/// Typed values by name, beside a token or whatever else is an object.
module aptos_token_objects::property_map {
    use std::bcs;
    use std::error;
    use std::string::{Self, String};
    use std::vector;
    use aptos_framework::object::{Self, ConstructorRef, ExtendRef, Object};
    use aptos_std::from_bcs;
    use aptos_std::simple_map::{Self, SimpleMap};
    use aptos_std::type_info;

    /// The object has no properties.
    const EPROPERTY_MAP_DOES_NOT_EXIST: u64 = 1;
    /// There is a property of this name already.
    const EKEY_ALREADY_EXISTS_IN_PROPERTY_MAP: u64 = 2;
    /// An object has at most 1000 properties.
    const ETOO_MANY_PROPERTIES: u64 = 3;
    /// There are not as many values as names.
    const EKEY_VALUE_COUNT_MISMATCH: u64 = 4;
    /// There are not as many types as names.
    const EKEY_TYPE_COUNT_MISMATCH: u64 = 5;
    /// The property is of another type.
    const ETYPE_MISMATCH: u64 = 6;
    /// A property cannot be of this type.
    const ETYPE_INVALID: u64 = 7;
    /// The name is longer than 128 bytes.
    const EPROPERTY_MAP_KEY_TOO_LONG: u64 = 8;

    const MAX_PROPERTY_MAP_SIZE: u64 = 1000;
    const MAX_PROPERTY_NAME_LENGTH: u64 = 128;

    // PropertyValue.type
    const BOOL: u8 = 0;
    const U8: u8 = 1;
    const U16: u8 = 2;
    const U32: u8 = 3;
    const U64: u8 = 4;
    const U128: u8 = 5;
    const U256: u8 = 6;
    const ADDRESS: u8 = 7;
    const BYTE_VECTOR: u8 = 8;
    const STRING: u8 = 9;

    #[resource_group_member(group = aptos_framework::object::ObjectGroup)]
    struct PropertyMap has drop, key {
        inner: SimpleMap<String, PropertyValue>,
    }

    /// A value as BCS.
    struct PropertyValue has drop, store {
        type: u8,
        value: vector<u8>,
    }

    struct MutatorRef has drop, store {
        self: address,
    }

    // ---- The map ----------------------------------------------------------------------------------------------

    public fun init(ref: &ConstructorRef, container: PropertyMap) {
        move_to(&object::generate_signer(ref), container)
    }

    public fun extend(ref: &ExtendRef, container: PropertyMap) {
        move_to(&object::generate_signer_for_extending(ref), container)
    }

    public fun burn(ref: MutatorRef) acquires PropertyMap {
        move_from<PropertyMap>(ref.self);
    }

    /// Each of the three has one item for each property.
    public fun prepare_input(
        keys: vector<String>, types: vector<String>, values: vector<vector<u8>>
    ): PropertyMap {
        let n = vector::length(&keys);
        assert!(n <= MAX_PROPERTY_MAP_SIZE, error::invalid_argument(ETOO_MANY_PROPERTIES));
        assert!(n == vector::length(&values), error::invalid_argument(EKEY_VALUE_COUNT_MISMATCH));
        assert!(n == vector::length(&types), error::invalid_argument(EKEY_TYPE_COUNT_MISMATCH));
        let inner = simple_map::new<String, PropertyValue>();
        while (n > 0) {
            n = n - 1;
            let key = vector::pop_back(&mut keys);
            assert!(
                string::length(&key) <= MAX_PROPERTY_NAME_LENGTH,
                error::invalid_argument(EPROPERTY_MAP_KEY_TOO_LONG)
            );
            let value = checked_value(vector::pop_back(&mut types), vector::pop_back(&mut values));
            simple_map::add(&mut inner, key, value);
        };
        PropertyMap { inner }
    }

    public fun generate_mutator_ref(ref: &ConstructorRef): MutatorRef {
        MutatorRef { self: object::address_from_constructor_ref(ref) }
    }

    // ---- Types ------------------------------------------------------------------------------------------------

    /// The names of the types, each at its number.
    fun type_names(): vector<vector<u8>> {
        vector[
            b"bool", b"u8", b"u16", b"u32", b"u64", b"u128", b"u256", b"address", b"vector<u8>",
            b"0x1::string::String"
        ]
    }

    fun type_number(name: &String): u8 {
        let (found, number) = vector::index_of(&type_names(), string::bytes(name));
        assert!(found, error::invalid_argument(ETYPE_INVALID));
        (number as u8)
    }

    fun type_name(number: u8): String {
        let names = type_names();
        assert!((number as u64) < vector::length(&names), error::invalid_argument(ETYPE_INVALID));
        string::utf8(*vector::borrow(&names, (number as u64)))
    }

    /// Aborts if the bytes are no value of the type. Byte strings are taken as they are.
    fun checked_value(type: String, value: vector<u8>): PropertyValue {
        let type = type_number(&type);
        if (type == BOOL) { from_bcs::to_bool(value); }
        else if (type == U8) { from_bcs::to_u8(value); }
        else if (type == U16) { from_bcs::to_u16(value); }
        else if (type == U32) { from_bcs::to_u32(value); }
        else if (type == U64) { from_bcs::to_u64(value); }
        else if (type == U128) { from_bcs::to_u128(value); }
        else if (type == U256) { from_bcs::to_u256(value); }
        else if (type == ADDRESS) { from_bcs::to_address(value); }
        else if (type == STRING) { from_bcs::to_string(value); }
        else { assert!(type == BYTE_VECTOR, error::invalid_argument(ETYPE_MISMATCH)); };
        PropertyValue { type, value }
    }

    fun typed_value<T: drop>(value: T): PropertyValue {
        PropertyValue { type: type_number(&type_info::type_name<T>()), value: bcs::to_bytes(&value) }
    }

    // ---- Reading ----------------------------------------------------------------------------------------------

    inline fun borrow_map<T: key>(object: &Object<T>): &SimpleMap<String, PropertyValue> {
        let at = object::object_address(object);
        assert_exists(at);
        &borrow_global<PropertyMap>(at).inner
    }

    fun assert_exists(at: address) {
        assert!(exists<PropertyMap>(at), error::not_found(EPROPERTY_MAP_DOES_NOT_EXIST));
    }

    public fun contains_key<T: key>(object: &Object<T>, key: &String): bool acquires PropertyMap {
        simple_map::contains_key(borrow_map(object), key)
    }

    public fun length<T: key>(object: &Object<T>): u64 acquires PropertyMap {
        simple_map::length(borrow_map(object))
    }

    /// Type and value.
    public fun read<T: key>(object: &Object<T>, key: &String): (String, vector<u8>) acquires PropertyMap {
        let property = simple_map::borrow(borrow_map(object), key);
        (type_name(property.type), property.value)
    }

    fun read_typed<T: key, V>(object: &Object<T>, key: &String): vector<u8> acquires PropertyMap {
        let (type, value) = read(object, key);
        assert!(type == type_info::type_name<V>(), error::invalid_argument(ETYPE_MISMATCH));
        value
    }

    public fun read_bool<T: key>(object: &Object<T>, key: &String): bool acquires PropertyMap {
        from_bcs::to_bool(read_typed<T, bool>(object, key))
    }

    public fun read_u8<T: key>(object: &Object<T>, key: &String): u8 acquires PropertyMap {
        from_bcs::to_u8(read_typed<T, u8>(object, key))
    }

    public fun read_u16<T: key>(object: &Object<T>, key: &String): u16 acquires PropertyMap {
        from_bcs::to_u16(read_typed<T, u16>(object, key))
    }

    public fun read_u32<T: key>(object: &Object<T>, key: &String): u32 acquires PropertyMap {
        from_bcs::to_u32(read_typed<T, u32>(object, key))
    }

    public fun read_u64<T: key>(object: &Object<T>, key: &String): u64 acquires PropertyMap {
        from_bcs::to_u64(read_typed<T, u64>(object, key))
    }

    public fun read_u128<T: key>(object: &Object<T>, key: &String): u128 acquires PropertyMap {
        from_bcs::to_u128(read_typed<T, u128>(object, key))
    }

    public fun read_u256<T: key>(object: &Object<T>, key: &String): u256 acquires PropertyMap {
        from_bcs::to_u256(read_typed<T, u256>(object, key))
    }

    public fun read_address<T: key>(object: &Object<T>, key: &String): address acquires PropertyMap {
        from_bcs::to_address(read_typed<T, address>(object, key))
    }

    public fun read_bytes<T: key>(object: &Object<T>, key: &String): vector<u8> acquires PropertyMap {
        from_bcs::to_bytes(read_typed<T, vector<u8>>(object, key))
    }

    public fun read_string<T: key>(object: &Object<T>, key: &String): String acquires PropertyMap {
        from_bcs::to_string(read_typed<T, String>(object, key))
    }

    // ---- Changing ---------------------------------------------------------------------------------------------

    inline fun borrow_map_mut(ref: &MutatorRef): &mut SimpleMap<String, PropertyValue> {
        assert_exists(ref.self);
        &mut borrow_global_mut<PropertyMap>(ref.self).inner
    }

    public fun add(ref: &MutatorRef, key: String, type: String, value: vector<u8>) acquires PropertyMap {
        let property = checked_value(type, value);
        simple_map::add(borrow_map_mut(ref), key, property)
    }

    public fun add_typed<T: drop>(ref: &MutatorRef, key: String, value: T) acquires PropertyMap {
        let property = typed_value(value);
        simple_map::add(borrow_map_mut(ref), key, property)
    }

    public fun update(ref: &MutatorRef, key: &String, type: String, value: vector<u8>) acquires PropertyMap {
        let property = checked_value(type, value);
        *simple_map::borrow_mut(borrow_map_mut(ref), key) = property;
    }

    public fun update_typed<T: drop>(ref: &MutatorRef, key: &String, value: T) acquires PropertyMap {
        let property = typed_value(value);
        *simple_map::borrow_mut(borrow_map_mut(ref), key) = property;
    }

    public fun remove(ref: &MutatorRef, key: &String) acquires PropertyMap {
        simple_map::remove(borrow_map_mut(ref), key);
    }
}
