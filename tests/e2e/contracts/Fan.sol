// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IMoveVM} from "contracts/src/interfaces/IMoveVM.sol";

/// Starts many messages, and tries to start one where none may be started.
contract Fan {
    IMoveVM constant MOVE = IMoveVM(0x7e00000000000000000000000000000000000001);

    bool public staticSucceeded;

    function many(uint256 n) external {
        for (uint256 i = 0; i < n; i++) MOVE.call("0x1", "nothing", "here", "", "");
    }

    function tryStatic() external {
        bytes memory data = abi.encodeCall(IMoveVM.call, ("0x1", "nothing", "here", "", ""));
        (staticSucceeded,) = address(MOVE).staticcall(data);
    }
}

/// Emits what looks like MoveVM's event.
contract Forger {
    event Call(address indexed sender, bytes moduleAddress, bytes moduleId, bytes functionId, bytes callData, bytes generics);

    function forge() external {
        emit Call(msg.sender, "0x1", "nothing", "here", "", "");
    }
}
