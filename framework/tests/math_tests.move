// Expectations from exact arithmetic (Python's integers and decimals), with the distance that is allowed.
#[test_only]
module aptos_std::math_tests {
    use std::fixed_point32;
    use aptos_std::fixed_point64;
    use aptos_std::math128;
    use aptos_std::math64;
    use aptos_std::math_fixed;
    use aptos_std::math_fixed64;

    fun close64(a: u64, b: u64, distance: u64) {
        assert!(math64::max(a, b) - math64::min(a, b) <= distance, a);
    }

    fun close128(a: u128, b: u128, distance: u128) {
        assert!(math128::max(a, b) - math128::min(a, b) <= distance, 0);
    }

    #[test]
    fun whole_numbers() {
        assert!(math64::average(18446744073709551615, 18446744073709551613) == 18446744073709551614, 0);
        assert!(math64::average(1, 4) == 2 && math64::clamp(5, 1, 3) == 3 && math64::clamp(0, 1, 3) == 1, 0);
        assert!(math64::pow(3, 40) == 12157665459056928801 && math64::pow(7, 0) == 1, 0);
        assert!(math64::gcd(48, 36) == 12 && math64::gcd(0, 5) == 5 && math64::lcm(4, 6) == 12 && math64::lcm(0, 6) == 0, 0);
        assert!(math64::mul_div(18446744073709551615, 18446744073709551615, 18446744073709551615) == 18446744073709551615, 0);
        assert!(math64::ceil_div(7, 2) == 4 && math64::ceil_div(8, 2) == 4 && math64::ceil_div(0, 2) == 0, 0);
        assert!(math128::average(1, 4) == 2 && math128::clamp(5, 1, 3) == 3 && math128::pow(3, 80) == 147808829414345923316083210206383297601, 0);
        assert!(math128::gcd(48, 36) == 12 && math128::lcm(4, 6) == 12 && math128::ceil_div(7, 2) == 4, 0);
        assert!(math128::mul_div(1 << 127, 6, 4) == 3 << 126, 0);
    }

    #[test]
    fun roots_and_bits() {
        assert!(math64::sqrt(1) == 1 && math64::floor_log2(1) == 0, 0);
        assert!(math64::sqrt(2) == 1 && math64::floor_log2(2) == 1, 0);
        assert!(math64::sqrt(3) == 1 && math64::floor_log2(3) == 1, 0);
        assert!(math64::sqrt(5) == 2 && math64::floor_log2(5) == 2, 0);
        assert!(math64::sqrt(1000) == 31 && math64::floor_log2(1000) == 9, 0);
        assert!(math64::sqrt(4294967295) == 65535 && math64::floor_log2(4294967295) == 31, 0);
        assert!(math64::sqrt(9223372036854775808) == 3037000499 && math64::floor_log2(9223372036854775808) == 63, 0);
        assert!(math64::sqrt(18446744073709551615) == 4294967295 && math64::floor_log2(18446744073709551615) == 63, 0);
        assert!(math128::sqrt(1) == 1 && math128::floor_log2(1) == 0, 0);
        assert!(math128::sqrt(2) == 1 && math128::floor_log2(2) == 1, 0);
        assert!(math128::sqrt(7) == 2 && math128::floor_log2(7) == 2, 0);
        assert!(math128::sqrt(100000000000000000000) == 10000000000 && math128::floor_log2(100000000000000000000) == 66, 0);
        assert!(math128::sqrt(18446744073709551615) == 4294967295 && math128::floor_log2(18446744073709551615) == 63, 0);
        assert!(math128::sqrt(18446744073709551616) == 4294967296 && math128::floor_log2(18446744073709551616) == 64, 0);
        assert!(math128::sqrt(170141183460469231731687303715884105728) == 13043817825332782212 && math128::floor_log2(170141183460469231731687303715884105728) == 127, 0);
        assert!(math128::sqrt(340282366920938463463374607431768211455) == 18446744073709551615 && math128::floor_log2(340282366920938463463374607431768211455) == 127, 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::math64)]
    fun no_logarithm_of_zero() {
        math64::floor_log2(0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10001, location = aptos_std::math128)]
    fun no_logarithm_of_zero_either() {
        math128::log2_64(0);
    }

    #[test]
    fun logarithms() {
        close64(math64::log2(1).get_raw_value(), 0, 4);
        close64(math128::log2(1).get_raw_value(), 0, 4);
        close128(math128::log2_64(1).get_raw_value(), 0, 64);
        close64(math64::log2(2).get_raw_value(), 4294967296, 4);
        close64(math128::log2(2).get_raw_value(), 4294967296, 4);
        close128(math128::log2_64(2).get_raw_value(), 18446744073709551616, 64);
        close64(math64::log2(3).get_raw_value(), 6807362105, 4);
        close64(math128::log2(3).get_raw_value(), 6807362105, 4);
        close128(math128::log2_64(3).get_raw_value(), 29237397617229858719, 64);
        close64(math64::log2(10).get_raw_value(), 14267572527, 4);
        close64(math128::log2(10).get_raw_value(), 14267572527, 4);
        close128(math128::log2_64(10).get_raw_value(), 61278757397652712441, 64);
        close64(math64::log2(12345).get_raw_value(), 58375645931, 4);
        close64(math128::log2(12345).get_raw_value(), 58375645931, 4);
        close128(math128::log2_64(12345).get_raw_value(), 250721490160302398796, 64);
        close64(math64::log2(1099511627777).get_raw_value(), 171798691840, 4);
        close64(math128::log2(1099511627777).get_raw_value(), 171798691840, 4);
        close128(math128::log2_64(1099511627777).get_raw_value(), 737869762948406269046, 64);
        close64(math64::log2(18446744073709551615).get_raw_value(), 274877906943, 4);
        close64(math128::log2(18446744073709551615).get_raw_value(), 274877906943, 4);
        close128(math128::log2_64(18446744073709551615).get_raw_value(), 1180591620717411303422, 64);
        close64(math_fixed::ln_plus_32ln2(fixed_point32::create_from_u64(1)).get_raw_value(), 95265423098, 40);
        close128(math_fixed64::ln_plus_32ln2(fixed_point64::create_from_u128(1)).get_raw_value(), 818323753292969962226, 256);
        close64(math_fixed::log2_plus_32(fixed_point32::create_from_u64(1)).get_raw_value(), 137438953472, 4);
        close128(math_fixed64::log2_plus_64(fixed_point64::create_from_u128(1)).get_raw_value(), 1180591620717411303424, 64);
        close64(math_fixed::ln_plus_32ln2(fixed_point32::create_from_u64(2)).get_raw_value(), 98242467570, 40);
        close128(math_fixed64::ln_plus_32ln2(fixed_point64::create_from_u128(2)).get_raw_value(), 831110061938172617886, 256);
        close64(math_fixed::log2_plus_32(fixed_point32::create_from_u64(2)).get_raw_value(), 141733920768, 4);
        close128(math_fixed64::log2_plus_64(fixed_point64::create_from_u128(2)).get_raw_value(), 1199038364791120855040, 64);
        close64(math_fixed::ln_plus_32ln2(fixed_point32::create_from_u64(10)).get_raw_value(), 105154950768, 40);
        close128(math_fixed64::ln_plus_32ln2(fixed_point64::create_from_u128(10)).get_raw_value(), 860798951211369831246, 256);
        close64(math_fixed::log2_plus_32(fixed_point32::create_from_u64(10)).get_raw_value(), 151706525999, 4);
        close128(math_fixed64::log2_plus_64(fixed_point64::create_from_u128(10)).get_raw_value(), 1241870378115064015865, 64);
    }

    #[test]
    fun exponentials() {
        close64(math_fixed::exp(fixed_point32::create_from_raw_value(0)).get_raw_value(), 4294967296, 32);
        close128(math_fixed64::exp(fixed_point64::create_from_raw_value(0)).get_raw_value(), 18446744073709551616, 256);
        close64(math_fixed::exp(fixed_point32::create_from_raw_value(4294967296)).get_raw_value(), 11674931554, 86);
        close128(math_fixed64::exp(fixed_point64::create_from_raw_value(18446744073709551616)).get_raw_value(), 50143449209799256682, 695);
        close64(math_fixed::exp(fixed_point32::create_from_raw_value(2147483648)).get_raw_value(), 7081203937, 52);
        close128(math_fixed64::exp(fixed_point64::create_from_raw_value(9223372036854775808)).get_raw_value(), 30413539329486470295, 422);
        close64(math_fixed::exp(fixed_point32::create_from_raw_value(12884901888)).get_raw_value(), 86266724207, 642);
        close128(math_fixed64::exp(fixed_point64::create_from_raw_value(55340232221128654848)).get_raw_value(), 370512759205086491348, 5141);
        close64(math_fixed::exp(fixed_point32::create_from_raw_value(42949672960)).get_raw_value(), 94602950235157, 704846);
        close128(math_fixed64::exp(fixed_point64::create_from_raw_value(184467440737095516160)).get_raw_value(), 406316577365116946489258, 5638775);
        close64(math_fixed::exp(fixed_point32::create_from_raw_value(4294967)).get_raw_value(), 4299264411, 32);
        close128(math_fixed64::exp(fixed_point64::create_from_raw_value(18446744073709551)).get_raw_value(), 18465200044230524135, 256);
        close64(math_fixed::exp(fixed_point32::create_from_raw_value(10021590357)).get_raw_value(), 44290813007, 329);
        close128(math_fixed64::exp(fixed_point64::create_from_raw_value(43042402838655620437)).get_raw_value(), 190227593395891998335, 2639);
    }

    #[test]
    #[expected_failure(abort_code = 0x30001, location = aptos_std::math_fixed)]
    fun too_large_an_exponent() {
        math_fixed::exp(fixed_point32::create_from_u64(23));
    }

    #[test]
    #[expected_failure(abort_code = 0x30001, location = aptos_std::math_fixed64)]
    fun too_large_an_exponent_of_64() {
        math_fixed64::exp(fixed_point64::create_from_u128(45));
    }

    #[test]
    fun fixed_roots() {
        close64(math_fixed::sqrt(fixed_point32::create_from_raw_value(8589934592)).get_raw_value(), 6074000999, 1);
        close128(math_fixed64::sqrt(fixed_point64::create_from_raw_value(36893488147419103232)).get_raw_value(), 26087635650665564424, 2);
        close64(math_fixed::sqrt(fixed_point32::create_from_raw_value(1073741824)).get_raw_value(), 2147483648, 1);
        close128(math_fixed64::sqrt(fixed_point64::create_from_raw_value(4611686018427387904)).get_raw_value(), 9223372036854775808, 2);
        close64(math_fixed::sqrt(fixed_point32::create_from_raw_value(38654705664)).get_raw_value(), 12884901888, 1);
        close128(math_fixed64::sqrt(fixed_point64::create_from_raw_value(166020696663385964544)).get_raw_value(), 55340232221128654848, 2);
        close64(math_fixed::sqrt(fixed_point32::create_from_raw_value(1431655765)).get_raw_value(), 2479700524, 1);
        close128(math_fixed64::sqrt(fixed_point64::create_from_raw_value(6148914691236517205)).get_raw_value(), 10650232656628343400, 2);
        close64(math_fixed::sqrt(fixed_point32::create_from_raw_value(530239482494976)).get_raw_value(), 1509092852134, 1);
        close128(math_fixed64::sqrt(fixed_point64::create_from_raw_value(2277361236363886404304896)).get_raw_value(), 6481504446545676708854, 2);
    }

    #[test]
    fun fixed_powers() {
        let half = fixed_point32::create_from_rational(3, 2);
        assert!(math_fixed::pow(half, 4) == fixed_point32::create_from_rational(81, 16), 0);
        assert!(math_fixed::mul_div(half, half, fixed_point32::create_from_u64(9)) == fixed_point32::create_from_rational(1, 4), 0);
        let half = fixed_point64::create_from_rational(3, 2);
        assert!(math_fixed64::pow(half, 4) == fixed_point64::create_from_rational(81, 16), 0);
        assert!(math_fixed64::mul_div(half, half, fixed_point64::create_from_u128(9)) == fixed_point64::create_from_rational(1, 4), 0);
    }

    #[test]
    fun fixed_points_of_64() {
        let third = fixed_point64::create_from_rational(1, 3);
        let half = fixed_point64::create_from_rational(1, 2);
        assert!(third.get_raw_value() == 6148914691236517205 && third.floor() == 0 && third.ceil() == 1 && half.round() == 1, 0);
        assert!(half.add(half) == fixed_point64::create_from_u128(1) && half.sub(half).is_zero(), 0);
        assert!(fixed_point64::multiply_u128(9, third) == 2 && fixed_point64::divide_u128(1, third) == 3, 0);
        assert!(third.less(half) && third.less_or_equal(third) && half.greater(third) && half.greater_or_equal(half), 0);
        assert!(third.equal(third) && fixed_point64::min(third, half) == third && fixed_point64::max(third, half) == half, 0);
        assert!(third.almost_equal(half, fixed_point64::create_from_rational(1, 5)), 0);
        assert!(!third.almost_equal(half, fixed_point64::create_from_rational(1, 7)), 0);
    }

    #[test]
    #[expected_failure(abort_code = 0x10006, location = aptos_std::fixed_point64)]
    fun negative_result() {
        fixed_point64::create_from_u128(1).sub(fixed_point64::create_from_u128(2));
    }
}
