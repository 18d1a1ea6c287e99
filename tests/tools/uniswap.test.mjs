// Uniswap v2 and v3 from their npm artifacts: pools, liquidity, swaps with the amounts that their formulas give.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MaxUint256, ZeroAddress, parseEther } from 'ethers';
import { artifact, at, deploy, send, startChain } from './lib.mjs';

const v2 = (name) => artifact(`@uniswap/v2-core/build/${name}.json`);
const v2p = (name) => artifact(`@uniswap/v2-periphery/build/${name}.json`);
const v3 = (name) => artifact(`@uniswap/v3-core/artifacts/contracts/${name}.sol/${name}.json`);
const v3p = (file) => artifact(`@uniswap/v3-periphery/artifacts/contracts/${file}.json`);
const hex = (a) => ({ ...a, bytecode: a.bytecode.startsWith('0x') ? a.bytecode : `0x${a.bytecode}` });

let chain, wallet, weth, tokens;
const me = () => chain.address(0);
const addressOf = (contract) => contract.getAddress();

before(async () => {
    chain = await startChain();
    wallet = chain.wallet(0);
    weth = await deploy(wallet, hex(v2p('WETH9')));
    tokens = [];
    for (let i = 0; i < 2; i++) tokens.push(await deploy(wallet, hex(v2p('ERC20')), [parseEther('1000000')]));
    const addresses = await Promise.all(tokens.map(addressOf));
    if (BigInt(addresses[0]) > BigInt(addresses[1])) tokens.reverse();
});
after(() => chain?.stop());

test('v2: a pair, liquidity, swaps over tokens and ETH', async () => {
    const factory = await deploy(wallet, hex(v2('UniswapV2Factory')), [me()]);
    const router = await deploy(wallet, hex(v2p('UniswapV2Router02')), [await addressOf(factory), await addressOf(weth)]);
    const [a, b] = await Promise.all(tokens.map(addressOf));
    for (const t of tokens) await send(t.approve(await addressOf(router), MaxUint256));
    await send(router.addLiquidity(a, b, parseEther('1000'), parseEther('4000'), 0, 0, me(), MaxUint256));
    const pair = at(await factory.getPair(a, b), v2('UniswapV2Pair'), wallet);
    assert.equal(await pair.balanceOf(me()), parseEther('2000') - 1000n); // sqrt(1000 * 4000), less the minimum liquidity

    // x * y = k with 0.3 % of fee
    const give = parseEther('10');
    const expected = (give * 997n * parseEther('4000')) / (parseEther('1000') * 1000n + give * 997n);
    assert.equal((await router.getAmountsOut(give, [a, b]))[1], expected);
    const before = await tokens[1].balanceOf(me());
    await send(router.swapExactTokensForTokens(give, expected, [a, b], me(), MaxUint256));
    assert.equal(await tokens[1].balanceOf(me()) - before, expected);
    await assert.rejects(router.swapExactTokensForTokens.staticCall(give, expected, [a, b], me(), MaxUint256), (e) => e.reason === 'UniswapV2Router: INSUFFICIENT_OUTPUT_AMOUNT');

    await send(router.addLiquidityETH(a, parseEther('500'), 0, 0, me(), MaxUint256, { value: parseEther('50') }));
    const ethBefore = await chain.provider.getBalance(chain.address(8));
    await send(router.swapExactTokensForETH(parseEther('100'), 0, [b, a, await addressOf(weth)], chain.address(8), MaxUint256));
    assert.ok(await chain.provider.getBalance(chain.address(8)) > ethBefore);
    await send(pair.approve(await addressOf(router), MaxUint256));
    await send(router.removeLiquidity(a, b, await pair.balanceOf(me()), 0, 0, me(), MaxUint256));
    assert.equal(await pair.balanceOf(me()), 0n);
});

test('v3: a pool, a position, exact swaps in and out, fees', async () => {
    const factory = await deploy(wallet, v3('UniswapV3Factory'));
    const manager = await deploy(wallet, v3p('NonfungiblePositionManager.sol/NonfungiblePositionManager'), [await addressOf(factory), await addressOf(weth), ZeroAddress]);
    const router = await deploy(wallet, v3p('SwapRouter.sol/SwapRouter'), [await addressOf(factory), await addressOf(weth)]);
    const quoter = await deploy(wallet, v3p('lens/QuoterV2.sol/QuoterV2'), [await addressOf(factory), await addressOf(weth)]);
    const [a, b] = await Promise.all(tokens.map(addressOf));
    for (const t of tokens) {
        await send(t.approve(await addressOf(manager), MaxUint256));
        await send(t.approve(await addressOf(router), MaxUint256));
    }
    const Q96 = 1n << 96n;
    await send(manager.createAndInitializePoolIfNecessary(a, b, 3000, Q96)); // one to one
    const pool = at(await factory.getPool(a, b, 3000), v3('UniswapV3Pool'), wallet);
    assert.equal((await pool.slot0()).sqrtPriceX96, Q96);
    await send(manager.mint({ token0: a, token1: b, fee: 3000, tickLower: -60_000, tickUpper: 60_000, amount0Desired: parseEther('1000'), amount1Desired: parseEther('1000'), amount0Min: 0, amount1Min: 0, recipient: me(), deadline: MaxUint256 }));
    const liquidity = await pool.liquidity();

    // Within one range: the price moves by the input less its fee (SqrtPriceMath, getNextSqrtPriceFromAmount0RoundingUp).
    const give = parseEther('10');
    const net = give * 997000n / 1000000n;
    const next = (liquidity * Q96 * Q96 + (liquidity * Q96 + net * Q96) - 1n) / (liquidity * Q96 + net * Q96);
    const expected = liquidity * (Q96 - next) / Q96;
    const params = { tokenIn: a, tokenOut: b, fee: 3000, amountIn: give, sqrtPriceLimitX96: 0 };
    assert.equal((await quoter.quoteExactInputSingle.staticCall(params)).amountOut, expected);
    const before = await tokens[1].balanceOf(me());
    await send(router.exactInputSingle({ ...params, recipient: me(), deadline: MaxUint256, amountOutMinimum: expected }));
    assert.equal(await tokens[1].balanceOf(me()) - before, expected);
    assert.equal((await pool.slot0()).sqrtPriceX96, next);

    const outBefore = await tokens[0].balanceOf(me());
    await send(router.exactOutputSingle({ tokenIn: b, tokenOut: a, fee: 3000, recipient: me(), deadline: MaxUint256, amountOut: parseEther('1'), amountInMaximum: MaxUint256 >> 1n, sqrtPriceLimitX96: 0 }));
    assert.equal(await tokens[0].balanceOf(me()) - outBefore, parseEther('1'));

    const fees = await manager.collect.staticCall({ tokenId: 1, recipient: me(), amount0Max: (1n << 128n) - 1n, amount1Max: (1n << 128n) - 1n });
    const fee = give * 3000n / 1000000n;
    assert.ok(fees.amount0 <= fee && fees.amount0 >= fee - 2n, `fees ${fees.amount0}`);
    const { liquidity: owned } = await manager.positions(1);
    await send(manager.decreaseLiquidity({ tokenId: 1, liquidity: owned, amount0Min: 0, amount1Min: 0, deadline: MaxUint256 }));
    assert.equal(await pool.liquidity(), 0n);
});
