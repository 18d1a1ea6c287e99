#[test_only]
module aptos_std::key_tests {
    use std::bcs;
    use std::hash;
    use std::string;
    use aptos_std::ed25519;
    use aptos_std::federated_keyless;
    use aptos_std::keyless;
    use aptos_std::multi_key;
    use aptos_std::secp256r1;
    use aptos_std::single_key;

    /// AnyPublicKey of an Ed25519 key: 0, its length, the key.
    fun any_ed25519(key: vector<u8>): vector<u8> {
        let bytes = x"0020";
        bytes.append(key);
        bytes
    }

    fun ed25519_key(): vector<u8> {
        x"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    }

    #[test]
    fun single_and_multi_keys() {
        let bytes = any_ed25519(ed25519_key());
        let key = single_key::new_public_key_from_bytes(bytes);
        assert!(bcs::to_bytes(&key) == bytes, 0);
        let hashed = bytes;
        hashed.push_back(2);
        assert!(key.to_authentication_key() == hash::sha3_256(hashed), 0);
        let same = single_key::from_ed25519_public_key_unvalidated(ed25519::new_unvalidated_public_key_from_bytes(ed25519_key()));
        assert!(same == key && !single_key::is_keyless_or_federated_keyless_public_key(&key), 0);
        let both = multi_key::new_multi_key_from_single_keys(vector[key, same], 2);
        let encoded = x"02";
        encoded.append(bytes);
        encoded.append(bytes);
        encoded.push_back(2);
        assert!(bcs::to_bytes(&both) == encoded && multi_key::new_public_key_from_bytes(encoded) == both, 0);
        encoded.push_back(3);
        assert!(both.to_authentication_key() == hash::sha3_256(encoded), 0);
    }

    #[test]
    fun keyless_keys() {
        let idc = x"0101010101010101010101010101010101010101010101010101010101010101";
        let key = keyless::new(string::utf8(b"https://issuer"), idc);
        let bytes = bcs::to_bytes(&key);
        assert!(keyless::new_public_key_from_bytes(bytes) == key, 0);
        let federated = federated_keyless::new(key, @0x9);
        assert!(federated_keyless::new_public_key_from_bytes(bcs::to_bytes(&federated)) == federated, 0);
        let any = x"03";
        any.append(bytes);
        assert!(single_key::is_keyless_or_federated_keyless_public_key(&single_key::new_public_key_from_bytes(any)), 0);
        let any = x"04";
        any.append(bcs::to_bytes(&federated));
        assert!(single_key::is_keyless_or_federated_keyless_public_key(&single_key::new_public_key_from_bytes(any)), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::single_key)]
    fun key_of_no_kind() {
        single_key::new_public_key_from_bytes(x"05");
    }

    #[test]
    #[expected_failure(abort_code = 0x10002, location = aptos_std::single_key)]
    fun key_with_more_behind() {
        let bytes = any_ed25519(ed25519_key());
        bytes.push_back(0);
        single_key::new_public_key_from_bytes(bytes);
    }

    #[test]
    #[expected_failure(abort_code = 0x10003, location = aptos_std::multi_key)]
    fun more_signatures_than_keys() {
        multi_key::new_multi_key_from_single_keys(vector[single_key::new_public_key_from_bytes(any_ed25519(ed25519_key()))], 2);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::secp256r1)]
    fun passkey_too_short() {
        secp256r1::ecdsa_raw_public_key_from_64_bytes(ed25519_key());
    }
}
