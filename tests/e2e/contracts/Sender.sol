// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IMoveVM} from "contracts/src/interfaces/IMoveVM.sol";
import {ITernQueue} from "contracts/src/interfaces/ITernQueue.sol";

/// Sends messages with options, and keeps the ids that it is told.
contract Sender {
    IMoveVM constant MOVE = IMoveVM(0x7e00000000000000000000000000000000000001);
    ITernQueue constant QUEUE = ITernQueue(0x7E00000000000000000000000000000000000004);

    bytes public module;
    bytes32[] public ids;

    error Undone();

    constructor(bytes memory moduleAddress) {
        module = moduleAddress;
    }

    function guarded(ITernQueue.Options calldata options) public payable returns (bytes32 id) {
        id = QUEUE.sendMove{value: msg.value}(module, "ledger", "write_guarded", abi.encode(uint64(1)), "", options);
        ids.push(id);
    }

    /// Ids around a simple call, a reverted frame and one that stays.
    function several() external {
        ITernQueue.Options memory options;
        ids.push(write("one", options));
        MOVE.call(module, "ledger", "write", abi.encode(uint64(2), "two"), "");
        try this.undone() {} catch {}
        options.onFail = ITernQueue.OnFail.DROP;
        ids.push(write("three", options));
        this.write("four", options);
    }

    function write(string memory text, ITernQueue.Options memory options) public returns (bytes32) {
        return QUEUE.sendMove(module, "ledger", "write", abi.encode(uint64(1), text), "", options);
    }

    function undone() external {
        ITernQueue.Options memory options;
        write("never", options);
        revert Undone();
    }

    /// What sender::send calls from Move.
    function refuse(uint64 n) external pure {
        require(n == 0, "not zero");
    }

    /// Queues two messages that come back here.
    function spread() external {
        for (uint256 i = 0; i < 2; i++) {
            MOVE.call(module, "sender", "bounce", abi.encode(bytes32(uint256(uint160(address(this))))), "");
        }
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    /// Code of the queue may not run under another address.
    function delegated() external returns (bool ok, bytes memory why) {
        ITernQueue.Options memory options;
        (ok, why) = address(QUEUE).delegatecall(
            abi.encodeCall(ITernQueue.sendMove, (module, "ledger", "write", "", "", options))
        );
        require(!ok, "it ran");
    }

    function inStatic() external returns (bool ok) {
        ITernQueue.Options memory options;
        (ok,) = address(QUEUE).staticcall(
            abi.encodeCall(ITernQueue.sendMove, (module, "ledger", "write", "", "", options))
        );
        require(!ok, "it started a message");
    }
}
