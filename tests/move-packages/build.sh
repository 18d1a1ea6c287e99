#!/usr/bin/env bash
# Compiles the packages semantics and waiting, as one, and keeps their modules under compiled, so that tests load them
# without a compiler. With --check it compares instead, byte for byte. The compiler orders some tables by what else it has
# read, so a change of the framework may ask for this again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
movec=${TERN_BUILD:-build/debug}/movec
[ -x "$movec" ] || movec=build/release/movec
[ -x "$movec" ] || { echo "movec is not built" >&2; exit 1; }
packages="semantics waiting"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r framework "$work/framework"
rm -rf "$work/framework/build"
mkdir -p "$work/all/sources"
{
    printf '[package]\nname = "All"\nversion = "1.0.0"\n[addresses]\n'
    for p in $packages; do sed -n '/^\[addresses\]/,/^$/p' "tests/move-packages/$p/Move.toml" | grep =; done
    printf '[dependencies]\nTernFramework = { local = "../framework" }\n'
} >"$work/all/Move.toml"
for p in $packages; do cp -r "tests/move-packages/$p/sources" "$work/all/sources/$p"; done
"$movec" "$work/all" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
for p in $packages; do
    mkdir "$work/$p"
    for m in $(sed -nE 's/^module [a-z]+::([a-z_0-9]+).*/\1/p' "tests/move-packages/$p/sources/"*.move); do
        mv "$work/all/build/All/bytecode_modules/$m.mv" "$work/$p/"
    done
    kept=tests/move-packages/$p/compiled
    if [ "${1:-}" = --check ]; then
        diff -r "$work/$p" "$kept" || { echo "$kept is not what the compiler makes of the source: tests/move-packages/build.sh" >&2; exit 1; }
        echo "$p: $(ls "$kept" | wc -l) modules reproduced"
    else
        rm -rf "$kept"
        cp -r "$work/$p" "$kept"
        echo "$p: $(ls "$kept" | wc -l) modules built"
    fi
done
