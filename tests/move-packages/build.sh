#!/usr/bin/env bash
# Compiles the package semantics and keeps its modules under semantics/compiled, so that tests load them without a
# compiler. With --check it compares instead, byte for byte. The compiler orders some tables by what else it has read, so
# a change of the framework may ask for this again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
movec=${TERN_BUILD:-build/debug}/movec
[ -x "$movec" ] || movec=build/release/movec
[ -x "$movec" ] || { echo "movec is not built" >&2; exit 1; }
package=tests/move-packages/semantics
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/tests/move-packages"
cp -r "$package" "$work/$package"
cp -r framework "$work/framework"
rm -rf "$work/$package/build" "$work/framework/build"
"$movec" "$work/$package" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
built=$work/$package/build/Semantics/bytecode_modules
rm -rf "$built/dependencies"
if [ "${1:-}" = --check ]; then
    diff -r "$built" "$package/compiled" || { echo "$package/compiled is not what the compiler makes of the source: tests/move-packages/build.sh" >&2; exit 1; }
    echo "$(ls "$package/compiled" | wc -l) modules reproduced"
else
    rm -rf "$package/compiled"
    cp -r "$built" "$package/compiled"
    echo "$(ls "$package/compiled" | wc -l) modules built"
fi
