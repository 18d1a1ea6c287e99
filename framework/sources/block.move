/// The block that is being built. The node gives its height to the machine; nothing is stored.
module aptos_framework::block {
    native fun height_internal(): u64;

    #[view]
    public fun get_current_block_height(): u64 {
        height_internal()
    }
}
