// Accounts of several owners, with the Aptos TypeScript SDK: propose, approve, simulate and execute by a multisig payload,
// in BCS and in JSON; and the statement of its fee that every transaction ends with.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
    Account, AccountAddress, MoveVector, MultiSig, SimpleTransaction, TransactionPayloadMultiSig, generateRawTransaction,
    generateTransactionPayload,
} from '@aptos-labs/ts-sdk';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { startNode } from './lib/node.mjs';
import { callEntry, submit } from './lib/publish.mjs';

let node, aptos, owners, multisig;

before(async () => {
    node = await startNode(['--quiet']);
    aptos = node.aptos;
    owners = [Account.generate(), Account.generate(), Account.generate()];
    for (const { accountAddress } of owners) await aptos.fundAccount({ accountAddress, amount: 1_000_000_000 });
    [multisig] = await view('get_next_multisig_account_address', owners[0].accountAddress.toString());
    const others = owners.slice(1).map((o) => o.accountAddress.toString());
    const done = await call(owners[0], 'create_with_owners', [others, 2, ['name'], [MoveVector.U8('0x7573')]]);
    assert.equal(done.success, true, done.vm_status);
    await aptos.fundAccount({ accountAddress: multisig, amount: 1_000_000 });
});
after(() => node?.stop());

const call = (owner, fn, args) => callEntry(aptos, owner, `0x1::multisig_account::${fn}`, args);
const view = (fn, ...functionArguments) => aptos.view({ payload: { function: `0x1::multisig_account::${fn}`, functionArguments } });
const balance = (accountAddress) => aptos.getAccountAPTAmount({ accountAddress });
const event = (tx, name) => tx.events.find((e) => e.type === `0x1::multisig_account::${name}`)?.data;
const someone = () => Account.generate().accountAddress.toString();

/** The multisig payload that pays `amount` out of the account. */
const payment = (to, amount) => generateTransactionPayload({
    aptosConfig: aptos.config, multisigAddress: multisig, function: '0x1::aptos_account::transfer', functionArguments: [to, amount],
});
/** What owners propose: the BCS of what the payload holds. */
const proposal = (payload) => payload.multiSig.transaction_payload.bcsToBytes();
const bare = () => new TransactionPayloadMultiSig(new MultiSig(AccountAddress.from(multisig)));
const built = async (owner, payload) => new SimpleTransaction(
    await generateRawTransaction({ aptosConfig: aptos.config, sender: owner.accountAddress, payload }));
async function executed(owner, payload) {
    const transaction = await built(owner, payload);
    const pending = await aptos.signAndSubmitTransaction({ signer: owner, transaction });
    return aptos.waitForTransaction({ transactionHash: pending.hash, options: { checkSuccess: false } });
}
async function refusal(promise) {
    try {
        await promise;
    } catch (e) {
        return e.data;
    }
    return assert.fail('it was accepted');
}

test('a payload that lies on the chain is executed when enough owners approve it', async () => {
    const to = someone();
    const payload = await payment(to, 1000);
    const proposed = await call(owners[0], 'create_transaction', [multisig, proposal(payload)]);
    assert.equal(event(proposed, 'CreateTransaction').sequence_number, '1');
    // One owner alone cannot execute it: the node refuses the transaction.
    const early = await refusal(executed(owners[0], bare()));
    assert.equal(early.vm_error_code, 34);
    assert.match(early.message, /MULTISIG_TRANSACTION_INSUFFICIENT_APPROVALS/);
    assert.equal((await call(owners[2], 'approve_transaction', [multisig, 1])).success, true);
    assert.deepEqual(await view('can_be_executed', multisig, 1), [true]);
    const done = await executed(owners[0], bare());
    assert.equal(done.vm_status, 'Executed successfully');
    assert.equal(done.payload.type, 'multisig_payload');
    assert.equal(done.payload.multisig_address, AccountAddress.from(multisig).toString());
    assert.equal(done.payload.transaction_payload, undefined);
    assert.equal(await balance(to), 1000);
    const told = event(done, 'TransactionExecutionSucceeded');
    assert.equal(told.num_approvals, '2');
    assert.equal(told.transaction_payload, `0x${Buffer.from(proposal(payload)).toString('hex')}`);
    assert.deepEqual(await view('last_resolved_sequence_number', multisig), ['1']);
});

test('a payload that is known by its hash comes with the transaction, whose sender approves it', async () => {
    const to = someone();
    const payload = await payment(to, 77);
    await call(owners[1], 'create_transaction_with_hash', [multisig, sha3_256(proposal(payload))]);
    const other = await refusal(executed(owners[2], await payment(to, 78)));
    assert.equal(other.vm_error_code, 35);
    assert.equal((await refusal(executed(owners[2], bare()))).vm_error_code, 35);
    const done = await executed(owners[2], payload);
    assert.equal(done.success, true, done.vm_status);
    assert.equal(done.payload.transaction_payload.function, '0x1::aptos_account::transfer');
    assert.deepEqual(done.payload.transaction_payload.arguments, [to, '77']);
    assert.equal(event(done, 'Vote').approved, true);
    assert.equal(await balance(to), 77);
});

test('a payload that fails is done with; the transaction says so by an event', async () => {
    const payload = await payment(someone(), 10_000_000_000);
    await call(owners[0], 'create_transaction', [multisig, proposal(payload)]);
    const before = await balance(multisig);
    const done = await executed(owners[1], payload);
    assert.equal(done.vm_status, 'Executed successfully');
    const { execution_error: error } = event(done, 'TransactionExecutionFailed');
    assert.equal(error.error_type, 'MoveAbort');
    assert.match(error.abort_location, /^0{63}1::(coin|fungible_asset|aptos_account)$/);
    assert.equal(await balance(multisig), before);
    assert.deepEqual(await view('get_pending_transactions', multisig), [[]]);
});

test('simulation shows what a payload would do before anybody proposes it', async () => {
    const to = someone();
    const transaction = await built(owners[0], await payment(to, 5));
    const [would] = await aptos.transaction.simulate.simple({ signerPublicKey: owners[0].publicKey, transaction });
    assert.equal(would.success, true, would.vm_status);
    assert.ok(would.changes.length > 0);
    const [fails] = await aptos.transaction.simulate.simple({
        signerPublicKey: owners[0].publicKey, transaction: await built(owners[0], await payment(to, 10_000_000_000)),
    });
    assert.equal(fails.success, false);
    assert.match(fails.vm_status, /EINSUFFICIENT_BALANCE/);
    assert.equal(await balance(to), 0);
});

test('strangers, other accounts and other payloads are refused with their codes', async () => {
    const stranger = Account.generate();
    await aptos.fundAccount({ accountAddress: stranger.accountAddress, amount: 100_000_000 });
    assert.equal((await refusal(executed(stranger, bare()))).vm_error_code, 32);
    assert.equal((await refusal(executed(owners[0], bare()))).vm_error_code, 33);
    const nobody = new TransactionPayloadMultiSig(new MultiSig(stranger.accountAddress));
    assert.equal((await refusal(executed(stranger, nobody))).vm_error_code, 31);
    await call(owners[0], 'create_transaction', [multisig, proposal(await payment(someone(), 1))]);
    assert.equal((await refusal(executed(owners[1], await payment(someone(), 2)))).vm_error_code, 40);
    // What is no payload stays where it is: the transaction fails.
    const settings = await call(owners[0], 'reject_transaction', [multisig, 4]);
    assert.equal(settings.success, true);
    assert.equal((await call(owners[1], 'execute_rejected_transaction', [multisig])).success, true);
    await call(owners[0], 'create_transaction', [multisig, new Uint8Array([0, 1])]);
    const broken = await executed(owners[1], bare());
    assert.equal(broken.success, false);
    assert.match(broken.vm_status, /FAILED_TO_DESERIALIZE_ARGUMENT/);
    assert.equal((await view('get_pending_transactions', multisig))[0].length, 1);
    await call(owners[0], 'reject_transaction', [multisig, 5]);
    assert.equal((await call(owners[1], 'execute_rejected_transaction', [multisig])).success, true);
});

test('the account changes its owners by its own transaction only', async () => {
    const newcomer = Account.generate().accountAddress.toString();
    const payload = await generateTransactionPayload({
        aptosConfig: aptos.config, multisigAddress: multisig, function: '0x1::multisig_account::add_owner', functionArguments: [newcomer],
    });
    await call(owners[0], 'create_transaction', [multisig, proposal(payload)]);
    const done = await executed(owners[1], bare());
    assert.equal(event(done, 'AddOwners').owners_added[0], newcomer);
    assert.deepEqual(await view('is_owner', newcomer, multisig), [true]);
});

test('a multisig payload in JSON is encoded, signed and executed', async () => {
    const to = someone();
    const payload = await payment(to, 9);
    await call(owners[0], 'create_transaction_with_hash', [multisig, sha3_256(proposal(payload))]);
    const sender = owners[1];
    const { sequence_number } = await aptos.getAccountInfo({ accountAddress: sender.accountAddress });
    const request = {
        sender: sender.accountAddress.toString(), sequence_number, max_gas_amount: '100000', gas_unit_price: '1',
        expiration_timestamp_secs: String(Math.floor(Date.now() / 1000) + 60),
        payload: {
            type: 'multisig_payload', multisig_address: multisig,
            transaction_payload: { type: 'entry_function_payload', function: '0x1::aptos_account::transfer', type_arguments: [], arguments: [to, '9'] },
        },
    };
    const post = async (path, body) => (await fetch(`${node.urls.aptos}/${path}`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    })).json();
    const message = await post('transactions/encode_submission', request);
    const signature = {
        type: 'ed25519_signature', public_key: sender.publicKey.toString(), signature: sender.privateKey.sign(message).toString(),
    };
    const pending = await post('transactions', { ...request, signature });
    const done = await aptos.waitForTransaction({ transactionHash: pending.hash });
    assert.equal(done.success, true);
    assert.equal(await balance(to), 9);
});

test('each transaction ends with the statement of its fee', async () => {
    const transaction = await aptos.transaction.build.simple({
        sender: owners[0].accountAddress, data: { function: '0x1::aptos_account::transfer', functionArguments: [someone(), 1] },
    });
    const [would] = await aptos.transaction.simulate.simple({ signerPublicKey: owners[0].publicKey, transaction });
    const done = await submit(aptos, owners[0], transaction);
    for (const tx of [would, done]) {
        const last = tx.events.at(-1);
        assert.equal(last.type, '0x1::transaction_fee::FeeStatement');
        assert.deepEqual(last.guid, { creation_number: '0', account_address: '0x0' });
        assert.equal(last.data.total_charge_gas_units, tx.gas_used);
        const parts = Number(last.data.execution_gas_units) + Number(last.data.io_gas_units);
        assert.ok(parts >= Number(tx.gas_used) && parts <= Number(tx.gas_used) + 1 && Number(last.data.io_gas_units) > 0);
        assert.equal(last.data.storage_fee_octas, '0');
    }
});
