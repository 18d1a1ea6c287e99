// Tern and anvil (npm @foundry-rs/anvil, revm inside) side by side through JSON-RPC: the same contract, the same calls,
// in turns. Then what only Tern has: queued round trips between the machines.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Account } from '@aptos-labs/ts-sdk';
import { HDNodeWallet, JsonRpcProvider, Mnemonic, Wallet } from 'ethers';
import { compileMove, compileSolidity, deploy } from '../tests/e2e/lib/compile.mjs';
import { MNEMONIC, ROOT, startNode } from '../tests/e2e/lib/node.mjs';
import { publish } from '../tests/e2e/lib/publish.mjs';
import { median } from './measure.mjs';

const only = process.argv[2] ?? '';
const ROUNDS = 5;
const now = () => Number(process.hrtime.bigint()) / 1e6;

async function timed(run) {
    const start = now();
    await run();
    return now() - start;
}

// Runs both in turns and prints the medians and the ratio of the peer's to ours.
async function beside(what, unit, ours, theirs) {
    const a = [], b = [];
    for (let i = 0; i <= ROUNDS; i++) {
        const x = await timed(ours), y = await timed(theirs);
        if (i) a.push(x), b.push(y); // the first turn warms up
    }
    const ratio = median(b.map((y, i) => y / a[i]));
    console.log(`${what.padEnd(34)} tern ${median(a).toFixed(1).padStart(9)} ${unit}   anvil ${median(b).toFixed(1).padStart(9)} ${unit}   anvil/tern ${ratio.toFixed(2)}`);
}

async function startAnvil() {
    const at = path.join(ROOT, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil');
    const port = 20000 + (process.pid % 20000);
    const child = spawn(at, ['--port', String(port), '--gas-limit', '1000000000', '--silent', '--mnemonic', MNEMONIC], { stdio: 'ignore' });
    const provider = new JsonRpcProvider(`http://127.0.0.1:${port}`, undefined, { cacheTimeout: -1, pollingInterval: 20 });
    for (let i = 0; i < 100; i++) {
        try { await fetch(`http://127.0.0.1:${port}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' }); break; } catch { await new Promise((r) => setTimeout(r, 100)); }
    }
    const key = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'/0/0").privateKey;
    return { provider, wallet: new Wallet(key, provider), url: `http://127.0.0.1:${port}`, stop: () => { provider.destroy(); child.kill(); } };
}

// Signs `n` transfers offline and sends them over 20 connections.
async function transfers(wallet, url, n) {
    const nonce = await wallet.getNonce('pending');
    const { chainId } = await wallet.provider.getNetwork();
    const raw = [];
    for (let i = 0; i < n; i++)
        raw.push(await wallet.signTransaction({ to: '0x000000000000000000000000000000000000dEaD', value: 1n, nonce: nonce + i, gasLimit: 21000, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n, type: 2, chainId }));
    const send = async (tx) => (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_sendRawTransaction', params: [tx] }) })).json();
    return async () => {
        let at = 0;
        await Promise.all(Array.from({ length: 20 }, async () => { while (at < raw.length) await send(raw[at++]); }));
        while (await wallet.getNonce() < nonce + n) await new Promise((r) => setTimeout(r, 5));
    };
}

async function evmBesideAnvil(tern, anvil) {
    const { Bench } = compileSolidity('bench/Bench.sol');
    const ours = await deploy(tern.wallet(0), Bench), theirs = await deploy(anvil.wallet, Bench);
    const call = (contract, method, n) => () => contract[method].staticCall(n, { gasLimit: 900_000_000n });
    await beside('EVM loop, 1,000,000 turns', 'ms', call(ours, 'loop', 1_000_000), call(theirs, 'loop', 1_000_000));
    await beside('keccak of 64 bytes, 300,000 times', 'ms', call(ours, 'hash', 300_000), call(theirs, 'hash', 300_000));
    await beside('storage, 200,000 stores and loads', 'ms', call(ours, 'store', 200_000), call(theirs, 'store', 200_000));
    const a = [], b = [];
    for (let i = 0; i < 3; i++) {
        a.push(1000 / (await timed(await transfers(tern.wallet(0), tern.urls.eth, 1000)) / 1000));
        b.push(1000 / (await timed(await transfers(anvil.wallet, anvil.url, 1000)) / 1000));
    }
    console.log(`${'transfers through RPC, one sender'.padEnd(34)} tern ${median(a).toFixed(0).padStart(9)} /s   anvil ${median(b).toFixed(0).padStart(9)} /s   tern/anvil ${(median(a) / median(b)).toFixed(2)}`);
}

// The same without a port in between: bench_chain_queue.
function roundTripsInProcess() {
    const bench = path.join(ROOT, 'build/release/bench_chain_queue');
    const owner = execFileSync(bench, ['--owner'], { encoding: 'utf8' }).trim();
    const dir = mkdtempSync(path.join(tmpdir(), 'tern-bench-'));
    try {
        writeFileSync(path.join(dir, 'ledger.mv'), compileMove('tests/e2e/demo/move', { demo: owner })[0]);
        writeFileSync(path.join(dir, 'demo.bin'), Buffer.from(compileSolidity('tests/e2e/demo/contracts/Demo.sol').Demo.bytecode.slice(2), 'hex'));
        process.stdout.write(execFileSync(bench, [path.join(dir, 'ledger.mv'), path.join(dir, 'demo.bin')], { encoding: 'utf8' }));
    } finally {
        rmSync(dir, { recursive: true, force: true });
    }
}

// Square: EVM → Move → EVM, each transaction waited for.
async function roundTrips(tern) {
    const account = Account.generate(), owner = account.accountAddress.toString();
    await tern.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(tern.aptos, account, 'Demo', ['ledger'], compileMove('tests/e2e/demo/move', { demo: owner }));
    const demo = await deploy(tern.wallet(1), compileSolidity('tests/e2e/demo/contracts/Demo.sol').Demo, Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'));
    const alias = await tern.rpc('tern_alias', await tern.rpc('tern_alias', await demo.getAddress()));
    await (await demo.setReplier(alias)).wait();
    const n = 300;
    const wallet = tern.wallet(1), nonce = await wallet.getNonce();
    const data = demo.interface.encodeFunctionData('askSquare', [7]);
    const to = await demo.getAddress();
    const raw = [];
    for (let i = 0; i < n; i++)
        raw.push(await wallet.signTransaction({ to, data, nonce: nonce + i, gasLimit: 1_000_000, maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 1n, type: 2, chainId: 31337 }));
    const ms = await timed(async () => { for (const tx of raw) await tern.rpc('eth_sendRawTransaction', tx); });
    const { messages } = await tern.rpc('tern_getMessages', { status: 'executed', limit: '0x3e8' });
    console.log(`${'queued round trips through RPC'.padEnd(34)} tern ${(n / (ms / 1000)).toFixed(0).padStart(9)} /s   (${messages.length} messages executed; one sender, each sealed before the next)`);
}

const tern = await startNode(['--quiet', '--gas-limit', '1000000000']);
const anvil = only === 'cross' ? null : await startAnvil();
try {
    if (anvil) await evmBesideAnvil(tern, anvil);
    await roundTrips(tern);
    roundTripsInProcess();
} finally {
    anvil?.stop();
    await tern.stop();
}
process.exit(0);
