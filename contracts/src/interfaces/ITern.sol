// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ISolanaVM} from "./ISolanaVM.sol";

/// @title ITern
/// @notice Calls of contracts of the other machines, in the middle of a transaction, with their results. At
///         0x7e00000000000000000000000000000000000003.
///
///         Every call has a savepoint of its own: one that fails leaves nothing behind in any machine but the gas that
///         it used, and its value stays with the caller. `callMove` and `callSvm` answer `ok`; the `must` forms revert
///         with the same error data.
///
///         The callee sees the caller's alias, never the caller itself: it cannot spend what the caller owns here. With
///         the flag HOME_AUTHORITY it can: while it runs, what it does in the EVM with that alias is done by the caller.
///         Use it only for code that you trust as your own.
///
///         In a static call the callee can write nothing in any machine.
interface ITern {
    /// @notice A call failed.
    /// @param vm The callee's machine: 0 EVM, 1 Move, 2 Solana.
    /// @param reason Why: 1 out of gas, 2 reverted, 3 malformed, 4 no such target, 5 alias occupied, 6 over a limit,
    ///        9 value, 10 read-only, 11 re-entry.
    /// @param code Move's abort code, or a Solana program's own error; else zero.
    /// @param message The reason in the callee's own words.
    error CallFailed(uint8 vm, uint8 reason, uint64 code, string message);

    /// @notice ITern cannot be called by `delegatecall` or `callcode`: it speaks for its caller only.
    error DelegateCallRefused();

    /// @notice There is no such function.
    error UnknownFunction();

    /// @notice Calls a public Move function. Arguments are named as those of `IMoveVM.call`; value arrives as coins of the
    ///         caller's alias (10^9 wei are one unit; a remainder is refused).
    /// @return ok Whether it succeeded.
    /// @return result Its results, ABI-encoded (addresses as bytes32, structs as tuples); or the data of `CallFailed`.
    function callMove(
        bytes calldata moduleAddress,
        bytes calldata moduleId,
        bytes calldata functionId,
        bytes calldata callData,
        bytes calldata generics
    ) external payable returns (bool ok, bytes memory result);

    /// @notice The same with flags: 1 HOME_AUTHORITY; 2 BCS: `callData` is `abi.encode(bytes[])`, one BCS value for each
    ///         parameter, and the result is BCS too, one value after another.
    function callMove(
        uint256 flags,
        bytes calldata moduleAddress,
        bytes calldata moduleId,
        bytes calldata functionId,
        bytes calldata callData,
        bytes calldata generics
    ) external payable returns (bool ok, bytes memory result);

    /// @notice As `callMove`, but a failure reverts.
    function mustCallMove(
        bytes calldata moduleAddress,
        bytes calldata moduleId,
        bytes calldata functionId,
        bytes calldata callData,
        bytes calldata generics
    ) external payable returns (bytes memory result);

    /// @notice As `callMove` with flags, but a failure reverts.
    function mustCallMove(
        uint256 flags,
        bytes calldata moduleAddress,
        bytes calldata moduleId,
        bytes calldata functionId,
        bytes calldata callData,
        bytes calldata generics
    ) external payable returns (bytes memory result);

    /// @notice Invokes a Solana program. The caller's alias signs wherever it is among `metas`; value arrives as lamports of
    ///         the alias.
    /// @return ok Whether it succeeded.
    /// @return result The program's return data, at most 1,024 bytes; or the data of `CallFailed`.
    function callSvm(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data)
        external
        payable
        returns (bool ok, bytes memory result);

    /// @notice The same with flags: 1 HOME_AUTHORITY.
    function callSvm(uint256 flags, bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data)
        external
        payable
        returns (bool ok, bytes memory result);

    /// @notice As `callSvm`, but a failure reverts.
    function mustCallSvm(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data)
        external
        payable
        returns (bytes memory result);

    /// @notice As `callSvm` with flags, but a failure reverts.
    function mustCallSvm(uint256 flags, bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data)
        external
        payable
        returns (bytes memory result);

    /// @notice Brings home what the caller's alias holds in another machine, down to 10^9 wei: value that came with calls
    ///         and was not spent, or that somebody sent there. Reverts with `CallFailed` if that cannot be.
    /// @param vm The machine: 1 Move, 2 Solana.
    /// @return value How much has come, in wei.
    function sweep(uint8 vm) external returns (uint256 value);

    /// @notice The address by which Move knows an account of the EVM.
    function moveAlias(address account) external view returns (bytes32);

    /// @notice The key by which Solana programs know an account of the EVM.
    function solanaAlias(address account) external view returns (bytes32);

    /// @notice The address by which the EVM knows a Move address.
    function aliasOfMove(bytes32 account) external view returns (address);

    /// @notice The address by which the EVM knows a Solana key.
    function aliasOfSolana(bytes32 key) external view returns (address);

    /// @notice Who is behind an address: follows alias after alias to the first actor.
    /// @return vm His machine: 0 EVM, 1 Move, 2 Solana.
    /// @return home His address there; an EVM address in the last 20 bytes.
    function homeOf(address account) external view returns (uint8 vm, bytes32 home);
}
