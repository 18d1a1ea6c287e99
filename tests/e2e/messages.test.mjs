// Lists of messages: every filter and every page against what a plain filter over the whole list gives.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { Contract, Interface, toBeHex, toUtf8Bytes } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const QUEUE = '0x7e00000000000000000000000000000000000004';
const KEEP = 0, DROP = 1;
const NONE = { onFail: KEEP, openRetry: false, deadline: 0, gasLimit: 0, refundTo: `0x${'0'.repeat(40)}`, callback: '0x00000000', callbackGas: 0, onSuccess: false };
const STATUSES = ['pending', 'executed', 'dropped', 'cancelled', 'expired'];
const VMS = ['evm', 'move', 'svm'];
const gas = { gasLimit: 3_000_000 };

let node, account, owner, sender, other, queue, target, all, Flood;

const mined = async (tx) => (await tx).wait();
const list = (filter = {}) => node.rpc('tern_getMessages', filter);
const trace = (hash) => node.rpc('tern_traceTransaction', hash);

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toString();
    /* The compilers take their time: no connection shall wait for them. */
    const demo = compileMove('tests/e2e/demo/move', { demo: owner }), send = compileMove('tests/e2e/send', { sender: owner });
    const { Sender } = compileSolidity('tests/e2e/contracts/Sender.sol');
    ({ Flood } = compileSolidity('tests/e2e/contracts/Flood.sol'));
    node = await startNode(['--quiet']);
    const wallet = node.wallet(0);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Demo', ['ledger'], demo);
    await publish(node.aptos, account, 'Send', ['sender'], send);
    const ledger = Buffer.from(owner.slice(2).padStart(64, '0'), 'hex');
    sender = await deploy(wallet, Sender, ledger);
    other = await deploy(wallet, Sender, ledger);
    queue = new Contract(QUEUE, new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/TernQueue.json'), 'utf8')).abi), wallet);
    target = `0x${(await sender.getAddress()).slice(2).padStart(64, '0')}`;

    // Executed, in both directions and in one transaction; pending; dropped; cancelled; expired; retried until it is executed.
    await mined(sender.several(gas));
    await mined(other.several(gas));
    await mined(sender.guarded(NONE, gas));
    await mined(other.guarded({ ...NONE, openRetry: true }, gas));
    await mined(sender.guarded({ ...NONE, onFail: DROP }, gas));
    for (let n = 0; n < 3; n++) await callEntry(node.aptos, account, `${owner}::sender::send`, [target, n, n === 2 ? DROP : KEEP, n === 1, 0]);
    const { timestamp } = await node.provider.getBlock('latest');
    const old = (await trace((await mined(sender.guarded({ ...NONE, openRetry: true, deadline: timestamp + 5 }, gas))).hash)).trace.calls[0].messageId;
    const asked = (await trace((await mined(other.guarded({ ...NONE, openRetry: true, deadline: timestamp + 5 }, gas))).hash)).trace.calls[0].messageId;
    await mined(sender.spread(gas));
    const given = (await trace((await mined(queue.sendMove(ledger, toUtf8Bytes('ledger'), toUtf8Bytes('write_guarded'), toBeHex(1, 32), '0x', NONE, gas))).hash)).trace.calls[0];
    await mined(queue.cancel(given.messageId, gas));
    await node.rpc('evm_increaseTime', 10);
    await node.rpc('evm_mine');
    await mined(queue.retry(asked, gas)); // found to have expired
    assert.equal((await node.rpc('tern_getMessage', old)).status, 'expired');
    ({ messages: all } = await list({ limit: 1000 }));
    assert.ok(all.length >= 15, `${all.length} messages`);
});

after(() => node?.stop());

test('without a filter every message is there once, in the order in which they were started', async () => {
    const { cursor } = await list({ limit: 1000 });
    assert.equal(cursor, null);
    assert.equal(new Set(all.map((m) => m.id)).size, all.length);
    const place = (m) => [Number(m.createdBlock), m.index];
    for (let i = 1; i < all.length; i++) {
        const [a, b] = [place(all[i - 1]), place(all[i])];
        assert.ok(a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]));
    }
    for (const m of all) assert.deepEqual(await node.rpc('tern_getMessage', m.id), m);
    assert.deepEqual((await list({ limit: 1000, newestFirst: true })).messages, all.toReversed());
    for (const status of STATUSES) assert.ok(all.some((m) => m.status === status), status);
});

test('every combination of filters answers what a plain filter over the whole list does', async () => {
    const any = [undefined];
    const heights = all.map((m) => Number(m.createdBlock));
    const middle = heights[heights.length >> 1];
    const ranges = [[undefined, undefined], [middle, undefined], [undefined, middle], [middle, middle], [middle + 1, middle]];
    const senders = [...any, await sender.getAddress(), await other.getAddress(), owner, `0x${'77'.repeat(20)}`];
    const roots = [...any, all[0].rootHash, all.at(-1).rootHash];
    let asked = 0;
    for (const status of [...any, ...STATUSES])
        for (const who of senders)
            for (const from of [...any, ...VMS])
                for (const to of [...any, 'evm', 'move'])
                    for (const root of roots)
                        for (const [first, last] of asked % 7 ? ranges.slice(0, 1) : ranges) {
                            asked++;
                            const want = all.filter((m) => (!status || m.status === status) && (!from || m.from === from) && (!to || m.target === to)
                                && (!who || BigInt(m.sender) === BigInt(who)) && (!root || m.rootHash === root)
                                && (first === undefined || Number(m.createdBlock) >= first) && (last === undefined || Number(m.createdBlock) <= last));
                            const filter = { status, sender: who, from, target: to, rootHash: root, fromBlock: first && `0x${first.toString(16)}`, toBlock: last && `0x${last.toString(16)}`, limit: 1000 };
                            const got = await list(filter);
                            assert.deepEqual(got.messages.map((m) => m.id), want.map((m) => m.id), JSON.stringify(filter));
                            assert.equal(got.cursor, null);
                        }
    assert.ok(asked > 500);
});

test('pages of any size put together are the whole, forwards and backwards', async () => {
    for (const filter of [{}, { status: 'pending' }, { status: 'expired' }, { target: 'move' }, { from: 'move' }, { sender: await sender.getAddress() }, { rootHash: all[0].rootHash }])
        for (const newestFirst of [false, true]) {
            const want = (await list({ ...filter, newestFirst, limit: 1000 })).messages;
            for (const limit of [1, 2, 3, want.length || 1]) {
                const got = [];
                let cursor = null, pages = 0;
                do {
                    const page = await list({ ...filter, newestFirst, limit, cursor });
                    assert.ok(page.messages.length <= limit);
                    got.push(...page.messages);
                    ({ cursor } = page);
                    assert.ok(++pages <= want.length + 1);
                } while (cursor);
                assert.deepEqual(got, want);
            }
        }
});

test('a root is found by the hash that any machine knows it by, and by its Solana signature', async () => {
    const t = await trace(all[0].rootHash);
    const want = all.filter((m) => m.rootHash === t.rootHash);
    for (const rootHash of [t.evmHash, t.moveHash, t.solanaSignature].filter(Boolean))
        assert.deepEqual((await list({ rootHash })).messages, want);
    assert.deepEqual(await list({ rootHash: `0x${'11'.repeat(32)}` }), { messages: [], cursor: null });
});

test('tern_pending is what can still be retried, and refuses another status', async () => {
    const want = all.filter((m) => m.status === 'pending');
    assert.ok(want.length >= 2);
    assert.deepEqual(await node.rpc('tern_pending'), { messages: want, cursor: null });
    assert.deepEqual(await node.rpc('tern_pending', { status: 'pending', sender: want[0].sender, limit: 1000 }),
        { messages: want.filter((m) => m.sender === want[0].sender), cursor: null });
    const { error } = await node.raw('tern_pending', { status: 'executed' });
    assert.equal(error.code, -32602);
    assert.match(error.message, /tern_getMessages/);
});

test('a message that is retried until it is executed leaves the list of pending ones; going back brings it in again', async () => {
    const [kept] = (await node.rpc('tern_pending', { target: 'move', limit: 1000 })).messages.filter((m) => m.openRetry);
    const before = await node.rpc('tern_pending');
    const snapshot = await node.rpc('evm_snapshot');
    await callEntry(node.aptos, account, `${owner}::ledger::open`, []);
    await mined(queue.retry(kept.id, gas));
    assert.equal((await node.rpc('tern_getMessage', kept.id)).status, 'executed');
    const left = await node.rpc('tern_pending', { limit: 1000 });
    assert.deepEqual(left.messages, before.messages.filter((m) => m.id !== kept.id));
    assert.ok((await list({ status: 'executed', limit: 1000 })).messages.some((m) => m.id === kept.id));
    assert.equal(await node.rpc('evm_revert', snapshot), true);
    assert.deepEqual(await node.rpc('tern_pending'), before);
});

test('what a filter cannot be is said', async () => {
    for (const [filter, words] of [[{ offset: 5 }, /no filter has a member 'offset'/], [{ limit: 0 }, /1 to 1000/], [{ status: 'done' }, /pending, executed/],
        [{ from: 'btc' }, /evm, move or svm/], [{ cursor: '0x00' }, /none that an answer had/], [{ newestFirst: 1 }, /true or false/]]) {
        const { error } = await node.raw('tern_getMessages', filter);
        assert.equal(error.code, -32602, JSON.stringify(filter));
        assert.match(error.message, words);
    }
});

test('more messages than a scan looks at: the cursor goes on, and nothing is lost or shown twice', async () => {
    const many = await startNode(['--quiet', '--block-time', '50ms', '--gas-limit', '500000000']);
    try {
        // Each asks for a function that is not there, so it stays pending; every 64th transaction's are dropped.
        const wallet = many.wallet(0), flood = await deploy(wallet, Flood);
        const ROOTS = 330, EACH = 64;
        let nonce = await wallet.getNonce(), last;
        for (let i = 0; i < ROOTS; i++) last = await flood.send(EACH, i % 64 === 63, { gasLimit: 6_000_000, nonce: nonce++ });
        await last.wait();
        const pages = async (filter) => {
            const got = [];
            let cursor = null, asked = 0;
            do {
                const page = await many.rpc('tern_getMessages', { ...filter, cursor, limit: 1000 });
                got.push(...page.messages.map((m) => [Number(m.createdBlock), m.rootHash, m.index, m.status]));
                ({ cursor } = page);
                asked++;
            } while (cursor);
            return { got, asked };
        };
        const whole = (await pages({})).got;
        assert.equal(whole.length, ROOTS * EACH);
        assert.equal(new Set(whole.map(String)).size, whole.length);
        for (let i = 1; i < whole.length; i++) assert.ok(whole[i][0] >= whole[i - 1][0]);
        const sender = await flood.getAddress();
        for (const newestFirst of [false, true]) {
            const order = newestFirst ? whole.toReversed() : whole;
            assert.deepEqual((await pages({ from: 'evm', newestFirst })).got, order);
            assert.deepEqual((await pages({ status: 'dropped', newestFirst })).got, order.filter((m) => m[3] === 'dropped'));
            // Their sender's have to be looked through: one page is not enough for that.
            const { got, asked } = await pages({ sender, status: 'dropped', newestFirst });
            assert.deepEqual(got, order.filter((m) => m[3] === 'dropped'));
            assert.ok(asked > 1);
        }
    } finally {
        await many.stop();
    }
});
