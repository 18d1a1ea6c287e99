// Kit's clients on a node.
import {
    address, airdropFactory, appendTransactionMessageInstructions, compressTransactionMessageUsingAddressLookupTables, createSolanaRpc,
    createSolanaRpcSubscriptions, createTransactionMessage, generateKeyPairSigner, getSignatureFromTransaction, lamports, pipe,
    sendAndConfirmTransactionFactory, setTransactionMessageFeePayerSigner, setTransactionMessageLifetimeUsingBlockhash,
    signTransactionMessageWithSigners,
} from '@solana/kit';

export const SOL = 1_000_000_000n;

/** A payer with lamports, and what sends its transactions. */
export async function startKit(urls) {
    const rpc = createSolanaRpc(urls.solana), news = createSolanaRpcSubscriptions(urls.solanaWs);
    const kit = new KitTest(rpc, news);
    kit.payer = await kit.funded(1000n);
    return kit;
}

class KitTest {
    constructor(rpc, news) {
        this.rpc = rpc;
        this.news = news;
        this.sendAndConfirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions: news });
    }

    async funded(sol) {
        const who = await generateKeyPairSigner();
        await airdropFactory({ rpc: this.rpc, rpcSubscriptions: this.news })({ recipientAddress: who.address, lamports: lamports(sol * SOL), commitment: 'confirmed' });
        return who;
    }

    /** A message of those instructions; `tables`: addresses by lookup table. */
    async message(instructions, { payer = this.payer, tables } = {}) {
        const { value: blockhash } = await this.rpc.getLatestBlockhash().send();
        return pipe(
            createTransactionMessage({ version: 0 }),
            (m) => setTransactionMessageFeePayerSigner(payer, m),
            (m) => setTransactionMessageLifetimeUsingBlockhash(blockhash, m),
            (m) => appendTransactionMessageInstructions(instructions, m),
            (m) => (tables ? compressTransactionMessageUsingAddressLookupTables(m, tables) : m));
    }

    async send(instructions, options) {
        const tx = await signTransactionMessageWithSigners(await this.message(instructions, options));
        await this.sendAndConfirm(tx, { commitment: 'confirmed' });
        return getSignatureFromTransaction(tx);
    }

    parsed(signature) {
        return this.rpc.getTransaction(signature, { encoding: 'jsonParsed', maxSupportedTransactionVersion: 0 }).send();
    }

    /** What jsonParsed shows of the instructions, [type, info]. */
    async sendShown(instructions, options) {
        const { transaction } = await this.parsed(await this.send(instructions, options));
        return transaction.message.instructions.map((i) => (typeof i.parsed === 'string' ? i.parsed : i.parsed && [i.parsed.type, i.parsed.info]));
    }

    rent(space) {
        return this.rpc.getMinimumBalanceForRentExemption(BigInt(space)).send();
    }

    /** An account as jsonParsed shows it. */
    async account(key) {
        return (await this.rpc.getAccountInfo(address(key), { encoding: 'jsonParsed' }).send()).value.data;
    }
}
