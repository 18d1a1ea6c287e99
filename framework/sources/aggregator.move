/// Numbers that transactions which run at the same time may add to. Transactions here run one after
/// another, so none is ever made; the type is part of the layout of OptionalAggregator, which
/// wallets and indexers read.
module aptos_framework::aggregator {
    struct Aggregator has store {
        handle: address,
        key: address,
        limit: u128,
    }
}
