#!/usr/bin/env bash
# The framework's unit tests in Move pass, and those with other implementations' results are what framework/tests/vectors.mjs
# makes of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [ ! -d node_modules/@initia/builder.js ]; then
    echo "skipped: node_modules/@initia/builder.js is not installed (./x setup test)"
    exit 0
fi
node framework/tests/vectors.mjs --check
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r framework/Move.toml framework/sources framework/tests framework/token framework/token_objects "$work/"
for package in "$work" "$work/token" "$work/token_objects"; do
    "${TERN_BUILD:-build/debug}/tern" move test "$package" >"$work/log" 2>&1 || { grep -v '^\[ PASS' "$work/log"; exit 1; }
    tail -n 1 "$work/log"
done
