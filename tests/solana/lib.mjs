// Two runtimes side by side: `tern svm exec` and npm's litesvm, which is Agave's own crates in a small shell. Both get
// the same accounts and the same transactions; what they leave behind must be the same.
import { spawn } from 'node:child_process';
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { createInterface } from 'node:readline';
import { existsSync } from 'node:fs';
import { FeatureSet, LiteSVM } from 'litesvm';

// ---- base58

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

export function base58(bytes) {
    let n = BigInt('0x' + (Buffer.from(bytes).toString('hex') || '0')), out = '';
    for (; n > 0n; n /= 58n) out = ALPHABET[Number(n % 58n)] + out;
    for (const b of bytes) {
        if (b !== 0) break;
        out = '1' + out;
    }
    return out;
}

export function unbase58(text, size = 32) {
    let n = 0n;
    for (const c of text) n = n * 58n + BigInt(ALPHABET.indexOf(c));
    return Buffer.from(n.toString(16).padStart(size * 2, '0'), 'hex');
}

// ---- Numbers and messages on the wire

export const u8 = (v) => Buffer.from([v]);
export const u16 = (v) => { const b = Buffer.alloc(2); b.writeUInt16LE(v); return b; };
export const u32 = (v) => { const b = Buffer.alloc(4); b.writeUInt32LE(v); return b; };
export const u64 = (v) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt.asUintN(64, BigInt(v))); return b; };
export const key = (text) => unbase58(text);
export const string = (s) => Buffer.concat([u64(Buffer.byteLength(s)), Buffer.from(s)]);
export const cat = (...parts) => Buffer.concat(parts);

export function compact(n) {
    const out = [];
    for (; n >= 0x80; n >>= 7) out.push((n & 0x7f) | 0x80);
    return Buffer.from([...out, n]);
}

const listed = (bytes) => cat(compact(bytes.length), Buffer.from(bytes));

/** An account of an instruction: writable and signer, or not. */
export const ws = (k) => ({ key: k, writable: true, signer: true });
export const w = (k) => ({ key: k, writable: true, signer: false });
export const s = (k) => ({ key: k, writable: false, signer: true });
export const r = (k) => ({ key: k, writable: false, signer: false });

/** Compiles instructions {program, accounts, data} into a legacy message, or one of version 0 with lookups
 *  [{table, addresses: [key by index]}]. */
export function compile(payer, instructions, blockhash, lookups) {
    const metas = new Map([[payer, { signer: true, writable: true, invoked: false }]]);
    const note = (k, m) => {
        const old = metas.get(k) ?? { signer: false, writable: false, invoked: false };
        metas.set(k, { signer: old.signer || m.signer, writable: old.writable || m.writable, invoked: old.invoked || m.invoked });
    };
    for (const i of instructions) {
        for (const a of i.accounts) note(a.key, { ...a, invoked: false });
        note(i.program, { signer: false, writable: false, invoked: true });
    }
    const found = (lookups ?? []).map((l) => ({ ...l, writable: [], readonly: [] }));
    const loaded = [[], []];
    for (const [k, m] of metas) {
        if (m.signer || m.invoked) continue;
        const l = found.find((t) => t.addresses.includes(k));
        if (!l) continue;
        metas.delete(k);
        (m.writable ? l.writable : l.readonly).push(l.addresses.indexOf(k));
    }
    for (const l of found) {
        loaded[0].push(...l.writable.map((i) => l.addresses[i]));
        loaded[1].push(...l.readonly.map((i) => l.addresses[i]));
    }
    const rank = (m) => (m.signer ? (m.writable ? 0 : 1) : m.writable ? 2 : 3);
    const rest = [...metas].slice(1).sort((a, b) => rank(a[1]) - rank(b[1]));
    const statics = [[payer, metas.get(payer)], ...rest];
    const keys = [...statics.map(([k]) => k), ...loaded[0], ...loaded[1]];
    const count = (f) => statics.filter(([, m]) => f(m)).length;
    const used = found.filter((l) => l.writable.length + l.readonly.length);
    return {
        keys,
        signers: statics.filter(([, m]) => m.signer).map(([k]) => k),
        bytes: cat(
            lookups ? u8(0x80) : u8(0).subarray(1),
            u8(count((m) => m.signer)), u8(count((m) => m.signer && !m.writable)), u8(count((m) => !m.signer && !m.writable)),
            compact(statics.length), ...statics.map(([k]) => key(k)), key(blockhash),
            compact(instructions.length),
            ...instructions.map((i) => cat(u8(keys.indexOf(i.program)), listed(i.accounts.map((a) => keys.indexOf(a.key))), listed(i.data))),
            ...(lookups ? [compact(used.length), ...used.map((l) => cat(key(l.table), listed(l.writable), listed(l.readonly)))] : []),
        ),
    };
}

/** A transaction with given signatures, or with ones that are no more than names. */
export function transaction(message, signatures) {
    const list = signatures ?? message.signers.map((k, i) => createHash('sha512').update(message.bytes).update(u8(i)).digest());
    return cat(compact(list.length), ...list, message.bytes);
}

export function keypair(seed) {
    const pkcs8 = cat(Buffer.from('302e020100300506032b657004220420', 'hex'), createHash('sha256').update(String(seed)).digest());
    const secret = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const jwk = secret.export({ format: 'jwk' });
    return { address: base58(Buffer.from(jwk.x, 'base64url')), sign: (m) => sign(null, m, secret) };
}

export const randomKey = (seed) => base58(createHash('sha256').update('key' + seed).digest());

// ---- Names

export const SYSTEM = '11111111111111111111111111111111';
export const TOKEN = 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA';
export const TOKEN_2022 = 'TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb';
export const ATA = 'ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL';
export const MEMO = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';
export const MEMO_V1 = 'Memo1UhkJRfHyvLMcVucJwxXeuD728EqVDDwQDxFMNo';
export const LOOKUP_TABLE = 'AddressLookupTab1e1111111111111111111111111';
export const STAKE = 'Stake11111111111111111111111111111111111111';
export const COMPUTE_BUDGET = 'ComputeBudget111111111111111111111111111111';
export const LOADER_V1 = 'BPFLoader1111111111111111111111111111111111';
export const LOADER_V2 = 'BPFLoader2111111111111111111111111111111111';
export const LOADER_V3 = 'BPFLoaderUpgradeab1e11111111111111111111111';
export const NATIVE_LOADER = 'NativeLoader1111111111111111111111111111111';
export const ED25519 = 'Ed25519SigVerify111111111111111111111111111';
export const SECP256K1 = 'KeccakSecp256k11111111111111111111111111111';
export const SECP256R1 = 'Secp256r1SigVerify1111111111111111111111111';
export const SYSVAR = 'Sysvar1111111111111111111111111111111111111';
export const CLOCK = 'SysvarC1ock11111111111111111111111111111111';
export const RENT = 'SysvarRent111111111111111111111111111111111';
export const RECENT_BLOCKHASHES = 'SysvarRecentB1ockHashes11111111111111111111';
export const SLOT_HASHES = 'SysvarS1otHashes111111111111111111111111111';
export const INSTRUCTIONS = 'Sysvar1nstructions1111111111111111111111111';
export const NATIVE_MINT = 'So11111111111111111111111111111111111111112';
const SYSVARS = [CLOCK, RENT, RECENT_BLOCKHASHES, SLOT_HASHES, 'SysvarEpochRewards1111111111111111111111111',
    'SysvarEpochSchedu1e111111111111111111111111', 'SysvarLastRestartS1ot1111111111111111111111',
    'SysvarStakeHistory1111111111111111111111111', 'SysvarS1otHistory11111111111111111111111111'];

// ---- The two runtimes

/** `tern svm exec` as a child process: one line of JSON there, one back. */
export class Tern {
    constructor(program = process.env.TERN ?? (existsSync('build/release/tern') ? 'build/release/tern' : 'build/debug/tern')) {
        this.child = spawn(program, ['svm', 'exec'], { stdio: ['pipe', 'pipe', 'inherit'] });
        this.waiting = [];
        createInterface({ input: this.child.stdout }).on('line', (line) => this.waiting.shift()(JSON.parse(line)));
        this.child.on('exit', (code, signal) => { for (const done of this.waiting) done({ problem: `tern ended: ${code ?? signal}` }); });
    }
    async ask(command) {
        const answer = await new Promise((done) => { this.waiting.push(done); this.child.stdin.write(JSON.stringify(command) + '\n'); });
        if (answer?.problem) throw new Error(`${answer.problem} (${JSON.stringify(command).slice(0, 300)})`);
        return answer;
    }
    setAccount(k, a) {
        return this.ask({ account: { key: k, lamports: String(a.lamports), owner: a.owner, executable: !!a.executable, data: Buffer.from(a.data).toString('base64') } });
    }
    end() { this.child.stdin.end(); }
}

const IX_NAMES = `GenericError InvalidArgument InvalidInstructionData InvalidAccountData AccountDataTooSmall InsufficientFunds
IncorrectProgramId MissingRequiredSignature AccountAlreadyInitialized UninitializedAccount UnbalancedInstruction ModifiedProgramId
ExternalAccountLamportSpend ExternalAccountDataModified ReadonlyLamportChange ReadonlyDataModified DuplicateAccountIndex
ExecutableModified RentEpochModified NotEnoughAccountKeys AccountDataSizeChanged AccountNotExecutable AccountBorrowFailed
AccountBorrowOutstanding DuplicateAccountOutOfSync InvalidError ExecutableDataModified ExecutableLamportChange
ExecutableAccountNotRentExempt UnsupportedProgramId CallDepth MissingAccount ReentrancyNotAllowed MaxSeedLengthExceeded
InvalidSeeds InvalidRealloc ComputationalBudgetExceeded PrivilegeEscalation ProgramEnvironmentSetupFailure
ProgramFailedToComplete ProgramFailedToCompile Immutable IncorrectAuthority AccountNotRentExempt InvalidAccountOwner
ArithmeticOverflow UnsupportedSysvar IllegalOwner MaxAccountsDataAllocationsExceeded MaxAccountsExceeded
MaxInstructionTraceLengthExceeded BuiltinProgramsMustConsumeComputeUnits`.split(/\s+/);
const TX_NAMES = `AccountInUse AccountLoadedTwice AccountNotFound ProgramAccountNotFound InsufficientFundsForFee
InvalidAccountForFee AlreadyProcessed BlockhashNotFound CallChainTooDeep MissingSignatureForFee InvalidAccountIndex
SignatureFailure InvalidProgramForExecution SanitizeFailure ClusterMaintenance AccountBorrowOutstanding
WouldExceedMaxBlockCostLimit UnsupportedVersion InvalidWritableAccount WouldExceedMaxAccountCostLimit
WouldExceedAccountDataBlockLimit TooManyAccountLocks AddressLookupTableNotFound InvalidAddressLookupTableOwner
InvalidAddressLookupTableData InvalidAddressLookupTableIndex InvalidRentPayingAccount WouldExceedMaxVoteCostLimit
WouldExceedAccountDataTotalLimit MaxLoadedAccountsDataSizeExceeded InvalidLoadedAccountsDataSizeLimit ResanitizationNeeded
UnbalancedTransaction ProgramCacheHitMaxLimit CommitCancelled`.split(/\s+/);

/** litesvm's error as JSON-RPC has it. */
function errorOf(e) {
    if (typeof e === 'number') return TX_NAMES[e];
    const name = e.constructor.name;
    if (name.endsWith('DuplicateInstruction')) return { DuplicateInstruction: e.index };
    if (name.endsWith('InsufficientFundsForRent')) return { InsufficientFundsForRent: { account_index: e.accountIndex } };
    if (!name.endsWith('InstructionError')) return name;
    const ie = e.err();
    if (typeof ie === 'number') return { InstructionError: [e.index, IX_NAMES[ie]] };
    if (ie.constructor.name.endsWith('Custom')) return { InstructionError: [e.index, { Custom: ie.code }] };
    return { InstructionError: [e.index, 'BorshIoError'] };
}

/** Why the loader refuses a file is said in words of Tern's own: the line before its failure does not count. */
const plainLogs = (logs) => logs.filter((_, i) => !logs[i + 1]?.startsWith(`Program ${LOADER_V3} failed: invalid account data`));

/** litesvm's own set: it has accounts for the gates that mainnet has opened. */
function mainnetFeatures() {
    const set = new FeatureSet(), lite = new LiteSVM();
    for (const id of FeatureSet.allEnabled().getActiveFeatures())
        if (lite.getAccount(base58(id)).exists) set.activate(id, 0n);
    return set;
}

/** options.features: gates to open beside mainnet's, {name: key}. */
function openLite({ verify = false, blockhash = false, features = {} }) {
    let lite = new LiteSVM();
    if (Object.keys(features).length) {
        const set = mainnetFeatures();
        for (const k of Object.values(features)) set.activate(key(k), 0n);
        lite = lite.withFeatureSet(set).withBuiltins().withDefaultPrograms();
    }
    return lite.withSigverify(verify).withBlockhashCheck(blockhash).withTransactionHistory(0n);
}

/** Both at once. `send` answers with the differences between what the two did. */
export class Pair {
    static async open(options = {}) {
        const p = new Pair();
        p.tern = new Tern(options.program);
        p.lite = openLite(options);
        p.verify = options.verify ?? false;
        p.blockhash = p.lite.latestBlockhash();
        await p.tern.ask({ genesis: true });
        await p.tern.ask({ bank: { features: Object.fromEntries(Object.keys(options.features ?? {}).map((name) => [name, true])) } });
        for (const k of [...SYSVARS, SYSTEM]) await p.copy(k); // litesvm's System account has another text, "solana_system_program"
        await p.setSlot(p.lite.getClock().slot + 1n); // programs that litesvm brings can be called from the next slot on
        return p;
    }
    async setSlot(slot) {
        if (slot !== undefined) { this.lite.warpToSlot(BigInt(slot)); await this.copy(CLOCK); }
        await this.tern.ask({ bank: { slot: String(this.lite.getClock().slot), blockhash: this.blockhash } });
    }
    liteAccount(k) {
        const a = this.lite.getAccount(k);
        return a.exists ? { lamports: a.lamports, owner: a.programAddress, executable: a.executable, data: Buffer.from(a.data) } : null;
    }
    /** Gives Tern an account that litesvm has. */
    async copy(k) { const a = this.liteAccount(k); if (a) await this.tern.setAccount(k, a); return a; }
    /** Gives Tern a program that litesvm has, with its program data. */
    async copyProgram(k) {
        const a = await this.copy(k);
        if (a.owner === LOADER_V3) await this.copy(base58(a.data.subarray(4, 36)));
    }
    async setAccount(k, a) {
        const full = { owner: SYSTEM, executable: false, data: Buffer.alloc(0), ...a };
        this.lite.setAccount({ address: k, lamports: BigInt(full.lamports), data: full.data, programAddress: full.owner, executable: full.executable, space: BigInt(full.data.length) });
        await this.tern.setAccount(k, full);
    }
    liteSend(wire, version) {
        const result = version === undefined ? this.lite.inner.sendLegacyTransaction(wire) : this.lite.inner.sendVersionedTransaction(wire);
        const failed = typeof result.err === 'function';
        const meta = failed ? result.meta() : result;
        const data = meta.returnData();
        return {
            error: failed ? errorOf(result.err()) : null,
            logs: meta.logs(), units: String(meta.computeUnitsConsumed()),
            returnData: data.data().length ? { program: base58(data.programId()), data: Buffer.from(data.data()).toString('base64') } : null,
            inner: meta.innerInstructions().flatMap((list, outer) => list.map((i) => ({
                outer, height: i.stackHeight(), program: i.instruction().programIdIndex(),
                accounts: [...i.instruction().accounts()], data: Buffer.from(i.instruction().data()).toString('base64') }))),
        };
    }
    /** Sends a message to both. Returns {tern, lite, differences}. */
    async send(message, signatures) {
        const wire = transaction(message, signatures);
        const version = message.bytes[0] & 0x80 ? 0 : undefined;
        const tern = this.tern.ask({ transaction: wire.toString('base64'), verify: this.verify, anyBlockhash: !this.checkBlockhash, anySize: wire.length > 1232 });
        const lite = this.liteSend(wire, version);
        return this.compare(message, await tern, lite);
    }
    compare(message, tern, lite) {
        const differences = [];
        const differ = (what, a, b) => { const x = JSON.stringify(a), y = JSON.stringify(b); if (x !== y) differences.push(`${what}: tern ${x}, litesvm ${y}`); };
        differ('error', tern.error, lite.error);
        differ('logs', plainLogs(tern.logs), plainLogs(lite.logs));
        differ('units', tern.units, lite.units);
        differ('return data', tern.returnData, lite.returnData);
        differ('inner instructions', tern.inner, lite.inner);
        const plain = (a) => a && { lamports: String(a.lamports), owner: a.owner, executable: a.executable, data: Buffer.isBuffer(a.data) ? a.data.toString('base64') : a.data };
        for (const { key: k, account } of tern.accounts) differ(`account ${k}`, plain(account), plain(this.liteAccount(k)));
        return { tern, lite, differences };
    }
    run(payer, instructions, lookups) { return this.send(compile(payer, instructions, this.blockhash, lookups)); }
    end() { this.tern.end(); }
}
