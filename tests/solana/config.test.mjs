// The Config program. litesvm has none to stand beside Tern's: the cases and what is expected of them are those of the
// program's own tests (solana-program/config, program/tests/functional.rs), compute units nearly.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as t from './lib.mjs';

const CONFIG = 'Config1111111111111111111111111111111111111';
const payer = t.keypair('payer').address, config = t.keypair('config').address, pubkey = t.randomKey('pubkey');
const [signer0, signer1, signer2] = [0, 1, 2].map((i) => t.keypair(`signer ${i}`).address);
const blockhash = t.randomKey('blockhash');

const stored = (keys, item) => t.cat(t.compact(keys.length), ...keys.flatMap(([k, signs]) => [t.key(k), t.u8(signs ? 1 : 0)]), t.u64(item));
/** As the client's `store`: the account, then the keys that sign and are others. */
const metas = (signs, keys) => [signs ? t.ws(config) : t.w(config), ...keys.filter(([k, s]) => s && k !== config).map(([k]) => t.s(k))];
const refused = (error) => ({ InstructionError: [0, error] });

async function open(data, owner = CONFIG) {
    const tern = new t.Tern();
    await tern.ask({ genesis: true });
    await tern.ask({ bank: { slot: '10', blockhash } });
    await tern.setAccount(payer, { lamports: 10n ** 12n, owner: t.SYSTEM, data: Buffer.alloc(0) });
    await tern.setAccount(config, { lamports: 10n ** 9n, owner, data });
    tern.store = async (accounts, bytes) => {
        const message = t.compile(payer, [{ program: CONFIG, accounts, data: bytes }], blockhash);
        return tern.ask({ transaction: t.transaction(message).toString('base64'), anyBlockhash: true });
    };
    tern.data = async () => Buffer.from((await tern.ask({ get: config })).data, 'base64');
    return tern;
}

async function each(data, owner, cases) {
    const tern = await open(data, owner);
    try {
        for (const [accounts, bytes, error, units] of cases) {
            const r = await tern.store(accounts, bytes);
            assert.deepEqual(r.error, error && refused(error), r.logs.join('\n'));
            if (error) continue;
            assert.deepEqual(await tern.data(), bytes);
            assert.ok(Math.abs(Number(r.units) - units) <= 100, `${r.units} units, the bytecode uses ${units}`);
        }
    } finally { tern.end(); }
}

test('an account is created and stored to', () => each(Buffer.alloc(9), CONFIG, [
    [[t.ws(config)], stored([], 123456789n), null, 584],
    [metas(true, []), stored([], 42n), null, 584],
]));

test('what is too large, or not signed by the account', () => each(stored([], 123456789n), CONFIG, [
    [metas(true, []), Buffer.alloc(123), 'InvalidInstructionData'],
    [metas(false, []), stored([], 42n), 'MissingRequiredSignature'],
]));

const three = [[pubkey, false], [signer0, true], [signer1, true]];
test('more signers, and updates that they all sign', () => each(stored(three, 1n), CONFIG, [
    [metas(true, three), stored(three, 42n), null, 3253],
    [metas(false, three), stored(three, 84n), null, 3254],
    [metas(false, three.slice(0, 2)), stored(three.slice(0, 2), 42n), 'MissingRequiredSignature'],
    [metas(false, [...three.slice(0, 2), [signer2, true]]), stored([...three.slice(0, 2), [signer2, true]], 42n), 'MissingRequiredSignature'],
    [metas(true, [three[0], three[1], three[1]]), stored([three[0], three[1], three[1]], 42n), 'InvalidArgument'],
]));

test('a wrong signer, and one that has not signed', () => each(stored([[signer0, true]], 1n), CONFIG, [
    [[t.ws(config), t.ws(t.keypair('bad').address)], stored([[signer0, true]], 42n), 'MissingRequiredSignature'],
    [[t.ws(config), t.r(signer0)], stored([[signer0, true]], 42n), 'MissingRequiredSignature'],
]));

test('duplicates at the start', () => each(Buffer.alloc(108), CONFIG, [
    [metas(true, [three[0], three[1], three[1]]), stored([three[0], three[1], three[1]], 42n), 'InvalidArgument'],
]));

const withConfig = [[pubkey, false], [signer0, true], [config, true]];
test('updates that the account itself must sign', () => each(stored(withConfig, 1n), CONFIG, [
    [metas(true, withConfig), stored(withConfig, 42n), null, 3352],
    [metas(true, [withConfig[0], withConfig[2]]), stored([withConfig[0], withConfig[2]], 128n), 'MissingRequiredSignature'],
]));

test('no accounts, another owner, no data', async () => {
    await each(stored([], 1n), CONFIG, [[[], stored([], 1n), 'NotEnoughAccountKeys']]);
    await each(stored([], 1n), t.SYSTEM, [[[t.ws(config)], stored([], 1n), 'InvalidAccountOwner']]);
    await each(Buffer.alloc(0), CONFIG, [[[t.ws(config)], stored([], 1n), 'InvalidAccountData']]);
    await each(stored([], 1n), CONFIG, [[[t.ws(config)], Buffer.alloc(0), 'InvalidInstructionData']]);
    await each(stored([], 1n), CONFIG, [[[t.ws(config)], t.cat(t.u8(38), Buffer.alloc(100)), 'InvalidInstructionData']]);
});
