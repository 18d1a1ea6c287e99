// Compiles a Solidity file with npm solc for the benchmarks that are not JavaScript:
//     node bench/solidity.mjs FILE CONTRACT > OUT      the creation code in hex
import { compileSolidity } from '../tests/e2e/lib/compile.mjs';

const [file, contract] = process.argv.slice(2);
process.stdout.write(compileSolidity(file)[contract].bytecode);
