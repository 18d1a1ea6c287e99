// Tokens between the machines through the gateway: OpenZeppelin's ERC-20, and tokens that misbehave.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { AbiCoder, Contract } from 'ethers';
import { compileSolidity, deploy } from './lib/compile.mjs';
import { EVM, GATEWAY, MOVE, assetOf, coinOf, gatewayInterface, gatewayOf, tokenId, wide } from './lib/gateway.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry } from './lib/publish.mjs';

let node, wallet, stranger, account, owner, sources, gateway;

before(async () => {
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    stranger = node.wallet(1);
    account = Account.generate();
    owner = account.accountAddress.toStringLong();
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    sources = compileSolidity('tests/e2e/contracts/Tokens.sol');
    gateway = gatewayOf(wallet);
});

after(() => node?.stop());

const gas = { gasLimit: 5_000_000 };
const mined = async (tx) => (await tx).wait();
const trace = async (tx) => (await node.rpc('tern_traceTransaction', (await mined(tx)).hash)).trace;
const legsOf = async (tx) => (await trace(tx)).calls;
const view = async (fn, args = [], types = []) => node.aptos.viewJson({ payload: { function: fn, functionArguments: args, typeArguments: types } });
const coins = async (id, who) => BigInt((await view('0x1::coin::balance', [who], [coinOf(id)]))[0]);
const assets = async (asset, who) => BigInt((await view('0x1::primary_fungible_store::balance', [who, asset], ['0x1::fungible_asset::Metadata']))[0]);
const sendFromMove = (asset, to, amount, from = account) => callEntry(node.aptos, from, '0x1::tern_gateway::send', [asset, EVM, wide(to), amount]);
const reverts = (promise, error, ...args) => assert.rejects(promise, (e) => {
    const data = e.data ?? e.info?.error?.data;
    const seen = data && gatewayInterface.parseError(data);
    assert.equal(seen?.name, error, e.message);
    if (args.length) assert.deepEqual([...seen.args].slice(0, args.length), args);
    return true;
});
const plain = async (decimals = 6, supply = 10n ** 12n) => deploy(wallet, sources.Plain, 'Test Dollar', 'TUSD', decimals, supply);
/** Registers, with its message; the token's id and asset in Move. */
async function registered(token) {
    const legs = await legsOf(gateway.register(token, gas));
    assert.deepEqual(legs.map((l) => [l.ok, l.error]), [[true, null]]);
    const id = tokenId(EVM, await token.getAddress());
    return { id, asset: assetOf(id) };
}
/** Approves and sends to Move; its one leg. */
async function toMove(token, to, amount, from = gateway) {
    await mined(token.approve(GATEWAY, amount));
    const [leg, ...more] = await legsOf(from.send(token, MOVE, to, amount, gas));
    assert.deepEqual(more, []);
    return leg;
}

test('an ERC-20 is registered by anybody, once, and has its coin type and asset in Move', async () => {
    const token = await plain();
    const legs = await legsOf(gatewayOf(stranger).register(token, gas));
    assert.deepEqual(legs.map((l) => [l.ok, l.function]), [[true, '0x1::tern_gateway::create']]);
    const id = tokenId(EVM, await token.getAddress()), asset = assetOf(id);
    assert.equal(await gateway.idOf(token), id);
    assert.equal(await gateway.tokenOf(id), await token.getAddress());
    assert.deepEqual(await view('0x1::coin::name', [], [coinOf(id)]), ['Test Dollar']);
    assert.deepEqual(await view('0x1::coin::symbol', [], [coinOf(id)]), ['TUSD']);
    assert.deepEqual(await view('0x1::coin::decimals', [], [coinOf(id)]), [6]);
    assert.deepEqual(await view('0x1::fungible_asset::decimals', [asset], ['0x1::fungible_asset::Metadata']), [6]);
    assert.equal((await view('0x1::coin::paired_metadata', [], [coinOf(id)]))[0].vec[0].inner.slice(2).padStart(64, '0'), asset.slice(2));
    assert.equal((await view('0x1::tern_gateway::asset', [id]))[0].inner.slice(2).padStart(64, '0'), asset.slice(2));
    await assert.rejects(gateway.register(token), /the token is registered already/);
});

test('an ERC-20 goes to Move and comes back', async () => {
    const token = await plain();
    const { id, asset } = await registered(token);
    const leg = await toMove(token, owner, 1000n);
    assert.deepEqual([leg.ok, leg.function], [true, '0x1::tern_gateway::arrive']);
    assert.equal(await token.balanceOf(GATEWAY), 1000n);
    assert.equal(await coins(id, owner), 1000n);
    assert.equal(await assets(asset, owner), 1000n);
    assert.deepEqual([...(await gateway.token(id)).held], [0n, 1000n, 0n]);

    await sendFromMove(asset, stranger.address, 400);
    assert.equal(await token.balanceOf(stranger.address), 400n);
    assert.equal(await token.balanceOf(GATEWAY), 600n);
    assert.equal(await coins(id, owner), 600n);
    await callEntry(node.aptos, account, '0x1::tern_gateway::send_coin', [EVM, wide(stranger.address), 600], [coinOf(id)]);
    assert.equal(await token.balanceOf(stranger.address), 1000n);
    assert.deepEqual([...(await gateway.token(id)).held], [0n, 0n, 0n]);
    assert.deepEqual(await view('0x1::coin::supply', [], [coinOf(id)]), [{ vec: ['0'] }]);
});

test('an address of the EVM stands for its alias in Move', async () => {
    const token = await plain();
    const { id } = await registered(token);
    await toMove(token, wide(stranger.address), 5n);
    assert.equal(await coins(id, await node.rpc('tern_alias', stranger.address, 'move')), 5n);
});

test('more than 9 decimals: units of 10^9 below, and remainders are refused', async () => {
    const token = await plain(18, 10n ** 30n);
    const { id, asset } = await registered(token);
    assert.deepEqual(await view('0x1::coin::decimals', [], [coinOf(id)]), [9]);
    const amount = 10n ** 29n, unit = 10n ** 9n;
    assert.equal((await gateway.token(id)).unit, unit);
    await mined(token.approve(GATEWAY, 2n ** 256n - 1n));
    await reverts(gateway.send(token, MOVE, owner, amount), 'AmountTooLarge', amount);
    await reverts(gateway.send(token, MOVE, owner, unit + 1n), 'Remainder', await token.getAddress(), unit + 1n, unit);
    await toMove(token, owner, 3n * 10n ** 18n);
    assert.equal(await coins(id, owner), 3n * 10n ** 9n);
    await sendFromMove(asset, stranger.address, 1);
    assert.equal(await token.balanceOf(stranger.address), unit);
    // In all, not more than 64 bits count.
    const most = (2n ** 64n - 1n) * unit;
    await toMove(token, owner, most - await token.balanceOf(GATEWAY));
    await mined(token.approve(GATEWAY, unit));
    await assert.rejects(gateway.send(token, MOVE, owner, unit), /more of the token would be outside of its home than 64 bits count/);
});

test('text that cannot be shown everywhere is replaced, long text cut', async () => {
    const old = await registered(await deploy(wallet, sources.OldText));
    assert.deepEqual(await view('0x1::coin::name', [], [coinOf(old.id)]), ['Old Maker']);
    assert.deepEqual(await view('0x1::coin::symbol', [], [coinOf(old.id)]), ['OMK']);
    const bad = await registered(await deploy(wallet, sources.BadText));
    assert.deepEqual(await view('0x1::coin::name', [], [coinOf(bad.id)]), ['Unnamed token']);
    assert.deepEqual(await view('0x1::coin::symbol', [], [coinOf(bad.id)]), ['Überlanger Name eines Geldes, d']);
});

test('what is no token is refused', async () => {
    await reverts(gateway.register(stranger.address), 'NotAContract', stranger.address);
    await reverts(gateway.register(GATEWAY), 'NoDecimals', GATEWAY);
    const token = await plain();
    await reverts(gateway.send(token, MOVE, owner, 1n), 'NotRegistered', await token.getAddress());
    await reverts(gateway.token(`0x${'11'.repeat(32)}`), 'UnknownToken');
    await registered(token);
    await mined(token.approve(GATEWAY, 10n));
    await reverts(gateway.send(token, EVM, owner, 1n), 'InvalidRecipient');
    await reverts(gateway.send(token, MOVE, `0x${'00'.repeat(32)}`, 1n), 'InvalidRecipient');
    await assert.rejects(gateway.send(token, MOVE, owner, 0n), /execution reverted/);
});

test('a token that answers nothing, as Tether does, is moved both ways', async () => {
    const token = await deploy(wallet, sources.NoReturn);
    const { id, asset } = await registered(token);
    await toMove(token, owner, 100n);
    await sendFromMove(asset, stranger.address, 60);
    assert.equal(await token.balanceOf(stranger.address), 60n);
    assert.equal(await coins(id, owner), 40n);
});

test('of a token that takes a fee, what arrived counts', async () => {
    const token = await deploy(wallet, sources.Fee);
    const { id, asset } = await registered(token);
    await toMove(token, owner, 10_000n);
    assert.equal(await token.balanceOf(GATEWAY), 9_900n);
    assert.equal(await coins(id, owner), 9_900n);
    await sendFromMove(asset, stranger.address, 9_900);
    assert.equal(await token.balanceOf(GATEWAY), 0n);
    assert.equal(await token.balanceOf(stranger.address), 9_801n);
});

test('of a token whose balances shrink no more is taken; what the gateway has is paid out', async () => {
    const token = await deploy(wallet, sources.Rebasing);
    const { asset } = await registered(token);
    await toMove(token, owner, 1000n);
    await mined(token.rebase(200));
    await toMove(token, owner, 1000n); // a surplus is nobody's
    assert.equal(await token.balanceOf(GATEWAY), 3000n);
    await mined(token.rebase(50));
    await reverts(gateway.send(token, MOVE, owner, 10n), 'EscrowShort', await token.getAddress(), 750n, 2000n);
    await sendFromMove(asset, stranger.address, 700);
    assert.equal(await token.balanceOf(stranger.address), 700n);
    // More than there is stays pending, and goes back.
    const { hash } = await sendFromMove(asset, stranger.address, 1300);
    const [leg] = (await node.rpc('tern_traceTransaction', hash)).trace.calls;
    assert.equal(leg.ok, false);
    await callEntry(node.aptos, account, '0x1::tern_gateway::cancel', [leg.messageId]);
    await callEntry(node.aptos, account, '0x1::tern_gateway::reclaim', [leg.messageId]);
    assert.equal(await assets(asset, owner), 1300n);
});

test('malicious tokens: what they do is refused with its reason, or harms only themselves', async () => {
    const [HONEST, FALSE, REVERT, NOTHING, MORE, REENTER, DRAIN, TWO] = [0, 1, 2, 3, 4, 5, 6, 7];
    const token = await deploy(wallet, sources.Evil), address = await token.getAddress();
    const { id, asset } = await registered(token);
    await toMove(token, owner, 1000n);
    const become = async (mode) => mined(token.become(mode));
    const send = (amount = 10n) => gateway.send(token, MOVE, owner, amount);
    for (const mode of [FALSE, REVERT, REENTER, TWO]) {
        await become(mode);
        await reverts(send(), 'TokenRefused', address);
    }
    await become(NOTHING);
    await reverts(send(), 'NothingArrived', address);
    await become(MORE);
    await toMove(token, owner, 10n);
    assert.equal(await coins(id, owner), 1010n);
    // On the way back.
    const back = async () => {
        const { hash } = await sendFromMove(asset, stranger.address, 10);
        return (await node.rpc('tern_traceTransaction', hash)).trace.calls[0];
    };
    for (const mode of [FALSE, REVERT, REENTER, DRAIN]) {
        await become(mode);
        const leg = await back();
        assert.equal(leg.ok, false, `mode ${mode}`);
        assert.equal(leg.failure, 'reverted');
        assert.equal((await node.rpc('tern_getMessage', leg.messageId)).status, 'pending');
    }
    assert.equal((await gateway.token(id)).moving, 40n);
    await become(HONEST);
    assert.equal((await back()).ok, true);
    // Its own authority can burn what the gateway holds: then nobody can put more in.
    await mined(token.burnOf(GATEWAY, 1000n));
    await reverts(send(), 'EscrowShort', address);
});

test('a failed arrival is retried by anybody, or cancelled by its sender and taken back, once', async () => {
    const token = await deploy(wallet, sources.Evil);
    const { id, asset } = await registered(token);
    await toMove(token, owner, 100n);
    await mined(token.become(2));
    const fail = async () => {
        const { hash } = await sendFromMove(asset, stranger.address, 10);
        return (await node.rpc('tern_traceTransaction', hash)).trace.calls[0].messageId;
    };
    const [first, second] = [await fail(), await fail()];
    assert.equal(await assets(asset, owner), 80n);
    const other = Account.generate();
    await node.aptos.fundAccount({ accountAddress: other.accountAddress, amount: 1_000_000_000 });
    const move = (name, message, who = account) => callEntry(node.aptos, who, `0x1::tern_gateway::${name}`, [message]);
    await assert.rejects(move('reclaim', first), /cancel it first/);
    await assert.rejects(move('cancel', first, other), /ENOT_SENDER/);
    await move('cancel', first);
    await move('reclaim', first, other); // to whom it belongs, whoever asks
    assert.equal(await assets(asset, owner), 90n);
    await assert.rejects(move('reclaim', first), /it has been taken back/);

    await mined(token.become(0));
    const [leg] = await legsOf(new Contract('0x7e00000000000000000000000000000000000004', ['function retry(bytes32)'], stranger).retry(second, gas));
    assert.equal(leg.ok, true);
    assert.equal(await token.balanceOf(stranger.address), 10n);
    await assert.rejects(move('reclaim', second), /the token has arrived/);
    assert.deepEqual([...(await gateway.token(id)).held], [0n, 90n, 0n]);
    assert.equal((await gateway.token(id)).moving, 0n);
});

test('an arrival that fails in Move goes back to the EVM', async () => {
    const token = await plain();
    await mined(token.approve(GATEWAY, 100n));
    const { id } = await registered(token);
    const leg = await toMove(token, '0x' + '7e'.padStart(64, '0'), 100n); // the gateway's own account
    assert.equal(leg.ok, false);
    assert.match(leg.error, /EINVALID_RECIPIENT/);
    await reverts(gatewayOf(stranger).cancel(leg.messageId), 'OnlySender');
    const [cancelled] = await legsOf(gateway.cancel(leg.messageId, gas));
    assert.equal(cancelled.ok, true);
    const before = await token.balanceOf(wallet.address);
    await mined(gatewayOf(stranger).reclaim(leg.messageId, gas));
    assert.equal(await token.balanceOf(wallet.address), before + 100n);
    await assert.rejects(gateway.reclaim(leg.messageId), /it has been taken back/);
    assert.deepEqual([...(await gateway.token(id)).held], [0n, 0n, 0n]);
});

test('nobody but the gateways of other machines makes tokens arrive', async () => {
    const token = await plain();
    const { id } = await registered(token);
    await toMove(token, owner, 100n);
    await reverts(gateway.arrive(id, wallet.address, 100n, `0x${'00'.repeat(32)}`, '0x'), 'OnlyGateways');
    // A Move account's and a contract's alias are not the gateways'.
    const movevm = new Contract('0x7e00000000000000000000000000000000000001', ['function call(bytes,bytes,bytes,bytes,bytes)'], wallet);
    const [leg] = await legsOf(movevm.call(Buffer.from('0x1'), Buffer.from('tern_gateway'), Buffer.from('arrive(bytes32,bytes32,uint64,bytes32)'),
        AbiCoder.defaultAbiCoder().encode(['bytes32', 'bytes32', 'uint64', 'bytes32'], [id, owner, 100n, owner]), '0x', gas));
    assert.equal(leg.ok, false);
    assert.match(leg.error, /ENOT_A_GATEWAY/);
    // Nor does anybody write in the books.
    const books = '0x7e00000000000000000000000000000000000008';
    const arrive = AbiCoder.defaultAbiCoder().encode(['uint256', 'bytes32', 'uint64'], [4, id, 1]);
    await assert.rejects(wallet.call({ to: books, data: arrive }), /only the token gateway writes its books/);
    const read = AbiCoder.defaultAbiCoder().encode(['uint256', 'bytes32'], [1, id]);
    assert.equal((await wallet.call({ to: books, data: read })).length, 2 + 13 * 64);
    for (const bad of ['0x', '0x00', read.slice(0, -2), `${read}00`]) await assert.rejects(wallet.call({ to: books, data: bad }), /malformed|only the token gateway/);
});

test('every block runs again to the same end', async () => {
    assert.ok(await node.replay() > 0);
});
