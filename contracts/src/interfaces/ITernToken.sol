// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

/// @title ITernToken
/// @notice The ERC-20 by which the EVM knows a token that is at home in Move or in the Solana VM. Errors are those of
///         EIP-6093.
interface ITernToken {
    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
    error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
    error ERC20InvalidReceiver(address receiver);
    error ERC20InvalidSpender(address spender);

    /// @notice Only the gateway may do that.
    error OnlyGateway();

    function name() external view returns (string memory);
    function symbol() external view returns (string memory);
    function decimals() external view returns (uint8);
    function totalSupply() external view returns (uint256);
    function balanceOf(address account) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function transfer(address to, uint256 value) external returns (bool);
    function approve(address spender, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);

    /// @notice The token's id at the gateway.
    function ternId() external view returns (bytes32);

    /// @notice Sets what the token is; by the gateway, when it has made the contract.
    function initialize(bytes32 id, string calldata name, string calldata symbol, uint8 decimals) external;
    function mint(address to, uint256 value) external;
    function burn(address from, uint256 value) external;
}
