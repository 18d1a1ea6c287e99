// The stage for the loan of the source document: Aave v3 and a market of ether and dollars in the EVM, another market of the
// same two in Move, the dollar entered in the gateway. Used by the demo and by loan.test.mjs.
import { Account } from '@aptos-labs/ts-sdk';
import { parseEther } from 'ethers';
import { deployAave, deployTokens } from '../lib/aave.mjs';
import { compileMove, compileSolidity, deploy } from '../lib/compile.mjs';
import { GATEWAY, MOVE, coinOf, gatewayOf } from '../lib/gateway.mjs';
import { callEntry, publish } from '../lib/publish.mjs';

export const ETHER = '0x1::aptos_coin::AptosCoin'; // ether, in Move
const DOLLAR = 10n ** 6n, UNIT = 10n ** 9n; // of the dollar; of ether in Move
const mined = async (tx) => (await tx).wait();

// What needs no node, and takes its time: to be called before there are connections.
export function compileLoan() {
    const account = Account.generate();
    const modules = compileMove('tests/e2e/loan/move', { market: account.accountAddress.toString() });
    return { account, modules, ...compileSolidity('tests/e2e/loan/contracts/Loan.sol'), ...compileSolidity('tests/e2e/loan/contracts/Exchange.sol') };
}

// `market` overrides where dollars are sold in Move: { address, module, curve }, with its pool made by `fill(stage)`.
export async function setTheStage(node, compiled, market) {
    const wallet = node.wallet(0);
    const { usdc, weth } = await deployTokens(wallet);
    const [dollar, wrapped] = [await usdc.getAddress(), await weth.getAddress()];
    const aave = await deployAave(wallet, [
        { symbol: 'WETH', address: wrapped, decimals: 18, price: 3000n * 10n ** 8n },
        { symbol: 'USDC', address: dollar, decimals: 6, price: 10n ** 8n },
    ]);
    const exchange = await deploy(wallet, compiled.Exchange, wrapped, dollar);
    const gateway = gatewayOf(wallet);
    await mined(usdc['mint(uint256)'](20_000_000n * DOLLAR));
    await mined(usdc.approve(await aave.pool.getAddress(), 5_000_000n * DOLLAR));
    await mined(aave.pool.supply(dollar, 5_000_000n * DOLLAR, wallet.address, 0));
    await mined(weth.deposit({ value: parseEther('1000') }));
    await mined(weth.transfer(await exchange.getAddress(), parseEther('1000')));
    await mined(usdc.transfer(await exchange.getAddress(), 3_100_000n * DOLLAR));
    await mined(usdc.approve(GATEWAY, 10_000_000n * DOLLAR));
    await mined(gateway.register(dollar, { value: 1_461_600n * UNIT }));
    const id = await gateway.idOf(dollar);
    const stage = { node, wallet, usdc, weth, aave, exchange, gateway, id, dollarType: coinOf(id), account: compiled.account };
    stage.market = market ? await market(stage) : await ownMarket(stage, compiled);
    stage.loan = await deploy(wallet, compiled.Loan, {
        pool: await aave.pool.getAddress(), weth: wrapped, usdc: dollar, exchange: await exchange.getAddress(),
        market: Buffer.from(stage.market.address.slice(2).padStart(64, '0'), 'hex'), module: Buffer.from(stage.market.module),
        generics: Buffer.from(`${stage.dollarType},${ETHER},${stage.market.curve}`),
    });
    return stage;
}

// Dollars for an account in Move, by the gateway.
export async function dollarsInMove(stage, to, amount) {
    await mined(stage.gateway.sendNow(await stage.usdc.getAddress(), MOVE, to, amount, { gasLimit: 3_000_000 }));
}

// 3,000 dollars for an ether: a thirtieth cheaper than in the EVM.
async function ownMarket(stage, { account, modules }) {
    const owner = account.accountAddress.toString(), { node } = stage;
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_001_000_000_000 });
    await publish(node.aptos, account, 'Market', ['curves', 'scripts_v2'], modules);
    await dollarsInMove(stage, owner, 3_000_000n * DOLLAR);
    const market = { address: owner, module: 'scripts_v2', curve: `${owner}::curves::Uncorrelated` };
    await callEntry(node.aptos, account, `${owner}::scripts_v2::register_pool_and_add_liquidity`,
        [3_000_000n * DOLLAR, 0, 1000n * UNIT, 0], [stage.dollarType, ETHER, market.curve]);
    return market;
}

export async function reserves(stage) {
    const { address, module, curve } = stage.market;
    const [x, y] = await stage.node.aptos.viewJson({ payload: { function: `${address}::${module}::reserves`, typeArguments: [stage.dollarType, ETHER, curve] } });
    return { dollars: BigInt(x), ether: BigInt(y) };
}
