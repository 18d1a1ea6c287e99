// ./x demo: the main job, played with the real compilers and SDKs, shown as a timeline. Ends non-zero if anything
// differs from what it expects.
import { readFileSync } from 'node:fs';
import { Account } from '@aptos-labs/ts-sdk';
import { getAssociatedTokenAddressSync } from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import { mintOf } from './lib/gateway.mjs';
import { Solana } from './lib/messenger.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';
import { compileLoan, reserves, setTheStage } from './loan/play.mjs';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text);
const VM = { evm: paint('34;1', 'EVM   '), move: paint('35;1', 'Move  '), svm: paint('36;1', 'Solana') };
const started = process.hrtime.bigint();
const clock = () => `${(Number(process.hrtime.bigint() - started) / 1e9).toFixed(2).padStart(6)}s`;
// Addresses of 32 bytes, some without their first zeros, are cut for the eye; in base58 too.
const say = (text) => console.log(`${paint('2', clock())}  ${text.replace(/0x[0-9a-f]{60,64}|\b[1-9A-HJ-NP-Za-km-z]{43,44}\b/g, short)}`);
const title = (text) => console.log(`\n${paint('1', text)}`);
function short(hex) { return hex && hex.length > 14 ? `${hex.slice(0, 10)}…` : hex; }

let failures = 0;
function expect(what, got, want) {
    const same = JSON.stringify(got) === JSON.stringify(want);
    if (!same) failures++;
    say(`${same ? paint('32', '✓') : paint('31', '✗')} ${what}${same ? '' : `: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`}`);
}

// One line for each leg of a transaction, indented by who started it.
function showLegs(leg, block, depth = 0) {
    const name = leg.function || short(leg.to) || 'contract creation';
    const id = leg.messageId ? ` message ${short(leg.messageId)}` : '';
    const result = leg.undone ? paint('33', 'ok, then undone with its caller') : leg.ok ? paint('32', 'ok') : paint('31', (leg.error ?? 'failed').split('\n')[0]);
    say(`${'   '.repeat(depth)}${VM[leg.vm]} block ${block}${id}  ${name}  ${paint('33', `${Number(leg.gasUsed)} gas`)}  ${result}`);
    for (const line of leg.programLogs ?? []) if (line.startsWith('Program log: ')) say(`${'   '.repeat(depth)}       ${paint('2', line)}`);
    for (const call of leg.calls) showLegs(call, block, depth + 1);
}

async function showTransaction(node, hash) {
    const trace = await node.rpc('tern_traceTransaction', hash);
    showLegs(trace.trace, Number(trace.block));
    return trace;
}

const sent = async (node, tx) => showTransaction(node, (await (await tx).wait()).hash);

async function deployBoth(node) {
    title('Compile and deploy');
    const wallet = node.wallet(0);
    const account = Account.generate();
    const owner = account.accountAddress.toString();
    const solidity = compileSolidity('tests/e2e/demo/contracts/Demo.sol');
    say('compiled Demo.sol with npm solc');
    const modules = compileMove('tests/e2e/demo/move', { demo: owner });
    say(`compiled demo::ledger with the Move 2 compiler (${modules[0].length} bytes)`);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 100_000_000 });
    const published = await publish(node.aptos, account, 'Demo', ['ledger'], modules);
    say(`${VM.move} published ${short(owner)}::ledger at version ${published.version}`);
    const demo = await deploy(wallet, solidity.Demo, Buffer.from(owner.slice(2).padStart(64, '0'), 'hex'));
    const address = await demo.getAddress();
    say(`${VM.evm} deployed Demo at ${address}`);
    const alias = await node.rpc('tern_alias', address);
    const aliasOfAlias = await node.rpc('tern_alias', alias);
    await (await demo.setReplier(aliasOfAlias)).wait();
    say(`the contract is ${short(alias)} in Move; that address is ${short(aliasOfAlias)} in the EVM`);
    return { demo, account, owner, alias, aliasOfAlias };
}

// The program in C that stands between the EVM and Move in the ring, and what the contract must know of it.
async function deployRing(node, demo) {
    const solana = new Solana(node);
    try {
        const elf = readFileSync(new URL('demo/solana/ring.so', import.meta.url)); // of ring.c, which a test compiles again
        const program = await solana.deploy(await solana.funded(10), elf);
        const [station, bump] = PublicKey.findProgramAddressSync([Buffer.from('ring')], program);
        say(`${VM.svm} deployed ring.c at ${program} (${elf.length} bytes)`);
        const end = await node.rpc('tern_alias', await node.rpc('tern_alias', station.toBase58(), 'move'), 'evm');
        await (await demo.setRing([program.toBuffer(), station.toBuffer(), bump, end])).wait();
        say(`its address ${station} will call the contract, by way of Move, as ${end}`);
        return { program, station, end };
    } finally {
        solana.close();
    }
}

async function playRing(node, demo, ring) {
    title('8. A ring through all three machines, by queue');
    const { trace } = await sent(node, demo.startRing(10));
    const legs = [];
    for (let leg = trace; leg; [leg] = leg.calls) legs.push(leg);
    expect('EVM → Solana → Move → EVM', legs.map((l) => l.vm), ['evm', 'svm', 'move', 'evm']);
    expect('Solana doubled the number, Move added one', String(await demo.lastRound()), '21');
    expect('the program speaks with its own address, whatever started it', legs[3].from, ring.end.toLowerCase());
}

async function play(node, { demo, account, owner, alias, aliasOfAlias }) {
    const entries = async () => (await node.aptos.viewJson({ payload: { function: `${owner}::ledger::entries` } }))[0];
    const texts = async () => (await entries()).map((e) => e.text);

    title('1. EVM → Move');
    await sent(node, demo.write(42, 'hello from Solidity'));
    expect('the ledger holds what the contract wrote, under its alias', await entries(),
        [{ from: alias.replace(/^0x0+/, '0x'), amount: '42', text: 'hello from Solidity' }]);

    title('2. Move → EVM with a struct');
    const note = await callEntry(node.aptos, account, `${owner}::ledger::send_note`,
        [`0x${(await demo.getAddress()).slice(2).padStart(64, '0')}`, 7, 'hello from Move', [1, 2, 3]]);
    await showTransaction(node, note.hash);
    expect('the contract recorded the count and the title', [String(await demo.lastCount()), await demo.lastTitle()], ['7', 'hello from Move']);

    title('3. A round trip: the result returns in a second message');
    const asked = await sent(node, demo.askSquare(12));
    expect('the contract holds 12²', String(await demo.lastSquare()), '144');
    expect('the reply came from the alias of the alias', asked.trace.calls[0].calls[0].from, aliasOfAlias);

    title('4. Three calls from one transaction, in order');
    await sent(node, demo.writeThree());
    expect('first in, first out', (await texts()).slice(-3), ['first', 'second', 'third']);

    title('5. A failing call is dropped, if its sender said so');
    const dropped = (await sent(node, demo.dropGuarded(4))).trace.calls[0].messageId;
    expect('it is final', (await node.rpc('tern_getMessage', dropped)).status, 'dropped');

    title('6. A failing call stays pending, and is retried');
    const failed = await sent(node, demo.writeGuarded(5));
    const id = failed.trace.calls[0].messageId;
    const pending = await node.rpc('tern_getMessage', id);
    say(`message ${short(id)} is ${pending.status}: ${pending.error}`);
    expect('it is kept', pending.status, 'pending');
    await showTransaction(node, (await callEntry(node.aptos, account, `${owner}::ledger::open`)).hash);
    await sent(node, demo.retry(id));
    expect('the retry was executed', (await node.rpc('tern_getMessage', id)).status, 'executed');
    expect('and had its effect once', await node.aptos.viewJson({ payload: { function: `${owner}::ledger::guarded_total` } }), ['5']);

    title('7. A reverted frame takes its message with it');
    const reverted = await sent(node, demo.tryInner());
    expect('one message ran', reverted.trace.calls.length, 1);
    expect('nothing of the reverted frame is in the ledger',
        [(await texts()).includes('must never be seen'), (await texts()).at(-1)], [false, 'after the reverted frame']);
}

const dollars = (n) => `${(Number(n) / 1e6).toFixed(2)} USDC`;
const ether = (n) => `${(Number(n) / 1e9).toFixed(4)} ETH`;

async function playLoan(node, compiled) {
    title('The loan: Aave v3 in the EVM, a market in Move, the dollar at home in the EVM');
    const stage = await setTheStage(node, compiled), { loan } = stage, at = await loan.getAddress();
    const event = (receipt, name) => receipt.logs.map((l) => { try { return loan.interface.parseLog(l); } catch { return null; } }).find((l) => l?.name === name).args;
    const debt = async () => (await stage.aave.pool.getUserAccountData(at))[1];
    const showMarket = async () => {
        const r = await reserves(stage);
        say(`${VM.move} the market has ${dollars(r.dollars)} and ${ether(r.ether)}: ${(Number(r.dollars) * 1000 / Number(r.ether)).toFixed(2)} for an ether`);
        return r;
    };
    const sendLoan = async (tx) => {
        const receipt = await (await tx).wait();
        await showTransaction(node, receipt.hash);
        return receipt;
    };
    say(`${VM.evm} Aave's pool is ${await stage.aave.pool.getAddress()}, the dollar is ${stage.dollarType} in Move`);
    await showMarket();

    title('9. Queued: 10 ETH are collateral, 10,000 USDC are borrowed and sold in Move, the proceeds call back and repay');
    const opened = await sendLoan(loan.open(10_000_000_000, 3_000_000_000, { value: 10n ** 19n, gasLimit: 15_000_000 }));
    const closed = event(opened, 'Closed');
    say(`${VM.evm} borrowed ${dollars(event(opened, 'Opened').debt)}, repaid ${dollars(closed.repaid)}, kept ${dollars(closed.profit)}, for ${opened.gasUsed} gas`);
    expect('the debt is paid, by one signed transaction', [String(await debt()), closed.profit > 0n], ['0', true]);

    title('10. At once: a flash loan is sold in Move within its callback, and a share of the profit goes to Solana');
    const solana = new Solana(node), wallet = Keypair.generate();
    const token = getAssociatedTokenAddressSync(mintOf(stage.id), wallet.publicKey);
    try {
        await showMarket();
        const done = await sendLoan(loan.arbitrage(10_000_000_000, 3_000_000_000, wallet.publicKey.toBytes(), 25_000_000, { value: 10n ** 16n, gasLimit: 15_000_000 }));
        say(`${VM.evm} repaid ${dollars(event(done, 'Closed').repaid)}, kept ${dollars(event(done, 'Closed').profit)}, for ${done.gasUsed} gas`);
        const balance = await solana.connection.getTokenAccountBalance(token);
        say(`${VM.svm} ${wallet.publicKey} has ${balance.value.uiAmountString} USDC as SPL tokens`);
        expect('the share has arrived', balance.value.amount, '25000000');
    } finally {
        solana.close();
    }

    title('11. The same when the price has moved: everything is undone, the fee is paid');
    const before = [await showMarket(), await stage.usdc.balanceOf(at)].map(String), rich = await node.provider.getBalance(stage.wallet.address);
    const tx = await loan.arbitrage(10_000_000_000, 4_000_000_000, new Uint8Array(32), 0, { gasLimit: 15_000_000 });
    await tx.wait().catch(() => {});
    await showTransaction(node, tx.hash);
    const receipt = await node.provider.getTransactionReceipt(tx.hash);
    expect('nothing has changed', [await showMarket(), await stage.usdc.balanceOf(at)].map(String), before);
    expect('but the fee', rich - await node.provider.getBalance(stage.wallet.address) === receipt.gasUsed * receipt.gasPrice, true);
}

const compiledLoan = compileLoan();
const node = await startNode(['--quiet']);
try {
    say(`tern: Ethereum ${node.urls.eth}, Aptos ${node.urls.aptos}, Solana ${node.urls.solana}`);
    const deployed = await deployBoth(node);
    const ring = await deployRing(node, deployed.demo);
    await play(node, deployed);
    await playRing(node, deployed.demo, ring);
    await playLoan(node, compiledLoan);
} catch (e) {
    failures++;
    console.error(e);
    console.error(node.log());
} finally {
    await node.stop();
}
console.log(failures ? paint('31', `\n${failures} expectations failed`) : paint('32', '\nEverything is as expected.'));
process.exit(failures ? 1 : 0);
