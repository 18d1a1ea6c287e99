#[test_only]
/// Bit vectors, rate limiters, epochs.
module aptos_framework::limiter_tests {
    use std::bit_vector;
    use aptos_framework::account;
    use aptos_framework::rate_limiter;
    use aptos_framework::reconfiguration;
    use aptos_framework::timestamp;

    #[test]
    fun bits_are_set_and_unset() {
        let v = bit_vector::new(10);
        assert!(v.length() == 10 && !v.is_index_set(9), 0);
        v.set(9);
        v.set(3);
        v.set(4);
        assert!(v.is_index_set(9) && v.longest_set_sequence_starting_at(3) == 2, 1);
        assert!(v.longest_set_sequence_starting_at(9) == 1 && v.longest_set_sequence_starting_at(0) == 0, 2);
        v.unset(3);
        assert!(!v.is_index_set(3) && v.is_index_set(4), 3);
    }

    #[test]
    fun bits_are_shifted_to_the_left() {
        let v = bit_vector::new(8);
        v.set(2);
        v.set(7);
        v.shift_left(2);
        assert!(v.is_index_set(0) && v.is_index_set(5) && !v.is_index_set(7) && !v.is_index_set(2), 0);
        v.shift_left(8);
        assert!(v == bit_vector::new(8), 1);
    }

    #[test]
    #[expected_failure(abort_code = 0x20000, location = std::bit_vector)]
    fun a_bit_behind_the_end_is_refused() {
        bit_vector::new(8).set(8);
    }

    #[test]
    #[expected_failure(abort_code = 0x20001, location = std::bit_vector)]
    fun no_bits_are_no_vector() {
        bit_vector::new(0);
    }

    #[test]
    #[expected_failure(abort_code = 0x20001, location = std::bit_vector)]
    fun a_vector_of_bits_has_an_end() {
        bit_vector::new(1024);
    }

    #[test]
    fun tokens_come_back_with_time() {
        timestamp::set_time_has_started_for_testing(&account::create_signer_for_test(@0x1));
        timestamp::update_global_time_for_test_secs(100);
        let limiter = rate_limiter::initialize(10, 60);
        assert!(rate_limiter::request(&mut limiter, 10) && !rate_limiter::request(&mut limiter, 1), 0);
        timestamp::fast_forward_seconds(5); // five sixths of a token
        assert!(!rate_limiter::request(&mut limiter, 1), 1);
        timestamp::fast_forward_seconds(1);
        assert!(rate_limiter::request(&mut limiter, 1) && !rate_limiter::request(&mut limiter, 1), 2);
        timestamp::fast_forward_seconds(1000);
        assert!(!rate_limiter::request(&mut limiter, 11) && rate_limiter::request(&mut limiter, 10), 3);
    }

    #[test]
    fun there_is_one_epoch() {
        assert!(reconfiguration::current_epoch() == 1 && reconfiguration::last_reconfiguration_time() == 0, 0);
    }
}
