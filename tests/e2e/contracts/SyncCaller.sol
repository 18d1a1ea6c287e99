// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ITern} from "contracts/src/interfaces/ITern.sol";
import {ISolanaVM} from "contracts/src/interfaces/ISolanaVM.sol";

/// Calls Move and Solana in the middle of its own work.
contract SyncCaller {
    ITern constant TERN = ITern(0x7e00000000000000000000000000000000000003);
    bytes public module;
    uint64 public seen;
    uint64 public noted;

    event Saw(uint64 total);
    event Failed(bytes reason);

    error Enough(uint64 total);

    constructor(bytes memory at) {
        module = at;
    }

    receive() external payable {}

    function call(string memory f, bytes memory args) public payable returns (bool ok, bytes memory result) {
        return TERN.callMove{value: msg.value}(module, "vault", bytes(f), args, "");
    }

    function must(string memory f, bytes memory args) public payable returns (bytes memory) {
        return TERN.mustCallMove{value: msg.value}(module, "vault", bytes(f), args, "");
    }

    function put(uint64 amount) public {
        seen = abi.decode(must("put", abi.encode(amount)), (uint64));
        emit Saw(seen);
    }

    /// Stores the sum, then asks for more than there is, catches the failure, and goes on.
    function putAndTry(uint64 amount, uint64 take) external returns (bytes memory reason) {
        put(amount);
        bool ok;
        (ok, reason) = call("take", abi.encode(take));
        require(!ok, "it should have failed");
        emit Failed(reason);
        put(1);
    }

    /// A frame that calls Move and then reverts: nothing of it may last.
    function putAndRevert(uint64 amount) external {
        put(amount);
        revert Enough(seen);
    }

    function putAndCatch(uint64 amount) external {
        put(1);
        try this.putAndRevert(amount) {} catch (bytes memory reason) {
            emit Failed(reason);
        }
        put(2);
    }

    function look() external view returns (uint64) {
        (bool ok, bytes memory result) = address(TERN).staticcall(
            abi.encodeWithSignature("callMove(bytes,bytes,bytes,bytes,bytes)", module, "vault", "total", "", "")
        );
        require(ok, "refused");
        (bool inner, bytes memory data) = abi.decode(result, (bool, bytes));
        require(inner, "failed");
        return abi.decode(data, (uint64));
    }

    /// A static call that wants to write.
    function lookAndPut() external view returns (bool ok, bytes memory result) {
        (bool outer, bytes memory data) = address(TERN).staticcall(
            abi.encodeWithSignature("callMove(bytes,bytes,bytes,bytes,bytes)", module, "vault", "put", abi.encode(uint64(5)), "")
        );
        require(outer, "refused");
        return abi.decode(data, (bool, bytes));
    }

    function delegate() external returns (bool ok, bytes memory data) {
        return address(TERN).delegatecall(
            abi.encodeWithSignature("callMove(bytes,bytes,bytes,bytes,bytes)", module, "vault", "nothing", "", "")
        );
    }

    function raw(bytes memory data) external payable returns (bool ok, bytes memory result) {
        return address(TERN).call{value: msg.value}(data);
    }

    function withFlags(uint256 flags, string memory f, bytes memory args) external returns (bool ok, bytes memory result) {
        return TERN.callMove(flags, module, "vault", bytes(f), args, "");
    }

    function solana(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data)
        external
        payable
        returns (bool ok, bytes memory result)
    {
        return TERN.callSvm{value: msg.value}(program, metas, data);
    }

    function noteThen(uint64 n) external returns (uint64) {
        must("notify", abi.encode(address(this), n));
        return noted;
    }

    function noted_(uint64) external {}

    fallback() external payable {
        // noted(uint64), called by the message that Move started
        noted = abi.decode(msg.data[4:], (uint64));
    }
}
