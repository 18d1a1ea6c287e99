// Made by vectors.mjs from other implementations' results. Do not edit.
#[test_only]
module aptos_std::ed25519_vectors {
    use std::option;
    use aptos_std::ed25519;

    struct Message has copy, drop {
        n: u64,
        text: vector<u8>,
    }

    #[test]
    fun signatures_verify() {
        assert!(ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"a82156c70eda6bd409be54a647b69dcf4ee76685f7183d1d0f9dbcf1aa450af843a79d4b9b9d2f1925da8439b808c7a8755017bf663ddfaa337827c9c18b7c07"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x""), 0);
        assert!(ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"dbc8a8dd475c62b9568c64dd6d3b95a76a10ce773bb43998a6beec64402f8a1120418c057a3d986b894e92d43991ffbd34444b76768493ff2a184cd1713e8101"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"61"), 0);
        assert!(ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"71d9695e07aac58cab5405749d8c26e3c96a171d4f0c0bb207860c76f6abdae42dc65efc51e487b0ee0a2f1d563c80012b4e2f333eab57bcc94281b3c8f8da04"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"d44afcee60498c74831f83c87ca680f7f9da3808f4fd6c6ca0c18b8f184bbd150740e800879abed3ab8b5e5ba9171223955aa096ae99451ed7b7e98448080215ab7ad19c8024f07aa232e22263f55ec32c0a80d6bafe99db1067a699efb26f688d75ef1b"), 0);
        assert!(ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"5d63420ac05f19a1effc73a777f756e0cd6e980e6150b6632e4f6e1b070ced7171b3ac8748480d37e2cde52337f8187b26d6e1625bab202e54d3f272a121f402"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"c3abaa9a0126662acd07240cab13a9af74c559c7895b7e5e440bc1efa9c949b0320cc91fd2f921326de6a9a6d0de35a4c0e717536037a3e3faca7fc917cc5440d77d6e7300718c31933745441a121d749f85d5d9ac436f47707ad66b7e9447ce4822aa05ad428938f19579ca77d31c7637d03068d4cc8c07e9cdf7976043fe69f859f16f7ed047bcb2fb3544223859ab86f0cb2aa2f64066bdf1d0697f8b9863ba6a2f0969aa94b99786eccaa7c95a3779873f9f2c7cfd337425f325086f43e0752fe676c5e00fe4031590c70a058b863d3c4177f47a668e5cbe2ab282384148f7f331eccbbe6fb2f637c67aa04a3270bfcea1dc974ec55e1ffd4654cdc7186891d5c9379b31eb351d3f646fa4bf91b639255afa705d5d12fdbb2b9da05134fdefe93745046bfb40afd39694"), 0);
    }

    #[test]
    fun changed_ones_do_not() {
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"a82156c70eda6bd409be54a647b69dcf4ee76685f7183d1d0f9dbcf1aa450af843a79d4b9b9d2f1925da8439b808c7a8755017bf663ddfaa337827c9c18b7c07"), &ed25519::new_unvalidated_public_key_from_bytes(x"4258909b083902d681aa4d33cbcf35131607d78193f6c5d84a8ccf19ea3559b2"), x""), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"a92156c70eda6bd409be54a647b69dcf4ee76685f7183d1d0f9dbcf1aa450af843a79d4b9b9d2f1925da8439b808c7a8755017bf663ddfaa337827c9c18b7c07"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x""), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"a82156c70eda6bd409be54a647b69dcf4ee76685f7183d1d0f9dbcf1aa450af843a79d4b9b9d2f1924da8439b808c7a8755017bf663ddfaa337827c9c18b7c07"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x""), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"a82156c70eda6bd409be54a647b69dcf4ee76685f7183d1d0f9dbcf1aa450af843a79d4b9b9d2f1925da8439b808c7a8755017bf663ddfaa337827c9c18b7c07"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"00"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"dbc8a8dd475c62b9568c64dd6d3b95a76a10ce773bb43998a6beec64402f8a1120418c057a3d986b894e92d43991ffbd34444b76768493ff2a184cd1713e8101"), &ed25519::new_unvalidated_public_key_from_bytes(x"4258909b083902d681aa4d33cbcf35131607d78193f6c5d84a8ccf19ea3559b2"), x"61"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"dac8a8dd475c62b9568c64dd6d3b95a76a10ce773bb43998a6beec64402f8a1120418c057a3d986b894e92d43991ffbd34444b76768493ff2a184cd1713e8101"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"61"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"dbc8a8dd475c62b9568c64dd6d3b95a76a10ce773bb43998a6beec64402f8a1120418c057a3d986b884e92d43991ffbd34444b76768493ff2a184cd1713e8101"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"61"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"dbc8a8dd475c62b9568c64dd6d3b95a76a10ce773bb43998a6beec64402f8a1120418c057a3d986b894e92d43991ffbd34444b76768493ff2a184cd1713e8101"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"6100"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"71d9695e07aac58cab5405749d8c26e3c96a171d4f0c0bb207860c76f6abdae42dc65efc51e487b0ee0a2f1d563c80012b4e2f333eab57bcc94281b3c8f8da04"), &ed25519::new_unvalidated_public_key_from_bytes(x"4258909b083902d681aa4d33cbcf35131607d78193f6c5d84a8ccf19ea3559b2"), x"d44afcee60498c74831f83c87ca680f7f9da3808f4fd6c6ca0c18b8f184bbd150740e800879abed3ab8b5e5ba9171223955aa096ae99451ed7b7e98448080215ab7ad19c8024f07aa232e22263f55ec32c0a80d6bafe99db1067a699efb26f688d75ef1b"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"70d9695e07aac58cab5405749d8c26e3c96a171d4f0c0bb207860c76f6abdae42dc65efc51e487b0ee0a2f1d563c80012b4e2f333eab57bcc94281b3c8f8da04"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"d44afcee60498c74831f83c87ca680f7f9da3808f4fd6c6ca0c18b8f184bbd150740e800879abed3ab8b5e5ba9171223955aa096ae99451ed7b7e98448080215ab7ad19c8024f07aa232e22263f55ec32c0a80d6bafe99db1067a699efb26f688d75ef1b"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"71d9695e07aac58cab5405749d8c26e3c96a171d4f0c0bb207860c76f6abdae42dc65efc51e487b0ef0a2f1d563c80012b4e2f333eab57bcc94281b3c8f8da04"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"d44afcee60498c74831f83c87ca680f7f9da3808f4fd6c6ca0c18b8f184bbd150740e800879abed3ab8b5e5ba9171223955aa096ae99451ed7b7e98448080215ab7ad19c8024f07aa232e22263f55ec32c0a80d6bafe99db1067a699efb26f688d75ef1b"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"71d9695e07aac58cab5405749d8c26e3c96a171d4f0c0bb207860c76f6abdae42dc65efc51e487b0ee0a2f1d563c80012b4e2f333eab57bcc94281b3c8f8da04"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"d44afcee60498c74831f83c87ca680f7f9da3808f4fd6c6ca0c18b8f184bbd150740e800879abed3ab8b5e5ba9171223955aa096ae99451ed7b7e98448080215ab7ad19c8024f07aa232e22263f55ec32c0a80d6bafe99db1067a699efb26f688d75ef1b00"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"5d63420ac05f19a1effc73a777f756e0cd6e980e6150b6632e4f6e1b070ced7171b3ac8748480d37e2cde52337f8187b26d6e1625bab202e54d3f272a121f402"), &ed25519::new_unvalidated_public_key_from_bytes(x"4258909b083902d681aa4d33cbcf35131607d78193f6c5d84a8ccf19ea3559b2"), x"c3abaa9a0126662acd07240cab13a9af74c559c7895b7e5e440bc1efa9c949b0320cc91fd2f921326de6a9a6d0de35a4c0e717536037a3e3faca7fc917cc5440d77d6e7300718c31933745441a121d749f85d5d9ac436f47707ad66b7e9447ce4822aa05ad428938f19579ca77d31c7637d03068d4cc8c07e9cdf7976043fe69f859f16f7ed047bcb2fb3544223859ab86f0cb2aa2f64066bdf1d0697f8b9863ba6a2f0969aa94b99786eccaa7c95a3779873f9f2c7cfd337425f325086f43e0752fe676c5e00fe4031590c70a058b863d3c4177f47a668e5cbe2ab282384148f7f331eccbbe6fb2f637c67aa04a3270bfcea1dc974ec55e1ffd4654cdc7186891d5c9379b31eb351d3f646fa4bf91b639255afa705d5d12fdbb2b9da05134fdefe93745046bfb40afd39694"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"5c63420ac05f19a1effc73a777f756e0cd6e980e6150b6632e4f6e1b070ced7171b3ac8748480d37e2cde52337f8187b26d6e1625bab202e54d3f272a121f402"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"c3abaa9a0126662acd07240cab13a9af74c559c7895b7e5e440bc1efa9c949b0320cc91fd2f921326de6a9a6d0de35a4c0e717536037a3e3faca7fc917cc5440d77d6e7300718c31933745441a121d749f85d5d9ac436f47707ad66b7e9447ce4822aa05ad428938f19579ca77d31c7637d03068d4cc8c07e9cdf7976043fe69f859f16f7ed047bcb2fb3544223859ab86f0cb2aa2f64066bdf1d0697f8b9863ba6a2f0969aa94b99786eccaa7c95a3779873f9f2c7cfd337425f325086f43e0752fe676c5e00fe4031590c70a058b863d3c4177f47a668e5cbe2ab282384148f7f331eccbbe6fb2f637c67aa04a3270bfcea1dc974ec55e1ffd4654cdc7186891d5c9379b31eb351d3f646fa4bf91b639255afa705d5d12fdbb2b9da05134fdefe93745046bfb40afd39694"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"5d63420ac05f19a1effc73a777f756e0cd6e980e6150b6632e4f6e1b070ced7171b3ac8748480d37e3cde52337f8187b26d6e1625bab202e54d3f272a121f402"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"c3abaa9a0126662acd07240cab13a9af74c559c7895b7e5e440bc1efa9c949b0320cc91fd2f921326de6a9a6d0de35a4c0e717536037a3e3faca7fc917cc5440d77d6e7300718c31933745441a121d749f85d5d9ac436f47707ad66b7e9447ce4822aa05ad428938f19579ca77d31c7637d03068d4cc8c07e9cdf7976043fe69f859f16f7ed047bcb2fb3544223859ab86f0cb2aa2f64066bdf1d0697f8b9863ba6a2f0969aa94b99786eccaa7c95a3779873f9f2c7cfd337425f325086f43e0752fe676c5e00fe4031590c70a058b863d3c4177f47a668e5cbe2ab282384148f7f331eccbbe6fb2f637c67aa04a3270bfcea1dc974ec55e1ffd4654cdc7186891d5c9379b31eb351d3f646fa4bf91b639255afa705d5d12fdbb2b9da05134fdefe93745046bfb40afd39694"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"5d63420ac05f19a1effc73a777f756e0cd6e980e6150b6632e4f6e1b070ced7171b3ac8748480d37e2cde52337f8187b26d6e1625bab202e54d3f272a121f402"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"c3abaa9a0126662acd07240cab13a9af74c559c7895b7e5e440bc1efa9c949b0320cc91fd2f921326de6a9a6d0de35a4c0e717536037a3e3faca7fc917cc5440d77d6e7300718c31933745441a121d749f85d5d9ac436f47707ad66b7e9447ce4822aa05ad428938f19579ca77d31c7637d03068d4cc8c07e9cdf7976043fe69f859f16f7ed047bcb2fb3544223859ab86f0cb2aa2f64066bdf1d0697f8b9863ba6a2f0969aa94b99786eccaa7c95a3779873f9f2c7cfd337425f325086f43e0752fe676c5e00fe4031590c70a058b863d3c4177f47a668e5cbe2ab282384148f7f331eccbbe6fb2f637c67aa04a3270bfcea1dc974ec55e1ffd4654cdc7186891d5c9379b31eb351d3f646fa4bf91b639255afa705d5d12fdbb2b9da05134fdefe93745046bfb40afd3969400"), 0);
    }

    #[test]
    fun s_above_the_order_is_refused() {
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"a82156c70eda6bd409be54a647b69dcf4ee76685f7183d1d0f9dbcf1aa450af8307b93a8b5004271fb767cdc9602a6bd755017bf663ddfaa337827c9c18b7c17"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x""), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"dbc8a8dd475c62b9568c64dd6d3b95a76a10ce773bb43998a6beec64402f8a110d15826294a0aac35feb8977188bded234444b76768493ff2a184cd1713e8111"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"61"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"71d9695e07aac58cab5405749d8c26e3c96a171d4f0c0bb207860c76f6abdae41a9a54596c479a08c5a726c034365f162b4e2f333eab57bcc94281b3c8f8da14"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"d44afcee60498c74831f83c87ca680f7f9da3808f4fd6c6ca0c18b8f184bbd150740e800879abed3ab8b5e5ba9171223955aa096ae99451ed7b7e98448080215ab7ad19c8024f07aa232e22263f55ec32c0a80d6bafe99db1067a699efb26f688d75ef1b"), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"5d63420ac05f19a1effc73a777f756e0cd6e980e6150b6632e4f6e1b070ced715e87a2e462ab1f8fb86addc615f2f78f26d6e1625bab202e54d3f272a121f412"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), x"c3abaa9a0126662acd07240cab13a9af74c559c7895b7e5e440bc1efa9c949b0320cc91fd2f921326de6a9a6d0de35a4c0e717536037a3e3faca7fc917cc5440d77d6e7300718c31933745441a121d749f85d5d9ac436f47707ad66b7e9447ce4822aa05ad428938f19579ca77d31c7637d03068d4cc8c07e9cdf7976043fe69f859f16f7ed047bcb2fb3544223859ab86f0cb2aa2f64066bdf1d0697f8b9863ba6a2f0969aa94b99786eccaa7c95a3779873f9f2c7cfd337425f325086f43e0752fe676c5e00fe4031590c70a058b863d3c4177f47a668e5cbe2ab282384148f7f331eccbbe6fb2f637c67aa04a3270bfcea1dc974ec55e1ffd4654cdc7186891d5c9379b31eb351d3f646fa4bf91b639255afa705d5d12fdbb2b9da05134fdefe93745046bfb40afd39694"), 0);
    }

    #[test]
    fun keys_of_small_order_are_refused() {
        assert!(option::is_none(&ed25519::new_validated_public_key_from_bytes(x"0100000000000000000000000000000000000000000000000000000000000000")), 0);
        assert!(option::is_none(&ed25519::public_key_validate(&ed25519::new_unvalidated_public_key_from_bytes(x"0100000000000000000000000000000000000000000000000000000000000000"))), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"), &ed25519::new_unvalidated_public_key_from_bytes(x"0100000000000000000000000000000000000000000000000000000000000000"), x"6d"), 0);
        assert!(option::is_none(&ed25519::new_validated_public_key_from_bytes(x"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")), 0);
        assert!(option::is_none(&ed25519::public_key_validate(&ed25519::new_unvalidated_public_key_from_bytes(x"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"))), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"), &ed25519::new_unvalidated_public_key_from_bytes(x"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"), x"6d"), 0);
        assert!(option::is_none(&ed25519::new_validated_public_key_from_bytes(x"0000000000000000000000000000000000000000000000000000000000000000")), 0);
        assert!(option::is_none(&ed25519::public_key_validate(&ed25519::new_unvalidated_public_key_from_bytes(x"0000000000000000000000000000000000000000000000000000000000000000"))), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"), &ed25519::new_unvalidated_public_key_from_bytes(x"0000000000000000000000000000000000000000000000000000000000000000"), x"6d"), 0);
        assert!(option::is_none(&ed25519::new_validated_public_key_from_bytes(x"0000000000000000000000000000000000000000000000000000000000000080")), 0);
        assert!(option::is_none(&ed25519::public_key_validate(&ed25519::new_unvalidated_public_key_from_bytes(x"0000000000000000000000000000000000000000000000000000000000000080"))), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"), &ed25519::new_unvalidated_public_key_from_bytes(x"0000000000000000000000000000000000000000000000000000000000000080"), x"6d"), 0);
        assert!(option::is_none(&ed25519::new_validated_public_key_from_bytes(x"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")), 0);
        assert!(option::is_none(&ed25519::public_key_validate(&ed25519::new_unvalidated_public_key_from_bytes(x"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"), &ed25519::new_unvalidated_public_key_from_bytes(x"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), x"6d"), 0);
        assert!(option::is_none(&ed25519::new_validated_public_key_from_bytes(x"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")), 0);
        assert!(option::is_none(&ed25519::public_key_validate(&ed25519::new_unvalidated_public_key_from_bytes(x"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))), 0);
        assert!(!ed25519::signature_verify_strict(&ed25519::new_signature_from_bytes(x"01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"), &ed25519::new_unvalidated_public_key_from_bytes(x"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), x"6d"), 0);
    }

    #[test]
    fun keys_validate() {
        assert!(option::is_some(&ed25519::new_validated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8")), 0);
        assert!(option::is_none(&ed25519::new_validated_public_key_from_bytes(x"0200000000000000000000000000000000000000000000000000000000000000")), 0);
        assert!(option::is_none(&ed25519::new_validated_public_key_from_bytes(x"01")), 0);
    }

    #[test]
    fun conversions_keep_the_bytes() {
        let valid = option::destroy_some(ed25519::new_validated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"));
        assert!(ed25519::validated_public_key_to_bytes(&valid) == x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8", 0);
        assert!(ed25519::unvalidated_public_key_to_bytes(&ed25519::public_key_to_unvalidated(&valid)) == x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8", 0);
        assert!(ed25519::unvalidated_public_key_to_bytes(&ed25519::public_key_into_unvalidated(valid)) == x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8", 0);
        assert!(ed25519::signature_to_bytes(&ed25519::new_signature_from_bytes(x"dbc8a8dd475c62b9568c64dd6d3b95a76a10ce773bb43998a6beec64402f8a1120418c057a3d986b894e92d43991ffbd34444b76768493ff2a184cd1713e8101")) == x"dbc8a8dd475c62b9568c64dd6d3b95a76a10ce773bb43998a6beec64402f8a1120418c057a3d986b894e92d43991ffbd34444b76768493ff2a184cd1713e8101", 0);
    }

    #[test]
    fun authentication_keys() {
        assert!(ed25519::unvalidated_public_key_to_authentication_key(&ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8")) == x"b43d16293c52fe07938b1c851e18f9949a366551a7fc9f608e63005a858240d5", 0);
        let valid = option::destroy_some(ed25519::new_validated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"));
        assert!(ed25519::validated_public_key_to_authentication_key(&valid) == x"b43d16293c52fe07938b1c851e18f9949a366551a7fc9f608e63005a858240d5", 0);
    }

    #[test]
    fun typed_messages() {
        let m = Message { n: 258, text: b"hi" };
        assert!(ed25519::signature_verify_strict_t(&ed25519::new_signature_from_bytes(x"5764ce6eb0c31e0be91e800177ea1b869b9ed44e171a828cf520406a5085432c3b94ac3311a44ea4717537ee71b0df5c7157ef2834110923b8f213f1725bc205"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), copy m), 0);
        assert!(!ed25519::signature_verify_strict_t(&ed25519::new_signature_from_bytes(x"07e95d7747d3a04ef5c3ecc1db04f91dd5bf9b1e573db04c1a36fa3345f964d431b0d1805653be58da9a27692ecb7a318a125ee5029f457707818c39298fdd05"), &ed25519::new_unvalidated_public_key_from_bytes(x"9f60387763584f845c79f5da301f143d68c8c1da2c6a8aa83bc8933ce78271f8"), copy m), 0);
        assert!(std::bcs::to_bytes(&ed25519::new_signed_message(m)) == x"00000000000000000000000000000000000000000000000000000000000000010f656432353531395f766563746f7273074d6573736167650201000000000000026869", 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001)]
    fun a_key_has_32_bytes() {
        ed25519::new_unvalidated_public_key_from_bytes(x"d189bdcb181a6e9a20403e653603c90434a4ee3769ae6d9c79a99f347ce458");
    }

    #[test]
    #[expected_failure(abort_code = 0x10002)]
    fun a_signature_has_64_bytes() {
        ed25519::new_signature_from_bytes(x"dafb860d5199f6c41855f2b466c94e1ba6872960da0da166592511a554d6fe2f4634e504fb0ef197b91e0c156bbd45ee0bea3eee7cc6ea34d3e1859459fbbb4a0b");
    }
}
