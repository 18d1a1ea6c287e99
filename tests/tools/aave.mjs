// Deploys a whole Aave v3 market from the artifacts of npm @aave/core-v3 and @aave/periphery-v3.
import { parseUnits, ZeroAddress, keccak256, toUtf8Bytes } from 'ethers';
import { artifact, at, deploy, send } from './lib.mjs';

const core = (file) => artifact(`@aave/core-v3/artifacts/contracts/${file}.json`);
const periphery = (file) => artifact(`@aave/periphery-v3/artifacts/contracts/${file}.json`);
const logic = (name) => core(`protocol/libraries/logic/${name}.sol/${name}`);

const RAY = 27;
const ray = (n) => parseUnits(String(n), RAY);

// Deploys the libraries that an artifact links, theirs first.
async function libraries(wallet, { linkReferences }, known) {
    for (const names of Object.values(linkReferences))
        for (const name of Object.keys(names)) {
            if (known[name]) continue;
            const library = logic(name);
            await libraries(wallet, library, known);
            known[name] = await (await deploy(wallet, library, [], known)).getAddress();
        }
    return known;
}

// One market with the given assets: [{ symbol, decimals, price (8 decimals), ltv, threshold, bonus, weth }].
// Returns its contracts; `asset.token` and `asset.feed` are the token and its price feed.
export async function deployAave(wallet, owner, assets) {
    const m = { assets: {} };
    const artifacts = {
        pool: core('protocol/pool/Pool.sol/Pool'),
        configurator: core('protocol/pool/PoolConfigurator.sol/PoolConfigurator'),
        token: core('mocks/tokens/MintableERC20.sol/MintableERC20'),
        weth: core('mocks/tokens/WETH9Mocked.sol/WETH9Mocked'),
        feed: core('mocks/oracle/CLAggregators/MockAggregator.sol/MockAggregator'),
        proxy: core('dependencies/openzeppelin/upgradeability/InitializableAdminUpgradeabilityProxy.sol/InitializableAdminUpgradeabilityProxy'),
    };

    const registry = await deploy(wallet, core('protocol/configuration/PoolAddressesProviderRegistry.sol/PoolAddressesProviderRegistry'), [owner]);
    m.provider = await deploy(wallet, core('protocol/configuration/PoolAddressesProvider.sol/PoolAddressesProvider'), ['Tern market', owner]);
    const provider = await m.provider.getAddress();
    await send(registry.registerAddressesProvider(provider, 1));
    m.data = await deploy(wallet, core('misc/AaveProtocolDataProvider.sol/AaveProtocolDataProvider'), [provider]);
    await send(m.provider.setPoolDataProvider(await m.data.getAddress()));
    await send(m.provider.setACLAdmin(owner));
    m.acl = await deploy(wallet, core('protocol/configuration/ACLManager.sol/ACLManager'), [provider]);
    await send(m.provider.setACLManager(await m.acl.getAddress()));
    for (const role of ['addPoolAdmin', 'addEmergencyAdmin', 'addAssetListingAdmin', 'addRiskAdmin']) await send(m.acl[role](owner));

    const known = {};
    const pool = await deploy(wallet, artifacts.pool, [provider], await libraries(wallet, artifacts.pool, known));
    await send(pool.initialize(provider));
    await send(m.provider.setPoolImpl(await pool.getAddress()));
    m.pool = at(await m.provider.getPool(), artifacts.pool, wallet);
    const configurator = await deploy(wallet, artifacts.configurator, [], await libraries(wallet, artifacts.configurator, known));
    await send(configurator.initialize(provider));
    await send(m.provider.setPoolConfiguratorImpl(await configurator.getAddress()));
    m.configurator = at(await m.provider.getPoolConfigurator(), artifacts.configurator, wallet);
    const poolAddress = await m.pool.getAddress();

    // Treasury and rewards of the periphery, each behind its proxy.
    const collector = await deploy(wallet, periphery('treasury/Collector.sol/Collector'));
    const treasury = await deploy(wallet, artifacts.proxy);
    await send(treasury['initialize(address,address,bytes)'](await collector.getAddress(), m.provider, collector.interface.encodeFunctionData('initialize', [owner])));
    m.emission = await deploy(wallet, periphery('rewards/EmissionManager.sol/EmissionManager'), [owner]);
    const rewardsArtifact = periphery('rewards/RewardsController.sol/RewardsController');
    const rewards = await deploy(wallet, rewardsArtifact, [await m.emission.getAddress()]);
    await send(rewards.initialize(ZeroAddress));
    const rewardsId = keccak256(toUtf8Bytes('INCENTIVES_CONTROLLER'));
    await send(m.provider.setAddressAsProxy(rewardsId, await rewards.getAddress()));
    m.rewards = at(await m.provider['getAddress(bytes32)'](rewardsId), rewardsArtifact, wallet);
    await send(m.emission.setRewardsController(await m.rewards.getAddress()));

    // Tokens, feeds, oracle.
    for (const a of assets) {
        const token = a.weth ? await deploy(wallet, artifacts.weth) : await deploy(wallet, artifacts.token, [a.symbol, a.symbol, a.decimals]);
        m.assets[a.symbol] = { ...a, token, address: await token.getAddress(), feed: await deploy(wallet, artifacts.feed, [a.price]) };
    }
    const listed = Object.values(m.assets);
    m.oracle = await deploy(wallet, core('misc/AaveOracle.sol/AaveOracle'), [
        provider, listed.map((a) => a.address), await Promise.all(listed.map((a) => a.feed.getAddress())), ZeroAddress, ZeroAddress, 10n ** 8n]);
    await send(m.provider.setPriceOracle(await m.oracle.getAddress()));

    // Reserves.
    const implementation = async (name) => {
        const contract = await deploy(wallet, core(`protocol/tokenization/${name}.sol/${name}`), [poolAddress]);
        return contract.getAddress();
    };
    const [aTokenImpl, stableDebtTokenImpl, variableDebtTokenImpl] = [await implementation('AToken'), await implementation('StableDebtToken'), await implementation('VariableDebtToken')];
    const strategy = await deploy(wallet, core('protocol/pool/DefaultReserveInterestRateStrategy.sol/DefaultReserveInterestRateStrategy'),
        [provider, ray('0.8'), 0n, ray('0.04'), ray('0.6'), ray('0.02'), ray('0.6'), ray('0.02'), ray('0.05'), ray('0.2')]);
    for (const a of listed) {
        await send(m.configurator.initReserves([{
            aTokenImpl, stableDebtTokenImpl, variableDebtTokenImpl,
            underlyingAssetDecimals: a.decimals,
            interestRateStrategyAddress: await strategy.getAddress(),
            underlyingAsset: a.address,
            treasury: await treasury.getAddress(),
            incentivesController: await m.rewards.getAddress(),
            aTokenName: `Aave ${a.symbol}`, aTokenSymbol: `a${a.symbol}`,
            variableDebtTokenName: `Aave variable debt ${a.symbol}`, variableDebtTokenSymbol: `variableDebt${a.symbol}`,
            stableDebtTokenName: `Aave stable debt ${a.symbol}`, stableDebtTokenSymbol: `stableDebt${a.symbol}`,
            params: '0x10',
        }]));
        await send(m.configurator.setReserveBorrowing(a.address, true));
        await send(m.configurator.setReserveFlashLoaning(a.address, true));
        await send(m.configurator.setReserveFactor(a.address, 1000));
        await send(m.configurator.configureReserveAsCollateral(a.address, a.ltv, a.threshold, a.bonus));
    }
    await send(m.configurator.updateFlashloanPremiumTotal(5));
    await send(m.configurator.updateFlashloanPremiumToProtocol(4));

    const feeds = [await listed[0].feed.getAddress(), await listed[0].feed.getAddress()];
    m.ui = await deploy(wallet, periphery('misc/UiPoolDataProviderV3.sol/UiPoolDataProviderV3'), feeds);
    m.wallets = await deploy(wallet, periphery('misc/WalletBalanceProvider.sol/WalletBalanceProvider'));
    const weth = listed.find((a) => a.weth);
    if (weth) m.gateway = await deploy(wallet, periphery('misc/WrappedTokenGatewayV3.sol/WrappedTokenGatewayV3'), [weth.address, owner, poolAddress]);
    return m;
}

export const aToken = async (m, symbol, wallet) => {
    const [address] = await m.data.getReserveTokensAddresses(m.assets[symbol].address);
    return at(address, core('protocol/tokenization/AToken.sol/AToken'), wallet);
};

export const variableDebt = async (m, symbol, wallet) => {
    const [, , address] = await m.data.getReserveTokensAddresses(m.assets[symbol].address);
    return at(address, core('protocol/tokenization/VariableDebtToken.sol/VariableDebtToken'), wallet);
};

// A new price feed for an asset (the mocks' answers are fixed).
export async function setPrice(m, wallet, symbol, price) {
    const feed = await deploy(wallet, core('mocks/oracle/CLAggregators/MockAggregator.sol/MockAggregator'), [price]);
    await send(m.oracle.setAssetSources([m.assets[symbol].address], [await feed.getAddress()]));
}

export const flashReceiver = (m, wallet) => m.provider.getAddress().then((p) => deploy(wallet, core('mocks/flashloan/MockFlashLoanReceiver.sol/MockFlashLoanReceiver'), [p]));
