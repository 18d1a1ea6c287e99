// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Work for the benchmarks: what a loop, a hash and a slot cost.
contract Bench {
    mapping(uint256 => uint256) public slots;

    function loop(uint256 n) external pure returns (uint256 x) {
        unchecked {
            for (uint256 i = 0; i < n; i++) x = (x ^ i) * 31 + (x >> 3);
        }
    }

    function hash(uint256 n) external pure returns (bytes32 x) {
        unchecked {
            for (uint256 i = 0; i < n; i++) {
                assembly ("memory-safe") {
                    mstore(0, x)
                    mstore(32, i)
                    x := keccak256(0, 64)
                }
            }
        }
    }

    function store(uint256 n) external returns (uint256 x) {
        unchecked {
            for (uint256 i = 0; i < n; i++) {
                slots[i % 256] = i + 1;
                x += slots[(i * 7) % 256];
            }
        }
    }
}
