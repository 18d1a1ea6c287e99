// Kit with the clients of System, lookup tables, compute budgets and Memo (@solana-program/*).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
    address, appendTransactionMessageInstructions, createTransactionMessage, fetchAddressesForLookupTables, generateKeyPairSigner, getSignatureFromTransaction, isSolanaError,
    pipe, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE, sendAndConfirmDurableNonceTransactionFactory, setTransactionMessageFeePayerSigner,
    setTransactionMessageLifetimeUsingDurableNonce, signTransactionMessageWithSigners,
} from '@solana/kit';
import {
    SYSTEM_ERROR__RESULT_WITH_NEGATIVE_LAMPORTS, fetchNonce, getAdvanceNonceAccountInstruction, getCreateAccountInstruction, getInitializeNonceAccountInstruction, getNonceSize, getTransferSolInstruction,
    isSystemError, SYSTEM_PROGRAM_ADDRESS,
} from '@solana-program/system';
import { fetchAddressLookupTable, findAddressLookupTablePda, getCloseLookupTableInstruction, getCreateLookupTableInstructionAsync, getDeactivateLookupTableInstruction, getExtendLookupTableInstruction } from '@solana-program/address-lookup-table';
import { estimateComputeUnitLimitFactory, getSetComputeUnitLimitInstruction, getSetComputeUnitPriceInstruction } from '@solana-program/compute-budget';
import { LEGACY_MEMO_PROGRAM_ADDRESS_V1, LEGACY_MEMO_PROGRAM_ADDRESS_V3, getAddMemoInstruction } from '@solana-program/memo';
import { startKit } from './lib/kit.mjs';
import { startNode } from './lib/node.mjs';

let node, kit, payer;
const pay = (destination, amount, source = payer) => getTransferSolInstruction({ source, destination, amount });
const balance = async (key) => (await kit.rpc.getBalance(key).send()).value;
const someone = async () => (await generateKeyPairSigner()).address;

before(async () => {
    node = await startNode(['--quiet']);
    kit = await startKit(node.urls);
    payer = kit.payer;
});
after(() => node.stop());

test('lamports are moved; where there are too few, the client knows the error', async () => {
    const to = await someone();
    assert.deepEqual(await kit.sendShown([pay(to, 1_000_000n)]), [['transfer', { source: payer.address, destination: to, lamports: 1_000_000n }]]);
    assert.equal(await balance(to), 1_000_000n);
    const poor = await kit.funded(1n), message = await kit.message([pay(to, 5_000_000_000n, poor)], { payer: poor });
    const tx = await signTransactionMessageWithSigners(message);
    await assert.rejects(kit.sendAndConfirm(tx, { commitment: 'confirmed' }), (e) => {
        assert.ok(isSolanaError(e, SOLANA_ERROR__JSON_RPC__SERVER_ERROR_SEND_TRANSACTION_PREFLIGHT_FAILURE), String(e));
        assert.ok(isSystemError(e.cause, message, SYSTEM_ERROR__RESULT_WITH_NEGATIVE_LAMPORTS), String(e.cause));
        assert.ok(e.context.logs.some((l) => /insufficient lamports/.test(l)));
        return true;
    });
});

test('a durable nonce instead of a blockhash', async () => {
    const nonce = await generateKeyPairSigner(), to = await someone(), space = getNonceSize();
    await kit.send([
        getCreateAccountInstruction({ payer, newAccount: nonce, lamports: await kit.rent(space), space, programAddress: SYSTEM_PROGRAM_ADDRESS }),
        getInitializeNonceAccountInstruction({ nonceAccount: nonce.address, nonceAuthority: payer.address }),
    ]);
    const held = await fetchNonce(kit.rpc, nonce.address);
    const message = pipe(
        createTransactionMessage({ version: 0 }),
        (m) => setTransactionMessageFeePayerSigner(payer, m),
        (m) => setTransactionMessageLifetimeUsingDurableNonce({ nonce: held.data.blockhash, nonceAccountAddress: nonce.address, nonceAuthorityAddress: payer.address }, m),
        (m) => appendTransactionMessageInstructions([pay(to, 2_000_000n)], m));
    const tx = await signTransactionMessageWithSigners(message);
    await sendAndConfirmDurableNonceTransactionFactory({ rpc: kit.rpc, rpcSubscriptions: kit.news })(tx, { commitment: 'confirmed' });
    const { transaction } = await kit.parsed(getSignatureFromTransaction(tx));
    assert.deepEqual(transaction.message.instructions.map((i) => i.parsed.type), ['advanceNonce', 'transfer']);
    assert.equal(await balance(to), 2_000_000n);
    assert.notEqual((await fetchNonce(kit.rpc, nonce.address)).data.blockhash, held.data.blockhash);
    await kit.send([getAdvanceNonceAccountInstruction({ nonceAccount: nonce.address, nonceAuthority: payer })]);
});

test('lookup tables', async () => {
    const slot = await kit.rpc.getSlot().send() - 1n, targets = await Promise.all(Array.from({ length: 20 }, someone));
    const [table] = await findAddressLookupTablePda({ authority: payer.address, recentSlot: slot });
    await kit.send([
        await getCreateLookupTableInstructionAsync({ authority: payer, payer, recentSlot: slot }),
        getExtendLookupTableInstruction({ address: table, authority: payer, payer, addresses: targets }),
    ]);
    await kit.send([pay(await someone(), 1_000_000n)]); // the next slot
    const held = await fetchAddressLookupTable(kit.rpc, table);
    assert.deepEqual(held.data.addresses, targets);
    const tables = await fetchAddressesForLookupTables([table], kit.rpc);
    const { transaction, meta, version } = await kit.parsed(await kit.send(targets.map((to) => pay(to, 1_000_000n)), { tables }));
    assert.equal(version, 0);
    assert.equal(meta.err, null);
    assert.deepEqual(transaction.message.addressTableLookups.map((l) => [l.accountKey, l.writableIndexes.length, l.readonlyIndexes.length]), [[table, 20, 0]]);
    assert.deepEqual(transaction.message.instructions.map((i) => i.parsed.info.destination), targets);
    for (const to of targets) assert.equal(await balance(to), 1_000_000n);
    await kit.send([getDeactivateLookupTableInstruction({ address: table, authority: payer })]);
    // It is closed only when no blockhash knows it any more.
    await assert.rejects(kit.send([getCloseLookupTableInstruction({ address: table, authority: payer, recipient: payer.address })]), /instruction|simulation|argument/i);
});

test('a compute budget by an estimate, and a price', async () => {
    const to = await someone(), message = await kit.message([pay(to, 1_000_000n)]);
    const units = await estimateComputeUnitLimitFactory({ rpc: kit.rpc })(message);
    assert.equal(units, 300); // with the instruction that sets the limit
    const { meta } = await kit.parsed(await kit.send([
        getSetComputeUnitLimitInstruction({ units: 1000 }), getSetComputeUnitPriceInstruction({ microLamports: 3_000_000n }), pay(to, 1_000_000n)]));
    assert.equal(meta.fee, 5000n + 3000n);
    assert.equal(meta.computeUnitsConsumed, 450n);
});

test('memos, as instructions and beside the signatures of an address', async () => {
    const to = await someone(), other = await kit.funded(1n);
    const signature = await kit.send([
        pay(to, 1_000_000n),
        getAddMemoInstruction({ memo: 'für das Mittagessen 🦖', signers: [payer, other] }, { programAddress: LEGACY_MEMO_PROGRAM_ADDRESS_V3 }),
        getAddMemoInstruction({ memo: 'again' }, { programAddress: LEGACY_MEMO_PROGRAM_ADDRESS_V1 }),
    ]);
    const { transaction, meta } = await kit.parsed(signature);
    assert.deepEqual(transaction.message.instructions.slice(1).map((i) => [i.program, i.parsed]), [['spl-memo', 'für das Mittagessen 🦖'], ['spl-memo', 'again']]);
    assert.ok(meta.logMessages.some((l) => l.includes('für das Mittagessen')));
    const [row] = await kit.rpc.getSignaturesForAddress(to).send();
    assert.equal(row.signature, signature);
    assert.equal(row.memo, '[25] für das Mittagessen 🦖; [5] again');
});

test('what the blocks did is what running them again gives', async () => {
    await node.replay();
});
