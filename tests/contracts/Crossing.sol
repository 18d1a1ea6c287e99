// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IMoveVM} from "contracts/src/interfaces/IMoveVM.sol";

/// The other side of tests/move-packages/crossing: sends arguments of every kind to the module `counter`.
contract Sender {
    IMoveVM constant MOVE = IMoveVM(0x7e00000000000000000000000000000000000001);

    struct All {
        uint8 small;
        uint16 middle;
        uint32 number;
        uint64 amount;
        bytes data;
        string text;
        address who;
        bool flag;
        uint128 wide;
        uint256 widest;
        uint64[] list;
    }

    bytes public module;

    constructor(bytes memory moduleAddress) {
        module = moduleAddress;
    }

    function increase(uint64 amount) public {
        MOVE.call(module, "counter", "increase", abi.encode(amount), "");
    }

    function increaseThree(uint64 a, uint64 b, uint64 c) external {
        increase(a);
        increase(b);
        increase(c);
    }

    function increaseAndRevert(uint64 amount) external {
        increase(amount);
        revert("not after all");
    }

    /// The reverted frame's message must not run; those before and after it must.
    function increaseAround(uint64 before, uint64 reverted, uint64 behind) external {
        increase(before);
        try this.increaseAndRevert(reverted) {
            revert("unreachable");
        } catch {
            increase(behind);
        }
    }

    function sendAll(All calldata all) external {
        bytes memory arguments = abi.encode(all);
        // The encoding of a tuple with dynamic fields is an offset and then that of its fields as arguments.
        assembly {
            let n := mload(arguments)
            arguments := add(arguments, 32)
            mstore(arguments, sub(n, 32))
        }
        MOVE.call(
            module,
            "counter",
            "receive(uint8,uint16,uint32,uint64,bytes,string,address,bool,uint128,uint256,uint64[])",
            arguments,
            ""
        );
    }

    function sendNested(
        uint16[][] calldata rows,
        string[] calldata names,
        bytes32[] calldata people,
        uint64[] calldata maybe
    ) external {
        MOVE.call(module, "counter", "receive_nested", abi.encode(rows, names, people, maybe), "");
    }

    /// Anything, for what must be refused.
    function send(bytes calldata moduleId, bytes calldata functionId, bytes calldata data, bytes calldata generics)
        external
    {
        MOVE.call(module, moduleId, functionId, data, generics);
    }

    function trySendStatically() external view returns (bool ok) {
        (ok,) = address(MOVE).staticcall(abi.encodeCall(IMoveVM.call, (module, "counter", "increase", "", "")));
    }

    function trySendByDelegateCall() external returns (bool ok, bytes memory reason) {
        (ok, reason) = address(MOVE).delegatecall(abi.encodeCall(IMoveVM.call, (module, "counter", "increase", "", "")));
    }
}

/// What the module `caller` calls: says what it was given, and fails in every way that Solidity knows.
contract Receiver {
    struct Inner {
        bool flag;
        string text;
    }

    struct Middle {
        uint64 number;
        Inner inner;
    }

    event Number(address indexed from, address indexed origin, uint64 n);
    event Wide(address indexed from, uint256 n);
    event Text(address indexed from, string text);
    event Data(address indexed from, bytes data);
    event Who(address indexed from, address who);
    event Primitives(
        address indexed from, uint8 a, uint16 b, uint32 c, uint64 d, uint128 e, uint256 f, bool g, address h
    );
    event Nested(
        address indexed from, Middle middle, uint256[] numbers, string[] texts, bytes data, Inner[] list, uint64[] maybe
    );

    error TooMuch(uint64 asked, uint64 allowed);

    function number(uint64 n) external {
        emit Number(msg.sender, tx.origin, n);
    }

    function wide(uint256 n) external {
        emit Wide(msg.sender, n);
    }

    function text(string calldata t) external {
        emit Text(msg.sender, t);
    }

    function data(bytes calldata d) external {
        emit Data(msg.sender, d);
    }

    function who(address a) external {
        emit Who(msg.sender, a);
    }

    function primitives(uint8 a, uint16 b, uint32 c, uint64 d, uint128 e, uint256 f, bool g, address h) external {
        emit Primitives(msg.sender, a, b, c, d, e, f, g, h);
    }

    function nested(
        Middle calldata middle,
        uint256[] calldata numbers,
        string[] calldata texts,
        bytes calldata d,
        Inner[] calldata list,
        uint64[] calldata maybe
    ) external {
        emit Nested(msg.sender, middle, numbers, texts, d, list, maybe);
    }

    function failText(uint64) external pure {
        revert("this contract always refuses");
    }

    function failCustom(uint64 n) external pure {
        revert TooMuch(n, 1);
    }

    function failPanic(uint64 n) external pure returns (uint64) {
        return n / (n - n);
    }

    function failEmpty(uint64) external pure {
        revert();
    }

    function failGas(uint64) external pure {
        while (true) {}
    }
}

/// Asks the module `caller` for a result, which comes back in a second message; or goes round until a limit stops it.
contract RoundTrip {
    IMoveVM constant MOVE = IMoveVM(0x7e00000000000000000000000000000000000001);

    bytes public module;
    uint64 public asked;
    uint128 public answer;
    address public answeredBy;
    uint64 public generations;

    constructor(bytes memory moduleAddress) {
        module = moduleAddress;
    }

    function askSquare(uint64 n) external {
        asked = n;
        MOVE.call(module, "caller", "square", abi.encode(n, self()), "");
    }

    function onSquare(uint64 n, uint128 square) external {
        require(n == asked, "an answer to another question");
        answer = square;
        answeredBy = msg.sender;
    }

    function again(uint64 n) external {
        generations = n;
        MOVE.call(module, "caller", "again", abi.encode(n, self()), "");
    }

    function self() private view returns (bytes32) {
        return bytes32(uint256(uint160(address(this))));
    }
}
