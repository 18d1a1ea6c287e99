#[test_only]
module aptos_framework::aggregator_tests {
    use std::option;
    use std::string;
    use aptos_framework::aggregator;
    use aptos_framework::aggregator_factory;
    use aptos_framework::aggregator_v2;
    use aptos_framework::optional_aggregator;

    const MAX_U128: u128 = 340282366920938463463374607431768211455;

    // ---- aggregator, aggregator_factory

    #[test(fx = @0x1)]
    fun an_aggregator_adds_up(fx: &signer) {
        aggregator_factory::initialize_aggregator_factory_for_test(fx);
        assert!(aggregator_factory::aggregator_factory_exists_for_testing(), 0);
        let a = aggregator_factory::create_aggregator_for_test();
        aggregator::add(&mut a, 12);
        aggregator::add(&mut a, 3);
        aggregator::sub(&mut a, 5);
        assert!(aggregator::read(&a) == 10 && aggregator::limit(&a) == MAX_U128, 0);
        let b = aggregator_factory::create_aggregator_for_test();
        aggregator::add(&mut b, 1);
        assert!(aggregator::read(&b) == 1 && aggregator::read(&a) == 10, 0);
        aggregator::destroy(a);
        aggregator::destroy(b);
    }

    #[test(fx = @0x1)]
    #[expected_failure(abort_code = 0x20001, location = aptos_framework::aggregator)]
    fun an_aggregator_has_a_limit(fx: &signer) {
        aggregator_factory::initialize_aggregator_factory_for_test(fx);
        let a = aggregator_factory::create_aggregator_for_test();
        aggregator::add(&mut a, MAX_U128);
        aggregator::add(&mut a, 1);
        aggregator::destroy(a);
    }

    #[test(fx = @0x1)]
    #[expected_failure(abort_code = 0x20002, location = aptos_framework::aggregator)]
    fun an_aggregator_is_not_negative(fx: &signer) {
        aggregator_factory::initialize_aggregator_factory_for_test(fx);
        let a = aggregator_factory::create_aggregator_for_test();
        aggregator::add(&mut a, 1);
        aggregator::sub(&mut a, 2);
        aggregator::destroy(a);
    }

    #[test]
    #[expected_failure(abort_code = 0x60001, location = aptos_framework::aggregator_factory)]
    fun aggregators_need_a_factory() {
        aggregator::destroy(aggregator_factory::create_aggregator_for_test());
    }

    // ---- optional_aggregator

    #[test(fx = @0x1)]
    fun either_kind_counts_alike(fx: &signer) {
        aggregator_factory::initialize_aggregator_factory_for_test(fx);
        vector[false, true].for_each(|parallel| {
            let a = optional_aggregator::new_for_test(parallel);
            assert!(optional_aggregator::is_parallelizable(&a) == parallel, 0);
            optional_aggregator::add(&mut a, MAX_U128);
            optional_aggregator::sub(&mut a, MAX_U128 - 6);
            optional_aggregator::add(&mut a, 1);
            assert!(optional_aggregator::read(&a) == 7, 0);
            optional_aggregator::destroy(a);
        });
    }

    #[test]
    #[expected_failure(abort_code = 0x20001, location = aptos_framework::optional_aggregator)]
    fun an_integer_overflows() {
        let a = optional_aggregator::new_for_test(false);
        optional_aggregator::add(&mut a, MAX_U128);
        optional_aggregator::add(&mut a, 1);
        optional_aggregator::destroy(a);
    }

    #[test]
    #[expected_failure(abort_code = 0x20002, location = aptos_framework::optional_aggregator)]
    fun an_integer_underflows() {
        let a = optional_aggregator::new_for_test(false);
        optional_aggregator::sub(&mut a, 1);
        optional_aggregator::destroy(a);
    }

    // ---- aggregator_v2

    #[test]
    fun bounded_numbers() {
        let a = aggregator_v2::create_aggregator<u64>(10);
        assert!(a.try_add(10) && !a.try_add(1) && a.read() == 10, 0);
        assert!(a.is_at_least(10) && !a.is_at_least(11) && a.max_value() == 10, 0);
        a.sub(4);
        assert!(a.try_sub(6) && !a.try_sub(1) && a.read() == 0, 0);
        let b = aggregator_v2::create_aggregator_with_value<u128>(5, 7);
        b.add(2);
        assert!(b.read() == 7 && !b.try_add(1), 0);
        let c = aggregator_v2::create_unbounded_aggregator<u128>();
        assert!(c.try_add(MAX_U128) && !c.try_add(1) && c.read() == MAX_U128, 0);
        let d = aggregator_v2::create_unbounded_aggregator_with_value<u64>(3);
        assert!(d.read() == 3 && d.max_value() == 18446744073709551615, 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x20001, location = aptos_framework::aggregator_v2)]
    fun bounds_are_kept() {
        let a = aggregator_v2::create_aggregator<u64>(10);
        a.add(11);
    }

    #[test]
    #[expected_failure(abort_code = 0x20002, location = aptos_framework::aggregator_v2)]
    fun numbers_are_not_negative() {
        let a = aggregator_v2::create_aggregator<u64>(10);
        a.sub(1);
    }

    #[test]
    #[expected_failure(abort_code = 0x30007, location = aptos_framework::aggregator_v2)]
    fun numbers_are_of_two_types() {
        aggregator_v2::create_aggregator<u8>(10);
    }

    #[test]
    fun snapshots_stay() {
        let a = aggregator_v2::create_unbounded_aggregator_with_value<u64>(41);
        let then = a.snapshot();
        a.add(1);
        assert!(then.read_snapshot() == 41 && a.snapshot().read_snapshot() == 42, 0);
        assert!(aggregator_v2::create_snapshot<u128>(9).read_snapshot() == 9, 0);
        let text = aggregator_v2::derive_string_concat(string::utf8(b"#"), &then, string::utf8(b"!"));
        assert!(text.read_derived_string() == string::utf8(b"#41!"), 0);
        assert!(aggregator_v2::create_derived_string(string::utf8(b"text")).read_derived_string() == string::utf8(b"text"), 0);
        assert!(option::some(a.read()) == option::some(42), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x30005, location = aptos_framework::aggregator_v2)]
    fun snapshots_are_of_two_types() {
        aggregator_v2::create_snapshot<u8>(1);
    }

    #[test]
    #[expected_failure(abort_code = 0x30009, location = aptos_framework::aggregator_v2)]
    fun snapshots_are_not_copied() {
        aggregator_v2::copy_snapshot(&aggregator_v2::create_snapshot<u64>(1));
    }
}
