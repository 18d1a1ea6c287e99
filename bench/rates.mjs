// What a unit of gas is worth in each machine: for each kind of work a loop that runs until its gas is used up, timed in the
// node's processor time and reached as others reach it, by ITern. The slowest kinds of one machine beside those of the EVM
// say whether the rates between the machines are right.
//     node bench/rates.mjs [ROUNDS] [PATTERN]
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Account } from '@aptos-labs/ts-sdk';
import { Interface } from 'ethers';
import { compileMove } from '../tests/e2e/lib/compile.mjs';
import { Solana, compileProgram } from '../tests/e2e/lib/messenger.mjs';
import { ROOT, startNode } from '../tests/e2e/lib/node.mjs';
import { publish } from '../tests/e2e/lib/publish.mjs';
import { median, precise } from './measure.mjs';
import { evmOps } from './rates/evm.mjs';

const ROUNDS = Number(process.argv[2] ?? 3), PATTERN = new RegExp(process.argv[3] ?? '');
const TERN = '0x7e00000000000000000000000000000000000003', SPOT = '0x00000000000000000000000000000000000c0de0';
const GAS = { evm: 20_000_000, move: 20_000_000, svm: 1_300_000 }, SVM_TIMES = 10;
const itern = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/Tern.json'), 'utf8')).abi);
const source = (name) => readFileSync(path.join(ROOT, 'bench/rates', name), 'utf8');

const account = Account.generate(), owner = account.accountAddress.toString();
const modules = compileMove('bench/rates', { rates: owner });
const elf = compileProgram('bench/rates/ops.c');
const node = await startNode(['--quiet', '--gas-limit', '1000000000']);
const solana = new Solana(node);
try {
    await main();
} finally {
    solana.close();
    await node.stop();
}

async function call(to, data, gas, overrides) {
    return node.raw('eth_call', { to, data, gas: `0x${gas.toString(16)}` }, 'latest', ...(overrides ? [overrides] : []));
}

async function main() {
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Rates', ['ops'], modules);
    const program = await solana.deploy(await solana.funded(1000), elf);
    const evm = evmOps().map(([name, code]) => ({ vm: 'evm', name, gas: GAS.evm, run: (gas) => call(SPOT, '0x', gas, { [SPOT]: { code } }) }));
    const move = [...source('sources/ops.move').matchAll(/public fun (\w+)/g)].map(([, name]) => ({ vm: 'move', name, gas: GAS.move,
        run: (gas) => call(TERN, itern.encodeFunctionData('callMove(bytes,bytes,bytes,bytes,bytes)', [Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'), Buffer.from('ops'), Buffer.from(name), '0x', '0x']), gas) }));
    const svm = [...source('ops.c').matchAll(/OP\((\d+), ?([^\n]*)/g)].map(([, n, text]) => ({ vm: 'svm', name: text.replace(/[(;].*/, '').trim() + ` #${n}`, gas: GAS.svm,
        run: (gas) => call(TERN, itern.encodeFunctionData('callSvm(bytes32,(bytes32,bool,bool)[],bytes)', [program.toBytes(), [], Uint8Array.of(Number(n))]), gas) }));
    const idle = await overhead();
    const results = [];
    for (const op of [...evm, ...move, ...svm]) if (PATTERN.test(`${op.vm} ${op.name}`)) results.push({ ...op, ns: await nsPerGas(op, idle) });
    report(results);
}

/** Processor time of a call that does nothing, in µs. */
async function overhead() {
    const start = precise(node.child.pid);
    for (let i = 0; i < 50; i++) await call(SPOT, '0x', 100_000);
    return (precise(node.child.pid) - start) / 50;
}

async function nsPerGas(op, idle) {
    const times = op.vm === 'svm' ? SVM_TIMES : 1, all = [];
    const answer = await op.run(op.gas);
    const used = usedUp(op, answer);
    for (let i = 0; i < ROUNDS; i++) {
        const start = precise(node.child.pid);
        for (let k = 0; k < times; k++) await op.run(op.gas);
        all.push((precise(node.child.pid) - start - times * idle) * 1000 / (times * op.gas));
    }
    return used ? median(all) : NaN;
}

/** Did the loop end because its gas did? Anything else would be timed wrongly. */
function usedUp(op, answer) {
    if (op.vm === 'evm') return /out of gas/.test(answer.error?.message ?? '');
    if (!answer.result) return /out of gas/.test(answer.error?.message ?? '');
    const [ok, data] = itern.decodeFunctionResult('callMove(bytes,bytes,bytes,bytes,bytes)', answer.result);
    const reason = ok ? 'it ended' : itern.parseError(data).args;
    if (!ok && (Number(reason.reason) === 1 || /exceeded|OutOfMeter|consumed/.test(reason.message))) return true;
    console.log(`${op.vm} ${op.name}: ${ok ? reason : reason.message.split('\n')[0]}`);
    return false;
}

function report(results) {
    for (const vm of ['evm', 'move', 'svm']) {
        const of = results.filter((r) => r.vm === vm && !Number.isNaN(r.ns)).sort((a, b) => b.ns - a.ns);
        console.log(`\n${vm}: ${of.length} kinds of work, ns for one unit of common gas, slowest first`);
        for (const r of of) console.log(`  ${r.ns.toFixed(2).padStart(8)}  ${r.name}`);
    }
    const worst = (vm) => results.filter((r) => r.vm === vm && !Number.isNaN(r.ns)).reduce((a, r) => (r.ns > a.ns ? r : a), { ns: 0, name: 'none' });
    const evm = worst('evm');
    for (const vm of ['move', 'svm']) console.log(`\nworst of ${vm}: ${worst(vm).name}, ${(worst(vm).ns / evm.ns).toFixed(2)} times the EVM's worst (${evm.name})`);
}
