/// Numbers that transactions which run at the same time may add to, kept in a table of the factory. Transactions here
/// run one after another.
module aptos_framework::aggregator {
    /// The number would pass its limit.
    const EAGGREGATOR_OVERFLOW: u64 = 1;
    /// The number would fall below zero.
    const EAGGREGATOR_UNDERFLOW: u64 = 2;
    /// Not supported.
    const ENOT_SUPPORTED: u64 = 3;

    struct Aggregator has store {
        handle: address,
        key: address,
        limit: u128,
    }

    public fun limit(aggregator: &Aggregator): u128 {
        aggregator.limit
    }

    public native fun add(aggregator: &mut Aggregator, value: u128);
    public native fun sub(aggregator: &mut Aggregator, value: u128);
    public native fun read(aggregator: &Aggregator): u128;
    public native fun destroy(aggregator: Aggregator);
}
