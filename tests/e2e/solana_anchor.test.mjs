// Anchor's client against a program in C that follows Anchor's conventions (tests/solana/programs/counter.c).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import anchor from '@coral-xyz/anchor';
import { buildProgram, deploy, loaderInstructions, startSolana, writeBuffer } from './lib/solana.mjs';
import { ROOT } from './lib/node.mjs';

const { AnchorError, AnchorProvider, BN, Program, Wallet } = anchor;
let chain, payer, address, program, counter;

const idl = JSON.parse(readFileSync(path.join(ROOT, 'tests/solana/programs/counter.json'), 'utf8'));
const of = (wallet) => new Program({ ...idl, address: address.toBase58() }, new AnchorProvider(chain.connection, new Wallet(wallet), { commitment: 'confirmed', preflightCommitment: 'confirmed' }));

before(async () => {
    chain = await startSolana();
    payer = chain.payer;
    ({ program: address } = await deploy(chain, buildProgram('counter'), { room: 20_000 }));
    program = of(payer);
    [counter] = PublicKey.findProgramAddressSync([Buffer.from('counter'), payer.publicKey.toBuffer()], address);
});
after(() => chain.stop());

test('the interface has the discriminators that Anchor derives from the names', () => {
    const hash = (text) => [...createHash('sha256').update(text).digest().subarray(0, 8)];
    for (const i of idl.instructions) assert.deepEqual(i.discriminator, hash(`global:${i.name}`));
    for (const a of idl.accounts) assert.deepEqual(a.discriminator, hash(`account:${a.name}`));
    for (const e of idl.events) assert.deepEqual(e.discriminator, hash(`event:${e.name}`));
});

test('an account at an address that the client derives', async () => {
    const { pubkeys } = await program.methods.initialize(new BN(5)).accounts({ authority: payer.publicKey }).rpcAndKeys();
    assert.ok(pubkeys.counter.equals(counter));
    const held = await program.account.counter.fetch(counter);
    assert.ok(held.authority.equals(payer.publicKey));
    assert.equal(held.value.toString(), '5');
    assert.equal(await program.account.counter.fetchNullable(Keypair.generate().publicKey), null);
    await assert.rejects(program.account.counter.fetch(payer.publicKey), /discriminator|Account does not exist/i);
    // There already: System's error, through the program.
    await assert.rejects(program.methods.initialize(new BN(5)).accounts({ authority: payer.publicKey }).rpc(), /custom program error: 0x0/);
});

test('a call changes it, and its event is heard over the WebSocket', async () => {
    let heard, listener;
    const event = new Promise((resolve) => { heard = resolve; });
    listener = program.addEventListener('changed', (data, slot, signature) => heard({ data, slot, signature }));
    await chain.subscribed();
    const signature = await program.methods.add(new BN(37)).accounts({ counter, authority: payer.publicKey }).rpc();
    const { data, slot, signature: from } = await event;
    assert.equal(from, signature);
    assert.equal(slot, (await chain.connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 })).slot);
    assert.deepEqual([data.from.toString(), data.to.toString()], ['5', '42']);
    await program.removeEventListener(listener);
    assert.equal((await program.account.counter.fetch(counter)).value.toString(), '42');
});

test('views and simulations', async () => {
    assert.equal((await program.methods.get().accounts({ counter }).view()).toString(), '42');
    const { events, raw } = await program.methods.add(new BN(1)).accounts({ counter, authority: payer.publicKey }).simulate();
    assert.ok(raw.includes('Program log: Instruction: Add'));
    assert.deepEqual(events.map((e) => [e.name, e.data.from.toString(), e.data.to.toString()]), [['changed', '42', '43']]);
    assert.equal((await program.account.counter.fetch(counter)).value.toString(), '42');
});

test('errors are named: the program’s own, and Anchor’s', async () => {
    await assert.rejects(program.methods.add(new BN(1001)).accounts({ counter, authority: payer.publicKey }).rpc(), (e) => {
        assert.ok(e instanceof AnchorError, String(e));
        assert.equal(e.error.errorCode.code, 'TooBig');
        assert.equal(e.error.errorCode.number, 6000);
        assert.equal(e.error.errorMessage, 'the number is too big');
        assert.ok(e.program.equals(address));
        return true;
    });
    const stranger = await chain.funded(1);
    await assert.rejects(of(stranger).methods.add(new BN(1)).accounts({ counter, authority: stranger.publicKey }).rpc(), /0x7d1|has one constraint/i); // 2001
});

test('accounts are found by filters', async () => {
    const others = await Promise.all([1, 2, 3].map(() => chain.funded(1)));
    await Promise.all(others.map((o, i) => of(o).methods.initialize(new BN(100 + i)).accounts({ authority: o.publicKey }).rpc()));
    const all = await program.account.counter.all();
    assert.equal(all.length, 4);
    const own = await program.account.counter.all([{ memcmp: { offset: 8, bytes: others[1].publicKey.toBase58() } }]);
    assert.deepEqual(own.map((a) => a.account.value.toString()), ['101']);
    const many = await program.account.counter.fetchMultiple([counter, own[0].publicKey, Keypair.generate().publicKey]);
    assert.deepEqual(many.map((m) => m && m.value.toString()), ['42', '101', null]);
});

test('an account’s changes are heard, by its address and by a filter', async () => {
    let heard;
    const change = new Promise((resolve) => { heard = resolve; });
    const emitter = program.account.counter.subscribe(counter, 'confirmed');
    emitter.on('change', (held) => heard(held));
    const matched = [];
    const byOwner = chain.connection.onProgramAccountChange(address, ({ accountId }) => matched.push(accountId.toBase58()), {
        commitment: 'confirmed', filters: [{ dataSize: 48 }, { memcmp: { offset: 8, bytes: payer.publicKey.toBase58() } }] });
    await chain.subscribed();
    const other = await chain.funded(1);
    await of(other).methods.initialize(new BN(1)).accounts({ authority: other.publicKey }).rpc();
    await program.methods.add(new BN(1)).accounts({ counter, authority: payer.publicKey }).rpc();
    assert.equal((await change).value.toString(), '43');
    await chain.until(() => matched.length);
    assert.deepEqual(matched, [counter.toBase58()]);
    await program.account.counter.unsubscribe(counter);
    await chain.connection.removeProgramAccountChangeListener(byOwner);
});

test('several instructions in one transaction, and an upgrade below the same accounts', async () => {
    const more = await program.methods.add(new BN(2)).accounts({ counter, authority: payer.publicKey }).instruction();
    await program.methods.add(new BN(5)).accounts({ counter, authority: payer.publicKey }).preInstructions([more])
        .postInstructions([SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: Keypair.generate().publicKey, lamports: 1_000_000 })]).rpc();
    assert.equal((await program.account.counter.fetch(counter)).value.toString(), '50');
    const buffer = await writeBuffer(chain, buildProgram('counter', ['STEP=2']));
    await chain.send([loaderInstructions.upgrade(address, buffer.publicKey, payer.publicKey, payer.publicKey)]);
    await chain.nextSlot();
    await program.methods.add(new BN(25)).accounts({ counter, authority: payer.publicKey }).rpc();
    assert.equal((await program.account.counter.fetch(counter)).value.toString(), '100');
});

test('what the blocks did is what running them again gives', async () => {
    await chain.node.replay();
});
