// Solana's clients against a node: web3.js 1.x and kit, over HTTP and WebSocket.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
    AddressLookupTableProgram, ComputeBudgetProgram, Connection, Ed25519Program, Keypair, LAMPORTS_PER_SOL, NONCE_ACCOUNT_LENGTH, NonceAccount,
    PublicKey, SYSVAR_CLOCK_PUBKEY, SendTransactionError, SystemProgram, Transaction, TransactionMessage, VersionedTransaction,
    sendAndConfirmTransaction,
} from '@solana/web3.js';
import { address, createSolanaRpc, createSolanaRpcSubscriptions } from '@solana/kit';
import { startNode } from './lib/node.mjs';

let node, connection, payer;

before(async () => {
    node = await startNode(['--quiet']);
    connection = new Connection(node.urls.solana, { commitment: 'confirmed', wsEndpoint: node.urls.solanaWs });
    payer = await funded(100);
});
after(async () => {
    connection._rpcWebSocket.reconnect_interval = 1e9; // web3.js has no end: it would look for the node for ever
    connection._rpcWebSocket.close();
    await node.stop();
});

async function funded(sol) {
    const who = Keypair.generate();
    const signature = await connection.requestAirdrop(who.publicKey, sol * LAMPORTS_PER_SOL);
    await connection.confirmTransaction({ signature, ...await connection.getLatestBlockhash() });
    return who;
}

const send = (instructions, signers = [payer]) => sendAndConfirmTransaction(connection, new Transaction().add(...instructions), signers);

test('an airdrop and a transfer move lamports, and the fee is 5,000 a signature', async () => {
    const to = Keypair.generate().publicKey, before = await connection.getBalance(payer.publicKey);
    const signature = await send([SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: LAMPORTS_PER_SOL })]);
    assert.equal(await connection.getBalance(to), LAMPORTS_PER_SOL);
    assert.equal(await connection.getBalance(payer.publicKey), before - LAMPORTS_PER_SOL - 5000);

    const tx = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    assert.equal(tx.meta.err, null);
    assert.equal(tx.meta.fee, 5000);
    assert.equal(tx.meta.computeUnitsConsumed, 150);
    assert.deepEqual(tx.meta.logMessages, ['Program 11111111111111111111111111111111 invoke [1]', 'Program 11111111111111111111111111111111 success']);
    assert.deepEqual(tx.meta.preBalances.map((x, i) => tx.meta.postBalances[i] - x), [-LAMPORTS_PER_SOL - 5000, LAMPORTS_PER_SOL, 0]);
    assert.deepEqual(tx.transaction.signatures, [signature]);
    const block = await connection.getBlock(tx.slot, { maxSupportedTransactionVersion: 0 });
    assert.ok(block.transactions.some((t) => t.transaction.signatures[0] === signature));
    const list = await connection.getSignaturesForAddress(to);
    assert.deepEqual(list.map((row) => row.signature), [signature]);
    const { value: [status] } = await connection.getSignatureStatuses([signature]);
    assert.equal(status.slot, tx.slot);
    assert.equal(status.confirmationStatus, 'finalized');
});

test('a transfer of more than there is fails in preflight as on Solana', async () => {
    const poor = await funded(1);
    const tx = new Transaction().add(SystemProgram.transfer({ fromPubkey: poor.publicKey, toPubkey: payer.publicKey, lamports: 5 * LAMPORTS_PER_SOL }));
    await assert.rejects(sendAndConfirmTransaction(connection, tx, [poor]), (e) => {
        assert.ok(e instanceof SendTransactionError);
        assert.match(e.message, /custom program error: 0x1/);
        assert.ok(e.logs.some((line) => line === 'Transfer: insufficient lamports 999995000, need 5000000000'));
        return true;
    });
    // Without preflight it is in the chain, and has paid.
    const signature = await connection.sendTransaction(tx, [poor], { skipPreflight: true });
    // web3.js asks for the status and listens at once: it resolves with the error where the news come first, else it rejects.
    const error = await connection.confirmTransaction({ signature, ...await connection.getLatestBlockhash() }).then(({ value }) => value.err, (e) => e);
    assert.deepEqual(error, { InstructionError: [0, { Custom: 1 }] });
    assert.equal(await connection.getBalance(poor.publicKey), LAMPORTS_PER_SOL - 5000);
});

test('the same message is not processed twice; one with an unknown blockhash is not at all', async () => {
    const to = Keypair.generate().publicKey;
    const tx = new Transaction().add(SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 1_000_000 }));
    const { blockhash } = await connection.getLatestBlockhash();
    tx.recentBlockhash = blockhash;
    tx.sign(payer);
    await connection.sendRawTransaction(tx.serialize());
    await assert.rejects(connection.sendRawTransaction(tx.serialize()), /already been processed/);
    assert.equal(await connection.getBalance(to), 1_000_000);
    tx.recentBlockhash = Keypair.generate().publicKey.toBase58();
    tx.sign(payer);
    await assert.rejects(connection.sendRawTransaction(tx.serialize()), /Blockhash not found/);
    assert.equal((await connection.isBlockhashValid(blockhash)).value, true);
});

test('a durable nonce', async () => {
    const nonce = Keypair.generate(), rent = await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH);
    await send([
        SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: nonce.publicKey, lamports: rent, space: NONCE_ACCOUNT_LENGTH, programId: SystemProgram.programId }),
        SystemProgram.nonceInitialize({ noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey }),
    ], [payer, nonce]);
    const read = async () => NonceAccount.fromAccountData((await connection.getAccountInfo(nonce.publicKey)).data).nonce;
    const first = await read(), to = Keypair.generate().publicKey;
    const tx = new Transaction({ feePayer: payer.publicKey, nonceInfo: { nonce: first, nonceInstruction: SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey }) } })
        .add(SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 2_000_000 }));
    tx.sign(payer);
    const signature = await connection.sendRawTransaction(tx.serialize());
    assert.equal((await connection.getSignatureStatus(signature)).value.err, null);
    assert.equal(await connection.getBalance(to), 2_000_000);
    assert.notEqual(await read(), first);
    const parsed = (await connection.getParsedAccountInfo(nonce.publicKey)).value.data;
    assert.equal(parsed.program, 'nonce');
    assert.equal(parsed.parsed.info.authority, payer.publicKey.toBase58());
});

test('a lookup table lets a version 0 transaction name more accounts', async () => {
    const [create, table] = AddressLookupTableProgram.createLookupTable({ authority: payer.publicKey, payer: payer.publicKey, recentSlot: await connection.getSlot() - 1 });
    const targets = Array.from({ length: 8 }, () => Keypair.generate().publicKey);
    await send([create]);
    await send([AddressLookupTableProgram.extendLookupTable({ lookupTable: table, authority: payer.publicKey, payer: payer.publicKey, addresses: targets })]);
    await send([SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: Keypair.generate().publicKey, lamports: 1_000_000 })]); // the next slot
    const { value: lookup } = await connection.getAddressLookupTable(table);
    assert.deepEqual(lookup.state.addresses.map(String), targets.map(String));
    const message = new TransactionMessage({
        payerKey: payer.publicKey,
        recentBlockhash: (await connection.getLatestBlockhash()).blockhash,
        instructions: targets.map((to) => SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 900_000 })),
    }).compileToV0Message([lookup]);
    const tx = new VersionedTransaction(message);
    tx.sign([payer]);
    const signature = await connection.sendTransaction(tx);
    const done = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    assert.equal(done.meta.err, null);
    assert.deepEqual(done.meta.loadedAddresses.writable.map(String), targets.map(String));
    for (const to of targets) assert.equal(await connection.getBalance(to), 900_000);
    await assert.rejects(connection.getTransaction(signature), /maxSupportedTransactionVersion/);
});

test('compute budgets, precompiles and simulation', async () => {
    const signer = Keypair.generate();
    const signature = await send([
        ComputeBudgetProgram.setComputeUnitLimit({ units: 10_000 }),
        ComputeBudgetProgram.setComputeUnitPrice({ microLamports: 2_000_000 }),
        Ed25519Program.createInstructionWithPrivateKey({ privateKey: signer.secretKey, message: Buffer.from('Tern') }),
    ]);
    const { meta } = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
    assert.equal(meta.fee, 2 * 5000 + 10_000 * 2);
    const tx = new Transaction({ feePayer: payer.publicKey, ...await connection.getLatestBlockhash() })
        .add(SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: signer.publicKey, lamports: 1_000_000 }));
    const before = await connection.getBalance(payer.publicKey);
    const { value } = await connection.simulateTransaction(tx, undefined, [payer.publicKey, signer.publicKey]);
    assert.equal(value.err, null);
    assert.equal(value.unitsConsumed, 150);
    assert.equal(value.accounts[1].lamports, 1_000_000);
    assert.equal(await connection.getBalance(payer.publicKey), before);
    assert.equal((await connection.getFeeForMessage(tx.compileMessage())).value, 5000);
});

test('subscriptions tell of accounts, logs, signatures and slots', async () => {
    const to = Keypair.generate().publicKey, seen = {};
    const wait = (name, subscribe) => new Promise((resolve) => { seen[name] = subscribe((...x) => resolve(x)); });
    const account = wait('account', (told) => connection.onAccountChange(to, told));
    const logs = wait('logs', (told) => connection.onLogs(to, told));
    const slot = wait('slot', (told) => connection.onSlotChange(told));
    const waits = () => Object.values(connection._subscriptionsByHash).some(({ state }) => ['pending', 'subscribing'].includes(state));
    while (waits()) await new Promise((r) => setTimeout(r, 20)); // web3.js has no word for "subscribed"
    const signature = await send([SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports: 3_000_000 })]);
    const [info] = await account, [log] = await logs, [{ slot: number }] = await slot;
    assert.equal(info.lamports, 3_000_000);
    assert.equal(log.signature, signature);
    assert.equal(log.err, null);
    assert.ok(number > 0);
    await connection.removeAccountChangeListener(seen.account);
    await connection.removeOnLogsListener(seen.logs);
    await connection.removeSlotChangeListener(seen.slot);
});

test('sysvars, supply, epochs and what a cluster of one answers', async () => {
    const clock = (await connection.getParsedAccountInfo(SYSVAR_CLOCK_PUBKEY)).value.data.parsed.info;
    assert.equal(clock.slot, await connection.getSlot() + 1);
    assert.ok(Math.abs(clock.unixTimestamp - Date.now() / 1000) < 120);
    assert.equal((await connection.getEpochInfo()).slotsInEpoch, 432_000);
    const { value } = await connection.getSupply();
    assert.ok(value.total > 999_999_999 * LAMPORTS_PER_SOL / 2);
    assert.equal((await connection.getVersion())['solana-core'].split('.').length, 3);
    assert.equal((await connection.getClusterNodes()).length, 1);
    assert.equal((await connection.getMultipleAccountsInfo([payer.publicKey, Keypair.generate().publicKey]))[1], null);
    assert.equal((await (await fetch(`${node.urls.solana}/health`)).text()), 'ok');
});

test('kit reads the same, and hears of slots', async () => {
    const rpc = createSolanaRpc(node.urls.solana), news = createSolanaRpcSubscriptions(node.urls.solanaWs);
    const key = address(payer.publicKey.toBase58());
    assert.equal((await rpc.getBalance(key).send()).value, BigInt(await connection.getBalance(payer.publicKey)));
    const info = await rpc.getAccountInfo(address(PublicKey.default.toBase58()), { encoding: 'base64' }).send();
    assert.equal(Buffer.from(info.value.data[0], 'base64').toString(), 'system_program');
    const abort = new AbortController();
    const slots = await news.slotNotifications().subscribe({ abortSignal: abort.signal });
    const next = (async () => { for await (const n of slots) return n; })();
    await connection.requestAirdrop(payer.publicKey, 1);
    assert.ok((await next).slot > 0n);
    abort.abort();
});

test('requests that are wrong get an error, and the node lives on', async () => {
    const call = async (method, ...params) => (await (await fetch(node.urls.solana, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })).json()).error;
    const key = payer.publicKey.toBase58();
    for (const [method, params, code, text] of [
        ['getBalance', ['0OIl'], -32602, /Invalid/],
        ['getBalance', [key.slice(2)], -32602, /WrongSize/],
        ['getBalance', [], -32602, /at least 1 argument/],
        ['getBalance', [key, 7], -32602, /must be an object/],
        ['getBalance', [key, { commitment: 'soon' }], -32602, /commitment/],
        ['getBalance', [key, { minContextSlot: 1e9 }], -32016, /Minimum context slot/],
        ['getAccountInfo', [key, { encoding: 'hex' }], -32602, /encoding/],
        ['getMultipleAccounts', [Array(101).fill(key)], -32602, /Too many inputs/],
        ['getProgramAccounts', [key, { filters: [{ colour: 1 }] }], -32602, /filter/],
        ['getTransaction', ['x'], -32602, /Invalid param/],
        ['getBlock', [-1], -32602, /integer/],
        ['getBlock', [1e9], -32004, /not available/],
        ['sendTransaction', ['!!', { encoding: 'base64' }], -32602, /invalid base64/],
        ['sendTransaction', ['AQ==', { encoding: 'base64' }], -32602, /failed to deserialize/],
        ['simulateTransaction', ['AQ==', { encoding: 'hex' }], -32602, /unsupported encoding/],
        ['requestAirdrop', [key, -5], -32602, /not negative/],
        ['getTokenSupply', [key], -32602, /not a Token mint/],
        ['getNothing', [], -32601, /^Method not found$/],
    ]) {
        const error = await call(method, ...params);
        assert.equal(error?.code, code, `${method}: ${JSON.stringify(error)}`);
        assert.match(error.message, text);
    }
    assert.ok(await connection.getSlot() > 0);
});

test('what the blocks did is what running them again gives', async () => {
    await node.replay();
});
