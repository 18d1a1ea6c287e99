//! The crate solana-sbpf behind a C interface, loaded by Tern's benchmarks and differential tests
//! (tests/differential/svm/peer.h says what the structs mean). A development peer: nothing of the
//! product needs it.

mod syscalls;

use solana_sbpf::ebpf;
use solana_sbpf::elf::{ElfError, Executable};
use solana_sbpf::error::{EbpfError, ProgramResult};
use solana_sbpf::interpreter::Interpreter;
use solana_sbpf::memory_region::{AccessType, MemoryMapping, MemoryRegion};
use solana_sbpf::program::{BuiltinProgram, SBPFVersion};
use solana_sbpf::verifier::{RequisiteVerifier, VerifierError};
use solana_sbpf::vm::{CallFrame, Config, ContextObject, EbpfVm, ExecutionMode};
use std::fmt::Write;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};
use syscalls::Refusal;

/// What the runtime is to the virtual machine: a meter and the memory.
pub struct Context {
    pub remaining: u64,
    pub memory: MemoryMapping,
}

impl ContextObject for Context {
    fn consume(&mut self, amount: u64) {
        self.remaining = self.remaining.saturating_sub(amount);
    }
    fn get_remaining(&self) -> u64 {
        self.remaining
    }
    fn active_mapping_ptr(&mut self) -> NonNull<MemoryMapping> {
        NonNull::from(&mut self.memory)
    }
}

type Loader = Arc<BuiltinProgram<Context>>;

const DEPLOYING: usize = 1;
const UNALIGNED: usize = 2;

/// The loaders of the four settings, with the limits that Agave runs programs under.
fn loader(flags: usize) -> Loader {
    static LOADERS: OnceLock<[Loader; 4]> = OnceLock::new();
    let make = |flags: usize| {
        let mut program = BuiltinProgram::new_loader(Config {
            reject_broken_elfs: flags & DEPLOYING != 0,
            optimize_rodata: false,
            aligned_memory_mapping: flags & UNALIGNED == 0,
            enabled_sbpf_versions: SBPFVersion::V0..=SBPFVersion::V3,
            ..Config::default()
        });
        syscalls::register(&mut program);
        Arc::new(program)
    };
    LOADERS.get_or_init(|| [make(0), make(1), make(2), make(3)])[flags & 3].clone()
}

pub struct Program {
    executable: Executable<Context>,
    frames: Vec<CallFrame>,
}

#[repr(C)]
pub struct Loaded {
    /// How it was refused: the name of the error, empty if it was not.
    error: [u8; 64],
    verified: bool,
    version: u32,
    entry: u64,
    text: *const u8,
    text_bytes: usize,
    text_address: u64,
    rodata: *const u8,
    rodata_bytes: usize,
}

fn put_text(to: &mut [u8], text: &str) {
    let n = text.len().min(to.len() - 1);
    to[..n].copy_from_slice(&text.as_bytes()[..n]);
    to[n] = 0;
}

/// The variant's name of a Debug text: of the innermost of `names` deep.
fn variant<T: std::fmt::Debug>(error: &T) -> String {
    let text = format!("{error:?}");
    text.split(['(', ' ', '{']).next().unwrap_or("").to_string()
}

fn verify(executable: &Executable<Context>) -> Result<(), String> {
    match executable.verify::<RequisiteVerifier>() {
        Ok(()) => Ok(()),
        Err(EbpfError::VerifierError(e)) => Err(variant::<VerifierError>(&e)),
        Err(e) => Err(variant(&e)),
    }
}

/// Loads and verifies a file. NULL: it was refused, and `out.error` names why.
#[no_mangle]
pub unsafe extern "C" fn sbpf_peer_load(
    elf: *const u8,
    bytes: usize,
    flags: usize,
    out: *mut Loaded,
) -> *mut Program {
    let out = &mut *out;
    out.error = [0; 64];
    out.verified = false;
    let file = std::slice::from_raw_parts(elf, bytes);
    let executable = match Executable::load(file, loader(flags)) {
        Ok(e) => e,
        Err(ElfError::FailedToParse(e)) => {
            put_text(&mut out.error, &variant(&e));
            return std::ptr::null_mut();
        }
        Err(e) => {
            put_text(&mut out.error, &variant(&e));
            return std::ptr::null_mut();
        }
    };
    if let Err(name) = verify(&executable) {
        put_text(&mut out.error, &name);
        return std::ptr::null_mut();
    }
    out.verified = true;
    out.version = executable.get_sbpf_version() as u32;
    out.entry = executable.get_entrypoint_instruction_offset() as u64;
    let program = Box::new(Program {
        executable,
        frames: vec![CallFrame::default(); 64],
    });
    let (address, text) = program.executable.get_text_bytes();
    out.text_address = address;
    out.text = text.as_ptr();
    out.text_bytes = text.len();
    let rodata = program.executable.get_ro_section();
    out.rodata = rodata.as_ptr();
    out.rodata_bytes = rodata.len();
    Box::into_raw(program)
}

#[no_mangle]
pub unsafe extern "C" fn sbpf_peer_free(program: *mut Program) {
    if !program.is_null() {
        drop(Box::from_raw(program));
    }
}

#[no_mangle]
pub unsafe extern "C" fn sbpf_peer_compile(program: *mut Program) -> bool {
    (*program).executable.jit_compile().is_ok()
}

#[repr(C)]
pub struct Region {
    host: *mut u8,
    address: u64,
    bytes: u64,
    writable: bool,
}

#[repr(C)]
pub struct Run {
    compiled: bool,
    meter: u64,
    registers: [u64; 10],
    stack: *mut u8,
    heap: *mut u8,
    heap_bytes: usize,
    input: *const Region,
    input_count: usize,
}

#[repr(C)]
pub struct Ended {
    fault: u32,
    store: bool,
    address: u64,
    bytes: u64,
    registers: [u64; 11],
    meter: u64,
    text: [u8; 128],
}

const STACK_BYTES: usize = 64 * 4096;

unsafe fn memory(p: &Program, run: &Run) -> Result<MemoryMapping, EbpfError> {
    let version = p.executable.get_sbpf_version();
    let slice = |p: *mut u8, n: usize| std::ptr::slice_from_raw_parts_mut(p, n);
    let gap = if version.stack_frame_gaps() { 4096 } else { 0 };
    let mut regions = vec![
        p.executable.get_ro_region(),
        MemoryRegion::new_gapped(slice(run.stack, STACK_BYTES), ebpf::MM_STACK_START, gap),
        MemoryRegion::new(slice(run.heap, run.heap_bytes), ebpf::MM_HEAP_START),
    ];
    for r in std::slice::from_raw_parts(run.input, run.input_count) {
        let host = slice(r.host, r.bytes as usize);
        regions.push(if r.writable {
            MemoryRegion::new(host, r.address)
        } else {
            MemoryRegion::new(host.cast_const(), r.address)
        });
    }
    MemoryMapping::new(regions, p.executable.get_config(), version)
}

/// The numbers of src/svm/faults.def.
fn number(e: &EbpfError) -> u32 {
    match e {
        EbpfError::CallDepthExceeded => 1,
        EbpfError::DivideByZero => 2,
        EbpfError::DivideOverflow => 3,
        EbpfError::ExecutionOverrun => 4,
        EbpfError::CallOutsideTextSegment => 5,
        EbpfError::ExceededMaxInstructions => 6,
        EbpfError::AccessViolation(..) | EbpfError::StackAccessViolation(..) => 7,
        EbpfError::UnsupportedInstruction => 8,
        EbpfError::SyscallError(_) => 9,
        _ => 99,
    }
}

struct Text<'a>(&'a mut [u8], usize);
impl Write for Text<'_> {
    fn write_str(&mut self, s: &str) -> std::fmt::Result {
        let room = self.0.len() - 1 - self.1;
        let n = s.len().min(room);
        self.0[self.1..self.1 + n].copy_from_slice(&s.as_bytes()[..n]);
        self.1 += n;
        Ok(())
    }
}

fn put_error(out: &mut Ended, e: &EbpfError) {
    if let EbpfError::SyscallError(inner) = e {
        if let Some(e) = inner.downcast_ref::<EbpfError>() {
            return put_error(out, e);
        }
        if let Some(Refusal::Budget) = inner.downcast_ref::<Refusal>() {
            out.fault = number(&EbpfError::ExceededMaxInstructions);
            return;
        }
    }
    out.fault = number(e);
    if let EbpfError::AccessViolation(kind, address, bytes, _)
    | EbpfError::StackAccessViolation(kind, address, bytes, _) = e
    {
        out.store = *kind == AccessType::Store;
        out.address = *address;
        out.bytes = *bytes;
        let mut text = Text(&mut out.text, 0);
        let _ = write!(text, "{e}");
        let end = text.1;
        out.text[end] = 0;
    }
}

unsafe fn interpret(p: &mut Program, vm: &mut EbpfVm<Context>, meter: u64, out: &mut Ended) {
    vm.registers[11] = p.executable.get_entrypoint_instruction_offset() as u64;
    vm.previous_instruction_meter = meter;
    vm.due_insn_count = 0;
    vm.program_result = ProgramResult::Ok(0);
    let registers = vm.registers;
    let mut interpreter = Interpreter::new(vm, &p.executable, registers, &mut p.frames);
    while interpreter.step() {}
    out.registers.copy_from_slice(&interpreter.reg[..11]);
    let due = vm.due_insn_count;
    vm.context().consume(due);
}

/// Runs a program once. With `compiled`, of the registers only r0 of a program that ended well is
/// told.
#[no_mangle]
pub unsafe extern "C" fn sbpf_peer_run(program: *mut Program, run: *const Run, out: *mut Ended) {
    let (p, run, out) = (&mut *program, &*run, &mut *out);
    out.fault = 0;
    out.text[0] = 0;
    let memory = match memory(p, run) {
        Ok(m) => m,
        Err(_) => {
            out.fault = 98;
            return;
        }
    };
    let mut context = Context { remaining: run.meter, memory };
    let version = p.executable.get_sbpf_version();
    let loader = p.executable.get_loader().clone();
    let mut vm = EbpfVm::new(loader, version, &mut context, STACK_BYTES);
    vm.registers[..10].copy_from_slice(&run.registers);
    let result = if run.compiled {
        vm.execute_program(&p.executable, &mut ExecutionMode::Jit, &mut p.frames).1
    } else {
        interpret(p, &mut vm, run.meter, out);
        std::mem::replace(&mut vm.program_result, ProgramResult::Ok(0))
    };
    drop(vm);
    match result {
        ProgramResult::Ok(r0) => out.registers[0] = r0,
        ProgramResult::Err(e) => put_error(out, &e),
    }
    out.meter = context.remaining;
}

/// What the benchmarks time: runs a program `times` times in its compiled form or in the crate's own
/// loop. Returns r0 of the last run and sets `used` to the instructions of one run.
#[no_mangle]
pub unsafe extern "C" fn sbpf_peer_bench(
    program: *mut Program,
    run: *const Run,
    times: usize,
    used: *mut u64,
) -> u64 {
    let (p, run) = (&mut *program, &*run);
    let mut r0 = 0;
    for _ in 0..times {
        // As Agave does with the memory that it takes from its pool.
        std::ptr::write_bytes(run.stack, 0, STACK_BYTES);
        std::ptr::write_bytes(run.heap, 0, run.heap_bytes);
        let Ok(memory) = memory(p, run) else { return 0 };
        let mut context = Context { remaining: run.meter, memory };
        let version = p.executable.get_sbpf_version();
        let loader = p.executable.get_loader().clone();
        let mut vm = EbpfVm::new(loader, version, &mut context, STACK_BYTES);
        vm.registers[..10].copy_from_slice(&run.registers);
        let mut mode =
            if run.compiled { ExecutionMode::Jit } else { ExecutionMode::Interpreted };
        let (count, result) = vm.execute_program(&p.executable, &mut mode, &mut p.frames);
        *used = count;
        r0 = match result {
            ProgramResult::Ok(r0) => r0,
            ProgramResult::Err(_) => u64::MAX,
        };
    }
    r0
}
