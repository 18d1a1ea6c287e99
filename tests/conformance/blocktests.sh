#!/usr/bin/env bash
# Runs all public block tests: tests/conformance/blocktests.sh [TERN]. Every one must pass, refused
# blocks for the reason that the test names; none is left out. Failing tests with their reasons go
# to build/test/blocktests.failures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tern=${1:-build/release/tern}
out=build/test
mkdir -p "$out"

paths=()
for name in ethereum-tests eest-blocks; do
    if dir=$(bash tests/conformance/unpack.sh "$name-visible"); then
        for sub in BlockchainTests blockchain_tests; do
            if [ -d "$dir/$sub" ]; then paths+=("$dir/$sub"); fi
        done
    fi
done
if [ ${#paths[@]} = 0 ]; then
    echo "block tests: skipped, the vectors are not here (../shared/vectors/ethereum)"
    echo "0 passed, 0 failed, 0 skipped"
    exit 0
fi
rc=0
"$tern" blocktest --summary --failures "$out/blocktests.failures" "${paths[@]}" >"$out/blocktests.json" || rc=$?
cut -f2,5 "$out/blocktests.failures" | head -n 40
sed -n '/^fork /,$p' "$out/blocktests.json"
exit "$rc"
