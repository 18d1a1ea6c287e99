// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {IMoveVM} from "contracts/src/interfaces/IMoveVM.sol";
import {ISolanaVM} from "contracts/src/interfaces/ISolanaVM.sol";
import {ITernQueue} from "contracts/src/interfaces/ITernQueue.sol";

/// What the demo plays: calls into the Move module `ledger` and a Solana program, and what Move calls here.
contract Demo {
    IMoveVM constant MOVE = IMoveVM(0x7e00000000000000000000000000000000000001);
    ISolanaVM constant SOLANA = ISolanaVM(0x7E00000000000000000000000000000000000002);
    ITernQueue constant QUEUE = ITernQueue(0x7E00000000000000000000000000000000000004);

    struct Note {
        string title;
        uint64[] tags;
    }

    event Recorded(address indexed from, uint64 count, string title, uint64[] tags, address about);
    event Squared(address indexed from, uint64 n, uint128 square);

    error NotTheReply(address sender);

    /// The ring EVM → Solana → Move → EVM: the program, the address that it has for its seed, which passes the number
    /// on, and that address as it is known here by the time the number has gone through Move.
    struct Ring {
        bytes32 program;
        bytes32 station;
        uint8 bump;
        address end;
    }

    bytes32 constant MESSENGER = 0x06d3e8561c8907c77194bcb83abd37693fc61f32067c97a04fa3cfbbc0000000;

    bytes public module;
    address public replier;
    uint64 public lastCount;
    string public lastTitle;
    uint128 public lastSquare;
    Ring public ring;
    uint64 public lastRound;

    constructor(bytes memory moduleAddress) {
        module = moduleAddress;
    }

    /// The one address from which a reply may come: the EVM alias of this contract's Move alias.
    function setReplier(address a) external {
        replier = a;
    }

    /// EVM to Move.
    function write(uint64 amount, string memory text) public {
        MOVE.call(module, "ledger", "write", abi.encode(amount, text), "");
    }

    /// Three messages from one transaction; they run in this order.
    function writeThree() external {
        write(1, "first");
        write(2, "second");
        write(3, "third");
    }

    /// A message that Move refuses until the ledger is open.
    function writeGuarded(uint64 amount) external {
        MOVE.call(module, "ledger", "write_guarded", abi.encode(amount), "");
    }

    /// The same, but if Move refuses it, it is forgotten.
    function dropGuarded(uint64 amount) external returns (bytes32 id) {
        ITernQueue.Options memory options;
        options.onFail = ITernQueue.OnFail.DROP;
        id = QUEUE.sendMove(module, "ledger", "write_guarded", abi.encode(amount), "", options);
    }

    function retry(bytes32 id) external {
        QUEUE.retry(id);
    }

    /// Move computes, and sends the result back in a second message.
    function askSquare(uint64 n) external {
        MOVE.call(module, "ledger", "square", abi.encode(n, bytes32(uint256(uint160(address(this))))), "");
    }

    function onSquare(uint64 n, uint128 square) external {
        if (msg.sender != replier) revert NotTheReply(msg.sender);
        lastSquare = square;
        emit Squared(msg.sender, n, square);
    }

    function setRing(Ring calldata r) external {
        ring = r;
    }

    /// EVM to Solana: the program doubles `n` and passes it on to Move, which adds one and passes it on to here.
    function startRing(uint64 n) external {
        ISolanaVM.AccountMeta[] memory metas = new ISolanaVM.AccountMeta[](2);
        metas[0].pubkey = ring.station;
        metas[1].pubkey = MESSENGER;
        bytes32 self = bytes32(uint256(uint160(address(this))));
        SOLANA.call(ring.program, metas, abi.encodePacked(ring.bump, module, self, n));
    }

    function closeRing(uint64 n) external {
        if (msg.sender != ring.end) revert NotTheReply(msg.sender);
        lastRound = n;
    }

    /// Called from Move with a struct whose fields are these parameters.
    function record(uint64 count, Note calldata note, address about) external {
        lastCount = count;
        lastTitle = note.title;
        emit Recorded(msg.sender, count, note.title, note.tags, about);
    }

    function writeAndRevert() external {
        write(99, "must never be seen");
        revert("changed my mind");
    }

    /// The inner frame starts a message and reverts; this one goes on and starts another.
    function tryInner() external {
        try this.writeAndRevert() {
            revert("unreachable");
        } catch {
            write(4, "after the reverted frame");
        }
    }
}
