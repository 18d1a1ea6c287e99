/// Accounts: authentication key and its rotation, sequence number, GUIDs, capabilities to sign or to
/// rotate the key that an account offers to another, and resource accounts, which no key controls.
module aptos_framework::account {
    use std::bcs;
    use std::error;
    use std::guid;
    use std::hash;
    use std::option::{Self, Option};
    use std::signer;
    use std::vector;
    use aptos_framework::chain_id;
    use aptos_framework::create_signer::create_signer;
    use aptos_framework::event::{Self, EventHandle};
    use aptos_framework::system_addresses;
    use aptos_framework::transaction_context;
    use aptos_std::ed25519;
    use aptos_std::from_bcs;
    use aptos_std::multi_ed25519;
    use aptos_std::multi_key;
    use aptos_std::single_key;
    use aptos_std::table::{Self, Table};
    use aptos_std::type_info::{Self, TypeInfo};

    friend aptos_framework::aptos_account;
    friend aptos_framework::coin;
    friend aptos_framework::genesis;
    friend aptos_framework::multisig_account;
    friend aptos_framework::resource_account;
    friend aptos_framework::transaction_validation;

    #[event]
    struct KeyRotation has drop, store {
        account: address,
        old_authentication_key: vector<u8>,
        new_authentication_key: vector<u8>,
    }

    #[event]
    /// The bit map says which of a multi-key's keys have signed the rotation, the first bit for the first.
    struct KeyRotationToPublicKey has drop, store {
        account: address,
        verified_public_key_bit_map: vector<u8>,
        public_key_scheme: u8,
        public_key: vector<u8>,
        old_auth_key: vector<u8>,
        new_auth_key: vector<u8>,
    }

    struct Account has key, store {
        authentication_key: vector<u8>,
        sequence_number: u64,
        guid_creation_num: u64,
        coin_register_events: EventHandle<CoinRegisterEvent>,
        key_rotation_events: EventHandle<KeyRotationEvent>,
        rotation_capability_offer: CapabilityOffer<RotationCapability>,
        signer_capability_offer: CapabilityOffer<SignerCapability>,
    }

    struct KeyRotationEvent has drop, store {
        old_authentication_key: vector<u8>,
        new_authentication_key: vector<u8>,
    }

    struct CoinRegisterEvent has drop, store {
        type_info: TypeInfo,
    }

    #[event]
    struct CoinRegister has drop, store {
        account: address,
        type_info: TypeInfo,
    }

    struct CapabilityOffer<phantom T> has store { for: Option<address> }

    struct RotationCapability has drop, store { account: address }

    /// The right to sign for an account.
    struct SignerCapability has drop, store { account: address }

    /// Whose a rotated authentication key is: wallets find accounts by their keys here.
    struct OriginatingAddress has key {
        address_map: Table<address, address>,
    }

    /// What both keys sign when one replaces the other.
    struct RotationProofChallenge has copy, drop {
        sequence_number: u64,
        originator: address,
        current_auth_key: address,
        new_public_key: vector<u8>,
    }

    /// What was signed before version 2, without the source.
    struct RotationCapabilityOfferProofChallenge has drop {
        sequence_number: u64,
        recipient_address: address,
    }

    struct SignerCapabilityOfferProofChallenge has drop {
        sequence_number: u64,
        recipient_address: address,
    }

    /// What is signed to offer the rotation capability.
    struct RotationCapabilityOfferProofChallengeV2 has drop {
        chain_id: u8,
        sequence_number: u64,
        source_address: address,
        recipient_address: address,
    }

    /// What is signed to offer the signer capability.
    struct SignerCapabilityOfferProofChallengeV2 has copy, drop {
        sequence_number: u64,
        source_address: address,
        recipient_address: address,
    }

    enum AccountPermission has copy, drop, store {
        KeyRotation,
        Offering,
    }

    // Kinds of keys.
    const ED25519_SCHEME: u8 = 0;
    const MULTI_ED25519_SCHEME: u8 = 1;
    const SINGLE_KEY_SCHEME: u8 = 2;
    const MULTI_KEY_SCHEME: u8 = 3;

    const ZERO_AUTH_KEY: vector<u8> = x"0000000000000000000000000000000000000000000000000000000000000000";
    const MAX_U64: u128 = 18446744073709551615;
    /// Behind the source and the seed in a resource account's address.
    const DERIVE_RESOURCE_ACCOUNT_SCHEME: u8 = 255;
    /// The account of a GUID counter near its end is most likely under attack.
    const MAX_GUID_CREATION_NUM: u64 = 0x4000000000000;

    /// The account exists already.
    const EACCOUNT_ALREADY_EXISTS: u64 = 1;
    /// The account does not exist.
    const EACCOUNT_DOES_NOT_EXIST: u64 = 2;
    /// The sequence number cannot grow any more.
    const ESEQUENCE_NUMBER_TOO_BIG: u64 = 3;
    /// An authentication key has 32 bytes.
    const EMALFORMED_AUTHENTICATION_KEY: u64 = 4;
    /// The address is reserved.
    const ECANNOT_RESERVED_ADDRESS: u64 = 5;
    /// The gas has run out.
    const EOUT_OF_GAS: u64 = 6;
    /// The public key is not the account's.
    const EWRONG_CURRENT_PUBLIC_KEY: u64 = 7;
    /// The signature that proves to know a key does not verify.
    const EINVALID_PROOF_OF_KNOWLEDGE: u64 = 8;
    /// There is no such capability.
    const ENO_CAPABILITY: u64 = 9;
    const EINVALID_ACCEPT_ROTATION_CAPABILITY: u64 = 10;
    const ENO_VALID_FRAMEWORK_RESERVED_ADDRESS: u64 = 11;
    /// Keys of this kind cannot be used here.
    const EINVALID_SCHEME: u64 = 12;
    /// The key was another account's.
    const EINVALID_ORIGINATING_ADDRESS: u64 = 13;
    /// The account does not offer its signer capability to that one.
    const ENO_SUCH_SIGNER_CAPABILITY: u64 = 14;
    /// A resource account has been made from these already.
    const ERESOURCE_ACCCOUNT_EXISTS: u64 = 15;
    /// The account has been used, so it cannot become a resource account.
    const EACCOUNT_ALREADY_USED: u64 = 16;
    /// The account that should have made the offer does not exist.
    const EOFFERER_ADDRESS_DOES_NOT_EXIST: u64 = 17;
    /// The account does not offer its rotation capability to that one.
    const ENO_SUCH_ROTATION_CAPABILITY_OFFER: u64 = 18;
    /// The account offers its capability to nobody.
    const ENO_SIGNER_CAPABILITY_OFFERED: u64 = 19;
    /// The account has made too many GUIDs.
    const EEXCEEDED_MAX_GUID_CREATION_NUM: u64 = 20;
    /// The new key belongs to another account already.
    const ENEW_AUTH_KEY_ALREADY_MAPPED: u64 = 21;
    /// The new key is the old one.
    const ENEW_AUTH_KEY_SAME_AS_CURRENT: u64 = 22;
    const ENO_ACCOUNT_PERMISSION: u64 = 23;
    /// There is no such kind of key.
    const EUNRECOGNIZED_SCHEME: u64 = 24;
    /// The key is not a keyless one.
    const ENOT_A_KEYLESS_PUBLIC_KEY: u64 = 25;
    /// The key is not that which the account was made with.
    const ENOT_THE_ORIGINAL_PUBLIC_KEY: u64 = 26;
    /// The originating address follows from rotations with proofs only.
    const ESET_ORIGINATING_ADDRESS_DISABLED: u64 = 27;
    /// Permissioned signers are a thing of the past.
    const EPERMISSIONED_SIGNER_REMOVED: u64 = 30;
    /// The sequence number that the proof was signed with stays as it is, so that the proof could be shown again.
    const ESEQ_NUM_PROOF_REPLAYABLE_CONTEXT: u64 = 31;

    public(friend) fun initialize(aptos_framework: &signer) {
        system_addresses::assert_aptos_framework(aptos_framework);
        move_to(aptos_framework, OriginatingAddress { address_map: table::new() });
    }

    public fun grant_key_rotation_permission(_master: &signer, _permissioned_signer: &signer) {
        abort error::unavailable(EPERMISSIONED_SIGNER_REMOVED)
    }

    public fun grant_key_offering_permission(_master: &signer, _permissioned_signer: &signer) {
        abort error::unavailable(EPERMISSIONED_SIGNER_REMOVED)
    }

    /// Makes the account unless it is there.
    public fun create_account_if_does_not_exist(account_address: address) {
        if (!exists<Account>(account_address)) {
            create_account(account_address);
        }
    }

    public(friend) fun create_account(new_address: address): signer {
        assert!(!exists<Account>(new_address), error::already_exists(EACCOUNT_ALREADY_EXISTS));
        assert!(
            new_address != @0x0 && !system_addresses::is_framework_reserved_address(new_address),
            error::invalid_argument(ECANNOT_RESERVED_ADDRESS)
        );
        create_account_unchecked(new_address)
    }

    fun create_account_unchecked(new_address: address): signer {
        let new_account = create_signer(new_address);
        let authentication_key = bcs::to_bytes(&new_address);
        assert!(vector::length(&authentication_key) == 32, error::invalid_argument(EMALFORMED_AUTHENTICATION_KEY));
        let guid_creation_num = 0;
        let guid_for_coin = guid::create(new_address, &mut guid_creation_num);
        let coin_register_events = event::new_event_handle<CoinRegisterEvent>(guid_for_coin);
        let guid_for_rotation = guid::create(new_address, &mut guid_creation_num);
        let key_rotation_events = event::new_event_handle<KeyRotationEvent>(guid_for_rotation);
        move_to(
            &new_account,
            Account {
                authentication_key,
                sequence_number: 0,
                guid_creation_num,
                coin_register_events,
                key_rotation_events,
                rotation_capability_offer: CapabilityOffer { for: option::none() },
                signer_capability_offer: CapabilityOffer { for: option::none() },
            }
        );
        new_account
    }

    public(friend) fun create_framework_reserved_account(addr: address): (signer, SignerCapability) {
        let signer = create_account_unchecked(addr);
        (signer, SignerCapability { account: addr })
    }

    #[view]
    public fun exists_at(addr: address): bool {
        exists<Account>(addr)
    }

    #[view]
    public fun get_guid_next_creation_num(addr: address): u64 acquires Account {
        borrow_global<Account>(addr).guid_creation_num
    }

    #[view]
    /// 0 for an address without an account.
    public fun get_sequence_number(addr: address): u64 acquires Account {
        if (exists<Account>(addr)) borrow_global<Account>(addr).sequence_number else 0
    }

    #[view]
    /// The address itself for an address without an account.
    public fun get_authentication_key(addr: address): vector<u8> acquires Account {
        if (exists<Account>(addr)) borrow_global<Account>(addr).authentication_key else bcs::to_bytes(&addr)
    }

    public(friend) fun increment_sequence_number(addr: address) acquires Account {
        let sequence_number = &mut borrow_global_mut<Account>(addr).sequence_number;
        assert!((*sequence_number as u128) < MAX_U64, error::out_of_range(ESEQUENCE_NUMBER_TOO_BIG));
        *sequence_number = *sequence_number + 1;
    }

    /// A proof with a sequence number in it is good for one transaction only if that transaction uses the number up.
    fun assert_proof_is_used_up() {
        assert!(
            !transaction_context::is_orderless_txn() && !transaction_context::is_multisig_payload_txn(),
            error::invalid_state(ESEQ_NUM_PROOF_REPLAYABLE_CONTEXT)
        );
    }

    // ---- Rotating the authentication key --------------------------------------------------------------------------

    public(friend) fun rotate_authentication_key_internal(account: &signer, new_auth_key: vector<u8>) acquires Account {
        let addr = signer::address_of(account);
        create_account_if_does_not_exist(addr);
        assert!(new_auth_key.length() == 32, error::invalid_argument(EMALFORMED_AUTHENTICATION_KEY));
        borrow_global_mut<Account>(addr).authentication_key = new_auth_key;
    }

    /// Sets the authentication key without a proof of the new key; the account may lock itself out.
    entry fun rotate_authentication_key_call(account: &signer, new_auth_key: vector<u8>) acquires Account {
        rotate_authentication_key_internal(account, new_auth_key);
    }

    /// The same with the key whose authentication key it is, of any kind.
    entry fun rotate_authentication_key_from_public_key(
        account: &signer, scheme: u8, new_public_key_bytes: vector<u8>
    ) acquires Account {
        let addr = signer::address_of(account);
        let old_auth_key = borrow_global<Account>(addr).authentication_key;
        let new_auth_key =
            if (scheme == SINGLE_KEY_SCHEME) {
                single_key::new_public_key_from_bytes(new_public_key_bytes).to_authentication_key()
            } else if (scheme == MULTI_KEY_SCHEME) {
                multi_key::new_public_key_from_bytes(new_public_key_bytes).to_authentication_key()
            } else {
                assert!(
                    scheme == ED25519_SCHEME || scheme == MULTI_ED25519_SCHEME,
                    error::invalid_argument(EUNRECOGNIZED_SCHEME)
                );
                authentication_key_of(scheme, new_public_key_bytes)
            };
        rotate_authentication_key_internal(account, new_auth_key);
        event::emit(KeyRotationToPublicKey {
            account: addr,
            verified_public_key_bit_map: x"00000000",
            public_key_scheme: scheme,
            public_key: new_public_key_bytes,
            old_auth_key,
            new_auth_key,
        });
    }

    /// Makes the key of a keyless account a multi-key of it and an Ed25519 key, either of which suffices.
    entry fun upsert_ed25519_backup_key_on_keyless_account(
        account: &signer, keyless_public_key: vector<u8>, backup_public_key: vector<u8>, backup_key_proof: vector<u8>
    ) acquires Account {
        assert_proof_is_used_up();
        let keyless_key = single_key::new_public_key_from_bytes(keyless_public_key);
        assert!(
            single_key::is_keyless_or_federated_keyless_public_key(&keyless_key),
            error::invalid_argument(ENOT_A_KEYLESS_PUBLIC_KEY)
        );
        let addr = signer::address_of(account);
        assert!(
            bcs::to_bytes(&addr) == keyless_key.to_authentication_key(),
            error::invalid_argument(ENOT_THE_ORIGINAL_PUBLIC_KEY)
        );
        let old_auth_key = borrow_global<Account>(addr).authentication_key;
        let challenge = rotation_challenge(get_sequence_number(addr), addr, backup_public_key);
        check_signature(
            ED25519_SCHEME, backup_public_key, backup_key_proof, challenge
        );
        let backup_key =
            single_key::from_ed25519_public_key_unvalidated(
                ed25519::new_unvalidated_public_key_from_bytes(backup_public_key)
            );
        let both = multi_key::new_multi_key_from_single_keys(vector[keyless_key, backup_key], 1);
        let new_auth_key = both.to_authentication_key();
        rotate_authentication_key_internal(account, new_auth_key);
        event::emit(KeyRotationToPublicKey {
            account: addr,
            verified_public_key_bit_map: x"c0000000",
            public_key_scheme: MULTI_KEY_SCHEME,
            public_key: bcs::to_bytes(&both),
            old_auth_key,
            new_auth_key,
        });
    }

    /// Replaces the account's key by another, both of which sign the RotationProofChallenge:
    /// `cap_rotate_key` with the old one, `cap_update_table` with the new one. The new key finds the
    /// account in OriginatingAddress afterwards.
    public entry fun rotate_authentication_key(
        account: &signer,
        from_scheme: u8,
        from_public_key_bytes: vector<u8>,
        to_scheme: u8,
        to_public_key_bytes: vector<u8>,
        cap_rotate_key: vector<u8>,
        cap_update_table: vector<u8>
    ) acquires Account, OriginatingAddress {
        assert_proof_is_used_up();
        let addr = signer::address_of(account);
        create_account_if_does_not_exist(addr);
        assert!(
            get_authentication_key(addr) == authentication_key_of(from_scheme, from_public_key_bytes),
            error::unauthenticated(EWRONG_CURRENT_PUBLIC_KEY)
        );
        let challenge = rotation_challenge(get_sequence_number(addr), addr, to_public_key_bytes);
        check_signature(from_scheme, from_public_key_bytes, cap_rotate_key, challenge);
        check_signature(to_scheme, to_public_key_bytes, cap_update_table, challenge);
        rotate_with_proof(addr, to_scheme, to_public_key_bytes, cap_update_table);
    }

    /// Replaces the key of an account that has offered its rotation capability to the signer; the new
    /// key signs, with the signer's sequence number.
    public entry fun rotate_authentication_key_with_rotation_capability(
        delegate_signer: &signer,
        rotation_cap_offerer_address: address,
        new_scheme: u8,
        new_public_key_bytes: vector<u8>,
        cap_update_table: vector<u8>
    ) acquires Account, OriginatingAddress {
        assert_proof_is_used_up();
        assert!(
            exists<Account>(rotation_cap_offerer_address), error::not_found(EOFFERER_ADDRESS_DOES_NOT_EXIST)
        );
        let delegate = signer::address_of(delegate_signer);
        assert!(
            borrow_global<Account>(rotation_cap_offerer_address).rotation_capability_offer.for.contains(&delegate),
            error::not_found(ENO_SUCH_ROTATION_CAPABILITY_OFFER)
        );
        let challenge =
            rotation_challenge(get_sequence_number(delegate), rotation_cap_offerer_address, new_public_key_bytes);
        check_signature(new_scheme, new_public_key_bytes, cap_update_table, challenge);
        rotate_with_proof(rotation_cap_offerer_address, new_scheme, new_public_key_bytes, cap_update_table);
    }

    fun rotation_challenge(
        sequence_number: u64, originator: address, new_public_key: vector<u8>
    ): RotationProofChallenge acquires Account {
        RotationProofChallenge {
            sequence_number,
            originator,
            current_auth_key: from_bcs::to_address(borrow_global<Account>(originator).authentication_key),
            new_public_key,
        }
    }

    /// Of the kinds of keys that sign challenges.
    fun authentication_key_of(scheme: u8, public_key: vector<u8>): vector<u8> {
        if (scheme == ED25519_SCHEME) {
            let key = ed25519::new_unvalidated_public_key_from_bytes(public_key);
            ed25519::unvalidated_public_key_to_authentication_key(&key)
        } else {
            assert!(scheme == MULTI_ED25519_SCHEME, error::invalid_argument(EINVALID_SCHEME));
            let key = multi_ed25519::new_unvalidated_public_key_from_bytes(public_key);
            multi_ed25519::unvalidated_public_key_to_authentication_key(&key)
        }
    }

    fun check_signature<T: drop>(scheme: u8, public_key: vector<u8>, signature: vector<u8>, challenge: T) {
        let valid =
            if (scheme == ED25519_SCHEME) {
                let key = ed25519::new_unvalidated_public_key_from_bytes(public_key);
                ed25519::signature_verify_strict_t(
                    &ed25519::new_signature_from_bytes(signature), &key, challenge
                )
            } else {
                assert!(scheme == MULTI_ED25519_SCHEME, error::invalid_argument(EINVALID_SCHEME));
                let key = multi_ed25519::new_unvalidated_public_key_from_bytes(public_key);
                multi_ed25519::signature_verify_strict_t(
                    &multi_ed25519::new_signature_from_bytes(signature), &key, challenge
                )
            };
        assert!(valid, error::invalid_argument(EINVALID_PROOF_OF_KNOWLEDGE));
    }

    /// The new key has signed.
    fun rotate_with_proof(
        addr: address, scheme: u8, public_key: vector<u8>, signature: vector<u8>
    ) acquires Account, OriginatingAddress {
        let new_auth_key = authentication_key_of(scheme, public_key);
        let account = borrow_global_mut<Account>(addr);
        let old_auth_key = account.authentication_key;
        remember_key(addr, from_bcs::to_address(old_auth_key), from_bcs::to_address(new_auth_key));
        event::emit(KeyRotation {
            account: addr,
            old_authentication_key: old_auth_key,
            new_authentication_key: new_auth_key,
        });
        account.authentication_key = new_auth_key;
        let length = signature.length();
        event::emit(KeyRotationToPublicKey {
            account: addr,
            verified_public_key_bit_map: if (scheme == ED25519_SCHEME) x"80000000" else signature.slice(length - 4, length),
            public_key_scheme: scheme,
            public_key,
            old_auth_key,
            new_auth_key,
        });
    }

    fun remember_key(addr: address, old_auth_key: address, new_auth_key: address) acquires OriginatingAddress {
        let map = &mut borrow_global_mut<OriginatingAddress>(@aptos_framework).address_map;
        assert!(new_auth_key != old_auth_key, error::invalid_argument(ENEW_AUTH_KEY_SAME_AS_CURRENT));
        if (map.contains(old_auth_key)) {
            assert!(map.remove(old_auth_key) == addr, error::not_found(EINVALID_ORIGINATING_ADDRESS));
        };
        assert!(!map.contains(new_auth_key), error::invalid_argument(ENEW_AUTH_KEY_ALREADY_MAPPED));
        map.add(new_auth_key, addr);
    }

    #[view]
    /// The account whose key this is, if a rotation with proof has made it so.
    public fun originating_address(auth_key: address): Option<address> acquires OriginatingAddress {
        let map = &borrow_global<OriginatingAddress>(@aptos_framework).address_map;
        if (map.contains(auth_key)) option::some(*map.borrow(auth_key)) else option::none()
    }

    entry fun set_originating_address(_account: &signer) {
        abort error::invalid_state(ESET_ORIGINATING_ADDRESS_DISABLED)
    }

    // ---- Offers of the rotation capability ------------------------------------------------------------------------

    /// Lets `recipient_address` rotate the account's key, now and as long as the offer stands. The
    /// account's key signs the RotationCapabilityOfferProofChallengeV2.
    public entry fun offer_rotation_capability(
        account: &signer,
        rotation_capability_sig_bytes: vector<u8>,
        account_scheme: u8,
        account_public_key_bytes: vector<u8>,
        recipient_address: address
    ) acquires Account {
        assert_proof_is_used_up();
        let addr = signer::address_of(account);
        create_account_if_does_not_exist(addr);
        assert!(exists_at(recipient_address), error::not_found(EACCOUNT_DOES_NOT_EXIST));
        let challenge = RotationCapabilityOfferProofChallengeV2 {
            chain_id: chain_id::get(),
            sequence_number: get_sequence_number(addr),
            source_address: addr,
            recipient_address,
        };
        verify_signed_message(
            addr, account_scheme, account_public_key_bytes, rotation_capability_sig_bytes, challenge
        );
        borrow_global_mut<Account>(addr).rotation_capability_offer.for.swap_or_fill(recipient_address);
    }

    #[view]
    public fun is_rotation_capability_offered(account_addr: address): bool acquires Account {
        exists<Account>(account_addr) && borrow_global<Account>(account_addr).rotation_capability_offer.for.is_some()
    }

    #[view]
    public fun get_rotation_capability_offer_for(account_addr: address): address acquires Account {
        assert!(exists<Account>(account_addr), error::not_found(ENO_SUCH_ROTATION_CAPABILITY_OFFER));
        let offer = &borrow_global<Account>(account_addr).rotation_capability_offer.for;
        assert!(offer.is_some(), error::not_found(ENO_SIGNER_CAPABILITY_OFFERED));
        *offer.borrow()
    }

    public entry fun revoke_rotation_capability(account: &signer, to_be_revoked_address: address) acquires Account {
        assert!(exists_at(to_be_revoked_address), error::not_found(EACCOUNT_DOES_NOT_EXIST));
        let addr = signer::address_of(account);
        assert!(
            exists<Account>(addr)
                && borrow_global<Account>(addr).rotation_capability_offer.for.contains(&to_be_revoked_address),
            error::not_found(ENO_SUCH_ROTATION_CAPABILITY_OFFER)
        );
        revoke_any_rotation_capability(account);
    }

    public entry fun revoke_any_rotation_capability(account: &signer) acquires Account {
        let addr = signer::address_of(account);
        assert!(exists<Account>(addr), error::not_found(ENO_SUCH_ROTATION_CAPABILITY_OFFER));
        borrow_global_mut<Account>(addr).rotation_capability_offer.for.extract();
    }

    // ---- Offers of the signer capability --------------------------------------------------------------------------

    /// Lets `recipient_address` sign for the account, as long as the offer stands. The account's key
    /// signs the SignerCapabilityOfferProofChallengeV2.
    public entry fun offer_signer_capability(
        account: &signer,
        signer_capability_sig_bytes: vector<u8>,
        account_scheme: u8,
        account_public_key_bytes: vector<u8>,
        recipient_address: address
    ) acquires Account {
        assert_proof_is_used_up();
        let source_address = signer::address_of(account);
        create_account_if_does_not_exist(source_address);
        assert!(exists_at(recipient_address), error::not_found(EACCOUNT_DOES_NOT_EXIST));
        let challenge = SignerCapabilityOfferProofChallengeV2 {
            sequence_number: get_sequence_number(source_address),
            source_address,
            recipient_address,
        };
        verify_signed_message(
            source_address, account_scheme, account_public_key_bytes, signer_capability_sig_bytes, challenge
        );
        borrow_global_mut<Account>(source_address).signer_capability_offer.for.swap_or_fill(recipient_address);
    }

    #[view]
    public fun is_signer_capability_offered(account_addr: address): bool acquires Account {
        exists<Account>(account_addr) && borrow_global<Account>(account_addr).signer_capability_offer.for.is_some()
    }

    #[view]
    public fun get_signer_capability_offer_for(account_addr: address): address acquires Account {
        assert!(is_signer_capability_offered(account_addr), error::not_found(ENO_SIGNER_CAPABILITY_OFFERED));
        *borrow_global<Account>(account_addr).signer_capability_offer.for.borrow()
    }

    public entry fun revoke_signer_capability(account: &signer, to_be_revoked_address: address) acquires Account {
        assert!(exists_at(to_be_revoked_address), error::not_found(EACCOUNT_DOES_NOT_EXIST));
        check_offered(signer::address_of(account), to_be_revoked_address);
        revoke_any_signer_capability(account);
    }

    public entry fun revoke_any_signer_capability(account: &signer) acquires Account {
        let addr = signer::address_of(account);
        assert!(exists<Account>(addr), error::not_found(ENO_SUCH_SIGNER_CAPABILITY));
        borrow_global_mut<Account>(addr).signer_capability_offer.for.extract();
    }

    /// The signer of an account that has offered its signer capability to `account`.
    public fun create_authorized_signer(account: &signer, offerer_address: address): signer acquires Account {
        check_offered(offerer_address, signer::address_of(account));
        create_signer(offerer_address)
    }

    fun check_offered(offerer: address, to: address) acquires Account {
        assert!(
            exists<Account>(offerer) && borrow_global<Account>(offerer).signer_capability_offer.for.contains(&to),
            error::not_found(ENO_SUCH_SIGNER_CAPABILITY)
        );
    }

    /// Aborts unless the public key is the account's and the signature of the message is its.
    public fun verify_signed_message<T: drop>(
        account: address,
        account_scheme: u8,
        account_public_key: vector<u8>,
        signed_message_bytes: vector<u8>,
        message: T
    ) acquires Account {
        assert!(
            get_authentication_key(account) == authentication_key_of(account_scheme, account_public_key),
            error::invalid_argument(EWRONG_CURRENT_PUBLIC_KEY)
        );
        check_signature(account_scheme, account_public_key, signed_message_bytes, message);
    }

    // ---- Resource accounts ------------------------------------------------------------------------------------

    public fun create_resource_address(source: &address, seed: vector<u8>): address {
        let bytes = bcs::to_bytes(source);
        vector::append(&mut bytes, seed);
        vector::push_back(&mut bytes, DERIVE_RESOURCE_ACCOUNT_SCHEME);
        from_bcs::to_address(hash::sha3_256(bytes))
    }

    /// Makes an account that no key controls, and the capability to sign for it.
    public fun create_resource_account(source: &signer, seed: vector<u8>): (signer, SignerCapability) acquires Account {
        let resource_addr = create_resource_address(&signer::address_of(source), seed);
        let resource = if (exists<Account>(resource_addr)) {
            let account = borrow_global<Account>(resource_addr);
            assert!(option::is_none(&account.signer_capability_offer.for), error::already_exists(ERESOURCE_ACCCOUNT_EXISTS));
            assert!(account.sequence_number == 0, error::invalid_state(EACCOUNT_ALREADY_USED));
            create_signer(resource_addr)
        } else {
            create_account_unchecked(resource_addr)
        };
        rotate_authentication_key_internal(&resource, ZERO_AUTH_KEY);
        borrow_global_mut<Account>(resource_addr).signer_capability_offer.for = option::some(resource_addr);
        (resource, SignerCapability { account: resource_addr })
    }

    public fun create_signer_with_capability(capability: &SignerCapability): signer {
        create_signer(capability.account)
    }

    public fun get_signer_capability_address(capability: &SignerCapability): address {
        capability.account
    }

    // ---- GUIDs and events -------------------------------------------------------------------------------------

    public fun create_guid(account_signer: &signer): guid::GUID acquires Account {
        let addr = signer::address_of(account_signer);
        assert!(exists<Account>(addr), error::not_found(EACCOUNT_DOES_NOT_EXIST));
        let account = borrow_global_mut<Account>(addr);
        let guid = guid::create(addr, &mut account.guid_creation_num);
        assert!(account.guid_creation_num < MAX_GUID_CREATION_NUM, error::out_of_range(EEXCEEDED_MAX_GUID_CREATION_NUM));
        guid
    }

    public fun new_event_handle<T: drop + store>(account: &signer): EventHandle<T> acquires Account {
        event::new_event_handle(create_guid(account))
    }

    public(friend) fun register_coin<CoinType>(account_addr: address) {
        event::emit(CoinRegister { account: account_addr, type_info: type_info::type_of<CoinType>() });
    }

    // ---- For unit tests -------------------------------------------------------------------------------------------

    #[test_only]
    public fun increment_sequence_number_for_test(addr: address) acquires Account {
        increment_sequence_number(addr);
    }

    #[test_only]
    public fun set_sequence_number(addr: address, s: u64) acquires Account {
        borrow_global_mut<Account>(addr).sequence_number = s;
    }

    #[test_only]
    public fun set_signer_capability_offer(offerer: address, receiver: address) acquires Account {
        create_account_if_does_not_exist(offerer);
        borrow_global_mut<Account>(offerer).signer_capability_offer.for.swap_or_fill(receiver);
    }

    #[test_only]
    public fun set_rotation_capability_offer(offerer: address, receiver: address) acquires Account {
        create_account_if_does_not_exist(offerer);
        borrow_global_mut<Account>(offerer).rotation_capability_offer.for.swap_or_fill(receiver);
    }

    #[test_only]
    public fun create_account_from_ed25519_public_key(pk_bytes: vector<u8>): signer {
        create_account_unchecked(from_bcs::to_address(authentication_key_of(ED25519_SCHEME, pk_bytes)))
    }

    #[test_only]
    public fun rotate_authentication_key_from_public_key_for_test(
        account: &signer, scheme: u8, new_public_key_bytes: vector<u8>
    ) acquires Account {
        rotate_authentication_key_from_public_key(account, scheme, new_public_key_bytes);
    }

    #[test_only]
    public fun upsert_ed25519_backup_key_on_keyless_account_for_test(
        account: &signer, keyless_public_key: vector<u8>, backup_public_key: vector<u8>, backup_key_proof: vector<u8>
    ) acquires Account {
        upsert_ed25519_backup_key_on_keyless_account(account, keyless_public_key, backup_public_key, backup_key_proof);
    }

    #[test_only]
    public fun initialize_for_test(aptos_framework: &signer) {
        initialize(aptos_framework);
    }

    #[test_only]
    /// Also for an account that is there already, and for reserved addresses.
    public fun create_account_for_test(new_address: address): signer {
        if (exists_at(new_address)) create_signer(new_address) else create_account_unchecked(new_address)
    }

    #[test_only]
    public fun create_signer_for_test(addr: address): signer { create_signer(addr) }

    #[test_only]
    public fun create_test_signer_cap(account: address): SignerCapability { SignerCapability { account } }

    #[test_only]
    public fun set_sequence_number_for_test(addr: address, sequence_number: u64) acquires Account {
        borrow_global_mut<Account>(addr).sequence_number = sequence_number;
    }
}
