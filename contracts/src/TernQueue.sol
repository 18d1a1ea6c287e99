// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ISolanaVM} from "./interfaces/ISolanaVM.sol";
import {ITernQueue} from "./interfaces/ITernQueue.sol";

/// @title TernQueue
/// @notice Genesis contract at 0x7E00000000000000000000000000000000000004. Like MoveVM and SolanaVM it only emits
///         events: the sequencer acts on those that come from this address, in the order in which they were emitted.
///         The value of messages that wait is in its balance, which no code of its can spend.
contract TernQueue is ITernQueue {
    /// @notice This code runs at its genesis address only: a delegatecall would emit from another one, which has no
    ///         effect, so it is refused rather than ignored.
    error DelegateCallRefused();

    /// @notice The node does not answer: the call is simulated by something else.
    error NodeNotAvailable();

    address private constant SELF = 0x7E00000000000000000000000000000000000004;

    /// The node itself. What it is asked is a number, then what belongs to it.
    address private constant NODE = 0x7E00000000000000000000000000000000000005;
    /// onFail, gasLimit, callbackGas: takes the gas, and answers the id of the message that is started now.
    uint256 private constant START = 1;
    uint256 private constant MAKE_ATOMIC = 2;
    /// What it takes for an answer.
    uint256 private constant NODE_GAS = 500;

    uint64 private constant LONGEST = 7 days;
    uint256 private constant UNIT = 10 ** 9;

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
        id = start(options);
        emit Send(msg.sender, id, msg.value, moduleAddress, moduleId, functionId, callData, generics, options);
    }

    /// @inheritdoc ITernQueue
    function sendSolana(
        bytes32 program,
        ISolanaVM.AccountMeta[] calldata metas,
        bytes calldata data,
        Options calldata options
    ) external payable onlyHere returns (bytes32 id) {
        id = start(options);
        emit SendSolana(msg.sender, id, msg.value, program, metas, data, options);
    }

    /// @inheritdoc ITernQueue
    function retry(bytes32 id) external onlyHere {
        emit Retry(msg.sender, id);
    }

    /// @inheritdoc ITernQueue
    function cancel(bytes32 id) external onlyHere {
        emit Cancel(msg.sender, id);
    }

    /// @inheritdoc ITernQueue
    function makeAtomic() external onlyHere {
        ask(NODE_GAS, abi.encode(MAKE_ATOMIC));
    }

    function start(Options calldata o) private returns (bytes32 id) {
        if (msg.value % UNIT != 0 || msg.value / UNIT > type(uint64).max) revert ValueOutOfRange(msg.value);
        uint64 latest = uint64(block.timestamp) + LONGEST;
        if (o.deadline != 0 && (o.deadline < block.timestamp || o.deadline > latest)) {
            revert DeadlineOutOfRange(o.deadline, latest);
        }
        bool called = o.onSuccess || o.onFail == OnFail.CALLBACK;
        if (called != (o.callback != 0) || (!called && o.callbackGas != 0)) revert CallbackMismatch();
        uint256 gas = uint256(o.gasLimit) + o.callbackGas + NODE_GAS;
        id = abi.decode(ask(gas, abi.encode(START, o.onFail, o.gasLimit, o.callbackGas)), (bytes32));
    }

    /// What the node refuses, it refuses with an error of this contract.
    function ask(uint256 gas, bytes memory question) private returns (bytes memory answer) {
        bool ok;
        (ok, answer) = NODE.call{gas: gas}(question);
        if (ok && answer.length == 32) return answer;
        if (ok || answer.length == 0) revert NodeNotAvailable();
        assembly {
            revert(add(answer, 32), mload(answer))
        }
    }
}
