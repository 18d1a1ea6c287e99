// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISolanaVM} from "contracts/src/interfaces/ISolanaVM.sol";
import {ITernQueue} from "contracts/src/interfaces/ITernQueue.sol";

/// Sends messages with every option, is sent some, and keeps what its callbacks are told.
contract Options {
    ITernQueue constant QUEUE = ITernQueue(0x7E00000000000000000000000000000000000004);

    event Took(address from, uint256 value);
    event Told(bytes32 id, bool ok, bytes data);

    uint256 public sent;
    bytes32 public last;

    receive() external payable {}

    function toMove(bytes calldata module, bytes calldata fn, bytes calldata args, ITernQueue.Options calldata options)
        public
        payable
        returns (bytes32 id)
    {
        sent++;
        last = id = QUEUE.sendMove{value: msg.value}(module, "options", fn, args, "", options);
    }

    function toSolana(
        bytes32 program,
        ISolanaVM.AccountMeta[] calldata metas,
        bytes calldata data,
        ITernQueue.Options calldata options
    ) external payable returns (bytes32 id) {
        sent++;
        last = id = QUEUE.sendSolana{value: msg.value}(program, metas, data, options);
    }

    function atomic(bytes calldata module, bytes calldata fn, bytes calldata args, ITernQueue.Options calldata options)
        external
        payable
    {
        QUEUE.makeAtomic();
        toMove(module, fn, args, options);
    }

    function cancel(bytes32 id) external {
        QUEUE.cancel(id);
    }

    /// Reserves gas in a frame that is reverted, and fails itself if `fails`.
    function reserveInVain(bytes calldata module, ITernQueue.Options calldata options, bool fails) external {
        try this.undone(module, options) {} catch {}
        require(!fails, "all in vain");
    }

    function undone(bytes calldata module, ITernQueue.Options calldata options) external {
        QUEUE.sendMove(module, "options", "refuse", "", "", options);
        revert("in vain");
    }

    /// What other machines call: refuses 0.
    function take(uint64 n) external payable returns (uint64) {
        require(n != 0, "not zero");
        emit Took(msg.sender, msg.value);
        return n;
    }

    function told(bytes32 id, bool ok, bytes calldata data) external {
        require(msg.sender == address(QUEUE), "only the queue");
        emit Told(id, ok, data);
    }
}

/// Stands between a transaction and what wants to make its tail atomic.
contract Between {
    function atomic(Options o, bytes calldata module, ITernQueue.Options calldata options) external payable {
        o.atomic{value: msg.value}(module, "refuse", "", options);
    }
}
