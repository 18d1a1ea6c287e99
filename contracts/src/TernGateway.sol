// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ISolanaVM} from "./interfaces/ISolanaVM.sol";
import {ITern} from "./interfaces/ITern.sol";
import {ITernGateway, ITernReceiver} from "./interfaces/ITernGateway.sol";
import {ITernQueue} from "./interfaces/ITernQueue.sol";
import {ITernToken} from "./interfaces/ITernToken.sol";
import {TernBooks} from "./TernBooks.sol";

/// @title TernGateway
/// @notice Genesis contract at 0x7E00000000000000000000000000000000000006: the token gateway in the EVM. It holds the
///         ERC-20s that are elsewhere, and mints and burns the ERC-20s of tokens from elsewhere.
///
///         Tokens are not trusted. What counts is how much a balance has changed; while a token's code runs the gateway
///         can do nothing else; and the books, which are the node's, never let more leave than has come.
contract TernGateway is ITernGateway {
    address private constant SELF = 0x7E00000000000000000000000000000000000006;
    address private constant TOKEN_CODE = 0x7e00000000000000000000000000000000000007;
    ITern private constant TERN = ITern(0x7e00000000000000000000000000000000000003);
    ITernQueue private constant QUEUE = ITernQueue(0x7E00000000000000000000000000000000000004);

    /// The aliases of the gateways in Move (of 0x7e) and in the Solana VM (of the program's authority).
    address private constant MOVE_GATEWAY = 0x4803D2E2178CE84064dE18f414fF4C6dF23BCa8A;
    address private constant SVM_GATEWAY = 0x4a184AE1aBE751Dff3ED12F3C25c8efB760ecCA0;

    /// The gateway program: TernGateway11111111111111111111111111111111. The tags of its instructions.
    bytes32 private constant SVM_PROGRAM = 0x06d3e8542fb8535fd4b9fccb3607d39ede4e1a1c7c8ee04495f69f2200000000;
    uint8 private constant SVM_CREATE = 1;
    uint8 private constant SVM_ARRIVE = 3;

    /// What a mint's account has to hold, in wei.
    uint256 private constant MINT_RENT = 1461600 gwei;

    /// The init code of a minimal proxy to TOKEN_CODE.
    bytes private constant CLONE = hex"3d602d80600a3d3981f3363d3d373d3d3d363d737e000000000000000000000000000000000000075af43d82803e903d91602b57fd5bf3";

    /// 1 while a token's code runs.
    uint256 private busy;
    mapping(address token => bytes32 id) private standIns;

    modifier here() {
        if (address(this) != SELF) revert DelegateCallRefused();
        if (busy != 0) revert Reentered();
        _;
    }

    // ---- Tokens

    /// @inheritdoc ITernGateway
    function register(address erc20) external payable here returns (bytes32 id) {
        if (msg.value != 0 && msg.value != MINT_RENT) revert WrongValue(MINT_RENT);
        if (erc20.code.length == 0) revert NotAContract(erc20);
        if (standIns[erc20] != 0) revert IsStandIn(erc20);
        id = TernBooks.register(
            erc20,
            decimalsOf(erc20),
            textOf(erc20, ITernToken.name.selector),
            textOf(erc20, ITernToken.symbol.selector)
        );
        Token memory t = token(id);
        QUEUE.sendMove("0x1", "tern_gateway", "create(bytes32)", abi.encode(id), "", options());
        if (msg.value != 0) callSvm(abi.encodePacked(SVM_CREATE, id));
        emit Registered(id, erc20, t.name, t.symbol, t.decimals);
    }

    /// @inheritdoc ITernGateway
    function create(bytes32 id) external here returns (address) {
        Token memory t = token(id);
        address standIn = tokenOf(id);
        if (t.home == Machine.EVM || standIns[standIn] != 0) revert AlreadyCreated(id);
        return createStandIn(id, t);
    }

    /// @inheritdoc ITernGateway
    function idOf(address erc20) public view returns (bytes32) {
        bytes32 id = standIns[erc20];
        return id != 0 ? id : TernBooks.idOf(erc20);
    }

    /// @inheritdoc ITernGateway
    function tokenOf(bytes32 id) public view returns (address) {
        Token memory t = token(id);
        if (t.home == Machine.EVM) return address(uint160(uint256(t.homeAddress)));
        return address(uint160(uint256(keccak256(abi.encodePacked(bytes1(0xff), SELF, id, keccak256(CLONE))))));
    }

    /// @inheritdoc ITernGateway
    function token(bytes32 id) public view returns (Token memory t) {
        bool known;
        (known, t) = TernBooks.token(id);
        if (!known) revert UnknownToken(id);
    }

    function createStandIn(bytes32 id, Token memory t) private returns (address made) {
        bytes memory code = CLONE;
        assembly ("memory-safe") {
            made := create2(0, add(code, 32), mload(code), id)
        }
        require(made != address(0), "out of gas");
        standIns[made] = id;
        ITernToken(made).initialize(id, t.name, t.symbol, t.decimals);
        emit Created(id, made);
    }

    // ---- Leaving

    /// @inheritdoc ITernGateway
    function send(address erc20, Machine to, bytes32 recipient, uint256 amount)
        external
        here
        returns (bytes32 message)
    {
        (bytes32 id, uint64 units, uint256 taken) = take(erc20, amount);
        message = start(id, to, recipient, units);
        TernBooks.depart(id, to, units, msg.sender, message);
        emit Sent(id, msg.sender, to, recipient, erc20, taken, message);
    }

    /// @inheritdoc ITernGateway
    function sendNow(address erc20, Machine to, bytes32 recipient, uint256 amount) external payable here {
        if (msg.value != 0 && to != Machine.SVM) revert WrongValue(0);
        (bytes32 id, uint64 units, uint256 taken) = take(erc20, amount);
        TernBooks.depart(id, to, units, msg.sender, 0);
        emit Sent(id, msg.sender, to, recipient, erc20, taken, 0);
        check(to, recipient);
        if (to == Machine.SVM) {
            callSvm(arrivalInSvm(id, recipient, units, uint64(msg.value / 1 gwei)));
        } else {
            TERN.mustCallMove(
                "0x1", "tern_gateway", arriveInMove(recipient), abi.encode(id, recipient, units, msg.sender), ""
            );
        }
    }

    /// @inheritdoc ITernGateway
    function sendToFunction(address erc20, uint256 amount, MoveFunction calldata to, bytes calldata data, bool now_)
        external
        here
        returns (bytes32 message)
    {
        (bytes32 id, uint64 units, uint256 taken) = take(erc20, amount);
        bytes memory args = abi.encode(id, units, bytes32(uint256(uint160(msg.sender))), to.moduleAddress, to.module, to.name, data);
        message = intoFunction(id, units, args, now_);
        emit Sent(id, msg.sender, Machine.MOVE, to.moduleAddress, erc20, taken, message);
    }

    function intoFunction(bytes32 id, uint64 units, bytes memory args, bool now_) private returns (bytes32 message) {
        bytes memory arriveAt = "arrive_at(bytes32,uint64,bytes32,bytes32,string,string,bytes)";
        if (!now_) message = QUEUE.sendMove("0x1", "tern_gateway", arriveAt, args, "", options());
        TernBooks.depart(id, Machine.MOVE, units, msg.sender, message);
        if (now_) TERN.mustCallMove("0x1", "tern_gateway", arriveAt, args, "");
    }

    function start(bytes32 id, Machine to, bytes32 recipient, uint64 units) private returns (bytes32) {
        check(to, recipient);
        if (to == Machine.SVM) {
            return QUEUE.sendSolana(SVM_PROGRAM, noMetas(), arrivalInSvm(id, recipient, units, 0), options());
        }
        return QUEUE.sendMove(
            "0x1", "tern_gateway", arriveInMove(recipient), abi.encode(id, recipient, units, msg.sender), "", options()
        );
    }

    function check(Machine to, bytes32 recipient) private pure {
        if (to == Machine.EVM || recipient == 0) revert InvalidRecipient();
    }

    function arriveInMove(bytes32 recipient) private pure returns (bytes memory) {
        return isEvmAddress(recipient)
            ? bytes("arrive(bytes32,address,uint64,bytes32)")
            : bytes("arrive(bytes32,bytes32,uint64,bytes32)");
    }

    /// Borsh, which writes numbers with their lowest byte first.
    function arrivalInSvm(bytes32 id, bytes32 recipient, uint64 units, uint64 lamports)
        private
        view
        returns (bytes memory)
    {
        return abi.encodePacked(
            SVM_ARRIVE, id, recipient, reversed(units), bytes32(uint256(uint160(msg.sender))), reversed(lamports)
        );
    }

    function reversed(uint64 v) private pure returns (uint64 out) {
        for (uint256 i = 0; i < 8; i++) out = (out << 8) | uint8(v >> (8 * i));
    }

    function callSvm(bytes memory data) private {
        TERN.mustCallSvm{value: msg.value}(SVM_PROGRAM, noMetas(), data);
    }

    /// The node finds the accounts of the gateway program's instructions.
    function noMetas() private pure returns (ISolanaVM.AccountMeta[] memory) {
        return new ISolanaVM.AccountMeta[](0);
    }

    /// Twelve zero bytes, and not one of the system addresses up to 0xff.
    function isEvmAddress(bytes32 recipient) private pure returns (bool) {
        return uint256(recipient) >> 160 == 0 && uint256(recipient) > 0xff;
    }

    /// Takes what leaves from the caller, and says what it is.
    function take(address erc20, uint256 amount) private returns (bytes32 id, uint64 units, uint256 taken) {
        id = standIns[erc20];
        if (id != 0) {
            if (amount > type(uint64).max) revert AmountTooLarge(amount);
            ITernToken(erc20).burn(msg.sender, amount);
            return (id, uint64(amount), amount);
        }
        id = TernBooks.idOf(erc20);
        (bool known, Token memory t) = TernBooks.token(id);
        if (!known) revert NotRegistered(erc20);
        taken = pull(erc20, t, amount);
        if (taken % t.unit != 0) revert Remainder(erc20, taken, t.unit);
        if (taken / t.unit > type(uint64).max) revert AmountTooLarge(taken);
        units = uint64(taken / t.unit);
    }

    /// Into escrow: what has arrived, at most what was asked for.
    function pull(address erc20, Token memory t, uint256 amount) private returns (uint256 received) {
        uint256 before = balanceOf(erc20, SELF);
        uint256 owed = (uint256(t.held[0]) + t.held[1] + t.held[2] + t.moving) * t.unit;
        if (before < owed) revert EscrowShort(erc20, before, owed);
        ask(erc20, abi.encodeCall(ITernToken.transferFrom, (msg.sender, SELF, amount)));
        uint256 afterwards = balanceOf(erc20, SELF);
        if (afterwards <= before) revert NothingArrived(erc20);
        received = afterwards - before;
        if (received > amount) received = amount;
    }

    // ---- Arriving

    /// @inheritdoc ITernGateway
    function arrive(bytes32 id, address to, uint64 units, bytes32 sender, bytes calldata data) external here {
        if (msg.sender != MOVE_GATEWAY && msg.sender != SVM_GATEWAY) revert OnlyGateways();
        Machine from = msg.sender == MOVE_GATEWAY ? Machine.MOVE : Machine.SVM;
        TernBooks.arrive(id, units);
        (address erc20, uint256 amount) = give(id, to, units);
        emit Arrived(id, to, from, sender, erc20, amount);
        if (data.length == 0) return;
        bytes4 answer = ITernReceiver(to).onTernTokens(erc20, amount, uint8(from), sender, data);
        if (answer != ITernReceiver.onTernTokens.selector) revert NotTaken(to);
    }

    /// Hands out or mints; answers what the recipient has got.
    function give(bytes32 id, address to, uint64 units) private returns (address erc20, uint256 amount) {
        if (to == SELF || to == address(0)) revert InvalidRecipient();
        Token memory t = token(id);
        erc20 = tokenOf(id);
        if (t.home == Machine.EVM) return (erc20, pay(erc20, to, units * t.unit));
        if (standIns[erc20] == 0) createStandIn(id, t);
        ITernToken(erc20).mint(to, units);
        return (erc20, units);
    }

    /// Out of escrow.
    function pay(address erc20, address to, uint256 amount) private returns (uint256 received) {
        uint256 before = balanceOf(erc20, SELF);
        uint256 had = balanceOf(erc20, to);
        ask(erc20, abi.encodeCall(ITernToken.transfer, (to, amount)));
        if (before > amount && balanceOf(erc20, SELF) < before - amount) revert EscrowDrained(erc20);
        uint256 has = balanceOf(erc20, to);
        return has > had ? has - had : 0;
    }

    // ---- What could not arrive

    /// @inheritdoc ITernGateway
    function cancel(bytes32 message) external here {
        (,, bytes32 sender) = TernBooks.transfer(message);
        if (sender != bytes32(uint256(uint160(msg.sender)))) revert OnlySender();
        QUEUE.cancel(message);
    }

    /// @inheritdoc ITernGateway
    function reclaim(bytes32 message) external here {
        (bytes32 id, uint64 units, bytes32 to) = TernBooks.reclaim(message);
        address sender = address(uint160(uint256(to)));
        (address erc20, uint256 amount) = give(id, sender, units);
        emit Reclaimed(message, id, sender, erc20, amount);
    }

    // ---- Talking to tokens

    /// A call of a token that must succeed and answer true or nothing.
    function ask(address erc20, bytes memory data) private {
        busy = 1;
        (bool ok, bytes memory answer) = erc20.call(data);
        busy = 0;
        if (!ok || (answer.length != 0 && (answer.length < 32 || uint256(bytes32(answer)) != 1))) {
            revert TokenRefused(erc20, answer);
        }
    }

    function balanceOf(address erc20, address account) private view returns (uint256) {
        (bool ok, bytes memory answer) = erc20.staticcall(abi.encodeCall(ITernToken.balanceOf, (account)));
        if (!ok || answer.length < 32) revert TokenRefused(erc20, answer);
        return uint256(bytes32(answer));
    }

    function decimalsOf(address erc20) private view returns (uint8) {
        (bool ok, bytes memory answer) = erc20.staticcall(abi.encodeCall(ITernToken.decimals, ()));
        if (!ok || answer.length < 32 || uint256(bytes32(answer)) > 255) revert NoDecimals(erc20);
        return uint8(uint256(bytes32(answer)));
    }

    /// A name or symbol: a string, or 32 bytes as some old tokens answer; nothing if it is neither.
    function textOf(address erc20, bytes4 selector) private view returns (bytes memory text) {
        (bool ok, bytes memory answer) = erc20.staticcall{gas: 100000}(abi.encodeWithSelector(selector));
        if (!ok || answer.length < 32) return "";
        uint256 length;
        uint256 first;
        if (answer.length == 32) {
            while (length < 32 && answer[length] != 0) length++;
        } else if (answer.length >= 64 && uint256(bytes32(answer)) == 32) {
            assembly ("memory-safe") {
                length := mload(add(answer, 64))
            }
            first = 64;
            if (length > answer.length - first) return "";
        }
        // More than the books keep, so that they see that it was longer.
        if (length > 33) length = 33;
        text = new bytes(length);
        for (uint256 i = 0; i < length; i++) text[i] = answer[first + i];
    }

    /// Kept if it fails, and anybody may retry it: what arrives is the recipient's whoever makes it arrive.
    function options() private pure returns (ITernQueue.Options memory o) {
        o.openRetry = true;
    }
}
