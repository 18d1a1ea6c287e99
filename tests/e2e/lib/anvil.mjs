// Foundry's anvil on a free port: what Tern's development verbs are compared with.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './node.mjs';

const PROGRAM = path.join(ROOT, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil');

export const hasAnvil = () => existsSync(PROGRAM);

// Runs anvil and waits until it listens. The same chain id, accounts and gas limit as Tern's.
export async function startAnvil(options = []) {
    const child = spawn(PROGRAM, ['--port', '0', '--gas-limit', '60000000', ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    const url = await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`anvil does not listen after 30 s: ${out}`)), 30000);
        child.on('exit', (code) => reject(new Error(`anvil ended with ${code}: ${out}`)));
        child.stdout.on('data', (d) => {
            out += d;
            const m = out.match(/Listening on (\S+)/);
            if (m) { clearTimeout(timer); resolve(`http://${m[1]}`); }
        });
    });
    child.removeAllListeners('exit');
    child.stdout.resume();
    child.stderr.resume();
    return {
        url,
        stop: () => new Promise((resolve) => { child.on('exit', resolve); child.kill(); }),
    };
}

// One JSON-RPC call as it is answered: {result} or {error}.
export async function ask(url, method, params) {
    const r = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = await r.json();
    return error ? { error } : { result };
}
