// What the tests here share: a node to talk to, artifacts from npm packages, and their deployment.
//
// TERN_TOOLS_PEER=anvil runs the same tests against npm's anvil instead of Tern: whatever fails there says something
// about the test, not about the node.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contract, ContractFactory, HDNodeWallet, JsonRpcProvider, Mnemonic, NonceManager } from 'ethers';
import { MNEMONIC, ROOT, startNode } from '../e2e/lib/node.mjs';

export const HERE = path.dirname(fileURLToPath(import.meta.url));
export { MNEMONIC, ROOT };
export const PEER = process.env.TERN_TOOLS_PEER ?? 'tern';

const require = createRequire(import.meta.url);

async function startAnvil() {
    const child = spawn(path.join(ROOT, 'node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil'), ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const url = await new Promise((resolve, reject) => {
        let out = '';
        child.on('exit', (code) => reject(new Error(`anvil ended with ${code}`)));
        child.stdout.on('data', (d) => {
            out += d;
            const m = out.match(/Listening on (\S+)/);
            if (m) resolve(`http://${m[1]}`);
        });
    });
    child.removeAllListeners('exit');
    return { url, stop: () => child.kill() };
}

// { url, provider, wallet(i), key(i), rpc(method, …), stop() } of a fresh node.
export async function startChain(options = ['--quiet']) {
    let node;
    if (PEER === 'anvil') {
        node = await startAnvil();
    } else {
        const tern = await startNode(options);
        node = { url: tern.urls.eth, stop: () => tern.stop() };
    }
    const provider = new JsonRpcProvider(node.url, undefined, { cacheTimeout: -1, pollingInterval: 50 });
    const account = (i) => HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), `m/44'/60'/0'/0/${i}`);
    const wallets = new Map(); // one each, because they count nonces
    return {
        url: node.url,
        provider,
        key: (i) => account(i).privateKey,
        address: (i) => account(i).address,
        wallet(i) {
            if (!wallets.has(i)) wallets.set(i, new NonceManager(account(i).connect(provider)));
            return wallets.get(i);
        },
        rpc: (method, ...params) => provider.send(method, params),
        async stop() {
            provider.destroy();
            await node.stop();
        },
    };
}

// A compiled contract of an npm package, by its path there.
export const artifact = (file) => JSON.parse(readFileSync(require.resolve(file), 'utf8'));

// Puts the addresses of libraries ({ Name: address }) into an artifact's code.
export function link({ bytecode, linkReferences = {} }, libraries) {
    let code = bytecode;
    for (const names of Object.values(linkReferences))
        for (const [name, places] of Object.entries(names))
            for (const { start } of places) {
                const at = 2 + 2 * start;
                code = code.slice(0, at) + libraries[name].slice(2).toLowerCase() + code.slice(at + 40);
            }
    return code;
}

// Deploys { abi, bytecode } and waits for its block.
export async function deploy(wallet, { abi, bytecode, linkReferences }, args = [], libraries = {}) {
    const code = link({ bytecode, linkReferences }, libraries);
    const contract = await new ContractFactory(abi, code, wallet).deploy(...args);
    await contract.waitForDeployment();
    return contract;
}

// Sends a contract call and waits for its receipt.
export async function send(promise) {
    return (await promise).wait();
}

export const at = (address, { abi }, wallet) => new Contract(address, abi, wallet);

// Compiles one Solidity file of this folder with npm solc; imports come from npm packages.
export function compile(file, evmVersion = 'cancun') {
    const solc = require('solc');
    const read = (name) => {
        try {
            const local = path.join(HERE, name);
            return { contents: readFileSync(name.startsWith('@') ? require.resolve(name) : local, 'utf8') };
        } catch (e) {
            return { error: e.message };
        }
    };
    const input = {
        language: 'Solidity',
        sources: { [file]: { content: read(file).contents } },
        settings: { optimizer: { enabled: true, runs: 200 }, evmVersion, outputSelection: { [file]: { '*': ['abi', 'evm.bytecode.object'] } } },
    };
    const out = JSON.parse(solc.compile(JSON.stringify(input), { import: read }));
    const errors = (out.errors ?? []).filter((e) => e.severity === 'error');
    if (errors.length) throw new Error(errors.map((e) => e.formattedMessage).join('\n'));
    return Object.fromEntries(Object.entries(out.contracts[file]).map(([name, c]) => [name, { abi: c.abi, bytecode: `0x${c.evm.bytecode.object}` }]));
}
