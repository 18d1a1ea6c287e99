// Arguments of every kind across the queue, both ways, and every way in which a call can be refused or fail
// (tests/contracts/Crossing.sol and tests/move-packages/crossing).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { AbiCoder, Interface, getAddress, toUtf8Bytes, zeroPadValue } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const coder = AbiCoder.defaultAbiCoder();
const text = (s) => toUtf8Bytes(s);
const short = (a) => a.toLowerCase().replace(/^0x0+/, '0x');

let node, wallet, account, owner, contracts, sender, receiver, roundTrip, target;

before(async () => {
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    account = Account.generate();
    owner = account.accountAddress.toString();
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    const modules = compileMove('tests/move-packages/crossing', { crossing: owner });
    await publish(node.aptos, account, 'Crossing', ['caller', 'counter'], modules);
    contracts = compileSolidity('tests/contracts/Crossing.sol');
    const module = Buffer.from(owner.slice(2).padStart(64, '0'), 'hex');
    sender = await deploy(wallet, contracts.Sender, module);
    receiver = await deploy(wallet, contracts.Receiver);
    roundTrip = await deploy(wallet, contracts.RoundTrip, module);
    target = zeroPadValue(await receiver.getAddress(), 32);
});

after(() => node?.stop());

const view = async (fn, ...functionArguments) =>
    (await node.aptos.viewJson({ payload: { function: `${owner}::${fn}`, functionArguments } }));
const mined = async (tx) => (await tx).wait();
const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const legsOf = async (tx) => (await trace((await mined(tx)).hash)).trace.calls;
const send = async (fn, data, generics = '') =>
    (await legsOf(sender.send(text('counter'), text(fn), data, text(generics), { gasLimit: 3_000_000 })))[0];

// Runs an entry function of `caller` and returns its legs and the logs that they left in the EVM.
async function fromMove(fn, ...args) {
    const done = await callEntry(node.aptos, account, `${owner}::caller::${fn}`, [target, ...args]);
    const { trace: root } = await trace(done.hash);
    const receipts = await node.rpc('eth_getLogs', { address: await receiver.getAddress(), fromBlock: 'latest', toBlock: 'latest' });
    const logs = receipts.map((l) => new Interface(contracts.Receiver.abi).parseLog(l));
    return { done, legs: root.calls ?? [], logs };
}
const accountAlias = async () => getAddress(await node.rpc('tern_alias', owner));

test('every kind of plain argument goes from the EVM to Move', async () => {
    const all = {
        small: 255, middle: 65535, number: 4294967295, amount: (1n << 64n) - 1n, data: '0x00ff10', text: 'Zürich ✓',
        who: wallet.address, flag: true, wide: (1n << 128n) - 1n, widest: (1n << 256n) - 1n, list: [1, 2, 3],
    };
    const [leg] = await legsOf(sender.sendAll(all));
    assert.equal(leg.ok, true, leg.error);
    const [got] = await view('counter::received');
    assert.deepEqual(got, {
        from: short(await node.rpc('tern_alias', await sender.getAddress())),
        small: 255, middle: 65535, number: 4294967295, amount: '18446744073709551615', bytes: '0x00ff10', text: 'Zürich ✓',
        who: short(await node.rpc('tern_alias', wallet.address)),
        flag: true, wide: ((1n << 128n) - 1n).toString(), widest: ((1n << 256n) - 1n).toString(), list: ['1', '2', '3'],
    });
});

test('vectors of vectors, strings, addresses and an option go from the EVM to Move', async () => {
    const people = [zeroPadValue('0x01', 32), `0x${'ab'.repeat(32)}`];
    const [leg] = await legsOf(sender.sendNested([[1, 2], [], [65535]], ['', 'two'], people, [7]));
    assert.equal(leg.ok, true, leg.error);
    const [some] = await view('counter::nested');
    assert.deepEqual(some, { rows: [[1, 2], [], [65535]], names: ['', 'two'], people: people.map(short), maybe: { vec: ['7'] } });
    await mined(sender.sendNested([], [], [], []));
    const [none] = await view('counter::nested');
    assert.deepEqual(none, { rows: [], names: [], people: [], maybe: { vec: [] } });
});

test('what does not fit is refused, not cut', async () => {
    const before = (await view('counter::value'))[0];
    const cases = {
        'more than u64': ['increase', coder.encode(['uint256'], [1n << 64n])],
        'two values for an option': ['receive_nested', coder.encode(['uint16[][]', 'string[]', 'bytes32[]', 'uint64[]'], [[], [], [], [1, 2]])],
        'bytes behind the arguments': ['increase', `${coder.encode(['uint64'], [1])}00`],
        'no arguments': ['increase', '0x'],
        'text that is no UTF-8': ['receive_nested', coder.encode(['uint16[][]', 'bytes[]', 'bytes32[]', 'uint64[]'], [[], ['0xff'], [], []])],
        'a private function': ['hidden', '0x'],
        'a private entry function': ['hidden_entry', '0x'],
        'a reference': ['takes_reference', coder.encode(['uint64'], [1])],
        'a struct': ['takes_struct', coder.encode(['uint64'], [1])],
        'no such function': ['nothing_here', '0x'],
        'a type argument too few': ['generic', coder.encode(['uint64'], [1])],
    };
    for (const [what, [fn, data]] of Object.entries(cases)) {
        const leg = await send(fn, data);
        assert.equal(leg.ok, false, what);
        assert.ok(['malformed', 'target', 'reverted'].includes(leg.failure), `${what}: ${leg.failure}`);
        assert.ok(leg.error.length > 5, `${what}: ${leg.error}`);
    }
    assert.equal((await view('counter::value'))[0], before);
});

test('a type argument is text', async () => {
    const good = await send('generic', coder.encode(['uint64'], [1]), 'u64');
    assert.equal(good.ok, true, good.error);
    const nested = await send('generic', coder.encode(['bytes'], ['0x01']), 'vector<u8>');
    assert.equal(nested.ok, true, nested.error);
    const list = await send('generic', coder.encode(['uint16[]'], [[1, 2]]), ' vector< u16 > ');
    assert.equal(list.ok, true, list.error);
    for (const generics of ['u65', 'u64,u64', '0x1::coin::', 'vector<u8', '0x1::coin::Coin<0x1::aptos_coin::AptosCoin>'])
        assert.equal((await send('generic', coder.encode(['uint64'], [1]), generics)).ok, false, generics);
});

test('messages run in order, those of a reverted frame not at all', async () => {
    await callEntry(node.aptos, account, `${owner}::counter::reset`);
    assert.deepEqual((await legsOf(sender.increaseThree(1, 2, 3))).map((l) => l.ok), [true, true, true]);
    assert.equal((await view('counter::value'))[0], '6');
    assert.equal((await legsOf(sender.increaseAround(10, 500, 20))).length, 2);
    assert.equal((await view('counter::value'))[0], '36');
    const alias = short(await node.rpc('tern_alias', await sender.getAddress()));
    assert.deepEqual((await view('counter::callers'))[0], Array(5).fill(alias));
});

test('an abort names the constant', async () => {
    const [leg] = await legsOf(sender.increase(100_000));
    assert.equal(leg.failure, 'reverted');
    assert.match(leg.error, /counter.*ELIMIT/);
});

test('an endless Move function ends with the gas', async () => {
    const leg = await send('endless', '0x');
    assert.equal(leg.ok, false);
    assert.equal(leg.failure, 'out_of_gas');
});

test('a static call and a delegate call start nothing', async () => {
    assert.equal(await sender.trySendStatically(), false);
    const [ok, reason] = await sender.trySendByDelegateCall.staticCall();
    assert.equal(ok, false);
    assert.match(reason, /^0x[0-9a-f]{8}$/);
    assert.equal((await trace((await mined(sender.trySendByDelegateCall())).hash)).trace.calls?.length ?? 0, 0);
});

test('plain values go from Move to the EVM', async () => {
    const from = await accountAlias();
    const cases = [
        ['send_number', [7], 'Number', [from, from, 7n]],
        ['send_widened', [200], 'Wide', [from, 200n]],
        ['send_text', ['Grüße'], 'Text', [from, 'Grüße']],
        ['send_bytes', [new Uint8Array([0, 255])], 'Data', [from, '0x00ff']],
    ];
    for (const [fn, args, event, expected] of cases) {
        const { legs, logs } = await fromMove(fn, ...args);
        assert.equal(legs[0].ok, true, legs[0].error);
        assert.equal(logs[0].name, event);
        assert.deepEqual([...logs[0].args], expected);
    }
});

test('a Move address means its EVM address, its owner or its alias', async () => {
    const cases = {
        [zeroPadValue(wallet.address, 32)]: wallet.address,
        [await node.rpc('tern_alias', wallet.address)]: wallet.address,
        [owner]: await accountAlias(),
    };
    // The alias stands for its owner once a crossing has registered it.
    await mined(wallet.sendTransaction({
        to: '0x7e00000000000000000000000000000000000001',
        data: new Interface(['function call(bytes,bytes,bytes,bytes,bytes)']).encodeFunctionData('call', [text(owner), text('counter'), text('increase'), coder.encode(['uint64'], [1]), '0x']),
    }));
    for (const [given, expected] of Object.entries(cases)) {
        const { logs } = await fromMove('send_address', given);
        assert.equal(logs[0].args[1], getAddress(expected), given);
    }
});

test('a struct of primitives goes from Move to the EVM', async () => {
    const values = [255, 65535, 4294967295, (1n << 64n) - 1n, (1n << 128n) - 1n, (1n << 256n) - 1n, true, zeroPadValue(wallet.address, 32)];
    const { legs, logs } = await fromMove('send_primitives', ...values);
    assert.equal(legs[0].ok, true, legs[0].error);
    assert.deepEqual([...logs[0].args], [await accountAlias(), ...values.slice(0, 6).map(BigInt), true, wallet.address]);
});

test('nested structs, vectors, strings and an option go from Move to the EVM', async () => {
    const { legs, logs } = await fromMove('send_nested', 9, 'three', new Uint8Array([1, 2, 3]));
    assert.equal(legs[0].ok, true, legs[0].error);
    const [from, middle, numbers, texts, data, list, maybe] = logs[0].args;
    assert.equal(from, await accountAlias());
    assert.deepEqual([middle.number, middle.inner.flag, middle.inner.text], [9n, true, 'three']);
    assert.deepEqual([...numbers], [1n, 1n << 255n]);
    assert.deepEqual([...texts], ['', 'three']);
    assert.equal(data, '0x010203');
    assert.deepEqual(list.map((i) => [i.flag, i.text]), [[false, 'one'], [true, 'three']]);
    assert.deepEqual([...maybe], [9n]);
});

test('three calls from Move run in order', async () => {
    const { logs } = await fromMove('send_three');
    assert.deepEqual(logs.map((l) => l.args[2]), [1n, 2n, 3n]);
});

test('a value that does not fit its signature aborts in Move and sends nothing', async () => {
    for (const fn of ['send_misfit', 'send_wrong_shape', 'send_malformed_signature', 'send_and_abort']) {
        let status = '';
        await assert.rejects(fromMove(fn), (e) => { status = e.transaction?.vm_status ?? e.message; return true; });
        assert.match(status, fn === 'send_and_abort' ? /caller: 0x7/ : /evm/, fn);
    }
});

test('every way in which a contract fails is told', async () => {
    const cases = {
        'failText(uint64)': /this contract always refuses/,
        'failCustom(uint64)': /0x|custom error/,
        'failPanic(uint64)': /[Pp]anic|division/,
        'failEmpty(uint64)': /revert/,
        'nothingHere(uint64)': /revert/,
    };
    for (const [signature, pattern] of Object.entries(cases)) {
        const { done, legs } = await fromMove('send_to', text(signature), 5);
        assert.equal(done.success, true, signature);
        assert.equal(legs[0].ok, false, signature);
        assert.equal(legs[0].failure, 'reverted', signature);
        assert.match(legs[0].error, pattern, signature);
    }
    const { legs } = await fromMove('send_to', text('failGas(uint64)'), 5);
    assert.equal(legs[0].ok, false);
});

test('a result comes back in a second message, from an alias of the alias', async () => {
    const receipt = await mined(roundTrip.askSquare(12));
    const [leg] = (await trace(receipt.hash)).trace.calls;
    assert.equal(leg.ok && leg.calls[0].ok, true, leg.error ?? leg.calls[0].error);
    assert.equal(await roundTrip.answer(), 144n);
    const alias = await node.rpc('tern_alias', await roundTrip.getAddress());
    assert.equal(await roundTrip.answeredBy(), getAddress(await node.rpc('tern_alias', alias)));
});

test('generations have a limit', async () => {
    const receipt = await mined(roundTrip.again(0, { gasLimit: 8_000_000 }));
    let depth = 0;
    for (let at = (await trace(receipt.hash)).trace; at?.calls?.length; at = at.calls[0]) depth++;
    assert.ok(depth >= 8 && depth <= 10, `${depth} generations`);
    assert.ok(await roundTrip.generations() <= 8n);
});

test('aliases asked in Move are those of the node', async () => {
    const evm = zeroPadValue(wallet.address, 32);
    const alias = await node.rpc('tern_alias', wallet.address);
    assert.deepEqual(await view('caller::alias_of_evm', evm), [short(alias)]);
    assert.deepEqual(await view('caller::alias_of_move', owner), [short(zeroPadValue(await accountAlias(), 32))]);
    assert.deepEqual(await view('caller::home_of', alias), [0, short(evm)]);
    assert.deepEqual(await view('caller::home_of', owner), [1, short(owner)]);
});

test('every block of these tests runs again to the same end', async () => {
    assert.ok(await node.replay() > 10);
});
