// What a synchronous call to an empty function of another machine costs beside a call of an empty function at home, in
// processor time of the node: the slope over the number of calls in one eth_call.
//     node bench/cross.mjs [ROUNDS]
import { Account } from '@aptos-labs/ts-sdk';
import { ComputeBudgetProgram, SystemProgram, Transaction, TransactionInstruction } from '@solana/web3.js';
import { Interface } from 'ethers';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileMove, compileSolidity, deploy } from '../tests/e2e/lib/compile.mjs';
import { MESSENGER, Solana, compileProgram, syncEvm, syncMove } from '../tests/e2e/lib/messenger.mjs';
import { ROOT, startNode } from '../tests/e2e/lib/node.mjs';
import { publish } from '../tests/e2e/lib/publish.mjs';
import { compileLoan, setTheStage } from '../tests/e2e/loan/play.mjs';
import { median, precise } from './measure.mjs';

const ROUNDS = Number(process.argv[2] ?? 7);
const SOLANA_CALLS = 60; // a trace has 64 instructions
const TERN = '0x7e00000000000000000000000000000000000003', MOVEVM = '0x7e00000000000000000000000000000000000001';
const itern = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/Tern.json'), 'utf8')).abi);

const account = Account.generate(), owner = account.accountAddress.toString();
const modules = compileMove('bench/cross', { bench: owner });
const { Edge, Nothing } = compileSolidity('bench/cross/Edge.sol');
const noop = compileProgram('bench/cross/nothing.c'), edgeElf = compileProgram('bench/cross/edge.c');
const compiledLoan = compileLoan();
const own = {}, rows = []; // own: what a call costs in its own machine, in µs
const node = await startNode(['--quiet', '--gas-limit', '1000000000']);
const solana = new Solana(node);
try {
    await main();
} finally {
    solana.close();
    await node.stop();
}

function word(hex) {
    return Buffer.from(hex.slice(2).padStart(64, '0'), 'hex');
}

function u64(n) {
    const b = Buffer.alloc(8);
    b.writeBigUInt64LE(BigInt(n));
    return b;
}

async function main() {
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 100_000_000_000 });
    await publish(node.aptos, account, 'CrossBench', ['edge', 'empty'], modules);
    const payer = await solana.funded(1000);
    const program = await solana.deploy(payer, noop), caller = await solana.deploy(payer, edgeElf);
    const edge = await deploy(node.wallet(0), Edge), nothing = await deploy(node.wallet(0), Nothing);
    const empty = await nothing.getAddress();
    await fromEvm(edge, empty, program);
    await fromMove(empty, program);
    await fromSolana(payer, caller, program, empty);
    showAll();
    await messages(edge);
    await loans();
}

async function fromEvm(edge, empty, program) {
    const calls = (to, data) => async (n) => { await edge.many.staticCall(n, to, data, { gasLimit: 900_000_000n }); };
    const move = itern.encodeFunctionData('mustCallMove(bytes,bytes,bytes,bytes,bytes)', [word(owner), Buffer.from('empty'), Buffer.from('nothing'), '0x', '0x']);
    const svm = itern.encodeFunctionData('mustCallSvm(bytes32,(bytes32,bool,bool)[],bytes)', [program.toBytes(), [], '0x']);
    own.evm = await perCall(calls(empty, '0x'));
    show('EVM to Move', await perCall(calls(TERN, move)), 'move');
    show('EVM to Solana', await perCall(calls(TERN, svm)), 'svm');
}

async function fromMove(empty, program) {
    const calls = (name, ...args) => async (n) => {
        const transaction = await node.aptos.transaction.build.simple({
            sender: account.accountAddress, data: { function: `${owner}::edge::${name}`, functionArguments: [n, ...args] }, options: { maxGasAmount: 900_000 },
        });
        const [done] = await node.aptos.transaction.simulate.simple({ signerPublicKey: account.publicKey, transaction });
        if (!done.success) throw new Error(done.vm_status);
    };
    own.move = await perCall(calls('home'));
    show('Move to EVM', await perCall(calls('to_evm', `0x${empty.slice(2).padStart(64, '0')}`)), 'evm');
    show('Move to Solana', await perCall(calls('to_svm', `0x${Buffer.from(program.toBytes()).toString('hex')}`)), 'svm');
}

async function fromSolana(payer, caller, program, empty) {
    const calls = (to, signs, data) => async (n) => {
        const ix = new TransactionInstruction({ programId: caller, data: Buffer.concat([u64(n), Buffer.of(signs), data]),
            keys: [{ pubkey: payer.publicKey, isSigner: true, isWritable: false }, { pubkey: to, isSigner: false, isWritable: false }] });
        const tx = new Transaction({ feePayer: payer.publicKey, recentBlockhash: SystemProgram.programId.toBase58() })
            .add(ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 }), ix);
        const wire = tx.serialize({ requireAllSignatures: false, verifySignatures: false }).toString('base64');
        const done = await solana.connection._rpcRequest('simulateTransaction', [wire, { encoding: 'base64', replaceRecentBlockhash: true }]);
        if (done.error || done.result.value.err) throw new Error(JSON.stringify(done));
    };
    const must = { must: true }, fn = { module: owner, name: 'empty', fn: 'nothing', abi: '0x' };
    own.svm = await perCall(calls(program, 0, Buffer.alloc(0)), SOLANA_CALLS);
    show('Solana to EVM', await perCall(calls(MESSENGER, 1, syncEvm(empty, '0x', must)), SOLANA_CALLS), 'evm');
    show('Solana to Move', await perCall(calls(MESSENGER, 1, syncMove(fn, must)), SOLANA_CALLS), 'move');
}

// Messages of one transaction, in two halves: the second must not cost more than the first. `eth_call` runs the tail too.
async function messages(edge) {
    const movevm = new Interface(['function call(bytes,bytes,bytes,bytes,bytes)']);
    const data = movevm.encodeFunctionData('call', [word(owner), Buffer.from('empty'), Buffer.from('nothing'), '0x', '0x']);
    const send = (n) => edge.many.staticCall(n, MOVEVM, data, { gasLimit: 900_000_000n });
    const first = await perCall(send, 30), second = await perCall((n) => send(30 + n), 30);
    console.log(`${'queued, EVM to Move'.padEnd(28)} ${first.toFixed(2).padStart(8)} µs   ${second.toFixed(2)} µs each for 31 to 60 in a transaction`);
}

// The flash loan of tests/e2e/loan: Aave, the gateway, a sale in Move, value home, a sale in the EVM, all in one call.
async function loans() {
    const stage = await setTheStage(node, compiledLoan);
    const loan = () => stage.loan.arbitrage.staticCall(10_000_000_000n, 3_000_000_000n, new Uint8Array(32), 0, { gasLimit: 15_000_000 });
    const idle = () => stage.weth.balanceOf(stage.wallet.address);
    const us = await perCall(async (n) => { for (let i = 0; i < 10; i++) await (n ? loan() : idle()); }, 10);
    console.log(`${'the loan, at once'.padEnd(28)} ${us.toFixed(0).padStart(8)} µs   ${(1e6 / us).toFixed(0)} a second and processor`);
}

/** Processor time of one call in µs: the median, over the rounds, of what transactions with n calls take more than those
 *  with none. As many calls as a transaction could have; the others only make the difference visible. */
async function perCall(run, n = 200, times = 40) {
    const slopes = [];
    for (let i = -1; i < ROUNDS; i++) {
        const start = precise(node.child.pid);
        for (let k = 0; k < times; k++) await run(0);
        const middle = precise(node.child.pid);
        for (let k = 0; k < times; k++) await run(n);
        const end = precise(node.child.pid);
        if (i >= 0) slopes.push((end - middle - (middle - start)) / (times * n));
    }
    return median(slopes);
}

/** `callee`: whose own cost of such a call is taken off in the end. */
function show(name, us, callee) {
    rows.push({ name, us, callee });
}

function showAll() {
    for (const { name, us, callee } of rows)
        console.log(`${name.padEnd(28)} ${us.toFixed(2).padStart(8)} µs   ${(us - own[callee]).toFixed(2)} µs over one at its home`);
    for (const [vm, us] of Object.entries(own)) console.log(`${`at home: ${vm}`.padEnd(28)} ${us.toFixed(2).padStart(8)} µs`);
}
