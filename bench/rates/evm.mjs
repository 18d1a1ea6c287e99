// Loops of the EVM, one for each kind of work, as bytecode: JUMPDEST, the work 32 times, back.
import { createHash } from 'node:crypto';
import { Wallet, keccak256 } from 'ethers';

const push = (v) => { const hex = BigInt(v).toString(16); const h = hex.length % 2 ? `0${hex}` : hex; return `${(0x5f + h.length / 2).toString(16)}${h}`; };
const MAX = (1n << 256n) - 1n, ODD = (1n << 255n) + 12345n;

// Arguments pushed, the opcode, results popped.
const op = (code, args, results = 1) => args.map(push).reverse().join('') + code + '50'.repeat(results);
const loop = (body, before = '', times = 32) => {
    const at = before.length / 2;
    return `0x${before}5b${body.repeat(times)}${push(at)}56`;
};

const store = (bytes) => { // writes bytes to memory from 0 on
    let code = '';
    for (let i = 0; i < bytes.length; i += 32) code += `7f${Buffer.from(bytes.slice(i, i + 32)).toString('hex').padEnd(64, '0')}${push(i)}52`;
    return code;
};
// STATICCALL with all gas to a precompile, input of `size` bytes at memory 0.
const precompile = (address, size) => `${push(32)}${push(4096)}${push(size)}5f${push(address)}5afa50`;
const word = (v) => BigInt(v).toString(16).padStart(64, '0');
const bytes = (hex) => Buffer.from(hex, 'hex');

// Counts in storage-free memory at 0x2000, and leaves the counter on the stack: addresses and keys that are always new.
const fresh = `61200051600101806120005250`.replace(/50$/, '') + '61200051';

function recover() {
    const w = new Wallet(`0x${'11'.repeat(32)}`), hash = keccak256('0x01'), s = w.signingKey.sign(hash);
    return bytes(hash.slice(2) + word(s.v) + s.r.slice(2) + s.s.slice(2));
}

// The polynomial that is zero: its commitment and every proof are the point at infinity.
function kzg() {
    const infinity = `c0${'00'.repeat(47)}`;
    const hash = createHash('sha256').update(bytes(infinity)).digest('hex');
    return bytes(`01${hash.slice(2)}${word(5)}${word(0)}${infinity}${infinity}`);
}

export function evmOps() {
    const g1 = word(1) + word(2), g2 = '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa';
    const scalar = word((1n << 253n) + 987654321n);
    return [
        ['JUMPDEST', loop('5b')],
        ['ADD', loop(op('01', [MAX, 3]))],
        ['MUL', loop(op('02', [MAX, ODD]))],
        ['DIV', loop(op('04', [MAX, ODD >> 100n]))],
        ['SDIV', loop(op('05', [MAX - 5n, ODD >> 100n]))],
        ['MOD', loop(op('06', [MAX, ODD >> 100n]))],
        ['ADDMOD', loop(op('08', [MAX, MAX, ODD >> 60n]))],
        ['MULMOD', loop(op('09', [MAX, MAX - 1n, ODD >> 1n]))],
        ['EXP', loop(op('0a', [ODD + 1n, MAX]))],
        ['SIGNEXTEND', loop(op('0b', [3, MAX]))],
        ['SAR', loop(op('1d', [7, ODD]))],
        ['KECCAK256 32', loop(`${op('20', [0, 32])}`)],
        ['KECCAK256 8192', loop(`${op('20', [0, 8192])}`)],
        ['BALANCE warm', loop(op('31', [1]))],
        ['BALANCE cold', loop(`${fresh}3150`)],
        ['EXTCODEHASH cold', loop(`${fresh}3f50`)],
        ['CALLDATACOPY 8192', loop(`${op('37', [0, 0, 8192], 0)}`)],
        ['CODECOPY 8192', loop(`${op('39', [0, 0, 8192], 0)}`)],
        ['MCOPY 8192', loop(`${op('5e', [0, 8192, 8192], 0)}`)],
        ['MLOAD', loop(op('51', [64]))],
        ['MSTORE', loop(op('52', [64, 1], 0))],
        ['SLOAD warm', loop(op('54', [1]))],
        ['SLOAD cold', loop(`${fresh}5450`)],
        ['SSTORE warm', loop(op('55', [1, 1], 0))],
        ['SSTORE new', loop(`${fresh}8055`)],
        ['TLOAD', loop(op('5c', [1]))],
        ['TSTORE', loop(op('5d', [1, 1], 0))],
        ['LOG0', loop(op('a0', [0, 0], 0))],
        ['LOG4', loop(op('a4', [0, 32, 1, 2, 3, 4], 0))],
        ['CALL of nothing', loop(`5f5f5f5f5f${push(0xdead)}5af150`)],
        ['CREATE of nothing', loop(op('f0', [0, 0, 0]))],
        ['BLOCKHASH', loop(`4360019003${'40'}50`)],
        ['ecrecover', loop(precompile(1, 128), store(recover()))],
        ['sha256 8192', loop(precompile(2, 8192))],
        ['ripemd160 8192', loop(precompile(3, 8192))],
        ['identity 8192', loop(precompile(4, 8192))],
        ['modexp 32', loop(precompile(5, 192), store(bytes(word(32) + word(32) + word(32) + word(MAX - 7n) + word(MAX) + word(MAX - 189n))))],
        ['modexp 96, even, e of a byte', loop(precompile(5, 289), store(bytes(word(96) + word(1) + word(96) + 'f7'.repeat(96) + 'ff' + `${'f3'.repeat(95)}f2`)))],
        ['bn254 add', loop(precompile(6, 128), store(bytes(g1 + g1)))],
        ['bn254 mul', loop(precompile(7, 96), store(bytes(g1 + scalar)))],
        ['bn254 pairing 1', loop(precompile(8, 192), store(bytes(g1 + g2)))],
        ['KZG point evaluation', loop(precompile(10, 192), store(kzg()))],
        ['blake2f 12 rounds', loop(precompile(9, 213), store(bytes(`0000000c${'00'.repeat(208)}01`)))],
        ['blake2f 100000 rounds', loop(precompile(9, 213), store(bytes(`000186a0${'00'.repeat(208)}01`)))],
    ];
}
