// The token gateway from JavaScript: its addresses, and those that follow from a token's id, worked out by public
// libraries from docs/cross-vm.md.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { AccountAddress } from '@aptos-labs/ts-sdk';
import { ASSOCIATED_TOKEN_PROGRAM_ID, TOKEN_PROGRAM_ID, getAssociatedTokenAddressSync } from '@solana/spl-token';
import { PublicKey, SystemProgram, TransactionInstruction } from '@solana/web3.js';
import { Contract, Interface, concat, getAddress, getBytes, getCreate2Address, keccak256, toUtf8Bytes, zeroPadValue } from 'ethers';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { MESSENGER } from './messenger.mjs';
import { ROOT } from './node.mjs';

export const GATEWAY = '0x7E00000000000000000000000000000000000006';
export const EVM = 0, MOVE = 1, SVM = 2;
export const PROGRAM = new PublicKey('TernGateway11111111111111111111111111111111');
export const AUTHORITY = PublicKey.findProgramAddressSync([Buffer.from('authority')], PROGRAM)[0];

const abiOf = (name) => JSON.parse(readFileSync(path.join(ROOT, `contracts/artifacts/${name}.json`), 'utf8')).abi;
export const gatewayInterface = new Interface(abiOf('TernGateway'));
export const tokenInterface = new Interface(abiOf('TernToken'));

export const gatewayOf = (wallet) => new Contract(GATEWAY, gatewayInterface, wallet);
export const tokenAt = (address, wallet) => new Contract(address, tokenInterface, wallet);

const CLONE = '0x3d602d80600a3d3981f3363d3d373d3d3d363d737e000000000000000000000000000000000000075af43d82803e903d91602b57fd5bf3';

/** A token's id by its home: an address of the EVM (20 bytes), of Move's asset, or a mint (32 bytes). */
export const tokenId = (machine, address) => keccak256(concat([toUtf8Bytes('TERN::token'), new Uint8Array([machine]), wide(address)]));
/** Its ERC-20, if it is at home elsewhere. */
export const erc20Of = (id) => getAddress(getCreate2Address(GATEWAY, id, keccak256(CLONE)));
/** Its coin type in Move, and the asset that is paired with it. */
export const coinOf = (id) => `${AccountAddress.from(id).toString().replace(/^0x0+/, '0x')}::token::Token`;
export const assetOf = (id) => {
    const preimage = concat([zeroPadValue('0x0a', 32), toUtf8Bytes(coinOf(id)), '0xfe']);
    return `0x${Buffer.from(sha3_256(getBytes(preimage))).toString('hex')}`;
};
/** Its mint in the Solana VM. */
export const mintOf = (id) => PublicKey.findProgramAddressSync([Buffer.from('mint'), Buffer.from(getBytes(id))], PROGRAM)[0];

/** An EVM address where 32 bytes are asked for; one of Move, which is shown without leading zeros, in full. */
export const wide = (address) => `0x${address.slice(2).padStart(64, '0')}`;

// ---- The gateway program's instructions, as docs/cross-vm.md has them

const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
const b32 = (x) => Buffer.from(getBytes(x));
const s = (pubkey) => ({ pubkey, isSigner: true, isWritable: true });
const w = (pubkey) => ({ pubkey, isSigner: false, isWritable: true });
const r = (pubkey) => ({ pubkey, isSigner: false, isWritable: false });
const associated = (owner, mint) => getAssociatedTokenAddressSync(mint, owner, true);
export const vaultOf = (mint) => associated(AUTHORITY, mint);
const make = (keys, ...data) => new TransactionInstruction({ programId: PROGRAM, keys, data: Buffer.concat(data) });
const places = (payer, mint, recipient, account) => [s(payer), w(mint), w(recipient), w(account), w(vaultOf(mint)), r(AUTHORITY),
    r(SystemProgram.programId), r(TOKEN_PROGRAM_ID), r(ASSOCIATED_TOKEN_PROGRAM_ID)];

export const register = (payer, mint) => make([s(payer), r(mint), r(AUTHORITY), w(vaultOf(mint)), r(SystemProgram.programId),
    r(TOKEN_PROGRAM_ID), r(ASSOCIATED_TOKEN_PROGRAM_ID)], Buffer.from([0]));
export const create = (payer, id) => make([s(payer), w(mintOf(id)), r(AUTHORITY), r(SystemProgram.programId), r(TOKEN_PROGRAM_ID)],
    Buffer.from([1]), b32(id));
export const send = (owner, mint, machine, to, amount, data = Buffer.alloc(0), source = associated(owner, mint)) => make(
    [s(owner), w(source), w(mint), w(vaultOf(mint)), r(AUTHORITY), r(TOKEN_PROGRAM_ID), r(MESSENGER)],
    Buffer.from([2, machine]), b32(to), u64(amount), Buffer.from(Uint32Array.of(data.length).buffer), data);
/** The same in this call. */
export const sendNow = (...args) => { const i = send(...args); i.data[0] = 6; return i; };
export const arrive = (gateway, id, mint, to, amount, lamports = 0) => make(places(gateway, mint, to, associated(to, mint)),
    Buffer.from([3]), b32(id), to.toBuffer(), u64(amount), Buffer.alloc(32), u64(lamports));
export const cancel = (owner, message) => make([s(owner), r(AUTHORITY), r(MESSENGER)], Buffer.from([4]), b32(message));
export const reclaim = (payer, message, mint, owner) => make(places(payer, mint, owner, associated(owner, mint)), Buffer.from([5]), b32(message));
