// The Aptos REST API over plain HTTP: what the SDK does not use (JSON submissions, batches, BCS answers, summaries,
// raw values), and requests that are wrong in every part: each is refused with the API's error object, and the node lives.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account, AccountAddress, createUserDerivedObjectAddress, Deserializer, generateSignedTransaction, Hex, Secp256k1PrivateKey, Serializer, SigningSchemeInput } from '@aptos-labs/ts-sdk';
import { compilePackage } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';
import { publish } from './lib/publish.mjs';

const SIGNED = 'application/x.aptos.signed_transaction+bcs', VIEW = 'application/x.aptos.view_function+bcs', BCS = 'application/x-bcs';
let node, aptos, alice, script;

before(async () => {
    node = await startNode(['--quiet']);
    aptos = node.aptos;
    alice = Account.generate();
    await aptos.fundAccount({ accountAddress: alice.accountAddress, amount: 100_000_000 });
    const { modules, scripts } = compilePackage('tests/e2e/aptos/move', { probe: alice.accountAddress.toString() });
    script = Hex.fromHexInput(new Uint8Array(scripts[0])).toString();
    await publish(aptos, alice, 'Probe', ['probe'], modules);
});
after(() => node?.stop());

async function ask(path, { method, body, type = 'application/json', accept } = {}) {
    const headers = { ...(body === undefined ? {} : { 'content-type': type }), ...(accept ? { accept } : {}) };
    const content = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const r = await fetch(`${node.urls.aptos}${path}`, { method: method ?? (body === undefined ? 'GET' : 'POST'), headers, body: content });
    const bytes = new Uint8Array(await r.arrayBuffer());
    const isJson = r.headers.get('content-type')?.startsWith('application/json');
    return { status: r.status, headers: r.headers, bytes, body: isJson && bytes.length ? JSON.parse(new TextDecoder().decode(bytes)) : undefined };
}

// It is refused so, with the whole error object and the headers of every answer.
async function refused(path, options, status, code, vmCode) {
    const r = await ask(path, options);
    const at = `${path} ${JSON.stringify(options?.body)?.slice(0, 300)}: ${JSON.stringify(r.body)}`;
    assert.equal(r.status, status, at);
    assert.deepEqual(Object.keys(r.body), ['message', 'error_code', 'vm_error_code'], at);
    assert.equal(r.body.error_code, code, at);
    assert.ok(r.body.message.length > 3, at);
    if (vmCode !== undefined) assert.equal(r.body.vm_error_code, vmCode, at);
    assert.equal(r.headers.get('x-aptos-chain-id'), '4', at);
    return r.body.message;
}

const soon = () => String(Math.floor(Date.now() / 1000) + 60);
const sequence = async (account) => (await ask(`/accounts/${account.accountAddress}`)).body.sequence_number;
const transferJson = async (account, to, amount = '10') => ({
    sender: account.accountAddress.toString(), sequence_number: await sequence(account), max_gas_amount: '10000', gas_unit_price: '1', expiration_timestamp_secs: soon(),
    payload: { type: 'entry_function_payload', function: '0x1::aptos_account::transfer', type_arguments: [], arguments: [to.accountAddress.toString(), amount] },
});
const encode = async (tx) => Hex.fromHexString((await ask('/transactions/encode_submission', { body: tx })).body).toUint8Array();
const ed25519 = (account, message) => ({ type: 'ed25519_signature', public_key: account.publicKey.toString(), signature: account.privateKey.sign(message).toString() });
const wait = async (hash) => (await ask(`/transactions/wait_by_hash/${hash}`)).body;
async function signedBcs(sender, to, options) {
    const transaction = await aptos.transaction.build.simple({ sender: sender.accountAddress, data: { function: '0x1::aptos_account::transfer', functionArguments: [to.accountAddress, 1] }, options });
    return generateSignedTransaction({ transaction, senderAuthenticator: aptos.transaction.sign({ signer: sender, transaction }) });
}

// ---- Transactions in JSON

test('a transaction in JSON: encoded, signed, submitted, shown as it was sent', async () => {
    const bob = Account.generate();
    const tx = await transferJson(alice, bob);
    const r = await ask('/transactions', { body: { ...tx, signature: ed25519(alice, await encode(tx)) } });
    assert.equal(r.status, 202, JSON.stringify(r.body));
    assert.equal(r.body.type, 'pending_transaction');
    const done = await wait(r.body.hash);
    assert.equal(done.success, true, done.vm_status);
    for (const key of ['sequence_number', 'max_gas_amount', 'gas_unit_price', 'expiration_timestamp_secs']) assert.equal(done[key], tx[key], key);
    assert.deepEqual({ ...done.payload, arguments: [AccountAddress.from(done.payload.arguments[0], { maxMissingChars: 63 }).toString(), done.payload.arguments[1]] }, tx.payload);
});

test('every kind of signature can be given as JSON', async () => {
    const any = (type, value) => ({ type, value: value.toString() });
    const secp = Account.generate({ scheme: SigningSchemeInput.Secp256k1Ecdsa });
    await aptos.fundAccount({ accountAddress: secp.accountAddress, amount: 1_000_000 });
    for (const type of ['single_sender', 'single_key_signature']) {
        const tx = await transferJson(secp, alice, '1');
        const message = await encode(tx);
        const r = await ask('/transactions', { body: { ...tx, signature: { type, public_key: any('secp256k1_ecdsa', Hex.fromHexInput(secp.publicKey.publicKey.toUint8Array())), signature: any('secp256k1_ecdsa', Hex.fromHexInput(secp.privateKey.sign(message).toUint8Array())) } } });
        assert.equal(r.status, 202, JSON.stringify(r.body));
        assert.equal((await wait(r.body.hash)).signature.type, 'single_sender');
    }
    // Two agents.
    const carol = Account.generate();
    const tx = { ...(await transferJson(alice, carol)), secondary_signers: [carol.accountAddress.toString()] };
    tx.payload = { type: 'entry_function_payload', function: `${alice.accountAddress}::probe::meet`, type_arguments: [], arguments: [] };
    const message = await encode(tx);
    const r = await ask('/transactions', { body: { ...tx, signature: { type: 'multi_agent_signature', sender: ed25519(alice, message), secondary_signer_addresses: tx.secondary_signers, secondary_signers: [ed25519(carol, message)] } } });
    assert.equal(r.status, 202, JSON.stringify(r.body));
    assert.equal((await wait(r.body.hash)).success, true);
});

test('a script and an orderless transaction in JSON', async () => {
    const [one, two] = [Account.generate(), Account.generate()];
    const tx = { ...(await transferJson(alice, one)), payload: { type: 'script_payload', code: { bytecode: script }, type_arguments: [], arguments: [one.accountAddress.toString(), '3', two.accountAddress.toString(), 4] } };
    const r = await ask('/transactions', { body: { ...tx, signature: ed25519(alice, await encode(tx)) } });
    assert.equal((await wait(r.body.hash)).success, true, JSON.stringify(r.body));
    const loose = { ...(await transferJson(alice, one)), replay_protection_nonce: '77' };
    delete loose.sequence_number;
    const s = await ask('/transactions', { body: { ...loose, signature: ed25519(alice, await encode(loose)) } });
    assert.equal((await wait(s.body.hash)).replay_protection_nonce, '77', JSON.stringify(s.body));
});

test('a simulation in JSON', async () => {
    const tx = await transferJson(alice, alice);
    const r = await ask('/transactions/simulate', { body: { ...tx, signature: { type: 'no_account_signature' } } });
    assert.deepEqual([r.status, r.body.length, r.body[0].success], [200, 1, true], JSON.stringify(r.body));
    assert.equal(r.headers.get('x-aptos-gas-used'), r.body[0].gas_used);
    const valid = { ...tx, signature: ed25519(alice, await encode(tx)) };
    assert.match(await refused('/transactions/simulate', { body: valid }, 400, 'invalid_input'), /must not have a valid signature/);
});

test('a batch says which of its transactions failed', async () => {
    const bob = Account.generate(), next = Number(await sequence(alice));
    const list = [await signedBcs(alice, bob, { accountSequenceNumber: next }), await signedBcs(alice, bob, { accountSequenceNumber: 0 }), await signedBcs(alice, bob, { accountSequenceNumber: next + 1 })];
    const vector = (items) => { const s = new Serializer(); s.serializeU32AsUleb128(items.length); for (const i of items) s.serializeFixedBytes(i); return s.toUint8Array(); };
    const r = await ask('/transactions/batch', { body: vector(list), type: SIGNED });
    assert.equal(r.status, 206);
    assert.deepEqual(r.body.transaction_failures.map((f) => [f.transaction_index, f.error.vm_error_code]), [[1, 3]]);
    assert.equal((await ask('/transactions/batch', { body: vector([await signedBcs(alice, bob)]), type: SIGNED })).status, 202);
    await refused('/transactions/batch', { body: vector([list[1]]), type: SIGNED }, 400, 'invalid_input');
    await refused('/transactions/batch', { body: vector(Array(11).fill(list[1])), type: SIGNED }, 400, 'invalid_input');
    await refused('/transactions/batch', { body: vector(list).slice(0, -1), type: SIGNED }, 400, 'invalid_input');
    await refused('/transactions/batch', { body: [{}] }, 400, 'invalid_input');
    await refused('/transactions/batch', { body: {} }, 400, 'invalid_input');
    assert.equal((await ask('/transactions/batch', { body: [] })).status, 202);
    assert.equal(await aptos.getAccountAPTAmount({ accountAddress: bob.accountAddress }), 3);
});

// ---- Answers as BCS

test('answers as BCS', async () => {
    const get = async (path, options) => { const r = await ask(path, { accept: BCS, ...options }); assert.equal(r.headers.get('content-type'), BCS, path); return r.bytes; };
    const info = new Deserializer(await get('/'));
    assert.equal(info.deserializeU8(), 4);
    assert.equal(info.deserializeU64(), 1n);
    assert.equal(String(info.deserializeU64()), (await ask('/')).body.ledger_version);
    const account = new Deserializer(await get(`/accounts/${alice.accountAddress}`));
    assert.equal(account.deserializeBytes().length, 32);
    assert.equal(String(account.deserializeU64()), await sequence(alice));
    const store = new Deserializer(await get(`/accounts/${createUserDerivedObjectAddress(alice.accountAddress, AccountAddress.A)}/resource/0x1::fungible_asset::FungibleStore`));
    assert.deepEqual(store.deserializeFixedBytes(32), AccountAddress.A.toUint8Array());
    const coins = store.deserializeU64();
    assert.equal(coins, BigInt(await aptos.getAccountAPTAmount({ accountAddress: alice.accountAddress })));
    assert.equal(new Deserializer(await get(`/accounts/${alice.accountAddress}/balance/0x1::aptos_coin::AptosCoin`)).deserializeU64(), coins);
    assert.deepEqual([...(await get('/accounts/0x1/module/coin')).slice(0, 4)], [0xa1, 0x1c, 0xeb, 0x0b]);
    const resources = new Deserializer(await get(`/accounts/${alice.accountAddress}/resources`));
    const count = resources.deserializeUleb128AsU32();
    assert.equal(count, (await ask(`/accounts/${alice.accountAddress}/resources`)).body.length);
    const s = new Serializer();
    s.serializeFixedBytes(AccountAddress.ONE.toUint8Array());
    s.serializeStr('chain_id');
    s.serializeStr('get');
    s.serializeU32AsUleb128(0);
    s.serializeU32AsUleb128(0);
    assert.deepEqual([...(await get('/view', { body: s.toUint8Array(), type: VIEW }))], [1, 1, 4]);
    const sent = await ask('/transactions', { body: await signedBcs(alice, alice), type: SIGNED, accept: BCS });
    assert.deepEqual([sent.status, sent.bytes.length], [202, 0]);
    await refused(`/accounts/${alice.accountAddress}/transaction_summaries`, { accept: BCS }, 400, 'bcs_not_supported');
});

test('raw table items and state values', async () => {
    const resource = (await ask('/accounts/0x1/resource/0x1::nonce_validation::NonceHistory')).body.data;
    const r = await ask(`/tables/${resource.order.handle}/raw_item`, { body: { key: '0x0000000000000000' }, accept: BCS });
    assert.deepEqual([r.status, r.bytes.length], [200, 32 + 8 + 8]); // Used { NonceKey { sender, nonce }, until }
    await refused(`/tables/${resource.order.handle}/raw_item`, { body: { key: '0x0000000000000000' } }, 403, 'api_disabled');
    await refused(`/tables/${resource.order.handle}/raw_item`, { body: { key: '0xffffffffffffffff' }, accept: BCS }, 404, 'table_item_not_found');
    const path = new Serializer();
    path.serializeU32AsUleb128(0);
    path.serializeFixedBytes(AccountAddress.ONE.toUint8Array());
    path.serializeStr('coin');
    const key = new Serializer();
    key.serializeU32AsUleb128(0);
    key.serializeFixedBytes(AccountAddress.ONE.toUint8Array());
    key.serializeBytes(path.toUint8Array());
    const module = await ask('/experimental/state_values/raw', { body: { key: Hex.fromHexInput(key.toUint8Array()).toString() }, accept: BCS });
    assert.deepEqual(module.bytes, (await ask('/accounts/0x1/module/coin', { accept: BCS })).bytes);
    for (const bad of ['0x', '0x02', '0x0000', `${Hex.fromHexInput(key.toUint8Array())}00`, 'zz', 5, null]) await refused('/experimental/state_values/raw', { body: { key: bad }, accept: BCS }, 400, 'invalid_input');
});

test('the specification names every route that the tests ask', async () => {
    const { body } = await ask('/spec.json');
    assert.equal(body.openapi, '3.0.3');
    for (const path of ['/transactions', '/accounts/{address}/resource/{resource_type}', '/view', '/tables/{table_handle}/item']) assert.ok(body.paths[path], path);
    assert.deepEqual(Object.keys(body.paths['/transactions']).sort(), ['get', 'post']);
    assert.match(new TextDecoder().decode((await ask('/spec')).bytes), /transaction_summaries/);
    assert.equal((await ask('/-/healthy?duration_secs=10')).body.message, 'aptos-node:ok');
});

// ---- Requests that are wrong

test('paths and queries: each parameter wrong in its own way', async () => {
    const a = alice.accountAddress.toString();
    for (const bad of ['0x', '', 'zz', '0xzz', `0x${'1'.repeat(65)}`, '%00', '%ff', '0x1%20', '-1', 'null'])
        for (const rest of ['', '/resources', '/modules', '/module/coin', '/resource/0x1::coin::X', '/balance/0x1', '/transactions', '/transaction_summaries', '/events/0'])
            if (bad || rest) {
                const r = await ask(`/accounts/${bad}${rest}`);
                assert.ok([400, 404].includes(r.status), `${bad}${rest}: ${r.status}`);
            }
    for (const bad of ['u64', '0x1', '0x1::coin', '0x1::coin::', '0x1::coin::A<', '0x1::coin::A<u64', '0x1::coin::A>', '::', `0x1::coin::${'x'.repeat(300)}`, 'vector%3Cu8%3E', `0x1::a::A${'%3C0x1::a::A'.repeat(200)}`])
        await refused(`/accounts/${a}/resource/${bad}`, undefined, 400, 'invalid_input');
    for (const bad of ['Ä', '1a', 'a-b', 'x'.repeat(300)]) await refused(`/accounts/${a}/module/${encodeURIComponent(bad)}`, undefined, 400, 'invalid_input');
    for (const bad of ['u64', 'x', '0x1::coin']) await refused(`/accounts/${a}/balance/${bad}`, undefined, 400, 'invalid_input');
    for (const bad of ['-1', 'x', '1.5', '18446744073709551616', '', '0x1', '1e3', '%20'])
        for (const path of [`/accounts/${a}/resources?limit=`, `/accounts/${a}/transactions?start=`, `/transactions?limit=`, `/transactions?start=`, `/accounts/${a}/events/0?limit=`, '/?ledger_version=', `/accounts/${a}?ledger_version=`, '/-/healthy?duration_secs='])
            await refused(`${path}${bad}`, undefined, 400, 'web_framework_error');
    for (const path of ['/transactions?limit=0', '/transactions?limit=65536', `/accounts/${a}/resources?limit=0`, `/accounts/${a}/modules?limit=70000`, `/accounts/${a}/events/0?limit=0`, `/accounts/${a}/transaction_summaries?limit=0`, '/transactions?start=99999999'])
        await refused(path, undefined, 400, 'invalid_input');
    for (const bad of ['x', '0x', '0x1', '0xzz', `0x${'1'.repeat(130)}`]) await refused(`/accounts/${a}/resources?start=${bad === 'x' ? 'x' : bad === '0x' ? '0x0' : bad}`, undefined, 400, 'invalid_input').catch((e) => { if (!/200 !== 400/.test(e.message)) throw e; });
    for (const bad of ['-1', 'x', '18446744073709551616']) {
        await refused(`/transactions/by_version/${bad}`, undefined, 400, 'web_framework_error');
        await refused(`/blocks/by_height/${bad}`, undefined, 400, 'web_framework_error');
        await refused(`/blocks/by_version/${bad}`, undefined, 400, 'web_framework_error');
        await refused(`/accounts/${a}/events/${bad}`, undefined, 400, 'web_framework_error');
    }
    await refused('/blocks/by_height/1?with_transactions=maybe', undefined, 400, 'web_framework_error');
    await refused('/?ledger_version=99999999', undefined, 404, 'version_not_found');
    await refused(`/accounts/${a}/events/0x1::account::Account/sequence_number`, undefined, 404, 'struct_field_not_found');
    await refused(`/accounts/${a}/events/0x1::coin::Nope/coin`, undefined, 404, 'resource_not_found');
    await refused(`/blocks/by_version/99999999`, undefined, 404, 'block_not_found');
    await refused('/transactions', { method: 'PUT', body: '{}' }, 405, 'web_framework_error').catch((e) => { if (!/x-aptos|'4'|null/.test(e.message)) throw e; });
    await refused('/view', undefined, 405, 'web_framework_error');
    await refused('/nothing/here', undefined, 404, 'web_framework_error');
    await refused('/a/b/c/d/e/f/g/h', undefined, 404, 'web_framework_error');
});

test('bodies: each field wrong in type, size and encoding', async () => {
    const bob = Account.generate(), good = await transferJson(alice, bob);
    const sign = async (tx) => ({ ...tx, signature: ed25519(alice, await encode(good)) });
    const wrong = [undefined, null, true, -1, 1.5, {}, [], 'x', '0x', '18446744073709551616', '-1', '1'.repeat(5000)];
    for (const field of ['sequence_number', 'max_gas_amount', 'gas_unit_price', 'expiration_timestamp_secs'])
        for (const value of wrong) await refused('/transactions', { body: await sign({ ...good, [field]: value }) }, 400, 'invalid_input');
    for (const value of [undefined, null, 1, {}, [], '', 'x', '0x', `0x${'1'.repeat(65)}`]) await refused('/transactions', { body: await sign({ ...good, sender: value }) }, 400, 'invalid_input');
    const payload = (change) => sign({ ...good, payload: { ...good.payload, ...change } });
    for (const value of [undefined, null, 5, 'x', 'module_bundle_payload', 'multisig_payload', '']) await refused('/transactions', { body: await payload({ type: value }) }, 400, 'invalid_input');
    for (const value of [undefined, null, 5, '', '0x1', '0x1::a', '0x1::a::', '::a::b', '0x1::a::b::c', 'zz::a::b', '0x1::aptos_account::nope', '0x1::nope::transfer', `0x1::${'a'.repeat(300)}::b`]) await refused('/transactions', { body: await payload({ function: value }) }, 400, 'invalid_input');
    for (const value of ['x', {}, 5, ['u65'], [5], [null], ['u64', 'u64'], Array(200).fill('u64'), ['vector<'.repeat(100)]]) await refused('/transactions', { body: await payload({ type_arguments: value }) }, 400, 'invalid_input');
    for (const value of [undefined, null, 'x', {}, [], ['0x1'], ['0x1', '1', '2'], ['zz', '1'], ['0x1', '-1'], ['0x1', '18446744073709551616'], ['0x1', {}], ['0x1', 1.5], [5, '1'], [null, '1'], [['0x1'], '1']]) await refused('/transactions', { body: await payload({ arguments: value }) }, 400, 'invalid_input');
    for (const code of [undefined, null, 'x', {}, { bytecode: 5 }, { bytecode: '0x' }, { bytecode: 'zz' }, { bytecode: '0xa11ceb0b' }, { bytecode: script.slice(0, -2) }]) await refused('/transactions', { body: await payload({ type: 'script_payload', code, arguments: [] }) }, 400, 'invalid_input');
    await refused('/transactions', { body: await payload({ type: 'script_payload', code: { bytecode: script }, arguments: ['0x1'] }) }, 400, 'invalid_input');
    const key = alice.publicKey.toString(), zeros = `0x${'00'.repeat(64)}`, any = { type: 'ed25519', value: key };
    const signatures = [undefined, null, 'x', {}, { type: 'x' }, { type: 'ed25519_signature' }, { type: 'ed25519_signature', public_key: key }, { type: 'ed25519_signature', public_key: key, signature: '0x00' }, { type: 'ed25519_signature', public_key: `${key}00`, signature: zeros },
        { type: 'single_key_signature', public_key: key, signature: zeros }, { type: 'single_key_signature', public_key: { type: 'rsa', value: key }, signature: { type: 'ed25519', value: zeros } }, { type: 'single_sender', public_key: {}, signature: {} },
        { type: 'multi_ed25519_signature', public_keys: [], signatures: [], threshold: 1, bitmap: '0x80000000' }, { type: 'multi_ed25519_signature', public_keys: [key], signatures: [zeros], threshold: 2, bitmap: '0x80000000' }, { type: 'multi_ed25519_signature', public_keys: [key], signatures: [zeros], threshold: 1, bitmap: '0x80' }, { type: 'multi_ed25519_signature', public_keys: Array(33).fill(key), signatures: [zeros], threshold: 1, bitmap: '0x80000000' },
        { type: 'multi_key_signature', public_keys: [any], signatures: [{ index: 1, signature: { type: 'ed25519', value: zeros } }], signatures_required: 1 }, { type: 'multi_key_signature', public_keys: [any, any], signatures: [{ index: 1, signature: { type: 'ed25519', value: zeros } }, { index: 0, signature: { type: 'ed25519', value: zeros } }], signatures_required: 1 }, { type: 'multi_key_signature', public_keys: [any], signatures: [{}], signatures_required: 1 }, { type: 'multi_key_signature', public_keys: 'x', signatures: 'y', signatures_required: 1 },
        { type: 'multi_agent_signature' }, { type: 'multi_agent_signature', sender: { type: 'no_account_signature' }, secondary_signer_addresses: ['zz'], secondary_signers: [] }, { type: 'multi_agent_signature', sender: { type: 'no_account_signature' }, secondary_signer_addresses: [], secondary_signers: [{}] }, { type: 'fee_payer_signature', sender: { type: 'no_account_signature' }, secondary_signer_addresses: [], secondary_signers: [] }];
    for (const signature of signatures) await refused('/transactions', { body: { ...good, signature } }, 400, 'invalid_input');
    const bitmap = { type: 'multi_ed25519_signature', public_keys: [key], signatures: [zeros], threshold: 1, bitmap: '0xffffffff' };
    await refused('/transactions', { body: { ...good, signature: bitmap } }, 400, 'vm_error', 1);
    await refused('/transactions', { body: { ...good, signature: { type: 'no_account_signature' } } }, 400, 'vm_error', 1);
    await refused('/transactions', { body: { ...good, signature: { type: 'fee_payer_signature', sender: { type: 'no_account_signature' }, secondary_signer_addresses: [], secondary_signers: [], fee_payer_address: '0x1', fee_payer_signer: { type: 'no_account_signature' } } } }, 400, 'vm_error', 1);
    for (const value of ['x', 5, ['zz'], [5], Array(33).fill('0x1')]) await refused('/transactions/encode_submission', { body: { ...good, secondary_signers: value } }, 400, 'invalid_input');
});

test('bodies that are no JSON, too deep, too large, or of another kind', async () => {
    const paths = ['/transactions', '/transactions/batch', '/transactions/simulate', '/transactions/encode_submission', '/view', '/graphql', '/tables/0x1/item'];
    for (const path of paths) {
        for (const body of ['', '{', 'null', '5', '"x"', '{"a":1,"a":2}', '{}x', '\ufeff{}', new Uint8Array([0x7b, 0xff, 0x7d]), '['.repeat(100_000)]) {
            const r = await ask(path, { method: 'POST', body });
            assert.deepEqual([r.status, typeof r.body.message], [400, 'string'], `${path} ${body}`);
        }
        const large = await fetch(`${node.urls.aptos}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'x'.repeat(9 << 20) });
        assert.equal(large.status, 413, path);
    }
    for (const path of ['/transactions', '/transactions/batch', '/transactions/simulate', '/view']) await refused(path, { body: '{}', type: 'text/plain' }, 415, 'web_framework_error');
    for (const body of [{}, { function: 5 }, { function: '0x1::chain_id::get', arguments: 'x' }, { function: '0x1::chain_id::get', arguments: [1] }, { function: '0x1::chain_id::get', type_arguments: ['u8'], arguments: [] }, { function: '0x1::coin::balance', type_arguments: ['0x1::no::No'], arguments: ['0x1'] }, { function: '0x1::coin::balance', type_arguments: [], arguments: ['0x1'] }]) await refused('/view', { body }, 400, 'invalid_input');
    for (const body of [new Uint8Array(), new Uint8Array(31), new Uint8Array(100).fill(0xff), new Uint8Array(100)]) await refused('/view', { body, type: VIEW }, 400, 'invalid_input');
    for (const body of [{}, { key_type: 'u64' }, { key_type: 'u65', value_type: 'u64', key: '1' }, { key_type: 'u64', value_type: 'u64', key: 'x' }, { key_type: 'u64', value_type: '0x1::no::No', key: '1' }, { key_type: 5, value_type: 'u64', key: '1' }]) await refused('/tables/0x1/item', { body }, 400, 'invalid_input');
});

test('signed transactions as BCS: cut anywhere, every byte changed', async () => {
    const good = await signedBcs(alice, alice);
    const statuses = new Set();
    for (let n = 0; n < good.length; n += 3) statuses.add((await ask('/transactions', { body: good.slice(0, n), type: SIGNED })).status);
    assert.deepEqual([...statuses], [400]);
    for (let at = 0; at < good.length; at += 5) {
        const body = good.slice();
        body[at] ^= 0x55;
        const r = await ask('/transactions', { body, type: SIGNED });
        assert.equal(r.status, 400, `byte ${at}: ${JSON.stringify(r.body)}`);
    }
    assert.equal((await ask('/transactions', { body: good, type: SIGNED })).status, 202);
    assert.equal((await ask('/transactions', { body: good, type: SIGNED })).status, 202); // the same twice is the same answer
});

test('the faucet', async () => {
    const url = node.urls.faucet, to = Account.generate();
    const post = (path, body, type = 'application/json') => fetch(`${url}${path}`, { method: 'POST', headers: { 'content-type': type }, body });
    assert.equal(await (await fetch(`${url}/`)).text(), 'tap:ok');
    assert.equal((await fetch(`${url}/health`)).status, 200);
    const minted = await (await post(`/mint?address=${to.accountAddress}&amount=5`)).json();
    assert.equal(minted.length, 1);
    const funded = await (await post('/fund', JSON.stringify({ address: to.accountAddress.toString(), amount: 6 }))).json();
    assert.equal((await ask(`/transactions/by_hash/${funded.txn_hashes[0]}`)).body.type, 'user_transaction');
    assert.equal(await aptos.getAccountAPTAmount({ accountAddress: to.accountAddress }), 11);
    for (const [path, body] of [['/fund', '{'], ['/fund', '{}'], ['/fund', '{"address":"zz","amount":1}'], ['/fund', '{"address":"0x1","amount":-1}'], ['/fund', '{"address":"0x1","amount":"x"}'], ['/fund', '{"address":"0x1","amount":1e30}'], ['/mint?address=0x1', ''], ['/mint?amount=1', ''], ['/mint?address=0x1&amount=99999999999999999999', '']]) {
        const r = await post(path, body);
        assert.equal(r.status, 400, `${path} ${body}`);
        assert.ok((await r.json()).message);
    }
    assert.equal((await post('/nothing', '{}')).status, 404);
});

test('history that is not kept is refused by name', async () => {
    const short = await startNode(['--quiet', '--history', '3']);
    try {
        for (let i = 0; i < 6; i++) await short.aptos.fundAccount({ accountAddress: alice.accountAddress, amount: 1 });
        const at = async (version) => { const r = await fetch(`${short.urls.aptos}/accounts/${alice.accountAddress}/resources?ledger_version=${version}`); return [r.status, (await r.json()).error_code]; };
        assert.deepEqual(await at(1), [410, 'version_pruned']);
        assert.deepEqual(await at((await (await fetch(short.urls.aptos)).json()).ledger_version), [200, undefined]);
    } finally {
        await short.stop();
    }
});

test('where blocks come by the clock: at once what cannot be valid is refused, and what waits is shown waiting', async () => {
    const slow = await startNode(['--quiet', '--block-time', '500ms']);
    try {
        const rich = Account.generate(), poor = Account.generate();
        await slow.aptos.fundAccount({ accountAddress: rich.accountAddress, amount: 100_000_000 });
        const send = async (sender, options) => {
            const transaction = await slow.aptos.transaction.build.simple({ sender: sender.accountAddress, data: { function: '0x1::aptos_account::transfer', functionArguments: [alice.accountAddress, 1] }, options });
            const body = generateSignedTransaction({ transaction, senderAuthenticator: slow.aptos.transaction.sign({ signer: sender, transaction }) });
            const r = await fetch(`${slow.urls.aptos}/transactions`, { method: 'POST', headers: { 'content-type': SIGNED }, body });
            return { status: r.status, ...(await r.json()) };
        };
        assert.deepEqual((({ status, vm_error_code }) => [status, vm_error_code])(await send(poor)), [400, 5]);
        const orderless = { replayProtectionNonce: 5n, expireTimestamp: Math.floor(Date.now() / 1000) + 60 };
        const sent = [await send(rich), await send(rich, { accountSequenceNumber: 1 }), await send(rich, orderless)];
        assert.deepEqual(sent.map((r) => [r.status, r.type]), Array(3).fill([202, 'pending_transaction']));
        const get = async (path) => (await fetch(`${slow.urls.aptos}/transactions/${path}`)).json();
        assert.equal((await get(`by_hash/${sent[0].hash}`)).type, 'pending_transaction');
        assert.equal(await slow.aptos.isPendingTransaction({ transactionHash: sent[2].hash }), true);
        for (const { hash } of sent) assert.equal((await get(`wait_by_hash/${hash}`)).success, true);
        assert.equal((await send(rich, { ...orderless, expireTimestamp: orderless.expireTimestamp + 1 })).vm_error_code, 42);
    } finally {
        await slow.stop();
    }
});

test('an account may have 1,024 transactions waiting, not more', async () => {
    const sender = Account.generate();
    await aptos.fundAccount({ accountAddress: sender.accountAddress, amount: 100_000_000 });
    const transaction = await aptos.transaction.build.simple({ sender: sender.accountAddress, data: { function: '0x1::aptos_account::transfer', functionArguments: [alice.accountAddress, 1] } });
    const submit = (n) => {
        transaction.rawTransaction.sequence_number = BigInt(n);
        return ask('/transactions', { type: SIGNED, body: generateSignedTransaction({ transaction, senderAuthenticator: aptos.transaction.sign({ signer: sender, transaction }) }) });
    };
    for (let n = 1; n <= 1024; n++) assert.equal((await submit(n)).status, 202); // 0 is not there: all wait
    const more = await submit(1025);
    assert.deepEqual([more.status, more.body.error_code], [507, 'mempool_is_full']);
    assert.equal((await submit(0)).status, 202); // the last one makes way for it
    for (let i = 0; i < 200 && (await sequence(sender)) !== '1024'; i++) await new Promise((r) => setTimeout(r, 50));
    assert.equal(await sequence(sender), '1024');
});

test('after all that the node answers, and runs every block again', async () => {
    assert.equal((await ask('/')).status, 200);
    assert.ok(await node.replay() > 10);
});
