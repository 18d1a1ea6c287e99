#!/usr/bin/env bash
# `tern move test` judges the tests of tests/move-packages/unit-tests as the Move compiler's own test runner does, in its
# own machine: the same tests, the same verdicts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [ ! -d node_modules/@initia/builder.js ]; then
    echo "skipped: node_modules/@initia/builder.js is not installed (./x setup test)"
    exit 0
fi
build=${TERN_BUILD:-build/debug}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
verdicts() { sed -nE 's/.*\[ *(PASS|FAIL|TIMEOUT) *\] 0x[0-9a-f]+::([a-z_0-9:]+).*/\2 \1/p' | sed 's/TIMEOUT/FAIL/' | sort; }
# The peer knows local dependencies only, and only some natives: std's.
cp -r tests/move-packages/unit-tests "$work/package"
mkdir "$work/framework"
cp -r framework/Move.toml framework/sources "$work/framework/"
sed -i 's|^MoveStdlib = .*|TernFramework = { local = "../framework" }|' "$work/package/Move.toml"
"$build/movec" --run-tests --dev "$work/package" 2>&1 | sed 's/\x1b\[[0-9;]*m//g' >"$work/peer.log" || true
"$build/tern" move test --gas-limit 2000 tests/move-packages/unit-tests >"$work/own.log" 2>&1 || true
verdicts <"$work/peer.log" >"$work/peer"
verdicts <"$work/own.log" >"$work/own"
[ "$(wc -l <"$work/peer")" -gt 20 ] || { echo "the peer ran no tests"; tail -20 "$work/peer.log"; exit 1; }
diff "$work/peer" "$work/own" || { tail -60 "$work/own.log"; exit 1; }
echo "$(wc -l <"$work/own") tests judged alike, $(grep -c FAIL "$work/own") of them as failed"
