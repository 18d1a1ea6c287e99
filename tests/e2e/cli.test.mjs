// The command line against a running node: what it prints, beside what ethers and the node's own answers say, and its exit codes.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Account } from '@aptos-labs/ts-sdk';
import { Connection, Keypair, SystemProgram } from '@solana/web3.js';
import { Contract, HDNodeWallet, Interface, Mnemonic, Wallet, concat, formatEther, parseEther, toBeHex, toUtf8Bytes } from 'ethers';
import { compileSolidity, deploy } from './lib/compile.mjs';
import { MNEMONIC, program, startNode } from './lib/node.mjs';

const MOVEVM = '0x7e00000000000000000000000000000000000001';
const ESC = '\u001b';

let node, wallet, flood;

before(async () => {
    const { Flood } = compileSolidity('tests/e2e/contracts/Flood.sol');
    node = await startNode(['--quiet']);
    wallet = node.wallet(0);
    flood = await deploy(wallet, Flood);
});
after(() => node?.stop());

// Runs the program; { code, out, err }.
const tern = (args, env = {}) => new Promise((resolve) => {
    execFile(program(), args, { env: { ...process.env, TERN_RPC: node.urls.eth, NO_COLOR: '', LC_ALL: 'C.UTF-8', ...env }, maxBuffer: 1 << 26 },
        (error, out, err) => resolve({ code: error ? error.code : 0, out, err }));
});
const mined = async (tx) => (await tx).wait();
const messenger = () => new Contract(MOVEVM, ['function call(bytes,bytes,bytes,bytes,bytes)'], wallet);
const text = (s) => toUtf8Bytes(s);

test('account: what the address and its aliases hold', async () => {
    await mined(wallet.sendTransaction({ to: `0x${'44'.repeat(20)}`, value: parseEther('1.000000000000000001') }));
    const { code, out } = await tern(['account', wallet.address]);
    assert.equal(code, 0);
    const [evm, move, svm] = out.trim().split('\n');
    assert.match(evm, new RegExp(`^evm +${wallet.address.toLowerCase()} +${formatEther(await node.provider.getBalance(wallet.address))} ETH +nonce ${await wallet.getNonce()}$`));
    assert.match(move, new RegExp(`^move ${await node.rpc('tern_alias', wallet.address, 'move')} +0 ETH .*alias$`));
    assert.match(svm, new RegExp(`^svm +${await node.rpc('tern_alias', wallet.address, 'svm')} +0 ETH .*alias$`));
    const json = JSON.parse((await tern(['account', '--json', wallet.address])).out);
    assert.deepEqual(json, await node.rpc('tern_account', wallet.address));
    const received = await tern(['account', `0x${'44'.repeat(20)}`]);
    assert.match(received.out, /^evm .* 1\.000000000000000001 ETH/);
    const contract = await tern(['account', await flood.getAddress()]);
    assert.match(contract.out, /contract/);
});

test('account: the other machines know their own', async () => {
    const move = `0x${'00'.repeat(31)}77`;
    await node.aptos.fundAccount({ accountAddress: move, amount: 1_500_000_000 });
    const own = await tern(['account', move]);
    assert.match(own.out, /^move 0x0{62}77  1\.5 ETH  sequence number 0\nevm /);
    const faucet = await tern(['account', 'TernMessenger111111111111111111111111111111']);
    assert.match(faucet.out, /^svm  TernMessenger111111111111111111111111111111 .*program/);
});

test('alias: all of them, or one', async () => {
    const all = await tern(['alias', wallet.address]);
    assert.equal(all.code, 0);
    for (const vm of ['move', 'svm']) {
        const want = await node.rpc('tern_alias', wallet.address, vm);
        assert.ok(all.out.includes(want));
        assert.equal((await tern(['alias', wallet.address, '--in', vm])).out, `${want}\n`);
        assert.equal(JSON.parse((await tern(['alias', '--json', `--in=${vm}`, wallet.address])).out), want);
    }
    const { code, err } = await tern(['alias', wallet.address, '--in', 'btc']);
    assert.equal(code, 4);
    assert.match(err, /evm, move or svm/);
});

test('trace: a tree, with colours only where they are wanted', async () => {
    const { hash } = await mined(messenger().call(text('0x1'), text('aptos_account'), text('create_account'), toBeHex(5, 32), '0x', { gasLimit: 2_000_000 }));
    const plain = await tern(['trace', hash]);
    assert.equal(plain.code, 0);
    const answer = await node.rpc('tern_traceTransaction', hash);
    const [head, root, leg] = plain.out.split('\n');
    assert.equal(head, `${hash}  block ${Number(answer.block)}  ${Number(answer.gasUsed)} gas  ok`);
    assert.match(root, new RegExp(`^evm 0x7e00…0001\\.call\\(.*\\)  ${Number(answer.trace.gasUsed)} gas  ok$`));
    assert.match(leg, /^└─ move message 0x1::aptos_account::create_account\(0x5\)  \d+ gas  failed, pending$/);
    assert.ok(plain.out.includes(`message ${answer.trace.calls[0].messageId}`));
    assert.ok(plain.out.includes(`from evm ${wallet.address.toLowerCase()}`));
    assert.match(plain.out, /ECANNOT_RESERVED_ADDRESS/);
    assert.ok(!plain.out.includes(ESC));
    assert.match((await tern(['trace', hash], { LC_ALL: 'C' })).out, /\n`- move message/);
    const colored = await tern(['trace', '--color', 'always', hash]);
    assert.ok(colored.out.includes(`${ESC}[`));
    assert.equal(colored.out.replaceAll(/\u001b\[[0-9;]*m/g, ''), plain.out);
    assert.equal((await tern(['trace', '--color=never', hash])).out, plain.out);
    assert.deepEqual(JSON.parse((await tern(['trace', hash, '--json'])).out), answer);
});

test('trace: on a terminal there are colours, unless NO_COLOR is set', async (t) => {
    const { hash } = await mined(wallet.sendTransaction({ to: wallet.address }));
    const onTerminal = (env) => execFileSync('script', ['-qec', `'${program()}' trace ${hash}`, '/dev/null'], { env: { ...process.env, TERN_RPC: node.urls.eth, TERM: 'xterm', LC_ALL: 'C.UTF-8', ...env } }).toString();
    try {
        execFileSync('script', ['--version']);
    } catch {
        t.skip('there is no script(1) here to make a terminal');
        return;
    }
    assert.ok(onTerminal({ NO_COLOR: '' }).includes(`${ESC}[`));
    assert.ok(!onTerminal({ NO_COLOR: '1' }).includes(`${ESC}[`));
});

test('trace: a failed transaction ends with 1, and what a contract says cannot speak to the terminal', async () => {
    // PUSH a revert string with an escape sequence, as Error(string).
    const reason = `${ESC}[31mred${ESC}]0;title\u0007\u009b`;
    const data = concat(['0x08c379a0', toBeHex(32, 32), toBeHex(toUtf8Bytes(reason).length, 32), toUtf8Bytes(reason.padEnd(40, '\0'))]);
    const size = (data.length - 2) / 2;
    const code = concat([`0x60${size.toString(16).padStart(2, '0')}600c60003960${size.toString(16).padStart(2, '0')}6000fd`, data]);
    const sent = await wallet.sendTransaction({ data: code, gasLimit: 200_000 });
    await assert.rejects(sent.wait());
    const { code: exit, out } = await tern(['trace', sent.hash]);
    assert.equal(exit, 1);
    assert.match(out, /failed/);
    assert.match(out, /\\x1b\[31mred\\x1b\]0;title\\x07\\x9b/);
    for (const ch of out) assert.ok(ch === '\n' || (ch >= ' ' && !(ch >= '\u007f' && ch <= '\u009f')), JSON.stringify(ch));
});

test('trace: many messages', async () => {
    const { hash } = await mined(flood.send(20, true, { gasLimit: 6_000_000 }));
    const { out } = await tern(['trace', hash]);
    assert.equal(out.match(/^├─ move message/gm).length, 19);
    assert.equal(out.match(/^└─ move message/gm).length, 1);
});

test('msg: a message, for people and as JSON', async () => {
    const { messages: [m] } = await node.rpc('tern_getMessages', { limit: 1 });
    const { code, out } = await tern(['msg', m.id]);
    assert.equal(code, 0);
    for (const [name, value] of [['message', m.id], ['status', m.status], ['way', 'evm to move'], ['sender', m.sender], ['attempts', '1']])
        assert.match(out, new RegExp(`^${name} +${value}$`, 'm'));
    assert.deepEqual(JSON.parse((await tern(['msg', '--json', m.id])).out), m);
});

// ---- call and send

const TERN = '0x7e00000000000000000000000000000000000003';
const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow';

// A file that is gone afterwards.
async function withFile(content, run) {
    const dir = mkdtempSync(path.join(tmpdir(), 'tern-cli-'));
    try {
        writeFileSync(path.join(dir, 'secret'), content);
        return await run(path.join(dir, 'secret'));
    } finally {
        rmSync(dir, { recursive: true });
    }
}

test('call: a contract, with results of the types that are named', async () => {
    const alias = await node.rpc('tern_alias', wallet.address);
    assert.deepEqual(await tern(['call', TERN, 'moveAlias(address)(bytes32)', wallet.address]), { code: 0, out: `${alias}\n`, err: '' });
    assert.equal((await tern(['call', TERN, 'moveAlias(address)', wallet.address])).out, `${alias}\n`);
    assert.equal((await tern(['call', TERN, 'homeOf(address)(uint8,bytes32)', wallet.address])).out, `0\n${(await node.provider.call({ to: TERN, data: new Interface(['function homeOf(address)']).encodeFunctionData('homeOf', [wallet.address]) })).replace(/^0x.{64}/, '0x')}\n`);
    const data = new Interface(['function moveAlias(address)']).encodeFunctionData('moveAlias', [wallet.address]);
    assert.equal(JSON.parse((await tern(['call', TERN, '--data', data, '--json'])).out), alias);
    const failed = await tern(['call', TERN, 'nothing()']);
    assert.equal(failed.code, 1);
    assert.match(failed.err, /execution reverted/);
});

test('send: arguments are encoded as ethers encodes them', async () => {
    const cases = [
        ['f(uint256,int8,bool)', ['0xff', '-128', 'true'], [255n, -128n, true]],
        ['f(int256,int256,uint8)', [String(-(2n ** 255n)), String(2n ** 255n - 1n), '255'], [-(2n ** 255n), 2n ** 255n - 1n, 255]],
        ['f(address,bytes,bytes4,string)', [wallet.address, '0x', '0x01020304', 'two words, (and) [more]'], [wallet.address, '0x', '0x01020304', 'two words, (and) [more]']],
        ['f(uint8[],string[],bool[2])', ['[1, 2,3]', '[]', '[true,false]'], [[1, 2, 3], [], [true, false]]],
        ['f((uint256,string)[],(bytes32,(bool,int16)))', ['[(1,one),(2,two words)]', `(0x${'ab'.repeat(32)},(true,-3))`], [[[1, 'one'], [2, 'two words']], [`0x${'ab'.repeat(32)}`, [true, -3]]]],
        ['f()', [], []],
    ];
    for (const [signature, args, values] of cases) {
        const sent = await tern(['send', '--dev', '0', '--no-wait', '--gas', '100000', `0x${'45'.repeat(20)}`, signature, ...args]);
        assert.equal(sent.code, 0, sent.err);
        const tx = await node.provider.getTransaction(sent.out.trim());
        assert.equal(tx.data, new Interface([`function ${signature}`]).encodeFunctionData('f', values), signature);
        assert.equal(tx.from, wallet.address);
    }
    for (const [signature, ...args] of [['f(uint8)', '256'], ['f(uint8)', '-1'], ['f(int8)', '128'], ['f(int8)', '-129'], ['f(int256)', String(2n ** 255n)], ['f(bool)', '1'], ['f(address)', '0x12'],
        ['f(bytes)', '0x1'], ['f(bytes)', 'zz'], ['f(bytes4)', '0x01'], ['f(uint8[])', '1,2'], ['f(uint8[])', '[1,2'], ['f(uint8[2])', '[1]'], ['f((uint8,bool))', '(1)'], ['f(uint8)'], ['f(', '1'], ['f(uint7)', '1'], ['f(uint8)', '1', '2']]) {
        const { code, err } = await tern(['send', '--dev', '0', `0x${'45'.repeat(20)}`, signature, ...args]);
        assert.equal(code, 2, `${signature} ${args} ${err}`);
    }
});

test('send: value in the units that people use, and the outcome as a tree', async () => {
    const to = `0x${'46'.repeat(20)}`;
    for (const [value, wei] of [['5', 5n], ['3gwei', 3_000_000_000n], ['1.5ether', 1_500_000_000_000_000_000n], ['0.000000000000000001eth', 1n]]) {
        const before = await node.provider.getBalance(to);
        const { code, out } = await tern(['send', to, '--value', value, '--dev', '1']);
        assert.equal(code, 0);
        assert.match(out, /^0x[0-9a-f]{64}  block \d+  21000 gas  ok\nevm 0x4646/);
        assert.equal(await node.provider.getBalance(to) - before, wei);
    }
    for (const value of ['', 'x', '1.', '.5ether', '1.5wei', '1.0000000000000000001ether', '1 ether'])
        assert.equal((await tern(['send', to, '--value', value, '--dev', '1'])).code, 2, value);
    const failing = await tern(['send', TERN, '--data', '0xdeadbeef', '--gas', '100000', '--dev', '1']);
    assert.equal(failing.code, 1);
    assert.match(failing.out, /failed/);
    const estimate = await tern(['send', TERN, '--data', '0xdeadbeef', '--dev', '1']);
    assert.equal(estimate.code, 1);
    assert.match(estimate.err, /execution reverted/);
});

test('send: keys from a file, from the environment, from a mnemonic', async () => {
    const target = `0x${'47'.repeat(20)}`, of = async (args, env) => {
        const { code, out, err } = await tern(['send', target, '--json', ...args], env);
        assert.equal(code, 0, err);
        return JSON.parse(out).trace.from;
    };
    const key = `0x${'5a'.repeat(32)}`, own = new Wallet(key).address, derived = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(words), "m/44'/60'/0'/0/3").address;
    for (const to of [own, derived]) await mined(wallet.sendTransaction({ to, value: parseEther('1') }));
    for (const form of [key, key.slice(2), `secp256k1-priv-${key}`, `${key}\n`])
        assert.equal(await withFile(form, (f) => of(['--key-file', f])), own.toLowerCase());
    assert.equal(await of([], { TERN_KEY: key }), own.toLowerCase());
    assert.equal(await withFile(words, (f) => of(['--mnemonic-file', f, '--index', '3'])), derived.toLowerCase());
    assert.equal(await of(['--index', '3'], { TERN_MNEMONIC: words }), derived.toLowerCase());
    assert.equal(await of(['--dev', '2']), HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'/0/2").address.toLowerCase());
    for (const [args, env, say] of [[[], {}, /who signs/], [['--key-file', '/nowhere'], {}, /cannot be read/], [['--dev', 'x'], {}, /number/], [['--dev', '1', '--key-file', 'x'], {}, /exclude/],
        [[], { TERN_KEY: '0x12' }, /64 hexadecimal/], [[], { TERN_KEY: '0'.repeat(64) }, /no secp256k1 key/], [[], { TERN_MNEMONIC: 'mü' }, /English/]]) {
        const { code, err } = await tern(['send', target, ...args], env);
        assert.equal(code, 2, err);
        assert.match(err, say);
    }
});

test('call and send: Move', async () => {
    const coin = '0x1::coin::balance<0x1::aptos_coin::AptosCoin>';
    const account = Account.fromDerivationPath({ mnemonic: words, path: "m/44'/637'/1'/0'/0'" });
    const to = `0x${'48'.repeat(32)}`;
    await node.aptos.fundAccount({ accountAddress: account.accountAddress, amount: 100_000_000 });
    const { code, out, err } = await tern(['send', '0x1::aptos_account::transfer', to, '12345', '--index', '1'], { TERN_MNEMONIC: words });
    assert.equal(code, 0, err);
    assert.match(out, /\nmove 0x1::aptos_account::transfer\(0x4848…4848, 12345\)  \d+ gas  ok\n/);
    assert.equal((await tern(['call', coin, to])).out, '12345\n');
    assert.deepEqual(JSON.parse((await tern(['call', coin, to, '--json'])).out), await node.aptos.viewJson({ payload: { function: '0x1::coin::balance', typeArguments: ['0x1::aptos_coin::AptosCoin'], functionArguments: [to] } }));
    const transfer = await tern(['send', '0x1::coin::transfer<0x1::aptos_coin::AptosCoin>', to, '5', '--index', '1', '--no-wait'], { TERN_MNEMONIC: words });
    const done = await node.aptos.waitForTransaction({ transactionHash: transfer.out.trim() });
    assert.equal(done.sender, account.accountAddress.toString());
    assert.deepEqual(done.payload.type_arguments, ['0x1::aptos_coin::AptosCoin']);
    const poor = await tern(['send', '0x1::aptos_account::transfer', to, '999999999999', '--index', '1'], { TERN_MNEMONIC: words });
    assert.equal(poor.code, 1);
    assert.match(poor.out, /EINSUFFICIENT_BALANCE/);
    assert.equal((await tern(['call', '0x1::nowhere::f'])).code, 1);
    assert.equal((await tern(['send', '0x1::aptos_account::transfer', to, '5', '--value', '5', '--dev', '0'])).code, 2);
    assert.equal((await tern(['send', '0x1::aptos_account::transfer', to], { TERN_MNEMONIC: words })).code, 1); // an argument is missing
});

test('send: what a node asks to be signed in place of the transaction is not signed', async () => {
    let signed = null;
    const cheat = createServer(async (req, res) => {
        let body = '';
        for await (const chunk of req) body += chunk;
        const upstream = req.url.startsWith('/v1') ? node.urls.aptos.replace('/v1', '') + req.url : node.urls.eth;
        if (req.url.endsWith('/transactions')) signed = body;
        const r = await fetch(upstream, { method: req.method, headers: { 'content-type': 'application/json' }, body: req.method === 'POST' ? body : undefined });
        let text = await r.text();
        if (body.includes('tern_node')) text = text.replace(/"aptos":\d+/, `"aptos":${cheat.address().port}`);
        if (req.url.endsWith('/encode_submission')) {
            const stolen = JSON.parse(body);
            stolen.payload.function = '0x1::coin::transfer';
            stolen.payload.type_arguments = ['0x1::aptos_coin::AptosCoin'];
            text = await (await fetch(upstream, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(stolen) })).text();
        }
        res.statusCode = r.status;
        res.end(text);
    });
    await new Promise((done) => cheat.listen(0, '127.0.0.1', done));
    try {
        const { code, err } = await tern(['send', '0x1::aptos_account::transfer', `0x${'48'.repeat(32)}`, '5', '--index', '1', '--rpc', `http://127.0.0.1:${cheat.address().port}`], { TERN_MNEMONIC: words });
        assert.equal(code, 3, err);
        assert.match(err, /asks for another transaction/);
        assert.equal(signed, null);
    } finally {
        cheat.close();
    }
});

test('call and send: Solana', async () => {
    const connection = new Connection(node.urls.solana, 'confirmed'), payer = Keypair.generate(), to = Keypair.generate().publicKey;
    const transfer = (lamports) => {
        const ix = SystemProgram.transfer({ fromPubkey: payer.publicKey, toPubkey: to, lamports });
        return [SystemProgram.programId.toBase58(), '--data', `0x${ix.data.toString('hex')}`, '--meta', 'payer:sw', '--meta', `${to}:w`];
    };
    await connection._rpcRequest('requestAirdrop', [payer.publicKey.toBase58(), 5_000_000_000]);
    const tried = await tern(['call', ...transfer(1_000_000), '--from', payer.publicKey.toBase58()]);
    assert.equal(tried.code, 0, tried.err);
    assert.match(tried.out, /^simulated .* ok\nsvm 1{6}…1{4}/);
    assert.equal(await connection.getBalance(to), 0);
    await withFile(JSON.stringify([...payer.secretKey]), async (f) => {
        const { code, out, err } = await tern(['send', ...transfer(1_000_000), '--key-file', f, '--json']);
        assert.equal(code, 0, err);
        const { solanaSignature } = JSON.parse(out);
        const tx = await connection.getParsedTransaction(solanaSignature, { maxSupportedTransactionVersion: 0 });
        assert.equal(tx.transaction.message.instructions[0].parsed.info.lamports, 1_000_000);
        assert.equal(await connection.getBalance(to), 1_000_000);
        const poor = await tern(['send', ...transfer(10n ** 15n), '--key-file', f]);
        assert.equal(poor.code, 1);
        assert.match(poor.out, /custom program error: 0x1/);
        assert.equal((await tern(['send', ...transfer(1), '--key-file', f, '--meta', `${to}:s`])).code, 2);
        assert.equal((await tern(['send', SystemProgram.programId.toBase58(), '--key-file', f, '--data', `0x${'00'.repeat(1300)}`])).code, 2);
    });
    const broken = [...payer.secretKey];
    broken[40] ^= 1;
    await withFile(JSON.stringify(broken), async (f) => assert.equal((await tern(['send', ...transfer(1), '--key-file', f])).code, 2));
    assert.equal((await tern(['call', 'nonsense'])).code, 2);
});

test('exit codes: 1 not there, 2 wrong usage, 3 no node, 4 an error of the node', async () => {
    const none = `0x${'00'.repeat(32)}`;
    for (const [args, code, words] of [
        [['msg', none], 1, /there is no message/], [['trace', none], 1, /there is no transaction/],
        [['msg'], 2, /ID is missing/], [['msg', none, none], 2, /too many arguments/], [['msg', none, '--bogus'], 2, /no option '--bogus'/],
        [['msg', none, '--rpc'], 2, /needs a value/], [['msg', none, '--json=1'], 2, /takes no value/], [['trace', none, '--color', 'red'], 2, /auto, always or never/],
        [['nonsense'], 2, /no command 'nonsense'/], [['completion', 'tcsh'], 2, /bash, zsh or fish/],
        [['msg', none, '--rpc', 'http://127.0.0.1:1'], 3, /refused/], [['msg', none, '--rpc', 'ftp://x'], 3, /expected http/],
        [['msg', 'zz'], 4, /-32602/], [['trace', '0x12'], 4, /-32602/],
    ]) {
        const r = await tern(args);
        assert.equal(r.code, code, `${args}: ${r.err}`);
        assert.match(r.err, words);
        assert.equal(r.out, '');
    }
    assert.equal((await tern(['--help'])).code, 0);
    for (const command of ['node', 'call', 'send', 'trace', 'msg', 'alias', 'account', 'completion']) {
        const help = await tern([command, '--help']);
        assert.equal(help.code, 0);
        assert.match(help.out, new RegExp(`^tern ${command} `));
    }
});

test('what answers is no node: that is said, and ends with 3', async () => {
    const answers = ['hello', '{}', '[]', '{"result":', '{"jsonrpc":"2.0","id":1}', ''];
    for (const body of answers) {
        const server = createServer((req, res) => { req.resume(); res.end(body); });
        await new Promise((done) => server.listen(0, '127.0.0.1', done));
        const { code, err } = await tern(['msg', `0x${'00'.repeat(32)}`, '--rpc', `http://127.0.0.1:${server.address().port}`]);
        server.close();
        assert.equal(code, 3, body);
        assert.match(err, /no JSON-RPC answer/);
    }
});

test('completion: bash completes commands, options and values', () => {
    const complete = (...words) => execFileSync('bash', ['-c', `. <('${program()}' completion bash); COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _tern; printf '%s\\n' "\${COMPREPLY[@]}"`]).toString().trim().split('\n');
    assert.deepEqual(complete('tern', 'al'), ['alias']);
    assert.deepEqual(complete('tern', 'trace', '--j'), ['--json']);
    assert.deepEqual(complete('tern', 'alias', '--in', ''), ['evm', 'move', 'svm']);
    assert.deepEqual(complete('tern', 'node', '--eth'), ['--eth-port']);
    assert.deepEqual(complete('tern', 'completion', ''), ['bash', 'zsh', 'fish']);
    for (const shell of ['zsh', 'fish']) {
        const script = execFileSync(program(), ['completion', shell]).toString();
        assert.match(script, /account/);
        assert.match(script, shell === 'zsh' ? /^#compdef tern/ : /^complete -c tern/);
        try {
            execFileSync(shell, ['--version']);
        } catch {
            continue; // not here to read it
        }
        execFileSync(shell, ['-n'], { input: script });
    }
});
