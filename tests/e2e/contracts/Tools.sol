// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// What the tests of Ethereum's tools work with.
contract Box {
    event Changed(address indexed who, uint256 from, uint256 to);

    error TooMuch(uint256 what);

    uint256 public value;

    constructor(uint256 v) {
        value = v;
    }

    function set(uint256 v) external {
        emit Changed(msg.sender, value, v);
        value = v;
    }

    function fail(uint256 how) external returns (uint256) {
        if (how == 0) revert("no reason enough");
        if (how == 1) revert TooMuch(how);
        value = type(uint256).max;
        return value + how;
    }
}
