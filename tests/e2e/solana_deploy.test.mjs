// Programs through the upgradeable loader, in chunks, with web3.js: ours from C, and a real one that litesvm carries.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Keypair, SYSVAR_CLOCK_PUBKEY, SYSVAR_RENT_PUBKEY, SystemProgram, Transaction, TransactionInstruction } from '@solana/web3.js';
import { LiteSVM } from 'litesvm';
import { LOADER, buildProgram, deploy, loaderInstructions, programData, realProgram, startSolana, writeBuffer } from './lib/solana.mjs';

let chain, connection, payer, program;
const text = (key) => key.toBase58();

before(async () => {
    chain = await startSolana();
    ({ connection, payer } = chain);
});
after(() => chain.stop());

/** What the program returns, in a simulation. */
async function returned(programId) {
    const { value } = await chain.simulate([new TransactionInstruction({ programId, keys: [], data: Buffer.alloc(0) })]);
    return { err: value.err, data: value.returnData && [...Buffer.from(value.returnData.data[0], 'base64')], logs: value.logs };
}

test('a program from C is deployed in chunks and called from the next slot on', async () => {
    const elf = buildProgram('returns', ['VALUE=7']);
    const buffer = await writeBuffer(chain, elf);
    const held = (await connection.getParsedAccountInfo(buffer.publicKey)).value.data;
    assert.deepEqual(held.parsed, { type: 'buffer', info: { authority: text(payer.publicKey), data: [elf.toString('base64'), 'base64'] } });

    const done = await deploy(chain, elf, { room: elf.length + 64 });
    program = done.program;
    const { transaction: { message: { instructions } }, meta } = await chain.parsed(done.signature);
    assert.deepEqual(instructions[1].parsed, { type: 'deployWithMaxDataLen', info: {
        payerAccount: text(payer.publicKey), programDataAccount: text(programData(program)), programAccount: text(program), bufferAccount: text(done.buffer),
        rentSysvar: text(SYSVAR_RENT_PUBKEY), clockSysvar: text(SYSVAR_CLOCK_PUBKEY), systemProgram: text(SystemProgram.programId),
        authority: text(payer.publicKey), maxDataLen: elf.length + 64 } });
    // The loader's own call of System is an inner instruction.
    const [{ index, instructions: [inner] }] = meta.innerInstructions;
    assert.equal(index, 1);
    assert.deepEqual([inner.program, inner.parsed.type, inner.parsed.info.newAccount, inner.stackHeight], ['system', 'createAccount', text(programData(program)), 2]);

    const info = (await connection.getParsedAccountInfo(program)).value;
    assert.ok(info.executable && info.owner.equals(LOADER));
    assert.deepEqual(info.data.parsed, { type: 'program', info: { programData: text(programData(program)) } });
    const code = (await connection.getParsedAccountInfo(programData(program))).value.data.parsed;
    assert.equal(code.type, 'programData');
    assert.equal(code.info.slot, (await connection.getTransaction(done.signature, { maxSupportedTransactionVersion: 0 })).slot);
    assert.deepEqual(Buffer.from(code.info.data[0], 'base64'), Buffer.concat([elf, Buffer.alloc(64)]));
    assert.deepEqual(await returned(program), { err: null, data: [7], logs: (await returned(program)).logs });
});

test('it is upgraded, handed over, extended and closed', async () => {
    const next = Keypair.generate(), spill = Keypair.generate().publicKey, l = loaderInstructions;
    const buffer = await writeBuffer(chain, buildProgram('returns', ['VALUE=9']));
    const kinds = async (signature) => (await chain.parsed(signature)).transaction.message.instructions.map((i) => i.parsed);
    assert.deepEqual((await kinds(await chain.send([l.upgrade(program, buffer.publicKey, spill, payer.publicKey)])))[0].type, 'upgrade');
    await chain.nextSlot();
    assert.deepEqual((await returned(program)).data, [9]);
    assert.ok(await connection.getBalance(spill) > 0);

    assert.deepEqual(await kinds(await chain.send([l.setAuthorityChecked(programData(program), payer.publicKey, next.publicKey)], [payer, next])), [
        { type: 'setAuthorityChecked', info: { account: text(programData(program)), authority: text(payer.publicKey), newAuthority: text(next.publicKey) } }]);
    await assert.rejects(chain.send([l.setAuthority(programData(program), payer.publicKey, payer.publicKey)]), /incorrect authority|Incorrect authority/i);

    const before = (await connection.getAccountInfo(programData(program))).data.length;
    assert.deepEqual(await kinds(await chain.send([l.extend(program, payer.publicKey, 10240)])), [{ type: 'extendProgram', info: {
        programDataAccount: text(programData(program)), programAccount: text(program), systemProgram: text(SystemProgram.programId),
        payerAccount: text(payer.publicKey), additionalBytes: 10240 } }]);
    assert.equal((await connection.getAccountInfo(programData(program))).data.length, before + 10240);
    await chain.nextSlot();

    const to = Keypair.generate().publicKey;
    assert.deepEqual(await kinds(await chain.send([l.close(programData(program), to, next.publicKey, program)], [payer, next])), [{ type: 'close', info: {
        account: text(programData(program)), recipient: text(to), authority: text(next.publicKey), programAccount: text(program) } }]);
    assert.ok(await connection.getBalance(to) > 0);
    await chain.nextSlot();
    assert.ok((await returned(program)).err);
});

test('a buffer that is no program, and a wrong authority, are refused', async () => {
    await assert.rejects(deploy(chain, Buffer.alloc(1000, 7)), /invalid account data/i);
    const buffer = await writeBuffer(chain, buildProgram('returns', ['VALUE=1'])), stranger = await chain.funded(1);
    await assert.rejects(chain.send([loaderInstructions.setAuthority(buffer.publicKey, stranger.publicKey, stranger.publicKey)], [payer, stranger]), /incorrect authority/i);
    const to = Keypair.generate().publicKey;
    await chain.send([loaderInstructions.close(buffer.publicKey, to, payer.publicKey)]);
    assert.equal((await connection.getAccountInfo(buffer.publicKey))?.lamports ?? 0, 0);
});

test('a real program, deployed at an address of its own, says what it says in litesvm', async () => {
    const elf = realProgram('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr'), { program: id } = await deploy(chain, elf);
    const lite = new LiteSVM().withSigverify(false).withBlockhashCheck(false);
    lite.addProgram(text(id), elf);
    lite.airdrop(text(payer.publicKey), 10n ** 9n);
    const signed = [{ pubkey: payer.publicKey, isSigner: true, isWritable: false }];
    for (const [data, keys] of [['🦖', signed], ['nobody', []], [Buffer.from([0xff]), []]]) {
        const tx = new Transaction({ feePayer: payer.publicKey, ...await connection.getLatestBlockhash() }).add(new TransactionInstruction({ programId: id, keys, data: Buffer.from(data) }));
        tx.sign(payer);
        const there = lite.inner.sendLegacyTransaction(tx.serialize()), meta = typeof there.err === 'function' ? there.meta() : there;
        const { value: here } = await connection.simulateTransaction(tx);
        assert.deepEqual(here.logs, meta.logs());
        assert.equal(here.unitsConsumed, Number(meta.computeUnitsConsumed()));
    }
});

test('what the blocks did is what running them again gives', async () => {
    await chain.node.replay();
});
