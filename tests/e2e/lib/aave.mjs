// Aave v3, from the artifacts of its own npm package: a market with WETH and a dollar token, deployed as Aave's scripts do it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Contract, ContractFactory, ZeroAddress } from 'ethers';

const root = path.dirname(createRequire(import.meta.url).resolve('@aave/core-v3/package.json'));
const RAY = 10n ** 27n;

export function artifact(file) {
    return JSON.parse(readFileSync(path.join(root, 'artifacts/contracts', `${file}.sol`, `${path.basename(file)}.json`), 'utf8'));
}

// The artifact's creation code with its libraries' addresses in their places.
function linked(a, libraries) {
    let code = a.bytecode;
    for (const file of Object.values(a.linkReferences))
        for (const [name, places] of Object.entries(file))
            for (const { start } of places) {
                const at = 2 + 2 * start;
                code = code.slice(0, at) + libraries[name].slice(2).toLowerCase() + code.slice(at + 40);
            }
    return code;
}

class Deployment {
    constructor(wallet) {
        this.wallet = wallet;
        this.libraries = {};
    }

    async make(file, ...args) {
        const a = artifact(file);
        const c = await new ContractFactory(a.abi, linked(a, this.libraries), this.wallet).deploy(...args);
        await c.waitForDeployment();
        return c;
    }

    async library(name) {
        const c = await this.make(`protocol/libraries/logic/${name}`);
        this.libraries[name] = await c.getAddress();
    }

    async sent(tx) {
        return (await tx).wait();
    }
}

async function libraries(d) {
    for (const name of ['SupplyLogic', 'BorrowLogic', 'LiquidationLogic', 'EModeLogic', 'BridgeLogic', 'ConfiguratorLogic', 'FlashLoanLogic', 'PoolLogic'])
        await d.library(name);
}

// The addresses provider, the access list, the pool and its configurator behind their proxies.
async function core(d) {
    const owner = d.wallet.address;
    const provider = await d.make('protocol/configuration/PoolAddressesProvider', 'Tern', owner);
    const at = await provider.getAddress();
    await d.sent(provider.setACLAdmin(owner));
    const acl = await d.make('protocol/configuration/ACLManager', at);
    await d.sent(provider.setACLManager(await acl.getAddress()));
    await d.sent(acl.addPoolAdmin(owner));
    await d.sent(acl.addAssetListingAdmin(owner));
    await d.sent(acl.addEmergencyAdmin(owner));
    const poolImpl = await d.make('protocol/pool/Pool', at);
    await d.sent(poolImpl.initialize(at));
    await d.sent(provider.setPoolImpl(await poolImpl.getAddress()));
    const configuratorImpl = await d.make('protocol/pool/PoolConfigurator');
    await d.sent(configuratorImpl.initialize(at));
    await d.sent(provider.setPoolConfiguratorImpl(await configuratorImpl.getAddress()));
    const pool = new Contract(await provider.getPool(), artifact('protocol/pool/Pool').abi, d.wallet);
    const configurator = new Contract(await provider.getPoolConfigurator(), artifact('protocol/pool/PoolConfigurator').abi, d.wallet);
    return { provider, at, acl, pool, configurator };
}

// Prices in dollars with eight decimals, from Aave's own oracle over aggregators that always say the same.
async function oracle(d, m, assets) {
    const sources = [];
    for (const a of assets) sources.push(await (await d.make('mocks/oracle/CLAggregators/MockAggregator', a.price)).getAddress());
    const o = await d.make('misc/AaveOracle', m.at, assets.map((a) => a.address), sources, ZeroAddress, ZeroAddress, 10n ** 8n);
    await d.sent(m.provider.setPriceOracle(await o.getAddress()));
    return o;
}

async function reserves(d, m, assets) {
    const pool = await m.pool.getAddress();
    const impl = {};
    for (const [name, file] of [['aTokenImpl', 'AToken'], ['stableDebtTokenImpl', 'StableDebtToken'], ['variableDebtTokenImpl', 'VariableDebtToken']])
        impl[name] = await (await d.make(`protocol/tokenization/${file}`, pool)).getAddress();
    const rates = await d.make('protocol/pool/DefaultReserveInterestRateStrategy', m.at,
        RAY * 8n / 10n, 0n, RAY * 4n / 100n, RAY * 75n / 100n, RAY * 2n / 100n, RAY * 75n / 100n, RAY * 2n / 100n, RAY * 5n / 100n, RAY * 20n / 100n);
    const strategy = await rates.getAddress();
    await d.sent(m.configurator.initReserves(assets.map((a) => ({
        ...impl, underlyingAssetDecimals: a.decimals, interestRateStrategyAddress: strategy, underlyingAsset: a.address,
        treasury: d.wallet.address, incentivesController: ZeroAddress,
        aTokenName: `Aave ${a.symbol}`, aTokenSymbol: `a${a.symbol}`, variableDebtTokenName: `Aave Variable Debt ${a.symbol}`, variableDebtTokenSymbol: `variableDebt${a.symbol}`,
        stableDebtTokenName: `Aave Stable Debt ${a.symbol}`, stableDebtTokenSymbol: `stableDebt${a.symbol}`, params: '0x10',
    }))));
    for (const a of assets) {
        await d.sent(m.configurator.configureReserveAsCollateral(a.address, 8000, 8250, 10500));
        await d.sent(m.configurator.setReserveBorrowing(a.address, true));
        await d.sent(m.configurator.setReserveFlashLoaning(a.address, true));
        await d.sent(m.configurator.setReserveFactor(a.address, 1000));
    }
}

// A market of `assets`: [{ symbol, address, decimals, price }], price in 10^-8 dollars. Returns { pool, provider, oracle }.
export async function deployAave(wallet, assets) {
    const d = new Deployment(wallet);
    await libraries(d);
    const m = await core(d);
    const prices = await oracle(d, m, assets);
    await reserves(d, m, assets);
    await d.sent(m.configurator.updateFlashloanPremiumTotal(9)); // 0.09 %, as on mainnet
    return { pool: m.pool, provider: m.provider, configurator: m.configurator, oracle: prices };
}

export async function deployTokens(wallet) {
    const d = new Deployment(wallet);
    const usdc = await d.make('mocks/tokens/MintableERC20', 'USD Coin', 'USDC', 6);
    const weth = await d.make('mocks/tokens/WETH9Mocked');
    return { usdc, weth };
}
