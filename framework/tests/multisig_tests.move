#[test_only]
/// Accounts of several owners: making them, proposing, voting, and what the node calls around their payloads.
module aptos_framework::multisig_tests {
    use std::hash;
    use std::signer;
    use std::string;
    use aptos_framework::account;
    use aptos_framework::event;
    use aptos_framework::genesis;
    use aptos_framework::multisig_account as multisig;

    const PAYLOAD: vector<u8> = x"0102";

    fun signer_of(a: address): signer {
        account::create_signer_for_test(a)
    }

    /// An account of 0xa, 0xb and 0xc, two of whom must approve.
    fun two_of_three(): address {
        genesis::setup();
        account::create_account_for_test(@0xa);
        let at = multisig::get_next_multisig_account_address(@0xa);
        multisig::create_with_owners(&signer_of(@0xa), vector[@0xb, @0xc], 2, vector[string::utf8(b"name")], vector[b"us"]);
        at
    }

    #[test]
    fun an_account_has_its_owners_and_its_address() {
        let at = two_of_three();
        assert!(account::exists_at(at) && multisig::num_signatures_required(at) == 2, 0);
        assert!(multisig::owners(at) == vector[@0xb, @0xc, @0xa], 1);
        assert!(multisig::is_owner(@0xb, at) && !multisig::is_owner(@0xd, at), 2);
        assert!(*multisig::metadata(at).borrow(&string::utf8(b"name")) == b"us", 3);
        assert!(multisig::last_resolved_sequence_number(at) == 0 && multisig::next_sequence_number(at) == 1, 4);
        assert!(multisig::available_transaction_queue_capacity(at) == 20, 5);
        // The seed is this text and the creator's sequence number.
        let seed = b"aptos_framework::multisig_account";
        seed.append(x"0000000000000000");
        assert!(at == account::create_resource_address(&@0xa, seed), 6);
    }

    #[test]
    fun who_proposes_and_who_executes_approves() {
        let at = two_of_three();
        multisig::create_transaction(&signer_of(@0xa), at, PAYLOAD);
        assert!(multisig::votes_of(&multisig::get_transaction(at, 1)) == 1, 0);
        assert!(!multisig::can_be_executed(at, 1) && multisig::can_execute(@0xb, at, 1), 1);
        assert!(!multisig::can_execute(@0xa, at, 1) && !multisig::can_execute(@0xd, at, 1), 2);
        multisig::validate_for_test(&signer_of(@0xb), at, vector[]);
        multisig::validate_for_test(&signer_of(@0xb), at, PAYLOAD);
        assert!(multisig::get_next_transaction_payload(at, vector[]) == PAYLOAD, 3);
        multisig::succeed_for_test(@0xb, at, PAYLOAD);
        assert!(event::was_event_emitted(&multisig::succeeded_event(at, @0xb, 1, PAYLOAD, 2)), 4);
        assert!(multisig::last_resolved_sequence_number(at) == 1 && multisig::get_pending_transactions(at).is_empty(), 5);
    }

    #[test]
    fun a_failed_payload_is_done_with() {
        let at = two_of_three();
        multisig::create_transaction(&signer_of(@0xa), at, PAYLOAD);
        multisig::create_transaction(&signer_of(@0xb), at, x"03");
        multisig::approve_transaction(&signer_of(@0xc), at, 1);
        assert!(multisig::can_be_executed(at, 1) && !multisig::can_be_executed(at, 2), 0);
        multisig::fail_for_test(@0xa, at, PAYLOAD, 7);
        assert!(multisig::get_pending_transactions(at) == vector[multisig::get_transaction(at, 2)], 1);
    }

    #[test]
    fun a_rejected_transaction_is_taken_away() {
        let at = two_of_three();
        multisig::create_transaction(&signer_of(@0xa), at, PAYLOAD);
        multisig::create_transaction_with_hash(&signer_of(@0xa), at, hash::sha3_256(PAYLOAD));
        multisig::vote_transactions(&signer_of(@0xb), at, 1, 2, false);
        let (voted, approved) = multisig::vote(at, 1, @0xb);
        assert!(voted && !approved && multisig::can_reject(@0xc, at, 1) && !multisig::can_be_rejected(at, 1), 0);
        multisig::execute_rejected_transactions(&signer_of(@0xc), at, 2);
        assert!(multisig::last_resolved_sequence_number(at) == 2, 1);
    }

    #[test]
    #[expected_failure(abort_code = 0x3000a, location = aptos_framework::multisig_account)]
    fun one_of_two_cannot_reject() {
        let at = two_of_three();
        multisig::create_transaction(&signer_of(@0xa), at, PAYLOAD);
        multisig::execute_rejected_transaction(&signer_of(@0xb), at);
    }

    #[test]
    fun a_payload_by_its_hash_must_be_brought() {
        let at = two_of_three();
        multisig::create_transaction_with_hash(&signer_of(@0xa), at, hash::sha3_256(PAYLOAD));
        assert!(multisig::get_next_transaction_payload(at, PAYLOAD) == PAYLOAD, 0);
        multisig::validate_for_test(&signer_of(@0xb), at, PAYLOAD);
    }

    #[test]
    #[expected_failure(abort_code = 0x107d8, location = aptos_framework::multisig_account)]
    fun another_payload_than_that_of_the_hash_is_refused() {
        let at = two_of_three();
        multisig::create_transaction_with_hash(&signer_of(@0xa), at, hash::sha3_256(PAYLOAD));
        multisig::validate_for_test(&signer_of(@0xb), at, vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x107da, location = aptos_framework::multisig_account)]
    fun another_payload_than_the_proposed_is_refused() {
        let at = two_of_three();
        multisig::create_transaction(&signer_of(@0xa), at, PAYLOAD);
        multisig::validate_for_test(&signer_of(@0xb), at, x"0103");
    }

    #[test]
    #[expected_failure(abort_code = 0x107d9, location = aptos_framework::multisig_account)]
    fun too_few_approvals_do_not_execute() {
        let at = two_of_three();
        multisig::create_transaction(&signer_of(@0xa), at, PAYLOAD);
        multisig::validate_for_test(&signer_of(@0xa), at, vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x507d3, location = aptos_framework::multisig_account)]
    fun who_is_no_owner_executes_nothing() {
        let at = two_of_three();
        multisig::create_transaction(&signer_of(@0xa), at, PAYLOAD);
        multisig::validate_for_test(&signer_of(@0xd), at, vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x607d6, location = aptos_framework::multisig_account)]
    fun nothing_is_executed_when_nothing_waits() {
        let at = two_of_three();
        multisig::validate_for_test(&signer_of(@0xa), at, vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x307d2, location = aptos_framework::multisig_account)]
    fun an_ordinary_account_has_no_transactions() {
        two_of_three();
        multisig::create_transaction(&signer_of(@0xa), @0xa, PAYLOAD);
    }

    #[test]
    #[expected_failure(abort_code = 0x30013, location = aptos_framework::multisig_account)]
    fun twenty_transactions_wait_at_most() {
        let at = two_of_three();
        for (_i in 0..21) multisig::create_transaction(&signer_of(@0xa), at, PAYLOAD);
    }

    #[test]
    #[expected_failure(abort_code = 0x1000b, location = aptos_framework::multisig_account)]
    fun more_signatures_than_owners_cannot_be_required() {
        genesis::setup();
        account::create_account_for_test(@0xa);
        multisig::create(&signer_of(@0xa), 2, vector[], vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_framework::multisig_account)]
    fun an_owner_is_named_once() {
        genesis::setup();
        account::create_account_for_test(@0xa);
        multisig::create_with_owners(&signer_of(@0xa), vector[@0xa], 1, vector[], vector[]);
    }

    #[test]
    #[expected_failure(abort_code = 0x10010, location = aptos_framework::multisig_account)]
    fun a_key_of_metadata_is_named_once() {
        genesis::setup();
        account::create_account_for_test(@0xa);
        let k = string::utf8(b"k");
        multisig::create(&signer_of(@0xa), 1, vector[k, k], vector[b"", b""]);
    }

    #[test]
    fun the_bootstrapper_is_no_owner() {
        genesis::setup();
        account::create_account_for_test(@0xa);
        let at = multisig::get_next_multisig_account_address(@0xa);
        multisig::create_with_owners_then_remove_bootstrapper(&signer_of(@0xa), vector[@0xb, @0xc], 2, vector[], vector[]);
        assert!(multisig::owners(at) == vector[@0xb, @0xc], 0);
    }

    #[test]
    fun an_account_that_gives_up_its_key_is_its_owners() {
        genesis::setup();
        let account = account::create_account_for_test(@0xa);
        multisig::create_with_existing_account_and_revoke_auth_key_call(&account, vector[@0xb], 1, vector[], vector[]);
        let zeros = x"0000000000000000000000000000000000000000000000000000000000000000";
        assert!(account::get_authentication_key(@0xa) == zeros, 0);
        assert!(multisig::owners(signer::address_of(&account)) == vector[@0xb], 1);
    }

    #[test]
    #[expected_failure(abort_code = 0x1000d, location = aptos_framework::multisig_account)]
    fun an_account_does_not_own_itself() {
        genesis::setup();
        let account = account::create_account_for_test(@0xa);
        multisig::create_with_existing_account_call(&account, vector[@0xa], 1, vector[], vector[]);
    }
}
