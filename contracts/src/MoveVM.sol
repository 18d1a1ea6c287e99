// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {IMoveVM} from "./interfaces/IMoveVM.sol";

/// @title MoveVM
/// @notice Genesis contract at 0x7e00000000000000000000000000000000000001: the messenger from the EVM to the Move VM.
///         It emits an event, and the sequencer runs those that come from this address.
contract MoveVM is IMoveVM {
    /// @notice This code runs at its genesis address only: a delegatecall would emit from another one, which has no
    ///         effect, so it is refused rather than ignored.
    error DelegateCallRefused();

    address private constant SELF = 0x7e00000000000000000000000000000000000001;

    /// @inheritdoc IMoveVM
    function call(
        bytes calldata _moduleAddress,
        bytes calldata _moduleId,
        bytes calldata _functionId,
        bytes calldata _callData,
        bytes calldata _generics
    ) external {
        if (address(this) != SELF) revert DelegateCallRefused();
        emit Call(msg.sender, _moduleAddress, _moduleId, _functionId, _callData, _generics);
    }
}
