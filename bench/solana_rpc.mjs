// Solana transfers through JSON-RPC: signed beforehand, many payers, 20 keep-alive connections, with and without preflight.
// No peer of npm or Debian serves this API, so the figures stand alone.
//     node bench/solana_rpc.mjs [ROUNDS] [TRANSFERS]
import net from 'node:net';
import * as t from '../tests/solana/lib.mjs';
import { startNode } from '../tests/e2e/lib/node.mjs';
import { cpu, median } from './measure.mjs';

const ROUNDS = Number(process.argv[2] ?? 3), TRANSFERS = Number(process.argv[3] ?? 4000), PAYERS = 100, CONNECTIONS = 20;
const payers = Array.from({ length: PAYERS }, (_, i) => t.keypair(`rpc payer ${i}`));

async function call(url, method, ...params) {
    const answer = await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) })).json();
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
}

/** One request after the other on one connection; every answer must have a result. */
function talk(port, requests) {
    return new Promise((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1');
        let next = 0, text = '';
        const send = () => next < requests.length ? socket.write(requests[next++]) : (socket.end(), resolve());
        socket.setNoDelay(true);
        socket.on('connect', send).on('error', reject).on('data', (chunk) => {
            text += chunk.toString('latin1');
            const head = text.indexOf('\r\n\r\n'), size = head < 0 ? null : text.match(/content-length: *(\d+)/i);
            if (!size || text.length < head + 4 + Number(size[1])) return;
            if (!text.includes('"result"')) reject(new Error(text.slice(head + 4)));
            text = '';
            send();
        });
    });
}

let amount = 1;
function transfer(i, blockhash) {
    const from = payers[i % PAYERS], m = t.compile(from.address, [{ program: t.SYSTEM, accounts: [t.ws(from.address), t.w(payers[(i + 1) % PAYERS].address)], data: t.cat(t.u32(2), t.u64(amount++)) }], blockhash);
    return t.transaction(m, [from.sign(m.bytes)]).toString('base64');
}

async function run(what, options, skipPreflight) {
    const node = await startNode(['--quiet', ...options]), rates = [], work = [], sizes = [];
    try {
        const url = node.urls.solana, port = Number(new URL(url).port);
        for (const p of payers) await call(url, 'requestAirdrop', p.address, 10_000_000_000);
        while (await call(url, 'getBalance', payers.at(-1).address).then((b) => !b.value)) await new Promise((r) => setTimeout(r, 50));
        for (let round = 0; round <= ROUNDS; round++) {
            const { value: { blockhash } } = await call(url, 'getLatestBlockhash');
            const bodies = Array.from({ length: TRANSFERS }, (_, i) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'sendTransaction', params: [transfer(i, blockhash), { encoding: 'base64', skipPreflight }] }));
            const requests = bodies.map((b) => `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${b.length}\r\n\r\n${b}`);
            const before = cpu(node.child.pid), count = await call(url, 'getTransactionCount'), slot = await call(url, 'getSlot'), start = performance.now();
            await Promise.all(Array.from({ length: CONNECTIONS }, (_, k) => talk(port, requests.filter((_, i) => i % CONNECTIONS === k))));
            while (await call(url, 'getTransactionCount') < count + TRANSFERS) await new Promise((r) => setTimeout(r, 2));
            if (!round) continue; // warms up
            rates.push(TRANSFERS / (performance.now() - start) * 1000);
            work.push((cpu(node.child.pid) - before) / TRANSFERS);
            sizes.push(TRANSFERS / (await call(url, 'getSlot') - slot));
        }
        console.log(`${what.padEnd(52)} ${median(rates).toFixed(0).padStart(6)} /s   (processor ${median(work).toFixed(0)} µs each; ${median(sizes).toFixed(0)} a block)`);
    } finally { await node.stop(); }
}

await run('Solana transfers, instant blocks', [], false);
await run('Solana transfers, instant blocks, no preflight', [], true);
await run('Solana transfers, blocks of 100 ms', ['--block-time', '100ms'], false);
await run('Solana transfers, blocks of 100 ms, no preflight', ['--block-time', '100ms'], true);
process.exit(0);
