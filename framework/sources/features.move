#[test_only]
/// The feature flags of Aptos, as far as unit tests of packages switch them. Tern has no flags: what it does, it does
/// always, so that switching changes nothing.
module std::features {
    const DEFAULT_TO_CONCURRENT_FUNGIBLE_BALANCE: u64 = 68;

    public fun get_default_to_concurrent_fungible_balance_feature(): u64 {
        DEFAULT_TO_CONCURRENT_FUNGIBLE_BALANCE
    }

    public fun change_feature_flags_for_testing(_framework: &signer, _enable: vector<u64>, _disable: vector<u64>) {}
}
