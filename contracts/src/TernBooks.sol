// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ITernGateway} from "./interfaces/ITernGateway.sol";

/// @title TernBooks
/// @notice The books of the token gateway, which the node keeps for all machines. Requests and answers are 32-byte words.
///         Anybody may read; only the gateway's own address may write.
library TernBooks {
    address private constant BOOKS = 0x7E00000000000000000000000000000000000008;

    uint256 private constant TOKEN = 1;
    uint256 private constant REGISTER = 2;
    uint256 private constant DEPART = 3;
    uint256 private constant ARRIVE = 4;
    uint256 private constant RECLAIM = 5;
    uint256 private constant TRANSFER = 6;

    /// The id of an ERC-20 of the EVM.
    function idOf(address erc20) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked("TERN::token", uint8(0), bytes32(uint256(uint160(erc20)))));
    }

    function token(bytes32 id) internal view returns (bool known, ITernGateway.Token memory t) {
        bytes memory answer = read(abi.encode(TOKEN, id));
        if (answer.length == 32) return (false, t);
        uint256[13] memory w = abi.decode(answer, (uint256[13]));
        (t.home, t.homeAddress, t.decimals) = (ITernGateway.Machine(w[1]), bytes32(w[2]), uint8(w[3]));
        t.unit = 10 ** w[4];
        (t.name, t.symbol) = (text(w[5], w[6]), text(w[7], w[8]));
        t.held = [uint64(w[9]), uint64(w[10]), uint64(w[11])];
        t.moving = uint64(w[12]);
        return (true, t);
    }

    function register(address erc20, uint8 decimals, bytes memory name, bytes memory symbol)
        internal
        returns (bytes32)
    {
        return abi.decode(
            write(abi.encode(REGISTER, erc20, decimals, name.length, bytes32(name), symbol.length, bytes32(symbol))),
            (bytes32)
        );
    }

    function depart(bytes32 id, ITernGateway.Machine to, uint64 units, address sender, bytes32 message) internal {
        write(abi.encode(DEPART, id, to, units, sender, message));
    }

    function arrive(bytes32 id, uint64 units) internal {
        write(abi.encode(ARRIVE, id, units));
    }

    function reclaim(bytes32 message) internal returns (bytes32 id, uint64 units, bytes32 sender) {
        return abi.decode(write(abi.encode(RECLAIM, message)), (bytes32, uint64, bytes32));
    }

    function transfer(bytes32 message) internal view returns (bytes32 id, uint64 units, bytes32 sender) {
        return abi.decode(read(abi.encode(TRANSFER, message)), (bytes32, uint64, bytes32));
    }

    function text(uint256 length, uint256 word) private pure returns (string memory) {
        bytes memory out = new bytes(length);
        for (uint256 i = 0; i < length; i++) out[i] = bytes32(word)[i];
        return string(out);
    }

    function read(bytes memory request) private view returns (bytes memory) {
        (bool ok, bytes memory answer) = BOOKS.staticcall(request);
        return checked(ok, answer);
    }

    function write(bytes memory request) private returns (bytes memory) {
        (bool ok, bytes memory answer) = BOOKS.call(request);
        return checked(ok, answer);
    }

    function checked(bool ok, bytes memory answer) private pure returns (bytes memory) {
        if (ok) return answer;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }
}
