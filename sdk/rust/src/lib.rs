//! Calls and messages from a Solana program to the EVM and the Move VM of a Tern chain.
//!
//! The messenger program takes instructions for both: a *call* runs at once, in the middle of the
//! instruction, and its outcome is the return data; a *message* is queued and runs when the
//! transaction has done its own work. `docs/cross-vm.md` has the rules.
//!
//! ```no_run
//! # use solana_pubkey::Pubkey;
//! # fn process(sender: &Pubkey, token: [u8; 20], account_infos: &[solana_account_info::AccountInfo]) -> Result<(), u64> {
//! use tern_messenger::{sync_evm, Outcome, Sync};
//!
//! let call = sync_evm(sender, &token, &[0x18, 0x16, 0x0d, 0xdd], &Sync::default()); // totalSupply()
//! solana_cpi::invoke(&call, account_infos).map_err(u64::from)?;
//! match Outcome::last() {
//!     Some(Outcome::Returned { data, .. }) => assert_eq!(data.len(), 32),
//!     Some(Outcome::Failed { reason, .. }) => return Err(reason.into()),
//!     None => unreachable!("the messenger always answers"),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Account 0 is the sender and signs: a wallet, or an address derived from the calling program's
//! own id (`solana_cpi::invoke_signed`). The caller must have the messenger among its accounts.
//! Accounts that a call may change when it comes back to the SVM, and that are accounts of the
//! calling program, are to be named as well, writable: [`may_write`].

use solana_instruction::{AccountMeta, Instruction};
use solana_pubkey::Pubkey;

/// The messenger program.
pub const MESSENGER: Pubkey =
    Pubkey::from_str_const("TernMessenger111111111111111111111111111111");

/// A function of a Move module.
#[derive(Clone, Copy, Debug)]
pub struct Function<'a> {
    pub address: [u8; 32],
    pub module: &'a str,
    /// Its name; with ABI arguments also with their types: `transfer(bytes32,uint64)`.
    pub function: &'a str,
    /// `""`, or `"0x1::aptos_coin::AptosCoin, u64"`.
    pub type_args: &'a str,
}

/// A Move function's arguments behind its signers.
#[derive(Clone, Copy, Debug)]
pub enum Args<'a> {
    /// One ABI encoding of all.
    Abi(&'a [u8]),
    /// The BCS of each.
    Bcs(&'a [&'a [u8]]),
}

/// How a call is made. The default: with no value, on what compute units there are but for a 64th,
/// failing into the outcome.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sync {
    /// A call that fails ends the transaction.
    pub must: bool,
    /// Nothing may be written, in any machine.
    pub read_only: bool,
    /// The results of a Move function as BCS, one after the other, not ABI-encoded.
    pub raw: bool,
    /// **Dangerous**: when the callee calls back into the SVM it acts as the sender itself.
    pub home_authority: bool,
    /// Compute units that it may use at most; 0: no such limit.
    pub units: u64,
    /// Lamports that the sender pays to the callee.
    pub value: u64,
}

/// What becomes of a message that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFail {
    /// It is kept, and can be retried.
    #[default]
    Keep = 0,
    /// It is forgotten.
    Drop = 1,
    /// Its value goes back at once.
    Refund = 2,
    /// As `Refund`, and the callback is called with what it failed of.
    Callback = 3,
    /// The whole transaction is undone, if [`make_atomic`] is an instruction of its own.
    RevertTx = 4,
}

/// An instruction that tells what has become of a message. Its account 0 is an address of the
/// messenger that nobody else can sign as, with the seeds `"callback"`, the program's id and the message's sender: look for that of your own sender, for others choose what stands in front; behind `data` stands what `docs/cross-vm.md` has as `Told`, in Borsh.
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    pub program: Pubkey,
    /// Accounts behind account 0, and whether they may be written. None of them signs.
    pub accounts: &'a [(Pubkey, bool)],
    /// What stands in front: the program's own name for the instruction, say.
    pub data: &'a [u8],
}

/// How a message is sent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Send<'a> {
    pub on_fail: OnFail,
    /// Anybody may retry it.
    pub open_retry: bool,
    /// The callback is called when the message has run, too.
    pub on_success: bool,
    /// Seconds since the epoch; 0: the longest.
    pub deadline: u64,
    /// EVM gas to reserve for the message and for its callback; 0: they run on what is left.
    pub gas: u64,
    pub callback_gas: u64,
    /// Lamports to send along.
    pub value: u64,
    /// Who gets them back, if not the sender.
    pub refund_to: Option<[u8; 32]>,
    pub callback: Option<Callback<'a>>,
}

enum Tag {
    CallEvm = 0,
    CallMove = 1,
    SendEvm = 3,
    SendMove = 4,
    Retry = 6,
    Cancel = 7,
    SyncEvm = 10,
    SyncMove = 11,
    Sweep = 12,
    MakeAtomic = 13,
}

/* ---- Instructions */

/// Calls the contract `to` at once, with selector and ABI-encoded arguments.
pub fn sync_evm(sender: &Pubkey, to: &[u8; 20], data: &[u8], how: &Sync) -> Instruction {
    let mut w = to_evm(Tag::SyncEvm, to, data);
    w.sync(&Sync { raw: false, ..*how });
    w.instruction(sender, how.value > 0)
}

/// Calls a Move function at once; its signers are the sender's alias.
pub fn sync_move(sender: &Pubkey, f: &Function, args: Args, how: &Sync) -> Instruction {
    let mut w = to_move(Tag::SyncMove, f, args);
    w.sync(how);
    w.instruction(sender, how.value > 0)
}

/// Brings home what the sender's alias holds in another machine (0: the EVM, 1: Move). The outcome's
/// data are the lamports that have come, as a little-endian `u64`.
pub fn sweep(sender: &Pubkey, machine: u8) -> Instruction {
    let mut w = Writer::new(Tag::Sweep);
    w.0.push(machine);
    w.instruction(sender, true)
}

/// Queues a message to a contract.
pub fn call_evm(sender: &Pubkey, to: &[u8; 20], data: &[u8]) -> Instruction {
    to_evm(Tag::CallEvm, to, data).instruction(sender, false)
}

/// Queues a message to a Move function.
pub fn call_move(sender: &Pubkey, f: &Function, args: Args) -> Instruction {
    to_move(Tag::CallMove, f, args).instruction(sender, false)
}

/// Queues a message to a contract, with options.
pub fn send_evm(sender: &Pubkey, to: &[u8; 20], data: &[u8], how: &Send) -> Instruction {
    let mut w = to_evm(Tag::SendEvm, to, data);
    w.send(how);
    w.instruction(sender, how.value > 0)
}

/// Queues a message to a Move function, with options.
pub fn send_move(sender: &Pubkey, f: &Function, args: Args, how: &Send) -> Instruction {
    let mut w = to_move(Tag::SendMove, f, args);
    w.send(how);
    w.instruction(sender, how.value > 0)
}

/// One more attempt at a kept message.
pub fn retry(sender: &Pubkey, id: &[u8; 32]) -> Instruction {
    request(Tag::Retry, id).instruction(sender, false)
}

/// Gives a kept message up.
pub fn cancel(sender: &Pubkey, id: &[u8; 32]) -> Instruction {
    request(Tag::Cancel, id).instruction(sender, false)
}

/// Makes the tail of the transaction atomic: an instruction of the transaction's own, in front of
/// those that send messages with [`OnFail::RevertTx`].
pub fn make_atomic() -> Instruction {
    Instruction { program_id: MESSENGER, accounts: vec![], data: Writer::new(Tag::MakeAtomic).0 }
}

/// Names an account that a call may change when it comes back to the SVM.
pub fn may_write(mut call: Instruction, account: &Pubkey) -> Instruction {
    call.accounts.push(AccountMeta::new(*account, false));
    call
}

/* ---- What comes back */

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// `data`: what the contract returned, or the Move function's results. `cut`: there was more
    /// than return data can hold.
    Returned { data: Vec<u8>, cut: bool },
    /// `reason`: 1 gas, 2 reverted, 3 malformed, 4 target, … (`docs/cross-vm.md`). `code`: of an
    /// abort in Move. `data`: what a contract reverted with; else a text.
    Failed { reason: u8, code: u64, data: Vec<u8>, cut: bool },
}

impl Outcome {
    /// Reads return data; `None` if it is not the messenger's, or not a call's.
    pub fn of(program: &Pubkey, data: &[u8]) -> Option<Self> {
        let (&status, rest) = data.split_first()?;
        let (reason, cut) = (status & 0x7f, status & 0x80 != 0);
        if *program != MESSENGER {
            return None;
        }
        if reason == 0 {
            return Some(Self::Returned { data: rest.to_vec(), cut });
        }
        let (code, rest) = rest.split_at_checked(8)?;
        let code = u64::from_le_bytes(code.try_into().ok()?);
        Some(Self::Failed { reason, code, data: rest.to_vec(), cut })
    }

    /// Of the call that was invoked last.
    pub fn last() -> Option<Self> {
        let (program, data) = solana_cpi::get_return_data()?;
        Self::of(&program, &data)
    }
}

/// The id of the message that was started last; `None` if another program has returned something
/// since.
pub fn message_id() -> Option<[u8; 32]> {
    let (program, data) = solana_cpi::get_return_data()?;
    (program == MESSENGER).then(|| data.try_into().ok())?
}

/* ---- Borsh */

struct Writer(Vec<u8>);

impl Writer {
    fn new(tag: Tag) -> Self {
        Self(vec![tag as u8])
    }

    fn vector(&mut self, bytes: &[u8]) {
        self.0.extend((bytes.len() as u32).to_le_bytes());
        self.0.extend(bytes);
    }

    fn sync(&mut self, how: &Sync) {
        let flags = [(how.home_authority, 1), (how.raw, 2), (how.must, 4), (how.read_only, 8)];
        self.0.push(flags.iter().map(|(set, flag)| u8::from(*set) * flag).sum());
        self.0.extend(how.units.to_le_bytes());
        self.0.extend(how.value.to_le_bytes());
    }

    fn send(&mut self, how: &Send) {
        self.0.extend([how.on_fail as u8, how.open_retry.into()]);
        self.0.extend(how.deadline.to_le_bytes());
        self.0.extend(how.gas.to_le_bytes());
        self.0.extend(how.value.to_le_bytes());
        self.0.push(how.refund_to.is_some().into());
        self.0.extend(how.refund_to.iter().flatten());
        self.0.push(how.callback.is_some().into());
        how.callback.iter().for_each(|callback| self.callback(callback));
        self.0.extend(how.callback_gas.to_le_bytes());
        self.0.push(how.on_success.into());
    }

    fn callback(&mut self, callback: &Callback) {
        self.0.extend(callback.program.as_ref());
        self.0.extend((callback.accounts.len() as u32).to_le_bytes());
        for (key, writable) in callback.accounts {
            self.0.extend(key.as_ref());
            self.0.push(u8::from(*writable) * 2);
        }
        self.vector(callback.data);
    }


    fn instruction(self, sender: &Pubkey, pays: bool) -> Instruction {
        let sender = AccountMeta { pubkey: *sender, is_signer: true, is_writable: pays };
        Instruction { program_id: MESSENGER, accounts: vec![sender], data: self.0 }
    }
}

fn to_evm(tag: Tag, to: &[u8; 20], data: &[u8]) -> Writer {
    let mut w = Writer::new(tag);
    w.0.extend(to);
    w.vector(data);
    w
}

fn to_move(tag: Tag, f: &Function, args: Args) -> Writer {
    let mut w = Writer::new(tag);
    w.0.extend(f.address);
    w.vector(f.module.as_bytes());
    w.vector(f.function.as_bytes());
    w.vector(f.type_args.as_bytes());
    match args {
        Args::Abi(data) => {
            w.0.push(0);
            w.vector(data);
        }
        Args::Bcs(list) => {
            w.0.push(1);
            w.0.extend((list.len() as u32).to_le_bytes());
            list.iter().for_each(|value| w.vector(value));
        }
    }
    w
}

fn request(tag: Tag, id: &[u8; 32]) -> Writer {
    let mut w = Writer::new(tag);
    w.0.extend(id);
    w
}
