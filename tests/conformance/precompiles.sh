#!/usr/bin/env bash
# Runs the public precompile vectors, all files that are there: tests/conformance/precompiles.sh [TERN].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tern=${1:-build/release/tern}
vectors=../shared/vectors/ethereum/precompiles
if [ ! -d "$vectors" ]; then
    echo "precompile vectors: skipped, they are not here ($vectors)"
    echo "0 passed, 0 failed, 0 skipped"
    exit 0
fi
mapfile -t files < <(find -L "$vectors/geth" "$vectors/eip-2537" -name '*.json' | sort)
"$tern" precompile "${files[@]}"
