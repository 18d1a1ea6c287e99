// Transactions and blocks as BCS (Accept: application/x-bcs), read with the SDK's types and held against the same in JSON;
// and the events of blocks.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account, AccountAddress, Deserializer, Serializer, SignedTransaction, StructTag, TypeTag, generateSignedTransactionForSimulation } from '@aptos-labs/ts-sdk';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { compilePackage } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

const BCS = 'application/x-bcs';
const BOB = `0x${'b0'.repeat(32)}`;
let node, aptos, owner, address;
const sent = {}; // by name, as JSON

before(async () => {
    node = await startNode(['--quiet']);
    aptos = node.aptos;
    owner = Account.generate();
    address = owner.accountAddress.toString();
    await aptos.fundAccount({ accountAddress: address, amount: 1_000_000_000 });
    const { modules } = compilePackage('tests/e2e/aptos/move', { probe: address });
    sent.published = await publish(aptos, owner, 'Probe', ['probe'], modules);
    sent.aborted = await failing('0x1::aptos_account::transfer', [BOB, 10_000_000_000_000]);
    sent.paid = await callEntry(aptos, owner, '0x1::aptos_account::transfer', [BOB, 10]);
});
after(() => node?.stop());

async function failing(func, functionArguments) {
    const transaction = await aptos.transaction.build.simple({ sender: address, data: { function: func, functionArguments }, options: { maxGasAmount: 100000 } });
    const { hash } = await aptos.signAndSubmitTransaction({ signer: owner, transaction });
    return aptos.waitForTransaction({ transactionHash: hash, options: { checkSuccess: false } });
}
const json = async (path) => (await fetch(`${node.urls.aptos}${path}`)).json();
async function bcs(path, options = {}) {
    const r = await fetch(`${node.urls.aptos}${path}`, { ...options, headers: { accept: BCS, ...options.headers } });
    assert.equal(r.status, 200, `${path}: ${r.ok ? "" : await r.clone().text()}`);
    assert.equal(r.headers.get('content-type'), BCS);
    return new Deserializer(new Uint8Array(await r.arrayBuffer()));
}

// ---- Readers

const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
const hash = (d) => { const b = d.deserializeBytes(); assert.equal(b.length, 32); return hex(b); };
const option = (d, read) => (d.deserializeBool() ? read(d) : null);
const list = (d, read) => Array.from({ length: d.deserializeUleb128AsU32() }, () => read(d));
const variant = (d) => d.deserializeUleb128AsU32();

function readEvent(d) {
    const e = variant(d) === 0
        ? { guid: { creation_number: String(d.deserializeU64()), account_address: AccountAddress.deserialize(d).toString() }, sequence_number: String(d.deserializeU64()) }
        : { guid: { creation_number: '0', account_address: '0x0' }, sequence_number: '0' };
    return { ...e, type: TypeTag.deserialize(d).toString(), data: d.deserializeBytes() };
}
const readLocation = (d) => (variant(d) === 0 ? { address: AccountAddress.deserialize(d).toString(), module: d.deserializeStr() } : 'script');
function readStatus(d) {
    switch (variant(d)) {
    case 0: return { kind: 'success' };
    case 1: return { kind: 'out of gas' };
    case 2: return { kind: 'abort', place: readLocation(d), code: d.deserializeU64(), info: option(d, () => ({ name: d.deserializeStr(), text: d.deserializeStr() })) };
    case 3: return { kind: 'failure', place: readLocation(d), function: d.deserializeU16(), offset: d.deserializeU16() };
    default: return { kind: 'other', code: option(d, () => d.deserializeU64()) };
    }
}
function readInfo(d) {
    assert.equal(variant(d), 0);
    return { gas_used: String(d.deserializeU64()), status: readStatus(d), hash: hash(d), events: hash(d), changes: hash(d), checkpoint: option(d, hash), auxiliary: option(d, hash) };
}
/** [bytes of the StateKey, what it is, operation, bytes] */
function readWrite(d) {
    const start = d.offset;
    let key;
    switch (variant(d)) {
    case 0: {
        const at = AccountAddress.deserialize(d).toString(), path = new Deserializer(d.deserializeBytes());
        const kind = variant(path);
        key = kind === 0 ? { module: `${AccountAddress.deserialize(path)}::${path.deserializeStr()}` } : { at, [kind === 1 ? 'resource' : 'group']: StructTag.deserialize(path).toString?.() };
        path.assertFinished();
        break;
    }
    case 1: key = { table: AccountAddress.deserialize(d).toString(), item: d.deserializeBytes() }; break;
    default: assert.fail('a raw key');
    }
    const bytes = d.buffer ? new Uint8Array(d.buffer).slice(start, d.offset) : null;
    const op = variant(d);
    return { key, bytes, op, value: op === 2 ? null : d.deserializeBytes() };
}
function readWrites(d) {
    assert.equal(variant(d), 0);
    const writes = list(d, readWrite);
    for (let i = 1; i < writes.length; i++)
        if (writes[i].bytes) assert.ok(Buffer.compare(Buffer.from(writes[i - 1].bytes), Buffer.from(writes[i].bytes)) < 0, 'the keys are in order');
    return writes;
}
function readTransaction(d) {
    switch (variant(d)) {
    case 0: { const tx = SignedTransaction.deserialize(d); return { kind: 'user', tx }; }
    case 1: assert.equal(variant(d), 0); return { kind: 'genesis', writes: readWrites(d), events: list(d, readEvent) };
    case 2: return {
        kind: 'block', id: hash(d), epoch: d.deserializeU64(), round: d.deserializeU64(), proposer: AccountAddress.deserialize(d).toString(),
        votes: d.deserializeBytes(), failed: list(d, (x) => x.deserializeU32()), time: String(d.deserializeU64()),
    };
    case 3: return { kind: 'checkpoint', hash: hash(d) };
    default: return assert.fail('another kind');
    }
}
const readOnChain = (d) => ({
    version: String(d.deserializeU64()), transaction: readTransaction(d), info: readInfo(d), events: list(d, readEvent), root: hash(d), writes: readWrites(d),
});

/** Holds one against its JSON. */
function same(one, shown) {
    assert.equal(one.version, shown.version);
    assert.equal(one.info.hash, shown.hash);
    assert.equal(one.info.gas_used, shown.gas_used);
    assert.equal(one.root, shown.accumulator_root_hash);
    assert.equal(one.info.changes, shown.state_change_hash);
    assert.equal(one.info.status.kind === 'success', shown.success);
    assert.deepEqual(one.events.map(({ data, ...e }) => e), (shown.events ?? []).map(({ data, ...e }) => ({ ...e })));
    const kinds = { user: 'user_transaction', genesis: 'genesis_transaction', block: 'block_metadata_transaction', checkpoint: 'state_checkpoint_transaction' };
    assert.equal(kinds[one.transaction.kind], shown.type);
    if (one.transaction.kind !== 'user') return;
    const raw = one.transaction.tx.raw_txn;
    assert.equal(raw.sender.toString(), AccountAddress.from(shown.sender).toString());
    assert.equal(String(raw.sequence_number), shown.sequence_number);
    // The state key's hash is what JSON shows of it.
    for (const w of one.writes.filter((x) => x.bytes && x.key.item === undefined)) {
        const salted = new Uint8Array([...sha3_256(new TextEncoder().encode('APTOS::StateKey')), ...w.bytes]);
        assert.ok(shown.changes.some((c) => c.state_key_hash === hex(sha3_256(salted))), JSON.stringify(w.key));
    }
}

// ---- Tests

test('every transaction of the chain is the same in BCS and in JSON', async () => {
    const shown = await json('/transactions?start=0&limit=100');
    const d = await bcs('/transactions?start=0&limit=100');
    const got = list(d, readOnChain);
    d.assertFinished();
    assert.equal(got.length, shown.length);
    got.forEach((one, i) => same(one, shown[i]));
});

test('a transaction by version and by hash, and those of an account', async () => {
    for (const path of [`by_version/${sent.paid.version}`, `by_hash/${sent.paid.hash}`, `wait_by_hash/${sent.paid.hash}`]) {
        const d = await bcs(`/transactions/${path}`);
        assert.equal(variant(d), 0, 'it is on the chain');
        same(readOnChain(d), sent.paid);
        d.assertFinished();
    }
    const d = await bcs(`/accounts/${address}/transactions`);
    const mine = list(d, readOnChain), shown = await json(`/accounts/${address}/transactions`);
    assert.deepEqual(mine.map((t) => t.version), shown.map((t) => t.version));
    const missing = await fetch(`${node.urls.aptos}/transactions/by_version/999999`, { headers: { accept: BCS } });
    assert.equal(missing.status, 404);
});

test('an abort is told with its place, code and name', async () => {
    const d = await bcs(`/transactions/by_version/${sent.aborted.version}`);
    variant(d);
    const { status } = readOnChain(d).info;
    const [, module, name, code, text] = sent.aborted.vm_status.match(/^Move abort in 0x1::(\w+): (\w+)\(0x([0-9a-f]+)\): (.*)$/);
    assert.deepEqual(status, { kind: 'abort', place: { address: '0x1', module }, code: BigInt(`0x${code}`), info: { name, text } });
});

test('a block with and without its transactions', async () => {
    for (const full of [true, false]) {
        const path = `/blocks/by_version/${sent.published.version}?with_transactions=${full}`;
        const d = await bcs(path), shown = await json(path);
        assert.equal(String(d.deserializeU64()), shown.block_height);
        assert.equal(hash(d), shown.block_hash);
        assert.deepEqual([0, 0, 0].map(() => String(d.deserializeU64())), [shown.block_timestamp, shown.first_version, shown.last_version]);
        const transactions = option(d, () => list(d, readOnChain));
        d.assertFinished();
        assert.equal(transactions?.length, shown.transactions?.length);
        transactions?.forEach((t, i) => same(t, shown.transactions[i]));
    }
});

test('a simulation', async () => {
    const transaction = await aptos.transaction.build.simple({ sender: address, data: { function: '0x1::aptos_account::transfer', functionArguments: [BOB, 1] } });
    const body = await generateSignedTransactionForSimulation({ transaction, signerPublicKey: owner.publicKey });
    const d = await bcs('/transactions/simulate', { method: 'POST', body, headers: { 'content-type': 'application/x.aptos.signed_transaction+bcs' } });
    const one = readOnChain(d);
    d.assertFinished();
    assert.equal(one.info.status.kind, 'success');
    const s = new Serializer();
    one.transaction.tx.serialize(s);
    assert.deepEqual(s.toUint8Array(), body);
    assert.equal(one.events.at(-1).type, '0x1::transaction_fee::FeeStatement');
});

test('each block tells of itself by an event of the handle that Aptos has', async () => {
    const { block_height: newest } = await json('/');
    for (const path of ['/accounts/0x1/events/3', '/accounts/0x1/events/0x1::block::BlockResource/new_block_events']) {
        const events = await json(`${path}?start=0&limit=100`);
        assert.equal(events.length, Math.min(100, Number(newest) + 1));
        for (const [i, e] of events.entries()) {
            const block = await json(`/blocks/by_height/${i}`);
            assert.deepEqual(e.guid, { creation_number: '3', account_address: '0x1' });
            assert.deepEqual([e.type, e.sequence_number, e.version], ['0x1::block::NewBlockEvent', String(i), block.first_version]);
            assert.equal(AccountAddress.from(e.data.hash).toStringLong(), block.block_hash);
            assert.deepEqual([e.data.height, e.data.time_microseconds, e.data.proposer, e.data.previous_block_votes_bitvec], [String(i), block.block_timestamp, '0x0', '0x']);
            const first = await json(`/transactions/by_version/${block.first_version}`);
            assert.deepEqual(first.events.find((x) => x.type === e.type), { guid: e.guid, sequence_number: e.sequence_number, type: e.type, data: e.data });
        }
        const last = await json(`${path}?limit=2`);
        assert.deepEqual(last.map((e) => e.sequence_number), [String(Number(newest) - 1), newest]);
    }
    const account = await json('/accounts/0x1/resource/0x1::account::Account');
    assert.ok(Number(account.data.guid_creation_num) <= 3, 'no other handle of 0x1 has this number');
    const other = await fetch(`${node.urls.aptos}/accounts/0x1/events/0x1::block::BlockResource/update_epoch_interval_events`);
    assert.equal(other.status, 404);
});
