// Calls at once out of the Solana VM, on a real node: web3.js and a program in C call a Solidity contract and a Move module in
// the middle of their own work, which call back into Solana.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram, Transaction, TransactionInstruction } from '@solana/web3.js';
import { AbiCoder, Interface, getAddress, zeroPadValue } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import * as m from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { publish } from './lib/publish.mjs';

const coder = AbiCoder.defaultAbiCoder();
const itern = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/Tern.json'), 'utf8')).abi);
const hex = (b) => `0x${Buffer.from(b).toString('hex')}`;
const raw = (s) => Buffer.from(s.replace(/^0x/, ''), 'hex');
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const [REVERTED, VALUE, READ_ONLY, REENTRY] = [2, 9, 10, 11];
const [SIGNED, MARKS, FAILS, PAYS] = [1, 2, 4, 8]; // modes of caller.c
const [SHOW, , WRITE] = [0, 1, 2]; // what probe.c does

let node, solana, connection, payer, owner, target, to, abi, caller, probe, page, probePage, sender, bump;

before(async () => {
    const account = Account.generate();
    owner = account.accountAddress.toString();
    const modules = compileMove('tests/e2e/sync', { sync: owner }), agent = compileMove('tests/e2e/agent', { agent: owner });
    node = await startNode(['--quiet']);
    solana = new m.Solana(node);
    connection = solana.connection;
    payer = await solana.funded(1000);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Sync', ['vault'], modules);
    await publish(node.aptos, account, 'Agent', ['agent'], agent);
    target = await deploy(node.wallet(0), compileSolidity('tests/e2e/contracts/SyncTarget.sol').SyncTarget);
    to = await target.getAddress();
    abi = target.interface;
    caller = await solana.deploy(payer, m.compileProgram('tests/solana/programs/caller.c'));
    probe = await solana.deploy(payer, m.compileProgram('tests/solana/programs/probe.c'));
    [sender, bump] = PublicKey.findProgramAddressSync([Buffer.from('caller')], caller);
    [page, probePage] = [await pageOf(caller), await pageOf(probe)];
    await solana.send([payer], SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: sender, lamports: 5e9 }));
});
after(async () => {
    solana?.close();
    await node?.stop();
});

async function pageOf(program) {
    const who = Keypair.generate();
    await solana.send([payer, who], SystemProgram.createAccount({
        fromPubkey: payer.publicKey, newAccountPubkey: who.publicKey, lamports: 1e9, space: 64, programId: program,
    }));
    return who.publicKey;
}

// ---- What is sent

const encode = (f, ...args) => abi.encodeFunctionData(f, args);
const moveCall = (fn, types = [], args = [], more = {}) => ({ module: owner, name: 'vault', fn, abi: coder.encode(types, args), ...more });
const wallet = (data, { pays = false, writable = [] } = {}) => new TransactionInstruction({
    programId: m.MESSENGER, data,
    keys: [{ pubkey: payer.publicKey, isSigner: true, isWritable: pays },
        ...writable.map((pubkey) => ({ pubkey, isSigner: false, isWritable: true }))],
});
const meta = (pubkey, isWritable = false, isSigner = false) => ({ pubkey: hex(pubkey.toBuffer()), isSigner, isWritable });

// The caller program's instruction. `accounts` come behind the page, [key, writable]; `writable` are places.
const program = (what, { mode = 0, flags = 0, units = 0, value = 0, writable = [], accounts = [], own = page } = {}) => new TransactionInstruction({
    programId: caller,
    data: Buffer.concat([Buffer.from([mode, bump, flags]), u64(units), u64(value), Buffer.from([writable.length, ...writable]), what]),
    keys: [{ pubkey: mode & SIGNED ? payer.publicKey : sender, isSigner: Boolean(mode & SIGNED), isWritable: true },
        { pubkey: m.MESSENGER, isSigner: false, isWritable: false }, { pubkey: own, isSigner: false, isWritable: true },
        ...accounts.map(([pubkey, isWritable]) => ({ pubkey, isSigner: false, isWritable }))],
});
const toEvm = (f, ...args) => Buffer.concat([Buffer.from('e'), raw(to), raw(encode(f, ...args))]);
const toMove = (fn, types = [], args = [], module = 'vault') => Buffer.concat([Buffer.from('m'), raw(owner.slice(2).padStart(64, '0')),
    Buffer.from(`${module}\0${fn}\0\0`), raw(coder.encode(types, args))]);
const toAgent = (fn, types, args) => toMove(fn, types, args, 'agent');

// ---- What comes back

const returned = (tx) => Buffer.from(tx.meta.returnData.data[0], 'base64');
const run = async (...instructions) => {
    const signature = await solana.send([payer], ...instructions), tx = await solana.transaction(signature);
    return { signature, tx, logs: tx.meta.logMessages };
};
const byWallet = async (data, more) => {
    const done = await run(wallet(data, more));
    return { ...done, ...m.outcome(returned(done.tx)) };
};
// What caller.c saw.
const byProgram = async (what, more) => {
    const done = await run(program(what, more)), b = returned(done.tx);
    assert.equal(done.tx.meta.returnData.programId, caller.toBase58());
    return { ...done, status: b[0], cut: b[1] === 1, code: b.readBigUInt64LE(2), lamports: b.readBigUInt64LE(10), page: b.subarray(18, 26), data: b.subarray(26) };
};
const failing = async (...instructions) => {
    const signature = await connection.sendTransaction(new Transaction().add(...instructions), [payer], { skipPreflight: true });
    const { value } = await connection.confirmTransaction({ signature, ...await connection.getLatestBlockhash() });
    return { signature, err: value.err, tx: await solana.transaction(signature) };
};
const total = () => target.total();
const vault = async () => BigInt((await node.aptos.viewJson({ payload: { function: `${owner}::vault::total` } }))[0]);
const trace = (signature) => node.rpc('tern_traceTransaction', signature);
const word = (data) => BigInt(hex(data));
const alias = (key) => node.rpc('tern_alias', key.toBase58());
const stored = async (signature) => {
    const { evmHash } = await trace(signature);
    const receipt = await node.provider.getTransactionReceipt(evmHash);
    return receipt.logs.map((l) => abi.parseLog(l).args);
};
// (bool ok, bytes result) of the contract's `back`.
const answer = (data) => {
    const [ok, result] = coder.decode(['bool', 'bytes'], data);
    return ok ? { ok, result } : { ok, ...itern.parseError(result).args.toObject() };
};

// ---- Calls

test('a wallet calls a contract at once: the result is the return data', async () => {
    const before = await total();
    const { status, cut, data, signature, logs, tx } = await byWallet(m.syncEvm(to, encode('put', 7)));
    assert.deepEqual([status, cut, word(data)], [0, false, before + 7n]);
    assert.equal(await total(), before + 7n);
    assert.equal(tx.meta.returnData.programId, m.MESSENGER.toBase58());
    assert.ok(logs.includes('Messenger: call to the EVM returned 32 bytes'));
    const [event] = await stored(signature);
    assert.deepEqual([event.sender, event.origin, event.value, event.total], [getAddress(await alias(payer.publicKey)), getAddress(await alias(payer.publicKey)), 0n, before + 7n]);
    const t = await trace(signature);
    assert.equal(t.messages?.length ?? 0, 0);
    assert.deepEqual(t.trace.calls.map((l) => [l.vm, l.ok]), [['evm', true]]);
});

test('a program calls a contract and goes on with the result', async () => {
    const before = await total();
    const { status, data, signature, tx } = await byProgram(toEvm('put', 5));
    assert.deepEqual([status, word(data)], [0, before + 5n]);
    const [event] = await stored(signature);
    assert.equal(event.sender, getAddress(await alias(sender)));
    assert.deepEqual(tx.meta.innerInstructions.map((i) => i.instructions.length), [1]);
});

test('a program calls a Move function, with results as ABI and as BCS', async () => {
    const before = await vault();
    const put = await byProgram(toMove('put', ['uint64'], [11]));
    assert.deepEqual([put.status, word(put.data)], [0, before + 11n]);
    assert.equal(await vault(), before + 11n);
    const bcs = await byWallet(m.syncMove(moveCall('put', ['uint64'], [1]), { raw: true }));
    assert.deepEqual([bcs.status, bcs.data.readBigUInt64LE()], [0, before + 12n]);
    assert.equal(bcs.data.length, 8);
    const who = await byWallet(m.syncMove(moveCall('sender')));
    assert.equal(hex(who.data), await node.rpc('tern_alias', payer.publicKey.toBase58(), 'move'));
    const nothing = await byWallet(m.syncMove(moveCall('nothing')));
    assert.deepEqual([nothing.status, nothing.data.length], [0, 0]);
});

// ---- Failures

test('a failed call is a status and its reason; nothing of it lasts', async () => {
    const before = await total();
    const { status, code, data, signature, logs } = await byProgram(toEvm('putAndRevert', 5));
    assert.deepEqual([status, code], [REVERTED, 0n]);
    assert.equal(abi.parseError(data).name, 'NotNow');
    assert.equal(abi.parseError(data).args.total, before + 5n);
    assert.equal(await total(), before);
    assert.ok(logs.some((l) => l.startsWith('Messenger: call failed: reverted: EVM: ')));
    const t = await trace(signature);
    assert.deepEqual(t.trace.calls.map((l) => [l.ok, l.failure]), [[false, 'reverted']]);
    const receipt = t.evmHash && await node.provider.getTransactionReceipt(t.evmHash);
    assert.equal(receipt?.logs.length ?? 0, 0);

    const taken = await byProgram(toMove('take', ['uint64'], [1n << 60n]));
    assert.deepEqual([taken.status, taken.code], [REVERTED, 7n]);
    assert.match(taken.data.toString(), /^Move: 0x.*::vault::take: .*E_TOO_MUCH/);
    const absent = await byProgram(toMove('absent'));
    assert.equal(absent.status, 4);
});

test('with MUST a failed call fails the transaction', async () => {
    const before = await total(), writes = await vault();
    const { err } = await failing(wallet(m.syncMove(moveCall('put', ['uint64'], [3]))), wallet(m.syncEvm(to, encode('putAndRevert', 1), { must: true })));
    assert.deepEqual(err, { InstructionError: [1, { Custom: 256 + REVERTED }] });
    assert.deepEqual([await total(), await vault()], [before, writes]);
    const fine = await byWallet(m.syncEvm(to, encode('put', 1), { must: true }));
    assert.equal(fine.status, 0);
});

test('a program that fails takes with it what it has called', async () => {
    const before = await total(), writes = await vault();
    const { err, tx } = await failing(program(toEvm('put', 1000), { mode: FAILS }));
    assert.deepEqual(err, { InstructionError: [0, { Custom: 9 }] });
    assert.ok(tx.meta.logMessages.includes('Messenger: call to the EVM returned 32 bytes'));
    await failing(program(toMove('put', ['uint64'], [1000]), { mode: FAILS }));
    assert.deepEqual([await total(), await vault()], [before, writes]);
});

test('more than return data holds is cut, and says so', async () => {
    const { status, cut, data } = await byWallet(m.syncEvm(to, encode('long', 2000)));
    assert.deepEqual([status, cut, data.length], [0, true, 1023]);
    assert.equal(word(data.subarray(0, 32)), 32n);
});

// ---- Compute units

test('a call that never ends is bounded by `units`, or leaves a 64th', async () => {
    const { status, tx } = await byProgram(toEvm('spin'), { units: 50_000 });
    assert.equal(status, 1);
    assert.ok(tx.meta.computeUnitsConsumed > 50_000 && tx.meta.computeUnitsConsumed < 65_000);
    const all = await run(ComputeBudgetProgram.setComputeUnitLimit({ units: 400_000 }), program(toEvm('spin')));
    assert.equal(returned(all.tx)[0], 1);
    assert.ok(all.tx.meta.computeUnitsConsumed > 390_000 && all.tx.meta.computeUnitsConsumed < 400_000);
});

test('a simulation says what the call takes', async () => {
    const before = await total();
    const simulated = await solana.simulate(payer, program(toEvm('put', 9)));
    assert.equal(await total(), before);
    const { tx } = await byProgram(toEvm('put', 9));
    assert.equal(tx.meta.computeUnitsConsumed, simulated.unitsConsumed);
});

test('what a program hands on weighs in the block at least what its record costs', async () => {
    const memo = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'), bytes = 9000;
    const zeros = await solana.deploy(payer, m.compileProgram('tests/solana/programs/zeros.c'));
    const keys = [{ pubkey: memo, isSigner: false, isWritable: false }];
    const hand = async (n) => {
        const { signature, tx } = await run(new TransactionInstruction({ programId: zeros, keys, data: u64(n) }));
        return [Number((await trace(signature)).gasUsed), tx.meta.computeUnitsConsumed];
    };
    const [gas, units] = await hand(bytes);
    assert.ok(units < 20_000);
    assert.equal(gas, 8 * bytes);
    const [less, few] = await hand(100);
    assert.equal(less, 2 * few + 3000); // and a signature
});

// ---- Back into Solana

const write = (text) => Buffer.concat([Buffer.from([WRITE]), Buffer.from(text)]);
const back = (metas, data, f = 'back') => toEvm(f, hex(probe.toBuffer()), metas, hex(data));

test('what comes back writes an account that the call may write; the program sees it', async () => {
    const { status, data, page: seen } = await byProgram(back([meta(probePage, true)], write('changed!')),
        { own: probePage, accounts: [[probe, false]], writable: [2] });
    assert.equal(status, 0);
    assert.equal(answer(data).ok, true);
    assert.equal(seen.toString(), 'changed!');
    assert.equal((await connection.getAccountInfo(probePage)).data.subarray(0, 8).toString(), 'changed!');
});

test('accounts that a waiting program has are not written behind its back', async () => {
    const { status, data, page: seen } = await byProgram(back([meta(probePage, true)], write('stolen!!')),
        { own: probePage, accounts: [[probe, false]] });
    assert.equal(status, 0);
    const { ok, reason, message } = answer(data);
    assert.deepEqual([ok, reason], [false, BigInt(REENTRY)]);
    assert.match(message, new RegExp(`account ${probePage.toBase58()} cannot be written: a program that waits`));
    assert.equal(seen.toString(), 'changed!');
    // It reads them, and writes others.
    const read = await byProgram(back([meta(probePage)], Buffer.from([SHOW])), { own: probePage });
    assert.deepEqual(answer(read.data), { ok: true, result: '0x00' });
    const other = await pageOf(probe);
    const wrote = await byProgram(back([meta(other, true)], write('other')));
    assert.equal(answer(wrote.data).ok, true);
    assert.equal((await connection.getAccountInfo(other)).data.subarray(0, 5).toString(), 'other');
});

test('the program\'s own writes before the call last, and what the call reads is there', async () => {
    const { page: seen } = await byProgram(toEvm('put', 1), { mode: MARKS });
    assert.equal(seen[0], 0x5a);
    assert.equal((await connection.getAccountInfo(page)).data[0], 0x5a);
});

test('a program that waits is not entered again', async () => {
    const inner = program(toEvm('put', 1)).data;
    const what = toEvm('back', hex(caller.toBuffer()), [meta(sender), meta(m.MESSENGER), meta(page)], hex(inner));
    const { status, data } = await byProgram(what);
    assert.equal(status, 0);
    const { ok, reason, message } = answer(data);
    assert.deepEqual([ok, reason], [false, BigInt(REENTRY)]);
    assert.match(message, /reentrancy not allowed/);
    // A wallet's call enters it: it does not wait then.
    const fresh = await byWallet(m.syncEvm(to, encode('back', hex(probe.toBuffer()), [], hex([SHOW]))));
    assert.equal(answer(fresh.data).ok, true);
});

test('the height of the stack goes on', async () => {
    const { signature } = await byProgram(back([], Buffer.from([SHOW])));
    const legs = [];
    const visit = (l) => { legs.push(l); (l.calls ?? []).forEach(visit); };
    visit((await trace(signature)).trace);
    const lines = legs.filter((l) => l.vm === 'svm').flatMap((l) => l.programLogs ?? []);
    assert.ok(lines.includes(`Program ${probe} invoke [3]`), lines.join('\n'));
});

test('a failed call leaves nothing in Solana either', async () => {
    const before = (await connection.getAccountInfo(probePage)).data;
    const { status } = await byProgram(back([meta(probePage, true)], write('undone!!'), 'backAndRevert'), { own: probePage, writable: [2] });
    assert.equal(status, REVERTED);
    assert.deepEqual((await connection.getAccountInfo(probePage)).data, before);
});

// ---- Read-only calls

test('a read-only call reads, and writes nowhere', async () => {
    const before = await total();
    const read = await byProgram(toEvm('total'), { flags: 8 });
    assert.deepEqual([read.status, word(read.data)], [0, before]);
    assert.notEqual((await byProgram(toEvm('put', 1), { flags: 8 })).status, 0);
    assert.notEqual((await byProgram(toMove('put', ['uint64'], [1]), { flags: 8 })).status, 0);
    assert.notEqual((await byProgram(toEvm('queue', hex(probe.toBuffer())), { flags: 8 })).status, 0);
    const look = await byProgram(back([meta(probePage)], Buffer.from([SHOW]), 'look'), { flags: 8 });
    assert.deepEqual(answer(look.data), { ok: true, result: '0x00' });
    const inner = await byProgram(back([meta(probePage, true)], write('x'), 'look'), { own: probePage, flags: 8, writable: [2] });
    assert.deepEqual([answer(inner.data).ok, answer(inner.data).reason], [false, BigInt(READ_ONLY)]);
    assert.equal(await total(), before);
    const { err } = await failing(wallet(m.syncEvm(to, encode('put', 1), { readOnly: true, value: 5 }), { pays: true }));
    assert.deepEqual(err, { InstructionError: [0, { Custom: 5 }] });
});

// ---- Value

const SOL = 1_000_000_000n, ETHER = 10n ** 18n;
const lamports = async (key) => BigInt(await connection.getBalance(key));
const wei = () => node.provider.getBalance(to);

test('a program pays with a call: the contract has it at once, and the program sees what is left', async () => {
    const [had, contract, pageHad] = [await lamports(sender), await wei(), await lamports(page)];
    const { status, lamports: seen, signature, tx } = await byProgram(toEvm('put', 1), { value: SOL, mode: PAYS });
    assert.equal(status, 0);
    const [event] = await stored(signature);
    assert.deepEqual([event.sender, event.value], [getAddress(await alias(sender)), ETHER]);
    assert.equal(seen, had - SOL + 1000n); // what the page has paid meanwhile, too
    assert.deepEqual([await lamports(sender), await wei(), await lamports(page)], [had - SOL + 1000n, contract + ETHER, pageHad - 1000n]);
    const at = tx.transaction.message.accountKeys.findIndex((k) => k.equals(sender));
    assert.deepEqual([tx.meta.preBalances[at], tx.meta.postBalances[at]].map(BigInt), [had, had - SOL + 1000n]);
});

test('value of a failed call stays', async () => {
    const [had, contract] = [await lamports(sender), await wei()];
    const reverted = await byProgram(toEvm('putAndRevert', 1), { value: SOL });
    assert.deepEqual([reverted.status, reverted.lamports], [REVERTED, had]);
    const much = await byProgram(toEvm('put', 1), { value: had + 1n });
    assert.equal(much.status, VALUE);
    assert.match(much.data.toString(), /not enough lamports/);
    const dust = await byProgram(toEvm('put', 1), { value: had - 100n });
    assert.equal(dust.status, VALUE);
    assert.match(dust.data.toString(), /rent-exempt/);
    await failing(program(toEvm('put', 1), { value: SOL, mode: FAILS }));
    assert.deepEqual([await lamports(sender), await wei()], [had, contract]);
});

test('a wallet pays a Move function, whose signer has it', async () => {
    const who = await node.rpc('tern_alias', payer.publicKey.toBase58(), 'move');
    const had = await lamports(payer.publicKey);
    const { status, tx } = await byWallet(m.syncMove(moveCall('put', ['uint64'], [1]), { value: 3n * SOL }), { pays: true });
    assert.equal(status, 0);
    assert.equal(await lamports(payer.publicKey), had - 3n * SOL - BigInt(tx.meta.fee));
    assert.equal(await node.aptos.getAccountAPTAmount({ accountAddress: who }), 3_000_000_000);
});

test('value comes back into Solana, but not into what a waiting program has', async () => {
    const contract = new PublicKey(raw(itern.decodeFunctionResult('solanaAlias', await node.provider.call({
        to: '0x7e00000000000000000000000000000000000003', data: itern.encodeFunctionData('solanaAlias', [to]),
    }))[0]));
    const had = await lamports(contract);
    const paid = await byProgram(back([meta(contract, false, true)], Buffer.from([SHOW])), { value: SOL });
    assert.deepEqual(answer(paid.data), { ok: true, result: '0x01' });
    assert.equal(await lamports(contract), had + SOL);
    const held = await byProgram(back([], Buffer.from([SHOW])), { value: SOL, accounts: [[contract, true]] });
    assert.equal(held.status, 0); // the contract keeps what it could not hand on
    assert.equal(answer(held.data).ok, false);
    assert.match(answer(held.data).message, /a program that waits/);
    assert.equal(await lamports(contract), had + SOL);
    const named = await byProgram(back([], Buffer.from([SHOW])), { value: SOL, accounts: [[contract, true]], writable: [3] });
    assert.equal(answer(named.data).ok, true);
    assert.equal(await lamports(contract), had + 2n * SOL);
});

test('who pays is writable', async () => {
    const poor = await solana.funded(2);
    const ix = new TransactionInstruction({
        programId: m.MESSENGER, data: m.syncEvm(to, encode('put', 1), { value: 5 }), keys: [{ pubkey: poor.publicKey, isSigner: true, isWritable: false }],
    });
    const tx = new Transaction().add(ix);
    tx.feePayer = payer.publicKey;
    const { value } = await connection.simulateTransaction(tx, [payer, poor]);
    assert.deepEqual(value.err, { InstructionError: [0, 'ReadonlyLamportChange'] });
    assert.ok(value.logs.some((l) => /account 0 pays the value, and is not writable/.test(l)));
});

// ---- Authority

test('a contract cannot sign for who calls it', async () => {
    const there = Keypair.generate().publicKey, metas = [meta(payer.publicKey, true, true), meta(there, true)];
    const pay = Buffer.concat([Buffer.from([2, 0, 0, 0]), u64(2e9)]);
    for (const homeAuthority of [false, true]) { // it is the alias that has the authority, and the contract is another
        const data = encode('back', hex(SystemProgram.programId.toBuffer()), metas, hex(pay));
        const done = await byWallet(m.syncEvm(to, data, { homeAuthority }), { pays: true });
        assert.equal(answer(done.data).ok, false);
        assert.match(answer(done.data).message, /cannot have signed/);
    }
    assert.equal(await connection.getBalance(there), 0);
});

// ---- By way of Move

const HOME_AUTHORITY = 1, MALFORMED = 3n;
const transfer = (n) => hex(Buffer.concat([Buffer.from([2, 0, 0, 0]), u64(n)]));
const key = (k) => hex(k.toBuffer());
const tried = (data) => coder.decode(['uint8', 'bytes'], data); // status and bytes of try_invoke

test('a Move function acts as the sender in Solana with HOME_AUTHORITY only', async () => {
    const there = Keypair.generate().publicKey, types = ['bytes32', 'bytes32', 'bytes'], amount = 2_000_000;
    const pay = { module: owner, name: 'agent', fn: 'pay', abi: coder.encode(types, [key(payer.publicKey), key(there), transfer(amount)]) };
    const without = await byWallet(m.syncMove(pay), { pays: true });
    assert.equal(tried(without.data)[0], MALFORMED);
    assert.match(Buffer.from(raw(tried(without.data)[1])).toString(), /cannot have signed/);
    assert.equal(await lamports(there), 0n);
    const had = await lamports(payer.publicKey);
    const done = await byWallet(m.syncMove(pay, { homeAuthority: true }), { pays: true });
    assert.equal(tried(done.data)[0], 0n, Buffer.from(raw(tried(done.data)[1])).toString());
    assert.equal(await lamports(there), BigInt(amount));
    assert.equal(await lamports(payer.publicKey), had - BigInt(amount) - BigInt(done.tx.meta.fee));
    // A program's derived address: the program finds the rest in its account, which the call could write.
    const own = await lamports(sender), args = [key(sender), key(there), transfer(amount)];
    const paid = await byProgram(toAgent('pay', types, args), { flags: HOME_AUTHORITY, writable: [0] });
    assert.equal(tried(paid.data)[0], 0n, Buffer.from(raw(tried(paid.data)[1])).toString());
    assert.equal(paid.lamports, own - BigInt(amount));
    assert.equal(await lamports(sender), own - BigInt(amount));
    const held = await byProgram(toAgent('pay', types, args), { flags: HOME_AUTHORITY });
    assert.equal(tried(held.data)[0], BigInt(REENTRY));
});

test('what comes back by way of Move is seen, and bound, in the same way', async () => {
    const write_ = (text) => toAgent('write', ['bytes32', 'bytes32', 'bytes'], [key(probe), key(probePage), hex(write(text))]);
    const wrote = await byProgram(write_('by Move!'), { own: probePage, writable: [2] });
    assert.deepEqual([tried(wrote.data)[0], wrote.page.toString()], [0n, 'by Move!']);
    const held = await byProgram(write_('stolen!!'), { own: probePage });
    assert.deepEqual([tried(held.data)[0], held.page.toString()], [BigInt(REENTRY), 'by Move!']);
    const readOnly = await byProgram(write_('written!'), { own: probePage, writable: [2], flags: 8 });
    assert.deepEqual([tried(readOnly.data)[0], readOnly.page.toString()], [BigInt(READ_ONLY), 'by Move!']);
});

test('authority does not collapse: the contract that the Move function calls sees the alias of the alias', async () => {
    const before = await total();
    const { status, data, signature } = await byProgram(toAgent('put(bytes32,uint256)', ['bytes32', 'uint256'], [zeroPadValue(to, 32), 5]));
    assert.equal(status, 0);
    const [who, result] = coder.decode(['bytes32', 'bytes'], data);
    assert.equal(who, await node.rpc('tern_alias', sender.toBase58(), 'move'));
    assert.equal(BigInt(result), before + 5n);
    const [event] = await stored(signature);
    assert.equal(event.sender, getAddress(await node.rpc('tern_alias', who)));
});

// ---- The documentation

test('the example in C of docs/cross-vm.md runs', async () => {
    const docs = readFileSync(path.join(ROOT, 'docs/cross-vm.md'), 'utf8'), folder = mkdtempSync(path.join(ROOT, 'tests/e2e/docs-'));
    const TOKEN = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Token { mapping(address => uint256) public balanceOf; function mint(address to, uint256 n) external { balanceOf[to] += n; } }`;
    try {
        const [source] = [...docs.matchAll(/```c\n([^]*?)```/g)].map((x) => x[1]).filter((x) => x.includes('"holder"'));
        writeFileSync(path.join(folder, 'holder.c'), source);
        const holder = await solana.deploy(payer, m.compileProgram(path.relative(ROOT, path.join(folder, 'holder.c'))));
        const token = await deploy(node.wallet(0), compileSolidity('Token.sol', TOKEN).Token);
        const [key, seed] = PublicKey.findProgramAddressSync([Buffer.from('holder')], holder);
        await (await token.mint(await alias(key), 123_456_789n)).wait();
        const keys = [key, m.MESSENGER].map((pubkey) => ({ pubkey, isSigner: false, isWritable: false }));
        const data = Buffer.concat([Buffer.from([seed]), raw(await token.getAddress()), raw(await alias(key))]);
        const { tx } = await run(new TransactionInstruction({ programId: holder, keys, data }));
        assert.equal(word(returned(tx)), 123_456_789n);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test('every block runs again as it did', async () => {
    await node.replay();
});
