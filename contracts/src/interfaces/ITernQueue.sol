// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ISolanaVM} from "./ISolanaVM.sol";

/// @title ITernQueue
/// @notice Messages with options, and what can be done with a message that failed and was kept.
interface ITernQueue {
    /// @notice What becomes of a message that fails.
    enum OnFail {
        /// It stays pending: it can be retried and cancelled until its deadline.
        KEEP,
        /// It is gone for good.
        DROP,
        /// Its value goes back at once. Not supported yet.
        REFUND,
        /// The sender is called with the status and the error. Not supported yet.
        CALLBACK,
        /// The whole transaction is undone. Not supported yet.
        REVERT_TX
    }

    /// @notice How a message is to run. All zeros is what `MoveVM.call` and `SolanaVM.call` do. An option that is not
    ///         supported yet is refused with `OptionNotSupported`, never ignored.
    struct Options {
        OnFail onFail;
        /// Anybody may retry the message, whatever it failed for.
        bool openRetry;
        /// Until when (`block.timestamp`) a kept message can be retried: at most, and if zero, 7 days from now.
        uint64 deadline;
        /// Gas to reserve for the message; zero: it runs on what is left. Not supported yet.
        uint64 gasLimit;
        /// Who gets back gas and value; zero: the sender. Not supported yet.
        address refundTo;
        /// A function of the sender, `f(bytes32 id, bool ok, bytes result)`, called with the result. Not supported yet.
        bytes4 callback;
        /// Gas to reserve for the callback. Not supported yet.
        uint64 callbackGas;
    }

    /// @notice The option named `option` must be zero for now; `value` stands for `msg.value`.
    error OptionNotSupported(string option);

    /// @notice The deadline has passed, or is later than `latest`.
    error DeadlineOutOfRange(uint64 deadline, uint64 latest);

    /// @notice A message to the Move VM, as `MoveVM.Call`, with its id and options.
    event Send(
        address indexed sender,
        bytes32 indexed id,
        bytes moduleAddress,
        bytes moduleId,
        bytes functionId,
        bytes callData,
        bytes generics,
        Options options
    );

    /// @notice A message to the Solana VM, as `SolanaVM.Call`, with its id and options.
    event SendSolana(
        address indexed sender,
        bytes32 indexed id,
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
    ///         lack of gas, or if the sender said `openRetry`. What becomes of it is shown by `tern_getMessage`.
    function retry(bytes32 id) external;

    /// @notice Cancels the message `id`. Only its sender may.
    function cancel(bytes32 id) external;
}
