#!/usr/bin/env bash
# tern statetest names what it skips and why, and what it cannot read, on a file of our own.
set -euo pipefail
tern=${TERN_BUILD:-build/debug}/tern
[ -x "$tern" ] || { echo "skipped: $tern is not built"; exit 0; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

expect() { # CODE TEXT FILE…
    local code=$1 text=$2 rc=0 out
    shift 2
    out=$("$tern" statetest --summary "$@" 2>&1) || rc=$?
    if [ "$rc" != "$code" ] || ! grep -qF -- "$text" <<<"$out"; then
        echo "tern statetest $*: ended with $rc, not $code, or without '$text':"
        echo "$out"
        bad=1
    fi
}

# A transaction that costs more than its sender has: refused, and the state stays empty.
empty_root=0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421
no_logs=0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347
test_with() { # FORK ROOT
    cat <<JSON
{"t": {"_info": {"fixture-format": "state_test"},
  "env": {"currentCoinbase": "0x2adc25665018aa1fe0e6bc666dac8fc2697ff9ba", "currentGasLimit": "0x989680",
    "currentNumber": "0x1", "currentTimestamp": "0x1", "currentDifficulty": "0x0", "currentBaseFee": "0x7",
    "currentRandom": "0x00", "currentExcessBlobGas": "0x0"},
  "pre": {},
  "transaction": {"data": ["0x"], "gasLimit": ["0x5208"], "value": ["0x1"], "nonce": "0x0", "gasPrice": "0xa",
    "to": "0x0000000000000000000000000000000000001000", "sender": "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b",
    "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"},
  "post": {"$1": [{"indexes": {"data": 0, "gas": 0, "value": 0}, "hash": "$2", "logs": "$no_logs",
    "expectException": "TransactionException.INSUFFICIENT_ACCOUNT_FUNDS"}]}}}
JSON
}
test_with Osaka "$empty_root" >"$dir/right.json"
test_with Osaka "$no_logs" >"$dir/wrong.json"
test_with Glamsterdam "$empty_root" >"$dir/unknown.json"
echo '{' >"$dir/broken.json"

expect 0 '1 passed, 0 failed, 0 skipped' "$dir/right.json"
expect 1 '0 passed, 1 failed, 0 skipped' "$dir/wrong.json"
expect 0 "skipped: $dir/unknown.json t: no fork 'Glamsterdam'" "$dir/unknown.json"
expect 0 '1 passed, 0 failed, 1 skipped' "$dir/unknown.json" "$dir/right.json"
expect 1 "broken.json: " "$dir/broken.json"
expect 1 '1 passed, 2 failed, 1 skipped' --jobs 3 "$dir"
exit "$bad"
