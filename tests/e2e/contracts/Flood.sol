// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ITernQueue} from "contracts/src/interfaces/ITernQueue.sol";

/// Sends many messages that cannot be delivered.
contract Flood {
    ITernQueue constant QUEUE = ITernQueue(0x7E00000000000000000000000000000000000004);

    function send(uint256 count, bool drop) external {
        ITernQueue.Options memory options;
        if (drop) options.onFail = ITernQueue.OnFail.DROP;
        for (uint256 i = 0; i < count; i++) QUEUE.sendMove("0x1", "nowhere", "nothing", "", "", options);
    }
}
