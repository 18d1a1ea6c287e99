// Starts the program under test on free ports, and gives the SDKs pointed at it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Aptos, AptosConfig, Network } from '@aptos-labs/ts-sdk';
import { JsonRpcProvider, Wallet, HDNodeWallet, Mnemonic } from 'ethers';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..');
export const MNEMONIC = 'test test test test test test test test test test test junk';

export function program() {
    const at = process.env.TERN_PROGRAM ?? path.join(ROOT, 'build/release/tern');
    if (!existsSync(at)) throw new Error(`${at} is not there: ./x build`);
    return at;
}

// Runs `tern node` with free ports and waits for its line "tern is ready". `options` are further arguments.
export async function startNode(options = []) {
    const child = spawn(program(), ['node', '--eth-port', '0', '--aptos-port', '0', '--faucet-port', '0', '--solana-port', '0', ...options], {
        stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '', log = '';
    child.stderr.on('data', (d) => { log += d; });
    const ready = await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`the node is not ready after 30 s: ${log}`)), 30000);
        child.on('exit', (code) => reject(new Error(`the node ended with ${code}: ${log}`)));
        child.stdout.on('data', (d) => {
            out += d;
            const m = out.match(/ethereum (\S+) .*aptos (\S+) .*faucet (http:\/\/[0-9.:]+).*solana (\S+) and (\S+)/);
            if (m) { clearTimeout(timer); resolve({ eth: m[1], aptos: m[2], faucet: m[3], solana: m[4], solanaWs: m[5] }); }
        });
    });
    child.removeAllListeners('exit');
    return new TestNode(child, ready, () => log);
}

class TestNode {
    constructor(child, urls, log) {
        this.child = child;
        this.urls = urls;
        this.log = log;
        this.provider = new JsonRpcProvider(urls.eth, undefined, { staticNetwork: false, cacheTimeout: -1, pollingInterval: 50 });
        this.aptos = new Aptos(new AptosConfig({
            network: Network.CUSTOM,
            fullnode: urls.aptos,
            faucet: urls.faucet,
            indexer: `${urls.aptos}/graphql`,
        }));
    }

    // The i-th funded development account.
    wallet(i = 0) {
        const key = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${i}`).privateKey;
        return new Wallet(key, this.provider);
    }

    // One JSON-RPC call as it is: {result} or {error}.
    async raw(method, ...params) {
        const r = await fetch(this.urls.eth, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
        });
        return r.json();
    }

    async rpc(method, ...params) {
        const { result, error } = await this.raw(method, ...params);
        if (error) throw new Error(`${method}: ${error.code} ${error.message}`);
        return result;
    }

    // Runs every block again: whatever machines it used, it must end as its receipts say. The node compares.
    async replay() {
        const newest = Number(await this.rpc('eth_blockNumber'));
        for (let height = 1; height <= newest; height++)
            await this.rpc('debug_traceBlockByNumber', `0x${height.toString(16)}`, { tracer: 'noopTracer' });
        return newest;
    }

    async stop() {
        this.provider.destroy();
        const ended = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve({ code, signal })));
        this.child.kill('SIGTERM');
        return ended;
    }
}
