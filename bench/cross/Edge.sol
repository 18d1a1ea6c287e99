// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Answers every call with nothing.
contract Nothing {
    fallback() external payable {}
}

/// Calls `to` with `data`, n times.
contract Edge {
    function many(uint256 n, address to, bytes calldata data) external {
        bytes memory input = data;
        assembly {
            let length := mload(input)
            let from := add(input, 32)
            for { let i := 0 } lt(i, n) { i := add(i, 1) } {
                if iszero(call(gas(), to, 0, from, length, 0, 0)) {
                    returndatacopy(0, 0, returndatasize())
                    revert(0, returndatasize())
                }
            }
        }
    }
}
