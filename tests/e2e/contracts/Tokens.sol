// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ITernGateway, ITernReceiver} from "contracts/src/interfaces/ITernGateway.sol";

/// An ordinary token of OpenZeppelin's.
contract Plain is ERC20 {
    uint8 private immutable places;

    constructor(string memory name, string memory symbol, uint8 places_, uint256 supply) ERC20(name, symbol) {
        places = places_;
        _mint(msg.sender, supply);
    }

    function decimals() public view override returns (uint8) {
        return places;
    }
}

/// Keeps a hundredth of every transfer.
contract Fee is Plain {
    constructor() Plain("Fee", "FEE", 6, 1e12) {}

    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0) && to != address(0)) {
            super._update(from, address(0), value / 100);
            value -= value / 100;
        }
        super._update(from, to, value);
    }
}

/// Answers nothing, as Tether's does, and takes no second approval before the first is used up.
contract NoReturn {
    string public name = "Tether USD";
    string public symbol = "USDT";
    uint256 public decimals = 6;
    uint256 public totalSupply = 1e12;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    constructor() {
        balanceOf[msg.sender] = totalSupply;
    }

    function approve(address spender, uint256 value) external {
        require(value == 0 || allowance[msg.sender][spender] == 0);
        allowance[msg.sender][spender] = value;
    }

    function transfer(address to, uint256 value) external {
        balanceOf[msg.sender] -= value;
        balanceOf[to] += value;
    }

    function transferFrom(address from, address to, uint256 value) external {
        allowance[from][msg.sender] -= value;
        balanceOf[from] -= value;
        balanceOf[to] += value;
    }
}

/// A name and a symbol of 32 bytes, as Maker's has.
contract OldText is Plain {
    constructor() Plain("", "", 18, 1e24) {}

    function name() public pure override returns (string memory) {
        assembly {
            mstore(0, "Old Maker")
            return(0, 32)
        }
    }

    function symbol() public pure override returns (string memory) {
        assembly {
            mstore(0, "OMK")
            return(0, 32)
        }
    }
}

/// Text that cannot be shown everywhere, and too much of it.
contract BadText is Plain {
    constructor() Plain("\x01bad", unicode"Überlanger Name eines Geldes, das es nicht gibt", 0, 1e6) {}
}

/// Balances that the owner scales.
contract Rebasing {
    string public name = "Rebasing";
    string public symbol = "REB";
    uint8 public decimals = 6;
    uint256 public factor = 100;
    mapping(address => uint256) private shares;

    constructor() {
        shares[msg.sender] = 1e12;
    }

    function rebase(uint256 percent) external {
        factor = percent;
    }

    function balanceOf(address who) public view returns (uint256) {
        return shares[who] * factor / 100;
    }

    event Approval(address indexed owner, address indexed spender, uint256 value);

    /// Everybody may move everything.
    function approve(address spender, uint256 value) external returns (bool) {
        emit Approval(msg.sender, spender, value);
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        return transferFrom(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) public returns (bool) {
        shares[from] -= value * 100 / factor;
        shares[to] += value * 100 / factor;
        return true;
    }
}

/// Whatever is wrong with a token, by a switch.
contract Evil is Plain {
    ITernGateway private constant GATEWAY = ITernGateway(0x7E00000000000000000000000000000000000006);

    enum Mode {
        HONEST,
        FALSE,
        REVERT,
        NOTHING,
        MORE,
        REENTER,
        DRAIN,
        TWO
    }

    Mode public mode;

    constructor() Plain("Evil", "EVL", 6, 1e12) {}

    function become(Mode m) external {
        mode = m;
    }

    function burnOf(address who, uint256 value) external {
        _burn(who, value);
    }

    function transfer(address to, uint256 value) public override returns (bool) {
        return act(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) public override returns (bool) {
        return act(from, to, value);
    }

    function act(address from, address to, uint256 value) private returns (bool) {
        if (mode == Mode.FALSE) return false;
        if (mode == Mode.REVERT) revert("evil refuses");
        if (mode == Mode.NOTHING) return true;
        _transfer(from, to, value);
        if (mode == Mode.MORE) _mint(to, value);
        if (mode == Mode.DRAIN) _burn(address(GATEWAY), 1);
        if (mode == Mode.REENTER) GATEWAY.send(address(this), ITernGateway.Machine.MOVE, bytes32(uint256(1)), 1);
        if (mode == Mode.TWO) {
            assembly {
                mstore(0, 2)
                return(0, 32)
            }
        }
        return true;
    }
}

/// Takes tokens with data, and swaps them back if it is told to.
contract Receiver is ITernReceiver {
    ITernGateway private constant GATEWAY = ITernGateway(0x7E00000000000000000000000000000000000006);

    event Taken(address token, uint256 amount, uint8 from, bytes32 sender, bytes data);

    function onTernTokens(address token, uint256 amount, uint8 from, bytes32 sender, bytes calldata data)
        external
        returns (bytes4)
    {
        require(msg.sender == address(GATEWAY) && ERC20(token).balanceOf(address(this)) >= amount);
        require(keccak256(data) != keccak256("refuse"), "no");
        emit Taken(token, amount, from, sender, data);
        if (keccak256(data) == keccak256("wrong")) return 0;
        if (keccak256(data) == keccak256("back")) {
            ERC20(token).approve(address(GATEWAY), amount);
            GATEWAY.send(token, ITernGateway.Machine(from), sender, amount);
        }
        return this.onTernTokens.selector;
    }
}
