/// What happens before and after each transaction. Called by the node only.
module aptos_framework::transaction_validation {
    use aptos_framework::account;
    use aptos_framework::aptos_account;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::coin::{Self, BurnCapability};
    use aptos_framework::nonce_validation;
    use aptos_framework::system_addresses;
    use aptos_framework::transaction_fee;

    friend aptos_framework::genesis;

    /// The account cannot pay the fee that it offers.
    const PROLOGUE_ECANT_PAY_GAS_DEPOSIT: u64 = 1005;
    /// The account has used the nonce.
    const PROLOGUE_ENONCE_ALREADY_USED: u64 = 1012;
    /// The expiry is too far ahead for an orderless transaction.
    const PROLOGUE_ETRANSACTION_EXPIRATION_TOO_FAR_IN_FUTURE: u64 = 1013;

    struct FeeCapability has key {
        burn_cap: BurnCapability<AptosCoin>,
    }

    public(friend) fun initialize(aptos_framework: &signer, burn_cap: BurnCapability<AptosCoin>) {
        system_addresses::assert_aptos_framework(aptos_framework);
        move_to(aptos_framework, FeeCapability { burn_cap });
        nonce_validation::initialize(aptos_framework);
    }

    /// Before: the sender's account is there, and the payer can pay `max_fee`.
    fun prologue(sender: address, payer: address, max_fee: u64) {
        account::create_account_if_does_not_exist(sender);
        assert_can_pay(payer, max_fee);
    }

    /// The same for an orderless transaction, whose sender needs no account.
    fun orderless_prologue(sender: address, payer: address, max_fee: u64, nonce: u64, expiration: u64) {
        assert!(nonce_validation::is_near(expiration), PROLOGUE_ETRANSACTION_EXPIRATION_TOO_FAR_IN_FUTURE);
        assert!(
            nonce_validation::check_and_insert_nonce(sender, nonce, expiration),
            PROLOGUE_ENONCE_ALREADY_USED
        );
        assert_can_pay(payer, max_fee);
    }

    fun assert_can_pay(payer: address, max_fee: u64) {
        assert!(aptos_account::is_fungible_balance_at_least(payer, max_fee), PROLOGUE_ECANT_PAY_GAS_DEPOSIT);
    }

    /// After, whether the transaction succeeded or not: the fee is burned, the sequence number grows, and the
    /// statement says what the fee was for, in gas units.
    fun epilogue(sender: address, payer: address, fee: u64, total: u64, execution: u64, io: u64) acquires FeeCapability {
        orderless_epilogue(payer, fee, total, execution, io);
        account::increment_sequence_number(sender);
    }

    fun orderless_epilogue(payer: address, fee: u64, total: u64, execution: u64, io: u64) acquires FeeCapability {
        coin::burn_from_for_gas<AptosCoin>(payer, fee, &borrow_global<FeeCapability>(@aptos_framework).burn_cap);
        transaction_fee::emit_fee_statement(total, execution, io);
    }

    #[test_only]
    public fun prologue_for_test(sender: address, payer: address, max_fee: u64) {
        prologue(sender, payer, max_fee)
    }

    #[test_only]
    public fun orderless_prologue_for_test(sender: address, payer: address, max_fee: u64, nonce: u64, expiration: u64) {
        orderless_prologue(sender, payer, max_fee, nonce, expiration)
    }

    #[test_only]
    public fun epilogue_for_test(
        sender: address, payer: address, fee: u64, total: u64, execution: u64, io: u64
    ) acquires FeeCapability {
        epilogue(sender, payer, fee, total, execution, io)
    }

    #[test_only]
    public fun orderless_epilogue_for_test(
        payer: address, fee: u64, total: u64, execution: u64, io: u64
    ) acquires FeeCapability {
        orderless_epilogue(payer, fee, total, execution, io)
    }
}
