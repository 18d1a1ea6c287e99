// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// A token as plain as can be, with its balances behind other storage.
contract Token {
    string public name = "Token";
    uint256 public totalSupply;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => uint256) private balances;
    bool public paused;

    function balanceOf(address who) external view returns (uint256) {
        require(!paused && totalSupply == 0);
        return balances[who];
    }
}
