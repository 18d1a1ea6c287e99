// Programs of ours, by Debian's clang and tools/sbpf-link, on both sides: strings, pointers among the data, calls, syscalls.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import * as t from './lib.mjs';

const payer = t.keypair('payer').address;
const folder = mkdtempSync(path.join(tmpdir(), 'sbpf-link-'));
const object = path.join(folder, 'linked.o');
const linker = ['build/release/sbpf-link', 'build/debug/sbpf-link'].find(existsSync);
let pair;

before(async () => {
    const source = path.join(import.meta.dirname, 'programs/linked.c');
    execFileSync('clang', ['-target', 'bpf', '-O2', '-fno-builtin', '-c', source, '-o', object]);
    pair = await t.Pair.open();
    await pair.setAccount(payer, { lamports: 10_000_000_000n });
});
after(() => {
    pair.end();
    rmSync(folder, { recursive: true });
});

function link(version) {
    const file = path.join(folder, `linked-${version}.so`);
    execFileSync(linker, ['--version', version, object, file]);
    return readFileSync(file);
}

for (const version of ['0', '3']) {
    test(`a program of version ${version} runs alike`, async () => {
        const program = t.keypair(`linked ${version}`).address;
        await pair.setAccount(program, { lamports: 1_000_000_000n, owner: t.LOADER_V2, executable: true, data: link(version) });
        const { tern, differences } = await pair.run(payer, [{ program, accounts: [], data: t.u8(1) }]);
        assert.deepEqual(differences, []);
        assert.equal(tern.error, null);
        assert.deepEqual(tern.logs.slice(1, 5), ['Program log: zero', 'Program log: one', 'Program log: two',
            'Program log: 0x2c, 0x79, 0x0, 0x21, 0x0']);
        assert.equal(tern.returnData.data, Buffer.from([0, 3, 6, 9, 12, 15, 18, 21]).toString('base64'));
    });
}

test('what programs may not have is named', () => {
    const source = path.join(folder, 'global.c'), bad = path.join(folder, 'global.o');
    execFileSync('sh', ['-c', `echo 'int count = 1; long entrypoint(void) { return ++count; }' >${source}`]);
    execFileSync('clang', ['-target', 'bpf', '-O2', '-c', source, '-o', bad]);
    assert.throws(() => execFileSync(linker, [bad, path.join(folder, 'global.so')], { stdio: 'pipe' }),
        /writable global variables/);
});
