# Sourced by ./x: coverage-guided fuzzing with clang's libFuzzer, and the EVM against another one. Findings stay in
# build/fuzz/findings/.

# Random code and transactions of all forks in Tern and in revm (tests/differential/evm). Stops at the first difference.
fuzz_evm_diff() {
    local peer findings=build/fuzz/findings
    setup_build
    setup_npm
    build_preset release evm_diff
    peer=$(revm_peer) || die "fuzz evm-diff: there is nothing to compare with (without a peer: build/release/evm_diff)"
    mkdir -p "$findings"
    nice build/release/evm_diff --peer "$peer" revm_diff_run --codes contracts/artifacts --out "$findings" "$@"
}

run_fuzz() {
    if [ "${1:-}" = evm-diff ]; then shift; fuzz_evm_diff "$@"; return; fi
    local only="" seconds=60
    while [ $# -gt 0 ]; do
        case "$1" in
            --seconds) seconds=$2; shift ;;
            -*) die "fuzz: no option $1" ;;
            *) only=$1 ;;
        esac
        shift
    done
    setup_build
    apt_install clang libclang-rt-14-dev
    build_preset fuzz
    mkdir -p build/fuzz/findings build/fuzz/corpus
    local target name failed=0 ran=0
    for target in build/fuzz/fuzz_*; do
        [ -x "$target" ] && [ -f "$target" ] || continue
        name=$(basename "$target")
        [ -z "$only" ] || [ "$name" = "$only" ] || [ "$name" = "fuzz_$only" ] || continue
        say "$name for $seconds s"
        mkdir -p "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name"
        ran=$((ran + 1))
        "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 -print_final_stats=1 \
            -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" \
            >"build/fuzz/$name.log" 2>&1 || { failed=$((failed + 1)); tail -n 20 "build/fuzz/$name.log"; }
        grep -E 'number_of_executed_units|new_units_added' "build/fuzz/$name.log" || true
    done
    [ "$ran" -gt 0 ] || die "fuzz: no target '$only'"
    echo "$((ran - failed)) passed, $failed failed"
    [ "$failed" = 0 ]
}
