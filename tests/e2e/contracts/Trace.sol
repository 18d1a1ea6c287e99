// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Something for every field of a trace.
contract TraceChild {
    uint256 public x;

    event Made(uint256 indexed x);

    constructor(uint256 v) payable {
        x = v;
        emit Made(v);
    }

    function bump() external returns (uint256) {
        x += 1;
        emit Made(x);
        return x;
    }

    function fail(string calldata why) external {
        x = 99;
        emit Made(x);
        revert(why);
    }

    function die(address payable to) external {
        selfdestruct(to);
    }
}

contract Trace {
    mapping(uint256 => uint256) public slots;
    uint256 public count;
    TraceChild public child;

    error Custom(uint256 a, address b);

    event Log(address indexed who, uint256 v, bytes data);

    receive() external payable {
        count += msg.value;
    }

    function store(uint256 k, uint256 v) external {
        slots[k] = v;
        count++;
        emit Log(msg.sender, v, abi.encode(k));
    }

    function make(uint256 v) external payable returns (address) {
        child = new TraceChild{value: msg.value}(v);
        return address(child);
    }

    function make2(uint256 v, bytes32 salt) external returns (address) {
        return address(new TraceChild{salt: salt}(v));
    }

    /// Logs before, between and after calls, of which one fails and is caught.
    function nested(uint256 d) external returns (uint256 r) {
        count++;
        emit Log(address(this), d, "");
        if (d == 0) return count;
        r = this.nested(d - 1);
        emit Log(address(this), r, "x");
        try child.fail("no way") {} catch {}
        child.bump();
        (bool ok,) = address(child).delegatecall(abi.encodeCall(TraceChild.bump, ()));
        require(ok);
        (ok,) = address(child).staticcall(abi.encodeWithSignature("x()"));
    }

    function precompiles(bytes calldata d) external view returns (bytes32) {
        bytes32 a = sha256(d);
        return keccak256(abi.encode(a, ecrecover(a, 27, a, a), bytes(d), ripemd160(d)));
    }

    function fail(uint256 how) external {
        count = 5;
        emit Log(msg.sender, how, "f");
        if (how == 0) revert("some reason");
        if (how == 1) revert Custom(7, msg.sender);
        if (how == 2) count = 1 / (how - 2);
        if (how == 3) assembly { invalid() }
        if (how == 4) while (true) count++;
        if (how == 5) revert();
        if (how == 6) this.viewStore();
    }

    function write() external {
        count = 1;
    }

    function viewStore() external {
        (bool ok,) = address(this).staticcall(abi.encodeCall(this.write, ()));
        require(!ok);
    }

    function kill(address payable to) external {
        new TraceChild(1).die(to);
        child.die(to);
    }

    /// Many instructions with much on the stack and in memory.
    function spin(uint256 n, uint256 words) external pure returns (uint256 r) {
        uint256[] memory room = new uint256[](words);
        for (uint256 i = 0; i < n; i++) r += i ^ room[i % words];
    }
}
