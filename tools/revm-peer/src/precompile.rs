//! One precompile by itself, under the rules of Osaka, for `bench/bench_evm_precompiles.c`.

use revm::precompile::{PrecompileSpecId, Precompiles};
use revm::primitives::Address;

/// Runs the precompile at `address` and copies its output to `out`, which has room for `out_max`
/// bytes. Returns the gas used, or u64::MAX if there is no such precompile, if it fails, or if the
/// output does not fit.
#[no_mangle]
pub unsafe extern "C" fn revm_precompile(
    address: u16,
    input: *const u8,
    input_size: usize,
    gas: u64,
    out: *mut u8,
    out_max: usize,
    out_size: *mut usize,
) -> u64 {
    let input =
        if input_size == 0 { &[] } else { std::slice::from_raw_parts(input, input_size) };
    let address = Address::from_word(revm::primitives::U256::from(address).into());
    let Some(precompile) = Precompiles::new(PrecompileSpecId::OSAKA).get(&address) else {
        return u64::MAX;
    };
    match precompile.execute(input, gas, 0) {
        Ok(r) if r.status.is_success() && r.bytes.len() <= out_max => {
            std::ptr::copy_nonoverlapping(r.bytes.as_ptr(), out, r.bytes.len());
            *out_size = r.bytes.len();
            r.gas_used
        }
        _ => u64::MAX,
    }
}
