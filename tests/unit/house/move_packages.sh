#!/usr/bin/env bash
# The compiled Move test package is what the compiler makes of its source, and its expected answers are what another
# implementation of the Move machine gives.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [ ! -d node_modules/@initia/builder.js ]; then
    echo "skipped: node_modules/@initia/builder.js is not installed (./x setup test)"
    exit 0
fi
bash tests/move-packages/build.sh --check
exec node tests/move-packages/expect.mjs --check
