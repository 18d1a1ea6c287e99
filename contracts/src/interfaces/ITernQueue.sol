// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

/// @title ITernQueue
/// @notice What can be done with a message that failed and was kept.
interface ITernQueue {
    /// @notice Asks for one more attempt at a kept message. It runs at the end of this transaction's queue, on the gas
    ///         that is left then.
    /// @param sender Who asks (`msg.sender`).
    /// @param id The message's id, as shown by `tern_getMessages`.
    event Retry(address indexed sender, bytes32 indexed id);

    /// @notice Gives a kept message up: it can never run any more.
    /// @param sender Who asks (`msg.sender`).
    /// @param id The message's id.
    event Cancel(address indexed sender, bytes32 indexed id);

    /// @notice Retries the message `id`. Its sender may always do so; anybody may if the last attempt failed only for
    ///         lack of gas. What becomes of it is shown by `tern_getMessage`.
    function retry(bytes32 id) external;

    /// @notice Cancels the message `id`. Only its sender may.
    function cancel(bytes32 id) external;
}
