// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ISolanaVM} from "contracts/src/interfaces/ISolanaVM.sol";
import {ITernQueue} from "contracts/src/interfaces/ITernQueue.sol";

/// Sends instructions to the Solana VM, in every way that a contract can and some that it cannot.
contract SolanaCourier {
    ISolanaVM constant SOLANA = ISolanaVM(0x7E00000000000000000000000000000000000002);
    ITernQueue constant QUEUE = ITernQueue(0x7E00000000000000000000000000000000000004);

    bytes32[] public ids;

    error Undone();

    function call(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data) public {
        SOLANA.call(program, metas, data);
    }

    function send(
        bytes32 program,
        ISolanaVM.AccountMeta[] calldata metas,
        bytes calldata data,
        ITernQueue.Options calldata options
    ) external payable returns (bytes32 id) {
        id = QUEUE.sendSolana{value: msg.value}(program, metas, data, options);
        ids.push(id);
    }

    function lastId() external view returns (bytes32) {
        return ids[ids.length - 1];
    }

    function callTwice(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata a, bytes calldata b)
        external
    {
        SOLANA.call(program, metas, a);
        SOLANA.call(program, metas, b);
    }

    /// The message of the frame that reverts is gone, the other one runs.
    function undoneAndNot(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata a, bytes calldata b)
        external
    {
        try this.undone(program, metas, a) {} catch {}
        SOLANA.call(program, metas, b);
    }

    function undone(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data) external {
        SOLANA.call(program, metas, data);
        revert Undone();
    }

    function many(uint256 n, bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data) external {
        for (uint256 i = 0; i < n; i++) SOLANA.call(program, metas, data);
    }

    /// The messenger's code may not run under another address.
    function delegated(bytes32 program) external {
        (bool ok,) = address(SOLANA).delegatecall(
            abi.encodeCall(ISolanaVM.call, (program, new ISolanaVM.AccountMeta[](0), ""))
        );
        require(!ok, "it ran");
    }

    function inStatic(bytes32 program) external {
        (bool ok,) =
            address(SOLANA).staticcall(abi.encodeCall(ISolanaVM.call, (program, new ISolanaVM.AccountMeta[](0), "")));
        require(!ok, "it started a message");
    }

    /// The same event from here is only a log.
    event Call(address indexed sender, bytes32 program, ISolanaVM.AccountMeta[] metas, bytes data);

    function forged(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data) external {
        emit Call(msg.sender, program, metas, data);
    }
}
