/// The time of the block. The node gives it to the machine with each transaction; nothing is stored.
module aptos_framework::timestamp {
    /// Microseconds since the Unix epoch.
    native public fun now_microseconds(): u64;

    #[view]
    public fun now_seconds(): u64 {
        now_microseconds() / 1000000
    }
}
