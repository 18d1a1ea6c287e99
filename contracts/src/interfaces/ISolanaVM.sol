// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

/// @title ISolanaVM
/// @notice Cross-VM messaging from the EVM to the Solana VM.
interface ISolanaVM {
    /// @notice An account of the instruction, as in `AccountMeta` of Solana's SDKs.
    struct AccountMeta {
        /// The account's key.
        bytes32 pubkey;
        /// It has signed. Only the sender's alias may say so, and it signs wherever it is named.
        bool isSigner;
        /// The program may change it.
        bool isWritable;
    }

    /// @notice A message to the Solana VM. It runs after the transaction's own execution has succeeded, in the order in
    ///         which messages were started.
    event Call(address indexed sender, bytes32 program, AccountMeta[] metas, bytes data);

    /// @notice Starts an instruction of a Solana program. The alias of `msg.sender` there is the program-derived
    ///         address of the messenger program with the seeds `"evm"` and the sender's 20 bytes.
    /// @param program The program's id.
    /// @param metas The accounts that the instruction names, in order.
    /// @param data The instruction's data.
    function call(bytes32 program, AccountMeta[] calldata metas, bytes calldata data) external;
}
