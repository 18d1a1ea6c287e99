// The command line against a running node: what it prints, beside what ethers and the node's own answers say, and its exit codes.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { Contract, concat, formatEther, parseEther, toBeHex, toUtf8Bytes } from 'ethers';
import { compileSolidity, deploy } from './lib/compile.mjs';
import { program, startNode } from './lib/node.mjs';

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
    for (const command of ['node', 'trace', 'msg', 'alias', 'account', 'completion']) {
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
