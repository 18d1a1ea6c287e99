// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ISolanaVM} from "./ISolanaVM.sol";

/// @title ITernQueue
/// @notice Messages with options, and what can be done with a message that failed and was kept.
interface ITernQueue {
    /// @notice What becomes of a message that fails. Its value is never lost: whatever ends a message that has not
    ///         run gives it back.
    enum OnFail {
        /// It stays pending, with its value: it can be retried and cancelled until its deadline.
        KEEP,
        /// It is gone for good.
        DROP,
        /// Its value goes back at once, and it is final. Without value, as DROP.
        REFUND,
        /// As REFUND, and `callback` is called with what it failed of.
        CALLBACK,
        /// The whole transaction is undone, but for nonce and fee. Only in a transaction whose root frame has said
        /// that its tail is atomic: see `makeAtomic`.
        REVERT_TX
    }

    /// @notice How a message is to run. All zeros is what `MoveVM.call` and `SolanaVM.call` do. `msg.value` is sent
    ///         along: it is held here until the message runs, and arrives in the account of the sender's alias before
    ///         the target does.
    struct Options {
        OnFail onFail;
        /// Anybody may retry the message, whatever it failed for.
        bool openRetry;
        /// Until when (`block.timestamp`) a kept message can be retried: at most, and if zero, 7 days from now.
        uint64 deadline;
        /// Gas to reserve for the message, its base charge included: it is taken from the caller's frame at once, and
        /// what the message does not use goes back to who pays for the transaction. Zero: it runs on what the
        /// transaction has left.
        uint64 gasLimit;
        /// Who gets back the value; zero: the sender.
        address refundTo;
        /// A function of the sender, `f(bytes32 id, bool ok, bytes data)`, which this contract calls: with the
        /// result, or with the error `CallFailed`. Set it if, and only if, `onFail` is CALLBACK or `onSuccess` is set.
        bytes4 callback;
        /// Gas to reserve for the callback, its base charge included.
        uint64 callbackGas;
        /// `callback` is called when the message has run, too.
        bool onSuccess;
    }

    /// @notice What a callback is given of a message that has failed.
    /// @param vm The target's machine: 1 Move, 2 SVM.
    /// @param reason Why, as `failure` of `tern_getMessage` in numbers: 1 out of gas, 2 reverted, 3 malformed, …
    /// @param code Move's abort code, or a Solana program's own error; else 0.
    error CallFailed(uint8 vm, uint8 reason, uint64 code, string message);

    /// @notice The deadline has passed, or is later than `latest`.
    error DeadlineOutOfRange(uint64 deadline, uint64 latest);

    /// @notice The other machines count in units of 10^9 wei, in 64 bits: this value has a remainder, or is too great.
    error ValueOutOfRange(uint256 value);

    /// @notice There is a callback that nothing calls, none where one is to be called, or gas for none.
    error CallbackMismatch();

    /// @notice A message, and a callback, needs at least `least` gas, its base charge.
    error GasBelowBase(uint64 least);

    /// @notice The frame has not as much gas to reserve: `left` is what it could give.
    error GasNotAvailable(uint64 wanted, uint64 left);

    /// @notice The transaction's root frame has not called `makeAtomic`; or this is not the root frame.
    error TailNotAtomic();

    /// @notice A message to the Move VM, as `MoveVM.Call`, with its id, value in wei and options.
    event Send(
        address indexed sender,
        bytes32 indexed id,
        uint256 indexed value,
        bytes moduleAddress,
        bytes moduleId,
        bytes functionId,
        bytes callData,
        bytes generics,
        Options options
    );

    /// @notice A message to the Solana VM, as `SolanaVM.Call`, with its id, value in wei and options.
    event SendSolana(
        address indexed sender,
        bytes32 indexed id,
        uint256 indexed value,
        bytes32 program,
        ISolanaVM.AccountMeta[] metas,
        bytes data,
        Options options
    );

    /// @notice Asks for one more attempt at a kept message. It runs at the end of this transaction's queue, on the gas
    ///         that is left then.
    /// @param sender Who asks (`msg.sender`).
    /// @param id The message's id, as shown by `tern_getMessages`.
    event Retry(address indexed sender, bytes32 indexed id);

    /// @notice Gives a kept message up: it can never run any more.
    /// @param sender Who asks (`msg.sender`).
    /// @param id The message's id.
    event Cancel(address indexed sender, bytes32 indexed id);

    /// @notice Starts a call of a public Move function, as `MoveVM.call` does, with options.
    /// @param options How it is to run; all zeros for the defaults.
    /// @return id The message's id, by which `tern_getMessage`, `retry` and `cancel` know it.
    function sendMove(
        bytes calldata moduleAddress,
        bytes calldata moduleId,
        bytes calldata functionId,
        bytes calldata callData,
        bytes calldata generics,
        Options calldata options
    ) external payable returns (bytes32 id);

    /// @notice Starts an instruction of a Solana program, as `SolanaVM.call` does, with options.
    /// @param options How it is to run; all zeros for the defaults.
    /// @return id The message's id, by which `tern_getMessage`, `retry` and `cancel` know it.
    function sendSolana(
        bytes32 program,
        ISolanaVM.AccountMeta[] calldata metas,
        bytes calldata data,
        Options calldata options
    ) external payable returns (bytes32 id);

    /// @notice Retries the message `id`. Its sender may always do so; anybody may if the last attempt failed only for
    ///         lack of gas, or if the sender said `openRetry`. Whoever asks for it after the deadline makes the message
    ///         expire, and its value go back. What becomes of it is shown by `tern_getMessage`.
    function retry(bytes32 id) external;

    /// @notice Cancels the message `id`: its value goes back. Only its sender may. After the deadline, as `retry`.
    function cancel(bytes32 id) external;

    /// @notice Makes the tail of this transaction atomic: if a message with REVERT_TX fails in it, everything is undone.
    ///         Only the contract that the transaction itself calls can say so, not one that is called by it. A
    ///         transaction that calls `sendMove` or `sendSolana` itself, with REVERT_TX, has said so by that.
    function makeAtomic() external;
}
