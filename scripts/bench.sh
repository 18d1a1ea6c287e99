# Sourced by ./x: benchmarks beside their peers in one run. Every figure of a peer is taken in turns with ours, because
# machines are noisy; what counts is the ratio.

bench_evm() {
    local token=build/bench/Token.hex peer args
    mkdir -p build/bench
    node bench/solidity.mjs bench/Token.sol Token >"$token"
    args=(--token "$token")
    peer=$(revm_peer) || echo "Tern's figures stand alone" >&2
    [ -z "$peer" ] || args+=(--peer "$peer")
    "$1" "${args[@]}"
}

bench_precompiles() {
    local peer
    peer=$(revm_peer) || echo "Tern's figures stand alone" >&2
    "$1" ${peer:+--peer "$peer"}
}

# The programs of bench/sbpf by Debian's clang, as version 0 and as version 3.
bench_svm() {
    local dir=build/bench/sbpf source name peer programs=() memo
    apt_install clang
    build_preset release sbpf-link
    mkdir -p "$dir"
    for source in bench/sbpf/*.c; do
        name=$(basename "$source" .c)
        clang -target bpf -O2 -fno-builtin -c "$source" -o "$dir/$name.o"
        for version in 0 3; do
            build/release/sbpf-link --version "$version" "$dir/$name.o" "$dir/$name-v$version.so"
            programs+=("$dir/$name-v$version.so")
        done
    done
    peer=$(sbpf_peer) || echo "Tern's figures stand alone" >&2
    # A program that runs on mainnet: memo, version 1, as litesvm carries it.
    node tests/differential/svm/carve.mjs "$dir/litesvm" || echo "no litesvm: its programs are left out" >&2
    memo=$dir/litesvm/67053ed6b0c4b2ff.so
    [ -f "$memo" ] || memo=
    "$1" ${peer:+--peer "$peer"} ${memo:+--memo "$memo"} "${programs[@]}"
}

bench_solana() {
    apt_install clang
    build_preset release tern sbpf-link
    node bench/solana.mjs
}

# Both compile a Move package and a program in C.
bench_edges() {
    apt_install clang
    build_preset release tern movec sbpf-link
    node "bench/$1.mjs"
}

# The coin and the loops of bench/move, compiled against the framework.
bench_move_chain() {
    local dir=build/bench/move
    build_preset release tern moveoracle
    build/release/tern move build --output "$dir" bench/move >/dev/null || { "$1"; return; }
    "$1" "$dir/bytecode_modules/bank.mv" "$dir/bytecode_modules/shapes.mv" "$dir/bytecode_modules/book.mv"
}

run_bench() {
    local only="${1:-}" bench name
    setup_demo
    build_preset release
    for bench in build/release/bench_*; do
        [ -x "$bench" ] && [ -f "$bench" ] || continue
        name=$(basename "$bench")
        case "$name" in bench_"$only"*) ;; *) continue ;; esac
        say "$name"
        case "$name" in
            bench_evm) bench_evm "$bench" ;;
            bench_evm_precompiles) bench_precompiles "$bench" ;;
            bench_move_chain) bench_move_chain "$bench" ;;
            bench_svm) bench_svm "$bench" ;;
            bench_rpc_load) ;; # a client: bench/rpc.mjs drives it
            *) "$bench" ;;
        esac
    done
    case "$only" in
        ""|peers|svm|solana) say "litesvm beside tern: whole Solana transactions"; bench_solana ;;
    esac
    case "$only" in
        ""|peers|cross) say "synchronous calls over the edges between the machines"; bench_edges cross ;;
    esac
    case "$only" in
        ""|rates) say "what a unit of gas buys in each machine"; bench_edges rates ;;
    esac
    case "$only" in
        ""|rpc|solana) say "Solana transfers through JSON-RPC"; node bench/solana_rpc.mjs ;;
    esac
    case "$only" in
        ""|peers|rpc) say "anvil beside tern: transfers of tokens through JSON-RPC"; node bench/rpc.mjs ;;
    esac
    case "$only" in
        ""|peers|rpc|cross) say "peers: anvil beside tern, through JSON-RPC"; node bench/peers.mjs "$only" ;;
    esac
}
