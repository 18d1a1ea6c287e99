# Sourced by ./x: coverage-guided fuzzing with clang's libFuzzer, and engines against others. Findings stay in
# build/fuzz/findings/.

# The Go module go-ethereum as a shared library (tools/geth-peer); as revm_peer() in common.sh.
geth_peer() {
    local library=$PWD/build/geth-peer/libgeth_peer.so
    command -v go >/dev/null || { echo "no peer: go is not installed, so go-ethereum cannot be built" >&2; return 1; }
    mkdir -p "${library%/*}"
    say "building the peer, go-ethereum (tools/geth-peer)" >&2
    (cd tools/geth-peer && go build -mod=readonly -buildmode=c-shared -o "$library" .) >&2 ||
        { echo "no peer: go-ethereum did not build" >&2; return 1; }
    echo "$library"
}

# Random code and transactions of all forks in Tern and in a peer (tests/differential/evm). Stops at the first difference.
fuzz_evm_diff() {
    local with=revm library findings=build/fuzz/findings peer=()
    if [ "${1:-}" = --with ]; then with=${2:-}; shift 2; fi
    case "$with" in
        revm) library=$(revm_peer) && peer=(--peer "$library" revm_diff_run) ;;
        revm-steps) library=$(revm_peer) && peer=(--peer "$library" revm_diff_steps --steps) ;;
        geth) library=$(geth_peer) && peer=(--peer "$library" geth_diff_run --roots) ;;
        *) die "fuzz evm-diff: --with revm, revm-steps or geth" ;;
    esac
    [ ${#peer[@]} -gt 0 ] || die "fuzz evm-diff: there is nothing to compare with"
    setup_demo
    build_preset release evm_diff
    mkdir -p "$findings"
    nice build/release/evm_diff "${peer[@]}" --codes contracts/artifacts \
        --inputs ../shared/vectors/ethereum/precompiles/geth --out "$findings" "$@"
}

# Random programs for the Solana engine in Tern's engines and in the crate solana-sbpf's (tests/differential/svm); with
# --elfs, mutations of a folder's ELF files, or without a folder's name of those that litesvm carries.
fuzz_svm_sbpf() {
    local library findings=build/fuzz/findings elfs=build/fuzz/sbpf-elfs args=()
    library=$(sbpf_peer) || die "fuzz svm-sbpf: there is nothing to compare with"
    setup_demo
    build_preset release svm_diff
    mkdir -p "$findings"
    while [ $# -gt 0 ]; do
        args+=("$1")
        if [ "$1" = --elfs ] && [ ! -d "${2:-}" ]; then
            node tests/differential/svm/carve.mjs "$elfs"
            args+=("$elfs")
        fi
        shift
    done
    nice build/release/svm_diff --peer "$library" --out "$findings" "${args[@]}"
}

# Random Solana transactions in Tern and in npm's litesvm (tests/solana/random.mjs). Stops at the first difference.
fuzz_svm_diff() {
    setup_demo
    build_preset release tern
    TERN=build/release/tern nice node tests/solana/diff.mjs "$@"
}

# Random well-typed Move programs here and in the Move machine of the npm package @initia/builder.js
# (tests/differential/move). Stops at the first difference.
fuzz_move_diff() {
    local findings=build/fuzz/findings
    setup_test
    build_preset release move_diff moveoracle
    mkdir -p "$findings"
    nice build/release/move_diff --oracle build/release/moveoracle --out "$findings" --cases 100000 "$@"
}

# Damaged Move modules (tests/fuzz/fuzz_move_mutate.c) without coverage guidance, which takes most of the time, and with
# sanitizers that keep less for their reports.
fuzz_move_mutate() {
    setup_build
    build_preset sweep fuzz_move_mutate
    mkdir -p build/fuzz/corpus/fuzz_move_mutate
    ASAN_OPTIONS=malloc_context_size=1:quarantine_size_mb=16:max_malloc_fill_size=0:detect_leaks=0 TERN_FUZZ_STATS=1 \
        nice build/sweep/fuzz_move_mutate --seconds 60 "$@" tests/fuzz/corpus/fuzz_move_mutate build/fuzz/corpus/fuzz_move_mutate
}

# Random call trees over the three machines, in the chain's own execution and in a naive model (tests/differential/chain).
# `./x fuzz cross-model N` runs N cases. Stops at the first difference.
fuzz_cross_model() {
    local cases=(--cases 1000000)
    case "${1:-}" in ''|-*) ;; *) cases=(--cases "$1"); shift ;; esac
    setup_build
    build_preset release chain_diff
    nice build/release/chain_diff "${cases[@]}" "$@"
}

run_fuzz() {
    if [ "${1:-}" = evm-diff ]; then shift; fuzz_evm_diff "$@"; return; fi
    if [ "${1:-}" = svm-diff ]; then shift; fuzz_svm_diff "$@"; return; fi
    if [ "${1:-}" = svm-sbpf ]; then shift; fuzz_svm_sbpf "$@"; return; fi
    if [ "${1:-}" = move-diff ]; then shift; fuzz_move_diff "$@"; return; fi
    if [ "${1:-}" = cross-model ]; then shift; fuzz_cross_model "$@"; return; fi
    if [ "${1:-}" = move-mutate ]; then shift; fuzz_move_mutate "$@"; return; fi
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
