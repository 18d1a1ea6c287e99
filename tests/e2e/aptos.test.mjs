// What Move developers' tools do: the Aptos TypeScript SDK against a real node.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { compileMove } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, publish } from './lib/publish.mjs';

let node, alice;

before(async () => {
    node = await startNode(['--quiet']);
    alice = Account.generate();
    await node.aptos.fundAccount({ accountAddress: alice.accountAddress, amount: 100_000_000 });
});
after(() => node?.stop());

const get = async (path) => {
    const r = await fetch(`${node.urls.aptos}${path}`);
    return { status: r.status, body: await r.json(), headers: r.headers };
};

test('ledger info and headers', async () => {
    const info = await node.aptos.getLedgerInfo();
    assert.equal(info.chain_id, 4);
    const { headers } = await get('/');
    assert.equal(headers.get('x-aptos-chain-id'), '4');
    assert.ok(Number(headers.get('x-aptos-ledger-version')) > 0);
});

test('the faucet funds, and a coin transfer moves', async () => {
    const bob = Account.generate();
    assert.equal(await node.aptos.getAccountAPTAmount({ accountAddress: alice.accountAddress }), 100_000_000);
    const transaction = await node.aptos.transferCoinTransaction({ sender: alice.accountAddress, recipient: bob.accountAddress, amount: 1234 });
    const simulated = await node.aptos.transaction.simulate.simple({ signerPublicKey: alice.publicKey, transaction });
    assert.equal(simulated[0].success, true, simulated[0].vm_status);
    const pending = await node.aptos.signAndSubmitTransaction({ signer: alice, transaction });
    const done = await node.aptos.waitForTransaction({ transactionHash: pending.hash });
    assert.equal(done.success, true);
    assert.ok(done.events.some((e) => e.type === '0x1::fungible_asset::Deposit' && e.data.amount === '1234'));
    assert.equal(await node.aptos.getAccountAPTAmount({ accountAddress: bob.accountAddress }), 1234);
    assert.equal(await node.aptos.getAccountAPTAmount({ accountAddress: alice.accountAddress }), 100_000_000 - 1234 - Number(done.gas_used) * Number(done.gas_unit_price));
    assert.equal((await node.aptos.getAccountInfo({ accountAddress: alice.accountAddress })).sequence_number, '1');
    assert.equal((await node.aptos.getTransactionByHash({ transactionHash: pending.hash })).version, done.version);
    assert.equal((await node.aptos.getTransactionByVersion({ ledgerVersion: Number(done.version) })).hash, pending.hash);
});

test('a package is published, called, viewed and read', async () => {
    const owner = alice.accountAddress.toString();
    const published = await publish(node.aptos, alice, 'Demo', ['ledger'], compileMove('tests/e2e/demo/move', { demo: owner }));
    assert.equal(published.success, true);
    const module = await node.aptos.getAccountModule({ accountAddress: owner, moduleName: 'ledger' });
    const square = module.abi.exposed_functions.find((f) => f.name === 'square');
    assert.deepEqual([square.visibility, square.is_entry, square.is_view, square.params], ['public', false, false, ['&signer', 'u64', 'address']]);
    assert.equal(module.abi.exposed_functions.find((f) => f.name === 'entries').is_view, true);
    assert.equal(module.abi.structs.find((s) => s.name === 'Written').is_event, true);
    await callEntry(node.aptos, alice, `${owner}::ledger::open`);
    const ledger = await node.aptos.getAccountResource({ accountAddress: owner, resourceType: `${owner}::ledger::Ledger` });
    assert.deepEqual(ledger, { entries: [], guarded_total: '0', open: true });
    assert.deepEqual(await node.aptos.view({ payload: { function: `${owner}::ledger::guarded_total`, functionArguments: [] } }), ['0']);
    const resources = await node.aptos.getAccountResources({ accountAddress: owner });
    assert.ok(resources.some((r) => r.type === '0x1::code::PackageRegistry'));
});

test('an abort is shown with its module and reason', async () => {
    const bob = Account.generate();
    await node.aptos.fundAccount({ accountAddress: bob.accountAddress, amount: 100_000_000 });
    const owner = alice.accountAddress.toString();
    await assert.rejects(callEntry(node.aptos, bob, `${owner}::ledger::open`), (e) => /Move abort in 0x[0-9a-f]+::ledger: E_NOT_OWNER\(0x2\)/.test(e.transaction?.vm_status ?? e.message));
    const { body } = await get(`/accounts/${bob.accountAddress}`);
    assert.equal(body.sequence_number, '1');
});

test('refusals have the API\'s codes', async () => {
    const stranger = Account.generate();
    const build = (options) => node.aptos.transaction.build.simple({ sender: alice.accountAddress, data: { function: '0x1::aptos_account::transfer', functionArguments: [alice.accountAddress, 1] }, options });
    const submit = async (signer, transaction) => { try { await node.aptos.transaction.submit.simple({ transaction, senderAuthenticator: node.aptos.transaction.sign({ signer, transaction }) }); return null; } catch (e) { return e.data; } };
    const late = await submit(alice, await build({ expireTimestamp: 1 }));
    assert.equal(late.vm_error_code, 6);
    const forged = await submit(stranger, await build());
    assert.equal(forged.vm_error_code, 2);
    const old = await submit(alice, await build({ accountSequenceNumber: 0 }));
    assert.equal(old.vm_error_code, 3);
    assert.equal(old.error_code, 'vm_error');
    for (const [path, status, code] of [
        ['/accounts/0xzz', 400, 'invalid_input'],
        [`/accounts/${alice.accountAddress}/resource/0x1::coin::Nope`, 404, 'resource_not_found'],
        [`/accounts/${alice.accountAddress}/resource/u64`, 400, 'invalid_input'],
        ['/accounts/0x1/module/nope', 404, 'module_not_found'],
        [`/transactions/by_hash/0x${'00'.repeat(32)}`, 404, 'transaction_not_found'],
        ['/transactions/by_hash/0x12', 400, 'invalid_input'],
        ['/transactions/by_version/99999999', 404, 'transaction_not_found'],
        ['/blocks/by_height/99999999', 404, 'block_not_found'],
        ['/no/such/path', 404, 'web_framework_error'],
    ]) {
        const r = await get(path);
        assert.deepEqual([r.status, r.body.error_code], [status, code], path);
        assert.ok(r.body.message.length > 3);
    }
});

test('malformed submissions are refused', async () => {
    for (const [bytes, type] of [[new Uint8Array(), 'application/x.aptos.signed_transaction+bcs'], [new Uint8Array(500).fill(0xff), 'application/x.aptos.signed_transaction+bcs'], [new Uint8Array(70_000), 'application/x.aptos.signed_transaction+bcs'], [new TextEncoder().encode('{}'), 'application/json']]) {
        const r = await fetch(`${node.urls.aptos}/transactions`, { method: 'POST', headers: { 'content-type': type }, body: bytes });
        assert.ok([400, 415].includes(r.status));
        assert.equal((await r.json()).error_code, 'invalid_input');
    }
});

test('blocks and their versions', async () => {
    const block = await node.aptos.getBlockByHeight({ blockHeight: 1, options: { withTransactions: true } });
    assert.equal(block.transactions[0].type, 'block_metadata_transaction');
    assert.equal(block.transactions.at(-1).type, 'state_checkpoint_transaction');
    assert.equal((await node.aptos.getTransactionByVersion({ ledgerVersion: 0 })).type, 'genesis_transaction');
});
