// SPDX-License-Identifier: UNLICENSED
pragma solidity ^0.8.24;

import {Counter} from "../src/Counter.sol";

interface Vm {
    function envUint(string calldata name) external view returns (uint256);
    function startBroadcast(uint256 key) external;
    function stopBroadcast() external;
}

contract Deploy {
    bool public IS_SCRIPT = true;
    Vm constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    function run() external returns (Counter counter) {
        vm.startBroadcast(vm.envUint("KEY"));
        counter = new Counter(5);
        counter.set(6);
        counter.set(7);
        vm.stopBroadcast();
    }
}
