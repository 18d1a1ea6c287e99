// The Aptos TypeScript SDK's methods against a real node: accounts of every kind of key, every way to sign and pay,
// every payload, simulation, batches, reading.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
    Account, AccountAddress, Ed25519Account, Ed25519PrivateKey, MoveString, MultiEd25519Account, MultiEd25519PublicKey, MultiKey,
    MultiKeyAccount, RotationProofChallenge, Secp256k1PrivateKey, Serializer, SigningSchemeInput, SingleKeyAccount, U64,
    generateRawTransaction, generateTransactionPayload,
} from '@aptos-labs/ts-sdk';
import { compilePackage } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, publish, submit } from './lib/publish.mjs';

const APT = '0x1::aptos_coin::AptosCoin';
let node, aptos, owner, address, script;

before(async () => {
    node = await startNode(['--quiet']);
    aptos = node.aptos;
    owner = Account.generate();
    address = owner.accountAddress.toString();
    await fund(owner, 1_000_000_000);
    const { modules, scripts } = compilePackage('tests/e2e/aptos/move', { probe: address });
    script = scripts[0];
    assert.equal((await publish(aptos, owner, 'Probe', ['probe'], modules)).success, true);
});
after(() => node?.stop());

const fund = (account, amount = 100_000_000) => aptos.fundAccount({ accountAddress: account.accountAddress ?? account, amount });
const balance = (account) => aptos.getAccountAPTAmount({ accountAddress: account.accountAddress ?? account });
const call = (account, fn, args = [], types = []) => callEntry(aptos, account, `${address}::probe::${fn}`, args, types);
const transfer = (sender, to, amount = 10, options) => aptos.transaction.build.simple({
    sender: sender.accountAddress,
    data: { function: '0x1::aptos_account::transfer', functionArguments: [to.accountAddress ?? to, amount] },
    options,
});
const ledger = async () => (await fetch(node.urls.aptos)).json(); // the SDK keeps its answer for a while
const wait = ({ hash }) => aptos.waitForTransaction({ transactionHash: hash });
const meet = (fn = `${address}::probe::meet`) => ({ function: fn, functionArguments: [] });
async function refusal(promise) {
    try {
        await promise;
    } catch (e) {
        return e.data;
    }
    return assert.fail('it was accepted');
}

// ---- Kinds of accounts

function multiKeyAccount() {
    const signers = [
        Account.generate(), // Ed25519
        Account.generate({ scheme: SigningSchemeInput.Secp256k1Ecdsa }),
        Account.generate({ scheme: SigningSchemeInput.Ed25519, legacy: false }),
    ];
    const multiKey = new MultiKey({ publicKeys: signers.map((s) => s.publicKey), signaturesRequired: 2 });
    return new MultiKeyAccount({ multiKey, signers: [signers[1], signers[2]] });
}

function multiEd25519Account() {
    const keys = [1, 2, 3].map(() => Ed25519PrivateKey.generate());
    return new MultiEd25519Account({ publicKey: new MultiEd25519PublicKey({ publicKeys: keys.map((k) => k.publicKey()), threshold: 2 }), signers: [keys[0], keys[2]] });
}

const kinds = {
    'ed25519': [() => Account.generate(), 'ed25519_signature'],
    'single key, ed25519': [() => Account.generate({ scheme: SigningSchemeInput.Ed25519, legacy: false }), 'single_sender'],
    'single key, secp256k1': [() => Account.generate({ scheme: SigningSchemeInput.Secp256k1Ecdsa }), 'single_sender'],
    'multi key, 2 of 3': [multiKeyAccount, 'single_sender'],
    'multi ed25519, 2 of 3': [multiEd25519Account, 'multi_ed25519_signature'],
};
for (const [name, [make, type]] of Object.entries(kinds))
    test(`an account of kind ${name} is funded, simulates, sends`, async () => {
        const account = make(), to = Account.generate();
        await fund(account);
        const transaction = await transfer(account, to, 77);
        const signerPublicKey = account instanceof MultiEd25519Account ? undefined : account.publicKey; // the SDK cannot simulate with it
        const [simulated] = await aptos.transaction.simulate.simple({ signerPublicKey, transaction });
        assert.equal(simulated.success, true, simulated.vm_status);
        const done = await submit(aptos, account, transaction);
        assert.equal(done.signature.type, type);
        assert.equal(done.gas_used, simulated.gas_used);
        assert.equal(await balance(to), 77);
        assert.equal((await aptos.getAccountInfo({ accountAddress: account.accountAddress })).sequence_number, '1');
    });

test('a key that is not the account\'s is refused, also among several', async () => {
    const account = multiKeyAccount(), other = multiKeyAccount();
    await fund(account);
    const transaction = await transfer(account, owner);
    const data = await refusal(aptos.transaction.submit.simple({ transaction, senderAuthenticator: other.signTransactionWithAuthenticator(transaction) }));
    assert.equal(data.vm_error_code, 2);
    assert.match(data.message, /INVALID_AUTH_KEY/);
});

test('a rotated key signs, the old one does not', async () => {
    const account = Account.generate(), next = Ed25519PrivateKey.generate();
    await fund(account);
    await callEntry(aptos, account, '0x1::account::rotate_authentication_key_call', [next.publicKey().authKey().toUint8Array()]);
    const rotated = new Ed25519Account({ privateKey: next, address: account.accountAddress });
    const transaction = await transfer(rotated, owner);
    assert.equal((await refusal(aptos.transaction.submit.simple({ transaction, senderAuthenticator: account.signTransactionWithAuthenticator(transaction) }))).vm_error_code, 2);
    assert.equal((await submit(aptos, rotated, await transfer(rotated, owner))).success, true);
    assert.equal((await aptos.getAccountInfo({ accountAddress: account.accountAddress })).authentication_key, next.publicKey().authKey().toString());
});

// ---- Several signers

test('a multi-agent transaction has two signers', async () => {
    const first = Account.generate(), second = Account.generate({ scheme: SigningSchemeInput.Secp256k1Ecdsa });
    await fund(first);
    const transaction = await aptos.transaction.build.multiAgent({ sender: first.accountAddress, secondarySignerAddresses: [second.accountAddress], data: meet() });
    const [simulated] = await aptos.transaction.simulate.multiAgent({ transaction, signerPublicKey: first.publicKey, secondarySignersPublicKeys: [second.publicKey] });
    assert.equal(simulated.success, true, simulated.vm_status);
    const authenticators = { senderAuthenticator: aptos.transaction.sign({ signer: first, transaction }), additionalSignersAuthenticators: [aptos.transaction.sign({ signer: second, transaction })] };
    const done = await wait(await aptos.transaction.submit.multiAgent({ transaction, ...authenticators }));
    assert.equal(done.signature.type, 'multi_agent_signature');
    assert.deepEqual(done.signature.secondary_signers.map((s) => s.type), ['single_key_signature']);
    const sides = await aptos.getAccountResource({ accountAddress: first.accountAddress, resourceType: `${address}::probe::Sides` });
    const short = (a) => a.accountAddress.toStringShort?.() ?? `0x${a.accountAddress.toStringLong().slice(2).replace(/^0+/, '')}`;
    assert.deepEqual(sides, { first: short(first), second: short(second), payer: short(first), others: '1' });
});

test('a fee payer pays, whether the sender knows him or not', async () => {
    const payer = Account.generate(), to = Account.generate();
    await fund(payer);
    for (const knows of [true, false]) {
        const sender = Account.generate();
        const build = () => aptos.transaction.build.simple({ sender: sender.accountAddress, withFeePayer: true, data: { function: '0x1::aptos_account::set_allow_direct_coin_transfers', functionArguments: [knows] } });
        const transaction = await build();
        if (knows) transaction.feePayerAddress = payer.accountAddress;
        const senderAuthenticator = aptos.transaction.sign({ signer: sender, transaction });
        const feePayerAuthenticator = aptos.transaction.signAsFeePayer({ signer: payer, transaction });
        const before = await balance(payer);
        const done = await wait(await aptos.transaction.submit.simple({ transaction, senderAuthenticator, feePayerAuthenticator }));
        assert.equal(done.signature.type, 'fee_payer_signature');
        assert.equal(before - await balance(payer), Number(done.gas_used) * Number(done.gas_unit_price));
        assert.equal(await balance(sender), 0);
    }
    // Nobody has signed for the other payer.
    const sender = Account.generate(), other = Account.generate();
    await fund(other);
    const transaction = await aptos.transaction.build.simple({ sender: sender.accountAddress, withFeePayer: true, data: { function: '0x1::aptos_account::set_allow_direct_coin_transfers', functionArguments: [true] } });
    transaction.feePayerAddress = payer.accountAddress;
    const senderAuthenticator = aptos.transaction.sign({ signer: sender, transaction });
    const feePayerAuthenticator = aptos.transaction.signAsFeePayer({ signer: payer, transaction });
    transaction.feePayerAddress = other.accountAddress;
    assert.equal((await refusal(aptos.transaction.submit.simple({ transaction, senderAuthenticator, feePayerAuthenticator }))).vm_error_code, 1);
    assert.equal(await balance(to), 0);
});

test('a multi-agent transaction with a fee payer', async () => {
    const [first, second, payer] = [1, 2, 3].map(() => Account.generate());
    await fund(payer);
    const transaction = await aptos.transaction.build.multiAgent({ sender: first.accountAddress, secondarySignerAddresses: [second.accountAddress], withFeePayer: true, data: meet() });
    const [simulated] = await aptos.transaction.simulate.multiAgent({ transaction, signerPublicKey: first.publicKey, secondarySignersPublicKeys: [second.publicKey] });
    assert.equal(simulated.success, true, simulated.vm_status); // with the fee payer left open, nobody pays
    const senderAuthenticator = aptos.transaction.sign({ signer: first, transaction });
    const additionalSignersAuthenticators = [aptos.transaction.sign({ signer: second, transaction })];
    const feePayerAuthenticator = aptos.transaction.signAsFeePayer({ signer: payer, transaction });
    const done = await wait(await aptos.transaction.submit.multiAgent({ transaction, senderAuthenticator, additionalSignersAuthenticators, feePayerAuthenticator }));
    assert.equal(done.success, true);
    const sides = await aptos.getAccountResource({ accountAddress: first.accountAddress, resourceType: `${address}::probe::Sides` });
    assert.equal(AccountAddress.from(sides.payer).toString(), payer.accountAddress.toString());
});

test('the wrong number of signers, or one twice, is refused by name', async () => {
    const first = Account.generate();
    await fund(first);
    await assert.rejects(call(first, 'meet'), (e) => /NUMBER_OF_SIGNER_ARGUMENTS_MISMATCH/.test(e.transaction.vm_status));
    const transaction = await aptos.transaction.build.multiAgent({ sender: first.accountAddress, secondarySignerAddresses: [first.accountAddress], data: meet() });
    const authenticator = aptos.transaction.sign({ signer: first, transaction });
    const data = await refusal(aptos.transaction.submit.multiAgent({ transaction, senderAuthenticator: authenticator, additionalSignersAuthenticators: [authenticator] }));
    assert.deepEqual([data.vm_error_code, data.error_code], [28, 'vm_error']);
});

// ---- Payloads

test('an orderless transaction runs once', async () => {
    const account = Account.generate(), to = Account.generate();
    await fund(account);
    const options = { replayProtectionNonce: 42n, expireTimestamp: Math.floor(Date.now() / 1000) + 50 };
    const transaction = await transfer(account, to, 5, options);
    const done = await submit(aptos, account, transaction);
    assert.deepEqual([done.replay_protection_nonce, done.sequence_number], ['42', '18446744073709551615']);
    const again = await transfer(account, to, 6, options);
    assert.equal((await refusal(aptos.signAndSubmitTransaction({ signer: account, transaction: again }))).vm_error_code, 42);
    // Others' nonces are their own, and any order will do.
    for (const nonce of [43n, 7n]) await submit(aptos, account, await transfer(account, to, 1, { ...options, replayProtectionNonce: nonce }));
    assert.equal(await balance(to), 7);
    const late = await transfer(account, to, 1, { replayProtectionNonce: 99n, expireTimestamp: Math.floor(Date.now() / 1000) + 1000 });
    assert.match((await refusal(aptos.signAndSubmitTransaction({ signer: account, transaction: late }))).message, /TRANSACTION_EXPIRATION_TOO_FAR_IN_FUTURE/);
    assert.equal((await aptos.getAccountInfo({ accountAddress: account.accountAddress })).sequence_number, '0');
    const list = await (await fetch(`${node.urls.aptos}/accounts/${account.accountAddress}/transaction_summaries`)).json();
    assert.deepEqual(list.map((s) => s.replay_protector), [{ nonce: '42', type: 'nonce' }, { nonce: '43', type: 'nonce' }, { nonce: '7', type: 'nonce' }]);
});

// The proof would stay good: its sequence number is still the account's when the transaction is over.
test('a proof with a sequence number is refused in an orderless transaction, and taken in another', async () => {
    const account = Account.generate(), friend = Account.generate(), next = Account.generate();
    for (const a of [account, friend]) await fund(a);
    await call(friend, 'meet').catch(() => {}); // makes the account that a capability can be offered to
    const bytes = (v) => Array.from(v.toUint8Array());
    const { chain_id } = await ledger();
    const info = () => aptos.getAccountInfo({ accountAddress: account.accountAddress });
    // 0x1::ed25519::SignedMessage of a struct of 0x1::account
    const signed = (struct, sequence) => {
        const s = new Serializer();
        AccountAddress.ONE.serialize(s);
        s.serializeStr('account');
        s.serializeStr(struct);
        if (struct.startsWith('Rotation')) s.serializeU8(chain_id);
        s.serializeU64(BigInt(sequence));
        for (const a of [account, friend]) a.accountAddress.serialize(s);
        return bytes(account.sign(s.toUint8Array()));
    };
    const offer = (struct) => ({ sequence_number }) => [signed(struct, sequence_number), 0, bytes(account.publicKey), friend.accountAddress];
    const calls = {
        offer_rotation_capability: offer('RotationCapabilityOfferProofChallengeV2'),
        offer_signer_capability: offer('SignerCapabilityOfferProofChallengeV2'),
        rotate_authentication_key: ({ sequence_number, authentication_key }) => {
            const challenge = new RotationProofChallenge({
                sequenceNumber: BigInt(sequence_number), originator: account.accountAddress,
                currentAuthKey: AccountAddress.from(authentication_key), newPublicKey: next.publicKey,
            }).bcsToBytes();
            return [0, bytes(account.publicKey), 0, bytes(next.publicKey), bytes(account.sign(challenge)), bytes(next.sign(challenge))];
        },
    };
    let nonce = 1n;
    for (const [fn, args] of Object.entries(calls)) {
        const data = { function: `0x1::account::${fn}`, functionArguments: args(await info()) };
        const build = (options) => aptos.transaction.build.simple({ sender: account.accountAddress, data, options });
        const orderless = await build({ replayProtectionNonce: nonce++, expireTimestamp: Math.floor(Date.now() / 1000) + 50 });
        await assert.rejects(submit(aptos, account, orderless), (e) => /0x1::account: ESEQ_NUM_PROOF_REPLAYABLE_CONTEXT\(0x3001f\)/.test(e.transaction?.vm_status), fn);
        assert.equal((await submit(aptos, account, await build())).success, true, fn);
    }
    assert.equal((await info()).authentication_key, next.publicKey.authKey().toString());
});

test('a script pays two accounts', async () => {
    const sender = Account.generate(), [one, two] = [Account.generate(), Account.generate()];
    await fund(sender);
    const transaction = await aptos.transaction.build.simple({
        sender: sender.accountAddress,
        data: { bytecode: script, functionArguments: [one.accountAddress, new U64(11), two.accountAddress, new U64(22)] },
    });
    const done = await submit(aptos, sender, transaction);
    assert.deepEqual([await balance(one), await balance(two)], [11, 22]);
    assert.equal(done.payload.type, 'script_payload');
    assert.deepEqual(done.payload.arguments.filter((_, i) => i % 2), ['11', '22']);
});

test('arguments of every kind arrive, and are shown as they were given', async () => {
    const values = [255, 18446744073709551615n, 340282366920938463463374607431768211455n, 2n ** 256n - 1n, true, AccountAddress.from('0xcafe', { maxMissingChars: 63 }), 'grüß dich', [1, 2, 255], [[1, 2], [], [3]], 9, ['a', '']];
    const done = await call(owner, 'keep', values);
    const kept = await aptos.getAccountResource({ accountAddress: address, resourceType: `${address}::probe::Kept` });
    assert.deepEqual(kept, {
        small: 255, word: '18446744073709551615', wide: '340282366920938463463374607431768211455', widest: (2n ** 256n - 1n).toString(), flag: true,
        owner: '0xcafe', text: 'grüß dich', bytes: '0x0102ff', nested: [['1', '2'], [], ['3']], maybe: { vec: ['9'] }, texts: ['a', ''],
    });
    assert.deepEqual(done.payload.arguments, Object.values(kept));
    await call(owner, 'keep', [0, 0, 0, 0, false, AccountAddress.ZERO, '', [], [], null, []]);
    const empty = await aptos.getAccountResource({ accountAddress: address, resourceType: `${address}::probe::Kept` });
    assert.deepEqual(empty.maybe, { vec: [] });
    const gone = await call(owner, 'drop_kept');
    assert.ok(gone.changes.some((c) => c.type === 'delete_resource' && c.resource.endsWith('::probe::Kept')));
});

test('arguments that are no values of their type fail by name', async () => {
    // The SDK would not send them: BCS by hand.
    const bad = (bytes) => ({ bcsToBytes: () => bytes, serialize: (s) => s.serializeFixedBytes(bytes), serializeForEntryFunction: (s) => s.serializeBytes(bytes) });
    const good = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0].map(() => null);
    const args = () => [bad(Uint8Array.of(1)), new U64(1), bad(new Uint8Array(16)), bad(new Uint8Array(32)), bad(Uint8Array.of(1)), AccountAddress.ONE, new MoveString('x'), bad(Uint8Array.of(0)), bad(Uint8Array.of(0)), bad(Uint8Array.of(0)), bad(Uint8Array.of(0))];
    assert.equal(good.length, args().length);
    const cases = [[0, Uint8Array.of()], [0, Uint8Array.of(1, 2)], [4, Uint8Array.of(2)], [6, Uint8Array.of(2, 0xc3, 0x28)], [9, Uint8Array.of(2, ...new Uint8Array(16))], [10, Uint8Array.of(1, 1, 0xff)], [7, Uint8Array.of(0x80, 0x00)]];
    for (const [at, bytes] of cases) {
        const list = args();
        list[at] = bad(bytes);
        const payload = await generateTransactionPayload({ function: '0x1::aptos_account::transfer', functionArguments: ['0x1', 1], aptosConfig: aptos.config });
        payload.entryFunction.args = list;
        payload.entryFunction.module_name.address = owner.accountAddress;
        payload.entryFunction.module_name.name.identifier = 'probe';
        payload.entryFunction.function_name.identifier = 'keep';
        const rawTransaction = await generateRawTransaction({ aptosConfig: aptos.config, sender: owner.accountAddress, payload });
        await assert.rejects(submit(aptos, owner, { rawTransaction }), (e) => /FAILED_TO_DESERIALIZE_ARGUMENT/.test(e.transaction?.vm_status), `argument ${at}`);
    }
});

// ---- Simulation

test('a simulation that would not be valid says why, and fails', async () => {
    const poor = Account.generate(), to = Account.generate();
    const simulate = async (transaction, signerPublicKey = poor.publicKey, options = {}) => (await aptos.transaction.simulate.simple({ signerPublicKey, transaction, options }))[0];
    const status = async (...args) => { const s = await simulate(...args); assert.equal(s.success, false); assert.deepEqual([s.changes, s.events, s.gas_used], [[], [], '0']); return s.vm_status; };
    assert.equal(await status(await transfer(poor, to)), 'INSUFFICIENT_BALANCE_FOR_TRANSACTION_FEE');
    await fund(poor);
    assert.equal(await status(await transfer(poor, to, 1, { accountSequenceNumber: 5 })), 'SEQUENCE_NUMBER_TOO_NEW');
    assert.equal(await status(await transfer(poor, to, 1, { expireTimestamp: 1 })), 'TRANSACTION_EXPIRED');
    assert.equal(await status(await transfer(poor, to, 1, { maxGasAmount: 2_000_001 })), 'MAX_GAS_UNITS_EXCEEDS_MAX_GAS_UNITS_BOUND');
    assert.equal(await status(await transfer(poor, to, 1, { gasUnitPrice: 0 })), 'GAS_UNIT_PRICE_BELOW_MIN_BOUND');
    assert.equal(await status(await transfer(poor, to), to.publicKey), 'INVALID_AUTH_KEY');
    assert.equal((await simulate(await transfer(poor, to), undefined)).success, true);
    // No key at all.
    const [bare] = await aptos.transaction.simulate.simple({ transaction: await transfer(poor, to) });
    assert.equal(bare.success, true, bare.vm_status);
    const chosen = await simulate(await transfer(poor, to, 1, { gasUnitPrice: 50 }), poor.publicKey, { estimateGasUnitPrice: true, estimateMaxGasAmount: true });
    assert.deepEqual([chosen.gas_unit_price, chosen.max_gas_amount, chosen.success], ['1', '2000000', true]);
    const failed = await simulate(await aptos.transaction.build.simple({ sender: poor.accountAddress, data: { function: `${address}::probe::fail_if_large`, functionArguments: [100] } }));
    assert.equal(failed.success, false);
    assert.match(failed.vm_status, /^Move abort in 0x[0-9a-f]+::probe: E_TOO_LARGE\(0x7\): The number is too large/);
    assert.equal(await balance(to), 0);
});

test('a transaction that runs out of gas pays for it', async () => {
    const account = Account.generate();
    await fund(account);
    const transaction = await aptos.transaction.build.simple({ sender: account.accountAddress, data: { function: `${address}::probe::forever`, functionArguments: [] }, options: { maxGasAmount: 3000 } });
    await assert.rejects(submit(aptos, account, transaction), (e) => e.transaction.vm_status === 'Out of gas' && e.transaction.gas_used === '3000');
    assert.equal(await balance(account), 100_000_000 - 3000);
});

// ---- Batches

test('a batch of one account comes in order', async () => {
    const sender = Account.generate(), to = Account.generate();
    await fund(sender);
    const payloads = Array.from({ length: 20 }, (_, i) => ({ function: '0x1::aptos_account::transfer', functionArguments: [to.accountAddress, i + 1] }));
    await aptos.transaction.batch.forSingleAccount({ sender, data: payloads });
    for (let i = 0; i < 100 && (await aptos.getAccountInfo({ accountAddress: sender.accountAddress })).sequence_number !== '20'; i++) await new Promise((r) => setTimeout(r, 50));
    assert.equal(await balance(to), 210);
    const sent = await aptos.getAccountTransactions({ accountAddress: sender.accountAddress });
    assert.deepEqual(sent.map((t) => t.sequence_number), Array.from({ length: 20 }, (_, i) => String(i)));
});

// ---- Reading

test('view functions in both forms', async () => {
    const view = (fn, functionArguments, typeArguments = []) => aptos.view({ payload: { function: `${address}::probe::${fn}`, functionArguments, typeArguments } });
    const args = [7, 2n ** 100n, 'ä', 5, ['0x1', '0x2']];
    const expected = [7, (2n ** 100n).toString(), 'ä', { vec: ['5'] }, ['0x1', '0x2']];
    assert.deepEqual(await view('echo', args), expected);
    assert.deepEqual(await aptos.viewJson({ payload: { function: `${address}::probe::echo`, functionArguments: [7, (2n ** 100n).toString(), 'ä', { vec: ['5'] }, ['0x1', '0x2']] } }), expected);
    assert.deepEqual(await view('pair', [true], ['vector<u8>', 'bool']), [{ y: true }]);
    assert.match((await refusal(view('refuse', [100]))).message, /E_TOO_LARGE/);
    const notView = await fetch(`${node.urls.aptos}/view`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ function: `${address}::probe::not_a_view`, type_arguments: [], arguments: [] }) });
    assert.deepEqual([notView.status, (await notView.json()).error_code], [400, 'invalid_input']);
    const before = (await ledger()).ledger_version;
    await call(owner, 'keep', [1, 2, 3, 4, true, '0x5', 'six', [7], [], 8, []]);
    await assert.rejects(aptos.getAccountResource({ accountAddress: address, resourceType: `${address}::probe::Kept`, options: { ledgerVersion: Number(before) } }), (e) => e.data.error_code === 'resource_not_found');
});

test('tables, events and changes', async () => {
    await call(owner, 'open');
    const first = await call(owner, 'put', ['a', 1]);
    await call(owner, 'put', ['b', 2]);
    const store = await aptos.getAccountResource({ accountAddress: address, resourceType: `${address}::probe::Store` });
    const handle = store.items.handle;
    const item = (key) => aptos.getTableItem({ handle, data: { key_type: '0x1::string::String', value_type: 'u64', key } });
    assert.equal(await item('b'), '2');
    assert.equal((await refusal(item('c'))).error_code, 'table_item_not_found');
    const change = first.changes.find((c) => c.type === 'write_table_item');
    assert.deepEqual(change.data, { key: 'a', key_type: '0x1::string::String', value: '1', value_type: 'u64' });
    assert.deepEqual([change.key, change.value, BigInt(change.handle)], ['0x0161', '0x0100000000000000', BigInt(handle)]);
    const own = `0x${address.slice(2).replace(/^0+/, '')}::probe`;
    assert.deepEqual(first.events.filter((e) => e.type.startsWith(own)).map(({ type, data, sequence_number, guid }) => [type, data, sequence_number, guid.creation_number]), [
        [`${own}::Put`, { key: 'a', value: '1' }, '0', store.puts.guid.id.creation_num],
        [`${own}::Noted`, { value: '1' }, '0', '0'],
    ]);
    const gone = await call(owner, 'take', ['a']);
    assert.deepEqual(gone.changes.find((c) => c.type === 'delete_table_item').data, { key: 'a', key_type: '0x1::string::String' });
    const get = async (path) => (await fetch(`${node.urls.aptos}/accounts/${address}/events/${path}`)).json();
    for (const path of [store.puts.guid.id.creation_num, `${address}::probe::Store/puts`])
        assert.deepEqual((await get(path)).map((e) => [e.sequence_number, e.data.key, typeof e.version]), [['0', 'a', 'string'], ['1', 'b', 'string']]);
    assert.deepEqual((await get(`${store.puts.guid.id.creation_num}?limit=1`)).map((e) => e.sequence_number), ['1']);
    assert.deepEqual((await get(`${store.puts.guid.id.creation_num}?start=0&limit=1`)).map((e) => e.sequence_number), ['0']);
});

test('accounts, resources, modules, balances', async () => {
    assert.equal(await aptos.getBalance({ accountAddress: address, asset: APT }), await aptos.getAccountCoinAmount({ accountAddress: address, coinType: APT }));
    assert.equal(await aptos.getBalance({ accountAddress: AccountAddress.ZERO, asset: APT }), 0);
    const stranger = Account.generate().accountAddress;
    const { sequence_number, authentication_key } = await aptos.getAccountInfo({ accountAddress: stranger });
    assert.deepEqual([sequence_number, authentication_key], ['0', stranger.toStringLong()]);
    const modules = await aptos.getAccountModules({ accountAddress: '0x1' });
    assert.ok(modules.length > 40 && modules.every((m) => m.abi.name && m.bytecode.startsWith('0xa11ceb0b')));
    const page = await aptos.getAccountModulesPage({ accountAddress: '0x1', options: { limit: 10 } });
    assert.equal(page.modules.length, 10);
    const rest = await aptos.getAccountModulesPage({ accountAddress: '0x1', options: { limit: 9999, cursor: page.cursor } });
    assert.deepEqual([...page.modules, ...rest.modules].map((m) => m.abi.name), modules.map((m) => m.abi.name));
    const resources = await aptos.getAccountResourcesPage({ accountAddress: '0x1', options: { limit: 1 } });
    assert.equal(resources.resources.length, 1);
    assert.ok(resources.cursor);
    const { abi } = await aptos.getAccountModule({ accountAddress: address, moduleName: 'probe' });
    const pair = abi.structs.find((s) => s.name === 'Pair');
    assert.deepEqual([pair.generic_type_params, pair.abilities, pair.fields], [[{ constraints: [] }, { constraints: ['copy', 'drop'] }], ['copy', 'drop', 'store'], [{ name: 'y', type: 'T1' }]]);
});

test('the ledger, transactions and blocks', async () => {
    assert.equal(await aptos.getChainId(), 4);
    assert.deepEqual(await aptos.getGasPriceEstimation(), { deprioritized_gas_estimate: 1, gas_estimate: 1, prioritized_gas_estimate: 1 });
    assert.equal((await aptos.getLedgerInfo()).chain_id, 4);
    const { ledger_version } = await ledger();
    const newest = await aptos.getTransactions({ options: { limit: 3 } });
    assert.deepEqual(newest.map((t) => Number(t.version)), [2, 1, 0].map((back) => Number(ledger_version) - back));
    const first = await aptos.getTransactions({ options: { offset: 0, limit: 4 } });
    assert.deepEqual(first.map((t) => t.type), ['genesis_transaction', 'block_metadata_transaction', 'user_transaction', 'state_checkpoint_transaction']);
    const block = await aptos.getBlockByVersion({ ledgerVersion: 2, options: { withTransactions: true } });
    assert.deepEqual([block.block_height, block.transactions.length], ['1', 3]);
    assert.equal((await aptos.getBlockByHeight({ blockHeight: 1 })).block_hash, block.block_hash);
    assert.equal(await aptos.isPendingTransaction({ transactionHash: first[2].hash }), false);
    const sent = await aptos.getAccountTransactions({ accountAddress: address, options: { limit: 2 } });
    assert.equal(sent.length, 2);
    const last = Number((await aptos.getAccountInfo({ accountAddress: address })).sequence_number) - 1;
    assert.equal(sent[1].sequence_number, String(last));
    const from = await aptos.getAccountTransactions({ accountAddress: address, options: { offset: 1, limit: 2 } });
    assert.deepEqual(from.map((t) => t.sequence_number), ['1', '2']);
});

test('what the SDK asks an indexer', async () => {
    const account = Account.generate();
    await fund(account);
    await submit(aptos, account, await transfer(account, owner));
    assert.equal(await aptos.getAccountTransactionsCount({ accountAddress: account.accountAddress }), 2); // the faucet's, and its own
    const [coin, ...others] = await aptos.getAccountCoinsData({ accountAddress: account.accountAddress });
    assert.deepEqual(others, []);
    const asset = AccountAddress.A.toStringLong();
    const info = await aptos.getAccountResource({ accountAddress: AccountAddress.A, resourceType: '0x1::fungible_asset::Metadata' });
    assert.deepEqual([coin.asset_type, coin.amount, coin.is_frozen, coin.is_primary, coin.owner_address], [asset, await balance(account), false, true, account.accountAddress.toString()]);
    assert.deepEqual([coin.metadata.asset_type, coin.metadata.name, coin.metadata.symbol, coin.metadata.decimals], [asset, info.name, info.symbol, info.decimals]);
    assert.equal(await aptos.getAccountCoinsCount({ accountAddress: account.accountAddress }), 1);
    assert.equal((await aptos.getCurrentFungibleAssetBalances({ options: { where: { owner_address: { _eq: account.accountAddress.toString() }, asset_type: { _eq: asset } } } })).length, 1);
    assert.equal((await aptos.getAccountCoinsData({ accountAddress: Account.generate().accountAddress })).length, 0);
    const [{ version }] = await aptos.getChainTopUserTransactions({ limit: 1 });
    assert.equal((await aptos.getTransactionByVersion({ ledgerVersion: Number(version) })).type, 'user_transaction');
    assert.ok(Number(await aptos.getIndexerLastSuccessVersion()) >= Number(version));
    assert.equal((await aptos.getProcessorStatus('account_transactions_processor')).processor, 'account_transactions_processor');
    assert.equal(await aptos.getAccountTokensCount({ accountAddress: account.accountAddress }), 0);
    await assert.rejects(aptos.getDelegatedStakingActivities({ delegatorAddress: account.accountAddress, poolAddress: '0x1' }), (e) => /delegated_staking_activities is not answered: this node has no indexer. The REST API/.test(e.message));
});

test('every block runs again to the same end', async () => {
    assert.ok(await node.replay() > 20);
});
