// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ITern} from "contracts/src/interfaces/ITern.sol";
import {IMoveVM} from "contracts/src/interfaces/IMoveVM.sol";
import {ISolanaVM} from "contracts/src/interfaces/ISolanaVM.sol";
import {ITernQueue} from "contracts/src/interfaces/ITernQueue.sol";

/// Runs a tree (tree.h): in the EVM.
contract Interpreter {
    ITern constant TERN = ITern(0x7e00000000000000000000000000000000000003);
    IMoveVM constant MOVE = IMoveVM(0x7e00000000000000000000000000000000000001);
    ISolanaVM constant SOLANA = ISolanaVM(0x7E00000000000000000000000000000000000002);
    ITernQueue constant QUEUE = ITernQueue(0x7E00000000000000000000000000000000000004);

    /// Whose address plus a number the contracts of the test have.
    uint160 constant FIRST = uint160(0x17) << 152;

    uint256[4] slots;

    /// A frame of the interpreter.
    struct Frame {
        uint256 at;
        bool ok;
        bytes last;
    }

    /// What CALL and SEND have in common.
    struct Target {
        uint256 vm;
        uint256 number;
        uint256 flags;
        uint256 value;
        ISolanaVM.AccountMeta[] metas;
        bytes program;
    }

    function peek(uint256 slot) external view returns (uint256) {
        return slots[slot];
    }

    function run(bytes calldata p) external payable returns (bytes memory) {
        Frame memory f;
        f.ok = true;
        while (f.at < p.length) {
            uint256 op = number(p, f, 1);
            if (op == 1) write(number(p, f, 1), number(p, f, 4));
            else if (op == 2) add(number(p, f, 1), number(p, f, 4));
            else if (op == 3) log(3, take(p, f, number(p, f, 1)));
            else if (op == 4) show(number(p, f, 1));
            else if (op == 5) log(5, abi.encodePacked(msg.sender));
            else if (op == 6) call(p, f);
            else if (op == 7) send(p, f);
            else if (op == 8) fail(take(p, f, 4));
            else if (op == 9) return take(p, f, number(p, f, 1));
            else if (op == 10) return f.last;
            else if (op == 11) burn(number(p, f, 2));
            else if (op == 12) skip(p, f, !f.ok);
            else if (op == 13) skip(p, f, f.ok);
            else if (op == 15) log(15, abi.encodePacked(uint64(address(this).balance / 1 gwei)));
            else if (op == 14) peekAt(number(p, f, 1), number(p, f, 1));
            else revert();
        }
        return "";
    }

    // ---- Reading

    function number(bytes calldata p, Frame memory f, uint256 n) private pure returns (uint256 v) {
        for (uint256 i = 0; i < n; i++) v = v << 8 | uint8(p[f.at++]);
    }

    function take(bytes calldata p, Frame memory f, uint256 n) private pure returns (bytes memory out) {
        out = p[f.at:f.at + n];
        f.at += n;
    }

    function target(bytes calldata p, Frame memory f) private pure returns (Target memory t) {
        uint256 to = number(p, f, 1);
        (t.vm, t.number) = (to >> 4, to & 15);
        t.flags = number(p, f, 1);
        t.value = number(p, f, 4) * 1 gwei;
        if (t.vm == 2) {
            t.metas = new ISolanaVM.AccountMeta[](number(p, f, 1));
            for (uint256 i = 0; i < t.metas.length; i++) {
                t.metas[i].pubkey = bytes32(number(p, f, 32));
                uint256 flags = number(p, f, 1);
                t.metas[i].isSigner = flags & 1 != 0;
                t.metas[i].isWritable = flags & 2 != 0;
            }
        } else {
            f.at++; // for callers in the SVM
        }
        t.program = take(p, f, number(p, f, 2));
    }

    // ---- Small steps

    function log(uint256 kind, bytes memory data) private {
        assembly {
            log1(add(data, 32), mload(data), kind)
        }
    }

    function fail(bytes memory data) private pure {
        assembly {
            revert(add(data, 32), mload(data))
        }
    }

    function write(uint256 slot, uint256 v) private {
        slots[slot] = v;
    }

    function add(uint256 slot, uint256 v) private {
        slots[slot] = uint32(slots[slot] + v);
    }

    function show(uint256 slot) private {
        log(4, abi.encodePacked(uint8(slot), uint32(slots[slot])));
    }

    function burn(uint256 n) private pure {
        uint256 x;
        for (uint256 i = 0; i < n; i++) x ^= i * i;
    }

    function skip(bytes calldata p, Frame memory f, bool yes) private pure {
        uint256 n = number(p, f, 2);
        if (yes) f.at += n;
    }

    function peekAt(uint256 to, uint256 slot) private {
        uint256 v = Interpreter(payable(address(uint160(FIRST + (to & 15))))).peek(slot);
        log(14, abi.encodePacked(uint8(to), uint8(slot), uint32(v)));
    }

    /// The first 100 bytes: of CallFailed's data, what is no text.
    function cut(bytes memory data) private pure returns (bytes memory) {
        assembly {
            if gt(mload(data), 100) { mstore(data, 100) }
        }
        return data;
    }

    // ---- Calls: 1 must, 2 static, 4 home authority, 8 raw, 32 not logged

    function call(bytes calldata p, Frame memory f) private {
        Target memory t = target(p, f);
        bytes memory out;
        (f.ok, out) = t.flags & 2 != 0 ? staticCall(t) : plainCall(t);
        if (!f.ok && t.flags & 1 != 0) fail(out);
        f.last = f.ok ? out : bytes("");
        if (t.flags & 32 != 0) return;
        log(6, f.ok ? abi.encodePacked(uint8(1), out) : abi.encodePacked(uint8(0), cut(out)));
    }

    function callData(Target memory t) private pure returns (address to, bytes memory data) {
        if (t.vm == 0) return (address(uint160(FIRST + t.number)), abi.encodeWithSignature("run(bytes)", t.program));
        to = address(TERN);
        uint256 flags = t.flags >> 2 & 3;
        bool must = t.flags & 1 != 0;
        if (t.vm == 1) {
            bytes[] memory list = new bytes[](1);
            list[0] = vector(t.program);
            bytes memory args = t.flags & 8 != 0 ? abi.encode(list) : abi.encode(t.program);
            bytes memory module_ = abi.encodePacked("m", uint8(48 + t.number));
            data = flags == 0
                ? abi.encodeWithSignature(
                    must
                        ? "mustCallMove(bytes,bytes,bytes,bytes,bytes)"
                        : "callMove(bytes,bytes,bytes,bytes,bytes)",
                    "0x17", module_, "run", args, ""
                )
                : abi.encodeWithSignature(
                    must
                        ? "mustCallMove(uint256,bytes,bytes,bytes,bytes,bytes)"
                        : "callMove(uint256,bytes,bytes,bytes,bytes,bytes)",
                    flags, "0x17", module_, "run", args, ""
                );
        } else {
            bytes32 program = bytes32(0x17 << 248 | t.number);
            data = flags == 0
                ? abi.encodeWithSignature(
                    must
                        ? "mustCallSvm(bytes32,(bytes32,bool,bool)[],bytes)"
                        : "callSvm(bytes32,(bytes32,bool,bool)[],bytes)",
                    program, t.metas, t.program
                )
                : abi.encodeWithSignature(
                    must
                        ? "mustCallSvm(uint256,bytes32,(bytes32,bool,bool)[],bytes)"
                        : "callSvm(uint256,bytes32,(bytes32,bool,bool)[],bytes)",
                    flags, program, t.metas, t.program
                );
        }
    }

    /// The BCS of a vector<u8>.
    function vector(bytes memory data) private pure returns (bytes memory) {
        uint256 n = data.length;
        return n < 128
            ? abi.encodePacked(uint8(n), data)
            : abi.encodePacked(uint8(n & 127 | 128), uint8(n >> 7), data);
    }

    function plainCall(Target memory t) private returns (bool ok, bytes memory out) {
        (address to, bytes memory data) = callData(t);
        (ok, out) = to.call{value: t.value}(data);
        return answer(t, ok, out);
    }

    function staticCall(Target memory t) private view returns (bool ok, bytes memory out) {
        (address to, bytes memory data) = callData(t);
        (ok, out) = to.staticcall(data);
        return answer(t, ok, out);
    }

    function answer(Target memory t, bool ok, bytes memory out) private pure returns (bool, bytes memory) {
        if (!ok || out.length == 0) return (ok, out);
        if (t.vm == 0) return (true, abi.decode(out, (bytes)));
        if (t.flags & 1 != 0) out = abi.decode(out, (bytes));
        else (ok, out) = abi.decode(out, (bool, bytes));
        // Of Move the ABI encoding of a vector<u8>, or its BCS.
        if (ok && t.vm == 1) out = t.flags & 8 != 0 ? ofVector(out) : abi.decode(out, (bytes));
        return (ok, out);
    }

    function ofVector(bytes memory data) private pure returns (bytes memory out) {
        uint256 head = uint8(data[0]) < 128 ? 1 : 2;
        out = new bytes(data.length - head);
        for (uint256 i = 0; i < out.length; i++) out[i] = data[i + head];
    }

    // ---- Messages: 1 drop, 2 open retry, 4 the simple form, 8 refund

    function send(bytes calldata p, Frame memory f) private {
        Target memory t = target(p, f);
        bytes memory module_ = abi.encodePacked("m", uint8(48 + t.number));
        bytes32 program = bytes32(0x17 << 248 | t.number);
        if (t.flags & 4 != 0) {
            if (t.vm == 1) MOVE.call("0x17", module_, "run", abi.encode(t.program), "");
            else SOLANA.call(program, t.metas, t.program);
            return;
        }
        ITernQueue.Options memory o;
        o.onFail = ITernQueue.OnFail(t.flags & 8 != 0 ? 2 : t.flags & 1);
        o.openRetry = t.flags & 2 != 0;
        if (t.vm == 1) {
            QUEUE.sendMove{value: t.value}("0x17", module_, "run", abi.encode(t.program), "", o);
        } else QUEUE.sendSolana{value: t.value}(program, t.metas, t.program, o);
    }
}
