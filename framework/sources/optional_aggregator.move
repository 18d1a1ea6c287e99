/// A number with a limit: what counts a coin's supply. Transactions here run one after another, so a plain integer does.
module aptos_framework::optional_aggregator {
    use std::error;
    use std::option::{Self, Option};
    use aptos_framework::aggregator::Aggregator;

    friend aptos_framework::coin;

    /// The number would pass its limit.
    const EAGGREGATOR_OVERFLOW: u64 = 1;
    /// The number would become negative.
    const EAGGREGATOR_UNDERFLOW: u64 = 2;

    struct Integer has store {
        value: u128,
        limit: u128,
    }

    /// One of the two; here always the integer.
    struct OptionalAggregator has store {
        aggregator: Option<Aggregator>,
        integer: Option<Integer>,
    }

    public(friend) fun new(limit: u128): OptionalAggregator {
        OptionalAggregator { aggregator: option::none(), integer: option::some(Integer { value: 0, limit }) }
    }

    public fun add(self: &mut OptionalAggregator, value: u128) {
        let integer = option::borrow_mut(&mut self.integer);
        assert!(value <= integer.limit - integer.value, error::out_of_range(EAGGREGATOR_OVERFLOW));
        integer.value = integer.value + value;
    }

    public fun sub(self: &mut OptionalAggregator, value: u128) {
        let integer = option::borrow_mut(&mut self.integer);
        assert!(value <= integer.value, error::out_of_range(EAGGREGATOR_UNDERFLOW));
        integer.value = integer.value - value;
    }

    public fun read(self: &OptionalAggregator): u128 {
        option::borrow(&self.integer).value
    }
}
