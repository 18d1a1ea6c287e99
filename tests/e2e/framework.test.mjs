// The Move framework at 0x1 as packages use it (tests/move-packages/framework): its checks assert for themselves, its
// failures end with the codes that are known elsewhere. And publishing: upgrades and what they may not do.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Account, Serializer } from '@aptos-labs/ts-sdk';
import { compileMove } from './lib/compile.mjs';
import { startNode } from './lib/node.mjs';
import { callEntry, packageMetadata, publish } from './lib/publish.mjs';

let node, account, owner, modules;

before(async () => {
    node = await startNode(['--quiet']);
    account = Account.generate();
    owner = account.accountAddress.toString();
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 1_000_000_000 });
    modules = compileMove('tests/move-packages/framework', { checks: owner });
    await publish(node.aptos, account, 'FrameworkChecks', ['checks'], modules);
});

after(() => node?.stop());

const run = (fn, ...args) => callEntry(node.aptos, account, `${owner}::checks::${fn}`, args);

// The status of a transaction that fails.
async function status(promise) {
    let text;
    await assert.rejects(promise, (e) => { text = e.transaction?.vm_status ?? e.message; return true; });
    return text;
}
const fails = async (fn, pattern, ...args) => assert.match(await status(run(fn, ...args)), pattern, fn);

test('coins are issued, moved, burned and frozen', async () => {
    const done = await run('check_issuing');
    const type = `${done.sender.replace(/^0x0+/, '0x')}::checks::Gold`;
    const named = (name) => done.events.filter((e) => e.type === `0x1::${name}`);
    const [pair] = named('coin::PairCreation');
    assert.equal(pair.data.coin_type.account_address, type.split('::')[0]);
    assert.deepEqual(named('fungible_asset::Deposit').map((e) => e.data.amount), ['1000', '250']);
    assert.deepEqual(named('fungible_asset::Withdraw').map((e) => e.data.amount), ['100', '300']);
    const info = await node.aptos.getAccountResource({ accountAddress: owner, resourceType: `0x1::coin::CoinInfo<${owner}::checks::Gold>` });
    assert.equal(info.supply.vec[0].integer.vec[0].value, '0');
    assert.deepEqual(info.supply.vec[0].aggregator.vec, []);
    const asset = pair.data.fungible_asset_metadata_address;
    assert.equal(await node.aptos.getBalance({ accountAddress: owner, asset: type }), 850);
    assert.equal(await node.aptos.getBalance({ accountAddress: owner, asset }), 850);
    const supply = await node.aptos.getAccountResource({ accountAddress: asset, resourceType: '0x1::fungible_asset::ConcurrentSupply' });
    assert.equal(supply.current.value, '850');
    await fails('check_issuing', /Move abort in .*checks: 0xca26cbd9be0b0000/i);
});

test('a frozen store refuses, and gives again when thawed', async () => {
    const to = Account.generate().accountAddress.toString();
    await run('set_own_frozen', true);
    await fails('give', /fungible_asset: ESTORE_IS_FROZEN\(0x50003\)/, to, 1);
    await run('set_own_frozen', false);
    await run('give', to, 40);
    const [balance] = await node.aptos.view({ payload: { function: '0x1::coin::balance', typeArguments: [`${owner}::checks::Gold`], functionArguments: [to] } });
    assert.equal(balance, '40');
});

test('managed coins, the native coin, types, bytes and order', async () => {
    await run('check_managed');
    await run('check_native', Account.generate().accountAddress.toString());
    await run('check_types');
    await run('check_bytes');
    await run('check_order');
});

test('tables keep what one transaction leaves for the next', async () => {
    await run('check_tables');
    await run('check_tables_later');
    const tables = await node.aptos.getAccountResource({ accountAddress: owner, resourceType: `${owner}::checks::Tables` });
    const item = await node.aptos.getTableItem({ handle: tables.names.handle, data: { key_type: '0x1::string::String', value_type: 'vector<u64>', key: 'new' } });
    assert.deepEqual(item, ['5', '6']);
});

test('events count by handle; module events do not', async () => {
    const { events } = await run('check_events');
    const happened = events.filter((e) => e.type.endsWith('::Happened'));
    assert.deepEqual(happened.map((e) => [e.sequence_number, e.data.n]), [['0', '1'], ['1', '2'], ['0', '3']]);
    assert.equal(Number(happened[2].guid.creation_number), Number(happened[0].guid.creation_number) + 1);
    const noted = events.find((e) => e.type.endsWith('::Noted'));
    assert.deepEqual([noted.guid.creation_number, noted.sequence_number, noted.data.n], ['0', '0', '4']);
    assert.match(noted.guid.account_address, /^0x0+$/);
});

test('resource accounts', async () => {
    await run('check_resource_account');
    await fails('fail_resource_account_twice', /account: ERESOURCE_ACCCOUNT_EXISTS\(0x8000f\)/);
});

test('time, block, chain and transaction', async () => {
    const { block_height, chain_id } = await node.aptos.getLedgerInfo();
    await run('check_context', Number(block_height), chain_id);
});

test('failures end with the known codes', async () => {
    const cases = {
        fail_withdraw: /fungible_asset: EINSUFFICIENT_BALANCE\(0x10004\)/,
        fail_not_issuer: /coin: ECOIN_INFO_ADDRESS_MISMATCH\(0x10001\)/,
        fail_no_coin: /Execution failed in 0x1::coin::name at code offset|MISSING_DATA/,
        fail_table_twice: /table: 0x6407/,
        fail_table_missing: /table: 0x6507/,
        fail_table_not_empty: /table_with_length: ENOT_EMPTY\(0x30066\)/,
        fail_from_bcs: /from_bcs: .*0x10001/,
        fail_utf8: /string: EINVALID_UTF8\(0x1\)/,
        fail_type_of: /type_info: 0x1/,
        fail_mint: /aptos_coin: ENO_CAPABILITIES\(0x60001\)/,
        fail_delegate: /system_addresses: ENOT_APTOS_FRAMEWORK_ADDRESS\(0x50003\)/,
        fail_move_range: /vector: .*0x30001/,
    };
    for (const [fn, pattern] of Object.entries(cases)) await fails(fn, pattern);
});

// Package metadata with another policy, number of modules or dependency than packageMetadata makes.
function metadata(name, policy, moduleNames, deps = []) {
    const s = new Serializer();
    s.serializeStr(name);
    s.serializeU8(policy);
    s.serializeU64(7);
    s.serializeStr('');
    s.serializeBytes(new Uint8Array());
    s.serializeU32AsUleb128(moduleNames.length);
    for (const m of moduleNames) {
        s.serializeStr(m);
        s.serializeBytes(new Uint8Array());
        s.serializeBytes(new Uint8Array());
        s.serializeU32AsUleb128(0);
    }
    s.serializeU32AsUleb128(deps.length);
    for (const [address, dependency] of deps) {
        s.serializeFixedBytes(Buffer.from(address.slice(2).padStart(64, '0'), 'hex'));
        s.serializeStr(dependency);
    }
    s.serializeU32AsUleb128(0);
    return s.toUint8Array();
}
async function publishRaw(signer, metadataBytes, moduleBytecode) {
    const transaction = await node.aptos.publishPackageTransaction({ account: signer.accountAddress, metadataBytes, moduleBytecode });
    const pending = await node.aptos.signAndSubmitTransaction({ signer, transaction });
    return node.aptos.waitForTransaction({ transactionHash: pending.hash });
}

test('a package is upgraded under its policy', async () => {
    const publisher = Account.generate();
    const address = publisher.accountAddress.toString();
    await node.aptos.fundAccount({ accountAddress: publisher.accountAddress, amount: 1_000_000_000 });
    const code = compileMove('tests/move-packages/framework', { checks: address });
    const attempt = (...args) => publishRaw(publisher, metadata(...args), code);
    assert.match(await status(attempt('P', 0, ['checks'])), /code: EINCOMPATIBLE_POLICY_DISABLED\(0x10008\)/);
    assert.match(await status(attempt('P', 1, ['checks'], [['0x9999', 'Nothing']])), /code: EPACKAGE_DEP_MISSING\(0x60005\)/);
    assert.match(await status(attempt('P', 1, ['checks'], [[owner, 'Nothing']])), /code: EPACKAGE_DEP_MISSING\(0x60005\)/);
    assert.match(await status(attempt('P', 2, ['checks'], [[owner, 'FrameworkChecks']])), /code: EDEP_WEAKER_POLICY\(0x10006\)/);
    const first = await attempt('P', 1, ['checks'], [[owner, 'FrameworkChecks'], ['0x1', 'AptosFramework']]);
    assert.equal(first.events.find((e) => e.type === '0x1::code::PublishPackage').data.is_upgrade, false);
    assert.match(await status(attempt('Q', 1, ['checks'])), /code: EMODULE_NAME_CLASH\(0x80001\)/);
    assert.match(await status(attempt('P', 1, [])), /code: EMODULE_MISSING\(0x4\)/);
    const second = await attempt('P', 2, ['checks']);
    assert.equal(second.events.find((e) => e.type === '0x1::code::PublishPackage').data.is_upgrade, true);
    const registry = await node.aptos.getAccountResource({ accountAddress: address, resourceType: '0x1::code::PackageRegistry' });
    assert.deepEqual(registry.packages.map((p) => [p.name, p.upgrade_number, p.upgrade_policy.policy]), [['P', '1', 2]]);
    assert.match(await status(attempt('P', 2, ['checks'])), /code: EUPGRADE_IMMUTABLE\(0x10002\)/);
});

test('a package whose names or bytes are wrong is not published', async () => {
    const publisher = Account.generate();
    await node.aptos.fundAccount({ accountAddress: publisher.accountAddress, amount: 1_000_000_000 });
    const code = compileMove('tests/move-packages/framework', { checks: publisher.accountAddress.toString() });
    await status(publishRaw(publisher, packageMetadata('P', ['other']), code));
    await status(publishRaw(publisher, packageMetadata('P', ['checks']), [code[0].subarray(0, 100)]));
    await status(publishRaw(publisher, packageMetadata('P', ['checks']), modules)); // another account's modules
    await status(publishRaw(publisher, new Uint8Array([1, 2, 3]), code));
    await assert.rejects(node.aptos.getAccountModule({ accountAddress: publisher.accountAddress, moduleName: 'checks' }));
});
