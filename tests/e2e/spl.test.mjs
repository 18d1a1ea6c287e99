// SPL's programs for their clients: the node's own, and mainnet's bytecode put over them with --program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Connection, Keypair, LAMPORTS_PER_SOL, PublicKey, SystemProgram, Transaction, TransactionInstruction, sendAndConfirmTransaction } from '@solana/web3.js';
import { address } from '@solana/kit';
import * as token from '@solana-program/token';
import { LiteSVM } from 'litesvm';
import { program, startNode } from './lib/node.mjs';

const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', ATA = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';
const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr', MEMO_V1 = 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo';
const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', UPGRADEABLE = 'BPFLoaderUpgradeab1e11111111111111111111111';
const lite = new LiteSVM();
let dir;

before(() => { dir = mkdtempSync(path.join(tmpdir(), 'tern-spl-')); });
after(() => rmSync(dir, { recursive: true }));

/** litesvm's ELF file of a program, as an argument. */
function bytecode(id) {
    let { data, programAddress } = lite.getAccount(id);
    if (programAddress === UPGRADEABLE) data = lite.getAccount(new PublicKey(data.slice(4, 36)).toBase58()).data.slice(45);
    const file = path.join(dir, `${id}.so`);
    writeFileSync(file, data);
    return ['--program', `${id}=${file}`];
}

/** An instruction of the newer clients for web3.js. */
const converted = (i) => new TransactionInstruction({
    programId: new PublicKey(i.programAddress), data: Buffer.from(i.data),
    keys: i.accounts.map((a) => ({ pubkey: new PublicKey(a.address), isSigner: a.role >= 2, isWritable: (a.role & 1) === 1 })) });

async function open(options) {
    const node = await startNode(['--quiet', ...options]);
    const connection = new Connection(node.urls.solana, { commitment: 'confirmed', wsEndpoint: node.urls.solanaWs });
    const payer = Keypair.generate();
    const signature = await connection.requestAirdrop(payer.publicKey, 100 * LAMPORTS_PER_SOL);
    await connection.confirmTransaction({ signature, ...await connection.getLatestBlockhash() });
    return { node, connection, payer, send: (list, signers = []) => sendAndConfirmTransaction(connection, new Transaction().add(...list), [payer, ...signers]) };
}
async function close({ node, connection }) {
    connection._rpcWebSocket.reconnect_interval = 1e9; // web3.js has no end: it would look for the node for ever
    connection._rpcWebSocket.close();
    await node.stop();
}

/** A mint, two associated accounts, tokens from one to the other, a memo; the log lines of all of it. */
async function flow(n, programId) {
    const { connection, payer, send } = n, mint = Keypair.generate(), other = Keypair.generate().publicKey, me = address(payer.publicKey.toBase58());
    const config = { programAddress: address(programId) }, m = address(mint.publicKey.toBase58()), signer = { address: me, signTransactions: async () => [] };
    const of = async (owner) => (await token.findAssociatedTokenPda({ mint: m, owner: address(owner.toBase58()), tokenProgram: config.programAddress }))[0];
    const [from, to] = [await of(payer.publicKey), await of(other)], logs = [];
    const run = async (list, signers) => {
        const tx = await connection.getTransaction(await send(list, signers), { maxSupportedTransactionVersion: 0 });
        logs.push(...tx.meta.logMessages.filter((line) => !/consumed/.test(line)).map((line) => line.replaceAll(me, 'PAYER')));
    };
    const associated = async (owner) => converted(await token.getCreateAssociatedTokenIdempotentInstructionAsync({
        payer: signer, owner: address(owner.toBase58()), mint: m, tokenProgram: config.programAddress }));
    await run([
        SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: mint.publicKey, space: 82, programId: new PublicKey(programId),
            lamports: await connection.getMinimumBalanceForRentExemption(82) }),
        converted(token.getInitializeMint2Instruction({ mint: m, decimals: 6, mintAuthority: me, freezeAuthority: null }, config))], [mint]);
    await run([await associated(payer.publicKey), await associated(other), await associated(other)]);
    await run([
        converted(token.getMintToInstruction({ mint: m, token: from, mintAuthority: signer, amount: 5_000_000n }, config)),
        converted(token.getTransferCheckedInstruction({ source: from, mint: m, destination: to, authority: signer, amount: 1_500_000n, decimals: 6 }, config)),
        new TransactionInstruction({ programId: new PublicKey(MEMO), keys: [{ pubkey: payer.publicKey, isSigner: true, isWritable: false }], data: Buffer.from('for lunch') })]);
    assert.equal((await connection.getTokenAccountBalance(new PublicKey(to))).value.uiAmountString, '1.5');
    assert.equal((await connection.getTokenSupply(mint.publicKey)).value.amount, '5000000');
    const { value: [held] } = await connection.getTokenAccountsByOwner(other, { mint: mint.publicKey });
    assert.equal(held.account.data.readBigUInt64LE(64), 1_500_000n);
    await assert.rejects(send([converted(token.getTransferInstruction({ source: to, destination: from, authority: signer, amount: 1n }, config))]), /0x4/);
    return logs;
}

test('the node has the programs, and mainnet\'s bytecode over them does the same', async () => {
    const own = await open(bytecode(TOKEN_2022));
    const real = await open([TOKEN, TOKEN_2022, ATA, MEMO, MEMO_V1].flatMap(bytecode));
    try {
        for (const id of [TOKEN, ATA, MEMO, MEMO_V1]) {
            const there = lite.getAccount(id);
            for (const n of [own, real]) {
                const a = await n.connection.getAccountInfo(new PublicKey(id));
                assert.equal(a.executable, true);
                assert.equal(a.owner.toBase58(), there.programAddress);
            }
            if (there.programAddress !== UPGRADEABLE)
                assert.deepEqual((await real.connection.getAccountInfo(new PublicKey(id))).data, Buffer.from(there.data));
        }
        for (const id of [TOKEN, TOKEN_2022]) assert.deepEqual(await flow(own, id), await flow(real, id));
        const text = new TransactionInstruction({ programId: new PublicKey(MEMO_V1), keys: [], data: Buffer.from('text') });
        for (const n of [own, real]) await n.send([text]);
        await own.node.replay();
    } finally {
        await close(own);
        await close(real);
    }
});

test('--program with --data: it stays in the chain, and another file takes its place', async () => {
    const data = ['--data', path.join(dir, 'chain')], id = Keypair.generate().publicKey.toBase58(), file = path.join(dir, 'own.so');
    const memo = new TransactionInstruction({ programId: new PublicKey(id), keys: [], data: Buffer.from('x') });
    const as = (elf) => { writeFileSync(file, elf); return ['--program', `${id}=${file}`]; };
    const v2 = lite.getAccount(MEMO).data, v1 = lite.getAccount(MEMO_V1).data;
    const lines = async (options) => {
        const n = await open([...data, ...options]);
        try {
            const tx = await n.connection.getTransaction(await n.send([memo]), { maxSupportedTransactionVersion: 0 });
            await n.node.replay();
            return tx.meta.logMessages.filter((line) => line.startsWith('Program log:')).length;
        } finally {
            await close(n);
        }
    };
    assert.equal(await lines(as(v2)), 2);
    assert.equal(await lines([]), 2); // it is in the chain
    assert.equal(await lines(as(v2)), 2);
    assert.ok(v1.length); // its loader gives accounts otherwise, but there are none
    assert.equal(await lines(as(v1)), 0);
    assert.equal(await lines([]), 0);
});

test('--program that cannot be is refused with the reason', () => {
    const [, real] = bytecode(MEMO), file = real.split('=')[1], broken = path.join(dir, 'broken.so'), text = path.join(dir, 'text.so');
    const elf = Buffer.from(lite.getAccount(MEMO).data);
    elf.writeUInt16LE(3, 18); // another machine
    writeFileSync(broken, elf);
    writeFileSync(text, 'text');
    const refused = (value, why) => {
        const { status, stderr } = spawnSync(program(), ['node', '--eth-port', '0', '--aptos-port', '0', '--faucet-port', '0', '--solana-port', '0', '--program', ...value], { encoding: 'utf8', timeout: 20000 });
        assert.notEqual(status, 0);
        assert.match(stderr, why);
    };
    refused(['nothing'], /write it as ID=FILE/);
    refused([`0OIl=${file}`], /not a key/);
    refused([`${MEMO}=${path.join(dir, 'none.so')}`], /No such file/);
    refused([`${MEMO}=${text}`], /no ELF file/);
    refused([`${MEMO}=${broken}`], /broken\.so: .*machine/i);
    refused([`11111111111111111111111111111111=${file}`], /only the node can be/);
    refused([real, '--program', real], /given twice/);
});
