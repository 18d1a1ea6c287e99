// All six ways between the three machines on one node, and rings through all of them in both directions.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { AbiCoder, Contract, ZeroAddress } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { MESSENGER, Solana, callEvm, callMove, compileProgram, instruction } from './lib/messenger.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const WRITE = 2; // tests/solana/programs/probe.c
const RING = new URL('demo/solana/ring.so', import.meta.url);
const coder = AbiCoder.defaultAbiCoder();
const hex = (key) => `0x${Buffer.from(key.toBytes()).toString('hex')}`;
const gas = { gasLimit: 3_000_000 };

let node, solana, payer, account, owner, wallet, demo, demoAddress, courier, probe, relay, page, data;

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toString();
    // Compiled before there are connections: they would be idle for too long.
    const ledgerModules = compileMove('tests/e2e/demo/move', { demo: owner });
    const courierModules = compileMove('tests/e2e/svm', { courier: owner });
    const { Demo } = compileSolidity('tests/e2e/demo/contracts/Demo.sol');
    const { SolanaCourier } = compileSolidity('tests/e2e/contracts/SolanaCourier.sol');
    data = mkdtempSync(path.join(tmpdir(), 'tern-six-'));
    node = await startNode(['--quiet', '--data', data]);
    solana = new Solana(node);
    payer = await solana.funded(1000);
    wallet = node.wallet(0);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Demo', ['ledger'], ledgerModules);
    await publish(node.aptos, account, 'Courier', ['courier'], courierModules);
    demo = await deploy(wallet, Demo, Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'));
    demoAddress = await demo.getAddress();
    courier = await deploy(wallet, SolanaCourier);
    probe = await solana.deploy(payer, compileProgram('tests/solana/programs/probe.c'));
    relay = await solana.deploy(payer, compileProgram('tests/solana/programs/courier.c'));
    page = Keypair.generate();
    await solana.send([payer, page], SystemProgram.createAccount({
        fromPubkey: payer.publicKey, newAccountPubkey: page.publicKey, space: 64, programId: probe,
        lamports: await solana.connection.getMinimumBalanceForRentExemption(64),
    }));
});
after(async () => {
    solana?.close();
    await node?.stop();
    if (data) rmSync(data, { recursive: true, force: true });
});

const trace = (hash) => node.rpc('tern_traceTransaction', hash);
const alias = (address, vm) => node.rpc('tern_alias', address, vm);
const short = (address) => address.replace(/^0x0+/, '0x');
const entries = async () => (await node.aptos.viewJson({ payload: { function: `${owner}::ledger::entries` } }))[0];
const written = async () => (await solana.connection.getAccountInfo(page.publicKey)).data.toString().replace(/\0+$/, '');
const record = (count, title) => demo.interface.encodeFunctionData('record', [count, [title, []], ZeroAddress]);
const write = (text) => Buffer.concat([Buffer.from([WRITE]), Buffer.from(text.padEnd(64, '\0'))]);
const line = (leg) => { const out = []; for (let l = leg; l; [l] = l.calls) out.push(l); return out; };
const machines = (legs) => legs.map((l) => `${l.vm}${l.ok ? '' : ` failed: ${l.error}`}`);

test('each machine calls each of the others', async () => {
    await (await demo.write(1, 'EVM to Move')).wait();
    assert.deepEqual((await entries()).at(-1), { from: short(await alias(demoAddress, 'move')), amount: '1', text: 'EVM to Move' });

    const wide = `0x${demoAddress.slice(2).padStart(64, '0')}`;
    await callEntry(node.aptos, account, `${owner}::ledger::send_note`, [wide, 2, 'Move to EVM', [1]]);
    assert.deepEqual([String(await demo.lastCount()), await demo.lastTitle()], ['2', 'Move to EVM']);

    await (await courier.call(hex(probe), [{ pubkey: hex(page.publicKey), isSigner: false, isWritable: true }], write('EVM to Solana'), gas)).wait();
    assert.equal(await written(), 'EVM to Solana');

    await callEntry(node.aptos, account, `${owner}::courier::call`, [hex(probe), [hex(page.publicKey)], [false], [true], [...write('Move to Solana')]]);
    assert.equal(await written(), 'Move to Solana');

    await solana.send([payer], instruction(payer.publicKey, callEvm(demoAddress, record(3, 'Solana to EVM'))));
    assert.deepEqual([String(await demo.lastCount()), await demo.lastTitle()], ['3', 'Solana to EVM']);

    await solana.send([payer], instruction(payer.publicKey, callMove({
        module: owner, name: 'ledger', fn: 'write', abi: coder.encode(['uint64', 'string'], [4, 'Solana to Move']),
    })));
    assert.deepEqual((await entries()).at(-1), { from: short(await alias(payer.publicKey.toBase58(), 'move')), amount: '4', text: 'Solana to Move' });
});

test('a ring EVM → Solana → Move → EVM in one transaction', async () => {
    const program = await solana.deploy(payer, readFileSync(RING));
    const [station, bump] = PublicKey.findProgramAddressSync([Buffer.from('ring')], program);
    const end = await alias(await alias(station.toBase58(), 'move'), 'evm');
    await (await demo.setRing([program.toBuffer(), station.toBuffer(), bump, end])).wait();
    const { hash } = await (await demo.startRing(10, gas)).wait();
    const legs = line((await trace(hash)).trace);
    assert.deepEqual(machines(legs), ['evm', 'svm', 'move', 'evm']);
    assert.equal(await demo.lastRound(), 21n);
    assert.equal(legs[3].from, end);
});

test('a ring EVM → Move → Solana → EVM in one transaction', async () => {
    const [station, bump] = PublicKey.findProgramAddressSync([Buffer.from('courier')], relay);
    const data = Buffer.concat([Buffer.from('c'), Buffer.from([bump]), Buffer.from(demoAddress.slice(2), 'hex'), Buffer.from(record(5, 'round').slice(2), 'hex')]);
    const args = coder.encode(['bytes32', 'bytes32[]', 'bool[]', 'bool[]', 'bytes'],
        [hex(relay), [hex(station), hex(MESSENGER)], [false, false], [false, false], data]);
    const move = new Contract('0x7e00000000000000000000000000000000000001', ['function call(bytes, bytes, bytes, bytes, bytes)'], wallet);
    const text = (s) => `0x${Buffer.from(s).toString('hex')}`;
    const { hash } = await (await move.call(text(owner), text('courier'), text('call'), args, '0x', gas)).wait();
    const legs = line((await trace(hash)).trace);
    assert.deepEqual(machines(legs), ['evm', 'move', 'svm', 'evm']);
    assert.deepEqual([String(await demo.lastCount()), await demo.lastTitle()], ['5', 'round']);
    assert.equal(legs[3].from, await alias(station.toBase58(), 'evm'));
});

test("the demo's program in Solana is what the compiler makes of its source", () => {
    assert.ok(readFileSync(RING).equals(compileProgram('tests/e2e/demo/solana/ring.c')), 'tests/e2e/demo/solana/ring.so is not what clang and sbpf-link make of ring.c');
});

test('what the blocks did is what running them again gives, after a restart too', async () => {
    const { hash } = await (await demo.startRing(5, gas)).wait();
    const told = await trace(hash), newest = await node.replay();
    assert.ok(newest > 10);
    solana.close();
    node.provider.destroy();
    await new Promise((resolve) => { node.child.on('exit', resolve); node.child.kill('SIGKILL'); });
    node = await startNode(['--quiet', '--data', data]);
    solana = new Solana(node);
    assert.deepEqual(await trace(hash), told);
    assert.equal(await written(), 'Move to Solana');
    assert.equal(await node.replay(), newest);
    const again = demo.connect(node.wallet(0));
    await (await again.startRing(6, gas)).wait();
    assert.equal(await again.lastRound(), 13n);
});
