// What benchmarks in JavaScript measure with.
import { readFileSync, readdirSync } from 'node:fs';

export const median = (xs) => [...xs].sort((a, b) => a - b)[Math.floor(xs.length / 2)];

/** Processor time of a process so far, in µs. */
export function cpu(pid) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Processor time of all threads of a process so far, in µs. */
export function precise(pid) {
    let ns = 0;
    for (const task of readdirSync(`/proc/${pid}/task`)) {
        try {
            ns += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
        } catch { /* it has just ended */ }
    }
    return ns / 1000;
}
