// What messages are sent with: value, gas, policies, callbacks and an atomic tail, in all six directions, through ethers, the
// Aptos SDK and web3.js on one node.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { AbiCoder, Contract, Interface, getAddress, toUtf8Bytes } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import * as m from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const QUEUE = '0x7E00000000000000000000000000000000000004';
const [KEEP, DROP, REFUND, CALLBACK, REVERT_TX] = [0, 1, 2, 3, 4];
const STATUS = ['pending', 'dropped', 'refunded', 'called_back'];
const ZERO = `0x${'0'.repeat(40)}`;
const NONE = { onFail: KEEP, openRetry: false, deadline: 0, gasLimit: 0, refundTo: ZERO, callback: '0x00000000', callbackGas: 0, onSuccess: false };
const GWEI = 1_000_000_000n;
const UNITS = 5_000_000n; // of value in each message: more than an empty Solana account must hold
const BASE = 10_000n;
const coder = AbiCoder.defaultAbiCoder();
const queueInterface = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/TernQueue.json'), 'utf8')).abi);
const hex = (b) => `0x${Buffer.from(b).toString('hex')}`;
const wide = (address) => `0x${address.slice(2).padStart(64, '0')}`;
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const gas = { gasLimit: 3_000_000 };

let node, solana, payer, account, owner, wallet, options, address, between, told, page, receiver;

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toString();
    const modules = compileMove('tests/e2e/options', { options: owner }); // takes long: no connection waits meanwhile
    const { Options, Between } = compileSolidity('tests/e2e/contracts/Options.sol');
    node = await startNode(['--quiet']);
    solana = new m.Solana(node);
    payer = await solana.funded(1000);
    wallet = node.wallet(0);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 10_000_000_000 });
    await publish(node.aptos, account, 'Options', ['options'], modules);
    options = await deploy(wallet, Options);
    address = await options.getAddress();
    between = await deploy(wallet, Between);
    told = await solana.deploy(payer, m.compileProgram('tests/solana/programs/told.c'));
    page = Keypair.generate();
    receiver = Keypair.generate().publicKey;
    await solana.send([payer, page], SystemProgram.createAccount({
        fromPubkey: payer.publicKey, newAccountPubkey: page.publicKey, space: 1024, programId: told,
        lamports: await solana.connection.getMinimumBalanceForRentExemption(1024),
    }));
});
after(async () => {
    solana?.close();
    await node?.stop();
});

/* ---- Asking */

const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const message = (id) => node.rpc('tern_getMessage', id);
const alias = (who, vm) => node.rpc('tern_alias', who, vm);
const mined = async (tx) => (await tx).wait();
const kept = async () => {
    const [sent, ids, list] = await node.aptos.viewJson({ payload: { function: `${owner}::options::kept` } });
    return { sent: Number(sent), ids, told: list };
};
// In units of 10^9 wei.
const balance = {
    evm: async (who) => (await node.provider.getBalance(who)) / GWEI,
    move: async (who) => BigInt(await node.aptos.getBalance({ accountAddress: who, asset: '0x1::aptos_coin::AptosCoin' })),
    svm: async (who) => BigInt(await solana.connection.getBalance(new PublicKey(who))),
};
const escrow = { evm: () => QUEUE, move: () => alias(QUEUE, 'move'), svm: () => m.ESCROW.toBase58() };
const RENT = 890_880n; // what Solana's escrow holds by itself
const held = async (vm) => (await balance[vm](await escrow[vm]())) - (vm === 'svm' ? RENT : 0n);

/* ---- Six directions: each sends a message with value that succeeds or fails, and says what has become of it */

const SOMEBODY = `0x${'57'.repeat(32)}`; // of Move
const refundTo = { evm: `0x${'5e'.repeat(20)}`, move: `0x${'5e'.repeat(32)}`, svm: new PublicKey(Buffer.alloc(32, 0x5e)) };
const fromEvm = (how) => ({
    ...NONE, onFail: how.onFail, gasLimit: how.gas ?? 0, refundTo: how.refund ? refundTo.evm : ZERO, onSuccess: !!how.onSuccess,
    callback: how.calls ? options.interface.getFunction('told').selector : NONE.callback, callbackGas: how.callbackGas ?? 0,
});
const fromMove = (how) => [how.onFail, UNITS, how.gas ?? 0, how.refund ? refundTo.move : '0x0',
    how.calls ? toUtf8Bytes(`${owner}::options::told`) : [], how.callbackGas ?? 0, !!how.onSuccess];
const fromSvm = (how) => ({
    onFail: how.onFail, gas: how.gas ?? 0, value: UNITS, refundTo: how.refund ? refundTo.svm : undefined, onSuccess: !!how.onSuccess,
    callback: how.calls ? { program: told, accounts: [[page.publicKey, true]], data: Buffer.from('hi') } : undefined,
    callbackGas: how.callbackGas ?? 0,
});
const lamports = (ok) => (ok ? UNITS : 1_000_000n * GWEI);
const moveFn = (ok) => [toUtf8Bytes(ok ? 'take' : 'refuse'), ok ? coder.encode(['uint64', 'bytes32'], [UNITS, SOMEBODY]) : '0x'];
const solanaMetas = (who) => [[hex(new PublicKey(who).toBuffer()), true, true], [hex(receiver.toBuffer()), false, true]];
const UNITS_LIMIT = ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 });
const messengerMove = (ok) => ({ module: owner, name: 'options', fn: ok ? 'take' : 'refuse', abi: moveFn(ok)[1] });

const directions = {
    'EVM → Move': {
        from: 'evm', sender: () => address,
        send: async (ok, how) => (await mined(options.toMove(Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'), ...moveFn(ok), fromEvm(how), { ...gas, value: UNITS * GWEI }))).hash,
        arrived: () => balance.move(SOMEBODY),
    },
    'EVM → SVM': {
        from: 'evm', sender: () => address,
        send: async (ok, how) => (await mined(options.toSolana(`0x${'0'.repeat(64)}`, solanaMetas(await alias(address, 'svm')),
            hex(Buffer.concat([Buffer.from([2, 0, 0, 0]), u64(lamports(ok))])), fromEvm(how), { ...gas, value: UNITS * GWEI }))).hash,
        arrived: () => balance.svm(receiver),
    },
    'Move → EVM': {
        from: 'move', sender: () => owner,
        send: async (ok, how) => (await callEntry(node.aptos, account, `${owner}::options::to_evm`, [wide(address), ok ? 1 : 0, ...fromMove(how)])).hash,
        arrived: () => balance.evm(address),
    },
    'Move → SVM': {
        from: 'move', sender: () => owner,
        send: async (ok, how) => (await callEntry(node.aptos, account, `${owner}::options::to_svm`, [hex(receiver.toBuffer()), u64(lamports(ok)), ...fromMove(how)])).hash,
        arrived: () => balance.svm(receiver),
    },
    'SVM → EVM': {
        from: 'svm', sender: () => payer.publicKey.toBase58(),
        send: (ok, how) => solana.send([payer], UNITS_LIMIT, m.instruction(payer.publicKey,
            m.sendEvm(address, options.interface.encodeFunctionData('take', [ok ? 1 : 0]), fromSvm(how)), { value: true })),
        arrived: () => balance.evm(address),
    },
    'SVM → Move': {
        from: 'svm', sender: () => payer.publicKey.toBase58(),
        send: (ok, how) => solana.send([payer], UNITS_LIMIT, m.instruction(payer.publicKey, m.sendMove(messengerMove(ok), fromSvm(how)), { value: true })),
        arrived: () => balance.move(SOMEBODY),
    },
};

/* ---- What callbacks say, in each machine */

// Account 0 of a callback into Solana, for messages of `sender`.
const speakerOf = (sender) =>
    PublicKey.findProgramAddressSync([Buffer.from('callback'), told.toBuffer(), sender.toBuffer()], m.MESSENGER)[0];

async function assertTold(vm, id, ok, legs) {
    const leg = legs.at(-1), m2 = await message(leg.messageId);
    assert.equal(leg.ok, true, leg.error);
    assert.equal(m2.callbackOf, id);
    assert.equal(m2.target, vm);
    const { error } = await message(id);
    if (vm === 'evm') {
        const [log] = leg.logs;
        const { args } = options.interface.parseLog({ topics: log.topics, data: log.data });
        assert.equal(args.id, id);
        assert.equal(args.ok, ok);
        if (ok) return;
        const failed = queueInterface.parseError(args.data);
        assert.equal(failed.name, 'CallFailed');
        assert.equal(failed.args.message, error);
        assert.equal(failed.args.reason, 2n);
    } else if (vm === 'move') {
        const last = (await kept()).told.at(-1);
        assert.equal(last.id, id);
        assert.equal(last.ok, ok);
        assert.equal(Buffer.from(last.error.slice(2), 'hex').toString(), error ?? '');
        assert.equal(last.failure, ok ? 0 : 2);
    } else {
        const { data } = await solana.connection.getAccountInfo(page.publicKey);
        const speaker = speakerOf(payer.publicKey);
        assert.equal(new PublicKey(data.subarray(0, 32)).toBase58(), speaker.toBase58());
        const text = data.subarray(32);
        assert.equal(text.subarray(0, 2).toString(), 'hi');
        assert.equal(hex(text.subarray(2, 34)), id);
        assert.equal(text[34], ok ? 0 : 2);
        const n = text.readUInt32LE(47), at = 51 + n;
        assert.equal(text.readUInt32LE(43), n);
        assert.equal(text.subarray(at + 4, at + 4 + text.readUInt32LE(at)).toString(), error ?? '');
    }
}

for (const [name, d] of Object.entries(directions)) {
    test(`${name}: value arrives before the target runs`, async () => {
        const before = await d.arrived();
        const { trace: { calls: [leg] } } = await trace(await d.send(true, { onFail: KEEP }));
        assert.equal(leg.ok, true, leg.error);
        assert.equal(BigInt(leg.value), UNITS * GWEI);
        assert.equal(await d.arrived(), before + UNITS);
        assert.equal(await held(d.from), 0n);
    });

    test(`${name}: what becomes of a message that fails, and of its value`, async () => {
        for (const onFail of [KEEP, DROP, REFUND, CALLBACK])
            for (const refund of [false, true]) {
                const back = refund ? refundTo[d.from] : d.sender(), before = await balance[d.from](back), sender = await balance[d.from](d.sender());
                const hash = await d.send(false, { onFail, refund, calls: onFail === CALLBACK });
                const { trace: { calls } } = await trace(hash), [leg] = calls;
                const legs = [leg, ...leg.calls];
                assert.equal(leg.ok, false);
                assert.equal((await message(leg.messageId)).status, STATUS[onFail], name);
                assert.equal(await held(d.from), onFail === KEEP ? UNITS : 0n);
                // A sender of Move or Solana has paid a fee too, but less than a unit of the message's value.
                const now = await balance[d.from](back);
                if (refund && onFail !== KEEP) assert.equal(now, before + UNITS);
                else if (d.from === 'evm') assert.equal(await balance.evm(address), onFail === KEEP || refund ? sender : sender + UNITS);
                else if (!refund) assert.ok(onFail === KEEP ? sender - now > UNITS : sender - now < UNITS, `${sender - now}`);
                if (onFail === CALLBACK) await assertTold(d.from, leg.messageId, false, legs);
                if (onFail !== KEEP) continue;
                assert.equal(legs.length, 1);
                await cancel(d, leg.messageId);
                assert.equal((await message(leg.messageId)).status, 'cancelled');
                assert.equal(await held(d.from), 0n);
            }
    });

    test(`${name}: a callback tells of success, on gas of its own`, async () => {
        const { trace: { calls: [leg] } } = await trace(await d.send(true, { onFail: DROP, calls: true, onSuccess: true, gas: 400_000, callbackGas: 400_000 }));
        assert.equal(leg.ok, true, leg.error);
        assert.equal(leg.calls.length, 1);
        await assertTold(d.from, leg.messageId, true, leg.calls);
    });
}

async function cancel(d, id) {
    if (d.from === 'svm') return solana.send([payer], m.instruction(payer.publicKey, m.cancel(id)));
    if (d.from === 'move') return callEntry(node.aptos, account, `${owner}::options::cancel`, [id]);
    return mined(options.cancel(id, gas));
}

/* ---- Gas, to the wei */

const module = () => Buffer.from(owner.slice(2).padStart(64, '0'), 'hex');

test('gas that a message does not use goes back to the wei, and the receipt says so', async () => {
    const used = {};
    for (const reserved of [0n, 200_000n, 900_000n]) {
        const before = await node.provider.getBalance(wallet.address);
        const receipt = await mined(options.toMove(module(), toUtf8Bytes('refuse'), '0x', fromEvm({ onFail: DROP, gas: reserved }), gas));
        const after = await node.provider.getBalance(wallet.address);
        assert.equal(before - after, receipt.gasUsed * receipt.gasPrice);
        const { trace: t } = await trace(receipt.hash);
        assert.equal(BigInt(t.gasUsed) + BigInt(t.calls[0].gasUsed) >= receipt.gasUsed, true);
        used[reserved] = receipt.gasUsed - BigInt(t.calls[0].gasUsed);
    }
    // Reserving costs nothing but its bytes of calldata: zero bytes become others.
    assert.ok(used[200_000n] - used[0n] < 200n, JSON.stringify(used, (k, v) => `${v}`));
    assert.ok(used[900_000n] - used[0n] < 200n);
});

test('gas that a reverted frame has reserved goes back, if the transaction fails too', async () => {
    for (const fails of [false, true]) {
        const tx = await options.reserveInVain(module(), fromEvm({ onFail: DROP, gas: 1_000_000 }), fails, gas);
        const receipt = await node.provider.waitForTransaction(tx.hash);
        assert.equal(receipt.status, fails ? 0 : 1);
        assert.ok(receipt.gasUsed < 200_000n, `${receipt.gasUsed}`);
    }
});

test('estimates and simulations of all three answer with what has to be there', async () => {
    const how = { onFail: DROP, gas: 700_000 };
    const estimate = await options.toMove.estimateGas(module(), toUtf8Bytes('refuse'), '0x', fromEvm(how));
    assert.ok(estimate > 700_000n && estimate < 1_200_000n, `${estimate}`);
    const receipt = await mined(options.toMove(module(), toUtf8Bytes('refuse'), '0x', fromEvm(how), { gasLimit: estimate }));
    assert.ok(receipt.gasUsed < 300_000n);
    const transaction = await node.aptos.transaction.build.simple({
        sender: owner, data: { function: `${owner}::options::to_evm`, functionArguments: [wide(address), 1, DROP, 0, 700_000, '0x0', [], 0, false] },
    });
    const [simulated] = await node.aptos.transaction.simulate.simple({ signerPublicKey: account.publicKey, transaction });
    assert.equal(simulated.success, true, simulated.vm_status);
    assert.ok(Number(simulated.gas_used) >= 140, simulated.gas_used); // 200 internal units a gas, 10^6 a Move gas unit
    const ix = m.instruction(payer.publicKey, m.sendEvm(address, options.interface.encodeFunctionData('take', [1]), { gas: 300_000 })); // two a unit
    const { unitsConsumed, err } = await solana.simulate(payer, ix);
    assert.equal(err, null);
    assert.ok(unitsConsumed >= 150_000, unitsConsumed);
    const signature = await solana.send([payer], ix);
    assert.ok((await solana.transaction(signature)).meta.computeUnitsConsumed < 120_000);
});

/* ---- The atomic tail */

test('an atomic tail of an EVM transaction undoes everything but nonce and fee', async () => {
    const sent = await options.sent(), nonce = await wallet.getNonce(), value = await node.provider.getBalance(address);
    const how = fromEvm({ onFail: REVERT_TX });
    const ok = await mined(options.atomic(module(), ...moveFn(true), how, { ...gas, value: UNITS * GWEI }));
    assert.equal(ok.status, 1);
    const tx = await options.atomic(module(), toUtf8Bytes('refuse'), '0x', how, { ...gas, value: UNITS * GWEI });
    const receipt = await node.provider.waitForTransaction(tx.hash);
    assert.equal(receipt.status, 0);
    assert.equal(receipt.logs.length, 0);
    assert.equal(await options.sent(), sent + 1n);
    assert.equal(await wallet.getNonce(), nonce + 2);
    assert.equal(await node.provider.getBalance(address), value);
    assert.equal(await held('evm'), 0n);
    const { trace: t } = await trace(tx.hash);
    assert.match(t.error, /everything was undone, because the message 0x[0-9a-f]{64} failed: .*7/);
    assert.equal(t.calls[0].undone, true);
    await assert.rejects(options.atomic.staticCall(module(), toUtf8Bytes('refuse'), '0x', how, gas), /everything was undone/);
});

test('only the root frame makes a tail atomic', async () => {
    const named = (e) => { assert.equal(queueInterface.parseError(e.data)?.name, 'TailNotAtomic'); return true; };
    await assert.rejects(between.atomic.staticCall(address, module(), fromEvm({ onFail: REVERT_TX }), gas), named);
    await assert.rejects(options.toMove.staticCall(module(), ...moveFn(true), fromEvm({ onFail: REVERT_TX }), gas), named);
    await assert.rejects(callEntry(node.aptos, account, `${owner}::options::atomic_inside`, []), /0x50005/);
    // Who calls the queue itself has said so.
    const queue = new Contract(QUEUE, queueInterface, wallet);
    const direct = (fn) => queue.sendMove(module(), toUtf8Bytes('options'), toUtf8Bytes(fn), '0x', '0x', fromEvm({ onFail: REVERT_TX }), gas);
    assert.equal((await node.provider.waitForTransaction((await direct('refuse')).hash)).status, 0);
});

test('an atomic tail of a Move transaction undoes everything but sequence number and fee', async () => {
    const { sent } = await kept(), before = await balance.move(owner);
    const { sequence_number: sequence } = await node.aptos.getAccountInfo({ accountAddress: owner });
    await callEntry(node.aptos, account, `${owner}::options::atomic`, [wide(address), 1, UNITS]);
    assert.equal((await kept()).sent, sent + 1);
    await assert.rejects(callEntry(node.aptos, account, `${owner}::options::atomic`, [wide(address), 0, UNITS]), /everything was undone/);
    assert.equal((await kept()).sent, sent + 1);
    assert.equal(Number((await node.aptos.getAccountInfo({ accountAddress: owner })).sequence_number), Number(sequence) + 2);
    const paid = before - await balance.move(owner);
    assert.ok(paid > UNITS && paid < 2n * UNITS, `${paid}`);
    assert.equal(await held('move'), 0n);
});

test('an atomic tail of a Solana transaction undoes everything but the fee', async () => {
    const to = Keypair.generate().publicKey, rent = await solana.connection.getMinimumBalanceForRentExemption(0);
    const pay = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: rent });
    const send = (n) => m.instruction(payer.publicKey, m.sendEvm(address, options.interface.encodeFunctionData('take', [n]),
        { onFail: REVERT_TX, value: UNITS }), { value: true });
    const atomic = m.instruction(null, m.makeAtomic());
    const { err: unasked } = await solana.simulate(payer, pay, send(0));
    assert.deepEqual(unasked, { InstructionError: [1, { Custom: 1 }] });
    const before = await balance.svm(payer.publicKey);
    const { err, logs } = await solana.simulate(payer, pay, atomic, send(0));
    assert.deepEqual(err, { InstructionError: [1, { Custom: 8 }] }, logs.join('\n'));
    const signature = await solana.failing([payer], pay, atomic, send(0));
    assert.deepEqual((await solana.transaction(signature)).meta.err, { InstructionError: [1, { Custom: 8 }] });
    assert.equal(await balance.svm(payer.publicKey), before - 5000n);
    assert.equal(await balance.svm(to), 0n);
    await solana.send([payer], pay, atomic, send(1));
    assert.equal(await balance.svm(to), BigInt(rent));
    assert.equal(await held('svm'), 0n);
});

/* ---- Callbacks that are none, expiry */

test('a callback of somebody else that looks like one of ours into Solana has another speaker', async () => {
    const stranger = Keypair.generate();
    await solana.send([payer], SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: stranger.publicKey, lamports: 10 ** 9 }));
    const forged = Buffer.concat([Buffer.from('hi'), Buffer.alloc(32, 0xaa), Buffer.alloc(1 + 8 + 4 + 4 + 4)]); // Told: it has run
    await solana.send([stranger], m.instruction(stranger.publicKey, m.sendEvm(address, options.interface.encodeFunctionData('take', [1]), {
        onFail: DROP, onSuccess: true, callback: { program: told, accounts: [[page.publicKey, true]], data: forged },
    })));
    const { data } = await solana.connection.getAccountInfo(page.publicKey);
    assert.deepEqual(data.subarray(32, 32 + forged.length), forged);
    assert.equal(new PublicKey(data.subarray(0, 32)).toBase58(), speakerOf(stranger.publicKey).toBase58());
    assert.notEqual(speakerOf(stranger.publicKey).toBase58(), speakerOf(payer.publicKey).toBase58());
});

test('a callback that asks for a signer is refused, and kept for whom it tells', async () => {
    const how = [DROP, 0, 0, '0x0', toUtf8Bytes(`${owner}::options::told_with_signer`), 0, true];
    const tx = await callEntry(node.aptos, account, `${owner}::options::to_evm`, [wide(address), 1, ...how]);
    const { trace: { calls: [leg] } } = await trace(tx.hash), [callback] = leg.calls;
    assert.equal(callback.failure, 'target');
    assert.match(callback.error, /a callback takes one 0x1::evm::Outcome/);
    const [refused] = (await trace((await mined(new Contract(QUEUE, queueInterface, node.wallet(1)).retry(callback.messageId, gas))).hash)).trace.calls;
    assert.equal(refused.failure, 'authority');
});

test('nobody makes an Outcome from data', async () => {
    for (const args of [coder.encode(['bytes'], ['0x00']), '0x']) {
        const queue = new Contract(QUEUE, queueInterface, wallet);
        const [leg] = (await trace((await mined(queue.sendMove(module(), toUtf8Bytes('options'), toUtf8Bytes('told'), args, '0x', fromEvm({ onFail: DROP }), gas))).hash)).trace.calls;
        assert.equal(leg.ok, false);
    }
    await assert.rejects(callEntry(node.aptos, account, `${owner}::options::told`, [[]]));
    await assert.rejects(options.told.staticCall(`0x${'0'.repeat(64)}`, true, '0x'), /only the queue/);
});

test('a message that has expired gives its value back to whoever it belongs to', async () => {
    const now = (await node.provider.getBlock('latest')).timestamp, deadline = now + 3;
    const tx = await options.toMove(module(), toUtf8Bytes('refuse'), '0x', { ...fromEvm({ onFail: KEEP, refund: true }), deadline }, { ...gas, value: UNITS * GWEI });
    const [leg] = (await trace((await mined(tx)).hash)).trace.calls;
    const before = await balance.evm(refundTo.evm);
    while ((await node.provider.getBlock('latest')).timestamp <= deadline) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        await mined(wallet.sendTransaction({ to: wallet.address }));
    }
    const stranger = new Contract(QUEUE, queueInterface, node.wallet(1));
    const [expired] = (await trace((await mined(stranger.retry(leg.messageId, gas))).hash)).trace.calls;
    assert.equal(expired.failure, 'expired');
    assert.equal(expired.status, 'expired');
    assert.equal(await balance.evm(refundTo.evm), before + UNITS);
    assert.equal(await held('evm'), 0n);
});

test('every block of these tests runs again to the same end', async () => {
    assert.ok(await node.replay() > 50);
});
