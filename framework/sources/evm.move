/// EVM Communication Module.
///
/// Starts calls of contracts in the EVM. A call is a message: it runs after the current transaction's own execution has
/// succeeded, in the order in which messages were started, in the same block. docs/cross-vm.md has the rules.
module aptos_framework::evm {
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

    /// Starts a call of an EVM contract's function.
    ///
    ///  * `account`: whose alias is `msg.sender` there.
    ///  * `to`: the contract; an EVM address stands in the last 20 bytes behind zeros.
    ///  * `fn_abi`: the function's ABI signature, for example `transfer(address,uint256)`.
    ///  * `calldata`: the one argument, or a struct whose fields are the arguments in order.
    ///
    /// Aborts with 0x10001 (invalid argument) if the value does not fit the signature.
    native public fun evm<T>(account: &signer, to: address, fn_abi: vector<u8>, calldata: &T);

    /// The Move alias of an EVM address (its last 20 bytes count).
    native public fun alias_of_evm(evm: address): address;

    /// The EVM alias of a Move address, in the last 20 bytes.
    native public fun alias_of_move(account: address): address;

    /// The actor behind an alias: 0 and its EVM address, or 1 and its Move address. An address that is no alias is its own.
    native public fun home_of(account: address): (u8, address);
}
