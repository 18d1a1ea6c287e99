module p1::a {
    use aptos_framework::account;
    use std::signer;
    const E_BAD: u64 = 7;
    const E_UNUSED: u64 = 1 << 4;
    public fun f(x: u64): u64 { assert!(x < 10, E_BAD); x + 1 }
    #[test(a = @0x1, b = @p1)]
    fun t1(a: &signer, b: signer) { assert!(signer::address_of(a) == @0x1, 1); assert!(signer::address_of(&b) == @0x42, 2); }
    #[test]
    #[expected_failure(abort_code = E_BAD)]
    fun t2() { f(11); }
    #[test_only]
    public fun helper(): u64 { account::exists_at(@0x1); 5 }
    #[test]
    #[expected_failure(arithmetic_error, location = Self)]
    fun t3() { let x = 0u64; let _y = x - 1; }
}
#[test_only]
module p1::failing {
    use p1::a::{Self, f as g};
    const A: u64 = (1 << 4) | 3;
    const B: u64 = 0x1_0000 + A * 2;
    #[test] fun unexpected() { a::f(11); }
    #[test, expected_failure] fun fine() { }
    #[test, expected_failure(abort_code = 8, location = p1::a)] fun code() { a::f(11); }
    #[test, expected_failure(abort_code = 7, location = Self)] fun place() { a::f(11); }
    #[test, expected_failure(arithmetic_error, location = Self)] fun status() { g(11); }
    #[test, expected_failure(out_of_gas, location = Self)] fun gas() { loop {} }
    #[test] fun time() { loop {} }
    #[test, expected_failure(abort_code = B)] fun cok() { abort 65574 }
    #[test, expected_failure(vector_error, minor_status = 1, location = Self)] fun v() { let x = vector[1u8]; let _ = *std::vector::borrow(&x, 2); }
    #[test, expected_failure(vector_error, location = std::vector)] fun v2() { let x = vector<u8>[]; let _ = std::vector::remove(&mut x, 2); }
    #[test, expected_failure(major_status = 4017, location = Self)] fun major() { let x = 255u8; let _ = x + 1; }
    #[test, expected_failure(abort_code = std::option::EOPTION_NOT_SET)] fun opt() { std::option::extract(&mut std::option::none<u8>()); }
    #[test(x = @p1, y= @0x5)] fun addr(y: address, x: &signer) { assert!(std::signer::address_of(x) == @0x42 && y == @0x5, 0) }
}
