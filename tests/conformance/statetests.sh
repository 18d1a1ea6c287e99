#!/usr/bin/env bash
# Runs all public state tests: tests/conformance/statetests.sh [TERN]. Every failing case with its
# reason goes to build/test/statetests.failures.
# CALLBlake2f_MaxRounds (2^32 rounds, 40 s a case) runs only with TERN_SLOW=1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
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

skip=(--skip CALLBlake2f_MaxRounds)
[ "${TERN_SLOW:-0}" = 1 ] && skip=()
rc=0
"$tern" statetest --summary "${skip[@]}" --failures "$out/statetests.failures" "${paths[@]}" \
    >"$out/statetests.json" || rc=$?
cat "$out/statetests.failures"
sed -n '/^fork /,$p' "$out/statetests.json"
exit "$rc"
