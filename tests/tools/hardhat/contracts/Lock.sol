// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.24;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

contract Coin is ERC20 {
    constructor(uint256 supply) ERC20("Coin", "COIN") {
        _mint(msg.sender, supply);
    }
}

library Doubling {
    function double(uint256 n) external pure returns (uint256) {
        return 2 * n;
    }
}

contract Lock {
    error StillLocked(uint256 until);

    event Withdrawn(address indexed to, uint256 amount);

    ERC20 public immutable coin;
    uint256 public immutable until;
    address public immutable owner;

    constructor(ERC20 coin_, uint256 seconds_) {
        coin = coin_;
        until = block.timestamp + Doubling.double(seconds_);
        owner = msg.sender;
    }

    function withdraw() external returns (uint256 amount) {
        if (block.timestamp < until) revert StillLocked(until);
        amount = coin.balanceOf(address(this));
        coin.transfer(owner, amount);
        emit Withdrawn(owner, amount);
    }
}
