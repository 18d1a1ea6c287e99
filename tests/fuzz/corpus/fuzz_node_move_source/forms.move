address 0x2 { module a { use 0x1::b::{Self, c as d, e}; use std::{x, y::z}; friend 0x2::q; const A: u64 = ((B + 1) as u64) << 2u8; const B: u64 = 0x1_F % 7 | 3 ^ 1 & 2;
  /* a /* nested */ comment } */ struct S<phantom T: copy + drop> has key { f: vector<u8> } enum E { V { x: u8 }, W }
  spec module { pragma verify = true; } native public fun n<T>(x: &T); inline fun i(f: |u64, &mut u8| u64, v: vector<vector<u8>>) { let _ = b"}\""; }
  #[test_only, lint::skip(a)] #[test(a = @0x1, b = @std,)] #[expected_failure(vector_error, minor_status = 1, location = 0x1::vector)]
  public(friend) entry fun t(a: signer, mut b: address) acquires S { abort A } } }
module std::two; const X: u64 = two::Y; #[expected_failure(abort_code = Self::X)] #[test] fun t() {}
script { fun main() {} }
