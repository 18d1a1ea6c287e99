// Foundry's forge and cast against the node: create, script --broadcast, test on a fork, and cast's everyday calls.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { HERE, ROOT, startChain } from './lib.mjs';

const FORGE = path.join(HERE, 'node_modules/@foundry-rs/forge-linux-amd64/bin/forge');
const CAST = path.join(ROOT, 'node_modules/@foundry-rs/cast-linux-amd64/bin/cast');
let chain, dir, counter, chainId;

before(async () => {
    chain = await startChain();
    chainId = String(Number(await chain.rpc('eth_chainId')));
    dir = path.join(mkdtempSync(path.join(HERE, '.foundry-')), 'project');
    cpSync(path.join(HERE, 'foundry'), dir, { recursive: true });
});
after(async () => {
    await chain?.stop();
    if (dir) rmSync(path.dirname(dir), { recursive: true, force: true });
});

async function run(program, args, env = {}) {
    try {
        const { stdout } = await promisify(execFile)(program, args, { cwd: dir, env: { ...process.env, ...env, FOUNDRY_DISABLE_NIGHTLY_WARNING: '1' }, maxBuffer: 1 << 26 });
        return stdout;
    } catch (e) {
        throw new Error(`${path.basename(program)} ${args.join(' ')}: ${e.stdout}${e.stderr}`);
    }
}
const forge = (args, env) => run(FORGE, [args[0], '--use', path.join(HERE, 'solc'), '--remappings', `@openzeppelin/contracts/=${HERE}/node_modules/@openzeppelin/contracts/`, ...args.slice(1)], env);
const cast = async (...args) => (await run(CAST, [...args, '--rpc-url', chain.url])).trim();

test('forge create deploys', async () => {
    const out = await forge(['create', '--rpc-url', chain.url, '--private-key', chain.key(1), '--broadcast', '--json', 'src/Counter.sol:Counter', '--constructor-args', '3']);
    counter = JSON.parse(out.slice(out.indexOf('{'))).deployedTo;
    assert.equal(BigInt(await cast('call', counter, 'value()(uint256)')), 3n);
});

test('cast sends, reads logs, receipts, storage, proofs, and decodes a custom error', async () => {
    await cast('send', counter, 'set(uint256)', '9', '--private-key', chain.key(1));
    assert.equal(await cast('call', counter, 'value()(uint256)'), '9');
    assert.equal(BigInt(await cast('storage', counter, '0')), 9n);
    const logs = JSON.parse(await cast('logs', '--from-block', '0', '--address', counter, 'Set(address indexed,uint256)', '--json'));
    assert.equal(logs.length, 1);
    assert.equal(BigInt(logs[0].data), 9n);
    assert.match(await cast('receipt', logs[0].transactionHash), /status\s+1/);
    assert.ok(BigInt(await cast('estimate', counter, 'set(uint256)', '1')) > 21000n);
    const proof = JSON.parse(await cast('proof', counter, '0x0'));
    assert.equal(BigInt(proof.storageProof[0].value), 9n);
    await assert.rejects(cast('call', counter, 'set(uint256)', '101'), /TooHigh|0x[0-9a-f]{8}/);
    assert.match(await cast('run', logs[0].transactionHash, '--quick'), /set|successfully/i);
});

test('forge script broadcasts a deployment and its calls', async () => {
    await forge(['script', 'script/Deploy.s.sol:Deploy', '--rpc-url', chain.url, '--broadcast', '--slow'], { KEY: BigInt(chain.key(2)).toString() });
    const file = path.join(dir, `broadcast/Deploy.s.sol/${chainId}/run-latest.json`);
    assert.ok(existsSync(file));
    const { transactions, receipts } = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(transactions.length, 3);
    assert.deepEqual(receipts.map((r) => r.status), ['0x1', '0x1', '0x1']);
    assert.equal(await cast('call', transactions[0].contractAddress, 'value()(uint256)'), '7');
});

test('forge test runs on a fork of the node', async () => {
    const created = (await chain.provider.getLogs({ address: counter, fromBlock: 0 }))[0].blockNumber - 1;
    const env = { COUNTER: counter, CHAIN_ID: chainId, RICH: chain.address(0), EARLIER: String(created) };
    const out = await forge(['test', '--fork-url', chain.url, '-vv'], env);
    assert.match(out, /3 passed; 0 failed/);
});
