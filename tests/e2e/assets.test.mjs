// Objects, fungible assets and tokens: the flows of the Aptos SDK against the framework at 0x1, 0x3 and 0x4, and a
// package with assets of its own (tests/move-packages/assets). Addresses are those that the SDK computes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
    Account, AccountAddress, MoveVector, Serializer, createObjectAddress, createTokenAddress, createUserDerivedObjectAddress,
} from '@aptos-labs/ts-sdk';
import { compileMove } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, packageMetadata, publish, submit } from './lib/publish.mjs';

const NATIVE = '0x1::aptos_coin::AptosCoin';
const METADATA = '0x1::fungible_asset::Metadata';
let node, aptos, creator, other, at;

before(async () => {
    node = await startNode(['--quiet']);
    aptos = node.aptos;
    creator = Account.generate();
    other = Account.generate();
    at = creator.accountAddress.toString();
    for (const a of [creator, other]) await aptos.fundAccount({ accountAddress: a.accountAddress, amount: 10_000_000_000 });
    const names = ['checks', 'managed', 'reentrant', 'taxed'];
    await publish(aptos, creator, 'Assets', names, compileMove('tests/move-packages/assets', { assets: at }));
});

after(() => node?.stop());

const view = (fn, args = [], types = []) =>
    aptos.view({ payload: { function: fn, functionArguments: args, typeArguments: types } }).then((r) => r[0]);
const run = (fn, args = [], signer = creator) => callEntry(aptos, signer, `${at}::${fn}`, args);
const resource = (address, type) => aptos.getAccountResource({ accountAddress: address, resourceType: type });
const named = (seed) => createObjectAddress(creator.accountAddress, seed).toString();
const store = (owner, asset) => createUserDerivedObjectAddress(AccountAddress.from(owner), AccountAddress.from(asset)).toString();
const long = (address) => AccountAddress.from(address).toStringLong();
const balance = (owner, asset) => aptos.getBalance({ accountAddress: owner, asset });
const done = async (building, signer = creator) => submit(aptos, signer, await building);

async function fails(promise, pattern) {
    let text;
    await assert.rejects(promise, (e) => { text = e.transaction?.vm_status ?? e.message; return true; });
    assert.match(text, pattern);
}

test('digital assets: a collection, a token, its owner, its fields and properties', async () => {
    await done(aptos.createCollectionTransaction({
        creator, name: 'Birds', description: 'of the air', uri: 'https://birds', maxSupply: 3, royaltyNumerator: 5, royaltyDenominator: 100,
    }));
    const collection = createObjectAddress(creator.accountAddress, 'Birds').toString();
    assert.equal((await resource(collection, '0x4::collection::Collection')).name, 'Birds');
    assert.equal(await view('0x4::collection::creator', [collection], ['0x4::collection::Collection']), at);
    const minted = await done(aptos.mintDigitalAssetTransaction({
        creator, collection: 'Birds', name: 'Jay', description: 'blue', uri: 'https://jay',
        propertyKeys: ['legs', 'flies', 'latin'], propertyTypes: ['U64', 'BOOLEAN', 'STRING'], propertyValues: [2, true, 'garrulus'],
    }));
    const mint = minted.events.find((e) => e.type === '0x4::collection::Mint').data;
    assert.deepEqual([long(mint.collection), mint.index.value], [collection, '1']);
    const token = long(mint.token), type = ['0x4::token::Token'];
    assert.equal(await view('0x4::token::name', [token], type), 'Jay');
    assert.equal(await view('0x4::token::royalty', [token], type).then((r) => r.vec[0].numerator), '5');
    assert.deepEqual(await view('0x4::collection::count', [collection], ['0x4::collection::Collection']), { vec: ['1'] });

    await done(aptos.setDigitalAssetNameTransaction({ creator, name: 'Magpie', digitalAssetAddress: token }));
    await done(aptos.setDigitalAssetDescriptionTransaction({ creator, description: 'black and white', digitalAssetAddress: token }));
    await done(aptos.setDigitalAssetURITransaction({ creator, uri: 'https://magpie', digitalAssetAddress: token }));
    assert.equal(await view('0x4::token::name', [token], type), 'Magpie');
    assert.equal((await resource(token, '0x4::token::Token')).uri, 'https://magpie');

    const property = { creator, digitalAssetAddress: token };
    await done(aptos.addDigitalAssetPropertyTransaction({ ...property, propertyKey: 'eggs', propertyType: 'U8', propertyValue: 6 }));
    await done(aptos.addDigitalAssetTypedPropertyTransaction({ ...property, propertyKey: 'kind', propertyType: 'STRING', propertyValue: 'pica' }));
    await done(aptos.updateDigitalAssetPropertyTransaction({ ...property, propertyKey: 'legs', propertyType: 'U64', propertyValue: 3 }));
    await done(aptos.updateDigitalAssetTypedPropertyTransaction({ ...property, propertyKey: 'kind', propertyType: 'STRING', propertyValue: 'pica pica' }));
    await done(aptos.removeDigitalAssetPropertyTransaction({ ...property, propertyKey: 'latin', propertyType: 'STRING', propertyValue: '' }));
    const map = await resource(token, '0x4::property_map::PropertyMap');
    const properties = Object.fromEntries(map.inner.data.map((e) => [e.key, [e.value.type, e.value.value]]));
    assert.deepEqual(properties, {
        legs: [4, '0x0300000000000000'], flies: [0, '0x01'], eggs: [1, '0x06'], kind: [9, '0x09706963612070696361'],
    });

    await done(aptos.freezeDigitalAssetTransaferTransaction({ creator, digitalAssetAddress: token }));
    const transfer = (sender, recipient) => aptos.transferDigitalAssetTransaction({ sender, digitalAssetAddress: token, recipient });
    await fails(done(transfer(creator, other.accountAddress)), /object: ENO_UNGATED_TRANSFERS\(0x50003\)/);
    await done(aptos.unfreezeDigitalAssetTransaferTransaction({ creator, digitalAssetAddress: token }));
    const moved = await done(transfer(creator, other.accountAddress));
    const { object, from, to } = moved.events.find((e) => e.type === '0x1::object::Transfer').data;
    assert.deepEqual([object, from, to].map(long), [token, at, other.accountAddress].map(long));
    assert.equal(long((await resource(token, '0x1::object::ObjectCore')).owner), long(other.accountAddress));
    await fails(done(transfer(creator, creator.accountAddress)), /object: ENOT_OBJECT_OWNER\(0x50004\)/);

    const burned = await done(aptos.burnDigitalAssetTransaction({ creator, digitalAssetAddress: token }));
    assert.equal(long(burned.events.find((e) => e.type === '0x4::collection::Burn').data.previous_owner), long(other.accountAddress));
    await assert.rejects(resource(token, '0x4::token::Token'), /resource_not_found/);
});

test('digital assets: a soul-bound token stays, a collection has its limit', async () => {
    await done(aptos.createCollectionTransaction({ creator, name: 'Souls', description: '', uri: '', maxSupply: 1 }));
    const mint = (name) => aptos.mintSoulBoundTransaction({
        account: creator, collection: 'Souls', name, description: '', uri: '', recipient: other.accountAddress,
    });
    const minted = await done(mint('One'));
    const token = minted.events.find((e) => e.type === '0x4::collection::Mint').data.token;
    await fails(done(aptos.transferDigitalAssetTransaction({
        sender: other, digitalAssetAddress: token, recipient: creator.accountAddress,
    }), other), /object: ENO_UNGATED_TRANSFERS/);
    await fails(done(mint('Two')), /collection: ECOLLECTION_SUPPLY_EXCEEDED\(0x20002\)/);
});

test('digital assets, collections, objects and assets as the SDK asks an indexer for them', async () => {
    const alice = Account.generate(), bob = Account.generate();
    for (const a of [alice, bob]) await aptos.fundAccount({ accountAddress: a.accountAddress, amount: 1_000_000_000 });
    const made = (name, maxSupply) => done(aptos.createCollectionTransaction({
        creator: alice, name, description: `of ${name}`, uri: `https://${name}`, ...(maxSupply ? { maxSupply } : {}),
    }), alice);
    await made('Stamps', 10);
    await made('Coins');
    const mint = async (collection, name, properties = {}) => long((await done(aptos.mintDigitalAssetTransaction({
        creator: alice, collection, name, description: `a ${name}`, uri: `https://${name}`, ...properties,
    }), alice)).events.find((e) => e.type === '0x4::collection::Mint').data.token);
    const penny = await mint('Stamps', 'Penny Black', {
        propertyKeys: ['year', 'used', 'by', 'seal'], propertyTypes: ['U64', 'BOOLEAN', 'STRING', 'ADDRESS'], propertyValues: [1840, true, 'Hill', bob.accountAddress],
    });
    const blue = await mint('Stamps', 'Two Blue'), dime = await mint('Coins', 'Dime');
    await done(aptos.transferDigitalAssetTransaction({ sender: alice, digitalAssetAddress: blue, recipient: bob.accountAddress }), alice);
    const stamps = createObjectAddress(alice.accountAddress, 'Stamps').toString();

    const owned = await aptos.getOwnedDigitalAssets({ ownerAddress: alice.accountAddress });
    assert.deepEqual(owned.map((o) => o.token_data_id).sort(), [penny, dime].sort());
    const one = owned.find((o) => o.token_data_id === penny), token = one.current_token_data;
    assert.deepEqual([one.owner_address, one.amount, one.token_standard, one.is_soulbound_v2], [long(alice.accountAddress), 1, 'v2', false]);
    assert.deepEqual([token.token_name, token.token_uri, token.description, token.collection_id], ['Penny Black', 'https://Penny Black', 'a Penny Black', stamps]);
    assert.deepEqual(token.token_properties, { year: '1840', used: 'true', by: 'Hill', seal: long(bob.accountAddress) });
    const { collection_name: name, creator_address: by, current_supply: supply, max_supply: max, total_minted_v2: minted, uri } = token.current_collection;
    assert.deepEqual([name, long(by), supply, max, minted, uri], ['Stamps', long(alice.accountAddress), 2, 10, 2, 'https://Stamps']);

    assert.equal((await aptos.getDigitalAssetData({ digitalAssetAddress: blue })).token_name, 'Two Blue');
    assert.equal((await aptos.getCurrentDigitalAssetOwnership({ digitalAssetAddress: blue })).owner_address, long(bob.accountAddress));
    assert.equal(await aptos.getAccountTokensCount({ accountAddress: bob.accountAddress }), 1);
    assert.deepEqual((await aptos.getAccountOwnedTokensFromCollectionAddress({ accountAddress: alice.accountAddress, collectionAddress: stamps })).map((o) => o.token_data_id), [penny]);
    const collections = await aptos.getAccountCollectionsWithOwnedTokens({ accountAddress: alice.accountAddress, options: { orderBy: [{ collection_name: 'asc' }] } });
    assert.deepEqual(collections.map((c) => [c.collection_name, c.distinct_tokens]), [['Coins', 1], ['Stamps', 1]]);
    assert.equal(await aptos.getCollectionId({ creatorAddress: alice.accountAddress, collectionName: 'Stamps' }), stamps);
    assert.equal((await aptos.getCollectionDataByCollectionId({ collectionId: stamps })).description, 'of Stamps');
    const ordered = await aptos.getOwnedDigitalAssets({ ownerAddress: alice.accountAddress, options: { orderBy: [{ token_data_id: 'desc' }], limit: 1, offset: 1 } });
    assert.deepEqual(ordered.map((o) => o.token_data_id), [penny, dime].sort().slice(0, 1));
    assert.deepEqual(await aptos.getOwnedDigitalAssets({ ownerAddress: Account.generate().accountAddress }), []);

    const data = await aptos.getObjectDataByObjectAddress({ objectAddress: penny });
    const changed = (await aptos.getAccountTransactions({ accountAddress: alice.accountAddress })).flatMap((t) => t.changes);
    assert.deepEqual([data.object_address, data.owner_address, data.allow_ungated_transfer, data.is_deleted], [penny, long(alice.accountAddress), true, false]);
    assert.ok(changed.some((c) => c.address && long(c.address) === penny && c.state_key_hash === data.state_key_hash));
    const [apt] = await aptos.getFungibleAssetMetadata({ options: { where: { asset_type: { _eq: AccountAddress.A.toStringLong() } } } });
    const info = await resource(AccountAddress.A, METADATA);
    assert.deepEqual([apt.name, apt.symbol, apt.decimals], [info.name, info.symbol, info.decimals]);
    await assert.rejects(aptos.getFungibleAssetMetadata({ options: { where: { nonsense: { _eq: 1 } } } }), /there is no field of that name/);
    await assert.rejects(aptos.getFungibleAssetMetadata({ options: { where: { name: { _similar: 'x' } } } }), /_eq, _neq, _in/);
});

test('a fungible asset: metadata, minting, transfers of the SDK, freezing, burning', async () => {
    const asset = named('MANAGED'), to = Account.generate().accountAddress.toString();
    const metadata = await resource(asset, METADATA);
    assert.deepEqual(metadata, { name: 'Managed', symbol: 'MAN', decimals: 6, icon_uri: 'https://icon', project_uri: 'https://project' });
    assert.equal(await view(`${at}::managed::metadata`).then((o) => long(o.inner)), asset);
    await run('managed::mint', [at, 1000]);
    assert.equal(await balance(at, asset), 1000);
    const sent = await done(aptos.transferFungibleAsset({ sender: creator, fungibleAssetMetadataAddress: asset, recipient: to, amount: 300 }));
    const moved = sent.events.filter((e) => e.type.startsWith('0x1::fungible_asset'));
    assert.deepEqual(moved.map((e) => [e.type, e.data.amount, long(e.data.store)]), [
        ['0x1::fungible_asset::Withdraw', '300', store(at, asset)], ['0x1::fungible_asset::Deposit', '300', store(to, asset)],
    ]);
    assert.equal(await balance(to, asset), 300);
    const inStore = await resource(store(to, asset), '0x1::fungible_asset::FungibleStore');
    assert.deepEqual([inStore.balance, inStore.frozen, long(inStore.metadata.inner)], ['300', false, asset]);
    await done(aptos.transferFungibleAssetBetweenStores({ sender: creator, fromStore: store(at, asset), toStore: store(to, asset), amount: 50 }));
    await callEntry(aptos, creator, '0x1::aptos_account::batch_transfer_fungible_assets', [asset, [to, to], [10, 20]]);
    assert.equal(await balance(to, asset), 380);

    await run('managed::set_frozen', [at, true]);
    assert.equal(await view('0x1::primary_fungible_store::is_frozen', [at, asset], [METADATA]), true);
    await fails(done(aptos.transferFungibleAsset({ sender: creator, fungibleAssetMetadataAddress: asset, recipient: to, amount: 1 })),
        /fungible_asset: ESTORE_IS_FROZEN\(0x50003\)/);
    await run('managed::force_transfer', [at, to, 20]);
    await run('managed::set_frozen', [at, false]);
    await run('managed::burn', [to, 100]);
    assert.equal(await balance(to, asset), 300);
    assert.deepEqual(await view('0x1::fungible_asset::supply', [asset], [METADATA]), { vec: ['900'] });
    assert.deepEqual(await view('0x1::fungible_asset::maximum', [asset], [METADATA]), { vec: ['1000000'] });
    await fails(run('managed::mint', [at, 999101]), /fungible_asset: EMAX_SUPPLY_EXCEEDED\(0x20005\)/);
    await fails(done(aptos.transferFungibleAsset({ sender: creator, fungibleAssetMetadataAddress: asset, recipient: to, amount: 601 })),
        /fungible_asset: EINSUFFICIENT_BALANCE\(0x10004\)/);
    await fails(done(aptos.transferFungibleAssetBetweenStores({ sender: other, fromStore: store(at, asset), toStore: store(to, asset), amount: 1 }), other),
        /fungible_asset: ENOT_STORE_OWNER\(0x50008\)/);
    await run('managed::rename', ['Renamed']);
    assert.equal(await view('0x1::fungible_asset::name', [asset], [METADATA]), 'Renamed');
    await fails(run('managed::rename', ['x'.repeat(33)]), /fungible_asset: ENAME_TOO_LONG\(0x2000f\)/);
    await run('managed::check_store');
});

test('a fungible asset with functions of its own', async () => {
    const asset = named('TAXED'), to = Account.generate().accountAddress.toString();
    await run('taxed::mint', [other.accountAddress, 1000]);
    const told = (owner) => view('0x1::primary_fungible_store::balance', [owner, asset], [METADATA]);
    assert.equal(await told(other.accountAddress), '100000');
    await done(aptos.transferFungibleAsset({ sender: other, fungibleAssetMetadataAddress: asset, recipient: to, amount: 100 }), other);
    assert.equal(await told(to), '9000');
    assert.equal(await told(at), '1000');
    assert.equal(await balance(to, asset), 90); // the API reads the store
    assert.equal(await view(`${at}::taxed::withdrawals`), '1');
    assert.deepEqual(await view('0x1::dispatchable_fungible_asset::derived_supply', [asset], [METADATA]), { vec: ['42'] });
    const transfer = (expected) => callEntry(aptos, other, '0x1::primary_fungible_store::transfer_assert_minimum_deposit', [asset, to, 100, expected], [METADATA]);
    await fails(transfer(90), /fungible_asset: EINVALID_DISPATCHABLE_OPERATIONS\(0x1001c\)/);
    await fails(run('taxed::withdraw_plainly', [], other), /fungible_asset: EINVALID_DISPATCHABLE_OPERATIONS/);
    await fails(run('taxed::transfer_from_inside', [to, 1], other), /Execution failed in 0x1::dispatchable_fungible_asset::withdraw/);
    await fails(run('taxed::register_wrongly'), /fungible_asset: EDEPOSIT_FUNCTION_SIGNATURE_MISMATCH\(0x1001a\)/);
    await fails(done(aptos.transferFungibleAsset({ sender: creator, fungibleAssetMetadataAddress: named('REENTRANT'), recipient: to, amount: 1 })),
        /Execution failed in .*::reentrant::withdraw/);
});

test('the native coin and the asset at 0xa are one', async () => {
    const to = Account.generate().accountAddress;
    assert.deepEqual(await view('0x1::coin::paired_metadata', [], [NATIVE]), { vec: [{ inner: '0xa' }] });
    const paired = await view('0x1::coin::paired_coin', ['0xa']);
    assert.equal(Buffer.from(paired.vec[0].struct_name.slice(2), 'hex').toString(), 'AptosCoin');
    assert.equal((await resource('0xa', METADATA)).symbol, 'ETH');
    await done(aptos.transferCoinTransaction({ sender: creator.accountAddress, recipient: to, amount: 700 }));
    await done(aptos.transferFungibleAsset({ sender: creator, fungibleAssetMetadataAddress: AccountAddress.A, recipient: to, amount: 70 }));
    await callEntry(aptos, creator, '0x1::coin::transfer', [to, 7], [NATIVE]);
    for (const asset of [NATIVE, '0xa']) assert.equal(await balance(to, asset), 777);
    assert.equal(await view('0x1::coin::balance', [to], [NATIVE]), '777');
    assert.equal(await view('0x1::primary_fungible_store::balance', [to, '0xa'], [METADATA]), '777');
    assert.equal(await aptos.getAccountAPTAmount({ accountAddress: to }), 777);
    assert.equal((await resource(store(to.toString(), '0xa'), '0x1::fungible_asset::FungibleStore')).balance, '777');
    await run('checks::check_pair');
});

test('objects, aggregators and tokens as a package uses them', async () => {
    await run('checks::check_objects');
    await run('checks::check_aggregators');
    await run('checks::check_tokens', [other.accountAddress]);
    assert.equal(await view('0x4::token::name', [createTokenAddress(creator.accountAddress, 'C', 'T')], ['0x4::token::Token']), 'T2');
    await run('checks::keep_extend_ref');
    await run('checks::extend');
    const resources = await aptos.getAccountResources({ accountAddress: named('kept') });
    assert.deepEqual(resources.map((r) => r.type.split('::')[2]).sort(), ['Kept', 'ObjectCore', 'Thing']);
    await fails(run('checks::fail_transfer_of_others'), /object: ENOT_OBJECT_OWNER\(0x50004\)/);
    await fails(run('checks::fail_same_object_twice'), /object: EOBJECT_EXISTS\(0x80001\)/);
    await fails(run('checks::fail_aggregator_overflow'), /aggregator_v2: EAGGREGATOR_OVERFLOW\(0x20001\)/);
    await fails(run('checks::fail_aggregator_type'), /aggregator_v2: .*0x30007/);
    await fails(run('checks::fail_too_many_tokens'), /collection: ECOLLECTION_SUPPLY_EXCEEDED/);
});

test('tokens of 0x3', async () => {
    const done = await run('checks::check_old_tokens');
    const types = done.events.map((e) => e.type).filter((t) => t.startsWith('0x3::'));
    assert.ok(['CreateCollection', 'TokenDataCreation', 'Mint', 'TokenDeposit', 'TokenWithdraw', 'MutatePropertyMap', 'Burn']
        .every((name) => types.includes(`0x3::token::${name}`)), types.join());
});

// The module compiled for the address of the object that it will be published to.
function codeFor(address) {
    return compileMove('tests/move-packages/crossing', { crossing: address });
}

test('code under an object: published, upgraded by the owner, frozen', async () => {
    const deployer = Account.generate();
    await aptos.fundAccount({ accountAddress: deployer.accountAddress, amount: 1_000_000_000 });
    const { sequence_number: sequence } = await aptos.getAccountInfo({ accountAddress: deployer.accountAddress });
    const s = new Serializer(); // the seed of 0x1::object_code_deployment
    s.serializeStr('aptos_framework::object_code_deployment');
    s.serializeU64(BigInt(sequence) + 1n);
    const object = createObjectAddress(deployer.accountAddress, s.toUint8Array()).toString();
    const code = codeFor(object).map((m) => MoveVector.U8(m));
    const names = (await import('node:fs')).readdirSync('tests/move-packages/crossing/sources').map((f) => f.replace('.move', '')).sort();
    const call = (fn, signer, ...rest) => callEntry(aptos, signer, `0x1::object_code_deployment::${fn}`, rest);
    const metadata = MoveVector.U8(packageMetadata('Objected', names));
    const published = await call('publish', deployer, metadata, new MoveVector(code));
    assert.equal(long(published.events.find((e) => e.type === '0x1::object_code_deployment::Publish').data.object_address), object);
    assert.equal((await aptos.getAccountModules({ accountAddress: object })).length, code.length);
    await fails(call('upgrade', other, metadata, new MoveVector(code), object), /object_code_deployment: ENOT_CODE_OBJECT_OWNER\(0x50002\)/);
    await call('upgrade', deployer, metadata, new MoveVector(code), object);
    const registry = await resource(object, '0x1::code::PackageRegistry');
    assert.deepEqual(registry.packages.map((p) => [p.name, p.upgrade_number]), [['Objected', '1']]);
    await fails(call('freeze_code_object', other, object), /code: ENOT_PACKAGE_OWNER\(0x50009\)/);
    await call('freeze_code_object', deployer, object);
    await fails(call('upgrade', deployer, metadata, new MoveVector(code), object), /code: EUPGRADE_IMMUTABLE\(0x10002\)/);
});
