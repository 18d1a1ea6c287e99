// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ISolanaVM} from "./interfaces/ISolanaVM.sol";

/// @title SolanaVM
/// @notice Genesis contract at 0x7E00000000000000000000000000000000000002: the messenger from the EVM to the Solana VM.
///         It emits an event, and the sequencer runs those that come from this address.
contract SolanaVM is ISolanaVM {
    /// @notice This code runs at its genesis address only: a delegatecall would emit from another one, which has no
    ///         effect, so it is refused rather than ignored.
    error DelegateCallRefused();

    address private constant SELF = 0x7E00000000000000000000000000000000000002;

    /// @inheritdoc ISolanaVM
    function call(bytes32 program, AccountMeta[] calldata metas, bytes calldata data) external {
        if (address(this) != SELF) revert DelegateCallRefused();
        emit Call(msg.sender, program, metas, data);
    }
}
