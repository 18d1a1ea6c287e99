// Writes *_vectors.move: unit tests of the framework's cryptography whose expectations come from other implementations
// (@noble/curves, @noble/hashes). With --check it compares instead.
import { ed25519, ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { sha3_256, sha3_512, keccak_256 } from '@noble/hashes/sha3.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const hex = (b) => Buffer.from(b).toString('hex');
const x = (b) => `x"${typeof b === 'string' ? b : hex(b)}"`;
const text = (s) => new TextEncoder().encode(s);
const join = (...parts) => Uint8Array.from(parts.flatMap((p) => [...p]));

// The same bytes every time.
let drawn = 0;
const draw = (n) => {
    let out = [];
    while (out.length < n) out.push(...sha512(text(`tern framework vectors ${drawn++}`)));
    return Uint8Array.from(out.slice(0, n));
};
const flip = (b, i = 0) => Uint8Array.from(b, (v, k) => (k === i ? v ^ 1 : v));
const le = (v, n) => Uint8Array.from({ length: n }, (_, i) => Number((v >> BigInt(8 * i)) & 255n));
const be = (v, n) => le(v, n).reverse();
const fromLe = (b) => b.reduceRight((v, d) => (v << 8n) | BigInt(d), 0n);
const fromBe = (b) => b.reduce((v, d) => (v << 8n) | BigInt(d), 0n);

const uleb = (n) => (n < 128 ? [n] : [(n & 127) | 128, ...uleb(n >> 7)]);
const bcsBytes = (b) => join(uleb(b.length), b);
const address = (h) => Uint8Array.from(Buffer.from(h.padStart(64, '0'), 'hex'));
// ed25519::SignedMessage of a struct of 0x1.
const signedMessage = (module, name, inner) =>
    join(address('1'), bcsBytes(text(module)), bcsBytes(text(name)), inner);

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const messages = [new Uint8Array(), text('a'), draw(100), draw(300)];

// ---- Files: a module of tests each ----

const files = {};
function moveModule(name, uses, tests, members = '') {
    const body = tests.map(([test, lines, failure]) => {
        const attribute = failure ? `    #[test]\n    #[expected_failure(abort_code = ${failure})]\n` : '    #[test]\n';
        return `${attribute}    fun ${test}() {\n${lines.map((l) => `        ${l}`).join('\n')}\n    }\n`;
    });
    files[`${name}.move`] =
        `// Made by vectors.mjs from other implementations' results. Do not edit.\n#[test_only]\nmodule aptos_std::${name} {\n${uses.map((u) => `    use ${u};\n`).join('')}\n${members}${body.join('\n')}}\n`;
}
const check = (expression) => `assert!(${expression}, 0);`;

// ---- Hashes ----

{
    const tests = [];
    const all = {
        'hash::sha2_256': sha256, 'hash::sha3_256': sha3_256, 'aptos_hash::keccak256': keccak_256, 'aptos_hash::sha2_512': sha512,
        'aptos_hash::sha3_512': sha3_512, 'aptos_hash::ripemd160': ripemd160, 'aptos_hash::blake2b_256': (m) => blake2b(m, { dkLen: 32 }),
    };
    for (const [name, f] of Object.entries(all))
        tests.push([name.replace('::', '_'), [new Uint8Array(), text('abc'), draw(135), draw(136), draw(137), draw(300)]
            .map((m) => check(`${name}(${x(m)}) == ${x(f(m))}`))]);
    moveModule('hash_vectors', ['std::hash', 'aptos_std::aptos_hash'], tests);
}

// ---- Ed25519 ----

const edKey = () => {
    const secret = draw(32);
    return { secret, public: ed25519.getPublicKey(secret) };
};
const edSign = (m, key) => ed25519.sign(m, key.secret);
const key = (k) => `ed25519::new_unvalidated_public_key_from_bytes(${x(k)})`;
const signature = (s) => `ed25519::new_signature_from_bytes(${x(s)})`;
const verify = (s, k, m) => `ed25519::signature_verify_strict(&${signature(s)}, &${key(k)}, ${x(m)})`;
const smallOrder = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0000000000000000000000000000000000000000000000000000000000000080',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];
{
    const k = edKey(), other = edKey();
    const tests = [
        ['signatures_verify', messages.map((m) => check(verify(edSign(m, k), k.public, m)))],
        ['changed_ones_do_not', messages.flatMap((m) => {
            const s = edSign(m, k);
            return [
                check(`!${verify(s, other.public, m)}`), check(`!${verify(flip(s), k.public, m)}`), check(`!${verify(flip(s, 40), k.public, m)}`),
                check(`!${verify(s, k.public, join(m, [0]))}`),
            ];
        })],
        ['s_above_the_order_is_refused', messages.map((m) => {
            const s = edSign(m, k);
            return check(`!${verify(join(s.slice(0, 32), le(fromLe(s.slice(32)) + L, 32)), k.public, m)}`);
        })],
        ['keys_of_small_order_are_refused', smallOrder.flatMap((p) => [
            check(`option::is_none(&ed25519::new_validated_public_key_from_bytes(${x(p)}))`),
            check(`option::is_none(&ed25519::public_key_validate(&${key(p)}))`),
            // R = infinity and s = 0 would satisfy the equation for k = 0 mod 8.
            check(`!${verify(join(Buffer.from(smallOrder[0], 'hex'), new Uint8Array(32)), p, text('m'))}`),
        ])],
        ['keys_validate', [
            check(`option::is_some(&ed25519::new_validated_public_key_from_bytes(${x(k.public)}))`),
            // y = 2 is on no point.
            check(`option::is_none(&ed25519::new_validated_public_key_from_bytes(${x(le(2n, 32))}))`),
            check(`option::is_none(&ed25519::new_validated_public_key_from_bytes(x"01"))`),
        ]],
        ['conversions_keep_the_bytes', [
            `let valid = option::destroy_some(ed25519::new_validated_public_key_from_bytes(${x(k.public)}));`,
            check(`ed25519::validated_public_key_to_bytes(&valid) == ${x(k.public)}`),
            check(`ed25519::unvalidated_public_key_to_bytes(&ed25519::public_key_to_unvalidated(&valid)) == ${x(k.public)}`),
            check(`ed25519::unvalidated_public_key_to_bytes(&ed25519::public_key_into_unvalidated(valid)) == ${x(k.public)}`),
            check(`ed25519::signature_to_bytes(&${signature(edSign(messages[1], k))}) == ${x(edSign(messages[1], k))}`),
        ]],
        ['authentication_keys', [
            check(`ed25519::unvalidated_public_key_to_authentication_key(&${key(k.public)}) == ${x(sha3_256(join(k.public, [0])))}`),
            `let valid = option::destroy_some(ed25519::new_validated_public_key_from_bytes(${x(k.public)}));`,
            check(`ed25519::validated_public_key_to_authentication_key(&valid) == ${x(sha3_256(join(k.public, [0])))}`),
        ]],
        ['typed_messages', [
            `let m = Message { n: 258, text: b"hi" };`,
            check(`ed25519::signature_verify_strict_t(&${signature(edSign(signedMessage('ed25519_vectors', 'Message', join(le(258n, 8), bcsBytes(text('hi')))), k))}, &${key(k.public)}, copy m)`),
            check(`!ed25519::signature_verify_strict_t(&${signature(edSign(signedMessage('ed25519_vectors', 'Other', join(le(258n, 8), bcsBytes(text('hi')))), k))}, &${key(k.public)}, copy m)`),
            check(`std::bcs::to_bytes(&ed25519::new_signed_message(m)) == ${x(signedMessage('ed25519_vectors', 'Message', join(le(258n, 8), bcsBytes(text('hi')))))}`),
        ]],
        ['a_key_has_32_bytes', [`${key(draw(31))};`], '0x10001'],
        ['a_signature_has_64_bytes', [`${signature(draw(65))};`], '0x10002'],
    ];
    moveModule('ed25519_vectors', ['std::option', 'aptos_std::ed25519'], tests, '    struct Message has copy, drop {\n        n: u64,\n        text: vector<u8>,\n    }\n\n');
}

// ---- Multi-Ed25519 ----

{
    const keys = [edKey(), edKey(), edKey(), edKey()];
    const publicKey = (ks, k) => join(...ks.map((q) => q.public), [k]);
    const bits = (signers) => be(signers.reduce((v, i) => v | (1n << BigInt(31 - i)), 0n), 4);
    const sign = (m, signers) => join(...signers.map((i) => edSign(m, keys[i])), bits(signers));
    const mkey = (b) => `multi_ed25519::new_unvalidated_public_key_from_bytes(${x(b)})`;
    const msig = (b) => `multi_ed25519::new_signature_from_bytes(${x(b)})`;
    const mverify = (s, k, m) => `multi_ed25519::signature_verify_strict(&${msig(s)}, &${mkey(k)}, ${x(m)})`;
    const k24 = publicKey(keys, 2), m = messages[2];
    const spoiled = join(...keys.slice(0, 3).map((q) => q.public), le(2n, 32), [2]);
    const small = join(...keys.slice(0, 3).map((q) => q.public), Buffer.from(smallOrder[4], 'hex'), [2]);
    const some = (name, b) => `option::is_some(&multi_ed25519::${name}(${x(b)}))`;
    moveModule('multi_ed25519_vectors', ['std::option', 'aptos_std::multi_ed25519'], [
        ['enough_signatures_verify', [[0, 1], [0, 3], [1, 2, 3], [0, 1, 2, 3]].map((s) => check(mverify(sign(m, s), k24, m)))],
        ['others_do_not', [
            check(`!${mverify(sign(m, [1]), k24, m)}`),
            check(`!${mverify(sign(m, [0, 1]), publicKey(keys, 3), m)}`),
            check(`!${mverify(sign(m, [0, 1]), k24, text('other'))}`),
            // The bits name others than those who signed, too many, too few, or nobody there.
            check(`!${mverify(join(edSign(m, keys[0]), edSign(m, keys[1]), bits([0, 2])), k24, m)}`),
            check(`!${mverify(join(edSign(m, keys[1]), edSign(m, keys[0]), bits([0, 1])), k24, m)}`),
            check(`!${mverify(join(edSign(m, keys[0]), edSign(m, keys[1]), bits([0, 1, 2])), k24, m)}`),
            check(`!${mverify(join(edSign(m, keys[0]), edSign(m, keys[1]), edSign(m, keys[2]), bits([0, 1])), k24, m)}`),
            check(`!${mverify(join(edSign(m, keys[0]), edSign(m, keys[1]), bits([0, 9])), k24, m)}`),
            check(`!${mverify(bits([]), k24, m)}`),
        ]],
        ['a_key_that_is_no_point_spoils_all', [check(`!${mverify(sign(m, [0, 1]), spoiled, m)}`)]],
        ['a_key_of_small_order_does_not_unless_it_signs', [check(mverify(sign(m, [0, 1]), small, m)), check(`!${mverify(sign(m, [0, 3]), small, m)}`)]],
        ['thresholds_must_make_sense', [
            check(`!${mverify(sign(m, [0, 1]), publicKey(keys, 0), m)}`), check(`!${mverify(sign(m, [0, 1]), publicKey(keys, 5), m)}`),
            check(some('new_validated_public_key_from_bytes_v2', k24)), check(some('new_validated_public_key_from_bytes', k24)),
            check(`!${some('new_validated_public_key_from_bytes_v2', publicKey(keys, 0))}`), check(some('new_validated_public_key_from_bytes', publicKey(keys, 0))),
            check(`!${some('new_validated_public_key_from_bytes_v2', publicKey(keys, 5))}`), check(`!${some('new_validated_public_key_from_bytes_v2', [2])}`),
            check(`!${some('new_validated_public_key_from_bytes', small)}`), check(`!${some('new_validated_public_key_from_bytes_v2', small)}`),
            check(`!${some('new_validated_public_key_from_bytes', spoiled)}`), check(`!${some('new_validated_public_key_from_bytes', k24.slice(0, 128))}`),
        ]],
        ['parts', [
            `let valid = option::destroy_some(multi_ed25519::new_validated_public_key_from_bytes_v2(${x(k24)}));`,
            check('multi_ed25519::validated_public_key_num_sub_pks(&valid) == 4'), check('multi_ed25519::validated_public_key_threshold(&valid) == 2'),
            check(`multi_ed25519::validated_public_key_to_bytes(&valid) == ${x(k24)}`),
            check(`multi_ed25519::validated_public_key_to_authentication_key(&valid) == ${x(sha3_256(join(k24, [1])))}`),
            check(`multi_ed25519::unvalidated_public_key_num_sub_pks(&${mkey(k24)}) == 4`),
            check(`multi_ed25519::unvalidated_public_key_threshold(&${mkey(k24)}) == option::some(2)`),
            check(`multi_ed25519::unvalidated_public_key_threshold(&${mkey(publicKey(keys, 5))}) == option::none()`),
            check(`multi_ed25519::unvalidated_public_key_to_authentication_key(&${mkey(k24)}) == ${x(sha3_256(join(k24, [1])))}`),
            check('multi_ed25519::check_and_get_threshold(x"") == option::none()'),
        ]],
        ['a_key_has_32_bytes_each_and_a_threshold', [`${mkey(k24.slice(0, 128))};`], '0x10001'],
        ['a_key_has_at_most_32_parts', [`${mkey(draw(33 * 32 + 1))};`], '0x10001'],
        ['a_signature_has_64_bytes_each_and_4', [`${msig(draw(128))};`], '0x10002'],
    ]);
}

// ---- secp256k1 ----

{
    const n = secp256k1.Point.CURVE().n;
    const recover = (h, id, s) => `secp256k1::ecdsa_recover(${x(h)}, ${id}, &secp256k1::ecdsa_signature_from_bytes(${x(s)}))`;
    const lines = [], high = [], none = [];
    for (let i = 0; i < 6; i++) {
        const secret = draw(32), h = draw(32);
        const s = secp256k1.sign(h, secret, { prehash: false, format: 'recovered' });
        const id = s[0], rs = s.slice(1), pub = secp256k1.getPublicKey(secret, false).slice(1);
        lines.push(check(`${recover(h, id, rs)} == option::some(secp256k1::ecdsa_raw_public_key_from_64_bytes(${x(pub)}))`));
        lines.push(check(`${recover(flip(h), id, rs)} != option::some(secp256k1::ecdsa_raw_public_key_from_64_bytes(${x(pub)}))`));
        high.push(check(`${recover(h, id ^ 1, join(rs.slice(0, 32), be(n - fromBe(rs.slice(32)), 32)))} == option::some(secp256k1::ecdsa_raw_public_key_from_64_bytes(${x(pub)}))`));
        none.push(check(`option::is_none(&${recover(h, id, join(new Uint8Array(32), rs.slice(32)))})`));
        none.push(check(`option::is_none(&${recover(h, id, join(rs.slice(0, 32), new Uint8Array(32)))})`));
        // r + n is above the field for nearly every r.
        none.push(check(`option::is_none(&${recover(h, id | 2, rs)})`));
    }
    const h = draw(32), ok = join(be(1n, 32), be(1n, 32));
    moveModule('secp256k1_vectors', ['std::option', 'aptos_std::secp256k1'], [
        ['keys_are_recovered', lines], ['high_s_is_accepted', high], ['there_may_be_none', none],
        ['r_must_be_below_the_order', [`${recover(h, 0, join(be(n, 32), be(1n, 32)))};`], '0x10001'],
        ['s_must_be_below_the_order', [`${recover(h, 0, join(be(1n, 32), be(n, 32)))};`], '0x10001'],
        ['a_hash_has_32_bytes', [`${recover(draw(33), 0, ok)};`], '0x10001'],
        ['a_recovery_id_is_0_to_3', [`${recover(h, 4, ok)};`], '0x10002'],
        ['a_signature_has_64_bytes', [`secp256k1::ecdsa_signature_from_bytes(${x(draw(63))});`], '0x10001'],
        ['a_key_has_64_bytes', [`secp256k1::ecdsa_raw_public_key_from_64_bytes(${x(draw(65))});`], '0x10001'],
        ['bytes_come_back', [
            check(`secp256k1::ecdsa_signature_to_bytes(&secp256k1::ecdsa_signature_from_bytes(${x(ok)})) == ${x(ok)}`),
            check(`secp256k1::ecdsa_raw_public_key_to_bytes(&secp256k1::ecdsa_raw_public_key_from_64_bytes(${x(ok)})) == ${x(ok)}`),
        ]],
    ]);
}

// ---- BLS12-381 signatures ----

{
    const scheme = bls12_381.longSignatures, { G1, G2 } = bls12_381;
    const SIGN = 'BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_', POSSESS = 'BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_';
    const signWith = (m, secret, DST) => scheme.sign(scheme.hash(m, DST), secret).toBytes();
    const signer = () => {
        const { secretKey } = scheme.keygen(draw(48));
        const pub = scheme.getPublicKey(secretKey).toBytes();
        return { secret: secretKey, pub, pop: signWith(pub, secretKey, POSSESS) };
    };
    const s = [signer(), signer(), signer()];
    const sum = (points) => points.reduce((a, b) => a.add(b)).toBytes();
    const sig = (b) => `bls12381::signature_from_bytes(${x(b)})`;
    const withPop = (q) => `option::destroy_some(bls12381::public_key_from_bytes_with_pop(${x(q.pub)}, &bls12381::proof_of_possession_from_bytes(${x(q.pop)})))`;
    const m = [text('first'), text('second'), text('third')];
    const sigs = s.map((q, i) => signWith(m[i], q.secret, SIGN)), same = s.map((q) => signWith(m[0], q.secret, SIGN));
    // On the curve, outside the subgroup.
    const compressed = (coordinate) => Uint8Array.from(coordinate, (byte, i) => (i ? byte : byte | 0x80));
    const firstX = (has) => { let v = 1n; while (!has(v)) v++; return v; };
    const isSquare = (F, value) => { try { F.sqrt(value); return true; } catch { return false; } };
    const { Fp, Fp2 } = bls12_381.fields;
    const off1 = compressed(be(firstX((v) => isSquare(Fp, Fp.create(v ** 3n + 4n))), 48));
    const off2 = compressed(be(firstX((v) => isSquare(Fp2, { c0: v ** 3n + 4n, c1: 4n })), 96));
    const infinity1 = `c0${'00'.repeat(47)}`, infinity2 = `c0${'00'.repeat(95)}`;
    const normal = (sg, pk, msg) => `bls12381::verify_normal_signature(&${sig(sg)}, &option::destroy_some(bls12381::public_key_from_bytes(${x(pk)})), ${x(msg)})`;
    moveModule('bls12381_vectors', ['std::option', 'aptos_std::bls12381'], [
        ['signatures_verify', s.flatMap((q, i) => [
            check(normal(sigs[i], q.pub, m[i])), check(`!${normal(sigs[i], q.pub, text('other'))}`), check(`!${normal(sigs[(i + 1) % 3], q.pub, m[i])}`),
            check(`!${normal(infinity2, q.pub, m[i])}`), check(`!${normal(off2, q.pub, m[i])}`), check(`!${normal(q.pop, q.pub, q.pub)}`),
            check(`bls12381::verify_signature_share(&${sig(sigs[i])}, &${withPop(q)}, ${x(m[i])})`),
        ])],
        ['keys_validate', [
            ...s.map((q) => check(`option::is_some(&bls12381::public_key_from_bytes(${x(q.pub)}))`)),
            ...[infinity1, off1, flip(s[0].pub, 1).slice(0, 47), draw(48).fill(255, 0, 1)].map((b) => check(`option::is_none(&bls12381::public_key_from_bytes(${x(b)}))`)),
        ]],
        ['possession_is_proved', s.flatMap((q, i) => [
            check(`bls12381::public_key_with_pop_to_bytes(&${withPop(q)}) == ${x(q.pub)}`),
            check(`option::is_none(&bls12381::public_key_from_bytes_with_pop(${x(q.pub)}, &bls12381::proof_of_possession_from_bytes(${x(s[(i + 1) % 3].pop)})))`),
            check(`option::is_none(&bls12381::public_key_from_bytes_with_pop(${x(q.pub)}, &bls12381::proof_of_possession_from_bytes(${x(signWith(q.pub, q.secret, SIGN))})))`),
            check(`option::is_none(&bls12381::public_key_from_bytes_with_pop(${x(infinity1)}, &bls12381::proof_of_possession_from_bytes(${x(infinity2)})))`),
        ])],
        ['subgroups', [
            check(`bls12381::signature_subgroup_check(&${sig(sigs[0])})`), check(`!bls12381::signature_subgroup_check(&${sig(off2)})`),
            check(`!bls12381::signature_subgroup_check(&${sig(infinity2)})`), check(`!bls12381::signature_subgroup_check(&${sig(draw(96))})`),
            check(`bls12381::aggr_or_multi_signature_subgroup_check(&bls12381::aggr_or_multi_signature_from_bytes(${x(sigs[0])}))`),
        ]],
        ['multisignatures', [
            `let keys = bls12381::aggregate_pubkeys(vector[${s.map(withPop).join(', ')}]);`,
            check(`bls12381::aggregate_pubkey_to_bytes(&keys) == ${x(sum(s.map((q) => G1.Point.fromHex(hex(q.pub)))))}`),
            `let sum = option::destroy_some(bls12381::aggregate_signatures(vector[${same.map(sig).join(', ')}]));`,
            check(`bls12381::aggr_or_multi_signature_to_bytes(&sum) == ${x(sum(same.map((b) => G2.Point.fromHex(hex(b)))))}`),
            check(`bls12381::verify_multisignature(&sum, &keys, ${x(m[0])})`), check(`!bls12381::verify_multisignature(&sum, &keys, ${x(m[1])})`),
            `let two = bls12381::aggregate_pubkeys(vector[${s.slice(0, 2).map(withPop).join(', ')}]);`,
            check(`!bls12381::verify_multisignature(&sum, &two, ${x(m[0])})`),
        ]],
        ['aggregate_signatures', [
            `let sum = option::destroy_some(bls12381::aggregate_signatures(vector[${sigs.map(sig).join(', ')}]));`,
            `let keys = vector[${s.map(withPop).join(', ')}];`,
            check(`bls12381::verify_aggregate_signature(&sum, keys, vector[${m.map(x).join(', ')}])`),
            check(`!bls12381::verify_aggregate_signature(&sum, keys, vector[${[m[1], m[0], m[2]].map(x).join(', ')}])`),
            check(`!bls12381::verify_aggregate_signature(&sum, keys, vector[${m.slice(0, 2).map(x).join(', ')}])`),
            check('!bls12381::verify_aggregate_signature(&sum, vector[], vector[])'),
        ]],
        ['nothing_has_no_sum', [
            check('option::is_none(&bls12381::aggregate_signatures(vector[]))'),
            check(`option::is_none(&bls12381::aggregate_signatures(vector[${sig(sigs[0])}, ${sig(draw(96))}]))`),
        ]],
        ['no_keys_have_no_sum', ['bls12381::aggregate_pubkeys(vector[]);'], '0x10001'],
        ['a_signature_has_96_bytes', [`bls12381::aggr_or_multi_signature_from_bytes(${x(draw(95))});`], '0x10002'],
    ]);
}

// ---- ristretto255 ----

{
    const P = ristretto255.Point, base = P.BASE;
    const scalar = () => fromLe(draw(64)) % L;
    const bytes = (k) => le(k, 32);
    const enc = (p) => p.toBytes();
    const k = (v) => `option::destroy_some(ristretto255::new_scalar_from_bytes(${x(bytes(v))}))`;
    const pt = (p) => `option::destroy_some(ristretto255::new_point_from_bytes(${x(enc(p))}))`;
    const is = (expression, p) => check(`ristretto255::compressed_point_to_bytes(ristretto255::point_compress(&${expression})) == ${x(enc(p))}`);
    const isK = (expression, v) => check(`ristretto255::scalar_to_bytes(&${expression}) == ${x(bytes(v))}`);
    const mod = (v) => ((v % L) + L) % L;
    const inverse = (v) => { let r = 1n, b = v, e = L - 2n; for (; e; e >>= 1n, b = (b * b) % L) if (e & 1n) r = (r * b) % L; return r; };
    const [a, b] = [scalar(), scalar()], A = base.multiply(scalar()), B = base.multiply(scalar()), wide = draw(64), input = draw(77);
    const H = ristretto255_hasher.deriveToCurve(sha3_512(enc(base)));
    // RFC 9496, A.2: encodings that are no points.
    const bad = ['00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff', 'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
        'f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
        '0100000000000000000000000000000000000000000000000000000000000000', '01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
        'ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20', 'c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562',
        '26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371', '4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f'];
    moveModule('ristretto255_vectors', ['std::option', 'aptos_std::ristretto255', 'aptos_std::ristretto255_elgamal as elgamal', 'aptos_std::ristretto255_pedersen as pedersen'], [
        ['constants', [is('ristretto255::basepoint()', base), is('ristretto255::basepoint_H()', H), is('ristretto255::hash_to_point_base()', H), is('ristretto255::point_identity()', P.ZERO),
            check('ristretto255::is_identity(&ristretto255::point_identity_compressed())'), check('!ristretto255::is_identity(&ristretto255::basepoint_compressed())')]],
        ['bad_encodings_are_refused', bad.flatMap((e) => [check(`option::is_none(&ristretto255::new_point_from_bytes(${x(e)}))`), check(`option::is_none(&ristretto255::new_compressed_point_from_bytes(${x(e)}))`)])],
        ['sums_and_products', [
            is(`ristretto255::point_add(&${pt(A)}, &${pt(B)})`, A.add(B)), is(`ristretto255::point_sub(&${pt(A)}, &${pt(B)})`, A.subtract(B)), is(`ristretto255::point_neg(&${pt(A)})`, A.negate()),
            is(`ristretto255::point_mul(&${pt(A)}, &${k(a)})`, A.multiply(a)), is(`ristretto255::basepoint_mul(&${k(a)})`, base.multiply(a)),
            is(`ristretto255::basepoint_double_mul(&${k(a)}, &${pt(A)}, &${k(b)})`, A.multiply(a).add(base.multiply(b))),
            is(`ristretto255::double_scalar_mul(&${k(a)}, &${pt(A)}, &${k(b)}, &${pt(B)})`, A.multiply(a).add(B.multiply(b))),
            is(`ristretto255::multi_scalar_mul(&vector[${pt(A)}, ${pt(B)}, ${pt(base)}], &vector[${k(a)}, ${k(b)}, ${k(7n)}])`, A.multiply(a).add(B.multiply(b)).add(base.multiply(7n))),
            is(`ristretto255::point_mul(&${pt(A)}, &ristretto255::scalar_zero())`, P.ZERO), is(`ristretto255::basepoint_mul(&ristretto255::scalar_zero())`, P.ZERO),
            is(`ristretto255::point_add(&${pt(A)}, &ristretto255::point_identity())`, A), is(`ristretto255::point_sub(&${pt(A)}, &${pt(A)})`, P.ZERO),
        ]],
        ['in_place', [
            `let p = ${pt(A)};`, `ristretto255::point_add_assign(&mut p, &${pt(B)});`, is('p', A.add(B)), `ristretto255::point_sub_assign(&mut p, &${pt(B)});`, is('p', A),
            'let c = ristretto255::point_clone(&p);', `ristretto255::point_mul_assign(&mut p, &${k(a)});`, is('p', A.multiply(a)), is('c', A),
            'ristretto255::point_neg_assign(&mut c);', is('c', A.negate()), check(`ristretto255::point_equals(&c, &${pt(A.negate())})`), check('!ristretto255::point_equals(&c, &p)'),
            check(`ristretto255::points_to_bytes(&vector[p, c]) == vector[${x(enc(A.multiply(a)))}, ${x(enc(A.negate()))}]`),
        ]],
        ['from_hashes', [
            is(`option::destroy_some(ristretto255::new_point_from_64_uniform_bytes(${x(wide)}))`, ristretto255_hasher.deriveToCurve(wide)),
            is(`ristretto255::new_point_from_sha2_512(${x(input)})`, ristretto255_hasher.deriveToCurve(sha512(input))), is(`ristretto255::new_point_from_sha512(${x(input)})`, ristretto255_hasher.deriveToCurve(sha512(input))),
            check(`option::is_none(&ristretto255::new_point_from_64_uniform_bytes(${x(wide.slice(1))}))`),
        ]],
        ['scalars', [
            isK(`ristretto255::scalar_add(&${k(a)}, &${k(b)})`, mod(a + b)), isK(`ristretto255::scalar_sub(&${k(a)}, &${k(b)})`, mod(a - b)), isK(`ristretto255::scalar_sub(&${k(b)}, &${k(a)})`, mod(b - a)),
            isK(`ristretto255::scalar_mul(&${k(a)}, &${k(b)})`, mod(a * b)), isK(`ristretto255::scalar_neg(&${k(a)})`, mod(-a)), isK('ristretto255::scalar_neg(&ristretto255::scalar_zero())', 0n),
            isK(`option::destroy_some(ristretto255::scalar_invert(&${k(a)}))`, inverse(a)), check('option::is_none(&ristretto255::scalar_invert(&ristretto255::scalar_zero()))'),
            isK('ristretto255::new_scalar_from_u8(255)', 255n), isK('ristretto255::new_scalar_from_u32(4294967295)', 4294967295n), isK('ristretto255::new_scalar_from_u64(18446744073709551615)', 2n ** 64n - 1n),
            isK('ristretto255::new_scalar_from_u128(340282366920938463463374607431768211455)', 2n ** 128n - 1n),
            isK(`ristretto255::new_scalar_from_sha2_512(${x(input)})`, mod(fromLe(sha512(input)))), isK(`option::destroy_some(ristretto255::new_scalar_uniform_from_64_bytes(${x(wide)}))`, mod(fromLe(wide))),
            isK(`option::destroy_some(ristretto255::new_scalar_reduced_from_32_bytes(${x('ff'.repeat(32))}))`, mod(2n ** 256n - 1n)),
            check(`option::is_none(&ristretto255::new_scalar_from_bytes(${x(bytes(L))}))`), check(`option::is_some(&ristretto255::new_scalar_from_bytes(${x(bytes(L - 1n))}))`), check(`option::is_none(&ristretto255::new_scalar_from_bytes(${x(bytes(5n).slice(1))}))`),
            check('ristretto255::scalar_is_zero(&ristretto255::scalar_zero()) && ristretto255::scalar_is_one(&ristretto255::scalar_one())'),
            `let s = ${k(a)};`, `ristretto255::scalar_add_assign(&mut s, &${k(b)});`, isK('s', mod(a + b)), `ristretto255::scalar_mul_assign(&mut s, &${k(b)});`, isK('s', mod((a + b) * b)),
            `ristretto255::scalar_sub_assign(&mut s, &${k(a)});`, isK('s', mod((a + b) * b - a)), 'ristretto255::scalar_neg_assign(&mut s);', isK('s', mod(a - (a + b) * b)), check('!ristretto255::scalar_equals(&s, &ristretto255::scalar_one())'),
        ]],
        ['commitments', [
            `let c = pedersen::new_commitment_for_bulletproof(&${k(a)}, &${k(b)});`, check(`pedersen::commitment_to_bytes(&c) == ${x(enc(base.multiply(a).add(H.multiply(b))))}`),
            `let d = pedersen::new_commitment(&${k(b)}, &${pt(A)}, &${k(a)}, &${pt(B)});`, check(`pedersen::commitment_to_bytes(&d) == ${x(enc(A.multiply(b).add(B.multiply(a))))}`),
            check(`pedersen::commitment_to_bytes(&pedersen::commitment_sub(&pedersen::commitment_add(&c, &d), &c)) == pedersen::commitment_to_bytes(&d)`),
            'let e = pedersen::commitment_clone(&c);', 'pedersen::commitment_add_assign(&mut e, &d);', 'pedersen::commitment_sub_assign(&mut e, &d);', check('pedersen::commitment_equals(&c, &e)'),
            check(`option::is_none(&pedersen::new_commitment_from_bytes(${x(bad[0])}))`),
        ]],
        ['ciphertexts', [
            `let bytes = ${x(join(enc(A), enc(B)))};`, 'let c = option::destroy_some(elgamal::new_ciphertext_from_bytes(bytes));', check('elgamal::ciphertext_to_bytes(&c) == bytes'),
            `let d = elgamal::new_ciphertext_no_randomness(&${k(a)});`, check(`elgamal::ciphertext_to_bytes(&elgamal::ciphertext_add(&c, &d)) == ${x(join(enc(A.add(base.multiply(a))), enc(B)))}`),
            check(`elgamal::ciphertext_to_bytes(&elgamal::ciphertext_sub(&c, &d)) == ${x(join(enc(A.subtract(base.multiply(a))), enc(B)))}`),
            'let e = elgamal::decompress_ciphertext(&elgamal::compress_ciphertext(&c));', 'elgamal::ciphertext_add_assign(&mut e, &d);', 'elgamal::ciphertext_sub_assign(&mut e, &d);', check('elgamal::ciphertext_equals(&c, &e)'),
            check(`option::is_none(&elgamal::new_ciphertext_from_bytes(${x(enc(A))}))`), check(`option::is_some(&elgamal::new_pubkey_from_bytes(${x(enc(A))}))`),
        ]],
        ['a_point_must_be_one', [`ristretto255::new_point_and_compressed_from_bytes(${x(bad[1])});`], '0x10006'],
        ['products_need_as_many_scalars_as_points', [`ristretto255::multi_scalar_mul(&vector[${pt(A)}], &vector[${k(a)}, ${k(b)}]);`], '0x10001'],
        ['products_need_points', ['ristretto255::multi_scalar_mul(&vector[], &vector[]);'], '0x10002'],
        ['points_are_limited', ['let i = 0;', 'while (i <= 10000) {', '    ristretto255::point_identity();', '    i += 1;', '}'], '0x90004'],
    ]);
}

// ---- Accounts: rotation and offers with proofs ----

{
    const alice = edKey(), bob = edKey(), next = edKey(), two = [edKey(), edKey()];
    const authKey = (k) => sha3_256(join(k.public, [0]));
    const multi = join(two[0].public, two[1].public, [2]);
    const at = (b) => `@0x${hex(b)}`;
    const challenge = (name, inner, ...keys) => keys.map((k) => edSign(signedMessage('account', name, inner), k));
    const rotation = (sequence, originator, current, pub) =>
        join(le(sequence, 8), originator, current, bcsBytes(pub));
    const A = authKey(alice), B = authKey(bob), N = authKey(next), M = sha3_256(join(multi, [1]));
    const setup = [
        'let fx = create_signer_for_test(@0x1);', 'account::initialize_for_test(&fx);', 'chain_id::initialize_for_test(&fx, 4);',
        `let alice = account::create_account_from_ed25519_public_key(${x(alice.public)});`, `let bob = account::create_account_from_ed25519_public_key(${x(bob.public)});`,
        check(`signer::address_of(&alice) == ${at(A)} && signer::address_of(&bob) == ${at(B)}`),
    ];
    const toNext = rotation(0n, A, A, next.public), [byOld, byNew] = challenge('RotationProofChallenge', toNext, alice, next);
    const rotate = (from, to, sig1, sig2) => `account::rotate_authentication_key(&alice, 0, ${x(from)}, 0, ${x(to)}, ${x(sig1)}, ${x(sig2)});`;
    const toMulti = rotation(0n, A, A, multi), signedBy = challenge('RotationProofChallenge', toMulti, alice, ...two);
    const offerRotation = join([4], le(0n, 8), A, B), offerSigner = join(le(0n, 8), A, B);
    const [rotationOffer] = challenge('RotationCapabilityOfferProofChallengeV2', offerRotation, alice);
    const [signerOffer] = challenge('SignerCapabilityOfferProofChallengeV2', offerSigner, alice);
    const [byDelegate] = challenge('RotationProofChallenge', rotation(0n, A, A, next.public), next);
    const idc = new Uint8Array(32).fill(1), iss = text('https://issuer');
    const keylessKey = join([3], bcsBytes(iss), bcsBytes(idc)), K = sha3_256(join(keylessKey, [2]));
    const [backup] = challenge('RotationProofChallenge', rotation(0n, K, K, next.public), next);
    const both = join([2], keylessKey, [0], bcsBytes(next.public), [1]);
    const single = join([1], bcsBytes(draw(64)));
    moveModule('account_vectors', ['aptos_framework::account::{Self, create_signer_for_test}', 'aptos_framework::chain_id', 'std::option', 'std::signer'], [
        ['a_key_is_rotated_with_both_proofs', [...setup, rotate(alice.public, next.public, byOld, byNew), check(`account::get_authentication_key(${at(A)}) == ${x(N)}`),
            check(`account::originating_address(${at(N)}) == option::some(${at(A)}) && account::originating_address(${at(A)}) == option::none()`)]],
        ['a_key_is_rotated_to_several', [...setup,
            `account::rotate_authentication_key(&alice, 0, ${x(alice.public)}, 1, ${x(multi)}, ${x(signedBy[0])}, ${x(join(signedBy[1], signedBy[2], [0xc0, 0, 0, 0]))});`,
            check(`account::get_authentication_key(${at(A)}) == ${x(M)}`)]],
        ['the_old_key_must_sign', [...setup, rotate(alice.public, next.public, byNew, byNew)], '0x10008'],
        ['the_new_key_must_sign', [...setup, rotate(alice.public, next.public, byOld, byOld)], '0x10008'],
        ['the_old_key_must_be_the_accounts', [...setup, rotate(next.public, next.public, byNew, byNew)], '0x40007'],
        ['a_proof_serves_once', [...setup, rotate(alice.public, next.public, byOld, byNew), rotate(next.public, alice.public, byNew, byOld)], '0x10008'],
        ['a_sequence_number_is_signed_too', [...setup, `account::set_sequence_number(${at(A)}, 1);`, rotate(alice.public, next.public, byOld, byNew)], '0x10008'],
        ['other_schemes_cannot_prove', [...setup, `account::rotate_authentication_key(&alice, 2, ${x(alice.public)}, 0, ${x(next.public)}, x"", x"");`], '0x1000c'],
        ['a_delegate_rotates', [...setup, `account::offer_rotation_capability(&alice, ${x(rotationOffer)}, 0, ${x(alice.public)}, ${at(B)});`,
            check(`account::is_rotation_capability_offered(${at(A)}) && account::get_rotation_capability_offer_for(${at(A)}) == ${at(B)}`),
            `account::rotate_authentication_key_with_rotation_capability(&bob, ${at(A)}, 0, ${x(next.public)}, ${x(byDelegate)});`,
            check(`account::get_authentication_key(${at(A)}) == ${x(N)}`), `account::revoke_rotation_capability(&alice, ${at(B)});`, check(`!account::is_rotation_capability_offered(${at(A)})`)]],
        ['nobody_else_rotates', [...setup, `account::rotate_authentication_key_with_rotation_capability(&bob, ${at(A)}, 0, ${x(next.public)}, ${x(byDelegate)});`], '0x60012'],
        ['a_signer_is_offered', [...setup, `account::offer_signer_capability(&alice, ${x(signerOffer)}, 0, ${x(alice.public)}, ${at(B)});`,
            check(`account::get_signer_capability_offer_for(${at(A)}) == ${at(B)}`), check(`signer::address_of(&account::create_authorized_signer(&bob, ${at(A)})) == ${at(A)}`),
            `account::revoke_signer_capability(&alice, ${at(B)});`, check(`!account::is_signer_capability_offered(${at(A)})`)]],
        ['a_revoked_offer_is_none', [...setup, `account::offer_signer_capability(&alice, ${x(signerOffer)}, 0, ${x(alice.public)}, ${at(B)});`, 'account::revoke_any_signer_capability(&alice);', `account::create_authorized_signer(&bob, ${at(A)});`], '0x6000e'],
        ['an_offer_must_be_signed', [...setup, `account::offer_signer_capability(&alice, ${x(rotationOffer)}, 0, ${x(alice.public)}, ${at(B)});`], '0x10008'],
        ['an_offer_is_for_one_chain', [...setup.map((l) => l.replace('&fx, 4', '&fx, 5')), `account::offer_rotation_capability(&alice, ${x(rotationOffer)}, 0, ${x(alice.public)}, ${at(B)});`], '0x10008'],
        ['keys_of_any_kind_without_proof', [...setup,
            `account::rotate_authentication_key_from_public_key_for_test(&alice, 2, ${x(single)});`, check(`account::get_authentication_key(${at(A)}) == ${x(sha3_256(join(single, [2])))}`),
            `account::rotate_authentication_key_from_public_key_for_test(&alice, 1, ${x(multi)});`, check(`account::get_authentication_key(${at(A)}) == ${x(M)}`),
            `account::rotate_authentication_key_from_public_key_for_test(&alice, 0, ${x(next.public)});`, check(`account::get_authentication_key(${at(A)}) == ${x(N)}`)]],
        ['no_such_kind', [...setup, 'account::rotate_authentication_key_from_public_key_for_test(&alice, 4, x"");'], '0x10018'],
        ['a_backup_key_for_a_keyless_account', [...setup, `let k = account::create_account_for_test(${at(K)});`,
            `account::upsert_ed25519_backup_key_on_keyless_account_for_test(&k, ${x(keylessKey)}, ${x(next.public)}, ${x(backup)});`, check(`account::get_authentication_key(${at(K)}) == ${x(sha3_256(join(both, [3])))}`)]],
        ['only_for_keyless_accounts', [...setup, `account::upsert_ed25519_backup_key_on_keyless_account_for_test(&alice, ${x(single)}, ${x(next.public)}, ${x(backup)});`], '0x10019'],
    ]);
}

// ---- Fields, groups and pairings ----

{
    // arkworks' points: little-endian, in the last byte 0x80 for the larger y (by the part with u first), 0x40 for infinity.
    const isLarger = (F, y) => {
        const minus = F.neg(y);
        return typeof y === 'bigint' ? y > minus : y.c1 === minus.c1 ? y.c0 > minus.c0 : y.c1 > minus.c1;
    };
    const coordinate = (v) => (typeof v === 'bigint' ? le(v, 32) : join(le(v.c0, 32), le(v.c1, 32)));
    const arkworks = (F) => (point, short) => {
        const { x: px, y: py } = point.toAffine();
        const bytes = short ? coordinate(px) : join(coordinate(px), coordinate(py));
        if (isLarger(F, py)) bytes[bytes.length - 1] |= 0x80;
        return bytes;
    };
    const zcash = (point, short) => {
        if (point.isTorsionFree()) return point.toBytes(short);
        const { x: px, y: py } = point.toAffine(); // of Fp2: noble refuses to write it
        const bytes = [px.c1, px.c0, ...(short ? [] : [py.c1, py.c0])].map((v) => be(v, 48));
        if (short) bytes[0][0] |= 0x80;
        return join(...bytes);
    };
    const curves = {
        bls12381: { curve: bls12_381, write: { G1: zcash, G2: zcash } },
        bn254: { curve: bn254, write: { G1: arkworks(bn254.fields.Fp), G2: arkworks(bn254.fields.Fp2) } },
    };
    for (const [name, { curve, write }] of Object.entries(curves)) {
        const { Fr } = curve.fields;
        const scalar = () => Fr.create(fromLe(draw(40)));
        const fr = (v) => `deserialize<Fr, FormatFrLsb>(&${x(le(v, 32))}).extract()`;
        const is = (v, expression) => check(`serialize<Fr, FormatFrLsb>(&${expression}) == ${x(le(v, 32))}`);
        const tests = [0, 1, 2].map((i) => {
            const [a, b] = [scalar(), scalar()];
            return [`scalars_${i}`, [
                `let (a, b) = (${fr(a)}, ${fr(b)});`, is(Fr.add(a, b), 'add(&a, &b)'), is(Fr.sub(a, b), 'sub(&a, &b)'), is(Fr.mul(a, b), 'mul(&a, &b)'),
                is(Fr.neg(a), 'neg(&a)'), is(Fr.sqr(b), 'sqr(&b)'), is(Fr.inv(a), 'inv(&a).extract()'), is(Fr.div(a, b), 'div(&a, &b).extract()'),
                check(`serialize<Fr, FormatFrMsb>(&a) == ${x(be(a, 32))}`),
            ]];
        });
        for (const G of ['G1', 'G2']) {
            const { Point } = curve[G];
            const points = Array.from({ length: 5 }, () => Point.BASE.multiply(scalar())), ks = points.map(scalar);
            const bytes = (p, short) => x(write[G](p, short));
            const read = (p, short) => `deserialize<${G}, Format${G}${short ? 'Compr' : 'Uncompr'}>(&${bytes(p, short)}).extract()`;
            const same = (p, expression) => [false, true].map((short) => check(`serialize<${G}, Format${G}${short ? 'Compr' : 'Uncompr'}>(&${expression}) == ${bytes(p, short)}`));
            const [p, q] = points;
            tests.push([`points_of_${G.toLowerCase()}`, [
                `let (p, q, k) = (${read(p, true)}, ${read(q, false)}, ${fr(ks[0])});`,
                ...same(p, 'p'), ...same(q, 'q'), ...same(p.add(q), 'add(&p, &q)'), ...same(p.subtract(q), 'sub(&p, &q)'), ...same(p.negate(), 'neg(&p)'),
                ...same(q.double(), 'double(&q)'), ...same(p.multiply(ks[0]), 'scalar_mul(&p, &k)'),
                `let points = vector[${points.map((v, i) => read(v, i % 2 === 0)).join(', ')}];`, `let scalars = vector[${ks.map(fr).join(', ')}];`,
                ...same(points.map((v, i) => v.multiply(ks[i])).reduce((a, b) => a.add(b)), 'multi_scalar_mul(&points, &scalars)'),
            ]]);
        }
        // What is on the curve, but not in the subgroup.
        const { Fp2 } = curve.fields, { Point } = curve.G2;
        const twistB = Fp2.sub(Fp2.sqr(Point.BASE.toAffine().y), Fp2.pow(Point.BASE.toAffine().x, 3n));
        let outside;
        for (let c0 = 1n; !outside; c0++) {
            const at = { c0, c1: 1n };
            try { outside = Point.fromAffine({ x: Fp2.create(at), y: Fp2.sqrt(Fp2.add(Fp2.pow(at, 3n), twistB)) }); } catch { /* no such point */ }
        }
        tests.push(['a_point_outside_g2', [false, true].map((short) =>
            check(`deserialize<G2, FormatG2${short ? 'Compr' : 'Uncompr'}>(&${x(write.G2(outside, short))}).is_none()`))]);
        const uses = 'add, deserialize, div, double, inv, mul, multi_scalar_mul, neg, scalar_mul, serialize, sqr, sub';
        moveModule(`${name}_algebra_vectors`, [
            `std::${name}_algebra::{Fr, FormatFrLsb, FormatFrMsb, G1, FormatG1Compr, FormatG1Uncompr, G2, FormatG2Compr, FormatG2Uncompr}`,
            `aptos_std::crypto_algebra::{${uses}}`,
        ], tests);
    }
}

// ---- Write or compare ----

let bad = 0;
for (const [name, content] of Object.entries(files)) {
    const at = path.join(here, name);
    if (!process.argv.includes('--check')) writeFileSync(at, content);
    else if (readFileSync(at, 'utf8') !== content) bad = console.error(`framework/tests/${name} is not what vectors.mjs makes`) ?? 1;
}
if (!bad) console.log(`${Object.keys(files).length} files of vectors`);
process.exitCode = bad;
