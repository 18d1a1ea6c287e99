#[test_only]
/// What unit tests get from the machine that runs them.
module std::unit_test {
    /// Signers of as many different addresses.
    native public fun create_signers_for_testing(num_signers: u64): vector<signer>;
}
