//! Transactions on worlds that come and go in one buffer, for `./x fuzz evm-diff`. The two formats are
//! those of tests/differential/evm/case.h: a case goes in, and what happened comes back.

use revm::bytecode::Bytecode;
use revm::context::{BlockEnv, CfgEnv, Context, TxEnv};
use revm::context_interface::either::Either;
use revm::context_interface::result::{ExecutionResult, Output};
use revm::context_interface::transaction::{
    AccessList, AccessListItem, Authorization, SignedAuthorization,
};
use revm::database::{CacheState, EmptyDB, State};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind, B256, U256};
use revm::context_interface::{ContextTr, JournalTr};
use revm::interpreter::interpreter_types::{Jumps, LegacyBytecode, MemoryTr};
use revm::interpreter::Interpreter;
use revm::state::AccountInfo;
use revm::{ExecuteCommitEvm, ExecuteEvm, InspectEvm, Inspector, MainBuilder, MainContext};

/// The forks by the number they have in the format. revm has no Constantinople, which lasted no
/// block on main net.
const FORKS: [Option<SpecId>; 15] = [
    Some(SpecId::FRONTIER),
    Some(SpecId::HOMESTEAD),
    Some(SpecId::TANGERINE),
    Some(SpecId::SPURIOUS_DRAGON),
    Some(SpecId::BYZANTIUM),
    None,
    Some(SpecId::PETERSBURG),
    Some(SpecId::ISTANBUL),
    Some(SpecId::BERLIN),
    Some(SpecId::LONDON),
    Some(SpecId::MERGE),
    Some(SpecId::SHANGHAI),
    Some(SpecId::CANCUN),
    Some(SpecId::PRAGUE),
    Some(SpecId::OSAKA),
];

/// Numbers are little-endian, words of 32 bytes big-endian. The caller is our own program: a buffer
/// that ends too early is its error, and a panic.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, tail) = self.0.split_at(N);
        self.0 = tail;
        head.try_into().unwrap()
    }
    fn u8(&mut self) -> u8 {
        self.take::<1>()[0]
    }
    fn u32(&mut self) -> usize {
        u32::from_le_bytes(self.take()) as usize
    }
    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
    fn address(&mut self) -> Address {
        Address::new(self.take())
    }
    fn word(&mut self) -> U256 {
        U256::from_be_bytes(self.take::<32>())
    }
    fn hash(&mut self) -> B256 {
        B256::new(self.take())
    }
    fn bytes(&mut self) -> Bytes {
        let n = self.u32();
        let (head, tail) = self.0.split_at(n);
        self.0 = tail;
        Bytes::copy_from_slice(head)
    }
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let n = self.u32();
        (0..n).map(|_| item(self)).collect()
    }
}

fn read_block(r: &mut Reader, spec: SpecId, cfg: &CfgEnv) -> BlockEnv {
    let mut b = BlockEnv {
        number: U256::from(r.u64()),
        timestamp: U256::from(r.u64()),
        gas_limit: r.u64(),
        beneficiary: r.address(),
        basefee: r.u64(),
        difficulty: r.word(),
        prevrandao: Some(r.hash()),
        ..Default::default()
    };
    let excess = r.u64();
    if spec.is_enabled_in(SpecId::CANCUN) {
        b.set_blob_excess_gas_and_price(excess, cfg.blob_base_fee_update_fraction.unwrap());
    }
    b
}

fn read_world(r: &mut Reader, spec: SpecId) -> CacheState {
    let mut world = CacheState::new();
    for _ in 0..r.u32() {
        let address = r.address();
        let nonce = r.u64();
        let balance = r.word();
        let bytes = r.bytes();
        // Before Prague, what looks like a delegation is code like any other.
        let code = if spec.is_enabled_in(SpecId::PRAGUE) {
            Bytecode::new_raw_checked(bytes.clone()).unwrap_or_else(|_| Bytecode::new_legacy(bytes))
        } else {
            Bytecode::new_legacy(bytes)
        };
        let info = AccountInfo {
            nonce,
            balance,
            code_hash: code.hash_slow(),
            code: Some(code),
            ..Default::default()
        };
        let slots = r.list(|r| (r.word(), r.word())).into_iter().collect();
        world.insert_account_with_storage(address, info, slots);
    }
    world
}

fn read_access(r: &mut Reader) -> AccessListItem {
    AccessListItem { address: r.address(), storage_keys: r.list(|r| r.hash()) }
}

fn read_authorization(r: &mut Reader) -> SignedAuthorization {
    let inner = Authorization { chain_id: r.word(), address: r.address(), nonce: r.u64() };
    let parity = r.u8();
    SignedAuthorization::new_unchecked(inner, parity, r.word(), r.word())
}

fn read_tx(r: &mut Reader) -> TxEnv {
    let tx_type = r.u8();
    let flags = r.u8();
    let chain_id = r.u64();
    let nonce = r.u64();
    let gas_limit = r.u64();
    let caller = r.address();
    let to = r.address();
    let value = r.word();
    let max_fee: U256 = r.word();
    let tip: U256 = r.word();
    let blob_fee: U256 = r.word();
    TxEnv {
        tx_type,
        caller,
        gas_limit,
        gas_price: max_fee.try_into().unwrap(),
        gas_priority_fee: (tx_type >= 2).then(|| tip.try_into().unwrap()),
        kind: if flags & 2 != 0 { TxKind::Create } else { TxKind::Call(to) },
        value,
        data: r.bytes(),
        nonce,
        chain_id: (flags & 1 != 0).then_some(chain_id),
        access_list: AccessList(r.list(read_access)),
        blob_hashes: r.list(|r| r.hash()),
        max_fee_per_blob_gas: blob_fee.try_into().unwrap(),
        authorization_list: r.list(|r| Either::Left(read_authorization(r))),
    }
}

fn put_bytes(out: &mut Vec<u8>, b: &[u8]) {
    out.extend_from_slice(&(b.len() as u32).to_le_bytes());
    out.extend_from_slice(b);
}

fn put_result(out: &mut Vec<u8>, r: &ExecutionResult) {
    out.push(if r.is_success() { 1 } else if r.is_halt() { 3 } else { 2 });
    out.extend_from_slice(&r.tx_gas_used().to_le_bytes());
    out.extend_from_slice(&r.gas().inner_refunded().to_le_bytes());
    put_bytes(out, r.output().map_or(&[], |b| b));
    let created = match r {
        ExecutionResult::Success { output: Output::Create(_, Some(a)), .. } => *a,
        _ => Address::ZERO,
    };
    out.extend_from_slice(created.as_slice());
    // Some failures keep the logs of what was undone; a receipt has none.
    let logs = if r.is_success() { r.logs() } else { &[] };
    out.extend_from_slice(&(logs.len() as u32).to_le_bytes());
    for l in logs {
        out.extend_from_slice(l.address.as_slice());
        out.extend_from_slice(&(l.topics().len() as u32).to_le_bytes());
        for t in l.topics() {
            out.extend_from_slice(t.as_slice());
        }
        put_bytes(out, &l.data.data);
    }
}

fn put_world(out: &mut Vec<u8>, world: &CacheState) {
    let mut accounts: Vec<_> = world.trie_account().into_iter().collect();
    accounts.sort_by_key(|(address, _)| *address);
    out.extend_from_slice(&(accounts.len() as u32).to_le_bytes());
    for (address, a) in accounts {
        out.extend_from_slice(address.as_slice());
        out.extend_from_slice(&a.info.nonce.to_le_bytes());
        out.extend_from_slice(&a.info.balance.to_be_bytes::<32>());
        out.extend_from_slice(a.info.code_hash.as_slice());
        let mut slots: Vec<_> = a.storage.iter().filter(|(_, v)| !v.is_zero()).collect();
        slots.sort_by_key(|(key, _)| **key);
        out.extend_from_slice(&(slots.len() as u32).to_le_bytes());
        for (key, value) in slots {
            out.extend_from_slice(&key.to_be_bytes::<32>());
            out.extend_from_slice(&value.to_be_bytes::<32>());
        }
    }
}

/// Writes what every instruction finds.
#[derive(Default)]
struct Steps {
    count: u32,
    records: Vec<u8>,
}

/// FNV-1a over the words of the stack, lowest item first.
fn hash_stack(stack: &[U256]) -> u64 {
    let words = stack.iter().flat_map(|item| item.as_limbs());
    words.fold(0xcbf29ce484222325, |h, w| (h ^ w).wrapping_mul(0x100000001b3))
}

impl<CTX: ContextTr> Inspector<CTX> for Steps {
    fn step(&mut self, i: &mut Interpreter, context: &mut CTX) {
        if i.bytecode.bytecode_len() == 0 {
            return; // empty init code: revm runs a STOP where others, geth too, run nothing
        }
        self.count += 1;
        let r = &mut self.records;
        r.extend_from_slice(&(i.bytecode.pc() as u32).to_le_bytes());
        r.push(i.bytecode.opcode());
        r.extend_from_slice(&(context.journal_mut().depth() as u32).to_le_bytes());
        r.extend_from_slice(&i.gas.remaining().to_le_bytes());
        r.extend_from_slice(&(i.memory.size() as u64).to_le_bytes());
        r.extend_from_slice(&(i.stack.len() as u32).to_le_bytes());
        r.extend_from_slice(&hash_stack(i.stack.data()).to_le_bytes());
    }
}

/// None: revm does not have that fork.
fn run(case: &[u8], steps: bool, out: &mut Vec<u8>) -> Option<()> {
    let r = &mut Reader(case);
    let fork = r.u8() as usize;
    let spec = FORKS[fork]?;
    let prague = spec.is_enabled_in(SpecId::PRAGUE);
    let mut cfg = CfgEnv::default().with_chain_id(r.u64());
    cfg.set_spec_and_mainnet_gas_params(spec);
    cfg.blob_base_fee_update_fraction = Some(if prague { 5007716 } else { 3338477 });
    // The block's limit: EIP-4844, EIP-7691; in Osaka the transaction's, EIP-7594.
    cfg.max_blobs_per_tx = Some(if prague && !spec.is_enabled_in(SpecId::OSAKA) { 9 } else { 6 });
    let block = read_block(r, spec, &cfg);
    let world = read_world(r, spec);
    let transactions = r.list(read_tx);

    let db = State::builder().with_database(EmptyDB::default()).with_cached_prestate(world).build();
    let mut machine = Context::mainnet()
        .with_db(db)
        .with_block(block)
        .with_cfg(cfg)
        .build_mainnet_with_inspector(Steps::default());
    for tx in transactions {
        let done = if steps { machine.inspect_tx(tx) } else { machine.transact(tx) };
        if steps {
            let all = std::mem::take(&mut machine.inspector);
            out.extend_from_slice(&all.count.to_le_bytes());
            out.extend_from_slice(&all.records);
        }
        match done {
            Ok(done) => {
                put_result(out, &done.result);
                machine.commit(done.state);
            }
            Err(_) => out.push(0),
        }
        put_world(out, &machine.ctx.journaled_state.database.cache);
    }
    Some(())
}

unsafe fn answer(case: &[u8], steps: bool, result: *mut u8, room: usize) -> usize {
    let mut out = Vec::with_capacity(room);
    if run(case, steps, &mut out).is_none() {
        return 0;
    }
    if out.len() <= room {
        result.copy_from_nonoverlapping(out.as_ptr(), out.len());
    }
    out.len()
}

/// Runs a case. Returns the size of the result, and puts it at `result` if it fits there; 0 if revm
/// does not have the fork.
#[no_mangle]
pub unsafe extern "C" fn revm_diff_run(
    case: *const u8,
    size: usize,
    result: *mut u8,
    room: usize,
) -> usize {
    answer(std::slice::from_raw_parts(case, size), false, result, room)
}

/// The same, with every step in the result.
#[no_mangle]
pub unsafe extern "C" fn revm_diff_steps(
    case: *const u8,
    size: usize,
    result: *mut u8,
    room: usize,
) -> usize {
    answer(std::slice::from_raw_parts(case, size), true, result, room)
}
