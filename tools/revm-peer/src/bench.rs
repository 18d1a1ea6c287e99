//! Worlds in which prepared transactions run, for `bench/bench_evm.c`. What is timed there is one
//! call of `revm_bench_run`: everything that revm does for transactions whose sender is known, with
//! its accounts, storage and analysed code in memory.

use revm::bytecode::Bytecode;
use revm::context::{BlockEnv, CfgEnv, Context, Evm, TxEnv};
use revm::context_interface::result::{ExecutionResult, Output};
use revm::database::InMemoryDB;
use revm::handler::instructions::EthInstructions;
use revm::handler::{EthFrame, EthPrecompiles};
use revm::interpreter::interpreter::EthInterpreter;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind, U256};
use revm::state::AccountInfo;
use revm::{ExecuteEvm, Journal, MainBuilder, MainContext};
use std::ffi::{c_char, CStr};

type World = Context<BlockEnv, TxEnv, CfgEnv, InMemoryDB, Journal<InMemoryDB>, ()>;
type Machine =
    Evm<World, (), EthInstructions<EthInterpreter, World>, EthPrecompiles, EthFrame<EthInterpreter>>;

pub struct Bench {
    machine: Machine,
    transactions: Vec<TxEnv>,
    gas_used: u64,
    created: Address,
}

#[repr(C)]
pub struct BenchTx {
    from: [u8; 20],
    to: [u8; 20],
    is_create: bool,
    nonce: u64,
    gas_limit: u64,
    gas_price: u64,
    data: *const u8,
    data_size: usize,
}

unsafe fn copy(p: *const u8, n: usize) -> Bytes {
    if n == 0 {
        Bytes::new()
    } else {
        Bytes::copy_from_slice(std::slice::from_raw_parts(p, n))
    }
}

/// An empty world under the rules of a fork ("London", "Osaka"). NULL: there is no such fork.
#[no_mangle]
pub unsafe extern "C" fn revm_bench_new(fork: *const c_char) -> *mut Bench {
    let Ok(spec) = CStr::from_ptr(fork).to_str().unwrap_or("").parse::<SpecId>() else {
        return std::ptr::null_mut();
    };
    let machine = Context::mainnet()
        .with_db(InMemoryDB::default())
        .modify_cfg_chained(|c| c.set_spec_and_mainnet_gas_params(spec))
        .modify_block_chained(|b| {
            b.number = U256::from(1);
            b.timestamp = U256::from(1);
            b.gas_limit = 1_000_000_000;
            b.basefee = 1;
        })
        .build_mainnet();
    Box::into_raw(Box::new(Bench {
        machine,
        transactions: Vec::new(),
        gas_used: 0,
        created: Address::ZERO,
    }))
}

#[no_mangle]
pub unsafe extern "C" fn revm_bench_free(b: *mut Bench) {
    drop(Box::from_raw(b));
}

/// Puts an account there, before anything has run. The code is analysed here.
#[no_mangle]
pub unsafe extern "C" fn revm_bench_account(
    b: *mut Bench,
    address: *const [u8; 20],
    balance: u64,
    code: *const u8,
    code_size: usize,
) {
    let code = Bytecode::new_legacy(copy(code, code_size));
    let info = AccountInfo {
        balance: U256::from(balance),
        code_hash: code.hash_slow(),
        code: Some(code),
        ..Default::default()
    };
    let world = &mut (*b).machine.ctx;
    world.journaled_state.database.insert_account_info(Address::new(*address), info);
}

/// Prepares a transaction, behind those prepared before.
#[no_mangle]
pub unsafe extern "C" fn revm_bench_add(b: *mut Bench, tx: *const BenchTx) {
    let t = &*tx;
    (*b).transactions.push(TxEnv {
        caller: Address::new(t.from),
        kind: if t.is_create { TxKind::Create } else { TxKind::Call(Address::new(t.to)) },
        nonce: t.nonce,
        gas_limit: t.gas_limit,
        gas_price: t.gas_price.into(),
        data: copy(t.data, t.data_size),
        ..Default::default()
    });
}

#[no_mangle]
pub unsafe extern "C" fn revm_bench_clear(b: *mut Bench) {
    (*b).transactions.clear();
}

/// Runs what was prepared, in order. With `keep`, the state stays, and the nonces of the prepared
/// transactions are bumped for the next time (each from another sender); without, every
/// transaction's changes are dropped. Returns how many succeeded.
#[no_mangle]
pub unsafe extern "C" fn revm_bench_run(b: *mut Bench, keep: bool) -> usize {
    let b = &mut *b;
    let mut succeeded = 0;
    b.gas_used = 0;
    for t in &mut b.transactions {
        let result = b.machine.transact_one(t.clone());
        if keep {
            t.nonce += 1;
        } else {
            drop(b.machine.finalize());
        }
        let Ok(result) = result else { continue };
        b.gas_used += result.tx_gas_used();
        if let ExecutionResult::Success { output, .. } = result {
            succeeded += 1;
            if let Output::Create(_, Some(address)) = output {
                b.created = address;
            }
        }
    }
    succeeded
}

/// Of the last run.
#[no_mangle]
pub unsafe extern "C" fn revm_bench_gas_used(b: *const Bench) -> u64 {
    (*b).gas_used
}

/// What the last creation that succeeded made.
#[no_mangle]
pub unsafe extern "C" fn revm_bench_created(b: *const Bench, address: *mut [u8; 20]) {
    *address = (*b).created.into_array();
}
