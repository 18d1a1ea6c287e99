// Messages with options, from real compilers' output in both directions; and the examples of docs/cross-vm.md.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { Contract, Interface, concat, keccak256, toBeHex, toUtf8Bytes } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const QUEUE = '0x7e00000000000000000000000000000000000004';
const KEEP = 0, DROP = 1;
const WEEK = 7 * 24 * 3600;
const NONE = { onFail: KEEP, openRetry: false, deadline: 0, gasLimit: 0, refundTo: `0x${'0'.repeat(40)}`, callback: '0x00000000', callbackGas: 0, onSuccess: false };
const queueInterface = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/TernQueue.json'), 'utf8')).abi);

let node, wallet, stranger, account, owner, ledger, sender, queue, strangersQueue, target;

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toString();
    // Compiling takes long: no connection waits meanwhile.
    const demoModules = compileMove('tests/e2e/demo/move', { demo: owner }), sendModules = compileMove('tests/e2e/send', { sender: owner });
    const { Sender } = compileSolidity('tests/e2e/contracts/Sender.sol');
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    stranger = node.wallet(1);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Demo', ['ledger'], demoModules);
    await publish(node.aptos, account, 'Send', ['sender'], sendModules);
    ledger = Buffer.from(owner.slice(2).padStart(64, '0'), 'hex');
    sender = await deploy(wallet, Sender, ledger);
    target = `0x${(await sender.getAddress()).slice(2).padStart(64, '0')}`;
    queue = new Contract(QUEUE, queueInterface, wallet);
    strangersQueue = new Contract(QUEUE, queueInterface, stranger);
});

after(() => node?.stop());

const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const message = (id) => node.rpc('tern_getMessage', id);
const mined = async (tx) => (await tx).wait();
const legsOf = async (tx) => (await trace((await mined(tx)).hash)).trace.calls;
const now = async () => (await node.provider.getBlock('latest')).timestamp;
const moveIds = async () => (await node.aptos.viewJson({ payload: { function: `${owner}::sender::ids` } }))[0];
const idOf = (root, index) => keccak256(concat([toUtf8Bytes('TERN::msg'), toBeHex(31337, 8), root, toBeHex(index, 4)]));
const gas = { gasLimit: 2_000_000 };
async function sent(options, more = {}) {
    const [leg] = await legsOf(sender.guarded({ ...NONE, ...options }, { ...gas, ...more }));
    return leg;
}
async function sentByMove(n, onFail, openRetry = false, deadline = 0) {
    const tx = await callEntry(node.aptos, account, `${owner}::sender::send`, [target, n, onFail, openRetry, deadline]);
    const t = await trace(tx.hash);
    return { root: t.rootHash, leg: t.trace.calls[0] };
}

test('DROP from the EVM: a failed message is final', async () => {
    const leg = await sent({ onFail: DROP });
    assert.equal(leg.ok, false);
    assert.equal(leg.failure, 'reverted');
    assert.equal(leg.status, 'dropped');
    const m = await message(leg.messageId);
    assert.equal(m.status, 'dropped');
    assert.equal(m.onFail, 'drop');
    assert.match(m.error, /E_CLOSED/);
    const listed = await node.rpc('tern_getMessages', { status: 'dropped' });
    assert.equal(listed.cursor, null);
    assert.deepEqual(listed.messages.map((x) => x.id), [leg.messageId]);
    for (const q of [queue, strangersQueue])
        for (const what of ['retry', 'cancel']) {
            const [refused] = await legsOf(q[what](leg.messageId, gas));
            assert.equal(refused.failure, 'authority');
            assert.match(refused.error, /dropped/);
            assert.equal(refused.status, null);
        }
    assert.equal((await message(leg.messageId)).status, 'dropped');
});

test('DROP from Move: a failed message is final', async () => {
    const { root, leg } = await sentByMove(1, DROP);
    assert.equal(leg.ok, false);
    assert.equal(leg.status, 'dropped');
    const m = await message(leg.messageId);
    assert.equal(m.status, 'dropped');
    assert.match(m.error, /not zero/);
    assert.equal(leg.messageId, idOf(root, 0));
    assert.equal((await moveIds()).at(-1), leg.messageId);
    const [refused] = await legsOf(strangersQueue.retry(leg.messageId, gas));
    assert.equal(refused.failure, 'authority');
    assert.equal((await sentByMove(0, DROP)).leg.status, 'executed');
});

test('a message with DROP that succeeds is executed', async () => {
    const { hash } = await mined(sender.several(gas));
    assert.ok((await trace(hash)).trace.calls.every((l) => l.ok && l.status === 'executed'));
});

test('KEEP is the default, and what a message without options does', async () => {
    const leg = await sent({});
    assert.equal(leg.status, 'pending');
    const m = await message(leg.messageId);
    assert.equal(m.onFail, 'keep');
    assert.equal(m.openRetry, false);
    assert.equal(Number(m.deadline), await now() + WEEK);
    const { leg: back } = await sentByMove(1, KEEP);
    assert.equal(back.status, 'pending');
});

test('the id inside the frame is the message\'s, whatever was undone before', async () => {
    const first = Number(await sender.count());
    const { hash } = await mined(sender.several(gas));
    const { calls } = (await trace(hash)).trace;
    assert.equal(calls.length, 4);
    calls.forEach((leg, i) => assert.equal(leg.messageId, idOf(hash, i)));
    assert.equal(await sender.ids(first), calls[0].messageId);
    assert.equal(await sender.ids(first + 1), calls[2].messageId);
    const tx = await callEntry(node.aptos, account, `${owner}::sender::send_after_two`, [target]);
    const legs = (await trace(tx.hash)).trace.calls;
    assert.deepEqual((await moveIds()).slice(-2), legs.slice(1).map((l) => l.messageId));
});

test('the id inside the frame is exact in a leg that a message runs', async () => {
    const [leg] = await legsOf(queue.sendMove(ledger, toUtf8Bytes('sender'), toUtf8Bytes('answer'), target, '0x', NONE, gas));
    assert.equal(leg.ok, true, leg.error);
    assert.equal(leg.calls.length, 1);
    assert.equal(leg.calls[0].status, 'dropped');
    assert.equal((await moveIds()).at(-1), leg.calls[0].messageId);
});

test('the id is that of the event, and of the simulated transaction in eth_call', async () => {
    const receipt = await mined(sender.guarded(NONE, gas));
    const event = receipt.logs.map((l) => queueInterface.parseLog(l)).find((e) => e?.name === 'Send');
    assert.equal(event.args.id, idOf(receipt.hash, 0));
    assert.equal(event.args.sender, await sender.getAddress());
    const once = await sender.guarded.staticCall(NONE), again = await sender.guarded.staticCall(NONE);
    assert.match(once, /^0x[0-9a-f]{64}$/);
    assert.equal(once, again);
    assert.equal(await message(once), null);
    const estimate = await sender.several.estimateGas();
    const legs = await legsOf(sender.several({ gasLimit: estimate }));
    assert.ok(legs.every((l) => l.ok));
});

test('open retry lets a stranger retry, not cancel', async () => {
    const closed = await sent({}), open = await sent({ openRetry: true });
    assert.equal((await message(open.messageId)).openRetry, true);
    assert.equal((await legsOf(strangersQueue.retry(closed.messageId, gas)))[0].failure, 'authority');
    assert.equal((await legsOf(strangersQueue.cancel(open.messageId, gas)))[0].failure, 'authority');
    assert.equal((await legsOf(strangersQueue.retry(open.messageId, gas)))[0].failure, 'reverted');
    const { leg } = await sentByMove(1, KEEP, true);
    const [retried] = await legsOf(strangersQueue.retry(leg.messageId, gas));
    assert.equal(retried.failure, 'reverted');
    assert.equal((await message(leg.messageId)).attempts, 2);
});

test('a deadline may be a week away at most, and not past', async () => {
    const near = await now() + 60;
    assert.equal(Number((await message((await sent({ deadline: near })).messageId)).deadline), near);
    assert.equal(Number((await message((await sentByMove(1, KEEP, false, near)).leg.messageId)).deadline), near);
    for (const deadline of [1, await now() + WEEK + 600]) {
        await assert.rejects(sender.guarded.staticCall({ ...NONE, deadline }), (e) => queueInterface.parseError(e.data)?.name === 'DeadlineOutOfRange');
        await assert.rejects(sentByMove(1, KEEP, false, deadline), /EDEADLINE_OUT_OF_RANGE|0x10003/);
    }
});

test('a message expires when its deadline passes', async () => {
    const leg = await sent({ openRetry: true, deadline: await now() + 2 });
    assert.equal((await message(leg.messageId)).status, 'pending');
    const until = Number((await message(leg.messageId)).deadline);
    while (await now() <= until) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        await mined(wallet.sendTransaction({ to: stranger.address, value: 1n }));
    }
    assert.equal((await message(leg.messageId)).status, 'expired');
    const [refused] = await legsOf(strangersQueue.retry(leg.messageId, gas));
    assert.equal(refused.failure, 'expired');
    assert.equal(refused.status, 'expired');
    assert.equal((await legsOf(strangersQueue.retry(leg.messageId, gas)))[0].failure, 'authority');
    assert.ok((await node.rpc('tern_getMessages', { status: 'expired' })).messages.some((m) => m.id === leg.messageId));
});

test('options that do not fit are refused with the reason', async () => {
    const direct = (options, more = {}) =>
        queue.sendMove.staticCall(ledger, toUtf8Bytes('ledger'), toUtf8Bytes('write'), '0x', '0x', { ...NONE, ...options }, { ...gas, ...more });
    const cases = [
        [{ gasLimit: 9_999 }, {}, 'GasBelowBase'],
        [{ gasLimit: 3_000_000 }, {}, 'GasNotAvailable'],
        [{ onSuccess: true }, {}, 'CallbackMismatch'],
        [{ onFail: 3 }, {}, 'CallbackMismatch'],
        [{ callback: '0x12345678' }, {}, 'CallbackMismatch'],
        [{ callbackGas: 10_000 }, {}, 'CallbackMismatch'],
        [{ onFail: 3, callback: '0x12345678', callbackGas: 1 }, {}, 'GasBelowBase'],
        [{}, { value: 1n }, 'ValueOutOfRange'],
        [{}, { value: 1_000_000_001n }, 'ValueOutOfRange'],
    ];
    for (const [options, more, name] of cases)
        await assert.rejects(direct(options, more), (e) => {
            assert.equal(e.revert?.name, name);
            return true;
        });
    await assert.rejects(direct({ onFail: 5 }), /revert/);
    await assert.rejects(sender.guarded.staticCall({ ...NONE, onFail: 4 }, gas), (e) => queueInterface.parseError(e.data)?.name === 'TailNotAtomic');
    const reasons = [/base charge/, /more than there is/, /ECALLBACK_MISMATCH|0x10004/i, /ECALLBACK_MISMATCH|0x10004/i, /callback cannot be read/, /atomic/, /INSUFFICIENT_BALANCE/i];
    for (const [which, reason] of reasons.entries())
        await assert.rejects(callEntry(node.aptos, account, `${owner}::sender::refused`, [target, which]), reason);
    await assert.rejects(sentByMove(1, 5), /EINVALID_ON_FAIL|0x10002/i);
});

test('the queue\'s code does nothing elsewhere, and nothing in a static call', async () => {
    const [ok, why] = await sender.delegated.staticCall();
    assert.equal(ok, false);
    assert.equal(queueInterface.parseError(why).name, 'DelegateCallRefused');
    assert.equal(await sender.inStatic.staticCall(), false);
});

test('a message that queues two, which queue two each, comes to an end', async () => {
    const { hash } = await mined(sender.spread({ gasLimit: 15_000_000 }));
    const all = [];
    const walk = (leg, depth) => leg.calls.forEach((l) => { all.push({ ...l, depth }); walk(l, depth + 1); });
    walk((await trace(hash)).trace, 1);
    const ran = all.filter((l) => l.ok), refused = all.filter((l) => !l.ok);
    assert.ok(ran.length <= 64 && ran.length > 16);
    assert.ok(refused.length > 0 && refused.every((l) => l.failure === 'limit' && l.calls.length === 0));
    assert.ok(ran.every((l) => l.depth <= 8));
});

test('the examples of docs/cross-vm.md compile and run', async () => {
    const docs = readFileSync(path.join(ROOT, 'docs/cross-vm.md'), 'utf8');
    const blocks = (language) => [...docs.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map((m) => m[1]);
    const programs = blocks('solidity').filter((b) => b.startsWith('// SPDX') && b.includes('contract Courier ')); // svm.test.mjs has the others
    const modules = blocks('move').filter((b) => b.startsWith('module courier::'));
    assert.equal(programs.length, 1);
    assert.equal(modules.length, 1);

    const courier = await deploy(wallet, compileSolidity('docs/Courier.sol', programs[0]).Courier);
    const legs = await legsOf(courier.tell(ledger, 5, 'from the docs', gas));
    assert.equal(legs[0].ok, true, legs[0].error);
    assert.equal(await courier.sent(legs[0].messageId), wallet.address);

    const [paid] = await legsOf(courier.pay(ledger, 6, 'paid', { ...gas, value: 10n ** 9n }));
    assert.equal(paid.ok, true, paid.error);
    assert.equal(paid.calls[0].ok, true, paid.calls[0].error);
    const [told] = paid.calls[0].logs.map((l) => courier.interface.parseLog(l));
    assert.deepEqual([told.name, told.args.id, told.args.ok], ['Told', paid.messageId, true]);

    const dir = mkdtempSync(path.join(tmpdir(), 'tern-docs-'));
    try {
        mkdirSync(path.join(dir, 'sources'));
        writeFileSync(path.join(dir, 'sources/courier.move'), modules[0]);
        writeFileSync(path.join(dir, 'Move.toml'), '[package]\nname = "Courier"\nversion = "1.0.0"\n[addresses]\ncourier = "_"\n'
            + '[dependencies]\nTernFramework = { local = "../framework" }\n');
        await publish(node.aptos, account, 'Courier', ['courier'], compileMove(dir, { courier: owner }));
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
    for (const [fn, status] of [['tell', 'pending'], ['whisper', 'dropped']]) {
        const tx = await callEntry(node.aptos, account, `${owner}::courier::${fn}`, [target, 7, 'from the docs']);
        const [leg] = (await trace(tx.hash)).trace.calls; // Sender has no such function
        assert.equal(leg.status, status);
        const [last] = await node.aptos.viewJson({ payload: { function: `${owner}::courier::last` } });
        assert.equal(last, leg.messageId);
    }
    const callback = toUtf8Bytes(`${owner}::courier::told`);
    const tx = await callEntry(node.aptos, account, `${owner}::courier::pay`, [target, 7, 'from the docs', 1000, callback]);
    const [leg] = (await trace(tx.hash)).trace.calls;
    assert.equal(leg.status, 'called_back');
    assert.equal(leg.calls[0].ok, true, leg.calls[0].error);
    const [last] = await node.aptos.viewJson({ payload: { function: `${owner}::courier::last` } });
    assert.equal(Buffer.from(last.slice(2), 'hex').toString(), leg.error);
});

test('every block of these tests runs again to the same end', async () => {
    assert.ok(await node.replay() > 10);
});
