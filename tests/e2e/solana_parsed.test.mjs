// jsonParsed: instructions and accounts with the names that Agave gives them (transaction-status/, account-decoder/).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import {
    AddressLookupTableProgram, Keypair, NONCE_ACCOUNT_LENGTH, NonceAccount, PublicKey, SYSVAR_CLOCK_PUBKEY, SYSVAR_RECENT_BLOCKHASHES_PUBKEY,
    SYSVAR_RENT_PUBKEY, SYSVAR_SLOT_HASHES_PUBKEY, SYSVAR_STAKE_HISTORY_PUBKEY, SystemProgram, Transaction, TransactionInstruction, TransactionMessage, VALIDATOR_INFO_KEY, ValidatorInfo, VersionedTransaction,
} from '@solana/web3.js';
import * as spl from '@solana/spl-token';
import { getBase58Decoder } from '@solana/kit';
import { LOADER, startSolana } from './lib/solana.mjs';

let chain, connection, payer, rent;
const SYSTEM = SystemProgram.programId.toBase58(), TABLES = AddressLookupTableProgram.programId.toBase58();
const text = (key) => key.toBase58();

before(async () => {
    chain = await startSolana();
    ({ connection, payer } = chain);
    rent = await connection.getMinimumBalanceForRentExemption(NONCE_ACCOUNT_LENGTH);
});
after(() => chain.stop());

/** The instructions of a transaction with those, as [type, info]; all of one program. */
async function shown(program, name, instructions, signers) {
    const { transaction } = await chain.parsed(await chain.send(instructions, signers));
    return transaction.message.instructions.map((i) => {
        assert.deepEqual(Object.keys(i).sort(), ['parsed', 'program', 'programId', 'stackHeight']);
        assert.equal(i.program, name);
        assert.equal(i.programId, program);
        assert.equal(i.stackHeight, 1);
        return [i.parsed.type, i.parsed.info];
    });
}

test('the System program, with nonces', async () => {
    const from = text(payer.publicKey), a = Keypair.generate(), nonce = Keypair.generate(), owner = Keypair.generate().publicKey;
    const next = Keypair.generate(), to = Keypair.generate().publicKey;
    assert.deepEqual(await shown(SYSTEM, 'system', [
        SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: a.publicKey, lamports: 10 ** 8 }),
        SystemProgram.allocate({ accountPubkey: a.publicKey, space: 7 }),
        SystemProgram.assign({ accountPubkey: a.publicKey, programId: owner }),
        SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: nonce.publicKey, lamports: rent, space: NONCE_ACCOUNT_LENGTH, programId: SystemProgram.programId }),
        SystemProgram.nonceInitialize({ noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey }),
        SystemProgram.nonceAuthorize({ noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey, newAuthorizedPubkey: next.publicKey }),
    ], [payer, a, nonce]), [
        ['transfer', { source: from, destination: text(a.publicKey), lamports: 10 ** 8 }],
        ['allocate', { account: text(a.publicKey), space: 7 }],
        ['assign', { account: text(a.publicKey), owner: text(owner) }],
        ['createAccount', { source: from, newAccount: text(nonce.publicKey), lamports: rent, space: NONCE_ACCOUNT_LENGTH, owner: SYSTEM }],
        ['initializeNonce', { nonceAccount: text(nonce.publicKey), recentBlockhashesSysvar: text(SYSVAR_RECENT_BLOCKHASHES_PUBKEY), rentSysvar: text(SYSVAR_RENT_PUBKEY), nonceAuthority: from }],
        ['authorizeNonce', { nonceAccount: text(nonce.publicKey), nonceAuthority: from, newAuthorized: text(next.publicKey) }],
    ]);
    const sysvar = { nonceAccount: text(nonce.publicKey), recentBlockhashesSysvar: text(SYSVAR_RECENT_BLOCKHASHES_PUBKEY), nonceAuthority: text(next.publicKey) };
    assert.deepEqual(await shown(SYSTEM, 'system', [
        SystemProgram.nonceAdvance({ noncePubkey: nonce.publicKey, authorizedPubkey: next.publicKey }),
    ], [payer, next]), [['advanceNonce', sysvar]]);
    assert.deepEqual(await shown(SYSTEM, 'system', [
        SystemProgram.nonceWithdraw({ noncePubkey: nonce.publicKey, authorizedPubkey: next.publicKey, toPubkey: to, lamports: rent }),
    ], [payer, next]), [['withdrawFromNonce', { ...sysvar, destination: text(to), rentSysvar: text(SYSVAR_RENT_PUBKEY), lamports: rent }]]);
});

test('the System program with seeds', async () => {
    const from = text(payer.publicKey), owner = Keypair.generate().publicKey, base = payer.publicKey;
    const at = (seed, of = owner) => PublicKey.createWithSeed(base, seed, of);
    const one = await at('one'), two = await at('two'), three = await at('three', SystemProgram.programId), to = Keypair.generate().publicKey;
    const info = (more) => ({ base: from, owner: text(owner), ...more });
    assert.deepEqual(await shown(SYSTEM, 'system', [
        SystemProgram.createAccountWithSeed({ fromPubkey: base, newAccountPubkey: one, basePubkey: base, seed: 'one', lamports: 2_000_000, space: 3, programId: owner }),
        SystemProgram.transfer({ fromPubkey: base, toPubkey: two, lamports: 3_000_000 }),
        SystemProgram.allocate({ accountPubkey: two, basePubkey: base, seed: 'two', space: 5, programId: owner }),
        SystemProgram.assign({ accountPubkey: await at('four'), basePubkey: base, seed: 'four', programId: owner }),
        SystemProgram.transfer({ fromPubkey: base, toPubkey: three, lamports: 4_000_000 }),
        SystemProgram.transfer({ fromPubkey: three, basePubkey: base, toPubkey: to, lamports: 4_000_000, seed: 'three', programId: SystemProgram.programId }),
    ]), [
        ['createAccountWithSeed', info({ source: from, newAccount: text(one), seed: 'one', lamports: 2_000_000, space: 3 })],
        ['transfer', { source: from, destination: text(two), lamports: 3_000_000 }],
        ['allocateWithSeed', info({ account: text(two), seed: 'two', space: 5 })],
        ['assignWithSeed', info({ account: text(await at('four')), seed: 'four' })],
        ['transfer', { source: from, destination: text(three), lamports: 4_000_000 }],
        ['transferWithSeed', { source: text(three), sourceBase: from, destination: text(to), lamports: 4_000_000, sourceSeed: 'three', sourceOwner: SYSTEM }],
    ]);
});

test('lookup tables, and the accounts of a transaction that uses one', async () => {
    const me = text(payer.publicKey), slot = await connection.getSlot() - 1, addresses = [Keypair.generate().publicKey, Keypair.generate().publicKey];
    const [create, table] = AddressLookupTableProgram.createLookupTable({ authority: payer.publicKey, payer: payer.publicKey, recentSlot: slot });
    const bump = PublicKey.findProgramAddressSync([payer.publicKey.toBuffer(), create.data.subarray(4, 12)], AddressLookupTableProgram.programId)[1];
    const extend = (keys, from) => AddressLookupTableProgram.extendLookupTable({ lookupTable: table, authority: payer.publicKey, payer: from, addresses: keys });
    const of = { lookupTableAccount: text(table), lookupTableAuthority: me };
    const paid = { payerAccount: me, systemProgram: SYSTEM };
    assert.deepEqual(await shown(TABLES, 'address-lookup-table', [create, extend(addresses, payer.publicKey)]), [
        ['createLookupTable', { ...of, ...paid, recentSlot: slot, bumpSeed: bump }],
        ['extendLookupTable', { ...of, ...paid, newAddresses: addresses.map(text) }],
    ]);
    const { value: account } = await connection.getParsedAccountInfo(table);
    assert.equal(account.data.program, 'address-lookup-table');
    const { lastExtendedSlot, ...rest } = account.data.parsed.info;
    assert.deepEqual(rest, { addresses: addresses.map(text), authority: me, deactivationSlot: '18446744073709551615', lastExtendedSlotStartIndex: 0 });
    assert.match(lastExtendedSlot, /^\d+$/);

    await chain.send([SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: addresses[0], lamports: 1_000_000 })]); // the next slot
    const { value: lookup } = await connection.getAddressLookupTable(table);
    const { blockhash } = await connection.getLatestBlockhash();
    const tx = new VersionedTransaction(new TransactionMessage({ payerKey: payer.publicKey, recentBlockhash: blockhash, instructions: [
        SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: addresses[1], lamports: 1_000_000 }),
    ] }).compileToV0Message([lookup]));
    tx.sign([payer]);
    const signature = await connection.sendTransaction(tx);
    const { transaction: { message }, version } = await chain.parsed(signature);
    assert.equal(version, 0);
    assert.deepEqual(message.instructions[0].parsed, { type: 'transfer', info: { source: me, destination: text(addresses[1]), lamports: 1_000_000 } });
    assert.deepEqual(message.accountKeys, [
        { pubkey: me, signer: true, source: 'transaction', writable: true },
        { pubkey: SYSTEM, signer: false, source: 'transaction', writable: false },
        { pubkey: text(addresses[1]), signer: false, source: 'lookupTable', writable: true },
    ]);
    // web3.js checks the shape of what it is given.
    const seen = await connection.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 });
    assert.equal(seen.transaction.message.instructions[0].parsed.type, 'transfer');
    const block = await connection.getParsedBlock(seen.slot, { maxSupportedTransactionVersion: 0 });
    assert.ok(block.transactions.some((t) => t.transaction.message.instructions[0].parsed?.info.destination === text(addresses[1])));

    assert.deepEqual(await shown(TABLES, 'address-lookup-table', [
        AddressLookupTableProgram.deactivateLookupTable({ lookupTable: table, authority: payer.publicKey }),
    ]), [['deactivateLookupTable', of]]);
    const [other, frozen] = AddressLookupTableProgram.createLookupTable({ authority: payer.publicKey, payer: payer.publicKey, recentSlot: slot - 1 });
    await chain.send([other, AddressLookupTableProgram.extendLookupTable({ lookupTable: frozen, authority: payer.publicKey, payer: payer.publicKey, addresses })]);
    assert.deepEqual(await shown(TABLES, 'address-lookup-table', [
        AddressLookupTableProgram.freezeLookupTable({ lookupTable: frozen, authority: payer.publicKey }),
    ]), [['freezeLookupTable', { lookupTableAccount: text(frozen), lookupTableAuthority: me }]]);
});

test('an instruction that cannot be taken apart is shown by its accounts', async () => {
    const strange = { programId: SystemProgram.programId, keys: [{ pubkey: payer.publicKey, isSigner: true, isWritable: true }], data: Buffer.from([99, 0, 0, 0, 1]) };
    const signature = await connection.sendTransaction(new Transaction().add(strange), [payer], { skipPreflight: true });
    await connection.confirmTransaction({ signature, ...await connection.getLatestBlockhash() });
    const { meta, transaction } = await chain.parsed(signature);
    assert.deepEqual(meta.err, { InstructionError: [0, 'InvalidInstructionData'] });
    assert.deepEqual(transaction.message.instructions, [{ accounts: [text(payer.publicKey)], data: getBase58Decoder().decode(strange.data), programId: SYSTEM, stackHeight: 1 }]);
});

test('what a failed transaction would have done is taken apart as well', async () => {
    const me = payer.publicKey, [a, b, c, d] = Array.from({ length: 4 }, () => Keypair.generate().publicKey), m = Keypair.generate();
    const T = spl.TOKEN_2022_PROGRAM_ID, [ta, tb, tc, td, tm, tme] = [a, b, c, d, m.publicKey, me].map(text), rentSysvar = text(SYSVAR_RENT_PUBKEY);
    const loader = (programId, keys, data) => new TransactionInstruction({ programId, data: Buffer.from(data), keys: keys.map((pubkey) => ({ pubkey, isSigner: false, isWritable: true })) });
    const old = new PublicKey('BPFLoader2111111111111111111111111111111111'), word = (n) => [n, 0, 0, 0], long = (n) => [n, 0, 0, 0, 0, 0, 0, 0];
    for (const [instruction, program, type, info] of [
        [loader(old, [a], [...word(0), ...word(9), ...long(3), 1, 2, 3]), 'bpf-loader', 'write', { account: ta, offset: 9, bytes: 'AQID' }],
        [loader(old, [a, b], word(1)), 'bpf-loader', 'finalize', { account: ta }],
        [loader(LOADER, [a, b, c, d], [...word(9), ...word(7)]), 'bpf-upgradeable-loader', 'extendProgramChecked', {
            programDataAccount: ta, programAccount: tb, authority: tc, systemProgram: td, payerAccount: null, additionalBytes: 7 }],
        [spl.createInitializeMintInstruction(a, 5, b, c), 'spl-token', 'initializeMint', { mint: ta, decimals: 5, mintAuthority: tb, freezeAuthority: tc, rentSysvar }],
        [spl.createInitializeMintInstruction(a, 5, b, null), 'spl-token', 'initializeMint', { mint: ta, decimals: 5, mintAuthority: tb, rentSysvar }],
        [spl.createInitializeAccountInstruction(a, b, c), 'spl-token', 'initializeAccount', { account: ta, mint: tb, owner: tc, rentSysvar }],
        [spl.createInitializeAccount2Instruction(a, b, c), 'spl-token', 'initializeAccount2', { account: ta, mint: tb, owner: tc, rentSysvar }],
        [spl.createInitializeMultisigInstruction(a, [b, c, d], 2), 'spl-token', 'initializeMultisig', { multisig: ta, rentSysvar, signers: [tb, tc, td], m: 2 }],
        [spl.createAmountToUiAmountInstruction(a, 12n), 'spl-token', 'amountToUiAmount', { mint: ta, amount: '12' }],
        [spl.createUiAmountToAmountInstruction(a, '1.25'), 'spl-token', 'uiAmountToAmount', { mint: ta, uiAmount: '1.25' }],
        [spl.createBurnInstruction(a, b, c, 3n, [m]), 'spl-token', 'burn', { account: ta, mint: tb, amount: '3', multisigAuthority: tc, signers: [tm] }],
        [spl.createThawAccountInstruction(a, b, c, [m]), 'spl-token', 'thawAccount', { account: ta, mint: tb, multisigFreezeAuthority: tc, signers: [tm] }],
        [spl.createCloseAccountInstruction(a, b, c, [m]), 'spl-token', 'closeAccount', { account: ta, destination: tb, multisigOwner: tc, signers: [tm] }],
        [spl.createRecoverNestedInstruction(a, b, c, d, me, me), 'spl-associated-token-account', 'recoverNested', {
            nestedSource: ta, nestedMint: tb, destination: tc, nestedOwner: td, ownerMint: tme, wallet: tme, tokenProgram: text(spl.TOKEN_PROGRAM_ID) }],
        [spl.createCreateNativeMintInstruction(me, a, T), 'spl-token', 'createNativeMint', { payer: tme, nativeMint: ta, systemProgram: SYSTEM }],
        [spl.createInitializeMintCloseAuthorityInstruction(a, null, T), 'spl-token', 'initializeMintCloseAuthority', { mint: ta, newAuthority: null }],
        [spl.createInitializeTransferFeeConfigInstruction(a, null, b, 30, 40n, T), 'spl-token', 'initializeTransferFeeConfig', { mint: ta, withdrawWithheldAuthority: tb, transferFeeBasisPoints: 30, maximumFee: 40 }],
        [spl.createUpdateDefaultAccountStateInstruction(a, spl.AccountState.Initialized, me, [], T), 'spl-token', 'updateDefaultAccountState', { mint: ta, accountState: 'initialized', freezeAuthority: tme }],
        [spl.createUpdateTransferHookInstruction(a, me, b, [], T), 'spl-token', 'updateTransferHook', { mint: ta, programId: tb, authority: tme }],
        [spl.createUpdateGroupPointerInstruction(a, me, b, [], T), 'spl-token', 'updateGroupPointer', { mint: ta, groupAddress: tb, authority: tme }],
        [spl.createUpdateGroupMemberPointerInstruction(a, me, null, [], T), 'spl-token', 'updateGroupMemberPointer', { mint: ta, authority: tme }],
        [spl.createSetAuthorityInstruction(a, me, spl.AuthorityType.PausableConfig, b, [], T), 'spl-token', 'setAuthority', { mint: ta, authority: tme, authorityType: 'pause', newAuthority: tb }],
    ]) {
        const signers = instruction.keys.some((k) => k.isSigner && k.pubkey.equals(m.publicKey)) ? [payer, m] : [payer];
        for (const k of instruction.keys) k.isSigner &&= signers.some((s) => s.publicKey.equals(k.pubkey));
        const signature = await connection.sendTransaction(new Transaction().add(instruction), signers, { skipPreflight: true });
        await chain.until(async () => (await connection.getSignatureStatus(signature)).value);
        const { transaction, meta } = await chain.parsed(signature);
        const [shown] = transaction.message.instructions;
        assert.ok(meta.err, type);
        assert.deepEqual([shown.program, shown.parsed?.type, shown.parsed?.info], [program, type, info]);
    }
});

test('sysvars and nonces as accounts', async () => {
    const parsed = async (key) => (await connection.getParsedAccountInfo(key)).value.data;
    const raw = async (key) => (await connection.getAccountInfo(key)).data;
    const rentData = await raw(SYSVAR_RENT_PUBKEY);
    assert.deepEqual(await parsed(SYSVAR_RENT_PUBKEY), { program: 'sysvar', space: 17, parsed: { type: 'rent', info: {
        lamportsPerByteYear: String(rentData.readBigUInt64LE(0)), exemptionThreshold: rentData.readDoubleLE(8), burnPercent: rentData[16] } } });
    const schedule = new PublicKey('SysvarEpochSchedu1e111111111111111111111111');
    assert.deepEqual((await parsed(schedule)).parsed, { type: 'epochSchedule', info: { ...await connection.getEpochSchedule() } });
    const clock = await parsed(SYSVAR_CLOCK_PUBKEY), clockData = await raw(SYSVAR_CLOCK_PUBKEY);
    assert.deepEqual(clock.parsed, { type: 'clock', info: {
        slot: Number(clockData.readBigUInt64LE(0)), epochStartTimestamp: Number(clockData.readBigInt64LE(8)), epoch: Number(clockData.readBigUInt64LE(16)),
        leaderScheduleEpoch: Number(clockData.readBigUInt64LE(24)), unixTimestamp: Number(clockData.readBigInt64LE(32)) } });
    const hashes = (await parsed(SYSVAR_SLOT_HASHES_PUBKEY)).parsed;
    assert.equal(hashes.type, 'slotHashes');
    const newest = await connection.getBlock(hashes.info[0].slot, { maxSupportedTransactionVersion: 0 });
    assert.equal(hashes.info[0].hash, newest.blockhash);
    const recent = (await parsed(SYSVAR_RECENT_BLOCKHASHES_PUBKEY)).parsed;
    assert.deepEqual(recent.info[0], { blockhash: newest.blockhash, feeCalculator: { lamportsPerSignature: '5000' } });
    assert.deepEqual((await parsed(SYSVAR_STAKE_HISTORY_PUBKEY)).parsed, { type: 'stakeHistory', info: [] });
    assert.deepEqual((await parsed(new PublicKey('SysvarLastRestartS1ot1111111111111111111111'))).parsed, { type: 'lastRestartSlot', info: { lastRestartSlot: 0 } });
    assert.deepEqual((await parsed(new PublicKey('SysvarEpochRewards1111111111111111111111111'))).parsed, { type: 'epochRewards', info: {
        distributionStartingBlockHeight: 0, numPartitions: 0, parentBlockhash: SYSTEM, totalPoints: '0', totalRewards: '0', distributedRewards: '0', active: false } });

    const nonce = Keypair.generate();
    await chain.send([
        SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: nonce.publicKey, lamports: rent, space: NONCE_ACCOUNT_LENGTH, programId: SystemProgram.programId }),
        SystemProgram.nonceInitialize({ noncePubkey: nonce.publicKey, authorizedPubkey: payer.publicKey }),
    ], [payer, nonce]);
    const read = NonceAccount.fromAccountData(await raw(nonce.publicKey));
    assert.deepEqual((await parsed(nonce.publicKey)).parsed, { type: 'initialized', info: {
        authority: text(payer.publicKey), blockhash: read.nonce, feeCalculator: { lamportsPerSignature: String(read.feeCalculator.lamportsPerSignature) } } });
    // An account that is no nonce yet, and one that is nothing that is known, are shown as they are.
    const bare = Keypair.generate();
    await chain.send([SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: bare.publicKey, lamports: rent, space: NONCE_ACCOUNT_LENGTH, programId: SystemProgram.programId })], [payer, bare]);
    assert.ok(Buffer.isBuffer(await parsed(bare.publicKey)));
});

test('what a validator says of itself, in a Config account', async () => {
    const CONFIG = new PublicKey('Config1111111111111111111111111111111111111'), account = Keypair.generate(), about = { name: 'Tern', details: 'three wings, "one" body' };
    const json = Buffer.from(JSON.stringify(about)), length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    const data = Buffer.concat([Buffer.from([2]), VALIDATOR_INFO_KEY.toBuffer(), Buffer.from([0]), payer.publicKey.toBuffer(), Buffer.from([1]), length, json]);
    await chain.send([
        SystemProgram.createAccount({ fromPubkey: payer.publicKey, newAccountPubkey: account.publicKey, lamports: 10 ** 7, space: data.length + 9, programId: CONFIG }),
        new TransactionInstruction({ programId: CONFIG, data, keys: [{ pubkey: account.publicKey, isSigner: true, isWritable: true }, { pubkey: payer.publicKey, isSigner: true, isWritable: false }] }),
    ], [payer, account]);
    const info = ValidatorInfo.fromConfigData((await connection.getAccountInfo(account.publicKey)).data); // as web3.js reads it
    assert.deepEqual([info.info, text(info.key)], [about, text(payer.publicKey)]);
    const shown = (await connection.getParsedAccountInfo(account.publicKey)).value.data;
    assert.deepEqual(shown, { program: 'config', space: data.length + 9, parsed: { type: 'validatorInfo', info: { configData: about, keys: [
        { pubkey: text(VALIDATOR_INFO_KEY), signer: false }, { pubkey: text(payer.publicKey), signer: true }] } } });
});

test('data in all encodings, whole and in slices', async () => {
    const data = (await connection.getAccountInfo(SYSVAR_SLOT_HASHES_PUBKEY)).data, key = text(SYSVAR_SLOT_HASHES_PUBKEY);
    const read = async (encoding, dataSlice) => {
        const { value } = await chain.rpc('getAccountInfo', key, { encoding, dataSlice });
        assert.equal(value.space, data.length);
        return value.data;
    };
    for (const slice of [undefined, { offset: 8, length: 40 }, { offset: 0, length: 0 }, { offset: data.length - 3, length: 100 }, { offset: 1e6, length: 1 }]) {
        const want = slice ? data.subarray(slice.offset, slice.offset + slice.length) : data;
        const [plain, word] = await read('base64', slice);
        assert.equal(word, 'base64');
        assert.deepEqual(Buffer.from(plain, 'base64'), want);
        const [packed, name] = await read('base64+zstd', slice);
        assert.equal(name, 'base64+zstd');
        assert.deepEqual(zstdDecompressSync(Buffer.from(packed, 'base64')), want);
        if (want.length > 128) {
            await assert.rejects(read('base58', slice), /-32600 Encoded binary \(base 58\) data should be less than 128 bytes, please use Base64 encoding/);
            continue;
        }
        assert.deepEqual(await read('base58', slice), [getBase58Decoder().decode(want), 'base58']);
        assert.equal(await read('binary', slice), getBase58Decoder().decode(want));
    }
});
