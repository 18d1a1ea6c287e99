// Takes the SBPF programs out of the npm package litesvm, whose binary carries them: carve.mjs FOLDER.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const EM_BPF = 247, EM_SBPF = 263;
const binary = readFileSync(createRequire(import.meta.url).resolve('litesvm-linux-x64-gnu'));
const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

// The section headers are at the end of a linked file.
function size(at) {
    const view = binary.subarray(at);
    const end = Number(view.readBigUInt64LE(40)) + view.readUInt16LE(58) * view.readUInt16LE(60);
    return end > 64 && end <= view.length ? end : 0;
}

let count = 0;
for (let at = binary.indexOf('\x7fELF'); at >= 0; at = binary.indexOf('\x7fELF', at + 1)) {
    if (at + 64 > binary.length || ![EM_BPF, EM_SBPF].includes(binary.readUInt16LE(at + 18))) continue;
    const file = binary.subarray(at, at + size(at));
    if (file.length === 0) continue;
    writeFileSync(join(folder, createHash('sha256').update(file).digest('hex').slice(0, 16) + '.so'), file);
    count++;
}
console.log(`${count} programs of litesvm in ${folder}`);
