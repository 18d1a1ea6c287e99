#[test_only]
/// What the node calls, what publishes, and what speaks to the EVM.
module aptos_framework::node_tests {
    use std::bcs;
    use std::signer;
    use std::string;
    use aptos_framework::account;
    use aptos_framework::aptos_coin::{Self, AptosCoin};
    use aptos_framework::code::{Self, PackageRegistry};
    use aptos_framework::coin;
    use aptos_framework::event;
    use aptos_framework::evm;
    use aptos_framework::genesis;
    use aptos_framework::nonce_validation;
    use aptos_framework::object;
    use aptos_framework::object_code_deployment;
    use aptos_framework::timestamp;
    use aptos_framework::transaction_fee;
    use aptos_framework::transaction_validation;
    use aptos_framework::unit_test;

    struct Data has drop {
        n: u64,
    }

    // ---- create_signer, unit_test

    #[test]
    fun signers_are_made_of_addresses() {
        assert!(signer::address_of(&account::create_signer_for_test(@0xabc)) == @0xabc, 0);
        let signers = unit_test::create_signers_for_testing(3);
        let (a, b, c) = (signer::address_of(&signers[0]), signer::address_of(&signers[1]), signer::address_of(&signers[2]));
        assert!(signers.length() == 3 && a != b && b != c && a != c, 0);
    }

    // ---- transaction_validation, nonce_validation

    fun with_payer(): address {
        genesis::setup();
        aptos_coin::mint(&account::create_signer_for_test(@0x1), @0xfee, 1000);
        @0xfee
    }

    #[test]
    fun a_transaction_is_paid_for_and_counted() {
        let payer = with_payer();
        transaction_validation::prologue_for_test(@0xa0, payer, 1000);
        assert!(account::exists_at(@0xa0) && coin::balance<AptosCoin>(payer) == 1000, 0);
        let before = coin::supply<AptosCoin>().extract();
        transaction_validation::epilogue_for_test(@0xa0, payer, 130, 13, 9, 5);
        assert!(event::was_event_emitted(&transaction_fee::statement(13, 9, 5)), 0);
        assert!(coin::balance<AptosCoin>(payer) == 870 && account::get_sequence_number(@0xa0) == 1, 0);
        assert!(coin::supply<AptosCoin>().extract() + 130 == before, 0);
    }

    #[test]
    #[expected_failure(abort_code = 1005, location = aptos_framework::transaction_validation)]
    fun who_cannot_pay_is_refused() {
        transaction_validation::prologue_for_test(@0xa0, with_payer(), 1001);
    }

    #[test]
    fun an_orderless_transaction_is_not_counted() {
        let payer = with_payer();
        timestamp::fast_forward_seconds(50);
        transaction_validation::orderless_prologue_for_test(@0xa0, payer, 10, 7, 100);
        transaction_validation::orderless_epilogue_for_test(payer, 10, 1, 1, 1);
        assert!(!account::exists_at(@0xa0) && coin::balance<AptosCoin>(payer) == 990, 0);
        transaction_validation::orderless_prologue_for_test(@0xa0, payer, 10, 8, 100);
        transaction_validation::orderless_prologue_for_test(@0xb0, payer, 10, 7, 100);
    }

    #[test]
    #[expected_failure(abort_code = 1012, location = aptos_framework::transaction_validation)]
    fun a_nonce_is_used_once() {
        let payer = with_payer();
        transaction_validation::orderless_prologue_for_test(@0xa0, payer, 10, 7, 100);
        transaction_validation::orderless_prologue_for_test(@0xa0, payer, 10, 7, 90);
    }

    #[test]
    #[expected_failure(abort_code = 1013, location = aptos_framework::transaction_validation)]
    fun an_orderless_transaction_does_not_wait_long() {
        transaction_validation::orderless_prologue_for_test(@0xa0, with_payer(), 10, 7, 101);
    }

    #[test]
    fun nonces_are_forgotten_when_they_have_expired() {
        genesis::setup();
        assert!(nonce_validation::is_near_for_test(100) && !nonce_validation::is_near_for_test(101), 0);
        assert!(nonce_validation::check_and_insert_nonce_for_test(@0xa0, 1, 30) && !nonce_validation::check_and_insert_nonce_for_test(@0xa0, 1, 30), 0);
        timestamp::fast_forward_seconds(1000);
        assert!(nonce_validation::check_and_insert_nonce_for_test(@0xa0, 1, 1030), 0);
    }

    // ---- code, object_code_deployment

    /// BCS of code::PackageMetadata: one module without sources, no dependencies.
    fun package(name: vector<u8>, policy: u8, modules: vector<vector<u8>>): vector<u8> {
        let b = bcs::to_bytes(&string::utf8(name));
        b.push_back(policy);
        b.append(bcs::to_bytes(&0u64));
        b.append(bcs::to_bytes(&string::utf8(b"")));
        b.append(bcs::to_bytes(&b""));
        b.push_back(modules.length() as u8);
        modules.for_each(|m| {
            b.append(bcs::to_bytes(&string::utf8(m)));
            b.append(x"000000");
        });
        b.append(x"0000");
        b
    }

    #[test(a = @0xa0)]
    fun a_package_is_noted(a: &signer) {
        code::publish_package_txn(a, package(b"P", 1, vector[b"m"]), vector[b"bytes"]);
        assert!(event::emitted_events<code::PublishPackage>().length() == 1, 0);
    }

    #[test(a = @0xa0)]
    #[expected_failure(abort_code = 0x30000, location = aptos_framework::code)]
    fun a_transaction_publishes_once(a: &signer) {
        code::publish_package_txn(a, package(b"P", 1, vector[b"m"]), vector[b"bytes"]);
        code::publish_package_txn(a, package(b"Q", 1, vector[b"n"]), vector[b"bytes"]);
    }

    #[test(a = @0xa0)]
    #[expected_failure(abort_code = 0x80001, location = aptos_framework::code)]
    fun packages_share_no_module(a: &signer) {
        code::publish_package_txn(a, package(b"P", 1, vector[b"m"]), vector[b"bytes"]);
        code::publish_package_txn(a, package(b"Q", 1, vector[b"m"]), vector[b"bytes"]);
    }

    #[test(a = @0xa0)]
    #[expected_failure(abort_code = 4, location = aptos_framework::code)]
    fun an_upgrade_keeps_its_modules(a: &signer) {
        code::publish_package_txn(a, package(b"P", 1, vector[b"m", b"n"]), vector[b"bytes"]);
        code::publish_package_txn(a, package(b"P", 1, vector[b"m"]), vector[b"bytes"]);
    }

    #[test(a = @0xa0)]
    #[expected_failure(abort_code = 0x10002, location = aptos_framework::code)]
    fun an_immutable_package_stays(a: &signer) {
        code::publish_package_txn(a, package(b"P", 2, vector[b"m"]), vector[b"bytes"]);
        code::publish_package_txn(a, package(b"P", 2, vector[b"m"]), vector[b"bytes"]);
    }

    #[test]
    fun policies_only_get_stricter() {
        let (any, compatible, never) = (code::upgrade_policy_arbitrary(), code::upgrade_policy_compat(), code::upgrade_policy_immutable());
        assert!(code::can_change_upgrade_policy_to(any, compatible) && code::can_change_upgrade_policy_to(compatible, never), 0);
        assert!(code::can_change_upgrade_policy_to(never, never) && !code::can_change_upgrade_policy_to(never, compatible), 0);
        assert!(!code::can_change_upgrade_policy_to(compatible, any), 0);
    }

    #[test(a = @0xa0)]
    #[expected_failure(abort_code = 0x10008, location = aptos_framework::code)]
    fun an_upgrade_keeps_to_something(a: &signer) {
        code::publish_package_txn(a, package(b"P", 0, vector[b"m"]), vector[b"bytes"]);
    }

    #[test]
    fun code_under_an_object() {
        genesis::setup();
        let owner = account::create_account_for_test(@0xa0);
        object_code_deployment::publish(&owner, package(b"P", 1, vector[b"m"]), vector[b"bytes"]);
        let seed = bcs::to_bytes(&b"aptos_framework::object_code_deployment");
        seed.append(bcs::to_bytes(&1u64));
        let at = object::create_object_address(&@0xa0, seed);
        let code_object = object::address_to_object<PackageRegistry>(at);
        assert!(object::owner(code_object) == @0xa0, 0);
        assert!(signer::address_of(&object_code_deployment::get_code_object_signer(&owner, code_object)) == at, 0);
        assert!(event::emitted_events<object_code_deployment::Publish>().length() == 1, 0);
        object_code_deployment::freeze_code_object(&owner, code_object);
        assert!(event::emitted_events<object_code_deployment::Freeze>().length() == 1, 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x50002, location = aptos_framework::object_code_deployment)]
    fun an_object_s_code_is_its_owner_s() {
        genesis::setup();
        let owner = account::create_account_for_test(@0xa0);
        object_code_deployment::publish(&owner, package(b"P", 1, vector[b"m"]), vector[b"bytes"]);
        let seed = bcs::to_bytes(&b"aptos_framework::object_code_deployment");
        seed.append(bcs::to_bytes(&1u64));
        let code_object = object::address_to_object<PackageRegistry>(object::create_object_address(&@0xa0, seed));
        object_code_deployment::get_code_object_signer(&account::create_account_for_test(@0xb0), code_object);
    }

    #[test]
    #[expected_failure(abort_code = 0x50009, location = aptos_framework::code)]
    fun another_does_not_freeze_it() {
        genesis::setup();
        let owner = account::create_account_for_test(@0xa0);
        object_code_deployment::publish(&owner, package(b"P", 1, vector[b"m"]), vector[b"bytes"]);
        let seed = bcs::to_bytes(&b"aptos_framework::object_code_deployment");
        seed.append(bcs::to_bytes(&1u64));
        let code_object = object::address_to_object<PackageRegistry>(object::create_object_address(&@0xa0, seed));
        code::freeze_code_object(&account::create_account_for_test(@0xb0), code_object);
    }

    // ---- evm, with no other machine beside

    #[test]
    fun options_say_what_they_were_told() {
        let o = evm::options();
        let other = o.with_on_fail(evm::drop()).with_open_retry();
        assert!(o == evm::options() && o != other && evm::keep() != evm::drop(), 0);
        assert!(o.with_on_fail(evm::drop()).with_on_fail(evm::keep()) == o, 0);
    }

    #[test(a = @0xa0)]
    #[expected_failure(abort_code = 0x10003, location = aptos_framework::evm)]
    fun a_deadline_is_within_a_week(a: &signer) {
        genesis::setup();
        evm::send(a, @0xb0, b"f(uint64)", &Data { n: 1 }, evm::options().with_deadline(7 * 24 * 3600 + 1));
    }

    #[test(a = @0xa0)]
    #[expected_failure(abort_code = 0xc0000, location = aptos_framework::evm)]
    fun a_message_needs_a_machine_to_go_to(a: &signer) {
        evm::evm(a, @0xb0, b"f(uint64)", &Data { n: 1 });
    }

    #[test]
    #[expected_failure(abort_code = 0xc0000, location = aptos_framework::evm)]
    fun an_alias_too() {
        evm::alias_of_evm(@0xb0);
    }
}
