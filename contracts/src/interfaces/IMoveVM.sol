// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

/// @title IMoveVM
/// @notice Cross-VM messaging from the EVM to the Move VM.
interface IMoveVM {
    /// @notice A message to the Move VM. It runs after the transaction's own execution has succeeded, in the order in
    ///         which messages were started.
    event Call(
        address indexed sender, bytes moduleAddress, bytes moduleId, bytes functionId, bytes callData, bytes generics
    );

    /// @notice Starts a call of a public Move function. `msg.sender` is the caller: the function receives a signer of
    ///         its Move alias for each leading signer parameter.
    /// @param _moduleAddress The module's address: hexadecimal text such as `0x1`, or 32 raw bytes.
    /// @param _moduleId The module's name, such as `coin`.
    /// @param _functionId The function's name, such as `transfer`; the ABI types of the arguments may follow, as in
    ///        `transfer(bytes32,uint64)`.
    /// @param _callData The ABI encoding of the arguments after any signers.
    /// @param _generics The type arguments, comma separated, nested with `<…>`: `0x1::aptos_coin::AptosCoin`.
    function call(
        bytes calldata _moduleAddress,
        bytes calldata _moduleId,
        bytes calldata _functionId,
        bytes calldata _callData,
        bytes calldata _generics
    ) external;
}
