// What surrounds the instructions: signatures, blockhashes and durable nonces, fees, precompiles.
import assert from 'node:assert/strict';
import { createHash, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import * as t from './lib.mjs';
import { Rand } from './random.mjs';

const payer = t.keypair('transaction payer'), other = t.keypair('transaction other');

async function withPair(options, run) {
    const pair = await t.Pair.open(options);
    try {
        await pair.setAccount(payer.address, { lamports: 10n ** 12n });
        await pair.setAccount(other.address, { lamports: 10n ** 9n });
        await run(pair);
    } finally {
        pair.end();
    }
}

const transfer = (from, to, lamports) => ({ program: t.SYSTEM, accounts: [t.ws(from), t.w(to)], data: t.cat(t.u32(2), t.u64(lamports)) });

function same({ tern, differences }, error) {
    assert.deepEqual(differences, []);
    assert.deepEqual(tern.error, error);
}

test('signatures are verified', () => withPair({ verify: true }, async (pair) => {
    const message = t.compile(payer.address, [transfer(other.address, payer.address, 5)], pair.blockhash);
    const signatures = message.signers.map((k) => (k === payer.address ? payer : other).sign(message.bytes));
    for (let at = 0; at < 128; at += 9) {
        const bad = signatures.map((s) => Buffer.from(s));
        bad[at >> 6][at & 63] ^= 1;
        same(await pair.send(message, bad), 'SignatureFailure');
    }
    same(await pair.send(message, [...signatures].reverse()), 'SignatureFailure');
    same(await pair.send(message, signatures), null);
}));

test('a blockhash must be recent', () => withPair({ blockhash: true }, async (pair) => {
    pair.checkBlockhash = true;
    const stale = t.compile(payer.address, [transfer(payer.address, other.address, 5)], t.randomKey('stale'));
    same(await pair.send(stale), 'BlockhashNotFound');
    same(await pair.run(payer.address, [transfer(payer.address, other.address, 5)]), null);
}));

const advance = (nonce, authority) => ({ program: t.SYSTEM, accounts: [t.w(nonce), t.r(t.RECENT_BLOCKHASHES), t.s(authority)], data: t.u32(4) });
const stored = (nonce, authority) => t.cat(t.u32(1), t.u32(1), t.key(authority), t.key(nonce), t.u64(5000));
const durable = (blockhash) => t.base58(createHash('sha256').update('DURABLE_NONCE').update(t.key(blockhash)).digest());
const valueOf = async (pair, nonce) => t.base58(Buffer.from((await pair.tern.ask({ get: nonce })).data, 'base64').subarray(40, 72));

test('a durable nonce stands in for a blockhash, once', () => withPair({ blockhash: true }, async (pair) => {
    pair.checkBlockhash = true;
    const nonce = t.randomKey('nonce account'), value = durable(t.randomKey('some blockhash'));
    const put = (hash) => pair.setAccount(nonce, { lamports: 1447680n, data: stored(hash, other.address) });
    const message = (list, hash = value) => t.compile(payer.address, list, hash);
    const pay = transfer(payer.address, other.address, 5);
    await put(value);
    same(await pair.send(message([pay, advance(nonce, other.address)])), 'BlockhashNotFound');
    same(await pair.send(message([advance(nonce, payer.address), pay])), 'BlockhashNotFound');
    same(await pair.send(message([advance(nonce, other.address), pay], t.randomKey('another'))), 'BlockhashNotFound');
    // litesvm advances a nonce to the hash of the message's own blockhash; Agave takes the bank's.
    const used = await pair.send(message([advance(nonce, other.address), pay]));
    same({ ...used, differences: used.differences.filter((d) => !d.startsWith(`account ${nonce}`)) }, null);
    assert.equal(await valueOf(pair, nonce), durable(pair.blockhash));
    await pair.copy(nonce);
    same(await pair.send(message([advance(nonce, other.address), pay])), 'BlockhashNotFound');
    await put(durable(pair.blockhash)); // it would not change
    same(await pair.send(message([advance(nonce, other.address), pay], durable(pair.blockhash))), 'BlockhashNotFound');
}));

test('a durable nonce is used up by a failure, too', () => withPair({}, async (pair) => {
    const nonce = t.randomKey('nonce account'), value = durable(t.randomKey('some blockhash'));
    await pair.tern.setAccount(nonce, { lamports: 1447680n, owner: t.SYSTEM, data: stored(value, other.address) });
    const message = t.compile(payer.address, [advance(nonce, other.address), transfer(payer.address, other.address, 10n ** 15n)], value);
    const answer = await pair.tern.ask({ transaction: t.transaction(message).toString('base64') });
    assert.deepEqual(answer.error, { InstructionError: [1, { Custom: 1 }] });
    assert.equal(answer.fee, '10000');
    assert.equal(await valueOf(pair, nonce), durable(pair.blockhash));
    assert.equal((await pair.tern.ask({ get: payer.address })).lamports, String(10n ** 12n - 10000n));
}));

test('fees', () => withPair({}, async (pair) => {
    const budget = (...data) => ({ program: t.COMPUTE_BUDGET, accounts: [], data: t.cat(...data) });
    const pay = transfer(payer.address, other.address, 5);
    same(await pair.run(payer.address, [budget(t.u8(2), t.u32(1000)), budget(t.u8(3), t.u64(1_000_001)), pay]), null);
    same(await pair.run(payer.address, [budget(t.u8(3), t.u64(7_000_000)), pay]), null);
    same(await pair.run(payer.address, [budget(t.u8(2), t.u32(1000)), pay, budget(t.u8(2), t.u32(1000))]), { DuplicateInstruction: 2 });
    same(await pair.run(payer.address, [budget(t.u8(2), t.u32(1_400_000)), budget(t.u8(3), t.u64((1n << 64n) - 1n)), pay]), 'InsufficientFundsForFee');
    same(await pair.run(t.randomKey('nobody'), [pay]), 'AccountNotFound');
    await pair.setAccount(other.address, { lamports: 890880n + 4999n });
    same(await pair.run(other.address, [transfer(payer.address, other.address, 5)]), { InsufficientFundsForRent: { account_index: 0 } });
}));

// ---- Precompiles

function ed25519(message) {
    const header = t.cat(t.u8(1), t.u8(0), ...[48, 0xffff, 16, 0xffff, 112, message.length, 0xffff].map(t.u16));
    return { program: t.ED25519, accounts: [], data: t.cat(header, t.key(payer.address), payer.sign(message), message) };
}

function secp256k1Instruction(message) {
    const secret = createHash('sha256').update('secp256k1').digest();
    const address = Buffer.from(keccak_256(secp256k1.getPublicKey(secret, false).subarray(1))).subarray(12);
    const signature = Buffer.from(secp256k1.sign(keccak_256(message), secret, { prehash: false, format: 'recovered' }));
    const compact = t.cat(signature.subarray(1), signature.subarray(0, 1));
    const header = t.cat(t.u8(1), t.u16(32), t.u8(0), t.u16(12), t.u8(0), t.u16(97), t.u16(message.length), t.u8(0));
    return { program: t.SECP256K1, accounts: [], data: t.cat(header, address, compact, message) };
}

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function secp256r1(message) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const jwk = publicKey.export({ format: 'jwk' }), y = Buffer.from(jwk.y, 'base64url');
    const signature = sign('sha256', message, { key: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })), dsaEncoding: 'ieee-p1363' });
    let s = BigInt('0x' + signature.subarray(32).toString('hex'));
    if (s > P256_ORDER / 2n) s = P256_ORDER - s;
    const low = t.cat(signature.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex'));
    const header = t.cat(t.u8(1), t.u8(0), ...[49, 0xffff, 16, 0xffff, 113, message.length, 0xffff].map(t.u16));
    return { program: t.SECP256R1, accounts: [], data: t.cat(header, t.u8(2 + (y[31] & 1)), Buffer.from(jwk.x, 'base64url'), low, message) };
}

for (const [name, make] of [['Ed25519', ed25519], ['Secp256k1', secp256k1Instruction], ['Secp256r1', secp256r1]])
    test(`${name} instructions`, () => withPair({}, async (pair) => {
        const rand = new Rand(name.length), good = make(Buffer.from('message'));
        same(await pair.run(payer.address, [good]), null);
        for (let i = 0; i < 150; i++) {
            let data = Buffer.from(make(rand.bytes(rand.below(20))).data);
            if (rand.chance(4)) data = data.subarray(0, rand.below(data.length + 1));
            else if (rand.chance(5)) data = t.cat(data, rand.bytes(rand.below(5)));
            else if (rand.chance(2)) data[rand.below(Math.min(data.length, 16))] = rand.below(4) ? rand.below(130) : 255;
            else data[rand.below(data.length)] ^= 1 << rand.below(8);
            const { tern, lite, differences } = await pair.run(payer.address, [good, { ...good, data }]);
            assert.deepEqual(differences, [], `${data.toString('hex')}: ${JSON.stringify(tern.error)}, ${JSON.stringify(lite.error)}`);
        }
    }));
