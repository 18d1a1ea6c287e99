// SPDX-License-Identifier: MIT
pragma solidity ^0.8.13;

import {ITernToken} from "./interfaces/ITernToken.sol";

/// @title TernToken
/// @notice Genesis contract at 0x7E00000000000000000000000000000000000007: the code of the gateway's ERC-20 contracts,
///         each of which is a minimal proxy (ERC-1167) to it. The gateway alone mints and burns.
contract TernToken is ITernToken {
    address private constant GATEWAY = 0x7E00000000000000000000000000000000000006;

    /// In the first slot: the node reads it there.
    uint256 public totalSupply;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    bytes32 public ternId;
    string public name;
    string public symbol;
    uint8 public decimals;

    modifier onlyGateway() {
        if (msg.sender != GATEWAY) revert OnlyGateway();
        _;
    }

    /// @inheritdoc ITernToken
    function initialize(bytes32 id, string calldata name_, string calldata symbol_, uint8 decimals_)
        external
        onlyGateway
    {
        (ternId, name, symbol, decimals) = (id, name_, symbol_, decimals_);
    }

    /// @inheritdoc ITernToken
    function transfer(address to, uint256 value) external returns (bool) {
        move(msg.sender, to, value);
        return true;
    }

    /// @inheritdoc ITernToken
    function approve(address spender, uint256 value) external returns (bool) {
        if (spender == address(0)) revert ERC20InvalidSpender(spender);
        allowance[msg.sender][spender] = value;
        emit Approval(msg.sender, spender, value);
        return true;
    }

    /// @inheritdoc ITernToken
    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            if (allowed < value) revert ERC20InsufficientAllowance(msg.sender, allowed, value);
            unchecked {
                allowance[from][msg.sender] = allowed - value;
            }
        }
        move(from, to, value);
        return true;
    }

    /// @inheritdoc ITernToken
    function mint(address to, uint256 value) external onlyGateway {
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        totalSupply += value;
        unchecked {
            balanceOf[to] += value;
        }
        emit Transfer(address(0), to, value);
    }

    /// @inheritdoc ITernToken
    function burn(address from, uint256 value) external onlyGateway {
        take(from, value);
        unchecked {
            totalSupply -= value;
        }
        emit Transfer(from, address(0), value);
    }

    function move(address from, address to, uint256 value) private {
        if (to == address(0)) revert ERC20InvalidReceiver(to);
        take(from, value);
        unchecked {
            balanceOf[to] += value;
        }
        emit Transfer(from, to, value);
    }

    function take(address from, uint256 value) private {
        uint256 balance = balanceOf[from];
        if (balance < value) revert ERC20InsufficientBalance(from, balance, value);
        unchecked {
            balanceOf[from] = balance - value;
        }
    }
}
