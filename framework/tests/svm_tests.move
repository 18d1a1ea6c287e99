#[test_only]
module aptos_framework::svm_tests {
    use aptos_framework::evm;
    use aptos_framework::genesis;
    use aptos_framework::svm;

    #[test]
    fun metas_say_what_they_were_made_with() {
        let both = svm::account_meta(@0x11, true, true);
        assert!(both.pubkey() == @0x11 && both.is_signer() && both.is_writable(), 0);
        let signer = svm::account_meta(@0x12, true, false);
        assert!(signer.pubkey() == @0x12 && signer.is_signer() && !signer.is_writable(), 1);
        assert!(svm::writable(@0x13) == svm::account_meta(@0x13, false, true), 2);
        assert!(svm::readonly(@0x14) == svm::account_meta(@0x14, false, false), 3);
    }

    #[test]
    fun options_are_those_of_any_machine() {
        assert!(svm::options() == evm::options() && svm::keep() == evm::keep() && svm::drop() == evm::drop(), 0);
    }

    // No machine but Move's runs here: the native says so.
    #[test(account = @0x22)]
    #[expected_failure(abort_code = 0xC0000, location = aptos_framework::svm)]
    fun a_call_needs_a_chain(account: &signer) {
        svm::call(account, @0x33, vector[svm::writable(@0x44)], b"data");
    }

    #[test(account = @0x22)]
    #[expected_failure(abort_code = 0xC0000, location = aptos_framework::svm)]
    fun a_message_with_options_needs_a_chain(account: &signer) {
        genesis::setup();
        svm::send(account, @0x33, vector[], b"data", svm::options().with_on_fail(svm::drop()).with_open_retry());
    }

    #[test(account = @0x22)]
    #[expected_failure(abort_code = 0x10002, location = aptos_framework::evm)]
    fun a_policy_that_there_is_not_is_refused(account: &signer) {
        genesis::setup();
        svm::send(account, @0x33, vector[], b"", svm::options().with_on_fail(5));
    }

    #[test(account = @0x22)]
    #[expected_failure(abort_code = 0x10004, location = aptos_framework::evm)]
    fun a_callback_that_nothing_calls_is_refused(account: &signer) {
        genesis::setup();
        svm::send(account, @0x33, vector[], b"", svm::options().with_callback(b"0x22::m::f", 0));
    }

    #[test(account = @0x22)]
    #[expected_failure(abort_code = 0x10003, location = aptos_framework::evm)]
    fun a_deadline_that_is_too_late_is_refused(account: &signer) {
        genesis::setup();
        svm::send(account, @0x33, vector[], b"", svm::options().with_deadline(8 * 24 * 3600 + 1_000_000_000_000));
    }
}
