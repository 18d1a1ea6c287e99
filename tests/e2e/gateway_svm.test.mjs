// Tokens to and from the Solana VM through the gateway, with @solana/spl-token; tokens that are at home there and in Move.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import {
    NATIVE_MINT, createAssociatedTokenAccount, createMint, getAccount, getAssociatedTokenAddressSync, getMint,
    approve, mintTo,
} from '@solana/spl-token';
import { ComputeBudgetProgram, Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import { Contract } from 'ethers';
import { compileMove, compileSolidity, deploy } from './lib/compile.mjs';
import * as g from './lib/gateway.mjs';
import { Solana } from './lib/messenger.mjs';
import { ROOT, startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const { EVM, MOVE, SVM, AUTHORITY, coinOf, erc20Of, mintOf, tokenId, wide } = g;
const GWEI = 10n ** 9n, RENT_MINT = 1_461_600n, RENT_ACCOUNT = 2_039_280n;
const hex = (x) => `0x${Buffer.from(x).toString('hex')}`;
const gas = { gasLimit: 6_000_000 };

let node, solana, payer, wallet, stranger, account, owner, gateway, sources, treasuryCode, vault;

before(async () => {
    account = Account.generate();
    owner = account.accountAddress.toStringLong();
    const issuer = compileMove('tests/e2e/gateway', { issuer: owner });
    sources = compileSolidity('tests/e2e/contracts/Tokens.sol');
    compileExamples(); // compiling takes long: no connection waits meanwhile
    node = await startNode(['--quiet']);
    solana = new Solana(node);
    payer = await solana.funded(1000);
    wallet = node.wallet(0);
    stranger = node.wallet(1);
    gateway = g.gatewayOf(wallet);
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    await publish(node.aptos, account, 'Gateway', ['issuer'], issuer);
});
after(async () => {
    solana?.close();
    await node?.stop();
});

function compileExamples() {
    const docs = readFileSync(path.join(ROOT, 'docs/cross-vm.md'), 'utf8');
    const block = (language, text) => docs.split('```' + language + '\n').slice(1).map((b) => b.split('```')[0]).find((b) => b.includes(text));
    treasuryCode = compileSolidity('docs/Treasury.sol', block('solidity', 'contract Treasury ')).Treasury;
    const work = mkdtempSync(path.join(ROOT, 'tests/e2e/docs-'));
    try {
        mkdirSync(path.join(work, 'sources'));
        writeFileSync(path.join(work, 'Move.toml'), '[package]\nname = "Vault"\nversion = "1.0.0"\n[addresses]\nvault = "_"\n'
            + '[dependencies]\nTernFramework = { local = "../../../framework" }\n');
        writeFileSync(path.join(work, 'sources/vault.move'), block('move', 'module vault::vault'));
        vault = compileMove(work, { vault: owner });
    } finally {
        rmSync(work, { recursive: true });
    }
}

const mined = async (tx) => (await tx).wait();
const callsOf = async (hash) => (await node.rpc('tern_traceTransaction', hash)).trace.calls;
const legsOf = async (tx) => callsOf((await mined(tx)).hash);
const view = (fn, args = [], types = []) => node.aptos.viewJson({ payload: { function: fn, functionArguments: args, typeArguments: types } });
const coins = async (type, who) => BigInt((await view('0x1::coin::balance', [who], [type]))[0]);
const move = (fn, args, types) => callEntry(node.aptos, account, `0x1::tern_gateway::${fn}`, args, types);
const holds = async (who, mint) => (await getAccount(solana.connection, getAssociatedTokenAddressSync(mint, who, true))).amount;
const openAccount = (who, mint) => createAssociatedTokenAccount(solana.connection, payer, mint, who, { commitment: 'confirmed' });
const sent = (who, ...instructions) => solana.send([who], ...instructions);
const fails = async (who, instruction, text) => {
    const { err, logs } = await solana.simulate(who, instruction);
    assert.ok(err, 'it is to fail');
    assert.match(`${JSON.stringify(err)} ${logs.join('\n')}`, text);
};
/** A call that the other machine refuses, with its words. */
const refused = (promise, text) => assert.rejects(promise, (e) => {
    const seen = g.gatewayInterface.parseError(e.data);
    assert.equal(seen?.name, 'CallFailed', e.message);
    assert.match(seen.args.message, text);
    return true;
});
const plain = (decimals = 6) => deploy(wallet, sources.Plain, 'Test Dollar', 'TUSD', decimals, 10n ** 30n);
const held = async (id) => { const t = await gateway.token(id); return [...t.held, t.moving]; };
async function registered(options = {}) {
    const token = await plain();
    await mined(gateway.register(token, { ...gas, ...options }));
    await mined(token.approve(g.GATEWAY, 2n ** 255n));
    const id = tokenId(EVM, await token.getAddress());
    return { token, id, mint: mintOf(id) };
}

test('an ERC-20 has its mint in the Solana VM when its rent is paid, by the EVM or by a wallet', async () => {
    assert.equal(BigInt(await solana.connection.getMinimumBalanceForRentExemption(82)), RENT_MINT);
    const { mint } = await registered({ value: RENT_MINT * GWEI });
    const made = await getMint(solana.connection, mint);
    assert.deepEqual([made.decimals, made.supply, made.freezeAuthority], [6, 0n, null]);
    assert.ok(made.mintAuthority.equals(AUTHORITY));
    await assert.rejects(gateway.register(await plain(), { value: 1n }), /WrongValue|execution reverted/);

    const { id, mint: second } = await registered();
    assert.equal(await solana.connection.getAccountInfo(second), null);
    // Whoever sends lamports there first does not keep it from being made.
    await sent(payer, SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: second, lamports: 1_000_000 }));
    await sent(payer, g.create(payer.publicKey, id));
    assert.equal((await getMint(solana.connection, second)).decimals, 6);
    await fails(payer, g.create(payer.publicKey, id), /in use|custom/i);
    await fails(payer, g.create(payer.publicKey, `0x${'12'.repeat(32)}`), /no such token/);
});

test('an ERC-20 goes to the Solana VM in one call, whose value pays for what has to be made', async () => {
    const { token, id, mint } = await registered();
    const who = Keypair.generate().publicKey;
    await mined(gateway.sendNow(token, SVM, hex(who.toBytes()), 700n, { ...gas, value: (RENT_MINT + RENT_ACCOUNT + 5_000_000n) * GWEI }));
    assert.equal(await holds(who, mint), 700n);
    assert.equal(await solana.connection.getBalance(who), 5_000_000);
    assert.equal(await token.balanceOf(g.GATEWAY), 700n);
    assert.deepEqual(await held(id), [0n, 0n, 700n, 0n]);
    // What an account could not keep is in its token account.
    const other = Keypair.generate().publicKey;
    await mined(gateway.sendNow(token, SVM, hex(other.toBytes()), 1n, { ...gas, value: (RENT_ACCOUNT + 7n) * GWEI }));
    assert.equal(await solana.connection.getBalance(other), 0);
    assert.equal(await solana.connection.getBalance(getAssociatedTokenAddressSync(mint, other, true)), Number(RENT_ACCOUNT + 7n));
    // Too little, or nothing: nothing has happened.
    const before = await token.balanceOf(wallet.address), third = hex(Keypair.generate().publicKey.toBytes());
    await refused(gateway.sendNow(token, SVM, third, 1n, { value: 1_000_000n * GWEI }), /insufficient lamports/);
    await refused(gateway.sendNow(token, SVM, third, 1n), /no lamports came along/);
    assert.equal(await token.balanceOf(wallet.address), before);
});

test('an ERC-20 goes to Move in one call', async () => {
    const { token, id } = await registered();
    await mined(gateway.sendNow(token, MOVE, owner, 11n, gas));
    assert.equal(await coins(coinOf(id), owner), 11n);
    await assert.rejects(gateway.sendNow(token, MOVE, owner, 1n, { value: 1n }));
    await refused(gateway.sendNow(token, MOVE, wide('0x7e'), 1n), /EINVALID_RECIPIENT/);
    assert.deepEqual(await held(id), [0n, 11n, 0n, 0n]);
});

test('round and round: EVM, Solana, Move, Solana, EVM', async () => {
    const { token, id, mint } = await registered({ value: RENT_MINT * GWEI });
    const asset = g.assetOf(id);
    await openAccount(payer.publicKey, mint);
    const [leg] = await legsOf(gateway.send(token, SVM, hex(payer.publicKey.toBytes()), 1000n, gas));
    assert.deepEqual([leg.ok, leg.error], [true, null]);
    assert.equal(await holds(payer.publicKey, mint), 1000n);
    // To Move: the home's books are kept, though the home has no part in it.
    await sent(payer, g.send(payer.publicKey, mint, MOVE, owner, 600));
    assert.equal(await coins(coinOf(id), owner), 600n);
    assert.deepEqual(await held(id), [0n, 600n, 400n, 0n]);
    assert.equal((await getMint(solana.connection, mint)).supply, 400n);
    await move('send', [asset, SVM, hex(payer.publicKey.toBytes()), 100]);
    assert.equal(await holds(payer.publicKey, mint), 500n);
    await sent(payer, g.send(payer.publicKey, mint, EVM, wide(stranger.address), 500));
    assert.equal(await token.balanceOf(stranger.address), 500n);
    await move('send', [asset, EVM, wide(stranger.address), 500]);
    assert.equal(await token.balanceOf(stranger.address), 1000n);
    assert.deepEqual(await held(id), [0n, 0n, 0n, 0n]);
});

test('a token account can be the recipient; an EVM address stands for its alias', async () => {
    const { token, id, mint } = await registered({ value: RENT_MINT * GWEI });
    const where = await openAccount(Keypair.generate().publicKey, mint);
    await mined(gateway.send(token, SVM, hex(where.toBytes()), 5n, gas));
    assert.equal((await getAccount(solana.connection, where)).amount, 5n);
    await mined(gateway.sendNow(token, SVM, wide(stranger.address), 6n, { ...gas, value: RENT_ACCOUNT * GWEI }));
    assert.equal(await holds(new PublicKey(await node.rpc('tern_alias', stranger.address, 'svm')), mint), 6n);
    assert.deepEqual(await held(id), [0n, 0n, 11n, 0n]);
});

test('an SPL token is registered, and goes to both other machines and back', async () => {
    const mint = await createMint(solana.connection, payer, payer.publicKey, null, 9);
    const from = await openAccount(payer.publicKey, mint);
    await mintTo(solana.connection, payer, mint, from, payer, 10_000);
    await sent(payer, g.register(payer.publicKey, mint));
    const id = tokenId(SVM, hex(mint.toBytes()));
    await fails(payer, g.register(payer.publicKey, mint), /registered already/);
    assert.equal((await gateway.token(id)).name, mint.toBase58().slice(0, 32));

    const [leg] = await callsOf(await sent(payer, // making the stand-in takes more than the 200,000 units that an instruction has
        ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 }), g.send(payer.publicKey, mint, EVM, wide(wallet.address), 3000)));
    assert.deepEqual([leg.ok, leg.error], [true, null]);
    const erc20 = g.tokenAt(erc20Of(id), wallet);
    assert.equal(await gateway.tokenOf(id), erc20Of(id));
    assert.deepEqual([await erc20.balanceOf(wallet.address), await erc20.totalSupply(), await erc20.decimals(), await erc20.symbol()],
        [3000n, 3000n, 9n, mint.toBase58().slice(0, 4)]);
    assert.equal(await holds(AUTHORITY, mint), 3000n);
    // Between machines that are not its home, and home.
    await callEntry(node.aptos, account, '0x1::tern_gateway::create', [id]);
    await mined(gateway.send(erc20, MOVE, owner, 1000n, gas));
    assert.equal(await coins(coinOf(id), owner), 1000n);
    assert.equal(await erc20.totalSupply(), 2000n);
    await move('send', [g.assetOf(id), SVM, hex(payer.publicKey.toBytes()), 1000]);
    await mined(gateway.sendNow(erc20, SVM, hex(payer.publicKey.toBytes()), 2000n, gas));
    assert.equal(await holds(payer.publicKey, mint), 10_000n);
    assert.equal(await holds(AUTHORITY, mint), 0n);
    assert.deepEqual(await held(id), [0n, 0n, 0n, 0n]);
});

test('a coin and an asset of Move are registered, and go to both other machines and back', async () => {
    const [{ inner: asset }] = await view(`${owner}::issuer::asset`);
    const money = `${owner}::issuer::Money`;
    await move('register', [asset]);
    await move('register_coin', [], [money]);
    await assert.rejects(move('register', [asset]), /registered already/);
    const id = tokenId(MOVE, asset);
    assert.equal((await view('0x1::tern_gateway::id_of', [asset]))[0], id.replace(/^0x0+/, '0x'));
    await move('send', [asset, EVM, wide(wallet.address), 900]);
    const erc20 = g.tokenAt(erc20Of(id), wallet);
    assert.deepEqual([await erc20.balanceOf(wallet.address), await erc20.name(), await erc20.decimals()], [900n, 'Asset', 8n]);
    await mined(gateway.sendNow(erc20, SVM, hex(payer.publicKey.toBytes()), 900n, { ...gas, value: (RENT_MINT + RENT_ACCOUNT) * GWEI }));
    assert.equal(await holds(payer.publicKey, mintOf(id)), 900n);
    await sent(payer, g.send(payer.publicKey, mintOf(id), MOVE, owner, 900));
    assert.equal((await view('0x1::primary_fungible_store::balance', [owner, asset], ['0x1::fungible_asset::Metadata']))[0], '1000000');
    assert.deepEqual(await held(id), [0n, 0n, 0n, 0n]);

    await callEntry(node.aptos, account, '0x1::tern_gateway::send_coin', [EVM, wide(stranger.address), 40], [money]);
    const coinId = tokenId(MOVE, (await view('0x1::coin::paired_metadata', [], [money]))[0].vec[0].inner);
    assert.equal(await g.tokenAt(erc20Of(coinId), wallet).balanceOf(stranger.address), 40n);
    assert.equal(await g.tokenAt(erc20Of(coinId), wallet).symbol(), 'MM');
});

test('in Move, assets with functions of their own, stand-ins and the native coin are not registered', async () => {
    const { id } = await registered();
    await assert.rejects(move('register', [(await view(`${owner}::issuer::own`))[0].inner]), /EDISPATCHABLE/);
    await assert.rejects(move('register', [g.assetOf(id)]), /ESTAND_IN/);
    await assert.rejects(move('register_coin', [], ['0x1::aptos_coin::AptosCoin']), /ENATIVE_ASSET/);
    await assert.rejects(move('create', [tokenId(MOVE, (await view(`${owner}::issuer::asset`))[0].inner)]), /EAT_HOME/);
    await assert.rejects(move('create', [`0x${'12'.repeat(32)}`]), /EUNKNOWN_TOKEN/);
});

test('an issuer in Move who takes what the gateway holds makes arrivals fail, not others poorer', async () => {
    const [{ inner: asset }] = await view(`${owner}::issuer::asset`);
    const id = tokenId(MOVE, asset), erc20 = g.tokenAt(erc20Of(id), wallet);
    await move('send', [asset, EVM, wide(wallet.address), 50]);
    await callEntry(node.aptos, account, `${owner}::issuer::seize`, [wide('0x7e'), 50]);
    const [leg] = await legsOf(gateway.send(erc20, MOVE, owner, 50n, gas));
    assert.equal(leg.ok, false);
    await mined(gateway.cancel(leg.messageId, gas));
    await mined(gateway.reclaim(leg.messageId, gas));
    assert.equal(await erc20.balanceOf(wallet.address), 50n);
});

test('in the Solana VM, only mints of SPL Token are registered', async () => {
    await fails(payer, g.register(payer.publicKey, payer.publicKey), /no mint of SPL Token/);
    await fails(payer, g.register(payer.publicKey, NATIVE_MINT), /the native asset moves as value/);
    const { mint } = await registered({ value: RENT_MINT * GWEI });
    await fails(payer, g.register(payer.publicKey, mint), /stand-in/);
});

test('what is wrong with an instruction is said, and nothing is taken', async () => {
    const { token, id, mint } = await registered({ value: RENT_MINT * GWEI });
    const thief = await solana.funded(10);
    await openAccount(payer.publicKey, mint);
    await mined(gateway.send(token, SVM, hex(payer.publicKey.toBytes()), 100n, gas));
    const mine = getAssociatedTokenAddressSync(mint, payer.publicKey);
    await fails(thief, g.send(thief.publicKey, mint, EVM, wide(stranger.address), 1, undefined, mine), /owner does not match|Custom.*4/i);
    await fails(thief, g.arrive(thief.publicKey, id, mint, thief.publicKey, 1), /only the gateways of other machines/);
    await fails(payer, g.send(payer.publicKey, mint, EVM, wide(stranger.address), 101), /insufficient funds/i);
    await fails(payer, g.send(payer.publicKey, mint, SVM, wide(stranger.address), 1), /tokens are sent to machine/);
    await fails(payer, g.send(payer.publicKey, mint, EVM, `0x${'00'.repeat(32)}`, 1), /not to nobody/);
    await fails(payer, g.send(payer.publicKey, mint, EVM, wide(stranger.address), 0), /nothing is sent/);
    const unsigned = g.send(payer.publicKey, mint, EVM, wide(stranger.address), 1);
    unsigned.keys[0] = { ...unsigned.keys[0], isSigner: false };
    await fails(thief, unsigned, /MissingRequiredSignature/);
    for (let i = 1; i < 7; i++) { // any other account in a place
        const wrong = g.send(payer.publicKey, mint, EVM, wide(stranger.address), 1);
        wrong.keys[i] = { ...wrong.keys[i], pubkey: Keypair.generate().publicKey };
        if (i === 3) continue; // a stand-in has no escrow
        await fails(payer, wrong, /./);
    }
    for (const data of [[], [6], [0, 0], [1, 2], [2], [3, ...new Array(111).fill(0)], [2, 0, ...new Array(40).fill(0), 255, 255, 255, 255]]) {
        const bad = g.send(payer.publicKey, mint, EVM, wide(stranger.address), 1);
        bad.data = Buffer.from(data);
        await fails(payer, bad, /InvalidInstructionData/);
    }
    const few = g.send(payer.publicKey, mint, EVM, wide(stranger.address), 1);
    few.keys.pop();
    await fails(payer, few, /NotEnoughAccountKeys/);
    assert.equal(await holds(payer.publicKey, mint), 100n);
});

test('an arrival without a token account is kept, and arrives when there is one', async () => {
    const { token, id, mint } = await registered({ value: RENT_MINT * GWEI });
    const who = Keypair.generate().publicKey;
    const [leg] = await legsOf(gateway.send(token, SVM, hex(who.toBytes()), 9n, gas));
    assert.equal(leg.ok, false);
    assert.match(leg.error, /no token account/);
    assert.deepEqual(await held(id), [0n, 0n, 0n, 9n]);
    await openAccount(who, mint);
    const queue = new Contract('0x7e00000000000000000000000000000000000004', ['function retry(bytes32)'], stranger);
    assert.equal((await legsOf(queue.retry(leg.messageId, gas)))[0].ok, true);
    assert.equal(await holds(who, mint), 9n);
});

test('what left the Solana VM and cannot arrive is cancelled and taken back, once', async () => {
    const { token, id, mint } = await registered({ value: RENT_MINT * GWEI });
    await openAccount(payer.publicKey, mint);
    await mined(gateway.send(token, SVM, hex(payer.publicKey.toBytes()), 100n, gas));
    const signature = await sent(payer, g.send(payer.publicKey, mint, EVM, wide(g.GATEWAY), 30)); // to the gateway itself
    const [leg] = await callsOf(signature);
    assert.deepEqual([leg.ok, await holds(payer.publicKey, mint)], [false, 70n]);
    const thief = await solana.funded(10);
    await fails(thief, g.cancel(thief.publicKey, leg.messageId), /only who sent/);
    await fails(thief, g.reclaim(thief.publicKey, leg.messageId, mint, payer.publicKey), /cancel it first/);
    await sent(payer, g.cancel(payer.publicKey, leg.messageId));
    await fails(thief, g.reclaim(thief.publicKey, leg.messageId, mint, thief.publicKey), /has to be the recipient/);
    await sent(thief, g.reclaim(thief.publicKey, leg.messageId, mint, payer.publicKey));
    assert.equal(await holds(payer.publicKey, mint), 100n);
    await fails(thief, g.reclaim(thief.publicKey, leg.messageId, mint, payer.publicKey), /taken back/);
    assert.deepEqual(await held(id), [0n, 0n, 100n, 0n]);
});

test('what is taken back comes out of the escrow, not from who has approved the authority', async () => {
    const mint = await createMint(solana.connection, payer, payer.publicKey, null, 6, undefined, { commitment: 'confirmed' });
    const victim = await solana.funded(10), thief = await solana.funded(10);
    const [lost, mine] = [await openAccount(victim.publicKey, mint), await openAccount(thief.publicKey, mint)];
    await mintTo(solana.connection, payer, mint, lost, payer, 100, [], { commitment: 'confirmed' });
    await mintTo(solana.connection, payer, mint, mine, payer, 100, [], { commitment: 'confirmed' });
    await sent(payer, g.register(payer.publicKey, mint));
    await approve(solana.connection, payer, lost, AUTHORITY, victim, 100, [], { commitment: 'confirmed' });
    const [leg] = await callsOf(await sent(thief, g.send(thief.publicKey, mint, EVM, wide(g.GATEWAY), 100)));
    await sent(thief, g.cancel(thief.publicKey, leg.messageId));
    const instruction = g.reclaim(thief.publicKey, leg.messageId, mint, thief.publicKey);
    const escrow = instruction.keys[4].pubkey;
    instruction.keys[4].pubkey = lost;
    await fails(thief, instruction, /account 4 has to be the escrow's token account/);
    instruction.keys[4].pubkey = escrow;
    await sent(thief, instruction);
    assert.deepEqual([await holds(victim.publicKey, mint), await holds(thief.publicKey, mint)], [100n, 100n]);
});

test('from Move and from Solana, too, tokens go in one call, or nothing happens', async () => {
    const { token, id, mint } = await registered({ value: RENT_MINT * GWEI });
    const asset = g.assetOf(id), who = Keypair.generate().publicKey;
    await mined(gateway.sendNow(token, MOVE, owner, 100n, gas));
    await move('send_now', [asset, EVM, wide(stranger.address), 10, 0, []]);
    assert.equal(await token.balanceOf(stranger.address), 10n);
    await assert.rejects(move('send_now', [asset, SVM, hex(who.toBytes()), 20, 0, []]), /no lamports came along/);
    await move('send_now', [asset, SVM, hex(who.toBytes()), 20, RENT_ACCOUNT + 1_000_000n, []]);
    assert.equal(await holds(who, mint), 20n);
    assert.equal(await solana.connection.getBalance(who), 1_000_000);
    await assert.rejects(move('send_now', [asset, EVM, wide(g.GATEWAY), 1, 0, []]), /InvalidRecipient|reverted/i);
    await assert.rejects(move('send_now', [asset, EVM, wide(stranger.address), 1, 1, []]), /ENOT_TAKEN_THERE/);
    await assert.rejects(move('send_now', [asset, SVM, hex(who.toBytes()), 1, 0, [1]]), /ENOT_TAKEN_THERE/);
    await assert.rejects(move('send_now', [asset, MOVE, owner, 1, 0, []]), /EINVALID_RECIPIENT/);

    await openAccount(payer.publicKey, mint);
    await move('send_now', [asset, SVM, hex(payer.publicKey.toBytes()), 50, 0, []]);
    await sent(payer, g.sendNow(payer.publicKey, mint, EVM, wide(stranger.address), 15));
    assert.equal(await token.balanceOf(stranger.address), 25n);
    await sent(payer, g.sendNow(payer.publicKey, mint, MOVE, owner, 5));
    assert.equal(await coins(coinOf(id), owner), 25n);
    await fails(payer, g.sendNow(payer.publicKey, mint, EVM, wide(g.GATEWAY), 1), /Custom.*258/s);
    await fails(payer, g.sendNow(payer.publicKey, mint, MOVE, wide('0x7e'), 1), /EINVALID_RECIPIENT/);
    assert.deepEqual(await held(id), [0n, 25n, 50n, 0n]);
});

test('into a contract of the EVM with data, from Move and from Solana', async () => {
    const { token, id, mint } = await registered({ value: RENT_MINT * GWEI });
    const asset = g.assetOf(id), address = await token.getAddress();
    const receiver = await deploy(wallet, sources.Receiver), at = wide(await receiver.getAddress());
    await mined(gateway.sendNow(token, MOVE, owner, 100n, gas));
    await openAccount(payer.publicKey, mint);
    await mined(gateway.sendNow(token, SVM, hex(payer.publicKey.toBytes()), 100n, gas));
    const seen = async () => (await receiver.queryFilter('Taken')).at(-1).args.toArray();
    await move('send_now', [asset, EVM, at, 10, 0, [...Buffer.from('hello')]]);
    assert.deepEqual(await seen(), [address, 10n, 1n, owner, hex(Buffer.from('hello'))]);
    for (const data of ['refuse', 'wrong']) await assert.rejects(move('send_now', [asset, EVM, at, 10, 0, [...Buffer.from(data)]]), /revert/);
    await sent(payer, g.sendNow(payer.publicKey, mint, EVM, at, 20, Buffer.from('hi')));
    assert.deepEqual(await seen(), [address, 20n, 2n, hex(payer.publicKey.toBytes()), hex(Buffer.from('hi'))]);
    // By a message, and back again by another.
    await sent(payer, ComputeBudgetProgram.setComputeUnitLimit({ units: 1_400_000 }), g.send(payer.publicKey, mint, EVM, at, 30, Buffer.from('back')));
    assert.equal(await holds(payer.publicKey, mint), 80n);
    assert.equal(await token.balanceOf(await receiver.getAddress()), 30n);
    await fails(payer, g.send(payer.publicKey, mint, MOVE, owner, 1, Buffer.from('x')), /with data if wanted/);
});

test('into a function of Move with data', async () => {
    const { token, id } = await registered();
    const asset = g.assetOf(id), took = () => view(`${owner}::issuer::taken`);
    const to = (name, module = 'issuer', moduleAddress = owner) => ({ moduleAddress, module, name });
    const data = hex(Buffer.from('hello')), before = await coins(coinOf(id), owner);
    await mined(gateway.sendToFunction(token, 40n, to('take'), data, true, gas));
    const [{ inner }, ...rest] = await took();
    assert.deepEqual([wide(inner), ...rest], [asset, '40', 0, `0x${wallet.address.slice(2).toLowerCase()}`, data]);
    const [leg] = await legsOf(gateway.sendToFunction(token, 2n, to('take'), '0x', false, gas));
    assert.equal(leg.ok, true);
    assert.equal((await took())[1], '2');
    assert.equal(await coins(coinOf(id), owner), before + 42n);
    const balance = await token.balanceOf(wallet.address);
    await refused(gateway.sendToFunction(token, 1n, to('take'), hex(Buffer.from('refuse')), true), /0x2a|42/);
    await refused(gateway.sendToFunction(token, 1n, to('odd'), '0x', true), /hand_over/);
    await refused(gateway.sendToFunction(token, 1n, to('nowhere'), '0x', true), /FUNCTION_RESOLUTION/);
    await refused(gateway.sendToFunction(token, 1n, to('no good'), '0x', true), /./);
    await refused(gateway.sendToFunction(token, 1n, to('send_asset', 'tern_gateway', wide('0x01')), '0x', true), /./);
    assert.equal(await token.balanceOf(wallet.address), balance);
    // A message that the function refuses is kept, and taken back.
    const [kept] = await legsOf(gateway.sendToFunction(token, 5n, to('take'), hex(Buffer.from('refuse')), false, gas));
    assert.equal(kept.ok, false);
    await mined(gateway.cancel(kept.messageId, gas));
    await mined(gateway.reclaim(kept.messageId, gas));
    assert.equal(await token.balanceOf(wallet.address), balance);
    assert.deepEqual(await held(id), [0n, 42n, 0n, 0n]);
});

test('the examples of docs/cross-vm.md compile and run', async () => {
    const treasury = await deploy(wallet, treasuryCode);
    const token = await plain(), id = tokenId(EVM, await token.getAddress());
    await mined(treasury.enter(token, { ...gas, value: RENT_MINT * GWEI }));
    await mined(token.transfer(treasury, 100n));
    const receiver = await deploy(wallet, sources.Receiver);
    await publish(node.aptos, account, 'Vault', ['vault'], vault);
    await mined(treasury.send(token, owner, 60n, gas));
    await mined(treasury.sendNow(token, hex(payer.publicKey.toBytes()), 40n, { ...gas, value: RENT_ACCOUNT * GWEI }));
    assert.deepEqual([await coins(coinOf(id), owner), await holds(payer.publicKey, mintOf(id))], [60n, 40n]);
    await callEntry(node.aptos, account, `${owner}::vault::pay`, [g.assetOf(id), wide(await receiver.getAddress()), 5, []]);
    await callEntry(node.aptos, account, `${owner}::vault::ship`, [g.assetOf(id), hex(payer.publicKey.toBytes()), 5]);
    assert.deepEqual([await token.balanceOf(receiver), await holds(payer.publicKey, mintOf(id))], [5n, 45n]);
    await mined(token.approve(g.GATEWAY, 7n));
    await mined(gateway.sendToFunction(token, 7n, { moduleAddress: owner, module: 'vault', name: 'take' }, '0x', true, gas));
    assert.deepEqual(await view(`${owner}::vault::last`), ['7', `0x${wallet.address.slice(2).toLowerCase()}`]);
});

test('every block runs again to the same end', async () => {
    assert.ok(await node.replay() > 0);
});
