// ERC-20 transfers through JSON-RPC, Tern and anvil in turns: signed beforehand, many senders, 20 connections. The load
// comes from bench_rpc_load, because a client in JavaScript would be what is measured.
//     node bench/rpc.mjs [ROUNDS] [TRANSFERS]
import { execFile, execFileSync, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { readFileSync } from 'node:fs';
import { HDNodeWallet, JsonRpcProvider, Mnemonic, Wallet, parseEther } from 'ethers';
import { compileSolidity, deploy } from '../tests/e2e/lib/compile.mjs';
import { MNEMONIC, ROOT, program, startNode } from '../tests/e2e/lib/node.mjs';
import { cpu, median } from './measure.mjs';

const ROUNDS = Number(process.argv[2] ?? 5), TRANSFERS = Number(process.argv[3] ?? 10_000);
const SENDERS = 200, CONNECTIONS = 20;
const GAS_LIMIT = '1000000000'; // so that no block is full
const LOAD = process.env.TERN_LOAD ?? path.join(path.dirname(program()), 'bench_rpc_load');
const run = promisify(execFile);
const addresses = execFileSync(LOAD, ['--addresses', String(SENDERS)], { encoding: 'utf8' }).trim().split('\n');

async function startAnvil(options) {
    const at = path.join(ROOT, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil');
    const port = 20000 + Math.floor(Math.random() * 20000);
    const child = spawn(at, ['--port', String(port), '--gas-limit', GAS_LIMIT, '--silent', '--mnemonic', MNEMONIC, ...options], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    for (let i = 0; i < 100; i++) {
        try { await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' }); break; } catch { await new Promise((r) => setTimeout(r, 100)); }
    }
    const provider = new JsonRpcProvider(url, undefined, { cacheTimeout: -1, pollingInterval: 20 });
    const key = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'/0/0").privateKey;
    return { port, pid: child.pid, wallet: new Wallet(key, provider), stop: () => { provider.destroy(); child.kill(); } };
}

async function startTern(options) {
    const node = await startNode(['--quiet', '--gas-limit', GAS_LIMIT, ...options]);
    return { port: new URL(node.urls.eth).port, pid: node.child.pid, wallet: node.wallet(0), stop: () => node.stop() };
}

async function prepare(node) {
    const token = await deploy(node.wallet, compileSolidity('bench/Token.sol').Token);
    const fund = await deploy(node.wallet, compileSolidity('bench/Fund.sol').Fund);
    const at = await token.getAddress();
    await (await token.transfer(await fund.getAddress(), 10n ** 24n)).wait();
    for (let i = 0; i < SENDERS; i += 100) {
        const some = addresses.slice(i, i + 100);
        await (await fund.give(some, parseEther('10'), at, 10n ** 20n, { value: parseEther(String(10 * some.length)), gasLimit: 10_000_000 })).wait();
    }
    return at;
}

const residentKiB = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/VmRSS:\s+(\d+)/)[1]);

async function load(node, token, nonce, depth) {
    const cpuBefore = cpu(node.pid), blockBefore = await node.wallet.provider.getBlockNumber();
    const each = Math.ceil(TRANSFERS / SENDERS);
    const args = { port: node.port, token, senders: SENDERS, nonce, each, connections: CONNECTIONS, depth };
    const { stdout } = await run(LOAD, Object.entries(args).flatMap(([k, v]) => [`--${k}`, String(v)]));
    const [n, , sealed, client] = stdout.trim().split(' ').map(Number);
    const blocks = await node.wallet.provider.getBlockNumber() - blockBefore;
    return { rate: n / sealed, cpu: (cpu(node.pid) - cpuBefore) / n, client: client * 1e6 / n, size: n / blocks, nonce: nonce + each };
}

async function beside(what, ternOptions, anvilOptions, depth) {
    const tern = await startTern(ternOptions), anvil = process.env.TERN_ALONE ? null : await startAnvil(anvilOptions);
    try {
        const sides = [tern, anvil].filter(Boolean).map((node) => ({ node, nonce: 0, rates: [], cpus: [], clients: [], sizes: [] }));
        for (const s of sides) s.token = await prepare(s.node);
        for (let round = 0; round <= ROUNDS; round++)
            for (const s of sides) {
                const { rate, cpu, client, size, nonce } = await load(s.node, s.token, s.nonce, depth);
                s.nonce = nonce;
                if (round) s.rates.push(rate), s.cpus.push(cpu), s.clients.push(client), s.sizes.push(size); // the first turn warms up
            }
        const [a, b] = sides.map((s) => s.rates);
        const ratio = b ? median(a.map((x, i) => x / b[i])).toFixed(2) : '-';
        const work = sides.map((s) => `${median(s.cpus).toFixed(0)} µs`).join(' / ');
        const workRatio = b ? `, ratio ${median(sides[1].cpus.map((x, i) => x / sides[0].cpus[i])).toFixed(2)}` : '';
        const client = median(sides.flatMap((s) => s.clients)).toFixed(0);
        const sizes = sides.map((s) => median(s.sizes).toFixed(0)).join(' / ');
        const memory = sides.map((s) => `${(residentKiB(s.node.pid) / 1024).toFixed(0)} MiB`).join(' / ');
        console.log(`${what.padEnd(44)} tern ${median(a).toFixed(0).padStart(7)} /s   anvil ${(b ? median(b).toFixed(0) : '-').padStart(7)} /s   tern/anvil ${ratio}   (processor ${work} each${workRatio}; the client ${client} µs; ${sizes} a block, resident ${memory})`);
    } finally {
        anvil?.stop();
        await tern.stop();
    }
}

const runs = [
    ['ERC-20 transfers, instant blocks', [], [], 1],
    ['ERC-20 transfers, instant blocks, pipelined', [], [], 16],
    ['ERC-20 transfers, blocks of 100 ms', ['--block-time', '100ms'], ['--block-time', '0.1'], 1],
];
for (const [i, r] of runs.entries()) if (!process.env.TERN_MODE || process.env.TERN_MODE === String(i)) await beside(...r);
process.exit(0);
