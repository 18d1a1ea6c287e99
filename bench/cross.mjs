// What a synchronous call to an empty function of another machine costs beside a call of an empty function at home, in
// processor time of the node: the slope over the number of calls in one eth_call.
//     node bench/cross.mjs [ROUNDS]
import { Account } from '@aptos-labs/ts-sdk';
import { Interface } from 'ethers';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileMove, compileSolidity, deploy } from '../tests/e2e/lib/compile.mjs';
import { Solana, compileProgram } from '../tests/e2e/lib/messenger.mjs';
import { ROOT, startNode } from '../tests/e2e/lib/node.mjs';
import { publish } from '../tests/e2e/lib/publish.mjs';
import { median, precise } from './measure.mjs';

const ROUNDS = Number(process.argv[2] ?? 7);
const TERN = '0x7e00000000000000000000000000000000000003';
const itern = new Interface(JSON.parse(readFileSync(path.join(ROOT, 'contracts/artifacts/Tern.json'), 'utf8')).abi);

const account = Account.generate(), owner = account.accountAddress.toString();
const modules = compileMove('bench/cross', { bench: owner });
const { Edge, Nothing } = compileSolidity('bench/cross/Edge.sol');
const noop = compileProgram('bench/cross/nothing.c');
const node = await startNode(['--quiet', '--gas-limit', '1000000000']);
const solana = new Solana(node);
try {
    await main();
} finally {
    solana.close();
    await node.stop();
}

async function main() {
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'CrossBench', ['edge'], modules);
    const payer = await solana.funded(1000), program = await solana.deploy(payer, noop);
    const edge = await deploy(node.wallet(0), Edge), nothing = await deploy(node.wallet(0), Nothing);
    const evm = (to, data) => async (n) => { await edge.many.staticCall(n, to, data, { gasLimit: 900_000_000n }); };
    const move = itern.encodeFunctionData('mustCallMove(bytes,bytes,bytes,bytes,bytes)', [Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'), Buffer.from('edge'), Buffer.from('nothing'), '0x', '0x']);
    const svm = itern.encodeFunctionData('mustCallSvm(bytes32,(bytes32,bool,bool)[],bytes)', [program.toBytes(), [], '0x']);
    const home = await perCall(evm(await nothing.getAddress(), '0x'));
    show('EVM to EVM, at home', home);
    show('EVM to Move', await perCall(evm(TERN, move)), home);
    show('EVM to Solana', await perCall(evm(TERN, svm)), home);
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

function show(name, us, home) {
    const more = home === undefined ? '' : `   ${(us - home).toFixed(2)} µs over one at home`;
    console.log(`${name.padEnd(28)} ${us.toFixed(2).padStart(8)} µs${more}`);
}
