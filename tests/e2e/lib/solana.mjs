// What the tests of Solana's clients share: a node with web3.js beside it, accounts with lamports, programs from C.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getBase58Decoder } from '@solana/kit';
import {
    Connection, Keypair, LAMPORTS_PER_SOL, PublicKey, SYSVAR_CLOCK_PUBKEY, SYSVAR_RENT_PUBKEY, SystemProgram, Transaction, TransactionInstruction,
    TransactionMessage, VersionedTransaction, sendAndConfirmTransaction,
} from '@solana/web3.js';
import { LiteSVM } from 'litesvm';
import { ROOT, startNode } from './node.mjs';

/** A node, a connection to it, and an account that pays. */
export async function startSolana(options = []) {
    const node = await startNode(['--quiet', ...options]);
    const connection = new Connection(node.urls.solana, { commitment: 'confirmed', wsEndpoint: node.urls.solanaWs });
    const chain = new SolanaTest(node, connection);
    chain.payer = await chain.funded(1000);
    return chain;
}

class SolanaTest {
    constructor(node, connection) {
        this.node = node;
        this.connection = connection;
    }

    async funded(sol) {
        const who = Keypair.generate();
        const signature = await this.connection.requestAirdrop(who.publicKey, sol * LAMPORTS_PER_SOL);
        await this.connection.confirmTransaction({ signature, ...await this.connection.getLatestBlockhash() });
        return who;
    }

    send(instructions, signers = [this.payer]) {
        return sendAndConfirmTransaction(this.connection, new Transaction().add(...instructions), signers);
    }

    /** What a transaction of those would do, if the payer sent it. */
    async simulate(instructions) {
        const { blockhash: recentBlockhash } = await this.connection.getLatestBlockhash();
        const message = new TransactionMessage({ payerKey: this.payer.publicKey, recentBlockhash, instructions }).compileToV0Message();
        return this.connection.simulateTransaction(new VersionedTransaction(message));
    }

    /** Waits until all are in the chain; throws if one of them failed. */
    async sealed(signatures) {
        for (let i = 0; i < signatures.length; i += 256) { // as many as one call may ask for
            let list;
            await this.until(async () => {
                list = (await this.connection.getSignatureStatuses(signatures.slice(i, i + 256))).value;
                return list.every(Boolean);
            });
            for (const { err } of list) if (err) throw new Error(`a transaction failed: ${JSON.stringify(err)}`);
        }
    }

    /** A block after all that was sent. */
    async nextSlot() {
        await this.sealed([await this.connection.requestAirdrop(this.payer.publicKey, 1)]);
    }

    /** Waits until that holds, a minute at most. */
    async until(holds) {
        for (const end = Date.now() + 60_000; !await holds();) {
            if (Date.now() > end) throw new Error(`waited in vain for ${holds}`);
            await new Promise((r) => setTimeout(r, 20));
        }
    }

    /** Waits until the node has taken what web3.js listens to: it has no word for that itself. */
    subscribed() {
        return this.until(() => Object.values(this.connection._subscriptionsByHash).every(({ state }) => !['pending', 'subscribing'].includes(state)));
    }

    /** One call as it is: {result} or {error}. */
    async raw(method, ...params) {
        const r = await fetch(this.node.urls.solana, {
            method: 'POST', headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        });
        return r.json();
    }

    async rpc(method, ...params) {
        const { result, error } = await this.raw(method, ...params);
        if (error) throw new Error(`${method}: ${error.code} ${error.message}`);
        return result;
    }

    /** A sealed transaction as jsonParsed. */
    parsed(signature) {
        return this.rpc('getTransaction', signature, { encoding: 'jsonParsed', maxSupportedTransactionVersion: 0 });
    }

    async stop() {
        this.connection._rpcWebSocket.reconnect_interval = 1e9; // web3.js has no end: it would look for the node for ever
        this.connection._rpcWebSocket.close();
        await this.node.stop();
    }
}

/** tests/solana/programs/NAME.c as an ELF file; `defines` are for the compiler. */
export function buildProgram(name, defines = []) {
    const folder = mkdtempSync(path.join(tmpdir(), 'tern-program-'));
    try {
        const object = path.join(folder, 'program.o'), file = path.join(folder, 'program.so');
        const linker = ['build/release/sbpf-link', 'build/debug/sbpf-link'].map((p) => path.join(ROOT, p)).find(existsSync);
        const source = path.join(ROOT, 'tests/solana/programs', `${name}.c`);
        execFileSync('clang', ['-target', 'bpf', '-O2', '-fno-builtin', ...defines.map((d) => `-D${d}`), '-c', source, '-o', object]);
        execFileSync(linker, [object, file]);
        return readFileSync(file);
    } finally {
        rmSync(folder, { recursive: true });
    }
}

/** The ELF file of a program that litesvm carries. */
export function realProgram(id) {
    const lite = new LiteSVM(), { data, programAddress } = lite.getAccount(id);
    if (programAddress !== LOADER.toBase58()) return Buffer.from(data);
    const at = getBase58Decoder().decode(data.subarray(4, 36));
    return Buffer.from(lite.getAccount(at).data.subarray(45));
}

/** Arguments with which the node begins with programs that litesvm carries; `folder` is where their files are put. */
export function withPrograms(folder, ...ids) {
    return ids.flatMap((id) => {
        const file = path.join(folder, `${id}.so`);
        writeFileSync(file, realProgram(id));
        return ['--program', `${id}=${file}`];
    });
}

// ---- The upgradeable loader: web3.js has no builder for its instructions.

export const LOADER = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111');
const PROGRAM_BYTES = 36, BUFFER_HEAD_BYTES = 37, CHUNK_BYTES = 900;
const u32 = (v) => { const b = Buffer.alloc(4); b.writeUInt32LE(v); return b; };
const u64 = (v) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(v)); return b; };
const meta = (flags, pubkey) => ({ pubkey, isWritable: flags.includes('w'), isSigner: flags.includes('s') });
const loader = (keys, ...data) => new TransactionInstruction({ programId: LOADER, keys, data: Buffer.concat(data) });

export const programData = (program) => PublicKey.findProgramAddressSync([program.toBuffer()], LOADER)[0];

export const loaderInstructions = {
    initializeBuffer: (buffer, authority) => loader([meta('w', buffer), meta('', authority)], u32(0)),
    write: (buffer, authority, offset, bytes) => loader([meta('w', buffer), meta('s', authority)], u32(1), u32(offset), u64(bytes.length), bytes),
    deploy: (payer, program, buffer, authority, maxBytes) => loader([
        meta('ws', payer), meta('w', programData(program)), meta('w', program), meta('w', buffer), meta('', SYSVAR_RENT_PUBKEY),
        meta('', SYSVAR_CLOCK_PUBKEY), meta('', SystemProgram.programId), meta('s', authority),
    ], u32(2), u64(maxBytes)),
    upgrade: (program, buffer, spill, authority) => loader([
        meta('w', programData(program)), meta('w', program), meta('w', buffer), meta('w', spill), meta('', SYSVAR_RENT_PUBKEY),
        meta('', SYSVAR_CLOCK_PUBKEY), meta('s', authority),
    ], u32(3)),
    setAuthority: (account, authority, next) => loader([meta('w', account), meta('s', authority), ...(next ? [meta('', next)] : [])], u32(4)),
    setAuthorityChecked: (account, authority, next) => loader([meta('w', account), meta('s', authority), meta('s', next)], u32(7)),
    close: (account, recipient, authority, program) => loader([meta('w', account), meta('w', recipient), meta('s', authority), ...(program ? [meta('w', program)] : [])], u32(5)),
    extend: (program, payer, bytes) => loader([
        meta('w', programData(program)), meta('w', program), meta('', SystemProgram.programId), meta('ws', payer),
    ], u32(6), u32(bytes)),
};

/** A buffer with the file in it, written in chunks as the command line tools do. */
export async function writeBuffer(chain, elf, authority = chain.payer) {
    const buffer = Keypair.generate(), { payer, connection } = chain, space = BUFFER_HEAD_BYTES + elf.length;
    await chain.send([
        SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: buffer.publicKey, space, programId: LOADER,
            lamports: await connection.getMinimumBalanceForRentExemption(space) }),
        loaderInstructions.initializeBuffer(buffer.publicKey, authority.publicKey),
    ], [payer, buffer]);
    const { blockhash } = await connection.getLatestBlockhash(), sent = [];
    for (let at = 0; at < elf.length; at += CHUNK_BYTES) {
        const tx = new Transaction({ feePayer: payer.publicKey, recentBlockhash: blockhash })
            .add(loaderInstructions.write(buffer.publicKey, authority.publicKey, at, elf.subarray(at, at + CHUNK_BYTES)));
        tx.sign(...new Set([payer, authority]));
        sent.push(connection.sendRawTransaction(tx.serialize(), { skipPreflight: true }));
    }
    await chain.sealed(await Promise.all(sent));
    return buffer;
}

/** Deploys the file; the program can be called from the next slot on, which the second transaction makes. */
export async function deploy(chain, elf, { program = Keypair.generate(), authority = chain.payer, room = elf.length } = {}) {
    const buffer = await writeBuffer(chain, elf, authority), { payer, connection } = chain;
    const signature = await chain.send([
        SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: program.publicKey, space: PROGRAM_BYTES, programId: LOADER,
            lamports: await connection.getMinimumBalanceForRentExemption(PROGRAM_BYTES) }),
        loaderInstructions.deploy(payer.publicKey, program.publicKey, buffer.publicKey, authority.publicKey, room),
    ], [...new Set([payer, program, authority])]);
    await chain.nextSlot();
    return { program: program.publicKey, buffer: buffer.publicKey, signature };
}
