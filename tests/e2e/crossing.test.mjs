// Queued calls between the EVM and Move, on a real node with real compilers' output. The names are the defects of
// earlier systems that must not come back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { AbiCoder, Contract, getAddress, id as keccakText, toUtf8Bytes } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const MOVEVM = '0x7e00000000000000000000000000000000000001';
const MOVEVM_ABI = ['function call(bytes,bytes,bytes,bytes,bytes)', 'event Call(address indexed sender, bytes moduleAddress, bytes moduleId, bytes functionId, bytes callData, bytes generics)'];
const text = (s) => toUtf8Bytes(s);
const coder = AbiCoder.defaultAbiCoder();
const short = (a) => a.toLowerCase().replace(/^0x0+/, '0x');

let node, wallet, account, owner, demo, demoAddress, movevm;

before(async () => {
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    account = Account.generate();
    owner = account.accountAddress.toString();
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Demo', ['ledger'], compileMove('tests/e2e/demo/move', { demo: owner }));
    demo = await deploy(wallet, compileSolidity('tests/e2e/demo/contracts/Demo.sol').Demo, Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'));
    demoAddress = await demo.getAddress();
    movevm = new Contract(MOVEVM, MOVEVM_ABI, wallet);
});

after(() => node?.stop());

const entries = async () => (await node.aptos.viewJson({ payload: { function: `${owner}::ledger::entries` } }))[0];
const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const mined = async (tx) => (await tx).wait();
const legsOf = async (tx) => (await trace((await mined(tx)).hash)).trace.calls;
// A direct call of MoveVM.call by an account; returns the message's leg.
const send = async (fn, args, { module = owner, name = 'ledger', generics = '' } = {}) =>
    (await legsOf(movevm.call(text(module), text(name), text(fn), args, text(generics), { gasLimit: 2_000_000 })))[0];

test('the EVM to Move leg runs as msg.sender, not as the transaction\'s signer', async () => {
    await mined(demo.write(1, 'who'));
    const last = (await entries()).at(-1);
    assert.equal(last.from, short(await node.rpc('tern_alias', demoAddress)));
    assert.notEqual(last.from, short(await node.rpc('tern_alias', wallet.address)));
});

test('a rollback keeps nonce and fee', async () => {
    const before = await wallet.getNonce();
    const balance = await node.provider.getBalance(wallet.address);
    const tx = await demo.writeAndRevert({ gasLimit: 500_000 });
    await assert.rejects(tx.wait());
    assert.equal(await wallet.getNonce(), before + 1);
    assert.ok(await node.provider.getBalance(wallet.address) < balance);
});

test('EVM to Move failure and Move to EVM failure are handled alike', async () => {
    const toMove = (await legsOf(demo.writeGuarded(5)))[0];
    const target = `0x${demoAddress.slice(2).padStart(64, '0')}`;
    // onSquare refuses whoever is not the replier; square() of a Move account's own call gives such a message.
    const asked = await legsOf(demo.askSquare(3));
    const toEvm = asked[0].calls[0];
    assert.equal(target.length, 66);
    for (const leg of [toMove, toEvm]) {
        assert.equal(leg.ok, false);
        assert.equal(leg.failure, 'reverted');
        const message = await node.rpc('tern_getMessage', leg.messageId);
        assert.equal(message.status, 'pending');
        assert.match(message.error, /E_CLOSED|Move abort|custom error|execution reverted/);
    }
});

test('writes of one leg are seen by the next', async () => {
    const before = (await entries()).length;
    await mined(demo.writeThree());
    assert.deepEqual((await entries()).slice(before).map((e) => e.text), ['first', 'second', 'third']);
});

test('logs of tail legs are in receipts', async () => {
    await mined(demo.setReplier(await node.rpc('tern_alias', await node.rpc('tern_alias', demoAddress))));
    const receipt = await mined(demo.askSquare(9));
    const squared = receipt.logs.map((l) => demo.interface.parseLog(l)).filter((l) => l?.name === 'Squared');
    assert.equal(squared.length, 1);
    assert.equal(squared[0].args.square, 81n);
    const found = await node.provider.getLogs({ address: demoAddress, fromBlock: receipt.blockNumber, toBlock: receipt.blockNumber });
    assert.equal(found.filter((l) => l.transactionHash === receipt.hash).length, 1);
});

test('value is refused, not lost', async () => {
    const balance = await node.provider.getBalance(MOVEVM);
    const data = movevm.interface.encodeFunctionData('call', [text('0x1'), text('coin'), text('x'), '0x', '0x']);
    await assert.rejects(wallet.sendTransaction({ to: MOVEVM, data, value: 1n }));
    assert.equal(await node.provider.getBalance(MOVEVM), balance);
});

test('tail legs are charged, in the payer\'s unit', async () => {
    const receipt = await mined(demo.write(1, 'charged'));
    const t = await trace(receipt.hash);
    const leg = t.trace.calls[0];
    assert.ok(Number(leg.gasUsed) > 10_000);
    assert.equal(BigInt(leg.gasUsed) - 10_000n, (BigInt(leg.vmGasUsed) + 199n) / 200n);
    assert.ok(receipt.gasUsed >= BigInt(leg.gasUsed));
});

test('addresses are neither cut nor padded', async () => {
    const alias = await node.rpc('tern_alias', demoAddress);
    assert.equal(alias.length, 66);
    assert.ok(!alias.startsWith('0x000000000000000000000000'));
    assert.ok(!alias.includes(demoAddress.slice(2).toLowerCase()));
    const back = await node.rpc('tern_alias', alias);
    assert.equal(back.length, 42);
    assert.notEqual(getAddress(back), demoAddress);
    assert.deepEqual(await node.rpc('tern_resolve', alias), { vm: 'evm', address: demoAddress.toLowerCase() });
});

test('malformed call data fails the message and not the node', async () => {
    const good = coder.encode(['uint64', 'string'], [1, 'x']);
    const cases = {
        'empty': '0x',
        'one word': coder.encode(['uint64'], [1]),
        'trailing bytes': good + '00'.repeat(32),
        'dirty integer': coder.encode(['uint256', 'string'], [2n ** 64n, 'x']),
        'offset into nowhere': `0x${good.slice(2, 66)}${'f'.repeat(64)}${good.slice(130)}`,
        'no UTF-8': coder.encode(['uint64', 'bytes'], [1, '0xff']),
    };
    for (const [what, data] of Object.entries(cases)) {
        const leg = await send('write', data);
        assert.equal(leg.ok, false, what);
        assert.equal(leg.failure, 'malformed', `${what}: ${leg.error}`);
        assert.ok(leg.error.length > 10);
    }
    for (const [field, options, fn] of [
        ['_moduleAddress', { module: '0xzz' }, 'write'],
        ['_moduleId', { name: 'led ger' }, 'write'],
        ['_functionId', {}, '1write'],
        ['_generics', { generics: '0x1::coin::Coin<' }, 'write'],
    ]) {
        const leg = await send(fn, good, options);
        assert.equal(leg.failure, 'malformed');
        assert.match(leg.error, new RegExp(field));
    }
    for (const [fn, options] of [['nothing', {}], ['write', { name: 'absent' }], ['open', {}], ['init_module', {}]]) {
        const leg = await send(fn, good, options);
        assert.equal(leg.ok, false);
    }
    assert.ok(await node.provider.getBlockNumber() > 0);
});

test('a message of a reverted frame does not run', async () => {
    const before = (await entries()).length;
    const legs = await legsOf(demo.tryInner());
    assert.equal(legs.length, 1);
    assert.deepEqual((await entries()).slice(before).map((e) => e.text), ['after the reverted frame']);
});

test('fan-out has a limit', async () => {
    const fan = await deploy(wallet, compileSolidity('tests/e2e/demo/contracts/Demo.sol').Demo, '0x01');
    assert.ok(fan);
    const many = [];
    // 70 messages from one transaction, through a contract that loops.
    const source = compileSolidity('tests/e2e/contracts/Fan.sol');
    const loop = await deploy(wallet, source.Fan);
    const legs = await legsOf(loop.many(70, { gasLimit: 15_000_000 }));
    many.push(...legs);
    assert.equal(many.length, 70);
    assert.ok(many.slice(64).every((l) => l.failure === 'limit'));
    assert.ok(many.slice(0, 64).every((l) => l.failure !== 'limit'));
});

test('a static call cannot queue', async () => {
    const source = compileSolidity('tests/e2e/contracts/Fan.sol');
    const loop = await deploy(wallet, source.Fan);
    const receipt = await mined(loop.tryStatic({ gasLimit: 1_000_000 }));
    const t = await trace(receipt.hash);
    assert.equal(t.trace.calls.length, 0);
    assert.equal(await loop.staticSucceeded(), false);
});

test('an event forged by another contract is only a log', async () => {
    const forger = await deploy(wallet, compileSolidity('tests/e2e/contracts/Fan.sol').Forger);
    const receipt = await mined(forger.forge());
    assert.equal(receipt.logs[0].topics[0], keccakText('Call(address,bytes,bytes,bytes,bytes,bytes)'));
    assert.equal((await trace(receipt.hash)).trace.calls.length, 0);
});

test('a failed message does not fail the transaction', async () => {
    const receipt = await mined(demo.writeGuarded(1));
    assert.equal(receipt.status, 1);
});

test('the estimate includes the tail', async () => {
    const gas = await demo.write.estimateGas(3, 'estimated');
    const legs = await legsOf(demo.write(3, 'estimated', { gasLimit: gas }));
    assert.equal(legs[0].ok, true, legs[0].error);
});

test('a message that lacked gas is kept and anybody may retry it', async () => {
    const gas = await demo.write.estimateGas(3, 'starved');
    const legs = await legsOf(demo.write(3, 'starved', { gasLimit: gas - 60_000n > 60_000n ? gas - 15_000n : gas - 1_000n }));
    assert.equal(legs[0].failure, 'out_of_gas');
    const queue = new Contract('0x7e00000000000000000000000000000000000004', ['function retry(bytes32)', 'function cancel(bytes32)'], node.wallet(1));
    const retried = await legsOf(queue.retry(legs[0].messageId, { gasLimit: 1_000_000 }));
    assert.equal(retried[0].kind, 'retry');
    assert.equal(retried[0].ok, true, retried[0].error);
    const again = await legsOf(queue.retry(legs[0].messageId, { gasLimit: 1_000_000 }));
    assert.equal(again[0].failure, 'authority');
});

test('only the sender may retry what failed for another reason, and cancel', async () => {
    const legs = await legsOf(demo.writeGuarded(2));
    const id = legs[0].messageId;
    const stranger = new Contract('0x7e00000000000000000000000000000000000004', ['function retry(bytes32)', 'function cancel(bytes32)'], node.wallet(1));
    assert.equal((await legsOf(stranger.retry(id, { gasLimit: 1_000_000 })))[0].failure, 'authority');
    assert.equal((await legsOf(stranger.cancel(id, { gasLimit: 1_000_000 })))[0].failure, 'authority');
    assert.equal((await node.rpc('tern_getMessage', id)).status, 'pending');
});

test('receipts of the two machines are linked', async () => {
    const receipt = await mined(demo.write(5, 'linked'));
    const t = await trace(receipt.hash);
    const shadow = await node.aptos.waitForTransaction({ transactionHash: t.moveHash });
    assert.equal(shadow.success, true);
    assert.equal(shadow.events.filter((e) => e.type.endsWith('::ledger::Written')).length, 1);
    assert.equal((await trace(t.moveHash)).rootHash, receipt.hash);
    const note = await callEntry(node.aptos, account, `${owner}::ledger::send_note`, [`0x${demoAddress.slice(2).padStart(64, '0')}`, 1, 'linked', [4]]);
    const back = await trace(note.hash);
    const evmShadow = await node.provider.getTransactionReceipt(back.evmHash);
    assert.equal(demo.interface.parseLog(evmShadow.logs[0]).name, 'Recorded');
});

test('every block of these tests runs again to the same end', async () => {
    assert.ok(await node.replay() > 10);
});
