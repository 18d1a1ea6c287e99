// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ITern} from "contracts/src/interfaces/ITern.sol";

/// What Move calls in the middle of its own work.
contract MoveTarget {
    ITern constant TERN = ITern(0x7e00000000000000000000000000000000000003);

    uint64 public paid;
    uint256 public writes;
    address public last;

    event Called(address from, uint256 value);

    error Refused(uint64 code, string why);

    function add(uint64 a, uint64 b) external returns (uint64) {
        writes++;
        last = msg.sender;
        emit Called(msg.sender, 0);
        return a + b;
    }

    function results() external view returns (address, string memory, uint16[] memory, uint8[] memory) {
        uint16[] memory list = new uint16[](2);
        uint8[] memory one = new uint8[](1);
        (list[0], list[1], one[0]) = (500, 600, 7);
        return (address(this), unicode"grüß", list, one);
    }

    function big() external pure returns (uint256) {
        return type(uint256).max - 5;
    }

    function yes() external pure returns (bool) {
        return true;
    }

    function negative() external pure returns (int256) {
        return -1;
    }

    function fail(uint64 code) external {
        writes++;
        if (code == 0) revert("no code");
        revert Refused(code, "not today");
    }

    function pay(bool fails) external payable {
        paid += uint64(msg.value / 1e9);
        last = msg.sender;
        require(!fails, "sent back");
    }

    function spin() external pure {
        while (true) {}
    }

    /// Calls a function of Move's, says what it came to, and fails if it is told to.
    function back(bytes calldata module, bytes calldata name, bytes calldata args, bool fails)
        external
        returns (bool ok, bytes memory result)
    {
        bytes memory at = module[:32];
        (ok, result) = TERN.callMove(at, module[32:], name, args, "");
        require(!fails, "undone");
    }

    /// Down through Move and the EVM by turns.
    function nest(bytes calldata module, uint64 levels) external returns (uint64) {
        bytes memory at = module[:32];
        bytes memory args = abi.encode(bytes32(uint256(uint160(address(this)))), module, levels - 1);
        bytes memory result = TERN.mustCallMove(at, module[32:], "nest", args, "");
        return abi.decode(result, (uint64)) + 1;
    }
}

/// As much of an ERC-20 as the example of docs/cross-vm.md needs.
contract Money {
    mapping(address => uint256) public balanceOf;

    constructor() {
        balanceOf[msg.sender] = 1000;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}
