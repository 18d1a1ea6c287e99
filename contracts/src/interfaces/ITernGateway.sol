// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

/// @title ITernReceiver
/// @notice A contract that wants to be called with the tokens that it is sent from another machine.
interface ITernReceiver {
    /// @notice Called by the gateway when `amount` of `token` has arrived here together with `data`.
    /// @param from The machine of the sender: 1 Move, 2 Solana.
    /// @param sender Who sent it, by his address there.
    /// @return This function's selector, or the tokens are not taken.
    function onTernTokens(address token, uint256 amount, uint8 from, bytes32 sender, bytes calldata data)
        external
        returns (bytes4);
}

/// @title ITernGateway
/// @notice Tokens between the three machines. A token has one home: there the gateway holds what is elsewhere, and
///         elsewhere it mints stand-ins of it, which only it can make and burn. At
///         0x7E00000000000000000000000000000000000006.
interface ITernGateway {
    enum Machine {
        EVM,
        MOVE,
        SVM
    }

    /// @notice What the gateway knows of a token.
    struct Token {
        /// Where it is at home.
        Machine home;
        /// Its address there: of an ERC-20 in the last 20 bytes, of an asset's metadata, of a mint.
        bytes32 homeAddress;
        string name;
        string symbol;
        /// Of its stand-ins: those of the home, or 9 if it has more.
        uint8 decimals;
        /// What one unit of a stand-in is at home, in its smallest amounts: 1, or a power of ten.
        uint256 unit;
        /// Units in each machine (zero at home), and on their way.
        uint64[3] held;
        uint64 moving;
    }

    /// @notice A function of Move that takes tokens:
    ///         `public fun name(tokens: FungibleAsset, machine: u8, sender: address, data: vector<u8>)`.
    struct MoveFunction {
        bytes32 moduleAddress;
        string module;
        string name;
    }

    /// @notice An ERC-20 of the EVM has been entered.
    event Registered(bytes32 indexed id, address indexed token, string name, string symbol, uint8 decimals);

    /// @notice A token that is at home elsewhere has got its ERC-20.
    event Created(bytes32 indexed id, address indexed token);

    /// @notice Tokens leave the EVM. `message` is zero if they arrive in the same call.
    event Sent(
        bytes32 indexed id,
        address indexed sender,
        Machine indexed to,
        bytes32 recipient,
        address token,
        uint256 amount,
        bytes32 message
    );

    /// @notice Tokens have arrived in the EVM.
    event Arrived(
        bytes32 indexed id, address indexed recipient, Machine indexed from, bytes32 sender, address token, uint256 amount
    );

    /// @notice What could not arrive went back to its sender.
    event Reclaimed(bytes32 indexed message, bytes32 indexed id, address indexed sender, address token, uint256 amount);

    error DelegateCallRefused();
    /// @notice A token's own code has called the gateway while the gateway called it.
    error Reentered();
    error NotAContract(address token);
    /// @notice `decimals()` does not answer with a number below 256.
    error NoDecimals(address token);
    /// @notice It is a stand-in: register it where it is at home.
    error IsStandIn(address token);
    error NotRegistered(address token);
    error UnknownToken(bytes32 id);
    error AlreadyCreated(bytes32 id);
    error InvalidRecipient();
    /// @notice The token's contract refused, or answered something else than true or nothing.
    error TokenRefused(address token, bytes reason);
    /// @notice The gateway's balance did not grow.
    error NothingArrived(address token);
    /// @notice What arrived is not a multiple of the token's unit.
    error Remainder(address token, uint256 received, uint256 unit);
    /// @notice More than 64 bits can count.
    error AmountTooLarge(uint256 amount);
    /// @notice The token has taken away some of what the gateway held: it takes no more of it.
    error EscrowShort(address token, uint256 held, uint256 owed);
    /// @notice A payment took more from the gateway than was paid.
    error EscrowDrained(address token);
    /// @notice The other machine refuses; as `ITern` has it.
    error CallFailed(uint8 vm, uint8 reason, uint64 code, string message);
    /// @notice The value has to be zero, or `expected`.
    error WrongValue(uint256 expected);
    error OnlyGateways();
    error OnlySender();
    /// @notice The receiver did not answer with its selector.
    error NotTaken(address receiver);

    /// @notice Enters an ERC-20, once and for all; anybody may. Its coin type in Move is made by a message of this
    ///         transaction. Its mint in the Solana VM is made if the value is the rent of a mint there, 1,461,600 gwei;
    ///         without value it is made later, by whoever pays for it.
    /// @return id The token's id: its type in Move is `0x<id>::token::Token`.
    function register(address token) external payable returns (bytes32 id);

    /// @notice Makes the ERC-20 of a token that is at home elsewhere. The first arrival does so too.
    function create(bytes32 id) external returns (address token);

    /// @notice Sends `amount` of `token`, an ERC-20 that is registered (and has approved the gateway) or a stand-in, by a
    ///         message that runs after this transaction's own execution. If it fails it is kept and anybody may retry it.
    /// @param recipient An address of that machine; an EVM address stands for its alias there.
    /// @return message The message's id.
    function send(address token, Machine to, bytes32 recipient, uint256 amount) external returns (bytes32 message);

    /// @notice The same in this call: when it returns the tokens have arrived. If they cannot arrive, it reverts.
    ///         To the Solana VM, value pays for the accounts that have to be made there; the recipient gets the rest of
    ///         it as lamports.
    function sendNow(address token, Machine to, bytes32 recipient, uint256 amount) external payable;

    /// @notice Sends tokens into a function of Move, which gets them in hand together with `data`, the machine of the
    ///         sender and his address: in this call, or by a message.
    /// @return message The message's id; zero if it was done in this call.
    function sendToFunction(address token, uint256 amount, MoveFunction calldata to, bytes calldata data, bool now_)
        external
        returns (bytes32 message);

    /// @notice Gives up a message that failed. Only who sent the tokens may.
    function cancel(bytes32 message) external;

    /// @notice Gives tokens back to who sent them, if their message has been cancelled or has expired.
    function reclaim(bytes32 message) external;

    /// @notice For the gateways of the other machines: tokens have arrived.
    function arrive(bytes32 id, address to, uint64 units, bytes32 sender, bytes calldata data) external;

    /// @notice The id of a token by its address here, registered or not.
    function idOf(address token) external view returns (bytes32);

    /// @notice The address here of a token that is registered: its own, or that of its stand-in, made or not.
    function tokenOf(bytes32 id) external view returns (address);

    /// @notice All that is known of a token.
    function token(bytes32 id) external view returns (Token memory);
}
