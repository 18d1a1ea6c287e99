// tern_simulate: a transaction of any machine with its tail, beside the same transaction sent, and beside the machines' own ways
// to try one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { Account } from '@aptos-labs/ts-sdk';
import { Keypair, PublicKey, SystemProgram, Transaction } from '@solana/web3.js';
import { AbiCoder, Contract, Interface, parseEther } from 'ethers';
import { compileSolidity, deploy } from './lib/compile.mjs';
import * as m from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';

const artifact = (name) => new Interface(JSON.parse(readFileSync(path.join(ROOT, `contracts/artifacts/${name}.json`), 'utf8')).abi);
const coder = AbiCoder.defaultAbiCoder();
const TERN = '0x7e00000000000000000000000000000000000003', MOVEVM = '0x7e00000000000000000000000000000000000001';
const COIN = '0x1::aptos_coin::AptosCoin', STORE = `0x1::coin::CoinStore<${COIN}>`;
const text = (s) => Buffer.from(s);

let node, solana, wallet, payer, account, tern, movevm, flood;

before(async () => {
    const { Flood } = compileSolidity('tests/e2e/contracts/Flood.sol');
    node = await startNode(['--quiet']);
    solana = new m.Solana(node);
    payer = await solana.funded(10);
    wallet = node.wallet(0);
    account = Account.generate();
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    tern = new Contract(TERN, artifact('Tern'), wallet);
    movevm = new Contract(MOVEVM, artifact('MoveVM'), wallet);
    flood = await deploy(wallet, Flood);
});
after(async () => {
    solana?.close();
    await node?.stop();
});

const simulate = (tx, options) => node.rpc('tern_simulate', tx, options);
const refused = async (tx, options) => (await node.raw('tern_simulate', tx, options)).error;
const trace = (hash) => node.rpc('tern_traceTransaction', hash);
// What must be the same in a transaction and its simulation: everything but the ids, which follow from the hash.
const same = (leg) => ({ ...leg, messageId: null, output: leg.kind === 'root' ? null : leg.output, calls: leg.calls.map(same) });
const wire = (tx) => Buffer.from(tx.serialize({ requireAllSignatures: false, verifySignatures: false })).toString('base64');
async function unsigned(...instructions) {
    const { blockhash } = await solana.connection.getLatestBlockhash();
    return new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash }).add(...instructions);
}

test('an EVM transaction ends as it does when it is sent, tail included, and leaves nothing', async () => {
    const data = movevm.interface.encodeFunctionData('call', [text('0x1'), text('aptos_account'), text('create_account'), `0x${'51'.repeat(32)}`, '0x']);
    const before = await node.rpc('eth_getBlockByNumber', 'latest', false);
    const tried = await simulate({ from: wallet.address, to: MOVEVM, data, gas: '0x1e8480' });
    assert.deepEqual(await node.rpc('eth_getBlockByNumber', 'latest', false), before);
    assert.equal(await node.rpc('tern_getMessages').then((l) => l.messages.length), 0);
    assert.deepEqual([tried.rootVm, tried.ok, tried.trace.calls.length, tried.trace.calls[0].status], ['evm', true, 1, 'executed']);
    const { hash } = await (await wallet.sendTransaction({ to: MOVEVM, data, gasLimit: 2_000_000 })).wait();
    const sent = await trace(hash);
    assert.deepEqual(same(tried.trace), same(sent.trace));
    assert.equal(tried.gasUsed, sent.gasUsed);
});

test('a signed transaction can be tried before it is sent', async () => {
    const data = tern.interface.encodeFunctionData('moveAlias', [wallet.address]);
    const raw = await wallet.signTransaction({ ...await wallet.populateTransaction({ to: TERN, data, gasLimit: 200_000 }) });
    const tried = await simulate({ raw });
    assert.equal(tried.ok, true);
    assert.equal(tried.trace.from, wallet.address.toLowerCase());
    assert.deepEqual(tried.trace.returned, [{ type: 'bytes32', value: await node.rpc('tern_alias', wallet.address) }]);
});

test('64 messages are tried in one go', async () => {
    const tried = await simulate({ from: wallet.address, to: await flood.getAddress(), data: flood.interface.encodeFunctionData('send', [64, true]), gas: '0x1312d00' });
    assert.equal(tried.trace.calls.length, 64);
    assert.ok(tried.trace.calls.every((l) => !l.ok && l.status === 'dropped' && l.failure === 'target'));
});

test('what a synchronous call passes is shown whole', async () => {
    const long = `0x${'ab'.repeat(4000)}`;
    const data = tern.interface.encodeFunctionData('callMove(bytes,bytes,bytes,bytes,bytes)',
        [text('0x1'), text('hash'), text('sha2_256'), coder.encode(['bytes'], [long]), '0x']);
    const tried = await simulate({ from: wallet.address, to: TERN, data });
    assert.equal(tried.trace.calls[0].arguments[0].value, long);
    // The record of one that was sent is cut; running its block again brings it all.
    const { hash } = await (await wallet.sendTransaction({ to: TERN, data, gasLimit: 2_000_000 })).wait();
    const [cut] = (await trace(hash)).trace.calls, [whole] = (await node.rpc('tern_traceTransaction', hash, { whole: true })).trace.calls;
    assert.deepEqual([cut.cut, cut.arguments, cut.input.length], [true, null, 2 + 2 * 1024]);
    assert.deepEqual([whole.cut, whole.arguments[0].value, whole.input], [false, long, tried.trace.calls[0].input]);
    assert.deepEqual(await node.rpc('tern_traceTransaction', hash, { whole: false }), await trace(hash));
    for (const options of [5, {}, { whole: 1 }, { whole: true, x: 1 }]) assert.equal((await node.raw('tern_traceTransaction', hash, options)).error.code, -32602);
});

test('a Move transaction costs what the Aptos API says, and needs no key, number or money', async () => {
    const to = Account.generate().accountAddress.toString();
    const transaction = await node.aptos.transaction.build.simple({
        sender: account.accountAddress, data: { function: '0x1::aptos_account::transfer', functionArguments: [to, 5] },
    });
    const [theirs] = await node.aptos.transaction.simulate.simple({ signerPublicKey: account.publicKey, transaction });
    const ours = await simulate({ vm: 'move', sender: account.accountAddress.toString(), function: '0x1::aptos_account::transfer', arguments: [to, '5'] });
    assert.deepEqual([ours.rootVm, ours.ok], ['move', true]);
    // One unit is 10^6 internal ones, a unit of EVM gas is 200 of them: what the other has is rounded up to a unit.
    assert.ok(Math.abs(Number(ours.trace.vmGasUsed) - Number(theirs.gas_used) * 1e6) < 5e6, `${ours.trace.vmGasUsed} ${theirs.gas_used}`);
    assert.deepEqual(ours.trace.arguments, [{ type: 'address', value: to }, { type: 'u64', value: '5' }]);
    const poor = await simulate({ vm: 'move', sender: Account.generate().accountAddress.toString(), function: '0x1::aptos_account::transfer', arguments: [to, '5'] });
    assert.equal(poor.ok, false);
    assert.match(poor.trace.error, /EINSUFFICIENT_BALANCE/);
    const generator = await simulate({ vm: 'move', sender: account.accountAddress.toString(), function: '0x1::coin::transfer', type_arguments: [COIN], arguments: [to, '7'] });
    assert.equal(generator.trace.function, '0x1::coin::transfer');
});

test('a Solana transaction has the units and logs that simulateTransaction says, and its tail', async () => {
    const data = movevm.interface.encodeFunctionData('call', [text('0x1'), text('aptos_account'), text('create_account'), `0x${'52'.repeat(32)}`, '0x']);
    const tx = await unsigned(m.instruction(payer.publicKey, m.callEvm(MOVEVM, data)));
    const { result: { value } } = await solana.connection._rpcRequest('simulateTransaction', [wire(tx), { encoding: 'base64', replaceRecentBlockhash: true }]);
    const tried = await simulate({ vm: 'svm', raw: wire(tx) });
    assert.deepEqual([value.err, tried.ok, tried.rootVm], [null, true, 'svm']);
    assert.deepEqual(tried.trace.programLogs, value.logs);
    const [evm] = tried.trace.calls;
    assert.deepEqual([evm.vm, evm.ok, evm.calls[0].vm, evm.calls[0].ok], ['evm', true, 'move', true]);
    const signature = await solana.send([payer], m.instruction(payer.publicKey, m.callEvm(MOVEVM, data)));
    const sent = await trace(signature);
    assert.equal(tried.gasUsed, sent.gasUsed);
    assert.deepEqual(same(tried.trace), same(sent.trace));
});

test('the state of every machine can be changed beforehand, for this one try', async () => {
    const poor = Keypair.generate(), rich = `0x${'77'.repeat(20)}`;
    // EVM: a balance.
    const paying = { from: rich, to: wallet.address, value: '0xde0b6b3a7640000' };
    assert.match((await refused(paying)).message, /insufficient funds/);
    assert.equal((await simulate(paying, { stateOverrides: { [rich]: { balance: '0x1bc16d674ec80000' } } })).ok, true);
    // Move: resources, by themselves and in a group, seen by a call from the EVM.
    const owner = account.accountAddress.toStringLong();
    const view = (name, argument, types = '') => ({ from: wallet.address, to: TERN, data: tern.interface.encodeFunctionData('callMove(bytes,bytes,bytes,bytes,bytes)',
        [text('0x1'), text(name.split('::')[0]), text(name.split('::')[1]), argument, text(types)]) });
    const returned = async (tx, overrides) => (await simulate(tx, overrides && { stateOverrides: overrides })).trace.calls[0].returned[0].value;
    const store = `0x${Buffer.from(sha3_256(Buffer.concat([owner, `0x${'a'.padStart(64, '0')}`].map((h) => Buffer.from(h.slice(2), 'hex')).concat(Buffer.from([0xfc]))))).toString('hex')}`;
    const balance = view('coin::balance', owner, COIN);
    const real = await returned(balance);
    assert.equal(real, String(await node.aptos.getAccountAPTAmount({ accountAddress: owner })));
    assert.equal(await returned(balance, { [store]: { resources: { '0x1::fungible_asset::FungibleStore': { metadata: { inner: '0xa' }, balance: '123', frozen: false } } } }), '123');
    assert.equal(await returned(balance), real);
    const info = { decimals: 6, name: 'Mine', symbol: 'M', supply: { vec: [] } };
    const decimals = view('coin::is_coin_initialized', '0x', '0x1::string::String');
    assert.equal(await returned(decimals), false);
    assert.equal(await returned(decimals, { '0x1': { resources: { '0x1::coin::CoinInfo<0x1::string::String>': info } } }), true);
    assert.equal(await returned(decimals, { '0x1': { resources: { '0x1::coin::CoinInfo<0x1::string::String>': null } } }), false);
    // Solana: lamports.
    const tx = await unsigned(SystemProgram.transfer({ fromPubkey: poor.publicKey, toPubkey: payer.publicKey, lamports: 5_000_000 }));
    assert.match((await simulate({ vm: 'svm', raw: wire(tx) })).trace.error, /custom program error: 0x1/);
    const funded = await simulate({ vm: 'svm', raw: wire(tx) }, { stateOverrides: { [poor.publicKey.toBase58()]: { lamports: '0x3b9aca00' } } });
    assert.equal(funded.ok, true);
    assert.equal(await solana.connection.getBalance(poor.publicKey), 0);
    // Solana: data, read by the program that owns it.
    assert.equal((await simulate({ vm: 'svm', raw: wire(tx) }, { stateOverrides: { [poor.publicKey.toBase58()]: { lamports: '0x3b9aca00', data: '0x01', owner: PublicKey.unique().toBase58() } } })).ok, false);
    // The block.
    const when = tern.interface.encodeFunctionData('moveAlias', [wallet.address]);
    assert.equal((await simulate({ to: TERN, data: when }, { block: '0x1', blockOverrides: { time: '0xffffffff' } })).block, '0x1');
});

test('what cannot be tried is refused with the reason', async () => {
    const cases = [
        [[], /a transaction object/], [[5], /a transaction object/], [[{ vm: 'btc' }], /evm, move or svm/], [[{}, { x: 1 }], /no option 'x'/],
        [[{ raw: '0x02' }], /raw/], [[{ raw: 'zz' }], /hex/], [[{ vm: 'svm' }], /\{vm, raw\}/], [[{ vm: 'svm', raw: '*' }], /base64/], [[{ vm: 'svm', raw: 'AAAA' }], /raw/],
        [[{ vm: 'move', sender: '0x1' }], /payload|function/], [[{ vm: 'move', sender: 'me', function: '0x1::a::b' }], /sender/], [[{ vm: 'move', sender: '0x1', function: '0x1::nowhere::f' }], /nowhere|function/],
        [[{ vm: 'move', raw: '0x00' }], /raw/], [[{}, { stateOverrides: 5 }], /an object/], [[{}, { stateOverrides: { bob: {} } }], /no address/],
        [[{}, { stateOverrides: { '0x5': {} } }], /resources/], [[{}, { stateOverrides: { '0x5': { resources: { '0x1::x::Y': {} } } } }], /no resource type/],
        [[{}, { stateOverrides: { '0x5': { resources: { [STORE]: { coin: 1 } } } } }], /CoinStore/], [[{ to: TERN, gas: 'lots' }], /gas|hex/],
        [[{}, { stateOverrides: { [PublicKey.unique().toBase58()]: { lamport: 1 } } }], /lamports, owner/],
    ];
    for (const [params, words] of cases) {
        const { error } = await node.raw('tern_simulate', ...params);
        assert.ok(error, JSON.stringify(params));
        assert.match(error.message, words, JSON.stringify(params));
    }
    assert.equal((await simulate({ from: wallet.address, to: `0x${'11'.repeat(20)}`, value: parseEther('1').toString(16).padStart(1, '0').replace(/^/, '0x') })).ok, true);
});
