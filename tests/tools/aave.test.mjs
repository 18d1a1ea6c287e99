// Aave v3 from its npm artifacts: supply, borrow, repay, flash loan, liquidation, with the numbers that its rules give.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MaxUint256, parseEther, parseUnits } from 'ethers';
import { aToken, deployAave, flashReceiver, setPrice, variableDebt } from './aave.mjs';
import { send, startChain } from './lib.mjs';

const ASSETS = [
    { symbol: 'WETH', decimals: 18, price: 2000n * 10n ** 8n, ltv: 8000, threshold: 8250, bonus: 10500, weth: true },
    { symbol: 'USDC', decimals: 6, price: 10n ** 8n, ltv: 8000, threshold: 8500, bonus: 10400 },
];
const VARIABLE = 2;

let chain, m, supplier, borrower, liquidator;
const usdc = (n) => parseUnits(String(n), 6);
const as = (contract, wallet) => contract.connect(wallet);

before(async () => {
    chain = await startChain();
    m = await deployAave(chain.wallet(0), chain.address(0), ASSETS);
    [supplier, borrower, liquidator] = [chain.wallet(1), chain.wallet(2), chain.wallet(3)];
});
after(() => chain?.stop());

async function supply(wallet, index, symbol, amount) {
    const token = as(m.assets[symbol].token, wallet);
    await send(token['mint(uint256)'](amount));
    await send(token.approve(await m.pool.getAddress(), MaxUint256));
    return send(as(m.pool, wallet).supply(m.assets[symbol].address, amount, chain.address(index), 0));
}

test('the market is set up', async () => {
    assert.deepEqual([...await m.pool.getReservesList()], Object.values(m.assets).map((a) => a.address));
    const [reserves] = await m.ui.getReservesData(await m.provider.getAddress());
    assert.deepEqual(reserves.map((r) => r.symbol), ['WETH', 'USDC']);
    assert.equal(await m.oracle.getAssetPrice(m.assets.WETH.address), ASSETS[0].price);
});

test('supply gives aTokens one to one', async () => {
    await supply(supplier, 1, 'USDC', usdc(100_000));
    await supply(borrower, 2, 'WETH', parseEther('10'));
    assert.equal(await (await aToken(m, 'USDC', supplier)).balanceOf(chain.address(1)), usdc(100_000));
    const account = await m.pool.getUserAccountData(chain.address(2));
    assert.equal(account.totalCollateralBase, 20_000n * 10n ** 8n);
    assert.equal(account.availableBorrowsBase, 16_000n * 10n ** 8n);
});

test('borrow is bounded by the collateral, and repaid', async () => {
    const pool = as(m.pool, borrower);
    // Error 36: COLLATERAL_CANNOT_COVER_NEW_BORROW
    await assert.rejects(pool.borrow.staticCall(m.assets.USDC.address, usdc(16_001), VARIABLE, 0, chain.address(2)), (e) => e.reason === '36');
    await send(pool.borrow(m.assets.USDC.address, usdc(15_000), VARIABLE, 0, chain.address(2)));
    const token = as(m.assets.USDC.token, borrower);
    assert.equal(await token.balanceOf(chain.address(2)), usdc(15_000));
    await send(token.approve(await m.pool.getAddress(), MaxUint256));
    await send(pool.repay(m.assets.USDC.address, usdc(1_000), VARIABLE, chain.address(2)));
    const debt = await (await variableDebt(m, 'USDC', borrower)).balanceOf(chain.address(2));
    assert.ok(debt >= usdc(14_000) && debt < usdc(14_001), `debt ${debt}`);
});

test('interest grows with time', async () => {
    const debt = await variableDebt(m, 'USDC', borrower);
    const before = await debt.balanceOf(chain.address(2));
    await chain.rpc('evm_increaseTime', 365 * 86400);
    await chain.rpc('evm_mine');
    const after = await debt.balanceOf(chain.address(2));
    // utilisation 14 %: variable rate 0.14 / 0.8 * 4 % = 0.7 % a year, compounded
    const rate = Number(after - before) / Number(before);
    assert.ok(rate > 0.0069 && rate < 0.0072, `rate ${rate}`);
});

test('a flash loan is paid back with its premium, or undone', async () => {
    const receiver = await flashReceiver(m, supplier);
    const pool = as(m.pool, supplier);
    const loan = [await receiver.getAddress(), [m.assets.USDC.address], [usdc(50_000)], [0], chain.address(1), '0x', 0];
    const a = await aToken(m, 'USDC', supplier);
    const before = await m.assets.USDC.token.balanceOf(await a.getAddress());
    // The receiver mints the premium to itself: what it pays is 0.05 % of the loan.
    const receipt = await send(pool.flashLoan(...loan));
    assert.equal(await m.assets.USDC.token.balanceOf(await a.getAddress()) - before, usdc(25));
    const event = receipt.logs.map((l) => { try { return m.pool.interface.parseLog(l); } catch { return null; } }).find((l) => l?.name === 'FlashLoan');
    assert.equal(event.args.premium, usdc(25));
    await send(receiver.setFailExecutionTransfer(true));
    await assert.rejects(pool.flashLoan.staticCall(...loan));
    assert.equal(await m.assets.USDC.token.balanceOf(await a.getAddress()) - before, usdc(25));
});

test('a fallen price lets others liquidate', async () => {
    const pool = as(m.pool, liquidator);
    const token = as(m.assets.USDC.token, liquidator);
    await send(token['mint(uint256)'](usdc(20_000)));
    await send(token.approve(await m.pool.getAddress(), MaxUint256));
    const call = [m.assets.WETH.address, m.assets.USDC.address, chain.address(2), usdc(5_000), false];
    // Error 45: HEALTH_FACTOR_NOT_BELOW_THRESHOLD
    await assert.rejects(pool.liquidationCall.staticCall(...call), (e) => e.reason === '45');
    await setPrice(m, chain.wallet(0), 'WETH', 1600n * 10n ** 8n);
    assert.ok((await m.pool.getUserAccountData(chain.address(2))).healthFactor < parseEther('1'));
    await send(pool.liquidationCall(...call));
    // 5,000 USDC at a bonus of 5 %: 5,250 / 1,600 WETH, less the protocol's share of the bonus (none is set).
    assert.equal(await m.assets.WETH.token.balanceOf(chain.address(3)), parseEther('3.28125'));
});

test('the gateway takes and gives ETH', async () => {
    const gateway = as(m.gateway, supplier);
    const pool = await m.pool.getAddress();
    await send(gateway.depositETH(pool, chain.address(1), 0, { value: parseEther('2') }));
    const a = await aToken(m, 'WETH', supplier);
    assert.equal(await a.balanceOf(chain.address(1)), parseEther('2'));
    await send(a.approve(await m.gateway.getAddress(), MaxUint256));
    const before = await chain.provider.getBalance(chain.address(9));
    await send(gateway.withdrawETH(pool, parseEther('1'), chain.address(9)));
    assert.equal(await chain.provider.getBalance(chain.address(9)) - before, parseEther('1'));
});
