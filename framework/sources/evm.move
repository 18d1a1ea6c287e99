/// EVM Communication Module.
///
/// Starts calls of contracts in the EVM. A call is a message: it runs after the current transaction's own execution has
/// succeeded, in the order in which messages were started, in the same block. docs/cross-vm.md has the rules.
module aptos_framework::evm {
    use std::error;
    use aptos_framework::timestamp;

    friend aptos_framework::svm;

    /// What becomes of a message that fails: it stays pending, and can be retried and cancelled until its deadline.
    const ON_FAIL_KEEP: u8 = 0;
    /// It is gone for good.
    const ON_FAIL_DROP: u8 = 1;

    const LONGEST_SECS: u64 = 7 * 24 * 3600;

    /// The value does not fit the signature.
    const EINVALID_CALL_DATA: u64 = 1;
    /// There is no such policy: keep() and drop() are what `on_fail` may be; others are not supported yet.
    const EON_FAIL_NOT_SUPPORTED: u64 = 2;
    /// The deadline has passed, or is later than 7 days from now.
    const EDEADLINE_OUT_OF_RANGE: u64 = 3;
    /// Value cannot be sent along yet.
    const EVALUE_NOT_SUPPORTED: u64 = 4;
    /// Gas cannot be reserved for a message yet.
    const EGAS_NOT_SUPPORTED: u64 = 5;
    /// Nobody but the sender can be refunded yet.
    const EREFUND_TO_NOT_SUPPORTED: u64 = 6;
    /// There are no callbacks yet.
    const ECALLBACK_NOT_SUPPORTED: u64 = 7;

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
        on_fail: u8,
        open_retry: bool,
        deadline: u64,
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

    /// As `evm`, with options; returns the message's id (32 bytes).
    ///
    /// Aborts with 0xC000x (not implemented) if an option is not supported yet, and with 0x10003 (invalid argument) if
    /// the deadline has passed or is later than 7 days from now.
    public fun send<T>(
        account: &signer, to: address, fn_abi: vector<u8>, calldata: &T, options: Options
    ): vector<u8> {
        let (on_fail, open_retry, deadline) = checked(options);
        send_internal(account, to, fn_abi, calldata, on_fail, open_retry, deadline)
    }

    /// What of the options messages have today; aborts as `send` does if they ask for more.
    public(friend) fun checked(options: Options): (u8, bool, u64) {
        assert!(options.on_fail <= ON_FAIL_DROP, error::not_implemented(EON_FAIL_NOT_SUPPORTED));
        assert!(options.value == 0, error::not_implemented(EVALUE_NOT_SUPPORTED));
        assert!(options.gas == 0, error::not_implemented(EGAS_NOT_SUPPORTED));
        assert!(options.refund_to == @0x0, error::not_implemented(EREFUND_TO_NOT_SUPPORTED));
        assert!(
            std::vector::is_empty(&options.callback) && options.callback_gas == 0,
            error::not_implemented(ECALLBACK_NOT_SUPPORTED)
        );
        let now = timestamp::now_seconds();
        assert!(
            options.deadline == 0 || (options.deadline >= now && options.deadline <= now + LONGEST_SECS),
            error::invalid_argument(EDEADLINE_OUT_OF_RANGE)
        );
        (options.on_fail, options.open_retry, options.deadline)
    }

    native fun send_internal<T>(
        account: &signer, to: address, fn_abi: vector<u8>, calldata: &T, on_fail: u8, open_retry: bool, deadline: u64
    ): vector<u8>;

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
        }
    }

    /// The policy for a failed message: it stays pending.
    public fun keep(): u8 { ON_FAIL_KEEP }

    /// The policy for a failed message: it is gone for good.
    public fun drop(): u8 { ON_FAIL_DROP }

    /// What becomes of the message if it fails: `keep()` or `drop()`.
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

    /// Octas to send along. Not supported yet.
    public fun with_value(self: Options, octas: u64): Options {
        self.value = octas;
        self
    }

    /// EVM gas to reserve for the message. Not supported yet.
    public fun with_gas(self: Options, gas: u64): Options {
        self.gas = gas;
        self
    }

    /// Who gets back gas and value. Not supported yet.
    public fun with_refund_to(self: Options, refund_to: address): Options {
        self.refund_to = refund_to;
        self
    }

    /// A public function of the sender's, `0x1::module::function`, called with the result. Not supported yet.
    public fun with_callback(self: Options, function: vector<u8>, gas: u64): Options {
        self.callback = function;
        self.callback_gas = gas;
        self
    }

    /// The Move alias of an EVM address (its last 20 bytes count).
    native public fun alias_of_evm(evm: address): address;

    /// The EVM alias of a Move address, in the last 20 bytes.
    native public fun alias_of_move(account: address): address;

    /// The actor behind an alias: 0 and its EVM address, 1 and its Move address, or 2 and its Solana key. An address that
    /// is no alias is its own.
    native public fun home_of(account: address): (u8, address);
}
