/// The time of the block. The node gives it to the machine with each transaction; nothing is stored.
module aptos_framework::timestamp {
    #[test_only]
    /// The time that was given is not later than the present.
    const EINVALID_TIMESTAMP: u64 = 0x10002;

    use std::error;
    use aptos_framework::system_addresses;

    /// Time is the node's affair.
    const ENOT_OPERATING: u64 = 1;

    native fun now_internal(): u64;

    #[view]
    /// Microseconds since the Unix epoch.
    public fun now_microseconds(): u64 {
        now_internal()
    }

    #[view]
    public fun now_seconds(): u64 {
        now_microseconds() / 1000000
    }

    /// What the machine does before each block elsewhere. Nobody can sign as the machine here.
    public fun update_global_time(account: &signer, _proposer: address, _timestamp: u64) {
        system_addresses::assert_vm(account);
        abort error::not_implemented(ENOT_OPERATING)
    }

    #[test_only]
    /// Unit tests call it first; the time is zero then. A second call changes nothing.
    public fun set_time_has_started_for_testing(account: &signer) {
        system_addresses::assert_aptos_framework(account);
    }

    #[test_only]
    /// Time never goes back.
    public fun update_global_time_for_test(timestamp_microsecs: u64) {
        assert!(now_microseconds() < timestamp_microsecs, EINVALID_TIMESTAMP);
        set_now_for_testing(timestamp_microsecs);
    }

    #[test_only]
    public fun update_global_time_for_test_secs(timestamp_seconds: u64) {
        update_global_time_for_test(timestamp_seconds * 1000000);
    }

    #[test_only]
    public fun fast_forward_seconds(timestamp_seconds: u64) {
        update_global_time_for_test_secs(now_seconds() + timestamp_seconds);
    }

    #[test_only]
    native fun set_now_for_testing(microseconds: u64);
}
