/// What happens before and after each transaction. Called by the node only.
module aptos_framework::transaction_validation {
    use aptos_framework::account;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::coin::{Self, BurnCapability};
    use aptos_framework::system_addresses;

    friend aptos_framework::genesis;

    /// The account cannot pay the fee that it offers.
    const PROLOGUE_ECANT_PAY_GAS_DEPOSIT: u64 = 1005;

    struct FeeCapability has key {
        burn_cap: BurnCapability<AptosCoin>,
    }

    public(friend) fun initialize(aptos_framework: &signer, burn_cap: BurnCapability<AptosCoin>) {
        system_addresses::assert_aptos_framework(aptos_framework);
        move_to(aptos_framework, FeeCapability { burn_cap });
    }

    /// Before: the account is there, and can pay `max_fee`.
    fun prologue(sender: address, max_fee: u64) {
        account::create_account_if_does_not_exist(sender);
        assert!(coin::balance<AptosCoin>(sender) >= max_fee, PROLOGUE_ECANT_PAY_GAS_DEPOSIT);
    }

    /// After, whether the transaction succeeded or not: the fee is burned, the sequence number grows.
    fun epilogue(sender: address, fee: u64) acquires FeeCapability {
        coin::burn_from<AptosCoin>(sender, fee, &borrow_global<FeeCapability>(@aptos_framework).burn_cap);
        account::increment_sequence_number(sender);
    }
}
