// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

/// @title Tern
/// @notice What stands at 0x7e00000000000000000000000000000000000003, the address of `ITern`. On a Tern node calls to it
///         are answered by the node and this code never runs; it says so to whoever simulates them without one, and lets
///         compilers' checks that there is a contract pass.
contract Tern {
    /// @notice The call is simulated by something that is not a Tern node.
    error OnlyOnTern();

    fallback() external payable {
        revert OnlyOnTern();
    }
}
