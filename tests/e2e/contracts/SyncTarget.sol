// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ITern} from "contracts/src/interfaces/ITern.sol";
import {ISolanaVM} from "contracts/src/interfaces/ISolanaVM.sol";

/// What Solana programs and wallets call in the middle of their own work.
contract SyncTarget {
    ITern constant TERN = ITern(0x7e00000000000000000000000000000000000003);
    ISolanaVM constant SOLANA = ISolanaVM(0x7E00000000000000000000000000000000000002);
    uint256 public total;

    event Stored(address sender, address origin, uint256 value, uint256 total);

    error NotNow(uint256 total);

    receive() external payable {}

    function put(uint256 amount) public payable returns (uint256) {
        total += amount;
        emit Stored(msg.sender, tx.origin, msg.value, total);
        return total;
    }

    function putAndRevert(uint256 amount) external payable {
        put(amount);
        revert NotNow(total);
    }

    function spin() external pure {
        while (true) {}
    }

    function long(uint256 bytes_) external pure returns (bytes memory) {
        return new bytes(bytes_);
    }

    /// Stores, then calls back into Solana; whatever comes of that, this call succeeds.
    function back(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data)
        external
        payable
        returns (bool ok, bytes memory result)
    {
        put(1);
        return TERN.callSvm{value: msg.value}(program, metas, data);
    }

    /// Calls back into Solana, successfully, and reverts.
    function backAndRevert(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data) external {
        TERN.mustCallSvm(program, metas, data);
        revert NotNow(total);
    }

    function look(bytes32 program, ISolanaVM.AccountMeta[] calldata metas, bytes calldata data)
        external
        view
        returns (bool, bytes memory)
    {
        bytes memory call = abi.encodeWithSelector(bytes4(keccak256("callSvm(bytes32,(bytes32,bool,bool)[],bytes)")), program, metas, data);
        (bool done, bytes memory out) = address(TERN).staticcall(call);
        require(done, "ITern failed");
        return abi.decode(out, (bool, bytes));
    }

    function queue(bytes32 program) external {
        SOLANA.call(program, new ISolanaVM.AccountMeta[](0), "");
    }
}
