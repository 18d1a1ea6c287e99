#!/usr/bin/env bash
# Runs the public state tests: tests/conformance/statetests.sh [--sample N] [TERN]. All of them, or every Nth file
# without those that are slow by design (for a build with sanitizers). Every failing case with its reason goes to
# build/test/statetests.failures.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
sample=1
if [ "${1:-}" = --sample ]; then sample=$2; shift 2; fi
tern=${1:-build/release/tern}
out=build/test
mkdir -p "$out"

dirs=()
for name in ethereum-tests legacytests eest-state-tests; do
    if dir=$(bash tests/conformance/unpack.sh "$name-visible"); then dirs+=("$dir"); fi
done
if [ ${#dirs[@]} = 0 ]; then
    echo "state tests: skipped, the vectors are not here (../shared/vectors/ethereum)"
    echo "0 passed, 0 failed, 0 skipped"
    exit 0
fi
paths=()
for dir in "${dirs[@]}"; do
    for sub in GeneralStateTests Constantinople Cancun state_tests; do
        if [ -d "$dir/$sub" ]; then paths+=("$dir/$sub"); fi
    done
done
if [ "$sample" != 1 ]; then
    slow='stTimeConsuming|stQuadraticComplexityTest|vmPerformance|Call50000|loop'
    mapfile -t paths < <(find "${paths[@]}" -name '*.json' | grep -vE "$slow" | sort | awk "NR % $sample == 1")
    echo "a sample: every ${sample}th file, ${#paths[@]} files"
fi

rc=0
"$tern" statetest --summary --failures "$out/statetests.failures" "${paths[@]}" >"$out/statetests.json" || rc=$?
cat "$out/statetests.failures"
sed -n '/^\]$/,$p' "$out/statetests.json" | tail -n +2
exit "$rc"
