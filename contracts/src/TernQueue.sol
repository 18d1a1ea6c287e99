// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ISolanaVM} from "./interfaces/ISolanaVM.sol";
import {ITernQueue} from "./interfaces/ITernQueue.sol";

/// @title TernQueue
/// @notice Genesis contract at 0x7E00000000000000000000000000000000000004. Like MoveVM and SolanaVM it only emits
///         events: the sequencer acts on those that come from this address, in the order in which they were emitted.
contract TernQueue is ITernQueue {
    /// @notice This code runs at its genesis address only: a delegatecall would emit from another one, which has no
    ///         effect, so it is refused rather than ignored.
    error DelegateCallRefused();

    /// @notice The node does not answer the id of the next message: the call is simulated by something else.
    error NextIdNotAvailable();

    address private constant SELF = 0x7E00000000000000000000000000000000000004;

    /// Answered by the node: the id of the message that is started next in this transaction.
    address private constant NEXT_ID = 0x7E00000000000000000000000000000000000005;

    uint64 private constant LONGEST = 7 days;

    modifier onlyHere() {
        if (address(this) != SELF) revert DelegateCallRefused();
        _;
    }

    /// @inheritdoc ITernQueue
    function sendMove(
        bytes calldata moduleAddress,
        bytes calldata moduleId,
        bytes calldata functionId,
        bytes calldata callData,
        bytes calldata generics,
        Options calldata options
    ) external payable onlyHere returns (bytes32 id) {
        check(options);
        id = nextId();
        emit Send(msg.sender, id, moduleAddress, moduleId, functionId, callData, generics, options);
    }

    /// @inheritdoc ITernQueue
    function sendSolana(
        bytes32 program,
        ISolanaVM.AccountMeta[] calldata metas,
        bytes calldata data,
        Options calldata options
    ) external payable onlyHere returns (bytes32 id) {
        check(options);
        id = nextId();
        emit SendSolana(msg.sender, id, program, metas, data, options);
    }

    /// @inheritdoc ITernQueue
    function retry(bytes32 id) external onlyHere {
        emit Retry(msg.sender, id);
    }

    /// @inheritdoc ITernQueue
    function cancel(bytes32 id) external onlyHere {
        emit Cancel(msg.sender, id);
    }

    function check(Options calldata o) private view {
        if (msg.value != 0) revert OptionNotSupported("value");
        if (o.onFail > OnFail.DROP) revert OptionNotSupported("onFail");
        if (o.gasLimit != 0) revert OptionNotSupported("gasLimit");
        if (o.refundTo != address(0)) revert OptionNotSupported("refundTo");
        if (o.callback != 0) revert OptionNotSupported("callback");
        if (o.callbackGas != 0) revert OptionNotSupported("callbackGas");
        uint64 latest = uint64(block.timestamp) + LONGEST;
        if (o.deadline != 0 && (o.deadline < block.timestamp || o.deadline > latest)) {
            revert DeadlineOutOfRange(o.deadline, latest);
        }
    }

    function nextId() private view returns (bytes32 id) {
        (bool ok, bytes memory answer) = NEXT_ID.staticcall("");
        if (!ok || answer.length != 32) revert NextIdNotAvailable();
        id = abi.decode(answer, (bytes32));
    }
}
