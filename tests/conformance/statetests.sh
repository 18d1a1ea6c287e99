#!/usr/bin/env bash
# Runs all public state tests: tests/conformance/statetests.sh [TERN]. Cases in statetests.known may
# fail, exactly as many as it says; any other failure, or a listed one that passes, fails the run.
# Every failing case with its reason goes to build/test/statetests.failures.
# CALLBlake2f_MaxRounds (2^32 rounds, 40 s a case) runs only with TERN_SLOW=1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tern=${1:-build/release/tern}
known=tests/conformance/statetests.known
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
"$tern" statetest --summary "${skip[@]}" --failures "$out/statetests.failures" "${paths[@]}" \
    >"$out/statetests.json" || [ $? = 1 ]
sed -n '/^fork /,$p' "$out/statetests.json" >"$out/statetests.summary"
sed '$d' "$out/statetests.summary"

# What failed, by the last two parts of the file's path.
cut -f1 "$out/statetests.failures" | sed -E 's,.*/([^/]+/[^/]+)$,\1,' | sort | uniq -c |
    sed -E 's/^ *([0-9]+) (.*)/\1\t\2/' | sort >"$out/statetests.found"
grep -v '^#' "$known" | cut -f1,2 | sort >"$out/statetests.expected"
surprises=$(diff "$out/statetests.expected" "$out/statetests.found" || true)
if [ -n "$surprises" ]; then
    echo "differs from $known (< expected to fail, > fails):"
    echo "$surprises"
fi
echo "failing for a known reason:"
grep -v '^#' "$known" | awk -F'\t' '{ n[$3] += $1 } END { for (r in n) printf "%8d  %s\n", n[r], r }' | sort -rn

read -r passed failed skipped < <(tail -n 1 "$out/statetests.summary" | tr -dc '0-9 \n')
expected=$(awk -F'\t' '{ n += $1 } END { print n + 0 }' "$out/statetests.expected")
if [ -z "$surprises" ]; then
    echo "$passed passed, 0 failed, $((skipped + expected)) skipped"
else
    echo "$passed passed, $failed failed, $skipped skipped"
    exit 1
fi
