// The real compilers: npm solc, and the Move compiler through tools/movec.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ContractFactory } from 'ethers';
import { ROOT } from './node.mjs';

const solc = createRequire(import.meta.url)('solc');

// Compiles one Solidity file with what it imports; returns { Name: { abi, bytecode } }.
export function compileSolidity(file, content = readFileSync(path.join(ROOT, file), 'utf8')) {
    const sources = { [file]: { content } };
    const input = {
        language: 'Solidity',
        sources,
        settings: { optimizer: { enabled: true, runs: 200 }, evmVersion: 'cancun', outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
    };
    const findImport = (name) => {
        const at = [path.join(ROOT, name), path.join(ROOT, 'node_modules', name)].find(existsSync);
        return at ? { contents: readFileSync(at, 'utf8') } : { error: `${name} is not there` };
    };
    const out = JSON.parse(solc.compile(JSON.stringify(input), { import: findImport }));
    const errors = (out.errors ?? []).filter((e) => e.severity === 'error');
    if (errors.length) throw new Error(errors.map((e) => e.formattedMessage).join('\n'));
    const result = {};
    for (const contracts of Object.values(out.contracts))
        for (const [name, c] of Object.entries(contracts)) result[name] = { abi: c.abi, bytecode: `0x${c.evm.bytecode.object}` };
    return result;
}

export async function deploy(wallet, { abi, bytecode }, ...args) {
    const contract = await new ContractFactory(abi, bytecode, wallet).deploy(...args);
    await contract.waitForDeployment();
    return contract;
}

function movec() {
    for (const build of [process.env.TERN_BUILD, 'build/release', 'build/debug']) {
        const at = path.resolve(ROOT, build ?? '', 'movec');
        if (build && existsSync(at)) return at;
    }
    throw new Error('movec is not built: ./x build');
}

// Compiles a Move package with `named` addresses ({ demo: '0x…' }); returns its modules' bytecode, dependencies first.
export const compileMove = (dir, named) => compilePackage(dir, named).modules;

// The bytecode in a folder of the compiler's, by name.
function bytecode(dir) {
    if (!existsSync(dir)) return [];
    return readdirSync(dir).filter((f) => f.endsWith('.mv')).sort().map((f) => readFileSync(path.join(dir, f)));
}

// The same with the package's scripts: { modules, scripts }.
export function compilePackage(dir, named) {
    const work = mkdtempSync(path.join(tmpdir(), 'tern-move-'));
    try {
        const pkg = path.join(work, 'package');
        cpSync(path.resolve(ROOT, dir), pkg, { recursive: true, filter: (s) => !s.endsWith(`${path.sep}build`) });
        cpSync(path.join(ROOT, 'framework'), path.join(work, 'framework'), { recursive: true, filter: (s) => !s.endsWith(`${path.sep}build`) });
        const manifest = path.join(pkg, 'Move.toml');
        writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/local = "[^"]*framework(\/\w+)?"/g, 'local = "../framework$1"'));
        const args = Object.entries(named).flatMap(([name, address]) => ['--named', `${name}=${address}`]);
        execFileSync(movec(), [...args, pkg], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
        const build = path.join(pkg, 'build');
        const name = readFileSync(manifest, 'utf8').match(/name\s*=\s*"([^"]+)"/)[1];
        return { modules: bytecode(path.join(build, name, 'bytecode_modules')), scripts: bytecode(path.join(build, name, 'bytecode_scripts')) };
    } catch (e) {
        throw new Error(`movec ${dir}: ${e.stdout ?? ''}${e.stderr ?? e.message}`);
    } finally {
        rmSync(work, { recursive: true, force: true });
    }
}
