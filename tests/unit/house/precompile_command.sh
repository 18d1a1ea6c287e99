#!/usr/bin/env bash
# tern precompile: what passes, what fails and how it says so, on vectors of our own (the identity at 0x04).
set -euo pipefail
tern=${TERN_BUILD:-build/debug}/tern
[ -x "$tern" ] || { echo "skipped: $tern is not built"; exit 0; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

# expect CODE TEXT ARGUMENTS…: the exit code, and a line of the output that holds the text.
expect() {
    local code=$1 text=$2 rc=0 out
    shift 2
    out=$("$tern" precompile "$@" 2>&1) || rc=$?
    if [ "$rc" != "$code" ] || ! grep -qF -- "$text" <<<"$out"; then
        echo "tern precompile $*: ended with $rc, not $code, or without '$text':"
        echo "$out"
        bad=1
    fi
}

case_of() { printf '{"Name":"n","Input":"%s","Expected":"%s","Gas":%s,"NoBenchmark":false}' "$1" "$2" "$3"; }

echo "[$(case_of 0102 0102 18), $(case_of '' '' 15)]" >"$dir/right.json"
echo "[$(case_of 0102 0102 19)]" >"$dir/price.json"
echo "[$(case_of 0102 0103 18)]" >"$dir/output.json"
echo "[$(case_of 012 012 18)]" >"$dir/odd.json"
echo '[{"Name":"n","Input":"","ExpectedError":"no"}]' >"$dir/failure.json"
echo '[{"Name":"n"}, 1]' >"$dir/fields.json"
echo '{"Name":"n"}' >"$dir/object.json"
echo '[' >"$dir/broken.json"
echo '[{"Name":"n","Input":"00","ExpectedError":"length"}]' >"$dir/fail-blake2f.json"

expect 0 '2 passed, 0 failed, 0 skipped' --address 4 "$dir/right.json"
expect 0 '2 passed, 0 failed, 0 skipped' --address 0x04 --fork Frontier "$dir/right.json"
expect 0 'precompile 0x09, Osaka: 1 passed, 0 failed' "$dir/fail-blake2f.json"
expect 1 'costs 18 gas, not 19' --address 4 "$dir/price.json"
expect 1 'gives 0102' --address 4 "$dir/output.json"
expect 1 'Input is no hexadecimal text' --address 4 "$dir/odd.json"
expect 1 'succeeds, but has to fail' --address 4 "$dir/failure.json"
expect 1 '0 passed, 2 failed, 0 skipped' --address 4 "$dir/fields.json"
expect 1 'is no array of cases' --address 4 "$dir/object.json"
expect 1 'broken.json: ' --address 4 "$dir/broken.json"
expect 1 'cannot be read' --address 4 "$dir/absent.json"
expect 1 'the name says no precompile: give --address' "$dir/right.json"
expect 1 'Frontier has no precompile at 0x05' --address 5 --fork Frontier "$dir/right.json"
expect 1 'Osaka has no precompile at 0x12' --address 0x12 "$dir/right.json"
expect 2 'no address: 65536' --address 65536 "$dir/right.json"
expect 2 'no address: -1' --address -1 "$dir/right.json"
expect 2 'no fork: Paris2' --fork Paris2 "$dir/right.json"
expect 2 'FILE…' --address 4
expect 2 'FILE…' --depth 4 "$dir/right.json"
expect 0 'FILE…' --help
exit "$bad"
