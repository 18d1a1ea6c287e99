// Queued calls out of the Solana VM, on a real node: web3.js and a program in C start them, a Solidity contract and a Move
// module receive them, ethers and the Aptos SDK read what they did.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { keccak_256, sha3_256 } from '@noble/hashes/sha3.js';
import { Account } from '@aptos-labs/ts-sdk';
import { ComputeBudgetProgram, Keypair, PublicKey, SendTransactionError, SystemProgram, Transaction, TransactionInstruction } from '@solana/web3.js';
import { AbiCoder, ZeroAddress, getAddress } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import * as m from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { publish } from './lib/publish.mjs';

const coder = AbiCoder.defaultAbiCoder();
const hex = (b) => `0x${Buffer.from(b).toString('hex')}`;
const short = (a) => a.toLowerCase().replace(/^0x0+/, '0x');
const tag = Buffer.from('TERN::alias::svm');

// The aliases of a key, without the node.
const evmAlias = (key) => getAddress(hex(keccak_256(Buffer.concat([tag, key.toBuffer()])).slice(12)));
const moveAlias = (key) => hex(sha3_256(Buffer.concat([tag, key.toBuffer(), Buffer.from([0xe2])])));

// Says who called it.
const WITNESS = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;
contract Witness {
    event Seen(address sender, address origin, bytes data);
    fallback() external { emit Seen(msg.sender, tx.origin, msg.data); }
}`;

let node, solana, payer, owner, demo, demoAddress, witness, courier;

before(async () => {
    const account = Account.generate();
    owner = account.accountAddress.toString();
    const ledger = compileMove('tests/e2e/demo/move', { demo: owner }); // takes long: no connection waits meanwhile
    node = await startNode(['--quiet']);
    solana = new m.Solana(node);
    payer = await solana.funded(1000);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Demo', ['ledger'], ledger);
    demo = await deploy(node.wallet(0), compileSolidity('tests/e2e/demo/contracts/Demo.sol').Demo, Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'));
    demoAddress = await demo.getAddress();
    witness = await deploy(node.wallet(0), compileSolidity('Witness.sol', WITNESS).Witness);
    courier = await solana.deploy(payer, m.compileProgram('tests/solana/programs/courier.c'));
});
after(async () => {
    solana?.close();
    await node?.stop();
});

const entries = async () => (await node.aptos.viewJson({ payload: { function: `${owner}::ledger::entries` } }))[0];
const record = (count, title) => demo.interface.encodeFunctionData('record', [count, [title, [1, 2]], ZeroAddress]);
const guarded = (amount) => ({ module: owner, name: 'ledger', fn: 'write_guarded', abi: coder.encode(['uint64'], [amount]) });
const write = (amount, text, how = {}) => ({ module: owner, name: 'ledger', fn: 'write', abi: coder.encode(['uint64', 'string'], [amount, text]), ...how });
const sent = (data, who = payer) => solana.send([who], m.instruction(who.publicKey, data));
const returned = async (signature) => hex(Buffer.from((await solana.transaction(signature)).meta.returnData.data[0], 'base64'));
const message = (id) => node.rpc('tern_getMessage', id);
const traceOf = (signature) => node.rpc('tern_traceTransaction', signature);

test('a wallet calls a Solidity contract: msg.sender is its alias, tx.origin the fee payer\'s', async () => {
    const signature = await sent(m.callEvm(demoAddress, record(7, 'from Solana')));
    assert.equal(await demo.lastCount(), 7n);
    assert.equal(await demo.lastTitle(), 'from Solana');
    const tx = await solana.transaction(signature), id = await returned(signature);
    assert.equal(tx.meta.err, null);
    assert.deepEqual(tx.meta.logMessages.slice(1, 2), [`Messenger: message ${id}`]);
    const got = await message(id);
    assert.equal(got.status, 'executed');
    assert.equal(got.from, 'svm');
    assert.equal(got.target, 'evm');
    assert.equal(got.sender, payer.publicKey.toBase58());
    assert.equal(getAddress(got.senderAlias), evmAlias(payer.publicKey));
    // The shadow transaction in the EVM, with its log.
    const t = await traceOf(signature);
    assert.equal(t.rootHash, got.rootHash);
    assert.deepEqual(await node.rpc('tern_traceTransaction', got.rootHash), t);
    const receipt = await node.provider.getTransactionReceipt(t.evmHash);
    assert.equal(receipt.status, 1);
    assert.equal(receipt.from, evmAlias(payer.publicKey));
    const [log] = receipt.logs.map((l) => demo.interface.parseLog(l));
    assert.equal(log.name, 'Recorded');
    assert.equal(log.args.from, evmAlias(payer.publicKey));
    assert.equal((await demo.queryFilter('Recorded', receipt.blockNumber, receipt.blockNumber)).length, 1);
    assert.equal(t.rootVm, 'svm');
    assert.equal(t.trace.vm, 'svm');
    assert.deepEqual(t.trace.calls.map((l) => [l.vm, l.ok, l.messageId]), [['evm', true, id]]);
});

test('a wallet calls a Move function with ABI and with BCS: the signer is its alias', async () => {
    const before = (await entries()).length;
    const abi = await sent(m.callMove(write(8, 'as ABI')));
    await sent(m.callMove(write(9, '', { abi: undefined, bcs: [[9, 0, 0, 0, 0, 0, 0, 0], [6, ...Buffer.from('as BCS')]] })));
    assert.deepEqual((await entries()).slice(before).map((e) => [e.from, e.amount, e.text]),
        [[short(moveAlias(payer.publicKey)), '8', 'as ABI'], [short(moveAlias(payer.publicKey)), '9', 'as BCS']]);
    // The shadow transaction in Move, with its event.
    const t = await traceOf(abi);
    const shadow = await node.aptos.getTransactionByHash({ transactionHash: t.moveHash });
    assert.equal(shadow.success, true);
    assert.ok(shadow.events.some((e) => e.type.endsWith('::ledger::Written') && e.data.text === 'as ABI'));
});

test('aliases are what other libraries compute, and every machine says so', async () => {
    const key = payer.publicKey, evm = node.wallet(3).address, move = `0x${'ca'.repeat(32)}`;
    const [evmPda] = PublicKey.findProgramAddressSync([Buffer.from('evm'), Buffer.from(evm.slice(2), 'hex')], m.MESSENGER);
    const [movePda] = PublicKey.findProgramAddressSync([Buffer.from('move'), Buffer.from(move.slice(2), 'hex')], m.MESSENGER);
    const ask = async (data) => {
        const { returnData } = await solana.simulate(payer, m.instruction(null, data));
        assert.equal(returnData.programId, m.MESSENGER.toBase58());
        return Buffer.from(returnData.data[0], 'base64');
    };
    assert.deepEqual(await ask(m.aliasOf('evm', evm, 'svm')), Buffer.concat([Buffer.from([2]), evmPda.toBuffer()]));
    assert.deepEqual(await ask(m.aliasOf('move', move, 'svm')), Buffer.concat([Buffer.from([2]), movePda.toBuffer()]));
    assert.equal(getAddress(hex((await ask(m.aliasOf('svm', key, 'evm'))).subarray(1))), evmAlias(key));
    assert.equal(hex((await ask(m.aliasOf('svm', key, 'move'))).subarray(1)), moveAlias(key));
    assert.equal(getAddress(await node.rpc('tern_alias', key.toBase58())), evmAlias(key));
    assert.equal(await node.rpc('tern_alias', key.toBase58(), 'move'), moveAlias(key));
    assert.equal(await node.rpc('tern_alias', evm, 'svm'), evmPda.toBase58());
    assert.equal(await node.rpc('tern_alias', move, 'svm'), movePda.toBase58());
    // It has crossed: the registry finds it behind its alias.
    assert.deepEqual(await node.rpc('tern_resolve', evmAlias(key)), { vm: 'svm', address: key.toBase58() });
    assert.deepEqual(await ask(m.homeOf('evm', evmAlias(key))), Buffer.concat([Buffer.from([2]), key.toBuffer()]));
});

test('a Solana root is traced in the EVM, and found by ethers and the Aptos SDK', async () => {
    const signature = await solana.send([payer], m.instruction(payer.publicKey, m.callEvm(demoAddress, record(5, 'traced'))),
        m.instruction(payer.publicKey, m.callMove(write(6, 'traced'))));
    const t = await traceOf(signature), number = Number(t.block);
    const traced = await node.rpc('debug_traceTransaction', t.evmHash, { tracer: 'callTracer', tracerConfig: { withLog: true } });
    assert.deepEqual([getAddress(traced.from), getAddress(traced.to), traced.logs.length], [evmAlias(payer.publicKey), demoAddress, 1]);
    const shown = await node.provider.getTransaction(t.evmHash);
    assert.deepEqual([shown.from, shown.to, shown.blockNumber], [evmAlias(payer.publicKey), demoAddress, number]);
    assert.ok((await node.provider.getBlock(number)).transactions.includes(t.evmHash));
    const block = await node.aptos.getBlockByHeight({ blockHeight: number, options: { withTransactions: true } });
    const inMove = block.transactions.find((x) => x.hash === t.moveHash);
    assert.equal(inMove.sender, moveAlias(payer.publicKey));
    assert.equal(inMove.payload.function.split('::').slice(1).join('::'), 'ledger::write');
});

test('the messenger is a program among the accounts', async () => {
    const account = await solana.connection.getAccountInfo(m.MESSENGER);
    assert.equal(account.executable, true);
    assert.equal(account.owner.toBase58(), 'NativeLoader1111111111111111111111111111111');
    assert.equal(account.data.toString(), 'tern_messenger_program');
});

test('messages run in the order of their start, after the transaction', async () => {
    const before = (await entries()).length;
    const signature = await solana.send([payer],
        m.instruction(payer.publicKey, m.callMove(write(1, 'first'))),
        m.instruction(payer.publicKey, m.callEvm(demoAddress, record(2, 'second'))),
        m.instruction(payer.publicKey, m.callMove(write(3, 'third'))));
    assert.deepEqual((await entries()).slice(before).map((e) => e.text), ['first', 'third']);
    assert.deepEqual((await traceOf(signature)).trace.calls.map((l) => [l.vm, l.order, l.ok]), [['move', 1, true], ['evm', 2, true], ['move', 3, true]]);
});

test('a failing message is undone alone and kept with its reason; the transaction succeeds', async () => {
    const before = (await entries()).length;
    const signature = await solana.send([payer],
        m.instruction(payer.publicKey, m.callEvm(demoAddress, demo.interface.encodeFunctionData('onSquare', [3, 9]))),
        m.instruction(payer.publicKey, m.callMove(guarded(1))),
        m.instruction(payer.publicKey, m.callMove(write(4, 'after failures'))));
    assert.equal((await solana.transaction(signature)).meta.err, null);
    assert.deepEqual((await entries()).slice(before).map((e) => e.text), ['after failures']);
    const { calls } = (await traceOf(signature)).trace;
    assert.deepEqual(calls.map((l) => [l.ok, l.failure, l.status]), [[false, 'reverted', 'pending'], [false, 'reverted', 'pending'], [true, null, 'executed']]);
    const evm = await message(calls[0].messageId), move = await message(calls[1].messageId);
    assert.match(evm.error, new RegExp(`^EVM: ${demoAddress}\\.0x[0-9a-f]{8}: execution reverted: custom error`, 'i'));
    const error = demo.interface.parseError(evm.errorData);
    assert.equal(error.name, 'NotTheReply');
    assert.equal(error.args.sender, evmAlias(payer.publicKey));
    assert.match(move.error, /^Move: 0x.*::ledger::write_guarded: .*E_CLOSED/);
});

test('a transaction that fails starts nothing, and pays its fee', async () => {
    const before = (await entries()).length, balance = await solana.connection.getBalance(payer.publicKey);
    const tx = [m.instruction(payer.publicKey, m.callMove(write(1, 'never'))),
        SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: Keypair.generate().publicKey, lamports: 10n ** 15n })];
    await assert.rejects(solana.send([payer], ...tx), SendTransactionError); // in preflight
    const signature = await solana.connection.sendTransaction(new Transaction().add(...tx), [payer], { skipPreflight: true });
    const { value } = await solana.connection.confirmTransaction({ signature, ...await solana.connection.getLatestBlockhash() });
    assert.deepEqual(value.err, { InstructionError: [1, { Custom: 1 }] });
    assert.equal((await entries()).length, before);
    assert.equal(await solana.connection.getBalance(payer.publicKey), balance - 5000);
    assert.deepEqual(await node.rpc('tern_getMessages', { sender: payer.publicKey.toBase58(), status: 'executed', limit: 1, newestFirst: true })
        .then((list) => list.messages.map((x) => x.functionId)), ['write']);
});

test('what is refused is refused by name, with a line of the log', async () => {
    const refused = async (data, error, line, keys) => {
        const ix = keys ? new TransactionInstruction({ programId: m.MESSENGER, keys, data }) : m.instruction(payer.publicKey, data);
        const { err, logs } = await solana.simulate(payer, ix);
        assert.deepEqual(err, { InstructionError: [0, error] });
        assert.ok(logs.some((l) => line.test(l)), logs.join('\n'));
    };
    await refused(m.callEvm(demoAddress, '0x').subarray(0, 20), 'InvalidInstructionData', /cannot be read: it ends too early/);
    await refused(Buffer.concat([m.callEvm(demoAddress, '0x'), Buffer.from([0])]), 'InvalidInstructionData', /something follows/);
    await refused(Buffer.from([2, 1, 2, 3]), { Custom: 0 }, /invoke the program itself/);
    await refused(m.sendEvm(demoAddress, '0x', { onFail: 9 }), { Custom: 1 }, /no such policy/);
    await refused(m.sendEvm(demoAddress, '0x', { value: 10n ** 18n }), 'InsufficientFunds', /value/);
    await refused(m.sendEvm(demoAddress, '0x', { deadline: 1 }), { Custom: 2 }, /deadline/);
    await refused(m.callEvm(demoAddress, '0x'), 'NotEnoughAccountKeys', /account 0 is the sender/, []);
    await refused(m.callEvm(demoAddress, '0x'), 'MissingRequiredSignature', /has not signed/, [{ pubkey: Keypair.generate().publicKey, isSigner: false, isWritable: false }]);
});

test('malformed arguments fail the message and not the node', async () => {
    const number = [5, 0, 0, 0, 0, 0, 0, 0], bcs = (...list) => ({ ...write(0, ''), abi: undefined, bcs: list });
    const bad = {
        'no arguments': write(0, '', { abi: '0x' }),
        'trailing bytes': write(0, '', { abi: `${coder.encode(['uint64', 'string'], [1, 'x'])}${'00'.repeat(32)}` }),
        'too few in BCS': bcs(number),
        'a short integer in BCS': bcs([5], [1, 0x78]),
        'no UTF-8 in BCS': bcs(number, [1, 0xff]),
        'trailing bytes in BCS': bcs(number, [1, 0x78, 0]),
        'ABI types, and BCS': { ...bcs(number, [1, 0x78]), fn: 'write(uint64,string)' },
        'no identifier': { ...write(1, 'x'), name: 'led ger' },
        'no type': write(1, 'x', { types: '0x1::coin::Coin<' }),
    };
    for (const [what, target] of Object.entries(bad)) {
        const got = await message(await returned(await sent(m.callMove(target))));
        assert.deepEqual([got.status, got.failure], ['pending', 'malformed'], `${what}: ${got.error}`);
    }
    const absent = await message(await returned(await sent(m.callMove({ ...write(1, 'x'), fn: 'nothing' }))));
    assert.equal(absent.failure, 'target');
});

test('DROP, retry and cancel by the sender', async () => {
    const dropped = await returned(await sent(m.sendMove(guarded(5), { onFail: 1 })));
    assert.equal((await message(dropped)).status, 'dropped');
    const kept = await returned(await sent(m.sendMove(guarded(5))));
    assert.equal((await message(kept)).status, 'pending');
    const stranger = await solana.funded(1);
    const refusedId = (await message(kept)).id;
    await sent(m.retry(refusedId), stranger);
    assert.equal((await message(kept)).attempts, 1);
    await sent(m.retry(kept));
    assert.equal((await message(kept)).attempts, 2);
    await sent(m.cancel(kept));
    assert.equal((await message(kept)).status, 'cancelled');
    const open = await returned(await sent(m.sendMove(guarded(5), { openRetry: true })));
    await sent(m.retry(open), stranger);
    assert.equal((await message(open)).attempts, 2);
});

test('the tail runs on the compute units that are left, and simulation says what it takes', async () => {
    const ix = m.instruction(payer.publicKey, m.callEvm(demoAddress, record(11, 'metered')));
    const simulated = await solana.simulate(payer, ix);
    assert.notEqual(await demo.lastCount(), 11n); // nothing of it stays
    const signature = await solana.send([payer], ix);
    const { meta, slot } = await solana.transaction(signature);
    assert.equal(meta.computeUnitsConsumed, simulated.unitsConsumed);
    const t = await traceOf(signature);
    const leg = t.trace.calls[0];
    assert.equal(BigInt(meta.computeUnitsConsumed), BigInt(t.trace.vmGasUsed) + (BigInt(leg.gasUsed) + 1n) / 2n); // one unit is two gas
    assert.equal(BigInt(t.gasUsed), 2n * BigInt(t.trace.vmGasUsed) + BigInt(leg.gasUsed) + 3000n); // and a signature
    assert.equal(Number((await node.rpc('eth_getBlockByNumber', `0x${slot.toString(16)}`, false)).gasUsed), Number(t.gasUsed));
    // With as much as the root leg needs there is nothing left for the message: it waits for somebody's gas.
    const units = ComputeBudgetProgram.setComputeUnitLimit({ units: Number(t.trace.vmGasUsed) + 150 + 5000 });
    const poor = await solana.send([payer], units, m.instruction(payer.publicKey, m.callEvm(demoAddress, record(12, 'without gas'))));
    const id = await returned(poor);
    assert.equal((await message(id)).failure, 'out_of_gas');
    assert.equal(await demo.lastCount(), 11n);
    await sent(m.retry(id), await solana.funded(1)); // anybody's
    assert.equal((await message(id)).status, 'executed');
    assert.equal(await demo.lastCount(), 12n);
});

// ---- A program that sends by CPI: tests/solana/programs/courier.c

const pda = () => PublicKey.findProgramAddressSync([Buffer.from('courier')], courier);
const bytes = (...parts) => Buffer.concat(parts.map((p) => (typeof p === 'string' ? Buffer.from(p.replace(/^0x/, ''), 'hex') : Buffer.from(p))));
const ask = (data, wallet) => new TransactionInstruction({
    programId: courier, data, keys: [
        { pubkey: pda()[0], isSigner: false, isWritable: false }, { pubkey: m.MESSENGER, isSigner: false, isWritable: false },
        ...(wallet ? [{ pubkey: wallet.publicKey, isSigner: wallet.signs !== false, isWritable: false }] : []),
    ],
});
const seen = async (signature) => {
    const { evmHash } = await traceOf(signature);
    return (await node.provider.getTransactionReceipt(evmHash)).logs.map((l) => witness.interface.parseLog(l).args);
};

test('a program sends as its own derived address, by invoke_signed', async () => {
    const [key, bump] = pda(), to = await witness.getAddress();
    const signature = await solana.send([payer], ask(bytes('63', [bump], to, '0xc0ffee')));
    const [who] = await seen(signature);
    assert.equal(who.sender, evmAlias(key));
    assert.equal(who.origin, evmAlias(payer.publicKey));
    assert.equal(who.data, '0xc0ffee');
    const tx = await solana.transaction(signature);
    assert.ok(tx.meta.logMessages.includes('Program log: sent'));
    assert.ok(tx.meta.logMessages.includes(`Program ${m.MESSENGER} invoke [2]`));
    assert.deepEqual(tx.meta.innerInstructions.map((i) => [i.index, i.instructions.length]), [[0, 1]]);
    assert.equal((await message(await returned(signature))).sender, key.toBase58());

    const before = (await entries()).length;
    await solana.send([payer], ask(bytes('6d', [bump], owner.slice(2).padStart(64, '0'), coder.encode(['uint64', 'string'], [21, 'by CPI']))));
    assert.deepEqual((await entries()).slice(before).map((e) => [e.from, e.text]), [[short(moveAlias(key)), 'by CPI']]);
    const refused = await returned(await solana.send([payer], ask(bytes('6d', [bump], owner.slice(2).padStart(64, '0'), '0x00'))));
    assert.equal((await message(refused)).status, 'dropped');
});

test('a program sends as a wallet that has signed, and as nobody else', async () => {
    const wallet = Keypair.generate(), to = await witness.getAddress();
    const [who] = await seen(await solana.send([payer, wallet], ask(bytes('77', to, '0x01'), wallet)));
    assert.equal(who.sender, evmAlias(wallet.publicKey));
    assert.equal(who.origin, evmAlias(payer.publicKey));
    const { err, logs } = await solana.simulate(payer, ask(bytes('73', to, '0x01'), { publicKey: wallet.publicKey, signs: false }));
    assert.deepEqual(err, { InstructionError: [0, 'PrivilegeEscalation'] });
    assert.ok(logs.some((l) => l.includes('signer privilege escalated')));
});

test('a message of a program that fails afterwards does not run', async () => {
    const [, bump] = pda(), to = await witness.getAddress(), count = (await witness.queryFilter('Seen')).length;
    const ix = ask(bytes('66', [bump], to, '0x02'));
    const { err, logs } = await solana.simulate(payer, ix);
    assert.deepEqual(err, { InstructionError: [0, { Custom: 7 }] });
    assert.ok(logs.some((l) => /^Messenger: message 0x/.test(l)));
    await solana.connection.sendTransaction(new Transaction().add(ix), [payer], { skipPreflight: true });
    await sent(m.callEvm(to, '0x03'));
    assert.equal((await witness.queryFilter('Seen')).length, count + 1);
});

test('the examples of docs/cross-vm.md run', async () => {
    const docs = readFileSync(path.join(ROOT, 'docs/cross-vm.md'), 'utf8');
    const block = (language) => docs.match(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``))[1];
    const to = await witness.getAddress(), folder = mkdtempSync(path.join(ROOT, 'tests/e2e/docs-'));
    try {
        writeFileSync(path.join(folder, 'tell.mjs'), block('js'));
        const { tell } = await import(path.join(folder, 'tell.mjs'));
        const [who] = await seen(await tell(solana.connection, payer, to, 3, 'from the docs'));
        assert.equal(who.sender, evmAlias(payer.publicKey));
        assert.match(who.data, /^0x[0-9a-f]{8}/);

        writeFileSync(path.join(folder, 'teller.c'), block('c'));
        const teller = await solana.deploy(payer, m.compileProgram(path.relative(ROOT, path.join(folder, 'teller.c'))));
        const [key, bump] = PublicKey.findProgramAddressSync([Buffer.from('teller')], teller);
        const keys = [key, m.MESSENGER].map((pubkey) => ({ pubkey, isSigner: false, isWritable: false }));
        const [told] = await seen(await solana.send([payer], new TransactionInstruction({ programId: teller, keys, data: bytes([bump], to, '0xdecade') })));
        assert.deepEqual([told.sender, told.data], [evmAlias(key), '0xdecade']);
    } finally {
        rmSync(folder, { recursive: true });
    }
});

test('every block runs again as it did', async () => {
    await node.replay();
});
