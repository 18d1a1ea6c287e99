/// Solana Communication Module.
///
/// Runs instructions of programs in the Solana VM, in two ways. `call` and `send` start a message: it runs after the
/// current transaction's own execution has succeeded, in the order in which messages were started, in the same block.
/// `invoke` and `try_invoke` are synchronous: they come back with the return data. docs/cross-vm.md has the rules.
module aptos_framework::svm {
    use std::signer;
    use aptos_framework::evm::{Self, Options};

    /// The message cannot be started: its accounts and data are too long.
    const EINVALID_CALL: u64 = 1;
    /// A synchronous call has failed; the abort's message says why.
    const ECALL_FAILED: u64 = 8;

    /// An account of an instruction, as in `AccountMeta` of Solana's SDKs.
    struct AccountMeta has copy, drop, store {
        /// The account's key.
        pubkey: address,
        /// It has signed. Only the caller's alias may say so, and it signs wherever it is named.
        is_signer: bool,
        /// The program may change it.
        is_writable: bool,
    }

    #[event]
    /// The message as an event. It is written by the machine when `call` is called, and by nothing else.
    struct Call has drop, store {
        sender: address,
        program: address,
        metas: vector<AccountMeta>,
        data: vector<u8>,
    }

    #[event]
    /// The message as an event when `send` starts it.
    struct Send has drop, store {
        sender: address,
        program: address,
        metas: vector<AccountMeta>,
        data: vector<u8>,
        /// The message's id.
        id: vector<u8>,
        options: Options,
    }

    /// Starts an instruction of a Solana program.
    ///
    ///  * `account`: whose alias signs there, if `metas` name it: the program-derived address of the messenger program
    ///    with the seeds `"move"` and the account's address.
    ///  * `program`: the program's id.
    ///  * `metas`: the accounts that the instruction names, in order.
    ///  * `data`: the instruction's data.
    ///
    /// Aborts with 0x10001 (invalid argument) if it is longer than a message may be.
    native public fun call(account: &signer, program: address, metas: vector<AccountMeta>, data: vector<u8>);

    /// As `call`, with options; returns the message's id (32 bytes). Aborts as `0x1::evm::send` does.
    public fun send(
        account: &signer, program: address, metas: vector<AccountMeta>, data: vector<u8>, options: Options
    ): vector<u8> {
        evm::hold(account, &options);
        send_internal(account, program, metas, data, &options)
    }

    native fun send_internal(
        account: &signer,
        program: address,
        metas: vector<AccountMeta>,
        data: vector<u8>,
        options: &Options
    ): vector<u8>;

    /// Runs an instruction of a Solana program, and returns its return data.
    ///
    ///  * `account`: whose alias signs there, if `metas` name it.
    ///  * `program`: the program's id.
    ///  * `value`: octas, which are lamports there, to move from the account's balance to its alias first.
    ///  * `metas`: the accounts that the instruction names, in order.
    ///  * `data`: the instruction's data.
    ///
    /// Aborts with 0x70008 if it fails (it is undone then, in every machine); the abort's message says why. While it runs,
    /// the modules that wait here cannot be entered again.
    public fun invoke(
        account: &signer, program: address, value: u64, metas: vector<AccountMeta>, data: vector<u8>
    ): vector<u8> {
        invoke_internal(signer::address_of(account), program, value, metas, data, 0)
    }

    /// As `invoke`, but does not abort if it fails. Returns 0 and the return data, or one of the numbers of
    /// `0x1::evm::try_call` and a text: the program's error with the last lines of its log. The numbers 4 (there is no
    /// such program) and 11 (it waits for a call itself) are possible too. A failed call has changed nothing.
    public fun try_invoke(
        account: &signer, program: address, value: u64, metas: vector<AccountMeta>, data: vector<u8>
    ): (u8, vector<u8>) {
        try_invoke_internal(signer::address_of(account), program, value, metas, data, 0)
    }

    /// Runs an instruction in which nothing can be written, in any machine, and for which nobody signs. No account may be
    /// writable. Everything else is as in `invoke`.
    public fun view(program: address, metas: vector<AccountMeta>, data: vector<u8>): vector<u8> {
        invoke_internal(@0x0, program, 0, metas, data, evm::read_only())
    }

    /// As `invoke`, with flags: 0 or `0x1::evm::home_authority()`.
    public fun invoke_with(
        account: &signer, program: address, value: u64, metas: vector<AccountMeta>, data: vector<u8>, flags: u8
    ): vector<u8> {
        evm::check_flags(flags);
        invoke_internal(signer::address_of(account), program, value, metas, data, flags)
    }

    /// As `try_invoke`, with flags.
    public fun try_invoke_with(
        account: &signer, program: address, value: u64, metas: vector<AccountMeta>, data: vector<u8>, flags: u8
    ): (u8, vector<u8>) {
        evm::check_flags(flags);
        try_invoke_internal(signer::address_of(account), program, value, metas, data, flags)
    }

    native fun invoke_internal(
        sender: address, program: address, value: u64, metas: vector<AccountMeta>, data: vector<u8>, flags: u8
    ): vector<u8>;

    native fun try_invoke_internal(
        sender: address, program: address, value: u64, metas: vector<AccountMeta>, data: vector<u8>, flags: u8
    ): (u8, vector<u8>);

    /// Brings home the lamports that the account's Solana alias holds; returns how many octas have come to the account.
    /// Aborts with 0x70008 if that cannot be; the abort's message says why.
    public fun sweep(account: &signer): u64 { evm::sweep_solana(account) }

    /// An account of an instruction.
    public fun account_meta(pubkey: address, is_signer: bool, is_writable: bool): AccountMeta {
        AccountMeta { pubkey, is_signer, is_writable }
    }

    /// An account that the program may change.
    public fun writable(pubkey: address): AccountMeta {
        AccountMeta { pubkey, is_signer: false, is_writable: true }
    }

    /// An account that the program may only read.
    public fun readonly(pubkey: address): AccountMeta {
        AccountMeta { pubkey, is_signer: false, is_writable: false }
    }

    public fun pubkey(self: &AccountMeta): address { self.pubkey }

    public fun is_signer(self: &AccountMeta): bool { self.is_signer }

    public fun is_writable(self: &AccountMeta): bool { self.is_writable }

    /// The options of `0x1::evm`: those of a message to any machine. What `call` does.
    public fun options(): Options { evm::options() }

    /// The policy for a failed message: it stays pending.
    public fun keep(): u8 { evm::keep() }

    /// The policy for a failed message: it is gone for good.
    public fun drop(): u8 { evm::drop() }

    /// The policy for a failed message: its value goes back at once.
    public fun refund(): u8 { evm::refund() }

    /// The policy for a failed message: its value goes back at once, and the callback is called.
    public fun call_back(): u8 { evm::call_back() }

    /// The policy for a failed message: the whole transaction is undone, if its root frame has called
    /// `evm::make_atomic`.
    public fun revert_tx(): u8 { evm::revert_tx() }

    /// The Solana alias of an EVM address (its last 20 bytes count).
    native public fun alias_of_evm(evm: address): address;

    /// The Solana alias of a Move address: what `call` signs with for that account.
    native public fun alias_of_move(account: address): address;

    /// The Move alias of a Solana key.
    native public fun alias_of_key(key: address): address;
}
