// Digital assets of a package of its own, published under an object by `tern move publish`, upgraded there, and driven
// through the SDK.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Account, AccountAddress, Ed25519PrivateKey, Serializer, createObjectAddress, createTokenAddress } from '@aptos-labs/ts-sdk';
import { ROOT, program, startNode } from './lib/node.mjs';
import { callEntry, submit } from './lib/publish.mjs';

const KEY = '0x' + '77'.repeat(32), TOKEN = ['0x4::token::Token'];
const execute = promisify(execFile); // not the synchronous form: it would block the SDK's connections
let node, aptos, keeper, user, other, code, work;

const publish = async (dir, ...more) => (await execute(program(), ['move', 'publish', '--url', node.urls.aptos, '--private-key', KEY,
    '--address-name', 'pets', ...more, dir])).stdout;
const run = (fn, args, signer = keeper) => callEntry(aptos, signer, `${code}::pets::${fn}`, args);
const view = async (fn, args, types = []) => (await aptos.view({ payload: { function: fn, functionArguments: args, typeArguments: types } }))[0];
const pets = (fn, ...args) => view(`${code}::pets::${fn}`, args);
const long = (address) => AccountAddress.from(address).toStringLong();
const resource = (address, type) => aptos.getAccountResource({ accountAddress: address, resourceType: type });
async function fails(promise, pattern) {
    await assert.rejects(promise, (e) => { assert.match(e.transaction?.vm_status ?? `${e.message}${e.stderr}`, pattern); return true; });
}

before(async () => {
    work = mkdtempSync(path.join(tmpdir(), 'tern-nft-'));
    node = await startNode(['--quiet']);
    aptos = node.aptos;
    [user, other] = [Account.generate(), Account.generate()];
    keeper = Account.fromPrivateKey({ privateKey: new Ed25519PrivateKey(KEY) });
    for (const a of [keeper, user, other]) await aptos.fundAccount({ accountAddress: a.accountAddress, amount: 1_000_000_000 });
    // What 0x1::object_code_deployment derives the object's address from.
    const { sequence_number: sequence } = await aptos.getAccountInfo({ accountAddress: keeper.accountAddress });
    const s = new Serializer();
    s.serializeStr('aptos_framework::object_code_deployment');
    s.serializeU64(BigInt(sequence) + 1n);
    code = createObjectAddress(keeper.accountAddress, s.toUint8Array()).toString();
});
after(async () => {
    await node?.stop();
    if (work) rmSync(work, { recursive: true, force: true });
});

let rex;

test('the package is published under an object, whose init_module makes a collection', async () => {
    assert.match(await publish('tests/move-packages/nft', '--object'), new RegExp(`Executed successfully\n1 modules at ${code}`));
    assert.equal(long((await resource(code, '0x1::object::ObjectCore')).owner), long(keeper.accountAddress));
    const issuer = createObjectAddress(AccountAddress.from(code), 'issuer');
    const collection = createObjectAddress(issuer, 'Pets').toString();
    const { name, uri, creator } = await resource(collection, '0x4::collection::Collection');
    assert.deepEqual([name, uri, long(creator)], ['Pets', 'https://pets', issuer.toString()]);
    const royalty = await resource(collection, '0x4::royalty::Royalty');
    assert.deepEqual([royalty.numerator, royalty.denominator, long(royalty.payee_address)], ['5', '100', code]);
    await run('open_shop', []);
    await fails(run('open_shop', [], other), /pets: ENOT_ISSUER\(0x2\): Only whom the issuer lets/);
    rex = createTokenAddress(issuer, 'Pets', 'Rex').toString();
});

test('a pet is born, kept, fed and given away when it has grown', async () => {
    const born = await run('mint', ['Rex', user.accountAddress]);
    const events = Object.fromEntries(born.events.map((e) => [e.type, e.data]));
    assert.equal(long(events[`${code}::pets::Born`].pet.inner), rex);
    assert.equal(long(events['0x4::collection::Mint'].token), rex);
    assert.equal(long(await pets('pet_address', 'Rex')), rex);
    await fails(run('mint', ['Other', other.accountAddress], other), /pets: ENOT_ISSUER/);
    const give = () => aptos.transferDigitalAssetTransaction({ sender: user, digitalAssetAddress: rex, recipient: other.accountAddress }).then((t) => submit(aptos, user, t));
    await fails(give(), /object: ENO_UNGATED_TRANSFERS\(0x50003\)/);
    await fails(run('feed', [rex], other), /pets: ENOT_OWNER\(0x1\)/);
    await fails(run('breed', [rex, 'Pup', user.accountAddress]), /pets: ETOO_YOUNG\(0x3\)/);
    for (let i = 0; i < 3; i++) await run('feed', [rex], user);
    assert.equal(await pets('meals', rex), '3');
    assert.equal(await view('0x4::token::uri', [rex], TOKEN), 'https://pets/grown');
    const { inner } = await resource(rex, '0x4::property_map::PropertyMap');
    assert.deepEqual(inner.data.map((e) => [e.key, e.value]), [['meals', { type: 4, value: '0x0300000000000000' }]]);
    await give();
    assert.equal(long((await resource(rex, '0x1::object::ObjectCore')).owner), long(other.accountAddress));
});

test('pets have children, up to the collection\'s size', async () => {
    await run('breed', [rex, 'Pup', user.accountAddress]);
    const pup = await pets('pet_address', 'Pup');
    assert.equal(long((await pets('parent', pup)).vec[0]), rex);
    assert.deepEqual((await pets('parent', rex)).vec, []);
    await run('mint', ['Kit', user.accountAddress]);
    await fails(run('mint', ['More', user.accountAddress]), /collection: ECOLLECTION_SUPPLY_EXCEEDED\(0x20002\)/);
    const released = await run('release', [pup], user);
    assert.equal(long(released.events.find((e) => e.type === '0x4::collection::Burn').data.token), long(pup));
    await assert.rejects(resource(pup, `${code}::pets::Pet`), /resource_not_found/);
    await run('mint', ['More', user.accountAddress]);
});

test('the package under the object is upgraded by its owner, and by nobody else', async () => {
    const next = path.join(work, 'nft');
    cpSync(path.join(ROOT, 'tests/move-packages/nft'), next, { recursive: true });
    const file = path.join(next, 'sources/pets.move'), source = readFileSync(file, 'utf8');
    const added = '    #[view]\n    public fun is_grown(pet: Object<Pet>): bool acquires Pet {\n        meals(pet) >= GROWN_UP\n    }\n}\n';
    writeFileSync(file, source.trimEnd().replace(/\}$/, '\n' + added));
    assert.match(await publish(next, '--code-object', code), /Executed successfully/);
    // The SDK keeps the module that it knows for minutes.
    const grown = await fetch(`${node.urls.aptos}/view`, { method: 'POST', headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ function: `${code}::pets::is_grown`, type_arguments: [], arguments: [rex] }) });
    assert.deepEqual(await grown.json(), [true]);
    const { packages } = await resource(code, '0x1::code::PackageRegistry');
    assert.deepEqual(packages.map((p) => [p.name, p.upgrade_number]), [['Pets', '1']]);
    const stranger = ['--private-key', '0x' + '78'.repeat(32), '--fund', '--faucet-url', node.urls.faucet];
    await fails(publish(next, '--code-object', code, ...stranger), /ENOT_CODE_OBJECT_OWNER\(0x50002\)/);
    await fails(publish(next, '--code-object', code, '--object'), /--object and --code-object exclude each other/);
    await fails(publish(next, '--code-object', 'pets'), /--code-object: expected 0x/);
    // What the upgrade must keep: a field that is gone is refused.
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(/parent: Option<address>,\n/g, '').replaceAll(/^ *parent,\n/gm, '')
        .replaceAll(' parent: _,', '').replace(/public fun parent[^}]*\}/, 'public fun parent(_pet: Object<Pet>): Option<address> { option::none() }'));
    await fails(publish(next, '--code-object', code), /BACKWARD_INCOMPATIBLE_MODULE_UPDATE|status 1|does not compile|failed/);
    assert.equal(await pets('meals', rex), '3');
});
