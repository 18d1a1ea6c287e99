// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.24;

contract Counter {
    error TooHigh(uint256 limit);

    event Set(address indexed who, uint256 value);

    uint256 public value;

    constructor(uint256 start) {
        value = start;
    }

    function set(uint256 next) external {
        if (next > 100) revert TooHigh(100);
        value = next;
        emit Set(msg.sender, next);
    }
}
