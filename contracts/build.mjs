// Compiles the genesis contracts with the pinned npm solc. Without arguments it writes contracts/artifacts; with --check
// it compares, and fails if a committed artifact is not what the compiler makes of the source today.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const solc = createRequire(import.meta.url)('solc');
const here = path.dirname(fileURLToPath(import.meta.url));
const contracts = ['MoveVM', 'SolanaVM', 'Tern', 'TernGateway', 'TernQueue', 'TernToken'];
// What the node itself answers at a contract's address.
const interfaces = { Tern: 'interfaces/ITern.sol' };
const read = (name) => readFileSync(path.join(here, 'src', name), 'utf8');

const input = {
    language: 'Solidity',
    sources: Object.fromEntries(
        [...contracts.map((c) => `${c}.sol`), ...Object.values(interfaces)].map((name) => [name, { content: read(name) }]),
    ),
    settings: {
        optimizer: { enabled: true, runs: 10000 },
        evmVersion: 'paris',
        metadata: { bytecodeHash: 'none', appendCBOR: false },
        outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
    },
};
const findImport = (name) => {
    const at = path.join(here, 'src', name);
    return existsSync(at) ? { contents: readFileSync(at, 'utf8') } : { error: 'not found' };
};
const out = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }));
for (const e of out.errors ?? []) console.error(e.formattedMessage);
if ((out.errors ?? []).some((e) => e.severity === 'error')) process.exit(1);

const check = process.argv.includes('--check');
let different = 0;
function artifact(name, content) {
    const at = path.join(here, 'artifacts', name);
    if (check) {
        if (existsSync(at) && readFileSync(at).equals(content)) return;
        console.error(`contracts/artifacts/${name} is not what solc makes of the source: node contracts/build.mjs`);
        different++;
    } else {
        mkdirSync(path.dirname(at), { recursive: true });
        writeFileSync(at, content);
    }
}
for (const c of contracts) {
    const { abi: own, evm } = out.contracts[`${c}.sol`][c];
    const abi = [...own, ...(interfaces[c] ? Object.values(out.contracts[interfaces[c]])[0].abi : [])];
    const json = { contractName: c, compiler: solc.version(), abi, bytecode: `0x${evm.bytecode.object}`, deployedBytecode: `0x${evm.deployedBytecode.object}` };
    artifact(`${c}.json`, Buffer.from(`${JSON.stringify(json, null, 2)}\n`));
    artifact(`${c}.bin`, Buffer.from(evm.deployedBytecode.object, 'hex'));
}
if (different) process.exit(1);
console.log(`${contracts.length} contracts ${check ? 'reproduced' : 'built'}`);
