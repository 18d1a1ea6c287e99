// Writes peers.json: encodings by other implementations, which the unit tests compare with ours.
//   node tests/unit/codec/data/peers.mjs > tests/unit/codec/data/peers.json
// ABI by ethers (each also by viem, which must agree), BCS by the Aptos TypeScript SDK, base58 by
// @scure/base. Deterministic: a seeded generator picks types and values.
import { AbiCoder, FunctionFragment } from "ethers";
import { encodeAbiParameters } from "viem";
import { Serializer } from "@aptos-labs/ts-sdk";
import { base58 } from "@scure/base";

let seed = 20250101n;
function random(below) {
    seed = (seed * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n);
    return Number((seed >> 33n) % BigInt(below));
}
const pick = (list) => list[random(list.length)];
const hex = (n) => "0x" + Array.from({ length: n }, () => random(256).toString(16).padStart(2, "0")).join("");

function randomType(depth) {
    const kind = random(depth > 0 ? 12 : 8);
    if (kind === 0) return { text: `uint${8 * (1 + random(32))}` };
    if (kind === 1) return { text: `int${8 * (1 + random(32))}` };
    if (kind === 2) return { text: "bool" };
    if (kind === 3) return { text: "address" };
    if (kind === 4) return { text: `bytes${1 + random(32)}` };
    if (kind === 5) return { text: "bytes" };
    if (kind === 6) return { text: "string" };
    if (kind === 7) return { text: "uint256" };
    if (kind <= 9) {
        const item = randomType(depth - 1), count = kind === 8 ? 0 : 1 + random(3);
        return { text: `${item.text}[${count || ""}]`, item, count };
    }
    const fields = Array.from({ length: 1 + random(3) }, () => randomType(depth - 1));
    return { text: `(${fields.map((f) => f.text).join(",")})`, fields };
}

function integer(bits, signed) {
    const top = 1n << BigInt(signed ? bits - 1 : bits);
    const low = signed ? -top : 0n;
    return pick([low, top - 1n, 0n, 1n, signed ? -1n : 2n, low + (BigInt(hex(32)) % (top - low))]).toString();
}

function randomValue(type) {
    if (type.fields) return type.fields.map(randomValue);
    if (type.item) return Array.from({ length: type.count || random(4) }, () => randomValue(type.item));
    const [, name, size] = /^([a-z]+)(\d*)$/.exec(type.text);
    if (name === "uint" || name === "int") return integer(Number(size), name === "int");
    if (name === "bool") return random(2) === 1;
    if (name === "address") return hex(20);
    if (name === "string") return pick(["", "a", "Grüße aus Köln", "x".repeat(31), "y".repeat(32), "z".repeat(33)]);
    return hex(size ? Number(size) : pick([0, 1, 31, 32, 33, 70]));
}

const viemType = (type) => type.fields
    ? { type: "tuple", components: type.fields.map((f, i) => ({ name: `f${i}`, ...viemType(f) })) }
    : type.item
        ? (({ type: inner, ...rest }) => ({ type: `${inner}[${type.count || ""}]`, ...rest }))(viemType(type.item))
        : { type: type.text };
// viem wants small integers as numbers, tuples with named fields as objects.
const viemValue = (type, v) => type.fields
    ? Object.fromEntries(type.fields.map((f, i) => [`f${i}`, viemValue(f, v[i])]))
    : type.item ? v.map((x) => viemValue(type.item, x)) : /int/.test(type.text) ? BigInt(v) : v;

const abi = [];
for (let i = 0; i < 160; i++) {
    const types = Array.from({ length: random(5) }, () => randomType(3));
    const values = types.map(randomValue);
    const data = AbiCoder.defaultAbiCoder().encode(types.map((t) => t.text), values);
    const other = encodeAbiParameters(types.map(viemType), types.map((t, k) => viemValue(t, values[k])));
    if (data !== other) throw new Error(`ethers and viem differ on ${types.map((t) => t.text)}`);
    const text = `f${i}(${types.map((t) => t.text).join(",")})`;
    abi.push({ signature: FunctionFragment.from(`function ${text}`).format("sighash"), values, data });
}

const bcs = [];
const widths = { u8: 8, u16: 16, u32: 32, u64: 64, u128: 128, u256: 256 };
for (const [name, bits] of Object.entries(widths))
    for (const value of [0n, 1n, (1n << BigInt(bits)) - 1n, BigInt(hex(32)) % (1n << BigInt(bits))]) {
        const s = new Serializer();
        s[`serialize${name.toUpperCase()}`](bits <= 32 ? Number(value) : value);
        bcs.push({ type: name, value: value.toString(), data: Buffer.from(s.toUint8Array()).toString("hex") });
    }
for (const n of [0, 1, 127, 128, 300, 16384]) {
    const s = new Serializer();
    const value = hex(n);
    s.serializeBytes(Buffer.from(value.slice(2), "hex"));
    bcs.push({ type: "bytes", value, data: Buffer.from(s.toUint8Array()).toString("hex") });
}
for (const value of [0, 1, 127, 128, 16383, 16384, 4294967295]) {
    const s = new Serializer();
    s.serializeU32AsUleb128(value);
    bcs.push({ type: "uleb", value: value.toString(), data: Buffer.from(s.toUint8Array()).toString("hex") });
}

const b58 = [];
for (const n of [0, 1, 2, 5, 20, 32, 32, 32, 33, 64, 64, 100, 1232])
    for (const zeros of [0, 1, 3]) {
        const data = hex(n).slice(2), all = "00".repeat(zeros) + data;
        b58.push({ data: all, text: base58.encode(Buffer.from(all, "hex")) });
    }

const lines = (list) => "[\n" + list.map((x) => JSON.stringify(x)).join(",\n") + "\n]";
console.log(`{"abi": ${lines(abi)},\n"bcs": ${lines(bcs)},\n"base58": ${lines(b58)}}`);
