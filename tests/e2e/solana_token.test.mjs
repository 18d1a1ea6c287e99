// @solana/spl-token (classic) and @solana-program/token with kit: the flows of their documentation, what the RPC methods for tokens say
// meanwhile, and how jsonParsed shows it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Keypair, SystemProgram } from '@solana/web3.js';
import * as spl from '@solana/spl-token';
import * as token from '@solana-program/token';
import { generateKeyPairSigner } from '@solana/kit';
import { getCreateAccountInstruction } from '@solana-program/system';
import { startKit } from './lib/kit.mjs';
import { deploy, realProgram, startSolana, withPrograms } from './lib/solana.mjs';

const TOKEN = spl.TOKEN_PROGRAM_ID.toBase58(), text = (key) => key.toBase58();
const ui = (amount, decimals = 6) => ({ amount: String(amount), decimals, uiAmount: Number(amount) / 10 ** decimals, uiAmountString: String(Number(amount) / 10 ** decimals) });

for (const [name, programs] of [['the node’s own programs', []], ['mainnet’s token program', [TOKEN]]]) describe(name, () => {
    let folder, chain, connection, payer, kit, mint, owner, other, from, to;
    const parsed = async (key) => (await connection.getParsedAccountInfo(key)).value.data;

    before(async () => {
        folder = mkdtempSync(path.join(tmpdir(), 'tern-token-'));
        chain = await startSolana(withPrograms(folder, ...programs));
        ({ connection, payer } = chain);
        kit = await startKit(chain.node.urls);
        [owner, other] = [await chain.funded(5), await chain.funded(5)];
    });
    after(async () => {
        await chain.stop();
        rmSync(folder, { recursive: true });
    });

    /** The instructions of a transaction as [type, info]. */
    async function shown(signature) {
        const { transaction } = await chain.parsed(signature);
        return transaction.message.instructions.map((i) => [i.parsed.type, i.parsed.info]);
    }

    test('a mint, associated accounts, and tokens in them', async () => {
        mint = await spl.createMint(connection, payer, payer.publicKey, payer.publicKey, 6);
        assert.deepEqual(await parsed(mint), { program: 'spl-token', space: 82, parsed: { type: 'mint', info: {
            decimals: 6, freezeAuthority: text(payer.publicKey), isInitialized: true, mintAuthority: text(payer.publicKey), supply: '0' } } });
        from = (await spl.getOrCreateAssociatedTokenAccount(connection, payer, mint, owner.publicKey)).address;
        to = (await spl.getOrCreateAssociatedTokenAccount(connection, payer, mint, other.publicKey)).address;
        const minted = await spl.mintTo(connection, payer, mint, from, payer, 5_000_000n);
        assert.deepEqual(await shown(minted), [['mintTo', { mint: text(mint), account: text(from), amount: '5000000', mintAuthority: text(payer.publicKey) }]]);
        const sent = await spl.transferChecked(connection, payer, from, mint, to, owner, 1_500_000n, 6);
        assert.deepEqual(await shown(sent), [['transferChecked', { source: text(from), mint: text(mint), destination: text(to), authority: text(owner.publicKey), tokenAmount: ui(1_500_000n) }]]);
        assert.equal((await spl.getAccount(connection, to)).amount, 1_500_000n);
        assert.equal((await spl.getMint(connection, mint)).supply, 5_000_000n);

        const { meta } = await chain.parsed(sent);
        const balance = (key, amount, who) => ({ accountIndex: undefined, mint: text(mint), owner: text(who.publicKey), programId: TOKEN, uiTokenAmount: ui(amount) });
        const plain = (list) => list.map((b) => ({ ...b, accountIndex: undefined })).sort((a, b) => a.uiTokenAmount.amount.localeCompare(b.uiTokenAmount.amount));
        assert.deepEqual(plain(meta.preTokenBalances), [balance(to, 0n, other), balance(from, 5_000_000n, owner)]);
        assert.deepEqual(plain(meta.postTokenBalances), [balance(to, 1_500_000n, other), balance(from, 3_500_000n, owner)]);
    });

    test('an associated account’s creation shows the calls below it', async () => {
        const wallet = Keypair.generate().publicKey, account = spl.getAssociatedTokenAddressSync(mint, wallet);
        const signature = await chain.send([spl.createAssociatedTokenAccountIdempotentInstruction(payer.publicKey, account, wallet, mint)]);
        const { transaction, meta } = await chain.parsed(signature);
        const [i] = transaction.message.instructions;
        assert.equal(i.program, 'spl-associated-token-account');
        assert.deepEqual(i.parsed, { type: 'createIdempotent', info: { source: text(payer.publicKey), account: text(account), wallet: text(wallet), mint: text(mint),
            systemProgram: text(SystemProgram.programId), tokenProgram: TOKEN } });
        const inner = meta.innerInstructions[0].instructions.map((n) => [n.program, n.parsed.type, n.parsed.info]);
        assert.deepEqual(inner[0], ['spl-token', 'getAccountDataSize', { mint: text(mint), extensionTypes: ['immutableOwner'] }]);
        assert.deepEqual(inner.slice(1).map(([program, type]) => [program, type]), [['system', 'createAccount'], ['spl-token', 'initializeImmutableOwner'], ['spl-token', 'initializeAccount3']]);
        assert.deepEqual(inner[3][2], { account: text(account), mint: text(mint), owner: text(wallet) });
    });

    test('delegates, authorities, frozen accounts, burning and closing', async () => {
        const delegate = await chain.funded(1), signers = [payer, owner];
        const list = async (instruction, all = signers) => (await shown(await chain.send([instruction], all)))[0];
        assert.deepEqual(await list(spl.createApproveCheckedInstruction(from, mint, delegate.publicKey, owner.publicKey, 700n, 6)), ['approveChecked', {
            source: text(from), mint: text(mint), delegate: text(delegate.publicKey), owner: text(owner.publicKey), tokenAmount: ui(700n) }]);
        assert.deepEqual((await parsed(from)).parsed, { type: 'account', info: {
            delegate: text(delegate.publicKey), delegatedAmount: ui(700n), isNative: false, mint: text(mint), owner: text(owner.publicKey), state: 'initialized', tokenAmount: ui(3_500_000n) } });
        const held = (await connection.getParsedTokenAccountsByOwner(owner.publicKey, { programId: spl.TOKEN_PROGRAM_ID })).value;
        assert.deepEqual(held.map((h) => text(h.pubkey)), [text(from)]);
        const byDelegate = await chain.rpc('getTokenAccountsByDelegate', text(delegate.publicKey), { mint: text(mint) }, { encoding: 'jsonParsed' });
        assert.deepEqual(byDelegate.value.map((h) => h.pubkey), [text(from)]);
        assert.deepEqual(await list(spl.createTransferInstruction(from, to, delegate.publicKey, 200n), [payer, delegate]), ['transfer', { source: text(from), destination: text(to), authority: text(delegate.publicKey), amount: '200' }]);
        assert.deepEqual(await list(spl.createRevokeInstruction(from, owner.publicKey)), ['revoke', { source: text(from), owner: text(owner.publicKey) }]);
        assert.deepEqual(await list(spl.createApproveInstruction(from, delegate.publicKey, owner.publicKey, 5n)), ['approve', { source: text(from), delegate: text(delegate.publicKey), owner: text(owner.publicKey), amount: '5' }]);

        assert.deepEqual(await list(spl.createFreezeAccountInstruction(to, mint, payer.publicKey), [payer]), ['freezeAccount', { account: text(to), mint: text(mint), freezeAuthority: text(payer.publicKey) }]);
        assert.equal((await parsed(to)).parsed.info.state, 'frozen');
        await assert.rejects(spl.transfer(connection, payer, from, to, owner, 1n), /0x11/);
        assert.deepEqual(await list(spl.createThawAccountInstruction(to, mint, payer.publicKey), [payer]), ['thawAccount', { account: text(to), mint: text(mint), freezeAuthority: text(payer.publicKey) }]);

        assert.deepEqual(await list(spl.createSetAuthorityInstruction(mint, payer.publicKey, spl.AuthorityType.FreezeAccount, null), [payer]), ['setAuthority', {
            mint: text(mint), authority: text(payer.publicKey), authorityType: 'freezeAccount', newAuthority: null }]);
        assert.deepEqual(await list(spl.createSetAuthorityInstruction(to, other.publicKey, spl.AuthorityType.CloseAccount, payer.publicKey), [payer, other]), ['setAuthority', {
            account: text(to), authority: text(other.publicKey), authorityType: 'closeAccount', newAuthority: text(payer.publicKey) }]);
        assert.equal((await parsed(to)).parsed.info.closeAuthority, text(payer.publicKey));

        assert.deepEqual(await list(spl.createMintToCheckedInstruction(mint, to, payer.publicKey, 7n, 6), [payer]), ['mintToChecked', { mint: text(mint), account: text(to), mintAuthority: text(payer.publicKey), tokenAmount: ui(7n) }]);
        assert.deepEqual(await list(spl.createBurnInstruction(to, mint, other.publicKey, 7n), [payer, other]), ['burn', { account: text(to), mint: text(mint), authority: text(other.publicKey), amount: '7' }]);
        assert.deepEqual(await list(spl.createBurnCheckedInstruction(to, mint, other.publicKey, 1_500_200n, 6), [payer, other]), ['burnChecked', {
            account: text(to), mint: text(mint), authority: text(other.publicKey), tokenAmount: ui(1_500_200n) }]);
        assert.deepEqual(await list(spl.createCloseAccountInstruction(to, owner.publicKey, payer.publicKey), [payer]), ['closeAccount', { account: text(to), destination: text(owner.publicKey), owner: text(payer.publicKey) }]);
        assert.equal(await connection.getAccountInfo(to), null);
    });

    test('a multisig owns and signs', async () => {
        const members = await Promise.all([0, 1, 2].map(() => chain.funded(1))), keys = members.map((m) => m.publicKey);
        const multisig = await spl.createMultisig(connection, payer, keys, 2);
        assert.deepEqual((await parsed(multisig)).parsed, { type: 'multisig', info: { isInitialized: true, numRequiredSigners: 2, numValidSigners: 3, signers: keys.map(text) } });
        const account = await spl.createAccount(connection, payer, mint, multisig, Keypair.generate());
        await spl.mintTo(connection, payer, mint, account, payer, 10n);
        const signature = await chain.send([spl.createTransferInstruction(account, from, multisig, 4n, members.slice(0, 2))], [payer, members[0], members[1]]);
        assert.deepEqual(await shown(signature), [['transfer', { source: text(account), destination: text(from), amount: '4', multisigAuthority: text(multisig), signers: keys.slice(0, 2).map(text) }]]);
        await assert.rejects(chain.send([spl.createTransferInstruction(account, from, multisig, 1n, members.slice(0, 1))], [payer, members[0]]), /missing required signature|MissingRequiredSignature/i);
    });

    test('wrapped lamports', async () => {
        const account = await spl.createWrappedNativeAccount(connection, payer, owner.publicKey, 3_000_000, Keypair.generate());
        const reserve = await connection.getMinimumBalanceForRentExemption(165);
        const info = (await parsed(account)).parsed.info;
        assert.deepEqual([info.isNative, info.tokenAmount, info.rentExemptReserve], [true, ui(3_000_000n, 9), ui(reserve, 9)]);
        const [, sync] = await shown(await chain.send([SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: account, lamports: 500 }), spl.createSyncNativeInstruction(account)]));
        assert.deepEqual(sync, ['syncNative', { account: text(account) }]);
        assert.equal((await spl.getAccount(connection, account)).amount, 3_000_500n);
        await spl.closeAccount(connection, payer, account, owner.publicKey, owner);
    });

    test('supply, balances and the largest accounts', async () => {
        const supply = (await spl.getMint(connection, mint)).supply;
        assert.equal((await connection.getTokenSupply(mint)).value.amount, String(supply));
        assert.deepEqual((await connection.getTokenAccountBalance(from)).value, ui((await spl.getAccount(connection, from)).amount));
        const { value: largest } = await connection.getTokenLargestAccounts(mint);
        assert.ok(largest[0].address.equals(from));
        const all = await connection.getParsedProgramAccounts(spl.TOKEN_PROGRAM_ID, { filters: [{ dataSize: 165 }, { memcmp: { offset: 0, bytes: text(mint) } }] });
        assert.equal(all.reduce((sum, a) => sum + BigInt(a.account.data.parsed.info.tokenAmount.amount), 0n), supply);
        for (const [params, message] of [
            [[text(owner.publicKey), { programId: text(SystemProgram.programId) }], 'Invalid param: unrecognized Token program id'],
            [[text(owner.publicKey), { mint: text(payer.publicKey) }], 'Invalid param: Token mint could not be unpacked'],
            [[text(owner.publicKey), { mint: text(Keypair.generate().publicKey) }], 'Invalid param: could not find mint'],
        ]) assert.deepEqual((await chain.raw('getTokenAccountsByOwner', ...params)).error, { code: -32602, message });
    });

    test('@solana-program/token with kit', async () => {
        const me = kit.payer, m = await generateKeyPairSigner(), wallet = await generateKeyPairSigner();
        const space = token.getMintSize();
        assert.deepEqual((await kit.sendShown([
            getCreateAccountInstruction({ payer: me, newAccount: m, lamports: await kit.rent(space), space, programAddress: token.TOKEN_PROGRAM_ADDRESS }),
            token.getInitializeMint2Instruction({ mint: m.address, decimals: 2, mintAuthority: me.address, freezeAuthority: me.address }),
        ]))[1], ['initializeMint2', { mint: m.address, decimals: 2n, mintAuthority: me.address, freezeAuthority: me.address }]);
        const ata = async (who) => (await token.findAssociatedTokenPda({ mint: m.address, owner: who, tokenProgram: token.TOKEN_PROGRAM_ADDRESS }))[0];
        const mine = await ata(me.address), theirs = await ata(wallet.address);
        await kit.send([
            await token.getCreateAssociatedTokenInstructionAsync({ payer: me, owner: me.address, mint: m.address }),
            await token.getCreateAssociatedTokenIdempotentInstructionAsync({ payer: me, owner: wallet.address, mint: m.address }),
            token.getMintToInstruction({ mint: m.address, token: mine, mintAuthority: me, amount: 12_345n }),
            token.getTransferCheckedInstruction({ source: mine, mint: m.address, destination: theirs, authority: me, amount: 345n, decimals: 2 }),
        ]);
        assert.equal((await token.fetchToken(kit.rpc, theirs)).data.amount, 345n);
        assert.equal((await token.fetchMint(kit.rpc, m.address)).data.supply, 12_345n);
        const { value } = await kit.rpc.getTokenAccountBalance(theirs).send();
        assert.deepEqual(value, { amount: '345', decimals: 2, uiAmount: 3.45, uiAmountString: '3.45' });
        // A batch of instructions in one.
        const batch = token.getBatchInstruction([
            token.getTransferCheckedInstruction({ source: mine, mint: m.address, destination: theirs, authority: me, amount: 5n, decimals: 2 }),
            token.getApproveInstruction({ source: mine, delegate: wallet.address, owner: me, amount: 9n }),
        ]);
        const [[type, info]] = await kit.sendShown([batch]);
        assert.equal(type, 'batch');
        assert.deepEqual(info.instructions.map((i) => i.type), ['transferChecked', 'approve']);
        assert.equal((await token.fetchToken(kit.rpc, theirs)).data.amount, 350n);
    });

    test('the real program for associated accounts, deployed in chunks at an address of its own', async () => {
        const { program: id } = await deploy(chain, realProgram(text(spl.ASSOCIATED_TOKEN_PROGRAM_ID)));
        const wallet = Keypair.generate().publicKey, account = spl.getAssociatedTokenAddressSync(mint, wallet, false, spl.TOKEN_PROGRAM_ID, id);
        const create = (f) => chain.send([f(payer.publicKey, account, wallet, mint, spl.TOKEN_PROGRAM_ID, id)]);
        await create(spl.createAssociatedTokenAccountInstruction);
        await create(spl.createAssociatedTokenAccountIdempotentInstruction);
        await assert.rejects(create(spl.createAssociatedTokenAccountInstruction), /owner is not allowed|Provided owner/i);
        await spl.mintTo(connection, payer, mint, account, payer, 3n);
        const held = await spl.getAccount(connection, account);
        assert.deepEqual([held.amount, text(held.owner)], [3n, text(wallet)]);
    });

    test('what the blocks did is what running them again gives', async () => {
        await chain.node.replay();
    });
});
