/// The block that is being built. The node gives its height to the machine; nothing is stored.
module aptos_framework::block {
    native fun height_internal(): u64;

    #[view]
    public fun get_current_block_height(): u64 {
        height_internal()
    }

    #[test_only]
    use aptos_framework::system_addresses;

    #[test_only]
    /// The length of an epoch is given for the sake of packages that give it: there are none here.
    public fun initialize_for_test(account: &signer, _epoch_interval_microsecs: u64) {
        system_addresses::assert_aptos_framework(account);
        set_height_for_testing(0);
    }

    #[test_only]
    native public fun set_height_for_testing(height: u64);
}
