// Messages to the Solana VM, from a Solidity contract and from a Move module, with programs of our own and Solana's; what
// they did is read with web3.js.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { Keypair, LAMPORTS_PER_SOL, PublicKey, SYSVAR_CLOCK_PUBKEY, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { Contract, Interface } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { MESSENGER, Solana, compileProgram } from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const QUEUE = '0x7e00000000000000000000000000000000000004';
const SHOW = 0, REFUSE = 1, WRITE = 2, SPIN = 3, PAY = 4; // tests/solana/programs/probe.c
const KEEP = 0, DROP = 1;
const NONE = { onFail: KEEP, openRetry: false, deadline: 0, gasLimit: 0, refundTo: `0x${'0'.repeat(40)}`, callback: '0x00000000', callbackGas: 0, onSuccess: false };
const queueInterface = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/TernQueue.json'), 'utf8')).abi);
const gas = { gasLimit: 3_000_000 };

let node, solana, connection, payer, wallet, stranger, account, owner, courier, queue, strangersQueue, elf, probe, page, evmAlias, moveAlias;
let scribe, scribeModules; // of docs/cross-vm.md

function example(language, name) {
    const docs = readFileSync(path.join(ROOT, 'docs/cross-vm.md'), 'utf8');
    return [...docs.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map((m) => m[1]).find((b) => b.includes(name));
}

function compileExample(source) {
    const dir = mkdtempSync(path.join(tmpdir(), 'tern-docs-'));
    try {
        mkdirSync(path.join(dir, 'sources'));
        writeFileSync(path.join(dir, 'sources/scribe.move'), source);
        writeFileSync(path.join(dir, 'Move.toml'), '[package]\nname = "Scribe"\nversion = "1.0.0"\n[addresses]\nscribe = "_"\n'
            + '[dependencies]\nTernFramework = { local = "../framework" }\n');
        return compileMove(dir, { scribe: owner });
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
}

const derived = (tag, bytes) => PublicKey.findProgramAddressSync([Buffer.from(tag), Buffer.from(bytes)], MESSENGER)[0];
const hex = (key) => `0x${Buffer.from(key.toBytes()).toString('hex')}`;
const airdrop = async (to, sol) => connection.confirmTransaction({
    signature: await connection.requestAirdrop(to, sol * LAMPORTS_PER_SOL), ...await connection.getLatestBlockhash(),
});
const bytesOf = (text) => Buffer.from(text.replace(/^0x/, ''), 'hex');
const meta = (pubkey, isSigner = false, isWritable = false) => ({ pubkey: hex(pubkey), isSigner, isWritable });

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toString();
    // Compiled before there are connections: they would be idle for too long.
    const modules = compileMove('tests/e2e/svm', { courier: owner });
    const { SolanaCourier } = compileSolidity('tests/e2e/contracts/SolanaCourier.sol');
    elf = compileProgram('tests/solana/programs/probe.c');
    scribe = compileSolidity('docs/Scribe.sol', example('solidity', 'contract Scribe ')).Scribe;
    scribeModules = compileExample(example('move', 'module scribe::'));
    node = await startNode(['--quiet']);
    solana = new Solana(node);
    connection = solana.connection;
    payer = await solana.funded(1000);
    wallet = node.wallet(0);
    stranger = node.wallet(1);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Courier', ['courier'], modules);
    courier = await deploy(wallet, SolanaCourier);
    queue = new Contract(QUEUE, queueInterface, wallet);
    strangersQueue = new Contract(QUEUE, queueInterface, stranger);
    probe = await solana.deploy(payer, elf);
    page = Keypair.generate();
    await solana.send([payer, page], SystemProgram.createAccount({
        fromPubkey: payer.publicKey, newAccountPubkey: page.publicKey, space: 64, programId: probe,
        lamports: await connection.getMinimumBalanceForRentExemption(64),
    }));
    evmAlias = derived('evm', bytesOf(await courier.getAddress()));
    moveAlias = derived('move', bytesOf(owner.slice(2).padStart(64, '0')));
    for (const alias of [evmAlias, moveAlias]) await airdrop(alias, 10);
});
after(async () => {
    solana?.close();
    await node?.stop();
});

const mined = async (tx) => (await tx).wait();
const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const message = (id) => node.rpc('tern_getMessage', id);
const written = async () => (await connection.getAccountInfo(page.publicKey)).data.toString().replace(/\0+$/, '');
const write = (text) => Buffer.concat([Buffer.from([WRITE]), Buffer.from(text.padEnd(64, '\0'))]);
const amount = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const transfer = (lamports) => Buffer.concat([Buffer.from([2, 0, 0, 0]), amount(lamports)]);

// The two machines that can start the message, alike: legs of one call, with the alias that signs.
const senders = {
    EVM: {
        alias: () => evmAlias,
        call: async (program, metas, data, more = gas) => (await trace((await mined(courier.call(hex(program), metas, data, more))).hash)),
        send: async (program, metas, data, options) => (await trace((await mined(courier.send(hex(program), metas, data, { ...NONE, ...options }, gas))).hash)),
    },
    Move: {
        alias: () => moveAlias,
        call: async (program, metas, data) => trace((await callEntry(node.aptos, account, `${owner}::courier::call`, lists(program, metas, data))).hash),
        send: async (program, metas, data, { onFail = KEEP, openRetry = false, deadline = 0 }) =>
            trace((await callEntry(node.aptos, account, `${owner}::courier::send`, [...lists(program, metas, data), onFail, openRetry, deadline])).hash),
    },
};
const lists = (program, metas, data) => [hex(program), metas.map((m) => m.pubkey), metas.map((m) => m.isSigner), metas.map((m) => m.isWritable), [...data]];

for (const [from, { alias, call, send }] of Object.entries(senders)) {
    test(`${from} → SVM: the alias is the address that every client derives, and it signs`, async () => {
        const metas = [meta(page.publicKey, false, true), meta(alias(), true, true), meta(SYSVAR_CLOCK_PUBKEY)];
        const t = await call(probe, metas, Buffer.from([SHOW]));
        const [leg] = t.trace.calls;
        assert.equal(leg.error, null);
        assert.equal(leg.vm, 'svm');
        assert.equal(leg.from, alias().toBase58());
        assert.equal(leg.to, probe.toBase58());
        assert.equal(leg.output, '0x020300'); // writable; signer and writable; neither
        assert.ok(leg.programLogs.includes('Program log: probe'));
        const m = await message(leg.messageId);
        assert.equal(m.status, 'executed');
        assert.equal(m.target, 'svm');
        assert.equal(m.program, probe.toBase58());
        assert.equal(m.senderAlias, alias().toBase58());
        assert.deepEqual(m.metas.map((x) => [x.pubkey, x.isSigner, x.isWritable]),
            [[page.publicKey.toBase58(), false, true], [alias().toBase58(), true, true], [SYSVAR_CLOCK_PUBKEY.toBase58(), false, false]]);
        assert.equal(m.result, '0x020300');
    });

    test(`${from} → SVM: a program writes its account`, async () => {
        const text = `from ${from}`;
        const [leg] = (await call(probe, [meta(page.publicKey, false, true)], write(text))).trace.calls;
        assert.equal(leg.error, null);
        assert.equal(await written(), text);
    });

    test(`${from} → SVM: the alias pays by the System program, directly and by CPI`, async () => {
        const to = Keypair.generate().publicKey, before = await connection.getBalance(alias());
        const metas = [meta(alias(), true, true), meta(to, false, true)];
        let [leg] = (await call(SystemProgram.programId, metas, transfer(LAMPORTS_PER_SOL))).trace.calls;
        assert.equal(leg.error, null);
        assert.equal(leg.vmGasUsed, '150');
        assert.equal(await connection.getBalance(to), LAMPORTS_PER_SOL);
        [leg] = (await call(probe, [...metas, meta(SystemProgram.programId)], Buffer.concat([Buffer.from([PAY]), amount(5_000_000)]))).trace.calls;
        assert.equal(leg.error, null);
        assert.equal(await connection.getBalance(to), LAMPORTS_PER_SOL + 5_000_000);
        assert.equal(await connection.getBalance(alias()), before - LAMPORTS_PER_SOL - 5_000_000); // and no fee
    });

    test(`${from} → SVM: a failing program leaves nothing and names its reason`, async () => {
        const text = await written();
        const t = await call(probe, [meta(page.publicKey, false, true)], Buffer.from([REFUSE]));
        const [leg] = t.trace.calls;
        assert.equal(t.ok, true); // the transaction that started it succeeds
        assert.equal(leg.ok, false);
        assert.equal(leg.failure, 'reverted');
        assert.match(leg.error, new RegExp(`^Solana: ${probe.toBase58()}: custom program error: 0x17\n`));
        assert.match(leg.error, /Program log: it says no/);
        assert.equal(await written(), text);
        assert.equal((await message(leg.messageId)).status, 'pending');
    });

    test(`${from} → SVM: DROP and KEEP, retry by the sender, cancel`, async () => {
        const metas = [meta(page.publicKey, false, true)];
        const dropped = (await send(probe, metas, Buffer.from([REFUSE]), { onFail: DROP })).trace.calls[0];
        assert.equal((await message(dropped.messageId)).status, 'dropped');
        const kept = (await send(probe, metas, Buffer.from([REFUSE]), { openRetry: true })).trace.calls[0];
        assert.equal(kept.status, 'pending');
        const [again] = (await trace((await mined(strangersQueue.retry(kept.messageId, gas))).hash)).trace.calls;
        assert.equal(again.kind, 'retry');
        assert.equal(again.failure, 'reverted');
        assert.equal((await message(kept.messageId)).attempts, 2);
        const [refused] = (await trace((await mined(strangersQueue.cancel(kept.messageId, gas))).hash)).trace.calls;
        assert.equal(refused.failure, 'authority');
    });

    test(`${from} → SVM: nobody else can have signed`, async () => {
        const [leg] = (await call(probe, [meta(page.publicKey), meta(payer.publicKey, true, true)], Buffer.from([SHOW]))).trace.calls;
        assert.equal(leg.failure, 'malformed');
        assert.match(leg.error, new RegExp(`account 1, ${payer.publicKey.toBase58()}, cannot have signed: only the sender's alias, ${alias().toBase58()}, signs`));
        const [stolen] = (await call(SystemProgram.programId, [meta(payer.publicKey, false, true), meta(page.publicKey, false, true)], transfer(1))).trace.calls;
        assert.match(stolen.error, /missing required signature/);
    });

    test(`${from} → SVM: what is no program is named`, async () => {
        for (const [id, text] of [[Keypair.generate().publicKey, /does not exist/], [page.publicKey, /may not be used for executing/]]) {
            const [leg] = (await call(id, [], Buffer.from([SHOW]))).trace.calls;
            assert.equal(leg.failure, 'target');
            assert.match(leg.error, text);
        }
    });
}

// Solana's own programs, at their ids; their instructions are written out as their documentation has them.
const TOKEN = new PublicKey('TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA');
const MEMO = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');
const token = (keys, ...data) => new TransactionInstruction({
    programId: TOKEN, keys: keys.map(([pubkey, isSigner, isWritable]) => ({ pubkey, isSigner, isWritable })), data: Buffer.concat(data.map((d) => Buffer.from(d))),
});
const created = async (who, space, programId) => SystemProgram.createAccount({
    fromPubkey: payer.publicKey, newAccountPubkey: who.publicKey, space, programId, lamports: await connection.getMinimumBalanceForRentExemption(space),
});

for (const [from, { alias, call }] of Object.entries(senders)) {
    test(`${from} → SVM: SPL Memo names the alias that has signed`, async () => {
        const [leg] = (await call(MEMO, [meta(alias(), true)], Buffer.from(`from ${from}`))).trace.calls;
        assert.equal(leg.error, null);
        assert.deepEqual(leg.programLogs.filter((l) => l.startsWith('Program log: ')).map((l) => l.slice(13)),
            ['Signed by:', alias().toBase58(), `Memo (len ${5 + from.length})`, `from ${from}`]);
        const [unsigned] = (await call(MEMO, [meta(payer.publicKey)], Buffer.from('x'))).trace.calls;
        assert.match(unsigned.error, new RegExp(`^Solana: ${MEMO}: missing required signature for instruction\n`));
    });

    test(`${from} → SVM: SPL Token moves what the alias owns, and nothing else`, async () => {
        const [mint, mine, theirs] = Array.from({ length: 3 }, () => Keypair.generate());
        await solana.send([payer, mint, mine, theirs], await created(mint, 82, TOKEN), await created(mine, 165, TOKEN), await created(theirs, 165, TOKEN),
            token([[mint.publicKey, false, true]], [20, 6], payer.publicKey.toBytes(), [0]), // InitializeMint2
            ...[[mine, alias()], [theirs, payer.publicKey]].map(([account, owner]) => // InitializeAccount3
                token([[account.publicKey, false, true], [mint.publicKey, false, false]], [18], owner.toBytes())));
        await solana.send([payer], token([[mint.publicKey, false, true], [mine.publicKey, false, true], [payer.publicKey, true, false]], [7], amount(1000))); // MintTo
        const balances = async () => Promise.all([mine, theirs].map(async (a) => (await connection.getTokenAccountBalance(a.publicKey)).value.amount));
        const transferOf = (a, b, n) => call(TOKEN, [meta(a.publicKey, false, true), meta(b.publicKey, false, true), meta(alias(), true)], Buffer.concat([Buffer.from([3]), amount(n)]));
        let [leg] = (await transferOf(mine, theirs, 300)).trace.calls;
        assert.equal(leg.error, null);
        assert.deepEqual(await balances(), ['700', '300']);
        [leg] = (await transferOf(mine, theirs, 701)).trace.calls;
        assert.match(leg.error, new RegExp(`^Solana: ${TOKEN}: custom program error: 0x1\n`)); // InsufficientFunds
        [leg] = (await transferOf(theirs, mine, 1)).trace.calls;
        assert.match(leg.error, /custom program error: 0x4\n/); // OwnerMismatch
        assert.deepEqual(await balances(), ['700', '300']);
    });
}

test('a Move module asks for aliases', async () => {
    const wide = (text) => `0x${text.slice(2).padStart(64, '0')}`.toLowerCase();
    const functionArguments = [wide(await courier.getAddress()), owner, hex(payer.publicKey)];
    const [aliases] = await node.aptos.viewJson({ payload: { function: `${owner}::courier::aliases`, functionArguments } });
    assert.deepEqual(aliases.map(wide), [hex(evmAlias), hex(moveAlias), await node.rpc('tern_alias', payer.publicKey.toBase58(), 'move')]);
});

test('options that do not fit are refused by name, and value is not lost', async () => {
    const send = (options, more = {}) => courier.send.staticCall(hex(probe), [], '0x00', { ...NONE, ...options }, { ...gas, ...more });
    for (const [options, more, name] of [[{}, { value: 1n }, 'ValueOutOfRange'], [{ gasLimit: 1 }, {}, 'GasBelowBase'],
        [{ onFail: 4 }, {}, 'TailNotAtomic'], [{ callback: '0x00000001' }, {}, 'CallbackMismatch'], [{ callbackGas: 1 }, {}, 'CallbackMismatch']])
        await assert.rejects(send(options, more), (e) => {
            assert.equal(queueInterface.parseError(e.data).name, name);
            return true;
        });
    await assert.rejects(new Contract('0x7E00000000000000000000000000000000000002',
        ['function call(bytes32, (bytes32, bool, bool)[], bytes) payable'], wallet).call.staticCall(hex(probe), [], '0x00', { value: 1n }), /revert/);
    for (const [which, code] of [[0, '10004'], [1, '10001'], [2, '10001'], [3, '10004'], [4, '10002'], [5, '10003']])
        await assert.rejects(callEntry(node.aptos, account, `${owner}::courier::refused`, [hex(probe), which]), new RegExp(`0x${code}`, 'i'));
});

test('a reverted frame, a failed transaction, a static call and another contract start nothing', async () => {
    const metas = [meta(page.publicKey, false, true)];
    const t = await trace((await mined(courier.undoneAndNot(hex(probe), metas, write('never'), write('kept'), gas))).hash);
    assert.equal(t.trace.calls.length, 1);
    assert.equal(await written(), 'kept');
    const before = (await node.rpc('tern_getMessages', { limit: 1000 })).messages.length;
    await mined(courier.forged(hex(probe), metas, write('forged'), gas));
    await mined(courier.delegated(hex(probe), gas));
    await mined(courier.inStatic(hex(probe), gas));
    await assert.rejects(callEntry(node.aptos, account, `${owner}::courier::undone`, [hex(probe), [SHOW]]), /E_UNDONE|0x7/);
    await assert.rejects(mined(courier.undone(hex(probe), metas, write('never'), gas)));
    assert.equal((await node.rpc('tern_getMessages', { limit: 1000 })).messages.length, before);
    assert.equal(await written(), 'kept');
});

test('a rollback keeps nonce and fee, and the sender is who called, not who signed', async () => {
    const nonce = await wallet.getNonce(), balance = await node.provider.getBalance(wallet.address);
    const tx = await courier.undone(hex(probe), [], write('never'), gas);
    await assert.rejects(tx.wait());
    assert.equal(await wallet.getNonce(), nonce + 1);
    assert.ok(await node.provider.getBalance(wallet.address) < balance);
    const [leg] = (await trace((await mined(courier.connect(stranger).call(hex(probe), [meta(evmAlias)], Buffer.from([SHOW]), gas))).hash)).trace.calls;
    assert.equal(leg.from, evmAlias.toBase58());
    assert.equal(leg.output, '0x01');
});

test('the second message sees what the first one wrote, in either machine\'s transaction', async () => {
    const metas = [meta(page.publicKey, false, true)];
    await mined(courier.callTwice(hex(probe), metas, write('first'), write('2nd'), gas));
    assert.equal(await written(), '2nd');
    await callEntry(node.aptos, account, `${owner}::courier::call_twice`, [...lists(probe, metas, []).slice(0, 4), [...write('3rd')], [...write('4th')]]);
    assert.equal(await written(), '4th');
});

test('the estimate includes the tail, and what it lacks lets anybody retry', async () => {
    const args = [hex(probe), [meta(page.publicKey, false, true)], write('estimated')];
    const alone = await courier.forged.estimateGas(...args), estimate = await courier.call.estimateGas(...args);
    assert.ok(estimate > alone + 10_000n);
    const receipt = await mined(courier.call(...args, { gasLimit: estimate }));
    assert.ok(receipt.gasUsed > 30_000n && receipt.gasUsed <= estimate);
    assert.equal(await written(), 'estimated');

    const short = await mined(courier.call(hex(probe), args[1], Buffer.from([SPIN]), { gasLimit: 200_000 }));
    assert.ok(short.gasUsed >= 199_999n); // a compute unit is two of gas: one may be left
    const [leg] = (await trace(short.hash)).trace.calls;
    assert.equal(leg.failure, 'out_of_gas');
    const [again] = (await trace((await mined(strangersQueue.retry(leg.messageId, gas))).hash)).trace.calls;
    assert.equal(again.failure, 'reverted'); // all 1,400,000 units that there are
    assert.equal(again.vmGasUsed, '1400000');
});

test('simulations of all kinds run the message, and leave nothing', async () => {
    const args = [hex(probe), [meta(page.publicKey, false, true)], write('real')];
    await mined(courier.call(...args, gas));
    const imagined = courier.interface.encodeFunctionData('call', [args[0], args[1], write('imagined')]);
    const from = wallet.address, to = await courier.getAddress();
    await node.rpc('eth_call', { from, to, data: imagined }, 'latest');
    await node.rpc('eth_createAccessList', { from, to, data: imagined }, 'latest');
    const blocks = await node.rpc('eth_simulateV1', { blockStateCalls: [{ calls: [{ from, to, data: imagined }] }, { calls: [{ from, to, data: imagined }] }] }, 'latest');
    const transaction = await node.aptos.transaction.build.simple({
        sender: account.accountAddress,
        data: { function: `${owner}::courier::call`, functionArguments: lists(probe, args[1], write('imagined')) },
    });
    const [simulated] = await node.aptos.transaction.simulate.simple({ signerPublicKey: account.publicKey, transaction });
    assert.equal(simulated.success, true, simulated.vm_status);
    assert.equal(await written(), 'real');
    const done = await callEntry(node.aptos, account, `${owner}::courier::call`, lists(probe, args[1], write('imagined')));
    assert.equal(done.gas_used, simulated.gas_used);
    assert.equal(await written(), 'imagined');
    const { gasUsed } = await mined(wallet.sendTransaction({ to, data: imagined, ...gas }));
    assert.deepEqual(blocks.map(({ calls: [c] }) => [c.status, BigInt(c.gasUsed)]), [['0x1', gasUsed], ['0x1', gasUsed]]);
});

test('a program can be called, and its call estimated, as soon as it can run', async () => {
    const fresh = await solana.deploy(payer, elf);
    assert.ok(await courier.call.estimateGas(hex(fresh), [], Buffer.from([SHOW])) > 40_000n);
    const [leg] = (await trace((await mined(courier.call(hex(fresh), [], Buffer.from([SHOW])))).hash)).trace.calls;
    assert.equal(leg.error, null);
});

test('fan-out has a limit', async () => {
    const { hash } = await mined(courier.many(70, hex(probe), [meta(page.publicKey, false, true)], write('many'), { gasLimit: 8_000_000 }));
    const { calls } = (await trace(hash)).trace;
    assert.equal(calls.length, 70);
    assert.equal(calls.filter((l) => l.ok).length, 64);
    assert.ok(calls.slice(64).every((l) => l.failure === 'limit'));
});

test('the examples of docs/cross-vm.md compile and run', async () => {
    const contract = await deploy(wallet, scribe);
    const scribesAlias = derived('evm', bytesOf(await contract.getAddress())), to = Keypair.generate().publicKey;
    await airdrop(scribesAlias, 3);
    await mined(contract.pay(hex(scribesAlias), hex(to), 2_000_000_000n, gas));
    assert.equal(await connection.getBalance(to), 2_000_000_000);
    const [leg] = (await trace((await mined(contract.whisper(hex(probe), [], Buffer.from([REFUSE]), gas))).hash)).trace.calls;
    assert.equal(leg.status, 'dropped');

    await publish(node.aptos, account, 'Scribe', ['scribe'], scribeModules);
    const run = async (name, ...args) => (await trace((await callEntry(node.aptos, account, `${owner}::scribe::${name}`, args)).hash)).trace.calls[0];
    const told = await run('write', hex(probe), hex(page.publicKey), [...write('from the docs')]);
    assert.equal(told.error, null);
    assert.deepEqual(told.accounts.map((a) => [a.pubkey, a.isSigner, a.isWritable]),
        [[page.publicKey.toBase58(), false, true], [moveAlias.toBase58(), true, false]]);
    assert.equal(await written(), 'from the docs');
    assert.equal((await run('whisper', hex(probe), hex(page.publicKey), [REFUSE])).status, 'dropped');
});

test('a kept message expires, and its sender can cancel before', async () => {
    const kept = (await senders.EVM.send(probe, [], Buffer.from([REFUSE]), {})).trace.calls[0];
    const [refused] = (await trace((await mined(queue.cancel(kept.messageId, gas))).hash)).trace.calls;
    assert.equal(refused.failure, 'authority'); // the contract is the sender, not the wallet
    await node.rpc('evm_increaseTime', 7 * 24 * 3600 + 1);
    await node.rpc('evm_mine');
    assert.equal((await message(kept.messageId)).status, 'expired');
});

test('what the blocks did is what running them again gives', async () => {
    assert.ok(await node.replay() > 20);
});
