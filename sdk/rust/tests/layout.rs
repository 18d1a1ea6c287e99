//! The instructions as Borsh's own derive writes the types of docs/cross-vm.md.
use borsh::BorshSerialize;
use solana_pubkey::Pubkey;
use tern_messenger::*;

#[derive(BorshSerialize)]
enum Arguments {
    Abi(Vec<u8>),
    Bcs(Vec<Vec<u8>>),
}

#[derive(BorshSerialize)]
struct ToEvm {
    to: [u8; 20],
    data: Vec<u8>,
}

#[derive(BorshSerialize)]
struct ToMove {
    module_address: [u8; 32],
    module: String,
    function: String,
    type_args: String,
    args: Arguments,
}

#[derive(BorshSerialize)]
struct Options {
    on_fail: u8,
    open_retry: bool,
    deadline: u64,
    gas: u64,
    value: u64,
    refund_to: Option<[u8; 32]>,
    callback: Option<Told>,
    callback_gas: u64,
    on_success: bool,
}

#[derive(BorshSerialize)]
struct Told {
    program: [u8; 32],
    accounts: Vec<([u8; 32], u8)>,
    data: Vec<u8>,
}

#[derive(BorshSerialize)]
struct How {
    flags: u8,
    units: u64,
    value: u64,
}

const SENDER: Pubkey = Pubkey::new_from_array([7; 32]);

fn bytes(tag: u8, fields: impl BorshSerialize) -> Vec<u8> {
    borsh::to_vec(&(tag, fields)).unwrap()
}

fn to_evm() -> ToEvm {
    ToEvm { to: [9; 20], data: vec![1, 2, 3] }
}

fn to_move(args: Arguments) -> ToMove {
    let [module, function, type_args] = ["coin", "transfer", "u8"].map(String::from);
    ToMove { module_address: [5; 32], module, function, type_args, args }
}

const TRANSFER: Function =
    Function { address: [5; 32], module: "coin", function: "transfer", type_args: "u8" };

#[test]
fn messages() {
    let options = || Options {
        on_fail: 1,
        open_retry: true,
        deadline: 77,
        gas: 0,
        value: 0,
        refund_to: None,
        callback: None,
        callback_gas: 0,
        on_success: false,
    };
    let how =
        Send { on_fail: OnFail::Drop, open_retry: true, deadline: 77, ..Send::default() };
    let (list, abi): ([&[u8]; 2], &[u8]) = ([&[1], &[2, 3]], &[4, 4]);
    let bcs = || to_move(Arguments::Bcs(vec![vec![1], vec![2, 3]]));
    assert_eq!(call_evm(&SENDER, &[9; 20], &[1, 2, 3]).data, bytes(0, to_evm()));
    assert_eq!(call_move(&SENDER, &TRANSFER, Args::Bcs(&list)).data, bytes(1, bcs()));
    assert_eq!(send_evm(&SENDER, &[9; 20], &[1, 2, 3], &how).data, bytes(3, (to_evm(), options())));
    assert_eq!(
        send_move(&SENDER, &TRANSFER, Args::Abi(abi), &how).data,
        bytes(4, (to_move(Arguments::Abi(abi.to_vec())), options()))
    );
    assert_eq!(retry(&SENDER, &[3; 32]).data, bytes(6, [3u8; 32]));
    assert_eq!(cancel(&SENDER, &[3; 32]).data, bytes(7, [3u8; 32]));
}

#[test]
fn options() {
    let accounts = [(Pubkey::new_from_array([8; 32]), true), (SENDER, false)];
    let how = Send {
        on_fail: OnFail::Callback,
        on_success: true,
        gas: 50_000,
        callback_gas: 60_000,
        value: 9,
        refund_to: Some([4; 32]),
        callback: Some(Callback { program: SENDER, accounts: &accounts, data: &[1, 2] }),
        ..Send::default()
    };
    let options = Options {
        on_fail: 3,
        open_retry: false,
        deadline: 0,
        gas: 50_000,
        value: 9,
        refund_to: Some([4; 32]),
        callback: Some(Told {
            program: [7; 32],
            accounts: vec![([8; 32], 2), ([7; 32], 0)],
            data: vec![1, 2],
        }),
        callback_gas: 60_000,
        on_success: true,
    };
    let sent = send_evm(&SENDER, &[9; 20], &[1, 2, 3], &how);
    assert_eq!(sent.data, bytes(3, (to_evm(), options)));
    assert!(sent.accounts[0].is_writable);
    assert_eq!(make_atomic().data, [13]);
}

#[test]
fn calls() {
    let plain = How { flags: 0, units: 0, value: 0 };
    let call = sync_evm(&SENDER, &[9; 20], &[1, 2, 3], &Sync::default());
    assert_eq!(call.data, bytes(10, (to_evm(), plain)));
    assert_eq!(call.program_id, MESSENGER);
    assert!(call.accounts[0].is_signer && !call.accounts[0].is_writable);
    let all = Sync { must: true, read_only: true, raw: true, home_authority: true, units: 5, value: 6 };
    let call = sync_move(&SENDER, &TRANSFER, Args::Abi(&[]), &all);
    let how = How { flags: 15, units: 5, value: 6 };
    assert_eq!(call.data, bytes(11, (to_move(Arguments::Abi(vec![])), how)));
    assert!(call.accounts[0].is_writable);
    for (sync, flag) in [
        (Sync { home_authority: true, ..Sync::default() }, 1),
        (Sync { raw: true, ..Sync::default() }, 2),
        (Sync { must: true, ..Sync::default() }, 4),
        (Sync { read_only: true, ..Sync::default() }, 8),
    ] {
        let call = sync_move(&SENDER, &TRANSFER, Args::Abi(&[]), &sync);
        assert_eq!(call.data[call.data.len() - 17], flag);
    }
    let home = sweep(&SENDER, 1);
    assert_eq!(home.data, bytes(12, 1u8));
    assert!(home.accounts[0].is_signer && home.accounts[0].is_writable);
    let call = may_write(call, &Pubkey::new_from_array([8; 32]));
    assert!(call.accounts[1].is_writable && !call.accounts[1].is_signer);
}

#[test]
fn outcomes() {
    let of = |data: &[u8]| Outcome::of(&MESSENGER, data);
    assert_eq!(of(&[0, 1, 2]), Some(Outcome::Returned { data: vec![1, 2], cut: false }));
    assert_eq!(of(&[0x80, 1]), Some(Outcome::Returned { data: vec![1], cut: true }));
    assert_eq!(
        of(&[2, 3, 1, 0, 0, 0, 0, 0, 0, b'x']),
        Some(Outcome::Failed { reason: 2, code: 259, data: vec![b'x'], cut: false })
    );
    assert_eq!(of(&[2, 3, 1]), None);
    assert_eq!(of(&[]), None);
    assert_eq!(Outcome::of(&SENDER, &[0]), None);
}
