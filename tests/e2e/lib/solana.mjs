// What the tests of Solana's clients share: a node with web3.js beside it, accounts with lamports, programs from C.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Connection, Keypair, LAMPORTS_PER_SOL, Transaction, sendAndConfirmTransaction } from '@solana/web3.js';
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
