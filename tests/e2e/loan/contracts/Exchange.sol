// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

interface IERC20 {
    function balanceOf(address who) external view returns (uint256);
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function approve(address who, uint256 amount) external returns (bool);
}

/// A market of two tokens in the EVM, xy = k with a fee of 0.3 %: the other venue of the trades between machines.
contract Exchange {
    IERC20 public immutable A;
    IERC20 public immutable B;

    error TooLittle(uint256 out);

    constructor(IERC20 a, IERC20 b) {
        A = a;
        B = b;
    }

    /// Sells `amount` of `token` for at least `least` of the other; the reserves are what the market holds.
    function sell(IERC20 token, uint256 amount, uint256 least) external returns (uint256 out) {
        require(token == A || token == B, "not one of its tokens");
        IERC20 other = token == A ? B : A;
        uint256 paid = amount * 997;
        out = paid * other.balanceOf(address(this)) / (token.balanceOf(address(this)) * 1000 + paid);
        if (out < least) revert TooLittle(out);
        require(token.transferFrom(msg.sender, address(this), amount), "not paid");
        require(other.transfer(msg.sender, out), "not given");
    }
}
