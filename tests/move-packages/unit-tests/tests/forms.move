/// Every form of the attributes, in tests that pass and in tests that must not.
#[test_only]
module unit_tests::forms {
    use std::option;
    use std::vector;
    use unit_tests::counter::{Self, add as plus};

    const E_LOCAL: u64 = 7; // not documented, so in no metadata

    /* A comment /* inside another */ with #[test] fun in_a_comment() {} */
    #[test_only]
    fun fails() { abort E_LOCAL }

    #[test] fun passes() { let s = b"#[test] fun in_a_string() { abort 1 }"; assert!(vector::length(&s) == 37, 0); }
    #[test] fun fails_without_being_told() { fails() }
    #[test, expected_failure] fun any_failure_will_do() { fails() }
    #[test, expected_failure] fun does_not_fail() { }
    #[test] #[expected_failure(abort_code = E_LOCAL)] fun own_constant() { fails() }
    #[test] #[expected_failure(abort_code = E_LOCAL)] fun own_constant_from_elsewhere() { plus(@0x1, 1); }
    #[test, expected_failure(abort_code = 7)] fun code_from_anywhere() { fails() }
    #[test, expected_failure(abort_code = 8)] fun another_code() { fails() }
    #[test, expected_failure(abort_code = 7, location = Self)] fun code_from_here() { fails() }
    #[test, expected_failure(abort_code = 7, location = unit_tests::counter)] fun code_from_elsewhere() { fails() }
    #[test, expected_failure(abort_code = counter::ENO_COUNTER)] fun constant_of_another_module() { plus(@0x1, 1); }
    #[test, expected_failure(abort_code = std::option::EOPTION_NOT_SET)] fun constant_of_a_dependency() { option::extract(&mut option::none<u8>()); }
    #[test, expected_failure(arithmetic_error, location = Self)] fun underflow() { let x = 0u64; let _ = x - vector::length(&b"a"); }
    #[test, expected_failure(arithmetic_error, location = counter)] fun overflow_elsewhere() { let x = 255u8; let _ = x + 1; }
    #[test, expected_failure(vector_error, location = Self)] fun index() { let _ = *vector::borrow(&b"", 0); }
    #[test, expected_failure(vector_error, minor_status = 1, location = Self)] fun index_by_minor() { let _ = *vector::borrow(&b"", 0); }
    #[test, expected_failure(vector_error, minor_status = 2, location = Self)] fun pop_by_minor() { let v = b""; vector::pop_back(&mut v); }
    #[test, expected_failure(vector_error, location = Self)] fun arithmetic_is_no_vector_error() { let x = 0u64; let _ = x - 1; }
    #[test, expected_failure(major_status = 4017, location = Self)] fun by_number() { let x = 1u64; let _ = x / 0; }
    #[test, expected_failure(major_status = 4008, location = counter)] fun missing_resource() { counter::set(@0x1, 1); }
    #[test(a = @0x2, b = @unit_tests, c = @std)]
    fun three_values(c: address, a: &signer, b: signer) {
        assert!(std::signer::address_of(a) == @0x2, 0);
        assert!(std::signer::address_of(&b) == @0xc0ffee, 1);
        assert!(c == @0x1, 2);
    }
    #[test(a = @0x2)] fun each_test_has_a_world_of_its_own(a: &signer) { counter::create(a); assert!(plus(@0x2, 1) == 1, 0); }
    #[test(a = @0x2)] fun each_test_has_a_world_of_its_own_again(a: &signer) { counter::create(a); assert!(plus(@0x2, 1) == 1, 0); }
    #[test, expected_failure(out_of_gas, location = Self)] fun endless() { loop {} }
}
