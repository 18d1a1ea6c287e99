#!/usr/bin/env bash
# Compiles the packages semantics and waiting and keeps their modules under compiled, so that tests load them without a
# compiler. With --check it compares instead, byte for byte. The compiler orders some tables by what else it has read, so
# a change of the framework may ask for this again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
movec=${TERN_BUILD:-build/debug}/movec
[ -x "$movec" ] || movec=build/release/movec
[ -x "$movec" ] || { echo "movec is not built" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tests/move-packages"
cp -r framework "$work/framework"
rm -rf "$work/framework/build"

# folder, name
compile() {
    local package=tests/move-packages/$1
    local built=$work/$package/build/$2/bytecode_modules
    cp -r "$package" "$work/$package"
    rm -rf "$work/$package/build"
    "$movec" "$work/$package" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    rm -rf "$built/dependencies"
    if [ "$mode" = --check ]; then
        diff -r "$built" "$package/compiled" || { echo "$package/compiled is not what the compiler makes of the source: tests/move-packages/build.sh" >&2; exit 1; }
        echo "$1: $(ls "$package/compiled" | wc -l) modules reproduced"
    else
        rm -rf "$package/compiled"
        cp -r "$built" "$package/compiled"
        echo "$1: $(ls "$package/compiled" | wc -l) modules built"
    fi
}

mode=${1:-}
compile semantics Semantics
compile waiting Waiting
