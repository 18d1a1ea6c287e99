//! The mock syscalls of tests/differential/svm/run.c.

use crate::Context;
use solana_sbpf::declare_builtin_function;
use solana_sbpf::error::{EbpfError, StableResult};
use solana_sbpf::memory_region::{AccessType, HostBuffer};
use solana_sbpf::program::BuiltinProgram;
use std::error::Error;

#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("budget")]
    Budget,
    #[error("failed")]
    Failed,
}

fn charge(context: &mut Context, units: u64) -> Result<(), Box<dyn Error>> {
    let enough = context.remaining >= units;
    context.remaining = context.remaining.saturating_sub(units);
    if enough { Ok(()) } else { Err(Refusal::Budget.into()) }
}

fn translate(c: &mut Context, at: u64, n: u64, how: AccessType) -> Result<HostBuffer, EbpfError> {
    match c.memory.map(how, at, n) {
        StableResult::Ok(b) => Ok(b),
        StableResult::Err(e) => Err(e),
    }
}

declare_builtin_function!(
    /// Charges r1 modulo 51; the sum of the arguments.
    Add,
    fn rust(
        c: &mut Context, r1: u64, r2: u64, r3: u64, r4: u64, r5: u64,
    ) -> Result<u64, Box<dyn Error>> {
        charge(c, r1 % 51)?;
        Ok([r1, r2, r3, r4, r5].iter().fold(0, |sum: u64, r| sum.wrapping_add(*r)))
    }
);

declare_builtin_function!(
    /// The sum of the r2 modulo 64, plus 1, bytes at r1.
    Read,
    fn rust(
        c: &mut Context, r1: u64, r2: u64, _r3: u64, _r4: u64, _r5: u64,
    ) -> Result<u64, Box<dyn Error>> {
        charge(c, 10)?;
        let buffer = translate(c, r1, (r2 & 63) + 1, AccessType::Load)?;
        let bytes = unsafe { &*buffer.ptr() };
        Ok(bytes.iter().map(|b| u64::from(*b)).sum())
    }
);

declare_builtin_function!(
    /// Fills the r3 modulo 64, plus 1, bytes at r1 with r2.
    Fill,
    fn rust(
        c: &mut Context, r1: u64, r2: u64, r3: u64, _r4: u64, _r5: u64,
    ) -> Result<u64, Box<dyn Error>> {
        charge(c, 10)?;
        let buffer = translate(c, r1, (r3 & 63) + 1, AccessType::Store)?;
        unsafe { (*buffer.ptr_mut()).fill(r2 as u8) };
        Ok(0)
    }
);

declare_builtin_function!(
    /// Fails, if r1 is odd.
    Fail,
    fn rust(
        c: &mut Context, r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64,
    ) -> Result<u64, Box<dyn Error>> {
        charge(c, 1)?;
        if r1 & 1 == 1 { Err(Refusal::Failed.into()) } else { Ok(r1) }
    }
);

pub fn register(program: &mut BuiltinProgram<Context>) {
    program.register_definition::<Add>("add").unwrap();
    program.register_definition::<Read>("sol_log_").unwrap();
    program.register_definition::<Fill>("fill").unwrap();
    program.register_definition::<Fail>("fail").unwrap();
}
