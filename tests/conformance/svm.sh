#!/usr/bin/env bash
# Runs the public SBPF instruction tests in every engine: tests/conformance/svm.sh [TERN].
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tern=${1:-build/release/tern}
dir=../shared/vectors/solana/instr
if [ ! -d "$dir" ]; then
    echo "SBPF instructions: skipped, the vectors are not here (../shared/vectors/solana)"
    echo "0 passed, 0 failed, 0 skipped"
    exit 0
fi
"$tern" svm instr "$dir"
