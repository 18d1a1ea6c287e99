/// EVM Communication Module.
///
/// Calls contracts in the EVM, in two ways. `evm` and `send` start a message: it runs after the current transaction's own
/// execution has succeeded, in the order in which messages were started, in the same block. `call` and `try_call` are
/// synchronous: they come back with the result. docs/cross-vm.md has the rules.
module aptos_framework::evm {
    use std::error;
    use std::signer;
    use aptos_framework::aptos_coin::AptosCoin;
    use aptos_framework::coin;
    use aptos_framework::timestamp;

    friend aptos_framework::svm;

    /// What becomes of a message that fails: it stays pending, and can be retried and cancelled until its deadline.
    const ON_FAIL_KEEP: u8 = 0;
    /// It is gone for good.
    const ON_FAIL_DROP: u8 = 1;
    /// Its value goes back at once, and it is final.
    const ON_FAIL_REFUND: u8 = 2;
    /// As REFUND, and the callback is called with what it failed of.
    const ON_FAIL_CALLBACK: u8 = 3;
    /// The whole transaction is undone, but for its sequence number and fee.
    const ON_FAIL_REVERT_TX: u8 = 4;

    const LONGEST_SECS: u64 = 7 * 24 * 3600;

    /// Holds the value of messages that wait, as its alias in this machine: the genesis contract TernQueue.
    const QUEUE: address = @0x7e00000000000000000000000000000000000004;

    /// The value does not fit the signature, or an option does not fit: the message says which.
    const EINVALID_CALL_DATA: u64 = 1;
    /// There is no such policy: `on_fail` is keep(), drop(), refund(), call_back() or revert_tx().
    const EINVALID_ON_FAIL: u64 = 2;
    /// The deadline has passed, or is later than 7 days from now.
    const EDEADLINE_OUT_OF_RANGE: u64 = 3;
    /// There is a callback that nothing calls, none where one is to be called, or gas for none.
    const ECALLBACK_MISMATCH: u64 = 4;

    /// A synchronous call has failed; the abort's message says why.
    const ECALL_FAILED: u64 = 8;
    /// What the contract returned is no value of the type that was asked for.
    const EOTHER_RESULT: u64 = 9;
    /// There is no such flag.
    const ENO_SUCH_FLAG: u64 = 10;

    /// While the call runs, a synchronous call by the account's alias back into Move acts as the account itself.
    const HOME_AUTHORITY: u8 = 1;
    /// Nothing can be written in any machine while the call runs. Not one for callers: `view` sets it.
    const READ_ONLY: u8 = 2;

    #[event]
    /// The message as an event. It is written by the machine when `evm` is called, and by nothing else.
    struct Call has drop, store {
        sender: address,
        /// The contract, in the last 20 bytes.
        to: address,
        fn_abi: vector<u8>,
        /// Selector and ABI-encoded arguments.
        call_data: vector<u8>,
    }

    #[event]
    /// The message as an event when `send` starts it.
    struct Send has drop, store {
        sender: address,
        to: address,
        fn_abi: vector<u8>,
        call_data: vector<u8>,
        /// The message's id.
        id: vector<u8>,
        options: Options,
    }

    /// How a message is to run, to whatever machine: `options()` is what `evm` does, the functions `with_..` change it.
    struct Options has copy, drop, store {
        on_fail: u8,
        open_retry: bool,
        deadline: u64,
        value: u64,
        gas: u64,
        refund_to: address,
        callback: vector<u8>,
        callback_gas: u64,
        on_success: bool,
    }

    /// What a callback is given: what has become of a message. The machine makes it when it calls one, and nothing else
    /// can: who holds an `Outcome` holds the truth about the message that it names. Whether that is a message of
    /// one's own is told by its id alone.
    struct Outcome has drop {
        id: vector<u8>,
        failure: u8,
        code: u64,
        data: vector<u8>,
        error: vector<u8>,
    }

    /// Starts a call of an EVM contract's function.
    ///
    ///  * `account`: whose alias is `msg.sender` there.
    ///  * `to`: the contract; an EVM address stands in the last 20 bytes behind zeros.
    ///  * `fn_abi`: the function's ABI signature, for example `transfer(address,uint256)`.
    ///  * `calldata`: the one argument, or a struct whose fields are the arguments in order.
    ///
    /// Aborts with 0x10001 (invalid argument) if the value does not fit the signature.
    native public fun evm<T>(account: &signer, to: address, fn_abi: vector<u8>, calldata: &T);

    /// As `evm`, with options; returns the message's id (32 bytes). Value is taken from `account` at once.
    ///
    /// Aborts with 0x1000x (invalid argument) if an option does not fit; the machine says more in the abort's message.
    public fun send<T>(
        account: &signer, to: address, fn_abi: vector<u8>, calldata: &T, options: Options
    ): vector<u8> {
        hold(account, &options);
        send_internal(account, to, fn_abi, calldata, &options)
    }

    /// Checks the options, and takes the value that they send along into the queue's account.
    public(friend) fun hold(account: &signer, options: &Options) {
        assert!(options.on_fail <= ON_FAIL_REVERT_TX, error::invalid_argument(EINVALID_ON_FAIL));
        let now = timestamp::now_seconds();
        assert!(
            options.deadline == 0 || (options.deadline >= now && options.deadline <= now + LONGEST_SECS),
            error::invalid_argument(EDEADLINE_OUT_OF_RANGE)
        );
        let called = options.on_success || options.on_fail == ON_FAIL_CALLBACK;
        assert!(
            called != std::vector::is_empty(&options.callback) && (called || options.callback_gas == 0),
            error::invalid_argument(ECALLBACK_MISMATCH)
        );
        if (options.value > 0)
            coin::transfer<AptosCoin>(account, alias_of_evm(QUEUE), options.value);
    }

    native fun send_internal<T>(
        account: &signer, to: address, fn_abi: vector<u8>, calldata: &T, options: &Options
    ): vector<u8>;

    /// Makes the tail of this transaction atomic: if a message with the policy `revert_tx()` fails in it, everything is
    /// undone. Only the transaction's own entry function, or script, can say so: anywhere else it aborts with 0x50005
    /// (permission denied).
    native public fun make_atomic();

    /// What `evm` does: a message that fails is kept for 7 days, and runs on the gas that is left when its turn comes.
    public fun options(): Options {
        Options {
            on_fail: ON_FAIL_KEEP,
            open_retry: false,
            deadline: 0,
            value: 0,
            gas: 0,
            refund_to: @0x0,
            callback: vector[],
            callback_gas: 0,
            on_success: false,
        }
    }

    /// The policy for a failed message: it stays pending.
    public fun keep(): u8 { ON_FAIL_KEEP }

    /// The policy for a failed message: it is gone for good.
    public fun drop(): u8 { ON_FAIL_DROP }

    /// The policy for a failed message: its value goes back at once.
    public fun refund(): u8 { ON_FAIL_REFUND }

    /// The policy for a failed message: its value goes back at once, and the callback is called.
    public fun call_back(): u8 { ON_FAIL_CALLBACK }

    /// The policy for a failed message: the whole transaction is undone, if its root frame has called `make_atomic`.
    public fun revert_tx(): u8 { ON_FAIL_REVERT_TX }

    /// What becomes of the message if it fails: one of the policies.
    public fun with_on_fail(self: Options, on_fail: u8): Options {
        self.on_fail = on_fail;
        self
    }

    /// Anybody may retry the message, whatever it failed for.
    public fun with_open_retry(self: Options): Options {
        self.open_retry = true;
        self
    }

    /// Until when, in seconds since the epoch, a kept message can be retried: at most 7 days from now.
    public fun with_deadline(self: Options, deadline_secs: u64): Options {
        self.deadline = deadline_secs;
        self
    }

    /// Octas to send along: they are in the account of the sender's alias before the target runs.
    public fun with_value(self: Options, octas: u64): Options {
        self.value = octas;
        self
    }

    /// EVM gas to reserve for the message, its base charge included. It is taken from this transaction's gas at once;
    /// what the message does not use goes back to who pays.
    public fun with_gas(self: Options, gas: u64): Options {
        self.gas = gas;
        self
    }

    /// Who gets back the value, if not the sender.
    public fun with_refund_to(self: Options, refund_to: address): Options {
        self.refund_to = refund_to;
        self
    }

    /// A public function `0x1::module::function` that takes one `Outcome`: it is called if the policy is `call_back()`
    /// and the message fails. With EVM gas reserved for it, or 0.
    public fun with_callback(self: Options, function: vector<u8>, gas: u64): Options {
        self.callback = function;
        self.callback_gas = gas;
        self
    }

    /// Calls an EVM contract's function, and returns its result.
    ///
    ///  * `account`: whose alias is `msg.sender` there.
    ///  * `to`: the contract; an EVM address stands in the last 20 bytes behind zeros.
    ///  * `value`: octas, which are 10^9 wei each, to send along from the account's balance.
    ///  * `fn_abi`: the function's ABI signature, for example `balanceOf(address)`; the types of its results may follow,
    ///    `balanceOf(address)(uint256)`, and are then checked. Without a signature the argument is a `vector<u8>` that is
    ///    sent as it is.
    ///  * `calldata`: the one argument, or a struct whose fields are the arguments in order.
    ///  * `R`: the type of the one result: an integer, bool, address, vector, String, Option, Object, or fixed-point number.
    ///
    /// Aborts with 0x70008 if the call fails (it is undone then, in every machine), and with 0x30009 if its result is no
    /// `R`; the abort's message says more. While it runs, the modules that wait here cannot be entered again.
    public fun call<T, R>(account: &signer, to: address, value: u64, fn_abi: vector<u8>, calldata: &T): R {
        decode<R>(fn_abi, call_internal(signer::address_of(account), to, value, fn_abi, calldata, 0))
    }

    /// As `call`, but returns what the contract returned as it is: for `decode_2` and the like, or for a function whose
    /// result is nothing or not wanted.
    public fun call_raw<T>(account: &signer, to: address, value: u64, fn_abi: vector<u8>, calldata: &T): vector<u8> {
        call_internal(signer::address_of(account), to, value, fn_abi, calldata, 0)
    }

    /// As `call_raw`, but does not abort if the call fails. Returns 0 and what the contract returned, or
    ///
    ///  1. the gas was not enough
    ///  2. it reverted: what it reverted with
    ///  3. an argument cannot be converted
    ///  5. the alias's address is occupied
    ///  6. there are too many calls inside one another, or too many bytes
    ///  9. the value cannot be sent
    /// 10. something would be written in a view
    ///
    /// and, but for 2, a text. The other numbers are of calls to other machines. A failed call has changed nothing.
    public fun try_call<T>(
        account: &signer, to: address, value: u64, fn_abi: vector<u8>, calldata: &T
    ): (u8, vector<u8>) {
        try_call_internal(signer::address_of(account), to, value, fn_abi, calldata, 0)
    }

    /// Asks an EVM contract: a call in which nothing can be written, in any machine, and for which nobody need sign.
    /// `msg.sender` is the alias of 0x0. Everything else is as in `call`.
    public fun view<T, R>(to: address, fn_abi: vector<u8>, calldata: &T): R {
        decode<R>(fn_abi, call_internal(@0x0, to, 0, fn_abi, calldata, READ_ONLY))
    }

    /// As `view`, but returns what `try_call` does.
    public fun try_view<T>(to: address, fn_abi: vector<u8>, calldata: &T): (u8, vector<u8>) {
        try_call_internal(@0x0, to, 0, fn_abi, calldata, READ_ONLY)
    }

    /// As `call_raw`, with flags: 0 or `home_authority()`.
    public fun call_with<T>(
        account: &signer, to: address, value: u64, fn_abi: vector<u8>, calldata: &T, flags: u8
    ): vector<u8> {
        check_flags(flags);
        call_internal(signer::address_of(account), to, value, fn_abi, calldata, flags)
    }

    /// As `try_call`, with flags.
    public fun try_call_with<T>(
        account: &signer, to: address, value: u64, fn_abi: vector<u8>, calldata: &T, flags: u8
    ): (u8, vector<u8>) {
        check_flags(flags);
        try_call_internal(signer::address_of(account), to, value, fn_abi, calldata, flags)
    }

    /// The flag with which the callee may act as the account: while the call runs, a synchronous call by the account's
    /// alias back into Move acts as the account itself, and not as the alias's alias. Only for contracts that may do
    /// anything with the account.
    public fun home_authority(): u8 { HOME_AUTHORITY }

    public(friend) fun read_only(): u8 { READ_ONLY }

    public(friend) fun check_flags(flags: u8) {
        assert!(flags & HOME_AUTHORITY == flags, error::invalid_argument(ENO_SUCH_FLAG));
    }

    native fun call_internal<T>(
        sender: address, to: address, value: u64, fn_abi: vector<u8>, calldata: &T, flags: u8
    ): vector<u8>;

    native fun try_call_internal<T>(
        sender: address, to: address, value: u64, fn_abi: vector<u8>, calldata: &T, flags: u8
    ): (u8, vector<u8>);

    /// Brings home what the account's EVM alias holds, down to 10^9 wei: value that came with calls and was not spent, or
    /// that somebody sent there. Returns how many octas have come to the account. Aborts with 0x70008 if that cannot be;
    /// the abort's message says why.
    public fun sweep(account: &signer): u64 { sweep_internal(signer::address_of(account), 0) }

    /// The same from Solana, for `0x1::svm`.
    public(friend) fun sweep_solana(account: &signer): u64 { sweep_internal(signer::address_of(account), 2) }

    native fun sweep_internal(account: address, machine: u8): u64;

    /// The one result in what a contract returned. `types` is its ABI types in parentheses, `(address)`, or a function's
    /// ABI that ends so; without them the ABI type is the one of `R`: `uint64` for `u64`, `bytes` for `vector<u8>`,
    /// `bytes32` for `address`.
    ///
    /// Aborts with 0x30009 if the bytes are no ABI encoding of those types, or the value is no `R`.
    public fun decode<R>(types: vector<u8>, data: vector<u8>): R { decode_internal(types, data) }

    /// Two results: `let (a, b) = evm::decode_2<u64, bool>(b"", data)`.
    public fun decode_2<A, B>(types: vector<u8>, data: vector<u8>): (A, B) { decode_2_internal(types, data) }

    /// Three results.
    public fun decode_3<A, B, C>(types: vector<u8>, data: vector<u8>): (A, B, C) { decode_3_internal(types, data) }

    /// Four results.
    public fun decode_4<A, B, C, D>(types: vector<u8>, data: vector<u8>): (A, B, C, D) {
        decode_4_internal(types, data)
    }

    native fun decode_internal<R>(types: vector<u8>, data: vector<u8>): R;

    native fun decode_2_internal<A, B>(types: vector<u8>, data: vector<u8>): (A, B);

    native fun decode_3_internal<A, B, C>(types: vector<u8>, data: vector<u8>): (A, B, C);

    native fun decode_4_internal<A, B, C, D>(types: vector<u8>, data: vector<u8>): (A, B, C, D);
    /// The callback is called when the message has run, too.
    public fun with_on_success(self: Options): Options {
        self.on_success = true;
        self
    }

    /// The id of the message that the outcome is of.
    public fun id(self: &Outcome): vector<u8> { self.id }

    /// Has it run?
    public fun is_ok(self: &Outcome): bool { self.failure == 0 }

    /// Why it has failed: 0 not at all, 1 out of gas, 2 reverted, 3 malformed, and so on as docs/cross-vm.md has it.
    public fun failure(self: &Outcome): u8 { self.failure }

    /// A Solana program's own error; else 0.
    public fun code(self: &Outcome): u64 { self.code }

    /// What it returned: ABI-encoded by an EVM function, as it is by a Solana program. Of a contract that has reverted
    /// its revert data.
    public fun data(self: &Outcome): vector<u8> { self.data }

    /// What it failed of, as text in UTF-8.
    public fun error_text(self: &Outcome): vector<u8> { self.error }

    /// The Move alias of an EVM address (its last 20 bytes count).
    native public fun alias_of_evm(evm: address): address;

    /// The EVM alias of a Move address, in the last 20 bytes.
    native public fun alias_of_move(account: address): address;

    /// The actor behind an alias: 0 and its EVM address, 1 and its Move address, or 2 and its Solana key. An address that
    /// is no alias is its own.
    native public fun home_of(account: address): (u8, address);
}
