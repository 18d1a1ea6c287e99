// Made by vectors.mjs from other implementations' results. Do not edit.
#[test_only]
module aptos_std::account_vectors {
    use aptos_framework::account::{Self, create_signer_for_test};
    use aptos_framework::chain_id;
    use std::option;
    use std::signer;

    #[test]
    fun a_key_is_rotated_with_both_proofs() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key(&alice, 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"7b0c471fb7e9e565ca3025fefdaddfea2609fb82caf370c17cb05232c4fa6d355cb6cce624e6caa969e1abcc90e168c67877667e22827060d7111bb3cd65cd0c", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f");
        assert!(account::get_authentication_key(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == x"372e9d5ebf50d9f5b3fecbe7a0d5df47735c6aa690feed830521fb44ec3a7495", 0);
        assert!(account::originating_address(@0x372e9d5ebf50d9f5b3fecbe7a0d5df47735c6aa690feed830521fb44ec3a7495) == option::some(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) && account::originating_address(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == option::none(), 0);
    }

    #[test]
    fun a_key_is_rotated_to_several() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key(&alice, 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", 1, x"1ebdba1564d42e6e51ccbbf1eced259d4050bc0c94a619f5c7e8ab8c0bf164cc25397eeaea3ee1221c21ba0c2f3f95a8c1641a791515951e14b73d678411a86002", x"47b13d2c0ac16f5e9490a2dbcfe816a123fbe8fb4102e8941e6ebd4bdd40e6a81bb68ab6fe51bae8948d2b8622659e806b5f26e6ed4aa78f3f2641e2c431560b", x"7bce7880d2a0616441ba6652a6b07a7bc93c76fa2e6ccc3fa874637e54df17efe75d4978a7ab1b79acc3bbc420ca77b30ef19d2c32898452369562b9dae7060bf0fe351f4e003285a6fc324ad54bd7628eadfbf0a29821d271e82098bdb1db2d6c34f72c6c86e95a083196ee4fd9d71645be367e1ed6d5bfaa1ed2af58e63004c0000000");
        assert!(account::get_authentication_key(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == x"faf9d32ed59aa59b1ce4f2dd3da42bcc3df6fb87a5c7d217848c7a875ebd74ca", 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10008)]
    fun the_old_key_must_sign() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key(&alice, 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f");
    }

    #[test]
    #[expected_failure(abort_code = 0x10008)]
    fun the_new_key_must_sign() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key(&alice, 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"7b0c471fb7e9e565ca3025fefdaddfea2609fb82caf370c17cb05232c4fa6d355cb6cce624e6caa969e1abcc90e168c67877667e22827060d7111bb3cd65cd0c", x"7b0c471fb7e9e565ca3025fefdaddfea2609fb82caf370c17cb05232c4fa6d355cb6cce624e6caa969e1abcc90e168c67877667e22827060d7111bb3cd65cd0c");
    }

    #[test]
    #[expected_failure(abort_code = 0x40007)]
    fun the_old_key_must_be_the_accounts() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key(&alice, 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f");
    }

    #[test]
    #[expected_failure(abort_code = 0x10008)]
    fun a_proof_serves_once() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key(&alice, 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"7b0c471fb7e9e565ca3025fefdaddfea2609fb82caf370c17cb05232c4fa6d355cb6cce624e6caa969e1abcc90e168c67877667e22827060d7111bb3cd65cd0c", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f");
        account::rotate_authentication_key(&alice, 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f", x"7b0c471fb7e9e565ca3025fefdaddfea2609fb82caf370c17cb05232c4fa6d355cb6cce624e6caa969e1abcc90e168c67877667e22827060d7111bb3cd65cd0c");
    }

    #[test]
    #[expected_failure(abort_code = 0x10008)]
    fun a_sequence_number_is_signed_too() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::set_sequence_number(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01, 1);
        account::rotate_authentication_key(&alice, 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"7b0c471fb7e9e565ca3025fefdaddfea2609fb82caf370c17cb05232c4fa6d355cb6cce624e6caa969e1abcc90e168c67877667e22827060d7111bb3cd65cd0c", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f");
    }

    #[test]
    #[expected_failure(abort_code = 0x1000c)]
    fun other_schemes_cannot_prove() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key(&alice, 2, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"", x"");
    }

    #[test]
    fun a_delegate_rotates() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::offer_rotation_capability(&alice, x"693d4d49c7b29a832b2bf77adfecd9a806996545b139e254beecfc0b49ab0f06f05aaf4682be6fcb7dc59ad5055777c0afd27132616ddbfe8b07ed9e5fb77500", 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb);
        assert!(account::is_rotation_capability_offered(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) && account::get_rotation_capability_offer_for(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key_with_rotation_capability(&bob, @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01, 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f");
        assert!(account::get_authentication_key(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == x"372e9d5ebf50d9f5b3fecbe7a0d5df47735c6aa690feed830521fb44ec3a7495", 0);
        account::revoke_rotation_capability(&alice, @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb);
        assert!(!account::is_rotation_capability_offered(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x60012)]
    fun nobody_else_rotates() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key_with_rotation_capability(&bob, @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01, 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"d7b73a8b39d24b7ae3be8232aa8d5c03496333a16962c468c43a39df51dc662cedbc1746cbc332565ae91e7ddf0ccdcaf4afe8e8125b68d7de0461258dda850f");
    }

    #[test]
    fun a_signer_is_offered() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::offer_signer_capability(&alice, x"44b77f2d46b50533867cd5b6ea82218741bdea90253be532e093ab80010f7d77c2ad70dec175740b331889d10ea19e139d18cb4fb338938c282f67e079dce001", 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb);
        assert!(account::get_signer_capability_offer_for(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        assert!(signer::address_of(&account::create_authorized_signer(&bob, @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01)) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01, 0);
        account::revoke_signer_capability(&alice, @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb);
        assert!(!account::is_signer_capability_offered(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x6000e)]
    fun a_revoked_offer_is_none() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::offer_signer_capability(&alice, x"44b77f2d46b50533867cd5b6ea82218741bdea90253be532e093ab80010f7d77c2ad70dec175740b331889d10ea19e139d18cb4fb338938c282f67e079dce001", 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb);
        account::revoke_any_signer_capability(&alice);
        account::create_authorized_signer(&bob, @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01);
    }

    #[test]
    #[expected_failure(abort_code = 0x10008)]
    fun an_offer_must_be_signed() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::offer_signer_capability(&alice, x"693d4d49c7b29a832b2bf77adfecd9a806996545b139e254beecfc0b49ab0f06f05aaf4682be6fcb7dc59ad5055777c0afd27132616ddbfe8b07ed9e5fb77500", 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb);
    }

    #[test]
    #[expected_failure(abort_code = 0x10008)]
    fun an_offer_is_for_one_chain() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 5);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::offer_rotation_capability(&alice, x"693d4d49c7b29a832b2bf77adfecd9a806996545b139e254beecfc0b49ab0f06f05aaf4682be6fcb7dc59ad5055777c0afd27132616ddbfe8b07ed9e5fb77500", 0, x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664", @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb);
    }

    #[test]
    fun keys_of_any_kind_without_proof() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key_from_public_key_for_test(&alice, 2, x"0140843ebd35e216ffa8364980330162a7af215debc75a74c1c4c70429de8462baf2701e9fefc852345a73f06fb5f965e7820a078d0cedec08f31408be6c4553a4f4");
        assert!(account::get_authentication_key(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == x"a99cdc7b5f7f4953e7dc0f543c7c615f2f7aeca1739d8d333b8d2d04ed12dcfd", 0);
        account::rotate_authentication_key_from_public_key_for_test(&alice, 1, x"1ebdba1564d42e6e51ccbbf1eced259d4050bc0c94a619f5c7e8ab8c0bf164cc25397eeaea3ee1221c21ba0c2f3f95a8c1641a791515951e14b73d678411a86002");
        assert!(account::get_authentication_key(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == x"faf9d32ed59aa59b1ce4f2dd3da42bcc3df6fb87a5c7d217848c7a875ebd74ca", 0);
        account::rotate_authentication_key_from_public_key_for_test(&alice, 0, x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6");
        assert!(account::get_authentication_key(@0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01) == x"372e9d5ebf50d9f5b3fecbe7a0d5df47735c6aa690feed830521fb44ec3a7495", 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10018)]
    fun no_such_kind() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::rotate_authentication_key_from_public_key_for_test(&alice, 4, x"");
    }

    #[test]
    fun a_backup_key_for_a_keyless_account() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        let k = account::create_account_for_test(@0x37b9eb96310d51a6f2ad9d0c61dfda3cfae3c21c6287cae864d2ccf926daea9a);
        account::upsert_ed25519_backup_key_on_keyless_account_for_test(&k, x"030e68747470733a2f2f697373756572200101010101010101010101010101010101010101010101010101010101010101", x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"719e1684c0d1726ff10195aaf7b3b5ae629e6b785067d255e19dae67951efc97573a1377ebfabfe0d5cbced5910df147fdd69c0a455e0f4ff64de2d584a69301");
        assert!(account::get_authentication_key(@0x37b9eb96310d51a6f2ad9d0c61dfda3cfae3c21c6287cae864d2ccf926daea9a) == x"ab0365d76f4db036aa0923d7016dc9e36f6df65f8b9aa2ab7ef2680703af190e", 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10019)]
    fun only_for_keyless_accounts() {
        let fx = create_signer_for_test(@0x1);
        account::initialize_for_test(&fx);
        chain_id::initialize_for_test(&fx, 4);
        let alice = account::create_account_from_ed25519_public_key(x"a97c125baf4989cb160dfde5d13a44b5d2353ee55049c21c2cac1eb66f0e0664");
        let bob = account::create_account_from_ed25519_public_key(x"bba1fc862cd16745814fb0bafd3bd4ee91e46c832bcfa71ee5dd416fa3a732c3");
        assert!(signer::address_of(&alice) == @0x4beeb0ce463580973a12a2891a50c331a9de2000b1423a9a87dca735b02f7f01 && signer::address_of(&bob) == @0x56b3732ee7994776a5f6f6d849404f3eb0934b55e8086d7ef230fe90dbada6fb, 0);
        account::upsert_ed25519_backup_key_on_keyless_account_for_test(&alice, x"0140843ebd35e216ffa8364980330162a7af215debc75a74c1c4c70429de8462baf2701e9fefc852345a73f06fb5f965e7820a078d0cedec08f31408be6c4553a4f4", x"a6a49c4d9330e83009ed7c1693664ec650837bfa76dd8c82ef33b568dcddbea6", x"719e1684c0d1726ff10195aaf7b3b5ae629e6b785067d255e19dae67951efc97573a1377ebfabfe0d5cbced5910df147fdd69c0a455e0f4ff64de2d584a69301");
    }
}
