// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
}

/// Gives many accounts ether and tokens in one transaction.
contract Fund {
    function give(address[] calldata to, uint256 each, IToken token, uint256 tokens) external payable {
        for (uint256 i = 0; i < to.length; i++) {
            payable(to[i]).transfer(each);
            token.transfer(to[i], tokens);
        }
    }
}
