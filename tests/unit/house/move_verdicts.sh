#!/usr/bin/env bash
# Every status that reading, verifying or linking Move bytecode can answer is expected by a test: its name stands in the
# tests of the verifier. INDEX_OUT_OF_BOUNDS and its like stand for many rules; each rule's test is the test file's affair.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
given=$(grep -ohE '\bMV_[A-Z0-9_]+' src/move/{verify,bounds,link,deserialize}*.c | sort -u)
known=$(grep -oE '^STATUS\([A-Z0-9_]+' src/move/status.def | sed 's/STATUS(/MV_/')
tests=$(cat tests/unit/move/test_{format,verify}*.c tests/unit/move/test_asm*.c)
missing=0 count=0
for code in $(grep -Fx -f <(echo "$known") <<<"$given"); do
    count=$((count + 1))
    grep -qE "\b$code\b" <<<"$tests" || { echo "no test expects $code"; missing=$((missing + 1)); }
done
[ "$count" -gt 100 ] || { echo "only $count statuses found: this check reads the wrong files"; exit 1; }
echo "$count statuses, $missing without a test"
[ "$missing" = 0 ]
