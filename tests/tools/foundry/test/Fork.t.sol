// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.24;

import {Counter} from "../src/Counter.sol";

interface Vm {
    function envAddress(string calldata name) external view returns (address);
    function expectRevert(bytes calldata data) external;
    function prank(address who) external;
    function rollFork(uint256 number) external;
    function envUint(string calldata name) external view returns (uint256);
}

/// Runs on a fork of the node: reads its accounts, code and storage over JSON-RPC.
contract ForkTest {
    bool public IS_TEST = true;
    Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    Counter counter;

    function setUp() public {
        counter = Counter(vm.envAddress("COUNTER"));
    }

    function testReadsWhatTheNodeHolds() public view {
        require(counter.value() == 9, "value");
        require(block.chainid == vm.envUint("CHAIN_ID"), "chain id");
        require(vm.envAddress("RICH").balance > 9_000 ether, "balance");
    }

    function testWritesOnTheForkOnly() public {
        vm.prank(address(0xBEEF));
        counter.set(33);
        require(counter.value() == 33, "value");
        vm.expectRevert(abi.encodeWithSelector(Counter.TooHigh.selector, 100));
        counter.set(101);
    }

    function testAnEarlierBlock() public {
        vm.rollFork(vm.envUint("EARLIER"));
        require(counter.value() == 3, "earlier value");
    }
}
