# Sourced by ./x: runs every stage, even after one has failed, and closes with the sum of what they counted.

results=()

# record NAME LOG: takes the last line "N passed, N failed[, N skipped]" of a log as the stage's count.
record() {
    local name=$1 log=$2 line
    line=$(grep -E '[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
    if [ -z "$line" ]; then
        results+=("$name 0 1 0")
        echo "   $name: gave no count (see $log)"
        return
    fi
    local passed failed skipped
    passed=$(sed -E 's/.*\b([0-9]+) passed.*/\1/' <<<"$line")
    failed=$(sed -E 's/.*\b([0-9]+) failed.*/\1/' <<<"$line")
    skipped=$(sed -nE 's/.*\b([0-9]+) skipped.*/\1/p' <<<"$line")
    results+=("$name $passed $failed ${skipped:-0}")
    echo "   $name: $line"
}

# stage NAME COMMAND…: runs it with its output in build/test/NAME.log; a non-zero exit counts as a failure.
stage() {
    local name=$1 log=build/test/$1.log start=$SECONDS
    shift
    say "$name"
    local rc=0
    "$@" >"$log" 2>&1 </dev/null || rc=$?
    record "$name" "$log"
    if [ "$rc" != 0 ]; then
        local last=${results[-1]}
        read -r _ _ failed _ <<<"$last"
        [ "$failed" != 0 ] || results+=("$name-exit 0 1 0")
        tail -n 60 "$log"
    fi
    echo "   $((SECONDS - start)) s"
}

# CTest's own closing line, in our words.
ctest_counted() {
    local dir=$1 rc=0
    shift
    ctest --test-dir "$dir" --output-on-failure --timeout 600 -j 2 "$@" | tee build/test/ctest.out || rc=$?
    local total failed
    total=$(sed -nE 's/.* tests failed out of ([0-9]+)/\1/p' build/test/ctest.out | tail -n 1)
    failed=$(sed -nE 's/.*, ([0-9]+) tests failed out of .*/\1/p' build/test/ctest.out | tail -n 1)
    [ -n "$total" ] || { echo "0 passed, 1 failed"; return 1; }
    echo "$((total - failed)) passed, $failed failed"
    return "$rc"
}

# The interpreters are what the compilers make of their sources, and run random call trees as the model does.
cross_model() {
    local passed=0
    node tests/differential/chain/interpreters/build.mjs --check && passed=$((passed + 1))
    TERN_BUILD=build/release CASES=10000 bash tests/unit/house/cross_model.sh && passed=$((passed + 1))
    echo "$passed passed, $((2 - passed)) failed"
    [ "$passed" = 2 ]
}

# node_counted FOLDER: its *.test.mjs under node:test, with the closing summary in our words.
node_counted() {
    local rc=0 out
    out=build/test/$(basename "$1").out
    node --test --test-concurrency=1 --test-reporter=spec "$1"/*.test.mjs | tee "$out" || rc=$?
    local passed failed skipped
    passed=$(sed -nE 's/^ℹ pass ([0-9]+)/\1/p' "$out" | tail -n 1)
    failed=$(sed -nE 's/^ℹ fail ([0-9]+)/\1/p' "$out" | tail -n 1)
    skipped=$(sed -nE 's/^ℹ skipped ([0-9]+)/\1/p' "$out" | tail -n 1)
    echo "${passed:-0} passed, ${failed:-1} failed, ${skipped:-0} skipped"
    return "$rc"
}

# run_tests [--packages DIR]: with the Move packages of others that DIR has (docs/move-tools.md).
run_tests() {
    while [ $# -gt 0 ]; do
        case "$1" in
            --packages) [ -d "${2:-}" ] || die "test: --packages needs a folder"; TERN_PACKAGES=$(realpath "$2"); export TERN_PACKAGES; shift 2 ;;
            *) die "test: no option '$1'" ;;
        esac
    done
    setup_test
    mkdir -p build/test
    build_preset debug
    build_preset release tern movec moveoracle chain_diff
    stage format bash tests/unit/house/format.check
    stage unit ctest_counted build/debug
    stage cross-model cross_model
    stage precompiles bash tests/conformance/precompiles.sh build/release/tern
    stage statetests bash tests/conformance/statetests.sh build/release/tern
    stage blocktests bash tests/conformance/blocktests.sh build/release/tern
    stage blocktests-debug bash tests/conformance/blocktests.sh build/debug/tern
    stage statetests-debug bash tests/conformance/statetests.sh --sample 4 build/debug/tern
    stage svm bash tests/conformance/svm.sh build/release/tern
    stage solana node_counted tests/solana
    stage e2e node_counted tests/e2e
    stage tools node_counted tests/tools
    stage packages node_counted tests/packages
    stage execution-apis bash tests/conformance/execution_apis.sh build/release/tern
    local name passed failed skipped p=0 f=0 s=0
    for r in "${results[@]}"; do
        read -r name passed failed skipped <<<"$r"
        p=$((p + passed)) f=$((f + failed)) s=$((s + skipped))
        [ "$failed" = 0 ] || echo "failed: $name"
    done
    echo
    echo "$p passed, $f failed, $s skipped"
    [ "$f" = 0 ]
}
