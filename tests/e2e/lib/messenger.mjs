// The messenger program from JavaScript: its instructions in Borsh, written out as docs/cross-vm.md has them; and what
// tests need around it: programs of ours compiled and deployed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
    Connection, Keypair, LAMPORTS_PER_SOL, PublicKey, SYSVAR_CLOCK_PUBKEY, SYSVAR_RENT_PUBKEY, SystemProgram, Transaction, TransactionInstruction,
    sendAndConfirmTransaction,
} from '@solana/web3.js';
import { ROOT } from './node.mjs';

export const MESSENGER = new PublicKey('TernMessenger111111111111111111111111111111');

const cat = Buffer.concat;
const u8 = (n) => Buffer.from([n]);
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const hex = (s) => Buffer.from(s.replace(/^0x/, ''), 'hex');
const vector = (b) => cat([u32(b.length), b]);
const text = (s) => vector(Buffer.from(s));

// Data is hexadecimal text, as ethers makes it; `bcs` a list of byte arrays in its place.
const toEvm = (to, data) => cat([hex(to), vector(hex(data))]);
const toMove = ({ module, name, fn, types = '', abi = '0x', bcs }) => cat([
    hex(module.replace(/^0x/, '').padStart(64, '0')), text(name), text(fn), text(types),
    bcs ? cat([u8(1), u32(bcs.length), ...bcs.map((b) => vector(Buffer.from(b)))]) : cat([u8(0), vector(hex(abi))]),
]);
// `callback`: { program, accounts: [[key, writable], …], data }.
const some = (b) => (b ? cat([u8(1), b]) : u8(0));
const borshCallback = ({ program, accounts = [], data = Buffer.alloc(0) }) => cat([
    program.toBuffer(), u32(accounts.length), ...accounts.map(([key, writable]) => cat([key.toBuffer(), u8(writable ? 2 : 0)])), vector(data),
]);
const options = ({ onFail = 0, openRetry = false, deadline = 0, gas = 0, value = 0, refundTo, callback, callbackGas = 0, onSuccess = false } = {}) => cat([
    u8(onFail), u8(openRetry ? 1 : 0), u64(deadline), u64(gas), u64(value), some(refundTo?.toBuffer()), some(callback && borshCallback(callback)),
    u64(callbackGas), u8(onSuccess ? 1 : 0),
]);
const MACHINES = { evm: 0, move: 1, svm: 2 };
const actor = (vm, address) => cat([u8(MACHINES[vm]), vm === 'svm' ? new PublicKey(address).toBuffer() : hex(address)]);

export const callEvm = (to, data) => cat([u8(0), toEvm(to, data)]);
export const callMove = (target) => cat([u8(1), toMove(target)]);
export const sendEvm = (to, data, how) => cat([u8(3), toEvm(to, data), options(how)]);
export const sendMove = (target, how) => cat([u8(4), toMove(target), options(how)]);
export const makeAtomic = () => u8(13);
export const retry = (id) => cat([u8(6), hex(id)]);
export const cancel = (id) => cat([u8(7), hex(id)]);
export const aliasOf = (vm, address, machine) => cat([u8(8), actor(vm, address), u8(MACHINES[machine])]);
const how = ({ must = false, homeAuthority = false, raw = false, readOnly = false, units = 0, value = 0 } = {}) => cat([
    u8((homeAuthority ? 1 : 0) | (raw ? 2 : 0) | (must ? 4 : 0) | (readOnly ? 8 : 0)), u64(units), u64(value),
]);
export const syncEvm = (to, data, options) => cat([u8(10), toEvm(to, data), how(options)]);
export const syncMove = (target, options) => cat([u8(11), toMove(target), how(options)]);
export const homeOf = (vm, address) => cat([u8(9), actor(vm, address)]);

/** What a call at once has returned: { status, cut, data } of one that succeeded, with `code` of one that failed. */
export function outcome(data) {
    const b = Buffer.from(data), status = b[0] & 0x7f, cut = b[0] >= 0x80;
    return status === 0 ? { status, cut, data: b.subarray(1) } : { status, cut, code: b.readBigUInt64LE(1), data: b.subarray(9) };
}

/** Holds the value of messages from Solana: the alias of TernQueue. */
export const ESCROW = PublicKey.findProgramAddressSync([Buffer.from('evm'), hex('0x7e00000000000000000000000000000000000004')], MESSENGER)[0];

/** An instruction for the messenger; `sender` is its account 0, writable if value leaves it. */
export const instruction = (sender, data, { value = false } = {}) => new TransactionInstruction({
    programId: MESSENGER, keys: sender ? [{ pubkey: sender, isSigner: true, isWritable: value }] : [], data,
});

/** web3.js on a node. close() before the node is stopped. */
export class Solana {
    constructor(node) {
        this.connection = new Connection(node.urls.solana, { commitment: 'confirmed', wsEndpoint: node.urls.solanaWs });
    }

    async funded(sol = 100) {
        const who = Keypair.generate();
        const signature = await this.connection.requestAirdrop(who.publicKey, sol * LAMPORTS_PER_SOL);
        await this.connection.confirmTransaction({ signature, ...await this.connection.getLatestBlockhash() });
        return who;
    }

    send(signers, ...instructions) {
        return sendAndConfirmTransaction(this.connection, new Transaction().add(...instructions), signers);
    }

    /** The same for a transaction that fails: without a simulation in front. */
    async failing(signers, ...instructions) {
        const signature = await this.connection.sendTransaction(new Transaction().add(...instructions), signers, { skipPreflight: true });
        await this.connection.confirmTransaction({ signature, ...await this.connection.getLatestBlockhash() });
        return signature;
    }

    transaction(signature) {
        return this.connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    }

    async simulate(payer, ...instructions) {
        const tx = new Transaction().add(...instructions);
        tx.feePayer = payer.publicKey;
        return (await this.connection.simulateTransaction(tx, [payer])).value;
    }

    /** Deploys an ELF file with the upgradeable loader, as `solana program deploy` does. */
    async deploy(payer, elf) {
        const loader = new PublicKey('BPFLoaderUpgradeab1e11111111111111111111111'), chunk = 900;
        const buffer = Keypair.generate(), program = Keypair.generate();
        const [data] = PublicKey.findProgramAddressSync([program.publicKey.toBuffer()], loader);
        const meta = (pubkey, isSigner, isWritable) => ({ pubkey, isSigner, isWritable });
        const account = async (who, space) => SystemProgram.createAccount({
            fromPubkey: payer.publicKey, newAccountPubkey: who.publicKey, space, programId: loader,
            lamports: await this.connection.getMinimumBalanceForRentExemption(space),
        });
        const loaderDo = (keys, bytes) => new TransactionInstruction({ programId: loader, keys, data: bytes });
        await this.send([payer, buffer], await account(buffer, 37 + elf.length),
            loaderDo([meta(buffer.publicKey, false, true), meta(payer.publicKey, false, false)], u32(0)));
        for (let at = 0; at < elf.length; at += chunk) {
            const part = elf.subarray(at, at + chunk);
            await this.send([payer], loaderDo([meta(buffer.publicKey, false, true), meta(payer.publicKey, true, false)],
                cat([u32(1), u32(at), u64(part.length), part])));
        }
        await this.send([payer, program], await account(program, 36), loaderDo([
            meta(payer.publicKey, true, true), meta(data, false, true), meta(program.publicKey, false, true), meta(buffer.publicKey, false, true),
            meta(SYSVAR_RENT_PUBKEY, false, false), meta(SYSVAR_CLOCK_PUBKEY, false, false), meta(SystemProgram.programId, false, false),
            meta(payer.publicKey, true, false),
        ], cat([u32(2), u64(elf.length)])));
        return program.publicKey;
    }

    close() {
        this.connection._rpcWebSocket.reconnect_interval = 1e9; // web3.js has no end: it would look for the node for ever
        this.connection._rpcWebSocket.close();
    }
}

/** Compiles a program in C with clang and sbpf-link; null if they are not there. */
export function compileProgram(file) {
    const linker = ['build/release/sbpf-link', 'build/debug/sbpf-link'].map((p) => path.join(ROOT, p)).find(existsSync);
    const folder = mkdtempSync(path.join(tmpdir(), 'tern-program-'));
    try {
        execFileSync('clang', ['-target', 'bpf', '-O2', '-fno-builtin', '-I', path.join(ROOT, 'sdk/c'), '-c', path.join(ROOT, file), '-o', path.join(folder, 'p.o')]);
        execFileSync(linker, [path.join(folder, 'p.o'), path.join(folder, 'p.so')]);
        return readFileSync(path.join(folder, 'p.so'));
    } finally {
        rmSync(folder, { recursive: true });
    }
}
