// A Hardhat 3 project with Ignition, run by the real `hardhat` against the node.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { HERE, at, startChain } from './lib.mjs';

let chain, dir;

before(async () => {
    chain = await startChain();
    dir = path.join(mkdtempSync(path.join(HERE, '.hardhat-')), 'project');
    cpSync(path.join(HERE, 'hardhat'), dir, { recursive: true });
});
after(async () => {
    await chain?.stop();
    if (dir) rmSync(path.dirname(dir), { recursive: true, force: true });
});

async function hardhat(...args) {
    const cli = path.join(HERE, 'node_modules/hardhat/dist/src/cli.js');
    try {
        const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...args], {
            cwd: dir,
            env: { ...process.env, TERN_URL: chain.url, HARDHAT_DISABLE_TELEMETRY_PROMPT: 'true', CI: 'true' },
            maxBuffer: 1 << 26,
        });
        return stdout + stderr;
    } catch (e) {
        throw new Error(`hardhat ${args.join(' ')}: ${e.stdout}${e.stderr}`);
    }
}

test('hardhat compiles, and Ignition deploys a module with a library and a call', async () => {
    await hardhat('build');
    const out = await hardhat('ignition', 'deploy', 'ignition/modules/Lock.ts', '--network', 'tern');
    assert.match(out, /successfully deployed/i);
    const id = Number(await chain.rpc('eth_chainId'));
    const deployed = JSON.parse(readFileSync(path.join(dir, `ignition/deployments/chain-${id}/deployed_addresses.json`)));
    const read = (name) => JSON.parse(readFileSync(path.join(dir, `artifacts/contracts/Lock.sol/${name}.json`)));
    const coin = at(deployed['LockModule#Coin'], read('Coin'), chain.provider);
    assert.equal(await coin.balanceOf(deployed['LockModule#Lock']), 1000n);
    assert.equal(await coin.balanceOf(chain.address(0)), 999_000n);
});

test('fixtures, time travel, impersonation and custom errors, as a project tests with them', async () => {
    const out = await hardhat('run', 'scripts/flow.ts', '--network', 'tern');
    const line = out.split('\n').find((l) => l.startsWith('FLOW '));
    assert.ok(line, out);
    assert.deepEqual(JSON.parse(line.slice(5)), {
        early: 'StillLocked',
        withdrawn: ['1000'],
        timestampReached: true,
        afterFixture: '1000',
        whaleNonce: 1,
        stored: `0x${'2a'.padStart(64, '0')}`,
        nonce: 77,
        mined: 5,
        baseFee: '2000000000',
        signed: true,
    });
});
