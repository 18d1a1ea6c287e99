// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ITernQueue} from "./interfaces/ITernQueue.sol";

/// @title TernQueue
/// @notice Genesis contract at 0x7E00000000000000000000000000000000000004. Like MoveVM it only emits events: the
///         sequencer acts on those that come from this address, in the order in which they were emitted.
contract TernQueue is ITernQueue {
    /// @notice This code runs at its genesis address only: a delegatecall would emit from another one, which has no
    ///         effect, so it is refused rather than ignored.
    error DelegateCallRefused();

    address private constant SELF = 0x7E00000000000000000000000000000000000004;

    modifier onlyHere() {
        if (address(this) != SELF) revert DelegateCallRefused();
        _;
    }

    /// @inheritdoc ITernQueue
    function retry(bytes32 id) external onlyHere {
        emit Retry(msg.sender, id);
    }

    /// @inheritdoc ITernQueue
    function cancel(bytes32 id) external onlyHere {
        emit Cancel(msg.sender, id);
    }
}
