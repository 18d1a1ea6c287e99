// Solana's JSON-RPC method by method: what Agave's API has, its rules, limits and refusals; with kit, web3.js, and calls as they are.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { address, createSolanaRpc, createSolanaRpcSubscriptions } from '@solana/kit';
import { ComputeBudgetProgram, Keypair, SystemProgram, Transaction, TransactionMessage, VersionedTransaction } from '@solana/web3.js';
import { startSolana } from './lib/solana.mjs';

let chain, connection, payer, rpc, node;
const text = (key) => key.toBase58(), pay = (to, lamports) => SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports });

before(async () => {
    chain = await startSolana();
    ({ connection, payer } = chain);
    rpc = createSolanaRpc(chain.node.urls.solana);
    node = await rpc.getIdentity().send();
});
after(() => chain.stop());

test('every method of Agave’s API is there', async () => {
    const methods = `getAccountInfo getBalance getBlock getBlockCommitment getBlockHeight getBlockProduction getBlockTime getBlocks getBlocksWithLimit
        getClusterNodes getEpochInfo getEpochSchedule getFeeForMessage getFirstAvailableBlock getGenesisHash getHealth getHighestSnapshotSlot getIdentity
        getInflationGovernor getInflationRate getInflationReward getLargestAccounts getLatestBlockhash getLeaderSchedule getMaxRetransmitSlot
        getMaxShredInsertSlot getMinimumBalanceForRentExemption getMultipleAccounts getProgramAccounts getRecentPerformanceSamples
        getRecentPrioritizationFees getSignatureStatuses getSignaturesForAddress getSlot getSlotLeader getSlotLeaders getStakeMinimumDelegation getSupply
        getTokenAccountBalance getTokenAccountsByDelegate getTokenAccountsByOwner getTokenLargestAccounts getTokenSupply getTransaction
        getTransactionCount getVersion getVoteAccounts isBlockhashValid minimumLedgerSlot requestAirdrop sendTransaction simulateTransaction`.split(/\s+/);
    for (const method of methods) {
        const { error } = await chain.raw(method);
        assert.notEqual(error?.code, -32601, method);
    }
});

test('one node leads every slot and makes every block', async () => {
    const slot = await rpc.getSlot().send();
    assert.equal(await rpc.getSlotLeader().send(), node.identity);
    assert.deepEqual(await rpc.getSlotLeaders(slot, 3).send(), [node.identity, node.identity, node.identity]);
    const { value: { byIdentity, range } } = await rpc.getBlockProduction().send();
    assert.deepEqual(range, { firstSlot: 0n, lastSlot: slot });
    assert.deepEqual(byIdentity, { [node.identity]: [slot + 1n, slot + 1n] });
    const other = address(text(Keypair.generate().publicKey));
    assert.deepEqual((await rpc.getBlockProduction({ identity: other }).send()).value.byIdentity, {});
    assert.deepEqual((await rpc.getBlockProduction({ range: { firstSlot: 1n, lastSlot: 1n } }).send()).value.byIdentity, { [node.identity]: [1n, 1n] });
    await assert.rejects(rpc.getBlockProduction({ range: { firstSlot: 0n, lastSlot: slot + 9n } }).send(), /is too large; max/);
    await assert.rejects(rpc.getBlockProduction({ range: { firstSlot: 1n, lastSlot: 0n } }).send(), /cannot be less than firstSlot/);
    const schedule = await rpc.getLeaderSchedule(null, { identity: node.identity }).send();
    assert.deepEqual(Object.keys(schedule), [node.identity]);
    assert.equal(schedule[node.identity].length, 432_000);
    assert.equal(Number(schedule[node.identity][431_999]), 431_999);
    assert.deepEqual(await rpc.getLeaderSchedule(null, { identity: other }).send(), {});
    assert.equal(await rpc.getLeaderSchedule(slot + 1_000_000n).send(), null);
});

test('nobody votes, nothing is inflated, nothing is staked', async () => {
    assert.deepEqual(await rpc.getVoteAccounts().send(), { current: [], delinquent: [] });
    assert.deepEqual(await rpc.getInflationRate().send(), { epoch: 0n, foundation: 0, total: 0, validator: 0 });
    assert.equal((await rpc.getStakeMinimumDelegation().send()).value, 1n);
    assert.deepEqual(await rpc.getInflationReward([address(text(payer.publicKey))]).send(), [null]);
    const { error } = await chain.raw('getHighestSnapshotSlot');
    assert.deepEqual([error.code, error.message], [-32008, 'No snapshot']);
});

test('priority fees are the least that a slot’s transactions paid, or those that write an account', async () => {
    const busy = await chain.funded(1), price = (microLamports) => ComputeBudgetProgram.setComputeUnitPrice({ microLamports });
    const signature = await chain.send([price(777), pay(busy.publicKey, 1_000_000)]);
    const { slot } = await chain.parsed(signature);
    const of = async (...keys) => (await rpc.getRecentPrioritizationFees(keys).send()).find((f) => f.slot === BigInt(slot)).prioritizationFee;
    assert.equal(await of(), 777n);
    assert.equal(await of(address(text(busy.publicKey))), 777n);
    await chain.nextSlot();
    const list = await rpc.getRecentPrioritizationFees().send();
    assert.equal(list.at(-1).slot, await rpc.getSlot().send());
    assert.equal(list.at(-1).prioritizationFee, 0n);
    assert.ok(list.length <= 150);
    const { error } = await chain.raw('getRecentPrioritizationFees', Array(129).fill(text(payer.publicKey)));
    assert.deepEqual([error.code, error.message], [-32602, 'Too many inputs provided; max 128']);
});

test('performance is counted by the minute', async () => {
    await chain.node.rpc('evm_increaseTime', 150);
    await chain.node.rpc('evm_mine');
    const samples = await rpc.getRecentPerformanceSamples(3).send();
    assert.ok(samples.length >= 2 && samples.length <= 3);
    for (const s of samples) assert.equal(s.samplePeriodSecs, 60);
    assert.equal(samples[0].slot, await rpc.getSlot().send());
    assert.equal(samples[0].numSlots, 1n); // the block after all that time
    assert.equal(samples[0].numTransactions, 0n);
    const { error } = await chain.raw('getRecentPerformanceSamples', 721);
    assert.deepEqual([error.code, error.message], [-32602, 'Invalid limit; max 720']);
});

test('a block in all its forms', async () => {
    const to = Keypair.generate().publicKey, signature = await chain.send([pay(to, 1_000_000)]);
    const { slot } = await chain.parsed(signature);
    const get = (config) => chain.rpc('getBlock', slot, { maxSupportedTransactionVersion: 0, ...config });
    const whole = await get({});
    assert.deepEqual(Object.keys(whole).sort(), ['blockHeight', 'blockTime', 'blockhash', 'parentSlot', 'previousBlockhash', 'rewards', 'transactions']);
    assert.equal(whole.parentSlot, slot - 1);
    assert.equal(whole.previousBlockhash, (await chain.rpc('getBlock', slot - 1, { transactionDetails: 'none' })).blockhash);
    const [tx] = whole.transactions;
    assert.equal(tx.version, 'legacy');
    assert.deepEqual(tx.meta.loadedAddresses, { readonly: [], writable: [] });
    assert.deepEqual((await get({ transactionDetails: 'signatures' })).signatures, [signature]);
    assert.deepEqual(Object.keys(await get({ transactionDetails: 'none', rewards: false })).sort(), ['blockHeight', 'blockTime', 'blockhash', 'parentSlot', 'previousBlockhash']);
    const [accounts] = (await get({ transactionDetails: 'accounts' })).transactions;
    assert.deepEqual(Object.keys(accounts).sort(), ['meta', 'transaction', 'version']);
    assert.deepEqual(accounts.transaction.accountKeys.map((k) => [k.pubkey, k.signer, k.source, k.writable]), [
        [text(payer.publicKey), true, 'transaction', true], [text(to), false, 'transaction', true], [text(SystemProgram.programId), false, 'transaction', false]]);
    assert.deepEqual(Object.keys(accounts.meta).sort(), ['err', 'fee', 'postBalances', 'postTokenBalances', 'preBalances', 'preTokenBalances', 'status']);
    const [parsed] = (await get({ encoding: 'jsonParsed' })).transactions;
    assert.ok(!('loadedAddresses' in parsed.meta)); // they are among the keys
    const [raw] = (await get({ encoding: 'base64' })).transactions;
    assert.equal(Transaction.from(Buffer.from(raw.transaction[0], 'base64')).instructions.length, 1);
    for (const [method, ...params] of [['getBlock', slot], ['getTransaction', signature], ['getSignaturesForAddress', text(to)], ['getBlocks', 0, slot], ['getBlocksWithLimit', 0, 1]]) {
        const { error } = await chain.raw(method, ...params, { commitment: 'processed' });
        assert.deepEqual([error?.code, error?.message], [-32602, 'Method does not support commitment below `confirmed`'], method);
    }
    const { error } = await chain.raw('getBlocksWithLimit', 0, 500_001);
    assert.deepEqual([error.code, error.message], [-32602, 'Limit too large; max 500000']);
});

test('a version that the client does not name is refused everywhere', async () => {
    const { blockhash } = await connection.getLatestBlockhash();
    const tx = new VersionedTransaction(new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: blockhash, instructions: [pay(Keypair.generate().publicKey, 1_000_000)] }).compileToV0Message());
    tx.sign([payer]);
    const signature = await connection.sendTransaction(tx);
    const { slot } = await chain.parsed(signature);
    const want = 'Transaction version (0) is not supported by the requesting client. Please try the request again with the following configuration parameter: "maxSupportedTransactionVersion": 0';
    for (const call of [['getTransaction', signature], ['getBlock', slot], ['getBlock', slot, { transactionDetails: 'accounts' }]]) {
        const { error } = await chain.raw(...call);
        assert.deepEqual([error.code, error.message], [-32015, want]);
    }
    await chain.rpc('getBlock', slot, { transactionDetails: 'signatures' });
});

test('the signatures of an address, in pages', async () => {
    const to = Keypair.generate().publicKey, sent = [];
    for (let i = 0; i < 5; i++) sent.unshift(await chain.send([pay(to, 1_000_000 + i)]));
    const list = async (config) => (await connection.getSignaturesForAddress(to, config)).map((row) => row.signature);
    assert.deepEqual(await list(), sent);
    assert.deepEqual(await list({ limit: 2 }), sent.slice(0, 2));
    assert.deepEqual(await list({ before: sent[1] }), sent.slice(2));
    assert.deepEqual(await list({ until: sent[3] }), sent.slice(0, 3));
    assert.deepEqual(await list({ before: sent[0], until: sent[3], limit: 1 }), sent.slice(1, 2));
    const unknown = '1'.repeat(64);
    assert.deepEqual(await list({ before: unknown }), []);
    assert.deepEqual(await list({ until: unknown }), sent);
    for (const limit of [0, 1001]) assert.match((await chain.raw('getSignaturesForAddress', text(to), { limit })).error.message, /Invalid limit; max 1000/);
});

test('a simulation tells what the transaction would leave, pay and return', async () => {
    const to = Keypair.generate().publicKey, before = await connection.getBalance(payer.publicKey);
    const { value } = await chain.simulate([pay(to, 1_000_000)]);
    assert.equal(value.err, null);
    assert.equal(value.fee, 5000);
    assert.deepEqual(value.preBalances, [before, 0, 1]);
    assert.deepEqual(value.postBalances, [before - 1_005_000, 1_000_000, 1]);
    assert.deepEqual([value.preTokenBalances, value.postTokenBalances], [[], []]);
    assert.deepEqual(value.loadedAddresses, { readonly: [], writable: [] });
    const tx = new Transaction({ feePayer: payer.publicKey, recentBlockhash: text(Keypair.generate().publicKey) }).add(pay(to, 1));
    const wire = tx.serialize({ requireAllSignatures: false, verifySignatures: false }).toString('base64');
    const ask = async (config) => chain.raw('simulateTransaction', wire, { encoding: 'base64', ...config });
    assert.equal((await ask({})).result.value.err, 'BlockhashNotFound');
    const replaced = (await ask({ replaceRecentBlockhash: true, innerInstructions: true, accounts: { encoding: 'base64', addresses: [text(to)] } })).result.value;
    assert.deepEqual(replaced.err, { InsufficientFundsForRent: { account_index: 1 } });
    assert.match((await ask({ accounts: { encoding: 'base58', addresses: [text(to)] } })).error.message, /base58 encoding not supported/);
    assert.ok(await chain.rpc('isBlockhashValid', replaced.replacementBlockhash.blockhash));
    assert.equal((await ask({ sigVerify: true })).error.code, -32003);
    assert.match((await ask({ sigVerify: true, replaceRecentBlockhash: true })).error.message, /sigVerify may not be used with replaceRecentBlockhash/);
});

test('a transaction that cannot be sent is refused as Agave refuses it', async () => {
    const type = 'solana_transaction::versioned::VersionedTransaction', tx = new Transaction({ feePayer: payer.publicKey, ...await connection.getLatestBlockhash() });
    tx.add(pay(Keypair.generate().publicKey, 1_000_000));
    tx.sign(payer);
    const good = tx.serialize(), bad = Buffer.from(good), send = async (wire, config) => chain.raw('sendTransaction', wire.toString('base64'), { encoding: 'base64', ...config });
    bad[5] ^= 1;
    const refusal = async (wire, config) => { const { error } = await send(wire, config); return [error.code, error.message]; };
    assert.deepEqual(await refusal(Buffer.alloc(1233)), [-32602, `decoded ${type} too large: 1233 bytes (max: 1232 bytes)`]);
    assert.deepEqual(await refusal(Buffer.alloc(1300)), [-32602, `base64 encoded ${type} too large: 1736 bytes (max: encoded/raw 1644/1232)`]);
    assert.match((await send(good.subarray(0, 80))).error.message, new RegExp(`^failed to deserialize ${type}: `));
    assert.deepEqual(await refusal(bad), [-32003, 'Transaction signature verification failure']);
    assert.equal((await send(good, { minContextSlot: 1e9 })).error.code, -32016);
    const { result } = await send(good);
    const again = await send(good);
    assert.deepEqual([again.error.code, again.error.message], [-32002, 'Transaction simulation failed: This transaction has already been processed']);
    assert.equal(again.error.data.err, 'AlreadyProcessed');
    assert.deepEqual(again.error.data.logs, []);
    assert.equal((await send(good, { skipPreflight: true })).result, result);
    const poor = Keypair.generate(), other = new Transaction({ feePayer: poor.publicKey, ...await connection.getLatestBlockhash() }).add(SystemProgram.transfer({ fromPubkey: poor.publicKey, toPubkey: payer.publicKey, lamports: 1 }));
    other.sign(poor);
    assert.deepEqual(await refusal(other.serialize()), [-32002, 'Transaction simulation failed: Attempt to debit an account but found no record of a prior credit.']);
});

test('slots’ updates, signatures that are received, and what is not offered without Agave’s flags', async () => {
    const updates = [];
    const listener = connection.onSlotUpdate((u) => updates.push(u));
    await chain.subscribed();
    const signature = await chain.send([pay(Keypair.generate().publicKey, 1_000_000)]);
    const { slot, blockTime } = await chain.parsed(signature);
    await chain.until(() => updates.some((u) => u.slot === slot && u.type === 'root'));
    const own = updates.filter((u) => u.slot === slot);
    assert.deepEqual(own.map((u) => u.type), ['createdBank', 'completed', 'frozen', 'optimisticConfirmation', 'root']);
    assert.equal(own[0].parent, slot - 1);
    assert.deepEqual(own[2].stats, { maxTransactionsPerEntry: 1, numFailedTransactions: 0, numSuccessfulTransactions: 1, numTransactionEntries: 1 });
    assert.equal(Math.floor(own[0].timestamp / 1000), blockTime);
    await connection.removeSlotUpdateListener(listener);

    const socket = new WebSocket(chain.node.urls.solanaWs);
    await new Promise((resolve) => { socket.onopen = resolve; });
    const ask = (method, ...params) => new Promise((resolve) => {
        socket.onmessage = ({ data }) => resolve(JSON.parse(data));
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
    });
    for (const method of ['blockSubscribe', 'voteSubscribe', 'blockUnsubscribe', 'voteUnsubscribe'])
        assert.deepEqual((await ask(method, 'all')).error, { code: -32601, message: 'Method not found' });
    assert.match((await ask('programSubscribe', text(payer.publicKey), { filters: Array(5).fill({ dataSize: 1 }) })).error.message, /Too many filters provided; max 4/);
    assert.match((await ask('accountSubscribe', text(payer.publicKey), { commitment: 'soon' })).error.message, /commitment/);
    assert.deepEqual((await ask('slotUnsubscribe', 12345)).error, { code: -32602, message: 'Invalid subscription id.' });
    // web3.js stops listening after the first of the two.
    const told = [];
    socket.onmessage = ({ data }) => told.push(JSON.parse(data));
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'signatureSubscribe', params: [signature, { commitment: 'confirmed', enableReceivedNotification: true }] }));
    await chain.until(() => told.length === 3);
    assert.deepEqual(told.slice(1).map((n) => [n.method, n.params.subscription, n.params.result.value]), [
        ['signatureNotification', told[0].result, 'receivedSignature'], ['signatureNotification', told[0].result, { err: null }]]);
    // An account's data where base58, the oldest encoding, is too short for it.
    told.length = 0;
    const large = Keypair.generate();
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'accountSubscribe', params: [text(large.publicKey)] }));
    await chain.until(() => told.length === 1);
    await chain.send([SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: large.publicKey, lamports: 3_000_000, space: 129, programId: SystemProgram.programId })], [payer, large]);
    await chain.until(() => told.length === 2);
    assert.equal(told[1].params.result.value.data, 'error: data too large for bs58 encoding');
    socket.close();
});

test('kit hears of a program’s accounts by filters', async () => {
    const news = createSolanaRpcSubscriptions(chain.node.urls.solanaWs), abort = new AbortController();
    const owner = Keypair.generate().publicKey, wanted = Keypair.generate(), other = Keypair.generate();
    const notes = await news.programNotifications(address(text(owner)), { commitment: 'confirmed', encoding: 'base64', filters: [{ dataSize: 5n }, { memcmp: { offset: 1n, bytes: 'AAAAAA==', encoding: 'base64' } }] })
        .subscribe({ abortSignal: abort.signal });
    const next = (async () => { for await (const n of notes) return n; })();
    const make = (who, space) => SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: who.publicKey, lamports: 2_000_000, space, programId: owner });
    await chain.send([make(other, 6)], [payer, other]);
    await chain.send([make(wanted, 5)], [payer, wanted]);
    const { value } = await next;
    assert.equal(value.pubkey, text(wanted.publicKey));
    assert.equal(value.account.owner, text(owner));
    assert.equal(value.account.space, 5n);
    abort.abort();
});

test('what the blocks did is what running them again gives', async () => {
    await chain.node.replay();
});
