#!/usr/bin/env bash
# A few random Move programs here and in another Move machine; `./x fuzz move-diff` runs many.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
if [ ! -d node_modules/@initia/builder.js ]; then
    echo "skipped: node_modules/@initia/builder.js is not installed (./x setup test)"
    exit 0
fi
exec "${TERN_BUILD:-build/debug}/move_diff" --oracle "${TERN_BUILD:-build/debug}/moveoracle" --cases 64 --out "${TMPDIR:-/tmp}"
