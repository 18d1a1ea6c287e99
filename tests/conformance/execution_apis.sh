#!/usr/bin/env bash
# Replays execution-apis' JSON-RPC cases on their own chain: tests/conformance/execution_apis.sh [TERN].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
rc=0
folder=$(tests/conformance/unpack.sh execution-apis) || rc=$?
if [ "$rc" = 3 ]; then
    echo "execution-apis: skipped, its cases are not here"
    echo "0 passed, 0 failed, 0 skipped"
    exit 0
fi
[ "$rc" = 0 ] || exit "$rc"
TERN_PROGRAM=${1:-build/release/tern} node tests/conformance/execution_apis.mjs "$folder/tests"
