// Token-2022 as mainnet has it (litesvm's bytecode), with its extensions, by its own client: what the RPC shows of mints and accounts is
// what the client reads out of their bytes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { compileTransaction, generateKeyPairSigner, getAddressEncoder, getBase64EncodedWireTransaction, isOption, none, some, unwrapOption } from '@solana/kit';
import { getCreateAccountInstruction, getTransferSolInstruction } from '@solana-program/system';
import { LEGACY_MEMO_PROGRAM_ADDRESS_V3, getAddMemoInstruction } from '@solana-program/memo';
import * as t from '@solana-program/token-2022';
import { startKit } from './lib/kit.mjs';
import { withPrograms } from './lib/solana.mjs';
import { startNode } from './lib/node.mjs';

const TOKEN_2022 = t.TOKEN_2022_PROGRAM_ADDRESS, SYSTEM = '11111111111111111111111111111111';
const AFTER = ['TokenMetadata', 'TokenGroup', 'TokenGroupMember']; // extensions that come after the mint
const { extension: ext } = t;
let folder, node, kit, payer, me;

before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'tern-token-2022-'));
    node = await startNode(['--quiet', ...withPrograms(folder, TOKEN_2022)]);
    kit = await startKit(node.urls);
    payer = kit.payer;
    me = payer.address;
});
after(async () => {
    await node.stop();
    rmSync(folder, { recursive: true });
});

/** Creates a mint; returns its signer and what jsonParsed shows of the instructions, without the first. */
async function createMint(extensions, { decimals = 2, freezeAuthority = null } = {}) {
    const mint = await generateKeyPairSigner(), list = typeof extensions === 'function' ? extensions(mint.address) : extensions;
    const sized = (l) => t.getMintSize(l.length ? l : undefined), space = sized(list.filter((e) => !AFTER.includes(e.__kind)));
    const shown = await kit.sendShown([
        getCreateAccountInstruction({ payer, newAccount: mint, space, lamports: await kit.rent(sized(list) + 100), programAddress: TOKEN_2022 }),
        ...t.getPreInitializeInstructionsForMintExtensions(mint.address, list),
        t.getInitializeMint2Instruction({ mint: mint.address, decimals, mintAuthority: me, freezeAuthority }),
        ...t.getPostInitializeInstructionsForMintExtensions(mint.address, payer, list),
    ]);
    return { mint: mint.address, shown: shown.slice(1) };
}

/** An associated account of the owner with so many tokens. */
async function createAccount(mint, owner, amount = 0n) {
    const [ata] = await t.findAssociatedTokenPda({ mint, owner, tokenProgram: TOKEN_2022 });
    await kit.send([await t.getCreateAssociatedTokenInstructionAsync({ payer, owner, mint, tokenProgram: TOKEN_2022 })]);
    if (amount) await kit.send([t.getMintToInstruction({ mint, token: ata, mintAuthority: payer, amount })]);
    return ata;
}

const STATES = ['uninitialized', 'initialized', 'frozen'];
/** An extension that the client has read, as Agave's JSON has it. */
function asShown({ __kind, ...state }) {
    const name = __kind[0].toLowerCase() + __kind.slice(1), out = {};
    for (const [field, given] of Object.entries(state)) {
        const value = isOption(given) ? unwrapOption(given) : given;
        if (value instanceof Map) out[field] = [...value];
        else if (field === 'state') out.accountState = STATES[value];
        else if (/ultiplier$/.test(field)) out[field] = String(value);
        else if (/lgamalPubkey/.test(field) && value) out[field] = Buffer.from(getAddressEncoder().encode(value)).toString('base64');
        else out[field] = value === SYSTEM ? null : value;
    }
    return Object.keys(out).length ? { extension: name, state: out } : { extension: name };
}
/** The numbers of a JSON text are numbers to kit or big ones; here they all are big. */
const big = (v) => (Array.isArray(v) ? v.map(big) : v && typeof v === 'object' ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, big(x)]).sort()) : typeof v === 'number' && Number.isInteger(v) ? BigInt(v) : v);

async function compareMint(mint, count) {
    const shown = await kit.account(mint), read = unwrapOption((await t.fetchMint(kit.rpc, mint)).data.extensions);
    assert.equal(shown.program, 'spl-token-2022');
    assert.equal(shown.parsed.type, 'mint');
    assert.equal(shown.parsed.info.extensions.length, count);
    assert.deepEqual(big(shown.parsed.info.extensions), big(read.map(asShown)));
}
async function compareToken(account, names) {
    const shown = await kit.account(account), read = unwrapOption((await t.fetchToken(kit.rpc, account)).data.extensions);
    assert.equal(shown.parsed.type, 'account');
    assert.deepEqual(shown.parsed.info.extensions.map((e) => e.extension), names);
    assert.deepEqual(big(shown.parsed.info.extensions), big(read.map(asShown)));
    return shown.parsed.info;
}

const fee = (points, most) => ({ epoch: 0n, maximumFee: most, transferFeeBasisPoints: points });
const transferFee = (points, most) => ext('TransferFeeConfig', {
    transferFeeConfigAuthority: me, withdrawWithheldAuthority: me, withheldAmount: 0n, olderTransferFee: fee(points, most), newerTransferFee: fee(points, most) });
const interest = (rate) => ext('InterestBearingConfig', { rateAuthority: me, initializationTimestamp: 0n, preUpdateAverageRate: rate, lastUpdateTimestamp: 0n, currentRate: rate });

test('a mint with many extensions is shown as its client reads it, and so are the instructions that made it', async () => {
    const group = (await generateKeyPairSigner()).address, hook = (await generateKeyPairSigner()).address;
    const { mint, shown } = await createMint((self) => [
        transferFee(150, 5000n), ext('MintCloseAuthority', { closeAuthority: me }), ext('DefaultAccountState', { state: t.AccountState.Frozen }),
        ext('PermanentDelegate', { delegate: me }), interest(500), ext('TransferHook', { authority: me, programId: hook }),
        ext('MetadataPointer', { authority: some(me), metadataAddress: some(self) }), ext('GroupPointer', { authority: none(), groupAddress: some(group) }),
        ext('GroupMemberPointer', { authority: some(me), memberAddress: none() }),
        ext('TokenMetadata', { updateAuthority: some(me), mint: self, name: 'Tern', symbol: 'TRN', uri: 'https://example.org/tern.json', additionalMetadata: new Map() }),
    ], { freezeAuthority: me });
    await compareMint(mint, 10);
    assert.deepEqual(big(shown), big([
        ['initializeTransferFeeConfig', { mint, transferFeeConfigAuthority: me, withdrawWithheldAuthority: me, transferFeeBasisPoints: 150, maximumFee: 5000 }],
        ['initializeMintCloseAuthority', { mint, newAuthority: me }],
        ['initializeDefaultAccountState', { mint, accountState: 'frozen' }],
        ['initializePermanentDelegate', { mint, delegate: me }],
        ['initializeInterestBearingConfig', { mint, rateAuthority: me, rate: 500 }],
        ['initializeTransferHook', { mint, authority: me, programId: hook }],
        ['initializeMetadataPointer', { mint, authority: me, metadataAddress: mint }],
        ['initializeGroupPointer', { mint, groupAddress: group }],
        ['initializeGroupMemberPointer', { mint, authority: me }],
        ['initializeMint2', { mint, decimals: 2, mintAuthority: me, freezeAuthority: me }],
        ['initializeTokenMetadata', { metadata: mint, updateAuthority: me, mint, mintAuthority: me, name: 'Tern', symbol: 'TRN', uri: 'https://example.org/tern.json' }],
    ]));
    const add = (key, value) => t.getUpdateTokenMetadataFieldInstruction({ metadata: mint, updateAuthority: payer, field: t.tokenMetadataField('Key', [key]), value });
    assert.deepEqual(await kit.sendShown([getTransferSolInstruction({ source: payer, destination: mint, amount: 5_000_000n }), add('wings', 'three'), add('body', 'one')]).then((list) => list.slice(1)), [
        ['updateTokenMetadataField', { metadata: mint, updateAuthority: me, field: 'wings', value: 'three' }],
        ['updateTokenMetadataField', { metadata: mint, updateAuthority: me, field: 'body', value: 'one' }]]);
    await compareMint(mint, 10);
    const account = await createAccount(mint, me);
    const info = await compareToken(account, ['immutableOwner', 'transferFeeAmount', 'transferHookAccount']);
    assert.equal(info.state, 'frozen');
    // What confidential transfers keep is shown; their instructions are not taken apart.
    const auditor = (await generateKeyPairSigner()).address, confidential = ext('ConfidentialTransferMint', { authority: some(me), autoApproveNewAccounts: true, auditorElgamalPubkey: some(auditor) });
    const hidden = await createMint([confidential, ext('PermissionedBurn', { authority: some(me) })]);
    await compareMint(hidden.mint, 2);
});

test('transfer fees are withheld, harvested and withdrawn', async () => {
    const { mint } = await createMint([transferFee(100, 1000n)]), other = await generateKeyPairSigner();
    const from = await createAccount(mint, me, 1_000_000n), to = await createAccount(mint, other.address);
    const withheld = async () => Number((await compareToken(to, ['immutableOwner', 'transferFeeAmount'])).extensions[1].state.withheldAmount);
    await kit.send([t.getTransferCheckedInstruction({ source: from, mint, destination: to, authority: payer, amount: 20_000n, decimals: 2 })]);
    assert.equal(await withheld(), 200);
    assert.deepEqual(big(await kit.sendShown([t.getTransferCheckedWithFeeInstruction({ source: from, mint, destination: to, authority: payer, amount: 200_000n, decimals: 2, fee: 1000n })])), big([
        ['transferCheckedWithFee', { source: from, mint, destination: to, authority: me, tokenAmount: { amount: '200000', decimals: 2, uiAmount: 2000, uiAmountString: '2000' },
            feeAmount: { amount: '1000', decimals: 2, uiAmount: 10, uiAmountString: '10' } }]]));
    assert.equal(await withheld(), 1200);
    assert.equal((await kit.rpc.getTokenAccountBalance(to).send()).value.amount, '218800');
    assert.deepEqual(await kit.sendShown([t.getWithdrawWithheldTokensFromAccountsInstruction({ mint, feeReceiver: from, withdrawWithheldAuthority: payer, numTokenAccounts: 1, sources: [to] })]), [
        ['withdrawWithheldTokensFromAccounts', { mint, feeRecipient: from, withdrawWithheldAuthority: me, sourceAccounts: [to] }]]);
    assert.equal(await withheld(), 0);
    await kit.send([t.getTransferCheckedInstruction({ source: from, mint, destination: to, authority: payer, amount: 100n, decimals: 2 })]);
    assert.deepEqual(await kit.sendShown([
        t.getHarvestWithheldTokensToMintInstruction({ mint, sources: [to] }),
        t.getWithdrawWithheldTokensFromMintInstruction({ mint, feeReceiver: from, withdrawWithheldAuthority: payer }),
    ]), [['harvestWithheldTokensToMint', { mint, sourceAccounts: [to] }], ['withdrawWithheldTokensFromMint', { mint, feeRecipient: from, withdrawWithheldAuthority: me }]]);
    assert.deepEqual(big(await kit.sendShown([t.getSetTransferFeeInstruction({ mint, transferFeeConfigAuthority: payer, transferFeeBasisPoints: 25, maximumFee: 7n })])), big([
        ['setTransferFee', { mint, transferFeeConfigAuthority: me, transferFeeBasisPoints: 25, maximumFee: 7 }]]));
    await compareMint(mint, 1);
    assert.equal((await kit.rpc.getTokenSupply(mint).send()).value.amount, '1000000');
});

test('amounts with interest, and multiplied ones, are shown as the program and its client reckon them', async () => {
    const same = async (mint, account, amount) => {
        const { value } = await kit.rpc.getTokenAccountBalance(account).send(), shown = Number(value.uiAmountString);
        assert.equal(value.amount, String(amount));
        assert.equal(value.uiAmount, shown);
        const info = (await kit.account(account)).parsed.info.tokenAmount;
        assert.equal(info.uiAmountString, value.uiAmountString);
        // The program's own answer, to so many digits as its arithmetic and the clock between two questions leave.
        const tx = await kit.message([t.getAmountToUiAmountInstruction({ mint, amount })]);
        const wire = getBase64EncodedWireTransaction(compileTransaction(tx));
        const { value: done } = await kit.rpc.simulateTransaction(wire, { encoding: 'base64', sigVerify: false }).send();
        const said = Buffer.from(done.returnData.data[0], 'base64').toString();
        assert.ok(Math.abs(Number(said) / shown - 1) < 1e-6, `${said} ${shown}`);
        return value.uiAmountString;
    };
    const { mint } = await createMint([interest(10_000)], { decimals: 6 }), account = await createAccount(mint, me, 1_000_000_000_000n);
    await same(mint, account, 1_000_000_000_000n);
    await node.rpc('evm_increaseTime', 86_400); // a day, in which the interest grows
    assert.deepEqual(big(await kit.sendShown([t.getUpdateRateInterestBearingMintInstruction({ mint, rateAuthority: payer, rate: 2500 })])), big([['updateInterestBearingConfigRate', { mint, rateAuthority: me, newRate: 2500 }]]));
    assert.ok(Number(await same(mint, account, 1_000_000_000_000n)) > 1_000_000);
    await compareMint(mint, 1);

    const scaled = await createMint([ext('ScaledUiAmountConfig', { authority: me, multiplier: 2.5, newMultiplierEffectiveTimestamp: 0n, newMultiplier: 2.5 })]);
    assert.deepEqual(scaled.shown[0], ['initializeScaledUiAmountConfig', { mint: scaled.mint, authority: me, multiplier: '2.5' }]);
    const held = await createAccount(scaled.mint, me, 1001n);
    assert.equal(await same(scaled.mint, held, 1001n), '25.02');
    assert.equal((await kit.rpc.getTokenSupply(scaled.mint).send()).value.uiAmountString, '25.02');
    assert.deepEqual(big(await kit.sendShown([t.getUpdateMultiplierScaledUiMintInstruction({ mint: scaled.mint, authority: payer, multiplier: 10, effectiveTimestamp: 0n })])), big([
        ['updateMultiplier', { mint: scaled.mint, authority: me, newMultiplier: '10', newMultiplierTimestamp: 0 }]]));
    assert.equal(await same(scaled.mint, held, 1001n), '100.1');
    await compareMint(scaled.mint, 1);
});

test('tokens that cannot be transferred, and accounts that ask for memos', async () => {
    const soul = await createMint([ext('NonTransferable', {})]), other = (await generateKeyPairSigner()).address;
    assert.deepEqual(soul.shown[0], ['initializeNonTransferableMint', { mint: soul.mint }]);
    const from = await createAccount(soul.mint, me, 5n), to = await createAccount(soul.mint, other);
    await compareToken(from, ['immutableOwner', 'nonTransferableAccount']);
    await compareMint(soul.mint, 1);
    await assert.rejects(kit.send([t.getTransferCheckedInstruction({ source: from, mint: soul.mint, destination: to, authority: payer, amount: 1n, decimals: 2 })]), (e) => /#37|0x25/.test(String(e.cause?.message ?? e) + JSON.stringify(e.context?.logs ?? '')));

    const { mint } = await createMint([]), account = await createAccount(mint, me, 10n), stranger = await kit.funded(1n), source = await createAccount(mint, stranger.address, 10n);
    assert.deepEqual(await kit.sendShown([
        t.getReallocateInstruction({ token: account, payer, owner: payer, newExtensionTypes: [t.ExtensionType.MemoTransfer, t.ExtensionType.CpiGuard] }),
        t.getEnableMemoTransfersInstruction({ token: account, owner: payer }),
        t.getEnableCpiGuardInstruction({ token: account, owner: payer }),
    ]), [
        ['reallocate', { account, payer: me, systemProgram: SYSTEM, owner: me, extensionTypes: ['memoTransfer', 'cpiGuard'] }],
        ['enableRequiredMemoTransfers', { account, owner: me }], ['enableCpiGuard', { account, owner: me }]]);
    await compareToken(account, ['immutableOwner', 'memoTransfer', 'cpiGuard']);
    const move = t.getTransferCheckedInstruction({ source, mint, destination: account, authority: stranger, amount: 1n, decimals: 2 });
    await assert.rejects(kit.send([move]), (e) => /0x24/.test(JSON.stringify(e.context?.logs ?? '')));
    await kit.send([getAddMemoInstruction({ memo: 'please' }, { programAddress: LEGACY_MEMO_PROGRAM_ADDRESS_V3 }), move]);
    assert.deepEqual(await kit.sendShown([t.getDisableCpiGuardInstruction({ token: account, owner: payer }), t.getDisableMemoTransfersInstruction({ token: account, owner: payer })]), [
        ['disableCpiGuard', { account, owner: me }], ['disableRequiredMemoTransfers', { account, owner: me }]]);
});

test('metadata is changed, read and handed over; groups have members', async () => {
    const next = await generateKeyPairSigner();
    const { mint } = await createMint((self) => [
        ext('MetadataPointer', { authority: some(me), metadataAddress: some(self) }), ext('GroupPointer', { authority: some(me), groupAddress: some(self) }),
        ext('TokenMetadata', { updateAuthority: some(me), mint: self, name: 'A', symbol: 'B', uri: 'C', additionalMetadata: new Map() }),
    ]);
    assert.deepEqual(big(await kit.sendShown([
        t.getUpdateTokenMetadataFieldInstruction({ metadata: mint, updateAuthority: payer, field: t.tokenMetadataField('Name'), value: 'AA' }),
        t.getRemoveTokenMetadataKeyInstruction({ metadata: mint, updateAuthority: payer, key: 'k', idempotent: true }),
        t.getEmitTokenMetadataInstruction({ metadata: mint, start: 64n, end: none() }),
        t.getUpdateMetadataPointerInstruction({ mint, metadataPointerAuthority: payer, metadataAddress: mint }),
        t.getInitializeTokenGroupInstruction({ group: mint, mint, mintAuthority: payer, updateAuthority: me, maxSize: 3n }),
        t.getUpdateTokenGroupMaxSizeInstruction({ group: mint, updateAuthority: payer, maxSize: 4n }),
        t.getUpdateTokenMetadataUpdateAuthorityInstruction({ metadata: mint, updateAuthority: payer, newUpdateAuthority: next.address }),
    ])), big([
        ['updateTokenMetadataField', { metadata: mint, updateAuthority: me, field: 'name', value: 'AA' }],
        ['removeTokenMetadataKey', { metadata: mint, updateAuthority: me, key: 'k', idempotent: true }],
        ['emitTokenMetadata', { metadata: mint, start: 64 }],
        ['updateMetadataPointer', { mint, authority: me, metadataAddress: mint }],
        ['initializeTokenGroup', { group: mint, mint, mintAuthority: me, updateAuthority: me, maxSize: 3 }],
        ['updateTokenGroupMaxSize', { group: mint, updateAuthority: me, maxSize: 4 }],
        ['updateTokenMetadataAuthority', { metadata: mint, updateAuthority: me, newAuthority: next.address }],
    ]));
    await compareMint(mint, 4);
    const member = await createMint((self) => [ext('GroupMemberPointer', { authority: some(me), memberAddress: some(self) })]);
    assert.deepEqual(await kit.sendShown([
        getTransferSolInstruction({ source: payer, destination: member.mint, amount: 5_000_000n }),
        t.getInitializeTokenGroupMemberInstruction({ member: member.mint, memberMint: member.mint, memberMintAuthority: payer, group: mint, groupUpdateAuthority: payer }),
        t.getUpdateTokenGroupUpdateAuthorityInstruction({ group: mint, updateAuthority: payer, newUpdateAuthority: null }),
    ]).then((list) => list.slice(1)), [
        ['initializeTokenGroupMember', { member: member.mint, memberMint: member.mint, memberMintAuthority: me, group: mint, groupUpdateAuthority: me }],
        ['updateTokenGroupAuthority', { group: mint, updateAuthority: me, newAuthority: null }]]);
    await compareMint(member.mint, 2);
    await compareMint(mint, 4);
});

test('a mint that pauses', async () => {
    const { mint, shown } = await createMint([ext('PausableConfig', { authority: some(me), paused: false })]);
    assert.deepEqual(shown[0], ['initializePausableConfig', { mint, authority: me }]);
    const account = await createAccount(mint, me, 5n);
    await compareToken(account, ['immutableOwner', 'pausableAccount']);
    assert.deepEqual(await kit.sendShown([t.getPauseInstruction({ mint, authority: payer })]), [['pause', { mint, authority: me }]]);
    await compareMint(mint, 1);
    await assert.rejects(kit.send([t.getMintToInstruction({ mint, token: account, mintAuthority: payer, amount: 1n })]));
    assert.deepEqual(await kit.sendShown([t.getResumeInstruction({ mint, authority: payer })]), [['resume', { mint, authority: me }]]);
});

test('what the blocks did is what running them again gives', async () => {
    await node.replay();
});
