/// The block that is being built. The node gives its height to the machine; nothing is stored. The events of new blocks
/// are told by the node's API, which makes them of the blocks themselves.
module aptos_framework::block {
    use std::error;
    use aptos_framework::system_addresses;

    /// Blocks are the node's affair.
    const ENOT_OPERATING: u64 = 1;
    /// A history has room for something.
    const EZERO_MAX_CAPACITY: u64 = 3;

    /// What the API shows as the first transaction of each block.
    struct NewBlockEvent has copy, drop, store {
        hash: address,
        epoch: u64,
        round: u64,
        height: u64,
        previous_block_votes_bitvec: vector<u8>,
        proposer: address,
        failed_proposer_indices: vector<u64>,
        time_microseconds: u64,
    }

    #[event]
    struct NewBlock has drop, store {
        hash: address,
        epoch: u64,
        round: u64,
        height: u64,
        previous_block_votes_bitvec: vector<u8>,
        proposer: address,
        failed_proposer_indices: vector<u64>,
        time_microseconds: u64,
    }

    native fun height_internal(): u64;

    #[view]
    public fun get_current_block_height(): u64 {
        height_internal()
    }

    #[view]
    /// Zero: there is one epoch, and it does not end.
    public fun get_epoch_interval_secs(): u64 {
        0
    }

    public fun update_epoch_interval_microsecs(aptos_framework: &signer, _new_epoch_interval: u64) {
        system_addresses::assert_aptos_framework(aptos_framework);
        abort error::not_implemented(ENOT_OPERATING)
    }

    public fun initialize_commit_history(_fx: &signer, max_capacity: u32) {
        assert!(max_capacity > 0, error::invalid_argument(EZERO_MAX_CAPACITY));
        abort error::not_implemented(ENOT_OPERATING)
    }

    /// What the machine does with changes that bring a block of their own elsewhere. Nobody can sign as the machine here.
    public fun emit_writeset_block_event(vm_signer: &signer, _fake_block_hash: address) {
        system_addresses::assert_vm(vm_signer);
        abort error::not_implemented(ENOT_OPERATING)
    }

    #[test_only]
    /// The length of an epoch is given for the sake of packages that give it: there are none here.
    public fun initialize_for_test(account: &signer, _epoch_interval_microsecs: u64) {
        system_addresses::assert_aptos_framework(account);
        set_height_for_testing(0);
    }

    #[test_only]
    native public fun set_height_for_testing(height: u64);
}
