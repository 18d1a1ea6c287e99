// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

import {ITern} from "contracts/src/interfaces/ITern.sol";
import {ITernGateway} from "contracts/src/interfaces/ITernGateway.sol";
import {ITernQueue} from "contracts/src/interfaces/ITernQueue.sol";
import {Exchange, IERC20} from "tests/e2e/loan/contracts/Exchange.sol";

interface IWETH is IERC20 {
    function deposit() external payable;
    function withdraw(uint256 amount) external;
}

/// What of Aave v3's pool is used.
interface IPool {
    function supply(address asset, uint256 amount, address onBehalfOf, uint16 referral) external;
    function borrow(address asset, uint256 amount, uint256 rateMode, uint16 referral, address onBehalfOf) external;
    function repay(address asset, uint256 amount, uint256 rateMode, address onBehalfOf) external returns (uint256);
    function withdraw(address asset, uint256 amount, address to) external returns (uint256);
    function flashLoanSimple(address receiver, address asset, uint256 amount, bytes calldata params, uint16 referral) external;
}

/// A loan from Aave, traded in a market that is a Move module. Where the market is, and by what type it knows the dollar, is
/// said at deployment; a market with the entry functions of Liquidswap will do.
contract Loan {
    ITern constant TERN = ITern(0x7e00000000000000000000000000000000000003);
    ITernQueue constant QUEUE = ITernQueue(0x7E00000000000000000000000000000000000004);
    ITernGateway constant GATEWAY = ITernGateway(0x7E00000000000000000000000000000000000006);
    uint8 constant MOVE = 1;
    uint256 constant VARIABLE_RATE = 2;

    struct Setup {
        IPool pool;
        IWETH weth;
        IERC20 usdc;
        Exchange exchange;
        bytes market; // the market's address in Move
        bytes module; // its module with the entry functions
        bytes generics; // type arguments of swap: dollar, ether, curve
    }

    address public immutable owner = msg.sender;
    Setup setup;

    event Opened(uint256 collateral, uint256 debt, bytes32 sale);
    event Closed(uint256 repaid, uint256 profit);
    event NotSold(bytes reason);
    event Paid(bytes32 recipient, uint256 amount);

    error OnlyOwner();
    error OnlyQueue();
    error OnlyPool();

    modifier onlyOwner() {
        if (msg.sender != owner) revert OnlyOwner();
        _;
    }

    constructor(Setup memory s) {
        setup = s;
        s.weth.approve(address(s.pool), type(uint256).max);
        s.weth.approve(address(s.exchange), type(uint256).max);
        s.usdc.approve(address(s.pool), type(uint256).max);
        s.usdc.approve(address(s.exchange), type(uint256).max);
        s.usdc.approve(address(GATEWAY), type(uint256).max);
    }

    receive() external payable {}

    // ---- Queued: the sale runs after this transaction's own work, and its result calls back

    /// Takes `msg.value` as collateral, borrows `amount` dollars and sends them to be sold in Move for at least `least`
    /// (in units of 10^9 wei). All of it is one transaction.
    function open(uint256 amount, uint64 least) external payable onlyOwner {
        setup.weth.deposit{value: msg.value}();
        setup.pool.supply(address(setup.weth), msg.value, address(this), 0);
        setup.pool.borrow(address(setup.usdc), amount, VARIABLE_RATE, 0, address(this));
        GATEWAY.send(address(setup.usdc), ITernGateway.Machine.MOVE, TERN.moveAlias(address(this)), amount);
        ITernQueue.Options memory options;
        options.onFail = ITernQueue.OnFail.CALLBACK;
        options.onSuccess = true;
        options.callback = this.sold.selector;
        bytes32 sale =
            QUEUE.sendMove(setup.market, setup.module, "swap", abi.encode(uint64(amount), least), setup.generics, options);
        emit Opened(msg.value, amount, sale);
    }

    /// The queue tells how the sale went.
    function sold(bytes32, bool ok, bytes calldata result) external {
        if (msg.sender != address(QUEUE)) revert OnlyQueue();
        if (ok) close();
        else emit NotSold(result);
    }

    /// The ether comes home, pays the debt, and frees the collateral.
    function close() private {
        TERN.sweep(MOVE);
        setup.weth.deposit{value: address(this).balance}();
        uint256 dollars = setup.exchange.sell(setup.weth, setup.weth.balanceOf(address(this)), 0);
        uint256 repaid = setup.pool.repay(address(setup.usdc), type(uint256).max, VARIABLE_RATE, address(this));
        setup.pool.withdraw(address(setup.weth), type(uint256).max, address(this));
        emit Closed(repaid, dollars - repaid);
    }

    // ---- Synchronous: a flash loan that is sold in Move and paid back in the same call

    /// Borrows `amount` dollars for the length of this call, sells them in Move for at least `least`, sells the ether here,
    /// pays back and keeps the rest. If any step fails nothing has happened. Of what is left, `share` goes to
    /// `recipient`, an account of the Solana VM, as SPL tokens.
    function arbitrage(uint256 amount, uint64 least, bytes32 recipient, uint256 share) external payable onlyOwner {
        setup.pool.flashLoanSimple(address(this), address(setup.usdc), amount, abi.encode(least), 0);
        if (share == 0) return;
        GATEWAY.sendNow{value: msg.value}(address(setup.usdc), ITernGateway.Machine.SVM, recipient, share);
        emit Paid(recipient, share);
    }

    /// Aave calls this with the dollars.
    function executeOperation(address, uint256 amount, uint256 premium, address, bytes calldata params)
        external
        returns (bool)
    {
        if (msg.sender != address(setup.pool)) revert OnlyPool();
        uint64 least = abi.decode(params, (uint64));
        uint256 kept = address(this).balance;
        GATEWAY.sendNow(address(setup.usdc), ITernGateway.Machine.MOVE, TERN.moveAlias(address(this)), amount);
        TERN.mustCallMove(setup.market, setup.module, "swap", abi.encode(uint64(amount), least), setup.generics);
        TERN.sweep(MOVE);
        uint256 ether_ = address(this).balance - kept;
        setup.weth.deposit{value: ether_}();
        uint256 dollars = setup.exchange.sell(setup.weth, ether_, amount + premium);
        emit Closed(amount + premium, dollars - amount - premium);
        return true;
    }
}
