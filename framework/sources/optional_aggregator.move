/// A number with a limit, as an aggregator or as a plain integer: what counts a coin's supply.
module aptos_framework::optional_aggregator {
    use std::error;
    use std::option::{Self, Option};
    use aptos_framework::aggregator::{Self, Aggregator};
    use aptos_framework::aggregator_factory;

    friend aptos_framework::coin;
    friend aptos_framework::fungible_asset;

    /// The number would pass its limit.
    const EAGGREGATOR_OVERFLOW: u64 = 1;
    /// The number would become negative.
    const EAGGREGATOR_UNDERFLOW: u64 = 2;
    /// An integer stays one.
    const ESWITCH_DEPRECATED: u64 = 3;

    const MAX_U128: u128 = 340282366920938463463374607431768211455;

    struct Integer has store {
        value: u128,
        limit: u128,
    }

    /// One of the two.
    struct OptionalAggregator has store {
        aggregator: Option<Aggregator>,
        integer: Option<Integer>,
    }

    public(friend) fun new(parallelizable: bool): OptionalAggregator {
        if (parallelizable) {
            OptionalAggregator {
                aggregator: option::some(aggregator_factory::create_aggregator_internal()), integer: option::none()
            }
        } else {
            OptionalAggregator {
                aggregator: option::none(), integer: option::some(Integer { value: 0, limit: MAX_U128 })
            }
        }
    }

    /// Makes an integer of an aggregator.
    public fun switch(optional_aggregator: &mut OptionalAggregator) {
        assert!(is_parallelizable(optional_aggregator), error::invalid_state(ESWITCH_DEPRECATED));
        let aggregator = option::extract(&mut optional_aggregator.aggregator);
        let (value, limit) = (aggregator::read(&aggregator), aggregator::limit(&aggregator));
        aggregator::destroy(aggregator);
        option::fill(&mut optional_aggregator.integer, Integer { value, limit })
    }

    public fun destroy(optional_aggregator: OptionalAggregator) {
        let OptionalAggregator { aggregator, integer } = optional_aggregator;
        option::destroy(aggregator, |a| aggregator::destroy(a));
        option::destroy(integer, |i| {
            let Integer { value: _, limit: _ } = i;
        });
    }

    public fun add(optional_aggregator: &mut OptionalAggregator, value: u128) {
        if (is_parallelizable(optional_aggregator)) {
            aggregator::add(option::borrow_mut(&mut optional_aggregator.aggregator), value)
        } else {
            let integer = option::borrow_mut(&mut optional_aggregator.integer);
            assert!(value <= integer.limit - integer.value, error::out_of_range(EAGGREGATOR_OVERFLOW));
            integer.value = integer.value + value;
        }
    }

    public fun sub(optional_aggregator: &mut OptionalAggregator, value: u128) {
        if (is_parallelizable(optional_aggregator)) {
            aggregator::sub(option::borrow_mut(&mut optional_aggregator.aggregator), value)
        } else {
            let integer = option::borrow_mut(&mut optional_aggregator.integer);
            assert!(value <= integer.value, error::out_of_range(EAGGREGATOR_UNDERFLOW));
            integer.value = integer.value - value;
        }
    }

    public fun read(optional_aggregator: &OptionalAggregator): u128 {
        if (is_parallelizable(optional_aggregator)) {
            aggregator::read(option::borrow(&optional_aggregator.aggregator))
        } else {
            option::borrow(&optional_aggregator.integer).value
        }
    }

    public fun is_parallelizable(optional_aggregator: &OptionalAggregator): bool {
        option::is_some(&optional_aggregator.aggregator)
    }

    #[test_only]
    public fun new_for_test(parallelizable: bool): OptionalAggregator {
        new(parallelizable)
    }
}
