# Sourced by ./x: benchmarks beside their peers in one run. Every figure of a peer is taken in turns with ours, because
# machines are noisy; what counts is the ratio.

run_bench() {
    local only="${1:-}" bench name
    setup_build
    build_preset release
    for bench in build/release/bench_*; do
        [ -x "$bench" ] && [ -f "$bench" ] || continue
        name=$(basename "$bench")
        case "$name" in bench_"$only"*) ;; *) continue ;; esac
        say "$name"
        "$bench"
    done
    case "$only" in
        ""|peers|rpc|cross) say "peers: anvil beside tern, through JSON-RPC"; node bench/peers.mjs "$only" ;;
    esac
}
